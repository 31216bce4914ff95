"""Bills, commission and deductions: what the platform settles against what we earned."""

from __future__ import annotations

from app.domain import events as e
from app.domain.clock import StoryClock, at, day_after
from app.domain.goods import Count
from app.domain.refusals import Refused
from app.reconciliation import queries, reckoning
from app.reconciliation.actions import (
    AppealDeduction,
    Appealed,
    BillTaken,
    Closed,
    CloseDay,
    MatchBills,
    SettleDifference,
    TakeBill,
)
from app.reconciliation.rules import How, Liable, Reason
from app.store.connection import Reader
from app.store.opening import Store
from tests.samples import DAY, TRIP, Record, line, manifest, policy


def _hand_out(store: Store, *goods: Count) -> None:
    store.writer.do(Record(tuple(e.PickedUp("b", (count,)) for count in goods)))


def _bill(store: Store, *rows: e.BillRow) -> BillTaken:
    found = store.writer.do(TakeBill("linli", DAY, rows, "file"))
    assert isinstance(found, BillTaken)
    return found


def test_a_bill_that_agrees_names_nothing(store: Store, reader: Reader) -> None:
    _hand_out(store, Count("1", 4, "A-01"), Count("3", 2, "A-02"))
    found = _bill(store, e.BillRow("1", 4, 1980, 198), e.BillRow("3", 2, 990, 99))
    assert (found.lines, found.commission_fen, found.matched.named) == (2, 297, 0)
    assert queries.open_differences(reader) == []


def test_what_a_bill_has_wrong_is_named_line_by_line(store: Store, reader: Reader) -> None:
    _hand_out(store, Count("1", 4, "A-01"), Count("2", 3, "A-01"), Count("3", 2, "A-02"))
    _bill(store, e.BillRow("1", 3, 1485, 149), e.BillRow("3", 2, 990, 50), e.BillRow("stranger", 1, 100, 10))
    rows = {row.lot: (row.note, row.pieces, row.fen) for row in queries.open_differences(reader)}
    assert rows == {
        "1": ("pieces", -1, -49),
        "2": ("missing", -3, -149),
        "3": ("amount", 0, -49),
        "stranger": ("stray", 1, 10),
    }


def test_a_corrected_bill_ends_its_differences(store: Store, reader: Reader) -> None:
    _hand_out(store, Count("3", 2, "A-02"))
    _bill(store, e.BillRow("3", 1, 495, 50))
    assert len(queries.open_differences(reader)) == 1
    found = _bill(store, e.BillRow("3", 2, 990, 99))
    assert found.matched.ended == 1
    assert queries.open_differences(reader) == []


def test_a_bill_difference_that_the_shop_bears_is_not_named_again(store: Store, reader: Reader) -> None:
    _hand_out(store, Count("3", 2, "A-02"))
    _bill(store, e.BillRow("3", 2, 990, 50))
    (row,) = queries.open_differences(reader)
    store.writer.do(SettleDifference(row.difference, How.BORNE))
    store.writer.do(MatchBills())
    store.writer.do(CloseDay(DAY))
    assert queries.open_differences(reader) == []


def test_a_lot_handed_out_on_two_days_is_compared_with_the_days_that_are_billed(
    store: Store, clock: StoryClock, reader: Reader
) -> None:
    _hand_out(store, Count("1", 1, "A-01"))
    clock.move_to(at(day_after(DAY, 1), "10:00"))
    _hand_out(store, Count("1", 3, "A-01"))
    assert _bill(store, e.BillRow("1", 1, 495, 50)).matched.named == 0
    assert queries.open_differences(reader) == []


def test_a_bill_heard_from_the_platform_is_matched_when_the_day_closes(store: Store, reader: Reader) -> None:
    _hand_out(store, Count("3", 2, "A-02"))
    store.writer.do(Record((e.BillIssued("linli", DAY, (e.BillRow("3", 1, 495, 50),)),)))
    closed = store.writer.do(CloseDay(DAY))
    assert isinstance(closed, Closed)
    assert closed.fact.open_differences == 1
    assert [row.about for row in queries.open_differences(reader)] == ["bill:linli"]


def test_an_empty_or_absurd_bill_is_refused(store: Store) -> None:
    for rows, reason in (((), Reason.BILL_EMPTY), ((e.BillRow("1", -1, 0, 0),), Reason.BILL_LINE)):
        found = store.writer.do(TakeBill("linli", DAY, rows, "file"))
        assert isinstance(found, Refused)
        assert found.reason is reason


def test_a_refund_takes_commission_back_line_by_line(store: Store, clock: StoryClock, reader: Reader) -> None:
    _hand_out(store, Count("3", 2, "A-02"))
    claim = e.ClaimOpened("C1", "3", 1, e.Why.SPOILED, e.Remedy.REFUND_ONLY, 495, clock.now_ms())
    store.writer.do(Record((claim, e.RulingGiven("C1", "approved", 1, 495))))
    (row,) = queries.commissions(reader, since=DAY, until=DAY)
    assert (row.commission.gross, row.commission.reversed, row.commission.net) == (99, -49, 50)
    assert reckoning.totals(reader, DAY).commission_fen == 50


def test_several_platforms_stand_side_by_side(store: Store, reader: Reader) -> None:
    other = e.GoodsAnnounced("gnt", "T9", "450126-001", DAY, (), (line("g1", pieces=1),))
    store.writer.do(Record((policy("gnt"), other, e.GoodsReceived("T9", (Count("g1", 1, "A-03"),)))))
    _hand_out(store, Count("3", 1, "A-02"), Count("g1", 1, "A-03"))
    store.writer.do(Record((e.Deducted("D1", "gnt", DAY, 200, "晚点"),)))
    rows = {row.platform: row for row in queries.platforms(reader, since=DAY, until=DAY)}
    assert (rows["linli"].handed_out, rows["linli"].sales_fen, rows["linli"].commission_fen) == (1, 495, 50)
    assert (rows["gnt"].handed_out, rows["gnt"].deducted_fen, rows["gnt"].net_fen) == (1, 200, -150)


def test_a_deduction_is_appealed_once_and_what_comes_back_is_booked(store: Store, reader: Reader) -> None:
    store.writer.do(Record((e.Deducted("D1", "linli", DAY, 500, "投诉"),)))
    found = store.writer.do(AppealDeduction("D1", "有签收照片", (b"\xff\xd8jpeg",)))
    assert found == Appealed("D1", "linli", 500)
    again = store.writer.do(AppealDeduction("D1", "再来"))
    assert isinstance(again, Refused)
    assert again.reason is Reason.APPEALED
    store.writer.do(Record((e.AppealDecided("D1", 500, "同意"),)))
    (row,) = queries.deduction_rows(reader)
    assert (row.state, row.returned_fen) == ("returned", 500)
    assert reckoning.trial_balance(reader).holds
    late = store.writer.do(AppealDeduction("D1", "再来"))
    assert isinstance(late, Refused)
    assert late.reason is Reason.DECIDED


def test_an_appeal_needs_a_known_deduction_and_a_note(store: Store) -> None:
    store.writer.do(Record((e.Deducted("D1", "linli", DAY, 500, "投诉"),)))
    for deduction, note, reason in (("D1", " ", Reason.NO_NOTE), ("D2", "x", Reason.DEDUCTION_UNKNOWN)):
        found = store.writer.do(AppealDeduction(deduction, note))
        assert isinstance(found, Refused)
        assert found.reason is reason


def test_the_first_link_that_counts_less_is_liable(store: Store, reader: Reader) -> None:
    """Announced five, the station says four, three came: the station owes one before the carrier owes the next."""
    lots = [line("7", pieces=5, crate="X"), line("8", pieces=5, crate="X"), line("9", pieces=5, crate="X")]
    sent = e.StationSent("linli", "T7", DAY, (Count("7", 4), Count("8", 5)))
    came = e.GoodsReceived("T7", (Count("7", 4, "A-05"), Count("8", 3, "A-05")))
    short = e.ShortFound("T7", (Count("7", 1), Count("8", 2)))
    store.writer.do(Record((manifest(lots, trip="T7"), sent, came, short)))
    found = {row.lot: row for row in reckoning.match_day(reader, DAY)}
    assert [found[lot].liable for lot in "789"] == [Liable.STATION, Liable.CARRIER, Liable.NOBODY]
    assert (found["9"].in_van, found["9"].received, found["9"].sent) == (5, 0, None)
    assert found["1"].agrees
    assert TRIP == "T1"


def test_half_a_bill_line_is_the_commission_of_its_half(store: Store) -> None:
    _hand_out(store, Count("1", 1, "A-01"))
    assert _bill(store, e.BillRow("1", 1, 495, 50)).matched.named == 0
