"""Routes under construction: where a point can be put in, at what price, and whether the times still hold.

Plain Python on plain lists, so that a first plan and a repair need neither numpy nor a process. Places are indices
into ``Night.roads`` (0 is the station), prices are thousandths of a fen (metres times fen a kilometre).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.routing.night import Night, Route, Stop, Van
from app.routing.reckon import strange_fen

FAR_METRES, FAR_S = 50_000_000, 10_000_000
"""A leg without a road: longer than any night."""


class Ground:
    """A night laid out for quick reading by index; it never changes."""

    def __init__(self, night: Night) -> None:
        self.night = night
        width = night.width
        places = range(width)
        self.metres = [_row(night.roads.metres, at, width, FAR_METRES) for at in places]
        self.seconds = [_row(night.roads.seconds, at, width, FAR_S) for at in places]
        none = Stop("", None, None)
        stops = (none, *night.stops)
        self.pieces = [stop.pieces for stop in stops]
        self.crates = [stop.crates for stop in stops]
        self.opens = [stop.opens_s for stop in stops]
        self.latest = [night.latest_s(stop) for stop in stops]
        self.service = [stop.service_s for stop in stops]
        self.allowed = [_allowed(night, stop) for stop in stops]
        self.kinds = [_kind(night, van) for van in night.vans]
        self.mates, self.foes = _company(night, night.together), _company(night, night.apart)
        self._charges: dict[int, list[int]] = {}

    def charges(self, van: int) -> list[int]:
        """The charge for strange villages of one van, for each place, in thousandths of a fen."""
        if van not in self._charges:
            night, the_van = self.night, self.night.vans[van]
            charges = [1000 * strange_fen(night, the_van, stop.point) for stop in night.stops]
            self._charges[van] = [0, *charges]
        return self._charges[van]

    def indices(self, points: Iterable[str]) -> list[int]:
        """The places of points."""
        return [self.night.index[point] for point in points]


def _row(matrix: Sequence[int], at: int, width: int, far: int) -> list[int]:
    row = list(matrix[at * width : (at + 1) * width])
    if min(row) < 0:
        row = [far if value < 0 and to != at else max(0, value) for to, value in enumerate(row)]
    return row


def _allowed(night: Night, stop: Stop) -> frozenset[int]:
    """Which vans may come here at all: by pin, cold box and prohibition, and big enough for it alone."""
    pin = night.pinned.get(stop.point)
    return frozenset(
        at
        for at, van in enumerate(night.vans)
        if pin in (None, van.name) and fits(van, stop) and van.name not in stop.forbidden
    )


def _kind(night: Night, van: Van) -> object:
    """What empty vans must have in common to cost the same for any point that both may come to."""
    if night.strange_fen:
        return van.name
    return van.pieces, van.crates, van.fixed_fen, van.per_km_fen, van.shift_from_s, van.shift_to_s


def fits(van: Van, stop: Stop) -> bool:
    """Whether an empty van takes it."""
    return stop.pieces <= van.pieces and stop.crates <= van.crates and (van.cold or not stop.cold)


def _company(night: Night, groups: tuple[frozenset[str], ...]) -> dict[int, frozenset[int]]:
    """Each place's others of its groups; groups that share a point are one where they ride together."""
    found: dict[int, frozenset[int]] = {}
    for group in groups:
        places = frozenset(night.index[point] for point in group if point in night.index)
        for place in places:
            found[place] = found.get(place, frozenset()) | (places - {place})
    return found


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point can be put in: the price, the tour and the position in it."""

    price: int
    tour: Tour
    position: int


class Tour:
    """One van's way in the making: the order, and for each place how early and how late it can be."""

    __slots__ = ("crates", "ends", "ground", "kind", "must", "path", "per_km", "pieces", "the_van", "van")

    def __init__(self, ground: Ground, van: int, stops: Iterable[int] = ()) -> None:
        self.ground = ground
        self.van = van
        self.the_van = ground.night.vans[van]
        self.per_km = self.the_van.per_km_fen
        self.kind = ground.kinds[van]
        self.path = [0, *stops, 0]
        self.retime()

    @property
    def stops(self) -> list[int]:
        """The places in order, without the station."""
        return self.path[1:-1]

    def retime(self) -> None:
        """Reckon times and loads anew after a change of the order."""
        g, path = self.ground, self.path
        clock = g.night.starts_s(self.the_van)
        self.ends = [clock]
        for before, here in pairwise(path[:-1]):
            clock = max(clock + g.seconds[before][here], g.opens[here]) + g.service[here]
            self.ends.append(clock)
        must = self.the_van.shift_to_s
        self.must = [must] * len(path)
        for at in range(len(path) - 2, 0, -1):
            here = path[at]
            must = min(g.latest[here], must - g.seconds[here][path[at + 1]] - g.service[here])
            self.must[at] = must
        self.pieces = sum(g.pieces[here] for here in path)
        self.crates = sum(g.crates[here] for here in path)

    def holds(self) -> bool:
        """Whether loads, times and who may come here all hold."""
        g, path = self.ground, self.path
        in_time = all(
            max(self.ends[at - 1] + g.seconds[path[at - 1]][path[at]], g.opens[path[at]]) <= self.must[at]
            for at in range(1, len(path))
        )
        loaded = self.pieces <= self.the_van.pieces and self.crates <= self.the_van.crates
        return in_time and loaded and all(self.van in g.allowed[here] for here in self.stops)

    def metres(self) -> int:
        """With the way back."""
        rows = self.ground.metres
        return sum(rows[one][other] for one, other in pairwise(self.path))

    def price(self) -> int:
        """What this van costs today, with the charge for strange villages."""
        if len(self.path) == 2:
            return 0
        charges = self.ground.charges(self.van) if self.ground.night.strange_fen else None
        strange = sum(charges[here] for here in self.stops) if charges else 0
        return 1000 * self.the_van.fixed_fen + self.per_km * self.metres() + strange

    def has_room(self, point: int) -> bool:
        """Whether it may come there and the load fits in."""
        g = self.ground
        return (
            self.van in g.allowed[point]
            and self.pieces + g.pieces[point] <= self.the_van.pieces
            and self.crates + g.crates[point] <= self.the_van.crates
        )

    def keeps_apart(self, point: int) -> bool:
        """Whether nobody rides here whom the point must not meet."""
        foes = self.ground.foes.get(point)
        return not foes or foes.isdisjoint(self.path)

    def place_for(self, point: int) -> Place | None:
        """The cheapest position that keeps load, times and company; nothing where there is none."""
        if not self.has_room(point) or not self.keeps_apart(point):
            return None
        g, path = self.ground, self.path
        metres, seconds, opens, latest = g.metres, g.seconds, g.opens[point], g.latest[point]
        service, from_here_m, from_here_s = g.service[point], metres[point], seconds[point]
        ends, must = self.ends, self.must
        best, position = FAR_METRES, 0
        for at in range(1, len(path)):
            before, after = path[at - 1], path[at]
            more = metres[before][point] + from_here_m[after] - metres[before][after]
            if more >= best:
                continue
            start = max(ends[at - 1] + seconds[before][point], opens)
            if start <= latest and start + service + from_here_s[after] <= must[at]:
                best, position = more, at
        if not position:
            return None
        return Place(self.price_of(point, best), self, position)

    def price_of(self, point: int, more_metres: int) -> int:
        """The price of so many metres more, with the van's day and the charge where they come on top."""
        price = more_metres * self.per_km
        if len(self.path) == 2:
            price += 1000 * self.the_van.fixed_fen
        if self.ground.night.strange_fen:
            price += self.ground.charges(self.van)[point]
        return price

    def put(self, point: int, position: int) -> None:
        """Put a point in before what stands at the position."""
        self.path.insert(position, point)
        self.retime()

    def take(self, point: int) -> None:
        """Take a point out."""
        self.path.remove(point)
        self.retime()


class Draft:
    """All vans' tours in the making, and the points that lie loose."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.tours = [Tour(ground, van) for van in range(len(ground.night.vans))]
        self.tour_of: dict[int, Tour] = {}

    def price(self) -> int:
        """Of all tours."""
        return sum(tour.price() for tour in self.tours)

    def place(self, point: int, tours: Sequence[Tour] | None = None) -> bool:
        """Put a point, with all who ride with it, where it costs least; false where it fits nowhere."""
        group = [point, *sorted(self.ground.mates.get(point, ()))]
        if len(group) > 1:
            return self._place_group(group, self.tours if tours is None else tours)
        best = cheapest(point, self.tours if tours is None else tours)
        if best is None:
            return False
        self.put(point, best)
        return True

    def put(self, point: int, place: Place) -> None:
        """Put a point there."""
        place.tour.put(point, place.position)
        self.tour_of[point] = place.tour

    def take(self, point: int) -> Tour:
        """Take a point out of its tour."""
        tour = self.tour_of.pop(point)
        tour.take(point)
        return tour

    def _place_group(self, group: list[int], tours: Sequence[Tour]) -> bool:
        loose = [point for point in group if point not in self.tour_of]
        ridden = {id(self.tour_of[point]) for point in group if point in self.tour_of}
        if ridden:
            tours = [tour for tour in self.tours if id(tour) in ridden][:1]
        best: tuple[int, Tour, list[int]] | None = None
        for tour in tours:
            before, price = list(tour.path), tour.price()
            if _all_in(tour, loose) and (best is None or tour.price() - price < best[0]):
                best = (tour.price() - price, tour, list(tour.path))
            tour.path = before
            tour.retime()
        if best is None:
            return False
        _, tour, tour.path = best
        tour.retime()
        self.tour_of.update(dict.fromkeys(loose, tour))
        return True


def cheapest(point: int, tours: Iterable[Tour]) -> Place | None:
    """The cheapest place among tours; of empty vans that are alike in all that counts only the first is asked."""
    best: Place | None = None
    asked: set[object] = set()
    for tour in tours:
        if len(tour.path) == 2 and tour.van in tour.ground.allowed[point]:
            if tour.kind in asked:
                continue
            asked.add(tour.kind)
        place = tour.place_for(point)
        if place is not None and (best is None or place.price < best.price):
            best = place
    return best


def _all_in(tour: Tour, points: Iterable[int]) -> bool:
    for point in points:
        place = tour.place_for(point)
        if place is None:
            return False
        tour.put(point, place.position)
    return True


def draft_of(ground: Ground, routes: Iterable[Route]) -> Draft:
    """The tours of routes as they are, whether they hold or not."""
    draft = Draft(ground)
    rank = {van.name: at for at, van in enumerate(ground.night.vans)}
    for route in routes:
        tour = draft.tours[rank[route.van]]
        tour.path = [0, *ground.indices(route.points), 0]
        tour.retime()
        draft.tour_of.update(dict.fromkeys(tour.stops, tour))
    return draft
