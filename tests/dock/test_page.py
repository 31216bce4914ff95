"""The page 卸车 as night staff use it: scans, keys, sheets and what is seen, on a real book."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.dock import words
from app.dock.actions import EndUnloading, Unload
from app.dock.differences import Goods, NoteDifference
from app.dock.page import CLEARING, UNLOADING, DockPage
from app.dock.rules import Reason
from app.dock.sheets import (
    ArrivalSheet,
    BoxSheet,
    ClashSheet,
    ClearSheet,
    DifferenceSheet,
    EndSheet,
    ProductSheet,
)
from app.domain import events as e
from app.domain import night as n
from app.domain.answers import Answer, Tone
from app.domain.clock import StoryClock, moment
from app.domain.goods import Count, Shortfall, Zone
from app.domain.ids import FactId
from app.domain.labels import crate_label, piece_label
from app.store.opening import Store
from app.ui.buttons import Weight
from app.ui.desk import Desk
from app.ui.dialogs import PickSheet
from app.ui.fonts import apply_theme
from app.ui.gallery import HEADING
from app.ui.keystrokes import scan_code, type_text, window_of
from app.ui.page import Page
from app.ui.rows import Section
from app.ui.sheet import Sheet, sheet_over
from app.ui.signature import image_bytes
from app.ui.tokens import TextSize, stylesheet
from app.ui.window import CounterWindow
from tests.dock.goods import (
    DUMPLINGS,
    EGGS,
    MILK,
    PALLET,
    SECOND,
    STRANGER,
    THIRD,
    Hear,
    facts_in,
    one,
    where,
)
from tests.samples import Record
from tests.station import DAY

pytestmark = [pytest.mark.qt_log_ignore(r"propagateSizeHints\(\)")]
EGGS_IN_ABC = Goods(DAY, EGGS, "土鸡蛋 10枚", "T1", "ABC123")


def a_picture() -> bytes:
    """A photo's file."""
    image = QImage(320, 240, QImage.Format.Format_RGB32)
    image.fill(QColor(120, 90, 30))
    return image_bytes(image, "PNG")


@dataclass
class PaperCamera:
    """Gives the files that it was given, one at each press."""

    pictures: list[bytes] = field(default_factory=list)

    def photograph(self, over: QWidget, then: Callable[[bytes], None]) -> None:
        """Hand over the next file."""
        if self.pictures:
            then(self.pictures.pop(0))


@dataclass
class Counter:
    """The window with the page, and what was answered."""

    window: CounterWindow
    page: DockPage
    store: Store
    camera: PaperCamera
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

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press one key where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, held)

    def answer_after(self, act: Callable[[], object]) -> Answer:
        """What is said once the book has been written."""
        before = len(self.answers)
        act()
        self.bot.waitUntil(lambda: len(self.answers) > before)
        return self.answers[-1]

    def sheet(self, kind: type[Sheet]) -> Any:
        """The sheet that opens; a button's key presses it with a short delay."""
        self.bot.waitUntil(lambda: isinstance(sheet_over(self.window), kind))
        found = sheet_over(self.window)
        assert isinstance(found, kind), found
        return found

    def enter(self) -> Answer:
        """Accept what is open and wait for the answer."""
        return self.answer_after(lambda: self.press(Qt.Key.Key_Return))

    def hear(self, *said: tuple[e.Fact, int, str]) -> None:
        """Facts of others arrive while the page is in front."""
        for fact, seq, device in said:
            self.store.writer.do(Hear(fact, seq, device, operator="07" if device != "@" else ""))
        self.page.desk.announce({type(fact).__name__ for fact, _, _ in said})

    def rows(self) -> list[str]:
        """The list as text: sections by title, rows as name and state."""
        return [
            row.title
            if isinstance(row, Section)
            else f"{row.name} {row.count} {row.state}".replace("  ", " ")
            for row in self.page.model.rows
        ]

    def lying(self) -> list[str]:
        """The list of the dock as text."""
        rows = self.page.clear_pane.model.rows
        return [row.title if isinstance(row, Section) else f"{row.product} {row.count}" for row in rows]

    def primary(self) -> list[str]:
        """The words of the buttons that ask to be pressed."""
        page = self.page
        buttons = (page.differ, page.arrive, page.clear, page.end)
        return [b.text() for b in buttons if b.weight is Weight.PRIMARY and b.isVisibleTo(page)]


def _open_counter(store: Store, qtbot: QtBot, qapp: QApplication) -> Counter:
    """The counter at the smallest screen, at two at night, before the trucks."""
    desk = Desk(store.writer.submit)
    window = CounterWindow(desk, heading=HEADING, clock=lambda: moment(store.clock.now_ms()))
    desk.setParent(window)
    qtbot.addWidget(window)
    camera = PaperCamera()
    page = DockPage(desk, store.reader(), store.clock, camera=camera)
    window.add_page(page)
    window.add_page(Page(desk))
    made = Counter(window, page, store, camera, qtbot)
    desk.answered.connect(made.answers.append)
    window.resize(1024, 768)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: qapp.activeWindow() is window)
    return made


@pytest.fixture
def counter(store: Store, qtbot: QtBot, qapp: QApplication) -> Iterator[Counter]:
    """The counter in normal print."""
    if qapp.styleSheet() != stylesheet(TextSize.NORMAL.scale):
        apply_theme(qapp)
    made = _open_counter(store, qtbot, qapp)
    yield made
    made.page._reader.close()


@pytest.fixture
def large_counter(store: Store, qtbot: QtBot, qapp: QApplication) -> Iterator[Counter]:
    """The counter in large print."""
    apply_theme(qapp, TextSize.LARGE)
    made = _open_counter(store, qtbot, qapp)
    yield made
    made.page._reader.close()
    apply_theme(qapp)


# --- trucks ------------------------------------------------------------------------------------------------


def test_tonights_trucks_stand_in_cards_and_what_is_next_is_said(counter: Counter) -> None:
    assert counter.page.cards.words() == [
        "桂A11111 没到 预计 02:30 0/3 箱 0/18 件",
        "桂A22222 没到 预计 03:30 0/1 箱 0/6 件",
    ]
    assert counter.page.next.text() == "等车 桂A11111 预计 02:30，到了按 F10。"
    assert counter.page.invitation.sentence == "桂A11111 预计 02:30，到了按 F10。"
    assert counter.primary() == ["记到车"]


def test_a_truck_that_does_not_come_is_called_late(counter: Counter) -> None:
    assert isinstance(counter.store.clock, StoryClock)
    counter.store.clock.advance(seconds=3600)
    counter.page.refresh(frozenset())
    assert "晚 30分" in counter.page.cards.words()[0]
    assert "晚了 30分" in counter.page.next.text()


def test_an_arrival_is_noted_with_its_seal(counter: Counter) -> None:
    counter.press(Qt.Key.Key_F10)
    sheet = counter.sheet(ArrivalSheet)
    counter._scan("GX88231")
    assert sheet._seal.text() == "GX88231"
    answer = counter.enter()
    assert (answer.kind, answer.word) == (Tone.OK, "已记到车")
    assert "铅封对得上" in answer.sentence
    assert counter.page.cards.words()[0] == "桂A11111 到了 02:00 到 0/3 箱 0/18 件"
    assert counter.page.next.text() == "卸车 先卸冷的，还有 1 箱：扫托盘码。"


def test_a_pallet_is_no_seal(counter: Counter) -> None:
    counter.press(Qt.Key.Key_F10)
    sheet = counter.sheet(ArrivalSheet)
    counter._scan("10837025046717")
    assert sheet._seal.text() == ""
    assert "是托盘码" in sheet._notice.text()


def test_another_seal_asks_for_a_photo_and_is_an_alarm(counter: Counter) -> None:
    counter.camera.pictures = [b"<html>", a_picture()]
    counter.press(Qt.Key.Key_F10)
    sheet = counter.sheet(ArrivalSheet)
    counter._scan("GX88230")
    assert "GX88231" in sheet._notice.text()
    assert "Ctrl+P" in sheet._notice.text()
    sheet.shoot.click()
    assert "不是照片" in sheet._notice.text()
    sheet.shoot.click()
    assert "Ctrl+P" not in sheet._notice.text()
    answer = counter.enter()
    assert (answer.kind, answer.word) == (Tone.WRONG, "铅封不对")
    assert "还没有照片" not in answer.sentence
    assert one(counter.store, "SELECT count(*) FROM photos") == (1,)
    assert "铅封不对" in counter.page.cards.words()[0]


def test_a_broken_seal_without_a_photo_says_so(counter: Counter) -> None:
    counter.press(Qt.Key.Key_F10)
    sheet = counter.sheet(ArrivalSheet)
    sheet._state.choose(1)
    answer = counter.enter()
    assert (answer.kind, answer.word) == (Tone.WRONG, "铅封破了")
    assert "还没有照片" in answer.sentence


# --- scans -------------------------------------------------------------------------------------------------


def test_a_pallet_comes_down_with_one_scan(counter: Counter) -> None:
    answer = counter.scan(PALLET)
    assert (answer.kind, answer.word, answer.number) == (Tone.OK, "已卸车", "TP00933")
    assert answer.sentence == "2 箱 3 种 12 件（冷冻、常温）。冷的先分。这车还差 1 箱。"
    assert answer.spoken == "2 箱，12 件"
    assert counter.rows()[:3] == ["刚卸下", "FRZ001 5 件 02:00 已卸", "ABC123 7 件 02:00 已卸"]
    assert counter.page.cards.words()[0].endswith("02:00 到 · 02:00 开卸 2/3 箱 12/18 件")
    assert counter.page.view.touched_row == 1


def test_a_container_alone_says_what_its_pallet_still_owes(counter: Counter) -> None:
    answer = counter.scan("ABC123")
    assert (answer.number, answer.spoken) == ("7 件", "7 件")
    assert "TP00933 还差 1 箱" in answer.sentence


def test_what_waits_is_listed_by_zone_frozen_first(counter: Counter) -> None:
    counter.scan("ABD456")
    rows = [row for row in counter.rows() if "还没卸" in row and "·" in row]
    assert rows == ["冷冻 · 还没卸", "常温 · 还没卸"]
    assert "桂A22222 · 预计 03:30" in counter.rows()


def test_a_second_scan_says_when_and_by_whom(counter: Counter) -> None:
    counter.scan(PALLET)
    before = facts_in(counter.store)
    answer = counter.scan(PALLET)
    assert (answer.kind, answer.word, answer.number) == (Tone.LOOK, "卸过了", "02:00")
    assert "TP00933 的 2 箱都卸过了：11月22日 02:00，这台电脑" in answer.sentence
    assert facts_in(counter.store) == before


def test_another_desks_scan_appears_at_once(counter: Counter) -> None:
    goods = (Count("203", 6),)
    counter.hear(
        (n.TruckArrived("T1"), 1, "pc2"), (n.ContainersUnloaded("T1", "ABD456", ("ABD456",), goods), 2, "pc2")
    )
    counter.bot.waitUntil(lambda: "ABD456 6 件 02:00 已卸 别台" in counter.rows())
    assert counter.answers == []
    answer = counter.scan("ABD456")
    assert "另一台电脑 pc2 07 号" in answer.sentence


@pytest.mark.parametrize(
    ("code", "tone", "said"),
    [
        ("FAR777", Tone.WRONG, ["HX-W3", "别卸", "已记下"]),
        ("NEW777", Tone.WRONG, ["11月23日", "别卸"]),
        ("XYZ123", Tone.WRONG, ["不在今晚本站的清单", "别卸"]),
        ("10999999999999", Tone.WRONG, ["不在今晚本站的清单"]),
    ],
)
def test_a_stranger_stays_on_the_truck(counter: Counter, code: str, tone: Tone, said: list[str]) -> None:
    answer = counter.scan(code)
    assert answer.kind is tone
    assert [word for word in said if word not in answer.sentence + answer.word] == []
    assert facts_in(counter.store, "StrangerRefused") == 1


@pytest.mark.parametrize(
    ("code", "tone", "said"),
    [
        ("", Tone.INFO, ["没有码"]),
        ("ABC\x01123", Tone.WRONG, ["看不见的字符"]),
        ("A" * 80, Tone.WRONG, ["80 个字"]),
        ("９" * 512, Tone.WRONG, ["512 个字"]),
        ("大米", Tone.INFO, ["“大米”不是码"]),
        (PALLET[:11], Tone.WRONG, ["没扫全", PALLET, "再扫一次"]),
        ("ABC12", Tone.WRONG, ["没扫全", "ABC123"]),
        ("ABC123ABC123", Tone.WRONG, ["两个码连了", "ABC123"]),
        ("6901234567893", Tone.WRONG, ["校验位"]),
        (crate_label(day=DAY, device="pc1", number=3), Tone.LOOK, ["周转筐"]),
        (piece_label("101", nth=1), Tone.LOOK, ["分拣"]),
        (EGGS, Tone.LOOK, ["土鸡蛋", "还没有卸下来", "F9"]),
        (STRANGER, Tone.LOOK, ["没有人订", "F9"]),
        ("{code}%s", Tone.WRONG, ["不认识"]),
        ("'; DROP TABLE facts; --", Tone.WRONG, ["不认识"]),
    ],
)
def test_a_wrong_code_is_answered_with_what_to_do(
    counter: Counter, code: str, tone: Tone, said: list[str]
) -> None:
    before = facts_in(counter.store)
    answer = counter.answer_after(lambda: counter.page.on_scan(code))
    assert answer.kind is tone
    assert [word for word in said if word not in answer.sentence + answer.word] == []
    assert facts_in(counter.store) == before


def test_every_answer_has_a_spoken_line_and_fits_its_words(counter: Counter) -> None:
    for code in (PALLET, PALLET, "XYZ123", "ABC12", EGGS):
        answer = counter.scan(code)
        assert answer.spoken
        assert 2 <= len(answer.word) <= 8


def test_a_number_may_be_typed_by_hand_and_finds_on_the_way(counter: Counter) -> None:
    counter.type_in("tp00934")
    assert "FRZ001 5 件 还没卸" not in counter.rows()
    assert counter.enter().number == "TP00934"
    assert counter.page.box.text() == ""


def test_the_next_line_follows_the_work(counter: Counter) -> None:
    for code in (PALLET, SECOND):
        counter.scan(code)
    assert counter.page.next.text() == "按 F12 桂A11111 卸空了，按 F12 卸完。"
    assert counter.primary() == ["卸完"]


# --- differences -------------------------------------------------------------------------------------------


def test_a_short_product_of_the_last_container_is_noted_with_few_keys(counter: Counter) -> None:
    counter.scan("ABC123")
    counter.press(Qt.Key.Key_F9)
    counter.sheet(ProductSheet)
    counter._scan(EGGS)
    sheet = counter.sheet(DifferenceSheet)
    assert "同样的比例" in sheet._limit.text()
    counter.type_in("3")
    answer = counter.enter()
    assert (answer.kind, answer.word, answer.number) == (Tone.OK, "已记短少", "3 件")
    assert "少给一号店 2 件、二号店 1 件" in answer.sentence
    assert where(counter.store, "201") == {"dock": 2, "short": 2}
    assert "土鸡蛋 10枚 短少 3 剩 1天0时" in counter.rows()


def test_a_damaged_product_with_note_and_photo(counter: Counter) -> None:
    counter.camera.pictures = [a_picture()]
    counter.scan("ABC123")
    counter.press(Qt.Key.Key_F9)
    counter.sheet(ProductSheet)
    counter.type_in("69098")
    counter.press(Qt.Key.Key_Return)
    sheet = counter.sheet(DifferenceSheet)
    counter.press(Qt.Key.Key_Right)
    sheet.shoot.click()
    sheet.note.setText("压坏")
    answer = counter.enter()
    assert (answer.word, answer.number) == ("已记破损", "1 件")
    assert where(counter.store, "204") == {"aside:damaged": 1}
    assert "大米 10kg 破损 1 · 有照片 剩 1天0时" in counter.rows()


def test_a_product_that_is_not_in_the_container_is_said_so(counter: Counter) -> None:
    counter.scan("ABC123")
    counter.press(Qt.Key.Key_F9)
    sheet = counter.sheet(ProductSheet)
    counter._scan(MILK)
    assert "没有这种商品" in sheet._notice.text()
    assert isinstance(sheet_over(counter.window), ProductSheet)


def test_more_than_is_there_cannot_be_accepted(counter: Counter) -> None:
    counter.scan("ABC123")
    counter.press(Qt.Key.Key_F9)
    counter.sheet(ProductSheet)
    counter._scan(EGGS)
    sheet = counter.sheet(DifferenceSheet)
    counter.type_in("7")
    assert "最多只能记 6 件" in sheet._notice.text()
    assert not sheet.yes.isEnabled()


def test_a_whole_container_that_never_came_is_noted_and_comes_after_all(counter: Counter) -> None:
    counter.scan("FRZ001")
    counter.page.view.setFocus()
    counter.page.view.setCurrentIndex(counter.page.model.index(counter.page.model.row_of("box:T1:ABD456"), 0))
    counter.press(Qt.Key.Key_Return)
    counter.sheet(ProductSheet)
    counter.press(Qt.Key.Key_Return)
    counter.sheet(BoxSheet)
    answer = counter.enter()
    assert (answer.word, answer.number) == ("已记短少", "6 件")
    assert "没来 · 后来到了照样扫" in counter.rows()
    late = counter.scan("ABD456")
    assert (late.word, late.kind) == ("补到了", Tone.OK)
    assert where(counter.store, "203") == {"dock": 6}


def test_a_scanned_product_offers_its_difference(counter: Counter) -> None:
    counter.scan(PALLET)
    counter.scan(DUMPLINGS)
    assert counter.primary() == ["记差异"]
    counter.press(Qt.Key.Key_F9)
    counter.sheet(DifferenceSheet)
    counter.press(Qt.Key.Key_Right)
    assert counter.enter().word == "已记破损"
    assert where(counter.store, "101") == {"dock": 2, "aside:damaged": 1}
    assert counter.primary() == []


def test_products_that_share_a_bar_code_are_asked_about(counter: Counter) -> None:
    counter.scan(THIRD)
    counter.scan(MILK)
    counter.press(Qt.Key.Key_F9)
    counter.sheet(PickSheet)
    counter.type_in("2")
    sheet = counter.sheet(DifferenceSheet)
    assert sheet._product.product == "鲜牛奶 6盒装"


def test_a_product_that_nobody_ordered_is_noted_as_surplus(counter: Counter) -> None:
    counter.scan(PALLET)
    counter.scan(STRANGER)
    assert counter.page.differ.text() == "记多发"
    counter.press(Qt.Key.Key_F9)
    counter.sheet(DifferenceSheet)
    counter.type_in("2")
    assert counter.enter().word == "已记多发"
    assert where(counter.store, f"over/{STRANGER}")["aside:surplus"] == 2


def test_missed_pieces_are_found_from_their_row(counter: Counter) -> None:
    counter.scan(PALLET)
    counter.store.writer.do(NoteDifference(Shortfall.SHORT, EGGS_IN_ABC, 2))
    counter.page.refresh(frozenset())
    rows = counter.rows()
    at = rows.index("土鸡蛋 10枚 短少 2 剩 1天0时")
    counter.page.view.setFocus()
    counter.page.view.setCurrentIndex(counter.page.model.index(at, 0))
    counter.press(Qt.Key.Key_Return)
    sheet = counter.sheet(DifferenceSheet)
    assert sheet._kind.text() == "后来到了"
    counter.type_in("2")
    answer = counter.enter()
    assert (answer.word, answer.number) == ("补到了", "2 件")
    assert where(counter.store, "201") == {"dock": 4}


def test_an_older_nights_goods_are_taken_in_with_one_key(counter: Counter) -> None:
    counter.store.writer.do(Record((n.TruckArrived("T0"), n.UnloadingEnded("T0"))))
    answer = counter.scan("OLD777")
    assert (answer.kind, answer.word) == (Tone.LOOK, "不是今晚的")
    assert counter.page.differ.text() == "收下晚到的"
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_F9)).word == "已卸车"
    assert where(counter.store, "901") == {"dock": 2}


def test_an_offer_ends_with_escape_or_the_next_scan(counter: Counter) -> None:
    counter.scan(STRANGER)
    counter.press(Qt.Key.Key_Escape)
    assert counter.page.differ.text() == "记差异"
    counter.scan(STRANGER)
    counter.scan(PALLET)
    assert counter.page.differ.text() == "记差异"


def test_without_a_row_f9_says_to_choose_one(counter: Counter) -> None:
    counter.page.view.setCurrentIndex(counter.page.model.index(-1, -1))
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_F9))
    assert answer.word == "先选一行"


# --- ending, undoing ---------------------------------------------------------------------------------------


def test_ending_names_what_is_missing_before_it_is_written_off(counter: Counter) -> None:
    counter.scan(PALLET)
    counter.press(Qt.Key.Key_F12)
    sheet = counter.sheet(EndSheet)
    assert "1 箱 6 件没扫到" in sheet._sentence.text()
    assert sheet._owed.text() == "TP00934　ABD456　1 种　6 件"
    assert sheet.yes.weight is Weight.DANGER
    answer = counter.enter()
    assert (answer.kind, answer.number) == (Tone.LOOK, "短 6")
    assert "缺 1 箱" in " ".join(counter.page.cards.words())
    assert counter.scan(SECOND).word == "补到了"


def test_a_scan_of_another_pc_between_looking_and_ending_is_noticed(counter: Counter) -> None:
    counter.scan(PALLET)
    counter.press(Qt.Key.Key_F12)
    counter.sheet(EndSheet)
    counter.store.writer.do(
        Hear(n.ContainersUnloaded("T1", "ABD456", ("ABD456",), (Count("203", 6),)), 1, "pc2")
    )
    answer = counter.enter()
    assert (answer.kind, answer.word) == (Tone.LOOK, "刚又变了")
    assert where(counter.store, "203") == {"dock": 6}


def test_f12_before_a_truck_has_come_says_so(counter: Counter) -> None:
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_F12)).word == "车还没到"


def test_a_step_is_taken_back_with_one_key(counter: Counter) -> None:
    counter.scan(PALLET)
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier))
    assert (answer.word, answer.spoken) == ("已撤销", "已撤销")
    assert where(counter.store, "101") == {"trunk:T1": 3}
    assert "刚卸下" not in counter.rows()
    again = counter.answer_after(counter.page.undo)
    assert again.word == "没有可撤销的"


def test_what_was_sorted_is_not_taken_back(counter: Counter) -> None:
    counter.scan(PALLET)
    opened = n.CrateOpened("ZK1", "1-01", "P1", "R01", DAY, Zone.AMBIENT)
    counter.store.writer.do(Record((opened, n.Sorted("ZK1", (Count("201", 1),)))))
    answer = counter.answer_after(counter.page.undo)
    assert (answer.kind, answer.word) == (Tone.WRONG, "撤销不了")
    assert "已经分进筐里" in answer.sentence


# --- another PC was first ----------------------------------------------------------------------------------


def _clash(counter: Counter) -> None:
    """Both PCs unload a container while they do not see each other; the other one was first."""
    counter.scan("ABC123")
    mine = one(counter.store, "SELECT device, epoch, seq FROM facts WHERE kind = 'ContainersUnloaded'")
    goods = (Count("201", 4), Count("202", 2), Count("204", 1))
    theirs = n.ContainersUnloaded("T1", "ABC123", ("ABC123",), goods)
    voided = e.Voided(str(FactId(*mine)), "taken", "pc2.1.1")
    counter.hear((theirs, 1, "pc2"), (voided, 9_000, "@"))


def test_a_clash_is_an_alarm_that_stays_until_it_is_read(counter: Counter) -> None:
    _clash(counter)
    counter.bot.waitUntil(lambda: counter.answers[-1].word == "两台撞了")
    answer = counter.answers[-1]
    assert (answer.kind, answer.number) == (Tone.WRONG, "ABC123")
    assert "另一台电脑 pc2 07 号 02:00 先卸了" in answer.sentence
    assert counter.rows()[:2] == ["和别的电脑撞了", "ABC123 按 F9 看"]
    assert (counter.page.next.text(), counter.primary()) == (
        "按 F9 和别的电脑撞了 1 条，按 F9 看怎么办。",
        ["看怎么办"],
    )
    said = len(counter.answers)
    counter.page.refresh(frozenset({"Voided"}))
    assert len(counter.answers) == said
    counter.press(Qt.Key.Key_F9)
    counter.sheet(ClashSheet)
    counter.press(Qt.Key.Key_Return)
    counter.bot.waitUntil(lambda: counter.rows()[0] != "和别的电脑撞了")
    assert where(counter.store, "201") == {"dock": 4}


def test_an_unread_clash_is_told_again_after_a_restart(counter: Counter) -> None:
    _clash(counter)
    counter.bot.waitUntil(lambda: counter.answers[-1].word == "两台撞了")
    reader = counter.store.reader()
    again = DockPage(counter.page.desk, reader, counter.store.clock)
    counter.bot.addWidget(again)
    assert counter.answer_after(lambda: again.refresh(again.topics)).word == "两台撞了"
    reader.close()


def test_pieces_missed_out_of_a_crate_are_not_this_pages_alarm(counter: Counter) -> None:
    counter.scan("ABC123")
    opened = n.CrateOpened("ZK1", "1-01", "P1", "R01", DAY, Zone.AMBIENT)
    put = n.Sorted("ZK1", (Count("201", 1),))
    facts = counter.store.writer.do(Record((opened, put, n.PiecesMissed("crate:ZK1", (Count("201", 1),)))))
    said = len(counter.answers)
    counter.store.writer.do(Hear(e.Voided(str(facts[-1]), "not_there"), 9_000))
    counter.page.refresh(frozenset({"Voided"}))
    assert len(counter.answers) == said


# --- the cleared dock --------------------------------------------------------------------------------------


def _sort_all_but(counter: Counter, *lots: str) -> None:
    reader = counter.store.reader()
    rows = reader.rows("SELECT lot, pieces FROM stock WHERE place = 'dock:' AND pieces > 0")
    reader.close()
    goods = tuple(Count(lot, pieces) for lot, pieces in rows if lot not in lots)
    opened = n.CrateOpened("ZK1", "1-01", "P1", "R01", DAY, Zone.AMBIENT)
    counter.store.writer.do(Record((opened, n.Sorted("ZK1", goods))))
    counter.page.desk.announce({"Sorted"})


def _to_the_dock(counter: Counter) -> None:
    counter.answer_after(lambda: counter.press(Qt.Key.Key_F11))
    assert counter.page._stack.currentIndex() == CLEARING


def test_what_still_lies_on_the_dock_is_listed_with_its_containers(counter: Counter) -> None:
    counter.scan(PALLET)
    _to_the_dock(counter)
    assert counter.lying() == [
        "冷冻 · 还在月台上",
        "速冻水饺 1kg 5 件",
        "常温 · 还在月台上",
        "土鸡蛋 10枚 6 件",
        "大米 10kg 1 件",
    ]
    _sort_all_but(counter, "201")
    counter.bot.waitUntil(lambda: counter.lying() == ["常温 · 还在月台上", "土鸡蛋 10枚 4 件"])
    assert counter.page.next.text() == "清场 还有 4 件没分，分完再清。"


def test_scanning_a_product_tells_whether_it_still_lies_here(counter: Counter) -> None:
    counter.scan(PALLET)
    _to_the_dock(counter)
    answer = counter.scan(EGGS)
    assert (answer.kind, answer.word, answer.number) == (Tone.LOOK, "还没分", "6 件")
    assert "ABC123" in answer.sentence
    counter.press(Qt.Key.Key_F9)
    counter.sheet(DifferenceSheet)
    counter.type_in("6")
    assert counter.enter().word == "已记短少"
    assert "土鸡蛋 10枚 6 件" not in counter.lying()


def test_an_empty_dock_is_cleared_with_one_key(counter: Counter) -> None:
    _to_the_dock(counter)
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_F12))
    assert (answer.kind, answer.word) == (Tone.OK, "清场完成")
    assert counter.page.next.text() == "好了 02:00 清过场了，按 Esc 回到卸车。"
    assert counter.primary() == ["回到卸车"]
    assert one(counter.store, "SELECT left_pieces FROM waves") == (0,)
    back = counter.answer_after(counter.window.undo)
    assert (back.word, back.sentence) == ("已撤销", "“清场”撤销了。")
    assert one(counter.store, "SELECT count(*) FROM waves WHERE cleared_ms > 0") == (0,)


def test_a_hasty_enter_decides_nothing_about_what_is_left(counter: Counter) -> None:
    counter.scan(PALLET)
    _to_the_dock(counter)
    counter.press(Qt.Key.Key_F12)
    counter.sheet(ClearSheet)
    counter.press(Qt.Key.Key_Return)
    assert isinstance(sheet_over(counter.window), ClearSheet)
    assert facts_in(counter.store, "AreaCleared") == 0


def test_what_is_not_there_becomes_short_on_confirmation(counter: Counter) -> None:
    counter.scan(PALLET)
    _sort_all_but(counter, "202")
    _to_the_dock(counter)
    counter.press(Qt.Key.Key_F12)
    counter.sheet(ClearSheet)
    counter.press(Qt.Key.Key_Right)
    answer = counter.enter()
    assert (answer.kind, answer.number) == (Tone.LOOK, "短 2")
    assert where(counter.store, "202") == {"short": 2}


def test_what_stays_needs_a_reason(counter: Counter) -> None:
    counter.scan(PALLET)
    _to_the_dock(counter)
    counter.press(Qt.Key.Key_F12)
    sheet = counter.sheet(ClearSheet)
    counter.press(Qt.Key.Key_Left)
    counter.press(Qt.Key.Key_Return)
    assert "为什么留下" in sheet._notice.text()
    sheet._note.setText("等冷藏车")
    answer = counter.enter()
    assert (answer.kind, answer.number) == (Tone.LOOK, "留 12")
    assert one(counter.store, "SELECT left_pieces, note FROM waves") == (12, "等冷藏车")


def test_damaged_and_surplus_lie_aside_and_are_shown(counter: Counter) -> None:
    counter.scan(PALLET)
    counter.store.writer.do(NoteDifference(Shortfall.DAMAGED, EGGS_IN_ABC, 2))
    counter.store.writer.do(NoteDifference(Shortfall.OVER, Goods(DAY, STRANGER, "口红"), 1))
    _to_the_dock(counter)
    assert counter.lying()[-4:] == ["破损 · 放一边", "土鸡蛋 10枚 2 件", "多发 · 放一边", "口红 1 件"]


def test_escape_leads_back_to_the_trucks(counter: Counter) -> None:
    _to_the_dock(counter)
    counter.press(Qt.Key.Key_Escape)
    assert counter.page._stack.currentIndex() == UNLOADING


def test_a_late_container_can_be_scanned_while_clearing(counter: Counter) -> None:
    counter.scan(PALLET)
    counter.store.writer.do(EndUnloading("T1", 6))
    _to_the_dock(counter)
    assert counter.scan(SECOND).word == "补到了"
    assert "土鸡蛋 10枚 12 件" in counter.lying()


# --- keys and room -----------------------------------------------------------------------------------------


def test_an_enter_held_from_a_sheet_scans_nothing(counter: Counter) -> None:
    counter.type_in("ABC123")
    said = len(counter.answers)
    held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True)
    QApplication.sendEvent(counter.page.box.field, held)
    assert len(counter.answers) == said
    assert counter.page.box.text() == "ABC123"


def test_a_scan_under_an_open_sheet_is_not_lost_silently(counter: Counter) -> None:
    counter.scan(PALLET)
    counter.press(Qt.Key.Key_F12)
    counter.sheet(EndSheet)
    assert counter.scan(SECOND).word == "先做完这一步"
    assert where(counter.store, "203") == {"trunk:T1": 6}


@pytest.mark.parametrize("size", [(960, 640), (1024, 768), (1366, 768)])
def test_no_button_is_cut_and_the_list_keeps_its_room(counter: Counter, size: tuple[int, int]) -> None:
    counter.window.resize(*size)
    counter.scan(PALLET)
    page = counter.page
    for button in (page.differ, page.arrive, page.clear, page.end):
        assert button.width() >= button.sizeHint().width()
    assert page.view.height() >= 100


def _shown_height(page: DockPage) -> int:
    frame = page.parentWidget()
    assert frame is not None
    return frame.height()


def test_in_large_print_on_a_small_screen_nothing_is_lost(large_counter: Counter) -> None:
    page = large_counter.page
    large_counter.scan(PALLET)
    buttons = (page.differ, page.arrive, page.clear, page.end)
    assert [button.text() for button in buttons] == ["差异", "到车", "清场", "卸完"]
    assert [button.toolTip() for button in buttons] == [""] * 4  # a cut word would be told in full
    assert page.height() <= _shown_height(page)
    assert page.view.height() >= 100
    _to_the_dock(large_counter)
    assert page.height() <= _shown_height(page)
    assert page.clear_pane.view.height() >= 150


def test_without_a_network_and_without_sheets_the_page_says_what_to_wait_for(
    counter: Counter,
) -> None:
    assert isinstance(counter.store.clock, StoryClock)
    counter.store.clock.advance(seconds=20 * 86_400)
    counter.page.refresh(frozenset())
    assert counter.page.next.text() == "等清单 联网后，今晚的车和托盘会自动出现在这里。"
    assert counter.rows() == []
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_F10)).word == "还没有车"


def test_no_reason_is_without_its_words() -> None:
    assert set(words._REFUSALS) == set(Reason)


def test_unload_is_answered_from_the_book_and_not_from_the_page(counter: Counter) -> None:
    counter.store.writer.do(Unload("ABC123"))
    assert counter.scan("ABC123").word == "卸过了"
