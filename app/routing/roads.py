"""How far and how long it is from place to place, by straight line, kind of area and what real arrivals taught.

The straight line is lengthened by a detour factor and divided by a speed, both by the kind of area. Real legs correct
the time: the logarithm of real over expected is fitted per kind of area, hour and township, shrunk towards nothing
learned and with Huber's loss, so that a driver's breakfast changes little.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

EARTH_M = 6_371_009.0
HOURS = (6, 7, 8, 9, 10)
"""Hours that are learned apart; earlier ones count as the first, later ones as the last."""
DRIVING_HOURS = (7, 8, 9, 10)
"""When the vans are on the road: a matrix is made for the mean of these hours."""


class Area(StrEnum):
    """What the roads around a point are like; the order is from quick to slow."""

    PLAIN = "plain"
    TOWN = "town"
    HILL = "hill"


DETOUR = {Area.PLAIN: 1.40, Area.TOWN: 1.35, Area.HILL: 1.60}
"""Road over straight line, before anything is learned."""
KM_PER_HOUR = {Area.PLAIN: 38.0, Area.TOWN: 28.0, Area.HILL: 30.0}
_SLOWNESS = {area: rank for rank, area in enumerate(Area)}


@dataclass(frozen=True, slots=True)
class Place:
    """A point of the map in millionths of a degree (WGS-84), its kind of area and its township."""

    latitude: int
    longitude: int
    area: Area = Area.PLAIN
    town: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    """A drive that really took place: from where to where, in which hour of the day, and for how many seconds."""

    start: Place
    end: Place
    hour: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Learned:
    """What real arrivals taught: logarithms of the factor on time by kind of area and hour, and by township."""

    paces: Mapping[tuple[Area, int], float] = field(default_factory=dict)
    towns: Mapping[str, float] = field(default_factory=dict)
    legs: int = 0

    def factor(self, leg_area: Area, hour: int, *, start: str, end: str) -> float:
        """By how much a drive takes longer than the first guess."""
        towns = (self.towns.get(start, 0.0) + self.towns.get(end, 0.0)) / 2
        return math.exp(self.paces.get((leg_area, band(hour)), 0.0) + towns)


NOTHING_LEARNED = Learned()


@dataclass(frozen=True, slots=True)
class Matrix:
    """Metres and seconds between all of some places: row by row, rows `from`, columns `to`."""

    size: int
    metres: array[int]
    seconds: array[int]


def band(hour: int) -> int:
    """The hour as which an hour of the day is learned."""
    return min(max(hour, HOURS[0]), HOURS[-1])


def between(one: Area, other: Area) -> Area:
    """The kind of area of a drive: that of its slower end."""
    return one if _SLOWNESS[one] >= _SLOWNESS[other] else other


def straight_m(one: Place, other: Place) -> float:
    """The great circle between two places, in metres."""
    return _arc(math.dist(_vector(one), _vector(other)))


def road_m(one: Place, other: Place) -> float:
    """The guessed length of the road, in metres."""
    return straight_m(one, other) * DETOUR[between(one.area, other.area)]


def guessed_s(one: Place, other: Place) -> float:
    """The first guess of a drive in seconds, before anything is learned."""
    return road_m(one, other) * 3.6 / KM_PER_HOUR[between(one.area, other.area)]


def drive_s(one: Place, other: Place, *, hour: int, learned: Learned = NOTHING_LEARNED) -> float:
    """How long a drive takes in an hour of the day, by all that is known."""
    kind = between(one.area, other.area)
    return guessed_s(one, other) * learned.factor(kind, hour, start=one.town, end=other.town)


def _vector(place: Place) -> tuple[float, float, float]:
    """The place on the unit sphere."""
    latitude, longitude = math.radians(place.latitude / 1e6), math.radians(place.longitude / 1e6)
    ring = math.cos(latitude)
    return ring * math.cos(longitude), ring * math.sin(longitude), math.sin(latitude)


def _arc(chord: float) -> float:
    return 2 * EARTH_M * math.asin(min(1.0, chord / 2))


# --- the matrix --------------------------------------------------------------------------------------------


def matrix(places: Sequence[Place], *, learned: Learned = NOTHING_LEARNED) -> Matrix:
    """Metres and seconds from each place to each, for the hours in which the vans drive."""
    vectors = [_vector(place) for place in places]
    kinds = [_SLOWNESS[place.area] for place in places]
    towns = [math.exp(learned.towns.get(place.town, 0.0) / 2) for place in places]
    metres, seconds = array("i"), array("i")
    tables = _tables(learned)
    for vector, kind, town in zip(vectors, kinds, towns, strict=True):
        detours, paces = tables[kind]
        arcs = [_arc(math.dist(vector, other)) for other in vectors]
        metres.extend([round(arc * detours[at]) for arc, at in zip(arcs, kinds, strict=True)])
        seconds.extend(
            [round(arc * paces[at] * town * x) for arc, at, x in zip(arcs, kinds, towns, strict=True)]
        )
    return Matrix(len(places), metres, seconds)


def _tables(learned: Learned) -> list[tuple[list[float], list[float]]]:
    """Detours and seconds per straight metre for each pair of kinds of area, by their ranks."""
    areas = list(Area)
    factors = {
        area: sum(learned.factor(area, hour, start="", end="") for hour in DRIVING_HOURS) / len(DRIVING_HOURS)
        for area in areas
    }
    rows = []
    for one in areas:
        kinds = [between(one, other) for other in areas]
        detours = [DETOUR[kind] for kind in kinds]
        rows.append((detours, [DETOUR[kind] * 3.6 / KM_PER_HOUR[kind] * factors[kind] for kind in kinds]))
    return rows


# --- learning ----------------------------------------------------------------------------------------------

SPREAD = 0.35
"""How much the logarithm of real over expected usually scatters."""
LIMIT = 1.345 * SPREAD
"""Beyond this a leg pulls no harder (Huber's loss at its usual 95 % efficiency)."""
SHORTEST_M = 300.0
"""Shorter legs say more about parking than about roads."""
PACE_WEIGHT, HOUR_WEIGHT, TOWN_WEIGHT = 30.0, 60.0, 30.0
"""How many legs the belief is worth that nothing differs: in a kind of area, an hour of it, a township.

A station drives some five hundred legs a day: a week outweighs the belief, one leg never does."""
SWEEPS = 25


@dataclass(slots=True)
class _Effect:
    """One number to be learned, with the legs that it bears on (their place, and the share of it)."""

    weight: float
    value: float = 0.0
    bears_on: list[tuple[int, float]] = field(default_factory=list)


def learn(legs: Iterable[Leg]) -> Learned:
    """What these legs teach, over the first guess; a few legs teach little, an absurd one nearly nothing."""
    rests: list[float] = []
    effects: dict[tuple[str, ...], _Effect] = {}
    for leg in legs:
        guess = guessed_s(leg.start, leg.end)
        if leg.seconds <= 0 or straight_m(leg.start, leg.end) < SHORTEST_M:
            continue
        for key, weight, share in _bearing(leg):
            effects.setdefault(key, _Effect(weight)).bears_on.append((len(rests), share))
        rests.append(math.log(leg.seconds / guess))
    for _ in range(SWEEPS):
        if max((_settle(effect, rests) for effect in effects.values()), default=0.0) < 1e-4:
            break
    return _as_learned(effects, len(rests))


def _bearing(leg: Leg) -> list[tuple[tuple[str, ...], float, float]]:
    """What a leg teaches something about: key, weight of the belief against it, share."""
    kind = between(leg.start.area, leg.end.area)
    found: list[tuple[tuple[str, ...], float, float]] = [
        (("pace", kind), PACE_WEIGHT, 1.0),
        (("hour", kind, str(band(leg.hour))), HOUR_WEIGHT, 1.0),
    ]
    towns = [town for town in (leg.start.town, leg.end.town) if town]
    if len(towns) == 2 and towns[0] == towns[1]:
        return [*found, (("town", towns[0]), TOWN_WEIGHT, 1.0)]
    return found + [(("town", town), TOWN_WEIGHT, 0.5) for town in towns]


def _settle(effect: _Effect, rests: list[float]) -> float:
    """Move one effect to where its legs and the belief in nothing balance; says how far it moved.

    `rests` holds what is left of each leg after all effects; it is kept right.
    """
    pull, weight = -effect.weight * effect.value, effect.weight
    for at, share in effect.bears_on:
        rest = rests[at]
        trust = 1.0 if abs(rest) <= LIMIT else LIMIT / abs(rest)
        pull += trust * share * rest
        weight += trust * share * share
    step = pull / weight
    effect.value += step
    for at, share in effect.bears_on:
        rests[at] -= share * step
    return abs(step)


def _as_learned(effects: Mapping[tuple[str, ...], _Effect], legs: int) -> Learned:
    of = {key: effect.value for key, effect in effects.items()}
    paces = {
        (area, hour): of.get(("pace", area), 0.0) + of.get(("hour", area, str(hour)), 0.0)
        for area in Area
        for hour in HOURS
    }
    towns = {key[1]: value for key, value in of.items() if key[0] == "town"}
    return Learned({key: value for key, value in paces.items() if value}, towns, legs)
