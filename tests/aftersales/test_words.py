"""What the counter says: plain sentences that name what happened and what to do."""

from __future__ import annotations

import re

import pytest

from app.aftersales import words
from app.aftersales.actions import Bagged, ClaimMade, ClaimWithdrawn, Done, Sealed, Taken, TakenOut
from app.aftersales.queries import BagRow, ClaimRow
from app.aftersales.rules import Confirmed, Link, Reason
from app.domain.answers import Tone
from app.domain.clock import at
from app.domain.events import Remedy, Why
from app.domain.refusals import refused
from tests.aftersales.shop import DAY

NOW = at(DAY, "09:00")
HOUR = 3_600_000
ABOUT: dict[str, str | int] = {
    "product": "土鸡蛋", "pieces": 3, "most": 2, "fen": 700, "most_fen": 667, "claim": "SH-1", "bag": "TH-1",
    "slot": "3-1", "category": "蛋", "hours": 48, "until_ms": NOW - HOUR, "platform": "LLYX", "lot": "x",
    "inside": 3, "counted": 2, "bytes": 5,
}  # fmt: skip
DONE: list[Done] = [
    ClaimMade("SH-1", "土鸡蛋", 1, Why.SPOILED, Remedy.REFUND_ONLY, 667, NOW + HOUR),
    ClaimMade("SH-1", "土鸡蛋", 1, Why.WRONG, Remedy.RETURN, 667, NOW + HOUR, "TH-1", 2),
    ClaimMade("SH-1", "土鸡蛋", 1, Why.WRONG, Remedy.RETURN, 667, NOW + HOUR),
    ClaimWithdrawn("SH-1", "土鸡蛋", 1),
    ClaimWithdrawn("SH-1", "土鸡蛋", 1, "TH-1", from_shelf=True),
    Bagged("TH-1", "1", "土鸡蛋", 1, 2),
    TakenOut("TH-1", "土鸡蛋", 1, 0, "buyer:"),
    TakenOut("TH-1", "土鸡蛋", 1, 0, "shelf:3-1", "SH-1"),
    TakenOut("TH-1", "土鸡蛋", 1, 0, "damaged:"),
    Sealed("TH-1", 3),
    Taken(("TH-1",), 3, "老陆"),
]


@pytest.mark.parametrize("reason", list(Reason))
def test_every_refusal_has_a_whole_sentence(reason: Reason) -> None:
    answer = words.say(refused(reason, **ABOUT), now_ms=NOW)
    assert answer.kind in (Tone.LOOK, Tone.WRONG)
    assert 2 <= len(answer.word) <= 7
    assert answer.sentence.endswith("。")
    assert not re.search(r"[{}]|[a-z]{3,}", answer.sentence)


@pytest.mark.parametrize("done", DONE, ids=lambda done: type(done).__name__)
def test_everything_done_has_a_whole_sentence(done: Done) -> None:
    answer = words.say(done, now_ms=NOW)
    assert answer.kind is Tone.OK
    assert answer.sentence.endswith("。")
    assert "。。" not in answer.sentence


def test_a_late_claim_hears_until_when_it_was() -> None:
    answer = words.say(refused(Reason.LATE, product="土鸡蛋", until_ms=NOW - HOUR, hours=48), now_ms=NOW)
    assert "取货后 48小时" in answer.sentence
    assert "今天 08:00 已经截止" in answer.sentence
    assert "客服" in answer.sentence


def test_money_and_spans_are_written_for_people() -> None:
    assert "最多退 ¥6.67" in words.say(refused(Reason.TOO_MUCH, **ABOUT), now_ms=NOW).sentence
    assert words.time_left(NOW + 51 * HOUR, now_ms=NOW) == "还剩 2天3小时"
    assert words.time_left(NOW + 5 * HOUR + 20 * 60_000, now_ms=NOW) == "还剩 5小时20分"
    assert words.time_left(NOW - 8 * 60_000, now_ms=NOW) == "已过 8分钟"
    assert words.span(30_000) == "不到1分钟"
    assert [words.hours_span(hours) for hours in (24, 36, 48, 168)] == ["24小时", "36小时", "48小时", "7天"]
    assert words.clock(NOW + 24 * HOUR, now_ms=NOW) == "明天 09:00"
    assert words.clock(NOW - 72 * HOUR, now_ms=NOW) == "11月19日 09:00"


def bag(taken_hours: int, *, acknowledged: int = 0) -> BagRow:
    taken = NOW - taken_hours * HOUR
    return BagRow(
        "TH-1", taken - HOUR, taken - HOUR, taken, "老陆", 3, NOW if acknowledged else 0, acknowledged
    )


def test_a_bag_without_acknowledgement_turns_amber_then_red() -> None:
    tones = [words.bag_tone(bag(hours), now_ms=NOW) for hours in (5, 30, 80)]
    assert tones == [Tone.INFO, Tone.LOOK, Tone.WRONG]
    assert words.bag_state(bag(80), now_ms=NOW) == "未回执 3 天"


def test_a_bag_acknowledged_short_is_loud() -> None:
    assert words.bag_tone(bag(5, acknowledged=3), now_ms=NOW) is Tone.OK
    assert words.bag_tone(bag(5, acknowledged=2), now_ms=NOW) is Tone.WRONG
    assert words.bag_state(bag(5, acknowledged=2), now_ms=NOW) == "平台只收到 2 件"


def row(outcome: str, *, remedy: str = "refund_only") -> ClaimRow:
    return ClaimRow(
        "SH-1", "1", "蛋", "韦", 1, Why.SPOILED, remedy, 667, NOW, NOW, outcome, 450, "", 0, "", ()
    )


def test_a_claims_state_is_one_word_with_its_money() -> None:
    assert words.claim_state(row("")) == "等裁定"
    assert words.claim_state(row("", remedy="return")) == "等货拿来"
    assert words.claim_state(row("partly")) == "部分同意 ¥4.50"
    assert [words.claim_tone(row(outcome)) for outcome in ("approved", "partly", "refused", "")] == [
        Tone.OK,
        Tone.LOOK,
        Tone.WRONG,
        Tone.INFO,
    ]


def test_liability_is_proposed_in_words() -> None:
    short = (Confirmed(Link.PLATFORM, 3), Confirmed(Link.STATION, None), Confirmed(Link.DRIVER, 2))
    whole = (*(Confirmed(link, 3) for link in list(Link)[:4]), Confirmed(Link.BUYER, 2))
    assert "网格站或司机在途" in words.liability(short, Why.MISSING)
    assert "品质" in words.liability(whole, Why.SPOILED)
    assert "取货之后" in words.liability(whole, Why.MISSING)
    assert words.counts_line(short) == "平台报 3 → 网格站发 未知 → 到店好货 2"
