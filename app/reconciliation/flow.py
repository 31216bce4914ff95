"""The close of a day, one thing at a time: the four steps, or the sheet of a day that is closed."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain.answers import Tone
from app.reconciliation import queries, reckoning, rules, words
from app.reconciliation.drawer_step import DrawerStep
from app.reconciliation.match_step import MatchStep
from app.reconciliation.pieces import Counter, Part, Step, StepLine, across
from app.reconciliation.seal_step import ClosedPanel, SealStep
from app.reconciliation.shelf_step import ShelfStep
from app.ui import tokens
from app.ui.buttons import ActionButton, Weight
from app.ui.panels import Chip, label
from app.ui.shapes import sized

STEPS: Final = ("点货架", "点钱箱", "看差异", "日结")
SHELF, DRAWER, MATCH, SEAL = range(4)
DONE: Final = 4


class _OneStep(QStackedWidget):
    """Asks for the room of the step in front only; the others do not make the page scroll."""

    def sizeHint(self) -> QSize:
        step = self.currentWidget()
        return step.sizeHint() if step else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        step = self.currentWidget()
        return step.minimumSizeHint() if step else super().minimumSizeHint()


class Flow(Part):
    """The steps for one day, or the sheet of a day that is closed; `export(kind, day)` asks for its papers."""

    export = Signal(str, str)

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.day = ""
        self.at = SHELF
        self.line = StepLine(STEPS)
        self._title = label("", "section")
        self._stamp = Chip("", Tone.OK)
        self.back = ActionButton("上一步", weight=Weight.QUIET)
        self.skip = ActionButton("先跳过", weight=Weight.QUIET)
        self.shelf, self.drawer = ShelfStep(counter), DrawerStep(counter)
        self.match, self.seal = MatchStep(counter), SealStep(counter)
        self.steps: tuple[Step, ...] = (self.shelf, self.drawer, self.match, self.seal)
        self.done = ClosedPanel(counter)
        self._stack = _OneStep()
        self._stack.currentChanged.connect(lambda _: self._stack.updateGeometry())
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        head = across(self._title, self._stamp, self.line, self.back, self.skip)
        head.setStretch(2, 1)
        for quiet in (self.back, self.skip):
            quiet.setFixedHeight(sized(quiet, tokens.TARGET))
        self.column.addLayout(head)
        for part in (*self.steps, self.done):
            self._stack.addWidget(part)
        self.column.addWidget(self._stack, 1)

    def _connect(self) -> None:
        for step in self.steps:
            step.next.connect(self._on)
        self.seal.closed.connect(lambda: self.show_day(self.day))
        self.back.clicked.connect(self.cancel)
        self.skip.clicked.connect(self._on)
        self.done.excel.clicked.connect(lambda: self.export.emit("excel", self.day))
        self.done.pdf.clicked.connect(lambda: self.export.emit("pdf", self.day))

    def activated(self) -> None:
        """A day that is half done is gone on with; else the one that is meant now."""
        if not self.day or reckoning.is_closed(self.counter.reader, self.day):
            self.show_day(self._day_meant())

    def _day_meant(self) -> str:
        today = self.counter.today()
        since = reckoning.days_back(today, 7)
        active = reckoning.active_days(self.counter.reader, since=since, until=today)
        return rules.day_to_close(active, today=today)

    def show_day(self, day: str) -> None:
        """Work on a day, from the first thing that is not done yet."""
        self.day = day
        for step in self.steps:
            step.show_day(day)
        self._title.setText(words.day_word(day))
        self._go(DONE if reckoning.is_closed(self.counter.reader, day) else self._first_undone())

    def _first_undone(self) -> int:
        if self.shelf.left:
            return SHELF
        drawer = reckoning.drawer(self.counter.reader, self.day)
        counted = drawer.counted is not None
        return MATCH if counted else DRAWER if self.shelf.model.rowCount() else SHELF

    def _go(self, at: int) -> None:
        self.at = at
        self._stack.setCurrentIndex(at)
        self.line.show_step(at)
        self._stamp.setVisible(at == DONE)
        self.back.setVisible(SHELF < at < DONE)
        self.skip.setVisible(at < MATCH)
        self.refresh()
        widget = self.primary()
        if widget is not None and self.isVisible():
            widget.setFocus()

    def _on(self) -> None:
        if self.at < SEAL:
            self._go(self.at + 1)

    def refresh(self) -> None:
        if not self.day:
            return
        closed = queries.closed_day(self.counter.reader, self.day)
        if closed is not None:
            if self.at != DONE:
                self._go(DONE)
                return
            self._stamp.show_word(f"{words.clock_word(closed.closed_ms)} 已日结", Tone.OK)
            self.done.show_closed(self.day, closed)
        elif self.at < DONE:
            self.steps[self.at].refresh()

    def on_scan(self, code: str) -> bool:
        return self.at == SHELF and self.shelf.on_scan(code)

    def primary(self) -> QWidget | None:
        return self.done.primary() if self.at == DONE else self.steps[self.at].primary()

    def cancel(self) -> bool:
        if not SHELF < self.at < DONE:
            return False
        self._go(self.at - 1)
        return True
