"""The pages 取货 and 货架, driven by keys and scans in the real window on a real book."""

from __future__ import annotations

import builtins
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain import events as e
from app.domain.answers import Answer, Tone
from app.domain.clock import at, moment
from app.domain.goods import Count
from app.pickup import words
from app.pickup.page import HITS, REST, VISIT, PickupPage
from app.pickup.queries import ShelfRow
from app.pickup.sheets import OrderSheet, ProxySheet, SlotSheet
from app.pickup.shelf_page import ShelfPage
from app.store.words import explain
from app.ui.desk import Desk
from app.ui.dialogs import ReasonSheet
from app.ui.fonts import apply_theme
from app.ui.keystrokes import scan_code, strike, type_text, window_of
from app.ui.sheet import Sheet, sheet_over
from app.ui.window import CounterWindow, Heading
from tests.pickup import village as v
from tests.pickup.village import Hear, Village

S = TypeVar("S", bound=Sheet)
pytestmark = pytest.mark.qt_log_ignore(r"propagateSizeHints\(\)", extend=True)


@dataclass
class Nothing:
    """Answers once all commands before it are done."""

    def perform(self, book: object) -> None:
        """Nothing."""


@dataclass
class Counter:
    """The window with both pages, and hands at it."""

    village: Village
    window: CounterWindow
    pickup: PickupPage
    shelf: ShelfPage
    qtbot: QtBot
    answers: list[Answer] = field(default_factory=list)
    at: int = 1_000

    def scan(self, code: str) -> Answer:
        said = len(self.answers)
        self.at = scan_code(window_of(self.window), code, at=self.at) + 400
        self.qtbot.waitUntil(lambda: len(self.answers) > said)
        return self.answers[-1]

    def type(self, text: str) -> None:
        if text.isascii():
            self.at = type_text(window_of(self.window), text, at=self.at) + 400
            self.window.capture.settle()
        else:
            self.pickup.search.field.setText(self.pickup.search.field.text() + text)

    def press(self, key: str) -> None:
        strike(window_of(self.window), key, at=self.at)
        self.at += 400
        self.window.capture.settle()

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.window, key, held)

    def wait_for(self, word: str) -> Answer:
        self.qtbot.waitUntil(lambda: bool(self.answers) and self.answers[-1].word == word)
        return self.answers[-1]

    def sheet(self, kind: builtins.type[S]) -> S:
        """The sheet that opens: a button's key presses it for a moment first."""
        self.qtbot.waitUntil(lambda: isinstance(sheet_over(self.window), kind))
        found = sheet_over(self.window)
        assert isinstance(found, kind)
        return found

    @property
    def part(self) -> int:
        return self.pickup._stack.currentIndex()


@pytest.fixture
def counter(village: Village, qtbot: QtBot, qapp: QApplication) -> Iterator[Counter]:
    apply_theme(qapp)
    desk = Desk(village.store.writer.submit, explain=explain)
    window = CounterWindow(
        desk,
        heading=Heading("民范村自提点", date(2026, 11, 22)),
        clock=lambda: moment(village.clock.now_ms()),
    )
    desk.setParent(window)
    pickup, shelf = (kind(desk, village.reader, village.clock) for kind in (PickupPage, ShelfPage))
    assert isinstance(pickup, PickupPage)
    assert isinstance(shelf, ShelfPage)
    window.add_page(pickup)
    window.add_page(shelf)
    window.resize(1024, 768)
    made = Counter(village, window, pickup, shelf, qtbot)
    desk.answered.connect(made.answers.append)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: qapp.activeWindow() is window)
    yield made
    village.do(Nothing())


def handed(counter: Counter) -> int:
    return int(counter.village.reader.value("SELECT coalesce(sum(pieces), 0) FROM handed WHERE undone = 0"))


def cut_words(widget: QWidget) -> list[str]:
    """Tooltips of buttons whose words do not fit."""
    return [
        child.toolTip() for child in widget.findChildren(QWidget) if child.isVisible() and child.toolTip()
    ]


# --- 取货 ------------------------------------------------------------------------------------------------------


def test_a_scan_and_one_enter_hand_out_all(counter: Counter) -> None:
    said = counter.scan(v.CODE_L)
    assert (said.word, said.number) == ("有货", "12 件")
    assert counter.part == VISIT
    counter.press("\r")
    assert counter.wait_for("已取货").number == "12 件"
    assert handed(counter) == 12
    assert counter.part == REST
    assert counter.pickup.search.text() == ""


def test_frozen_goods_are_named_first_and_fetched_last(counter: Counter) -> None:
    said = counter.scan(v.CODE_L).sentence
    assert said.index("D-02") < said.index("A-07") < said.index("冷冻的最后拿")
    assert "冷冻" not in counter.scan("5-5-2418").sentence


def test_a_second_scan_of_the_same_code_hands_nothing_out(counter: Counter) -> None:
    counter.scan(v.CODE_L)
    counter.scan(v.CODE_L)
    assert counter.part == VISIT
    assert handed(counter) == 0


def test_two_quick_enters_hand_out_once(counter: Counter) -> None:
    counter.scan(v.CODE_L)
    counter.key(Qt.Key.Key_Return)
    counter.key(Qt.Key.Key_Return)
    counter.wait_for("已取货")
    assert handed(counter) == 12
    assert [answer.word for answer in counter.answers].count("已经取走") == 0


def test_an_enter_that_is_held_down_opens_and_hands_nothing_out(counter: Counter) -> None:
    counter.type("6312")
    for repeats in range(8):
        strike(window_of(counter.window), "\r", at=counter.at, repeated=bool(repeats))
        counter.at += 33 if repeats else 500
    counter.village.do(Nothing())
    assert (counter.part, handed(counter)) == (VISIT, 0)


def test_a_hasty_second_enter_hands_nothing_out(counter: Counter) -> None:
    counter.type("6312")
    for pause in (120, 500):
        strike(window_of(counter.window), "\r", at=counter.at)
        counter.at += pause
    counter.village.do(Nothing())
    assert (counter.part, handed(counter)) == (VISIT, 0)
    counter.press("\r")
    counter.wait_for("已取货")
    assert handed(counter) == 12


def test_the_row_of_what_went_over_the_counter_lights_up(counter: Counter) -> None:
    counter.scan(v.CODE_L)
    counter.press("\r")
    counter.wait_for("已取货")
    assert counter.pickup.act_rows.touched_row == 1


def test_typing_lists_who_it_may_be_and_enter_opens(counter: Counter) -> None:
    counter.type("wx")
    assert counter.part == HITS
    assert not counter.answers
    counter.press("\r")
    assert counter.part == VISIT
    assert handed(counter) == 0
    counter.press("\r")
    counter.wait_for("已取货")


def test_number_keys_choose_among_several(counter: Counter) -> None:
    counter.type("7788")
    counter.press("\r")
    assert counter.wait_for("是哪一位？").kind is Tone.LOOK
    counter.press("2")
    assert counter.answers[-1].number == "A-02"
    assert "黄秀芳" in counter.pickup.name.whole()


def test_arrows_and_enter_choose_too(counter: Counter) -> None:
    counter.type("7788")
    counter.press("\r")
    counter.key(Qt.Key.Key_Down)
    counter.key(Qt.Key.Key_Return)
    assert "黄秀芳" in counter.pickup.name.whole()


def test_a_part_is_chosen_by_line_and_by_piece(counter: Counter) -> None:
    counter.scan(v.CODE_L)
    counter.key(Qt.Key.Key_Space)
    counter.key(Qt.Key.Key_Down)
    counter.key(Qt.Key.Key_Left)
    assert counter.pickup.hand_over.text() == "交出 10 件"
    counter.press("\r")
    assert "还留着 2 件" in counter.wait_for("已取货").sentence
    assert (counter.village.here(v.SHRIMP), counter.village.here(v.YOGHURT)) == (1, 1)


def test_nothing_chosen_cannot_be_handed_out(counter: Counter) -> None:
    counter.scan("5-5-2418")
    counter.key(Qt.Key.Key_Space)
    assert not counter.pickup.hand_over.isEnabled()
    counter.press("\r")
    counter.wait_for("没有货")
    assert handed(counter) == 0


def test_a_neighbour_takes_it(counter: Counter) -> None:
    counter.scan("5-5-2418")
    counter.key(Qt.Key.Key_F9)
    sheet = counter.sheet(ProxySheet)
    assert not sheet.yes.isEnabled()
    sheet.name.setText("隔壁韦嫂")
    counter.press("\r")
    assert "隔壁韦嫂代取" in counter.wait_for("已取货").sentence


def test_a_third_time_is_refused_twice_with_when(counter: Counter) -> None:
    counter.scan("5-5-2418")
    counter.press("\r")
    counter.wait_for("已取货")
    assert counter.scan("5-5-2418").number == "10:00"
    counter.answers.clear()
    counter.press("\r")
    assert counter.wait_for("已经取走").kind is Tone.WRONG
    assert not counter.pickup.hand_over.isEnabled()


def test_ctrl_z_asks_why_and_takes_the_last_pickup_back(counter: Counter) -> None:
    counter.scan(v.CODE_L)
    counter.press("\r")
    counter.wait_for("已取货")
    counter.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    sheet = sheet_over(counter.window)
    assert sheet is not None
    counter.press("\r")
    assert sheet_over(counter.window) is sheet
    counter.press("1")
    counter.press("\r")
    counter.wait_for("已撤销取货")
    assert handed(counter) == 0
    assert counter.village.here(v.EGGS) == 3


def test_an_earlier_pickup_is_undone_from_the_person(counter: Counter) -> None:
    for code in ("5-5-2418", "31-1-7788"):
        counter.scan(code)
        counter.press("\r")
        counter.wait_for("已取货")
        counter.village.clock.advance(seconds=60)
    counter.scan("5-5-2418")
    counter.key(Qt.Key.Key_F11)
    counter.sheet(ReasonSheet)
    counter.press("3")
    counter.press("\r")
    counter.wait_for("已撤销取货")
    assert (counter.village.here(v.SOAP), counter.village.here(v.RICE)) == (4, 0)


def test_undo_with_nothing_done_says_so(counter: Counter) -> None:
    counter.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    counter.wait_for("没有可撤销的")


def test_esc_goes_back_to_the_empty_box(counter: Counter) -> None:
    counter.scan(v.CODE_L)
    counter.press("\x1b")
    assert (counter.part, counter.pickup.search.text()) == (REST, "")
    assert not counter.pickup.cancel()


def test_typing_while_someone_is_shown_begins_with_the_next(counter: Counter) -> None:
    counter.scan(v.CODE_L)
    counter.type("2418")
    assert counter.pickup.search.text() == "2418"
    counter.press("\r")
    assert "覃大明" in counter.pickup.name.whole()


def test_a_whole_phone_number_leaves_only_its_tail_in_the_box(counter: Counter) -> None:
    counter.type("13800006312")
    counter.press("\r")
    assert counter.pickup.search.text() == "6312"


def test_the_phone_is_shown_for_a_reason_and_put_away_by_esc(counter: Counter) -> None:
    counter.scan(v.CODE_L)
    counter.key(Qt.Key.Key_F12)
    counter.sheet(ReasonSheet)
    counter.press("1")
    counter.press("\r")
    assert counter.wait_for("电话").number == "13800006312"
    counter.press("\x1b")
    assert counter.answers[-1] == words.INVITATION
    assert counter.part == VISIT


def test_no_phone_is_said_so(counter: Counter) -> None:
    counter.scan("5-5-2418")
    counter.key(Qt.Key.Key_F12)
    counter.wait_for("没有电话")


def test_an_order_for_a_villager_is_noted(counter: Counter) -> None:
    counter.key(Qt.Key.Key_F10)
    sheet = counter.sheet(OrderSheet)
    for name, text in (("name", "五婆"), ("product", "香米 5公斤"), ("price", "四十九"), ("cash", "50")):
        getattr(sheet, name).setText(text)
    assert not sheet.yes.isEnabled()
    sheet.price.setText("49.9")
    counter.press("\r")
    assert "找零 ¥0.10" in counter.wait_for("已代下单").sentence


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("34-1-5555", "不在本店"),
        ("ABC124", "这是筐码"),
        ("6901234567892", "这是商品码"),
        ("37-1-63", "码不全"),
        ("37-1\x016312", "码不干净"),
        ("9" * 70, "码太长"),
        ("33-1-1234", "短少没到"),
        ("A1B2345", "还没签收"),
    ],
)
def test_bad_and_absent_codes_are_answered_and_the_next_one_works(
    counter: Counter, code: str, word: str
) -> None:
    assert counter.scan(code).word == word
    assert all(unicodedata.category(letter) != "Cc" for letter in counter.pickup.search.field.text())
    assert counter.scan(v.CODE_L).word == "有货"


def test_what_another_pc_hands_out_disappears_at_once(counter: Counter) -> None:
    counter.scan("5-5-2418")
    counter.village.do(Hear(e.PickedUp(v.QIN, (Count(v.SOAP, 4, "A-01"),)), 1))
    counter.window.desk.announce(("PickedUp",))
    counter.qtbot.waitUntil(lambda: counter.pickup.goods.total == 0)
    counter.press("\r")
    assert "另一台电脑" in counter.wait_for("已经取走").sentence


@pytest.mark.parametrize("size", [(1024, 768), (1366, 768)])
def test_no_words_are_cut_with_six_lines_of_two_platforms(counter: Counter, size: tuple[int, int]) -> None:
    counter.window.resize(*size)
    counter.scan(v.CODE_L)
    counter.qtbot.wait(1)
    counter.window.grab()
    goods = counter.pickup.goods
    assert goods.verticalScrollBar().maximum() == 0
    assert not set(cut_words(counter.pickup)) & {"全部交出 12 件", "代取", "撤销", "电话"}


# --- 货架 ------------------------------------------------------------------------------------------------------


def rows(counter: Counter) -> list[ShelfRow]:
    return [row for row in counter.shelf.rows.rows if isinstance(row, ShelfRow)]


@pytest.fixture
def shelf(counter: Counter) -> Counter:
    counter.village.clock.move_to(at(v.DAY, "18:30"))
    counter.window.show_page(1)
    return counter


def test_what_spoils_first_stands_first(shelf: Counter) -> None:
    assert [row.lot for row in rows(shelf)][:2] == [v.SHRIMP, v.YOGHURT]
    assert [words.GRADES[row.grade] for row in rows(shelf)][:3] == ["快到", "快到", "还早"]
    shelf.village.clock.move_to(at(v.TOMORROW, "12:01"))
    shelf.shelf.refresh(shelf.shelf.topics)
    assert {words.GRADES[row.grade] for row in rows(shelf)[:4]} == {"滞留"}


def test_a_shop_may_set_its_own_times(shelf: Counter) -> None:
    shelf.village.do(v.Put("overdue", {"frozen": [2, "12:00"]}))
    shelf.shelf.refresh(shelf.shelf.topics)
    assert next(row.lot for row in rows(shelf)) == v.YOGHURT


@pytest.mark.parametrize("size", [(1024, 768), (1366, 768)])
def test_no_words_of_the_shelf_are_cut(shelf: Counter, size: tuple[int, int]) -> None:
    shelf.window.resize(*size)
    shelf.window.grab()
    assert cut_words(shelf.shelf) == []
    shelf.press("6")
    shelf.window.grab()
    assert cut_words(shelf.shelf) == []


def test_digits_filter_by_zone_and_esc_shows_all(shelf: Counter) -> None:
    shelf.press("4")
    assert {row.lot for row in rows(shelf)} == {v.EGGS, v.GREENS}
    shelf.press("\x1b")
    assert len(rows(shelf)) == 9


def test_6_goes_from_platform_to_platform_and_esc_shows_all(shelf: Counter) -> None:
    everything = len(rows(shelf))
    shelf.press("6")
    assert {row.platform for row in rows(shelf)} == {"桂农团"}
    assert shelf.shelf.platform.text() == "桂农团"
    shelf.press("6")
    assert {row.platform for row in rows(shelf)} == {"邻里优选"}
    shelf.key(Qt.Key.Key_F9)
    shelf.wait_for("已复制")
    assert "A-07" in QApplication.clipboard().text()
    shelf.press("\x1b")
    assert len(rows(shelf)) == everything


def test_who_was_just_reminded_is_left_in_peace(shelf: Counter) -> None:
    shelf.key(Qt.Key.Key_F9)
    shelf.wait_for("已复制")
    QApplication.clipboard().setText("别的")
    shelf.village.clock.advance(seconds=3600)
    shelf.key(Qt.Key.Key_F9)
    assert shelf.wait_for("刚催过").kind is Tone.LOOK
    assert QApplication.clipboard().text() == "别的"


def test_the_group_text_is_masked_and_its_copy_is_recorded(shelf: Counter) -> None:
    shelf.key(Qt.Key.Key_F9)
    shelf.wait_for("已复制")
    text = QApplication.clipboard().text()
    assert text.index("冷冻") < text.index("冷藏") < text.index("生鲜") < text.index("常温")
    assert "韦** 尾号6312　D-02" in text
    for secret in ("小妹", "大明", "秀芳", "13800006312", "虾仁", v.CODE_L):
        assert secret not in text
    assert shelf.village.reader.value("SELECT count(*) FROM facts WHERE kind = 'ReminderCopied'") == 1
    assert {words.reminded(row, now_ms=shelf.village.clock.now_ms()) for row in rows(shelf)} == {"18:30"}


def test_one_person_gets_a_text_of_their_own(shelf: Counter) -> None:
    shelf.key(Qt.Key.Key_F10)
    assert "12 件" in shelf.wait_for("已复制").sentence
    text = QApplication.clipboard().text()
    assert text.startswith("韦** 尾号6312 您好，您有 12 件货")
    assert "覃" not in text
    reminded = [row.lot for row in rows(shelf) if row.reminded_ms]
    assert v.SOAP not in reminded
    assert v.EGGS in reminded


def test_goods_are_moved_by_scanning_the_slot_and_moved_back(shelf: Counter) -> None:
    shelf.key(Qt.Key.Key_F11)
    shelf.sheet(SlotSheet)
    assert shelf.scan("HW-A-01-U").word == "不够冷"
    assert shelf.village.at(v.SHRIMP, "shelf:A-01") == 1
    shelf.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert shelf.wait_for("已换货位").number == "D-02"


def test_a_scan_finds_the_row_of_a_slot_or_a_buyer(shelf: Counter) -> None:
    assert shelf.scan("HW-A-01-U").number == "A-01"
    assert shelf.shelf.view.current_row().lot == v.SOAP
    assert shelf.scan("31-1-7788").number == "A-02"
    assert shelf.scan("34-1-5555").word == "不在本店"
    assert shelf.scan("A1B2345").word == "还没签收"


def test_an_empty_shelf_is_calm(shelf: Counter) -> None:
    lots = shelf.village.reader.rows(
        "SELECT lot, pieces, place FROM stock WHERE place LIKE 'shelf:%' AND pieces > 0"
    )
    goods = tuple(Count(lot, pieces, place[6:]) for lot, pieces, place in lots)
    shelf.village.record(e.PickedUp("x", goods))
    shelf.shelf.refresh(shelf.shelf.topics)
    assert rows(shelf) == []
    assert not shelf.shelf.group.isEnabled()


def test_surplus_is_not_on_the_list(shelf: Counter) -> None:
    shelf.village.record(e.OverFound("T-L", v.SOAP, "6901234567892", "洗衣皂 2块", 1))
    shelf.shelf.refresh(shelf.shelf.topics)
    assert [row.pieces for row in rows(shelf) if row.lot == v.SOAP] == [4]


def test_a_whole_phone_is_shown_from_the_shelf_too(shelf: Counter) -> None:
    shelf.key(Qt.Key.Key_F12)
    shelf.sheet(ReasonSheet)
    shelf.press("1")
    shelf.press("\r")
    assert shelf.wait_for("电话").number == "13800006312"
    shelf.press("\x1b")
    assert shelf.answers[-1].word == "货架上的货"
