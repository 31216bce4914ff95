"""The control of `bench routes`: plain PyVRP with its default parameters, in one process, on one instance file.

`python -m tests.benchmarks.control_routes FILE SECONDS SEED SOLUTION [ITERATIONS]`
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from pyvrp import Client, Depot, Location, ProblemData, VehicleType, solve
from pyvrp.stop import MaxIterations, MaxRuntime

from tests.benchmarks.vrp_files import Instance, read_instance, write_solution


def main(words: list[str]) -> int:
    """Solve and write the solution."""
    instance = read_instance(Path(words[0]))
    stop = MaxIterations(int(words[4])) if len(words) > 4 else MaxRuntime(float(words[1]))
    result = solve(data_of(instance), stop, seed=int(words[2]), display=False)
    routes = [
        [stop.idx + 1 for stop in route.schedule() if stop.is_client()] for route in result.best.routes()
    ]
    write_solution(Path(words[3]), instance, routes)
    return 0


def data_of(instance: Instance) -> ProblemData:
    """The instance in PyVRP's words, without our engine's model."""
    count = len(instance.places)
    distances = np.array(
        [[instance.distance(a, b) for b in range(count)] for a in range(count)], dtype=np.int64
    )
    clients = [_client(instance, at) for at in range(1, count)]
    hours = instance.due[0]
    depot = Depot(location=0, tw_late=hours) if instance.windows else Depot(location=0)
    vans = VehicleType(instance.vans if instance.windows else count - 1, [instance.capacity])
    return ProblemData(
        [Location(*place) for place in instance.places],
        clients,
        [depot],
        [vans],
        [distances],
        [distances if instance.windows else np.zeros_like(distances)],
    )


def _client(instance: Instance, at: int) -> Client:
    if not instance.windows:
        return Client(location=at, delivery=[instance.demand[at]])
    return Client(
        location=at,
        delivery=[instance.demand[at]],
        service_duration=instance.service[at],
        tw_early=instance.ready[at],
        tw_late=instance.due[at],
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
