"""A small station's night for the tests of the wall."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.sandbox.station_story import StationNight
from app.store.opening import Store
from tests.sorting.night import ready_store
from tests.station import small_night


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
