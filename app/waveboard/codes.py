"""Which room of a station can do something with a scanned code."""

from __future__ import annotations

from app.domain.labels import lot_of_label
from app.store.connection import Reader
from app.waveboard.rules import Room

SLOT_PREFIX = "GK-"


def room_for(reader: Reader, code: str, *, day: str) -> Room | None:
    """The room for a code; none where nothing of tonight has it."""
    plain = code.strip().upper()
    sealed = reader.value("SELECT sealed_ms > 0 FROM wall_crates WHERE crate = ?", (plain,))
    if sealed is not None:
        return Room.LOADING if sealed else Room.WALL
    for room, sql in _KNOWN:
        if reader.value(sql, {"code": plain, "day": day}) is not None:
            return room
    if plain.startswith(SLOT_PREFIX):
        return Room.WALL
    return Room.SORTING if _is_piece(plain) else None


def _is_piece(code: str) -> bool:
    try:
        lot_of_label(code)
    except ValueError:
        return False
    return True


_KNOWN = (
    (
        Room.DOCK,
        "SELECT 1 FROM containers WHERE container = :code UNION SELECT 1 FROM containers WHERE pallet = :code",
    ),
    (Room.SORTING, "SELECT 1 FROM load_lines WHERE barcode = :code AND day = :day"),
    (Room.LOADING, "SELECT 1 FROM runs WHERE day = :day AND :code IN (dock, upper(route), upper(run))"),
    (Room.WALL, "SELECT 1 FROM wall WHERE slot = :code"),
)
