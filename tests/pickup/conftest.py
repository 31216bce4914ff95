"""A shop in the middle of its day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pickup.village import Village, open_village


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Two platforms' vans have been received, one is still on its way."""
    opened = open_village(tmp_path / "book")
    yield opened
    opened.store.close()
