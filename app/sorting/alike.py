"""How easily two points are taken for each other: their names, and the digits of their codes."""

from __future__ import annotations

from functools import lru_cache

ALIKE = 60
"""From here on two points should not stand side by side (ours)."""
_KINDS = (
    "自提点",
    "网格站",
    "便利店",
    "小卖部",
    "杂货店",
    "粮油店",
    "农资店",
    "超市",
    "社区",
    "村",
    "屯",
    "店",
)


def similarity(one: tuple[str, str], other: tuple[str, str]) -> int:
    """0 (nothing alike) to 100 (the same) for two points, each its name and its code: the more alike of both."""
    return max(_names_alike(_core(one[0]), _core(other[0])), _codes_alike(one[1], other[1]))


@lru_cache(maxsize=4096)
def _core(name: str) -> str:
    """What tells a point from others: its village, without the town before it and what many names end in."""
    place = name.partition(" · ")[0].strip()
    for town in "镇乡":
        place = place.rpartition(town)[2] or place
    for kind in _KINDS:
        place = place.removesuffix(kind) or place
    return place


def _names_alike(one: str, other: str) -> int:
    """Names of one length that agree in at least half of their places: 爱民 and 爱国 do in one of two."""
    if not one or len(one) != len(other):
        return 0
    share = sum(a == b for a, b in zip(one, other, strict=True))
    if share == len(one):
        return 100
    return 100 * share // len(one) + 10 if share * 2 >= len(one) else 0


_LOOK_ALIKE = {
    frozenset("17"),
    frozenset("38"),
    frozenset("69"),
    frozenset("06"),
    frozenset("08"),
    frozenset("56"),
}
"""Digits that are taken for each other in poor light; two that are merely swapped count too."""


def _codes_alike(one: str, other: str) -> int:
    """Codes of one length that differ in one digit which looks alike, or by two neighbours swapped."""
    if len(one) != len(other) or len(one) < 3 or one == other:
        return 0
    differ = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differ) == 1:
        return 80 if frozenset((one[differ[0]], other[differ[0]])) in _LOOK_ALIKE else 0
    if len(differ) == 2 and differ[1] == differ[0] + 1:
        return 70 if one[differ[0]] == other[differ[1]] and one[differ[1]] == other[differ[0]] else 0
    return 0
