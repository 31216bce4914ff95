"""How vans, crates and missing goods stand, read alike by commands from the open book and by the page."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.clock import day_after
from app.domain.night import AssetCount, Link
from app.domain.places import ASIDE_DAMAGED, DOCK, SHORT, Kind, Place
from app.handover.rules import Asset, Confirmed, Load, counts_of
from app.store.tonight import Rows

WINDOW_DAYS = 7
"""What belongs to a night is found in the facts of so many days after it."""


# --- vans --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CrateOn:
    """A crate on a van: whose it is, what it is, and the pieces in it."""

    crate: str
    point: str
    zone: str
    asset: str
    pieces: int


def crates_on(source: Rows, run: str) -> tuple[CrateOn, ...]:
    """The crates on a van, with what they held when they left: what points have received is added again."""
    received = _received(source, run)
    return tuple(
        CrateOn(crate, point, zone, asset, pieces + received[crate])
        for crate, point, zone, asset, pieces in source.rows(_CRATES_ON, (run,))
    )


_CRATES_ON = (
    "SELECT w.crate, w.point, w.zone, w.asset, coalesce(sum(s.pieces), 0) FROM wall_crates w"
    " LEFT JOIN stock s ON s.place = 'crate:' || w.crate AND s.pieces > 0"
    " WHERE w.run = ? AND w.became = '' GROUP BY w.crate ORDER BY w.crate"
)


def _received(source: Rows, run: str) -> Counter[str]:
    """Pieces that points took out of each crate of a run."""
    found: Counter[str] = Counter()
    known = source.rows("SELECT day FROM runs WHERE run = ?", (run,))
    if not known or not source.rows("SELECT 1 FROM receipts WHERE run = ? LIMIT 1", (run,)):
        return found
    day = str(known[0][0])
    for (text,) in source.rows(_RECEIPTS, (day, day_after(day, WINDOW_DAYS), run)):
        body = json.loads(text)
        for goods in (body["goods"], body.get("short", []), body.get("damaged", [])):
            for _, pieces, crate in goods:
                found[crate] += pieces
    return found


_RECEIPTS = (
    "SELECT body FROM facts WHERE day BETWEEN ? AND ? AND kind = 'PointReceipt' AND reversed_by IS NULL"
    " AND json_extract(body, '$.run') = ?"
)


def load_of(crates: Iterable[CrateOn]) -> Load:
    """What a van carries in numbers."""
    known = list(crates)
    boxes = sum(crate.asset == Asset.ICE_BOX for crate in known)
    return Load(len(known) - boxes, boxes, sum(crate.pieces for crate in known))


def assets_of(crates: Iterable[CrateOn]) -> tuple[AssetCount, ...]:
    """Crates and boxes as returnable things."""
    by_kind = Counter(crate.asset for crate in crates)
    return counts_of(sorted(by_kind.items()))


# --- returnable things -------------------------------------------------------------------------------------


def bags_of_driver(source: Rows, driver: str, *, day: str) -> tuple[str, ...]:
    """Return bags that a driver has brought since the last hand-over to the same driver."""
    since = source.rows(
        "SELECT coalesce(max(at_ms), 0) FROM handovers WHERE driver = ? AND agreed = 1", (driver,)
    )
    rows = source.rows(
        "SELECT r.bag FROM returns r LEFT JOIN runs x ON x.run = r.run WHERE r.driver = ? AND r.at_ms > ?"
        " AND coalesce(x.day, ?) >= ? ORDER BY r.bag",
        (driver, since[0][0], day, day_after(day, -WINDOW_DAYS)),
    )
    return tuple(str(bag) for (bag,) in rows)


# --- missing goods -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Way:
    """What happened to one lot, in pieces."""

    announced: int
    trip: str
    unloaded: int = 0
    broken: int = 0
    missed_on_trunk: int = 0
    on_dock: int = 0
    received: int = 0
    crates: Counter[str] = field(default_factory=Counter)


def chains(source: Rows, lots: Sequence[str]) -> dict[str, tuple[Confirmed, ...]]:
    """What each link confirmed of some lots, from the centre's list to the point's receipt."""
    ways = _ways(source, lots)
    crates = _vans_of(source, {crate for way in ways.values() for crate in way.crates})
    ended = {
        trip for (trip,) in source.rows("SELECT trip FROM trucks WHERE ended_ms > 0") if trip is not None
    }
    legs = _legs(source, list(ways))
    return {
        lot: _chain(way, crates, unloaded=way.trip in ended, leg=legs.get(lot, _Leg()))
        for lot, way in ways.items()
    }


def _marks(names: Iterable[Any]) -> str:
    return ", ".join("?" for _ in names)


def _ways(source: Rows, lots: Sequence[str]) -> dict[str, _Way]:
    ways = {
        str(lot): _Way(pieces, trip)
        for lot, pieces, trip in source.rows(
            f"SELECT lot, pieces, trip FROM load_lines WHERE lot IN ({_marks(lots)})", list(lots)
        )
    }
    for lot, pieces, origin, target, kind in source.rows(
        "SELECT m.lot, m.pieces, m.source, m.target, f.kind FROM moves m JOIN facts f ON f.id = m.fact"
        f" WHERE m.lot IN ({_marks(lots)}) AND f.reversed_by IS NULL AND f.kind NOT IN ('Undone', 'Voided')",
        list(lots),
    ):
        if lot in ways:
            _go(ways[lot], pieces, Place.parse(origin), Place.parse(target), receipt=kind == "PointReceipt")
    return ways


def _go(way: _Way, pieces: int, origin: Place, target: Place, *, receipt: int) -> None:
    """One move of a lot; ``receipt`` of 1 says that the point told it."""
    if receipt:
        way.received += pieces if target != SHORT else 0
        return
    if origin.kind is Kind.TRUNK and target != SHORT:
        way.unloaded += pieces
    if origin.kind is Kind.TRUNK and target == SHORT:
        way.missed_on_trunk += pieces
    if target == ASIDE_DAMAGED:
        way.broken += pieces
    for place, sign in ((origin, -1), (target, 1)):
        if place == DOCK:
            way.on_dock += sign * pieces
        elif place.kind is Kind.CRATE:
            way.crates[place.name] += sign * pieces


def _vans_of(source: Rows, crates: Iterable[str]) -> set[str]:
    """Those of some crates that are on a van which was handed over."""
    names = sorted(crates)
    found: set[str] = set()
    for at in range(0, len(names), 500):
        some = names[at : at + 500]
        rows = source.rows(
            "SELECT w.crate FROM wall_crates w JOIN runs r ON r.run = w.run"
            f" WHERE r.handed_ms > 0 AND w.crate IN ({_marks(some)})",
            some,
        )
        found |= {str(crate) for (crate,) in rows}
    return found


@dataclass(frozen=True, slots=True)
class _Leg:
    """Whether the van of a lot's point has been signed for, and whether the point has answered."""

    signed: int = 0
    answered: int = 0


def _legs(source: Rows, lots: Sequence[str]) -> dict[str, _Leg]:
    rows = source.rows(
        "SELECT l.lot, max(r.handed_ms > 0), max(x.point IS NOT NULL) FROM load_lines l"
        " JOIN run_points p ON p.point = l.point JOIN runs r ON r.run = p.run AND r.day = l.day"
        " LEFT JOIN receipts x ON x.run = r.run AND x.point = l.point"
        f" WHERE l.lot IN ({_marks(lots)}) GROUP BY l.lot",
        list(lots),
    )
    return {str(lot): _Leg(signed, answered) for lot, signed, answered in rows}


def _chain(way: _Way, handed: set[str], *, unloaded: bool, leg: _Leg) -> tuple[Confirmed, ...]:
    """Broken pieces are set aside and accounted for: they are missing nowhere."""
    off = unloaded or bool(way.unloaded or way.missed_on_trunk)
    sorted_out = off and not way.on_dock
    signed = sum(pieces for crate, pieces in way.crates.items() if crate in handed)
    return (
        Confirmed(Link.CENTRE, way.announced),
        Confirmed(Link.TRUNK, way.unloaded if off else None),
        Confirmed(Link.STATION, sum(way.crates.values()) + way.broken if sorted_out else None),
        Confirmed(Link.DRIVER, signed + way.broken if sorted_out and leg.signed else None),
        Confirmed(Link.POINT, way.received + way.broken if leg.answered else None),
    )


def stops_of(source: Rows, run: str) -> list[tuple[int, str]]:
    """The points of a run in the order of its stops."""
    return [(int(seq), str(point)) for seq, point in source.rows(_STOPS, (run,))]


_STOPS = "SELECT seq, point FROM run_points WHERE run = ? ORDER BY seq"


def by_point(crates: Iterable[CrateOn]) -> Mapping[str, list[CrateOn]]:
    """Crates by the point they are for."""
    found: dict[str, list[CrateOn]] = defaultdict(list)
    for crate in crates:
        found[crate.point].append(crate)
    return found
