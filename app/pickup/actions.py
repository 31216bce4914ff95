"""What a clerk can do at the pickup desk: commands that read the open book, record facts in it, or refuse.

These run on the writer's thread with plain SQL. One act may record several facts, one for each of a person's
keys at the platforms; its answer names them all, and undoing takes them back together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from secrets import token_hex

from app.domain import events as e
from app.domain import places, slots
from app.domain.clock import day_after
from app.domain.goods import Count, Person, Zone
from app.domain.ids import FactId, new_code
from app.domain.pinyin import initials
from app.domain.refusals import Refused, refused
from app.pickup import rules
from app.pickup.rules import Reason
from app.store.book import Book
from app.store.connection import Row

SURPLUS = str(places.shelf(places.SURPLUS_SLOT))
PROXY = "proxy:"
VILLAGER = "villager:"


@dataclass(frozen=True, slots=True)
class HandedOut:
    """Pieces were handed out; `left` are still here for the same person, `proxy` is the name of who took them."""

    name: str
    pieces: int
    lines: int
    left: int
    slots: tuple[str, ...]
    proxy: str
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class PickupUndone:
    """A pickup was taken back; its pieces stand at `slots` again."""

    name: str
    pieces: int
    slots: tuple[str, ...]
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """Goods were put into another slot; `too_warm` where that slot is not as cold as they need."""

    slot: str
    pieces: int
    too_warm: bool
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Reminded:
    """A reminder for these many lots was copied; no facts where it is the last one copied once more."""

    lots: int
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class PhoneShown:
    """Somebody may now read this phone number."""

    name: str
    phone: str
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order for a villager was noted; of the cash given, `cash_fen` stays and `change_fen` goes back."""

    order: str
    name: str
    product: str
    pieces: int
    price_fen: int
    cash_fen: int
    change_fen: int
    facts: tuple[FactId, ...]


Done = HandedOut | PickupUndone | Moved | Reminded | PhoneShown | Ordered


# --- handing out -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HandOut:
    """Hand out so many pieces of lots from their slots; `proxy` is the neighbour who takes them, "" for the buyer.

    The neighbour's name and the `note` stay on this PC; the facts carry a key only.
    """

    goods: tuple[Count, ...]
    proxy: str = ""
    note: str = ""
    found_by: str = ""

    def perform(self, book: Book) -> HandedOut | Refused:
        goods = rules.joined(self.goods)
        wrong = rules.check_counts(goods) or _check_proxy(self.proxy, self.note)
        wrong = wrong or next((found for count in goods if (found := _missing(book, count))), None)
        if wrong is not None:
            return wrong
        by_buyer = _by_buyer(book, goods)
        key = _keep_proxy(book, self.proxy, self.note)
        facts = [book.record(e.PickedUp(buyer, mine, key, self.found_by)) for buyer, mine in by_buyer.items()]
        return _handed_out(
            book, goods, tuple(by_buyer), self.proxy.strip() or self.note.strip(), tuple(facts)
        )


@dataclass(frozen=True, slots=True)
class HandOutAll:
    """Hand out everything that stands on the shelves for one person's keys at the platforms."""

    buyers: tuple[str, ...]
    proxy: str = ""
    note: str = ""
    found_by: str = ""

    def perform(self, book: Book) -> HandedOut | Refused:
        rows = book.rows(_ON_SHELF, (json.dumps(self.buyers),))
        goods = tuple(Count(lot, pieces, place.removeprefix("shelf:")) for lot, place, pieces in rows)
        if not goods:
            return _nothing_left(book, self.buyers)
        return HandOut(goods, self.proxy, self.note, self.found_by).perform(book)


_ON_SHELF = (
    "SELECT s.lot, s.place, s.pieces FROM json_each(?) b CROSS JOIN lines l ON l.buyer = b.value"
    " CROSS JOIN stock s ON s.lot = l.lot AND s.place > 'shelf:' AND s.place < 'shelf;'"
    f" WHERE s.pieces > 0 AND s.place <> '{SURPLUS}' ORDER BY l.day, s.lot, s.place"
)
_LEFT = f"SELECT coalesce(sum(pieces), 0) FROM ({_ON_SHELF})"


def _check_proxy(proxy: str, note: str) -> Refused | None:
    return rules.check_words(proxy, most=rules.LONGEST_NAME) or rules.check_words(note)


def _missing(book: Book, count: Count) -> Refused | None:
    """Refuse pieces that are not at their slot; where they were handed out before, say when and by whom."""
    here = book.balance(count.lot, places.shelf(count.slot))
    if here >= count.pieces:
        return None
    product = book.value("SELECT product FROM lines WHERE lot = ?", (count.lot,))
    if product is None:
        return refused(Reason.NO_LINE, lot=count.lot)
    earlier = _handed_before(book, [count.lot]) if not here else None
    return earlier or refused(
        Reason.MORE_THAN_HERE, product=product, slot=count.slot, have=here, asked=count.pieces
    )


def _nothing_left(book: Book, buyers: Sequence[str]) -> Refused:
    lots = [lot for (lot,) in book.rows(_LOTS_OF, (json.dumps(buyers),))]
    return _handed_before(book, lots) or refused(Reason.NOTHING)


_LOTS_OF = "SELECT l.lot FROM json_each(?) b CROSS JOIN lines l ON l.buyer = b.value"


def _handed_before(book: Book, lots: Sequence[str]) -> Refused | None:
    """The last hand-out of one of these lots, as a refusal that can name it."""
    row = book.one(LAST_HANDED, (json.dumps(lots),))
    return (
        None
        if row is None
        else already(row, device=str(book.get("device", "local")), now_ms=book.clock.now_ms())
    )


ONE_ACT_MS = 1_000
"""Hand-outs of one PC this near to each other are one act: its facts are recorded one after the other."""
LAST_HANDED = (
    "SELECT h.at_ms, h.device, h.operator, h.proxy, coalesce(p.name, ''),"
    " (SELECT sum(o.pieces) FROM handed o WHERE o.device = h.device AND o.undone = 0"
    f" AND o.at_ms BETWEEN h.at_ms - {ONE_ACT_MS} AND h.at_ms + {ONE_ACT_MS}),"
    " coalesce(l.product, '') FROM json_each(?) x CROSS JOIN handed h ON h.lot = x.value"
    " LEFT JOIN people p ON p.buyer = h.proxy LEFT JOIN lines l ON l.lot = h.lot"
    " WHERE h.undone = 0 ORDER BY h.at_ms DESC, h.fact DESC LIMIT 1"
)
"""The last hand-out of the lots in a JSON list, for `already`."""


def already(row: Row, *, device: str, now_ms: int) -> Refused:
    """A row of `LAST_HANDED` as a refusal; `other` names the PC where that was another than `device`, else ""."""
    at_ms, by, operator, proxy, proxy_name, pieces, product = row
    return refused(
        Reason.ALREADY,
        at_ms=at_ms,
        now_ms=now_ms,
        other="" if by == device else by,
        operator=operator,
        proxied=int(bool(proxy)),
        proxy=proxy_name,
        pieces=pieces,
        product=product,
    )


def _by_buyer(book: Book, goods: Iterable[Count]) -> dict[str, tuple[Count, ...]]:
    """Goods by the platform's key of whose they are."""
    lots = json.dumps([count.lot for count in goods])
    buyers: dict[str, str] = dict(book.rows(_BUYERS_OF, (lots,)))
    found: dict[str, tuple[Count, ...]] = {}
    for count in goods:
        buyer = buyers.get(count.lot, "")
        found[buyer] = (*found.get(buyer, ()), count)
    return found


_BUYERS_OF = "SELECT l.lot, l.buyer FROM json_each(?) x CROSS JOIN lines l ON l.lot = x.value"


def _keep_proxy(book: Book, proxy: str, note: str) -> str:
    """Keep who took the goods apart from the facts; the same name and note keep their key."""
    name, why = proxy.strip(), note.strip()
    if not name and not why:
        return ""
    known = book.value(_KNOWN_PROXY, (initials(name), name, why))
    key = known or f"{PROXY}{token_hex(6)}"
    book.keep_people([Person(key, "", name, "", nickname=why)])
    return str(key)


_KNOWN_PROXY = (
    "SELECT buyer FROM people WHERE initials = ? AND name = ? AND nickname = ? AND platform = ''"
    f" AND buyer > '{PROXY}' AND buyer < 'proxy;' LIMIT 1"
)


def _handed_out(
    book: Book, goods: Sequence[Count], buyers: Sequence[str], proxy: str, facts: tuple[FactId, ...]
) -> HandedOut:
    return HandedOut(
        name=_name_of(book, buyers[0]),
        pieces=sum(count.pieces for count in goods),
        lines=len({count.lot for count in goods}),
        left=book.value(_LEFT, (json.dumps(_same_person(book, buyers)),)),
        slots=tuple(dict.fromkeys(count.slot for count in goods)),
        proxy=proxy,
        facts=facts,
    )


def _name_of(book: Book, buyer: str) -> str:
    return str(book.value("SELECT name FROM people WHERE buyer = ?", (buyer,)) or "")


def _same_person(book: Book, buyers: Sequence[str]) -> list[str]:
    """These keys and all others with the same name and phone tail."""
    others = book.rows(_SAME, (json.dumps(buyers),))
    return list(dict.fromkeys([*buyers, *(buyer for (buyer,) in others)]))


_SAME = (
    "SELECT q.buyer FROM json_each(?) b CROSS JOIN people p ON p.buyer = b.value"
    " CROSS JOIN people q ON q.tail = p.tail AND q.name = p.name WHERE p.tail <> '' AND p.name <> ''"
)


# --- taking back -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UndoPickup:
    """Take back one act of handing out, all of its facts or none, on the business day on which it happened."""

    facts: tuple[FactId, ...]
    reason: str

    def perform(self, book: Book) -> PickupUndone | Refused:
        if not self.reason.strip():
            return refused(Reason.NO_REASON)
        rows = [book.one(_PICKUP, fact) for fact in self.facts]
        known = [row for row in rows if row is not None]
        if not known or len(known) < len(rows):
            return refused(Reason.NOTHING_TO_UNDO)
        ids = [row[0] for row in known]
        wrong = rules.check_words(self.reason) or _cannot_undo(book, known, ids)
        if wrong is not None:
            return wrong
        moves = book.rows(_MOVES_OF, (json.dumps(ids),))
        undone = tuple(book.record(e.Undone(str(fact), self.reason.strip())) for fact in reversed(self.facts))
        back = dict.fromkeys(source.removeprefix("shelf:") for _, source, _ in moves)
        pieces = sum(number for _, _, number in moves)
        return PickupUndone(_name_of(book, known[0][3]), pieces, tuple(back), undone)


_PICKUP = (
    "SELECT id, day, reversed_by, json_extract(body, '$.buyer') FROM facts"
    " WHERE device = ? AND epoch = ? AND seq = ? AND kind = 'PickedUp'"
)
_MOVES_OF = "SELECT m.lot, m.source, m.pieces FROM json_each(?) x CROSS JOIN moves m ON m.fact = x.value ORDER BY m.id"


def _cannot_undo(book: Book, rows: Sequence[Row], ids: Sequence[int]) -> Refused | None:
    for _, day, reversed_by, _ in rows:
        if reversed_by is not None:
            kind = book.value("SELECT kind FROM facts WHERE id = ?", (reversed_by,))
            return refused(Reason.VOIDED if kind == "Voided" else Reason.UNDONE)
        late = rules.same_day(day, book.day)
        if late is not None:
            return late
    return _moved_on(book, ids)


def _moved_on(book: Book, ids: Sequence[int]) -> Refused | None:
    """Refuse where the buyer has brought some of it back already, or waits for the platform's word on it."""
    lots = json.dumps(ids)
    gone = book.one(_GONE, (str(places.BUYER), lots))
    if gone is not None:
        return refused(Reason.MOVED_ON, product=gone[0])
    claimed = book.one(_CLAIMED, (lots,))
    return None if claimed is None else refused(Reason.CLAIMED, product=claimed[0], claim=claimed[1])


_GONE = (
    "SELECT coalesce(l.product, m.lot) FROM moves m LEFT JOIN lines l ON l.lot = m.lot LEFT JOIN stock s"
    " ON s.lot = m.lot AND s.place = ? WHERE m.fact IN (SELECT value FROM json_each(?)) GROUP BY m.lot"
    " HAVING sum(m.pieces) > coalesce(s.pieces, 0) LIMIT 1"
)
_CLAIMED = (
    "SELECT l.product, c.claim FROM moves m JOIN claims c ON c.lot = m.lot JOIN facts f ON f.id = m.fact"
    " JOIN lines l ON l.lot = m.lot WHERE m.fact IN (SELECT value FROM json_each(?)) AND c.opened_ms >= f.at_ms"
    " AND c.outcome NOT IN ('withdrawn', 'refused') LIMIT 1"
)


# --- shelves and reminders ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MoveGoods:
    """Put pieces of lots from their slots into another slot, typed or scanned."""

    goods: tuple[Count, ...]
    to: str

    def perform(self, book: Book) -> Moved | Refused:
        slot = slots.read_slot(self.to, slots.all_slots(book.get("slots")))
        if slot is None:
            return refused(Reason.NO_SUCH_SLOT, slot=self.to.strip()[:20])
        goods = rules.joined(self.goods)
        wrong = rules.check_counts(goods)
        wrong = wrong or next((found for count in goods if (found := _missing(book, count))), None)
        if wrong is not None:
            return wrong
        leaving = tuple(count for count in goods if count.slot != slot)
        if not leaving:
            return refused(Reason.SAME_SLOT, slot=slot)
        fact = book.record(e.Shelved(leaving, slot))
        lots = json.dumps([count.lot for count in leaving])
        zones = [Zone(zone) for (zone,) in book.rows(_ZONES_OF, (lots,))]
        warm = any(slots.is_too_warm(zone, slot) for zone in zones)
        return Moved(slot, sum(count.pieces for count in leaving), warm, (fact,))


_ZONES_OF = "SELECT DISTINCT l.zone FROM json_each(?) x CROSS JOIN lines l ON l.lot = x.value"


@dataclass(frozen=True, slots=True)
class CopyReminder:
    """Note that a masked reminder for these lots may be put on the clipboard.

    Where all were reminded of a little while ago it is refused, so that nobody is pestered; within the first
    minutes the text may be copied again, because a clipboard is soon overwritten, and counts as the same reminder.
    """

    lots: tuple[str, ...]

    def perform(self, book: Book) -> Reminded | Refused:
        lots = tuple(dict.fromkeys(self.lots))
        if not lots:
            return refused(Reason.NOBODY_TO_REMIND)
        now_ms, last_ms = book.clock.now_ms(), _all_reminded_ms(book, lots)
        rest = rules.rest_between_reminders(book.get("remind_hours"))
        if last_ms and now_ms - last_ms < rules.SAME_REMINDER_MS:
            return Reminded(len(lots), ())
        if last_ms and now_ms - last_ms < rest:
            return refused(Reason.REMINDED, at_ms=last_ms, again_ms=last_ms + rest, now_ms=now_ms)
        return Reminded(len(lots), (book.record(e.ReminderCopied(lots)),))


def _all_reminded_ms(book: Book, lots: Sequence[str]) -> int:
    """By when, yesterday or today, each of the lots had been reminded of; 0 where one was not."""
    last: dict[str, int] = {}
    for at_ms, body in book.rows(_REMINDERS, (day_after(book.day, -1),)):
        last |= dict.fromkeys(json.loads(body)["lots"], at_ms)
    return min(last.get(lot, 0) for lot in lots)


_REMINDERS = "SELECT at_ms, body FROM facts WHERE day >= ? AND kind = 'ReminderCopied' ORDER BY at_ms"


@dataclass(frozen=True, slots=True)
class RevealPhone:
    """Show a buyer's whole phone number for a reason; both are logged, the number is not."""

    buyer: str
    reason: str

    def perform(self, book: Book) -> PhoneShown | Refused:
        if not self.reason.strip():
            return refused(Reason.NO_REASON)
        row = book.one("SELECT name, phone FROM people WHERE buyer = ?", (self.buyer,))
        if row is None:
            return refused(Reason.NO_PERSON)
        name, phone = row
        if not phone:
            return refused(Reason.NO_PHONE)
        wrong = rules.check_words(self.reason)
        if wrong is not None:
            return wrong
        return PhoneShown(name, phone, (book.record(e.PhoneRevealed(self.buyer, self.reason.strip())),))


# --- ordering for a villager -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OrderForVillager:
    """Note an order that the owner places for a villager; money in fen for all pieces together.

    `cash_fen` is what is handed over: change goes back to the villager and never counts as cash in the drawer.
    `buyer` is the key of somebody known; without it the `name` is kept on this PC under a key of its own.
    """

    platform: str
    product: str
    pieces: int
    price_fen: int
    cash_fen: int
    name: str = ""
    buyer: str = ""

    def perform(self, book: Book) -> Ordered | Refused:
        wrong = self._wrong() or self._unknown(book)
        if wrong is not None:
            return wrong
        buyer = self.buyer or _keep_villager(book, self.name.strip())
        order, product = new_code("DG"), self.product.strip()
        kept = min(self.cash_fen, self.price_fen)
        fact = book.record(
            e.ProxyOrdered(order, self.platform, product, self.pieces, self.price_fen, kept, buyer)
        )
        name = self.name.strip() or _name_of(book, buyer)
        change = self.cash_fen - kept
        return Ordered(order, name, product, self.pieces, self.price_fen, kept, change, (fact,))

    def _wrong(self) -> Refused | None:
        if not self.product.strip():
            return refused(Reason.NO_PRODUCT)
        if not self.buyer and not self.name.strip():
            return refused(Reason.NO_NAME)
        if not 0 < self.pieces <= rules.MOST_PIECES:
            return refused(Reason.BAD_COUNT, count=self.pieces, most=rules.MOST_PIECES)
        if not 0 <= self.price_fen <= rules.MOST_FEN or not 0 <= self.cash_fen <= rules.MOST_FEN:
            return refused(Reason.BAD_MONEY)
        return rules.check_words(self.product) or rules.check_words(self.name, most=rules.LONGEST_NAME)

    def _unknown(self, book: Book) -> Refused | None:
        if not book.value("SELECT 1 FROM policies WHERE platform = ?", (self.platform,)):
            return refused(Reason.NO_PLATFORM)
        if self.buyer and not book.value("SELECT 1 FROM people WHERE buyer = ?", (self.buyer,)):
            return refused(Reason.NO_PERSON)
        return None


def _keep_villager(book: Book, name: str) -> str:
    known = book.value(_KNOWN_VILLAGER, (initials(name), name))
    key = known or f"{VILLAGER}{token_hex(6)}"
    book.keep_people([Person(key, "", name, "")])
    return str(key)


_KNOWN_VILLAGER = (
    "SELECT buyer FROM people WHERE initials = ? AND name = ? AND platform = ''"
    f" AND buyer > '{VILLAGER}' AND buyer < 'villager;' LIMIT 1"
)
