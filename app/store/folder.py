"""The data folder: one program at a time by an OS lock, an unclean-stop mark, and a ballast for a full disk."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

from app.store.faults import Fault, StoreFault

BALLAST_BYTES = 8 * 1024 * 1024


class Folder:
    """An open data folder; hold it as long as the book is open. ``path`` holds ``book.db`` and its company."""

    def __init__(self, path: Path) -> None:
        """Lock ``path``, which is made where missing; raises :class:`StoreFault` ``IN_USE`` or ``READ_ONLY``."""
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock: IO[bytes] = (path / "in-use.lock").open("a+b")
        except OSError as error:
            raise StoreFault(Fault.READ_ONLY, str(error)) from error
        if not _try_lock(self._lock):
            self._lock.close()
            raise StoreFault(Fault.IN_USE, str(path))
        self.stopped_uncleanly = self._mark.exists()
        self._write(self._mark, b"")
        self.grow_ballast()

    @property
    def book(self) -> Path:
        """The database file."""
        return self.path / "book.db"

    @property
    def backups(self) -> Path:
        """Where backups go."""
        return self.path / "backups"

    @property
    def _mark(self) -> Path:
        return self.path / "running.mark"

    @property
    def _ballast(self) -> Path:
        return self.path / "ballast.bin"

    def grow_ballast(self) -> None:
        """Reserve some megabytes, to give back to the disk when it is full; without room there is none."""
        if not self._ballast.exists() or self._ballast.stat().st_size < BALLAST_BYTES:
            self._write(self._ballast, bytes(BALLAST_BYTES))

    def drop_ballast(self) -> bool:
        """Free the ballast; says whether there was any."""
        try:
            had = self._ballast.exists() and self._ballast.stat().st_size > 0
            self._ballast.unlink(missing_ok=True)
        except OSError:
            return False
        return had

    def close(self) -> None:
        """Say that all is well and let go of the lock."""
        self._mark.unlink(missing_ok=True)
        self._lock.close()

    def _write(self, path: Path, content: bytes) -> None:
        try:
            path.write_bytes(content)
        except OSError:
            path.unlink(missing_ok=True)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


def is_in_use(path: Path) -> bool:
    """Whether a program works on this folder now."""
    try:
        with (path / "in-use.lock").open("r+b") as lock:
            return not _try_lock(lock)
    except OSError:
        return False


def default_folder() -> Path:
    """``%LOCALAPPDATA%\\Geyi`` on Windows, ``~/.local/share/Geyi`` elsewhere."""
    from platformdirs import user_data_path

    chosen = os.environ.get("GEYI_DATA")
    return Path(chosen) if chosen else user_data_path("Geyi", appauthor=False)
