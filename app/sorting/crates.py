"""What can be done with crates at the wall: open, change when full, relabel, seal, unseal, count again, take out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain import events as e
from app.domain import guards
from app.domain import night as n
from app.domain.goods import Count, Zone
from app.domain.ids import FactId
from app.domain.refusals import Refused, refused
from app.sorting import rules
from app.sorting.actions import Caught, Put, caught, first_label, fresh_label, is_label_of
from app.sorting.rules import Crate, Reason
from app.sorting.steps import ROUTE, contents_of, crate_named, open_crate
from app.store.book import Book

FEW_LABELS = 60
"""So many fresh labels are made at once at the most."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Crates that stand in their slots from now on."""

    crates: tuple[str, ...]
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """A full crate was sealed, and an empty one took its place."""

    full: str
    crate: str
    slot: str
    pieces: int
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Relabelled:
    """A crate has another label; what was in it goes by the new one."""

    old: str
    crate: str
    slot: str
    pieces: int
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Closed:
    """A crate takes nothing more."""

    crate: str
    slot: str
    pieces: int
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Unsealed:
    """A seal was broken."""

    crate: str
    slot: str
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """A crate was counted a second time."""

    crate: str
    slot: str
    booked: int
    counted: int
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class TakenOut:
    """Pieces were taken out of a crate: back on the dock, or into the crate ``into``."""

    crate: str
    slot: str
    product: str
    pieces: int
    into: str
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Reserved:
    """Fresh labels to be printed and put on empty crates; a scan opens each where it is put."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WallSet:
    """The wall is set up for tonight."""

    points: int
    sorters: int
    facts: tuple[FactId, ...]


CrateDone = Opened | Changed | Relabelled | Closed | Unsealed | Counted | TakenOut | Reserved | WallSet


def _crate(book: Book, label: str) -> Crate | Refused:
    """A crate at the wall; refuses labels that nobody has used, and crates on a van."""
    crate = crate_named(book, label)
    if crate is None:
        return refused(Reason.NO_CRATE, code=label[: rules.LONGEST_CODE], slot="")
    if crate.became:
        return refused(Reason.REPLACED, crate=label, became=crate.became, slot=crate.slot)
    if crate.run:
        return refused(Reason.ON_VAN, crate=label, slot=crate.slot, run=crate.run)
    return crate


def _open(book: Book, label: str) -> Crate | Refused:
    """A crate at the wall that still takes goods."""
    crate = _crate(book, label)
    if isinstance(crate, Crate) and crate.sealed_ms:
        return refused(Reason.SEALED, crate=label, slot=crate.slot, at_ms=crate.sealed_ms)
    return crate


def _next(book: Book, crate: Crate, label: str) -> tuple[str, FactId] | Refused:
    """Open the crate that takes another one's place, under a label of ours or the one that was scanned."""
    if label and not is_label_of(label, crate.day):
        return refused(Reason.OLD_LABEL, crate=label, slot=crate.slot)
    if label and book.holder(guards.open_key(label)) is not None:
        return refused(Reason.USED_LABEL, crate=label, slot=crate.slot)
    label = label or fresh_label(book, crate.day)
    fact = n.CrateOpened(
        label, crate.slot, crate.point, crate.route, crate.day, Zone(crate.zone), crate.asset, crate.crate
    )
    return label, book.record(fact)


@dataclass(frozen=True, slots=True)
class ChangeCrate:
    """A crate is full: seal it and go on with a new one in its slot; ``label`` is a fresh one that was scanned."""

    crate: str
    label: str = ""

    def perform(self, book: Book) -> Changed | Refused:
        crate = _open(book, self.crate)
        if isinstance(crate, Refused):
            return crate
        pieces = sum(lot.pieces for lot in contents_of(book, self.crate))
        if not pieces:
            return refused(Reason.EMPTY_CRATE, crate=self.crate, slot=crate.slot)
        following = _next(book, crate, self.label)
        if isinstance(following, Refused):
            return following
        sealed = book.record(n.CrateSealed(self.crate, pieces))
        return Changed(self.crate, following[0], crate.slot, pieces, (following[1], sealed))


@dataclass(frozen=True, slots=True)
class Relabel:
    """A label is torn or lost: the crate gets a new one, and its contents go with it."""

    crate: str
    label: str = ""

    def perform(self, book: Book) -> Relabelled | Refused:
        crate = _open(book, self.crate)
        if isinstance(crate, Refused):
            return crate
        following = _next(book, crate, self.label)
        if isinstance(following, Refused):
            return following
        goods = tuple(Count(lot.lot, lot.pieces) for lot in contents_of(book, self.crate))
        fact = book.record(n.CrateRelabelled(self.crate, following[0], goods))
        pieces = sum(count.pieces for count in goods)
        return Relabelled(self.crate, following[0], crate.slot, pieces, (following[1], fact))


@dataclass(frozen=True, slots=True)
class SealCrate:
    """A crate is done: it takes nothing more."""

    crate: str

    def perform(self, book: Book) -> Closed | Refused:
        crate = _open(book, self.crate)
        if isinstance(crate, Refused):
            return crate
        pieces = sum(lot.pieces for lot in contents_of(book, self.crate))
        if not pieces:
            return refused(Reason.EMPTY_CRATE, crate=self.crate, slot=crate.slot)
        return Closed(self.crate, crate.slot, pieces, (book.record(n.CrateSealed(self.crate, pieces)),))


@dataclass(frozen=True, slots=True)
class UnsealCrate:
    """Break a seal, for a reason that is kept."""

    crate: str
    reason: str

    def perform(self, book: Book) -> Unsealed | Refused:
        crate = _crate(book, self.crate)
        if isinstance(crate, Refused):
            return crate
        if not crate.sealed_ms:
            return refused(Reason.NOT_SEALED, crate=self.crate, slot=crate.slot)
        if not self.reason.strip():
            return refused(Reason.NO_REASON)
        fact = book.record(n.CrateUnsealed(self.crate, self.reason.strip()))
        return Unsealed(self.crate, crate.slot, (fact,))


@dataclass(frozen=True, slots=True)
class CheckCrate:
    """A second person counted a crate."""

    crate: str
    counted: int

    def perform(self, book: Book) -> Counted | Refused:
        crate = _crate(book, self.crate)
        if isinstance(crate, Refused):
            return crate
        if not 0 <= self.counted <= rules.MOST_PIECES:
            return refused(Reason.BAD_COUNT, count=self.counted, most=rules.MOST_PIECES)
        booked = sum(lot.pieces for lot in contents_of(book, self.crate))
        fact = book.record(n.CrateChecked(self.crate, booked, self.counted))
        return Counted(self.crate, crate.slot, booked, self.counted, (fact,))


# --- after a put at once ---


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The crate scanned after a put is the right one."""

    crate: str
    slot: str
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class ConfirmPut:
    """A crate was scanned after a put that had counted at once: is it the right one?

    A fresh label gives the crate that was opened for the put its name; goods that went into another crate of the same
    slot are booked there; anything else is a slip.
    """

    put: Put
    crate: str

    def perform(self, book: Book) -> Confirmed | Relabelled | Caught | Refused:
        put = self.put
        if self.crate in (put.crate, rules.slot_code(put.slot)):
            return Confirmed(put.crate, put.slot, ())
        if rules.look_of(self.crate) is rules.Look.SLOT:
            found = rules.slot_of(self.crate)
            return self._slip(book, refused(Reason.WRONG_CRATE, slot=put.slot, found=found, crate=""))
        there = crate_named(book, self.crate)
        if there is None:
            return self._new_label(book)
        why = rules.why_not_into(there, slot=put.slot, point=put.point, zone=put.zone, day=book.day)
        return self._slip(book, why) if why is not None else self._moved(book)

    def _slip(self, book: Book, why: Refused) -> Caught | Refused:
        return caught(book, why, self.crate, meant=self.put.slot)

    def _new_label(self, book: Book) -> Relabelled | Refused:
        if self.put.fresh:
            return Relabel(self.put.crate, self.crate).perform(book)
        reason = Reason.SLOT_HAS_CRATE if is_label_of(self.crate, book.day) else Reason.OLD_LABEL
        return refused(reason, crate=self.crate, slot=self.put.slot, standing=self.put.crate)

    def _moved(self, book: Book) -> Confirmed | Refused:
        standing = _open(book, self.put.crate)
        if isinstance(standing, Refused):
            return standing
        here = {lot.lot: lot.pieces for lot in contents_of(book, self.put.crate)}
        goods = tuple(
            Count(lot, pieces)
            for fact in self.put.facts
            for lot, pieces in book.rows(_PUT_GOODS, (*fact, f"crate:{self.put.crate}"))
            if here.get(lot, 0) >= pieces
        )
        if not goods:
            return refused(Reason.MOVED_ON, crate=self.put.crate, slot=self.put.slot)
        return Confirmed(
            self.crate, self.put.slot, (book.record(n.Resorted(self.put.crate, self.crate, goods)),)
        )


_PUT_GOODS = (
    "SELECT m.lot, m.pieces FROM facts f JOIN moves m ON m.fact = f.id"
    " WHERE f.device = ? AND f.epoch = ? AND f.seq = ? AND f.reversed_by IS NULL AND m.target = ?"
)


# --- taking out --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakeOut:
    """Take pieces of a lot out of a crate, onto the dock again or into another crate.

    Back on the dock a labelled piece can be sorted again: the put of its label is taken back.
    """

    crate: str
    lot: str
    pieces: int
    into: str = ""

    def perform(self, book: Book) -> TakenOut | Refused:
        crate = _open(book, self.crate)
        if isinstance(crate, Refused):
            return crate
        have = next((x.pieces for x in contents_of(book, self.crate) if x.lot == self.lot), 0)
        if not 0 < self.pieces <= have:
            return refused(Reason.MORE_THAN_HERE, have=have, asked=self.pieces)
        why = self._why_not_there(book, crate)
        if why is not None:
            return why
        product = str(book.value("SELECT product FROM load_lines WHERE lot = ?", (self.lot,)) or self.lot)
        facts = self._moved(book)
        return TakenOut(self.crate, crate.slot, product, self.pieces, self.into, facts)

    def _why_not_there(self, book: Book, crate: Crate) -> Refused | None:
        if not self.into:
            return None
        there = _open(book, self.into)
        if isinstance(there, Refused):
            return there
        if there.crate == crate.crate:
            return refused(Reason.WRONG_CRATE, slot=crate.slot, found=there.slot, crate=there.crate)
        line = book.one("SELECT point, zone FROM load_lines WHERE lot = ?", (self.lot,))
        point, zone = line or (crate.point, crate.zone)
        return rules.why_not_into(there, slot=crate.slot, point=point, zone=zone, day=crate.day)

    def _moved(self, book: Book) -> tuple[FactId, ...]:
        labelled = [] if self.into else _labelled_puts(book, self.crate, self.lot)
        loose = self.pieces - len(labelled)
        facts = []
        if loose > 0:
            facts.append(book.record(n.Resorted(self.crate, self.into, (Count(self.lot, loose),))))
        back = labelled[: self.pieces]
        facts += [book.record(e.Undone(str(fact), "从筐里取出")) for fact in back]
        return tuple(facts)


def _labelled_puts(book: Book, crate: str, lot: str) -> list[FactId]:
    """Standing puts of single labelled pieces of a lot into this very crate, the newest first."""
    rows = book.rows(
        "SELECT f.device, f.epoch, f.seq FROM moves m JOIN facts f ON f.id = m.fact WHERE m.lot = ? AND m.target = ?"
        " AND m.pieces = 1 AND f.kind = 'Sorted' AND f.reversed_by IS NULL"
        " AND json_array_length(f.body, '$.labels') = 1 ORDER BY f.id DESC",
        (lot, f"crate:{crate}"),
    )
    return [FactId(*row) for row in rows]


# --- many at once ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenAll:
    """Before a wave: a crate for every slot that gets goods of these zones tonight and has none yet."""

    zones: tuple[Zone, ...] = rules.SORTED_IN

    def perform(self, book: Book) -> Opened | Refused:
        day = book.day
        rows = book.rows(_GETTING_GOODS, (day,))
        facts, crates = [], []
        for slot, point, route, zone in rows:
            if Zone(zone) in self.zones and open_crate(book, slot=slot, zone=zone, day=day) is None:
                label = first_label(book, slot=slot, zone=zone, day=day)
                asset = rules.asset_for(Zone(zone))
                facts.append(book.record(n.CrateOpened(label, slot, point, route, day, Zone(zone), asset)))
                crates.append(label)
        if not book.one("SELECT 1 FROM wall LIMIT 1"):
            return refused(Reason.NO_ROUTES)
        return Opened(tuple(crates), tuple(facts))


_GETTING_GOODS = (
    f"SELECT DISTINCT w.slot, w.point, {ROUTE}, l.zone FROM load_lines l JOIN wall w ON w.point = l.point"
    " LEFT JOIN route_points n ON n.point = l.point"
    " WHERE l.day = ? ORDER BY w.rank, l.zone"
)


@dataclass(frozen=True, slots=True)
class ReserveLabels:
    """Make fresh labels for empty crates."""

    count: int

    def perform(self, book: Book) -> Reserved | Refused:
        if not 0 < self.count <= FEW_LABELS:
            return refused(Reason.BAD_COUNT, count=self.count, most=FEW_LABELS)
        day = book.day
        return Reserved(tuple(fresh_label(book, day) for _ in range(self.count)))


@dataclass(frozen=True, slots=True)
class SetWall:
    """Set the wall up as planned; while crates stand in it, points keep the slot in which theirs stands."""

    slots: tuple[n.SlotRow, ...]
    source: str

    def perform(self, book: Book) -> WallSet | Refused:
        if not self.slots:
            return refused(Reason.NO_ROUTES)
        standing: dict[str, str] = dict(
            book.rows("SELECT point, slot FROM wall_crates WHERE day = ? AND became = ''", (book.day,))
        )
        moved = [row for row in self.slots if standing.get(row.point, row.slot) != row.slot]
        if moved:
            return refused(Reason.WALL_IN_USE, slot=standing[moved[0].point], crates=len(standing))
        fact = book.record(n.WallPlanned(book.day, self.slots, self.source))
        return WallSet(len(self.slots), len({row.sorter for row in self.slots}), (fact,))


def late_points(slots: Sequence[n.SlotRow], new: Sequence[tuple[str, str]]) -> tuple[n.SlotRow, ...]:
    """The wall as it is, with slots behind its end for points (and their routes) that it did not know."""
    from app.sorting.wallplan import slot_at, slot_name

    behind = max((slot_at(row.slot) for row in slots), default=-1) + 1
    last = max((row.sorter for row in slots), default=1)
    far = max((row.decimetres for row in slots), default=0)
    added = [
        n.SlotRow(slot_name(behind + nth), point, route, last, far) for nth, (point, route) in enumerate(new)
    ]
    return (*slots, *added)
