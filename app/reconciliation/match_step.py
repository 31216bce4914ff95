"""Step 3 of the close: the books of station, shop and platform side by side, and what differs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain.answers import Tone
from app.reconciliation import queries, reckoning, rules, words
from app.reconciliation.pieces import RIGHT, Counter, Part, Step, across
from app.reconciliation.queries import DifferenceRow
from app.reconciliation.rules import MatchLine
from app.reconciliation.sheets import SettleSheet
from app.ui import tokens
from app.ui.buttons import ActionButton, Choice, Weight
from app.ui.panels import ElidedLabel, StatTile
from app.ui.rows import Column, RowsModel, Section
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized


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
        self.once_a_press(self.on, self.rows, self.line_rows)
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
        Column("商品", lambda row: words.goods_word(row.product, row.note)),
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
