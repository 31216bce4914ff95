"""What the dock's page can see: trucks, containers, open differences, and what lies on the dock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.dock.rules import Seal, Standing, seal_of
from app.domain import places
from app.domain.clock import day_after
from app.domain.goods import URGENCY, Shortfall, Zone
from app.store.connection import Reader, Row

KEPT_DAYS_MS = 3 * 24 * 3_600_000
"""A difference stays in sight this long after its deadline."""
OLDEST_OPEN_DAYS = 7
"""A truck that was never ended is shown so long."""


@dataclass(frozen=True, slots=True)
class BoxRow:
    """One container of a truck: its pieces, whether it is on the truck, when and by whom it was unloaded."""

    trip: str
    container: str
    pallet: str
    number: str
    zone: Zone
    pieces: int
    waiting: bool
    unloaded_ms: int
    operator: str
    device: str

    @property
    def missing(self) -> bool:
        """Whether it was told missing."""
        return not self.unloaded_ms and not self.waiting


@dataclass(frozen=True, slots=True)
class TruckRow:
    """How far one truck is: containers and pieces that came of those announced; times in ms, 0 for not yet."""

    trip: str
    day: str
    plate: str
    driver: str
    expected_ms: int
    arrived_ms: int
    began_ms: int
    ended_ms: int
    announced_plate: str
    seal: str
    seen_seal: str
    note: str
    boxes: int
    boxes_in: int
    boxes_waiting: int
    boxes_missing: int
    pieces: int
    pieces_in: int

    @property
    def is_open(self) -> bool:
        """Whether it stands at the dock and is not done."""
        return bool(self.arrived_ms) and not self.ended_ms

    @property
    def seal_state(self) -> Seal:
        """What its seal said."""
        return seal_of(announced=self.seal, seen=self.seen_seal, note=self.note)


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """An open difference of the station, its products told together where they are many; deadline in ms."""

    key: str
    about: Shortfall
    day: str
    trip: str
    container: str
    barcode: str
    product: str
    products: int
    pieces: int
    note: str
    photos: int
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class DockRow:
    """One product that lies on the dock, with the containers it came in."""

    day: str
    barcode: str
    product: str
    zone: Zone
    pieces: int
    boxes: tuple[str, ...]
    trip: str


@dataclass(frozen=True, slots=True)
class AsideRow:
    """Pieces set aside: damaged, or on no list."""

    about: Shortfall
    product: str
    barcode: str
    pieces: int


class ProductRow(NamedTuple):
    """One product of a container (or of the night): announced, still on the truck, on the dock, missed."""

    day: str
    trip: str
    container: str
    barcode: str
    product: str
    zone: Zone
    announced: int
    trunk: int
    dock: int
    short: int


# --- trucks and containers ---------------------------------------------------------------------------------


def box_rows(reader: Reader, *, day: str) -> list[BoxRow]:
    """The containers of tonight's trucks and of older ones that were never ended: frozen first, then by pallet."""
    rows = [
        BoxRow(
            trip,
            container,
            pallet,
            number,
            Zone(zone),
            pieces,
            bool(left),
            at_ms,
            operator or "",
            device or "",
        )
        for trip, container, pallet, number, zone, pieces, left, at_ms, operator, device in reader.rows(
            _BOXES, _window(reader, day)
        )
    ]
    return sorted(rows, key=lambda row: (URGENCY[row.zone], row.trip, row.number, row.container))


def _window(reader: Reader, day: str) -> dict[str, str]:
    return {"day": day, "since": day_after(day, -OLDEST_OPEN_DAYS), "station": str(reader.get("point", ""))}


_CURRENT = (
    "t.station IN ('', :station) AND (t.day = :day OR (t.day < :day AND t.day >= :since AND t.arrived_ms > 0"
    " AND t.ended_ms = 0))"
)
_BOXES = f"""
SELECT c.trip, c.container, c.pallet, c.number, c.zone, c.pieces,
       c.unloaded_ms = 0 AND EXISTS (SELECT 1 FROM load_lines l CROSS JOIN stock s ON s.lot = l.lot
         AND s.place = 'trunk:' || c.trip AND s.pieces > 0 WHERE l.container = c.container AND +l.trip = c.trip),
       c.unloaded_ms, f.operator, f.device
FROM trucks t JOIN containers c ON c.trip = t.trip
LEFT JOIN guards g ON g.key = 'container:' || c.trip || ':' || c.container LEFT JOIN facts f ON f.id = g.fact
WHERE {_CURRENT} GROUP BY c.trip, c.container
"""


def truck_rows(reader: Reader, boxes: Iterable[BoxRow], *, day: str) -> list[TruckRow]:
    """The current trucks: those at the dock first, then by when they are expected; `boxes` were just read."""
    mine: dict[str, list[BoxRow]] = {}
    for box in boxes:
        mine.setdefault(box.trip, []).append(box)
    rows = reader.rows(_TRUCKS, _window(reader, day))
    trucks = [_truck(row, mine.get(row[0], ())) for row in rows]
    return sorted(
        trucks, key=lambda x: (bool(x.ended_ms), not x.arrived_ms, x.arrived_ms or x.expected_ms, x.trip)
    )


_TRUCKS = (
    "SELECT t.trip, t.day, coalesce(nullif(t.seen_plate, ''), t.plate), t.driver, t.expected_ms, t.arrived_ms,"
    f" t.began_ms, t.ended_ms, t.plate, t.seal, t.seen_seal, t.note FROM trucks t WHERE {_CURRENT}"
)


def _truck(row: Row, boxes: Sequence[BoxRow]) -> TruckRow:
    came = [box for box in boxes if box.unloaded_ms]
    waiting = [box for box in boxes if box.waiting]
    trip, day, plate, driver, expected_ms, arrived_ms, began_ms, ended_ms, *told = row
    return TruckRow(
        trip=trip,
        day=day,
        plate=plate,
        driver=driver,
        expected_ms=expected_ms,
        arrived_ms=arrived_ms,
        began_ms=began_ms,
        ended_ms=ended_ms,
        announced_plate=told[0],
        seal=told[1],
        seen_seal=told[2],
        note=told[3],
        boxes=len(boxes),
        boxes_in=len(came),
        boxes_waiting=len(waiting),
        boxes_missing=sum(box.missing for box in boxes),
        pieces=sum(box.pieces for box in boxes),
        pieces_in=sum(box.pieces for box in came),
    )


def left_on(reader: Reader, *, trip: str) -> list[tuple[str, str, int, int]]:
    """What is still on a truck: container, pallet's number, products, pieces."""
    rows = reader.rows(
        "SELECT l.container, max(c.number), count(DISTINCT l.barcode || l.product), sum(s.pieces) FROM stock s"
        " JOIN load_lines l ON l.lot = s.lot LEFT JOIN containers c ON c.trip = l.trip AND c.container = l.container"
        " WHERE s.place = ? AND s.pieces > 0 GROUP BY l.container ORDER BY 2, 1",
        (str(places.trunk(trip)),),
    )
    return [(container, number or "", products, pieces) for container, number, products, pieces in rows]


# --- differences -------------------------------------------------------------------------------------------


def difference_rows(reader: Reader, *, now_ms: int) -> list[DifferenceRow]:
    """Open differences; the one whose deadline comes first is the first."""
    grouped: dict[tuple[int, str], list[Row]] = {}
    for row in reader.rows(_DIFFERENCES, (now_ms - KEPT_DAYS_MS,)):
        grouped.setdefault((row[0], row[4]), []).append(row)
    told = [row for rows in grouped.values() for row in _told(rows)]
    return sorted(told, key=lambda row: (row.deadline_ms, row.key))


_DIFFERENCES = """
SELECT d.fact, d.about, coalesce(l.day, d.day), coalesce(l.trip, ''),
       coalesce(l.container, json_extract(f.body, '$.container'), ''),
       coalesce(l.barcode, json_extract(f.body, '$.barcode'), ''),
       coalesce(l.product, json_extract(f.body, '$.product'), d.lot), sum(d.pieces), d.note,
       coalesce(json_array_length(f.body, '$.photos'), 0), min(d.deadline_ms)
FROM differences d JOIN facts f ON f.id = d.fact LEFT JOIN load_lines l ON l.lot = d.lot
WHERE d.closed_ms = 0 AND d.about IN ('short', 'damaged', 'over') AND d.deadline_ms > ?
GROUP BY d.fact, l.container, l.product, l.barcode
"""
MOST_PRODUCTS = 3
"""A container with more products than this in one fact is told as a whole."""


def _told(rows: Sequence[Row]) -> list[DifferenceRow]:
    if len(rows) > MOST_PRODUCTS:
        fact, about, day, trip, container, *_ = rows[0]
        pieces, note, photos = sum(row[7] for row in rows), rows[0][8], rows[0][9]
        deadline = min(row[10] for row in rows)
        key = f"difference:{fact}:{container}"
        return [
            DifferenceRow(
                key, Shortfall(about), day, trip, container, "", "", len(rows), pieces, note, photos, deadline
            )
        ]
    return [
        DifferenceRow(
            f"difference:{fact}:{container}:{product}", Shortfall(about), day, trip, container, barcode, product, 1,
            pieces, note, photos, deadline_ms,
        )
        for fact, about, day, trip, container, barcode, product, pieces, note, photos, deadline_ms in rows
    ]  # fmt: skip


# --- the dock ----------------------------------------------------------------------------------------------


def dock_rows(reader: Reader) -> list[DockRow]:
    """What lies on the dock by product, frozen first; where it came in."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in reader.rows(_ON_DOCK, (str(places.DOCK),)):
        found.setdefault((row[1], row[2]), []).append(row)
    rows = [
        DockRow(
            day=max(row[0] for row in rows),
            barcode=barcode,
            product=product,
            zone=min((Zone(row[3]) for row in rows), key=URGENCY.__getitem__),
            pieces=sum(row[4] for row in rows),
            boxes=tuple(dict.fromkeys(row[5] for row in rows if row[5])),
            trip=rows[0][6],
        )
        for (barcode, product), rows in found.items()
    ]
    return sorted(rows, key=lambda row: (URGENCY[row.zone], -row.pieces, row.product))


_ON_DOCK = (
    "SELECT coalesce(l.day, ''), coalesce(l.barcode, ''), coalesce(l.product, s.lot), coalesce(l.zone, 'ambient'),"
    " sum(s.pieces), coalesce(l.container, ''), coalesce(l.trip, '') FROM stock s LEFT JOIN load_lines l"
    " ON l.lot = s.lot WHERE s.place = ? AND s.pieces > 0 GROUP BY l.day, l.barcode, l.product, l.container"
)


def aside_rows(reader: Reader) -> list[AsideRow]:
    """What was set aside as damaged or as nobody's, of differences that are still open."""
    rows = reader.rows(_ASIDE)
    return [AsideRow(Shortfall(about), product, barcode, pieces) for about, product, barcode, pieces in rows]


_ASIDE = """
SELECT d.about, coalesce(l.product, json_extract(f.body, '$.product'), d.lot) product,
       coalesce(l.barcode, json_extract(f.body, '$.barcode'), ''), sum(d.pieces)
FROM differences d JOIN facts f ON f.id = d.fact LEFT JOIN load_lines l ON l.lot = d.lot
WHERE d.closed_ms = 0 AND d.about IN ('damaged', 'over') GROUP BY 1, 2, 3 ORDER BY 1, 2
"""


def dock_pieces(reader: Reader) -> int:
    """Announced pieces that lie on the dock."""
    sql = "SELECT coalesce(sum(pieces), 0) FROM stock WHERE place = ? AND pieces > 0"
    return int(reader.value(sql, (str(places.DOCK),)))


class ClearRow(NamedTuple):
    """When the dock was last looked over tonight (0: not yet), and what was left on it."""

    cleared_ms: int = 0
    left: int = 0
    note: str = ""


def cleared(reader: Reader, *, day: str) -> ClearRow:
    """How the dock was left."""
    row = reader.one(
        "SELECT cleared_ms, left_pieces, note FROM waves WHERE day = ? AND cleared_ms > 0"
        " ORDER BY cleared_ms DESC LIMIT 1",
        (day,),
    )
    return ClearRow(*row) if row else ClearRow()


def product_rows(reader: Reader, *, trip: str, container: str) -> list[ProductRow]:
    """The products of a container, those with most pieces first."""
    where = "l.container = :container AND +l.trip = :trip"
    return _products(reader, where, {"container": container, "trip": trip}, one_box=container)


def products_of(reader: Reader, barcode: str, *, day: str) -> list[ProductRow]:
    """The products of a night that share a barcode, wherever they lie."""
    return _products(reader, "l.barcode = :barcode AND l.day = :day", {"barcode": barcode, "day": day})


def _products(reader: Reader, where: str, params: dict[str, str], *, one_box: str = "") -> list[ProductRow]:
    rows = reader.rows(
        "SELECT l.day, max(l.trip), l.barcode, l.product, l.zone, sum(l.pieces), sum(coalesce(t.pieces, 0)),"
        " sum(coalesce(d.pieces, 0)), sum(coalesce(x.pieces, 0)) FROM load_lines l"
        " LEFT JOIN stock t ON t.lot = l.lot AND t.place = 'trunk:' || l.trip"
        " LEFT JOIN stock d ON d.lot = l.lot AND d.place = 'dock:'"
        " LEFT JOIN stock x ON x.lot = l.lot AND x.place = 'short:'"
        f" WHERE {where} GROUP BY l.day, l.barcode, l.product, l.zone ORDER BY 6 DESC, l.product",
        params,
    )
    return [
        ProductRow(day, trip if one_box else "", one_box, barcode, product, Zone(zone), *counts)
        for day, trip, barcode, product, zone, *counts in rows
    ]


def standing(
    trucks: Sequence[TruckRow], boxes: Iterable[BoxRow], *, dock: int, cleared_ms: int, clashes: int
) -> Standing:
    """How the night stands, from what was just read."""
    still_open = {
        truck.trip for truck in trucks if truck.is_open or (truck.arrived_ms and truck.boxes_waiting)
    }
    waiting = [box for box in boxes if box.waiting and box.trip in still_open]
    return Standing(
        trucks=len(trucks),
        open_trucks=len(still_open),
        empty_open_trucks=sum(
            truck.is_open and not truck.boxes_waiting and truck.boxes > 0 for truck in trucks
        ),
        coming=sum(not truck.arrived_ms for truck in trucks),
        left=len(waiting),
        cold_left=sum(box.zone in (Zone.FROZEN, Zone.CHILLED) for box in waiting),
        dock=dock,
        cleared=cleared_ms,
        clashes=clashes,
    )
