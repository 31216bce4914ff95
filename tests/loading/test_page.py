"""The page 装车 as the crew uses it: scans, keys, sheets and what is seen, on a real book."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain import clock
from app.domain import events as e
from app.domain import night as n
from app.domain.answers import Answer, Tone
from app.domain.clock import StoryClock, moment
from app.domain.codec import Recorded, encode
from app.domain.events import Fact
from app.domain.goods import Zone
from app.domain.ids import FactId
from app.loading.page import LoadingPage
from app.loading.sheets import ClashSheet, OverrideSheet, TakeOffSheet
from app.store.book import Book
from app.store.opening import Store
from app.ui.desk import Desk
from app.ui.dialogs import ReasonSheet
from app.ui.fonts import apply_theme
from app.ui.gallery import HEADING
from app.ui.keystrokes import scan_code, type_text, window_of
from app.ui.page import Page
from app.ui.rows import Section
from app.ui.sheet import Sheet, sheet_over
from app.ui.tokens import TextSize, stylesheet
from app.ui.window import CounterWindow
from tests.loading.floor import SortAll, bodies, box_of, dock, facts_in, floor, night, of_route, run
from tests.samples import Record
from tests.station import DAY, HearAll, station_store

pytestmark = [pytest.mark.qt_log_ignore(r"propagateSizeHints\(\)")]


@dataclass
class Dock:
    """The window with the page, and what was answered."""

    window: CounterWindow
    page: LoadingPage
    store: Store
    bot: QtBot
    answers: list[Answer] = field(default_factory=list)
    at: int = 10_000

    def scan(self, code: str) -> Answer:
        """Scan with a gun and wait for the answer."""
        return self.answer_after(lambda: self._scan(code))

    def _scan(self, code: str) -> None:
        self.at = scan_code(window_of(self.window), code, at=self.at + 1000)

    def type_in(self, text: str) -> None:
        """Type by hand, key by key."""
        self.at = type_text(window_of(self.window), text, at=self.at + 1000)
        self.window.capture.settle()

    def press(self, key: Qt.Key) -> None:
        """Press one key where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key)

    def answer_after(self, act: Any) -> Answer:
        """What is said once the book has been written."""
        before = len(self.answers)
        act()
        self.bot.waitUntil(lambda: len(self.answers) > before)
        return self.answers[-1]

    def sheet(self, kind: type[Sheet]) -> Any:
        """The sheet that opens."""
        self.bot.waitUntil(lambda: isinstance(sheet_over(self.window), kind))
        return sheet_over(self.window)

    def titles(self) -> list[str]:
        """The sections of the crates' list."""
        return [row.title for row in self.page.crates.rows if isinstance(row, Section)]

    def first(self) -> str:
        """The crate that the list shows first."""
        return next(row.crate.crate for row in self.page.crates.rows if not isinstance(row, Section))

    def load_all(self, route: str) -> None:
        """Scan the dock, then every crate in the order that the page asks for."""
        self.scan(dock(route))
        for _ in of_route(route):
            self.scan(self.first())


def _open(store: Store, qtbot: QtBot, qapp: QApplication) -> Dock:
    if qapp.styleSheet() != stylesheet(TextSize.NORMAL.scale):
        apply_theme(qapp)
    desk = Desk(store.writer.submit)
    window = CounterWindow(desk, heading=HEADING, clock=lambda: moment(store.clock.now_ms()))
    desk.setParent(window)
    qtbot.addWidget(window)
    page = LoadingPage(desk, store.reader(), store.clock)
    window.add_page(page)
    window.add_page(Page(desk))
    made = Dock(window, page, store, qtbot)
    desk.answered.connect(made.answers.append)
    window.resize(1024, 768)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: qapp.activeWindow() is window)
    return made


@pytest.fixture
def at_dock(store: Store, qtbot: QtBot, qapp: QApplication) -> Iterator[Dock]:
    """The dock at two at night, with every crate sealed."""
    made = _open(store, qtbot, qapp)
    yield made
    made.page._reader.close()


# --- choosing ----------------------------------------------------------------------------------------------


def test_the_vans_of_the_night_are_listed_by_dock(at_dock: Dock) -> None:
    assert [shown.row.van.dock for shown in at_dock.page.vans.rows if not isinstance(shown, Section)] == [
        way.dock for way in night().routes
    ]
    assert at_dock.page.van_card.head.title == "今晚 3 辆车"
    assert at_dock.page.next_card.said()[0] == "先装这辆"


@pytest.mark.parametrize("code", [dock("R02"), "R02", "r02", run("R02")])
def test_a_van_is_chosen_by_dock_route_or_run(at_dock: Dock, code: str) -> None:
    answer = at_dock.scan(code)
    assert (answer.kind, answer.number) == (Tone.INFO, dock("R02"))
    assert at_dock.page.van_card.head.big == dock("R02")


def test_a_van_is_chosen_by_hand_too(at_dock: Dock) -> None:
    at_dock.type_in("R03")
    at_dock.answer_after(lambda: at_dock.press(Qt.Key.Key_Return))
    assert at_dock.page.van_card.head.title == "线路 R03"
    at_dock.press(Qt.Key.Key_F11)
    at_dock.bot.waitUntil(lambda: at_dock.page.van_card.head.big == "")
    at_dock.press(Qt.Key.Key_Down)
    at_dock.answer_after(lambda: at_dock.press(Qt.Key.Key_Return))
    assert at_dock.page.van_card.head.big != ""


def test_a_crate_says_its_van_and_the_next_scan_loads_it(at_dock: Dock) -> None:
    box = max((box for box in of_route("R02") if box.zone is Zone.AMBIENT), key=lambda box: box.stop)
    shown = at_dock.scan(box.crate)
    assert (shown.kind, shown.number) == (Tone.INFO, dock("R02"))
    assert bodies(at_dock.store, "CrateLoaded") == []
    loaded = at_dock.scan(box.crate)
    assert loaded.kind is Tone.OK
    assert [body["crate"] for body in bodies(at_dock.store, "CrateLoaded")] == [box.crate]


def test_escape_goes_back_to_the_list_of_vans(at_dock: Dock) -> None:
    at_dock.scan("R01")
    at_dock.press(Qt.Key.Key_Escape)
    assert at_dock.page._stack.currentWidget() is at_dock.page.van_view


# --- loading -----------------------------------------------------------------------------------------------


def test_scans_in_the_shown_order_fill_the_van_and_f9_closes_it(at_dock: Dock) -> None:
    at_dock.scan(dock("R01"))
    mine = len(of_route("R01"))
    for done in range(1, mine):
        answer = at_dock.scan(at_dock.first())
        assert (answer.kind, answer.word) == (Tone.OK, f"已装 {done}/{mine}")
        assert answer.number == at_dock.page.next_card.said()[1]
        assert "刚装上" in at_dock.titles()
    assert at_dock.scan(at_dock.first()).word == "装齐了"
    assert at_dock.page.next_card.said()[:2] == ("装齐了", "F9")
    closed = at_dock.answer_after(lambda: at_dock.press(Qt.Key.Key_F9))
    assert (closed.kind, closed.word) == (Tone.OK, "关门了")
    assert bodies(at_dock.store, "VanClosed")[0]["crates"] == mine
    at_dock.bot.waitUntil(at_dock.page.more.isVisible)
    assert at_dock.page.shut.isHidden()


def test_the_wrong_van_is_answered_in_red_with_the_right_dock(at_dock: Dock) -> None:
    at_dock.scan(dock("R01"))
    answer = at_dock.scan(box_of("R03", 1).crate)
    assert (answer.kind, answer.word, answer.number) == (Tone.WRONG, "不是这车的", dock("R03"))
    assert f"送去 {dock('R03')} 线路 R03" in answer.sentence
    assert bodies(at_dock.store, "CrateLoaded") == []


def test_a_stranger_rides_along_with_a_name_and_a_reason(at_dock: Dock) -> None:
    at_dock.scan(dock("R01"))
    box = box_of("R03", 1)
    at_dock.scan(box.crate)
    at_dock.press(Qt.Key.Key_F12)
    sheet = at_dock.sheet(OverrideSheet)
    assert not sheet.yes.isEnabled()
    at_dock.press(Qt.Key.Key_2)
    sheet.by.setFocus()
    sheet.by.setText("王站长")
    answer = at_dock.answer_after(lambda: at_dock.press(Qt.Key.Key_Return))
    assert answer.kind is Tone.LOOK
    assert bodies(at_dock.store, "CrateLoaded")[0]["reason"] == "王站长：原来的车已发车"
    assert at_dock.titles()[0] == "装错的，请卸下"
    assert at_dock.page.next_card.said()[0] == "装错了"


def test_the_offer_to_take_it_along_ends_with_the_next_scan(at_dock: Dock) -> None:
    at_dock.scan(dock("R01"))
    at_dock.scan(box_of("R03", 1).crate)
    assert at_dock.page.more.isVisible()
    at_dock.scan(at_dock.first())
    assert at_dock.page.more.isHidden()


def test_a_second_scan_says_when_and_changes_nothing(at_dock: Dock) -> None:
    at_dock.scan(dock("R01"))
    box = at_dock.first()
    at_dock.scan(box)
    before = facts_in(at_dock.store)
    answer = at_dock.scan(box)
    assert (answer.kind, answer.word) == (Tone.LOOK, "装过了")
    assert "02:00" in answer.sentence
    assert facts_in(at_dock.store) == before


@pytest.mark.parametrize(
    ("code", "tone", "word"),
    [
        ("1-07", Tone.LOOK, "这是格口码"),
        ("ZK1122-PC1-001-!", Tone.WRONG, "筐码读错"),
        ("6901234567892", Tone.WRONG, "不认识"),
        ("7-7", Tone.WRONG, "没有这辆车"),
        ("ZK\x01", Tone.WRONG, "码不干净"),
        ("A" * 80, Tone.WRONG, "码太长"),
        ("网格站", Tone.INFO, "这不是码"),
    ],
)
def test_a_wrong_code_is_answered_with_what_to_do(at_dock: Dock, code: str, tone: Tone, word: str) -> None:
    before = facts_in(at_dock.store)
    answer = at_dock.answer_after(lambda: at_dock.page.on_scan(code))
    assert (answer.kind, answer.word) == (tone, word)
    assert answer.sentence.endswith("。")
    assert facts_in(at_dock.store) == before


def test_undo_takes_the_last_crate_off_again(at_dock: Dock) -> None:
    at_dock.scan(dock("R01"))
    box = at_dock.first()
    at_dock.scan(box)
    assert at_dock.answer_after(at_dock.window.undo).word == "已撤销"
    assert at_dock.first() == box
    assert at_dock.answer_after(at_dock.window.undo).word == "没有可撤销的"


def test_a_crate_is_taken_off_by_f10_and_a_scan(at_dock: Dock) -> None:
    at_dock.scan(dock("R01"))
    box = at_dock.first()
    at_dock.scan(box)
    at_dock.press(Qt.Key.Key_F10)
    at_dock.sheet(TakeOffSheet)
    assert at_dock.scan(box).word == "已卸下"
    assert at_dock.first() == box


# --- closing -----------------------------------------------------------------------------------------------


def test_an_incomplete_van_asks_who_answers_for_it(at_dock: Dock) -> None:
    at_dock.scan(dock("R01"))
    at_dock.scan(at_dock.first())
    refused = at_dock.answer_after(lambda: at_dock.press(Qt.Key.Key_F9))
    assert (refused.kind, refused.word) == (Tone.WRONG, "还不能关门")
    sheet = at_dock.sheet(OverrideSheet)
    sheet.accept()
    assert bodies(at_dock.store, "VanClosed") == []
    at_dock.press(Qt.Key.Key_1)
    sheet.by.setText("王站长")
    at_dock.bot.waitUntil(sheet.yes.isEnabled)
    closed = at_dock.answer_after(sheet.accept)
    assert closed.kind is Tone.LOOK
    fact = bodies(at_dock.store, "VanClosed")[0]
    assert (len(fact["missing"]), fact["by"], fact["reason"]) == (
        len(of_route("R01")) - 1,
        "王站长",
        "筐找不到",
    )


def test_a_closed_van_is_opened_with_a_reason(at_dock: Dock) -> None:
    at_dock.load_all("R01")
    at_dock.answer_after(lambda: at_dock.press(Qt.Key.Key_F9))
    at_dock.bot.waitUntil(at_dock.page.more.isVisible)
    at_dock.press(Qt.Key.Key_F12)
    at_dock.sheet(ReasonSheet)
    at_dock.press(Qt.Key.Key_1)
    answer = at_dock.answer_after(lambda: at_dock.press(Qt.Key.Key_Return))
    assert answer.word == "车门又开了"
    assert bodies(at_dock.store, "VanReopened")[0]["reason"] == "漏装了筐"


def test_pieces_on_the_dock_are_asked_about_before_closing(
    tmp_path: Path, qtbot: QtBot, qapp: QApplication
) -> None:
    box = of_route("R01")[-1]
    store = floor(tmp_path, unsorted=(box.crate,))
    made = _open(store, qtbot, qapp)
    made.scan(dock("R01"))
    assert made.page.van_card.head.warning == f"没分 {box.pieces} 件"
    for _ in of_route("R01")[1:]:
        made.scan(made.first())
    made.press(Qt.Key.Key_F9)
    sheet = made.sheet(Sheet)
    assert bodies(store, "VanClosed") == []
    answer = made.answer_after(sheet.accept)
    assert f"{box.pieces} 件没分" in answer.sentence
    made.page._reader.close()
    store.close()


# --- what others do ----------------------------------------------------------------------------------------


def test_runs_are_made_when_the_page_is_opened(tmp_path: Path, qtbot: QtBot, qapp: QApplication) -> None:
    store = station_store(tmp_path, night())
    store.writer.do(SortAll())
    made = _open(store, qtbot, qapp)
    qtbot.waitUntil(lambda: len(made.page.vans.rows) == 3)
    assert made.answers[-1].word == "车都排好了"
    assert len(bodies(store, "RunPlanned")) == 3
    made.page._reader.close()
    store.close()


@dataclass(frozen=True)
class HearOther:
    """Facts of another PC of the station arrive."""

    facts: tuple[Fact, ...]

    def perform(self, book: Book) -> None:
        for seq, fact in enumerate(self.facts, 1):
            at_ms = clock.at(DAY, "01:58")
            book.hear(
                Recorded(FactId("pc2", 1, seq), at_ms, 0, DAY, "老韦", type(fact).__name__, encode(fact))
            )


def test_a_crate_that_another_pc_loaded_first_alarms_once(at_dock: Dock) -> None:
    at_dock.scan(dock("R01"))
    crate = at_dock.first()
    at_dock.scan(crate)
    ours = at_dock.store.reader()
    fact = FactId(*ours.rows("SELECT device, epoch, seq FROM facts WHERE kind = 'CrateLoaded'")[0])
    ours.close()
    at_dock.store.writer.do(HearOther((n.CrateLoaded(run("R02"), crate, "王站长：顺路"),)))
    at_dock.store.writer.do(HearAll((e.Voided(str(fact), "taken", "pc2.1.1"),), first=900))
    answer = at_dock.answer_after(lambda: at_dock.page.refresh(frozenset({"Voided"})))
    assert (answer.kind, answer.word) == (Tone.WRONG, "两台电脑撞上了")
    assert crate in answer.sentence
    assert f"{dock('R02')} 线路 R02" in answer.sentence
    assert "老韦 01:58" in answer.sentence
    said = len(at_dock.answers)
    at_dock.page.refresh(frozenset({"Voided"}))
    at_dock.sheet(ClashSheet).accept()
    day_reader = at_dock.page._reader
    at_dock.bot.waitUntil(lambda: bool(day_reader.get("clashes.loading", 0)))
    at_dock.page.refresh(frozenset({"Voided"}))
    assert len(at_dock.answers) == said
    assert sheet_over(at_dock.window) is None


def test_the_countdown_runs_with_the_clock(at_dock: Dock) -> None:
    at_dock.scan(dock("R01"))
    story = at_dock.store.clock
    assert isinstance(story, StoryClock)
    assert at_dock.page.van_card.head.left == "还有 5时00分"
    story.move_to(clock.at(DAY, "06:45"))
    at_dock.page.refresh(frozenset())
    assert (at_dock.page.van_card.head.left, at_dock.page.van_card.head.left_tone) == ("还有 15分", Tone.LOOK)
    story.move_to(clock.at(DAY, "07:03"))
    at_dock.page.refresh(frozenset())
    assert (at_dock.page.van_card.head.left, at_dock.page.van_card.head.left_tone) == ("晚了 3分", Tone.WRONG)


def test_leaving_and_coming_back_shows_the_same(at_dock: Dock) -> None:
    at_dock.scan(dock("R02"))
    at_dock.scan(at_dock.first())
    before = list(at_dock.page.crates.rows)
    at_dock.window.show_page(1)
    at_dock.window.show_page(0)
    assert list(at_dock.page.crates.rows) == before


def test_a_handed_over_van_has_no_keys_left(at_dock: Dock) -> None:
    at_dock.load_all("R01")
    at_dock.answer_after(lambda: at_dock.press(Qt.Key.Key_F9))
    at_dock.store.writer.do(Record((n.HandedOver(run("R01"), "阿强", 1, 1, (), (), "", ""),)))
    at_dock.page.refresh(frozenset())
    assert at_dock.page.van_card.head.left == "已交接"
    assert at_dock.page.more.isHidden()
