"""Our own labels: a piece's, which leads back to its lot, and a crate's; each with a check character."""

from __future__ import annotations

from app.domain.ids import has_valid_check, with_check

PIECE_PREFIX, CRATE_PREFIX = "J", "ZK"
PAPER_PREFIX = "GYM"


def piece_label(lot: str, *, nth: int) -> str:
    """The label of the ``nth`` piece of a lot, counted from 1."""
    return with_check(f"{PIECE_PREFIX}{lot}-{nth}")


def lot_of_label(label: str) -> tuple[str, int]:
    """The lot and the number of the piece; raises ``ValueError`` on a label that is not ours."""
    body, _, _ = label.rpartition("-")
    lot, _, nth = body.rpartition("-")
    if not label.startswith(PIECE_PREFIX) or not has_valid_check(label) or not nth.isdigit():
        raise ValueError(f"no piece label: {label!r:.40}")
    return lot[len(PIECE_PREFIX) :], int(nth)


def crate_label(*, day: str, device: str, number: int) -> str:
    """A station crate's label, such as ``ZK1122-3F2A-017-X``: day, device, a number of that device and night."""
    return with_check(f"{CRATE_PREFIX}{day[5:7]}{day[8:10]}-{device[:4].upper()}-{number:03d}")


def is_crate_label(code: str) -> bool:
    """Whether a code is a station crate's label with a right check character."""
    return code.startswith(CRATE_PREFIX) and has_valid_check(code)


def is_paper_part(text: str) -> bool:
    """Whether a scanned text means to be a part of a list on paper (``GYM1:…``), whole or not, of any format."""
    tidy = text.strip().upper()
    return tidy.startswith(PAPER_PREFIX) and ":" in tidy[3:6]
