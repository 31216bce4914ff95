"""The yard that the hand-over tests work in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.handover.night import Yard, open_yard


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """The first van is closed, the others are open."""
    opened = open_yard(tmp_path / "book")
    yield opened
    opened.close()
