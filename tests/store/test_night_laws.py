"""Laws of a station's night in the book: pieces are conserved, keys are held once, a replay gives the same tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain import events as e
from app.domain import guards
from app.domain import night as n
from app.domain.codec import Recorded, encode
from app.domain.goods import Count, Zone
from app.domain.guards import guard_of
from app.domain.ids import FactId
from app.domain.places import DOCK, crate, trunk
from app.store.book import Book
from app.store.opening import Store
from app.store.tonight import routes_of
from tests.samples import Record
from tests.station import DAY, HearAll, projections, small_night, station_store

LOTS = ("L1", "L2", "L3")
CRATES = ("ZK1", "ZK2")
RUNS = ("R1", "R2")
LINES = tuple(
    n.LoadLine(lot, f"P{at}", "BOX1", "酱油", "690", "food", Zone.AMBIENT, 4) for at, lot in enumerate(LOTS)
)
MORE = n.LoadLine("L4", "P9", "BOX2", "酱油", "690", "food", Zone.FROZEN, 2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = station_store(tmp_path, small_night())
    yield opened
    opened.close()


KINDS = {
    "trunk": "trunk",
    "dock": "dock",
    "crate": "crate",
    "short": "short",
    "aside": "aside",
    "gone": "point",
}
UNEQUAL_TALLIES = (
    "SELECT t.day, t.point, t.zone FROM tallies t LEFT JOIN load_lines l ON l.day = t.day AND l.point = t.point"
    " AND l.zone = t.zone LEFT JOIN stock s ON s.lot = l.lot GROUP BY t.day, t.point, t.zone HAVING "
    + " OR ".join(
        f"t.{name} <> sum(CASE WHEN s.place GLOB '{kind}:*' THEN s.pieces ELSE 0 END)"
        for name, kind in KINDS.items()
    )
)
"""Tallies that are not what a count of the stock gives."""
UNEQUAL_PACES = (
    "SELECT a.bin_ms, a.operator, a.side FROM paces a LEFT JOIN puts p ON p.day = a.day AND p.operator = a.operator"
    " AND p.side = a.side AND p.at_ms >= a.bin_ms AND p.at_ms < a.bin_ms + 300000 GROUP BY 1, 2, 3"
    " HAVING a.pieces <> coalesce(sum(p.pieces), 0) OR a.puts <> count(p.fact)"
)


class _Played(Exception):
    """Carries the findings out and lets the writer roll the night back."""


@dataclass(frozen=True)
class Night:
    """A careless crew: records what the random numbers say without asking, as clashing desks would together."""

    steps: list[tuple[str, int, int]]

    def perform(self, book: Book) -> None:
        book.record(n.PalletAnnounced("T9", DAY, "11", "TP1", LINES))
        book.record(n.ContainersUnloaded("T9", "BOX1", ("BOX1",), tuple(Count(lot, 3) for lot in LOTS)))
        done: list[tuple[FactId, str]] = []
        for step, first, second in self.steps:
            fact = self._fact(step, first, second, done)
            if fact is not None:
                done.append((book.record(fact), step))
        held = book.rows("SELECT g.key, f.kind, f.body FROM guards g JOIN facts f ON f.id = g.fact")
        before = projections(book)
        sums = book.rows("SELECT lot, sum(pieces) FROM stock GROUP BY lot HAVING sum(pieces) != 0")
        sums += book.rows(UNEQUAL_TALLIES) + book.rows(UNEQUAL_PACES)
        book.replay()
        raise _Played(before, projections(book), sums, held)

    def _fact(self, step: str, first: int, second: int, done: list[tuple[FactId, str]]) -> e.Fact | None:
        lot, box, run = LOTS[first % 3], CRATES[second % 2], RUNS[first % 2]
        if step == "undo":
            return e.Undone(str(done[first % len(done)][0]), "试") if done else None
        facts: dict[str, e.Fact] = {
            "open": n.CrateOpened(box, "1-01", "P1", "R1", DAY, Zone.AMBIENT),
            "sort": n.Sorted(box, (Count(lot, 1),), (f"J{lot}-{second}",)),
            "back": n.Resorted(box, "", (Count(lot, 1),)),
            "seal": n.CrateSealed(box, 1),
            "unseal": n.CrateUnsealed(box, "试"),
            "load": n.CrateLoaded(run, box),
            "off": n.CrateTakenOff(run, box),
            "close": n.VanClosed(run, 1, 1),
            "reopen": n.VanReopened(run, "试"),
            "miss": n.PiecesMissed(str(DOCK), (Count(lot, 1),)),
            "found": n.PiecesFound((Count(lot, 1),)),
            "pallet": n.PalletAnnounced("T8", DAY, "12", "TP2", (*LINES[:2], MORE)),
            "wall": n.WallPlanned(DAY, (n.SlotRow("1-01", "P1", "R1", first),)),
            "aside": n.PiecesDamaged(str(DOCK), (Count(lot, 1),)),
            "receipt": n.PointReceipt(run, "P1", (Count(lot, 1, box),), (Count(lot, 1, box),)),
            "hand": n.HandedOver(run, "阿强", 1, 1, (n.AssetCount("crate", 2),), (), "", ""),
        }
        return facts[step]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "undo",
                "open",
                "sort",
                "back",
                "seal",
                "unseal",
                "load",
                "off",
                "close",
                "reopen",
                "miss",
                "found",
                "pallet",
                "wall",
                "aside",
                "receipt",
                "hand",
            ]
        ),
        st.integers(0, 11),
        st.integers(0, 3),
    ),
    max_size=30,
)


def test_whatever_is_recorded_balances_and_replays(store: Store) -> None:
    @given(STEPS)
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
    def holds(steps: list[tuple[str, int, int]]) -> None:
        with pytest.raises(_Played) as played:
            store.writer.do(Night(steps))
        before, after, sums, held = played.value.args
        assert before == after
        assert sums == []
        for key, kind, body in held:
            taken = guard_of(Recorded(FactId("x", 1, 1), 0, 0, DAY, "", kind, body).fact())
            assert key in taken.takes or kind in ("Undone", "Voided")

    holds()


def _value(store: Store, sql: str, *params: Any) -> Any:
    return store.reader().value(sql, params)


def test_the_night_is_heard_whole(store: Store) -> None:
    story = small_night()
    assert _value(store, "SELECT sum(pieces) FROM load_lines") == story.pieces
    assert _value(store, "SELECT sum(pieces) FROM containers") == story.pieces
    assert _value(store, "SELECT sum(pieces) FROM stock WHERE place LIKE 'trunk:%'") == story.pieces
    found = routes_of(store.reader(), DAY)
    assert [(r.route, r.dock, len(r.stops)) for r in found] == [
        (r.code, r.dock, len(r.points)) for r in story.routes
    ]
    assert found[0].run == "BY-W1-261122-R01"


def test_the_hub_s_word_gives_a_crate_back_to_the_van_that_had_it_first(store: Store) -> None:
    opened = n.CrateOpened("ZK1", "1-01", "P1", "R1", DAY, Zone.AMBIENT)
    ours = store.writer.do(Record((opened, n.CrateLoaded("R2", "ZK1"))))[-1]
    other = Recorded(FactId("pc2", 1, 1), 0, 0, DAY, "", "CrateLoaded", encode(n.CrateLoaded("R1", "ZK1")))
    store.writer.do(_Hear(other))
    assert _value(store, "SELECT run FROM wall_crates WHERE crate = 'ZK1'") == "R2"
    store.writer.do(HearAll((e.Voided(str(ours), "taken", "pc2.1.1"),), first=900))
    assert _value(store, "SELECT run FROM wall_crates WHERE crate = 'ZK1'") == "R1"
    assert _value(store, "SELECT count(*) FROM guards WHERE key = ?", guards.load_key("ZK1")) == 1


def test_what_was_taken_off_stands_on_its_van_again_when_that_is_taken_back(store: Store) -> None:
    opened = n.CrateOpened("ZK1", "1-01", "P1", "R1", DAY, Zone.AMBIENT)
    off = store.writer.do(Record((opened, n.CrateLoaded("R2", "ZK1"), n.CrateTakenOff("R2", "ZK1"))))[-1]
    loaded = "SELECT run, loaded_ms > 0 FROM wall_crates WHERE crate = 'ZK1'"
    assert store.reader().rows(loaded) == [("", 0)]
    store.writer.do(HearAll((e.Voided(str(off), "taken", "pc2.1.1"),), first=900))
    assert store.reader().rows(loaded) == [("R2", 1)]


def test_a_van_whose_opening_is_taken_back_is_closed_with_the_count_it_had(store: Store) -> None:
    run = n.RunPlanned("R2", "R2", DAY, "1-1", "", "", 0, ("P1",))
    closed = n.VanClosed("R2", 7, 70, by="王站长", reason="试")
    opened = store.writer.do(Record((run, closed, n.VanReopened("R2", "试"))))[-1]
    counts = "SELECT closed_ms > 0, crates, pieces, closed_by FROM runs WHERE run = 'R2'"
    assert store.reader().rows(counts) == [(0, 0, 0, "")]
    store.writer.do(Record((e.Undone(str(opened), "试"),)))
    assert store.reader().rows(counts) == [(1, 7, 70, "王站长")]


@dataclass(frozen=True)
class _Hear:
    recorded: Recorded

    def perform(self, book: Book) -> bool:
        return book.hear(self.recorded)


def test_a_receipt_takes_the_pieces_out_of_their_crates(store: Store) -> None:
    line = small_night().lines[0]
    trip = _value(store, "SELECT trip FROM load_lines WHERE lot = ?", line.lot)
    goods = (Count(line.lot, 1),)
    store.writer.do(
        Record(
            (
                n.ContainersUnloaded(trip, line.container, (line.container,), goods),
                n.CrateOpened("ZK1", "1-01", line.point, "R01", DAY, line.zone),
                n.Sorted("ZK1", goods),
            )
        )
    )
    place = "SELECT pieces FROM stock WHERE lot = ? AND place = ?"
    assert _value(store, place, line.lot, str(crate("ZK1"))) == 1
    store.writer.do(HearAll((n.PointReceipt("X", line.point, (Count(line.lot, 1, "ZK1"),)),), first=901))
    assert _value(store, place, line.lot, str(crate("ZK1"))) == 0
    assert _value(store, place, line.lot, f"point:{line.point}") == 1
    assert _value(store, place, line.lot, str(trunk(trip))) == line.pieces - 1
