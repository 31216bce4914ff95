"""What this desk recorded and the platform took back, because another desk had been there before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.clock import day_after
from app.domain.ids import FactId
from app.store.book import Book
from app.store.connection import Reader, Row

ROOMS: Mapping[str, tuple[str, ...]] = {
    "dock": ("ContainersUnloaded", "PiecesMissed", "PiecesFound", "PiecesDamaged", "SurplusFound"),
    "sorting": ("Sorted", "Resorted", "CrateSealed", "CrateUnsealed", "CrateRelabelled"),
    "loading": ("CrateLoaded", "CrateTakenOff", "VanClosed", "VanReopened"),
    "handover": ("HandedOver", "ReturnsReceived"),
}
"""Which kinds each room of a station tells and confirms under its own name.

Not the opening of a crate: two PCs that open the same one have both said what is so.
"""


@dataclass(frozen=True, slots=True)
class Clash:
    """A fact of this desk that was voided: what it said, and the fact that won ("" and 0 where none is known)."""

    row: int
    of: FactId
    kind: str
    body: dict[str, Any]
    reason: str
    at_ms: int
    winner: str = ""
    winner_device: str = ""
    winner_operator: str = ""
    winner_ms: int = 0


class Clashes:
    """The clashes of some kinds that nobody at this desk has confirmed yet; each look reads new facts only."""

    def __init__(self, reader: Reader, *, room: str, kinds: Iterable[str]) -> None:
        """``room`` is the name under which the page remembers what was confirmed (:class:`ConfirmClashes`)."""
        self._reader, self._room = reader, room
        self._kinds = frozenset(kinds)
        self._read_to = -1
        self._open: list[Clash] = []

    def look(self, *, day: str) -> list[Clash]:
        """All that are not confirmed, the oldest first; of days before yesterday none is told any more."""
        confirmed: int = self._reader.get(_key(self._room), 0)
        newest = self._reader.value("SELECT max(id) FROM facts") or 0
        if self._read_to < 0:
            since = self._reader.value("SELECT min(id) FROM facts WHERE day >= ?", (day_after(day, -1),))
            self._read_to = max(confirmed, newest if since is None else since - 1)
        for row, body in self._reader.rows(_VOIDED, (self._read_to, newest)):
            clash = _clash(self._reader, row, json.loads(body))
            if clash is not None and clash.kind in self._kinds:
                self._open.append(clash)
        self._read_to = max(self._read_to, newest)
        self._open = [clash for clash in self._open if clash.row > confirmed]
        return list(self._open)


@dataclass(frozen=True, slots=True)
class ConfirmClashes:
    """Somebody has read all clashes of a room up to a row."""

    room: str
    row: int

    def perform(self, book: Book) -> None:
        book.put(_key(self.room), max(self.row, book.get(_key(self.room), 0)))


def _key(room: str) -> str:
    return f"clashes.{room}"


_VOIDED = "SELECT id, body FROM facts WHERE id > ? AND id <= ? AND kind = 'Voided' ORDER BY id"
_NAMED = (
    "SELECT reversed_by, device, epoch, seq, kind, body, at_ms - skew_ms, operator FROM facts"
    " WHERE device = ? AND epoch = ? AND seq = ?"
)


def _clash(reader: Reader, row: int, voided: dict[str, Any]) -> Clash | None:
    """The clash of a voided fact; none where the fact is another desk's, or was taken back before."""
    mine = _named(reader, voided["of"])
    if mine is None or mine[0] != row or mine[1] != reader.get("device", "local"):
        return None
    won = _named(reader, voided.get("winner", ""))
    return Clash(
        row=row,
        of=FactId(*mine[1:4]),
        kind=mine[4],
        body=json.loads(mine[5]),
        reason=voided["reason"],
        at_ms=mine[6],
        winner=voided.get("winner", ""),
        winner_device=won[1] if won else "",
        winner_operator=won[7] if won else "",
        winner_ms=won[6] if won else 0,
    )


def _named(reader: Reader, fact: str) -> Row | None:
    try:
        return reader.one(_NAMED, FactId.parse(fact))
    except ValueError:
        return None
