"""The lists beside the close: differences, days and their bills, commission, deductions, and the audit trail."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.answers import Tone
from app.domain.clock import day_after
from app.domain.money import yuan
from app.reconciliation import queries, reckoning, trail, words
from app.reconciliation.match_step import difference_columns, sectioned, settle
from app.reconciliation.pieces import RIGHT, Counter, Part, across
from app.reconciliation.queries import (
    CommissionRow,
    DayRow,
    DeductionRow,
    DifferenceRow,
    PlatformRow,
    TrailRow,
)
from app.reconciliation.sheets import AppealSheet
from app.ui import tokens
from app.ui.buttons import ActionButton, Choice
from app.ui.panels import ElidedLabel, StatTile, label
from app.ui.rows import Column, RowsModel, Section
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized

DAY_MS: Final = 86_400_000
SETTLED_DAYS: Final = 7
MOST_TILES: Final = 4


# --- differences -------------------------------------------------------------------------------------------


class Differences(Part):
    """What is open, from day to day until it is closed, and what found its end this week."""

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.which = Choice("看哪些", ("没了结的", "最近了结的"))
        self._sum = ElidedLabel("", "muted")
        self.model = RowsModel[DifferenceRow](difference_columns(counter), key=lambda row: row.difference)
        self.rows = RowsView("差异", self.model)
        self.which.setFixedWidth(sized(self, 300))
        head = across(self.which, self._sum)
        head.setStretch(1, 1)
        self.column.addLayout(head)
        self.column.addWidget(self.rows, 1)
        self.which.chosen.connect(lambda _: self.refresh())
        self.rows.chosen.connect(self._chosen)

    def refresh(self) -> None:
        reader, now = self.counter.reader, self.counter.clock.now_ms()
        if self.which.index:
            self.rows.say_when_empty("最近没有了结的差异", "了结以后在这里留 7 天。", glyph=Glyph.BOOK)
            self.model.replace(queries.settled_differences(reader, since_ms=now - SETTLED_DAYS * DAY_MS))
            self._sum.set_text("")
            return
        found = queries.open_differences(reader)
        self.rows.say_when_empty("没有没了结的差异", "货和钱都对得上，放心。", glyph=Glyph.CHECK)
        self.model.replace(sectioned(found, self.counter.today()))
        fen = sum(row.fen for row in found)
        money = f"，金额合计 {yuan(fen)}" if fen else ""
        self._sum.set_text(f"{len(found)} 笔{money}。选一笔按回车了结。" if found else "")

    def _chosen(self, row: DifferenceRow) -> None:
        if not row.closed_ms:
            settle(self, row)

    def primary(self) -> QWidget:
        return self.rows


# --- days --------------------------------------------------------------------------------------------------


class Days(Part):
    """Which days are open, closed or final, and what each still waits for; `open_day(day)` on Enter."""

    open_day = Signal(str)
    take_bill = Signal()
    export = Signal(str, str)

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.model = RowsModel[DayRow](_day_columns(counter), key=lambda row: row.day)
        self.rows = RowsView("账期", self.model)
        self.rows.say_when_empty("还没有记录", "开始签收以后，每天的账期都列在这里。", glyph=Glyph.BOOK)
        self.excel = ActionButton("存 Excel", key="F9")
        self.bill = ActionButton("导入账单", key="F10")
        self._told = ElidedLabel("账单到了、差异清了、过了账期才算定。", "muted")
        self.column.addWidget(self.rows, 1)
        foot = across(self._told, self.excel, self.bill)
        foot.setStretch(0, 1)
        self.column.addLayout(foot)
        self.rows.chosen.connect(lambda row: self.open_day.emit(row.day))
        self.bill.clicked.connect(self.take_bill)
        self.excel.clicked.connect(self._save)

    def refresh(self) -> None:
        rows = queries.day_rows(self.counter.reader, today=self.counter.today())
        self.model.replace(rows)
        self.excel.setEnabled(bool(rows))

    def _save(self) -> None:
        row = self.rows.current_row() or self.model.at(0)
        if isinstance(row, DayRow):
            self.export.emit("excel", row.day)

    def primary(self) -> QWidget:
        return self.rows


def _day_columns(counter: Counter) -> tuple[Column[DayRow], ...]:
    def due(row: DayRow) -> str:
        return words.day_word(day_after(row.day, row.facts.final_days))

    return (
        Column("业务日", lambda row: _day_name(row.day, counter.today()), width=150, strong=1),
        Column(
            "状态",
            lambda row: words.STAGE_WORDS[row.stage][0],
            width=130,
            tone=lambda row: words.STAGE_WORDS[row.stage][1],
        ),
        Column("还等什么", _waiting),
        Column("差异", lambda row: str(row.facts.open_differences or ""), width=70, align=RIGHT),
        Column("最早确定", due, width=120, align=RIGHT),
    )


def _day_name(day: str, today: str) -> str:
    near = {today: "今天", day_after(today, -1): "昨天"}.get(day, "")
    return f"{words.day_word(day)} {near}".strip()


def _waiting(row: DayRow) -> str:
    return "，".join(words.STILL_WORDS[still] for still in row.waits) or "都齐了"


# --- commission --------------------------------------------------------------------------------------------


class Commissions(Part):
    """Every line's commission with its rate and what refunds took back; platforms side by side."""

    SPANS: Final = (("今天", 0), ("近 7 天", 6), ("近 30 天", 29))

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.span = Choice("多久", [name for name, _ in self.SPANS])
        self._told = ElidedLabel("", "muted")
        self._tiles = QHBoxLayout()
        self.model = RowsModel[CommissionRow](_commission_columns(), key=lambda row: row.lot)
        self.rows = RowsView("佣金", self.model)
        self.rows.say_when_empty("这几天还没有佣金", "货交到邻居手里，佣金就记上了。", glyph=Glyph.BAG)
        self.span.setFixedWidth(sized(self, 330))
        head = across(self.span, self._told)
        head.setStretch(1, 1)
        self._tiles.setSpacing(sized(self, tokens.SPACE_S))
        self.column.addLayout(head)
        self.column.addLayout(self._tiles)
        self.column.addWidget(self.rows, 1)
        self.span.chosen.connect(lambda _: self.refresh())

    def refresh(self) -> None:
        today = self.counter.today()
        since = reckoning.days_back(today, self.SPANS[self.span.index][1])
        reader = self.counter.reader
        platforms = queries.platforms(reader, since=since, until=today)
        found = queries.commissions(reader, since=since, until=today)
        self._show_tiles([row for row in platforms if _is_busy(row)])
        self.model.replace(_by_platform(found, queries.platform_names(reader)))
        net = sum(row.net_fen for row in platforms)
        taken = sum(row.deducted_fen - row.returned_fen for row in platforms)
        less = f"（已减扣款 {yuan(taken)}）" if taken else ""
        self._told.set_text(f"净收入 {yuan(net)}{less}")

    def _show_tiles(self, rows: list[PlatformRow]) -> None:
        while (item := self._tiles.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for row in sorted(rows, key=lambda row: -row.commission_fen)[:MOST_TILES]:
            tile = StatTile(f"{row.name} {row.handed_out} 件", yuan(row.commission_fen), unit="")
            self._tiles.addWidget(tile, 1)

    def primary(self) -> QWidget:
        return self.rows


def _is_busy(row: PlatformRow) -> bool:
    return bool(row.handed_out or row.commission_fen or row.deducted_fen)


def _by_platform(found: list[CommissionRow], names: dict[str, str]) -> list[CommissionRow | Section]:
    shown: list[CommissionRow | Section] = []
    for key in dict.fromkeys(row.platform for row in found):
        rows = [row for row in found if row.platform == key]
        total = sum(row.commission.net for row in rows)
        shown += [Section(names.get(key, key), f"{len(rows)} 行，{yuan(total)}"), *rows]
    return shown


def _commission_columns() -> tuple[Column[CommissionRow], ...]:
    return (
        Column("商品", lambda row: row.product, strong=1),
        Column("取走", lambda row: f"{row.handed_out}/{row.pieces}", width=76, align=RIGHT),
        Column("实付", lambda row: yuan(row.paid_fen), width=100, align=RIGHT),
        Column("比例", lambda row: words.rate_word(row.basis_points), width=76, align=RIGHT),
        Column(
            "冲回",
            lambda row: yuan(row.commission.reversed) if row.commission.reversed else "",
            width=92,
            align=RIGHT,
        ),
        Column("佣金", lambda row: yuan(row.commission.net), width=92, align=RIGHT),
        Column(
            "账单", lambda row: "—" if row.billed_fen is None else yuan(row.billed_fen), width=92, align=RIGHT
        ),
    )


# --- deductions --------------------------------------------------------------------------------------------


class Deductions(Part):
    """What platforms took off, with its reason, the appeal and its outcome."""

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self._told = ElidedLabel("", "muted")
        self.model = RowsModel[DeductionRow](_deduction_columns(), key=lambda row: row.deduction)
        self.rows = RowsView("扣款", self.model)
        self.rows.say_when_empty("没有扣款", "平台扣了钱会列在这里，可以申诉。", glyph=Glyph.CHECK)
        self.column.addWidget(self._told)
        self.column.addWidget(self.rows, 1)
        self.rows.chosen.connect(self._appeal)

    def refresh(self) -> None:
        found = queries.deduction_rows(self.counter.reader)
        self.model.replace(found)
        taken = sum(row.fen for row in found)
        back = sum(row.returned_fen for row in found)
        told = f"{len(found)} 笔，扣了 {yuan(taken)}，退回 {yuan(back)}。选一笔按回车申诉。"
        self._told.set_text(told if found else "")
        self._told.setVisible(bool(found))

    def _appeal(self, row: DeductionRow) -> None:
        if row.state != "taken":
            word, _ = words.DEDUCTION_WORDS.get(row.state, (row.state, Tone.INFO))
            self.counter.desk.answer(words.no_appeal(word, row.note))
            return
        sheet = AppealSheet(row, self.counter.camera)
        sheet.done.connect(lambda command: self.counter.do(command, lambda _: self.refresh()))
        sheet.open_over(self)

    def primary(self) -> QWidget:
        return self.rows


def _deduction_columns() -> tuple[Column[DeductionRow], ...]:
    return (
        Column("业务日", lambda row: words.day_word(row.day), width=110),
        Column("原因", lambda row: row.why, strong=1),
        Column("商品", lambda row: row.product or "—", width=160),
        Column("扣款", lambda row: yuan(row.fen), width=100, align=RIGHT),
        Column("状态", lambda row: _state(row)[0], width=160, tone=lambda row: _state(row)[1]),
    )


def _state(row: DeductionRow) -> tuple[str, Tone]:
    word, tone = words.DEDUCTION_WORDS.get(row.state, (row.state, Tone.INFO))
    return (f"退回 {yuan(row.returned_fen)}" if row.returned_fen else word), tone


# --- the audit trail ---------------------------------------------------------------------------------------


class Trail(Part):
    """Every change of a day: when, who, what; nothing here can be edited."""

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.day = ""
        self._title = label("", "section")
        self._told = ElidedLabel("", "muted")
        self.before = ActionButton("前一天", key="F9")
        self.after = ActionButton("后一天", key="F10")
        self.model = RowsModel[TrailRow](_trail_columns(), key=lambda row: row.fact)
        self.rows = RowsView("操作留痕", self.model)
        self.rows.say_when_empty("这一天没有记录", "换一天看看。", glyph=Glyph.BOOK)
        head = across(self._title, self._told, self.before, self.after)
        head.setStretch(1, 1)
        self.column.addLayout(head)
        self.column.addWidget(self.rows, 1)
        self.before.clicked.connect(lambda: self.show_day(day_after(self.day, -1)))
        self.after.clicked.connect(lambda: self.show_day(day_after(self.day, 1)))

    def activated(self) -> None:
        if not self.day:
            self.show_day(self.counter.today())

    def show_day(self, day: str) -> None:
        """Show another day; there is no tomorrow."""
        self.day = min(day, self.counter.today())
        self.refresh()

    def refresh(self) -> None:
        if not self.day:
            return
        found = queries.trail(self.counter.reader, self.day)
        self.model.replace(found)
        self._title.setText(words.day_word(self.day))
        more = f"最近 {len(found)} 条" if len(found) == queries.MOST_ROWS else f"{len(found)} 条"
        self._told.set_text(f"{more}，只能看，不能改。" if found else "")
        self.after.setEnabled(self.day < self.counter.today())

    def primary(self) -> QWidget:
        return self.rows


def _trail_columns() -> tuple[Column[TrailRow], ...]:
    return (
        Column("时间", lambda row: words.clock_word(row.at_ms), width=80),
        Column("谁", lambda row: row.operator or words.device_word(row.device), width=96),
        Column("事项", lambda row: trail.kind_word(row.kind), width=140, strong=1),
        Column("内容", lambda row: trail.told(row.kind, row.body) + ("（已撤销）" if row.taken_back else "")),
    )
