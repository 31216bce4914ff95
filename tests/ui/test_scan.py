"""Scans reach the page whatever has the focus; what a hand types reaches the focus."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QInputMethodQueryEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.buttons import ActionButton, Stepper
from app.ui.fields import Field, NoteBox, SearchBox
from app.ui.ime import Writing
from app.ui.keystrokes import scan_code, strike, type_text, window_of
from app.ui.scan import ScanCapture

CODES = st.text(st.sampled_from("0123456789ABCDEFxyz-/\x1d"), min_size=4, max_size=20)
WORDS = st.text(st.sampled_from("abcdef0123456789 "), min_size=1, max_size=6)


class Bench(QWidget):
    """A line, a button and a capture that keeps what it hears."""

    def __init__(self) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.button = ActionButton("加一")
        self.presses = 0
        column = QVBoxLayout(self)
        column.addWidget(self.line)
        column.addWidget(self.button)
        self.button.clicked.connect(self._count)
        self.capture = ScanCapture(self)
        self.codes: list[str] = []
        self.capture.scanned.connect(self.codes.append)

    def _count(self) -> None:
        self.presses += 1


@pytest.fixture
def bench(qtbot: QtBot, dressed: QApplication) -> Bench:
    made = Bench()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: dressed.activeWindow() is made)
    made.capture.watch_every_window()
    made.capture.watch(window_of(made))
    made.line.setFocus()
    return made


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(st.tuples(st.booleans(), CODES, WORDS, st.integers(1, 16)), max_size=8))
def test_codes_and_typed_text_are_told_apart_in_real_key_events(
    bench: Bench, parts: list[tuple[bool, str, str, int]]
) -> None:
    bench.line.clear()
    bench.codes.clear()
    at = 1_000
    for scans, code, word, gap in parts:
        at += 100
        if scans:
            at = scan_code(window_of(bench), code, at=at, gap=gap)
        else:
            at = type_text(window_of(bench), word, at=at, gap=80)
    bench.capture.settle()
    assert bench.codes == [code for scans, code, _, _ in parts if scans]
    assert bench.line.text() == "".join(word for scans, _, word, _ in parts if not scans)


def test_the_enter_of_a_scan_presses_no_button(bench: Bench) -> None:
    bench.button.setFocus()
    scan_code(window_of(bench), "6901234567892", at=5_000)
    assert bench.presses == 0
    assert bench.codes == ["6901234567892"]


def test_the_enter_of_a_hand_presses_the_button(bench: Bench) -> None:
    bench.button.setFocus()
    strike(window_of(bench), "\r", at=5_000)
    assert bench.presses == 1


def test_a_space_in_a_code_presses_no_button(bench: Bench) -> None:
    bench.button.setFocus()
    scan_code(window_of(bench), "ABC 123", at=5_000, suffix="\t")
    assert bench.presses == 0
    assert bench.codes == ["ABC 123"]
    assert bench.button.hasFocus()


def test_a_scan_without_suffix_ends_by_itself(bench: Bench, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bench.capture.scanned):
        scan_code(window_of(bench), "37-1-6312", at=5_000, suffix="")
    assert bench.codes == ["37-1-6312"]
    assert bench.line.text() == ""


def test_a_single_key_reaches_the_focus_by_itself(bench: Bench, qtbot: QtBot) -> None:
    strike(window_of(bench), "7", at=5_000)
    qtbot.waitUntil(lambda: bench.line.text() == "7")


def test_editing_keys_keep_their_place_among_letters(bench: Bench) -> None:
    type_text(window_of(bench), "12\b3", at=5_000)
    bench.capture.settle()
    assert bench.line.text() == "13"


def test_control_characters_stay_in_the_code_for_the_rules_to_judge(bench: Bench) -> None:
    scan_code(window_of(bench), "0106901\x1d10A\x02", at=5_000)
    assert bench.codes == ["0106901\x1d10A\x02"]


def test_shift_inside_a_burst_does_not_break_it(bench: Bench) -> None:
    at = 5_000
    for letter in "AbC12":
        press_shift(bench, at=at)
        strike(window_of(bench), letter, at=at + 1)
        at += 8
    strike(window_of(bench), "\r", at=at)
    assert bench.codes == ["AbC12"]


def press_shift(bench: Bench, *, at: int) -> None:
    """Shift down and up, as scanners send it around capitals."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, Qt.Key.Key_Shift.value, Qt.KeyboardModifier.NoModifier)
        event.setTimestamp(at)
        QCoreApplication.sendEvent(window_of(bench), event)


def test_an_over_long_code_is_cut(bench: Bench) -> None:
    scan_code(window_of(bench), "9" * 900, at=5_000, gap=1)
    assert bench.codes == ["9" * 512]


def test_a_scan_while_a_field_is_typed_in_leaves_the_field_alone(bench: Bench) -> None:
    at = type_text(window_of(bench), "63", at=5_000)
    at = scan_code(window_of(bench), "TP00933", at=at + 100)
    type_text(window_of(bench), "12", at=at + 100)
    bench.capture.settle()
    assert bench.line.text() == "6312"
    assert bench.codes == ["TP00933"]


def wants_input_method(widget: QWidget) -> bool:
    """What the platform hears when it asks whether an input method may work here."""
    query = QInputMethodQueryEvent(Qt.InputMethodQuery.ImEnabled)
    QCoreApplication.sendEvent(widget, query)
    return bool(query.value(Qt.InputMethodQuery.ImEnabled))


def test_fields_let_an_input_method_in_only_where_chinese_is_written(qtbot: QtBot) -> None:
    search, note, stepper = SearchBox("找买家"), NoteBox("备注"), Stepper("数量")
    for widget in (search, note, stepper):
        qtbot.addWidget(widget)
    assert not wants_input_method(search.field)
    assert not wants_input_method(stepper.focusProxy() or stepper)
    assert wants_input_method(note)
    search.field.write_in(Writing.CHINESE)
    assert wants_input_method(search.field)


def test_a_scan_eaten_by_the_input_method_is_said_and_its_debris_removed(qtbot: QtBot) -> None:
    field = Field("备注", writing=Writing.CHINESE)
    qtbot.addWidget(field)
    field.setText("请放门口")
    for at in range(8):
        event = QInputMethodEvent("abcdefgh"[: at + 1], [])
        QCoreApplication.sendEvent(field, event)
    assert field.text() == "请放门口"
    assert field.writing is Writing.PLAIN
