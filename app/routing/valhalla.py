"""A real road network where the user has one: an OpenStreetMap extract made into tiles, read with `pyvalhalla`.

The package is not part of the program. Where it is not installed, or no tiles are named, or they do not reach, the
guess of :mod:`app.routing.roads` is used, and the settings say so in one sentence.
"""

from __future__ import annotations

import json
import logging
from array import array
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from app.routing.roads import Place, guessed_s, road_m

log = logging.getLogger(__name__)
BLOCK = 50
"""So many rows are asked for at once: a whole matrix as text takes most of a gigabyte."""
MOST_PAIRS = 1_000_000
LEAST_SHARE = 0.8
"""Where the network knows fewer of the ways than this it is not the right one for this county."""


class NetworkState(StrEnum):
    """Whether a road network can be used."""

    READY = "ready"
    NOT_NAMED = "not_named"
    NOT_INSTALLED = "not_installed"
    NO_FILE = "no_file"


class Actor(Protocol):
    """What is used of `valhalla.Actor`."""

    def matrix(self, request: str) -> str: ...


def state(extract: str) -> NetworkState:
    """Whether the named tiles (a `.tar` made by `valhalla_build_extract`) can be used on this PC."""
    if not extract:
        return NetworkState.NOT_NAMED
    if not _installed():
        return NetworkState.NOT_INSTALLED
    return NetworkState.READY if Path(extract).is_file() else NetworkState.NO_FILE


def _installed() -> bool:
    from importlib.util import find_spec

    return find_spec("valhalla") is not None


class RoadNetwork:
    """Metres and seconds by road; single ways that the network does not know are guessed."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._known: dict[Place, int] = {}
        self._metres, self._seconds = array("i"), array("i")

    def __call__(self, places: Sequence[Place]) -> tuple[array[int], array[int]] | None:
        """All ways between these places; None where the network fails or knows too few of them.

        What was asked for once is remembered: a night with a point less needs no second look.
        """
        if self._known and all(place in self._known for place in places):
            return self._remembered(places)
        try:
            found = self._all(places)
        except (RuntimeError, ValueError, KeyError, TypeError):
            log.exception("the road network gave no answer")
            return None
        if found is not None:
            self._known = {place: at for at, place in enumerate(places)}
            self._metres, self._seconds = found
        return found

    def _remembered(self, places: Sequence[Place]) -> tuple[array[int], array[int]]:
        size, at = len(self._metres), [self._known[place] for place in places]
        width = round(size**0.5)
        cells = [row * width + column for row in at for column in at]
        return array("i", [self._metres[x] for x in cells]), array("i", [self._seconds[x] for x in cells])

    def _all(self, places: Sequence[Place]) -> tuple[array[int], array[int]] | None:
        metres, seconds, known = array("i"), array("i"), 0
        for start in range(0, len(places), BLOCK):
            for row, cells in enumerate(self._block(places[start : start + BLOCK], places), start):
                known += sum(cell is not None for cell in cells)
                for column, cell in enumerate(cells):
                    way = cell or _guess(places[row], places[column])
                    metres.append(round(way[0]))
                    seconds.append(round(way[1]))
        return (metres, seconds) if known >= LEAST_SHARE * len(places) ** 2 else None

    def _block(
        self, sources: Sequence[Place], targets: Sequence[Place]
    ) -> list[list[tuple[float, float] | None]]:
        request = {
            "sources": [_as_asked(place) for place in sources],
            "targets": [_as_asked(place) for place in targets],
            "costing": "auto",
            "units": "km",
        }
        answer = json.loads(self._actor.matrix(json.dumps(request)))
        return [[_way(cell) for cell in row] for row in answer["sources_to_targets"]]


def _as_asked(place: Place) -> dict[str, float]:
    return {"lat": place.latitude / 1e6, "lon": place.longitude / 1e6}


def _way(cell: dict[str, Any]) -> tuple[float, float] | None:
    if cell.get("time") is None or cell.get("distance") is None:
        return None
    return float(cell["distance"]) * 1000, float(cell["time"])


def _guess(one: Place, other: Place) -> tuple[float, float]:
    return road_m(one, other), guessed_s(one, other)


def network_of(extract: str) -> RoadNetwork | None:
    """The network of these tiles, where it can be used."""
    if state(extract) is not NetworkState.READY:
        return None
    import importlib

    try:
        valhalla = importlib.import_module("valhalla")
        beside = str(
            Path(extract).parent
        )  # the package wants a folder that is there; the tiles are in the extract
        config = valhalla.get_config(tile_extract=extract, tile_dir=beside, verbose=False)
        config["service_limits"]["auto"]["max_matrix_location_pairs"] = MOST_PAIRS
        return RoadNetwork(valhalla.Actor(config))
    except Exception:
        log.exception("the road network could not be opened")
        return None
