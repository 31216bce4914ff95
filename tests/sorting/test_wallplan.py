"""Laws of the wall's plan over random stations, and what it owes to yesterday and to people's eyes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sorting.alike import ALIKE, similarity
from app.sorting.wallplan import (
    BAY_SLOTS,
    CHANGE_DM,
    LANES,
    LEVELS,
    Stop,
    WallPlan,
    assigned,
    fixed_labels,
    in_lane,
    lane_of,
    plan_wall,
    slot_at,
    slot_name,
)
from tests.benchmarks.wall import figures


@st.composite
def stations(draw: st.DrawFn) -> list[Stop]:
    """Points of some vans with tonight's pieces."""
    sizes = draw(st.lists(st.lists(st.integers(0, 60), min_size=1, max_size=14), max_size=6))
    return [
        Stop(f"BY-{van:02d}{nth:02d}", f"镇{van}第{nth}村 · 店", f"R{van:02d}", pieces)
        for van, points in enumerate(sizes, 1)
        for nth, pieces in enumerate(points, 1)
    ]


def slots_of(plan: WallPlan) -> dict[str, str]:
    """Each point's slot."""
    return {place.point: place.slot for place in plan.places}


def assert_sound(plan: WallPlan, stops: list[Stop]) -> None:
    """Every point has one slot, no slot has two points, a van's busy slots stand in one lane without a stranger."""
    slots = [place.slot for place in plan.places]
    assert len(set(slots)) == len(slots)
    assert sorted(place.point for place in plan.places) == sorted(stop.point for stop in stops)
    busy = [place for place in plan.places if place.pieces]
    for route in {place.route for place in busy}:
        mine = [lane_of(slot_at(place.slot)) for place in busy if place.route == route]
        assert len({lane for lane, _ in mine}) == 1
        inside = range(min(at for _, at in mine), max(at for _, at in mine) + 1)
        others = [lane_of(slot_at(place.slot)) for place in busy if place.route != route]
        assert not [at for lane, at in others if lane == mine[0][0] and at in inside]


@settings(max_examples=30)
@given(stations(), st.integers(1, 6))
def test_every_point_has_one_slot_and_a_van_stands_together(stops: list[Stop], sorters: int) -> None:
    plan = plan_wall(stops, sorters=sorters)
    assert_sound(plan, stops)
    assert plan.pieces == sum(stop.pieces for stop in stops)
    assert {place.sorter for place in plan.places} <= set(range(1, sorters + 1))
    assert plan_wall(list(reversed(stops)), sorters=sorters) == plan


@settings(max_examples=30)
@given(stations(), stations())
def test_a_plan_that_starts_from_yesterday_holds_the_same_laws(today: list[Stop], before: list[Stop]) -> None:
    plan = plan_wall(today, before=slots_of(plan_wall(before)))
    assert_sound(plan, today)


@settings(max_examples=30)
@given(stations())
def test_the_same_night_again_changes_a_slot_only_where_that_pays(stops: list[Stop]) -> None:
    plan = plan_wall(stops)
    again = plan_wall(stops, before=slots_of(plan))
    saved = 10 * (plan.metres_a_piece - again.metres_a_piece) * plan.pieces
    assert again.changed * CHANGE_DM <= saved + 1


def test_a_large_night_is_balanced_near_and_stays_near_to_yesterday() -> None:
    found = figures()
    assert found["metres_ratio"] <= 0.7
    assert found["imbalance_percent"] <= 5
    assert found["van_span_m"] < found["control_van_span_m"] / 5
    assert found["changed_slots_share"] < 0.5
    assert found["next_metres_ratio"] < 0.8
    assert found["alike_side_by_side"] * 5 < found["control_alike_side_by_side"]


@given(st.lists(st.lists(st.integers(0, 50), min_size=5, max_size=5), min_size=1, max_size=5))
def test_the_assignment_is_the_cheapest(costs: list[list[int]]) -> None:
    from itertools import permutations

    cheapest = min(
        sum(row[column] for row, column in zip(costs, columns, strict=True))
        for columns in permutations(range(5), len(costs))
    )
    found = assigned(costs)
    assert len(set(found)) == len(found)
    assert sum(row[column] for row, column in zip(costs, found, strict=True)) == cheapest


@given(st.integers(0, 2_000))
def test_a_slot_is_named_and_found_again(at: int) -> None:
    assert slot_at(slot_name(at)) == at
    lane, inside = lane_of(at)
    assert in_lane(lane, inside) == at
    assert at % LEVELS in LANES[lane]


def test_slots_are_numbered_bay_by_bay() -> None:
    assert [slot_name(at) for at in (0, 6, BAY_SLOTS - 1, BAY_SLOTS)] == ["1-01", "1-07", "1-25", "2-01"]


@pytest.mark.parametrize("text", ["", "1", "1-", "1-00", "1-26", "0-01", "-1-01", "a-01", "1-01-X", "１-0x"])
def test_what_is_no_slot_is_said_so(text: str) -> None:
    with pytest.raises(ValueError, match="no slot"):
        slot_at(text)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (("黎塘镇爱民村 · 阿宝小卖部", "BY-0100"), ("黎塘镇爱国村 · 阿梅便利店", "BY-0200"), True),
        (("甘棠镇南桥村", "BY-0101"), ("中华镇蒙记村", "BY-0107"), True),
        (("甘棠镇南桥村", "BY-0112"), ("中华镇蒙记村", "BY-0121"), True),
        (("甘棠镇南桥村", "BY-0112"), ("中华镇蒙记村", "BY-0345"), False),
        (("新桥镇大仙村 · 甲店", "BY-0009"), ("新桥镇大仙村 · 乙店", "BY-0345"), True),
        (("", ""), ("", ""), False),
    ],
)
def test_what_people_confuse(one: tuple[str, str], other: tuple[str, str], alike: bool) -> None:
    assert (similarity(one, other) >= ALIKE) is alike
    assert similarity(one, other) == similarity(other, one)


def test_look_alikes_of_one_van_are_moved_apart() -> None:
    names = ["爱民", "爱国", "南桥", "大宁", "蒙记", "高田", "司马", "三韦", "长新", "凌达"]
    stops = [Stop(f"BY-{at}00{at}", f"黎塘镇{name}村", "R01", 20 - at) for at, name in enumerate(names)]
    assert plan_wall(stops).alike_pairs == 0


def test_no_sorter_or_a_point_named_twice_is_refused() -> None:
    stop = Stop("BY-0001", "甲", "R01", 3)
    with pytest.raises(ValueError, match="each point once"):
        plan_wall([stop, stop])
    with pytest.raises(ValueError, match="sorters"):
        plan_wall([stop], sorters=0)


def test_a_station_without_points_has_an_empty_wall() -> None:
    assert plan_wall([]).places == ()
    assert fixed_labels([]).metres_a_piece == 0
