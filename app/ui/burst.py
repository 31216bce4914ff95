"""Tell a scanner's keys from a hand's by their time stamps alone; pure, so that any interleaving can be tested."""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

FAST_MS: Final = 35
"""Two keys at most this far apart came from a machine; scanners send at 1–16 ms, hands at 80 ms and more."""
REPEAT_MS: Final = 20
"""A held key repeats every 25–40 ms; only a repeat faster than this is a scanner's double character."""
STALL_MS: Final = 300
"""A recognised burst may stall this long, because a busy machine stamps late."""
SURE: Final = 3
"""So many fast keys make a burst; two can be a hand rolling over the keyboard."""
SHORTEST: Final = 4
"""A burst without a suffix is a code from this length on."""
LONGEST: Final = 512
"""A longer burst is cut here, and said to be cut."""


class Sort(Enum):
    """What a key means to the sorter."""

    CHARACTER = auto()
    SUFFIX = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Press:
    """One key going down: `at` in ms of the event's own clock, `key` names the physical key, `token` is handed back."""

    at: int
    sort: Sort
    text: str = ""
    key: Hashable = None
    repeated: bool = False
    token: object = None


@dataclass(frozen=True, slots=True)
class Release:
    """One key going up again."""

    key: Hashable
    token: object = None


@dataclass(frozen=True, slots=True)
class Code:
    """A finished scan: at most `LONGEST` characters; `length` is what arrived."""

    text: str
    length: int


Typed = list[object]
"""Tokens of keys that a hand typed, in order, to be delivered to whoever has the focus."""


@dataclass(slots=True)
class Sorter:
    """Feed it every press and release in order; it answers which are a hand's, and `codes` collects the scans."""

    codes: list[Code] = field(default_factory=list)
    _held: list[Press | Release] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)
    _length: int = 0
    _last: int | None = None
    _run: int = 0
    _keys: set[Hashable] = field(default_factory=set)
    _taken: set[Hashable] = field(default_factory=set)
    _ended: int | None = None

    @property
    def holding(self) -> bool:
        """Whether keys are waiting for a decision."""
        return self._length > 0

    @property
    def sure(self) -> bool:
        """Whether the waiting keys are known to be a scanner's."""
        return self._run >= SURE

    def press(self, stroke: Press) -> Typed:
        """Sort one press; returns the tokens that turned out to be typed by hand, this one included if it is."""
        self._taken.discard(stroke.key)
        typed = self._settle_before(stroke)
        if self._trails_a_scan(stroke) or self._is_noise_in_a_scan(stroke):
            self._taken.add(stroke.key)
            return typed
        self._ended = None
        if stroke.sort is Sort.CHARACTER:
            return typed + self._hold(stroke)
        if stroke.sort is Sort.SUFFIX and self.holding and self._run + 1 >= SURE:
            return typed + self._finish_with(stroke)
        return typed + self._pass(stroke)

    def release(self, stroke: Release) -> Typed:
        """Sort one release: it follows its press, held, taken by a scan, or delivered."""
        if stroke.key in self._keys:
            self._held.append(stroke)
            return []
        if stroke.key in self._taken:
            self._taken.discard(stroke.key)
            return []
        return [stroke.token]

    def settle(self) -> Typed:
        """Decide about what is held because nothing followed: a long burst is a code, the rest was typed."""
        if self.sure and self._length >= SHORTEST:
            self._take()
            return []
        return self._give_back()

    def _settle_before(self, stroke: Press) -> Typed:
        if not self.holding or self._last is None:
            return []
        gap = stroke.at - self._last
        if self.sure:
            return [] if 0 <= gap <= STALL_MS else self.settle()
        return [] if self._fast(stroke, gap) else self.settle()

    def _fast(self, stroke: Press, gap: int) -> bool:
        return 0 <= gap <= (REPEAT_MS if stroke.repeated else FAST_MS)

    def _trails_a_scan(self, stroke: Press) -> bool:
        """A second suffix of the same scan (CR LF, or Enter and Tab) must press nothing either."""
        fast = self._ended is not None and stroke.at - self._ended <= FAST_MS
        if fast and stroke.sort is Sort.SUFFIX:
            self._ended = stroke.at
            return True
        return False

    def _is_noise_in_a_scan(self, stroke: Press) -> bool:
        """Some scanners mark groups with keys that write nothing; they are no hand's."""
        fast = self._last is not None and 0 <= stroke.at - self._last <= FAST_MS
        return stroke.sort is Sort.OTHER and self.sure and fast

    def _hold(self, stroke: Press) -> Typed:
        if stroke.repeated and not self.holding:
            return [stroke.token]
        self._held.append(stroke)
        self._keys.add(stroke.key)
        if self._length < LONGEST:
            self._text.append(stroke.text)
        self._length += 1
        self._run += 1
        self._last = stroke.at
        self._forget_tokens_of_an_endless_burst()
        return []

    def _forget_tokens_of_an_endless_burst(self) -> None:
        if self._length > LONGEST:
            self._held.clear()

    def _finish_with(self, suffix: Press) -> Typed:
        self._taken.add(suffix.key)
        self._take()
        self._ended = suffix.at
        return []

    def _pass(self, stroke: Press) -> Typed:
        return [*self.settle(), stroke.token]

    def _take(self) -> None:
        self.codes.append(Code(narrow("".join(self._text)), self._length))
        self._taken |= self._still_down()
        self._clear()

    def _still_down(self) -> set[Hashable]:
        down: set[Hashable] = set()
        for held in self._held:
            if isinstance(held, Press):
                down.add(held.key)
            else:
                down.discard(held.key)
        return down

    def _give_back(self) -> Typed:
        typed = [held.token for held in self._held]
        self._clear()
        return typed

    def _clear(self) -> None:
        self._held.clear()
        self._text.clear()
        self._keys.clear()
        self._length = self._run = 0
        self._last = None


def narrow(text: str) -> str:
    """Full-width letters, digits and signs (an input method's 全角 mode) as the plain ones; all else unchanged."""
    return "".join(_narrow_one(letter) for letter in text)


def _narrow_one(letter: str) -> str:
    wide = "！" <= letter <= "～" or letter == "\u3000"
    return unicodedata.normalize("NFKC", letter) if wide else letter
