"""The vans against the clock: when each drives, unloads and is back, and the hour by which all must be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from app.routing.map_data import Mark, marks_of
from app.routing.night import Night, Plan, Route
from app.routing.rules import clock_text
from app.routing.tonight import Tonight
from app.ui import tokens
from app.ui.shapes import font_of, sized

ROW: Final = 34
AXIS: Final = 30
NAMES: Final = 132
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Bar:
    """One van's morning: spans of unloading, when the last drop is done and when it is back; seconds of the day."""

    van: str
    name: str
    mark: Mark
    leaves_s: int
    drops: tuple[tuple[int, int], ...]
    late: tuple[int, ...]
    """Drops (by place) that come too late."""
    done_s: int
    back_s: int


def bars_of(tonight: Tonight, plan: Plan) -> list[Bar]:
    """The bars of a plan, by the names of its routes."""
    marks = marks_of(tonight, plan)
    return [
        _bar(tonight.night, route, tonight.driver_name(route.van) or route.van, marks[route.van])
        for route in tonight.in_order(plan)
    ]


def _bar(night: Night, route: Route, name: str, mark: Mark) -> Bar:
    drops = tuple(
        (at_s, at_s + night.stop_at[point].service_s)
        for point, at_s in zip(route.points, route.arrivals_s, strict=True)
    )
    late = tuple(at for at, point in enumerate(route.points) if point in route.late_points)
    done_s = drops[-1][1] if drops else route.leaves_s
    return Bar(route.van, name, mark, route.leaves_s, drops, late, done_s, route.back_s)


class _Rows(QWidget):
    """The rows below the axis, as tall as there are vans."""

    picked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.bars: Sequence[Bar] = ()
        self.deadline_s = 11 * 3600
        self.chosen = ""
        self.setObjectName("scrolled")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("时间表")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)

    @property
    def span(self) -> tuple[int, int]:
        """From the first leaving to the last coming back, in whole half-hours around the deadline."""
        first = min((bar.leaves_s for bar in self.bars), default=7 * 3600)
        last = max((bar.back_s for bar in self.bars), default=self.deadline_s)
        return first // 1800 * 1800, -(-max(last, self.deadline_s + 1800) // 1800) * 1800

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 480), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 300), sized(self, AXIS) + len(self.bars) * sized(self, ROW) + sized(self, 8))

    def x_of(self, second: int) -> float:
        """Where a second of the day stands."""
        first, last = self.span
        left = sized(self, NAMES)
        return left + (self.width() - left - sized(self, 20)) * (second - first) / (last - first)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_hours(painter)
        for at, bar in enumerate(self.bars):
            self._paint_bar(painter, bar, sized(self, AXIS) + at * sized(self, ROW))
        self._paint_deadline(painter)
        for at, bar in enumerate(self.bars):
            self._paint_done(painter, bar, sized(self, AXIS) + at * sized(self, ROW) + sized(self, ROW) / 2)

    def _paint_hours(self, painter: QPainter) -> None:
        first, last = self.span
        painter.setFont(font_of(self, "small"))
        for second in range(first, last + 1, 1800):
            x, whole = self.x_of(second), second % 3600 == 0
            painter.setPen(QPen(QColor(tokens.LINE if whole else tokens.GREY_TINT), 1))
            painter.drawLine(QPointF(x, sized(self, AXIS)), QPointF(x, self.height()))
            if whole:
                painter.setPen(QColor(tokens.MUTED))
                box = QRectF(x - 30, 0, 60, sized(self, AXIS))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, clock_text(second))

    def _paint_deadline(self, painter: QPainter) -> None:
        x = self.x_of(self.deadline_s)
        painter.setPen(QPen(QColor(tokens.RED), 2, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, sized(self, AXIS) - 4), QPointF(x, self.height()))
        painter.setFont(font_of(self, "small", bold=True))
        box = QRectF(x - 30, 0, 60, sized(self, AXIS))
        painter.fillRect(box, QColor(tokens.SURFACE))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, clock_text(self.deadline_s))

    def _paint_bar(self, painter: QPainter, bar: Bar, top: int) -> None:
        height = sized(self, ROW)
        if bar.van == self.chosen:
            painter.fillRect(QRectF(4, top, self.width() - 8, height), QColor(tokens.ROW_CHOSEN))
        colour = QColor(tokens.ROUTES[bar.mark.hue])
        self._paint_name(painter, bar, top, colour)
        middle, thick = top + height / 2, sized(self, 16)
        painter.setPen(QPen(colour, 2))
        painter.drawLine(QPointF(self.x_of(bar.leaves_s), middle), QPointF(self.x_of(bar.done_s), middle))
        painter.setPen(QPen(colour, 1.4, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(self.x_of(bar.done_s), middle), QPointF(self.x_of(bar.back_s), middle))
        painter.setPen(Qt.PenStyle.NoPen)
        for at, (begins, ends) in enumerate(bar.drops):
            late = at in bar.late
            painter.setBrush(QColor(tokens.RED) if late else colour)
            left, grow = self.x_of(begins), 3 if late else 0
            width = max(2.0, self.x_of(ends) - left)
            painter.drawRect(QRectF(left, middle - thick / 2 - grow, width, thick + 2 * grow))

    def _paint_name(self, painter: QPainter, bar: Bar, top: int, colour: QColor) -> None:
        height = sized(self, ROW)
        side = sized(self, 24)
        badge = QRectF(sized(self, 8), top + (height - side) / 2, sized(self, 46), side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(badge, side / 2, side / 2)
        painter.setFont(font_of(self, "small", bold=True))
        painter.setPen(QColor(tokens.WHITE))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, bar.mark.number)
        painter.setFont(font_of(self, "small"))
        painter.setPen(QColor(tokens.INK))
        room = sized(self, NAMES - 66)
        words = painter.fontMetrics().elidedText(bar.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(badge.right() + 8, top, room, height), _LEFT, words)

    def _paint_done(self, painter: QPainter, bar: Bar, middle: float) -> None:
        """When the last drop is down, after the bar; the deadline's line does not run through it."""
        painter.setFont(font_of(self, "small", bold=bool(bar.late)))
        painter.setPen(QColor(tokens.RED if bar.late else tokens.MUTED))
        text = clock_text(bar.done_s)
        left = self.x_of(bar.done_s) + sized(self, 8)
        width = painter.fontMetrics().horizontalAdvance(text)
        box = QRectF(left, middle - sized(self, 12), width + 6, sized(self, 24))
        painter.fillRect(box, QColor(tokens.ROW_CHOSEN if bar.van == self.chosen else tokens.SURFACE))
        painter.drawText(box, _LEFT, text)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click ends here."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = int((event.position().y() - sized(self, AXIS)) // sized(self, ROW))
        if 0 <= at < len(self.bars):
            self.picked.emit(self.bars[at].van)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up.value: -1, Qt.Key.Key_Down.value: 1}.get(event.key())
        if by is None or not self.bars:
            event.ignore()
            return
        vans = [bar.van for bar in self.bars]
        at = vans.index(self.chosen) + by if self.chosen in vans else 0
        self.picked.emit(vans[max(0, min(len(vans) - 1, at))])


class GanttView(QScrollArea):
    """The vans of a plan against the clock: `picked(van)`."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = _Rows()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(self.rows)
        self.rows.picked.connect(self.picked)

    def show_bars(self, bars: Sequence[Bar], *, deadline_s: int) -> None:
        """Show a plan's vans."""
        self.rows.bars, self.rows.deadline_s = bars, deadline_s
        self.rows.updateGeometry()
        self.rows.update()

    def show_route(self, van: str) -> None:
        """Light one van's row and bring it into sight."""
        self.rows.chosen = van
        vans = [bar.van for bar in self.rows.bars]
        if van in vans:
            top = sized(self.rows, AXIS) + vans.index(van) * sized(self.rows, ROW)
            self.ensureVisible(0, top, 0, sized(self.rows, ROW * 2))
        self.rows.update()
