"""The page 看板: how the night stands, when it will be done, what to do next, and who should help where."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.answers import Tone
from app.domain.clock import Clock, business_day
from app.store.connection import Reader
from app.ui import tokens
from app.ui.buttons import ActionButton
from app.ui.desk import Desk
from app.ui.page import EVERYTHING, HomePage
from app.ui.panels import Beside, SectionTitle, StatePanel
from app.ui.rows import RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized
from app.ui.step_card import StepCard
from app.ui.unreadable import unreadable
from app.waveboard import words
from app.waveboard.big import BigBoard
from app.waveboard.codes import room_for
from app.waveboard.listing import columns
from app.waveboard.pieces import Cell, Figure, Figures, FinishCard, People, RoutesGrid
from app.waveboard.queries import Board, Lookout
from app.waveboard.rules import Room, Step, next_steps

KEYS: Mapping[Room, str] = {
    Room.DOCK: "F2",
    Room.SORTING: "F3",
    Room.WALL: "F4",
    Room.LOADING: "F5",
    Room.HANDOVER: "F6",
    Room.ROUTES: "F7",
    Room.SETTINGS: "F8",
}
"""Where the rooms stand in a station's window; whoever arranges it otherwise passes other keys."""
GLYPHS = {
    Room.DOCK: Glyph.TRUCK,
    Room.SORTING: Glyph.SCAN,
    Room.WALL: Glyph.SHELF,
    Room.LOADING: Glyph.BOX,
    Room.HANDOVER: Glyph.PEN,
    Room.ROUTES: Glyph.ROUTE,
    Room.SETTINGS: Glyph.GEAR,
}
LOOK_AGAIN_MS, AT_MOST_EVERY_MS = 10_000, 1_000
MOST_STEPS = 3


class BoardPage(HomePage):
    """The first page of a station's window; a scan is passed on to the page that can do something with it."""

    title = "看板"
    glyph = Glyph.CLOCK
    topics = EVERYTHING
    invitation = words.INVITATION
    invitation_glyph = Glyph.CLOCK

    def __init__(self, desk: Desk, reader: Reader, clock: Clock, *, keys: Mapping[Room, str] = KEYS) -> None:
        super().__init__(desk)
        self._reader, self._clock, self._keys = reader, clock, keys
        self._lookout = Lookout(reader)
        self.last: Board | None = None
        self.big: BigBoard | None = None
        self._in_table = False
        self._cards = [StepCard("", "", key="", tone=Tone.INFO) for _ in range(MOST_STEPS)]
        self._help = StepCard("", "", key="", tone=Tone.LOOK)
        self.finish, self.figures = FinishCard(), Figures()
        self.routes, self.people = RoutesGrid(), People()
        self._routes_title = SectionTitle("线路")
        self.rows = RowsModel(columns(), key=lambda cell: cell[0].route)
        self.table = RowsView("线路明细", self.rows)
        self.to_table = ActionButton("明细", key="F10")
        self._people_title = SectionTitle("人手")
        self.to_big = ActionButton("大屏", key="F9")
        self._nothing, self._leftside, self._aside = StatePanel(), QWidget(), QWidget()
        self._due, self._often = QTimer(self), QTimer(self)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        gap = sized(self, tokens.SPACE_M)
        self.column.setSpacing(gap)
        head, keys = QHBoxLayout(), QVBoxLayout()
        head.setSpacing(gap)
        keys.setSpacing(sized(self, tokens.SPACE_S))
        for key in (self.to_table, self.to_big):
            key.setFixedHeight(sized(self, tokens.TARGET))
            keys.addWidget(key)
        head.addWidget(self.finish, 5)
        head.addWidget(self.figures, 3)
        head.addLayout(keys)
        self._fill_left()
        self._fill_aside()
        self.column.addLayout(head)
        self.column.addWidget(Beside(self._leftside, self._aside, shares=(6, 4)), 1)
        self.table.setMinimumHeight(sized(self, 330))
        self.table.hide()
        self._nothing.setMinimumHeight(sized(self, 220))
        advice = "联网后会自动收到线路和货单；也可以到线路页自己导入。"
        self._nothing.show_empty("今晚还没有线路", advice, glyph=Glyph.TRUCK)

    def _fill_left(self) -> None:
        """The routes, as cells or as a table."""
        left = QVBoxLayout(self._leftside)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(sized(self, tokens.SPACE_S))
        for piece in (self._routes_title, self.routes, self.table, self._nothing):
            left.addWidget(piece)
        left.addStretch(1)

    def _fill_aside(self) -> None:
        """What to do next, and who is at it."""
        right = QVBoxLayout(self._aside)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(sized(self, tokens.SPACE_S))
        right.addWidget(SectionTitle("接下来", remark="按右边的键"))
        for piece in (*self._cards, self._help, self._people_title):
            right.addWidget(piece)
        right.addWidget(_scrolling(self.people), 1)

    def _connect(self) -> None:
        for card in self._cards:
            card.clicked.connect(partial(self._go, card))
        self.to_table.clicked.connect(self._turn_over)
        self.to_big.clicked.connect(self._open_or_close)
        self.desk.changed.connect(self._heard)
        self._due.setSingleShot(True)
        self._due.setInterval(AT_MOST_EVERY_MS)
        self._due.timeout.connect(lambda: self.desk.attempt(self._look))
        self._often.setInterval(LOOK_AGAIN_MS)
        self._often.timeout.connect(lambda: self.desk.attempt(self._look))

    # --- what the window asks of a page ---

    def primary(self) -> QWidget:
        return self._cards[0]

    def _go(self, card: StepCard) -> None:
        if card.key:
            self.wanted.emit(card.key)

    def activated(self) -> None:
        self._often.start()

    def hideEvent(self, event: QHideEvent) -> None:
        if self.big is None:
            self._often.stop()
        super().hideEvent(event)

    def cancel(self) -> bool:
        if self._in_table:
            self._turn_over()
            return True
        return False

    def on_scan(self, code: str) -> None:
        room = room_for(self._reader, code, day=self._day())
        if room is None:
            self.desk.answer(unreadable(code) or words.UNKNOWN_CODE)
        else:
            self.passed_on.emit(self._keys[room], code)

    def refresh(self, topics: frozenset[str]) -> None:
        self._lookout.heard(topics)
        self._look()

    def recount(self) -> None:
        """Count soon: scans at another page come faster than anybody reads a badge."""
        if not self._due.isActive():
            self._due.start()

    def badges(self) -> dict[int, int]:
        """Containers to unload, sealed crates to load, vans to hand over."""
        if self.last is None:
            return {}
        routes = self.last.routes
        trucks = [truck for truck in self.last.trucks if truck.arrived_ms and not truck.ended_ms]
        counts = {
            Room.DOCK: sum(truck.containers for truck in trucks),
            Room.LOADING: sum(x.sealed - x.aboard for x in routes if not x.closed_ms),
            Room.HANDOVER: sum(bool(x.closed_ms and not x.handed_ms) for x in routes),
        }
        return {int(self._keys[room][1:]) - 1: count for room, count in counts.items() if room in self._keys}

    # --- looking ---

    def _now_ms(self) -> int:
        skew: int = self._reader.get("skew_ms", 0)
        return self._clock.now_ms() - skew

    def _day(self) -> str:
        return business_day(self._now_ms())

    def _heard(self, topics: frozenset[str]) -> None:
        """Facts came while another page is in front, perhaps with the big board on the other screen."""
        self._lookout.heard(topics)
        if self.big is not None and not self.isVisible():
            self.recount()

    def _look(self) -> None:
        board = self._lookout.look(day=self._day(), now_ms=self._now_ms())
        self.last = board
        if self.isVisible() or not self._cards[0].word:
            self._show(board)
        if self.big is not None:
            self.big.show_board(board)
        self.counted.emit()

    def _show(self, board: Board) -> None:
        self.finish.show_board(board)
        self.figures.show_figures(*_figures(board))
        cells: list[Cell] = list(zip(board.routes, board.states, strict=True))
        self.routes.show_routes(cells)
        if self._in_table:
            self.rows.replace(cells)
        self.routes.setVisible(bool(cells) and not self._in_table)
        self.table.setVisible(bool(cells) and self._in_table)
        self._nothing.setVisible(not board.routes)
        self._routes_title.set_remark(
            f"还剩件数；已发 {sum(bool(x.handed_ms) for x in board.routes)}/{len(board.routes)}"
        )
        self.people.show_sorters(board.sorters)
        self._people_title.set_remark(words.pace(board))
        self._show_advice(board)
        self._show_steps(next_steps(board.night)[: MOST_STEPS - bool(board.help)])

    def _show_advice(self, board: Board) -> None:
        self._help.setVisible(board.help is not None)
        if board.help is not None:
            word, sentence = words.suggestion(board.help)
            self._help.tell(word, sentence, key="", tone=Tone.LOOK)

    def _show_steps(self, steps: tuple[Step, ...]) -> None:
        """Cards are told anew in their places, so that neither the focus nor the eye loses them."""
        for card, step in zip(self._cards, steps, strict=False):
            key = self._keys.get(step.room, "")
            card.tell(step.word, step.sentence, key=key, tone=step.tone, glyph=GLYPHS[step.room])
        if not steps:
            self._cards[0].tell(
                "都做完了", "车都交给司机了，可以歇一歇。", key="", tone=Tone.OK, glyph=Glyph.CHECK
            )
        for at, card in enumerate(self._cards):
            card.setVisible(at < max(1, len(steps)))

    def _turn_over(self) -> None:
        """Cells and their table take turns; the table has the page to itself."""
        self._in_table = not self._in_table
        self._aside.setVisible(not self._in_table)
        self.to_table.set_text("方格" if self._in_table else "明细")
        if self.last is not None:
            self._show(self.last)
        (self.table if self._in_table else self.primary()).setFocus()

    # --- the second screen ---

    def _open_or_close(self) -> None:
        if self.big is not None:
            self.big.close()
            return
        self.big = BigBoard(str(self._reader.get("point_name", "") or "网格站"))
        self.big.setFont(self.font())
        self.big.closed.connect(self._big_gone)
        self.destroyed.connect(self.big.deleteLater)
        self._look()
        self.big.open_beside(self.window())
        self.to_big.set_text("关大屏")
        self._often.start()

    def _big_gone(self) -> None:
        if self.big is not None:
            self.big.deleteLater()
        self.big = None
        self.to_big.set_text("大屏")
        if not self.isVisible():
            self._often.stop()


def _scrolling(people: People) -> QScrollArea:
    """On a low screen with much to do, the people are what gives way."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setMinimumHeight(sized(area, 38))
    people.setObjectName("scrolled")
    area.setWidget(people)
    return area


def _figures(board: Board) -> tuple[Figure, ...]:
    """What is left, what is short, and how the work goes."""
    return (
        Figure("还没分", str(board.left)),
        Figure("短少", str(board.short), Tone.LOOK if board.short else Tone.INFO),
        Figure("件/人时", str(board.per_head_hour) if board.per_head_hour else "—"),
        Figure("错/万件", words.slip_rate(board.slips), more=words.slips(board.slips)),
    )
