"""A lost van, a closed road, a dropped point: only what must be touched is touched."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given, settings

from app.routing.first import first_plan
from app.routing.night import NO_ROAD, Night, Plan
from app.routing.reckon import check, evaluate
from app.routing.repair import repair
from tests.routing.nights import night, stop, van
from tests.routing.test_first import nights


def a_night(*, vans: int = 5, points: int = 30) -> Night:
    """Points all around, and more vans than needed."""
    chance = Random(3)
    stops = [
        stop(f"p{n}", east=chance.uniform(-9, 9), north=chance.uniform(-9, 9), pieces=chance.randint(1, 10))
        for n in range(points)
    ]
    return night(stops, [van(f"V{n}", crates=40) for n in range(1, vans + 1)])


def without(tonight: Night, *lost: str) -> Night:
    """The night without these vans."""
    return replace(tonight, vans=tuple(each for each in tonight.vans if each.name not in lost))


def moved(before: Plan, after: Plan) -> set[str]:
    """Points that changed their van."""
    return {point for point, name in before.van_of.items() if after.van_of.get(point) != name}


def test_a_lost_van_leaves_the_others_as_they_are() -> None:
    tonight = a_night()
    plan = first_plan(tonight)
    lost = plan.routes[0]
    mended = repair(without(tonight, lost.van), plan)
    assert check(without(tonight, lost.van), mended) == []
    assert mended.unserved == ()
    assert moved(plan, mended) == set(lost.points)


def test_without_a_spare_van_what_has_no_room_is_named() -> None:
    tonight = a_night()
    plan = first_plan(tonight)
    idle = [each.name for each in tonight.vans if each.name not in plan.points_of()]
    lost = max(plan.routes, key=lambda route: route.pieces)
    rest = without(tonight, lost.van, *idle)
    mended = repair(rest, plan)
    assert check(rest, mended) == []
    assert {each.point for each in mended.unserved} <= set(lost.points)


def test_a_dropped_point_touches_its_van_only() -> None:
    tonight = a_night()
    plan = first_plan(tonight)
    gone = plan.routes[0].points[0]
    stops = [each for each in tonight.stops if each.point != gone]
    rest = night(stops, tonight.vans)
    mended = repair(rest, plan)
    assert check(rest, mended) == []
    assert mended.routes[1:] == plan.routes[1:]
    assert mended.routes[0].metres <= plan.routes[0].metres


def test_a_closed_road_is_driven_around() -> None:
    tonight = a_night()
    plan = first_plan(tonight)
    one, other = (tonight.index[point] for point in plan.routes[0].points[:2])
    width = tonight.width
    for start, end in ((one, other), (other, one)):
        tonight.roads.metres[start * width + end] = tonight.roads.seconds[start * width + end] = NO_ROAD
    closed = night(tonight.stops, tonight.vans)
    closed = replace(closed, roads=tonight.roads)
    assert check(closed, plan) != []
    mended = repair(closed, plan)
    assert check(closed, mended) == []
    assert mended.unserved == ()
    assert mended.routes[1:] == plan.routes[1:]


def test_a_plan_that_holds_stays_as_it_is() -> None:
    tonight = a_night()
    plan = first_plan(tonight)
    assert repair(tonight, plan).routes == plan.routes


@given(tonight=nights(), other=nights())
@settings(max_examples=40, deadline=None)
def test_any_plan_is_put_right_for_any_night(tonight: Night, other: Night) -> None:
    mended = repair(other, first_plan(tonight))
    assert check(other, mended) == []
    assert len(mended.van_of) + len(mended.unserved) == len(other.stops)


def test_a_wild_plan_by_hand_is_put_right() -> None:
    tonight = a_night(points=12)
    wild = evaluate(tonight, {"V1": [each.point for each in tonight.stops]})
    assert check(tonight, repair(tonight, wild)) == []
