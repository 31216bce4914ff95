"""Notices that somebody set the PC's clock, by comparing it with the clock that only counts on."""

from __future__ import annotations

import time
from collections.abc import Callable

LEAST_MS = 60_000
"""Smaller steps are the system's own corrections."""


def steady_seconds() -> float:
    """A clock that nobody sets and that goes on while the PC sleeps, as far as the system has one."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class ClockWatch:
    """Compares two clocks from one look to the next."""

    def __init__(self, steady: Callable[[], float] = steady_seconds) -> None:
        self._steady = steady
        self._last: tuple[int, float] | None = None

    def jumped_ms(self, now_ms: int) -> int:
        """By how much the PC's clock was set since the last look, in ms; 0 where it was not."""
        steady = self._steady()
        last, self._last = self._last, (now_ms, steady)
        if last is None:
            return 0
        jumped = now_ms - last[0] - round((steady - last[1]) * 1000)
        return jumped if abs(jumped) >= LEAST_MS else 0
