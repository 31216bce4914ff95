"""The plan under a hand: what a change would do, the change itself, and every step back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.routing.night import Effect, Night, Plan, Route, Unserved
from app.routing.reckon import change, effect, leg
from app.routing.tonight import Tonight, point_of

TRIED_POSITIONS = 3
"""So many of the nearest places of a route are reckoned out."""


class Strain(StrEnum):
    """What a route would not hold."""

    PIECES = "pieces"
    CRATES = "crates"
    COLD = "cold"
    FORBIDDEN = "forbidden"
    LATE = "late"
    SHIFT = "shift"


@dataclass(frozen=True, slots=True)
class Tried:
    """A change that could be made: the plan after it, its effect, and what its vans would not hold."""

    van: str
    plan: Plan
    effect: Effect
    strains: tuple[Strain, ...] = ()

    @property
    def rank(self) -> tuple[int, int, int]:
        """Less is better: what does not hold, lateness, price."""
        return len(self.strains), max(0, self.effect.late_s), self.effect.cost_fen


@dataclass(frozen=True, slots=True)
class Moved:
    """A point that another van brings than yesterday, and what going back would cost."""

    point: str
    before: str
    van: str
    back: Tried | None
    """Bringing it back to its old van; none where that one is not here tonight."""


@dataclass(frozen=True, slots=True)
class _Step:
    word: str
    tonight: Tonight
    plan: Plan


@dataclass(slots=True)
class Board:
    """A night and its plan, with the steps that led here."""

    tonight: Tonight
    plan: Plan
    _steps: list[_Step] = field(default_factory=list)

    @property
    def night(self) -> Night:
        """The night that is planned."""
        return self.tonight.night

    @property
    def changed(self) -> bool:
        """Whether a hand has changed the plan."""
        return bool(self._steps)

    def route_of(self, point: str) -> Route | None:
        """The route on which a point stands."""
        return next((route for route in self.plan.routes if point in route.points), None)

    # --- what if ---

    def try_move(self, point: str, van: str, *, at: int | None = None) -> Tried:
        """A point on another van (or elsewhere on its own): at a position, else where it costs least."""
        before = self.route_of(point)
        order: dict[str, Sequence[str]] = {}
        if before is not None:
            order[before.van] = [p for p in before.points if p != point]
        target = list(order.get(van, self._points(van)))
        spots = [min(at, len(target))] if at is not None else self._spots(target, point)
        tried = [self._try(van, {**order, van: [*target[:x], point, *target[x:]]}) for x in spots]
        return min(tried, key=lambda one: one.rank)

    def tries(self, point: str) -> list[Tried]:
        """All other vans that could bring a point, the best first; of vans that stay at home one of each kind."""
        before = self.route_of(point)
        busy = {route.van for route in self.plan.routes}
        seen = set()
        vans = []
        for van in self.night.vans:
            kind = replace(van, name="", driver="") if van.name not in busy else van
            if (before is None or van.name != before.van) and kind not in seen:
                seen.add(kind)
                vans.append(van.name)
        return sorted((self.try_move(point, van) for van in vans), key=lambda one: one.rank)

    def try_swap(self, one: str, other: str) -> Tried | None:
        """Two points in each other's place; on different vans each where it costs least."""
        first, second = self.route_of(one), self.route_of(other)
        if first is None or second is None or one == other:
            return None
        if first.van == second.van:
            points = [{one: other, other: one}.get(p, p) for p in first.points]
            return self._try(first.van, {first.van: points})
        mine = [p for p in first.points if p != one]
        theirs = [p for p in second.points if p != other]
        tried = [
            self._try(
                second.van,
                {
                    first.van: [*mine[:x], other, *mine[x:]],
                    second.van: [*theirs[:y], one, *theirs[y:]],
                },
            )
            for x in self._spots(mine, other)[:2]
            for y in self._spots(theirs, one)[:2]
        ]
        return min(tried, key=lambda found: found.rank)

    def try_shift(self, point: str, *, by: int) -> Tried | None:
        """A point earlier (negative) or later on its own van."""
        route = self.route_of(point)
        if route is None:
            return None
        at = route.points.index(point)
        to = max(0, min(len(route.points) - 1, at + by))
        return None if to == at else self.try_move(point, route.van, at=to)

    def try_reverse(self, van: str) -> Tried:
        """A van's stops the other way round."""
        return self._try(van, {van: tuple(reversed(self._points(van)))})

    def moved(self, *, most: int = 200) -> list[Moved]:
        """Points whose van is another than yesterday, the dearest change first."""
        yesterday, van_of = self.night.yesterday, self.plan.van_of
        found = [
            self._moved(point, yesterday[point], van)
            for point, van in list(van_of.items())
            if yesterday.get(point, van) != van
        ][:most]
        return sorted(found, key=lambda each: -each.back.effect.cost_fen if each.back else -(10**9))

    def _moved(self, point: str, before: str, van: str) -> Moved:
        here = before in self.night.van_named
        return Moved(point, before, van, self.try_move(point, before) if here else None)

    # --- doing ---

    def take(self, tried: Tried, word: str) -> None:
        """Make a change that was tried."""
        self.put(self.tonight, tried.plan, word)

    def put(self, tonight: Tonight, plan: Plan, word: str) -> None:
        """Go on with another plan, or another night; one step back leads here."""
        self._steps.append(_Step(word, self.tonight, self.plan))
        self.tonight, self.plan = tonight, plan

    def undo(self) -> str:
        """One step back; what it was, "" where there was none."""
        if not self._steps:
            return ""
        step = self._steps.pop()
        self.tonight, self.plan = step.tonight, step.plan
        return step.word

    # --- inside ---

    def _points(self, van: str) -> tuple[str, ...]:
        return next((route.points for route in self.plan.routes if route.van == van), ())

    def _spots(self, points: Sequence[str], point: str) -> list[int]:
        """The positions at which a point lengthens a route least, the best first."""
        night, index = self.night, self.night.index
        at = index[point]
        path = [0, *(index[p] for p in points), 0]

        def longer(position: int) -> int:
            start, end = path[position], path[position + 1]
            return leg(night, start, at)[0] + leg(night, at, end)[0] - leg(night, start, end)[0]

        return sorted(range(len(points) + 1), key=longer)[:TRIED_POSITIONS]

    def _try(self, van: str, order: dict[str, Sequence[str]]) -> Tried:
        plan = change(self.night, self.plan, order)
        routes = [route for route in plan.routes if route.van in order]
        before = {
            each for route in self.plan.routes if route.van in order for each in strains(self.night, route)
        }
        worse = effect(self.plan, plan).late_s > 0
        found = [
            each
            for route in routes
            for each in strains(self.night, route)
            if each not in before or (each in (Strain.LATE, Strain.SHIFT) and worse)
        ]
        return Tried(van, plan, effect(self.plan, plan), tuple(dict.fromkeys(found)))


def strains(night: Night, route: Route) -> list[Strain]:
    """What a van would not hold on this route."""
    van = night.van_named[route.van]
    stops = [night.stop_at[point] for point in route.points]
    found = [
        (route.pieces > van.pieces, Strain.PIECES),
        (route.crates > van.crates, Strain.CRATES),
        (any(stop.cold for stop in stops) and not van.cold, Strain.COLD),
        (any(van.name in stop.forbidden for stop in stops), Strain.FORBIDDEN),
        (bool(route.late_points), Strain.LATE),
        (route.back_s > van.shift_to_s, Strain.SHIFT),
    ]
    return [strain for is_so, strain in found if is_so]


def loose(night: Night, plan: Plan) -> list[Unserved]:
    """Points in no route, each point once, in the plan's order."""
    seen: dict[str, Unserved] = {}
    for each in plan.unserved:
        seen.setdefault(point_of(each.point), each)
    return [each for each in seen.values() if each.point in night.stop_at]


def last_drop_s(routes: Iterable[Route], night: Night) -> int:
    """When the last goods are down; 0 where nothing is planned."""
    ends = [
        route.arrivals_s[-1] + night.stop_at[route.points[-1]].service_s for route in routes if route.points
    ]
    return max(ends, default=0)
