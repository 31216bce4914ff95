"""Claims and return bags in a real book: what is recorded, what moves, and what is refused."""

from __future__ import annotations

import pytest

from app.aftersales import queries
from app.aftersales.actions import (
    BagClaim,
    Bagged,
    BagGoods,
    ClaimMade,
    ClaimWithdrawn,
    Goods,
    OpenClaim,
    SealBag,
    TakeBags,
    Taken,
    TakenOut,
    TakeOut,
    WithdrawClaim,
    lot_in,
)
from app.aftersales.rules import HOUR_MS, Confirmed, Link, Lot, Reason
from app.domain import events as e
from app.domain.events import Remedy, Why
from app.domain.goods import Count
from app.domain.ids import has_valid_check
from app.store.book import Book
from tests.aftersales.shop import EGGS, NOODLES, SOAP, TRIP, Shop, claim, reason

RETURN = Remedy.RETURN


def returned(shop: Shop, lot: str = SOAP, pieces: int = 1, *, goods: Goods = Goods.AT_COUNTER) -> ClaimMade:
    done = shop.do(claim(lot, pieces, remedy=RETURN, goods=goods))
    assert isinstance(done, ClaimMade)
    return done


def test_a_claim_is_recorded_with_its_deadline_and_photo(shop: Shop) -> None:
    shop.hand_out(EGGS, 3)
    shop.clock.advance(seconds=3600)
    done = shop.do(claim(EGGS, 1, fen=300))
    assert isinstance(done, ClaimMade)
    assert done.deadline_ms == shop.now_ms + 47 * HOUR_MS
    assert has_valid_check(done.claim)
    assert shop.value("SELECT json_array_length(photos) FROM claims WHERE claim = ?", done.claim) == 1
    assert shop.value("SELECT count(*) FROM photos") == 1


def test_a_refused_claim_leaves_nothing_behind(shop: Shop) -> None:
    shop.hand_out(EGGS, 1)
    assert reason(shop.do(claim(EGGS, 2))) == Reason.TOO_MANY
    assert shop.value("SELECT count(*) FROM facts WHERE kind = 'ClaimOpened'") == 0
    assert shop.value("SELECT count(*) FROM photos") == 0


def test_a_lot_that_nobody_knows_is_refused(shop: Shop) -> None:
    assert reason(shop.do(claim("../../etc", 1))) == Reason.UNKNOWN_LOT


def test_two_claims_on_one_lot_add_up(shop: Shop) -> None:
    shop.hand_out(EGGS, 3)
    assert isinstance(shop.do(claim(EGGS, 2, fen=1333)), ClaimMade)
    assert reason(shop.do(claim(EGGS, 1, fen=668))) == Reason.TOO_MUCH
    assert isinstance(shop.do(claim(EGGS, 1, fen=667)), ClaimMade)
    assert shop.value("SELECT sum(asked_fen) FROM claims WHERE lot = ?", EGGS) == 2000
    assert reason(shop.do(claim(EGGS, 1))) == Reason.ALL_CLAIMED


def test_an_undone_hand_out_can_no_longer_be_claimed(shop: Shop) -> None:
    fact = shop.hand_out(EGGS, 3)
    shop.record(e.Undone(str(fact), "拿错了"))
    done = shop.do(claim(EGGS, 1, why=Why.MISSING))
    assert reason(done) == Reason.STILL_HERE


def test_a_return_at_the_counter_goes_into_the_open_bag_and_the_next_into_the_same(shop: Shop) -> None:
    shop.hand_out(SOAP, 4, buyer="b2")
    first, second = returned(shop), returned(shop)
    assert first.bag == second.bag
    assert second.in_bag == 2
    assert has_valid_check(first.bag)
    assert first.bag.startswith("TH-")
    assert (shop.at(SOAP, f"bag:{first.bag}"), shop.at(SOAP, "buyer:")) == (2, 2)


def test_a_sealed_bag_takes_no_more_and_the_next_goods_get_a_new_one(shop: Shop) -> None:
    shop.hand_out(SOAP, 4, buyer="b2")
    first = returned(shop)
    assert not reason(shop.do(SealBag(first.bag)))
    assert reason(shop.do(SealBag(first.bag))) == Reason.BAG_SEALED
    second = returned(shop)
    assert second.bag != first.bag
    assert shop.at(SOAP, f"bag:{first.bag}") == 1
    assert reason(shop.do(TakeOut(first.bag, SOAP))) == Reason.BAG_SEALED


def test_goods_brought_later_are_bagged_for_their_claim_once(shop: Shop) -> None:
    shop.hand_out(SOAP, 2, buyer="b2")
    made = returned(shop, goods=Goods.WITH_BUYER)
    assert made.bag == ""
    bagged = shop.do(BagClaim(made.claim))
    assert isinstance(bagged, Bagged)
    assert shop.value("SELECT bag FROM claims WHERE claim = ?", made.claim) == bagged.bag
    assert reason(shop.do(BagClaim(made.claim))) == Reason.ALREADY_BAGGED


def test_what_needs_no_return_is_not_bagged(shop: Shop) -> None:
    shop.hand_out(SOAP, 2, buyer="b2")
    made = shop.do(claim(SOAP))
    assert reason(shop.do(BagClaim(made.claim))) == Reason.REFUND_ONLY
    assert reason(shop.do(BagClaim("SH-NONE"))) == Reason.CLAIM_UNKNOWN


def test_a_refused_claims_goods_are_not_bagged(shop: Shop) -> None:
    shop.hand_out(SOAP, 2, buyer="b2")
    made = returned(shop, goods=Goods.WITH_BUYER)
    shop.hear(e.RulingGiven(made.claim, "refused", 0, 0, "照片看不清"))
    assert reason(shop.do(BagClaim(made.claim))) == Reason.CLAIM_REFUSED


def test_taking_out_gives_the_goods_back_and_the_claim_waits_again(shop: Shop) -> None:
    shop.hand_out(SOAP, 2, buyer="b2")
    made = returned(shop)
    out = shop.do(TakeOut(made.bag, SOAP))
    assert isinstance(out, TakenOut)
    assert (out.in_bag, out.claim_withdrawn) == (0, "")
    assert shop.at(SOAP, "buyer:") == 2
    assert shop.value("SELECT bag FROM claims WHERE claim = ?", made.claim) == ""
    assert reason(shop.do(TakeOut(made.bag, SOAP))) == Reason.NOT_IN_BAG
    assert isinstance(shop.do(BagClaim(made.claim)), Bagged)


def test_goods_on_the_shelf_go_straight_into_the_bag(shop: Shop) -> None:
    assert reason(shop.do(claim(EGGS, 1))) == Reason.RETURN_NEEDED
    made = returned(shop, EGGS, 1, goods=Goods.WITH_BUYER)
    assert made.bag
    assert (shop.at(EGGS, "shelf:3-1"), shop.at(EGGS, f"bag:{made.bag}")) == (2, 1)
    shop.hand_out(EGGS, 2)
    assert reason(shop.do(claim(EGGS, 3))) == Reason.TOO_MANY
    assert isinstance(shop.do(claim(EGGS, 2)), ClaimMade)


def test_taking_shelf_goods_out_withdraws_their_claim(shop: Shop) -> None:
    made = returned(shop, EGGS, 1)
    out = shop.do(TakeOut(made.bag, EGGS))
    assert isinstance(out, TakenOut)
    assert out.claim_withdrawn == made.claim
    assert shop.at(EGGS, "shelf:3-1") == 3
    assert shop.value("SELECT outcome FROM claims WHERE claim = ?", made.claim) == "withdrawn"


def test_withdrawing_a_claim_takes_its_goods_out_of_the_open_bag(shop: Shop) -> None:
    shop.hand_out(SOAP, 2, buyer="b2")
    made = returned(shop)
    done = shop.do(WithdrawClaim(made.claim, "买家改主意"))
    assert isinstance(done, ClaimWithdrawn)
    assert done.bag == made.bag
    assert shop.at(SOAP, "buyer:") == 2
    assert reason(shop.do(WithdrawClaim(made.claim))) == Reason.WITHDRAWN
    assert isinstance(shop.do(claim(SOAP, 2)), ClaimMade)


def test_a_claim_is_not_withdrawn_after_its_bag_is_sealed_or_it_is_ruled(shop: Shop) -> None:
    shop.hand_out(SOAP, 4, buyer="b2")
    made = returned(shop)
    shop.do(SealBag(made.bag))
    assert reason(shop.do(WithdrawClaim(made.claim))) == Reason.IN_SEALED_BAG
    other = shop.do(claim(SOAP, 1))
    shop.hear(e.RulingGiven(other.claim, "approved", 1, 100))
    assert reason(shop.do(WithdrawClaim(other.claim))) == Reason.RULED
    assert reason(shop.do(WithdrawClaim("SH-NONE"))) == Reason.CLAIM_UNKNOWN


def test_overdue_surplus_and_broken_goods_go_back_without_a_claim(shop: Shop) -> None:
    shop.record(
        e.OverFound(TRIP, "OVER-1", "6900000000000", "多来的酱油", 1),
        e.DamageFound(TRIP, (Count(NOODLES, 1, "3-1"),)),
    )
    for lot, origin in ((EGGS, "shelf:3-1"), ("OVER-1", "shelf:多发"), (NOODLES, "damaged:")):
        assert isinstance(shop.do(BagGoods(lot, origin, 1, "退回")), Bagged)
    assert shop.value("SELECT sum(pieces) FROM stock WHERE place LIKE 'bag:%'") == 3


@pytest.mark.parametrize("origin", ["shelf:9-9", "buyer:", "van:L-01", "nonsense", ""])
def test_goods_are_not_bagged_from_where_they_are_not(shop: Shop, origin: str) -> None:
    assert reason(shop.do(BagGoods(SOAP, origin, 1))) == Reason.NOT_THERE
    assert reason(shop.do(BagGoods(SOAP, "shelf:3-1", 5))) == Reason.NOT_THERE
    assert reason(shop.do(BagGoods(SOAP, "shelf:3-1", 0))) == Reason.NO_PIECES


def test_the_driver_signs_for_all_sealed_bags_with_the_right_count(shop: Shop) -> None:
    shop.hand_out(SOAP, 4, buyer="b2")
    first = returned(shop, SOAP, 2)
    take = TakeBags((first.bag,), "老陆", 2, b"signature")
    assert reason(shop.do(take)) == Reason.BAG_OPEN
    shop.do(SealBag(first.bag))
    assert reason(shop.do(TakeBags((first.bag,), "老陆", 1, b"signature"))) == Reason.COUNT_DIFFERS
    assert reason(shop.do(TakeBags((), "老陆", 0, b"signature"))) == Reason.NO_BAGS
    assert reason(shop.do(TakeBags(("TH-NONE",), "老陆", 0, b"signature"))) == Reason.BAG_UNKNOWN
    assert shop.do(take) == Taken((first.bag,), 2, "老陆")
    assert shop.at(SOAP, "station:") == 2
    assert reason(shop.do(take)) == Reason.BAG_TAKEN
    assert shop.value("SELECT count(*) FROM photos WHERE jpeg = ?", b"signature") == 1


def test_the_page_and_the_commands_read_the_same_lot(shop: Shop) -> None:
    shop.hand_out(SOAP, 3, buyer="b2")
    returned(shop)
    shop.do(claim(SOAP, 1))
    returned(shop, EGGS, 1)
    shop.record(e.ShortFound(TRIP, ()), e.DamageFound(TRIP, (Count(NOODLES, 1, "3-1"),)))
    reader = shop.store.reader()
    for lot in (EGGS, NOODLES, SOAP):
        seen = queries.lot_of(reader, lot)
        assert seen is not None
        assert seen.lot == shop.do(Look(lot))
    reader.close()


class Look:
    def __init__(self, lot: str) -> None:
        self.lot = lot

    def perform(self, book: Book) -> Lot | None:
        return lot_in(book, self.lot)


@pytest.mark.parametrize(
    ("text", "lots"),
    [
        ("37-1-6312", {EGGS, NOODLES}),
        ("3716312", {EGGS, NOODLES}),
        ("３７-１-６３１２", {EGGS, NOODLES}),
        ("D1003", {SOAP}),
        ("2418", {SOAP}),
        ("韦小妹", {EGGS, NOODLES}),
        ("小妹", {EGGS, NOODLES}),
        ("wxm", {EGGS, NOODLES}),
        ("QDM", {SOAP}),
        ("6901234567915", {SOAP}),
        ("洗衣皂", {SOAP}),
        ("LLYX-3", {SOAP}),
        ("", set()),
        ("%", set()),
        ("'; DROP TABLE lines; --", set()),
        ("\x00\x1b" * 40, set()),
        ("9" * 500, set()),
    ],
)
def test_a_line_is_found_by_whatever_the_buyer_has(shop: Shop, text: str, lots: set[str]) -> None:
    reader = shop.store.reader()
    assert {line.lot.lot for line in queries.find(reader, text, now_ms=shop.now_ms)} == lots
    reader.close()


def test_the_newest_hand_out_stands_first(shop: Shop) -> None:
    shop.hand_out(EGGS, 1)
    shop.clock.advance(seconds=60)
    shop.hand_out(NOODLES, 1)
    reader = shop.store.reader()
    assert [line.lot.lot for line in queries.recent(reader, now_ms=shop.now_ms)] == [NOODLES, EGGS]
    assert [line.lot.lot for line in queries.find(reader, "6312", now_ms=shop.now_ms)] == [NOODLES, EGGS]
    reader.close()


def test_counts_show_the_first_link_that_fell_short(shop: Shop) -> None:
    shop.hear(e.StationSent("LLYX", TRIP, "2026-11-22", (Count(EGGS, 3), Count(SOAP, 4))))
    shop.hand_out(SOAP, 4, buyer="b2")
    shop.do(OpenClaim(SOAP, 1, Why.MISSING, Remedy.REFUND_ONLY, 300))
    reader = shop.store.reader()
    assert queries.chain(reader, SOAP) == (
        Confirmed(Link.PLATFORM, 4),
        Confirmed(Link.STATION, 4),
        Confirmed(Link.DRIVER, 4),
        Confirmed(Link.POINT, 4),
        Confirmed(Link.BUYER, 3),
    )
    assert queries.chain(reader, NOODLES)[1] == Confirmed(Link.STATION, None)
    assert queries.chain(reader, "nobody's") == ()
    reader.close()


def test_a_ruling_is_shown_with_its_money(shop: Shop) -> None:
    shop.hand_out(EGGS, 3)
    made = shop.do(claim(EGGS, 2, fen=900))
    shop.hear(e.RulingGiven(made.claim, "partly", 1, 450, "一件看得清"))
    reader = shop.store.reader()
    row = queries.claim_rows(reader, since_ms=0)[0]
    reader.close()
    assert (row.outcome, row.refund_fen, row.ruling) == ("partly", 450, "一件看得清")


def test_the_window_is_measured_by_the_platforms_clock(shop: Shop) -> None:
    """A PC that runs two days ahead must not refuse a buyer who is in time."""
    shop.do(Skew(0))
    shop.hand_out(EGGS, 3)
    shop.clock.advance(seconds=49 * 3600)
    shop.do(Skew(48 * HOUR_MS))
    assert isinstance(shop.do(claim(EGGS, 1)), ClaimMade)
    shop.do(Skew(0))
    assert reason(shop.do(claim(EGGS, 1))) == Reason.LATE


class Skew:
    def __init__(self, skew_ms: int) -> None:
        self.skew_ms = skew_ms

    def perform(self, book: Book) -> None:
        book.put("skew_ms", self.skew_ms)
