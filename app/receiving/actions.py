"""What a clerk can do at receiving: commands that read the open book, record facts in it, or refuse.

These run on the writer's thread; on the scan path there are a handful of plain statements and nothing else.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.domain import events as e
from app.domain import places
from app.domain.clock import day_after
from app.domain.codes import SHORTEST_CUT, Pattern
from app.domain.goods import Count, CrateNote, Line, Person, Shortfall, Zone
from app.domain.ids import FactId
from app.domain.refusals import Refused, refused
from app.domain.slots import is_too_warm, read_slot
from app.receiving import rules
from app.receiving.rules import Expected, Look, Reading, Reason, Taken
from app.receiving.standing import PERSON, Here, give_slots, here, settled, slots_of
from app.store.book import Book

SURPLUS = str(places.shelf(places.SURPLUS_SLOT))
SHORT = str(places.SHORT)
OLDEST_OPEN_DAYS = 7
"""A van that was never ended is waited for so long."""
NOBODYS = "over/"
"""Lots of goods that nobody ordered are called after their barcode, `over/6901234567892`."""


class Placed(NamedTuple):
    """Pieces of one order line and the slot they were given."""

    lot: str
    product: str
    pieces: int
    slot: str


class CrateIn(NamedTuple):
    """A crate was received whole; `late` where it had been missing, `rest` where a part had come before."""

    crate: str
    trip: str
    platform: str
    zones: tuple[Zone, ...]
    placed: tuple[Placed, ...]
    late: bool
    rest: bool
    facts: tuple[FactId, ...]

    @property
    def pieces(self) -> int:
        """Pieces received by this scan."""
        return sum(one.pieces for one in self.placed)


@dataclass(frozen=True, slots=True)
class GoodsIn:
    """Counted pieces of one product were received; `beyond` of them were announced nowhere and wait for a word."""

    barcode: str
    product: str
    crate: str
    zone: Zone
    placed: tuple[Placed, ...]
    late: int
    beyond: int
    left: int
    surplus: Surplus | None
    facts: tuple[FactId, ...]

    @property
    def pieces(self) -> int:
        """Pieces received by this count."""
        return sum(one.pieces for one in self.placed)


@dataclass(frozen=True, slots=True)
class Surplus:
    """Pieces that nobody announced, as they would be recorded."""

    trip: str
    lot: str
    barcode: str
    product: str
    pieces: int


@dataclass(frozen=True, slots=True)
class WhichProduct:
    """Several products share the barcode; each with how many of it are still expected. Nothing was recorded."""

    code: str
    pieces: int
    products: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class DifferenceNoted:
    """A short, damaged or surplus count was recorded."""

    about: Shortfall
    lot: str
    product: str
    pieces: int
    deadline_ms: int
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Rehoused:
    """All that one buyer has in a zone was put into another slot; `too_warm` where that slot is not as cold."""

    slot: str
    pieces: int
    too_warm: bool
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A van's arrival was noted; `alarms` are the readings at which cold goods may have spoiled."""

    platform: str
    readings: tuple[Reading, ...]
    alarms: tuple[Reading, ...]
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """A van is done; what had not come became shortages, `known_short` pieces had been noted as missing before."""

    trip: str
    platform: str
    short: int
    known_short: int
    lines: int
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The last step was undone; `kind` is the kind of its last fact."""

    kind: str
    pieces: int
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Announced:
    """An imported list is expected from now on."""

    trip: str
    crates: int
    lines: int
    pieces: int
    facts: tuple[FactId, ...]


Done = CrateIn | GoodsIn | WhichProduct | DifferenceNoted | Rehoused | Arrived | Ended | TakenBack | Announced


# --- where we are ------------------------------------------------------------------------------------------


class _Trip(NamedTuple):
    """A crate label as one trip carries it."""

    crate: str
    trip: str
    platform: str
    point: str
    day: str
    arrived_ms: int
    ended_ms: int
    content: list[Expected]

    def rank(self, at: Here) -> int:
        """How near this trip is to what may come off a van now; 0 and 1 may be received."""
        if self.point != at.point:
            return 9
        if self.day == at.day:
            return 0
        return 1 if self.day < at.day and not self.ended_ms else 2


# --- receive a code ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Receive:
    """Receive what a code names: a whole crate, or `pieces` (0: one) of a product.

    `unpacking` is the crate whose goods are being counted; `product` tells which of several that share a barcode.
    """

    code: str
    pieces: int = 0
    unpacking: str = ""
    product: str = ""

    def perform(self, book: Book) -> CrateIn | GoodsIn | WhichProduct | Refused:
        at = here(book)
        crates = _crates(book, self.code)
        if crates:
            return self._crate(book, at, _nearest(crates, at))
        since = day_after(at.day, -OLDEST_OPEN_DAYS)
        rows = book.rows(_EXPECTED, {"barcode": self.code, "point": at.point, "day": at.day, "since": since})
        if rows:
            return self._goods(book, rows)
        return _stranger(book, at, self.code, self.pieces or 1)

    def _crate(self, book: Book, at: Here, trip: _Trip) -> CrateIn | Refused:
        if trip.point != at.point:
            name = _platform_name(book, trip.platform)
            return refused(Reason.OTHER_POINT, code=self.code, platform=name, point=trip.point, day=trip.day)
        if self.pieces:
            return refused(Reason.CRATE_COUNTED, code=self.code)
        if not trip.content:
            return refused(Reason.EMPTY_CRATE, code=self.code)
        if trip.rank(at) > 1:
            return _of_another_day(book, trip)
        return _receive_crate(book, trip)

    def _goods(self, book: Book, rows: Sequence[Sequence[Any]]) -> GoodsIn | WhichProduct | Refused:
        lines = [_expected(row[:-1]) for row in rows]
        new = {row[1] for row in rows if not row[-1]}
        open_lines = [line for line in lines if line.van + line.short]
        products = {line.product: 0 for line in sorted(open_lines, key=lambda line: line.product)}
        for line in open_lines:
            products[line.product] += line.van + line.short
        if self.product:
            lines = [line for line in lines if line.product == self.product]
            open_lines = [line for line in open_lines if line.product == self.product]
        elif len(products) > 1:
            return WhichProduct(self.code, self.pieces, tuple(products.items()))
        elif open_lines:
            lines = open_lines
        return self._count(book, lines, new)

    def _count(self, book: Book, lines: list[Expected], new: Container[str]) -> GoodsIn | Refused:
        pieces = self.pieces or 1
        taken, beyond = rules.spread(lines, pieces, unpacking=self.unpacking)
        first = taken[0].line if taken else rules.first_of(lines, unpacking=self.unpacking)
        surplus = Surplus(first.trip, first.lot, self.code, first.product, beyond) if beyond else None
        if not taken:
            return refused(Reason.ALL_HERE, **_about(surplus or Surplus("", "", "", "", 0)))
        placed = _place(book, taken)
        for trip in dict.fromkeys(take.line.trip for take in taken if take.line.trip in new):
            book.record(e.VanArrived(trip))
        facts = _record_goods(book, taken, placed)
        settled(book)
        return GoodsIn(
            barcode=self.code,
            product=first.product,
            crate=taken[-1].line.crate,
            zone=first.zone,
            placed=placed,
            late=sum(take.pieces for take in taken if take.late),
            beyond=beyond,
            left=sum(line.van for line in lines) - sum(take.pieces for take in taken if not take.late),
            surplus=surplus,
            facts=facts,
        )


@dataclass(frozen=True, slots=True)
class ReceiveLate:
    """Receive a crate that was missing on an earlier day and has been asked for after the clerk saw that day."""

    code: str

    def perform(self, book: Book) -> CrateIn | Refused:
        at = here(book)
        for trip in sorted(_crates(book, self.code), key=lambda trip: trip.day, reverse=True):
            if trip.point == at.point and any(line.short + line.van for line in trip.content):
                return _receive_crate(book, trip)
        return refused(Reason.UNKNOWN, code=self.code)


_LINE = (
    f"l.lot, l.trip, l.crate, l.product, l.zone, {PERSON}, l.order_no, l.day, l.pieces, coalesce(v.pieces, 0),"
    " coalesce(s.pieces, 0)"
)
_PLACES = (
    " LEFT JOIN people p ON p.buyer = l.buyer LEFT JOIN stock v ON v.lot = l.lot AND v.place = 'van:' || l.trip"
    " LEFT JOIN stock s ON s.lot = l.lot AND s.place = 'short:'"
)
# The unary plus keeps the crate's index in use: a trip may hold thousands of lines.
_CRATES = (
    f"SELECT t.trip, t.platform, t.point, t.day, t.arrived_ms, t.ended_ms, l.lot, l.product, l.zone, {PERSON},"
    " l.order_no, l.pieces, coalesce(v.pieces, 0), coalesce(s.pieces, 0) FROM crates c"
    f" JOIN trips t ON t.trip = c.trip LEFT JOIN lines l ON l.crate = c.crate AND +l.trip = c.trip{_PLACES}"
    " WHERE c.crate = ?"
)
_EXPECTED = (
    f"SELECT {_LINE}, t.arrived_ms FROM lines l CROSS JOIN trips t ON t.trip = l.trip{_PLACES}"
    " WHERE l.barcode = :barcode AND l.day <= :day AND l.day >= :since AND t.point = :point"
    " AND (l.day = :day OR t.ended_ms = 0)"
)


def _crates(book: Book, code: str) -> list[_Trip]:
    """The trips that carry a crate of this label, each with what is in it."""
    trips: dict[str, _Trip] = {}
    for row in book.rows(_CRATES, (code,)):
        name, platform, point, day, arrived_ms, ended_ms, lot, product, zone, person, order, *pieces = row
        trip = trips.get(name)
        if trip is None:
            trip = trips[name] = _Trip(code, name, platform, point, day, arrived_ms, ended_ms, [])
        if lot is not None:
            line = Expected(lot, name, code, product, _ZONES[zone], person, order, day, *pieces)
            trip.content.append(line)
    for trip in trips.values():
        trip.content.sort()
    return list(trips.values())


def _nearest(crates: Sequence[_Trip], at: Here) -> _Trip:
    return crates[0] if len(crates) == 1 else min(crates, key=lambda trip: (trip.rank(at), trip.day))


def _expected(row: Sequence[Any]) -> Expected:
    lot, trip, crate, product, zone, *rest = row
    return Expected(lot, trip, crate, product, _ZONES[zone], *rest)


_ZONES = {str(zone): zone for zone in Zone}


def _receive_crate(book: Book, trip: _Trip) -> CrateIn | Refused:
    """Everything of a crate that is still in the van; of a crate that was missing whole, everything."""
    came = any(line.came for line in trip.content)
    taken = [Taken(line, line.van) for line in trip.content if line.van]
    late = not came and not taken
    if late:
        taken = [Taken(line, line.short, late) for line in trip.content if line.short]
    if not taken:
        return _already(book, trip)
    placed = _place(book, taken)
    if not trip.arrived_ms:
        book.record(e.VanArrived(trip.trip))
    goods = tuple([Count(one.lot, one.pieces, one.slot) for one in placed])
    fact = book.record(
        e.ShortArrived(trip.trip, goods) if late else e.CrateReceived(trip.trip, trip.crate, goods)
    )
    settled(book)
    return CrateIn(
        crate=trip.crate,
        trip=trip.trip,
        platform=trip.platform,
        zones=tuple(rules.by_urgency([take.line.zone for take in taken])),
        placed=placed,
        late=late,
        rest=came,
        facts=(fact,),
    )


def _record_goods(book: Book, taken: Sequence[Taken], placed: Sequence[Placed]) -> tuple[FactId, ...]:
    """One fact for each trip, and for what comes late another."""
    goods: dict[tuple[str, bool], list[Count]] = {}
    for take, one in zip(taken, placed, strict=True):
        goods.setdefault((take.line.trip, take.late), []).append(Count(one.lot, one.pieces, one.slot))
    return tuple(
        book.record(e.ShortArrived(trip, tuple(counts)) if late else e.GoodsReceived(trip, tuple(counts)))
        for (trip, late), counts in goods.items()
    )


# --- slots -------------------------------------------------------------------------------------------------


def _place(book: Book, taken: Sequence[Taken]) -> tuple[Placed, ...]:
    """A slot for each taking: one buyer together in each zone, also over several platforms."""
    slots = give_slots(book, taken)
    return tuple(
        [
            Placed(line.lot, line.product, pieces, slot)
            for (line, pieces, _), slot in zip(taken, slots, strict=True)
        ]
    )


# --- what cannot be received -------------------------------------------------------------------------------


def _about(surplus: Surplus) -> dict[str, str | int]:
    return {
        "trip": surplus.trip,
        "lot": surplus.lot,
        "barcode": surplus.barcode,
        "product": surplus.product,
        "pieces": surplus.pieces,
    }


def surplus_of(refusal: Refused) -> Surplus | None:
    """The surplus that a refusal offers to record, if it offers one."""
    if refusal.reason not in (Reason.ALL_HERE, Reason.NOT_ORDERED):
        return None
    about = refusal.about
    return Surplus(
        str(about["trip"]),
        str(about["lot"]),
        str(about["barcode"]),
        str(about["product"]),
        int(about["pieces"]),
    )


def _of_another_day(book: Book, trip: _Trip) -> Refused:
    if any(line.came for line in trip.content):
        return _already(book, trip)
    name = _platform_name(book, trip.platform)
    missing = sum(line.short for line in trip.content)
    return refused(Reason.OTHER_DAY, code=trip.crate, platform=name, day=trip.day, missing=missing)


def _already(book: Book, trip: _Trip) -> Refused:
    """The crate was received; say when."""
    lots = json.dumps([line.lot for line in trip.content])
    at_ms = book.value(
        "SELECT f.at_ms FROM json_each(?) x JOIN moves m ON m.lot = x.value JOIN facts f ON f.id = m.fact"
        " WHERE f.reversed_by IS NULL AND f.kind IN ('CrateReceived', 'GoodsReceived', 'ShortArrived')"
        " ORDER BY f.id DESC LIMIT 1",
        (lots,),
    )
    short = sum(line.short for line in trip.content)
    return refused(Reason.ALREADY, code=trip.crate, at_ms=at_ms or 0, short=short, day=trip.day)


def _stranger(book: Book, at: Here, code: str, pieces: int) -> Refused:
    """Say what an unexpected code is, as far as anything here knows it."""
    known = _known_elsewhere(book, at, code)
    if known is not None:
        return known
    begun = book.one(_BEGUN, {"code": code, "end": code + "~", "point": at.point, "day": at.day})
    if begun is not None and len(code) >= SHORTEST_CUT:
        return refused(Reason.CUT_SHORT, code=code, whole=begun[0])
    names: dict[str, str] = dict(book.rows(_PLATFORM_NAMES))
    look, platform = rules.look_of(code, _patterns(book))
    return _by_look(book, at, code, pieces, look=look, platform=platform, name=names.get(platform, platform))


_BEGUN = (
    "SELECT c.crate FROM crates c JOIN trips t ON t.trip = c.trip WHERE c.crate > :code AND c.crate < :end"
    " AND t.point = :point AND t.day = :day UNION ALL"
    " SELECT l.barcode FROM lines l JOIN trips t ON t.trip = l.trip WHERE l.barcode > :code AND l.barcode < :end"
    " AND t.point = :point AND t.day = :day LIMIT 1"
)
_PLATFORM_NAMES = "SELECT platform, name FROM policies ORDER BY from_day"


def _known_elsewhere(book: Book, at: Here, code: str) -> Refused | None:
    if book.value("SELECT 1 FROM lines WHERE code = ? LIMIT 1", (code,)):
        return refused(Reason.PICKUP_CODE, code=code)
    row = book.one(
        "SELECT platform, point, day FROM elsewhere WHERE code = ? ORDER BY day DESC LIMIT 1", (code,)
    )
    if row is None or _looks_like_pickup(book, code):
        return None
    platform, point, day = row
    name = _platform_name(book, platform)
    reason = Reason.OTHER_POINT if point and point != at.point else Reason.OTHER_DAY
    return refused(reason, code=code, platform=name, point=point, day=day, missing=0)


def _looks_like_pickup(book: Book, code: str) -> bool:
    return rules.look_of(code, _patterns(book))[0] is Look.PICKUP


def _patterns(book: Book) -> list[Pattern]:
    """The shapes of all platforms' codes, by their newest terms."""
    rows = book.rows("SELECT platform, body FROM policies ORDER BY from_day")
    newest = {platform: json.loads(body)["patterns"] for platform, body in rows}
    return [Pattern(platform, kind, shape) for platform, shapes in newest.items() for kind, shape in shapes]


def _by_look(
    book: Book, at: Here, code: str, pieces: int, *, look: Look, platform: str, name: str
) -> Refused:
    if look is Look.CRATE:
        return _strange_crate(book, at, code, platform, name)
    if look is Look.BARCODE:
        return refused(Reason.NOT_ORDERED, **_about(_nobodys(book, at, code, pieces)))
    return refused(_BY_LOOK[look], code=code, platform=name)


_BY_LOOK = {
    Look.SLOT: Reason.SLOT_LABEL,
    Look.BAG: Reason.RETURN_BAG,
    Look.OWN: Reason.OWN_CODE,
    Look.PALLET: Reason.PALLET,
    Look.PICKUP: Reason.PICKUP_CODE,
    Look.MISREAD: Reason.MISREAD,
    Look.CUT_SHORT: Reason.CUT_SHORT,
    Look.NOTHING: Reason.UNKNOWN,
}


def _strange_crate(book: Book, at: Here, code: str, platform: str, name: str) -> Refused:
    """A crate label in a platform's shape that no manifest of ours names."""
    if not book.value("SELECT 1 FROM trips WHERE point = ? AND day = ? LIMIT 1", (at.point, at.day)):
        return refused(Reason.NO_MANIFEST, code=code, platform=name)
    due = book.value(
        "SELECT 1 FROM trips WHERE platform = ? AND point = ? AND day = ? LIMIT 1",
        (platform, at.point, at.day),
    )
    return refused(Reason.NOT_ON_LIST if due else Reason.OTHER_PLATFORM, code=code, platform=name)


def _nobodys(book: Book, at: Here, code: str, pieces: int) -> Surplus:
    """A product that no open line names, ascribed to the van that came last."""
    trip = book.value(
        "SELECT trip FROM trips WHERE point = ? AND day = ? ORDER BY ended_ms <> 0, arrived_ms DESC, trip LIMIT 1",
        (at.point, at.day),
    )
    product = book.value("SELECT product FROM lines WHERE barcode = ? ORDER BY day DESC LIMIT 1", (code,))
    return Surplus(trip or "", f"{NOBODYS}{code}", code, product or "", pieces)


def _platform_name(book: Book, platform: str) -> str:
    name = book.value(
        "SELECT name FROM policies WHERE platform = ? ORDER BY from_day DESC LIMIT 1", (platform,)
    )
    return str(name or platform)


# --- differences -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoteDifference:
    """Record announced pieces as short or damaged, from the van first and then from the shelf.

    `photo` are JPEG bytes of at most 300 kB, b"" for none.
    """

    about: Shortfall
    lot: str
    pieces: int
    note: str = ""
    photo: bytes = b""

    def perform(self, book: Book) -> DifferenceNoted | Refused:
        line = book.one("SELECT trip, product FROM lines WHERE lot = ?", (self.lot,))
        if line is None:
            return refused(Reason.NO_LINE, lot=self.lot)
        if not _is_photo(self.photo):
            return refused(Reason.NO_PICTURE)
        trip, product = line
        if self.about is Shortfall.OVER:
            barcode = book.value("SELECT barcode FROM lines WHERE lot = ?", (self.lot,))
            return _record_over(
                book, Surplus(trip, self.lot, barcode, product, self.pieces), self.note, self.photo
            )
        goods = rules.take_from(self.lot, _places_of(book, self.lot, trip), self.pieces)
        if isinstance(goods, Refused):
            return goods
        kind = e.ShortFound if self.about is Shortfall.SHORT else e.DamageFound
        fact = book.record(kind(trip, goods, self.note, _keep(book, self.photo)))
        return _noted(book, self.about, self.lot, product, self.pieces, fact)


@dataclass(frozen=True, slots=True)
class NoteSurplus:
    """Record pieces that nobody announced; they go to the surplus slot."""

    surplus: Surplus
    note: str = ""
    photo: bytes = b""

    def perform(self, book: Book) -> DifferenceNoted | Refused:
        if not _is_photo(self.photo):
            return refused(Reason.NO_PICTURE)
        return _record_over(book, self.surplus, self.note, self.photo)


def _record_over(book: Book, surplus: Surplus, note: str, photo: bytes) -> DifferenceNoted | Refused:
    if not 0 < surplus.pieces <= rules.MOST_PIECES:
        return refused(Reason.BAD_COUNT, count=surplus.pieces, most=rules.MOST_PIECES)
    trip, lot, barcode, product, pieces = (
        surplus.trip, surplus.lot, surplus.barcode, surplus.product, surplus.pieces
    )  # fmt: skip
    fact = book.record(e.OverFound(trip, lot, barcode, product, pieces, note, _keep(book, photo)))
    return _noted(book, Shortfall.OVER, lot, product or barcode, pieces, fact)


def _noted(
    book: Book, about: Shortfall, lot: str, product: str, pieces: int, fact: FactId
) -> DifferenceNoted:
    deadline = book.value("SELECT deadline_ms FROM differences WHERE difference = ?", (f"{fact}/{lot}",))
    return DifferenceNoted(about, lot, product, pieces, deadline or 0, (fact,))


def _places_of(book: Book, lot: str, trip: str) -> list[tuple[str, int]]:
    """Where announced pieces of a lot still are: the van (as "") first, then the shelf; surplus does not count."""
    rows = book.rows("SELECT place, pieces FROM stock WHERE lot = ? AND pieces > 0 ORDER BY place", (lot,))
    van = [("", pieces) for place, pieces in rows if place == f"van:{trip}"]
    shelf = [
        (place.removeprefix("shelf:"), pieces)
        for place, pieces in rows
        if place.startswith("shelf:") and place != SURPLUS
    ]
    return van + shelf


def _is_photo(photo: bytes) -> bool:
    return not photo or (photo.startswith(b"\xff\xd8\xff") and len(photo) <= rules.LARGEST_PHOTO)


def _keep(book: Book, photo: bytes) -> tuple[str, ...]:
    return (book.keep_photo(photo),) if photo else ()


@dataclass(frozen=True, slots=True)
class FindAfterAll:
    """Missing pieces of a line have come after all."""

    lot: str
    pieces: int

    def perform(self, book: Book) -> GoodsIn | Refused:
        row = book.one(_ONE_EXPECTED, (self.lot,))
        if row is None:
            return refused(Reason.NO_LINE, lot=self.lot)
        line = _expected(row[:-1])
        if not 0 < self.pieces <= line.short:
            return refused(Reason.MORE_THAN_HERE, have=line.short, asked=self.pieces)
        taken = [Taken(line, self.pieces, late=True)]
        placed = _place(book, taken)
        facts = _record_goods(book, taken, placed)
        settled(book)
        return GoodsIn(
            barcode=row[-1],
            product=line.product,
            crate=line.crate,
            zone=line.zone,
            placed=placed,
            late=self.pieces,
            beyond=0,
            left=line.van,
            surplus=None,
            facts=facts,
        )


_ONE_EXPECTED = f"SELECT {_LINE}, l.barcode FROM lines l{_PLACES} WHERE l.lot = ?"


# --- shelves, vans -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rehouse:
    """Put all that a line's buyer has in the line's zone into another slot, typed or scanned."""

    lot: str
    to: str

    def perform(self, book: Book) -> Rehoused | Refused:
        slot = read_slot(self.to, slots_of(book))
        if slot is None:
            return refused(Reason.NO_SUCH_SLOT, slot=self.to[:20])
        goods = _together(book, self.lot)
        if not goods:
            return refused(Reason.NOT_ON_SHELF)
        leaving = tuple(count for count in goods if count.slot != slot)
        if not leaving:
            return refused(Reason.SAME_SLOT, slot=slot)
        zone = Zone(book.value("SELECT zone FROM lines WHERE lot = ?", (self.lot,)))
        fact = book.record(e.Shelved(leaving, slot))
        return Rehoused(slot, sum(count.pieces for count in leaving), is_too_warm(zone, slot), (fact,))


def _together(book: Book, lot: str) -> list[Count]:
    """What the buyer of a lot has on the shelves in that lot's zone, over all platforms."""
    rows = book.rows(_TOGETHER, (lot,))
    return [
        Count(other, pieces, place.removeprefix("shelf:"))
        for other, place, pieces in rows
        if place != SURPLUS
    ]


_TOGETHER = (
    "WITH mine AS (SELECT buyer, zone FROM lines WHERE lot = ?), same(buyer) AS (SELECT buyer FROM mine UNION"
    " SELECT q.buyer FROM mine m JOIN people p ON p.buyer = m.buyer"
    " JOIN people q ON q.tail = p.tail AND q.name = p.name WHERE p.tail <> '' AND p.name <> '')"
    " SELECT l.lot, s.place, s.pieces FROM same x JOIN lines l ON l.buyer = x.buyer JOIN stock s ON s.lot = l.lot"
    " WHERE l.zone = (SELECT zone FROM mine) AND s.place > 'shelf:' AND s.place < 'shelf;' AND s.pieces > 0"
    " ORDER BY l.lot, s.place"
)


@dataclass(frozen=True, slots=True)
class NoteArrival:
    """Note a van's plate, seal and temperatures; all of them may be left out."""

    trip: str
    plate: str = ""
    seal: str = ""
    readings: tuple[Reading, ...] = ()

    def perform(self, book: Book) -> Arrived | Refused:
        platform = book.value("SELECT platform FROM trips WHERE trip = ?", (self.trip,))
        if platform is None:
            return refused(Reason.NO_TRIP)
        if any(reading.tenths not in rules.TENTHS for reading in self.readings):
            return refused(Reason.NO_DEGREES, text="")
        facts = [e.VanArrived(self.trip, self.plate, self.seal, x.tenths, x.zone) for x in self.readings]
        facts = facts or [e.VanArrived(self.trip, self.plate, self.seal)]
        alarms = tuple(reading for reading in self.readings if rules.too_warm(reading))
        name = _platform_name(book, platform)
        return Arrived(name, self.readings, alarms, tuple(book.record(fact) for fact in facts))


@dataclass(frozen=True, slots=True)
class EndReceiving:
    """Say that nothing more comes off a van; what is still on its list becomes a shortage."""

    trip: str

    def perform(self, book: Book) -> Ended | Refused:
        row = book.one("SELECT platform, ended_ms FROM trips WHERE trip = ?", (self.trip,))
        if row is None:
            return refused(Reason.NO_TRIP)
        platform, ended_ms = row
        if ended_ms:
            return refused(Reason.ENDED, at_ms=ended_ms)
        left = book.rows(
            "SELECT lot, pieces FROM stock WHERE place = ? AND pieces > 0", (f"van:{self.trip}",)
        )
        goods = tuple(Count(lot, pieces) for lot, pieces in sorted(left))
        known_short = book.value(_SHORT_OF_TRIP, (SHORT, self.trip))
        facts = [book.record(e.ShortFound(self.trip, goods, rules.END_NOTE))] if goods else []
        facts.append(book.record(e.ReceivingEnded(self.trip)))
        name = _platform_name(book, platform)
        short = sum(count.pieces for count in goods)
        return Ended(self.trip, name, short, int(known_short), len(goods), tuple(facts))


_SHORT_OF_TRIP = (
    "SELECT coalesce(sum(s.pieces), 0) FROM lines l JOIN stock s ON s.lot = l.lot AND s.place = ?"
    " WHERE l.trip = ?"
)


# --- taking back -------------------------------------------------------------------------------------------

UNDOABLE = (
    "CrateReceived", "GoodsReceived", "ShortFound", "ShortArrived", "OverFound", "DamageFound", "Shelved",
    "ReceivingEnded", "GoodsAnnounced",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Undo one step of receiving: the facts named, or without names the last step that this desk's book knows."""

    facts: tuple[FactId, ...] = ()
    reason: str = "撤销上一步"

    def perform(self, book: Book) -> TakenBack | Refused:
        steps = [row for fact in self.facts if (row := book.one(_STEP, fact))] or _last_step(book)
        if not steps:
            return refused(Reason.NOTHING_TO_UNDO)
        if any(reversed_by is not None for *_, reversed_by in steps):
            return refused(Reason.UNDONE)
        gone = _gone(book, [step[0] for step in steps])
        if gone is not None:
            return gone
        pieces = sum(_pieces(book, step[0]) for step in steps)
        undone = tuple(
            book.record(e.Undone(str(FactId(*step[1:4])), self.reason)) for step in reversed(steps)
        )
        return TakenBack(steps[-1][4], pieces, undone)


_STEP = "SELECT id, device, epoch, seq, kind, at_ms, reversed_by FROM facts WHERE device = ? AND epoch = ? AND seq = ?"
_LAST_STEP = (
    "SELECT id, device, epoch, seq, kind, at_ms, reversed_by FROM facts WHERE device = ? AND epoch = ? AND day = ?"
    f" AND reversed_by IS NULL AND kind IN ({', '.join(repr(kind) for kind in UNDOABLE)})"
    " AND (kind <> 'GoodsAnnounced' OR json_extract(body, '$.source') = 'file') ORDER BY id DESC LIMIT 3"
)


def _last_step(book: Book) -> list[tuple[int, str, int, int, str, int, int | None]]:
    """The last step, with the facts that one command recorded together with it; the earliest fact first."""
    day = book.day
    rows = book.rows(_LAST_STEP, (book.device, book.epoch, day))
    step = rows[:1]
    for row in rows[1:]:
        together = (
            row[5] == step[-1][5] and row[3] == step[-1][3] - 1 and row[4] in ("ShortFound", "GoodsReceived")
        )
        if not together or step[0][4] not in ("ReceivingEnded", "ShortArrived", "GoodsReceived"):
            break
        step.append(row)
    return step[::-1]


def _pieces(book: Book, row: int) -> int:
    return int(book.value("SELECT coalesce(sum(pieces), 0) FROM moves WHERE fact = ?", (row,)))


def _gone(book: Book, rows: Sequence[int]) -> Refused | None:
    """Whether some of the goods have left the place where these facts had put them."""
    marks = ", ".join("?" * len(rows))
    row = book.one(
        f"SELECT m.lot, m.target, sum(m.pieces) FROM moves m WHERE m.fact IN ({marks}) GROUP BY m.lot, m.target"
        " HAVING sum(m.pieces) > coalesce((SELECT s.pieces FROM stock s WHERE s.lot = m.lot AND s.place = m.target), 0)"
        " LIMIT 1",
        rows,
    )
    if row is None:
        return None
    lot, place, _ = row
    to = book.value(
        "SELECT target FROM moves WHERE lot = ? AND source = ? ORDER BY id DESC LIMIT 1", (lot, place)
    )
    product = book.value("SELECT product FROM lines WHERE lot = ?", (lot,))
    return refused(Reason.MOVED_ON, product=product or lot, to=to or "")


# --- an imported list --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Announce:
    """Expect what a file lists: the goods as a manifest of one trip, the buyers' names apart from it.

    `columns` is the mapping of columns to remember for the next file.
    """

    platform: str
    trip: str
    day: str
    crates: tuple[CrateNote, ...]
    lines: tuple[Line, ...]
    people: tuple[Person, ...]
    columns: dict[str, str]

    def perform(self, book: Book) -> Announced | Refused:
        if book.value("SELECT 1 FROM trips WHERE trip = ?", (self.trip,)):
            return refused(Reason.IMPORTED)
        if self._is_known(book):
            return refused(Reason.LISTED)
        point = str(book.get("point", ""))
        fact = book.record(
            e.GoodsAnnounced(
                self.platform, self.trip, point, self.day, self.crates, self.lines, source="file"
            )
        )
        book.keep_people(self.people)
        book.put("manifest.columns", self.columns)
        pieces = sum(line.pieces for line in self.lines)
        return Announced(self.trip, len(self.crates), len(self.lines), pieces, (fact,))

    def _is_known(self, book: Book) -> bool:
        """Whether the feed or another file has announced one of these order lines or crates for that day.

        Lines without an order number are known when all of them are: same goods, number, and pickup code or person.
        """
        rows = book.rows(_LISTED, (self.platform, self.day))
        who = {person.buyer: f"{person.tail} {person.name}" for person in self.people}
        loose = [
            (line.product, line.pieces, line.code or who.get(line.buyer, line.buyer))
            for line in self.lines
            if line.order.startswith(f"{self.trip}-") and not line.crate
        ]
        if loose and not Counter(loose) - Counter(row[4:] for row in rows):
            return True
        known = {mark for row in rows for mark in _marks(*row[:4])}
        return any(
            not known.isdisjoint(_marks(line.order, line.barcode, line.product, line.crate))
            for line in self.lines
        )


_LISTED = (
    "SELECT l.order_no, l.barcode, l.product, l.crate, l.product, l.pieces,"
    " CASE l.code WHEN '' THEN coalesce(p.tail || ' ' || p.name, l.buyer) ELSE l.code END"
    " FROM lines l LEFT JOIN people p ON p.buyer = l.buyer WHERE l.platform = ? AND l.day = ?"
)


def _marks(order: str, barcode: str, product: str, crate: str) -> set[tuple[str, str, str]]:
    """What two lists of the same goods have in common: an order's product by barcode or by name, or a crate."""
    marks = {("barcode", order, barcode), ("product", order, product), ("crate", "", crate)}
    return {mark for mark in marks if mark[2]}
