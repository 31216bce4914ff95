"""Tonight's routes for every room of a station: the adopted plan of the day, or else the station's own table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from app.domain import clock
from app.store.connection import Params, Row


class Rows(Protocol):
    """What is read from: the open book, or a reader of the committed one."""

    def rows(self, sql: str, params: Params = ()) -> list[Row]:
        """All rows of a query."""
        ...

    def get(self, key: str, default: Any = None) -> Any:
        """A value of the state table."""
        ...


@dataclass(frozen=True, slots=True)
class Stop:
    """A point on a route; ``arrival_s`` (seconds of the day) is 0 where no plan says it."""

    point: str
    name: str
    arrival_s: int = 0


@dataclass(frozen=True, slots=True)
class Tonight:
    """One van's way tonight: where it stands (``1-2``), who drives, its stops in order; ``run`` names the drive."""

    route: str
    run: str
    dock: str
    driver: str
    plate: str
    leaves_ms: int
    stops: tuple[Stop, ...]
    planned: bool


LEAVES = "07:00"


def run_name(station: str, *, day: str, route: str) -> str:
    """The name of a route's drive of one business day, such as ``BY-W1-261122-R07``."""
    return f"{station}-{day[2:].replace('-', '')}-{route}"


def routes_of(source: Rows, day: str) -> tuple[Tonight, ...]:
    """Tonight's routes in the order of their docks' names; none where there is neither plan nor table."""
    station = str(source.get("point", ""))
    return _planned(source, station, day) or _from_table(source, station, day)


def point_names(source: Rows) -> dict[str, str]:
    """The name of each point of the station, by its code."""
    found = source.rows("SELECT point, name FROM stops UNION SELECT point, name FROM route_points")
    return {str(point): str(name) for point, name in found}


def _planned(source: Rows, station: str, day: str) -> tuple[Tonight, ...]:
    stops: dict[str, list[Stop]] = {}
    names = point_names(source)
    for route, point, arrival_s in source.rows(
        "SELECT route, point, arrival_s FROM plan_stops WHERE day = ? ORDER BY route, seq", (day,)
    ):
        stops.setdefault(route, []).append(Stop(point, names.get(str(point), str(point)), arrival_s))
    return tuple(
        Tonight(
            route=route,
            run=run_name(station, day=day, route=route),
            dock=dock,
            driver=driver,
            plate=van,
            leaves_ms=clock.at(day, "00:00") + leaves_s * 1000,
            stops=tuple(stops.get(route, ())),
            planned=True,
        )
        for route, dock, driver, van, leaves_s in source.rows(
            "SELECT route, dock, driver_name, van, leaves_s FROM plan_routes WHERE day = ? ORDER BY dock, route",
            (day,),
        )
    )


def _from_table(source: Rows, station: str, day: str) -> tuple[Tonight, ...]:
    stops: dict[str, list[Stop]] = {}
    for route, point, name in source.rows("SELECT route, point, name FROM route_points ORDER BY route, seq"):
        stops.setdefault(route, []).append(Stop(point, name))
    return tuple(
        Tonight(
            route=route,
            run=run_name(station, day=day, route=route),
            dock=dock,
            driver=driver,
            plate=plate,
            leaves_ms=clock.at(day, LEAVES),
            stops=tuple(stops.get(route, ())),
            planned=False,
        )
        for route, dock, driver, plate in source.rows(
            "SELECT route, dock, driver, plate FROM routes ORDER BY rank"
        )
    )


SHORT_DAYS = 14
"""Who went without is remembered for so many nights."""


def went_without(source: Rows, *, now_ms: int) -> dict[str, int]:
    """When points last went without something, for those that did in these nights."""
    since = now_ms - SHORT_DAYS * 24 * 3_600_000
    return {str(point): int(at_ms) for point, at_ms in source.rows(_WENT_WITHOUT, (since,))}


_WENT_WITHOUT = (
    "SELECT l.point, max(d.opened_ms) FROM differences d JOIN load_lines l ON l.lot = d.lot"
    " WHERE d.about = 'short' AND d.opened_ms > ? GROUP BY l.point"
)
