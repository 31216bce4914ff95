"""The dock on a real book: pallets and containers, strangers, differences, ends, the cleared dock, and taking back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.dock import queries
from app.dock.actions import (
    Arrived,
    Ended,
    EndUnloading,
    NoteArrival,
    TakeBack,
    TakenBack,
    TurnedAway,
    Unload,
    Unloaded,
    UnloadLate,
)
from app.dock.differences import (
    ClearArea,
    Cleared,
    DifferenceNoted,
    FindPieces,
    Goods,
    MissTheRest,
    NoteBox,
    NoteDifference,
)
from app.dock.rules import CLEAR_NOTE, END_NOTE, Reason, Seal
from app.domain import events as e
from app.domain import night as n
from app.domain.clock import StoryClock, at
from app.domain.fair import FAIR_RULE
from app.domain.goods import Count, Shortfall, Zone
from app.domain.ids import with_check
from app.domain.labels import crate_label, piece_label
from app.domain.refusals import Refused
from app.store.opening import Store
from tests.dock.goods import (
    EGGS,
    HERE,
    JPEG,
    MILK,
    PALLET,
    POLICY,
    RICE,
    SECOND,
    STRANGER,
    THERE,
    TOMORROW,
    YESTERDAY,
    Hear,
    facts_in,
    one,
    where,
)
from tests.samples import Record
from tests.station import DAY, Replayed

EGGS_IN_ABC = Goods(DAY, EGGS, "土鸡蛋 10枚", "T1", "ABC123")


def reason_of(result: object) -> Reason:
    """Why something was refused."""
    assert isinstance(result, Refused), result
    return Reason(result.reason)


def unload(store: Store, code: str) -> Unloaded:
    """Unload what must be unloadable."""
    result = store.writer.do(Unload(code))
    assert isinstance(result, Unloaded), result
    return result


# --- pallets and containers --------------------------------------------------------------------------------


def test_one_scan_brings_down_all_containers_of_a_pallet(store: Store) -> None:
    result = unload(store, PALLET)
    assert (result.number, len(result.boxes), result.products, result.pieces) == ("TP00933", 2, 3, 12)
    assert (result.whole_pallet, result.before, result.waiting, result.late) == (True, 0, 0, False)
    assert {box.zone for box in result.boxes} == {Zone.FROZEN, Zone.AMBIENT}
    assert where(store, "101") == {"dock": 3}
    assert where(store, "203") == {"trunk:T1": 6}


def test_a_pallets_number_may_be_typed(store: Store) -> None:
    assert unload(store, "TP00933").pieces == 12


def test_a_container_comes_down_alone_and_the_pallet_brings_the_rest(store: Store) -> None:
    first = unload(store, "ABC123")
    assert (first.whole_pallet, first.pieces, first.waiting) == (False, 7, 1)
    rest = unload(store, PALLET)
    assert ([box.container for box in rest.boxes], rest.pieces, rest.before) == (["FRZ001"], 5, 1)


def test_each_container_is_a_fact_of_its_own(store: Store) -> None:
    result = unload(store, PALLET)
    assert len(result.facts) == 2
    assert facts_in(store, "ContainersUnloaded") == 2


def test_the_first_scan_notes_arrival_and_the_beginning_once(store: Store) -> None:
    unload(store, "ABC123")
    unload(store, "FRZ001")
    assert (facts_in(store, "TruckArrived"), facts_in(store, "UnloadingBegan")) == (1, 1)
    now = store.clock.now_ms()
    assert one(store, "SELECT arrived_ms, began_ms FROM trucks WHERE trip = 'T1'") == (now, now)


@pytest.mark.parametrize("code", ["ABC123", PALLET, "TP00933"])
def test_a_second_scan_says_when_and_by_whom_and_changes_nothing(store: Store, code: str) -> None:
    unload(store, PALLET)
    before = facts_in(store)
    again = store.writer.do(Unload(code))
    assert reason_of(again) is Reason.ALREADY
    assert isinstance(again, Refused)
    assert (again.about["at_ms"], again.about["here"]) == (store.clock.now_ms(), 1)
    assert facts_in(store) == before


def test_what_another_pc_unloaded_is_unloaded_here_too(store: Store) -> None:
    goods = (Count("201", 4), Count("202", 2), Count("204", 1))
    theirs = n.ContainersUnloaded("T1", "ABC123", ("ABC123",), goods)
    store.writer.do(Hear(theirs, 1, "pc2", operator="07"))
    refused = store.writer.do(Unload("ABC123"))
    assert reason_of(refused) is Reason.ALREADY
    assert isinstance(refused, Refused)
    assert (refused.about["device"], refused.about["operator"], refused.about["here"]) == ("pc2", "07", 0)
    assert unload(store, PALLET).pieces == 5


# --- strangers and codes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "reason", "belongs"),
    [
        ("FAR777", Reason.OTHER_STATION, THERE),
        ("10000000000880", Reason.OTHER_STATION, THERE),
        ("ZZZ999", Reason.OTHER_STATION, THERE),
        ("NEW777", Reason.OTHER_NIGHT, TOMORROW),
        ("XYZ123", Reason.NOT_ON_LIST, ""),
        ("10999999999999", Reason.NOT_ON_LIST, ""),
        ("77000000000933", Reason.NOT_ON_LIST, ""),
    ],
)
def test_a_stranger_is_turned_away_at_once_and_recorded_once(
    store: Store, code: str, reason: Reason, belongs: str
) -> None:
    unload(store, "ABC123")
    first = store.writer.do(Unload(code))
    again = store.writer.do(Unload(code))
    assert isinstance(first, TurnedAway)
    assert isinstance(again, TurnedAway)
    assert (first.reason, first.belongs, len(first.facts), len(again.facts)) == (reason, belongs, 1, 0)
    assert facts_in(store, "StrangerRefused") == 1
    body = one(store, "SELECT body FROM facts WHERE kind = 'StrangerRefused'")[0]
    assert all(f'"{word}"' in body for word in (code, belongs, "T1"))
    assert facts_in(store, "ContainersUnloaded") == 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (PALLET[:11], Reason.CUT_SHORT),
        ("ABC12", Reason.CUT_SHORT),
        ("XYZ12", Reason.CUT_SHORT),
        (PALLET + PALLET, Reason.DOUBLED),
        ("ABC123ABC123", Reason.DOUBLED),
        (PALLET + "7", Reason.DOUBLED),
        ("6901234567893", Reason.MISREAD),
        (EGGS, Reason.PRODUCT),
        (STRANGER, Reason.NOT_ORDERED),
        (crate_label(day=DAY, device="pc1", number=3), Reason.CRATE),
        (piece_label("101", nth=1), Reason.PIECE),
        (with_check("TH-AAAAAA"), Reason.OWN_CODE),
        ("?", Reason.UNKNOWN),
        ("TP99999", Reason.UNKNOWN),
        ("A" * 64, Reason.UNKNOWN),
    ],
)
def test_what_is_no_label_is_refused_for_its_own_reason(store: Store, code: str, reason: Reason) -> None:
    before = facts_in(store)
    assert reason_of(store.writer.do(Unload(code))) is reason
    assert facts_in(store) == before


def test_before_the_sheets_are_here_nobody_is_called_a_stranger(store: Store) -> None:
    store.writer.do(Hear(n.TruckAnnounced("T3", HERE, DAY, "桂A33333"), 900))
    assert reason_of(store.writer.do(Unload("XYZ123"))) is Reason.NO_LIST
    assert isinstance(store.clock, StoryClock)
    store.clock.advance(seconds=10 * 86_400)
    assert reason_of(store.writer.do(Unload("XYZ123"))) is Reason.NO_LIST


def test_yesterdays_missing_container_is_taken_in_only_when_asked_for(store: Store) -> None:
    store.writer.do(Record((n.TruckArrived("T0"), n.UnloadingEnded("T0"))))
    refused = store.writer.do(Unload("OLD777"))
    assert reason_of(refused) is Reason.OTHER_NIGHT
    assert isinstance(refused, Refused)
    assert refused.about["missing"] == 2
    late = store.writer.do(UnloadLate("OLD777"))
    assert isinstance(late, Unloaded)
    assert where(store, "901") == {"dock": 2}
    assert reason_of(store.writer.do(UnloadLate("OLD777"))) is Reason.UNKNOWN
    assert reason_of(store.writer.do(UnloadLate("FAR777"))) is Reason.UNKNOWN


def test_yesterdays_truck_that_was_never_ended_goes_on(store: Store) -> None:
    assert unload(store, "OLD777").trip == "T0"


# --- how a truck came --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seal", "note", "state"),
    [
        ("GX88231", "", Seal.SAME),
        ("GX88230", "", Seal.OTHER),
        ("GX88231", "铅封破损", Seal.BROKEN),
        ("", "", Seal.UNSEEN),
    ],
)
def test_a_seal_is_held_against_the_announced_one(store: Store, seal: str, note: str, state: Seal) -> None:
    result = store.writer.do(NoteArrival("T1", "", seal, note, JPEG))
    assert isinstance(result, Arrived)
    assert (result.seal, result.photos, result.other_plate) == (state, 1, False)
    assert one(store, "SELECT count(*) FROM photos")[0] == 1


def test_another_plate_is_noticed(store: Store) -> None:
    result = store.writer.do(NoteArrival("T1", "桂B12345"))
    assert isinstance(result, Arrived)
    assert result.other_plate
    same = store.writer.do(NoteArrival("T1", "桂a·11111"))
    assert isinstance(same, Arrived)
    assert not same.other_plate


def test_what_is_no_photo_or_no_truck_is_refused(store: Store) -> None:
    assert reason_of(store.writer.do(NoteArrival("T7"))) is Reason.NO_TRUCK
    assert reason_of(store.writer.do(NoteArrival("T1", photo=b"<html>"))) is Reason.NO_PICTURE
    assert reason_of(store.writer.do(NoteArrival("T1", photo=JPEG + bytes(300_000)))) is Reason.NO_PICTURE
    assert facts_in(store, "TruckArrived") == 0


def test_ending_names_what_is_missing_and_a_container_that_comes_later_is_found(store: Store) -> None:
    unload(store, PALLET)
    ended = store.writer.do(EndUnloading("T1", seen=6))
    assert isinstance(ended, Ended)
    assert (ended.missed, ended.pieces) == ((("ABD456", 6),), 6)
    assert where(store, "203") == {"short": 6}
    assert one(store, "SELECT about, pieces, note FROM differences WHERE closed_ms = 0") == (
        "short",
        6,
        END_NOTE,
    )
    late = unload(store, SECOND)
    assert (late.late, late.pieces) == (True, 6)
    assert where(store, "203") == {"dock": 6}
    assert one(store, "SELECT count(*) FROM differences WHERE closed_ms = 0")[0] == 0
    assert reason_of(store.writer.do(Unload("ABD456"))) is Reason.ALREADY


def test_each_missing_container_is_a_fact_of_its_own(store: Store) -> None:
    unload(store, "FRZ001")
    store.writer.do(EndUnloading("T1", seen=13))
    assert facts_in(store, "PiecesMissed") == 2


def test_a_truck_is_ended_only_as_it_was_seen(store: Store) -> None:
    assert reason_of(store.writer.do(EndUnloading("T1", seen=18))) is Reason.NOT_ARRIVED
    assert reason_of(store.writer.do(EndUnloading("T7", seen=0))) is Reason.NO_TRUCK
    unload(store, PALLET)
    refused = store.writer.do(EndUnloading("T1", seen=18))
    assert reason_of(refused) is Reason.CHANGED
    assert where(store, "203") == {"trunk:T1": 6}
    unload(store, SECOND)
    assert isinstance(store.writer.do(EndUnloading("T1", seen=0)), Ended)
    assert reason_of(store.writer.do(EndUnloading("T1", seen=0))) is Reason.ENDED


def test_after_a_clash_an_ended_truck_can_be_ended_again(store: Store) -> None:
    unload(store, PALLET)
    ended = store.writer.do(EndUnloading("T1", seen=6))
    assert isinstance(ended, Ended)
    store.writer.do(Hear(e.Voided(str(ended.facts[0]), "not_there"), 990))
    assert where(store, "203") == {"trunk:T1": 6}
    again = store.writer.do(EndUnloading("T1", seen=6))
    assert isinstance(again, Ended)
    assert where(store, "203") == {"short": 6}
    assert facts_in(store, "UnloadingEnded") == 1


# --- differences -------------------------------------------------------------------------------------------


def test_short_pieces_are_shared_among_the_points(store: Store) -> None:
    unload(store, PALLET)
    result = store.writer.do(NoteDifference(Shortfall.SHORT, EGGS_IN_ABC, 3, "少了", JPEG))
    assert isinstance(result, DifferenceNoted)
    assert result.losers == (("一号店", 2), ("二号店", 1))
    assert (result.pieces, result.photos, result.deadline_ms) == (3, 1, store.clock.now_ms() + 24 * 3_600_000)
    assert where(store, "201") == {"dock": 2, "short": 2}
    assert where(store, "202") == {"dock": 1, "short": 1}
    body = one(store, "SELECT body FROM facts WHERE kind = 'PiecesMissed'")[0]
    assert all(word in body for word in ('"dock:"', FAIR_RULE, "少了"))


def test_a_shortage_can_be_claimed_as_long_as_the_platform_of_its_truck_says(store: Store) -> None:
    terms = [
        replace(POLICY, platform=name, shortage_hours=hours) for name, hours in (("duo", 12), ("shi", 36))
    ]
    truck = n.TruckAnnounced("T1", HERE, DAY, "桂A11111", platform="duo")
    for seq, fact in enumerate((*terms, truck), 800):
        store.writer.do(Hear(fact, seq))
    unload(store, PALLET)
    noted = store.writer.do(NoteDifference(Shortfall.SHORT, EGGS_IN_ABC, 1))
    assert isinstance(noted, DifferenceNoted)
    assert noted.deadline_ms == store.clock.now_ms() + 12 * 3_600_000
    store.writer.do(Hear(replace(truck, platform="shi"), 810))
    later = store.writer.do(NoteDifference(Shortfall.SHORT, EGGS_IN_ABC, 1))
    assert isinstance(later, DifferenceNoted)
    assert later.deadline_ms == store.clock.now_ms() + 36 * 3_600_000
    before, after = store.writer.do(Replayed())
    assert before == after


def test_where_all_are_short_no_rule_had_to_choose(store: Store) -> None:
    unload(store, PALLET)
    store.writer.do(NoteDifference(Shortfall.SHORT, EGGS_IN_ABC, 6))
    assert FAIR_RULE not in one(store, "SELECT body FROM facts WHERE kind = 'PiecesMissed'")[0]


def test_without_a_container_the_whole_dock_is_meant(store: Store) -> None:
    unload(store, PALLET)
    unload(store, SECOND)
    result = store.writer.do(NoteDifference(Shortfall.DAMAGED, replace_box(EGGS_IN_ABC), 11))
    assert isinstance(result, DifferenceNoted)
    assert sum(where(store, lot).get("aside:damaged", 0) for lot in ("201", "202", "203")) == 11


def replace_box(goods: Goods) -> Goods:
    """The same product wherever it lies."""
    return goods._replace(trip="", container="")


def test_pieces_can_be_short_or_broken_while_still_on_the_truck(store: Store) -> None:
    store.writer.do(NoteDifference(Shortfall.DAMAGED, EGGS_IN_ABC, 2))
    assert where(store, "201") == {"trunk:T1": 2, "aside:damaged": 2}
    assert unload(store, "ABC123").pieces == 5


@pytest.mark.parametrize("pieces", [0, -3, 7, 10_000])
def test_a_count_that_cannot_be_is_refused(store: Store, pieces: int) -> None:
    unload(store, PALLET)
    before = facts_in(store)
    result = store.writer.do(NoteDifference(Shortfall.SHORT, EGGS_IN_ABC, pieces))
    assert reason_of(result) in (Reason.BAD_COUNT, Reason.MORE_THAN_HERE)
    assert facts_in(store) == before


def test_surplus_is_set_aside_under_a_name_of_ours(store: Store) -> None:
    unload(store, PALLET)
    result = store.writer.do(NoteDifference(Shortfall.OVER, Goods(DAY, STRANGER, "", "", "ABC123"), 2))
    assert isinstance(result, DifferenceNoted)
    assert where(store, f"over/{STRANGER}") == {"over": -2, "aside:surplus": 2}
    reader = store.reader()
    assert [(row.about, row.pieces) for row in queries.aside_rows(reader)] == [(Shortfall.OVER, 2)]
    reader.close()


def test_found_pieces_go_back_to_the_dock_and_close_the_difference(store: Store) -> None:
    unload(store, PALLET)
    store.writer.do(NoteDifference(Shortfall.SHORT, EGGS_IN_ABC, 3))
    result = store.writer.do(FindPieces(EGGS_IN_ABC, 2))
    assert isinstance(result, DifferenceNoted)
    assert (result.about, result.losers) == (None, (("一号店", 1), ("二号店", 1)))
    assert where(store, "201") == {"dock": 3, "short": 1}
    assert where(store, "202") == {"dock": 2}
    assert one(store, "SELECT pieces FROM differences WHERE closed_ms = 0") == (1,)
    assert reason_of(store.writer.do(FindPieces(EGGS_IN_ABC, 2))) is Reason.MORE_THAN_HERE


def test_a_whole_container_can_be_missing_and_come_after_all(store: Store) -> None:
    result = store.writer.do(NoteBox(Shortfall.SHORT, "T1", "ABC123"))
    assert isinstance(result, DifferenceNoted)
    assert where(store, "201") == {"short": 4}
    assert unload(store, PALLET).boxes[0].late is True
    assert where(store, "201") == {"dock": 4}


def test_a_whole_container_can_be_damaged_but_not_missing_once_it_is_down(store: Store) -> None:
    unload(store, PALLET)
    assert reason_of(store.writer.do(NoteBox(Shortfall.SHORT, "T1", "ABC123"))) is Reason.BOX_IN
    assert isinstance(store.writer.do(NoteBox(Shortfall.DAMAGED, "T1", "ABC123")), DifferenceNoted)
    assert where(store, "201") == {"aside:damaged": 4}
    assert reason_of(store.writer.do(NoteBox(Shortfall.DAMAGED, "T1", "ABC123"))) is Reason.MORE_THAN_HERE
    assert reason_of(store.writer.do(NoteBox(Shortfall.SHORT, "T1", "QQQ999"))) is Reason.NO_BOX


def test_a_pictures_bytes_are_kept_once_and_anything_else_is_refused(store: Store) -> None:
    unload(store, PALLET)
    for command in (
        NoteDifference(Shortfall.SHORT, EGGS_IN_ABC, 1, photo=b"GIF89a"),
        NoteBox(Shortfall.DAMAGED, "T1", "ABC123", photo=b"GIF89a"),
    ):
        assert reason_of(store.writer.do(command)) is Reason.NO_PICTURE
    assert facts_in(store, "PiecesMissed") == facts_in(store, "PiecesDamaged") == 0


# --- the cleared dock --------------------------------------------------------------------------------------


def _sort(*goods: Count) -> Record:
    """Another room sorts pieces into a crate."""
    opened = n.CrateOpened("ZK1", "1-01", "P1", "R01", DAY, Zone.AMBIENT)
    return Record((opened, n.Sorted("ZK1", goods)))


def test_an_empty_dock_is_cleared(store: Store) -> None:
    result = store.writer.do(ClearArea(0))
    assert result == Cleared(DAY, 0, 0, result.facts if isinstance(result, Cleared) else ())
    assert one(store, "SELECT cleared_ms > 0, left_pieces FROM waves WHERE day = ?", (DAY,)) == (1, 0)


def test_what_stays_on_the_dock_is_named(store: Store) -> None:
    unload(store, SECOND)
    assert reason_of(store.writer.do(ClearArea(5))) is Reason.CHANGED
    assert isinstance(store.writer.do(ClearArea(6, "等冷藏车")), Cleared)
    assert one(store, "SELECT left_pieces, note FROM waves") == (6, "等冷藏车")
    assert where(store, "203") == {"dock": 6}


def test_what_should_lie_there_and_does_not_becomes_short_by_product(store: Store) -> None:
    unload(store, PALLET)
    store.writer.do(_sort(Count("201", 4)))
    assert reason_of(store.writer.do(MissTheRest(12))) is Reason.CHANGED
    result = store.writer.do(MissTheRest(8))
    assert isinstance(result, Cleared)
    assert (result.left, result.missed) == (0, 8)
    assert facts_in(store, "PiecesMissed") == 3
    assert where(store, "202") == {"short": 2}
    assert one(store, "SELECT left_pieces, note FROM waves") == (0, CLEAR_NOTE)


# --- taking back -------------------------------------------------------------------------------------------


def test_a_pallet_is_put_back_on_its_truck(store: Store) -> None:
    result = unload(store, PALLET)
    back = store.writer.do(TakeBack(result.facts))
    assert isinstance(back, TakenBack)
    assert (back.kind, back.label, back.pieces) == ("ContainersUnloaded", PALLET, 12)
    assert where(store, "101") == {"trunk:T1": 3}
    assert unload(store, "ABC123").pieces == 7
    assert reason_of(store.writer.do(TakeBack(result.facts))) is Reason.UNDONE


def test_without_names_the_last_step_is_found_whole(store: Store) -> None:
    assert isinstance(store.clock, StoryClock)
    unload(store, "MLK001")
    store.clock.advance(seconds=5)
    unload(store, PALLET)
    back = store.writer.do(TakeBack())
    assert isinstance(back, TakenBack)
    assert back.pieces == 12
    again = store.writer.do(TakeBack())
    assert isinstance(again, TakenBack)
    assert again.pieces == 6
    assert reason_of(store.writer.do(TakeBack())) is Reason.NOTHING_TO_UNDO


def test_an_end_is_taken_back_with_what_it_made_short(store: Store) -> None:
    unload(store, PALLET)
    assert isinstance(store.clock, StoryClock)
    store.clock.advance(seconds=5)
    store.writer.do(EndUnloading("T1", seen=6))
    back = store.writer.do(TakeBack())
    assert isinstance(back, TakenBack)
    assert (back.kind, back.pieces) == ("UnloadingEnded", 6)
    assert where(store, "203") == {"trunk:T1": 6}
    assert one(store, "SELECT ended_ms FROM trucks WHERE trip = 'T1'") == (0,)
    assert one(store, "SELECT count(*) FROM differences WHERE closed_ms = 0") == (0,)


def test_a_clearing_is_taken_back_with_what_it_made_short(store: Store) -> None:
    unload(store, PALLET)
    assert isinstance(store.clock, StoryClock)
    store.clock.advance(seconds=5)
    store.writer.do(MissTheRest(12))
    back = store.writer.do(TakeBack())
    assert isinstance(back, TakenBack)
    assert (back.kind, back.pieces) == ("AreaCleared", 12)
    assert where(store, "202") == {"dock": 2}
    assert one(store, "SELECT count(*) FROM waves WHERE cleared_ms > 0") == (0,)
    assert one(store, "SELECT count(*) FROM differences WHERE closed_ms = 0") == (0,)
    before, after = store.writer.do(Replayed())
    assert before == after


def test_of_two_clearings_the_first_holds_again_when_the_second_is_taken_back(store: Store) -> None:
    unload(store, SECOND)
    first = store.clock.now_ms()
    store.writer.do(ClearArea(6, "等冷藏车"))
    assert isinstance(store.clock, StoryClock)
    store.clock.advance(seconds=60)
    again = store.writer.do(ClearArea(6, "还在等"))
    assert isinstance(again, Cleared)
    back = store.writer.do(TakeBack(again.facts))
    assert isinstance(back, TakenBack)
    assert one(store, "SELECT cleared_ms, left_pieces, note FROM waves") == (first, 6, "等冷藏车")
    before, after = store.writer.do(Replayed())
    assert before == after
    assert isinstance(store.writer.do(TakeBack()), TakenBack)
    assert one(store, "SELECT count(*) FROM waves WHERE cleared_ms > 0") == (0,)


def test_a_late_container_taken_back_is_short_again(store: Store) -> None:
    unload(store, PALLET)
    store.writer.do(EndUnloading("T1", seen=6))
    late = unload(store, SECOND)
    assert isinstance(store.writer.do(TakeBack(late.facts)), TakenBack)
    assert where(store, "203") == {"short": 6}
    assert one(store, "SELECT sum(pieces) FROM differences WHERE closed_ms = 0") == (6,)
    assert unload(store, SECOND).late is True


def test_what_was_sorted_cannot_be_taken_back(store: Store) -> None:
    result = unload(store, PALLET)
    store.writer.do(_sort(Count("201", 1)))
    refused = store.writer.do(TakeBack(result.facts))
    assert reason_of(refused) is Reason.MOVED_ON
    assert isinstance(refused, Refused)
    assert (refused.about["product"], refused.about["to"]) == ("土鸡蛋 10枚", "crate:ZK1")
    assert where(store, "101") == {"dock": 3}


def test_a_step_that_the_platform_took_back_is_not_taken_back_twice(store: Store) -> None:
    result = unload(store, "ABC123")
    store.writer.do(Hear(e.Voided(str(result.facts[0]), "taken"), 990))
    assert reason_of(store.writer.do(TakeBack(result.facts))) is Reason.VOIDED


def test_of_a_step_that_was_half_voided_the_rest_is_taken_back(store: Store) -> None:
    result = unload(store, PALLET)
    store.writer.do(Hear(e.Voided(str(result.facts[0]), "taken"), 990))
    back = store.writer.do(TakeBack(result.facts))
    assert isinstance(back, TakenBack)
    assert {**where(store, "101"), **where(store, "204")} == {"trunk:T1": 1}


# --- what is seen ------------------------------------------------------------------------------------------


def test_trucks_and_containers_are_seen_with_how_far_they_are(store: Store) -> None:
    unload(store, PALLET)
    store.writer.do(EndUnloading("T1", seen=6))
    reader = store.reader()
    boxes = queries.box_rows(reader, day=DAY)
    assert boxes[0].container == "FRZ001"
    trucks = queries.truck_rows(reader, boxes, day=DAY)
    assert [truck.trip for truck in trucks] == ["T2", "T1"]
    done = trucks[-1]
    assert (done.boxes, done.boxes_in, done.boxes_missing, done.pieces, done.pieces_in) == (3, 2, 1, 18, 12)
    reader.close()


def test_a_container_missing_with_many_products_is_one_row(store: Store) -> None:
    lines = tuple(n.LoadLine(f"8{i}", "P1", "BIG888", f"商品{i}", "", "x", Zone.AMBIENT, 1) for i in range(5))
    store.writer.do(Hear(n.PalletAnnounced("T1", DAY, "10000000000777", "TP00777", lines), 950))
    store.writer.do(NoteBox(Shortfall.SHORT, "T1", "BIG888"))
    store.writer.do(NoteDifference(Shortfall.SHORT, EGGS_IN_ABC, 1))
    reader = store.reader()
    rows = queries.difference_rows(reader, now_ms=store.clock.now_ms())
    assert sorted((row.products, row.pieces, row.container) for row in rows) == [
        (1, 1, "ABC123"),
        (5, 5, "BIG888"),
    ]
    reader.close()


def test_what_lies_on_the_dock_is_seen_by_product_with_its_containers(store: Store) -> None:
    for code in (PALLET, SECOND):
        unload(store, code)
    reader = store.reader()
    rows = {row.product: row for row in queries.dock_rows(reader)}
    assert (rows["土鸡蛋 10枚"].pieces, rows["土鸡蛋 10枚"].boxes) == (12, ("ABC123", "ABD456"))
    assert next(iter(rows)) == "速冻水饺 1kg"
    assert [row.product for row in queries.products_of(reader, MILK, day=DAY)] == [
        "鲜牛奶 1盒",
        "鲜牛奶 6盒装",
    ]
    assert queries.products_of(reader, RICE, day=DAY)[0].dock == 1
    reader.close()


def test_a_replay_gives_the_same_tables(store: Store) -> None:
    unload(store, PALLET)
    store.writer.do(NoteDifference(Shortfall.SHORT, EGGS_IN_ABC, 2))
    store.writer.do(EndUnloading("T1", seen=6))
    late = unload(store, SECOND)
    store.writer.do(TakeBack(late.facts))
    store.writer.do(NoteDifference(Shortfall.OVER, EGGS_IN_ABC, 2))
    store.writer.do(MissTheRest(10))
    before, after = store.writer.do(Replayed())
    assert after == before


def test_the_evening_belongs_to_the_coming_night(store: Store) -> None:
    assert isinstance(store.clock, StoryClock)
    store.clock.move_to(at(YESTERDAY, "22:40"))
    assert unload(store, PALLET).pieces == 12
