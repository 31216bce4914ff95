"""The ledger's laws over random days: pieces are conserved, and a replay gives the same projections again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import events as e
from app.domain.goods import Count
from app.domain.ids import FactId
from app.domain.places import BUYER, DAMAGED, OVER, PLATFORM, SHORT, Place, bag, shelf, van
from app.store.book import Book
from app.store.opening import Store
from app.store.tables import PROJECTIONS
from tests.samples import TRIP, line, manifest, morning, policy

LOTS = [f"{n}" for n in range(6)]
SLOTS = ["A-01", "A-02"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path, morning())
    yield opened
    opened.close()


class Day:
    """A clumsy clerk: does what the random numbers say, as far as the book has the pieces for it."""

    def __init__(self, steps: list[tuple[str, int, int]]) -> None:
        self.steps = steps

    def perform(self, book: Book) -> dict[str, Any]:
        """Play in a transaction that the caller's refusal rolls back, and report what the laws look at."""
        book.record(policy())
        book.record(manifest(line(lot, pieces=5) for lot in LOTS))
        done: list[FactId] = []
        for step, lot_at, pieces in self.steps:
            fact = self._fact(book, step, LOTS[lot_at], pieces, done)
            if fact is not None:
                done.append(book.record(fact))
        before = _dump(book)
        book.replay()
        found = {"before": before, "after": _dump(book), "places": _by_lot(book), "money": _money(book)}
        raise _Played(found)

    def _fact(self, book: Book, step: str, lot: str, pieces: int, done: list[FactId]) -> e.Fact | None:
        if step == "undo":
            return e.Undone(str(done[pieces % len(done)]), "试") if done else None
        if step == "over":
            return e.OverFound(TRIP, lot, "690", "x", pieces)
        if step == "late":
            came = min(pieces, book.balance(lot, SHORT))
            return e.ShortArrived(TRIP, (Count(lot, came, SLOTS[0]),)) if came > 0 else None
        return self._from_source(book, step, lot, pieces)

    def _from_source(self, book: Book, step: str, lot: str, pieces: int) -> e.Fact | None:
        source = {"receive": van(TRIP), "short": van(TRIP), "damage": van(TRIP), "return": BUYER}
        have = min(pieces, book.balance(lot, source.get(step, shelf(SLOTS[0]))))
        if have <= 0:
            return None
        facts: dict[str, e.Fact] = {
            "receive": e.GoodsReceived(TRIP, (Count(lot, have, SLOTS[0]),)),
            "short": e.ShortFound(TRIP, (Count(lot, have),)),
            "damage": e.DamageFound(TRIP, (Count(lot, have),)),
            "shelve": e.Shelved((Count(lot, have, SLOTS[0]),), SLOTS[1]),
            "pickup": e.PickedUp("b1", (Count(lot, have, SLOTS[0]),)),
            "return": e.GoodsBagged("TH-1", "buyer:", (Count(lot, have),)),
        }
        return facts[step]


class _Played(Exception):
    """Carries the findings out and lets the writer roll the day back."""


def _dump(book: Book) -> dict[str, list[Any]]:
    return {table.name: sorted(map(repr, book.rows(f"SELECT * FROM {table.name}"))) for table in PROJECTIONS}


def _by_lot(book: Book) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for lot, place, pieces in book.rows("SELECT lot, place, pieces FROM stock"):
        found.setdefault(lot, {})[place] = pieces
    return found


def _money(book: Book) -> int:
    return int(book.value("SELECT coalesce(sum(fen), 0) FROM money"))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["receive", "short", "damage", "shelve", "pickup", "return", "undo", "over", "late"]),
        st.integers(0, len(LOTS) - 1),
        st.integers(1, 5),
    ),
    max_size=40,
)


def _play(store: Store, steps: list[tuple[str, int, int]]) -> dict[str, Any]:
    with pytest.raises(_Played) as played:
        store.writer.do(Day(steps))
    found: dict[str, Any] = played.value.args[0]
    return found


def test_pieces_and_fen_are_conserved_and_replay_equals_projections(store: Store) -> None:
    @given(STEPS)
    def holds(steps: list[tuple[str, int, int]]) -> None:
        found = _play(store, steps)
        assert found["before"] == found["after"]
        assert found["money"] == 0
        for places in found["places"].values():
            assert sum(places.values()) == 0

    holds()


def test_what_came_in_is_here_or_went_out(store: Store) -> None:
    steps = [
        ("receive", 0, 5),
        ("pickup", 0, 2),
        ("return", 0, 1),
        ("short", 1, 2),
        ("damage", 1, 1),
        ("undo", 0, 1),
    ]
    places = _play(store, steps)["places"]
    assert places["0"][str(PLATFORM)] == -5
    assert places["0"][str(shelf("A-01"))] == 5  # the pickup was taken back
    assert places["0"][str(bag("TH-1"))] == 1
    assert (places["1"][str(SHORT)], places["1"][str(DAMAGED)], places["1"][str(van(TRIP))]) == (2, 1, 2)
    assert str(OVER) not in places["0"]
    assert Place.parse("shelf:A-01") == shelf("A-01")
