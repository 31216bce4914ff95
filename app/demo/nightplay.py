"""Play a station's night: trucks, sorting, loading, hand-over and the points' receipts, through the real window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from app.demo.hands import Hands
from app.demo.nightwork import NightWork
from app.demo.report import STATION as STATION_BORDERS
from app.demo.report import Report, report, write
from app.demo.scenes import MINUTE, Scene
from app.demo.stage import Place, Stage, exchange
from app.domain import clock
from app.domain.roles import STATION
from app.sandbox.night_teller import NightTeller
from app.sandbox.pointday import Episode, Weather
from app.sandbox.station_story import StationNight, Truck, station_night

BEGINS = "00:30"
OFFLINE_FROM, OFFLINE_TO = "02:40", "04:10"
FORWARDED = 6
"""So many points' lists come along for the drivers' sheets."""


class NightStage(Stage):
    """A station's PC, its platform and a network that fails for an hour and a half."""

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
                exchange(self.engine)
                say(f"{clock.moment(scene.at_ms):%m-%d %H:%M} {scene.word}")
            self.stage.relay.set()
            exchange(self.engine)
            return self._counted()
        finally:
            self.engine.close()
            self.stage.close()

    def do_all(self, commands: Iterable[Any]) -> list[Any]:
        """Have many commands done as fast as several scanners would give them; their answers."""
        submit = self.stage.counter.store.writer.submit
        waiting = [submit(command) for command in commands]
        answers = [future.result() for future in waiting]
        self.hands.settle()
        return answers

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
        exchange(self.engine)

    # --- the night ---

    def _scenes(self) -> Iterator[Scene]:
        night, work = self.night, NightWork(self)
        yield Scene(clock.at(night.day, "00:35"), "接班", work.begin)
        for truck in night.trucks:
            yield from self._truck(work, truck)
        last = max(truck.arrives_ms for truck in night.trucks)
        cleared = max(last + 50 * MINUTE, clock.at(night.day, "06:10"))
        yield Scene(cleared, "清场", work.clear)
        yield Scene(cleared + 5 * MINUTE, "封筐", work.seal)
        yield Scene(cleared + 12 * MINUTE, "装车", work.load)
        yield Scene(cleared + 25 * MINUTE, "交接", work.hand_over)
        yield Scene(clock.at(night.day, "09:00"), "路上", work.look_at_receipts)
        yield Scene(clock.at(night.day, "11:05"), "都送到了", work.look_back)

    def _truck(self, work: NightWork, truck: Truck) -> Iterator[Scene]:
        begins = truck.arrives_ms
        yield Scene(begins, f"到车 {truck.trip}", partial(work.arrive, truck))
        yield Scene(begins + 4 * MINUTE, f"卸车 {truck.trip}", partial(work.unload, truck))
        yield Scene(begins + 20 * MINUTE, f"分拣一半 {truck.trip}", partial(work.sort, truck, half=0))
        yield Scene(begins + 40 * MINUTE, f"分拣完 {truck.trip}", partial(work.sort, truck, half=1))


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
