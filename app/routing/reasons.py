"""Why a point stands in no route, and the cheapest way out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from app.routing.ground import FAR_METRES, Draft, Ground, Tour, draft_of, fits
from app.routing.night import DAY_S, Night, Out, Plan, Stop, Unserved, Van, WayOut, Why

QUARTER_S = 900


def hopeless(night: Night, ground: Ground) -> dict[str, Unserved]:
    """The points that no plan of tonight could serve, by point."""
    found = (_hopeless(night, ground, at) for at in range(1, night.width))
    return {each.point: each for each in found if each is not None}


def _hopeless(night: Night, ground: Ground, at: int) -> Unserved | None:
    stop = night.stops[at - 1]
    why, way_out = _refusal(night, ground, at, stop)
    return Unserved(stop.point, why, way_out) if why else None


def _refusal(night: Night, ground: Ground, at: int, stop: Stop) -> tuple[Why | None, WayOut | None]:
    """The first reason that holds, from the plainest to the finest."""
    if not night.vans:
        return Why.NO_VANS, WayOut(Out.ANOTHER_VAN)
    if stop.latitude is None or stop.longitude is None:
        return Why.NO_PLACE, WayOut(Out.SET_PLACE)
    if ground.metres[0][at] >= FAR_METRES or ground.metres[at][0] >= FAR_METRES:
        return Why.NO_ROAD, WayOut(Out.SET_PLACE) if stop.guessed else None
    return _refused_by_time(night, ground, at, stop)


def _refused_by_time(night: Night, ground: Ground, at: int, stop: Stop) -> tuple[Why | None, WayOut | None]:
    if night.latest_s(stop) < stop.opens_s or max(stop.closes_s, stop.until_s) < night.leaves_s:
        return Why.BAD_WINDOW, WayOut(Out.MIND_WINDOW)
    if not ground.allowed[at]:
        return _no_van_may(night, stop)
    vans = [night.vans[van] for van in sorted(ground.allowed[at])]
    if not any(Tour(ground, night.vans.index(van), [at]).holds() for van in vans):
        return Why.TOO_FAR, _earliest(ground, at, vans) or (WayOut(Out.SET_PLACE) if stop.guessed else None)
    return None, None


def _no_van_may(night: Night, stop: Stop) -> tuple[Why, WayOut | None]:
    pin = night.pinned.get(stop.point)
    could = [van for van in night.vans if fits(van, stop) and van.name not in stop.forbidden]
    if pin is not None and could:
        why = Why.VAN_UNFIT if pin in night.van_named else Why.VAN_AWAY
        return why, WayOut(Out.OTHER_VAN, van=could[0].name)
    roomy = [van for van in night.vans if stop.pieces <= van.pieces and stop.crates <= van.crates]
    if not roomy:
        parts = _parts(night.vans, stop)
        return Why.TOO_BIG, WayOut(Out.SPLIT, parts=parts) if parts else WayOut(Out.ANOTHER_VAN)
    if stop.cold and not any(van.cold for van in roomy):
        return Why.NO_COLD_VAN, WayOut(Out.COLD_BOX, van=roomy[0].name)
    return Why.ALL_FORBIDDEN, WayOut(Out.ALLOW_VAN, van=roomy[0].name)


def _parts(vans: Sequence[Van], stop: Stop) -> int:
    """In how many parts it would fit into the largest vans; 0 where no van holds anything."""
    most_pieces, most_crates = max(van.pieces for van in vans), max(van.crates for van in vans)
    if (stop.pieces and not most_pieces) or (stop.crates and not most_crates):
        return 0
    by_pieces = math.ceil(stop.pieces / most_pieces) if stop.pieces else 1
    by_crates = math.ceil(stop.crates / most_crates) if stop.crates else 1
    return max(by_pieces, by_crates, 2)


def _earliest(ground: Ground, at: int, vans: Sequence[Van]) -> WayOut | None:
    """The window that would be late enough, in quarters of an hour; none where no day or no shift is long enough."""
    night, way, back = ground.night, ground.seconds[0][at], ground.seconds[at][0]
    arrive = {van: max(night.starts_s(van) + way, ground.opens[at]) for van in vans}
    ends = [at_s for van, at_s in arrive.items() if at_s + ground.service[at] + back <= van.shift_to_s]
    until = _quarter(min(ends or arrive.values()))
    if not ends or until <= ground.latest[at]:
        return WayOut(Out.ANOTHER_VAN) if until <= ground.latest[at] else None
    return WayOut(Out.LATER_WINDOW, until_s=until) if until + ground.service[at] <= DAY_S else None


def _quarter(seconds: int) -> int:
    return -(-seconds // QUARTER_S) * QUARTER_S


# --- what a search could not place -------------------------------------------------------------------------


def left_over(draft: Draft, points: Sequence[int]) -> Iterator[Unserved]:
    """The points of these that lie loose: why, and the cheapest way out."""
    for at in points:
        if at not in draft.tour_of:
            yield _left_over(draft, at)


def with_reasons(night: Night, plan: Plan) -> Plan:
    """The plan with a reason for every point that stands in no route."""
    ground = Ground(night)
    out = hopeless(night, ground)
    points = [at for at, stop in enumerate(night.stops, 1) if stop.point not in out]
    return replace(plan, unserved=(*out.values(), *left_over(draft_of(ground, plan.routes), points)))


def _left_over(draft: Draft, at: int) -> Unserved:
    ground = draft.ground
    point = ground.night.stops[at - 1].point
    roomy = [tour for tour in draft.tours if tour.has_room(at)]
    if (at in ground.mates) or (roomy and not any(tour.keeps_apart(at) for tour in roomy)):
        return Unserved(point, Why.COMPANY, WayOut(Out.LET_GO))
    ways = [*_released(draft, at), *_hired(ground, at)]
    if roomy:
        ways += _later(roomy, at)
    else:
        ways += _split(draft, at)
    cheapest_way = min(ways, key=lambda way: way.fen, default=None)
    return Unserved(point, Why.NO_TIME if roomy else Why.VANS_FULL, cheapest_way)


def _released(draft: Draft, at: int) -> Iterator[WayOut]:
    """Another van takes it, if the table or the lock lets go."""
    night, ground = draft.ground.night, draft.ground
    stop = night.stops[at - 1]
    if stop.point not in night.pinned:
        return
    allowed = ground.allowed[at]
    ground.allowed[at] = frozenset(
        v for v, van in enumerate(night.vans) if fits(van, stop) and van.name not in stop.forbidden
    )
    places = [place for tour in draft.tours if (place := tour.place_for(at))]
    ground.allowed[at] = allowed
    if places:
        best = min(places, key=lambda place: place.price)
        yield WayOut(Out.OTHER_VAN, van=best.tour.the_van.name, fen=_fen(best.price))


def _hired(ground: Ground, at: int) -> Iterator[WayOut]:
    """One more van like the cheapest of those that may come."""
    way = ground.metres[0][at] + ground.metres[at][0]
    vans = [ground.night.vans[van] for van in ground.allowed[at]]
    prices = [1000 * van.fixed_fen + way * van.per_km_fen for van in vans]
    if prices:
        yield WayOut(Out.ANOTHER_VAN, fen=_fen(min(prices)))


def _later(roomy: Sequence[Tour], at: int) -> Iterator[WayOut]:
    """A van with room comes last of all to it, later than it may today."""
    for tour in roomy:
        ground, last = tour.ground, tour.path[-2]
        arrives = max(tour.ends[-1] + ground.seconds[last][at], ground.opens[at])
        back = arrives + ground.service[at] + ground.seconds[at][0]
        if arrives > ground.latest[at] and back <= tour.the_van.shift_to_s and tour.keeps_apart(at):
            more = ground.metres[last][at] + ground.metres[at][0] - ground.metres[last][0]
            until = _quarter(arrives)
            yield WayOut(Out.LATER_WINDOW, tour.the_van.name, until, fen=_fen(tour.price_of(at, more)))


def _split(draft: Draft, at: int) -> Iterator[WayOut]:
    """Its pieces on the vans with room left, the roomiest first."""
    ground = draft.ground
    rest, parts, price = ground.pieces[at], 0, 0
    tours = [tour for tour in draft.tours if tour.van in ground.allowed[at] and tour.keeps_apart(at)]
    for tour in sorted(tours, key=lambda tour: tour.pieces - tour.the_van.pieces):
        room = tour.the_van.pieces - tour.pieces
        if rest <= 0 or room <= 0:
            break
        rest, parts = rest - room, parts + 1
        price += tour.price_of(at, _way_to(tour, at))
    if rest <= 0 and parts > 1:
        yield WayOut(Out.SPLIT, parts=parts, fen=_fen(price))


def _way_to(tour: Tour, at: int) -> int:
    rows, path = tour.ground.metres, tour.path
    return min(rows[one][at] + rows[at][other] - rows[one][other] for one, other in pairwise(path))


def _fen(price: int) -> int:
    return round(price / 1000)
