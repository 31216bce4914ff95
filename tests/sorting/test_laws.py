"""The laws of the wall over random scans: no piece in two places, no sealed crate changed, a replay gives the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.fair import Need, share_out
from app.domain.goods import Zone
from app.domain.labels import piece_label
from app.domain.refusals import Refused
from app.sorting.actions import (
    JoinSorter,
    LeaveSorter,
    Put,
    SortAll,
    SortPiece,
    SortProduct,
    TakeBack,
    TellShort,
)
from app.sorting.crates import (
    ChangeCrate,
    CheckCrate,
    ConfirmPut,
    OpenAll,
    Relabel,
    SealCrate,
    TakeOut,
    UnsealCrate,
)
from app.sorting.rules import slot_code
from app.sorting.steps import steps_of
from app.store.book import Book
from app.store.opening import Store
from tests.sorting.night import ready_store
from tests.station import DAY, projections, small_night

NIGHT = small_night(points=3, pieces=20)
LINES = NIGHT.lines
WAYS = ["piece", "piece", "piece", "into", "slot", "product", "all", "short", "back", "undo", "full", "relabel",
        "seal", "seal", "unseal", "out", "move", "check", "open", "join", "leave", "confirm", "confirm"]  # fmt: skip
MOST_STEPS = 120
SEEDS = st.integers(0, 10_000)


def steps_from(seed: int) -> list[tuple[str, int, int]]:
    """A long night of a seed: long enough that seals, repeats and crates on their way meet each other."""
    rng = Random(seed)
    return [
        (rng.choice(WAYS), rng.randrange(100), rng.randrange(100)) for _ in range(rng.randrange(MOST_STEPS))
    ]


class _Played(Exception):
    """Carries the findings out and lets the writer roll the night back."""


class PlayNight:
    """Do all steps in one transaction, look after each, and roll back."""

    def __init__(self, steps: Sequence[tuple[str, int, int]]) -> None:
        self.steps = steps
        self.last: tuple[Any, ...] = ()
        self.put: Put | None = None

    def perform(self, book: Book) -> None:
        """Play; always ends in `_Played`."""
        for step in self.steps:
            before, sealed = _contents(book), _sealed(book)
            command = self._command(book, *step)
            result = command.perform(book)
            self.put = result if isinstance(result, Put) else self.put
            self.last = getattr(result, "facts", ()) or self.last
            after = _contents(book)
            assert not (isinstance(result, Refused) and before != after), result
            _look(book)
            for crate in sealed & _sealed(book):
                assert before.get(crate) == after.get(crate), (command, result)
        once = projections(book)
        book.replay()
        assert projections(book) == once
        raise _Played

    def _command(self, book: Book, way: str, one: int, other: int) -> Any:
        line = LINES[one % len(LINES)]
        mine = book.rows(_CRATES, (line.point if one % 4 else "", line.zone if one % 3 else ""))
        crates = [label for (label,) in mine or book.rows(_CRATES, ("", ""))]
        crate = crates[other % len(crates)] if crates else "ZK-NONE"
        slots = [slot for (slot,) in book.rows("SELECT slot FROM wall ORDER BY rank")]
        label = piece_label(line.lot, nth=1 + other % (line.pieces + 1))
        simple = {
            "piece": lambda: SortPiece(label),
            "into": lambda: SortPiece(label, crate),
            "slot": lambda: SortPiece(label, slot_code(slots[other % len(slots)])),
            "product": lambda: SortProduct(line.barcode, line.point, other % 4, line.product),
            "all": lambda: SortAll(line.barcode, line.product),
            "short": lambda: _short(book, line, other),
            "back": lambda: TakeBack(self.last),
            "undo": lambda: TakeBack(self.last[-1:]),
            "full": lambda: ChangeCrate(crate),
            "relabel": lambda: Relabel(crate),
            "seal": lambda: SealCrate(crate),
            "unseal": lambda: UnsealCrate(crate, "数错"),
            "out": lambda: TakeOut(crate, line.lot, 1 + other % 2),
            "move": lambda: TakeOut(crate, line.lot, 1, crates[one % len(crates)] if crates else ""),
            "check": lambda: CheckCrate(crate, other),
            "open": lambda: OpenAll((Zone.FROZEN,)),
            "confirm": lambda: ConfirmPut(self.put, crate) if self.put else SealCrate(crate),
            "join": lambda: JoinSorter(f"{one:03d}"),
            "leave": LeaveSorter,
        }
        return simple[way]()


_CRATES = (
    "SELECT crate FROM wall_crates WHERE point LIKE ? || '%' AND zone LIKE ? || '%' ORDER BY opened_ms, crate"
)
"""Crates that a scan is most likely about: the point's own, and often of the right zone."""


def _short(book: Book, line: Any, have: int) -> TellShort:
    steps = steps_of(book, barcode=line.barcode, product=line.product, day=DAY)
    needs = [Need(step.point, step.pieces) for step in steps]
    have = min(have % 4, sum(need.pieces for need in needs))
    return TellShort(line.barcode, line.product, have, tuple(share_out(needs, have, day=DAY).items()))


def _contents(book: Book) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for lot, place, pieces in book.rows("SELECT lot, place, pieces FROM stock WHERE pieces <> 0"):
        found.setdefault(place.removeprefix("crate:"), {})[lot] = pieces
    return found


def _sealed(book: Book) -> set[str]:
    return {
        crate for (crate,) in book.rows("SELECT crate FROM wall_crates WHERE sealed_ms > 0 AND became = ''")
    }


def _look(book: Book) -> None:
    """Every piece is in one place, a label counts once, a crate holds goods of its own point and zone only."""
    twice = book.rows("SELECT key FROM guards WHERE key LIKE 'piece:%' GROUP BY key HAVING count(*) > 1")
    assert twice == []
    announced = {line.lot: line for line in LINES}
    real: dict[str, int] = {}
    for lot, place, pieces in book.rows("SELECT lot, place, pieces FROM stock WHERE pieces <> 0"):
        if place != "platform:":
            assert pieces > 0, (lot, place, pieces)
            real[lot] = real.get(lot, 0) + pieces
    assert real == {lot: line.pieces for lot, line in announced.items()}
    for lot, point, zone in book.rows(
        "SELECT s.lot, c.point, c.zone FROM wall_crates c JOIN stock s ON s.place = 'crate:' || c.crate"
        " WHERE s.pieces > 0"
    ):
        assert (announced[lot].point, announced[lot].zone) == (point, zone)


def test_no_sequence_of_scans_breaks_a_law(tmp_path: Path) -> None:
    opened: Store = ready_store(tmp_path, night=NIGHT)

    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(SEEDS)
    def holds(seed: int) -> None:
        with pytest.raises(_Played):
            opened.writer.do(PlayNight(steps_from(seed)))

    try:
        holds()
    finally:
        opened.close()
