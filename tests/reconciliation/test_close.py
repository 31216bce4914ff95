"""A day is closed whatever the counts say, its differences are named and carried until they find their end."""

from __future__ import annotations

import pytest

from app.domain import events as e
from app.domain.clock import StoryClock, at, day_after
from app.domain.goods import Count, Person
from app.domain.places import BUYER, SHORT, shelf
from app.domain.refusals import Refused
from app.reconciliation import queries, reckoning
from app.reconciliation.actions import (
    Closed,
    CloseDay,
    CountDrawer,
    CountSlot,
    DrawerCounted,
    MoveCash,
    Noted,
    NoteDifference,
    PurgePeople,
    Settled,
    SettleDifference,
    SlotCounted,
)
from app.reconciliation.rules import How, Reason, Stage, Still
from app.store.connection import Reader
from app.store.opening import Store
from tests.samples import DAY, TRIP, Keep, Record, line, manifest

NEXT = day_after(DAY, 1)


def _close(store: Store, day: str = DAY) -> e.DayClosed:
    found = store.writer.do(CloseDay(day))
    assert isinstance(found, Closed), found
    return found.fact


def _count(store: Store, slot: str, pieces: int, day: str = DAY) -> SlotCounted:
    found = store.writer.do(CountSlot(day, slot, pieces))
    assert isinstance(found, SlotCounted), found
    return found


def _refused(found: object) -> Reason:
    assert isinstance(found, Refused)
    assert isinstance(found.reason, Reason)
    return found.reason


def test_a_day_closes_without_any_count(store: Store) -> None:
    totals = _close(store)
    assert (totals.received, totals.handed_out, totals.here, totals.open_differences) == (9, 0, 9, 0)


def test_a_new_shop_may_close_an_empty_day(empty_store: Store) -> None:
    assert _close(empty_store) == e.DayClosed(DAY, 0, 0, 0, 0, 0, 0, 0)


def test_a_closed_day_is_not_closed_again(store: Store) -> None:
    _close(store)
    assert _refused(store.writer.do(CloseDay(DAY))) is Reason.ALREADY_CLOSED
    assert _refused(store.writer.do(CountSlot(DAY, "A-01", 7))) is Reason.ALREADY_CLOSED


def test_a_day_to_come_is_not_closed(store: Store) -> None:
    assert _refused(store.writer.do(CloseDay(NEXT))) is Reason.NOT_YET


def test_a_day_with_a_shelf_that_lacks_one_piece_closes(store: Store, reader: Reader) -> None:
    found = _count(store, "A-01", 6)
    assert (found.expected, found.counted) == (7, 6)
    assert _close(store).open_differences == 1
    (row,) = queries.open_differences(reader)
    assert (row.about, row.pieces, row.day) == ("shelf:A-01", -1, DAY)


def test_what_is_carried_is_expected_the_next_day(store: Store, clock: StoryClock, reader: Reader) -> None:
    _count(store, "A-01", 6)
    _close(store)
    clock.move_to(at(NEXT, "20:00"))
    assert _count(store, "A-01", 6, NEXT).expected == 6
    assert len(queries.open_differences(reader)) == 1
    _count(store, "A-01", 5, NEXT)
    assert sorted(row.pieces for row in queries.open_differences(reader)) == [-1, -1]
    (books, _) = reckoning.slots(reader, NEXT)
    assert (books.booked, books.carried, books.expected) == (7, -2, 5)


def test_counting_again_replaces_the_count(store: Store, reader: Reader) -> None:
    _count(store, "A-01", 5)
    _count(store, "A-01", 6)
    assert [row.pieces for row in queries.open_differences(reader)] == [-1]
    assert _count(store, "A-01", 7).difference == ""
    assert queries.open_differences(reader) == []


def test_a_forgotten_pickup_is_written_down_and_nothing_is_lacking_any_more(
    store: Store, reader: Reader
) -> None:
    name = _count(store, "A-01", 6).difference
    found = store.writer.do(SettleDifference(name, How.HANDED, "2", 1))
    assert isinstance(found, Settled)
    assert queries.open_differences(reader) == []
    assert reader.value("SELECT pieces FROM stock WHERE lot = '2' AND place = ?", (str(BUYER),)) == 1
    assert _count(store, "A-01", 6).expected == 6


def test_half_an_explanation_leaves_the_other_half_open(store: Store, reader: Reader) -> None:
    name = _count(store, "A-01", 4).difference
    found = store.writer.do(SettleDifference(name, How.SHORT, "1", 2))
    assert isinstance(found, Settled)
    assert found.left == 1
    assert sorted((row.about, row.pieces) for row in queries.open_differences(reader)) == [
        ("shelf:A-01", -1),
        ("short", 2),
    ]
    assert reader.value("SELECT pieces FROM stock WHERE lot = '1' AND place = ?", (str(SHORT),)) == 2


def test_a_loss_that_the_shop_bears_leaves_nothing_open(store: Store, reader: Reader) -> None:
    name = _count(store, "A-02", 1).difference
    store.writer.do(SettleDifference(name, How.BORNE, "3"))
    assert queries.open_differences(reader) == []
    assert reckoning.trial_balance(reader).holds


def test_a_piece_at_the_wrong_slot_explains_both_slots(store: Store, reader: Reader) -> None:
    _count(store, "A-01", 6)
    name = _count(store, "A-02", 3).difference
    assert [lot.lot for lot in queries.lots_lacking(reader, apart_from="A-02")] == ["1", "2"]
    assert isinstance(store.writer.do(SettleDifference(name, How.MISPLACED, "1", 1)), Settled)
    assert queries.open_differences(reader) == []
    assert reader.value("SELECT pieces FROM stock WHERE lot = '1' AND place = ?", (str(shelf("A-02")),)) == 1


def test_more_than_lies_there_cannot_be_explained(store: Store) -> None:
    name = _count(store, "A-02", 0).difference
    assert _refused(store.writer.do(SettleDifference(name, How.HANDED))) is Reason.LOT_NEEDED
    assert _refused(store.writer.do(SettleDifference(name, How.HANDED, "3", 3))) is Reason.NOT_THAT_MANY
    assert _refused(store.writer.do(SettleDifference(name, How.PAID))) is Reason.WRONG_WAY
    assert _refused(store.writer.do(SettleDifference("nothing", How.PAID))) is Reason.DIFFERENCE_UNKNOWN


def test_a_settled_difference_is_not_settled_again(store: Store) -> None:
    name = _count(store, "A-02", 1).difference
    store.writer.do(SettleDifference(name, How.FOUND))
    assert _refused(store.writer.do(SettleDifference(name, How.FOUND))) is Reason.DIFFERENCE_CLOSED


def test_the_drawer_expects_the_float_and_what_proxy_orders_brought(store: Store) -> None:
    store.writer.do(MoveCash(20_000, "备用金"))
    store.writer.do(Record((e.ProxyOrdered("P1", "linli", "大米", 1, 3_990, 3_990, "b9"),)))
    found = store.writer.do(CountDrawer(DAY, 23_490))
    assert isinstance(found, DrawerCounted)
    assert (found.expected_fen, found.counted_fen) == (23_990, 23_490)


def test_a_drawer_that_is_short_is_booked_and_the_next_day_starts_from_what_was_there(
    store: Store, clock: StoryClock, reader: Reader
) -> None:
    store.writer.do(MoveCash(20_000, "备用金"))
    store.writer.do(CountDrawer(DAY, 19_500))
    totals = _close(store)
    assert (totals.cash_fen, totals.open_differences) == (19_500, 1)
    clock.move_to(at(NEXT, "20:00"))
    found = store.writer.do(CountDrawer(NEXT, 19_500))
    assert isinstance(found, DrawerCounted)
    assert found.expected_fen == 19_500
    assert _close(store, NEXT).open_differences == 1
    assert reckoning.trial_balance(reader).holds


def test_cash_that_moves_between_count_and_close_makes_no_difference(store: Store, clock: StoryClock) -> None:
    store.writer.do(MoveCash(20_000, "备用金"))
    store.writer.do(CountDrawer(DAY, 20_000))
    clock.advance(seconds=60)
    store.writer.do(MoveCash(-5_000, "买菜"))
    totals = _close(store)
    assert (totals.open_differences, totals.cash_fen) == (0, 15_000)


def test_cash_over_that_undoes_cash_short_ends_both(store: Store, clock: StoryClock, reader: Reader) -> None:
    store.writer.do(MoveCash(20_000, "备用金"))
    store.writer.do(CountDrawer(DAY, 19_500))
    _close(store)
    clock.move_to(at(NEXT, "20:00"))
    store.writer.do(CountDrawer(NEXT, 20_000))
    _close(store, NEXT)
    assert queries.open_differences(reader) == []


@pytest.mark.parametrize("pieces", [-1, 10_000])
def test_an_absurd_count_is_refused(store: Store, pieces: int) -> None:
    assert _refused(store.writer.do(CountSlot(DAY, "A-01", pieces))) is Reason.BAD_COUNT


def test_an_absurd_amount_is_refused(store: Store) -> None:
    assert _refused(store.writer.do(CountDrawer(DAY, -1))) is Reason.BAD_AMOUNT
    assert _refused(store.writer.do(MoveCash(0, "x"))) is Reason.BAD_AMOUNT
    assert _refused(store.writer.do(MoveCash(100, " "))) is Reason.NO_NOTE


def test_pieces_left_in_the_van_are_carried_and_end_when_they_come_off(
    store: Store, clock: StoryClock, reader: Reader
) -> None:
    store.writer.do(
        Record((manifest([line("9", pieces=2, crate="ABC999")], trip="T2"), e.ReceivingEnded("T2")))
    )
    assert _close(store).open_differences == 1
    (row,) = queries.open_differences(reader)
    assert (row.about, row.pieces, row.lot) == ("transit", -2, "9")
    store.writer.do(Record((e.GoodsReceived("T2", (Count("9", 2, "A-03"),)),)))
    clock.move_to(at(NEXT, "20:00"))
    assert _close(store, NEXT).open_differences == 0


def test_what_never_came_off_a_van_may_be_written_off_as_short(store: Store, reader: Reader) -> None:
    store.writer.do(Record((manifest([line("9", pieces=2, crate="ABC999")], trip="T2"),)))
    _close(store)
    (row,) = queries.open_differences(reader)
    store.writer.do(SettleDifference(row.difference, How.SHORT))
    (left,) = queries.open_differences(reader)
    assert (left.about, left.pieces) == ("short", 2)
    assert reckoning.in_vans(reader) == []


def test_what_happens_after_the_close_is_a_later_correction(store: Store, reader: Reader) -> None:
    closed = _close(store)
    store.writer.do(Record((e.PickedUp("b3", (Count("3", 2, "A-02"),)),)))
    written = queries.closed_day(reader, DAY)
    assert written is not None
    assert written.totals == closed
    assert queries.corrections(reader, DAY) == [
        queries.Correction("handed_out", 0, 2),
        queries.Correction("here", 9, 7),
        queries.Correction("commission_fen", 0, 99),
    ]


def test_a_day_begins_with_what_the_day_before_left(store: Store, clock: StoryClock, reader: Reader) -> None:
    store.writer.do(Record((e.PickedUp("b3", (Count("3", 2, "A-02"),)),)))
    clock.move_to(at(NEXT, "10:00"))
    store.writer.do(Record((e.PickedUp("b1", (Count("1", 4, "A-01"),)),)))
    before, after = reckoning.totals(reader, DAY), reckoning.totals(reader, NEXT)
    assert (before.here_before, before.here) == (0, 7)
    assert (after.here_before, after.here, after.flows.handed_out) == (7, 3, 4)


def test_a_day_is_final_when_time_bill_and_differences_allow(
    store: Store, clock: StoryClock, reader: Reader
) -> None:
    store.writer.do(Record((e.PickedUp("b3", (Count("3", 2, "A-02"),)),)))

    def waits(today: str) -> tuple[Still, ...]:
        (row, *_) = [row for row in queries.day_rows(reader, today=today) if row.day == DAY]
        return row.waits

    assert waits(DAY) == (Still.CLOSE,)
    name = _count(store, "A-01", 6).difference
    _close(store)
    assert waits(DAY) == (Still.TIME, Still.BILL, Still.DIFFERENCES)
    assert waits(day_after(DAY, 3)) == (Still.BILL, Still.DIFFERENCES)
    store.writer.do(Record((e.BillIssued("linli", DAY, (e.BillRow("3", 2, 990, 99),)),)))
    clock.move_to(at(NEXT, "10:00"))
    store.writer.do(SettleDifference(name, How.FOUND))
    (row,) = queries.day_rows(reader, today=day_after(DAY, 3))
    assert (row.stage, row.waits) == (Stage.FINAL, ())


def test_buyers_whose_goods_are_out_are_forgotten_after_a_while(
    store: Store, clock: StoryClock, reader: Reader
) -> None:
    people = tuple(Person(f"b{n}", "linli", f"韦{n}", f"000{n}") for n in (1, 2, 3, 9))
    store.writer.do(Keep(people))
    store.writer.do(Record((e.PickedUp("b3", (Count("3", 2, "A-02"),)),)))
    clock.move_to(at(day_after(DAY, 30), "20:00"))
    assert store.writer.do(PurgePeople(30)).people == 0
    clock.move_to(at(day_after(DAY, 31), "20:00"))
    found = store.writer.do(CloseDay(day_after(DAY, 31), keep_people_days=30))
    assert isinstance(found, Closed)
    assert found.purged == 2
    assert reader.rows("SELECT buyer FROM people ORDER BY buyer") == [("b1",), ("b2",)]
    erased = reader.value("SELECT body FROM facts WHERE kind = 'PeopleErased'")
    assert erased == '{"people":2,"before_day":"2026-11-23"}'


def test_an_open_claim_keeps_the_buyers_name(store: Store, clock: StoryClock) -> None:
    store.writer.do(Keep((Person("b3", "linli", "韦三", "0003"),)))
    claim = e.ClaimOpened("C1", "3", 1, e.Why.SPOILED, e.Remedy.REFUND_ONLY, 495, clock.now_ms())
    store.writer.do(Record((e.PickedUp("b3", (Count("3", 2, "A-02"),)), claim)))
    clock.move_to(at(day_after(DAY, 60), "20:00"))
    assert store.writer.do(PurgePeople(30)).people == 0
    store.writer.do(Record((e.RulingGiven("C1", "approved", 1, 495),)))
    assert store.writer.do(PurgePeople(30)).people == 1


def test_closing_twice_over_the_same_trip_names_a_remainder_once(
    store: Store, clock: StoryClock, reader: Reader
) -> None:
    store.writer.do(Record((manifest([line("9", crate="ABC999")], trip="T2"),)))
    _close(store)
    clock.move_to(at(NEXT, "20:00"))
    _close(store, NEXT)
    assert reader.value("SELECT count(*) FROM facts WHERE kind = 'DifferenceNamed'") == 1
    assert TRIP not in {row.trip for row in reckoning.in_vans(reader)}


def test_a_difference_may_stay_open_with_what_is_known_of_it(store: Store, reader: Reader) -> None:
    name = _count(store, "A-01", 6).difference
    assert store.writer.do(NoteDifference(name, " 可能放混了 ")) == Noted(name, "可能放混了")
    (row,) = queries.open_differences(reader)
    assert (row.pieces, row.note) == (-1, "可能放混了")
    assert _refused(store.writer.do(NoteDifference(name, " "))) is Reason.NO_NOTE
    assert _refused(store.writer.do(NoteDifference("x", "y"))) is Reason.DIFFERENCE_UNKNOWN


def test_why_the_drawer_differs_is_kept_and_booked_once(store: Store, reader: Reader) -> None:
    store.writer.do(CountDrawer(DAY, 300))
    store.writer.do(CloseDay(DAY, cash_reason="找零找错"))
    (row,) = queries.open_differences(reader)
    assert (row.about, row.fen, row.note) == ("cash", 300, "找零找错")
    assert _refused(store.writer.do(NoteDifference(row.difference, "y"))) is Reason.WRONG_WAY
    assert reader.value("SELECT sum(fen) FROM money WHERE account = 'drawer'") == 300


def test_found_money_goes_back_into_the_book(store: Store, reader: Reader) -> None:
    store.writer.do(MoveCash(500, "备用金"))
    store.writer.do(CountDrawer(DAY, 300))
    store.writer.do(CloseDay(DAY))
    (row,) = queries.open_differences(reader)
    assert isinstance(store.writer.do(SettleDifference(row.difference, How.FOUND)), Settled)
    assert reader.value("SELECT sum(fen) FROM money WHERE account = 'drawer'") == 500
    assert queries.open_differences(reader) == []


def test_pieces_over_that_nobody_ordered_wait_in_the_surplus_slot(store: Store, reader: Reader) -> None:
    name = _count(store, "A-02", 3).difference
    store.writer.do(SettleDifference(name, How.SURPLUS))
    (row,) = queries.open_differences(reader)
    assert (row.about, row.pieces) == ("over", 1)
    assert [slot.slot for slot in reckoning.slots(reader, DAY)] == ["A-01", "A-02", "多发"]


def test_a_loss_found_at_the_count_may_be_damage(store: Store, reader: Reader) -> None:
    name = _count(store, "A-02", 1).difference
    store.writer.do(SettleDifference(name, How.DAMAGED, "3"))
    assert [(row.about, row.pieces) for row in queries.open_differences(reader)] == [("damaged", 1)]
    assert reckoning.totals(reader, DAY).here == 9
