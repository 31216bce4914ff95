"""The laws of receiving over random days: pieces are conserved, repeats change nothing, a replay gives the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.goods import Shortfall
from app.domain.refusals import Refused
from app.receiving.actions import (
    EndReceiving,
    FindAfterAll,
    GoodsIn,
    NoteDifference,
    NoteSurplus,
    Receive,
    ReceiveLate,
    Rehouse,
    TakeBack,
)
from app.store.book import Book
from app.store.opening import Store
from app.store.tables import PROJECTIONS
from tests.receiving.goods import ANNOUNCED, DUMPLINGS, EGGS, MILK, RICE, STRANGER

CODES = ["ABC123", "ABD456", "FRZ001", "K1234M", "K1235M", "FAR777", "OLD777", "XYZ123", "?"]
BARCODES = [EGGS, DUMPLINGS, RICE, STRANGER]
LOTS = sorted(ANNOUNCED)
SLOTS = ["A-01", "A-30", "D-02", "X-01", "Q-77"]
CRATES = st.builds(Receive, st.sampled_from(CODES))
COUNTS = st.builds(
    Receive, st.sampled_from(BARCODES), st.integers(0, 14), unpacking=st.sampled_from(["", *CODES[:2]])
)
MILKS = st.builds(
    Receive, st.just(MILK), st.integers(0, 4), product=st.sampled_from(["", "鲜牛奶 1盒", "鲜牛奶 6盒装"])
)
DIFFERENCES = st.builds(
    NoteDifference, st.sampled_from(list(Shortfall)), st.sampled_from(LOTS), st.integers(-1, 8)
)
OTHERS = st.one_of(
    st.builds(Rehouse, st.sampled_from(LOTS), st.sampled_from(SLOTS)),
    st.builds(FindAfterAll, st.sampled_from(LOTS), st.integers(0, 6)),
    st.builds(EndReceiving, st.sampled_from(["T1", "T2", "T7"])),
    st.builds(ReceiveLate, st.sampled_from(CODES)),
    st.just(TakeBack()),
)
STEPS = st.lists(st.one_of(CRATES, COUNTS, MILKS, DIFFERENCES, OTHERS), max_size=25)


class _Played(Exception):
    """Carries the findings out and lets the writer roll the day back."""


class PlayDay:
    """Do all steps in one transaction, say `seen` after each, and roll back."""

    def __init__(self, steps: Sequence[Any]) -> None:
        self.steps = steps
        self.seen: list[dict[str, dict[str, int]]] = []

    def perform(self, book: Book) -> None:
        """Play; always ends in `_Played`."""
        for step in self.steps:
            before = _places(book)
            result = step.perform(book)
            after = _places(book)
            assert not (isinstance(result, Refused) and before != after)
            if isinstance(result, GoodsIn) and result.surplus is not None:
                NoteSurplus(result.surplus).perform(book)
            self.seen.append(_places(book))
        once = _dump(book)
        book.replay()
        assert _dump(book) == once
        raise _Played


def _places(book: Book) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for lot, place, pieces in book.rows("SELECT lot, place, pieces FROM stock WHERE pieces <> 0"):
        found.setdefault(lot, {})[place] = pieces
    return found


def _dump(book: Book) -> dict[str, list[str]]:
    return {table.name: sorted(map(repr, book.rows(f"SELECT * FROM {table.name}"))) for table in PROJECTIONS}


def _play(store: Store, steps: Sequence[Any]) -> list[dict[str, dict[str, int]]]:
    day = PlayDay(steps)
    with pytest.raises(_Played):
        store.writer.do(day)
    return day.seen


def test_whatever_happens_pieces_are_conserved_and_a_replay_gives_the_same(store: Store) -> None:
    @given(STEPS)
    def holds(steps: list[Any]) -> None:
        for places in _play(store, steps):
            for lot, pieces in ANNOUNCED.items():
                stand = places[lot]
                over = -stand.get("over:", 0)
                real = {place: n for place, n in stand.items() if place not in ("platform:", "over:")}
                assert min(real.values()) > 0
                assert sum(real.values()) == pieces + over
                assert stand.get("shelf:多发", 0) == over

    holds()


def test_no_order_of_scans_receives_more_than_was_announced(store: Store) -> None:
    @given(st.lists(st.one_of(CRATES, COUNTS, MILKS), max_size=30))
    def holds(scans: list[Any]) -> None:
        seen = _play(store, scans)
        for places in seen[-1:]:
            for lot, pieces in ANNOUNCED.items():
                shelf = sum(
                    n
                    for place, n in places[lot].items()
                    if place.startswith("shelf:") and place != "shelf:多发"
                )
                assert shelf <= pieces

    holds()


def test_scanning_every_crate_in_any_order_and_twice_receives_everything_once(store: Store) -> None:
    crates = ["ABC123", "ABD456", "FRZ001", "K1234M", "K1235M"]

    @given(st.permutations(crates * 2))
    def holds(scans: list[str]) -> None:
        places = _play(store, [Receive(code) for code in scans])[-1]
        for lot, pieces in ANNOUNCED.items():
            assert {place.partition(":")[0] for place in places[lot]} == {"platform", "shelf"}
            assert sum(n for n in places[lot].values() if n > 0) == pieces

    holds()
