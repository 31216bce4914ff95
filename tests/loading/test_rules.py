"""Rules of loading: what a code is, the order of crates, and when doors may close."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.goods import Zone
from app.domain.labels import crate_label, piece_label
from app.loading.rules import (
    COLD,
    ColdOrder,
    Crate,
    Override,
    Reason,
    dock_order,
    gate,
    is_out_of_order,
    loading_order,
    may_close,
    next_in,
    stranger,
)

LABEL = crate_label(day="2026-11-22", device="pc1", number=7)


def crate(
    name: str,
    stop: int = 1,
    zone: Zone = Zone.AMBIENT,
    *,
    run: str = "",
    home: str = "R1",
    sealed: bool = True,
) -> Crate:
    """A crate of the tests' van."""
    return Crate(name, f"P{stop}", "R1", zone, f"1-{stop:02}", sealed, home, stop, run)


CRATES = st.lists(
    st.builds(
        crate,
        st.integers(0, 60).map(str),
        st.integers(1, 9),
        st.sampled_from(list(Zone)),
        run=st.sampled_from(["", "R1", "R2"]),
        home=st.sampled_from(["R1", "R2"]),
        sealed=st.booleans(),
    ),
    max_size=14,
    unique_by=lambda made: made.crate,
)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (f"{LABEL[:-1]}{'A' if LABEL[-1] != 'A' else 'B'}", Reason.MISREAD),
        (LABEL, Reason.UNKNOWN),
        (piece_label("L1", nth=2), Reason.PIECE),
        ("1-07", Reason.SLOT),
        ("GK-1-07-X", Reason.SLOT),
        ("9-9", Reason.NO_SUCH_VAN),
        ("R99", Reason.NO_SUCH_VAN),
        ("6901234567892", Reason.UNKNOWN),
    ],
)
def test_a_strange_code_is_told_by_its_looks(code: str, reason: Reason) -> None:
    assert stranger(code).reason is reason


def test_docks_sort_as_people_count() -> None:
    assert sorted(["1-10", "2-1", "1-2", "?"], key=dock_order) == ["?", "1-2", "1-10", "2-1"]


def test_the_last_stop_goes_in_first_and_cold_goods_by_the_door() -> None:
    crates = [crate("a", 1), crate("b", 2, Zone.FROZEN), crate("c", 3), crate("d", 3, Zone.CHILLED)]
    assert [x.crate for x in loading_order(crates, ColdOrder.LAST_IN)] == ["c", "a", "d", "b"]
    assert [x.crate for x in loading_order(crates, ColdOrder.BY_STOP)] == ["c", "d", "b", "a"]


@given(CRATES, st.sampled_from(list(ColdOrder)))
def test_the_order_holds_for_every_van(crates: list[Crate], cold: ColdOrder) -> None:
    ordered = loading_order(crates, cold)
    assert sorted(x.crate for x in ordered) == sorted(x.crate for x in crates)
    for zone_is_cold in (False, True):
        stops = [x.stop for x in ordered if (x.zone in COLD) == zone_is_cold]
        assert stops == sorted(stops, reverse=True)
    if cold is ColdOrder.LAST_IN:
        chilled = [x.zone in COLD for x in ordered]
        assert chilled == sorted(chilled)


@given(CRATES, st.sampled_from(list(ColdOrder)))
def test_loading_what_comes_next_is_never_out_of_order(crates: list[Crate], cold: ColdOrder) -> None:
    own = [x for x in crates if x.home == "R1" and x.sealed]
    while (first := next_in(own, cold)) is not None:
        assert not is_out_of_order(first, own, cold)
        own = [replace(x, run="R1") if x.crate == first.crate else x for x in own]
    assert all(x.run for x in own)


def test_a_crate_before_a_deeper_one_is_out_of_order() -> None:
    last, first = crate("a", 5), crate("b", 1)
    assert is_out_of_order(first, [last, first], ColdOrder.LAST_IN)
    assert not is_out_of_order(first, [replace(last, run="R1"), first], ColdOrder.LAST_IN)


def test_a_crate_that_is_not_sealed_keeps_nobody_waiting() -> None:
    late = crate("a", 5, sealed=False)
    assert not is_out_of_order(crate("b", 1), [late], ColdOrder.LAST_IN)


@given(CRATES)
def test_the_gate_counts_every_crate_once(crates: list[Crate]) -> None:
    found = gate("R1", crates)
    assert set(found.strangers) <= set(found.aboard)
    assert not set(found.missing) & set(found.aboard)
    own = {x.crate for x in crates if x.home == "R1"}
    assert own == (set(found.aboard) - set(found.strangers)) | set(found.missing)
    assert found.is_open == all((x.home == "R1") == (x.run == "R1") for x in crates)


@given(CRATES, st.sampled_from(["", " ", "王站长", "名" * 21]), st.sampled_from(["", "筐找不到"]))
def test_only_a_name_with_a_reason_closes_an_incomplete_van(crates: list[Crate], by: str, why: str) -> None:
    found = gate("R1", crates)
    assert (may_close(found, None) is None) == (bool(found.aboard) and found.is_open)
    override = may_close(found, Override(by, why))
    named = by == "王站长" and bool(why)
    assert (override is None) == (bool(found.aboard) and (found.is_open or named))
