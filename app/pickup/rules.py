"""What is asked for at the counter and what may be handed out, from the bare facts: no Qt, no SQL."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, pairwise
from urllib.parse import parse_qsl, unquote, urlsplit

from app.domain.codes import Pattern, is_cut_short, matches
from app.domain.goods import Count
from app.domain.ids import ean13_is_valid, has_valid_check
from app.domain.places import SURPLUS_SLOT
from app.domain.refusals import Refused, refused

LONGEST_CODE = 64
LONGEST_QR = 1024
LONGEST_NAME = 20
LONGEST_NOTE = 60
MOST_PIECES = 999
MOST_FEN = 10_000_000


class Reason(StrEnum):
    """Why something at the pickup desk cannot be done."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    CONTROL = "control"
    NO_CODE_IN_QR = "no_code_in_qr"
    ONE_LETTER = "one_letter"
    CUT_SHORT = "cut_short"
    UNKNOWN = "unknown"
    NO_SUCH_TAIL = "no_such_tail"
    NO_SUCH_NAME = "no_such_name"
    CRATE_LABEL = "crate_label"
    BARCODE = "barcode"
    PALLET = "pallet"
    SLOT_LABEL = "slot_label"
    RETURN_BAG = "return_bag"
    OWN_CODE = "own_code"
    OTHER_POINT = "other_point"
    OTHER_DAY = "other_day"
    OTHER_PLATFORM = "other_platform"
    NOT_ON_LIST = "not_on_list"
    IN_VAN = "in_van"
    SHORT = "short"
    DAMAGED = "damaged"
    RETURNED = "returned"
    ALREADY = "already"
    NOTHING = "nothing"
    NO_LINE = "no_line"
    MORE_THAN_HERE = "more_than_here"
    BAD_COUNT = "bad_count"
    SURPLUS = "surplus"
    LONG_TEXT = "long_text"
    NOTHING_TO_UNDO = "nothing_to_undo"
    NO_REASON = "no_reason"
    UNDONE = "undone"
    VOIDED = "voided"
    OTHER_BUSINESS_DAY = "other_business_day"
    MOVED_ON = "moved_on"
    CLAIMED = "claimed"
    NO_SUCH_SLOT = "no_such_slot"
    SAME_SLOT = "same_slot"
    NOBODY_TO_REMIND = "nobody_to_remind"
    REMINDED = "reminded"
    NO_PERSON = "no_person"
    NO_PHONE = "no_phone"
    NO_PLATFORM = "no_platform"
    NO_PRODUCT = "no_product"
    BAD_MONEY = "bad_money"
    NO_NAME = "no_name"


# --- what was typed or scanned -----------------------------------------------------------------------------


class How(StrEnum):
    """By what somebody is found; kept in the fact of the pickup."""

    CODE = "code"
    QR = "qr"
    TAIL = "tail"
    PHONE = "phone"
    NAME = "name"
    INITIALS = "initials"


@dataclass(frozen=True, slots=True)
class Asked:
    """What to look for: `text` in one form, for a QR code the first of its `codes`."""

    how: How
    text: str
    codes: tuple[str, ...] = ()


_AIM = re.compile(r"\](C[0-4]|E[0-4]|Q[0-6]|d[0-6]|e[0-3])")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_NUMBER = re.compile(r"\d{3,4} \d{4} \d{4}|[0-9A-Za-z][0-9A-Za-z\-]*")
_UNSEEN = ("Cc", "Cf", "Co", "Cn", "Cs")


def read_asked(text: str) -> Asked | Refused:
    """What a line in the box asks for; of a whole phone number only the last four digits are kept."""
    tidy = _tidy(text)
    if not tidy:
        return refused(Reason.EMPTY)
    if _is_qr(tidy):
        return _read_qr(tidy)
    if any(unicodedata.category(symbol) in _UNSEEN for symbol in tidy):
        return refused(Reason.CONTROL)
    if len(tidy) > LONGEST_CODE:
        return refused(Reason.TOO_LONG, length=len(tidy), most=LONGEST_CODE)
    return _plainly(" ".join(tidy.split()))


def _plainly(text: str) -> Asked | Refused:
    tight = re.sub(r"[ \-]", "", text)
    mobile = _MOBILE.fullmatch(tight)
    if mobile:
        return Asked(How.PHONE, mobile[1][-4:])
    if re.fullmatch(r"\d{4}", text):
        return Asked(How.TAIL, text)
    if not text.isascii():
        return _in_words(text)
    if re.fullmatch(r"[A-Za-z]+", tight) and len(tight) <= LONGEST_NAME:
        return Asked(How.INITIALS, tight.lower()) if len(tight) > 1 else refused(Reason.ONE_LETTER)
    return Asked(How.CODE, text.upper())


def _in_words(text: str) -> Asked:
    """A name; or what a message says, `取件码：37-1-6312`; of `韦小妹6312` the tail says more than the name."""
    numbers = [part for part in _NUMBER.findall(text) if re.search(r"\d", part)]
    for number in numbers:
        mobile = _MOBILE.fullmatch(re.sub(r"[ \-]", "", number))
        if mobile:
            return Asked(How.PHONE, mobile[1][-4:])
    codes = tuple(dict.fromkeys(number.upper().strip("-") for number in numbers if len(number) >= 4))
    if not codes:
        return Asked(How.NAME, text)
    if len(codes) == 1 and re.fullmatch(r"\d{4}", codes[0]):
        return Asked(How.TAIL, codes[0])
    return Asked(How.QR, codes[0], codes)


def _tidy(text: str) -> str:
    """Outer blanks, group separators and the symbology mark of some scanners go; full-width becomes plain."""
    plain = "".join(map(_narrow, text.replace("\x1d", ""))).strip()
    return _AIM.sub("", plain, count=1).strip() if plain.startswith("]") else plain


def _narrow(symbol: str) -> str:
    if "！" <= symbol <= "～":
        return chr(ord(symbol) - 0xFEE0)
    return {"\u3000": " ", "—": "-", "–": "-", "−": "-"}.get(symbol, symbol)


# --- QR codes ----------------------------------------------------------------------------------------------

_CODE_KEYS = ("code", "pickupcode", "pickup", "verifycode", "qrcode", "c", "取件码", "提货码", "核销码")


def _is_qr(text: str) -> bool:
    return text[0] in "{[" or re.match(r"[A-Za-z][A-Za-z0-9+.\-]*://", text) is not None


def _read_qr(text: str) -> Asked | Refused:
    if len(text) > LONGEST_QR:
        return refused(Reason.TOO_LONG, length=len(text), most=LONGEST_QR)
    named = _in_json(text) if text[0] in "{[" else _in_url(text)
    codes = tuple(dict.fromkeys(code.upper() for code in _by_name(named)))
    return Asked(How.QR, codes[0], codes) if codes else refused(Reason.NO_CODE_IN_QR)


def _by_name(named: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Values that can be codes, those whose key says so first."""
    ordered = sorted(named, key=lambda pair: pair[0].lower().replace("_", "") not in _CODE_KEYS)
    for _, value in ordered:
        plain = value.strip()
        if (
            3 <= len(plain) <= 32
            and re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z \-]*", plain)
            and re.search(r"\d", plain)
        ):
            yield plain


def _in_json(text: str) -> list[tuple[str, str]]:
    try:
        return list(_leaves(json.loads(text), "", depth=0))
    except (ValueError, RecursionError):
        return []


def _leaves(value: object, key: str, *, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and depth < 4:
        for name, inner in value.items():
            yield from _leaves(inner, str(name), depth=depth + 1)
    elif isinstance(value, list) and depth < 4:
        for inner in value:
            yield from _leaves(inner, key, depth=depth + 1)
    elif isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        yield key, str(value)


def _in_url(text: str) -> list[tuple[str, str]]:
    """Query values by their keys, then the parts of path and fragment, the last first."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return []
    pairs = parse_qsl(parts.query) + parse_qsl(parts.fragment.partition("?")[2])
    path = [unquote(part) for part in f"{parts.path}/{parts.fragment.partition('?')[0]}".split("/") if part]
    return pairs + [("", part) for part in reversed(path)]


# --- shapes of codes ---------------------------------------------------------------------------------------


def spellings(code: str, patterns: Iterable[Pattern]) -> tuple[str, ...]:
    """All forms in which a book may hold a typed code: blanks and hyphens left out, or set as platforms set them."""
    tight = re.sub(r"[ \-]", "", code)
    forms = [code, code.replace(" ", ""), code.replace(" ", "-"), tight]
    if re.fullmatch(r"\d{12}", tight):
        groups = tight[:4], tight[4:8], tight[8:]
        forms += [" ".join(groups), "-".join(groups)]
    if re.fullmatch(r"\d{5,11}", tight):
        shapes = [shape.pattern for shape in patterns if shape.kind == "pickup" and "-" in shape.pattern]
        forms += [form for form in _hyphened(tight) if any(matches(shape, form) for shape in shapes)]
    return tuple(dict.fromkeys(forms))


def _hyphened(digits: str) -> Iterator[str]:
    """Digits typed on a number pad without their one or two hyphens: 3716312 for 37-1-6312."""
    inside = range(1, len(digits))
    for number in (1, 2):
        for cuts in combinations(inside, number):
            ends = (0, *cuts, len(digits))
            yield "-".join(digits[start:end] for start, end in pairwise(ends))


class Look(StrEnum):
    """What a code that nobody here knows looks like."""

    SLOT = "slot"
    BAG = "bag"
    OWN = "own"
    PICKUP = "pickup"
    CRATE = "crate"
    PALLET = "pallet"
    BARCODE = "barcode"
    CUT_SHORT = "cut_short"
    NOTHING = "nothing"


def look_of(code: str, patterns: Iterable[Pattern]) -> tuple[Look, str]:
    """What a code looks like, and which platform's it would be ("" for none)."""
    own = _own_look(code)
    if own is not None:
        return own, ""
    known = list(patterns)
    tight = code.replace(" ", "")
    for kind in ("pickup", "crate", "pallet"):
        for shape in known:
            if shape.kind == kind and (matches(shape.pattern, code) or matches(shape.pattern, tight)):
                return Look(kind), shape.platform
    return _plain_look(tight, known)


def _own_look(code: str) -> Look | None:
    if not re.fullmatch(r"[A-Z]{2}-[0-9A-Z-]+", code) or not has_valid_check(code):
        return None
    return {"HW": Look.SLOT, "TH": Look.BAG}.get(code[:2], Look.OWN)


def _plain_look(code: str, patterns: Sequence[Pattern]) -> tuple[Look, str]:
    if re.fullmatch(r"\d{13}", code) or (
        re.fullmatch(r"\d{8}|\d{12}", code) and ean13_is_valid(code.zfill(13))
    ):
        return Look.BARCODE, ""
    if re.fullmatch(r"\d{14}", code):
        return Look.PALLET, ""
    for shape in patterns:
        if shape.kind == "pickup" and is_cut_short(code, shape.pattern):
            return Look.CUT_SHORT, shape.platform
    return Look.NOTHING, ""


# --- handing out -------------------------------------------------------------------------------------------


def joined(goods: Iterable[Count]) -> tuple[Count, ...]:
    """Counts with the same lot and slot made one."""
    pieces: dict[tuple[str, str], int] = {}
    for count in goods:
        pieces[count.lot, count.slot] = pieces.get((count.lot, count.slot), 0) + count.pieces
    return tuple(Count(lot, number, slot) for (lot, slot), number in pieces.items())


def check_counts(goods: Sequence[Count]) -> Refused | None:
    """Refuse what nobody can be given: nothing, impossible numbers, or pieces that nobody ordered."""
    if not goods:
        return refused(Reason.NOTHING)
    for count in goods:
        if not 0 < count.pieces <= MOST_PIECES:
            return refused(Reason.BAD_COUNT, count=count.pieces, most=MOST_PIECES)
        if count.slot == SURPLUS_SLOT:
            return refused(Reason.SURPLUS)
    return None


def take_from(lot: str, slots: Sequence[tuple[str, int]], pieces: int) -> tuple[Count, ...]:
    """Take at most `pieces` of a lot from its (slot, pieces), in that order."""
    taken: list[Count] = []
    for slot, here in slots:
        took = min(pieces, here)
        if took > 0:
            taken.append(Count(lot, took, slot))
            pieces -= took
    return tuple(taken)


def check_words(*texts: str, most: int = LONGEST_NOTE) -> Refused | None:
    """Refuse text that is too long to be read back at the counter, or holds control characters."""
    for text in texts:
        if any(unicodedata.category(symbol) in ("Cc", "Cs", "Co") for symbol in text):
            return refused(Reason.CONTROL)
        if len(text) > most:
            return refused(Reason.LONG_TEXT, length=len(text), most=most)
    return None


def same_day(day: str, today: str) -> Refused | None:
    """A pickup is undone on its own business day; later it is a matter of after-sales."""
    return None if day == today else refused(Reason.OTHER_BUSINESS_DAY, day=day)


def read_yuan(text: str) -> int | None:
    """Fen from a price as it is typed, `49.9` or `４９．９０`; none where it is no price."""
    plain = "".join(map(_narrow, text)).replace("。", ".").replace("¥", "").replace("元", "").strip()
    if not re.fullmatch(r"\d{1,6}(\.\d{0,2})?", plain, re.ASCII):
        return None
    whole, _, part = plain.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0"))


# --- what buyers may read ----------------------------------------------------------------------------------

HOUR_MS = 3_600_000
REMINDER_REST_HOURS = 2
SAME_REMINDER_MS = 600_000
"""So long after a reminder its text may be copied again as the same one."""


def rest_between_reminders(setting: object = None) -> int:
    """How long nobody is reminded again, in ms; `setting` is a number of hours up to a day, else as usual."""
    fits = isinstance(setting, int) and not isinstance(setting, bool) and 0 <= setting <= 24
    return (setting if isinstance(setting, int) and fits else REMINDER_REST_HOURS) * HOUR_MS


def masked_name(name: str) -> str:
    """`韦小妹` → `韦**`: the first character and stars for at most two more."""
    return name[:1] + "*" * min(2, max(1, len(name) - 1)) if name else ""


def masked_phone(phone: str) -> str:
    """`13800006312` → `138****6312`; anything else shows its last four digits only."""
    return f"{phone[:3]}****{phone[-4:]}" if re.fullmatch(r"1\d{10}", phone) else f"****{phone[-4:]}"
