"""A night in PyVRP's words: as few dimensions, types and distances as it needs, and the way back."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from app.routing.first import first_plan
from app.routing.night import Night
from app.routing.parts import in_parts
from app.routing.worker_model import FORBIDDEN_METRES, Model, build
from app.routing.worker_search import (
    HEAT,
    HEAT_AT_END,
    NEIGHBOURS,
    NEIGHBOURS_UNCLOCKED,
    Effort,
    Memory,
    first_penalties,
    improve,
    usual_neighbours,
)
from tests.benchmarks.vrp_files import as_night, read_instance
from tests.routing.nights import night, stop, van

VRP = Path(__file__).parents[1] / "benchmarks" / "vrp"


def model(tonight: Night) -> Model:
    plan = first_plan(tonight)
    return build(
        tonight,
        plan.points_of() | {each.name: [] for each in tonight.vans if each.name not in plan.points_of()},
    )


def test_a_night_without_times_has_no_windows() -> None:
    data = model(as_night(read_instance(VRP / "X-n401-k29.vrp"))).data
    assert not data.has_time_windows()
    assert usual_neighbours(data) == NEIGHBOURS_UNCLOCKED
    assert (data.num_load_dimensions, data.num_vehicle_types, data.num_profiles) == (1, 1, 1)


def test_a_night_with_a_deadline_has_windows() -> None:
    data = model(as_night(read_instance(VRP / "r1_4_1.txt"))).data
    assert data.has_time_windows()
    assert usual_neighbours(data) == NEIGHBOURS


def test_crates_count_only_where_they_can_be_the_limit() -> None:
    few = [stop("a", pieces=10, crates=1), stop("b", pieces=10, crates=2)]
    assert model(night(few, [van("V1")])).data.num_load_dimensions == 1
    many = [stop("a", pieces=10, crates=1), stop("b", pieces=10, crates=3)]
    assert model(night(many, [van("V1")])).data.num_load_dimensions == 2


def test_a_solution_comes_back_as_the_order_it_was() -> None:
    tonight = night([stop(f"p{n}", east=float(n)) for n in range(9)], [van("V1"), van("V2", pieces=60)])
    found, order = model(tonight), first_plan(tonight).points_of()
    assert {name: tuple(points) for name, points in found.order(found.solution(order)).items()} == order


def test_who_may_not_come_finds_a_very_long_way() -> None:
    tonight = night([stop("a", forbidden=frozenset({"V1"})), stop("b")], [van("V1"), van("V2")])
    found = model(tonight)
    at = found.client_of["a"] + 1
    profiles = [found.data.vehicle_type(found.kind_of[name]).profile for name in ("V1", "V2")]
    ways = [int(found.data.distance_matrix(profile)[0, at]) for profile in profiles]
    assert ways == [1000 + FORBIDDEN_METRES, 1000]


def test_a_charge_makes_a_stranger_s_way_longer() -> None:
    tonight = night([stop("a")], [van("V1"), van("V2")], yesterday={"a": "V2"}, strange_fen=200)
    found = model(tonight)
    profiles = [found.data.vehicle_type(found.kind_of[name]).profile for name in ("V1", "V2")]
    assert [int(found.data.distance_matrix(profile)[0, 1]) for profile in profiles] == [3000, 1000]
    assert found.data.duration_matrix(0).tolist() == found.data.duration_matrix(1).tolist()


def test_parts_hold_every_van_once() -> None:
    from random import Random

    tonight = night(
        [stop(f"p{n}", east=float(n), pieces=20) for n in range(8)], [van(f"V{n}") for n in range(6)]
    )
    plan = first_plan(tonight)
    parts = in_parts(tonight, plan, 2, Random(1), is_cut=True)
    assert sorted(name for part in parts for name in part) == sorted(tonight.van_named)
    assert sorted(point for part in parts for points in part.values() for point in points) == sorted(
        plan.van_of
    )
    assert in_parts(tonight, replace(plan), 2, Random(1), is_cut=False)[0].keys() == tonight.van_named.keys()


def test_overload_and_lateness_cost_about_a_few_ways_at_first() -> None:
    data = model(as_night(read_instance(VRP / "r1_4_1.txt"))).data
    (load,), late, _ = first_penalties(data)
    assert 10 < load < 200, "where PyVRP's search comes to after thousands of steps"
    assert 1 < late < 20
    assert first_penalties(model(night([], [van("V1")])).data) == ([1.0], 1.0, 1.0)
    (alone,), _, _ = first_penalties(model(night([stop("a", pieces=10)], [van("V1")])).data)
    assert math.isfinite(alone)


def test_where_not_all_find_room_the_search_still_finds_better_loads() -> None:
    """Points are worth a prize then; an overloaded van that collects them all must not look best."""
    stops = [stop(f"p{n}", east=n % 8 - 4, north=n // 8 - 4, pieces=1 + n % 9) for n in range(60)]
    tonight = night(stops, [van("V1", crates=60), van("V2", crates=60)])
    plan = first_plan(tonight)
    loose = [each.point for each in plan.unserved]
    found = build(tonight, plan.points_of(), loose)
    (load,), _, _ = first_penalties(found.data)
    assert load > max(found.data.client(at).prize for at in range(found.data.num_clients))
    start = found.solution(plan.points_of())
    effort = Effort(seed=1, seconds=60.0, iterations=1_500, neighbours=20)
    best = improve(found.data, start, effort, Memory(), lambda _: None, lambda: None).best
    assert best.is_feasible()
    assert best.num_clients() > start.num_clients()


def test_penalties_are_kept_from_job_to_job_where_they_fit() -> None:
    plain = model(night([stop("a", pieces=10, crates=1)], [van("V1")])).data
    crated = model(night([stop("a", pieces=1, crates=3)], [van("V1")])).data
    memory = Memory()
    kept = memory.penalties_for(plain)
    assert memory.penalties_for(plain) is kept
    assert len(memory.penalties_for(crated).penalties()[0]) == 2


def test_a_search_cools_from_its_share_to_its_share() -> None:
    whole = Effort(seed=1, seconds=1.0, iterations=0, neighbours=20)
    half = replace(whole, begins=0.5)
    assert whole.heat(0.0) == HEAT
    assert whole.heat(2.0) == pytest.approx(HEAT_AT_END)
    assert half.heat(0.0) == pytest.approx(whole.heat(0.5))
