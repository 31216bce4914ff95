"""The page 线路 as a station uses it: keys, sheets, the map and what is seen, on a real book with the real engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain import events as e
from app.domain.answers import Answer, Tone
from app.domain.clock import moment
from app.routing import queries
from app.routing.actions import Keep
from app.routing.engine import Limits
from app.routing.forms import FormSheet
from app.routing.hand import FindSheet
from app.routing.listing import Concern, RouteLine, StopLine
from app.routing.night import Why
from app.routing.page import RoutingPage, Stage
from app.routing.reckon import check
from app.store.opening import Store
from app.ui.desk import Desk
from app.ui.dialogs import PickSheet
from app.ui.fonts import apply_theme
from app.ui.gallery import HEADING
from app.ui.page import Page
from app.ui.rows import Section
from app.ui.sheet import Sheet, sheet_over
from app.ui.tokens import TextSize, stylesheet
from app.ui.window import CounterWindow
from tests.routing.test_master import csv_of
from tests.samples import Record
from tests.station import DAY, KnowNoVans, small_night, station_store

pytestmark = [pytest.mark.qt_log_ignore(r"propagateSizeHints\(\)", extend=True)]
QUICK = Limits(seconds=2, workers=0)
"""The first plan only: no worker process is started."""


@dataclass
class Station:
    """The window with the page, and what was answered."""

    window: CounterWindow
    page: RoutingPage
    store: Store
    bot: QtBot
    folder: Path
    answers: list[Answer] = field(default_factory=list)
    file: str = ""

    def press(self, key: Qt.Key | str, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press one key where the focus is."""
        where = QApplication.focusWidget() or self.window
        if isinstance(key, str):
            QTest.keyClicks(where, key, held)
        else:
            QTest.keyClick(where, key, held)

    def until(self, so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        self.bot.waitUntil(so, timeout=20_000)

    def answer_after(self, act: Callable[[], object]) -> Answer:
        """What is said next."""
        before = len(self.answers)
        act()
        self.until(lambda: len(self.answers) > before)
        return self.answers[-1]

    def sheet(self, kind: type[Sheet]) -> Any:
        """The sheet that opens."""
        self.until(lambda: isinstance(sheet_over(self.window), kind))
        return sheet_over(self.window)

    def options(self) -> list[str]:
        """The words of the sheet that asks for one of a few."""
        from app.ui.buttons import ActionButton

        sheet = self.sheet(PickSheet)
        return [b.text() for b in sheet.findChildren(ActionButton) if b.key.isdigit()]

    def choose(self, words: str) -> None:
        """Press the digit of the option that begins so."""
        options = self.options()
        at = next(at for at, option in enumerate(options) if option.startswith(words))
        self.press(str(at + 1))

    def planned(self) -> RoutingPage:
        """Press F12 and wait for the plan."""
        self.press(Qt.Key.Key_F12)
        self.until(lambda: self.page.stage is Stage.READY)
        return self.page

    def adopted(self) -> RoutingPage:
        """Plan and adopt."""
        self.planned()
        self.press(Qt.Key.Key_F12)
        self.until(lambda: self.page.stage is Stage.ADOPTED)
        return self.page

    def record(self, *facts: e.Fact) -> None:
        """Something is heard; the page looks again."""
        self.store.writer.do(Record(facts))
        self.page.refresh(self.page.topics)


def make(tmp_path: Path, qtbot: QtBot, limits: Limits, *, points: int = 40, pieces: int = 1200) -> Station:
    """A station's counter at the smallest screen, before its night."""
    application = QApplication.instance()
    if isinstance(application, QApplication) and application.styleSheet() != stylesheet(
        TextSize.NORMAL.scale
    ):
        apply_theme(application)
    store = station_store(tmp_path / "book", small_night(points=points, pieces=pieces))
    store.writer.do(KnowNoVans())
    desk = Desk(store.writer.submit)
    window = CounterWindow(desk, heading=HEADING, clock=lambda: moment(store.clock.now_ms()))
    desk.setParent(window)
    qtbot.addWidget(window)
    chosen: list[Station] = []
    page = RoutingPage(
        desk, store.reader(), store.clock, limits=limits, choose_file=lambda _: chosen[0].file,
        sheets_folder=tmp_path / "sheets",
    )  # fmt: skip
    window.add_page(page)
    window.add_page(Page(desk))
    made = Station(window, page, store, qtbot, tmp_path)
    chosen.append(made)
    desk.answered.connect(made.answers.append)
    window.resize(1024, 768)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    return made


@pytest.fixture
def station(qtbot: QtBot, tmp_path: Path) -> Iterator[Station]:
    """Forty points on four vans; a plan is the first one, at once."""
    made = make(tmp_path, qtbot, QUICK)
    yield made
    made.page.planner.close()
    made.page._reader.close()
    made.store.close()


def route_rows(page: RoutingPage) -> list[RouteLine]:
    """The vans of the list."""
    return [row for row in page.routes_model.rows if isinstance(row, RouteLine)]


def stop_rows(page: RoutingPage) -> list[StopLine]:
    """The stops of the list."""
    return [row for row in page.stops_model.rows if isinstance(row, StopLine)]


def first_stop(page: RoutingPage) -> str:
    """A stop in the middle of the first route."""
    assert page.board is not None
    return page.board.plan.routes[0].points[1]


# --- planning ----------------------------------------------------------------------------------------------


def test_before_anything_the_page_says_how_much_there_is_and_which_key(station: Station) -> None:
    assert "件" in station.page.state.accessibleName()
    assert "F12" in station.page.state.accessibleName()
    assert station.page.main.text() == "排线路"


def test_one_key_plans_and_a_second_adopts(station: Station) -> None:
    page = station.planned()
    assert page.board is not None
    assert check(page.board.night, page.board.plan) == []
    assert station.answers[-1].word == "排好了"
    assert page.main.text() == "用这个方案"
    assert page.routes.hasFocus()
    answer = station.answer_after(lambda: station.press(Qt.Key.Key_F12))
    assert answer.word == "线路定了"
    reader = station.store.reader()
    stops = queries.plan_stops(reader, day=DAY)
    reader.close()
    assert {stop.point for stop in stops} == {p for r in page.board.plan.routes for p in r.points}
    assert page.stage is Stage.ADOPTED
    assert page.main.text() == "再排一次"


def test_adopting_is_taken_back_with_ctrl_z(station: Station) -> None:
    page = station.adopted()
    answer = station.answer_after(lambda: station.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier))
    assert answer.word == "已撤销"
    assert page.stage is Stage.READY
    assert queries.plan_of(page._reader, day=DAY) == []


def test_the_real_engine_gives_a_first_plan_betters_it_and_stops_at_a_key(
    qtbot: QtBot, tmp_path: Path
) -> None:
    made = make(tmp_path, qtbot, Limits(seconds=60, workers=1))
    page = made.page
    made.press(Qt.Key.Key_F12)
    made.until(lambda: page.board is not None)
    assert page.stage is Stage.SEARCHING
    assert "第一份好了" in [answer.word for answer in made.answers]
    assert page.board is not None
    first = page.board.plan.cost_fen
    made.until(lambda: page.board is not None and page.board.plan.engine == "pyvrp")
    made.press(Qt.Key.Key_F12)
    made.until(lambda: page.stage is Stage.READY)
    assert page.board.plan.cost_fen <= first
    assert check(page.board.night, page.board.plan) == []
    assert not page.planner.busy
    page.planner.close()
    page._reader.close()
    made.store.close()


def test_escape_stops_a_search_and_keeps_the_best(qtbot: QtBot, tmp_path: Path) -> None:
    made = make(tmp_path, qtbot, Limits(seconds=60, workers=1))
    made.press(Qt.Key.Key_F12)
    made.until(lambda: made.page.board is not None)
    made.press(Qt.Key.Key_Escape)
    assert made.page.stage is Stage.READY
    made.page.planner.close()
    made.page._reader.close()
    made.store.close()


def test_an_adopted_plan_is_there_again_when_the_program_starts(station: Station) -> None:
    page = station.adopted()
    assert page.board is not None
    before = page.board.plan.points_of()
    reader = station.store.reader()
    again = RoutingPage(page.desk, reader, station.store.clock, limits=QUICK)
    station.bot.addWidget(again)
    again.refresh(again.topics)
    station.until(lambda: again.board is not None)
    assert again.stage is Stage.ADOPTED
    assert again.board is not None
    assert again.board.plan.points_of() == before
    again.planner.close()
    reader.close()


def test_what_was_said_about_the_night_is_known_again_when_the_program_starts(station: Station) -> None:
    page = station.planned()
    board = page.board
    assert board is not None
    point = board.plan.routes[0].points[0]
    page.hand.leave_out(point)
    station.until(lambda: point in board.tonight.wish.dropped)
    station.press(Qt.Key.Key_F12)
    station.until(lambda: page.stage is Stage.ADOPTED)
    reader = station.store.reader()
    again = RoutingPage(page.desk, reader, station.store.clock, limits=QUICK)
    station.bot.addWidget(again)
    again.refresh(again.topics)
    station.until(lambda: again.board is not None)
    assert again.stage is Stage.ADOPTED
    assert again.board is not None
    assert again.board.tonight.wish.dropped == {point}
    again.planner.close()
    reader.close()


def test_a_standing_plan_that_no_longer_fits_the_goods_is_said_when_the_program_starts(
    station: Station,
) -> None:
    page = station.adopted()
    board = page.board
    assert board is not None
    stop = next(s for s in queries.stops(page._reader) if s.point == board.plan.routes[0].points[0])
    station.store.writer.do(Record((replace(stop, forbidden=(board.plan.routes[0].van,)),)))
    reader = station.store.reader()
    again = RoutingPage(page.desk, reader, station.store.clock, limits=QUICK)
    station.bot.addWidget(again)
    answer = station.answer_after(lambda: again.refresh(again.topics))
    assert answer.word == "线路变了"
    assert again.stage is Stage.READY
    again.planner.close()
    reader.close()


def test_a_plan_adopted_at_another_pc_takes_the_place_of_ours(station: Station) -> None:
    page = station.adopted()
    board = page.board
    assert board is not None
    one, *rest = board.plan.routes
    turned = replace(one, points=tuple(reversed(one.points)))
    from app.routing.tonight import adopted

    station.record(adopted(board.tonight, replace(board.plan, routes=(turned, *rest))))
    station.until(lambda: page.board is not None and page.board.plan.points_of()[one.van] == turned.points)
    assert page.stage is Stage.ADOPTED


def test_a_plan_that_is_being_changed_by_hand_is_not_taken_away(station: Station) -> None:
    page = station.adopted()
    board = page.board
    assert board is not None
    page.hand.take(board.try_reverse(board.plan.routes[0].van), "倒过来跑")
    mine = board.plan
    page.refresh(page.topics)
    assert board.plan is mine
    assert page.stage is Stage.READY


def test_without_goods_the_page_says_so(qtbot: QtBot, tmp_path: Path) -> None:
    from tests.samples import morning

    store = Store(tmp_path, morning())
    desk = Desk(store.writer.submit)
    reader = store.reader()
    page = RoutingPage(desk, reader, store.clock, limits=QUICK)
    desk.setParent(page)
    qtbot.addWidget(page)
    said: list[Answer] = []
    desk.answered.connect(said.append)
    page.refresh(page.topics)
    assert "还没有货" in page.state.accessibleName()
    page._do_main()
    assert said[-1].word == "没有货"
    assert page.stage is Stage.EMPTY
    page.planner.close()
    reader.close()
    store.close()


# --- looking -----------------------------------------------------------------------------------------------


def test_the_lists_show_vans_then_the_stops_of_one(station: Station) -> None:
    page = station.planned()
    assert page.board is not None
    rows = route_rows(page)
    assert [row.mark.number for row in rows if row.mark] == sorted(
        page.board.tonight.route_name(r.van) for r in page.board.plan.routes
    )
    page.routes.setFocus()
    station.press(Qt.Key.Key_Down)
    van = page.routes.current_row().van
    assert page.map.route == van
    station.press(Qt.Key.Key_Return)
    points = next(r.points for r in page.board.plan.routes if r.van == van)
    assert [row.point for row in stop_rows(page)] == list(points)
    station.press(Qt.Key.Key_Escape)
    assert page.routes.hasFocus()


def test_the_views_turn_by_key(station: Station) -> None:
    page = station.planned()
    for wanted in (1, 2, 0):
        station.press(Qt.Key.Key_F10)
        assert page.views.index == wanted


def test_a_typed_letter_finds_a_point_and_shows_it(station: Station) -> None:
    page = station.planned()
    point = first_stop(page)
    page.routes.setFocus()
    station.press(point[0])
    sheet = station.sheet(FindSheet)
    assert isinstance(sheet, FindSheet)
    sheet._field.setText(point)
    station.press(Qt.Key.Key_Return)
    assert "改到别的车…" in station.options()
    station.press(Qt.Key.Key_Escape)
    assert page.stops.current_row().point == point


def test_a_scanned_point_is_found_at_once(station: Station) -> None:
    page = station.planned()
    page.on_scan(first_stop(page))
    assert len(station.options()) >= 5


def test_the_plan_says_where_its_distances_come_from(station: Station) -> None:
    page = station.planned()
    assert page.map._caption == "距离：直线距离估算"


# --- by hand -----------------------------------------------------------------------------------------------


def test_a_stop_moves_to_another_van_by_keys_with_its_effect_and_back(station: Station) -> None:
    page = station.planned()
    assert page.board is not None
    before = page.board.plan
    point = first_stop(page)
    page.show_stop(point)
    page.stops.setFocus()
    station.press(Qt.Key.Key_Return)
    station.choose("改到别的车")
    options = station.options()
    assert all("公里" in option for option in options)
    answer = station.answer_after(lambda: station.press("1"))
    assert "公里" in answer.sentence
    assert page.board.route_of(point) != before.routes[0]
    assert any(figure.change for figure in page.strip.figures)
    assert station.answer_after(page.undo).word == "已撤销"
    assert page.board.plan is before


def test_earlier_swap_and_lock_work_from_the_sheet(station: Station) -> None:
    page = station.planned()
    assert page.board is not None
    point = first_stop(page)
    page.hand.ask_stop(point)
    station.answer_after(lambda: station.choose("往前一站"))
    route = page.board.route_of(point)
    assert route is not None
    assert route.points[0] == point
    page.hand.ask_stop(point)
    answer = station.answer_after(lambda: station.choose("锁在这台车"))
    assert answer.word == "锁住"
    assert page.board.night.locked[point] == route.van
    other = page.board.plan.routes[1].points[0]
    page.hand.ask_stop(point)
    station.choose("和别的点对换")
    sheet = station.sheet(FindSheet)
    assert isinstance(sheet, FindSheet)
    sheet._field.setText(other)
    station.answer_after(lambda: station.press(Qt.Key.Key_Return))
    here = page.board.route_of(other)
    assert here is not None
    assert here.van == route.van


def test_a_locked_stop_stays_when_the_night_is_planned_again(station: Station) -> None:
    page = station.planned()
    assert page.board is not None
    point, van = first_stop(page), page.board.plan.routes[1].van
    page.hand.move(point, van)
    page.hand.lock(point, van)
    page.plan()
    station.until(lambda: page.stage is Stage.READY)
    assert page.board.plan.van_of[point] == van


def test_a_stop_dragged_on_the_map_shows_its_effect_and_moves(station: Station) -> None:
    page = station.planned()
    assert page.board is not None
    page.map.fit()
    start = page.map.place_of(page.board.plan.routes[0].points[-1])
    assert start is not None
    stop = page.map.stop_at(start)
    assert stop is not None
    end = next(
        place
        for other in page.map.data.stops
        if (place := page.map.place_of(other.point)) is not None
        and (under := page.map.stop_at(place)) is not None
        and under.route != stop.route
    )
    page.map.mousePressEvent(_mouse(start.toPoint()))
    held = page.map._held
    page.map.mouseMoveEvent(_mouse(end.toPoint()))
    over = page.map._over
    assert over
    assert "公里" in page.map._hint[0]
    page.map.mouseReleaseEvent(_mouse(end.toPoint()))
    assert page.board.plan.van_of[held] == over


def test_a_stop_dragged_in_the_list_changes_its_place_with_its_effect_said(station: Station) -> None:
    page = station.planned()
    assert page.board is not None
    van = page.board.plan.routes[0].van
    page.open_route(van)
    points = page.board.plan.routes[0].points
    view = page.stops

    def middle(point: str) -> QPoint:
        return view.visualRect(view.rows_model.index(view.rows_model.row_of(point), 1)).center()

    start, end = middle(points[0]), middle(points[2])
    assert page._hint_of_place(points[0], 2).startswith("第 3 站：")
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 9):
        QTest.mouseMove(view.viewport(), start + (end - start) * step / 8)
    view.grab()
    answer = station.answer_after(
        lambda: QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=end)
    )
    assert answer.word == "换顺序"
    route = page.board.route_of(points[0])
    assert route is not None
    assert route.points[:3] == (points[1], points[2], points[0])
    page.undo()
    assert page.board.plan.points_of()[van] == points


def test_a_stop_dragged_out_of_the_list_rides_with_the_route_of_the_map_it_is_let_go_on(
    station: Station,
) -> None:
    page = station.planned()
    assert page.board is not None
    page.open_route(page.board.plan.routes[0].van)
    page.map.fit()
    point, view = page.board.plan.routes[0].points[0], page.stops
    mine = page.board.plan.van_of[point]
    over, there = next(
        (page.map.data.routes[under.route].van, place)
        for other in page.map.data.stops
        if (place := page.map.place_of(other.point)) is not None
        and (under := page.map.stop_at(place)) is not None
        and page.map.data.routes[under.route].van != mine
    )
    start = view.visualRect(view.rows_model.index(view.rows_model.row_of(point), 1)).center()
    outside = view.viewport().mapFromGlobal(page.map.mapToGlobal(there.toPoint()))
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view.viewport(), start + QPoint(0, 30))
    QTest.mouseMove(view.viewport(), outside)
    assert page.map._over == over
    assert "公里" in page.map._hint[0]
    QTest.mouseMove(view.viewport(), QPoint(start.x(), view.viewport().height() + 40))
    assert view._at > 0, "above and below it is still the list"
    assert not page.map._held
    QTest.mouseMove(view.viewport(), start + QPoint(0, 30))
    assert not page.map._held, "back over the list, the map lets go of it"
    QTest.mouseMove(view.viewport(), outside)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=outside)
    assert page.board.plan.van_of[point] == over


def test_a_stop_let_go_where_it_was_changes_nothing(station: Station) -> None:
    page = station.planned()
    assert page.board is not None
    page.open_route(page.board.plan.routes[0].van)
    before, view = page.board.plan, page.stops
    where = view.visualRect(view.rows_model.index(2, 1)).center()
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    QTest.mouseMove(view.viewport(), where + QPoint(0, 60))
    QTest.mouseMove(view.viewport(), where)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert page.board.plan is before


def _mouse(where: QPoint) -> Any:
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent

    left = Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    return QMouseEvent(QEvent.Type.MouseButtonPress, QPointF(where), QPointF(where), left, left, none)


# --- late changes ------------------------------------------------------------------------------------------


def test_an_absent_vans_points_go_to_others_and_undo_brings_it_back(station: Station) -> None:
    page = station.planned()
    assert page.board is not None
    before = page.board.plan
    van = before.routes[0].van
    page.routes.setFocus()
    station.press(Qt.Key.Key_Home)
    row = page.routes.current_row()
    station.press(Qt.Key.Key_Space)
    answer = station.answer_after(lambda: station.choose("今晚来不了"))
    assert answer.word == "少一台车"
    assert row.van not in page.board.night.van_named
    assert check(page.board.night, page.board.plan) == []
    page.undo()
    assert page.board.plan is before
    assert van in page.board.night.van_named


def test_leaving_out_a_point_touches_only_its_van(station: Station) -> None:
    page = station.planned()
    assert page.board is not None
    before = page.board.plan.points_of()
    point = first_stop(page)
    van = page.board.plan.van_of[point]
    station.answer_after(lambda: page.hand.leave_out(point))
    after = page.board.plan.points_of()
    assert point not in page.board.plan.van_of
    assert {v: p for v, p in after.items() if v != van} == {v: p for v, p in before.items() if v != van}


def test_a_split_point_comes_in_parts_and_is_one_point_in_the_book(station: Station) -> None:
    page = station.planned()
    assert page.board is not None
    point = max(page.board.night.stops, key=lambda stop: stop.pieces).point
    station.answer_after(lambda: page.hand.split(point, 2))
    assert f"{point}#2" in page.board.plan.van_of
    station.answer_after(lambda: station.press(Qt.Key.Key_F12))
    rows = [stop for stop in queries.plan_stops(page._reader, day=DAY) if stop.point == point]
    assert sum(row.pieces for row in rows) == page.board.tonight.demands[point].pieces


def test_a_closed_road_is_driven_around(station: Station) -> None:
    page = station.planned()
    assert page.board is not None
    points = page.board.plan.routes[0].points
    station.answer_after(lambda: page.hand.close_road(points[0], points[1]))
    for route in page.board.plan.routes:
        pairs = set(zip(route.points, route.points[1:], strict=False))
        assert (points[0], points[1]) not in pairs
        assert (points[1], points[0]) not in pairs


def test_a_point_that_cannot_be_served_is_listed_with_why_and_a_way_out_that_is_done(
    station: Station,
) -> None:
    demand = queries.demands(station.page._reader, day=DAY)[0]
    row = next(s for s in queries.stops(station.page._reader) if s.point == demand.point)
    station.record(replace(row, closes_s=25_200 + 60))
    page = station.planned()
    assert station.answers[-1].kind is Tone.LOOK
    lines = [line for line in page.concerns_model.rows if isinstance(line, Concern) and line.left]
    assert [line.point for line in lines] == [demand.point]
    assert lines[0].advice
    page.views.choose(2)
    answer = station.answer_after(lambda: page.hand.way_out(lines[0]))
    assert answer.word == "晚点送"
    assert page.board is not None
    assert demand.point in page.board.plan.van_of
    assert [line for line in page.concerns_model.rows if isinstance(line, Concern) and line.left] == []


def test_a_stop_that_a_hand_makes_late_is_listed_and_marked(station: Station) -> None:
    page = station.planned()
    board = page.board
    assert board is not None
    point = board.plan.routes[0].points[0]
    row = next(s for s in queries.stops(page._reader) if s.point == point)
    station.record(replace(row, closes_s=board.plan.routes[0].arrivals_s[0] + 60))
    station.until(lambda: board.night.stop_at[point].closes_s < 86_400)
    route = board.route_of(point)
    assert route is not None
    page.hand.take(board.try_move(point, route.van, at=len(route.points) - 1), "往后")
    late = [
        line for line in page.concerns_model.rows if isinstance(line, Concern) and line.what.startswith("晚 ")
    ]
    assert [line.point for line in late] == [point]
    assert [figure.number for figure in page.strip.figures if figure.name == "晚到"] == ["1 站"]
    page._ask_concern(late[0])
    assert len(station.options()) >= 5


def test_a_point_without_a_place_opens_its_sheet_and_is_planned_once_placed(station: Station) -> None:
    demand = queries.demands(station.page._reader, day=DAY)[0]
    row = next(s for s in queries.stops(station.page._reader) if s.point == demand.point)
    station.record(replace(row, latitude=0, longitude=0, village="", town=""))
    page = station.planned()
    lines = [line for line in page.concerns_model.rows if isinstance(line, Concern) and line.left]
    page.hand.way_out(lines[0])
    sheet = station.sheet(FormSheet)
    assert isinstance(sheet, FormSheet)
    sheet._fields["place"].setText("23.2178, 108.8103")  # type: ignore[union-attr]
    assert station.answer_after(lambda: station.press(Qt.Key.Key_Return)).word == "已改好"
    station.press(Qt.Key.Key_Escape)
    page.refresh(page.topics)
    board = page.board
    assert board is not None
    station.until(lambda: demand.point in board.plan.van_of)


def test_goods_that_come_later_are_fitted_into_an_adopted_plan_and_said(station: Station) -> None:
    page = station.adopted()
    board = page.board
    assert board is not None
    gone, van = board.plan.routes[0].points[0], board.plan.routes[0].van
    row = next(s for s in queries.stops(page._reader) if s.point == gone)
    answer = station.answer_after(lambda: station.record(replace(row, forbidden=(van,))))
    assert answer.word == "线路变了"
    assert page.stage is Stage.READY
    assert board.plan.van_of.get(gone, "nobody") != van


def test_goods_that_change_under_a_plan_are_said_also_before_it_is_adopted(station: Station) -> None:
    page = station.planned()
    board = page.board
    assert board is not None
    row = next(s for s in queries.stops(page._reader) if s.point == board.plan.routes[0].points[0])
    nowhere = replace(row, latitude=0, longitude=0, village="", town="")
    answer = station.answer_after(lambda: station.record(nowhere))
    assert (answer.word, answer.kind) == ("线路变了", Tone.LOOK)
    assert "1 个点没排进去" in answer.sentence
    assert "重新采用" not in answer.sentence


def test_more_pieces_for_the_same_points_ask_to_adopt_again(station: Station) -> None:
    page = station.adopted()
    board = page.board
    assert board is not None
    known = page._known
    assert known is not None
    more = replace(known, demands=tuple(replace(d, pieces=d.pieces + 1) for d in known.demands))
    page._known = page.hand.known = more
    answer = station.answer_after(page._follow)
    assert answer.word == "线路变了"
    assert page.stage is Stage.READY


def test_what_comes_during_a_search_is_in_the_plan_when_it_ends(qtbot: QtBot, tmp_path: Path) -> None:
    made = make(tmp_path, qtbot, Limits(seconds=60, workers=1))
    page = made.page
    made.press(Qt.Key.Key_F12)
    made.until(lambda: page.board is not None)
    assert page.board is not None
    point = page.board.plan.routes[0].points[0]
    row = next(s for s in queries.stops(page._reader) if s.point == point)
    made.record(replace(row, latitude=0, longitude=0, village="", town=""))
    assert page.stage is Stage.SEARCHING
    made.press(Qt.Key.Key_Escape)
    board = page.board
    made.until(lambda: point not in board.plan.van_of)
    assert made.answers[-1].word == "线路变了"
    page.planner.close()
    page._reader.close()
    made.store.close()


def test_the_night_is_put_together_before_the_key_is_pressed(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    station.until(lambda: not station.page.planner.busy)

    def again(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("app.routing.planner.tonight", again)
    station.planned()


def test_two_changes_in_a_hurry_both_hold(station: Station) -> None:
    page = station.planned()
    board = page.board
    assert board is not None
    one, two = (route.van for route in board.plan.routes[:2])
    page.hand.send_away(one)
    page.hand.send_away(two)
    station.until(lambda: board.tonight.wish.away == {one, two})


def test_a_change_by_hand_is_not_lost_to_goods_that_come_at_the_same_moment(station: Station) -> None:
    page = station.planned()
    board = page.board
    assert board is not None
    van, point = board.plan.routes[0].van, board.plan.routes[1].points[0]
    row = next(s for s in queries.stops(page._reader) if s.point == point)
    page.hand.send_away(van)
    station.record(replace(row, latitude=0, longitude=0, village="", town=""))
    station.until(lambda: van in board.tonight.wish.away and point not in board.plan.van_of)


def test_a_lock_by_hand_is_let_go_by_the_way_out(station: Station) -> None:
    page = station.planned()
    board = page.board
    assert board is not None
    route = board.plan.routes[0]
    point = route.points[0]
    page.hand.lock(point, route.van)
    page.hand.send_away(route.van)
    station.until(lambda: point not in board.plan.van_of)
    left = next(row for row in page.concerns_model.rows if isinstance(row, Concern) and row.point == point)
    assert "不在" in left.what
    page.hand.way_out(left)
    station.until(lambda: not board.night.pinned)
    why = {each.point: each.why for each in board.plan.unserved}
    assert why.get(point) is not Why.VAN_AWAY


def test_a_rule_about_company_is_let_go_by_the_way_out(station: Station) -> None:
    every = tuple(demand.point for demand in queries.demands(station.page._reader, day=DAY))
    station.store.writer.do(Keep((e.RideRuleSet("r", "together", every),)))
    station.page.refresh(station.page.topics)
    page = station.planned()
    board = page.board
    assert board is not None
    assert not board.plan.routes
    assert station.answers[-1].word == "排不进去"
    left = next(row for row in page.concerns_model.rows if isinstance(row, Concern))
    page.hand.way_out(left)
    station.until(lambda: len(board.plan.van_of) == len(every))


def test_another_pcs_plan_is_said_once_while_ours_is_not_adopted_and_can_be_taken(station: Station) -> None:
    page = station.planned()
    board = page.board
    assert board is not None
    one, *rest = board.plan.routes
    turned = replace(one, points=tuple(reversed(one.points)))
    from app.routing.tonight import adopted

    there = adopted(board.tonight, replace(board.plan, routes=(turned, *rest)))
    assert station.answer_after(lambda: station.record(there)).word == "别处定了线路"
    said = len(station.answers)
    page.refresh(page.topics)
    assert len(station.answers) == said
    station.press(Qt.Key.Key_F11)
    station.choose("放下这份")
    station.until(lambda: page.stage is Stage.ADOPTED)
    assert page.board is not None
    assert page.board.plan.points_of()[one.van] == turned.points


def test_ones_own_plan_is_not_called_anothers_after_a_change(station: Station) -> None:
    page = station.adopted()
    board = page.board
    assert board is not None
    page.hand.take(board.try_reverse(board.plan.routes[0].van), "倒过来跑")
    said = len(station.answers)
    page.refresh(page.topics)
    assert [answer.word for answer in station.answers[said:]] == []


def test_planning_that_fails_is_said_and_the_page_goes_on(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError

    station.until(lambda: not station.page.planner.busy)
    station.page.planner._made = None
    monkeypatch.setattr("app.routing.planner.tonight", fails)
    answer = station.answer_after(lambda: station.press(Qt.Key.Key_F12))
    assert answer.word == "没有排成"
    assert station.page.stage is Stage.EMPTY
    monkeypatch.undo()
    station.planned()


def test_points_that_changed_their_van_are_listed_with_what_it_saves_and_go_back(station: Station) -> None:
    page = station.adopted()
    assert page.board is not None
    one, other = page.board.plan.routes[0], page.board.plan.routes[1]
    yesterday = [
        e.PlannedRoute(
            "R1", one.van, "", "", "", 0, 0, 0, tuple(e.PlannedStop(p, 0, 1, 1) for p in other.points)
        ),
    ]
    station.record(e.PlanAdopted("2026-11-21", tuple(yesterday)))
    station.until(lambda: bool(page._moved))
    sections = [row.title for row in page.concerns_model.rows if isinstance(row, Section)]
    assert "和昨天不同" in sections
    moved = next(row for row in page.concerns_model.rows if isinstance(row, Concern) and row.moved)
    page._ask_concern(moved)
    assert station.options()[1].startswith("回到")
    station.answer_after(lambda: station.press("2"))
    assert page.board.plan.van_of[moved.point] == one.van


# --- papers and master data --------------------------------------------------------------------------------


def test_drivers_sheets_are_written_from_the_menu(station: Station) -> None:
    page = station.adopted()
    station.press(Qt.Key.Key_F11)
    answer = station.answer_after(lambda: station.choose("司机单"))
    assert answer.word == "司机单好了"
    made = list((station.folder / "sheets").glob("*.pdf"))
    assert len(made) == 1
    assert page.board is not None
    assert f"{len(page.board.plan.routes)} 台车" in answer.sentence


def test_sheets_that_cannot_be_written_say_so(station: Station) -> None:
    page = station.adopted()
    (station.folder / "sheets").write_text("a file where the folder should be")
    page.save_sheets()
    assert station.answers[-1].word == "没有存上"


def test_a_van_is_typed_in_by_keys_corrected_and_retired(station: Station) -> None:
    page = station.page
    station.press(Qt.Key.Key_F11)
    station.choose("资料")
    station.press(Qt.Key.Key_F9)
    station.sheet(FormSheet)
    for text in ("桂A1", "1号车", "-5"):
        field = QApplication.focusWidget()
        assert field is not None
        field.setText(text)  # type: ignore[attr-defined]
        station.press(Qt.Key.Key_Tab)
    station.press(Qt.Key.Key_Return)
    sheet = station.sheet(FormSheet)
    assert isinstance(sheet, FormSheet)
    assert "件" in sheet._notice.text()  # a negative number is told, nothing was written
    sheet._fields["pieces"].setText("360")  # type: ignore[union-attr]
    answer = station.answer_after(lambda: station.press(Qt.Key.Key_Return))
    assert answer.word == "已添加"
    assert [van.pieces for van in queries.vans(page._reader) if van.van == "桂A1"] == [360]
    count = len(queries.vans(page._reader))
    page.master.view.setFocus()
    station.press(Qt.Key.Key_F10)
    station.sheet(Sheet)
    station.answer_after(lambda: station.press(Qt.Key.Key_Return))
    assert len(queries.vans(page._reader)) == count - 1
    station.answer_after(page.undo)
    assert len(queries.vans(page._reader)) == count
    station.press(Qt.Key.Key_Escape)
    assert page._whole.currentIndex() == 0


def test_drivers_points_and_rules_have_their_sheets(station: Station) -> None:
    page = station.page
    page.show_master()
    for at, texts in (
        (1, {"name": "韦师傅", "starts": "5:30"}),
        (2, {"point": "BY-9999", "name": "新店", "village": "民范村", "town": "新桥镇"}),
        (3, {"points": "BY-0001、BY-0002"}),
    ):
        page.master.show_kind(at)
        station.press(Qt.Key.Key_F9)
        sheet = station.sheet(FormSheet)
        assert isinstance(sheet, FormSheet)
        for key, text in texts.items():
            sheet._fields[key].setText(text)  # type: ignore[union-attr]
        assert station.answer_after(lambda: station.press(Qt.Key.Key_Return)).kind is Tone.OK
    assert queries.drivers(page._reader)[0].starts_s == 19_800
    placed = next(stop for stop in queries.stops(page._reader) if stop.point == "BY-9999")
    assert placed.guessed
    assert placed.latitude
    assert queries.rules(page._reader)[0].points == ("BY-0001", "BY-0002")


def test_settings_are_asked_and_kept(station: Station) -> None:
    page = station.page
    page.show_master()
    station.press(Qt.Key.Key_F11)
    sheet = station.sheet(FormSheet)
    assert isinstance(sheet, FormSheet)
    sheet._fields["leaves"].setText("12:00")  # type: ignore[union-attr]
    assert sheet.result() is None
    sheet._fields["leaves"].setText("6:30")  # type: ignore[union-attr]
    station.answer_after(lambda: station.press(Qt.Key.Key_Return))
    assert queries.settings(page._reader).leaves_s == 23_400


def test_a_table_is_imported_after_a_look_and_a_wrong_one_is_told(station: Station) -> None:
    page = station.page
    page.show_master()
    table = station.folder / "车辆.csv"
    table.write_bytes(csv_of(("车牌", "最多件数"), ("桂A1", "350"), ("桂A1", "360")))
    station.file = str(table)
    answer = station.answer_after(lambda: station.press(Qt.Key.Key_F12))
    assert answer.kind is Tone.WRONG
    assert "第 3 行" in answer.sentence
    table.write_bytes(csv_of(("车牌", "最多件数"), ("桂A1", "350"), ("桂A2", "360")))
    station.press(Qt.Key.Key_F12)
    station.sheet(Sheet)
    assert station.answer_after(lambda: station.press(Qt.Key.Key_Return)).sentence == "车辆：2 台新的。"
    station.file = str(station.folder / "none.csv")
    assert station.answer_after(lambda: station.press(Qt.Key.Key_F12)).kind is Tone.WRONG


def test_the_stations_own_table_binds_every_point_and_is_let_go_again(station: Station) -> None:
    page = station.planned()
    station.press(Qt.Key.Key_F11)
    station.answer_after(lambda: station.choose("每个点固定走"))
    page.refresh(page.topics)
    fixed = {row.point: row.route for row in queries.fixed_table(page._reader)}
    station.until(
        lambda: (
            page.board is not None and all(fixed.get(p, v) == v for p, v in page.board.plan.van_of.items())
        )
    )
    station.press(Qt.Key.Key_F11)
    station.answer_after(lambda: station.choose("不用固定线路"))
    assert queries.fixed_table(page._reader) == []


def test_every_view_is_drawn_at_both_sizes_and_in_large_print(station: Station) -> None:
    page = station.planned()
    for width in (1024, 1366):
        station.window.resize(width, 768)
        for view in range(3):
            page.views.choose(view)
            assert not station.window.grab().isNull()
    assert page._lists.isVisible()


def test_with_large_print_on_a_small_screen_there_is_one_thing_at_a_time(station: Station) -> None:
    page = station.planned()
    apply_theme(QApplication.instance(), TextSize.LARGE)  # type: ignore[arg-type]
    station.window.resize(960, 700)
    station.until(page.turn.isVisible)
    assert page.main.text() == "采用"
    seen = []
    for _ in range(4):
        seen.append((page._lists.isVisible(), page._pictures.isVisible(), page.views.index))
        page.turn_view()
    assert seen == [(True, False, 0), (False, True, 0), (False, True, 1), (False, True, 2)]
    assert page._lists.isVisible()
    apply_theme(QApplication.instance())  # type: ignore[arg-type]


def test_vans_of_ones_own_are_used_once_entered(station: Station) -> None:
    page = station.planned()
    assert page.board is not None
    plates = [van.name for van in page.board.night.vans]
    station.store.writer.do(Keep(tuple(e.VanSet(plate, plate, 500, 90, cold=True) for plate in plates[:3])))
    page.refresh(page.topics)
    station.until(lambda: page.board is not None and len(page.board.night.vans) == 3)
    assert page.board.tonight.lacks.no_vans == 0
