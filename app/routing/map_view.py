"""The offline map: routes and stops drawn with the painter, kept as a picture while it is panned, and dragged about.

A picture somewhat larger than the view is painted once for each zoom; panning only lays it elsewhere, and zooming
stretches it until the wheel rests. Colours never stand alone: each route has a shape and a number too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.answers import Tone
from app.routing.map_data import MapData, MapRoute, MapStop
from app.routing.rules import clock_text
from app.ui import tokens
from app.ui.shapes import Glyph, draw_glyph, font_of, sized

MARGIN: Final = 0.35
"""The picture reaches so far beyond the view on each side, as a share of it."""
REST_MS: Final = 90
"""After so long without another turn of the wheel the picture is painted sharp."""
NEAREST, FARTHEST = 400.0, 0.5
"""Pixels a kilometre."""
NUMBERS_FROM: Final = 16.0
"""From so many pixels a kilometre on each stop shows its number."""
TIMES_FROM: Final = 40.0
GRAB: Final = 16
"""A stop is grabbed within so many base pixels."""
PAN_STEP: Final = 80
_CENTRE: Final = Qt.AlignmentFlag.AlignCenter


class MapView(QWidget):
    """The map; `picked(point)` and `opened(point)` of stops, `dragged(point, van)` while one is dragged over a route,
    `dropped(point, van)` when it is let go there, `picked_route(van)` ("" for none)."""

    picked = Signal(str)
    opened = Signal(str)
    picked_route = Signal(str)
    dragged = Signal(str, str)
    dropped = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("地图")
        self.data = MapData()
        self._scale, self._x, self._y = 8.0, 0.0, 0.0
        self._picture: QPixmap | None = None
        self._drawn_scale, self._drawn_x, self._drawn_y = 8.0, 0.0, 0.0
        self._route, self._point = "", ""
        self._press: QPointF | None = None
        self._held, self._over, self._cursor = "", "", QPointF()
        self._hint: tuple[str, Tone] = ("", Tone.INFO)
        self._fitted = True
        self._caption = ""
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._sharpen)
        self.repainted = 0

    # --- what is shown ---

    def show_map(self, data: MapData) -> None:
        """Show another plan; the view stays where it is, unless it showed everything."""
        fresh = not self.data.stops
        self.data = data
        if fresh or self._fitted:
            self.fit()
        self._sharpen()

    def show_route(self, van: str) -> None:
        """Bring one route forward, and into the middle where no hand has moved the map; "" for all alike."""
        if van != self._route:
            self._route = van
            if self._fitted and self._press is None:  # nothing moves away under a finger
                self.fit()
            self._sharpen()

    def show_point(self, point: str) -> None:
        """Ring a stop, and bring it into sight."""
        self._point = point
        stop = self._stop(point)
        if stop is not None:
            place = self._to_screen(stop.x, stop.y)
            if not QRectF(self.rect()).adjusted(20, 20, -20, -20).contains(place):
                self._x, self._y = stop.x, stop.y
        self.update()

    def show_hint(self, text: str, tone: Tone = Tone.INFO) -> None:
        """What stands beside the cursor while a stop is dragged."""
        self._hint = (text, tone)
        self.update()

    def show_caption(self, text: str) -> None:
        """What stands in the lower right corner: where distances come from."""
        self._caption = text
        self.update()

    @property
    def route(self) -> str:
        """The van whose route is forward."""
        return self._route

    def fit(self) -> None:
        """Show the route that is forward, or everything; it stays so until a hand moves the map."""
        west, south, east, north = self.data.box_of(self._route)
        room = max(self.width() - sized(self, 90), 60), max(self.height() - sized(self, 76), 60)
        scale = min(room[0] / max(east - west, 0.5), room[1] / max(north - south, 0.5))
        self._scale = max(FARTHEST, min(NEAREST, scale))
        self._x, self._y, self._fitted = (west + east) / 2, (south + north) / 2, True
        self._sharpen()

    def zoom(self, factor: float, around: QPointF | None = None) -> None:
        """Nearer (above 1) or farther, around a place of the screen."""
        place = around or QPointF(self.rect().center())
        x, y = self._to_map(place)
        self._scale = max(FARTHEST, min(NEAREST, self._scale * factor))
        after = self._to_map(place)
        self._x, self._y, self._fitted = self._x + x - after[0], self._y + y - after[1], False
        self._rest.start()
        self.update()

    def pan(self, *, right: float, down: float) -> None:
        """Move what is seen by so many pixels."""
        self._x, self._y, self._fitted = self._x + right / self._scale, self._y - down / self._scale, False
        self.update()

    # --- places ---

    def _to_screen(self, x: float, y: float) -> QPointF:
        return QPointF(
            self.width() / 2 + (x - self._x) * self._scale, self.height() / 2 - (y - self._y) * self._scale
        )

    def _to_map(self, place: QPointF) -> tuple[float, float]:
        return (
            self._x + (place.x() - self.width() / 2) / self._scale,
            self._y - (place.y() - self.height() / 2) / self._scale,
        )

    def place_of(self, point: str) -> QPointF | None:
        """Where a stop is on the screen."""
        stop = self._stop(point)
        return None if stop is None else self._to_screen(stop.x, stop.y)

    def _stop(self, point: str) -> MapStop | None:
        return next((stop for stop in self.data.stops if stop.point == point), None)

    def stop_at(self, place: QPointF, *, but: str = "") -> MapStop | None:
        """The stop under a place of the screen; of the route that is forward, but where one is dragged away from it."""
        x, y = self._to_map(place)
        reach = sized(self, GRAB) / self._scale
        near = [
            (not but and self._van_of(stop) != self._route, math.hypot(stop.x - x, stop.y - y), stop)
            for stop in self.data.stops
            if abs(stop.x - x) < reach and abs(stop.y - y) < reach and stop.point != but
        ]
        return min(near, key=lambda found: found[:2])[2] if near else None

    def _van_of(self, stop: MapStop) -> str:
        return self.data.routes[stop.route].van if stop.route >= 0 else ""

    # --- painting ---

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 640), sized(self, 420))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 200), sized(self, 110))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.fit()
        else:
            self._sharpen()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._sharpen()

    def _sharpen(self) -> None:
        self._rest.stop()
        self._picture = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture is None or (not self._rest.isActive() and not self._covers()):
            self._picture = self._paint_picture()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.SURFACE))
        grow = self._scale / self._drawn_scale
        size = self._picture.deviceIndependentSize() * grow
        corner = self._to_screen(self._drawn_x, self._drawn_y) - QPointF(size.width() / 2, size.height() / 2)
        if grow == 1.0:
            painter.drawPixmap(QPointF(round(corner.x()), round(corner.y())), self._picture)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(QRectF(corner, size), self._picture, QRectF(self._picture.rect()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ring(painter)
        self._paint_scale_bar(painter)
        self._paint_drag(painter)
        self._paint_edge(painter)

    def _covers(self) -> bool:
        """Whether the kept picture reaches over the whole view at this zoom."""
        if self._scale != self._drawn_scale:
            return False
        reach_x, reach_y = self.width() * MARGIN / self._scale, self.height() * MARGIN / self._scale
        return abs(self._x - self._drawn_x) <= reach_x and abs(self._y - self._drawn_y) <= reach_y

    def _paint_picture(self) -> QPixmap:
        self.repainted += 1
        ratio = self.devicePixelRatioF()
        size = QSize(round(self.width() * (1 + 2 * MARGIN)), round(self.height() * (1 + 2 * MARGIN)))
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(tokens.SURFACE))
        self._drawn_scale, self._drawn_x, self._drawn_y = self._scale, self._x, self._y
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _Drawing(self, painter, size, self._scale, self._x, self._y).all(self._route)
        painter.end()
        return picture

    def _paint_ring(self, painter: QPainter) -> None:
        place = self.place_of(self._point)
        if place is None:
            return
        radius = sized(self, 17)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((tokens.WHITE, 7), (tokens.FOCUS, 3)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawEllipse(place, radius, radius)

    def _paint_scale_bar(self, painter: QPainter) -> None:
        longest = sized(self, 110) / self._scale
        km = next((x for x in (50.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2) if x <= longest), 0.1)
        left, base = sized(self, 18), self.height() - sized(self, 18)
        painter.setPen(QPen(QColor(tokens.WHITE), 5))
        painter.drawLine(QPointF(left, base), QPointF(left + km * self._scale, base))
        painter.setPen(QPen(QColor(tokens.INK), 2))
        painter.drawLine(QPointF(left, base), QPointF(left + km * self._scale, base))
        painter.setFont(font_of(self, "small"))
        _outlined(painter, QPointF(left, base - sized(self, 6)), f"{km:g} 公里", tokens.MUTED)
        width = painter.fontMetrics().horizontalAdvance(self._caption)
        _outlined(painter, QPointF(self.width() - width - left, base), self._caption, tokens.MUTED)

    def _paint_drag(self, painter: QPainter) -> None:
        start = self.place_of(self._held)
        if start is None or self._press is None or not self._dragging():
            return
        painter.setPen(QPen(QColor(tokens.FOCUS), 2, Qt.PenStyle.DashLine))
        painter.drawLine(start, self._cursor)
        painter.setPen(QPen(QColor(tokens.WHITE), 2))
        painter.setBrush(QColor(tokens.FOCUS))
        painter.drawEllipse(self._cursor, sized(self, 9), sized(self, 9))
        if self._hint[0]:
            self._paint_hint(painter)

    def _paint_hint(self, painter: QPainter) -> None:
        text, tone = self._hint
        paint = tokens.TONES[tone]
        painter.setFont(font_of(self, "body", bold=True))
        room = QFontMetricsF(painter.font()).horizontalAdvance(text) + sized(self, 28)
        left = min(self._cursor.x() + sized(self, 18), self.width() - room - 8)
        top = max(8.0, self._cursor.y() - sized(self, 52))
        box = QRectF(left, top, room, sized(self, 40))
        painter.setPen(QPen(QColor(paint.line), 1))
        painter.setBrush(QColor(paint.tint))
        painter.drawRoundedRect(box, tokens.RADIUS, tokens.RADIUS)
        painter.setPen(QColor(paint.tint_ink))
        painter.drawText(box, _CENTRE, text)

    def _paint_edge(self, painter: QPainter) -> None:
        rect, radius = QRectF(self.rect()), tokens.RADIUS_LARGE
        corners, inside = QPainterPath(), QPainterPath()
        corners.addRect(rect)
        inside.addRoundedRect(rect, radius, radius)
        painter.fillPath(corners.subtracted(inside), QColor(tokens.PAPER))
        width = 3 if self.hasFocus() else 1
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.BLUE if self.hasFocus() else tokens.LINE), width))
        painter.drawRoundedRect(rect.adjusted(width / 2, width / 2, -width / 2, -width / 2), radius, radius)

    # --- the hand ---

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(1.2 ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        self._press = self._cursor = event.position()
        stop = self.stop_at(event.position())
        self._held = stop.point if stop else ""
        if stop is not None:
            self._point = stop.point
            self.picked.emit(stop.point)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            self._tell_name(event)
            return
        before, self._cursor = self._cursor, event.position()
        if not self._held:
            self.pan(right=before.x() - self._cursor.x(), down=before.y() - self._cursor.y())
            return
        if self._dragging():
            self._look_under()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton or self._press is None:
            return
        held, moved = self._held, (event.position() - self._press).manhattanLength() > 4
        self.put_down(is_let_go=True)
        if not held and not moved:
            self._pick_route(event.position())

    def carry(self, point: str, place: QPointF) -> None:
        """A stop is dragged here from a list: as if it had been picked up on the map."""
        if not self.rect().contains(place.toPoint()):
            self.put_down(is_let_go=False)
            return
        self._held, self._press, self._cursor = point, QPointF(-1000.0, -1000.0), place
        self._look_under()
        self.update()

    def put_down(self, *, is_let_go: bool) -> None:
        """The held stop is let go over a route, or taken back."""
        dragged, held, over = self._dragging(), self._held, self._over
        self._let_go()
        if is_let_go and held and dragged and over:
            self.dropped.emit(held, over)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        stop = self.stop_at(event.position())
        if stop is not None:
            self.opened.emit(stop.point)
        else:
            self.zoom(1.6, event.position())

    def _dragging(self) -> bool:
        moved = self._cursor - self._press if self._press is not None else QPointF()
        return bool(self._held) and moved.manhattanLength() > sized(self, 8)

    def _let_go(self) -> None:
        self._press, self._held, self._over = None, "", ""
        self._hint = ("", Tone.INFO)
        self.update()

    def _look_under(self) -> None:
        route = self._route_near(self._cursor, but=self._held)
        own = self._stop(self._held)
        van = "" if route is None or (own and self._van_of(own) == route.van) else route.van
        if van != self._over:
            self._over = van
            self._hint = ("", Tone.INFO)
            self.dragged.emit(self._held, van)

    def _route_near(self, place: QPointF, *, but: str = "") -> MapRoute | None:
        """The route whose line or stop is nearest, within reach of a hand."""
        stop = self.stop_at(place, but=but)
        if stop is not None and stop.route >= 0:
            return self.data.routes[stop.route]
        x, y = self._to_map(place)
        reach = sized(self, GRAB) / self._scale
        found = [(self._distance(route, x, y), at) for at, route in enumerate(self.data.routes)]
        distance, at = min(found, default=(reach, -1))
        return self.data.routes[at] if distance < reach else None

    def _distance(self, route: MapRoute, x: float, y: float) -> float:
        path = [(0.0, 0.0), *((self.data.stops[at].x, self.data.stops[at].y) for at in route.stops)]
        return min(
            (_from_line(x, y, *path[at], *path[at + 1]) for at in range(len(path) - 1)), default=math.inf
        )

    def _pick_route(self, place: QPointF) -> None:
        route = self._route_near(place)
        self.picked_route.emit(route.van if route else "")

    def _tell_name(self, event: QMouseEvent) -> None:
        stop = self.stop_at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if stop else Qt.CursorShape.OpenHandCursor)
        self.setToolTip(_told(stop) if stop else "")

    # --- keys ---

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = sized(self, PAN_STEP)
        doing: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Left.value: lambda: self.pan(right=-step, down=0),
            Qt.Key.Key_Right.value: lambda: self.pan(right=step, down=0),
            Qt.Key.Key_Up.value: lambda: self.pan(right=0, down=-step),
            Qt.Key.Key_Down.value: lambda: self.pan(right=0, down=step),
            Qt.Key.Key_Plus.value: lambda: self.zoom(1.3),
            Qt.Key.Key_Equal.value: lambda: self.zoom(1.3),
            Qt.Key.Key_Minus.value: lambda: self.zoom(1 / 1.3),
            Qt.Key.Key_0.value: self.fit,
            Qt.Key.Key_Home.value: self.fit,
            Qt.Key.Key_PageDown.value: lambda: self._step(1),
            Qt.Key.Key_PageUp.value: lambda: self._step(-1),
        }
        act = doing.get(event.key())
        if act is not None:
            act()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._point:
            self.opened.emit(self._point)
        elif event.key() == Qt.Key.Key_Escape and self._held:
            self._let_go()
        else:
            event.ignore()

    def _step(self, by: int) -> None:
        """To the next stop of the route that is forward, or of all."""
        stops = [s for s in self.data.stops if not self._route or self._van_of(s) == self._route]
        if not stops:
            return
        names = [stop.point for stop in stops]
        at = names.index(self._point) + by if self._point in names else 0
        self.show_point(names[at % len(names)])
        self.picked.emit(self._point)


def _told(stop: MapStop) -> str:
    when = f"，{clock_text(stop.arrival_s)} 到" if stop.order else "，还没排进去"
    late = "（晚到）" if stop.late else ""
    guessed = "，位置是估的" if stop.guessed else ""
    return f"{stop.name}{when}{late}{guessed}"


def _from_line(x: float, y: float, x1: float, y1: float, x2: float, y2: float) -> float:
    """How far a place is from a stretch of line."""
    dx, dy = x2 - x1, y2 - y1
    length = dx * dx + dy * dy
    along = max(0.0, min(1.0, ((x - x1) * dx + (y - y1) * dy) / length)) if length else 0.0
    return math.hypot(x - x1 - along * dx, y - y1 - along * dy)


def _outlined(painter: QPainter, base: QPointF, text: str, ink: str, *, bold: int = 0) -> None:
    """Words with a white edge, so that they are read on any line."""
    path = QPainterPath()
    font = QFont(painter.font())
    font.setBold(bool(bold))
    path.addText(base, font, text)
    painter.strokePath(path, QPen(QColor(tokens.WHITE), 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap,
                                  Qt.PenJoinStyle.RoundJoin))  # fmt: skip
    painter.fillPath(path, QColor(ink))


class _Drawing:
    """Draws the map onto a picture of its own size."""

    def __init__(
        self, view: MapView, painter: QPainter, size: QSize, scale: float, x: float, y: float
    ) -> None:
        self._view, self._painter, self._scale = view, painter, scale
        self._data = view.data
        self._origin = QPointF(size.width() / 2 - x * scale, size.height() / 2 + y * scale)
        self._area = QRectF(0, 0, size.width(), size.height()).adjusted(-40, -40, 40, 40)
        self._places = [self._at(stop.x, stop.y) for stop in self._data.stops]
        self._taken: set[tuple[int, int]] = set()

    def _at(self, x: float, y: float) -> QPointF:
        return QPointF(self._origin.x() + x * self._scale, self._origin.y() - y * self._scale)

    def all(self, forward: str) -> None:
        """Lines, towns, stops, numbers: what is forward last."""
        quiet = [route for route in self._data.routes if forward and route.van != forward]
        loud = [route for route in self._data.routes if not forward or route.van == forward]
        for route in quiet:
            self._line(route, quiet=1)
            self._stops(route, quiet=1)
        for route in loud:
            self._line(route, quiet=0)
        self._towns()
        self._station()
        for route in loud:
            self._stops(route, quiet=0)
        self._left_out()
        for route in loud if not forward else ():
            self._badge(route)
        if forward and loud:
            self._times(loud[0])

    def _towns(self) -> None:
        view = self._view
        self._painter.setFont(font_of(view, "small"))
        metrics = QFontMetricsF(self._painter.font())
        for label in self._data.labels:
            place = self._at(label.x, label.y)
            width = metrics.horizontalAdvance(label.text)
            box = QRectF(place.x() - width / 2, place.y() - metrics.height() / 2, width, metrics.height())
            if self._area.contains(place) and self._claim(box):
                base = QPointF(box.left(), place.y() + metrics.ascent() / 2 - 1)
                _outlined(self._painter, base, label.text, tokens.FAINT)
        self._taken.clear()

    def _claim(self, box: QRectF) -> bool:
        """Whether words may stand here: a coarse grid keeps them from lying on each other."""
        cell = sized(self._view, 14)
        cells = {
            (column, row)
            for column in range(int(box.left() // cell), int(box.right() // cell) + 1)
            for row in range(int(box.top() // cell), int(box.bottom() // cell) + 1)
        }
        if cells & self._taken:
            return False
        self._taken |= cells
        return True

    def _line(self, route: MapRoute, *, quiet: int) -> None:
        path = [self._at(0, 0), *(self._places[at] for at in route.stops)]
        colour = QColor(tokens.LINE if quiet else tokens.ROUTES[route.mark.hue])
        join, cap = Qt.PenJoinStyle.RoundJoin, Qt.PenCapStyle.RoundCap
        if not quiet:
            self._painter.setPen(QPen(QColor(tokens.WHITE), 5.5, Qt.PenStyle.SolidLine, cap, join))
            self._painter.drawPolyline(path)
        first = QPen(colour, 1.4 if quiet else 1.2, Qt.PenStyle.DashLine, cap, join)
        self._painter.setPen(first)
        if len(path) > 1:
            self._painter.drawLine(path[0], path[1])
        width = 1.4 if quiet else 2.8
        self._painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, cap, join))
        self._painter.drawPolyline(path[1:])

    def _stops(self, route: MapRoute, *, quiet: int) -> None:
        forward = self._view.route == route.van
        numbered = not quiet and (forward or self._scale >= NUMBERS_FROM)
        radius = sized(self._view, 11 if numbered else 5 if quiet else 6)
        painter = self._painter
        painter.setFont(self._small(bold=1))
        colour = QColor(tokens.LINE_STRONG if quiet else tokens.ROUTES[route.mark.hue])
        for at in route.stops:
            place, stop = self._places[at], self._data.stops[at]
            if not self._area.contains(place):
                continue
            late = bool(stop.late) and not quiet
            painter.setPen(QPen(QColor(tokens.WHITE), 1.6))
            painter.setBrush(QColor(tokens.RED) if late else colour)
            painter.drawPath(_shape(route.mark.shape, place, radius * (1.25 if late else 1.0)))
            if numbered:
                painter.setPen(QColor(tokens.WHITE))
                box = QRectF(place.x() - radius, place.y() - radius, 2 * radius, 2 * radius)
                painter.drawText(box, _CENTRE, str(stop.order))
            elif late:
                self._exclaim(place)

    def _small(self, *, bold: int) -> QFont:
        font = font_of(self._view, "small", bold=bool(bold))
        font.setPixelSize(sized(self._view, 12))
        return font

    def _exclaim(self, place: QPointF) -> None:
        self._painter.setPen(QColor(tokens.WHITE))
        box = QRectF(place.x() - 10, place.y() - 10, 20, 20)
        self._painter.drawText(box, _CENTRE, "!")

    def _left_out(self) -> None:
        """Stops in no route: an empty red ring with a cross, so that nobody overlooks them."""
        painter, radius = self._painter, sized(self._view, 8)
        painter.setBrush(QColor(tokens.WHITE))
        for place, stop in zip(self._places, self._data.stops, strict=True):
            if stop.route >= 0 or not self._area.contains(place):
                continue
            painter.setPen(QPen(QColor(tokens.RED), 2.4))
            painter.drawEllipse(place, radius, radius)
            arm = radius * 0.45
            painter.drawLine(place + QPointF(-arm, -arm), place + QPointF(arm, arm))
            painter.drawLine(place + QPointF(-arm, arm), place + QPointF(arm, -arm))

    def _station(self) -> None:
        place, side = self._at(0, 0), sized(self._view, 30)
        box = QRectF(place.x() - side / 2, place.y() - side / 2, side, side)
        self._painter.setPen(QPen(QColor(tokens.WHITE), 2))
        self._painter.setBrush(QColor(tokens.INK))
        self._painter.drawRoundedRect(box, tokens.RADIUS_SMALL, tokens.RADIUS_SMALL)
        inner = box.adjusted(side * 0.18, side * 0.18, -side * 0.18, -side * 0.18)
        draw_glyph(self._painter, inner, Glyph.TRUCK, tokens.WHITE)

    def _badge(self, route: MapRoute) -> None:
        """A route's number in its colour, in the middle of its stops."""
        painter = self._painter
        painter.setFont(font_of(self._view, "small", bold=True))
        metrics = QFontMetricsF(painter.font())
        width = max(
            metrics.horizontalAdvance(route.mark.number) + sized(self._view, 14), sized(self._view, 26)
        )
        place, height = self._at(route.x, route.y), sized(self._view, 24)
        if not self._area.contains(place):
            return
        gap = sized(self._view, 10)
        corners = (
            QPointF(-width / 2, -height - gap),
            QPointF(gap, -height / 2),
            QPointF(-width / 2, gap),
            QPointF(-width - gap, -height / 2),
        )
        boxes = (QRectF(place + corner, QSizeF(width, height)) for corner in corners)
        box = next((box for box in boxes if self._claim(box)), None)
        if box is None:
            return
        painter.setPen(QPen(QColor(tokens.WHITE), 2))
        painter.setBrush(QColor(tokens.ROUTES[route.mark.hue]))
        painter.drawRoundedRect(box, height / 2, height / 2)
        painter.setPen(QColor(tokens.WHITE))
        painter.drawText(box, _CENTRE, route.mark.number)

    def _times(self, route: MapRoute) -> None:
        """When the van is where, beside each stop that has room for it."""
        painter = self._painter
        painter.setFont(font_of(self._view, "small"))
        metrics = QFontMetricsF(painter.font())
        for at in route.stops:
            place, stop = self._places[at], self._data.stops[at]
            text = clock_text(stop.arrival_s) + (f" {stop.name}" if self._scale >= TIMES_FROM else "")
            left, top = place.x() + sized(self._view, 15), place.y() - metrics.height() / 2
            box = QRectF(left, top, metrics.horizontalAdvance(text), metrics.height())
            if self._area.contains(place) and self._claim(box):
                base = QPointF(left, place.y() + metrics.ascent() / 2 - 1)
                _outlined(painter, base, text, tokens.RED if stop.late else tokens.INK, bold=stop.late)


def _shape(kind: int, place: QPointF, radius: float) -> QPainterPath:
    """Circle, square, diamond or triangle around a place."""
    path = QPainterPath()
    x, y = place.x(), place.y()
    if kind == 0:
        path.addEllipse(place, radius, radius)
    elif kind == 1:
        side = radius * 0.9
        path.addRoundedRect(QRectF(x - side, y - side, 2 * side, 2 * side), 2, 2)
    elif kind == 2:
        reach = radius * 1.2
        path.addPolygon(
            QPolygonF(
                [QPointF(x, y - reach), QPointF(x + reach, y), QPointF(x, y + reach), QPointF(x - reach, y)]
            )
        )
        path.closeSubpath()
    else:
        reach = radius * 1.25
        path.addPolygon(
            QPolygonF(
                [
                    QPointF(x, y - reach),
                    QPointF(x + reach, y + reach * 0.75),
                    QPointF(x - reach, y + reach * 0.75),
                ]
            )
        )
        path.closeSubpath()
    return path
