"""The page 网络: how the platform is reached, what waits to be sent, and a word when something is wrong."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.domain.answers import Answer, Tone
from app.domain.clock import Clock, moment
from app.store.connection import Reader
from app.sync.outbox import AT_HOST
from app.sync.pulse import Reading
from app.ui import tokens
from app.ui.buttons import ActionButton
from app.ui.desk import Desk
from app.ui.page import EVERYTHING, Page
from app.ui.panels import Card, Chip, SectionTitle, StatTile, label
from app.ui.rows import Column, RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized
from app.upkeep.ports import Upkeep
from app.upkeep.queries import Unsent, unsent
from app.upkeep.words import KINDS, NOT_ENROLLED, about_the_host, age, clock_sentence, mood_answer


class NetworkPage(Page):
    """Shows the pulse of the exchange; nothing here has to be done by hand, but one may try at once."""

    title = "网络"
    glyph = Glyph.CLOUD
    topics = EVERYTHING
    invitation_glyph = Glyph.CLOUD
    invitation = Answer(Tone.INFO, "不用等网络", "断网照常干活；连上后自动补传，一笔都不会少。")

    def __init__(
        self, desk: Desk, reader: Reader, clock: Clock, upkeep: Upkeep, *, pulse: Callable[[], Reading]
    ) -> None:
        super().__init__(desk)
        self._reader, self._clock, self._pulse, self._upkeep = reader, clock, pulse, upkeep
        self._chip = Chip("离线", Tone.INFO)
        self._sentence = label("", "lead", wraps=1)
        self._clock_words = label("", "error", wraps=1)
        self._count = StatTile("没上传的", unit="笔")
        self._age = StatTile("最早一笔", unit="")
        self._contact = StatTile("上次联系上", unit="")
        self._model: RowsModel[Unsent] = RowsModel(
            (
                Column("没上传的", lambda row: KINDS.get(row.kind, row.kind)),
                Column("笔数", lambda row: str(row.facts), width=120),
                Column("最早", lambda row: f"{moment(row.since_ms):%m-%d %H:%M}", width=180),
            ),
            key=lambda row: row.kind,
        )
        self._rows = RowsView("等着上传的记录", self._model)
        self._arrange()

    def _arrange(self) -> None:
        card = Card()
        line = QHBoxLayout()
        line.setSpacing(sized(self, tokens.SPACE_L))
        words = QVBoxLayout()
        words.addWidget(self._sentence)
        words.addWidget(self._clock_words)
        line.addWidget(self._chip)
        line.addLayout(words, 1)
        again = ActionButton("现在试一次", key="F9")
        again.clicked.connect(self._try_now)
        line.addWidget(again)
        card.body.addLayout(line)
        tiles = QHBoxLayout()
        tiles.setSpacing(sized(self, tokens.SPACE_M))
        for tile in (self._count, self._age, self._contact):
            tiles.addWidget(tile, 1)
        self.column.addWidget(card)
        self.column.addLayout(tiles)
        self.column.addWidget(SectionTitle("等着上传", remark="本机已经记牢，断电也不丢"))
        self.column.addWidget(self._rows, 1)
        self._rows.say_when_empty("都上传了", "这台电脑记的，平台都收到了。", glyph=Glyph.CHECK)

    def refresh(self, topics: frozenset[str]) -> None:
        reading = self._pulse()
        get = self._reader.get
        enrolled = bool(get("secret", ""))
        answer = mood_answer(reading) if enrolled else NOT_ENROLLED
        if get(AT_HOST, 0):
            answer = about_the_host(answer)
        now = self._clock.now_ms()
        self._chip.show_word(answer.word, answer.kind)
        self._sentence.setText(answer.sentence)
        clock = clock_sentence(reading)
        self._clock_words.setText(clock)
        self._clock_words.setVisible(bool(clock))
        self._count.show_number(str(reading.unsent), tone=Tone.LOOK if reading.unsent else Tone.INFO)
        self._age.show_number(age(now - reading.oldest_ms) if reading.unsent else "没有")
        self._contact.show_number(age(now - reading.last_contact_ms) if reading.last_contact_ms else "还没有")
        get = self._reader.get
        acknowledged = get("acknowledged", [0, ""])[0]
        self._model.replace(
            unsent(
                self._reader, device=get("device", "local"), epoch=get("epoch", 1), acknowledged=acknowledged
            )
        )

    def _try_now(self) -> None:
        self._upkeep.try_now()
        self.desk.answer(Answer(Tone.INFO, "正在试", "正在联系平台，不影响您干活。"))
