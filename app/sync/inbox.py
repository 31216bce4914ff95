"""Commands with which the sync loop writes into the book: what was acknowledged, what was heard, where to go on."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from time import monotonic

import sqlcipher3

from app.domain.codec import GENESIS, Recorded
from app.store.book import Book
from app.sync.epochs import renumber
from app.sync.outbox import AT_HOST
from app.sync.protocol import Answer, Enrolled, Told

log = logging.getLogger(__name__)
SLICE_SECONDS, SLICE_LEAST = 0.25, 8
"""News are recorded for so long at once, and so many at least; a scan that comes meanwhile ends it sooner."""
SKEW_STEP_MS = 5_000
"""A measured skew that differs by less than this from the known one is the network's doing."""


@dataclass(frozen=True, slots=True)
class KeepAnswer:
    """Move the push cursor, and record the news from number ``after`` on until a scan waits, with the feed cursor.

    News of hours would keep scans waiting behind one long transaction: the answer is given again, with where it
    came to as ``after``, until it comes to the answer's own cursor.
    """

    answer: Answer
    place: tuple[str, int]
    skew_ms: int | None
    after: int = 0
    seconds: float = SLICE_SECONDS
    least: int = SLICE_LEAST

    def perform(self, book: Book) -> int:
        """Where in the feed it came to; the answer's cursor is the end of it."""
        answer = self.answer
        if (book.get("device", "local"), book.get("epoch", 1)) != self.place:
            return answer.cursor  # the book has got another name meanwhile: this is no answer to it
        came_to = self._hear_some(book)
        book.put("acknowledged", [answer.watermark, answer.digest.hex()])
        book.put("cursor", came_to)
        if answer.quarantined:
            known = book.get("quarantined", {})
            known |= {f"{self.place[1]}.{item.seq}": item.why for item in answer.quarantined}
            book.put("quarantined", known)
        if self.skew_ms is not None and abs(self.skew_ms - book.get("skew_ms", 0)) >= SKEW_STEP_MS:
            book.put("skew_ms", self.skew_ms)
        return came_to

    def _hear_some(self, book: Book) -> int:
        end = monotonic() + self.seconds
        todo = [told for told in self.answer.feed if told.n > self.after]
        for done, told in enumerate(todo, 1):
            _hear(book, told)
            if self.least <= done < len(todo) and (book.someone_waits() or monotonic() >= end):
                return told.n
        return self.answer.cursor


def _hear(book: Book, told: Told) -> None:
    if told.fact is not None:
        _hear_fact(book, told.fact)
    if told.people:
        book.keep_people(told.people)
    if told.elsewhere:
        book.run_many(
            "INSERT OR REPLACE INTO elsewhere (platform, code, tail, point, day) VALUES (?, ?, ?, ?, ?)",
            [(e.platform, e.code, e.tail, e.point, e.day) for e in told.elsewhere],
        )
        book.changed.add("elsewhere")


def _hear_fact(book: Book, recorded: Recorded) -> None:
    """Record a heard fact; one that the tables will not take is kept bare, so that it does not stop the feed."""
    book.run("SAVEPOINT heard")
    try:
        book.hear(recorded)
    except (
        sqlcipher3.DatabaseError,
        ValueError,
        ArithmeticError,
        LookupError,
        TypeError,
        AssertionError,
    ) as error:
        if isinstance(error, sqlcipher3.OperationalError):
            raise
        log.warning("fact %s was heard but cannot be applied", recorded.id, exc_info=error)
        book.run("ROLLBACK TO heard")
        book.run(_BARE, (*recorded.id, recorded.at_ms, recorded.skew_ms, recorded.day, recorded.operator,
                         recorded.kind, recorded.body))  # fmt: skip
    book.run("RELEASE heard")


_BARE = (
    "INSERT OR IGNORE INTO facts (device, epoch, seq, at_ms, skew_ms, day, operator, kind, body)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class Rewind:
    """Send again from after ``seq``, whose digest is ``digest``."""

    seq: int
    digest: bytes

    def perform(self, book: Book) -> None:
        book.put("acknowledged", [self.seq, self.digest.hex()])


@dataclass(frozen=True, slots=True)
class StartEpoch:
    """Go on in a new epoch: own facts after ``common`` get new numbers in it and are sent again."""

    common: int
    epoch: int
    cursor: int

    def perform(self, book: Book) -> int:
        """The new epoch."""
        device, old = book.get("device", "local"), book.get("epoch", 1)
        used = book.value("SELECT max(epoch) FROM facts WHERE device = ?", (device,)) or old
        fresh = max(self.epoch, used + 1, old + 1)
        renumber(book, (device, old), (device, fresh), after=self.common)
        book.put("epoch", fresh)
        book.put("acknowledged", [0, GENESIS.hex()])
        book.put("cursor", min(self.cursor, book.get("cursor", 0)))
        return int(fresh)


@dataclass(frozen=True, slots=True)
class TakePlace:
    """This book now belongs to a device at a point; own facts that nobody has acknowledged go with it.

    ``at_host`` is 1 where the place is at the station's own host.
    """

    place: Enrolled
    at_host: int = 0

    def perform(self, book: Book) -> None:
        place = self.place
        old = (book.get("device", "local"), book.get("epoch", 1))
        new = (place.device, place.epoch)
        if old != new:
            acknowledged, _ = book.get("acknowledged", [0, ""])
            renumber(book, old, new, after=acknowledged)
            book.put("acknowledged", [0, GENESIS.hex()])
            book.put("cursor", 0)
        book.put("device", place.device)
        book.put("epoch", place.epoch)
        book.put("secret", place.secret)
        book.put("point", place.point)
        book.put("point_name", place.point_name)
        book.put("role", place.kind)
        book.put(AT_HOST, self.at_host)


@dataclass(frozen=True, slots=True)
class PhotoSent:
    """The platform has this picture."""

    sha: str

    def perform(self, book: Book) -> None:
        book.run("UPDATE photos SET sent_ms = ? WHERE sha = ?", (book.clock.now_ms(), self.sha))


@dataclass(frozen=True, slots=True)
class PhotoNotTaken:
    """The platform will not take this picture; it stays here and the others go on."""

    sha: str

    def perform(self, book: Book) -> None:
        book.run("UPDATE photos SET sent_ms = -1 WHERE sha = ?", (self.sha,))
