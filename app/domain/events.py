"""The facts: everything that happens at a desk or is heard from the platform, recorded once and never changed.

Each fact is a frozen dataclass. On disk and on the wire its body is a JSON object of its fields; nested rows
(:class:`~app.domain.goods.Line`, :class:`~app.domain.goods.Count` …) are arrays in field order, so new fields of a
row are added at its end and with a default.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.goods import Count, CrateNote, Line


class Fact:
    """Base of all facts; the class name is the kind on disk and on the wire."""

    __slots__ = ()


# --- heard from the platform -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Window:
    """For goods of ``category`` (or ``*``) a claim may be opened for ``hours`` after pickup; ``unwanted`` ones too?"""

    category: str
    hours: int
    unwanted_hours: int
    photo_needed: bool


@dataclass(frozen=True, slots=True)
class Rate:
    """Commission in basis points of what was paid, for ``category`` (or ``*``)."""

    category: str
    basis_points: int


@dataclass(frozen=True, slots=True)
class CodePattern:
    """A regular expression that codes of ``kind`` (``crate``, ``pickup``, ``pallet``) of a platform match whole."""

    kind: str
    pattern: str


@dataclass(frozen=True, slots=True)
class PolicySet(Fact):
    """A platform's terms that hold from ``from_day`` on; ``shortage_hours`` is how long a difference can be claimed."""

    platform: str
    name: str
    from_day: str
    windows: tuple[Window, ...]
    rates: tuple[Rate, ...]
    patterns: tuple[CodePattern, ...]
    shortage_hours: int
    final_days: int = 3


@dataclass(frozen=True, slots=True)
class GoodsAnnounced(Fact):
    """The manifest of one trip of one platform for one point and business day, heard or imported from a file."""

    platform: str
    trip: str
    point: str
    day: str
    crates: tuple[CrateNote, ...]
    lines: tuple[Line, ...]
    source: str = "platform"


@dataclass(frozen=True, slots=True)
class StationSent(Fact):
    """What the grid station says it loaded for this point: pieces per lot."""

    platform: str
    trip: str
    day: str
    goods: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class RulingGiven(Fact):
    """The platform's decision on a claim: ``approved``, ``partly`` or ``refused``; ``refund_fen`` goes to the buyer."""

    claim: str
    outcome: str
    pieces: int
    refund_fen: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class BillRow:
    """One settled line of a platform's bill."""

    lot: str
    pieces: int
    paid_fen: int
    commission_fen: int


@dataclass(frozen=True, slots=True)
class BillIssued(Fact):
    """A platform's settlement of one business day; heard, or imported from its file."""

    platform: str
    day: str
    rows: tuple[BillRow, ...]
    source: str = "platform"


@dataclass(frozen=True, slots=True)
class Deducted(Fact):
    """A penalty that the platform takes off the point's money."""

    deduction: str
    platform: str
    day: str
    fen: int
    why: str
    lot: str = ""


@dataclass(frozen=True, slots=True)
class AppealDecided(Fact):
    """The platform's answer to an appeal against a deduction; ``returned_fen`` comes back."""

    deduction: str
    returned_fen: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReturnsAcknowledged(Fact):
    """The platform confirms that the goods of a return bag arrived."""

    bag: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Voided(Fact):
    """The platform found a fact impossible (two desks handed out one piece): its moves are taken back everywhere."""

    of: str
    reason: str
    winner: str = ""


# --- receiving ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VanArrived(Fact):
    """A van stands at the door; ``tenths`` is the temperature read in its cold box, in 0.1 °C."""

    trip: str
    plate: str = ""
    seal: str = ""
    tenths: int | None = None
    zone: str = ""


@dataclass(frozen=True, slots=True)
class CrateReceived(Fact):
    """One scan of a crate label: all that was announced for it goes to the shelf; ``goods`` carry their new slots."""

    trip: str
    crate: str
    goods: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class GoodsReceived(Fact):
    """Pieces counted one product at a time; ``goods`` carry their new slots."""

    trip: str
    goods: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class ShortFound(Fact):
    """Announced pieces that did not come: not off the van, or (a count with a slot) not in a crate scanned whole."""

    trip: str
    goods: tuple[Count, ...]
    note: str = ""
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShortArrived(Fact):
    """Pieces that had been missing have come after all; ``goods`` carry their new slots."""

    trip: str
    goods: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class OverFound(Fact):
    """Pieces that nobody announced; they wait in the surplus slot."""

    trip: str
    lot: str
    barcode: str
    product: str
    pieces: int
    note: str = ""
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DamageFound(Fact):
    """Broken pieces, set apart: straight off the van where a count has no slot, else off that shelf slot."""

    trip: str
    goods: tuple[Count, ...]
    note: str = ""
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelved(Fact):
    """Pieces put from the slots in ``goods`` into slot ``to``."""

    goods: tuple[Count, ...]
    to: str


@dataclass(frozen=True, slots=True)
class ReceivingEnded(Fact):
    """The point says that nothing more comes off this van."""

    trip: str


# --- pickup ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PickedUp(Fact):
    """Pieces handed to a buyer; ``proxy`` is a key of the neighbour who took them (the name stays on this PC)."""

    buyer: str
    goods: tuple[Count, ...]
    proxy: str = ""
    found_by: str = ""


@dataclass(frozen=True, slots=True)
class Undone(Fact):
    """The moves of an earlier fact of this point are taken back; ``of`` is the text of its id."""

    of: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReminderCopied(Fact):
    """A masked reminder was put on the clipboard for these lots."""

    lots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhoneRevealed(Fact):
    """Somebody looked at a buyer's whole phone number."""

    buyer: str
    reason: str


@dataclass(frozen=True, slots=True)
class PeopleErased(Fact):
    """Buyers' names and phones whose purpose has ended were erased."""

    people: int
    before_day: str


@dataclass(frozen=True, slots=True)
class ProxyOrdered(Fact):
    """The owner orders for a villager; ``cash_fen`` was put into the drawer."""

    order: str
    platform: str
    product: str
    pieces: int
    price_fen: int
    cash_fen: int
    buyer: str


# --- after-sales -------------------------------------------------------------------------------------------


class Why(StrEnum):
    """What the buyer says is wrong."""

    MISSING = "missing"
    SPOILED = "spoiled"
    WRONG = "wrong"
    UNWANTED = "unwanted"


class Remedy(StrEnum):
    """What the buyer asks for."""

    REFUND_ONLY = "refund_only"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class ClaimOpened(Fact):
    """A request to the platform about so many pieces of one lot."""

    claim: str
    lot: str
    pieces: int
    why: Why
    remedy: Remedy
    asked_fen: int
    deadline_ms: int
    note: str = ""
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoodsBagged(Fact):
    """Pieces put from ``origin`` (a place's text) into a return bag, for a claim where there is one."""

    bag: str
    origin: str
    goods: tuple[Count, ...]
    claim: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class BagSealed(Fact):
    """A return bag takes nothing more."""

    bag: str


@dataclass(frozen=True, slots=True)
class BagTaken(Fact):
    """The driver took a sealed bag with all in it and signed; ``signature`` names the picture."""

    bag: str
    driver: str
    signature: str
    goods: tuple[Count, ...]
    trip: str = ""


# --- reconciliation ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CashMoved(Fact):
    """Cash put into the drawer (positive fen) or taken out of it."""

    fen: int
    why: str


@dataclass(frozen=True, slots=True)
class ShelfCounted(Fact):
    """A blind count: pieces found at each slot."""

    day: str
    slots: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class CashCounted(Fact):
    """A blind count of the drawer."""

    day: str
    fen: int


@dataclass(frozen=True, slots=True)
class DifferenceNamed(Fact):
    """A difference that is allowed and carried forward: ``about`` says of what, ``reason`` why."""

    difference: str
    day: str
    about: str
    pieces: int
    fen: int
    reason: str
    lot: str = ""


@dataclass(frozen=True, slots=True)
class DifferenceClosed(Fact):
    """A carried difference found its end."""

    difference: str
    how: str


@dataclass(frozen=True, slots=True)
class DayClosed(Fact):
    """The books of one business day are closed with these totals (pieces, fen)."""

    day: str
    received: int
    handed_out: int
    returned: int
    here: int
    commission_fen: int
    cash_fen: int
    open_differences: int


@dataclass(frozen=True, slots=True)
class DeductionAppealed(Fact):
    """The point objects to a deduction."""

    deduction: str
    note: str
    photos: tuple[str, ...] = ()


# --- routing -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VanSet(Fact):
    """A van as the station knows it; ``pieces`` and ``crates`` are what it holds, money in fen."""

    van: str
    name: str
    pieces: int
    crates: int
    cold: bool = False
    fen_per_km: int = 0
    fen_per_day: int = 0


@dataclass(frozen=True, slots=True)
class VanRetired(Fact):
    """A van drives no more."""

    van: str


@dataclass(frozen=True, slots=True)
class DriverSet(Fact):
    """A driver, staff of the station: the van usually driven, the shift in seconds of the day, villages known."""

    driver: str
    name: str
    van: str
    starts_s: int
    ends_s: int
    villages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DriverRetired(Fact):
    """A driver has left."""

    driver: str


@dataclass(frozen=True, slots=True)
class StopSet(Fact):
    """A pickup point as the vans see it.

    The position is in millionths of a degree (WGS-84); 0, 0 is not known. ``guessed``: placed from its village.
    Goods are taken from ``opens_s`` to ``closes_s`` (seconds of the day; 0: the station's own hours hold);
    ``unloading_s`` is the time of a stop besides that of each piece; ``forbidden`` names vans that cannot go there.
    """

    point: str
    name: str
    village: str
    town: str
    latitude: int
    longitude: int
    guessed: bool
    area: str = "plain"
    opens_s: int = 0
    closes_s: int = 0
    unloading_s: int = 120
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StopRetired(Fact):
    """Nothing is brought to a point any more."""

    point: str


@dataclass(frozen=True, slots=True)
class FixedStop:
    """A row of the station's own table: this point is on this route (the name of a van or of a way)."""

    point: str
    route: str


@dataclass(frozen=True, slots=True)
class RouteTableSet(Fact):
    """The whole fixed table of points and routes; an empty one says that none holds."""

    rows: tuple[FixedStop, ...]


@dataclass(frozen=True, slots=True)
class RideRuleSet(Fact):
    """Points that must ride ``together``, must be ``apart``, or are ``locked`` to ``van``."""

    rule: str
    kind: str
    points: tuple[str, ...]
    van: str = ""


@dataclass(frozen=True, slots=True)
class RideRuleDropped(Fact):
    """A rule about who rides with whom holds no more."""

    rule: str


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """A stop of a planned route: when the van is there (seconds of the day) and with what."""

    point: str
    arrival_s: int
    pieces: int
    crates: int
    late_s: int = 0


@dataclass(frozen=True, slots=True)
class PlannedRoute:
    """A van's way for a day, its stops in order; ``driver_name`` is that of the station's own staff."""

    route: str
    van: str
    driver: str
    driver_name: str
    dock: str
    leaves_s: int
    back_s: int
    metres: int
    stops: tuple[PlannedStop, ...]


@dataclass(frozen=True, slots=True)
class PlanAdopted(Fact):
    """This is how the vans drive on ``day``; a later one for the same day takes its place.

    ``roads`` says where distances come from (``guess``, ``learned`` or ``network``), ``engine`` what made the plan;
    points that were ``dropped`` get nothing because somebody said so.
    """

    day: str
    routes: tuple[PlannedRoute, ...]
    left_out: tuple[str, ...] = ()
    roads: str = "guess"
    engine: str = ""
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArrivalNoted(Fact):
    """A van of a route was at a point (or, with no point, left the station) at ``at_s``, seconds of the day."""

    day: str
    route: str
    point: str
    at_s: int


HEARD_ONLY: frozenset[str] = frozenset(
    kind.__name__
    for kind in (PolicySet, StationSent, RulingGiven, Deducted, AppealDecided, ReturnsAcknowledged, Voided)
)
"""Kinds that only the platform may say; a device that sends one is answered with an exception."""
