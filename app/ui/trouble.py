"""The window that is shown when the book cannot be opened: one sentence and one way on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.answers import Answer
from app.ui.fields import Field
from app.ui.panels import StatePanel
from app.ui.shapes import sized


class TroubleWindow(QWidget):
    """Says what is wrong; ``way_on`` is the word on the button, and ``go(typed)`` what it does.

    With ``asks`` a line is shown to type into (a recovery code), and its text is what ``go`` gets.
    """

    def __init__(
        self,
        answer: Answer,
        *,
        way_on: str = "",
        asks: str = "",
        go: Callable[[str], None] = lambda typed: None,
    ) -> None:
        super().__init__()
        self.setObjectName("counter")
        self.setWindowTitle("格驿")
        self.resize(sized(self, 760), sized(self, 520))
        self.panel = StatePanel()
        self.panel.show_error(answer.word, answer.sentence, way_on=way_on)
        self.field = Field(asks or "输入", hint=asks)
        self.field.setVisible(bool(asks))
        self.panel.way_on.clicked.connect(lambda: go(self.field.text()))
        self.field.returnPressed.connect(self.panel.way_on.click)
        column = QVBoxLayout(self)
        pad = sized(self, 32)
        column.setContentsMargins(pad, pad, pad, pad)
        column.addWidget(self.field)
        column.addWidget(self.panel, 1)
        if asks:
            self.field.setFocus()

    def say(self, answer: Answer, *, way_on: str = "") -> None:
        """Show what came of it."""
        self.panel.show_error(answer.word, answer.sentence, way_on=way_on)
