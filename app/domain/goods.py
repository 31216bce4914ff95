"""What is sold and carried: temperature zones, categories, order lines and the crates they come in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Zone(StrEnum):
    """Temperature zone; the order here is the order of urgency."""

    FROZEN = "frozen"
    CHILLED = "chilled"
    FRESH = "fresh"
    AMBIENT = "ambient"


URGENCY = {zone: rank for rank, zone in enumerate(Zone)}


class Shortfall(StrEnum):
    """The three differences between what was announced and what came."""

    SHORT = "short"
    OVER = "over"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Line:
    """One order line as the platform announced it; ``lot`` names it everywhere and is unique over all platforms.

    ``paid_fen`` is what the buyer paid for all ``pieces`` together. ``buyer`` is the platform's opaque key of
    the person: names and phone tails travel apart from facts, so that they can be erased.
    """

    lot: str
    order: str
    crate: str
    product: str
    barcode: str
    category: str
    zone: Zone
    pieces: int
    paid_fen: int
    buyer: str
    code: str
    grams: int = 0


@dataclass(frozen=True, slots=True)
class CrateNote:
    """One crate of a manifest: its label's code and the zone that it must be kept in."""

    crate: str
    zone: Zone


@dataclass(frozen=True, slots=True)
class Person:
    """A buyer as far as the point may know: name, phone tail; kept apart from facts and purged."""

    buyer: str
    platform: str
    name: str
    tail: str
    nickname: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """So many pieces of a lot at a slot (a shelf slot, or where an event says otherwise)."""

    lot: str
    pieces: int
    slot: str = ""
