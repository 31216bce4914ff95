"""When the next exchange is due and how many facts it may carry."""

from __future__ import annotations

from random import Random

SMALLEST, USUAL, LARGEST = 20, 500, 5_000
FIRST_WAIT, LONGEST_WAIT = 0.5, 300.0


class Pace:
    """Grows and shrinks batches, and spreads retries at random so that many desks do not knock together."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._failures = 0
        self._size = USUAL
        self._most = LARGEST

    @property
    def size(self) -> int:
        """Facts in the next batch, at most."""
        return min(self._size, self._most)

    @property
    def failing(self) -> bool:
        """Whether the last exchange failed."""
        return self._failures > 0

    def succeeded(self, count: int, *, most: int) -> None:
        """``count`` facts went through; ``most`` is what the platform will take at once."""
        self._failures = 0
        self._most = max(1, most)
        if count >= self._size:
            self._size = min(self._size * 2, LARGEST)

    def timed_out(self) -> None:
        """The platform was too slow for this size."""
        self._size = max(SMALLEST, self._size // 2)

    def wait_after_failure(self) -> float:
        """Seconds until the next try: anywhere up to a bound that doubles with each failure (full jitter)."""
        self._failures += 1
        bound = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(self._failures, 20))
        return max(FIRST_WAIT, self._random.uniform(0.0, bound))

    def network_returned(self) -> None:
        """Forget the failures."""
        self._failures = 0
