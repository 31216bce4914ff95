"""A night in the words of PyVRP, and PyVRP's routes in ours; only the worker process imports this.

Costs are metres at the price of the dearest van's kilometre: a day's price and the charge for strange villages are
turned into metres, and a van that may not come to a point finds a very long way there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from pyvrp import Client, Depot, Location, ProblemData, Route, Solution, VehicleType

from app.routing.night import Night, Stop, Van
from app.routing.reckon import strange_fen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.int64]

FORBIDDEN_METRES = 5_000_000
NO_ROAD_METRES, NO_ROAD_S = 2_000_000, 200_000
UNBOUND = 2**63 - 1
"""PyVRP's own word for a shift without an end; anything less counts as a time window."""

Order = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Model:
    """PyVRP's data, with the names of its clients and vehicle types."""

    data: ProblemData
    points: list[str]
    kinds: list[list[str]]
    """The vans of each vehicle type."""
    client_of: dict[str, int] = field(default_factory=dict)
    kind_of: dict[str, int] = field(default_factory=dict)

    def solution(self, order: Order) -> Solution:
        """An order as PyVRP has it; points that the model does not know are left out."""
        routes = []
        for van, points in order.items():
            visits = [self.client_of[point] for point in points if point in self.client_of]
            if visits:
                routes.append(Route(self.data, visits, self.kind_of[van]))
        return Solution(self.data, routes)

    def order(self, solution: Solution) -> dict[str, list[str]]:
        """Van → points of a solution; which of several like vans drives which way means nothing here."""
        free = [iter(vans) for vans in self.kinds]
        return {
            next(free[route.vehicle_type()]): [
                self.points[stop.idx] for stop in route.schedule() if stop.is_client()
            ]
            for route in solution.routes()
        }


def build(night: Night, start: Order, loose: Sequence[str] = ()) -> Model:
    """The model of the points in ``start``; what rides in company rides in the vans that it has there.

    Where points lie loose, all are worth a prize instead of being required: as many pieces as can be are served.
    """
    points = [*(point for points in start.values() for point in points), *loose]
    company = {point for group in (*night.together, *night.apart) for point in group}
    pins = {point: van for van, points in start.items() for point in points if point in company}
    places = [0, *(night.index[point] for point in points)]
    metres, seconds = _square(night, places)
    clocked = _is_clocked(night, points, seconds)
    reference = max((van.per_km_fen for van in night.vans), default=0) or 100
    crated = _crates_matter(night, points)
    extra = {van.name: _extra(night, points, pins, van, reference) for van in night.vans}
    kinds, distances = _kinds(night, extra, metres, reference)
    types = [_vehicle_type(night, kind, reference, clocked=clocked, crated=crated) for kind in kinds]
    clients = [
        _client(night, point, at, clocked=clocked, crated=crated) for at, point in enumerate(points, 1)
    ]
    if loose:
        clients = [_wished(client, _prize(types, metres)) for client in clients]
    data = ProblemData(
        [Location(night.longitude, night.latitude), *(_location(night.stop_at[point]) for point in points)],
        clients,
        [Depot(location=0)],
        types,
        distances,
        [seconds if clocked else np.zeros_like(seconds)] * len(distances),
    )
    return Model(
        data,
        points,
        [[van.name for van in kind.vans] for kind in kinds],
        dict(zip(points, count(), strict=False)),
        {van.name: at for at, kind in enumerate(kinds) for van in kind.vans},
    )


def _square(night: Night, places: list[int]) -> tuple[Matrix, Matrix]:
    """Metres and seconds between these places; very far where there is no road."""
    width = night.width
    some = np.ix_(places, places)
    metres = np.asarray(night.roads.metres, dtype=np.int64).reshape(width, width)[some]
    seconds = np.asarray(night.roads.seconds, dtype=np.int64).reshape(width, width)[some]
    none = metres < 0
    metres, seconds = np.where(none, NO_ROAD_METRES, metres), np.where(none, NO_ROAD_S, seconds)
    np.fill_diagonal(metres, 0)
    np.fill_diagonal(seconds, 0)
    return metres, seconds


def _is_clocked(night: Night, points: list[str], seconds: Matrix) -> bool:
    """Whether any window or shift could bind: even the longest leg to each point does not reach the least of them."""
    stops = [night.stop_at[point] for point in points]
    longest = int(seconds.max(axis=0).sum()) + sum(stop.service_s for stop in stops)
    latest = max((night.starts_s(van) for van in night.vans), default=0)
    latest = max([latest, *(stop.opens_s for stop in stops)]) + longest
    soonest = min([night.latest_s(stop) for stop in stops] + [van.shift_to_s for van in night.vans])
    return latest > soonest


def _crates_matter(night: Night, points: list[str]) -> bool:
    """Not where crates fill a van no faster than pieces do."""
    vans = [van for van in night.vans if van.pieces]
    pieces_a_crate = max((van.pieces / van.crates if van.crates else UNBOUND for van in vans), default=0)
    return any(night.stop_at[point].crates * pieces_a_crate > night.stop_at[point].pieces for point in points)


def _location(stop: Stop) -> Location:
    return Location(stop.longitude or 0.0, stop.latitude or 0.0)


def _client(night: Night, point: str, at: int, *, clocked: bool, crated: bool) -> Client:
    stop = night.stop_at[point]
    load = [stop.pieces, stop.crates] if crated else [stop.pieces]
    if not clocked:
        return Client(location=at, delivery=load)
    return Client(
        location=at,
        delivery=load,
        service_duration=stop.service_s,
        tw_early=stop.opens_s,
        tw_late=night.latest_s(stop),
    )


def _prize(types: Sequence[VehicleType], metres: Matrix) -> int:
    """More than any way to serve a point costs."""
    return 3 * (int(metres[0].max() + metres[:, 0].max()) + max(kind.fixed_cost for kind in types)) + 1


def _wished(client: Client, prize: int) -> Client:
    """The client as one that need not be served, but is worth the more the more pieces it waits for."""
    return Client(
        location=client.location,
        delivery=client.delivery,
        service_duration=client.service_duration,
        tw_early=client.tw_early,
        tw_late=client.tw_late,
        prize=prize * (10 + client.delivery[0]) // 10,
        required=False,
    )


# --- vans --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """Vans that are alike in everything, and the number of the distances that they find."""

    vans: list[Van]
    profile: int


def _kinds(
    night: Night, extra: Mapping[str, Matrix], metres: Matrix, reference: int
) -> tuple[list[Kind], list[Matrix]]:
    """Vans that are alike together, and one distance matrix for those that find the same ways."""
    groups: dict[tuple[VanKey, bytes], list[Van]] = defaultdict(list)
    for van in night.vans:
        groups[_key(night, van), extra[van.name].tobytes()].append(van)
    profiles: dict[tuple[int, bytes], int] = {}
    distances: list[Matrix] = []
    kinds = []
    for (_, ways), vans in groups.items():
        found = (vans[0].per_km_fen, ways)
        if found not in profiles:
            profiles[found] = len(distances)
            distances.append(_distances(metres, extra[vans[0].name], vans[0].per_km_fen, reference))
        kinds.append(Kind(vans, profiles[found]))
    return kinds, distances


def _vehicle_type(night: Night, kind: Kind, reference: int, *, clocked: bool, crated: bool) -> VehicleType:
    van = kind.vans[0]
    return VehicleType(
        num_available=len(kind.vans),
        capacity=[van.pieces, van.crates] if crated else [van.pieces],
        fixed_cost=round(van.fixed_fen * 1000 / reference),
        profile=kind.profile,
        tw_early=night.starts_s(van) if clocked else 0,
        tw_late=van.shift_to_s if clocked else UNBOUND,
    )


VanKey = tuple[int, int, int, int, int, int]


def _key(night: Night, van: Van) -> VanKey:
    return van.pieces, van.crates, van.fixed_fen, van.per_km_fen, night.starts_s(van), van.shift_to_s


def _extra(night: Night, points: list[str], pins: Mapping[str, str], van: Van, reference: int) -> Matrix:
    """What is added to every way into each point: the charge for a strange village, or very much."""
    extra = np.zeros(len(points) + 1, dtype=np.int64)
    for at, point in enumerate(points, 1):
        stop = night.stop_at[point]
        pin = pins.get(point, night.pinned.get(point))
        may = pin in (None, van.name) and van.name not in stop.forbidden and (van.cold or not stop.cold)
        charge = round(strange_fen(night, van, point) * 1000 / reference)
        extra[at] = charge if may else FORBIDDEN_METRES
    return extra


def _distances(metres: Matrix, extra: Matrix, per_km: int, reference: int) -> Matrix:
    distances = metres if per_km == reference else np.rint(metres * (per_km / reference)).astype(np.int64)
    if extra.any():
        distances = distances + extra[None, :]
        np.fill_diagonal(distances, 0)
    return distances
