"""The route search at the desk: a first plan at once, two worker processes that improve it, and the best so far always.

A small night is searched whole by all of them, from different seeds; they pass on what they find. A large one is cut
into parts after the first round, along ever other lines, and each point gets so much more attention: what the parts
find can always be put together, for no van is in two of them.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from app.routing.crew import Inbox, Worker, worker_command
from app.routing.first import first_plan
from app.routing.night import Night, Plan, Progress, Why
from app.routing.parts import Part, in_parts
from app.routing.reasons import with_reasons
from app.routing.reckon import check, evaluate
from app.routing.repair import repair
from app.routing.staying import named_alike
from app.routing.wire import Message, night_message, order_of

log = logging.getLogger(__name__)

FEWEST_STOPS = 150
"""A part with fewer is not worth cutting."""
ROUND_S, ROUND_ITERATIONS = 3.0, 5_000
WARM = 0.5
"""A search from a given start begins where a whole one has come to after half its time."""
GRACE = 0.04
"""Share of the time that a worker may be late with its last word."""
PLACEABLE = {Why.VANS_FULL, Why.NO_TIME}
"""A search may still find room for these."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how widely to search; with ``iterations`` (of each worker) the answer is reproducible."""

    seconds: float = 30.0
    iterations: int = 0
    seed: int = 1
    workers: int = 2
    neighbours: int = 0
    """0: as many as were found best for the kind of night."""


Listener = Callable[[Progress], None]


@dataclass
class _Round:
    """What the workers were asked, what they have found so far, and who has not ended."""

    number: int
    parts: list[Part]
    is_cut: bool
    found: dict[int, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    waiting: dict[int, int] = field(default_factory=dict)
    """Worker → part."""
    counts: dict[int, int] = field(default_factory=dict)

    def orders(self, news: Iterable[int]) -> list[Mapping[str, Sequence[str]]]:
        """The whole nights that the news of some parts makes: one from all parts, or each worker's own."""
        if not self.is_cut:
            return [self.found[part] for part in news]
        best = [self.found.get(at, part) for at, part in enumerate(self.parts)]
        return [{van: points for part in best for van, points in part.items()}]


class Search:
    """A running search; ``listener`` is called on its own thread with each better plan, and at the end."""

    def __init__(
        self,
        night: Night,
        limits: Limits,
        *,
        start: Plan | None = None,
        listener: Listener | None = None,
        command: Sequence[str] = (),
    ) -> None:
        self._night, self._limits, self._start = night, limits, start
        self._listener = listener or (lambda _: None)
        self._command = command or worker_command()
        self._inbox: Inbox = queue.SimpleQueue()
        self._chance = Random(limits.seed)
        self._begun = time.monotonic()
        self._stop = threading.Event()
        self._has_plan = threading.Event()
        self._plan = Plan(())
        self._workers: list[Worker] = []
        self._iterations = 0
        self._thread = threading.Thread(target=self._run, name="route search", daemon=True)
        self._thread.start()

    # --- what the desk may ask -----------------------------------------------------------------------------

    @property
    def plan(self) -> Plan:
        """The best so far; waits for the first one."""
        self._has_plan.wait()
        return self._plan

    @property
    def pids(self) -> list[int]:
        """The processes at work."""
        return [worker.pid for worker in self._at_work()]

    def cancel(self) -> None:
        """End at once; the best so far stays."""
        self._stop.set()
        for worker in list(self._workers):
            worker.kill()
        self._inbox.put(None)

    def wait(self) -> Plan:
        """Wait for the end; the best that was found."""
        self._thread.join()
        return self._plan

    # --- the search's own thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._work()
        except Exception:
            log.exception("the route search failed; the best plan so far stays")
        finally:
            self._has_plan.set()
            for worker in self._workers:
                worker.close()
            self._listener(self._progress(done=True))

    def _work(self) -> None:
        if self._night.vans and self._night.stops:
            self._hire()
        self._plan = replace(self._first(), seed=self._limits.seed, iterations=0)
        self._has_plan.set()
        self._listener(self._progress(done=False))
        if not self._plan.routes:
            return
        self._brief()
        rounds = self._rounds()
        for number in range(rounds):
            if self._stop.is_set() or self._rest_s() <= 0 or not self._at_work():
                return
            self._go_round(number, rounds)

    def _hire(self) -> None:
        try:
            for number in range(self._limits.workers):
                if not self._stop.is_set():
                    self._workers.append(Worker(number, self._inbox, self._command))
        except OSError:
            log.exception("a route worker could not be started")

    def _first(self) -> Plan:
        """The given start, put right where it does not hold for this night; else a first plan."""
        if self._start is None:
            return first_plan(self._night)
        return self._start if not check(self._night, self._start) else repair(self._night, self._start)

    def _brief(self) -> None:
        night = night_message(self._night)
        for worker in self._workers:
            worker.send({"night": night})

    def _rounds(self) -> int:
        """One where all search the whole, else so many that the parts' borders move."""
        limits = self._limits
        if not self._is_cut():
            return 1
        by_count = limits.iterations / ROUND_ITERATIONS
        return max(1, round(by_count if limits.iterations else limits.seconds / ROUND_S))

    def _is_cut(self) -> bool:
        stops = sum(len(route.points) for route in self._plan.routes)
        return len(self._at_work()) > 1 and stops >= 2 * FEWEST_STOPS and not self._loose()

    def _share(self, share: float) -> float:
        """How far the search has come; from a given start it need not go all the way."""
        return WARM + (1.0 - WARM) * share if self._start is not None else share

    def _is_warm(self) -> bool:
        """Whether the first round may be cut too: there is a good start, or too many kinds of vans for the whole."""
        return self._start is not None or self._night.strange_fen > 0

    def _rest_s(self) -> float:
        return self._limits.seconds - (time.monotonic() - self._begun)

    def _at_work(self) -> list[Worker]:
        return [worker for worker in self._workers if worker.alive]

    # --- rounds --------------------------------------------------------------------------------------------

    def _go_round(self, number: int, rounds: int) -> None:
        """Each worker gets a part or the whole; over when all have answered or died, or the time is."""
        workers = self._at_work()
        seconds = self._rest_s() / (rounds - number)
        ends = time.monotonic() + seconds + GRACE * self._limits.seconds
        is_cut = self._is_cut() and (number > 0 or self._is_warm())
        parts = in_parts(self._night, self._plan, len(workers), self._chance, is_cut=is_cut)
        this = _Round(number, parts, is_cut)
        for part, worker in enumerate(workers):
            worker.send(self._job(this, part, seconds, rounds))
            this.waiting[worker.number] = part
        while this.waiting and not self._stop.is_set() and self._listen(this, ends):
            pass
        self._iterations += sum(this.counts.values())
        this.counts.clear()
        if self._limits.iterations:
            self._take(this, sorted(this.found))

    def _job(self, this: _Round, part: int, seconds: float, rounds: int) -> Message:
        limits = self._limits
        return {
            "job": this.number,
            "order": this.parts[part],
            "loose": self._loose(),
            "seed": limits.seed + 1000 * this.number + part,
            "seconds": self._rest_s() if limits.iterations else seconds,
            "iterations": -(-limits.iterations // rounds),
            "neighbours": limits.neighbours,
            "begins": self._share(this.number / rounds),
            "ends": self._share((this.number + 1) / rounds),
        }

    def _listen(self, this: _Round, ends: float) -> bool:
        """Hear one line; false when the time is over or the search was cancelled."""
        try:
            heard = self._inbox.get(timeout=max(0.0, ends - time.monotonic()))
        except queue.Empty:
            return False
        if heard is None:
            return False
        if heard.message is None:
            log.warning("a route worker ended early; the others go on")
            this.waiting.pop(heard.worker.number, None)
        elif heard.message.get("job") == this.number and heard.worker.number in this.waiting:
            self._hear(this, heard.worker, heard.message)
        return True

    def _hear(self, this: _Round, worker: Worker, message: Message) -> None:
        part = this.waiting[worker.number]
        this.counts[worker.number] = int(message.get("iterations", 0))
        order, is_done = order_of(message), bool(message.get("done"))
        if is_done:
            del this.waiting[worker.number]
        if order is not None and (is_done or not self._limits.iterations):
            this.found[part] = order
            if not self._limits.iterations and self._take(this, [part]) and not this.is_cut:
                self._pass_on(this, worker, order)

    def _pass_on(self, this: _Round, worker: Worker, order: Mapping[str, Sequence[str]]) -> None:
        """What one has found, for the others to compare with."""
        for other in self._at_work():
            if other is not worker:
                other.send({"hint": this.number, "order": order})

    def _loose(self) -> list[str]:
        """Points for which a search may still find room."""
        company = {point for group in (*self._night.together, *self._night.apart) for point in group}
        loose = (each.point for each in self._plan.unserved if each.why in PLACEABLE)
        return [point for point in loose if point not in company]

    def _take(self, this: _Round, news: Iterable[int]) -> bool:
        """Whether the news makes a better plan; it is told."""
        is_better = False
        for order in this.orders(news):
            if not self._may_be_better(order):
                continue
            plan = self._planned(order)
            if worth(self._night, plan) < worth(self._night, self._plan):
                count = self._iterations + sum(this.counts.values())
                self._plan, is_better = replace(plan, iterations=count), True
        self._listener(self._progress(done=False, more=sum(this.counts.values())))
        return is_better

    def _may_be_better(self, order: Mapping[str, Sequence[str]]) -> bool:
        """Whether it is worth a name and reasons; without a charge for strangers all names cost the same."""
        if self._night.strange_fen:
            return True
        return worth(self._night, evaluate(self._night, order, like=self._plan)) < worth(
            self._night, self._plan
        )

    def _planned(self, order: Mapping[str, Sequence[str]]) -> Plan:
        before = self._night.yesterday or self._plan.van_of
        named = named_alike(self._night, order, before)
        plan = replace(evaluate(self._night, named, like=self._plan), engine="pyvrp")
        named_at_all = len(plan.van_of) + len(plan.unserved)
        return plan if named_at_all == len(self._night.stops) else with_reasons(self._night, plan)

    def _progress(self, *, done: bool, more: int = 0) -> Progress:
        return Progress(
            plan=self._plan,
            elapsed_s=time.monotonic() - self._begun,
            seconds=self._limits.seconds,
            iterations=self._iterations + more,
            workers=len(self._at_work()),
            done=done,
        )


def worth(night: Night, plan: Plan) -> tuple[int, int, int]:
    """Less is better: pieces left behind, lateness, then the price with the charge for strange villages."""
    served = sum(1 + night.stop_at[point].pieces for route in plan.routes for point in route.points)
    return -served, plan.late_s, plan.cost_fen + plan.strange_fen


def plan_now(night: Night, limits: Limits, *, start: Plan | None = None) -> Plan:
    """Search and wait: for tests, benchmarks and the command line."""
    return Search(night, limits, start=start).wait()
