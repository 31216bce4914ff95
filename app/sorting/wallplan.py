"""Which slot of the wall stands for which point: a van's slots together, sorters even, heavy points near the table.

The wall is one row of bays; a slot is named by its bay and its number in it (``1-07``), column by column from top to
bottom. Each sorter has a stretch of the wall and a table before it, and walks from the table to a slot and back with
every piece. Three aims pull apart, and this is the stated trade-off between them:

* a van's slots stay together, always (points without goods tonight may stand anywhere); the vans with most pieces a
  slot stand nearest to a table, and inside a van's block the best slots go to the heaviest points;
* but a point leaves yesterday's slot only where each change saves :data:`CHANGE_DM` of walking tonight: people know
  their wall by heart, and what they do not know they put wrong;
* points that are easily confused are moved apart where it costs less than :data:`APART_DM`.

Pure Python, the same answer for the same question, well under a second for 550 points.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain, combinations, count

from app.sorting.alike import ALIKE, similarity

BAY_COLUMNS, LEVELS, COLUMN_DM = 5, 5, 4
"""A bay is five crates wide and five high; a crate is 40 cm wide."""
BAY_SLOTS = BAY_COLUMNS * LEVELS
STEP_DM = 2
"""From the table to the wall, each way."""
REACH_DM = (2, 0, 0, 1, 3)
"""What bending and reaching count against slots of a column, from the top, in tenths of a decimetre a piece."""
LANES = ((0, 1), (2, 3, 4))
"""The levels of each lane: a van's block lies in one of them and is the wider for it, so that more vans touch the
middle of a stretch, and the heaviest points of each stand near the table."""
SPARE = 2
"""So many free slots beside a van's block it may use, where others leave them."""
CHANGE_DM, APART_DM = 160, 150
PASSES = 2
SORTER_PIECES, MOST_SORTERS = 2_400, 9


@dataclass(frozen=True, slots=True)
class Stop:
    """A point that needs a slot: its name, its van's route, and tonight's pieces."""

    point: str
    name: str
    route: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Place:
    """A slot given to a point: where it is, whose stretch it lies in and how far from the table."""

    slot: str
    point: str
    name: str
    route: str
    sorter: int
    decimetres: int
    pieces: int


@dataclass(frozen=True, slots=True)
class WallPlan:
    """The whole wall in walking order, and what the plan is worth."""

    places: tuple[Place, ...]
    sorters: int
    changed: int = 0
    """How many points have another slot than before."""
    known: int = 0
    """How many of them had a slot before."""

    @property
    def pieces(self) -> int:
        """All pieces of the night."""
        return sum(place.pieces for place in self.places)

    @property
    def metres_a_piece(self) -> float:
        """How far is walked for a piece, there and back."""
        walked = sum(2 * place.decimetres * place.pieces for place in self.places)
        return walked / 10 / max(1, self.pieces)

    @property
    def imbalance(self) -> float:
        """By how much the busiest sorter is above the mean: 0.04 is four per cent."""
        load = [0] * self.sorters
        for place in self.places:
            load[place.sorter - 1] += place.pieces
        return max(load) * self.sorters / max(1, sum(load)) - 1

    @property
    def span_metres(self) -> float:
        """How wide a van's slots that are used tonight stand, on average."""
        columns: dict[str, list[int]] = {}
        for place in self.places:
            if place.pieces:
                columns.setdefault(place.route, []).append(column_of(place.slot))
        widths = [(max(found) - min(found)) * COLUMN_DM / 10 for found in columns.values()]
        return sum(widths) / max(1, len(widths))

    @property
    def alike_pairs(self) -> int:
        """How many pairs of points that are easily confused stand side by side, of those with goods tonight."""
        given = {slot_at(x.slot): Stop(x.point, x.name, x.route, x.pieces) for x in self.places if x.pieces}
        return sum(confusable(given, at) for at in given) // 2


# --- slots -------------------------------------------------------------------------------------------------


def slot_name(at: int) -> str:
    """The name of the slot at this place of the walking order, counted from 0."""
    bay, number = divmod(at, BAY_SLOTS)
    return f"{bay + 1}-{number + 1:02d}"


def slot_at(slot: str) -> int:
    """The place in the walking order; raises ``ValueError`` on what is no slot's name."""
    bay, dash, number = slot.partition("-")
    if not (dash and bay.isdecimal() and number.isdecimal() and 0 < int(number) <= BAY_SLOTS and int(bay)):
        raise ValueError(f"no slot: {slot!r:.20}")
    return (int(bay) - 1) * BAY_SLOTS + int(number) - 1


def in_lane(lane: int, at: int) -> int:
    """The place in the walking order of the slot that is ``at`` in its lane, column by column."""
    column, level = divmod(at, len(LANES[lane]))
    return column * LEVELS + LANES[lane][level]


def lane_of(at: int) -> tuple[int, int]:
    """The lane of a slot and its place in it; the inverse of :func:`in_lane`."""
    column, level = divmod(at, LEVELS)
    lane = next(i for i, levels in enumerate(LANES) if level in levels)
    return lane, column * len(LANES[lane]) + LANES[lane].index(level)


def column_of(slot: str) -> int:
    """The column of a slot, counted from 0 along the wall."""
    return slot_at(slot) // LEVELS


# --- planning ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Block:
    """A van's slots: in its lane from ``start`` on, ``room`` of them, for its stops."""

    route: str
    stops: tuple[Stop, ...]
    pieces: int
    lane: int = 0
    start: int = 0
    room: int = 0

    @property
    def slots(self) -> int:
        return len(self.stops)

    @property
    def density(self) -> float:
        return self.pieces / self.slots

    @property
    def end(self) -> int:
        """One behind its last slot."""
        return self.start + self.room

    @property
    def places(self) -> list[int]:
        """Its slots in walking order."""
        return [in_lane(self.lane, at) for at in range(self.start, self.start + self.room)]


@dataclass(frozen=True, slots=True)
class _Stretches:
    """Where each sorter's stretch begins (a column), where it ends, and where the table stands (a column)."""

    begins: tuple[int, ...]
    tables: tuple[int, ...]

    def sorter(self, at: int) -> int:
        """Whose slot this is, counted from 0."""
        return bisect_right(self.begins, at // LEVELS) - 1

    def distance(self, at: int) -> int:
        """Decimetres from the table to the slot."""
        return abs(at // LEVELS - self.tables[self.sorter(at)]) * COLUMN_DM + STEP_DM


def sorters_for(pieces: int) -> int:
    """How many sorters a night needs, where nobody has said it: each brings some 2,400 pieces to the wall."""
    return max(1, min(MOST_SORTERS, -(-pieces // SORTER_PIECES)))


def plan_wall(
    stops: Sequence[Stop], *, sorters: int = 4, before: Mapping[str, str] | None = None
) -> WallPlan:
    """Give every point a slot; ``before`` is the slot that each point had, by its code.

    Raises ``ValueError`` where there is no sorter or a point is named twice.
    """
    if sorters < 1 or len({stop.point for stop in stops}) != len(stops):
        raise ValueError("a wall has sorters, and each point once")
    known = {point: slot_at(slot) for point, slot in (before or {}).items()}
    busy = [stop for stop in stops if stop.pieces] or list(stops)
    quiet = [stop for stop in stops if not stop.pieces] if len(busy) < len(stops) else []
    blocks = _blocks(busy)
    orders = [_fresh_order(blocks, sorters, lane) for lane in range(len(LANES))]
    plans = [_lay(_improved(order, sorters, {}), quiet, sorters, known) for order in orders]
    if known:
        plans += _as_it_was(stops, sorters, known)
        plans.append(_lay(_improved(_stay(blocks, known), sorters, known), quiet, sorters, known))
    return min(plans, key=_worth)


def _as_it_was(stops: Sequence[Stop], sorters: int, known: Mapping[str, int]) -> list[WallPlan]:
    """The wall unchanged, where every point has a slot of its own and no van is torn apart."""
    given = {known[stop.point]: stop for stop in stops if stop.point in known}
    if len(given) < len(stops) or not _stand_together(given):
        return []
    return [_plan(given, _stretches(_columns(given), sorters), sorters, known)]


def _stand_together(given: Mapping[int, Stop]) -> bool:
    """Whether the busy slots of each van follow each other in one lane."""
    seen: set[str] = set()
    lane_and_van = (-1, "")
    for lane, _, route in sorted((*lane_of(at), stop.route) for at, stop in given.items() if stop.pieces):
        if (lane, route) != lane_and_van:
            if route in seen:
                return False
            seen.add(route)
            lane_and_van = (lane, route)
    return True


def _worth(plan: WallPlan) -> int:
    """What a plan costs tonight: all walking, and every slot that people have to learn again."""
    walked = sum(2 * place.decimetres * place.pieces for place in plan.places)
    return walked + CHANGE_DM * plan.changed


def _blocks(stops: Sequence[Stop]) -> list[_Block]:
    vans: dict[str, list[Stop]] = {}
    for stop in sorted(stops, key=lambda stop: (stop.route, -stop.pieces, stop.point)):
        vans.setdefault(stop.route, []).append(stop)
    return [_Block(route, tuple(found), sum(stop.pieces for stop in found)) for route, found in vans.items()]


def _lay(blocks: Sequence[_Block], quiet: Sequence[Stop], sorters: int, known: Mapping[str, int]) -> WallPlan:
    """Blocks that have their starts become places: stretches, the best slots, look-alikes apart, exact stretches."""
    rough = _stretches(_spread_columns(blocks), sorters)
    given: dict[int, Stop] = {}
    for block in blocks:
        given.update(_best_slots(block, rough, known))
    given = _apart(given, blocks, rough, known)
    given.update(_at_rest(quiet, given, known))
    exact = _stretches(_columns(given), sorters)
    return _plan(given, exact, sorters, known)


def _at_rest(quiet: Sequence[Stop], given: Mapping[int, Stop], known: Mapping[str, int]) -> dict[int, Stop]:
    """Points without goods tonight keep their slot where nobody needs it, or take one that is free."""
    rest: dict[int, Stop] = {}
    moved = []
    for stop in sorted(quiet, key=lambda stop: (stop.route, stop.point)):
        at = known.get(stop.point, -1)
        if at >= 0 and at not in given and at not in rest:
            rest[at] = stop
        else:
            moved.append(stop)
    end = (max(chain(given, rest), default=-1) // LEVELS + 1) * LEVELS
    free = (at for at in count() if at >= end or (at not in given and at not in rest))
    return rest | dict(zip(free, moved, strict=False))


def _plan(given: Mapping[int, Stop], where: _Stretches, sorters: int, known: Mapping[str, int]) -> WallPlan:
    places = tuple(
        Place(
            slot=slot_name(at),
            point=stop.point,
            name=stop.name,
            route=stop.route,
            sorter=where.sorter(at) + 1,
            decimetres=where.distance(at),
            pieces=stop.pieces,
        )
        for at, stop in sorted(given.items())
    )
    old = [(at, known[stop.point]) for at, stop in given.items() if stop.point in known]
    return WallPlan(places, sorters, changed=sum(at != was for at, was in old), known=len(old))


# --- the order of vans -------------------------------------------------------------------------------------


def _fresh_order(blocks: Sequence[_Block], sorters: int, lane: int) -> list[_Block]:
    """Vans shared out among the sorters, the densest in the middle of each stretch, one behind the other."""
    laid: list[_Block] = []
    column = 0
    for share in _shares(blocks, sorters):
        row = _around_the_table(share, lane)
        first = min((_first_column(block) for block in row), default=0)
        laid += [_shifted(block, column - first) for block in row]
        column += max((_last_column(block) for block in row), default=0) - first + 1
    return laid


def _first_column(block: _Block) -> int:
    return block.start // len(LANES[block.lane])


def _last_column(block: _Block) -> int:
    return (block.start + block.room - 1) // len(LANES[block.lane])


def _shifted(block: _Block, columns: int) -> _Block:
    return replace(block, start=block.start + columns * len(LANES[block.lane]))


def _shares(blocks: Sequence[_Block], sorters: int) -> list[list[_Block]]:
    """Largest first to whom has least, then exchanges as long as they even out pieces and slots."""
    shares: list[list[_Block]] = [[] for _ in range(sorters)]
    for block in sorted(blocks, key=lambda block: (-block.pieces, block.route)):
        min(shares, key=lambda share: (sum(x.pieces for x in share), shares.index(share))).append(block)
    while _even_out(shares):
        pass
    return [sorted(share, key=lambda block: block.route) for share in shares]


def _even_out(shares: list[list[_Block]]) -> bool:
    """Make the best exchange of two vans between two sorters; false where none is better."""
    pieces, slots = [sum(x.pieces for x in s) for s in shares], [sum(x.slots for x in s) for s in shares]
    best, chosen = -1e-9, None
    for i, one in enumerate(shares):
        for j in range(i + 1, len(shares)):
            for a, mine in enumerate(one):
                for b, theirs in enumerate(shares[j]):
                    gain = _gain(pieces[i], pieces[j], theirs.pieces - mine.pieces) * 20 / _square(pieces)
                    gain += _gain(slots[i], slots[j], theirs.slots - mine.slots) / _square(slots)
                    if gain < best:
                        best, chosen = gain, (i, a, j, b)
    if chosen is None:
        return False
    i, a, j, b = chosen
    shares[i][a], shares[j][b] = shares[j][b], shares[i][a]
    return True


def _square(loads: Sequence[int]) -> float:
    return max(1.0, (sum(loads) / len(loads)) ** 2)


def _gain(one: int, other: int, moved: int) -> float:
    """How much the sum of squares changes when ``moved`` goes from the other to the one."""
    return (one + moved) ** 2 + (other - moved) ** 2 - one**2 - other**2


def _around_the_table(share: Sequence[_Block], first: int) -> list[_Block]:
    """The densest van in the ``first`` lane at the table (column 0), each next one where it gets nearest to it."""
    ends = [[0, 0] for _ in LANES]
    row: list[_Block] = []
    for block in sorted(share, key=lambda block: (-block.density, block.route)):
        lane = min(range(len(LANES)), key=lambda lane: (_nearest(ends[lane], lane), lane != first, lane))
        left, right = ends[lane]
        if left == right:
            left = right = -block.slots // 2
        if -left < right or left == right:
            ends[lane] = [left, right + block.slots] if left == right else [left - block.slots, right]
            start = ends[lane][0]
        else:
            ends[lane] = [left, right + block.slots]
            start = right
        row.append(replace(block, lane=lane, start=start, room=block.slots))
    return row


def _nearest(ends: Sequence[int], lane: int) -> float:
    """How many columns from the table the next block of this lane would begin."""
    return min(-ends[0], ends[1]) / len(LANES[lane])


def _stay(blocks: Sequence[_Block], known: Mapping[str, int]) -> list[_Block]:
    """Vans in the order in which their points stood before, each as near to its old start as the others let it."""
    return _settled([_in_old_lane(block, known) for block in blocks])


def _settled(blocks: Sequence[_Block]) -> list[_Block]:
    """Each block at its start, or behind the one before it, with the free slots after it that it may use."""
    laid: list[_Block] = []
    for lane in range(len(LANES)):
        end = 0
        order = sorted((x for x in blocks if x.lane == lane), key=lambda block: (block.start, block.route))
        row: list[_Block] = []
        for block in order:
            row.append(replace(block, start=max(block.start, end), room=block.slots))
            end = row[-1].end
        laid += _with_free_slots(row)
    return laid


def _with_free_slots(row: Sequence[_Block]) -> list[_Block]:
    ends = [*(block.start for block in row[1:]), row[-1].end + SPARE] if row else []
    return [
        replace(block, room=min(end - block.start, block.slots + SPARE))
        for block, end in zip(row, ends, strict=True)
    ]


def _in_old_lane(block: _Block, known: Mapping[str, int]) -> _Block:
    """The lane and start from which most of its points find their old slot; a van of new points comes last."""
    old = [lane_of(known[stop.point]) for stop in block.stops if stop.point in known]
    if not old:
        return replace(block, start=max(lane_of(at)[1] for at in known.values()) + 1)
    lane = max(range(len(LANES)), key=lambda lane: (sum(x == lane for x, _ in old), -lane))
    found = sorted(at for x, at in old if x == lane)
    start = max(found, key=lambda start: (sum(start <= at < start + block.slots for at in found), -start))
    return replace(block, lane=lane, start=start)


def _improved(blocks: Sequence[_Block], sorters: int, known: Mapping[str, int]) -> list[_Block]:
    """Exchange the places of two vans as long as that saves walking, changed slots counted in."""
    best = {block.route: block for block in blocks}
    for _ in range(PASSES):
        where = _stretches(_spread_columns(list(best.values())), sorters)
        outlook = _Outlook(where, known)
        least, begun = outlook.cost(best.values()), best
        stretch = {route: where.sorter(block.places[0]) for route, block in best.items()}
        for one, other in combinations(sorted(best), 2):
            if stretch[one] != stretch[other]:
                continue
            tried = _settled(_exchanged(best, one, other))
            cost = outlook.cost(tried)
            if cost < least:
                best, least = {block.route: block for block in tried}, cost
        if best is begun:
            break
    return list(best.values())


def _exchanged(best: Mapping[str, _Block], one: str, other: str) -> list[_Block]:
    mine, theirs = best[one], best[other]
    changed = {
        one: replace(mine, lane=theirs.lane, start=theirs.start),
        other: replace(theirs, lane=mine.lane, start=mine.start),
    }
    return [changed.get(route, block) for route, block in best.items()]


@dataclass(frozen=True, slots=True)
class _Outlook:
    """What an order of vans would cost if each block's heaviest points had its nearest slots."""

    where: _Stretches
    known: Mapping[str, int]
    costs: dict[tuple[str, int, int, int], int] = field(default_factory=dict)

    def cost(self, blocks: Iterable[_Block]) -> int:
        """The whole order's."""
        return sum(map(self._block, blocks))

    def _block(self, block: _Block) -> int:
        key = (block.route, block.lane, block.start, block.room)
        if key not in self.costs:
            self.costs[key] = self._reckon(block)
        return self.costs[key]

    def _reckon(self, block: _Block) -> int:
        slots = block.places
        near = sorted(map(self.where.distance, slots))
        walked = sum(2 * far * stop.pieces for far, stop in zip(near, block.stops, strict=False))
        inside = set(slots)
        left = sum(self.known.get(stop.point, slots[0]) not in inside for stop in block.stops)
        return walked + CHANGE_DM * left


# --- stretches and tables ----------------------------------------------------------------------------------


def _spread_columns(blocks: Sequence[_Block]) -> list[float]:
    """Pieces in each column, before points have slots: each block's spread evenly."""
    load = [0.0] * (max(map(_last_column, blocks), default=-1) + 1)
    for block in blocks:
        share = block.pieces / block.room
        for at in block.places:
            load[at // LEVELS] += share
    return load


def _columns(given: Mapping[int, Stop]) -> list[float]:
    load = [0.0] * (max(given, default=-1) // LEVELS + 1)
    for at, stop in given.items():
        load[at // LEVELS] += stop.pieces
    return load


def _stretches(load: Sequence[float], sorters: int) -> _Stretches:
    """Cut the wall between columns so that the busiest sorter has least; each table stands at its load's middle."""
    sums = [0.0, *accumulate(load)]
    begins = [0]
    for nth in range(1, sorters):
        aim = sums[-1] * nth / sorters
        cut = min(range(len(sums)), key=lambda column: (abs(sums[column] - aim), column))
        begins.append(max(begins[-1], min(cut, len(load))))
    ends = [*begins[1:], len(load)]
    tables = tuple(_median(sums, begin, end) for begin, end in zip(begins, ends, strict=True))
    return _Stretches(tuple(begins), tables)


def _median(sums: Sequence[float], begin: int, end: int) -> int:
    half = (sums[begin] + sums[end]) / 2
    return next((column for column in range(begin, end) if sums[column + 1] >= half), begin)


# --- the best slots of a block -----------------------------------------------------------------------------


def _cost(stop: Stop, at: int, where: _Stretches, known: Mapping[str, int]) -> int:
    """What it costs tonight to have this point here, in tenths of a decimetre."""
    walk = 20 * where.distance(at) * stop.pieces
    reach = REACH_DM[at % LEVELS] * stop.pieces
    was = known.get(stop.point)
    return walk + reach + (0 if was is None or was == at else 10 * CHANGE_DM)


def _best_slots(block: _Block, where: _Stretches, known: Mapping[str, int]) -> dict[int, Stop]:
    slots = block.places
    costs = [[_cost(stop, at, where, known) for at in slots] for stop in block.stops]
    return {slots[column]: stop for stop, column in zip(block.stops, assigned(costs), strict=True)}


def assigned(costs: Sequence[Sequence[int]]) -> list[int]:
    """The cheapest column for each row, no column twice: the Hungarian method, O(rows² · columns)."""
    matching = _Matching(costs)
    for row in range(len(costs)):
        matching.give(row)
    found = [0] * len(costs)
    for column, row in enumerate(matching.rows):
        if row >= 0:
            found[row] = column
    return found


class _Matching:
    """Rows matched to columns so far, with potentials that prove it cheapest; a search begins at the last column."""

    def __init__(self, costs: Sequence[Sequence[int]]) -> None:
        self._costs = costs
        self._width = len(costs[0]) if costs else 0
        self._over_rows, self._over_columns = [0] * len(costs), [0] * (self._width + 1)
        self._match = [-1] * (self._width + 1)

    @property
    def rows(self) -> list[int]:
        """The row of each column, -1 for none."""
        return self._match[: self._width]

    def give(self, row: int) -> None:
        """Match one more row along the cheapest alternating way."""
        self._match[self._width] = row
        least: list[float] = [float("inf")] * self._width
        way, used = [self._width] * self._width, [False] * (self._width + 1)
        column = self._width
        while self._match[column] >= 0:
            used[column] = True
            self._look_from(column, least, way, used)
            following = min((x for x in range(self._width) if not used[x]), key=least.__getitem__)
            self._lift(int(least[following]), least, used)
            column = following
        while column != self._width:
            self._match[column] = self._match[way[column]]
            column = way[column]
        self._match[self._width] = -1

    def _look_from(self, column: int, least: list[float], way: list[int], used: Sequence[bool]) -> None:
        row = self._match[column]
        base = self._over_rows[row]
        for other, cost in enumerate(self._costs[row]):
            reduced = cost - base - self._over_columns[other]
            if not used[other] and reduced < least[other]:
                least[other], way[other] = reduced, column

    def _lift(self, by: int, least: list[float], used: Sequence[bool]) -> None:
        for column in range(self._width + 1):
            if used[column]:
                self._over_rows[self._match[column]] += by
                self._over_columns[column] -= by
            elif column < self._width:
                least[column] -= by


# --- look-alikes apart -------------------------------------------------------------------------------------


def neighbours(at: int) -> tuple[int, ...]:
    """The slots beside a slot: above and below it in its column, and at its height in the next columns."""
    level = at % LEVELS
    up, down = ((at - 1,) if level else ()), ((at + 1,) if level < LEVELS - 1 else ())
    return (*up, *down, at - LEVELS, at + LEVELS)


def confusable(given: Mapping[int, Stop], at: int) -> int:
    """How many neighbours of this slot are easily taken for it."""
    stop = given.get(at)
    if stop is None:
        return 0
    beside = (given.get(other) for other in neighbours(at))
    return sum(x is not None and _alike(stop, x) for x in beside)


def _alike(one: Stop, other: Stop) -> bool:
    return similarity((one.name, one.point), (other.name, other.point)) >= ALIKE


def _apart(
    given: dict[int, Stop], blocks: Sequence[_Block], where: _Stretches, known: Mapping[str, int]
) -> dict[int, Stop]:
    """Exchange one of two look-alike neighbours within its van's block, where that is cheap enough."""
    given = dict(given)
    home = {at: block for block in blocks for at in block.places}
    for at in sorted(given):
        if confusable(given, at):
            _move_away(given, at, home[at], where, known)
    return given


def _move_away(
    given: dict[int, Stop], at: int, block: _Block, where: _Stretches, known: Mapping[str, int]
) -> None:
    best, chosen = 10 * APART_DM, -1
    for other in block.places:
        price = _price(given, at, other, where, known)
        if price < best and _is_better(given, at, other):
            best, chosen = price, other
    if chosen >= 0:
        _exchange(given, at, chosen)


def _price(
    given: Mapping[int, Stop], at: int, other: int, where: _Stretches, known: Mapping[str, int]
) -> int:
    """What exchanging two slots costs more than leaving them."""
    mine, theirs = given[at], given.get(other)
    price = _cost(mine, other, where, known) - _cost(mine, at, where, known)
    if theirs is not None:
        price += _cost(theirs, at, where, known) - _cost(theirs, other, where, known)
    return price


def _is_better(given: dict[int, Stop], at: int, other: int) -> bool:
    before = confusable(given, at) + confusable(given, other)
    _exchange(given, at, other)
    after = confusable(given, at) + confusable(given, other)
    _exchange(given, at, other)
    return after < before


def _exchange(given: dict[int, Stop], at: int, other: int) -> None:
    mine, theirs = given.pop(at, None), given.pop(other, None)
    if mine is not None:
        given[other] = mine
    if theirs is not None:
        given[at] = theirs


# --- what plans are compared with --------------------------------------------------------------------------


def fixed_labels(stops: Sequence[Stop], *, sorters: int = 4) -> WallPlan:
    """The wall without a plan: slots in the order of the points' codes, stretches of equally many slots."""
    given = dict(enumerate(sorted(stops, key=lambda stop: stop.point)))
    load = _columns(given)
    width = -(-len(load) // sorters)
    begins = tuple(min(nth * width, len(load)) for nth in range(sorters))
    sums = [0.0, *accumulate(load)]
    ends = (*begins[1:], len(load))
    tables = tuple(_median(sums, begin, end) for begin, end in zip(begins, ends, strict=True))
    return _plan(given, _Stretches(begins, tables), sorters, {})
