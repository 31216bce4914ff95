"""How far each truck is, in large calm cards, and the one line that says what is to be done next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.dock import words
from app.dock.queries import TruckRow
from app.ui import tokens
from app.ui.panels import chip_padding, paint_chip
from app.ui.shapes import font_of, sized

_LEFT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
MOST_CARDS: Final = 4
_NARROWEST: Final = 212
_TALL: Final = 120
_SLIM: Final = 48


class TruckCards(QWidget):
    """A card for every truck: plate, state, times, a bar, containers and pieces; hidden while none is announced."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trucks: tuple[TruckRow, ...] = ()
        self._now_ms = 0
        self._slim = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_trucks(self, trucks: Sequence[TruckRow], *, now_ms: int) -> None:
        """Show these trucks, the first ones where there is not room for all."""
        self._trucks, self._now_ms = tuple(trucks), now_ms
        self.setVisible(bool(trucks))
        self.setAccessibleName("；".join(self.words()))
        self.update()

    def slim(self, *, on: bool) -> None:
        """One line a truck, where the screen is low."""
        if self._slim != on:
            self._slim = on
            self.updateGeometry()
            self.update()

    def words(self) -> list[str]:
        """What is drawn, as text."""
        return [
            f"{_name(truck)} {words.truck_state(truck, now_ms=self._now_ms)[0]} {words.truck_times(truck)}"
            f" {_boxes(truck)} {_pieces(truck)}"
            for truck in self._trucks
        ]

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 640), self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 320), self._height())

    def _height(self) -> int:
        return sized(self, _SLIM if self._slim else _TALL)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gap = sized(self, tokens.SPACE_M)
        fit = max(1, min(MOST_CARDS, (self.width() + gap) // (sized(self, _NARROWEST) + gap)))
        shown = self._trucks[:fit]
        if not shown:
            return
        wide = (self.width() - gap * (len(shown) - 1)) / len(shown)
        for at, truck in enumerate(shown):
            self._paint_truck(painter, QRectF(at * (wide + gap), 0, wide, self.height()), truck)

    def _paint_truck(self, painter: QPainter, area: QRectF, truck: TruckRow) -> None:
        line = tokens.BLUE if truck.is_open else tokens.LINE
        painter.setPen(QPen(QColor(line), 2 if truck.is_open else 1))
        painter.setBrush(QColor(tokens.SURFACE))
        painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), tokens.RADIUS_LARGE, tokens.RADIUS_LARGE)
        pad = sized(self, 14)
        if self._slim:
            self._paint_line(painter, area.adjusted(pad, 0, -pad, 0), truck)
            return
        inner = area.adjusted(pad, sized(self, 10), -pad, -sized(self, 12))
        top = QRectF(inner.left(), inner.top(), inner.width(), sized(self, 30))
        right = self._paint_state(painter, top, truck)
        self._write(painter, top.adjusted(0, 0, -right, 0), _name(truck), "section", tokens.INK, bold=1)
        times = QRectF(inner.left(), top.bottom(), inner.width(), sized(self, 24))
        self._write(painter, times, words.truck_times(truck), "small", tokens.MUTED)
        bar = QRectF(inner.left(), inner.bottom() - sized(self, 9), inner.width(), sized(self, 9))
        counts = QRectF(
            inner.left(), times.bottom(), inner.width(), bar.top() - times.bottom() - sized(self, 4)
        )
        pieces = QFontMetricsF(font_of(self, "small")).horizontalAdvance(_pieces(truck)) + sized(self, 8)
        self._write(painter, counts.adjusted(0, 0, -pieces, 0), _boxes(truck), "lead", tokens.INK, bold=1)
        painter.setFont(font_of(self, "small"))
        painter.setPen(QColor(tokens.MUTED))
        painter.drawText(counts, _RIGHT, _pieces(truck))
        self._paint_bar(painter, bar, truck)

    def _paint_line(self, painter: QPainter, area: QRectF, truck: TruckRow) -> None:
        boxes = QFontMetricsF(font_of(self, "body", bold=True)).horizontalAdvance(_boxes(truck)) + sized(
            self, 10
        )
        self._write(painter, area.adjusted(0, 0, -boxes, 0), _name(truck), "body", tokens.INK, bold=1)
        painter.setFont(font_of(self, "body", bold=True))
        painter.setPen(QColor(tokens.BLUE_DEEP if truck.is_open else tokens.MUTED))
        painter.drawText(area, _RIGHT, _boxes(truck))

    def _paint_state(self, painter: QPainter, line: QRectF, truck: TruckRow) -> float:
        """Paint the chip at the right; returns how much room it took."""
        state, tone = words.truck_state(truck, now_ms=self._now_ms)
        wide = QFontMetricsF(font_of(self, "small")).horizontalAdvance(state) + chip_padding(self, tone)
        tall = sized(self, 30)
        chip = QRectF(line.right() - wide, line.top() + (line.height() - tall) / 2, wide, tall)
        paint_chip(painter, chip, state, tone, self)
        return wide + sized(self, 8)

    def _write(
        self, painter: QPainter, area: QRectF, text: str, size: str, colour: str, *, bold: int = 0
    ) -> None:
        painter.setFont(font_of(self, size, bold=bool(bold)))
        painter.setPen(QColor(colour))
        said = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, round(area.width()))
        painter.drawText(area.adjusted(0, 0, 2, 0), _LEFT, said)

    def _paint_bar(self, painter: QPainter, bar: QRectF, truck: TruckRow) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.SUNKEN))
        painter.drawRoundedRect(bar, bar.height() / 2, bar.height() / 2)
        share = truck.pieces_in / truck.pieces if truck.pieces else 0.0
        if share:
            painter.setBrush(QColor(tokens.BLUE))
            done = QRectF(bar.left(), bar.top(), max(bar.height(), bar.width() * share), bar.height())
            painter.drawRoundedRect(done, bar.height() / 2, bar.height() / 2)


def _name(truck: TruckRow) -> str:
    return truck.plate or truck.trip


def _boxes(truck: TruckRow) -> str:
    return f"{truck.boxes_in}/{truck.boxes} 箱" if truck.boxes else "清单没到"


def _pieces(truck: TruckRow) -> str:
    return f"{truck.pieces_in}/{truck.pieces} 件" if truck.boxes else ""


class NextLine(QWidget):
    """The one thing to do next, always in sight."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._word = self._sentence = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def say(self, word: str, sentence: str) -> None:
        """Say another thing to do."""
        self._word, self._sentence = word, sentence
        self.setAccessibleName(self.text())
        self.setToolTip(sentence)
        self.update()

    def text(self) -> str:
        """What is said."""
        return f"{self._word} {self._sentence}"

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 640), sized(self, tokens.TARGET_BIG))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 240), sized(self, tokens.TARGET_BIG))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.BLUE_TINT))
        painter.drawRoundedRect(area, tokens.RADIUS, tokens.RADIUS)
        left = self._paint_arrow(painter, area)
        painter.setFont(font_of(self, "lead", bold=True))
        painter.setPen(QColor(tokens.BLUE_DEEP))
        wide = painter.fontMetrics().horizontalAdvance(self._word)
        painter.drawText(QRectF(left, 0, wide + 2, area.height()), _LEFT, self._word)
        left += wide + sized(self, 16)
        painter.setPen(QColor(tokens.INK))
        room = area.width() - left - sized(self, 12)
        painter.setFont(font_of(self, "lead"))
        if painter.fontMetrics().horizontalAdvance(self._sentence) <= room:
            painter.drawText(QRectF(left, 0, room + 2, area.height()), _LEFT, self._sentence)
            return
        painter.setFont(font_of(self, "body"))  # two lines, where the screen is narrow
        painter.drawText(
            QRectF(left, 0, room, area.height()), _LEFT | Qt.TextFlag.TextWordWrap, self._sentence
        )

    def _paint_arrow(self, painter: QPainter, area: QRectF) -> float:
        """Paint the arrow that points at what is next; returns where the words begin."""
        left, middle, half = sized(self, 18), area.height() / 2, sized(self, 9)
        painter.setBrush(QColor(tokens.BLUE))
        points = (
            QPointF(left, middle - half),
            QPointF(left, middle + half),
            QPointF(left + 1.6 * half, middle),
        )
        painter.drawPolygon(QPolygonF(points))
        return left + 1.6 * half + sized(self, 12)
