"""How a day is reckoned: flows and balances, what differs and why, whose it is, and when a day is final."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from app.domain.clock import day_after
from app.domain.money import commission_fen
from app.domain.places import HERE, Kind


class Reason(StrEnum):
    """Why nothing was recorded."""

    ALREADY_CLOSED = "already_closed"
    NOT_YET = "not_yet"
    BAD_COUNT = "bad_count"
    BAD_AMOUNT = "bad_amount"
    NO_SLOT = "no_slot"
    DIFFERENCE_UNKNOWN = "difference_unknown"
    DIFFERENCE_CLOSED = "difference_closed"
    WRONG_WAY = "wrong_way"
    LOT_NEEDED = "lot_needed"
    NOT_THAT_MANY = "not_that_many"
    DEDUCTION_UNKNOWN = "deduction_unknown"
    APPEALED = "appealed"
    DECIDED = "decided"
    NO_NOTE = "no_note"
    BILL_EMPTY = "bill_empty"
    BILL_LINE = "bill_line"
    BILL_UNREADABLE = "bill_unreadable"
    BILL_NO_TABLE = "bill_no_table"
    BILL_OLD_EXCEL = "bill_old_excel"
    BILL_BROKEN = "bill_broken"
    BILL_CUT = "bill_cut"
    BILL_TOO_BIG = "bill_too_big"
    BILL_COLUMNS = "bill_columns"
    BILL_TWICE = "bill_twice"
    BILL_NUMBER = "bill_number"
    BILL_CODE = "bill_code"


MOST_PIECES = 9_999
MOST_FEN = 10_000_000
"""A village shop's drawer does not hold 100,000 yuan; more is a slip of the finger."""

# --- the drawer --------------------------------------------------------------------------------------------

NOTES_FEN = (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10)
"""Notes and coins of the renminbi that are in use, in fen."""


def drawer_fen(pieces: Mapping[int, int]) -> int:
    """What so many of each note or coin are worth; keys are their values in fen."""
    return sum(fen * number for fen, number in pieces.items())


def amount_fen(text: str) -> int | None:
    """``12``, ``12.3`` or ``12.30`` yuan in fen; ``None`` for anything else or more than a drawer holds."""
    yuan, _, rest = text.strip().removeprefix("¥").replace(",", "").partition(".")
    sign = -1 if yuan.startswith("-") else 1
    digits = yuan.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 7) or len(rest) > 2:
        return None
    if rest and not (rest.isascii() and rest.isdigit()):
        return None
    fen = int(digits) * 100 + int(rest.ljust(2, "0") or 0)
    return sign * fen if fen <= MOST_FEN else None


# --- flows -------------------------------------------------------------------------------------------------

INSIDE = frozenset(str(kind) for kind in HERE)


class Flow(NamedTuple):
    """Pieces that facts moved from one kind of place to another."""

    source: str
    target: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Flows:
    """What came in and went out in pieces, each net of what was taken back."""

    received: int
    surplus: int
    given_back: int
    handed_out: int
    returned: int

    @property
    def change(self) -> int:
        """By how much the pieces here grew."""
        return self.received + self.surplus + self.given_back - self.handed_out - self.returned


def flows_of(moved: Iterable[Flow]) -> Flows:
    """Add up moves over the threshold of the point; moves inside or outside of it do not count."""
    net: dict[str, int] = {}
    given_back = 0
    for source, target, pieces in moved:
        if (source in INSIDE) == (target in INSIDE):
            continue
        outside, signed = (source, pieces) if target in INSIDE else (target, -pieces)
        if outside == Kind.BUYER and Kind.BAG in (source, target):
            given_back += signed
        else:
            net[outside] = net.get(outside, 0) + signed
    came = sum(net.get(kind, 0) for kind in (*_WAYS_IN, Kind.SHORT, Kind.PLATFORM))
    return Flows(
        received=came,
        surplus=net.get(Kind.OVER, 0),
        given_back=given_back,
        handed_out=-net.get(Kind.BUYER, 0),
        returned=-net.get(Kind.STATION, 0),
    )


_WAYS_IN = (Kind.VAN, Kind.CRATE, Kind.DOCK, Kind.TRUNK)


# --- the trial balance -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """What should be nothing: lots whose places do not sum to zero, and the sum of all money accounts in fen."""

    lots_off: tuple[str, ...]
    fen_off: int

    @property
    def holds(self) -> bool:
        """Whether both ledgers balance."""
        return not self.lots_off and not self.fen_off


# --- the three-way match -----------------------------------------------------------------------------------


class Liable(StrEnum):
    """The first link whose confirmed count is below the one before."""

    NOBODY = "nobody"
    STATION = "station"
    CARRIER = "carrier"
    POINT = "point"


@dataclass(frozen=True, slots=True)
class MatchLine:
    """One lot in the books of station, point and platform: pieces, then fen; ``sent`` is ``None`` while unsaid.

    ``billable`` are pieces handed out on days that the platform has billed, ``due_fen`` the commission on them.
    ``received`` counts pieces off the van, broken ones too; ``in_van`` those that nobody has taken off yet.
    """

    lot: str
    platform: str
    day: str
    product: str
    announced: int
    sent: int | None
    in_van: int
    received: int
    handed_out: int
    returned: int
    here: int
    billable: int = 0
    billed: int | None = None
    due_fen: int = 0
    billed_fen: int = 0
    earned_fen: int = 0

    @property
    def accounted(self) -> int:
        """Pieces received that are still somewhere."""
        return self.handed_out + self.returned + self.here

    @property
    def agrees(self) -> bool:
        """Whether all three books say the same of this lot."""
        known = self.sent is None or self.sent == self.received + self.in_van
        return known and self.liable is Liable.NOBODY and bill_gap(self) is None

    @property
    def liable(self) -> Liable:
        """Whose a missing piece is, by the last count that both sides confirmed."""
        sent = self.announced if self.sent is None else self.sent
        if sent < self.announced:
            return Liable.STATION
        if self.received + self.in_van < sent:
            return Liable.CARRIER
        return Liable.POINT if self.accounted < self.received else Liable.NOBODY


class BillGap(NamedTuple):
    """By how much a platform's bill differs from ours: its pieces and fen less ours."""

    about: str
    pieces: int
    fen: int


def bill_gap(line: MatchLine) -> BillGap | None:
    """What the platform's bill has wrong about a lot, if it has billed it or the days it was handed out on."""
    if line.billed is None:
        return BillGap("missing", -line.billable, -line.due_fen) if line.billable else None
    pieces, fen = line.billed - line.billable, line.billed_fen - line.due_fen
    if pieces:
        return BillGap("pieces", pieces, fen)
    return BillGap("amount", 0, fen) if fen else None


# --- differences -------------------------------------------------------------------------------------------

SHELF = "shelf:"
BILL = "bill:"
CASH = "cash"
TRANSIT = "transit"


class How(StrEnum):
    """How a carried difference finds its end."""

    FOUND = "found"
    HANDED = "handed_out"
    SHORT = "came_short"
    DAMAGED = "damaged"
    MISPLACED = "misplaced"
    SURPLUS = "surplus"
    PAID = "paid"
    RETURNED = "returned"
    BORNE = "borne"
    KEPT = "kept"
    MATCHED = "matched"
    RECOUNTED = "recounted"


def ways(about: str, *, pieces: int, fen: int) -> tuple[How, ...]:
    """The ends that a difference of this kind may find by hand, the likeliest first."""
    if about.startswith(SHELF):
        less = (How.HANDED, How.FOUND, How.SHORT, How.DAMAGED, How.BORNE)
        return less if pieces < 0 else (How.FOUND, How.MISPLACED, How.SURPLUS)
    if about == CASH:
        return (How.FOUND, How.BORNE) if fen < 0 else (How.FOUND, How.KEPT)
    if about.startswith(BILL):
        return (How.PAID, How.BORNE)
    return {
        "over": (How.RETURNED, How.KEPT),
        TRANSIT: (How.SHORT, How.PAID, How.BORNE),
    }.get(about, (How.PAID, How.RETURNED, How.BORNE))


NEEDS_LOT = frozenset({How.HANDED, How.SHORT, How.DAMAGED, How.MISPLACED})
"""Ends of a shelf difference that move pieces of a lot, so the lot must be named; so must `BORNE` on a shelf."""


def needs_lot(about: str, how: How, *, pieces: int) -> bool:
    """Whether the clerk must say which goods it was."""
    return about.startswith(SHELF) and (how in NEEDS_LOT or (how is How.BORNE and pieces < 0))


def may_note(about: str) -> bool:
    """Whether a note may be written on a difference: the shelf's; cash has its own from the close, bills their kind."""
    return about.startswith(SHELF)


CASH_REASONS = ("还没查清", "找零找错", "漏记进出", "其他")
"""Why a drawer may differ; the first is what is written when nobody says."""

# --- days --------------------------------------------------------------------------------------------------


class Stage(StrEnum):
    """How far a day is."""

    OPEN = "open"
    CLOSED = "closed"
    FINAL = "final"


class Still(StrEnum):
    """What a closed day still waits for."""

    CLOSE = "close"
    TIME = "time"
    BILL = "bill"
    DIFFERENCES = "differences"
    VAN = "van"


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What decides how far a day is; ``final_days`` is the longest of its platforms' terms."""

    day: str
    closed_ms: int
    final_days: int
    bills_missing: int
    open_differences: int
    in_van: int


def waits_for(day: DayFacts, *, today: str) -> tuple[Still, ...]:
    """What keeps a day from being final, nothing when it is."""
    if not day.closed_ms:
        return (Still.CLOSE,)
    checks = (
        (Still.TIME, today < day_after(day.day, day.final_days)),
        (Still.BILL, day.bills_missing > 0),
        (Still.DIFFERENCES, day.open_differences > 0),
        (Still.VAN, day.in_van > 0),
    )
    return tuple(still for still, holds in checks if holds)


def stage(day: DayFacts, *, today: str) -> Stage:
    """Open, closed or final."""
    if not day.closed_ms:
        return Stage.OPEN
    return Stage.CLOSED if waits_for(day, today=today) else Stage.FINAL


def day_to_close(active: Iterable[str], *, today: str) -> str:
    """The day that a clerk who opens the page most likely means: the newest with work done, else today."""
    return max((day for day in active if day <= today), default=today)


# --- commission --------------------------------------------------------------------------------------------


class Commission(NamedTuple):
    """Commission of one line in fen: on what was handed out, what refunds took back, and what is left."""

    gross: int
    reversed: int
    net: int


def commission_of(
    paid_fen: int, *, pieces: int, handed_out: int, refunded_fen: int, basis_points: int
) -> Commission:
    """Split a line's commission into earned and taken back; ``gross + reversed == net``."""
    gross = commission_fen(
        paid_fen, pieces=pieces, handed_out=handed_out, refunded_fen=0, basis_points=basis_points
    )
    net = commission_fen(
        paid_fen, pieces=pieces, handed_out=handed_out, refunded_fen=refunded_fen, basis_points=basis_points
    )
    return Commission(gross, net - gross, net)


# --- buyers' data ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trace:
    """What still ties a buyer to this shop: the day last seen or ordered for, pieces not yet out, open claims."""

    buyer: str
    last_day: str
    pieces_here: int
    open_claims: int


def may_erase(trace: Trace, *, before: str) -> bool:
    """Whether the purpose of keeping a buyer's name has ended."""
    return trace.last_day < before and not trace.pieces_here and not trace.open_claims
