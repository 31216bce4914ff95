"""A card that says one thing to do, as large as a thumb: the first pages of every counter are made of them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

from app.domain.answers import Tone
from app.ui import tokens
from app.ui.buttons import PressButton
from app.ui.shapes import Glyph, draw_focus_ring, draw_glyph, draw_keycap, draw_tone, font_of, sized


class StepCard(PressButton):
    """One thing to do: its shape and word, a sentence, and the key that leads there ("" for none)."""

    def __init__(self, word: str, sentence: str, *, key: str, tone: Tone, glyph: Glyph = Glyph.BOX) -> None:
        super().__init__(word)
        self.word = self.sentence = self.key = ""
        self.tone, self._glyph = Tone.INFO, Glyph.BOX
        self.tell(word, sentence, key=key, tone=tone, glyph=glyph)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def tell(self, word: str, sentence: str, *, key: str, tone: Tone, glyph: Glyph = Glyph.BOX) -> None:
        """Say another thing in the same place."""
        if (word, sentence, key, tone, glyph) == (
            self.word,
            self.sentence,
            self.key,
            self.tone,
            self._glyph,
        ):
            return
        self.word, self.sentence, self.key, self.tone = word, sentence, key, tone
        self._glyph = glyph
        self.setAccessibleName(f"{word}：{sentence}")
        self.setToolTip(sentence)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 420), sized(self, 64))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 300), sized(self, 64))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint = tokens.TONES[self.tone]
        rect = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(paint.line if self.tone is not Tone.INFO else tokens.LINE), 1))
        painter.setBrush(QColor(tokens.SURFACE if not self.underMouse() else tokens.SUNKEN))
        painter.drawRoundedRect(rect, tokens.RADIUS_LARGE, tokens.RADIUS_LARGE)
        side, pad = sized(self, 34), sized(self, 20)
        middle = self.height() / 2
        place = QRectF(pad, middle - side / 2, side, side)
        if self.tone in (Tone.LOOK, Tone.WRONG):
            draw_tone(painter, place, self.tone, body=paint.fill, mark=paint.ink)
        else:
            draw_glyph(painter, place, self._glyph, tokens.BLUE)
        self._paint_words(painter, left=pad + side + sized(self, 16))
        if self.hasFocus():
            draw_focus_ring(painter, QRectF(self.rect()), tokens.RADIUS_LARGE)

    def _paint_words(self, painter: QPainter, *, left: int) -> None:
        room = self.width() - left - sized(self, 84 if self.key else 18)
        painter.setPen(QColor(tokens.INK))
        painter.setFont(font_of(self, "body", bold=True))
        half = self.height() / 2
        painter.drawText(
            QRectF(left, sized(self, 5), room, half - sized(self, 4)),
            Qt.AlignmentFlag.AlignVCenter,
            self.word,
        )
        painter.setFont(font_of(self, "small"))
        painter.setPen(QColor(tokens.MUTED))
        text = painter.fontMetrics().elidedText(self.sentence, Qt.TextElideMode.ElideRight, room)
        painter.drawText(
            QRectF(left, half - 1, room, half - sized(self, 5)), Qt.AlignmentFlag.AlignVCenter, text
        )
        if not self.key:
            return
        cap = QRectF(self.width() - sized(self, 68), half - sized(self, 15), sized(self, 48), sized(self, 30))
        draw_keycap(painter, cap, self.key, ink=tokens.INK, line=tokens.LINE_STRONG)
