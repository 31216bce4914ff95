"""Hands at the counter: keys struck and codes scanned into the real window, and patience until it has answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, QTimer

from app.bootstrap import Counter
from app.domain.answers import Answer
from app.ui.buttons import ActionButton
from app.ui.keystrokes import scan_code, strike, type_text, window_of
from app.ui.pictures import grab

_BETWEEN_MS = 400
"""Pause of the event clock between two scans or words: longer than a scanner's, shorter than a person's."""
_SETTLE_MS = 120


class Hands:
    """Works a counter as a clerk would; ``answers`` are all that the counter has said."""

    def __init__(self, counter: Counter, pictures: Path) -> None:
        self._counter = counter
        self._folder = pictures
        self._at = 1_000
        self.pictures: list[str] = []
        self.answers: list[Answer] = []
        counter.desk.answered.connect(self.answers.append)

    def page(self, number: int) -> Any:
        """Go to the page behind F1–F8; the page that came to the front."""
        self._counter.window.show_page(number - 1)
        self.settle()
        return self._counter.window.page

    def scan(self, code: str) -> Answer | None:
        """Scan a code; the last thing that the counter said to it."""
        said = len(self.answers)
        self._at = scan_code(window_of(self._counter.window), code, at=self._at) + _BETWEEN_MS
        self.settle()
        return self.answers[-1] if len(self.answers) > said else None

    def type(self, text: str) -> None:
        """Type a text by hand."""
        self._at = type_text(window_of(self._counter.window), text, at=self._at) + _BETWEEN_MS
        self.settle()

    def find(self, text: str, *, scanned: int) -> None:
        """Say to the page in front who is wanted: scan it, or type it and press Enter."""
        if scanned:
            self.scan(text)
            return
        self.type(text)
        self.press("\r")

    def press(self, key: str) -> None:
        """Press a control key by hand: ``\\r`` Enter, ``\\x1b`` Esc."""
        strike(window_of(self._counter.window), key, at=self._at)
        self._at += _BETWEEN_MS
        self.settle()

    def press_button(self, key: str) -> None:
        """Press the button that shows this key (F9–F12, Enter) on the page or sheet in front."""
        for button in self._counter.window.findChildren(ActionButton):
            if button.key == key and button.isVisible() and button.isEnabled():
                button.click()
                break
        self.settle()

    def press_word(self, word: str) -> None:
        """Press the button with this word."""
        for button in self._counter.window.findChildren(ActionButton):
            if button.text() == word and button.isVisible() and button.isEnabled():
                button.click()
                break
        self.settle()

    def undo(self) -> None:
        """Ctrl+Z."""
        self._counter.window.undo()
        self.settle()

    def do(self, command: Any) -> Any:
        """Have a command done by the writer, as a page would, and let the pages see it; its answer."""
        result = self._counter.store.writer.do(command)
        self.settle()
        return result

    def settle(self, milliseconds: int = _SETTLE_MS) -> None:
        """Wait until the writer has nothing left and the window has shown it."""
        self._counter.store.writer.do(_Nothing())
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def wait_for(self, done: Callable[[], bool], *, most: int = 100) -> None:
        """Wait until something that goes on beside the window has come; after ``most`` looks go on without."""
        for _ in range(most):
            if done():
                return
            self.settle()

    def picture(self, name: str) -> None:
        """Take a numbered picture of the window."""
        self._counter.look()
        file = f"{len(self.pictures) + 1:02d}-{name}.png"
        grab(self._counter.window, self._folder / file)
        self.pictures.append(file)


class _Nothing:
    def perform(self, book: object) -> None:
        """Nothing: it is done once all before it is."""
