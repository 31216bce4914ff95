"""The page 日结: the close step by step, and beside it differences, days, commission, deductions and the trail."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QStandardPaths
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from app.domain.answers import Answer, Tone
from app.domain.clock import Clock
from app.domain.events import BillRow
from app.domain.refusals import Refused
from app.reconciliation import bills, excel, paper, queries, reckoning, words
from app.reconciliation.actions import (
    BILL_DAYS,
    COLUMNS_KEY,
    KEEP_PEOPLE_DAYS,
    BillsMatched,
    MatchBills,
    RememberColumns,
    TakeBill,
)
from app.reconciliation.bills import Columns, Field, Table
from app.reconciliation.daybook import gather
from app.reconciliation.flow import Flow
from app.reconciliation.lists import Commissions, Days, Deductions, Differences, Trail
from app.reconciliation.pieces import Counter, Part, PickFile, Tabs
from app.reconciliation.sheets import PickSheet
from app.store.connection import Reader
from app.ui.desk import Desk
from app.ui.page import EVERYTHING, Page
from app.ui.photo import Camera, FileCamera
from app.ui.shapes import Glyph
from app.ui.unreadable import unreadable

NAMES: Final = ("日结", "差异", "账期", "佣金", "扣款", "留痕")
MOST_DAYS: Final = 6
STRANGE = Answer(Tone.LOOK, "不认识", "点货架时可以扫货位标签或商品条码；这个码不在货架上。请直接输入件数。")
NO_NEED = Answer(Tone.INFO, "这里不用扫码", "这里看账，不用扫码。收货请按 F2，取货请按 F3。")
RECOUNT = Answer(Tone.INFO, "重新点就行", "点错了不用撤销，重新点一遍，以最后一次为准。")


class ReconciliationPage(Page):
    """One screen in six parts; Ctrl+1 to Ctrl+6 turn to them."""

    title = "日结"
    glyph = Glyph.BOOK
    topics = EVERYTHING
    invitation = Answer(Tone.INFO, "日结", "先点货，再点钱，最后看差异。数不一样也能结。")
    invitation_glyph = Glyph.BOOK

    def __init__(
        self,
        desk: Desk,
        reader: Reader,
        clock: Clock,
        *,
        camera: Camera | None = None,
        papers: Path | None = None,
        pick_file: PickFile | None = None,
        keep_people_days: int = KEEP_PEOPLE_DAYS,
    ) -> None:
        """``papers`` is the folder for Excel and PDF, ``pick_file`` asks for a bill's file."""
        super().__init__(desk)
        self.counter = Counter(
            desk,
            reader,
            clock,
            camera or FileCamera(),
            papers or _documents(),
            pick_file or _ask_for_file,
            keep_people_days,
        )
        self.parts = Tabs(NAMES)
        self._matched_to = 0
        self.flow, self.days = Flow(self.counter), Days(self.counter)
        self.differences, self.commissions = Differences(self.counter), Commissions(self.counter)
        self.deductions, self.trail = Deductions(self.counter), Trail(self.counter)
        self.all_parts: tuple[Part, ...] = (
            self.flow, self.differences, self.days, self.commissions, self.deductions, self.trail,
        )  # fmt: skip
        self._stack = QStackedWidget()
        for piece in self.all_parts:
            self._stack.addWidget(piece)
        self.column.addWidget(self.parts)
        self.column.addWidget(self._stack, 1)
        self._connect()

    def _connect(self) -> None:
        self.parts.chosen.connect(self._show_part)
        self.flow.export.connect(self.save)
        self.days.export.connect(self.save)
        self.days.open_day.connect(self._open_day)
        self.days.take_bill.connect(self.take_bill)
        for at in range(len(NAMES)):
            key = QShortcut(QKeySequence(f"Ctrl+{at + 1}"), self)
            key.activated.connect(lambda at=at: self.parts.choose(at))

    @property
    def part(self) -> Part:
        """The part in front."""
        return self.all_parts[self._stack.currentIndex()]

    def _show_part(self, at: int) -> None:
        self.desk.attempt(lambda: self._turn_to(at))

    def _turn_to(self, at: int) -> None:
        part = self.all_parts[at]
        part.activated()
        part.refresh()  # before it is shown: a list that gets the focus while it is empty points at nothing
        self._stack.setCurrentIndex(at)
        widget = part.primary()
        if widget is not None and self.isVisible():
            widget.setFocus()

    def _open_day(self, day: str) -> None:
        self.parts.choose(0)
        self.flow.show_day(day)

    # --- what the window asks of a page ---

    def refresh(self, topics: frozenset[str]) -> None:
        if "BillIssued" in topics:
            self._match()
        self.part.refresh()

    def _match(self) -> None:
        """Compare bills when there is one that has not been compared yet; the close compares them all again."""
        newest = queries.newest_bill(
            self.counter.reader, since=reckoning.days_back(self.counter.today(), BILL_DAYS)
        )
        if newest != self._matched_to:
            self._matched_to = newest
            self.desk.do(MatchBills(), self._matched)

    def _matched(self, done: BillsMatched) -> None:
        if done.named:
            self.desk.answer(words.answer(done))

    def activated(self) -> None:
        self._match()
        self.part.activated()
        self.part.refresh()

    def primary(self) -> QWidget | None:
        return self.part.primary()

    def on_scan(self, code: str) -> None:
        if not self.part.on_scan(code):
            strange = unreadable(code) or STRANGE
            self.desk.answer(strange if self.part is self.flow else NO_NEED)

    def undo(self) -> None:
        self.desk.answer(RECOUNT)

    def cancel(self) -> bool:
        if self.part.cancel():
            return True
        if self.part is not self.flow:
            self.parts.choose(0)
            return True
        return False

    # --- papers ---

    def save(self, kind: str, day: str) -> None:
        """Write a day's paper, ``excel`` or ``pdf``, and say where it is."""
        book = gather(self.counter.reader, day, made_ms=self.counter.clock.now_ms())
        write, ending = (excel.write_day, "xlsx") if kind == "excel" else (paper.write_day, "pdf")
        path = self.counter.papers / f"日结单 {day}.{ending}"
        try:
            write(book, path)
        except OSError:
            self.desk.answer(words.not_saved(path.name))
            return
        self.desk.answer(words.saved(str(path)))

    # --- a platform's bill ---

    def take_bill(self) -> None:
        """Ask for a file, whose it is and of which day, and take it in; a wrong one is one sentence."""
        path = self.counter.pick_file(self)
        if path is None:
            return
        names = queries.platform_names(self.counter.reader)
        if not names:
            self.desk.answer(words.NO_PLATFORMS)
            return
        keys = sorted(names)
        sheet = PickSheet(
            "哪个平台的账单？", [names[key] for key in keys], sentence=path.name, start=_guess(path, names)
        )
        sheet.done.connect(lambda at: self._read_bill(path, keys[at]))
        sheet.open_over(self)

    def _read_bill(self, path: Path, platform: str) -> None:
        remembered = bills.as_columns(self.counter.reader.get(COLUMNS_KEY + platform))
        table = bills.read_table(path, remembered)
        if isinstance(table, Refused):
            self.desk.answer(words.answer(table))
            return
        self._ask_column(path, platform, table, bills.columns_of(table.headers, remembered))

    def _ask_column(self, path: Path, platform: str, table: Table, columns: Columns) -> None:
        """One question for each column that is not known, remembered for the next time."""
        lacking = bills.missing(columns)
        headers = [name for name in table.headers if name]
        if not lacking:
            self._check_bill(path, platform, table, columns)
            return
        sheet = PickSheet(f"哪一列是{lacking[0]}？", headers[:9], sentence="选过一次，以后就记住了。")
        sheet.done.connect(
            lambda at: self._ask_column(path, platform, table, {**columns, Field(lacking[0]): headers[at]})
        )
        sheet.open_over(self)

    def _check_bill(self, path: Path, platform: str, table: Table, columns: Columns) -> None:
        rows = bills.bill_rows(table, columns)
        if isinstance(rows, Refused):
            self.desk.answer(words.answer(rows))
            return
        known = queries.lots_of_orders(self.counter.reader, [row.lot for row in rows])
        self.desk.do(
            RememberColumns(platform, tuple((str(k), v) for k, v in columns.items())), lambda _: None
        )
        self._ask_day(path, platform, bills.as_lots(rows, known))

    def _ask_day(self, path: Path, platform: str, rows: tuple[BillRow, ...]) -> None:
        found = queries.day_rows(self.counter.reader, today=self.counter.today())[:MOST_DAYS]
        days = [row.day for row in found] or [self.counter.today()]
        sentence = words.bill_sentence(len(rows), sum(row.commission_fen for row in rows))
        sheet = PickSheet("哪一天的账单？", [words.day_word(day) for day in days], sentence=sentence)
        sheet.done.connect(
            lambda at: self.counter.do(
                TakeBill(platform, days[at], rows, path.name), lambda _: self.part.refresh()
            )
        )
        sheet.open_over(self)


def _guess(path: Path, names: dict[str, str]) -> int:
    """The platform whose name is in the file's; -1 for none."""
    keys = sorted(names)
    return next((at for at, key in enumerate(keys) if names[key] in path.name or key in path.name), -1)


def _documents() -> Path:
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return (Path(place) if place else Path.home()) / "格驿"


def _ask_for_file(over: QWidget) -> Path | None:
    name, _ = QFileDialog.getOpenFileName(over, "选择平台账单", "", "账单 (*.xlsx *.xlsm *.csv *.txt *.xls)")
    return Path(name) if name else None
