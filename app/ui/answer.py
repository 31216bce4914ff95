"""The answer band: what the last scan or key led to, seen from a metre away by colour, shape, word and number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.answers import Answer, Tone
from app.ui import tokens
from app.ui.shapes import Glyph, draw_glyph, draw_tone, font_of, sized

_LOUD_MS: Final = 6000
WAITING: Final = Answer(Tone.INFO, "请扫码", "扫到的结果会大字显示在这里。")


class AnswerBand(QWidget):
    """A band over the page: loud while the answer is fresh, quiet afterwards; it never goes blank."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answer = WAITING
        self._loud = False
        self._waiting = True
        self._glyph = Glyph.SCAN
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.rest)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(WAITING.sentence)

    def show_answer(self, answer: Answer) -> None:
        """Show an answer, loudly at first."""
        self.answer = answer
        self._loud, self._waiting = True, False
        self._timer.start(_LOUD_MS)
        self.setAccessibleName(f"{answer.word} {answer.sentence} {answer.number}".strip())
        self.update()

    def rest(self) -> None:
        """Become quiet: the words stay, the colour steps back."""
        self._timer.stop()
        self._loud = False
        self.update()

    def wait(self, invitation: Answer = WAITING, *, glyph: Glyph = Glyph.SCAN) -> None:
        """Forget the last answer and invite to what the page waits for."""
        self.answer = invitation
        self._waiting, self._glyph = True, glyph
        self.setAccessibleName(f"{invitation.word} {invitation.sentence}")
        self.rest()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 640), sized(self, 104))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 320), sized(self, 104))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, ink, line = self._colours()
        painter.setPen(QPen(QColor(line), 1) if line else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        radius = tokens.RADIUS_LARGE
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        self._paint_icon(painter)
        right = self._paint_number(painter, ink)
        self._paint_words(painter, ink, right)

    def _colours(self) -> tuple[str, str, str]:
        paint = tokens.TONES[self.answer.kind]
        if self._waiting:
            return tokens.SURFACE, tokens.INK, tokens.LINE
        return (paint.fill, paint.ink, "") if self._loud else (paint.tint, paint.tint_ink, paint.line)

    def _paint_icon(self, painter: QPainter) -> None:
        side = sized(self, 60)
        place = QRectF(sized(self, 26), (self.height() - side) / 2, side, side)
        paint = tokens.TONES[self.answer.kind]
        if self._waiting:
            draw_glyph(painter, place.adjusted(4, 4, -4, -4), self._glyph, tokens.BLUE, weight=1.8)
        elif self.answer.kind is Tone.INFO:
            draw_tone(painter, place, Tone.INFO, body=tokens.GREY, mark=tokens.WHITE)
        elif self._loud:
            draw_tone(painter, place, self.answer.kind, body=paint.ink, mark=paint.fill)
        else:
            draw_tone(painter, place, self.answer.kind, body=paint.fill, mark=paint.ink)

    def _paint_number(self, painter: QPainter, ink: str) -> float:
        """Paint the number at the right; returns where the words must end."""
        edge = self.width() - sized(self, 28)
        if not self.answer.number:
            return edge
        font = font_of(self, "number", bold=True)
        painter.setFont(font)
        room = self.width() * 0.4
        while painter.fontMetrics().horizontalAdvance(self.answer.number) > room and font.pixelSize() > 20:
            font.setPixelSize(font.pixelSize() - 4)
            painter.setFont(font)
        width = painter.fontMetrics().horizontalAdvance(self.answer.number)
        painter.setPen(QColor(ink))
        box = QRectF(edge - width - 2, 0, width + 4, self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self.answer.number)
        return edge - width - sized(self, 24)

    def _paint_words(self, painter: QPainter, ink: str, right: float) -> None:
        left, room = sized(self, 112), right - sized(self, 112)
        lines = self._sentence_lines(painter, round(room))
        size, tall, line_height = ("word", 44, 28) if len(lines) == 1 else ("title", 34, 26)
        top = (self.height() - sized(self, tall) - len(lines) * sized(self, line_height)) / 2
        painter.setPen(QColor(ink))
        painter.setFont(font_of(self, size, bold=True))
        word = painter.fontMetrics().elidedText(self.answer.word, Qt.TextElideMode.ElideRight, round(room))
        painter.drawText(QRectF(left, top, room + 2, sized(self, tall)), Qt.AlignmentFlag.AlignVCenter, word)
        painter.setFont(font_of(self, "lead"))
        for at, line in enumerate(lines):
            below = top + sized(self, tall) + at * sized(self, line_height)
            place = QRectF(left, below, room + 2, sized(self, line_height))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, line)

    def _sentence_lines(self, painter: QPainter, room: int) -> list[str]:
        painter.setFont(font_of(self, "lead"))
        metrics = painter.fontMetrics()
        first, rest = _break(self.answer.sentence, lambda part: metrics.horizontalAdvance(part) <= room)
        last = metrics.elidedText(rest, Qt.TextElideMode.ElideRight, room)
        self.setToolTip(self.answer.sentence if last != rest else "")
        return [first, last] if rest else [first]


def _break(sentence: str, fits: Callable[[str], bool]) -> tuple[str, str]:
    """Cut a sentence where its first line is full; Chinese breaks anywhere but before a closing mark."""
    if fits(sentence):
        return sentence, ""
    at = len(sentence) - 1
    while at > 1 and (not fits(sentence[:at]) or sentence[at] in "，。；：！？、）”"):
        at -= 1
    return sentence[:at], sentence[at:].lstrip()
