"""Keep input methods and scanners apart: fields that answer "no input method", and a watch on those that need one.

A Windows input method takes letters before any program sees a key, so a scan into a field that writes Chinese cannot be
caught as keys. Such a scan is noticed by its speed, its debris removed, the input method put away and the user asked to
scan once more; fields that do not write Chinese answer ImEnabled with no, and then no input method is ever in the way.
"""

from __future__ import annotations

import time
from enum import Enum, auto
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

_FAST_S: Final = 0.035
_RUN: Final = 6


class Writing(Enum):
    """What a field writes: plain keys only, or Chinese through the user's input method."""

    PLAIN = auto()
    CHINESE = auto()


class ScanEaten(QEvent):
    """Posted to the window of a field whose input method swallowed a scan."""

    KIND: Final = QEvent.Type(QEvent.registerEventType())

    def __init__(self) -> None:
        super().__init__(self.KIND)


class CompositionWatch:
    """Counts input-method events that follow each other faster than a hand can type."""

    def __init__(self) -> None:
        self._last = 0.0
        self._run = 0
        self._before = ""

    def noticed(self, text: str, *, now: float | None = None) -> bool:
        """Whether this event belongs to a scan; `text` is the field's content before it, `now` in seconds."""
        at = time.monotonic() if now is None else now
        if at - self._last > _FAST_S:
            self._run, self._before = 0, text
        self._last = at
        self._run += 1
        return self._run >= _RUN

    @property
    def before(self) -> str:
        """What the field held when the suspected scan began."""
        return self._before


def discard_composition(field: QWidget) -> None:
    """Drop what the input method holds and tell the window that a scan was lost to it."""
    QGuiApplication.inputMethod().reset()
    QCoreApplication.postEvent(field.window(), ScanEaten())


def input_method_changed() -> None:
    """Let the platform ask again whether the focus wants an input method."""
    QGuiApplication.inputMethod().update(Qt.InputMethodQuery.ImEnabled)
