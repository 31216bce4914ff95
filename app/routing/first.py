"""The first whole plan, in plain Python and well under two seconds: a sweep around the station, put in order."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from app.routing.ground import Draft, Ground, Tour, cheapest
from app.routing.night import Night, Plan
from app.routing.reasons import hopeless, left_over
from app.routing.reckon import evaluate

SWEEPS_OF = 1_500
"""Points times sweeps: so many sweeps from different angles are tried."""
MOST_FRUITLESS = 20
"""After so many points for which no change made room, no more changes are tried."""
MANY_POINTS = 300
MOVES = 50_000
"""Points times vans: so much is tried at most when points move about."""
KNOWN_SHARE = 0.5
"""Where yesterday's plan knows this share of the points, it is the start, and the sweep only fills in."""


def first_plan(night: Night) -> Plan:
    """A whole plan that holds: every point in a route or named as unserved with the reason."""
    ground = Ground(night)
    out = hopeless(night, ground)
    points = [at for at, stop in enumerate(night.stops, 1) if stop.point not in out]
    return as_plan(_best(_drafts(ground, points), points), points, engine="sweep")


def _best(drafts: Iterator[Draft], points: Sequence[int]) -> Draft:
    """The cheapest of those that serve most; of many points the first that serves all will do, for time is short."""
    best = next(drafts)
    while len(points) < MANY_POINTS or any(at not in best.tour_of for at in points):
        draft = next(drafts, None)
        if draft is None:
            break
        best = min(best, draft, key=lambda draft: _worth(draft, points))
    return best


def as_plan(draft: Draft, points: Sequence[int], *, engine: str) -> Plan:
    """The draft as a plan, with the reasons for what stayed loose and the cheapest ways out."""
    night = draft.ground.night
    stops = night.stops
    order = {tour.the_van.name: [stops[at - 1].point for at in tour.stops] for tour in draft.tours}
    unserved = (*hopeless(night, draft.ground).values(), *left_over(draft, points))
    return replace(evaluate(night, order), unserved=unserved, engine=engine)


def _worth(draft: Draft, points: Sequence[int]) -> tuple[int, int]:
    """Less is better: pieces left over, then the price."""
    pieces = draft.ground.pieces
    loose = sum(1 + pieces[at] for at in points if at not in draft.tour_of)
    return loose, draft.price()


def _drafts(ground: Ground, points: list[int]) -> Iterator[Draft]:
    around = sorted(points, key=lambda at: _angle(ground.night, at))
    known = [at for at in points if _van_yesterday(ground.night, at) is not None]
    if len(known) >= KNOWN_SHARE * len(points):
        yield _as_yesterday(ground, around)
    count = max(1, min(8, SWEEPS_OF // max(1, len(points))))
    for sweep in range(count):
        cut = len(around) * sweep // count
        yield _swept(ground, around[cut:] + around[:cut])


def _angle(night: Night, at: int) -> float:
    stop = night.stops[at - 1]
    east = ((stop.longitude or 0.0) - night.longitude) * math.cos(math.radians(night.latitude))
    return math.atan2((stop.latitude or 0.0) - night.latitude, east)


def _van_yesterday(night: Night, at: int) -> int | None:
    van = night.van_named.get(night.yesterday.get(night.stops[at - 1].point, ""))
    return night.vans.index(van) if van else None


def _swept(ground: Ground, around: list[int]) -> Draft:
    """Vans are filled one after the other along the sweep; who may ride with few vans only goes first."""
    draft = Draft(ground)
    picky = [at for at in around if len(ground.allowed[at]) * 2 <= len(draft.tours)]
    picky += [at for at in around if at in ground.mates and at not in set(picky)]
    for at in sorted(picky, key=lambda at: len(ground.allowed[at])):
        if at not in draft.tour_of:
            draft.place(at)
    _fill(draft, [at for at in around if at not in ground.mates])
    return _put_right(draft, around)


def _as_yesterday(ground: Ground, around: list[int]) -> Draft:
    """Each point with yesterday's van as far as it fits, farthest first; then the rest."""
    draft = Draft(ground)
    far_first = sorted(around, key=lambda at: -ground.metres[0][at])
    for at in far_first:
        van = _van_yesterday(ground.night, at)
        if van is not None and at not in draft.tour_of:
            draft.place(at, [draft.tours[van]])
    for at in far_first:
        if at not in draft.tour_of:
            draft.place(at)
    return _put_right(draft, around)


def _put_right(draft: Draft, points: list[int]) -> Draft:
    squeeze(draft, [at for at in points if at not in draft.tour_of])
    move_about(draft, points)
    for tour in draft.tours:
        straighten(tour)
    squeeze(draft, [at for at in points if at not in draft.tour_of])
    return draft


def _fill(draft: Draft, around: list[int]) -> None:
    """Into a van on its way where that is no farther than a way of its own; else the next van begins."""
    ground = draft.ground
    vans = sorted(draft.tours, key=_dearness)
    waiting = [tour for tour in vans if not tour.stops]
    driving = [tour for tour in vans if tour.stops]
    for at in around:
        if at in draft.tour_of:
            continue
        place = cheapest(at, driving)
        own_way = 1000 * max(1, ground.metres[0][at] + ground.metres[at][0])
        if place is not None and place.price * 1000 <= own_way * place.tour.per_km:
            draft.put(at, place)
            continue
        begun = next((tour for tour in waiting if tour.place_for(at)), None)
        if begun is not None and draft.place(at, [begun]):
            waiting.remove(begun)
            driving.append(begun)
        elif place is not None:
            draft.put(at, place)


def _dearness(tour: Tour) -> tuple[float, int]:
    van = tour.the_van
    return (van.fixed_fen + 50 * van.per_km_fen) / max(1, van.pieces), tour.van


# --- putting right -----------------------------------------------------------------------------------------


def squeeze(draft: Draft, loose: Iterable[int]) -> None:
    """Put loose points in, the largest first; where there is no room, for a point that fits elsewhere."""
    pieces, fruitless = draft.ground.pieces, 0
    for at in sorted(loose, key=lambda at: (-pieces[at], at)):
        if at in draft.tour_of or draft.place(at) or at in draft.ground.mates:
            continue
        if fruitless < MOST_FRUITLESS and not _change_for(draft, at):
            fruitless += 1


def _change_for(draft: Draft, point: int) -> bool:
    ground = draft.ground
    for tour in draft.tours:
        room = tour.the_van.pieces - tour.pieces
        if tour.van not in ground.allowed[point]:
            continue
        for other in tour.stops:
            smaller = ground.pieces[other] < ground.pieces[point] <= room + ground.pieces[other]
            alone = other not in ground.mates
            if smaller and alone and _change(draft, point, tour, other):
                return True
    return False


def _change(draft: Draft, point: int, tour: Tour, other: int) -> bool:
    """Put a point in for another that finds a place elsewhere; nothing is changed where that fails."""
    position = tour.path.index(other)
    draft.take(other)
    place = tour.place_for(point)
    elsewhere = cheapest(other, (each for each in draft.tours if each is not tour)) if place else None
    if place is None or elsewhere is None:
        tour.put(other, position)
        draft.tour_of[other] = tour
        return False
    draft.put(other, elsewhere)
    draft.put(point, place)
    return True


def move_about(draft: Draft, points: Sequence[int]) -> None:
    """Take each point out and put it back where it costs least, as long as that helps and is quickly done."""
    ground = draft.ground
    driving = sum(1 for tour in draft.tours if tour.stops)
    for _ in range(min(2, MOVES // max(1, len(points) * driving))):
        moved = False
        for at in points:
            if at in draft.tour_of and at not in ground.mates:
                moved |= _moved(draft, at)
        if not moved:
            return


def _moved(draft: Draft, at: int) -> bool:
    tour = draft.tour_of[at]
    position, before = tour.path.index(at), tour.price()
    draft.take(at)
    saved = before - tour.price()
    place = cheapest(at, draft.tours)
    if place is None or place.price >= saved:
        tour.put(at, position)
        draft.tour_of[at] = tour
        return False
    draft.put(at, place)
    return True


def straighten(tour: Tour) -> None:
    """Turn stretches of one tour round while that makes it shorter and the times hold."""
    improved = len(tour.path) > 4
    while improved:
        improved = _turned(tour)


def _turned(tour: Tour) -> bool:
    path, rows = tour.path, tour.ground.metres
    for start in range(1, len(path) - 2):
        before, first = path[start - 1], path[start]
        for end in range(start + 1, len(path) - 1):
            last, after = path[end], path[end + 1]
            saved = rows[before][first] + rows[last][after] - rows[before][last] - rows[first][after]
            if saved > 0 and _turn(tour, start, end):
                return True
    return False


def _turn(tour: Tour, start: int, end: int) -> bool:
    path, metres = tour.path, tour.metres()
    tour.path = path[:start] + path[start : end + 1][::-1] + path[end + 1 :]
    tour.retime()
    if tour.metres() < metres and tour.holds():
        return True
    tour.path = path
    tour.retime()
    return False
