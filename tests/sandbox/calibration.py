"""Measures the story against the region's figures; run as a module it writes the table of docs/calibration.md."""

from __future__ import annotations

import math
import sys
from collections import Counter
from dataclasses import dataclass, field

from app.domain import clock
from app.domain.events import GoodsAnnounced
from app.domain.goods import Line, Zone
from app.sandbox.orders import orders_of
from app.sandbox.points import points_of
from app.sandbox.products import Product, catalogue
from app.sandbox.story import point_day

SEED, COUNTY, DAY, DAYS = 20221122, "宾阳县", "2026-11-22", 14

# The region's figures of 2022. Top lists: (million pieces) and (million yuan) a year.
PIECES_A_POINT, PIECES_AN_ORDER, YUAN_A_PIECE = 17.0, 2.7, 9.2
FARM_PIECES, FARM_YUAN = 570 / 1140, 3.6 / 10.5
SUPPLIERS = {"daily": 27, "other": 21, "fresh": 21, "snack": 31}
FARM_BY_PIECES = {
    "roots": 60, "gourds": 51, "tropical": 48, "seasoning_veg": 39, "citrus": 33, "leaf": 30, "berries": 27,
    "beans": 27,
}  # fmt: skip
FARM_BY_YUAN = {
    "eggs": 390, "oil": 360, "rice": 360, "poultry": 240, "tropical": 210, "berries": 165, "pork": 150, "flour": 150,
    "roots": 135, "gourds": 120,
}  # fmt: skip
OTHER_BY_PIECES = {
    "seasoning": 57, "drinks": 54, "instant": 42, "housewares": 30, "frozen_pastry": 30, "paper": 30, "cleaning": 27,
    "bakery": 25.5, "ambient_milk": 24, "care": 24,
}  # fmt: skip
OTHER_BY_YUAN = {
    "drinks": 1440, "ambient_milk": 900, "instant": 420, "seasoning": 300, "paper": 300, "cleaning": 285, "care": 270,
    "housewares": 270, "frozen_pastry": 270, "bakery": 225,
}  # fmt: skip


@dataclass
class Measured:
    """What a stretch of stories came to: pieces and fen by class of goods, and what else is counted."""

    point_days: int = 0
    orders: int = 0
    pieces: Counter[str] = field(default_factory=Counter)
    fen: Counter[str] = field(default_factory=Counter)
    farm: Counter[str] = field(default_factory=Counter)
    zones: Counter[Zone] = field(default_factory=Counter)

    @property
    def all_pieces(self) -> int:
        """Pieces over all classes."""
        return self.pieces.total()


@dataclass(frozen=True)
class Check:
    """One figure: what the region reports, what the story has, how far off is still right (relative)."""

    name: str
    wanted: float
    found: float
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether the story is near enough."""
        return abs(self.found - self.wanted) <= self.tolerance * abs(self.wanted)


def measured(*, days: int = DAYS) -> Measured:
    """All orders of every point of a station over some days (550 points, so about 9,400 pieces a day)."""
    known = {(product.barcode, product.name): product for product in catalogue()}
    found = Measured()
    for point in points_of(seed=SEED, county=COUNTY):
        for ahead in range(days):
            found.point_days += 1
            for order in orders_of(seed=SEED, point=point, day=clock.day_after(DAY, ahead), scale=point.size):
                found.orders += 1
                for product, pieces in order.goods:
                    _count(found, known[product.barcode, product.name], pieces, pieces * product.price_fen)
    return found


def measured_through_stories(*, points: int) -> Measured:
    """The same from whole stories, as a desk would hear them: every announced line of so many points' day."""
    known = {(product.barcode, product.name): product for product in catalogue()}
    found = Measured()
    for point in points_of(seed=SEED, county=COUNTY)[:points]:
        story = point_day(seed=SEED, county=COUNTY, day=DAY, scale=1.0, point=point)
        found.point_days += 1
        lines = [line for heard in story.announced for line in _lines(heard.fact)]
        found.orders += len({line.order for line in lines})
        for line in lines:
            _count(found, known[line.barcode, line.product], line.pieces, line.paid_fen)
    return found


def _lines(fact: object) -> tuple[Line, ...]:
    return fact.lines if isinstance(fact, GoodsAnnounced) else ()


def _count(found: Measured, product: Product, pieces: int, fen: int) -> None:
    found.pieces[product.sort] += pieces
    found.fen[product.sort] += fen
    found.zones[product.zone] += pieces
    if product.farm:
        found.farm["pieces"] += pieces
        found.farm["fen"] += fen


def checks(found: Measured) -> list[Check]:
    """Every figure of the region that the story must meet."""
    fen, pieces = found.fen.total(), found.all_pieces
    return [
        Check("pieces a point and day", PIECES_A_POINT, pieces / found.point_days, 0.03),
        Check("pieces an order", PIECES_AN_ORDER, pieces / found.orders, 0.03),
        Check("yuan a piece", YUAN_A_PIECE, fen / pieces / 100, 0.03),
        Check("farm goods, share of pieces", FARM_PIECES, found.farm["pieces"] / pieces, 0.03),
        Check("farm goods, share of sales", FARM_YUAN, found.farm["fen"] / fen, 0.05),
        *_top("farm goods by pieces", FARM_BY_PIECES, found.pieces, farm=True),
        *_top("farm goods by sales", FARM_BY_YUAN, found.fen, farm=True),
        *_top("other goods by pieces", OTHER_BY_PIECES, found.pieces, farm=False),
        *_top("other goods by sales", OTHER_BY_YUAN, found.fen, farm=False),
        *_suppliers(),
    ]


def _top(
    name: str, wanted: dict[str, float] | dict[str, int], have: Counter[str], *, farm: bool
) -> list[Check]:
    """A top list: its order (rank correlation) and who stands in it."""
    sorts = {product.sort for product in catalogue() if product.farm is farm}
    first = sorted(sorts, key=lambda sort: -have[sort])[: len(wanted)]
    shares = spearman(list(wanted.values()), [have[sort] for sort in wanted])
    return [
        Check(f"top {name}: rank correlation", 1.0, shares, 0.08),
        Check(f"top {name}: of {len(wanted)} the same", len(wanted), len(set(first) & set(wanted)), 0.13),
    ]


def _suppliers() -> list[Check]:
    mix = Counter({product.supplier: product.group for product in catalogue()}.values())
    whole = mix.total()
    return [
        Check(f"suppliers, {group} (%)", share, 100 * mix[group] / whole, 0.05)
        for group, share in SUPPLIERS.items()
    ]


def spearman(one: list[float] | list[int], other: list[float] | list[int]) -> float:
    """The rank correlation of two lists, ties at their mean rank; 0 where a list has but one value."""
    first, second = _ranks(one), _ranks(other)
    mean = (len(one) + 1) / 2
    both = sum((a - mean) * (b - mean) for a, b in zip(first, second, strict=True))
    spread = [sum((rank - mean) ** 2 for rank in ranks) for ranks in (first, second)]
    return both / math.sqrt(spread[0] * spread[1]) if all(spread) else 0.0


def _ranks(values: list[float] | list[int]) -> list[float]:
    return [
        sum(other < value for other in values) + (sum(other == value for other in values) + 1) / 2
        for value in values
    ]


def table(found: Measured) -> str:
    """The checks as a Markdown table."""
    rows = [f"| {c.name} | {c.wanted:.4g} | {c.found:.4g} | ± {c.tolerance:.0%} |" for c in checks(found)]
    return "\n".join(["| figure | region 2022 | story | tolerance |", "|---|---|---|---|", *rows])


if __name__ == "__main__":
    found_now = measured()
    zones = ", ".join(f"{zone} {100 * found_now.zones[zone] / found_now.all_pieces:.1f} %" for zone in Zone)
    sys.stdout.write(
        f"{table(found_now)}\n\n{found_now.point_days} point days, {found_now.all_pieces} pieces; {zones}\n"
    )
