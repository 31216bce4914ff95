"""Names of shelf slots as they are typed or scanned at the counter, and how cold they are."""

from __future__ import annotations

import re

from app.domain.goods import Zone
from app.domain.ids import has_valid_check

LETTERS = {"D": Zone.FROZEN, "L": Zone.CHILLED, "X": Zone.FRESH, "A": Zone.AMBIENT}
"""冻 D, 冷 L, 鲜 X, and A for the shelves of the shop."""
USUAL = {Zone.FROZEN: 6, Zone.CHILLED: 8, Zone.FRESH: 12, Zone.AMBIENT: 30}
"""How many slots a zone has where the setting `slots` does not say."""
_TYPED = re.compile(r"([DLXA])-?(\d{1,2})")


def read_slot(text: str, setting: object = None) -> str | None:
    """The slot that was typed (`a1`, `A-01`) or scanned from its label; none where there is no such slot.

    `setting` maps zones to their number of slots.
    """
    plain = text.strip().upper()
    if plain.startswith("HW-"):
        if not has_valid_check(plain):
            return None
        plain = plain[3:].rpartition("-")[0]
    typed = _TYPED.fullmatch(plain)
    if typed is None or not 0 < int(typed[2]) <= _how_many(LETTERS[typed[1]], setting):
        return None
    return f"{typed[1]}-{int(typed[2]):02d}"


def _how_many(zone: Zone, setting: object) -> int:
    given = setting.get(zone) if isinstance(setting, dict) else None
    return given if isinstance(given, int) and given > 0 else USUAL[zone]


def is_frozen(slot: str) -> bool:
    """Whether a slot is in the freezer: what stands there is fetched last, so that it does not thaw meanwhile."""
    return LETTERS.get(slot[:1]) is Zone.FROZEN


def is_too_warm(zone: Zone, slot: str) -> bool:
    """Whether goods of `zone` would spoil at `slot`."""
    there = LETTERS.get(slot[:1])
    if zone is Zone.FROZEN:
        return there is not Zone.FROZEN
    return zone is Zone.CHILLED and there not in (Zone.CHILLED, Zone.FROZEN)


def spoken(slot: str) -> str:
    """A slot as it is said aloud: `A 零三`."""
    letter, _, number = slot.partition("-")
    if not (number.isascii() and number.isdigit()):
        return slot
    return f"{letter} {''.join('零一二三四五六七八九'[int(digit)] for digit in number)}"
