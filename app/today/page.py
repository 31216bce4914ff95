"""The page 今日: four numbers, what to do next, and the vans of the day."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.domain.answers import Answer, Tone
from app.domain.clock import Clock, business_day, moment
from app.domain.money import yuan
from app.store.connection import Reader
from app.today.queries import Standing, TripRow, page_for, standing
from app.today.rules import Day, Step, next_steps
from app.ui import tokens
from app.ui.desk import Desk
from app.ui.page import EVERYTHING, HomePage
from app.ui.panels import SectionTitle, StatePanel, StatTile
from app.ui.shapes import Glyph, font_of, sized
from app.ui.step_card import StepCard
from app.ui.unreadable import unreadable

MOST_STEPS = 3
UNKNOWN_CODE = Answer(
    Tone.LOOK, "不认识这个码", "清单里没有这个码。收货请按 F2，取货请按 F3，再扫一次，会告诉您是怎么回事。"
)

_GLYPHS = {
    "F2": Glyph.TRUCK,
    "F3": Glyph.BAG,
    "F4": Glyph.SHELF,
    "F5": Glyph.BACK,
    "F6": Glyph.BOOK,
    "F8": Glyph.GEAR,
}
"""A check mark would say that it is done: what is to be done carries the drawing of its page."""


class TripBar(QWidget):
    """One trip: its platform, how much of it is received, and where it is."""

    def __init__(self, trip: TripRow) -> None:
        super().__init__()
        self._trip = trip
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{trip.platform} {self._state()} {self._count()}")

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 220), sized(self, 66))

    def _state(self) -> str:
        if self._trip.ended_ms or not self._trip.in_van:
            return "已收完"
        return f"{moment(self._trip.arrived_ms):%H:%M} 到车" if self._trip.arrived_ms else "在路上"

    def _count(self) -> str:
        return f"{self._trip.pieces - self._trip.in_van} / {self._trip.pieces} 件"

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(tokens.LINE), 1))
        painter.setBrush(QColor(tokens.SURFACE))
        painter.drawRoundedRect(rect, tokens.RADIUS, tokens.RADIUS)
        pad = sized(self, 16)
        inner = rect.adjusted(pad, sized(self, 6), -pad, -sized(self, 28))
        painter.setFont(font_of(self, "body", bold=True))
        painter.setPen(QColor(tokens.INK))
        room = int(inner.width() - QFontMetricsF(font_of(self, "small")).horizontalAdvance(self._state()) - 8)
        name = painter.fontMetrics().elidedText(self._trip.platform, Qt.TextElideMode.ElideRight, room)
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(font_of(self, "small"))
        painter.setPen(QColor(tokens.MUTED))
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._state())
        self._paint_bar(painter, rect, pad)

    def _paint_bar(self, painter: QPainter, rect: QRectF, pad: int) -> None:
        words = QFontMetricsF(font_of(self, "small")).horizontalAdvance("000 / 000 件")
        bar = QRectF(pad, rect.bottom() - sized(self, 24), rect.width() - 2 * pad - words - 8, sized(self, 8))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.SUNKEN))
        painter.drawRoundedRect(bar, 4, 4)
        share = (self._trip.pieces - self._trip.in_van) / self._trip.pieces if self._trip.pieces else 1.0
        if share > 0:
            painter.setBrush(QColor(tokens.BLUE))
            painter.drawRoundedRect(
                QRectF(bar.left(), bar.top(), max(8.0, bar.width() * share), bar.height()), 4, 4
            )
        painter.setPen(QColor(tokens.MUTED))
        place = QRectF(bar.right() + 8, rect.bottom() - sized(self, 32), words + 2, sized(self, 24))
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._count())


class TodayPage(HomePage):
    """How the day stands; a scan is passed on to the page that can do something with it."""

    title = "今日"
    glyph = Glyph.CLOCK
    topics = EVERYTHING
    invitation_glyph = Glyph.CLOCK
    invitation = Answer(Tone.INFO, "今天", "按 F1–F8 换页；扫到什么都行，会告诉您该去哪一页。")

    def __init__(self, desk: Desk, reader: Reader, clock: Clock) -> None:
        super().__init__(desk)
        self._reader, self._clock = reader, clock
        self.last: Standing | None = None
        self._received = StatTile("今天到货")
        self._waiting = StatTile("货架上")
        self._handed = StatTile("今天取走")
        self._earned = StatTile("今天佣金", unit="")
        self._steps = QVBoxLayout()
        self._trips = QGridLayout()
        self._first: StepCard | None = None
        self._arrange()

    def _arrange(self) -> None:
        tiles = QHBoxLayout()
        tiles.setSpacing(sized(self, tokens.SPACE_M))
        for tile in (self._received, self._waiting, self._handed, self._earned):
            tiles.addWidget(tile, 1)
        self._steps.setSpacing(sized(self, tokens.SPACE_S))
        self._trips.setSpacing(sized(self, tokens.SPACE_M))
        self.column.addLayout(tiles)
        self.column.addWidget(SectionTitle("接下来", remark="按右边的键，或回车做第一件"))
        self.column.addLayout(self._steps)
        self.column.addStretch(1)
        self.column.addWidget(SectionTitle("今天的车"))
        self.column.addLayout(self._trips)

    def primary(self) -> QWidget | None:
        return self._first

    def on_scan(self, code: str) -> None:
        key = page_for(self._reader, code)
        if key:
            self.passed_on.emit(key, code)
        else:
            self.desk.answer(unreadable(code) or UNKNOWN_CODE)

    def refresh(self, topics: frozenset[str]) -> None:
        now = self._clock.now_ms()
        day = self.count()
        self._show_numbers(day)
        self._show_steps(next_steps(_as_day(day, hour=moment(now).hour))[:MOST_STEPS])
        self._show_trips(day.trips)

    def count(self) -> Standing:
        """Count the day and tell it."""
        now = self._clock.now_ms()
        day = standing(self._reader, day=business_day(now), now_ms=now)
        self.last = day
        self.counted.emit()
        return day

    def recount(self) -> None:
        self.count()

    def badges(self) -> dict[int, int]:
        day = self.last
        if day is None:
            return {}
        crates = sum(trip.crates_left for trip in day.trips if not trip.ended_ms)
        return {1: crates, 3: day.overdue, 4: day.claims_waiting}

    def _show_numbers(self, day: Standing) -> None:
        short = day.received < day.expected
        self._received.show_number(f"{day.received} / {day.expected}", tone=Tone.LOOK if short else Tone.INFO)
        self._waiting.show_number(str(day.waiting))
        self._handed.show_number(str(day.handed_out))
        self._earned.show_number(yuan(day.commission_fen))

    def _show_steps(self, steps: tuple[Step, ...]) -> None:
        had_focus = self._first is not None and self._first.hasFocus()
        _empty(self._steps)
        cards = [_card(step) for step in steps]
        for card in cards:
            card.clicked.connect(lambda *, key=card.key: self.wanted.emit(key))
            self._steps.addWidget(card)
        self._first = cards[0] if cards else None
        if self._first is None:
            self._steps.addWidget(_state("都做完了", "货都有着落，账也清楚。可以歇一歇了。", Glyph.CHECK))
        elif had_focus:
            self._first.setFocus()

    def _show_trips(self, trips: tuple[TripRow, ...]) -> None:
        _empty(self._trips)
        for at, trip in enumerate(trips):
            self._trips.addWidget(TripBar(trip), at // 3, at % 3)
        if not trips:
            advice = "联网后会自动收到；也可以在到货页从 Excel 导入。"
            self._trips.addWidget(_state("还没有到货清单", advice, Glyph.TRUCK))


def _as_day(day: Standing, *, hour: int) -> Day:
    return Day(
        hour=hour,
        trips=len(day.trips),
        in_van=sum(trip.in_van for trip in day.trips if not trip.ended_ms),
        crates_left=sum(trip.crates_left for trip in day.trips if not trip.ended_ms),
        waiting=day.waiting,
        waiting_buyers=day.waiting_buyers,
        frozen_waiting=day.frozen_waiting,
        overdue=day.overdue,
        urgent_differences=day.urgent_differences,
        claims_waiting=day.claims_waiting,
        returns_waiting=day.returns_waiting,
        unclosed_day=day.unclosed_day,
        closed=day.closed,
        code_unseen=day.code_unseen,
        voided=day.voided,
    )


def _card(step: Step) -> StepCard:
    glyph = _GLYPHS.get(step.key, Glyph.BOX)
    return StepCard(step.word, step.sentence, key=step.key, tone=step.tone, glyph=glyph)


def _state(sentence: str, advice: str, glyph: Glyph) -> StatePanel:
    panel = StatePanel()
    panel.setMinimumHeight(sized(panel, 170))
    panel.show_empty(sentence, advice, glyph=glyph)
    return panel


def _empty(layout: QVBoxLayout | QGridLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
