"""What may come off a trunk truck and what must be refused, from the bare facts: no Qt, no SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from app.domain.clock import business_day
from app.domain.codes import SHORTEST_CUT, Pattern, is_cut_short, matches
from app.domain.fair import Need, share_out
from app.domain.goods import Count
from app.domain.ids import ean13_is_valid, has_valid_check
from app.domain.labels import CRATE_PREFIX, is_crate_label, lot_of_label
from app.domain.refusals import Refused, refused

MOST_PIECES = 9999
END_NOTE = "卸完时没来"
"""The note of the shortages that ending a truck makes by itself."""
CLEAR_NOTE = "清场时没找到"
"""The note of the shortages that clearing the dock makes by itself."""
BROKEN_SEAL = "铅封破损"
"""How the note of an arrival begins where the seal was broken."""
EVENING_MS = 5 * 3_600_000
"""From 18:00 on the coming night's trucks count as tonight's (ours): some come before the day's cut-off."""


class Reason(StrEnum):
    """Why something at the dock cannot be done."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    CONTROL = "control"
    NOT_A_CODE = "not_a_code"
    CUT_SHORT = "cut_short"
    DOUBLED = "doubled"
    MISREAD = "misread"
    UNKNOWN = "unknown"
    CRATE = "crate"
    PIECE = "piece"
    OWN_CODE = "own_code"
    PRODUCT = "product"
    NOT_ORDERED = "not_ordered"
    NO_LIST = "no_list"
    OTHER_STATION = "other_station"
    OTHER_NIGHT = "other_night"
    NOT_ON_LIST = "not_on_list"
    ALREADY = "already"
    NO_TRUCK = "no_truck"
    NOT_ARRIVED = "not_arrived"
    ENDED = "ended"
    CHANGED = "changed"
    NO_BOX = "no_box"
    BOX_IN = "box_in"
    BAD_COUNT = "bad_count"
    MORE_THAN_HERE = "more_than_here"
    NO_PICTURE = "no_picture"
    NOTHING_TO_UNDO = "nothing_to_undo"
    MOVED_ON = "moved_on"
    UNDONE = "undone"
    VOIDED = "voided"


def tonight(now_ms: int) -> str:
    """The business day whose trucks come now."""
    return business_day(now_ms + EVENING_MS)


# --- what a code looks like --------------------------------------------------------------------------------


class Look(StrEnum):
    """What a code looks like that stands on no sheet."""

    PALLET = "pallet"
    BOX = "box"
    CRATE = "crate"
    PIECE = "piece"
    OWN = "own"
    BARCODE = "barcode"
    MISREAD = "misread"
    CUT_SHORT = "cut_short"
    NOTHING = "nothing"


def look_of(code: str, patterns: Sequence[Pattern]) -> tuple[Look, str]:
    """What a code looks like, and which platform's it would be ("" for none)."""
    own = _own_look(code)
    if own is not None:
        return own, ""
    for kind, look in (("pallet", Look.PALLET), ("crate", Look.BOX)):
        for shape in patterns:
            if shape.kind == kind and matches(shape.pattern, code):
                return look, shape.platform
    return _plain_look(code, patterns)


def _own_look(code: str) -> Look | None:
    if is_crate_label(code):
        return Look.CRATE
    try:
        lot_of_label(code)
    except ValueError:
        prefixed = re.fullmatch(rf"(?:[A-Z]{{2}}-|{CRATE_PREFIX})[0-9A-Z-]+", code)
        return Look.OWN if prefixed and has_valid_check(code) else None
    return Look.PIECE


def _plain_look(code: str, patterns: Iterable[Pattern]) -> tuple[Look, str]:
    if is_pallet_label(code):
        return Look.PALLET, ""
    if re.fullmatch(r"\d{13}", code):
        return (Look.BARCODE if ean13_is_valid(code) else Look.MISREAD), ""
    if re.fullmatch(r"\d{8}|\d{12}", code) and ean13_is_valid(code.zfill(13)):
        return Look.BARCODE, ""  # EAN-8 and UPC-A carry the same check digit behind leading zeros
    for shape in patterns:
        if shape.kind in ("pallet", "crate") and is_cut_short(code, shape.pattern):
            return Look.CUT_SHORT, shape.platform
    return Look.NOTHING, ""


def is_pallet_label(code: str) -> bool:
    """Whether a code has the 14 digits of a pallet's label."""
    return re.fullmatch(r"\d{14}", code, re.ASCII) is not None


def is_beginning(code: str) -> bool:
    """Whether a code is long enough to be called the beginning of a longer one."""
    return len(code) >= SHORTEST_CUT


# --- containers --------------------------------------------------------------------------------------------


class Box(NamedTuple):
    """A container as one trip's sheet names it; ``held`` says that it is unloaded already."""

    trip: str
    container: str
    pallet: str
    number: str
    zone: str
    day: str
    station: str
    ended: int
    held: int


def rank(box: Box, *, day: str, station: str) -> int:
    """How near a container is to what may come off a truck now: 0 tonight's, 1 of a truck never ended, 2 of another
    night, 9 of another station.
    """
    if box.station and station and box.station != station:
        return 9
    if box.day == day:
        return 0
    return 1 if box.day < day and not box.ended and not box.held else 2


# --- who goes without --------------------------------------------------------------------------------------


class Share(NamedTuple):
    """A point's pieces of one product at one place."""

    lot: str
    point: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is to go without: the night, and when points last went without something."""

    day: str
    lately: Mapping[str, int] = field(default_factory=dict)


def taken_from(shares: Sequence[Share], pieces: int, turn: Turn) -> tuple[Count, ...] | Refused:
    """Take pieces of a product: each point keeps what the fair rule gives it of the rest."""
    needs = _needs(shares, turn)
    have = sum(need.pieces for need in needs)
    if not 0 < pieces <= have:
        return refused(Reason.MORE_THAN_HERE, have=have, asked=pieces)
    keeps = share_out(needs, have - pieces, day=turn.day)
    return _by_lot(shares, {need.point: need.pieces - keeps[need.point] for need in needs})


def given_to(shares: Sequence[Share], pieces: int, turn: Turn) -> tuple[Count, ...] | Refused:
    """Give pieces of a product that were missing to the points that miss them, by the fair rule."""
    needs = _needs(shares, turn)
    missing = sum(need.pieces for need in needs)
    if not 0 < pieces <= missing:
        return refused(Reason.MORE_THAN_HERE, have=missing, asked=pieces)
    return _by_lot(shares, share_out(needs, pieces, day=turn.day))


def _needs(shares: Iterable[Share], turn: Turn) -> list[Need]:
    by_point: dict[str, int] = {}
    for share in shares:
        by_point[share.point] = by_point.get(share.point, 0) + max(0, share.pieces)
    return [Need(point, pieces, turn.lately.get(point, 0)) for point, pieces in sorted(by_point.items())]


def _by_lot(shares: Iterable[Share], by_point: Mapping[str, int]) -> tuple[Count, ...]:
    """A point's pieces come from its lots in their order."""
    left = dict(by_point)
    found = []
    for share in sorted(shares):
        pieces = min(max(0, share.pieces), left[share.point])
        left[share.point] -= pieces
        found.append(Count(share.lot, pieces))
    return tuple(count for count in found if count.pieces)


# --- seals -------------------------------------------------------------------------------------------------


class Seal(StrEnum):
    """What the seal of a truck says."""

    SAME = "same"
    OTHER = "other"
    BROKEN = "broken"
    UNSEEN = "unseen"
    UNTOLD = "untold"  # read, but nobody had announced one


def seal_of(*, announced: str, seen: str, note: str) -> Seal:
    """Compare a seal with the announced one; the note says where it was broken."""
    if note.startswith(BROKEN_SEAL):
        return Seal.BROKEN
    if not seen:
        return Seal.UNSEEN
    if not announced:
        return Seal.UNTOLD
    return Seal.SAME if plain_mark(seen) == plain_mark(announced) else Seal.OTHER


def plain_mark(text: str) -> str:
    """A plate or seal without blanks, dots and hyphens, in capitals: how it is written does not count."""
    return re.sub(r"[\s·.\-]", "", text).upper()


# --- what is to be done next -------------------------------------------------------------------------------


class Next(StrEnum):
    """The one thing to do next."""

    LIST = "list"
    CONFIRM = "confirm"
    ARRIVAL = "arrival"
    COLD = "cold"
    UNLOAD = "unload"
    END = "end"
    SORT = "sort"
    CLEAR = "clear"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Standing:
    """How the night stands at the dock: trucks told, waited for and open; pieces left on them and on the dock."""

    trucks: int
    open_trucks: int
    empty_open_trucks: int
    coming: int
    left: int
    cold_left: int
    dock: int
    cleared: int
    clashes: int


def next_step(at: Standing) -> Next:
    """What a worker does next; cold goods first, and an empty truck is ended before another is waited for."""
    steps = (
        (at.clashes, Next.CONFIRM),
        (not at.trucks, Next.LIST),
        (at.empty_open_trucks, Next.END),
        (at.open_trucks and at.cold_left, Next.COLD),
        (at.open_trucks, Next.UNLOAD),
        (at.coming, Next.ARRIVAL),
        (at.dock, Next.SORT),
        (not at.cleared, Next.CLEAR),
    )
    return next((step for holds, step in steps if holds), Next.DONE)
