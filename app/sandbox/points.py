"""The pickup points around a grid station: shops in villages, always the same ones for a seed and county."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from app.domain.villages import Position, Village, county_named, kilometres, moved, villages_of
from app.sandbox.dice import dice
from app.sandbox.people import owner_name

SHOPS = ("便利店", "小卖部", "杂货店", "粮油店", "农资店", "摩托修理店", "超市")
SHOP_WEIGHTS = (30, 26, 14, 10, 8, 6, 6)
STATION_POINTS = 550


@dataclass(frozen=True, slots=True)
class Point:
    """A pickup point; ``size`` is its volume as a multiple of the average point's."""

    code: str
    name: str
    shop: str
    owner: str
    village: str
    town: str
    county: str
    position: Position
    size: float


@lru_cache(maxsize=16)
def points_of(*, seed: int, county: str, count: int = STATION_POINTS) -> tuple[Point, ...]:
    """``count`` points of a county, each village served before any has two; raises ``UnknownCountyError``."""
    rng = dice("points", seed, county)
    short = county_named(county).short
    villages = list(villages_of(county))
    chosen: list[Village] = []
    while len(chosen) < count:
        rng.shuffle(villages)
        chosen += villages[: count - len(chosen)]
    sizes = [rng.gammavariate(1.3, 1) for _ in chosen]
    mean = sum(sizes) / len(sizes)
    return tuple(
        _point(rng, f"{short}-{index + 1:04d}", village, size / mean)
        for index, (village, size) in enumerate(zip(chosen, sizes, strict=True))
    )


def _point(rng: Random, code: str, village: Village, size: float) -> Point:
    owner = owner_name(rng)
    shop = f"阿{owner[-1]}{rng.choices(SHOPS, SHOP_WEIGHTS)[0]}"
    where = moved(village.position, east_km=rng.uniform(-0.4, 0.4), north_km=rng.uniform(-0.4, 0.4))
    return Point(
        code=code,
        name=f"{village.town}{village.name} · {shop}",
        shop=shop,
        owner=owner,
        village=village.name,
        town=village.town,
        county=village.county,
        position=where,
        size=size,
    )


def shop_of_the_story(*, seed: int, county: str) -> Point:
    """The point whose day is told."""
    points = points_of(seed=seed, county=county)
    rural = [point for point in points if point.village.endswith("村")]
    return dice("shop", seed, county).choice(rural or list(points))


def neighbours(point: Point, *, seed: int, count: int = 4) -> tuple[Point, ...]:
    """The nearest other points, nearest first."""
    others = [other for other in points_of(seed=seed, county=point.county) if other.code != point.code]
    return tuple(sorted(others, key=lambda other: kilometres(point.position, other.position))[:count])
