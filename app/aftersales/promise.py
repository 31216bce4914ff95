"""What may be promised, drawn so that it is read before anything is: a strip with a tone, a headline and a line."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.aftersales import rules, words
from app.aftersales.rules import Lot, Offer
from app.domain.answers import Tone
from app.domain.events import Why
from app.domain.refusals import Refused
from app.ui import tokens
from app.ui.shapes import draw_tone, font_of, sized

SOON_MS = 3 * rules.HOUR_MS
"""A window that closes this soon is shown in amber."""


def promise(offered: Offer | Refused, *, now_ms: int) -> tuple[Tone, str, str]:
    """Tone, headline and line of what a reason leads to."""
    if isinstance(offered, Refused):
        answer = words.say(offered, now_ms=now_ms)
        return answer.kind, answer.word, answer.sentence
    photo = "要附照片。" if offered.photo_needed else "不要求照片。"
    if offered.from_shelf:
        return Tone.OK, f"可以申请，最多 {offered.pieces} 件", f"货还在店里，时限从取走才开始算。{photo}"
    tone = Tone.LOOK if offered.until_ms - now_ms < SOON_MS else Tone.OK
    left = words.time_left(offered.until_ms, now_ms=now_ms)
    until = words.clock(offered.until_ms, now_ms=now_ms)
    return tone, f"可以申请，{left}", f"{until} 截止，最多 {offered.pieces} 件。{photo}"


def overview(lot: Lot, *, now_ms: int) -> tuple[Tone, str, str]:
    """What can be promised while no reason has been chosen: the window for quality, and the one for second thoughts."""
    quality = rules.offer(lot, Why.SPOILED, now_ms=now_ms)
    tone, head, line = promise(quality, now_ms=now_ms)
    if isinstance(quality, Refused):
        return tone, head, line
    unwanted = rules.offer(lot, Why.UNWANTED, now_ms=now_ms)
    if not isinstance(unwanted, Refused):
        second = f"不想要了：{words.time_left(unwanted.until_ms, now_ms=now_ms)}。"
    elif unwanted.reason is rules.Reason.EXCLUDED:
        second = "不想要了：生鲜不支持。"
    else:
        second = "不想要了：已过时限。"
    left = "时限未开始" if quality.from_shelf else words.time_left(quality.until_ms, now_ms=now_ms)
    return (tone if tone is Tone.LOOK else Tone.INFO), f"坏了、少了、发错：{left}", f"{second}先选哪里不对。"


class PromiseStrip(QWidget):
    """Shows one promise; it keeps its height whatever it says, so that nothing below it jumps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tone, self.head, self.line = Tone.INFO, "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_promise(self, tone: Tone, head: str, line: str) -> None:
        """Show another promise."""
        self.tone, self.head, self.line = tone, head, line
        self.setAccessibleName(f"{head} {line}")
        self.setToolTip(line)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 480), sized(self, 88))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 240), sized(self, 88))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint = tokens.TONES[self.tone]
        painter.setPen(QPen(QColor(paint.line), 1))
        painter.setBrush(QColor(paint.tint))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, tokens.RADIUS, tokens.RADIUS)
        side, pad = sized(self, 32), sized(self, 18)
        place = QRectF(pad, (self.height() - side) / 2, side, side)
        body, mark = (tokens.GREY, tokens.WHITE) if self.tone is Tone.INFO else (paint.fill, paint.ink)
        draw_tone(painter, place, self.tone, body=body, mark=mark)
        self._paint_words(painter, paint.tint_ink, left=pad + side + sized(self, 14))

    def _paint_words(self, painter: QPainter, ink: str, *, left: int) -> None:
        room = self.width() - left - sized(self, 14)
        wraps = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere
        painter.setFont(font_of(self, "small"))
        below = painter.fontMetrics().boundingRect(0, 0, room, 200, wraps, self.line).height()
        high = sized(self, 30)
        top = (self.height() - high - below) / 2
        painter.setPen(QColor(ink))
        painter.drawText(QRectF(left, top + high, room, below + 4), wraps, self.line)
        painter.setFont(font_of(self, "lead", bold=True))
        head = painter.fontMetrics().elidedText(self.head, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, top, room, high), Qt.AlignmentFlag.AlignVCenter, head)
