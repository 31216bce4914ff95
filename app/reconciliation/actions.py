"""What a clerk can do about the books: count, explain, close a day, appeal, move cash, take a bill, forget buyers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain import events as e
from app.domain.clock import day_after
from app.domain.goods import Count
from app.domain.ids import new_code
from app.domain.places import shelf, van
from app.domain.refusals import Refused, refused
from app.reconciliation import reckoning, rules
from app.reconciliation.reckoning import Named
from app.reconciliation.rules import BILL, CASH, SHELF, TRANSIT, How, Reason, Trace
from app.store.book import Book

LONGEST_NOTE = 200
FOUND_BY_CLOSE = "close"
"""How a pickup that is written down at the day's close was found."""
KEEP_PEOPLE_DAYS = 30
BILL_DAYS = 45
"""Bills are compared with our books as far back as this; what was named before stays until it is settled by hand."""


# --- what was done -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SlotCounted:
    """A slot is counted: pieces found and expected; ``difference`` names what was carried forward, "" for nothing."""

    slot: str
    counted: int
    expected: int
    difference: str = ""


@dataclass(frozen=True, slots=True)
class DrawerCounted:
    """The drawer is counted: fen found and expected."""

    counted_fen: int
    expected_fen: int


@dataclass(frozen=True, slots=True)
class CashNoted:
    """Cash went into (positive fen) or out of the drawer, which now should hold ``balance_fen``."""

    fen: int
    why: str
    balance_fen: int


@dataclass(frozen=True, slots=True)
class Settled:
    """A difference found its end, or part of it did: ``left`` pieces are still open."""

    difference: str
    how: How
    pieces: int
    fen: int
    left: int = 0


@dataclass(frozen=True, slots=True)
class Noted:
    """A difference stays open, with a note."""

    difference: str
    note: str


@dataclass(frozen=True, slots=True)
class BillsMatched:
    """Bills were compared with our books: how many differences were named, and how many ended by themselves."""

    named: int
    ended: int


@dataclass(frozen=True, slots=True)
class BillTaken:
    """A platform's bill is in the book and matched."""

    platform: str
    day: str
    lines: int
    commission_fen: int
    matched: BillsMatched


@dataclass(frozen=True, slots=True)
class Appealed:
    """An objection to a deduction is on its way."""

    deduction: str
    platform: str
    fen: int


@dataclass(frozen=True, slots=True)
class PeoplePurged:
    """Names and phones of so many buyers are erased."""

    people: int
    before_day: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A day's books are closed with these totals; ``purged`` buyers were forgotten."""

    fact: e.DayClosed
    uncounted_slots: int
    cash_counted: int | None
    purged: int


# --- counting ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CountSlot:
    """Write down how many pieces lie at ``slot``; a difference is named at once and carried forward.

    Counting again on the same day replaces that day's count. When the count agrees with the ledger, all open
    differences of the slot have explained themselves and end.
    """

    day: str
    slot: str
    pieces: int

    def perform(self, book: Book) -> SlotCounted | Refused:
        no = _no_count(book, self.day) or self._no_slot()
        if no:
            return no
        name = f"shelf/{self.day}/{self.slot}"
        books = reckoning.slot_books(book, self.slot, apart_from=name)
        book.record(e.ShelfCounted(self.day, (Count("", self.pieces, self.slot),)))
        if self.pieces == books.booked:
            _end_all(book, SHELF + self.slot, How.RECOUNTED)
            return SlotCounted(self.slot, self.pieces, books.booked)
        off = self.pieces - books.expected
        self._name(book, name, off)
        return SlotCounted(self.slot, self.pieces, books.expected, name if off else "")

    def _no_slot(self) -> Refused | None:
        if not self.slot:
            return refused(Reason.NO_SLOT)
        if not 0 <= self.pieces <= rules.MOST_PIECES:
            return refused(Reason.BAD_COUNT, pieces=self.pieces, most=rules.MOST_PIECES)
        return None

    def _name(self, book: Book, name: str, off: int) -> None:
        known = reckoning.difference(book, name)
        if off:
            if known is None or known.closed_ms or known.pieces != off:
                book.record(e.DifferenceNamed(name, self.day, SHELF + self.slot, off, 0, "count"))
        elif known and not known.closed_ms:
            book.record(e.DifferenceClosed(name, How.RECOUNTED))


def _no_count(book: Book, day: str) -> Refused | None:
    if reckoning.is_closed(book, day):
        return refused(Reason.ALREADY_CLOSED, day=day)
    return refused(Reason.NOT_YET, day=day) if day > book.day else None


def _end_all(book: Book, about: str, how: How) -> int:
    """End all open differences about one thing."""
    found = [known for known in reckoning.named(book, about).values() if not known.closed_ms]
    for known in found:
        book.record(e.DifferenceClosed(known.difference, how))
    return len(found)


@dataclass(frozen=True, slots=True)
class CountDrawer:
    """Write down what lies in the drawer, in fen; over or short is named when the day is closed."""

    day: str
    fen: int

    def perform(self, book: Book) -> DrawerCounted | Refused:
        no = _no_count(book, self.day)
        if no:
            return no
        if not 0 <= self.fen <= rules.MOST_FEN:
            return refused(Reason.BAD_AMOUNT, fen=self.fen, most=rules.MOST_FEN)
        book.record(e.CashCounted(self.day, self.fen))
        books = reckoning.drawer(book, self.day)
        return DrawerCounted(self.fen, books.expected)


@dataclass(frozen=True, slots=True)
class MoveCash:
    """Put cash into the drawer (float, change) or take it out; ``fen`` is signed."""

    fen: int
    why: str

    def perform(self, book: Book) -> CashNoted | Refused:
        if not 0 < abs(self.fen) <= rules.MOST_FEN:
            return refused(Reason.BAD_AMOUNT, fen=self.fen, most=rules.MOST_FEN)
        if not self.why.strip():
            return refused(Reason.NO_NOTE)
        why = self.why.strip()[:LONGEST_NOTE]
        book.record(e.CashMoved(self.fen, why))
        return CashNoted(self.fen, why, reckoning.drawer(book, "9999-12-31").expected)


# --- differences -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SettleDifference:
    """End an open difference by ``how``; on a shelf some ends need the ``lot`` and say how many ``pieces`` of it.

    An end that explains pieces on a shelf moves them in the ledger too, so that the next count finds nothing new.
    """

    difference: str
    how: How
    lot: str = ""
    pieces: int = 0

    def perform(self, book: Book) -> Settled | Refused:
        known = reckoning.difference(book, self.difference)
        if known is None:
            return refused(Reason.DIFFERENCE_UNKNOWN)
        if known.closed_ms:
            return refused(Reason.DIFFERENCE_CLOSED, how=known.how)
        if self.how not in rules.ways(known.about, pieces=known.pieces, fen=known.fen):
            return refused(Reason.WRONG_WAY)
        if known.about.startswith(SHELF):
            return self._settle_shelf(book, known)
        if known.about == CASH and self.how is How.FOUND:
            book.record(e.CashMoved(-known.fen, "长短款找回"))
        elif known.about == TRANSIT:
            self._write_off_van(book, known)
        book.record(e.DifferenceClosed(known.difference, self.how))
        return Settled(known.difference, self.how, known.pieces, known.fen)

    def _write_off_van(self, book: Book, known: Named) -> None:
        """What never came off a van came short; unless that is to be claimed now, the shortage ends with it."""
        trip = known.difference.split("/")[1]
        left = book.balance(known.lot, van(trip))
        if left > 0:
            fact = book.record(e.ShortFound(trip, (Count(known.lot, left),), "日结发现"))
            if self.how is not How.SHORT:
                book.record(e.DifferenceClosed(f"{fact}/{known.lot}", self.how))

    def _settle_shelf(self, book: Book, known: Named) -> Settled | Refused:
        slot = known.about.removeprefix(SHELF)
        pieces = abs(known.pieces)
        if rules.needs_lot(known.about, self.how, pieces=known.pieces):
            pieces = self.pieces or pieces
            no = self._no_lot(book, known, slot, pieces)
            if no:
                return no
            self._move(book, slot, pieces)
        elif self.how is How.SURPLUS:
            book.record(e.OverFound("", new_code("DF"), "", "日结点多", pieces, f"货位 {slot}"))
        return _shrink(book, known, self.how, pieces)

    def _no_lot(self, book: Book, known: Named, slot: str, pieces: int) -> Refused | None:
        if not self.lot:
            return refused(Reason.LOT_NEEDED, slot=slot)
        source = _slot_elsewhere(book, self.lot, slot) if self.how is How.MISPLACED else slot
        have = book.balance(self.lot, shelf(source)) if source else 0
        most = min(have, abs(known.pieces))
        if not 0 < pieces <= most:
            return refused(Reason.NOT_THAT_MANY, pieces=pieces, most=most, slot=slot)
        return None

    def _move(self, book: Book, slot: str, pieces: int) -> None:
        trip, buyer = book.one("SELECT trip, buyer FROM lines WHERE lot = ?", (self.lot,)) or ("", "")
        goods = (Count(self.lot, pieces, slot),)
        if self.how is How.HANDED:
            book.record(e.PickedUp(buyer, goods, found_by=FOUND_BY_CLOSE))
        elif self.how is How.DAMAGED:
            book.record(e.DamageFound(trip, goods, "日结发现"))
        elif self.how is How.MISPLACED:
            self._move_from_elsewhere(book, slot, pieces)
        else:
            fact = book.record(e.ShortFound(trip, goods, "日结发现"))
            if self.how is How.BORNE:
                book.record(e.DifferenceClosed(f"{fact}/{self.lot}", How.BORNE))

    def _move_from_elsewhere(self, book: Book, slot: str, pieces: int) -> None:
        """The pieces lie here and not where the ledger has them; what that slot lacked is explained with them."""
        source = _slot_elsewhere(book, self.lot, slot)
        book.record(e.Shelved((Count(self.lot, pieces, source),), slot))
        left = pieces
        for other in sorted(reckoning.named(book, SHELF + source).values()):
            if left and not other.closed_ms and other.pieces < 0:
                part = min(left, -other.pieces)
                _shrink(book, other, How.MISPLACED, part)
                left -= part


def _slot_elsewhere(book: Book, lot: str, slot: str) -> str:
    """The slot other than ``slot`` where the ledger has most of a lot, the short ones first; "" for none."""
    row = book.one(
        "SELECT substr(s.place, 7) FROM stock s WHERE s.lot = ? AND s.place GLOB 'shelf:*' AND s.place <> ?"
        " AND s.pieces > 0 ORDER BY EXISTS (SELECT 1 FROM differences d WHERE d.about = s.place AND d.closed_ms = 0"
        " AND d.pieces < 0) DESC, s.pieces DESC LIMIT 1",
        (lot, SHELF + slot),
    )
    return str(row[0]) if row else ""


def _shrink(book: Book, known: Named, how: How, pieces: int) -> Settled:
    """End ``pieces`` of a shelf difference; a rest stays open under the same name."""
    left = abs(known.pieces) - pieces
    if left > 0:
        rest = left if known.pieces > 0 else -left
        book.record(
            e.DifferenceNamed(known.difference, known.day, known.about, rest, 0, known.note, known.lot)
        )
    else:
        book.record(e.DifferenceClosed(known.difference, how))
    return Settled(known.difference, how, pieces, 0, max(0, left))


@dataclass(frozen=True, slots=True)
class NoteDifference:
    """Leave a difference open and write down what is known of it so far."""

    difference: str
    note: str

    def perform(self, book: Book) -> Noted | Refused:
        known = reckoning.difference(book, self.difference)
        note = self.note.strip()[:LONGEST_NOTE]
        if known is None:
            return refused(Reason.DIFFERENCE_UNKNOWN)
        if known.closed_ms:
            return refused(Reason.DIFFERENCE_CLOSED, how=known.how)
        if not note:
            return refused(Reason.NO_NOTE)
        if not rules.may_note(known.about):
            return refused(Reason.WRONG_WAY)
        named = e.DifferenceNamed(
            known.difference, known.day, known.about, known.pieces, known.fen, note, known.lot
        )
        book.record(named)
        return Noted(known.difference, note)


@dataclass(frozen=True, slots=True)
class MatchBills:
    """Compare all bills with our books: name what differs, end what agrees again."""

    def perform(self, book: Book) -> BillsMatched:
        return match_bills(book)


def match_bills(book: Book) -> BillsMatched:
    """The same inside another command's transaction."""
    since = day_after(book.day, -BILL_DAYS)
    known = {name: old for name, old in reckoning.named(book, BILL + "*").items() if old.day >= since}
    gaps = {f"bill/{gap.lot}": gap for gap in _bill_gaps(book, since)}
    named = sum(_name_gap(book, name, gap, known.get(name)) for name, gap in gaps.items())
    gone = [old for name, old in known.items() if not old.closed_ms and name not in gaps]
    for old in gone:
        book.record(e.DifferenceClosed(old.difference, How.MATCHED))
    return BillsMatched(named, len(gone))


@dataclass(frozen=True, slots=True)
class _Gap:
    lot: str
    platform: str
    day: str
    about: str
    pieces: int
    fen: int


def _bill_gaps(book: Book, since: str) -> list[_Gap]:
    lines = [(line, rules.bill_gap(line)) for line in reckoning.match_billed(book, since=since)]
    gaps = [_Gap(x.lot, x.platform, x.day, gap.about, gap.pieces, gap.fen) for x, gap in lines if gap]
    return gaps + [
        _Gap(s.lot, s.platform, s.day, "stray", s.pieces, s.fen) for s in reckoning.strays(book, since=since)
    ]


def _name_gap(book: Book, name: str, gap: _Gap, known: Named | None) -> bool:
    """Name a gap unless it stands so already, or was settled so by hand; says whether it was named."""
    if known and (known.pieces, known.fen) == (gap.pieces, gap.fen) and known.how != How.MATCHED:
        return False
    book.record(
        e.DifferenceNamed(name, gap.day, BILL + gap.platform, gap.pieces, gap.fen, gap.about, gap.lot)
    )
    return True


# --- the close ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CloseDay:
    """Close the books of ``day``: name what is still unnamed, count the totals, forget old buyers.

    Nothing but a second close or a day to come is refused: counts may differ, and may be missing. ``cash_reason``
    says why the drawer is over or short, as far as anybody knows.
    """

    day: str
    keep_people_days: int = KEEP_PEOPLE_DAYS
    cash_reason: str = ""

    def perform(self, book: Book) -> Closed | Refused:
        no = _no_count(book, self.day)
        if no:
            return no
        cash = reckoning.drawer(book, self.day)
        cash_fen = reckoning.cash_at_end(book, self.day) + cash.difference
        _name_cash(book, self.day, cash.difference, self.cash_reason.strip()[:LONGEST_NOTE])
        match_bills(book)
        _name_in_vans(book, self.day)
        purged = purge(book, self.keep_people_days)
        uncounted = sum(slot.counted is None for slot in reckoning.slots(book, self.day))
        fact = self._record(book, cash_fen)
        return Closed(fact, uncounted, cash.counted, purged.people)

    def _record(self, book: Book, cash_fen: int) -> e.DayClosed:
        found = reckoning.totals(book, self.day)
        flows = found.flows
        fact = e.DayClosed(
            self.day,
            received=flows.received,
            handed_out=flows.handed_out,
            returned=flows.returned,
            here=found.here,
            commission_fen=found.commission_fen,
            cash_fen=cash_fen,
            open_differences=found.open_differences,
        )
        book.record(fact)
        return fact


def _name_cash(book: Book, day: str, fen: int, reason: str) -> None:
    """Book over or short; together with open ones that it undoes exactly it ends at once."""
    if not fen:
        return
    name = f"cash/{day}"
    before = [known for known in reckoning.named(book, CASH).values() if not known.closed_ms]
    book.record(e.DifferenceNamed(name, day, CASH, 0, fen, reason or rules.CASH_REASONS[0]))
    if before and sum(known.fen for known in before) == -fen:
        _end_all(book, CASH, How.MATCHED)


def _name_in_vans(book: Book, day: str) -> None:
    """Pieces that nobody took off a van are carried forward until they are found or written off."""
    known = reckoning.named(book, TRANSIT)
    left = {f"transit/{row.trip}/{row.lot}": row for row in reckoning.in_vans(book)}
    for name, row in left.items():
        old = known.get(name)
        if row.day <= day and (old is None or old.pieces != -row.pieces):
            book.record(e.DifferenceNamed(name, row.day, TRANSIT, -row.pieces, 0, "in_van", row.lot))
    for name, old in known.items():
        if not old.closed_ms and name not in left:
            book.record(e.DifferenceClosed(name, How.MATCHED))


# --- bills and deductions ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakeBill:
    """Take a platform's bill for ``day`` into the book, from a file; it replaces an earlier one of that day."""

    platform: str
    day: str
    rows: tuple[e.BillRow, ...]
    source: str

    def perform(self, book: Book) -> BillTaken | Refused:
        if not self.rows:
            return refused(Reason.BILL_EMPTY)
        bad = next((row for row in self.rows if not _is_plausible(row)), None)
        if bad:
            return refused(Reason.BILL_LINE, lot=bad.lot)
        book.record(e.BillIssued(self.platform, self.day, self.rows, self.source))
        fen = sum(row.commission_fen for row in self.rows)
        return BillTaken(self.platform, self.day, len(self.rows), fen, match_bills(book))


def _is_plausible(row: e.BillRow) -> bool:
    return (
        bool(row.lot) and 0 <= row.pieces <= rules.MOST_PIECES and abs(row.commission_fen) <= rules.MOST_FEN
    )


@dataclass(frozen=True, slots=True)
class RememberColumns:
    """Keep which columns a platform's bills have, (what, name of the column); no fact, it is this PC's habit."""

    platform: str
    columns: tuple[tuple[str, str], ...]

    def perform(self, book: Book) -> None:
        book.put(f"{COLUMNS_KEY}{self.platform}", dict(self.columns))


COLUMNS_KEY = "bill_columns:"
"""Followed by the platform, the name in the state table."""


@dataclass(frozen=True, slots=True)
class AppealDeduction:
    """Object to a deduction, with a note and photos (JPEG bytes)."""

    deduction: str
    note: str
    photos: tuple[bytes, ...] = ()

    def perform(self, book: Book) -> Appealed | Refused:
        row = book.one("SELECT platform, fen, state FROM deductions WHERE deduction = ?", (self.deduction,))
        if row is None:
            return refused(Reason.DEDUCTION_UNKNOWN)
        platform, fen, state = row
        if state != "taken":
            return refused(Reason.APPEALED if state == "appealed" else Reason.DECIDED)
        note = self.note.strip()[:LONGEST_NOTE]
        if not note:
            return refused(Reason.NO_NOTE)
        book.record(
            e.DeductionAppealed(self.deduction, note, tuple(book.keep_photo(jpeg) for jpeg in self.photos))
        )
        return Appealed(self.deduction, platform, fen)


# --- buyers' data ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PurgePeople:
    """Erase names and phones of buyers whose last goods are out and older than ``keep_days`` days."""

    keep_days: int = KEEP_PEOPLE_DAYS

    def perform(self, book: Book) -> PeoplePurged:
        return purge(book, self.keep_days)


def purge(book: Book, keep_days: int) -> PeoplePurged:
    """The same inside another command's transaction; the log says how many, never who."""
    before = day_after(book.day, -max(1, keep_days))
    gone = [trace.buyer for trace in _erasable(reckoning.traces(book), before)]
    book.run_many("DELETE FROM people WHERE buyer = ?", [(buyer,) for buyer in gone])
    book.run("DELETE FROM elsewhere WHERE day < ?", (before,))
    if gone:
        book.record(e.PeopleErased(len(gone), before))
        book.changed.add("people")
    return PeoplePurged(len(gone), before)


def _erasable(found: Iterable[Trace], before: str) -> list[Trace]:
    return [trace for trace in found if rules.may_erase(trace, before=before)]
