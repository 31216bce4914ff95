"""Reading a scan before anybody looks it up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.refusals import Refused
from app.domain.scans import LONGEST_CODE, Unreadable, read_code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ABC123", "ABC123"),
        ("  abc123\r\n", "ABC123"),
        ("ＡＢＣ１２３　", "ABC123"),
        ("\x1d10000000000933\x1d", "10000000000933"),
        ("]C1ABC123", "ABC123"),
        ("A" * LONGEST_CODE, "A" * LONGEST_CODE),
    ],
)
def test_dirt_at_the_ends_of_a_scan_is_wiped_off(text: str, code: str) -> None:
    assert read_code(text) == code


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Unreadable.EMPTY),
        (" \r\n\x1d", Unreadable.EMPTY),
        ("]C1", Unreadable.EMPTY),
        ("ABC\x00123", Unreadable.CONTROL),
        ("ABC\u200b123", Unreadable.CONTROL),
        ("ABC\x1b[2J", Unreadable.CONTROL),
        ("A" * (LONGEST_CODE + 1), Unreadable.TOO_LONG),
        ("大米", Unreadable.NOT_A_CODE),
    ],
)
def test_what_can_be_no_code_is_refused_for_its_own_reason(text: str, reason: Unreadable) -> None:
    answer = read_code(text)
    assert isinstance(answer, Refused)
    assert answer.reason is reason


@given(st.text(max_size=600))
def test_no_text_breaks_the_reading(text: str) -> None:
    answer = read_code(text)
    assert isinstance(answer, Refused) or (
        answer.isascii() and answer == answer.strip() and len(answer) <= 64
    )
