"""A PC clock that is set is noticed, forwards and back; the system's small corrections are not."""

from __future__ import annotations

import pytest

from app.upkeep.clockwatch import ClockWatch


@pytest.mark.parametrize(
    ("set_by_ms", "noticed"),
    [
        (0, 0),
        (900, 0),
        (-900, 0),
        (86_400_000, 86_400_000),
        (-86_400_000, -86_400_000),
        (59_000, 0),
        (61_000, 61_000),
    ],
)
def test_a_set_clock_is_noticed(set_by_ms: int, noticed: int) -> None:
    steady = [100.0]
    watch = ClockWatch(lambda: steady[0])
    assert watch.jumped_ms(1_000_000) == 0
    steady[0] += 5
    assert watch.jumped_ms(1_005_000 + set_by_ms) == noticed
    steady[0] += 1
    assert watch.jumped_ms(1_006_000 + set_by_ms) == 0
