"""What a hand does to a plan, asked in sheets: move, swap, lock, split, leave out, and vans and roads that fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.domain.answers import Answer, Tone
from app.routing import words
from app.routing.board import Board, Tried, loose
from app.routing.listing import Concern, StopLine, found_lines, stop_columns
from app.routing.night import Effect, Out, Plan
from app.routing.planner import Planner
from app.routing.reckon import effect
from app.routing.rules import clock_text
from app.routing.tonight import Known, Tonight, Wish, point_of
from app.ui import tokens
from app.ui.desk import Desk
from app.ui.dialogs import PickSheet
from app.ui.fields import Field
from app.ui.ime import Writing
from app.ui.rows import RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized
from app.ui.sheet import Sheet

MOST_VANS = 6
MOST_PARTS = 3
Choice = tuple[str, Callable[[], None]]


class FindSheet(Sheet):
    """Finds a point by code, name, village or town: `done(point)`."""

    def __init__(
        self, board: Board, title: str, *, sentence: str = "", text: str = "", but: str = ""
    ) -> None:
        super().__init__(title, sentence=sentence or "输入编号、店名、村名或乡镇。", yes="就是它", width=640)
        self._board, self._but = board, but
        self._field = Field("找点位", hint="例如 民范村", writing=Writing.CHINESE)
        self._model = RowsModel(stop_columns(), key=lambda row: row.point)
        self.view = RowsView("找到的点位", self._model)
        self.view.setFixedHeight(sized(self, tokens.ROW * 5 + 46))
        self.view.say_when_empty("没有找到", "换个说法再试。", glyph=Glyph.SEARCH)
        self.body.addWidget(self._field)
        self.body.addWidget(self.view)
        self._field.textChanged.connect(lambda _: self._look())
        self._field.installEventFilter(self)
        self.view.chosen.connect(lambda _: self.accept())
        self.view.pointed.connect(lambda _: self.refresh())
        self._field.setText(text)
        self._look()

    def primary(self) -> QWidget:
        return self._field

    def result(self) -> str | None:
        row = self.view.current_row()
        return row.point if isinstance(row, StopLine) else None

    def on_scan(self, code: str) -> bool:
        self._field.setText(code.strip())
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down walk the list while the field is written in."""
        if watched is self._field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            by = {Qt.Key.Key_Down.value: 1, Qt.Key.Key_Up.value: -1}.get(event.key())
            if by is not None and self._model.rowCount():
                at = max(0, min(self._model.rowCount() - 1, self.view.currentIndex().row() + by))
                self.view.setCurrentIndex(self._model.index(at, 0))
                return True
        return super().eventFilter(watched, event)

    def _look(self) -> None:
        found = found_lines(self._board, self._field.text().strip())
        self._model.replace(
            [row for row in found if not isinstance(row, StopLine) or row.point != self._but][:200]
        )
        if self._model.rowCount():
            self.view.setCurrentIndex(self._model.index(0, 0))
        self.refresh()


class Hand:
    """Asks and does; `told(word, effect, left)` once the board has changed: `left` points more are in no route."""

    def __init__(
        self,
        over: QWidget,
        desk: Desk,
        planner: Planner,
        *,
        told: Callable[[str, Effect, int], None],
        edit_point: Callable[[str], None],
        edit_vans: Callable[[], None],
    ) -> None:
        self._over, self._desk, self._planner = over, desk, planner
        self._told, self._edit_point, self._edit_vans = told, edit_point, edit_vans
        self.board: Board | None = None
        self.known: Known | None = None
        self.used: Known | None = None
        """What the last change was reckoned with."""
        self.doing: Wish | None = None
        """The night that is being fitted right now: a further change comes on top of it."""

    # --- asking ---

    def ask_stop(self, point: str) -> None:
        """What is to be done with a stop?"""
        board = self.board
        if board is None or point not in board.night.stop_at:
            return
        route = board.route_of(point)
        doing: list[Choice] = [("改到别的车…", partial(self.ask_van_for, point))]
        if route is not None:
            doing += self._along(board, point)
            doing.append(("和别的点对换…", partial(self.ask_swap, point)))
            doing.append(self._lock(board, point, route.van))
        doing.append(("今晚有变化…", partial(self.ask_tonight, point)))
        self._pick(board.tonight.stop_name(point), doing, sentence=self._about(board, point))

    def ask_tonight(self, point: str) -> None:
        """What is otherwise tonight at a stop?"""
        board = self.board
        if board is None:
            return
        doing: list[Choice] = [
            ("拆成几份送…", partial(self.ask_split, point)),
            ("今晚不送这个点", partial(self.leave_out, point)),
            ("改资料：位置、时间、不能去的车", partial(self._edit_point, point_of(point))),
        ]
        route = board.route_of(point)
        if route is not None:
            at = route.points.index(point)
            before = route.points[at - 1] if at else ""
            name = board.tonight.stop_name(before) if before else "站里"
            doing.insert(2, (f"从{name}到这里的路不通", partial(self.close_road, before, point)))
        self._pick(board.tonight.stop_name(point), doing, sentence="改了马上重新安排，只动牵连到的车。")

    def _about(self, board: Board, point: str) -> str:
        stop, route = board.night.stop_at[point], board.route_of(point)
        goods = f"{stop.pieces} 件 {stop.crates} 筐"
        if route is None:
            return f"{goods}，还没排进去。"
        at = route.points.index(point)
        name = board.tonight.route_name(route.van)
        late = "，晚到了" if point in route.late_points else ""
        return f"{name} 第 {at + 1} 站，{clock_text(route.arrivals_s[at])} 到{late}，{goods}。"

    def _along(self, board: Board, point: str) -> list[Choice]:
        """Earlier and later on its own van, each with what it does."""
        found: list[Choice] = []
        for by, word in ((-1, "往前一站"), (1, "往后一站")):
            tried = board.try_shift(point, by=by)
            if tried is not None:
                found.append((f"{word}：{words.tried(tried)}", partial(self.take, tried, word)))
        return found

    def _lock(self, board: Board, point: str, van: str) -> Choice:
        if board.night.locked.get(point) == van:
            return "放开，不再锁在这台车", partial(self.unlock, point)
        return "锁在这台车，重排也不动", partial(self.lock, point, van)

    def ask_van_for(self, point: str) -> None:
        """On which other van, with what each would do."""
        board = self.board
        if board is None:
            return
        tries = board.tries(point)[:MOST_VANS]
        if not tries:
            self._desk.answer(Answer(Tone.INFO, "没有别的车", "今晚只有这一台车。"))
            return
        doing: list[Choice] = [
            (self._van_words(board, tried), partial(self.take, tried, "换车")) for tried in tries
        ]
        self._pick(f"{board.tonight.stop_name(point)}改到哪台车？", doing, sentence="最省的排在最前面。")

    def _van_words(self, board: Board, tried: Tried) -> str:
        who = board.tonight.driver_name(tried.van) or tried.van
        return f"{board.tonight.route_name(tried.van)} {who}：{words.tried(tried)}"

    def ask_swap(self, point: str) -> None:
        """With which other point?"""
        board = self.board
        if board is None:
            return
        title = f"{board.tonight.stop_name(point)}和谁对换？"
        self._open(FindSheet(board, title, but=point), lambda other: self._swap(point, other))

    def _swap(self, one: str, other: str) -> None:
        tried = self.board.try_swap(one, other) if self.board else None
        if tried is None:
            self._desk.answer(Answer(Tone.WRONG, "换不了", "有一个点还没排进去。请先把它放到一台车上。"))
            return
        self.take(tried, "对换")

    def ask_split(self, point: str) -> None:
        """In how many parts?"""
        board = self.board
        if board is None:
            return
        pieces = board.tonight.demands[point_of(point)].pieces
        doing: list[Choice] = [
            (f"{parts} 份，每份约 {round(pieces / parts)} 件", partial(self.split, point_of(point), parts))
            for parts in range(2, MOST_PARTS + 1)
            if pieces >= parts
        ]
        if board.tonight.wish.parts.get(point_of(point), 1) > 1:
            doing.insert(0, ("不拆，合在一起送", partial(self.split, point_of(point), 1)))
        if not doing:
            self._desk.answer(Answer(Tone.INFO, "拆不了", "只有一件，不用拆。"))
            return
        self._pick(f"{board.tonight.stop_name(point_of(point))}拆成几份？", doing)

    def ask_van(self, van: str) -> None:
        """What is to be done with a van?"""
        board = self.board
        if board is None or van not in board.night.van_named:
            return
        doing: list[Choice] = [("今晚来不了", partial(self.send_away, van))]
        route = next((each for each in board.plan.routes if each.van == van), None)
        if route is not None and len(route.points) > 1:
            doing.append(("倒过来跑", partial(self._reverse, van)))
        who = board.tonight.driver_name(van) or van
        self._pick(f"{board.tonight.route_name(van)} {who}", doing, sentence=van)

    def ask_away(self) -> None:
        """Which van cannot come, or is here after all?"""
        board = self.board
        if board is None:
            return
        away = sorted(board.tonight.wish.away)
        doing: list[Choice] = [(f"{van} 又能来了", partial(self.bring_back, van)) for van in away]
        doing += [
            (
                f"{board.tonight.route_name(r.van)} {board.tonight.driver_name(r.van) or r.van}",
                partial(self.send_away, r.van),
            )
            for r in board.plan.routes
        ]
        if len(doing) <= 9:
            self._pick("哪台车来不了？", doing)
        else:
            self._desk.answer(
                Answer(Tone.INFO, "先选那台车", "请在左边选中那台车，按空格，再选“今晚来不了”。")
            )

    # --- doing: by hand ---

    def take(self, tried: Tried, word: str) -> None:
        """Make a change that was tried."""
        board = self.board
        if board is not None:
            before = board.plan
            board.take(tried, word)
            self._told(word, effect(before, board.plan), 0)

    def move(self, point: str, van: str) -> None:
        """Put a point on a van, where it costs least there."""
        if self.board is not None:
            self.take(self.board.try_move(point, van), "换车")

    def _reverse(self, van: str) -> None:
        if self.board is not None:
            self.take(self.board.try_reverse(van), "倒过来跑")

    def lock(self, point: str, van: str) -> None:
        """The engine leaves this point on this van."""
        self._relock({point: van}, "锁住")

    def unlock(self, point: str) -> None:
        """The engine may move it again."""
        self._relock({point: ""}, "放开")

    def _relock(self, change: dict[str, str], word: str) -> None:
        board = self.board
        if board is None:
            return
        tonight = board.tonight
        locked = {p: v for p, v in {**tonight.wish.locked, **change}.items() if v}
        pins = {p: v for p, v in {**tonight.night.locked, **change}.items() if v}
        wish = replace(tonight.wish, locked=locked)
        night = replace(tonight.night, locked=pins)
        board.put(replace(tonight, wish=wish, night=night), board.plan, word)
        self._told(word, Effect(0, 0, 0, 0), 0)

    # --- doing: another night ---

    def split(self, point: str, parts: int) -> None:
        """A point comes in parts, on different vans where that is better."""
        self._mend(
            lambda wish: replace(wish, parts={**wish.parts, point: parts}), "拆开" if parts > 1 else "合并"
        )

    def leave_out(self, point: str) -> None:
        """A point gets nothing tonight."""
        self._mend(lambda wish: replace(wish, dropped=wish.dropped | {point_of(point)}), "不送")

    def send_away(self, van: str) -> None:
        """A van does not come tonight: its points go to others."""
        self._mend(lambda wish: replace(wish, away=wish.away | {van}), "少一台车")

    def bring_back(self, van: str) -> None:
        """A van is here after all."""
        self._mend(lambda wish: replace(wish, away=wish.away - {van}), "多一台车")

    def close_road(self, one: str, other: str) -> None:
        """Nobody drives from one to the other tonight."""
        pair = frozenset({point_of(one), point_of(other)})
        self._mend(lambda wish: replace(wish, closed=wish.closed | {pair}), "绕路")

    def fill_up(self) -> None:
        """Vans are loaded to their limit tonight."""
        self._mend(lambda wish: replace(wish, full=1), "装满")

    def way_out(self, concern: Concern) -> None:
        """Do what would bring a point in, as far as it can be done here; else open where it is said."""
        left = concern.left
        way = left.way_out if left else None
        point = point_of(concern.point)
        if left is None:
            return
        if way is None:
            self.ask_stop(concern.point)
        elif way.kind is Out.LATER_WINDOW:
            self._mend(lambda wish: replace(wish, until={**wish.until, point: way.until_s}), "晚点送")
        elif way.kind is Out.SPLIT:
            self.split(point, max(2, way.parts))
        elif way.kind is Out.OTHER_VAN:
            self._mend(partial(_with_any_van, point), "换车")
        elif way.kind is Out.LET_GO:
            company = self._company(point)
            self._mend(lambda wish: replace(wish, alone=wish.alone | company), "放开")
        elif way.kind is Out.ANOTHER_VAN:
            self._another_van()
        else:
            self._edit_point(point)

    def _company(self, point: str) -> frozenset[str]:
        """All who are bound by a rule about company that binds this point."""
        rules = self.known.rules if self.known else ()
        bound = [rule.points for rule in rules if rule.kind != "locked" and point in rule.points]
        return frozenset({point}.union(*bound))

    def _another_van(self) -> None:
        """Slack is used up before a van is asked for."""
        if (
            self.board is not None
            and self.board.tonight.settings.fill_percent < 100
            and not self.board.tonight.wish.full
        ):
            doing: list[Choice] = [
                ("车装满一点，不留余量", self.fill_up),
                ("添一台车", self._edit_vans),
            ]
            self._pick("车都装到了计划的量", doing, sentence="平时留一点余量，第二天早上不容易出错。")
            return
        self._edit_vans()

    def _mend(self, change: Callable[[Wish], Wish], word: str) -> None:
        board, known = self.board, self.known
        if board is None or known is None:
            return
        wish = change(self.doing or board.tonight.wish)
        self.doing, self.used = wish, known
        self._planner.mend(known, wish, board.plan, partial(self._mended, board.plan, word))

    def _mended(self, before: Plan, word: str, tonight: Tonight, plan: Plan) -> None:
        if self.board is not None:
            self.doing = None
            left = len(loose(tonight.night, plan)) - len(loose(self.board.night, before))
            self.board.put(tonight, plan, word)
            self._told(word, effect(before, plan), left)

    # --- sheets ---

    def _pick(self, title: str, doing: Sequence[Choice], *, sentence: str = "") -> None:
        sheet = PickSheet(title, [word for word, _ in doing], sentence=sentence)
        self._open(sheet, lambda at: doing[at][1]())

    def _open(self, sheet: Sheet, then: Callable[[Any], None]) -> None:
        sheet.done.connect(lambda result: self._desk.attempt(lambda: then(result)))
        sheet.open_over(self._over)


def _with_any_van(point: str, wish: Wish) -> Wish:
    """Neither table nor lock binds the point tonight, not even a lock by hand."""
    locked = {name: van for name, van in wish.locked.items() if point_of(name) != point}
    return replace(wish, any_van=wish.any_van | {point}, locked=locked)
