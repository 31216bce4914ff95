"""The search of one worker with PyVRP's local search; only the worker process imports this.

What is worse is accepted by chance, the less the later in the whole search (simulated annealing, Kirkpatrick, Gelatt,
Vecchi 1983; a step is PyVRP's perturbation and repair): it settles just when the time is over, however much there is.
Now and then workers that search the whole compare, and who is behind goes on from the other's best.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from pyvrp import CostEvaluator, PenaltyManager, PenaltyParams, ProblemData, RandomNumberGenerator, Solution
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEIGHBOURS, NEIGHBOURS_UNCLOCKED = 50, 20
"""With times that bind, who lies near on the map need not be near in time: look farther."""
LOOK_EVERY = 16
"""Iterations between two looks at the clock."""
HEAT, HEAT_AT_END = 0.2, 0.01
"""What is worse by so many mean legs is accepted about every third time, at the beginning and at the end."""
MEETINGS = (0.4, 0.6, 0.8)
"""Shares of the effort after which the workers compare; who is behind goes on from the other's best."""
ENOUGH = 2_000
"""So many fruitless iterations for each point, and the search ends by itself: a small night is done in seconds."""
NEAR, OVERLOAD, LATENESS = 10, 10.0, 5.0
"""A mean load too many costs so many short legs at first, a second too late so many seconds of way."""
LONG_S = 60
"""So many seconds of lateness are worth no prize."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long and how widely to search, and which part of a whole search this is (shares from 0 to 1)."""

    seed: int
    seconds: float
    iterations: int
    """0: as many as the seconds allow."""
    neighbours: int
    begins: float = 0.0
    ends: float = 1.0

    def heat(self, spent: float) -> float:
        """How hot the search is when so much of this effort is spent, in mean legs."""
        share = self.begins + (self.ends - self.begins) * min(1.0, spent)
        return float(HEAT * (HEAT_AT_END / HEAT) ** share)


@dataclass(slots=True)
class Found:
    """The best of a search, and what it took."""

    best: Solution
    iterations: int = 0


@dataclass(slots=True)
class Memory:
    """What a worker keeps from one job of a night to the next: what lateness and overload cost where it settled."""

    penalties: PenaltyManager | None = None

    def penalties_for(self, data: ProblemData) -> PenaltyManager:
        """Those of the last job, where they fit."""
        if self.penalties is None or len(self.penalties.penalties()[0]) != data.num_load_dimensions:
            first = first_penalties(data)
            most = max(PenaltyParams().max_penalty, 10 * max(first[0]))
            self.penalties = PenaltyManager(first, PenaltyParams(max_penalty=most))
        return self.penalties


Tell = Callable[[Found], None]
Ask = Callable[[], Solution | None]


def usual_neighbours(data: ProblemData) -> int:
    """How many neighbours of a point are tried."""
    return NEIGHBOURS if data.has_time_windows() else NEIGHBOURS_UNCLOCKED


def improve(
    data: ProblemData, start: Solution, effort: Effort, memory: Memory, tell: Tell, ask: Ask
) -> Found:
    """Search from a start until the effort is spent; what is found is told, and what others found is asked for."""
    begun = time.monotonic()
    rng, chance = RandomNumberGenerator(seed=effort.seed), Random(effort.seed)
    search = _local_search(data, rng, effort.neighbours)
    penalties = memory.penalties_for(data)
    costs = penalties.max_cost_evaluator()
    found = Found(start)
    if effort.begins == 0:
        found.best = _begin(start, Solution.make_random(data, rng), search, costs)
    here, meetings = found.best, list(MEETINGS)
    fruitless, enough, spent = 0, ENOUGH * data.num_clients, 0.0
    while fruitless < enough and spent < 1:
        found.iterations += 1
        costs = penalties.cost_evaluator()
        there = search(here, costs, exhaustive=False)
        penalties.register(there)
        fruitless += 1
        if _is_better(there, found.best, costs):
            found.best, fruitless = _made_the_most_of(there, search, costs), 0
            there = found.best
        leg = found.best.distance() / data.num_clients
        room = -math.log(1.0 - chance.random()) * effort.heat(max(spent, fruitless / enough)) * leg
        if costs.penalised_cost(there) < costs.penalised_cost(here) + room:
            here = there
        spent = _spent(effort, found.iterations, begun, before=spent)
        if found.iterations % LOOK_EVERY == 0:
            tell(found)
        if meetings and spent >= meetings[0]:
            meetings.pop(0)
            other = ask()
            if other is not None and _is_better(other, found.best, costs):
                here = found.best = other
    return found


def first_penalties(data: ProblemData) -> tuple[list[float], float, float]:
    """What overload, lateness and distance too much cost at first: about where a search settles by itself.

    Where points are worth a prize, no prize is worth a piece too many.
    PyVRP's own first guess is some hundred times more, and comes down only in thousands of iterations.
    """
    if not data.num_clients:
        return [1.0] * data.num_load_dimensions, 1.0, 1.0
    leg, ride = _short_leg(data.distance_matrix(0)), _short_leg(data.duration_matrix(0))
    clients = [data.client(at) for at in range(data.num_clients)]
    loads = np.mean([client.delivery for client in clients], axis=0)
    prize = float(max(client.prize for client in clients))
    return (
        [OVERLOAD * leg / max(1.0, each) + prize for each in loads],
        LATENESS * leg / max(1.0, ride) + prize / LONG_S,
        1.0,
    )


def _short_leg(matrix: NDArray[np.int64]) -> float:
    """The median way from a client to the places near it."""
    return float(np.median(np.sort(matrix[1:], axis=1)[:, 1 : NEAR + 1]))


def _begin(start: Solution, dice: Solution, search: LocalSearch, costs: CostEvaluator) -> Solution:
    """The start, or what the local search makes of it or of a throw of dice: whichever is best."""
    best = start
    for other in (start, dice):
        more = search(other, costs, exhaustive=True)
        best = more if _is_better(more, best, costs) else best
    return best


def _spent(effort: Effort, iterations: int, begun: float, *, before: float) -> float:
    """The share of the effort that is gone; the clock is looked at now and then."""
    if effort.iterations:
        before = max(before, iterations / effort.iterations)
    if iterations % LOOK_EVERY:
        return before
    return max(before, (time.monotonic() - begun) / effort.seconds)


def _is_better(there: Solution, best: Solution, costs: CostEvaluator) -> bool:
    if not there.is_feasible():
        return False
    return not best.is_feasible() or costs.cost(there) < costs.cost(best)


def _made_the_most_of(there: Solution, search: LocalSearch, costs: CostEvaluator) -> Solution:
    """A new best is searched whole once."""
    more = search(there, costs, exhaustive=True)
    return more if _is_better(more, there, costs) else there


def _local_search(data: ProblemData, rng: RandomNumberGenerator, neighbours: int) -> LocalSearch:
    near = compute_neighbours(data, NeighbourhoodParams(num_neighbours=neighbours))
    search = LocalSearch(data, rng, near, PerturbationManager(PerturbationParams()))
    for operator in OPERATORS:
        if operator.supports(data):
            search.add_operator(operator(data))
    return search
