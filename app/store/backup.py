"""Backups of the open book: whole, verified, a few of each age; and putting one back."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import sqlcipher3

from app.store.connection import connect
from app.store.faults import StoreFault, fault_of
from app.store.keys import RECOVERY

KEEP_HOURLY = 24
KEEP_DAILY = 30
KEEP_UPGRADES = 2


def back_up(book: Path, key: bytes, into: Path, *, now_ms: int, label: str = "hour") -> Path:
    """Write a consistent, encrypted copy of the book into folder ``into`` while others go on working in it.

    Returns the new file's path; raises :class:`StoreFault`, and then leaves no half-made file.
    """
    stamp = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%d-%H%M%S")
    target = into / f"book-{stamp}-{label}.db"
    part = target.with_suffix(".part")
    try:
        into.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        source = connect(book, key)  # VACUUM INTO is refused to a read-only connection
        try:
            source.execute("VACUUM INTO ?", (str(part),))
        finally:
            source.close()
        _verify(part, key)
        part.replace(target)
        if (book.parent / RECOVERY).exists():
            shutil.copy2(book.parent / RECOVERY, into / RECOVERY)
    except sqlcipher3.Error as error:
        part.unlink(missing_ok=True)
        raise fault_of(error) from error
    except OSError as error:
        part.unlink(missing_ok=True)
        raise fault_of(sqlcipher3.OperationalError(f"disk I/O error: {error}")) from error
    _thin_out(into)
    return target


def newest_good(folder: Path, key: bytes) -> Path | None:
    """The newest backup that opens with ``key`` and passes a check, or none."""
    for path in sorted(folder.glob("book-*.db"), reverse=True):
        try:
            _verify(path, key)
        except StoreFault:
            continue
        return path
    return None


def put_back(backup: Path, book: Path) -> Path:
    """Set the damaged book aside (it is never deleted) and put a backup in its place; returns where it lies now."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    aside = book.with_name(f"book-damaged-{stamp}.db")
    for suffix in ("", "-wal", "-shm"):
        damaged = book.with_name(book.name + suffix)
        if damaged.exists():
            damaged.replace(aside.with_name(aside.name + suffix))
    shutil.copy2(backup, book)
    return aside


def _verify(path: Path, key: bytes) -> None:
    connection = connect(path, key)
    try:
        found = connection.execute("PRAGMA quick_check").fetchone()
        if found != ("ok",):
            raise sqlcipher3.DatabaseError("malformed: quick_check")
        connection.execute("PRAGMA journal_mode = DELETE")
    except sqlcipher3.Error as error:
        raise fault_of(error) from error
    finally:
        connection.close()


def _thin_out(folder: Path) -> None:
    """Keep the newest hours whole, then one a day, then none; of those before upgrades the newest few.

    Nothing stays longer than the purpose of the personal data in it.
    """
    for path in sorted(folder.glob("book-*-before-*.db"), reverse=True)[KEEP_UPGRADES:]:
        path.unlink(missing_ok=True)
    hourly = sorted(folder.glob("book-*-hour.db"), reverse=True)
    days: set[str] = set()
    for path in hourly[KEEP_HOURLY:]:
        day = path.name[5:13]
        if day in days or len(days) >= KEEP_DAILY:
            path.unlink(missing_ok=True)
        days.add(day)
