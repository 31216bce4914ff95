"""Drawn shapes: the four answer icons, the line glyphs of the counter, and the measures that painted widgets share."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

from app.domain.answers import Tone
from app.ui import tokens


class Glyph(StrEnum):
    """Line drawings on a 24 × 24 grid: M and L points, C curves, Z closes, O is a circle (x y r)."""

    BOX = "M 3 7.5 L 12 3 L 21 7.5 L 21 16.5 L 12 21 L 3 16.5 Z M 3 7.5 L 12 12 L 21 7.5 M 12 12 L 12 21"
    BAG = "M 5 8 L 19 8 L 20 21 L 4 21 Z M 8.5 11 L 8.5 7 C 8.5 2 15.5 2 15.5 7 L 15.5 11"
    BACK = "M 9 5 L 4 10 L 9 15 M 4 10 L 14 10 C 22 10 22 20 14 20 L 9 20"
    BOOK = "M 5 3 L 19 3 L 19 21 L 5 21 Z M 9 8 L 15 8 M 9 12 L 15 12 M 9 16 L 12 16"
    SHELF = (
        "M 4 3 L 4 21 M 20 3 L 20 21 M 4 9 L 20 9 M 4 17 L 20 17 M 7 9 L 7 5 L 11 5 L 11 9 M 13 17 "
        "L 13 13 L 17 13 L 17 17"
    )
    CLOUD = "M 7 19 C 1 19 1 11 7 11 C 8 4 17 4 18 11 C 23 11 23 19 18 19 Z"
    GEAR = (
        "O 12 12 3.4 O 12 12 7 M 12 2 L 12 5 M 12 19 L 12 22 M 2 12 L 5 12 M 19 12 L 22 12 M 5 5 L "
        "7 7 M 17 17 L 19 19 M 19 5 L 17 7 M 7 17 L 5 19"
    )
    HELP = "O 12 12 9 M 9 9.5 C 9 5.5 15 5.5 15 9.5 C 15 12 12 11.8 12 14.3 M 12 17.4 L 12 17.6"
    TRUCK = "M 2 6 L 14 6 L 14 17 L 2 17 Z M 14 10 L 18.5 10 L 22 13.5 L 22 17 L 14 17 O 7 18 2 O 18 18 2"
    ROUTE = "O 5 18.5 2.4 O 19 5.5 2.4 M 8 18.5 L 16 18.5 C 21 18.5 21 12 16 12 L 8 12 C 3 12 3 5.5 8 5.5 L 16 5.5"
    SEARCH = "O 10.5 10.5 6.5 M 15.5 15.5 L 21 21"
    CLEAR = "M 6 6 L 18 18 M 18 6 L 6 18"
    ERASE = "M 8 5 L 21 5 L 21 19 L 8 19 L 2 12 Z M 11.5 9 L 17 15 M 17 9 L 11.5 15"
    CHECK = "M 4.5 12.5 L 10 18 L 20 6.5"
    CLOCK = "O 12 12 9 M 12 6.5 L 12 12 L 16 14.5"
    CAMERA = "M 3 8 L 7.5 8 L 9.5 5 L 14.5 5 L 16.5 8 L 21 8 L 21 19 L 3 19 Z O 12 13 3.6"
    PEN = "M 4 20 L 5 15.5 L 16.5 4 L 20 7.5 L 8.5 19 Z M 14 6.5 L 17.5 10"
    SCAN = (
        "M 3 8 L 3 4 L 7 4 M 17 4 L 21 4 L 21 8 M 21 16 L 21 20 L 17 20 M 7 20 L 3 20 L 3 16 M 7.5 "
        "8 L 7.5 16 M 11 8 L 11 16 M 14 8 L 14 16 M 16.8 8 L 16.8 16"
    )
    ONLINE = (
        "M 2.5 9.5 C 8 4 16 4 21.5 9.5 M 6 13 C 9.5 9.6 14.5 9.6 18 13 M 9.3 16.3 C 11 14.8 13 "
        "14.8 14.7 16.3 M 12 19.4 L 12 19.6"
    )
    BEHIND = "M 20 11 C 18.5 3.5 8 2.5 5 9 M 5 4 L 5 9 L 10 9 M 4 13 C 5.5 20.5 16 21.5 19 15 M 19 20 L 19 15 L 14 15"
    OFFLINE = (
        "M 2.5 9.5 C 4.5 7.5 6.7 6.4 9 5.8 M 14 5.5 C 17 6.2 19.5 7.5 21.5 9.5 M 9.3 16.3 C 11 "
        "14.8 13 14.8 14.7 16.3 M 12 19.4 L 12 19.6 M 4 3 L 20 21"
    )
    PLUS = "M 12 5 L 12 19 M 5 12 L 19 12"
    MINUS = "M 5 12 L 19 12"
    BUSY = (
        "M 6 3 L 18 3 M 6 21 L 18 21 M 7.5 3 C 7.5 9 11 9.5 11 12 C 11 14.5 7.5 15 7.5 21 M 16.5 3 "
        "C 16.5 9 13 9.5 13 12 C 13 14.5 16.5 15 16.5 21"
    )


def glyph_path(glyph: Glyph) -> QPainterPath:
    """The glyph as a path on its 24 × 24 grid."""
    path = QPainterPath()
    words = iter(glyph.value.split())
    for word in words:
        _draw_command(path, word, words)
    return path


def _draw_command(path: QPainterPath, word: str, words: Iterator[str]) -> None:
    if word == "M":
        path.moveTo(_point(words))
    elif word == "L":
        path.lineTo(_point(words))
    elif word == "C":
        path.cubicTo(_point(words), _point(words), _point(words))
    elif word == "O":
        centre, radius = _point(words), float(next(words))
        path.addEllipse(centre, radius, radius)
    else:
        path.closeSubpath()


def _point(words: Iterator[str]) -> QPointF:
    return QPointF(float(next(words)), float(next(words)))


def draw_glyph(painter: QPainter, rect: QRectF, glyph: Glyph, colour: str, *, weight: float = 2.0) -> None:
    """Draw a glyph into a square; `weight` is the pen width on the 24 grid."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.topLeft())
    painter.scale(rect.width() / 24, rect.height() / 24)
    painter.setPen(_round_pen(colour, weight))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(glyph_path(glyph))
    painter.restore()


def _round_pen(colour: str, width: float) -> QPen:
    pen = QPen(QColor(colour), width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def draw_tone(painter: QPainter, rect: QRectF, tone: Tone, *, body: str, mark: str) -> None:
    """Draw a tone's icon: circle and check, triangle and !, octagon and ×, circle and i."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.topLeft())
    painter.scale(rect.width() / 24, rect.height() / 24)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(body))
    painter.drawPath(_tone_body(tone))
    painter.setPen(_round_pen(mark, 2.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(_tone_mark(tone))
    painter.restore()


def _tone_body(tone: Tone) -> QPainterPath:
    path = QPainterPath()
    if tone is Tone.LOOK:
        path.addPath(_polygon("12 2.5 22.5 20.5 1.5 20.5"))
    elif tone is Tone.WRONG:
        path.addPath(_polygon("7.4 1 16.6 1 23 7.4 23 16.6 16.6 23 7.4 23 1 16.6 1 7.4"))
    else:
        path.addEllipse(QPointF(12, 12), 11, 11)
    return path


def _polygon(points: str) -> QPainterPath:
    numbers = [float(word) for word in points.split()]
    path = QPainterPath(QPointF(numbers[0], numbers[1]))
    for at in range(2, len(numbers), 2):
        path.lineTo(numbers[at], numbers[at + 1])
    path.closeSubpath()
    return path


def _tone_mark(tone: Tone) -> QPainterPath:
    path = QPainterPath()
    marks = {
        Tone.OK: ((7, 12.5, 10.6, 16), (10.6, 16, 17.3, 8.4)),
        Tone.LOOK: ((12, 9, 12, 14), (12, 17.4, 12, 17.5)),
        Tone.WRONG: ((8, 8, 16, 16), (16, 8, 8, 16)),
        Tone.INFO: ((12, 11.4, 12, 17), (12, 7.2, 12, 7.3)),
    }
    for x1, y1, x2, y2 in marks[tone]:
        path.moveTo(x1, y1)
        path.lineTo(x2, y2)
    return path


def scale_of(widget: QWidget) -> float:
    """The text scale a widget is drawn at, read from its own font so that no global has to be kept."""
    pixels = widget.font().pixelSize()
    return pixels / tokens.BASE_PX if pixels > 0 else 1.0


def sized(widget: QWidget, pixels: float) -> int:
    """`pixels` at the widget's text scale."""
    return tokens.scaled(pixels, scale_of(widget))


def font_of(widget: QWidget, size: str, *, bold: bool = False) -> QFont:
    """The widget's family in a named size of the scale ("small", "body", "title", …)."""
    font = QFont(widget.font())
    font.setPixelSize(sized(widget, tokens.FONT_SIZES[size]))
    font.setBold(bold)
    return font


def square(side: float) -> QSize:
    """A square of whole pixels."""
    return QSize(round(side), round(side))


def draw_keycap(painter: QPainter, rect: QRectF, text: str, *, ink: str, line: str) -> None:
    """Draw a key of the keyboard as a small outlined cap with its name."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(line), 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(0.7, 0.7, -0.7, -0.7), 5, 5)
    painter.setPen(QColor(ink))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def draw_focus_ring(painter: QPainter, rect: QRectF, radius: float) -> None:
    """A dark ring outside and a white one inside, so that focus is seen on any ground."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(tokens.FOCUS), 3))
    painter.drawRoundedRect(rect.adjusted(1.5, 1.5, -1.5, -1.5), radius, radius)
    painter.setPen(QPen(QColor(tokens.WHITE), 2))
    painter.drawRoundedRect(rect.adjusted(4, 4, -4, -4), radius - 3, radius - 3)
