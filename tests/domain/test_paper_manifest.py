"""A list on paper comes back to the letter, in any order of parts, and nothing else comes back at all."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.codec import encode
from app.domain.labels import is_paper_part
from app.domain.paper_manifest import (
    LONGEST_PART,
    MOST_PARTS,
    Carried,
    Gathering,
    Part,
    Reason,
    Signed,
    cut,
    join,
    pack,
    read_part,
    unpack,
)
from app.domain.refusals import Refused
from app.sandbox.night_teller import manifest_of
from app.sandbox.station_story import station_night

SAFE = set(string.digits + string.ascii_uppercase + "-./+$:")
KEY, SIGNATURE = bytes(range(32)), bytes(range(64))
texts = st.text(st.characters(codec="utf-8"), max_size=40)
values = st.one_of(texts, st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False))
bodies = st.one_of(
    texts,
    st.dictionaries(texts, st.one_of(values, st.lists(st.lists(values, max_size=4), max_size=4))).map(str),
)


def a_list(points: int = 3, pieces: int = 150) -> Carried:
    """A real list of one point."""
    night = station_night(seed=3, county="宾阳县", day="2026-11-22", points=points, pieces=pieces)
    point = max(
        night.points, key=lambda shop: sum(x.pieces for x in night.lines if x.point == shop.code)
    ).code
    return Carried("BY-W1", point, 41, 1_795_300_000_123, "2026-11-22", encode(manifest_of(night, point)))


def signed(carried: Carried) -> Signed:
    """As paper carries it; what the signature is worth is not looked at here."""
    return Signed(KEY, SIGNATURE, pack(carried))


def parts(carried: Carried) -> list[Part]:
    """The parts as they are read back from what a scanner types."""
    found = [read_part(text) for text in cut(signed(carried))]
    return [part for part in found if isinstance(part, Part)]


def test_a_real_list_comes_back_to_the_letter_and_is_small() -> None:
    carried = a_list()
    packed = pack(carried)
    assert unpack(packed) == carried
    assert len(packed) < len(carried.body.encode()) / 2.5


@given(bodies, texts, st.integers(0, 2**53), st.integers(0, 2**53))
def test_any_body_comes_back_to_the_letter(body: str, point: str, seq: int, at_ms: int) -> None:
    carried = Carried("S", point.replace("\n", ""), seq, at_ms, "2026-11-22", body)
    assert unpack(pack(carried)) == carried


@given(st.binary(max_size=200))
def test_bytes_that_are_no_list_are_refused(packed: bytes) -> None:
    found = unpack(packed)
    assert isinstance(found, Refused | Carried)
    if isinstance(found, Carried):
        assert unpack(pack(found)) == found


def test_a_list_cut_short_is_refused() -> None:
    packed = pack(a_list())
    assert unpack(packed[:-1]) == unpack(packed + b"x") == Refused(Reason.DAMAGED, {})


def test_a_bomb_is_not_unfolded() -> None:
    bomb = pack(Carried("S", "P", 1, 1, "2026-11-22", " " * 3_000_000))
    assert len(bomb) < 10_000
    assert unpack(bomb) == Refused(Reason.DAMAGED, {})


def test_parts_are_short_and_written_in_letters_that_no_keyboard_loses() -> None:
    for text in cut(signed(a_list())):
        assert len(text) <= LONGEST_PART
        assert set(text) <= SAFE
        assert is_paper_part(text)


def test_a_small_shop_needs_few_codes_and_a_large_one_fits_too() -> None:
    assert len(cut(signed(a_list(points=1, pieces=17)))) <= 4
    large = cut(signed(a_list(points=1, pieces=220)))
    assert 4 < len(large) < 30


def test_a_list_that_is_too_long_for_paper_is_not_cut() -> None:
    noise = random.Random(1).randbytes(330 * MOST_PARTS)
    with pytest.raises(ValueError, match="parts"):
        cut(Signed(KEY, SIGNATURE, noise))


@given(st.randoms(use_true_random=False))
def test_parts_come_in_any_order_and_more_than_once(rng: random.Random) -> None:
    carried = a_list()
    order = parts(carried) * 2
    rng.shuffle(order)
    gathering = Gathering()
    missing: tuple[int, ...] = (1,)
    for part in order:
        missing = gathering.add(part)
        if not missing:
            break
    assert not missing
    whole = gathering.take(order[0].tag)
    assert whole == signed(carried)
    assert not gathering.begun


def test_it_is_said_which_parts_are_missing() -> None:
    found = parts(a_list())
    gathering = Gathering()
    left = gathering.add(found[1])
    assert left == (1, *range(3, found[1].of + 1))
    gathering.forget()
    assert not gathering.begun


def test_two_lists_are_gathered_side_by_side() -> None:
    one, other = a_list(), a_list(points=1, pieces=40)
    gathering = Gathering()
    for first, second in zip(parts(one), parts(other), strict=False):
        gathering.add(first)
        gathering.add(second)
    for part in (*parts(one), *parts(other)):
        gathering.add(part)
    assert gathering.take(parts(one)[0].tag) == signed(one)
    assert gathering.take(parts(other)[0].tag) == signed(other)


@given(st.data())
def test_a_part_with_one_wrong_missing_or_additional_letter_is_told(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(cut(signed(a_list()))))
    at = data.draw(st.integers(5, len(text) - 1))
    letter = data.draw(st.sampled_from(sorted(SAFE)))
    for spoiled in (
        text[:at] + letter + text[at + 1 :],
        text[:at] + text[at + 1 :],
        text[:at] + letter + text[at:],
    ):
        found = read_part(spoiled)
        assert spoiled == text or found == Refused(Reason.HALF, {})


def test_letters_in_lower_case_and_blanks_around_are_forgiven() -> None:
    text = cut(signed(a_list()))[0]
    assert read_part(f" {text.lower()}\t") == read_part(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("GYM1:", Reason.HALF),
        ("GYM1:ABCD:0102:XXX", Reason.HALF),
        ("GYM1:ABCD:XX02:000:ABC", Reason.HALF),
        ("GYM2:ABCD:0102:000:ABC", Reason.NEWER),
        ("ABC123", Reason.HALF),
        ("", Reason.HALF),
    ],
)
def test_what_is_no_part_is_refused(text: str, reason: Reason) -> None:
    assert read_part(text) == Refused(reason, {})


def test_parts_of_different_lists_do_not_make_a_list() -> None:
    one, other = parts(a_list()), parts(a_list(points=1, pieces=120))
    mixed = [one[0], *(Part(one[0].tag, x.nth, x.of, x.content) for x in other[1 : one[0].of])]
    assert join(mixed) == Refused(Reason.DAMAGED, {})
    assert join([]) == Refused(Reason.DAMAGED, {})


@pytest.mark.parametrize("code", ["GYM123", "ZK1122-3F2A-017-X", "GY", "6901234567892", ""])
def test_other_codes_are_no_parts(code: str) -> None:
    assert not is_paper_part(code)
