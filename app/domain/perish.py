"""How long goods may wait on a shelf, by temperature zone, and the grade in which they wait now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.clock import at, day_after
from app.domain.goods import Zone

HOUR_MS = 3_600_000
MOST_DAYS = 30


class Grade(StrEnum):
    """How goods stand against their cut-off."""

    TIME = "time"
    SOON = "soon"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class CutOff:
    """Goods should be gone `days` after the business day on which they came, at `clock` (`HH:MM`)."""

    days: int
    clock: str


USUAL: Mapping[Zone, CutOff] = {
    Zone.FROZEN: CutOff(0, "20:00"),
    Zone.CHILLED: CutOff(0, "20:00"),
    Zone.FRESH: CutOff(1, "12:00"),
    Zone.AMBIENT: CutOff(3, "23:00"),
}
"""Ours, from the trade's custom: cold goods leave on the day, greens by the next noon, the rest within three days."""
SOON_MS = {
    Zone.FROZEN: 3 * HOUR_MS,
    Zone.CHILLED: 3 * HOUR_MS,
    Zone.FRESH: 4 * HOUR_MS,
    Zone.AMBIENT: 24 * HOUR_MS,
}
"""So long before the cut-off people are reminded."""
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def cut_offs(setting: object = None) -> dict[Zone, CutOff]:
    """The cut-off of every zone; `setting` maps zones to `[days, "HH:MM"]`; what is no such pair is as usual."""
    given = setting if isinstance(setting, dict) else {}
    return {zone: _cut_off(given.get(zone), usual) for zone, usual in USUAL.items()}


def _cut_off(given: object, usual: CutOff) -> CutOff:
    match given:
        case [int(days), str(clock)] if 0 <= days <= MOST_DAYS and _CLOCK.fullmatch(clock):
            return CutOff(days, clock)
    return usual


def deadline_ms(zone: Zone, day: str, cuts: Mapping[Zone, CutOff] = USUAL) -> int:
    """When goods that came on the business day `day` should be gone, in ms."""
    cut = cuts[zone]
    return at(day_after(day, cut.days), cut.clock)


def grade(zone: Zone, until_ms: int, *, now_ms: int) -> Grade:
    """The grade of goods whose deadline is `until_ms`."""
    if now_ms > until_ms:
        return Grade.OVERDUE
    return Grade.SOON if until_ms - now_ms <= SOON_MS[zone] else Grade.TIME
