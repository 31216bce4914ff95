"""Receiving on a real book: crates, counted goods, differences, shelves, vans, and taking back."""

from __future__ import annotations

import pytest

from app.domain import events as e
from app.domain.clock import StoryClock
from app.domain.goods import Count, Shortfall, Zone
from app.domain.ids import with_check
from app.domain.refusals import Refused
from app.domain.slots import label_code
from app.receiving.actions import (
    Arrived,
    CrateIn,
    DifferenceNoted,
    Ended,
    EndReceiving,
    FindAfterAll,
    GoodsIn,
    NoteArrival,
    NoteDifference,
    NoteSurplus,
    Receive,
    ReceiveLate,
    Rehouse,
    Rehoused,
    TakeBack,
    TakenBack,
    WhichProduct,
    surplus_of,
)
from app.receiving.rules import Reading, Reason
from app.store.opening import Store
from tests.receiving.goods import EGGS, MILK, RICE, STRANGER, Where, facts_in, slots_of, where
from tests.samples import DAY, Record

JPEG = b"\xff\xd8\xff\xe0" + bytes(200)


def reason_of(result: object) -> Reason:
    """Why something was refused."""
    assert isinstance(result, Refused), result
    return Reason(result.reason)


# --- crates ------------------------------------------------------------------------------------------------


def test_one_scan_receives_the_whole_crate(store: Store) -> None:
    result = store.writer.do(Receive("ABC123"))
    assert isinstance(result, CrateIn)
    assert (result.pieces, result.rest, result.late) == (6, False, False)
    assert where(store, "201") == Where(0, 4, 0, 0, 0)
    assert where(store, "202") == Where(0, 2, 0, 0, 0)


def test_a_second_scan_is_refused_and_says_when(store: Store) -> None:
    store.writer.do(Receive("ABC123"))
    before = facts_in(store)
    again = store.writer.do(Receive("ABC123"))
    assert reason_of(again) is Reason.ALREADY
    assert isinstance(again, Refused)
    assert again.about["at_ms"] == store.clock.now_ms()
    assert facts_in(store) == before


def test_a_crate_begun_by_hand_gives_its_rest(store: Store) -> None:
    store.writer.do(Receive(EGGS, pieces=3, unpacking="ABC123"))
    rest = store.writer.do(Receive("ABC123"))
    assert isinstance(rest, CrateIn)
    assert (rest.pieces, rest.rest) == (3, True)
    assert where(store, "203").van == 6


def test_the_first_scan_notes_the_arrival_once(store: Store) -> None:
    store.writer.do(Receive("ABC123"))
    store.writer.do(Receive("ABD456"))
    reader = store.reader()
    assert reader.value("SELECT count(*) FROM facts WHERE kind = 'VanArrived'") == 1
    assert reader.value("SELECT arrived_ms FROM trips WHERE trip = 'T1'") == store.clock.now_ms()
    reader.close()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("FAR777", Reason.OTHER_POINT),
        ("ZZZ999", Reason.OTHER_POINT),
        ("NEW777", Reason.OTHER_DAY),
        ("XYZ123", Reason.NOT_ON_LIST),
        ("12AB345", Reason.OTHER_PLATFORM),
        ("10000000000933", Reason.PALLET),
        ("37-1-0201", Reason.PICKUP_CODE),
        ("36-1-9999", Reason.PICKUP_CODE),
        (with_check("HW-A-01"), Reason.SLOT_LABEL),
        (with_check("TH-AAAAAA"), Reason.RETURN_BAG),
        ("ABC12", Reason.CUT_SHORT),
        (EGGS[:11], Reason.CUT_SHORT),
        ("XYZ12", Reason.CUT_SHORT),
        ("6901234567893", Reason.MISREAD),
        (STRANGER, Reason.NOT_ORDERED),
        ("?", Reason.UNKNOWN),
        ("A" * 64, Reason.UNKNOWN),
    ],
)
def test_what_is_not_expected_is_refused_at_once_and_nothing_is_recorded(
    store: Store, code: str, reason: Reason
) -> None:
    before = facts_in(store)
    assert reason_of(store.writer.do(Receive(code))) is reason
    assert facts_in(store) == before


def test_a_crate_needs_no_count(store: Store) -> None:
    assert reason_of(store.writer.do(Receive("ABC123", pieces=12))) is Reason.CRATE_COUNTED


def test_without_any_manifest_a_crate_label_waits(store: Store) -> None:
    assert isinstance(store.clock, StoryClock)
    store.clock.advance(seconds=10 * 86_400)
    assert reason_of(store.writer.do(Receive("XYZ123"))) is Reason.NO_MANIFEST


def test_yesterdays_van_that_was_never_ended_goes_on(store: Store) -> None:
    assert isinstance(store.writer.do(Receive("OLD777")), CrateIn)


def test_a_crate_missing_yesterday_is_refused_first_and_received_when_asked_for(store: Store) -> None:
    store.writer.do(EndReceiving("T0"))
    refused = store.writer.do(Receive("OLD777"))
    assert reason_of(refused) is Reason.OTHER_DAY
    assert isinstance(refused, Refused)
    assert refused.about["missing"] == 2
    late = store.writer.do(ReceiveLate("OLD777"))
    assert isinstance(late, CrateIn)
    assert late.late
    assert where(store, "901") == Where(0, 2, 0, 0, 0)
    assert reason_of(store.writer.do(Receive("OLD777"))) is Reason.ALREADY


# --- goods -------------------------------------------------------------------------------------------------


def test_counted_goods_fill_the_oldest_order_first(store: Store) -> None:
    result = store.writer.do(Receive(EGGS, pieces=7))
    assert isinstance(result, GoodsIn)
    assert [(one.lot, one.pieces) for one in result.placed] == [("203", 6), ("202", 1)]
    assert result.left == 5


def test_more_than_announced_is_said_and_not_received(store: Store) -> None:
    result = store.writer.do(Receive(EGGS, pieces=15))
    assert isinstance(result, GoodsIn)
    assert (result.pieces, result.beyond) == (12, 3)
    assert result.surplus is not None
    noted = store.writer.do(NoteSurplus(result.surplus))
    assert isinstance(noted, DifferenceNoted)
    assert where(store, result.surplus.lot).surplus == 3


def test_a_product_that_is_all_here_offers_itself_as_surplus(store: Store) -> None:
    store.writer.do(Receive(EGGS, pieces=12))
    refused = store.writer.do(Receive(EGGS, pieces=2))
    assert reason_of(refused) is Reason.ALL_HERE
    assert isinstance(refused, Refused)
    surplus = surplus_of(refused)
    assert surplus is not None
    assert surplus.pieces == 2


def test_a_product_that_nobody_ordered_goes_to_the_surplus_slot(store: Store) -> None:
    refused = store.writer.do(Receive(STRANGER, pieces=2))
    assert isinstance(refused, Refused)
    surplus = surplus_of(refused)
    assert surplus is not None
    store.writer.do(NoteSurplus(surplus))
    assert where(store, f"over/{STRANGER}").surplus == 2


def test_products_that_share_a_barcode_are_asked_about(store: Store) -> None:
    asked = store.writer.do(Receive(MILK))
    assert isinstance(asked, WhichProduct)
    assert asked.products == (("鲜牛奶 1盒", 2), ("鲜牛奶 6盒装", 1))
    told = store.writer.do(Receive(MILK, product="鲜牛奶 6盒装"))
    assert isinstance(told, GoodsIn)
    assert where(store, "302").shelf == 1
    assert isinstance(store.writer.do(Receive(MILK, pieces=2)), GoodsIn)
    assert where(store, "301").shelf == 2


def test_one_count_may_go_to_two_vans(store: Store) -> None:
    result = store.writer.do(Receive(RICE, pieces=3))
    assert isinstance(result, GoodsIn)
    assert len(result.facts) == 2
    assert (where(store, "204").shelf, where(store, "303").shelf) == (1, 2)


# --- slots -------------------------------------------------------------------------------------------------


def test_one_buyer_stands_together_over_both_platforms_and_zones_stay_apart(store: Store) -> None:
    for code in ("ABC123", "FRZ001", "K1234M", "K1235M"):
        store.writer.do(Receive(code))
    assert slots_of(store, "201") == slots_of(store, "303")
    assert slots_of(store, "301") == slots_of(store, "302")
    zones = [slot[0] for lot in ("101", "301", "201") for slot in slots_of(store, lot)]
    assert zones == ["D", "L", "A"]


def test_the_same_name_with_another_phone_is_another_buyer(store: Store) -> None:
    store.writer.do(Receive("ABC123"))
    store.writer.do(Receive("ABD456"))
    assert slots_of(store, "201") != slots_of(store, "203")
    assert slots_of(store, "202") == slots_of(store, "204")


def test_a_buyer_can_be_moved_by_typing_or_scanning_a_slot(store: Store) -> None:
    store.writer.do(Receive("ABC123"))
    store.writer.do(Receive("K1235M"))
    moved = store.writer.do(Rehouse("201", "a9"))
    assert isinstance(moved, Rehoused)
    assert moved.pieces == 6
    assert slots_of(store, "201") == slots_of(store, "303") == {"A-09"}
    assert reason_of(store.writer.do(Rehouse("201", label_code("A-09")))) is Reason.SAME_SLOT
    assert reason_of(store.writer.do(Rehouse("201", "Z-99"))) is Reason.NO_SUCH_SLOT
    assert reason_of(store.writer.do(Rehouse("101", "D-01"))) is Reason.NOT_ON_SHELF


def test_frozen_goods_on_an_ambient_shelf_are_warned_about(store: Store) -> None:
    store.writer.do(Receive("FRZ001"))
    moved = store.writer.do(Rehouse("101", "A-01"))
    assert isinstance(moved, Rehoused)
    assert moved.too_warm


def test_the_number_of_slots_is_the_shops(store: Store) -> None:
    class Fewer:
        def perform(self, book: object) -> None:
            book.put("slots", {"ambient": 1})  # type: ignore[attr-defined]

    store.writer.do(Fewer())
    store.writer.do(Receive("ABC123"))
    assert slots_of(store, "201") | slots_of(store, "202") == {"A-01"}


# --- differences -------------------------------------------------------------------------------------------


def test_short_damaged_and_over_are_counted_apart_before_and_after_the_scan(store: Store) -> None:
    store.writer.do(NoteDifference(Shortfall.SHORT, "201", 1))
    store.writer.do(Receive("ABC123"))
    assert where(store, "201") == Where(0, 3, 1, 0, 0)
    noted = store.writer.do(NoteDifference(Shortfall.DAMAGED, "201", 2, note="压碎", photo=JPEG))
    assert isinstance(noted, DifferenceNoted)
    assert noted.deadline_ms == store.clock.now_ms() + 24 * 3_600_000
    store.writer.do(NoteDifference(Shortfall.OVER, "201", 1))
    assert where(store, "201") == Where(0, 1, 1, 2, 1)
    reader = store.reader()
    open_ones = reader.rows(
        "SELECT about, pieces FROM differences WHERE closed_ms = 0 ORDER BY opened_ms, about"
    )
    assert sorted(open_ones) == [("damaged", 2), ("over", 1), ("short", 1)]
    assert reader.value("SELECT count(*) FROM photos") == 1
    reader.close()


def test_a_difference_over_van_and_shelf_is_one_difference(store: Store) -> None:
    store.writer.do(Receive(EGGS, pieces=2, unpacking="ABD456"))
    store.writer.do(NoteDifference(Shortfall.SHORT, "203", 5))
    assert where(store, "203") == Where(0, 1, 5, 0, 0)
    reader = store.reader()
    assert reader.rows("SELECT pieces FROM differences WHERE lot = '203'") == [(5,)]
    reader.close()


def test_never_more_is_short_than_was_announced(store: Store) -> None:
    refused = store.writer.do(NoteDifference(Shortfall.SHORT, "201", 5))
    assert reason_of(refused) is Reason.MORE_THAN_HERE
    store.writer.do(NoteDifference(Shortfall.OVER, "201", 3))
    assert reason_of(store.writer.do(NoteDifference(Shortfall.DAMAGED, "201", 5))) is Reason.MORE_THAN_HERE
    assert reason_of(store.writer.do(NoteDifference(Shortfall.SHORT, "nowhere", 1))) is Reason.NO_LINE


@pytest.mark.parametrize("photo", [b"GIF89a", b"<html>", b"\xff\xd8\xff" + bytes(400_000)])
def test_a_photo_that_is_no_small_jpeg_is_refused(store: Store, photo: bytes) -> None:
    before = facts_in(store)
    answer = store.writer.do(NoteDifference(Shortfall.SHORT, "201", 1, photo=photo))
    assert reason_of(answer) is Reason.NO_PICTURE
    assert facts_in(store) == before


# --- vans --------------------------------------------------------------------------------------------------


def test_warm_frozen_goods_raise_the_alarm(store: Store) -> None:
    readings = (Reading(Zone.FROZEN, -95), Reading(Zone.CHILLED, 40))
    result = store.writer.do(NoteArrival("T1", "桂A12345", "S-9", readings))
    assert isinstance(result, Arrived)
    assert result.alarms == (Reading(Zone.FROZEN, -95),)
    reader = store.reader()
    assert reader.one("SELECT plate, seal FROM trips WHERE trip = 'T1'") == ("桂A12345", "S-9")
    reader.close()
    assert reason_of(store.writer.do(NoteArrival("T7"))) is Reason.NO_TRIP
    absurd = store.writer.do(NoteArrival("T1", readings=(Reading(Zone.FROZEN, 9999),)))
    assert reason_of(absurd) is Reason.NO_DEGREES


def test_ending_turns_the_rest_into_shortages_and_late_goods_come_back(store: Store) -> None:
    store.writer.do(Receive("FRZ001"))
    ended = store.writer.do(EndReceiving("T1"))
    assert isinstance(ended, Ended)
    assert ended.short == 13
    assert reason_of(store.writer.do(EndReceiving("T1"))) is Reason.ENDED
    late = store.writer.do(Receive("ABC123"))
    assert isinstance(late, CrateIn)
    assert late.late
    found = store.writer.do(Receive(EGGS, pieces=6))
    assert isinstance(found, GoodsIn)
    assert found.late == 6
    assert where(store, "203") == Where(0, 6, 0, 0, 0)
    reader = store.reader()
    assert reader.rows("SELECT lot FROM differences WHERE about = 'short' AND closed_ms = 0") == [("204",)]
    reader.close()
    assert isinstance(store.writer.do(FindAfterAll("204", 1)), GoodsIn)
    assert reason_of(store.writer.do(FindAfterAll("204", 1))) is Reason.MORE_THAN_HERE


# --- taking back -------------------------------------------------------------------------------------------


def test_the_last_step_is_undone_and_the_crate_can_be_scanned_again(store: Store) -> None:
    store.writer.do(Receive("ABC123"))
    undone = store.writer.do(TakeBack())
    assert isinstance(undone, TakenBack)
    assert (undone.kind, undone.pieces) == ("CrateReceived", 6)
    assert where(store, "201").van == 4
    assert isinstance(store.writer.do(Receive("ABC123")), CrateIn)


def test_steps_are_undone_one_after_another(store: Store) -> None:
    store.writer.do(Receive("ABC123"))
    assert isinstance(store.clock, StoryClock)
    store.clock.advance(seconds=5)
    store.writer.do(NoteDifference(Shortfall.DAMAGED, "201", 1))
    for kind in ("DamageFound", "CrateReceived"):
        undone = store.writer.do(TakeBack())
        assert isinstance(undone, TakenBack)
        assert undone.kind == kind
    assert reason_of(store.writer.do(TakeBack())) is Reason.NOTHING_TO_UNDO
    assert where(store, "201") == Where(4, 0, 0, 0, 0)


def test_what_was_handed_out_meanwhile_cannot_be_taken_back(store: Store) -> None:
    received = store.writer.do(Receive("ABC123"))
    assert isinstance(received, CrateIn)
    (slot,) = slots_of(store, "201")
    store.writer.do(Record((e.PickedUp("b1", (Count("201", 1, slot),)),)))
    refused = store.writer.do(TakeBack(received.facts))
    assert reason_of(refused) is Reason.MOVED_ON
    assert isinstance(refused, Refused)
    assert refused.about["to"] == "buyer:"


def test_a_fact_is_undone_once(store: Store) -> None:
    received = store.writer.do(Receive("ABC123"))
    assert isinstance(received, CrateIn)
    store.writer.do(TakeBack(received.facts))
    assert reason_of(store.writer.do(TakeBack(received.facts))) is Reason.UNDONE


def test_an_ended_van_is_opened_again(store: Store) -> None:
    store.writer.do(EndReceiving("T1"))
    undone = store.writer.do(TakeBack())
    assert isinstance(undone, TakenBack)
    assert undone.kind == "ReceivingEnded"
    assert where(store, "201") == Where(4, 0, 0, 0, 0)
    reader = store.reader()
    assert reader.value("SELECT ended_ms FROM trips WHERE trip = 'T1'") == 0
    assert reader.value("SELECT count(*) FROM differences WHERE closed_ms = 0") == 0
    reader.close()


def test_late_goods_that_are_taken_back_are_missing_again(store: Store) -> None:
    store.writer.do(EndReceiving("T1"))
    assert isinstance(store.clock, StoryClock)
    store.clock.advance(seconds=60)
    store.writer.do(FindAfterAll("201", 1))
    store.clock.advance(seconds=60)
    store.writer.do(Receive("ABD456"))
    store.writer.do(TakeBack())
    store.writer.do(TakeBack())
    reader = store.reader()
    rows = reader.rows(
        "SELECT lot, pieces FROM differences WHERE closed_ms = 0 AND lot IN ('201', '203') ORDER BY lot"
    )
    assert rows == [("201", 4), ("203", 6)]
    reader.close()


def test_goods_of_another_van_in_the_same_second_are_their_own_step(store: Store) -> None:
    store.writer.do(Receive("ABC123"))
    store.writer.do(Receive("ABD456"))
    undone = store.writer.do(TakeBack())
    assert isinstance(undone, TakenBack)
    assert undone.pieces == 7
    assert where(store, "201").shelf == 4


def test_a_book_of_the_day_before_has_nothing_to_undo(store: Store) -> None:
    store.writer.do(Receive("ABC123"))
    assert isinstance(store.clock, StoryClock)
    store.clock.advance(seconds=86_400)
    assert reason_of(store.writer.do(TakeBack())) is Reason.NOTHING_TO_UNDO
    assert DAY == "2026-11-22"
