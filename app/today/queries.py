"""How the day stands, in a few small queries of plain SQL: this page is shown before anything heavy is loaded."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.clock import at, day_after
from app.domain.goods import Zone
from app.domain.labels import is_paper_part
from app.domain.perish import Grade, cut_offs, deadline_ms, grade
from app.domain.places import SURPLUS_SLOT, shelf
from app.store.connection import Reader


@dataclass(frozen=True, slots=True)
class TripRow:
    """One trip of today: pieces announced, pieces still in the van, crates untouched, and when it came and ended."""

    trip: str
    platform: str
    pieces: int
    in_van: int
    crates: int
    crates_left: int
    arrived_ms: int
    ended_ms: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The day in numbers: pieces unless the name says otherwise."""

    day: str
    trips: tuple[TripRow, ...]
    expected: int
    received: int
    waiting: int
    waiting_buyers: int
    handed_out: int
    frozen_waiting: int
    overdue: int
    open_differences: int
    urgent_differences: int
    claims_waiting: int
    returns_waiting: int
    commission_fen: int
    unclosed_day: str
    closed: int
    code_unseen: int
    voided: int


def standing(reader: Reader, *, day: str, now_ms: int) -> Standing:
    """Count the day; ``now_ms`` decides what is overdue or urgent."""
    trips = _trips(reader, day)
    waiting = reader.one(_WAITING) or (0, 0, 0, 0)
    differences = reader.one(_DIFFERENCES, (now_ms + URGENT_MS,)) or (0, 0)
    return Standing(
        day=day,
        trips=trips,
        expected=sum(trip.pieces for trip in trips),
        received=sum(trip.pieces - trip.in_van for trip in trips),
        waiting=waiting[0],
        waiting_buyers=waiting[1],
        handed_out=_number(reader, _HANDED_OUT, (at(day, "00:00"), at(day_after(day, 1), "00:00"))),
        frozen_waiting=waiting[2],
        overdue=_overdue(reader, now_ms),
        open_differences=differences[0],
        urgent_differences=differences[1],
        claims_waiting=_number(reader, "SELECT count(*) FROM claims WHERE outcome = ''"),
        returns_waiting=_number(
            reader, "SELECT coalesce(sum(pieces), 0) FROM stock WHERE place GLOB 'bag:*'"
        ),
        commission_fen=_number(
            reader, "SELECT coalesce(sum(fen), 0) FROM money WHERE account = 'receivable' AND day = ?", (day,)
        ),
        unclosed_day=reader.value(_UNCLOSED, (day,)) or "",
        closed=_number(reader, "SELECT count(*) FROM days WHERE day = ?", (day,)),
        code_unseen=_number(reader, _CODE_UNSEEN),
        voided=_number(reader, _VOIDED, (day_after(day, -1), day)),
    )


URGENT_MS = 2 * 3_600_000
"""A difference whose claim deadline is this near is urgent."""


def page_for(reader: Reader, code: str) -> str:
    """The key of the page that can do something with a scanned code; empty where none is known."""
    plain = code.strip().upper()
    if plain.startswith("TH-"):
        return "F5"
    if is_paper_part(plain):
        return "F2"
    if reader.value(
        "SELECT 1 FROM crates WHERE crate = ? UNION SELECT 1 FROM lines WHERE barcode = ?", (plain, plain)
    ):
        return "F2"
    spaceless = plain.replace(" ", "")
    known = "SELECT 1 FROM lines WHERE code IN (?, ?) UNION SELECT 1 FROM elsewhere WHERE code IN (?, ?) AND tail <> ''"
    return "F3" if reader.value(known, (plain, spaceless, plain, spaceless)) else ""


def _overdue(reader: Reader, now_ms: int) -> int:
    """Pieces on the shelf that should be gone by now, by the hours that the shelf list keeps."""
    cuts = cut_offs(reader.get("overdue"))
    overdue = 0
    for name, day, pieces in reader.rows(_ON_SHELF, (str(shelf(SURPLUS_SLOT)),)):
        zone = Zone(name)
        if grade(zone, deadline_ms(zone, day, cuts), now_ms=now_ms) is Grade.OVERDUE:
            overdue += pieces
    return overdue


def _number(reader: Reader, sql: str, params: tuple[object, ...] = ()) -> int:
    return int(reader.value(sql, params) or 0)


def _trips(reader: Reader, day: str) -> tuple[TripRow, ...]:
    return tuple(TripRow(*row) for row in reader.rows(_TRIPS, (day,)))


_TRIPS = """
SELECT t.trip, coalesce((SELECT p.name FROM policies p WHERE p.platform = t.platform LIMIT 1), t.platform),
       coalesce(sum(l.pieces), 0), coalesce(sum(s.pieces), 0), count(DISTINCT l.crate),
       count(DISTINCT CASE WHEN s.pieces = l.pieces THEN l.crate END), t.arrived_ms, t.ended_ms
FROM trips t
LEFT JOIN lines l ON l.trip = t.trip
LEFT JOIN stock s ON s.lot = l.lot AND s.place = 'van:' || t.trip
WHERE t.day = ? GROUP BY t.trip ORDER BY t.trip
"""
_WAITING = """
SELECT coalesce(sum(s.pieces), 0), count(DISTINCT l.buyer),
       coalesce(sum(CASE WHEN l.zone = 'frozen' THEN s.pieces END), 0), 0
FROM stock s JOIN lines l ON l.lot = s.lot WHERE s.place GLOB 'shelf:*' AND s.pieces > 0
"""
_HANDED_OUT = "SELECT sum(pieces) FROM handed WHERE undone = 0 AND at_ms >= ? AND at_ms < ?"
_VOIDED = """
SELECT count(*) FROM facts v JOIN facts f ON f.reversed_by = v.id
WHERE v.kind = 'Voided' AND f.kind = 'PickedUp' AND v.day BETWEEN ? AND ?
"""
_CODE_UNSEEN = """
SELECT count(*) FROM state WHERE key = 'recovery_code'
   AND NOT EXISTS (SELECT 1 FROM state WHERE key = 'recovery_seen')
"""
_ON_SHELF = """
SELECT l.zone, max(l.day, coalesce((
    SELECT max(f.day) FROM moves m JOIN facts f ON f.id = m.fact
    WHERE m.lot = s.lot AND m.target GLOB 'shelf:*' AND (m.source GLOB 'van:*' OR m.source = 'short:')), '')) came,
    sum(s.pieces)
FROM stock s JOIN lines l ON l.lot = s.lot
WHERE s.place GLOB 'shelf:*' AND s.place <> ? AND s.pieces > 0 GROUP BY l.zone, came
"""
_DIFFERENCES = """
SELECT count(*), coalesce(sum(deadline_ms > 0 AND deadline_ms < ?), 0) FROM differences
WHERE closed_ms = 0 AND about IN ('short', 'over', 'damaged')
"""
_UNCLOSED = """
SELECT min(f.day) FROM (SELECT DISTINCT day FROM facts WHERE kind = 'PickedUp' AND day < ?) f
WHERE f.day NOT IN (SELECT day FROM days)
"""
