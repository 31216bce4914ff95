"""The page 到货签收: one line for scans, what is still missing, and every difference named at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QStandardPaths, Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from app.domain.answers import Answer, Tone
from app.domain.clock import Clock, business_day
from app.domain.goods import Shortfall
from app.domain.ids import FactId
from app.domain.labels import is_paper_part
from app.domain.paper_manifest import Gathering, read_part
from app.domain.refusals import Refused, refused
from app.domain.slots import all_slots
from app.receiving import queries, words
from app.receiving.actions import (
    CrateIn,
    Done,
    EndReceiving,
    FindAfterAll,
    GoodsIn,
    NoteDifference,
    NoteSurplus,
    Receive,
    ReceiveLate,
    Rehouse,
    Surplus,
    TakeBack,
    TakenBack,
    WhichProduct,
    surplus_of,
)
from app.receiving.labels import LabelFile, LabelOutput, SlotLabel
from app.receiving.listing import Shown, listing
from app.receiving.manifest_file import read_sheet
from app.receiving.manifest_sheet import ManifestSheet
from app.receiving.on_paper import HearPaper, NewStation, PaperHeard
from app.receiving.queries import LineRow
from app.receiving.rules import Reason, Scan, counted_more, read_scan
from app.receiving.sheets import (
    ArrivalSheet,
    DifferenceSheet,
    EndSheet,
    LabelSheet,
    Noted,
    SlotSheet,
    StationSheet,
)
from app.receiving.strip import TripStrip
from app.store.connection import Reader
from app.store.table_file import LARGEST_FILE
from app.ui import tokens
from app.ui.buttons import ActionButton, Weight
from app.ui.desk import Desk
from app.ui.dialogs import PickSheet
from app.ui.fields import SearchBox
from app.ui.line_page import LinePage
from app.ui.photo import Camera, FileCamera
from app.ui.rows import Column, RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized
from app.ui.sheet import Sheet

TOPICS = frozenset(
    {
        "GoodsAnnounced", "PolicySet", "VanArrived", "CrateReceived", "GoodsReceived", "ShortFound", "ShortArrived",
        "OverFound", "DamageFound", "Shelved", "ReceivingEnded", "PickedUp", "Undone", "Voided", "DifferenceClosed",
        "people",
    }
)  # fmt: skip
LOOK_AGAIN_MS = 30_000
NARROW, LOW = 600, 380
"""Base pixels: below these the page leaves out what it can, for large print on a small screen."""
MANY_LINES = 600
"""With more lines than this the answer does not wait for the list."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_BUTTON_KEYS = ("F9", "F10", "F11", "F12")
NOT_CHOSEN = Answer(Tone.INFO, "没有记", "没有选是哪一种，刚才那件没有记。可以再扫一次。")
NOT_SAVED = Answer(
    Tone.WRONG, "没有存上", "标签存不进文件夹。请看磁盘是不是满了，或者那个 PDF 是不是还开着。"
)
PICK_A_ROW = Answer(Tone.INFO, "先选一行", "请用 ↑ ↓ 键在清单里选中那件商品，再按一次。")


def columns() -> tuple[Column[Shown], ...]:
    """The columns of the list."""
    return (
        Column("商品", lambda row: row.product, strong=1),
        Column("筐号", lambda row: row.crate, width=122, gives_way=2),
        Column("件数", lambda row: row.count, width=86, align=_RIGHT, gives_way=1),
        Column("货位", lambda row: row.slot, width=98),
        Column("状态", lambda row: row.state, width=172, tone=lambda row: row.tone),
    )


class ReceivingPage(LinePage):
    """One screen: scan, see where it goes, see what is missing."""

    title = "到货签收"
    glyph = Glyph.TRUCK
    topics = TOPICS

    def __init__(
        self,
        desk: Desk,
        reader: Reader,
        clock: Clock,
        *,
        camera: Camera | None = None,
        labels: LabelOutput | None = None,
        choose_file: Callable[[QWidget], str] | None = None,
    ) -> None:
        """`camera` gives photos, `labels` takes slot labels, `choose_file(over)` names a list to import ("": none)."""
        super().__init__(desk)
        self._reader, self._clock = reader, clock
        self._camera = camera or FileCamera()
        self._labels = labels or LabelFile(_documents() / "标签")
        self._choose_file = choose_file or _ask_file
        self._lines: list[LineRow] = []
        self._trips: list[queries.TripRow] = []
        self._crate = ""
        self._counted: GoodsIn | None = None
        self._run = 0
        self._steps: list[tuple[FactId, ...]] = []
        self._offer: NoteSurplus | ReceiveLate | None = None
        self._papers = Gathering()
        self.box = SearchBox("扫码或输入", hint="扫筐码、商品条码；也可输入 ×12 或商品名")
        self.strip = TripStrip()
        self.model = RowsModel(columns(), key=lambda row: row.key)
        self.view = RowsView("到货清单", self.model)
        self.differ, self.rehouse, self.more, self.end = _buttons()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_AGAIN_MS)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        self.column.setSpacing(sized(self, tokens.SPACE_M))
        foot = QHBoxLayout()
        foot.setSpacing(sized(self, tokens.SPACE_M))
        for button in (self.differ, self.rehouse, self.more):
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(self.end)
        self.column.addWidget(self.box)
        self.column.addWidget(self.strip)
        self.column.addWidget(self.view, 1)
        self.column.addLayout(foot)

    def _connect(self) -> None:
        self.box.entered.connect(self._entered)
        self.box.changed.connect(lambda _: self._show_list())
        self.box.field.installEventFilter(self)
        self.view.chosen.connect(lambda _: self._ask_difference())
        self.differ.clicked.connect(self._ask_difference)
        self.rehouse.clicked.connect(self._ask_slot)
        self.more.clicked.connect(self._ask_more)
        self.end.clicked.connect(self._ask_end)
        self._timer.timeout.connect(lambda: self.desk.attempt(self._look))

    # --- what the window asks of a page ---

    @property
    def invitation(self) -> Answer:  # type: ignore[override]
        """What is to be done next, by how far the vans are."""
        self._read()
        if not self._trips:
            return words.NOTHING_YET
        return INVITED if any(trip.left for trip in self._trips) else words.finished(self._trips)

    def below(self) -> QWidget:
        return self.view

    def activated(self) -> None:
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def refresh(self, topics: frozenset[str]) -> None:
        self._look()

    def on_scan(self, code: str) -> None:
        self.box.clear()
        self._take(code)

    def undo(self) -> None:
        step = self._steps[-1] if self._steps else ()
        self._do(TakeBack(step), self._undone)

    def cancel(self) -> bool:
        busy = bool(self.box.text() or self._offer or self.view.hasFocus() or self._papers.begun)
        self.box.clear()
        self._papers.forget()
        self._make_offer(None)
        return busy

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On a small screen with large print the list comes first: fewer columns, buttons and cards."""
        super().resizeEvent(event)
        narrow, low = self.width() < sized(self, NARROW), self.height() < sized(self, LOW)
        self.view.horizontalHeader().setVisible(not low)
        self.strip.slim(on=low)
        self.rehouse.setVisible(not narrow)
        self._reword_buttons()

    # --- reading the book ---

    def _now_ms(self) -> int:
        skew: int = self._reader.get("skew_ms", 0)
        return self._clock.now_ms() - skew

    def _day(self) -> str:
        return business_day(self._now_ms())

    def _read(self) -> None:
        self._lines = queries.line_rows(self._reader, day=self._day())
        self._trips = queries.trip_rows(self._reader, self._lines, day=self._day())
        self.end.setEnabled(any(not trip.ended_ms for trip in self._trips))

    def _look(self) -> None:
        self._read()
        self._show()

    def _show(self) -> None:
        self.strip.show_trips(self._trips, day=self._day())
        self.rehouse.setEnabled(bool(self._lines))
        self._show_list()

    def _show_list(self) -> None:
        find = "" if _is_code(self.box.text()) else self.box.text()
        now = self._now_ms()
        rows = listing(
            self._lines,
            queries.difference_rows(self._reader, now_ms=now),
            queries.last_step(self._reader, day=self._day()),
            now_ms=now,
            find=find,
        )
        self.model.replace(rows)
        self._say_when_empty(find)

    def _say_when_empty(self, find: str) -> None:
        if find:
            self.view.say_when_empty("没有找到", "换个商品名或筐号再试。按 Esc 看全部。", glyph=Glyph.SEARCH)
        else:
            self.view.say_when_empty(
                "今天还没有到货清单",
                "联网后自动发来。没有网，就扫司机单上的二维码，或按 F11 导入。",
                glyph=Glyph.TRUCK,
            )

    # --- scans and typed lines ---

    def _entered(self, text: str) -> None:
        self.desk.attempt(partial(self._enter, text))

    def _enter(self, text: str) -> None:
        if text and not _is_code(text) and self.model.rowCount():
            self.view.setFocus()
            return
        self.box.clear()
        self._take(text)

    def _take(self, text: str) -> None:
        self._make_offer(None)
        if is_paper_part(text):
            self._take_part(text)
            return
        scan = read_scan(text)
        if isinstance(scan, Refused):
            self.desk.answer(words.answer(scan))
        elif scan.code:
            self._receive(Receive(scan.code, scan.pieces, unpacking=self._crate))
        else:
            self._count_again(scan)

    def _take_part(self, text: str) -> None:
        """A QR code of the driver's sheet: with the last one of a list its goods are announced."""
        part = read_part(text)
        if isinstance(part, Refused):
            self.desk.answer(words.refusal(part))
            return
        missing = self._papers.add(part)
        if missing:
            self.desk.answer(words.part_scanned(part, missing))
            return
        signed = self._papers.take(part.tag)
        if isinstance(signed, Refused):
            self.desk.answer(words.refusal(signed))
        else:
            self._hear(HearPaper(signed))

    def _hear(self, command: HearPaper) -> None:
        self.desk.do(command, partial(self._heard, command))

    def _heard(self, command: HearPaper, result: PaperHeard | NewStation | Refused) -> None:
        if not isinstance(result, NewStation):
            self._done(self._nothing_more, result)
            return
        sheet = StationSheet(result)
        sheet.done.connect(lambda said: self._hear(replace(command, agreed=said)))
        sheet.cancelled.connect(lambda: self.desk.answer(words.NOT_THE_SAME))
        sheet.open_over(self)

    def _count_again(self, scan: Scan) -> None:
        """`×12` alone: the last product makes twelve in all."""
        counted = self._counted
        more = counted_more(total=scan.pieces, already=self._run if counted else 0)
        if isinstance(more, Refused):
            self.desk.answer(words.answer(more))
        elif counted is None or not more:
            self.desk.answer(Answer(Tone.INFO, f"正好 {scan.pieces} 件", "已经点了这么多，不用再记。"))
        else:
            self._receive(Receive(counted.barcode, more, unpacking=self._crate, product=counted.product))

    def _receive(self, command: Receive) -> None:
        self._do(command, partial(self._received, command))

    def _received(self, command: Receive, result: Done | Refused) -> None:
        if isinstance(result, WhichProduct):
            self._ask_which(command, result)
        elif isinstance(result, GoodsIn):
            again = self._counted is not None and self._counted.product == result.product
            self._run = (self._run if again else 0) + result.pieces
            self._counted, self._crate = result, result.crate
            self._make_offer(NoteSurplus(result.surplus) if result.surplus else None)
        elif isinstance(result, CrateIn):
            self._counted, self._crate = None, result.crate
        elif isinstance(result, Refused):
            self._make_offer(_offered(result))
        if isinstance(result, CrateIn | GoodsIn):
            first = min(result.placed, key=lambda one: one.slot)
            self.view.touch(f"last:{first.lot}")

    def _ask_which(self, command: Receive, result: WhichProduct) -> None:
        options = [f"{product}（还差 {left} 件）" for product, left in result.products]
        sheet = PickSheet("是哪一种？", options, sentence="这几种商品共用一个条码，请按数字键选。")
        products = [product for product, _ in result.products]
        sheet.done.connect(lambda at: self._receive(replace(command, product=products[at])))
        sheet.cancelled.connect(lambda: self.desk.answer(NOT_CHOSEN))
        sheet.open_over(self)

    # --- doing ---

    def _do(self, command: Any, then: Callable[[Any], None]) -> None:
        self.desk.do(command, partial(self._done, then))

    def _done(self, then: Callable[[Any], None], result: Done | PaperHeard | Refused) -> None:
        """Answer at once, with what is still missing; the list follows.

        With very many lines the answer does not wait even for the count of them.
        """
        facts = () if isinstance(result, Refused | WhichProduct | TakenBack) else result.facts
        if facts:
            self._steps.append(facts)
        many = len(self._lines) > MANY_LINES
        if not many:
            self._read()
        self.desk.answer(words.answer(result, () if many else self._trips))
        if many:
            self._look()
        else:
            self._show()
        then(result)

    def _undone(self, result: TakenBack | Refused) -> None:
        if isinstance(result, TakenBack) or result.reason is Reason.UNDONE:
            self._steps = self._steps[:-1]
        self._counted, self._run = None, 0
        self._make_offer(None)

    def _make_offer(self, offer: NoteSurplus | ReceiveLate | None) -> None:
        """F9 does what the last answer offered; without an offer it asks what differs on the chosen row."""
        self._offer = offer
        self._reword_buttons()
        self.differ.weight = Weight.PLAIN if offer is None else Weight.PRIMARY
        self.end.weight = Weight.PRIMARY if offer is None else Weight.PLAIN
        self.differ.update()
        self.end.update()

    def _reword_buttons(self) -> None:
        narrow = not self.rehouse.isVisibleTo(self)
        word = "差异" if narrow else "记差异"
        if isinstance(self._offer, NoteSurplus):
            word = "记多发" if narrow else f"记多发 {self._offer.surplus.pieces} 件"
        elif self._offer is not None:
            word = "补签收"
        self.differ.set_text(word)
        self.end.set_text("收完" if narrow else "收货完成")

    def _nothing_more(self, result: object) -> None:
        self._make_offer(None)

    # --- differences, slots, vans ---

    def _chosen_line(self) -> LineRow | None:
        row = self.view.current_row()
        if not isinstance(row, Shown):
            return None
        lot = row.line.lot if row.line else row.difference.lot if row.difference else ""
        return next((line for line in self._lines if line.lot == lot), None)

    def _ask_difference(self) -> None:
        if self._offer is not None:
            self._do(self._offer, self._nothing_more)
            return
        line = self._chosen_line()
        if line is None:
            self.desk.answer(PICK_A_ROW)
            self.view.setFocus()
            return
        sheet = DifferenceSheet(line, self._camera)
        self._open(sheet, partial(self._note, line))

    def _note(self, line: LineRow, noted: Noted) -> None:
        if noted.about is None:
            self._do(FindAfterAll(line.lot, noted.pieces), self._nothing_more)
        elif noted.about is Shortfall.OVER:
            surplus = Surplus(line.trip, line.lot, line.barcode, line.product, noted.pieces)
            self._do(NoteSurplus(surplus, noted.note, noted.photo), self._nothing_more)
        else:
            command = NoteDifference(noted.about, line.lot, noted.pieces, noted.note, noted.photo)
            self._do(command, self._nothing_more)

    def _ask_slot(self) -> None:
        line = self._chosen_line()
        if line is None:
            self.desk.answer(PICK_A_ROW)
            self.view.setFocus()
        elif not line.slot:
            self.desk.answer(words.answer(refused(Reason.NOT_ON_SHELF)))
        else:
            sheet = SlotSheet(line, all_slots(self._reader.get("slots")))
            self._open(sheet, lambda slot: self._do(Rehouse(line.lot, slot), self._nothing_more))

    def _ask_end(self) -> None:
        trips = [trip for trip in self._trips if not trip.ended_ms]
        if not trips:
            return
        mine = next((line.trip for line in self._lines if line.crate == self._crate), "")
        sheet = EndSheet(trips, self._lines, day=self._day(), start=mine)
        self._open(sheet, lambda trip: self._do(EndReceiving(trip), self._nothing_more))

    def _ask_more(self) -> None:
        doing: list[tuple[str, Callable[[], None]]] = [
            ("导入到货清单（Excel、CSV）", self._ask_manifest),
            ("货位标签", self._ask_labels),
        ]
        if not self.rehouse.isVisibleTo(self):
            doing.append(("换货位", self._ask_slot))
        if self._trips:
            doing.insert(0, ("到车信息：车牌、铅封、温度", self._ask_arrival))
        sheet = PickSheet("还要做什么？", [word for word, _ in doing])
        self._open(sheet, lambda at: doing[at][1]())

    def _ask_manifest(self) -> None:
        name = self._choose_file(self)
        if not name:
            return
        found = read_sheet(_bytes_of(Path(name)))
        if isinstance(found, Refused):
            self.desk.answer(words.answer(found))
            return
        sheet = ManifestSheet(
            found,
            name=Path(name).name,
            platforms=queries.platform_names(self._reader),
            remembered=self._reader.get("manifest.columns", {}),
            day=self._day(),
            point=str(self._reader.get("point", "")),
        )
        self._open(sheet, lambda command: self._do(command, self._nothing_more))

    def _ask_labels(self) -> None:
        used = {row.slot: SlotLabel(row.slot, row.tails) for row in queries.slot_rows(self._reader)}
        every = [used.get(slot, SlotLabel(slot)) for slot in queries.slot_names(self._reader)]
        self._open(LabelSheet(list(used.values()), every), self._put_out)

    def _put_out(self, labels: Sequence[SlotLabel]) -> None:
        try:
            where = self._labels.put_out(labels)
        except OSError:
            self.desk.answer(NOT_SAVED)
            return
        self.desk.answer(Answer(Tone.OK, "标签好了", f"{len(labels)} 张标签存在 {where}，打开就能打印。"))

    def _ask_arrival(self) -> None:
        self._open(
            ArrivalSheet(self._trips, day=self._day()), lambda command: self._do(command, self._nothing_more)
        )

    def _open(self, sheet: Sheet, then: Callable[[Any], None]) -> None:
        sheet.done.connect(lambda result: self.desk.attempt(lambda: then(result)))
        sheet.open_over(self)


INVITED = words.INVITATION


def _buttons() -> tuple[ActionButton, ActionButton, ActionButton, ActionButton]:
    differ, rehouse, more, end = _BUTTON_KEYS
    return (
        ActionButton("记差异", key=differ),
        ActionButton("换货位", key=rehouse),
        ActionButton("更多", key=more),
        ActionButton("收货完成", key=end, weight=Weight.PRIMARY),
    )


def _offered(result: Refused) -> NoteSurplus | ReceiveLate | None:
    """What one key may do about a refusal."""
    surplus = surplus_of(result)
    if surplus is not None:
        return NoteSurplus(surplus)
    if result.reason is Reason.OTHER_DAY and result.about.get("missing"):
        return ReceiveLate(str(result.about["code"]))
    return None


def _is_code(text: str) -> bool:
    """Whether a typed line is meant as a code and not as a name to look for."""
    scan = read_scan(text)
    return isinstance(scan, Scan) and (scan.pieces > 0 or any(symbol.isdigit() for symbol in scan.code))


def _ask_file(over: QWidget) -> str:
    name, _ = QFileDialog.getOpenFileName(over, "选择到货清单", "", "表格 (*.xlsx *.csv *.txt);;所有文件 (*)")
    return name


def _bytes_of(path: Path) -> bytes:
    """A file's content; one that cannot be read counts as empty, one that is far too large is not read whole."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError:
        return b""


def _documents() -> Path:
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(place) / "格驿"
