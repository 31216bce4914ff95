"""Peers of `bench routes --peers`: VROOM and OR-Tools, each only where pip has it installed here."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

from tests.benchmarks.vrp_files import Instance

Routes = list[list[int]]


def vroom(instance: Instance, seconds: float) -> Routes | None:
    """VROOM at full exploration; it ends by itself, so the limit only bounds it."""
    if importlib.util.find_spec("vroom") is None:
        return None
    import datetime as dt

    import numpy as np

    lib: Any = importlib.import_module("vroom")
    count = len(instance.places)
    matrix = np.array(
        [[instance.distance(a, b) for b in range(count)] for a in range(count)], dtype=np.uint32
    )
    problem = lib.Input()
    problem.set_durations_matrix(profile="car", matrix_input=matrix)
    hours = {"time_window": (0, instance.due[0])} if instance.windows else {}
    problem.add_vehicle(
        [
            lib.Vehicle(n, start=0, end=0, capacity=[instance.capacity], **hours)
            for n in range(1, instance.vans + 1)
        ]
    )
    problem.add_job([_vroom_job(lib, instance, at) for at in range(1, count)])
    solution = problem.solve(exploration_level=5, nb_threads=2, timeout=dt.timedelta(seconds=seconds))
    steps = solution.routes[solution.routes["type"] == "job"]
    return [list(map(int, group["id"])) for _, group in steps.groupby("vehicle_id")]


def _vroom_job(lib: Any, instance: Instance, at: int) -> Any:
    if not instance.windows:
        return lib.Job(at, location=at, delivery=[instance.demand[at]])
    return lib.Job(
        at,
        location=at,
        delivery=[instance.demand[at]],
        service=instance.service[at],
        time_windows=[lib.TimeWindow(instance.ready[at], instance.due[at])],
    )


def ortools(instance: Instance, seconds: float) -> Routes | None:
    """OR-Tools' routing library with guided local search."""
    if importlib.util.find_spec("ortools") is None:
        return None
    enums: Any = importlib.import_module("ortools.constraint_solver.routing_enums_pb2")
    cp: Any = importlib.import_module("ortools.constraint_solver.pywrapcp")
    places = cp.RoutingIndexManager(len(instance.places), instance.vans, 0)
    model = cp.RoutingModel(places)

    def distance(one: int, other: int) -> int:
        return instance.distance(places.IndexToNode(one), places.IndexToNode(other))

    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitCallback(distance))
    load = model.RegisterUnaryTransitCallback(lambda at: instance.demand[places.IndexToNode(at)])
    model.AddDimension(load, 0, instance.capacity, True, "load")
    if instance.windows:
        _add_times(instance, model, places)
    words = cp.DefaultRoutingSearchParameters()
    words.first_solution_strategy = enums.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    words.local_search_metaheuristic = enums.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    words.time_limit.FromMilliseconds(int(seconds * 1000))
    solution = model.SolveWithParameters(words)
    if solution is None:
        return None
    return [route for van in range(instance.vans) if (route := _followed(model, places, solution, van))]


def _add_times(instance: Instance, model: Any, places: Any) -> None:
    def drive(one: int, other: int) -> int:
        start, end = places.IndexToNode(one), places.IndexToNode(other)
        return int(instance.service[start] + instance.distance(start, end))

    model.AddDimension(model.RegisterTransitCallback(drive), instance.due[0], instance.due[0], False, "time")
    times = model.GetDimensionOrDie("time")
    for at in range(1, len(instance.places)):
        times.CumulVar(places.NodeToIndex(at)).SetRange(instance.ready[at], instance.due[at])


def _followed(model: Any, places: Any, solution: Any, van: int) -> list[int]:
    route, at = [], model.Start(van)
    while not model.IsEnd(at):
        route.append(places.IndexToNode(at))
        at = solution.Value(model.NextVar(at))
    return route[1:]


PEERS: dict[str, Callable[[Instance, float], Routes | None]] = {"vroom": vroom, "ortools": ortools}
