"""The page 分拣: scan a piece or a product, see in giant print where it goes, and be stopped before a slip counts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.domain.answers import Answer, Tone
from app.domain.clock import Clock, business_day
from app.domain.ids import FactId
from app.domain.refusals import Refused, refused
from app.sorting import faces, queries, words
from app.sorting.actions import (
    CONFIRM,
    STRETCH,
    Caught,
    Chosen,
    FindPiece,
    NowSorting,
    Put,
    PutAll,
    PutHere,
    ShortTold,
    SortAll,
    SortPiece,
    SortProduct,
    TakeBack,
    TakenBack,
    TellShort,
)
from app.sorting.board import PutBoard
from app.sorting.crates import ConfirmPut
from app.sorting.listing import LeftStrip, Shown, columns, product_listing, step_listing
from app.sorting.rules import Code, Confirm, Look, Reason, read_code, read_count, slot_code
from app.sorting.sheets import ClashSheet, Shares, ShareSheet, SorterSheet, WaySheet
from app.sorting.steps import products_of, steps_of, stranger
from app.sorting.way import Way
from app.store.clashes import ROOMS, Clash, Clashes, ConfirmClashes
from app.store.connection import Reader
from app.ui import tokens
from app.ui.buttons import ActionButton, Weight
from app.ui.desk import Desk
from app.ui.dialogs import PickSheet, ask_number
from app.ui.fields import SearchBox
from app.ui.line_page import LinePage
from app.ui.rows import RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized
from app.ui.sheet import Sheet, sheet_over

TOPICS = frozenset(
    {"Sorted", "Resorted", "ContainersUnloaded", "PiecesMissed", "PiecesFound", "PiecesDamaged", "WallPlanned",
     "RoutesListed", "SorterJoined", "SorterLeft", "Undone", "Voided"}
)  # fmt: skip
LOOK_AGAIN_MS = 2_500
"""What is left on the dock is counted again so often at the most: a scan never waits for it."""
LIST_EVERY = 4
"""While pieces are scanned one by one, what waits on the dock is listed anew at every fourth look only."""
ROOM = "sorting"
LOW, NARROW, TIGHT = 350, 900, 640
DIGITS, LONGEST_SLIP = 3, 6


class SortingPage(LinePage):
    """One screen, one thing to do: put this there."""

    title = "分拣"
    glyph = Glyph.SHELF
    topics = TOPICS

    def __init__(self, desk: Desk, reader: Reader, clock: Clock) -> None:
        super().__init__(desk)
        self._reader, self._clock = reader, clock
        self._clashes, self._told = Clashes(reader, room=ROOM, kinds=ROOMS[ROOM]), 0
        self._way: Way | None = None
        self._waiting: PutHere | None = None
        self._busy, self._looks = "", 0
        self._last: Put | None = None
        self._steps: list[tuple[FactId, ...]] = []
        self.board, self.strip = PutBoard(), LeftStrip()
        self.model = RowsModel(columns(), key=lambda row: row.key)
        self.view = RowsView("接下来", self.model)
        self.box = SearchBox("扫码或输入", hint="扫件码、商品条码；放商品时输件数")
        self.who = ActionButton("谁在分拣", key="F9")
        self.mode = ActionButton("方式", key="F10")
        self.skip = ActionButton("跳过", key="F11")
        self.all = ActionButton("全部放好", key="F12")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._arrange()
        self._connect()
        self._show_mode()

    def _arrange(self) -> None:
        self.column.setSpacing(sized(self, tokens.SPACE_M))
        self.view.horizontalHeader().hide()
        self.view.setMinimumHeight(1)  # it goes before the board does, see resizeEvent
        foot = QHBoxLayout()
        foot.setSpacing(sized(self, tokens.SPACE_M))
        self.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.box.setMinimumWidth(sized(self, 150))
        foot.addWidget(self.box, 1)
        for button in (self.who, self.mode, self.skip, self.all):
            foot.addWidget(button)
        self.column.addWidget(self.strip)
        self.column.addWidget(self.board, 3)
        self.column.addWidget(self.view, 2)
        self.column.addLayout(foot)
        self.view.say_when_empty("待分区没有货", "卸车扫过的箱，里面的货会列在这里。", glyph=Glyph.BOX)

    def _connect(self) -> None:
        self.box.entered.connect(self._entered)
        self.box.field.installEventFilter(self)
        self.view.chosen.connect(self._chosen)
        self.who.clicked.connect(self._ask_who)
        self.mode.clicked.connect(self._press_mode)
        self.skip.clicked.connect(self._skip)
        self.all.clicked.connect(self._ask_all)
        self._timer.timeout.connect(lambda: self.desk.attempt(self._look))

    # --- what the window asks of a page ---

    @property
    def invitation(self) -> Answer:  # type: ignore[override]
        """What is to be done first."""
        if not self._reader.one("SELECT 1 FROM wall LIMIT 1"):
            return words.NO_WALL
        return words.INVITATION if self._reader.get("operator", "") else words.WHO_SORTS

    def below(self) -> QWidget:
        return self.view

    def activated(self) -> None:
        self._look()
        self._alarm()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def refresh(self, topics: frozenset[str]) -> None:
        """The lists follow a little later; an alarm and the product in the hands at once."""
        if "Voided" in topics:
            self._alarm()
        if not self._timer.isActive():
            self._timer.start(LOOK_AGAIN_MS)

    def on_scan(self, code: str) -> None:
        self.box.clear()
        self._take(code)

    def undo(self) -> None:
        self._do(TakeBack(self._steps[-1] if self._steps else ()), self._undone)

    def cancel(self) -> bool:
        """Esc: the typed line, then the crate that is waited for, then the product in the hands."""
        if self.box.text():
            self.box.clear()
            return True
        left = self._waiting is not None or self._way is not None
        self._waiting, self._way, self._last = None, None, None
        self._rest()
        return left

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On a low screen the list gives way to the board."""
        super().resizeEvent(event)
        self.view.setVisible(self.height() >= sized(self, LOW))
        self._show_mode()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Space in the empty line means put, as Enter does; held down it is no second one."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._means_put(event):
            if not event.isAutoRepeat():
                self._entered("")
            return True
        return super().eventFilter(watched, event)

    def _means_put(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Space and not self.box.field.text()

    # --- reading the book ---

    def _now_ms(self) -> int:
        skew: int = self._reader.get("skew_ms", 0)
        return self._clock.now_ms() - skew

    def _day(self) -> str:
        return business_day(self._now_ms())

    def _confirm(self) -> Confirm:
        return Confirm(self._reader.get(CONFIRM, Confirm.AT_ONCE))

    def _stretch(self) -> int:
        return int(self._reader.get(STRETCH, 0))

    def _look(self) -> None:
        standing = queries.standing(self._reader, day=self._day())
        self.strip.show_standing(standing, stretch=self._stretch())
        self.who.set_text(f"工号 {standing.sorter}" if standing.sorter else "谁在分拣")
        self.who.weight = Weight.PLAIN if standing.sorter else Weight.PRIMARY
        self.who.update()
        if self._way is not None:
            self._renew_way()
        elif self.board.face.slot == "":
            self._rest()
        elif self._looks % LIST_EVERY == 0:
            self._list_products()
        self._looks += 1

    def _rest(self) -> None:
        """Nothing is in the hands: the board invites, the list says what to fetch."""
        self.board.show_face(faces.invitation(self.invitation))
        self._show_mode()
        self._list_products()

    def _list_products(self) -> None:
        self.model.replace(product_listing(queries.product_rows(self._reader, day=self._day())))

    def _show_mode(self) -> None:
        """The buttons of a product in the hands, or those of waiting for a scan."""
        busy = self._way is not None
        tight = self.width() < sized(self, TIGHT)
        self.mode.set_text(("少了" if tight else "不够分") if busy else "方式")
        self.all.set_text("全放" if tight else "全部放好")
        self.box.setMinimumWidth(sized(self, 110 if tight else 150))
        self.who.setVisible(not busy or self.width() >= sized(self, NARROW))
        self.skip.setVisible(busy)
        self.all.setVisible(busy)
        self.box.field.setPlaceholderText("件数，或者扫筐" if busy else "扫件码、商品条码")

    # --- scans and typed lines ---

    def _entered(self, text: str) -> None:
        self.desk.attempt(partial(self._enter, text))

    def _enter(self, text: str) -> None:
        self.box.clear()
        step = self._way.current if self._way is not None else None
        if step is not None and not text:
            self._put(step.pieces)
        elif step is not None and len(text) <= DIGITS and read_count(text):
            self._put(read_count(text))
        elif step is not None and text.isdecimal() and len(text) <= LONGEST_SLIP:
            self._show(refused(Reason.BAD_COUNT, count=int(text), most=step.pieces))
        elif text or self._way is None:
            self._take(text)

    def _take(self, text: str) -> None:
        code = read_code(text)
        if isinstance(code, Refused):
            self._show(code)
        elif code.look is Look.PIECE:
            self._take_piece(code.text)
        elif code.look in (Look.CRATE, Look.SLOT):
            self._take_crate(code.text)
        elif code.look is Look.MISREAD:
            self._show(refused(Reason.MISREAD, code=code.text))
        else:
            self._take_product(code)

    def _take_piece(self, label: str) -> None:
        self._waiting = None
        by_crate = self._confirm() is Confirm.BY_CRATE
        self._do(FindPiece(label) if by_crate else SortPiece(label), self._piece_done)

    def _piece_done(self, result: Any) -> None:
        self._last = result if isinstance(result, Put) else None
        if isinstance(result, PutHere):
            self._waiting = result
            self._way = None
            self._show_mode()
        self._show(result)

    def _take_crate(self, code: str) -> None:
        """A crate confirms what is waited for; otherwise it says itself what it is for."""
        if self._waiting is not None:
            self._do(SortPiece(self._waiting.label, code), self._confirmed)
        elif self._last is not None and code in (self._last.crate, slot_code(self._last.slot)):
            self._do(
                ConfirmPut(self._last, code), self._checked
            )  # a piece that came between two stops of a way
        elif self._way is not None and self._way.current is not None:
            step = self._way.current
            self._do_put(SortProduct(self._way.barcode, step.point, step.pieces, self._way.product, code))
        elif self._last is not None:
            self._do(ConfirmPut(self._last, code), self._checked)
        else:
            self.desk.answer(words.ONLY_A_CRATE)

    def _checked(self, result: Any) -> None:
        """A crate scanned after a put that had counted at once; the wrong one stays an alarm until it is put right."""
        if not isinstance(result, Caught | Refused):
            self._last = None
        self._show(result)

    def _confirmed(self, result: Any) -> None:
        """After the wrong crate the piece is still in the hand."""
        if isinstance(result, Put):
            self._waiting = None
        self._show(result)

    # --- by product ---

    def _take_product(self, code: Code) -> None:
        self._waiting = None
        way = self._way
        if way is not None and way.barcode == code.text and way.current is not None:
            self.desk.answer(words.ALREADY_IN_HAND)
            return
        products = products_of(self._reader, barcode=code.text, day=self._day())
        if not products:
            self._show(stranger(self._reader, code, day=self._day()))
            return
        left = {product: pieces for product, pieces in products.items() if pieces}
        if len(left) > 1:
            self._ask_which(code.text, left)
        else:
            self._begin(code.text, next(iter(left or products)))

    def _ask_which(self, barcode: str, products: dict[str, int]) -> None:
        names = list(products)
        options = [f"{product}（待分 {pieces} 件）" for product, pieces in products.items()]
        sheet = PickSheet("是哪一种？", options, sentence="这几种商品共用一个条码，请按数字键选。")
        self.desk.answer(words.WHICH)
        self._open(sheet, lambda at: self._begin(barcode, names[at]))

    def _begin(self, barcode: str, product: str) -> None:
        """Take a product into the hands: the way along the wall begins at its first slot."""
        self._last = None
        way = Way(barcode, product, ())
        self._way = way.refreshed(self._steps_of(way))
        if self._way.current is None:
            self._finish(words.nothing_to_put(self._way, elsewhere=self._elsewhere(way)))
            return
        self.desk.answer(words.begun(self._way, standing=queries.standing(self._reader, day=self._day())))
        self._show_way()

    def _steps_of(self, way: Way) -> list[Any]:
        return steps_of(
            self._reader,
            barcode=way.barcode,
            product=way.product,
            day=self._day(),
            stretch=self._stretch(),
        )

    def _elsewhere(self, way: Way) -> int:
        """Pieces of a product that belong to other stretches of the wall."""
        whole = steps_of(self._reader, barcode=way.barcode, product=way.product, day=self._day())
        return sum(step.pieces for step in whole) - way.pieces

    def _show_way(self) -> None:
        if self._way is None or self._way.current is None:
            return
        self._show_mode()
        self.board.show_face(faces.step(self._way))
        self.model.replace(step_listing(self._way))

    def _renew_way(self) -> None:
        if self._way is not None and not self._busy:
            self._way = self._way.refreshed(self._steps_of(self._way))
            alarmed = self.board.face
            self._show_way()
            if alarmed.tone is Tone.WRONG:
                self.board.show_face(alarmed)

    def _put(self, pieces: int) -> None:
        if self._way is not None and self._way.current is not None:
            step = self._way.current
            self._do_put(SortProduct(self._way.barcode, step.point, pieces, self._way.product))

    def _do_put(self, command: SortProduct) -> None:
        """One put at a time: a second Enter before the answer puts nothing twice."""
        if not self._busy:
            self._busy = command.point
            self._do(command, self._put_done, otherwise=self._free)

    def _free(self) -> None:
        self._busy = ""

    def _put_done(self, result: Any) -> None:
        self._free()
        if not isinstance(result, Put):
            self._show(result)
            return
        self._last = None
        self.desk.answer(words.answer(result))
        self._go_on()

    def _go_on(self) -> None:
        way = self._way
        if way is None:
            return
        self._way = way.refreshed(self._steps_of(way))
        if self._way.current is None:
            self._finish(words.product_done(self._way, elsewhere=self._elsewhere(self._way)))
        else:
            self._show_way()

    def _finish(self, answer: Answer) -> None:
        self._way = None
        self.desk.answer(answer)
        self._rest()

    def _skip(self) -> None:
        if self._way is not None and self._way.current is not None:
            self._way = self._way.passed_over()
            self.desk.answer(words.SKIPPED)
            self._show_way()

    def _ask_all(self) -> None:
        """Everything at once, by hand only: no question, for Ctrl+Z takes it all back."""
        way = self._way
        if way is not None:
            self._do(SortAll(way.barcode, way.product, self._stretch()), self._all_done)

    def _all_done(self, result: PutAll | Refused) -> None:
        self.desk.answer(words.answer(result))
        self._way = None
        self._rest()

    def _press_mode(self) -> None:
        if self._way is None:
            self._ask_way()
        else:
            self._ask_short(self._way)

    def _ask_short(self, way: Way) -> None:
        whole = steps_of(self._reader, barcode=way.barcode, product=way.product, day=self._day())
        wanted = sum(step.pieces for step in whole)
        ask_number(
            self,
            title="手里还有几件？",
            sentence=f"{way.product} 还要放 {wanted} 件。数一数手里和待分区的，一共还有几件。",
            within=range(wanted),
            yes="看谁少",
            then=lambda have: self.desk.attempt(lambda: self._ask_shares(way, have)),
        )

    def _ask_shares(self, way: Way, have: int) -> None:
        whole = steps_of(self._reader, barcode=way.barcode, product=way.product, day=self._day())
        needs = queries.needs_of(self._reader, whole, now_ms=self._now_ms())
        sheet = ShareSheet(way.product, whole, needs, have=have, day=self._day())
        self._open(sheet, lambda shares: self._tell_short(way, have, shares))

    def _tell_short(self, way: Way, have: int, shares: Shares) -> None:
        command = TellShort(way.barcode, way.product, have, shares.given, shares.rule)
        self._do(command, self._short_told)

    def _short_told(self, result: ShortTold | Refused) -> None:
        self.desk.answer(words.answer(result))
        self._go_on()

    # --- doing ---

    def _do(
        self, command: Any, then: Callable[[Any], None], *, otherwise: Callable[[], None] | None = None
    ) -> None:
        self.desk.do(command, partial(self._done, then), otherwise=otherwise)

    def _done(self, then: Callable[[Any], None], result: Any) -> None:
        facts = getattr(result, "facts", ())
        if facts and isinstance(result, Put | PutAll | ShortTold):
            self._steps.append(facts)
        then(result)

    def _show(self, result: Any) -> None:
        """Answer at once, and on the board in giant print where that helps."""
        self.desk.answer(words.answer(result))
        face = faces.of(result)
        if self._way is not None and not isinstance(result, Put | Caught):
            return
        if face is not None:
            self.board.show_face(face)
            self.board.repaint()

    def _undone(self, result: TakenBack | Refused) -> None:
        if isinstance(result, TakenBack) or result.reason is Reason.UNDONE:
            self._steps = self._steps[:-1]
        self._waiting, self._last = None, None
        self.desk.answer(words.answer(result))
        if self._way is not None:
            self._renew_way()
        else:
            self._rest()

    def _chosen(self, row: Any) -> None:
        """Enter on a product takes it into the hands; on a stop of the way nothing is put unseen."""
        self.box.field.setFocus()
        if isinstance(row, Shown) and row.product is not None:
            product = row.product
            self.desk.attempt(lambda: self._begin(product.barcode, product.product))

    # --- who sorts, how, and clashes ---

    def _ask_who(self) -> None:
        tonight = queries.sorters(self._reader, day=self._day())
        sheet = SorterSheet(str(self._reader.get("operator", "")), tonight)
        self._open(sheet, lambda command: self._do(command, self._now_sorting))

    def _now_sorting(self, result: NowSorting | Refused) -> None:
        self.desk.answer(words.answer(result))
        self._look()

    def _ask_way(self) -> None:
        stretches = queries.stretches(self._reader)
        self._open(
            WaySheet(self._confirm(), self._stretch(), stretches),
            lambda command: self._do(command, self._way_chosen),
        )

    def _way_chosen(self, result: Chosen) -> None:
        self._waiting = None
        self.desk.answer(words.answer(result))
        self._look()

    def _alarm(self) -> None:
        """What another PC had put first is told once, loudly, and again until somebody has confirmed it."""
        found = self._clashes.look(day=self._day())
        if not found or found[-1].row <= self._told or not self.isVisible() or sheet_over(self.window()):
            return
        self._told = found[-1].row
        said = [self._said(clash) for clash in found]
        self.desk.answer(Answer(Tone.WRONG, "两台电脑撞上了", said[-1], spoken="两台电脑撞上了"))
        self.board.show_face(faces.clash(said[-1], slot=self._slot_of(found[-1])))
        self._open(ClashSheet(said), lambda _: self.desk.do(ConfirmClashes(ROOM, self._told), lambda _: None))

    def _said(self, clash: Clash) -> str:
        goods = clash.body.get("goods") or [["", 0, ""]]
        product = self._reader.value("SELECT product FROM load_lines WHERE lot = ?", (str(goods[0][0]),))
        return words.clash(clash, slot=self._slot_of(clash), product=str(product or ""))

    def _slot_of(self, clash: Clash) -> str:
        crate = str(clash.body.get("crate", ""))
        found = self._reader.value("SELECT slot FROM wall_crates WHERE crate = ?", (crate,))
        return str(found or clash.body.get("slot", ""))

    def _open(self, sheet: Sheet, then: Callable[[Any], None]) -> None:
        sheet.done.connect(lambda result: self.desk.attempt(lambda: then(result)))
        sheet.open_over(self)
