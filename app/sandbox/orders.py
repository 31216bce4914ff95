"""What the neighbours of a shop order for one business day: orders, lines and the crates they are packed in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from app.domain import clock
from app.domain.events import GoodsAnnounced
from app.domain.goods import URGENCY, CrateNote, Line, Zone
from app.sandbox.dice import about, chance, dice
from app.sandbox.people import Villager, villagers
from app.sandbox.platforms import Platform, platform_of, platforms
from app.sandbox.pointday import ProxyOrder
from app.sandbox.points import Point
from app.sandbox.products import Product, bought, catalogue

AVERAGE_PIECES = 17.0
"""Pieces a day at the average point."""
ORDER_SIZES, ORDER_WEIGHTS = (1, 2, 3, 4, 5, 6, 7, 8), (320, 240, 170, 110, 70, 45, 25, 20)
PIECES_AN_ORDER = sum(s * w for s, w in zip(ORDER_SIZES, ORDER_WEIGHTS, strict=True)) / sum(ORDER_WEIGHTS)
SAME_AGAIN = 0.22
"""How often the next piece of an order is the same product again."""
CRATE_PIECES = 24
COUPON = 0.04


@dataclass(frozen=True, slots=True)
class Order:
    """One order of one villager at one platform."""

    platform: Platform
    villager: Villager
    name: str
    code: str
    goods: tuple[tuple[Product, int], ...]


def short_day(day: str) -> str:
    """``2026-11-22`` as ``261122``."""
    return day[2:].replace("-", "")


def trip_of(*, platform: Platform, point: Point, day: str) -> str:
    """The trip that brings a platform's goods to a point on a day: the route's number stays the same."""
    route = 1 + dice("route", platform.key, point.code).randrange(27)
    return f"{platform.letter}{short_day(day)}-R{route:02d}"


def neighbours_of(*, seed: int, point: Point, scale: float) -> tuple[Villager, ...]:
    """The villagers who buy at this point."""
    return villagers(seed=seed, point=point.code, count=max(10, round(15 * scale)))


def orders_of(*, seed: int, point: Point, day: str, scale: float) -> list[Order]:
    """All orders of a business day, those that the owner took for neighbours the day before among them."""
    rng = dice("orders", seed, point.code, day)
    people = neighbours_of(seed=seed, point=point, scale=scale)
    weights = [1 / (index + 4) ** 0.5 for index in range(len(people))]
    ordered = proxy_orders(seed=seed, point=point, day=clock.day_after(day, -1), scale=scale)
    orders = [_proxy(rng, order, people) for order in ordered]
    pieces = AVERAGE_PIECES * scale * rng.uniform(0.92, 1.08) - sum(order.pieces for order in ordered)
    for index in range(about(rng, max(0.0, pieces) / PIECES_AN_ORDER)):
        platform = rng.choices(platforms(), [each.share for each in platforms()])[0]
        villager = rng.choices(people, weights)[0]
        name = f"{platform.letter}{short_day(day)}{_bare(point)}-{index + 1:02d}"
        orders.append(Order(platform, villager, name, platform.pickup_code(rng), basket(rng)))
    return _with_codes_apart(rng, orders)


def _with_codes_apart(rng: Random, orders: list[Order]) -> list[Order]:
    seen: set[str] = set()
    apart = []
    for order in orders:
        while order.code in seen:
            order = replace(order, code=order.platform.pickup_code(rng))  # noqa: PLW2901
        seen.add(order.code)
        apart.append(order)
    return apart


def _proxy(rng: Random, order: ProxyOrder, people: tuple[Villager, ...]) -> Order:
    platform = platform_of(order.platform)
    villager = next(each for each in people if each.key(order.platform) == order.buyer)
    product = next(each for each in catalogue() if each.name == order.product)
    return Order(platform, villager, order.order, platform.pickup_code(rng), ((product, order.pieces),))


def basket(rng: Random) -> tuple[tuple[Product, int], ...]:
    basket: dict[Product, int] = {}
    rest = rng.choices(ORDER_SIZES, ORDER_WEIGHTS)[0]
    while rest:
        product = bought(rng, 1)[0]
        pieces = 1
        while pieces < rest and chance(rng, of=SAME_AGAIN):
            pieces += 1
        basket[product] = basket.get(product, 0) + pieces
        rest -= pieces
    return tuple(basket.items())


@lru_cache(maxsize=64)
def proxy_orders(*, seed: int, point: Point, day: str, scale: float) -> tuple[ProxyOrder, ...]:
    """Orders that the owner takes for villagers against cash during ``day``."""
    rng = dice("proxy orders", seed, point.code, day)
    people = neighbours_of(seed=seed, point=point, scale=scale)
    count = about(rng, min(3.0, 0.3 * scale))
    return tuple(_proxy_order(rng, people, point, day, index) for index in range(count))


def _proxy_order(rng: Random, people: tuple[Villager, ...], point: Point, day: str, index: int) -> ProxyOrder:
    platform, villager, product = rng.choice(platforms()), rng.choice(people), bought(rng, 1)[0]
    pieces = rng.choices((1, 2, 3), (6, 3, 1))[0]
    total = pieces * product.price_fen
    return ProxyOrder(
        at_ms=clock.at(day, "12:30") + rng.randrange(6 * 60) * 60_000,
        order=f"{platform.letter}{short_day(clock.day_after(day, 1))}{_bare(point)}-P{index + 1}",
        platform=platform.key,
        barcode=product.barcode,
        product=product.name,
        pieces=pieces,
        price_fen=product.price_fen,
        given_fen=rng.choice((total, -(-total // 1000) * 1000, -(-total // 5000) * 5000)),
        buyer=villager.key(platform.key),
        name=villager.name,
    )


def _bare(point: Point) -> str:
    return point.code.replace("-", "")


def announcement(
    *, seed: int, point: Point, day: str, platform: Platform, orders: list[Order]
) -> GoodsAnnounced:
    """A platform's manifest: every order's lines, packed into crates by temperature zone."""
    rng = dice("crates", seed, point.code, day, platform.key)
    lines = [line for order in orders for line in _lines(order, rng)]
    start = f"{platform.letter}{_bare(point)}{short_day(day)}"
    packed, crates = _packed(lines, platform, rng)
    named = tuple(replace(line, lot=f"{start}{index + 1:03d}") for index, line in enumerate(packed))
    trip = trip_of(platform=platform, point=point, day=day)
    return GoodsAnnounced(platform.key, trip, point.code, day, crates, named)


def _lines(order: Order, rng: Random) -> list[Line]:
    buyer = order.villager.key(order.platform.key)
    return [
        Line(
            lot="",
            order=order.name,
            crate="",
            product=product.name,
            barcode=product.barcode,
            category=product.category,
            zone=product.zone,
            pieces=pieces,
            paid_fen=pieces * product.price_fen - (rng.randrange(1, 60) if chance(rng, of=COUPON) else 0),
            buyer=buyer,
            code=order.code,
            grams=pieces * product.grams,
        )
        for product, pieces in order.goods
    ]


def _packed(lines: list[Line], platform: Platform, rng: Random) -> tuple[list[Line], tuple[CrateNote, ...]]:
    """Lines with their crates, cold ones first; a crate holds one zone and about ``CRATE_PIECES`` pieces."""
    packed: list[Line] = []
    labels: dict[str, Zone] = {}
    label, room = "", 0
    for line in sorted(lines, key=lambda line: URGENCY[line.zone]):
        if not labels or labels[label] is not line.zone or line.pieces > room:
            label, room = _new_label(platform, rng, labels), CRATE_PIECES
            labels[label] = line.zone
        room -= line.pieces
        packed.append(replace(line, crate=label))
    return packed, tuple(CrateNote(crate, zone) for crate, zone in labels.items())


def _new_label(platform: Platform, rng: Random, taken: dict[str, Zone]) -> str:
    while (label := platform.crate_label(rng)) in taken:
        pass
    return label
