"""The questions of the wall: who sorts, who goes without, how this PC works, and what another PC did first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.answers import Tone
from app.domain.fair import FAIR_RULE, Need, share_out
from app.domain.refusals import Refused
from app.sorting import rules, words
from app.sorting.actions import ChooseWay, JoinSorter, LeaveSorter
from app.sorting.rules import Confirm, read_badge
from app.sorting.steps import Step
from app.ui import tokens
from app.ui.buttons import ActionButton, Choice, ToggleButton
from app.ui.fields import Field
from app.ui.panels import label
from app.ui.rows import Column, RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import sized
from app.ui.sheet import Sheet

MOST_BADGES = 8
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class SorterSheet(Sheet):
    """Asks for a badge: a scan answers at once; tonight's badges are one press away."""

    def __init__(self, now: str, tonight: Sequence[str]) -> None:
        here = f"现在是工号 {now}。" if now else ""
        sentence = f"{here}扫工牌，或者输入工号。只用工号，不写名字。"
        super().__init__("谁在分拣？", sentence=sentence, yes="开始分拣", width=600)
        self._resting = False
        self.badge = Field("工号", hint="工号，例如 017")
        self.badge.setMaxLength(rules.LONGEST_BADGE)
        self.body.addWidget(self.badge)
        self._offer([badge for badge in tonight if badge != now][:MOST_BADGES])
        if now:
            rest = ActionButton(f"工号 {now} 去休息", key="Ctrl+R")
            rest.clicked.connect(self._go)
            self.body.addWidget(rest)
        self.badge.textChanged.connect(lambda _: self.refresh())

    def _offer(self, tonight: Sequence[str]) -> None:
        if not tonight:
            return
        self.body.addWidget(label("今晚来过的", "muted"))
        row = QHBoxLayout()
        row.setSpacing(sized(self, tokens.SPACE_S))
        for badge in tonight:
            button = ToggleButton(badge, name=f"工号 {badge}")
            button.clicked.connect(lambda _=False, chosen=badge: self._choose(chosen))
            row.addWidget(button)
        row.addStretch(1)
        self.body.addLayout(row)

    def _choose(self, badge: str) -> None:
        self.badge.setText(badge)
        self.accept()

    def _go(self) -> None:
        self._resting = True
        self.accept()

    def primary(self) -> QWidget:
        return self.badge

    def result(self) -> JoinSorter | LeaveSorter | None:
        if self._resting:
            return LeaveSorter()
        badge = read_badge(self.badge.text())
        return None if isinstance(badge, Refused) else JoinSorter(badge)

    def on_scan(self, code: str) -> bool:
        if isinstance(read_badge(code), Refused):
            self.say("这不是工牌。请扫工牌，或者输入工号。")
        else:
            self._choose(code)
        return True


# --- who goes without --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """A point's share of a short product, as it stands in the sheet."""

    step: Step
    wanted: int
    gets: int

    @property
    def without(self) -> int:
        """How many it goes without."""
        return self.wanted - self.gets


@dataclass(frozen=True, slots=True)
class Shares:
    """The shares that were agreed on, and by which rule."""

    given: tuple[tuple[str, int], ...]
    rule: str


def _share_columns() -> tuple[Column[Share], ...]:
    return (
        Column("格口", lambda row: row.step.slot or "没有格口", width=120, strong=1),
        Column("自提点", lambda row: row.step.name),
        Column("订", lambda row: str(row.wanted), width=64, align=_RIGHT),
        Column("分到", lambda row: str(row.gets), width=72, align=_RIGHT, strong=1),
        Column(
            "",
            lambda row: f"少 {row.without}" if row.without else "",
            width=104,
            tone=lambda _: Tone.LOOK,
        ),
    )


class ShareSheet(Sheet):
    """Shows who goes without by the fair rule; plus and minus change a share, as long as all adds up."""

    def __init__(
        self, product: str, steps: Sequence[Step], needs: Sequence[Need], *, have: int, day: str
    ) -> None:
        self._have, self._day, self._needs = have, day, tuple(needs)
        self._fair = share_out(needs, have, day=day)
        self._gets = dict(self._fair)
        self._steps = tuple(steps)
        wanted = sum(need.pieces for need in needs)
        super().__init__(
            f"{product}：要 {wanted} 件，只有 {have} 件",
            sentence=words.FAIR_SENTENCE,
            yes="就这样分",
            width=820,
        )
        self.model = RowsModel(_share_columns(), key=lambda row: row.step.point)
        self.view = RowsView("谁分到几件", self.model)
        self.view.setMinimumHeight(sized(self, 236))
        self._sum = label("", "strong")
        self._less = ActionButton("少给一件", key="−")
        self._more = ActionButton("多给一件", key="＋")
        self._fill()
        self._show()

    def _fill(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(sized(self, tokens.SPACE_M))
        row.addWidget(self._sum, 1)
        for button, by in ((self._less, -1), (self._more, 1)):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, step=by: self._change(step))
            row.addWidget(button)
        self.body.addWidget(self.view, 1)
        self.body.addLayout(row)
        self.view.installEventFilter(self)
        self.view.chosen.connect(lambda _: self.accept())

    def primary(self) -> QWidget:
        return self.view

    def result(self) -> Shares | None:
        if not rules.shares_hold(self._needs, self._gets, self._have):
            return None
        rule = FAIR_RULE if self._gets == self._fair else rules.HAND_RULE
        return Shares(tuple(sorted(self._gets.items())), rule)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Plus and minus work on the chosen row."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            by = {"+": 1, "=": 1, "-": -1}.get(event.text())
            if by is not None:
                self._change(by)
                return True
        return super().eventFilter(watched, event)

    def _change(self, by: int) -> None:
        row = self.view.current_row()
        if not isinstance(row, Share):
            return
        self._gets[row.step.point] = max(0, min(row.wanted, row.gets + by))
        self._show()

    def _show(self) -> None:
        wanted = {need.point: need.pieces for need in self._needs}
        rows = [
            Share(step, wanted[step.point], self._gets[step.point])
            for step in self._steps
            if step.point in wanted
        ]
        rows.sort(key=lambda row: self._fair[row.step.point] == wanted[row.step.point])
        self.model.replace(rows)
        given = sum(self._gets.values())
        gap = self._have - given
        self._sum.setText(f"手里 {self._have} 件，分了 {given} 件")
        self.say("" if not gap else f"还有 {gap} 件没分完。" if gap > 0 else f"多分了 {-gap} 件，请减掉。")
        self.refresh()


# --- how this PC works -------------------------------------------------------------------------------------


class WaySheet(Sheet):
    """Asks when a put counts, and which stretch of the wall this PC serves."""

    def __init__(self, confirm: Confirm, stretch: int, stretches: int) -> None:
        super().__init__("这台电脑怎么分", yes="就这样", width=620)
        ways = ("扫了件码就算", "还要扫筐才算")
        self._confirm = Choice("什么时候算放好", ways, start=list(Confirm).index(confirm))
        parts = [*(f"第 {nth} 段" for nth in range(1, stretches + 1)), "整面墙"]
        chosen = stretch - 1 if 0 < stretch <= stretches else stretches
        self._stretch = Choice("看哪一段墙", parts, columns=3, start=chosen)
        for title, choice in (
            ("什么时候算放好", self._confirm),
            ("按商品放的时候，看哪一段墙", self._stretch),
        ):
            self.body.addWidget(label(title, "strong"))
            self.body.addWidget(choice)

    def result(self) -> ChooseWay:
        whole = self._stretch.text() == "整面墙"
        return ChooseWay(list(Confirm)[self._confirm.index], 0 if whole else self._stretch.index + 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits choose the stretch."""
        if event.text().isdecimal():
            self._stretch.keyPressEvent(event)
            return
        super().keyPressEvent(event)

    def primary(self) -> QWidget:
        return self._confirm


class ClashSheet(Sheet):
    """Says what another PC had done before this one; closing it is the confirmation."""

    def __init__(self, sentences: Sequence[str]) -> None:
        advice = "两台电脑断开的时候各记了一次，只认先到的那一次。请照下面看一眼，再按确定。"
        super().__init__("两台电脑撞上了", sentence=advice, yes="知道了，去看", no="等会儿再看", width=720)
        for sentence in sentences[:5]:
            self.body.addWidget(label(sentence, "lead", wraps=1))
        if len(sentences) > 5:
            self.body.addWidget(label(f"……还有 {len(sentences) - 5} 件", "muted"))
