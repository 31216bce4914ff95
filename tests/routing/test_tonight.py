"""The night that is put together from the book: vans, goods, points, ties and roads; and what is adopted of it."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain import events as e
from app.routing import queries, words
from app.routing.actions import Adopt, Adopted, Keep, KeepSettings, NoteArrival, PutBack, SetTable
from app.routing.first import first_plan
from app.routing.night import NO_ROAD, Van, Why
from app.routing.queries import Demand, Settings
from app.routing.reckon import check
from app.routing.roads import Place
from app.routing.tonight import Known, Wish, _route_names, adopted, gather, tonight
from app.sandbox.station_story import StationNight
from app.store.connection import Reader
from app.store.opening import Store
from tests.samples import Record
from tests.station import DAY, KnowNoVans, small_night, station_store

BEFORE = "2026-11-21"


@pytest.fixture(scope="module")
def story() -> StationNight:
    """Forty points on four vans."""
    return small_night(points=40, pieces=1200)


@pytest.fixture
def store(tmp_path: Path, story: StationNight) -> Iterator[Store]:
    """A station's book before its night."""
    opened = station_store(tmp_path, story)
    opened.writer.do(KnowNoVans())
    yield opened
    opened.close()


@pytest.fixture
def reader(store: Store) -> Iterator[Reader]:
    """Reads of it."""
    made = store.reader()
    yield made
    made.close()


@pytest.fixture
def known(reader: Reader) -> Known:
    """What the book knows at first."""
    return gather(reader, day=DAY)


def vans(reader: Reader) -> tuple[e.VanSet, ...]:
    """The listed vans as entered by hand, with a driver's name each."""
    return tuple(
        e.VanSet(plate, f"{at}号车", 200, 40, cold=True)
        for at, (plate, _) in enumerate(queries.listed_vans(reader), 1)
    )


# --- goods and points --------------------------------------------------------------------------------------


def test_every_announced_piece_is_in_the_night_once(known: Known, story: StationNight) -> None:
    night = tonight(known)
    assert night.pieces == story.pieces
    by_point = {demand.point: demand.pieces for demand in known.demands}
    assert {stop.point: stop.pieces for stop in night.night.stops} == by_point


def test_crates_hold_so_many_pieces_and_cold_ones_have_their_own() -> None:
    assert Demand("p", 26).crates(of=25) == 2
    assert Demand("p", 26, cold=1).crates(of=25) == 2
    assert Demand("p", 25, cold=25).crates(of=25) == 1
    assert Demand("p", 27, cold=2).crates(of=25) == 2


def test_without_vans_entered_the_stations_table_says_who_drives(known: Known, story: StationNight) -> None:
    night = tonight(known)
    assert {van.name for van in night.night.vans} == {route.driver.plate for route in story.routes}
    assert night.lacks.no_vans == 1
    assert sum(van.pieces for van in night.night.vans) >= story.pieces
    assert "还没有填车辆" in "".join(words.lacks(night.lacks))


def test_before_the_goods_are_announced_the_last_plan_stands_for_them(store: Store, reader: Reader) -> None:
    stop = e.PlannedStop("BY-0001", 26_000, 17, 2)
    route = e.PlannedRoute("R1", "桂A1", "", "", "", 25_200, 30_000, 1000, (stop,))
    store.writer.do(Record((e.PlanAdopted(DAY, (route,)),)))
    known = gather(reader, day="2026-11-23")
    assert [(demand.point, demand.pieces) for demand in known.demands] == [("BY-0001", 17)]
    assert tonight(known).lacks.not_announced == 1


def test_a_point_in_parts_has_all_its_pieces_and_one_place(known: Known) -> None:
    big = max(known.demands, key=lambda demand: demand.pieces)
    night = tonight(known, Wish(parts={big.point: 3}))
    parts = [stop for stop in night.night.stops if stop.point.startswith(big.point)]
    assert [stop.point for stop in parts] == [big.point, f"{big.point}#2", f"{big.point}#3"]
    assert sum(stop.pieces for stop in parts) == big.pieces
    assert max(stop.pieces for stop in parts) - min(stop.pieces for stop in parts) <= 1
    assert night.night.metres(night.night.index[parts[0].point], night.night.index[parts[1].point]) == 0


def test_a_point_without_a_place_has_no_road_and_is_said_to_be_lost(store: Store, reader: Reader) -> None:
    point = gather(reader, day=DAY).demands[0].point
    row = next(stop for stop in queries.stops(reader) if stop.point == point)
    store.writer.do(Keep((replace(row, latitude=0, longitude=0),)))
    night = tonight(gather(reader, day=DAY))
    at = night.night.index[point]
    assert night.night.metres(0, at) == night.night.metres(at, 0) == NO_ROAD
    assert night.lacks.lost == 1
    plan = first_plan(night.night)
    assert [(each.point, each.why) for each in plan.unserved] == [(point, Why.NO_PLACE)]


def test_hours_unloading_and_forbidden_vans_come_from_the_points_sheet(store: Store, reader: Reader) -> None:
    point = gather(reader, day=DAY).demands[0]
    row = next(stop for stop in queries.stops(reader) if stop.point == point.point)
    store.writer.do(
        Keep((replace(row, opens_s=28_000, closes_s=36_000, unloading_s=300, forbidden=("桂A1",)),))
    )
    stop = tonight(gather(reader, day=DAY)).night.stop_at[point.point]
    assert (stop.opens_s, stop.closes_s, stop.service_s) == (28_000, 36_000, 300 + 3 * point.pieces)
    assert stop.forbidden == {"桂A1"}


# --- vans and ties -----------------------------------------------------------------------------------------


def test_entered_vans_are_planned_with_slack_until_they_are_filled_up(store: Store, reader: Reader) -> None:
    store.writer.do(Keep(vans(reader)))
    known = gather(reader, day=DAY)
    assert {van.pieces for van in tonight(known).night.vans} == {200 * 97 // 100}
    assert {van.pieces for van in tonight(known, Wish(full=1)).night.vans} == {200}


def test_drivers_take_their_own_van_and_who_has_none_a_free_one(store: Store, reader: Reader) -> None:
    fleet = vans(reader)
    store.writer.do(Keep(fleet))
    store.writer.do(
        Keep(
            (
                e.DriverSet("d1", "甲", fleet[1].van, 25_200, 40_000),
                e.DriverSet("d2", "乙", "", 21_600, 46_800),
                e.DriverSet("d3", "丙", fleet[1].van, 21_600, 46_800),
            )
        )
    )
    night = tonight(gather(reader, day=DAY))
    assert night.driver_name(fleet[1].van) == "甲"
    others = sorted(van.van for van in fleet if van is not fleet[1])
    assert [night.driver_name(van) for van in others[:3]] == ["乙", "丙", ""]
    assert night.night.van_named[fleet[1].van].shift_to_s == 40_000


def test_without_any_cold_box_cold_goods_ride_as_others_do(store: Store, reader: Reader) -> None:
    warm = tuple(replace(van, cold=False) for van in vans(reader))
    store.writer.do(Keep(warm))
    assert not any(stop.cold for stop in tonight(gather(reader, day=DAY)).night.stops)
    store.writer.do(Keep((replace(warm[0], cold=True),)))
    assert any(stop.cold for stop in tonight(gather(reader, day=DAY)).night.stops)


def test_an_absent_van_a_dropped_point_and_a_closed_road_are_not_in_the_night(known: Known) -> None:
    van, point, other = known.listed[0][0], known.demands[0].point, known.demands[1].point
    night = tonight(known, Wish(away=frozenset({van}), dropped=frozenset({point}))).night
    assert van not in night.van_named
    assert point not in night.stop_at
    closed = tonight(known, Wish(closed=frozenset({frozenset({point, other}), frozenset({"", point})}))).night
    one, two = closed.index[point], closed.index[other]
    assert closed.metres(one, two) == closed.metres(two, one) == closed.seconds(0, one) == NO_ROAD
    assert closed.metres(0, two) > 0


def test_rules_locks_and_the_fixed_table_bind(store: Store, reader: Reader) -> None:
    known = gather(reader, day=DAY)
    one, two, three = (demand.point for demand in known.demands[:3])
    plates = [plate for plate, _ in known.listed]
    store.writer.do(Keep((e.RideRuleSet("r1", "together", (one, two, "elsewhere")),)))
    store.writer.do(
        Keep((e.RideRuleSet("r2", "apart", (one, three)), e.RideRuleSet("r3", "locked", (three,), plates[0])))
    )
    store.writer.do(SetTable((e.FixedStop(two, plates[1]),)))
    night = tonight(gather(reader, day=DAY)).night
    assert night.together == (frozenset({one, two}),)
    assert night.apart == (frozenset({one, three}),)
    assert night.pinned == {two: plates[1], three: plates[0]}
    free = tonight(gather(reader, day=DAY), Wish(any_van=frozenset({two, three}))).night
    assert free.pinned == {}
    alone = tonight(gather(reader, day=DAY), Wish(alone=frozenset({one, two}))).night
    assert (alone.together, alone.apart) == ((), ())
    split = tonight(gather(reader, day=DAY), Wish(parts={two: 2}, locked={f"{two}#2": plates[0]})).night
    assert split.pinned == {three: plates[0], f"{two}#2": plates[0]}


def test_villages_that_a_driver_knows_count_as_visits(store: Store, reader: Reader) -> None:
    fleet = vans(reader)
    store.writer.do(Keep(fleet))
    known = gather(reader, day=DAY)
    row = known.stops[known.demands[0].point]
    store.writer.do(Keep((e.DriverSet("d1", "甲", fleet[0].van, 0, 86_400, (row.village,)),)))
    assert tonight(gather(reader, day=DAY)).night.visits[("d1", row.point)] == 5


# --- roads -------------------------------------------------------------------------------------------------


def test_noted_arrivals_teach_the_roads_of_the_days_after(store: Store, reader: Reader) -> None:
    plain = tonight(gather(reader, day=DAY))
    assert plain.roads == "guess"
    plan = first_plan(plain.night)
    for back in range(1, 12):
        day = f"2026-11-{22 - back:02d}"
        store.writer.do(Record((replace(adopted(plain, plan), day=day),)))
        for route in plan.routes:
            name, _ = plain.routes[route.van]
            clock, place = route.leaves_s, 0
            store.writer.do(NoteArrival(day, name, "", clock))
            for point in route.points:
                at = plain.night.index[point]
                clock += plain.night.seconds(place, at) * 2
                store.writer.do(NoteArrival(day, name, point, clock))
                clock, place = clock + plain.night.stop_at[point].service_s, at
    taught = tonight(gather(reader, day=DAY))
    assert taught.roads == "learned"
    one, two = plain.night.roads.seconds, taught.night.roads.seconds
    assert sum(two) / sum(one) == pytest.approx(2.0, rel=0.2)
    assert taught.night.roads.metres == plain.night.roads.metres


def test_spare_vans_go_on_counting_the_stations_routes(
    store: Store, reader: Reader, story: StationNight
) -> None:
    fleet = vans(reader)
    spare = [replace(fleet[0], van=f"备{at}", name=f"备用{at}") for at in (1, 2)]
    store.writer.do(Keep((*fleet, *spare)))
    night = tonight(gather(reader, day=DAY))
    assert [route.code for route in story.routes] == [f"R{at:02}" for at in range(1, len(fleet) + 1)]
    assert [night.route_name(van.van) for van in spare] == [
        f"R{at:02}" for at in (len(fleet) + 1, len(fleet) + 2)
    ]
    plan = first_plan(night.night)
    store.writer.do(Adopt(adopted(night, plan)))
    tomorrow = tonight(gather(reader, day="2026-11-23"))
    assert tomorrow.routes == night.routes


@pytest.mark.parametrize(
    ("listed", "fresh"),
    [
        (["R1", "R2", "R10"], ["R11", "R12"]),
        (["1号线", "3号线", "2号线"], ["4号线", "5号线"]),
        (["东线", "西线"], ["1", "2"]),
        (["A-08", "A-09", "加急"], ["A-10", "A-11"]),
        ([], ["1", "2"]),
    ],
)
def test_new_route_names_are_written_like_the_others(listed: list[str], fresh: list[str]) -> None:
    spare = [Van(name) for name in ("x", "y")]
    names = _route_names(spare, {}, listed)
    assert [names[van.name][0] for van in spare] == fresh


def test_cold_goods_without_any_cold_box_are_said(store: Store, reader: Reader) -> None:
    store.writer.do(Keep(tuple(replace(van, cold=False) for van in vans(reader))))
    night = tonight(gather(reader, day=DAY))
    cold = sum(bool(demand.cold) for demand in night.demands.values())
    assert any(f"{cold} 个点的冷货" in said for said in words.lacks(night.lacks))


def test_a_van_for_one_piece_still_holds_one(store: Store, reader: Reader) -> None:
    store.writer.do(Keep(tuple(replace(van, pieces=1) for van in vans(reader))))
    assert {van.pieces for van in tonight(gather(reader, day=DAY)).night.vans} == {1}


def test_a_road_network_takes_the_place_of_the_guess_and_is_named(known: Known) -> None:
    def network(places: Sequence[Place]) -> tuple[array[int], array[int]]:
        cells = len(places) ** 2
        return array("i", [7] * cells), array("i", [9] * cells)

    night = tonight(known, network=network)
    assert night.roads == night.night.roads.source == "network"
    assert set(night.night.roads.seconds) == {9}
    assert tonight(known, network=lambda _: None).roads == "guess"


def test_the_station_stands_where_it_was_said_or_in_the_middle(store: Store, reader: Reader) -> None:
    assert tonight(gather(reader, day=DAY)).lacks.no_station == 1
    store.writer.do(KeepSettings(Settings(latitude=23_300_000, longitude=108_700_000)))
    night = tonight(gather(reader, day=DAY))
    assert (night.night.latitude, night.night.longitude) == (23.3, 108.7)
    assert night.lacks.no_station == 0


# --- adopted -----------------------------------------------------------------------------------------------


def test_an_adopted_plan_keeps_the_stations_route_names_and_is_yesterday_for_tomorrow(
    store: Store, reader: Reader, story: StationNight
) -> None:
    night = tonight(gather(reader, day=DAY))
    plan = first_plan(night.night)
    assert check(night.night, plan) == []
    done = store.writer.do(Adopt(adopted(night, plan)))
    assert isinstance(done, Adopted)
    assert "所有点都排进去了" in words.answer(done).sentence
    names = {route.driver.plate: (route.code, route.dock) for route in story.routes}
    rows = queries.plan_of(reader, day=DAY)
    assert {row.van: (row.route, row.dock) for row in rows} == {r.van: names[r.van] for r in plan.routes}
    assert sum(row.pieces for row in rows) == story.pieces
    stops = queries.plan_stops(reader, day=DAY)
    assert {(stop.point, stop.arrival_s) for stop in stops} == {
        (point, at_s)
        for route in plan.routes
        for point, at_s in zip(route.points, route.arrivals_s, strict=True)
    }
    assert queries.vans_of_points(reader, day=DAY) == plan.van_of
    tomorrow = gather(reader, day="2026-11-23")
    assert tonight(tomorrow).night.yesterday == plan.van_of
    assert max(tomorrow.visits.values()) == 1


def test_parts_on_one_van_are_one_stop_again_and_on_two_vans_two(known: Known) -> None:
    big = max(known.demands, key=lambda demand: demand.pieces)
    night = tonight(known, Wish(parts={big.point: 2}))
    fact = adopted(night, first_plan(night.night))
    mine = [stop for route in fact.routes for stop in route.stops if stop.point == big.point]
    assert sum(stop.pieces for stop in mine) == big.pieces
    assert len({id(route) for route in fact.routes if any(s.point == big.point for s in route.stops)}) == len(
        mine
    )


def test_adopting_is_taken_back_to_the_plan_before(store: Store, reader: Reader) -> None:
    night = tonight(gather(reader, day=DAY))
    plan = first_plan(night.night)
    first = store.writer.do(Adopt(adopted(night, plan)))
    assert isinstance(first, Adopted)
    less = replace(adopted(night, plan), routes=adopted(night, plan).routes[:1])
    second = store.writer.do(Adopt(less))
    assert isinstance(second, Adopted)
    before = queries.plan_stops(reader, day=DAY)
    store.writer.do(PutBack(second.back))
    assert len(queries.plan_stops(reader, day=DAY)) > len(before)
    store.writer.do(PutBack(first.back))
    assert queries.plan_of(reader, day=DAY) == []


def test_an_empty_plan_and_one_for_a_day_that_is_over_are_refused(store: Store, reader: Reader) -> None:
    night = tonight(gather(reader, day=DAY))
    fact = adopted(night, first_plan(night.night))
    for wrong in (e.PlanAdopted(DAY, ()), replace(fact, day="2026-11-20")):
        found = store.writer.do(Adopt(wrong))
        assert not isinstance(found, Adopted)
        assert words.answer(found).sentence.endswith("。")


def test_a_book_without_anything_gives_an_empty_night(tmp_path: Path) -> None:
    from tests.samples import morning

    store = Store(tmp_path / "empty", morning())
    reader = store.reader()
    night = tonight(gather(reader, day=DAY))
    assert (night.night.vans, night.night.stops) == ((), ())
    assert first_plan(night.night).routes == ()
    reader.close()
    store.close()


def test_drives_are_read_again_only_when_one_is_noted(store: Store, reader: Reader) -> None:
    first = gather(reader, day=DAY)
    assert gather(reader, day=DAY, before=first).legs is first.legs
    night = tonight(first)
    plan = first_plan(night.night)
    store.writer.do(Record((replace(adopted(night, plan), day=BEFORE),)))
    name, _ = night.routes[plan.routes[0].van]
    store.writer.do(NoteArrival(BEFORE, name, "", 25_200))
    store.writer.do(NoteArrival(BEFORE, name, plan.routes[0].points[0], 27_000))
    second = gather(reader, day=DAY, before=first)
    assert [round(leg.seconds) for leg in second.legs] == [1800]
    store.writer.do(NoteArrival(BEFORE, name, plan.routes[0].points[0], 27_060))
    assert [round(leg.seconds) for leg in gather(reader, day=DAY, before=second).legs] == [1860]
