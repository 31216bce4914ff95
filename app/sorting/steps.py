"""The way along the wall with one product: which slots get how many, in walking order, as the book stands now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from app.domain.goods import Zone
from app.domain.refusals import Refused, refused
from app.sorting.rules import Code, Crate, Look, Reason
from app.store.connection import Params, Row

DOCK = "dock:"


class Source(Protocol):
    """What is read from: the open book, or a reader of the committed one."""

    def rows(self, sql: str, params: Params = ()) -> list[Row]:
        """All rows of a query."""
        ...

    def one(self, sql: str, params: Params = ()) -> Row | None:
        """The first row of a query, or none."""
        ...

    def get(self, key: str, default: Any = None) -> Any:
        """A value of the state table."""
        ...


@dataclass(frozen=True, slots=True)
class Lot:
    """Pieces of one lot that lie on the dock."""

    lot: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Step:
    """One stop on the way with a product: so many pieces into this slot; an empty slot: the wall does not know it."""

    point: str
    name: str
    slot: str
    route: str
    sorter: int
    zone: Zone
    lots: tuple[Lot, ...]

    @property
    def pieces(self) -> int:
        """How many this point is still to get."""
        return sum(lot.pieces for lot in self.lots)


def steps_of(source: Source, *, barcode: str, product: str, day: str, stretch: int = 0) -> list[Step]:
    """What is still to be put of a product, in walking order; ``stretch`` leaves out other sorters' slots."""
    steps: dict[str, Step] = {}
    for point, name, slot, route, sorter, zone, lot, pieces in source.rows(_STEPS, (barcode, day, product)):
        known = steps.get(point)
        lots = (*(known.lots if known else ()), Lot(lot, pieces))
        steps[point] = Step(point, name or point, slot or "", route or "", sorter or 0, Zone(zone), lots)
    return [step for step in steps.values() if not stretch or step.sorter in (0, stretch)]


ROUTE = (
    "coalesce((SELECT p.route FROM plan_stops p WHERE p.day = l.day AND p.point = l.point ORDER BY p.route LIMIT 1),"
    " n.route, w.route, '')"
)
"""Tonight's route of a line's point: by the adopted plan, the station's table, or what held when the wall was set."""
_STEPS = (
    f"SELECT l.point, n.name, w.slot, {ROUTE}, w.sorter, l.zone, l.lot, d.pieces FROM load_lines l"
    f" CROSS JOIN stock d ON d.lot = l.lot AND d.place = '{DOCK}' AND d.pieces > 0"
    " LEFT JOIN wall w ON w.point = l.point LEFT JOIN route_points n ON n.point = l.point"
    " WHERE l.barcode = ? AND l.day = ? AND l.product = ? ORDER BY w.rank IS NULL, w.rank, l.point, l.lot"
)


def products_of(source: Source, *, barcode: str, day: str) -> dict[str, int]:
    """The products of tonight that share a barcode, each with its pieces on the dock."""
    rows = source.rows(_PRODUCTS, (barcode, day))
    return {str(product): int(pieces) for product, pieces in rows}


_PRODUCTS = (
    "SELECT l.product, coalesce(sum(max(d.pieces, 0)), 0) FROM load_lines l"
    f" LEFT JOIN stock d ON d.lot = l.lot AND d.place = '{DOCK}'"
    " WHERE l.barcode = ? AND l.day = ? GROUP BY l.product ORDER BY l.product"
)


def stranger(source: Source, code: Code, *, day: str) -> Refused:
    """Why a code that is no product of tonight cannot be put: a coming night's goods, a whole box, or unknown."""
    coming = source.one(_COMING, (code.text, day))
    if coming is not None:
        return refused(Reason.COMING_NIGHT, product=coming[0], day=coming[1], today=day)
    if source.one(_BOX, (code.text, code.text)) is not None:
        return refused(Reason.WHOLE_BOX, code=code.text)
    return refused(Reason.NO_PRODUCT if code.look is Look.BARCODE else Reason.UNKNOWN, code=code.text)


_COMING = "SELECT product, day FROM load_lines WHERE barcode = ? AND day > ? ORDER BY day LIMIT 1"
_BOX = "SELECT 1 FROM containers WHERE container = ? OR pallet = ? LIMIT 1"


def crate_named(source: Source, label: str) -> Crate | None:
    """A crate by its label."""
    row = source.one(f"{_CRATE} WHERE crate = ?", (label,))
    return Crate(*row) if row else None


def open_crate(source: Source, *, slot: str, zone: str, day: str) -> Crate | None:
    """The crate of a slot that takes goods of a zone tonight; the one opened first, on every PC the same."""
    row = source.one(
        f"{_CRATE} WHERE slot = ? AND day = ? AND zone = ? AND sealed_ms = 0 AND run = '' AND became = ''"
        " ORDER BY opened_ms, crate LIMIT 1",
        (slot, day, zone),
    )
    return Crate(*row) if row else None


def last_crate(source: Source, *, slot: str, zone: str, day: str) -> str:
    """The label of the newest crate of a slot and zone tonight, empty where there was none."""
    row = source.one(
        "SELECT crate FROM wall_crates WHERE slot = ? AND day = ? AND zone = ? ORDER BY opened_ms DESC, crate DESC"
        " LIMIT 1",
        (slot, day, zone),
    )
    return str(row[0]) if row else ""


_CRATE = "SELECT crate, slot, point, route, day, zone, asset, after, became, sealed_ms, run FROM wall_crates"


def contents_of(source: Source, crate: str) -> list[Lot]:
    """What is in a crate."""
    rows = source.rows(
        "SELECT lot, pieces FROM stock WHERE place = ? AND pieces > 0 ORDER BY lot", (f"crate:{crate}",)
    )
    return [Lot(lot, pieces) for lot, pieces in rows]
