"""The page of the close, driven by keys and scans on a real book."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain import events as e
from app.domain.answers import Answer, Tone
from app.domain.clock import StoryClock, at, day_after, moment
from app.domain.goods import Count
from app.domain.ids import with_check
from app.reconciliation import queries
from app.reconciliation.actions import CloseDay, CountSlot, MatchBills, MoveCash
from app.reconciliation.flow import DONE, DRAWER, MATCH, SEAL, SHELF
from app.reconciliation.page import ReconciliationPage
from app.reconciliation.sheets import CashSheet
from app.reconciliation.shelf_step import SlotRow
from app.store.connection import Reader
from app.store.opening import Store
from app.ui.desk import Desk
from app.ui.fonts import apply_theme
from app.ui.sheet import Sheet, sheet_over
from app.ui.tokens import TextSize, stylesheet
from app.ui.window import CounterWindow, Heading
from tests.samples import DAY, TRIP, Record

Key = Qt.Key
pytestmark = pytest.mark.qt_log_ignore(r"propagateSizeHints\(\)")


class Counter:
    """A window with the page in it, and hands for it."""

    def __init__(self, qtbot: QtBot, store: Store, reader: Reader, clock: StoryClock, papers: Path) -> None:
        self.qtbot, self.store, self.clock = qtbot, store, clock
        self.file: Path | None = None
        self.desk = Desk(store.writer.submit)
        self.answers: list[Answer] = []
        self.desk.answered.connect(self.answers.append)
        self.window = CounterWindow(
            self.desk, heading=Heading("民生百货店", date(2026, 11, 22)), clock=lambda: moment(clock.now_ms())
        )
        self.desk.setParent(self.window)
        self.page = ReconciliationPage(self.desk, reader, clock, papers=papers, pick_file=lambda _: self.file)
        self.window.add_page(self.page)
        self.window.resize(1024, 768)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is self.window)
        self.settle()

    def close(self) -> None:
        """Gone before its reader is."""
        self.settle()
        self.window.close()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def settle(self) -> None:
        """Let all that was asked of the writer come back."""
        for _ in range(3):
            self.store.writer.do(_Nothing())
            QApplication.processEvents()

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(self._target(), key)
            self.qtbot.waitUntil(self._is_up)  # a button that is pressed by its key stays down for a moment
            self.settle()

    def hold(self, key: Qt.Key, *, repeats: int) -> None:
        """Keep a key down: one press and then what the keyboard repeats by itself."""
        self.press(key)
        for _ in range(repeats):
            held = QKeyEvent(
                QEvent.Type.KeyPress, key.value, Qt.KeyboardModifier.NoModifier, "\r", autorep=True
            )
            QApplication.sendEvent(self._target(), held)
            self.settle()

    def _is_up(self) -> bool:
        return not any(button.isDown() for button in self.window.findChildren(QAbstractButton))

    def type(self, text: str) -> None:
        QTest.keyClicks(self._target(), text)
        self.settle()

    def _target(self) -> QWidget:
        return QApplication.focusWidget() or self.sheet_or_none() or self.window

    def scan(self, code: str) -> None:
        self.page.on_scan(code)
        self.settle()

    def sheet_or_none(self) -> Sheet | None:
        return sheet_over(self.window)

    @property
    def sheet(self) -> Sheet:
        found = self.sheet_or_none()
        assert found is not None
        return found

    @property
    def last(self) -> Answer:
        return self.answers[-1]


class _Nothing:
    def perform(self, book: object) -> None:
        """Pass through the writer's queue, behind all that was queued before."""


@pytest.fixture
def counter(
    qtbot: QtBot, store: Store, reader: Reader, clock: StoryClock, tmp_path: Path, qapp: QApplication
) -> Iterator[Counter]:
    """The counter at the smallest screen."""
    if qapp.styleSheet() != stylesheet(TextSize.NORMAL.scale):
        apply_theme(qapp)
    made = Counter(qtbot, store, reader, clock, tmp_path / "papers")
    yield made
    made.close()


def _slots(counter: Counter) -> dict[str, str]:
    return {row.slot: row.result for row in counter.page.flow.shelf.model.rows if isinstance(row, SlotRow)}


def test_a_day_is_closed_with_the_keyboard_alone(counter: Counter, reader: Reader) -> None:
    flow = counter.page.flow
    assert (flow.day, flow.at, flow.shelf.slot) == (DAY, SHELF, "A-01")
    counter.type("7")
    counter.press(Key.Key_Return)
    assert flow.shelf.slot == "A-02"
    counter.type("2")
    counter.press(Key.Key_Return)
    assert flow.shelf.slot == ""
    counter.press(Key.Key_Return)
    assert flow.at == DRAWER
    counter.type("0")
    counter.press(*[Key.Key_Return] * 8)
    assert flow.at == MATCH
    counter.press(Key.Key_F12)
    assert flow.at == SEAL
    counter.press(Key.Key_F12)
    assert flow.at == DONE
    closed = queries.closed_day(reader, DAY)
    assert closed is not None
    assert (closed.totals.here, closed.totals.open_differences) == (9, 0)
    assert counter.last.word == "日结好了"


def test_the_count_is_blind(counter: Counter) -> None:
    shelf = counter.page.flow.shelf
    texts = [shelf.model.data(shelf.model.index(0, at)) for at in range(3)]
    assert texts == ["A-01", "", "还没点"]
    assert "账上 " not in shelf._told.text()
    counter.page.flow.skip.click()
    assert "账上 " not in counter.page.flow.drawer._told.text()
    assert counter.page.flow.drawer._total.text() == "还没点"


def test_a_count_that_differs_is_said_and_a_second_enter_goes_on(counter: Counter) -> None:
    shelf = counter.page.flow.shelf
    counter.type("6")
    counter.press(Key.Key_Return)
    assert (counter.last.kind, counter.last.word) == (Tone.LOOK, "少 1 件")
    assert shelf.slot == "A-01"
    assert "账上 7 件，少 1 件" in shelf._told.text()
    counter.press(Key.Key_Return)
    assert shelf.slot == "A-02"
    assert _slots(counter)["A-01"] == "少 1 件"


def test_an_empty_count_is_refused_with_a_sentence(counter: Counter, reader: Reader) -> None:
    shelf = counter.page.flow.shelf
    assert shelf.number.is_empty
    counter.press(Key.Key_Return, Key.Key_Return)
    assert (counter.last.word, shelf.slot) == ("还没写件数", "A-01")
    assert reader.value("SELECT count(*) FROM counts") == 0
    counter.press(Key.Key_Down)
    assert (shelf.number.is_empty, shelf.number.value) == (False, 0)
    counter.press(Key.Key_Return)
    assert reader.value("SELECT amount FROM counts WHERE what = 'shelf:A-01'") == 0


def test_a_held_enter_writes_one_count_and_closes_nothing(counter: Counter, reader: Reader) -> None:
    flow = counter.page.flow
    counter.type("7")
    counter.hold(Key.Key_Return, repeats=9)
    assert reader.value("SELECT count(*) FROM counts") == 1
    assert (flow.at, flow.shelf.slot) == (SHELF, "A-02")
    counter.type("2")
    counter.hold(Key.Key_Return, repeats=9)
    assert flow.at == SHELF
    counter.hold(Key.Key_Return, repeats=9)
    assert flow.at == DRAWER
    counter.type("0")
    counter.hold(Key.Key_Return, repeats=30)
    assert (flow.at, flow.drawer.notes[5_000].hasFocus()) == (DRAWER, True)
    flow.drawer.record()
    counter.settle()
    flow.match.on.setFocus()
    counter.hold(Key.Key_Return, repeats=9)
    assert flow.at == SEAL
    assert queries.closed_day(reader, DAY) is None


def test_a_slot_that_is_counted_elsewhere_is_not_asked_again(counter: Counter, store: Store) -> None:
    shelf = counter.page.flow.shelf
    counter.type("3")
    store.writer.do(CountSlot(DAY, "A-01", 7))
    counter.page.refresh(frozenset({"ShelfCounted"}))
    assert (shelf.slot, shelf.number.is_empty) == ("A-02", True)
    assert "先不看账上的数" in shelf._told.text()
    store.writer.do(CountSlot(DAY, "A-02", 1))
    counter.page.refresh(frozenset({"ShelfCounted"}))
    assert (shelf.slot, shelf._name.text()) == ("", "点完了")
    shelf.turn_to("A-02")
    assert shelf.number.value == 1
    store.writer.do(CountSlot(DAY, "A-02", 2))
    counter.page.refresh(frozenset({"ShelfCounted"}))
    assert (shelf.slot, shelf._ask.text()) == ("", "2 个货位都点了，都和账上一样。")


def test_counting_once_more_puts_it_right(counter: Counter) -> None:
    counter.type("6")
    counter.press(Key.Key_Return)
    counter.type("7")
    counter.press(Key.Key_Return)
    assert counter.last.kind is Tone.OK
    assert _slots(counter)["A-01"] == "一样"


def test_a_slots_label_turns_to_it_and_goods_count_up(counter: Counter) -> None:
    shelf = counter.page.flow.shelf
    counter.scan(with_check("HW-A-02"))
    assert shelf.slot == "A-02"
    counter.scan("6901234567892")
    counter.scan("6901234567892")
    assert (shelf.slot, shelf.number.value) == ("A-02", 2)
    assert counter.last.number == "2"
    counter.press(Key.Key_Return)
    assert _slots(counter)["A-02"] == "一样"


def test_an_empty_slot_may_be_scanned_and_counted(counter: Counter) -> None:
    counter.scan(with_check("HW-B-09"))
    assert counter.page.flow.shelf.slot == "B-09"
    counter.type("1")
    counter.press(Key.Key_Return)
    assert _slots(counter)["B-09"] == "多 1 件"


@pytest.mark.parametrize("code", ["", "1" * 50, "HW-A-02-X", "\x1d", "取货"])
def test_a_strange_code_is_said_to_be_strange(counter: Counter, code: str) -> None:
    counter.scan(code)
    assert counter.last.word == "不认识"
    counter.page.parts.choose(4)
    counter.scan(code)
    assert counter.last.word == "这里不用扫码"


def test_notes_and_coins_add_up_and_a_difference_is_told_afterwards(
    counter: Counter, store: Store, reader: Reader
) -> None:
    store.writer.do(MoveCash(20_000, "备用金"))
    flow = counter.page.flow
    flow.skip.click()
    counter.type("1")
    counter.press(Key.Key_Down, Key.Key_Down)
    counter.type("4x")
    assert flow.drawer._total.text() == "¥180.00"
    flow.drawer.record()
    counter.settle()
    assert counter.last.word == "少 ¥20.00"
    assert flow.at == DRAWER
    counter.press(Key.Key_Return)
    assert flow.at == MATCH
    assert reader.value("SELECT amount FROM counts WHERE what = 'cash'") == 18_000


def test_a_sum_may_be_typed_instead_and_nonsense_cannot_be_written_down(counter: Counter) -> None:
    drawer = counter.page.flow.drawer
    counter.page.flow.skip.click()
    drawer.way.choose(1)
    counter.type("12.345")
    assert not drawer.note.isEnabled()
    assert "请写成" in drawer._told.text()
    drawer.sum.clear()
    counter.type("0.5")
    assert drawer.fen == 50


def test_cash_put_in_is_expected_at_once(counter: Counter, reader: Reader) -> None:
    flow = counter.page.flow
    flow.skip.click()
    counter.press(Key.Key_F9)
    assert isinstance(counter.sheet, CashSheet)
    counter.type("200")
    counter.press(Key.Key_Return)
    assert counter.last.sentence == "钱箱放进 ¥200.00（备用金），已记下。"
    assert reader.value("SELECT sum(fen) FROM money WHERE account = 'drawer'") == 20_000


def test_everything_may_be_skipped_and_the_day_closes(counter: Counter, reader: Reader) -> None:
    flow = counter.page.flow
    flow.skip.click()
    flow.skip.click()
    counter.press(Key.Key_F12)
    assert "2 个货位没点，钱箱没点，也可以日结" in flow.seal._notes.text()
    counter.press(Key.Key_F12)
    assert queries.closed_day(reader, DAY) is not None


def test_esc_goes_back_a_step_and_then_home(counter: Counter) -> None:
    flow = counter.page.flow
    flow.skip.click()
    assert counter.page.cancel()
    assert flow.at == SHELF
    assert not counter.page.cancel()
    counter.page.parts.choose(3)
    assert counter.page.cancel()
    assert counter.page.part is flow


def test_the_count_is_there_after_leaving_the_page(counter: Counter) -> None:
    counter.type("7")
    counter.press(Key.Key_Return)
    counter.page.parts.choose(1)
    counter.page.parts.choose(0)
    assert _slots(counter) == {"A-01": "一样", "A-02": "还没点"}
    assert counter.page.flow.shelf.slot == "A-02"


def test_a_lacking_piece_is_explained_with_digits(counter: Counter, store: Store, reader: Reader) -> None:
    store.writer.do(CountSlot(DAY, "A-01", 6))
    counter.page.parts.choose(1)
    counter.press(Key.Key_Return)
    assert "货位 A-01 少了" in counter.sheet.accessibleName()
    counter.press(Key.Key_1)
    assert not counter.sheet.yes.isEnabled()
    counter.press(Key.Key_2)
    counter.press(Key.Key_Return)
    assert counter.sheet_or_none() is None
    assert counter.last.word == "取走了没点"
    assert queries.open_differences(reader) == []
    assert reader.value("SELECT lot FROM handed") == "2"
    counter.page.differences.which.choose(1)
    assert [row.how for row in counter.page.differences.model.rows] == ["handed_out"]  # type: ignore[union-attr]


def test_a_closed_day_shows_what_came_later(counter: Counter, store: Store) -> None:
    store.writer.do(CloseDay(DAY))
    counter.page.refresh(frozenset({"DayClosed"}))
    assert counter.page.flow.at == DONE
    assert counter.page.flow.done._changes.text() == "日结以后没有变动。"
    store.writer.do(Record((e.PickedUp("b3", (Count("3", 2, "A-02"),)),)))
    counter.page.refresh(frozenset({"PickedUp"}))
    assert "取走 0 → 2" in counter.page.flow.done._changes.text()


def test_the_sheet_of_a_closed_day_adds_up_and_says_what_bills_added(
    counter: Counter, store: Store, clock: StoryClock
) -> None:
    store.writer.do(Record((e.PickedUp("b3", (Count("3", 2, "A-02"),)),)))
    store.writer.do(CloseDay(DAY))
    day = day_after(DAY, 1)
    clock.move_to(at(day, "10:00"))
    store.writer.do(
        Record(
            (
                e.OverFound(TRIP, "9", "690", "苹果", 2),
                e.PickedUp("b1", (Count("1", 3, "A-01"),)),
                e.GoodsBagged("R1", "buyer:", (Count("3", 1, ""),)),
            )
        )
    )
    store.writer.do(CloseDay(day))
    counter.page.flow.show_day(day)
    done = counter.page.flow.done
    sheet = "昨天留下 7 件，签收 0，多发 +2，顾客退回 +1，取走 −3，日终在店 7 件"
    assert done._goods.accessibleName() == sheet
    assert done._changes.text() == "日结以后没有变动。"
    clock.move_to(at(day, "21:00"))
    store.writer.do(Record((e.BillIssued("linli", DAY, (e.BillRow("3", 1, 495, 49),)),)))
    store.writer.do(MatchBills())
    store.writer.do(Record((e.PickedUp("b1", (Count("1", 1, "A-01"),)),)))
    counter.page.refresh(frozenset({"PickedUp"}))
    assert done._goods.accessibleName() == sheet
    assert done._changes.text().startswith("日结后平台账单又记了 1 笔差异。日结以后的更正：取走 3 → 4")


def test_a_forgotten_day_is_closed_from_the_list_of_days(
    counter: Counter, clock: StoryClock, reader: Reader
) -> None:
    clock.move_to(at(day_after(DAY, 2), "10:00"))
    counter.page.parts.choose(2)
    counter.press(Key.Key_Return)
    assert counter.page.part is counter.page.flow
    assert counter.page.flow.day == DAY
    for _ in range(2):
        counter.page.flow.skip.click()
    counter.press(Key.Key_F12, Key.Key_F12)
    assert queries.closed_day(reader, DAY) is not None


def test_papers_are_saved_and_a_blocked_folder_is_one_sentence(
    counter: Counter, store: Store, tmp_path: Path
) -> None:
    store.writer.do(CloseDay(DAY))
    counter.page.refresh(frozenset({"DayClosed"}))
    counter.press(Key.Key_F9)
    assert (tmp_path / "papers" / f"日结单 {DAY}.xlsx").exists()
    counter.press(Key.Key_F10)
    assert (tmp_path / "papers" / f"日结单 {DAY}.pdf").exists()
    assert counter.last.word == "存好了"
    blocked = tmp_path / "blocked"
    blocked.write_text("x")
    object.__setattr__(counter.page.counter, "papers", blocked)
    counter.press(Key.Key_F9)
    assert (counter.last.kind, counter.last.word) == (Tone.WRONG, "没存上")


def test_a_bill_is_imported_and_its_strange_columns_are_remembered(
    counter: Counter, store: Store, reader: Reader, tmp_path: Path
) -> None:
    store.writer.do(Record((e.PickedUp("b3", (Count("3", 2, "A-02"),)),)))
    counter.file = tmp_path / "账单.csv"
    counter.file.write_text("单号,件数,实付,提成\no-3,1,4.95,0.50\n", encoding="gb18030")
    counter.page.parts.choose(2)
    counter.press(Key.Key_F10)
    counter.press(Key.Key_1, Key.Key_Return)
    assert counter.sheet.accessibleName() == "哪一列是佣金？"
    counter.press(Key.Key_4, Key.Key_Return)
    counter.press(Key.Key_1, Key.Key_Return)
    counter.settle()
    assert (counter.last.kind, counter.last.word) == (Tone.LOOK, "账单已导入")
    assert [(row.lot, row.note) for row in queries.open_differences(reader)] == [("3", "pieces")]
    counter.file.write_text("单号,件数,实付,提成\n3,2,9.90,0.99\n", encoding="utf-8")
    counter.press(Key.Key_F10)
    counter.press(Key.Key_1, Key.Key_Return)
    assert counter.sheet.accessibleName() == "哪一天的账单？"
    counter.press(Key.Key_1, Key.Key_Return)
    assert counter.last.kind is Tone.OK
    assert queries.open_differences(reader) == []


def test_a_wrong_bill_is_one_sentence_and_nothing_is_recorded(
    counter: Counter, reader: Reader, tmp_path: Path
) -> None:
    counter.file = tmp_path / "photo.jpg"
    counter.file.write_bytes(b"\xff\xd8\xff\xe0\x00")
    before = reader.value("SELECT count(*) FROM facts")
    counter.page.take_bill()
    counter.press(Key.Key_1, Key.Key_Return)
    assert (counter.last.kind, counter.last.word) == (Tone.WRONG, "不是表格")
    assert reader.value("SELECT count(*) FROM facts") == before


def test_a_deduction_is_appealed_from_the_list(counter: Counter, store: Store, reader: Reader) -> None:
    store.writer.do(Record((e.Deducted("D1", "linli", DAY, 500, "投诉"),)))
    counter.page.parts.choose(4)
    counter.press(Key.Key_Return)
    counter.type("signed at nine")
    counter.sheet.accept()
    counter.settle()
    assert counter.last.word == "已申诉"
    assert queries.deduction_rows(reader)[0].state == "appealed"
    counter.press(Key.Key_Return)
    assert counter.last.word == "申诉中"


def test_the_trail_turns_from_day_to_day(counter: Counter) -> None:
    counter.page.parts.choose(5)
    trail = counter.page.trail
    assert trail.model.rowCount() == 5
    assert not trail.after.isEnabled()
    counter.press(Key.Key_F9)
    assert (trail.day, trail.model.rowCount()) == (day_after(DAY, -1), 0)
    counter.press(Key.Key_F10)
    assert trail.day == DAY


def test_ctrl_and_a_digit_turn_to_a_part(counter: Counter) -> None:
    for at_part in (3, 5, 0):
        QTest.keyClick(counter.window, Key(Key.Key_1.value + at_part), Qt.KeyboardModifier.ControlModifier)
        assert counter.page.parts.index == at_part


def test_a_new_shop_sees_calm_empty_parts(
    qtbot: QtBot, empty_store: Store, clock: StoryClock, tmp_path: Path
) -> None:
    reader = empty_store.reader()
    counter = Counter(qtbot, empty_store, reader, clock, tmp_path / "papers")
    assert counter.page.flow.shelf._name.text() == "没有货"
    for part in range(1, 6):
        counter.page.parts.choose(part)
        counter.settle()
    assert [answer.kind for answer in counter.answers if answer.kind is Tone.WRONG] == []
    counter.page.take_bill()
    counter.file = tmp_path / "x.csv"
    counter.page.take_bill()
    assert counter.last.word == "还没有平台"
    counter.close()
    reader.close()


def test_undo_says_that_counting_again_is_enough(counter: Counter) -> None:
    counter.page.undo()
    assert counter.last.word == "重新点就行"


def test_a_drawer_that_differs_asks_why_before_it_closes(counter: Counter, reader: Reader) -> None:
    flow = counter.page.flow
    flow.skip.click()
    counter.type("1")
    flow.drawer.record()
    counter.settle()
    counter.press(Key.Key_Return, Key.Key_F12, Key.Key_F12)
    assert counter.sheet.accessibleName() == "钱箱多 ¥100.00，先记个原因"
    counter.press(Key.Key_3, Key.Key_Return)
    assert flow.at == DONE
    assert [row.note for row in queries.open_differences(reader)] == ["漏记进出"]


def test_a_difference_may_be_left_with_a_note(counter: Counter, store: Store, reader: Reader) -> None:
    store.writer.do(CountSlot(DAY, "A-01", 6))
    counter.page.parts.choose(1)
    counter.press(Key.Key_Return, Key.Key_6)
    assert not counter.sheet.yes.isEnabled()
    counter.type("mixed up")
    counter.press(Key.Key_Return)
    assert counter.last.word == "先留着"
    assert [row.note for row in queries.open_differences(reader)] == ["mixed up"]


def test_the_next_day_is_meant_once_the_last_is_closed(
    counter: Counter, store: Store, clock: StoryClock
) -> None:
    store.writer.do(CloseDay(DAY))
    counter.page.activated()
    assert counter.page.flow.at == DONE
    clock.move_to(at(day_after(DAY, 1), "10:00"))
    store.writer.do(Record((e.PickedUp("b3", (Count("3", 2, "A-02"),)),)))
    counter.page.activated()
    assert (counter.page.flow.day, counter.page.flow.at) == (day_after(DAY, 1), SHELF)


def test_a_bill_that_came_meanwhile_is_compared_when_the_page_comes_to_the_front(
    counter: Counter, store: Store, reader: Reader
) -> None:
    bill = e.BillIssued("linli", DAY, (e.BillRow("3", 1, 495, 50),))
    store.writer.do(Record((e.PickedUp("b3", (Count("3", 2, "A-02"),)), bill)))
    counter.page.activated()
    counter.settle()
    assert counter.last.word == "账单有出入"
    assert [row.note for row in queries.open_differences(reader)] == ["pieces"]


@pytest.mark.parametrize(("code", "word"), [("X" * 400, "码太长"), ("690\x071234", "码不干净")])
def test_a_scan_that_can_be_no_code_is_told_with_its_true_reason(
    counter: Counter, code: str, word: str
) -> None:
    counter.scan(code)
    assert counter.answers[-1].word == word
