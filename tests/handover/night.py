"""A station whose night is over but for the vans: everything sorted, sealed, loaded and closed, as bare facts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.domain import clock, codec
from app.domain import events as e
from app.domain import night as n
from app.domain.clock import StoryClock
from app.domain.codec import Recorded
from app.domain.goods import Count, Zone
from app.domain.ids import FactId
from app.domain.labels import crate_label
from app.domain.night import AssetCount
from app.handover.actions import HandOver
from app.handover.rules import Counted, Load
from app.handover.standing import crates_on, load_of
from app.sandbox.night_teller import manifest_of
from app.sandbox.station_story import StationLine, StationNight
from app.store.book import Book
from app.store.opening import Store
from app.store.tonight import run_name
from app.ui.signature import signature_of
from tests.samples import Record
from tests.station import DAY, HearAll, Replayed, small_night, station_store

COLD = (Zone.FROZEN, Zone.CHILLED)
DRIVER = "韦师傅"


def ink(nth: int = 0) -> bytes:
    """A signature's picture."""
    return signature_of((((0.1, 0.2 + nth / 10), (0.5, 0.7), (0.8, 0.3)),)).png


@dataclass(frozen=True)
class Hear:
    """Hear a fact of another PC."""

    recorded: Recorded

    def perform(self, book: Book) -> bool:
        return book.hear(self.recorded)


@dataclass
class Yard:
    """An open station book with a clock; `do` runs a command, `hear` lets the platform speak."""

    store: Store
    night: StationNight
    clock: StoryClock
    crates: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _heard: int = 1000

    def do(self, command: Any) -> Any:
        return self.store.writer.do(command)

    def record(self, *facts: e.Fact) -> list[FactId]:
        return self.do(Record(facts))  # type: ignore[no-any-return]

    def hear(self, *facts: e.Fact) -> None:
        self.do(HearAll(facts, self._heard))
        self._heard += len(facts)

    def rows(self, sql: str, *params: Any) -> list[Any]:
        reader = self.store.reader()
        try:
            return reader.rows(sql, params)
        finally:
            reader.close()

    def value(self, sql: str, *params: Any) -> Any:
        found = self.rows(sql, *params)
        return found[0][0] if found else None

    def run(self, nth: int = 0) -> str:
        """The name of a route's drive."""
        return run_name(self.night.station, day=DAY, route=self.night.routes[nth].code)

    def load(self, nth: int = 0) -> Load:
        reader = self.store.reader()
        try:
            return load_of(crates_on(reader, self.run(nth)))
        finally:
            reader.close()

    def counted(self, nth: int = 0) -> Counted:
        """What an honest driver counts."""
        return Counted(*self.load(nth))

    def hand_over(self, nth: int = 0, driver: str = DRIVER) -> Any:
        command = HandOver(self.run(nth), driver, self.counted(nth), ink(), ink(1))
        return self.do(command)

    def lines(self, nth: int = 0) -> list[StationLine]:
        """What is for the points of a route."""
        points = set(self.night.routes[nth].points)
        return [line for line in self.night.lines if line.point in points]

    def held(self) -> dict[tuple[str, str], int]:
        """Returnable things by holder and kind."""
        return {
            (h, a): p for h, a, p in self.rows("SELECT holder, asset, pieces FROM assets WHERE pieces <> 0")
        }

    def receipt(self, line: StationLine, *, short: int = 0, nth: int = 0) -> n.PointReceipt:
        """A point's receipt of all its goods, short of some pieces of one lot."""
        goods = [
            Count(lot, pieces, place.removeprefix("crate:"))
            for lot, place, pieces in self.rows(
                "SELECT s.lot, s.place, s.pieces FROM stock s JOIN wall_crates w ON s.place = 'crate:' || w.crate"
                " WHERE w.point = ? AND w.run = ? AND s.pieces > 0",
                line.point,
                self.run(nth),
            )
        ]
        crate = next(count.slot for count in goods if count.lot == line.lot)
        kept = [
            Count(x.lot, x.pieces - short, x.slot) if (x.lot, x.slot) == (line.lot, crate) else x
            for x in goods
        ]
        missing = (Count(line.lot, short, crate),) if short else ()
        now = self.clock.now_ms()
        return n.PointReceipt(
            self.run(nth), line.point, tuple(x for x in kept if x.pieces), missing, at_ms=now
        )

    def replayed(self) -> bool:
        """Whether a replay gives the same tables."""
        before, after = self.do(Replayed())
        return bool(before == after)

    def close(self) -> None:
        self.store.close()


def open_yard(folder: Path, *, points: int = 24, pieces: int = 800, closed: int = 1) -> Yard:
    """The yard at six in the morning: ``closed`` vans are closed, the others loaded and open."""
    night = small_night(points=points, pieces=pieces)
    store = station_store(folder, night)
    yard = Yard(store, night, store.clock)  # type: ignore[arg-type]
    yard.clock.move_to(clock.at(DAY, "04:00"))
    closed_night(yard, closed=closed)
    yard.clock.move_to(clock.at(DAY, "06:00"))
    return yard


def closed_night(yard: Yard, *, closed: int) -> None:
    """The night's work up to the vans, of which the first ``closed`` are closed."""
    yard.record(*_unloaded(yard))
    yard.record(*_sorted(yard))
    for nth in range(len(yard.night.routes)):
        yard.record(*_loaded(yard, nth))
        if nth < closed:
            load = yard.load(nth)
            yard.record(n.VanClosed(yard.run(nth), load.crates + load.boxes, load.pieces, by="覃班长"))


def _unloaded(yard: Yard) -> list[e.Fact]:
    facts: list[e.Fact] = []
    for truck in yard.night.trucks:
        facts += [n.TruckArrived(truck.trip, truck.driver.plate, "F-88"), n.UnloadingBegan(truck.trip)]
        for pallet in truck.pallets:
            labels = tuple(box.label for box in pallet.containers)
            goods = tuple(Count(x.lot, x.pieces) for x in yard.night.lines if x.container in labels)
            facts.append(n.ContainersUnloaded(truck.trip, pallet.label, labels, goods))
        facts.append(n.UnloadingEnded(truck.trip))
    return facts


def _sorted(yard: Yard) -> list[e.Fact]:
    """A crate for each point, and an ice box where it has cold goods."""
    facts: list[e.Fact] = []
    routes = yard.night.route_of()
    by_crate: dict[tuple[str, bool], list[StationLine]] = defaultdict(list)
    for line in yard.night.lines:
        by_crate[line.point, line.zone in COLD].append(line)
    for number, ((point, cold), lines) in enumerate(sorted(by_crate.items()), 1):
        crate = crate_label(day=DAY, device="3F2A", number=number)
        zone = Zone.FROZEN if cold else Zone.AMBIENT
        asset = "ice_box" if cold else "crate"
        yard.crates[point].append(crate)
        goods = tuple(Count(line.lot, line.pieces) for line in lines)
        facts += [
            n.CrateOpened(crate, f"1-{number:02d}", point, routes[point], DAY, zone, asset),
            n.Sorted(crate, goods),
            n.CrateSealed(crate, sum(count.pieces for count in goods)),
        ]
    return facts


def _loaded(yard: Yard, nth: int) -> list[e.Fact]:
    route = yard.night.routes[nth]
    run = yard.run(nth)
    leaves = clock.at(DAY, "07:00")
    planned = n.RunPlanned(run, route.code, DAY, route.dock, DRIVER, route.driver.plate, leaves, route.points)
    crates = [crate for point in reversed(route.points) for crate in yard.crates[point]]
    return [planned, *(n.CrateLoaded(run, crate) for crate in crates)]


def list_of(yard: Yard, point: str, seq: int = 7) -> n.ManifestForwarded:
    """A point's list as the platform forwards it to the station."""
    body = codec.encode(manifest_of(yard.night, point))
    return n.ManifestForwarded(point, seq, clock.at(DAY, "00:30"), DAY, body)


def drops_of(yard: Yard, nth: int = 0) -> list[tuple[str, tuple[AssetCount, ...]]]:
    """What each stop of a route gets of crates and boxes."""
    kinds = dict(yard.rows("SELECT crate, asset FROM wall_crates"))
    found = []
    for point in yard.night.routes[nth].points:
        some = [kinds[crate] for crate in yard.crates[point]]
        counts = tuple(AssetCount(kind, some.count(kind)) for kind in sorted(set(some)))
        found.append((point, counts))
    return found
