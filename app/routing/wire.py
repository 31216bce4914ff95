"""The night and its routes as JSON lines between desk and worker; matrices travel as base64 of little-endian int32."""

from __future__ import annotations

import base64
import json
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from app.routing.night import Night, Roads, Stop, Van

Message = dict[str, Any]


def line(message: Message) -> bytes:
    """One message as one line."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def read(raw: bytes) -> Message | None:
    """What a line says; nothing where it is none of ours."""
    try:
        message = json.loads(raw)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def night_message(night: Night) -> Message:
    """All that a worker needs."""
    return {
        "latitude": night.latitude,
        "longitude": night.longitude,
        "vans": [asdict(van) for van in night.vans],
        "stops": [asdict(stop) | {"forbidden": sorted(stop.forbidden)} for stop in night.stops],
        "metres": _packed(night.roads.metres),
        "seconds": _packed(night.roads.seconds),
        "source": night.roads.source,
        "leaves_s": night.leaves_s,
        "deadline_s": night.deadline_s,
        "together": [sorted(group) for group in night.together],
        "apart": [sorted(group) for group in night.apart],
        "fixed": dict(night.fixed),
        "locked": dict(night.locked),
        "yesterday": dict(night.yesterday),
        "visits": [[who, point, count] for (who, point), count in night.visits.items()],
        "strange_fen": night.strange_fen,
    }


def night_of(message: Message) -> Night:
    """The night that a message holds."""
    return Night(
        latitude=message["latitude"],
        longitude=message["longitude"],
        vans=tuple(Van(**van) for van in message["vans"]),
        stops=tuple(
            Stop(**(stop | {"forbidden": frozenset(stop["forbidden"])})) for stop in message["stops"]
        ),
        roads=Roads(_unpacked(message["metres"]), _unpacked(message["seconds"]), message["source"]),
        leaves_s=message["leaves_s"],
        deadline_s=message["deadline_s"],
        together=tuple(frozenset(group) for group in message["together"]),
        apart=tuple(frozenset(group) for group in message["apart"]),
        fixed=message["fixed"],
        locked=message["locked"],
        yesterday=message["yesterday"],
        visits={(who, point): count for who, point, count in message["visits"]},
        strange_fen=message["strange_fen"],
    )


def order_of(message: Message) -> dict[str, list[str]] | None:
    """Van → points of a message, where it holds such an order."""
    found = message.get("order")
    if not isinstance(found, dict) or not all(isinstance(points, list) for points in found.values()):
        return None
    return found


def plain(order: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """An order as JSON has it."""
    return {van: list(points) for van, points in order.items()}


def _packed(matrix: array[int]) -> str:
    if sys.byteorder == "big":
        matrix = array("i", matrix)
        matrix.byteswap()
    return base64.b64encode(matrix.tobytes()).decode("ascii")


def _unpacked(text: str) -> array[int]:
    matrix = array("i")
    matrix.frombytes(base64.b64decode(text))
    if sys.byteorder == "big":
        matrix.byteswap()
    return matrix
