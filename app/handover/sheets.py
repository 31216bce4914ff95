"""The questions of the hand-over: a blind count, what differs, two signatures, what came back, a balance put right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.domain.answers import Tone
from app.domain.goods import Zone
from app.domain.ids import has_valid_check
from app.domain.night import BagBack
from app.domain.scans import tidy
from app.handover import rules, words
from app.handover.queries import HolderRow, RunRow, StopRow
from app.handover.rules import Asset, Counted, Drop, Load, compare, counts_of
from app.handover.standing import CrateOn
from app.handover.ways import StepRow
from app.ui import tokens
from app.ui.buttons import ActionButton, Choice, Stepper, Weight
from app.ui.dialogs import ask_number
from app.ui.fields import Field
from app.ui.ime import Writing
from app.ui.panels import Chip, label
from app.ui.rows import Column, RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized
from app.ui.sheet import Sheet
from app.ui.signature import SignaturePad, signature_of

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
NOT_COUNTED = "？"
LEAST = 130
"""A list in a sheet may shrink to this height (base pixels), so that large print fits a small screen."""


# --- counting ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CountSaid:
    """What a driver counted, and who it was."""

    driver: str
    counted: Counted


class CountSheet(Sheet):
    """Asks what the driver counted before anybody sees the station's number; yields a `CountSaid`."""

    def __init__(self, run: RunRow, *, driver: str = "") -> None:
        super().__init__(
            f"{run.route} · 请司机点数",
            sentence="先不看本站的数。司机点了几个就填几个，件数可以不点。",
            yes="对数",
            width=600,
        )
        self._run = run
        self._driver = Field("司机", hint="司机的称呼", writing=Writing.CHINESE)
        self._driver.setText(driver or run.driver)
        self.crates = Stepper("周转筐", highest=rules.MOST_CRATES, hint=NOT_COUNTED)
        self.boxes = Stepper("冷藏箱", highest=rules.MOST_CRATES, hint=NOT_COUNTED)
        self.pieces = Stepper("件数", highest=rules.MOST_PIECES, hint=NOT_COUNTED)
        self._fill()
        self._driver.textChanged.connect(lambda _: self.refresh())
        for stepper in (self.crates, self.boxes, self.pieces):
            stepper.changed.connect(lambda _: self.refresh())

    def _fill(self) -> None:
        grid = QGridLayout()
        grid.setVerticalSpacing(sized(self, tokens.SPACE_M))
        grid.setHorizontalSpacing(sized(self, tokens.SPACE_L))
        grid.addWidget(label("司机"), 0, 0)
        grid.addWidget(self._driver, 0, 1, 1, 2)
        parts = (
            ("周转筐", self.crates, "个"),
            ("冷藏箱", self.boxes, "个"),
            ("件数", self.pieces, "件，可不点"),
        )
        for at, (name, stepper, unit) in enumerate(parts, 1):
            grid.addWidget(label(name, "strong"), at, 0)
            grid.addWidget(stepper, at, 1)
            grid.addWidget(label(unit, "muted"), at, 2)
        grid.setColumnStretch(2, 1)
        self.body.addLayout(grid)

    def primary(self) -> QWidget:
        return self.crates if self._driver.text().strip() else self._driver

    def _missing(self) -> QWidget | None:
        """The first field that still has to be filled."""
        if not self._driver.text().strip():
            return self._driver
        return next((one for one in (self.crates, self.boxes) if one.is_empty), None)

    def result(self) -> CountSaid | None:
        if self._missing() is not None:
            return None
        pieces = None if self.pieces.is_empty else self.pieces.value
        return CountSaid(self._driver.text().strip(), Counted(self.crates.value, self.boxes.value, pieces))

    def accept(self) -> None:
        """Enter goes on to what is not filled yet."""
        missing = self._missing()
        if missing is not None:
            missing.setFocus(Qt.FocusReason.TabFocusReason)
            return
        super().accept()


class Both(QWidget):
    """Two counts side by side, each line with whether they agree."""

    def __init__(self, load: Load, counted: Counted) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(sized(self, tokens.SPACE_XL))
        grid.setVerticalSpacing(sized(self, tokens.SPACE_XS))
        for at, name in enumerate(("", "网格站", "司机", "")):
            grid.addWidget(label(name, "muted"), 0, at, RIGHT if at in (1, 2) else Qt.AlignmentFlag.AlignLeft)
        for down, line in enumerate(compare(load, counted), 1):
            said = "没点" if line.counted is None else str(line.counted)
            chip = Chip("一样" if line.agrees else "不一样", Tone.OK if line.agrees else Tone.WRONG)
            if line.counted is None:
                chip = Chip("没点", Tone.INFO)
            grid.addWidget(label(words.WHAT[line.what], "strong"), down, 0)
            grid.addWidget(label(str(line.booked), "title"), down, 1, RIGHT)
            grid.addWidget(label(said, "title"), down, 2, RIGHT)
            chip.setMinimumWidth(chip.sizeHint().width())
            grid.addWidget(chip, down, 3, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        grid.setColumnStretch(3, 1)


class DifferSheet(Sheet):
    """Shows two counts that differ, and finds the crates that are not on the van; accepted: count again.

    `refusing(str)` says that the driver does not sign, with the labels of crates that were not found.
    """

    refusing = Signal(str)

    def __init__(self, run: RunRow, load: Load, said: CountSaid, stops: Sequence[StopRow]) -> None:
        super().__init__(
            f"{run.route} · 数不一样",
            sentence=words.difference_text(compare(load, said.counted))
            + "逐个扫车上的筐，没扫到的就是缺的。",
            yes="再点一次",
            no="先不交接",
            width=860,
        )
        self._found: set[str] = set()
        names = {stop.point: f"{stop.seq}. {stop.name}" for stop in stops}
        self._crates = {crate.crate: crate for stop in stops for crate in stop.crates}
        self.model = RowsModel[CrateOn](self._columns(names), key=lambda crate: crate.crate)
        self.view = RowsView("车上的筐", self.model)
        self.view.setMinimumHeight(sized(self, LEAST))
        self.view.setMaximumHeight(sized(self, 300))
        self._progress = label("", "muted")
        self.refuse = ActionButton("司机不签", key="F12", weight=Weight.DANGER)
        self.refuse.clicked.connect(self._refuse)
        self.view.chosen.connect(lambda _: self.accept())
        self._fill(load, said.counted)
        self._show()

    def _columns(self, names: dict[str, str]) -> tuple[Column[CrateOn], ...]:
        return (
            Column("筐号", lambda crate: crate.crate, width=210, strong=1),
            Column("自提点", lambda crate: names.get(crate.point, crate.point)),
            Column("温层", lambda crate: words.ZONES[Zone(crate.zone)], width=80, gives_way=1),
            Column("件", lambda crate: str(crate.pieces), width=70, align=RIGHT, gives_way=2),
            Column("", self._state, width=158, tone=self._tone),
        )

    def _state(self, crate: CrateOn) -> str:
        return "在车上" if crate.crate in self._found else "还没扫到"

    def _tone(self, crate: CrateOn) -> Tone:
        return Tone.OK if crate.crate in self._found else Tone.LOOK

    def _fill(self, load: Load, counted: Counted) -> None:
        across = QHBoxLayout()
        across.addWidget(Both(load, counted), 1)
        across.addWidget(self.refuse, 0, Qt.AlignmentFlag.AlignBottom)
        self.body.addLayout(across)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self._progress)

    def _show(self) -> None:
        """What is still to be found stands first."""
        rows = sorted(
            self._crates.values(), key=lambda crate: (crate.crate in self._found, crate.point, crate.crate)
        )
        self.model.replace(rows)
        self.view.viewport().update()

    @property
    def lost(self) -> list[str]:
        """Crates that were not scanned."""
        return sorted(set(self._crates) - self._found)

    def on_scan(self, code: str) -> bool:
        known = tidy(code).upper()
        if known not in self._crates:
            self.say(f"{known[:24]} 不在这辆车的单上。请先拿下来，看它是哪一车的。")
            return True
        self._found.add(known)
        self._show()
        self.view.scrollToTop()
        left = len(self.lost)
        self._progress.setText(
            f"{known} 在车上，还有 {left} 个没扫到。" if left else "筐都在车上，请司机再点一次。"
        )
        self.say("")
        return True

    def primary(self) -> QWidget:
        return self.view

    def _refuse(self) -> None:
        lost = "、".join(self.lost) if self._found else ""
        self._leave()
        self.refusing.emit(lost)


# --- signing -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BothSigned:
    """Two signatures as pictures."""

    station: bytes = field(repr=False)
    driver: bytes = field(repr=False)


class SignSheet(Sheet):
    """Both sign the same count, side by side; yields `BothSigned`. Delete wipes both."""

    def __init__(self, run: RunRow, load: Load, said: CountSaid) -> None:
        super().__init__(f"{run.route} · 数一样，请双方签字", yes="都签好了", width=940)
        self.body.addWidget(label(words.agreed_text(compare(load, said.counted)), "lead", wraps=1))
        self.station, self.driver = SignaturePad(), SignaturePad()
        self.station.setAccessibleName("网格站签名处")
        self.driver.setAccessibleName("司机签名处")
        across = QHBoxLayout()
        across.setSpacing(sized(self, tokens.SPACE_L))
        for name, pad in (("网格站", self.station), (f"司机　{said.driver}", self.driver)):
            across.addLayout(self._signing(name, pad), 1)
        self.body.addLayout(across, 1)

    def _signing(self, name: str, pad: SignaturePad) -> QVBoxLayout:
        down = QVBoxLayout()
        down.setSpacing(sized(self, tokens.SPACE_S))
        head = QHBoxLayout()
        again = ActionButton("重签", weight=Weight.QUIET, glyph=Glyph.BACK)
        again.clicked.connect(pad.clear)
        head.addWidget(label(name, "strong"), 1)
        head.addWidget(again)
        pad.drawn.connect(self.refresh)
        pad.setMinimumHeight(sized(self, LEAST))
        pad.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        down.addLayout(head)
        down.addWidget(pad, 1)
        return down

    def result(self) -> BothSigned | None:
        if not self.station.strokes or not self.driver.strokes:
            return None
        return BothSigned(signature_of(self.station.strokes).png, signature_of(self.driver.strokes).png)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.station.clear()
            self.driver.clear()
            return
        super().keyPressEvent(event)


# --- coming back -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BackSaid:
    """What a driver brought: by stop, as counted at the station, and the bags."""

    drops: tuple[Drop, ...]
    counted: tuple[tuple[str, int], ...]
    bags: tuple[BagBack, ...]


@dataclass(slots=True)
class _StopBack:
    """A stop being written down."""

    stop: StopRow
    taken: dict[str, int] = field(default_factory=lambda: {Asset.CRATE: 0, Asset.ICE_BOX: 0})

    @property
    def brought(self) -> dict[str, int]:
        load = self.stop.load
        return {Asset.CRATE: load.crates, Asset.ICE_BOX: load.boxes}


class BackSheet(Sheet):
    """Writes down what came back: digits are empties of the chosen stop, a scanned bag is of that stop."""

    def __init__(
        self, run: RunRow, stops: Sequence[StopRow], *, driver: str, known_bag: Callable[[str], bool]
    ) -> None:
        super().__init__(
            f"{run.route} · {driver} 回站",
            sentence="↑ ↓ 选站，直接输收回几个；← → 换成冷藏箱。退货袋：选好站，扫袋。",
            yes="去签字",
            width=900,
        )
        self._known_bag = known_bag
        self._stops = [_StopBack(stop) for stop in stops if stop.seq]
        self._bags: list[BagBack] = []
        self._kind = Choice("正在填", ("周转筐", "冷藏箱"))
        self.model = RowsModel[_StopBack](self._columns(), key=lambda row: row.stop.point)
        self.view = RowsView("各站收回", self.model)
        self.view.setMinimumHeight(sized(self, LEAST))
        self.view.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.view.installEventFilter(self)
        self.steppers = {
            asset: Stepper(f"站内点{words.ASSETS[asset]}", highest=rules.MOST_CRATES, hint=NOT_COUNTED)
            for asset in Asset
        }
        self._said = label("", "muted", wraps=1)
        self._fill()
        self.model.replace(self._stops)
        for stepper in self.steppers.values():
            stepper.changed.connect(lambda _: self._tell())
        self._tell()

    def _columns(self) -> tuple[Column[_StopBack], ...]:
        return (
            Column("站", lambda row: str(row.stop.seq), width=60),
            Column("自提点", lambda row: row.stop.name, strong=1),
            Column("送去", lambda row: words.load_text(row.stop.load), width=180, gives_way=1),
            Column("收回筐", lambda row: str(row.taken[Asset.CRATE]), width=100, align=RIGHT),
            Column("收回箱", lambda row: str(row.taken[Asset.ICE_BOX]), width=100, align=RIGHT),
        )

    def _fill(self) -> None:
        self.body.addWidget(self._kind)
        self.body.addWidget(self.view, 1)
        row = QHBoxLayout()
        row.setSpacing(sized(self, tokens.SPACE_M))
        for asset, stepper in self.steppers.items():
            down = QVBoxLayout()
            down.setSpacing(tokens.SPACE_XS)
            down.addWidget(label(f"站内点到{words.ASSETS[asset]}", "small"))
            down.addWidget(stepper)
            row.addLayout(down, 1)
        self.body.addLayout(row)
        self.body.addWidget(self._said)

    def primary(self) -> QWidget:
        return self.view

    def on_scan(self, code: str) -> bool:
        known = tidy(code).upper()
        row = self.view.current_row()
        if not known.startswith("TH-") or not has_valid_check(known):
            self.say(f"{known[:24]} 不是退货袋的码，或没扫全。退货袋的码以 TH- 开头。")
        elif self._known_bag(known) or any(bag.bag == known for bag in self._bags):
            self.say(f"退货袋 {known} 已经收过，没有重复记。")
        elif isinstance(row, _StopBack):
            self.say("")
            self._ask_pieces(known, row)
        return True

    def _ask_pieces(self, bag: str, row: _StopBack) -> None:
        ask_number(
            self,
            title=f"袋里几件？ {bag}",
            sentence=f"第 {row.stop.seq} 站 {row.stop.name}。打开点一遍。",
            within=range(1, rules.MOST_PIECES),
            then=lambda pieces: self._add_bag(BagBack(bag, row.stop.point, pieces)),
        )

    def _add_bag(self, bag: BagBack) -> None:
        self._bags.append(bag)
        self._tell()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Digits, backspace and the side keys work from the list."""
        if watched is self.view and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._typed(event)
        return super().eventFilter(watched, event)

    def _typed(self, event: QKeyEvent) -> bool:
        row = self.view.current_row()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
            return True
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._kind.choose(1 - self._kind.index)
            return True
        if not isinstance(row, _StopBack):
            return False
        asset = (Asset.CRATE, Asset.ICE_BOX)[self._kind.index]
        number = row.taken[asset]
        if event.text() in tuple("0123456789"):
            row.taken[asset] = min(rules.MOST_CRATES, number * 10 + int(event.text()))
        elif event.key() == Qt.Key.Key_Backspace:
            row.taken[asset] = number // 10
        else:
            return False
        self.view.viewport().update()
        self._tell()
        return True

    def _tell(self) -> None:
        """What was taken along at the stops against what was counted here, and the bags."""
        parts = []
        for asset in (Asset.CRATE, Asset.ICE_BOX):
            told = sum(row.taken[asset] for row in self._stops)
            stepper = self.steppers[asset]
            counted = "" if stepper.is_empty else f"，站内点到 {stepper.value}"
            if told or counted:
                parts.append(f"{words.ASSETS[asset]}：各站收回 {told}{counted}")
        bags = "、".join(f"{bag.bag}（{bag.pieces} 件）" for bag in self._bags)
        if bags:
            parts.append(f"退货袋 {len(self._bags)} 个：{bags}")
        self._said.setText("　".join(parts) or "司机什么都没带回来，也请点一下、签个字。")
        self.refresh()

    def result(self) -> BackSaid | None:
        if self.steppers[Asset.CRATE].is_empty:
            return None
        drops = tuple(
            Drop(row.stop.point, counts_of(row.brought.items()), counts_of(row.taken.items()))
            for row in self._stops
        )
        counted = tuple((str(asset), stepper.value) for asset, stepper in self.steppers.items())
        return BackSaid(drops, counted, tuple(self._bags))

    def accept(self) -> None:
        """Enter goes on to the count at the station where it is not filled yet."""
        if self.steppers[Asset.CRATE].is_empty:
            self.steppers[Asset.CRATE].setFocus(Qt.FocusReason.TabFocusReason)
            return
        super().accept()


# --- balances ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AdjustSaid:
    """By how much a balance is to be put right, and why."""

    asset: str
    pieces: int
    why: str


class AdjustSheet(Sheet):
    """Asks by how much somebody's balance is wrong, and why; yields an `AdjustSaid`."""

    def __init__(self, row: HolderRow) -> None:
        had = f"现在：周转筐 {row.crates}，冷藏箱 {row.boxes}，托盘 {row.pallets}。"
        super().__init__(f"调整 {row.name}", sentence=had, yes="调整", width=680)
        self._asset = Choice("什么", tuple(words.ASSETS.values()))
        self._way = Choice("怎么调", ("减少", "增加"))
        self._number = Stepper("个数", lowest=0, highest=rules.MOST_CRATES, hint=NOT_COUNTED)
        self._why = Choice("原因", words.ADJUSTING, columns=3, start=-1)
        self._note = Field("补充说明", hint="补充说明（可以不填）", writing=Writing.CHINESE)
        row_of = QHBoxLayout()
        row_of.addWidget(self._way, 1)
        row_of.addWidget(self._number, 1)
        self.body.addWidget(self._asset)
        self.body.addLayout(row_of)
        self.body.addWidget(self._why)
        self.body.addWidget(self._note)
        self._number.changed.connect(lambda _: self.refresh())
        self._why.chosen.connect(lambda _: self.refresh())

    def primary(self) -> QWidget:
        return self._number

    def result(self) -> AdjustSaid | None:
        if not self._number.value or self._why.index < 0:
            return None
        sign = 1 if self._way.index == 1 else -1
        why = "，".join(part for part in (self._why.text(), self._note.text().strip()) if part)
        return AdjustSaid(list(Asset)[self._asset.index], sign * self._number.value, why)


class HistorySheet(Sheet):
    """The comings and goings of somebody's returnable things."""

    def __init__(self, row: HolderRow, steps: Sequence[StepRow], names: Callable[[str], str]) -> None:
        super().__init__(f"{row.name} 的流水", yes="好", no="关闭", width=860)
        columns = (
            Column[StepRow]("时间", lambda step: words.clock_text(step.at_ms), width=170),
            Column[StepRow](
                "进出",
                lambda step: words.step_text(
                    step, row.holder, names(step.source if step.target == row.holder else step.target)
                ),
            ),
            Column[StepRow]("经手", lambda step: step.operator, width=120, gives_way=1),
        )
        self.model = RowsModel[StepRow](columns, key=lambda step: step.fact)
        self.model.replace(list(steps))
        self.view = RowsView("流水", self.model)
        self.view.chosen.connect(lambda _: self.accept())
        self.view.setMinimumHeight(sized(self, 2 * LEAST))
        self.view.say_when_empty("还没有进出", "交车和回站时会自动记下。", glyph=Glyph.BOX)
        self.body.addWidget(self.view, 1)

    def primary(self) -> QWidget:
        return self.view
