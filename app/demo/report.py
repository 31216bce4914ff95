"""Count a played day from the book and from the hub, each by its own way; nothing is carried along while playing."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from app.domain.money import commission_fen
from app.domain.places import HERE, Kind
from app.hub import platform
from app.hub.hub import Hub
from app.store.connection import Reader
from app.sync.protocol import PLATFORM_DEVICE


@dataclass(frozen=True, slots=True)
class Borders:
    """What is inside a place, and between which kinds of places and it pieces come in and go out."""

    comes_from: frozenset[Kind]
    here: frozenset[Kind]
    goes_to: frozenset[Kind]


SHOP = Borders(
    frozenset({Kind.VAN, Kind.OVER, Kind.SHORT, Kind.PLATFORM}), HERE, frozenset({Kind.BUYER, Kind.STATION})
)
STATION = Borders(
    frozenset({Kind.TRUNK, Kind.OVER, Kind.SHORT, Kind.PLATFORM}),
    frozenset({Kind.DOCK, Kind.CRATE, Kind.ASIDE}),
    frozenset({Kind.POINT}),
)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a day; pieces, fen, and numbers of facts."""

    pieces_in: int
    pieces_out: int
    pieces_here: int
    fen_difference: int
    facts_local: int
    facts_hub: int
    digests_equal: bool
    stock_equal: bool
    unsent: int
    pictures: list[str]
    seed: int
    county: str
    day: str


def report(
    reader: Reader,
    hub: Hub,
    point: str,
    *,
    pictures: list[str],
    seed: int,
    county: str,
    day: str,
    borders: Borders = SHOP,
) -> Report:
    """Count now. ``reader`` reads the place's book; ``hub`` holds what the platform knows of ``point``."""
    device, epoch = reader.get("device"), reader.get("epoch")
    last = reader.one(
        "SELECT seq, digest FROM facts WHERE device = ? AND epoch = ? ORDER BY seq DESC LIMIT 1",
        (device, epoch),
    ) or (0, b"")
    return Report(
        pieces_in=_flow(reader, borders.comes_from, borders.here),
        pieces_out=-_flow(reader, borders.goes_to, borders.here),
        pieces_here=_here(reader, borders.here),
        fen_difference=_fen_difference(reader),
        facts_local=reader.value("SELECT count(*) FROM facts WHERE device <> ?", (PLATFORM_DEVICE,)),
        facts_hub=platform.facts_count(hub, point),
        digests_equal=platform.digest_of(hub, device, epoch=epoch) == last[1],
        stock_equal=_stock(reader) == platform.stock_of(hub, point),
        unsent=last[0] - reader.get("acknowledged", [0, ""])[0],
        pictures=pictures,
        seed=seed,
        county=county,
        day=day,
    )


def write(found: Report, folder: Path) -> Path:
    """Write ``report.json``; returns its path."""
    path = folder / "report.json"
    path.write_text(json.dumps(asdict(found), ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path


def _flow(reader: Reader, outside: frozenset[Kind], here: frozenset[Kind]) -> int:
    """Pieces that came in from these kinds of places, less those that went out to them."""
    total = 0
    for source, target, pieces in reader.rows(
        "SELECT source, target, sum(pieces) FROM moves GROUP BY source, target"
    ):
        start, end = Kind(source.partition(":")[0]), Kind(target.partition(":")[0])
        if start in outside and end in here:
            total += pieces
        elif start in here and end in outside:
            total -= pieces
    return total


def _here(reader: Reader, here: frozenset[Kind]) -> int:
    rows = reader.rows("SELECT place, sum(pieces) FROM stock GROUP BY place")
    return sum(pieces for place, pieces in rows if Kind(place.partition(":")[0]) in here)


def _stock(reader: Reader) -> dict[tuple[str, str], int]:
    rows = reader.rows("SELECT lot, place, pieces FROM stock WHERE pieces <> 0")
    return {(lot, place): pieces for lot, place, pieces in rows}


def _fen_difference(reader: Reader) -> int:
    """How far the money is off: accounts that do not sum to zero, and commission that the totals do not bear out."""
    unbalanced = abs(int(reader.value("SELECT coalesce(sum(fen), 0) FROM money")))
    off = 0
    for paid, pieces, points, handed, refunded, booked in reader.rows(_EARNED):
        earned = commission_fen(
            paid, pieces=pieces, handed_out=handed, refunded_fen=refunded, basis_points=points
        )
        off += abs(earned - booked)
    return unbalanced + off


_EARNED = """
SELECT l.paid_fen, l.pieces, l.basis_points,
       coalesce((SELECT sum(h.pieces) FROM handed h WHERE h.lot = l.lot AND h.undone = 0), 0),
       coalesce((SELECT sum(c.refund_fen) FROM claims c WHERE c.lot = l.lot), 0),
       coalesce((SELECT sum(m.fen) FROM money m WHERE m.lot = l.lot AND m.account = 'receivable'), 0)
FROM lines l
"""
