"""The board's rules: a route's state, who should help where, and what to do next."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.answers import Tone
from app.waveboard.rules import (
    GAIN_MINUTES,
    NOBODY,
    Help,
    Night,
    Room,
    RouteNow,
    Side,
    Sorter,
    State,
    TruckNow,
    next_steps,
    side_of,
    state_of,
    suggest,
)

HOUR = 3_600_000
NOW = 100 * HOUR
ROUTE = RouteNow("R01", "1-1", NOW + 2 * HOUR)


@pytest.mark.parametrize(
    ("route", "state"),
    [
        (replace(ROUTE, left=10), State.BEHIND),
        (ROUTE, State.WAITING),
        (replace(ROUTE, done=45, left=55), State.SORTING),
        (replace(ROUTE, done=20, left=80), State.BEHIND),
        (replace(ROUTE, done=100, crates=3, sealed=1), State.SEALING),
        (replace(ROUTE, done=100, crates=3, sealed=3, aboard=1), State.LOADING),
        (replace(ROUTE, done=100, crates=3, sealed=3, aboard=3), State.READY),
        (replace(ROUTE, done=100, left=5, closed_ms=NOW), State.CLOSED),
        (replace(ROUTE, closed_ms=NOW, handed_ms=NOW), State.GONE),
        (replace(ROUTE, done=50, left=50, leaves_ms=NOW), State.LATE),
        (replace(ROUTE, closed_ms=NOW, leaves_ms=NOW), State.CLOSED),
    ],
)
def test_a_route_is_where_its_pieces_and_doors_say(route: RouteNow, state: State) -> None:
    assert state_of(route, night_share=0.5, now_ms=NOW) is state


def test_nobody_is_behind_while_the_night_is_young() -> None:
    assert state_of(replace(ROUTE, done=1, left=99), night_share=0.25, now_ms=NOW) is State.SORTING
    assert state_of(replace(ROUTE, left=99), night_share=0.25, now_ms=NOW) is State.WAITING


# --- people ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("puts", "side"),
    [({}, 0), ({1: 60, 2: 40}, 1), ({1: 50, 2: 50}, 0), ({-1: 100}, 0), ({-1: 50, 2: 50}, 0)],
)
def test_somebody_belongs_where_most_of_the_last_pieces_went(puts: dict[int, int], side: int) -> None:
    assert side_of(puts) == side


def crew(*sides: int) -> list[Sorter]:
    """People at these parts of the wall."""
    return [Sorter(f"s{at}", 500, HOUR, side) for at, side in enumerate(sides)]


def test_the_one_whose_part_is_done_helps_at_the_part_that_is_behind() -> None:
    found = suggest([Side(1, 900), Side(2, 0)], crew(1, 2), per_head_hour=500)
    assert found == Help("s1", 2, 1, target_minutes=108, source_minutes=0, new_minutes=54)


def test_a_part_where_nobody_stands_gets_somebody() -> None:
    found = suggest([Side(1, 300), Side(2, 200)], crew(2, 2), per_head_hour=500)
    assert found is not None
    assert (found.target, found.target_minutes, found.new_minutes) == (1, NOBODY, 36)


@pytest.mark.parametrize(
    ("sides", "people"),
    [
        ([Side(1, 300), Side(2, 280)], crew(1, 2)),
        ([Side(1, 30), Side(2, 0)], crew(1, 2)),
        ([Side(1, 900)], crew(1, 1)),
        ([Side(1, 900), Side(2, 0)], crew(0, 0)),
        ([Side(1, 900), Side(2, 0)], []),
    ],
)
def test_nobody_is_sent_where_nothing_is_gained(sides: list[Side], people: list[Sorter]) -> None:
    assert suggest(sides, people, per_head_hour=500) is None


@given(
    st.lists(st.integers(0, 3000), min_size=2, max_size=5),
    st.lists(st.integers(0, 5), max_size=7),
    st.floats(50, 900),
)
def test_a_suggestion_always_brings_the_end_nearer(left: list[int], where: list[int], rate: float) -> None:
    sides = [Side(at, pieces) for at, pieces in enumerate(left, 1)]
    people = crew(*where)
    found = suggest(sides, people, per_head_hour=rate)
    if found is None:
        return
    mover = next(one for one in people if one.name == found.name)
    assert mover.side == found.source != found.target
    after = max(found.new_minutes, found.source_minutes)
    assert after <= found.target_minutes - GAIN_MINUTES
    assert found.new_minutes < found.target_minutes


def test_pieces_a_person_hour_need_some_minutes() -> None:
    assert Sorter("s", 40, 60_000).per_hour == 0
    assert Sorter("s", 260, HOUR // 2).per_hour == 520


# --- what to do next ---------------------------------------------------------------------------------------

TRUCK = TruckNow("T1", NOW - HOUR, arrived_ms=NOW - HOUR, pieces=100, containers=3)
SORTED = replace(ROUTE, done=100, crates=2)


def words(night: Night) -> list[str]:
    """What is said to be done."""
    return [step.word for step in next_steps(night)]


@pytest.mark.parametrize(
    ("night", "said"),
    [
        (Night(NOW), ["等线路"]),
        (Night(NOW, routes=(ROUTE,), slots=5, code_unseen=True), ["抄下恢复码"]),
        (Night(NOW, routes=(replace(ROUTE, left=10),)), ["排格口"]),
        (Night(NOW, (TRUCK,), (replace(ROUTE, left=10),), slots=5, dock=10), ["卸车", "分拣"]),
        (Night(NOW, (), (SORTED,), slots=5), ["封筐", "清场"]),
        (Night(NOW, (), (replace(SORTED, sealed=2),), slots=5, cleared=True), ["装车"]),
        (Night(NOW, (), (replace(SORTED, sealed=2, aboard=2),), slots=5, cleared=True), ["关车门"]),
        (Night(NOW, (), (replace(SORTED, sealed=2, aboard=2, closed_ms=NOW),), cleared=True), ["交接"]),
        (
            Night(
                NOW, (), (replace(SORTED, sealed=2, aboard=2, closed_ms=NOW, handed_ms=NOW),), cleared=True
            ),
            [],
        ),
        (Night(NOW, clashes=((Room.DOCK, 0), (Room.LOADING, 2)), routes=(ROUTE,), slots=5), ["两台电脑撞了"]),
    ],
)
def test_the_night_asks_for_one_thing_after_the_other(night: Night, said: list[str]) -> None:
    assert words(night) == said


def test_a_van_that_should_have_left_comes_first() -> None:
    late = replace(SORTED, sealed=2, leaves_ms=NOW - 1)
    step = next_steps(Night(NOW, routes=(late,), dock=10, slots=5))[0]
    assert (step.room, step.word, step.tone) == (Room.LOADING, "发车晚了", Tone.WRONG)
    soon = replace(late, leaves_ms=NOW + 60_000)
    assert next_steps(Night(NOW, routes=(soon,), dock=10, slots=5))[0].tone is Tone.LOOK


def test_a_truck_on_the_road_is_calm_until_it_is_late() -> None:
    road = TruckNow("T2", NOW + HOUR, pieces=100)
    assert words(Night(NOW, (road,), (ROUTE,), slots=5)) == ["接车"]
    late = next_steps(Night(NOW, (replace(road, expected_ms=NOW - HOUR),), (ROUTE,), slots=5))[0]
    assert (late.word, late.tone) == ("车没到", Tone.LOOK)
    assert "60 分" in late.sentence
