"""What a worker can say about goods that are not as announced: short, damaged, too many, found; a cleared dock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from app.dock import rules
from app.dock.here import dock_pieces, here, is_photo, keep, on_truck
from app.dock.rules import Reason, Share, Turn
from app.domain import night as n
from app.domain import places
from app.domain.fair import FAIR_RULE
from app.domain.goods import Count, Shortfall
from app.domain.guards import container_key
from app.domain.ids import FactId
from app.domain.places import Place
from app.domain.refusals import Refused, refused
from app.store.book import Book
from app.store.tonight import went_without

NOBODYS = "over/"
"""Lots of pieces that no list names are called after their barcode, `over/6901234567892`."""


class Goods(NamedTuple):
    """One product of a night, in one container or ("") wherever it lies on the dock."""

    day: str
    barcode: str
    product: str
    trip: str = ""
    container: str = ""


@dataclass(frozen=True, slots=True)
class DifferenceNoted:
    """A difference was recorded; `losers` are the points that get less, by name, and how many pieces less.

    `about` None means that missing pieces were found, and `losers` are those that get them after all.
    """

    about: Shortfall | None
    product: str
    container: str
    pieces: int
    losers: tuple[tuple[str, int], ...]
    deadline_ms: int
    photos: int
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Cleared:
    """The dock was looked over: so many pieces are left on it, so many were told missing by that."""

    day: str
    left: int
    missed: int
    facts: tuple[FactId, ...]


# --- pieces of a product -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoteDifference:
    """Record pieces of a product as short, damaged or too many; `photo` are JPEG bytes, b"" for none."""

    about: Shortfall
    goods: Goods
    pieces: int
    note: str = ""
    photo: bytes = b""

    def perform(self, book: Book) -> DifferenceNoted | Refused:
        if not is_photo(self.photo):
            return refused(Reason.NO_PICTURE)
        if not 0 < self.pieces <= rules.MOST_PIECES:
            return refused(Reason.BAD_COUNT, count=self.pieces, most=rules.MOST_PIECES)
        if self.about is Shortfall.OVER:
            return self._too_many(book)
        place = _place_of(book, self.goods)
        shares = _shares(book, self.goods, place)
        taken = rules.taken_from(shares, self.pieces, _turn(book))
        if isinstance(taken, Refused):
            return taken
        photos = keep(book, self.photo)
        if self.about is Shortfall.SHORT:
            rule = FAIR_RULE if self.pieces < sum(share.pieces for share in shares) else ""
            fact = book.record(n.PiecesMissed(str(place), taken, rule, self.note, photos))
        else:
            fact = book.record(n.PiecesDamaged(str(place), taken, self.note, photos))
        return _noted(book, self.about, self.goods, taken, (fact,), len(photos))

    def _too_many(self, book: Book) -> DifferenceNoted:
        barcode, product, container = self.goods.barcode, self.goods.product, self.goods.container
        lot = f"{NOBODYS}{barcode or product}"
        photos = keep(book, self.photo)
        fact = book.record(n.SurplusFound(lot, container, barcode, product, self.pieces, self.note, photos))
        return _noted(book, self.about, self.goods, (Count(lot, self.pieces),), (fact,), len(photos))


@dataclass(frozen=True, slots=True)
class FindPieces:
    """Missing pieces of a product turned up on the dock; the points that miss them get them by the fair rule."""

    goods: Goods
    pieces: int

    def perform(self, book: Book) -> DifferenceNoted | Refused:
        taken = rules.given_to(_shares(book, self.goods, places.SHORT), self.pieces, _turn(book))
        if isinstance(taken, Refused):
            return taken
        return _noted(book, None, self.goods, taken, (book.record(n.PiecesFound(taken)),), 0)


def _turn(book: Book) -> Turn:
    return Turn(here(book).day, went_without(book, now_ms=book.clock.now_ms()))


def _place_of(book: Book, goods: Goods) -> Place:
    """Where the pieces are: on the dock, or with their container still on the truck."""
    if not goods.container or book.holder(container_key(goods.trip, goods.container)):
        return places.DOCK
    return places.trunk(goods.trip)


def _shares(book: Book, goods: Goods, place: Place) -> list[Share]:
    return [
        Share(*row)
        for row in book.rows(
            "SELECT l.lot, l.point, s.pieces FROM load_lines l CROSS JOIN stock s ON s.lot = l.lot AND s.place = :place"
            " WHERE l.barcode = :barcode AND l.day = :day AND l.product = :product AND s.pieces > 0"
            " AND (:container = '' OR l.container = :container)",
            goods._asdict() | {"place": str(place)},
        )
    ]


def _noted(
    book: Book,
    about: Shortfall | None,
    goods: Goods,
    taken: tuple[Count, ...],
    facts: tuple[FactId, ...],
    photos: int,
) -> DifferenceNoted:
    deadlines = [
        book.value("SELECT deadline_ms FROM differences WHERE difference = ?", (f"{fact}/{count.lot}",)) or 0
        for fact in facts
        for count in taken
    ]
    return DifferenceNoted(
        about=about,
        product=goods.product or goods.barcode,
        container=goods.container,
        pieces=sum(count.pieces for count in taken),
        losers=_points(book, taken) if about is not Shortfall.OVER else (),
        deadline_ms=min(deadlines, default=0),
        photos=photos,
        facts=facts,
    )


def _points(book: Book, taken: tuple[Count, ...]) -> tuple[tuple[str, int], ...]:
    """The points behind lots, by name, those with most pieces first."""
    pieces: dict[str, int] = {}
    for count in taken:
        name = book.value(
            "SELECT coalesce(r.name, l.point) FROM load_lines l LEFT JOIN route_points r ON r.point = l.point"
            " WHERE l.lot = ?",
            (count.lot,),
        )
        pieces[str(name)] = pieces.get(str(name), 0) + count.pieces
    return tuple(sorted(pieces.items(), key=lambda item: (-item[1], item[0])))


# --- whole containers --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoteBox:
    """Record a whole container as missing from its truck, or as damaged with all that is still in it."""

    about: Shortfall
    trip: str
    container: str
    note: str = ""
    photo: bytes = b""

    def perform(self, book: Book) -> DifferenceNoted | Refused:
        if not is_photo(self.photo):
            return refused(Reason.NO_PICTURE)
        day = book.value(
            "SELECT day FROM containers WHERE trip = ? AND container = ?", (self.trip, self.container)
        )
        if day is None:
            return refused(Reason.NO_BOX, box=self.container)
        is_in = book.holder(container_key(self.trip, self.container)) is not None
        if is_in and self.about is Shortfall.SHORT:
            return refused(Reason.BOX_IN, box=self.container)
        goods = self._here(book) if is_in else on_truck(book, self.trip, [self.container])[self.container]
        if not goods:
            return refused(Reason.MORE_THAN_HERE, have=0, asked=0)
        origin = str(places.DOCK if is_in else places.trunk(self.trip))
        photos = keep(book, self.photo)
        kind = n.PiecesMissed if self.about is Shortfall.SHORT else n.PiecesDamaged
        fact = book.record(kind(origin, goods, note=self.note, photos=photos))
        return _noted(
            book, self.about, Goods(day, "", "", self.trip, self.container), goods, (fact,), len(photos)
        )

    def _here(self, book: Book) -> tuple[Count, ...]:
        rows = book.rows(
            "SELECT l.lot, s.pieces FROM load_lines l CROSS JOIN stock s ON s.lot = l.lot AND s.place = ?"
            " WHERE l.container = ? AND +l.trip = ? AND s.pieces > 0 ORDER BY l.lot",
            (str(places.DOCK), self.container, self.trip),
        )
        return tuple(Count(lot, pieces) for lot, pieces in rows)


# --- the cleared dock --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClearArea:
    """The dock was looked over: the `seen` announced pieces lie there still (0: it is empty)."""

    seen: int
    note: str = ""

    def perform(self, book: Book) -> Cleared | Refused:
        left = dock_pieces(book)
        if left != self.seen:
            return refused(Reason.CHANGED, now=left, seen=self.seen)
        day = here(book).day
        fact = book.record(n.AreaCleared(day, left, self.note))
        return Cleared(day, left, 0, (fact,))


@dataclass(frozen=True, slots=True)
class MissTheRest:
    """The dock is empty: the `seen` pieces that should lie there are missing, each product by a fact of its own."""

    seen: int
    note: str = rules.CLEAR_NOTE

    def perform(self, book: Book) -> Cleared | Refused:
        products = _on_dock(book)
        missing = sum(count.pieces for goods in products for count in goods)
        if missing != self.seen:
            return refused(Reason.CHANGED, now=missing, seen=self.seen)
        origin = str(places.DOCK)
        facts = [book.record(n.PiecesMissed(origin, goods, note=self.note)) for goods in products]
        day = here(book).day
        facts.append(book.record(n.AreaCleared(day, 0, self.note if missing else "")))
        return Cleared(day, 0, missing, tuple(facts))


def _on_dock(book: Book) -> list[tuple[Count, ...]]:
    """What lies on the dock, by product."""
    found: dict[tuple[str, str], list[Count]] = {}
    for barcode, product, lot, pieces in book.rows(
        "SELECT coalesce(l.barcode, ''), coalesce(l.product, ''), s.lot, s.pieces FROM stock s"
        " LEFT JOIN load_lines l ON l.lot = s.lot WHERE s.place = ? AND s.pieces > 0 ORDER BY 1, 2, s.lot",
        (str(places.DOCK),),
    ):
        found.setdefault((barcode, product), []).append(Count(lot, pieces))
    return [tuple(goods) for goods in found.values()]
