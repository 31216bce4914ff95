"""Small things that all benchmarks share: percentiles, spread over rounds, and the closing JSON line."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from typing import Any


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which ``percent`` of the values lie (nearest rank)."""
    ordered = sorted(values)
    rank = min(len(ordered) - 1, max(0, round(percent / 100 * len(ordered)) - 1))
    return ordered[rank]


def spread(values: Sequence[float]) -> str:
    """``median (least … most)`` of the rounds."""
    return f"{statistics.median(values):.3f} ({min(values):.3f} … {max(values):.3f})"


def close_with(**figures: Any) -> int:
    """Print the figures as the one JSON object of the last line; the exit code 0."""
    rounded = {
        name: round(value, 4) if isinstance(value, float) else value for name, value in figures.items()
    }
    print(json.dumps(rounded, ensure_ascii=False))
    return 0
