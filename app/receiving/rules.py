"""What may be received and what must be refused, from the bare facts: no Qt, no SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from app.domain import scans
from app.domain.codes import Pattern, is_cut_short, matches
from app.domain.goods import URGENCY, Count, Zone
from app.domain.ids import ean13_is_valid, has_valid_check
from app.domain.refusals import Refused, refused

MOST_PIECES = 9999
END_NOTE = "收货结束时没到"
"""The note of the shortages that ending a van makes by itself."""
LARGEST_PHOTO = 300_000


class Reason(StrEnum):
    """Why something at receiving cannot be done."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    CONTROL = "control"
    NOT_A_CODE = "not_a_code"
    BAD_COUNT = "bad_count"
    CUT_SHORT = "cut_short"
    MISREAD = "misread"
    UNKNOWN = "unknown"
    SLOT_LABEL = "slot_label"
    RETURN_BAG = "return_bag"
    OWN_CODE = "own_code"
    PICKUP_CODE = "pickup_code"
    PALLET = "pallet"
    OTHER_POINT = "other_point"
    OTHER_DAY = "other_day"
    OTHER_PLATFORM = "other_platform"
    NOT_ON_LIST = "not_on_list"
    NO_MANIFEST = "no_manifest"
    ALREADY = "already"
    EMPTY_CRATE = "empty_crate"
    CRATE_COUNTED = "crate_counted"
    ALL_HERE = "all_here"
    NOT_ORDERED = "not_ordered"
    NOTHING_COUNTED = "nothing_counted"
    COUNTED_MORE = "counted_more"
    NO_LINE = "no_line"
    MORE_THAN_HERE = "more_than_here"
    NO_PICTURE = "no_picture"
    NO_SUCH_SLOT = "no_such_slot"
    NOT_ON_SHELF = "not_on_shelf"
    SAME_SLOT = "same_slot"
    NO_TRIP = "no_trip"
    ENDED = "ended"
    NO_DEGREES = "no_degrees"
    NOTHING_TO_UNDO = "nothing_to_undo"
    MOVED_ON = "moved_on"
    UNDONE = "undone"
    IMPORTED = "imported"
    LISTED = "listed"


# --- what was scanned --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scan:
    """A code and how many pieces were said with it (0: none said); an empty code means the last product."""

    code: str
    pieces: int = 0


_COUNTED = re.compile(r"([^×*]*?)\s*[×*]\s*([^×*]*)")


def read_scan(text: str) -> Scan | Refused:
    """Tidy a scan or typed line and split count from code; refuses what can be no code."""
    tidy = scans.tidy(text)
    trouble = scans.trouble_with(tidy)
    return _with_count(tidy) if trouble is None else refused(Reason(trouble.reason), **trouble.about)


def _with_count(tidy: str) -> Scan | Refused:
    """`12×CODE`, `CODE×12` or `×12`; between two numbers the shorter one is the count."""
    counted = _COUNTED.fullmatch(tidy)
    if counted is None:
        return _scan(tidy, "")
    left, right = counted[1], counted[2]
    if _is_number(left) and (not _is_number(right) or len(left) <= len(right)):
        return _scan(right, left)
    return _scan(left, right) if _is_number(right) else _scan(tidy, "")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _scan(code: str, count: str) -> Scan | Refused:
    if not code.isascii():
        return refused(Reason.NOT_A_CODE, text=code)
    if count and not 0 < int(count[:6]) <= MOST_PIECES:
        return refused(Reason.BAD_COUNT, count=count[:12], most=MOST_PIECES)
    return Scan(code.strip().upper(), int(count or 0))


# --- what a code looks like --------------------------------------------------------------------------------


class Look(StrEnum):
    """What an unknown code looks like."""

    SLOT = "slot"
    BAG = "bag"
    OWN = "own"
    PALLET = "pallet"
    PICKUP = "pickup"
    CRATE = "crate"
    BARCODE = "barcode"
    MISREAD = "misread"
    CUT_SHORT = "cut_short"
    NOTHING = "nothing"


def look_of(code: str, patterns: Iterable[Pattern]) -> tuple[Look, str]:
    """What a code looks like, and which platform's it would be ("" for none)."""
    own = _own_look(code)
    if own is not None:
        return own, ""
    known = list(patterns)
    for kind in ("pallet", "crate", "pickup"):
        for shape in known:
            if shape.kind == kind and matches(shape.pattern, code):
                return Look(kind), shape.platform
    return _plain_look(code, known)


def _own_look(code: str) -> Look | None:
    if not re.fullmatch(r"[A-Z]{2}-[0-9A-Z-]+", code) or not has_valid_check(code):
        return None
    return {"HW": Look.SLOT, "TH": Look.BAG}.get(code[:2], Look.OWN)


def _plain_look(code: str, patterns: Sequence[Pattern]) -> tuple[Look, str]:
    if re.fullmatch(r"\d{14}", code):
        return Look.PALLET, ""
    if re.fullmatch(r"\d{13}", code):
        return (Look.BARCODE if ean13_is_valid(code) else Look.MISREAD), ""
    if re.fullmatch(r"\d{8}|\d{12}", code) and ean13_is_valid(code.zfill(13)):
        return Look.BARCODE, ""  # EAN-8 and UPC-A carry the same check digit behind leading zeros
    for shape in patterns:
        if shape.kind == "crate" and is_cut_short(code, shape.pattern):
            return Look.CUT_SHORT, shape.platform
    return Look.NOTHING, ""


# --- spreading a count over order lines --------------------------------------------------------------------


class Expected(NamedTuple):
    """One order line of a trip: what is still in the van, what is missing, and which `person` it is for."""

    lot: str
    trip: str
    crate: str
    product: str
    zone: Zone
    person: str
    order: str
    day: str
    pieces: int
    van: int
    short: int

    @property
    def came(self) -> int:
        """Pieces that were received or found damaged so far."""
        return self.pieces - self.van - self.short


class Taken(NamedTuple):
    """Pieces of one line taken off the van, or (`late`) back from the missing ones."""

    line: Expected
    pieces: int
    late: bool = False


def spread(lines: Iterable[Expected], pieces: int, *, unpacking: str = "") -> tuple[list[Taken], int]:
    """Give counted pieces to order lines: the crate being unpacked first, then the oldest order.

    What is on the van goes first, then what had been missing. Returns the takings and how many are beyond all.
    """
    order = sorted(lines, key=lambda x: (x.crate != unpacking, x.day, x.order, x.lot))
    taken: list[Taken] = []
    for late in (False, True):
        for line in order:
            took = min(pieces, line.short if late else line.van)
            if took > 0:
                taken.append(Taken(line, took, late))
                pieces -= took
    return taken, pieces


def first_of(lines: Iterable[Expected], *, unpacking: str = "") -> Expected:
    """The line to which a surplus piece is ascribed; raises `ValueError` without lines."""
    return min(lines, key=lambda x: (x.crate != unpacking, x.day, x.order, x.lot))


def counted_more(*, total: int, already: int) -> int | Refused:
    """How many pieces are still to be counted so that the last product makes `total` in all."""
    if already <= 0:
        return refused(Reason.NOTHING_COUNTED)
    if total < already:
        return refused(Reason.COUNTED_MORE, already=already, total=total)
    return total - already


def take_from(lot: str, places: Sequence[tuple[str, int]], pieces: int) -> tuple[Count, ...] | Refused:
    """Where `pieces` of a lot are taken: `places` are (slot, pieces), "" for the van, in the order of taking."""
    have = sum(number for _, number in places)
    if not 0 < pieces <= have:
        return refused(Reason.MORE_THAN_HERE, have=have, asked=pieces)
    counts: list[Count] = []
    for slot, number in places:
        took = min(pieces, number)
        if took:
            counts.append(Count(lot, took, slot))
            pieces -= took
    return tuple(counts)


# --- the cold chain ----------------------------------------------------------------------------------------

WARMEST_TENTHS = {Zone.FROZEN: -120, Zone.CHILLED: 80}
"""Above these a reading is an alarm, in 0.1 °C: frozen goods are kept at −18 °C and the last leg may let them rise
to −12 °C (Codex CAC/RCP 8-1976, quick frozen foods); 8 °C for chilled goods is ours. Other zones have no limit."""
TENTHS = range(-600, 601)


@dataclass(frozen=True, slots=True)
class Reading:
    """A temperature read at arrival, in 0.1 °C."""

    zone: Zone
    tenths: int


def too_warm(reading: Reading) -> bool:
    """Whether a reading means that cold goods may have spoiled."""
    return reading.tenths > WARMEST_TENTHS.get(reading.zone, TENTHS[-1])


def read_degrees(text: str) -> int | Refused:
    """Tenths of a degree from what was typed, such as `-18` or `－３．５℃`."""
    plain = scans.tidy(text).replace("℃", "").replace("°C", "").replace("−", "-").replace("。", ".").strip()
    if not re.fullmatch(r"[+-]?\d{1,2}(\.\d)?", plain):
        return refused(Reason.NO_DEGREES, text=plain[:12])
    return round(float(plain) * 10)


def by_urgency(zones: Iterable[Zone]) -> list[Zone]:
    """Zones in the order in which goods must leave the doorstep: frozen first."""
    return sorted(set(zones), key=URGENCY.__getitem__)
