"""What routing can see in the book: master data, tonight's goods, earlier plans and real arrivals."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any, Protocol

from app.domain import events as e
from app.domain.clock import day_after
from app.routing.roads import Area, Leg, Place

VISIT_DAYS = 20
"""How far back it counts who drove to a point."""
LEARN_DAYS = 30
"""How far back arrivals teach."""


class Source(Protocol):
    """The open book or a reader of it."""

    def rows(self, sql: str, params: Any = ()) -> list[tuple[Any, ...]]: ...

    def get(self, key: str, default: Any = None) -> Any: ...


# --- settings ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Settings:
    """How this station plans: where it stands, its hours, and what a strange village must save.

    `fill_percent` is how full a van is planned: a plan without slack breaks the next morning.
    """

    latitude: int = 0
    longitude: int = 0
    leaves_s: int = 7 * 3600
    deadline_s: int = 11 * 3600
    piece_s: int = 3
    crate_pieces: int = 25
    strange_fen: int = 200
    fill_percent: int = 97
    extract: str = ""


KEY = "routing"


def settings(source: Source) -> Settings:
    """The station's settings; what is not said is as usual."""
    said = source.get(KEY, {})
    names = {field.name for field in fields(Settings)}
    kept = {name: value for name, value in said.items() if name in names} if isinstance(said, dict) else {}
    return Settings(**kept)


# --- master data -------------------------------------------------------------------------------------------


def vans(source: Source) -> list[e.VanSet]:
    """All vans, by code."""
    found = source.rows(
        "SELECT van, name, pieces, crates, cold, fen_per_km, fen_per_day FROM vans ORDER BY van"
    )
    return [e.VanSet(*(*row[:4], bool(row[4]), *row[5:])) for row in found]


def drivers(source: Source) -> list[e.DriverSet]:
    """All drivers, by key."""
    found = source.rows("SELECT driver, name, van, starts_s, ends_s, villages FROM drivers ORDER BY driver")
    return [e.DriverSet(*(*row[:5], _texts(row[5]))) for row in found]


def stops(source: Source) -> list[e.StopSet]:
    """All points, by code."""
    found = source.rows(
        "SELECT point, name, village, town, latitude, longitude, guessed, area, opens_s, closes_s, unloading_s,"
        " forbidden FROM stops ORDER BY point"
    )
    return [e.StopSet(*(*row[:6], bool(row[6]), *row[7:11], _texts(row[11]))) for row in found]


def rules(source: Source) -> list[e.RideRuleSet]:
    """All rules about who rides with whom."""
    found = source.rows("SELECT rule, kind, points, van FROM ride_rules ORDER BY kind, rule")
    return [e.RideRuleSet(rule, kind, _texts(points), van) for rule, kind, points, van in found]


def fixed_table(source: Source) -> list[e.FixedStop]:
    """The station's fixed table, if one holds."""
    return [
        e.FixedStop(*row)
        for row in source.rows("SELECT point, route FROM fixed_routes ORDER BY route, point")
    ]


def _texts(array: str) -> tuple[str, ...]:
    return tuple(json.loads(array or "[]"))


# --- plans -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RouteRow:
    """An adopted route of a day: what other rooms and the driver are told."""

    day: str
    route: str
    van: str
    driver: str
    driver_name: str
    dock: str
    leaves_s: int
    back_s: int
    metres: int
    stops: int
    pieces: int
    crates: int


@dataclass(frozen=True, slots=True)
class StopRow:
    """A stop of an adopted route, with its name."""

    route: str
    seq: int
    point: str
    name: str
    village: str
    town: str
    arrival_s: int
    late_s: int
    pieces: int
    crates: int


def plan_of(source: Source, *, day: str) -> list[RouteRow]:
    """The routes of the plan that holds for a day, by name; none where none was adopted."""
    found = source.rows(
        "SELECT day, route, van, driver, driver_name, dock, leaves_s, back_s, metres, stops, pieces, crates"
        " FROM plan_routes WHERE day = ? ORDER BY length(route), route",
        (day,),
    )
    return [RouteRow(*row) for row in found]


def plan_stops(source: Source, *, day: str, route: str = "") -> list[StopRow]:
    """The stops of a day's plan in order, of all routes or of one."""
    found = source.rows(
        "SELECT p.route, p.seq, p.point, coalesce(s.name, ''), coalesce(s.village, ''), coalesce(s.town, ''),"
        " p.arrival_s, p.late_s, p.pieces, p.crates FROM plan_stops p LEFT JOIN stops s ON s.point = p.point"
        " WHERE p.day = ? AND (? = '' OR p.route = ?) ORDER BY length(p.route), p.route, p.seq",
        (day, route, route),
    )
    return [StopRow(*row) for row in found]


def dropped(source: Source, *, day: str) -> tuple[str, ...]:
    """Points that were said to get nothing, by who adopted the plan of a day."""
    found = source.rows(
        "SELECT coalesce(json_extract(body, '$.dropped'), '[]') FROM facts"
        " WHERE kind = 'PlanAdopted' AND reversed_by IS NULL AND json_extract(body, '$.day') = ?"
        " ORDER BY id DESC LIMIT 1",
        (day,),
    )
    return _texts(found[0][0]) if found else ()


def plan_source(source: Source, *, day: str) -> tuple[str, str]:
    """Which roads and which engine made the plan of a day; empty words where there is none."""
    found = source.rows("SELECT roads, engine FROM plan_routes WHERE day = ? LIMIT 1", (day,))
    return (found[0][0], found[0][1]) if found else ("", "")


def last_day(source: Source, *, before: str) -> str:
    """The last day before `before` that has a plan; "" for none."""
    found = source.rows("SELECT max(day) FROM plan_routes WHERE day < ?", (before,))
    return str(found[0][0] or "")


def vans_of_points(source: Source, *, day: str) -> dict[str, str]:
    """Point → van of a day's plan; a point that was split belongs to the van that brought most."""
    found = source.rows("SELECT point, van FROM plan_stops WHERE day = ? ORDER BY pieces, route DESC", (day,))
    return dict(found)


def routes_of_vans(source: Source, *, day: str) -> dict[str, tuple[str, str]]:
    """Van → (name of the route, dock): as in the station's table, and else as in the plan of `day`."""
    planned = source.rows("SELECT van, route, dock FROM plan_routes WHERE day = ? ORDER BY route", (day,))
    listed = source.rows("SELECT plate, route, dock FROM routes WHERE plate <> '' ORDER BY rank")
    return {van: (route, dock) for van, route, dock in (*planned, *listed)}


def listed_vans(source: Source) -> list[tuple[str, str]]:
    """(plate, driver's name) of the station's own table of routes: who drives where nobody entered vans."""
    found = source.rows(
        "SELECT plate, driver FROM routes WHERE plate <> '' GROUP BY plate ORDER BY min(rank)"
    )
    return [(plate, driver) for plate, driver in found]


def listed_routes(source: Source) -> list[str]:
    """The names of all routes of the station's own table."""
    return [str(row[0]) for row in source.rows("SELECT route FROM routes ORDER BY rank, route")]


def listed_table(source: Source) -> list[e.FixedStop]:
    """The station's own table of points and routes, by van."""
    found = source.rows(
        "SELECT p.point, CASE r.plate WHEN '' THEN r.route ELSE r.plate END FROM route_points p"
        " JOIN routes r ON r.route = p.route ORDER BY r.rank, p.seq"
    )
    return [e.FixedStop(*row) for row in found]


def visits(source: Source, *, before: str) -> dict[tuple[str, str], int]:
    """(driver or, where none was named, van; point) → days of the last weeks on which they met."""
    found = source.rows(
        "SELECT CASE driver WHEN '' THEN van ELSE driver END, point, count(DISTINCT day) FROM plan_stops"
        " WHERE day < ? AND day >= ? GROUP BY 1, 2",
        (before, day_after(before, -VISIT_DAYS)),
    )
    return {(who, point): days for who, point, days in found}


# --- tonight's goods ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Demand:
    """What is brought to a point tonight: pieces in all, and of these such as need the cold box."""

    point: str
    pieces: int
    cold: int = 0

    def crates(self, *, of: int) -> int:
        """Crates of `of` pieces each; cold goods have their own."""
        warm = self.pieces - self.cold
        return -(-warm // of) + -(-self.cold // of)


def demands(source: Source, *, day: str) -> list[Demand]:
    """Tonight's goods by point, as the platforms announced them for the day."""
    found = source.rows(
        "SELECT point, sum(pieces), sum(CASE WHEN zone IN ('frozen', 'chilled') THEN pieces ELSE 0 END)"
        " FROM load_lines WHERE day = ? AND point <> '' GROUP BY point HAVING sum(pieces) > 0 ORDER BY point",
        (day,),
    )
    return [Demand(*row) for row in found]


def demands_like(source: Source, *, day: str) -> list[Demand]:
    """The last plan's goods, to plan with while tonight's are not announced yet."""
    found = source.rows(
        "SELECT point, sum(pieces) FROM plan_stops WHERE day = ? GROUP BY point HAVING sum(pieces) > 0"
        " ORDER BY point",
        (last_day(source, before=day),),
    )
    return [Demand(point, pieces) for point, pieces in found]


# --- real drives -------------------------------------------------------------------------------------------


def legs(
    source: Source, places: Mapping[str, Place], *, station: Place, before: str, piece_s: int
) -> list[Leg]:
    """Drives that really took place: from one noted arrival to the next, less the planned time of unloading."""
    found = source.rows(
        "SELECT a.day, a.route, a.point, a.at_s, coalesce(s.unloading_s, 120) + coalesce(p.pieces, 0) * ?"
        f" FROM ({_SEEN}) a"
        " LEFT JOIN plan_stops p ON p.day = a.day AND p.route = a.route AND p.point = a.point"
        " LEFT JOIN stops s ON s.point = a.point WHERE a.day < ? AND a.day >= ? ORDER BY a.day, a.route, a.at_s",
        (piece_s, before, day_after(before, -LEARN_DAYS)),
    )
    return _drives(found, {**places, "": station})


_SEEN = (
    "SELECT day, route, point, at_s FROM arrivals UNION ALL"
    " SELECT r.day, r.route, c.point, (c.at_ms + 28800000) % 86400000 / 1000 FROM receipts c"
    " JOIN runs r ON r.run = c.run WHERE c.at_ms > 0 AND NOT EXISTS"
    " (SELECT 1 FROM arrivals a WHERE a.day = r.day AND a.route = r.route AND a.point = c.point)"
)
"""Arrivals that a driver noted; where nobody did, the moment at which the point confirmed its goods."""


def legs_mark(source: Source) -> tuple[int, ...]:
    """Changes with every noted arrival and receipt: what was read of them holds as long."""
    found = source.rows(
        "SELECT (SELECT count(*) FROM arrivals), (SELECT total(at_s) FROM arrivals),"
        " (SELECT count(*) FROM receipts), (SELECT total(at_ms % 86400000) FROM receipts)"
    )
    return tuple(int(value) for value in found[0])


def _drives(noted: Sequence[tuple[Any, ...]], places: Mapping[str, Place]) -> list[Leg]:
    made = []
    for one, other in pairwise(noted):
        start, end = places.get(one[2]), places.get(other[2])
        if one[:2] != other[:2] or start is None or end is None:
            continue
        left_s = one[3] + (one[4] if one[2] else 0)
        if other[3] > left_s:
            made.append(Leg(start, end, left_s // 3600, other[3] - left_s))
    return made


def place(stop: e.StopSet) -> Place | None:
    """Where a point lies, as far as it is known."""
    if not (stop.latitude or stop.longitude):
        return None
    return Place(stop.latitude, stop.longitude, Area(stop.area), stop.town)
