"""Step 4 of the close: what will be written, the button that writes it, and the sheet of a closed day."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.money import yuan
from app.reconciliation import queries, reckoning, rules, words
from app.reconciliation.actions import CloseDay
from app.reconciliation.pieces import Counter, Figure, Figures, Part, Step, across
from app.reconciliation.reckoning import DrawerBooks
from app.reconciliation.rules import Flows
from app.ui import tokens
from app.ui.buttons import ActionButton, Weight
from app.ui.dialogs import ask_reason
from app.ui.panels import Card, label
from app.ui.shapes import sized

NONE: Final = "0"


class SealStep(Step):
    """What will be written, and the one button that writes it."""

    closed = Signal()

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self._goods, self._money = Figures(), Figures()
        self._notes = label("", "muted", wraps=1)
        self.close_day = ActionButton("确认日结", key="F12", weight=Weight.PRIMARY)
        self.once_a_press(self.close_day)
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
        self._goods.show_figures(goods_figures(totals.flows, here=totals.here))
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
        drawer = reckoning.drawer(self.counter.reader, self.day)
        if not drawer.difference:
            self._write("")
            return
        gap = words.money_gap_word(drawer.expected + drawer.difference, drawer.expected)
        ask_reason(
            self,
            title=f"钱箱{gap}，先记个原因",
            sentence="记了照样能日结，查清了再了结。",
            reasons=rules.CASH_REASONS,
            then=lambda why: self._write("，".join(part for part in (why.reason, why.note) if part)),
            yes="日结",
        )

    def _write(self, cash_reason: str) -> None:
        self.close_day.setEnabled(False)
        command = CloseDay(self.day, self.counter.keep_people_days, cash_reason)
        self.counter.desk.do(command, self._closed, otherwise=self._let_go)

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


def goods_figures(flows: Flows, *, here: int, late: int = 0) -> list[Figure]:
    """The day's pieces as a sum that can be followed; ``late`` is 1 when missing pieces came after all."""
    moved = [
        Figure("签收、补到" if late else "签收", _signed(flows.received)),
        Figure("多发", _signed(flows.surplus)),
        Figure("顾客退回", _signed(flows.given_back)),
        Figure("取走", _signed(-flows.handed_out)),
        Figure("退回站点", _signed(-flows.returned)),
    ]
    lines = [figure for figure in moved if figure.value != NONE or figure.name in ("签收", "取走")]
    return [Figure("昨天留下", f"{here - flows.change:,} 件"), *lines, Figure("日终在店", f"{here:,} 件", 1)]


def _signed(pieces: int) -> str:
    return NONE if not pieces else f"+{pieces:,}" if pieces > 0 else f"−{-pieces:,}"


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


class ClosedPanel(Part):
    """A closed day: what was written, what changed since, and its papers."""

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self._goods, self._money = Figures(), Figures()
        self._changes = label("", "muted", wraps=1)
        self.excel = ActionButton("存 Excel", key="F9")
        self.pdf = ActionButton("存 PDF", key="F10")
        row = across(_figure_card("货", self._goods))
        row.addLayout(self._beside(), 1)
        row.setStretch(0, 1)
        self.column.addLayout(row)
        self.column.addStretch(1)

    def _beside(self) -> QVBoxLayout:
        """Money, what changed since and the papers stand beside the goods, so that nothing lies below the fold."""
        column = QVBoxLayout()
        column.addWidget(_figure_card("钱", self._money))
        column.addWidget(self._changes)
        column.addStretch(1)
        column.addLayout(across(self.excel, self.pdf, QWidget(), stretch=2))
        return column

    def show_closed(self, day: str, closed: queries.ClosedDay) -> None:
        """Show what was written when the day was closed."""
        reader = self.counter.reader
        written = closed.totals
        flows = replace(
            reckoning.flows_at_close(reader, day),
            received=written.received,
            handed_out=written.handed_out,
            returned=written.returned,
        )
        late = int(reckoning.came_late(reader, day))
        self._goods.show_figures(goods_figures(flows, here=written.here, late=late))
        self._money.show_figures(
            [
                Figure("佣金", yuan(written.commission_fen)),
                Figure("钱箱", yuan(written.cash_fen)),
                Figure("日结时的差异", f"{written.open_differences} 笔"),
                Figure("现在没了结", f"{reckoning.totals(reader, day).open_differences} 笔", 1),
            ]
        )
        since = queries.differences_since(reader, closed.closed_ms)
        self._changes.setText(_changes(queries.corrections(reader, day), since))

    def primary(self) -> QWidget:
        return self.excel


def _changes(found: list[queries.Correction], since: queries.SinceClose) -> str:
    told = _differences_since(since)
    if not found:
        return f"{told}货和佣金没有变动。" if told else "日结以后没有变动。"
    parts = [
        f"{words.CORRECTION_WORDS[c.what]} {_shown(c.what, c.written)} → {_shown(c.what, c.now)}"
        for c in found
    ]
    return f"{told}日结以后的更正：{'；'.join(parts)}。日结单不改，更正另记。"


def _differences_since(since: queries.SinceClose) -> str:
    named = [
        f"平台账单又记了 {since.billed} 笔差异" if since.billed else "",
        f"另外又记了 {since.others} 笔差异" if since.others and since.billed else "",
        f"又记了 {since.others} 笔差异" if since.others and not since.billed else "",
        f"了结了 {since.ended} 笔" if since.ended else "",
    ]
    told = "，".join(part for part in named if part)
    return f"日结后{told}。" if told else ""


def _shown(what: str, value: int) -> str:
    return yuan(value) if what.endswith("_fen") else str(value)
