"""The counter with a page of the wall, driven by scans and keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.answers import Answer
from app.store.opening import Store
from app.ui.keystrokes import scan_code, type_text, window_of
from app.ui.sheet import Sheet, sheet_over
from app.ui.window import CounterWindow


@dataclass
class Counter:
    """The window, and what was answered."""

    window: CounterWindow
    page: Any
    store: Store
    bot: QtBot
    answers: list[Answer] = field(default_factory=list)
    at: int = 10_000

    def scan(self, code: str) -> Answer:
        """Scan with a gun and wait for the answer."""
        return self.answer_after(lambda: self.shoot(code))

    def shoot(self, code: str) -> None:
        """Scan with a gun."""
        self.at = scan_code(window_of(self.window), code, at=self.at + 1000)

    def type_in(self, text: str) -> None:
        """Type by hand, key by key."""
        self.at = type_text(window_of(self.window), text, at=self.at + 1000)
        self.window.capture.settle()

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press one key where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, held)

    def answer_after(self, act: Callable[[], object]) -> Answer:
        """What is said once the book has been written."""
        before = len(self.answers)
        act()
        self.bot.waitUntil(lambda: len(self.answers) > before)
        return self.answers[-1]

    def sheet(self, kind: type[Sheet]) -> Any:
        """The sheet that opens; a button's key presses it with a short delay."""
        self.bot.waitUntil(lambda: isinstance(sheet_over(self.window), kind))
        found = sheet_over(self.window)
        assert isinstance(found, kind), found
        return found
