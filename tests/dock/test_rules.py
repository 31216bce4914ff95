"""Recognising codes, sharing out what is short, seals, and what is to be done next."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dock.rules import (
    Box,
    Look,
    Next,
    Reason,
    Seal,
    Share,
    Standing,
    Turn,
    given_to,
    look_of,
    next_step,
    rank,
    seal_of,
    taken_from,
    tonight,
)
from app.domain.clock import at
from app.domain.codes import Pattern
from app.domain.goods import Count
from app.domain.ids import with_check
from app.domain.labels import crate_label, piece_label
from app.domain.refusals import Refused
from tests.station import DAY

PATTERNS = (
    Pattern("linli", "crate", r"[A-HJ-NP-Z]{3}\d{3}"),
    Pattern("linli", "pallet", r"10\d{12}"),
    Pattern("linli", "pickup", r"\d{1,2}-\d-\d{4}"),
)


@pytest.mark.parametrize(
    ("code", "look"),
    [
        ("10000000000933", Look.PALLET),
        ("99000000000933", Look.PALLET),
        ("ABC123", Look.BOX),
        ("ABC12", Look.CUT_SHORT),
        ("1000000000093", Look.MISREAD),
        ("100000000009", Look.CUT_SHORT),
        ("6901234567892", Look.BARCODE),
        ("6901234567893", Look.MISREAD),
        (crate_label(day=DAY, device="3f2a", number=17), Look.CRATE),
        (piece_label("L261122W00001", nth=2), Look.PIECE),
        (with_check("TH-4K7P2Q"), Look.OWN),
        ("AB", Look.NOTHING),
        ("?!*", Look.NOTHING),
    ],
)
def test_a_code_is_recognised_by_its_shape(code: str, look: Look) -> None:
    assert look_of(code, PATTERNS)[0] is look


@given(st.text(max_size=70))
def test_no_text_breaks_the_recognising(text: str) -> None:
    assert isinstance(look_of(text, PATTERNS)[0], Look)


def test_from_the_evening_on_the_coming_nights_trucks_are_tonights() -> None:
    assert tonight(at("2026-11-21", "17:59")) == "2026-11-21"
    assert tonight(at("2026-11-21", "18:00")) == DAY
    assert tonight(at(DAY, "06:59")) == DAY


BOX = Box("T1", "ABC123", "P", "TP1", "ambient", DAY, "BY-W1", 0, 0)


def test_tonights_container_is_nearest_and_another_stations_is_farthest() -> None:
    ranks = [
        rank(box, day=DAY, station="BY-W1")
        for box in (
            BOX,
            BOX._replace(day="2026-11-21"),
            BOX._replace(day="2026-11-21", ended=1),
            BOX._replace(day="2026-11-23"),
            BOX._replace(station="HX-W3"),
        )
    ]
    assert ranks == [0, 1, 2, 2, 9]


SHARES = [Share("a", "P1", 5), Share("b", "P2", 2), Share("c", "P3", 1)]


TURN = Turn(DAY)


def test_what_is_short_is_shared_by_what_was_ordered() -> None:
    taken = taken_from(SHARES, 4, TURN)
    assert not isinstance(taken, Refused)
    assert [(count.lot, count.pieces) for count in taken] == [("a", 3), ("b", 1)]
    found = given_to(SHARES, 4, TURN)
    assert not isinstance(found, Refused)
    assert [(count.lot, count.pieces) for count in found] == [("a", 2), ("b", 1), ("c", 1)]


def test_who_went_without_before_is_spared() -> None:
    taken = taken_from([Share("a", "P1", 1), Share("b", "P2", 1)], 1, Turn(DAY, {"P2": 7}))
    assert taken == (Count("a", 1),)
    given = given_to([Share("a", "P1", 1), Share("b", "P2", 1)], 1, Turn(DAY, {"P2": 7}))
    assert given == (Count("b", 1),)


@pytest.mark.parametrize("pieces", [0, -1, 9, 10**9])
def test_more_than_is_there_or_nothing_cannot_be_taken(pieces: int) -> None:
    refused = taken_from(SHARES, pieces, TURN)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.about["have"]) == (Reason.MORE_THAN_HERE, 8)


@given(st.lists(st.tuples(st.sampled_from("ABCDEF"), st.integers(0, 30)), min_size=1, max_size=12), st.data())
def test_sharing_takes_exactly_so_many_and_leaves_everybody_a_share(
    lots: list[tuple[str, int]], data: st.DataObject
) -> None:
    shares = [Share(f"l{nth:02d}", point, pieces) for nth, (point, pieces) in enumerate(lots)]
    have = sum(share.pieces for share in shares)
    if not have:
        return
    wanted = data.draw(st.integers(1, have))
    taken, given_back = taken_from(shares, wanted, TURN), given_to(shares, wanted, TURN)
    assert not isinstance(taken, Refused)
    assert not isinstance(given_back, Refused)
    of = {share.lot: share for share in shares}
    for counts in (taken, given_back):
        assert sum(count.pieces for count in counts) == wanted
        assert all(0 < count.pieces <= of[count.lot].pieces for count in counts)
    for point in "ABCDEF":
        ordered = sum(share.pieces for share in shares if share.point == point)
        gone = sum(count.pieces for count in taken if of[count.lot].point == point)
        assert ordered - gone >= ordered * (have - wanted) // have


@pytest.mark.parametrize(
    ("announced", "seen", "note", "seal"),
    [
        ("GX-88 231", "gx88231", "", Seal.SAME),
        ("GX88231", "GX88230", "", Seal.OTHER),
        ("GX88231", "", "", Seal.UNSEEN),
        ("", "GX88231", "", Seal.UNTOLD),
        ("GX88231", "GX88231", "铅封破损，司机说路上检查过", Seal.BROKEN),
    ],
)
def test_a_seal_is_compared_without_blanks_and_a_broken_one_is_broken(
    announced: str, seen: str, note: str, seal: Seal
) -> None:
    assert seal_of(announced=announced, seen=seen, note=note) is seal


WORK = Standing(
    trucks=2,
    open_trucks=1,
    empty_open_trucks=0,
    coming=1,
    left=10,
    cold_left=2,
    dock=50,
    cleared=0,
    clashes=0,
)


@pytest.mark.parametrize(
    ("standing", "step"),
    [
        (replace(WORK, clashes=1), Next.CONFIRM),
        (replace(WORK, trucks=0, open_trucks=0), Next.LIST),
        (WORK, Next.COLD),
        (replace(WORK, cold_left=0), Next.UNLOAD),
        (replace(WORK, empty_open_trucks=1), Next.END),
        (replace(WORK, open_trucks=0), Next.ARRIVAL),
        (replace(WORK, open_trucks=0, coming=0), Next.SORT),
        (replace(WORK, open_trucks=0, coming=0, dock=0), Next.CLEAR),
        (replace(WORK, open_trucks=0, coming=0, dock=0, cleared=1), Next.DONE),
    ],
)
def test_one_thing_is_next(standing: Standing, step: Next) -> None:
    assert next_step(standing) is step
