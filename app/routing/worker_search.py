"""The search of one worker with PyVRP's local search; only the worker process imports this.

First straight downhill. Then a candidate is accepted when it is better than where the search is, or than where it was
some hundred rounds ago (late acceptance, Burke and Bykov 2017). Now and then workers compare, and who is behind goes
on from the other's best.
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
MEETINGS = (0.4, 0.6, 0.8)
"""Shares of the effort after which the workers compare; who is behind goes on from the other's best."""
ENOUGH = 2_000
"""So many fruitless iterations for each point, and the search ends by itself: a small night is done in seconds."""


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
    """Search from a start until the effort is spent; what is found is told, and what others found is asked for."""
    begun = time.monotonic()
    rng = RandomNumberGenerator(seed=effort.seed)
    search = _local_search(data, rng, effort.neighbours)
    penalties = PenaltyManager(PenaltyParams().midpoint_penalties(data))
    costs = penalties.max_cost_evaluator()
    found = Found(_begin(start, Solution.make_random(data, rng), search, costs))
    walk, meetings = _Walk(found.best), list(MEETINGS)
    fruitless, enough, spent = 0, ENOUGH * data.num_clients, 0.0
    while fruitless < enough and spent < 1:
        found.iterations += 1
        costs = penalties.cost_evaluator()
        there = search(walk.here, costs, exhaustive=False)
        penalties.register(there)
        fruitless += 1
        if _is_better(there, found.best, costs):
            found.best, fruitless = _made_the_most_of(there, search, costs), 0
            there = found.best
        if found.iterations == DOWNHILL:
            walk = _Walk(found.best)
        walk.consider(there, costs, downhill=found.iterations < DOWNHILL)
        spent = _spent(effort, found.iterations, begun, before=spent)
        if found.iterations % LOOK_EVERY == 0:
            tell(found)
        if meetings and spent >= meetings[0]:
            meetings.pop(0)
            _meet(walk, found, ask(), costs)
    return found


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


def _meet(walk: _Walk, found: Found, other: Solution | None, costs: CostEvaluator) -> None:
    """Go on from where another worker is better; what was the best here is the room to climb there."""
    if other is not None and _is_better(other, found.best, costs):
        walk.go_over(other, costs.penalised_cost(found.best))
        found.best = other


class _Walk:
    """Where the search is, and what it cost where it was: a ring of late solutions."""

    def __init__(self, here: Solution) -> None:
        self.here = here
        self._late: list[Solution | None] = [None] * HISTORY
        self._at = 0
        self._first: Solution | None = here
        self._ceiling = 0.0

    def go_over(self, here: Solution, ceiling: float) -> None:
        """Forget what was, and go on from there; up to the ceiling all is accepted at first."""
        self.here, self._first, self._ceiling = here, None, ceiling
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
