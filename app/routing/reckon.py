"""What a plan costs and whether it holds: reckoned from the night alone, whoever made the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from app.routing.night import NO_ROAD, Effect, Night, Plan, Route, Stop, Unserved, Van

UNREACHABLE_METRES, UNREACHABLE_S = 1_000_000, 86_400
"""What a leg without a road counts for, so that a change by hand onto it is seen and not hidden."""

Order = Mapping[str, Sequence[str]]
"""Van → points in order."""


def reckon(night: Night, van: str, points: Sequence[str]) -> Route:
    """One route with its times, cost and lateness; cheap: a step for each point."""
    the_van = night.van_named[van]
    clock = leaves = night.starts_s(the_van)
    place = metres = late = 0
    arrivals, late_points = [], []
    for point in points:
        stop, here = night.stop_at[point], night.index[point]
        leg_m, leg_s = leg(night, place, here)
        metres += leg_m
        clock = max(clock + leg_s, stop.opens_s)
        behind = max(0, clock - night.latest_s(stop))
        if behind:
            late += behind
            late_points.append(point)
        arrivals.append(clock)
        clock += stop.service_s
        place = here
    if points:
        leg_m, leg_s = leg(night, place, 0)
        metres, clock = metres + leg_m, clock + leg_s
    stops = [night.stop_at[point] for point in points]
    return Route(
        van=van,
        points=tuple(points),
        arrivals_s=tuple(arrivals),
        leaves_s=leaves,
        back_s=clock,
        metres=metres,
        pieces=sum(stop.pieces for stop in stops),
        crates=sum(stop.crates for stop in stops),
        late_s=late + max(0, clock - the_van.shift_to_s if points else 0),
        late_points=tuple(late_points),
        cost_fen=route_fen(the_van, metres) if points else 0,
        strange_fen=sum(strange_fen(night, the_van, point) for point in points),
    )


def leg(night: Night, start: int, end: int) -> tuple[int, int]:
    """Metres and seconds of one leg; a leg without a road counts as very long."""
    metres = night.metres(start, end)
    if metres == NO_ROAD and start != end:
        return UNREACHABLE_METRES, UNREACHABLE_S
    return max(0, metres), max(0, night.seconds(start, end))


def route_fen(van: Van, metres: int) -> int:
    """The day's price and the kilometres, rounded to the fen."""
    return van.fixed_fen + (metres * van.per_km_fen + 500) // 1000


def strange_fen(night: Night, van: Van, point: str) -> int:
    """The charge for sending this van's driver there: none for who knows it best, full for a stranger.

    Weighted by the visits of the last days where there are any, so that one night's exception does not become the
    rule; else by yesterday's van. A village that nobody of tonight knows costs everybody the same: nothing.
    """
    if not night.strange_fen:
        return 0
    best = night.best_known.get(point, 0)
    if best:
        seen = night.visits.get((van.known_as, point), 0)
        return night.strange_fen * (best - min(seen, best)) // best
    before = night.yesterday.get(point)
    return night.strange_fen if before in night.van_named and before != van.name else 0


def evaluate(night: Night, order: Order, *, like: Plan | None = None) -> Plan:
    """The plan of these routes, reckoned anew; who made it, what is unserved and the seed are taken from ``like``."""
    routes = tuple(reckon(night, van, points) for van, points in order.items() if points)
    return total(night, routes, like=like)


def change(night: Night, plan: Plan, order: Order) -> Plan:
    """The plan with these vans' routes replaced (an empty one: the van stays at home); others are not reckoned anew."""
    routes = [route for route in plan.routes if route.van not in order]
    routes += [reckon(night, van, points) for van, points in order.items() if points]
    rank = {van.name: at for at, van in enumerate(night.vans)}
    return total(night, tuple(sorted(routes, key=lambda route: rank[route.van])), like=plan)


def effect(before: Plan, after: Plan) -> Effect:
    """What a change does to kilometres, minutes, lateness and cost."""
    return Effect(
        metres=after.metres - before.metres,
        seconds=sum(r.seconds for r in after.routes) - sum(r.seconds for r in before.routes),
        late_s=after.late_s - before.late_s,
        cost_fen=after.cost_fen - before.cost_fen,
    )


def total(night: Night, routes: tuple[Route, ...], *, like: Plan | None = None) -> Plan:
    """The sums over routes that are reckoned already."""
    served = {point for route in routes for point in route.points}
    unserved: tuple[Unserved, ...] = like.unserved if like else ()
    plan = replace(
        like or Plan(()),
        routes=routes,
        unserved=tuple(each for each in unserved if each.point not in served),
        cost_fen=sum(route.cost_fen for route in routes),
        strange_fen=sum(route.strange_fen for route in routes),
        metres=sum(route.metres for route in routes),
        late_s=sum(route.late_s for route in routes),
        source=night.roads.source,
    )
    return replace(plan, kept_share=kept_share(night.yesterday, plan.van_of))


def kept_share(yesterday: Mapping[str, str], van_of: Mapping[str, str]) -> float:
    """Of the points in both: the share with the same van; 1 where there are none."""
    both = [point for point in van_of if point in yesterday]
    return sum(van_of[point] == yesterday[point] for point in both) / len(both) if both else 1.0


# --- does it hold? -----------------------------------------------------------------------------------------


def check(night: Night, plan: Plan) -> list[str]:
    """What is wrong with a plan, in plain words for a log; empty where it holds."""
    return [
        *_counted_once(night, plan),
        *(f"{route.van}: {wrong}" for route in plan.routes for wrong in _route_wrongs(night, route)),
        *_company(night, plan),
        *_pins(night, plan),
    ]


def _counted_once(night: Night, plan: Plan) -> Iterator[str]:
    seen = [point for route in plan.routes for point in route.points]
    seen += [each.point for each in plan.unserved]
    known = [stop.point for stop in night.stops]
    if len(set(seen)) != len(seen):
        yield "a point stands twice in the plan"
    if set(seen) != set(known):
        yield f"points missing or unknown: {sorted(set(seen) ^ set(known))[:5]}"
    vans = [route.van for route in plan.routes]
    if len(set(vans)) != len(vans) or not set(vans) <= set(night.van_named):
        yield "a van drives twice or is not here tonight"


def _route_wrongs(night: Night, route: Route) -> Iterator[str]:
    van = night.van_named.get(route.van)
    stops = [night.stop_at[point] for point in route.points if point in night.stop_at]
    if van is None or len(stops) != len(route.points):
        return
    if sum(stop.pieces for stop in stops) > van.pieces or sum(stop.crates for stop in stops) > van.crates:
        yield "carries more than it holds"
    if any(stop.cold for stop in stops) and not van.cold:
        yield "carries cold goods without a cold box"
    if any(van.name in stop.forbidden for stop in stops):
        yield "drives where it may not"
    yield from _time_wrongs(night, van, stops)


def _time_wrongs(night: Night, van: Van, stops: list[Stop]) -> Iterator[str]:
    """Times and legs from the matrices alone, not by ``reckon``."""
    width, clock, place = night.width, night.starts_s(van), 0
    for stop in [*stops, None]:
        there = night.index[stop.point] if stop else 0
        drive = night.roads.seconds[place * width + there]
        if night.roads.metres[place * width + there] < 0:
            yield "takes a road that is not there"
        clock, place = clock + max(0, drive), there
        if stop is None:
            continue
        clock = max(clock, stop.opens_s)
        by_hours = clock <= stop.closes_s and clock + stop.service_s <= night.deadline_s
        if not by_hours and clock > stop.until_s:
            yield f"late at {stop.point}"
        clock += stop.service_s
    if stops and clock > van.shift_to_s:
        yield "is back after its shift"


def _company(night: Night, plan: Plan) -> Iterator[str]:
    van_of = plan.van_of
    for group in night.together:
        if len({van_of.get(point) for point in group if point in night.stop_at}) > 1:
            yield f"not together: {sorted(group)[:5]}"
    for group in night.apart:
        for one, other in combinations(sorted(group), 2):
            if van_of.get(one) is not None and van_of.get(one) == van_of.get(other):
                yield f"not apart: {one}, {other}"


def _pins(night: Night, plan: Plan) -> Iterator[str]:
    van_of = plan.van_of
    for point, van in night.pinned.items():
        if van_of.get(point, van) != van:
            yield f"{point} is fixed to {van}"
