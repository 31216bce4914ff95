"""A grid station's night told from a seed: trucks, pallets, containers, 550 points and what is wrong in the goods."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from random import Random

from app.domain import clock
from app.domain.goods import URGENCY, Zone
from app.domain.labels import piece_label
from app.domain.villages import Position, county_named
from app.sandbox.dice import about, chance, dice, filled
from app.sandbox.orders import basket, short_day
from app.sandbox.people import Driver, driver
from app.sandbox.platforms import Platform, platforms
from app.sandbox.pointday import LotTruth
from app.sandbox.points import STATION_POINTS, Point, points_of
from app.sandbox.products import Product, bought

STATION_PIECES = 9_400
VAN_PIECES, CONTAINER_PIECES, PALLET_CONTAINERS, TRUCKS, BATCHES = 350, 132, 4, 3, 2
# Pieces per 10,000; ours, for no rates are public.
SHORT, DAMAGED, OVER = 12, 10, 5
LATE_TRUCK, LOST_CONTAINER = 0.2, 0.1
MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class StationLine:
    """Pieces of one product for one point, and the container in which they come."""

    lot: str
    point: str
    container: str
    product: str
    barcode: str
    category: str
    zone: Zone
    pieces: int
    grams: int


@dataclass(frozen=True, slots=True)
class Container:
    """A container of one temperature zone; ``here`` is false where it never came."""

    label: str
    zone: Zone
    pieces: int
    here: bool = True


@dataclass(frozen=True, slots=True)
class Pallet:
    """A pallet: its 14-digit label, its number (``TP00933``) and what its sheet says."""

    label: str
    number: str
    containers: tuple[Container, ...]
    products: int
    pieces: int


@dataclass(frozen=True, slots=True)
class Truck:
    """A trunk truck from the centre warehouse; ``late`` means after 05:00."""

    trip: str
    driver: Driver
    arrives_ms: int
    late: bool
    pallets: tuple[Pallet, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """A branch van's way: its points in the order of a sweep around the station, and its dock (``1-2``)."""

    code: str
    dock: str
    driver: Driver
    points: tuple[str, ...]
    pieces: int


@dataclass(frozen=True, slots=True)
class StationOver:
    """Pieces that lie in a container and stand in no list."""

    container: str
    barcode: str
    product: str
    pieces: int


@dataclass(frozen=True, slots=True)
class WrongContainer:
    """A container on a truck that belongs to another station."""

    label: str
    trip: str
    station: str


@dataclass(frozen=True, slots=True)
class StationNight:
    """One night; ``truth`` names only the lots with a difference: all others came whole (see :meth:`truth_of`)."""

    seed: int
    day: str
    county: str
    station: str
    name: str
    position: Position
    platform: Platform
    points: tuple[Point, ...]
    routes: tuple[Route, ...]
    trucks: tuple[Truck, ...]
    lines: tuple[StationLine, ...]
    truth: dict[str, LotTruth]
    over: tuple[StationOver, ...]
    wrong_containers: tuple[WrongContainer, ...]
    leaves_ms: int

    @property
    def pieces(self) -> int:
        """All announced pieces."""
        return sum(line.pieces for line in self.lines)

    def truth_of(self, line: StationLine) -> LotTruth:
        """What really came of a line."""
        return self.truth.get(line.lot) or LotTruth(line.lot, ok=line.pieces)

    def route_of(self) -> dict[str, str]:
        """The route's code for each point's code."""
        return {point: route.code for route in self.routes for point in route.points}


def piece_labels(line: StationLine) -> tuple[str, ...]:
    """The label of each piece of a line, made when asked for."""
    return tuple(piece_label(line.lot, nth=nth) for nth in range(1, line.pieces + 1))


def station_night(
    *, seed: int, county: str, day: str, points: int = STATION_POINTS, pieces: int = STATION_PIECES
) -> StationNight:
    """The night before the vans leave at 07:00 on ``day``; exactly ``pieces`` are announced.

    Raises ``UnknownCountyError``, and ``ValueError`` where ``points`` or ``pieces`` is below 1.
    """
    if points < 1 or pieces < 1:
        raise ValueError("a station has points and pieces")
    rng = dice("night", seed, county, day)
    home = county_named(county)
    shops = points_of(seed=seed, county=county, count=points)
    platform = platforms()[0]
    demand = _demand(rng, shops, pieces)
    containers = _loaded(rng, demand, platform, f"{platform.letter}{home.short}{short_day(day)}W")
    trucks = _trucks(rng, containers, platform, day)
    lines = tuple(line for container in containers for line in container.lines)
    return StationNight(
        seed=seed,
        day=day,
        county=county,
        station=f"{home.short}-W1",
        name=f"{home.name}网格站",
        position=replace(home.centre, guessed=True),
        platform=platform,
        points=shops,
        routes=_routes(seed, county, home.centre, shops, demand),
        trucks=trucks,
        lines=lines,
        truth=_truth(rng, trucks, lines),
        over=_over(rng, lines),
        wrong_containers=_wrong(rng, trucks, platform, {container.label for container in containers}),
        leaves_ms=clock.at(day, "07:00"),
    )


# --- what is ordered ---------------------------------------------------------------------------------------

Demand = dict[tuple[Product, str], int]


def _demand(rng: Random, shops: tuple[Point, ...], pieces: int) -> Demand:
    """Pieces per product and point, from as many orders as it takes."""
    demand: Demand = {}
    sizes = [shop.size for shop in shops]
    rest = pieces
    while rest:
        for shop in rng.choices(shops, sizes, k=64):
            for product, wanted in basket(rng):
                taken = min(wanted, rest)
                rest -= taken
                if taken:
                    demand[product, shop.code] = demand.get((product, shop.code), 0) + taken
    return demand


# --- trucks, pallets, containers ---------------------------------------------------------------------------


@dataclass(slots=True)
class _Loading:
    """A container while it is being filled."""

    label: str
    truck: int
    zone: Zone
    lines: list[StationLine]

    def pieces(self) -> int:
        return sum(line.pieces for line in self.lines)


def _loaded(rng: Random, demand: Demand, platform: Platform, start: str) -> list[_Loading]:
    """Full containers by truck and zone, each line in one of them.

    The centre picks in batches, so a product is spread over the trucks and a pallet holds some fifty products.
    """
    batches = {key: rng.randrange(TRUCKS * BATCHES) for key in demand}
    ordered = sorted(demand.items(), key=lambda item: _loading_order(item[0], batches[item[0]]))
    labels = _labels(rng, platform)
    containers: list[_Loading] = []
    room = 0
    for number, ((product, point), pieces) in enumerate(ordered, 1):
        truck = batches[product, point] // BATCHES
        last = containers[-1] if containers else None
        if last is None or (last.truck, last.zone) != (truck, product.zone) or pieces > room:
            last = _Loading(next(labels), truck, product.zone, [])
            containers.append(last)
            room = CONTAINER_PIECES
        room -= pieces
        last.lines.append(_line(f"{start}{number:05d}", last.label, product, point, pieces))
    return containers


def _loading_order(key: tuple[Product, str], batch: int) -> tuple[int, int, int, str, str, str]:
    product, point = key
    return batch // BATCHES, URGENCY[product.zone], batch, product.barcode, product.name, point


def _line(lot: str, container: str, product: Product, point: str, pieces: int) -> StationLine:
    return StationLine(
        lot=lot,
        point=point,
        container=container,
        product=product.name,
        barcode=product.barcode,
        category=product.category,
        zone=product.zone,
        pieces=pieces,
        grams=pieces * product.grams,
    )


def _labels(rng: Random, platform: Platform) -> Iterator[str]:
    seen: set[str] = set()
    while True:
        label = platform.crate_label(rng)
        if label not in seen:
            seen.add(label)
            yield label


def _trucks(rng: Random, containers: list[_Loading], platform: Platform, day: str) -> tuple[Truck, ...]:
    late = rng.randrange(TRUCKS) if chance(rng, of=LATE_TRUCK) else -1
    lost = rng.choice(containers).label if chance(rng, of=LOST_CONTAINER) else ""
    first_pallet = rng.randrange(100, 90_000)
    trucks = []
    for truck, mine in groupby(containers, key=lambda container: container.truck):
        opens, minutes = ("05:05", 60) if truck == late else ("01:20", 170)
        pallets = tuple(_pallets(rng, list(mine), platform, first_pallet + truck * 50, lost))
        arrives = clock.at(day, opens) + rng.randrange(minutes) * MINUTE
        trip = f"{platform.letter}{short_day(day)}-T{truck + 1}"
        trucks.append(Truck(trip, driver(rng), arrives, truck == late, pallets))
    return tuple(trucks)


def _pallets(
    rng: Random, containers: list[_Loading], platform: Platform, first: int, lost: str
) -> Iterator[Pallet]:
    for start in range(0, len(containers), PALLET_CONTAINERS):
        mine = containers[start : start + PALLET_CONTAINERS]
        yield Pallet(
            label=platform.pallet_label(rng),
            number=f"TP{first + start // PALLET_CONTAINERS:05d}",
            containers=tuple(
                Container(each.label, each.zone, each.pieces(), here=each.label != lost) for each in mine
            ),
            products=len({(line.barcode, line.product) for each in mine for line in each.lines}),
            pieces=sum(each.pieces() for each in mine),
        )


# --- what is wrong in it -----------------------------------------------------------------------------------


def _truth(rng: Random, trucks: tuple[Truck, ...], lines: tuple[StationLine, ...]) -> dict[str, LotTruth]:
    pieces = sum(line.pieces for line in lines)
    lost = {c.label for truck in trucks for pallet in truck.pallets for c in pallet.containers if not c.here}
    truth = {
        line.lot: LotTruth(line.lot, ok=0, missing=line.pieces) for line in lines if line.container in lost
    }
    for rate, damaged in ((SHORT, 0), (DAMAGED, 1)):
        for line in rng.sample(lines, min(len(lines), about(rng, pieces * rate / 10_000))):
            truth.setdefault(
                line.lot, LotTruth(line.lot, ok=line.pieces - 1, damaged=damaged, missing=1 - damaged)
            )
    return truth


def _over(rng: Random, lines: tuple[StationLine, ...]) -> tuple[StationOver, ...]:
    count = about(rng, sum(line.pieces for line in lines) * OVER / 10_000)
    places = [rng.choice(lines) for _ in range(count)]
    return tuple(_one_over(rng, line) for line in places)


def _one_over(rng: Random, line: StationLine) -> StationOver:
    if chance(rng, of=0.6):
        return StationOver(line.container, line.barcode, line.product, 1)
    product = bought(rng, 1)[0]
    return StationOver(line.container, product.barcode, product.name, 1)


def _wrong(
    rng: Random, trucks: tuple[Truck, ...], platform: Platform, taken: set[str]
) -> tuple[WrongContainer, ...]:
    found = []
    for _ in range(rng.choice((0, 1, 1, 2))):
        label = next(label for label in _labels(rng, platform) if label not in taken)
        found.append(
            WrongContainer(label, rng.choice(trucks).trip, f"{filled('@@', rng)}-W{filled('%', rng)}")
        )
    return tuple(found)


# --- routes ------------------------------------------------------------------------------------------------


def _routes(
    seed: int, county: str, centre: Position, shops: tuple[Point, ...], demand: Demand
) -> tuple[Route, ...]:
    """A sweep around the station, cut by the points' usual sizes: the same every night, while the loads are not."""
    load: dict[str, int] = {}
    for (_, point), pieces in demand.items():
        load[point] = load.get(point, 0) + pieces
    count = min(len(shops), math.ceil(sum(load.values()) / VAN_PIECES))
    around = sorted(shops, key=lambda shop: (_angle(centre, shop.position), shop.code))
    share = sum(shop.size for shop in shops) / count
    parts: list[list[str]] = [[] for _ in range(count)]
    done = 0.0
    for shop in around:
        parts[min(count - 1, int((done + shop.size / 2) / share))].append(shop.code)
        done += shop.size
    return tuple(_route(seed, county, index, points, load) for index, points in enumerate(parts))


def _angle(centre: Position, there: Position) -> float:
    return math.atan2(there.latitude - centre.latitude, there.longitude - centre.longitude)


def _route(seed: int, county: str, index: int, points: list[str], load: dict[str, int]) -> Route:
    return Route(
        code=f"R{index + 1:02d}",
        dock=f"{index // 9 + 1}-{index % 9 + 1}",
        driver=driver(dice("van", seed, county, index)),
        points=tuple(points),
        pieces=sum(load.get(point, 0) for point in points),
    )
