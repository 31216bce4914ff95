"""What the board is painted from: the finish on its line, routes as cells, and the people who sort."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.domain.answers import Tone
from app.ui import tokens
from app.ui.panels import chip_padding, paint_chip
from app.ui.shapes import draw_tone, font_of, sized
from app.waveboard import words
from app.waveboard.queries import Board
from app.waveboard.rules import RouteNow, Sorter, State

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
WHOLE = Qt.TextFlag.TextDontClip
"""Large print reaches over its line where the line is low."""
Cell = tuple[RouteNow, State]
HEAD = 104
"""How high the head of the board is: two keys, one over the other."""
LOW, TALL, NARROW = 45, 57, 102
"""A route's cell: never lower, no taller than it needs, and so many stand side by side."""


def write(painter: QPainter, rect: QRectF, text: str, flags: int | Qt.AlignmentFlag) -> None:
    """Text on one line, cut where it does not fit."""
    shown = painter.fontMetrics().elidedText(
        text, Qt.TextElideMode.ElideRight, max(0, math.ceil(rect.width()))
    )
    painter.drawText(rect.adjusted(0, 0, 2, 0), flags, shown)


def draw_bar(painter: QPainter, bar: QRectF, route: RouteNow) -> None:
    """Done in blue, short in amber with a gap, the rest empty."""
    radius = bar.height() / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.SUNKEN))
    painter.drawRoundedRect(bar, radius, radius)
    if route.done:
        painter.setBrush(QColor(tokens.BLUE))
        width = max(bar.height(), bar.width() * route.share)
        painter.drawRoundedRect(QRectF(bar.left(), bar.top(), width, bar.height()), radius, radius)


class FinishLine:
    """Draws the band of the finish on a line of time with the hour at which vans leave."""

    def __init__(self, board: Board) -> None:
        found = board.projection
        self.tone = words.finish_tone(board)
        self.deadline = board.deadline_ms
        self.band = (found.soon_ms, found.middle_ms, found.late_ms) if found and board.left else None
        start = board.began_ms or board.now_ms
        ends = [self.deadline, board.now_ms, *(self.band or ())]
        self.start, self.end = min(start, board.now_ms), max(ends) + 15 * 60_000
        self.now = board.now_ms

    def draw(self, painter: QPainter, rect: QRectF, font: QFont) -> None:
        """The line in the middle of `rect`, hours under it."""
        thick = rect.height() * 0.24
        middle = rect.top() + rect.height() * 0.34
        line = QRectF(rect.left(), middle - thick / 2, rect.width(), thick)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.SUNKEN))
        painter.drawRoundedRect(line, thick / 2, thick / 2)
        painter.setBrush(QColor(tokens.LINE_STRONG))
        gone = QRectF(line.left(), line.top(), self._x(line, self.now) - line.left(), thick)
        painter.drawRoundedRect(gone, thick / 2, thick / 2)
        if self.band is not None:
            self._draw_band(painter, line)
        self._draw_deadline(painter, line, rect, font)

    def _x(self, line: QRectF, at_ms: int) -> float:
        span = max(1, self.end - self.start)
        share = (at_ms - self.start) / span
        return float(line.left() + line.width() * min(1.0, max(0.0, share)))

    def _draw_band(self, painter: QPainter, line: QRectF) -> None:
        if self.band is None:
            return
        soon, middle, late = (self._x(line, at) for at in self.band)
        paint = tokens.TONES[self.tone]
        grown = line.adjusted(0, -line.height() * 0.35, 0, line.height() * 0.35)
        painter.setPen(QPen(QColor(paint.fill), 2))
        painter.setBrush(QColor(paint.tint))
        wide = max(grown.height(), late - soon)
        band = QRectF(min(soon, line.right() - wide), grown.top(), wide, grown.height())
        painter.drawRoundedRect(band, grown.height() / 2, grown.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(paint.fill))
        painter.drawEllipse(QPointF(middle, line.center().y()), line.height() * 0.62, line.height() * 0.62)

    def _draw_deadline(self, painter: QPainter, line: QRectF, rect: QRectF, font: QFont) -> None:
        at = self._x(line, self.deadline)
        painter.setPen(QPen(QColor(tokens.INK), max(2.0, line.height() * 0.2)))
        painter.drawLine(QPointF(at, rect.top()), QPointF(at, rect.top() + rect.height() * 0.68))
        painter.setFont(font)
        painter.setPen(QColor(tokens.INK))
        wide = painter.fontMetrics().horizontalAdvance("00:00") + 4
        below = QRectF(0, rect.top() + rect.height() * 0.68, wide, rect.height() * 0.32)
        below.moveLeft(min(rect.right() - wide, max(rect.left(), at - wide / 2)))
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, words.hour(self.deadline))
        painter.setPen(QColor(tokens.MUTED))
        start = QRectF(rect.left(), below.top(), wide, below.height())
        if start.right() < below.left():
            painter.drawText(start, LEFT, words.hour(self.start))


class FinishCard(QWidget):
    """When the sorting will be done: the hour in giant print, the band on its line, and how sure 07:00 is."""

    def __init__(self) -> None:
        super().__init__()
        self._board: Board | None = None
        self._shown = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_board(self, board: Board) -> None:
        """Show another look."""
        self._board = board
        caption, at, band = words.finish_words(board)
        said = f"{caption} {at}，{band}，{words.margin(board)}，把握 {words.chance(board)}"
        minute = f"{said} {words.hour(board.now_ms)}"
        if minute != self._shown:
            self._shown = minute
            self.setAccessibleName(said)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 520), sized(self, HEAD))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 320), sized(self, HEAD))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.LINE), 1))
        painter.setBrush(QColor(tokens.SURFACE))
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(rect, tokens.RADIUS_LARGE, tokens.RADIUS_LARGE)
        if self._board is None:
            return
        pad = sized(self, 18)
        inner = rect.adjusted(pad, sized(self, 8), -pad, -sized(self, 8))
        left = self._paint_hour(painter, inner, self._board)
        self._paint_line(painter, inner.adjusted(left, 0, 0, 0), self._board)

    def _paint_hour(self, painter: QPainter, inner: QRectF, board: Board) -> float:
        caption, at, band = words.finish_words(board)
        painter.setFont(font_of(self, "body"))
        painter.setPen(QColor(tokens.MUTED))
        third = inner.height() / 4
        above = QRectF(inner.left(), inner.top() - sized(self, 4), inner.width() / 2, third)
        painter.drawText(above, LEFT, caption)
        small = painter.fontMetrics().horizontalAdvance(band)
        below = QRectF(inner.left(), inner.bottom() - third + sized(self, 3), inner.width() / 2, third)
        painter.drawText(below, LEFT, band)
        painter.setFont(font_of(self, "number", bold=True))
        painter.setPen(QColor(tokens.INK))
        wide = painter.fontMetrics().horizontalAdvance(at)
        middle = QRectF(inner.left(), inner.top() + third - sized(self, 3), wide + 4, 2 * third)
        painter.drawText(middle, LEFT | WHOLE, at)
        return max(wide, small) + sized(self, 24)

    def _paint_line(self, painter: QPainter, right: QRectF, board: Board) -> None:
        tone = words.finish_tone(board)
        line = FinishLine(board)
        text = words.margin(board)
        if board.left and board.projection and board.projection.chance:
            text = f"{text}，准点把握 {words.chance(board)}"
        painter.setFont(font_of(self, "small"))
        padding = chip_padding(self, tone)
        shorter = (text, text.rpartition("，")[2], words.chance(board))
        fits = (x for x in shorter if painter.fontMetrics().horizontalAdvance(x) + padding <= right.width())
        text = next(fits, shorter[-1])
        width = min(right.width(), painter.fontMetrics().horizontalAdvance(text) + padding)
        height = sized(self, 32)
        paint_chip(painter, QRectF(right.right() - width, right.top(), width, height), text, tone, self)
        below = right.adjusted(0, height + sized(self, 6), 0, 0)
        line.draw(painter, below, font_of(self, "small"))


class Figure(NamedTuple):
    """A small number of the night: its name, the tone in which it is told, and more about it."""

    name: str
    number: str
    tone: Tone = Tone.INFO
    more: str = ""


class Figures(QWidget):
    """The small numbers of the night on one card, two by two."""

    def __init__(self) -> None:
        super().__init__()
        self.figures: tuple[Figure, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_figures(self, *figures: Figure) -> None:
        """Show these, in the order of reading."""
        if figures == self.figures:
            return
        self.figures = figures
        self.setAccessibleName("，".join(f"{one.name} {one.number}" for one in figures))
        self.setToolTip("\n".join(one.more for one in figures if one.more))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 340), sized(self, HEAD))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 270), sized(self, HEAD))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.LINE), 1))
        painter.setBrush(QColor(tokens.SURFACE))
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(rect, tokens.RADIUS_LARGE, tokens.RADIUS_LARGE)
        edge = sized(self, 6)
        wide, tall = rect.width() / 2 - edge, rect.height() / 2 - edge
        for at, one in enumerate(self.figures):
            row, column = divmod(at, 2)
            place = QRectF(rect.left() + edge + column * wide, rect.top() + edge + row * tall, wide, tall)
            self._paint_one(painter, place.adjusted(2, 2, -2, -2), one)

    def _paint_one(self, painter: QPainter, place: QRectF, one: Figure) -> None:
        """The name at the left, the number at the right; a tone gives both its ground."""
        calm, paint = one.tone is Tone.INFO, tokens.TONES[one.tone]
        if not calm:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(paint.tint))
            painter.drawRoundedRect(place, tokens.RADIUS, tokens.RADIUS)
        inner = place.adjusted(sized(self, 8), 0, -sized(self, 8), 0)
        painter.setFont(font_of(self, "title", bold=True))
        painter.setPen(QColor(tokens.INK if calm else paint.tint_ink))
        painter.drawText(inner, RIGHT, one.number)
        room = painter.fontMetrics().horizontalAdvance(one.number) + sized(self, 4)
        painter.setFont(font_of(self, "small"))
        painter.setPen(QColor(tokens.MUTED if calm else paint.tint_ink))
        write(painter, inner.adjusted(0, 0, -room, 0), one.name, LEFT)


class RoutesGrid(QWidget):
    """Every route as a cell: dock, what is left, its state in word and shape, and how much is done.

    Cells are lower where the screen is low, so that all of them are seen at once.
    """

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[Cell] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("线路")

    def show_routes(self, cells: Sequence[Cell]) -> None:
        """Show these routes; only cells that differ are painted again."""
        before, self.cells = self.cells, list(cells)
        if len(cells) != len(before):
            self.updateGeometry()
            self.update()
        for old, new, place in zip(before, self.cells, self.places(), strict=False):
            if old != new:
                self.update(place.toAlignedRect())
        loud = [cell for cell in cells if words.STATES[cell[1]][1] in (Tone.LOOK, Tone.WRONG)]
        self.setAccessibleDescription("。".join(words.route_aloud(*cell) for cell in loud[:5]))

    def columns(self, width: int) -> int:
        """How many cells stand side by side in a width."""
        return max(1, (width + self._gap()) // (sized(self, NARROW) + self._gap()))

    def sizeHint(self) -> QSize:
        return QSize(max(self.width(), sized(self, 480)), self._high(sized(self, TALL)))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 260), self._high(sized(self, LOW)))

    def resizeEvent(self, event: object) -> None:
        self.updateGeometry()

    def _gap(self) -> int:
        return sized(self, 5)

    def _rows(self) -> int:
        return math.ceil(len(self.cells) / self.columns(self.width())) or 1

    def _high(self, tall: int) -> int:
        return self._rows() * (tall + self._gap()) - self._gap()

    def _tall(self) -> float:
        share = (self.height() + self._gap()) / self._rows() - self._gap()
        return min(sized(self, TALL), max(sized(self, LOW), share))

    def places(self) -> list[QRectF]:
        """Where the cells stand, one for each."""
        columns, gap, tall = self.columns(self.width()), self._gap(), self._tall()
        wide = (self.width() - gap * (columns - 1)) / columns
        return [
            QRectF(at % columns * (wide + gap), at // columns * (tall + gap), wide, tall)
            for at in range(len(self.cells))
        ]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        measures, region = _Measures.of(self), event.region()
        for cell, place in zip(self.cells, self.places(), strict=True):
            if region.intersects(place.toAlignedRect()):
                _paint_cell(painter, place.adjusted(0.5, 0.5, -0.5, -0.5), cell, measures)

    def event(self, event: QEvent) -> bool:
        """A cell under the mouse tells all of itself."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            for cell, place in zip(self.cells, self.places(), strict=True):
                if place.contains(QPointF(event.pos())):
                    QToolTip.showText(event.globalPos(), words.route_aloud(*cell), self)
                    return True
            QToolTip.hideText()
        return super().event(event)


class _Measures(NamedTuple):
    """What all cells of one painting share."""

    big: QFont
    small: QFont
    pad: int
    bar: int
    shape: int
    number: int

    @classmethod
    def of(cls, grid: QWidget) -> _Measures:
        """The measures at a grid's size of print."""
        big, small = font_of(grid, "section", bold=True), font_of(grid, "small")
        return cls(big, small, sized(grid, 8), sized(grid, 4), sized(grid, 16), sized(grid, 44))


def _paint_cell(painter: QPainter, rect: QRectF, cell: Cell, at: _Measures) -> None:
    route, found = cell
    word, tone = words.state(route, found)
    paint = tokens.TONES[tone]
    calm = tone is Tone.INFO
    painter.setPen(QPen(QColor(tokens.LINE if calm else paint.line), 1))
    painter.setBrush(QColor(tokens.SURFACE if calm else paint.tint))
    painter.drawRoundedRect(rect, tokens.RADIUS, tokens.RADIUS)
    ink, quiet = (tokens.INK, tokens.MUTED) if calm else (paint.tint_ink, paint.tint_ink)
    inner = rect.adjusted(at.pad, at.bar - 2, -at.pad, -at.bar)
    half = (inner.height() - at.bar - 1) / 2
    top = QRectF(inner.left(), inner.top(), inner.width(), half)
    painter.setFont(at.big)
    painter.setPen(QColor(ink))
    if route.left:
        painter.drawText(top, RIGHT | WHOLE, str(route.left))
    write(painter, top.adjusted(0, 0, -at.number, 0), route.dock or route.route, LEFT | WHOLE)
    below = top.translated(0, half)
    painter.setFont(at.small)
    if route.short:
        painter.setPen(QColor(tokens.TONES[Tone.LOOK].tint_ink if calm else quiet))
        painter.drawText(below if route.left else top, RIGHT | WHOLE, f"短 {route.short}")
    if not calm:
        place = QRectF(below.left(), below.center().y() - at.shape / 2, at.shape, at.shape)
        draw_tone(painter, place, tone, body=paint.fill, mark=paint.ink)
        below.setLeft(place.right() + 5)
    painter.setPen(QColor(quiet))
    painter.drawText(below, LEFT | WHOLE, word)
    draw_bar(painter, QRectF(inner.left(), inner.bottom() - at.bar, inner.width(), at.bar), route)


class People(QWidget):
    """Who sorts, where, and how many pieces a person-hour."""

    def __init__(self) -> None:
        super().__init__()
        self._sorters: tuple[Sorter, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_sorters(self, sorters: tuple[Sorter, ...]) -> None:
        """Show these people."""
        if len(sorters) != len(self._sorters):
            self.updateGeometry()
        if sorters == self._sorters and self.accessibleName():
            return
        self._sorters = sorters
        said = [" ".join((one.name, *words.sorter_line(one))) for one in sorters]
        self.setAccessibleName("，".join(said) or "还没有人开始分拣")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 320), max(1, self._rows()) * self._tall())

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 260), self.sizeHint().height())

    def resizeEvent(self, event: object) -> None:
        self.updateGeometry()

    def _columns(self) -> int:
        return max(1, self.width() // sized(self, 200))

    def _rows(self) -> int:
        return math.ceil(len(self._sorters) / self._columns())

    def _tall(self) -> int:
        return sized(self, 34)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._sorters:
            painter.setFont(font_of(self, "body"))
            painter.setPen(QColor(tokens.MUTED))
            painter.drawText(QRectF(self.rect()), LEFT, "还没有人开始分拣")
        best = max((one.per_hour for one in self._sorters), default=0)
        gap = sized(self, tokens.SPACE_L)
        wide = (self.width() + gap) / self._columns() - gap
        for at, one in enumerate(self._sorters):
            row, column = divmod(at, self._columns())
            self._paint_one(
                painter, QRectF(column * (wide + gap), row * self._tall(), wide, self._tall()), one, best
            )

    def _paint_one(self, painter: QPainter, place: QRectF, one: Sorter, best: int) -> None:
        """Name, where, pace; and the pace again as a line under them, against the best."""
        where, pace = words.sorter_line(one)
        thick = sized(self, 4)
        line = place.adjusted(0, 0, 0, -2 * thick)
        painter.setFont(font_of(self, "body"))
        painter.setPen(QColor(tokens.INK))
        painter.drawText(line, RIGHT, pace)
        room = painter.fontMetrics().horizontalAdvance(pace) + sized(self, 8)
        painter.setFont(font_of(self, "small"))
        painter.setPen(QColor(tokens.MUTED))
        side = painter.fontMetrics().horizontalAdvance(where)
        painter.drawText(line.adjusted(0, 0, -room, 0), RIGHT, where)
        painter.setFont(font_of(self, "body", bold=True))
        painter.setPen(QColor(tokens.INK if one.present else tokens.MUTED))
        write(painter, line.adjusted(0, 0, -room - side - sized(self, 4), 0), one.name, LEFT)
        self._paint_bar(painter, QRectF(line.left(), line.bottom(), line.width(), thick), one, best)

    def _paint_bar(self, painter: QPainter, bar: QRectF, one: Sorter, best: int) -> None:
        radius = bar.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.SUNKEN))
        painter.drawRoundedRect(bar, radius, radius)
        if best and one.per_hour:
            painter.setBrush(QColor(tokens.BLUE if one.present else tokens.LINE_STRONG))
            bar.setWidth(max(bar.height(), bar.width() * one.per_hour / best))
            painter.drawRoundedRect(bar, radius, radius)
