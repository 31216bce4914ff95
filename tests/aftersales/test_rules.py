"""What may be promised: windows, pieces, money, and who is proposed to answer for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.aftersales import rules
from app.aftersales.rules import Bag, Confirmed, Earlier, Handing, Link, Lot, Offer, Reason, Stay, Wish
from app.domain import events as e
from app.domain.clock import at
from app.domain.events import ClaimOpened, PolicySet, Remedy, Why, Window
from app.domain.goods import Zone
from app.domain.refusals import Refused
from tests.aftersales.shop import DAY, TERMS, reason

NINE = at(DAY, "09:00")
HOUR = rules.HOUR_MS
LOT = Lot("1", "土鸡蛋", "LLYX", "蛋", 3, 2000, handings=(Handing(NINE, DAY, 3),), policies=(TERMS,))
WISH = Wish(1, Why.SPOILED, Remedy.REFUND_ONLY, 500, photos=("p",))


def opened(lot: Lot, wish: Wish = WISH, *, now_ms: int = NINE + HOUR) -> ClaimOpened | Refused:
    return rules.open_claim(lot, wish, claim="SH-1", now_ms=now_ms)


def test_the_offer_says_until_when_before_anything_is_promised() -> None:
    assert rules.offer(LOT, Why.SPOILED, now_ms=NINE + HOUR) == Offer(
        pieces=3, until_ms=NINE + 48 * HOUR, photo_needed=True, origin="buyer:"
    )


def test_the_last_millisecond_of_a_window_is_still_open_and_the_next_is_not() -> None:
    until = NINE + 48 * HOUR
    assert isinstance(rules.offer(LOT, Why.SPOILED, now_ms=until), Offer)
    late = rules.offer(LOT, Why.SPOILED, now_ms=until + 1)
    assert isinstance(late, Refused)
    assert (late.reason, late.about["until_ms"], late.about["hours"]) == (Reason.LATE, until, 48)


def test_unwanted_fresh_goods_are_excluded_by_law() -> None:
    assert reason(rules.offer(LOT, Why.UNWANTED, now_ms=NINE)) == Reason.EXCLUDED


def test_unwanted_standard_goods_have_seven_days() -> None:
    soap = replace(LOT, category="清洁")
    offered = rules.offer(soap, Why.UNWANTED, now_ms=NINE)
    assert isinstance(offered, Offer)
    assert offered.until_ms == NINE + 7 * 24 * HOUR


def test_the_terms_in_force_on_the_day_of_handing_out_count() -> None:
    newer = replace(TERMS, from_day="2026-11-23", windows=(Window("*", 1, 0, photo_needed=False),))
    lot = replace(LOT, policies=(newer, TERMS))
    offered = rules.offer(lot, Why.SPOILED, now_ms=NINE + 40 * HOUR)
    assert isinstance(offered, Offer)
    assert offered.photo_needed


def test_without_terms_nothing_is_promised() -> None:
    assert reason(rules.offer(replace(LOT, policies=()), Why.SPOILED, now_ms=NINE)) == Reason.NO_TERMS


def test_each_hand_out_has_its_own_window() -> None:
    two = replace(LOT, handings=(Handing(NINE, DAY, 2), Handing(NINE + 24 * HOUR, "2026-11-23", 1)))
    offered = rules.offer(two, Why.SPOILED, now_ms=NINE + 60 * HOUR)
    assert isinstance(offered, Offer)
    assert (offered.pieces, offered.until_ms) == (1, NINE + 72 * HOUR)


def test_a_claim_on_the_later_hand_out_does_not_free_it_again() -> None:
    handings = (Handing(NINE, DAY, 2), Handing(NINE + 24 * HOUR, "2026-11-23", 1))
    earlier = (Earlier("SH-0", 1, Why.SPOILED, 500, NINE + 72 * HOUR),)
    two = replace(LOT, handings=handings, earlier=earlier)
    assert reason(rules.offer(two, Why.SPOILED, now_ms=NINE + 60 * HOUR)) == Reason.LATE


def test_a_refused_or_withdrawn_claim_frees_its_pieces() -> None:
    for outcome in ("refused", "withdrawn"):
        lot = replace(LOT, earlier=(Earlier("SH-0", 3, Why.SPOILED, 2000, NINE + 48 * HOUR, outcome),))
        assert isinstance(opened(lot), ClaimOpened)


def test_all_pieces_claimed_leaves_nothing_to_claim() -> None:
    lot = replace(LOT, earlier=(Earlier("SH-0", 3, Why.SPOILED, 2000, NINE + 48 * HOUR),))
    assert reason(opened(lot)) == Reason.ALL_CLAIMED


def test_goods_on_the_shelf_have_a_window_that_has_not_begun() -> None:
    lot = replace(LOT, handings=(), here=(Stay("shelf:3-1", 3),))
    offered = rules.offer(lot, Why.SPOILED, now_ms=NINE)
    assert isinstance(offered, Offer)
    assert offered.from_shelf
    assert offered.until_ms == NINE + 48 * HOUR


def test_goods_on_the_shelf_are_not_missing() -> None:
    lot = replace(LOT, handings=(), here=(Stay("shelf:3-1", 3),))
    refusal = rules.offer(lot, Why.MISSING, now_ms=NINE)
    assert isinstance(refusal, Refused)
    assert (refusal.reason, refusal.about["slot"]) == (Reason.STILL_HERE, "3-1")


def test_goods_reported_short_are_not_claimed_twice() -> None:
    assert reason(rules.offer(replace(LOT, handings=(), lost=3), Why.MISSING, now_ms=NINE)) == Reason.REPORTED


def test_goods_in_the_van_wait() -> None:
    assert reason(rules.offer(replace(LOT, handings=()), Why.MISSING, now_ms=NINE)) == Reason.NOT_HERE_YET


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (replace(WISH, pieces=0), Reason.NO_PIECES),
        (replace(WISH, pieces=-2), Reason.NO_PIECES),
        (replace(WISH, pieces=4), Reason.TOO_MANY),
        (replace(WISH, asked_fen=668), Reason.TOO_MUCH),
        (replace(WISH, asked_fen=0), Reason.NOTHING_ASKED),
        (replace(WISH, asked_fen=-1), Reason.NOTHING_ASKED),
        (replace(WISH, photos=()), Reason.PHOTO_NEEDED),
        (replace(WISH, photos=("p",) * 5), Reason.TOO_MANY_PHOTOS),
        (replace(WISH, why=Why.MISSING, remedy=Remedy.RETURN), Reason.NOTHING_TO_RETURN),
    ],
)
def test_a_wish_that_cannot_be_is_refused(wish: Wish, expected: Reason) -> None:
    assert reason(opened(LOT, wish)) == expected


def test_a_missing_piece_needs_no_photo() -> None:
    assert isinstance(opened(LOT, replace(WISH, why=Why.MISSING, photos=())), ClaimOpened)


def test_unwanted_goods_have_to_come_back() -> None:
    soap = replace(LOT, category="清洁")
    assert reason(opened(soap, replace(WISH, why=Why.UNWANTED))) == Reason.RETURN_NEEDED


def test_a_note_is_one_plain_line() -> None:
    found = opened(LOT, replace(WISH, note="碎了\x00两个\n还有臭的 " + "很" * 300))
    assert isinstance(found, ClaimOpened)
    assert found.note.startswith("碎了 两个 还有臭的")
    assert len(found.note) == 200


hand_outs = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 4)), min_size=1, max_size=4)
steps = st.lists(
    st.tuples(
        st.sampled_from(["claim", "withdraw", "refuse", "grant"]),
        st.integers(0, 240),
        st.integers(1, 5),
        st.sampled_from([Why.SPOILED, Why.MISSING, Why.WRONG]),
        st.integers(1, 100),
    ),
    max_size=14,
)


@given(hand_outs=hand_outs, steps=steps, paid_fen=st.integers(0, 5000))
def test_claims_never_exceed_the_pieces_handed_out_nor_the_money_paid(
    hand_outs: list[tuple[int, int]],
    steps: list[tuple[str, int, int, Why, int]],
    paid_fen: int,
) -> None:
    handings = tuple(Handing(NINE + hour * HOUR, DAY, pieces) for hour, pieces in sorted(hand_outs))
    total = sum(handing.pieces for handing in handings)
    lot = replace(LOT, pieces=total, paid_fen=paid_fen, handings=handings)
    for number, (step, hour, pieces, why, percent) in enumerate(sorted(steps, key=lambda one: one[1])):
        lot = play(lot, f"SH-{number}", step, NINE + hour * HOUR, pieces, why, percent)
        standing = [one for one in lot.earlier if one.counts]
        assert sum(one.pieces for one in standing) <= total
        assert sum(one.fen for one in standing) <= paid_fen
        assert sum(left for _, left in rules.unclaimed(lot)) == total - sum(one.pieces for one in standing)


def play(lot: Lot, claim: str, step: str, now_ms: int, pieces: int, why: Why, percent: int) -> Lot:
    """One step at a time of the clock: a claim with a share of what may be asked, or an end of the newest one."""
    seen = replace(lot, handings=tuple(one for one in lot.handings if one.at_ms <= now_ms))
    if step == "claim":
        asked = rules.most_fen(lot, pieces) * percent // 100 or min(1, rules.most_fen(lot, pieces))
        found = rules.open_claim(
            seen, Wish(pieces, why, Remedy.REFUND_ONLY, asked, photos=("p",)), claim=claim, now_ms=now_ms
        )
        if isinstance(found, Refused):
            return lot
        assert found.deadline_ms >= now_ms
        new = Earlier(claim, found.pieces, found.why, found.asked_fen, found.deadline_ms)
        return replace(lot, earlier=(*lot.earlier, new))
    if not lot.earlier or lot.earlier[-1].outcome:
        return lot
    last = lot.earlier[-1]
    ended = {
        "withdraw": replace(last, outcome="withdrawn"),
        "refuse": replace(last, outcome="refused"),
        "grant": replace(last, outcome="approved", refund_fen=last.asked_fen),
    }[step]
    return replace(lot, earlier=(*lot.earlier[:-1], ended))


@given(paid_fen=st.integers(0, 10_000), pieces=st.integers(1, 12))
def test_piece_by_piece_claims_add_up_to_what_was_paid(paid_fen: int, pieces: int) -> None:
    lot = replace(LOT, pieces=pieces, paid_fen=paid_fen, handings=(Handing(NINE, DAY, pieces),))
    for number in range(pieces):
        new = Earlier(f"SH-{number}", 1, Why.SPOILED, rules.most_fen(lot, 1), NINE + 48 * HOUR)
        lot = replace(lot, earlier=(*lot.earlier, new))
    assert sum(one.asked_fen for one in lot.earlier) == paid_fen


def test_the_first_link_that_counted_less_is_proposed() -> None:
    counts = [(Link.PLATFORM, 3), (Link.STATION, 3), (Link.DRIVER, 2), (Link.POINT, 2), (Link.BUYER, 1)]
    assert rules.liable([Confirmed(*one) for one in counts]) == (Link.DRIVER,)


def test_a_silent_link_shares_the_blame_with_the_next() -> None:
    chain = [Confirmed(Link.PLATFORM, 3), Confirmed(Link.STATION, None), Confirmed(Link.DRIVER, 2)]
    assert rules.liable(chain) == (Link.STATION, Link.DRIVER)


def test_equal_counts_blame_nobody() -> None:
    assert rules.liable([Confirmed(link, 3) for link in Link]) == ()


def test_a_bag_is_sealed_once_and_never_empty() -> None:
    assert reason(rules.may_seal(None, "TH-1")) == Reason.BAG_UNKNOWN
    assert reason(rules.may_seal(Bag("TH-1"), "TH-1")) == Reason.BAG_EMPTY
    assert reason(rules.may_seal(Bag("TH-1", sealed_ms=1, pieces=1), "TH-1")) == Reason.BAG_SEALED
    assert rules.may_seal(Bag("TH-1", pieces=1), "TH-1") is None


def test_the_driver_takes_what_both_counted_with_name_and_signature() -> None:
    check = rules.check_hand_over
    assert reason(check(inside=3, counted=2, driver="老陆", signature=b"x")) == Reason.COUNT_DIFFERS
    assert reason(check(inside=3, counted=3, driver=" ", signature=b"x")) == Reason.NO_DRIVER
    assert reason(check(inside=3, counted=3, driver="老陆", signature=b"")) == Reason.NO_SIGNATURE
    assert check(inside=3, counted=3, driver="老陆", signature=b"x") is None


def test_cold_goods_are_overdue_in_the_evening_and_the_rest_later() -> None:
    evening, noon = at(DAY, "20:01"), at("2026-11-23", "12:01")
    assert [zone for zone in Zone if rules.is_overdue(zone, DAY, now_ms=evening)] == [
        Zone.FROZEN,
        Zone.CHILLED,
    ]
    assert rules.is_overdue(Zone.FRESH, DAY, now_ms=noon)
    assert not rules.is_overdue(Zone.AMBIENT, DAY, now_ms=noon)
    assert rules.is_overdue(Zone.AMBIENT, DAY, now_ms=at("2026-11-25", "23:01"))


def test_a_bag_ages_by_the_day() -> None:
    ages = [rules.age_of(NINE, now_ms=NINE + hours * HOUR) for hours in (24, 25, 72, 73)]
    assert ages == [rules.Age.FRESH, rules.Age.OLD, rules.Age.OLD, rules.Age.TOO_OLD]


def test_every_kind_of_window_has_a_policy_to_stand_on() -> None:
    unknown: tuple[PolicySet, ...] = (replace(TERMS, windows=(e.Window("蛋", 48, 0, photo_needed=True),)),)
    assert reason(rules.offer(replace(LOT, category="清洁", policies=unknown), Why.SPOILED, now_ms=NINE)) == (
        Reason.NO_TERMS
    )
