"""The uplink's book: what a station's feed says, named anew in one row for the platform, and what the platform answers.

Its own facts are the station's, in the order of the station's feed; each carries its first name in the key ``_of`` of
its body, and the table ``origins`` leads from one to the other. What facts mean is reckoned by the hub, not here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.domain import codec
from app.domain import events as e
from app.domain.codec import GENESIS, Recorded, chained
from app.domain.ids import FactId
from app.store.book import Book
from app.store.connection import Reader
from app.store.opening import Store
from app.sync.protocol import HOST_VOICE, PLATFORM_DEVICE

TAKEN_UP = "taken_up"
"""State key: the last number of the station's feed that is in this book."""
_ORIGINS = (
    "CREATE TABLE IF NOT EXISTS origins (fact INTEGER PRIMARY KEY, device TEXT NOT NULL, epoch INTEGER NOT NULL,"
    " seq INTEGER NOT NULL, UNIQUE (device, epoch, seq))"
)
_NAME = re.compile(r'"([^"\\/]+\.\d+\.\d+)(?=["/])')
_OF = re.compile(r',?"_of":"([^"\\]+)"\}$')


class UpBook(Book):
    """A book whose facts are kept, sent and passed on, and change no tables."""

    def hear(self, recorded: Recorded) -> bool:
        """See :meth:`Book.hear`; a fact that a station sent up is known by its first name too."""
        if self.one(f"SELECT 1 FROM facts WHERE {_NAMED}", recorded.id):
            return False
        row = _keep(self, recorded, None)
        first = origin_of(recorded.body)
        if first is not None:
            self.run("INSERT OR IGNORE INTO origins VALUES (?, ?, ?, ?)", (row, *first))
        return True

    def replay(self) -> None:
        """There is nothing to rebuild."""


class UpStore(Store):
    """A data folder with an uplink's book."""

    def _open_book(self) -> Book:
        return UpBook(self._connection, self.clock)

    def make_origins(self) -> None:
        """Make the table of first names where it is missing."""
        self.writer.do(_MakeOrigins())


@dataclass(frozen=True, slots=True)
class _MakeOrigins:
    def perform(self, book: Book) -> None:
        book.run(_ORIGINS)


@dataclass(frozen=True, slots=True)
class TakeUp:
    """Facts of the station's feed become this book's own, in that order, up to feed number ``came_to``."""

    facts: tuple[Recorded, ...]
    came_to: int

    def perform(self, book: Book) -> int:
        """How many there were to take."""
        device, epoch = book.get("device", "local"), book.get("epoch", 1)
        seq, digest = book.one(_LAST_OWN, (device, epoch)) or (0, GENESIS)
        taken = 0
        for fact in self.facts:
            if _is_from_above(book, fact):
                continue
            taken += 1
            own = _as_own(book, fact, FactId(device, epoch, seq + taken))
            digest = chained(digest, own)
            row = _keep(book, own, digest)
            book.run("INSERT INTO origins VALUES (?, ?, ?, ?)", (row, *fact.id))
        book.put(TAKEN_UP, self.came_to)
        book.put("epoch", epoch)  # so that the book forgets what it knew of its last fact
        return taken


def _keep(book: Book, recorded: Recorded, digest: bytes | None) -> int:
    """Put a fact into the table, and nowhere else; its row."""
    r = recorded
    book.run(_KEEP, (*r.id, r.at_ms, r.skew_ms, r.day, r.operator, r.kind, r.body, digest))
    book.changed.add(r.kind)
    return int(book.value("SELECT last_insert_rowid()"))


def _is_from_above(book: Book, fact: Recorded) -> bool:
    """Whether the platform itself has told this fact, or has it from here already."""
    by_name = book.one(f"SELECT 1 FROM facts WHERE {_NAMED}", fact.id)
    return bool(by_name or book.one(f"SELECT 1 FROM origins WHERE {_NAMED}", fact.id))


def _as_own(book: Book, fact: Recorded, known: FactId) -> Recorded:
    """The fact under its new name; what the host took back is an undoing up there, where it may not say more."""
    if fact.id.device == PLATFORM_DEVICE and fact.id.epoch == HOST_VOICE and fact.kind == e.Voided.__name__:
        voided = codec.decode(fact.kind, fact.body)
        if isinstance(voided, e.Voided):
            body = codec.encode(e.Undone(voided.of, voided.reason))
            fact = fact._replace(kind=e.Undone.__name__, body=body)
    body = renamed(fact.body, lambda name: name_above(book, name))
    return fact._replace(id=known, body=_with_origin(body, fact.id))


def _with_origin(body: str, first: FactId) -> str:
    if not (body.startswith("{") and body.endswith("}")):
        return body
    comma = "" if body == "{}" else ","
    return f'{body[:-1]}{comma}"_of":{codec.dumps(str(first))}}}'


def origin_of(body: str) -> FactId | None:
    """The first name of a fact that a station sent up; none of other facts, and of what the host said itself."""
    found = _OF.search(body)
    known = _parsed(found[1]) if found else None
    return None if known is None or known.device == PLATFORM_DEVICE else known


def as_first_said(reader: Reader, fact: Recorded) -> Recorded:
    """A fact from above as the station knows it: under first names, its own and those that its body holds."""
    first = origin_of(fact.body)
    body = renamed(_OF.sub("}", fact.body), lambda name: name_below(reader, name))
    return fact._replace(id=first or fact.id, body=body)


def renamed(body: str, name_of: Callable[[FactId], FactId | None]) -> str:
    """The body with the names of facts replaced where ``name_of`` knows another one."""

    def other(found: re.Match[str]) -> str:
        known = _parsed(found[1])
        new = name_of(known) if known else None
        return f'"{new}' if new else found[0]

    return _NAME.sub(other, body)


def name_above(source: Book | Reader, first: FactId) -> FactId | None:
    """The name that the platform knows, of a fact that was taken up."""
    row = source.one(
        "SELECT f.device, f.epoch, f.seq FROM origins o JOIN facts f ON f.id = o.fact"
        " WHERE o.device = ? AND o.epoch = ? AND o.seq = ?",
        first,
    )
    return FactId(*row) if row else None


def name_below(source: Book | Reader, above: FactId) -> FactId | None:
    """The first name of a fact that the platform names."""
    row = source.one(
        "SELECT o.device, o.epoch, o.seq FROM facts f JOIN origins o ON o.fact = f.id"
        " WHERE f.device = ? AND f.epoch = ? AND f.seq = ?",
        above,
    )
    return FactId(*row) if row else None


def heard_after(reader: Reader, row: int, *, most: int) -> list[tuple[int, Recorded]]:
    """What the platform has said after a row of this book, with each fact's row."""
    rows = reader.rows(
        f"SELECT id, {_ENVELOPE} FROM facts WHERE id > ? AND digest IS NULL ORDER BY id LIMIT ?", (row, most)
    )
    return [(found[0], as_first_said(reader, Recorded(FactId(*found[1:4]), *found[4:]))) for found in rows]


def missing_photos(reader: Reader, names: Iterable[str]) -> list[str]:
    """Of these pictures those that the book does not have."""
    names = list(names)
    if not names:
        return []
    known = {row[0] for row in reader.rows("SELECT sha FROM photos")}
    return [name for name in names if name not in known]


@dataclass(frozen=True, slots=True)
class TakePhoto:
    """A picture of the station goes up too."""

    jpeg: bytes

    def perform(self, book: Book) -> None:
        book.keep_photo(self.jpeg)


def _parsed(text: str) -> FactId | None:
    try:
        return FactId.parse(text)
    except ValueError:
        return None


_ENVELOPE = "device, epoch, seq, at_ms, skew_ms, day, operator, kind, body"
_KEEP = f"INSERT INTO facts ({_ENVELOPE}, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_NAMED = "device = ? AND epoch = ? AND seq = ?"
_LAST_OWN = "SELECT seq, digest FROM facts WHERE device = ? AND epoch = ? ORDER BY seq DESC LIMIT 1"
