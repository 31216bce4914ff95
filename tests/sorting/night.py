"""A small station at two at night: its trucks unloaded, its wall set up, nothing sorted yet."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

from app.domain import night as n
from app.domain.goods import Count
from app.domain.labels import piece_label
from app.sandbox.station_story import StationLine, StationNight
from app.sorting.crates import SetWall
from app.sorting.wallplan import Stop, plan_wall
from app.store.opening import Store
from tests.samples import Record
from tests.station import small_night, station_store


def unloaded(night: StationNight) -> Iterable[n.ContainersUnloaded]:
    """One fact for each container, with all that was announced in it."""
    trips = {
        box.label: truck.trip
        for truck in night.trucks
        for pallet in truck.pallets
        for box in pallet.containers
    }
    for label, lines in groupby(night.lines, key=lambda line: line.container):
        goods = tuple(Count(line.lot, line.pieces) for line in lines)
        yield n.ContainersUnloaded(trips[label], label, (label,), goods)


def wall_of(night: StationNight) -> tuple[n.SlotRow, ...]:
    """The wall as it is planned for this night."""
    wanted: dict[str, int] = {}
    for line in night.lines:
        wanted[line.point] = wanted.get(line.point, 0) + line.pieces
    route_of = night.route_of()
    stops = [Stop(x.code, x.name, route_of[x.code], wanted.get(x.code, 0)) for x in night.points]
    return tuple(n.SlotRow(x.slot, x.point, x.route, x.sorter, x.decimetres) for x in plan_wall(stops).places)


def ready_store(folder: Path, *, night: StationNight | None = None, device: str = "pc1") -> Store:
    """A station's book with everything on the dock and the wall set up."""
    night = night or small_night()
    store = station_store(folder, night, device=device)
    store.writer.do(Record(tuple(unloaded(night))))
    store.writer.do(SetWall(wall_of(night), "table"))
    return store


def first_line(night: StationNight, *, pieces: int = 1, zone: str = "") -> StationLine:
    """The first line of at least so many pieces (and of this zone)."""
    return next(x for x in night.lines if x.pieces >= pieces and zone in ("", x.zone))


def label_of(line: StationLine, nth: int = 1) -> str:
    """The label of a piece."""
    return piece_label(line.lot, nth=nth)


def rows(store: Store, sql: str, params: tuple[Any, ...] = ()) -> list[Any]:
    """What a fresh reader sees."""
    reader = store.reader()
    found = reader.rows(sql, params)
    reader.close()
    return found


def where(store: Store, lot: str) -> dict[str, int]:
    """Where the pieces of a lot are."""
    return dict(rows(store, "SELECT place, pieces FROM stock WHERE lot = ? AND pieces <> 0", (lot,)))


def slot_of(store: Store, point: str) -> str:
    """A point's slot."""
    return str(rows(store, "SELECT slot FROM wall WHERE point = ?", (point,))[0][0])
