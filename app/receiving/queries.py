"""What the receiving page can see: vans, order lines with where their pieces are, and open differences."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select

from app.domain import places
from app.domain.goods import URGENCY, Shortfall, Zone
from app.domain.slots import all_slots
from app.receiving.rules import END_NOTE, Reading
from app.store.connection import Reader
from app.store.tables import differences, facts, lines, moves, people, photos, policies, stock, trips

SURPLUS = str(places.shelf(places.SURPLUS_SLOT))
KEPT_DAYS_MS = 3 * 24 * 3_600_000
"""A difference stays in sight this long after its deadline."""


@dataclass(frozen=True, slots=True)
class LineRow:
    """One order line of a current van: pieces announced and where they are; `who` has the phone's tail only."""

    lot: str
    trip: str
    platform: str
    crate: str
    product: str
    barcode: str
    zone: Zone
    order: str
    who: str
    tail: str
    announced: int
    van: int
    shelf: int
    short: int
    damaged: int
    over: int
    slot: str

    @property
    def came(self) -> int:
        """Pieces that came off the van so far, broken ones among them."""
        return self.announced - self.van - self.short


@dataclass(frozen=True, slots=True)
class TripRow:
    """How far one van is: crates and pieces that came of those announced; times in ms, 0 for not yet."""

    trip: str
    platform: str
    name: str
    day: str
    crates: int
    crates_in: int
    pieces: int
    came: int
    left: int
    short: int
    arrived_ms: int
    ended_ms: int
    plate: str
    seal: str

    @property
    def done(self) -> bool:
        """Whether nothing of it is waited for any more."""
        return bool(self.ended_ms) or not self.left


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """An open difference and until when it can be claimed (ms)."""

    difference: str
    about: Shortfall
    lot: str
    product: str
    platform: str
    crate: str
    pieces: int
    note: str
    photos: int
    opened_ms: int
    deadline_ms: int

    @property
    def by_ending(self) -> bool:
        """Whether it was made by ending a van, and not by a clerk who looked."""
        return self.note == END_NOTE


def line_rows(reader: Reader, *, day: str) -> list[LineRow]:
    """The lines of today's vans and of older ones that were never ended: frozen first, then by crate and order."""
    statement = (
        select(
            lines,
            people.c.name,
            people.c.tail,
            _at(stock.c.place == "van:" + lines.c.trip).label("van"),
            _at(_is_shelf()).label("shelf"),
            _at(stock.c.place == str(places.SHORT)).label("short"),
            _at(stock.c.place == str(places.DAMAGED)).label("damaged"),
            _at(stock.c.place == str(places.OVER)).label("over"),
            func.min(case((_is_shelf() & (stock.c.pieces > 0), func.substr(stock.c.place, 7)))).label("slot"),
        )
        .join(trips, trips.c.trip == lines.c.trip)
        .outerjoin(people, people.c.buyer == lines.c.buyer)
        .outerjoin(stock, stock.c.lot == lines.c.lot)
        .where(_current(reader, day))
        .group_by(lines.c.lot)
    )
    rows = [_line_row(row) for row in reader.select(statement)]
    return sorted(rows, key=lambda row: (URGENCY[row.zone], row.platform, row.crate, row.order, row.lot))


def _at(place: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((place, stock.c.pieces), else_=0)), 0)


def _is_shelf() -> ColumnElement[bool]:
    return and_(stock.c.place > "shelf:", stock.c.place < "shelf;", stock.c.place != SURPLUS)


def _current(reader: Reader, day: str) -> ColumnElement[bool]:
    today = or_(trips.c.day == day, and_(trips.c.day < day, trips.c.ended_ms == 0))
    return and_(trips.c.point == reader.get("point", ""), today)


def _line_row(row: Any) -> LineRow:
    return LineRow(
        lot=row.lot,
        trip=row.trip,
        platform=row.platform,
        crate=row.crate,
        product=row.product,
        barcode=row.barcode,
        zone=Zone(row.zone),
        order=row.order_no,
        who=masked(row.name or "", row.tail or ""),
        tail=row.tail or "",
        announced=row.pieces,
        van=row.van,
        shelf=row.shelf,
        short=row.short,
        damaged=row.damaged,
        over=-row.over,
        slot=row.slot or "",
    )


def masked(name: str, tail: str) -> str:
    """A buyer on the screen: family name and phone tail, `韦** 6312`."""
    stars = f"{name[0]}**" if name else ""
    return f"{stars} {tail}".strip()


def trip_rows(reader: Reader, rows: Iterable[LineRow], *, day: str) -> list[TripRow]:
    """The current vans, by platform and day; `rows` are the lines that were just read."""
    per_trip: dict[str, list[LineRow]] = {}
    for row in rows:
        per_trip.setdefault(row.trip, []).append(row)
    names = platform_names(reader)
    statement = (
        select(trips).where(_current(reader, day)).order_by(trips.c.day, trips.c.platform, trips.c.trip)
    )
    return [_trip_row(row, per_trip.get(row.trip, ()), names) for row in reader.select(statement)]


def _trip_row(trip: Any, rows: Sequence[LineRow], names: dict[str, str]) -> TripRow:
    crates = {row.crate for row in rows if row.crate}
    waiting = {row.crate for row in rows if row.crate and row.came < row.announced and not row.came}
    waiting |= {row.crate for row in rows if row.crate and row.van}
    return TripRow(
        trip=trip.trip,
        platform=trip.platform,
        name=names.get(trip.platform, trip.platform),
        day=trip.day,
        crates=len(crates),
        crates_in=len(crates - waiting),
        pieces=sum(row.announced for row in rows),
        came=sum(row.came for row in rows),
        left=sum(row.van for row in rows),
        short=sum(row.short for row in rows),
        arrived_ms=trip.arrived_ms,
        ended_ms=trip.ended_ms,
        plate=trip.plate,
        seal=trip.seal,
    )


def platform_names(reader: Reader) -> dict[str, str]:
    """The name that each platform goes by."""
    statement = select(policies.c.platform, policies.c.name).order_by(policies.c.from_day)
    return {row.platform: row.name for row in reader.select(statement)}


def difference_rows(reader: Reader, *, now_ms: int) -> list[DifferenceRow]:
    """Open differences of receiving; the one whose deadline comes first is the first."""
    statement = (
        select(
            differences,
            func.coalesce(lines.c.product, func.json_extract(facts.c.body, "$.product"), "").label("product"),
            func.coalesce(func.json_extract(facts.c.body, "$.barcode"), "").label("barcode"),
            func.coalesce(lines.c.platform, "").label("platform"),
            func.coalesce(lines.c.crate, "").label("crate"),
            func.coalesce(func.json_array_length(facts.c.body, "$.photos"), 0).label("photos"),
        )
        .join(facts, facts.c.id == differences.c.fact)
        .outerjoin(lines, lines.c.lot == differences.c.lot)
        .where(
            differences.c.closed_ms == 0,
            differences.c.about.in_([str(about) for about in Shortfall]),
            differences.c.deadline_ms > now_ms - KEPT_DAYS_MS,
        )
        .order_by(differences.c.deadline_ms, differences.c.difference)
        .limit(200)
    )
    return [_difference_row(row) for row in reader.select(statement)]


def _difference_row(row: Any) -> DifferenceRow:
    return DifferenceRow(
        difference=row.difference,
        about=Shortfall(row.about),
        lot=row.lot,
        product=row.product or row.barcode or row.lot,
        platform=row.platform,
        crate=row.crate,
        pieces=row.pieces,
        note=row.note,
        photos=row.photos,
        opened_ms=row.opened_ms,
        deadline_ms=row.deadline_ms,
    )


def readings(reader: Reader, *, trip: str, day: str) -> dict[Zone, Reading]:
    """The newest temperature of each zone that was read for a van on the given day."""
    body = facts.c.body
    statement = (
        select(
            func.json_extract(body, "$.zone").label("zone"),
            func.json_extract(body, "$.tenths").label("tenths"),
        )
        .where(
            facts.c.day == day,
            facts.c.kind == "VanArrived",
            func.json_extract(body, "$.trip") == literal(trip),
        )
        .where(facts.c.reversed_by.is_(None))
        .order_by(facts.c.id)
    )
    found = [row for row in reader.select(statement) if row.zone and row.tenths is not None]
    return {Zone(row.zone): Reading(Zone(row.zone), row.tenths) for row in found}


@dataclass(frozen=True, slots=True)
class LastStep:
    """The last thing received: the slots that its pieces were given, so that a page opened again shows the same."""

    crate: str
    placed: dict[str, tuple[int, str]]


def last_step(reader: Reader, *, day: str) -> LastStep | None:
    """The last scan of the day that still stands; None before the first."""
    kinds = ("CrateReceived", "GoodsReceived", "ShortArrived")
    found = reader.select(
        select(facts.c.id)
        .where(facts.c.day == day, facts.c.kind.in_(kinds), facts.c.reversed_by.is_(None))
        .order_by(facts.c.id.desc())
        .limit(1)
    )
    if not found:
        return None
    rows = reader.select(
        select(moves.c.lot, moves.c.pieces, moves.c.target, lines.c.crate)
        .join(lines, lines.c.lot == moves.c.lot)
        .where(moves.c.fact == found[0].id)
        .order_by(moves.c.id)
    )
    placed = {row.lot: (row.pieces, row.target.removeprefix("shelf:")) for row in rows}
    return LastStep(rows[-1].crate if rows else "", placed)


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A slot that holds something, and the phone tails of those whose it is."""

    slot: str
    tails: tuple[str, ...]
    pieces: int


def slot_rows(reader: Reader) -> list[SlotRow]:
    """The slots in use, by name."""
    statement = (
        select(stock.c.place, people.c.tail, func.sum(stock.c.pieces).label("pieces"))
        .join(lines, lines.c.lot == stock.c.lot)
        .outerjoin(people, people.c.buyer == lines.c.buyer)
        .where(_is_shelf(), stock.c.pieces > 0)
        .group_by(stock.c.place, people.c.tail)
        .order_by(stock.c.place, people.c.tail)
    )
    slots: dict[str, list[Any]] = {}
    for row in reader.select(statement):
        slots.setdefault(row.place.removeprefix("shelf:"), []).append(row)
    return [
        SlotRow(slot, tuple(row.tail for row in rows if row.tail), sum(row.pieces for row in rows))
        for slot, rows in slots.items()
    ]


def slot_names(reader: Reader) -> list[str]:
    """Every slot of the point, cold ones first."""
    return [slot for slots in all_slots(reader.get("slots")).values() for slot in slots]


def photos_of(reader: Reader, difference: str) -> list[bytes]:
    """The pictures kept with a difference."""
    found = reader.select(
        select(facts.c.body)
        .join(differences, differences.c.fact == facts.c.id)
        .where(differences.c.difference == difference)
    )
    names = json.loads(found[0].body).get("photos", []) if found else []
    kept = reader.select(select(photos.c.jpeg).where(photos.c.sha.in_(names))) if names else []
    return [bytes(row.jpeg) for row in kept]
