"""A small shop for the after-sales tests: three lines received, some handed out, and a clock to move."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.aftersales.actions import Goods, OpenClaim
from app.domain import events as e
from app.domain.clock import StoryClock, at
from app.domain.codec import Recorded, encode
from app.domain.events import Remedy, Why
from app.domain.goods import Count, CrateNote, Line, Person, Zone
from app.domain.ids import FactId
from app.domain.refusals import Refused
from app.store.book import PLATFORM_DEVICE, Book
from app.store.opening import Store
from tests.samples import Keep, Record

DAY = "2026-11-22"
TRIP = "L-01"
EGGS, NOODLES, SOAP = "LLYX-1", "LLYX-2", "LLYX-3"
TERMS = e.PolicySet(
    "LLYX",
    "邻里优选",
    "2026-01-01",
    (e.Window("蛋", 48, 0, photo_needed=True), e.Window("*", 168, 168, photo_needed=False)),
    (e.Rate("*", 1000),),
    (),
    24,
)
LINES = (
    Line(
        EGGS, "D1001", "ABC123", "土鸡蛋 10枚", "6901234567892", "蛋", Zone.FRESH, 3, 2000, "b1", "37-1-6312"
    ),
    Line(
        NOODLES,
        "D1002",
        "ABC123",
        "螺蛳粉 3包",
        "6901234567908",
        "速食",
        Zone.AMBIENT,
        2,
        1990,
        "b1",
        "37-1-6312",
    ),
    Line(
        SOAP,
        "D1003",
        "ABC124",
        "洗衣皂 2块",
        "6901234567915",
        "清洁",
        Zone.AMBIENT,
        4,
        1200,
        "b2",
        "2-5-2418",
    ),
)
PEOPLE = (
    Person("b1", "LLYX", "韦小妹", "6312", phone="13800006312"),
    Person("b2", "LLYX", "覃大明", "2418"),
)


@dataclass(frozen=True)
class Hear:
    """Hear a fact from the platform."""

    fact: e.Fact
    seq: int

    def perform(self, book: Book) -> bool:
        now = book.clock.now_ms()
        known = FactId(PLATFORM_DEVICE, 1, self.seq)
        return book.hear(Recorded(known, now, 0, book.day, "", type(self.fact).__name__, encode(self.fact)))


@dataclass
class Shop:
    """An open book with a clock; `do` runs a command, `hear` lets the platform speak."""

    store: Store
    clock: StoryClock
    heard: int = field(default=0)

    def do(self, command: Any) -> Any:
        return self.store.writer.do(command)

    def record(self, *facts: e.Fact) -> list[FactId]:
        return self.do(Record(facts))  # type: ignore[no-any-return]

    def hear(self, fact: e.Fact) -> None:
        self.heard += 1
        self.do(Hear(fact, self.heard))

    def hand_out(self, lot: str, pieces: int, *, buyer: str = "b1", slot: str = "3-1") -> FactId:
        return self.record(e.PickedUp(buyer, (Count(lot, pieces, slot),)))[0]

    def value(self, sql: str, *params: Any) -> Any:
        reader = self.store.reader()
        try:
            return reader.value(sql, params)
        finally:
            reader.close()

    def at(self, lot: str, place: str) -> int:
        return self.value("SELECT pieces FROM stock WHERE lot = ? AND place = ?", lot, place) or 0

    @property
    def now_ms(self) -> int:
        return self.clock.now_ms()


def open_shop(path: Path) -> Shop:
    """The shop at nine in the morning: everything announced has been received at slot 3-1."""
    clock = StoryClock(at(DAY, "09:00"))
    shop = Shop(Store(path, clock), clock)
    crates = (CrateNote("ABC123", Zone.FRESH), CrateNote("ABC124", Zone.AMBIENT))
    shop.record(
        TERMS,
        e.GoodsAnnounced("LLYX", TRIP, "450126-001", DAY, crates, LINES),
        e.GoodsReceived(TRIP, tuple(Count(line.lot, line.pieces, "3-1") for line in LINES)),
        e.ReceivingEnded(TRIP),
    )
    shop.do(Keep(PEOPLE))
    return shop


def claim(
    lot: str,
    pieces: int = 1,
    *,
    why: Why = Why.SPOILED,
    remedy: Remedy = Remedy.REFUND_ONLY,
    fen: int = 100,
    goods: Goods = Goods.AT_COUNTER,
    pictures: tuple[bytes, ...] = (b"\xff\xd8picture",),
) -> OpenClaim:
    """A claim as most tests want it: one spoiled piece, refund only, with a picture."""
    return OpenClaim(lot, pieces, why, remedy, fen, goods, pictures=pictures)


def reason(result: object) -> str:
    """The reason of a refusal; "" for anything that was done."""
    return str(result.reason) if isinstance(result, Refused) else ""
