"""What a platform's codes look like: their shapes are data, regular expressions that a whole code matches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

SHORTEST_CUT = 3
"""Fewer characters than this are not called the beginning of a longer code."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A platform's shape of codes of one kind (`crate`, `pickup`, `pallet`)."""

    platform: str
    kind: str
    pattern: str


def matches(pattern: str, code: str) -> bool:
    """Whether the whole code has this shape; a broken pattern matches nothing."""
    compiled = _compiled(pattern)
    return compiled is not None and compiled.fullmatch(code) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:
        return None


_ATOM = re.compile(r"(\[[^\]]+\]|\\[dw]|[^\\\[\](){}|?*+.^$])(?:\{(\d+)(?:,(\d+))?\}|(\?))?")


def is_cut_short(code: str, pattern: str) -> bool:
    """Whether a code is the beginning of one that `pattern` would match, with something missing at its end."""
    beginnings = _beginnings(pattern)
    if beginnings is None or len(code) < SHORTEST_CUT or matches(pattern, code):
        return False
    return beginnings.fullmatch(code) is not None


@lru_cache(maxsize=256)
def _beginnings(pattern: str) -> re.Pattern[str] | None:
    """A pattern for all beginnings, for shapes made of classes and counts only; none for others."""
    nested, at = "", 0
    atoms: list[tuple[str, int, int]] = []
    while at < len(pattern):
        atom = _ATOM.match(pattern, at)
        if atom is None:
            return None
        least, most = (0, 1) if atom[4] else (int(atom[2] or 1), int(atom[3] or atom[2] or 1))
        atoms.append((atom[1], least, most))
        at = atom.end()
    for symbol, least, most in reversed(atoms):
        whole = f"{symbol}{{{least},{most}}}{nested}"
        nested = f"(?:{symbol}{{0,{least}}}|{whole})"
    return _compiled(nested)
