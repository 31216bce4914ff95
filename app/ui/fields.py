"""Fields to write in: one line, a note, and the search box; none lets an input method near a scan unasked."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QInputMethodEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from app.ui import tokens
from app.ui.buttons import GlyphButton, ToggleButton
from app.ui.ime import CompositionWatch, Writing, discard_composition, input_method_changed
from app.ui.shapes import Glyph, draw_glyph, sized


class Field(QLineEdit):
    """One line of text. `name` is read aloud by screen readers; `hint` is drawn while the field is empty."""

    def __init__(
        self,
        name: str,
        *,
        hint: str = "",
        writing: Writing = Writing.PLAIN,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self._writing = writing
        self._watch = CompositionWatch()

    @property
    def writing(self) -> Writing:
        """Whether an input method may work here."""
        return self._writing

    def write_in(self, writing: Writing) -> None:
        """Let an input method in, or put it away."""
        self._writing = writing
        input_method_changed()

    def inputMethodQuery(self, query: Qt.InputMethodQuery, argument: Any = None) -> Any:
        if query == Qt.InputMethodQuery.ImEnabled and self._writing is Writing.PLAIN:
            return False
        return super().inputMethodQuery(query)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if self._watch.noticed(self.text()):
            self.setText(self._watch.before)
            self.write_in(Writing.PLAIN)
            discard_composition(self)
            return
        super().inputMethodEvent(event)

    def event(self, event: QEvent) -> bool:
        """Leave Ctrl+Z to the page unless something stands in the field that was changed: an entered line is gone."""
        if event.type() == QEvent.Type.ShortcutOverride and self._leaves_undo(event):
            event.ignore()
            return False
        return super().event(event)

    def _leaves_undo(self, event: QEvent) -> bool:
        asked = isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Undo)
        return asked and not (self.text() and self.isUndoAvailable())


class NoteBox(QPlainTextEdit):
    """A note of a few lines; Chinese is written here, so the input method works."""

    def __init__(self, name: str, *, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._watch = CompositionWatch()
        self._resting = False

    def inputMethodQuery(self, query: Qt.InputMethodQuery, argument: Any = None) -> Any:
        if query == Qt.InputMethodQuery.ImEnabled and self._resting:
            return False
        return super().inputMethodQuery(query)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if self._watch.noticed(self.toPlainText()):
            self.setPlainText(self._watch.before)
            self._resting = True
            input_method_changed()
            discard_composition(self)
            return
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter means done, as everywhere; Shift and Enter begin a new line."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            event.ignore()
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 320), sized(self, 92))

    def focusOutEvent(self, event: Any) -> None:
        self._resting = False
        super().focusOutEvent(event)


class SearchBox(QFrame):
    """The one box that finds: `changed(text)` on every edit, `entered(text)` on Enter by hand.

    The 中 key lets the input method in for names; it goes out again when the box is cleared or a scan got lost.
    """

    changed = Signal(str)
    entered = Signal(str)

    def __init__(self, name: str, *, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = Field(name, hint=hint)
        self.field.setProperty("bare", "true")
        self._chinese = ToggleButton("中", name="输入汉字（再按一次关掉输入法）")
        self._clear = GlyphButton(Glyph.CLEAR, name="清空")
        self._arrange()
        self._connect()
        self.setFocusProxy(self.field)
        self._show_clear("")

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(sized(self, 52), 4, 6, 4)
        row.setSpacing(tokens.SPACE_XS)
        row.addWidget(self.field, 1)
        row.addWidget(self._clear)
        row.addWidget(self._chinese)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _connect(self) -> None:
        self.field.textChanged.connect(self.changed)
        self.field.textChanged.connect(self._show_clear)
        self.field.returnPressed.connect(lambda: self.entered.emit(self.text()))
        self._clear.clicked.connect(self.clear)
        self._chinese.toggled.connect(self._switch_writing)
        self.field.installEventFilter(self)

    def text(self) -> str:
        """What is written, without outer blanks."""
        return self.field.text().strip()

    def clear(self) -> None:
        """Empty the box, put the input method away and take the focus."""
        self.field.clear()
        self._chinese.setChecked(False)
        self.field.setFocus()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 360), sized(self, tokens.TARGET_BIG))

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.field.hasFocus()
        width = 3 if focused else 2
        colour = tokens.BLUE if focused else tokens.LINE_STRONG
        painter.setPen(QPen(QColor(colour), width))
        painter.setBrush(QColor(tokens.SURFACE))
        inset = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 12, 12)
        side = sized(self, 26)
        draw_glyph(
            painter,
            QRectF(sized(self, 17), (self.height() - side) / 2, side, side),
            Glyph.SEARCH,
            tokens.MUTED,
        )

    def _show_clear(self, text: str) -> None:
        self._clear.setVisible(bool(text))

    def _switch_writing(self, on: bool) -> None:  # noqa: FBT001 - Qt's signature
        self.field.write_in(Writing.CHINESE if on else Writing.PLAIN)
        self.field.setFocus()
