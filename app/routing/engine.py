"""The route search at the desk: a first plan at once, two worker processes that improve it, and the best so far always.

The fleet is cut into as many parts as there are workers, along ever other lines, and each worker searches its part:
both cores do different work, and what they find can always be put together, for no van is in two parts.
"""

from __future__ import annotations

import logging
import math
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from app.routing.crew import Heard, Inbox, Worker, worker_command
from app.routing.first import first_plan
from app.routing.night import Night, Plan, Progress, Why
from app.routing.reckon import check, evaluate
from app.routing.repair import repair
from app.routing.staying import named_alike
from app.routing.wire import Message, night_message, order_of, plain

log = logging.getLogger(__name__)

FEWEST_STOPS = 160
"""A part with fewer stops is too small to be searched alone: then all search the whole."""
ROUND_S = 6.0
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
    neighbours: int = 40
    hot: float = 0.1
    cold: float = 0.01
    rounds: int = 0
    """0: as many as the seconds ask for."""


Listener = Callable[[Progress], None]
Parts = list[dict[str, list[str]]]


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
        self._plan = Plan(())
        self._ready = threading.Event()
        self._workers: list[Worker] = []
        self._counts: dict[int, int] = {}
        self._done_counts = 0
        self._thread = threading.Thread(target=self._run, name="route search", daemon=True)
        self._thread.start()

    # --- what the desk may ask -----------------------------------------------------------------------------

    @property
    def plan(self) -> Plan:
        """The best so far; waits for the first one."""
        self._ready.wait()
        return self._plan

    @property
    def pids(self) -> list[int]:
        """The processes at work."""
        return [worker.pid for worker in self._workers if worker.alive]

    def cancel(self) -> None:
        """End at once; the best so far stays."""
        self._stop.set()
        for worker in self._workers:
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
            self._ready.set()
            for worker in self._workers:
                worker.close()
            self._listener(self._progress(done=True))

    def _work(self) -> None:
        if self._night.vans and self._night.stops:
            self._hire()
        self._take(self._first(), iterations=0)
        self._ready.set()
        self._tell()
        if not self._workers or not self._plan.routes:
            return
        night = night_message(self._night)
        for worker in self._workers:
            worker.send({"night": night})
        rounds = self._limits.rounds or max(1, round(self._limits.seconds / ROUND_S))
        for number in range(rounds):
            if not self._goes_on():
                return
            self._round(number, rounds)

    def _first(self) -> Plan:
        """The given start, put right where it does not hold for this night; else a first plan."""
        if self._start is None:
            return first_plan(self._night)
        return self._start if not check(self._night, self._start) else repair(self._night, self._start)

    def _hire(self) -> None:
        try:
            for number in range(self._limits.workers):
                if not self._stop.is_set():
                    self._workers.append(Worker(number, self._inbox, self._command))
        except OSError:
            log.exception("a route worker could not be started")

    def _goes_on(self) -> bool:
        return not self._stop.is_set() and self._rest_s() > 0.05 and bool(self._at_work())

    def _rest_s(self) -> float:
        return self._limits.seconds - (time.monotonic() - self._begun)

    def _at_work(self) -> list[Worker]:
        return [worker for worker in self._workers if worker.alive]

    def _round(self, number: int, rounds: int) -> None:
        """Each worker gets a part; the round ends when all have answered, have died, or their time is over."""
        workers = self._at_work()
        seconds = self._rest_s() / (rounds - number)
        ends = time.monotonic() + seconds + GRACE * self._limits.seconds
        parts = self._parts(len(workers))
        found: dict[int, dict[str, list[str]]] = dict(enumerate(parts))
        waiting = {}
        for part, worker in enumerate(workers):
            worker.send(self._job(number, rounds, part, parts, seconds))
            waiting[worker.number] = part
        while waiting and not self._stop.is_set():
            heard = self._heard(ends)
            if heard is None:
                break
            part_of = waiting.get(heard.worker.number)
            if part_of is not None:
                self._hear(heard, part_of, number, parts, found, waiting)
        self._done_counts += sum(self._counts.values())
        self._counts.clear()
        if self._limits.iterations:
            self._merge(parts, found)

    def _heard(self, ends: float) -> Heard | None:
        try:
            return self._inbox.get(timeout=max(0.0, ends - time.monotonic()))
        except queue.Empty:
            return None

    def _hear(
        self,
        heard: Heard,
        part: int,
        number: int,
        parts: Parts,
        found: dict[int, dict[str, list[str]]],
        waiting: dict[int, int],
    ) -> None:
        message = heard.message
        if message is None:
            log.warning("a route worker ended early; the others go on")
            del waiting[heard.worker.number]
            return
        if message.get("job") != number:
            return
        self._counts[heard.worker.number] = int(message.get("iterations", 0))
        order = order_of(message)
        done = bool(message.get("done"))
        if done:
            del waiting[heard.worker.number]
        if order is not None and (done or not self._limits.iterations):
            found[part] = order
            if not self._limits.iterations:
                self._merge(parts, found)

    # --- parts ---------------------------------------------------------------------------------------------

    def _parts(self, workers: int) -> Parts:
        """The vans in parts, each with its routes; the whole for each worker where parts would be too small."""
        order = plain(self._plan.points_of())
        idle = [van.name for van in self._night.vans if van.name not in order]
        stops = sum(len(points) for points in order.values())
        whole = order | {van: [] for van in idle}
        if workers < 2 or stops < FEWEST_STOPS * workers or self._loose() or len(order) < 2 * workers:
            return [dict(whole) for _ in range(workers)]
        around = self._sorted_along_a_line(order)
        parts: Parts = [{} for _ in range(workers)]
        passed = 0
        for van in around:
            at = min(workers - 1, passed * workers // stops)
            parts[at][van] = order[van]
            passed += len(order[van])
        for at, van in enumerate(idle):
            parts[at % workers][van] = []
        return parts

    def _sorted_along_a_line(self, order: Mapping[str, Sequence[str]]) -> list[str]:
        """Routes by where their middle lies along a direction, or by their angle around the station, by chance."""
        night = self._night
        turn = self._chance.random() * 2 * math.pi
        shrink = math.cos(math.radians(night.latitude))
        by_angle = self._chance.random() < 0.5

        def rank(van: str) -> float:
            stops = [night.stop_at[point] for point in order[van]]
            north = sum(stop.latitude or 0.0 for stop in stops) / len(stops) - night.latitude
            east = (sum(stop.longitude or 0.0 for stop in stops) / len(stops) - night.longitude) * shrink
            if by_angle:
                return (math.atan2(north, east) + turn) % (2 * math.pi)
            return east * math.cos(turn) + north * math.sin(turn)

        return sorted(order, key=rank)

    def _loose(self) -> list[str]:
        """Points for which a search may still find room."""
        company = {point for group in (*self._night.together, *self._night.apart) for point in group}
        loose = (each.point for each in self._plan.unserved if each.why in PLACEABLE)
        return [point for point in loose if point not in company]

    def _job(self, number: int, rounds: int, part: int, parts: Parts, seconds: float) -> Message:
        limits = self._limits
        share, next_share = number / rounds, (number + 1) / rounds
        falls = limits.cold / limits.hot
        return {
            "job": number,
            "order": parts[part],
            "loose": self._loose(),
            "seed": limits.seed + 1000 * number + part,
            "seconds": seconds if not limits.iterations else self._rest_s(),
            "iterations": -(-limits.iterations // rounds),
            "neighbours": limits.neighbours,
            "hot": limits.hot * falls**share,
            "cold": limits.hot * falls**next_share,
        }

    def _merge(self, parts: Parts, found: Mapping[int, Mapping[str, Sequence[str]]]) -> None:
        """Put the parts' best together, or take the better one where all searched the whole."""
        vans = [set(part) for part in parts]
        if len(parts) > 1 and vans[0] == vans[1]:
            for order in found.values():
                self._take(self._planned(order), iterations=self._iterations())
            return
        order = {van: points for part in found.values() for van, points in part.items()}
        self._take(self._planned(order), iterations=self._iterations())

    def _planned(self, order: Mapping[str, Sequence[str]]) -> Plan:
        before = self._night.yesterday or self._plan.van_of
        named = named_alike(self._night, order, before)
        return replace(evaluate(self._night, named, like=self._plan), engine="pyvrp")

    def _take(self, plan: Plan, *, iterations: int) -> None:
        if not self._ready.is_set() or worth(plan, self._night) < worth(self._plan, self._night):
            self._plan = replace(plan, seed=self._limits.seed, iterations=iterations)
            self._tell()

    def _iterations(self) -> int:
        return self._done_counts + sum(self._counts.values())

    def _tell(self) -> None:
        if self._ready.is_set():
            self._listener(self._progress(done=False))

    def _progress(self, *, done: bool) -> Progress:
        return Progress(
            plan=self._plan,
            elapsed_s=time.monotonic() - self._begun,
            seconds=self._limits.seconds,
            iterations=self._iterations(),
            workers=len(self._at_work()),
            done=done,
        )


def worth(plan: Plan, night: Night) -> tuple[int, int, int]:
    """Less is better: pieces left behind, lateness, then the price with the charge for strange villages."""
    served = sum(1 + night.stop_at[point].pieces for route in plan.routes for point in route.points)
    return -served, plan.late_s, plan.cost_fen + plan.strange_fen


def plan_now(night: Night, limits: Limits, *, start: Plan | None = None) -> Plan:
    """Search and wait: for tests, benchmarks and the command line."""
    return Search(night, limits, start=start).wait()
