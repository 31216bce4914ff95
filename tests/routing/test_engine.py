"""The search at the desk: better than the first plan, the same for a seed, and never at the mercy of its workers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import psutil
import pytest

from app.routing.engine import Limits, Search, plan_now, worth
from app.routing.first import first_plan
from app.routing.night import Night, Plan, Progress, Why
from app.routing.reasons import with_reasons
from app.routing.reckon import check, evaluate
from app.selftest import STOPS, search_routes
from tests.routing.nights import night, stop, van

SEVEN = 7 * 3600
HUNG = [sys.executable, "-c", "import time; time.sleep(600)"]
BROKEN = [sys.executable, "-c", "print('not a line of ours'); print('{\"job\": 0}')"]
FEW = Limits(seconds=60, iterations=150)
"""Enough to better a first plan, and over in a moment."""


def a_night(points: int = 40, seed: int = 3, **more: Any) -> Night:
    chance = Random(seed)
    stops = [
        stop(f"p{n}", east=chance.uniform(-9, 9), north=chance.uniform(-9, 9), pieces=chance.randint(1, 10))
        for n in range(points)
    ]
    vans = [van(f"V{n}", crates=40) for n in range(1, points // 6 + 2)]
    return night(stops, vans, **more)


class Heard:
    """Keeps what a search tells; does something at the first plan that workers made."""

    def __init__(self, at_first: Callable[[], None] = lambda: None) -> None:
        self.all: list[Progress] = []
        self._at_first: Callable[[], None] | None = at_first

    def __call__(self, progress: Progress) -> None:
        self.all.append(progress)
        if progress.iterations and self._at_first is not None:
            act, self._at_first = self._at_first, None
            act()


def test_workers_better_the_first_plan() -> None:
    tonight = a_night()
    heard = Heard()
    plan = Search(tonight, FEW, listener=heard).wait()
    assert check(tonight, plan) == []
    assert worth(tonight, plan) < worth(tonight, first_plan(tonight))
    assert plan.engine == "pyvrp"
    assert heard.all[0].plan.engine == "sweep"
    assert [each.done for each in heard.all].count(True) == 1
    assert heard.all[-1].done
    assert heard.all[-1].plan == plan
    assert all(check(tonight, each.plan) == [] for each in heard.all)


def test_a_seed_and_an_iteration_limit_give_the_same_plan() -> None:
    tonight = a_night()
    assert plan_now(tonight, FEW) == plan_now(tonight, FEW)


def test_parts_are_searched_when_drivers_find_other_distances() -> None:
    tonight = a_night(points=300, strange_fen=200)
    start = first_plan(tonight)
    known = replace(tonight, yesterday=start.van_of)
    limits = replace(FEW, iterations=30)
    plan = plan_now(known, limits, start=start)
    assert check(known, plan) == []
    assert worth(known, plan) < worth(known, evaluate(known, start.points_of()))
    assert plan_now(known, limits, start=start) == plan


def test_a_start_that_no_longer_holds_is_put_right_first() -> None:
    tonight = a_night()
    start = first_plan(tonight)
    rest = replace(tonight, vans=tuple(each for each in tonight.vans if each.name != start.routes[0].van))
    heard = Heard()
    plan = Search(rest, FEW, start=start, listener=heard).wait()
    assert heard.all[0].plan.engine == "repair"
    assert check(rest, plan) == []


def test_every_rule_of_a_night_is_kept_by_the_workers() -> None:
    tonight = a_night(points=30)
    stops = list(tonight.stops)
    stops[0] = replace(stops[0], cold=True)
    stops[1] = replace(stops[1], forbidden=frozenset({"V1", "V2"}))
    stops[2] = replace(stops[2], opens_s=SEVEN + 1800, closes_s=SEVEN + 3600)
    stops[3] = replace(stops[3], crates=30)
    vans = [replace(each, cold=n == 1, per_km_fen=100 + 20 * n) for n, each in enumerate(tonight.vans)]
    strict = night(
        stops, vans, together=(frozenset({"p4", "p5", "p6"}),), apart=(frozenset({"p7", "p8"}),),
        fixed={"p9": "V1"}, locked={"p10": "V2"}, strange_fen=100, yesterday={"p11": "V3"},
    )  # fmt: skip
    plan = plan_now(strict, FEW)
    assert check(strict, plan) == []
    assert plan.unserved == ()


def test_points_without_room_are_still_looked_for() -> None:
    stops = [stop(f"p{n}", east=float(n), pieces=17) for n in range(7)]
    tonight = night(stops, [van("V1"), van("V2")])
    plan = plan_now(tonight, FEW)
    assert check(tonight, plan) == []
    assert [each.why for each in plan.unserved] == [Why.VANS_FULL] * 3


def test_a_point_that_gives_way_to_another_is_named_with_its_reason() -> None:
    """Far too few vans: the workers serve other points than the first plan did, and none is forgotten."""
    chance = Random(5)
    stops = [
        stop(
            f"p{n}", east=chance.uniform(-40, 40), north=chance.uniform(-40, 40), pieces=chance.randint(1, 60)
        )
        for n in range(40)
    ]
    tonight = night(stops, [van("V1", pieces=500, crates=90), van("V2", pieces=500, crates=90)])
    plan = plan_now(tonight, FEW)
    assert check(tonight, plan) == []
    assert plan.unserved
    assert set(plan.van_of) != set(first_plan(tonight).van_of)


def test_whoever_is_missing_from_routes_gets_a_reason() -> None:
    tonight = a_night()
    start = first_plan(tonight)
    gone = next(iter(start.van_of))
    order = {name: [p for p in points if p != gone] for name, points in start.points_of().items()}
    plan = with_reasons(tonight, evaluate(tonight, order, like=start))
    assert [each.point for each in plan.unserved] == [gone]
    assert check(tonight, plan) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_a_crash_of_a_worker_loses_nothing(workers: int) -> None:
    """With one worker the search ends there; with two the other goes on until it is told to stop."""
    tonight = a_night()
    searches: list[Search] = []
    before: list[Plan] = []

    def kill_one() -> None:
        before.append(heard.all[-1].plan)
        psutil.Process(searches[0].pids[0]).kill()

    def hear(progress: Progress) -> None:
        heard(progress)
        if progress.workers == 1 and before and workers == 2:
            searches[0].cancel()

    heard = Heard(at_first=kill_one)
    searches.append(Search(tonight, Limits(seconds=3600, workers=workers), listener=hear))
    plan = searches[0].wait()
    assert check(tonight, plan) == []
    assert worth(tonight, plan) <= worth(tonight, before[0])


def test_cancel_ends_at_once_and_keeps_the_best() -> None:
    tonight = a_night()
    searches: list[Search] = []

    def cancel() -> None:
        searches[0].cancel()

    heard = Heard(at_first=cancel)
    searches.append(Search(tonight, Limits(seconds=3600), listener=heard))
    plan = searches[0].wait()
    assert check(tonight, plan) == []
    assert heard.all[-1].plan == plan
    assert searches[0].pids == []


def test_cancel_before_anything_was_found_leaves_the_first_plan() -> None:
    search = Search(a_night(), Limits(seconds=3600), command=HUNG)
    first = search.plan
    search.cancel()
    assert search.wait() == first


@pytest.mark.parametrize("command", [HUNG, BROKEN, ["/nowhere/at/all"]], ids=["hung", "broken", "missing"])
def test_the_time_is_kept_whatever_the_workers_do(command: list[str]) -> None:
    tonight = a_night()
    plan = Search(tonight, Limits(seconds=1), command=command).wait()
    assert replace(plan, seed=0) == first_plan(tonight)


@pytest.mark.parametrize(
    "tonight", [night([], [van("V1")]), night([stop("a")], [])], ids=["no points", "no vans"]
)
def test_an_empty_night_ends_by_itself(tonight: Night) -> None:
    plan = plan_now(tonight, Limits(seconds=3600))
    assert plan.routes == ()
    assert isinstance(plan, Plan)


def test_no_process_is_left_behind() -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    plan_now(a_night(points=12), FEW)
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before


def test_a_small_night_ends_before_its_time() -> None:
    tonight = a_night(points=3)
    heard = Heard()
    plan = Search(tonight, Limits(seconds=3600), listener=heard).wait()
    assert check(tonight, plan) == []
    assert heard.all[-1].elapsed_s < 3600


def test_the_installed_program_proves_its_search() -> None:
    found = search_routes()
    assert (found["stops"], found["engine"], found["iterations"]) == (STOPS, "pyvrp", 400)
