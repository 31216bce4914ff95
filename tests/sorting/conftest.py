"""A small station's night for the tests of the wall."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.clock import moment
from app.sandbox.station_story import StationNight
from app.store.connection import Reader
from app.store.opening import Store
from app.ui.desk import Desk
from app.ui.fonts import apply_theme
from app.ui.page import Page
from app.ui.tokens import TextSize, stylesheet
from app.ui.window import CounterWindow, Heading
from tests.sorting.counter import Counter
from tests.sorting.night import ready_store
from tests.station import DAY, small_night


@pytest.fixture(scope="session")
def night() -> StationNight:
    """Twelve points, two hundred pieces."""
    return small_night()


@pytest.fixture
def store(tmp_path: Path, night: StationNight) -> Iterator[Store]:
    """Its book, with everything on the dock."""
    opened = ready_store(tmp_path, night=night)
    yield opened
    opened.close()


@pytest.fixture
def counter_of(store: Store, qtbot: QtBot, qapp: QApplication) -> Iterator[Callable[..., Counter]]:
    """Makes the counter at the smallest screen with one page of the wall."""
    if qapp.styleSheet() != stylesheet(TextSize.NORMAL.scale):
        apply_theme(qapp)
    readers: list[Reader] = []

    def make(kind: Any, **more: Any) -> Counter:
        heading = Heading("宾阳县网格站", date.fromisoformat(DAY), "")
        desk = Desk(store.writer.submit)
        window = CounterWindow(desk, heading=heading, clock=lambda: moment(store.clock.now_ms()))
        desk.setParent(window)
        qtbot.addWidget(window)
        readers.append(store.reader())
        page = kind(desk, readers[-1], store.clock, **more)
        window.add_page(page)
        window.add_page(Page(desk))
        made = Counter(window, page, store, qtbot)
        desk.answered.connect(made.answers.append)
        window.resize(1024, 768)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(lambda: qapp.activeWindow() is window)
        return made

    yield make
    for reader in readers:
        reader.close()
