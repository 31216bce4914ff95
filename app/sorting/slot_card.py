"""The card of the chosen slot: its name in large print, whose it is, and what is still missing; and its crates."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.sorting import words
from app.sorting.queries import CrateRow, SlotView
from app.ui import tokens
from app.ui.panels import chip_padding, paint_chip
from app.ui.rows import Column
from app.ui.shapes import font_of, sized

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def crate_columns() -> tuple[Column[CrateRow], ...]:
    """The columns of a slot's crates."""
    return (
        Column("筐", lambda row: row.crate, strong=1),
        Column("温层", lambda row: words.ZONES[row.zone], width=78, gives_way=1),
        Column("件数", lambda row: f"{row.pieces} 件", width=84, align=_RIGHT),
        Column(
            "", lambda row: words.crate_state(row)[0], width=142, tone=lambda row: words.crate_state(row)[1]
        ),
    )


class SlotCard(QWidget):
    """The chosen slot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._slot: SlotView | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def show_slot(self, slot: SlotView | None) -> None:
        """Show another slot, or none."""
        self._slot = slot
        if slot is not None:
            self.setAccessibleName(f"{slot.slot} {slot.name}，{slot.pieces} 件，还差 {slot.waiting} 件")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 272), sized(self, 132))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 236), sized(self, 84))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.LINE), 1))
        painter.setBrush(QColor(tokens.SURFACE))
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(area, tokens.RADIUS_LARGE, tokens.RADIUS_LARGE)
        if self._slot is not None:
            self._paint(
                painter, area.adjusted(sized(self, 16), sized(self, 6), -sized(self, 14), -sized(self, 8))
            )

    def _paint(self, painter: QPainter, inner: QRectF) -> None:
        slot = self._slot
        if slot is None:
            return
        big = min(sized(self, 58), max(sized(self, 30), round(inner.height()) - sized(self, 32)))
        painter.setPen(QColor(tokens.INK))
        font = font_of(self, "number", bold=True)
        font.setPixelSize(round(big * 0.95))
        painter.setFont(font)
        painter.drawText(QRectF(inner.left(), inner.top(), inner.width(), big), _LEFT, slot.slot)
        painter.setFont(font_of(self, "title", bold=True))
        painter.drawText(QRectF(inner.left(), inner.top(), inner.width(), big), _RIGHT, slot.route)
        line, high = sized(self, 28), sized(self, 30)
        painter.setFont(font_of(self, "body"))
        name = painter.fontMetrics().elidedText(slot.name, Qt.TextElideMode.ElideRight, round(inner.width()))
        if inner.height() >= big + line + high:
            painter.drawText(QRectF(inner.left(), inner.top() + big, inner.width() + 2, line), _LEFT, name)
        said, tone = words.slot_state(slot)
        painter.setFont(font_of(self, "small"))
        width = painter.fontMetrics().horizontalAdvance(said) + chip_padding(self, tone)
        paint_chip(painter, QRectF(inner.left(), inner.bottom() - high, width, high), said, tone, self)
