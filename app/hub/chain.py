"""Whether a batch continues what the hub holds of a device: watermark, digests, gap, fork."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from sqlalchemy import Connection, select

from app.domain.codec import DIGEST_SIZE, GENESIS, chained
from app.hub.database import locked, put
from app.hub.tables import chains, facts
from app.sync.protocol import Batch, Verdict


@dataclass(frozen=True, slots=True)
class Held:
    """How far the hub holds an epoch of a device, and the digest there."""

    watermark: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a batch is to the hub: the verdict, the digests of its facts, and the last seq both sides agree on."""

    verdict: Verdict
    digests: list[bytes]
    common: int = 0


def lock_chain(connection: Connection, device: str, epoch: int) -> Held:
    """Hold the epoch's row to the end of the transaction."""
    wanted = select(chains.c.watermark, chains.c.digest).where(
        chains.c.device == device, chains.c.epoch == epoch
    )
    row = connection.execute(locked(wanted)).first()
    return Held(*row) if row else Held(0, GENESIS)


def move_chain(connection: Connection, device: str, epoch: int, held: Held) -> None:
    """Set the watermark and the digest there."""
    put(
        connection,
        chains,
        [{"device": device, "epoch": epoch, "watermark": held.watermark, "digest": held.digest}],
    )


def judge(connection: Connection, device: str, batch: Batch, held: Held) -> Judgement:
    """Compare a batch with what is held; nothing is written."""
    if batch.first > held.watermark + 1:
        return Judgement(Verdict.GAP, [])
    if _digest_at(connection, device, batch.epoch, batch.first - 1, held) != batch.before:
        return Judgement(Verdict.MISMATCH, [])
    digests = digests_of(batch)
    if digests and digests[-1] != batch.after:
        return Judgement(Verdict.GARBLED, digests)
    common = _common(connection, device, batch, held, digests)
    if common < min(batch.last, held.watermark):
        return Judgement(Verdict.FORK, digests, common)
    if held.watermark > batch.last >= dict(batch.have).get(batch.epoch, 0):
        return Judgement(Verdict.FORK, digests, batch.last)  # their book is older than what they once sent
    return Judgement(Verdict.KEPT, digests, common)


def digests_of(batch: Batch) -> list[bytes]:
    """The digest after each fact of a batch."""
    digest, digests = batch.before, []
    if batch.opaque is not None:
        return [blake2b(digest + batch.opaque, digest_size=DIGEST_SIZE).digest()]
    for fact in batch.facts:
        digest = chained(digest, fact)
        digests.append(digest)
    return digests


def _digest_at(connection: Connection, device: str, epoch: int, seq: int, held: Held) -> bytes:
    if seq == held.watermark:
        return held.digest
    return _stored(connection, device, epoch, seq, seq).get(seq, GENESIS)


def _common(connection: Connection, device: str, batch: Batch, held: Held, digests: list[bytes]) -> int:
    """The last seq up to which a resend agrees with what is held; the batch's end where it all does."""
    end = min(batch.last, held.watermark)
    if end < batch.first:
        return end
    if _digest_at(connection, device, batch.epoch, end, held) == digests[end - batch.first]:
        return end
    stored = _stored(connection, device, batch.epoch, batch.first, end)
    agreeing = (
        seq for seq in range(end, batch.first - 1, -1) if stored.get(seq) == digests[seq - batch.first]
    )
    return next(agreeing, batch.first - 1)


def _stored(connection: Connection, device: str, epoch: int, first: int, last: int) -> dict[int, bytes]:
    rows = connection.execute(
        select(facts.c.seq, facts.c.digest).where(
            facts.c.device == device, facts.c.epoch == epoch, facts.c.seq.between(first, last)
        )
    )
    return {seq: bytes(digest) for seq, digest in rows}
