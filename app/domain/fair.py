"""Who goes without when there is too little of a product: one rule, stated once, for every room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

FAIR_RULE = "fair_share"
"""The name under which facts say that shares follow this rule."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a point is still to get of a product; ``went_without_ms`` is when it last went without something."""

    point: str
    pieces: int
    went_without_ms: int = 0


def share_out(needs: Sequence[Need], have: int, *, day: str) -> dict[str, int]:
    """Who gets how many of too few pieces.

    Everybody gets the same share of what they ordered, rounded down. The rest goes piece by piece first to those who
    went without most lately, then to the smallest orders; among equals the turn changes every night.
    """
    wanted = sum(need.pieces for need in needs)
    if have >= wanted:
        return {need.point: need.pieces for need in needs}
    given = {need.point: need.pieces * max(0, have) // wanted for need in needs}
    rest = max(0, have) - sum(given.values())
    turn = sorted(needs, key=lambda need: (-need.went_without_ms, need.pieces, _lot(day, need.point)))
    while rest > 0:
        for need in turn:
            if rest and given[need.point] < need.pieces:
                given[need.point] += 1
                rest -= 1
    return given


def _lot(day: str, point: str) -> bytes:
    """Tonight's drawing of lots: the same on every PC, another one tomorrow."""
    return blake2b(f"{day}/{point}".encode(), digest_size=8).digest()
