"""The counter: keys find pages, scans find the page or the sheet, answers are seen, nothing is lost in silence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.answers import Answer, Tone
from app.ui.desk import BROKEN, Desk
from app.ui.dialogs import Reason, ask_number, ask_reason, confirm
from app.ui.fields import SearchBox
from app.ui.gallery import HEADING, done_at_once, sample_time
from app.ui.ime import ScanEaten
from app.ui.keystrokes import scan_code, strike, window_of
from app.ui.page import Page
from app.ui.sheet import sheet_over
from app.ui.status import Network, Standing, unsent_sentence
from app.ui.window import BUSY_WITH_SHEET, EATEN, CounterWindow


class Ledger(Page):
    """A page that writes down what happens to it."""

    title = "样页"
    topics = frozenset({"shelf"})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.told: list[object] = []
        self.half_done = 0

    def on_scan(self, code: str) -> None:
        if code == "BOOM":
            raise ValueError(code)
        self.told.append(code)

    def refresh(self, topics: frozenset[str]) -> None:
        self.told.append(topics)

    def undo(self) -> None:
        self.told.append("undo")

    def cancel(self) -> bool:
        half_done, self.half_done = self.half_done, 0
        return bool(half_done)


@pytest.fixture
def counter(qtbot: QtBot, dressed: QApplication) -> CounterWindow:
    """A counter with two written-down pages."""
    desk = Desk(done_at_once)
    made = CounterWindow(desk, heading=HEADING, clock=sample_time)
    desk.setParent(made)
    qtbot.addWidget(made)
    for _ in range(2):
        made.add_page(Ledger(desk))
    made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: dressed.activeWindow() is made)
    for page in made.pages:
        assert isinstance(page, Ledger)
        page.told.clear()
    return made


def told(counter: CounterWindow, index: int) -> list[object]:
    """What a page wrote down."""
    page = counter.pages[index]
    assert isinstance(page, Ledger)
    return page.told


def test_a_scan_reaches_the_page_in_front_only(counter: CounterWindow) -> None:
    scan_code(window_of(counter), "TP00933", at=1_000)
    assert told(counter, 0) == ["TP00933"]
    assert told(counter, 1) == []


def test_f_keys_change_the_page_and_freshen_it(counter: CounterWindow) -> None:
    QTest.keyClick(counter, Qt.Key.Key_F2)
    assert counter.page is counter.pages[1]
    assert told(counter, 1) == [frozenset({"shelf"})]
    QTest.keyClick(counter, Qt.Key.Key_F7)
    assert counter.page is counter.pages[1]


def test_only_the_page_in_front_is_refreshed_and_only_for_its_topics(
    counter: CounterWindow, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(counter.desk.changed):
        counter.desk.announce({"shelf", "money"})
    assert told(counter, 0) == [frozenset({"shelf"})]
    assert told(counter, 1) == []


def test_esc_first_leaves_what_is_half_done_and_then_goes_home(counter: CounterWindow) -> None:
    counter.show_page(1)
    page = counter.pages[1]
    assert isinstance(page, Ledger)
    page.half_done = 1
    strike(window_of(counter), "\x1b", at=1_000)
    assert counter.page is page
    strike(window_of(counter), "\x1b", at=2_000)
    assert counter.page is counter.pages[0]


def test_ctrl_z_is_the_pages_undo(counter: CounterWindow) -> None:
    QTest.keyClick(counter, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert told(counter, 0) == ["undo"]


@pytest.mark.parametrize(("left", "asked"), [("", ["undo"]), ("12", [])])
def test_ctrl_z_is_the_pages_again_when_a_typed_line_was_entered(
    counter: CounterWindow, left: str, asked: list[str]
) -> None:
    box = SearchBox("扫码或输入", hint="")
    counter.pages[0].column.addWidget(box)
    box.field.setFocus()
    QTest.keyClicks(box.field, "1-1")
    box.clear()
    QTest.keyClicks(box.field, left)
    QTest.keyClick(box.field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert told(counter, 0) == asked


@pytest.mark.parametrize(
    ("key", "held"),
    [(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier), (Qt.Key.Key_F9, Qt.KeyboardModifier.NoModifier)],
)
def test_a_command_key_held_down_works_once(
    counter: CounterWindow, key: Qt.Key, held: Qt.KeyboardModifier
) -> None:
    for repeats in (False, True):
        asked = QKeyEvent(QEvent.Type.ShortcutOverride, key.value, held, "", repeats)
        asked.ignore()
        QApplication.sendEvent(counter, asked)
        assert asked.isAccepted() is repeats  # what the window keeps for itself becomes no shortcut


def test_a_page_that_fails_gives_the_calm_sentence(counter: CounterWindow) -> None:
    scan_code(window_of(counter), "BOOM", at=1_000)
    assert counter.band.answer == BROKEN


def test_a_page_that_takes_no_scans_says_so(window: CounterWindow) -> None:
    window.show_page(2)
    scan_code(window_of(window), "6901234567892", at=1_000)
    assert window.band.answer.kind is Tone.LOOK


def test_an_answer_is_seen_and_later_rests(counter: CounterWindow) -> None:
    answer = Answer(Tone.OK, "已取", "5 件都给了韦女士。", number="A-03")
    counter.desk.answer(answer)
    assert counter.band.answer == answer
    assert "已取" in counter.band.accessibleName()
    counter.band.rest()
    assert counter.band.answer == answer


def test_a_scan_over_a_sheet_is_refused_aloud_and_lost_into_nothing(counter: CounterWindow) -> None:
    numbers: list[int] = []
    sheet = ask_number(counter.pages[0], title="到了几件？", then=numbers.append)
    scan_code(window_of(counter), "6901234567892", at=1_000)
    assert sheet_over(counter) is sheet
    assert counter.band.answer == BUSY_WITH_SHEET
    assert sheet.result() is None
    assert numbers == []
    assert told(counter, 0) == []


def test_a_number_is_asked_with_the_keyboard_alone(counter: CounterWindow) -> None:
    numbers: list[int] = []
    ask_number(counter.pages[0], title="到了几件？", then=numbers.append, value=24, within=range(1, 100))
    for at, letter in enumerate("12\b3\r"):
        strike(window_of(counter), letter, at=1_000 + at * 100)
    counter.capture.settle()
    assert numbers == [13]
    assert sheet_over(counter) is None


def test_a_number_out_of_bounds_is_not_taken(counter: CounterWindow) -> None:
    numbers: list[int] = []
    ask_number(counter.pages[0], title="到了几件？", then=numbers.append, within=range(1, 25))
    for at, letter in enumerate("25\r"):
        strike(window_of(counter), letter, at=1_000 + at * 100)
    counter.capture.settle()
    assert numbers == []
    assert sheet_over(counter) is not None


def test_a_reason_is_chosen_by_its_digit(counter: CounterWindow) -> None:
    reasons: list[Reason] = []
    ask_reason(counter.pages[0], title="为什么撤销？", reasons=["点错了", "没拿走"], then=reasons.append)
    for at, letter in enumerate("2\r"):
        strike(window_of(counter), letter, at=1_000 + at * 100)
    assert reasons == [Reason("没拿走", "")]


def test_esc_closes_the_sheet_and_gives_the_focus_back(window: CounterWindow) -> None:
    window.show_page(1)
    before = QApplication.focusWidget()
    confirm(window, title="日结吗？", sentence="还有 2 件短少。", then=lambda: pytest.fail("not asked for"))
    strike(window_of(window), "\x1b", at=1_000)
    assert sheet_over(window) is None
    assert QApplication.focusWidget() is before


def test_tab_stays_inside_the_sheet(window: CounterWindow) -> None:
    sheet = ask_reason(window, title="为什么？", reasons=["甲", "乙"], then=lambda _: None)
    for _ in range(12):
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        assert focus is not None
        assert sheet.isAncestorOf(focus)


def test_a_page_cannot_change_under_a_sheet(counter: CounterWindow) -> None:
    confirm(counter, title="日结吗？", sentence="还有 2 件短少。", then=lambda: None)
    QTest.keyClick(counter, Qt.Key.Key_F2)
    assert counter.page is counter.pages[0]


def test_a_scan_eaten_by_an_input_method_is_answered(counter: CounterWindow) -> None:
    QCoreApplication.sendEvent(counter, ScanEaten())
    assert counter.band.answer == EATEN


@pytest.mark.parametrize(
    ("standing", "sentence"),
    [
        (Standing(Network.ONLINE), "全部已上传"),
        (Standing(Network.OFFLINE), "记录都在本机，没有待上传的"),
        (Standing(Network.BEHIND, 12, timedelta(minutes=4)), "未上传 12 笔，最早 4 分钟前"),
        (Standing(Network.OFFLINE, 3, timedelta(days=4)), "未上传 3 笔，最早 4 天前，联网后自动上传"),
    ],
)
def test_what_is_unsent_is_said_with_its_age(standing: Standing, sentence: str) -> None:
    assert unsent_sentence(standing) == sentence
