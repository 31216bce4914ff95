"""A van's stops as a list: a stop is dragged to another place, or out of it; what that would do is said meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.routing.listing import StopLine
from app.ui import tokens
from app.ui.rows import RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import font_of, sized

FAR_ENOUGH: Final = 10
"""Base pixels after which a press is a drag."""


class StopList(RowsView):
    """`dropped(point, at)` when a stop was let go so that it becomes the at-th (from 0) of its van.

    `hint(point, at)` gives the words beside the cursor. Beside the list a held stop is `carried(point, place)` over a
    place of the screen, until it comes back or is let go there: `left(is_let_go)`.
    """

    dropped = Signal(str, int)
    carried = Signal(str, QPoint)
    left = Signal(bool)

    def __init__(
        self,
        name: str,
        model: RowsModel[Any],
        *,
        hint: Callable[[str, int], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name, model, parent)
        self._hint = hint
        self._held: StopLine | None = None
        self._pressed = QPointF()
        self._at, self._said = -1, ""
        self._is_away = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        row = self._row_at(event.position().toPoint())
        self._held = row if event.button() is Qt.MouseButton.LeftButton else None
        self._pressed, self._at = event.position(), -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """While a stop is held nothing else is chosen."""
        if self._held is None or not self._held.order:
            super().mouseMoveEvent(event)
            return
        near = (event.position() - self._pressed).manhattanLength() < sized(self, FAR_ENOUGH)
        if near and self._at < 0 and not self._is_away:
            return
        if not 0 <= event.position().x() < self.viewport().width():
            self._is_away, self._at = True, -1
            self.carried.emit(self._held.point, event.globalPosition().toPoint())
            self.viewport().update()
            return
        self._come_back(is_let_go=False)
        at = self._place_at(event.position().toPoint())
        if at != self._at:
            self._at = at
            self._said = self._hint(self._held.point, at) if at != self._held.order - 1 else ""
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        held, at = self._held, self._at
        self._held, self._at, self._said = None, -1, ""
        self.viewport().update()
        self._come_back(is_let_go=True)
        if held is not None and at not in (-1, held.order - 1):
            self.dropped.emit(held.point, at)

    def _come_back(self, *, is_let_go: bool) -> None:
        if self._is_away:
            self._is_away = False
            self.left.emit(is_let_go)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line where the stop would go, and what that would do."""
        super().paintEvent(event)
        if self._held is None or self._at < 0:
            return
        target = next((x for x in self._stops() if x.order - 1 == self._at), None)
        if target is None:
            return
        rect = self.visualRect(self.rows_model.index(self.rows_model.row_of(target.point), 0))
        edge = rect.bottom() if self._at > self._held.order - 1 else rect.top()
        painter = QPainter(self.viewport())
        painter.setPen(QPen(QColor(tokens.BLUE), 4))
        painter.drawLine(8, edge, self.viewport().width() - 8, edge)
        if self._said:
            self._paint_said(painter, edge)

    def _paint_said(self, painter: QPainter, edge: int) -> None:
        """The words stand below the line, above it where there is no room."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font_of(self, "small", bold=True))
        tall, width = sized(self, 34), self.viewport().width()
        top = edge + 6 if edge + tall + 8 < self.viewport().height() else edge - tall - 6
        box = QRectF(10, top, width - 20, tall)
        painter.setPen(QPen(QColor(tokens.BLUE), 1))
        painter.setBrush(QColor(tokens.BLUE_TINT))
        painter.drawRoundedRect(box, tokens.RADIUS, tokens.RADIUS)
        painter.setPen(QColor(tokens.BLUE_DEEP))
        room = int(box.width()) - 16
        said = painter.fontMetrics().elidedText(self._said, Qt.TextElideMode.ElideRight, room)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, said)

    def _stops(self) -> list[StopLine]:
        return [row for row in self.rows_model.rows if isinstance(row, StopLine)]

    def _row_at(self, place: QPoint) -> StopLine | None:
        index = self.indexAt(place)
        row = self.rows_model.at(index.row()) if index.isValid() else None
        return row if isinstance(row, StopLine) else None

    def _place_at(self, place: QPoint) -> int:
        """The position of the stop under the cursor; beyond the ends the first or last."""
        row = self._row_at(place)
        if row is not None:
            return row.order - 1
        stops = self._stops()
        return 0 if place.y() < self.visualRect(self.rows_model.index(1, 0)).top() else len(stops) - 1
