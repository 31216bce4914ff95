"""What a sorter can do: put pieces into crates, by label or by product, and say who sorts.

These run on the writer's thread, thousands of times a night: a handful of statements on keys and indexes each, so that
the last scan costs what the first did. A slip that is stopped in time is recorded, and answered with :class:`Caught`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.domain import events as e
from app.domain import guards
from app.domain import night as n
from app.domain.fair import FAIR_RULE, Need
from app.domain.goods import Count, Zone
from app.domain.ids import FactId
from app.domain.labels import crate_label, is_crate_label, lot_of_label
from app.domain.places import DOCK
from app.domain.refusals import Refused, refused
from app.sorting import rules
from app.sorting.rules import Confirm, Look, Reason
from app.sorting.steps import DOCK as DOCK_TEXT
from app.sorting.steps import ROUTE, Step, crate_named, last_crate, open_crate, steps_of
from app.store.book import Book

CRATE_NUMBER = "sorting.crates"
"""In the state table: the day, and the number of the last crate label that this PC made for it."""
CONFIRM = "sorting.confirm"
STRETCH = "sorting.stretch"
SORTERS = "sorting.sorters"


@dataclass(frozen=True, slots=True)
class Put:
    """Pieces are in a crate; ``fresh`` says that the crate was opened for them, ``full`` names a full one before it."""

    slot: str
    route: str
    point: str
    name: str
    product: str
    zone: Zone
    pieces: int
    crate: str
    fresh: bool
    full: str
    found: int
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class PutAll:
    """Everything that was still to be put of a product is in its crates."""

    product: str
    zone: Zone
    points: int
    pieces: int
    no_slot: int
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class PutHere:
    """Where a piece goes, before the crate confirms it; nothing was recorded."""

    label: str
    slot: str
    route: str
    name: str
    product: str
    zone: Zone


@dataclass(frozen=True, slots=True)
class Caught:
    """A slip stopped in time: what it was, and the fact that counts it."""

    why: Refused
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class ShortTold:
    """Some points go without; ``without`` are pieces by point."""

    product: str
    pieces: int
    without: tuple[tuple[str, int], ...]
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class NowSorting:
    """Who sorts at this PC from now on (empty: nobody), and who did before."""

    sorter: str
    before: str
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Puts were undone: so many pieces are to be taken out of the slots again."""

    pieces: int
    slots: tuple[str, ...]
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A way of working at this PC was chosen."""

    confirm: Confirm
    stretch: int


# --- by piece label ----------------------------------------------------------------------------------------


class _Piece(NamedTuple):
    """A labelled piece and all that is known of where it goes."""

    lot: str
    point: str
    product: str
    zone: str
    pieces: int
    day: str
    container: str
    dock: int
    short: int
    slot: str
    route: str
    name: str


_PIECE = (
    "SELECT l.lot, l.point, l.product, l.zone, l.pieces, l.day, l.container, coalesce(d.pieces, 0),"
    f" coalesce(s.pieces, 0), coalesce(w.slot, ''), {ROUTE}, coalesce(n.name, l.point)"
    " FROM load_lines l"
    f" LEFT JOIN stock d ON d.lot = l.lot AND d.place = '{DOCK_TEXT}'"
    " LEFT JOIN stock s ON s.lot = l.lot AND s.place = 'short:'"
    " LEFT JOIN wall w ON w.point = l.point LEFT JOIN route_points n ON n.point = l.point WHERE l.lot = ?"
)


@dataclass(frozen=True, slots=True)
class SortPiece:
    """Put a labelled piece into its slot's crate; ``crate`` is the label (or the slot's code) that was scanned too."""

    label: str
    crate: str = ""

    def perform(self, book: Book) -> Put | Caught | Refused:
        piece = _piece(book, self.label)
        if isinstance(piece, Refused):
            return caught(book, piece, self.label)
        day = book.day
        into = _into(book, self.crate, piece, day)
        if isinstance(into, Refused):
            return caught(book, into, self.label, meant=piece.slot)
        found = _found_again(book, piece)
        _begin_wave(book, day, piece.zone)
        opened = _opened(book, into, piece, day)
        fact = book.record(n.Sorted(into.label, (Count(piece.lot, 1),), (self.label,)))
        return _put(piece, into, pieces=1, found=len(found), facts=(*found, *opened, fact))


@dataclass(frozen=True, slots=True)
class FindPiece:
    """Say where a labelled piece goes, and stop a repeat, before the crate is scanned."""

    label: str

    def perform(self, book: Book) -> PutHere | Caught | Refused:
        piece = _piece(book, self.label)
        if isinstance(piece, Refused):
            return caught(book, piece, self.label)
        return PutHere(self.label, piece.slot, piece.route, piece.name, piece.product, Zone(piece.zone))


def _piece(book: Book, label: str) -> _Piece | Refused:
    """The piece of a label, if it can be put now."""
    try:
        lot, nth = lot_of_label(label)
    except ValueError:
        return refused(Reason.MISREAD, code=label[: rules.LONGEST_CODE])
    row = book.one(_PIECE, (lot,))
    if row is None:
        return refused(Reason.NOT_OURS, code=label)
    piece = _Piece._make(row)
    if not 0 < nth <= piece.pieces:
        return refused(Reason.BEYOND, code=label, product=piece.product, pieces=piece.pieces)
    holder = book.holder(guards.piece_key(label))
    if holder is not None:
        return _repeat(book, piece, label, holder[0], by=holder[2], device=holder[1], at_ms=holder[3])
    return _why_not_now(book, piece, book.day) or piece


def _repeat(book: Book, piece: _Piece, label: str, fact: int, *, by: str, device: str, at_ms: int) -> Refused:
    where = book.one(
        "SELECT c.slot, c.crate FROM facts f JOIN wall_crates c ON c.crate = json_extract(f.body, '$.crate')"
        " WHERE f.id = ?",
        (fact,),
    )
    slot, crate = where or (piece.slot, "")
    here = int(device == book.device)
    return refused(
        Reason.REPEAT,
        code=label,
        product=piece.product,
        slot=slot,
        crate=crate,
        by=by,
        device=device,
        here=here,
        at_ms=at_ms,
    )


def _why_not_now(book: Book, piece: _Piece, day: str) -> Refused | None:
    if not piece.dock and piece.day != day:
        return refused(Reason.OTHER_NIGHT, code=piece.lot, product=piece.product, day=piece.day)
    if piece.day > day:  # a crate of today would stay behind when its night begins
        return refused(Reason.COMING_NIGHT, product=piece.product, day=piece.day, today=day)
    if not piece.slot:
        return refused(Reason.NO_SLOT, point=piece.point, name=piece.name, product=piece.product)
    if piece.dock > 0 or piece.short > 0:
        return None
    reason = Reason.NOT_UNLOADED if book.one(_IN_TRUCK, (piece.lot,)) else Reason.NONE_LEFT
    return refused(reason, product=piece.product, container=piece.container, slot=piece.slot)


_IN_TRUCK = "SELECT 1 FROM stock WHERE lot = ? AND place > 'trunk:' AND place < 'trunk;' AND pieces > 0"


def _found_again(book: Book, piece: _Piece) -> tuple[FactId, ...]:
    """A piece in the hand that was missed before has turned up."""
    if piece.dock > 0:
        return ()
    return (book.record(n.PiecesFound((Count(piece.lot, 1),))),)


def _put(piece: _Piece, into: _Into, *, pieces: int, found: int, facts: tuple[FactId, ...]) -> Put:
    return Put(
        slot=piece.slot,
        route=piece.route,
        point=piece.point,
        name=piece.name,
        product=piece.product,
        zone=Zone(piece.zone),
        pieces=pieces,
        crate=into.label,
        fresh=into.fresh,
        full=into.after,
        found=found,
        facts=facts,
    )


def caught(book: Book, why: Refused, label: str, *, meant: str = "") -> Caught | Refused:
    """Count a slip; what is no slip is only refused."""
    kind = rules.SLIP_KINDS.get(Reason(why.reason))
    if kind is None:
        return why
    found = str(why.about.get("found", "") or why.about.get("slot", ""))
    return Caught(why, (book.record(n.SlipCaught(kind, label, meant, found)),))


# --- crates ------------------------------------------------------------------------------------------------


class _Into(NamedTuple):
    """The crate for a put: its label, whether it has to be opened first, and the full one whose place it takes."""

    label: str
    fresh: bool = False
    after: str = ""


class _Goes(NamedTuple):
    """What choosing a crate needs to know."""

    slot: str
    point: str
    zone: str
    route: str


def _into(book: Book, scanned: str, goes: _Piece | _Goes, day: str) -> _Into | Refused:
    """The crate to put into: the one scanned if it may, else the slot's own, else a new one."""
    look = rules.look_of(scanned) if scanned else Look.SLOT
    if look is Look.CRATE:
        return _scanned_crate(book, scanned, goes, day)
    if scanned and (look is not Look.SLOT or rules.slot_of(scanned) != goes.slot):
        found = rules.slot_of(scanned) if look is Look.SLOT else ""
        if not found:
            return refused(Reason.NO_CRATE, code=scanned[:20], slot=goes.slot)
        return refused(Reason.WRONG_CRATE, slot=goes.slot, found=found, crate="")
    crate = open_crate(book, slot=goes.slot, zone=goes.zone, day=day)
    if crate is not None:
        return _Into(crate.crate)
    after = last_crate(book, slot=goes.slot, zone=goes.zone, day=day)
    return _Into(first_label(book, slot=goes.slot, zone=goes.zone, day=day), fresh=True, after=after)


def _scanned_crate(book: Book, label: str, goes: _Piece | _Goes, day: str) -> _Into | Refused:
    crate = crate_named(book, label)
    if crate is not None:
        why = rules.why_not_into(crate, slot=goes.slot, point=goes.point, zone=goes.zone, day=day)
        return why or _Into(label)
    if not is_label_of(label, day):
        return refused(Reason.OLD_LABEL, crate=label, slot=goes.slot)
    if book.holder(guards.open_key(label)) is not None:
        return refused(Reason.USED_LABEL, crate=label, slot=goes.slot)
    return _Into(label, fresh=True, after=last_crate(book, slot=goes.slot, zone=goes.zone, day=day))


def is_label_of(label: str, day: str) -> bool:
    """Whether a crate label was made for this night: labels name month and day."""
    return is_crate_label(label) and label[2:6] == f"{day[5:7]}{day[8:10]}"


def first_label(book: Book, *, slot: str, zone: str, day: str) -> str:
    """The label of a slot's first crate of a zone: the same on every PC, for it is one crate that stands there.

    Two PCs that do not see each other open it under one name; only where it is used already, a new one is made.
    """
    label = rules.slot_label(slot, zone=zone, day=day)
    if label and book.holder(guards.open_key(label)) is None:
        return label
    return fresh_label(book, day)


def fresh_label(book: Book, day: str) -> str:
    """A crate label that nobody has used: the next number of this PC and night."""
    last_day, number = book.get(CRATE_NUMBER, ["", 0])
    number = number if last_day == day else 0
    label = ""
    while not label or book.holder(guards.open_key(label)) is not None:
        number += 1
        label = crate_label(day=day, device=book.device, number=number)
    book.put(CRATE_NUMBER, [day, number])
    return label


def _opened(book: Book, into: _Into, goes: _Piece | _Goes, day: str) -> tuple[FactId, ...]:
    if not into.fresh:
        return ()
    zone = Zone(goes.zone)
    fact = n.CrateOpened(
        into.label, goes.slot, goes.point, goes.route, day, zone, rules.asset_for(zone), into.after
    )
    return (book.record(fact),)


def _begin_wave(book: Book, day: str, zone: str) -> None:
    """The first put of a zone begins its wave."""
    if book.one("SELECT 1 FROM waves WHERE day = ? AND zone = ? AND began_ms > 0", (day, zone)) is None:
        book.record(n.WaveBegan(day, zone))


# --- by product --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SortProduct:
    """Put pieces of a product for one point into its slot's crate; ``crate`` is the label that was scanned, if any."""

    barcode: str
    point: str
    pieces: int
    product: str = ""
    crate: str = ""

    def perform(self, book: Book) -> Put | Caught | Refused:
        day = book.day
        lots = book.rows(_POINT_LOTS, (day, self.point, self.barcode, self.product, self.product))
        have = sum(row[-1] for row in lots)
        if not 0 < self.pieces <= have:
            return refused(Reason.MORE_THAN_NEEDED, have=have, asked=self.pieces)
        _, product, zone, slot, route, name, _ = lots[0]
        if not slot:
            return refused(Reason.NO_SLOT, point=self.point, name=name, product=product)
        goes = _Goes(slot, self.point, zone, route)
        into = _into(book, self.crate, goes, day)
        if isinstance(into, Refused):
            return caught(book, into, self.crate, meant=slot)
        _begin_wave(book, day, zone)
        opened = _opened(book, into, goes, day)
        goods = _taken([(row[0], row[-1]) for row in lots], self.pieces)
        fact = book.record(n.Sorted(into.label, goods))
        return Put(
            slot=slot,
            route=route,
            point=self.point,
            name=name,
            product=product,
            zone=Zone(zone),
            pieces=self.pieces,
            crate=into.label,
            fresh=into.fresh,
            full=into.after,
            found=0,
            facts=(*opened, fact),
        )


# The unary plus keeps the point's index in use, for a popular product goes to hundreds of points; the cross join begins
# with the lines, and not with all that lies on the dock.
_POINT_LOTS = (
    f"SELECT l.lot, l.product, l.zone, coalesce(w.slot, ''), {ROUTE}, coalesce(n.name, l.point), d.pieces"
    f" FROM load_lines l CROSS JOIN stock d ON d.lot = l.lot AND d.place = '{DOCK_TEXT}' AND d.pieces > 0"
    " LEFT JOIN wall w ON w.point = l.point LEFT JOIN route_points n ON n.point = l.point"
    " WHERE l.day = ? AND l.point = ? AND +l.barcode = ? AND (? = '' OR l.product = ?) ORDER BY l.lot"
)


def _taken(lots: Iterable[tuple[str, int]], pieces: int) -> tuple[Count, ...]:
    """So many pieces out of these lots, the first first."""
    goods = []
    for lot, have in lots:
        took = min(have, pieces)
        if took > 0:
            goods.append(Count(lot, took))
            pieces -= took
    return tuple(goods)


@dataclass(frozen=True, slots=True)
class SortAll:
    """Everything that is still to be put of a product went where it belongs; points without a slot are left out."""

    barcode: str
    product: str
    stretch: int = 0

    def perform(self, book: Book) -> PutAll | Refused:
        day = book.day
        steps = steps_of(book, barcode=self.barcode, product=self.product, day=day, stretch=self.stretch)
        ready = [step for step in steps if step.slot]
        if not ready:
            return refused(Reason.PRODUCT_DONE, product=self.product)
        _begin_wave(book, day, ready[0].zone)
        facts = [fact for step in ready for fact in _put_step(book, step, day)]
        pieces = sum(step.pieces for step in ready)
        left_out = sum(step.pieces for step in steps if not step.slot)
        return PutAll(self.product, ready[0].zone, len(ready), pieces, left_out, tuple(facts))


def _put_step(book: Book, step: Step, day: str) -> list[FactId]:
    goes = _Goes(step.slot, step.point, step.zone, step.route)
    into = _into(book, "", goes, day)
    if isinstance(into, Refused):  # without a scanned crate nothing can be wrong with it
        return []
    opened = _opened(book, into, goes, day)
    goods = tuple(Count(lot.lot, lot.pieces) for lot in step.lots)
    return [*opened, book.record(n.Sorted(into.label, goods))]


@dataclass(frozen=True, slots=True)
class TellShort:
    """Of a product only ``have`` pieces are here: ``given`` says who gets how many, the rest goes without."""

    barcode: str
    product: str
    have: int
    given: tuple[tuple[str, int], ...]
    rule: str = FAIR_RULE

    def perform(self, book: Book) -> ShortTold | Refused:
        steps = steps_of(book, barcode=self.barcode, product=self.product, day=book.day)
        needs = [Need(step.point, step.pieces) for step in steps]
        if not needs or self.have >= sum(need.pieces for need in needs):
            return refused(Reason.NOTHING_SHORT, product=self.product)
        given = dict(self.given)
        if self.have < 0 or not rules.shares_hold(needs, given, self.have):
            return refused(Reason.SHARES_DO_NOT_ADD_UP, have=self.have, given=sum(given.values()))
        without = [(step, step.pieces - given.get(step.point, 0)) for step in steps]
        goods = [
            count
            for step, pieces in without
            for count in _taken([(lot.lot, lot.pieces) for lot in step.lots], pieces)
        ]
        fact = book.record(n.PiecesMissed(str(DOCK), tuple(goods), self.rule))
        told = tuple((step.slot or step.point, pieces) for step, pieces in without if pieces)
        return ShortTold(self.product, sum(pieces for _, pieces in without), told, (fact,))


# --- who sorts, and how ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JoinSorter:
    """Somebody sorts at this PC from now on; who sorted here before has left."""

    badge: str

    def perform(self, book: Book) -> NowSorting | Refused:
        badge = rules.read_badge(self.badge)
        if isinstance(badge, Refused):
            return badge
        before = str(book.get("operator", ""))
        facts = []
        if before and before != badge:
            facts.append(book.record(n.SorterLeft(before)))
        book.put("operator", badge)
        facts.append(book.record(n.SorterJoined(badge)))
        return NowSorting(badge, before, tuple(facts))


@dataclass(frozen=True, slots=True)
class LeaveSorter:
    """Whoever sorts at this PC rests or goes home."""

    def perform(self, book: Book) -> NowSorting | Refused:
        before = str(book.get("operator", ""))
        if not before:
            return refused(Reason.NOBODY_HERE)
        fact = book.record(n.SorterLeft(before))
        book.put("operator", "")
        return NowSorting("", before, (fact,))


@dataclass(frozen=True, slots=True)
class ChooseSorters:
    """Say into how many stretches the wall is to be cut, one for each sorter."""

    sorters: int

    def perform(self, book: Book) -> int:
        book.put(SORTERS, self.sorters)
        return self.sorters


@dataclass(frozen=True, slots=True)
class ChooseWay:
    """Choose how this PC confirms a put, and whose stretch of the wall it serves (0: the whole wall)."""

    confirm: Confirm
    stretch: int = 0

    def perform(self, book: Book) -> Chosen:
        book.put(CONFIRM, self.confirm)
        book.put(STRETCH, max(0, self.stretch))
        return Chosen(self.confirm, max(0, self.stretch))


# --- taking back -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Undo puts that were just made here: the facts named, newest first."""

    facts: tuple[FactId, ...]
    reason: str = "撤销刚才放的"

    def perform(self, book: Book) -> TakenBack | Refused:
        rows = [row for fact in self.facts if (row := book.one(_OWN_PUT, fact)) is not None]
        puts = [row for row in rows if row[4] in ("Sorted", "PiecesFound", "PiecesMissed")]
        if not puts:
            return refused(Reason.NOTHING_TO_UNDO)
        if any(row[5] is not None for row in puts):
            return refused(Reason.UNDONE)
        moved = [why for row in puts if (why := _moved_on(book, row[0])) is not None]
        if moved:
            return moved[0]
        pieces, slots = _to_take_out(book, [row[0] for row in puts if row[4] == "Sorted"])
        undone = [book.record(e.Undone(str(FactId(*row[1:4])), self.reason)) for row in reversed(puts)]
        return TakenBack(pieces, slots, tuple(undone))


_OWN_PUT = (
    "SELECT id, device, epoch, seq, kind, reversed_by FROM facts WHERE device = ? AND epoch = ? AND seq = ?"
)


def _moved_on(book: Book, row: int) -> Refused | None:
    """Why a put cannot be undone: its crate is sealed or gone, or its goods have moved."""
    for lot, pieces, target in book.rows("SELECT lot, pieces, target FROM moves WHERE fact = ?", (row,)):
        label = target.removeprefix("crate:")
        crate = crate_named(book, label) if label != target else None
        if crate is not None and not crate.takes_goods:
            return refused(Reason.SEALED, crate=label, slot=crate.slot, at_ms=crate.sealed_ms)
        here = book.value("SELECT pieces FROM stock WHERE lot = ? AND place = ?", (lot, target)) or 0
        if crate is not None and here < pieces:
            return refused(Reason.MOVED_ON, crate=label, slot=crate.slot)
    return None


def _to_take_out(book: Book, rows: Sequence[int]) -> tuple[int, tuple[str, ...]]:
    pieces, slots = 0, []
    for row in rows:
        found = book.one(
            "SELECT sum(m.pieces), c.slot FROM moves m LEFT JOIN wall_crates c ON c.crate = substr(m.target, 7)"
            " WHERE m.fact = ?",
            (row,),
        )
        if found:
            pieces += found[0] or 0
            slots.append(str(found[1] or ""))
    return pieces, tuple(dict.fromkeys(slot for slot in slots if slot))


Done = Put | PutAll | PutHere | Caught | ShortTold | NowSorting | TakenBack | Chosen
