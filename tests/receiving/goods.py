"""The goods that two vans bring to the tests' shop, with everything that can be confused about them."""

from __future__ import annotations

from typing import NamedTuple

from app.domain import events as e
from app.domain.goods import CrateNote, Line, Person, Zone
from app.store.opening import Store
from tests.samples import DAY, POINT, morning

CLOCK = morning
EGGS, MILK, DUMPLINGS, RICE, STRANGER = (
    "6901234567892", "6909804000008", "6909804000015", "6909804000022", "6919804100035"
)  # fmt: skip
YESTERDAY, TOMORROW = "2026-11-21", "2026-11-23"
POLICIES = (
    e.PolicySet(
        "linli",
        "邻里优选",
        "2026-01-01",
        (e.Window("*", 24, 0, photo_needed=True),),
        (e.Rate("*", 1000),),
        (
            e.CodePattern("crate", r"[A-HJ-NP-Z]{3}\d{3}"),
            e.CodePattern("pickup", r"\d{1,2}-\d-\d{4}"),
            e.CodePattern("pallet", r"10\d{12}"),
        ),
        24,
    ),
    e.PolicySet(
        "gnt",
        "桂农团",
        "2026-01-01",
        (e.Window("*", 24, 0, photo_needed=True),),
        (e.Rate("*", 800),),
        (e.CodePattern("crate", r"[A-HJ-NP-Z]\d{4}[A-HJ-NP-Z]"), e.CodePattern("pickup", r"\d{12}")),
        12,
    ),
    e.PolicySet(
        "ncl", "南菜篮", "2026-01-01", (), (), (e.CodePattern("crate", r"\d{2}[A-HJ-NP-Z]{2}\d{3}"),), 18
    ),
)
PEOPLE = (
    Person("b1", "linli", "韦小妹", "6312"),
    Person("g1", "gnt", "韦小妹", "6312"),
    Person("b2", "linli", "覃大勇", "0007"),
    Person("b3", "linli", "韦小妹", "9999"),
)


def goods(
    lot: str, product: str, barcode: str, crate: str, zone: Zone, *, pieces: int, buyer: str, order: str = ""
) -> Line:
    """One order line."""
    return Line(
        lot,
        order or f"o-{lot}",
        crate,
        product,
        barcode,
        "x",
        zone,
        pieces,
        500 * pieces,
        buyer,
        f"37-1-0{lot}",
    )


FROZEN_LINES = (
    goods("101", "速冻水饺 1kg", DUMPLINGS, "FRZ001", Zone.FROZEN, pieces=3, buyer="b1"),
    goods("102", "速冻水饺 1kg", DUMPLINGS, "FRZ001", Zone.FROZEN, pieces=2, buyer="b2"),
)
DRY_LINES = (
    goods("201", "土鸡蛋 10枚", EGGS, "ABC123", Zone.AMBIENT, pieces=4, buyer="b1", order="o-3"),
    goods("202", "土鸡蛋 10枚", EGGS, "ABC123", Zone.AMBIENT, pieces=2, buyer="b2", order="o-2"),
    goods("203", "土鸡蛋 10枚", EGGS, "ABD456", Zone.AMBIENT, pieces=6, buyer="b3", order="o-1"),
    goods("204", "大米 10kg", RICE, "ABD456", Zone.AMBIENT, pieces=1, buyer="b2"),
)
MILK_LINES = (
    goods("301", "鲜牛奶 1盒", MILK, "K1234M", Zone.CHILLED, pieces=2, buyer="g1"),
    goods("302", "鲜牛奶 6盒装", MILK, "K1234M", Zone.CHILLED, pieces=1, buyer="g1"),
    goods("303", "大米 10kg", RICE, "K1235M", Zone.AMBIENT, pieces=2, buyer="g1"),
)


def van(
    trip: str, platform: str, lines: tuple[Line, ...], *, day: str = DAY, point: str = POINT
) -> e.GoodsAnnounced:
    """A manifest."""
    crates = {line.crate: CrateNote(line.crate, line.zone) for line in lines}
    return e.GoodsAnnounced(platform, trip, point, day, tuple(crates.values()), lines)


MANIFESTS = (
    van("T1", "linli", FROZEN_LINES + DRY_LINES),
    van("T2", "gnt", MILK_LINES),
    van(
        "T0",
        "linli",
        (goods("901", "纸巾", "", "OLD777", Zone.AMBIENT, pieces=2, buyer="b1"),),
        day=YESTERDAY,
    ),
    van(
        "T9", "linli", (goods("902", "纸巾", "", "NEW777", Zone.AMBIENT, pieces=2, buyer="b1"),), day=TOMORROW
    ),
    van(
        "T8",
        "linli",
        (goods("903", "纸巾", "", "FAR777", Zone.AMBIENT, pieces=2, buyer="b1"),),
        point="BY-0003",
    ),
)
ANNOUNCED = {line.lot: line.pieces for manifest in MANIFESTS[:2] for line in manifest.lines}


class Where(NamedTuple):
    """Pieces of a lot by place."""

    van: int
    shelf: int
    short: int
    damaged: int
    surplus: int


def where(store: Store, lot: str) -> Where:
    """Where the pieces of a lot are."""
    reader = store.reader()
    found: dict[str, int] = dict(
        reader.rows("SELECT place, pieces FROM stock WHERE lot = ? AND pieces <> 0", (lot,))
    )
    reader.close()
    shelf = sum(n for place, n in found.items() if place.startswith("shelf:") and place != "shelf:多发")
    van_pieces = sum(n for place, n in found.items() if place.startswith("van:"))
    return Where(
        van_pieces, shelf, found.get("short:", 0), found.get("damaged:", 0), found.get("shelf:多发", 0)
    )


def slots_of(store: Store, lot: str) -> set[str]:
    """The slots at which a lot stands."""
    reader = store.reader()
    rows = reader.rows(
        "SELECT place FROM stock WHERE lot = ? AND place LIKE 'shelf:%' AND pieces > 0", (lot,)
    )
    reader.close()
    return {place.removeprefix("shelf:") for (place,) in rows}


def facts_in(store: Store) -> int:
    """How many facts the book holds."""
    reader = store.reader()
    number = int(reader.value("SELECT count(*) FROM facts"))
    reader.close()
    return number
