"""The page 看板 and the big board, on a night that was played into a real book."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain import clock
from app.domain import events as e
from app.domain import night as n
from app.domain.answers import Answer
from app.domain.clock import StoryClock, moment
from app.domain.goods import Count, Zone
from app.domain.ids import FactId
from app.domain.labels import piece_label
from app.sandbox.station_story import StationNight
from app.store.opening import Store
from app.ui.desk import Desk
from app.ui.fonts import apply_theme
from app.ui.gallery import HEADING
from app.ui.keystrokes import scan_code, window_of
from app.ui.page import Page
from app.ui.step_card import StepCard
from app.ui.tokens import TextSize, stylesheet
from app.ui.window import CounterWindow
from app.waveboard import words
from app.waveboard.big import BigBoard
from app.waveboard.page import BoardPage
from app.waveboard.queries import Board, Lookout
from app.waveboard.rules import Room, State, next_steps
from tests.samples import Record
from tests.station import DAY, HearAll, small_night, station_store
from tests.waveboard.play import CREW, Tell, Told, full_night, play, played

pytestmark = [pytest.mark.qt_log_ignore(r"propagateSizeHints\(\)")]


def night() -> StationNight:
    """Two routes' worth of goods."""
    return small_night(points=12, pieces=600)


def look(store: Store) -> Board:
    """The board as it stands."""
    reader = store.reader()
    try:
        return Lookout(reader).look(day=DAY, now_ms=store.clock.now_ms())
    finally:
        reader.close()


# --- what is read ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 1.0])
def test_the_board_counts_what_a_count_of_the_stock_gives(tmp_path: Path, share: float) -> None:
    store = played(tmp_path, night(), share=share)
    board = look(store)
    reader = store.reader()

    def at(places: str) -> int:
        joined = "SELECT coalesce(sum(s.pieces), 0) FROM stock s JOIN load_lines l USING (lot)"
        return int(reader.value(f"{joined} WHERE s.place GLOB ?", (places,)))

    assert board.announced == night().pieces
    assert (board.done, board.short, board.aside) == (at("crate:*"), at("short:*"), at("aside:*"))
    assert board.left == at("dock:*") + at("trunk:*")
    assert sum(route.done for route in board.routes) == board.done
    assert sum(route.left for route in board.routes) == board.left
    assert sum(sorter.pieces for sorter in board.sorters) == board.done
    reader.close()
    store.close()


def test_points_that_no_van_goes_to_are_to_be_looked_at(tmp_path: Path) -> None:
    store = played(tmp_path, night(), share=0.3)
    assert look(store).night.unrouted == 0
    points = [point for route in night().routes for point in route.points]
    stops = tuple(e.PlannedStop(point, 30_000, 10, 1, 0) for point in points[:-2])
    drive = e.PlannedRoute("R28", "V", "", "", "", 25_200, 36_000, 1_000, stops)
    store.writer.do(Record((e.PlanAdopted(DAY, (drive,)),)))
    board = look(store)
    assert board.night.unrouted == len(points) - len(stops)
    assert "2 个点" in next(step.sentence for step in next_steps(board.night) if step.room is Room.ROUTES)
    store.close()


def test_crates_are_counted_by_route_and_empty_ones_are_none(tmp_path: Path) -> None:
    store = played(tmp_path, night())
    before = {route.route: (route.crates, route.sealed, route.aboard) for route in look(store).routes}
    assert all(crates == sealed == aboard for crates, sealed, aboard in before.values())
    point = night().routes[0].points[0]
    store.writer.do(Record((n.CrateOpened("ZKE", "1-001", point, "R01", DAY, Zone.AMBIENT),)))
    assert {x.route: (x.crates, x.sealed, x.aboard) for x in look(store).routes} == before
    store.close()


def test_routes_end_closed_and_the_night_is_done(tmp_path: Path) -> None:
    store = played(tmp_path, night())
    board = look(store)
    assert set(board.states) == {State.CLOSED}
    assert (board.left, board.projection and board.projection.chance) == (0, 100)
    assert words.finish_words(board)[0] == "分完了"
    store.close()


def test_a_projection_comes_after_a_quarter_of_an_hour_and_names_its_band(tmp_path: Path) -> None:
    story_of = small_night(points=30, pieces=3000)
    store = station_store(tmp_path, story_of)
    assert look(store).projection is None
    assert words.finish_words(look(store))[1] == "--:--"
    told = list(play(story_of))
    store.writer.do(Tell(tuple(told[: len(told) * 3 // 4]), 1))
    story = store.clock
    assert isinstance(story, StoryClock)
    story.move_to(told[len(told) * 3 // 4 - 1].at_ms)
    board = look(store)
    assert board.projection is not None
    assert board.projection.soon_ms <= board.projection.middle_ms <= board.projection.late_ms
    assert words.hour(board.projection.middle_ms) in words.finish_words(board)[1]
    end = max(x.at_ms for x in told if isinstance(x.fact, n.Sorted))
    assert abs(board.projection.middle_ms - end) < 20 * 60_000
    store.close()


def test_a_routes_change_is_seen_after_it_was_heard(tmp_path: Path) -> None:
    store = played(tmp_path, night(), share=0.5)
    reader = store.reader()
    lookout = Lookout(reader)
    assert len(lookout.look(day=DAY, now_ms=store.clock.now_ms()).routes) == len(night().routes)
    points = tuple(n.StopName(p, p) for way in night().routes for p in way.points)
    store.writer.do(Record((n.RoutesListed("x", "x", (n.RouteRow("R1", "1-1", "", points),)),)))
    lookout.heard({"RoutesListed"})
    board = lookout.look(day=DAY, now_ms=store.clock.now_ms())
    assert [route.route for route in board.routes] == ["R1"]
    assert board.routes[0].done == board.done
    reader.close()
    store.close()


def test_slips_are_told_per_ten_thousand_pieces(tmp_path: Path) -> None:
    store = played(tmp_path, night())
    before = look(store).slips.count
    slips = tuple(n.SlipCaught(kind, "X") for kind in ("wrong_van", "wrong_van", "unknown"))
    store.writer.do(Record(slips))
    found = look(store).slips
    assert found.count == before + 3
    assert found.pieces == look(store).done
    assert words.slip_rate(replace(found, pieces=299)) == "—"
    assert words.slip_rate(replace(found, pieces=400)) == f"{found.count * 25:.0f}"
    store.close()


def test_people_show_their_part_of_the_wall_and_their_pace(tmp_path: Path) -> None:
    store = played(tmp_path, night(), share=0.8)
    store.writer.do(Tell((_gone(store),), 90_000))
    found = {sorter.name: sorter for sorter in look(store).sorters}
    assert set(found) == set(CREW)
    assert not found[CREW[0]].present
    assert found[CREW[1]].side == 2
    assert found[CREW[1]].per_hour > 0
    store.close()


def _gone(store: Store) -> Told:
    return Told(store.clock.now_ms(), CREW[0], n.SorterLeft(CREW[0]))


# --- the page ----------------------------------------------------------------------------------------------


@dataclass
class Station:
    """The window with the board, and what it asked for."""

    window: CounterWindow
    page: BoardPage
    store: Store
    bot: QtBot
    wanted: list[str] = field(default_factory=list)
    passed: list[tuple[str, str]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    at: int = 10_000

    def scan(self, code: str) -> None:
        """Scan with a gun."""
        self.at = scan_code(window_of(self.window), code, at=self.at + 1000)

    def press(self, key: Qt.Key) -> None:
        """Press one key where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key)

    def steps(self) -> list[str]:
        """The words of the cards."""
        return [card.word for card in self.page.findChildren(StepCard) if card.isVisible() and card.key]


@pytest.fixture
def station(tmp_path: Path, qtbot: QtBot, qapp: QApplication) -> Iterator[Station]:
    """The counter of a station in the middle of its night."""
    if qapp.styleSheet() != stylesheet(TextSize.NORMAL.scale):
        apply_theme(qapp)
    store = played(tmp_path, night(), share=0.6)
    desk = Desk(store.writer.submit)
    window = CounterWindow(desk, heading=HEADING, clock=lambda: moment(store.clock.now_ms()))
    desk.setParent(window)
    qtbot.addWidget(window)
    reader = store.reader()
    page = BoardPage(desk, reader, store.clock)
    made = Station(window, page, store, qtbot)
    page.wanted.connect(made.wanted.append)
    page.passed_on.connect(lambda key, code: made.passed.append((key, code)))
    desk.answered.connect(made.answers.append)
    window.add_page(page)
    window.add_page(Page(desk))
    window.resize(1024, 768)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: qapp.activeWindow() is window)
    yield made
    if page.big is not None:
        page.big.close()
    reader.close()
    store.close()


def test_the_board_shows_every_route_and_says_what_to_do(station: Station) -> None:
    assert [route.route for route, _ in station.page.routes.cells] == [way.code for way in night().routes]
    assert station.page.figures.figures[0].number == str(look(station.store).left)
    assert "分拣" in station.steps()


def test_the_table_tells_every_number_and_escape_turns_back(station: Station) -> None:
    station.press(Qt.Key.Key_F10)
    station.bot.waitUntil(station.page.table.isVisible)
    route = look(station.store).routes[0]
    model = station.page.rows
    shown = [model.index(0, at).data() for at in range(model.columnCount())]
    assert shown[0] == route.dock
    assert shown[2:8] == [
        str(route.done),
        *(
            str(number or "")
            for number in (route.left, route.short, route.crates, route.sealed, route.aboard)
        ),
    ]
    station.press(Qt.Key.Key_Escape)
    station.bot.waitUntil(station.page.routes.isVisible)
    assert station.page.table.isHidden()


def test_enter_on_the_first_step_asks_for_its_page(station: Station) -> None:
    first = station.page.primary()
    assert isinstance(first, StepCard)
    first.setFocus()
    station.press(Qt.Key.Key_Return)
    assert station.wanted == [first.key]


def test_a_scan_is_passed_to_the_room_that_knows_it(station: Station) -> None:
    story = night()
    reader = station.store.reader()
    open_crate = reader.value("SELECT crate FROM wall_crates WHERE sealed_ms = 0")
    reader.close()
    box = story.trucks[0].pallets[0]
    for code, key in (
        (box.label, "F2"),
        (box.containers[0].label, "F2"),
        (story.lines[0].barcode, "F3"),
        (piece_label(story.lines[0].lot, nth=1), "F3"),
        (open_crate, "F4"),
        ("1-001", "F4"),
    ):
        station.scan(code)
        assert station.passed[-1] == (key, code)
    station.store.writer.do(Record((n.CrateSealed(open_crate, 1),)))
    station.scan(open_crate)
    assert station.passed[-1] == ("F5", open_crate)


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("6900000000001", "不认识这个码"),
        ("???", "不认识这个码"),
        ("ZK\x01", "码不干净"),
        ("A" * 90, "码太长"),
    ],
)
def test_a_strange_code_is_answered_with_what_to_do(station: Station, code: str, word: str) -> None:
    station.page.on_scan(code)
    assert station.passed == []
    assert station.answers[-1].word == word


def test_a_change_of_another_pc_is_shown(station: Station) -> None:
    left = look(station.store).left
    reader = station.store.reader()
    lot, crate = reader.rows(
        "SELECT s.lot, c.crate FROM stock s, wall_crates c WHERE s.place = 'dock:' AND s.pieces > 0 LIMIT 1"
    )[0]
    reader.close()
    station.store.writer.do(Record((n.Sorted(crate, (Count(lot, 1),)),)))
    station.page.refresh(frozenset({"Sorted"}))
    assert station.page.figures.figures[0].number == str(left - 1)


def test_badges_count_what_waits_in_the_rooms(station: Station) -> None:
    sealed = Record((n.CrateSealed(_open_crate(station.store), 1),))
    before = station.page.badges()
    station.store.writer.do(sealed)
    station.page.refresh(frozenset({"CrateSealed"}))
    assert station.page.badges()[4] == before[4] + 1


def _open_crate(store: Store) -> str:
    reader = store.reader()
    found = str(reader.value("SELECT crate FROM wall_crates WHERE sealed_ms = 0"))
    reader.close()
    return found


def test_a_clash_of_this_desk_comes_first(station: Station) -> None:
    crate = _open_crate(station.store)
    ours: FactId = station.store.writer.do(Record((n.CrateLoaded("R", crate),)))[-1]
    station.store.writer.do(HearAll((e.Voided(str(ours), "taken", "pc2.1.1"),), first=900))
    station.page.refresh(frozenset({"Voided"}))
    station.bot.waitUntil(lambda: station.steps()[0] == "两台电脑撞了")


def test_the_big_board_opens_by_key_follows_and_closes(station: Station) -> None:
    station.press(Qt.Key.Key_F9)
    station.bot.waitUntil(lambda: station.page.big is not None and station.page.big.isVisible())
    big = station.page.big
    assert isinstance(big, BigBoard)
    assert f"还剩 {look(station.store).left} 件" in big.accessibleName()
    station.window.show_page(1)
    story = station.store.clock
    assert isinstance(story, StoryClock)
    story.move_to(clock.at(DAY, "06:59"))
    station.store.writer.do(Record((n.PiecesMissed("dock:", _one_on_the_dock(station.store)),)))
    station.page._due.setInterval(1)
    station.window.desk.announce(("PiecesMissed",))
    left = look(station.store).left
    station.bot.waitUntil(lambda: f"还剩 {left} 件" in big.accessibleName())
    QTest.keyClick(big, Qt.Key.Key_Escape)
    station.bot.waitUntil(lambda: station.page.big is None)
    assert station.page.to_big.text() == "大屏"


def _one_on_the_dock(store: Store) -> tuple[Count, ...]:
    reader = store.reader()
    lot = reader.value("SELECT lot FROM stock WHERE place = 'dock:' AND pieces > 0")
    reader.close()
    return (Count(str(lot), 1),)


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768), (1280, 1024)])
def test_the_big_board_is_painted_at_any_size(tmp_path: Path, qtbot: QtBot, size: tuple[int, int]) -> None:
    store = played(tmp_path, night(), share=0.6)
    big = BigBoard("宾阳县网格站")
    qtbot.addWidget(big)
    big.resize(*size)
    empty = big.grab().toImage()
    big.show_board(look(store))
    assert big.grab().toImage() != empty
    store.close()


@pytest.mark.parametrize(("size", "people"), [((1366, 768), "all"), ((1024, 768), "some")])
def test_a_whole_night_is_seen_without_scrolling(
    tmp_path: Path, qtbot: QtBot, qapp: QApplication, size: tuple[int, int], people: str
) -> None:
    if qapp.styleSheet() != stylesheet(TextSize.NORMAL.scale):
        apply_theme(qapp)
    store = played(tmp_path, full_night(), share=0.97)
    desk = Desk(store.writer.submit)
    window = CounterWindow(desk, heading=HEADING, clock=lambda: moment(store.clock.now_ms()))
    desk.setParent(window)
    qtbot.addWidget(window)
    reader = store.reader()
    page = BoardPage(desk, reader, store.clock)
    window.add_page(page)
    window.resize(*size)
    window.show()
    qtbot.waitUntil(
        lambda: page.routes.places()[0].width() > 0 and page.visibleRegion().boundingRect() == page.rect()
    )
    assert len(page.routes.cells) == 27
    last = page.routes.places()[26].toAlignedRect()
    assert page.routes.visibleRegion().contains(last)
    assert len({place.toAlignedRect().getRect() for place in page.routes.places()}) == 27
    shown = [card for card in page.findChildren(StepCard) if card.isVisible()]
    for piece in (page.finish, page.figures, page.to_table, page.to_big, *shown):
        assert piece.visibleRegion().boundingRect() == piece.rect()
    assert len(shown) >= 2
    assert page.last is not None
    assert len(page.last.sorters) == len(CREW)
    if people == "all":
        assert page.people.visibleRegion().boundingRect() == page.people.rect()
    reader.close()
    store.close()


def test_a_station_without_routes_says_so(tmp_path: Path, qtbot: QtBot) -> None:
    store = Store(tmp_path, StoryClock(clock.at(DAY, "02:00")))
    reader = store.reader()
    page = BoardPage(Desk(store.writer.submit), reader, store.clock)
    qtbot.addWidget(page)
    page.refresh(page.topics)
    assert not page.routes.isVisibleTo(page)
    assert page._nothing.isVisibleTo(page)
    assert page.last is not None
    assert page.last.projection is not None
    assert words.finish_words(page.last) == ("今晚", "--:--", "还没有货单")
    reader.close()
    store.close()
