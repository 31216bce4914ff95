"""Staying with yesterday: like vans keep their usual points, and what each change of driver saves is said."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from app.routing.ground import Draft, Ground, draft_of
from app.routing.night import Night, Plan, Van
from app.routing.reckon import Order, strange_fen

KEEPING_FEN = 1_000_000
"""The charge for strangers weighs more than the number of points kept."""


@dataclass(frozen=True, slots=True)
class Change:
    """A point that rides with another van than yesterday."""

    point: str
    before: str
    now: str
    saves_fen: int | None
    """What the change saves against putting it back; nothing where yesterday's van has no room or time for it."""


def changes(night: Night, plan: Plan) -> list[Change]:
    """Every point that changed its van, what saves most first."""
    draft = draft_of(Ground(night), plan.routes)
    found = []
    for point, now in plan.van_of.items():
        before = night.yesterday.get(point, now)
        if before != now:
            found.append(Change(point, before, now, _saves(draft, point, before)))
    return sorted(found, key=lambda each: -(each.saves_fen or 0))


def _saves(draft: Draft, point: str, before: str) -> int | None:
    night = draft.ground.night
    if before not in night.van_named:
        return None
    at = night.index[point]
    tour = draft.tour_of[at]
    position, price = tour.path.index(at), tour.price()
    tour.take(at)
    back = next(each for each in draft.tours if each.the_van.name == before).place_for(at)
    saves = None if back is None else back.price - (price - tour.price())
    tour.put(at, position)
    return None if saves is None else round(saves / 1000)


def pairs_kept(yesterday: Mapping[str, str], van_of: Mapping[str, str]) -> float:
    """Of the pairs that shared a van yesterday and are served: the share that shares one again."""
    by_van: dict[str, list[str]] = defaultdict(list)
    for point, van in yesterday.items():
        if point in van_of:
            by_van[van].append(point)
    pairs = [pair for points in by_van.values() for pair in combinations(points, 2)]
    return sum(van_of[one] == van_of[other] for one, other in pairs) / len(pairs) if pairs else 1.0


# --- which of several like vans ----------------------------------------------------------------------------


def named_alike(night: Night, order: Order, before: Mapping[str, str]) -> dict[str, Sequence[str]]:
    """The same routes, given among vans that are alike so that the most points keep their van of ``before``."""
    classes: dict[object, list[Van]] = defaultdict(list)
    singled_out = {*night.pinned.values(), *(van for stop in night.stops for van in stop.forbidden)}
    for van in night.vans:
        classes[van.name if van.name in singled_out else _likeness(van)].append(van)
    named: dict[str, Sequence[str]] = dict.fromkeys((van.name for van in night.vans), ())
    for vans in classes.values():
        routes = [order[van.name] for van in vans if order.get(van.name)]
        named |= _given(night, vans, routes, before)
    return named


def _likeness(van: Van) -> object:
    """What vans must have in common to change their routes."""
    return (
        van.pieces, van.crates, van.cold, van.fixed_fen, van.per_km_fen, van.shift_from_s, van.shift_to_s,
    )  # fmt: skip


def _given(
    night: Night, vans: Sequence[Van], routes: Sequence[Sequence[str]], before: Mapping[str, str]
) -> dict[str, Sequence[str]]:
    """Van → route; of vans to which all routes are alike, no more are looked at than there are routes left."""
    known = [Counter(before.get(point, "") for point in route) for route in routes]
    if not night.strange_fen:
        used = {van for each in known for van in each}
        vans = sorted(vans, key=lambda van: van.name not in used)
        vans = vans[: max(len(routes), sum(van.name in used for van in vans))]
    prices = [[0] * len(vans) for _ in vans]
    for row, van in enumerate(vans):
        for column, route in enumerate(routes):
            strange = sum(strange_fen(night, van, point) for point in route) if night.strange_fen else 0
            prices[row][column] = strange * KEEPING_FEN - known[column][van.name]
    columns = assigned(prices)
    return {
        van.name: routes[column] for van, column in zip(vans, columns, strict=True) if column < len(routes)
    }


def assigned(prices: Sequence[Sequence[int]]) -> list[int]:
    """The column of each row so that the sum is least (Hungarian method; square)."""
    size = len(prices)
    rows, columns = [0] * (size + 1), [0] * (size + 1)
    owner = [0] * (size + 1)
    for row in range(1, size + 1):
        _augment(prices, row, rows, columns, owner)
    found = [0] * size
    for column in range(1, size + 1):
        found[owner[column] - 1] = column - 1
    return found


def _augment(
    prices: Sequence[Sequence[int]], row: int, rows: list[int], columns: list[int], owner: list[int]
) -> None:
    """One more row finds a column along the cheapest alternating path."""
    size = len(prices)
    owner[0], at = row, 0
    least: list[float] = [float("inf")] * (size + 1)
    came_from, used = [0] * (size + 1), [False] * (size + 1)
    while owner[at]:
        used[at] = True
        mine = prices[owner[at] - 1]
        step, then = float("inf"), 0
        for column in _open(used):
            price = mine[column - 1] - rows[owner[at]] - columns[column]
            if price < least[column]:
                least[column], came_from[column] = price, at
            if least[column] < step:
                step, then = least[column], column
        _shift(int(step), used, rows, columns, owner, least)
        at = then
    while at:
        owner[at], at = owner[came_from[at]], came_from[at]


def _open(used: Sequence[bool]) -> Iterable[int]:
    return (column for column in range(1, len(used)) if not used[column])


def _shift(
    step: int,
    used: Sequence[bool],
    rows: list[int],
    columns: list[int],
    owner: Sequence[int],
    least: list[float],
) -> None:
    for column, done in enumerate(used):
        if done:
            rows[owner[column]] += step
            columns[column] -= step
        else:
            least[column] -= step
