"""Facts of this desk that the platform took back are told once, by the room whose they are, until somebody confirms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.domain import codec
from app.domain import events as e
from app.domain import night as n
from app.domain.codec import Recorded
from app.domain.ids import FactId
from app.store.book import PLATFORM_DEVICE, Book
from app.store.clashes import Clash, Clashes, ConfirmClashes
from app.store.connection import Reader
from app.store.opening import Store
from tests.samples import DAY, Record, morning

BOX = n.ContainersUnloaded("T1", "ABC123", ("ABC123",), ())
THEIRS = FactId("pc2", 1, 1)


@dataclass(frozen=True)
class Hear:
    recorded: Recorded

    def perform(self, book: Book) -> bool:
        return book.hear(self.recorded)


def _heard(fact: e.Fact, known: FactId, operator: str = "") -> Hear:
    return Hear(Recorded(known, 1_000, 0, DAY, operator, type(fact).__name__, codec.encode(fact)))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path, morning())
    yield opened
    opened.close()


@pytest.fixture
def reader(store: Store) -> Iterator[Reader]:
    made = store.reader()
    yield made
    made.close()


def _clash(store: Store, *, seq: int = 1) -> FactId:
    """This desk unloads what another unloaded first, and the platform says so."""
    mine = store.writer.do(Record((replace(BOX, label=f"AB{seq}", containers=(f"AB{seq}",)),)))[0]
    store.writer.do(_heard(BOX, _numbered(THEIRS, seq), operator="07"))
    said = e.Voided(str(mine), "taken", str(_numbered(THEIRS, seq)))
    store.writer.do(_heard(said, FactId(PLATFORM_DEVICE, 1, seq)))
    return mine


def _numbered(known: FactId, seq: int) -> FactId:
    return FactId(known.device, known.epoch, seq)


def _dock(reader: Reader) -> Clashes:
    return Clashes(reader, room="dock", kinds={"ContainersUnloaded"})


def test_a_clash_says_what_it_was_and_who_was_first(store: Store, reader: Reader) -> None:
    mine = _clash(store)
    (clash,) = _dock(reader).look(day=DAY)
    assert (clash.of, clash.kind, clash.body["label"]) == (mine, "ContainersUnloaded", "AB1")
    assert (clash.reason, clash.winner_device, clash.winner_operator, clash.winner_ms) == (
        "taken",
        "pc2",
        "07",
        1_000,
    )


def test_it_stays_until_it_is_confirmed_and_comes_back_after_a_restart(store: Store, reader: Reader) -> None:
    _clash(store)
    dock = _dock(reader)
    first = dock.look(day=DAY)
    assert dock.look(day=DAY) == first == _dock(reader).look(day=DAY)
    store.writer.do(ConfirmClashes("dock", first[-1].row))
    assert dock.look(day=DAY) == _dock(reader).look(day=DAY) == []
    _clash(store, seq=2)
    assert [clash.body["label"] for clash in dock.look(day=DAY)] == ["AB2"]


def test_each_room_confirms_for_itself(store: Store, reader: Reader) -> None:
    _clash(store)
    store.writer.do(ConfirmClashes("wall", 10_000))
    assert len(_dock(reader).look(day=DAY)) == 1


def test_other_kinds_other_desks_and_what_was_undone_before_are_not_told(
    store: Store, reader: Reader
) -> None:
    mine = store.writer.do(Record((BOX,)))[0]
    store.writer.do(Record((e.Undone(str(mine), "扫错了"),)))
    store.writer.do(_heard(BOX, THEIRS))
    for seq, of in enumerate((str(mine), str(THEIRS), "what.is.this", "pc9.1.1"), 1):
        store.writer.do(_heard(e.Voided(of, "taken"), FactId(PLATFORM_DEVICE, 1, seq)))
    assert _dock(reader).look(day=DAY) == []
    _clash(store, seq=9)
    assert Clashes(reader, room="dock", kinds={"Sorted"}).look(day=DAY) == []


def test_a_clash_without_a_known_winner_is_told_all_the_same(store: Store, reader: Reader) -> None:
    mine = store.writer.do(Record((BOX,)))[0]
    store.writer.do(_heard(e.Voided(str(mine), "not_there", ""), FactId(PLATFORM_DEVICE, 1, 1)))
    (clash,) = _dock(reader).look(day=DAY)
    assert isinstance(clash, Clash)
    assert (clash.winner, clash.winner_device, clash.winner_ms) == ("", "", 0)


def test_days_before_yesterday_are_not_told(store: Store, reader: Reader) -> None:
    _clash(store)
    assert len(_dock(reader).look(day="2026-11-23")) == 1
    assert _dock(reader).look(day="2026-11-24") == []
