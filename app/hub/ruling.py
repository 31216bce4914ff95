"""What each fact does to the hub's books, in server order, and which facts are answered by a `Voided`."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, select

from app.domain import codec
from app.domain import events as e
from app.domain.codec import Recorded
from app.domain.guards import GUARDED, guard_of
from app.domain.ids import FactId
from app.domain.moves import Move, moves_of, reversed_moves
from app.domain.night import NIGHT_HEARD_ONLY
from app.hub.books import Books
from app.hub.database import put_new
from app.hub.feed import stored_device
from app.hub.fold import MOST_PIECES, Fold
from app.hub.keys import Keys
from app.hub.tables import devices, facts, taken_back
from app.sync.protocol import PLATFORM_DEVICE


class Reason(StrEnum):
    """Why a fact cannot have happened; goes to the devices in `Voided.reason`."""

    NOT_THERE = "not_there"
    TAKEN = "taken"  # somebody else has sorted, sealed, loaded or closed it
    NOT_YOURS = "not_yours"
    ALREADY_ANNOUNCED = "already_announced"
    BAD_COUNT = "bad_count"
    UNKNOWN = "unknown"


_HEARD_ONLY = e.HEARD_ONLY | NIGHT_HEARD_ONLY


class Entry(NamedTuple):
    """A readable fact with its envelope."""

    recorded: Recorded
    fact: e.Fact


class _Named(NamedTuple):
    """A fact and its name."""

    id: FactId
    fact: e.Fact


class Ledger:
    """One point's books inside one transaction: takes facts in order, keeps what follows from them, writes once."""

    def __init__(self, connection: Connection, point: str) -> None:
        self._connection = connection
        self._point = point
        self._fold = Fold(connection, point)
        self._entries: dict[FactId, e.Fact] = {}
        self._books = Books(connection, point)
        self._keys = Keys(connection, point)
        self._devices: set[str] = set()
        self._taken_back: dict[FactId, str] = {}

    def take(self, entries: Sequence[Entry]) -> list[e.Voided]:
        """Take facts in; the exceptions are for the feed, in the order in which the facts came."""
        moved = [moves_of(entry.fact) for entry in entries]
        self._fold.fetch(move.lot for moves in moved for move in moves)
        self._keys.fetch(guard_of(entry.fact) for entry in entries if entry.recorded.kind in GUARDED)
        self._entries.update((entry.recorded.id, entry.fact) for entry in entries)
        found = [self._take(entry, moves) for entry, moves in zip(entries, moved, strict=True)]
        self._fold.save()
        self._keys.save()
        self._books.save()
        self._save_taken_back()
        return [voided for voided in found if voided is not None]

    def _take(self, entry: Entry, moves: tuple[Move, ...]) -> e.Voided | None:
        known, fact = entry.recorded.id, entry.fact
        if isinstance(fact, e.Undone | e.Voided) and not self._may_not_say(entry):
            return self._undo(entry, fact.of)
        reason = self._impossible(entry, moves)
        if reason is not None:
            return self._void(known, reason)
        guard = guard_of(fact)
        if holder := self._keys.in_the_way(guard):
            return self._void(known, Reason.TAKEN, winner=holder)
        if moves and (winner := self._fold.apply(moves, by=str(known))) is not None:
            return self._void(known, Reason.NOT_THERE, winner=winner)
        self._keys.apply(guard, by=str(known))
        self._keep(entry)
        return None

    def _impossible(self, entry: Entry, moves: tuple[Move, ...]) -> Reason | None:
        """What can be said against a fact by itself, whoever else did what."""
        if self._may_not_say(entry):
            return Reason.NOT_YOURS
        if any(not 0 < move.pieces <= MOST_PIECES for move in moves):
            return Reason.BAD_COUNT
        if isinstance(entry.fact, e.GoodsAnnounced) and not self._books.announce(entry.fact):
            return Reason.ALREADY_ANNOUNCED
        return None

    def _may_not_say(self, entry: Entry) -> bool:
        return entry.recorded.kind in _HEARD_ONLY and entry.recorded.id.device != PLATFORM_DEVICE

    def _keep(self, entry: Entry) -> None:
        """Write down what the fact means besides its moves."""
        match entry.fact:
            case e.PickedUp() as fact:
                self._settle(fact, entry.recorded.day, sign=1)
            case e.ClaimOpened() as fact:
                self._books.open_claim(fact)
            case e.RulingGiven() as fact:
                self._books.rule(fact, entry.recorded)
            case e.PolicySet() as fact:
                self._books.set_policy(fact, entry.recorded.body)
            case _:
                pass

    def _settle(self, fact: e.PickedUp, day: str, *, sign: int) -> None:
        for count in fact.goods:
            self._books.settle(count.lot, day, pieces=sign * count.pieces)

    def _void(self, known: FactId, reason: Reason, *, winner: str = "") -> e.Voided:
        self._taken_back[known] = reason
        return e.Voided(of=str(known), reason=reason, winner=winner)

    # --- taking back ---

    def _undo(self, entry: Entry, of: str) -> e.Voided | None:
        """Take the moves of a fact back once; a second asking, or for a fact in quarantine, moves nothing."""
        target = _parsed(of)
        if target is None or not self._is_known(target):
            return self._void(entry.recorded.id, Reason.UNKNOWN)
        fact = self._fact(target)
        if fact is None or self._is_taken_back(target):
            return None
        moves = reversed_moves(self._effects(fact))
        again = self._brought_back(fact)
        self._keys.fetch([guard_of(fact), *([guard_of(again.fact)] if again else [])])
        if again and (holder := self._keys.in_the_way(guard_of(again.fact), by=str(again.id))):
            return self._void(entry.recorded.id, Reason.TAKEN, winner=holder)
        self._fold.fetch(move.lot for move in moves)
        winner = self._fold.apply(moves, by=str(entry.recorded.id))
        if winner is not None:
            return self._void(entry.recorded.id, Reason.NOT_THERE, winner=winner)
        self._taken_back[target] = str(entry.recorded.id)
        self._keys.release(guard_of(fact), of=str(target), by=str(entry.recorded.id))
        if again:
            self._keys.apply(guard_of(again.fact), by=str(again.id))
        if isinstance(fact, e.PickedUp):
            self._settle(fact, entry.recorded.day, sign=-1)
        elif isinstance(fact, e.GoodsAnnounced):
            self._books.forget_announcement(fact)
        return None

    def _brought_back(self, fact: e.Fact) -> _Named | None:
        """Where an undoing is taken back: the fact that it had undone, which counts again."""
        if not isinstance(fact, e.Undone | e.Voided):
            return None
        original = _parsed(fact.of)
        found = self._fact(original) if original else None
        return _Named(original, found) if original and found else None

    def _effects(self, fact: e.Fact, depth: int = 8) -> tuple[Move, ...]:
        if not isinstance(fact, e.Undone | e.Voided):
            return moves_of(fact)
        target = _parsed(fact.of)
        original = self._fact(target) if target and depth else None
        return reversed_moves(self._effects(original, depth - 1)) if original else ()

    def _fact(self, known: FactId) -> e.Fact | None:
        """A fact of this point, from this batch or from the table."""
        if known in self._entries:
            return self._entries[known]
        if not self._is_ours(known.device):
            return None
        wanted = select(facts.c.kind, facts.c.body).where(*self._named(facts, known))
        row = self._connection.execute(wanted).first()
        try:
            return codec.decode(*row) if row else None
        except codec.BadFact:
            return None

    def _is_known(self, known: FactId) -> bool:
        """Whether the point has a fact of this name at all, in quarantine or not."""
        if known in self._entries:
            return True
        wanted = select(facts.c.seq).where(*self._named(facts, known))
        return self._is_ours(known.device) and self._connection.execute(wanted).first() is not None

    def _is_ours(self, device: str) -> bool:
        """Whether a device stands at this point: nobody takes back what another point did."""
        if not self._devices:
            rows = self._connection.execute(select(devices.c.device).where(devices.c.point == self._point))
            self._devices = {PLATFORM_DEVICE, *rows.scalars()}
        return device in self._devices

    def _is_taken_back(self, known: FactId) -> bool:
        if known in self._taken_back:
            return True
        wanted = select(taken_back.c.by).where(*self._named(taken_back, known))
        return self._connection.execute(wanted).first() is not None

    def _save_taken_back(self) -> None:
        rows = [
            {
                "device": stored_device(self._point, known.device),
                "epoch": known.epoch,
                "seq": known.seq,
                "by": by,
            }
            for known, by in self._taken_back.items()
        ]
        put_new(self._connection, taken_back, rows)

    def _named(self, table: Table, known: FactId) -> list[Any]:
        device = stored_device(self._point, known.device)
        columns = table.c
        return [columns.device == device, columns.epoch == known.epoch, columns.seq == known.seq]


def _parsed(text: str) -> FactId | None:
    try:
        return FactId.parse(text)
    except ValueError:
        return None
