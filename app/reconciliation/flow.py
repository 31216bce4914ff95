"""The close, one thing at a time: count the shelf, count the drawer, look at what differs, and close."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QStackedWidget, QWidget

from app.domain.answers import Answer, Tone
from app.domain.ids import has_valid_check
from app.domain.money import yuan
from app.reconciliation import queries, reckoning, rules, words
from app.reconciliation.actions import CloseDay, CountDrawer, CountSlot, DrawerCounted, SlotCounted
from app.reconciliation.pieces import RIGHT, Counter, Figure, Figures, Part, StepLine, across
from app.reconciliation.queries import DifferenceRow
from app.reconciliation.reckoning import DrawerBooks, SlotBooks
from app.reconciliation.rules import MatchLine
from app.reconciliation.sheets import CashSheet, SettleSheet
from app.ui import tokens
from app.ui.buttons import ActionButton, Choice, Stepper, Weight
from app.ui.fields import Field
from app.ui.panels import Card, Chip, ElidedLabel, StatTile, label
from app.ui.rows import Column, RowsModel, Section
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized

STEPS: Final = ("点货架", "点钱箱", "看差异", "日结")
SHELF, DRAWER, MATCH, SEAL = range(4)
DONE: Final = 4


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


# --- 1: the shelf ------------------------------------------------------------------------------------------


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
        self._scanned_to: set[str] = set()
        self._again = ""
        self.number = Stepper("件数", highest=rules.MOST_PIECES)
        self._name = label("", "figure")
        self._ask = label("", "lead", wraps=1)
        self._told = label("", "muted", wraps=1)
        self.note = ActionButton("记下", key="Enter", weight=Weight.PRIMARY)
        self.model = RowsModel[SlotRow](_slot_columns(), key=lambda row: row.slot)
        self.rows = RowsView("货位", self.model)
        self.rows.say_when_empty("货架是空的", "没有货要点，直接下一步。", glyph=Glyph.SHELF)
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
        if not self.slot:
            self.turn_to(self._first_open())
        self._describe()

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
        self.number.set_value(row.counted if row and row.counted is not None else 0)
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
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.record()
            return
        super().keyPressEvent(event)

    def primary(self) -> QWidget:
        return self.number if self.slot else self.note

    def _take_focus(self) -> None:
        if not self.isVisible():
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


def _slot_columns() -> tuple[Column[SlotRow], ...]:
    return (
        Column("货位", lambda row: row.slot, strong=1),
        Column("点到", lambda row: "" if row.counted is None else str(row.counted), width=72, align=RIGHT),
        Column("结果", lambda row: row.result, width=136, tone=lambda row: row.tone),
    )


# --- 2: the drawer -----------------------------------------------------------------------------------------


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


# --- 3: what differs ---------------------------------------------------------------------------------------


class MatchStep(Step):
    """The three books side by side: what differs, with a way to end it; or line by line."""

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.tiles = [StatTile(name) for name in ("站点发出", "本店签收", "已取走", "退回", "还在店里")]
        self.view = Choice("看什么", ("差异", "逐行核对"))
        self.model = RowsModel[DifferenceRow](difference_columns(counter), key=lambda row: row.difference)
        self.rows = RowsView("差异", self.model)
        self.rows.say_when_empty("没有差异", "站点、本店、平台三边的数都对得上。", glyph=Glyph.CHECK)
        self.lines = RowsModel[MatchLine](_match_columns(), key=lambda row: row.lot)
        self.line_rows = RowsView("逐行核对", self.lines)
        self.line_rows.say_when_empty("这一天没有到货", "没有要核对的行。", glyph=Glyph.TRUCK)
        self.on = ActionButton("下一步：日结", key="F12", weight=Weight.PRIMARY)
        self._told = ElidedLabel("", "muted")
        self._stack = QStackedWidget()
        self._arrange()
        self.on.clicked.connect(self.next)
        self.view.chosen.connect(self._stack.setCurrentIndex)
        self.rows.chosen.connect(lambda row: settle(self, row))

    def _arrange(self) -> None:
        tiles = across(*self.tiles)
        tiles.setSpacing(sized(self, tokens.SPACE_S))
        self.column.addLayout(tiles)
        for rows in (self.rows, self.line_rows):
            self._stack.addWidget(rows)
        self.column.addWidget(self._stack, 1)
        self.view.setFixedWidth(sized(self, 240))
        foot = across(self.view, self._told, self.on)
        foot.setStretch(1, 1)
        self.column.addLayout(foot)

    def refresh(self) -> None:
        reader = self.counter.reader
        match = reckoning.match_day(reader, self.day)
        self._show_tiles(match)
        match.sort(key=lambda line: (line.agrees, line.platform, line.lot))
        self.lines.replace(match)
        self.model.replace(sectioned(queries.open_differences(reader), self.day))
        open_now = sum(isinstance(row, DifferenceRow) for row in self.model.rows)
        told = "差异留着也能日结。" if open_now else ""
        self._told.set_text(told)

    def _show_tiles(self, match: list[MatchLine]) -> None:
        sent = sum(line.announced if line.sent is None else line.sent for line in match)
        received = sum(line.received for line in match)
        numbers = (
            sent,
            received,
            sum(line.handed_out for line in match),
            sum(line.returned for line in match),
            sum(line.here for line in match),
        )
        for at, (tile, number) in enumerate(zip(self.tiles, numbers, strict=True)):
            odd = at == 1 and received != sent
            tile.show_number(f"{number:,}", tone=Tone.LOOK if odd else Tone.INFO)

    def primary(self) -> QWidget:
        return self.rows if self.model.rowCount() else self.on


def difference_columns(counter: Counter) -> tuple[Column[DifferenceRow], ...]:
    """How a difference is shown in every list."""
    return (
        Column("差异", _what, width=190, strong=1),
        Column("商品", lambda row: row.product or "—"),
        Column("数量", lambda row: words.size_word(row.about, row.pieces, row.fen), width=150, align=RIGHT),
        Column(
            "期限",
            lambda row: _until(row, counter),
            width=166,
            tone=lambda row: words.deadline_word(row.deadline_ms, counter.clock.now_ms())[1],
        ),
    )


def _what(row: DifferenceRow) -> str:
    return words.about_word(row.about, note=row.note, pieces=row.pieces, fen=row.fen)


def _until(row: DifferenceRow, counter: Counter) -> str:
    if row.closed_ms:
        return words.HOW_WORDS.get(row.how, row.how)
    left, _ = words.deadline_word(row.deadline_ms, counter.clock.now_ms())
    return left or words.age_word(row.day, counter.today())


def sectioned(rows: list[DifferenceRow], day: str) -> list[DifferenceRow | Section]:
    """Today's differences first, then what is carried from before."""
    today = [row for row in rows if row.day == day]
    before = [row for row in rows if row.day != day]
    shown: list[DifferenceRow | Section] = []
    if today:
        shown += [Section(words.day_word(day), f"{len(today)} 笔"), *today]
    if before:
        shown += [Section("之前留下的", f"{len(before)} 笔"), *before]
    return shown


def settle(part: Part, row: DifferenceRow) -> None:
    """Ask how a difference ended, and write it down."""
    reader = part.counter.reader
    slot = row.about.removeprefix(rules.SHELF) if row.about.startswith(rules.SHELF) else ""
    sheet = SettleSheet(
        row,
        here=queries.lots_at(reader, slot) if slot else [],
        elsewhere=queries.lots_lacking(reader, apart_from=slot) if slot else [],
    )
    sheet.done.connect(lambda command: part.counter.do(command, lambda _: part.refresh()))
    sheet.open_over(part)


def _match_columns() -> tuple[Column[MatchLine], ...]:
    def number(title: str, value: Callable[[MatchLine], int | None]) -> Column[MatchLine]:
        return Column(title, lambda line: _dash(value(line)), width=64, align=RIGHT)

    return (
        Column("商品", lambda line: line.product, strong=1),
        number("应到", lambda line: line.announced),
        number("发出", lambda line: line.sent),
        number("签收", lambda line: line.received),
        number("取走", lambda line: line.handed_out),
        number("账单", lambda line: line.billed),
        Column("结论", words.verdict, width=166, tone=words.verdict_tone),
    )


def _dash(value: int | None) -> str:
    return "—" if value is None else str(value)


# --- 4: the close ------------------------------------------------------------------------------------------


class SealStep(Step):
    """What will be written, and the one button that writes it."""

    closed = Signal()

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self._goods, self._money = Figures(), Figures()
        self._notes = label("", "muted", wraps=1)
        self.close_day = ActionButton("确认日结", key="F12", weight=Weight.PRIMARY)
        self._arrange()
        self.close_day.clicked.connect(self._close)

    def _arrange(self) -> None:
        row = across(
            *(_figure_card(title, figures) for title, figures in (("货", self._goods), ("钱", self._money)))
        )
        self.column.addLayout(row)
        self.column.addWidget(self._notes)
        self.column.addStretch(1)
        self.column.addWidget(self.close_day)

    def refresh(self) -> None:
        reader = self.counter.reader
        totals = reckoning.totals(reader, self.day)
        drawer = reckoning.drawer(reader, self.day)
        self._goods.show_figures(goods_figures(totals))
        self._money.show_figures(money_figures(totals, drawer))
        self._notes.setText(self._what_is_missing(drawer))

    def _what_is_missing(self, drawer: DrawerBooks) -> str:
        slots = reckoning.slots(self.counter.reader, self.day)
        uncounted = sum(slot.counted is None for slot in slots)
        notes = [
            f"{uncounted} 个货位没点" if uncounted else "",
            "钱箱没点" if drawer.counted is None else "",
        ]
        missing = "，".join(note for note in notes if note)
        return f"{missing}，也可以日结。" if missing else "点过货、点过钱，可以日结了。"

    def _close(self) -> None:
        self.close_day.setEnabled(False)
        self.counter.desk.do(
            CloseDay(self.day, self.counter.keep_people_days), self._closed, otherwise=self._let_go
        )

    def _closed(self, done: object) -> None:
        self._let_go()
        self.counter.desk.answer(words.answer(done))
        self.closed.emit()

    def _let_go(self) -> None:
        self.close_day.setEnabled(True)

    def primary(self) -> QWidget:
        return self.close_day


def _figure_card(title: str, figures: Figures) -> Card:
    card = Card(title)
    card.body.setSpacing(sized(card, tokens.SPACE_XS))
    card.body.addWidget(figures)
    card.body.addStretch(1)
    return card


def goods_figures(totals: reckoning.Totals) -> list[Figure]:
    """The day's pieces as a sum that can be followed."""
    flows = totals.flows
    lines = [
        Figure("日初在店", f"{totals.here_before:,} 件"),
        Figure("签收", f"+{flows.received:,}"),
        Figure("取走", f"−{flows.handed_out:,}"),
    ]
    if flows.surplus or flows.given_back:
        lines.append(Figure("多发、顾客退回", f"+{flows.surplus + flows.given_back:,}"))
    if flows.returned:
        lines.append(Figure("退回站点", f"−{flows.returned:,}"))
    return [*lines, Figure("日终在店", f"{totals.here:,} 件", 1)]


def money_figures(totals: reckoning.Totals, drawer: DrawerBooks) -> list[Figure]:
    """The day's money; the drawer's book is shown only where somebody has counted."""
    lines = [Figure("佣金", yuan(totals.commission_fen))]
    if drawer.counted is None:
        lines.append(Figure("钱箱", "没点", -1))
    else:
        lines.append(Figure("钱箱点到", yuan(drawer.counted)))
        gap = words.money_gap_word(drawer.counted, drawer.expected)
        lines.append(Figure("和账上比", gap))
    still_open = totals.open_differences + bool(drawer.difference)  # the close names it
    return [*lines, Figure("没了结的差异", f"{still_open} 笔", 1)]


# --- all of it ---------------------------------------------------------------------------------------------


class ClosedPanel(Part):
    """A closed day: what was written, what changed since, and its papers."""

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self._goods, self._money = Figures(), Figures()
        self._changes = label("", "muted", wraps=1)
        self.excel = ActionButton("存 Excel", key="F9")
        self.pdf = ActionButton("存 PDF", key="F10")
        row = across(
            *(_figure_card(title, figures) for title, figures in (("货", self._goods), ("钱", self._money)))
        )
        self.column.addLayout(row)
        self.column.addWidget(self._changes)
        self.column.addStretch(1)
        self.column.addLayout(across(self.excel, self.pdf, QWidget(), stretch=2))

    def show_closed(self, day: str, closed: queries.ClosedDay) -> None:
        """Show what was written when the day was closed."""
        reader = self.counter.reader
        written = closed.totals
        self._goods.show_figures(
            [
                Figure("签收", f"{written.received:,} 件"),
                Figure("取走", f"{written.handed_out:,} 件"),
                Figure("退回站点", f"{written.returned:,} 件"),
                Figure("日终在店", f"{written.here:,} 件", 1),
            ]
        )
        self._money.show_figures(
            [
                Figure("佣金", yuan(written.commission_fen)),
                Figure("钱箱", yuan(written.cash_fen)),
                Figure("日结时的差异", f"{written.open_differences} 笔"),
                Figure("现在没了结", f"{reckoning.totals(reader, day).open_differences} 笔", 1),
            ]
        )
        self._changes.setText(_changes(queries.corrections(reader, day)))

    def primary(self) -> QWidget:
        return self.excel


def _changes(found: list[queries.Correction]) -> str:
    if not found:
        return "日结以后没有变动。"
    parts = [
        f"{words.CORRECTION_WORDS[c.what]} {_shown(c.what, c.written)} → {_shown(c.what, c.now)}"
        for c in found
    ]
    return f"日结以后的更正：{'；'.join(parts)}。日结单不改，更正另记。"


def _shown(what: str, value: int) -> str:
    return yuan(value) if what.endswith("_fen") else str(value)


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
        self._stack = QStackedWidget()
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        head = across(self._title, self._stamp, self.line, self.back, self.skip)
        head.setStretch(2, 1)
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
        if not self.day:
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
