"""What holds over any days: the close is always possible, differences add up, both ledgers balance, money is exact."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import events as e
from app.domain.clock import StoryClock, at, day_after
from app.domain.goods import Count
from app.domain.ids import FactId
from app.domain.money import commission_fen
from app.domain.places import BUYER, shelf
from app.reconciliation import reckoning
from app.reconciliation.actions import (
    Closed,
    CloseDay,
    CountDrawer,
    CountSlot,
    MoveCash,
    SettleDifference,
    SlotCounted,
)
from app.reconciliation.rules import How, MatchLine, amount_fen, bill_gap, drawer_fen, flows_of
from app.store.book import Book
from app.store.opening import Store
from tests.samples import DAY, TRIP, line, manifest, policy

LOTS, SLOTS = ("1", "2", "3"), ("A-01", "A-02")
PAID = 495 * 5


class _Played(Exception):
    """Carries the findings out and lets the writer roll the days back."""


class Days:
    """A shop that receives, hands out, counts wrongly and closes, as the numbers say."""

    def __init__(self, steps: list[tuple[str, int, int]], clock: StoryClock) -> None:
        self.steps, self.clock = steps, clock
        self.day = DAY
        self.handed: list[FactId] = []
        self.closes: list[Closed] = []
        self.chain: list[tuple[int, int]] = []

    def perform(self, book: Book) -> None:
        self.clock.move_to(at(DAY, "09:00"))
        book.record(policy())
        book.record(manifest(line(lot, pieces=5) for lot in LOTS))
        goods = tuple(Count(lot, 5, SLOTS[at % 2]) for at, lot in enumerate(LOTS))
        book.record(e.GoodsReceived(TRIP, goods))
        for step, number, pieces in self.steps:
            self.clock.advance(seconds=60)
            getattr(self, step)(book, LOTS[number % 3], SLOTS[number % 2], pieces)
        self.close(book, "", "", 0)
        raise _Played(self._found(book))

    def pick_up(self, book: Book, lot: str, slot: str, pieces: int) -> None:
        have = min(pieces, book.balance(lot, shelf(slot)))
        if have > 0:
            self.handed.append(book.record(e.PickedUp("b1", (Count(lot, have, slot),))))

    def undo(self, book: Book, lot: str, slot: str, pieces: int) -> None:
        if self.handed:
            book.record(e.Undone(str(self.handed[pieces % len(self.handed)]), "点错了"))

    def refund(self, book: Book, lot: str, slot: str, pieces: int) -> None:
        if book.balance(lot, BUYER) > 0:
            claim = f"C{book.value('SELECT count(*) FROM facts')}"
            book.record(e.ClaimOpened(claim, lot, 1, e.Why.SPOILED, e.Remedy.REFUND_ONLY, 495, 0))
            book.record(e.RulingGiven(claim, "approved", 1, 99 * pieces))

    def count(self, book: Book, lot: str, slot: str, pieces: int) -> None:
        if not reckoning.is_closed(book, self.day):
            wrongly = max(0, reckoning.slot_books(book, slot).booked + pieces - 3)
            counted = CountSlot(self.day, slot, wrongly).perform(book)
            assert isinstance(counted, SlotCounted)
            books = reckoning.slot_books(book, slot)
            assert books.booked + books.carried == wrongly

    def cash(self, book: Book, lot: str, slot: str, pieces: int) -> None:
        MoveCash((pieces - 3) * 100 or 50, "零钱").perform(book)
        CountDrawer(self.day, pieces * 130).perform(book)

    def settle(self, book: Book, lot: str, slot: str, pieces: int) -> None:
        names = book.rows("SELECT difference FROM differences WHERE closed_ms = 0 ORDER BY difference")
        if names:
            how = (How.HANDED, How.SHORT, How.BORNE, How.FOUND, How.MISPLACED, How.SURPLUS)[pieces]
            SettleDifference(names[pieces % len(names)][0], how, lot, 1).perform(book)

    def close(self, book: Book, lot: str, slot: str, pieces: int) -> None:
        found = CloseDay(self.day).perform(book)
        if isinstance(found, Closed):
            self.closes.append(found)
            assert found.fact.cash_fen == (book.value(_DRAWER) or 0)
        totals = reckoning.totals(book, self.day)
        self.chain.append((totals.here_before, totals.here))
        self.day = day_after(self.day, 1)
        self.clock.move_to(at(self.day, "09:00"))

    def _found(self, book: Book) -> dict[str, Any]:
        earned: dict[str, int] = dict(
            book.rows("SELECT lot, sum(fen) FROM money WHERE account = 'receivable' GROUP BY lot")
        )
        return {
            "balance": reckoning.trial_balance(book),
            "earned": earned,
            "due": {lot: _due(book, lot) for lot in LOTS},
            "closes": self.closes,
            "chain": self.chain,
            "match": reckoning.match_day(book, DAY),
        }


_DRAWER = "SELECT sum(fen) FROM money WHERE account = 'drawer'"


def _due(book: Book, lot: str) -> int:
    handed = book.value("SELECT coalesce(sum(pieces), 0) FROM handed WHERE lot = ? AND undone = 0", (lot,))
    refunded = book.value("SELECT coalesce(sum(refund_fen), 0) FROM claims WHERE lot = ?", (lot,))
    return commission_fen(PAID, pieces=5, handed_out=handed, refunded_fen=refunded, basis_points=1000)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pick_up", "undo", "refund", "count", "cash", "settle", "close"]),
        st.integers(0, 5),
        st.integers(0, 5),
    ),
    max_size=30,
)


def test_any_days_close_and_both_ledgers_balance(empty_store: Store, clock: StoryClock) -> None:
    @given(STEPS)
    def holds(steps: list[tuple[str, int, int]]) -> None:
        with pytest.raises(_Played) as played:
            empty_store.writer.do(Days(steps, clock))
        found: dict[str, Any] = played.value.args[0]
        assert len(found["closes"]) == 1 + sum(step == "close" for step, _, _ in steps)
        assert found["balance"].holds
        for lot in LOTS:
            assert found["earned"].get(lot, 0) == found["due"][lot]
        for (_, ended), (began, _) in zip(found["chain"], found["chain"][1:], strict=False):
            assert began == ended
        for row in found["match"]:
            assert row.accounted == row.received

    holds()


@given(st.lists(st.tuples(st.sampled_from(["van", "shelf", "bag", "buyer", "station", "damaged", "short", "over"]),
                          st.sampled_from(["van", "shelf", "bag", "buyer", "station", "damaged", "short", "over"]),
                          st.integers(1, 99)), max_size=30))  # fmt: skip
def test_flows_and_stock_say_the_same(moves: list[tuple[str, str, int]]) -> None:
    inside = {"shelf", "bag", "damaged"}
    here = sum(n for _, to, n in moves if to in inside) - sum(n for source, _, n in moves if source in inside)
    assert flows_of(moves).change == here  # type: ignore[arg-type]


@given(st.dictionaries(st.sampled_from([10_000, 5_000, 100, 10]), st.integers(0, 200)))
def test_notes_add_up(pieces: dict[int, int]) -> None:
    assert drawer_fen(pieces) == sum(fen for fen, number in pieces.items() for _ in range(number))


@given(st.integers(-10_000_000, 10_000_000))
def test_an_amount_that_is_written_is_read_again(fen: int) -> None:
    text = f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"
    assert amount_fen(text) == fen


@pytest.mark.parametrize(
    "text", ["", "-", "一百", "1.234", "1e5", "12,5.5.5", "100000.01", "99999999", "1.-5", "²"]
)
def test_what_is_no_amount_is_no_amount(text: str) -> None:
    assert amount_fen(text) is None


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 999), st.integers(0, 999))
def test_a_bill_that_says_what_we_say_has_no_gap(ours: int, theirs: int, due: int, billed: int) -> None:
    row = MatchLine(
        "1", "linli", DAY, "x", 9, 9, 0, 9, ours, 0, 9 - ours, billable=ours, billed=theirs, due_fen=due,
        billed_fen=billed,
    )  # fmt: skip
    assert (bill_gap(row) is None) == (ours == theirs and due == billed)
