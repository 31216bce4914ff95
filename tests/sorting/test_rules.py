"""What a scan is, what may go into a crate, and the fair rule when a product is short."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fair import Need, share_out
from app.domain.labels import crate_label, piece_label
from app.domain.refusals import Refused
from app.sorting.rules import (
    Code,
    Crate,
    Look,
    Reason,
    read_badge,
    read_code,
    read_count,
    shares_hold,
    slot_code,
    slot_label,
    slot_of,
    why_not_into,
)

PIECE = piece_label("LBY1122W00001", nth=2)
CRATE = crate_label(day="2026-11-22", device="pc1", number=17)


@pytest.mark.parametrize(
    ("text", "look"),
    [
        (PIECE, Look.PIECE),
        (f"]C1{PIECE.lower()}\r\n", Look.PIECE),
        (CRATE, Look.CRATE),
        (slot_code("1-07"), Look.SLOT),
        ("6901234567892", Look.BARCODE),
        ("６９０１２３４５６７８９２", Look.BARCODE),
        ("6901234567893", Look.MISREAD),
        (PIECE[:-1], Look.MISREAD),
        (CRATE[:-3], Look.MISREAD),
        ("GK-1-07-0", Look.MISREAD),
        ("10000000000933", Look.OTHER),
        ("ABC123", Look.OTHER),
        ("J", Look.OTHER),
    ],
)
def test_what_a_code_looks_like(text: str, look: Look) -> None:
    code = read_code(text)
    assert isinstance(code, Code)
    assert code.look is look


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.EMPTY),
        (" \u3000", Reason.EMPTY),
        ("J1\x00-1", Reason.CONTROL),
        ("J1\u202e-1", Reason.CONTROL),
        ("X" * 65, Reason.TOO_LONG),
        ("爱民村", Reason.NOT_A_CODE),
    ],
)
def test_what_can_be_no_code(text: str, reason: Reason) -> None:
    found = read_code(text)
    assert isinstance(found, Refused)
    assert found.reason is reason


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading_of_codes_badges_and_counts(text: str) -> None:
    found = read_code(text)
    assert isinstance(found, Code | Refused)
    assert isinstance(read_badge(text), str | Refused)
    assert 0 <= read_count(text) < 1000


def test_a_slots_code_names_the_slot() -> None:
    assert slot_of(slot_code("12-07")) == "12-07"


def test_a_slots_first_crate_is_called_after_the_slot() -> None:
    label = slot_label("12-07", zone="frozen", day="2026-11-22")
    assert label.startswith("ZK1122-12Z-007-")
    assert read_code(label) == Code(label, Look.CRATE)
    assert slot_label("甲", zone="frozen", day="2026-11-22") == ""


CRATE_ROW = Crate(CRATE, "1-07", "BY-0001", "R01", "2026-11-22", "ambient", "crate", "", "", 0, "")


@pytest.mark.parametrize(
    ("crate", "reason"),
    [
        (CRATE_ROW, None),
        (replace(CRATE_ROW, slot="9-09"), None),
        (replace(CRATE_ROW, point="BY-0002", slot="1-08"), Reason.WRONG_CRATE),
        (replace(CRATE_ROW, day="2026-11-21"), Reason.WRONG_CRATE),
        (replace(CRATE_ROW, sealed_ms=5), Reason.SEALED),
        (replace(CRATE_ROW, run="R"), Reason.ON_VAN),
        (replace(CRATE_ROW, became="ZK2"), Reason.REPLACED),
        (replace(CRATE_ROW, zone="frozen"), Reason.WRONG_ZONE),
    ],
)
def test_what_may_go_into_a_crate(crate: Crate, reason: Reason | None) -> None:
    why = why_not_into(crate, slot="1-07", point="BY-0001", zone="ambient", day="2026-11-22")
    assert (why.reason if why else None) is reason


# --- the fair rule -----------------------------------------------------------------------------------------

NEEDS = st.lists(
    st.builds(
        Need,
        st.integers(1, 99).map(lambda nth: f"BY-{nth:04d}"),
        st.integers(1, 9),
        st.sampled_from([0, 0, 5, 9]),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda need: need.point,
)


@given(NEEDS, st.integers(0, 300))
def test_shares_use_all_that_is_there_and_give_nobody_too_much(needs: list[Need], have: int) -> None:
    given_out = share_out(needs, have, day="2026-11-22")
    assert shares_hold(needs, given_out, have)
    wanted = sum(need.pieces for need in needs)
    for need in needs:
        assert given_out[need.point] >= need.pieces * min(have, wanted) // wanted


@given(NEEDS, st.integers(0, 300))
def test_shares_do_not_depend_on_the_order_of_asking(needs: list[Need], have: int) -> None:
    assert share_out(needs, have, day="2026-11-22") == share_out(needs[::-1], have, day="2026-11-22")


def test_who_went_without_comes_first_then_the_smallest_order() -> None:
    needs = [Need("A", 2), Need("B", 1), Need("C", 2, went_without_ms=7)]
    assert share_out(needs, 1, day="2026-11-22") == {"A": 0, "B": 0, "C": 1}
    assert share_out(needs, 2, day="2026-11-22") == {"A": 0, "B": 1, "C": 1}
    assert share_out(needs, 4, day="2026-11-22") == {"A": 1, "B": 1, "C": 2}


def test_among_equals_the_turn_changes_from_night_to_night() -> None:
    needs = [Need(f"BY-{nth:04d}", 1) for nth in range(10)]
    nights = {
        tuple(point for point, pieces in share_out(needs, 5, day=f"2026-11-{day}").items() if pieces)
        for day in range(10, 30)
    }
    assert len(nights) > 10


def test_shares_changed_by_hand_have_to_add_up() -> None:
    needs = [Need("A", 2), Need("B", 1)]
    assert shares_hold(needs, {"A": 1, "B": 1}, 2)
    assert not shares_hold(needs, {"A": 3, "B": 0}, 3)
    assert not shares_hold(needs, {"A": 1, "B": 0}, 2)
    assert not shares_hold(needs, {"A": 1, "B": 1, "C": 0}, 3)
    assert not shares_hold(needs, {"A": 2, "C": 1}, 3)
