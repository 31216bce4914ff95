"""The page 设置: text size, sounds, the platform's address, backups, the recovery code, and what this program is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app import __version__
from app.domain.answers import Answer, Tone
from app.domain.clock import Clock
from app.settings.preferences import Preferences
from app.store.connection import Reader
from app.sync.outbox import AT_HOST
from app.ui import tokens
from app.ui.buttons import ActionButton, Choice
from app.ui.desk import Desk
from app.ui.fields import Field
from app.ui.page import Page
from app.ui.panels import Card, label
from app.ui.shapes import Glyph, sized
from app.ui.sheet import Sheet
from app.upkeep.actions import NoteCodeWrittenDown
from app.upkeep.ports import Then, Upkeep
from app.upkeep.queries import backups
from app.upkeep.station_panel import StationPanel

RECOVERY_STATE = "recovery_code"
"""State key of the recovery code: inside the encrypted book, so that it can be printed again."""


class SettingRow(Card):
    """One choice: its name and a sentence on the left, its control on the right."""

    def __init__(self, title: str, sentence: str, control: QWidget) -> None:
        super().__init__()
        row = QHBoxLayout()
        row.setSpacing(sized(self, tokens.SPACE_XL))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(title, "strong"))
        self.sentence = label(sentence, "muted", wraps=1)
        words.addWidget(self.sentence)
        row.addLayout(words, 1)
        row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(row)


class EnrolSheet(Sheet):
    """Asks for the platform's address and the one-time code."""

    def __init__(self, server: str) -> None:
        super().__init__("连接平台", sentence="向平台客服要一个登记码，只用一次。", yes="登记")
        self._server = Field("平台地址", hint="https://…")
        self._server.setText(server)
        self._code = Field("登记码", hint="DJ-XXXXXX-X")
        for name, field in (("平台地址", self._server), ("登记码", self._code)):
            self.body.addWidget(label(name, "muted"))
            self.body.addWidget(field)
            field.textChanged.connect(lambda _: self.refresh())
        self.refresh()

    def result(self) -> tuple[str, str] | None:
        server, code = self._server.text().strip(), self._code.text().strip().upper()
        return (server, code) if server.startswith(("http://", "https://")) and code else None

    def on_scan(self, code: str) -> bool:
        """A scanned code is the enrolment code."""
        self._code.setText(code.strip())
        return True


class SettingsPage(Page):
    """The choices of this PC; each takes effect at once or says when."""

    title = "设置"
    glyph = Glyph.GEAR
    topics = frozenset({"preferences", "pulse"})
    invitation_glyph = Glyph.GEAR
    invitation = Answer(Tone.INFO, "设置", "改了马上生效；字号要重开格驿才变。")

    def __init__(
        self, desk: Desk, reader: Reader, clock: Clock, upkeep: Upkeep, preferences: Preferences
    ) -> None:
        super().__init__(desk)
        self._reader, self._upkeep, self._preferences = reader, upkeep, preferences
        self._size = Choice("字号", ("标准", "大字"), start=int(preferences.large_text))
        self._sounds = Choice("声音", ("开", "关"), start=0 if preferences.sounds else 1)
        self._backup = SettingRow("备份", "", self._backup_keys())
        self._platform = SettingRow("连接平台", "", self._key("登记", "F9", self._enrol))
        self._station = StationPanel(desk, clock, upkeep.station) if upkeep.station else None
        self._arrange()
        self._size.chosen.connect(lambda at: self._save(replace(self._preferences, large_text=bool(at))))
        self._sounds.chosen.connect(lambda at: self._save(replace(self._preferences, sounds=not at)))

    def _arrange(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, sized(self, tokens.SPACE_S), 0)
        column.setSpacing(sized(self, tokens.SPACE_M))
        for row in (
            self._platform,
            *([self._station] if self._station else []),
            self._backup,
            SettingRow(
                "恢复码",
                "换电脑或重装系统时要用。抄在纸上收好，别拍照发群里。",
                self._key("查看", "F11", self._show_code),
            ),
            SettingRow("字号", "大字版适合看不清小字的时候，重开格驿后生效。", self._size),
            SettingRow("声音", "扫码后“滴”一声告诉您成了没有。", self._sounds),
            SettingRow(
                "练习",
                "新来的人先在这里练手：编好的故事，随便点，真账本不会动。",
                self._key("开始练习", "Ctrl+P", self._upkeep.practise),
            ),
            SettingRow(
                f"格驿 {__version__}", f"开源、免费（Apache-2.0）。数据放在 {self._upkeep.folder}", QWidget()
            ),
        ):
            column.addWidget(row)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inner)
        self.column.addWidget(area, 1)

    def _key(self, word: str, key: str, do: Callable[[], None]) -> ActionButton:
        button = ActionButton(word, key=key)
        button.clicked.connect(do)
        return button

    def _backup_keys(self) -> QWidget:
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(sized(self, tokens.SPACE_S))
        row.addWidget(self._key("另存到…", "F12", self._choose_folder))
        row.addWidget(self._key("现在备份", "F10", self._back_up))
        return both

    def refresh(self, topics: frozenset[str]) -> None:
        made = backups(self._upkeep.folder / "backups")
        newest = (
            f"最近一次：{made[0].made}（{made[0].megabytes:.1f} MB），共 {len(made)} 份"
            if made
            else "还没有备份"
        )
        other = self._preferences.backup_to
        self._backup.sentence.setText(
            f"{newest}。每小时自动一份{f'，另存到 {other}' if other else '，建议另存到 U 盘'}。"
        )
        if self._station is not None:
            self._station.look()
        device = self._reader.get("device", "")
        server = self._preferences.server or self._reader.get("server", "")
        self._platform.sentence.setText(
            "本站主机替这台电脑上传。"
            if self._reader.get(AT_HOST, 0)
            else f"已登记为 {device}，平台地址 {server}"
            if device and server
            else "还没有登记。不联网也能照常用，登记后自动上传。"
        )

    def _save(self, preferences: Preferences) -> None:
        self._preferences = preferences
        self.desk.answer(self._upkeep.save(preferences))
        self.refresh(self.topics)

    def _enrol(self) -> None:
        sheet = EnrolSheet(self._preferences.server)
        sheet.done.connect(self._ask_to_enrol)
        sheet.open_over(self)

    def _ask_to_enrol(self, asked: tuple[str, str]) -> None:
        self._upkeep.enrol(asked[0], asked[1], self._enrolled(asked[0]))

    def _enrolled(self, server: str) -> Then:
        def said(answer: Answer) -> None:
            if answer.kind is Tone.OK:
                self._preferences = replace(self._preferences, server=server)
            self.desk.answer(answer)
            self.refresh(self.topics)

        return said

    def _back_up(self) -> None:
        self.desk.answer(Answer(Tone.INFO, "正在备份", "请稍等，可以继续干活。"))
        self._upkeep.back_up(self._backed_up)

    def _backed_up(self, answer: Answer) -> None:
        self.desk.answer(answer)
        self.refresh(self.topics)

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "备份另存到哪个文件夹")
        if chosen:
            self._save(replace(self._preferences, backup_to=chosen))

    def _show_code(self) -> None:
        code = self._reader.get(RECOVERY_STATE, "")
        sheet = Sheet(
            "恢复码", sentence="一共 25 个字，抄在纸上，和存折放在一起。", yes="抄好了", no="关闭", width=640
        )
        groups = code.split("-")
        for line in (groups[:3], groups[3:]):  # short lines are read and written down without a slip
            sheet.body.addWidget(label("  ".join(line) if code else "", "figure"))
        if not code:
            sheet.body.addWidget(label("这台电脑上没有留恢复码。", "lead"))
        sheet.done.connect(lambda _: self.desk.do(NoteCodeWrittenDown(), self._written_down))
        sheet.open_over(self)

    def _written_down(self, _: None) -> None:
        self.desk.answer(Answer(Tone.OK, "记下了", "恢复码抄好了。换电脑时就用它。"))
