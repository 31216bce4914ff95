"""The plan that holds, read back from the book with what was said about the night when it was made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from app.routing import queries
from app.routing.night import Plan, Route
from app.routing.queries import RouteRow, Source, StopRow
from app.routing.tonight import PART, Known, Wish, tonight

Held = frozenset[tuple[str, int, str]]
"""A plan as other PCs know it: van, place in its order, point."""


def held(source: Source, *, day: str) -> Held:
    """The plan that holds for a day; empty where there is none."""
    vans = _vans(queries.plan_of(source, day=day))
    rows = queries.plan_stops(source, day=day)
    return frozenset((vans.get(row.route, ""), row.seq, row.point) for row in rows)


def standing(source: Source, known: Known) -> tuple[Plan, Wish]:
    """The plan that holds for the night, in its order, and the wishes without which it would not hold."""
    rows = queries.plan_stops(source, day=known.day)
    vans = _vans(queries.plan_of(source, day=known.day))
    order, parts = order_of(rows, vans)
    plan = Plan(tuple(_as_it_is(van, points) for van, points in order.items()))
    wish = Wish(
        parts=parts,
        dropped=frozenset(queries.dropped(source, day=known.day)),
        until=_agreed(known, rows),
        alone=_alone(known, {row.point: vans.get(row.route, "") for row in rows}),
        full=int(_is_full(known, rows, vans)),
    )
    pinned = tonight(known, wish).night.pinned
    moved = {row.point for row in rows if pinned.get(row.point, vans.get(row.route)) != vans.get(row.route)}
    return plan, replace(wish, any_van=frozenset(moved))


def _vans(rows: Iterable[RouteRow]) -> dict[str, str]:
    return {row.route: row.van for row in rows}


def order_of(rows: Sequence[StopRow], vans: Mapping[str, str]) -> tuple[dict[str, list[str]], dict[str, int]]:
    """Van → stops in order, and the points that come in parts."""
    order: dict[str, list[str]] = {}
    parts: dict[str, int] = {}
    for row in rows:
        parts[row.point] = parts.get(row.point, 0) + 1
        name = row.point if parts[row.point] == 1 else f"{row.point}{PART}{parts[row.point]}"
        order.setdefault(vans.get(row.route, ""), []).append(name)
    return order, {point: count for point, count in parts.items() if count > 1}


def _as_it_is(van: str, points: Sequence[str]) -> Route:
    """A route that is kept in its order, whatever it costs."""
    return Route(van, tuple(points), (0,) * len(points), 0, 0, 2**31, 0, 0, 0, (), 0, 0)


def _is_full(known: Known, rows: Sequence[StopRow], vans: Mapping[str, str]) -> bool:
    """Whether a van holds more than it is planned for as a rule."""
    loads: dict[str, int] = {}
    for row in rows:
        van = vans.get(row.route, "")
        loads[van] = loads.get(van, 0) + row.pieces
    fill = known.settings.fill_percent
    return any(loads.get(van.van, 0) * 100 > van.pieces * fill for van in known.vans)


def _agreed(known: Known, rows: Sequence[StopRow]) -> dict[str, int]:
    """Points that the plan reaches after the deadline without being late: they said that they wait."""
    chosen = known.settings
    latest = {
        point: chosen.deadline_s - stop.unloading_s - chosen.piece_s * pieces
        for point, pieces in ((row.point, row.pieces) for row in rows)
        if (stop := known.stops.get(point)) is not None
    }
    return {
        row.point: row.arrival_s
        for row in rows
        if not row.late_s and row.arrival_s > latest.get(row.point, 0)
    }


def _alone(known: Known, van_of: Mapping[str, str]) -> frozenset[str]:
    """Points of rules about company that the plan does not keep."""
    broken: set[str] = set()
    for rule in known.rules:
        here = [van_of[point] for point in rule.points if point in van_of]
        together, apart = len(set(here)) > 1, len(set(here)) < len(here)
        if (rule.kind == "together" and together) or (rule.kind == "apart" and apart):
            broken.update(rule.points)
    return frozenset(broken)
