"""What may go on a van, in which order, and when its doors may close: no Qt, no SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.goods import Zone
from app.domain.labels import CRATE_PREFIX, is_crate_label, lot_of_label
from app.domain.refusals import Refused, refused

LONGEST_NAME = 20
COLD = frozenset({Zone.FROZEN, Zone.CHILLED})


class Reason(StrEnum):
    """Why something at loading cannot be done."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    CONTROL = "control"
    NOT_A_CODE = "not_a_code"
    MISREAD = "misread"
    PIECE = "piece"
    SLOT = "slot"
    UNKNOWN = "unknown"
    NO_SUCH_VAN = "no_such_van"
    NO_VANS = "no_vans"
    CHOOSE_FIRST = "choose_first"
    RELABELLED = "relabelled"
    OTHER_DAY = "other_day"
    HOMELESS = "homeless"
    UNSEALED = "unsealed"
    ALREADY = "already"
    NOT_LOADED = "not_loaded"
    ON_ANOTHER = "on_another"
    CLOSED = "closed"
    HANDED = "handed"
    NOT_CLOSED = "not_closed"
    NOTHING_ON = "nothing_on"
    INCOMPLETE = "incomplete"
    UNNAMED = "unnamed"
    NO_REASON = "no_reason"
    NOTHING_TO_UNDO = "nothing_to_undo"


@dataclass(frozen=True, slots=True)
class Override:
    """Who takes it on themselves that a rule is left aside, and why."""

    by: str
    why: str

    def text(self) -> str:
        """As it stands in a fact that has one field for it."""
        return f"{self.by}：{self.why}"


@dataclass(frozen=True, slots=True)
class Crate:
    """A crate of the night: the run it belongs to (``home``, with the stop's number) and the run it is on."""

    crate: str
    point: str
    route: str
    zone: Zone
    slot: str
    sealed: bool
    home: str
    stop: int
    run: str = ""
    loaded_ms: int = 0
    name: str = ""
    pieces: int = 0


# --- codes -------------------------------------------------------------------------------------------------


def stranger(code: str) -> Refused:
    """What to say of a code that is neither a crate nor a van of this station."""
    if code.startswith(CRATE_PREFIX) and "-" in code and not is_crate_label(code):
        return refused(Reason.MISREAD, code=code)
    if re.fullmatch(r"(GK-)?\d{1,2}-\d{2,3}(-[0-9A-Z])?", code):
        return refused(Reason.SLOT, code=code)
    if re.fullmatch(r"\d{1,2}-\d|R\d{1,3}", code):
        return refused(Reason.NO_SUCH_VAN, code=code)
    try:
        lot_of_label(code)
    except ValueError:
        return refused(Reason.UNKNOWN, code=code)
    return refused(Reason.PIECE, code=code)


def dock_order(dock: str) -> tuple[tuple[int, str], ...]:
    """Sorts ``1-2`` before ``1-10``."""
    return tuple((int(part), "") if part.isdigit() else (0, part) for part in dock.split("-"))


# --- the order of loading ----------------------------------------------------------------------------------


class ColdOrder(StrEnum):
    """How cold goods ride: by the door in the last places loaded, or by stop in the van's own cold box."""

    LAST_IN = "last_in"
    BY_STOP = "by_stop"


def loading_order(crates: Iterable[Crate], cold: ColdOrder) -> list[Crate]:
    """The last stop first; in a van without a cold box all cold crates after the others, nearest the door."""

    def place(crate: Crate) -> tuple[bool, int, int, str]:
        is_late = cold is ColdOrder.LAST_IN and crate.zone in COLD
        return is_late, -crate.stop, -_WARMTH[crate.zone], crate.crate

    return sorted(crates, key=place)


_WARMTH = {zone: rank for rank, zone in enumerate(Zone)}


def next_in(crates: Iterable[Crate], cold: ColdOrder) -> Crate | None:
    """The crate of this van that should be loaded next: the first in order that is not aboard, sealed or not."""
    return next((crate for crate in loading_order(crates, cold) if not crate.run and crate.home), None)


def is_out_of_order(crate: Crate, crates: Iterable[Crate], cold: ColdOrder) -> bool:
    """Whether crates that belong deeper in the van are still on the floor: sealed ones of earlier places."""
    waiting = [other for other in crates if not other.run and other.sealed and other.crate != crate.crate]
    order = loading_order([*waiting, crate], cold)
    first = order[0]
    return (first.stop, first.zone in COLD) != (crate.stop, crate.zone in COLD)


# --- the gate ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gate:
    """What stands between a van and its closed doors."""

    aboard: tuple[str, ...]
    missing: tuple[str, ...]
    strangers: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether the van may be closed without a word."""
        return not self.missing and not self.strangers


def gate(run: str, crates: Iterable[Crate]) -> Gate:
    """Of all crates that are a run's own or on it: what is aboard, missing, and aboard by mistake."""
    known = sorted(crates, key=lambda crate: crate.crate)
    return Gate(
        aboard=tuple(crate.crate for crate in known if crate.run == run),
        missing=tuple(crate.crate for crate in known if crate.home == run and crate.run != run),
        strangers=tuple(crate.crate for crate in known if crate.run == run and crate.home != run),
    )


def may_close(found: Gate, override: Override | None) -> Refused | None:
    """None where the doors may be shut; an incomplete or mixed van needs a name and a reason."""
    if not found.aboard:
        return refused(Reason.NOTHING_ON, missing=len(found.missing))
    if found.is_open:
        return None
    if override is None:
        return refused(Reason.INCOMPLETE, missing=len(found.missing), strangers=len(found.strangers))
    return check_override(override)


def check_override(override: Override) -> Refused | None:
    """An override without a name or without a reason is none."""
    if not override.by.strip() or len(override.by) > LONGEST_NAME:
        return refused(Reason.UNNAMED)
    return None if override.why.strip() else refused(Reason.NO_REASON)
