"""A small shop with two platforms' vans for the tests of receiving."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.store.book import Book
from app.store.opening import Store
from tests.receiving.goods import CLOCK, MANIFESTS, PEOPLE, POLICIES
from tests.samples import POINT


@dataclass(frozen=True)
class OpenShop:
    """What the feed would have told by the morning."""

    def perform(self, book: Book) -> None:
        book.put("point", POINT)
        for fact in (*POLICIES, *MANIFESTS):
            book.record(fact)
        book.keep_people(PEOPLE)
        book.run(
            "INSERT INTO elsewhere (platform, code, tail, point, day)"
            " VALUES ('linli', 'ZZZ999', '', 'BY-0002', '2026-11-22')"
        )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A shop that expects two vans at nine in the morning."""
    opened = Store(tmp_path, CLOCK())
    opened.writer.do(OpenShop())
    yield opened
    opened.close()
