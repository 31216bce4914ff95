"""The page 卸车: trucks in cards, one line that says what is next, a list of containers, and the cleared dock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.dock import queries, rules, words
from app.dock.actions import EndUnloading, TakeBack, TakenBack, Unload, Unloaded, UnloadLate
from app.dock.cards import NextLine, TruckCards
from app.dock.clear_pane import ClearPane
from app.dock.differences import (
    ClearArea,
    FindPieces,
    Goods,
    MissTheRest,
    NoteBox,
    NoteDifference,
)
from app.dock.listing import Night, Shown, box_key, listing
from app.dock.queries import BoxRow, DifferenceRow, ProductRow, TruckRow
from app.dock.rules import Next, Reason, Standing
from app.dock.sheets import (
    ArrivalSheet,
    BoxSheet,
    ClashSheet,
    ClearSheet,
    DifferenceSheet,
    EndSheet,
    LeftOn,
    Looked,
    Noted,
    ProductSheet,
    WholeBox,
)
from app.domain.answers import Answer, Tone
from app.domain.clock import Clock
from app.domain.goods import Shortfall, Zone
from app.domain.ids import FactId
from app.domain.refusals import Refused
from app.domain.scans import read_code
from app.store.clashes import ROOMS, Clash, Clashes, ConfirmClashes
from app.store.connection import Reader
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
        "TruckAnnounced", "PalletAnnounced", "TruckArrived", "UnloadingBegan", "UnloadingEnded", "ContainersUnloaded",
        "PiecesMissed", "PiecesFound", "PiecesDamaged", "SurplusFound", "AreaCleared", "Sorted", "Resorted", "Undone",
        "Voided", "DifferenceClosed", "PolicySet", "RoutesListed",
    }
)  # fmt: skip
ROOM = "dock"
LOOK_AGAIN_MS = 30_000
UNLOADING, CLEARING = 0, 1
NARROW, LOW = 600, 420
"""Base pixels: below these buttons have short words and cards one line, for large print on a small screen."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
PICK_A_ROW = Answer(Tone.INFO, "先选一行", "请用 ↑ ↓ 键选中那一箱，或者扫商品条码，再按 F9。")
NO_TRUCKS = Answer(Tone.INFO, "还没有车", "今晚的车还没有清单。联网后会自动出现。")
NOT_HERE_YET = Answer(Tone.LOOK, "车还没到", "先按 F10 记到车，或直接扫第一个托盘。")
LOST_BOX = Answer(Tone.INFO, "直接扫", "这一箱记了没来。找到了直接扫箱码，会自动补上。")


def columns() -> tuple[Column[Shown], ...]:
    """The columns of the list."""
    return (
        Column("箱", lambda row: row.name, strong=1),
        Column("托盘 / 箱号", lambda row: row.pallet, width=140),
        Column("车", lambda row: row.plate, width=130, gives_way=2),
        Column("件数", lambda row: row.count, width=130, align=_RIGHT, gives_way=1),
        Column("状态", lambda row: row.state, width=172, tone=lambda row: row.tone),
    )


@dataclass(frozen=True, slots=True)
class _Offer:
    """What F9 does about the last answer: `late` takes in an older night's goods, else a product's difference."""

    word: str
    short: str
    late: str = ""
    barcode: str = ""


class DockPage(LinePage):
    """One screen: scan pallets and containers, see what is still on the trucks, name every difference at once."""

    title = "卸车"
    glyph = Glyph.TRUCK
    topics = TOPICS

    def __init__(self, desk: Desk, reader: Reader, clock: Clock, *, camera: Camera | None = None) -> None:
        """`camera` gives photos."""
        super().__init__(desk)
        self._reader, self._clock = reader, clock
        self._camera = camera or FileCamera()
        self._clashes = Clashes(reader, room=ROOM, kinds=ROOMS[ROOM])
        self._alarmed = 0
        self._trucks: list[TruckRow] = []
        self._boxes: list[BoxRow] = []
        self._clashing: list[Clash] = []
        self._clear = queries.ClearRow()
        self._dock = 0
        self._just: tuple[str, ...] = ()
        self._steps: list[tuple[FactId, ...]] = []
        self._offer: _Offer | None = None
        self.box = SearchBox("扫码或输入", hint="托盘码、箱码")
        self.cards, self.next = TruckCards(), NextLine()
        self.model = RowsModel(columns(), key=lambda row: row.key)
        self.view = RowsView("今晚的箱子", self.model)
        self.clear_pane = ClearPane()
        self.differ, self.arrive, self.clear, self.end = (
            ActionButton(word, key=key)
            for word, key in (("记差异", "F9"), ("记到车", "F10"), ("清场", "F11"), ("卸完", "F12"))
        )
        self._stack = QStackedWidget()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_AGAIN_MS)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        unloading = QWidget()
        down = QVBoxLayout(unloading)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(sized(self, tokens.SPACE_M))
        down.addWidget(self.cards)
        down.addWidget(self.view, 1)
        self._stack.addWidget(unloading)
        self._stack.addWidget(self.clear_pane)
        foot = QHBoxLayout()
        foot.setSpacing(sized(self, tokens.SPACE_S))
        for button in (self.differ, self.arrive, self.clear):
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(self.end)
        self.column.setSpacing(sized(self, tokens.SPACE_M))
        head = QHBoxLayout()
        head.setSpacing(sized(self, tokens.SPACE_M))
        head.addWidget(self.box, 3)
        head.addWidget(self.next, 5)
        self.column.addLayout(head)
        self.column.addWidget(self._stack, 1)
        self.column.addLayout(foot)
        self.view.horizontalHeader().hide()  # the rows speak for themselves, and the list needs the room
        self.clear_pane.view.horizontalHeader().hide()

    def _connect(self) -> None:
        self.box.entered.connect(lambda text: self.desk.attempt(lambda: self._entered(text)))
        self.box.changed.connect(lambda _: self._show_list())
        self.box.field.installEventFilter(self)
        self.view.chosen.connect(lambda _: self.desk.attempt(self._ask_difference))
        self.clear_pane.view.chosen.connect(lambda _: self.desk.attempt(self._ask_difference))
        self.differ.clicked.connect(lambda: self.desk.attempt(self._ask_difference))
        self.arrive.clicked.connect(lambda: self.desk.attempt(self._ask_arrival))
        self.clear.clicked.connect(lambda: self.desk.attempt(self._turn))
        self.end.clicked.connect(lambda: self.desk.attempt(self._ask_end))
        self._timer.timeout.connect(lambda: self.desk.attempt(self._look))

    # --- what the window asks of a page ---

    @property
    def invitation(self) -> Answer:  # type: ignore[override]
        """What is to be done next."""
        self._read()
        word, sentence = self._next_words(self._standing())
        return Answer(Tone.INFO, word, sentence)

    def below(self) -> QWidget:
        return self._list

    def activated(self) -> None:
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def refresh(self, topics: frozenset[str]) -> None:
        self._look()
        self._alarm()

    def on_scan(self, code: str) -> None:
        self.box.clear()
        self._take(code)

    def undo(self) -> None:
        self._do(TakeBack(self._steps[-1] if self._steps else ()), self._undone)

    def cancel(self) -> bool:
        if self._offer or self.box.text() or self.view.hasFocus() or self.clear_pane.view.hasFocus():
            self.box.clear()
            self._make_offer(None)
            return True
        if self._stack.currentIndex() == CLEARING:
            self._turn()
            return True
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low = self.height() < sized(self, LOW)
        self.cards.slim(on=low)
        self.clear_pane.slim(on=low)
        self._name_buttons()

    @property
    def _list(self) -> RowsView:
        return self.clear_pane.view if self._stack.currentIndex() == CLEARING else self.view

    # --- reading the book ---

    def _now_ms(self) -> int:
        skew: int = self._reader.get("skew_ms", 0)
        return self._clock.now_ms() - skew

    def _day(self) -> str:
        return rules.tonight(self._now_ms())

    def _read(self) -> None:
        day = self._day()
        self._boxes = queries.box_rows(self._reader, day=day)
        self._trucks = queries.truck_rows(self._reader, self._boxes, day=day)
        self._dock = queries.dock_pieces(self._reader)
        self._clear = queries.cleared(self._reader, day=day)
        self._clashing = [clash for clash in self._clashes.look(day=day) if _is_ours(clash)]

    def _standing(self) -> Standing:
        return queries.standing(
            self._trucks,
            self._boxes,
            dock=self._dock,
            cleared_ms=self._clear.cleared_ms,
            clashes=len(self._clashing),
        )

    def _look(self) -> None:
        self._read()
        self._show()

    def _show(self) -> None:
        self.cards.show_trucks(self._trucks, now_ms=self._now_ms())
        standing = self._standing()
        self.next.say(*self._next_words(standing))
        self._weigh(rules.next_step(standing))
        self._show_list()
        if self._stack.currentIndex() == CLEARING:
            self.clear_pane.show_goods(
                queries.dock_rows(self._reader), queries.aside_rows(self._reader), self._clear
            )

    def _next_words(self, standing: Standing) -> tuple[str, str]:
        step = rules.next_step(standing)
        if self._stack.currentIndex() == CLEARING and step is not Next.CONFIRM:
            return words.clearing_next(standing.dock, self._clear)
        word, sentence = words.NEXT[step]
        empty = next((x for x in self._trucks if x.is_open and x.boxes and not x.boxes_waiting), None)
        said = sentence.format(
            coming=words.coming_text(self._trucks, now_ms=self._now_ms()),
            cold=standing.cold_left,
            boxes=standing.left,
            empty=f"{empty.plate or empty.trip} " if empty else "",
            dock=standing.dock,
            cleared=words.cleared_text(self._clear),
            clashes=standing.clashes,
        )
        return word, said

    def _show_list(self) -> None:
        now = self._now_ms()
        night = Night(
            trucks=self._trucks,
            boxes=self._boxes,
            differences=queries.difference_rows(self._reader, now_ms=now),
            clashes=self._clashing,
            device=str(self._reader.get("device", "local")),
            now_ms=now,
        )
        find = self.box.text()
        self.model.replace(listing(night, just=self._just, find=find))
        if find:
            self.view.say_when_empty("没有找到", "按 Enter 当作码来扫，按 Esc 看全部。", glyph=Glyph.SEARCH)
        else:
            self.view.say_when_empty(
                "今晚还没有清单", "联网后平台会自动发来，车和托盘会出现在这里。", glyph=Glyph.TRUCK
            )

    def _alarm(self) -> None:
        """What another PC took back is said aloud once, and stays on top of the list until it is confirmed."""
        new = [clash for clash in self._clashing if clash.row > self._alarmed]
        if new:
            self._alarmed = new[-1].row
            self.view.scrollToTop()
            self.desk.answer(words.clash_answer(new))

    # --- buttons ---

    def _weigh(self, step: Next) -> None:
        """The button that is next asks to be pressed; never two."""
        clearing = self._stack.currentIndex() == CLEARING
        wanted = {
            Next.CONFIRM: self.differ, Next.ARRIVAL: self.arrive, Next.END: self.end, Next.CLEAR: self.clear
        }.get(step)  # fmt: skip
        if self._offer is not None:
            wanted = self.differ
        elif clearing and step is not Next.CONFIRM:
            cleared = not self._dock and self._clear.cleared_ms and not self._clear.left
            wanted = self.clear if cleared else self.end
        for button in (self.differ, self.arrive, self.clear, self.end):
            button.weight = Weight.PRIMARY if button is wanted else Weight.PLAIN
            button.update()
        self._name_buttons()

    def _name_buttons(self) -> None:
        """Two characters a button where the screen is narrow."""
        narrow, clearing = self.width() < sized(self, NARROW), self._stack.currentIndex() == CLEARING
        plain = ("看怎么办", "看看") if self._clashing else ("记差异", "差异")
        offer = (self._offer.word, self._offer.short) if self._offer else plain
        named = (
            (self.differ, offer),
            (self.arrive, ("记到车", "到车")),
            (self.clear, ("回到卸车", "卸车") if clearing else ("清场", "清场")),
            (self.end, ("清场完成", "清完") if clearing else ("卸完", "卸完")),
        )
        for button, (word, short) in named:
            button.set_text(short if narrow else word)
        self.arrive.setVisible(not clearing)

    def _turn(self) -> None:
        """From the trucks to the dock, and back."""
        clearing = self._stack.currentIndex() == CLEARING
        self._stack.setCurrentIndex(UNLOADING if clearing else CLEARING)
        self.box.clear()
        self._make_offer(None)
        self._look()
        if not clearing:
            pieces, kinds = self.clear_pane.pieces, len(self.clear_pane.rows)
            said = (
                f"账上还有 {kinds} 种 {pieces} 件。扫商品条码看在哪，分完再清。"
                if pieces
                else "按 F12 记下清场。"
            )
            self.desk.answer(Answer(Tone.INFO, f"月台 {pieces} 件" if pieces else "月台空了", said))

    # --- scans and typed lines ---

    def _entered(self, text: str) -> None:
        self.box.clear()
        self._take(text)

    def _take(self, text: str) -> None:
        self._make_offer(None)
        code = read_code(text)
        if isinstance(code, Refused):
            self.desk.answer(words.refusal(code))
            return
        lying = self.clear_pane.point_at(code) if self._stack.currentIndex() == CLEARING else None
        if lying is None:
            self._do(Unload(code), self._unloaded)
            return
        self._make_offer(_Offer("记差异", "差异", barcode=code))
        where = "、".join(lying.boxes[:3])
        sentence = f"{lying.product} 还有 {lying.pieces} 件没分，来自 {where}。不在月台上就按 F9 记短少。"
        self.desk.answer(
            Answer(
                Tone.LOOK, "还没分", sentence, number=f"{lying.pieces} 件", spoken=f"还有 {lying.pieces} 件"
            )
        )

    def _unloaded(self, result: Any) -> None:
        if isinstance(result, Unloaded):
            self._touch(result)
        elif isinstance(result, Refused):
            self._make_offer(_offered(result))

    def _touch(self, result: Unloaded) -> None:
        """The containers of this scan stand on top of the list, lit for a while."""
        self._just = tuple(box_key(result.trip, box.container) for box in result.boxes)
        self._show_list()
        shown = (row.key for row in self.model.rows if isinstance(row, Shown) and row.key in self._just)
        self.view.touch(next(shown, self._just[0]))

    # --- doing ---

    def _do(self, command: Any, then: Callable[[Any], None] = lambda result: None) -> None:
        self.desk.do(command, partial(self._done, then))

    def _done(self, then: Callable[[Any], None], result: words.Done | Refused) -> None:
        """Answer at once, with what is still to come; the list follows."""
        facts = () if isinstance(result, Refused) else words.undoable(result)
        if facts:
            self._steps.append(facts)
        self._read()
        self.desk.answer(words.answer(result, self._trucks))
        self._show()
        then(result)

    def _undone(self, result: TakenBack | Refused) -> None:
        gone = isinstance(result, TakenBack) or result.reason in (Reason.UNDONE, Reason.VOIDED)
        if gone:
            self._steps = self._steps[:-1]
            self._just = ()
            self._show_list()
        self._make_offer(None)

    def _make_offer(self, offer: _Offer | None) -> None:
        """F9 does what the last answer offered; without an offer it asks what differs on the chosen row."""
        self._offer = offer
        self._weigh(rules.next_step(self._standing()))

    def _forget_offer(self, result: object) -> None:
        self._make_offer(None)

    def _open(self, sheet: Sheet, then: Callable[[Any], None]) -> None:
        sheet.done.connect(lambda result: self.desk.attempt(lambda: then(result)))
        sheet.open_over(self)

    # --- differences ---

    def _ask_difference(self) -> None:
        offer = self._offer
        if offer is not None and offer.late:
            self._do(UnloadLate(offer.late), self._unloaded)
            self._make_offer(None)
        elif offer is not None:
            self._ask_about_product(offer.barcode)
        elif self._clashing:
            self._open(ClashSheet(self._clashing), self._confirm)
        elif self._stack.currentIndex() == CLEARING:
            self._ask_about_lying()
        else:
            self._ask_about_row(self.view.current_row())

    def _ask_about_lying(self) -> None:
        row = self.clear_pane.view.current_row()
        if row is None or row.dock is None:
            self.desk.answer(PICK_A_ROW)
            self.clear_pane.view.setFocus()
            return
        goods = row.dock
        self._ask_which(x for x in self._products(goods.barcode, goods.day) if x.product == goods.product)

    def _ask_about_row(self, row: Shown | None) -> None:
        if row is None:
            self.desk.answer(PICK_A_ROW)
            self.view.setFocus()
        elif row.difference is not None:
            self._ask_about_difference(row.difference)
        elif row.box is not None:
            self._ask_about_box(row.box)

    def _ask_about_box(self, box: BoxRow) -> None:
        if box.missing:
            self.desk.answer(LOST_BOX)
            return
        products = queries.product_rows(self._reader, trip=box.trip, container=box.container)
        sheet = ProductSheet(box, products)
        self._open(sheet, partial(self._picked, box))

    def _picked(self, box: BoxRow, pick: ProductRow | WholeBox) -> None:
        if isinstance(pick, ProductRow):
            self._ask_what(pick)
        else:
            self._open(BoxSheet(box, self._camera), partial(self._note_box, box))

    def _note_box(self, box: BoxRow, noted: Noted) -> None:
        about = noted.about or Shortfall.SHORT
        self._do(NoteBox(about, box.trip, box.container, noted.note, noted.photo), self._forget_offer)

    def _ask_about_difference(self, row: DifferenceRow) -> None:
        """What was missed can be found again; a whole container comes back by its own label."""
        box = next((x for x in self._boxes if (x.trip, x.container) == (row.trip, row.container)), None)
        if row.products > 1 and box is not None:
            self._ask_about_box(box)
            return
        if not row.trip:
            self._ask_what(_nobodys(row.barcode, row.product, row.container, row.day))
            return
        products = queries.product_rows(self._reader, trip=row.trip, container=row.container)
        found = next((x for x in products if (x.barcode, x.product) == (row.barcode, row.product)), None)
        if found is not None:
            self._ask_what(found, start=None if row.about is Shortfall.SHORT else row.about)

    def _ask_about_product(self, barcode: str) -> None:
        self._ask_which(self._products(barcode, self._day()) or [_nobodys(barcode, "", "", self._day())])

    def _products(self, barcode: str, day: str) -> list[ProductRow]:
        return queries.products_of(self._reader, barcode, day=day)

    def _ask_which(self, products: Iterable[ProductRow]) -> None:
        """Several products may share a bar code: a digit chooses."""
        found = list(products)
        if len(found) == 1:
            self._ask_what(found[0])
        elif found:
            options = [f"{row.product}（月台 {row.dock} 件）" for row in found]
            sheet = PickSheet("是哪一种？", options, sentence="这几种商品共用一个条码，请按数字键选。")
            self._open(sheet, lambda at: self._ask_what(found[at]))

    def _ask_what(self, product: ProductRow, start: Shortfall | None = Shortfall.SHORT) -> None:
        sheet = DifferenceSheet(product, self._camera, start=start)
        self._open(sheet, partial(self._note, product))

    def _note(self, product: ProductRow, noted: Noted) -> None:
        goods = Goods(product.day, product.barcode, product.product, product.trip, product.container)
        if noted.about is None:
            self._do(FindPieces(goods, noted.pieces), self._forget_offer)
        else:
            command = NoteDifference(noted.about, goods, noted.pieces, noted.note, noted.photo)
            self._do(command, self._forget_offer)

    def _confirm(self, row: int) -> None:
        self.desk.do(ConfirmClashes(ROOM, row), lambda _: self._look())

    # --- trucks and the dock ---

    def _ask_arrival(self) -> None:
        if not self._trucks:
            self.desk.answer(NO_TRUCKS)
            return
        trucks = sorted(self._trucks, key=lambda truck: (bool(truck.arrived_ms), truck.expected_ms))
        self._open(ArrivalSheet(trucks[:6], self._camera), self._do)

    def _ask_end(self) -> None:
        if self._stack.currentIndex() == CLEARING:
            self._ask_clear()
            return
        here = [
            truck for truck in self._trucks if truck.is_open or (truck.arrived_ms and truck.boxes_waiting)
        ]
        if not here:
            waiting = any(not truck.arrived_ms for truck in self._trucks)
            ended = words.refusal(Refused(Reason.ENDED, {})) if self._trucks else NO_TRUCKS
            self.desk.answer(NOT_HERE_YET if waiting else ended)
            return
        left = [LeftOn(truck, tuple(queries.left_on(self._reader, trip=truck.trip))) for truck in here]
        self._open(EndSheet(left), lambda one: self._do(EndUnloading(one.truck.trip, one.pieces)))

    def _ask_clear(self) -> None:
        self._look()
        if not self.clear_pane.pieces:
            self._do(ClearArea(0))
            return
        self._open(ClearSheet(self.clear_pane.pieces, len(self.clear_pane.rows)), self._clear_up)

    def _clear_up(self, looked: Looked) -> None:
        self._do(
            MissTheRest(looked.missing, looked.note)
            if looked.missing
            else ClearArea(looked.left, looked.note)
        )


def _is_ours(clash: Clash) -> bool:
    """Pieces missed or damaged out of a crate are the wall's to tell."""
    return not str(clash.body.get("origin", "")).startswith("crate:")


def _offered(result: Refused) -> _Offer | None:
    """What one key may do about a refusal."""
    code = str(result.about.get("code", ""))
    if result.reason is Reason.OTHER_NIGHT:
        return _Offer("收下晚到的", "收下", late=code)
    if result.reason is Reason.PRODUCT:
        return _Offer("记差异", "差异", barcode=code)
    return _Offer("记多发", "多发", barcode=code) if result.reason is Reason.NOT_ORDERED else None


def _nobodys(barcode: str, product: str, container: str, day: str) -> ProductRow:
    """A product that no sheet names."""
    return ProductRow(day, "", container, barcode, product, Zone.AMBIENT, 0, 0, 0, 0)
