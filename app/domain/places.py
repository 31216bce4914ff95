"""Where pieces can be. Every move goes from one place to another, so nothing appears or vanishes."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class Kind(StrEnum):
    """The kinds of places, in the order in which goods usually pass them."""

    PLATFORM = "platform"  # the world before us; its balance is minus all that was announced
    TRUNK = "trunk"
    DOCK = "dock"
    CRATE = "crate"
    VAN = "van"
    SHELF = "shelf"
    DAMAGED = "damaged"
    BAG = "bag"
    BUYER = "buyer"
    STATION = "station"  # went back with the driver
    ASIDE = "aside"  # set aside at the station: damaged, surplus, returns
    POINT = "point"  # the pickup point has received it
    SHORT = "short"
    OVER = "over"


class Place(NamedTuple):
    """One place: its kind and its name within the kind (a slot, a crate, a trip; empty where there is but one)."""

    kind: Kind
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> Place:
        """Read ``kind:name``; raises ``ValueError`` on an unknown kind."""
        kind, _, name = text.partition(":")
        return cls(Kind(kind), name)


HERE = frozenset({Kind.SHELF, Kind.DAMAGED, Kind.BAG})
"""Places inside the pickup point: what stands there is ours to answer for."""

TRANSIT = frozenset({Kind.TRUNK, Kind.DOCK, Kind.CRATE, Kind.VAN})
"""Places that must be empty before a day can be final."""


@lru_cache(maxsize=1024)
def shelf(slot: str) -> Place:
    """A slot of the point's shelves."""
    return Place(Kind.SHELF, slot)


def van(trip: str) -> Place:
    """The van that runs ``trip``."""
    return Place(Kind.VAN, trip)


def bag(name: str) -> Place:
    """A return bag."""
    return Place(Kind.BAG, name)


def trunk(trip: str) -> Place:
    """The trunk truck that runs ``trip``."""
    return Place(Kind.TRUNK, trip)


def crate(label: str) -> Place:
    """A crate at the station or on its way."""
    return Place(Kind.CRATE, label)


def point(code: str) -> Place:
    """A pickup point, seen from the station."""
    return Place(Kind.POINT, code)


PLATFORM = Place(Kind.PLATFORM)
DOCK = Place(Kind.DOCK)
ASIDE_DAMAGED = Place(Kind.ASIDE, "damaged")
ASIDE_SURPLUS = Place(Kind.ASIDE, "surplus")
ASIDE_RETURNS = Place(Kind.ASIDE, "returns")
BUYER = Place(Kind.BUYER)
DAMAGED = Place(Kind.DAMAGED)
SHORT = Place(Kind.SHORT)
OVER = Place(Kind.OVER)
STATION = Place(Kind.STATION)
SURPLUS_SLOT = "多发"
"""The shelf slot where pieces wait that nobody ordered."""
