"""The book's key: random, kept in a key-slot file (Windows: under DPAPI), with a recovery code to print."""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path

from app.domain.ids import check_character
from app.store.faults import Fault, StoreFault

SLOT = "book.key"
RECOVERY = "book.recovery"
_CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U to misread


def load_or_make(folder: Path, *, book_exists: bool) -> tuple[bytes, str]:
    """The 32-byte key and, where it was just made, the recovery code to print (else empty).

    Raises :class:`StoreFault` ``KEY_LOST`` where a book exists but its key slot is gone or unreadable.
    """
    slot = folder / SLOT
    if slot.exists():
        return _read_slot(slot), ""
    if book_exists:
        raise StoreFault(Fault.KEY_LOST, str(slot))
    import secrets

    key = secrets.token_bytes(32)
    code = _new_recovery_code()
    _write_private(folder / RECOVERY, _wrap(key, code).encode())
    _write_slot(slot, key)
    return key, code


def recover(folder: Path, code: str) -> bytes:
    """Open the recovery file with the printed code and write the key slot anew; raises ``WRONG_KEY``."""
    from cryptography.exceptions import InvalidTag

    try:
        key = _unwrap((folder / RECOVERY).read_text("ascii"), tidy_code(code))
    except (OSError, ValueError, KeyError, InvalidTag) as error:
        raise StoreFault(Fault.WRONG_KEY, type(error).__name__) from error
    _write_slot(folder / SLOT, key)
    return key


def is_of_another_key(folder: Path, key: bytes) -> bool:
    """Whether the recovery file beside the book belongs to another key than ``key``: both came from another PC."""
    try:
        of = json.loads((folder / RECOVERY).read_text("ascii")).get("of", "")
    except (OSError, ValueError, AttributeError):
        return False
    return bool(of) and of != _fingerprint(key)


def _fingerprint(key: bytes) -> str:
    """Tells keys apart without telling anything of them."""
    from hashlib import blake2b

    return blake2b(key, digest_size=8, person=b"geyi-which-key").hexdigest()


def tidy_code(text: str) -> str:
    """A recovery code as printed, from what somebody typed: case, spaces and look-alike letters are forgiven."""
    plain = "".join(text.upper().split()).replace("-", "").translate(str.maketrans("ILOU", "110V"))
    return "-".join(plain[i : i + 5] for i in range(0, len(plain), 5))


def _new_recovery_code() -> str:
    import secrets

    body = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(24))
    check = check_character(body)
    return tidy_code(body + (check if check in _CODE_ALPHABET else "0"))


def _wrap(key: bytes, code: str) -> str:
    import secrets

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(12)
    sealed = AESGCM(_code_key(code)).encrypt(nonce, key, b"geyi book key")
    return json.dumps({"nonce": _b64(nonce), "sealed": _b64(sealed), "of": _fingerprint(key)})


def _unwrap(text: str, code: str) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    found = json.loads(text)
    nonce, sealed = base64.b64decode(found["nonce"]), base64.b64decode(found["sealed"])
    return AESGCM(_code_key(code)).decrypt(nonce, sealed, b"geyi book key")


def _code_key(code: str) -> bytes:
    """A code carries 120 random bits, so one hash is enough to make a key of it."""
    from hashlib import blake2b

    return blake2b(code.encode("ascii", "replace"), digest_size=32, person=b"geyi-recovery").digest()


def _read_slot(slot: Path) -> bytes:
    try:
        found = json.loads(slot.read_text("ascii"))
        key = base64.b64decode(found["key"])
        key = _dpapi(key, protect=0) if found["slot"] == "dpapi" else key
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreFault(Fault.KEY_LOST, f"{slot}: {type(error).__name__}") from error
    if len(key) != 32:
        raise StoreFault(Fault.KEY_LOST, f"{slot}: {len(key)} bytes")
    return key


def _write_slot(slot: Path, key: bytes) -> None:
    kind = "dpapi" if sys.platform == "win32" else "file"
    held = _dpapi(key, protect=1) if kind == "dpapi" else key
    _write_private(slot, json.dumps({"version": 1, "slot": kind, "key": _b64(held)}).encode())


def _write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    part = path.with_suffix(path.suffix + ".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    class _Blob(ctypes.Structure):
        _fields_ = (("size", wintypes.DWORD), ("data", ctypes.POINTER(ctypes.c_char)))

    def _dpapi(content: bytes, *, protect: int) -> bytes:
        """Windows' own protection of secrets for the signed-in user (CryptProtectData)."""
        source = _Blob(len(content), ctypes.create_string_buffer(content, len(content)))
        target = _Blob()
        call = ctypes.windll.crypt32.CryptProtectData if protect else ctypes.windll.crypt32.CryptUnprotectData
        if not call(ctypes.byref(source), None, None, None, None, 1, ctypes.byref(target)):
            raise OSError(ctypes.get_last_error(), "DPAPI")
        try:
            return ctypes.string_at(target.data, target.size)
        finally:
            ctypes.windll.kernel32.LocalFree(target.data)

else:

    def _dpapi(content: bytes, *, protect: int) -> bytes:  # noqa: ARG001
        raise ValueError("a DPAPI slot opens on Windows only")
