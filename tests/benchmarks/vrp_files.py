"""Public routing instances: read, solved as a night, written as CVRPLIB solutions, and checked from the files alone.

Rounding: ``.vrp`` (CVRPLIB) to the next integer; ``.txt`` (Solomon, Gehring–Homberger) truncated to 0.1, as in the
DIMACS challenge, and reckoned in tenths. The objective is the distance.
"""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from app.routing.night import Night, Roads, Stop, Van

TENTHS = 10
NO_LIMIT = 2**40
DEGREES = 1 / 10_000
"""Positions only say what lies where: scaled down, so that any instance fits on the globe."""


@dataclass(frozen=True)
class Instance:
    """An instance in whole units (``.vrp``) or tenths (``.txt``); index 0 is the depot."""

    name: str
    windows: bool
    capacity: int
    vans: int
    places: tuple[tuple[float, float], ...]
    demand: tuple[int, ...]
    ready: tuple[int, ...]
    due: tuple[int, ...]
    service: tuple[int, ...]

    @property
    def unit(self) -> int:
        """Units in 1."""
        return TENTHS if self.windows else 1

    def distance(self, one: int, other: int) -> int:
        """Between two places, in units, rounded as the convention says."""
        length = math.dist(self.places[one], self.places[other])
        return int(length * TENTHS + 1e-9) if self.windows else int(length + 0.5)


def instances(folder: Path) -> list[Instance]:
    """All of a folder, windows last."""
    files = sorted(folder.glob("*.vrp")) + sorted(folder.glob("*.txt"))
    return [read_instance(path) for path in files]


def best_known(folder: Path) -> dict[str, float]:
    """Name in capitals → best known value."""
    path = folder / "best-known.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["name"].upper(): float(row["bks_distance_dimacs"]) for row in csv.DictReader(file)}


def read_instance(path: Path) -> Instance:
    """One file of either kind."""
    return _read_solomon(path) if path.suffix == ".txt" else _read_cvrplib(path)


def _read_cvrplib(path: Path) -> Instance:
    words: dict[str, str] = {}
    places: dict[int, tuple[float, float]] = {}
    demand: dict[int, int] = {}
    section = ""
    for raw in path.read_text("utf-8").splitlines():
        line = raw.strip()
        if ":" in line:
            key, _, value = line.partition(":")
            words[key.strip()] = value.strip()
        elif line.endswith("_SECTION") or line == "EOF":
            section = line
        elif section == "NODE_COORD_SECTION":
            node, east, north = line.split()
            places[int(node)] = (float(east), float(north))
        elif section == "DEMAND_SECTION":
            node, wanted = line.split()
            demand[int(node)] = int(wanted)
    if words.get("EDGE_WEIGHT_TYPE") != "EUC_2D":
        raise ValueError(f"{path.name}: only EUC_2D is understood")
    nodes, capacity = sorted(places), int(words["CAPACITY"])
    none = (0,) * len(nodes)
    return Instance(
        name=path.stem,
        windows=False,
        capacity=capacity,
        vans=math.ceil(sum(demand.values()) / capacity * 1.2) + 3,
        places=tuple(places[node] for node in nodes),
        demand=tuple(demand[node] for node in nodes),
        ready=none,
        due=(NO_LIMIT,) * len(nodes),
        service=none,
    )


def _read_solomon(path: Path) -> Instance:
    rows = [line.split() for line in path.read_text("utf-8").splitlines()]
    numbers = [[int(float(word)) for word in row] for row in rows if row and _is_number(row[0])]
    vans, capacity = numbers[0][:2]
    nodes = [row for row in numbers[1:] if len(row) >= 7]
    return Instance(
        name=path.stem,
        windows=True,
        capacity=capacity,
        vans=vans,
        places=tuple((float(row[1]), float(row[2])) for row in nodes),
        demand=tuple(row[3] for row in nodes),
        ready=tuple(row[4] * TENTHS for row in nodes),
        due=tuple(row[5] * TENTHS for row in nodes),
        service=tuple(row[6] * TENTHS for row in nodes),
    )


def _is_number(word: str) -> bool:
    return word.replace(".", "", 1).isdigit()


# --- as a night, and back ----------------------------------------------------------------------------------


def as_night(instance: Instance) -> Night:
    """The instance as the engine takes it: a metre is a unit, a kilometre costs 1000 fen, a van's day nothing."""
    count = len(instance.places)
    metres = array("i", (instance.distance(a, b) for a in range(count) for b in range(count)))
    seconds = metres if instance.windows else array("i", bytes(metres.itemsize * len(metres)))
    end = instance.due[0]
    vans = (
        Van(f"{n}", pieces=instance.capacity, crates=1, fixed_fen=0, per_km_fen=1000, shift_to_s=end)
        for n in range(1, instance.vans + 1)
    )
    stops = (
        Stop(
            f"{at}",
            instance.places[at][1] * DEGREES,
            instance.places[at][0] * DEGREES,
            pieces=instance.demand[at],
            opens_s=instance.ready[at],
            closes_s=instance.due[at],
            service_s=instance.service[at],
        )
        for at in range(1, count)
    )
    east, north = instance.places[0]
    return Night(
        latitude=north * DEGREES,
        longitude=east * DEGREES,
        vans=tuple(vans),
        stops=tuple(stops),
        roads=Roads(metres, seconds, source="instance"),
        leaves_s=0,
        deadline_s=NO_LIMIT,
    )


def write_solution(path: Path, instance: Instance, routes: Sequence[Sequence[int]]) -> None:
    """The routes in CVRPLIB's ``.sol`` form."""
    cost = sum(_length(instance, route) for route in routes)
    lines = [f"Route #{n}: {' '.join(map(str, route))}" for n, route in enumerate(routes, 1)]
    lines.append(f"Cost {cost / TENTHS:.1f}" if instance.windows else f"Cost {cost}")
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _length(instance: Instance, route: Sequence[int]) -> int:
    stops = [0, *route, 0]
    return sum(instance.distance(one, other) for one, other in pairwise(stops))


class WrongSolutionError(ValueError):
    """A solution that does not hold."""


def checked_cost(path: Path, instance: Instance) -> float:
    """The cost of a solution file, reckoned anew from the instance; raises where anything does not hold."""
    routes, said = _read_solution(path)
    seen = sorted(stop for route in routes for stop in route)
    if seen != list(range(1, len(instance.places))):
        raise WrongSolutionError(f"{path.name}: not each customer once")
    if instance.windows and len(routes) > instance.vans:
        raise WrongSolutionError(f"{path.name}: more vehicles than there are")
    for route in routes:
        if sum(instance.demand[stop] for stop in route) > instance.capacity:
            raise WrongSolutionError(f"{path.name}: over capacity")
        _check_times(path, instance, route)
    cost = sum(_length(instance, route) for route in routes) / instance.unit
    if abs(cost - said) > 0.05:
        raise WrongSolutionError(f"{path.name}: says {said}, costs {cost}")
    return cost


def _check_times(path: Path, instance: Instance, route: Sequence[int]) -> None:
    clock, place = instance.ready[0], 0
    for stop in [*route, 0]:
        drive = instance.distance(place, stop) if instance.windows else 0
        clock = max(clock + instance.service[place] + drive, instance.ready[stop])
        if clock > instance.due[stop]:
            raise WrongSolutionError(f"{path.name}: too late at {stop}")
        place = stop


def _read_solution(path: Path) -> tuple[list[list[int]], float]:
    routes, cost = [], math.nan
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("Route"):
            routes.append([int(word) for word in line.partition(":")[2].split()])
        elif line.startswith("Cost"):
            cost = float(line.split()[1])
    return routes, cost
