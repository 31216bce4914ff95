"""The page 分拣 as people in gloves use it: scans, keys, sheets and the giant board, on a real book."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtCore import Qt

from app.domain import clock
from app.domain.answers import Tone
from app.domain.clock import day_after
from app.domain.codec import Recorded, encode
from app.domain.events import Voided
from app.domain.goods import Zone
from app.domain.ids import FactId
from app.domain.labels import piece_label
from app.sandbox.station_story import StationLine, StationNight
from app.sorting.actions import ChooseWay, JoinSorter, Put, SortPiece
from app.sorting.crates import SealCrate
from app.sorting.page import SortingPage
from app.sorting.rules import Confirm
from app.sorting.sheets import ClashSheet, ShareSheet, SorterSheet, WaySheet
from app.store.book import Book
from app.ui.dialogs import NumberSheet, PickSheet
from app.ui.sheet import sheet_over
from tests.sorting.counter import Counter
from tests.sorting.night import first_line, label_of, rows, slot_of, where
from tests.station import DAY

pytestmark = [pytest.mark.qt_log_ignore(r"propagateSizeHints\(\)")]


@pytest.fixture
def counter(counter_of: Callable[..., Counter]) -> Counter:
    """The page 分拣."""
    return counter_of(SortingPage)


def wide_product(night: StationNight) -> list[StationLine]:
    """The lines of an ambient product that goes to most points."""
    by_product: dict[str, list[StationLine]] = {}
    for line in night.lines:
        if line.zone == Zone.AMBIENT:
            by_product.setdefault(line.product, []).append(line)
    return max(by_product.values(), key=len)


def put_of(counter: Counter, command: SortPiece) -> Put:
    """Put a piece on another page's behalf."""
    put = counter.store.writer.do(command)
    assert isinstance(put, Put)
    return put


# --- by piece label ----------------------------------------------------------------------------------------


def test_a_piece_shows_its_slot_in_giant_print(counter: Counter, night: StationNight) -> None:
    line = first_line(night)
    answer = counter.scan(label_of(line))
    face = counter.page.board.face
    assert answer.kind is Tone.OK
    assert (face.tone, face.slot) == (Tone.OK, slot_of(counter.store, line.point))
    assert counter.page.board._slot_font(600, 170).pixelSize() >= 100
    assert answer.spoken


def test_a_repeat_is_amber_and_says_when(counter: Counter, night: StationNight) -> None:
    counter.store.writer.do(JoinSorter("017"))
    counter.scan(label_of(first_line(night)))
    answer = counter.scan(label_of(first_line(night)))
    assert (answer.kind, answer.word) == (Tone.LOOK, "扫过了")
    assert "02:00 工号 017" in answer.sentence
    assert counter.page.board.face.tone is Tone.LOOK
    assert rows(counter.store, "SELECT kind FROM slips") == [("repeat",)]


def test_where_the_crate_confirms_the_wrong_one_is_red_and_the_right_one_counts(
    counter: Counter, night: StationNight
) -> None:
    counter.store.writer.do(ChooseWay(Confirm.BY_CRATE))
    line = first_line(night)
    other = next(x for x in night.lines if x.point != line.point and x.zone == line.zone)
    wrong = put_of(counter, SortPiece(label_of(other)))
    answer = counter.scan(label_of(line))
    assert (answer.word, counter.page.board.face.asks) == ("放好后扫筐", "crate")
    assert "dock:" in where(counter.store, line.lot)
    answer = counter.scan(wrong.crate)
    assert (answer.kind, answer.word, answer.number) == (
        Tone.WRONG,
        "放错筐了",
        slot_of(counter.store, line.point),
    )
    assert counter.page.board.face.tone is Tone.WRONG
    answer = counter.scan(_fresh(counter))
    assert answer.kind is Tone.OK
    assert rows(counter.store, "SELECT count(*) FROM puts WHERE labels = 1") == [(2,)]


def _fresh(counter: Counter) -> str:
    from app.sorting.crates import Reserved, ReserveLabels

    made = counter.store.writer.do(ReserveLabels(1))
    assert isinstance(made, Reserved)
    return made.labels[0]


def test_a_crate_scanned_after_a_piece_is_checked_at_once(counter: Counter, night: StationNight) -> None:
    line = first_line(night)
    other = next(x for x in night.lines if x.point != line.point and x.zone == line.zone)
    wrong = put_of(counter, SortPiece(label_of(other)))
    counter.scan(label_of(line))
    answer = counter.scan(wrong.crate)
    assert (answer.kind, answer.number) == (Tone.WRONG, slot_of(counter.store, line.point))
    answer = counter.scan(_fresh(counter))
    assert (answer.kind, answer.word) == (Tone.OK, "换好标签")
    counter.scan(label_of(other, 2) if other.pieces > 1 else label_of(first_line(night, pieces=2)))
    assert counter.scan(counter.page._last.crate).word == "对了"


def test_a_crate_alone_says_what_to_do(counter: Counter, night: StationNight) -> None:
    put = put_of(counter, SortPiece(label_of(first_line(night))))
    assert counter.scan(put.crate).word == "这是筐码"


@pytest.mark.parametrize(
    ("code", "tone", "words"),
    [
        (piece_label("LSS1122W00001", nth=1), Tone.WRONG, ["别的站"]),
        ("JLBY1122W00001-1", Tone.WRONG, ["没扫全"]),
        ("6901234567893", Tone.WRONG, ["没扫全"]),
        ("4006381333931", Tone.WRONG, ["没有条码"]),
        ("ABC123", Tone.WRONG, ["没有 ABC123"]),
        ("X" * 70, Tone.WRONG, ["几个码连在一起"]),
    ],
)
def test_codes_that_are_not_ours(counter: Counter, code: str, tone: Tone, words: list[str]) -> None:
    before = rows(counter.store, "SELECT count(*) FROM puts")
    answer = counter.scan(code)
    assert answer.kind is tone
    assert all(word in answer.sentence for word in words), answer.sentence
    assert rows(counter.store, "SELECT count(*) FROM puts") == before


def test_typed_nonsense_is_told_in_one_sentence(counter: Counter) -> None:
    for text in ("爱民村", "J\u202e1-1", "]C1"):
        answer = counter.answer_after(partial(counter.page._entered, text))
        assert answer.sentence


def test_a_whole_box_is_sent_to_the_dock(counter: Counter, night: StationNight) -> None:
    pallet = night.trucks[0].pallets[0]
    for code in (pallet.label, pallet.containers[0].label):
        answer = counter.scan(code)
        assert (answer.kind, answer.word) == (Tone.LOOK, "这是整箱")
        assert "F2" in answer.sentence


def test_a_coming_nights_product_says_when(counter: Counter, night: StationNight) -> None:
    counter.store.clock.move_to(clock.at(day_after(DAY, -1), "22:30"))  # type: ignore[attr-defined]
    answer = counter.scan(first_line(night).barcode)
    assert answer.kind is Tone.LOOK
    assert "11月22日" in answer.sentence
    assert "23:00" in answer.sentence


def test_undo_takes_the_last_put_back(counter: Counter, night: StationNight) -> None:
    line = first_line(night)
    counter.scan(label_of(line))
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier))
    assert answer.word == "已撤销"
    assert slot_of(counter.store, line.point) in answer.sentence
    assert where(counter.store, line.lot)["dock:"] == line.pieces
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier))
    assert answer.word == "没有可撤销的"


# --- by product --------------------------------------------------------------------------------------------


def test_a_product_is_put_stop_by_stop_with_enter_and_space(counter: Counter, night: StationNight) -> None:
    lines = wide_product(night)
    counter.scan(lines[0].barcode)
    way = counter.page._way
    assert way is not None
    slots = [step.slot for step in way.ahead]
    assert counter.page.board.face.slot == slots[0]
    assert counter.page.board.face.count == f"放 {way.ahead[0].pieces}"
    counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert counter.page.board.face.slot == slots[1]
    counter.answer_after(lambda: counter.press(Qt.Key.Key_Space))
    assert [step.slot for step in counter.page._way.ahead] == slots[2:]
    for _ in slots[2:]:
        answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
        counter.bot.waitUntil(lambda: counter.page._busy == "")
    counter.bot.waitUntil(lambda: counter.page._way is None)
    assert counter.answers[-1].word == "这个放完了"
    assert answer.kind is Tone.OK
    assert all("dock:" not in where(counter.store, line.lot) for line in lines)


def test_a_second_enter_before_the_answer_puts_nothing_twice(counter: Counter, night: StationNight) -> None:
    lines = wide_product(night)
    counter.scan(lines[0].barcode)
    first = counter.page._way.current
    counter.page._entered("")
    counter.page._entered("")
    counter.bot.waitUntil(lambda: counter.page._busy == "")
    assert rows(counter.store, "SELECT count(*), sum(pieces) FROM puts") == [(1, first.pieces)]


def test_a_count_can_be_typed_and_a_stop_skipped(counter: Counter, night: StationNight) -> None:
    line = first_line(night, pieces=3)
    counter.scan(line.barcode)
    while counter.page._way.current.point != line.point:
        counter.answer_after(lambda: counter.press(Qt.Key.Key_F11))
    counter.type_in("2")
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert answer.word == "放了 2 件"
    assert where(counter.store, line.lot)["dock:"] == line.pieces - 2
    counter.type_in("99")
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_Return)).word == "太多了"


@pytest.mark.parametrize("count", ["0", "000", "99999"])
def test_a_count_that_cannot_be_is_no_unknown_code(counter: Counter, night: StationNight, count: str) -> None:
    counter.scan(wide_product(night)[0].barcode)
    counter.type_in(count)
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert answer.word == "件数不对"


def test_scanning_the_product_again_counts_nothing(counter: Counter, night: StationNight) -> None:
    lines = wide_product(night)
    counter.scan(lines[0].barcode)
    assert counter.scan(lines[0].barcode).word == "正在放这个"
    assert rows(counter.store, "SELECT count(*) FROM puts") == [(0,)]


def test_the_wrong_crate_on_the_way_alarms_too(counter: Counter, night: StationNight) -> None:
    lines = wide_product(night)
    counter.scan(lines[0].barcode)
    step = counter.page._way.current
    other = next(x for x in night.lines if x.point != step.point and x.zone == step.zone)
    put = put_of(counter, SortPiece(label_of(other)))
    answer = counter.scan(put.crate)
    assert (answer.kind, answer.number) == (Tone.WRONG, step.slot)
    assert counter.page.board.face.tone is Tone.WRONG
    counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert counter.page.board.face.tone is not Tone.WRONG


def test_a_piece_between_two_stops_is_confirmed_by_its_own_crate(
    counter: Counter, night: StationNight
) -> None:
    lines = wide_product(night)
    counter.scan(lines[0].barcode)
    slot = counter.page._way.current.slot
    piece = next(x for x in night.lines if x not in lines and slot_of(counter.store, x.point) != slot)
    counter.scan(label_of(piece))
    crate = rows(counter.store, "SELECT crate FROM wall_crates")[0][0]
    assert counter.scan(crate).word == "对了"
    assert counter.page._way.current.slot == slot
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_Return)).kind is Tone.OK


def test_a_sealed_crate_alarms_on_the_way(counter: Counter, night: StationNight) -> None:
    line = first_line(night, pieces=2)
    put = put_of(counter, SortPiece(label_of(line)))
    counter.store.writer.do(SealCrate(put.crate))
    counter.scan(line.barcode)
    while counter.page._way.current.point != line.point:
        counter.answer_after(lambda: counter.press(Qt.Key.Key_F11))
    answer = counter.scan(put.crate)
    assert (answer.kind, answer.word) == (Tone.WRONG, "这筐封了")


def test_everything_at_once(counter: Counter, night: StationNight) -> None:
    lines = wide_product(night)
    counter.scan(lines[0].barcode)
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_F12))
    assert answer.word == "全部放好"
    assert counter.page._way is None
    assert all("dock:" not in where(counter.store, line.lot) for line in lines)
    answer = counter.scan(lines[0].barcode)
    assert answer.word == "没有要放的"


def test_who_goes_without_is_shown_changed_and_recorded(counter: Counter, night: StationNight) -> None:
    lines = wide_product(night)
    wanted = sum(line.pieces for line in lines)
    counter.scan(lines[0].barcode)
    counter.press(Qt.Key.Key_F10)
    number = counter.sheet(NumberSheet)
    number._press(str(wanted - 1)[0])
    for digit in str(wanted - 1)[1:]:
        number._press(digit)
    number.accept()
    sheet = counter.sheet(ShareSheet)
    assert "同样的比例" in "".join(label.text() for label in sheet.findChildren(type(sheet._sum)))
    unlucky = next(row for row in sheet.model.rows if row.without)
    other = next(row for row in sheet.model.rows if row.gets)
    sheet.view.touch(unlucky.step.point)
    counter.press(Qt.Key.Key_Plus)
    assert sheet.result() is None
    sheet.view.touch(other.step.point)
    counter.press(Qt.Key.Key_Minus)
    assert sheet.result().rule == "by_hand"
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert answer.word == "已记短少"
    assert other.step.slot in answer.sentence
    assert rows(counter.store, "SELECT about, pieces FROM differences") == [("short", 1)]
    assert counter.page._way.pieces == wanted - 1


def test_escape_lays_the_product_down(counter: Counter, night: StationNight) -> None:
    counter.scan(wide_product(night)[0].barcode)
    assert counter.page.cancel()
    assert counter.page._way is None
    assert counter.page.board.face.slot == ""
    assert not counter.page.cancel()


def test_a_barcode_of_several_products_asks_which(counter: Counter, night: StationNight) -> None:
    one = wide_product(night)[0]
    counter.store.writer.do(_Twin(one.lot))
    answer = counter.scan(one.barcode)
    assert answer.word == "是哪一种？"
    sheet = counter.sheet(PickSheet)
    counter.answer_after(lambda: sheet._pick(0))
    assert counter.page._way is not None


class _Twin:
    """Another pack size under the same barcode."""

    def __init__(self, lot: str) -> None:
        self.lot = lot

    def perform(self, book: Book) -> None:
        book.run("UPDATE load_lines SET product = product || ' 两件装' WHERE lot = ?", (self.lot,))


def test_the_list_offers_products_frozen_last(counter: Counter) -> None:
    from app.ui.rows import Section

    titles = [row.title for row in counter.page.model.rows if isinstance(row, Section)]
    assert titles[0] == "常温"
    assert titles[-1].startswith("冷冻")
    counter.page.view.setFocus()
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert answer.word == "一路放"


def test_a_frozen_product_before_its_wave_is_pointed_out(counter: Counter, night: StationNight) -> None:
    answer = counter.scan(first_line(night, zone=Zone.FROZEN).barcode)
    assert (answer.kind, answer.word) == (Tone.LOOK, "冷冻最后分")


# --- who, how, clashes -------------------------------------------------------------------------------------


def test_who_sorts_is_asked_and_a_scanned_badge_answers(counter: Counter) -> None:
    assert counter.page.invitation.word == "谁在分拣？"
    counter.press(Qt.Key.Key_F9)
    counter.sheet(SorterSheet)
    answer = counter.scan("017")
    assert (answer.word, answer.number) == ("开始分拣", "017")
    assert counter.page.who.text() == "工号 017"
    counter.press(Qt.Key.Key_F9)
    sheet = counter.sheet(SorterSheet)
    answer = counter.answer_after(sheet._go)
    assert answer.word == "已离开"


def test_how_this_pc_works_is_chosen(counter: Counter) -> None:
    counter.press(Qt.Key.Key_F10)
    sheet = counter.sheet(WaySheet)
    sheet._confirm.choose(1)
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert "还要扫筐" in answer.sentence
    assert counter.page._confirm() is Confirm.BY_CRATE


class _Heard:
    """Another PC had sorted the piece first: its put and the hub's word are heard."""

    def __init__(self, mine: FactId, recorded: Recorded) -> None:
        self.mine, self.recorded = mine, recorded

    def perform(self, book: Book) -> None:
        book.hear(self.recorded)
        voided = Voided(str(self.mine), "taken", str(self.recorded.id))
        known = FactId("@", 1, 9_000)
        book.hear(Recorded(known, book.clock.now_ms(), 0, DAY, "", "Voided", encode(voided)))


def test_a_clash_alarms_once_with_piece_slot_and_who_was_first(counter: Counter, night: StationNight) -> None:
    from app.domain import night as n
    from app.domain.goods import Count

    line = first_line(night)
    put = put_of(counter, SortPiece(label_of(line)))
    theirs = n.Sorted(put.crate, (Count(line.lot, 1),), (label_of(line),))
    now = counter.store.clock.now_ms()
    recorded = Recorded(FactId("pc2", 1, 7), now - 60_000, 0, DAY, "021", "Sorted", encode(theirs))
    counter.store.writer.do(_Heard(put.facts[-1], recorded))
    answer = counter.answer_after(lambda: counter.page.refresh(frozenset({"Voided"})))
    assert (answer.kind, answer.word) == (Tone.WRONG, "两台电脑撞上了")
    for word in (line.product, "工号 021", "01:59", put.slot):
        assert word in answer.sentence
    counter.sheet(ClashSheet).accept()
    counter.bot.waitUntil(
        lambda: rows(counter.store, "SELECT 1 FROM state WHERE key = 'clashes.sorting'") != []
    )
    before = len(counter.answers)
    counter.page.refresh(frozenset({"Voided"}))
    assert len(counter.answers) == before
    assert sheet_over(counter.window) is None
