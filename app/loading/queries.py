"""What loading sees: tonight's vans, the crates of each, where they stand, and what still lies on the dock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from app.domain.goods import Zone
from app.loading.rules import ColdOrder, Crate, dock_order
from app.store.connection import Params, Row
from app.store.tonight import Tonight, point_names, routes_of


class Source(Protocol):
    """The open book, or a reader of the committed one."""

    def rows(self, sql: str, params: Params = ()) -> list[Row]:
        """All rows of a query."""
        ...

    def one(self, sql: str, params: Params = ()) -> Row | None:
        """The first row of a query, or none."""
        ...

    def value(self, sql: str, params: Params = ()) -> Any:
        """The first column of the first row."""
        ...

    def get(self, key: str, default: Any = None) -> Any:
        """A value of the state table."""
        ...


@dataclass(frozen=True, slots=True)
class Van:
    """One van's run: where it stands, when it leaves, whether its doors are shut and it was handed over."""

    run: str
    route: str
    dock: str
    driver: str
    plate: str
    leaves_ms: int
    closed_ms: int = 0
    closed_by: str = ""
    reason: str = ""
    handed_ms: int = 0


@dataclass(frozen=True, slots=True)
class VanRow:
    """A van in the list: its crates in numbers, and announced pieces of its points that are in no crate yet."""

    van: Van
    crates: int
    aboard: int
    unsealed: int
    strangers: int
    unsorted: int

    @property
    def missing(self) -> int:
        """Crates of its own that are not on it."""
        return self.crates - (self.aboard - self.strangers)


def van_of(source: Source, run: str) -> Van | None:
    """A run by its name."""
    row = source.one(f"SELECT {_VAN} FROM runs WHERE run = ?", (run,))
    return Van(*row) if row else None


def vans(source: Source, *, day: str) -> list[Van]:
    """Tonight's vans by dock; runs that no point and no crate belongs to any more are left out."""
    found = source.rows(
        f"SELECT {_VAN} FROM runs r WHERE day = ? AND (EXISTS (SELECT 1 FROM run_points p WHERE p.run = r.run)"
        " OR EXISTS (SELECT 1 FROM wall_crates c WHERE c.run = r.run))",
        (day,),
    )
    return sorted((Van(*row) for row in found), key=lambda van: (dock_order(van.dock), van.route))


_VAN = "run, route, dock, driver, plate, leaves_ms, closed_ms, closed_by, reason, handed_ms"


def find_van(known: Iterable[Van], code: str) -> Van | None:
    """The van that a dock's, a route's or a run's code names; of several at one dock one that is still open."""
    matching = [van for van in known if code in (van.dock, van.route.upper(), van.run.upper())]
    return min(matching, key=lambda van: bool(van.closed_ms), default=None)


def crates_of(source: Source, *, day: str) -> list[Crate]:
    """Every crate of the night that holds something or is sealed, with the run it belongs to."""
    found: dict[str, Crate] = {}
    for row in source.rows(_CRATES, {"day": day}):
        crate = _crate(row)
        found.setdefault(crate.crate, crate)
    return list(found.values())


def crates_on(source: Source, run: str, *, day: str) -> list[Crate]:
    """The crates that are a run's own or on it, with names of points and pieces inside."""
    names = point_names(source)
    found: dict[str, Crate] = {}
    for row in source.rows(_CRATES_OF_RUN, {"day": day, "run": run}):
        crate = _crate(row[:-1], name=names.get(row[1], "") or row[1], pieces=row[-1] or 0)
        found.setdefault(crate.crate, crate)
    return [crate for crate in found.values() if run in (crate.home, crate.run)]


def crate_of(source: Source, label: str, *, day: str) -> Crate | None:
    """One crate of the night by its label, whether or not anything is in it."""
    row = source.one(_ONE_CRATE, {"day": day, "crate": label})
    if row is None:
        return None
    name = source.value("SELECT name FROM stops WHERE point = ?", (row[1],)) or source.value(
        "SELECT name FROM route_points WHERE point = ?", (row[1],)
    )
    return _crate(row, name=name or row[1], pieces=pieces_in(source, label))


def run_of(source: Source, crate: str) -> str:
    """The run that a crate is on now, "" for none."""
    return str(source.value("SELECT run FROM wall_crates WHERE crate = ?", (crate,)) or "")


def pieces_in(source: Source, crate: str) -> int:
    """Pieces inside a crate."""
    return int(source.value("SELECT sum(pieces) FROM stock WHERE place = ?", (f"crate:{crate}",)) or 0)


_COLUMNS = (
    "c.crate, c.point, c.route, c.zone, c.slot, c.sealed_ms, coalesce(h.run, ''), coalesce(h.seq, 0), c.run,"
    " c.loaded_ms"
)
# A point may stand on two runs after a plan was changed: the route that the crate was opened for decides.
_HOME = (
    " LEFT JOIN (SELECT p.point, p.run, p.seq, r.route FROM runs r JOIN run_points p ON p.run = r.run"
    " WHERE r.day = :day) h ON h.point = c.point"
)
_FILLED = (
    "(c.sealed_ms > 0 OR c.run <> '' OR EXISTS (SELECT 1 FROM stock s WHERE s.place = 'crate:' || c.crate"
    " AND s.pieces > 0))"
)
_LATEST = " ORDER BY c.crate, h.route = c.route DESC, h.run"
_CRATES = (
    f"SELECT {_COLUMNS} FROM wall_crates c{_HOME} WHERE c.day = :day AND c.became = '' AND {_FILLED}{_LATEST}"
)
_CRATES_OF_RUN = (
    f"SELECT {_COLUMNS}, (SELECT sum(s.pieces) FROM stock s WHERE s.place = 'crate:' || c.crate) FROM wall_crates c"
    f"{_HOME} WHERE c.day = :day AND c.became = '' AND (c.run = :run OR c.point IN"
    f" (SELECT point FROM run_points WHERE run = :run)) AND {_FILLED}{_LATEST}"
)
_ONE_CRATE = f"SELECT {_COLUMNS} FROM wall_crates c{_HOME} WHERE c.crate = :crate{_LATEST} LIMIT 1"


def _crate(row: Row, *, name: str = "", pieces: int = 0) -> Crate:
    label, point, route, zone, slot, sealed_ms, home, stop, run, loaded_ms = row
    return Crate(
        label, point, route, Zone(zone), slot, bool(sealed_ms), home, stop, run, loaded_ms, name, pieces
    )


def van_rows(source: Source, *, day: str) -> list[VanRow]:
    """Every van of tonight with its numbers."""
    unsorted: dict[str, int] = dict(source.rows(_UNSORTED, (day, day)))
    counted: dict[str, list[Crate]] = {}
    for crate in crates_of(source, day=day):
        for run in {crate.home, crate.run} - {""}:
            counted.setdefault(run, []).append(crate)
    return [
        _van_row(van, counted.get(van.run, []), unsorted.get(van.run, 0)) for van in vans(source, day=day)
    ]


def _van_row(van: Van, crates: list[Crate], unsorted: int) -> VanRow:
    own = [crate for crate in crates if crate.home == van.run]
    aboard = [crate for crate in crates if crate.run == van.run]
    return VanRow(
        van=van,
        crates=len(own),
        aboard=len(aboard),
        unsealed=sum(not crate.sealed for crate in own),
        strangers=sum(crate.home != van.run for crate in aboard),
        unsorted=unsorted,
    )


_UNSORTED = (
    "SELECT p.run, sum(t.dock + t.trunk) FROM runs r JOIN run_points p ON p.run = r.run"
    " JOIN tallies t ON t.day = ? AND t.point = p.point WHERE r.day = ? GROUP BY p.run"
)


def unsorted_for(source: Source, run: str, *, day: str) -> int:
    """Announced pieces for a run's points that are not in a crate yet: on the dock, or still on a truck."""
    sql = (
        "SELECT sum(t.dock + t.trunk) FROM run_points p JOIN tallies t ON t.day = ? AND t.point = p.point"
        " WHERE p.run = ?"
    )
    return int(source.value(sql, (day, run)) or 0)


def cold_order(source: Source, van: Van, *, day: str) -> ColdOrder:
    """By stop where the plan drives the route with a van that has a cold box; else cold goods last in."""
    sql = "SELECT v.cold FROM plan_routes r JOIN vans v ON v.van = r.van WHERE r.day = ? AND r.route = ? LIMIT 1"
    return ColdOrder.BY_STOP if source.value(sql, (day, van.route)) else ColdOrder.LAST_IN


def operators(source: Source, *, day: str) -> list[str]:
    """Names of who works tonight, for an override: those who sort, and who used this desk."""
    found = source.rows(
        "SELECT DISTINCT sorter FROM shifts WHERE day = ? AND sorter <> '' ORDER BY sorter", (day,)
    )
    return [str(name) for (name,) in found]


def unplanned(source: Source, *, day: str) -> list[Tonight]:
    """Tonight's routes for which no run stands as they say it; a closed run is left as it is."""
    known = {row[0]: row for row in source.rows(_RUNS, (day,))}
    points: dict[str, list[str]] = {}
    for run, point in source.rows(_RUN_POINTS, (day,)):
        points.setdefault(run, []).append(point)
    return [
        route
        for route in routes_of(source, day)
        if route.run not in known
        or (not known[route.run][5] and _differs(route, known[route.run], points.get(route.run, [])))
    ]


def _differs(route: Tonight, row: Row, points: list[str]) -> bool:
    said = (route.run, route.dock, route.driver, route.plate, route.leaves_ms)
    return said != tuple(row[:5]) or [stop.point for stop in route.stops] != points


_RUNS = "SELECT run, dock, driver, plate, leaves_ms, closed_ms FROM runs WHERE day = ?"
_RUN_POINTS = "SELECT run, point FROM runs JOIN run_points USING (run) WHERE day = ? ORDER BY run, seq"


def abandoned(source: Source, *, day: str) -> list[Van]:
    """Runs of tonight that no route names any more, with nothing on them: their points belong to others now."""
    named = {route.run for route in routes_of(source, day)}
    if not named:
        return []
    sql = (
        f"SELECT {_VAN} FROM runs r WHERE day = ? AND closed_ms = 0"
        " AND EXISTS (SELECT 1 FROM run_points p WHERE p.run = r.run)"
        " AND NOT EXISTS (SELECT 1 FROM wall_crates c WHERE c.run = r.run)"
    )
    return [van for van in (Van(*row) for row in source.rows(sql, (day,))) if van.run not in named]
