"""The panel 本站电脑 on the settings page: be the host, join it, a code for one more PC, and who is there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLayoutItem, QVBoxLayout
from shiboken6 import isValid

from app.domain.answers import Answer, Tone
from app.domain.clock import Clock
from app.ui import tokens
from app.ui.buttons import ActionButton
from app.ui.desk import Desk
from app.ui.fields import Field
from app.ui.panels import Card, Chip, label
from app.ui.shapes import sized
from app.ui.sheet import Sheet
from app.upkeep.ports import OtherPC, StationPCs, StationView
from app.upkeep.words import NO_CODE, pc_state, station_sentence


class JoinSheet(Sheet):
    """Asks for the host's address, which is looked for meanwhile, and for its one-time code."""

    def __init__(self) -> None:
        super().__init__(
            "加入主机", sentence="在主机的“设置”里按“要登记码”，把码抄过来，只用一次。", yes="加入"
        )
        self._address = Field("主机地址", hint="正在找主机… 也可以自己填，例如 192.168.1.5:8610")
        self._code = Field("登记码", hint="DJ-XXXXXX-X")
        for name, field in (("主机地址", self._address), ("登记码", self._code)):
            self.body.addWidget(label(name, "muted"))
            self.body.addWidget(field)
            field.textChanged.connect(lambda _: self.refresh())
        self.refresh()

    def primary(self) -> Field:
        return self._code

    def offer(self, addresses: tuple[str, ...]) -> None:
        """Hosts that were found; what somebody has typed stays."""
        if addresses and not self._address.text():
            self._address.setText(addresses[0])
        elif not addresses:
            self._address.setPlaceholderText("没有找到，请看主机“设置”里写的地址")

    def result(self) -> tuple[str, str] | None:
        address, code = self._address.text().strip(), self._code.text().strip().upper()
        return (address, code) if address and code else None

    def on_scan(self, code: str) -> bool:
        """A scanned code is the enrolment code."""
        self._code.setText(code.strip())
        return True


class StationPanel(Card):
    """The card; ``look`` reads it anew."""

    def __init__(self, desk: Desk, clock: Clock, pcs: StationPCs) -> None:
        super().__init__()
        self._desk, self._clock, self._pcs = desk, clock, pcs
        self._sentence = label("", "muted", wraps=1)
        self._host = ActionButton("这台做主机", key="Ctrl+H")
        self._join = ActionButton("加入主机", key="Ctrl+J")
        self._code = ActionButton("要登记码", key="Ctrl+K")
        self._host.clicked.connect(self._become_host)
        self._join.clicked.connect(self._ask_to_join)
        self._code.clicked.connect(lambda: self._pcs.new_code(self._show_code))
        self._others = QGridLayout()
        self._others.setHorizontalSpacing(sized(self, tokens.SPACE_XL))
        self._others.setVerticalSpacing(sized(self, tokens.SPACE_S))
        self._others.setColumnStretch(1, 1)
        self._arrange()

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(sized(self, tokens.SPACE_S))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label("本站电脑", "strong"))
        words.addWidget(self._sentence)
        row.addLayout(words, 1)
        for key in (self._host, self._join, self._code):
            row.addWidget(key, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(row)
        self.body.addLayout(self._others)
        self.show_view(StationView())

    def look(self) -> None:
        """Ask how the station's PCs stand, and show it."""
        self._pcs.look(lambda view: self.show_view(view) if isValid(self) else None)

    def show_view(self, view: StationView) -> None:
        """Show this."""
        self._sentence.setText(station_sentence(view))
        self._host.setVisible(view.is_placed and not view.is_host and not view.address)
        self._join.setVisible(not view.is_host)
        self._code.setVisible(view.is_host)
        self._code.setEnabled(view.is_running)
        while (item := self._others.takeAt(0)) is not None:
            _drop(item)
        for at, pc in enumerate(view.pcs):
            self._show_pc(at, pc)

    def _show_pc(self, at: int, pc: OtherPC) -> None:
        word, tone = pc_state(pc, self._clock.now_ms())
        self._others.addWidget(label(f"{pc.name}（这台）" if pc.is_this else pc.name, "strong"), at, 0)
        self._others.addWidget(Chip(word, tone), at, 1, Qt.AlignmentFlag.AlignLeft)

    # --- keys ---

    def _become_host(self) -> None:
        self._desk.answer(
            Answer(Tone.INFO, "正在设主机", "请稍等几秒。Windows 要是问是否允许访问网络，请点“允许”。")
        )
        self._pcs.become_host(self._said)

    def _ask_to_join(self) -> None:
        sheet = JoinSheet()
        sheet.done.connect(lambda asked: self._pcs.join(asked[0], asked[1], self._said))
        sheet.open_over(self)
        self._pcs.find(lambda addresses: sheet.offer(addresses) if isValid(sheet) else None)

    def _show_code(self, code: str) -> None:
        if not code:
            self._desk.answer(NO_CODE)
            return
        sheet = Sheet("登记码", sentence="给一台电脑用一次，一星期内有效。", yes="抄好了", no="关闭")
        sheet.body.addWidget(label(code, "figure"))
        sheet.open_over(self)

    def _said(self, answer: Answer) -> None:
        self._desk.answer(answer)
        self.look()


def _drop(item: QLayoutItem) -> None:
    widget = item.widget()
    if widget is not None:
        widget.hide()
        widget.deleteLater()
