"""Open the book of a data folder: lock, key, health, tables, writer; every trouble is a `StoreFault`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import sqlcipher3

from app.domain.clock import Clock
from app.store import keys, upgrade
from app.store.connection import Reader, check_engine, connect
from app.store.faults import Fault, StoreFault, fault_of
from app.store.folder import Folder
from app.store.writer import Writer

if TYPE_CHECKING:
    from app.store.book import Book

log = logging.getLogger(__name__)


class Store:
    """An open book: one writer, as many readers as are asked for, and its backups."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        *,
        changed: Callable[[frozenset[str]], None] = lambda topics: None,
    ) -> None:
        """Open (or make) the book in folder ``path``; raises :class:`StoreFault` and leaves the folder unlocked."""
        check_engine()
        self.clock = clock
        self.folder = Folder(path)
        try:
            self.key, self.recovery_code = keys.load_or_make(path, book_exists=self.folder.book.exists())
            self._look_after_lost_book()
            self._look_after_unclean_stop()
            upgrade.bring_up(self.folder.book, self.key, backups=self.folder.backups, now_ms=clock.now_ms())
            connection = connect(self.folder.book, self.key)
        except BaseException as error:
            self.folder.close()
            looks_corrupt = isinstance(error, StoreFault) and error.fault is Fault.CORRUPT
            if looks_corrupt and keys.is_of_another_key(path, self.key):
                raise StoreFault(Fault.OTHER_KEY, str(self.folder.book)) from error
            raise
        self._connection = connection
        self.writer = Writer(connection, self._open_book, changed=changed, make_room=self.folder.drop_ballast)

    def _open_book(self) -> Book:
        from app.store.book import Book

        return Book(self._connection, self.clock)

    @property
    def path(self) -> Path:
        """The data folder."""
        return self.folder.path

    def reader(self) -> Reader:
        """A new read connection, for one thread."""
        return Reader(connect(self.folder.book, self.key, read_only=True))

    def back_up(self, into: Path | None = None) -> Path:
        """Write a backup now, to the data folder's own backups or another disk; raises :class:`StoreFault`."""
        from app.store import backup

        return backup.back_up(
            self.folder.book, self.key, into or self.folder.backups, now_ms=self.clock.now_ms()
        )

    def close(self) -> None:
        """Finish what is queued and let go of the folder."""
        self.writer.close()
        self.folder.close()

    def _look_after_lost_book(self) -> None:
        """A book that is gone or empty while its backups are there is not a new shop: nothing is begun over it."""
        book = self.folder.book
        gone = not book.exists() or book.stat().st_size == 0
        if gone and any(self.folder.backups.glob("book-*.db")):
            raise StoreFault(Fault.MISSING, str(book))

    def _look_after_unclean_stop(self) -> None:
        """After a kill or a power cut the file is checked before anybody writes to it."""
        if not (self.folder.stopped_uncleanly and self.folder.book.exists()):
            return
        connection = connect(self.folder.book, self.key)
        try:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlcipher3.Error as error:
            raise fault_of(error) from error
        finally:
            connection.close()
        if found != ("ok",):
            raise StoreFault(Fault.CORRUPT, str(found))


def restore_newest(path: Path) -> Path:
    """Put the newest good backup in the place of a damaged book; returns where the damaged one now lies.

    Raises :class:`StoreFault` ``CORRUPT`` where there is no good backup. What the platform has acknowledged since
    the backup comes back from its feed.
    """
    from app.store import backup

    folder = Folder(path)
    try:
        key, _ = keys.load_or_make(path, book_exists=True)
        good = backup.newest_good(folder.backups, key)
        if good is None:
            raise StoreFault(Fault.CORRUPT, "no good backup")
        aside = backup.put_back(good, folder.book)
        log.warning("restored %s, the damaged book is %s", good.name, aside.name)
        return aside
    finally:
        folder.close()
