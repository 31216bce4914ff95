"""The page 线路: one button plans the night, the map and the lists show it, a hand changes it, and it is adopted."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from enum import Enum, auto
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QPointF, QStandardPaths, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.domain.answers import Answer, Tone
from app.domain.clock import Clock, business_day
from app.domain.events import Fact
from app.domain.refusals import Refused
from app.routing import queries, words
from app.routing.actions import Adopt, Adopted, PutBack, SetTable
from app.routing.board import Board, Moved, loose
from app.routing.driver_sheets import sheets_of, write_sheets
from app.routing.engine import Limits
from app.routing.figures import FigureStrip, figures_of
from app.routing.gantt import GanttView, bars_of
from app.routing.hand import Choice as Doing
from app.routing.hand import FindSheet, Hand
from app.routing.listing import (
    Concern,
    RouteLine,
    StopLine,
    concern_columns,
    concerns,
    route_columns,
    route_lines,
    stop_columns,
    stop_lines,
)
from app.routing.map_data import map_data
from app.routing.map_view import MapView
from app.routing.master_view import ChooseFile, MasterView
from app.routing.night import Effect, Plan, Progress
from app.routing.planner import Planner
from app.routing.standing import Held, order_of, standing
from app.routing.standing import held as held_in
from app.routing.stop_list import StopList
from app.routing.tonight import Known, Tonight, Wish, adopted, gather
from app.store.connection import Reader
from app.ui import tokens
from app.ui.buttons import ActionButton, Choice, Weight
from app.ui.desk import Desk
from app.ui.dialogs import PickSheet
from app.ui.page import Page
from app.ui.panels import Card, StatePanel
from app.ui.rows import RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized
from app.ui.sheet import Sheet

MASTER = frozenset(
    {
        "VanSet", "VanRetired", "DriverSet", "DriverRetired", "StopSet", "StopRetired", "RouteTableSet",
        "RideRuleSet", "RideRuleDropped", "RoutesListed", "PalletAnnounced", "routing",
    }
)  # fmt: skip
TOPICS = MASTER | {"PlanAdopted"}
TICK_MS = 250
LIST_WIDTH, WIDE, NARROW = 372, 960, 640
"""Base pixels."""
INVITED = Answer(Tone.INFO, "排线路", "按 F12 排今晚的线路：几秒出第一份，之后越排越省，随时可以停。")


class Stage(Enum):
    """How far tonight's plan is."""

    EMPTY = auto()
    WAITING = auto()
    SEARCHING = auto()
    READY = auto()
    ADOPTED = auto()


class RoutingPage(Page):
    """One screen: the night's plan as a map, against the clock and as lists."""

    title = "线路"
    glyph = Glyph.ROUTE
    topics = TOPICS
    invitation = INVITED
    invitation_glyph = Glyph.ROUTE

    def __init__(
        self,
        desk: Desk,
        reader: Reader,
        clock: Clock,
        *,
        limits: Limits | None = None,
        choose_file: ChooseFile | None = None,
        sheets_folder: Path | None = None,
    ) -> None:
        """`limits` bounds a search; `choose_file(over)` names a table to import; drivers' sheets go to the folder."""
        super().__init__(desk)
        self._reader, self._clock = reader, clock
        self._limits = limits or Limits()
        self._folder = sheets_folder or _documents()
        self.planner = Planner(desk, self._limits, failed=self._failed)
        self.stage = Stage.EMPTY
        self._known: Known | None = None
        self._day = ""
        self._back: tuple[Fact, ...] = ()
        self._held: Held = frozenset()
        """The adopted plan as this page knows it."""
        self._used: Known | None = None
        """What the plan under way is made of."""
        self._change: Effect | None = None
        self._moved: Sequence[Moved] = ()
        self._begun = 0.0
        self._unseen = 0
        self._slim, self._listing = False, True
        self._van = ""
        self.master = MasterView(desk, reader, choose_file=choose_file)
        self.hand = Hand(
            self,
            desk,
            self.planner,
            told=self._changed_by_hand,
            edit_point=self._edit_point,
            edit_vans=self._edit_vans,
        )
        self._make_widgets()
        self._arrange()
        self._connect()
        self.destroyed.connect(self.planner.stop)

    def _make_widgets(self) -> None:
        self.views = Choice("看什么", ("地图", "时间表", "要看的"))
        self.turn = ActionButton("换图", key="F10")
        self.turn.hide()
        self.look_for = ActionButton("找点位", key="F9")
        self.more = ActionButton("更多", key="F11")
        self.main = ActionButton("排线路", key="F12", weight=Weight.PRIMARY)
        self.strip = FigureStrip()
        self.routes_model = RowsModel(route_columns(), key=lambda row: row.van)
        self.routes = RowsView("线路清单", self.routes_model)
        self.stops_model = RowsModel(stop_columns(), key=lambda row: row.point)
        self.stops = StopList("站点清单", self.stops_model, hint=self._hint_of_place)
        self.concerns_model = RowsModel(concern_columns(), key=lambda row: (row.point, bool(row.left)))
        self.concerns = RowsView("要看的", self.concerns_model)
        self.map, self.gantt = MapView(), GanttView()
        self.state = StatePanel()
        self._lists, self._pictures = QStackedWidget(), QStackedWidget()
        self._body, self._whole = QStackedWidget(), QStackedWidget()
        self._front = QWidget()
        self._ticker = QTimer(self)
        self._ticker.setInterval(TICK_MS)

    def _arrange(self) -> None:
        gap = sized(self, tokens.SPACE_M)
        head = QHBoxLayout()
        head.setSpacing(gap)
        head.addWidget(self.views)
        head.addWidget(self.turn)
        head.addStretch(1)
        for button in (self.look_for, self.more, self.main):
            head.addWidget(button)
        for view in (self.routes, self.stops):
            self._lists.addWidget(view)
        clock = Card()
        clock.body.setContentsMargins(6, 6, 6, 6)
        clock.body.addWidget(self.gantt)
        for widget in (self.map, clock, self.concerns):
            self._pictures.addWidget(widget)
        plan = QWidget()
        across = QHBoxLayout(plan)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(gap)
        across.addWidget(self._lists)
        across.addWidget(self._pictures, 1)
        self._body.addWidget(self.state)
        self._body.addWidget(plan)
        down = QVBoxLayout(self._front)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(gap)
        down.addLayout(head)
        down.addWidget(self.strip)
        down.addWidget(self._body, 1)
        self._whole.addWidget(self._front)
        self._whole.addWidget(self.master)
        self.column.addWidget(self._whole, 1)
        self.concerns.say_when_empty("没有要看的", "所有点都排进去了，也没有点换了车。", glyph=Glyph.CHECK)

    def _connect(self) -> None:
        self._turn_key = QShortcut(QKeySequence("F10"), self._front)
        self._turn_key.activated.connect(self.turn_view)
        self.turn.clicked.connect(self.turn_view)
        self.views.setToolTip("F10 换一个看")
        self.views.chosen.connect(self._show_view)
        self.look_for.clicked.connect(lambda: self.ask_find(""))
        self.more.clicked.connect(self._ask_more)
        self.main.clicked.connect(self._do_main)
        self.routes.pointed.connect(lambda row: self._point_van(row.van))
        self.routes.chosen.connect(lambda row: self.open_route(row.van))
        self.routes.toggled.connect(lambda row: self.hand.ask_van(row.van))
        self.stops.pointed.connect(lambda row: self.map.show_point(row.point))
        self.stops.chosen.connect(lambda row: self.hand.ask_stop(row.point))
        self.stops.dropped.connect(self._dropped_in_list)
        self.stops.carried.connect(self._carry_to_map)
        self.stops.left.connect(lambda is_let_go: self.map.put_down(is_let_go=is_let_go))
        self.concerns.chosen.connect(self._ask_concern)
        self.concerns.pointed.connect(lambda row: self.map.show_point(row.point))
        self.map.picked.connect(self.show_stop)
        self.map.opened.connect(self.hand.ask_stop)
        self.map.picked_route.connect(self._picked_route)
        self.map.dragged.connect(self._show_effect_of_drag)
        self.map.dropped.connect(self.hand.move)
        self.gantt.picked.connect(self._picked_route)
        self.master.left.connect(self.leave_master)
        self.state.way_on.clicked.connect(self._do_main)
        self._ticker.timeout.connect(self._tick)

    # --- what the window asks of a page ---

    @property
    def board(self) -> Board | None:
        """The plan that is shown."""
        return self.hand.board

    def primary(self) -> QWidget | None:
        if self._whole.currentIndex():
            return self.master.view
        if self.board is None:
            return self.main
        return self._list

    def refresh(self, topics: frozenset[str]) -> None:
        """Read the night again; a plan that stands is fitted to what has changed."""
        day = business_day(self._now_ms())
        if day != self._day:
            self._day = day
            self._forget_plan()
        if self._whole.currentIndex():
            self.master.look()
        known = gather(self._reader, day=day, before=self._known)
        same = known == self._known
        if same and self._known is not None:
            known = self._known  # what was made of it still serves
        self._known = self.hand.known = known
        if self.stage is Stage.SEARCHING:
            return
        board = self.board
        if self.stage in (Stage.EMPTY, Stage.ADOPTED) and self._adopted_elsewhere():
            self._load_adopted(known)
            return
        self._hear_of_others()
        if same:
            return
        if board is not None:
            self._follow()
        elif self.stage is not Stage.WAITING:
            self._show_nothing()

    def _follow(self) -> None:
        """Fit the plan to what the book says now; what a hand is doing comes first."""
        board, known = self.board, self._known
        if board is not None and known is not None and self.hand.doing is None:
            self._used = known
            self.planner.mend(known, board.tonight.wish, board.plan, self._fitted)

    def _catch_up(self) -> None:
        """The book has changed while a plan was made: it follows."""
        if self._used is not None and self._used != self._known:
            self._follow()

    def _hear_of_others(self) -> None:
        """Another PC has adopted a plan while this one works on its own: said once."""
        held = held_in(self._reader, day=self._day)
        if self.stage is Stage.READY and held and held != self._held:
            self._held = held
            self.desk.answer(words.OTHER_PLAN)

    def _adopted_elsewhere(self) -> bool:
        """Whether the book holds a plan for today that is not the one shown: of an earlier start, or of another PC."""
        rows = queries.plan_stops(self._reader, day=self._day)
        vans = {row.route: row.van for row in queries.plan_of(self._reader, day=self._day)}
        order, _ = order_of(rows, vans)
        shown = self.board.plan.points_of() if self.board else {}
        return bool(order) and {van: tuple(points) for van, points in order.items()} != shown

    def undo(self) -> None:
        if self._whole.currentIndex():
            if not self.master.undo():
                self.desk.answer(words.NOTHING_TO_UNDO)
        elif self.stage is Stage.ADOPTED and self._back:
            back, self._back = self._back, ()
            self.desk.do(PutBack(back), self._taken_back)
        else:
            self._undo_by_hand()

    def cancel(self) -> bool:
        """Esc: out of the master data, out of one route's stops, then a search is stopped."""
        if self._whole.currentIndex():
            self.leave_master()
        elif self._lists.currentIndex():
            self.close_route()
        elif self.stage is Stage.SEARCHING:
            self._stop()
        else:
            return False
        return True

    def on_scan(self, code: str) -> None:
        """A point's code is looked up."""
        board = self.board
        found = next((s.point for s in board.night.stops if s.point == code), "") if board else ""
        if found:
            self.show_stop(found)
            self.hand.ask_stop(found)
        else:
            self.ask_find(code)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A letter or figure typed anywhere looks for a point; + − and arrows move the map."""
        if self._whole.currentIndex():
            super().keyPressEvent(event)
        elif event.text() in ("+", "-", "="):
            self.map.keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Space and self._van:
            self.hand.ask_van(self._van)
        elif event.text().isalnum() and self.board is not None:
            self.ask_find(event.text())
        else:
            super().keyPressEvent(event)

    def _now_ms(self) -> int:
        skew: int = self._reader.get("skew_ms", 0)
        return self._clock.now_ms() - skew

    # --- planning ---

    def _do_main(self) -> None:
        if self.stage is Stage.SEARCHING:
            self._stop()
        elif self.stage is Stage.READY:
            self._adopt()
        elif self.stage is not Stage.WAITING:
            self.plan()

    def plan(self) -> None:
        """Search for tonight's plan."""
        known = self._known or gather(self._reader, day=business_day(self._now_ms()))
        self._known = self.hand.known = known
        if not known.demands or not (known.vans or known.listed):
            self.desk.answer(_NO_GOODS if not known.demands else _NO_VANS)
            return
        board = self.board
        wish = board.tonight.wish if board else Wish()
        start = board.plan if board else None
        self._begun, self._change = time.monotonic(), None
        self._used, self.hand.doing = known, None
        self._set_stage(Stage.SEARCHING)
        if board is None:
            self.state.show_busy("正在排线路", "几秒钟就有第一份，之后会越排越省。")
            self._body.setCurrentIndex(0)
        self._ticker.start()
        self.planner.plan(known, wish, self._heard, start=start)

    def _heard(self, tonight: Tonight, progress: Progress) -> None:
        """The search has a better plan, or is over."""
        if progress.plan.routes or progress.plan.unserved:
            board = self.board
            if board is None:
                self.hand.board = Board(tonight, progress.plan)
                self._show_plan()
                if self.main.hasFocus():
                    self._list.setFocus()  # arrows walk the vans at once, and no stray Enter stops or adopts
                self.desk.answer(words.FIRST_PLAN)
            elif progress.plan is not board.plan:
                board.tonight, board.plan, self._unseen = tonight, progress.plan, 1
        if progress.done:
            self._search_over()

    def _stop(self) -> None:
        self.planner.stop()
        self._search_over()

    def _search_over(self) -> None:
        self._ticker.stop()
        self.strip.show_share(-1)
        board = self.board
        self._show_plan()
        if board is None:
            self._set_stage(Stage.EMPTY)
            self._show_nothing()
            self.desk.answer(Answer(Tone.INFO, "停了", "还没有排出线路。按 F12 再排。"))
            return
        self._set_stage(Stage.READY)
        self._find_moved()
        self.desk.answer(words.planned(board.plan))
        self._hear_of_others()
        self._catch_up()

    def _tick(self) -> None:
        """Several times a second: how far the search is, and what it has found since."""
        if self._unseen:
            self._show_plan()
        spent = time.monotonic() - self._begun
        left = max(0, round(self._limits.seconds - spent))
        self.strip.show_share(spent / self._limits.seconds)
        self.main.set_text(f"停 {left}" if self._slim else f"停（{left} 秒）")

    def _adopt(self) -> None:
        board = self.board
        if board is not None:
            self._change = None
            fact = adopted(board.tonight, board.plan)
            self._held = frozenset(
                (route.van, at, stop.point) for route in fact.routes for at, stop in enumerate(route.stops, 1)
            )
            self.desk.do(Adopt(fact), self._adopted)

    def _adopted(self, result: Adopted | Refused) -> None:
        if isinstance(result, Adopted):
            self._back = result.back
            self._set_stage(Stage.ADOPTED)
        self.desk.answer(words.answer(result))

    def _taken_back(self, result: Any) -> None:
        self._set_stage(Stage.READY)
        self.desk.answer(Answer(Tone.INFO, "已撤销", "刚才采用的线路不算了，可以接着改。"))

    def _load_adopted(self, known: Known) -> None:
        """The plan that holds for today, read back from the book."""
        self._set_stage(Stage.WAITING)
        self._held, self._used, self.hand.doing = held_in(self._reader, day=self._day), known, None
        plan, wish = standing(self._reader, known)
        self.planner.mend(known, wish, plan, self._loaded)

    def _loaded(self, tonight: Tonight, plan: Plan) -> None:
        """The plan that holds is shown; what does not fit the night any more is said, and is to be adopted again."""
        self.hand.board = Board(tonight, plan)
        self._set_stage(Stage.ADOPTED)
        brought = {(row.point, row.pieces) for row in queries.plan_stops(self._reader, day=self._day)}
        fact = adopted(tonight, plan)
        if self._adopted_elsewhere() or brought != {
            (s.point, s.pieces) for r in fact.routes for s in r.stops
        }:
            self._set_stage(Stage.READY)
            self.desk.answer(words.fitted(left=len(loose(tonight.night, plan)), adopted=True))
        self._show_plan()
        self._find_moved()
        self._catch_up()

    def _failed(self) -> None:
        """Planning has failed: what stood before stands, and the page goes on."""
        self._ticker.stop()
        self.strip.show_share(-1)
        self.hand.doing = None
        if self.stage in (Stage.WAITING, Stage.SEARCHING):
            self._set_stage(Stage.READY if self.board else Stage.EMPTY)
        if self.board is None:
            self._show_nothing()
        self.desk.answer(words.FAILED)

    def _fitted(self, tonight: Tonight, plan: Plan) -> None:
        """The night has changed in the book; the plan follows, and is to be adopted again where it differs."""
        board = self.board
        if board is None:
            return
        same = _carried(plan) == _carried(board.plan)
        board.tonight, board.plan = tonight, plan
        if not same:
            adopted = self.stage is Stage.ADOPTED
            if adopted:
                self._set_stage(Stage.READY)
            self.desk.answer(words.fitted(left=len(loose(tonight.night, plan)), adopted=adopted))
        self._show_plan()
        self._find_moved()
        self._catch_up()

    def _forget_plan(self) -> None:
        self.planner.stop()
        self._ticker.stop()
        self.hand.board, self.hand.doing = None, None
        self._held, self._used = frozenset(), None
        self._known, self._back, self._change, self._moved = None, (), None, ()
        self._set_stage(Stage.EMPTY)

    def _set_stage(self, stage: Stage) -> None:
        self.stage = stage
        words_of = _SHORT if self._slim else _LONG
        self.main.weight = Weight.PLAIN if stage in (Stage.ADOPTED, Stage.SEARCHING) else Weight.PRIMARY
        self.main.set_text(words_of.get(stage, "排线路"))
        self.main.setEnabled(stage is not Stage.WAITING)

    # --- by hand ---

    def _changed_by_hand(self, word: str, effect: Effect, left: int) -> None:
        self._change = effect
        self._set_stage(Stage.READY)
        self._show_plan()
        self._find_moved()
        rest = len(loose(self.board.night, self.board.plan)) if self.board else 0
        self.desk.answer(words.changed(word, effect, left=left, rest=rest))
        self._used = self.hand.used or self._used
        self._catch_up()

    def _undo_by_hand(self) -> None:
        board = self.board
        word = board.undo() if board else ""
        if board is None or not word:
            self.desk.answer(words.NOTHING_TO_UNDO)
            return
        self._change = None
        self._set_stage(Stage.READY)
        self._show_plan()
        self._find_moved()
        self.desk.answer(Answer(Tone.INFO, "已撤销", f"刚才的“{word}”撤销了。"))

    def _show_effect_of_drag(self, point: str, van: str) -> None:
        board = self.board
        if board is None or not van:
            self.map.show_hint("")
            return
        tried = board.try_move(point, van)
        tone = Tone.WRONG if tried.strains else words.effect_tone(tried.effect)
        self.map.show_hint(f"{board.tonight.route_name(van)}：{words.tried(tried)}", tone)

    def _carry_to_map(self, point: str, place: QPoint) -> None:
        """A stop is dragged out of its van's list, onto another van's route on the map."""
        if self.map.isVisible():
            self.map.carry(point, QPointF(self.map.mapFromGlobal(place)))

    def _hint_of_place(self, point: str, at: int) -> str:
        """What a stop at another place of its van would do."""
        board = self.board
        route = board.route_of(point) if board else None
        if board is None or route is None:
            return ""
        return f"第 {at + 1} 站：{words.tried(board.try_move(point, route.van, at=at))}"

    def _dropped_in_list(self, point: str, at: int) -> None:
        board = self.board
        route = board.route_of(point) if board else None
        if board is not None and route is not None:
            self.hand.take(board.try_move(point, route.van, at=at), "换顺序")

    def _ask_concern(self, row: Concern) -> None:
        if row.left is not None:
            self.hand.way_out(row)
        elif row.moved is None:
            self.hand.ask_stop(row.point)
        elif row.moved.back is not None:
            self._ask_back(row.moved)

    def _ask_back(self, moved: Moved) -> None:
        board, back = self.board, moved.back
        if board is None or back is None:
            return
        name = board.tonight.route_name
        options = [f"留在 {name(moved.van)}", f"回到 {name(moved.before)}：{words.tried(back)}"]
        sheet = PickSheet(board.tonight.stop_name(moved.point), options, sentence="昨天不是这台车送的。")
        self._open(sheet, lambda at: self.hand.take(back, "回到原来的车") if at else None)

    # --- showing ---

    def _show_nothing(self) -> None:
        known = self._known
        self._body.setCurrentIndex(0)
        self.strip.hide()
        if known is None or not known.demands:
            self.state.show_empty(
                "今晚还没有货要送",
                "平台报来到货后，这里就能排线路。资料可以先在“更多”里填好。",
                glyph=Glyph.ROUTE,
            )
            return
        self.planner.prepare(known)
        pieces = sum(demand.pieces for demand in known.demands)
        vans = len(known.vans) or len(known.listed)
        self.state.show_empty(
            f"今晚 {len(known.demands)} 个点，{pieces:,} 件，{vans} 台车",
            "按 F12 排线路：几秒出第一份，之后越排越省，随时可以停。",
            glyph=Glyph.ROUTE,
        )

    def _show_plan(self) -> None:
        board = self.board
        self._unseen = 0
        if board is None:
            return
        self._body.setCurrentIndex(1)
        self.strip.show()
        self.strip.show_figures(figures_of(board.tonight, board.plan, self._change))
        self.routes_model.replace(route_lines(board))
        if self._lists.currentIndex():
            self._show_stops(self._van)
        self.map.show_map(map_data(board.tonight, board.plan))
        self.map.show_caption(f"距离：{words.ROADS[board.tonight.roads]}")
        self.gantt.show_bars(bars_of(board.tonight, board.plan), deadline_s=board.night.deadline_s)
        self._show_concerns()

    def _find_moved(self) -> None:
        """What is otherwise than yesterday is weighed beside the window, for it takes a moment."""
        if self.board is not None:
            self.planner.weigh(self.board, self._show_moved)

    def _show_moved(self, moved: Sequence[Moved]) -> None:
        self._moved = moved
        self._show_concerns()

    def _show_concerns(self) -> None:
        if self.board is not None:
            self.concerns_model.replace(concerns(self.board, self._moved))

    def _show_view(self, at: int) -> None:
        """Map, clock or list beside the vans; the list alone on a narrow screen, one thing at a time on a small one."""
        self._pictures.setCurrentIndex(at)
        wide = self.width() >= sized(self, WIDE)
        self._lists.setVisible(self._listing if self._slim else at < 2 or wide)
        self._pictures.setVisible(not (self._slim and self._listing))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """With large print on a small screen words are shorter, and a key takes the place of the choice."""
        super().resizeEvent(event)
        slim = self.width() < sized(self, NARROW)
        if slim != self._slim:
            self._slim = slim
            self._slim_down(slim=slim)
        if slim:
            self._lists.setMinimumWidth(0)
            self._lists.setMaximumWidth(self.width())
        else:
            self._lists.setFixedWidth(sized(self, LIST_WIDTH))
        self._show_view(max(0, self.views.index))

    def _slim_down(self, *, slim: bool) -> None:
        self.views.setVisible(not slim)
        self.turn.setVisible(slim)
        self._turn_key.setEnabled(not slim)
        self.look_for.set_text("找" if slim else "找点位")
        for view in (self.routes, self.stops, self.concerns):
            view.horizontalHeader().setVisible(not slim)
        self.strip.slim(on=slim)
        self.master.slim(on=slim)
        self._set_stage(self.stage)

    def turn_view(self) -> None:
        """The next of map, clock and list; on a small screen the vans come between the last and the first."""
        at = (self.views.index + 1) % 3
        self._listing = self._slim and not self._listing and at == 0
        if self._slim and not self._listing and self._lists.isVisible():
            at = 0
        self.views.choose(at)
        self._show_view(at)
        front: tuple[QWidget, ...] = (self.map, self.gantt.rows, self.concerns)
        (self._list if self._listing else front[at]).setFocus()

    @property
    def _list(self) -> RowsView:
        """The list in front: the vans, or the stops of one."""
        return self.stops if self._lists.currentIndex() else self.routes

    def _point_van(self, van: str) -> None:
        self._van = van
        self.map.show_route(van)
        self.gantt.show_route(van)

    def open_route(self, van: str) -> None:
        """Show the stops of one van in the list."""
        if self.board is None or not any(route.van == van for route in self.board.plan.routes):
            self.hand.ask_van(van)
            return
        self._point_van(van)
        self._show_stops(van)
        self._lists.setCurrentIndex(1)
        self.stops.setFocus()

    def _show_stops(self, van: str) -> None:
        rows = stop_lines(self.board, van) if self.board else []
        if not rows:
            self.close_route()
            return
        self.stops_model.replace(rows)

    def close_route(self) -> None:
        """Back to the list of vans."""
        self._lists.setCurrentIndex(0)
        self.routes.setFocus()

    def show_stop(self, point: str) -> None:
        """Show a stop on the map and in the list of its van."""
        board = self.board
        route = board.route_of(point) if board else None
        if route is not None:
            self._point_van(route.van)
            self._show_stops(route.van)
            self._lists.setCurrentIndex(1)
            at = self.stops_model.row_of(point)
            self.stops.setCurrentIndex(self.stops_model.index(at, 0))
        self.map.show_point(point)

    def _picked_route(self, van: str) -> None:
        self._point_van(van)
        self._lists.setCurrentIndex(0)
        at = self.routes_model.row_of(van)
        if at >= 0:
            self.routes.setCurrentIndex(self.routes_model.index(at, 0))

    def selected_point(self) -> str:
        """The stop under the keyboard, "" for none."""
        row = self.stops.current_row() if self._lists.currentIndex() else None
        return row.point if isinstance(row, StopLine) else ""

    # --- sheets ---

    def ask_find(self, text: str) -> None:
        """Look for a point and say what is to be done with it."""
        board = self.board
        if board is None:
            self.desk.answer(Answer(Tone.INFO, "先排线路", "还没有线路。请按 F12 排线路，再找点位。"))
            return
        self._open(FindSheet(board, "找点位", text=text), self._found)

    def _found(self, point: str) -> None:
        self.show_stop(point)
        self.hand.ask_stop(point)

    def _ask_more(self) -> None:
        doing: list[Doing] = [("资料：车辆、司机、点位、规则", self.show_master)]
        if self.board is not None and self.stage is not Stage.SEARCHING:
            row = self.routes.current_row()
            doing.append(("再排一次", self.plan))
            if isinstance(row, RouteLine):
                van, name = row.van, self.board.tonight.route_name(row.van)
                doing.append((f"{name} {row.who}：今晚来不了、倒过来跑…", lambda: self.hand.ask_van(van)))
            doing += [("有车来不了，或又能来了…", self.hand.ask_away)] if self.board.tonight.wish.away else []
        if self.stage is Stage.READY and self._adopted_elsewhere():
            doing.append(("放下这份，看采用的那份", self._take_adopted))
        if queries.plan_of(self._reader, day=self._day):
            doing.append(("司机单存成 PDF", self.save_sheets))
        doing.append(self._table_choice())
        sheet = PickSheet("还要做什么？", [word for word, _ in doing])
        self._open(sheet, lambda at: doing[at][1]())

    def _take_adopted(self) -> None:
        """What is shown goes; the plan that holds comes."""
        self.planner.stop()
        if self._known is not None:
            self.hand.board, self._change, self._moved = None, None, ()
            self._back = ()
            self._load_adopted(self._known)

    def _table_choice(self) -> Doing:
        """A fixed table is used or let go."""
        if queries.fixed_table(self._reader):
            return "不用固定线路，每个点都可以换车", lambda: self._set_table(())
        return "每个点固定走站点线路表里的车", lambda: self._set_table(queries.listed_table(self._reader))

    def _set_table(self, rows: Sequence[Any]) -> None:
        self.desk.do(SetTable(tuple(rows)), lambda result: self.desk.answer(words.answer(result)))

    def save_sheets(self) -> None:
        """Write the drivers' sheets of the adopted plan."""
        routes = queries.plan_of(self._reader, day=self._day)
        sheets = sheets_of(routes, queries.plan_stops(self._reader, day=self._day))
        path = self._folder / f"司机单 {self._day}.pdf"
        station = str(self._reader.get("point_name", "") or "网格站")
        try:
            write_sheets(sheets, path, station=station, now_ms=self._now_ms())
        except OSError:
            self.desk.answer(words.NOT_SAVED)
            return
        self.desk.answer(
            Answer(Tone.OK, "司机单好了", f"{len(sheets)} 台车的司机单存在 {path}，打开就能打印。")
        )

    def show_master(self) -> None:
        """The master data comes to the front."""
        self.master.look()
        self._whole.setCurrentIndex(1)
        self.master.view.setFocus()

    def leave_master(self) -> None:
        """Back to the plan."""
        self._whole.setCurrentIndex(0)
        (self.primary() or self).setFocus()

    def _edit_point(self, point: str) -> None:
        self.show_master()
        self.master.show_kind(2)
        self.master.ask_stop(point)

    def _edit_vans(self) -> None:
        self.show_master()
        self.master.show_kind(0)

    def _open(self, sheet: Sheet, then: Callable[[Any], None]) -> None:
        sheet.done.connect(lambda result: self.desk.attempt(lambda: then(result)))
        sheet.open_over(self)


_LONG = {Stage.SEARCHING: "停", Stage.READY: "用这个方案", Stage.ADOPTED: "再排一次"}
_SHORT = {Stage.SEARCHING: "停", Stage.READY: "采用", Stage.ADOPTED: "再排"}
_NO_GOODS = Answer(Tone.LOOK, "没有货", "今晚还没有要送的货。等平台报来到货，再按 F12。")
_NO_VANS = Answer(Tone.LOOK, "没有车", "还没有车。请按 F11 打开资料，按 F9 添加车辆。")


def _carried(plan: Plan) -> tuple[set[tuple[Any, ...]], set[str]]:
    """What vans bring where, in their order, and who gets nothing: what other rooms and drivers go by."""
    routes = {(route.van, route.points, route.pieces, route.crates) for route in plan.routes}
    return routes, {each.point for each in plan.unserved}


def _documents() -> Path:
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(place) / "格驿" / "司机单"
