"""The hub's stock: what the moves of all devices add up to, and which of them cannot have happened."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache

from sqlalchemy import Connection, select

from app.domain.moves import Move
from app.domain.places import Kind, Place
from app.hub.database import among, put
from app.hub.tables import stock
from app.sync.columns import text

BOTTOMLESS = frozenset({Kind.PLATFORM, Kind.OVER})
"""Places that stand for the world outside: they may go below zero."""
MOST_PIECES = 1_000_000

text_of = lru_cache(maxsize=8192)(Place.__str__)

Places = dict[str, tuple[int, str]]
"""Where the pieces of one lot are, and who last took some away from there."""
NOTHING = (0, "")


class Fold:
    """One point's stock as far as a transaction touches it; read once, changed in memory, written once."""

    def __init__(self, connection: Connection, point: str) -> None:
        self._connection = connection
        self._point = point
        self._lots: dict[str, Places] = {}
        self._changed: set[str] = set()

    def fetch(self, lots: Iterable[str]) -> None:
        """Read the stock of ``lots`` that is not in memory yet."""
        missing = set(lots) - self._lots.keys()
        if not missing:
            return
        self._lots.update((lot, {}) for lot in missing)
        wanted = select(stock.c.lot, stock.c.places).where(
            stock.c.point == self._point, among(self._connection, stock.c.lot, list(missing))
        )
        for lot, places in self._connection.execute(wanted).all():
            self._lots[lot] = json.loads(places)

    def apply(self, moves: Sequence[Move], *, by: str) -> str | None:
        """Move all the pieces or none; where a place has too few, the name of the fact that emptied it (or "")."""
        for done, (lot, pieces, source, target) in enumerate(moves):
            places, origin, end = self._lots[lot], text_of(source), text_of(target)
            there, taken_by = places.get(origin, NOTHING)
            if there < pieces and source.kind not in BOTTOMLESS:
                self._put_back(moves[:done])
                return taken_by
            places[origin] = (there - pieces, by)
            there, taken_by = places.get(end, NOTHING)
            places[end] = (there + pieces, taken_by)
            self._changed.add(lot)
        return None

    def _put_back(self, moves: Sequence[Move]) -> None:
        for lot, pieces, source, target in reversed(moves):
            places = self._lots[lot]
            for place, change in ((text_of(target), -pieces), (text_of(source), pieces)):
                there, taken_by = places[place]
                places[place] = (there + change, taken_by)

    def save(self) -> None:
        """Write what changed."""
        rows = [
            {"point": self._point, "lot": lot, "places": _text_of_places(self._lots[lot])}
            for lot in sorted(self._changed)
        ]
        put(self._connection, stock, rows)
        self._changed.clear()


def _text_of_places(places: Places) -> str:
    """JSON, written by hand: a day's thousands of small objects cost the encoder more than all the moves."""
    cells = [f"{text(place)}:[{pieces},{text(by)}]" for place, (pieces, by) in places.items()]
    return f"{{{','.join(cells)}}}"
