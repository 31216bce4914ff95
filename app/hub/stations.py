"""What a station's PCs say that its points have to know: the keys under which they print."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, select

from app.domain import night as n
from app.domain.roles import STATION
from app.hub.database import put_new
from app.hub.ruling import Entry
from app.hub.tables import key_tellings, points, station_keys, station_points

_KEY_DIGITS = 64
Telling = tuple[str, n.StationKeyTold]
"""A point, and the key that it hears of."""


def keys_to_tell(connection: Connection, station: str, entries: Iterable[Entry]) -> list[Telling]:
    """After these facts of a station: which of its points have to hear of which of its keys, and soon will have.

    A new key goes to the points of the station's newest table, and new points hear all keys; a point that is not at
    this hub is told once it is, with the next table or key.
    """
    said = [entry.fact for entry in entries if isinstance(entry.fact, n.StationKeyMade | n.RoutesListed)]
    if not said or (name := _name_of_station(connection, station)) is None:
        return []
    for fact in said:
        if isinstance(fact, n.RoutesListed):
            _keep_points(connection, station, fact)
        elif fact.station == station and _is_key(fact.public_key):
            put_new(connection, station_keys, [{"station": station, "public_key": fact.public_key}])
    missing = _missing(connection, station)
    put_new(
        connection,
        key_tellings,
        [{"point": point, "station": station, "public_key": key} for point, key in missing],
    )
    return [(point, n.StationKeyTold(station, name, key)) for point, key in missing]


def _name_of_station(connection: Connection, station: str) -> str | None:
    wanted = select(points.c.name).where(points.c.point == station, points.c.kind == STATION)
    return connection.execute(wanted).scalar()


def _keep_points(connection: Connection, station: str, listed: n.RoutesListed) -> None:
    connection.execute(delete(station_points).where(station_points.c.station == station))
    named = {stop.point for route in listed.routes for stop in route.points}
    put_new(connection, station_points, [{"station": station, "point": point} for point in sorted(named)])


def _is_key(text: str) -> bool:
    return len(text) == _KEY_DIGITS and all(letter in "0123456789abcdef" for letter in text)


def _missing(connection: Connection, station: str) -> list[tuple[str, str]]:
    """Points and keys that have not met; in one order for all stations, for each point is locked in turn."""
    at, key, told = station_points.c, station_keys.c, key_tellings.c
    met = (told.point == at.point) & (told.station == key.station) & (told.public_key == key.public_key)
    rows = connection.execute(
        select(at.point, key.public_key)
        .join_from(station_points, station_keys, at.station == key.station)
        .join(points, points.c.point == at.point)
        .outerjoin(key_tellings, met)
        .where(at.station == station, points.c.kind != STATION, told.point.is_(None))
        .order_by(at.point, key.public_key)
    )
    return [(str(point), str(public_key)) for point, public_key in rows]
