"""Writes that tests make straight into a book."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.codec import GENESIS, Recorded, chained
from app.domain.ids import FactId
from app.store.book import Book


@dataclass(frozen=True)
class KeepPhotos:
    """Keep pictures."""

    jpegs: tuple[bytes, ...]

    def perform(self, book: Book) -> list[str]:
        return [book.keep_photo(jpeg) for jpeg in self.jpegs]


@dataclass(frozen=True)
class Damage:
    """Change the body of an own fact behind the book's back, as a bad disk would."""

    seq: int

    def perform(self, book: Book) -> None:
        book.run(
            "UPDATE facts SET body = replace(body, 'x', 'y') WHERE device = ? AND seq = ?",
            (book.get("device"), self.seq),
        )


@dataclass(frozen=True)
class Tear:
    """Remove an own fact behind the book's back."""

    seq: int

    def perform(self, book: Book) -> None:
        book.run("DELETE FROM facts WHERE device = ? AND seq = ?", (book.get("device"), self.seq))


@dataclass(frozen=True)
class Unjoin:
    """Be as before joining."""

    def perform(self, book: Book) -> None:
        book.put("device", "local")


@dataclass(frozen=True)
class RecordBare:
    """Record a fact of a kind or form that this version does not know, chained as any other."""

    kind: str
    body: str

    def perform(self, book: Book) -> None:
        device, epoch = book.get("device"), book.get("epoch")
        last = book.one(
            "SELECT seq, digest FROM facts WHERE device = ? AND epoch = ? ORDER BY seq DESC LIMIT 1",
            (device, epoch),
        )
        seq, digest = last or (0, GENESIS)
        fact = Recorded(
            FactId(device, epoch, seq + 1), book.clock.now_ms(), 0, book.day, "", self.kind, self.body
        )
        book.run(
            "INSERT INTO facts (device, epoch, seq, at_ms, skew_ms, day, operator, kind, body, digest)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*fact.id, fact.at_ms, 0, fact.day, "", fact.kind, fact.body, chained(digest, fact)),
        )
        book.put("epoch", epoch)
