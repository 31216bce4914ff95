"""What people at the dock can do, on a real book of a small night."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain import clock
from app.domain import events as e
from app.domain import night as n
from app.domain.goods import Zone
from app.domain.refusals import Refused
from app.loading import queries
from app.loading.actions import (
    Closed,
    CloseVan,
    Load,
    Loaded,
    Planned,
    PlanRuns,
    Reopened,
    ReopenVan,
    Shown,
    Strayed,
    TakeBack,
    TakenOff,
    TakeOff,
    Undone,
)
from app.loading.rules import Override, Reason
from app.store.opening import Store
from tests.loading.floor import Says, bodies, box_of, boxes, dock, facts_in, floor, night, of_route, run
from tests.samples import Record
from tests.station import DAY, Replayed

BOSS = Override("王站长", "筐找不到")


def _load(store: Store, route: str, *, but: int = 0) -> None:
    """Load a route's crates, the last `but` left out."""
    mine = of_route(route)
    for box in mine[: len(mine) - but]:
        assert isinstance(store.writer.do(Load(box.crate, run(route))), Loaded)


def _reason(result: object) -> Reason:
    assert isinstance(result, Refused)
    return Reason(result.reason)


# --- runs --------------------------------------------------------------------------------------------------


def test_runs_are_made_from_tonights_routes_once(store: Store) -> None:
    reader = store.reader()
    found = queries.vans(reader, day=DAY)
    assert [(van.route, van.dock) for van in found] == [(way.code, way.dock) for way in night().routes]
    assert {van.leaves_ms for van in found} == {clock.at(DAY, "07:00")}
    assert store.writer.do(PlanRuns()) == Planned(0, ())
    reader.close()


def test_an_adopted_plan_takes_the_place_of_the_table(store: Store) -> None:
    first = night().routes[0]
    _load(store, "R01", but=len(of_route("R01")) - 1)
    stops = tuple(e.PlannedStop(point, 28_000, 20, 1) for way in night().routes[1:] for point in way.points)
    plan = e.PlannedRoute("V1", "V1", "D1", "阿强", "3-1", 23_400, 40_000, 90_000, stops)
    store.writer.do(Record((e.PlanAdopted(DAY, (plan,)),)))
    assert store.writer.do(PlanRuns()).runs == 3  # the new run, and two that nobody needs any more
    reader = store.reader()
    assert [van.route for van in queries.vans(reader, day=DAY)] == [first.code, "V1"]
    other = next(box for box in boxes() if box.route == "R02")
    shown = store.writer.do(Load(other.crate))
    assert isinstance(shown, Shown)
    assert (shown.van.route, shown.van.leaves_ms) == ("V1", clock.at(DAY, "06:30"))
    reader.close()


def test_a_closed_run_is_not_planned_again(store: Store) -> None:
    _load(store, "R01")
    store.writer.do(CloseVan(run("R01")))
    listed = tuple(
        n.RouteRow(way.code, "9-9", "新司机", tuple(n.StopName(p, p) for p in way.points))
        for way in night().routes
    )
    store.writer.do(Record((n.RoutesListed(night().station, "x", listed),)))
    assert store.writer.do(PlanRuns()).runs == 2
    reader = store.reader()
    assert [van.dock for van in queries.vans(reader, day=DAY)] == [dock("R01"), "9-9", "9-9"]
    reader.close()


# --- loading -----------------------------------------------------------------------------------------------


def test_a_crate_without_a_chosen_van_says_its_van_and_is_not_loaded(store: Store) -> None:
    before, box = facts_in(store), box_of("R02", 1)
    shown = store.writer.do(Load(box.crate))
    assert isinstance(shown, Shown)
    assert (shown.van.run, shown.van.dock) == (run("R02"), dock("R02"))
    assert facts_in(store) == before


def test_a_crate_goes_on_its_van_and_the_next_one_is_named(store: Store) -> None:
    warm = [box for box in of_route("R01") if box.zone is Zone.AMBIENT]
    last = max(warm, key=lambda box: box.stop)
    result = store.writer.do(Load(last.crate, run("R01")))
    assert isinstance(result, Loaded)
    assert (result.aboard, result.own) == (1, len(of_route("R01")))
    assert result.next is not None
    assert (result.next.slot, result.next.stop) == (f"1-{last.stop - 1:02}", last.stop - 1)
    assert not result.out_of_order
    assert result.crate.pieces == last.pieces


def test_the_first_stop_before_the_last_is_loaded_but_said(store: Store) -> None:
    result = store.writer.do(Load(box_of("R01", 1).crate, run("R01")))
    assert isinstance(result, Loaded)
    assert result.out_of_order


def test_a_crate_of_another_route_is_sent_to_its_van_and_the_slip_is_kept(store: Store) -> None:
    box = box_of("R02", 1)
    result = store.writer.do(Load(box.crate, run("R01")))
    assert isinstance(result, Strayed)
    assert (result.home.route, result.home.dock) == ("R02", dock("R02"))
    slips = bodies(store, "SlipCaught")
    assert [(x["kind"], x["label"], x["meant"], x["found"]) for x in slips] == [
        ("wrong_van", box.crate, run("R02"), run("R01"))
    ]
    assert bodies(store, "CrateLoaded") == []


def test_a_named_override_takes_a_stranger_along(store: Store) -> None:
    box = box_of("R02", 1)
    result = store.writer.do(Load(box.crate, run("R01"), Override("王站长", "顺路带过去")))
    assert isinstance(result, Loaded)
    assert bodies(store, "CrateLoaded")[0]["reason"] == "王站长：顺路带过去"
    assert _reason(store.writer.do(Load(box_of("R02", 2).crate, run("R01"), Override("", "x")))) is (
        Reason.UNNAMED
    )


def test_a_crate_on_its_own_van_keeps_no_reason(store: Store) -> None:
    store.writer.do(Load(box_of("R01", 1).crate, run("R01"), BOSS))
    assert bodies(store, "CrateLoaded")[0]["reason"] == ""


def test_an_unsealed_crate_is_refused_with_its_slot(tmp_path: Path) -> None:
    box = box_of("R01", 2)
    store = floor(tmp_path, unsealed=(box.crate,))
    result = store.writer.do(Load(box.crate, run("R01")))
    assert _reason(result) is Reason.UNSEALED
    assert isinstance(result, Refused)
    assert result.about["slot"] == box.slot
    store.close()


def test_a_loaded_crate_says_when_by_whom_and_where(store: Store) -> None:
    box = box_of("R01", 1)
    store.writer.do(Says("小陈", ()))
    store.writer.do(Load(box.crate, run("R01")))
    for chosen in ("", run("R01"), run("R02")):
        result = store.writer.do(Load(box.crate, chosen))
        assert _reason(result) is Reason.ALREADY
        assert isinstance(result, Refused)
        assert (result.about["who"], result.about["dock"]) == ("小陈", dock("R01"))
        assert result.about["at_ms"] == clock.at(DAY, "02:00")


@pytest.mark.parametrize(
    ("code", "reason"),
    [("1-07", Reason.SLOT), ("ZK1122-PC1-001-!", Reason.MISREAD), ("ABC123", Reason.UNKNOWN)],
)
def test_strange_codes_are_refused(store: Store, code: str, reason: Reason) -> None:
    assert _reason(store.writer.do(Load(code, run("R01")))) is reason
    assert _reason(store.writer.do(TakeOff(code))) is reason


def test_yesterdays_and_relabelled_crates_are_refused(store: Store) -> None:
    box = box_of("R01", 1)
    opened = n.CrateOpened("ZKX", box.slot, box.point, "R01", "2026-11-21", Zone.AMBIENT)
    new = n.CrateOpened("ZKN", box.slot, box.point, "R01", DAY, Zone.AMBIENT)
    torn = n.CrateOpened("ZKT", box.slot, box.point, "R01", DAY, Zone.AMBIENT)
    store.writer.do(Record((opened, torn, new, n.CrateRelabelled("ZKT", "ZKN", ()))))
    assert _reason(store.writer.do(Load("ZKX", run("R01")))) is Reason.OTHER_DAY
    result = store.writer.do(Load("ZKT", run("R01")))
    assert _reason(result) is Reason.RELABELLED
    assert isinstance(result, Refused)
    assert result.about["into"] == "ZKN"


def test_a_crate_of_a_point_on_no_route_is_set_aside(store: Store) -> None:
    store.writer.do(
        Record(
            (n.CrateOpened("ZKQ", "9-01", "P-X", "R77", DAY, Zone.AMBIENT), n.CrateSealed("ZKQ", 1)),
        )
    )
    assert _reason(store.writer.do(Load("ZKQ", run("R01")))) is Reason.HOMELESS


# --- taking off --------------------------------------------------------------------------------------------


def test_a_crate_comes_off_and_can_be_loaded_again(store: Store) -> None:
    box = box_of("R01", 1)
    store.writer.do(Load(box.crate, run("R01")))
    assert _reason(store.writer.do(TakeOff(box.crate, run("R02")))) is Reason.ON_ANOTHER
    result = store.writer.do(TakeOff(box.crate, run("R01"), "装错"))
    assert isinstance(result, TakenOff)
    assert result.home is not None
    assert _reason(store.writer.do(TakeOff(box.crate))) is Reason.NOT_LOADED
    assert isinstance(store.writer.do(Load(box.crate, run("R01"))), Loaded)


def test_the_last_loading_can_be_undone_once(store: Store) -> None:
    box = box_of("R01", 1)
    loaded = store.writer.do(Load(box.crate, run("R01")))
    assert isinstance(loaded, Loaded)
    assert isinstance(store.writer.do(TakeBack(loaded.facts[0])), Undone)
    assert _reason(store.writer.do(TakeBack(loaded.facts[0]))) is Reason.NOTHING_TO_UNDO
    assert _reason(store.writer.do(TakeBack(None))) is Reason.NOTHING_TO_UNDO
    reader = store.reader()
    assert queries.run_of(reader, box.crate) == ""
    reader.close()


def test_a_loading_whose_crate_came_off_since_is_not_undone(store: Store) -> None:
    box = box_of("R01", 1)
    first = store.writer.do(Load(box.crate, run("R01")))
    store.writer.do(TakeOff(box.crate))
    store.writer.do(Load(box.crate, run("R01")))
    assert isinstance(first, Loaded)
    assert _reason(store.writer.do(TakeBack(first.facts[0]))) is Reason.NOTHING_TO_UNDO


# --- closing -----------------------------------------------------------------------------------------------


def test_a_whole_van_closes_without_a_word(store: Store) -> None:
    _load(store, "R01")
    result = store.writer.do(CloseVan(run("R01"), BOSS))
    assert isinstance(result, Closed)
    assert result.pieces == sum(box.pieces for box in of_route("R01"))
    fact = bodies(store, "VanClosed")[0]
    assert (fact["missing"], fact["strangers"], fact["by"], fact["reason"]) == ([], [], "", "")


def test_a_van_with_a_crate_missing_needs_a_name_and_a_reason(store: Store) -> None:
    _load(store, "R01", but=2)
    result = store.writer.do(CloseVan(run("R01")))
    assert _reason(result) is Reason.INCOMPLETE
    assert isinstance(result, Refused)
    assert (result.about["missing"], result.about["strangers"]) == (2, 0)
    assert _reason(store.writer.do(CloseVan(run("R01"), replace(BOSS, by=" ")))) is Reason.UNNAMED
    assert _reason(store.writer.do(CloseVan(run("R01"), replace(BOSS, why="")))) is Reason.NO_REASON
    assert isinstance(store.writer.do(CloseVan(run("R01"), BOSS)), Closed)
    fact = bodies(store, "VanClosed")[0]
    assert fact["missing"] == sorted(box.crate for box in of_route("R01")[-2:])
    assert (fact["by"], fact["reason"]) == ("王站长", "筐找不到")


def test_a_van_with_a_stranger_aboard_needs_a_name_too(store: Store) -> None:
    _load(store, "R01")
    box = box_of("R02", 1)
    store.writer.do(Load(box.crate, run("R01"), BOSS))
    assert _reason(store.writer.do(CloseVan(run("R01")))) is Reason.INCOMPLETE
    assert isinstance(store.writer.do(CloseVan(run("R01"), BOSS)), Closed)
    assert bodies(store, "VanClosed")[0]["strangers"] == [box.crate]


def test_an_open_crate_with_goods_in_it_is_missing(tmp_path: Path) -> None:
    box = box_of("R01", 1)
    store = floor(tmp_path, unsealed=(box.crate,))
    for other in of_route("R01"):
        store.writer.do(Load(other.crate, run("R01")))
    result = store.writer.do(CloseVan(run("R01")))
    assert _reason(result) is Reason.INCOMPLETE
    store.close()


def test_an_empty_crate_that_nobody_used_is_not_missing(store: Store) -> None:
    box = box_of("R01", 1)
    store.writer.do(Record((n.CrateOpened("ZKE", box.slot, box.point, "R01", DAY, Zone.AMBIENT),)))
    _load(store, "R01")
    assert isinstance(store.writer.do(CloseVan(run("R01"))), Closed)


def test_pieces_still_on_the_dock_are_said_at_closing(tmp_path: Path) -> None:
    box = box_of("R01", 1, Zone.FROZEN)
    store = floor(tmp_path, unsorted=(box.crate,))
    for other in of_route("R01"):
        if other != box:
            store.writer.do(Load(other.crate, run("R01")))
    result = store.writer.do(CloseVan(run("R01")))
    assert isinstance(result, Closed)
    assert result.unsorted == box.pieces
    store.close()


def test_an_empty_van_is_not_closed(store: Store) -> None:
    assert _reason(store.writer.do(CloseVan(run("R01"), BOSS))) is Reason.NOTHING_ON
    assert _reason(store.writer.do(CloseVan("no such run"))) is Reason.CHOOSE_FIRST


def test_a_closed_van_takes_and_gives_nothing(store: Store) -> None:
    _load(store, "R01")
    store.writer.do(CloseVan(run("R01")))
    first = of_route("R01")[0]
    assert _reason(store.writer.do(TakeOff(first.crate))) is Reason.CLOSED
    assert _reason(store.writer.do(Load(box_of("R02", 1).crate, run("R01"), BOSS))) is Reason.CLOSED
    assert _reason(store.writer.do(CloseVan(run("R01")))) is Reason.CLOSED


def test_a_closed_van_opens_again_with_a_reason_until_it_is_handed_over(store: Store) -> None:
    assert _reason(store.writer.do(ReopenVan(run("R01"), "漏装"))) is Reason.NOT_CLOSED
    _load(store, "R01")
    store.writer.do(CloseVan(run("R01")))
    assert _reason(store.writer.do(ReopenVan(run("R01"), " "))) is Reason.NO_REASON
    assert isinstance(store.writer.do(ReopenVan(run("R01"), "漏装")), Reopened)
    assert isinstance(store.writer.do(CloseVan(run("R01"))), Closed)
    store.writer.do(Record((n.HandedOver(run("R01"), "阿强", 1, 1, (), (), "", ""),)))
    assert _reason(store.writer.do(ReopenVan(run("R01"), "漏装"))) is Reason.HANDED
    assert _reason(store.writer.do(TakeOff(of_route("R01")[0].crate))) is Reason.HANDED


def test_after_an_evening_of_loading_a_replay_gives_the_same(store: Store) -> None:
    _load(store, "R01", but=1)
    store.writer.do(Load(box_of("R02", 1).crate, run("R01"), BOSS))
    store.writer.do(CloseVan(run("R01"), BOSS))
    store.writer.do(ReopenVan(run("R01"), "漏装"))
    before, after = store.writer.do(Replayed())
    assert before == after


def test_the_list_of_vans_counts_every_crate(tmp_path: Path) -> None:
    left = box_of("R02", 1)
    store = floor(tmp_path, unsorted=(left.crate,))
    _load(store, "R01")
    store.writer.do(Load(box_of("R03", 1).crate, run("R01"), BOSS))
    reader = store.reader()
    found = {row.van.route: row for row in queries.van_rows(reader, day=DAY)}
    first, second = found["R01"], found["R02"]
    own = len(of_route("R01"))
    assert (first.crates, first.aboard, first.strangers, first.missing) == (own, own + 1, 1, 0)
    assert (second.crates, second.unsorted) == (len(of_route("R02")) - 1, left.pieces)
    assert found["R03"].missing == len(of_route("R03"))
    reader.close()
    store.close()


def test_a_van_with_a_cold_box_is_loaded_by_stop(store: Store) -> None:
    reader = store.reader()
    van = queries.van_of(reader, run("R01"))
    assert van is not None
    assert queries.cold_order(reader, van, day=DAY) == "last_in"
    route = e.PlannedRoute("R01", "V9", "", "", "1-1", 25_200, 40_000, 1, ())
    store.writer.do(Record((e.VanSet("V9", "冷藏车", 350, 40, cold=True), e.PlanAdopted(DAY, (route,)))))
    assert queries.cold_order(reader, van, day=DAY) == "by_stop"
    reader.close()
