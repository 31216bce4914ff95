"""What the upkeep pages write into the book."""

from __future__ import annotations

from dataclasses import dataclass

from app.store.book import Book

RECOVERY_SEEN = "recovery_seen"
"""State key: somebody has said that the recovery code is written down."""


@dataclass(frozen=True, slots=True)
class NoteCodeWrittenDown:
    """The owner says that the recovery code stands on paper; the first page stops asking."""

    def perform(self, book: Book) -> None:
        """Keep it in the state table."""
        book.put(RECOVERY_SEEN, 1)
        book.changed.add("preferences")
