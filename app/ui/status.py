"""The status bar: network, what is unsent and since when, and a word when the PC's clock is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from app.domain.answers import Tone
from app.ui import tokens
from app.ui.buttons import PressButton
from app.ui.panels import Chip, ElidedLabel
from app.ui.shapes import Glyph, draw_glyph, draw_keycap, font_of, sized


class Network(StrEnum):
    """How far the platform is: reached, reached but behind, or not reached."""

    ONLINE = "online"
    BEHIND = "behind"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the status bar says; `oldest` is the age of the oldest unsent fact, None when nothing is unsent."""

    network: Network
    unsent: int = 0
    oldest: timedelta | None = None
    clock_warning: str = ""


_LOOKS: Final = {
    Network.ONLINE: ("在线", Glyph.ONLINE, tokens.BLUE, tokens.WHITE),
    Network.BEHIND: ("落后", Glyph.BEHIND, tokens.AMBER, tokens.BLACK),
    Network.OFFLINE: ("离线", Glyph.OFFLINE, tokens.GREY, tokens.WHITE),
}


class NetworkSign(QWidget):
    """A coloured sign with shape and word."""

    def __init__(self) -> None:
        super().__init__()
        self._network = Network.OFFLINE
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_network(Network.OFFLINE)

    def show_network(self, network: Network) -> None:
        """Show another state."""
        self._network = network
        self.setAccessibleName(f"网络{_LOOKS[network][0]}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 92), sized(self, 34))

    def paintEvent(self, event: QPaintEvent) -> None:
        word, glyph, ground, ink = _LOOKS[self._network]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(ground))
        painter.setPen(QColor(ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        side = sized(self, 22)
        draw_glyph(
            painter, QRectF(sized(self, 11), (self.height() - side) / 2, side, side), glyph, ink, weight=2.3
        )
        painter.setFont(font_of(self, "body", bold=True))
        painter.setPen(QColor(ink))
        left = sized(self, 41)
        painter.drawText(QRectF(left, 0, self.width() - left, self.height()), 0x80, word)


class KeyButton(PressButton):
    """A quiet key with its word, for hands without a keyboard."""

    def __init__(self, key: str, word: str) -> None:
        super().__init__(word)
        self._key, self._word = key, word
        self.setFocusPolicy(self.focusPolicy().NoFocus)

    def sizeHint(self) -> QSize:
        words = QFontMetricsF(font_of(self, "small")).horizontalAdvance(self._word)
        return QSize(round(self._cap() + words) + sized(self, 30), sized(self, 44))

    def _cap(self) -> float:
        return QFontMetricsF(font_of(self, "small")).horizontalAdvance(self._key) + sized(self, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._ground(painter, tokens.SUNKEN if self.underMouse() else "", "")
        painter.setFont(font_of(self, "small"))
        height = sized(self, 26)
        cap = QRectF(sized(self, 10), (self.height() - height) / 2, self._cap(), height)
        draw_keycap(painter, cap, self._key, ink=tokens.MUTED, line=tokens.LINE_STRONG)
        painter.setPen(QColor(tokens.INK))
        left = cap.right() + sized(self, 8)
        painter.drawText(QRectF(left, 0, self.width() - left, self.height()), 0x80, self._word)


class StatusBar(QFrame):
    """Always at the foot of the window; `undo` and `back` are pressed by hand."""

    undo = Signal()
    back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self._sign = NetworkSign()
        self._unsent = ElidedLabel("", "muted")
        self._clock = Chip("", Tone.LOOK)
        self._keys = (KeyButton("Ctrl+Z", "撤销"), KeyButton("Esc", "返回"))
        self._clock.hide()
        self._arrange()
        self.show_standing(Standing(Network.OFFLINE))

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(sized(self, 24), 0, sized(self, 24), 0)
        row.setSpacing(sized(self, tokens.SPACE_M))
        undo, back = self._keys
        undo.clicked.connect(self.undo)
        back.clicked.connect(self.back)
        row.addWidget(self._sign)
        row.addWidget(self._unsent, 1)
        row.addWidget(self._clock)
        row.addWidget(undo)
        row.addWidget(back)
        self.setFixedHeight(sized(self, 50))

    def show_standing(self, standing: Standing) -> None:
        """Show how things stand."""
        self._sign.show_network(standing.network)
        self._unsent.set_text(unsent_sentence(standing))
        self._clock.show_word(standing.clock_warning, Tone.LOOK)
        self._clock.setVisible(bool(standing.clock_warning))
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """What is unsent and a wrong clock matter more than the keys' reminders."""
        clock = 0 if self._clock.isHidden() else self._clock.sizeHint().width()
        said = self._sign.sizeHint().width() + self._unsent.sizeHint().width() + clock
        keys = sum(key.sizeHint().width() for key in self._keys)
        fits = said + keys + sized(self, 100) <= self.width()
        for key in self._keys:
            key.setVisible(fits)
        self._unsent.setMinimumWidth(min(self._unsent.sizeHint().width(), self.width() // 2))


def unsent_sentence(standing: Standing) -> str:
    """What is still to be sent, in words that do not alarm: everything is kept here already."""
    if not standing.unsent:
        return "全部已上传" if standing.network is Network.ONLINE else "记录都在本机，没有待上传的"
    age = f"，最早{spoken_age(standing.oldest)}前" if standing.oldest is not None else ""
    calm = "，联网后自动上传" if standing.network is Network.OFFLINE else ""
    return f"未上传 {standing.unsent} 笔{age}{calm}"


def spoken_age(age: timedelta) -> str:
    """An age as people say it, to follow a word: " 3 分钟", " 2 小时", " 4 天"."""
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return "不到 1 分钟"
    if minutes < 60:
        return f" {minutes} 分钟"
    return f" {minutes // 60} 小时" if minutes < 48 * 60 else f" {minutes // 1440} 天"
