"""What was read of hand-overs and returns is read once, and what is taken back is left out."""

from __future__ import annotations

import pytest

from app.domain.night import SorterJoined
from app.handover import queries, ways
from app.handover.actions import Adjust, TakeBack
from app.handover.ways import Ways
from tests.handover.night import DRIVER, Yard
from tests.station import DAY


def test_new_facts_are_read_and_taken_back_ones_left_out(yard: Yard) -> None:
    reader = yard.store.reader()
    known = Ways(reader)
    assert known.since(DAY) == []
    done = yard.hand_over()
    assert [step.target for step in known.since(DAY)] == [f"driver:{DRIVER}"]
    yard.do(TakeBack(done.facts))
    assert known.since(DAY) == []
    reader.close()


def test_older_facts_are_read_in_strides_as_far_as_needed(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "STRIDE", 7)
    yard.do(Adjust("point:P", "crate", 2, "x"))
    yard.do(Adjust("point:P", "crate", 3, "x"))
    yard.clock.advance(seconds=86400)
    yard.record(*[SorterJoined(f"s{nth}") for nth in range(40)])
    yard.do(Adjust("point:P", "crate", 1, "x"))
    reader = yard.store.reader()
    row = queries.holder_rows(reader)[0]
    assert (row.crates, row.oldest_ms) == (6, yard.clock.now_ms() - 86_400_000)
    steps = queries.step_rows("point:P", ways=Ways(reader))
    reader.close()
    assert [step.assets[0].pieces for step in steps] == [1, 3, 2]


def test_a_balance_that_came_too_long_ago_is_very_old(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "STRIDE", 2)
    monkeypatch.setattr(ways, "FARTHEST", 10)
    yard.do(Adjust("point:P", "crate", 2, "x"))
    yard.record(*[SorterJoined(f"s{nth}") for nth in range(40)])
    reader = yard.store.reader()
    assert queries.holder_rows(reader)[0].oldest_ms == -1
    reader.close()
