"""The page 分拣墙 and its labels: the picture, crates found by scan, changed, sealed, counted, printed; the plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import zxingcpp
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from app.domain import clock
from app.domain import night as n
from app.domain.answers import Tone
from app.domain.clock import day_after
from app.sandbox.station_story import StationNight
from app.sorting.actions import Put, SortPiece
from app.sorting.crates import ChangeCrate, SealCrate
from app.sorting.labels import CrateLabel, Paper, QtLabels, draw_label, paint_labels
from app.sorting.rules import slot_code
from app.sorting.wall_page import WallPage
from app.sorting.wall_sheets import ContentSheet, PrintSheet
from app.sorting.wallplan import slot_name
from app.store.opening import Store
from app.ui.dialogs import NumberSheet, PickSheet, ReasonSheet
from app.ui.sheet import Sheet, sheet_over
from tests.samples import Record
from tests.sorting.counter import Counter
from tests.sorting.night import first_line, label_of, rows, slot_of, wall_of, where
from tests.station import DAY

pytestmark = [pytest.mark.qt_log_ignore(r"propagateSizeHints\(\)")]


@dataclass
class PaperLabels:
    """Takes labels and remembers them."""

    printed: list[CrateLabel] = field(default_factory=list)
    broken: bool = False

    def printers(self) -> list[str]:
        """One printer."""
        return ["柜台打印机"]

    def put_out(self, labels: Sequence[CrateLabel], *, printer: str, paper: Paper) -> str:
        """Take them."""
        if self.broken:
            raise OSError("no paper")
        self.printed += labels
        return f"已送到 {printer} {paper}"


@pytest.fixture
def labels() -> PaperLabels:
    """Where the labels go."""
    return PaperLabels()


@pytest.fixture
def counter(counter_of: Callable[..., Counter], labels: PaperLabels) -> Counter:
    """The page 分拣墙."""
    return counter_of(WallPage, labels=labels)


def put_in(store: Store, night: StationNight) -> Put:
    """A piece is in its crate."""
    put = store.writer.do(SortPiece(label_of(first_line(night, pieces=2))))
    assert isinstance(put, Put)
    return put


def test_a_scanned_crate_shows_its_slot(counter: Counter, night: StationNight) -> None:
    put = put_in(counter.store, night)
    answer = counter.scan(put.crate)
    assert answer.number == put.slot
    assert counter.page.picture.chosen.slot == put.slot
    assert [row.crate for row in counter.page.model.rows] == [put.crate]
    assert counter.scan(slot_code(put.slot)).number == put.slot


def test_a_slot_is_typed_as_it_is_written(counter: Counter, night: StationNight) -> None:
    slot = wall_of(night)[-1].slot
    counter.type_in(slot)
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert answer.number == slot


def test_a_piece_label_says_where_it_is_or_belongs(counter: Counter, night: StationNight) -> None:
    line = first_line(night, pieces=2)
    put = put_in(counter.store, night)
    assert put.crate in counter.scan(label_of(line)).sentence
    answer = counter.scan(label_of(line, 2))
    assert (answer.word, answer.number) == ("还没放", slot_of(counter.store, line.point))


@pytest.mark.parametrize("code", ["ZK1122-PC1-999", "6901234567892", "ABC123", "X" * 80, "GK-1-07-Z"])
def test_what_is_not_at_the_wall_is_said_so(counter: Counter, code: str) -> None:
    assert counter.scan(code).kind is Tone.WRONG


def test_arrows_and_clicks_choose_a_slot(counter: Counter) -> None:
    picture = counter.page.picture
    before = picture.chosen.slot
    counter.press(Qt.Key.Key_Down)
    counter.press(Qt.Key.Key_Right)
    assert picture.chosen.slot != before
    cell = picture._cell(picture._at)
    counter.press(Qt.Key.Key_Left)
    QTest.mouseClick(picture, Qt.MouseButton.LeftButton, pos=QPointF(cell.center()).toPoint())
    assert picture._cell(picture._at) == cell
    assert picture.chosen.name in picture.accessibleName()


def test_a_full_crate_is_changed_and_its_label_printed(
    counter: Counter, night: StationNight, labels: PaperLabels
) -> None:
    put = put_in(counter.store, night)
    counter.scan(put.crate)
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_F9))
    assert answer.word == "换好新筐"
    counter.sheet(PrintSheet)
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert answer.word == "标签好了"
    (label,) = labels.printed
    assert (label.slot, label.route) == (put.slot, put.route)
    assert label.crate != put.crate
    assert [row.crate for row in counter.page.model.rows] == [label.crate, put.crate]


def test_a_printer_that_fails_is_told(counter: Counter, night: StationNight, labels: PaperLabels) -> None:
    labels.broken = True
    put = put_in(counter.store, night)
    counter.scan(put.crate)
    counter.answer_after(lambda: counter.press(Qt.Key.Key_F9))
    sheet = counter.sheet(PrintSheet)
    assert counter.answer_after(sheet.accept).word == "没有打印"


def test_a_crate_is_sealed_and_unsealed_with_a_reason(counter: Counter, night: StationNight) -> None:
    put = put_in(counter.store, night)
    counter.scan(put.crate)
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_F10)).word == "已封筐"
    assert counter.page.seal.text() == "拆封"
    counter.press(Qt.Key.Key_F10)
    sheet = counter.sheet(ReasonSheet)
    sheet._choice.choose(1)
    assert counter.answer_after(sheet.accept).word == "已拆封"
    assert rows(
        counter.store, "SELECT json_extract(body, '$.reason') FROM facts WHERE kind = 'CrateUnsealed'"
    ) == [("放错了货",)]


def test_undo_names_the_way_back_and_leaves_the_seal(counter: Counter, night: StationNight) -> None:
    put = put_in(counter.store, night)
    counter.scan(put.crate)
    counter.answer_after(lambda: counter.press(Qt.Key.Key_F10))
    said = counter.answer_after(lambda: counter.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier))
    assert "F10 拆封" in said.sentence
    assert rows(counter.store, "SELECT 1 FROM facts WHERE kind = 'CrateUnsealed'") == []


def test_what_is_in_a_crate_can_be_taken_out(counter: Counter, night: StationNight) -> None:
    line = first_line(night, pieces=2)
    put = put_in(counter.store, night)
    counter.scan(put.crate)
    counter.press(Qt.Key.Key_Return)
    sheet = counter.sheet(ContentSheet)
    assert [row.product for row in sheet.model.rows] == [line.product]
    sheet.accept()
    counter.sheet(NumberSheet)
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_Return))
    assert answer.word == "已取出"
    assert where(counter.store, line.lot)["dock:"] == line.pieces


@pytest.mark.parametrize("is_sealed", [False, True])
def test_goods_left_in_a_crate_of_another_night_are_sorted_again(
    counter: Counter, night: StationNight, is_sealed: bool
) -> None:
    put = put_in(counter.store, night)
    if is_sealed:
        counter.store.writer.do(SealCrate(put.crate))
    counter.store.clock.move_to(clock.at(day_after(DAY, 1), "02:00"))  # type: ignore[attr-defined]
    counter.scan(put.crate)
    assert any(said.word == "不是今晚的筐" and "11月22日" in said.sentence for said in counter.answers)
    if is_sealed:
        reason = counter.sheet(ReasonSheet)
        reason._choice.choose(1)
        reason.accept()
    counter.sheet(ContentSheet).accept()
    counter.answer_after(counter.sheet(NumberSheet).accept)
    assert where(counter.store, first_line(night, pieces=2).lot).get(f"crate:{put.crate}") is None
    again = counter.store.writer.do(SortPiece(label_of(first_line(night, pieces=2))))
    assert isinstance(again, Put)
    assert again.crate != put.crate


def test_nothing_is_taken_out_of_a_sealed_crate(counter: Counter, night: StationNight) -> None:
    put = put_in(counter.store, night)
    counter.store.writer.do(SealCrate(put.crate))
    counter.scan(put.crate)
    counter.press(Qt.Key.Key_Return)
    sheet = counter.sheet(ContentSheet)
    assert sheet.result() is None
    sheet.cancel()


def more(counter: Counter, digit: int) -> None:
    """Choose one of the further things to do."""
    counter.press(Qt.Key.Key_F11)
    counter.sheet(PickSheet)._pick(digit - 1)


def test_a_label_is_replaced_with_its_contents(
    counter: Counter, night: StationNight, labels: PaperLabels
) -> None:
    put = put_in(counter.store, night)
    counter.scan(put.crate)
    answer = counter.answer_after(lambda: more(counter, 1))
    assert answer.word == "换好标签"
    counter.sheet(PrintSheet).accept()
    assert counter.scan(put.crate).number == put.slot
    assert counter.page._crate().crate == labels.printed[0].crate


def test_a_second_count_is_blind_and_alarms_when_it_differs(counter: Counter, night: StationNight) -> None:
    put = put_in(counter.store, night)
    counter.scan(put.crate)
    more(counter, 2)
    sheet = counter.sheet(NumberSheet)
    assert "1 件" not in "".join(part.text() for part in sheet.findChildren(type(sheet._notice)))
    sheet._press("2")
    answer = counter.answer_after(sheet.accept)
    assert (answer.kind, answer.number) == (Tone.WRONG, "多 1 件")


def test_which_crate_is_counted_again_is_drawn(counter: Counter, night: StationNight) -> None:
    answer = counter.answer_after(lambda: more(counter, 3))
    assert answer.word == "暂时不用抽检"
    for line in night.lines:
        for nth in range(1, line.pieces + 1):
            counter.store.writer.do(SortPiece(label_of(line, nth)))
    for (crate,) in rows(counter.store, "SELECT crate FROM wall_crates"):
        counter.store.writer.do(ChangeCrate(crate))
    answer = counter.answer_after(lambda: more(counter, 3))
    drawn = [word for word in answer.sentence.split("。") if word.startswith("ZK")]
    assert drawn
    counter.sheet(NumberSheet).cancel()


def test_crates_for_all_slots_and_fresh_labels_are_printed(counter: Counter, labels: PaperLabels) -> None:
    assert counter.answer_after(lambda: more(counter, 5)).word == "筐开好了"
    counter.sheet(PrintSheet).accept()
    assert len(labels.printed) == len(rows(counter.store, "SELECT crate FROM wall_crates"))
    labels.printed.clear()
    more(counter, 6)
    counter.answer_after(counter.sheet(NumberSheet).accept)
    counter.sheet(PrintSheet).accept()
    assert len({label.crate for label in labels.printed}) == 21


# --- the plan ----------------------------------------------------------------------------------------------


def test_the_first_wall_is_planned_at_one_key(counter: Counter, night: StationNight) -> None:
    counter.store.writer.do(Record((n.WallPlanned(DAY, ()),)))
    counter.page._look()
    assert counter.page.invitation.word == "墙还没排"
    counter.press(Qt.Key.Key_F12)
    counter.bot.waitUntil(lambda: any(answer.word == "墙排好了" for answer in counter.answers))
    assert len(rows(counter.store, "SELECT 1 FROM wall")) == len(night.points)
    counter.press(Qt.Key.Key_F12)
    counter.bot.waitUntil(lambda: counter.answers[-1].word == "不用重排")


def test_how_many_sort_is_said_before_the_wall_is_planned(counter: Counter) -> None:
    more(counter, 7)
    sheet = counter.sheet(NumberSheet)
    sheet._press("2")
    assert counter.answer_after(sheet.accept).word == "2 个人分"
    counter.store.writer.do(Record((n.WallPlanned(DAY, ()),)))
    counter.page._look()
    counter.press(Qt.Key.Key_F12)
    counter.bot.waitUntil(lambda: any(answer.word == "墙排好了" for answer in counter.answers))
    assert rows(counter.store, "SELECT count(DISTINCT sorter) FROM wall") == [(2,)]


def test_another_wall_is_asked_for_and_says_what_it_costs(counter: Counter, night: StationNight) -> None:
    by_code = sorted(wall_of(night), key=lambda row: row.point)
    turned = tuple(n.SlotRow(slot_name(at * 7), row.point, row.route, 1) for at, row in enumerate(by_code))
    counter.store.writer.do(Record((n.WallPlanned(DAY, turned),)))
    counter.page._look()
    counter.press(Qt.Key.Key_F12)
    sheet = counter.sheet(Sheet)
    assert counter.answer_after(sheet.accept).word == "墙排好了"
    assert {slot_of(counter.store, row.point) for row in by_code} != {row.slot for row in turned}


def test_with_crates_standing_only_late_points_are_added(counter: Counter, night: StationNight) -> None:
    line = first_line(night, pieces=2)
    late = next(point.code for point in night.points if point.code != line.point)
    known = tuple(row for row in wall_of(night) if row.point != late)
    counter.store.writer.do(Record((n.WallPlanned(DAY, known),)))
    put_in(counter.store, night)
    counter.page._look()
    answer = counter.answer_after(lambda: counter.press(Qt.Key.Key_F12))
    assert answer.word == "墙排好了"
    assert slot_of(counter.store, late)
    kept = {row.point: row.slot for row in known}
    assert {point: slot_of(counter.store, point) for point in kept} == kept
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_F12)).word == "不用重排"


def test_without_routes_there_is_no_wall_to_plan(counter: Counter, night: StationNight) -> None:
    counter.store.writer.do(Record((n.RoutesListed(night.station, night.name, ()),)))
    assert counter.answer_after(lambda: counter.press(Qt.Key.Key_F12)).word == "还没有线路"


def test_escape_leads_back_to_the_wall(counter: Counter) -> None:
    counter.type_in("1")
    assert counter.page.cancel()
    assert not counter.page.cancel()
    assert sheet_over(counter.window) is None


# --- labels ------------------------------------------------------------------------------------------------

LABEL = CrateLabel("ZK1122-PC1-017-X", "12-07", "R05", "黎塘镇司马村 · 阿宝小卖部", "冷冻", "11-22")


def read(image: QImage) -> list[str]:
    """The codes on a picture."""
    plain = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows_of = bytes(plain.constBits())
    view = memoryview(rows_of).cast("B", (plain.height(), plain.bytesPerLine()))
    return [found.text for found in zxingcpp.read_barcodes(view)]


@pytest.mark.usefixtures("qapp")
def test_a_labels_code_can_be_read() -> None:
    assert read(draw_label(LABEL)) == [LABEL.crate]
    assert read(draw_label(CrateLabel(LABEL.crate))) == [LABEL.crate]


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize(("paper", "pages"), [(Paper.LABELS, 25), (Paper.A4, 2)])
def test_labels_are_saved_where_there_is_no_printer(tmp_path: Path, paper: Paper, pages: int) -> None:
    out = QtLabels(tmp_path / "标签")
    said = out.put_out([LABEL] * 25, printer="", paper=paper)
    path = tmp_path / "标签" / "筐标签.pdf"
    assert str(path) in said
    assert path.stat().st_size > 2_000
    assert f"/Count {pages}".encode() in path.read_bytes()
    assert isinstance(out.printers(), list)


@pytest.mark.usefixtures("qapp")
def test_labels_go_through_qts_printer(tmp_path: Path) -> None:
    from PySide6.QtPrintSupport import QPrinter

    device = QPrinter(QPrinter.PrinterMode.HighResolution)
    device.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    device.setOutputFileName(str(tmp_path / "p.pdf"))
    device.setFullPage(True)
    paint_labels(device, [LABEL] * 3, Paper.A4)
    assert (tmp_path / "p.pdf").stat().st_size > 2_000


@pytest.mark.usefixtures("qapp")
def test_a_folder_that_takes_nothing_is_an_oserror(tmp_path: Path) -> None:
    (tmp_path / "标签").write_text("a file", encoding="utf-8")
    with pytest.raises(OSError, match="标签"):
        QtLabels(tmp_path / "标签").put_out([LABEL], printer="", paper=Paper.A4)
