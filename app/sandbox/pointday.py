"""What a day's story at a pickup point holds: plain frozen rows, times in milliseconds, money in fen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.events import BillIssued, Deducted, Fact, GoodsAnnounced, PolicySet, Remedy, Why
from app.domain.goods import Count, Person, Zone
from app.sandbox.people import Driver
from app.sandbox.platforms import Platform
from app.sandbox.points import Point
from app.sync.protocol import Elsewhere

# --- what is heard -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heard:
    """A fact of the platform and when the point could hear it."""

    at_ms: int
    fact: Fact


@dataclass(frozen=True, slots=True)
class Leftover:
    """Goods of an earlier day that still stand here when the day begins; ``announced`` has only what is left."""

    received_ms: int
    announced: GoodsAnnounced


# --- what comes out of the van -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LotTruth:
    """What became of a lot: ``ok + damaged + missing`` is what was announced; ``later`` of the missing come after."""

    lot: str
    ok: int
    damaged: int = 0
    missing: int = 0
    later: int = 0
    photos: tuple[str, ...] = ()

    @property
    def announced(self) -> int:
        """Pieces of the manifest."""
        return self.ok + self.damaged + self.missing

    @property
    def came(self) -> int:
        """Good pieces, sooner or later."""
        return self.ok + self.later


@dataclass(frozen=True, slots=True)
class Surplus:
    """Pieces that lie in a crate and stand in no manifest."""

    barcode: str
    product: str
    pieces: int


@dataclass(frozen=True, slots=True)
class CrateTruth:
    """One announced crate as it came; ``scans`` 2 means its label gets scanned twice, ``later_ms`` 0 that it
    came with the van (``here``) or not at all."""

    crate: str
    zone: Zone
    lots: tuple[LotTruth, ...]
    surplus: tuple[Surplus, ...] = ()
    here: bool = True
    later_ms: int = 0
    scans: int = 1


class Stray(StrEnum):
    """Why a crate is not ours."""

    OTHER_POINT = "other_point"
    OTHER_DAY = "other_day"
    OTHER_PLATFORM = "other_platform"


@dataclass(frozen=True, slots=True)
class StrayCrate:
    """A crate in the van that should not be there; ``belongs`` names the point, day or platform it belongs to."""

    crate: str
    why: Stray
    belongs: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A temperature read in the van, in 0.1 °C."""

    zone: Zone
    tenths: int


@dataclass(frozen=True, slots=True)
class Van:
    """The arrival of one trip of one platform; ``late`` means after 11:00."""

    trip: str
    platform: str
    driver: Driver
    seal: str
    arrives_ms: int
    late: bool
    readings: tuple[Reading, ...]
    crates: tuple[CrateTruth, ...]
    strays: tuple[StrayCrate, ...] = ()


# --- who comes ---------------------------------------------------------------------------------------------


class Asks(StrEnum):
    """How a visitor says who they are."""

    CODE = "code"
    QR = "qr"
    TAIL = "tail"
    NAME = "name"
    INITIALS = "initials"
    NICKNAME = "nickname"


class Outcome(StrEnum):
    """How a visit ends."""

    TAKES = "takes"
    MISTAKE = "mistake"  # handed out and at once undone
    AGAIN = "again"  # had it already: is told when
    NOT_HERE = "not_here"  # waits elsewhere
    UNKNOWN = "unknown"  # nobody knows this code


@dataclass(frozen=True, slots=True)
class Undo:
    """A hand-out that is taken back."""

    at_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at the counter: says ``text``, takes ``goods`` (lots and pieces, no slots).

    ``buyers`` are the platforms' keys of the person whose goods these are; ``proxy`` is the neighbour who came instead.
    """

    at_ms: int
    name: str
    asks: Asks
    text: str
    outcome: Outcome
    buyers: tuple[str, ...] = ()
    goods: tuple[Count, ...] = ()
    proxy: str = ""
    note: str = ""
    undo: Undo | None = None
    elsewhere: Elsewhere | None = None


@dataclass(frozen=True, slots=True)
class NoShow:
    """A buyer whose goods stay on the shelf overnight."""

    name: str
    goods: tuple[Count, ...]


# --- after-sales, money, network ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the platform will decide, ``delay_ms`` after it hears of the claim."""

    delay_ms: int
    outcome: str
    pieces: int
    refund_fen: int
    note: str


@dataclass(frozen=True, slots=True)
class AfterSale:
    """A buyer asks for a remedy; where it is not ``allowed`` the terms exclude it and no ruling follows."""

    at_ms: int
    lot: str
    buyer: str
    pieces: int
    asked_fen: int
    why: Why
    remedy: Remedy
    note: str
    photos: tuple[str, ...] = ()
    allowed: bool = True
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True)
class SentBack:
    """Overdue pieces that leave the shelf for the return bag."""

    at_ms: int
    lot: str
    pieces: int
    why: str


@dataclass(frozen=True, slots=True)
class Collection:
    """The van driver signs for the return bags; the platform acknowledges ``acknowledged_after_ms`` later."""

    at_ms: int
    driver: Driver
    trip: str
    acknowledged_after_ms: int


@dataclass(frozen=True, slots=True)
class ProxyOrder:
    """The owner orders for a villager, who pays cash; the goods come with the next business day."""

    at_ms: int
    order: str
    platform: str
    barcode: str
    product: str
    pieces: int
    price_fen: int
    given_fen: int
    buyer: str
    name: str

    @property
    def cash_fen(self) -> int:
        """What stays in the drawer; ``given_fen`` less this is change."""
        return self.pieces * self.price_fen


@dataclass(frozen=True, slots=True)
class CashMove:
    """Cash put in (positive fen) or taken out."""

    at_ms: int
    fen: int
    why: str


@dataclass(frozen=True, slots=True)
class Cash:
    """The drawer: what it began with, what moved besides proxy orders, and what is really in it at the end."""

    float_fen: int
    moves: tuple[CashMove, ...]
    expected_fen: int
    found_fen: int


class Weather(StrEnum):
    """What ails the network or the PC."""

    OFFLINE = "offline"
    REQUEST_LOST = "request_lost"
    ANSWER_LOST = "answer_lost"
    DUPLICATE = "duplicate"
    DELAY = "delay"
    WRONG_CLOCK = "wrong_clock"


@dataclass(frozen=True, slots=True)
class Episode:
    """So long it lasts; ``amount`` is the delay or the clock's error in ms, for lost messages how many."""

    kind: Weather
    from_ms: int
    to_ms: int
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Bill:
    """A platform's bill; ``wrong_lot`` is the line that it has wrong (``""``: all right), ``wrong`` says how."""

    at_ms: int
    fact: BillIssued
    wrong_lot: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Deduction:
    """A penalty, and what an appeal against it would bring back after ``decided_after_ms``."""

    at_ms: int
    fact: Deducted
    returned_fen: int
    decided_after_ms: int


# --- the whole day -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PointDay:
    """One business day of one shop.

    To play it in an empty book, first receive the ``leftovers``; after the two days before were played, leave them
    out: they are there. ``shelf_start`` and ``shelf_end`` are pieces per lot that truly stand on the shelves before
    and after the day (without surplus and damage); ``shelf_found`` is what the blind count comes to.
    """

    seed: int
    day: str
    scale: float
    point: Point
    near: tuple[Point, ...]
    platforms: tuple[Platform, ...]
    policies: tuple[PolicySet, ...]
    people: tuple[Person, ...]
    elsewhere: tuple[Elsewhere, ...]
    leftovers: tuple[Leftover, ...]
    announced: tuple[Heard, ...]
    sent: tuple[Heard, ...]
    vans: tuple[Van, ...]
    visits: tuple[Visit, ...]
    no_shows: tuple[NoShow, ...]
    after_sales: tuple[AfterSale, ...]
    sent_back: tuple[SentBack, ...]
    collection: Collection
    proxy_orders: tuple[ProxyOrder, ...]
    cash: Cash
    shelf_start: tuple[Count, ...]
    shelf_end: tuple[Count, ...]
    shelf_found: tuple[Count, ...]
    network: tuple[Episode, ...]
    bills: tuple[Bill, ...]
    deductions: tuple[Deduction, ...]
    closes_ms: int
