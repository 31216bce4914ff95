"""What may be promised after a sale: the window, the pieces and the money of a claim, and what a return bag takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain import places
from app.domain.clock import at, business_day, day_after
from app.domain.events import ClaimOpened, GoodsBagged, PolicySet, Remedy, Why, Window
from app.domain.goods import Count, Zone
from app.domain.money import share_fen
from app.domain.places import Kind, Place
from app.domain.refusals import Refused, refused

HOUR_MS = 3_600_000
MOST_PHOTOS = 4
LONGEST_NOTE = 200
FREE_AGAIN = frozenset({"withdrawn", "refused"})
"""Outcomes after which the pieces of a claim may be claimed once more, while their window is open."""


class Reason(StrEnum):
    """Why something is not done after a sale."""

    UNKNOWN_LOT = "unknown_lot"
    NOT_HERE_YET = "not_here_yet"
    REPORTED = "reported"
    ALL_CLAIMED = "all_claimed"
    STILL_HERE = "still_here"
    NO_TERMS = "no_terms"
    EXCLUDED = "excluded"
    LATE = "late"
    NO_PIECES = "no_pieces"
    TOO_MANY = "too_many"
    NOTHING_ASKED = "nothing_asked"
    TOO_MUCH = "too_much"
    NOTHING_TO_RETURN = "nothing_to_return"
    RETURN_NEEDED = "return_needed"
    PHOTO_NEEDED = "photo_needed"
    TOO_MANY_PHOTOS = "too_many_photos"
    NOT_A_PICTURE = "not_a_picture"
    CLAIM_UNKNOWN = "claim_unknown"
    WITHDRAWN = "withdrawn"
    RULED = "ruled"
    CLAIM_REFUSED = "claim_refused"
    REFUND_ONLY = "refund_only"
    IN_SEALED_BAG = "in_sealed_bag"
    ALREADY_BAGGED = "already_bagged"
    NOT_THERE = "not_there"
    BAG_UNKNOWN = "bag_unknown"
    BAG_EMPTY = "bag_empty"
    BAG_SEALED = "bag_sealed"
    BAG_OPEN = "bag_open"
    BAG_TAKEN = "bag_taken"
    NOT_IN_BAG = "not_in_bag"
    NO_BAGS = "no_bags"
    NO_DRIVER = "no_driver"
    NO_SIGNATURE = "no_signature"
    COUNT_DIFFERS = "count_differs"


@dataclass(frozen=True, slots=True)
class Handing:
    """Pieces handed out at one time (ms, by the platform's clock) on one business day."""

    at_ms: int
    day: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """A claim that the lot already has; ``from_shelf`` ones are about goods that had not been handed out."""

    claim: str
    pieces: int
    why: Why
    asked_fen: int
    deadline_ms: int
    outcome: str = ""
    refund_fen: int = 0
    from_shelf: bool = False

    @property
    def counts(self) -> bool:
        """Whether its pieces are taken."""
        return self.outcome not in FREE_AGAIN

    @property
    def fen(self) -> int:
        """The money it holds: what was granted, or what is asked while it waits."""
        return self.refund_fen if self.outcome else self.asked_fen


@dataclass(frozen=True, slots=True)
class Stay:
    """Pieces that stand at a shelf place of the point (a place's text)."""

    place: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Lot:
    """All that a promise about one order line depends on; ``lost`` counts pieces reported short or damaged."""

    lot: str
    product: str
    platform: str
    category: str
    pieces: int
    paid_fen: int
    handings: tuple[Handing, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    here: tuple[Stay, ...] = ()
    lost: int = 0
    policies: tuple[PolicySet, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be claimed: at most ``pieces``, until ``until_ms``; ``origin`` is the place where the goods are now."""

    pieces: int
    until_ms: int
    photo_needed: bool
    origin: str

    @property
    def from_shelf(self) -> bool:
        """Whether the goods have not been handed out, so that their window has not begun to run."""
        return self.origin != str(places.BUYER)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a buyer asks for; ``photos`` are names of kept pictures."""

    pieces: int
    why: Why
    remedy: Remedy
    asked_fen: int
    note: str = ""
    photos: tuple[str, ...] = ()


# --- windows -----------------------------------------------------------------------------------------------


def terms_on(policies: Iterable[PolicySet], day: str) -> PolicySet | None:
    """The terms in force on ``day``: the newest that had begun."""
    begun = [policy for policy in policies if policy.from_day <= day]
    return max(begun, key=lambda policy: policy.from_day, default=None)


def window_on(lot: Lot, day: str) -> Window | None:
    """The claim window for the lot's category by the terms of ``day``; none where no terms are known."""
    policy = terms_on(lot.policies, day)
    windows = {window.category: window for window in policy.windows} if policy else {}
    return windows.get(lot.category) or windows.get("*")


def hours_for(window: Window, why: Why) -> int:
    """How long a window stays open for a reason, in hours; 0 is excluded."""
    return window.unwanted_hours if why is Why.UNWANTED else window.hours


def deadline(lot: Lot, handing: Handing, why: Why) -> int:
    """Until when (ms) pieces of a hand-out may be claimed; its own time where they may not at all."""
    window = window_on(lot, handing.day)
    return handing.at_ms + (hours_for(window, why) if window else 0) * HOUR_MS


# --- pieces and money --------------------------------------------------------------------------------------


def unclaimed(lot: Lot) -> list[tuple[Handing, int]]:
    """Each hand-out with how many of its pieces no claim has taken yet.

    A claim took pieces whose window was still open for it, oldest first: its deadline says which these were.
    """
    handings = sorted(lot.handings, key=lambda handing: handing.at_ms)
    left = [handing.pieces for handing in handings]
    for claim in lot.earlier:
        if claim.counts and not claim.from_shelf:
            _take(left, _in_order(lot, handings, claim), claim.pieces)
    return list(zip(handings, left, strict=True))


def _in_order(lot: Lot, handings: Sequence[Handing], claim: Earlier) -> list[int]:
    """Positions of hand-outs: those that the claim could be about, then the others."""
    late = [deadline(lot, handing, claim.why) < claim.deadline_ms for handing in handings]
    return sorted(range(len(handings)), key=lambda number: (late[number], number))


def _take(left: list[int], order: Iterable[int], pieces: int) -> None:
    for number in order:
        taken = min(left[number], pieces)
        left[number] -= taken
        pieces -= taken


def most_fen(lot: Lot, pieces: int) -> int:
    """What may be asked for ``pieces`` more pieces, in fen, so that all claims together never exceed what was paid."""
    standing = [claim for claim in lot.earlier if claim.counts]
    before = sum(claim.pieces for claim in standing)
    upto = share_fen(lot.paid_fen, part=before + pieces, whole=lot.pieces)
    share = upto - share_fen(lot.paid_fen, part=before, whole=lot.pieces)
    return max(0, min(share, lot.paid_fen - sum(claim.fen for claim in standing)))


# --- claims ------------------------------------------------------------------------------------------------


def offer(lot: Lot, why: Why, *, now_ms: int) -> Offer | Refused:
    """What may be promised now for a reason, before anything is promised; ``now_ms`` by the platform's clock."""
    left = [(handing, pieces) for handing, pieces in unclaimed(lot) if pieces]
    in_time = [(handing, pieces) for handing, pieces in left if deadline(lot, handing, why) >= now_ms]
    day = (
        in_time[0][0].day if in_time else (left[-1][0].day if left and not lot.here else business_day(now_ms))
    )
    window = window_on(lot, day)
    if not left and not lot.here:
        return _nothing(lot)
    if window is None:
        return refused(Reason.NO_TERMS, platform=lot.platform)
    if not hours_for(window, why):
        return refused(Reason.EXCLUDED, product=lot.product, category=lot.category, hours=window.hours)
    if in_time:
        until = min(deadline(lot, handing, why) for handing, _ in in_time)
        return Offer(sum(pieces for _, pieces in in_time), until, window.photo_needed, str(places.BUYER))
    if lot.here:
        return _offer_from_shelf(lot, why, window, now_ms=now_ms)
    until = max(deadline(lot, handing, why) for handing, _ in left)
    return refused(Reason.LATE, product=lot.product, until_ms=until, hours=hours_for(window, why))


def _offer_from_shelf(lot: Lot, why: Why, window: Window, *, now_ms: int) -> Offer | Refused:
    stay = max(lot.here, key=lambda stay: stay.pieces)
    if why is Why.MISSING:
        return refused(
            Reason.STILL_HERE, product=lot.product, slot=Place.parse(stay.place).name, pieces=stay.pieces
        )
    return Offer(stay.pieces, now_ms + hours_for(window, why) * HOUR_MS, window.photo_needed, stay.place)


def _nothing(lot: Lot) -> Refused:
    claimed = [claim for claim in lot.earlier if claim.counts]
    if claimed:
        pieces = sum(claim.pieces for claim in claimed)
        return refused(Reason.ALL_CLAIMED, product=lot.product, pieces=pieces, claim=claimed[-1].claim)
    if lot.lost:
        return refused(Reason.REPORTED, product=lot.product, pieces=lot.lost)
    return refused(Reason.NOT_HERE_YET, product=lot.product)


def open_claim(lot: Lot, wish: Wish, *, claim: str, now_ms: int) -> ClaimOpened | Refused:
    """The claim that a wish becomes, or why it may not."""
    offered = offer(lot, wish.why, now_ms=now_ms)
    if isinstance(offered, Refused):
        return offered
    refusal = (
        _check_pieces(lot, wish, offered)
        or _check_remedy(lot, wish, offered)
        or _check_photos(lot, wish, offered)
    )
    if refusal:
        return refusal
    return ClaimOpened(
        claim=claim,
        lot=lot.lot,
        pieces=wish.pieces,
        why=wish.why,
        remedy=wish.remedy,
        asked_fen=wish.asked_fen,
        deadline_ms=offered.until_ms,
        note=plain_note(wish.note),
        photos=wish.photos,
    )


def _check_pieces(lot: Lot, wish: Wish, offered: Offer) -> Refused | None:
    if wish.pieces <= 0:
        return refused(Reason.NO_PIECES, product=lot.product)
    if wish.pieces > offered.pieces:
        return refused(Reason.TOO_MANY, product=lot.product, pieces=wish.pieces, most=offered.pieces)
    most = most_fen(lot, wish.pieces)
    if wish.asked_fen > most:
        return refused(Reason.TOO_MUCH, product=lot.product, fen=wish.asked_fen, most_fen=most)
    if wish.asked_fen < 0 or (wish.asked_fen == 0 and most > 0):
        return refused(Reason.NOTHING_ASKED, most_fen=most)
    return None


def _check_remedy(lot: Lot, wish: Wish, offered: Offer) -> Refused | None:
    if wish.why is Why.MISSING and wish.remedy is Remedy.RETURN:
        return refused(Reason.NOTHING_TO_RETURN, product=lot.product)
    if wish.remedy is Remedy.REFUND_ONLY and (wish.why is Why.UNWANTED or offered.from_shelf):
        return refused(Reason.RETURN_NEEDED, product=lot.product)
    return None


def _check_photos(lot: Lot, wish: Wish, offered: Offer) -> Refused | None:
    """A piece that is not there cannot be photographed, so a missing one needs no photo."""
    if offered.photo_needed and not wish.photos and wish.why is not Why.MISSING:
        return refused(Reason.PHOTO_NEEDED, product=lot.product)
    if len(wish.photos) > MOST_PHOTOS:
        return refused(Reason.TOO_MANY_PHOTOS, most=MOST_PHOTOS)
    return None


def plain_note(text: str) -> str:
    """A note as one line without control characters, at most 200 characters."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()[:LONGEST_NOTE]


def may_withdraw(outcome: str, *, claim: str, sealed_in: str) -> Refused | None:
    """Whether a claim can still be taken back: not once it is ruled, nor with its goods in a sealed bag."""
    if outcome == "withdrawn":
        return refused(Reason.WITHDRAWN, claim=claim)
    if outcome:
        return refused(Reason.RULED, claim=claim)
    return refused(Reason.IN_SEALED_BAG, bag=sealed_in) if sealed_in else None


# --- return bags -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bag:
    """A return bag as it stands: times in ms (0 for not yet), ``pieces`` inside."""

    bag: str
    sealed_ms: int = 0
    taken_ms: int = 0
    pieces: int = 0


@dataclass(frozen=True, slots=True)
class ClaimedGoods:
    """A claim as far as bagging its goods is concerned."""

    claim: str
    lot: str
    product: str
    pieces: int
    why: str
    remedy: str
    outcome: str
    bag: str


def bag_claimed(goods: ClaimedGoods, bag: str, *, there: int) -> GoodsBagged | Refused:
    """Put what a buyer brought for a claim into ``bag``; ``there`` counts the pieces that the buyer has."""
    if goods.bag:
        return refused(Reason.ALREADY_BAGGED, claim=goods.claim, bag=goods.bag)
    if goods.remedy != Remedy.RETURN:
        return refused(Reason.REFUND_ONLY, claim=goods.claim)
    if goods.outcome in FREE_AGAIN:
        reason = Reason.WITHDRAWN if goods.outcome == "withdrawn" else Reason.CLAIM_REFUSED
        return refused(reason, claim=goods.claim)
    stands = Standing(goods.lot, goods.product, str(places.BUYER), there)
    return bag_goods(stands, bag, pieces=goods.pieces, why=goods.why, claim=goods.claim)


@dataclass(frozen=True, slots=True)
class Standing:
    """``pieces`` of a lot that stand at ``place`` (a place's text)."""

    lot: str
    product: str
    place: str
    pieces: int


def bag_goods(stands: Standing, bag: str, *, pieces: int, why: str, claim: str = "") -> GoodsBagged | Refused:
    """Put pieces from where they stand into ``bag``: a buyer's, or overdue, surplus and broken goods of the point."""
    if pieces <= 0:
        return refused(Reason.NO_PIECES, product=stands.product)
    if pieces > stands.pieces or Place.parse(stands.place).kind not in (Kind.BUYER, Kind.SHELF, Kind.DAMAGED):
        return refused(Reason.NOT_THERE, product=stands.product, pieces=stands.pieces)
    return GoodsBagged(bag=bag, origin=stands.place, goods=(Count(stands.lot, pieces),), claim=claim, why=why)


def may_change(bag: Bag | None, code: str) -> Refused | None:
    """Whether a bag can still be filled, emptied or sealed."""
    if bag is None:
        return refused(Reason.BAG_UNKNOWN, bag=code)
    if bag.taken_ms:
        return refused(Reason.BAG_TAKEN, bag=code)
    return refused(Reason.BAG_SEALED, bag=code) if bag.sealed_ms else None


def may_seal(bag: Bag | None, code: str) -> Refused | None:
    """Whether a bag can be sealed: it is open and something is in it."""
    refusal = may_change(bag, code)
    if refusal is None and bag is not None and not bag.pieces:
        return refused(Reason.BAG_EMPTY, bag=code)
    return refusal


def may_hand_over(bag: Bag | None, code: str) -> Refused | None:
    """Whether a driver can take a bag: it is sealed and still here."""
    if bag is None:
        return refused(Reason.BAG_UNKNOWN, bag=code)
    if bag.taken_ms:
        return refused(Reason.BAG_TAKEN, bag=code)
    return None if bag.sealed_ms else refused(Reason.BAG_OPEN, bag=code)


def check_hand_over(*, inside: int, counted: int, driver: str, signature: bytes) -> Refused | None:
    """Whether a hand-over to the driver is complete: a name, a signature, and the same count on both sides."""
    if not driver.strip():
        return refused(Reason.NO_DRIVER)
    if counted != inside:
        return refused(Reason.COUNT_DIFFERS, inside=inside, counted=counted)
    return None if signature else refused(Reason.NO_SIGNATURE)


# --- liability ---------------------------------------------------------------------------------------------


class Link(StrEnum):
    """The hands through which goods pass, in order."""

    PLATFORM = "platform"
    STATION = "station"
    DRIVER = "driver"
    POINT = "point"
    BUYER = "buyer"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """How many good pieces a link confirmed; ``None`` where nothing is known of it."""

    link: Link
    pieces: int | None


def liable(chain: Sequence[Confirmed]) -> tuple[Link, ...]:
    """The first link whose count is below the one before, with the silent links just before it; () where all agree."""
    before: int | None = None
    silent: list[Link] = []
    for confirmed in chain:
        if confirmed.pieces is None:
            silent.append(confirmed.link)
            continue
        if before is not None and confirmed.pieces < before:
            return (*silent, confirmed.link)
        before, silent = confirmed.pieces, []
    return ()


# --- ages --------------------------------------------------------------------------------------------------

DAY_MS = 24 * HOUR_MS


class Age(StrEnum):
    """How long the platform has not acknowledged a bag that its driver took."""

    FRESH = "fresh"
    OLD = "old"
    TOO_OLD = "too_old"


def age_of(since_ms: int, *, now_ms: int) -> Age:
    """Over one day is old, over three days too old."""
    waited = now_ms - since_ms
    if waited > 3 * DAY_MS:
        return Age.TOO_OLD
    return Age.OLD if waited > DAY_MS else Age.FRESH


def is_overdue(zone: Zone, day: str, *, now_ms: int) -> bool:
    """Whether goods of a day stay too long: cold ones past its evening, fresh past next noon, others past 3 days."""
    due = {
        Zone.FROZEN: (0, "20:00"),
        Zone.CHILLED: (0, "20:00"),
        Zone.FRESH: (1, "12:00"),
        Zone.AMBIENT: (3, "23:00"),
    }
    days, clock = due[zone]
    return now_ms > at(day_after(day, days), clock)
