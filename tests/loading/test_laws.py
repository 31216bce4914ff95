"""Laws of loading over random hands: no van closes incomplete without a name, no crate is on two vans."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.domain.refusals import Refused
from app.loading.actions import CloseVan, Load, Loaded, ReopenVan, TakeBack, TakeOff
from app.loading.rules import Override
from app.store.book import Book
from app.store.opening import Store
from tests.loading.floor import boxes, floor, run
from tests.station import projections

CRATES = [box.crate for box in boxes()[:8]] + [boxes()[-1].crate]
RUNS = [run(route) for route in ("R01", "R02")]
HOME = {box.crate: run(box.route) for box in boxes()}
NAMED = Override("王站长", "站长安排")
OVERRIDES = st.sampled_from([None, None, Override("", "x"), Override("王站长", ""), NAMED])
STEPS = st.lists(
    st.one_of(
        st.builds(Load, st.sampled_from(CRATES), st.sampled_from([*RUNS, ""]), OVERRIDES),
        st.builds(Load, st.sampled_from(CRATES), st.sampled_from(RUNS), OVERRIDES),
        st.builds(TakeOff, st.sampled_from(CRATES), st.sampled_from([*RUNS, ""])),
        st.builds(CloseVan, st.sampled_from(RUNS), OVERRIDES),
        st.builds(ReopenVan, st.sampled_from(RUNS), st.sampled_from(["漏装了筐", ""])),
        st.just("undo"),
        st.sampled_from(["all R01", "all R02", "go R01", "go R02"]),
    ),
    max_size=18,
)


class _Played(Exception):
    """Lets the writer roll the night back."""


class Hands:
    """Do all steps in one transaction, look at the laws after each, and roll back."""

    def __init__(self, steps: Sequence[Any]) -> None:
        self.steps = steps
        self.closed = 0

    def perform(self, book: Book) -> None:
        """Play; always ends in `_Played`."""
        last = None
        for step in _spelled_out(self.steps):
            command = TakeBack(last) if step == "undo" else step
            before = projections(book)
            result = command.perform(book)
            if isinstance(result, Refused):
                assert projections(book) == before
            if isinstance(result, Loaded):
                last = result.facts[0]
            self._look(book)
        once = projections(book)
        book.replay()
        assert projections(book) == once
        raise _Played

    def _look(self, book: Book) -> None:
        held = book.rows("SELECT key, count(*) FROM guards WHERE key LIKE 'loaded:%' GROUP BY key")
        assert all(count == 1 for _, count in held)
        on: dict[str, str] = dict(book.rows("SELECT crate, run FROM wall_crates WHERE run <> ''"))
        assert {f"loaded:{crate}" for crate in on} == {key for key, _ in held}
        sql = (
            "SELECT f.body FROM guards g JOIN facts f ON f.id = g.fact"
            " WHERE g.key LIKE 'closed:%' AND f.kind = 'VanClosed'"
        )
        for (body,) in book.rows(sql):
            self._look_at_van(json.loads(body), on)

    def _look_at_van(self, fact: dict[str, Any], on: dict[str, str]) -> None:
        self.closed += 1
        missing = {c for c, home in HOME.items() if home == fact["run"] and on.get(c) != fact["run"]}
        strangers = {c for c, where in on.items() if where == fact["run"] and HOME[c] != fact["run"]}
        assert (set(fact["missing"]), set(fact["strangers"])) == (missing, strangers)
        assert bool(fact["by"] and fact["reason"]) == bool(missing or strangers)


def _spelled_out(steps: Sequence[Any]) -> list[Any]:
    """`all R01` loads every crate of a route, `go R01` closes its van after that."""
    found: list[Any] = []
    for step in steps:
        if isinstance(step, str) and step != "undo":
            word, route = step.split()
            found += [Load(box.crate, run(route)) for box in boxes() if box.route == route]
            found += [CloseVan(run(route))] if word == "go" else []
        else:
            found.append(step)
    return found


def test_no_sequence_closes_an_incomplete_van_or_loads_a_crate_twice(tmp_path: Path) -> None:
    store: Store = floor(tmp_path)
    closed: list[int] = []

    @given(STEPS)
    @example(["go R01", Load(CRATES[-1], RUNS[0], NAMED), ReopenVan(RUNS[0], "漏装了筐"), TakeOff(CRATES[0])])
    @example([Load(CRATES[0], RUNS[1], NAMED), "go R01", "go R02", CloseVan(RUNS[1], NAMED), "undo"])
    @settings(suppress_health_check=[HealthCheck.too_slow], max_examples=25)
    def holds(steps: list[Any]) -> None:
        hands = Hands(steps)
        with pytest.raises(_Played):
            store.writer.do(hands)
        closed.append(hands.closed)

    try:
        holds()
    finally:
        store.close()
    assert any(closed)  # the hands did close vans, else nothing was looked at
