"""Sign on the screen with mouse, pen or finger: a picture and the strokes it was drawn with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import tokens
from app.ui.buttons import ActionButton, Weight
from app.ui.shapes import Glyph, draw_glyph, font_of, sized
from app.ui.sheet import Sheet

Stroke = tuple[tuple[float, float], ...]
_WIDTH, _HEIGHT = 800, 320


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature: PNG bytes (800 × 320, black on white) and strokes of points from 0.0 to 1.0 of the pad."""

    png: bytes
    strokes: tuple[Stroke, ...]


class SignaturePad(QWidget):
    """The field to sign in; `drawn()` after every stroke."""

    drawn = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("签名处")
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._strokes: list[list[tuple[float, float]]] = []

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """Strokes so far, a dot included."""
        return tuple(tuple(stroke) for stroke in self._strokes)

    def clear(self) -> None:
        """Start again."""
        self._strokes.clear()
        self.drawn.emit()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 600), sized(self, 240))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._strokes.append([self._share(event.position())])
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._strokes and event.buttons():
            self._strokes[-1].append(self._share(event.position()))
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.drawn.emit()

    def _share(self, point: QPointF) -> tuple[float, float]:
        share = (point.x() / self.width(), point.y() / self.height())
        return (round(min(1.0, max(0.0, share[0])), 4), round(min(1.0, max(0.0, share[1])), 4))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.LINE_STRONG), 2))
        painter.setBrush(QColor(tokens.SURFACE))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)
        self._paint_line(painter)
        draw_strokes(painter, self.strokes, QRectF(self.rect()))

    def _paint_line(self, painter: QPainter) -> None:
        base, pad = self.height() * 0.76, sized(self, 32)
        painter.setPen(QPen(QColor(tokens.LINE), 2))
        painter.drawLine(QPointF(pad, base), QPointF(self.width() - pad, base))
        if self._strokes:
            return
        side = sized(self, 28)
        draw_glyph(painter, QRectF(pad, base - side - sized(self, 10), side, side), Glyph.PEN, tokens.MUTED)
        painter.setFont(font_of(self, "body"))
        painter.setPen(QColor(tokens.MUTED))
        painter.drawText(QPointF(pad + side + sized(self, 12), base - sized(self, 16)), "请在这里签名")


def draw_strokes(painter: QPainter, strokes: tuple[Stroke, ...], rect: QRectF) -> None:
    """Draw strokes into a rectangle, as wide as a pen would be there."""
    pen = QPen(QColor(tokens.INK), max(2.0, rect.height() / 70))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for stroke in strokes:
        points = [QPointF(rect.left() + x * rect.width(), rect.top() + y * rect.height()) for x, y in stroke]
        if len(points) == 1:
            painter.drawPoint(points[0])
        else:
            painter.drawPolyline(QPolygonF(points))


def signature_of(strokes: tuple[Stroke, ...]) -> Signature:
    """Strokes as a signature with its picture."""
    image = QImage(_WIDTH, _HEIGHT, QImage.Format.Format_Grayscale8)
    image.fill(QColor(tokens.WHITE))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_strokes(painter, strokes, QRectF(image.rect()))
    painter.end()
    return Signature(image_bytes(image, "PNG"), strokes)


def image_bytes(image: QImage, form: str, quality: int = -1) -> bytes:
    """An image as a file's bytes, "PNG" or "JPEG"; quality 0–100, -1 is the format's own."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, form, quality)  # type: ignore[call-overload]
    return bytes(buffer.data().data())


class SignatureSheet(Sheet):
    """Asks for a signature."""

    def __init__(self, title: str, *, sentence: str = "") -> None:
        super().__init__(title, sentence=sentence, yes="签好了", width=720)
        self._pad = SignaturePad()
        again = ActionButton("重签", weight=Weight.QUIET, glyph=Glyph.BACK)
        again.clicked.connect(self._pad.clear)
        self._pad.drawn.connect(self.refresh)
        self.body.addWidget(self._pad)
        self.body.addWidget(again, 0, Qt.AlignmentFlag.AlignRight)

    def result(self) -> Signature | None:
        if not self._pad.strokes:
            return None
        return signature_of(self._pad.strokes)


def ask_signature(
    over: QWidget, *, title: str, then: Callable[[Signature], None], sentence: str = ""
) -> SignatureSheet:
    """Ask somebody to sign; `then(Signature)`."""
    sheet = SignatureSheet(title, sentence=sentence)
    sheet.done.connect(then)
    sheet.open_over(over)
    return sheet
