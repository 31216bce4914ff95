"""The plan under a hand: what a change would do is what it does, and each step goes back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.routing.board import Board, Strain
from app.routing.first import first_plan
from app.routing.night import Effect
from app.routing.queries import Settings
from app.routing.reckon import check, evaluate
from app.routing.tonight import Lacks, Tonight
from tests.routing.nights import night, stop, van


def board(*, pieces: int = 10, yesterday: dict[str, str] | None = None) -> Board:
    """Six points east and west of the station; a, b, c ride on V1 and d, e, f on V2; V3 and V4 stay at home."""
    places = {"a": 1, "b": 2, "c": 3, "d": -1, "e": -2, "f": -3}
    stops = [stop(point, east=float(east), pieces=pieces) for point, east in places.items()]
    the_night = night(stops, [van("V1"), van("V2"), van("V3"), van("V4")], yesterday=yesterday or {})
    plan = evaluate(the_night, {"V1": ["a", "b", "c"], "V2": ["d", "e", "f"]})
    tonight = Tonight("2026-11-22", the_night, {}, {}, {}, {}, {}, Settings(), Lacks(), "guess")
    return Board(tonight, plan)


def test_what_is_tried_is_what_happens_and_adds_up() -> None:
    desk = board()
    tried = desk.try_move("a", "V2")
    before = desk.plan
    desk.take(tried, "换车")
    assert check(desk.night, desk.plan) == []
    assert desk.plan.metres - before.metres == tried.effect.metres == 2000
    assert desk.plan.cost_fen - before.cost_fen == tried.effect.cost_fen
    again = evaluate(desk.night, desk.plan.points_of())
    assert (again.metres, again.cost_fen, again.late_s) == (
        desk.plan.metres,
        desk.plan.cost_fen,
        desk.plan.late_s,
    )


def test_a_point_goes_where_it_costs_least() -> None:
    desk = board()
    assert desk.try_move("b", "V2").plan.points_of()["V2"] in (("b", "d", "e", "f"), ("d", "e", "f", "b"))
    assert desk.try_move("b", "V1").effect.metres == 0
    assert desk.try_move("a", "V1", at=2).plan.points_of()["V1"] == ("b", "c", "a")


def test_other_vans_are_offered_the_best_first_and_of_idle_ones_one_of_a_kind() -> None:
    desk = board()
    tries = desk.tries("a")
    assert [one.van for one in tries] == ["V2", "V3"]
    assert tries[0].rank <= tries[1].rank
    assert tries[1].effect.cost_fen > tries[0].effect.cost_fen  # a van of its own costs its day


def test_a_van_that_would_be_too_full_is_said_to_be() -> None:
    desk = board(pieces=16)
    tried = desk.try_move("a", "V2")
    assert tried.strains == (Strain.PIECES,)
    assert desk.tries("a")[0].van == "V3"  # what holds comes first


def test_lateness_is_a_strain_even_where_the_van_was_late_before() -> None:
    desk = board()
    late = desk.night.leaves_s + 100
    stops = tuple(stop(s.point, east=s.longitude or 0, closes_s=late) for s in desk.night.stops)
    hurried = Board(desk.tonight, desk.plan)
    object.__setattr__(hurried.tonight, "night", night(stops, desk.night.vans))
    hurried.plan = evaluate(hurried.night, desk.plan.points_of())
    assert Strain.LATE in hurried.try_move("c", "V2").strains


def test_swapping_twice_on_one_van_is_nothing_and_on_two_vans_each_goes_where_it_costs_least() -> None:
    desk = board()
    same = desk.try_swap("a", "c")
    assert same is not None
    assert same.plan.points_of()["V1"] == ("c", "b", "a")
    other = desk.try_swap("a", "d")
    assert other is not None
    assert "d" in other.plan.points_of()["V1"]
    assert "a" in other.plan.points_of()["V2"]
    assert desk.try_swap("a", "a") is None
    assert desk.try_swap("a", "nowhere") is None


def test_earlier_and_later_end_at_the_ends() -> None:
    desk = board()
    assert desk.try_shift("a", by=-1) is None
    assert desk.try_shift("c", by=1) is None
    later = desk.try_shift("a", by=1)
    assert later is not None
    assert later.plan.points_of()["V1"] == ("b", "a", "c")
    assert desk.try_reverse("V1").plan.points_of()["V1"] == ("c", "b", "a")


def test_every_step_goes_back_and_says_what_it_was() -> None:
    desk = board()
    first = desk.plan
    desk.take(desk.try_move("a", "V2"), "换车")
    second = desk.plan
    desk.take(desk.try_move("b", "V3"), "换车二")
    assert desk.undo() == "换车二"
    assert desk.plan is second
    assert desk.undo() == "换车"
    assert desk.plan is first
    assert desk.undo() == ""
    assert not desk.changed


def test_points_with_another_van_than_yesterday_are_told_with_what_going_back_costs() -> None:
    desk = board(yesterday={"a": "V2", "b": "V1", "c": "gone", "d": "V2"})
    found = {moved.point: moved for moved in desk.moved()}
    assert set(found) == {"a", "c"}
    assert found["c"].back is None
    back = found["a"].back
    assert back is not None
    assert back.effect.metres == 2000
    assert desk.moved()[-1].point in ("a", "c")


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.integers(0, 5)), max_size=12)
)
def test_whatever_a_hand_does_every_point_is_in_one_route_and_all_steps_go_back(
    steps: list[tuple[str, str, int]],
) -> None:
    desk = board()
    first = desk.plan
    done = 0
    for one, other, what in steps:
        tried = (
            desk.try_swap(one, other)
            if what == 0
            else desk.try_shift(one, by=1 - 2 * (what % 2))
            if what < 3
            else desk.try_move(one, f"V{what - 1}", at=what)
        )
        if tried is not None:
            desk.take(tried, "改")
            done += 1
        points = [point for route in desk.plan.routes for point in route.points]
        assert sorted(points) == list("abcdef")
        assert desk.plan == replace(
            evaluate(desk.night, desk.plan.points_of(), like=desk.plan), routes=desk.plan.routes
        )
    for _ in range(done):
        assert desk.undo() == "改"
    assert desk.plan is first


def test_trying_changes_nothing() -> None:
    desk = board()
    before = desk.plan
    desk.tries("a")
    desk.moved()
    desk.try_swap("a", "d")
    assert desk.plan is before
    assert desk.plan == evaluate(desk.night, {"V1": ["a", "b", "c"], "V2": ["d", "e", "f"]})


@pytest.mark.parametrize("point", ["a", "f"])
def test_a_point_in_no_route_can_be_put_into_one(point: str) -> None:
    desk = board()
    rest = {van: [p for p in points if p != point] for van, points in desk.plan.points_of().items()}
    desk.plan = evaluate(desk.night, rest)
    assert desk.route_of(point) is None
    best = desk.tries(point)[0]
    desk.take(best, "排进去")
    assert desk.route_of(point) is not None
    assert best.effect != Effect(0, 0, 0, 0)


def test_a_first_plan_can_be_changed_like_any_other() -> None:
    desk = board()
    desk.plan = first_plan(desk.night)
    for tried in desk.tries("a"):
        assert check(desk.night, tried.plan) == []
