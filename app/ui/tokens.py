"""The design tokens: every colour, space, radius and size of the counter, and the one style sheet made from them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from string import Template
from typing import Final

from app.domain.answers import Tone

BLUE: Final = "#0072B2"
BLUE_DEEP: Final = "#005A8E"
BLUE_TINT: Final = "#E8F2F8"
AMBER: Final = "#E69F00"
AMBER_TINT: Final = "#FDF3DC"
AMBER_LINE: Final = "#E9C469"
RED: Final = "#9B1C1C"
RED_DEEP: Final = "#7A1414"
RED_TINT: Final = "#FAEAEA"
GREY: Final = "#595959"
GREY_TINT: Final = "#EDF0F2"

INK: Final = "#16212B"
MUTED: Final = GREY
FAINT: Final = "#6B747C"
PAPER: Final = "#F4F6F7"
SURFACE: Final = "#FFFFFF"
SUNKEN: Final = "#EDF0F2"
LINE: Final = "#DCE1E5"
LINE_STRONG: Final = "#848E97"
BLACK: Final = "#000000"
WHITE: Final = "#FFFFFF"
SCRIM: Final = "#16212B"
SCRIM_OPACITY: Final = 0.46
FOCUS: Final = "#0B2F47"
ROW_TOUCHED: Final = "#DCEDF7"
ROW_CHOSEN: Final = "#E8F2F8"

ROUTES: Final = (
    "#4A7BD0", "#5A3E00", "#B26B00", "#00735A", "#7B3294", "#16212B", "#4D6600", "#C2417C",
)  # fmt: skip
"""Lines of routes on the map: taken in this order, neighbours stay apart for every eye, dark and light in turns."""

BASE_PX: Final = 18
SPACE_XS: Final = 4
SPACE_S: Final = 8
SPACE_M: Final = 12
SPACE_L: Final = 16
SPACE_XL: Final = 24
RADIUS: Final = 10
RADIUS_SMALL: Final = 6
RADIUS_LARGE: Final = 16
TARGET: Final = 48
TARGET_BIG: Final = 60
ROW: Final = 50
ROW_SECTION: Final = 38


class TextSize(StrEnum):
    """Which print the user chose: the normal one, or the large-print edition (大字版)."""

    NORMAL = "normal"
    LARGE = "large"

    @property
    def scale(self) -> float:
        """Factor on every size; large print reaches 24 px text and targets of at least 60 px."""
        return 1.0 if self is TextSize.NORMAL else 24 / BASE_PX


@dataclass(frozen=True, slots=True)
class TonePaint:
    """The colours of one tone: loud (`fill`, `ink`) while fresh, quiet (`tint`, `tint_ink`) afterwards."""

    fill: str
    ink: str
    tint: str
    tint_ink: str
    line: str


TONES: Final[dict[Tone, TonePaint]] = {
    Tone.OK: TonePaint(fill=BLUE, ink=WHITE, tint=BLUE_TINT, tint_ink=BLUE_DEEP, line="#B9D8EA"),
    Tone.LOOK: TonePaint(fill=AMBER, ink=BLACK, tint=AMBER_TINT, tint_ink="#5F4200", line=AMBER_LINE),
    Tone.WRONG: TonePaint(fill=RED, ink=WHITE, tint=RED_TINT, tint_ink=RED, line="#E5BDBD"),
    Tone.INFO: TonePaint(fill=GREY_TINT, ink=INK, tint=GREY_TINT, tint_ink=INK, line=LINE),
}

# Every pair of text colour and ground that the counter draws; a test holds each to 4.5:1.
TEXT_PAIRS: Final[tuple[tuple[str, str], ...]] = (
    (INK, PAPER), (INK, SURFACE), (INK, SUNKEN), (INK, ROW_TOUCHED), (INK, ROW_CHOSEN), (INK, BLUE_TINT),
    (MUTED, PAPER), (MUTED, SURFACE), (MUTED, SUNKEN), (MUTED, ROW_TOUCHED), (MUTED, ROW_CHOSEN),
    (FAINT, SURFACE), (WHITE, BLUE), (WHITE, BLUE_DEEP), (WHITE, RED), (WHITE, RED_DEEP), (BLUE_DEEP, SURFACE),
    (BLUE_DEEP, BLUE_TINT), (BLUE_DEEP, PAPER), (RED, SURFACE), (RED, RED_TINT), (BLACK, AMBER), (WHITE, GREY),
    *((paint.ink, paint.fill) for paint in TONES.values()),
    *((paint.tint_ink, paint.tint) for paint in TONES.values()),
)  # fmt: skip

FONT_SIZES: Final[dict[str, int]] = {
    "small": 16, "body": BASE_PX, "lead": 20, "section": 20, "title": 26, "word": 34, "figure": 40, "number": 60,
}  # fmt: skip


def scaled(size: float, scale: float) -> int:
    """`size` in base pixels at `scale`, rounded to whole pixels."""
    return round(size * scale)


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two "#RRGGBB" colours, 1.0 to 21.0."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.03928 else float(((channel + 0.055) / 1.055) ** 2.4)


def stylesheet(scale: float = 1.0) -> str:
    """The whole counter's style sheet at a text scale (1.0 is 18 px body text)."""
    sizes = {f"f_{name}": f"{scaled(px, scale)}px" for name, px in FONT_SIZES.items()}
    gaps = {
        f"p{px}": f"{scaled(px, scale)}px" for px in (4, 6, 8, 10, 12, 14, 16, 24, 44, TARGET, TARGET_BIG)
    }
    return _SHEET.substitute(_COLOURS, **sizes, **gaps, target=f"{scaled(TARGET - 4, scale)}px")


_COLOURS: Final[dict[str, str]] = {
    "ink": INK, "muted": MUTED, "faint": FAINT, "paper": PAPER, "surface": SURFACE, "sunken": SUNKEN, "line": LINE,
    "line_strong": LINE_STRONG, "blue": BLUE, "blue_deep": BLUE_DEEP, "blue_tint": BLUE_TINT, "red": RED,
    "white": WHITE, "focus": FOCUS, "radius": f"{RADIUS}px", "radius_s": f"{RADIUS_SMALL}px",
    "radius_l": f"{RADIUS_LARGE}px", "grey_tint": GREY_TINT, "chosen": ROW_CHOSEN,
}  # fmt: skip

_SHEET: Final = Template("""
QWidget { color: $ink; }
QMainWindow, QWidget#counter, QWidget#gallery { background: $paper; }
QLabel { background: transparent; }
QLabel[role="title"] { font-size: $f_title; font-weight: 700; }
QLabel[role="section"] { font-size: $f_section; font-weight: 700; }
QLabel[role="lead"] { font-size: $f_lead; }
QLabel[role="strong"] { font-weight: 700; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: $f_small; }
QLabel[role="clock"] { font-size: $f_title; font-weight: 700; }
QLabel[role="figure"] { font-size: $f_figure; font-weight: 700; }
QLabel[role="error"] { color: $red; font-weight: 700; }
QFrame[card="true"] { background: $surface; border: 1px solid $line; border-radius: $radius_l; }
QFrame[sheet="true"] { background: $surface; border: 1px solid $line; border-radius: $radius_l; }
QFrame#header { background: $surface; border: none; border-bottom: 1px solid $line; }
QFrame#status { background: $surface; border: none; border-top: 1px solid $line; }
QFrame#rail { background: $surface; border: none; border-right: 1px solid $line; }
QFrame#rule { background: $line; border: none; }
QLineEdit, QPlainTextEdit {
  background: $surface; border: 2px solid $line_strong; border-radius: $radius; padding: 0 $p12;
  min-height: $target; selection-background-color: $blue; selection-color: $white;
}
QPlainTextEdit { padding: $p8 $p12; }
QLineEdit:hover, QPlainTextEdit:hover { border-color: $muted; }
QLineEdit:focus, QPlainTextEdit:focus { border: 3px solid $blue; }
QLineEdit:disabled, QPlainTextEdit:disabled { background: $sunken; color: $muted; border-color: $line; }
QLineEdit[bare="true"], QLineEdit[bare="true"]:focus { border: none; background: transparent; padding: 0; }
QLineEdit[figure="true"] { font-size: $f_figure; font-weight: 700; min-height: $p60; }
QTableView {
  background: $surface; border: none; border-radius: $radius_l; outline: none; padding: 1px;
  selection-background-color: $chosen; selection-color: $ink;
}
QHeaderView { background: transparent; border: none; }
QHeaderView::section {
  background: $surface; color: $muted; font-size: $f_small; border: none; border-bottom: 1px solid $line;
  padding: $p8 $p14;
}
QHeaderView::section:first { border-top-left-radius: $radius_l; }
QHeaderView::section:last { border-top-right-radius: $radius_l; }
QTableCornerButton::section { background: $surface; border: none; }
QScrollArea, QScrollArea > QWidget > QWidget#scrolled { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: $p14; margin: $p4 2px $p4 2px; }
QScrollBar::handle:vertical { background: $line_strong; border-radius: 5px; min-height: $p44; }
QScrollBar:horizontal { background: transparent; height: $p14; margin: 2px $p4 2px $p4; }
QScrollBar::handle:horizontal { background: $line_strong; border-radius: 5px; min-width: $p44; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QToolTip {
  background: $ink; color: $white; border: none; padding: $p8 $p10; font-size: $f_small;
}
""")
