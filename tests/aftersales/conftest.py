"""The shop that the after-sales tests work in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aftersales.shop import Shop, open_shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Everything received, nothing handed out yet."""
    opened = open_shop(tmp_path / "book")
    yield opened
    opened.store.close()
