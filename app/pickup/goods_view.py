"""What waits for one person, painted slot by slot: the slot large at the left, its lines beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QWidget

from app.domain.answers import Tone
from app.domain.goods import Count, Zone
from app.pickup import words
from app.pickup.queries import Visit, Waiting
from app.ui import tokens
from app.ui.panels import chip_padding, paint_chip, paint_state
from app.ui.shapes import Glyph, draw_glyph, font_of, sized

ROW, LEAST_GROUP, GAP, NOTE_ROW, SLOT_WIDTH = 41, 52, 6, 32, 204
USUAL_HEIGHT, STATE_HEIGHT, SMALL_STATE = 300, 172, 80
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, slots=True)
class _Group:
    """The lines at one slot, and where they are painted: from `top`, `height` base pixels high."""

    slot: str
    zone: Zone
    first: int
    lines: tuple[Waiting, ...]
    top: int
    height: int


class GoodsView(QAbstractScrollArea):
    """Shows a `Visit`: `chosen()` on Enter, `changed()` when other pieces are taken.

    Up and down move, Space takes a line or leaves it, left and right take fewer or more pieces of it.
    """

    chosen = Signal()
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("这位顾客的货")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.viewport().setAutoFillBackground(False)
        self._goods: tuple[Waiting, ...] = ()
        self._groups: list[_Group] = []
        self._notes: list[str] = []
        self._take: dict[tuple[str, str], int] = {}
        self._at = 0
        self._today = ""

    # --- content ---

    def show_visit(self, visit: Visit, *, today: str, now_ms: int) -> None:
        """Show a person's goods, all of them to be taken."""
        self._take = {}
        self._at = 0
        self.update_visit(visit, today=today, now_ms=now_ms)
        self.verticalScrollBar().setValue(0)

    def update_visit(self, visit: Visit, *, today: str, now_ms: int) -> None:
        """Show the same person's goods as they stand now; what was chosen stays chosen as far as it is here."""
        before = {(one.lot, one.slot) for one in self._goods}
        self._goods, self._today = visit.goods, today
        self._take = {
            (one.lot, one.slot): min(one.pieces, self._take.get((one.lot, one.slot), one.pieces))
            if (one.lot, one.slot) in before
            else one.pieces
            for one in visit.goods
        }
        self._notes = [words.note_of(one, today=today) for one in visit.absent]
        self._notes += [words.act_text(act, now_ms=now_ms) for act in visit.acts]
        self._groups = _grouped(visit.goods)
        self._at = min(self._at, max(0, len(self._goods) - 1))
        self._fit()
        self._tell()

    def taking(self) -> tuple[Count, ...]:
        """The pieces that will be handed out."""
        counts = (Count(one.lot, self._take[one.lot, one.slot], one.slot) for one in self._goods)
        return tuple(count for count in counts if count.pieces)

    @property
    def total(self) -> int:
        """All pieces that are here."""
        return sum(one.pieces for one in self._goods)

    @property
    def taken(self) -> int:
        """The pieces that will be handed out."""
        return sum(self._take.values())

    def current(self) -> Waiting | None:
        """The line under the keyboard."""
        return self._goods[self._at] if self._goods else None

    # --- keys ---

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        more = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        key = Qt.Key(event.key())
        if key in steps:
            self._move(steps[key])
        elif key in more:
            self._change(more[key])
        elif key == Qt.Key.Key_Space:
            self._toggle()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
        else:
            event.ignore()  # letters and digits begin the next search

    def mousePressEvent(self, event: QMouseEvent) -> None:
        y = event.position().y() + self.verticalScrollBar().value()
        for number, rect in self._line_rects():
            if rect.top() <= y < rect.bottom():
                self._at = number
                self._toggle()

    def _move(self, step: int) -> None:
        if not self._goods:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + step * sized(self, NOTE_ROW))
            return
        self._at = max(0, min(len(self._goods) - 1, self._at + step))
        self._bring_into_sight()
        self._tell()

    def _change(self, step: int) -> None:
        line = self.current()
        if line is not None:
            key = (line.lot, line.slot)
            self._take[key] = max(0, min(line.pieces, self._take[key] + step))
            self._tell()

    def _toggle(self) -> None:
        line = self.current()
        if line is not None:
            key = (line.lot, line.slot)
            self._take[key] = 0 if self._take[key] else line.pieces
            self._tell()

    def _tell(self) -> None:
        line = self.current()
        if line is not None:
            taking = self._take[line.lot, line.slot]
            self.setAccessibleDescription(f"{line.slot} {line.product} 取 {taking} 件，共 {line.pieces} 件")
        self.viewport().update()
        self.changed.emit()

    # --- measures ---

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 640), sized(self, USUAL_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 480), sized(self, LEAST_GROUP * 2 + GAP))

    def _notes_top(self) -> int:
        if self._groups:
            return self._groups[-1].top + self._groups[-1].height + GAP
        return self._state_height()

    def _state_height(self) -> int:
        """Where there is little room, the state goes without its drawing."""
        roomy = self.viewport().height() >= sized(self, STATE_HEIGHT + NOTE_ROW * 2)
        return STATE_HEIGHT if roomy else SMALL_STATE

    def _height(self) -> int:
        notes = 40 + len(self._notes) * NOTE_ROW + 12 if self._notes else 0
        return self._notes_top() + notes

    def _fit(self) -> None:
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, sized(self, self._height()) - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(sized(self, ROW))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _line_rects(self) -> list[tuple[int, QRectF]]:
        rects = []
        for group in self._groups:
            row = group.height / len(group.lines) if len(group.lines) == 1 else ROW
            pad = (group.height - row * len(group.lines)) / 2
            for at in range(len(group.lines)):
                top = sized(self, group.top + pad + at * row)
                rects.append((group.first + at, QRectF(0, top, self.viewport().width(), sized(self, row))))
        return rects

    def _bring_into_sight(self) -> None:
        bar = self.verticalScrollBar()
        for number, rect in self._line_rects():
            if number == self._at:
                lowest = rect.bottom() - self.viewport().height() + sized(self, GAP)
                bar.setValue(round(max(lowest, min(bar.value(), rect.top() - sized(self, GAP)))))

    # --- painting ---

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(event, QPaintEvent):
            self._paint(QPainter(self.viewport()))
            return True
        return super().viewportEvent(event)

    def focusInEvent(self, event: object) -> None:
        self.viewport().update()

    def focusOutEvent(self, event: object) -> None:
        self.viewport().update()

    def _paint(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(0, -self.verticalScrollBar().value())
        for group in self._groups:
            self._paint_card(painter, group)
            self._paint_slot(painter, group)
        for number, rect in self._line_rects():
            self._paint_line(painter, self._goods[number], rect, at_cursor=number == self._at)
        if not self._groups:
            self._paint_nothing(painter)
        self._paint_notes(painter)

    def _paint_card(self, painter: QPainter, group: _Group) -> None:
        rect = self._rect_of(group)
        painter.setPen(QPen(QColor(tokens.LINE), 1))
        painter.setBrush(QColor(tokens.SURFACE))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), tokens.RADIUS, tokens.RADIUS)
        painter.fillRect(
            QRectF(sized(self, SLOT_WIDTH), rect.top() + 10, 1, rect.height() - 20), QColor(tokens.LINE)
        )

    def _rect_of(self, group: _Group) -> QRectF:
        return QRectF(0, sized(self, group.top), self.viewport().width(), sized(self, group.height))

    def _paint_slot(self, painter: QPainter, group: _Group) -> None:
        rect = self._rect_of(group)
        painter.setPen(QColor(tokens.INK))
        painter.setFont(font_of(self, "figure", bold=True))
        pad, width = sized(self, 18), sized(self, SLOT_WIDTH)
        painter.drawText(QRectF(pad, rect.top(), width, rect.height()), _MIDDLE, group.slot)
        word = words.ZONES[group.zone]
        painter.setFont(font_of(self, "small"))
        wide = painter.fontMetrics().horizontalAdvance(word) + chip_padding(self, Tone.INFO)
        high = sized(self, 30)
        chip = QRectF(width - wide - sized(self, 14), rect.center().y() - high / 2, wide, high)
        paint_chip(painter, chip, word, Tone.INFO, self)

    def _paint_line(self, painter: QPainter, line: Waiting, rect: QRectF, *, at_cursor: bool) -> None:
        left = sized(self, SLOT_WIDTH) + 1
        inner = QRectF(left, rect.top(), rect.width() - left - 1, rect.height())
        if at_cursor and self.hasFocus():
            painter.fillRect(inner.adjusted(0, 2, -3, -2), QColor(tokens.ROW_CHOSEN))
            painter.fillRect(
                QRectF(left, inner.top() + 2, sized(self, 5), inner.height() - 4), QColor(tokens.BLUE)
            )
        taking = self._take[line.lot, line.slot]
        side = sized(self, 26)
        box = QRectF(left + sized(self, 18), inner.center().y() - side / 2, side, side)
        self._paint_box(painter, box, taking, line.pieces)
        words_rect = inner.adjusted(sized(self, 58), 0, -sized(self, 16), 0)
        self._paint_words(painter, line, words_rect, taking)

    def _paint_box(self, painter: QPainter, box: QRectF, taking: int, pieces: int) -> None:
        """A ticked box; a dash where only a part is taken, an empty box where the line stays."""
        painter.setPen(QPen(QColor(tokens.BLUE if taking else tokens.LINE_STRONG), 2))
        painter.setBrush(QColor(tokens.BLUE if taking else tokens.SURFACE))
        painter.drawRoundedRect(box, tokens.RADIUS_SMALL, tokens.RADIUS_SMALL)
        if taking:
            glyph = Glyph.CHECK if taking == pieces else Glyph.MINUS
            draw_glyph(painter, box.adjusted(4, 4, -4, -4), glyph, tokens.WHITE, weight=3)

    def _paint_words(self, painter: QPainter, line: Waiting, rect: QRectF, taking: int) -> None:
        ink = tokens.INK if taking else tokens.MUTED
        platform, pieces = sized(self, 100), sized(self, 92)
        painter.setPen(QColor(tokens.MUTED))
        painter.setFont(font_of(self, "small"))
        painter.drawText(rect, _RIGHT, line.platform)
        late = "" if line.day == self._today else f"{words.day_text(line.day, self._today)}到"
        late_width = sized(self, 86) if late else 0
        if late:
            painter.drawText(rect.adjusted(0, 0, -platform, 0), _RIGHT, late)
        painter.setPen(QColor(ink))
        painter.setFont(font_of(self, "lead", bold=True))
        number = f"×{line.pieces}" if taking in (0, line.pieces) else f"取 {taking}/{line.pieces}"
        painter.drawText(rect.adjusted(0, 0, -platform - late_width, 0), _RIGHT, number)
        painter.setFont(font_of(self, "body", bold=bool(taking)))
        room = round(rect.width() - platform - late_width - pieces)
        shown = painter.fontMetrics().elidedText(line.product, Qt.TextElideMode.ElideRight, room)
        painter.drawText(rect, _MIDDLE, shown)

    def _paint_nothing(self, painter: QPainter) -> None:
        area = QRectF(0, 0, self.viewport().width(), sized(self, self._state_height()))
        advice = "货在哪里写在下面。按 Esc 等下一位。" if self._notes else "按 Esc 等下一位。"
        paint_state(painter, area, self, glyph=Glyph.BAG, sentence="货架上没有这位顾客的货", advice=advice)

    def _paint_notes(self, painter: QPainter) -> None:
        if not self._notes:
            return
        top = sized(self, self._notes_top())
        pad, width = sized(self, 18), self.viewport().width()
        painter.setFont(font_of(self, "small"))
        painter.setPen(QColor(tokens.MUTED))
        painter.drawText(QRectF(pad, top, width, sized(self, 34)), _MIDDLE, "不在货架上的")
        painter.setFont(font_of(self, "body"))
        for at, note in enumerate(self._notes):
            line = QRectF(pad, top + sized(self, 34 + at * NOTE_ROW), width - 2 * pad, sized(self, NOTE_ROW))
            shown = painter.fontMetrics().elidedText(note, Qt.TextElideMode.ElideRight, round(line.width()))
            painter.drawText(line, _MIDDLE, shown)


def _grouped(goods: Sequence[Waiting]) -> list[_Group]:
    """Lines by zone and slot, each group below the one before it."""
    together: dict[tuple[Zone, str], list[Waiting]] = {}
    for one in goods:
        together.setdefault((one.zone, one.slot), []).append(one)
    groups: list[_Group] = []
    first = top = 0
    for (zone, slot), mine in together.items():
        height = max(LEAST_GROUP, len(mine) * ROW + 6)
        groups.append(_Group(slot, zone, first, tuple(mine), top, height))
        first += len(mine)
        top += height + GAP
    return groups
