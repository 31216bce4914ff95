"""The scenes at the counter: who comes for goods, who complains, what goes back, and how the day is closed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from app.demo.scenes import Scene, jpeg_of
from app.domain import clock
from app.domain.answers import Tone
from app.domain.goods import Count
from app.sandbox.pointday import AfterSale, Outcome, ProxyOrder, SentBack, Visit
from app.ui.signature import signature_of

if TYPE_CHECKING:
    from app.demo.play import Play

_STROKES = (((0.1, 0.6), (0.3, 0.3), (0.4, 0.7)), ((0.5, 0.3), (0.6, 0.7), (0.85, 0.35)))
_PICTURED = frozenset({Outcome.MISTAKE, Outcome.AGAIN, Outcome.NOT_HERE})


def counter_scenes(play: Play) -> Iterator[Scene]:
    """All scenes after receiving."""
    story = play.story
    morning = clock.at(story.day, "07:10")
    yield Scene(morning, "放零钱", partial(_put_float, play))
    for number, visit in enumerate(story.visits):
        yield Scene(visit.at_ms, f"{visit.name or '有人'}来取", partial(_visit, play, visit, number))
    for order in story.proxy_orders:
        yield Scene(order.at_ms, f"代下单 {order.product}", partial(_order, play, order))
    for sale in story.after_sales:
        yield Scene(sale.at_ms, f"售后 {sale.lot}", partial(_claim, play, sale))
    for back in story.sent_back:
        yield Scene(back.at_ms, f"退回 {back.lot}", partial(_send_back, play, back))
    yield Scene(story.collection.at_ms, "司机收退货", partial(_hand_bags, play))
    for move in story.cash.moves:
        yield Scene(move.at_ms, move.why, partial(_cash, play, move.fen, move.why))
    yield Scene(clock.at(story.day, "18:30"), "看货架", partial(_look_at_shelf, play))
    yield Scene(story.closes_ms, "日结", partial(_close, play))
    after = clock.day_after(story.day, 1)
    yield Scene(clock.at(after, "10:45"), "对账单", partial(_look_at_bills, play))


# --- pickup ------------------------------------------------------------------------------------------------


def _visit(play: Play, visit: Visit, number: int) -> None:
    """By keys: say who, see the goods, hand out; anything special by the command that the key would give."""
    from app.pickup.actions import HandedOut, UndoPickup

    hands = play.hands
    hands.page(3)
    hands.find(visit.text, scanned=visit.asks.value in ("code", "qr"))
    if number == 2 or visit.outcome in _PICTURED:
        hands.picture(f"取货-{visit.outcome.value}")
    if visit.outcome not in (Outcome.TAKES, Outcome.MISTAKE):
        hands.press("\x1b")
        return
    handed = _hand_out(play, visit)
    if number == 2:
        hands.picture("取货-取走")
    if visit.undo is not None and isinstance(handed, HandedOut):
        play.stage.move_to(visit.undo.at_ms)
        hands.do(UndoPickup(handed.facts, visit.undo.reason))
        hands.picture("取货-撤销")
    hands.press("\x1b")


def _hand_out(play: Play, visit: Visit) -> object:
    """All by Enter where the visitor takes all that is here; else the pieces taken, off the slots where they stand."""
    from app.pickup.actions import HandOut

    goods = tuple(count for wanted in visit.goods for count in _on_shelf(play, wanted))
    if not goods:
        return None
    if visit.outcome is Outcome.TAKES and not visit.proxy and _is_all(play, visit, goods):
        play.hands.press("\r")
        goods = tuple(count for wanted in goods for count in _on_shelf(play, wanted))
    if not goods:
        return None
    return play.hands.do(HandOut(goods, proxy=visit.proxy, note=visit.note, found_by=visit.asks.value))


def _is_all(play: Play, visit: Visit, goods: tuple[Count, ...]) -> bool:
    """Whether the counter shows this visitor, who takes all that is here."""
    if not play.hands.answers or play.hands.answers[-1].kind is not Tone.OK:
        return False
    here = play.stage.counter.reader.value(
        "SELECT sum(s.pieces) FROM stock s JOIN lines l ON l.lot = s.lot JOIN people p ON p.buyer = l.buyer"
        " JOIN people me ON me.buyer = ? AND me.tail = p.tail AND me.name = p.name"
        " WHERE s.place GLOB 'shelf:*'",
        (visit.buyers[0],),
    )
    return bool(here == sum(count.pieces for count in goods))


def _on_shelf(play: Play, wanted: Count) -> Iterator[Count]:
    left = wanted.pieces
    rows = play.stage.counter.reader.rows(
        "SELECT place, pieces FROM stock WHERE lot = ? AND place GLOB 'shelf:*' AND pieces > 0 ORDER BY place",
        (wanted.lot,),
    )
    for place, pieces in rows:
        took = min(left, pieces)
        if took:
            yield Count(wanted.lot, took, place.removeprefix("shelf:"))
        left -= took


def _order(play: Play, order: ProxyOrder) -> None:
    from app.pickup.actions import OrderForVillager

    play.hands.do(
        OrderForVillager(
            platform=order.platform,
            product=order.product,
            pieces=order.pieces,
            price_fen=order.pieces * order.price_fen,
            cash_fen=order.cash_fen,
            name=order.name,
        )
    )


def _look_at_shelf(play: Play) -> None:
    play.hands.page(4)
    play.hands.picture("货架-傍晚")
    play.hands.page(7)
    play.hands.picture("网络")
    play.hands.page(8)
    play.hands.picture("设置")


# --- after-sales -------------------------------------------------------------------------------------------


def _claim(play: Play, sale: AfterSale) -> None:
    from app.aftersales.actions import OpenClaim

    hands = play.hands
    hands.page(5).real.parts.choose(0)
    code = play.stage.counter.reader.value("SELECT code FROM lines WHERE lot = ?", (sale.lot,))
    hands.find(code, scanned=1)
    hands.press("\r")
    hands.picture("售后-申请" if sale.allowed else "售后-不能退")
    hands.press("\x1b")
    hands.press("\x1b")
    pictures = tuple(jpeg_of(name) for name in sale.photos)
    hands.do(
        OpenClaim(
            sale.lot, sale.pieces, sale.why, sale.remedy, sale.asked_fen, note=sale.note, pictures=pictures
        )
    )


def _send_back(play: Play, back: SentBack) -> None:
    from app.aftersales.actions import BagGoods

    for count in _on_shelf(play, Count(back.lot, back.pieces)):
        play.hands.do(BagGoods(back.lot, f"shelf:{count.slot}", count.pieces, back.why))


def _hand_bags(play: Play) -> None:
    """Broken and surplus goods go into the bag too; it is sealed, and the driver signs."""
    from app.aftersales.actions import BagGoods, SealBag, TakeBags

    hands, reader, driver = play.hands, play.stage.counter.reader, play.story.collection.driver
    for lot, place, pieces in reader.rows(
        "SELECT lot, place, pieces FROM stock WHERE place IN ('damaged:', 'shelf:多发') AND pieces > 0"
    ):
        hands.do(BagGoods(lot, place, pieces, "破损" if place == "damaged:" else "多发"))
    open_bags = [bag for (bag,) in reader.rows("SELECT bag FROM bags WHERE sealed_ms = 0 AND taken_ms = 0")]
    for bag in open_bags:
        hands.do(SealBag(bag))
    hands.page(5).real.parts.choose(2)
    hands.settle()
    hands.picture("售后-退货袋")
    bags = tuple(bag for (bag,) in reader.rows("SELECT bag FROM bags WHERE taken_ms = 0 AND sealed_ms > 0"))
    if bags:
        places = json.dumps([f"bag:{bag}" for bag in bags])
        pieces = reader.value(
            "SELECT sum(pieces) FROM stock WHERE place IN (SELECT value FROM json_each(?))", (places,)
        )
        hands.do(TakeBags(bags, driver.name, pieces, signature_of(_STROKES).png, play.story.collection.trip))
        hands.picture("售后-交司机")


# --- money -------------------------------------------------------------------------------------------------


def _put_float(play: Play) -> None:
    _cash(play, play.story.cash.float_fen, "零钱")


def _cash(play: Play, fen: int, why: str) -> None:
    from app.reconciliation.actions import MoveCash

    if fen:
        play.hands.do(MoveCash(fen, why))


def _close(play: Play) -> None:
    """Count the shelf slot by slot as the story's owner does, then the drawer; then close."""
    from app.reconciliation.actions import CloseDay, CountDrawer, CountSlot

    hands, story = play.hands, play.story
    hands.page(1)
    hands.picture("今日-傍晚")
    hands.page(6)
    hands.picture("日结-开始")
    for slot, pieces in _found(play).items():
        hands.do(CountSlot(story.day, slot, pieces))
    hands.do(CountDrawer(story.day, story.cash.found_fen))
    hands.page(6)
    hands.press_word("先跳过")
    hands.picture("日结-点钱箱")
    hands.press_word("先跳过")
    hands.picture("日结-三方对账")
    hands.do(CloseDay(story.day))
    hands.page(6)
    hands.picture("日结-结好了")


def _found(play: Play) -> dict[str, int]:
    """What the owner finds at each slot: what stands there, less what the story says was miscounted."""
    off = {count.lot: count.pieces for count in play.story.shelf_end}
    for count in play.story.shelf_found:
        off[count.lot] = off.get(count.lot, 0) - count.pieces
    found: dict[str, int] = {}
    for lot, place, pieces in play.stage.counter.reader.rows(
        "SELECT lot, place, pieces FROM stock WHERE place GLOB 'shelf:*' AND pieces > 0"
    ):
        slot = place.removeprefix("shelf:")
        found[slot] = found.get(slot, 0) + pieces - off.pop(lot, 0)
    return found


def _look_at_bills(play: Play) -> None:
    """The next morning the bills are there: the three-way match, then the first page."""
    from app.reconciliation.actions import MatchBills

    play.hands.do(MatchBills())
    play.hands.page(6)
    play.hands.picture("日结-账单来了")
    play.hands.page(5).real.parts.choose(1)
    play.hands.settle()
    play.hands.picture("售后-裁定")
    play.hands.page(1)
    play.hands.picture("今日-第二天")
