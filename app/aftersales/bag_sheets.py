"""The sheets of the return bags: which goods of the shop go in, and the driver's count and signature."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.aftersales import rules, words
from app.aftersales.actions import BagGoods, TakeBags
from app.aftersales.queries import Baggable, BagRow
from app.aftersales.rules import Reason
from app.domain.answers import Tone
from app.domain.places import Place
from app.domain.refusals import Refused
from app.ui import tokens
from app.ui.buttons import Stepper
from app.ui.fields import Field
from app.ui.ime import Writing
from app.ui.panels import label
from app.ui.rows import Column, RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized
from app.ui.sheet import Sheet
from app.ui.signature import SignaturePad, signature_of

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _where(row: Baggable) -> str:
    return Place.parse(row.place).name or "破损区"


class GoodsSheet(Sheet):
    """Yields a `BagGoods` for overdue, surplus or broken goods of the shop."""

    def __init__(self, rows: list[Baggable]) -> None:
        super().__init__(
            "店里的货装进退货袋",
            sentence="破损、多发和滞留的货在这里。选一行，填件数。",
            yes="装进袋",
            width=760,
        )
        columns = (
            Column[Baggable]("商品", lambda row: row.product),
            Column[Baggable]("买家", lambda row: row.who, width=150),
            Column[Baggable]("货位", _where, width=100),
            Column[Baggable]("件数", lambda row: str(row.pieces), width=80, align=RIGHT),
            Column[Baggable](
                "为什么", lambda row: words.GOODS_WHY[row.why], width=120, tone=lambda _: Tone.LOOK
            ),
        )
        self._model = RowsModel[Baggable](columns, key=lambda row: (row.lot, row.place))
        self._model.replace(rows)
        self._list = RowsView("店里可退的货", self._model)
        self._list.say_when_empty("没有要退的货", "破损、多发、滞留的货会出现在这里。", glyph=Glyph.CHECK)
        self._list.setMinimumHeight(sized(self, 300))
        self._pieces = Stepper("件数", lowest=1, highest=9999, value=1)
        self._fill()
        self._list.pointed.connect(self._point)
        self._list.chosen.connect(lambda _: self.accept())
        if rows:
            self._list.setCurrentIndex(self._model.index(0, 0))

    def _fill(self) -> None:
        row = QHBoxLayout()
        row.addWidget(label("件数"))
        row.addWidget(self._pieces)
        row.addStretch(1)
        self.body.addWidget(self._list, 1)
        self.body.addLayout(row)

    def _point(self, row: Baggable) -> None:
        self._pieces.set_value(row.pieces)
        self.say("")
        self.refresh()

    def primary(self) -> QWidget | None:
        return self._list

    def result(self) -> BagGoods | None:
        row = self._list.current_row()
        return BagGoods(row.lot, row.place, self._pieces.value, row.why) if row else None


@dataclass(frozen=True, slots=True)
class Load:
    """Sealed bags that wait for the driver, with their pieces in all."""

    bags: tuple[BagRow, ...]

    @property
    def pieces(self) -> int:
        """Pieces in all bags."""
        return sum(bag.pieces for bag in self.bags)


class DriverSheet(Sheet):
    """Yields a `TakeBags`: the driver's name, the count that both made, and the signature."""

    def __init__(self, load: Load, *, driver: str, now_ms: int) -> None:
        self._load, self._now_ms = load, now_ms
        codes = "、".join(bag.bag for bag in load.bags)
        super().__init__(
            f"司机取走 {len(load.bags)} 袋",
            sentence=f"袋 {codes}。和司机一起点一遍，再签字。",
            yes="交给司机",
            width=720,
        )
        self._driver = Field("司机", hint="姓名或车牌", writing=Writing.CHINESE)
        self._driver.setText(driver)
        self._count = Stepper("点了几件", lowest=0, highest=9999, value=0)
        self._pad = SignaturePad()
        self._missing = label("", "muted", wraps=1)
        self._fill()
        self._driver.textChanged.connect(lambda _: self.refresh())
        self._count.changed.connect(lambda _: self.refresh())
        self._pad.drawn.connect(self.refresh)

    def _fill(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(sized(self, tokens.SPACE_M))
        for piece, share in ((label("司机"), 0), (self._driver, 1), (label("点了"), 0), (self._count, 0)):
            row.addWidget(piece, share)
        row.addWidget(label("件"))
        self.body.addLayout(row)
        self.body.addWidget(self._pad)
        self.body.addWidget(self._missing)

    def primary(self) -> QWidget | None:
        return self._count if self._driver.text() else self._driver

    def refresh(self) -> None:
        """Say what is still missing."""
        refusal = self._refusal()
        differs = refusal is not None and refusal.reason is Reason.COUNT_DIFFERS
        text = words.say(refusal, now_ms=self._now_ms).sentence if refusal else "可以交给司机了。"
        loud = differs and self._count.value > 0
        self.say(text if loud else "")
        self._missing.setText("和司机一起点一遍，填点了几件。" if differs else text)
        self._missing.setVisible(not loud)
        super().refresh()

    def _refusal(self) -> Refused | None:
        signed = b"signed" if self._pad.strokes else b""
        return rules.check_hand_over(
            inside=self._load.pieces, counted=self._count.value, driver=self._driver.text(), signature=signed
        )

    def result(self) -> TakeBags | None:
        if self._refusal():
            return None
        bags = tuple(bag.bag for bag in self._load.bags)
        return TakeBags(bags, self._driver.text(), self._count.value, signature_of(self._pad.strokes).png)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete wipes the signature."""
        if event.key() == Qt.Key.Key_Delete:
            self._pad.clear()
            return
        super().keyPressEvent(event)
