"""The board read in a few small aggregates; what changes once a night (routes, the wall) is kept between looks."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.clock import at
from app.store.clashes import ROOMS, Clashes
from app.store.connection import Reader
from app.store.tonight import LEAVES, Tonight, routes_of
from app.waveboard import rules
from app.waveboard.projection import BIN_MS, LOOK_BACK_MS, Bin, Coming, Projection, Work, project
from app.waveboard.rules import Help, Night, Room, RouteNow, Side, Sorter, State, TruckNow

ENOUGH_FOR_A_RATE = 300
"""Pieces (ours): one slip among fewer would stand on the board as hundreds."""
RECENT_MS = 20 * 60_000
"""Where somebody works is read from the puts of so long."""
KEPT = frozenset({"RoutesListed", "PlanAdopted", "WallPlanned", "StopSet", "*"})
"""What makes the kept routes and slots stale."""
CLASHING = {room: ROOMS[room] for room in Room if room in ROOMS}


@dataclass(frozen=True, slots=True)
class Slips:
    """Slips of the night by kind, and the rate that says more than their number."""

    kinds: tuple[tuple[str, int], ...]
    pieces: int

    @property
    def count(self) -> int:
        """All slips that were stopped in time."""
        return sum(count for _, count in self.kinds)

    @property
    def per_ten_thousand(self) -> float | None:
        """Slips per 10,000 pieces put; none before so many were put that a rate says something."""
        return self.count * 10_000 / self.pieces if self.pieces >= ENOUGH_FOR_A_RATE else None


@dataclass(frozen=True, slots=True)
class Board:
    """The night as it stands."""

    day: str
    now_ms: int
    deadline_ms: int
    routes: tuple[RouteNow, ...]
    states: tuple[State, ...]
    trucks: tuple[TruckNow, ...]
    sorters: tuple[Sorter, ...]
    help: Help | None
    projection: Projection | None
    slips: Slips
    night: Night
    announced: int
    done: int
    short: int
    aside: int
    left: int
    began_ms: int
    last_put_ms: int
    per_head_hour: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """What stays the same through a night: routes, the route of each point, and its part of the wall."""

    day: str
    ways: tuple[Tonight, ...]
    route_of: dict[str, int]
    side_of: dict[str, int]


class _Tally(NamedTuple):
    """The announced pieces of a point: in crates, short, not yet in a crate (of those on the dock), and set aside."""

    point: str
    done: int
    short: int
    left: int
    dock: int
    aside: int
    frozen: int


class Lookout:
    """Reads the board; tell it what has changed, and look."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._kept: _Kept | None = None
        self._clashes = {room: Clashes(reader, room=room, kinds=kinds) for room, kinds in CLASHING.items()}

    def heard(self, topics: Iterable[str]) -> None:
        """Facts of these kinds were recorded since the last look."""
        if KEPT & frozenset(topics):
            self._kept = None

    def look(self, *, day: str, now_ms: int) -> Board:
        """The board of ``day`` at ``now_ms``."""
        kept = self._keep(day)
        tallies = [_Tally._make(row) for row in self._reader.rows(_TALLIES, (day,))]
        sums = _Tally("", *(sum(row) for row in list(zip(*tallies, strict=True))[1:] or [()] * 6))
        routes = self._routes(kept, tallies)
        trucks = tuple(TruckNow(*row) for row in self._reader.rows(_TRUCKS, (day,)))
        sorters = self._sorters(day, now_ms)
        began, cleared = self._reader.one(_WAVES, (day,)) or (0, 0)
        night = Night(
            now_ms=now_ms,
            trucks=trucks,
            routes=routes,
            slots=len(kept.side_of),
            dock=sums.dock,
            frozen=sums.frozen,
            clashes=tuple((room, len(clashes.look(day=day))) for room, clashes in self._clashes.items()),
            cleared=bool(cleared),
            code_unseen=bool(self._reader.value(_CODE_UNSEEN)),
            unrouted=_unrouted(kept, tallies),
        )
        deadline = min((route.leaves_ms for route in routes if not route.closed_ms), default=at(day, LEAVES))
        projection = self._project(
            _work(trucks, sums.dock, sums.frozen), day=day, now_ms=now_ms, deadline_ms=deadline
        )
        heads = sum(sorter.present for sorter in sorters)
        per_head = projection.per_hour / heads if projection and heads else 0.0
        share = sums.done / (sums.done + sums.left) if sums.done + sums.left else 0.0
        return Board(
            day=day,
            now_ms=now_ms,
            deadline_ms=deadline,
            routes=routes,
            states=tuple(rules.state_of(route, night_share=share, now_ms=now_ms) for route in routes),
            trucks=trucks,
            sorters=sorters,
            help=rules.suggest(_sides(kept, tallies), sorters, per_head_hour=per_head),
            projection=projection,
            slips=Slips(tuple(self._reader.rows(_SLIPS, (day,))), sum(sorter.pieces for sorter in sorters)),
            night=night,
            announced=sums.done + sums.short + sums.left + sums.aside,
            done=sums.done,
            short=sums.short,
            aside=sums.aside,
            left=sums.left,
            began_ms=began,
            last_put_ms=self._reader.value(_LAST_PUT, (day,)) or 0,
            per_head_hour=round(per_head),
        )

    def _keep(self, day: str) -> _Kept:
        if self._kept is None or self._kept.day != day:
            ways = routes_of(self._reader, day)
            route_of = {stop.point: at for at, way in enumerate(ways) for stop in way.stops}
            walls: dict[str, int] = dict(self._reader.rows("SELECT point, sorter FROM wall"))
            self._kept = _Kept(day, ways, route_of, walls)
        return self._kept

    def _routes(self, kept: _Kept, tallies: Iterable[_Tally]) -> tuple[RouteNow, ...]:
        sums = [[0] * 6 for _ in kept.ways]
        for tally in tallies:
            at = kept.route_of.get(tally.point)
            if at is not None:
                row = sums[at]
                row[0], row[1], row[2] = row[0] + tally.done, row[1] + tally.short, row[2] + tally.left
        self._count_crates(kept, sums)
        runs = {row[0]: row[1:] for row in self._reader.rows(_RUNS, (kept.day,))}
        return tuple(
            RouteNow(way.route, way.dock, way.leaves_ms, *counted, *runs.get(way.run, (0, 0)))
            for way, counted in zip(kept.ways, sums, strict=True)
        )

    def _count_crates(self, kept: _Kept, sums: list[list[int]]) -> None:
        """Crates of each route; empty ones that stand ready are told apart where all pieces are put."""
        unsealed: list[str] = []
        for point, crates, sealed, aboard in self._reader.rows(_CRATES, (kept.day,)):
            at = kept.route_of.get(point)
            if at is not None:
                row = sums[at]
                row[3], row[4], row[5] = row[3] + crates, row[4] + sealed, row[5] + aboard
                if sealed < crates and not row[2]:
                    unsealed.append(point)
        if unsealed:
            for point, crates in self._reader.rows(_EMPTY, (kept.day, json.dumps(unsealed))):
                sums[kept.route_of[point]][3] -= crates

    def _sorters(self, day: str, now_ms: int) -> tuple[Sorter, ...]:
        worked: dict[str, int] = {}
        here: set[str] = set()
        for sorter, joined, gone in self._reader.rows(_SHIFTS, (day,)):
            worked[sorter] = worked.get(sorter, 0) + max(0, (gone or now_ms) - joined)
            if not gone:
                here.add(sorter)
        recent: dict[str, dict[int, int]] = {}
        for name, side, pieces in self._reader.rows(_RECENT, (day, now_ms - RECENT_MS)):
            recent.setdefault(name, {})[side] = pieces
        put = {name: (pieces, bins) for name, pieces, bins in self._reader.rows(_PUT, (day,))}
        found = [
            Sorter(
                name=name,
                pieces=put.get(name, (0, 0))[0],
                worked_ms=worked.get(name, 0) or put.get(name, (0, 0))[1] * BIN_MS,
                side=rules.side_of(recent.get(name, {})),
                present=name in here or (name not in worked and name in recent),
            )
            for name in {*worked, *put}
        ]
        return tuple(sorted(found, key=lambda sorter: (not sorter.present, -sorter.pieces, sorter.name)))

    def _project(self, work: Work, *, day: str, now_ms: int, deadline_ms: int) -> Projection | None:
        since = now_ms - LOOK_BACK_MS
        shifts = self._reader.rows(_SHIFTS, (day,))
        bins = [
            Bin(start, pieces, _heads(shifts, start, now_ms) or hands)
            for start, pieces, hands in self._reader.rows(_BINS, (day, since))
        ]
        going = sum(not left for _, _, left in shifts) if shifts else (bins[-1].heads if bins else 0.0)
        return project(work, bins, heads=going, now_ms=now_ms, deadline_ms=deadline_ms)


def _heads(shifts: Iterable[tuple[str, int, int]], start: int, now_ms: int) -> float:
    """How many people were at work in a bin, by their shifts; parts of it count as parts."""
    end = min(start + BIN_MS, now_ms)
    inside = sum(max(0, min(end, left or end) - max(start, joined)) for _, joined, left in shifts)
    return inside / BIN_MS


def _sides(kept: _Kept, tallies: Iterable[_Tally]) -> list[Side]:
    """What still has to go to each part of the wall, of the pieces on the dock."""
    left = dict.fromkeys(sorted(set(kept.side_of.values())), 0)
    for row in tallies:
        side = kept.side_of.get(row.point)
        if side is not None:
            left[side] += row.dock
    return [Side(side, pieces) for side, pieces in left.items()]


def _unrouted(kept: _Kept, tallies: Iterable[_Tally]) -> int:
    """Points with goods that no van goes to; where there are no routes at all, another word says so."""
    if not kept.ways:
        return 0
    return sum(bool(row.point and row.done + row.left) and row.point not in kept.route_of for row in tallies)


def _work(trucks: Iterable[TruckNow], dock: int, frozen: int) -> Work:
    """What is left: the dock and trucks at the gate are here, those on the road come when they are announced."""
    here = [truck for truck in trucks if truck.arrived_ms and not truck.ended_ms]
    road = [truck for truck in trucks if not truck.arrived_ms and not truck.ended_ms and truck.pieces]
    cold = frozen + sum(truck.frozen for truck in here)
    whole = dock + sum(truck.pieces for truck in here)
    coming = tuple(Coming(truck.expected_ms, truck.pieces - truck.frozen, truck.frozen) for truck in road)
    return Work(whole - cold, cold, coming)


_TALLIES = (
    "SELECT point, sum(crate + gone), sum(short), sum(trunk + dock), sum(dock), sum(aside),"
    " sum(CASE zone WHEN 'frozen' THEN dock ELSE 0 END) FROM tallies WHERE day = ? GROUP BY point"
)
_CRATES = (
    "SELECT point, count(*), sum(sealed_ms > 0), sum(run <> '') FROM wall_crates WHERE day = ? AND became = ''"
    " GROUP BY point"
)
_EMPTY = (
    "SELECT c.point, count(*) FROM wall_crates c WHERE c.day = ? AND c.became = '' AND c.sealed_ms = 0 AND c.run = ''"
    " AND c.point IN (SELECT value FROM json_each(?)) AND NOT EXISTS (SELECT 1 FROM stock s"
    " WHERE s.place = 'crate:' || c.crate AND s.pieces > 0) GROUP BY c.point"
)
_RUNS = "SELECT run, closed_ms, handed_ms FROM runs WHERE day = ?"
_TRUCKS = (
    "SELECT t.trip, t.expected_ms, t.arrived_ms, t.ended_ms,"
    " coalesce(sum(CASE WHEN c.unloaded_ms = 0 THEN c.pieces END), 0),"
    " coalesce(sum(CASE WHEN c.unloaded_ms = 0 AND c.zone = 'frozen' THEN c.pieces END), 0),"
    " count(CASE WHEN c.unloaded_ms = 0 THEN c.container END)"
    " FROM trucks t LEFT JOIN containers c ON c.trip = t.trip WHERE t.day = ? GROUP BY t.trip ORDER BY t.expected_ms"
)
_SHIFTS = "SELECT sorter, joined_ms, left_ms FROM shifts WHERE day = ? ORDER BY joined_ms"
_PUT = "SELECT operator, sum(pieces), count(DISTINCT bin_ms) FROM paces WHERE day = ? GROUP BY operator"
_RECENT = (
    "SELECT operator, side, sum(pieces) FROM paces WHERE day = ? AND bin_ms >= ? GROUP BY operator, side"
)
_BINS = "SELECT bin_ms, sum(pieces), count(DISTINCT operator) FROM paces WHERE day = ? AND bin_ms >= ? GROUP BY bin_ms"
_LAST_PUT = "SELECT max(at_ms) FROM puts WHERE day = ?"
_SLIPS = "SELECT kind, count(*) FROM slips WHERE day = ? GROUP BY kind ORDER BY count(*) DESC, kind"
_WAVES = "SELECT coalesce(min(nullif(began_ms, 0)), 0), max(cleared_ms) FROM waves WHERE day = ?"
_SEEN = "SELECT 1 FROM state WHERE key = 'recovery_seen'"
_CODE_UNSEEN = f"SELECT 1 FROM state WHERE key = 'recovery_code' AND NOT EXISTS ({_SEEN})"
