"""Time as the trade sees it: a clock that is passed in, and the business day that begins at 23:00."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Protocol

CHINA = timezone(timedelta(hours=8), "CST")
CUT_OFF_HOUR = 23
"""Orders close at 23:00; from then on the next business day runs."""


class Clock(Protocol):
    """Says the time in milliseconds since 1970-01-01 UTC."""

    def now_ms(self) -> int: ...


class SystemClock:
    """The PC's own clock."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000


class StoryClock:
    """A clock that stands where the story puts it."""

    def __init__(self, at_ms: int) -> None:
        self._at_ms = at_ms

    def now_ms(self) -> int:
        return self._at_ms

    def move_to(self, at_ms: int) -> None:
        """Set the time; it may go back, as wrong PC clocks do."""
        self._at_ms = at_ms

    def advance(self, *, seconds: float) -> None:
        """Let ``seconds`` pass."""
        self._at_ms += round(seconds * 1000)


def at(day: str, clock: str) -> int:
    """Milliseconds of ``clock`` (``HH:MM``, China time) on the calendar day ``day`` (``YYYY-MM-DD``)."""
    moment = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=CHINA)
    return int(moment.timestamp() * 1000)


def moment(at_ms: int) -> datetime:
    """The aware China-time moment of a millisecond count."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(CHINA)


def business_day(at_ms: int) -> str:
    """The business day (``YYYY-MM-DD``) that runs at ``at_ms``: after 23:00 it is tomorrow's."""
    return _day_of((at_ms + _DAY_BEGINS_EARLY_MS) // 86_400_000)


_DAY_BEGINS_EARLY_MS = (8 + 24 - CUT_OFF_HOUR) * 3_600_000


@lru_cache(maxsize=64)
def _day_of(days_since_1970: int) -> str:
    return date.fromordinal(date(1970, 1, 1).toordinal() + days_since_1970).isoformat()


def day_after(day: str, days: int) -> str:
    """The day that lies ``days`` after ``day``; negative goes back."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def days_between(earlier: str, later: str) -> int:
    """Whole days from ``earlier`` to ``later``."""
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
