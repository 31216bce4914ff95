"""The plan in six figures, with what the last change did to them, and how far a search is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.answers import Tone
from app.routing import words
from app.routing.board import last_drop_s, loose
from app.routing.night import Effect, Plan
from app.routing.rules import clock_text
from app.routing.tonight import Tonight
from app.ui import tokens
from app.ui.shapes import font_of, sized

_CENTRE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its name; `change` is what the last step did to it."""

    name: str
    number: str
    tone: Tone = Tone.INFO
    change: str = ""


def figures_of(tonight: Tonight, plan: Plan, change: Effect | None) -> list[Figure]:
    """The plan in six figures."""
    night = tonight.night
    last_s = last_drop_s(plan.routes, night)
    late = sum(len(route.late_points) for route in plan.routes)
    left = len(loose(night, plan))
    stops = sum(len(route.points) for route in plan.routes)
    moved_m = change.metres if change else 0
    moved_s = change.seconds if change else 0
    return [
        Figure("车 / 站", f"{len(plan.routes)} / {stops}"),
        Figure("公里", f"{round(plan.metres / 1000):,}", change=f"{moved_m / 1000:+.1f}" if moved_m else ""),
        Figure("没排进去", f"{left} 点", Tone.WRONG if left else Tone.INFO),
        Figure("晚到", f"{late} 站", Tone.WRONG if late else Tone.INFO, change=_later(change)),
        Figure(
            "最后一站卸完",
            clock_text(last_s) if last_s else "–",
            Tone.WRONG if last_s > night.deadline_s else Tone.INFO,
            change=f"共 {round(moved_s / 60):+d} 分" if moved_s else "",
        ),
        Figure("车没换", f"{round(plan.kept_share * 100)}%" if night.yesterday else "–"),
    ]


def _later(change: Effect | None) -> str:
    if change is None or not change.late_s:
        return ""
    return f"{'多' if change.late_s > 0 else '少'} {words.minutes(abs(change.late_s))}"


class FigureStrip(QWidget):
    """A card with the figures in one line, and the bar of a search along its foot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures: Sequence[Figure] = ()
        self._share, self._most = -1.0, 6
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_figures(self, figures: Sequence[Figure]) -> None:
        """Show these numbers."""
        self.figures = figures
        self.setAccessibleName("，".join(f"{figure.name} {figure.number}" for figure in figures))
        self.update()

    def slim(self, *, on: bool) -> None:
        """With little room the figures that matter least are left out."""
        self._most = 4 if on else 6
        self.updateGeometry()
        self.update()

    def show_share(self, share: float) -> None:
        """How much of a search's time is over, 0 to 1; below 0 hides the bar."""
        self._share = share
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 107 * self._most), sized(self, 66))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 80 * self._most), sized(self, 66))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.LINE), 1))
        painter.setBrush(QColor(tokens.SURFACE))
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(rect, tokens.RADIUS_LARGE, tokens.RADIUS_LARGE)
        shown = self.figures[: self._most]
        wide = self.width() / max(1, len(shown))
        for at, figure in enumerate(shown):
            self._paint_figure(painter, figure, QRectF(at * wide, 0, wide, self.height()), first=int(not at))
        if self._share >= 0:
            self._paint_bar(painter)

    def _paint_figure(self, painter: QPainter, figure: Figure, area: QRectF, *, first: int) -> None:
        if not first:
            painter.setPen(QPen(QColor(tokens.LINE), 1))
            painter.drawLine(area.topLeft() + _down(14), area.bottomLeft() - _down(14))
        paint = tokens.TONES[figure.tone]
        calm = figure.tone is Tone.INFO
        painter.setFont(font_of(self, "title", bold=True))
        painter.setPen(QColor(tokens.INK if calm else paint.tint_ink))
        top = QRectF(area.left(), area.top() + sized(self, 6), area.width(), sized(self, 34))
        painter.drawText(top, _CENTRE, figure.number)
        painter.setFont(font_of(self, "small"))
        below = QRectF(area.left() + 4, top.bottom() - 2, area.width() - 8, sized(self, 24))
        text = figure.change or figure.name
        painter.setPen(QColor(tokens.BLUE_DEEP if figure.change else tokens.MUTED))
        painter.drawText(
            below,
            _CENTRE,
            painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(below.width())),
        )

    def _paint_bar(self, painter: QPainter) -> None:
        left, right = tokens.RADIUS_LARGE, self.width() - tokens.RADIUS_LARGE
        base = self.height() - 4
        painter.setPen(QPen(QColor(tokens.LINE), 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(left, base, right, base)
        painter.setPen(QPen(QColor(tokens.BLUE), 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(left, base, round(left + (right - left) * min(1.0, self._share)), base)


def _down(by: float) -> QPointF:
    return QPointF(0, by)
