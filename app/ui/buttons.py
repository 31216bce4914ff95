"""Things to press: large painted buttons with their key beside the word, toggles, choices and a stepper."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QIntValidator,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QWidget,
)

from app.ui import tokens
from app.ui.shapes import Glyph, draw_focus_ring, draw_glyph, draw_keycap, font_of, sized

SHEET: Final = "sheet"
"""The object name of every sheet that lies over the counter."""


FEW: Final = 3
"""A choice of more than this shows the digit that chooses beside each word."""


class Weight(StrEnum):
    """How much a button asks to be pressed; a page has one PRIMARY at most."""

    PRIMARY = "primary"
    PLAIN = "plain"
    QUIET = "quiet"
    DANGER = "danger"


_GROUNDS: Final[dict[Weight, tuple[str, str, str, str]]] = {
    Weight.PRIMARY: (tokens.BLUE, tokens.BLUE_DEEP, tokens.WHITE, tokens.BLUE),
    Weight.PLAIN: (tokens.SURFACE, tokens.SUNKEN, tokens.INK, tokens.LINE_STRONG),
    Weight.QUIET: ("", tokens.SUNKEN, tokens.BLUE_DEEP, ""),
    Weight.DANGER: (tokens.RED, tokens.RED_DEEP, tokens.WHITE, tokens.RED),
}
"""Per weight: ground, ground under the pointer, ink, border; "" is none."""


class PressButton(QAbstractButton):
    """What every painted button shares: a focus ring, the hand's Enter, a name for screen readers."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses too: a scanner's Enter never gets here."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """A shortcut does nothing while a sheet lies over the button."""
        if event.type() == QEvent.Type.Shortcut and self._is_covered():
            return True
        return super().event(event)

    def _is_covered(self) -> bool:
        sheets = self.window().findChildren(QWidget, SHEET)
        return any(not sheet.isAncestorOf(self) for sheet in sheets)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _ground(
        self, painter: QPainter, colour: str, border: str, *, radius: float = tokens.RADIUS
    ) -> QRectF:
        rect = QRectF(self.rect())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(border), 1.6) if border else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour) if colour else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), radius, radius)
        if self.hasFocus():
            draw_focus_ring(painter, rect, radius + 1)
        return rect


class ActionButton(PressButton):
    """A large button: word, and the key that does the same beside it.

    `key` is shown as a keycap; it is bound too when it is a key that no scanner sends and no field needs
    (F9–F12 or a Ctrl combination); Enter and Esc belong to the page or the sheet.
    """

    def __init__(
        self,
        text: str,
        *,
        key: str = "",
        weight: Weight = Weight.PLAIN,
        glyph: Glyph | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.setText(text)
        self.key = key
        self.weight = weight
        self._glyph = glyph
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if "+" in key or (key.startswith("F") and key[1:].isdigit()):
            self.setShortcut(QKeySequence(key))

    def set_text(self, text: str) -> None:
        """Change the word; the button keeps its place and its key, which Qt would drop with the old text."""
        shortcut = self.shortcut()
        self.setText(text)
        self.setShortcut(shortcut)
        self.setAccessibleName(text)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        if not self.text():
            return self.minimumSizeHint()
        words = QFontMetricsF(self._word_font()).horizontalAdvance(self.text())
        width = words + self._cap_width() + self._glyph_width() + sized(self, 2 * 22)
        return QSize(round(width) + 2, sized(self, tokens.TARGET_BIG))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, tokens.TARGET_BIG), sized(self, tokens.TARGET_BIG))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ground, hover, ink, border = self._colours()
        rect = self._ground(painter, hover if self._lit() else ground, border)
        room = rect.width() - sized(self, 24) - self._cap_width() - self._glyph_width()
        painter.setFont(self._word_font())
        words = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, round(room))
        self._show_cut_words(words)
        width = painter.fontMetrics().horizontalAdvance(words)
        left = (rect.width() - width - self._cap_width() - self._glyph_width()) / 2
        self._paint_glyph(painter, left, ink)
        left += self._glyph_width()
        painter.setPen(QColor(ink))
        painter.drawText(QRectF(left, 0, width + 2, rect.height()), Qt.AlignmentFlag.AlignVCenter, words)
        self._paint_cap(painter, left + width, ink)

    def _colours(self) -> tuple[str, str, str, str]:
        if not self.isEnabled():
            return tokens.SUNKEN, tokens.SUNKEN, tokens.MUTED, tokens.LINE
        return _GROUNDS[self.weight]

    def _lit(self) -> bool:
        return self.underMouse() or self.isDown()

    def _word_font(self) -> QFont:
        return font_of(self, "lead", bold=self.weight in (Weight.PRIMARY, Weight.DANGER))

    def _cap_width(self) -> float:
        if not self.key:
            return 0
        return QFontMetricsF(font_of(self, "small")).horizontalAdvance(self.key) + sized(self, 26)

    def _glyph_width(self) -> float:
        return sized(self, 34 if self.text() else 24) if self._glyph else 0

    def _paint_glyph(self, painter: QPainter, left: float, ink: str) -> None:
        if self._glyph is None:
            return
        side = sized(self, 24)
        draw_glyph(painter, QRectF(left, (self.height() - side) / 2, side, side), self._glyph, ink)

    def _paint_cap(self, painter: QPainter, left: float, ink: str) -> None:
        if not self.key:
            return
        height = sized(self, 26)
        cap = QRectF(
            left + sized(self, 12), (self.height() - height) / 2, self._cap_width() - sized(self, 12), height
        )
        painter.setFont(font_of(self, "small"))
        draw_keycap(painter, cap, self.key, ink=ink, line=ink)

    def _show_cut_words(self, shown: str) -> None:
        self.setToolTip(self.text() if shown != self.text() else "")


class GlyphButton(PressButton):
    """A button with a drawing only; `name` is its tooltip and what a screen reader says."""

    def __init__(self, glyph: Glyph, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._glyph = glyph
        self.setToolTip(name)

    def sizeHint(self) -> QSize:
        side = sized(self, tokens.TARGET)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = self._ground(painter, tokens.SUNKEN if self.underMouse() else "", "")
        side = sized(self, 24)
        place = QRectF((rect.width() - side) / 2, (rect.height() - side) / 2, side, side)
        draw_glyph(painter, place, self._glyph, tokens.INK if self.isEnabled() else tokens.LINE_STRONG)


class ToggleButton(PressButton):
    """A short word that stays pressed."""

    def __init__(self, text: str, *, name: str = "", key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name or text, parent)
        self._key = key
        self.setText(text)
        self.setToolTip(name)
        self.setCheckable(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space chooses; Enter goes on to the sheet or page, which takes it as "done"."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        words = QFontMetricsF(font_of(self, "body", bold=True)).horizontalAdvance(self.text())
        side = sized(self, tokens.TARGET)
        return QSize(max(side, round(words) + sized(self, 36)), side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        on = self.isChecked()
        ground = tokens.BLUE if on else (tokens.SUNKEN if self.underMouse() else tokens.SURFACE)
        rect = self._ground(painter, ground, tokens.BLUE if on else tokens.LINE_STRONG)
        painter.setFont(font_of(self, "body", bold=on))
        painter.setPen(QColor(tokens.WHITE if on else tokens.INK))
        room = round(rect.width()) - sized(self, 80 if self._key else 12)
        words = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)
        if self._key:
            side = sized(self, 26)
            cap = QRectF(sized(self, 12), (rect.height() - side) / 2, side, side)
            painter.setFont(font_of(self, "small"))
            ink = tokens.WHITE if on else tokens.MUTED
            draw_keycap(painter, cap, self._key, ink=ink, line=ink if on else tokens.LINE_STRONG)


class Choice(QWidget):
    """One of a few: `chosen(index)`; arrow keys move, digits 1–9 choose."""

    chosen = Signal(int)

    def __init__(
        self,
        name: str,
        options: Sequence[str],
        *,
        columns: int = 0,
        start: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(tokens.SPACE_S)
        for at, option in enumerate(options):
            grid.addWidget(
                self._button(at, option, options),
                at // (columns or len(options)),
                at % (columns or len(options)),
            )
        if start >= 0:
            self.choose(start)
        self._group.idToggled.connect(self._tell)

    def _button(self, at: int, option: str, options: Sequence[str]) -> ToggleButton:
        button = ToggleButton(option, key=str(at + 1) if len(options) > FEW else "")
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setMinimumHeight(sized(self, 52))
        self._group.addButton(button, at)
        return button

    @property
    def index(self) -> int:
        """Which is chosen, -1 for none yet."""
        return self._group.checkedId()

    def choose(self, index: int) -> None:
        """Choose by position."""
        button = self._group.button(index)
        if button is not None:
            button.setChecked(True)

    def text(self) -> str:
        """The chosen words, "" for none yet."""
        button = self._group.checkedButton()
        return button.text() if button is not None else ""

    def focus_first(self) -> None:
        """Put the focus on the chosen option, or on the first."""
        button = self._group.checkedButton() or self._group.button(0)
        if button is not None:
            button.setFocus()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The focus goes on to an option: only there the arrows work."""
        super().focusInEvent(event)
        self.focus_first()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        digit = event.text()
        if digit.isdecimal() and 0 < int(digit) <= len(self._group.buttons()):
            self.choose(int(digit) - 1)
            self.focus_first()
            return
        super().keyPressEvent(event)

    def _tell(self, index: int, on: bool) -> None:  # noqa: FBT001 - Qt's signature
        if on:
            self.chosen.emit(index)


class _CountField(QLineEdit):
    """The number in a stepper; an input method has no business here, and the first digit replaces what stands."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        QTimer.singleShot(0, self, self.selectAll)

    def inputMethodQuery(self, query: Qt.InputMethodQuery, argument: object = None) -> object:
        if query == Qt.InputMethodQuery.ImEnabled:
            return False
        return super().inputMethodQuery(query)


class Stepper(QWidget):
    """A count between 60 px keys: `changed(value)`; up, down, + and − work from the field."""

    changed = Signal(int)

    def __init__(
        self,
        name: str,
        *,
        lowest: int = 0,
        highest: int = 9999,
        value: int = 0,
        hint: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """With a ``hint`` it starts empty, and may be emptied again."""
        super().__init__(parent)
        self._lowest, self._highest, self._hint = lowest, highest, hint
        self._field = _CountField("" if hint else str(value))
        self._field.setPlaceholderText(hint)
        self._field.setAccessibleName(name)
        self._field.setProperty("figure", "true")
        self._field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._field.setValidator(QIntValidator(lowest, highest, self._field))
        self._less = ActionButton("", glyph=Glyph.MINUS)
        self._more = ActionButton("", glyph=Glyph.PLUS)
        self._arrange(name)
        if hint:
            self._mark_ends()
        else:
            self.set_value(value)

    def _arrange(self, name: str) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_S)
        side = sized(self, 64)
        for button, step, word in ((self._less, -1, "减一"), (self._more, 1, "加一")):
            button.setFixedSize(side, side)
            button.setAccessibleName(f"{name}{word}")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, by=step: self.set_value(self.value + by))
            button.setAutoRepeat(True)
        self._field.setFixedHeight(side)
        self._field.setMinimumWidth(sized(self, 84))
        self._field.setMaximumWidth(sized(self, 128))
        self._field.textEdited.connect(self._tell)
        for widget in (self._less, self._field, self._more):
            row.addWidget(widget)
        row.setStretch(1, 10)
        row.addStretch(1)
        self.setFocusProxy(self._field)

    @property
    def value(self) -> int:
        """The count; an empty field counts as the lowest."""
        text = self._field.text()
        return int(text) if text.lstrip("-").isdecimal() else self._lowest

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written."""
        return not self._field.text()

    def clear(self) -> None:
        """Take the count away, so that the hint stands there."""
        self._field.clear()
        self._mark_ends()

    def set_value(self, value: int) -> None:
        """Set the count, kept within its bounds."""
        kept = max(self._lowest, min(self._highest, value))
        differs = kept != self.value or not self._field.text()
        self._field.setText(str(kept))
        self._mark_ends()
        if differs:
            self.changed.emit(kept)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up.value: 1, Qt.Key.Key_Down.value: -1, ord("+"): 1, ord("-"): -1}.get(event.key())
        if by is None:
            super().keyPressEvent(event)
            return
        self.set_value(self.value + by)

    def _tell(self, text: str) -> None:
        self._mark_ends()
        self.changed.emit(self.value)

    def _mark_ends(self) -> None:
        unwritten = bool(self._hint) and self.is_empty  # the minus key is how a finger writes a zero
        self._less.setEnabled(unwritten or self.value > self._lowest)
        self._more.setEnabled(self.value < self._highest)
