"""A dressed application, and the counter with its sample pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.fonts import apply_theme
from app.ui.gallery import sample_window
from app.ui.tokens import TextSize, stylesheet
from app.ui.window import CounterWindow


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    """The application in the counter's theme, normal print."""
    normal = stylesheet(TextSize.NORMAL.scale)
    if qapp.styleSheet() != normal:
        apply_theme(qapp)
    yield qapp
    if qapp.styleSheet() != normal:
        apply_theme(qapp)


@pytest.fixture
def window(qtbot: QtBot, dressed: QApplication) -> CounterWindow:
    """The counter, shown at the smallest screen."""
    made = sample_window()
    qtbot.addWidget(made)
    made.resize(1024, 768)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: dressed.activeWindow() is made)
    return made
