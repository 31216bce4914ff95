"""The projected finish: laws of the flow, and how often simulated nights end inside the band."""

from __future__ import annotations

from statistics import mean

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.waveboard.projection import (
    BIN_MS,
    FEWEST_BINS,
    Bin,
    Coming,
    Projection,
    Work,
    finish,
    pace_of,
    project,
    student,
    working,
)
from tests.waveboard.nights import simulate

NOW = 48 * BIN_MS
DEADLINE = 60 * BIN_MS
SEEDS = range(5_000, 5_200)
"""Other nights than those on which the drift was set."""

BINS = st.lists(
    st.builds(Bin, st.integers(20, 47).map(lambda at: at * BIN_MS), st.integers(0, 400), st.floats(0, 6)),
    min_size=3,
    max_size=20,
    unique_by=lambda made: made.start_ms,
)
TRUCKS = st.lists(
    st.builds(
        Coming,
        st.integers(-10, 30).map(lambda at: NOW + at * BIN_MS),
        st.integers(0, 2000),
        st.integers(0, 300),
    ),
    max_size=3,
).map(tuple)
WORKS = st.builds(Work, st.integers(0, 9000), st.integers(0, 1000), TRUCKS)
PACES = st.floats(1, 1000)


def steady(pieces: int = 180, *, heads: float = 4, count: int = 12) -> list[Bin]:
    """Bins that are all alike, up to now."""
    return [Bin(NOW - (at + 1) * BIN_MS, pieces, heads) for at in range(count)]


def shown(work: Work, bins: list[Bin], *, heads: float = 4) -> Projection:
    """A projection that there is."""
    found = project(work, bins, heads=heads, now_ms=NOW, deadline_ms=DEADLINE)
    assert found is not None
    return found


def test_a_steady_crew_is_done_when_division_says() -> None:
    found = shown(Work(1800, 0), steady(180))
    assert found.middle_ms == NOW + 10 * BIN_MS
    assert found.per_hour == 180 * 12
    assert found.soon_ms < found.middle_ms < found.late_ms


def test_nothing_left_is_done_now() -> None:
    assert shown(Work(0, 0), []) == Projection(NOW, NOW, NOW, 0, 100)


@pytest.mark.parametrize("count", range(FEWEST_BINS))
def test_too_few_bins_say_nothing(count: int) -> None:
    assert project(Work(10, 0), steady(count=count), heads=4, now_ms=NOW, deadline_ms=DEADLINE) is None


def test_a_break_does_not_slow_the_pace_and_a_half_bin_does_not_count() -> None:
    bins = [*steady(count=5), *(Bin(NOW - at * BIN_MS, 0, 4) for at in range(6, 9)), Bin(NOW - 60_000, 7, 4)]
    assert len(working(bins, now_ms=NOW)) == 5
    assert shown(Work(1800, 0), bins).middle_ms == NOW + 10 * BIN_MS


def test_a_head_more_is_felt_at_once() -> None:
    assert shown(Work(1800, 0), steady(), heads=5).middle_ms == NOW + 8 * BIN_MS


def test_a_late_truck_keeps_the_crew_waiting_with_the_frozen_goods() -> None:
    truck = Coming(NOW + 20 * BIN_MS, 180, 0)
    assert finish(Work(180, 180, (truck,)), 180, now_ms=NOW, late_ms=0) == NOW + 22 * BIN_MS
    assert finish(Work(180, 180), 180, now_ms=NOW, late_ms=0) == NOW + 2 * BIN_MS


def test_a_truck_that_should_be_here_is_still_waited_for() -> None:
    overdue = Work(0, 0, (Coming(NOW - 10 * BIN_MS, 180, 0),))
    assert finish(overdue, 180, now_ms=NOW, late_ms=0) == NOW + 3 * BIN_MS


@given(WORKS, PACES)
def test_the_flow_loses_no_piece(work: Work, pace: float) -> None:
    end = finish(work, pace, now_ms=NOW, late_ms=0)
    assert end >= NOW + work.pieces / pace * BIN_MS - 2 * (len(work.coming) + 1)
    dues = [max(truck.at_ms, NOW) + 2 * BIN_MS for truck in work.coming]
    assert end <= max([NOW, *dues]) + work.pieces / pace * BIN_MS + 2 * (len(work.coming) + 1)


@given(WORKS, PACES, st.floats(1.01, 3), st.integers(1, 500))
def test_faster_is_never_later_and_more_is_never_sooner(
    work: Work, pace: float, faster: float, more: int
) -> None:
    end = finish(work, pace, now_ms=NOW, late_ms=0)
    assert finish(work, pace * faster, now_ms=NOW, late_ms=0) <= end
    assert finish(Work(work.plain + more, work.frozen, work.coming), pace, now_ms=NOW, late_ms=0) >= end
    assert finish(work, pace, now_ms=NOW, late_ms=60_000) >= end


@given(WORKS, BINS, st.floats(0, 6))
def test_the_band_holds_its_middle(work: Work, bins: list[Bin], heads: float) -> None:
    found = project(work, bins, heads=heads, now_ms=NOW, deadline_ms=DEADLINE)
    assume(found is not None)
    assert found is not None
    assert NOW <= found.soon_ms <= found.middle_ms <= found.late_ms
    assert 0 <= found.chance <= 100


@given(BINS, st.floats(0.5, 6), st.integers(1, 9000))
def test_bins_that_scatter_more_make_the_doubt_no_smaller(bins: list[Bin], heads: float, pieces: int) -> None:
    found = pace_of(bins, heads=heads, pieces=pieces, now_ms=NOW)
    assume(found is not None)
    assert found is not None
    mean_pace = sum(x.pieces for x in working(bins, now_ms=NOW)) / sum(
        x.heads for x in working(bins, now_ms=NOW)
    )
    calm = [
        Bin(x.start_ms, max(1, round(mean_pace * x.heads)), x.heads) for x in bins if x.pieces and x.heads
    ]
    calmer = pace_of(calm, heads=heads, pieces=pieces, now_ms=NOW)
    assume(calmer is not None)
    assert calmer is not None
    assert calmer.doubt <= found.doubt * 1.25  # rounding of tiny bins apart


@pytest.mark.parametrize(("freedom", "exact"), [(2, 1.886), (4, 1.533), (8, 1.397), (30, 1.310)])
def test_the_quantile_is_student_s(freedom: int, exact: float) -> None:
    assert student(0.9, freedom) == pytest.approx(exact, rel=0.03)


@pytest.mark.parametrize("share", [0.2, 0.4, 0.6, 0.8])
def test_simulated_nights_end_inside_the_band_as_often_as_it_says(share: float) -> None:
    inside, errors = [], []
    for seed in SEEDS:
        night = simulate(seed)
        at = int(len(night.bins) * share)
        found = project(
            night.works[at],
            night.bins[:at],
            heads=night.bins[at - 1].heads,
            now_ms=at * BIN_MS,
            deadline_ms=DEADLINE,
        )
        assert found is not None
        inside.append(found.soon_ms <= night.end_ms <= found.late_ms)
        errors.append((night.end_ms - found.middle_ms) / 60_000)
    assert 0.70 <= mean(inside) <= 0.90
    assert abs(mean(errors)) < 12


def test_the_chance_that_it_holds_is_what_happens() -> None:
    said, held = [], []
    for seed in SEEDS:
        night = simulate(seed)
        at = len(night.bins) // 2
        found = project(
            night.works[at],
            night.bins[:at],
            heads=night.bins[at - 1].heads,
            now_ms=at * BIN_MS,
            deadline_ms=DEADLINE,
        )
        assert found is not None
        said.append(found.chance / 100)
        held.append(night.end_ms <= DEADLINE)
    assert mean(said) == pytest.approx(mean(held), abs=0.08)
    guess = mean(held)
    assert mean((a - b) ** 2 for a, b in zip(said, held, strict=True)) < 0.6 * guess * (1 - guess)
