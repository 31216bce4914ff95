"""What the facts of a station's night change in the tables that pages read; a replay gives the same tables again.

Where a crate stands and whether a van is closed is read back from the guards, so that the order in which clashing
facts of two desks are heard and voided does not matter.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from app.domain import guards
from app.domain import night as n
from app.domain.moves import Move
from app.domain.places import Kind
from app.store.projections import (
    Entry,
    miss_again,
    open_difference,
    per_lot,
    project,
    settle_shortages,
)

if TYPE_CHECKING:
    from app.store.book import Book

STATION = "station"
"""The holder of returnable things that nobody has taken."""


# --- heard -------------------------------------------------------------------------------------------------


@project.register(n.RoutesListed)
def _(fact: n.RoutesListed, book: Book, entry: Entry) -> None:
    book.run("DELETE FROM routes")
    book.run("DELETE FROM route_points")
    book.run_many(
        "INSERT OR REPLACE INTO routes (route, dock, driver, plate, rank) VALUES (?, ?, ?, ?, ?)",
        [(row.route, row.dock, row.driver, row.plate, rank) for rank, row in enumerate(fact.routes)],
    )
    book.run_many(
        "INSERT OR REPLACE INTO route_points (point, route, seq, name, village) VALUES (?, ?, ?, ?, ?)",
        [
            (stop.point, row.route, seq, stop.name, stop.village)
            for row in fact.routes
            for seq, stop in enumerate(row.points, 1)
        ],
    )


@project.register(n.TruckAnnounced)
def _(fact: n.TruckAnnounced, book: Book, entry: Entry) -> None:
    book.run(
        "INSERT INTO trucks (trip, station, day, plate, driver, seal, expected_ms, platform)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (trip) DO UPDATE SET station = excluded.station, day = excluded.day, plate = excluded.plate,"
        " driver = excluded.driver, seal = excluded.seal, expected_ms = excluded.expected_ms,"
        " platform = excluded.platform",
        (
            fact.trip,
            fact.station,
            fact.day,
            fact.plate,
            fact.driver,
            fact.seal,
            fact.expected_ms,
            fact.platform,
        ),
    )


@project.register(n.PalletAnnounced)
def _(fact: n.PalletAnnounced, book: Book, entry: Entry) -> None:
    book.run(
        "INSERT INTO trucks (trip, day) VALUES (?, ?) ON CONFLICT (trip) DO NOTHING", (fact.trip, fact.day)
    )
    lots = [line.lot for line in fact.lines]
    _tally_lots(book, lots, sign=-1)  # a lot that was announced before
    pieces: dict[tuple[str, str], int] = {}
    for line in fact.lines:
        key = (line.container, line.zone)
        pieces[key] = pieces.get(key, 0) + line.pieces
    book.run_many(
        "INSERT INTO containers (trip, container, pallet, number, zone, day, pieces) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (trip, container) DO UPDATE SET pieces = pieces + excluded.pieces",
        [
            (fact.trip, container, fact.pallet, fact.number, zone, fact.day, count)
            for (container, zone), count in pieces.items()
        ],
    )
    book.run_many(
        "INSERT OR REPLACE INTO load_lines (lot, trip, container, point, day, product, barcode, category, zone,"
        " pieces, grams) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (x.lot, fact.trip, x.container, x.point, fact.day, x.product, x.barcode, x.category, x.zone, x.pieces,
             x.grams)
            for x in fact.lines
        ],
    )  # fmt: skip
    _tally_lots(book, lots, sign=1)


@project.register(n.ManifestForwarded)
def _(fact: n.ManifestForwarded, book: Book, entry: Entry) -> None:
    book.run(
        "INSERT OR REPLACE INTO forwarded (point, seq, at_ms, day, body) VALUES (?, ?, ?, ?, ?)",
        (fact.point, fact.seq, fact.at_ms, fact.day, fact.body),
    )


@project.register(n.PointReceipt)
def _(fact: n.PointReceipt, book: Book, entry: Entry) -> None:
    sums = [sum(count.pieces for count in goods) for goods in (fact.goods, fact.short, fact.damaged)]
    book.run(
        "INSERT OR REPLACE INTO receipts (run, point, at_ms, pieces, short, damaged) VALUES (?, ?, ?, ?, ?, ?)",
        (fact.run, fact.point, fact.at_ms, *sums),
    )
    _open_all(book, entry, "short", fact.short, "")
    _open_all(book, entry, "damaged", fact.damaged, "")


@project.register(n.StationKeyTold)
def _(fact: n.StationKeyTold, book: Book, entry: Entry) -> None:
    book.run(
        "INSERT OR REPLACE INTO station_keys (station, public_key, name) VALUES (?, ?, ?)",
        (fact.station, fact.public_key, fact.name),
    )


# --- the truck ---------------------------------------------------------------------------------------------


@project.register(n.TruckArrived)
def _(fact: n.TruckArrived, book: Book, entry: Entry) -> None:
    """The first word of an arrival gives its time; a later one adds what it knows."""
    book.run(
        "UPDATE trucks SET seen_plate = CASE :plate WHEN '' THEN seen_plate ELSE :plate END,"
        " seen_seal = CASE :seal WHEN '' THEN seen_seal ELSE :seal END,"
        " note = CASE :note WHEN '' THEN note ELSE :note END,"
        " arrived_ms = CASE arrived_ms WHEN 0 THEN :at ELSE arrived_ms END WHERE trip = :trip",
        {
            "plate": fact.plate,
            "seal": fact.seal,
            "note": fact.note,
            "at": entry.recorded.true_ms,
            "trip": fact.trip,
        },
    )


@project.register(n.UnloadingBegan)
def _(fact: n.UnloadingBegan, book: Book, entry: Entry) -> None:
    book.run(
        "UPDATE trucks SET began_ms = ? WHERE trip = ? AND began_ms = 0", (entry.recorded.true_ms, fact.trip)
    )


@project.register(n.UnloadingEnded)
def _(fact: n.UnloadingEnded, book: Book, entry: Entry) -> None:
    book.run("UPDATE trucks SET ended_ms = ? WHERE trip = ?", (entry.recorded.true_ms, fact.trip))


@project.register(n.ContainersUnloaded)
def _(fact: n.ContainersUnloaded, book: Book, entry: Entry) -> None:
    book.run_many(
        "UPDATE containers SET unloaded_ms = ? WHERE trip = ? AND container = ? AND unloaded_ms = 0",
        [(entry.recorded.true_ms, fact.trip, container) for container in fact.containers],
    )


@project.register(n.PiecesMissed)
def _(fact: n.PiecesMissed, book: Book, entry: Entry) -> None:
    _open_all(book, entry, "short", fact.goods, fact.note)


@project.register(n.PiecesFound)
def _(fact: n.PiecesFound, book: Book, entry: Entry) -> None:
    settle_shortages(book, entry, fact.goods)


@project.register(n.PiecesDamaged)
def _(fact: n.PiecesDamaged, book: Book, entry: Entry) -> None:
    _open_all(book, entry, "damaged", fact.goods, fact.note)


@project.register(n.SurplusFound)
def _(fact: n.SurplusFound, book: Book, entry: Entry) -> None:
    open_difference(book, entry, about="over", lot=fact.lot, pieces=fact.pieces, note=fact.note)


def _open_all(book: Book, entry: Entry, about: str, goods: Iterable[Any], note: str) -> None:
    for lot, pieces in per_lot(goods):
        open_difference(book, entry, about=about, lot=lot, pieces=pieces, note=note)


# --- the wall ----------------------------------------------------------------------------------------------


@project.register(n.WallPlanned)
def _(fact: n.WallPlanned, book: Book, entry: Entry) -> None:
    book.run("DELETE FROM wall")
    book.run_many(
        "INSERT OR REPLACE INTO wall (slot, point, route, sorter, decimetres, rank) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (row.slot, row.point, row.route, row.sorter, row.decimetres, rank)
            for rank, row in enumerate(fact.slots)
        ],
    )


@project.register(n.WaveBegan)
def _(fact: n.WaveBegan, book: Book, entry: Entry) -> None:
    book.run(
        "INSERT INTO waves (day, zone, began_ms) VALUES (?, ?, ?) ON CONFLICT (day, zone) DO NOTHING",
        (fact.day, fact.zone, entry.recorded.true_ms),
    )


@project.register(n.AreaCleared)
def _(fact: n.AreaCleared, book: Book, entry: Entry) -> None:
    book.run(
        "INSERT INTO waves (day, zone, cleared_ms, left_pieces, note) VALUES (?, '*', ?, ?, ?)"
        " ON CONFLICT (day, zone) DO UPDATE SET cleared_ms = excluded.cleared_ms,"
        " left_pieces = excluded.left_pieces, note = excluded.note",
        (fact.day, entry.recorded.true_ms, fact.left, fact.note),
    )


@project.register(n.SorterJoined)
def _(fact: n.SorterJoined, book: Book, entry: Entry) -> None:
    known = entry.recorded
    book.run("UPDATE shifts SET left_ms = ? WHERE sorter = ? AND left_ms = 0", (known.true_ms, fact.sorter))
    book.run(
        "INSERT INTO shifts (fact, day, sorter, device, joined_ms) VALUES (?, ?, ?, ?, ?)",
        (entry.row, known.day, fact.sorter, known.id.device, known.true_ms),
    )


@project.register(n.SorterLeft)
def _(fact: n.SorterLeft, book: Book, entry: Entry) -> None:
    book.run(
        "UPDATE shifts SET left_ms = ? WHERE sorter = ? AND left_ms = 0",
        (entry.recorded.true_ms, fact.sorter),
    )


@project.register(n.Sorted)
def _(fact: n.Sorted, book: Book, entry: Entry) -> None:
    known = entry.recorded
    pieces = sum(count.pieces for count in fact.goods)
    side = book.value(_SIDE, (fact.crate,))
    side = -1 if side is None else side
    book.run(
        "INSERT INTO puts (fact, at_ms, day, operator, device, crate, pieces, labels, side)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (entry.row, known.true_ms, known.day, known.operator, known.id.device, fact.crate, pieces,
         len(fact.labels), side),
    )  # fmt: skip
    _pace(book, (known.day, known.true_ms, known.operator, side), pieces=pieces, puts=1)


PACE_MS = 300_000
"""Puts are added up by so many milliseconds."""
_SIDE = "SELECT w.sorter FROM wall_crates c JOIN wall w ON w.slot = c.slot WHERE c.crate = ?"
_PACE = (
    "INSERT INTO paces (day, bin_ms, operator, side, pieces, puts) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (day, bin_ms, operator, side) DO UPDATE SET pieces = pieces + excluded.pieces,"
    " puts = puts + excluded.puts"
)


def _pace(book: Book, put: tuple[str, int, str, int], *, pieces: int, puts: int) -> None:
    day, at_ms, operator, side = put
    book.run(_PACE, (day, at_ms - at_ms % PACE_MS, operator, side, pieces, puts))


@project.register(n.SlipCaught)
def _(fact: n.SlipCaught, book: Book, entry: Entry) -> None:
    known = entry.recorded
    book.run(
        "INSERT INTO slips (fact, at_ms, day, operator, device, kind, label, meant, found)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (entry.row, known.true_ms, known.day, known.operator, known.id.device, fact.kind, fact.label, fact.meant,
         fact.found),
    )  # fmt: skip


@project.register(n.CrateChecked)
def _(fact: n.CrateChecked, book: Book, entry: Entry) -> None:
    known = entry.recorded
    book.run(
        "INSERT INTO checks (fact, crate, booked, counted, at_ms, operator) VALUES (?, ?, ?, ?, ?, ?)",
        (entry.row, fact.crate, fact.booked, fact.counted, known.true_ms, known.operator),
    )


# --- crates and vans ---------------------------------------------------------------------------------------


@project.register(n.CrateOpened)
@project.register(n.CrateSealed)
@project.register(n.CrateUnsealed)
@project.register(n.CrateLoaded)
@project.register(n.CrateTakenOff)
def _(fact: Any, book: Book, entry: Entry) -> None:
    settle_crate(book, fact.crate)


@project.register(n.CrateRelabelled)
def _(fact: n.CrateRelabelled, book: Book, entry: Entry) -> None:
    settle_crate(book, fact.crate)
    book.run("UPDATE wall_crates SET became = ? WHERE crate = ?", (fact.into, fact.crate))


def settle_crate(book: Book, crate: str) -> None:
    """Bring a crate's row to what the facts that hold its keys say."""
    opened = _holding(book, guards.open_key(crate))
    if opened is None:
        book.run("DELETE FROM wall_crates WHERE crate = ?", (crate,))
        return
    body, opened_ms = opened
    book.run(
        "INSERT INTO wall_crates (crate, slot, point, route, day, zone, asset, after, opened_ms)"
        " VALUES (:crate, :slot, :point, :route, :day, :zone, :asset, :after, :at) ON CONFLICT (crate) DO UPDATE SET"
        " slot = excluded.slot, point = excluded.point, route = excluded.route, day = excluded.day,"
        " zone = excluded.zone, asset = excluded.asset, after = excluded.after, opened_ms = excluded.opened_ms",
        {name: body[name] for name in _CRATE_FIELDS} | {"crate": crate, "at": opened_ms},
    )
    _, sealed_ms = _holding(book, guards.seal_key(crate)) or ({}, 0)
    loaded, loaded_ms = _holding(book, guards.load_key(crate)) or ({}, 0)
    book.run(
        "UPDATE wall_crates SET sealed_ms = ?, run = ?, loaded_ms = ? WHERE crate = ?",
        (sealed_ms, loaded.get("run", ""), loaded_ms, crate),
    )


_TAKERS = {
    "sealed": ("crate", "'CrateSealed', 'CrateRelabelled'"),
    "loaded": ("crate", "'CrateLoaded'"),
    "closed": ("run", "'VanClosed'"),
}
"""For keys that can be freed: the field that names their thing, and the kinds of facts that take them."""


def last_taker(key: str, *, before: int) -> tuple[str, tuple[Any, ...]]:
    """The query for the last fact before a row that took a key and still stands; for what is freed only."""
    prefix, _, name = key.partition(":")
    field, kinds = _TAKERS[prefix]
    query = (
        f"SELECT id FROM facts WHERE id < ? AND kind IN ({kinds}) AND reversed_by IS NULL"
        f" AND json_extract(body, '$.{field}') = ? ORDER BY id DESC LIMIT 1"
    )
    return query, (before, name)


_CRATE_FIELDS = ("slot", "point", "route", "day", "zone", "asset", "after")


def _holding(book: Book, key: str) -> tuple[dict[str, Any], int] | None:
    """Body and true time of the first fact that holds a key."""
    row = book.one(
        "SELECT f.body, f.at_ms - f.skew_ms FROM guards g JOIN facts f ON f.id = g.fact WHERE g.key = ?"
        " ORDER BY g.fact LIMIT 1",
        (key,),
    )
    return (json.loads(row[0]), row[1]) if row else None


@project.register(n.RunPlanned)
def _(fact: n.RunPlanned, book: Book, entry: Entry) -> None:
    book.run(
        "INSERT INTO runs (run, route, day, dock, driver, plate, leaves_ms) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (run) DO UPDATE SET route = excluded.route, day = excluded.day, dock = excluded.dock,"
        " driver = excluded.driver, plate = excluded.plate, leaves_ms = excluded.leaves_ms",
        (fact.run, fact.route, fact.day, fact.dock, fact.driver, fact.plate, fact.leaves_ms),
    )
    book.run("DELETE FROM run_points WHERE run = ?", (fact.run,))
    book.run_many(
        "INSERT INTO run_points (run, seq, point) VALUES (?, ?, ?)",
        [(fact.run, seq, point) for seq, point in enumerate(fact.points, 1)],
    )


@project.register(n.VanClosed)
@project.register(n.VanReopened)
def _(fact: Any, book: Book, entry: Entry) -> None:
    settle_run(book, fact.run)


@project.register(n.HandedOver)
def _(fact: n.HandedOver, book: Book, entry: Entry) -> None:
    _write_handover(book, entry, fact, agreed=1, counted=(fact.crates, fact.pieces))
    _carry(book, STATION, f"driver:{fact.driver}", fact.assets)
    settle_run(book, fact.run)


@project.register(n.HandOverRefused)
def _(fact: n.HandOverRefused, book: Book, entry: Entry) -> None:
    _write_handover(book, entry, fact, agreed=0, counted=(fact.counted_crates, fact.counted_pieces))


def _write_handover(
    book: Book,
    entry: Entry,
    fact: n.HandedOver | n.HandOverRefused,
    *,
    agreed: int,
    counted: tuple[int, int],
) -> None:
    book.run(
        "INSERT INTO handovers (fact, run, driver, at_ms, agreed, crates, pieces, counted_crates, counted_pieces,"
        " body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (entry.row, fact.run, fact.driver, entry.recorded.true_ms, agreed, fact.crates, fact.pieces, *counted,
         entry.recorded.body),
    )  # fmt: skip


def settle_run(book: Book, run: str) -> None:
    """Bring a run's row to what the facts that hold its keys say."""
    closed, closed_ms = _holding(book, guards.closed_key(run)) or ({}, 0)
    _, handed_ms = _holding(book, guards.handed_key(run)) or ({}, 0)
    book.run(
        "UPDATE runs SET closed_ms = ?, crates = ?, pieces = ?, closed_by = ?, reason = ?, handed_ms = ? WHERE run = ?",
        (closed_ms, closed.get("crates", 0), closed.get("pieces", 0), closed.get("by", ""), closed.get("reason", ""),
         handed_ms, run),
    )  # fmt: skip


@project.register(n.AssetsMoved)
def _(fact: n.AssetsMoved, book: Book, entry: Entry) -> None:
    _carry(book, fact.source, fact.target, fact.assets)


def _carry(book: Book, source: str, target: str, counts: Iterable[n.AssetCount], *, sign: int = 1) -> None:
    """Double entry for returnable things: off one holder, onto the other."""
    book.run_many(
        "INSERT INTO assets (holder, asset, pieces) VALUES (?, ?, ?)"
        " ON CONFLICT (holder, asset) DO UPDATE SET pieces = pieces + excluded.pieces",
        [
            (holder, count.asset, way * sign * count.pieces)
            for count in counts
            for holder, way in ((source, -1), (target, 1))
        ],
    )


@project.register(n.ReturnsReceived)
def _(fact: n.ReturnsReceived, book: Book, entry: Entry) -> None:
    book.run_many(
        "INSERT OR REPLACE INTO returns (bag, point, run, driver, pieces, at_ms) VALUES (?, ?, ?, ?, ?, ?)",
        [(x.bag, x.point, fact.run, fact.driver, x.pieces, entry.recorded.true_ms) for x in fact.bags],
    )


@project.register(n.LiabilityProposed)
def _(fact: n.LiabilityProposed, book: Book, entry: Entry) -> None:
    book.run(
        "INSERT OR REPLACE INTO liabilities (lot, pieces, link, why, evidence, at_ms) VALUES (?, ?, ?, ?, ?, ?)",
        (fact.lot, fact.pieces, fact.link, fact.why, fact.evidence, entry.recorded.true_ms),
    )


# --- where the announced pieces are ------------------------------------------------------------------------

_TALLIED = {
    Kind.TRUNK: "trunk", Kind.DOCK: "dock", Kind.CRATE: "crate", Kind.SHORT: "short", Kind.ASIDE: "aside",
    Kind.POINT: "gone",
}  # fmt: skip


def tally(book: Book, moves: Iterable[Move]) -> None:
    """Carry moves of announced lots over to the tallies of their points."""
    for lot, pieces, source, target in moves:
        statement = _tally_statement(source.kind, target.kind)
        if statement:
            book.run(statement, {"lot": lot, "pieces": pieces})


@cache
def _tally_statement(source: Kind, target: Kind) -> str:
    """The statement that moves pieces between two columns of a tally; none where it would change nothing."""
    off, onto = _TALLIED.get(source, ""), _TALLIED.get(target, "")
    if off == onto:
        return ""
    changes = [f"{name} = {name} {way} :pieces" for name, way in ((off, "-"), (onto, "+")) if name]
    return (
        f"UPDATE tallies SET {', '.join(changes)}"
        " WHERE (day, point, zone) = (SELECT day, point, zone FROM load_lines WHERE lot = :lot)"
    )


def _tally_lots(book: Book, lots: Iterable[str], *, sign: int) -> None:
    """Put all that is known of some lots into the tallies of their points, or take it out of them."""
    book.run(_TALLY_LOTS, {"lots": json.dumps(list(lots)), "sign": sign})


_PLACED = ", ".join(
    f":sign * sum(CASE WHEN s.place LIKE '{kind}:%' THEN s.pieces ELSE 0 END)" for kind in _TALLIED
)
_ADDED = ", ".join(f"{name} = {name} + excluded.{name}" for name in _TALLIED.values())
_TALLY_LOTS = (
    f"INSERT INTO tallies (day, point, zone, {', '.join(_TALLIED.values())})"
    f" SELECT l.day, l.point, l.zone, {_PLACED} FROM json_each(:lots) j CROSS JOIN load_lines l ON l.lot = j.value"
    " CROSS JOIN stock s ON s.lot = l.lot WHERE true GROUP BY l.day, l.point, l.zone"
    f" ON CONFLICT (day, point, zone) DO UPDATE SET {_ADDED}"
)


# --- taking back -------------------------------------------------------------------------------------------


def _row_of(table: str) -> Callable[[Book, Entry, int], None]:
    """Taking back a fact that made one row of a table: the row goes."""

    def take_back(book: Book, entry: Entry, row: int) -> None:
        book.run(f"DELETE FROM {table} WHERE fact = ?", (row,))

    return take_back


def _settle_crate_again(book: Book, entry: Entry, row: int) -> None:
    settle_crate(book, _body(book, row)["crate"])


def _settle_run_again(book: Book, entry: Entry, row: int) -> None:
    settle_run(book, _body(book, row)["run"])


def _relabel_back(book: Book, entry: Entry, row: int) -> None:
    body = _body(book, row)
    settle_crate(book, body["crate"])
    book.run("UPDATE wall_crates SET became = '' WHERE crate = ?", (body["crate"],))


def _hand_back(book: Book, entry: Entry, row: int) -> None:
    body = _body(book, row)
    counts = [n.AssetCount(*count) for count in body["assets"]]
    _carry(book, STATION, f"driver:{body['driver']}", counts, sign=-1)
    book.run("DELETE FROM handovers WHERE fact = ?", (row,))
    settle_run(book, body["run"])


def _carry_back(book: Book, entry: Entry, row: int) -> None:
    body = _body(book, row)
    counts = [n.AssetCount(*count) for count in body["assets"]]
    _carry(book, body["source"], body["target"], counts, sign=-1)


def _load_back(book: Book, entry: Entry, row: int) -> None:
    body = _body(book, row)
    again = "SELECT 1 FROM guards WHERE key = ?"
    book.run_many(
        f"UPDATE containers SET unloaded_ms = 0 WHERE trip = ? AND container = ? AND NOT EXISTS ({again})",
        [(body["trip"], c, guards.container_key(body["trip"], c)) for c in body["containers"]],
    )


def _truck_waits(book: Book, entry: Entry, row: int) -> None:
    book.run("UPDATE trucks SET ended_ms = 0 WHERE trip = ?", (_body(book, row)["trip"],))


def _not_cleared(book: Book, entry: Entry, row: int) -> None:
    """The clearing before this one holds again, where there was one."""
    day = _body(book, row)["day"]
    found = book.one(_CLEARED_BEFORE, {"row": row, "day": day, "until": entry.row})
    cleared_ms, left, note = found or (0, 0, "")
    book.run(
        "UPDATE waves SET cleared_ms = ?, left_pieces = ?, note = ? WHERE day = ? AND zone = '*'",
        (cleared_ms, left, note, day),
    )
    book.run("DELETE FROM waves WHERE day = ? AND zone = '*' AND began_ms = 0 AND cleared_ms = 0", (day,))


_CLEARED_BEFORE = (
    "SELECT b.at_ms - b.skew_ms, json_extract(b.body, '$.left'), json_extract(b.body, '$.note')"
    " FROM facts f JOIN facts b ON b.day = f.day WHERE f.id = :row AND b.id < :until AND b.kind = 'AreaCleared'"
    " AND b.reversed_by IS NULL AND json_extract(b.body, '$.day') = :day ORDER BY b.id DESC LIMIT 1"
)


def _put_back(book: Book, entry: Entry, row: int) -> None:
    day, at_ms, operator, side, pieces = book.rows(
        "SELECT day, at_ms, operator, side, pieces FROM puts WHERE fact = ?", (row,)
    )[0]
    _pace(book, (day, at_ms, operator, side), pieces=-pieces, puts=-1)
    book.run("DELETE FROM puts WHERE fact = ?", (row,))


def _pallet_forgotten(book: Book, entry: Entry, row: int) -> None:
    body = _body(book, row)
    known = "SELECT l.lot FROM moves m JOIN load_lines l ON l.lot = m.lot WHERE m.fact = ? AND l.trip = ?"
    _tally_lots(book, [lot for (lot,) in book.rows(known, (row, body["trip"]))], sign=-1)
    book.run(
        "DELETE FROM load_lines WHERE trip = ? AND lot IN (SELECT lot FROM moves WHERE fact = ?)",
        (body["trip"], row),
    )
    book.run("DELETE FROM containers WHERE trip = ? AND pallet = ?", (body["trip"], body["pallet"]))


def _receipt_back(book: Book, entry: Entry, row: int) -> None:
    body = _body(book, row)
    book.run("DELETE FROM receipts WHERE run = ? AND point = ?", (body["run"], body["point"]))
    book.run(
        "UPDATE differences SET closed_ms = ?, how = 'undone' WHERE fact = ? AND closed_ms = 0",
        (entry.recorded.true_ms, row),
    )


def _returns_back(book: Book, entry: Entry, row: int) -> None:
    for bag in _body(book, row)["bags"]:
        book.run("DELETE FROM returns WHERE bag = ?", (bag[0],))


def _body(book: Book, row: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(book.value("SELECT body FROM facts WHERE id = ?", (row,)))
    return found


NIGHT_TAKEN_BACK: dict[str, Callable[[Book, Entry, int], None]] = {
    "AreaCleared": _not_cleared,
    "AssetsMoved": _carry_back,
    "ContainersUnloaded": _load_back,
    "CrateChecked": _row_of("checks"),
    "CrateLoaded": _settle_crate_again,
    "CrateOpened": _settle_crate_again,
    "CrateRelabelled": _relabel_back,
    "CrateSealed": _settle_crate_again,
    "CrateTakenOff": _settle_crate_again,
    "CrateUnsealed": _settle_crate_again,
    "HandedOver": _hand_back,
    "HandOverRefused": _row_of("handovers"),
    "PalletAnnounced": _pallet_forgotten,
    "PiecesFound": lambda book, entry, row: miss_again(book, row),
    "PointReceipt": _receipt_back,
    "ReturnsReceived": _returns_back,
    "SlipCaught": _row_of("slips"),
    "Sorted": _put_back,
    "SorterJoined": _row_of("shifts"),
    "UnloadingEnded": _truck_waits,
    "VanClosed": _settle_run_again,
    "VanReopened": _settle_run_again,
}
"""What taking a fact back does to the tables, after its moves and keys; kinds not named leave no row of their own."""
