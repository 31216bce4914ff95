"""QR codes as rows of dark and light modules, for whoever draws them."""

from __future__ import annotations

from typing import Any

QUIET_MODULES = 4
"""So many light modules must surround a code, or scanners do not find it (ISO/IEC 18004)."""


def modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """The modules of a code without its quiet zone, true where dark; raises ``ValueError`` for what no QR code holds.

    Upper-case letters, digits and ``$%*+-./:`` are packed two in eleven bits; a seventh of it may be spoiled.
    """
    import zxingcpp

    made: Any = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(
        scale=1, add_quiet_zones=False
    )
    rows, columns = made.shape
    dots = bytes(memoryview(made))
    return tuple(
        tuple(dot < 128 for dot in dots[at : at + columns]) for at in range(0, rows * columns, columns)
    )
