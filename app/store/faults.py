"""What can be wrong with the book itself, told apart so that the user gets one right sentence for each."""

from __future__ import annotations

from enum import StrEnum

import sqlcipher3


class Fault(StrEnum):
    """Why the book cannot be opened or written."""

    DISK_FULL = "disk_full"
    READ_ONLY = "read_only"
    LOCKED = "locked"
    CORRUPT = "corrupt"
    MISSING = "missing"
    KEY_LOST = "key_lost"
    WRONG_KEY = "wrong_key"
    OTHER_KEY = "other_key"
    NEWER = "newer"
    OLD_ENGINE = "old_engine"
    IN_USE = "in_use"
    UPGRADE_FAILED = "upgrade_failed"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class StoreFault(Exception):
    """The store cannot do its work; ``fault`` says why, ``detail`` is for the log."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(f"{fault}: {detail}" if detail else str(fault))
        self.fault = fault
        self.detail = detail


_BY_NAME = {
    "SQLITE_FULL": Fault.DISK_FULL,
    "SQLITE_READONLY": Fault.READ_ONLY,
    "SQLITE_CANTOPEN": Fault.READ_ONLY,
    "SQLITE_BUSY": Fault.LOCKED,
    "SQLITE_LOCKED": Fault.LOCKED,
    "SQLITE_CORRUPT": Fault.CORRUPT,
    "SQLITE_NOTADB": Fault.CORRUPT,
    "SQLITE_IOERR": Fault.DISK_FULL,
}


def fault_of(error: sqlcipher3.Error) -> StoreFault:
    """The fault behind an engine's error; an I/O error counts as a full disk, as most of them are."""
    text = str(error)
    name = getattr(error, "sqlite_errorname", "") or ""
    for prefix, fault in _BY_NAME.items():
        if name.startswith(prefix):
            return StoreFault(fault, text)
    for words, fault in _BY_WORDS:
        if words in text:
            return StoreFault(fault, text)
    return StoreFault(Fault.UNKNOWN, text)


_BY_WORDS = (
    ("disk is full", Fault.DISK_FULL),
    ("disk I/O error", Fault.DISK_FULL),
    ("readonly", Fault.READ_ONLY),
    ("unable to open", Fault.READ_ONLY),
    ("locked", Fault.LOCKED),
    ("not a database", Fault.CORRUPT),
    ("malformed", Fault.CORRUPT),
)
