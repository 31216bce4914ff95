"""The yard that the hand-over tests work in: its night is worked once, and every test has a copy of the book."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain import clock
from app.domain.clock import StoryClock
from app.store.opening import Store
from tests.handover.night import Yard, open_yard
from tests.station import DAY


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Yard:
    """The first van is closed, the others are open; the book itself is closed too."""
    folder = tmp_path_factory.mktemp("night") / "book"
    opened = open_yard(folder)
    opened.close()
    return opened


@pytest.fixture
def yard(finished: Yard, tmp_path: Path) -> Iterator[Yard]:
    """A copy of the finished night at six in the morning."""
    shutil.copytree(finished.store.path, tmp_path / "book")
    at_six = StoryClock(clock.at(DAY, "06:00"))
    opened = Yard(Store(tmp_path / "book", at_six), finished.night, at_six, finished.crates)
    yield opened
    opened.close()
