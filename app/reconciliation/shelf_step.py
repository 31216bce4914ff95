"""Step 1 of the close: count the shelf blind, slot after slot, by hand or with the scanner."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.answers import Answer, Tone
from app.domain.ids import has_valid_check
from app.reconciliation import queries, reckoning, rules, words
from app.reconciliation.actions import CountSlot, SlotCounted
from app.reconciliation.pieces import RIGHT, Counter, Step, across, is_held_enter
from app.reconciliation.reckoning import SlotBooks
from app.ui.buttons import ActionButton, Stepper, Weight
from app.ui.panels import Card, label
from app.ui.rows import Column, RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized
from app.ui.sheet import sheet_over


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A slot in the list: what was counted, and how it compares (both empty until somebody has counted)."""

    slot: str
    counted: int | None
    off: int

    @property
    def result(self) -> str:
        """One or two words for the list."""
        if self.counted is None:
            return "还没点"
        return words.gap_word(self.off, 0)

    @property
    def tone(self) -> Tone:
        """The chip's tone."""
        if self.counted is None:
            return Tone.INFO
        return Tone.LOOK if self.off else Tone.OK


class ShelfStep(Step):
    """Blind: slot after slot is counted, and what the book says is shown only afterwards."""

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.slot = ""
        self._seen: int | None = None
        self._scanned_to: set[str] = set()
        self._again = ""
        self.number = Stepper("件数", highest=rules.MOST_PIECES, hint="几件")
        self._name = label("", "figure")
        self._ask = label("", "lead", wraps=1)
        self._told = label("", "muted", wraps=1)
        self.note = ActionButton("记下", key="Enter", weight=Weight.PRIMARY)
        self.model = RowsModel[SlotRow](_slot_columns(), key=lambda row: row.slot)
        self.rows = RowsView("货位", self.model)
        self.rows.say_when_empty("货架是空的", "没有货要点，直接下一步。", glyph=Glyph.SHELF)
        self.once_a_press(self.note, self.rows)
        self._arrange()
        self.note.clicked.connect(self.record)
        self.rows.chosen.connect(lambda row: self.turn_to(row.slot))
        self.number.changed.connect(lambda _: self._changed())

    def _arrange(self) -> None:
        card = Card()
        card.body.addWidget(self._name)
        card.body.addWidget(self._ask)
        card.body.addWidget(self.number)
        card.body.addWidget(self._told)
        card.body.addStretch(1)
        card.body.addWidget(self.note)
        card.setMinimumWidth(sized(self, 300))
        row = across(card, self.rows)
        row.setStretch(0, 5)
        row.setStretch(1, 6)
        self.column.addLayout(row, 1)

    def show_day(self, day: str) -> None:
        if day != self.day:
            self.slot = ""
        super().show_day(day)

    def refresh(self) -> None:
        slots = reckoning.slots(self.counter.reader, self.day)
        off = {
            row.about.removeprefix(rules.SHELF): row.pieces
            for row in queries.differences_of(self.counter.reader, self.day)
            if row.about.startswith(rules.SHELF) and not row.closed_ms
        }
        extra = self._scanned_to - {slot.slot for slot in slots}
        found = [*slots, *(SlotBooks(slot, 0, 0, None) for slot in sorted(extra))]
        self.model.replace([SlotRow(slot.slot, slot.counted, off.get(slot.slot, 0)) for slot in found])
        if self.slot not in {slot.slot for slot in found}:
            self.slot = ""
        if not self.slot or self._is_counted_elsewhere():
            self.turn_to(self._first_open())
        self._describe()

    def _is_counted_elsewhere(self) -> bool:
        """Whether a count of the shown slot came in since it was turned to; what is being typed is then old."""
        row = self._row(self.slot)
        return row is not None and row.counted is not None and row.counted != self._seen

    def _first_open(self) -> str:
        slots = [row for row in self.model.rows if isinstance(row, SlotRow)]
        return next((row.slot for row in slots if row.counted is None), "")

    @property
    def left(self) -> int:
        """How many slots nobody has counted yet."""
        return sum(isinstance(row, SlotRow) and row.counted is None for row in self.model.rows)

    def turn_to(self, slot: str) -> None:
        """Count this slot next; "" when all are counted."""
        self.slot, self._again = slot, ""
        row = self._row(slot)
        self._seen = row.counted if row else None
        if self._seen is None:
            self.number.clear()
        else:
            self.number.set_value(self._seen)
        if slot:
            self.rows.touch(slot)
        self._describe()
        self._take_focus()

    def _row(self, slot: str) -> SlotRow | None:
        at = self.model.row_of(slot)
        row = self.model.at(at)
        return row if isinstance(row, SlotRow) else None

    def _describe(self) -> None:
        all_counted = not self.slot
        for widget in (self.number, self._told):
            widget.setVisible(not all_counted)
        count = len(self.model.rows)
        if all_counted:
            self._name.setText("点完了" if count else "没有货")
            off = sum(isinstance(row, SlotRow) and bool(row.off) for row in self.model.rows)
            same = "都和账上一样。" if not off else f"其中 {off} 个和账上不一样，差异记着了。"
            self._ask.setText(f"{count} 个货位都点了，{same}" if count else "货架是空的，直接点钱箱。")
            self.note.set_text("下一步：点钱箱")
            return
        self._name.setText(self.slot)
        self._ask.setText("架上有几件？数一数再输入。")
        self.note.set_text("记下")
        self._show_told()

    def _show_told(self) -> None:
        row = self._row(self.slot)
        if row is None or row.counted is None:
            self._told.setText("先不看账上的数，数到几件写几件。")
        elif row.off:
            self._told.setText(
                f"账上 {row.counted - row.off} 件，{row.result}。再数一遍改数，或按回车往下点。"
            )
        else:
            self._told.setText("和账上一样。")

    def _changed(self) -> None:
        self._again = ""

    def record(self) -> None:
        """Write the count down; a second Enter on the same number goes on to the next slot."""
        if not self.slot:
            self.next.emit()
        elif self._again == self.slot:
            self.turn_to(self._first_open())
        elif self.number.is_empty:
            self.counter.desk.answer(_empty(self.slot))
        else:
            self.counter.do(CountSlot(self.day, self.slot, self.number.value), self._recorded)

    def _recorded(self, done: SlotCounted) -> None:
        self._scanned_to.discard(done.slot)
        self.refresh()
        if done.difference:
            self.turn_to(done.slot)
            self._again = done.slot
        else:
            self.turn_to(self._first_open())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_held_enter(event):
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.record()
            return
        super().keyPressEvent(event)

    def primary(self) -> QWidget:
        return self.number if self.slot else self.note

    def _take_focus(self) -> None:
        if not self.isVisible() or sheet_over(self.window()):
            return
        self.primary().setFocus()
        field = self.number.focusProxy()
        if self.slot and isinstance(field, QLineEdit):
            field.selectAll()

    def on_scan(self, code: str) -> bool:
        slot = self._scanned_slot(code)
        if slot:
            self._scanned_to.add(slot)
            self.refresh()
            self.turn_to(slot)
            self.counter.desk.answer(Answer(Tone.INFO, "数这个货位", f"货位 {slot}：数一数有几件。", slot))
            return True
        return self._scanned_goods(code)

    def _scanned_slot(self, code: str) -> str:
        plain = code.strip().upper()
        if plain.startswith("HW-") and has_valid_check(plain):
            return plain[3:].rpartition("-")[0]
        return plain if self._row(plain) else ""

    def _scanned_goods(self, code: str) -> bool:
        places = {lot.slot: lot.product for lot in queries.slots_of(self.counter.reader, code)}
        if not places:
            return False
        if self.slot not in places:
            self.turn_to(next(iter(places)))
        self.number.set_value(self.number.value + 1)
        product = places[self.slot]
        sentence = f"{product}，货位 {self.slot} 数到 {self.number.value} 件。数完按回车。"
        self.counter.desk.answer(Answer(Tone.INFO, "数到了", sentence, str(self.number.value)))
        return True


def _empty(slot: str) -> Answer:
    return Answer(Tone.LOOK, "还没写件数", f"货位 {slot}：数到几件写几件，架上空了就写 0。", slot)


def _slot_columns() -> tuple[Column[SlotRow], ...]:
    return (
        Column("货位", lambda row: row.slot, strong=1),
        Column("点到", lambda row: "" if row.counted is None else str(row.counted), width=72, align=RIGHT),
        Column("结果", lambda row: row.result, width=136, tone=lambda row: row.tone),
    )
