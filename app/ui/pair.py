"""Two pages behind one key: a choice above them, or Ctrl+1 and Ctrl+2, says which is in front."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from app.domain.answers import Answer
from app.ui.buttons import Choice
from app.ui.desk import Desk
from app.ui.page import EVERYTHING, Page
from app.ui.shapes import Glyph
from app.ui.sheet import sheet_over


class PairPage(Page):
    """Hands everything on to the page in front; both look again when they come to it."""

    def __init__(self, desk: Desk, *, title: str, glyph: Glyph, pages: tuple[Page, Page]) -> None:
        super().__init__(desk)
        self.title, self.glyph = title, glyph
        all_of_it = any(page.topics is EVERYTHING for page in pages)
        self.topics = EVERYTHING if all_of_it else pages[0].topics | pages[1].topics
        self._pages = pages
        self._stack = QStackedWidget()
        self.choice = Choice(title, (pages[0].title, pages[1].title), start=0)
        line = QHBoxLayout()
        line.addWidget(self.choice, 0, Qt.AlignmentFlag.AlignLeft)
        line.addStretch(1)
        self.column.addLayout(line)
        self.column.addWidget(self._stack, 1)
        for page in pages:
            self._stack.addWidget(page)
        self.choice.chosen.connect(self._turn)
        for at in range(len(pages)):
            key = QShortcut(QKeySequence(f"Ctrl+{at + 1}"), self)
            key.activated.connect(lambda at=at: self._turn_to(at))

    @property
    def front(self) -> Page:
        """The page that is shown."""
        return self._pages[self._stack.currentIndex()]

    def _turn_to(self, at: int) -> None:
        if sheet_over(self.window()) is None:
            self.choice.choose(at)
            (self.primary() or self).setFocus()

    def _turn(self, at: int) -> None:
        self._stack.setCurrentIndex(at)
        self.desk.answer(self.invitation)
        self.desk.attempt(lambda: self.front.refresh(self.front.topics))
        self.front.activated()

    @property
    def invitation(self) -> Answer:  # type: ignore[override]
        return self.front.invitation

    @property
    def invitation_glyph(self) -> Glyph:  # type: ignore[override]
        return self.front.invitation_glyph

    def on_scan(self, code: str) -> None:
        self.front.on_scan(code)

    def refresh(self, topics: frozenset[str]) -> None:
        self.front.refresh(topics)

    def activated(self) -> None:
        self.front.activated()

    def primary(self) -> QWidget | None:
        return self.front.primary()

    def undo(self) -> None:
        self.front.undo()

    def cancel(self) -> bool:
        return self.front.cancel()
