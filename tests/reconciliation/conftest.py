"""A shop's book on a morning: two platforms' terms, a van taken in, the writer and a reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain import events as e
from app.domain.clock import StoryClock, at
from app.domain.goods import Count
from app.store.connection import Reader
from app.store.opening import Store
from tests.samples import DAY, TRIP, Record, line, manifest, policy

GOODS = [line("1", pieces=4), line("2", pieces=3, buyer="b2"), line("3", pieces=2, buyer="b3")]


@pytest.fixture
def clock() -> StoryClock:
    return StoryClock(at(DAY, "09:00"))


@pytest.fixture
def store(tmp_path: Path, clock: StoryClock) -> Iterator[Store]:
    """Nine pieces on two slots, three lots of one platform."""
    opened = Store(tmp_path / "data", clock)
    opened.writer.do(Record((policy(), manifest(GOODS))))
    counts = (Count("1", 4, "A-01"), Count("2", 3, "A-01"), Count("3", 2, "A-02"))
    opened.writer.do(
        Record((e.VanArrived(TRIP), e.CrateReceived(TRIP, "ABC123", counts), e.ReceivingEnded(TRIP)))
    )
    yield opened
    opened.close()


@pytest.fixture
def empty_store(tmp_path: Path, clock: StoryClock) -> Iterator[Store]:
    """A new shop's book."""
    opened = Store(tmp_path / "empty", clock)
    yield opened
    opened.close()


@pytest.fixture
def reader(store: Store) -> Iterator[Reader]:
    opened = store.reader()
    yield opened
    opened.close()
