"""How the exchange with the platform stands, for the status bar: mood, what is unsent, the PC's clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

SKEW_WARNING_MS = 120_000
BEHIND_MS = 60_000
"""Unsent facts older than this are said to be behind, with a network that works."""


class Mood(StrEnum):
    """One word for the state of the network, best first."""

    ONLINE = "online"
    BEHIND = "behind"
    OFFLINE = "offline"
    SIGNED_OUT = "signed_out"
    ALARM = "alarm"


class Trouble(StrEnum):
    """What went wrong last; each has its sentence at the counter."""

    NONE = "none"
    UNREACHABLE = "unreachable"
    SLOW = "slow"
    BUSY = "busy"
    LIED = "lied"
    CHOKED = "choked"
    SIGNED_OUT = "signed_out"
    FORKED = "forked"
    MISMATCH = "mismatch"
    FEED_SHORTER = "feed_shorter"
    STORE = "store"


ALARMING = frozenset({Trouble.MISMATCH, Trouble.FEED_SHORTER})
OFFLINE = frozenset({Trouble.UNREACHABLE, Trouble.SLOW, Trouble.LIED})


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the pulse; times in ms since 1970, 0 for never. ``skew_ms`` > 0: this PC's clock is ahead."""

    now_ms: int = 0
    unsent: int = 0
    oldest_ms: int = 0
    last_contact_ms: int = 0
    skew_ms: int = 0
    quarantined: int = 0
    trouble: Trouble = Trouble.NONE
    alarm: Trouble = Trouble.NONE

    @property
    def mood(self) -> Mood:
        """The one word."""
        if self.alarm is not Trouble.NONE:
            return Mood.ALARM
        if self.trouble is Trouble.SIGNED_OUT:
            return Mood.SIGNED_OUT
        if self.trouble in OFFLINE or not self.last_contact_ms:
            return Mood.OFFLINE
        late = self.unsent and self.now_ms - self.oldest_ms > BEHIND_MS
        return Mood.BEHIND if late or self.trouble in (Trouble.CHOKED, Trouble.BUSY) else Mood.ONLINE

    @property
    def clock_is_wrong(self) -> bool:
        """Whether the PC's clock is far enough off to say so."""
        return abs(self.skew_ms) > SKEW_WARNING_MS


class Pulse:
    """Holds the latest reading and tells listeners of each new one, on the thread that took it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reading = Reading()
        self._listeners: list[Callable[[Reading], None]] = []

    @property
    def reading(self) -> Reading:
        """The latest reading."""
        with self._lock:
            return self._reading

    def listen(self, listener: Callable[[Reading], None]) -> None:
        """Call ``listener`` with each reading that differs from the one before."""
        self._listeners.append(listener)

    def take(self, **changes: Any) -> None:
        """Change some of the reading's values."""
        with self._lock:
            before, self._reading = self._reading, replace(self._reading, **changes)
            after = self._reading
        if after != before:
            for listener in self._listeners:
                listener(after)
