"""What the pages of the wall can see: what is still to be sorted, every slot with its crates, and what is in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from app.domain.clock import day_after
from app.domain.fair import Need
from app.domain.goods import Zone
from app.domain.guards import piece_key
from app.domain.labels import CRATE_PREFIX, lot_of_label
from app.sorting.rules import SORTED_IN, Crate
from app.sorting.steps import DOCK, Source, Step, contents_of, crate_named
from app.sorting.wallplan import Stop
from app.store.tonight import routes_of, went_without

USUAL_DAYS = 7
"""What a point usually gets is its mean over so many nights."""
CHECKED_ONE_IN = 20
"""So many crates there are for each one that is counted again."""
MOST_PRODUCTS = 200


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the sorting is: pieces on the dock by zone, and what this PC's sorter has put tonight."""

    left: tuple[tuple[Zone, int], ...]
    sorter: str
    mine: int
    waves: frozenset[str]

    @property
    def pieces(self) -> int:
        """All pieces that still lie on the dock."""
        return sum(pieces for _, pieces in self.left)

    @property
    def zone(self) -> Zone | None:
        """The zone whose wave it is: the first in the order of waves that still has goods."""
        return next((zone for zone, pieces in self.left if pieces), None)


def standing(source: Source, *, day: str) -> Standing:
    """How far the sorting is now."""
    found: dict[str, int] = dict(source.rows(_LEFT, (day,)))
    sorter = str(source.get("operator", ""))
    mine = source.one(
        "SELECT coalesce(sum(pieces), 0) FROM paces WHERE day = ? AND operator = ?", (day, sorter)
    )
    waves = source.rows("SELECT zone FROM waves WHERE day = ? AND began_ms > 0", (day,))
    return Standing(
        left=tuple((zone, found.get(zone, 0)) for zone in SORTED_IN),
        sorter=sorter,
        mine=mine[0] if mine else 0,
        waves=frozenset(zone for (zone,) in waves),
    )


_LEFT = "SELECT zone, sum(dock) FROM tallies WHERE day = ? AND dock > 0 GROUP BY zone"


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product that still lies on the dock: how many pieces, for how many points."""

    product: str
    barcode: str
    zone: Zone
    pieces: int
    points: int


def product_rows(source: Source, *, day: str) -> list[ProductRow]:
    """What to fetch next: in the order of waves, frozen last, and the largest first."""
    rows = source.rows(_PRODUCT_ROWS, (day,))
    found = [
        ProductRow(product, barcode, Zone(zone), pieces, points)
        for product, barcode, zone, pieces, points in rows
    ]
    found.sort(key=lambda row: (SORTED_IN.index(row.zone), -row.pieces, row.product))
    return found[:MOST_PRODUCTS]


_PRODUCT_ROWS = (
    "SELECT l.product, l.barcode, l.zone, sum(d.pieces), count(DISTINCT l.point) FROM stock d"
    " JOIN load_lines l ON l.lot = d.lot"
    f" WHERE d.place = '{DOCK}' AND d.pieces > 0 AND l.day = ? GROUP BY l.product, l.barcode, l.zone"
)


def sorters(source: Source, *, day: str) -> list[str]:
    """The badges of tonight, the latest first."""
    rows = source.rows(
        "SELECT sorter FROM shifts WHERE day = ? GROUP BY sorter ORDER BY max(joined_ms) DESC, sorter", (day,)
    )
    return [sorter for (sorter,) in rows]


def stretches(source: Source) -> int:
    """Into how many stretches the wall is cut."""
    row = source.one("SELECT coalesce(max(sorter), 0) FROM wall")
    return int(row[0]) if row else 0


def needs_of(source: Source, steps: Iterable[Step], *, now_ms: int) -> list[Need]:
    """What each point is still to get of a short product, and when it last went without something."""
    lately = went_without(source, now_ms=now_ms)
    return [Need(step.point, step.pieces, lately.get(step.point, 0)) for step in steps]


# --- the wall ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CrateRow:
    """A crate of tonight and how many pieces are in it."""

    crate: str
    zone: Zone
    pieces: int
    sealed_ms: int
    run: str
    became: str

    @property
    def is_open(self) -> bool:
        """Whether it still takes goods."""
        return not (self.sealed_ms or self.run or self.became)


@dataclass(frozen=True, slots=True)
class SlotView:
    """One slot of the wall tonight: whose it is, its crates, and what still lies on the dock for it."""

    slot: str
    point: str
    name: str
    route: str
    sorter: int
    crates: tuple[CrateRow, ...]
    waiting: int

    @property
    def pieces(self) -> int:
        """Pieces in its crates."""
        return sum(crate.pieces for crate in self.crates)

    @property
    def is_done(self) -> bool:
        """Whether nothing is missing any more and every crate is shut."""
        full = [crate for crate in self.crates if crate.pieces]
        return not self.waiting and bool(full) and not any(crate.is_open for crate in full)


def wall_view(source: Source, *, day: str) -> list[SlotView]:
    """Every slot in walking order."""
    crates: dict[str, list[CrateRow]] = {}
    tonight = f"crate:{CRATE_PREFIX}{day[5:7]}{day[8:10]}"
    inside: dict[str, int] = dict(source.rows(_INSIDE, (tonight, f"{tonight}~")))
    for point, label, zone, sealed_ms, run, became in source.rows(_CRATES, (day,)):
        row = CrateRow(label, Zone(zone), inside.get(label, 0), sealed_ms, run, became)
        crates.setdefault(point, []).append(row)
    waiting: dict[str, int] = dict(source.rows(_WAITING, (day,)))
    return [
        SlotView(slot, point, name, route, sorter, tuple(crates.get(point, ())), waiting.get(point, 0))
        for slot, point, name, route, sorter in source.rows(_SLOTS, (day,))
    ]


_TONIGHTS_ROUTE = (
    "coalesce((SELECT p.route FROM plan_stops p WHERE p.day = ? AND p.point = w.point ORDER BY p.route LIMIT 1),"
    " n.route, w.route)"
)
_SLOTS = (
    f"SELECT w.slot, w.point, coalesce(n.name, w.point), {_TONIGHTS_ROUTE}, w.sorter FROM wall w"
    " LEFT JOIN route_points n ON n.point = w.point ORDER BY w.rank"
)
_CRATES = (
    "SELECT point, crate, zone, sealed_ms, run, became FROM wall_crates WHERE day = ? AND became = ''"
    " ORDER BY opened_ms, crate"
)
_INSIDE = "SELECT substr(place, 7), sum(pieces) FROM stock WHERE place >= ? AND place < ? AND pieces > 0 GROUP BY place"
"""What is in tonight's crates: their labels begin alike, so that one short walk along the index finds them all."""
_WAITING = "SELECT point, sum(dock) FROM tallies WHERE day = ? AND dock > 0 GROUP BY point"


@dataclass(frozen=True, slots=True)
class Content:
    """Pieces of one product in a crate."""

    lot: str
    product: str
    pieces: int


@dataclass(frozen=True, slots=True)
class CrateCard:
    """A crate, all that is in it, and what a second count found (-1: nobody counted)."""

    crate: Crate
    name: str
    contents: tuple[Content, ...]
    counted: int

    @property
    def pieces(self) -> int:
        """All pieces in it."""
        return sum(content.pieces for content in self.contents)


def crate_card(source: Source, label: str) -> CrateCard | None:
    """A crate with its contents; a replaced label leads to the crate's new one."""
    crate = crate_named(source, label)
    while crate is not None and crate.became:
        crate = crate_named(source, crate.became)
    if crate is None:
        return None
    lots = contents_of(source, crate.crate)
    names = {lot.lot: source.one("SELECT product FROM load_lines WHERE lot = ?", (lot.lot,)) for lot in lots}
    contents = [Content(lot.lot, str((names[lot.lot] or [lot.lot])[0]), lot.pieces) for lot in lots]
    counted = source.one(
        "SELECT counted FROM checks WHERE crate = ? ORDER BY fact DESC LIMIT 1", (crate.crate,)
    )
    name = source.one("SELECT name FROM route_points WHERE point = ?", (crate.point,))
    return CrateCard(
        crate=crate,
        name=str(name[0]) if name else crate.point,
        contents=tuple(sorted(contents, key=lambda content: (content.product, content.lot))),
        counted=counted[0] if counted else -1,
    )


@dataclass(frozen=True, slots=True)
class PiecePlace:
    """Whose a labelled piece is, and the crate that it was put into (empty: not yet)."""

    point: str
    crate: str


def piece_place(source: Source, label: str) -> PiecePlace | None:
    """Where a labelled piece is; none for one that is not on tonight's lists."""
    try:
        lot, _ = lot_of_label(label)
    except ValueError:
        return None
    line = source.one("SELECT point FROM load_lines WHERE lot = ?", (lot,))
    if line is None:
        return None
    put = source.one(
        "SELECT json_extract(f.body, '$.crate') FROM guards g JOIN facts f ON f.id = g.fact WHERE g.key = ?"
        " ORDER BY g.fact LIMIT 1",
        (piece_key(label),),
    )
    return PiecePlace(str(line[0]), str(put[0]) if put else "")


def to_check(source: Source, *, day: str) -> str:
    """A sealed crate that should be counted again by somebody else; empty where there is none.

    One crate in twenty is drawn by its label, the same on every PC, so that nobody picks the easy ones.
    """
    rows = source.rows(
        "SELECT c.crate FROM wall_crates c WHERE c.day = ? AND c.sealed_ms > 0 AND c.run = '' AND c.became = ''"
        " AND NOT EXISTS (SELECT 1 FROM checks k WHERE k.crate = c.crate) ORDER BY c.sealed_ms, c.crate",
        (day,),
    )
    return next((crate for (crate,) in rows if _is_drawn(crate, day)), "")


def _is_drawn(crate: str, day: str) -> bool:
    return blake2b(f"{day}/{crate}".encode(), digest_size=4).digest()[0] % CHECKED_ONE_IN == 0


# --- what the wall is planned from -------------------------------------------------------------------------


def wall_stops(source: Source, *, day: str) -> tuple[list[Stop], str]:
    """Tonight's points with routes and pieces, and where the routes come from: ``plan``, ``table`` or empty."""
    routes = routes_of(source, day)
    tonight: dict[str, int] = dict(source.rows(_PIECES, (day, day_after(day, 1))))
    usual: dict[str, int] = dict(source.rows(_PIECES, (day_after(day, -USUAL_DAYS), day)))
    stops: dict[str, Stop] = {}
    for route in routes:
        for stop in route.stops:
            pieces = tonight.get(stop.point) or -(-usual.get(stop.point, 0) // USUAL_DAYS)
            stops.setdefault(stop.point, Stop(stop.point, stop.name, route.route, pieces))
    source_name = "" if not routes else "plan" if routes[0].planned else "table"
    return list(stops.values()), source_name


_PIECES = "SELECT point, sum(pieces) FROM load_lines WHERE day >= ? AND day < ? GROUP BY point"


def wall_slots(source: Source) -> dict[str, str]:
    """The slot that each point has now."""
    return dict(source.rows("SELECT point, slot FROM wall"))


def wall_is_old(source: Source, *, day: str) -> bool:
    """Whether points of the wall ride on other routes tonight than when it was set."""
    return source.one(_MOVED, (day,)) is not None


_MOVED = (
    "SELECT 1 FROM wall w LEFT JOIN route_points n ON n.point = w.point"
    f" WHERE w.route <> {_TONIGHTS_ROUTE} LIMIT 1"
)


def crates_standing(source: Source, *, day: str) -> int:
    """How many crates stand at the wall tonight."""
    row = source.one("SELECT count(*) FROM wall_crates WHERE day = ?", (day,))
    return int(row[0]) if row else 0
