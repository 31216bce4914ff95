"""Counties and villages as the register lists them, with positions guessed around the county's centre."""

from __future__ import annotations

import csv
import math
from collections import Counter
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

from app.domain.resources import resource_path

KM_PER_DEGREE = 111.32
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
STREET_SHARE = 0.12
"""A town's street offices (街道) stand this much closer than rural towns (area for the same number of villages)."""


class UnknownCountyError(KeyError):
    """A county that the register has no villages of."""


@dataclass(frozen=True, slots=True)
class Position:
    """Degrees, WGS-84; ``guessed`` where no survey stands behind it."""

    latitude: float
    longitude: float
    guessed: bool = True


@dataclass(frozen=True, slots=True)
class County:
    """A county: its centre, its area in km², and the detour of its roads (road over straight line)."""

    code: str
    name: str
    city: str
    short: str
    centre: Position
    area_km2: float
    terrain: str
    detour: float


@dataclass(frozen=True, slots=True)
class Village:
    """A village or neighbourhood; ``name`` is short (民范村), ``full_name`` as the register has it (民范村委会)."""

    code: str
    name: str
    full_name: str
    town: str
    county: str
    position: Position


@cache
def counties() -> tuple[County, ...]:
    """All counties of the register."""
    with resource_path("counties.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_county(row) for row in csv.DictReader(file))


def _county(row: dict[str, str]) -> County:
    return County(
        code=row["county_code"],
        name=row["county"],
        city=row["city"],
        short=row["short"],
        centre=Position(float(row["latitude"]), float(row["longitude"]), guessed=False),
        area_km2=float(row["area_km2"]),
        terrain=row["terrain"],
        detour=float(row["detour"]),
    )


def county_named(name: str) -> County:
    """The county called ``name``; raises :class:`UnknownCountyError`."""
    for county in counties():
        if county.name == name:
            return county
    raise UnknownCountyError(name)


@cache
def villages_of(county: str) -> tuple[Village, ...]:
    """The villages of a county in the register's order; raises :class:`UnknownCountyError`."""
    home = county_named(county)
    with resource_path("villages.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["county"] == county]
    towns = _town_discs(home, Counter(row["town"] for row in rows))
    return tuple(_village(row, home, towns[row["town"]]) for row in rows)


def _town_discs(home: County, sizes: Counter[str]) -> dict[str, tuple[float, float, float]]:
    """Each town's centre (km east and north of the county's) and radius in km, on a sunflower: largest inside."""
    weights = {town: size * (STREET_SHARE if "街道" in town else 1.0) for town, size in sizes.items()}
    inside_first = sorted(sizes, key=lambda town: ("街道" not in town, -sizes[town], town))
    discs: dict[str, tuple[float, float, float]] = {}
    used, whole = 0.0, sum(weights.values())
    for rank, town in enumerate(inside_first):
        share = weights[town] / whole
        distance = math.sqrt(home.area_km2 * (used + share / 2) / math.pi) if rank else 0.0
        angle = rank * GOLDEN_ANGLE
        radius = math.sqrt(home.area_km2 * share / math.pi)
        discs[town] = (distance * math.cos(angle), distance * math.sin(angle), radius)
        used += share
    return discs


def _village(row: dict[str, str], home: County, disc: tuple[float, float, float]) -> Village:
    east, north, radius = disc
    seed = _scatter(row["village_code"])
    distance = radius * math.sqrt((seed % 9973) / 9973)
    angle = 2 * math.pi * (seed // 9973 % 9973) / 9973
    position = moved(
        home.centre, east_km=east + distance * math.cos(angle), north_km=north + distance * math.sin(angle)
    )
    return Village(
        code=row["village_code"],
        name=_short(row["village"]),
        full_name=row["village"],
        town=row["town"],
        county=row["county"],
        position=position,
    )


def _scatter(code: str) -> int:
    """A 64-bit number that is always the same for a village."""
    return int.from_bytes(blake2b(f"village\x1f{code}".encode(), digest_size=8).digest())


def _short(name: str) -> str:
    for ending, kept in (("社区居委会", "社区"), ("居委会", ""), ("村委会", "村"), ("村民委员会", "村")):
        if name.endswith(ending):
            stem = name.removesuffix(ending)
            return stem if kept and stem.endswith(kept) else stem + kept
    return name


@cache
def place_of(village: str, town: str = "") -> Position | None:
    """Where a village lies, else its town's middle; none where the register does not know it, or knows several."""
    found = _named().get((village, town)) if town else _of_all_towns(village)
    if found is not None or not town:
        return found
    places = [
        each.position for county in counties() for each in villages_of(county.name) if each.town == town
    ]
    return _middle(places) if places else None


def _of_all_towns(village: str) -> Position | None:
    found = {place for (name, _), place in _named().items() if name == village}
    return found.pop() if len(found) == 1 else None


@cache
def _named() -> dict[tuple[str, str], Position]:
    """Villages by short and full name, with their town."""
    every = [village for county in counties() for village in villages_of(county.name)]
    return {
        (name, village.town): village.position
        for village in every
        for name in (village.name, village.full_name)
    }


@cache
def terrain_of(town: str) -> str:
    """What the land of a town's county is like (`city`, `plain`, `hills`); "" where the register does not know it."""
    homes = {county.terrain for county in counties() for v in villages_of(county.name) if v.town == town}
    return homes.pop() if len(homes) == 1 else ""


def _middle(places: list[Position]) -> Position:
    return Position(
        round(sum(place.latitude for place in places) / len(places), 5),
        round(sum(place.longitude for place in places) / len(places), 5),
    )


def moved(start: Position, *, east_km: float, north_km: float) -> Position:
    """The (guessed) position so many kilometres east and north of ``start``."""
    latitude = start.latitude + north_km / KM_PER_DEGREE
    shrink = math.cos(math.radians(start.latitude))
    return Position(round(latitude, 5), round(start.longitude + east_km / KM_PER_DEGREE / shrink, 5))


def kilometres(one: Position, other: Position) -> float:
    """The straight distance, good for a county's size."""
    shrink = math.cos(math.radians((one.latitude + other.latitude) / 2))
    east = (other.longitude - one.longitude) * shrink
    return math.hypot(east, other.latitude - one.latitude) * KM_PER_DEGREE
