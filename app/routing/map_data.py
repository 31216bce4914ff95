"""What the map shows, in kilometres east and north of the station: stops, routes, and marks that tell them apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.routing.night import Night, Plan, Route
from app.routing.tonight import Tonight, point_of
from app.ui import tokens

KM_PER_DEGREE = 111.195
SHAPES = 4
"""Circle, square, diamond, triangle."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How a route is told from its neighbours: a colour and a shape by number, and its own number."""

    hue: int
    shape: int
    number: str


@dataclass(frozen=True, slots=True)
class MapStop:
    """A stop on the map; `order` counts from 1 and is 0 for a stop in no route."""

    point: str
    x: float
    y: float
    name: str
    route: int
    order: int
    arrival_s: int
    late: int
    guessed: int


@dataclass(frozen=True, slots=True)
class MapRoute:
    """A route on the map: its van, its mark, and its stops by their place in `MapData.stops`."""

    van: str
    mark: Mark
    stops: tuple[int, ...]
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Label:
    """A township's name in the middle of its points."""

    text: str
    x: float
    y: float
    weight: int


@dataclass(frozen=True, slots=True)
class MapData:
    """All of a map; the station lies at 0, 0."""

    stops: tuple[MapStop, ...] = ()
    routes: tuple[MapRoute, ...] = ()
    labels: tuple[Label, ...] = ()

    def box_of(self, van: str = "") -> tuple[float, float, float, float]:
        """West, south, east, north in km of a van's route with the station, or of everything."""
        mine = next((route.stops for route in self.routes if route.van == van), range(len(self.stops)))
        xs, ys = [0.0, *(self.stops[at].x for at in mine)], [0.0, *(self.stops[at].y for at in mine)]
        return min(xs), min(ys), max(xs), max(ys)


def map_data(tonight: Tonight, plan: Plan) -> MapData:
    """The map of a plan: routes in the order of the plan, then stops that are in none."""
    night = tonight.night
    marks = marks_of(tonight, plan)
    stops: list[MapStop] = []
    routes = []
    for number, route in enumerate(plan.routes):
        first = len(stops)
        late = set(route.late_points)
        for order, (point, at_s) in enumerate(zip(route.points, route.arrivals_s, strict=True), 1):
            stops += _stop(tonight, point, route=number, order=order, arrival_s=at_s, late=int(point in late))
        mine = range(first, len(stops))
        x, y = _middle([stops[at] for at in mine])
        routes.append(MapRoute(route.van, marks[route.van], tuple(mine), x, y))
    served = plan.van_of
    for stop in night.stops:
        if stop.point not in served:
            stops += _stop(tonight, stop.point, route=-1, order=0, arrival_s=0, late=0)
    return MapData(tuple(stops), tuple(routes), _labels(tonight, stops))


def _stop(
    tonight: Tonight, point: str, *, route: int, order: int, arrival_s: int, late: int
) -> Iterable[MapStop]:
    """The stop, unless it lies nowhere."""
    stop = tonight.night.stop_at[point]
    if stop.latitude is None or stop.longitude is None:
        return
    x, y = plane(tonight.night, stop.latitude, stop.longitude)
    name = tonight.stop_name(point)
    yield MapStop(point, x, y, name, route, order, arrival_s, late, int(stop.guessed))


def plane(night: Night, latitude: float, longitude: float) -> tuple[float, float]:
    """Kilometres east and north of the station."""
    shrink = math.cos(math.radians(night.latitude))
    return (
        (longitude - night.longitude) * KM_PER_DEGREE * shrink,
        (latitude - night.latitude) * KM_PER_DEGREE,
    )


def marks_of(tonight: Tonight, plan: Plan) -> dict[str, Mark]:
    """Van → mark: routes that lie side by side around the station take colours and shapes in turns."""
    around = sorted(plan.routes, key=lambda route: _bearing(tonight.night, route))
    hues = len(tokens.ROUTES)
    return {
        route.van: Mark(at % hues, (at + at // hues) % SHAPES, tonight.route_name(route.van))
        for at, route in enumerate(around)
    }


def _bearing(night: Night, route: Route) -> float:
    stops = [night.stop_at[point] for point in route.points]
    places = [
        plane(night, s.latitude, s.longitude)
        for s in stops
        if s.latitude is not None and s.longitude is not None
    ]
    return math.atan2(sum(y for _, y in places), sum(x for x, _ in places)) if places else 0.0


def _middle(stops: Sequence[MapStop]) -> tuple[float, float]:
    """The stop nearest to the middle of a route: where its number stands."""
    if not stops:
        return 0.0, 0.0
    x, y = sum(s.x for s in stops) / len(stops), sum(s.y for s in stops) / len(stops)
    nearest = min(stops, key=lambda stop: math.hypot(stop.x - x, stop.y - y))
    return nearest.x, nearest.y


def _labels(tonight: Tonight, stops: Sequence[MapStop]) -> tuple[Label, ...]:
    towns: dict[str, list[MapStop]] = {}
    for stop in stops:
        row = tonight.stops.get(point_of(stop.point))
        if row and row.town:
            towns.setdefault(row.town, []).append(stop)
    made = [
        Label(town, sum(s.x for s in mine) / len(mine), sum(s.y for s in mine) / len(mine), len(mine))
        for town, mine in towns.items()
    ]
    return tuple(sorted(made, key=lambda label: -label.weight))
