"""PyVRP's local search, cooled down over the time that is given; only the worker process imports this."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from pyvrp import CostEvaluator, PenaltyManager, PenaltyParams, ProblemData, RandomNumberGenerator, Solution
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)

LOOK_EVERY = 16
"""Iterations between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long, how widely and how boldly to search."""

    seed: int
    seconds: float
    iterations: int
    """0: as many as the seconds allow."""
    neighbours: int
    hot: float
    cold: float
    """A change for the worse is accepted by chance up to about these shares of a stop's mean cost."""


@dataclass(slots=True)
class Found:
    """The best of a search, and what it took."""

    best: Solution
    iterations: int = 0


Tell = Callable[[Found], None]


def improve(data: ProblemData, start: Solution, effort: Effort, tell: Tell) -> Found:
    """Search from a start until the effort is spent; each better solution is told."""
    rng = RandomNumberGenerator(seed=effort.seed)
    chance = Random(effort.seed)
    search = _local_search(data, rng, effort.neighbours)
    penalties = PenaltyManager(_first_penalties(data))
    costs = penalties.cost_evaluator()
    here = start if start.is_feasible() else search(start, penalties.max_cost_evaluator(), exhaustive=True)
    found = Found(here)
    unit = max(1.0, here.distance_cost() / max(1, data.num_clients))
    begun, spent, heat = time.monotonic(), 0.0, unit * effort.hot
    while spent < 1:
        found.iterations += 1
        if effort.iterations or found.iterations % LOOK_EVERY == 0:
            spent = _spent(effort, found.iterations, begun)
            heat = unit * effort.hot * (effort.cold / effort.hot) ** spent
        costs = penalties.cost_evaluator()
        there = search(here, costs, exhaustive=False)
        penalties.register(there)
        if _is_better(there, found.best, costs):
            there = _made_the_most_of(there, search, costs)
            found.best = there
            tell(found)
        if _is_accepted(there, here, costs, heat, chance):
            here = there
    return found


def _spent(effort: Effort, iterations: int, begun: float) -> float:
    by_count = iterations / effort.iterations if effort.iterations else 0.0
    return max(by_count, (time.monotonic() - begun) / effort.seconds)


def _is_better(there: Solution, best: Solution, costs: CostEvaluator) -> bool:
    if not there.is_feasible():
        return False
    return not best.is_feasible() or costs.cost(there) < costs.cost(best)


def _made_the_most_of(there: Solution, search: LocalSearch, costs: CostEvaluator) -> Solution:
    """A new best is searched whole once."""
    more = search(there, costs, exhaustive=True)
    return more if _is_better(more, there, costs) else there


def _is_accepted(there: Solution, here: Solution, costs: CostEvaluator, heat: float, chance: Random) -> bool:
    worse = costs.penalised_cost(there) - costs.penalised_cost(here)
    return worse < -heat * math.log(1.0 - chance.random())


def _local_search(data: ProblemData, rng: RandomNumberGenerator, neighbours: int) -> LocalSearch:
    near = compute_neighbours(data, NeighbourhoodParams(num_neighbours=neighbours))
    search = LocalSearch(data, rng, near, PerturbationManager(PerturbationParams()))
    for operator in OPERATORS:
        if operator.supports(data):
            search.add_operator(operator(data))
    return search


def _first_penalties(data: ProblemData) -> tuple[list[float], float, float]:
    return PenaltyParams().midpoint_penalties(data)
