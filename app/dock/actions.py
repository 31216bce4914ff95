"""What a worker can do at a truck: scan pallets and containers off it, note how it came, end it, take a step back.

These run on the writer's thread. Each container is a fact of its own, so that a clash with another PC costs one
container and not a pallet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.dock import rules
from app.dock.here import Here, here, is_photo, keep, missed, on_truck, patterns
from app.dock.rules import Box, Look, Reason, Seal
from app.domain import events as e
from app.domain import night as n
from app.domain import places
from app.domain.goods import Count, Zone
from app.domain.guards import container_key
from app.domain.ids import FactId
from app.domain.refusals import Refused, refused
from app.store.book import Book


@dataclass(frozen=True, slots=True)
class BoxIn:
    """A container that came off its truck, with its announced pieces; `late` where it had been missed."""

    container: str
    zone: Zone
    pieces: int
    late: bool = False


@dataclass(frozen=True, slots=True)
class Unloaded:
    """One scan: a container, or all containers of a pallet that were not unloaded before.

    `before` counts those of the pallet that were; `waiting` those of it that are still to come.
    """

    label: str
    pallet: str
    number: str
    trip: str
    boxes: tuple[BoxIn, ...]
    products: int
    before: int
    waiting: int
    facts: tuple[FactId, ...]

    @property
    def pieces(self) -> int:
        """Pieces on the dock by this scan."""
        return sum(box.pieces for box in self.boxes)

    @property
    def whole_pallet(self) -> bool:
        """Whether the pallet's label was scanned."""
        return self.label in (self.pallet, self.number)

    @property
    def late(self) -> bool:
        """Whether something of it had been missed before."""
        return any(box.late for box in self.boxes)


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A stranger: it stays on the truck, and that it was here is recorded; `belongs` is a station, a day, or ""."""

    code: str
    reason: Reason
    belongs: str
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A truck's arrival was noted, with what its seal and its plate say."""

    trip: str
    plate: str
    announced_plate: str
    seal: Seal
    seen_seal: str
    announced_seal: str
    photos: int
    facts: tuple[FactId, ...]

    @property
    def other_plate(self) -> bool:
        """Whether another truck came than was announced."""
        told, seen = rules.plain_mark(self.announced_plate), rules.plain_mark(self.plate)
        return bool(told and seen and told != seen)


@dataclass(frozen=True, slots=True)
class Ended:
    """A truck is done; what had not come is missed now, by container; `known_short` pieces were missed before."""

    trip: str
    plate: str
    missed: tuple[tuple[str, int], ...]
    known_short: int
    facts: tuple[FactId, ...]

    @property
    def pieces(self) -> int:
        """Pieces that ending it made short."""
        return sum(pieces for _, pieces in self.missed)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The last step was undone; `kind` is the kind of its last fact."""

    kind: str
    label: str
    pieces: int
    facts: tuple[FactId, ...]


# --- a scan ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unload:
    """Bring what a label names from the truck onto the dock: a container, or all that is left of a pallet."""

    code: str

    def perform(self, book: Book) -> Unloaded | TurnedAway | Refused:
        at = here(book)
        boxes = _boxes(book, self.code)
        if not boxes:
            return _unknown(book, at, self.code)
        nearest = min(
            boxes, key=lambda box: (rules.rank(box, day=at.day, station=at.station), bool(box.held))
        )
        how_near = rules.rank(nearest, day=at.day, station=at.station)
        if how_near == 9:
            return _turn_away(book, at, self.code, Reason.OTHER_STATION, nearest.station)
        together = [box for box in boxes if box.trip == nearest.trip]
        if how_near == 2:
            return _of_another_night(book, at, self.code, together)
        return _unload(book, self.code, together)


@dataclass(frozen=True, slots=True)
class UnloadLate:
    """Take in what was missed on an earlier night, after somebody has seen that it is of that night."""

    code: str

    def perform(self, book: Book) -> Unloaded | Refused:
        at = here(book)
        mine = [box for box in _boxes(book, self.code) if box.station in ("", at.station) and not box.held]
        if not mine:
            return refused(Reason.UNKNOWN, code=self.code)
        latest = max(mine, key=lambda box: box.day)
        return _unload(book, self.code, [box for box in mine if box.trip == latest.trip])


_BOX = (
    "SELECT c.trip, c.container, c.pallet, c.number, c.zone, c.day, coalesce(t.station, ''),"
    " coalesce(t.ended_ms, 0), EXISTS (SELECT 1 FROM guards g WHERE g.key = 'container:' || c.trip || ':' ||"
    " c.container) FROM containers c LEFT JOIN trucks t ON t.trip = c.trip WHERE "
)
_BY_LABEL = _BOX + "c.container = ?"
_BY_PALLET = _BOX + "c.pallet = ? ORDER BY c.container"
_BY_NUMBER = _BOX + "c.number = ? AND c.day = ? ORDER BY c.container"


def _boxes(book: Book, code: str) -> list[Box]:
    """The containers that a code names, by their own label, their pallet's label, or its number on a sheet."""
    rows = book.rows(_BY_LABEL, (code,)) or book.rows(_BY_PALLET, (code,))
    if not rows and code.startswith("TP"):
        rows = book.rows(_BY_NUMBER, (code, here(book).day))
    return [Box._make(row) for row in rows]


def _unload(book: Book, code: str, boxes: Sequence[Box]) -> Unloaded | Refused:
    first, todo = boxes[0], [box for box in boxes if not box.held]
    if not todo:
        return _already(book, code, boxes)
    _open_doors(book, first.trip)
    facts: list[FactId] = []
    loaded = on_truck(book, first.trip, (box.container for box in todo))
    lost = missed(book, first.trip, (box.container for box in todo))
    came = []
    for box in todo:
        goods = loaded[box.container]
        late = () if goods else lost[box.container]
        facts.append(book.record(n.ContainersUnloaded(box.trip, code, (box.container,), goods)))
        if late:
            facts.append(book.record(n.PiecesFound(late)))
        pieces = sum(count.pieces for count in goods or late)
        came.append(BoxIn(box.container, Zone(box.zone), pieces, bool(late)))
    return Unloaded(
        label=code,
        pallet=first.pallet,
        number=first.number,
        trip=first.trip,
        boxes=tuple(came),
        products=_products(book, first.trip, todo),
        before=len(boxes) - len(todo),
        waiting=_waiting(book, first),
        facts=tuple(facts),
    )


def _open_doors(book: Book, trip: str) -> None:
    """The first scan off a truck says that it has come and that its doors are open."""
    row = book.one("SELECT arrived_ms, began_ms FROM trucks WHERE trip = ?", (trip,)) or (0, 0)
    if not row[0]:
        book.record(n.TruckArrived(trip))
    if not row[1]:
        book.record(n.UnloadingBegan(trip))


def _products(book: Book, trip: str, boxes: Sequence[Box]) -> int:
    marks = ", ".join("?" * len(boxes))
    return int(
        book.value(
            f"SELECT count(*) FROM (SELECT DISTINCT barcode, product FROM load_lines WHERE container IN ({marks})"
            " AND +trip = ?)",
            (*(box.container for box in boxes), trip),
        )
    )


def _waiting(book: Book, box: Box) -> int:
    found = book.value(
        "SELECT count(*) FROM containers WHERE pallet = ? AND trip = ? AND unloaded_ms = 0",
        (box.pallet, box.trip),
    )
    return int(found)


def _already(book: Book, code: str, boxes: Sequence[Box]) -> Refused:
    """Everything of it is unloaded: when last, and by whom."""
    holders = [book.holder(container_key(box.trip, box.container)) for box in boxes]
    _, device, operator, at_ms = max((row for row in holders if row), key=lambda row: (row[3], row[0]))
    here_too = int(device == book.get("device", "local"))
    return refused(
        Reason.ALREADY,
        code=code,
        number=boxes[0].number,
        boxes=len(boxes),
        at_ms=at_ms,
        operator=operator,
        device=device,
        here=here_too,
    )


def _of_another_night(book: Book, at: Here, code: str, boxes: Sequence[Box]) -> TurnedAway | Refused:
    """Our own goods that were missed then may be taken in; anything else of another night stays where it is."""
    first, open_boxes = boxes[0], [box.container for box in boxes if not box.held]
    lost = missed(book, first.trip, open_boxes) | {
        box: goods for box, goods in on_truck(book, first.trip, open_boxes).items() if goods
    }
    pieces = sum(count.pieces for goods in lost.values() for count in goods)
    if pieces and first.day < at.day:
        return refused(Reason.OTHER_NIGHT, code=code, day=first.day, missing=pieces)
    return _turn_away(book, at, code, Reason.OTHER_NIGHT, first.day)


# --- what is on no sheet -----------------------------------------------------------------------------------


def _unknown(book: Book, at: Here, code: str) -> TurnedAway | Refused:
    """Say what an unexpected code is, as far as anything here knows it."""
    elsewhere = book.one("SELECT point, day FROM elsewhere WHERE code = ? ORDER BY day DESC LIMIT 1", (code,))
    if elsewhere is not None and elsewhere[0] not in ("", at.station):
        return _turn_away(book, at, code, Reason.OTHER_STATION, elsewhere[0])
    product = _product(book, at, code)
    if product is not None:
        return product
    look, _ = rules.look_of(code, patterns(book))
    if look in (Look.PALLET, Look.BOX):
        lists = book.value(_SHEETLESS, (at.day, at.day, at.day))
        return (
            refused(Reason.NO_LIST, code=code)
            if lists
            else _turn_away(book, at, code, Reason.NOT_ON_LIST, "")
        )
    return _by_look(book, at, code, look)


# Nothing is announced for tonight, or a truck is and its sheets are still to come.
_SHEETLESS = (
    "SELECT NOT EXISTS (SELECT 1 FROM containers WHERE day = ?) OR EXISTS (SELECT 1 FROM trucks t WHERE t.day = ?"
    " AND NOT EXISTS (SELECT 1 FROM containers c WHERE c.day = ? AND c.trip = t.trip))"
)


def _product(book: Book, at: Here, code: str) -> Refused | None:
    """A product of tonight by its barcode."""
    row = book.one(
        "SELECT max(l.product), count(DISTINCT l.product), coalesce(sum(s.pieces), 0) FROM load_lines l"
        " LEFT JOIN stock s ON s.lot = l.lot AND s.place = ? WHERE l.barcode = ? AND l.day = ?",
        (str(places.DOCK), code, at.day),
    )
    if row is None or not row[1]:
        return None
    return refused(Reason.PRODUCT, code=code, product=row[0], products=row[1], dock=row[2])


_REASON_OF = {
    Look.CRATE: Reason.CRATE, Look.PIECE: Reason.PIECE, Look.OWN: Reason.OWN_CODE, Look.BARCODE: Reason.NOT_ORDERED,
    Look.MISREAD: Reason.MISREAD,
}  # fmt: skip


def _by_look(book: Book, at: Here, code: str, look: Look) -> Refused:
    if look in _REASON_OF:
        return refused(_REASON_OF[look], code=code)
    whole = (
        book.value(_BEGUN, {"code": code, "end": code + "~", "day": at.day})
        if rules.is_beginning(code)
        else None
    )
    if whole is not None or look is Look.CUT_SHORT:
        return refused(Reason.CUT_SHORT, code=code, whole=whole or "")
    part = book.value(_RUN_ON, {"code": code, "day": at.day})
    if part is not None:
        return refused(Reason.DOUBLED, code=code, part=part)
    return refused(Reason.UNKNOWN, code=code)


_BEGUN = (
    "SELECT container FROM containers WHERE container > :code AND container < :end AND day = :day UNION ALL"
    " SELECT pallet FROM containers WHERE pallet > :code AND pallet < :end AND day = :day LIMIT 1"
)
_RUN_ON = (
    "SELECT label FROM (SELECT container label FROM containers WHERE day = :day UNION SELECT pallet FROM containers"
    " WHERE day = :day) WHERE label <> '' AND substr(:code, 1, length(label)) = label LIMIT 1"
)


def _turn_away(book: Book, at: Here, code: str, reason: Reason, belongs: str) -> TurnedAway:
    """Record a stranger, once a night."""
    known = book.value(
        "SELECT 1 FROM facts WHERE day = ? AND kind = 'StrangerRefused' AND json_extract(body, '$.label') = ?",
        (book.day, code),
    )
    facts = () if known else (book.record(n.StrangerRefused(code, belongs, _open_trip(book, at))),)
    return TurnedAway(code, reason, belongs, facts)


def _open_trip(book: Book, at: Here) -> str:
    """The truck that is being unloaded, "" where there is none."""
    found = book.value(
        "SELECT trip FROM trucks WHERE day = ? AND began_ms > 0 AND ended_ms = 0 ORDER BY began_ms DESC LIMIT 1",
        (at.day,),
    )
    return str(found or "")


# --- trucks ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoteArrival:
    """Note how a truck came; all but the trip may be left out. `photo` are JPEG bytes of at most 300 kB."""

    trip: str
    plate: str = ""
    seal: str = ""
    note: str = ""
    photo: bytes = b""

    def perform(self, book: Book) -> Arrived | Refused:
        row = book.one("SELECT plate, seal FROM trucks WHERE trip = ?", (self.trip,))
        if row is None:
            return refused(Reason.NO_TRUCK)
        if not is_photo(self.photo):
            return refused(Reason.NO_PICTURE)
        photos = keep(book, self.photo)
        fact = book.record(n.TruckArrived(self.trip, self.plate, self.seal, self.note, photos))
        plate, seal = row
        return Arrived(
            trip=self.trip,
            plate=self.plate or plate,
            announced_plate=plate,
            seal=rules.seal_of(announced=seal, seen=self.seal, note=self.note),
            seen_seal=self.seal,
            announced_seal=seal,
            photos=len(photos),
            facts=(fact,),
        )


@dataclass(frozen=True, slots=True)
class EndUnloading:
    """Say that nothing more comes off a truck; the `seen` pieces that are still on its sheets become a shortage."""

    trip: str
    seen: int

    def perform(self, book: Book) -> Ended | Refused:
        row = book.one(_TRUCK, (self.trip,))
        if row is None:
            return refused(Reason.NO_TRUCK)
        plate, arrived_ms, ended_ms = row
        if not arrived_ms:
            return refused(Reason.NOT_ARRIVED, plate=plate)
        left = _left_on(book, self.trip)
        pieces = sum(count.pieces for goods in left.values() for count in goods)
        if ended_ms and not pieces:
            return refused(Reason.ENDED, at_ms=ended_ms)
        if pieces != self.seen:
            return refused(Reason.CHANGED, now=pieces, seen=self.seen)
        known_short = int(book.value(_SHORT_OF_TRIP, (str(places.SHORT), self.trip)))
        origin = str(places.trunk(self.trip))
        facts = [book.record(n.PiecesMissed(origin, goods, note=rules.END_NOTE)) for goods in left.values()]
        if not ended_ms:
            facts.append(book.record(n.UnloadingEnded(self.trip)))
        by_box = tuple((box, sum(count.pieces for count in goods)) for box, goods in left.items())
        return Ended(self.trip, plate, by_box, known_short, tuple(facts))


_TRUCK = "SELECT coalesce(nullif(seen_plate, ''), plate), arrived_ms, ended_ms FROM trucks WHERE trip = ?"
_SHORT_OF_TRIP = (
    "SELECT coalesce(sum(s.pieces), 0) FROM stock s JOIN load_lines l ON l.lot = s.lot"
    " WHERE s.place = ? AND s.pieces > 0 AND l.trip = ?"
)


def _left_on(book: Book, trip: str) -> dict[str, tuple[Count, ...]]:
    """What is still on a truck, by container."""
    found: dict[str, list[Count]] = {}
    for container, lot, pieces in book.rows(
        "SELECT l.container, s.lot, s.pieces FROM stock s JOIN load_lines l ON l.lot = s.lot"
        " WHERE s.place = ? AND s.pieces > 0 ORDER BY l.container, s.lot",
        (str(places.trunk(trip)),),
    ):
        found.setdefault(container, []).append(Count(lot, pieces))
    return {container: tuple(goods) for container, goods in found.items()}


# --- taking back -------------------------------------------------------------------------------------------

UNDOABLE = (
    "ContainersUnloaded", "PiecesMissed", "PiecesFound", "PiecesDamaged", "SurplusFound", "UnloadingEnded",
    "AreaCleared",
)  # fmt: skip
_Step = tuple[int, str, int, int, str, int, int | None, str]


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Undo one step at the dock: the facts named, or without names the last step that this desk's book knows."""

    facts: tuple[FactId, ...] = ()
    reason: str = "撤销上一步"

    def perform(self, book: Book) -> TakenBack | Refused:
        named: list[Any] = [row for fact in self.facts if (row := book.one(_STEP, fact))]
        steps: list[_Step] = [row for row in named if row[4] in UNDOABLE] or (
            [] if named else _last_step(book)
        )
        if not steps:
            return refused(Reason.NOTHING_TO_UNDO)
        standing = [step for step in steps if step[6] is None]
        if not standing:
            return _undone(book, steps[-1])
        gone = _gone(book, [step[0] for step in standing])
        if gone is not None:
            return gone
        pieces = sum(_pieces(book, step[0]) for step in standing)
        undone = tuple(
            book.record(e.Undone(str(FactId(*step[1:4])), self.reason)) for step in reversed(standing)
        )
        first = min(standing, key=lambda step: step[4] != "ContainersUnloaded")
        return TakenBack(_kind_of(standing), str(first[7] or ""), pieces, undone)


_STEP_COLUMNS = "id, device, epoch, seq, kind, at_ms, reversed_by, json_extract(body, '$.label')"
_STEP = f"SELECT {_STEP_COLUMNS} FROM facts WHERE device = ? AND epoch = ? AND seq = ?"
_LAST_STEP = (
    f"SELECT {_STEP_COLUMNS} FROM facts WHERE device = ? AND epoch = ? AND day = ? AND reversed_by IS NULL"
    f" AND kind IN ({', '.join(repr(kind) for kind in UNDOABLE)})"
    " AND coalesce(json_extract(body, '$.origin'), '') NOT LIKE 'crate:%' ORDER BY id DESC LIMIT 200"
)


def _last_step(book: Book) -> list[_Step]:
    """The last step, with the facts that one command recorded together with it; the earliest fact first."""
    rows: list[Any] = book.rows(_LAST_STEP, (book.device, book.epoch, book.day))
    step: list[_Step] = rows[:1]
    for row in rows[1:]:
        if row[5] != step[-1][5] or row[3] != step[-1][3] - 1 or not _together(row, step):
            break
        step.append(row)
    return step[::-1]


def _together(before: _Step, step: Sequence[_Step]) -> bool:
    """Whether a fact and those right after it, of the same moment, are one step."""
    kinds = {row[4] for row in step}
    labels = {row[7] for row in step if row[7]}
    if before[4] == "ContainersUnloaded":
        return kinds <= {"ContainersUnloaded", "PiecesFound"} and labels <= {before[7]}
    if before[4] == "PiecesFound":
        return kinds <= {"ContainersUnloaded", "PiecesFound"} and bool(labels)
    return before[4] == "PiecesMissed" and kinds <= {"PiecesMissed", "UnloadingEnded", "AreaCleared"}


def _kind_of(step: Sequence[_Step]) -> str:
    kinds = {row[4] for row in step}
    return next(
        kind for kind in ("UnloadingEnded", "AreaCleared", "ContainersUnloaded", *UNDOABLE) if kind in kinds
    )


def _undone(book: Book, step: _Step) -> Refused:
    by = book.value("SELECT kind FROM facts WHERE id = ?", (step[6],))
    return refused(Reason.VOIDED if by == "Voided" else Reason.UNDONE)


def _pieces(book: Book, row: int) -> int:
    return int(book.value("SELECT coalesce(sum(pieces), 0) FROM moves WHERE fact = ?", (row,)))


def _gone(book: Book, rows: Sequence[int]) -> Refused | None:
    """Whether some of the goods have left the place where these facts had put them: sorted, found, set aside."""
    marks = ", ".join("?" * len(rows))
    row = book.one(
        f"SELECT m.lot, m.target FROM moves m WHERE m.fact IN ({marks}) GROUP BY m.lot, m.target"
        " HAVING sum(m.pieces) > coalesce((SELECT s.pieces FROM stock s WHERE s.lot = m.lot AND s.place = m.target), 0)"
        " LIMIT 1",
        rows,
    )
    if row is None:
        return None
    lot, place = row
    to = book.value(
        "SELECT target FROM moves WHERE lot = ? AND source = ? ORDER BY id DESC LIMIT 1", (lot, place)
    )
    product = book.value("SELECT product FROM load_lines WHERE lot = ?", (lot,))
    return refused(Reason.MOVED_ON, product=product or lot, to=to or "")
