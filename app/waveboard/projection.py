"""When the sorting will be done, and how sure that is: from the pace of the last hour, standard library only.

The pace is pieces per head and five minutes over the last working bins. Around it lie three doubts, added as
variances of the mean pace over the work that is left: bins scatter more than Poisson (measured from the bins
themselves), the mean of few bins is itself not known well (Student's t), and a night's pace drifts. The band is the
stretch into which the finish falls on eight nights of ten; the night is replayed as a flow at the slow, the middle
and the fast pace, with trucks that are still to come, and frozen goods always last.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

BIN_MS = 300_000
WORKING_BINS = 9
"""So many of the last bins in which pieces were put speak for the pace; empty ones are breaks or an empty dock."""
LOOK_BACK_MS = 2 * 3_600_000
FEWEST_BINS = 3
LEAST_HEADS = 0.2
"""Less than a minute of one person in a bin is nobody."""
WIDEST = 1.5
"""The band is at most this wide on either side, in logarithms: further out nothing is known anyway."""
SHARE = 0.8
"""The band holds this share of nights."""
DRIFT = 0.13
"""By so much a night's pace wanders off in an hour, people who come and go unforeseen included (ours: set so that
simulated nights with those two doubts fall into the band as often as it says, see tests/waveboard)."""
TRUCK_LATE_MS = 30 * 60_000
"""A truck that is still on the road may be so much later than announced (ours)."""
TRUCK_DUE_MS = 10 * 60_000
"""A truck that should be here and is not is taken to be this far away."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Five minutes of sorting: pieces put, and how many heads were at it (fractions for parts of the time)."""

    start_ms: int
    pieces: int
    heads: float


@dataclass(frozen=True, slots=True)
class Coming:
    """Pieces on a truck that is not here yet, and when it is expected."""

    at_ms: int
    plain: int
    frozen: int


@dataclass(frozen=True, slots=True)
class Work:
    """What is left: pieces here (on the dock, or on a truck at the gate), frozen ones apart, and what is to come."""

    plain: int
    frozen: int
    coming: tuple[Coming, ...] = ()

    @property
    def pieces(self) -> int:
        """All pieces that are still to be put."""
        return self.plain + self.frozen + sum(truck.plain + truck.frozen for truck in self.coming)


@dataclass(frozen=True, slots=True)
class Projection:
    """The finish: middle, and the ends of the band; the pace now; the chance in per cent that the deadline holds."""

    soon_ms: int
    middle_ms: int
    late_ms: int
    per_hour: int
    chance: int


@dataclass(frozen=True, slots=True)
class Pace:
    """Pieces a bin that the heads of now will put, and its doubt as a standard deviation of the logarithm."""

    pieces: float
    doubt: float
    freedom: int


def project(
    work: Work, bins: Sequence[Bin], *, heads: float, now_ms: int, deadline_ms: int
) -> Projection | None:
    """The finish of the work; none while too little was sorted to know the pace."""
    if not work.pieces:
        return Projection(now_ms, now_ms, now_ms, 0, 100 if now_ms <= deadline_ms else 0)
    pace = pace_of(bins, heads=heads, pieces=work.pieces, now_ms=now_ms)
    if pace is None:
        return None
    reach = min(WIDEST, student(SHARE / 2 + 0.5, pace.freedom) * pace.doubt)
    return Projection(
        soon_ms=finish(work, pace.pieces * math.exp(reach), now_ms=now_ms, late_ms=0),
        middle_ms=finish(work, pace.pieces, now_ms=now_ms, late_ms=0),
        late_ms=finish(work, pace.pieces * math.exp(-reach), now_ms=now_ms, late_ms=TRUCK_LATE_MS),
        per_hour=round(pace.pieces * 3_600_000 / BIN_MS),
        chance=_chance(work, pace, now_ms=now_ms, deadline_ms=deadline_ms),
    )


def working(bins: Iterable[Bin], *, now_ms: int) -> list[Bin]:
    """The whole bins that speak for the pace: the last in which pieces were put."""
    whole = [x for x in bins if x.start_ms + BIN_MS <= now_ms and x.start_ms >= now_ms - LOOK_BACK_MS]
    busy = sorted((x for x in whole if x.pieces > 0 and x.heads >= LEAST_HEADS), key=lambda x: x.start_ms)
    return busy[-WORKING_BINS:]


def pace_of(bins: Sequence[Bin], *, heads: float, pieces: int, now_ms: int) -> Pace | None:
    """The pace of ``heads`` people over the next ``pieces``, with its doubt."""
    seen = working(bins, now_ms=now_ms)
    if len(seen) < FEWEST_BINS:
        return None
    worked = sum(x.heads for x in seen)
    each = sum(x.pieces for x in seen) / worked
    scatter = sum((x.pieces - each * x.heads) ** 2 for x in seen) / (len(seen) - 1)
    mean = each * worked / len(seen)
    dispersion = max(1.0, scatter / mean)
    going = heads if heads >= LEAST_HEADS else seen[-1].heads
    rate = each * going
    ahead = max(1.0, pieces / rate)
    drift = DRIFT**2 * (ahead + len(seen)) * BIN_MS / 3_600_000 / 3
    doubt = math.sqrt(dispersion / (rate * ahead) + dispersion / (mean * len(seen)) + drift)
    return Pace(rate, doubt, len(seen) - 1)


def finish(work: Work, pace: float, *, now_ms: int, late_ms: int) -> int:
    """When a flow of ``pace`` pieces a bin has put everything; trucks on the road come ``late_ms`` later."""
    per_ms = pace / BIN_MS
    at, plain, frozen = float(now_ms), float(work.plain), float(work.frozen)
    for truck in sorted(work.coming, key=lambda truck: truck.at_ms):
        due = truck.at_ms if truck.at_ms > now_ms else now_ms + TRUCK_DUE_MS
        wait = max(0.0, due + late_ms - at)
        plain = max(0.0, plain - wait * per_ms) + truck.plain
        frozen += truck.frozen
        at += wait
    return math.ceil(at + (plain + frozen) / per_ms)


def student(share: float, freedom: int) -> float:
    """The quantile of Student's t (Cornish–Fisher expansion: within 2 % from 3 degrees of freedom on)."""
    z = NormalDist().inv_cdf(share)
    first = (z**3 + z) / (4 * freedom)
    second = (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    return z + first + second


def _chance(work: Work, pace: Pace, *, now_ms: int, deadline_ms: int) -> int:
    """In how many nights of a hundred the pace is enough for the deadline; never called sure before it is."""
    needed = _needed(work, now_ms=now_ms, deadline_ms=deadline_ms)
    if needed is None:
        return 0
    share = NormalDist().cdf(math.log(pace.pieces / needed) / (pace.doubt * _widening(pace.freedom)))
    return min(99, max(1, round(share * 100)))


def _widening(freedom: int) -> float:
    """How much wider Student's t is than the normal curve where it matters here."""
    return student(SHARE / 2 + 0.5, freedom) / NormalDist().inv_cdf(SHARE / 2 + 0.5)


def _needed(work: Work, *, now_ms: int, deadline_ms: int) -> float | None:
    """The pace that is just enough for the deadline, by halving; none where no pace is."""
    low, high = 1e-3, 1e6
    if finish(work, high, now_ms=now_ms, late_ms=0) > deadline_ms:
        return None
    for _ in range(40):
        middle = math.sqrt(low * high)
        if finish(work, middle, now_ms=now_ms, late_ms=0) > deadline_ms:
            low = middle
        else:
            high = middle
    return high
