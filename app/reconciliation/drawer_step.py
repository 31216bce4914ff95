"""Step 2 of the close: count the drawer blind, by notes and coins or as a sum."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QWidget

from app.domain.money import yuan
from app.reconciliation import reckoning, rules, words
from app.reconciliation.actions import CountDrawer, DrawerCounted
from app.reconciliation.pieces import RIGHT, Counter, Step, across, is_held_enter
from app.reconciliation.reckoning import DrawerBooks
from app.reconciliation.sheets import CashSheet
from app.ui import tokens
from app.ui.buttons import ActionButton, Choice, Weight
from app.ui.fields import Field
from app.ui.panels import Card, label
from app.ui.shapes import sized


class DrawerStep(Step):
    """Blind: notes and coins by number, or the sum; what the book says comes afterwards."""

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.notes = {fen: _NoteField(_note_word(fen)) for fen in rules.NOTES_FEN}
        self.sum = Field("总数", hint="总数（元）")
        self.sum.setProperty("figure", "true")
        self.sum.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.way = Choice("怎么点", ("按张数点", "直接输总数"))
        self._ways = QStackedWidget()
        self._total = label("", "figure")
        self._told = label("", "muted", wraps=1)
        self.note = ActionButton("记下", key="Enter", weight=Weight.PRIMARY)
        self.cash = ActionButton("钱箱进出", key="F9")
        self._noted: int | None = None
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        left, right = Card(), Card()
        left.body.addWidget(self.way)
        left.body.addWidget(self._ways, 1)
        self._ways.addWidget(self._by_notes())
        self._ways.addWidget(self._by_sum())
        right.body.addWidget(label("钱箱里一共", "muted"))
        right.body.addWidget(self._total)
        right.body.addWidget(self._told)
        right.body.addStretch(1)
        right.body.addWidget(self.cash)
        right.body.addWidget(self.note)
        row = across(left, right)
        row.setStretch(0, 6)
        row.setStretch(1, 5)
        self.column.addLayout(row, 1)

    def _by_notes(self) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(sized(self, tokens.SPACE_S))
        half = len(self.notes) // 2
        for at, (fen, field) in enumerate(self.notes.items()):
            grid.addWidget(label(_note_word(fen)), at % half, 2 * (at // half), RIGHT)
            grid.addWidget(field, at % half, 2 * (at // half) + 1)
        grid.setRowStretch(half, 1)
        return holder

    def _by_sum(self) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.sum, 0, 0)
        grid.addWidget(label("写成 126 或 126.50。", "muted"), 1, 0)
        grid.setRowStretch(2, 1)
        return holder

    def _connect(self) -> None:
        self.way.chosen.connect(self._turn)
        self.once_a_press(self.note, self.cash)
        self.note.clicked.connect(self.record)
        self.cash.clicked.connect(self._ask_cash)
        for field in (*self.notes.values(), self.sum):
            field.textChanged.connect(lambda _: self._show_total())

    def _turn(self, at: int) -> None:
        self._ways.setCurrentIndex(at)
        self._show_total()
        self.primary().setFocus()

    def show_day(self, day: str) -> None:
        if day != self.day:
            self._noted = None
            for field in (*self.notes.values(), self.sum):
                field.clear()
        super().show_day(day)

    def refresh(self) -> None:
        books = reckoning.drawer(self.counter.reader, self.day)
        self._show_total(books)

    @property
    def fen(self) -> int | None:
        """What is written, ``None`` where nothing is or it is no amount."""
        if self._ways.currentIndex() == 1:
            found = amount_or_none(self.sum.text())
            return found if found is not None and found >= 0 else None
        counts = {fen: field.number for fen, field in self.notes.items()}
        return rules.drawer_fen(counts) if any(field.text() for field in self.notes.values()) else None

    def _show_total(self, books: DrawerBooks | None = None) -> None:
        fen = self.fen
        known = books or reckoning.drawer(self.counter.reader, self.day)
        shown = fen if fen is not None else known.counted
        self._total.setText("还没点" if shown is None else yuan(shown))
        counted = known.counted is not None and shown == known.counted
        self._noted = shown if counted else None
        self._told.setText(self._verdict(known) if counted else self._advice())
        self.note.set_text("下一步：看差异" if counted else "记下")
        self.note.setEnabled(shown is not None)

    def _advice(self) -> str:
        wrong = self._ways.currentIndex() == 1 and self.sum.text().strip() and self.fen is None
        return (
            "请写成 126 或 126.50 这样的金额。"
            if wrong
            else "先不看账上的数，点到多少写多少。没有现金就写 0。"
        )

    def _verdict(self, books: DrawerBooks) -> str:
        if not books.difference:
            return "和账上一样。"
        gap = words.money_gap_word(books.expected + books.difference, books.expected)
        return f"账上 {yuan(books.expected)}，{gap}。可以再点一遍，或按回车往下。"

    def record(self) -> None:
        """Write the count down; a second Enter on the same sum goes on."""
        fen = self.fen
        if self._noted is not None and fen in (None, self._noted):
            self.next.emit()
        elif fen is not None:
            self.counter.do(CountDrawer(self.day, fen), self._recorded)

    def _recorded(self, done: DrawerCounted) -> None:
        self.refresh()
        if done.counted_fen == done.expected_fen:
            self.next.emit()
        else:
            self.note.setFocus()

    def _ask_cash(self) -> None:
        sheet = CashSheet()
        sheet.done.connect(lambda command: self.counter.do(command, lambda _: self.refresh()))
        sheet.open_over(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_held_enter(event):
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._walk(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def _enter(self) -> None:
        """From note to note, and after the last one write down."""
        if not self._walk(1):
            self.record()

    def _walk(self, by: int) -> bool:
        fields = list(self.notes.values())
        at = next((at for at, field in enumerate(fields) if field.hasFocus()), None)
        if at is None or not 0 <= at + by < len(fields):
            return False
        fields[at + by].setFocus()
        fields[at + by].selectAll()
        return True

    def primary(self) -> QWidget:
        if self._noted is not None:
            return self.note
        return self.sum if self._ways.currentIndex() == 1 else self.notes[rules.NOTES_FEN[0]]


class _NoteField(Field):
    """How many of one note or coin."""

    def __init__(self, name: str) -> None:
        super().__init__(name, hint="0")
        self.setMaxLength(4)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMaximumWidth(sized(self, 120))
        self.textEdited.connect(self._only_digits)

    @property
    def number(self) -> int:
        """The count; nothing written is none."""
        return int(self.text() or 0)

    def _only_digits(self, text: str) -> None:
        digits = "".join(letter for letter in text if letter in "0123456789")
        if digits != text:
            self.setText(digits)


def _note_word(fen: int) -> str:
    return f"{fen // 100} 元" if fen >= 100 else f"{fen // 10} 角"


def amount_or_none(text: str) -> int | None:
    """An amount as typed, ``None`` for nothing or nonsense."""
    return rules.amount_fen(text) if text.strip() else None
