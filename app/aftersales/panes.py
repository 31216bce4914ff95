"""The three parts of the after-sales page: lines to claim about, claims with their rulings, and return bags."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QItemSelectionModel, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.aftersales import rules, words
from app.aftersales.promise import SOON_MS
from app.aftersales.queries import BagItem, BagRow, ClaimRow, FoundLine
from app.aftersales.rules import Confirmed, Reason
from app.domain.answers import Tone
from app.domain.events import Why
from app.domain.money import yuan
from app.domain.places import Place
from app.domain.refusals import Refused
from app.ui import tokens
from app.ui.buttons import ActionButton, Weight
from app.ui.panels import Beside, ElidedLabel
from app.ui.rows import Column, RowsModel, Section
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEAST = 210
"""No list is squeezed below three rows (base pixels): the page scrolls instead."""
_SHORT = {
    Reason.LATE: "已过时限",
    Reason.ALL_CLAIMED: "都申请过",
    Reason.REPORTED: "到货已报",
    Reason.NOT_HERE_YET: "还没到店",
    Reason.NO_TERMS: "没有规则",
    Reason.EXCLUDED: "不支持",
}


class Timed:
    """The platform's time at which a list was read; its columns need it to say how long is left."""

    def __init__(self) -> None:
        self.now_ms = 0


# --- lines -------------------------------------------------------------------------------------------------


class LinesPane(QWidget):
    """Lines that were found, each with the time that is left; `wanted(FoundLine)` on Enter."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._time = Timed()
        self.model = RowsModel[FoundLine](self._columns(), key=lambda line: line.lot.lot)
        self.rows = RowsView("可申请售后的货", self.model)
        self.rows.chosen.connect(self.wanted)
        column = _column(self)
        column.addWidget(self.rows, 1)

    def _columns(self) -> tuple[Column[FoundLine], ...]:
        time = self._time
        return (
            Column("商品", lambda line: line.lot.product, strong=1),
            Column("买家", lambda line: line.who, width=150),
            Column("取货", lambda line: _handed(line, time.now_ms), width=140, gives_way=2),
            Column("可申请", lambda line: _claimable(line, time.now_ms), width=90, align=RIGHT, gives_way=3),
            Column(
                "时限",
                lambda line: _left(line, time.now_ms),
                width=190,
                tone=lambda line: _left_tone(line, time.now_ms),
            ),
        )

    def show_lines(self, found: list[FoundLine], *, title: str, remark: str, now_ms: int) -> None:
        """Show lines under one heading."""
        self._time.now_ms = now_ms
        heading: list[FoundLine | Section] = [Section(title, remark)] if found else []
        self.model.replace([*heading, *found])
        self.rows.viewport().update()

    def point_at_first(self) -> None:
        """Choose the first line and take the keyboard."""
        self.rows.selectionModel().setCurrentIndex(
            self.model.index(1, 0),
            QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
        )
        self.rows.setFocus()


def _handed(line: FoundLine, now_ms: int) -> str:
    if line.last_ms:
        return words.short_clock(line.last_ms, now_ms=now_ms)
    return f"在店 {Place.parse(line.lot.here[0].place).name}" if line.lot.here else "还没到店"


def quality(line: FoundLine, now_ms: int) -> rules.Offer | Refused:
    """What may be promised for bad goods, which every buyer asks about first."""
    return rules.offer(line.lot, Why.SPOILED, now_ms=now_ms)


def _claimable(line: FoundLine, now_ms: int) -> str:
    offered = quality(line, now_ms)
    return "—" if isinstance(offered, Refused) else f"{offered.pieces} 件"


def _left(line: FoundLine, now_ms: int) -> str:
    offered = quality(line, now_ms)
    if isinstance(offered, Refused):
        return _SHORT.get(Reason(offered.reason), "不能申请")
    return "还没开始" if offered.from_shelf else words.time_left(offered.until_ms, now_ms=now_ms)


def _left_tone(line: FoundLine, now_ms: int) -> Tone:
    offered = quality(line, now_ms)
    if isinstance(offered, Refused):
        return Tone.WRONG if offered.reason is Reason.LATE else Tone.INFO
    if offered.from_shelf:
        return Tone.INFO
    return Tone.LOOK if offered.until_ms - now_ms < SOON_MS else Tone.OK


# --- claims ------------------------------------------------------------------------------------------------


class ClaimsPane(QWidget):
    """Claims and how they stand; `pointed(ClaimRow)` asks for the counts of its line."""

    pointed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._time = Timed()
        self.model = RowsModel[ClaimRow](self._columns(), key=lambda row: row.claim)
        self.rows = RowsView("售后申请", self.model)
        self.rows.say_when_empty(
            "没有售后申请", "买家来说货有问题时，在“申请”里找到那一件。", glyph=Glyph.CHECK
        )
        self.rows.pointed.connect(self._point)
        self.rows.setMinimumHeight(sized(self, LEAST))
        self._ruling, self._liable = ElidedLabel("", "strong"), ElidedLabel()
        self._counts = ElidedLabel("", "small")
        self.bring = ActionButton("货来了，装袋", key="F9", glyph=Glyph.BAG)
        self.withdraw = ActionButton("撤回申请", key="F10", glyph=Glyph.BACK)
        self.evidence = ActionButton("导出举证包", key="F11", glyph=Glyph.BOOK)
        column = _column(self)
        column.addWidget(self.rows, 1)
        for line in (self._ruling, self._liable, self._counts):
            column.addWidget(line)
        column.addLayout(_foot(self, self.bring, self.withdraw, self.evidence))
        self._enable(None)

    def _columns(self) -> tuple[Column[ClaimRow], ...]:
        time = self._time
        return (
            Column("商品", lambda row: row.product, strong=1),
            Column("买家", lambda row: row.who.split(" ")[0], width=104, gives_way=2),
            Column(
                "申请", lambda row: f"{words.WHY[row.why]} {row.pieces}件 {yuan(row.asked_fen)}", width=186
            ),
            Column(
                "截止",
                lambda row: _due(row, time.now_ms),
                width=136,
                gives_way=1,
                tone=lambda row: _due_tone(row, time.now_ms),
            ),
            Column("结果", words.claim_state, width=200, tone=words.claim_tone),
        )

    def current(self) -> ClaimRow | None:
        """The claim under the keyboard."""
        row: ClaimRow | None = self.rows.current_row()
        return row

    def show_claims(self, found: list[ClaimRow], *, now_ms: int) -> None:
        """Show open claims first, then those that have ended."""
        self._time.now_ms = now_ms
        waiting = [row for row in found if not row.outcome]
        ended = [row for row in found if row.outcome]
        shown: list[ClaimRow | Section] = []
        if waiting:
            shown += [Section(f"等平台裁定 {len(waiting)}"), *waiting]
        if ended:
            shown += [Section("近 30 天的结果"), *ended]
        kept = self.current()
        self.model.replace(shown)
        self.rows.viewport().update()
        if found and not (kept and self.point_at(kept.claim)):
            _point_at(self.rows, 1)
        self._point(self.current())

    def show_chain(self, row: ClaimRow, chain: tuple[Confirmed, ...]) -> None:
        """Show what is proposed about a claim, and the counts that it stands on."""
        said = " · ".join(part for part in (row.who, f"平台说：{row.ruling}" if row.ruling else "") if part)
        self._show_words(said, words.liability(chain, row.why), words.counts_line(chain))

    def _show_words(self, *texts: str) -> None:
        """Show lines under the list; what has nothing to say takes no room."""
        for line, text in zip((self._ruling, self._liable, self._counts), texts, strict=True):
            line.set_text(text)
            line.setVisible(bool(text))

    def point_at(self, claim: str) -> bool:
        """Choose a claim by its code; says whether it is in the list."""
        return _point_at(self.rows, self.model.row_of(claim))

    def _point(self, row: ClaimRow | None) -> None:
        self._enable(row)
        if row is None:
            self._show_words("", "", "")
        else:
            self.pointed.emit(row)

    def _enable(self, row: ClaimRow | None) -> None:
        self.bring.setEnabled(row is not None and row.waits_for_goods)
        self.withdraw.setEnabled(row is not None and not row.outcome)
        self.evidence.setEnabled(row is not None)


def _due(row: ClaimRow, now_ms: int) -> str:
    if _due_tone(row, now_ms) is None:
        return words.short_clock(row.deadline_ms, now_ms=now_ms)
    return words.short_left(row.deadline_ms, now_ms=now_ms)


def _due_tone(row: ClaimRow, now_ms: int) -> Tone | None:
    """Only goods that have still to come are pressed for time."""
    if row.outcome or not row.waits_for_goods:
        return None
    left = row.deadline_ms - now_ms
    return Tone.WRONG if left < 0 else Tone.LOOK if left < 24 * rules.HOUR_MS else None


# --- bags --------------------------------------------------------------------------------------------------


class _Roomy(RowsView):
    """A list that says how much room it needs, so that two of them stand side by side only where both can be read."""

    def __init__(self, name: str, model: RowsModel[Any], *, width: int) -> None:
        super().__init__(name, model)
        self._least = width

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, self._least), sized(self, LEAST))


class BagsPane(QWidget):
    """Return bags at the left, what is in the chosen one at the right; `pointed(BagRow)` asks for its goods."""

    pointed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._time = Timed()
        self.bags = RowsModel[BagRow](self._bag_columns(), key=lambda row: row.bag)
        self.bag_rows = _Roomy("退货袋", self.bags, width=340)
        self.bag_rows.say_when_empty("没有退货袋", "退货的货装袋后，袋会出现在这里。", glyph=Glyph.BAG)
        self.items = RowsModel[BagItem](_ITEM_COLUMNS, key=lambda row: (row.lot, row.claim, row.origin))
        self.item_rows = _Roomy("袋里的货", self.items, width=260)
        self.item_rows.say_when_empty("袋里没有货", "在左边选一个袋。", glyph=Glyph.BAG)
        self.fill = ActionButton("装货", key="F9", glyph=Glyph.PLUS)
        self.seal = ActionButton("封袋", key="F10", glyph=Glyph.CHECK)
        self.print_label = ActionButton("打标签", key="F11", glyph=Glyph.SCAN)
        self.hand_over = ActionButton("交司机", key="F12", glyph=Glyph.TRUCK, weight=Weight.PRIMARY)
        self.bag_rows.pointed.connect(self._point)
        self._arrange()
        self._enable(None)

    def _bag_columns(self) -> tuple[Column[BagRow], ...]:
        time = self._time
        return (
            Column("袋码", lambda row: row.bag, strong=1, width=162),
            Column("件", lambda row: str(row.pieces), width=50, align=RIGHT),
            Column(
                "状态",
                lambda row: words.bag_state(row, now_ms=time.now_ms),
                tone=lambda row: words.bag_tone(row, now_ms=time.now_ms),
            ),
        )

    def _arrange(self) -> None:
        column = _column(self)
        column.addWidget(Beside(self.bag_rows, self.item_rows, shares=(11, 9)), 1)
        column.addLayout(_foot(self, self.fill, self.seal, self.print_label, self.hand_over))

    def current(self) -> BagRow | None:
        """The bag under the keyboard."""
        row: BagRow | None = self.bag_rows.current_row()
        return row

    @property
    def rows(self) -> list[BagRow]:
        """All bags that are shown."""
        return [row for row in self.bags.rows if not isinstance(row, Section)]

    def show_bags(self, found: list[BagRow], *, now_ms: int) -> None:
        """Show the bags; the first is chosen where none was."""
        self._time.now_ms = now_ms
        kept = self.current()
        self.bags.replace(found)
        self.bag_rows.viewport().update()
        if found and not (kept and self.point_at(kept.bag)):
            _point_at(self.bag_rows, 0)
        self._point(self.current())

    def show_items(self, bag: BagRow, found: list[BagItem]) -> None:
        """Show what is in a bag."""
        heading = Section(f"袋里 {bag.pieces} 件", "" if bag.sealed_ms else "按 Enter 拿出来")
        self.items.replace([heading, *found] if found else [])

    def point_at(self, bag: str) -> bool:
        """Choose a bag by its code; says whether it is in the list."""
        return _point_at(self.bag_rows, self.bags.row_of(bag))

    def _point(self, row: BagRow | None) -> None:
        self._enable(row)
        if row is None:
            self.items.replace([])
        else:
            self.pointed.emit(row)

    def _enable(self, row: BagRow | None) -> None:
        self.seal.setEnabled(row is not None and not row.sealed_ms and row.pieces > 0)
        self.print_label.setEnabled(row is not None)
        self.hand_over.setEnabled(any(row.sealed_ms and not row.taken_ms for row in self.rows))


_ITEM_COLUMNS = (
    Column[BagItem]("商品", lambda row: row.product),
    Column[BagItem]("件", lambda row: str(row.pieces), width=48, align=RIGHT),
    Column[BagItem](
        "为什么", lambda row: words.GOODS_WHY.get(row.why, row.why) or "退回", width=136, gives_way=1
    ),
)


# --- shared ------------------------------------------------------------------------------------------------


def _column(pane: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(pane)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(sized(pane, tokens.SPACE_S))
    return column


def _foot(pane: QWidget, *buttons: ActionButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(0, sized(pane, tokens.SPACE_S), 0, 0)
    row.setSpacing(sized(pane, tokens.SPACE_M))
    for button in buttons:
        row.addWidget(button, 1)
    return row


def _point_at(view: RowsView, row: int) -> bool:
    if row < 0:
        return False
    view.setCurrentIndex(view.rows_model.index(row, 0))
    view.selectRow(row)
    return True
