"""The stage of a story: a hub over real HTTP behind a relay that breaks things, and a counter enrolled at it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.bootstrap import Counter
from app.domain import clock
from app.domain.clock import StoryClock
from app.domain.roles import POINT
from app.hub.hub import Hub
from app.hub.running import serve
from app.hub.service import make_app
from app.sandbox.faults import FAIR, Fault, Relay
from app.sandbox.pointday import Episode, PointDay, Weather
from app.sandbox.teller import Teller
from app.sync.engine import Engine
from app.sync.http import HttpPlatform
from app.sync.inbox import TakePlace
from app.upkeep.actions import NoteCodeWrittenDown

_FAULTS = {
    Weather.OFFLINE: Fault(down=True),
    Weather.REQUEST_LOST: Fault(lose_request=0.5),
    Weather.ANSWER_LOST: Fault(lose_answer=0.5),
    Weather.DUPLICATE: Fault(duplicate=0.5),
    Weather.DELAY: Fault(latency=0.02),
}
MOST_EXCHANGES = 60


class Voice(Protocol):
    """The platform's side of a story."""

    def begin(self) -> None:
        """Before the story."""
        ...

    def tell_until(self, now_ms: int) -> object:
        """Say all that is due by now."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Whose counter it is, and who speaks for the platform there."""

    code: str
    name: str
    kind: str
    voice: Callable[[Hub], Voice]


class Stage:
    """Hub, relay and counter of one story. ``true`` is the world's clock, ``pc`` the desk's, which may be wrong."""

    def __init__(
        self, folder: Path, place: Place, *, seed: int, begins_ms: int, network: tuple[Episode, ...] = ()
    ) -> None:
        """Build all in ``folder``, which must be empty or missing; ``network`` is the weather of the story."""
        self.true, self.pc = StoryClock(begins_ms), StoryClock(begins_ms)
        self._network = network
        folder.mkdir(parents=True, exist_ok=True)
        self.hub = Hub(f"sqlite:///{(folder / 'hub.db').as_posix()}", self.true)
        self._running = serve(make_app(self.hub))
        self.relay = Relay(port=self._running.port, seed=seed)
        self.hub.add_point(place.code, place.name, kind=place.kind)
        self.teller = place.voice(self.hub)
        self.teller.begin()
        self.counter = Counter(folder / "data", self.pc, note="练习", server=self.relay.url)
        self._enrol(place.code)

    def _enrol(self, code: str) -> None:
        place = HttpPlatform(self.relay.url).enrol(
            code=self.hub.make_enrolment(code), device_name="柜台", attempt=secrets.token_hex(8)
        )
        self.counter.store.writer.do(TakePlace(place))
        self.counter.store.writer.do(NoteCodeWrittenDown())  # a practice book is thrown away
        self.counter.take_role()

    def engine(self) -> Engine:
        """An engine for the calling thread; used where no loop runs."""
        return self.counter.make_engine()

    def move_to(self, at_ms: int) -> None:
        """Let the story's time be ``at_ms``: clocks, weather of the network, and what the platform says by then."""
        self.true.move_to(at_ms)
        weather = [episode for episode in self._network if episode.from_ms <= at_ms < episode.to_ms]
        self.pc.move_to(at_ms + _clock_error(weather))
        self.relay.set(_fault(weather))
        self.teller.tell_until(at_ms)

    @property
    def is_offline(self) -> bool:
        """Whether the story's network is down now."""
        now = self.true.now_ms()
        return any(e.kind is Weather.OFFLINE and e.from_ms <= now < e.to_ms for e in self._network)

    def close(self) -> None:
        """Close the counter, the relay and the hub."""
        self.counter.close()
        self.relay.stop()
        self._running.stop()
        self.hub.close()


class DayStage(Stage):
    """A shop's day."""

    def __init__(self, story: PointDay, folder: Path) -> None:
        """Build all in ``folder``, which must be empty or missing."""
        self.story = story
        shop = story.point
        super().__init__(
            folder,
            Place(shop.code, shop.name, POINT, lambda hub: Teller(hub, story)),
            seed=story.seed,
            begins_ms=begin_of(story),
            network=story.network,
        )


def begin_of(story: PointDay) -> int:
    """An hour before the first thing of the story."""
    first = min((item.received_ms for item in story.leftovers), default=clock.at(story.day, "05:00"))
    return first - 3_600_000


def receive_earlier_days(stage: DayStage, engine: Engine) -> None:
    """What still stands on the shelves from the days before was received then."""
    from app.receiving.actions import EndReceiving, Receive

    exchange(engine)
    do = stage.counter.store.writer.do
    for leftover in sorted(stage.story.leftovers, key=lambda item: item.received_ms):
        stage.move_to(leftover.received_ms)
        for note in leftover.announced.crates:
            do(Receive(note.crate))
        do(EndReceiving(leftover.announced.trip))
    exchange(engine)


def exchange(engine: Engine, *, until_done: int = 1) -> None:
    """Exchange with the platform until there is nothing to send or it cannot be reached."""
    for _ in range(MOST_EXCHANGES):
        wait = engine.step()
        if not until_done or (wait > 0 and (engine.failing or not engine.pulse.reading.unsent)):
            return


def _fault(weather: list[Episode]) -> Fault:
    faults = [_FAULTS[episode.kind] for episode in weather if episode.kind in _FAULTS]
    return faults[0] if faults else FAIR


def _clock_error(weather: list[Episode]) -> int:
    return sum(episode.amount for episode in weather if episode.kind is Weather.WRONG_CLOCK)
