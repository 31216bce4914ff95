"""A station's night played into a book as its PCs would tell it: trucks, puts, seals, loading, at their own times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from random import Random

from app.domain import clock
from app.domain import night as n
from app.domain.clock import StoryClock
from app.domain.codec import Recorded, encode
from app.domain.events import Fact
from app.domain.goods import Count, Zone
from app.domain.ids import FactId
from app.domain.labels import crate_label
from app.sandbox.station_story import StationLine, StationNight, Truck, station_night
from app.store.book import Book
from app.store.opening import Store
from app.store.tonight import run_name
from tests.station import DAY, station_store

CREW = ("阿珍", "小陈", "老韦", "阿兰")
PER_HOUR = 2_250
COLD = (Zone.FROZEN, Zone.CHILLED)


@cache
def full_night(seed: int = 1) -> StationNight:
    """9,400 pieces for 550 points."""
    return station_night(seed=seed, county="宾阳县", day=DAY)


@dataclass(frozen=True, slots=True)
class Told:
    """A fact of somebody at a PC of the station, and when."""

    at_ms: int
    who: str
    fact: Fact


@dataclass(frozen=True)
class Tell:
    """Hear facts of the station's other PCs; ``first`` is the number of the first."""

    told: tuple[Told, ...]
    first: int

    def perform(self, book: Book) -> None:
        for seq, x in enumerate(self.told, self.first):
            kind = type(x.fact).__name__
            book.hear(Recorded(FactId("pc2", 1, seq), x.at_ms, 0, DAY, x.who, kind, encode(x.fact)))


def wall_of(night: StationNight, *, sorters: int = len(CREW)) -> n.WallPlanned:
    """Slots in the order of routes, cut into parts of the same load."""
    load: dict[str, int] = {}
    for line in night.lines:
        load[line.point] = load.get(line.point, 0) + line.pieces
    rows: list[n.SlotRow] = []
    done, whole = 0, max(1, sum(load.values()))
    for route in night.routes:
        for point in route.points:
            side = min(sorters, done * sorters // whole + 1)
            rows.append(n.SlotRow(f"{side}-{len(rows) + 1:03}", point, route.code, side))
            done += load.get(point, 0)
    return n.WallPlanned(DAY, tuple(rows))


def play(night: StationNight, *, seed: int = 1) -> Iterator[Told]:
    """The night in order: trucks come, the crew sorts by truck and zone with frozen goods last, routes are loaded."""
    return _Player(night, Random(seed)).play()


PACES = {1: 0.9, 2: 1.1, 3: 1.0, 4: 0.75}
"""Nobody has the hands of another."""
SLIPS, LEFT_OPEN = 0.002, 5
"""One put in five hundred slips; the van of every fifth route is not loaded."""


class _Player:
    """One night's crew."""

    def __init__(self, night: StationNight, rng: Random) -> None:
        self._night, self._rng = night, rng
        self._at = clock.at(DAY, "01:30")
        self._wall = wall_of(night)
        self._slot = {row.point: row for row in self._wall.slots}
        self._opened: dict[tuple[str, bool], str] = {}
        self._inside: dict[str, int] = {}
        self._left = dict.fromkeys((route.code for route in night.routes), 0)
        for line in night.lines:
            self._left[self._slot[line.point].route] += night.truth_of(line).ok
        self._boxes = {key: list(x) for key, x in groupby(night.lines, key=lambda line: line.container)}

    def play(self) -> Iterator[Told]:
        """Everything that is told, in order."""
        yield Told(self._at, "", self._wall)
        for who in CREW:
            yield Told(self._at, who, n.SorterJoined(who))
        yield Told(self._at, CREW[0], n.WaveBegan(DAY))
        coming = sorted(self._night.trucks, key=lambda truck: truck.arrives_ms)
        plain: list[StationLine] = []
        frozen: list[StationLine] = []
        while coming or plain or frozen:
            if coming and (not plain or coming[0].arrives_ms <= self._at):
                truck = coming.pop(0)
                self._at = max(self._at, truck.arrives_ms)
                yield from self._unload(truck)
                for line in (line for box in _boxes_of(truck) for line in self._boxes[box]):
                    (frozen if line.zone is Zone.FROZEN else plain).append(line)
            else:
                yield from self._put((plain or frozen).pop(0))

    def _unload(self, truck: Truck) -> Iterator[Told]:
        good = self._night.truth_of
        yield Told(self._at, CREW[1], n.TruckArrived(truck.trip))
        for box in _boxes_of(truck):
            lines = self._boxes[box]
            goods = tuple(Count(x.lot, good(x).ok) for x in lines if good(x).ok)
            yield Told(self._at, CREW[1], n.ContainersUnloaded(truck.trip, box, (box,), goods))
            missing = tuple(Count(x.lot, x.pieces - good(x).ok) for x in lines if x.pieces > good(x).ok)
            if missing:
                yield Told(self._at, CREW[1], n.PiecesMissed(f"trunk:{truck.trip}", missing))
        yield Told(self._at, CREW[1], n.UnloadingEnded(truck.trip))

    def _put(self, line: StationLine) -> Iterator[Told]:
        good = self._night.truth_of(line).ok
        if not good:
            return
        row = self._slot[line.point]
        who = CREW[row.sorter - 1]
        pace = PER_HOUR * PACES[row.sorter]
        self._at += round(good * 3_600_000 / pace * self._rng.gammavariate(2, 0.5))
        key = (line.point, line.zone in COLD)
        if key not in self._opened:
            yield self._open(key, row, who)
        crate = self._opened[key]
        if self._rng.random() < SLIPS:
            kind = self._rng.choice(("wrong_crate", "repeat", "unknown"))
            yield Told(self._at, who, n.SlipCaught(kind, crate))
        self._inside[crate] = self._inside.get(crate, 0) + good
        yield Told(self._at, who, n.Sorted(crate, (Count(line.lot, good),)))
        self._left[row.route] -= good
        if not self._left[row.route]:
            yield from self._finish(row.route)

    def _open(self, key: tuple[str, bool], row: n.SlotRow, who: str) -> Told:
        crate = self._opened[key] = crate_label(day=DAY, device="pc2", number=len(self._opened) + 1)
        zone = Zone.FROZEN if key[1] else Zone.AMBIENT
        return Told(self._at, who, n.CrateOpened(crate, row.slot, row.point, row.route, DAY, zone))

    def _finish(self, route: str) -> Iterator[Told]:
        """The last piece of a route is put: its crates are sealed, and most vans loaded and closed."""
        way = next(x for x in self._night.routes if x.code == route)
        run = run_name(self._night.station, day=DAY, route=route)
        crates = [crate for (point, _), crate in self._opened.items() if point in way.points]
        driver = way.driver
        planned = n.RunPlanned(
            run, route, DAY, way.dock, driver.name, driver.plate, self._night.leaves_ms, way.points
        )
        yield Told(self._at, "", planned)
        for crate in crates:
            yield Told(self._at + 60_000, CREW[2], n.CrateSealed(crate, self._inside[crate]))
        if int(route[1:]) % LEFT_OPEN == 0:
            return
        for crate in crates:
            yield Told(self._at + 120_000, CREW[3], n.CrateLoaded(run, crate))
        pieces = sum(self._inside[crate] for crate in crates)
        yield Told(self._at + 300_000, CREW[3], n.VanClosed(run, len(crates), pieces))


def _boxes_of(truck: Truck) -> list[str]:
    """The containers that came."""
    return [box.label for pallet in truck.pallets for box in pallet.containers if box.here]


def played(folder: Path, night: StationNight, *, share: float = 1.0, seed: int = 1) -> Store:
    """A book in which so much of the night has happened; its clock stands at the last fact."""
    told = list(play(night, seed=seed))
    told = told[: round(len(told) * share)]
    store = station_store(folder, night)
    for first in range(0, len(told), 500):
        store.writer.do(Tell(tuple(told[first : first + 500]), first + 1))
    story = store.clock
    if isinstance(story, StoryClock) and told:
        story.move_to(max(x.at_ms for x in told))
    return store
