"""Every refusal has a sentence, a tone and something to do; slots are said aloud as people say them."""

from __future__ import annotations

import pytest

from app.domain.answers import Tone
from app.domain.refusals import refused
from app.sorting import faces, words
from app.sorting.rules import Reason

ABOUT: dict[str, str | int] = {
    "slot": "1-07", "found": "2-03", "crate": "ZK1", "became": "ZK2", "zone": "frozen", "at_ms": 1_795_302_000_000,
    "by": "017", "here": 0, "have": 2, "asked": 5, "product": "土鸡蛋", "container": "ABC123", "code": "J1", "day":
    "2026-11-22", "pieces": 3, "name": "爱民村", "given": 4, "text": "甲", "length": 70, "most": 64, "count": 0,
    "crates": 3, "standing": "ZK3", "point": "BY-0001", "run": "R", "device": "pc2", "today": "2026-11-21",
}  # fmt: skip


@pytest.mark.parametrize("reason", list(Reason))
def test_a_refusal_is_one_clear_sentence(reason: Reason) -> None:
    about = ABOUT | ({"found": "ambient"} if reason is Reason.WRONG_ZONE else {})
    answer = words.refusal(refused(reason, **about))
    assert 2 <= len(answer.word) <= 8
    assert answer.sentence.endswith(("。", "？"))
    assert "{" not in answer.sentence
    face = faces.of(refused(reason, **about))
    assert (face is None) == (answer.kind is Tone.INFO)


@pytest.mark.parametrize(
    ("slot", "said"),
    [
        ("1-07", "一 零七"),
        ("12-25", "十二 二五"),
        ("20-01", "二十 零一"),
        ("35-10", "三十五 一零"),
        ("甲", "甲"),
    ],
)
def test_a_slot_is_said_aloud(slot: str, said: str) -> None:
    assert words.spoken_slot(slot) == said
