"""Laws of a station's night: what is loaded adds up, and every point has its van."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import clock
from app.domain.ids import ean13_is_valid
from app.domain.labels import lot_of_label
from app.domain.villages import counties
from app.sandbox.station_story import StationNight, piece_labels, station_night

DAY = "2026-11-22"

nights = st.builds(
    lambda seed, county, day, points, pieces: station_night(
        seed=seed, county=county, day=day, points=points, pieces=pieces
    ),
    st.integers(0, 10**9),
    st.sampled_from([county.name for county in counties()]),
    st.dates(date(2023, 1, 1), date(2030, 12, 31)).map(date.isoformat),
    st.integers(1, 200),
    st.integers(1, 2_000),
)
many = settings(max_examples=15, deadline=None)


@pytest.fixture(scope="module")
def night() -> StationNight:
    """A typical night in Binyang."""
    return station_night(seed=1, county="宾阳县", day=DAY)


@given(nights)
@many
def test_lines_containers_pallets_and_routes_hold_the_same_pieces(night: StationNight) -> None:
    by_container = Counter[str]()
    for line in night.lines:
        by_container[line.container] += line.pieces
    pallets = [pallet for truck in night.trucks for pallet in truck.pallets]
    boxes = [container for pallet in pallets for container in pallet.containers]
    assert {box.label: box.pieces for box in boxes} == by_container
    assert sum(pallet.pieces for pallet in pallets) == night.pieces
    assert sum(route.pieces for route in night.routes) == night.pieces


@given(nights)
@many
def test_every_line_came_whole_or_damaged_or_is_missing(night: StationNight) -> None:
    lost = {c.label for t in night.trucks for p in t.pallets for c in p.containers if not c.here}
    for line in night.lines:
        truth = night.truth_of(line)
        assert truth.announced == line.pieces
        assert min(truth.ok, truth.damaged, truth.missing) >= 0
        assert line.container not in lost or truth.ok == 0
    assert set(night.truth) <= {line.lot for line in night.lines}


@given(nights)
@many
def test_every_point_is_on_one_route(night: StationNight) -> None:
    stops = [point for route in night.routes for point in route.points]
    assert sorted(stops) == sorted(point.code for point in night.points)
    assert {line.point for line in night.lines} <= set(stops)


def test_a_night_has_the_region_s_volume(night: StationNight) -> None:
    assert night.pieces == 9_400
    assert len(night.points) == 550
    assert len(night.routes) == 27
    assert all(200 < route.pieces < 500 for route in night.routes)
    pallets = [pallet for truck in night.trucks for pallet in truck.pallets]
    assert 400 < night.pieces / len(pallets) < 560
    assert 35 < sum(pallet.products for pallet in pallets) / len(pallets) < 85


def test_labels_look_as_in_the_field(night: StationNight) -> None:
    for truck in night.trucks:
        for pallet in truck.pallets:
            assert re.fullmatch(r"\d{14}", pallet.label)
            assert re.fullmatch(r"TP\d{5}", pallet.number)
            assert len(pallet.containers) <= 4
            assert all(re.fullmatch(r"[A-Z]{3}\d{3}", box.label) for box in pallet.containers)
    assert len({line.lot for line in night.lines}) == len(night.lines)
    assert all(ean13_is_valid(line.barcode) for line in night.lines)


def test_each_piece_has_its_own_label_that_leads_back_to_its_lot(night: StationNight) -> None:
    labels = [label for line in night.lines for label in piece_labels(line)]
    assert len(set(labels)) == night.pieces
    line = max(night.lines, key=lambda each: each.pieces)
    assert [lot_of_label(label) for label in piece_labels(line)] == [
        (line.lot, nth) for nth in range(1, line.pieces + 1)
    ]


@pytest.mark.parametrize("label", ["", "J", "JLBY1-1-", "6901234567892", "JLBY261122W00001-1-0", "JLBY-x-1"])
def test_a_label_that_is_not_ours_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match="no piece label"):
        lot_of_label(label)


def test_routes_and_positions_stay_from_night_to_night(night: StationNight) -> None:
    next_night = station_night(seed=1, county="宾阳县", day=clock.day_after(DAY, 1))
    assert [route.points for route in next_night.routes] == [route.points for route in night.routes]
    assert [route.driver for route in next_night.routes] == [route.driver for route in night.routes]
    assert next_night.points == night.points
    assert next_night.lines != night.lines
    assert all(point.position.guessed for point in night.points)


def test_weeks_of_nights_show_every_kind_of_mishap() -> None:
    told = [
        station_night(seed=1, county="马山县", day=clock.day_after(DAY, ahead), points=60, pieces=1_000)
        for ahead in range(40)
    ]
    assert any(truck.late for night in told for truck in night.trucks)
    assert any(not c.here for n in told for t in n.trucks for p in t.pallets for c in p.containers)
    assert any(night.over for night in told)
    assert any(night.wrong_containers for night in told)
    assert any(truth.damaged for night in told for truth in night.truth.values())
    for story in told:
        own = {line.container for line in story.lines}
        assert own.isdisjoint(wrong.label for wrong in story.wrong_containers)


def test_a_station_without_points_is_refused() -> None:
    with pytest.raises(ValueError, match="points and pieces"):
        station_night(seed=1, county="宾阳县", day=DAY, points=0)
