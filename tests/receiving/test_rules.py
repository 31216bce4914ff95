"""Reading scans, recognising codes, spreading counts, slots and thermometers."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import slots
from app.domain.codes import Pattern, is_cut_short
from app.domain.goods import Zone
from app.domain.ids import with_check
from app.domain.refusals import Refused
from app.receiving.rules import (
    Expected,
    Look,
    Reading,
    Reason,
    Scan,
    counted_more,
    look_of,
    read_degrees,
    read_scan,
    spread,
    take_from,
    too_warm,
)
from app.receiving.slots import Need, assign

PATTERNS = (
    Pattern("linli", "crate", r"[A-HJ-NP-Z]{3}\d{3}"),
    Pattern("linli", "pickup", r"\d{1,2}-\d-\d{4}"),
    Pattern("gnt", "pickup", r"\d{4}[- ]?\d{4}[- ]?\d{4}"),
    Pattern("linli", "pallet", r"10\d{12}"),
)


@pytest.mark.parametrize(
    ("text", "code", "pieces"),
    [
        ("ABC123", "ABC123", 0),
        ("  abc123\r\n", "ABC123", 0),
        ("ＡＢＣ１２３　", "ABC123", 0),
        ("\x1d6901234567892\x1d", "6901234567892", 0),
        ("]C1ABC123", "ABC123", 0),
        ("12×6901234567892", "6901234567892", 12),
        ("12*6901234567892", "6901234567892", 12),
        ("6901234567892×12", "6901234567892", 12),
        ("6901234567892 * 12", "6901234567892", 12),
        ("１２＊6901234567892", "6901234567892", 12),
        ("×12", "", 12),
        ("*12", "", 12),
        ("12×", "", 12),
        ("12XA345", "12XA345", 0),
    ],
)
def test_a_scan_is_tidied_and_its_count_split_off(text: str, code: str, pieces: int) -> None:
    assert read_scan(text) == Scan(code, pieces)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.EMPTY),
        (" \r\n", Reason.EMPTY),
        ("ABC\x00123", Reason.CONTROL),
        ("ABC\x1b[2J", Reason.CONTROL),
        ("ABC\u200b123", Reason.CONTROL),
        ("A" * 65, Reason.TOO_LONG),
        ("9" * 500, Reason.TOO_LONG),
        ("0×6901234567892", Reason.BAD_COUNT),
        ("10000×6901234567892", Reason.BAD_COUNT),
        ("999999999999999999×A", Reason.BAD_COUNT),
        ("×0", Reason.BAD_COUNT),
        ("大米", Reason.NOT_A_CODE),
    ],
)
def test_what_can_be_no_code_is_refused_with_its_own_reason(text: str, reason: Reason) -> None:
    answer = read_scan(text)
    assert isinstance(answer, Refused)
    assert answer.reason is reason


@given(st.text(max_size=600))
def test_no_text_breaks_the_reading(text: str) -> None:
    answer = read_scan(text)
    assert isinstance(answer, Refused) or (len(answer.code) <= 64 and answer.code.isascii())


@pytest.mark.parametrize(
    ("code", "look"),
    [
        ("ABC123", (Look.CRATE, "linli")),
        ("37-1-6312", (Look.PICKUP, "linli")),
        ("1234-5678-9012", (Look.PICKUP, "gnt")),
        ("10000000000933", (Look.PALLET, "linli")),
        ("99000000000933", (Look.PALLET, "")),
        ("6901234567892", (Look.BARCODE, "")),
        ("6901234567893", (Look.MISREAD, "")),
        ("ABC12", (Look.CUT_SHORT, "linli")),
        ("ABC", (Look.CUT_SHORT, "linli")),
        ("AB", (Look.NOTHING, "")),
        ("A?*!", (Look.NOTHING, "")),
        (with_check("HW-A-01"), (Look.SLOT, "")),
        (with_check("TH-4K7P2Q"), (Look.BAG, "")),
        (with_check("DF-123"), (Look.OWN, "")),
    ],
)
def test_a_code_is_recognised_by_its_shape(code: str, look: tuple[Look, str]) -> None:
    assert look_of(code, PATTERNS) == look


def test_a_broken_pattern_of_a_platform_matches_nothing() -> None:
    assert look_of("ABC123", [Pattern("x", "crate", "[A-Z"), Pattern("x", "crate", "(a|b")]) == (
        Look.NOTHING,
        "",
    )
    assert not is_cut_short("ABC", "(a|b)+")


def _line(lot: str, *, crate: str = "C1", order: str = "1", van: int = 2, short: int = 0) -> Expected:
    return Expected(lot, "T1", crate, "蛋", Zone.FRESH, "b", order, "2026-11-22", 10, van, short)


def test_the_crate_being_unpacked_is_filled_first_then_the_oldest_order() -> None:
    lines = [_line("a", order="1"), _line("b", order="2"), _line("c", crate="C2", order="3")]
    taken, beyond = spread(lines, 5, unpacking="C2")
    assert [(take.line.lot, take.pieces) for take in taken] == [("c", 2), ("a", 2), ("b", 1)]
    assert beyond == 0


def test_missing_pieces_come_back_last_and_the_rest_is_beyond() -> None:
    taken, beyond = spread([_line("a", van=1, short=1), _line("b", van=1)], 5)
    assert [(take.line.lot, take.pieces, take.late) for take in taken] == [
        ("a", 1, False), ("b", 1, False), ("a", 1, True),
    ]  # fmt: skip
    assert beyond == 2


LINES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from(["C1", "C2"])), max_size=6)


@given(LINES, st.integers(1, 60))
def test_spreading_loses_and_makes_no_piece(rows: list[tuple[int, int, str]], pieces: int) -> None:
    lines = [_line(str(at), van=van, short=short, crate=crate) for at, (van, short, crate) in enumerate(rows)]
    taken, beyond = spread(lines, pieces, unpacking="C2")
    assert sum(take.pieces for take in taken) + beyond == pieces
    assert beyond == max(0, pieces - sum(line.van + line.short for line in lines))
    for line in lines:
        assert sum(take.pieces for take in taken if take.line is line and not take.late) <= line.van
        assert sum(take.pieces for take in taken if take.line is line and take.late) <= line.short


def test_a_later_count_is_the_total() -> None:
    assert counted_more(total=12, already=1) == 11
    assert counted_more(total=12, already=12) == 0
    for total, already, reason in ((12, 0, Reason.NOTHING_COUNTED), (3, 5, Reason.COUNTED_MORE)):
        answer = counted_more(total=total, already=already)
        assert isinstance(answer, Refused)
        assert answer.reason is reason


def test_a_difference_is_taken_off_the_van_first() -> None:
    goods = take_from("a", [("", 1), ("A-01", 2)], 2)
    assert not isinstance(goods, Refused)
    assert [(count.slot, count.pieces) for count in goods] == [("", 1), ("A-01", 1)]
    for pieces in (0, -1, 4):
        assert isinstance(take_from("a", [("", 1), ("A-01", 2)], pieces), Refused)


@pytest.mark.parametrize(
    ("text", "tenths"), [("-18", -180), ("－３．５℃", -35), ("4.0", 40), (" +7 ", 70), ("−12", -120)]
)
def test_a_typed_temperature_is_read(text: str, tenths: int) -> None:
    assert read_degrees(text) == tenths


@pytest.mark.parametrize("text", ["", "warm", "-180", "4.55", "1e3", "--4"])
def test_what_is_no_temperature_is_refused(text: str) -> None:
    assert isinstance(read_degrees(text), Refused)


def test_cold_goods_that_are_too_warm_are_noticed() -> None:
    assert not too_warm(Reading(Zone.FROZEN, -120))
    assert too_warm(Reading(Zone.FROZEN, -119))
    assert not too_warm(Reading(Zone.CHILLED, 80))
    assert too_warm(Reading(Zone.CHILLED, 81))
    assert not too_warm(Reading(Zone.AMBIENT, 390))


def test_slots_are_as_many_as_the_shop_says() -> None:
    assert slots.all_slots()[Zone.FROZEN] == ("D-01", "D-02", "D-03", "D-04", "D-05", "D-06")
    assert slots.all_slots({"frozen": 2, "fresh": "many", "ambient": 500})[Zone.FROZEN] == ("D-01", "D-02")
    assert len(slots.all_slots({"ambient": 500})[Zone.AMBIENT]) == 30
    assert len(slots.all_slots("nonsense")[Zone.FRESH]) == 12


@pytest.mark.parametrize(
    ("text", "slot"),
    [("a1", "A-01"), ("A-30", "A-30"), ("A-31", None), ("Q-01", None), ("HW-A-01-0", None), ("", None)],
)
def test_a_slot_is_typed_in_short_too(text: str, slot: str | None) -> None:
    assert slots.read_slot(text, slots.all_slots()) == slot


@given(st.sampled_from([slot for slots_ in slots.all_slots().values() for slot in slots_]))
def test_a_slots_label_reads_back(slot: str) -> None:
    assert slots.read_slot(slots.label_code(slot), slots.all_slots()) == slot
    assert slot in slots.all_slots()[slots.zone_of(slot) or Zone.AMBIENT]


def test_a_slot_is_said_digit_by_digit() -> None:
    assert slots.spoken("A-03") == "A 零三"
    assert slots.spoken("多发") == "多发"


def test_a_buyer_keeps_the_slot_and_others_get_the_emptiest() -> None:
    old, new, other = (Need(name, Zone.FROZEN) for name in ("old", "new", "other"))
    kept, loads = {old: "D-05"}, defaultdict(int, {"D-01": 1})
    slots_of_the_zone = {Zone.FROZEN: ("D-01", "D-02", "D-03")}
    given_slots = assign([new, old, other, new], kept=kept, loads=loads, slots=slots_of_the_zone)
    assert given_slots == ["D-02", "D-05", "D-03", "D-02"]
    assert kept == {new: "D-02", old: "D-05", other: "D-03"}
    assert loads == {"D-01": 1, "D-02": 2, "D-03": 1, "D-05": 1}
