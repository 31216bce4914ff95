"""Whether an answer can be true: what does not fit what was asked is a lie, and nothing of it is used."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.codec import Recorded
from app.sync.outbox import Standing
from app.sync.protocol import HOST_VOICE, PLATFORM_DEVICE, Answer, Batch, Lied, Told, Verdict

EARLIEST_MS = 1_735_689_600_000
"""2025-01-01: no true platform says an earlier time."""
LATEST_MS = 4_102_444_800_000
"""2100-01-01."""
SLOW_MS = 10_000
"""An exchange that took longer says too little about the clock."""


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer that can be true, and by how many ms this PC's clock is ahead (none: not measured)."""

    answer: Answer
    skew_ms: int | None


def check(answer: Answer, batch: Batch, standing: Standing, *, before_ms: int, after_ms: int) -> Checked:
    """Look an answer over; raises :class:`Lied`. ``before_ms`` and ``after_ms`` are this PC's times around it."""
    if not EARLIEST_MS <= answer.now_ms <= LATEST_MS:
        raise Lied("an impossible time")
    if answer.verdict in _CHECKS:
        _CHECKS[answer.verdict](answer, batch)
    if answer.feed and answer.verdict is not Verdict.KEPT:
        raise Lied("news with a refusal")
    for told in answer.feed:
        _check_told(told, batch, answer, standing)
    took = after_ms - before_ms
    skew = (before_ms + after_ms) // 2 - answer.now_ms if 0 <= took <= SLOW_MS else None
    return Checked(answer, skew)


def _kept(answer: Answer, batch: Batch) -> None:
    digest = batch.after if batch.last >= batch.first else batch.before
    if answer.watermark != batch.last or answer.digest != digest:
        raise Lied("what it says it keeps is not what was sent")
    if any(not batch.first <= item.seq <= batch.last for item in answer.quarantined):
        raise Lied("a quarantined fact that was not sent")


def _gap(answer: Answer, batch: Batch) -> None:
    if answer.watermark >= batch.first - 1:
        raise Lied("a gap where there is none")


def _fork(answer: Answer, batch: Batch) -> None:
    if not batch.first - 1 <= answer.common <= batch.last or answer.epoch <= batch.epoch:
        raise Lied("a fork outside of what was sent")
    if answer.cursor > batch.cursor:
        raise Lied("a fork with a cursor ahead")


_CHECKS = {
    Verdict.KEPT: _kept,
    Verdict.GAP: _gap,
    Verdict.FORK: _fork,
}


def _check_told(told: Told, batch: Batch, answer: Answer, standing: Standing) -> None:
    if not batch.cursor < told.n <= answer.cursor:
        raise Lied("news outside of its cursors")
    if told.fact is not None:
        _check_fact(told.fact, told.n, standing)


def _check_fact(fact: Recorded, n: int, standing: Standing) -> None:
    """A heard fact may never take a number that this book gives out itself."""
    device, epoch, seq = fact.id
    if device == PLATFORM_DEVICE and not _is_said(epoch, seq, n, standing):
        raise Lied("a platform's fact under a wrong number")
    if device == standing.device and epoch == standing.epoch:
        raise Lied("our own fact as news")
    if (
        len(fact.day) != 10
        or not fact.kind
        or not EARLIEST_MS // 2 <= abs(fact.at_ms) + EARLIEST_MS <= 2 * LATEST_MS
    ):
        raise Lied("a fact with a senseless envelope")


def _is_said(epoch: int, seq: int, n: int, standing: Standing) -> bool:
    """Who speaks for itself numbers its facts as the feed does; what a host passes on has another feed's numbers."""
    if standing.at_host:
        return epoch == 1 or (epoch == HOST_VOICE and seq == n)
    return epoch == 1 and seq == n
