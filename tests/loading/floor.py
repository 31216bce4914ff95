"""A floor with sealed crates for the tests of loading: a small night that is sorted already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.domain import night as n
from app.domain.events import Fact
from app.domain.goods import Count, Zone
from app.domain.labels import crate_label
from app.loading.actions import PlanRuns
from app.sandbox.station_story import StationNight
from app.store.book import Book
from app.store.opening import Store
from tests.station import DAY, small_night, station_store


@lru_cache
def night() -> StationNight:
    """Three routes in a small town."""
    return small_night(points=9, pieces=750)


def label(number: int) -> str:
    """The label of the n-th crate of the tests' PC."""
    return crate_label(day=DAY, device="pc1", number=number)


@dataclass(frozen=True)
class Box:
    """A crate as the tests know it."""

    crate: str
    point: str
    route: str
    stop: int
    zone: Zone
    slot: str
    pieces: int


@lru_cache
def boxes() -> tuple[Box, ...]:
    """One crate for each point, and a cold one where the point has frozen or chilled goods; in the order of slots."""
    story = night()
    found: list[Box] = []
    for route in story.routes:
        for stop, point in enumerate(route.points, 1):
            mine = [line for line in story.lines if line.point == point]
            for zone in (Zone.AMBIENT, Zone.FROZEN):
                pieces = sum(line.pieces for line in mine if _crate_zone(line.zone) is zone)
                if pieces:
                    number = len(found) + 1
                    slot = f"{route.code[-1]}-{stop:02}"
                    found.append(Box(label(number), point, route.code, stop, zone, slot, pieces))
    return tuple(found)


def _crate_zone(zone: Zone) -> Zone:
    return Zone.FROZEN if zone in (Zone.FROZEN, Zone.CHILLED) else Zone.AMBIENT


def of_route(route: str) -> list[Box]:
    """The crates of a route."""
    return [box for box in boxes() if box.route == route]


def box_of(route: str, stop: int, zone: Zone = Zone.AMBIENT) -> Box:
    """The crate of a stop."""
    return next(box for box in of_route(route) if (box.stop, box.zone) == (stop, zone))


def run(route: str) -> str:
    """The run of a route."""
    return f"{night().station}-{DAY[2:].replace('-', '')}-{route}"


def dock(route: str) -> str:
    """The dock of a route."""
    return next(way.dock for way in night().routes if way.code == route)


def unloaded() -> Iterable[Fact]:
    """Every container comes off its truck whole."""
    story = night()
    for truck in story.trucks:
        for pallet in truck.pallets:
            for container in pallet.containers:
                goods = tuple(
                    Count(line.lot, line.pieces) for line in story.lines if line.container == container.label
                )
                yield n.ContainersUnloaded(truck.trip, container.label, (container.label,), goods)


def sorted_into(box: Box) -> Iterable[Fact]:
    """A crate is opened and everything for it is put into it."""
    mine = [line for line in night().lines if line.point == box.point and _crate_zone(line.zone) is box.zone]
    yield n.CrateOpened(box.crate, box.slot, box.point, box.route, DAY, box.zone)
    yield n.Sorted(box.crate, tuple(Count(line.lot, line.pieces) for line in mine))


@dataclass(frozen=True)
class SortAll:
    """The whole night is sorted; every crate but those of ``unsealed`` is sealed."""

    unsealed: tuple[str, ...] = ()
    unsorted: tuple[str, ...] = ()

    def perform(self, book: Book) -> None:
        for fact in unloaded():
            book.record(fact)
        for box in boxes():
            if box.crate in self.unsorted:
                continue
            for fact in sorted_into(box):
                book.record(fact)
            if box.crate not in self.unsealed:
                book.record(n.CrateSealed(box.crate, box.pieces))


@dataclass(frozen=True)
class Says:
    """Record facts with another name at the desk."""

    operator: str
    facts: tuple[Fact, ...]

    def perform(self, book: Book) -> None:
        book.put("operator", self.operator)
        for fact in self.facts:
            book.record(fact)


def floor(folder: Path, *, unsealed: tuple[str, ...] = (), unsorted: tuple[str, ...] = ()) -> Store:
    """A station's book at two at night: sorted, sealed, vans planned."""
    store = station_store(folder, night())
    store.writer.do(SortAll(unsealed, unsorted))
    store.writer.do(PlanRuns())
    return store


def facts_in(store: Store) -> int:
    """How many facts the book holds."""
    reader = store.reader()
    found = int(reader.value("SELECT count(*) FROM facts"))
    reader.close()
    return found


def bodies(store: Store, kind: str) -> list[dict[str, Any]]:
    """The bodies of all facts of a kind."""
    import json

    reader = store.reader()
    found = [json.loads(body) for (body,) in reader.rows("SELECT body FROM facts WHERE kind = ?", (kind,))]
    reader.close()
    return found
