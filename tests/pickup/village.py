"""A small village for the pickup tests: three platforms, a handful of neighbours, and goods in every state."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain import events as e
from app.domain.clock import StoryClock, at
from app.domain.codec import Recorded, encode
from app.domain.goods import Count, CrateNote, Line, Person, Zone
from app.domain.ids import FactId
from app.domain.refusals import Refused
from app.pickup import queries
from app.pickup.queries import Found
from app.store.book import Book
from app.store.connection import Reader
from app.store.opening import Store
from tests.samples import Keep, Record

DAY, YESTERDAY, TOMORROW = "2026-11-22", "2026-11-21", "2026-11-23"
POINT = "450126-001"
WXM_LINLI, WXM_GNT, QIN, HUANG, HUANG_2, LI, NONG = (
    "u-wxm-l",
    "u-wxm-g",
    "u-qdm",
    "u-hxf",
    "u-hxf2",
    "u-lgq",
    "u-nong",
)
SHRIMP, YOGHURT, GREENS, EGGS, NOODLES, PAPER = "L-1", "L-2", "G-1", "L-3", "G-2", "L-4"
SOAP, RICE, OIL, TOFU, MELON, PORK = "L-5", "L-6", "L-7", "G-3", "N-1", "L-8"
CODE_L, CODE_G = "37-1-6312", "123456789012"


def line(
    lot: str, product: str, zone: Zone, pieces: int, buyer: str, code: str, *, crate: str = "ABC123"
) -> Line:
    """One order line at ten yuan a piece."""
    barcode = "6901234567892"
    return Line(lot, f"D-{lot}", crate, product, barcode, "日用", zone, pieces, 1000 * pieces, buyer, code)


LINLI = (
    line(SHRIMP, "冻虾仁 500克", Zone.FROZEN, 1, WXM_LINLI, CODE_L),
    line(YOGHURT, "酸牛奶 8杯", Zone.CHILLED, 2, WXM_LINLI, CODE_L),
    line(EGGS, "土鸡蛋 10枚", Zone.FRESH, 3, WXM_LINLI, CODE_L),
    line(PAPER, "抽纸 6包", Zone.AMBIENT, 2, WXM_LINLI, "2-2-0001"),
    line(SOAP, "洗衣皂 2块", Zone.AMBIENT, 4, QIN, "5-5-2418", crate="ABC124"),
    line(RICE, "香米 5公斤", Zone.AMBIENT, 1, HUANG, "31-1-7788", crate="ABC124"),
    line(OIL, "花生油 5升", Zone.AMBIENT, 1, HUANG_2, "32-1-9900", crate="ABC124"),
    line(PORK, "五花肉 500克", Zone.CHILLED, 2, LI, "33-1-1234", crate="ABC124"),
)
GNT = (
    line(GREENS, "上海青 300克", Zone.FRESH, 2, WXM_GNT, CODE_G, crate="A1234B"),
    line(NOODLES, "螺蛳粉 3包", Zone.AMBIENT, 2, WXM_GNT, CODE_G, crate="A1234B"),
    line(TOFU, "豆腐 400克", Zone.CHILLED, 1, LI, "222233334444", crate="A1234B"),
)
NCL = (line(MELON, "砂糖橘 2斤", Zone.FRESH, 2, NONG, "A1B2345", crate="12AB345"),)
SLOTS = {
    SHRIMP: "D-02", YOGHURT: "L-05", EGGS: "X-03", PAPER: "A-07", SOAP: "A-01", RICE: "A-02", OIL: "A-03",
    GREENS: "X-03", NOODLES: "A-07",
}  # fmt: skip
PEOPLE = (
    Person(WXM_LINLI, "LLYX", "韦小妹", "6312", "阿妹", "13800006312"),
    Person(WXM_GNT, "GNT", "韦小妹", "6312"),
    Person(QIN, "LLYX", "覃大明", "2418", "老覃"),
    Person(HUANG, "LLYX", "黄秀芳", "7788"),
    Person(HUANG_2, "LLYX", "黄秀芬", "7788"),
    Person(LI, "LLYX", "李桂全", "1234"),
    Person(NONG, "NCL", "农春生", "5566"),
)


def terms(platform: str, name: str, pickup: str, crate: str) -> e.PolicySet:
    """A platform's terms with the shapes of its codes."""
    patterns = (e.CodePattern("pickup", pickup), e.CodePattern("crate", crate))
    window = e.Window("*", 168, 168, photo_needed=False)
    return e.PolicySet(platform, name, "2026-01-01", (window,), (e.Rate("*", 1000),), patterns, 24)


TERMS = (
    terms("LLYX", "邻里优选", r"\d{1,2}-\d-\d{4}", r"[A-HJ-NP-Z]{3}\d{3}"),
    terms("GNT", "桂农团", r"\d{4}[- ]?\d{4}[- ]?\d{4}", r"[A-HJ-NP-Z]\d{4}[A-HJ-NP-Z]"),
    terms("NCL", "南菜篮", r"[A-HJ-NP-Z]\d[A-HJ-NP-Z]\d{1,9}", r"\d{2}[A-HJ-NP-Z]{2}\d{3}"),
    terms("YSX", "云上鲜", r"Y\d{8}", r"Y[A-Z]\d{5}"),
)


def manifest(platform: str, trip: str, lines: tuple[Line, ...], *, day: str = DAY) -> e.GoodsAnnounced:
    """The list of one van."""
    crates = {each.crate: CrateNote(each.crate, each.zone) for each in lines}
    return e.GoodsAnnounced(platform, trip, POINT, day, tuple(crates.values()), lines)


@dataclass(frozen=True)
class Put:
    """Set a value of the state table."""

    key: str
    value: object

    def perform(self, book: Book) -> None:
        book.put(self.key, self.value)


@dataclass(frozen=True)
class TellElsewhere:
    """Hear of goods that wait somewhere else."""

    rows: tuple[tuple[str, str, str, str, str], ...]

    def perform(self, book: Book) -> None:
        book.run_many(
            "INSERT OR REPLACE INTO elsewhere (platform, code, tail, point, day) VALUES (?, ?, ?, ?, ?)",
            self.rows,
        )
        book.changed.add("elsewhere")


@dataclass(frozen=True)
class Hear:
    """Hear a fact of another device."""

    fact: e.Fact
    seq: int
    device: str = "pc-2"

    def perform(self, book: Book) -> bool:
        now = book.clock.now_ms()
        known = FactId(self.device, 1, self.seq)
        return book.hear(Recorded(known, now, 0, book.day, "", type(self.fact).__name__, encode(self.fact)))


@dataclass
class Village:
    """An open book, a clock, and a reader of its own."""

    store: Store
    clock: StoryClock
    reader: Reader

    def do(self, command: Any) -> Any:
        return self.store.writer.do(command)

    def record(self, *facts: e.Fact) -> list[FactId]:
        return self.do(Record(facts))  # type: ignore[no-any-return]

    def find(self, text: str) -> Found | Refused:
        return queries.find(self.reader, text, now_ms=self.clock.now_ms())

    def here(self, lot: str) -> int:
        """Pieces of a lot on all shelves."""
        place = "SELECT sum(pieces) FROM stock WHERE lot = ? AND place LIKE 'shelf:%'"
        return self.reader.value(place, (lot,)) or 0

    def at(self, lot: str, place: str) -> int:
        return self.reader.value("SELECT pieces FROM stock WHERE lot = ? AND place = ?", (lot, place)) or 0


def open_village(path: Path) -> Village:
    """The shop at ten in the morning: two vans received, one expected; one lot short, one damaged."""
    clock = StoryClock(at(DAY, "10:00"))
    store = Store(path, clock)
    village = Village(store, clock, store.reader())
    village.do(Put("device", "pc-1"))
    village.record(
        *TERMS,
        manifest("LLYX", "T-L", LINLI),
        manifest("GNT", "T-G", GNT),
        manifest("NCL", "T-N", NCL),
        e.GoodsReceived("T-L", tuple(Count(x.lot, x.pieces, SLOTS[x.lot]) for x in LINLI if x.lot in SLOTS)),
        e.GoodsReceived("T-G", tuple(Count(x.lot, x.pieces, SLOTS[x.lot]) for x in GNT if x.lot in SLOTS)),
        e.ShortFound("T-L", (Count(PORK, 2),)),
        e.DamageFound("T-G", (Count(TOFU, 1),)),
    )
    village.do(Keep(PEOPLE))
    village.do(Put("point", POINT))
    village.do(Put("point_name", "民范村自提点"))
    village.do(
        TellElsewhere(
            (
                ("LLYX", "34-1-5555", "5555", "450126-002", DAY),
                ("GNT", "999988887777", "9753", POINT, TOMORROW),
                ("LLYX", "36-1-0101", "0101", POINT, YESTERDAY),
            )
        )
    )
    return village
