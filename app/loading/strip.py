"""The head of loading: the chosen van with its dock in giant print, and the crate to fetch next."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.answers import Tone
from app.ui import tokens
from app.ui.panels import chip_padding, paint_chip
from app.ui.shapes import font_of, sized

LEFT_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT_MIDDLE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
HEIGHT, SLIM = 118, 300


@dataclass(frozen=True, slots=True)
class Head:
    """What the van's card says: `big` in giant print, a title, a quiet line, how much is done, and the time left."""

    big: str
    title: str
    remark: str
    done: int
    whole: int
    unit: str
    left: str
    left_tone: Tone
    warning: str = ""

    def aloud(self) -> str:
        """As a screen reader says it."""
        parts = (self.big, self.title, self.remark, f"{self.done}/{self.whole} {self.unit}", self.left)
        return " ".join(part for part in (*parts, self.warning) if part)


class _Card(QWidget):
    """A white card of the head's height."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 420), sized(self, HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 240), sized(self, HEIGHT))

    def _giant(self) -> QFont:
        """The print of what is read from afar; smaller where large print meets a small screen."""
        return font_of(self, "number" if self.width() >= sized(self, SLIM) else "figure", bold=True)

    def _ground(self, painter: QPainter, fill: str, line: str) -> QRectF:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(line), 1))
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(rect, tokens.RADIUS_LARGE, tokens.RADIUS_LARGE)
        return rect

    def _write(self, painter: QPainter, rect: QRectF, text: str, flags: Qt.AlignmentFlag) -> None:
        words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, round(rect.width()))
        painter.drawText(rect.adjusted(0, 0, 2, 0), flags, words)


class VanCard(_Card):
    """The chosen van, or all of tonight's."""

    def __init__(self) -> None:
        super().__init__()
        self.head = Head("", "", "", 0, 0, "筐", "", Tone.INFO)

    def show_head(self, head: Head) -> None:
        """Show how a van stands."""
        self.head = head
        self.setAccessibleName(head.aloud())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = self._ground(painter, tokens.SURFACE, tokens.LINE)
        left = self._paint_big(painter, rect)
        pad = sized(self, 18)
        inner = rect.adjusted(left + pad, sized(self, 10), -pad, -sized(self, 12))
        third = inner.height() / 3
        top = QRectF(inner.left(), inner.top(), inner.width(), third)
        chip = self._paint_chip(painter, top, self.head.left, self.head.left_tone)
        painter.setFont(font_of(self, "section", bold=True))
        painter.setPen(QColor(tokens.INK))
        room = top.adjusted(0, 0, -chip, 0)
        fits = painter.fontMetrics().horizontalAdvance
        titles = (self.head.title, self.head.title.rpartition(" ")[2])
        self._write(painter, room, next((x for x in titles if fits(x) <= room.width()), ""), LEFT_MIDDLE)
        middle = top.translated(0, third)
        chip = self._paint_chip(painter, middle, self.head.warning, Tone.LOOK)
        painter.setFont(font_of(self, "body"))
        painter.setPen(QColor(tokens.MUTED))
        self._write(painter, middle.adjusted(0, 0, -chip, 0), self.head.remark, LEFT_MIDDLE)
        self._paint_bar(painter, middle.translated(0, third))

    def _paint_big(self, painter: QPainter, rect: QRectF) -> float:
        """The dock as on the floor: white on blue."""
        if not self.head.big:
            return 0
        painter.setFont(self._giant())
        width = painter.fontMetrics().horizontalAdvance(self.head.big) + sized(self, 36)
        block = QRectF(rect.left(), rect.top(), width, rect.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.BLUE))
        painter.drawRoundedRect(block, tokens.RADIUS_LARGE, tokens.RADIUS_LARGE)
        painter.setPen(QColor(tokens.WHITE))
        painter.drawText(block, Qt.AlignmentFlag.AlignCenter, self.head.big)
        return width

    def _paint_chip(self, painter: QPainter, line: QRectF, text: str, tone: Tone) -> float:
        """A chip at the right end of a line; how much of the line it takes."""
        if not text:
            return 0
        painter.setFont(font_of(self, "small"))
        width = painter.fontMetrics().horizontalAdvance(text) + chip_padding(self, tone)
        width = min(width, round(line.width()))
        height = sized(self, 30)
        place = QRectF(line.right() - width, line.center().y() - height / 2, width, height)
        paint_chip(painter, place, text, tone, self)
        return width + sized(self, 8)

    def _paint_bar(self, painter: QPainter, line: QRectF) -> None:
        words = f"{self.head.done} / {self.head.whole} {self.head.unit}"
        painter.setFont(font_of(self, "body", bold=True))
        room = painter.fontMetrics().horizontalAdvance(words) + sized(self, 14)
        height = sized(self, 14)
        bar = QRectF(line.left(), line.center().y() - height / 2, max(20.0, line.width() - room), height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.SUNKEN))
        painter.drawRoundedRect(bar, height / 2, height / 2)
        share = self.head.done / self.head.whole if self.head.whole else 0.0
        if share > 0:
            painter.setBrush(QColor(tokens.BLUE))
            done = QRectF(bar.left(), bar.top(), max(height, bar.width() * min(1.0, share)), height)
            painter.drawRoundedRect(done, height / 2, height / 2)
        painter.setPen(QColor(tokens.INK))
        painter.drawText(line, RIGHT_MIDDLE, words)


class NextCard(_Card):
    """The crate to fetch now: its slot in giant print; or that there is none."""

    def __init__(self) -> None:
        super().__init__()
        self._said = ("", "", "", "")
        self._tone = Tone.INFO

    def show_next(self, caption: str, big: str, line: str, detail: str, *, tone: Tone = Tone.INFO) -> None:
        """`caption` over it, `big` in giant print, a line and a detail beside."""
        self._said, self._tone = (caption, big, line, detail), tone
        self.setAccessibleName(" ".join(part for part in self._said if part))
        self.update()

    def said(self) -> tuple[str, str, str, str]:
        """What is shown."""
        return self._said

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint = tokens.TONES[self._tone]
        calm = self._tone is Tone.INFO
        rect = self._ground(
            painter, tokens.SURFACE if calm else paint.tint, tokens.LINE if calm else paint.line
        )
        caption, big, line, detail = self._said
        pad = sized(self, 18)
        inner = rect.adjusted(pad, sized(self, 10), -pad, -sized(self, 12))
        third = inner.height() / 3
        top = QRectF(inner.left(), inner.top(), inner.width(), third)
        ink, quiet = (tokens.INK, tokens.MUTED) if calm else (paint.tint_ink, paint.tint_ink)
        painter.setFont(font_of(self, "body"))
        painter.setPen(QColor(quiet))
        self._write(painter, top, caption, LEFT_MIDDLE)
        below = QRectF(inner.left(), inner.top() + third, inner.width(), 2 * third)
        painter.setPen(QColor(ink))
        painter.setFont(self._giant())
        width = painter.fontMetrics().horizontalAdvance(big) if big else 0
        painter.drawText(below, LEFT_MIDDLE, big)
        words = below.adjusted(width + (sized(self, 16) if big else 0), 0, 0, 0)
        painter.setFont(font_of(self, "section", bold=True))
        self._write(painter, QRectF(words.left(), words.top(), words.width(), third), line, LEFT_MIDDLE)
        painter.setFont(font_of(self, "body"))
        painter.setPen(QColor(quiet))
        below_line = QRectF(words.left(), words.top() + third, words.width(), third)
        self._write(painter, below_line, detail, LEFT_MIDDLE)
