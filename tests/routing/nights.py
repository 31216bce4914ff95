"""Small nights for tests: stops on a grid of kilometres around the station."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from app.routing.night import NO_ROAD, Night, Roads, Stop, Van

METRES_A_SECOND = 10


def roads(places: Sequence[tuple[float, float] | None]) -> Roads:
    """Straight roads between places in km; none to where there is no place."""
    metres: array[int] = array("i")
    for one in places:
        for other in places:
            gone = one is None or other is None
            metres.append(NO_ROAD if gone else round(1000 * _apart(one, other)))
    seconds = array("i", (m if m == NO_ROAD else m // METRES_A_SECOND for m in metres))
    return Roads(metres, seconds, source="test")


def _apart(one: Any, other: Any) -> float:
    return float(((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5)


def stop(point: str, *, east: float = 1.0, north: float = 0.0, pieces: int = 10, **more: Any) -> Stop:
    """A stop so many km from the station; latitude and longitude hold the km."""
    return Stop(
        point=point, latitude=north, longitude=east, pieces=pieces, **({"crates": 1, "service_s": 120} | more)
    )


def night(stops: Sequence[Stop], vans: Sequence[Van], **more: Any) -> Night:
    """A night with straight roads."""
    places: list[tuple[float, float] | None] = [(0.0, 0.0)]
    places += [None if s.latitude is None else (s.longitude or 0.0, s.latitude) for s in stops]
    return Night(
        latitude=0.0, longitude=0.0, vans=tuple(vans), stops=tuple(stops), roads=roads(places), **more
    )


def van(name: str, **more: Any) -> Van:
    """A van that holds 50 pieces and 10 crates."""
    return replace(Van(name=name, pieces=50, crates=10), **more)
