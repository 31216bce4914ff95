"""The print of the counter: the bundled Chinese font, or the machine's own where the bundle is missing."""

from __future__ import annotations

import logging
from functools import cache
from typing import Final

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from app.domain.resources import resource_path
from app.ui import tokens

log = logging.getLogger(__name__)

BUNDLED: Final = ("fonts/NotoSansSC-Regular.otf", "fonts/NotoSansSC-Bold.otf")
FALLBACKS: Final = ("Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei UI", "Microsoft YaHei")


@cache
def load_bundled_fonts() -> tuple[str, ...]:
    """Register the bundled fonts once; returns their families, () where there are none."""
    families: dict[str, None] = {}
    for name in BUNDLED:
        path = resource_path(name)
        if path.is_file():
            families.update(dict.fromkeys(_families_in(str(path))))
    return tuple(families)


def _families_in(path: str) -> list[str]:
    number = QFontDatabase.addApplicationFont(path)
    if number < 0:
        log.warning("font could not be read: %s", path)
        return []
    return QFontDatabase.applicationFontFamilies(number)


def counter_font(scale: float, families: tuple[str, ...] = ()) -> QFont:
    """The body font at a text scale, in pixels so that every platform draws the same layout."""
    font = QFont()
    font.setFamilies([*families, *(name for name in FALLBACKS if name not in families)])
    font.setPixelSize(tokens.scaled(tokens.BASE_PX, scale))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def apply_theme(application: QApplication, size: tokens.TextSize = tokens.TextSize.NORMAL) -> None:
    """Dress the whole application: style, font and style sheet, at the chosen text size."""
    application.setStyle("Fusion")
    application.setPalette(_palette())
    application.setFont(counter_font(size.scale, load_bundled_fonts()))
    application.setStyleSheet(tokens.stylesheet(size.scale))


def _palette() -> QPalette:
    """Light whatever the system wears, and hints that can be read."""
    palette = QPalette(QColor(tokens.PAPER))
    for role, colour in (
        (QPalette.ColorRole.Window, tokens.PAPER),
        (QPalette.ColorRole.Base, tokens.SURFACE),
        (QPalette.ColorRole.Text, tokens.INK),
        (QPalette.ColorRole.WindowText, tokens.INK),
        (QPalette.ColorRole.PlaceholderText, tokens.FAINT),
        (QPalette.ColorRole.Highlight, tokens.BLUE),
        (QPalette.ColorRole.HighlightedText, tokens.WHITE),
    ):
        palette.setColor(role, QColor(colour))
    return palette
