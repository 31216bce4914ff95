"""Two pages behind one key: what arrives goes to the one in front, and turning to the other makes it look again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.answers import Answer, Tone
from app.ui.desk import Desk
from app.ui.gallery import HEADING, done_at_once, sample_time
from app.ui.keystrokes import scan_code, window_of
from app.ui.navigation import RailButton
from app.ui.page import EVERYTHING, Page
from app.ui.pair import PairPage
from app.ui.shapes import Glyph
from app.ui.window import CounterWindow


class Half(Page):
    """Writes down what happens to it."""

    def __init__(self, desk: Desk, title: str, topics: frozenset[str]) -> None:
        super().__init__(desk)
        self.title, self.topics = title, topics
        self.told: list[object] = []

    def on_scan(self, code: str) -> None:
        self.told.append(code)

    def refresh(self, topics: frozenset[str]) -> None:
        self.told.append(topics)

    def cancel(self) -> bool:
        self.told.append("cancel")
        return True


@pytest.fixture
def counter(qtbot: QtBot, dressed: QApplication) -> CounterWindow:
    desk = Desk(done_at_once)
    made = CounterWindow(desk, heading=HEADING, clock=sample_time)
    desk.setParent(made)
    qtbot.addWidget(made)
    halves = (Half(desk, "网络", frozenset({"pulse"})), Half(desk, "设置", frozenset({"preferences"})))
    made.add_page(PairPage(desk, title="设置", glyph=Glyph.GEAR, pages=halves))
    made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: dressed.activeWindow() is made)
    return made


def _halves(counter: CounterWindow) -> tuple[PairPage, Half, Half]:
    pair = counter.pages[0]
    assert isinstance(pair, PairPage)
    halves = {half.title: half for half in pair.findChildren(Half)}
    return pair, halves["网络"], halves["设置"]


def test_a_scan_and_esc_go_to_the_half_in_front(counter: CounterWindow) -> None:
    pair, first, second = _halves(counter)
    pair.choice.choose(1)
    first.told.clear()
    second.told.clear()
    scan_code(window_of(counter), "TP00933", at=1_000)
    counter.back()
    assert first.told == []
    assert second.told == ["TP00933", "cancel"]


def test_turning_to_a_half_makes_it_look_again(counter: CounterWindow) -> None:
    pair, _, second = _halves(counter)
    second.told.clear()
    pair.choice.choose(1)
    assert second.told == [frozenset({"preferences"})]
    assert pair.topics == {"pulse", "preferences"}


def test_keys_turn_to_a_half_and_the_band_says_what_it_is(counter: CounterWindow) -> None:
    pair, _, second = _halves(counter)
    second.invitation = Answer(Tone.INFO, "设置", "改了马上生效。")
    QTest.keyClick(counter, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert pair.front is second
    assert counter.band.answer == second.invitation
    QTest.keyClick(counter, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert pair.front is not second


@pytest.mark.usefixtures("dressed")
def test_a_half_that_hears_everything_lets_the_pair_hear_everything(qtbot: QtBot) -> None:
    desk = Desk(done_at_once)
    pair = PairPage(
        desk,
        title="设置",
        glyph=Glyph.GEAR,
        pages=(Half(desk, "网络", EVERYTHING), Half(desk, "设置", frozenset({"preferences"}))),
    )
    qtbot.addWidget(pair)
    assert pair.topics is EVERYTHING


def test_cleared_pages_make_room_for_others(counter: CounterWindow) -> None:
    counter.clear_pages()
    assert counter.pages == []
    other = Half(counter.desk, "看板", frozenset())
    counter.add_page(other)
    assert counter.page is other
    QCoreApplication.processEvents()
    assert [button.isChecked() for button in counter.rail.findChildren(RailButton) if button.isVisible()] == [
        True
    ]
