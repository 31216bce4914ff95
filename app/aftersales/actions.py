"""What a clerk can do after a sale: open and withdraw claims, fill, seal and hand over return bags."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple, cast

from app.aftersales import rules
from app.aftersales.rules import Bag, ClaimedGoods, Earlier, Handing, Lot, Reason, Standing, Stay, Wish
from app.domain import codec, places
from app.domain.events import BagSealed, BagTaken, GoodsBagged, PolicySet, Remedy, Undone, Why
from app.domain.goods import Count
from app.domain.ids import FactId, new_code
from app.domain.places import Place
from app.domain.refusals import Refused, refused
from app.store.book import Book


class Goods(StrEnum):
    """Where the goods of a claim are: given back at the counter, or with the buyer until later."""

    AT_COUNTER = "at_counter"
    WITH_BUYER = "with_buyer"


@dataclass(frozen=True, slots=True)
class ClaimMade:
    """A claim is in the book; ``bag`` holds its goods where they were given back, ``in_bag`` pieces in all."""

    claim: str
    product: str
    pieces: int
    why: Why
    remedy: Remedy
    asked_fen: int
    deadline_ms: int
    bag: str = ""
    in_bag: int = 0


@dataclass(frozen=True, slots=True)
class ClaimWithdrawn:
    """A claim is taken back, and its goods out of ``bag`` where they had been put into one."""

    claim: str
    product: str
    pieces: int
    bag: str = ""
    from_shelf: bool = False


@dataclass(frozen=True, slots=True)
class Bagged:
    """Pieces are in a return bag, which now holds ``in_bag`` pieces."""

    bag: str
    lot: str
    product: str
    pieces: int
    in_bag: int


@dataclass(frozen=True, slots=True)
class TakenOut:
    """Pieces are out of a return bag again, back where they had been (``origin``, a place's text)."""

    bag: str
    product: str
    pieces: int
    in_bag: int
    origin: str
    claim_withdrawn: str = ""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A bag takes nothing more."""

    bag: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Taken:
    """The driver has signed for these bags with ``pieces`` in all."""

    bags: tuple[str, ...]
    pieces: int
    driver: str


Done = ClaimMade | ClaimWithdrawn | Bagged | TakenOut | Sealed | Taken


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """Ask the platform about pieces of a lot; ``pictures`` are image bytes that have been looked at and made small."""

    lot: str
    pieces: int
    why: Why
    remedy: Remedy
    asked_fen: int
    goods: Goods = Goods.AT_COUNTER
    note: str = ""
    pictures: tuple[bytes, ...] = ()

    def perform(self, book: Book) -> ClaimMade | Refused:
        lot = lot_in(book, self.lot)
        if lot is None:
            return refused(Reason.UNKNOWN_LOT, lot=self.lot[:40])
        names = tuple(f"{number}" for number in range(len(self.pictures)))
        wish = Wish(self.pieces, self.why, self.remedy, self.asked_fen, self.note, names)
        now_ms = book.clock.now_ms() - book.skew
        opened = rules.open_claim(lot, wish, claim=new_code("SH"), now_ms=now_ms)
        if isinstance(opened, Refused):
            return opened
        book.record(replace(opened, photos=tuple(book.keep_photo(picture) for picture in self.pictures)))
        made = ClaimMade(
            opened.claim,
            lot.product,
            opened.pieces,
            opened.why,
            opened.remedy,
            opened.asked_fen,
            opened.deadline_ms,
        )
        offered = rules.offer(lot, self.why, now_ms=now_ms)
        origin = "" if isinstance(offered, Refused) else offered.origin
        return self._bag(book, made, origin)

    def _bag(self, book: Book, made: ClaimMade, origin: str) -> ClaimMade | Refused:
        """Goods on our own shelf go into the bag at once; a buyer's when they lie on the counter."""
        waits = self.goods is Goods.WITH_BUYER and origin == str(places.BUYER)
        if made.remedy is not Remedy.RETURN or waits:
            return made
        bag = open_bag(book)
        book.record(GoodsBagged(bag, origin, (Count(self.lot, made.pieces),), made.claim, made.why))
        return replace(made, bag=bag, in_bag=_pieces_in(book, bag))


@dataclass(frozen=True, slots=True)
class WithdrawClaim:
    """Take a claim back before it is ruled; goods that are in an open bag for it come out again."""

    claim: str
    reason: str = ""

    def perform(self, book: Book) -> ClaimWithdrawn | Refused:
        goods = claimed_goods(book, self.claim)
        if goods is None:
            return refused(Reason.CLAIM_UNKNOWN, claim=self.claim[:40])
        bag = bag_in(book, goods.bag) if goods.bag else None
        sealed_in = goods.bag if bag and bag.sealed_ms else ""
        refusal = rules.may_withdraw(goods.outcome, claim=goods.claim, sealed_in=sealed_in)
        if refusal:
            return refusal
        return _withdraw(book, goods, self.reason)


@dataclass(frozen=True, slots=True)
class BagClaim:
    """Put the goods that a buyer brought for an earlier claim into the open bag."""

    claim: str

    def perform(self, book: Book) -> Bagged | Refused:
        goods = claimed_goods(book, self.claim)
        if goods is None:
            return refused(Reason.CLAIM_UNKNOWN, claim=self.claim[:40])
        there = book.balance(goods.lot, places.BUYER)
        return _put(book, rules.bag_claimed(goods, open_bag(book), there=there), goods.product)


@dataclass(frozen=True, slots=True)
class BagGoods:
    """Put goods of the point into the open bag: overdue or surplus from ``origin``'s shelf slot, or damaged ones."""

    lot: str
    origin: str
    pieces: int
    why: str = ""

    def perform(self, book: Book) -> Bagged | Refused:
        product = _product(book, self.lot)
        try:
            place = Place.parse(self.origin)
        except ValueError:
            return refused(Reason.NOT_THERE, product=product, pieces=0)
        if place.kind not in (places.Kind.SHELF, places.Kind.DAMAGED):
            return refused(Reason.NOT_THERE, product=product, pieces=0)
        stands = Standing(self.lot, product, self.origin, book.balance(self.lot, place))
        return _put(book, rules.bag_goods(stands, open_bag(book), pieces=self.pieces, why=self.why), product)


@dataclass(frozen=True, slots=True)
class TakeOut:
    """Take the pieces of a lot that were put last into an open bag out of it again."""

    bag: str
    lot: str

    def perform(self, book: Book) -> TakenOut | ClaimWithdrawn | Refused:
        refusal = rules.may_change(bag_in(book, self.bag), self.bag[:40])
        if refusal:
            return refusal
        last = _last_bagging(book, bag=self.bag, lot=self.lot)
        if last is None:
            return refused(Reason.NOT_IN_BAG, bag=self.bag, product=_product(book, self.lot))
        claimed = claimed_goods(book, last.fact.claim) if last.fact.claim else None
        origin = last.fact.origin
        withdrawn = ""
        if claimed and origin != str(places.BUYER) and not claimed.outcome:
            # Back on the shelf there is nothing to claim: buyer and goods are where they were before.
            _withdraw(book, claimed, "取出退货袋")
            withdrawn = claimed.claim
        else:
            book.record(Undone(str(last.id), "取出退货袋"))
        pieces = sum(count.pieces for count in last.fact.goods)
        return TakenOut(
            self.bag,
            _product(book, self.lot),
            pieces,
            _pieces_in(book, self.bag),
            origin,
            claim_withdrawn=withdrawn,
        )


@dataclass(frozen=True, slots=True)
class SealBag:
    """Close a bag for good."""

    bag: str

    def perform(self, book: Book) -> Sealed | Refused:
        bag = bag_in(book, self.bag)
        refusal = rules.may_seal(bag, self.bag[:40])
        if refusal or bag is None:
            return refusal or refused(Reason.BAG_UNKNOWN, bag=self.bag[:40])
        book.record(BagSealed(self.bag))
        return Sealed(self.bag, bag.pieces)


@dataclass(frozen=True, slots=True)
class TakeBags:
    """The driver takes sealed bags: ``pieces`` counted together, ``signature`` PNG bytes."""

    bags: tuple[str, ...]
    driver: str
    pieces: int
    signature: bytes
    trip: str = ""

    def perform(self, book: Book) -> Taken | Refused:
        codes = tuple(dict.fromkeys(self.bags))
        refusal = self._refusal(book, codes)
        if refusal:
            return refusal
        signature = book.keep_photo(self.signature)
        driver = rules.plain_note(self.driver)[:20]
        for code in codes:
            book.record(BagTaken(code, driver, signature, _content(book, code), self.trip))
        return Taken(codes, self.pieces, driver)

    def _refusal(self, book: Book, codes: tuple[str, ...]) -> Refused | None:
        if not codes:
            return refused(Reason.NO_BAGS)
        inside = 0
        for code in codes:
            bag = bag_in(book, code)
            refusal = rules.may_hand_over(bag, code[:40])
            if refusal:
                return refusal
            inside += bag.pieces if bag else 0
        return rules.check_hand_over(
            inside=inside, counted=self.pieces, driver=self.driver, signature=self.signature
        )


# --- what the book says ------------------------------------------------------------------------------------


def lot_in(book: Book, lot: str) -> Lot | None:
    """All that a promise about a lot depends on, from the book."""
    line = book.one("SELECT product, platform, category, pieces, paid_fen FROM lines WHERE lot = ?", (lot,))
    if line is None:
        return None
    product, platform, category, pieces, paid_fen = line
    return Lot(
        lot=lot,
        product=product,
        platform=platform,
        category=category,
        pieces=pieces,
        paid_fen=paid_fen,
        handings=tuple(Handing(*row) for row in book.rows(_HANDINGS, (lot,))),
        earlier=_earlier(book, lot),
        here=tuple(Stay(*row) for row in book.rows(_HERE, (lot, str(places.shelf(places.SURPLUS_SLOT))))),
        lost=book.balance(lot, places.SHORT) + book.balance(lot, places.DAMAGED),
        policies=_policies(book, platform),
    )


def _earlier(book: Book, lot: str) -> tuple[Earlier, ...]:
    from_shelf = {row[0] for row in book.rows(_FROM_SHELF, (lot,))}
    return tuple(
        Earlier(claim, pieces, Why(why), asked_fen, deadline_ms, outcome, refund_fen, claim in from_shelf)
        for claim, pieces, why, asked_fen, deadline_ms, outcome, refund_fen in book.rows(_EARLIER, (lot,))
    )


def _policies(book: Book, platform: str) -> tuple[PolicySet, ...]:
    rows = book.rows("SELECT body FROM policies WHERE platform = ?", (platform,))
    return tuple(cast(PolicySet, codec.decode("PolicySet", body)) for (body,) in rows)


def claimed_goods(book: Book, claim: str) -> ClaimedGoods | None:
    """A claim as far as its goods are concerned, from the book."""
    row = book.one(
        "SELECT c.claim, c.lot, coalesce(l.product, c.lot), c.pieces, c.why, c.remedy, c.outcome, c.bag"
        " FROM claims c LEFT JOIN lines l ON l.lot = c.lot WHERE c.claim = ?",
        (claim,),
    )
    return ClaimedGoods(*row) if row else None


def bag_in(book: Book, code: str) -> Bag | None:
    """A bag as it stands in the book."""
    row = book.one("SELECT sealed_ms, taken_ms FROM bags WHERE bag = ?", (code,))
    return Bag(code, row[0], row[1], _pieces_in(book, code)) if row else None


def open_bag(book: Book) -> str:
    """The bag that takes goods now; a fresh code where every bag is sealed. It enters the book with its first goods."""
    found: str | None = book.value(
        "SELECT bag FROM bags WHERE sealed_ms = 0 AND taken_ms = 0 ORDER BY opened_ms, bag LIMIT 1"
    )
    return found or new_code("TH")


class Bagging(NamedTuple):
    """A fact that put goods into a bag, with its id."""

    id: FactId
    fact: GoodsBagged


def _last_bagging(book: Book, *, bag: str, lot: str) -> Bagging | None:
    row = book.one(_LAST_BAGGING, (lot, str(places.bag(bag))))
    if row is None:
        return None
    return Bagging(FactId(*row[:3]), cast(GoodsBagged, codec.decode("GoodsBagged", row[3])))


def _withdraw(book: Book, goods: ClaimedGoods, reason: str) -> ClaimWithdrawn:
    from_shelf = False
    if goods.bag:
        bagging = _bagging_of(book, goods)
        if bagging:
            from_shelf = bagging.fact.origin != str(places.BUYER)
            book.record(Undone(str(bagging.id), reason))
    known = book.one(_CLAIM_FACT, (goods.claim, goods.claim))
    if known:
        book.record(Undone(str(FactId(*known)), reason))
    return ClaimWithdrawn(goods.claim, goods.product, goods.pieces, goods.bag, from_shelf)


def _bagging_of(book: Book, goods: ClaimedGoods) -> Bagging | None:
    for device, epoch, seq, body in book.rows(_BAGGINGS, (goods.lot, str(places.bag(goods.bag)))):
        fact = cast(GoodsBagged, codec.decode("GoodsBagged", body))
        if fact.claim == goods.claim:
            return Bagging(FactId(device, epoch, seq), fact)
    return None


def _put(book: Book, fact: GoodsBagged | Refused, product: str) -> Bagged | Refused:
    if isinstance(fact, Refused):
        return fact
    refusal = rules.may_change(bag_in(book, fact.bag) or Bag(fact.bag), fact.bag)
    if refusal:
        return refusal
    book.record(fact)
    count = fact.goods[0]
    return Bagged(fact.bag, count.lot, product, count.pieces, _pieces_in(book, fact.bag))


def _product(book: Book, lot: str) -> str:
    found: str | None = book.value("SELECT product FROM lines WHERE lot = ?", (lot,))
    if found is None:
        found = book.value(_SURPLUS_PRODUCT, (lot,))
    return found or lot


def _pieces_in(book: Book, bag: str) -> int:
    return book.value("SELECT sum(pieces) FROM stock WHERE place = ?", (str(places.bag(bag)),)) or 0


def _content(book: Book, bag: str) -> tuple[Count, ...]:
    rows = book.rows(
        "SELECT lot, pieces FROM stock WHERE place = ? AND pieces > 0 ORDER BY lot", (str(places.bag(bag)),)
    )
    return tuple(Count(lot, pieces) for lot, pieces in rows)


_HANDINGS = (
    "SELECT h.at_ms - f.skew_ms, f.day, h.pieces FROM handed h JOIN facts f ON f.id = h.fact"
    " WHERE h.lot = ? AND h.undone = 0 ORDER BY 1"
)
_HERE = (
    "SELECT place, pieces FROM stock WHERE lot = ? AND place LIKE 'shelf:%' AND place <> ? AND pieces > 0"
    " ORDER BY place"
)
_EARLIER = (
    "SELECT claim, pieces, why, asked_fen, deadline_ms, outcome, refund_fen FROM claims WHERE lot = ?"
    " ORDER BY opened_ms, claim"
)
_FROM_SHELF = (
    "SELECT json_extract(f.body, '$.claim') FROM moves m JOIN facts f ON f.id = m.fact"
    " WHERE m.lot = ? AND f.kind = 'GoodsBagged' AND f.reversed_by IS NULL AND m.source <> 'buyer:'"
)
_BAGGINGS = (
    "SELECT f.device, f.epoch, f.seq, f.body FROM moves m JOIN facts f ON f.id = m.fact"
    " WHERE m.lot = ? AND m.target = ? AND f.kind = 'GoodsBagged' AND f.reversed_by IS NULL ORDER BY m.id DESC"
)
_LAST_BAGGING = f"{_BAGGINGS} LIMIT 1"
_CLAIM_FACT = (
    "SELECT device, epoch, seq FROM facts WHERE day = (SELECT day FROM claims WHERE claim = ?)"
    " AND kind = 'ClaimOpened' AND json_extract(body, '$.claim') = ?"
)
_SURPLUS_PRODUCT = (
    "SELECT json_extract(f.body, '$.product') FROM moves m JOIN facts f ON f.id = m.fact"
    " WHERE m.lot = ? AND f.kind = 'OverFound' LIMIT 1"
)
