"""The wall drawn as it stands: the whole of it in small, and some bays large with every slot's fill, seal and route."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.answers import Tone
from app.domain.goods import Zone
from app.sorting.queries import SlotView
from app.sorting.wallplan import BAY_COLUMNS, LEVELS, slot_at
from app.ui import tokens
from app.ui.shapes import draw_tone, font_of, sized

COLD = {Zone.FROZEN: "冻", Zone.CHILLED: "藏"}
CELL_WIDTH, CELL_HEIGHT, LOWEST_CELL, SMALL_HEIGHT = 58, 38, 27, 44
_STEPS = {
    Qt.Key.Key_Left.value: -LEVELS, Qt.Key.Key_Right.value: LEVELS, Qt.Key.Key_Up.value: -1, Qt.Key.Key_Down.value: 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Grid:
    """Slots by their place in the walking order, and how many columns they fill."""

    slots: dict[int, SlotView]
    hues: dict[str, str]
    columns: int

    @classmethod
    def of(cls, slots: Sequence[SlotView]) -> _Grid:
        """Arrange the slots of a wall."""
        routes = list(dict.fromkeys(slot.route for slot in slots))
        hues = {route: tokens.ROUTES[nth % len(tokens.ROUTES)] for nth, route in enumerate(routes)}
        places = {slot_at(slot.slot): slot for slot in slots}
        return cls(places, hues, max(places, default=-1) // LEVELS + 1)


class WallPicture(QWidget):
    """Shows the wall; arrows and clicks choose a slot: `picked(slot)`, Enter `opened(slot)`."""

    picked = Signal(str)
    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = _Grid.of(())
        self._at, self._first = -1, 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("分拣墙")

    # --- what is shown ---

    def show_wall(self, slots: Sequence[SlotView]) -> None:
        """Show the wall as it is now; the chosen slot stays chosen."""
        self._grid = _Grid.of(slots)
        if self._at not in self._grid.slots:
            due = [at for at, slot in self._grid.slots.items() if slot.pieces or slot.waiting]
            self._at = min(due or self._grid.slots, default=-1)
        self._bring_into_sight()
        self._name_aloud()
        self.update()

    def choose(self, slot: str) -> None:
        """Choose a slot and bring it into sight."""
        at = slot_at(slot)
        if at in self._grid.slots and at != self._at:
            self._at = at
            self._bring_into_sight()
            self._name_aloud()
            self.update()
            self.picked.emit(slot)

    @property
    def chosen(self) -> SlotView | None:
        """The chosen slot."""
        return self._grid.slots.get(self._at)

    def _name_aloud(self) -> None:
        slot = self.chosen
        if slot is not None:
            self.setAccessibleName(
                f"分拣墙，{slot.slot} {slot.name}，{slot.pieces} 件，还差 {slot.waiting} 件"
            )

    # --- measures ---

    def sizeHint(self) -> QSize:
        high = SMALL_HEIGHT + 24 + LEVELS * CELL_HEIGHT + 6
        return QSize(sized(self, 700), sized(self, high))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 300), sized(self, SMALL_HEIGHT + 24 + LEVELS * LOWEST_CELL))

    @property
    def _shown(self) -> int:
        """How many columns fit large: whole bays where there is room for one."""
        fit = max(1, self.width() // sized(self, CELL_WIDTH))
        return fit - fit % BAY_COLUMNS if fit >= BAY_COLUMNS else fit

    def _bring_into_sight(self) -> None:
        """Whole bays, with the chosen slot's among them."""
        bay = self._at // (LEVELS * BAY_COLUMNS) * BAY_COLUMNS
        last = max(0, -(-self._grid.columns // BAY_COLUMNS) * BAY_COLUMNS - self._shown)
        if not self._first <= self._at // LEVELS < self._first + self._shown:
            self._first = bay
        self._first = max(0, min(self._first, last))

    def _cell(self, at: int) -> QRectF:
        """Where a slot is drawn large."""
        column, level = divmod(at, LEVELS)
        wide = self.width() / self._shown
        top = sized(self, SMALL_HEIGHT + 24)
        high = (self.height() - top - 2) / LEVELS
        return QRectF((column - self._first) * wide, top + level * high, wide, high).adjusted(1, 1, -1, -1)

    def _small_cell(self, at: int) -> QRectF:
        """Where a slot is drawn in the whole wall."""
        column, level = divmod(at, LEVELS)
        wide, high = self.width() / max(1, self._grid.columns), (sized(self, SMALL_HEIGHT) - 6) / LEVELS
        return QRectF(column * wide, level * high, max(1.0, wide - 0.8), high - 0.8)

    def _slot_under(self, point: QPointF) -> int:
        if point.y() < sized(self, SMALL_HEIGHT):
            wide, high = self.width() / max(1, self._grid.columns), (sized(self, SMALL_HEIGHT) - 6) / LEVELS
            return int(point.x() / wide) * LEVELS + min(LEVELS - 1, int(point.y() / high))
        return next((at for at in self._grid.slots if self._cell(at).contains(point)), -1)

    # --- painting ---

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_small(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_bays(painter)
        for at, slot in self._grid.slots.items():
            if self._first <= at // LEVELS < self._first + self._shown:
                self._paint_slot(painter, self._cell(at), slot)
        if self._at in self._grid.slots:
            self._paint_choice(painter)

    def _paint_small(self, painter: QPainter) -> None:
        """The whole wall: the fuller the darker, amber where goods still wait; the frame is what is large below."""
        for at, slot in self._grid.slots.items():
            if not (slot.pieces or slot.waiting):
                colour = tokens.SUNKEN
            elif slot.waiting:
                colour = tokens.AMBER if slot.pieces else tokens.AMBER_LINE
            else:
                colour = tokens.BLUE_DEEP if slot.is_done else tokens.BLUE
            painter.fillRect(self._small_cell(at), QColor(colour))
        columns = max(1, self._grid.columns)
        frame = QRectF(
            self._first * self.width() / columns,
            0,
            min(self._shown, columns) * self.width() / columns,
            sized(self, SMALL_HEIGHT) - 4,
        )
        painter.setPen(QPen(QColor(tokens.FOCUS), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(frame.adjusted(1, 1, -1, -1).intersected(QRectF(self.rect()).adjusted(1, 1, -1, -1)))

    def _paint_bays(self, painter: QPainter) -> None:
        """The number of each bay, and whose stretch it is, over its columns."""
        painter.setFont(font_of(self, "small", bold=True))
        top, wide = sized(self, SMALL_HEIGHT), self.width() / self._shown
        for column in range(self._first, min(self._first + self._shown, self._grid.columns), BAY_COLUMNS):
            area = QRectF((column - self._first) * wide + 4, top, BAY_COLUMNS * wide - 8, sized(self, 24))
            inside = [self._grid.slots.get(column * LEVELS + nth) for nth in range(LEVELS * BAY_COLUMNS)]
            whose = sorted({slot.sorter for slot in inside if slot is not None})
            painter.setPen(QColor(tokens.INK))
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, f"{column // BAY_COLUMNS + 1} 架")
            painter.setPen(QColor(tokens.MUTED))
            stretch = "、".join(map(str, whose))
            painter.drawText(
                area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"第 {stretch} 段"
            )

    def _paint_slot(self, painter: QPainter, cell: QRectF, slot: SlotView) -> None:
        painter.setPen(QPen(QColor(tokens.LINE), 1))
        due = bool(slot.pieces or slot.waiting)
        painter.setBrush(QColor(tokens.SURFACE if due else tokens.SUNKEN))
        painter.drawRoundedRect(cell, 5, 5)
        hue = QColor(self._grid.hues.get(slot.route, tokens.GREY))
        painter.fillRect(QRectF(cell.left() + 1, cell.top() + 4, 4, cell.height() - 8), hue)
        self._paint_words(painter, cell.adjusted(9, 1, -4, -7), slot)
        self._paint_fill(painter, cell, slot)

    def _paint_words(self, painter: QPainter, inner: QRectF, slot: SlotView) -> None:
        """Number and state over route and cold zones; in a low cell number and route beside each other."""
        number = slot.slot.partition("-")[2]
        low = inner.height() < sized(self, 27)
        upper = QRectF(inner.left(), inner.top(), inner.width(), inner.height() / (1 if low else 2))
        lower = upper if low else upper.translated(0, upper.height())
        painter.setPen(QColor(tokens.INK))
        painter.setFont(font_of(self, "small", bold=True))
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter, number)
        if not low:
            self._paint_state(painter, inner, upper.height(), slot)
        font = font_of(self, "small")
        font.setPixelSize(sized(self, 12))
        painter.setFont(font)
        painter.setPen(QColor(tokens.INK))
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        cold = "".join(COLD[x] for x in COLD if any(crate.zone is x for crate in slot.crates))
        painter.drawText(lower, right if low else Qt.AlignmentFlag.AlignVCenter, slot.route)
        painter.drawText(lower, right, "" if low else cold)

    def _paint_state(self, painter: QPainter, inner: QRectF, half: float, slot: SlotView) -> None:
        """Done is a check in a circle; a sealed crate beside an open one says 封."""
        side = min(half, sized(self, 16))
        place = QRectF(inner.right() - side, inner.top() + (half - side) / 2, side, side)
        if slot.is_done:
            paint = tokens.TONES[Tone.OK]
            draw_tone(painter, place, Tone.OK, body=paint.fill, mark=paint.ink)
        elif any(not crate.is_open for crate in slot.crates):
            font = font_of(self, "small", bold=True)
            font.setPixelSize(sized(self, 12))
            painter.setFont(font)
            painter.setPen(QColor(tokens.BLUE_DEEP))
            box = QRectF(inner.left(), inner.top(), inner.width(), half)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, "封")

    def _paint_fill(self, painter: QPainter, cell: QRectF, slot: SlotView) -> None:
        """How much of tonight's goods is in: a bar at the foot."""
        bar = QRectF(cell.left() + 4, cell.bottom() - 6, cell.width() - 8, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.WHITE))
        painter.drawRoundedRect(bar, 2, 2)
        due = slot.pieces + slot.waiting
        if due and slot.pieces:
            bar.setWidth(max(4.0, bar.width() * slot.pieces / due))
            painter.setBrush(QColor(tokens.BLUE))
            painter.drawRoundedRect(bar, 2, 2)

    def _paint_choice(self, painter: QPainter) -> None:
        cell = self._cell(self._at)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.FOCUS if self.hasFocus() else tokens.BLUE), 3))
        painter.drawRoundedRect(cell.adjusted(1, 1, -1, -1), 5, 5)

    # --- hands ---

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(event.key())
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen is not None:
            self.opened.emit(self.chosen.slot)
        elif step is not None:
            self._step(step)
        else:
            super().keyPressEvent(event)

    def _step(self, step: int) -> None:
        """To the next slot in that direction that there is."""
        at = self._at + step
        last = max(self._grid.slots, default=-1)
        while 0 <= at <= last and at not in self._grid.slots:
            at += step
        if at in self._grid.slots:
            self.choose(self._grid.slots[at].slot)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        slot = self._grid.slots.get(self._slot_under(event.position()))
        if slot is not None:
            self.choose(slot.slot)
        self.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._bring_into_sight()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
