"""A plan's times, cost and lateness, and the checker that trusts nobody."""

from __future__ import annotations

from dataclasses import replace

from app.routing.night import Plan, Unserved, Why
from app.routing.reckon import change, check, effect, evaluate, reckon
from tests.routing.nights import night, stop, van

SEVEN = 7 * 3600


def test_a_route_counts_its_way_there_and_back() -> None:
    tonight = night([stop("a", east=1), stop("b", east=3)], [van("V1")])
    route = reckon(tonight, "V1", ["a", "b"])
    assert route.metres == 1000 + 2000 + 3000
    assert route.arrivals_s == (SEVEN + 100, SEVEN + 100 + 120 + 200)
    assert route.back_s == SEVEN + 420 + 120 + 300
    assert route.cost_fen == 15_000 + 600
    assert route.late_s == 0


def test_a_van_waits_until_a_point_opens() -> None:
    tonight = night([stop("a", opens_s=SEVEN + 1000)], [van("V1")])
    assert reckon(tonight, "V1", ["a"]).arrivals_s == (SEVEN + 1000,)


def test_a_drop_must_end_by_the_deadline() -> None:
    tonight = night([stop("a", service_s=4 * 3600 - 60)], [van("V1")])
    route = reckon(tonight, "V1", ["a"])
    assert route.late_s == 40
    assert route.late_points == ("a",)
    assert check(tonight, evaluate(tonight, {"V1": ["a"]})) == ["V1: late at a"]


def test_coming_back_after_the_shift_is_late() -> None:
    tonight = night([stop("a")], [van("V1", shift_to_s=SEVEN + 300)])
    assert reckon(tonight, "V1", ["a"]).late_s == 20
    assert check(tonight, evaluate(tonight, {"V1": ["a"]})) == ["V1: is back after its shift"]


def test_a_van_that_stays_at_home_costs_nothing() -> None:
    tonight = night([stop("a")], [van("V1"), van("V2")])
    plan = evaluate(tonight, {"V1": ["a"], "V2": []})
    assert [route.van for route in plan.routes] == ["V1"]


def test_a_change_says_what_it_does_at_once() -> None:
    stops = [stop("a", east=1), stop("b", east=2), stop("c", east=-1)]
    tonight = night(stops, [van("V1"), van("V2")])
    before = evaluate(tonight, {"V1": ["a", "b"], "V2": ["c"]})
    after = change(tonight, before, {"V1": ["a"], "V2": ["c", "b"]})
    assert effect(before, after).metres == 2000 + (1000 + 3000 + 2000) - 4000 - 2000
    assert check(tonight, after) == []
    assert change(tonight, after, {"V1": ["a", "b"], "V2": ["c"]}) == before


def test_the_checker_sees_every_kind_of_wrong() -> None:
    stops = [
        stop("a", pieces=40), stop("b", pieces=40, cold=True), stop("c", forbidden=frozenset({"V1"})), stop("d"),
    ]  # fmt: skip
    tonight = night(
        stops,
        [van("V1"), van("V2", cold=True)],
        together=(frozenset({"a", "b"}),),
        apart=(frozenset({"c", "d"}),),
        fixed={"d": "V2"},
    )
    wrong = check(tonight, evaluate(tonight, {"V1": ["a", "c", "d"], "V2": ["b"]}))
    assert wrong == [
        "V1: carries more than it holds",
        "V1: drives where it may not",
        "not together: ['a', 'b']",
        "not apart: c, d",
        "d is fixed to V2",
    ]
    assert "V1: carries cold goods without a cold box" in check(tonight, evaluate(tonight, {"V1": ["b"]}))


def test_the_checker_counts_every_point_once() -> None:
    tonight = night([stop("a"), stop("b")], [van("V1")])
    assert check(tonight, evaluate(tonight, {"V1": ["a"]})) == ["points missing or unknown: ['b']"]
    assert check(tonight, evaluate(tonight, {"V1": ["a", "a", "b"]})) == ["a point stands twice in the plan"]
    left_out = Plan((), unserved=(Unserved("b", Why.NO_PLACE),))
    assert check(tonight, evaluate(tonight, {"V1": ["a"]}, like=left_out)) == []


def test_a_leg_without_a_road_is_seen() -> None:
    tonight = night([replace(stop("a"), latitude=None)], [van("V1")])
    assert "V1: takes a road that is not there" in check(tonight, evaluate(tonight, {"V1": ["a"]}))
    assert reckon(tonight, "V1", ["a"]).late_s > 0


def test_who_knows_a_village_best_goes_there_free() -> None:
    vans = [van("V1", driver="d1"), van("V2", driver="d2"), van("V3")]
    tonight = night(
        [stop("a"), stop("b"), stop("new")],
        vans,
        strange_fen=200,
        visits={("d1", "a"): 10, ("d2", "a"): 5},
        yesterday={"a": "V3", "b": "V2"},
    )
    assert [reckon(tonight, v.name, ["a"]).strange_fen for v in vans] == [0, 100, 200]
    assert [reckon(tonight, v.name, ["b"]).strange_fen for v in vans] == [200, 0, 200]
    assert [reckon(tonight, v.name, ["new"]).strange_fen for v in vans] == [0, 0, 0]


def test_the_share_kept_counts_points_of_both_days() -> None:
    tonight = night([stop("a"), stop("b"), stop("c")], [van("V1"), van("V2")],
                    yesterday={"a": "V1", "b": "V2", "gone": "V1"})  # fmt: skip
    assert evaluate(tonight, {"V1": ["a", "b", "c"]}).kept_share == 0.5
