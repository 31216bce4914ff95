"""The rail at the left: one large button a page, with its key, its drawing and a count."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QVBoxLayout, QWidget

from app.domain.resources import resource_path
from app.ui import tokens
from app.ui.buttons import PressButton
from app.ui.shapes import Glyph, draw_glyph, font_of, sized


class RailButton(PressButton):
    """One page's button."""

    def __init__(self, title: str, *, key: str, glyph: Glyph) -> None:
        super().__init__(f"{title} {key}")
        self._title, self._key, self._glyph = title, key, glyph
        self._count = 0
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMaximumHeight(sized(self, 74))

    def show_count(self, count: int) -> None:
        """Show how many things wait there; 0 hides the badge."""
        self._count = count
        self.setAccessibleName(f"{self._title} {self._key}" + (f"，{count} 件待办" if count else ""))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 176), sized(self, 74))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 120), sized(self, 60))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        on = self.isChecked()
        hover = tokens.SUNKEN if self.underMouse() else ""
        rect = self._ground(painter, tokens.BLUE if on else hover, "", radius=12)
        ink = tokens.WHITE if on else tokens.INK
        side = sized(self, 26)
        place = QRectF(sized(self, 14), (rect.height() - side) / 2, side, side)
        draw_glyph(painter, place, self._glyph, ink if on else tokens.BLUE_DEEP, weight=1.9)
        right = self._paint_badge(painter, rect, on)
        self._paint_words(painter, ink, on, right)

    def _paint_words(self, painter: QPainter, ink: str, on: bool, right: float) -> None:  # noqa: FBT001
        left = sized(self, 50)
        middle = self.height() / 2
        painter.setFont(font_of(self, "body", bold=on))
        painter.setPen(QColor(ink))
        words = painter.fontMetrics().elidedText(
            self._title, Qt.TextElideMode.ElideRight, round(right - left)
        )
        self.setToolTip(self._title if words != self._title else "")
        line, key_line = sized(self, 28), sized(self, 20)
        top = middle - (line + key_line) / 2
        painter.drawText(QRectF(left, top, right - left + 2, line), Qt.AlignmentFlag.AlignVCenter, words)
        painter.setFont(font_of(self, "small"))
        painter.setPen(QColor(tokens.WHITE if on else tokens.MUTED))
        painter.drawText(
            QRectF(left, top + line, right - left, key_line), Qt.AlignmentFlag.AlignVCenter, self._key
        )

    def _paint_badge(self, painter: QPainter, rect: QRectF, on: bool) -> float:  # noqa: FBT001
        edge = rect.right() - sized(self, 12)
        if not self._count:
            return edge
        text = str(self._count) if self._count < 1000 else "999+"
        painter.setFont(font_of(self, "small", bold=True))
        height = sized(self, 28)
        width = max(height, painter.fontMetrics().horizontalAdvance(text) + sized(self, 16))
        badge = QRectF(edge - width, (rect.height() - height) / 2, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.WHITE if on else tokens.AMBER))
        painter.drawRoundedRect(badge, height / 2, height / 2)
        painter.setPen(QColor(tokens.BLUE_DEEP if on else tokens.BLACK))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)
        return badge.left() - sized(self, 6)


class Brand(QWidget):
    """The sign over the door: 格驿."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("格驿")
        self._mark = QPixmap(str(resource_path("icon/geyi.png")))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 150), sized(self, 64))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side = sized(self, 36)
        place = QRectF(sized(self, 10), (self.height() - side) / 2, side, side)
        if not self._mark.isNull():
            painter.drawPixmap(place, self._mark, QRectF(self._mark.rect()))
        painter.setFont(font_of(self, "title", bold=True))
        painter.setPen(QColor(tokens.INK))
        left = place.right() + sized(self, 10)
        painter.drawText(
            QRectF(left, 0, self.width() - left, self.height()), Qt.AlignmentFlag.AlignVCenter, "格驿"
        )


class Rail(QFrame):
    """All pages' buttons, in order; `picked(index)` when one is pressed."""

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self._group = QButtonGroup(self)
        self._buttons: list[RailButton] = []
        self._column = QVBoxLayout(self)
        pad = sized(self, 12)
        self._column.setContentsMargins(pad, 0, pad, pad)
        self._column.setSpacing(sized(self, tokens.SPACE_XS))
        self._column.addWidget(Brand())
        self._column.addStretch(1)
        self._group.idClicked.connect(self.picked)
        self.setFixedWidth(sized(self, 208))

    def add(self, title: str, *, glyph: Glyph) -> None:
        """Add the next page's button."""
        number = len(self._buttons)
        button = RailButton(title, key=f"F{number + 1}", glyph=glyph)
        self._buttons.append(button)
        self._group.addButton(button, number)
        self._column.insertWidget(number + 1, button, 10)

    def clear(self) -> None:
        """Take all buttons away."""
        for button in self._buttons:
            self._group.removeButton(button)
            self._column.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons.clear()

    def mark(self, index: int) -> None:
        """Show which page is in front."""
        self._buttons[index].setChecked(True)

    def show_count(self, index: int, count: int) -> None:
        """Set a page's badge."""
        self._buttons[index].show_count(count)
