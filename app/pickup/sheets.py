"""Sheets of the pickup desk: who takes goods for a neighbour, an order for a villager, and where goods are moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.pickup import rules
from app.pickup.actions import OrderForVillager
from app.ui import tokens
from app.ui.buttons import Choice, Stepper
from app.ui.fields import Field
from app.ui.ime import Writing
from app.ui.panels import label
from app.ui.shapes import sized
from app.ui.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Taker:
    """The neighbour who takes goods for somebody, and how they came to it."""

    name: str
    note: str


class ProxySheet(Sheet):
    """Asks who takes the goods; yields a `Taker`."""

    def __init__(self, whose: str, pieces: int) -> None:
        super().__init__(
            "谁来代取？",
            sentence=f"{whose} 的 {pieces} 件。代取人的名字只留在这台电脑里。",
            yes=f"交出 {pieces} 件",
            width=600,
        )
        self.name = Field("代取人", hint="代取人，例如 隔壁韦嫂", writing=Writing.CHINESE)
        self.note = Field("说明", hint="说明（可以不填），例如 打过电话", writing=Writing.CHINESE)
        self.name.setMaxLength(rules.LONGEST_NAME)
        self.note.setMaxLength(rules.LONGEST_NOTE)
        for field in (self.name, self.note):
            self.body.addWidget(field)
            field.textChanged.connect(lambda _: self.refresh())

    def result(self) -> Taker | None:
        name = self.name.text().strip()
        return Taker(name, self.note.text().strip()) if name else None

    def primary(self) -> QWidget | None:
        return self.name


class SlotSheet(Sheet):
    """Asks for a slot, typed or scanned; yields its text."""

    def __init__(self, what: str) -> None:
        super().__init__("挪到哪个货位？", sentence=what, yes="挪过去", width=520)
        self.slot = Field("货位", hint="扫货位标签，或输入 A-01")
        self.slot.setMaxLength(20)
        self.body.addWidget(self.slot)
        self.slot.textChanged.connect(lambda _: self.refresh())

    def result(self) -> str | None:
        return self.slot.text().strip() or None

    def primary(self) -> QWidget | None:
        return self.slot

    def on_scan(self, code: str) -> bool:
        self.slot.setText(code)
        self.accept()
        return True


class OrderSheet(Sheet):
    """Asks what is ordered for a villager; yields an `OrderForVillager`."""

    def __init__(self, platforms: Mapping[str, str], *, name: str = "", buyer: str = "") -> None:
        super().__init__(
            "替村民下单", sentence="先在平台的应用里下好单，再在这里记下收了多少钱。", yes="记下", width=680
        )
        self._keys, self._buyer = list(platforms), buyer
        self.platform = Choice("平台", list(platforms.values()) or ["还没有平台"], columns=3)
        self.name = Field("给谁买", hint="给谁买", writing=Writing.CHINESE)
        self.name.setText(name)
        self.name.setReadOnly(bool(buyer))
        self.name.setMaxLength(rules.LONGEST_NAME)
        self.product = Field("买什么", hint="买什么，例如 香米 5公斤", writing=Writing.CHINESE)
        self.product.setMaxLength(rules.LONGEST_NOTE)
        self.pieces = Stepper("件数", lowest=1, highest=rules.MOST_PIECES, value=1)
        self.price, self.cash = Field("总价", hint="0.00"), Field("收现金", hint="0.00")
        self._lay_out()
        for field in (self.name, self.product, self.price, self.cash):
            field.textChanged.connect(lambda _: self.refresh())

    def _lay_out(self) -> None:
        self.body.addWidget(self.platform)
        self.body.addLayout(
            _beside(_named("给谁买", self.name), _named("买什么", self.product), shares=(2, 3))
        )
        money = _beside(_named("总价（元）", self.price), _named("收现金（元）", self.cash), shares=(1, 1))
        self.body.addLayout(_beside(_named("件数", self.pieces), _as_widget(money), shares=(2, 3)))

    def result(self) -> OrderForVillager | None:
        price, cash = rules.read_yuan(self.price.text()), rules.read_yuan(self.cash.text() or "0")
        if price is None or cash is None or not self._keys:
            return None
        if not self.product.text().strip() or not (self.name.text().strip() or self._buyer):
            return None
        return OrderForVillager(
            self._keys[max(0, self.platform.index)],
            self.product.text().strip(),
            self.pieces.value,
            price,
            cash,
            name="" if self._buyer else self.name.text().strip(),
            buyer=self._buyer,
        )

    def primary(self) -> QWidget | None:
        return self.product if self._buyer else self.name


def _named(name: str, widget: QWidget) -> QWidget:
    """A widget under its name."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(tokens.SPACE_XS)
    column.addWidget(label(name, "small"))
    column.addWidget(widget)
    column.addStretch(1)
    return made


def _beside(*widgets: QWidget, shares: tuple[int, ...]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(sized(widgets[0], tokens.SPACE_M))
    for widget, share in zip(widgets, shares, strict=True):
        row.addWidget(widget, share)
    return row


def _as_widget(layout: QHBoxLayout) -> QWidget:
    made = QWidget()
    layout.setContentsMargins(0, 0, 0, 0)
    made.setLayout(layout)
    return made
