"""The search of one worker with PyVRP's local search; only the worker process imports this.

First straight downhill. Then a candidate is accepted when it is better than where the search is, or than where it was
some hundred rounds ago (late acceptance, Burke and Bykov 2017). Where nothing better comes for long, it starts again
near the best that is known here or elsewhere, with some room to climb.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from pyvrp import CostEvaluator, PenaltyManager, PenaltyParams, ProblemData, RandomNumberGenerator, Solution
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)

NEIGHBOURS, NEIGHBOURS_UNCLOCKED = 50, 20
"""With times that bind, who lies near on the map need not be near in time: look farther."""
LOOK_EVERY = 16
"""Iterations between two looks at the clock."""
DOWNHILL, HISTORY = 2_000, 300
STALLED = 30_000
"""Iterations without a better solution, after which the search starts again near the best."""
ENOUGH = 2_000
"""So many fruitless iterations for each point, and the search ends by itself: a small night is done in seconds."""
ROOM = 1.005
"""How much dearer than the best it may be there at first."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long and how widely to search."""

    seed: int
    seconds: float
    iterations: int
    """0: as many as the seconds allow."""
    neighbours: int


@dataclass(slots=True)
class Found:
    """The best of a search, and what it took."""

    best: Solution
    iterations: int = 0


Tell = Callable[[Found], None]
Ask = Callable[[], Solution | None]


def usual_neighbours(data: ProblemData) -> int:
    """How many neighbours of a point are tried."""
    return NEIGHBOURS if data.has_time_windows() else NEIGHBOURS_UNCLOCKED


def improve(data: ProblemData, start: Solution, effort: Effort, tell: Tell, ask: Ask) -> Found:
    """Search from a start until the effort is spent; each better solution is told, and others' are asked for."""
    search = _local_search(data, RandomNumberGenerator(seed=effort.seed), effort.neighbours)
    penalties = PenaltyManager(PenaltyParams().midpoint_penalties(data))
    costs = penalties.max_cost_evaluator()
    begun = time.monotonic()
    more = search(start, costs, exhaustive=True)
    found = Found(more if _is_better(more, start, costs) else start)
    walk = _Walk(found.best)
    fruitless, enough = 0, ENOUGH * data.num_clients
    while fruitless < enough and not _is_spent(effort, found.iterations, begun):
        found.iterations += 1
        costs = penalties.cost_evaluator()
        there = search(walk.here, costs, exhaustive=False)
        penalties.register(there)
        fruitless += 1
        if _is_better(there, found.best, costs):
            there = _made_the_most_of(there, search, costs)
            found.best, fruitless = there, 0
        if found.iterations % LOOK_EVERY == 0:
            tell(found)
        if found.iterations == DOWNHILL:
            walk = _Walk(found.best)
        walk.consider(there, costs, downhill=found.iterations < DOWNHILL)
        if fruitless and fruitless % STALLED == 0:
            found.best = _best_of(found.best, ask(), costs)
            walk.start_again(found.best, costs)
    return found


def _is_spent(effort: Effort, iterations: int, begun: float) -> bool:
    if effort.iterations and iterations >= effort.iterations:
        return True
    return iterations % LOOK_EVERY == 0 and time.monotonic() - begun >= effort.seconds


def _best_of(mine: Solution, other: Solution | None, costs: CostEvaluator) -> Solution:
    return other if other is not None and _is_better(other, mine, costs) else mine


class _Walk:
    """Where the search is, and what it cost where it was: a ring of late solutions."""

    def __init__(self, here: Solution) -> None:
        self.here = here
        self._late: list[Solution | None] = [None] * HISTORY
        self._at = 0
        self._first: Solution | None = here
        self._ceiling = 0.0

    def start_again(self, here: Solution, costs: CostEvaluator) -> None:
        """From here, with some room to climb."""
        self.here, self._first = here, None
        self._ceiling = costs.penalised_cost(here) * ROOM
        self._late = [None] * HISTORY

    def consider(self, there: Solution, costs: CostEvaluator, *, downhill: bool) -> None:
        """Go there, if it is better than here or (not while going downhill) than what was here some time ago."""
        cost, here = costs.penalised_cost(there), costs.penalised_cost(self.here)
        if downhill:
            self.here = there if cost < here else self.here
            return
        late = self._late[self._at]
        bound = self._bound(late, costs)
        if cost < bound or cost < here:
            self.here, here = there, cost
        if late is None or here < bound:
            self._late[self._at] = self.here
        self._at = (self._at + 1) % HISTORY

    def _bound(self, late: Solution | None, costs: CostEvaluator) -> float:
        if late is not None:
            return costs.penalised_cost(late)
        return costs.penalised_cost(self._first) if self._first is not None else self._ceiling


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
