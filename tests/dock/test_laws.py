"""The laws of the dock over random nights: nothing is unloaded twice, pieces are conserved, a replay gives the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dock.actions import EndUnloading, NoteArrival, TakeBack, Unload, Unloaded, UnloadLate
from app.dock.differences import (
    ClearArea,
    FindPieces,
    Goods,
    MissTheRest,
    NoteBox,
    NoteDifference,
)
from app.domain import events as e
from app.domain import night as n
from app.domain.goods import Count, Shortfall, Zone
from app.domain.refusals import Refused
from app.store.book import Book
from app.store.opening import Store
from tests.dock.goods import ANNOUNCED, DUMPLINGS, EGGS, MILK, PALLET, RICE, SECOND, THIRD, Hear
from tests.station import DAY, Replayed

BOXES = ["FRZ001", "ABC123", "ABD456", "MLK001"]
CODES = [*BOXES, PALLET, SECOND, THIRD, "TP00933", "FAR777", "NEW777", "OLD777", "XYZ123", EGGS, "?", ""]
GOODS = [
    Goods(DAY, EGGS, "土鸡蛋 10枚", "T1", "ABC123"),
    Goods(DAY, EGGS, "土鸡蛋 10枚"),
    Goods(DAY, DUMPLINGS, "速冻水饺 1kg", "T1", "FRZ001"),
    Goods(DAY, RICE, "大米 10kg", "T1", "ABC123"),
    Goods(DAY, MILK, "鲜牛奶 1盒", "T2", "MLK001"),
    Goods(DAY, "", "没有这种"),
]
PLACES = {"trunk", "dock", "short", "aside", "crate"}


class _SortSome:
    """The wall takes some pieces off the dock, as far as they are there."""

    def __init__(self, lot: str, pieces: int) -> None:
        self.lot, self.pieces = lot, pieces

    def __repr__(self) -> str:
        return f"_SortSome({self.lot!r}, {self.pieces})"

    def perform(self, book: Book) -> None:
        """Sort what is there of them."""
        there = book.value("SELECT pieces FROM stock WHERE lot = ? AND place = 'dock:'", (self.lot,)) or 0
        if 0 < self.pieces <= there:
            book.record(n.Sorted("ZK1", (Count(self.lot, self.pieces),)))


class _EndAsSeen:
    """Ends a truck, having seen what is left or something else."""

    def __init__(self, trip: str, off: int) -> None:
        self.trip, self.off = trip, off

    def __repr__(self) -> str:
        return f"_EndAsSeen({self.trip!r}, {self.off})"

    def perform(self, book: Book) -> Any:
        """Look, then end."""
        left = book.value(
            "SELECT coalesce(sum(pieces), 0) FROM stock WHERE place = ? AND pieces > 0",
            (f"trunk:{self.trip}",),
        )
        return EndUnloading(self.trip, left + self.off).perform(book)


class _VoidSomething:
    """The platform takes one of this desk's facts back, as if another desk had been first."""

    def __init__(self, nth: int) -> None:
        self.nth = nth

    def __repr__(self) -> str:
        return f"_VoidSomething({self.nth})"

    def perform(self, book: Book) -> None:
        """Void the nth container that still stands on the dock whole."""
        rows = book.rows(
            "SELECT f.device || '.' || f.epoch || '.' || f.seq FROM facts f WHERE f.kind = 'ContainersUnloaded'"
            " AND f.reversed_by IS NULL AND NOT EXISTS (SELECT 1 FROM moves m LEFT JOIN stock s ON s.lot = m.lot"
            " AND s.place = 'dock:' WHERE m.fact = f.id AND coalesce(s.pieces, 0) < m.pieces) ORDER BY f.id"
        )
        if rows:
            of = rows[self.nth % len(rows)][0]
            seq = 5_000 + book.value("SELECT count(*) FROM facts")
            Hear(e.Voided(of, "taken", ""), seq).perform(book)


UNLOADS = st.builds(Unload, st.sampled_from(CODES))
OTHERS: st.SearchStrategy[Any] = st.one_of(
    st.builds(UnloadLate, st.sampled_from([*BOXES, "OLD777", "FAR777"])),
    st.builds(NoteDifference, st.sampled_from(list(Shortfall)), st.sampled_from(GOODS), st.integers(-1, 8)),
    st.builds(FindPieces, st.sampled_from(GOODS), st.integers(0, 6)),
    st.builds(
        NoteBox,
        st.sampled_from([Shortfall.SHORT, Shortfall.DAMAGED]),
        st.sampled_from(["T1", "T2"]),
        st.sampled_from(BOXES),
    ),
    st.builds(NoteArrival, st.sampled_from(["T1", "T2", "T7"])),
    st.builds(_EndAsSeen, st.sampled_from(["T1", "T2", "T7"]), st.sampled_from([0, 0, 1])),
    st.builds(ClearArea, st.integers(0, 18)),
    st.builds(MissTheRest, st.integers(0, 18)),
    st.builds(_SortSome, st.sampled_from(sorted(ANNOUNCED)), st.integers(1, 4)),
    st.builds(_VoidSomething, st.integers(0, 5)),
    st.just(TakeBack()),
)
STEPS = st.lists(st.one_of(UNLOADS, OTHERS), max_size=25)


class _Played(Exception):
    """Carries the findings out and lets the writer roll the night back."""


class PlayNight:
    """Do all steps in one transaction, check the laws after each, and roll back."""

    def __init__(self, steps: Sequence[Any]) -> None:
        self.steps = steps
        self.unloaded: dict[str, int] = {}

    def perform(self, book: Book) -> None:
        """Play; always ends in `_Played`."""
        book.record(n.CrateOpened("ZK1", "1-01", "P1", "R01", DAY, Zone.AMBIENT))
        for step in self.steps:
            facts = book.value("SELECT count(*) FROM facts")
            result = step.perform(book)
            if isinstance(result, Refused):
                assert book.value("SELECT count(*) FROM facts") == facts
            if isinstance(result, Unloaded):
                self._count(book, result)
            self._conserved(book)
            self._once(book)
        before, after = Replayed().perform(book)
        assert after == before
        raise _Played

    def _count(self, book: Book, result: Unloaded) -> None:
        """What a scan says it brought lies on the dock by exactly so many pieces."""
        for box, fact in zip(
            result.boxes, (f for f in result.facts if self._is_unload(book, f)), strict=True
        ):
            held = book.holder(f"container:{result.trip}:{box.container}")
            assert held is not None
            assert book.value("SELECT seq FROM facts WHERE id = ?", (held[0],)) == fact.seq

    def _is_unload(self, book: Book, fact: Any) -> bool:
        kind = book.value("SELECT kind FROM facts WHERE device = ? AND epoch = ? AND seq = ?", fact)
        return bool(kind == "ContainersUnloaded")

    def _conserved(self, book: Book) -> None:
        for lot, pieces in ANNOUNCED.items():
            there: dict[str, int] = dict(
                book.rows("SELECT place, pieces FROM stock WHERE lot = ? AND pieces <> 0", (lot,))
            )
            assert there.pop("platform:") == -pieces
            assert sum(there.values()) == pieces
            assert min(there.values()) > 0
            assert {place.partition(":")[0] for place in there} <= PLACES

    def _once(self, book: Book) -> None:
        """No container is held twice, and the table of containers says what the keys say."""
        assert not book.rows("SELECT key FROM guards GROUP BY key HAVING count(*) > 1")
        for trip, container, unloaded_ms in book.rows("SELECT trip, container, unloaded_ms FROM containers"):
            assert bool(unloaded_ms) == bool(book.holder(f"container:{trip}:{container}"))


def _play(store: Store, steps: Sequence[Any]) -> None:
    with pytest.raises(_Played):
        store.writer.do(PlayNight(steps))


def test_whatever_happens_pieces_are_conserved_and_no_container_comes_twice(store: Store) -> None:
    @given(STEPS)
    def holds(steps: list[Any]) -> None:
        _play(store, steps)

    holds()


def test_every_label_in_any_order_and_twice_brings_everything_down_once(store: Store) -> None:
    labels = [*BOXES, PALLET, SECOND, THIRD]

    @given(st.permutations(labels * 2))
    def holds(scans: list[str]) -> None:
        play = PlayNight([*[Unload(code) for code in scans], _AllDown()])
        with pytest.raises(_Played):
            store.writer.do(play)

    holds()


class _AllDown:
    """Asserts that all announced pieces of tonight lie on the dock."""

    def perform(self, book: Book) -> None:
        """Look."""
        for lot, pieces in ANNOUNCED.items():
            assert book.value("SELECT pieces FROM stock WHERE lot = ? AND place = 'dock:'", (lot,)) == pieces
