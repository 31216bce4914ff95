"""The hub's stock: what the moves of all devices add up to, and which of them cannot have happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection, select

from app.domain.moves import Move
from app.domain.places import Kind, Place
from app.hub.database import put
from app.hub.tables import stock

BOTTOMLESS = frozenset({Kind.PLATFORM, Kind.OVER})
"""Places that stand for the world outside: they may go below zero."""
MOST_PIECES = 1_000_000
_AT_ONCE = 500

text_of = lru_cache(maxsize=8192)(Place.__str__)


@dataclass(slots=True)
class Cell:
    """Pieces of a lot at a place, and the last fact that took some away."""

    pieces: int = 0
    taken_by: str = ""


class Fold:
    """One point's stock as far as a transaction touches it; read once, changed in memory, written once."""

    def __init__(self, connection: Connection, point: str) -> None:
        self._connection = connection
        self._point = point
        self._cells: dict[tuple[str, str], Cell] = {}
        self._known: set[str] = set()
        self._changed: set[tuple[str, str]] = set()

    def fetch(self, lots: Iterable[str]) -> None:
        """Read the stock of ``lots`` that is not in memory yet."""
        missing = sorted(set(lots) - self._known)
        self._known.update(missing)
        for start in range(0, len(missing), _AT_ONCE):
            some = missing[start : start + _AT_ONCE]
            rows = self._connection.execute(
                select(stock.c.lot, stock.c.place, stock.c.pieces, stock.c.taken_by).where(
                    stock.c.point == self._point, stock.c.lot.in_(some)
                )
            )
            for lot, place, pieces, taken_by in rows:
                self._cells[lot, place] = Cell(pieces, taken_by)

    def shortage(self, moves: Sequence[Move]) -> Cell | None:
        """The first place that ``moves`` would leave with less than nothing; none where they can happen."""
        if len(moves) == 1:
            return self._short(moves[0], moves[0].pieces)
        change: dict[tuple[str, Place], int] = {}
        for lot, pieces, source, target in moves:
            change[lot, source] = change.get((lot, source), 0) + pieces
            change[lot, target] = change.get((lot, target), 0) - pieces
        for move in moves:
            cell = self._short(move, change[move.lot, move.source])
            if cell is not None:
                return cell
        return None

    def _short(self, move: Move, wanted: int) -> Cell | None:
        if move.source.kind in BOTTOMLESS:
            return None
        cell = self._cells.get((move.lot, text_of(move.source))) or Cell()
        return cell if cell.pieces < wanted else None

    def apply(self, moves: Sequence[Move], *, by: str) -> None:
        """Move the pieces; ``by`` names the fact that does it."""
        for lot, pieces, source, target in moves:
            source_cell = self._cell(lot, source)
            source_cell.pieces -= pieces
            source_cell.taken_by = by
            self._cell(lot, target).pieces += pieces

    def _cell(self, lot: str, place: Place) -> Cell:
        key = lot, text_of(place)
        self._changed.add(key)
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = Cell()
        return cell

    def save(self) -> None:
        """Write what changed."""
        cells = self._cells
        put(
            self._connection,
            stock,
            [
                {
                    "point": self._point,
                    "lot": lot,
                    "place": place,
                    "pieces": cells[lot, place].pieces,
                    "taken_by": cells[lot, place].taken_by,
                }
                for lot, place in sorted(self._changed)
            ],
        )
        self._changed.clear()
