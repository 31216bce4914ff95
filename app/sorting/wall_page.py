"""The page 分拣墙: the wall as a picture, every slot with its crates, and what is done with crates."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QStandardPaths, Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.domain.answers import Answer
from app.domain.clock import Clock, business_day
from app.domain.night import SlotRow
from app.domain.refusals import Refused, refused
from app.sorting import queries, words
from app.sorting.actions import SORTERS, ChooseSorters
from app.sorting.crates import (
    ChangeCrate,
    Changed,
    CheckCrate,
    OpenAll,
    Opened,
    Relabel,
    Relabelled,
    Reserved,
    ReserveLabels,
    SealCrate,
    SetWall,
    TakeOut,
    UnsealCrate,
    late_points,
)
from app.sorting.labels import CrateLabel, LabelOutput, Paper, QtLabels
from app.sorting.queries import Content, CrateCard, CrateRow, SlotView
from app.sorting.rules import Code, Look, Reason, read_code, slot_of
from app.sorting.slot_card import SlotCard, crate_columns
from app.sorting.wall_picture import WallPicture
from app.sorting.wall_sheets import ContentSheet, Printing, PrintSheet
from app.sorting.wallplan import MOST_SORTERS, WallPlan, plan_wall, sorters_for
from app.store.connection import Reader
from app.ui import tokens
from app.ui.buttons import ActionButton, Weight
from app.ui.desk import Desk
from app.ui.dialogs import PickSheet, ask_number, ask_reason, confirm
from app.ui.dialogs import Reason as Why
from app.ui.fields import SearchBox
from app.ui.line_page import LinePage
from app.ui.rows import RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized
from app.ui.sheet import Sheet

TOPICS = frozenset(
    {"Sorted", "Resorted", "CrateOpened", "CrateSealed", "CrateUnsealed", "CrateRelabelled", "CrateLoaded",
     "CrateTakenOff", "CrateChecked", "WallPlanned", "RoutesListed", "PlanAdopted", "ContainersUnloaded",
     "PiecesMissed", "PiecesFound", "Undone", "Voided"}
)  # fmt: skip
LOOK_AGAIN_MS = 3_000
"""The picture follows the scans of all PCs so often; what was done here is shown at once."""
NARROW = 820


class WallPage(LinePage):
    """One screen: the wall, the chosen slot, its crates."""

    title = "分拣墙"
    glyph = Glyph.SHELF
    leads = Qt.Key.Key_Up
    topics = TOPICS

    def __init__(
        self, desk: Desk, reader: Reader, clock: Clock, *, labels: LabelOutput | None = None
    ) -> None:
        """`labels` takes what is printed."""
        super().__init__(desk)
        self._reader, self._clock = reader, clock
        self._labels = labels or QtLabels(_documents() / "标签")
        self._printing = Printing("", Paper.LABELS)
        self._slots: list[SlotView] = []
        self._planning: threading.Thread | None = None
        self.picture, self.card = WallPicture(), SlotCard()
        self.model = RowsModel(crate_columns(), key=lambda row: row.crate)
        self.view = RowsView("这一格的筐", self.model)
        self.box = SearchBox("扫码或输入", hint="扫筐码，或输入格口 1-07")
        self.change = ActionButton("满筐换筐", key="F9", weight=Weight.PRIMARY)
        self.seal = ActionButton("封筐", key="F10")
        self.more = ActionButton("更多", key="F11")
        self.plan = ActionButton("排墙", key="F12")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        self.column.setSpacing(sized(self, tokens.SPACE_M))
        middle, foot = QHBoxLayout(), QHBoxLayout()
        for row in (middle, foot):
            row.setSpacing(sized(self, tokens.SPACE_M))
        middle.addWidget(self.card)
        middle.addWidget(self.view, 1)
        self.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.box.setMinimumWidth(sized(self, 150))
        foot.addWidget(self.box, 1)
        for button in (self.change, self.seal, self.more, self.plan):
            foot.addWidget(button)
        self.view.horizontalHeader().hide()
        self.view.say_when_empty("还没有筐", "第一件货放进来，会自动开筐。", glyph=Glyph.BOX)
        self.view.setMinimumHeight(sized(self, 84))
        self.column.addWidget(self.picture)
        self.column.addLayout(middle, 1)
        self.column.addLayout(foot)

    def _connect(self) -> None:
        self.picture.picked.connect(lambda _: self._show_slot())
        self.picture.opened.connect(lambda _: self._open_crate())
        self.view.chosen.connect(lambda _: self._open_crate())
        self.view.pointed.connect(lambda _: self._reword())
        self.box.entered.connect(lambda text: self.desk.attempt(partial(self._enter, text)))
        self.box.field.installEventFilter(self)
        self.change.clicked.connect(self._change)
        self.seal.clicked.connect(self._seal)
        self.more.clicked.connect(self._ask_more)
        self.plan.clicked.connect(lambda: self.desk.attempt(self._plan))
        self._timer.timeout.connect(lambda: self.desk.attempt(self._look))

    # --- what the window asks of a page ---

    @property
    def invitation(self) -> Answer:  # type: ignore[override]
        """What is to be done first."""
        if not self._reader.one("SELECT 1 FROM wall LIMIT 1"):
            return words.NO_WALL
        standing = queries.crates_standing(self._reader, day=self._day())
        old = not standing and queries.wall_is_old(self._reader, day=self._day())
        return words.WALL_IS_OLD if old else words.WALL_INVITATION

    def primary(self) -> QWidget:
        return self.picture

    def below(self) -> QWidget:
        return self.picture

    def activated(self) -> None:
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def refresh(self, topics: frozenset[str]) -> None:
        if not self._timer.isActive():
            self._timer.start(LOOK_AGAIN_MS)

    def on_scan(self, code: str) -> None:
        self.box.field.clear()
        self._find(code)

    def undo(self) -> None:
        """What is done to a crate stays seen: a seal is broken for a reason, goods are taken out by count."""
        self.desk.answer(words.NOT_BY_UNDO)

    def cancel(self) -> bool:
        busy = bool(self.box.text() or self.box.field.hasFocus() or self.view.hasFocus())
        self.box.field.clear()
        self.picture.setFocus()
        return busy

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On a narrow screen the first key is said shorter."""
        super().resizeEvent(event)
        self.change.set_text("满筐换筐" if self.width() >= sized(self, NARROW) else "换筐")

    # --- reading the book ---

    def _day(self) -> str:
        skew: int = self._reader.get("skew_ms", 0)
        return business_day(self._clock.now_ms() - skew)

    def _look(self) -> None:
        self._slots = queries.wall_view(self._reader, day=self._day())
        self.picture.show_wall(self._slots)
        self._show_slot()
        self.plan.weight = Weight.PLAIN if self._slots else Weight.PRIMARY
        self.plan.update()

    def _show_slot(self) -> None:
        slot = self.picture.chosen
        self.card.show_slot(slot)
        rows = sorted(slot.crates, key=lambda crate: not crate.is_open) if slot else []
        self.model.replace(rows)
        if rows and self.view.current_row() is None:
            self.view.setCurrentIndex(self.model.index(0, 0))
        self._reword()

    def _crate(self) -> CrateRow | None:
        """The crate under the keyboard, or the slot's first."""
        row = self.view.current_row()
        if isinstance(row, CrateRow):
            return row
        return (
            self.model.rows[0] if self.model.rowCount() and isinstance(self.model.rows[0], CrateRow) else None
        )

    def _reword(self) -> None:
        crate = self._crate()
        self.seal.set_text("拆封" if crate is not None and crate.sealed_ms else "封筐")
        self.change.setEnabled(crate is not None and crate.is_open)
        self.seal.setEnabled(crate is not None and not crate.run)

    # --- finding ---

    def _enter(self, text: str) -> None:
        self.box.field.clear()
        if text:
            self._find(text)
        else:
            self._open_crate()

    def _find(self, text: str) -> None:
        code = read_code(text)
        if isinstance(code, Refused):
            self.desk.answer(words.answer(code))
        elif code.look is Look.MISREAD:
            self.desk.answer(words.answer(refused(Reason.MISREAD, code=code.text)))
        elif code.look is Look.PIECE:
            self._find_piece(code.text)
        else:
            self._find_crate(code)

    def _find_crate(self, code: Code) -> None:
        """A crate by its label, a slot by its code or as it is written on the wall."""
        self._look()
        if code.look is Look.CRATE:
            card = queries.crate_card(self._reader, code.text)
            if card is not None and card.crate.day != self._day() and card.contents and not card.crate.run:
                self._empty_old(card)
                return
            slot = self._slot_of(card.crate.point) if card is not None else ""
            self._point_at(code, slot, card.crate.crate if card is not None else "")
        else:
            slot = slot_of(code.text) if code.look is Look.SLOT else code.text
            self._point_at(code, slot, "")

    def _empty_old(self, card: CrateCard) -> None:
        """A crate of another night goes on no van any more: what is left in it is taken out, and sorted again."""
        crate = card.crate
        self.desk.answer(words.old_crate(crate.crate, day=crate.day, pieces=card.pieces))
        if crate.sealed_ms:
            ask_reason(
                self,
                title="为什么拆封？",
                sentence="这是别的晚上的筐。拆封以后取出货，重新扫到今晚的筐里。",
                reasons=words.UNSEALED,
                yes="拆封",
                then=lambda why: self._do(
                    UnsealCrate(crate.crate, _said(why)), lambda _: self._find(crate.crate)
                ),
            )
        else:
            self._open(ContentSheet(card), partial(self._ask_out, card))

    def _slot_of(self, point: str) -> str:
        return next((slot.slot for slot in self._slots if slot.point == point), "")

    def _point_at(self, code: Code, slot: str, crate: str) -> None:
        if not any(view.slot == slot for view in self._slots):
            self.desk.answer(words.not_at_wall(code.text))
            return
        self.picture.choose(slot)
        self._show_slot()
        if crate:
            self.view.touch(crate)
        chosen = self.picture.chosen
        if chosen is not None:
            self.desk.answer(words.shown(chosen, crate))

    def _find_piece(self, label: str) -> None:
        """Where a labelled piece is, or where it belongs."""
        self._look()
        found = queries.piece_place(self._reader, label)
        if found is None:
            self.desk.answer(words.answer(refused(Reason.NOT_OURS, code=label)))
            return
        slot = self._slot_of(found.point)
        if slot:
            self.picture.choose(slot)
            self._show_slot()
        self.desk.answer(words.piece_is(slot, put=found.crate))

    # --- one crate ---

    def _open_crate(self) -> None:
        card = self._card()
        if card is not None:
            self._open(ContentSheet(card), partial(self._ask_out, card))

    def _card(self) -> CrateCard | None:
        crate = self._crate()
        card = queries.crate_card(self._reader, crate.crate) if crate is not None else None
        if card is None:
            self.desk.answer(words.PICK_A_CRATE)
        return card

    def _ask_out(self, card: CrateCard, content: Content) -> None:
        """Take a line of a crate out: all of it, unless told fewer."""
        ask_number(
            self,
            title="取出几件？",
            sentence=f"{content.product}，筐里有 {content.pieces} 件。取出的回到待分区，可以重新扫。",
            value=content.pieces,
            within=range(1, content.pieces + 1),
            yes="取出",
            then=lambda pieces: self._do(TakeOut(card.crate.crate, content.lot, pieces)),
        )

    def _change(self) -> None:
        crate = self._crate()
        if crate is None:
            self.desk.answer(words.PICK_A_CRATE)
        else:
            self._do(ChangeCrate(crate.crate), self._print_new)

    def _print_new(self, result: Any) -> None:
        """A new crate wants its label at once."""
        if isinstance(result, Changed | Relabelled):
            self._ask_print([result.crate])

    def _seal(self) -> None:
        crate = self._crate()
        if crate is None:
            self.desk.answer(words.PICK_A_CRATE)
        elif crate.sealed_ms:
            ask_reason(
                self,
                title="为什么拆封？",
                sentence="拆封会记下是谁、什么时候、为什么。",
                reasons=words.UNSEALED,
                yes="拆封",
                then=lambda why: self._do(UnsealCrate(crate.crate, _said(why))),
            )
        else:
            self._do(SealCrate(crate.crate))

    def _ask_check(self) -> None:
        """A second count is blind: the number in the book is said after it."""
        crate = self._crate()
        if crate is None:
            self.desk.answer(words.PICK_A_CRATE)
            return
        ask_number(
            self,
            title="数出几件？",
            sentence=f"请换一个人数 {crate.crate}，数完再看记录。",
            yes="对一对",
            then=lambda counted: self._do(CheckCrate(crate.crate, counted)),
        )

    def _next_check(self) -> None:
        label = queries.to_check(self._reader, day=self._day())
        if not label:
            self.desk.answer(words.NOTHING_TO_CHECK)
            return
        self._find(label)
        self._ask_check()

    def _relabel(self) -> None:
        crate = self._crate()
        if crate is None:
            self.desk.answer(words.PICK_A_CRATE)
        else:
            self._do(Relabel(crate.crate), self._print_new)

    # --- many crates ---

    def _ask_more(self) -> None:
        doing: list[tuple[str, Callable[[], None]]] = [
            ("换标签（里面的货跟着走）", self._relabel),
            ("数这一筐（抽检）", self._ask_check),
            ("抽到的下一筐", self._next_check),
            ("打印这一格的标签", self._print_slot),
            ("给有货的格口都开筐，打印标签", self._open_all),
            ("打印空白筐标签", self._ask_fresh),
            ("今晚几个人分", self._ask_sorters),
        ]
        sheet = PickSheet("还要做什么？", [word for word, _ in doing])
        self._open(sheet, lambda at: doing[at][1]())

    def _open_all(self) -> None:
        self._do(OpenAll(), self._print_opened)

    def _print_opened(self, result: Any) -> None:
        if isinstance(result, Opened) and result.crates:
            self._ask_print(result.crates)

    def _ask_fresh(self) -> None:
        ask_number(
            self,
            title="打印几张空白筐标签？",
            sentence="贴在空筐上。放到哪一格，扫一下就认那一格。",
            unit="张",
            value=21,
            within=range(1, 61),
            yes="打印",
            then=lambda count: self._do(ReserveLabels(count), self._print_fresh),
        )

    def _print_fresh(self, result: Any) -> None:
        if isinstance(result, Reserved):
            self._print_labels([CrateLabel(label, day=self._day()[5:]) for label in result.labels])

    def _print_slot(self) -> None:
        slot = self.picture.chosen
        crates = [crate.crate for crate in slot.crates] if slot is not None else []
        if crates:
            self._ask_print(crates)
        else:
            self.desk.answer(words.NO_LABELS)

    def _ask_print(self, crates: Sequence[str]) -> None:
        cards = [queries.crate_card(self._reader, crate) for crate in crates]
        self._print_labels([_label(card) for card in cards if card is not None])

    def _print_labels(self, labels: Sequence[CrateLabel]) -> None:
        if not labels:
            self.desk.answer(words.NO_LABELS)
            return
        sheet = PrintSheet(labels, self._labels.printers(), self._printing)
        self._open(sheet, partial(self._put_out, labels))

    def _put_out(self, labels: Sequence[CrateLabel], printing: Printing) -> None:
        self._printing = printing
        try:
            where = self._labels.put_out(labels, printer=printing.printer, paper=printing.paper)
        except OSError:
            self.desk.answer(words.PRINT_FAILED)
            return
        self.desk.answer(words.printed(len(labels), where))

    # --- the plan ---

    def _plan(self) -> None:
        """With crates standing only late points are added; else the wall is planned aside, and asked for."""
        if self._planning is not None:
            return
        stops, source = queries.wall_stops(self._reader, day=self._day())
        before = queries.wall_slots(self._reader)
        if not stops:
            self.desk.answer(words.answer(refused(Reason.NO_ROUTES)))
        elif queries.crates_standing(self._reader, day=self._day()):
            self._add_late([(stop.point, stop.route) for stop in stops if stop.point not in before], source)
        else:
            self.desk.answer(words.PLANNING)
            sorters = self._sorters(sum(stop.pieces for stop in stops))
            self._planning = threading.Thread(
                target=lambda: self._planned(plan_wall(stops, sorters=sorters, before=before), source),
                name="geyi-wall",
            )
            self._planning.start()

    def _sorters(self, pieces: int) -> int:
        return int(self._reader.get(SORTERS, 0)) or sorters_for(pieces)

    def _ask_sorters(self) -> None:
        ask_number(
            self,
            title="今晚几个人分？",
            sentence="墙按人数分成几段，每段一样忙。改了以后按 F12 重排。",
            unit="人",
            value=self._sorters(sum(slot.pieces + slot.waiting for slot in self._slots)),
            within=range(1, MOST_SORTERS + 1),
            then=lambda sorters: self.desk.do(ChooseSorters(sorters), self._sorters_chosen),
        )

    def _sorters_chosen(self, sorters: int) -> None:
        self.desk.answer(words.sorters_chosen(sorters))

    def _planned(self, plan: WallPlan, source: str) -> None:
        """On the planning thread: hand the plan back to the counter."""
        self.desk.post(partial(self._ask_plan, plan, source))

    def _ask_plan(self, plan: WallPlan, source: str) -> None:
        if self._planning is not None:
            self._planning.join()
            self._planning = None
        if self._slots and plan.known == len(plan.places) and not plan.changed:
            self.desk.answer(words.NO_CHANGE)
            return
        command = SetWall(_rows(plan), source)
        if not self._slots:
            self._do(command)
            return
        confirm(
            self,
            title="按这样排墙？",
            sentence=words.plan_is(plan),
            yes="就这样排",
            then=lambda: self._do(command),
        )

    def _add_late(self, new: list[tuple[str, str]], source: str) -> None:
        if not new:
            self.desk.answer(words.NO_CHANGE)
            return
        rows = [
            SlotRow(*row)
            for row in self._reader.rows(
                "SELECT slot, point, route, sorter, decimetres FROM wall ORDER BY rank"
            )
        ]
        self._do(SetWall(late_points(rows, new), source))

    # --- doing ---

    def _do(self, command: Any, then: Callable[[Any], None] = lambda result: None) -> None:
        self.desk.do(command, partial(self._done, then))

    def _done(self, then: Callable[[Any], None], result: Any) -> None:
        self.desk.answer(words.answer(result))
        self._look()
        then(result)

    def _open(self, sheet: Sheet, then: Callable[[Any], None]) -> None:
        sheet.done.connect(lambda result: self.desk.attempt(lambda: then(result)))
        sheet.open_over(self)


def _rows(plan: WallPlan) -> tuple[SlotRow, ...]:
    return tuple(SlotRow(x.slot, x.point, x.route, x.sorter, x.decimetres) for x in plan.places)


def _label(card: CrateCard) -> CrateLabel:
    crate = card.crate
    return CrateLabel(
        crate=crate.crate,
        slot=crate.slot,
        route=crate.route,
        name=card.name,
        zone=words.ZONES_BY_TEXT[crate.zone],
        day=crate.day[5:],
    )


def _said(why: Why) -> str:
    return f"{why.reason}：{why.note}" if why.note else why.reason


def _documents() -> Path:
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(place) / "格驿"
