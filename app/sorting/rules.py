"""What a scan at the wall is, what may be put where, and who goes without when a product is short."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.fair import Need
from app.domain.goods import Zone
from app.domain.ids import ean13_is_valid, has_valid_check, with_check
from app.domain.labels import CRATE_PREFIX, PIECE_PREFIX, crate_label, is_crate_label, lot_of_label
from app.domain.refusals import Refused, refused

LONGEST_CODE = 64
LONGEST_BADGE = 12
MOST_PIECES = 9999
SLOT_PREFIX = "GK"


class Reason(StrEnum):
    """Why something at the wall cannot be done."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    CONTROL = "control"
    NOT_A_CODE = "not_a_code"
    MISREAD = "misread"
    UNKNOWN = "unknown"
    NOT_OURS = "not_ours"
    OTHER_NIGHT = "other_night"
    COMING_NIGHT = "coming_night"
    BEYOND = "beyond"
    NOT_UNLOADED = "not_unloaded"
    NONE_LEFT = "none_left"
    REPEAT = "repeat"
    NO_SLOT = "no_slot"
    WRONG_CRATE = "wrong_crate"
    WRONG_ZONE = "wrong_zone"
    SEALED = "sealed"
    OLD_LABEL = "old_label"
    USED_LABEL = "used_label"
    SLOT_HAS_CRATE = "slot_has_crate"
    REPLACED = "replaced"
    ON_VAN = "on_van"
    NO_PRODUCT = "no_product"
    WHOLE_BOX = "whole_box"
    PRODUCT_DONE = "product_done"
    MORE_THAN_NEEDED = "more_than_needed"
    BAD_COUNT = "bad_count"
    NOTHING_SHORT = "nothing_short"
    SHARES_DO_NOT_ADD_UP = "shares_do_not_add_up"
    BAD_BADGE = "bad_badge"
    NOBODY_HERE = "nobody_here"
    NO_CRATE = "no_crate"
    EMPTY_CRATE = "empty_crate"
    NOT_SEALED = "not_sealed"
    NO_REASON = "no_reason"
    MORE_THAN_HERE = "more_than_here"
    NO_ROUTES = "no_routes"
    WALL_IN_USE = "wall_in_use"
    NOTHING_TO_UNDO = "nothing_to_undo"
    UNDONE = "undone"
    MOVED_ON = "moved_on"


class Confirm(StrEnum):
    """When a put by piece label counts: at once, or when the crate is scanned too."""

    AT_ONCE = "at_once"
    BY_CRATE = "by_crate"


# --- what was scanned --------------------------------------------------------------------------------------


class Look(StrEnum):
    """What a code looks like."""

    PIECE = "piece"
    CRATE = "crate"
    SLOT = "slot"
    BARCODE = "barcode"
    MISREAD = "misread"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Code:
    """A tidied code and what it looks like."""

    text: str
    look: Look


_AIM = re.compile(r"^\](C[0-4]|E[0-4]|Q[0-6]|d[0-6]|e[0-3])")


def read_code(text: str) -> Code | Refused:
    """Tidy a scan and say what it looks like; refuses what can be no code at all."""
    tidy = _tidy(text)
    if not tidy:
        return refused(Reason.EMPTY)
    if any(unicodedata.category(symbol) in ("Cc", "Cf", "Co", "Cn", "Cs") for symbol in tidy):
        return refused(Reason.CONTROL)
    if len(tidy) > LONGEST_CODE:
        return refused(Reason.TOO_LONG, length=len(tidy), most=LONGEST_CODE)
    if not tidy.isascii():
        return refused(Reason.NOT_A_CODE, text=tidy[:20])
    return Code(tidy, look_of(tidy))


def _tidy(text: str) -> str:
    """Outer blanks, separators and a scanner's own mark go; full-width becomes plain, small becomes capital."""
    plain = "".join(map(_narrow, text.replace("\x1d", ""))).strip()
    return _AIM.sub("", plain, count=1).strip().upper()


def _narrow(symbol: str) -> str:
    if "！" <= symbol <= "～":
        return chr(ord(symbol) - 0xFEE0)
    return " " if symbol == "\u3000" else symbol


def look_of(code: str) -> Look:
    """What a tidied code looks like; one of ours with a wrong check character is misread."""
    if code.startswith(CRATE_PREFIX):
        return Look.CRATE if is_crate_label(code) else Look.MISREAD
    if code.startswith(f"{SLOT_PREFIX}-"):
        return Look.SLOT if has_valid_check(code) else Look.MISREAD
    if code.startswith(PIECE_PREFIX) and "-" in code:
        return Look.PIECE if _is_piece(code) else Look.MISREAD
    if code.isdecimal() and len(code) in (8, 12, 13):
        return Look.BARCODE if ean13_is_valid(code.zfill(13)) else Look.MISREAD
    return Look.OTHER


def _is_piece(code: str) -> bool:
    try:
        return lot_of_label(code)[1] > 0
    except ValueError:
        return False


def slot_code(slot: str) -> str:
    """What is printed at the wall itself: the code of a slot, such as ``GK-1-07-X``."""
    return with_check(f"{SLOT_PREFIX}-{slot}")


def slot_of(code: str) -> str:
    """The slot that such a code names."""
    return code.removeprefix(f"{SLOT_PREFIX}-").rpartition("-")[0]


def read_badge(text: str) -> str | Refused:
    """A sorter's badge: letters and digits, never a name."""
    badge = _tidy(text)
    if not re.fullmatch(rf"[0-9A-Z][0-9A-Z-]{{0,{LONGEST_BADGE - 1}}}", badge):
        return refused(Reason.BAD_BADGE, text=badge[:20])
    return badge


def read_count(text: str) -> int:
    """How many, from what was typed while a put is asked for; 0 for what is no count."""
    digits = _tidy(text).removeprefix("×").removeprefix("X").removeprefix("*").strip()
    return int(digits) if digits.isdecimal() and 0 < len(digits) <= 3 else 0


# --- crates ------------------------------------------------------------------------------------------------

SORTED_IN = (Zone.AMBIENT, Zone.FRESH, Zone.CHILLED, Zone.FROZEN)
"""The order of waves: frozen goods come out of the cold last."""


def asset_for(zone: Zone) -> str:
    """In what goods of a zone travel."""
    return "ice_box" if zone is Zone.FROZEN else "crate"


_ZONE_LETTERS = {Zone.AMBIENT: "A", Zone.FRESH: "F", Zone.CHILLED: "C", Zone.FROZEN: "Z"}


def slot_label(slot: str, *, zone: str, day: str) -> str:
    """The label of the first crate in a slot, such as ``ZK1122-12A-007-X`` for ``12-07``; empty for odd slots."""
    bay, dash, number = slot.partition("-")
    if not (dash and bay.isdecimal() and number.isdecimal() and len(bay) <= 2 and len(number) <= 3):
        return ""
    letter = _ZONE_LETTERS[Zone(zone)]
    return crate_label(day=day, device=f"{int(bay):02d}{letter}", number=int(number))


@dataclass(frozen=True, slots=True)
class Crate:
    """A crate as the book knows it; ``became`` is the label that replaced this one, ``run`` the van it is on."""

    crate: str
    slot: str
    point: str
    route: str
    day: str
    zone: str
    asset: str
    after: str
    became: str
    sealed_ms: int
    run: str

    @property
    def takes_goods(self) -> bool:
        """Whether something may still be put into it."""
        return not (self.sealed_ms or self.run or self.became)


def why_not_into(crate: Crate, *, slot: str, point: str, zone: str, day: str) -> Refused | None:
    """Why goods for this slot may not go into this crate; none where they may."""
    if crate.became:
        return refused(Reason.REPLACED, crate=crate.crate, became=crate.became, slot=crate.slot)
    if crate.point != point or crate.day != day:
        return refused(Reason.WRONG_CRATE, slot=slot, found=crate.slot, crate=crate.crate)
    if crate.run:
        return refused(Reason.ON_VAN, crate=crate.crate, slot=crate.slot, run=crate.run)
    if crate.sealed_ms:
        return refused(Reason.SEALED, crate=crate.crate, slot=crate.slot, at_ms=crate.sealed_ms)
    if crate.zone != zone:
        return refused(Reason.WRONG_ZONE, slot=slot, zone=zone, found=crate.zone, crate=crate.crate)
    return None


SLIP_KINDS = {
    Reason.WRONG_CRATE: "wrong_crate",
    Reason.WRONG_ZONE: "wrong_crate",
    Reason.SEALED: "sealed",
    Reason.REPLACED: "sealed",
    Reason.ON_VAN: "sealed",
    Reason.REPEAT: "repeat",
    Reason.NOT_OURS: "unknown",
    Reason.OTHER_NIGHT: "unknown",
    Reason.BEYOND: "unknown",
}
"""Refusals that are slips stopped in time, by the kind under which they are counted."""


# --- a short product ---------------------------------------------------------------------------------------

HAND_RULE = "by_hand"
"""Somebody changed the fair shares (:mod:`app.domain.fair`)."""


def shares_hold(needs: Iterable[Need], given: dict[str, int], have: int) -> bool:
    """Whether shares changed by hand give nobody more than ordered and use exactly what is there."""
    wanted = {need.point: need.pieces for need in needs}
    fits = all(0 <= pieces <= wanted.get(point, -1) for point, pieces in given.items())
    return fits and sum(given.values()) == min(have, sum(wanted.values()))
