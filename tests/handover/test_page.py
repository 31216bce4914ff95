"""The page 交接 as a station's clerk and a driver use it: keys, scans, pens and what is seen, on a real book."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.domain import events as e
from app.domain import night as n
from app.domain.answers import Answer, Tone
from app.domain.clock import moment
from app.domain.codec import Recorded
from app.domain.goods import Count
from app.domain.ids import FactId, new_code
from app.handover.actions import Adjust
from app.handover.evidence import verify
from app.handover.page import BACKS, HOLDERS, RUNS, SHORTS, HandoverPage
from app.handover.rules import Load
from app.handover.sheets import AdjustSheet, BackSheet, CountSheet, DifferSheet, HistorySheet, SignSheet
from app.ui.desk import Desk
from app.ui.dialogs import NumberSheet, ReasonSheet
from app.ui.fonts import apply_theme
from app.ui.gallery import HEADING
from app.ui.keystrokes import scan_code, type_text, window_of
from app.ui.sheet import Sheet, sheet_over
from app.ui.signature import SignaturePad, SignatureSheet
from app.ui.tokens import TextSize, stylesheet
from app.ui.window import CounterWindow
from tests.handover.night import DRIVER, Hear, Yard
from tests.handover.test_actions import HOLDER
from tests.station import DAY

pytestmark = [pytest.mark.qt_log_ignore(r"propagateSizeHints\(\)")]


@dataclass
class Counter:
    """The window with the page, and what was answered."""

    window: CounterWindow
    page: HandoverPage
    yard: Yard
    bot: QtBot
    papers: Path
    answers: list[Answer] = field(default_factory=list)
    clock: int = 10_000
    file: str = ""

    def scan(self, code: str) -> None:
        self.clock = scan_code(window_of(self.window), code, at=self.clock + 1000)

    def type_in(self, text: str) -> None:
        self.clock = type_text(window_of(self.window), text, at=self.clock + 1000)
        self.window.capture.settle()

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.window, key, held)

    def sheet(self, kind: type[Sheet]) -> Any:
        """The sheet that opens."""
        self.bot.waitUntil(lambda: isinstance(sheet_over(self.window), kind))
        return sheet_over(self.window)

    def answer_after(self, act: Callable[[], object]) -> Answer:
        """What is said once the book has been written."""
        before = len(self.answers)
        act()
        self.bot.waitUntil(lambda: len(self.answers) > before)
        return self.answers[-1]

    def sign(self, sheet: QWidget) -> None:
        """A pen goes over every pad of a sheet."""
        for pad in sheet.findChildren(SignaturePad):
            QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(30, 40))
            QTest.mouseMove(pad, QPoint(90, 80))
            QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(120, 60))

    def count(self, load: Load, *, pieces: bool = True) -> None:
        """F9, and what the driver says, typed field by field."""
        self.press(Qt.Key.Key_F9)
        self.sheet(CountSheet)
        self.type_in(str(load.crates))
        self.press(Qt.Key.Key_Return)
        self.type_in(str(load.boxes))
        if pieces:
            self.press(Qt.Key.Key_Tab)
            self.type_in(str(load.pieces))
        self.press(Qt.Key.Key_Return)

    def cells(self, part: int, column: int) -> list[str]:
        """What stands in a column of a part's list."""
        model = self.page.views[part].rows_model
        return [str(model.index(row, column).data()) for row in range(model.rowCount())]


@pytest.fixture
def counter(yard: Yard, qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Counter]:
    """The counter at the smallest screen, at six, with one van closed."""
    if qapp.styleSheet() != stylesheet(TextSize.NORMAL.scale):
        apply_theme(qapp)
    desk = Desk(yard.store.writer.submit)
    window = CounterWindow(desk, heading=HEADING, clock=lambda: moment(yard.clock.now_ms()))
    desk.setParent(window)
    qtbot.addWidget(window)
    reader = yard.store.reader()
    chosen: list[Counter] = []
    page = HandoverPage(
        desk, reader, yard.clock, papers=tmp_path / "papers", choose_file=lambda _: chosen[0].file
    )
    window.add_page(page)
    made = Counter(window, page, yard, qtbot, tmp_path / "papers")
    chosen.append(made)
    desk.answered.connect(made.answers.append)
    window.resize(1024, 768)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: qapp.activeWindow() is window)
    yield made
    reader.close()


def handed(counter: Counter) -> Answer:
    """A van is counted, signed and handed over with keys and a pen."""
    counter.count(counter.yard.load())
    sheet = counter.sheet(SignSheet)
    counter.sign(sheet)
    return counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))


# --- handing over ------------------------------------------------------------------------------------------


def test_the_van_that_waits_stands_first_and_its_number_is_not_shown(counter: Counter) -> None:
    assert counter.window.band.answer.word == "1 辆等交接"
    assert counter.cells(RUNS, 6)[:2] == ["等交接", "没关门"]
    assert counter.cells(RUNS, 4)[0] == "—"
    pieces = str(counter.yard.load().pieces)
    shown = [widget.text() for widget in counter.page.findChildren(QLabel) if widget.isVisible()]
    assert not any(pieces in text for text in shown)


def test_equal_counts_are_signed_and_the_sheet_is_written(counter: Counter) -> None:
    answer = handed(counter)
    assert (answer.kind, answer.word) == (Tone.OK, "交接好了")
    assert counter.cells(RUNS, 6)[-1] == "没关门" or "在路上" in counter.cells(RUNS, 6)
    paper = counter.papers / "交接单" / f"交接单-{counter.yard.run()}.pdf"
    assert paper.read_bytes().startswith(b"%PDF")
    assert counter.yard.value("SELECT count(*) FROM handovers WHERE agreed = 1") == 1


def test_pieces_need_not_be_counted(counter: Counter) -> None:
    counter.count(counter.yard.load(), pieces=False)
    assert counter.sheet(SignSheet) is not None


def test_enter_does_not_sign_for_anybody(counter: Counter) -> None:
    counter.count(counter.yard.load())
    sheet = counter.sheet(SignSheet)
    counter.press(Qt.Key.Key_Return)
    assert counter.sheet(SignSheet) is sheet
    counter.sign(sheet)
    counter.press(Qt.Key.Key_Delete)
    assert sheet.result() is None


def test_a_count_that_differs_shows_which_crates_are_missing_and_is_made_again(counter: Counter) -> None:
    load = counter.yard.load()
    counter.count(load._replace(crates=load.crates - 1))
    sheet = counter.sheet(DifferSheet)
    crates = [crate for point in counter.yard.night.routes[0].points for crate in counter.yard.crates[point]]
    for crate in crates[1:]:
        counter.scan(crate)
    assert sheet.lost == crates[:1]
    counter.scan("ABC123")
    assert sheet.lost == crates[:1]
    counter.press(Qt.Key.Key_Return)
    again = counter.sheet(CountSheet)
    assert again.result() is None


def test_a_driver_who_does_not_sign_is_written_down_with_the_crates_that_were_not_found(
    counter: Counter,
) -> None:
    load = counter.yard.load()
    counter.count(load._replace(crates=load.crates - 1), pieces=False)
    sheet = counter.sheet(DifferSheet)
    crates = [crate for point in counter.yard.night.routes[0].points for crate in counter.yard.crates[point]]
    for crate in crates[1:]:
        counter.scan(crate)
    sheet.refuse.click()
    counter.sheet(ReasonSheet)
    counter.type_in("1")
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert answer.word == "没有交接"
    assert crates[0] in counter.yard.value("SELECT body FROM handovers")
    assert counter.cells(RUNS, 6)[0] == "拒签 1 次"
    assert handed(counter).word == "交接好了"


def test_the_points_that_have_not_answered_are_named(counter: Counter) -> None:
    handed(counter)
    line = counter.yard.lines()[0]
    counter.yard.hear(counter.yard.receipt(line))
    counter.page._point_at(counter.page.views[RUNS], counter.yard.run())
    counter.page.refresh(frozenset())
    said = counter.page.remark.text()
    names = {shop.code: shop.name for shop in counter.yard.night.points}
    silent = [point for point in counter.yard.night.routes[0].points if point != line.point]
    assert said.startswith("还没有回执：" + names[silent[0]])
    assert names[line.point] not in said


def test_an_open_or_handed_van_opens_no_form(counter: Counter) -> None:
    counter.press(Qt.Key.Key_Down)
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_F9))
    assert answer.word == "还没关门"
    counter.press(Qt.Key.Key_Up)
    handed(counter)
    counter.page._point_at(counter.page.views[RUNS], counter.yard.run())
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_F9)).word == "交接过了"


def test_a_hand_over_is_undone_with_one_key(counter: Counter) -> None:
    handed(counter)
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier))
    assert answer.word == "已撤销"
    assert counter.cells(RUNS, 6)[0] == "等交接"
    again = counter.answer_after(lambda: counter.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier))
    assert again.word == "没有可撤销的"


def test_a_full_disk_does_not_undo_a_hand_over(counter: Counter) -> None:
    counter.papers.parent.mkdir(exist_ok=True)
    counter.papers.write_text("a file where a folder should be")
    answer = handed(counter)
    assert (answer.kind, answer.word) == (Tone.LOOK, "交接好了")
    assert "没有存上" in answer.sentence
    assert counter.yard.value("SELECT count(*) FROM handovers WHERE agreed = 1") == 1
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_F10)).word == "没有存上"


def test_a_scanned_crate_finds_its_van(counter: Counter) -> None:
    point = counter.yard.night.routes[0].points[0]
    answer = counter.answer_after(lambda: counter.scan(counter.yard.crates[point][0]))
    assert answer.number == counter.yard.night.routes[0].code
    assert counter.answer_after(lambda: counter.scan("ABC123")).word == "不认识"


def test_the_sheet_can_be_printed_before_the_hand_over(counter: Counter) -> None:
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_F10)).word == "交接单好了"
    assert list((counter.papers / "交接单").glob("*.pdf"))


# --- coming back -------------------------------------------------------------------------------------------


def turn_to(counter: Counter, part: int) -> None:
    """Ctrl and the number of the part."""
    counter.press(Qt.Key(Qt.Key.Key_1 + part), Qt.KeyboardModifier.ControlModifier)
    counter.bot.waitUntil(lambda: counter.page.parts.index == part)


def test_empties_and_bags_come_back_with_keys_and_scans(counter: Counter) -> None:
    handed(counter)
    turn_to(counter, BACKS)
    counter.press(Qt.Key.Key_F9)
    sheet = counter.sheet(BackSheet)
    counter.type_in("2")
    counter.press(Qt.Key.Key_Right)
    counter.type_in("1")
    counter.press(Qt.Key.Key_Down)
    bag = new_code("TH")
    counter.scan(bag)
    counter.sheet(NumberSheet)
    counter.type_in("4")
    counter.press(Qt.Key.Key_Return)
    counter.bot.waitUntil(lambda: sheet_over(counter.window) is sheet)
    counter.scan("ABC123")
    counter.press(Qt.Key.Key_Return)
    counter.type_in("2")
    counter.press(Qt.Key.Key_Tab)
    counter.type_in("1")
    counter.press(Qt.Key.Key_Return)
    counter.sign(counter.sheet(SignatureSheet))
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert (answer.word, answer.number) == ("收回来了", "3 个")
    second = counter.yard.night.routes[0].points[1]
    assert counter.yard.rows("SELECT bag, point, pieces FROM returns") == [(bag, second, 4)]
    assert (HOLDER, "crate") not in counter.yard.held()
    assert "已回" in counter.cells(BACKS, 4)[0]


def test_fewer_than_the_stops_gave_stay_with_the_driver(counter: Counter) -> None:
    handed(counter)
    turn_to(counter, BACKS)
    counter.press(Qt.Key.Key_F9)
    counter.sheet(BackSheet)
    counter.type_in("3")
    counter.press(Qt.Key.Key_Return)
    counter.type_in("1")
    counter.press(Qt.Key.Key_Return)
    counter.sign(counter.sheet(SignatureSheet))
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert (answer.kind, answer.word) == (Tone.LOOK, "少 2 个")
    turn_to(counter, HOLDERS)
    rows = dict(zip(counter.cells(HOLDERS, 0), counter.cells(HOLDERS, 2), strict=True))
    assert rows[DRIVER] == "2"


# --- balances ----------------------------------------------------------------------------------------------


def test_a_balance_is_adjusted_and_its_history_shown(counter: Counter) -> None:
    counter.yard.do(Adjust("driver:覃师傅", "crate", 5, "以前没记"))
    turn_to(counter, HOLDERS)
    counter.page.refresh(frozenset())
    counter.press(Qt.Key.Key_F9)
    sheet = counter.sheet(AdjustSheet)
    counter.type_in("2")
    sheet._why.choose(1)
    counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert counter.yard.held()["driver:覃师傅", "crate"] == 3
    counter.press(Qt.Key.Key_F10)
    history = counter.sheet(HistorySheet)
    assert [str(history.model.index(row, 1).data())[:2] for row in range(2)] == ["还给", "从本"]


# --- blame -------------------------------------------------------------------------------------------------


def test_a_shortage_names_who_held_it_and_leaves_its_evidence(counter: Counter) -> None:
    handed(counter)
    line = max(counter.yard.lines(), key=lambda line: line.pieces)
    counter.yard.hear(counter.yard.receipt(line, short=1))
    turn_to(counter, SHORTS)
    assert counter.cells(SHORTS, 4) == ["建议 司机"]
    assert "司机车上" in counter.page.remark.text()
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_F9))
    assert (answer.word, answer.number) == ("建议司机", "1 件")
    assert counter.cells(SHORTS, 4) == ["已定 司机"]
    data = next((counter.papers / "追责").glob("*.jsonl"))
    assert verify(data.read_bytes()).lot == line.lot
    assert data.with_suffix(".pdf").is_file()


def test_somebody_else_s_evidence_is_checked(counter: Counter, tmp_path: Path) -> None:
    handed(counter)
    counter.yard.hear(counter.yard.receipt(max(counter.yard.lines(), key=lambda line: line.pieces), short=1))
    turn_to(counter, SHORTS)
    counter.answer_after(lambda: counter.press(Qt.Key.Key_F9))
    counter.file = str(next((counter.papers / "追责").glob("*.jsonl")))
    good = counter.answer_after(lambda: counter.press(Qt.Key.Key_F10))
    assert (good.kind, good.word) == (Tone.OK, "没有改过")
    spoiled = tmp_path / "spoiled.jsonl"
    spoiled.write_bytes(Path(counter.file).read_bytes().replace(b"HandedOver", b"HandedOver "))
    for file in (str(spoiled), str(tmp_path / "nothing"), str(counter.papers)):
        counter.file = file
        assert counter.answer_after(lambda: counter.press(Qt.Key.Key_F10)).word == "对不上"


def test_a_shortage_that_nobody_can_be_named_for_keeps_its_evidence(counter: Counter) -> None:
    line = counter.yard.lines()[0]
    crate = counter.yard.crates[line.point][0]
    lot = counter.yard.value("SELECT lot FROM stock WHERE place = ?", f"crate:{crate}")
    counter.yard.hear(n.PointReceipt(counter.yard.run(), line.point, (), (Count(lot, 1, crate),)))
    turn_to(counter, SHORTS)
    assert counter.cells(SHORTS, 4) == ["还不能定"]
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_F9)).word == "还不能定"
    assert not counter.yard.value("SELECT count(*) FROM liabilities")


# --- the page ----------------------------------------------------------------------------------------------


def test_the_parts_are_reached_with_keys_and_left_with_escape(counter: Counter) -> None:
    for part in (BACKS, HOLDERS, SHORTS):
        turn_to(counter, part)
        counter.press(Qt.Key.Key_Escape)
        assert counter.page.parts.index == RUNS


def test_an_empty_part_says_what_fills_it_and_asks_for_nothing(counter: Counter) -> None:
    turn_to(counter, SHORTS)
    assert not counter.page.first.isEnabled()
    counter.page._do_first()
    assert counter.answers[-1].word == "先选一行"


def test_a_return_bag_leads_to_its_part(counter: Counter) -> None:
    answer = counter.answer_after(lambda: counter.scan(new_code("TH")))
    assert answer.word == "这是退货袋"
    assert counter.page.parts.index == BACKS


def test_a_van_that_another_pc_had_handed_over_first_is_told_until_it_is_confirmed(counter: Counter) -> None:
    handed(counter)
    mine = counter.page._step[0]
    other = FactId("pc2", 1, 1)
    body = counter.yard.value("SELECT body FROM facts WHERE kind = 'HandedOver'")
    at_ms = counter.yard.clock.now_ms()
    counter.yard.do(Hear(Recorded(other, at_ms, 0, DAY, "覃班长", "HandedOver", body)))
    counter.yard.hear(e.Voided(str(mine), "taken", str(other)))
    told = counter.answer_after(lambda: counter.page.refresh(frozenset({"Voided"})))
    assert (told.kind, told.word) == (Tone.WRONG, "两台电脑撞上了")
    assert "覃班长 06:00 已经交接过" in told.sentence
    sheet = counter.sheet(Sheet)
    counter.press(Qt.Key.Key_Return)
    counter.bot.waitUntil(lambda: sheet_over(counter.window) is not sheet)
    counter.bot.waitUntil(lambda: not counter.page._clashes.look(day=DAY))
    assert counter.yard.value("SELECT handed_ms FROM runs WHERE run = ?", counter.yard.run()) == at_ms
    assert counter.yard.held()[HOLDER, "crate"] == counter.yard.load().crates
