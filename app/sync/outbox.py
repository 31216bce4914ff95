"""What is to be sent, read from the book: the cursor in its state is the outbox, there is no second table."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from app.domain.codec import GENESIS, Recorded
from app.domain.ids import FactId
from app.store.connection import Reader, Row
from app.sync.protocol import Batch, Tally, tally_up

MOST_CHARACTERS = 1_500_000
"""Bodies of one batch together; folded and squeezed that is some 256 kB."""
AT_HOST = "at_host"
"""State key: this PC has its place at the station's host and not at the platform itself."""
TALLY_FACTS = 2_000
"""How many of the latest facts a comparison of counts goes back."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where this book stands with the platform: own facts up to ``acknowledged`` are known there.

    ``at_host`` says that it talks to its station's host, which passes the platform's facts on under their own numbers.
    """

    device: str
    epoch: int
    acknowledged: int
    digest: bytes
    last: int
    oldest_ms: int
    cursor: int
    have: tuple[tuple[int, int], ...]
    at_host: bool = False

    @property
    def unsent(self) -> int:
        """Own facts that the platform has not acknowledged."""
        return self.last - self.acknowledged


class Outbox:
    """Reads own facts; for the one thread that its reader belongs to."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def standing(self) -> Standing:
        """Read the cursors and what they mean."""
        get = self._reader.get
        device, epoch = get("device", "local"), get("epoch", 1)
        acknowledged, digest = get("acknowledged", [0, GENESIS.hex()])
        have = self._have(device)
        oldest = self._reader.value(_AT, (device, epoch, acknowledged + 1))
        return Standing(
            device=device,
            epoch=epoch,
            acknowledged=acknowledged,
            digest=bytes.fromhex(digest),
            last=max(dict(have).get(epoch, 0), acknowledged),
            oldest_ms=oldest or 0,
            cursor=get("cursor", 0),
            have=have,
            at_host=bool(get(AT_HOST, 0)),
        )

    def _have(self, device: str) -> tuple[tuple[int, int], ...]:
        """Each own epoch with its last seq, found by steps through the index and not by reading all facts."""
        found: list[tuple[int, int]] = []
        epoch = self._reader.value(_LAST_EPOCH, (device, 2**53))
        while epoch is not None:
            found.append((epoch, self._reader.value(_LAST, (device, epoch))))
            epoch = self._reader.value(_LAST_EPOCH, (device, epoch))
        return tuple(reversed(found))

    def batch(self, standing: Standing, *, most: int) -> Batch:
        """The next unsent facts, at most ``most``; with none it only asks for news."""
        first = standing.acknowledged + 1
        key = (standing.device, standing.epoch)
        rows = self._reader.rows(_FACTS, (*key, standing.acknowledged, most)) if most else []
        rows = _contiguous(rows, first)[: _fitting(rows)]
        return Batch(
            epoch=standing.epoch,
            first=first,
            facts=tuple(Recorded(FactId(*key, row[0]), *row[1:7]) for row in rows),
            before=standing.digest,
            after=rows[-1][7] if rows else standing.digest,
            cursor=standing.cursor,
            have=standing.have,
            unsent=max(0, standing.last - (rows[-1][0] if rows else standing.acknowledged)),
        )

    def tallies(self, standing: Standing, *, last: int) -> tuple[int, tuple[Tally, ...]]:
        """Counts and digests by day of the latest facts up to ``last``, and the seq they are counted from."""
        first = max(1, last - TALLY_FACTS + 1)
        rows = self._reader.rows(_DIGESTS, (standing.device, standing.epoch, first, last))
        return (rows[0][0] if rows else first), tally_up((day, digest) for _, day, digest in rows)

    def digest_at(self, standing: Standing, seq: int) -> bytes | None:
        """The digest after own fact ``seq`` of the running epoch; none where the book has no such fact."""
        if seq == 0:
            return GENESIS
        if seq == standing.acknowledged:
            return standing.digest
        found: bytes | None = self._reader.value(_DIGEST, (standing.device, standing.epoch, seq))
        return found

    def unsent_photo(self) -> tuple[str, bytes] | None:
        """A picture that the platform does not have yet."""
        row = self._reader.one("SELECT sha, jpeg FROM photos WHERE sent_ms = 0 LIMIT 1")
        return (row[0], row[1]) if row else None


def _contiguous(rows: list[Row], first: int) -> list[Row]:
    """The rows up to the first missing number."""
    return [row for seq, row in enumerate(rows, first) if row[0] == seq]


def _fitting(rows: list[Row]) -> int:
    """How many of the rows fit into one batch; one always does."""
    sizes = accumulate(len(row[6]) for row in rows)
    return max(1, sum(size <= MOST_CHARACTERS for size in sizes))


_MINE = "device = ? AND epoch = ?"
_LAST_EPOCH = "SELECT max(epoch) FROM facts WHERE device = ? AND epoch < ?"
_LAST = f"SELECT max(seq) FROM facts WHERE {_MINE}"
_AT = f"SELECT at_ms FROM facts WHERE {_MINE} AND seq = ?"
_DIGEST = f"SELECT digest FROM facts WHERE {_MINE} AND seq = ?"
_DIGESTS = f"SELECT seq, day, digest FROM facts WHERE {_MINE} AND seq BETWEEN ? AND ? ORDER BY seq"
_FACTS = (
    "SELECT seq, at_ms, skew_ms, day, operator, kind, body, digest FROM facts"
    f" WHERE {_MINE} AND seq > ? ORDER BY seq LIMIT ?"
)
