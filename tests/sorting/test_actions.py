"""What a sorter can do, on a real book: puts, slips, short products, crates, and who sorts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.domain import clock
from app.domain import events as e
from app.domain import night as n
from app.domain.clock import day_after
from app.domain.codec import Recorded, encode
from app.domain.events import Voided
from app.domain.goods import Count, Zone
from app.domain.ids import FactId
from app.domain.labels import crate_label, is_crate_label, piece_label
from app.domain.refusals import Refused
from app.sandbox.station_story import StationNight
from app.sorting import actions, steps
from app.sorting.actions import (
    Caught,
    ChooseWay,
    FindPiece,
    JoinSorter,
    LeaveSorter,
    NowSorting,
    Put,
    PutAll,
    PutHere,
    ShortTold,
    SortAll,
    SortPiece,
    SortProduct,
    TakeBack,
    TakenBack,
    TellShort,
)
from app.sorting.crates import (
    ChangeCrate,
    Changed,
    CheckCrate,
    Closed,
    Confirmed,
    ConfirmPut,
    Counted,
    OpenAll,
    Opened,
    Relabel,
    Relabelled,
    Reserved,
    ReserveLabels,
    SealCrate,
    SetWall,
    TakenOut,
    TakeOut,
    UnsealCrate,
)
from app.sorting.queries import wall_is_old, wall_view
from app.sorting.rules import Confirm, Reason, slot_code
from app.sorting.steps import steps_of
from app.store.book import Book
from app.store.opening import Store
from tests.samples import Record
from tests.sorting.night import first_line, label_of, ready_store, rows, slot_of, wall_of, where
from tests.station import DAY, Replayed, station_store


def do(store: Store, command: Any, kind: type[Any]) -> Any:
    """Have a command done that must answer with this kind of result."""
    result = store.writer.do(command)
    assert isinstance(result, kind), result
    return result


def reason_of(result: Any) -> Reason:
    """Why something was refused or caught."""
    why = result.why if isinstance(result, Caught) else result
    assert isinstance(why, Refused), result
    return Reason(why.reason)


def slips(store: Store) -> list[tuple[str, str, str]]:
    """The slips that were counted: kind, where it belonged, where it went."""
    return rows(store, "SELECT kind, meant, found FROM slips ORDER BY fact")


# --- by piece label ----------------------------------------------------------------------------------------


def test_a_scanned_piece_goes_into_its_slots_crate(store: Store, night: StationNight) -> None:
    line = first_line(night, pieces=2)
    put = do(store, SortPiece(label_of(line)), Put)
    assert (put.slot, put.pieces, put.product) == (slot_of(store, line.point), 1, line.product)
    assert is_crate_label(put.crate)
    assert put.fresh
    assert where(store, line.lot)[f"crate:{put.crate}"] == 1
    again = do(store, SortPiece(label_of(line, 2)), Put)
    assert (again.crate, again.fresh) == (put.crate, False)


def test_a_crate_goes_by_tonights_plan_and_not_by_an_older_wall(store: Store, night: StationNight) -> None:
    line = first_line(night)
    stop = e.PlannedStop(line.point, 30_000, 5, 1)
    route = e.PlannedRoute("N09", "桂A00001", "d1", "", "3-1", 25_200, 40_000, 1_000, (stop,))
    store.writer.do(Record((e.PlanAdopted(DAY, (route,)),)))
    put = do(store, SortPiece(label_of(line)), Put)
    assert put.route == "N09"
    assert rows(store, "SELECT route FROM wall_crates WHERE crate = ?", (put.crate,)) == [("N09",)]
    reader = store.reader()
    assert wall_is_old(reader, day=DAY)
    assert not wall_is_old(reader, day="2026-11-21")
    assert {view.route for view in wall_view(reader, day=DAY) if view.point == line.point} == {"N09"}
    reader.close()


@pytest.mark.parametrize(
    ("query", "asked", "first"),
    [
        (actions._PIECE, 1, "load_lines_1 (lot=?)"),
        (actions._POINT_LOTS, 5, "load_lines_point (day=? AND point=?)"),
        (steps._STEPS, 3, "load_lines_barcode (barcode=? AND day=?)"),
        (steps._PRODUCTS, 2, "load_lines_barcode (barcode=? AND day=?)"),
    ],
)
def test_a_scan_finds_its_rows_by_keys(store: Store, query: str, asked: int, first: str) -> None:
    plan = [row[3] for row in rows(store, f"EXPLAIN QUERY PLAN {query}", ("x",) * asked)]
    assert first in plan[0]
    assert not [step for step in plan if step.startswith("SCAN") or "stock_place" in step]


def test_the_first_put_of_a_zone_begins_its_wave(store: Store, night: StationNight) -> None:
    line = first_line(night, pieces=2)
    store.writer.do(SortPiece(label_of(line)))
    store.writer.do(SortPiece(label_of(line, 2)))
    assert rows(store, "SELECT zone FROM waves WHERE began_ms > 0") == [(line.zone,)]


def test_a_repeat_is_caught_with_when_and_by_whom(store: Store, night: StationNight) -> None:
    line = first_line(night, pieces=2)
    store.writer.do(JoinSorter("017"))
    put = do(store, SortPiece(label_of(line)), Put)
    caught = do(store, SortPiece(label_of(line)), Caught)
    about = caught.why.about
    assert reason_of(caught) is Reason.REPEAT
    assert (about["by"], about["slot"], about["here"]) == ("017", put.slot, 1)
    assert about["at_ms"] == store.clock.now_ms()
    assert where(store, line.lot)[f"crate:{put.crate}"] == 1
    assert slips(store) == [("repeat", "", put.slot)]
    assert reason_of(store.writer.do(FindPiece(label_of(line)))) is Reason.REPEAT


def test_finding_a_piece_records_nothing(store: Store, night: StationNight) -> None:
    line = first_line(night)
    before = rows(store, "SELECT count(*) FROM facts")
    here = do(store, FindPiece(label_of(line)), PutHere)
    assert here.slot == slot_of(store, line.point)
    assert rows(store, "SELECT count(*) FROM facts") == before


def test_the_wrong_crate_alarms_and_says_where_it_belongs(store: Store, night: StationNight) -> None:
    one = first_line(night)
    other = next(x for x in night.lines if x.point != one.point and x.zone == one.zone)
    crate = do(store, SortPiece(label_of(other)), Put).crate
    caught = do(store, SortPiece(label_of(one), crate), Caught)
    assert reason_of(caught) is Reason.WRONG_CRATE
    assert caught.why.about["slot"] == slot_of(store, one.point)
    assert caught.why.about["found"] == slot_of(store, other.point)
    assert slips(store) == [("wrong_crate", slot_of(store, one.point), slot_of(store, other.point))]
    assert "dock:" in where(store, one.lot)


def test_a_code_of_the_slot_confirms_too_and_that_of_another_does_not(
    store: Store, night: StationNight
) -> None:
    line = first_line(night, pieces=2)
    slot = slot_of(store, line.point)
    wrong = next(row.slot for row in wall_of(night) if row.slot != slot)
    assert reason_of(store.writer.do(SortPiece(label_of(line), slot_code(wrong)))) is Reason.WRONG_CRATE
    assert do(store, SortPiece(label_of(line), slot_code(slot)), Put).slot == slot
    assert reason_of(store.writer.do(SortPiece(label_of(line, 2), "6901234567892"))) is Reason.NO_CRATE


def test_a_fresh_label_of_ours_opens_where_it_is_put(store: Store, night: StationNight) -> None:
    line = first_line(night)
    (label,) = do(store, ReserveLabels(1), Reserved).labels
    put = do(store, SortPiece(label_of(line), label), Put)
    assert (put.crate, put.fresh) == (label, True)
    assert rows(store, "SELECT slot, point, zone FROM wall_crates WHERE crate = ?", (label,)) == [
        (put.slot, line.point, line.zone)
    ]


def test_a_label_of_another_night_opens_nothing(store: Store, night: StationNight) -> None:
    old = crate_label(day="2026-11-20", device="pc1", number=3)
    assert reason_of(store.writer.do(SortPiece(label_of(first_line(night)), old))) is Reason.OLD_LABEL


def test_a_coming_nights_piece_waits_for_its_night(store: Store, night: StationNight) -> None:
    """A crate of the day before could not be loaded any more once the night begins."""
    label, now = label_of(first_line(night)), store.clock.now_ms()
    store.clock.move_to(clock.at(day_after(DAY, -1), "22:30"))  # type: ignore[attr-defined]
    refusal = store.writer.do(SortPiece(label))
    assert reason_of(refusal) is Reason.COMING_NIGHT
    assert rows(store, "SELECT 1 FROM wall_crates") == []
    store.clock.move_to(now)  # type: ignore[attr-defined]
    do(store, SortPiece(label), Put)


def test_zones_have_crates_of_their_own_and_frozen_goods_an_ice_box(
    store: Store, night: StationNight
) -> None:
    frozen = first_line(night, zone=Zone.FROZEN)
    warm = next(x for x in night.lines if x.point == frozen.point and x.zone == Zone.AMBIENT)
    box = do(store, SortPiece(label_of(frozen)), Put).crate
    crate = do(store, SortPiece(label_of(warm)), Put).crate
    assert box != crate
    assert rows(store, "SELECT asset FROM wall_crates WHERE crate = ?", (box,)) == [("ice_box",)]
    other = next(x for x in night.lines if x.point == frozen.point and x.zone == Zone.AMBIENT and x != warm)
    assert reason_of(store.writer.do(SortPiece(label_of(other), box))) is Reason.WRONG_ZONE


def test_two_pcs_that_do_not_see_each_other_open_one_crate(
    store: Store, night: StationNight, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = ready_store(tmp_path_factory.mktemp("pc2"), night=night, device="pc2")
    line = first_line(night, pieces=2)
    one, two = (do(pc, SortPiece(label_of(line, nth)), Put) for nth, pc in enumerate((store, other), 1))
    assert one.crate == two.crate
    assert (
        do(store, ChangeCrate(one.crate), Changed).crate != do(other, ChangeCrate(two.crate), Changed).crate
    )
    other.close()


@dataclass(frozen=True)
class Hear:
    """Hear another PC's fact, and that one of ours is void for it."""

    fact: n.CrateOpened
    mine: FactId

    def perform(self, book: Book) -> None:
        theirs, now = FactId("pc2", 1, 5), book.clock.now_ms()
        book.hear(Recorded(theirs, now, 0, DAY, "", "CrateOpened", encode(self.fact)))
        void = Voided(str(self.mine), "taken", str(theirs))
        book.hear(Recorded(FactId("@", 1, 9_000), now, 0, DAY, "", "Voided", encode(void)))


def test_a_crate_whose_second_opening_is_void_stands_with_its_goods(
    store: Store, night: StationNight
) -> None:
    line = first_line(night, pieces=2)
    put = do(store, SortPiece(label_of(line)), Put)
    route = wall_of(night)[0].route
    theirs = n.CrateOpened(put.crate, put.slot, line.point, route, DAY, line.zone)
    store.writer.do(Hear(theirs, put.facts[0]))
    assert rows(store, "SELECT slot FROM wall_crates WHERE crate = ?", (put.crate,)) == [(put.slot,)]
    assert do(store, SortPiece(label_of(line, 2)), Put).crate == put.crate
    assert where(store, line.lot)[f"crate:{put.crate}"] == 2
    before, after = store.writer.do(Replayed())
    assert before == after


def test_a_sealed_crate_refuses_and_the_next_piece_opens_another(store: Store, night: StationNight) -> None:
    line = first_line(night, pieces=3)
    crate = do(store, SortPiece(label_of(line)), Put).crate
    do(store, SealCrate(crate), Closed)
    caught = do(store, SortPiece(label_of(line, 2), crate), Caught)
    assert reason_of(caught) is Reason.SEALED
    put = do(store, SortPiece(label_of(line, 2)), Put)
    assert (put.fresh, put.full) == (True, crate)
    assert where(store, line.lot)[f"crate:{crate}"] == 1


def test_what_was_missed_and_turns_up_counts_as_found(store: Store, night: StationNight) -> None:
    line = first_line(night)
    store.writer.do(Record((n.PiecesMissed("dock:", (Count(line.lot, line.pieces),)),)))
    put = do(store, SortPiece(label_of(line)), Put)
    assert put.found == 1
    assert where(store, line.lot).get("short:", 0) == line.pieces - 1


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("", Reason.MISREAD),
        ("J1-1-X", Reason.MISREAD),
        ("J" + "9" * 300, Reason.MISREAD),
        (piece_label("LSS1122W00001", nth=1), Reason.NOT_OURS),
        ("JA\x00B-1-X", Reason.MISREAD),
        ("爱民村", Reason.MISREAD),
    ],
)
def test_labels_that_are_none_of_ours_are_refused(store: Store, label: str, reason: Reason) -> None:
    assert reason_of(store.writer.do(SortPiece(label))) is reason


def test_the_fourth_piece_of_three_is_refused(store: Store, night: StationNight) -> None:
    line = first_line(night)
    assert reason_of(store.writer.do(SortPiece(label_of(line, line.pieces + 1)))) is Reason.BEYOND


def test_a_point_without_a_slot_is_said_so(tmp_path: Path, night: StationNight) -> None:
    store = ready_store(tmp_path, night=night)
    line = first_line(night)
    store.writer.do(Record((n.WallPlanned(DAY, tuple(x for x in wall_of(night) if x.point != line.point)),)))
    assert reason_of(store.writer.do(SortPiece(label_of(line)))) is Reason.NO_SLOT
    store.close()


def test_what_still_lies_in_the_truck_cannot_be_sorted(tmp_path: Path, night: StationNight) -> None:
    store = station_store(tmp_path, night)
    store.writer.do(SetWall(wall_of(night), "table"))
    refusal = store.writer.do(SortPiece(label_of(first_line(night))))
    assert reason_of(refusal) is Reason.NOT_UNLOADED
    store.close()


def test_a_crate_scanned_after_a_put_at_once_is_checked(store: Store, night: StationNight) -> None:
    line = first_line(night, pieces=2)
    other = next(x for x in night.lines if x.point != line.point and x.zone == line.zone)
    strange = do(store, SortPiece(label_of(other)), Put).crate
    put = do(store, SortPiece(label_of(line)), Put)
    assert do(store, ConfirmPut(put, put.crate), Confirmed).facts == ()
    assert do(store, ConfirmPut(put, slot_code(put.slot)), Confirmed).slot == put.slot
    assert reason_of(do(store, ConfirmPut(put, strange), Caught)) is Reason.WRONG_CRATE
    assert reason_of(do(store, ConfirmPut(put, slot_code("9-09")), Caught)) is Reason.WRONG_CRATE
    assert [kind for kind, _, _ in slips(store)] == ["wrong_crate", "wrong_crate"]
    (label,) = do(store, ReserveLabels(1), Reserved).labels
    named = do(store, ConfirmPut(put, label), Relabelled)
    assert where(store, line.lot)[f"crate:{label}"] == 1
    second = do(store, SortPiece(label_of(line, 2)), Put)
    (label,) = do(store, ReserveLabels(1), Reserved).labels
    assert reason_of(store.writer.do(ConfirmPut(second, label))) is Reason.SLOT_HAS_CRATE
    assert second.crate == named.crate


def test_goods_in_the_other_crate_of_a_slot_are_booked_there(store: Store, night: StationNight) -> None:
    line = first_line(night, pieces=2)
    first = do(store, SortPiece(label_of(line)), Put)
    changed = do(store, ChangeCrate(first.crate), Changed)
    store.writer.do(UnsealCrate(first.crate, "太满"))
    put = do(store, SortPiece(label_of(line, 2)), Put)
    other = changed.crate if put.crate == first.crate else first.crate
    do(store, ConfirmPut(put, other), Confirmed)
    assert where(store, line.lot)[f"crate:{other}"] >= 1
    store.writer.do(SealCrate(put.crate))
    assert reason_of(store.writer.do(ConfirmPut(put, other))) in (Reason.SEALED, Reason.EMPTY_CRATE)


# --- by product --------------------------------------------------------------------------------------------


def test_a_products_way_goes_along_the_wall(store: Store, night: StationNight) -> None:
    line = first_line(night)
    reader = store.reader()
    steps = steps_of(reader, barcode=line.barcode, product=line.product, day=DAY)
    ranks: dict[str, int] = dict(reader.rows("SELECT slot, rank FROM wall"))
    reader.close()
    assert [ranks[step.slot] for step in steps] == sorted(ranks[step.slot] for step in steps)
    wanted = sum(x.pieces for x in night.lines if (x.barcode, x.product) == (line.barcode, line.product))
    assert sum(step.pieces for step in steps) == wanted


def test_a_put_of_a_product_counts_what_was_put(store: Store, night: StationNight) -> None:
    line = first_line(night, pieces=3)
    put = do(store, SortProduct(line.barcode, line.point, 2, line.product), Put)
    assert (put.pieces, put.slot) == (2, slot_of(store, line.point))
    assert where(store, line.lot) == {
        "platform:": -line.pieces, "dock:": line.pieces - 2, f"crate:{put.crate}": 2,
    }  # fmt: skip
    too_many = store.writer.do(SortProduct(line.barcode, line.point, line.pieces, line.product))
    assert reason_of(too_many) is Reason.MORE_THAN_NEEDED
    assert reason_of(store.writer.do(SortProduct(line.barcode, line.point, 0))) is Reason.MORE_THAN_NEEDED


def test_everything_of_a_product_is_put_at_once(store: Store, night: StationNight) -> None:
    line = first_line(night)
    done = do(store, SortAll(line.barcode, line.product), PutAll)
    same = [x for x in night.lines if (x.barcode, x.product) == (line.barcode, line.product)]
    assert done.pieces == sum(x.pieces for x in same)
    assert all("dock:" not in where(store, x.lot) for x in same)
    assert reason_of(store.writer.do(SortAll(line.barcode, line.product))) is Reason.PRODUCT_DONE
    back = do(store, TakeBack(done.facts), TakenBack)
    assert back.pieces == done.pieces
    assert all(where(store, x.lot)["dock:"] == x.pieces for x in same)


def test_a_short_product_is_shared_out_and_recorded_with_its_rule(store: Store, night: StationNight) -> None:
    line = first_line(night)
    reader = store.reader()
    steps = steps_of(reader, barcode=line.barcode, product=line.product, day=DAY)
    reader.close()
    wanted = sum(step.pieces for step in steps)
    given = {step.point: step.pieces for step in steps}
    given[steps[0].point] -= 1
    wrong = TellShort(line.barcode, line.product, wanted - 2, tuple(given.items()))
    assert reason_of(store.writer.do(wrong)) is Reason.SHARES_DO_NOT_ADD_UP
    told = do(store, TellShort(line.barcode, line.product, wanted - 1, tuple(given.items())), ShortTold)
    assert told.without == ((steps[0].slot, 1),)
    assert rows(store, "SELECT json_extract(body, '$.rule') FROM facts WHERE kind = 'PiecesMissed'") == [
        ("fair_share",)
    ]
    assert rows(store, "SELECT about, pieces FROM differences") == [("short", 1)]
    enough = TellShort(line.barcode, line.product, wanted, ())
    assert reason_of(store.writer.do(enough)) is Reason.NOTHING_SHORT


# --- taking back, who sorts --------------------------------------------------------------------------------


def test_an_undone_put_can_be_scanned_again(store: Store, night: StationNight) -> None:
    line = first_line(night)
    put = do(store, SortPiece(label_of(line)), Put)
    back = do(store, TakeBack(put.facts), TakenBack)
    assert (back.pieces, back.slots) == (1, (put.slot,))
    assert reason_of(store.writer.do(TakeBack(put.facts))) is Reason.UNDONE
    assert do(store, SortPiece(label_of(line)), Put).crate == put.crate
    assert reason_of(store.writer.do(TakeBack(()))) is Reason.NOTHING_TO_UNDO


def test_a_put_into_a_crate_that_was_sealed_since_is_not_undone(store: Store, night: StationNight) -> None:
    put = do(store, SortPiece(label_of(first_line(night))), Put)
    store.writer.do(SealCrate(put.crate))
    assert reason_of(store.writer.do(TakeBack(put.facts))) is Reason.SEALED


def test_who_sorts_is_the_operator_of_what_follows(store: Store, night: StationNight) -> None:
    line = first_line(night, pieces=2)
    assert do(store, JoinSorter(" 017 "), NowSorting).sorter == "017"
    store.writer.do(SortPiece(label_of(line)))
    now = do(store, JoinSorter("018"), NowSorting)
    assert (now.sorter, now.before) == ("018", "017")
    store.writer.do(SortPiece(label_of(line, 2)))
    assert rows(store, "SELECT operator FROM puts ORDER BY fact") == [("017",), ("018",)]
    assert do(store, LeaveSorter(), NowSorting).before == "018"
    assert rows(store, "SELECT sorter, left_ms > 0 FROM shifts ORDER BY fact") == [("017", 1), ("018", 1)]
    assert reason_of(store.writer.do(LeaveSorter())) is Reason.NOBODY_HERE


@pytest.mark.parametrize("badge", ["", "韦小妹", "a b", "x" * 13, "-1", "1\n2"])
def test_a_name_or_nonsense_is_no_badge(store: Store, badge: str) -> None:
    assert reason_of(store.writer.do(JoinSorter(badge))) is Reason.BAD_BADGE


def test_the_way_of_working_is_kept(store: Store) -> None:
    store.writer.do(ChooseWay(Confirm.BY_CRATE, 2))
    reader = store.reader()
    assert (reader.get("sorting.confirm"), reader.get("sorting.stretch")) == ("by_crate", 2)
    reader.close()


# --- crates ------------------------------------------------------------------------------------------------


def test_a_full_crate_is_sealed_and_the_next_goes_on_in_its_slot(store: Store, night: StationNight) -> None:
    line = first_line(night, pieces=2)
    crate = do(store, SortPiece(label_of(line)), Put).crate
    changed = do(store, ChangeCrate(crate), Changed)
    assert (changed.full, changed.pieces) == (crate, 1)
    put = do(store, SortPiece(label_of(line, 2)), Put)
    assert (put.crate, put.fresh) == (changed.crate, False)
    assert rows(store, "SELECT after FROM wall_crates WHERE crate = ?", (changed.crate,)) == [(crate,)]
    assert reason_of(store.writer.do(ChangeCrate(crate))) is Reason.SEALED


def test_a_new_label_carries_the_contents_over(store: Store, night: StationNight) -> None:
    line = first_line(night, pieces=2)
    old = do(store, SortPiece(label_of(line)), Put).crate
    new = do(store, Relabel(old), Relabelled)
    assert new.pieces == 1
    assert where(store, line.lot)[f"crate:{new.crate}"] == 1
    assert do(store, SortPiece(label_of(line, 2)), Put).crate == new.crate
    caught = store.writer.do(SortPiece(label_of(line, 3) if line.pieces > 2 else label_of(line), old))
    assert reason_of(caught) in (Reason.REPLACED, Reason.REPEAT)
    assert reason_of(store.writer.do(SealCrate(old))) is Reason.REPLACED


def test_a_seal_is_broken_for_a_reason(store: Store, night: StationNight) -> None:
    crate = do(store, SortPiece(label_of(first_line(night))), Put).crate
    assert reason_of(store.writer.do(UnsealCrate(crate, "数错"))) is Reason.NOT_SEALED
    store.writer.do(SealCrate(crate))
    assert reason_of(store.writer.do(UnsealCrate(crate, " "))) is Reason.NO_REASON
    store.writer.do(UnsealCrate(crate, "数错"))
    assert rows(store, "SELECT sealed_ms FROM wall_crates WHERE crate = ?", (crate,)) == [(0,)]


def test_a_second_count_is_kept_beside_the_books(store: Store, night: StationNight) -> None:
    crate = do(store, SortPiece(label_of(first_line(night))), Put).crate
    counted = do(store, CheckCrate(crate, 2), Counted)
    assert (counted.booked, counted.counted) == (1, 2)
    assert rows(store, "SELECT booked, counted FROM checks") == [(1, 2)]
    assert reason_of(store.writer.do(CheckCrate(crate, -1))) is Reason.BAD_COUNT
    assert reason_of(store.writer.do(CheckCrate("ZK-NO", 1))) is Reason.NO_CRATE


def test_a_labelled_piece_taken_out_can_be_sorted_again(store: Store, night: StationNight) -> None:
    line = first_line(night, pieces=2)
    crate = do(store, SortPiece(label_of(line)), Put).crate
    store.writer.do(SortProduct(line.barcode, line.point, 1, line.product))
    out = do(store, TakeOut(crate, line.lot, 2), TakenOut)
    assert (out.pieces, where(store, line.lot)["dock:"]) == (2, line.pieces)
    assert do(store, SortPiece(label_of(line)), Put).pieces == 1
    assert reason_of(store.writer.do(TakeOut(crate, line.lot, 9))) is Reason.MORE_THAN_HERE


def test_goods_go_into_another_crate_of_the_same_point_and_zone_only(
    store: Store, night: StationNight
) -> None:
    line = first_line(night, pieces=2)
    crate = do(store, SortPiece(label_of(line)), Put).crate
    other = next(x for x in night.lines if x.point != line.point and x.zone == line.zone)
    strange = do(store, SortPiece(label_of(other)), Put).crate
    assert reason_of(store.writer.do(TakeOut(crate, line.lot, 1, strange))) is Reason.WRONG_CRATE
    changed = do(store, ChangeCrate(crate), Changed)
    assert reason_of(store.writer.do(TakeOut(crate, line.lot, 1, changed.crate))) is Reason.SEALED
    store.writer.do(UnsealCrate(crate, "太满"))
    do(store, TakeOut(crate, line.lot, 1, changed.crate), TakenOut)
    assert where(store, line.lot)[f"crate:{changed.crate}"] == 1


def test_before_a_wave_every_slot_gets_its_crate(store: Store, night: StationNight) -> None:
    opened = do(store, OpenAll((Zone.FROZEN,)), Opened)
    wanted = {x.point for x in night.lines if x.zone == Zone.FROZEN}
    assert len(opened.crates) == len(wanted)
    assert do(store, OpenAll((Zone.FROZEN,)), Opened).crates == ()
    line = first_line(night, zone=Zone.FROZEN)
    assert do(store, SortPiece(label_of(line)), Put).crate in opened.crates


def test_the_wall_is_not_moved_under_standing_crates(store: Store, night: StationNight) -> None:
    store.writer.do(SortPiece(label_of(first_line(night))))
    turned = tuple(
        n.SlotRow(row.slot, other.point, other.route, row.sorter, row.decimetres)
        for row, other in zip(wall_of(night), reversed(wall_of(night)), strict=True)
    )
    assert reason_of(store.writer.do(SetWall(turned, "plan"))) is Reason.WALL_IN_USE
    assert reason_of(store.writer.do(SetWall((), "plan"))) is Reason.NO_ROUTES


def test_labels_are_used_once_even_where_the_number_was_forgotten(store: Store, night: StationNight) -> None:
    from app.sorting.actions import CRATE_NUMBER

    line = first_line(night, pieces=2)
    crate = do(store, SortPiece(label_of(line)), Put).crate

    class Forget:
        def perform(self, book: Any) -> None:
            book.put(CRATE_NUMBER, ["", 0])

    store.writer.do(Forget())
    assert do(store, ChangeCrate(crate), Changed).crate != crate


def test_tables_are_the_same_after_a_replay(store: Store, night: StationNight) -> None:
    line = first_line(night, pieces=2)
    store.writer.do(JoinSorter("017"))
    put = do(store, SortPiece(label_of(line)), Put)
    store.writer.do(SortPiece(label_of(line)))
    store.writer.do(ChangeCrate(put.crate))
    store.writer.do(SortAll(line.barcode, line.product))
    before, after = store.writer.do(Replayed())
    assert before == after
