"""A small station at two at night for the tests of the dock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store.opening import Store
from tests.dock.goods import OpenStation
from tests.station import midnight


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A station that expects two trucks tonight."""
    opened = Store(tmp_path, midnight())
    opened.writer.do(OpenStation())
    yield opened
    opened.close()
