"""How far each van is, drawn in one strip: what is still missing, then a card with a bar for every van."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.answers import Tone
from app.receiving.queries import TripRow
from app.receiving.words import trip_name
from app.ui import tokens
from app.ui.shapes import draw_tone, font_of, sized

_LINES: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
MOST_CARDS = 4


class TripStrip(QWidget):
    """One line of progress over the list; hidden while no van is announced."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trips: tuple[TripRow, ...] = ()
        self._day = ""
        self._slim = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_trips(self, trips: Sequence[TripRow], *, day: str) -> None:
        """Show these vans; older days are named."""
        self._trips, self._day = tuple(trips), day
        self.setVisible(bool(trips))
        self.setAccessibleName("；".join(self.words()))
        self.update()

    def slim(self, *, on: bool) -> None:
        """One line of words instead of cards, where the screen is low."""
        if self._slim != on:
            self._slim = on
            self.updateGeometry()
            self.update()

    def words(self) -> list[str]:
        """What is drawn, as text."""
        return [self._sum(), *(f"{self._name(trip)} {_progress(trip)}" for trip in self._ordered())]

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 640), sized(self, 32 if self._slim else 70))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 320), sized(self, 32 if self._slim else 70))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._slim:
            self._paint_line(painter)
            return
        gap = sized(self, 12)
        first = self._sum_width()
        self._paint_sum(painter, QRectF(0, 0, first, self.height()))
        trips = self._shown()
        room = (self.width() - first - gap * len(trips)) / max(1, len(trips))
        for at, trip in enumerate(trips):
            self._paint_trip(painter, QRectF(first + gap + at * (room + gap), 0, room, self.height()), trip)

    def _shown(self) -> tuple[TripRow, ...]:
        """The vans that fit."""
        fit = max(1, min(MOST_CARDS, int(self.width() - self._sum_width()) // sized(self, 146)))
        return self._ordered()[:fit]

    def _ordered(self) -> tuple[TripRow, ...]:
        """Vans that are waited for before those that are done, and among both today's before those of older days."""
        return tuple(sorted(self._trips, key=lambda trip: (trip.done, trip.day != self._day)))

    def _sum_width(self) -> float:
        """As wide as its words, so that no number is cut."""
        words = sum(_advance(font, word) + sized(self, 4) for word, font in self._sum_words())
        sign = 0 if " " in self._sum() else sized(self, 28 + 8)
        return max(float(sized(self, 128)), words + sign + sized(self, 14 + 8))

    def _sum_words(self) -> list[tuple[str, QFont]]:
        """The words of the sum with their fonts: the number is large."""
        sizes = ("small", "word", "small")
        words = self._sum().split()
        if len(words) == 1:
            return [(words[0], font_of(self, "section", bold=True))]
        return [
            (word, font_of(self, size, bold=size == "word")) for word, size in zip(words, sizes, strict=True)
        ]

    def _left(self) -> int:
        return sum(trip.left for trip in self._trips)

    def _name(self, trip: TripRow) -> str:
        return trip_name(trip, self._trips, day=self._day)

    def _sum(self) -> str:
        """What is still to come, or how it ended."""
        if self._left():
            return f"还差 {self._left()} 件"
        short = sum(trip.short for trip in self._trips)
        return f"短少 {short} 件" if short else "到齐了"

    def _paint_line(self, painter: QPainter) -> None:
        said, *vans = self.words()
        painter.setPen(QColor(tokens.INK))
        painter.setFont(font_of(self, "body", bold=True))
        painter.drawText(QRectF(self.rect()), _LINES, said)
        left = painter.fontMetrics().horizontalAdvance(said) + sized(self, 14)
        painter.setPen(QColor(tokens.MUTED))
        painter.setFont(font_of(self, "small"))
        room = self.width() - left
        words = painter.fontMetrics().elidedText("　".join(vans), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, 0, room, self.height()), _LINES, words)

    def _paint_sum(self, painter: QPainter, area: QRectF) -> None:
        said = self._sum()
        tone = Tone.OK if said == "到齐了" else Tone.LOOK
        paint = tokens.TONES[tone]
        self._paint_ground(painter, area, fill=paint.tint, line=paint.line)
        inner = area.adjusted(sized(self, 14), 0, -sized(self, 6), 0)
        painter.setPen(QColor(paint.tint_ink))
        if tone is Tone.OK:
            side = sized(self, 28)
            place = QRectF(inner.left(), area.center().y() - side / 2, side, side)
            draw_tone(painter, place, tone, body=paint.fill, mark=paint.ink)
            painter.setPen(QColor(paint.tint_ink))
            painter.setFont(self._sum_words()[0][1])
            painter.drawText(inner.adjusted(side + sized(self, 8), 0, 0, 0), _LINES, said)
            return
        for word, font in self._sum_words():
            painter.setFont(font)
            painter.drawText(inner, _LINES, word)
            inner.setLeft(inner.left() + _advance(font, word) + sized(self, 4))

    def _paint_trip(self, painter: QPainter, area: QRectF, trip: TripRow) -> None:
        self._paint_ground(painter, area, fill=tokens.SURFACE, line=tokens.LINE)
        inner = area.adjusted(sized(self, 12), sized(self, 7), -sized(self, 10), -sized(self, 8))
        line = sized(self, 26)
        name_room = inner.width()
        if trip.ended_ms:
            side = sized(self, 20)
            place = QRectF(inner.right() - side, inner.top() + 2, side, side)
            paint = tokens.TONES[Tone.LOOK if trip.short else Tone.OK]
            draw_tone(painter, place, Tone.LOOK if trip.short else Tone.OK, body=paint.fill, mark=paint.ink)
            name_room -= side + sized(self, 6)
        painter.setPen(QColor(tokens.INK))
        painter.setFont(font_of(self, "body", bold=True))
        name = painter.fontMetrics().elidedText(
            self._name(trip), Qt.TextElideMode.ElideRight, round(name_room)
        )
        painter.drawText(QRectF(inner.left(), inner.top(), name_room + 2, line), _LINES, name)
        painter.setPen(QColor(tokens.MUTED))
        painter.setFont(font_of(self, "small"))
        said = painter.fontMetrics().elidedText(
            _progress(trip), Qt.TextElideMode.ElideRight, round(inner.width())
        )
        painter.drawText(
            QRectF(inner.left(), inner.top() + line, inner.width() + 2, sized(self, 22)), _LINES, said
        )
        self._paint_bar(
            painter,
            QRectF(inner.left(), inner.bottom() - sized(self, 6), inner.width(), sized(self, 6)),
            trip,
        )

    def _paint_bar(self, painter: QPainter, bar: QRectF, trip: TripRow) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.SUNKEN))
        painter.drawRoundedRect(bar, bar.height() / 2, bar.height() / 2)
        share = trip.came / trip.pieces if trip.pieces else 0.0
        if share:
            painter.setBrush(QColor(tokens.BLUE))
            done = QRectF(bar.left(), bar.top(), max(bar.height(), bar.width() * share), bar.height())
            painter.drawRoundedRect(done, bar.height() / 2, bar.height() / 2)

    def _paint_ground(self, painter: QPainter, area: QRectF, *, fill: str, line: str) -> None:
        painter.setPen(QPen(QColor(line), 1))
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), tokens.RADIUS_LARGE, tokens.RADIUS_LARGE)


def _advance(font: QFont, word: str) -> float:
    return QFontMetricsF(font).horizontalAdvance(word)


def _progress(trip: TripRow) -> str:
    """`3/5 筐 24/41 件`, and of an ended van what stayed short."""
    crates = f"{trip.crates_in}/{trip.crates} 筐 " if trip.crates else ""
    if trip.ended_ms and trip.short:
        return f"{crates}短 {trip.short} 件"
    return f"{crates}{trip.came}/{trip.pieces} 件"
