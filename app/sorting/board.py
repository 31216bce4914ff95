"""The board of the wall: where the piece in the hand goes, in print that is read from some metres away."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.answers import Tone
from app.ui import tokens
from app.ui.shapes import Glyph, draw_glyph, draw_tone, font_of, sized

SMALLEST_SLOT, LARGEST_SLOT = 100, 190
"""The slot's print in base pixels."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Face:
    """What the board shows; ``asks`` marks what is to be done next, in calm colours, against what was done."""

    tone: Tone
    caption: str
    slot: str
    route: str = ""
    count: str = ""
    name: str = ""
    product: str = ""
    hint: str = ""
    asks: str = ""

    def aloud(self) -> str:
        """As a screen reader says it."""
        parts = (self.caption, self.slot, self.count, self.name, self.product, self.hint)
        return " ".join(part for part in parts if part)


class PutBoard(QWidget):
    """One card with one thing to do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.face = Face(Tone.INFO, "", "", hint="")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_face(self, face: Face) -> None:
        """Show another face, at once."""
        self.face = face
        self.setAccessibleName(face.aloud())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 640), sized(self, 250))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 320), sized(self, 176))

    # --- painting ---

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill, ink, line = self._colours()
        painter.setPen(QPen(QColor(line), 2) if line else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(fill))
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(area, tokens.RADIUS_LARGE, tokens.RADIUS_LARGE)
        inner = area.adjusted(sized(self, 28), sized(self, 14), -sized(self, 28), -sized(self, 14))
        if not self.face.slot:
            self._paint_invitation(painter, inner)
            return
        inner = self._paint_hint(painter, inner, ink)
        right = self._paint_slot(painter, inner, ink)
        below = inner.adjusted(right - inner.left(), sized(self, 36), 0, 0)
        self._paint_facts(painter, below, ink)

    def _colours(self) -> tuple[str, str, str]:
        paint = tokens.TONES[self.face.tone]
        if self.face.asks or not self.face.slot:
            return tokens.SURFACE, tokens.INK, tokens.BLUE if self.face.asks else tokens.LINE
        return paint.fill, paint.ink, ""

    def _paint_invitation(self, painter: QPainter, inner: QRectF) -> None:
        side = min(sized(self, 104), inner.height() * 0.45)
        top = inner.center().y() - side / 2 - sized(self, 26)
        draw_glyph(
            painter,
            QRectF(inner.center().x() - side / 2, top, side, side),
            Glyph.SCAN,
            tokens.BLUE,
            weight=1.6,
        )
        painter.setPen(QColor(tokens.INK))
        painter.setFont(font_of(self, "title", bold=True))
        line = QRectF(inner.left(), top + side + sized(self, 10), inner.width(), sized(self, 36))
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, self.face.caption)
        painter.setPen(QColor(tokens.MUTED))
        painter.setFont(font_of(self, "lead"))
        words = self._cut(painter, self.face.hint, inner.width())
        painter.drawText(line.translated(0, sized(self, 38)), Qt.AlignmentFlag.AlignCenter, words)

    def _paint_hint(self, painter: QPainter, inner: QRectF, ink: str) -> QRectF:
        """The line at the foot: which key or scan comes next; returns what is left above it."""
        if not self.face.hint:
            return inner
        height = sized(self, 34)
        foot = QRectF(inner.left(), inner.bottom() - height, inner.width(), height)
        painter.setFont(font_of(self, "lead"))
        painter.setPen(QColor(tokens.BLUE_DEEP if self.face.asks else ink))
        painter.drawText(foot, _LEFT, self._cut(painter, self.face.hint, foot.width()))
        return inner.adjusted(0, 0, 0, -height - sized(self, 2))

    def _paint_slot(self, painter: QPainter, inner: QRectF, ink: str) -> float:
        """The head line and the slot in giant print; returns where the rest may begin."""
        head = QRectF(inner.left(), inner.top(), inner.width(), sized(self, 36))
        self._paint_head(painter, head, ink)
        font = self._slot_font(inner.width() * 0.6, inner.height() - head.height())
        painter.setFont(font)
        painter.setPen(QColor(tokens.BLUE_DEEP if self.face.asks else ink))
        place = QRectF(inner.left(), head.bottom(), inner.width(), inner.height() - head.height())
        painter.drawText(place, _LEFT, self.face.slot)
        width = QFontMetricsF(font).horizontalAdvance(self.face.slot)
        return inner.left() + width + sized(self, 36)

    def _paint_head(self, painter: QPainter, head: QRectF, ink: str) -> None:
        """The shape of the answer with its word, and the van's route at the other end."""
        side = sized(self, 30)
        self._paint_shape(painter, QRectF(head.left(), head.center().y() - side / 2, side, side))
        painter.setPen(QColor(ink))
        painter.setFont(font_of(self, "word", bold=True))
        route = painter.fontMetrics().horizontalAdvance(self.face.route)
        painter.drawText(head, _RIGHT, self.face.route)
        painter.setFont(font_of(self, "section", bold=True))
        words = head.adjusted(side + sized(self, 10), 0, -route - sized(self, 16), 0)
        painter.drawText(words, _LEFT, self._cut(painter, self.face.caption, words.width()))

    def _slot_font(self, width: float, height: float) -> QFont:
        font = font_of(self, "number", bold=True)
        size = min(sized(self, LARGEST_SLOT), max(sized(self, SMALLEST_SLOT), round(height * 0.98)))
        font.setPixelSize(size)
        wanted = QFontMetricsF(font).horizontalAdvance(self.face.slot)
        if wanted > width:
            font.setPixelSize(max(sized(self, 60), int(size * width / wanted)))
        return font

    def _paint_shape(self, painter: QPainter, place: QRectF) -> None:
        paint = tokens.TONES[self.face.tone]
        if self.face.asks:
            draw_glyph(painter, place, Glyph.SCAN, tokens.BLUE, weight=2.2)
        elif self.face.tone is Tone.INFO:
            draw_tone(painter, place, Tone.INFO, body=tokens.GREY, mark=tokens.WHITE)
        else:
            draw_tone(painter, place, self.face.tone, body=paint.ink, mark=paint.fill)

    def _paint_facts(self, painter: QPainter, area: QRectF, ink: str) -> None:
        """How many, for whom and what, one under the other at the right."""
        lines = self._lines(area)
        height = sum(high for _, _, high in lines)
        top = area.top() + max(0.0, (area.height() - height) / 2)
        for text, font, high in lines:
            painter.setFont(font)
            painter.setPen(QColor(ink))
            words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, round(area.width()))
            painter.drawText(QRectF(area.left(), top, area.width() + 2, high), _LEFT, words)
            top += high

    def _lines(self, area: QRectF) -> list[tuple[str, QFont, float]]:
        """The lines with their fonts and heights; names are wrapped only where there is room for it."""
        lines = self._texts(area.width(), most=2)
        least = sized(self, 52) if self.face.count else 0
        if sum(high for _, _, high in lines) + least > area.height():
            lines = self._texts(area.width(), most=1)
        if self.face.count:
            rest = area.height() - sum(high for _, _, high in lines)
            count = font_of(self, "number", bold=True)
            count.setPixelSize(max(sized(self, 36), min(sized(self, 110), int(rest * 0.8))))
            lines.insert(0, (self.face.count, count, max(float(least), min(rest, count.pixelSize() * 1.2))))
        return lines

    def _texts(self, width: float, *, most: int) -> list[tuple[str, QFont, float]]:
        lines = []
        for text, size, high in ((self.face.name, "title", 34), (self.face.product, "lead", 30)):
            font = font_of(self, size, bold=size == "title")
            parts = self._wrapped(text, font, width) if most > 1 else [text] if text else []
            lines += [(part, font, float(sized(self, high))) for part in parts]
        return lines

    def _wrapped(self, text: str, font: QFont, width: float) -> list[str]:
        """A text in at most two lines."""
        metrics = QFontMetricsF(font)
        if not text or metrics.horizontalAdvance(text) <= width:
            return [text] if text else []
        at = len(text)
        while at > 1 and metrics.horizontalAdvance(text[:at]) > width:
            at -= 1
        return [text[:at], text[at:].lstrip()]

    def _cut(self, painter: QPainter, text: str, width: float) -> str:
        return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, round(width))
