"""The page 到货签收 as a shop owner uses it: scans, keys, sheets and what is seen, on a real book."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PySide6.QtCore import QByteArray, QEvent, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.domain.answers import Answer, Tone
from app.domain.clock import StoryClock, moment
from app.domain.goods import Shortfall
from app.domain.ids import with_check
from app.domain.paper_manifest import LONGEST_PART, cut
from app.domain.slots import label_code
from app.receiving import words
from app.receiving.actions import EndReceiving, NoteDifference, Receive
from app.receiving.labels import LabelFile, SlotLabel, draw_label
from app.receiving.manifest_sheet import ManifestSheet
from app.receiving.page import ReceivingPage
from app.receiving.sheets import (
    ArrivalSheet,
    DifferenceSheet,
    EndSheet,
    LabelSheet,
    SlotSheet,
    StationSheet,
)
from app.store.opening import Store
from app.store.station_key import fingerprint, public_key
from app.ui.burst import LONGEST
from app.ui.desk import Desk
from app.ui.dialogs import PickSheet
from app.ui.fonts import apply_theme
from app.ui.gallery import HEADING
from app.ui.keystrokes import scan_code, type_text, window_of
from app.ui.page import Page
from app.ui.photo import small_photo
from app.ui.rows import Section
from app.ui.sheet import Sheet, sheet_over
from app.ui.signature import image_bytes
from app.ui.tokens import TextSize, stylesheet
from app.ui.window import CounterWindow
from tests.receiving.goods import EGGS, MILK, STRANGER, YESTERDAY, Where, facts_in, slots_of, where
from tests.receiving.test_manifest_file import GOOD, csv_of
from tests.receiving.test_on_paper import CARRIED, MANY, PRIVATE, KnowStation, on_paper

pytestmark = [pytest.mark.qt_log_ignore(r"propagateSizeHints\(\)", r"JPEG data", r"[Cc]orrupt JPEG")]


def a_picture(*, width: int = 800, height: int = 600) -> bytes:
    """A photo's file."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    for at in range(height):
        for x in range(0, width, 16):
            image.setPixelColor(x, at, QColor((at * 7) % 256, (x * 13) % 256, (at * x) % 256))
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
    page: ReceivingPage
    store: Store
    camera: PaperCamera
    bot: QtBot
    folder: Path
    answers: list[Answer] = field(default_factory=list)
    file: str = ""
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

    def rows(self) -> list[str]:
        """The list as text: sections by title, rows as product and state."""
        return [
            row.title if isinstance(row, Section) else f"{row.product} {row.slot} {row.state}"
            for row in self.page.model.rows
        ]


@pytest.fixture
def counter(store: Store, qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Counter]:
    """The counter at the smallest screen, in the morning, before the vans."""
    if qapp.styleSheet() != stylesheet(TextSize.NORMAL.scale):
        apply_theme(qapp)
    desk = Desk(store.writer.submit)
    window = CounterWindow(desk, heading=HEADING, clock=lambda: moment(store.clock.now_ms()))
    desk.setParent(window)
    qtbot.addWidget(window)
    camera, reader = PaperCamera(), store.reader()
    labels = LabelFile(tmp_path / "labels")
    chosen: list[Counter] = []
    page = ReceivingPage(
        desk, reader, store.clock, camera=camera, labels=labels, choose_file=lambda _: chosen[0].file
    )
    window.add_page(page)
    window.add_page(Page(desk))
    made = Counter(window, page, store, camera, qtbot, tmp_path)
    chosen.append(made)
    desk.answered.connect(made.answers.append)
    window.resize(1024, 768)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: qapp.activeWindow() is window)
    yield made
    reader.close()


# --- scans -------------------------------------------------------------------------------------------------


def test_what_is_missing_is_listed_by_zone_frozen_first(counter: Counter) -> None:
    sections = [row for row in counter.rows() if "还没到" in row and "·" in row]
    assert sections == ["冷冻 · 还没到", "冷藏 · 还没到", "常温 · 还没到"]
    assert counter.page.strip.words()[0] == "还差 25 件"
    assert "桂农团 0/2 筐 0/5 件" in counter.page.strip.words()


def test_a_scanned_crate_stands_on_top_with_its_slots(counter: Counter) -> None:
    answer = counter.scan("ABC123")
    assert (answer.kind, answer.word, answer.number) == (Tone.OK, "已签收", "6 件")
    assert "还差 5 筐 19 件" in answer.sentence
    rows = counter.rows()
    assert rows[0] == "刚签收 ABC123"
    assert [row.split()[2] for row in rows[1:3]] == ["A-01", "A-02"]
    assert counter.page.strip.words()[0] == "还差 19 件"


def test_a_crate_for_one_slot_shows_that_slot_very_large(counter: Counter) -> None:
    answer = counter.scan("K1235M")
    assert answer.number == "A-01"
    assert answer.spoken == "A 零一"


def test_a_second_scan_says_when_and_changes_nothing(counter: Counter) -> None:
    counter.scan("ABC123")
    before = facts_in(counter.store)
    answer = counter.scan("ABC123")
    assert (answer.kind, answer.number) == (Tone.LOOK, "09:00")
    assert "11月22日 09:00 已签收" in answer.sentence
    assert facts_in(counter.store) == before


@pytest.mark.parametrize(
    ("code", "tone", "words"),
    [
        ("FAR777", Tone.WRONG, ["BY-0003", "邻里优选", "司机"]),
        ("NEW777", Tone.WRONG, ["11月23日", "司机"]),
        ("12AB345", Tone.WRONG, ["南菜篮", "司机"]),
        ("XYZ123", Tone.WRONG, ["清单里没有", "司机"]),
        ("ABC12", Tone.WRONG, ["ABC12 没扫全", "ABC123", "再扫一次"]),
        ("6901234567893", Tone.WRONG, ["校验位", "再扫一次"]),
        ("10000000000933", Tone.LOOK, ["一筐一筐"]),
        ("37-1-0201", Tone.LOOK, ["F3 取货"]),
        (with_check("TH-AAAAAA"), Tone.LOOK, ["F5 售后"]),
        (with_check("HW-A-01"), Tone.LOOK, ["F10"]),
        ("ABC\x01123", Tone.WRONG, ["看不见的字符"]),
        ("A" * 80, Tone.WRONG, ["80 个字"]),
        (STRANGER, Tone.LOOK, ["没有人订", "F9"]),
    ],
)
def test_a_wrong_code_is_answered_with_what_to_do(
    counter: Counter, code: str, tone: Tone, words: list[str]
) -> None:
    before = facts_in(counter.store)
    answer = counter.answer_after(lambda: counter.page.on_scan(code))
    assert answer.kind is tone
    assert [word for word in words if word not in answer.sentence + answer.word] == []
    assert facts_in(counter.store) == before


def test_pieces_are_counted_by_scan_and_a_typed_total(counter: Counter) -> None:
    counter.scan(EGGS)
    counter.type_in("*5")
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert answer.word == "已签收"
    assert where(counter.store, "203").shelf == 5
    counter.type_in("*5")
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_Return)).word == "正好 5 件"
    counter.type_in("*2")
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_Return)).word == "已经更多"


def test_a_count_without_a_product_asks_for_one(counter: Counter) -> None:
    counter.type_in("*5")
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_Return)).word == "先扫商品"


def test_what_is_beyond_is_recorded_with_one_key(counter: Counter) -> None:
    answer = counter.scan(f"15*{EGGS}")
    assert (answer.kind, answer.word) == (Tone.LOOK, "多出 3 件")
    assert counter.page.differ.text() == "记多发 3 件"
    noted = counter.answer_after(lambda: counter.press(Qt.Key.Key_F9))
    assert noted.word == "已记多发"
    assert where(counter.store, "203").surplus == 3
    assert counter.page.differ.text() == "记差异"


def test_an_offer_ends_with_escape_or_the_next_scan(counter: Counter) -> None:
    counter.scan(STRANGER)
    assert counter.page.differ.text() == "记多发 1 件"
    counter.press(Qt.Key.Key_Escape)
    assert counter.page.differ.text() == "记差异"


def test_products_with_one_barcode_are_chosen_by_a_digit(counter: Counter) -> None:
    counter.scan(MILK)
    sheet = counter.sheet(PickSheet)
    assert sheet is not None
    counter.answer_after(lambda: counter.press(Qt.Key.Key_2))
    assert where(counter.store, "302").shelf == 1
    assert where(counter.store, "301").shelf == 0


def test_a_missing_crate_of_yesterday_is_taken_with_one_key(counter: Counter) -> None:
    counter.store.writer.do(EndReceiving("T0"))
    answer = counter.scan("OLD777")
    assert answer.word == "不是今天的"
    assert counter.page.differ.text() == "补签收"
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_F9)).word == "补到了"
    assert where(counter.store, "901").shelf == 2


def test_typing_a_name_finds_lines_and_enter_leads_there(counter: Counter) -> None:
    counter.page.box.field.setText("大米")
    assert [row for row in counter.rows() if "大米" not in row] == ["常温 · 还没到"]
    counter.press(Qt.Key.Key_Return)
    assert counter.page.view.hasFocus()
    counter.press(Qt.Key.Key_Escape)
    assert len(counter.rows()) > 8


def test_leaving_and_coming_back_shows_the_same(counter: Counter) -> None:
    counter.scan("ABC123")
    before = counter.rows()
    counter.window.show_page(1)
    counter.window.show_page(0)
    assert counter.rows() == before
    reader = counter.store.reader()
    again = ReceivingPage(counter.window.desk, reader, counter.store.clock)
    again.refresh(frozenset())
    assert again.model.rows == counter.page.model.rows
    again.deleteLater()
    reader.close()


# --- differences -------------------------------------------------------------------------------------------


def test_a_damage_is_noted_with_keys_and_a_photo(counter: Counter) -> None:
    counter.camera.pictures = [b"not a picture", a_picture()]
    counter.scan("ABC123")
    counter.press(Qt.Key.Key_Down)
    counter.press(Qt.Key.Key_F9)
    sheet = counter.sheet(DifferenceSheet)
    counter.press(Qt.Key.Key_Right)
    counter.type_in("2")
    counter.press(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    counter.bot.waitUntil(lambda: "不是照片" in sheet._notice.text())
    counter.bot.waitUntil(lambda: not sheet._shoot.isDown())
    counter.press(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    counter.bot.waitUntil(lambda: "已附照片" in sheet._shoot.text())
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert answer.word == "已记破损"
    assert "11月23日 09:00 前申报" in answer.sentence
    assert where(counter.store, "201") == Where(0, 2, 0, 2, 0)
    assert any("有照片 剩 1天0时" in row for row in counter.rows())


def test_more_than_there_is_cannot_be_entered(counter: Counter) -> None:
    counter.scan("ABC123")
    counter.press(Qt.Key.Key_Down)
    counter.press(Qt.Key.Key_F9)
    sheet = counter.sheet(DifferenceSheet)
    counter.type_in("9")
    assert sheet.result() is None
    assert not sheet.yes.isEnabled()
    assert "最多只能记 4 件" in sheet._notice.text()


def test_without_a_chosen_row_the_page_says_so(counter: Counter) -> None:
    counter.page.view.setCurrentIndex(counter.page.model.index(-1, 0))
    assert counter.answer_after(counter.page.differ.click).word == "先选一行"


def test_a_countdown_turns_amber_then_red(counter: Counter) -> None:
    counter.store.writer.do(EndReceiving("T1"))
    assert isinstance(counter.store.clock, StoryClock)
    for hours, state in ((1, "剩 23时0分"), (18, "剩 5时0分"), (8, "已过期 3时0分")):
        counter.store.clock.advance(seconds=hours * 3600)
        counter.page.refresh(frozenset())
        assert any(row.endswith(state) for row in counter.rows())


def test_a_missing_piece_that_came_after_all_is_taken_in(counter: Counter) -> None:
    counter.store.writer.do(EndReceiving("T1"))
    counter.page.refresh(frozenset())
    at = next(
        n for n, row in enumerate(counter.page.model.rows) if getattr(row, "key", "").startswith("diff:")
    )
    counter.page.view.setFocus()
    counter.page.view.setCurrentIndex(counter.page.model.index(at, 0))
    counter.press(Qt.Key.Key_F9)
    counter.sheet(DifferenceSheet)
    counter.press(Qt.Key.Key_4)
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert answer.word == "补到了"


def test_a_photo_is_made_small_enough() -> None:
    jpeg = small_photo(a_picture(width=2600, height=1900))
    image = QImage.fromData(QByteArray(jpeg))
    assert 0 < len(jpeg) <= 300_000
    assert max(image.width(), image.height()) <= 1600
    assert small_photo(b"<html>") == b""
    assert small_photo(b"") == b""


# --- slots, vans, end --------------------------------------------------------------------------------------


def test_a_buyer_is_moved_by_scanning_a_slots_label(counter: Counter) -> None:
    counter.scan("ABC123")
    counter.press(Qt.Key.Key_Down)
    counter.press(Qt.Key.Key_F10)
    counter.sheet(SlotSheet)
    answer = counter.scan(label_code("A-09"))
    assert (answer.word, answer.number) == ("已换货位", "A-09")
    assert slots_of(counter.store, "201") == {"A-09"}


def test_a_slot_that_is_not_there_cannot_be_chosen(counter: Counter) -> None:
    counter.scan("ABC123")
    counter.press(Qt.Key.Key_Down)
    counter.press(Qt.Key.Key_F10)
    counter.sheet(SlotSheet)
    counter.type_in("Q99")
    assert counter.sheet(SlotSheet).result() is None


def test_warm_frozen_goods_are_told_aloud(counter: Counter) -> None:
    counter.press(Qt.Key.Key_F11)
    counter.sheet(PickSheet)
    counter.press(Qt.Key.Key_1)
    sheet = counter.sheet(ArrivalSheet)
    fields = list(sheet._degrees.values())
    fields[0].setText("warm")
    assert sheet.result() is None
    fields[0].setText("-9.5")
    answer = counter.answer_after(sheet.accept)
    assert (answer.kind, answer.number) == (Tone.WRONG, "-9.5℃")


def test_ending_shows_what_is_missing_before_it_counts_as_short(counter: Counter) -> None:
    counter.scan("FRZ001")
    counter.press(Qt.Key.Key_F12)
    sheet = counter.sheet(EndSheet)
    assert "还有 13 件没到" in sheet._sentence.text()
    assert "土鸡蛋 10枚" in sheet._owed.text()
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert (answer.word, answer.number) == ("收货完成", "短 13")
    late = counter.scan("ABC123")
    assert late.word == "补到了"


def test_an_enter_still_held_from_a_sheet_enters_nothing(counter: Counter) -> None:
    counter.press(Qt.Key.Key_F12)
    counter.sheet(EndSheet)
    counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    said = list(counter.answers)
    counter.page.box.field.setFocus()
    for _ in range(11):
        held = QKeyEvent(
            QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", autorep=True
        )
        QApplication.sendEvent(counter.page.box.field, held)
    assert counter.answers == said
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_Return)).word == "没有码"


def test_undo_takes_back_step_by_step_and_over_a_restart(counter: Counter) -> None:
    counter.store.writer.do(Receive("FRZ001"))
    counter.scan("ABC123")
    undo = (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert counter.answer_after(lambda: counter.press(*undo)).word == "已撤销"
    assert where(counter.store, "201").van == 4
    assert counter.answer_after(lambda: counter.press(*undo)).word == "已撤销"
    assert where(counter.store, "101").van == 3
    assert counter.answer_after(lambda: counter.press(*undo)).word == "没有可撤销的"


def test_when_all_is_here_the_page_says_what_comes_next(counter: Counter) -> None:
    for code in ("FRZ001", "ABC123", "ABD456", "K1234M", "K1235M", "OLD777"):
        answer = counter.scan(code)
    assert "货都齐了" in answer.sentence
    assert counter.page.strip.words()[0] == "到齐了"
    assert counter.page.invitation.word == "全部到齐"


def test_when_pieces_are_short_the_page_does_not_say_that_all_is_here(counter: Counter) -> None:
    counter.store.writer.do(NoteDifference(Shortfall.SHORT, "201", 1))
    for code in ("FRZ001", "ABC123", "ABD456", "K1234M", "K1235M", "OLD777"):
        answer = counter.scan(code)
    assert "齐" not in answer.sentence
    assert "短少 1 件已记，按 F12 收货完成。" in answer.sentence
    invited = counter.page.invitation
    assert (invited.word, invited.sentence) == ("都处理完了", "签收 24 件，短少 1 件已记。按 F12 收货完成。")
    assert counter.page.end.isEnabled()
    ended = counter.store.writer.do(EndReceiving("T1"))
    assert "短少 1 件已记" in words.answer(ended).sentence
    for trip in ("T0", "T2"):
        assert "全部到齐" in words.answer(counter.store.writer.do(EndReceiving(trip))).sentence
    assert "F12" not in counter.page.invitation.sentence
    assert not counter.page.end.isEnabled()


# --- lists and labels --------------------------------------------------------------------------------------


def test_a_list_is_imported_after_a_look_at_its_columns(counter: Counter) -> None:
    path = counter.folder / "清单.csv"
    path.write_bytes(csv_of(*GOOD, encoding="gb18030"))
    counter.file = str(path)
    counter.press(Qt.Key.Key_F11)
    counter.sheet(PickSheet)
    counter.press(Qt.Key.Key_2)
    sheet = counter.sheet(ManifestSheet)
    assert sheet._summary.text() == "2 筐，3 行，共 6 件。"
    counter.press(Qt.Key.Key_Right)
    assert sheet.result() is None
    counter.press(Qt.Key.Key_Left)
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert answer.word == "清单已导入"
    assert counter.scan("QQQ111").word == "已签收"


def test_a_file_that_is_no_list_is_refused_with_a_sentence(counter: Counter) -> None:
    path = counter.folder / "清单.xlsx"
    path.write_bytes(b"<html><body>login</body></html>")
    for name, said in ((str(path), "网页"), (str(counter.folder / "gone.xlsx"), "空的")):
        counter.file = name
        counter.press(Qt.Key.Key_F11)
        counter.sheet(PickSheet)
        before = facts_in(counter.store)
        answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_2))
        assert answer.word == "没有导入"
        assert said in answer.sentence
        assert facts_in(counter.store) == before


def test_labels_are_saved_with_slot_and_tails_only(counter: Counter) -> None:
    counter.scan("ABC123")
    counter.press(Qt.Key.Key_F11)
    counter.sheet(PickSheet)
    counter.press(Qt.Key.Key_3)
    counter.sheet(LabelSheet)
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert answer.word == "标签好了"
    assert (counter.folder / "labels" / "货位标签.pdf").read_bytes().startswith(b"%PDF")


def test_a_label_can_be_scanned(qapp: QApplication) -> None:
    image = draw_label(SlotLabel("A-01", ("6312", "0007"))).convertToFormat(QImage.Format.Format_Grayscale8)
    pixels: Any = memoryview(bytes(image.constBits())).cast("B", [image.height(), image.bytesPerLine()])
    codes = [code.text for code in zxingcpp.read_barcodes(pixels)]
    assert codes == [label_code("A-01")]
    assert qapp is not None


# --- the look ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1024, 1366])
def test_every_button_shows_its_whole_word(counter: Counter, width: int) -> None:
    counter.window.resize(width, 768)
    counter.scan(f"15*{EGGS}")
    for button in (counter.page.differ, counter.page.rehouse, counter.page.more, counter.page.end):
        counter.bot.waitUntil(partial(_is_wide_enough, button))


def _is_wide_enough(button: QWidget) -> bool:
    return button.width() >= button.sizeHint().width()


def test_a_shop_without_a_list_is_told_what_to_do(counter: Counter) -> None:
    assert isinstance(counter.store.clock, StoryClock)
    counter.store.writer.do(EndReceiving("T0"))
    for trip in ("T1", "T2"):
        counter.store.writer.do(EndReceiving(trip))
    counter.store.clock.advance(seconds=9 * 86_400)
    counter.window.show_page(1)
    counter.window.show_page(0)
    assert counter.page.invitation.word == "请扫筐码"  # tomorrow's van, never ended, is waited for
    counter.store.writer.do(EndReceiving("T9"))
    assert counter.page.invitation.word == "等到货清单"


# --- the list on the driver's paper ------------------------------------------------------------------------


def test_the_codes_of_the_driver_s_sheet_are_scanned_in_any_order(counter: Counter) -> None:
    counter.store.writer.do(KnowStation(PRIVATE))
    codes = list(cut(on_paper(MANY)))
    assert len(codes) > 2
    *others, last = codes[::-1]
    for code in others:
        said = counter.scan(code)
        assert (said.kind, "还差第" in said.sentence) == (Tone.OK, True)
    answer = counter.scan(last)
    assert (answer.word, answer.number) == ("清单收下了", "30 件")
    assert counter.scan("PAP001").word == "已签收"


def test_half_a_code_and_parts_given_up_are_told(counter: Counter) -> None:
    counter.store.writer.do(KnowStation(PRIVATE))
    first, *others = cut(on_paper(MANY))
    assert counter.scan(first[:-3]).word == "没扫全"
    counter.scan(first)
    counter.press(Qt.Key.Key_Escape)
    for code in others:
        assert "还差第" in counter.scan(code).sentence


def test_a_new_station_s_fingerprint_is_compared_by_a_person(counter: Counter) -> None:
    codes = cut(on_paper())
    before = facts_in(counter.store)
    for code in codes[:-1]:
        counter.scan(code)
    counter._scan(codes[-1])
    sheet = counter.sheet(StationSheet)
    assert fingerprint(public_key(PRIVATE)) in [label.text() for label in sheet.findChildren(QLabel)]
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_Escape)).word == "没有收下"
    assert facts_in(counter.store) == before
    for code in codes[:-1]:
        counter.scan(code)
    counter._scan(codes[-1])
    counter.sheet(StationSheet)
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_Return)).word == "清单收下了"


def test_a_code_as_long_as_paper_has_is_never_cut_by_the_counter(counter: Counter) -> None:
    assert LONGEST_PART < LONGEST
    for code in cut(on_paper(CARRIED._replace(day=YESTERDAY))):
        answer = counter.scan(code)
    assert answer.word == "旧的清单"
