"""What the hand-over page can see: vans with their counts, drivers who come back, balances, shortages."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.clock import day_after
from app.domain.codec import Recorded
from app.domain.ids import FactId
from app.domain.night import AssetCount
from app.handover import rules
from app.handover.rules import Asset, Came, Confirmed, Load
from app.handover.standing import WINDOW_DAYS, CrateOn, by_point, chains, crates_on, load_of, stops_of
from app.handover.ways import StepRow, Ways
from app.store.connection import Reader
from app.store.tonight import point_names

LOOK_BACK_DAYS = 3
"""Vans of so many days stay in the lists while something of them is open."""


# --- vans --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RunRow:
    """One van's run: its counts by the book or as signed, and how many of the points with a crate have answered."""

    run: str
    route: str
    day: str
    dock: str
    driver: str
    plate: str
    leaves_ms: int
    closed_ms: int
    handed_ms: int
    points: int
    answered: int
    short: int
    refused: int
    load: Load
    back_ms: int

    @property
    def waits(self) -> bool:
        """Whether it is closed and can be handed over."""
        return bool(self.closed_ms) and not self.handed_ms

    @property
    def done(self) -> bool:
        """Whether every point that has a crate on it has answered."""
        return bool(self.handed_ms) and self.answered >= self.points


def run_rows(reader: Reader, *, day: str, ways: Ways | None = None) -> list[RunRow]:
    """The vans of a day, and older ones that something is open of; those that can be handed over first."""
    since = day_after(day, -LOOK_BACK_DAYS)
    back = {step.back: step.at_ms for step in (ways or Ways(reader)).since(since)[::-1] if step.back}
    loads = _loads(reader, since)
    rows = []
    for row in reader.rows(_RUNS, (since, day)):
        run = str(row[0])
        load = loads.get(run, Load(0, 0, 0))
        rows.append(RunRow(*[*row, load, back.get(run, 0)]))
    shown = [row for row in rows if row.day == day or (row.closed_ms and not (row.done and row.back_ms))]
    return sorted(shown, key=_order)


def _order(row: RunRow) -> tuple[int, str, int, str]:
    rank = 0 if row.waits else 1 if row.handed_ms and not row.done else 2 if not row.closed_ms else 3
    return rank, row.day, row.leaves_ms, row.dock


_EXPECTED = "SELECT DISTINCT w.point FROM wall_crates w WHERE w.run = {} AND w.became = ''"
"""Who has to answer for a van: a point without a crate on it tonight never does."""
_RUNS = (
    "SELECT r.run, r.route, r.day, r.dock, r.driver, r.plate, r.leaves_ms, r.closed_ms, r.handed_ms,"
    f" (SELECT count(*) FROM ({_EXPECTED.format('r.run')})),"
    f" (SELECT count(*) FROM receipts x WHERE x.run = r.run AND x.point IN ({_EXPECTED.format('r.run')})),"
    " (SELECT coalesce(sum(x.short), 0) FROM receipts x WHERE x.run = r.run),"
    " (SELECT count(*) FROM handovers h WHERE h.run = r.run AND h.agreed = 0)"
    " FROM runs r WHERE r.day BETWEEN ? AND ? ORDER BY r.day, r.dock, r.run"
)


def _loads(reader: Reader, since: str) -> dict[str, Load]:
    """What each van carries; of those handed over, what was signed for."""
    loads = {
        str(run): Load(crates, boxes, pieces) for run, crates, boxes, pieces in reader.rows(_LOADS, (since,))
    }
    for run, crates, pieces in reader.rows(
        "SELECT h.run, h.crates, h.pieces FROM handovers h JOIN runs r ON r.run = h.run"
        " WHERE h.agreed = 1 AND r.handed_ms > 0 AND r.day >= ?",
        (since,),
    ):
        boxes = loads[run].boxes if run in loads else 0
        loads[run] = Load(crates - boxes, boxes, pieces)
    return loads


_LOADS = (
    "SELECT w.run, count(DISTINCT CASE WHEN w.asset <> 'ice_box' THEN w.crate END),"
    " count(DISTINCT CASE WHEN w.asset = 'ice_box' THEN w.crate END), coalesce(sum(s.pieces), 0)"
    " FROM wall_crates w JOIN runs r ON r.run = w.run"
    " LEFT JOIN stock s ON s.place = 'crate:' || w.crate AND s.pieces > 0"
    " WHERE r.day >= ? AND w.became = '' GROUP BY w.run"
)


@dataclass(frozen=True, slots=True)
class StopRow:
    """A stop of a van: its crates, and when a plan has it there (seconds of the day, 0 for no plan)."""

    seq: int
    point: str
    name: str
    arrival_s: int
    crates: tuple[CrateOn, ...]

    @property
    def load(self) -> Load:
        """What is for this stop."""
        return load_of(self.crates)


def stop_rows(reader: Reader, run: str) -> tuple[StopRow, ...]:
    """A van's stops with what is for each; crates for points that are not on the way come last, as stop 0."""
    names = point_names(reader)
    crates = dict(by_point(crates_on(reader, run)))
    arrivals = {str(point): int(at_s) for point, at_s in reader.rows(_ARRIVALS, (run,))}
    rows = [
        StopRow(seq, point, names.get(point, point), arrivals.get(point, 0), tuple(crates.pop(point, ())))
        for seq, point in stops_of(reader, run)
    ]
    strangers = [
        StopRow(0, point, names.get(point, point), 0, tuple(some)) for point, some in sorted(crates.items())
    ]
    return (*rows, *strangers)


_ARRIVALS = (
    "SELECT s.point, s.arrival_s FROM plan_stops s JOIN runs r ON r.day = s.day AND r.route = s.route"
    " WHERE r.run = ?"
)


def silent_points(reader: Reader, run: str) -> list[str]:
    """The names of points with a crate on a van that have not answered yet, in the order of the stops."""
    names = point_names(reader)
    return [str(names.get(point, point)) for (point,) in reader.rows(_SILENT, {"run": run})]


_SILENT = (
    f"SELECT e.point FROM ({_EXPECTED.format(':run')}) e"
    " LEFT JOIN run_points p ON p.run = :run AND p.point = e.point"
    " LEFT JOIN receipts x ON x.run = :run AND x.point = e.point"
    " WHERE x.run IS NULL ORDER BY p.seq IS NULL, p.seq, e.point"
)


def run_of_crate(reader: Reader, crate: str) -> str:
    """The run that a crate is on, "" for none."""
    return str(reader.value("SELECT run FROM wall_crates WHERE crate = ?", (crate,)) or "")


@dataclass(frozen=True, slots=True)
class SignedRow:
    """A hand-over as it was signed."""

    driver: str
    at_ms: int
    crates: int
    pieces: int
    assets: tuple[AssetCount, ...]
    returns: tuple[str, ...]
    station_png: bytes
    driver_png: bytes
    note: str


def signed_row(reader: Reader, run: str) -> SignedRow | None:
    """How a van was handed over; none where it was not."""
    row = reader.one(
        "SELECT driver, at_ms, crates, pieces, body FROM handovers WHERE run = ? AND agreed = 1"
        " ORDER BY fact DESC LIMIT 1",
        (run,),
    )
    if row is None:
        return None
    body = json.loads(row[4])
    names = [body["station_signature"], body["driver_signature"]]
    pictures = pictures_named(reader, names)
    driver, at_ms, crates, pieces, _ = row
    return SignedRow(
        driver=driver,
        at_ms=at_ms,
        crates=crates,
        pieces=pieces,
        assets=tuple(AssetCount(*asset) for asset in body["assets"]),
        returns=tuple(body["returns"]),
        station_png=pictures.get(names[0], b""),
        driver_png=pictures.get(names[1], b""),
        note=body.get("note", ""),
    )


@dataclass(frozen=True, slots=True)
class ListRow:
    """A point's own list as the platform forwarded it."""

    point: str
    seq: int
    at_ms: int
    day: str
    body: str


def forwarded_rows(reader: Reader, run: str) -> list[ListRow]:
    """The lists of a van's points for its day, in the order of its stops."""
    rows = reader.rows(
        "SELECT f.point, f.seq, f.at_ms, f.day, f.body FROM forwarded f JOIN runs r ON r.run = ?"
        " JOIN run_points p ON p.run = r.run AND p.point = f.point WHERE f.day = r.day ORDER BY p.seq, f.seq",
        (run,),
    )
    return [ListRow(*row) for row in rows]


# --- returnable things -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HolderRow:
    """What somebody has of returnable things, and since when the oldest of them (ms, 0 for nothing)."""

    holder: str
    name: str
    crates: int
    boxes: int
    pallets: int
    oldest_ms: int

    @property
    def out(self) -> int:
        """Things in all, without what is below zero."""
        return sum(max(0, number) for number in (self.crates, self.boxes, self.pallets))


def holder_rows(reader: Reader, *, ways: Ways | None = None) -> list[HolderRow]:
    """Points and drivers with a balance, the oldest first; ``oldest_ms`` is -1 where it is longer than was read."""
    names = point_names(reader)
    held: dict[str, dict[str, int]] = defaultdict(dict)
    for holder, asset, number in reader.rows("SELECT holder, asset, pieces FROM assets WHERE pieces <> 0"):
        held[str(holder)][str(asset)] = int(number)
    held.pop("station", None)
    since = _oldest(ways or Ways(reader), held)
    rows = [
        HolderRow(
            holder,
            holder_name(holder, names),
            kinds.get(Asset.CRATE, 0),
            kinds.get(Asset.ICE_BOX, 0),
            kinds.get(Asset.PALLET, 0),
            since[holder],
        )
        for holder, kinds in held.items()
    ]
    return sorted(rows, key=lambda row: (row.oldest_ms or 2**62, -row.out, row.name))


def holder_name(holder: str, names: dict[str, str]) -> str:
    """A holder as people say it."""
    kind, _, name = holder.partition(":")
    return names.get(name, name) if kind == "point" else name or "本站"


def _oldest(ways: Ways, held: dict[str, dict[str, int]]) -> dict[str, int]:
    """Since when each holder has the oldest thing: read back until every balance has been seen to come."""
    ways.look()
    ways.reach(lambda: all(one >= 0 for one in _ages(ways.standing(), held).values()))
    return _ages(ways.standing(), held)


def _ages(steps: Sequence[StepRow], held: dict[str, dict[str, int]]) -> dict[str, int]:
    """The oldest time by holder; 0 for nothing held, -1 where it has not been seen to come."""
    came: dict[tuple[str, str], list[Came]] = defaultdict(list)
    for step in steps:
        for asset in step.assets:
            came[step.target, asset.asset].append(Came(step.at_ms, asset.pieces))
    found: dict[str, int] = {}
    for holder, kinds in held.items():
        some = [
            rules.oldest_ms(number, came[holder, kind]) or -1 for kind, number in kinds.items() if number > 0
        ]
        found[holder] = min(some, default=0)
    return found


def step_rows(holder: str, *, ways: Ways) -> list[StepRow]:
    """The ways of one holder's things, the newest first."""
    ways.look()
    ways.reach(lambda: len(_of(ways, holder)) >= MOST_STEPS)
    return _of(ways, holder)[:MOST_STEPS]


MOST_STEPS = 30


def _of(ways: Ways, holder: str) -> list[StepRow]:
    return [step for step in ways.standing() if holder in (step.source, step.target)]


# --- shortages ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShortRow:
    """A shortage of one lot: whose goods they were, what each link confirmed, and what was proposed before."""

    lot: str
    product: str
    point: str
    name: str
    day: str
    pieces: int
    chain: tuple[Confirmed, ...]
    proposed: str
    at_ms: int


def short_rows(reader: Reader, *, day: str) -> list[ShortRow]:
    """Open shortages of the last days, newest first."""
    names = point_names(reader)
    found = reader.rows(_SHORT, (day_after(day, -WINDOW_DAYS), MOST_SHORT))
    known = chains(reader, [str(row[0]) for row in found])
    return [
        ShortRow(
            lot,
            product,
            point,
            str(names.get(point, point)),
            of_day,
            pieces,
            known[lot],
            proposed or "",
            at_ms,
        )
        for lot, product, point, of_day, pieces, at_ms, proposed in found
        if lot in known
    ]


MOST_SHORT = 300
_SHORT = (
    "SELECT l.lot, l.product, l.point, l.day, sum(d.pieces), max(d.opened_ms), max(x.link) FROM differences d"
    " JOIN load_lines l ON l.lot = d.lot LEFT JOIN liabilities x ON x.lot = l.lot"
    " WHERE d.about = 'short' AND d.closed_ms = 0 AND l.day >= ? GROUP BY l.lot"
    " ORDER BY max(d.opened_ms) DESC, l.lot LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Happening:
    """A fact in a lot's history with its place in the digest chain; ``digest`` is "" for what was heard."""

    recorded: Recorded
    digest: str
    before: str
    taken_back: bool
    pieces: int


def timeline(reader: Reader, lot: str) -> list[Happening]:
    """Every fact about a lot, the crates it was in, their van and its truck, by the time at which it happened."""
    known = reader.one("SELECT day, trip, point FROM load_lines WHERE lot = ?", (lot,))
    if known is None:
        return []
    day, trip, point = known
    crates = _crates_of(reader, lot)
    runs = _runs_of(reader, crates, day=day, point=point)
    rows = reader.rows(
        _TIMELINE,
        {
            "lot": lot,
            "from": day_after(day, -1),
            "to": day_after(day, WINDOW_DAYS),
            "crates": json.dumps(sorted(crates)),
            "runs": json.dumps(sorted(runs)),
            "trip": trip,
        },
    )
    return sorted(map(_happening, rows), key=lambda one: one.recorded.true_ms)


def _happening(row: Sequence[Any]) -> Happening:
    *envelope, digest, before, reversed_by, pieces = row
    recorded = Recorded(FactId(*envelope[:3]), *envelope[3:])
    hexed = [bytes(one).hex() if one else "" for one in (digest, before)]
    return Happening(recorded, hexed[0], hexed[1], reversed_by is not None, int(pieces or 0))


def _crates_of(reader: Reader, lot: str) -> set[str]:
    rows = reader.rows("SELECT source, target FROM moves WHERE lot = ?", (lot,))
    return {place.removeprefix("crate:") for row in rows for place in row if place.startswith("crate:")}


def _runs_of(reader: Reader, crates: Iterable[str], *, day: str, point: str) -> set[str]:
    runs = {run_of_crate(reader, crate) for crate in crates}
    planned = reader.rows(
        "SELECT r.run FROM run_points p JOIN runs r ON r.run = p.run WHERE p.point = ? AND r.day = ?",
        (point, day),
    )
    return (runs | {str(run) for (run,) in planned}) - {""}


_TIMELINE = """
SELECT f.device, f.epoch, f.seq, f.at_ms, f.skew_ms, f.day, f.operator, f.kind, f.body, f.digest, b.digest,
       f.reversed_by, (SELECT sum(m.pieces) FROM moves m WHERE m.fact = f.id AND m.lot = :lot)
FROM facts f LEFT JOIN facts b ON b.device = f.device AND b.epoch = f.epoch AND b.seq = f.seq - 1
WHERE f.id IN (SELECT fact FROM moves WHERE lot = :lot)
   OR (f.day BETWEEN :from AND :to AND f.kind IN ('CrateOpened', 'CrateSealed', 'CrateUnsealed', 'CrateChecked',
       'CrateLoaded', 'CrateTakenOff')
       AND json_extract(f.body, '$.crate') IN (SELECT value FROM json_each(:crates)))
   OR (f.day BETWEEN :from AND :to AND f.kind IN ('VanClosed', 'VanReopened', 'HandedOver', 'HandOverRefused')
       AND json_extract(f.body, '$.run') IN (SELECT value FROM json_each(:runs)))
   OR (f.day BETWEEN :from AND :to AND f.kind IN ('TruckAnnounced', 'TruckArrived', 'UnloadingBegan', 'UnloadingEnded')
       AND json_extract(f.body, '$.trip') = :trip)
ORDER BY f.id
"""


def pictures_named(reader: Reader, names: Iterable[str]) -> dict[str, bytes]:
    """Kept pictures by name; those that are not here are left out."""
    wanted = sorted({name for name in names if name})
    marks = ", ".join("?" * len(wanted))
    rows = reader.rows(f"SELECT sha, jpeg FROM photos WHERE sha IN ({marks})", wanted) if wanted else []
    return {str(sha): bytes(jpeg) for sha, jpeg in rows}
