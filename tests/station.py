"""A small station night for tests: a store that has heard its trucks, and ways to look at it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain import clock
from app.domain.clock import StoryClock
from app.domain.codec import Recorded, encode
from app.domain.events import DriverRetired, Fact, VanRetired
from app.domain.ids import FactId
from app.domain.roles import STATION
from app.sandbox.night_teller import told
from app.sandbox.station_story import StationNight, station_night
from app.store.book import PLATFORM_DEVICE, Book
from app.store.opening import Store
from app.store.tables import PROJECTIONS

DAY = "2026-11-22"


def small_night(*, seed: int = 1, points: int = 12, pieces: int = 200) -> StationNight:
    """A night of a few routes in Binyang."""
    return station_night(seed=seed, county="宾阳县", day=DAY, points=points, pieces=pieces)


def midnight() -> StoryClock:
    """A clock at two at night of the tests' day."""
    return StoryClock(clock.at(DAY, "02:00"))


@dataclass(frozen=True)
class HearAll:
    """Hear facts of the platform, numbered from ``first`` on."""

    facts: tuple[Fact, ...]
    first: int = 1

    def perform(self, book: Book) -> None:
        now = book.clock.now_ms()
        for seq, fact in enumerate(self.facts, self.first):
            known = FactId(PLATFORM_DEVICE, 1, seq)
            book.hear(Recorded(known, now, 0, DAY, "", type(fact).__name__, encode(fact)))


@dataclass(frozen=True)
class BeStation:
    """The book belongs to a PC of this station."""

    night: StationNight
    device: str = "pc1"

    def perform(self, book: Book) -> None:
        book.put("role", STATION)
        book.put("point", self.night.station)
        book.put("point_name", self.night.name)
        book.put("device", self.device)


def station_store(folder: Path, night: StationNight, *, device: str = "pc1") -> Store:
    """A station's book that has heard the whole night's sheets."""
    store = Store(folder, midnight())
    store.writer.do(BeStation(night, device))
    store.writer.do(HearAll(told(night)))
    return store


@dataclass(frozen=True)
class Replayed:
    """All projections before and after a replay."""

    def perform(self, book: Book) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
        before = projections(book)
        book.replay()
        return before, projections(book)


def projections(book: Book) -> dict[str, list[Any]]:
    """Every row of every table that a replay rebuilds, in a fixed order."""
    return {table.name: sorted(map(repr, book.rows(f"SELECT * FROM {table.name}"))) for table in PROJECTIONS}


@dataclass(frozen=True)
class KnowNoVans:
    """A station that has entered neither vans nor drivers."""

    def perform(self, book: Book) -> None:
        for (van,) in book.rows("SELECT van FROM vans"):
            book.record(VanRetired(van))
        for (driver,) in book.rows("SELECT driver FROM drivers"):
            book.record(DriverRetired(driver))
