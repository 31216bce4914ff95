"""A night in PyVRP's words: as few dimensions, types and distances as it needs, and the way back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.routing.first import first_plan
from app.routing.night import Night
from app.routing.parts import in_parts
from app.routing.worker_model import FORBIDDEN_METRES, Model, build
from app.routing.worker_search import NEIGHBOURS, NEIGHBOURS_UNCLOCKED, usual_neighbours
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
