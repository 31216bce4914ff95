"""All that a day's papers say, gathered once for the Excel file and the PDF alike."""

from __future__ import annotations

from dataclasses import dataclass

from app.reconciliation import queries, reckoning
from app.reconciliation.queries import (
    ClosedDay,
    CommissionRow,
    Correction,
    DeductionRow,
    DifferenceRow,
    PlatformRow,
    TrailRow,
)
from app.reconciliation.reckoning import CashLine, SlotBooks, Totals
from app.reconciliation.rules import MatchLine, TrialBalance
from app.store.connection import Reader


@dataclass(frozen=True, slots=True)
class DayBook:
    """One business day of one shop; ``closed`` is ``None`` while it is open, ``made_ms`` when this was gathered."""

    shop: str
    day: str
    made_ms: int
    totals: Totals
    closed: ClosedDay | None
    cash_fen: int
    corrections: list[Correction]
    slots: list[SlotBooks]
    match: list[MatchLine]
    differences: list[DifferenceRow]
    carried: list[DifferenceRow]
    commissions: list[CommissionRow]
    platforms: list[PlatformRow]
    deductions: list[DeductionRow]
    cash: list[CashLine]
    trail: list[TrailRow]
    names: dict[str, str]
    balance: TrialBalance

    def name_of(self, platform: str) -> str:
        """A platform's name for people."""
        return self.names.get(platform, platform)


def gather(reader: Reader, day: str, *, made_ms: int) -> DayBook:
    """Read a day from the committed book."""
    of_day = queries.differences_of(reader, day)
    carried = [row for row in queries.open_differences(reader) if row.day != day]
    return DayBook(
        shop=reader.get("point_name", "") or "自提点",
        day=day,
        made_ms=made_ms,
        totals=reckoning.totals(reader, day),
        closed=queries.closed_day(reader, day),
        cash_fen=reckoning.cash_at_end(reader, day),
        corrections=queries.corrections(reader, day),
        slots=reckoning.slots(reader, day),
        match=reckoning.match_day(reader, day),
        differences=of_day,
        carried=carried,
        commissions=queries.commissions(reader, since=day, until=day),
        platforms=queries.platforms(reader, since=day, until=day),
        deductions=[row for row in queries.deduction_rows(reader) if row.day == day],
        cash=reckoning.cash_lines(reader, day),
        trail=queries.trail(reader, day, most=0),
        names=queries.platform_names(reader),
        balance=reckoning.trial_balance(reader),
    )
