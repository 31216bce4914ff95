"""The station's master data: vans, drivers, points and rules in lists, typed in or imported, each step taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.domain import events as e
from app.domain.answers import Tone
from app.domain.events import Fact
from app.domain.money import yuan
from app.domain.refusals import Refused
from app.routing import queries, words
from app.routing.actions import Done, Keep, KeepSettings, Kept, PutBack, Retire, SetTable
from app.routing.forms import FormSheet, driver_sheet, rule_sheet, settings_sheet, stop_sheet, van_sheet
from app.routing.master_file import Kind, Master, not_on_list, read_master
from app.routing.rules import clock_text
from app.store.connection import Reader
from app.store.table_file import LARGEST_FILE
from app.ui import tokens
from app.ui.buttons import ActionButton, Choice, Weight
from app.ui.desk import Desk
from app.ui.dialogs import confirm
from app.ui.rows import Column, RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized
from app.ui.sheet import Sheet

ChooseFile = Callable[[QWidget], str]
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
KINDS = ("车辆", "司机", "点位", "规则")
HINTS = (
    "按 F9 添加，或按 F12 导入车辆表。",
    "按 F9 添加，或按 F12 导入司机表。",
    "联网后平台会发来；也可以按 F12 导入点位表。",
    "按 F9 添加：哪些点必须同车、不能同车，或固定给哪台车。",
)


def van_columns() -> tuple[Column[e.VanSet], ...]:
    """The columns of the list of vans."""
    return (
        Column("叫法", lambda van: van.name, strong=1),
        Column("车牌", lambda van: van.van, width=130),
        Column("最多", lambda van: f"{van.pieces} 件 / {van.crates} 筐", width=170, align=_RIGHT),
        Column("冷藏箱", lambda van: "有" if van.cold else "", width=90, gives_way=1),
        Column("费用", _costs, width=210, align=_RIGHT, gives_way=2),
    )


def _costs(van: e.VanSet) -> str:
    return f"{yuan(van.fen_per_km)}/公里 + {yuan(van.fen_per_day)}"


def driver_columns() -> tuple[Column[e.DriverSet], ...]:
    """The columns of the list of drivers."""
    return (
        Column("姓名", lambda driver: driver.name, width=150, strong=1),
        Column("常开的车", lambda driver: driver.van or "不定", width=130),
        Column(
            "上班", lambda driver: f"{clock_text(driver.starts_s)}–{clock_text(driver.ends_s)}", width=140
        ),
        Column("熟悉的村", lambda driver: "、".join(driver.villages)),
    )


def stop_columns() -> tuple[Column[e.StopSet], ...]:
    """The columns of the list of points."""
    return (
        Column("编号", lambda stop: stop.point, width=120),
        Column("名称", lambda stop: stop.name, strong=1),
        Column("村", lambda stop: f"{stop.town}{stop.village}", width=200, gives_way=2),
        Column("位置", _placed, width=122, tone=_placed_tone),
        Column("几点能收", _hours, width=140, gives_way=1),
    )


def _placed(stop: e.StopSet) -> str:
    if not (stop.latitude or stop.longitude):
        return "没有"
    return "估的" if stop.guessed else "准的"


def _placed_tone(stop: e.StopSet) -> Tone:
    if not (stop.latitude or stop.longitude):
        return Tone.WRONG
    return Tone.LOOK if stop.guessed else Tone.OK


def _hours(stop: e.StopSet) -> str:
    if not (stop.opens_s or stop.closes_s):
        return ""
    return f"{clock_text(stop.opens_s)}–{clock_text(stop.closes_s) if stop.closes_s else ''}"


def rule_columns() -> tuple[Column[e.RideRuleSet], ...]:
    """The columns of the list of rules."""
    return (
        Column("规则", lambda rule: words.RULES.get(rule.kind, rule.kind), width=130, strong=1),
        Column("点位", lambda rule: "、".join(rule.points)),
        Column("车", lambda rule: rule.van, width=140),
    )


class MasterView(QWidget):
    """Lists behind a choice, with their buttons; `left()` when the user goes back to the routes."""

    left = Signal()

    def __init__(self, desk: Desk, reader: Reader, *, choose_file: ChooseFile | None = None) -> None:
        super().__init__()
        self._desk, self._reader = desk, reader
        self._choose_file = choose_file or _ask_file
        self._steps: list[tuple[Fact, ...]] = []
        self.kinds = Choice("资料", KINDS)
        self.models: tuple[RowsModel[Any], ...] = (
            RowsModel(van_columns(), key=lambda row: row.van),
            RowsModel(driver_columns(), key=lambda row: row.driver),
            RowsModel(stop_columns(), key=lambda row: row.point),
            RowsModel(rule_columns(), key=lambda row: row.rule),
        )
        self.views = tuple(RowsView(name, model) for name, model in zip(KINDS, self.models, strict=True))
        self.stack = QStackedWidget()
        self.back = ActionButton("回到线路", key="Esc")
        self.add = ActionButton("添加", key="F9")
        self.retire = ActionButton("不用了", key="F10")
        self.plan_so = ActionButton("怎么排", key="F11")
        self.load = ActionButton("导入表格", key="F12", weight=Weight.PRIMARY)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(sized(self, tokens.SPACE_M))
        column.addWidget(self.kinds)
        for view in self.views:
            self.stack.addWidget(view)
        column.addWidget(self.stack, 1)
        foot = QHBoxLayout()
        foot.setSpacing(sized(self, tokens.SPACE_M))
        for button in (self.back, self.add, self.retire, self.plan_so):
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(self.load)
        column.addLayout(foot)
        for view, name, hint in zip(self.views, KINDS, HINTS, strict=True):
            view.say_when_empty(f"还没有{name}", hint, glyph=Glyph.TRUCK)

    def _connect(self) -> None:
        self.kinds.chosen.connect(self._turn)
        for view in self.views:
            view.chosen.connect(self._ask)
        self.back.clicked.connect(self.left)
        self.add.clicked.connect(lambda: self._ask(None))
        self.retire.clicked.connect(self._ask_retire)
        self.plan_so.clicked.connect(self._ask_settings)
        self.load.clicked.connect(self.import_table)

    @property
    def view(self) -> RowsView:
        """The list in front."""
        return self.views[max(0, self.kinds.index)]

    def slim(self, *, on: bool) -> None:
        """Shorter words where there is little room."""
        for button, long, short in (
            (self.add, "添加", "添加"),
            (self.retire, "不用了", "停用"),
            (self.plan_so, "怎么排", "排法"),
            (self.load, "导入表格", "导入"),
        ):
            button.set_text(short if on else long)
        self.back.setVisible(not on)  # the status bar says it too

    def show_kind(self, at: int) -> None:
        """Bring a list to the front."""
        self.kinds.choose(at)
        self.view.setFocus()

    def look(self) -> None:
        """Read the lists again."""
        lists: tuple[Sequence[Any], ...] = (
            queries.vans(self._reader),
            queries.drivers(self._reader),
            queries.stops(self._reader),
            queries.rules(self._reader),
        )
        for model, rows in zip(self.models, lists, strict=True):
            model.replace(list(rows))

    def ask_stop(self, point: str) -> None:
        """Open a point's sheet."""
        found = next((stop for stop in queries.stops(self._reader) if stop.point == point), None)
        unknown = e.StopSet(point, "", "", "", 0, 0, guessed=True)
        self._open(stop_sheet(found or unknown), self._keep)

    def undo(self) -> bool:
        """Take back the last step made here; False where there is none."""
        if not self._steps:
            return False
        self._do(PutBack(self._steps.pop()))
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits choose the list."""
        if event.text() in ("1", "2", "3", "4"):
            self.show_kind(int(event.text()) - 1)
        elif event.key() == Qt.Key.Key_Delete:
            self._ask_retire()
        else:
            super().keyPressEvent(event)

    # --- asking and doing ---

    def _turn(self, at: int) -> None:
        self.stack.setCurrentIndex(at)

    def _ask(self, row: Any) -> None:
        makers: tuple[Callable[[Any], FormSheet], ...] = (
            van_sheet,
            lambda driver: driver_sheet(driver, queries.vans(self._reader)),
            stop_sheet,
            rule_sheet,
        )
        self._open(makers[max(0, self.kinds.index)](row), self._keep)

    def _keep(self, fact: Any) -> None:
        self._do(Keep((fact,)))

    def _ask_retire(self) -> None:
        row = self.view.current_row()
        if row is None:
            self._desk.answer(words.PICK_A_ROW)
            return
        name = getattr(row, "name", "") or words.RULES.get(getattr(row, "kind", ""), "")
        confirm(
            self,
            title=f"{KINDS[max(0, self.kinds.index)]}“{name}”不用了？",
            sentence="以后排线路不再用它，以前的记录都还在。",
            yes="不用了",
            then=lambda: self._do(Retire(row)),
        )

    def _ask_settings(self) -> None:
        sheet = settings_sheet(queries.settings(self._reader))
        self._open(sheet, lambda chosen: self._do(KeepSettings(chosen)))

    def import_table(self) -> None:
        """Import vans, drivers, points or fixed routes from a file: which, its headers say."""
        name = self._choose_file(self)
        if not name:
            return
        found = read_master(_bytes_of(Path(name)))
        if isinstance(found, Refused):
            self._desk.answer(words.refusal(found))
            return
        confirm(
            self,
            title=f"导入{words.TABLES[found.kind]}表",
            sentence=self._summary(found),
            yes="导入",
            then=partial(self._import, found),
        )

    def _summary(self, found: Master) -> str:
        rows = len(found.entries)
        if found.kind is not Kind.ROUTES:
            return words.import_summary(found)
        points = {stop.point for stop in queries.stops(self._reader)}
        fixed = [row for row in found.entries if isinstance(row, e.FixedStop)]
        routes, strangers = len({row.route for row in fixed}), not_on_list(fixed, points)
        more = f"其中 {strangers} 个点资料里没有。" if strangers else ""
        return f"{rows} 个点，{routes} 条线路。{more}以后每个点只走自己的线路，格驿只排先后。"

    def _import(self, found: Master) -> None:
        if found.kind is Kind.ROUTES:
            self._do(SetTable(tuple(row for row in found.entries if isinstance(row, e.FixedStop))))
            return
        self.kinds.choose(list(Kind).index(found.kind))
        self._do(Keep(found.entries))  # type: ignore[arg-type]

    def _do(self, command: Any) -> None:
        self._desk.do(command, self._done)

    def _done(self, result: Done | Refused) -> None:
        if isinstance(result, Kept) and result.what != "back" and result.back:
            self._steps.append(result.back)
        self._desk.answer(words.answer(result))
        self.look()

    def _open(self, sheet: Sheet, then: Callable[[Any], None]) -> None:
        sheet.done.connect(lambda result: self._desk.attempt(lambda: then(result)))
        sheet.open_over(self)


def _ask_file(over: QWidget) -> str:
    name, _ = QFileDialog.getOpenFileName(over, "选择表格", "", "表格 (*.xlsx *.csv *.txt);;所有文件 (*)")
    return name


def _bytes_of(path: Path) -> bytes:
    """A file's content; one that cannot be read counts as empty, one that is far too large is not read whole."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError:
        return b""
