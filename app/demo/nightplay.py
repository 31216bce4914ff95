"""Play a station's night: trucks, sorting, loading, hand-over and the points' receipts, through the real window."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from app.demo.hands import Hands
from app.demo.nightwork import NightWork
from app.demo.report import STATION as STATION_BORDERS
from app.demo.report import Report, report, write
from app.demo.scenes import MINUTE, Scene, do_all
from app.demo.stage import Place, Stage, exchange
from app.domain import clock
from app.domain.roles import STATION
from app.sandbox.night_teller import TOLD_BEFORE_MS, NightTeller
from app.sandbox.pointday import Episode, Weather
from app.sandbox.station_story import StationNight, station_night
from app.store.opening import Store
from app.sync.engine import Engine
from app.sync.http import HttpPlatform
from app.sync.inbox import TakePlace

BEGINS = "00:30"
OFFLINE_FROM, OFFLINE_TO = "04:50", "05:15"
PLANNED = "00:40"
SORTED_BY, SLICE = "06:10", 5 * MINUTE
"""The crew keeps up: what is on the dock is shared out over slices of five minutes up to this time."""
CREW = 3
"""So many PCs sort beside the counter's."""
FORWARDED = 6
"""So many points' lists come along for the drivers' sheets."""


class NightStage(Stage):
    """A station's PCs, its platform and a network that fails for a while; the counter is the first of the PCs."""

    def __init__(self, night: StationNight, folder: Path) -> None:
        """Build all in ``folder``, which must be empty or missing."""
        self.night = night
        listed = night.routes[0].points[:FORWARDED]
        away = (clock.at(night.day, OFFLINE_FROM), clock.at(night.day, OFFLINE_TO))
        super().__init__(
            folder,
            Place(night.station, night.name, STATION, lambda hub: NightTeller(hub, night, listed)),
            seed=night.seed,
            begins_ms=clock.at(night.day, BEGINS),
            network=(Episode(Weather.OFFLINE, *away),),
        )
        self.crew = tuple(CrewPC(self, folder / f"pc{number}", number) for number in range(2, 2 + CREW))

    def close(self) -> None:
        """Close the other PCs too."""
        for pc in self.crew:
            pc.close()
        super().close()


class CrewPC:
    """Another PC at the wall: a book of its own, in step with the others through the hub."""

    def __init__(self, stage: NightStage, folder: Path, number: int) -> None:
        self.store = Store(folder, stage.pc)
        code = stage.hub.make_enrolment(stage.night.station)
        place = HttpPlatform(stage.relay.url).enrol(
            code=code, device_name=f"分拣{number}", attempt=secrets.token_hex(8)
        )
        self.store.writer.do(TakePlace(place))
        self.engine = Engine(
            writer=self.store.writer,
            reader=self.store.reader(),
            platform=HttpPlatform(stage.relay.url, device=place.device, secret=place.secret),
            clock=stage.pc,
        )

    def close(self) -> None:
        """Let go of book and connection."""
        self.engine.close()
        self.store.close()


class NightPlay:
    """One headless night: call ``run`` once."""

    def __init__(self, night: StationNight, folder: Path) -> None:
        self.night = night
        self.stage = NightStage(night, folder)
        self.hands = Hands(self.stage.counter, folder)
        self.engine = self.stage.engine()
        self._folder = folder

    def run(self, say: Callable[[str], None]) -> Report:
        """Play all scenes, then count; closes the stage."""
        window = self.stage.counter.window
        window.resize(1366, 768)
        window.show()
        try:
            for scene in sorted(self._scenes(), key=lambda scene: scene.at_ms):
                self._go_to(scene.at_ms)
                scene.act()
                self.exchange()
                say(f"{clock.moment(scene.at_ms):%m-%d %H:%M} {scene.word}")
            self.stage.relay.set()
            self.exchange()
            return self._counted()
        finally:
            self.engine.close()
            self.stage.close()

    def do_all(self, commands: Iterable[Any]) -> None:
        """Have many commands done as fast as a scanner would give them."""
        do_all(self.stage.counter.store.writer, commands)
        self.hands.settle()

    def exchange(self) -> None:
        """All PCs exchange, then all hear what the others said."""
        for _ in range(2):
            for pc in self.stage.crew:
                exchange(pc.engine)
            exchange(self.engine)

    def _counted(self) -> Report:
        night = self.night
        found = report(
            self.stage.counter.reader, self.stage.hub, night.station, pictures=self.hands.pictures,
            seed=night.seed, county=night.county, day=night.day,
            borders=STATION_BORDERS,
        )  # fmt: skip
        write(found, self._folder)
        return found

    def _go_to(self, at_ms: int) -> None:
        self.stage.move_to(at_ms)
        self.exchange()

    # --- the night ---

    def _scenes(self) -> Iterator[Scene]:
        night, work = self.night, NightWork(self)
        yield Scene(clock.at(night.day, "00:35"), "接班", work.begin)
        for truck in night.trucks:
            told = max(truck.arrives_ms - TOLD_BEFORE_MS, clock.at(night.day, "00:36"))
            yield Scene(told, f"清单到了 {truck.trip}", lambda: None)
            yield Scene(truck.arrives_ms, f"到车 {truck.trip}", partial(work.arrive, truck))
            yield Scene(truck.arrives_ms + 4 * MINUTE, f"卸车 {truck.trip}", partial(work.unload, truck))
        listed = max(
            clock.at(night.day, PLANNED), *(t.arrives_ms - TOLD_BEFORE_MS + MINUTE for t in night.trucks)
        )
        yield Scene(min(listed, min(t.arrives_ms for t in night.trucks) - 1), "排线路", work.plan)
        first = min(truck.arrives_ms for truck in night.trucks) + 6 * MINUTE
        last = max(truck.arrives_ms for truck in night.trucks) + 15 * MINUTE
        slices = range(first, max(last, clock.at(night.day, SORTED_BY)) + 1, SLICE)
        for nth, at_ms in enumerate(slices):
            yield Scene(at_ms, "分拣", partial(work.sort, left=len(slices) - nth, pictured=nth % 12 == 2))
        done = slices[-1]
        yield Scene(done + MINUTE, "清场", work.clear)
        yield Scene(done + 4 * MINUTE, "封筐", work.seal)
        yield Scene(done + 10 * MINUTE, "装车", work.load)
        yield Scene(done + 30 * MINUTE, "交接", work.hand_over)
        yield Scene(clock.at(night.day, "09:00"), "路上", work.look_at_receipts)
        yield Scene(clock.at(night.day, "11:05"), "都送到了", work.look_back)


def play_night(
    *,
    seed: int,
    county: str,
    day: str,
    out: Path,
    points: int,
    pieces: int,
    say: Callable[[str], None] = print,
) -> Report:
    """Play one night without a screen into ``out``; its report."""
    from app.demo.play import clean
    from app.start import application

    clean(out)
    application()
    night = station_night(seed=seed, county=county, day=day, points=points, pieces=pieces)
    return NightPlay(night, out).run(say)
