"""What may be handed out, taken back, moved, looked at and ordered, each by its command."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain import events as e
from app.domain.clock import at
from app.domain.events import Remedy, Why
from app.domain.goods import Count
from app.domain.ids import has_valid_check
from app.domain.refusals import Refused
from app.pickup import words
from app.pickup.actions import (
    CopyReminder,
    HandOut,
    HandOutAll,
    MoveGoods,
    OrderForVillager,
    RevealPhone,
    UndoPickup,
)
from app.pickup.rules import Reason
from tests.pickup import village as v
from tests.pickup.village import Hear, Village

ALL = (v.WXM_LINLI, v.WXM_GNT)


def reason(result: object) -> str:
    """The reason of a refusal; "" for anything that was done."""
    return str(result.reason) if isinstance(result, Refused) else ""


def test_everything_of_a_person_over_two_platforms_goes_at_once(village: Village) -> None:
    done = village.do(HandOutAll(ALL))
    assert (done.pieces, done.lines, done.left, done.name) == (12, 6, 0, "韦小妹")
    assert len(done.facts) == 2
    assert sum(village.here(lot) for lot in v.SLOTS) == 6
    buyers = village.reader.rows(
        "SELECT DISTINCT lot, buyer FROM handed WHERE lot IN (?, ?)", (v.EGGS, v.GREENS)
    )
    assert sorted(buyers) == [(v.GREENS, v.WXM_GNT), (v.EGGS, v.WXM_LINLI)]


def test_a_part_leaves_the_rest_on_the_shelf(village: Village) -> None:
    done = village.do(HandOut((Count(v.EGGS, 1, "X-03"),)))
    assert (done.pieces, done.left) == (1, 11)
    assert village.here(v.EGGS) == 2
    assert "还留着 11 件" in words.answer(done).sentence


def test_a_second_hand_out_is_refused_with_when_and_by_whom(village: Village) -> None:
    village.do(HandOutAll(ALL))
    village.clock.advance(seconds=60)
    again = village.do(HandOutAll(ALL))
    assert reason(again) == Reason.ALREADY
    said = words.answer(again)
    assert said.number == "10:00"
    assert "这台电脑" in said.sentence
    assert "本人取走 12 件" in said.sentence


def test_a_second_hand_out_of_one_line_is_refused_too(village: Village) -> None:
    goods = (Count(v.SOAP, 4, "A-01"),)
    village.do(HandOut(goods))
    assert reason(village.do(HandOut(goods))) == Reason.ALREADY


def test_what_another_pc_handed_out_is_said_so(village: Village) -> None:
    village.do(Hear(e.PickedUp(v.QIN, (Count(v.SOAP, 4, "A-01"),)), 1))
    again = village.do(HandOut((Count(v.SOAP, 4, "A-01"),)))
    assert "另一台电脑" in words.answer(again).sentence


def test_a_neighbour_takes_it_and_only_a_key_travels(village: Village) -> None:
    done = village.do(HandOutAll((v.QIN,), proxy="隔壁韦嫂", note="顺路代取"))
    assert done.proxy == "隔壁韦嫂"
    body = village.reader.value("SELECT body FROM facts WHERE kind = 'PickedUp'")
    assert "韦嫂" not in body
    key, platform, note = (
        village.reader.one("SELECT buyer, platform, nickname FROM people WHERE name = '隔壁韦嫂'") or ()
    )
    assert key.startswith("proxy:")
    assert (platform, note) == ("", "顺路代取")
    assert key in body
    assert "隔壁韦嫂代取" in words.answer(village.do(HandOutAll((v.QIN,)))).sentence


def test_the_same_neighbour_keeps_the_key(village: Village) -> None:
    village.do(HandOutAll((v.QIN,), proxy="阿梅", note="打过电话"))
    village.do(HandOutAll((v.HUANG,), proxy="阿梅", note="打过电话"))
    assert village.reader.value("SELECT count(*) FROM people WHERE name = '阿梅'") == 1


def test_a_neighbour_who_takes_goods_is_not_found_as_a_buyer(village: Village) -> None:
    village.do(HandOutAll((v.QIN,), proxy="阿梅"))
    assert reason(village.find("阿梅")) == Reason.NO_SUCH_NAME


@pytest.mark.parametrize(
    ("goods", "expected"),
    [
        ((), Reason.NOTHING),
        ((Count(v.SOAP, 5, "A-01"),), Reason.MORE_THAN_HERE),
        ((Count(v.SOAP, 3, "A-01"), Count(v.SOAP, 3, "A-01")), Reason.MORE_THAN_HERE),
        ((Count(v.SOAP, 0, "A-01"),), Reason.BAD_COUNT),
        ((Count(v.SOAP, -1, "A-01"),), Reason.BAD_COUNT),
        ((Count(v.SOAP, 1_000_000, "A-01"),), Reason.BAD_COUNT),
        ((Count(v.SOAP, 1, "A-09"),), Reason.MORE_THAN_HERE),
        ((Count("nobody's", 1, "A-01"),), Reason.NO_LINE),
        ((Count(v.MELON, 1, ""),), Reason.MORE_THAN_HERE),
    ],
)
def test_impossible_goods_are_refused_and_nothing_is_recorded(
    village: Village, goods: tuple[Count, ...], expected: Reason
) -> None:
    before = village.reader.value("SELECT count(*) FROM facts")
    assert reason(village.do(HandOut(goods))) == expected
    assert village.reader.value("SELECT count(*) FROM facts") == before


def test_one_impossible_line_stops_the_whole_hand_out(village: Village) -> None:
    assert (
        reason(village.do(HandOut((Count(v.EGGS, 3, "X-03"), Count(v.SOAP, 9, "A-01")))))
        == Reason.MORE_THAN_HERE
    )
    assert village.here(v.EGGS) == 3


def test_surplus_pieces_are_nobodys(village: Village) -> None:
    village.record(e.OverFound("T-L", v.SOAP, "6901234567892", "洗衣皂 2块", 1))
    assert reason(village.do(HandOut((Count(v.SOAP, 1, "多发"),)))) == Reason.SURPLUS
    assert village.do(HandOutAll((v.QIN,))).pieces == 4


@pytest.mark.parametrize("proxy", ["韦" * 21, "韦\x07嫂"])
def test_a_neighbours_name_has_to_be_a_name(village: Village, proxy: str) -> None:
    assert reason(village.do(HandOutAll((v.QIN,), proxy=proxy))) in (Reason.LONG_TEXT, Reason.CONTROL)
    assert village.here(v.SOAP) == 4


# --- undo ------------------------------------------------------------------------------------------------------


def test_undo_puts_everything_back_where_it_stood(village: Village) -> None:
    before = village.reader.rows("SELECT lot, place, pieces FROM stock WHERE pieces <> 0 ORDER BY 1, 2")
    money = village.reader.value("SELECT coalesce(sum(fen), 0) FROM money WHERE account = 'receivable'")
    done = village.do(HandOutAll(ALL))
    assert village.reader.value("SELECT sum(fen) FROM money WHERE account = 'receivable'") > money
    back = village.do(UndoPickup(done.facts, "点错人了"))
    assert back.pieces == 12
    assert set(back.slots) == {"D-02", "L-05", "X-03", "A-07"}
    after = village.reader.rows("SELECT lot, place, pieces FROM stock WHERE pieces <> 0 ORDER BY 1, 2")
    assert after == before
    assert village.reader.value("SELECT sum(fen) FROM money WHERE account = 'receivable'") == money


def test_undo_twice_and_undo_of_nothing_are_refused(village: Village) -> None:
    done = village.do(HandOutAll(ALL))
    village.do(UndoPickup(done.facts, "点错人了"))
    assert reason(village.do(UndoPickup(done.facts, "点错人了"))) == Reason.UNDONE
    assert reason(village.do(UndoPickup((), "点错人了"))) == Reason.NOTHING_TO_UNDO
    assert (
        reason(village.do(UndoPickup((done.facts[0]._replace(seq=1),), "点错人了"))) == Reason.NOTHING_TO_UNDO
    )


def test_undo_needs_a_reason_and_the_same_business_day(village: Village) -> None:
    done = village.do(HandOutAll(ALL))
    assert reason(village.do(UndoPickup(done.facts, " "))) == Reason.NO_REASON
    village.clock.move_to(at(v.DAY, "22:59"))
    village.do(UndoPickup(done.facts, "点错人了"))
    done = village.do(HandOutAll(ALL))
    village.clock.move_to(at(v.DAY, "23:01"))
    late = village.do(UndoPickup(done.facts, "点错人了"))
    assert reason(late) == Reason.OTHER_BUSINESS_DAY
    assert "F5 售后" in words.answer(late).sentence


def test_undo_is_refused_once_the_buyer_complained(village: Village) -> None:
    done = village.do(HandOutAll((v.QIN,)))
    village.record(e.ClaimOpened("SH-1", v.SOAP, 1, Why.SPOILED, Remedy.REFUND_ONLY, 100, 0))
    assert reason(village.do(UndoPickup(done.facts, "点错人了"))) == Reason.CLAIMED


def test_undo_is_refused_once_the_goods_came_back(village: Village) -> None:
    done = village.do(HandOutAll((v.QIN,)))
    village.record(e.GoodsBagged("TH-1", "buyer:", (Count(v.SOAP, 1),)))
    assert reason(village.do(UndoPickup(done.facts, "点错人了"))) == Reason.MOVED_ON


def test_what_the_platform_voided_needs_no_undo(village: Village) -> None:
    done = village.do(HandOutAll((v.QIN,)))
    village.do(Hear(e.Voided(str(done.facts[0]), "double"), 9, "@"))
    assert reason(village.do(UndoPickup(done.facts, "点错人了"))) == Reason.VOIDED


def test_after_an_undo_the_goods_can_be_handed_out_again(village: Village) -> None:
    first = village.do(HandOutAll(ALL))
    village.do(UndoPickup(first.facts, "顾客没拿走"))
    assert village.do(HandOutAll(ALL)).pieces == 12


# --- moving, reminding, looking, ordering ----------------------------------------------------------------------


def test_goods_are_moved_to_a_slot_typed_or_scanned(village: Village) -> None:
    assert village.do(MoveGoods((Count(v.SOAP, 4, "A-01"),), "a9")).slot == "A-09"
    assert village.at(v.SOAP, "shelf:A-09") == 4
    assert village.do(MoveGoods((Count(v.SOAP, 4, "A-09"),), "HW-A-01-U")).slot == "A-01"


def test_frozen_goods_in_a_warm_slot_are_said_so(village: Village) -> None:
    moved = village.do(MoveGoods((Count(v.SHRIMP, 1, "D-02"),), "A-05"))
    assert words.answer(moved).word == "不够冷"


@pytest.mark.parametrize(
    ("goods", "to", "expected"),
    [
        ((Count(v.SOAP, 4, "A-01"),), "Z-99", Reason.NO_SUCH_SLOT),
        ((Count(v.SOAP, 4, "A-01"),), "A-77", Reason.NO_SUCH_SLOT),
        ((Count(v.SOAP, 4, "A-01"),), "", Reason.NO_SUCH_SLOT),
        ((Count(v.SOAP, 4, "A-01"),), "HW-A-01-Z", Reason.NO_SUCH_SLOT),
        ((Count(v.SOAP, 4, "A-01"),), "A-01", Reason.SAME_SLOT),
        ((Count(v.SOAP, 9, "A-01"),), "A-02", Reason.MORE_THAN_HERE),
        ((), "A-02", Reason.NOTHING),
    ],
)
def test_a_move_that_cannot_be_is_refused(
    village: Village, goods: tuple[Count, ...], to: str, expected: Reason
) -> None:
    assert reason(village.do(MoveGoods(goods, to))) == expected


def test_the_shop_says_how_many_slots_it_has(village: Village) -> None:
    village.do(v.Put("slots", {"ambient": 80}))
    assert village.do(MoveGoods((Count(v.SOAP, 4, "A-01"),), "A-77")).slot == "A-77"


def test_a_copied_reminder_is_recorded_once_for_each_lot(village: Village) -> None:
    done = village.do(CopyReminder((v.SOAP, v.SOAP, v.RICE)))
    assert done.lots == 2
    assert reason(village.do(CopyReminder(()))) == Reason.NOBODY_TO_REMIND


def test_nobody_is_pestered_but_a_lost_clipboard_is_filled_again(village: Village) -> None:
    remind = CopyReminder((v.SOAP, v.RICE))
    assert len(village.do(remind).facts) == 1
    village.clock.advance(seconds=300)
    assert village.do(remind).facts == ()
    village.clock.advance(seconds=3600)
    said = words.answer(village.do(remind))
    assert (said.word, "今天 10:00 已经催过" in said.sentence) == ("刚催过", True)
    assert "今天 12:00 以后" in said.sentence
    assert len(village.do(CopyReminder((v.SOAP, v.RICE, v.OIL))).facts) == 1  # somebody in it is new
    village.clock.advance(seconds=2 * 3600)
    assert len(village.do(remind).facts) == 1


@pytest.mark.parametrize(
    ("setting", "hours"), [(5, 5), (0, 0), (-1, 2), (99, 2), ("4", 2), (True, 2), (None, 2)]
)
def test_a_shop_may_say_how_long_nobody_is_reminded_again(
    village: Village, setting: object, hours: int
) -> None:
    village.do(v.Put("remind_hours", setting))
    village.do(CopyReminder((v.SOAP,)))
    village.clock.advance(seconds=hours * 3600 - 1 if hours else 601)
    again = village.do(CopyReminder((v.SOAP,)))
    assert isinstance(again, Refused) is bool(hours)


def test_a_whole_phone_is_shown_for_a_reason_and_logged_without_the_number(village: Village) -> None:
    done = village.do(RevealPhone(v.WXM_LINLI, "打电话催取"))
    assert done.phone == "13800006312"
    body = village.reader.value("SELECT body FROM facts WHERE kind = 'PhoneRevealed'")
    assert "打电话催取" in body
    assert "13800006312" not in body


@pytest.mark.parametrize(
    ("buyer", "why", "expected"),
    [
        (v.WXM_LINLI, "", Reason.NO_REASON),
        (v.QIN, "打电话催取", Reason.NO_PHONE),
        ("nobody", "打电话催取", Reason.NO_PERSON),
    ],
)
def test_a_phone_stays_hidden_otherwise(village: Village, buyer: str, why: str, expected: Reason) -> None:
    assert reason(village.do(RevealPhone(buyer, why))) == expected


def test_an_order_for_a_villager_is_noted_with_its_cash(village: Village) -> None:
    done = village.do(OrderForVillager("LLYX", "大米 10公斤", 1, 4990, 5000, name="五婆"))
    assert has_valid_check(done.order)
    assert "找零 ¥0.10" in words.answer(done).sentence
    order = village.reader.one("SELECT order_no, price_fen, cash_fen, buyer FROM orders")
    assert order is not None
    assert order[:3] == (done.order, 4990, 4990)
    assert village.reader.value("SELECT name FROM people WHERE buyer = ?", (order[3],)) == "五婆"
    assert village.reader.value("SELECT sum(fen) FROM money WHERE account = 'drawer'") == 4990


def test_change_is_no_cash_and_a_debt_is_none_either(village: Village) -> None:
    paid = village.do(OrderForVillager("LLYX", "大米 10公斤", 1, 4990, 10000, name="五婆"))
    owing = village.do(OrderForVillager("LLYX", "大米 10公斤", 1, 4990, 2000, name="五婆"))
    assert (paid.cash_fen, paid.change_fen) == (4990, 5010)
    assert (owing.cash_fen, owing.change_fen) == (2000, 0)
    assert "收了 ¥100.00，请找零 ¥50.10" in words.answer(paid).sentence
    assert "还欠 ¥29.90" in words.answer(owing).sentence
    assert village.reader.value("SELECT sum(fen) FROM money WHERE account = 'drawer'") == 6990


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"platform": "nobody"}, Reason.NO_PLATFORM),
        ({"product": "  "}, Reason.NO_PRODUCT),
        ({"product": "米" * 61}, Reason.LONG_TEXT),
        ({"pieces": 0}, Reason.BAD_COUNT),
        ({"pieces": -3}, Reason.BAD_COUNT),
        ({"price_fen": -1}, Reason.BAD_MONEY),
        ({"cash_fen": 10**9}, Reason.BAD_MONEY),
        ({"name": ""}, Reason.NO_NAME),
        ({"name": "", "buyer": "nobody"}, Reason.NO_PERSON),
    ],
)
def test_an_order_that_cannot_be_is_refused(
    village: Village, change: dict[str, Any], expected: Reason
) -> None:
    order: dict[str, Any] = {
        "platform": "LLYX",
        "product": "大米",
        "pieces": 1,
        "price_fen": 4990,
        "cash_fen": 0,
        "name": "五婆",
    }
    assert reason(village.do(OrderForVillager(**(order | change)))) == expected
