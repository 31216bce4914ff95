"""The night to be planned, put together from the book: vans and drivers, goods and points, rules, and the roads."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import count

from app.domain import events as e
from app.routing import queries
from app.routing.night import DAY_S, NO_ROAD, Night, Plan, Roads, Route, Stop, Van
from app.routing.queries import Demand, Settings, Source
from app.routing.roads import Learned, Leg, Place, learn, matrix
from app.routing.rules import Crew, vans_of_table

PART = "#"
"""A point that is split stands in the night as `BY-0001`, `BY-0001#2` …."""
USUAL_FEN_PER_KM, USUAL_ROOM = 100, 350
KNOWN_VISITS = 5
"""What it counts that a driver says to know a village."""
GUESS, LEARNED, NETWORK = "guess", "learned", "network"
ENOUGH_LEGS = 50
"""With fewer real drives than this the roads are still called a guess."""
Network = Callable[[Sequence[Place]], "tuple[array[int], array[int]] | None"]
"""Metres and seconds between places by a real road network; None where it cannot say."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is different tonight: vans away, points dropped, split in parts, legs closed, locks by hand."""

    away: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    parts: Mapping[str, int] = field(default_factory=dict)
    closed: frozenset[frozenset[str]] = frozenset()
    """Pairs of points (or a point and "" for the station) between which the road is closed."""
    locked: Mapping[str, str] = field(default_factory=dict)
    until: Mapping[str, int] = field(default_factory=dict)
    """Points that wait longer tonight: start of service allowed until then."""
    any_van: frozenset[str] = frozenset()
    """Points whose fixed van or lock does not count tonight."""
    alone: frozenset[str] = frozenset()
    """Points whose rules about company do not count tonight."""
    full: int = 0
    """1: vans are loaded to their limit tonight, without slack."""


AS_USUAL = Wish()


@dataclass(frozen=True, slots=True)
class Lacks:
    """What the book does not know, in counts: to be said beside the plan."""

    no_vans: int = 0
    """1: no vans were entered; the station's own table of routes says who drives."""
    no_station: int = 0
    """1: the station's place is not known; the middle of the points stands for it."""
    not_announced: int = 0
    """1: tonight's goods are not announced; the last plan's stand for them."""
    no_cold_box: int = 0
    """So many points get cold goods, and no van has a cold box: they ride as others do."""
    guessed: int = 0
    lost: int = 0
    strangers: int = 0
    """Points with goods that the book has no row of."""


@dataclass(frozen=True, slots=True)
class Tonight:
    """The night with what the desk shows beside it."""

    day: str
    night: Night
    demands: Mapping[str, Demand]
    stops: Mapping[str, e.StopSet]
    drivers: Mapping[str, e.DriverSet]
    """By van."""
    names: Mapping[str, str]
    """Of vans."""
    routes: Mapping[str, tuple[str, str]]
    """Of each van: the name of its route, as on the dock and on labels, and its dock."""
    settings: Settings
    lacks: Lacks
    roads: str
    wish: Wish = AS_USUAL

    @property
    def pieces(self) -> int:
        """All pieces of the night."""
        return sum(stop.pieces for stop in self.night.stops)

    def route_name(self, van: str) -> str:
        """What a van's route is called."""
        return self.routes[van][0] if van in self.routes else van

    def in_order(self, plan: Plan) -> list[Route]:
        """The routes by their names, as people count: R2 before R10."""
        named = {route.van: self.route_name(route.van) for route in plan.routes}
        return sorted(plan.routes, key=lambda route: (len(named[route.van]), named[route.van]))

    def driver_name(self, van: str) -> str:
        """Who drives a van, "" where nobody is named."""
        driver = self.drivers.get(van)
        if driver is not None:
            return driver.name
        return self.night.van_named[van].driver if van in self.night.van_named else ""

    def stop_name(self, name: str) -> str:
        """What people call a point, or its code; a part says which it is."""
        row = self.stops.get(point_of(name))
        called = row.name.removeprefix(row.town) or row.name if row else point_of(name)
        part = name.partition(PART)[2]
        return f"{called}（第 {part} 份）" if part else called


def point_of(part: str) -> str:
    """The point of a part."""
    return part.partition(PART)[0]


@dataclass(frozen=True, slots=True)
class Known:
    """All that the book knows for a night, read once; what is made of it needs no book any more."""

    day: str
    settings: Settings
    stops: Mapping[str, e.StopSet]
    demands: tuple[Demand, ...]
    announced: int
    """1: these are tonight's goods; 0: the last plan's stand for them."""
    vans: tuple[e.VanSet, ...]
    drivers: tuple[e.DriverSet, ...]
    listed: tuple[tuple[str, str], ...]
    rules: tuple[e.RideRuleSet, ...]
    table: tuple[e.FixedStop, ...]
    yesterday: Mapping[str, str]
    routes: Mapping[str, tuple[str, str]]
    """Van → usual route and dock."""
    listed_routes: tuple[str, ...]
    """All routes of the station's own table, also those without a van."""
    visits: Mapping[tuple[str, str], int]
    legs: tuple[Leg, ...]
    legs_mark: tuple[int, ...]


def gather(source: Source, *, day: str, before: Known | None = None) -> Known:
    """Read what the book knows for the night of a business day; real drives only where they differ from `before`."""
    chosen = queries.settings(source)
    stops = {stop.point: stop for stop in queries.stops(source)}
    announced = queries.demands(source, day=day)
    last = queries.last_day(source, before=day)
    demands = tuple(announced or queries.demands_like(source, day=day))
    mark = queries.legs_mark(source)
    same = before is not None and (before.day, before.legs_mark, before.stops) == (day, mark, stops)
    legs = before.legs if before is not None and same else _legs(source, stops, demands, chosen, day)
    return Known(
        day=day,
        settings=chosen,
        stops=stops,
        demands=demands,
        announced=int(bool(announced)),
        vans=tuple(queries.vans(source)),
        drivers=tuple(queries.drivers(source)),
        listed=tuple(queries.listed_vans(source)),
        rules=tuple(queries.rules(source)),
        table=tuple(queries.fixed_table(source)),
        yesterday=queries.vans_of_points(source, day=last),
        routes=queries.routes_of_vans(source, day=last),
        listed_routes=tuple(queries.listed_routes(source)),
        visits=queries.visits(source, before=day),
        legs=legs,
        legs_mark=mark,
    )


def _legs(
    source: Source, stops: Mapping[str, e.StopSet], demands: Sequence[Demand], chosen: Settings, day: str
) -> tuple[Leg, ...]:
    places = {point: place for point, stop in stops.items() if (place := queries.place(stop))}
    station, _ = _station(chosen, stops, demands)
    return tuple(queries.legs(source, places, station=station, before=day, piece_s=chosen.piece_s))


def tonight(known: Known, wish: Wish = AS_USUAL, *, network: Network | None = None) -> Tonight:
    """The night to be planned; it takes some tenths of a second for a whole station, mostly for the roads."""
    chosen = known.settings
    wanted = [demand for demand in known.demands if demand.point not in wish.dropped]
    vans, crew = _vans(known, wish)
    stops = _stops(wanted, known, wish)
    station, placed = _station(chosen, known.stops, known.demands)
    places = [station, *(_place(known.stops.get(point_of(stop.point))) for stop in stops)]
    roads, kind = _roads(known, places, network)
    night = Night(
        latitude=station.latitude / 1e6,
        longitude=station.longitude / 1e6,
        vans=tuple(vans),
        stops=tuple(stops),
        roads=_with_closed(roads, stops, wish),
        leaves_s=chosen.leaves_s,
        deadline_s=chosen.deadline_s,
        strange_fen=chosen.strange_fen,
        visits=_visits(known, vans, crew),
    )
    return Tonight(
        day=known.day,
        night=_tied(night, known, wish),
        demands={demand.point: demand for demand in wanted},
        stops=known.stops,
        drivers=crew,
        names={van.van: van.name for van in known.vans},
        routes=_route_names(vans, known.routes, known.listed_routes),
        settings=chosen,
        lacks=_lacks(known, wanted, placed=int(placed)),
        roads=kind,
        wish=wish,
    )


def _lacks(known: Known, wanted: Sequence[Demand], *, placed: int) -> Lacks:
    stops = [known.stops.get(demand.point) for demand in wanted]
    return Lacks(
        no_vans=int(not known.vans and bool(known.listed)),
        no_station=1 - placed,
        not_announced=int(not known.announced and bool(wanted)),
        no_cold_box=0 if _has_cold_box(known) else sum(bool(demand.cold) for demand in wanted),
        guessed=sum(stop is not None and stop.guessed and _place(stop) is not None for stop in stops),
        lost=sum(_place(stop) is None for stop in stops),
        strangers=sum(stop is None for stop in stops),
    )


# --- vans and drivers --------------------------------------------------------------------------------------


def _vans(known: Known, wish: Wish) -> tuple[list[Van], dict[str, e.DriverSet]]:
    """Tonight's vans and who drives each; where none were entered, those of the station's own table."""
    fill = 100 if wish.full else known.settings.fill_percent
    if not known.vans:
        room = _listed_room(known)
        listed = [Van(name=plate, driver=driver, pieces=room, cold=True) for plate, driver in known.listed]
        return [van for van in listed if van.name not in wish.away], {}
    crew = _crew(known.drivers, [van.van for van in known.vans])
    made = [_van(van, crew.get(van.van)) for van in known.vans if van.van not in wish.away]
    return [_slack(van, fill) for van in made], crew


def _route_names(
    vans: Sequence[Van], usual: Mapping[str, tuple[str, str]], listed: Sequence[str]
) -> dict[str, tuple[str, str]]:
    """Each van's route by its usual name; others go on counting as the station does: after R27 comes R28."""
    used = {name for name, _ in usual.values()} | set(listed)
    fresh = (name for name in _names_like(listed or [name for name, _ in usual.values()]) if name not in used)
    return {van.name: usual.get(van.name) or (next(fresh), "") for van in vans}


def _names_like(listed: Sequence[str]) -> Iterator[str]:
    """Names after the last of these, written as most of them are; plain numbers where there is no pattern."""
    found = [match.groups() for name in listed if (match := _NUMBERED.fullmatch(name))]
    before, after = Counter((a, z) for a, _, z in found).most_common(1)[0][0] if found else ("", "")
    digits = [number for a, number, z in found if (a, z) == (before, after)]
    width = max((len(number) for number in digits if number.startswith("0")), default=1)
    first = 1 + max(map(int, digits), default=0)
    return (f"{before}{number:0{width}}{after}" for number in count(first))


_NUMBERED = re.compile(r"(.*?)([0-9]{1,9})([^0-9]*)")
"""`R01`, `7`, `3号线`: what stands before the number, the number, what stands after it."""


def _listed_room(known: Known) -> int:
    """What a van of the station's table is taken to hold, while nobody has said: somewhat more than it gets."""
    pieces = sum(demand.pieces for demand in known.demands)
    return max(USUAL_ROOM, -(-pieces * 112 // (100 * len(known.listed)))) if known.listed else USUAL_ROOM


def _crew(drivers: Sequence[e.DriverSet], vans: Sequence[str]) -> dict[str, e.DriverSet]:
    """Van → driver: the usual one; who has no van of his own takes one that nobody drives."""
    crew: dict[str, e.DriverSet] = {}
    for driver in drivers:
        if driver.van in vans and driver.van not in crew:
            crew[driver.van] = driver
    taken = {driver.driver for driver in crew.values()}
    spare = [driver for driver in drivers if driver.driver not in taken]
    empty = [van for van in vans if van not in crew]
    return crew | dict(zip(empty, spare, strict=False))


def _van(van: e.VanSet, driver: e.DriverSet | None) -> Van:
    return Van(
        name=van.van,
        driver=driver.driver if driver else "",
        pieces=van.pieces,
        crates=van.crates,
        cold=van.cold,
        fixed_fen=van.fen_per_day,
        per_km_fen=van.fen_per_km or USUAL_FEN_PER_KM,
        shift_from_s=driver.starts_s if driver else 0,
        shift_to_s=driver.ends_s if driver else DAY_S,
    )


def _slack(van: Van, percent: int) -> Van:
    return replace(van, pieces=max(min(van.pieces, 1), van.pieces * percent // 100))


# --- points ------------------------------------------------------------------------------------------------


def _stops(wanted: Sequence[Demand], known: Known, wish: Wish) -> list[Stop]:
    made = []
    cold_vans = _has_cold_box(known)
    for demand in wanted:
        parts = max(1, min(wish.parts.get(demand.point, 1), demand.pieces))
        for at in range(parts):
            stop = _stop(_share(demand, at, parts), known, wish, name=_part(demand.point, at))
            made.append(stop if cold_vans else replace(stop, cold=False))
    return made


def _has_cold_box(known: Known) -> bool:
    return not known.vans or any(van.cold for van in known.vans)


def _part(point: str, at: int) -> str:
    return point if not at else f"{point}{PART}{at + 1}"


def _share(demand: Demand, at: int, parts: int) -> Demand:
    """The at-th of so many nearly equal parts."""
    pieces = demand.pieces * (at + 1) // parts - demand.pieces * at // parts
    cold = demand.cold * (at + 1) // parts - demand.cold * at // parts
    return Demand(demand.point, pieces, min(cold, pieces))


def _stop(demand: Demand, known: Known, wish: Wish, *, name: str) -> Stop:
    row, chosen = known.stops.get(demand.point), known.settings
    place = _place(row)
    closes_s = row.closes_s if row and row.closes_s else DAY_S
    return Stop(
        point=name,
        latitude=place.latitude / 1e6 if place else None,
        longitude=place.longitude / 1e6 if place else None,
        guessed=bool(row and row.guessed),
        pieces=demand.pieces,
        crates=demand.crates(of=chosen.crate_pieces),
        cold=bool(demand.cold),
        opens_s=row.opens_s if row else 0,
        closes_s=closes_s,
        until_s=wish.until.get(demand.point, 0),
        service_s=(row.unloading_s if row else 120) + chosen.piece_s * demand.pieces,
        forbidden=frozenset(row.forbidden) if row else frozenset(),
    )


def _place(stop: e.StopSet | None) -> Place | None:
    return queries.place(stop) if stop else None


def _station(
    chosen: Settings, known: Mapping[str, e.StopSet], wanted: Sequence[Demand]
) -> tuple[Place, bool]:
    """Where the vans leave, and whether somebody said so; else the middle of tonight's points."""
    if chosen.latitude or chosen.longitude:
        return Place(chosen.latitude, chosen.longitude), True
    places = [place for demand in wanted if (place := _place(known.get(demand.point)))]
    if not places:
        return Place(0, 0), False
    middle = len(places) // 2
    latitudes, longitudes = sorted(p.latitude for p in places), sorted(p.longitude for p in places)
    return Place(latitudes[middle], longitudes[middle]), False


# --- who rides with whom -----------------------------------------------------------------------------------


def _tied(night: Night, known: Known, wish: Wish) -> Night:
    """The night with its groups, pins and yesterday, in the terms of tonight's stops."""
    points = {point_of(stop.point) for stop in night.stops} - wish.alone
    locks = {point: rule.van for rule in known.rules if rule.kind == "locked" for point in rule.points}
    names = [stop.point for stop in night.stops]
    fixed = vans_of_table(known.table, _crews(night.vans, known))
    return replace(
        night,
        together=_groups(known.rules, "together", points),
        apart=_groups(known.rules, "apart", points),
        fixed=_pinned(fixed, names, wish),
        locked=_pinned(locks, names, wish) | {n: van for n, van in wish.locked.items() if n in names},
        yesterday={name: known.yesterday[name] for name in names if name in known.yesterday},
    )


def _groups(rules: Sequence[e.RideRuleSet], kind: str, points: Collection[str]) -> tuple[frozenset[str], ...]:
    groups = [frozenset(p for p in rule.points if p in points) for rule in rules if rule.kind == kind]
    return tuple(group for group in groups if len(group) > 1)


def _pinned(table: Mapping[str, str], names: Sequence[str], wish: Wish) -> dict[str, str]:
    """Which van each stop is bound to by a table of points; a point in parts, or let go tonight, is free."""
    return {
        name: table[name]
        for name in names
        if name in table and name not in wish.any_van and wish.parts.get(name, 1) == 1
    }


def _crews(vans: Sequence[Van], known: Known) -> list[Crew]:
    names = {van.van: van.name for van in known.vans}
    drivers = {driver.driver: driver.name for driver in known.drivers}
    return [
        Crew(
            van.name,
            names.get(van.name, ""),
            drivers.get(van.driver, van.driver),
            known.routes.get(van.name, ("", ""))[0],
        )
        for van in vans
    ]


def _visits(known: Known, vans: Sequence[Van], crew: Mapping[str, e.DriverSet]) -> dict[tuple[str, str], int]:
    """Who has been where how often; a village that a driver says to know counts as some visits."""
    found = dict(known.visits)
    for van in vans:
        villages = crew[van.name].villages if van.name in crew else ()
        for point, stop in known.stops.items() if villages else ():
            if stop.village and stop.village in villages:
                key = (van.known_as, point)
                found[key] = max(found.get(key, 0), KNOWN_VISITS)
    return found


# --- roads -------------------------------------------------------------------------------------------------


def _roads(known: Known, places: Sequence[Place | None], network: Network | None) -> tuple[Roads, str]:
    """Metres and seconds between all places: by the network where there is one, else guessed and learned."""
    real = [place for place in places if place is not None]
    found = network(real) if network else None
    if found is not None:
        return _spread(places, *found, source=NETWORK), NETWORK
    guess = matrix(real, learned=_learned(known.legs))
    kind = LEARNED if len(known.legs) >= ENOUGH_LEGS else GUESS
    return _spread(places, guess.metres, guess.seconds, source=kind), kind


@lru_cache(maxsize=4)
def _learned(legs: tuple[Leg, ...]) -> Learned:
    return learn(legs)


def _spread(places: Sequence[Place | None], metres: array[int], seconds: array[int], *, source: str) -> Roads:
    """The matrix over all places, with no road to those that lie nowhere."""
    if all(place is not None for place in places):
        return Roads(metres, seconds, source)
    wide = [array("i"), array("i")]
    at = [index for index, place in enumerate(places) if place is not None]
    for out, inner in zip(wide, (metres, seconds), strict=True):
        for row in range(len(places)):
            line = [NO_ROAD] * len(places)
            if places[row] is not None:
                start = at.index(row) * len(at)
                for column, value in zip(at, inner[start : start + len(at)], strict=True):
                    line[column] = value
            out.extend(line)
    return Roads(wide[0], wide[1], source)


def _with_closed(roads: Roads, stops: Sequence[Stop], wish: Wish) -> Roads:
    if not wish.closed:
        return roads
    width = len(stops) + 1
    metres, seconds = array("i", roads.metres), array("i", roads.seconds)
    at: dict[str, list[int]] = {"": [0]}
    for index, stop in enumerate(stops, 1):
        at.setdefault(point_of(stop.point), []).append(index)
    for pair in wish.closed:
        one, *rest = (at.get(point, []) for point in pair)
        for a in one:
            for b in rest[0] if rest else ():
                for cell in (a * width + b, b * width + a):
                    metres[cell] = seconds[cell] = NO_ROAD
    return Roads(metres, seconds, roads.source)


# --- what is adopted ---------------------------------------------------------------------------------------


def adopted(tonight: Tonight, plan: Plan) -> e.PlanAdopted:
    """The plan as the fact that makes it hold; parts of one point on one van are one stop again."""
    routes = []
    for route in plan.routes:
        name, dock = tonight.routes[route.van]
        driver = tonight.drivers.get(route.van)
        called = tonight.driver_name(route.van)
        routes.append(
            e.PlannedRoute(
                name,
                route.van,
                driver.driver if driver else called,
                called,
                dock,
                route.leaves_s,
                route.back_s,
                route.metres,
                _planned_stops(tonight, route.points, route.arrivals_s),
            )
        )
    left = tuple(dict.fromkeys(point_of(each.point) for each in plan.unserved))
    dropped = tuple(sorted(tonight.wish.dropped))
    return e.PlanAdopted(tonight.day, tuple(routes), left, tonight.roads, plan.engine, dropped)


def _planned_stops(
    tonight: Tonight, points: Collection[str], arrivals_s: Sequence[int]
) -> tuple[e.PlannedStop, ...]:
    made: dict[str, e.PlannedStop] = {}
    night = tonight.night
    for name, arrival_s in zip(points, arrivals_s, strict=True):
        stop, point = night.stop_at[name], point_of(name)
        late_s = max(0, arrival_s - night.latest_s(stop))
        before = made.get(point)
        if before is None:
            made[point] = e.PlannedStop(point, arrival_s, stop.pieces, stop.crates, late_s)
        else:
            pieces, crates = before.pieces + stop.pieces, before.crates + stop.crates
            made[point] = replace(before, pieces=pieces, crates=crates, late_s=max(before.late_s, late_s))
    return tuple(made.values())
