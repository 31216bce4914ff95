"""The questions of loading: who answers for an exception, which crate comes off, and what another PC did first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.domain.refusals import Refused
from app.domain.scans import read_code
from app.loading.rules import LONGEST_NAME, Override, check_override
from app.ui.buttons import Choice, Weight
from app.ui.fields import Field
from app.ui.ime import Writing
from app.ui.panels import label
from app.ui.sheet import Sheet

MOST_NAMES = 6


class OverrideSheet(Sheet):
    """Asks who agrees and why; digits choose the reason, the names of tonight's people are one press away."""

    def __init__(
        self, title: str, *, sentence: str, reasons: Sequence[str], names: Sequence[str], yes: str
    ) -> None:
        super().__init__(title, sentence=sentence, yes=yes, weight=Weight.DANGER, width=680)
        self._why = Choice("原因", reasons, columns=2, start=-1)
        self.by = Field("谁同意", hint="谁同意的？写名字", writing=Writing.CHINESE)
        self.by.setMaxLength(LONGEST_NAME)
        self.body.addWidget(label("原因", "strong"))
        self.body.addWidget(self._why)
        self.body.addWidget(label("谁同意", "strong"))
        self._offer(names[:MOST_NAMES])
        self.body.addWidget(self.by)
        self._why.chosen.connect(lambda _: self.refresh())
        self.by.textChanged.connect(lambda _: self.refresh())

    def _offer(self, names: Sequence[str]) -> None:
        if not names:
            return
        known = Choice("今晚的人", names, columns=3, start=-1)
        known.chosen.connect(lambda at: self.by.setText(names[at]))
        self.body.addWidget(known)

    def result(self) -> Override | None:
        override = Override(self.by.text().strip(), self._why.text())
        return override if check_override(override) is None else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().isdecimal():
            self._why.keyPressEvent(event)
            return
        super().keyPressEvent(event)


class TakeOffSheet(Sheet):
    """Asks which crate comes off; a scan answers at once, Enter takes the one that was chosen in the list."""

    def __init__(self, chosen: str, *, sentence: str) -> None:
        super().__init__("卸下哪一筐？", sentence=sentence, yes="卸下", weight=Weight.DANGER, width=600)
        self.code = Field("筐码", hint="扫要卸下的筐，或输入筐码")
        self.code.setText(chosen)
        self.body.addWidget(self.code)
        self.code.textChanged.connect(lambda _: self.refresh())

    def primary(self) -> QWidget:
        return self.code

    def result(self) -> str | None:
        code = read_code(self.code.text())
        return None if isinstance(code, Refused) else code

    def on_scan(self, code: str) -> bool:
        self.code.setText(code)
        if self.result() is None:
            self.say("这个码不能用，请再扫一次。")
        else:
            self.accept()
        return True


class ClashSheet(Sheet):
    """Says what another PC had done before this one; closing it is the confirmation."""

    def __init__(self, sentences: Sequence[str]) -> None:
        advice = "平台只认先到的那一次。请照下面核对，再按确定。"
        super().__init__("两台电脑撞上了", sentence=advice, yes="知道了，去核对", no="等会儿再看", width=700)
        for sentence in sentences[:5]:
            self.body.addWidget(label(sentence, "lead", wraps=1))
        if len(sentences) > 5:
            self.body.addWidget(label(f"……还有 {len(sentences) - 5} 件", "muted"))
