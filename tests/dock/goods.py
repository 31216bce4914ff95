"""A small night with everything that can be confused about its trucks, pallets and containers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.domain import clock, codec
from app.domain import events as e
from app.domain import night as n
from app.domain.codec import Recorded
from app.domain.goods import Zone
from app.domain.ids import FactId
from app.domain.roles import STATION
from app.store.book import PLATFORM_DEVICE, Book
from app.store.opening import Store
from tests.station import DAY, HearAll

HERE, THERE = "BY-W1", "HX-W3"
YESTERDAY, TOMORROW = "2026-11-21", "2026-11-23"
EGGS, DUMPLINGS, MILK, RICE, STRANGER = (
    "6901234567892", "6909804000015", "6909804000008", "6909804000022", "6919804100035"
)  # fmt: skip
PALLET, SECOND, THIRD = "10000000000933", "10000000000934", "10000000000935"
JPEG = b"\xff\xd8\xff\xe0" + bytes(200)
POLICY = e.PolicySet(
    "linli",
    "邻里优选",
    "2026-01-01",
    (),
    (),
    (
        e.CodePattern("crate", r"[A-HJ-NP-Z]{3}\d{3}"),
        e.CodePattern("pallet", r"10\d{12}"),
        e.CodePattern("pickup", r"\d{1,2}-\d-\d{4}"),
    ),
    24,
)
ROUTES = n.RoutesListed(
    HERE,
    "宾阳网格站",
    (
        n.RouteRow(
            "R01",
            "1-1",
            "韦师傅",
            (n.StopName("P1", "一号店"), n.StopName("P2", "二号店"), n.StopName("P3", "三号店")),
        ),
    ),
)


def load(
    lot: str, point: str, box: str, product: str, barcode: str, zone: Zone = Zone.AMBIENT, *, pieces: int
) -> n.LoadLine:
    """One line of a pallet's sheet."""
    return n.LoadLine(lot, point, box, product, barcode, "x", zone, pieces)


FIRST_LINES = (
    load("101", "P1", "FRZ001", "速冻水饺 1kg", DUMPLINGS, Zone.FROZEN, pieces=3),
    load("102", "P2", "FRZ001", "速冻水饺 1kg", DUMPLINGS, Zone.FROZEN, pieces=2),
    load("201", "P1", "ABC123", "土鸡蛋 10枚", EGGS, pieces=4),
    load("202", "P2", "ABC123", "土鸡蛋 10枚", EGGS, pieces=2),
    load("204", "P3", "ABC123", "大米 10kg", RICE, pieces=1),
)
SECOND_LINES = (load("203", "P3", "ABD456", "土鸡蛋 10枚", EGGS, pieces=6),)
THIRD_LINES = (
    load("301", "P1", "MLK001", "鲜牛奶 1盒", MILK, Zone.CHILLED, pieces=5),
    load("302", "P2", "MLK001", "鲜牛奶 6盒装", MILK, Zone.CHILLED, pieces=1),
)
TONIGHT = (
    n.TruckAnnounced("T1", HERE, DAY, "桂A11111", "韦师傅", "GX88231", clock.at(DAY, "02:30")),
    n.PalletAnnounced("T1", DAY, PALLET, "TP00933", FIRST_LINES),
    n.PalletAnnounced("T1", DAY, SECOND, "TP00934", SECOND_LINES),
    n.TruckAnnounced("T2", HERE, DAY, "桂A22222", "覃师傅", "", clock.at(DAY, "03:30")),
    n.PalletAnnounced("T2", DAY, THIRD, "TP00935", THIRD_LINES),
)
OTHERS = (
    n.TruckAnnounced("T0", HERE, YESTERDAY, "桂A00000"),
    n.PalletAnnounced(
        "T0", YESTERDAY, "10000000000800", "TP00800", (load("901", "P1", "OLD777", "纸巾", "", pieces=2),)
    ),
    n.TruckAnnounced("T9", HERE, TOMORROW, "桂A99999"),
    n.PalletAnnounced(
        "T9", TOMORROW, "10000000000990", "TP00990", (load("902", "P1", "NEW777", "纸巾", "", pieces=2),)
    ),
    n.TruckAnnounced("T8", THERE, DAY, "桂A88888"),
    n.PalletAnnounced(
        "T8", DAY, "10000000000880", "TP00880", (load("903", "P9", "FAR777", "纸巾", "", pieces=2),)
    ),
)
ANNOUNCED = {
    line.lot: line.pieces for fact in TONIGHT if isinstance(fact, n.PalletAnnounced) for line in fact.lines
}


@dataclass(frozen=True)
class OpenStation:
    """What the feed would have told by midnight."""

    device: str = "pc1"

    def perform(self, book: Book) -> None:
        book.put("role", STATION)
        book.put("point", HERE)
        book.put("device", self.device)
        book.run(
            "INSERT INTO elsewhere (platform, code, tail, point, day) VALUES ('linli', 'ZZZ999', '', ?, ?)",
            (THERE, DAY),
        )
        HearAll((POLICY, ROUTES, *TONIGHT, *OTHERS)).perform(book)


@dataclass(frozen=True)
class Hear:
    """Hear one fact of another device, or of the platform."""

    fact: e.Fact
    seq: int
    device: str = PLATFORM_DEVICE
    operator: str = ""

    def perform(self, book: Book) -> FactId:
        known = FactId(self.device, 1, self.seq)
        kind = type(self.fact).__name__
        body = codec.encode(self.fact)
        book.hear(Recorded(known, book.clock.now_ms(), 0, DAY, self.operator, kind, body))
        return known


def where(store: Store, lot: str) -> dict[str, int]:
    """Where the pieces of a lot are."""
    reader = store.reader()
    found = reader.rows(
        "SELECT place, pieces FROM stock WHERE lot = ? AND pieces <> 0 AND place <> 'platform:'", (lot,)
    )
    reader.close()
    return {place.rstrip(":"): pieces for place, pieces in found}


def facts_in(store: Store, kind: str = "") -> int:
    """How many facts (of a kind) the book holds."""
    reader = store.reader()
    number = int(reader.value("SELECT count(*) FROM facts WHERE kind = ? OR ? = ''", (kind, kind)))
    reader.close()
    return number


def one(store: Store, sql: str, params: tuple[Any, ...] = ()) -> Any:
    """The first row of a query."""
    reader = store.reader()
    row = reader.one(sql, params)
    reader.close()
    return row
