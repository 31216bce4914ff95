"""A plan put right in a moment: a van lost, a road closed, a point dropped or added; others stay as they are.

Only what lies loose, and the vans that take it in, is touched. Nothing here starts a process.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.routing.first import as_plan, squeeze, straighten
from app.routing.ground import Draft, Ground, Tour, cheapest
from app.routing.night import Night, Plan
from app.routing.reasons import hopeless

WEIGHED = 40
"""Up to so many loose points are weighed against each other; of more the farthest goes first."""


def repair(night: Night, plan: Plan) -> Plan:
    """The plan for the night as it is now: every route that still holds is kept, the rest finds new places.

    ``night`` is the new one: without the lost van, with the closed road in ``roads``, without the dropped point.
    """
    ground = Ground(night)
    out = hopeless(night, ground)
    points = [at for at, stop in enumerate(night.stops, 1) if stop.point not in out]
    begun = _what_holds(ground, plan, set(points))
    loose = [at for at in points if at not in begun.tour_of]
    drafts = [_spread(begun, loose), *_driven_by_one(begun, loose)]
    best = min(drafts, key=lambda draft: _worth(draft, loose))
    made = as_plan(best, points, engine="repair")
    return replace(made, seed=plan.seed, iterations=plan.iterations)


def _worth(draft: Draft, loose: Iterable[int]) -> tuple[int, int]:
    pieces = draft.ground.pieces
    return sum(1 + pieces[at] for at in loose if at not in draft.tour_of), draft.price()


def _what_holds(ground: Ground, plan: Plan, points: set[int]) -> Draft:
    """Yesterday's word is kept where it can be: whole routes, re-ordered ones, or what of them still fits."""
    draft = Draft(ground)
    night = ground.night
    for route in plan.routes:
        van = night.van_named.get(route.van)
        if van is None:
            continue
        tour = draft.tours[night.vans.index(van)]
        stops = [night.index[point] for point in route.points if point in night.index]
        _take_over(draft, tour, [at for at in stops if at in points], whole=len(stops) == len(route.points))
        if tour.stops and tour.metres() > route.metres:
            straighten(tour)
    _part_company(draft)
    return draft


def _take_over(draft: Draft, tour: Tour, stops: list[int], *, whole: bool) -> None:
    tour.path = [0, *stops, 0]
    tour.retime()
    if not tour.holds():
        tour.path = [0, 0]
        tour.retime()
        for at in stops:
            place = tour.place_for(at)
            if place is not None:
                tour.put(at, place.position)
    elif not whole:
        straighten(tour)
    draft.tour_of.update(dict.fromkeys(tour.stops, tour))


def _part_company(draft: Draft) -> None:
    """Points whose together or apart group is broken lie loose."""
    ground = draft.ground
    for at, foes in ground.foes.items():
        if at in draft.tour_of and not foes.isdisjoint(draft.tour_of[at].path):
            draft.take(at)
    for at, mates in ground.mates.items():
        group = {at, *mates} & draft.tour_of.keys()
        if len({id(draft.tour_of[one]) for one in group}) > 1 or len(group) < 1 + len(mates):
            for one in group:
                draft.take(one)


# --- new places --------------------------------------------------------------------------------------------


def _copy(draft: Draft) -> Draft:
    other = Draft(draft.ground)
    for tour, mine in zip(draft.tours, other.tours, strict=True):
        mine.path = list(tour.path)
        mine.retime()
        other.tour_of.update(dict.fromkeys(mine.stops, mine))
    return other


def _spread(begun: Draft, loose: Sequence[int]) -> Draft:
    """Each loose point where it costs least, the one with most to lose first."""
    draft = _copy(begun)
    rest = sorted(loose, key=lambda at: begun.ground.metres[0][at])
    while rest:
        at = max(rest, key=lambda at: _regret(draft, at)) if len(rest) <= WEIGHED else rest[-1]
        rest.remove(at)
        if at not in draft.tour_of:
            draft.place(at)
    squeeze(draft, [at for at in loose if at not in draft.tour_of])
    _settle(draft, loose)
    return draft


def _regret(draft: Draft, at: int) -> tuple[int, int]:
    """How much dearer its second best van is than its best."""
    prices = sorted(place.price for tour in draft.tours if (place := tour.place_for(at)))
    if len(prices) < 2:
        return 2 - len(prices), draft.ground.metres[0][at]
    return 0, prices[1] - prices[0]


def _driven_by_one(begun: Draft, loose: Sequence[int]) -> Iterable[Draft]:
    """A van that stands at home takes as many of the loose points as it can; the rest is spread."""
    if len(loose) < 2:
        return
    seen = set()
    for tour in begun.tours:
        van = tour.the_van
        kind = replace(van, name="", driver="")
        if tour.stops or (kind in seen and not begun.ground.night.strange_fen):
            continue
        seen.add(kind)
        draft = _copy(begun)
        mine = draft.tours[tour.van]
        for at in sorted(loose, key=lambda at: -begun.ground.metres[0][at]):
            if at not in draft.tour_of:
                draft.place(at, [mine])
        straighten(mine)
        for at in loose:
            if at not in draft.tour_of:
                draft.place(at)
        squeeze(draft, [at for at in loose if at not in draft.tour_of])
        _settle(draft, loose)
        yield draft


def _settle(draft: Draft, loose: Sequence[int]) -> None:
    """Loose points look once more for a better place, and the vans that took them in put themselves in order."""
    for at in loose:
        if at in draft.tour_of and at not in draft.ground.mates:
            _look_again(draft, at)
    for van in sorted({draft.tour_of[at].van for at in loose if at in draft.tour_of}):
        straighten(draft.tours[van])


def _look_again(draft: Draft, at: int) -> None:
    tour = draft.tour_of[at]
    position, before = tour.path.index(at), tour.price()
    draft.take(at)
    saved = before - tour.price()
    place = cheapest(at, draft.tours)
    if place is not None and place.price < saved:
        draft.put(at, place)
        return
    tour.put(at, position)
    draft.tour_of[at] = tour
