"""What the upkeep pages write into the book."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.store.book import Book

RECOVERY_SEEN = "recovery_seen"
"""State key: somebody has said that the recovery code is written down."""


@dataclass(frozen=True, slots=True)
class NoteSkew:
    """Keep how far this PC's clock is ahead of the platform's, in ms, as it must be after the clock was set."""

    skew_ms: int

    def perform(self, book: Book) -> None:
        """Keep it in the state table."""
        book.put("skew_ms", self.skew_ms)
        book.changed.add("pulse")


@dataclass(frozen=True, slots=True)
class KeepServer:
    """Keep the platform's address in the book, so that a book put on another PC finds its platform again."""

    server: str

    def perform(self, book: Book) -> None:
        """Keep it in the state table."""
        book.put("server", self.server)


@dataclass(frozen=True, slots=True)
class NoteCodeWrittenDown:
    """The owner says that the recovery code stands on paper; the first page stops asking."""

    def perform(self, book: Book) -> None:
        """Keep it in the state table."""
        book.put(RECOVERY_SEEN, 1)
        book.changed.add("preferences")
