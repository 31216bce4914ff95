"""What the book says about a day, read in the same words by the commands inside a transaction and by the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from app.domain.clock import day_after
from app.domain.money import commission_fen
from app.domain.places import SURPLUS_SLOT, Kind
from app.reconciliation.rules import SHELF, DayFacts, Flow, Flows, MatchLine, Trace, TrialBalance, flows_of

DEFAULT_FINAL_DAYS = 3


class Source(Protocol):
    """A book in a transaction, or a reader of what is committed."""

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]: ...

    def one(self, sql: str, params: Sequence[Any] = ()) -> tuple[Any, ...] | None: ...

    def value(self, sql: str, params: Sequence[Any] = ()) -> Any: ...


# --- shelf and drawer --------------------------------------------------------------------------------------


class SlotBooks(NamedTuple):
    """A shelf slot: pieces by the ledger, pieces of its open differences, and what was counted (``None``: not yet)."""

    slot: str
    booked: int
    carried: int
    counted: int | None

    @property
    def expected(self) -> int:
        """What a count should find, differences that are already known included."""
        return self.booked + self.carried


def slots(source: Source, day: str) -> list[SlotBooks]:
    """Slots to count on ``day``: those with goods by the ledger, with open differences, or counted already."""
    booked = dict(source.rows(_BOOKED))
    carried = dict(source.rows(_CARRIED, (len(SHELF) + 1,)))
    counted = dict(source.rows(_COUNTED, (len(SHELF) + 1, day)))
    names = {slot for slot, pieces in booked.items() if pieces} | carried.keys() | counted.keys()
    return [
        SlotBooks(slot, booked.get(slot, 0), carried.get(slot, 0), counted.get(slot))
        for slot in sorted(names, key=lambda slot: (slot == SURPLUS_SLOT, slot))
    ]


_BOOKED = "SELECT substr(place, 7), sum(pieces) FROM stock WHERE place GLOB 'shelf:*' GROUP BY place"
_CARRIED = (
    "SELECT substr(about, ?), sum(pieces) FROM differences"
    " WHERE closed_ms = 0 AND about GLOB 'shelf:*' GROUP BY about"
)
_COUNTED = "SELECT substr(what, ?), amount FROM counts WHERE day = ? AND what GLOB 'shelf:*'"


def slot_books(source: Source, slot: str, *, apart_from: str = "") -> SlotBooks:
    """One slot now; the difference named ``apart_from`` is left out of what is carried."""
    booked = source.value("SELECT coalesce(sum(pieces), 0) FROM stock WHERE place = ?", (SHELF + slot,))
    carried = source.value(
        "SELECT coalesce(sum(pieces), 0) FROM differences WHERE closed_ms = 0 AND about = ? AND difference <> ?",
        (SHELF + slot, apart_from),
    )
    return SlotBooks(slot, int(booked), int(carried), None)


class DrawerBooks(NamedTuple):
    """The drawer in fen: what the book says of the moment of the last count, and the count; of now if uncounted."""

    expected: int
    counted: int | None

    @property
    def difference(self) -> int:
        """Over (positive) or short; 0 while nobody has counted."""
        return 0 if self.counted is None else self.counted - self.expected


def drawer(source: Source, day: str) -> DrawerBooks:
    """The drawer on ``day``: cash that moved after the count does not make a difference."""
    balance = int(source.value("SELECT coalesce(sum(fen), 0) FROM money WHERE account = 'drawer'"))
    count = source.one(_LAST_COUNT, (day, day))
    if count is None:
        return DrawerBooks(balance, None)
    row, at_ms, fen = count
    since = source.value(_CASH_SINCE, (day, at_ms, at_ms, row))
    return DrawerBooks(balance - int(since), int(fen))


_LAST_COUNT = (
    "SELECT id, at_ms - skew_ms, json_extract(body, '$.fen') FROM facts WHERE day >= ? AND kind = 'CashCounted'"
    " AND json_extract(body, '$.day') = ? ORDER BY id DESC LIMIT 1"
)
_CASH_SINCE = (
    "SELECT coalesce(sum(m.fen), 0) FROM money m JOIN facts f ON f.id = m.fact"
    " WHERE m.account = 'drawer' AND m.day >= ? AND (f.at_ms - f.skew_ms > ?"
    " OR (f.at_ms - f.skew_ms = ? AND f.id > ?))"
)


class CashLine(NamedTuple):
    """One entry of the drawer: when, fen, and which kind of fact it comes from with its body."""

    at_ms: int
    fen: int
    kind: str
    body: str


def cash_lines(source: Source, day: str) -> list[CashLine]:
    """What went into and out of the drawer on ``day``, in order."""
    return [CashLine(*row) for row in source.rows(_CASH_LINES, (day,))]


_CASH_LINES = (
    "SELECT f.at_ms, m.fen, f.kind, f.body FROM money m JOIN facts f ON f.id = m.fact"
    " WHERE m.account = 'drawer' AND m.day = ? ORDER BY m.id"
)

# --- the day -----------------------------------------------------------------------------------------------


class Totals(NamedTuple):
    """A day in pieces and fen: its flows, what was here when it ended, and commission."""

    flows: Flows
    here: int
    commission_fen: int
    open_differences: int

    @property
    def here_before(self) -> int:
        """Pieces that were here when the day began."""
        return self.here - self.flows.change


def totals(source: Source, day: str) -> Totals:
    """Count a day from the book, whatever came late included."""
    later = flows_of(_flows(source, _FLOWS_AFTER, day))
    here = source.value(_HERE) or 0
    return Totals(
        flows_of(_flows(source, _FLOWS, day)),
        int(here) - later.change,
        int(source.value(_COMMISSION, (day,))),
        int(source.value("SELECT count(*) FROM differences WHERE closed_ms = 0")),
    )


def flows_at_close(source: Source, day: str) -> Flows:
    """What had come in and gone out on ``day`` when it was closed; what came later is left out."""
    return flows_of(_flows_till(source, day))


def came_late(source: Source, day: str) -> bool:
    """Whether some of what was received on ``day`` had been missing before."""
    return any(flow[0] == Kind.SHORT and flow[2] > 0 for flow in _flows_till(source, day))


def _flows_till(source: Source, day: str) -> list[Flow]:
    return [Flow(*row) for row in source.rows(_FLOWS_TILL, (day, day, day))]


def cash_at_end(source: Source, day: str) -> int:
    """What the drawer should hold when ``day`` ends, in fen."""
    return int(source.value(_CASH_AT_END, (day,)))


def _flows(source: Source, sql: str, day: str) -> Iterable[Flow]:
    return (Flow(*row) for row in source.rows(sql, (day,)))


_KIND = "substr(m.{0}, 1, instr(m.{0}, ':') - 1)"
_FLOW = (
    f"SELECT {_KIND.format('source')}, {_KIND.format('target')}, sum(m.pieces)"
    " FROM facts f JOIN moves m ON m.fact = f.id WHERE f.day {} ? GROUP BY 1, 2"
)
_FLOWS, _FLOWS_AFTER = _FLOW.format("="), _FLOW.format(">")
_FLOWS_TILL = _FLOW.format("=").replace(
    " GROUP BY",
    " AND f.id < (SELECT max(id) FROM facts WHERE day >= ? AND kind = 'DayClosed'"
    " AND json_extract(body, '$.day') = ?) GROUP BY",
)
_HERE = "SELECT sum(pieces) FROM stock WHERE place GLOB 'shelf:*' OR place GLOB 'bag:*' OR place = 'damaged:'"
_COMMISSION = "SELECT coalesce(sum(fen), 0) FROM money WHERE account = 'receivable' AND day = ?"
_CASH_AT_END = "SELECT coalesce(sum(fen), 0) FROM money WHERE account = 'drawer' AND day <= ?"


def trial_balance(source: Source) -> TrialBalance:
    """Whether every lot's places and all money accounts sum to zero."""
    lots = source.rows("SELECT lot FROM stock GROUP BY lot HAVING sum(pieces) <> 0 ORDER BY lot")
    fen = source.value("SELECT coalesce(sum(fen), 0) FROM money")
    return TrialBalance(tuple(lot for (lot,) in lots), int(fen))


# --- the three-way match -----------------------------------------------------------------------------------


def match_day(source: Source, day: str) -> list[MatchLine]:
    """All lots announced for ``day`` in the books of station, point and platform."""
    return _match(source, "l.day = ?", (day,))


def match_billed(source: Source, *, since: str) -> list[MatchLine]:
    """All lots of days from ``since`` on that a bill names, or that were handed out on a billed day."""
    return _match(source, _BILLED, (since, since, since))


def _match(source: Source, where: str, params: Sequence[Any]) -> list[MatchLine]:
    return [_match_line(row) for row in source.rows(_MATCH.format(where), params)]


def _match_line(row: tuple[Any, ...]) -> MatchLine:
    """Columns of `_MATCH`: the lot and its line, the stock by kind of place, hand-outs, refunds and bills."""
    lot, platform, day, product, announced, paid, points, sent, van, short, buyer, station, here, *money = row
    billable, refunded, billed, billed_fen, earned = money
    due = commission_fen(
        paid, pieces=announced, handed_out=billable, refunded_fen=refunded, basis_points=points
    )
    return MatchLine(
        lot, platform, day, product, announced, sent, in_van=van, received=announced - van - short, handed_out=buyer,
        returned=station, here=here, billable=billable, billed=billed, due_fen=due, billed_fen=billed_fen,
        earned_fen=earned,
    )  # fmt: skip


_AT = "coalesce((SELECT sum(s.pieces) FROM stock s WHERE s.lot = l.lot AND {}), 0)"
_MATCH = f"""
SELECT l.lot, l.platform, l.day, l.product, l.pieces, l.paid_fen, l.basis_points,
       (SELECT sum(pieces) FROM sent WHERE trip = l.trip AND lot = l.lot),
       {_AT.format("s.place = 'van:' || l.trip")},
       {_AT.format("s.place = 'short:'")},
       {_AT.format("s.place = 'buyer:'")},
       {_AT.format("s.place = 'station:'")},
       {_AT.format("(s.place GLOB 'shelf:*' OR s.place GLOB 'bag:*' OR s.place = 'damaged:')")},
       coalesce((SELECT sum(h.pieces) FROM handed h JOIN facts f ON f.id = h.fact WHERE h.lot = l.lot AND h.undone = 0
                 AND EXISTS (SELECT 1 FROM bills b WHERE b.platform = l.platform AND b.day = f.day)), 0),
       coalesce((SELECT sum(refund_fen) FROM claims c WHERE c.lot = l.lot), 0),
       (SELECT sum(pieces) FROM bills b WHERE b.lot = l.lot AND b.platform = l.platform),
       coalesce((SELECT sum(commission_fen) FROM bills b WHERE b.lot = l.lot AND b.platform = l.platform), 0),
       coalesce((SELECT sum(fen) FROM money m WHERE m.lot = l.lot AND m.account = 'receivable'), 0)
FROM lines l WHERE {{}} ORDER BY l.platform, l.lot
"""
_BILLED = """
l.day >= ? AND l.lot IN (
    SELECT lot FROM bills WHERE day >= ?
    UNION SELECT h.lot FROM facts f JOIN handed h ON h.fact = f.id
          WHERE f.day >= ? AND h.undone = 0 AND f.day IN (SELECT day FROM bills))
"""


class Stray(NamedTuple):
    """A billed lot that was never announced here: the bill's day, pieces and fen."""

    lot: str
    platform: str
    day: str
    pieces: int
    fen: int


def strays(source: Source, *, since: str) -> list[Stray]:
    """Lines of bills from ``since`` on that belong to no lot of this point."""
    return [Stray(*row) for row in source.rows(_STRAYS, (since,))]


_STRAYS = (
    "SELECT lot, platform, max(day), sum(pieces), sum(commission_fen) FROM bills"
    " WHERE day >= ? AND lot NOT IN (SELECT lot FROM lines) GROUP BY lot, platform"
)


class Named(NamedTuple):
    """A difference as it stands in the book; ``closed_ms`` 0 is open."""

    difference: str
    about: str
    lot: str
    pieces: int
    fen: int
    day: str
    note: str
    closed_ms: int
    how: str


def named(source: Source, about: str) -> dict[str, Named]:
    """All differences of one sort, open and closed, by name; ``about`` may be a GLOB pattern."""
    rows = source.rows(f"SELECT {_NAMED} FROM differences WHERE about GLOB ?", (about,))
    return {row[0]: Named(*row) for row in rows}


def difference(source: Source, name: str) -> Named | None:
    """One difference by name."""
    row = source.one(f"SELECT {_NAMED} FROM differences WHERE difference = ?", (name,))
    return Named(*row) if row else None


_NAMED = "difference, about, lot, pieces, fen, day, note, closed_ms, how"


class InVan(NamedTuple):
    """Pieces that the book still has in the van of a trip of ``day``."""

    lot: str
    trip: str
    day: str
    pieces: int


def in_vans(source: Source) -> list[InVan]:
    """What trips have not been emptied of."""
    return [InVan(*row) for row in source.rows(_IN_VANS)]


_IN_VANS = (
    "SELECT s.lot, t.trip, t.day, s.pieces FROM stock s JOIN trips t ON s.place = 'van:' || t.trip"
    " WHERE s.pieces > 0 ORDER BY s.lot"
)

# --- days --------------------------------------------------------------------------------------------------


def active_days(source: Source, *, since: str, until: str) -> list[str]:
    """Days on which goods or cash moved here, newest first, and days that are closed."""
    return [day for (day,) in source.rows(_ACTIVE, {"since": since, "until": until})]  # type: ignore[arg-type]


_ACTIVE = """
SELECT day FROM (
    SELECT day FROM trips WHERE arrived_ms > 0 OR ended_ms > 0
    UNION SELECT f.day FROM handed h JOIN facts f ON f.id = h.fact WHERE f.day >= :since
    UNION SELECT f.day FROM facts f JOIN moves m ON m.fact = f.id
          WHERE f.day >= :since AND m.target GLOB 'shelf:*'
    UNION SELECT day FROM money WHERE account = 'drawer' AND day >= :since
    UNION SELECT day FROM counts
    UNION SELECT day FROM days
) WHERE day BETWEEN :since AND :until ORDER BY day DESC
"""


def day_facts(source: Source, days: Sequence[str]) -> list[DayFacts]:
    """What decides how far each of ``days`` is."""
    return [_day_facts(source, day) for day in days]


def _day_facts(source: Source, day: str) -> DayFacts:
    return DayFacts(
        day,
        int(source.value("SELECT closed_ms FROM days WHERE day = ?", (day,)) or 0),
        int(source.value(_FINAL_DAYS, (day, day)) or DEFAULT_FINAL_DAYS),
        int(source.value(_BILLS_MISSING, (day, day))),
        int(source.value("SELECT count(*) FROM differences WHERE closed_ms = 0 AND day = ?", (day,))),
        int(source.value(_STILL_IN_VAN, (day,)) or 0),
    )


_FINAL_DAYS = (
    "SELECT max(json_extract(p.body, '$.final_days')) FROM policies p WHERE p.from_day <= ?"
    " AND p.platform IN (SELECT platform FROM lines WHERE day = ?)"
)
_BILLS_MISSING = (
    "SELECT count(DISTINCT l.platform) FROM handed h JOIN facts f ON f.id = h.fact JOIN lines l ON l.lot = h.lot"
    " WHERE h.undone = 0 AND f.day = ? AND l.platform NOT IN (SELECT platform FROM bills WHERE day = ?)"
)
_STILL_IN_VAN = (
    "SELECT sum(s.pieces) FROM trips t JOIN stock s ON s.place = 'van:' || t.trip"
    " WHERE t.day = ? AND s.pieces > 0"
)


def is_closed(source: Source, day: str) -> bool:
    """Whether the books of ``day`` are closed."""
    return source.value("SELECT 1 FROM days WHERE day = ?", (day,)) is not None


def traces(source: Source) -> list[Trace]:
    """All buyers whose names are kept, with what still ties them to this shop."""
    return [
        Trace(buyer, max(line_day, order_day) or seen_day, here, claims)
        for buyer, seen_day, line_day, order_day, here, claims in source.rows(_TRACES)
    ]


_TRACES = """
SELECT p.buyer, p.seen_day,
       coalesce((SELECT max(l.day) FROM lines l WHERE l.buyer = p.buyer), ''),
       coalesce((SELECT max(o.day) FROM orders o WHERE o.buyer = p.buyer), ''),
       coalesce((SELECT sum(s.pieces) FROM lines l JOIN stock s ON s.lot = l.lot WHERE l.buyer = p.buyer
                 AND s.pieces > 0 AND s.place NOT IN ('buyer:', 'station:', 'short:')), 0),
       (SELECT count(*) FROM lines l JOIN claims c ON c.lot = l.lot WHERE l.buyer = p.buyer AND c.outcome = '')
FROM people p
"""


def days_back(day: str, days: int) -> str:
    """The day that lies ``days`` before ``day``."""
    return day_after(day, -days)
