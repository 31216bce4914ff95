"""Who had it and who has it now, from bare counts: a hand-over that agrees, a balance that ages, a fair proposal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from app.domain.night import AssetCount, Link
from app.domain.refusals import Refused, refused

DAY_MS = 86_400_000
MOST_CRATES, MOST_PIECES, MOST_BAGS = 999, 99_999, 99
LONGEST_NOTE = 200
OLD_DAYS, TOO_OLD_DAYS = 7, 14
"""Returnable things that are out longer than this are old (ours)."""


class Asset(StrEnum):
    """Kinds of returnable things."""

    CRATE = "crate"
    ICE_BOX = "ice_box"
    PALLET = "pallet"


class Reason(StrEnum):
    """Why something at the hand-over is not done."""

    NO_RUN = "no_run"
    OPEN = "open"
    HANDED = "handed"
    NOT_HANDED = "not_handed"
    NO_DRIVER = "no_driver"
    NO_SIGNATURE = "no_signature"
    NO_COUNT = "no_count"
    DIFFERS = "differs"
    SAME = "same"
    CHANGED = "changed"
    NO_WHY = "no_why"
    NOTHING_BACK = "nothing_back"
    NO_STOP = "no_stop"
    BAG_MISREAD = "bag_misread"
    BAG_HERE = "bag_here"
    BAG_EMPTY = "bag_empty"
    NOT_A_BAG = "not_a_bag"
    BAD_COUNT = "bad_count"
    SAME_HOLDER = "same_holder"
    NOT_ON_VAN = "not_on_van"
    NOT_A_CRATE = "not_a_crate"
    ALL_HERE = "all_here"
    UNDECIDED = "undecided"
    NO_LOT = "no_lot"
    NOTHING_TO_UNDO = "nothing_to_undo"
    RECEIVED = "received"


# --- counting a van ----------------------------------------------------------------------------------------


class Load(NamedTuple):
    """What a van carries by the book: crates, ice boxes apart from them, and the pieces in both."""

    crates: int
    boxes: int
    pieces: int


class Counted(NamedTuple):
    """What the driver counted before seeing a number; ``None`` where it was not counted."""

    crates: int | None
    boxes: int | None
    pieces: int | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of the two counts: what it is, the station's number, the driver's (``None``: not counted)."""

    what: str
    booked: int
    counted: int | None

    @property
    def agrees(self) -> bool:
        """Whether both say the same; what was not counted does not disagree."""
        return self.counted is None or self.counted == self.booked


def compare(load: Load, counted: Counted) -> tuple[Compared, ...]:
    """Both counts side by side."""
    return (
        Compared("crates", load.crates, counted.crates),
        Compared("boxes", load.boxes, counted.boxes),
        Compared("pieces", load.pieces, counted.pieces),
    )


def agree(load: Load, counted: Counted) -> bool:
    """Whether driver and station can sign: crates and boxes were counted, and nothing differs."""
    if counted.crates is None or (counted.boxes is None and load.boxes):
        return False
    return all(line.agrees for line in compare(load, counted))


def check_signing(
    load: Load, counted: Counted, *, driver: str, station_signed: bytes, driver_signed: bytes
) -> Refused | None:
    """Whether a hand-over is complete: a driver, two equal counts, two signatures."""
    if not driver.strip():
        return refused(Reason.NO_DRIVER)
    if counted.crates is None:
        return refused(Reason.NO_COUNT)
    if not agree(load, counted):
        return refused(Reason.DIFFERS)
    return None if station_signed and driver_signed else refused(Reason.NO_SIGNATURE)


def plain(text: str) -> str:
    """A note as one line without control characters."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()[:LONGEST_NOTE]


# --- returnable things -------------------------------------------------------------------------------------


class Came(NamedTuple):
    """Returnable things of one kind that came to a holder at a time."""

    at_ms: int
    pieces: int


def oldest_ms(balance: int, came: Iterable[Came]) -> int:
    """Since when the oldest thing that a holder has is there: what came first leaves first, so the last ones are left.

    ``came`` begins with the newest; 0 where nothing is left, or where not all that is left has been seen to come.
    """
    left = balance
    for at_ms, pieces in came:
        if left <= 0:
            break
        left -= pieces
        if left <= 0:
            return at_ms
    return 0


class Age(StrEnum):
    """How long returnable things are out."""

    FRESH = "fresh"
    OLD = "old"
    TOO_OLD = "too_old"


def age_of(since_ms: int, *, now_ms: int) -> Age:
    """Over a week is old, over two too old; nothing out is fresh."""
    days = (now_ms - since_ms) / DAY_MS if since_ms else 0
    if days > TOO_OLD_DAYS:
        return Age.TOO_OLD
    return Age.OLD if days > OLD_DAYS else Age.FRESH


class Way(NamedTuple):
    """Things going from one holder to another."""

    source: str
    target: str
    assets: tuple[AssetCount, ...]


class Drop(NamedTuple):
    """What a stop got of returnable things, and the empty ones that the driver took along there."""

    point: str
    brought: tuple[AssetCount, ...]
    taken: tuple[AssetCount, ...]


def ways_back(driver: str, drops: Sequence[Drop], back: tuple[AssetCount, ...]) -> tuple[Way, ...]:
    """A run's way of returnable things when it is over: off the driver at the stops, on again, and to the station."""
    name = f"driver:{driver}"
    ways = [Way(name, f"point:{drop.point}", drop.brought) for drop in drops if drop.brought]
    ways += [Way(f"point:{drop.point}", name, drop.taken) for drop in drops if drop.taken]
    return (*ways, Way(name, "station", back)) if back else tuple(ways)


def counts_of(pieces: Iterable[tuple[str, int]]) -> tuple[AssetCount, ...]:
    """Counts of things, without those of which there are none."""
    return tuple(AssetCount(asset, number) for asset, number in pieces if number)


# --- blame -------------------------------------------------------------------------------------------------

CHAIN = tuple(Link)
HOLDER = {
    Link.TRUNK: Link.TRUNK,
    Link.STATION: Link.STATION,
    Link.DRIVER: Link.STATION,
    Link.POINT: Link.DRIVER,
}
"""Who had the goods between a link's confirmed count and the one before it: the trunk until they were unloaded, the
station until they were in a crate and until the driver signed, the driver until the point signed."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """How many pieces a link confirmed (broken ones among them); ``None`` where it has not confirmed anything."""

    link: Link
    pieces: int | None


@dataclass(frozen=True, slots=True)
class Share:
    """Missing pieces and whose count they are missing from: after ``before`` was confirmed, before ``at`` was.

    ``holder`` had them in between; it is ``None`` where a confirmation is missing in between, so that nobody can say.
    """

    pieces: int
    before: Confirmed
    at: Confirmed
    holder: Link | None
    silent: tuple[Link, ...] = ()


def shares(chain: Sequence[Confirmed]) -> tuple[Share, ...]:
    """Every fall of the confirmed counts, in order; together they are all that is missing."""
    known = [one for one in settled(chain) if one.pieces is not None]
    return tuple(
        _share(before, at) for before, at in pairwise(known) if (at.pieces or 0) < (before.pieces or 0)
    )


def settled(chain: Sequence[Confirmed]) -> tuple[Confirmed, ...]:
    """The counts made sound: what a later link confirmed must have been with every link before it."""
    found: list[Confirmed] = []
    least = 0
    for one in reversed(chain):
        least = max(least, one.pieces or 0)
        found.append(one if one.pieces is None else Confirmed(one.link, least))
    return tuple(reversed(found))


def _share(before: Confirmed, at: Confirmed) -> Share:
    silent = CHAIN[CHAIN.index(before.link) + 1 : CHAIN.index(at.link)]
    holders = {HOLDER[link] for link in (*silent, at.link)}
    holder = holders.pop() if len(holders) == 1 else None
    return Share((before.pieces or 0) - (at.pieces or 0), before, at, holder, silent)


@dataclass(frozen=True, slots=True)
class Proposal:
    """The link that a shortage points to, for so many pieces; ``share`` says between which counts."""

    link: Link
    pieces: int
    share: Share


def propose(chain: Sequence[Confirmed]) -> Proposal | Refused:
    """The one link for a shortage: who held the goods at the first fall; refused where counts are missing or agree."""
    falls = shares(chain)
    if not falls:
        waiting = next((one.link for one in chain if one.pieces is None), None)
        return refused(Reason.UNDECIDED, missing=waiting or "", pieces=0)
    first = falls[0]
    if first.holder is None:
        return refused(Reason.UNDECIDED, missing=first.silent[-1], pieces=first.pieces)
    return Proposal(first.holder, first.pieces, first)
