"""Laws over random days after a sale: nothing is claimed twice, bags balance, pieces are conserved, replay agrees."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.aftersales.actions import (
    BagClaim,
    BagGoods,
    Goods,
    OpenClaim,
    SealBag,
    TakeBags,
    TakeOut,
    WithdrawClaim,
    bag_in,
    lot_in,
)
from app.domain import events as e
from app.domain.events import Remedy, Why
from app.domain.goods import Count
from app.domain.places import shelf
from app.domain.refusals import Refused
from app.store.book import Book
from app.store.tables import PROJECTIONS
from tests.aftersales.shop import EGGS, NOODLES, SOAP, Shop

LOTS = (EGGS, NOODLES, SOAP)
STEPS = (
    "hand",
    "claim",
    "return",
    "later",
    "shelf",
    "bring",
    "withdraw",
    "out",
    "seal",
    "take",
    "rule",
    "undo",
)


class PlayedError(Exception):
    """Carries what a day led to out of the transaction, which it rolls back."""


class Day:
    """A clumsy day; what cannot be is refused by the rules, not by the test."""

    def __init__(self, steps: list[tuple[str, int, int]]) -> None:
        self.steps = steps

    def perform(self, book: Book) -> None:
        for step, number, pieces in self.steps:
            before = len(book.rows("SELECT 1 FROM facts"))
            result = self._command(book, step, LOTS[number % 3], number, pieces)
            if isinstance(result, Refused):
                assert len(book.rows("SELECT 1 FROM facts")) == before
            self._look(book)
        before_replay = _dump(book)
        book.replay()
        assert _dump(book) == before_replay
        raise PlayedError

    def _command(self, book: Book, step: str, lot: str, number: int, pieces: int) -> object:
        match step:
            case "hand":
                return self._hand_out(book, lot, pieces)
            case "claim" | "return" | "later":
                remedy = Remedy.REFUND_ONLY if step == "claim" else Remedy.RETURN
                goods = Goods.WITH_BUYER if step == "later" else Goods.AT_COUNTER
                return OpenClaim(lot, pieces, Why.WRONG, remedy, pieces * 50, goods, "", (b"p",)).perform(
                    book
                )
            case "shelf":
                return BagGoods(lot, str(SHELF), pieces, "overdue").perform(book)
            case "rule":
                return self._rule(book, number)
            case _:
                return self._end(book, step, lot, number)

    def _hand_out(self, book: Book, lot: str, pieces: int) -> object:
        here = min(book.balance(lot, SHELF), pieces)
        return book.record(e.PickedUp("b", (Count(lot, here, "3-1"),))) if here > 0 else None

    def _end(self, book: Book, step: str, lot: str, number: int) -> object:
        claim = _pick(book, "SELECT claim FROM claims ORDER BY opened_ms, claim", number)
        bag = _pick(book, "SELECT bag FROM bags ORDER BY opened_ms, bag", number)
        match step:
            case "bring":
                return BagClaim(claim).perform(book)
            case "withdraw":
                return WithdrawClaim(claim).perform(book)
            case "out":
                return TakeOut(bag, lot).perform(book)
            case "seal":
                return SealBag(bag).perform(book)
            case "take":
                inside = bag_in(book, bag)
                return TakeBags((bag,), "老陆", inside.pieces if inside else 0, b"sign").perform(book)
            case _:
                return self._undo_hand(book, number)

    def _rule(self, book: Book, number: int) -> object:
        found = book.rows("SELECT claim, pieces, asked_fen FROM claims WHERE outcome = '' ORDER BY claim")
        if not found:
            return None
        claim, pieces, fen = found[number % len(found)]
        outcome = ("approved", "refused")[number % 2]
        return book.record(e.RulingGiven(claim, outcome, pieces, fen if outcome == "approved" else 0))

    def _undo_hand(self, book: Book, number: int) -> object:
        """Take a hand-out back, as the pickup desk may while nothing of it has been claimed."""
        found = book.rows(
            "SELECT f.device, f.epoch, f.seq, h.lot FROM handed h JOIN facts f ON f.id = h.fact WHERE h.undone = 0"
        )
        if not found:
            return None
        device, epoch, seq, lot = found[number % len(found)]
        claimed = book.value("SELECT count(*) FROM claims WHERE lot = ?", (lot,))
        return None if claimed else book.record(e.Undone(f"{device}.{epoch}.{seq}", "拿错"))

    def _look(self, book: Book) -> None:
        for lot in LOTS:
            found = lot_in(book, lot)
            assert found is not None
            standing = [claim for claim in found.earlier if claim.counts]
            about_buyer = sum(claim.pieces for claim in standing if not claim.from_shelf)
            assert about_buyer <= sum(handing.pieces for handing in found.handings)
            assert sum(claim.pieces for claim in standing) <= found.pieces
            assert sum(claim.fen for claim in standing) <= found.paid_fen
        assert not book.rows("SELECT lot, sum(pieces) AS n FROM stock GROUP BY lot HAVING n <> 0")
        assert not book.rows(_NEGATIVE)
        assert len(book.rows("SELECT bag FROM bags WHERE sealed_ms = 0 AND taken_ms = 0")) <= 1
        assert not book.rows(_TAKEN_BUT_FULL)


SHELF = shelf("3-1")
_NEGATIVE = "SELECT * FROM stock WHERE pieces < 0 AND place NOT LIKE 'platform%' AND place NOT LIKE 'over%'"
_TAKEN_BUT_FULL = (
    "SELECT b.bag FROM bags b JOIN stock s ON s.place = 'bag:' || b.bag"
    " WHERE b.taken_ms > 0 AND s.pieces <> 0"
)


def _pick(book: Book, sql: str, number: int) -> str:
    found = book.rows(sql)
    return str(found[number % len(found)][0]) if found else "none"


def _dump(book: Book) -> dict[str, list[tuple[Any, ...]]]:
    """Every projection, without the empty places that a book keeps and a replay may not make."""
    tables = {table.name: book.rows(f"SELECT * FROM {table.name}") for table in PROJECTIONS}
    return {name: sorted(rows, key=repr) for name, rows in tables.items() if name != "moves"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 9), st.integers(1, 3)), max_size=25))
def test_claims_bags_and_pieces_balance_over_any_day(shop: Shop, steps: list[tuple[str, int, int]]) -> None:
    try:
        shop.do(Day(steps))
    except PlayedError:
        return
    raise AssertionError("the day was not played to its end")
