"""Strike keys as a scanner or a hand would, with time stamps: for the demo, the benchmarks and the tests."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QWidget

_NAMED: Final = {
    "\r": Qt.Key.Key_Return,
    "\n": Qt.Key.Key_Enter,
    "\t": Qt.Key.Key_Tab,
    "\b": Qt.Key.Key_Backspace,
    "\x1b": Qt.Key.Key_Escape,
}


def strike(window: QWindow, letter: str, *, at: int, repeated: bool = False) -> None:
    """Press and release one key at `at` ms of the event clock."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QCoreApplication.sendEvent(window, key_event(kind, letter, at=at, repeated=repeated))


def key_event(kind: QEvent.Type, letter: str, *, at: int, repeated: bool = False) -> QKeyEvent:
    """One key event for a letter or control character, stamped `at` ms."""
    key = _NAMED.get(letter)
    number = key.value if key is not None else ord(letter.upper())
    event = QKeyEvent(kind, number, Qt.KeyboardModifier.NoModifier, number, number, 0, letter, repeated)
    event.setTimestamp(at)
    return event


def scan_code(window: QWindow, code: str, *, at: int, gap: int = 8, suffix: str = "\r") -> int:
    """Strike a code as a scanner does, `gap` ms a key; returns the time stamp of the last key."""
    for letter in code + suffix:
        strike(window, letter, at=at)
        at += gap
    return at - gap


def type_text(window: QWindow, text: str, *, at: int, gap: int = 120) -> int:
    """Strike a text as a hand does; returns the time stamp of the last key."""
    return scan_code(window, text, at=at, gap=gap, suffix="")


def window_of(widget: QWidget) -> QWindow:
    """The native window in which a shown widget lives."""
    window = widget.window().windowHandle()
    if window is None:
        raise ValueError("the widget has no window yet: show it first")
    return window
