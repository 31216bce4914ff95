"""What the pages of the close show: frozen rows, read from the committed book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from app.domain import codec
from app.domain.clock import day_after
from app.domain.events import DayClosed
from app.domain.money import share_fen
from app.reconciliation import reckoning, rules
from app.reconciliation.rules import SHELF, Commission, DayFacts, Stage, Still
from app.store.connection import Reader
from app.store.tables import (
    bills,
    claims,
    days,
    deductions,
    differences,
    facts,
    handed,
    lines,
    money,
    policies,
    stock,
)

MOST_ROWS = 500


# --- differences -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A difference with its goods; times in ms, ``deadline_ms`` and ``closed_ms`` 0 where there is none."""

    difference: str
    about: str
    day: str
    lot: str
    product: str
    platform: str
    pieces: int
    fen: int
    note: str
    opened_ms: int
    deadline_ms: int
    closed_ms: int
    how: str


def open_differences(reader: Reader) -> list[DifferenceRow]:
    """All that is open, the nearest deadline first, then the oldest."""
    no_deadline = case((differences.c.deadline_ms == 0, 1), else_=0)
    order = (no_deadline, differences.c.deadline_ms, differences.c.day, differences.c.difference)
    return _differences(reader, differences.c.closed_ms == 0, order)


def settled_differences(reader: Reader, *, since_ms: int) -> list[DifferenceRow]:
    """What found its end since a moment, the latest first."""
    return _differences(
        reader, differences.c.closed_ms >= since_ms, (differences.c.closed_ms.desc(),), closed=1
    )


def differences_of(reader: Reader, day: str) -> list[DifferenceRow]:
    """All differences of one day, open and settled."""
    return _differences(reader, differences.c.day == day, (differences.c.about, differences.c.difference))


def _differences(
    reader: Reader, where: ColumnElement[bool], order: tuple[Any, ...], *, closed: int = 0
) -> list[DifferenceRow]:
    d = differences.c
    found = reader.select(
        select(
            d.difference, d.about, d.day, d.lot, func.coalesce(lines.c.product, ""),
            func.coalesce(lines.c.platform, ""), d.pieces, d.fen, d.note, d.opened_ms, d.deadline_ms, d.closed_ms,
            d.how,
        )
        .outerjoin(lines, lines.c.lot == d.lot)
        .where(where, d.closed_ms > 0 if closed else d.closed_ms >= 0)
        .order_by(*order)
        .limit(MOST_ROWS)
    )  # fmt: skip
    return [DifferenceRow(*row) for row in found]


@dataclass(frozen=True, slots=True)
class ShelfLot:
    """Goods that may explain a shelf difference: pieces of a lot at a slot."""

    lot: str
    product: str
    code: str
    slot: str
    pieces: int


def lots_at(reader: Reader, slot: str) -> list[ShelfLot]:
    """What the ledger has at a slot."""
    return _shelf_lots(reader, stock.c.place == SHELF + slot)


def lots_lacking(reader: Reader, *, apart_from: str) -> list[ShelfLot]:
    """What the ledger has at other slots where pieces are lacking: they may lie at the wrong one."""
    short = select(differences.c.about).where(differences.c.closed_ms == 0, differences.c.pieces < 0)
    return _shelf_lots(reader, and_(stock.c.place.in_(short), stock.c.place != SHELF + apart_from))


def slots_of(reader: Reader, code: str) -> list[ShelfLot]:
    """Where goods with this barcode, lot or pickup code should lie."""
    same = or_(lines.c.barcode == code, lines.c.lot == code, lines.c.code == code)
    return _shelf_lots(reader, and_(stock.c.place.like("shelf:%"), same))


def _shelf_lots(reader: Reader, where: ColumnElement[bool]) -> list[ShelfLot]:
    found = reader.select(
        select(
            stock.c.lot, func.coalesce(lines.c.product, "多发的商品"), func.coalesce(lines.c.code, ""),
            func.substr(stock.c.place, len(SHELF) + 1), stock.c.pieces,
        )
        .outerjoin(lines, lines.c.lot == stock.c.lot)
        .where(where, stock.c.pieces > 0)
        .order_by(stock.c.place, stock.c.lot)
        .limit(MOST_ROWS)
    )  # fmt: skip
    return [ShelfLot(*row) for row in found]


# --- days --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day and how far it is; ``waits`` says what keeps it from being final."""

    day: str
    stage: Stage
    waits: tuple[Still, ...]
    facts: DayFacts


def day_rows(reader: Reader, *, today: str, back: int = 30) -> list[DayRow]:
    """The last days on which something happened, newest first."""
    since = day_after(today, -back)
    active = reckoning.active_days(reader, since=since, until=today)
    return [
        DayRow(found.day, rules.stage(found, today=today), rules.waits_for(found, today=today), found)
        for found in reckoning.day_facts(reader, active)
    ]


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """What was written when a day was closed, and when (ms)."""

    totals: DayClosed
    closed_ms: int


def closed_day(reader: Reader, day: str) -> ClosedDay | None:
    """The close of a day, if there was one."""
    found = reader.select(select(days.c.body, days.c.closed_ms).where(days.c.day == day))
    if not found:
        return None
    totals = codec.decode("DayClosed", found[0][0])
    return ClosedDay(totals, found[0][1]) if isinstance(totals, DayClosed) else None


@dataclass(frozen=True, slots=True)
class Correction:
    """A number of a closed day that facts which came later have changed: as it was written, and as it is."""

    what: str
    written: int
    now: int


def corrections(reader: Reader, day: str) -> list[Correction]:
    """What has changed since a day was closed, empty where nothing has."""
    closed = closed_day(reader, day)
    if closed is None:
        return []
    found = reckoning.totals(reader, day)
    now = {
        "received": found.flows.received,
        "handed_out": found.flows.handed_out,
        "returned": found.flows.returned,
        "here": found.here,
        "commission_fen": found.commission_fen,
    }
    written = {what: getattr(closed.totals, what) for what in now}
    return [Correction(what, written[what], now[what]) for what in now if written[what] != now[what]]


@dataclass(frozen=True, slots=True)
class SinceClose:
    """How many differences have come and gone since a day was closed: of bills, of other sorts, and ended ones."""

    billed: int
    others: int
    ended: int


def differences_since(reader: Reader, closed_ms: int) -> SinceClose:
    """What turned the open differences of a close into those of now."""
    billed, others, ended = reader.rows(_SINCE_CLOSE, (closed_ms,))[0]
    return SinceClose(billed, others, ended)


_SINCE_CLOSE = """
SELECT coalesce(sum(opened_ms > ?1 AND closed_ms = 0 AND about GLOB 'bill:*'), 0),
       coalesce(sum(opened_ms > ?1 AND closed_ms = 0 AND about NOT GLOB 'bill:*'), 0),
       coalesce(sum(opened_ms <= ?1 AND closed_ms > ?1), 0)
FROM differences
"""

# --- commission --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CommissionRow:
    """One line's commission so far: pieces, fen, rate in basis points; ``billed_fen`` is ``None`` while unbilled."""

    lot: str
    order: str
    platform: str
    product: str
    category: str
    pieces: int
    handed_out: int
    paid_fen: int
    refunded_fen: int
    basis_points: int
    commission: Commission
    billed_fen: int | None


def commissions(reader: Reader, *, since: str, until: str) -> list[CommissionRow]:
    """Lines whose commission moved between two days (both included), by platform."""
    moved = select(money.c.lot).where(money.c.account == "receivable", money.c.day.between(since, until))
    x = lines.c
    handed_out = _sum_of(handed.c.pieces, and_(handed.c.lot == x.lot, handed.c.undone == 0))
    refunded = _sum_of(claims.c.refund_fen, claims.c.lot == x.lot)
    billed = select(func.sum(bills.c.commission_fen)).where(bills.c.lot == x.lot).scalar_subquery()
    found = reader.select(
        select(
            x.lot, x.order_no, x.platform, x.product, x.category, x.pieces, handed_out, x.paid_fen, refunded,
            x.basis_points, billed,
        )
        .where(x.lot.in_(moved))
        .order_by(x.platform, x.lot)
    )  # fmt: skip
    return [_commission_row(row) for row in found]


def _sum_of(column: ColumnElement[int], where: ColumnElement[bool]) -> Any:
    return select(func.coalesce(func.sum(column), 0)).where(where).scalar_subquery()


def _commission_row(row: Any) -> CommissionRow:
    lot, order, platform, product, category, pieces, handed_out, paid, refunded, points, billed = row
    split = rules.commission_of(
        paid, pieces=pieces, handed_out=handed_out, refunded_fen=refunded, basis_points=points
    )
    return CommissionRow(
        lot, order, platform, product, category, pieces, handed_out, paid, refunded, points, split, billed
    )


@dataclass(frozen=True, slots=True)
class PlatformRow:
    """One platform's business over some days: pieces and fen."""

    platform: str
    name: str
    handed_out: int
    sales_fen: int
    commission_fen: int
    billed_fen: int
    deducted_fen: int
    returned_fen: int

    @property
    def net_fen(self) -> int:
        """What is left for the shop."""
        return self.commission_fen - self.deducted_fen + self.returned_fen


def platforms(reader: Reader, *, since: str, until: str) -> list[PlatformRow]:
    """All platforms side by side, between two days (both included)."""
    names = platform_names(reader)
    earned = _by_platform(reader, _earned(since, until))
    sold = _sold(reader, since=since, until=until)
    billed = _by_platform(reader, _billed(since, until))
    taken = {row[0]: row for row in reader.select(_taken(since, until))}
    keys = sorted({*earned, *sold, *billed, *taken, *names} - {""})
    return [
        PlatformRow(
            key,
            names.get(key, key),
            *sold.get(key, _Sold()),
            earned.get(key, 0),
            billed.get(key, 0),
            *(taken[key][1:] if key in taken else (0, 0)),
        )
        for key in keys
    ]


def platform_names(reader: Reader) -> dict[str, str]:
    """The platforms' names for people, by key."""
    found = reader.select(select(policies.c.platform, policies.c.name).order_by(policies.c.from_day))
    return {row[0]: row[1] for row in found}


def _by_platform(reader: Reader, statement: Any) -> dict[str, int]:
    return {row[0]: row[1] for row in reader.select(statement)}


def _earned(since: str, until: str) -> Any:
    return (
        select(money.c.platform, func.sum(money.c.fen))
        .where(money.c.account == "receivable", money.c.day.between(since, until))
        .group_by(money.c.platform)
    )


class _Sold(NamedTuple):
    pieces: int = 0
    fen: int = 0


def _sold(reader: Reader, *, since: str, until: str) -> dict[str, _Sold]:
    """Pieces handed out and what was paid for them; each line is rounded to whole fen by itself."""
    x = lines.c
    found = reader.select(
        select(x.platform, x.paid_fen, x.pieces, func.sum(handed.c.pieces))
        .join(lines, x.lot == handed.c.lot)
        .join(facts, facts.c.id == handed.c.fact)
        .where(handed.c.undone == 0, facts.c.day.between(since, until))
        .group_by(x.lot)
    )
    sums: dict[str, _Sold] = {}
    for platform, paid_fen, whole, part in found:
        before = sums.get(platform, _Sold())
        fen = share_fen(paid_fen, part=part, whole=whole)
        sums[platform] = _Sold(before.pieces + part, before.fen + fen)
    return sums


def _billed(since: str, until: str) -> Any:
    return (
        select(bills.c.platform, func.sum(bills.c.commission_fen))
        .where(bills.c.day.between(since, until))
        .group_by(bills.c.platform)
    )


def _taken(since: str, until: str) -> Any:
    return (
        select(deductions.c.platform, func.sum(deductions.c.fen), func.sum(deductions.c.returned_fen))
        .where(deductions.c.day.between(since, until))
        .group_by(deductions.c.platform)
    )


def lots_of_orders(reader: Reader, codes: Sequence[str]) -> dict[str, str]:
    """For order numbers that are no lot's and have one line: that line's lot."""
    x = lines.c
    found = reader.select(
        select(x.order_no, func.min(x.lot))
        .where(x.order_no.in_(codes[:MOST_CODES]), x.order_no.not_in(select(x.lot)))
        .group_by(x.order_no)
        .having(func.count() == 1)
    )
    return {row[0]: row[1] for row in found}


MOST_CODES = 30_000
"""SQLite binds 32,766 values in one statement."""


def newest_bill(reader: Reader, *, since: str) -> int:
    """The number of the last bill in the book, 0 for none; it tells whether there is a new one."""
    found = reader.select(
        select(func.max(facts.c.id)).where(facts.c.day >= since, facts.c.kind == "BillIssued")
    )
    return int(found[0][0] or 0)


# --- deductions --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeductionRow:
    """A penalty and what became of it; ``state`` is taken, appealed, returned or kept."""

    deduction: str
    platform: str
    day: str
    fen: int
    why: str
    lot: str
    product: str
    state: str
    note: str
    returned_fen: int


def deduction_rows(reader: Reader) -> list[DeductionRow]:
    """All deductions, those that may still be appealed first, then the newest."""
    x = deductions.c
    rank = case((x.state == "taken", 0), (x.state == "appealed", 1), else_=2)
    found = reader.select(
        select(
            x.deduction, x.platform, x.day, x.fen, x.why, x.lot, func.coalesce(lines.c.product, ""), x.state,
            x.note, x.returned_fen,
        )
        .outerjoin(lines, lines.c.lot == x.lot)
        .order_by(rank, x.day.desc(), x.deduction)
        .limit(MOST_ROWS)
    )  # fmt: skip
    return [DeductionRow(*row) for row in found]


# --- the audit trail ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TrailRow:
    """One fact as it was recorded: its name, when (ms, device time), by whom, and its body."""

    fact: str
    at_ms: int
    operator: str
    device: str
    kind: str
    body: str
    taken_back: int


def trail(reader: Reader, day: str, *, most: int = MOST_ROWS) -> list[TrailRow]:
    """The facts of a day, the newest first; ``most`` 0 gives all."""
    f = facts.c
    wanted = select(
        f.device, f.epoch, f.seq, f.at_ms, f.operator, f.kind, f.body, func.coalesce(f.reversed_by, 0)
    ).where(f.day == day)
    found = reader.select(wanted.order_by(f.id.desc()).limit(most or -1))
    return [
        TrailRow(f"{device}.{epoch}.{seq}", at_ms, operator, device, kind, body, gone)
        for device, epoch, seq, at_ms, operator, kind, body, gone in found
    ]
