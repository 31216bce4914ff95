"""The facts of a grid station's night: trunk trucks in, pieces to crates, crates to vans, vans to drivers.

A crate is a place: pieces are put into it at the wall and stay in it until the point's receipt takes them out.
Where the crate itself stands (wall, van, road) is said by the facts about crates and guarded by
:mod:`app.domain.guards`, so that loading a crate never repeats its contents.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.events import Fact
from app.domain.goods import Count, Zone

# --- heard from the platform -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StopName:
    """A pickup point as the station's table names it."""

    point: str
    name: str
    village: str = ""


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A route of the station's table: its van's dock (``1-2``), the usual driver, its points in stop order."""

    route: str
    dock: str
    driver: str
    points: tuple[StopName, ...]
    plate: str = ""


@dataclass(frozen=True, slots=True)
class RoutesListed(Fact):
    """The station's point-to-route table; it replaces an earlier one. Heard, or entered at the station."""

    station: str
    name: str
    routes: tuple[RouteRow, ...]


@dataclass(frozen=True, slots=True)
class LoadLine:
    """Pieces of one product for one point, and the container in which they come."""

    lot: str
    point: str
    container: str
    product: str
    barcode: str
    category: str
    zone: Zone
    pieces: int
    grams: int = 0


@dataclass(frozen=True, slots=True)
class TruckAnnounced(Fact):
    """A trunk truck for this station and business day, expected at ``expected_ms``; whose goods it carries."""

    trip: str
    station: str
    day: str
    plate: str = ""
    driver: str = ""
    seal: str = ""
    expected_ms: int = 0
    platform: str = ""


@dataclass(frozen=True, slots=True)
class PalletAnnounced(Fact):
    """The sheet of one pallet on a trunk truck: its 14-digit label, its number, and what its containers hold."""

    trip: str
    day: str
    pallet: str
    number: str
    lines: tuple[LoadLine, ...]


@dataclass(frozen=True, slots=True)
class ManifestForwarded(Fact):
    """A point's own list as it stands on that point's feed (device ``@``, ``seq``), for its driver's sheet."""

    point: str
    seq: int
    at_ms: int
    day: str
    body: str


@dataclass(frozen=True, slots=True)
class PointReceipt(Fact):
    """What a pickup point says it received off a run, told by the platform; each count's slot names the crate."""

    run: str
    point: str
    goods: tuple[Count, ...]
    short: tuple[Count, ...] = ()
    damaged: tuple[Count, ...] = ()
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class StationKeyTold(Fact):
    """A station's public key (Ed25519, hex), so that a point can tell its station's paper from another's."""

    station: str
    name: str
    public_key: str


@dataclass(frozen=True, slots=True)
class StationKeyMade(Fact):
    """A PC of a station has made the key with which it signs papers; this is the public half (Ed25519, hex)."""

    station: str
    public_key: str


# --- the truck ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TruckArrived(Fact):
    """A trunk truck stands at the dock; what is empty is not known."""

    trip: str
    plate: str = ""
    seal: str = ""
    note: str = ""
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnloadingBegan(Fact):
    """The truck's doors are open."""

    trip: str


@dataclass(frozen=True, slots=True)
class UnloadingEnded(Fact):
    """Nothing more comes off this truck."""

    trip: str


@dataclass(frozen=True, slots=True)
class ContainersUnloaded(Fact):
    """One scan of a pallet or container label: all that was announced for those containers is on the dock."""

    trip: str
    label: str
    containers: tuple[str, ...]
    goods: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class StrangerRefused(Fact):
    """A container or crate of another station, day or route was turned away."""

    label: str
    belongs: str
    trip: str = ""


@dataclass(frozen=True, slots=True)
class PiecesMissed(Fact):
    """Announced pieces that are not there: off the truck, the dock or a crate (``origin``, a place's text).

    ``rule`` names the rule that chose who goes without, where there was a choice.
    """

    origin: str
    goods: tuple[Count, ...]
    rule: str = ""
    note: str = ""
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PiecesFound(Fact):
    """Missed pieces that turned up on the dock after all."""

    goods: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class PiecesDamaged(Fact):
    """Broken pieces, set aside from ``origin`` (a place's text)."""

    origin: str
    goods: tuple[Count, ...]
    note: str = ""
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SurplusFound(Fact):
    """Pieces that no list names, set aside; ``lot`` is a name of ours for them."""

    lot: str
    container: str
    barcode: str
    product: str
    pieces: int
    note: str = ""
    photos: tuple[str, ...] = ()


# --- the wall ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One slot of the wall (``1-07``): its point and route, whose zone it lies in, and how far from the table."""

    slot: str
    point: str
    route: str
    sorter: int
    decimetres: int = 0


@dataclass(frozen=True, slots=True)
class WallPlanned(Fact):
    """Which slot stands for which point from this night on; it replaces the plan before."""

    day: str
    slots: tuple[SlotRow, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class WaveBegan(Fact):
    """Sorting of a zone or of everything (``*``) begins."""

    day: str
    zone: str = "*"


@dataclass(frozen=True, slots=True)
class SorterJoined(Fact):
    """Somebody sorts at this PC from now on; the envelope's operator is their badge."""

    sorter: str


@dataclass(frozen=True, slots=True)
class SorterLeft(Fact):
    """That person rests or has gone home."""

    sorter: str


@dataclass(frozen=True, slots=True)
class CrateOpened(Fact):
    """A crate with this label stands in a slot for a point; ``after`` is the full one whose place it takes."""

    crate: str
    slot: str
    point: str
    route: str
    day: str
    zone: Zone
    asset: str = "crate"
    after: str = ""


@dataclass(frozen=True, slots=True)
class Sorted(Fact):
    """Pieces put from the dock into a crate; ``labels`` are the piece labels, where they were scanned one by one."""

    crate: str
    goods: tuple[Count, ...]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resorted(Fact):
    """Pieces taken out of a crate and put into another, or back on the dock where ``crate`` is empty."""

    origin: str
    crate: str
    goods: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class SlipCaught(Fact):
    """A slip stopped in time: ``kind`` is ``wrong_crate``, ``repeat``, ``sealed``, ``unknown`` or ``wrong_van``."""

    kind: str
    label: str
    meant: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True)
class CrateSealed(Fact):
    """A crate takes nothing more."""

    crate: str
    pieces: int


@dataclass(frozen=True, slots=True)
class CrateUnsealed(Fact):
    """A seal was broken by somebody, for a reason."""

    crate: str
    reason: str


@dataclass(frozen=True, slots=True)
class CrateRelabelled(Fact):
    """A crate's label was replaced: what was in ``crate`` is in ``into`` from now on."""

    crate: str
    into: str
    goods: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class AreaCleared(Fact):
    """The dock was looked over after a wave: so many pieces of announced goods still lay there."""

    day: str
    left: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class CrateChecked(Fact):
    """A second person counted a crate: what the book said and what was found."""

    crate: str
    booked: int
    counted: int


# --- vans --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RunPlanned(Fact):
    """One van's run of one business day along a route."""

    run: str
    route: str
    day: str
    dock: str
    driver: str
    plate: str
    leaves_ms: int
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CrateLoaded(Fact):
    """A crate is on a van; ``reason`` is said where it goes with a run that is not its own."""

    run: str
    crate: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CrateTakenOff(Fact):
    """A crate came off a van again."""

    run: str
    crate: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class VanClosed(Fact):
    """A van's doors are shut: what it carries, and what was knowingly left behind or taken along, by whom and why."""

    run: str
    crates: int
    pieces: int
    missing: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class VanReopened(Fact):
    """A closed van was opened again before it left."""

    run: str
    reason: str


# --- hand-over ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AssetCount:
    """So many returnable things of a kind (``crate``, ``ice_box``, ``pallet``)."""

    asset: str
    pieces: int


@dataclass(frozen=True, slots=True)
class HandedOver(Fact):
    """Driver and station agree on a count and both signed; signatures name their pictures."""

    run: str
    driver: str
    crates: int
    pieces: int
    assets: tuple[AssetCount, ...]
    returns: tuple[str, ...]
    station_signature: str
    driver_signature: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class HandOverRefused(Fact):
    """The driver counted otherwise and did not sign."""

    run: str
    driver: str
    crates: int
    counted_crates: int
    pieces: int
    counted_pieces: int
    why: str


@dataclass(frozen=True, slots=True)
class AssetsMoved(Fact):
    """Returnable things went from one holder to another: ``station``, ``driver:NAME`` or ``point:CODE``."""

    source: str
    target: str
    assets: tuple[AssetCount, ...]
    run: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class BagBack:
    """A return bag that a driver brought, and the pieces in it as counted at the station."""

    bag: str
    point: str
    pieces: int


@dataclass(frozen=True, slots=True)
class ReturnsReceived(Fact):
    """Return bags that came back with a driver and were received at the station."""

    run: str
    driver: str
    bags: tuple[BagBack, ...]
    signature: str = ""


class Link(StrEnum):
    """The links of the chain, from the first to the last; liability falls on the first whose count fell."""

    CENTRE = "centre"
    TRUNK = "trunk"
    STATION = "station"
    DRIVER = "driver"
    POINT = "point"


@dataclass(frozen=True, slots=True)
class LiabilityProposed(Fact):
    """For a shortage of a lot: the link that the confirmed counts point to, and the digest of the evidence pack."""

    lot: str
    pieces: int
    link: Link
    why: str
    evidence: str = ""


NIGHT_HEARD_ONLY: frozenset[str] = frozenset(
    kind.__name__ for kind in (ManifestForwarded, PointReceipt, StationKeyTold)
)
"""Kinds that only the platform may say."""
