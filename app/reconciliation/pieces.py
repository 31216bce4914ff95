"""Drawn pieces of the close: the line of steps, the sheet of figures, and what every part of the page can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QButtonGroup,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.domain.clock import Clock, business_day
from app.domain.refusals import Refused
from app.reconciliation import words
from app.store.connection import Reader
from app.ui import tokens
from app.ui.buttons import ToggleButton
from app.ui.desk import Desk
from app.ui.photo import Camera
from app.ui.shapes import Glyph, draw_glyph, font_of, sized

RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE: Final = Qt.AlignmentFlag.AlignCenter

PickFile = Callable[[QWidget], Path | None]


@dataclass(frozen=True, slots=True)
class Counter:
    """What every part of the page works with; ``papers`` is the folder for files, ``pick_file`` asks for one."""

    desk: Desk
    reader: Reader
    clock: Clock
    camera: Camera
    papers: Path
    pick_file: PickFile
    keep_people_days: int

    def today(self) -> str:
        """The business day that runs now, by the PC's clock corrected by its known skew."""
        skew: int = self.reader.get("skew_ms", 0)
        return business_day(self.clock.now_ms() - skew)

    def do(self, command: object, then: Callable[[Any], None] = lambda done: None) -> None:
        """Have a command done and say how it went; ``then(done)`` only when it was not refused."""
        self.desk.do(command, lambda done: self._said(done, then))

    def _said(self, done: Any, then: Callable[[Any], None]) -> None:
        self.desk.answer(words.answer(done))
        if not isinstance(done, Refused):
            then(done)


class Part(QWidget):
    """Base of the page's parts: a column, and what the page asks of the part in front."""

    def __init__(self, counter: Counter) -> None:
        super().__init__()
        self.counter = counter
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(sized(self, tokens.SPACE_M))

    def refresh(self) -> None:
        """Read again what is shown."""

    def activated(self) -> None:
        """The part has come to the front."""

    def on_scan(self, code: str) -> bool:
        """A code arrived; false says that it means nothing here."""
        return False

    def primary(self) -> QWidget | None:
        """Which widget has the focus first."""
        return None

    def cancel(self) -> bool:
        """Esc: go back a step; false where there is none."""
        return False


class Step(Part):
    """One step of the close: `next()` asks for the following one."""

    next = Signal()

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.day = ""

    def show_day(self, day: str) -> None:
        """Work on another day."""
        self.day = day
        self.refresh()

    def once_a_press(self, *widgets: QWidget) -> None:
        """A key that is held down works these once: a close that runs by itself writes what nobody meant."""
        for widget in widgets:
            (widget.focusProxy() or widget).installEventFilter(self)
            if isinstance(widget, QAbstractButton):
                widget.setAutoRepeat(False)  # of its shortcut too

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        return is_held_enter(event) or super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_held_enter(event):
            return
        super().keyPressEvent(event)


def is_held_enter(event: QEvent) -> bool:
    """Whether this is an Enter that repeats because the key is held down."""
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
        return False
    return event.isAutoRepeat() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def across(*widgets: QWidget, stretch: int = -1) -> QHBoxLayout:
    """Widgets in a row; a stretch stands before the widget numbered ``stretch``."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    for at, widget in enumerate(widgets):
        if at == stretch:
            row.addStretch(1)
        row.addWidget(widget)
    row.setSpacing(sized(widgets[0], tokens.SPACE_M) if widgets else 0)
    return row


def empty(layout: QBoxLayout) -> None:
    """Take all widgets out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


class Tabs(QWidget):
    """The parts of the page in a row: `chosen(index)`; digits stay free for counting, Ctrl and a digit turns."""

    chosen = Signal(int)

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(sized(self, tokens.SPACE_S))
        for at, name in enumerate(names):
            button = ToggleButton(name)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setToolTip(f"Ctrl+{at + 1}")
            self._group.addButton(button, at)
            row.addWidget(button)
        self.choose(0)
        self._group.idToggled.connect(self._tell)

    @property
    def index(self) -> int:
        """Which part is chosen."""
        return self._group.checkedId()

    def choose(self, index: int) -> None:
        """Turn to a part."""
        self._group.button(index).setChecked(True)

    def _tell(self, index: int, on: bool) -> None:  # noqa: FBT001 - Qt's signature
        if on:
            self.chosen.emit(index)


class StepLine(QWidget):
    """The steps of the close in one line: done ones with a check, the present one filled, the rest outlined."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = tuple(names)
        self._at = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_step(self, at: int) -> None:
        """Show which step is the present one; past the end all are done."""
        self._at = at
        name = self._names[at] if at < len(self._names) else "都做完了"
        self.setAccessibleName(f"第 {min(at + 1, len(self._names))} 步，共 {len(self._names)} 步：{name}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 480), sized(self, 36))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 320), sized(self, 36))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step = self.width() / len(self._names)
        for at, name in enumerate(self._names):
            self._paint_step(painter, at, name, left=round(at * step), width=round(step))

    def _paint_step(self, painter: QPainter, at: int, name: str, *, left: int, width: int) -> None:
        side = sized(self, 28)
        disc = QRectF(left + 1, (self.height() - side) / 2, side, side)
        done, here = at < self._at, at == self._at
        painter.setPen(QPen(QColor(tokens.BLUE if done or here else tokens.LINE_STRONG), 2))
        painter.setBrush(QColor(tokens.BLUE if here else tokens.BLUE_TINT if done else tokens.SURFACE))
        painter.drawEllipse(disc)
        if done:
            inner = disc.adjusted(6, 6, -6, -6)
            draw_glyph(painter, inner, Glyph.CHECK, tokens.BLUE_DEEP, weight=3.2)
        else:
            painter.setFont(font_of(self, "small", bold=True))
            painter.setPen(QColor(tokens.WHITE if here else tokens.MUTED))
            painter.drawText(disc, CENTRE, str(at + 1))
        painter.setFont(font_of(self, "body", bold=here))
        painter.setPen(QColor(tokens.INK if here else tokens.MUTED))
        text_left = disc.right() + sized(self, 10)
        painter.drawText(
            QRectF(text_left, 0, left + width - text_left, self.height()), Qt.AlignmentFlag.AlignVCenter, name
        )
        end = text_left + painter.fontMetrics().horizontalAdvance(name) + sized(self, 14)
        if at + 1 < len(self._names) and left + width - sized(self, 12) > end:
            middle = round(self.height() / 2)
            painter.setPen(QPen(QColor(tokens.BLUE if done else tokens.LINE), 2))
            painter.drawLine(round(end), middle, left + width - sized(self, 12), middle)


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of a sheet of figures: its name, its value, and whether it is a sum (1) or a remark (-1)."""

    name: str
    value: str
    weight: int = 0


class Figures(QWidget):
    """Names at the left, numbers at the right, a hairline under each: a till receipt without the till."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[Figure, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_figures(self, rows: Sequence[Figure]) -> None:
        """Show other figures."""
        self._rows = tuple(rows)
        self.setAccessibleName("，".join(f"{row.name} {row.value}" for row in rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 260), sized(self, 34) * len(self._rows))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 200), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        height = sized(self, 34)
        for at, row in enumerate(self._rows):
            self._paint_row(painter, QRectF(0, at * height, self.width(), height), row)

    def _paint_row(self, painter: QPainter, place: QRectF, row: Figure) -> None:
        painter.setFont(font_of(self, "body", bold=row.weight > 0))
        painter.setPen(QColor(tokens.INK if row.weight > 0 else tokens.MUTED))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, row.name)
        painter.setPen(QColor(tokens.MUTED if row.weight < 0 else tokens.INK))
        painter.drawText(place, RIGHT, row.value)
        painter.setPen(QPen(QColor(tokens.LINE), 1))
        painter.drawLine(place.bottomLeft(), place.bottomRight())
