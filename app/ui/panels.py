"""Still pieces of a page: cards, titles, chips, tiles with a number, and the empty, busy and error states."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.domain.answers import Tone
from app.ui import tokens
from app.ui.buttons import ActionButton
from app.ui.shapes import Glyph, draw_glyph, draw_tone, font_of, sized


def label(text: str, role: str = "", *, wraps: int = 0) -> QLabel:
    """A label in a role of the style sheet (title, section, lead, strong, muted, small, figure, error).

    `wraps` of 1 lets the text run over several lines.
    """
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(bool(wraps))
    if role:
        made.setProperty("role", role)
    return made


class ElidedLabel(QLabel):
    """One line that ends in … where there is no room, and shows all of itself as a tooltip."""

    def __init__(self, text: str = "", role: str = "") -> None:
        super().__init__()
        self._whole = text
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        if role:
            self.setProperty("role", role)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Show another text."""
        self._whole = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self._elide()

    def whole(self) -> str:
        """The text, whether or not it fits."""
        return self._whole

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 40), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width())
        if shown != self.text():
            self.setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")


class Card(QFrame):
    """A white sheet of paper on the counter; add to `body`."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", "true")
        self.body = QVBoxLayout(self)
        pad = sized(self, 20)
        self.body.setContentsMargins(pad, pad, pad, pad)
        self.body.setSpacing(sized(self, tokens.SPACE_M))
        if title:
            self.body.addWidget(label(title, "section"))


class Beside(QWidget):
    """Two pieces side by side where there is room for both, else one under the other."""

    def __init__(self, left: QWidget, right: QWidget, *, shares: tuple[int, int] = (1, 1)) -> None:
        super().__init__()
        self._pair = (left, right)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(sized(self, tokens.SPACE_M))
        for piece, share in zip(self._pair, shares, strict=True):
            self._row.addWidget(piece, share)

    def minimumSizeHint(self) -> QSize:
        one, other = (piece.minimumSizeHint() for piece in self._pair)
        width = max(one.width(), other.width())
        if self._row.direction() is QBoxLayout.Direction.TopToBottom:
            return QSize(width, one.height() + other.height() + self._row.spacing())
        return QSize(width, max(one.height(), other.height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        needed = sum(piece.minimumSizeHint().width() for piece in self._pair) + self._row.spacing()
        down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        wanted = right if needed <= self.width() else down
        if self._row.direction() is not wanted:
            self._row.setDirection(wanted)
            self.updateGeometry()


class SectionTitle(QWidget):
    """A title over a part of a page, with a quiet remark at its right."""

    def __init__(self, title: str, *, remark: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._remark = ElidedLabel(remark, "muted")
        self._remark.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(label(title, "section"))
        row.addWidget(self._remark, 1)

    def set_remark(self, remark: str) -> None:
        """Change the quiet remark."""
        if remark != self._remark.whole():
            self._remark.set_text(remark)


class StatTile(QFrame):
    """One big number with its name and unit, and a tone when it wants attention."""

    def __init__(self, name: str, number: str = "0", *, unit: str = "件", tone: Tone = Tone.INFO) -> None:
        super().__init__()
        self._name, self._number, self._unit, self._tone = name, number, unit, tone
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name_aloud()

    def show_number(self, number: str, *, tone: Tone = Tone.INFO) -> None:
        """Show another number; `tone` colours it, and LOOK and WRONG add their shape."""
        if (number, tone) == (self._number, self._tone):
            return
        self._number, self._tone = number, tone
        self._name_aloud()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        name = QFontMetricsF(font_of(self, "body")).horizontalAdvance(self._name) + sized(self, 30)
        return QSize(round(max(self._number_width(), name)) + sized(self, 40), sized(self, 96))

    def _number_width(self) -> int:
        number = QFontMetricsF(font_of(self, "figure", bold=True)).horizontalAdvance(self._number)
        unit = QFontMetricsF(font_of(self, "body")).horizontalAdvance(self._unit)
        return round(number + unit) + sized(self, 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(max(self._number_width() + sized(self, 36), sized(self, 112)), sized(self, 96))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint = tokens.TONES[self._tone]
        calm = self._tone is Tone.INFO
        painter.setPen(QPen(QColor(tokens.LINE if calm else paint.line), 1))
        painter.setBrush(QColor(tokens.SURFACE if calm else paint.tint))
        radius = tokens.RADIUS_LARGE
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        self._paint_name(painter, tokens.MUTED if calm else paint.tint_ink)
        self._paint_number(painter, tokens.INK if calm else paint.tint_ink)

    def _paint_name(self, painter: QPainter, ink: str) -> None:
        pad, height = sized(self, 18), sized(self, 26)
        painter.setFont(font_of(self, "body"))
        painter.setPen(QColor(ink))
        room = self.width() - 2 * pad - (height if self._tone in (Tone.LOOK, Tone.WRONG) else 0)
        name = painter.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(pad, sized(self, 12), room + 2, height), Qt.AlignmentFlag.AlignVCenter, name)
        if self._tone in (Tone.LOOK, Tone.WRONG):
            paint = tokens.TONES[self._tone]
            place = QRectF(self.width() - pad - height + 4, sized(self, 12), height - 2, height - 2)
            draw_tone(painter, place, self._tone, body=paint.fill, mark=paint.ink)

    def _paint_number(self, painter: QPainter, ink: str) -> None:
        pad = sized(self, 18)
        painter.setFont(font_of(self, "figure", bold=True))
        painter.setPen(QColor(ink))
        base = self.height() - sized(self, 18)
        painter.drawText(pad, base, self._number)
        width = painter.fontMetrics().horizontalAdvance(self._number)
        painter.setFont(font_of(self, "body"))
        painter.drawText(pad + width + sized(self, 6), base, self._unit)

    def _name_aloud(self) -> None:
        self.setAccessibleName(f"{self._name} {self._number} {self._unit}")


class Chip(QWidget):
    """A small rounded word with its tone's shape, e.g. 已取 or 短少."""

    def __init__(self, text: str, tone: Tone = Tone.INFO, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._tone = text, tone
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), sized(self, 72)), sized(self, 32))

    def show_word(self, text: str, tone: Tone = Tone.INFO) -> None:
        """Show another word and tone."""
        self._text, self._tone = text, tone
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = QFontMetricsF(font_of(self, "small")).horizontalAdvance(self._text)
        return QSize(round(width) + chip_padding(self, self._tone), sized(self, 32))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_chip(painter, QRectF(self.rect()), self._text, self._tone, self)


def chip_padding(of: QWidget, tone: Tone) -> int:
    """How many pixels a chip needs beside its word."""
    return sized(of, 26 if tone is Tone.INFO else 48)


def paint_chip(painter: QPainter, rect: QRectF, text: str, tone: Tone, of: QWidget) -> None:
    """Paint a chip into `rect`, in the sizes of the widget `of` (tables use it for their cells)."""
    paint = tokens.TONES[tone]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(paint.line), 1))
    painter.setBrush(QColor(paint.tint))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), rect.height() / 2, rect.height() / 2)
    left = rect.left() + sized(of, 12)
    if tone is not Tone.INFO:
        side = sized(of, 18)
        place = QRectF(rect.left() + sized(of, 9), rect.center().y() - side / 2, side, side)
        draw_tone(painter, place, tone, body=paint.fill, mark=paint.ink)
        left = place.right() + sized(of, 7)
    painter.setFont(font_of(of, "small"))
    painter.setPen(QColor(paint.tint_ink))
    room = rect.right() - sized(of, 8) - left
    words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, round(room))
    painter.drawText(QRectF(left, rect.top(), room + 2, rect.height()), Qt.AlignmentFlag.AlignVCenter, words)


def paint_state(
    painter: QPainter,
    rect: QRectF,
    of: QWidget,
    *,
    glyph: Glyph | None,
    sentence: str,
    advice: str,
    tone: Tone = Tone.INFO,
) -> None:
    """Paint a state in the middle of `rect`: drawing, what is so, what to do."""
    disc = sized(of, 88)
    line, width = sized(of, 34), min(rect.width() - 2 * sized(of, 24), sized(of, 620))
    painter.setFont(font_of(of, "body"))
    wrap = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
    advice_box = painter.fontMetrics().boundingRect(0, 0, round(width), 400, wrap, advice)
    words_height = line + sized(of, 4) + advice_box.height()
    drawn = disc + sized(of, 18) if disc + sized(of, 18) + words_height <= rect.height() else 0
    top = rect.top() + max(0.0, (rect.height() - drawn - words_height) / 2)
    middle = rect.center().x()
    if drawn:
        _paint_disc(painter, QRectF(middle - disc / 2, top, disc, disc), glyph, tone)
    top += drawn
    painter.setFont(font_of(of, "section", bold=True))
    painter.setPen(QColor(tokens.INK))
    words = painter.fontMetrics().elidedText(sentence, Qt.TextElideMode.ElideRight, round(width))
    painter.drawText(QRectF(middle - width / 2, top, width, line), Qt.AlignmentFlag.AlignCenter, words)
    painter.setFont(font_of(of, "body"))
    painter.setPen(QColor(tokens.MUTED))
    top += line + sized(of, 4)
    painter.drawText(QRectF(middle - width / 2, top, width, advice_box.height() + 4), wrap, advice)


def _paint_disc(painter: QPainter, rect: QRectF, glyph: Glyph | None, tone: Tone) -> None:
    paint = tokens.TONES[tone]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.BLUE_TINT if tone is Tone.INFO else paint.tint))
    painter.drawEllipse(rect)
    inner = rect.adjusted(
        rect.width() * 0.27, rect.height() * 0.27, -rect.width() * 0.27, -rect.height() * 0.27
    )
    if glyph is None:
        draw_tone(painter, inner, tone, body=paint.fill, mark=paint.ink)
    else:
        draw_glyph(
            painter, inner, glyph, tokens.BLUE_DEEP if tone is Tone.INFO else paint.tint_ink, weight=1.7
        )


class StatePanel(QWidget):
    """A whole page's or card's state: empty, busy or an error, with one way on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glyph: Glyph | None = Glyph.BOX
        self._sentence = self._advice = ""
        self._tone = Tone.INFO
        self.way_on = ActionButton("")
        self.way_on.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, sized(self, tokens.SPACE_XL))
        column.addStretch(1)
        column.addWidget(self.way_on, 0, Qt.AlignmentFlag.AlignHCenter)

    def show_empty(self, sentence: str, advice: str, *, glyph: Glyph = Glyph.BOX) -> None:
        """Nothing here, and that is fine: say what fills it."""
        self._show(glyph, sentence, advice, Tone.INFO)

    def show_busy(self, sentence: str, advice: str = "请稍等，不用重复操作。") -> None:
        """Something runs that takes more than a blink."""
        self._show(Glyph.BUSY, sentence, advice, Tone.INFO)

    def show_error(self, sentence: str, advice: str, *, way_on: str = "") -> None:
        """Something failed: what, and what to do; `way_on` is the word on the button."""
        self._show(None, sentence, advice, Tone.WRONG)
        self.way_on.set_text(way_on)
        self.way_on.setVisible(bool(way_on))

    def _show(self, glyph: Glyph | None, sentence: str, advice: str, tone: Tone) -> None:
        self._glyph, self._sentence, self._advice, self._tone = glyph, sentence, advice, tone
        self.setAccessibleName(f"{sentence} {advice}")
        self.way_on.hide()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 360), sized(self, 280))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        foot = self.way_on.height() + sized(self, tokens.SPACE_XL) if self.way_on.isVisible() else 0
        area = QRectF(self.rect()).adjusted(0, 0, 0, -foot)
        paint_state(
            painter,
            area,
            self,
            glyph=self._glyph,
            sentence=self._sentence,
            advice=self._advice,
            tone=self._tone,
        )
