"""The open book inside one transaction: commands read it, record facts in it, and nothing else writes goods."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import sqlcipher3

from app.domain import codec
from app.domain.clock import Clock, business_day
from app.domain.codec import Recorded
from app.domain.events import Fact, Undone, Voided
from app.domain.goods import Person
from app.domain.guards import GUARDED, NOTHING, Guard, guard_of
from app.domain.ids import FactId
from app.domain.moves import Move, moves_of, reversed_moves
from app.domain.pinyin import initials
from app.domain.places import Place
from app.store.connection import Params, Row, read_state
from app.store.nightbook import NIGHT_TAKEN_BACK, last_taker, tally
from app.store.projections import Entry, bring_back, project, take_back

PLATFORM_DEVICE = "@"
"""The platform's own facts stand in the book under this device name, numbered by the point's feed."""


class Book:
    """One writer's view of the book. Its methods are for use inside a transaction of the writer thread."""

    def __init__(self, connection: sqlcipher3.Connection, clock: Clock) -> None:
        """``in_mind`` is what a room keeps of the book from one command to the next, each under its own key.

        ``someone_waits()`` says whether another command is behind the running one: a long one may then stop early.
        """
        self._connection = connection
        self.clock = clock
        self.operator = ""
        self.changed: set[str] = set()
        self.in_mind: dict[object, Any] = {}
        self.someone_waits: Callable[[], bool] = lambda: False
        self._rollbacks = 0
        self._forget()

    def _forget(self) -> None:
        """Drop what is remembered of the file: after a roll-back it may be wrong."""
        self._seq, self._digest = -1, codec.GENESIS
        self._state: dict[str, Any] = {}
        self.device, self.epoch, self.skew_ms = "", 0, 0

    # --- reading ---

    def rows(self, sql: str, params: Params = ()) -> list[Row]:
        """All rows of a query."""
        found: list[Row] = self._connection.execute(sql, params).fetchall()
        return found

    def one(self, sql: str, params: Params = ()) -> Row | None:
        """The first row of a query, or none."""
        found: Row | None = self._connection.execute(sql, params).fetchone()
        return found

    def value(self, sql: str, params: Params = ()) -> Any:
        """The first column of the first row, or ``None``."""
        row = self._connection.execute(sql, params).fetchone()
        return row[0] if row else None

    def balance(self, lot: str, place: Place) -> int:
        """Pieces of ``lot`` at ``place``."""
        return self.value(_BALANCE, (lot, str(place))) or 0

    def get(self, key: str, default: Any = None) -> Any:
        """A value of the small state table; what was read once is remembered, for nobody else writes here."""
        try:
            found = self._state[key]
        except KeyError:
            found = self._state[key] = read_state(self, key, _NOTHING)
        return default if found is _NOTHING else found

    def holder(self, key: str) -> Row | None:
        """The fact that holds a key (see `app.domain.guards`): id, device, operator and true time in ms; or none."""
        return self.one(_HOLDER, (key,))

    @property
    def day(self) -> str:
        """The business day that runs now, by this PC's clock corrected by its known skew."""
        self._recall()
        return business_day(self.clock.now_ms() - self.skew_ms)

    @property
    def skew(self) -> int:
        """How far this PC's clock is ahead of the platform's, in ms, as last measured."""
        self._recall()
        return self.skew_ms

    @property
    def mark(self) -> tuple[int, int]:
        """Changes with every row that is written and every roll-back: what a command keeps in mind holds as long."""
        return self._connection.total_changes, self._rollbacks

    # --- writing ---

    def run(self, sql: str, params: Params = ()) -> int:
        """Run a statement; the number of rows it touched."""
        return int(self._connection.execute(sql, params).rowcount)

    def run_many(self, sql: str, rows: Iterable[Params]) -> None:
        """Run a statement for each row of parameters."""
        self._connection.executemany(sql, list(rows))

    def put(self, key: str, value: Any) -> None:
        """Keep a JSON value in the state table."""
        self.run(_PUT, (key, codec.dumps(value)))
        self._state.pop(key, None)
        if key in ("device", "epoch", "operator", "skew_ms"):
            self._forget()

    def record(self, fact: Fact) -> FactId:
        """Record what happened here: the fact, its digest, its moves and all projections."""
        self._recall()
        body = codec.encode(fact)
        if not codec.fits(fact, body):
            fact = codec.cleaned(fact)
            body = codec.encode(fact)
        seq = self._seq + 1
        now = self.clock.now_ms()
        recorded = Recorded(
            FactId(self.device, self.epoch, seq),
            now,
            self.skew_ms,
            business_day(now - self.skew_ms),
            self.operator,
            type(fact).__name__,
            body,
        )
        digest = codec.chained(self._digest, recorded)
        self._enter(recorded, fact, digest)
        self._seq, self._digest = seq, digest
        return recorded.id

    def hear(self, recorded: Recorded) -> bool:
        """Record a fact of another device or of the platform; a second time it changes nothing and says false.

        A kind or body that this version cannot read is kept, for a later version to replay.
        """
        if self.one(_KNOWN, recorded.id):
            return False
        self._enter(recorded, _readable(recorded), None)
        return True

    def keep_people(self, people: Iterable[Person]) -> None:
        """Keep names and phone tails, apart from the facts; they can be erased."""
        day = self.day
        self.run_many(
            _KEEP_PERSON,
            [
                (p.buyer, p.platform, p.name, p.nickname, p.tail, p.phone, initials(p.name), day)
                for p in people
            ],
        )
        self.changed.add("people")

    def keep_photo(self, jpeg: bytes) -> str:
        """Keep a picture; its name is the BLAKE2b-128 of its bytes in hex, so twice is once."""
        from hashlib import blake2b

        sha = blake2b(jpeg, digest_size=16).hexdigest()
        self.run("INSERT OR IGNORE INTO photos (sha, jpeg, sent_ms) VALUES (?, ?, 0)", (sha, jpeg))
        return sha

    def replay(self) -> None:
        """Rebuild all projections from the facts, in the order in which this book learned them."""
        from app.store.tables import PROJECTIONS

        for table in PROJECTIONS:
            self.run(f"DELETE FROM {table.name}")
        self.run("UPDATE facts SET reversed_by = NULL")
        for row in self.rows(f"SELECT id, {_ENVELOPE} FROM facts ORDER BY id"):
            self._apply_if_it_can_be(row[0], Recorded(FactId(*row[1:4]), *row[4:]))

    def forget_after_rollback(self) -> None:
        """The transaction did not happen: what was remembered of it is dropped."""
        self._forget()
        self._rollbacks += 1
        self.changed.clear()
        self.in_mind.clear()

    # --- inside ---

    def _recall(self) -> None:
        if self._seq >= 0:
            return
        self.device = self.get("device", "local")
        self.epoch = self.get("epoch", 1)
        self.operator = self.get("operator", "")
        self.skew_ms = self.get("skew_ms", 0)
        last = self.one(_LAST_OWN, (self.device, self.epoch))
        self._seq, self._digest = (last[0], last[1]) if last else (0, codec.GENESIS)

    def _enter(self, recorded: Recorded, fact: Fact | None, digest: bytes | None) -> None:
        cursor = self._connection.execute(
            _ENTER,
            (*recorded.id, recorded.at_ms, recorded.skew_ms, recorded.day, recorded.operator, recorded.kind,
             recorded.body, digest),
        )  # fmt: skip
        self.changed.add(recorded.kind)
        if fact is not None:
            self._apply(cursor.lastrowid, recorded, fact)

    def _apply_if_it_can_be(self, row: int, recorded: Recorded) -> None:
        """A heard fact that this version cannot read, or that no table will take, is left bare as it was."""
        self.run("SAVEPOINT replayed")
        try:
            self._apply(row, recorded, recorded.fact())
        except (sqlcipher3.DatabaseError, ValueError, ArithmeticError, LookupError, TypeError) as error:
            if isinstance(error, sqlcipher3.OperationalError):
                raise
            self.run("ROLLBACK TO replayed")
        self.run("RELEASE replayed")

    def _apply(self, row: int, recorded: Recorded, fact: Fact) -> None:
        entry = Entry(row, recorded)
        kind: Any = type(fact)
        if isinstance(fact, _TAKE_BACK):
            self._take_back(entry, fact.of)
        else:
            self._move(row, _moves_by_kind(kind)(fact))
            self._guard(row, _guard_by_kind(kind)(fact))
        _project_by_kind(kind)(fact, self, entry)

    def _guard(self, row: int, guard: Guard) -> None:
        """Take a fact's keys and let go of those it frees; a key may be held twice until the hub decides."""
        if guard is NOTHING:
            return
        for key in guard.frees:
            self.run("DELETE FROM guards WHERE key = ?", (key,))
        for key in guard.takes:
            self.run("INSERT INTO guards (key, fact) VALUES (?, ?)", (key, row))

    def _unguard(self, target: int, by: int) -> None:
        """A fact is taken back: its keys are free, and what it had freed is held again by the fact that held it.

        Where that fact is not known, the fact ``by`` that takes back holds the key.
        """
        self.run("DELETE FROM guards WHERE fact = ?", (target,))
        row = self.one(f"SELECT {_ENVELOPE} FROM facts WHERE id = ?", (target,))
        fact = _readable(Recorded(FactId(*row[:3]), *row[3:])) if row else None
        for key in guard_of(fact).frees if fact else ():
            holder = self.value(*last_taker(key, before=target)) or by
            self.run("INSERT OR IGNORE INTO guards (key, fact) VALUES (?, ?)", (key, holder))

    def _take_back(self, entry: Entry, of: str) -> None:
        """Reverse the moves of a fact once, whoever asks for it how often."""
        target = self._fact_named(of)
        if target is None or target[1] is not None:
            return
        moves = self.rows(
            "SELECT lot, pieces, source, target FROM moves WHERE fact = ? ORDER BY id", (target[0],)
        )
        backward = [Move(lot, n, Place.parse(source), Place.parse(to)) for lot, n, source, to in moves]
        self.run("UPDATE facts SET reversed_by = ? WHERE id = ?", (entry.row, target[0]))
        self._move(entry.row, reversed_moves(backward))
        if target[2] in GUARDED:
            self._unguard(target[0], entry.row)
        take_back(self, entry, target[0], target[2])
        if target[2] in NIGHT_TAKEN_BACK:
            NIGHT_TAKEN_BACK[target[2]](self, entry, target[0])
        if target[2] == Undone.__name__:
            self._bring_back(target[0])

    def _bring_back(self, undoing: int) -> None:
        """The undoing at this row was taken back: what it had undone counts again."""
        row = self.one(f"SELECT id, {_ENVELOPE} FROM facts WHERE reversed_by = ?", (undoing,))
        if row is not None:
            recorded = Recorded(FactId(*row[1:4]), *row[4:])
            self.run("UPDATE facts SET reversed_by = NULL WHERE id = ?", (row[0],))
            self.run("DELETE FROM guards WHERE fact = ?", (undoing,))
            self._guard(row[0], guard_of(recorded.fact()))
            bring_back(self, Entry(row[0], recorded), recorded.fact())

    def _fact_named(self, of: str) -> Row | None:
        try:
            known = FactId.parse(of)
        except ValueError:
            return None
        return self.one(
            "SELECT id, reversed_by, kind FROM facts WHERE device = ? AND epoch = ? AND seq = ?", known
        )

    def _move(self, row: int, moves: Sequence[Move]) -> None:
        moved: list[Row] = []
        stock: list[Row] = []
        for lot, pieces, source, target in moves:
            off, onto = _text_of(source), _text_of(target)
            moved.append((row, lot, pieces, off, onto))
            stock += (lot, off, -pieces), (lot, onto, pieces)
        if moved:
            self._connection.executemany(_MOVE, moved)
            self._connection.executemany(_ADD, stock)
            tally(self, moves)


def _readable(recorded: Recorded) -> Fact | None:
    """The typed fact, or none where this version cannot read it."""
    try:
        return recorded.fact()
    except codec.BadFact:
        return None


_NOTHING = object()
_TAKE_BACK = (Undone, Voided)
_text_of = lru_cache(maxsize=4096)(Place.__str__)
_moves_by_kind = lru_cache(maxsize=None)(moves_of.dispatch)
_guard_by_kind = lru_cache(maxsize=None)(guard_of.dispatch)
_project_by_kind = lru_cache(maxsize=None)(project.dispatch)
_ENVELOPE = "device, epoch, seq, at_ms, skew_ms, day, operator, kind, body"
_ENTER = f"INSERT INTO facts ({_ENVELOPE}, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_KNOWN = "SELECT 1 FROM facts WHERE device = ? AND epoch = ? AND seq = ?"
_LAST_OWN = "SELECT seq, digest FROM facts WHERE device = ? AND epoch = ? ORDER BY seq DESC LIMIT 1"
_MOVE = "INSERT INTO moves (fact, lot, pieces, source, target) VALUES (?, ?, ?, ?, ?)"
_ADD = (
    "INSERT INTO stock (lot, place, pieces) VALUES (?, ?, ?)"
    " ON CONFLICT (lot, place) DO UPDATE SET pieces = pieces + excluded.pieces"
)
_BALANCE = "SELECT pieces FROM stock WHERE lot = ? AND place = ?"
_HOLDER = (
    "SELECT f.id, f.device, f.operator, f.at_ms - f.skew_ms FROM guards g JOIN facts f ON f.id = g.fact"
    " WHERE g.key = ? ORDER BY g.fact LIMIT 1"
)
_PUT = "INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
_KEEP_PERSON = (
    "INSERT INTO people (buyer, platform, name, nickname, tail, phone, initials, seen_day)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (buyer) DO UPDATE SET name = excluded.name,"
    " nickname = excluded.nickname, tail = excluded.tail, phone = excluded.phone,"
    " initials = excluded.initials, seen_day = excluded.seen_day"
)
