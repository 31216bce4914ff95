"""Travel times: the guess, what arrivals teach, and what one absurd arrival does not."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.routing.roads import (
    DETOUR,
    HOURS,
    KM_PER_HOUR,
    Area,
    Leg,
    Place,
    between,
    drive_s,
    guessed_s,
    learn,
    matrix,
    road_m,
    straight_m,
)

PLACES = st.builds(
    Place,
    latitude=st.integers(-89_000_000, 89_000_000),
    longitude=st.integers(-180_000_000, 180_000_000),
    area=st.sampled_from(Area),
    town=st.sampled_from(["", "新桥镇", "黎塘镇"]),
)


def county(count: int, *, seed: int = 1) -> list[Place]:
    """Places of all kinds in a county of 50 km."""
    dice = random.Random(seed)
    return [
        Place(
            23_000_000 + dice.randrange(450_000),
            108_600_000 + dice.randrange(450_000),
            dice.choice(list(Area)),
            f"镇{dice.randrange(8)}",
        )
        for _ in range(count)
    ]


def drives(
    count: int, truth: Callable[[Leg], float], *, scatter: float = 0.3, seed: int = 2, hour: int | None = None
) -> list[Leg]:
    """Drives between places of a county that take `truth` times the guess, with scatter."""
    dice = random.Random(seed)
    places = county(150)
    made: list[Leg] = []
    while len(made) < count:
        start, end = dice.sample(places, 2)
        leg = Leg(start, end, dice.choice(HOURS) if hour is None else hour, 0)
        made.append(
            Leg(start, end, leg.hour, guessed_s(start, end) * truth(leg) * math.exp(dice.gauss(0, scatter)))
        )
    return made


# --- the guess ---------------------------------------------------------------------------------------------


def test_a_degree_of_latitude_is_111_kilometres_and_the_road_is_longer_by_its_area() -> None:
    one, other = Place(23_000_000, 108_000_000, Area.HILL), Place(24_000_000, 108_000_000, Area.HILL)
    assert straight_m(one, other) == pytest.approx(111_195, rel=0.001)
    assert road_m(one, other) == pytest.approx(111_195 * 1.6, rel=0.001)
    assert guessed_s(one, other) == pytest.approx(111.195 * 1.6 / KM_PER_HOUR[Area.HILL] * 3600, rel=0.001)


def test_a_drive_is_as_slow_as_its_slower_end() -> None:
    assert between(Area.PLAIN, Area.HILL) is between(Area.HILL, Area.PLAIN) is Area.HILL
    assert between(Area.TOWN, Area.PLAIN) is Area.TOWN


def test_a_county_across_the_sea_and_the_other_side_of_the_earth_are_only_far() -> None:
    here = Place(23_000_000, 108_000_000)
    assert straight_m(here, Place(-23_000_000, -72_000_000)) == pytest.approx(math.pi * 6_371_009, rel=1e-6)
    assert road_m(here, Place(20_000_000, 110_300_000)) > 400_000 * DETOUR[Area.PLAIN]


@given(st.lists(PLACES, min_size=1, max_size=5))
def test_the_matrix_says_what_the_single_drives_say(places: list[Place]) -> None:
    found = matrix(places)
    assert len(found.metres) == len(found.seconds) == len(places) ** 2
    for row, one in enumerate(places):
        for column, other in enumerate(places):
            at = row * len(places) + column
            assert found.metres[at] == pytest.approx(road_m(one, other), abs=0.6)
            assert found.seconds[at] == pytest.approx(drive_s(one, other, hour=8), abs=0.6)
            assert found.metres[at] == found.metres[column * len(places) + row]
        assert found.metres[row * len(places) + row] == found.seconds[row * len(places) + row] == 0


def test_what_was_learned_stands_in_the_matrix() -> None:
    learned = learn(drives(2_000, lambda leg: 1.5 if leg.end.area is Area.HILL else 1.0))
    places = county(12)
    found = matrix(places, learned=learned)
    for row, one in enumerate(places):
        for column, other in enumerate(places):
            by_hour = [drive_s(one, other, hour=hour, learned=learned) for hour in (7, 8, 9, 10)]
            assert found.seconds[row * 12 + column] == pytest.approx(sum(by_hour) / 4, rel=0.01, abs=1)


# --- learning ----------------------------------------------------------------------------------------------


def test_nothing_seen_nothing_learned() -> None:
    learned = learn([])
    assert learned.legs == 0
    assert learned.factor(Area.HILL, 8, start="镇1", end="镇2") == 1.0


@pytest.mark.parametrize("truth", [0.6, 1.0, 1.8])
def test_many_drives_teach_the_truth(truth: float) -> None:
    learned = learn(drives(6_000, lambda _: truth))
    for area in Area:
        for hour in HOURS:
            assert learned.factor(area, hour, start="镇1", end="镇2") == pytest.approx(truth, rel=0.08)


def test_hills_hours_and_towns_are_learned_apart() -> None:
    def truth(leg: Leg) -> float:
        hilly = 1.4 if between(leg.start.area, leg.end.area) is Area.HILL else 1.0
        rush = 1.25 if leg.hour == 7 else 1.0
        town: float = 1.5 ** ([leg.start.town, leg.end.town].count("镇3") / 2)
        return hilly * rush * town

    learned = learn(drives(12_000, truth))
    plain = learned.factor(Area.PLAIN, 9, start="镇1", end="镇1")
    assert learned.factor(Area.HILL, 9, start="镇1", end="镇1") / plain == pytest.approx(1.4, rel=0.08)
    assert learned.factor(Area.PLAIN, 7, start="镇1", end="镇1") / plain == pytest.approx(1.25, rel=0.08)
    assert learned.factor(Area.PLAIN, 9, start="镇3", end="镇3") / plain == pytest.approx(1.5, rel=0.08)
    assert plain == pytest.approx(1.0, rel=0.12)


def test_a_few_drives_are_believed_a_little_and_more_drives_more() -> None:
    factors = [
        learn(drives(count, lambda _: 2.0, scatter=0, hour=8)).factor(Area.HILL, 8, start="镇1", end="镇2")
        for count in (3, 30, 300, 3_000)
    ]
    assert 1.0 < factors[0] < 1.3
    assert factors == sorted(factors)
    assert factors[-1] == pytest.approx(2.0, rel=0.05)


@given(st.floats(1e-3, 1e6), st.integers(0, 59))
def test_one_absurd_arrival_moves_little(seconds: float, at: int) -> None:
    sober = drives(60, lambda _: 1.2)
    drunk = [*sober[:at], Leg(sober[at].start, sober[at].end, sober[at].hour, seconds), *sober[at + 1 :]]
    before, after = learn(sober), learn(drunk)
    for area in Area:
        for hour in HOURS:
            one = before.factor(area, hour, start="镇1", end="镇2")
            other = after.factor(area, hour, start="镇1", end="镇2")
            assert other == pytest.approx(one, rel=0.06)


def test_a_tenth_of_nonsense_among_the_drives_changes_the_lesson_little() -> None:
    good = drives(3_000, lambda _: 1.3)
    nonsense = [Leg(leg.start, leg.end, leg.hour, leg.seconds * 40) for leg in good[:300]]
    learned = learn([*nonsense, *good[300:]])
    assert learned.factor(Area.PLAIN, 8, start="镇1", end="镇1") == pytest.approx(1.3, rel=0.15)


def test_order_of_the_drives_does_not_matter() -> None:
    legs = drives(400, lambda leg: 1.5 if leg.hour == 7 else 0.9)
    mixed = random.Random(3).sample(legs, len(legs))
    one, other = learn(legs), learn(mixed)
    for key, value in one.paces.items():
        assert other.paces[key] == pytest.approx(value, abs=2e-3)


@pytest.mark.parametrize("seconds", [0, -60])
def test_times_that_cannot_be_and_drives_across_the_yard_teach_nothing(seconds: float) -> None:
    here, there = Place(23_000_000, 108_000_000), Place(23_100_000, 108_000_000)
    yard = Place(23_001_000, 108_000_000)
    assert learn([Leg(here, there, 8, seconds), Leg(here, yard, 8, 900), Leg(here, here, 8, 900)]).legs == 0


@given(st.lists(st.builds(Leg, PLACES, PLACES, st.integers(0, 23), st.floats(0.1, 1e7)), max_size=8))
def test_whatever_is_noted_the_factors_stay_sane(legs: list[Leg]) -> None:
    learned = learn(legs)
    for value in (*learned.paces.values(), *learned.towns.values()):
        assert math.isfinite(value)
        assert abs(value) < 1.5
