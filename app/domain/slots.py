"""Shelf slots: their names as they are typed, scanned and said, and how cold they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from app.domain.goods import Zone
from app.domain.ids import has_valid_check, with_check

LETTERS = {Zone.FROZEN: "D", Zone.CHILLED: "L", Zone.FRESH: "X", Zone.AMBIENT: "A"}
"""冻 D, 冷 L, 鲜 X, and A for the shelves of the shop."""
USUAL = {Zone.FROZEN: 6, Zone.CHILLED: 8, Zone.FRESH: 12, Zone.AMBIENT: 30}
MOST_SLOTS = 99
_ZONES = {letter: zone for zone, letter in LETTERS.items()}
_TYPED = re.compile(r"([DLXA])-?(\d{1,2})")

Slots = Mapping[Zone, tuple[str, ...]]


def slot_name(zone: Zone, number: int) -> str:
    """`A-01`."""
    return f"{LETTERS[zone]}-{number:02d}"


def all_slots(setting: object = None) -> dict[Zone, tuple[str, ...]]:
    """Every slot by zone; `setting` maps zones to how many there are, and what is no number counts as usual."""
    given = setting if isinstance(setting, dict) else {}
    return {zone: _names(zone, _how_many(given.get(zone), zone)) for zone in Zone}


@cache
def _names(zone: Zone, number: int) -> tuple[str, ...]:
    return tuple(slot_name(zone, n + 1) for n in range(number))


def _how_many(given: object, zone: Zone) -> int:
    if isinstance(given, int) and 0 < given <= MOST_SLOTS:
        return given
    return USUAL[zone]


def zone_of(slot: str) -> Zone | None:
    """The zone in which a slot stands, None for a name that is no slot's."""
    return _ZONES.get(slot[:1]) if _TYPED.fullmatch(slot) else None


def is_frozen(slot: str) -> bool:
    """Whether a slot is in the freezer: what stands there is fetched last, so that it does not thaw meanwhile."""
    return zone_of(slot) is Zone.FROZEN


def is_too_warm(zone: Zone, slot: str) -> bool:
    """Whether goods of `zone` would spoil at `slot`."""
    there = zone_of(slot)
    if zone is Zone.FROZEN:
        return there is not Zone.FROZEN
    return zone is Zone.CHILLED and there not in (Zone.CHILLED, Zone.FROZEN)


def label_code(slot: str) -> str:
    """What a slot's label carries, e.g. `HW-A-01-3`."""
    return with_check(f"HW-{slot}")


def read_slot(text: str, slots: Slots) -> str | None:
    """The slot that was typed (`a1`, `A-01`) or scanned from its label; None where there is no such slot."""
    plain = text.strip().upper()
    if plain.startswith("HW-"):
        if not has_valid_check(plain):
            return None
        plain = plain[3:].rpartition("-")[0]
    typed = _TYPED.fullmatch(plain)
    if typed is None:
        return None
    name = f"{typed[1]}-{int(typed[2]):02d}"
    return name if name in slots[_ZONES[typed[1]]] else None


_DIGITS = "零一二三四五六七八九"


def spoken(slot: str) -> str:
    """A slot as it is said aloud: `A 零三`."""
    letter, _, number = slot.partition("-")
    if not (number.isascii() and number.isdigit()):
        return slot
    return f"{letter} {''.join(_DIGITS[int(digit)] for digit in number)}"
