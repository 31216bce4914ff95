"""The page 售后 as a shop owner uses it: scans, keys, sheets and what is seen, on a real book."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.aftersales.actions import ClaimMade, SealBag
from app.aftersales.bag_sheets import DriverSheet, GoodsSheet
from app.aftersales.claim_sheet import ClaimSheet
from app.aftersales.page import BAGS, CLAIMS, LINES, AftersalesPage
from app.domain import events as e
from app.domain.answers import Answer, Tone
from app.domain.clock import moment
from app.domain.events import Remedy
from app.domain.goods import Count
from app.domain.ids import new_code
from app.sandbox.photos import photo
from app.ui.desk import Desk
from app.ui.fonts import apply_theme
from app.ui.gallery import HEADING
from app.ui.keystrokes import scan_code, type_text, window_of
from app.ui.sheet import Sheet, sheet_over
from app.ui.tokens import TextSize, stylesheet
from app.ui.window import CounterWindow
from tests.aftersales.shop import EGGS, NOODLES, SOAP, TRIP, Shop, claim

pytestmark = [pytest.mark.qt_log_ignore(r"propagateSizeHints\(\)", r"JPEG data")]


@dataclass
class PaperCamera:
    """Gives the pictures that it was given, one at each press."""

    pictures: list[bytes] = field(default_factory=list)

    def photograph(self, over: QWidget, then: Callable[[bytes], None]) -> None:
        if self.pictures:
            then(self.pictures.pop(0))


@dataclass
class Counter:
    """The window with the page, and what was answered."""

    window: CounterWindow
    page: AftersalesPage
    shop: Shop
    camera: PaperCamera
    bot: QtBot
    papers: Path
    answers: list[Answer] = field(default_factory=list)
    clock: int = 10_000

    def scan(self, code: str) -> None:
        self.clock = scan_code(window_of(self.window), code, at=self.clock + 1000)

    def type_in(self, text: str) -> None:
        self.clock = type_text(window_of(self.window), text, at=self.clock + 1000)
        self.window.capture.settle()

    def press(self, key: Qt.Key, widget: QWidget | None = None) -> None:
        target = widget or QApplication.focusWidget()
        assert target is not None
        QTest.keyClick(target, key)

    def sheet(self, kind: type[Sheet]) -> Any:
        found = sheet_over(self.window)
        assert isinstance(found, kind)
        return found

    def answer_after(self, act: Callable[[], object]) -> Answer:
        """What is said once the book has been written."""
        before = len(self.answers)
        act()
        self.bot.waitUntil(lambda: len(self.answers) > before)
        return self.answers[-1]


@pytest.fixture
def counter(shop: Shop, qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Counter]:
    """The counter at the smallest screen, a day after three hand-outs."""
    if qapp.styleSheet() != stylesheet(TextSize.NORMAL.scale):
        apply_theme(qapp)
    shop.hand_out(EGGS, 3)
    shop.clock.advance(seconds=60)
    shop.hand_out(SOAP, 3, buyer="b2")
    shop.clock.advance(seconds=20 * 3600)
    desk = Desk(shop.store.writer.submit)
    window = CounterWindow(desk, heading=HEADING, clock=lambda: moment(shop.now_ms))
    desk.setParent(window)
    qtbot.addWidget(window)
    camera, reader = PaperCamera(), shop.store.reader()
    page = AftersalesPage(desk, reader, shop.clock, camera=camera, papers=tmp_path / "papers")
    window.add_page(page)
    made = Counter(window, page, shop, camera, qtbot, tmp_path / "papers")
    desk.answered.connect(made.answers.append)
    window.resize(1024, 768)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: qapp.activeWindow() is window)
    yield made
    reader.close()


def texts(counter: Counter, pane: str, column: int) -> list[str]:
    model = getattr(counter.page, pane)
    rows = getattr(model, "model", None) or model.bags
    return [str(rows.index(row, column).data()) for row in range(rows.rowCount())]


def test_what_was_handed_out_lately_stands_there_with_the_time_that_is_left(counter: Counter) -> None:
    assert texts(counter, "lines", 0) == ["最近取走的", "洗衣皂 2块", "土鸡蛋 10枚"]
    assert texts(counter, "lines", 4)[2] == "还剩 1天3小时"


def test_a_scan_finds_the_goods_and_says_how_long_there_is(counter: Counter) -> None:
    counter.scan("6901234567892")
    assert counter.answers[-1].word == "还剩 1天3小时"
    assert texts(counter, "lines", 0) == ["找到 1 件", "土鸡蛋 10枚"]
    assert sheet_over(counter.window) is None


def test_a_claim_is_made_with_keys_alone(counter: Counter) -> None:
    counter.camera.pictures = [photo("egg")]
    counter.scan("37-1-6312")
    counter.press(Qt.Key.Key_Return)
    sheet = counter.sheet(ClaimSheet)
    assert "还剩 1天3小时" in sheet._strip.head
    counter.press(Qt.Key.Key_1)
    counter.press(Qt.Key.Key_1)
    assert not sheet.yes.isEnabled()
    counter.press(Qt.Key.Key_F9)
    counter.bot.waitUntil(sheet.yes.isEnabled)
    said = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert (said.word, said.number) == ("已申请", "¥6.67")
    assert counter.shop.value("SELECT count(*) FROM claims WHERE why = 'spoiled' AND pieces = 1") == 1
    assert counter.shop.value("SELECT length(jpeg) FROM photos") > 100


def test_excluded_goods_say_so_before_anything_can_be_sent(counter: Counter) -> None:
    counter.scan("6901234567892")
    counter.press(Qt.Key.Key_Return)
    sheet = counter.sheet(ClaimSheet)
    counter.press(Qt.Key.Key_4)
    assert sheet._strip.tone is Tone.WRONG
    assert "依法不支持" in sheet._strip.line
    assert not sheet.yes.isEnabled()
    counter.press(Qt.Key.Key_Return)
    assert sheet_over(counter.window) is sheet


def test_a_photo_that_is_no_picture_is_refused_with_one_sentence(counter: Counter) -> None:
    counter.camera.pictures = [b"not a picture"]
    counter.scan("6901234567892")
    counter.press(Qt.Key.Key_Return)
    sheet = counter.sheet(ClaimSheet)
    sheet._add.click()
    assert "不是照片" in sheet._notice.text()
    assert sheet._photos == []


def test_part_of_the_money_may_be_asked_and_no_more_than_was_paid(counter: Counter) -> None:
    counter.scan("6901234567915")
    counter.press(Qt.Key.Key_Return)
    sheet = counter.sheet(ClaimSheet)
    counter.press(Qt.Key.Key_1)
    counter.press(Qt.Key.Key_1)
    sheet._amount.setFocus()
    sheet._amount.selectAll()
    QTest.keyClicks(sheet._amount, "9.99")
    assert not sheet.yes.isEnabled()
    assert "最多退 ¥3.00" in sheet._missing.text()
    sheet._amount.selectAll()
    QTest.keyClicks(sheet._amount, "1.5")
    said = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return, sheet._amount))
    assert said.number == "¥1.50"


def test_late_goods_open_no_form_and_say_until_when_it_was(counter: Counter) -> None:
    counter.shop.clock.advance(seconds=3 * 86400)
    counter.scan("6901234567892")
    counter.press(Qt.Key.Key_Return)
    assert sheet_over(counter.window) is None
    assert counter.answers[-1].word == "超过时限"
    assert "已经截止" in counter.answers[-1].sentence


@pytest.mark.parametrize("code", ["9999999999999", "X" * 400, "\x1d\x1e0101", "TH-", "SH-AAAAAA-0"])
def test_a_scan_that_means_nothing_gets_one_sentence(counter: Counter, code: str) -> None:
    counter.page.on_scan(code)
    assert counter.answers[-1].kind in (Tone.WRONG, Tone.LOOK)
    assert sheet_over(counter.window) is None


@pytest.mark.parametrize(("code", "word"), [("X" * 400, "码太长"), ("690\x071234", "码不干净")])
def test_a_scan_that_can_be_no_code_is_told_with_its_true_reason(
    counter: Counter, code: str, word: str
) -> None:
    counter.page.on_scan(code)
    assert counter.answers[-1].word == word


def test_typing_initials_finds_the_buyer(counter: Counter) -> None:
    counter.type_in("wxm")
    assert texts(counter, "lines", 0)[:2] == ["找到 2 件", "土鸡蛋 10枚"]
    counter.press(Qt.Key.Key_Escape)
    assert counter.page.search.text() == ""


def test_a_return_is_bagged_sealed_and_taken_against_a_signature(counter: Counter) -> None:
    made = counter.shop.do(claim(SOAP, 2, remedy=Remedy.RETURN))
    assert isinstance(made, ClaimMade)
    counter.scan(made.bag)
    assert counter.page.parts.index == BAGS
    assert counter.answers[-1].number == "2件"
    counter.page.bags.seal.click()
    said = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert said.word == "已封袋"
    counter.page.bags.hand_over.click()
    sheet = counter.sheet(DriverSheet)
    sheet._driver.setText("陆师傅")
    sheet._count.set_value(3)
    assert "袋里应有 2 件" in sheet._notice.text()
    sheet._count.set_value(2)
    assert not sheet.yes.isEnabled()
    QTest.mousePress(sheet._pad, Qt.MouseButton.LeftButton, pos=QPoint(120, 60))
    QTest.mouseMove(sheet._pad, QPoint(240, 90))
    QTest.mouseRelease(sheet._pad, Qt.MouseButton.LeftButton, pos=QPoint(240, 90))
    said = counter.answer_after(sheet.yes.click)
    assert said.word == "司机已取"
    assert counter.shop.at(SOAP, "station:") == 2
    assert counter.shop.value("SELECT count(*) FROM photos p JOIN bags b ON b.signature = p.sha") == 1


def test_bags_without_acknowledgement_age_on_the_screen(counter: Counter) -> None:
    made = counter.shop.do(claim(SOAP, 1, remedy=Remedy.RETURN))
    counter.shop.do(SealBag(made.bag))
    counter.shop.record(e.BagTaken(made.bag, "陆师傅", "", (Count(SOAP, 1),)))
    counter.page.parts.choose(BAGS)
    seen = []
    for _ in range(3):
        seen.append(texts(counter, "bags", 2)[0])
        counter.shop.clock.advance(seconds=2 * 86400)
        counter.page.refresh(frozenset())
    assert seen == ["未回执 不到1天", "未回执 2 天", "未回执 4 天"]
    counter.shop.hear(e.ReturnsAcknowledged(made.bag, 1))
    counter.page.refresh(frozenset())
    assert texts(counter, "bags", 2) == ["平台已收"]


def test_goods_of_the_shop_are_bagged_from_a_list(counter: Counter) -> None:
    counter.shop.record(e.DamageFound(TRIP, (Count(NOODLES, 1, "3-1"),)))
    counter.page.parts.choose(BAGS)
    counter.page.bags.fill.click()
    counter.sheet(GoodsSheet)
    said = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert (said.word, said.number) == ("已装袋", "1件")
    undone = counter.answer_after(counter.window.undo)
    assert undone.word == "已取出"
    assert counter.shop.at(NOODLES, "damaged:") == 1


def test_a_piece_is_taken_out_of_an_open_bag_by_enter(counter: Counter) -> None:
    made = counter.shop.do(claim(SOAP, 1, remedy=Remedy.RETURN))
    counter.page.parts.choose(BAGS)
    counter.page.bags.item_rows.setFocus()
    counter.press(Qt.Key.Key_Return, counter.page.bags.item_rows)
    said = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert said.word == "已取出"
    assert counter.shop.at(SOAP, f"bag:{made.bag}") == 0


def test_undo_withdraws_the_claim_that_was_just_made(counter: Counter) -> None:
    counter.scan("6901234567915")
    counter.press(Qt.Key.Key_Return)
    counter.press(Qt.Key.Key_1)
    counter.press(Qt.Key.Key_1)
    counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    said = counter.answer_after(counter.window.undo)
    assert said.word == "已撤回"
    assert counter.answer_after(counter.window.undo).word == "没有可撤销的"


def test_a_claim_is_withdrawn_with_a_reason(counter: Counter) -> None:
    counter.shop.do(claim(SOAP, 1))
    counter.page.parts.choose(CLAIMS)
    counter.page.claims.withdraw.click()
    counter.press(Qt.Key.Key_2)
    said = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert said.word == "已撤回"
    assert "填错了" in counter.shop.value("SELECT body FROM facts WHERE kind = 'Undone'")


def test_a_ruling_is_shown_when_it_is_heard(counter: Counter) -> None:
    made = counter.shop.do(claim(SOAP, 2, fen=500))
    counter.page.parts.choose(CLAIMS)
    assert texts(counter, "claims", 4) == ["None", "等裁定"]
    counter.shop.hear(e.RulingGiven(made.claim, "partly", 1, 250, "按一件退"))
    counter.page.desk.announce(["RulingGiven"])
    counter.bot.waitUntil(lambda: texts(counter, "claims", 4) == ["None", "部分同意 ¥2.50"])
    assert "平台说：按一件退" in counter.page.claims._ruling.whole()
    assert not counter.page.claims.withdraw.isEnabled()


def test_goods_that_are_brought_later_are_bagged_from_the_claim(counter: Counter) -> None:
    counter.scan("6901234567915")
    counter.press(Qt.Key.Key_Return)
    counter.press(Qt.Key.Key_4)
    counter.press(Qt.Key.Key_3)
    counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    counter.page.parts.choose(CLAIMS)
    said = counter.answer_after(counter.page.claims.bring.click)
    assert said.word == "已装袋"
    assert not counter.page.claims.bring.isEnabled()


def test_the_evidence_pack_is_exported_from_the_claim(counter: Counter) -> None:
    counter.shop.do(claim(SOAP, 1))
    counter.page.parts.choose(CLAIMS)
    counter.page.claims.evidence.click()
    assert counter.answers[-1].word == "举证包好了"
    data = next((counter.papers / "举证").glob("*.json"))
    assert json.loads(data.read_text(encoding="utf-8"))["lot"] == SOAP


def test_papers_that_cannot_be_saved_say_so(counter: Counter) -> None:
    counter.papers.write_text("a file stands where the folder should be")
    made = counter.shop.do(claim(SOAP, 1, remedy=Remedy.RETURN))
    counter.page.parts.choose(CLAIMS)
    counter.page.claims.evidence.click()
    assert counter.answers[-1].word == "没有存上"
    counter.scan(made.bag)
    counter.page.bags.print_label.click()
    assert counter.answers[-1].word == "没有存上"


def test_a_label_is_put_out_for_the_chosen_bag(counter: Counter) -> None:
    made = counter.shop.do(claim(SOAP, 1, remedy=Remedy.RETURN))
    counter.scan(made.bag)
    counter.page.bags.print_label.click()
    assert counter.answers[-1].word == "标签好了"
    assert (counter.papers / "标签" / f"{made.bag}.pdf").exists()


def test_a_bag_of_another_shop_is_not_known(counter: Counter) -> None:
    counter.scan(new_code("TH"))
    assert counter.answers[-1].word == "没有这个袋"


def test_a_page_that_is_left_and_seen_again_is_fresh(counter: Counter) -> None:
    counter.page.parts.choose(BAGS)
    assert counter.page.cancel()
    assert counter.page.parts.index == LINES
    assert not counter.page.cancel()


def test_a_shortcut_turns_to_each_part(counter: Counter) -> None:
    for key, part in ((Qt.Key.Key_2, CLAIMS), (Qt.Key.Key_3, BAGS), (Qt.Key.Key_1, LINES)):
        QTest.keyClick(counter.window, key, Qt.KeyboardModifier.ControlModifier)
        assert counter.page.parts.index == part
