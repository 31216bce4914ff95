"""A sorted floor for every test of loading."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store.opening import Store
from tests.loading.floor import floor


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A station with every crate sealed and nothing loaded."""
    opened = floor(tmp_path)
    yield opened
    opened.close()
