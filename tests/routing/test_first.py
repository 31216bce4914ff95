"""The first plan: whole, lawful, and honest about what it cannot serve."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.routing.first import first_plan
from app.routing.night import DAY_S, Night, Out, Plan, Unserved, Why
from app.routing.reckon import check
from app.routing.wire import night_message, night_of
from tests.routing.nights import night, stop, van

SEVEN = 7 * 3600
KM = st.integers(-40, 40).map(float)
VANS = ("V1", "V2", "V3")


@st.composite
def stops_of_a_night(draw: st.DrawFn) -> list[Any]:
    count = draw(st.integers(0, 14))
    return [
        stop(
            f"p{at}",
            east=draw(KM),
            north=draw(KM),
            pieces=draw(st.integers(0, 60)),
            crates=draw(st.integers(0, 5)),
            cold=draw(st.booleans()),
            opens_s=draw(st.sampled_from([0, SEVEN, SEVEN + 3600])),
            closes_s=draw(st.sampled_from([SEVEN - 60, SEVEN + 1800, SEVEN + 7200, DAY_S])),
            service_s=draw(st.integers(0, 1800)),
            forbidden=draw(st.frozensets(st.sampled_from(VANS), max_size=2)),
        )
        for at in range(count)
    ]


@st.composite
def nights(draw: st.DrawFn) -> Night:
    stops = draw(stops_of_a_night())
    points = [each.point for each in stops]
    vans = [
        van(
            name,
            cold=draw(st.booleans()),
            pieces=draw(st.integers(0, 80)),
            shift_to_s=draw(st.sampled_from([SEVEN + 3600, DAY_S])),
        )
        for name in draw(st.sampled_from([(), VANS[:1], VANS]))
    ]
    groups: st.SearchStrategy[Any] = st.just(())
    pins: st.SearchStrategy[Any] = st.just({})
    if len(points) > 1:
        group = st.frozensets(st.sampled_from(points), min_size=2, max_size=3)
        groups = st.lists(group, max_size=1).map(tuple)
        pins = st.dictionaries(st.sampled_from(points), st.sampled_from([*VANS, "gone"]), max_size=3)
    return night(
        stops,
        vans,
        together=draw(groups),
        apart=draw(groups),
        fixed=draw(pins),
        yesterday=draw(pins),
        strange_fen=draw(st.sampled_from([0, 200])),
    )


@given(tonight=nights())
@settings(max_examples=60, deadline=None)
def test_a_first_plan_always_holds(tonight: Night) -> None:
    plan = first_plan(tonight)
    assert check(tonight, plan) == []
    assert plan.late_s == 0
    assert len(plan.van_of) + len(plan.unserved) == len(tonight.stops)


def reason(tonight: Night) -> Unserved:
    """The one point's fate."""
    plan = first_plan(tonight)
    assert check(tonight, plan) == []
    return plan.unserved[0]


def test_a_night_without_points_has_an_empty_plan() -> None:
    assert first_plan(night([], [van("V1")])) == Plan((), engine="sweep", source="test")


def test_without_vans_every_point_says_so() -> None:
    plan = first_plan(night([stop("a"), stop("b")], []))
    assert [each.why for each in plan.unserved] == [Why.NO_VANS, Why.NO_VANS]


def test_a_point_without_a_place_is_named() -> None:
    found = reason(night([replace(stop("a"), latitude=None)], [van("V1")]))
    assert (found.why, found.way_out and found.way_out.kind) == (Why.NO_PLACE, Out.SET_PLACE)


def test_all_points_in_one_place_are_one_way() -> None:
    plan = first_plan(night([stop(f"p{n}", east=2, pieces=1) for n in range(8)], [van("V1")]))
    assert (len(plan.routes), plan.metres) == (1, 4000)


def test_a_demand_above_every_van_is_to_be_split() -> None:
    found = reason(night([stop("a", pieces=120)], [van("V1"), van("V2")]))
    assert found.why == Why.TOO_BIG
    assert found.way_out is not None
    assert (found.way_out.kind, found.way_out.parts) == (Out.SPLIT, 3)


def test_a_van_that_holds_nothing_asks_for_another_not_for_no_parts() -> None:
    plan = first_plan(night([stop("p", east=1, north=1, pieces=9)], [van("V1", pieces=0)]))
    assert [(each.why, each.way_out and each.way_out.kind) for each in plan.unserved] == [
        (Why.TOO_BIG, Out.ANOTHER_VAN)
    ]


def test_a_guessed_place_beyond_reach_is_to_be_looked_at() -> None:
    plan = first_plan(night([replace(stop("p", east=1500, north=0, pieces=1), guessed=True)], [van("V1")]))
    assert [(each.why, each.way_out and each.way_out.kind) for each in plan.unserved] == [
        (Why.TOO_FAR, Out.SET_PLACE)
    ]


def test_who_waits_after_the_deadline_is_served_when_it_was_said() -> None:
    far = stop("far", east=190)
    tonight = night([far, stop("near", east=1)], [van("V1"), van("V2")])
    left = reason(tonight)
    assert (left.why, left.way_out and left.way_out.kind) == (Why.TOO_FAR, Out.LATER_WINDOW)
    until = left.way_out.until_s if left.way_out else 0
    assert until > tonight.deadline_s
    agreed = replace(tonight, stops=(replace(far, until_s=until), *tonight.stops[1:]))
    plan = first_plan(agreed)
    assert plan.unserved == ()
    assert plan.late_s == 0
    assert check(agreed, plan) == []
    assert night_of(json.loads(json.dumps(night_message(agreed)))).stops[0].until_s == until


def test_a_companion_that_cannot_be_served_leaves_the_others_of_its_group_out_with_the_reason() -> None:
    stops = [stop("a", closes_s=SEVEN - 60), stop("b"), stop("c")]
    tonight = night(stops, [van("V1")], together=(frozenset({"a", "b"}),))
    plan = first_plan(tonight)
    assert check(tonight, plan) == []
    assert {each.point: each.why for each in plan.unserved} == {"a": Why.BAD_WINDOW, "b": Why.COMPANY}


def test_a_window_that_cannot_be_met_asks_for_a_later_one() -> None:
    found = reason(night([stop("a", east=36, closes_s=SEVEN + 1800)], [van("V1")]))
    assert found.why == Why.TOO_FAR
    assert found.way_out is not None
    assert (found.way_out.kind, found.way_out.until_s) == (Out.LATER_WINDOW, SEVEN + 3600)


def test_a_point_across_the_sea_has_no_road() -> None:
    tonight = night([stop("a"), stop("island")], [van("V1")])
    for at in (2, 5, 6, 7):
        tonight.roads.metres[at] = tonight.roads.seconds[at] = -1
    assert reason(tonight) == Unserved("island", Why.NO_ROAD)


def test_a_point_a_thousand_kilometres_away_is_too_far() -> None:
    plan = first_plan(night([stop("a"), stop("far", east=1000)], [van("V1")]))
    assert [(each.point, each.why) for each in plan.unserved] == [("far", Why.TOO_FAR)]
    assert plan.van_of == {"a": "V1"}


def test_windows_that_are_upside_down_are_to_be_corrected() -> None:
    assert reason(night([stop("a", opens_s=SEVEN, closes_s=SEVEN - 1)], [van("V1")])).why == Why.BAD_WINDOW


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"cold": True}, Why.NO_COLD_VAN),
        ({"forbidden": frozenset({"V1"})}, Why.ALL_FORBIDDEN),
    ],
)
def test_what_no_van_may_do_is_named(more: dict[str, Any], why: Why) -> None:
    assert reason(night([stop("a", **more)], [van("V1")])).why == why


def test_a_fixed_van_that_is_not_here_can_be_let_go() -> None:
    found = reason(night([stop("a")], [van("V1")], fixed={"a": "gone"}))
    assert found.why == Why.VAN_AWAY
    assert found.way_out is not None
    assert (found.way_out.kind, found.way_out.van) == (Out.OTHER_VAN, "V1")


def test_full_vans_name_the_cheapest_way_out() -> None:
    stops = [stop("a", pieces=40), stop("b", pieces=40), stop("c", pieces=12)]
    found = reason(night(stops, [van("V1"), van("V2")]))
    assert (found.point, found.why) == ("c", Why.VANS_FULL)
    assert found.way_out is not None
    assert (found.way_out.kind, found.way_out.parts) == (Out.SPLIT, 2)


def test_room_without_time_names_a_later_window() -> None:
    stops = [stop("a", east=30, closes_s=SEVEN + 3000), stop("b", east=-30, closes_s=SEVEN + 3000)]
    found = reason(night(stops, [van("V1")]))
    assert found.why == Why.NO_TIME
    assert found.way_out is not None
    assert (found.way_out.kind, found.way_out.van) == (Out.LATER_WINDOW, "V1")


def test_a_fixed_table_is_only_put_in_order() -> None:
    stops = [stop(f"p{n}", east=float(n), pieces=2) for n in range(1, 7)]
    table = {each.point: ("V1", "V2")[n % 2] for n, each in enumerate(stops)}
    plan = first_plan(night(stops, [van("V1"), van("V2"), van("V3")], fixed=table))
    assert plan.van_of == table
    assert plan.metres == 10_000 + 12_000


def test_a_tight_load_finds_room_by_changing_places() -> None:
    stops = [stop(f"p{n}", east=float(n), pieces=pieces) for n, pieces in enumerate((26, 26, 26, 24, 24, 24))]
    assert first_plan(night(stops, [van("V1"), van("V2"), van("V3")])).unserved == ()


def test_who_rides_together_with_a_hopeless_point_stays_with_it() -> None:
    stops = [stop("a", closes_s=SEVEN - 60), stop("b"), stop("c")]
    tonight = night(stops, [van("V1"), van("V2")], together=(frozenset({"a", "b"}),))
    plan = first_plan(tonight)
    assert check(tonight, plan) == []
    assert [(each.point, each.why) for each in plan.unserved] == [("a", Why.BAD_WINDOW), ("b", Why.COMPANY)]
