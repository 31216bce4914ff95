"""The counter's questions: yes or no, why, which, and how many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.ui import tokens
from app.ui.buttons import ActionButton, Choice, Weight
from app.ui.fields import Field
from app.ui.ime import Writing
from app.ui.panels import label
from app.ui.shapes import Glyph, font_of, sized
from app.ui.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is done: one of the offered reasons, and a note (may be "")."""

    reason: str
    note: str


class ReasonSheet(Sheet):
    """Asks for a reason from a list, with room for a note; digits choose, Enter accepts."""

    def __init__(self, title: str, reasons: Sequence[str], *, sentence: str = "", yes: str = "确定") -> None:
        super().__init__(title, sentence=sentence, yes=yes, width=640)
        self._choice = Choice("原因", reasons, columns=2, start=-1)
        self._note = Field("补充说明", hint="补充说明（可以不填）", writing=Writing.CHINESE)
        self.body.addWidget(self._choice)
        self.body.addWidget(self._note)
        self._choice.chosen.connect(lambda _: self.refresh())

    def result(self) -> Reason | None:
        if self._choice.index < 0:
            return None
        return Reason(self._choice.text(), self._note.text().strip())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().isdecimal():
            self._choice.keyPressEvent(event)
            return
        super().keyPressEvent(event)


class _Figure(QWidget):
    """The number being typed, with what it counts."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self.text, self._unit = "", unit
        self.fresh = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str, *, fresh: bool) -> None:
        """Show digits; a fresh number is replaced by the next digit and drawn as chosen."""
        self.text, self.fresh = text, fresh
        self.setAccessibleName(f"{text} {self._unit}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 300), sized(self, 80))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.BLUE), 3))
        painter.setBrush(QColor(tokens.BLUE_TINT if self.fresh and self.text else tokens.SURFACE))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 12, 12)
        pad = sized(self, 22)
        area = QRectF(self.rect()).adjusted(pad, 0, -pad, 0)
        painter.setPen(QColor(tokens.MUTED))
        painter.setFont(font_of(self, "lead"))
        unit = painter.fontMetrics().horizontalAdvance(self._unit)
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(area, right, self._unit)
        painter.setPen(QColor(tokens.INK if self.text else tokens.MUTED))
        painter.setFont(font_of(self, "figure", bold=True))
        painter.drawText(area.adjusted(0, 0, -unit - sized(self, 12), 0), right, self.text or "0")


class NumberSheet(Sheet):
    """Asks for a whole number in `within`; keyboard digits and the pad do the same."""

    def __init__(
        self,
        title: str,
        *,
        sentence: str = "",
        unit: str = "件",
        value: int | None = None,
        within: range = range(10_000),
        yes: str = "确定",
    ) -> None:
        self._within = within
        super().__init__(title, sentence=sentence, yes=yes, width=440)
        self._figure = _Figure(unit)
        self._figure.show_text("" if value is None else str(value), fresh=True)
        self.body.addWidget(self._figure)
        self.body.addLayout(self._pad())

    def _pad(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(sized(self, tokens.SPACE_S))
        for at, word in enumerate(("7", "8", "9", "4", "5", "6", "1", "2", "3", "清空", "0", "")):
            key = ActionButton(word, glyph=None if word else Glyph.ERASE)
            key.setAccessibleName(word or "退格")
            key.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            key.clicked.connect(lambda _=False, press=word: self._press(press))
            grid.addWidget(key, at // 3, at % 3)
        return grid

    def result(self) -> int | None:
        if not self._figure.text:
            return None
        number = int(self._figure.text)
        return number if number in self._within else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() in tuple("0123456789"):
            self._press(event.text())
        elif event.key() == Qt.Key.Key_Backspace:
            self._press("")
        elif event.key() == Qt.Key.Key_Delete:
            self._press("清空")
        else:
            super().keyPressEvent(event)

    def _press(self, word: str) -> None:
        text = "" if self._figure.fresh and word else self._figure.text
        text = text[:-1] if not word else ("" if word == "清空" else (text + word).lstrip("0") or "0")
        if len(text) <= len(str(self._within[-1])):
            self._figure.show_text(text, fresh=False)
        self._explain()
        self.refresh()

    def _explain(self) -> None:
        wrong = bool(self._figure.text) and self.result() is None
        self.say(f"请输入 {self._within[0]} 到 {self._within[-1]} 之间的数。" if wrong else "")


class PickSheet(Sheet):
    """Picks one of a few by its digit: `done(index)` at once, without a second key."""

    def __init__(self, title: str, options: Sequence[str], *, sentence: str = "") -> None:
        super().__init__(title, sentence=sentence, width=560)
        self._picked: int | None = None
        self.yes.hide()
        for at, option in enumerate(options[:9]):
            button = ActionButton(option, key=str(at + 1))
            button.clicked.connect(lambda _=False, index=at: self._pick(index))
            self.body.addWidget(button)
        self._count = min(9, len(options))

    def result(self) -> int | None:
        return self._picked

    def keyPressEvent(self, event: QKeyEvent) -> None:
        digit = event.text()
        if digit.isascii() and digit.isdigit() and 0 < int(digit) <= self._count:
            self._pick(int(digit) - 1)
            return
        super().keyPressEvent(event)

    def _pick(self, index: int) -> None:
        self._picked = index
        self.accept()


def confirm(
    over: QWidget,
    *,
    title: str,
    sentence: str,
    then: Callable[[], None],
    yes: str = "确定",
    no: str = "取消",
    weight: Weight = Weight.PRIMARY,
) -> Sheet:
    """Ask yes or no; `then()` on yes."""
    sheet = Sheet(title, yes=yes, no=no, weight=weight)
    sheet.body.addWidget(label(sentence, "lead", wraps=1))
    sheet.done.connect(lambda _: then())
    sheet.open_over(over)
    return sheet


def ask_reason(
    over: QWidget,
    *,
    title: str,
    reasons: Sequence[str],
    then: Callable[[Reason], None],
    sentence: str = "",
    yes: str = "确定",
) -> ReasonSheet:
    """Ask why; `then(Reason)` once one is chosen."""
    sheet = ReasonSheet(title, reasons, sentence=sentence, yes=yes)
    sheet.done.connect(then)
    sheet.open_over(over)
    return sheet


def ask_number(
    over: QWidget,
    *,
    title: str,
    then: Callable[[int], None],
    sentence: str = "",
    unit: str = "件",
    value: int | None = None,
    within: range = range(10_000),
    yes: str = "确定",
) -> NumberSheet:
    """Ask how many; `then(int)` with a number within the bounds."""
    sheet = NumberSheet(title, sentence=sentence, unit=unit, value=value, within=within, yes=yes)
    sheet.done.connect(then)
    sheet.open_over(over)
    return sheet
