"""Money in integer fen: commission with exact reversal, and how amounts are written for people."""

from __future__ import annotations


def half_up(numerator: int, denominator: int) -> int:
    """``numerator / denominator`` rounded half away from zero; ``denominator`` > 0."""
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def share_fen(total_fen: int, *, part: int, whole: int) -> int:
    """The price of ``part`` of ``whole`` pieces that cost ``total_fen`` together."""
    return half_up(total_fen * part, whole) if whole else 0


def commission_fen(
    paid_fen: int, *, pieces: int, handed_out: int, refunded_fen: int, basis_points: int
) -> int:
    """Commission earned so far on one line: a rate on what was paid for the handed-out pieces, less refunds.

    It is a function of the totals and not of the steps, so taking a step back takes back exactly its fen.
    """
    if pieces <= 0:
        return 0
    base = max(0, paid_fen * handed_out - refunded_fen * pieces)
    return half_up(base * basis_points, pieces * 10_000)


def yuan(fen: int) -> str:
    """``1230`` → ``¥12.30``; negative amounts carry a minus before the sign."""
    return f"{'-' if fen < 0 else ''}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
