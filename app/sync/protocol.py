"""What a desk and the platform say to each other; both sides and the sandbox speak in these words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from app.domain.codec import GENESIS, Recorded
from app.domain.goods import Person
from app.domain.roles import POINT

PLATFORM_DEVICE = "@"
"""The platform's own facts carry this device, epoch 1 and their number in the point's feed."""
HOST_VOICE = 2
"""What a station's host says itself carries the same device and this epoch; the platform's facts keep their numbers."""

MOST_EVENTS = 5_000
"""No batch and no feed part carries more facts than this."""
MOST_BODY = 4_000_000
"""A single fact's canonical bytes, at most."""
MOST_PHOTO = 4_000_000
MOST_WIRE = 8_000_000
"""Bytes of a message as sent."""
MOST_PLAIN = 32_000_000
"""Bytes of a message after decompression, and characters after its columns are unfolded."""


# --- desk to platform --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    """How many facts of one device and epoch a business day holds, and their digests XORed together."""

    day: str
    count: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Contiguous facts of one epoch of a device, from ``first`` on; without facts it only asks for news.

    ``before`` and ``after`` are the digests around the facts. ``cursor`` is the last feed number read. ``have``
    gives each epoch of this device with the last seq that its book holds. ``opaque`` is one fact in canonical
    bytes, sent in the place of ``facts`` when the platform choked on it. ``tallies`` are days to compare, counted
    from seq ``tallies_from`` to the end of this batch. ``unsent`` facts are left for later batches.
    ``plain`` bodies are not folded into columns.
    """

    epoch: int
    first: int
    facts: tuple[Recorded, ...] = ()
    before: bytes = GENESIS
    after: bytes = GENESIS
    cursor: int = 0
    have: tuple[tuple[int, int], ...] = ()
    opaque: bytes | None = None
    tallies: tuple[Tally, ...] = ()
    tallies_from: int = 0
    unsent: int = 0
    plain: bool = field(default=False, compare=False)

    @property
    def last(self) -> int:
        """The seq of the last fact in it; ``first - 1`` where there is none."""
        return self.first - 1 + (1 if self.opaque is not None else len(self.facts))


# --- platform to desk --------------------------------------------------------------------------------------


class Verdict(StrEnum):
    """What the platform made of a batch."""

    KEPT = "kept"
    GAP = "gap"  # facts before it are missing: go on after the watermark
    MISMATCH = "mismatch"  # the digest before it is not ours: go back and send from an earlier point
    GARBLED = "garbled"  # its facts do not add up to its own digest
    FORK = "fork"  # another book has written the same numbers: go on in a new epoch


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A fact that the platform keeps but could not read."""

    seq: int
    why: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Goods that a buyer may ask for here but that wait at another point, or for another day."""

    platform: str
    code: str
    tail: str
    point: str
    day: str


@dataclass(frozen=True, slots=True)
class Told:
    """One item of a point's feed: number ``n`` and one of a fact, people, or entries for "not here"."""

    n: int
    fact: Recorded | None = None
    people: tuple[Person, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The platform's answer to a batch.

    ``watermark`` is the last seq of the epoch it holds and ``digest`` the one there. ``feed`` are news with a
    number up to ``cursor``; ``more`` says that there are more. ``next_ms`` and ``max_events`` steer the pace.
    ``now_ms`` serves the notice of a wrong PC clock and nothing else. On a fork ``common`` is the last seq on which
    both sides agree and ``epoch`` the new epoch.
    """

    verdict: Verdict
    watermark: int
    digest: bytes
    cursor: int
    now_ms: int
    quarantined: tuple[Quarantined, ...] = ()
    feed: tuple[Told, ...] = ()
    more: bool = False
    next_ms: int = 30_000
    max_events: int = MOST_EVENTS
    tallies: tuple[Tally, ...] = ()
    common: int = 0
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A device's place at a point, or at a grid station (``kind``).

    ``secret`` is shown this once and is known to nobody but the two sides.
    """

    device: str
    secret: str = field(repr=False)
    epoch: int
    point: str
    point_name: str
    kind: str = POINT


# --- what can go wrong -------------------------------------------------------------------------------------


class SyncError(Exception):
    """An exchange with the platform failed; nothing is lost, the facts stay in the book."""


class Unreachable(SyncError):
    """No connection, a time-out, or a gateway that says so."""


class TimedOut(Unreachable):
    """The platform did not answer in time: the next batch is made smaller."""


class SignedOut(SyncError):
    """The platform does not know this device's secret (any more)."""


class Lied(SyncError):
    """Something answered, but not as the platform does: a web page, half an answer, wrong types, impossible numbers."""


class Busy(SyncError):
    """The platform asks to come again after ``retry_after`` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"come again in {retry_after:g} s")
        self.retry_after = retry_after


class Choked(SyncError):
    """The platform could not take this very message (status 400 or 500 and their like)."""


class EnrolmentRefused(SyncError):
    """The enrolment code is unknown, used or too old; ``why`` is one of these words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Platform(Protocol):
    """The platform as a device sees it; every call raises :class:`SyncError` where it fails."""

    def enrol(self, *, code: str, device_name: str, attempt: str) -> Enrolled:
        """Trade a one-time code for a place; asking again with the same random ``attempt`` is the same asking."""
        ...

    def push(self, batch: Batch) -> Answer:
        """Send facts, get news."""
        ...

    def keep_photo(self, *, sha: str, jpeg: bytes) -> None:
        """Send a picture; ``sha`` is the BLAKE2b-128 of its bytes in hex. Twice is once."""
        ...

    def close(self) -> None:
        """Let go of what is kept open between calls."""
        ...


def tally_up(days: Iterable[tuple[str, bytes]]) -> tuple[Tally, ...]:
    """Count facts by day and XOR their digests, from (day, digest) pairs; days in order."""
    found: dict[str, tuple[int, int]] = {}
    for day, digest in days:
        count, mixed = found.get(day, (0, 0))
        found[day] = count + 1, mixed ^ int.from_bytes(digest, "big")
    return tuple(
        Tally(day, count, mixed.to_bytes(len(GENESIS), "big"))
        for day, (count, mixed) in sorted(found.items())
    )
