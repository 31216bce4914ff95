"""The tokens keep their promises: contrast, sizes, and one style sheet that Qt understands."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QApplication

from app.domain.answers import Tone
from app.ui import tokens
from app.ui.fonts import apply_theme, load_bundled_fonts
from app.ui.tokens import TextSize, contrast, scaled, stylesheet


@pytest.mark.parametrize(("ink", "ground"), tokens.TEXT_PAIRS)
def test_every_text_can_be_read_on_its_ground(ink: str, ground: str) -> None:
    assert contrast(ink, ground) >= 4.5


def test_contrast_is_measured_as_the_norm_does() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_every_tone_has_its_own_loud_colour() -> None:
    assert len({tokens.TONES[tone].fill for tone in Tone}) == len(Tone)


def test_large_print_reaches_the_elder_norm() -> None:
    scale = TextSize.LARGE.scale
    assert scaled(tokens.BASE_PX, scale) >= 24
    assert scaled(tokens.TARGET, scale) >= 60
    assert scaled(tokens.ROW, scale) >= 60


def test_the_style_sheet_leaves_no_token_unfilled() -> None:
    assert "$" not in stylesheet(1.0)
    assert stylesheet(1.0) != stylesheet(TextSize.LARGE.scale)


def test_the_bundled_font_is_what_is_drawn(dressed: QApplication) -> None:
    families = load_bundled_fonts()
    assert families
    assert QFontInfo(dressed.font()).family() in families


@pytest.mark.parametrize("size", TextSize)
def test_the_theme_sets_the_print_in_pixels(dressed: QApplication, size: TextSize) -> None:
    apply_theme(dressed, size)
    assert dressed.font().pixelSize() == scaled(tokens.BASE_PX, size.scale)
