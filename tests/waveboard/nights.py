"""Simulated nights to hold the projection against: people of different hands, a wandering pace, late trucks.

Nothing here shares code or assumptions with the projection but the length of a bin: each head has a pace of its own,
the crew's pace wanders as a random walk, bins are drawn from a gamma mixture of Poisson counts, people come and go.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from app.waveboard.projection import BIN_MS, Bin, Coming, Work

PIECES = 9_400
HEAD_AN_HOUR = 520
WANDER = 0.05
"""By so much the crew's pace wanders in a bin of twelve an hour, over the square root of twelve."""


@dataclass(frozen=True, slots=True)
class SimulatedNight:
    """Bins as they were, when all was put, and what was left and still to come at each bin's beginning."""

    bins: tuple[Bin, ...]
    works: tuple[Work, ...]
    end_ms: int


def simulate(seed: int) -> SimulatedNight:
    """One night from a seed."""
    rng = Random(seed)
    hands = [HEAD_AN_HOUR / 12 * math.exp(rng.gauss(0, 0.2)) for _ in range(rng.choice((3, 4, 4, 5)))]
    spread, pace = rng.uniform(0.1, 0.35), 1.0
    changes = {rng.randrange(12, 40): rng.choice((-1, 1)) for _ in range(rng.choice((0, 0, 1, 2)))}
    truck, plain, frozen = _goods(rng)
    bins: list[Bin] = []
    works: list[Work] = []
    waiting = [truck] if truck else []
    while plain + frozen + sum(each.plain + each.frozen for each in waiting) > 0:
        at = len(bins)
        if at in changes:
            hands = hands[:-1] if changes[at] < 0 and len(hands) > 2 else [*hands, hands[0]]
        works.append(Work(plain, frozen, tuple(waiting)))
        arrived = [each for each in waiting if _comes(each, rng) <= at * BIN_MS]
        waiting = [each for each in waiting if each not in arrived]
        plain += sum(each.plain for each in arrived)
        frozen += sum(each.frozen for each in arrived)
        pace *= math.exp(rng.gauss(0, WANDER / math.sqrt(12) * 2))
        could = _poisson(rng, sum(hands) * pace * rng.gammavariate(1 / spread**2, spread**2))
        put = min(could, plain)
        if not waiting and put < could:
            more = min(could - put, frozen)
            frozen, put = frozen - more, put + more
        plain -= min(put, plain)
        bins.append(Bin(at * BIN_MS, put, len(hands)))
        if len(bins) > 200:
            break
    return SimulatedNight(tuple(bins), tuple(works), len(bins) * BIN_MS)


def _goods(rng: Random) -> tuple[Coming | None, int, int]:
    frozen = rng.randrange(500, 1200)
    if rng.random() > 0.3:
        return None, PIECES - frozen, frozen
    late = rng.randrange(1500, 3000)
    expected = rng.randrange(20, 40) * BIN_MS
    return Coming(expected, late - 200, 200), PIECES - frozen - late, frozen - 200


def _comes(truck: Coming, rng: Random) -> int:
    """Trucks come some minutes around their time."""
    return truck.at_ms + round(rng.uniform(-1, 3)) * BIN_MS


def _poisson(rng: Random, mean: float) -> int:
    """A Poisson count; the normal curve is near enough above thirty."""
    if mean > 30:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count, product = count + 1, product * rng.random()
    return count
