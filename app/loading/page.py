"""The page 装车: choose a van, scan its crates in stop order, shut the doors when all is in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from app.domain.answers import Answer, Tone
from app.domain.clock import Clock, business_day, moment
from app.domain.ids import FactId
from app.domain.refusals import Refused
from app.domain.scans import read_code
from app.loading import queries, rules, words
from app.loading.actions import (
    CloseVan,
    Done,
    Load,
    Loaded,
    Planned,
    PlanRuns,
    ReopenVan,
    Shown,
    Strayed,
    TakeBack,
    TakeOff,
)
from app.loading.listing import (
    CrateShown,
    crate_columns,
    crate_listing,
    van_columns,
    van_listing,
)
from app.loading.queries import Van, VanRow
from app.loading.rules import ColdOrder, Crate, Reason
from app.loading.sheets import ClashSheet, OverrideSheet, TakeOffSheet
from app.loading.strip import Head, NextCard, VanCard
from app.store.clashes import ROOMS, Clash, Clashes, ConfirmClashes
from app.store.connection import Reader
from app.ui import tokens
from app.ui.buttons import ActionButton, Weight
from app.ui.desk import Desk
from app.ui.dialogs import ask_reason, confirm
from app.ui.fields import SearchBox
from app.ui.line_page import LinePage
from app.ui.rows import RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized
from app.ui.sheet import Sheet, sheet_over

ROUTES = frozenset({"RoutesListed", "PlanAdopted"})
TOPICS = ROUTES | {
    "RunPlanned", "CrateLoaded", "CrateTakenOff", "VanClosed", "VanReopened", "HandedOver", "CrateOpened",
    "CrateSealed", "CrateUnsealed", "CrateRelabelled", "PiecesMissed", "Undone", "Voided",
}  # fmt: skip
"""Sorting is not among them: it changes only what is still unsorted, and that can wait for the next look."""
LOOK_AGAIN_MS = 15_000
NARROW, LOW = 700, 430
ROOM = "loading"


class LoadingPage(LinePage):
    """One screen: which van, which crate next, may it go."""

    title = "装车"
    glyph = Glyph.TRUCK
    topics = TOPICS

    def __init__(self, desk: Desk, reader: Reader, clock: Clock) -> None:
        super().__init__(desk)
        self._reader, self._clock = reader, clock
        self._clashes = Clashes(reader, room=ROOM, kinds=ROOMS[ROOM])
        self._told = 0
        self._rows: list[VanRow] = []
        self._crates: list[Crate] = []
        self._cold = ColdOrder.LAST_IN
        self._run = ""
        self._last: FactId | None = None
        self._just = ""
        self._offer = ""
        self.van_card, self.next_card = VanCard(), NextCard()
        self.vans = RowsModel(van_columns(), key=lambda shown: shown.row.van.run)
        self.crates = RowsModel(crate_columns(), key=lambda shown: shown.crate.crate)
        self.van_view = RowsView("今晚的车", self.vans)
        self.crate_view = RowsView("这辆车的筐", self.crates)
        self.box = SearchBox("扫码或输入", hint="扫筐码、车位码")
        self.other = ActionButton("换车", key="F11")
        self.off = ActionButton("卸下", key="F10")
        self.more = ActionButton("重开", key="F12")
        self.shut = ActionButton("关车门", key="F9", weight=Weight.PRIMARY)
        self._stack = QStackedWidget()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_AGAIN_MS)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        self.column.setSpacing(sized(self, tokens.SPACE_M))
        head, foot = QHBoxLayout(), QHBoxLayout()
        for row in (head, foot):
            row.setSpacing(sized(self, tokens.SPACE_M))
        head.addWidget(self.van_card, 4)
        head.addWidget(self.next_card, 3)
        self._stack.addWidget(self.van_view)
        self._stack.addWidget(self.crate_view)
        foot.addWidget(self.box, 1)
        for button in (self.other, self.off, self.more, self.shut):
            foot.addWidget(button)
        self.column.addLayout(head)
        self.column.addWidget(self._stack, 1)
        self.column.addLayout(foot)
        self.van_view.say_when_empty(words.NO_VANS.word, words.NO_VANS.sentence, glyph=Glyph.TRUCK)
        self.crate_view.say_when_empty("这辆车还没有筐", "筐封好以后会出现在这里。", glyph=Glyph.BOX)

    def _connect(self) -> None:
        self.van_view.chosen.connect(lambda shown: self.choose(shown.row.van.run))
        self.crate_view.chosen.connect(lambda _: self._ask_take_off())
        self.box.entered.connect(self._entered)
        self.box.field.installEventFilter(self)
        self.other.clicked.connect(lambda: self.choose(""))
        self.off.clicked.connect(self._ask_take_off)
        self.more.clicked.connect(self._more)
        self.shut.clicked.connect(self._ask_close)
        self._timer.timeout.connect(lambda: self.desk.attempt(self._look))

    # --- what the window asks of a page ---

    @property
    def invitation(self) -> Answer:  # type: ignore[override]
        """What is to be done next."""
        van = self._van
        if van is not None:
            return words.choose_crate(van)
        return words.INVITATION if queries.vans(self._reader, day=self._day()) else words.NO_VANS

    def below(self) -> QWidget:
        return self._view

    def activated(self) -> None:
        self._timer.start()
        self._plan()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def refresh(self, topics: frozenset[str]) -> None:
        if topics & ROUTES:
            self._plan()
        self._look()

    def on_scan(self, code: str) -> None:
        self.box.clear()
        self._take(code)

    def undo(self) -> None:
        self._do(TakeBack(self._last))
        self._last = None

    def cancel(self) -> bool:
        busy = bool(self._offer or self.box.text() or self._run)
        if self._offer or self.box.text():
            self._make_offer("")
            self.box.clear()
        elif self._run:
            self.choose("")
        return busy

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low = self.height() < sized(self, LOW)
        for view in (self.van_view, self.crate_view):
            view.horizontalHeader().setVisible(not low)
        held = self.box.field.hasFocus()
        self.box.setVisible(self.width() >= sized(self, NARROW))
        if held and not self.box.isVisibleTo(self):  # Qt would hand the focus to a button
            self._view.setFocus()

    # --- reading the book ---

    def _now_ms(self) -> int:
        skew: int = self._reader.get("skew_ms", 0)
        return self._clock.now_ms() - skew

    def _day(self) -> str:
        return business_day(self._now_ms())

    @property
    def _van(self) -> Van | None:
        return queries.van_of(self._reader, self._run) if self._run else None

    @property
    def _view(self) -> RowsView:
        return self.crate_view if self._run else self.van_view

    def _look(self) -> None:
        van = self._van
        if van is None:
            self._run = ""
            self._show_vans()
        else:
            self._show_crates(van)
        self._stack.setCurrentWidget(self._view)
        self._show_buttons(van)
        self._alarm()

    def _show_vans(self) -> None:
        now = self._now_ms()
        self._rows = queries.van_rows(self._reader, day=self._day())
        self.vans.replace(van_listing(self._rows, now_ms=now))
        closed = sum(bool(row.van.closed_ms) for row in self._rows)
        open_rows = [row for row in self._rows if not row.van.closed_ms]
        first = min((row.van.leaves_ms for row in open_rows), default=0)
        left, tone = words.countdown(first, now_ms=now) if first else ("", Tone.INFO)
        aboard = sum(row.aboard for row in self._rows)
        crates = sum(row.crates for row in self._rows)
        unsealed = sum(row.unsealed for row in self._rows)
        remark = f"已关门 {closed} 辆"
        warning = f"没封 {unsealed} 筐" if unsealed else ""
        title = f"今晚 {len(self._rows)} 辆车"
        self.van_card.show_head(Head("", title, remark, aboard, crates, "筐", left, tone, warning))
        self._show_first_job(open_rows)

    def _show_first_job(self, rows: list[VanRow]) -> None:
        """The van with the most sealed crates waiting is where a free pair of hands goes."""
        ready = [row for row in rows if row.missing - row.unsealed > 0]
        if not ready:
            word = "没有等着装的筐" if self._rows else "等线路"
            self.next_card.show_next("现在", "", word, "封好的筐会排到这里")
            return
        row = min(ready, key=lambda row: (row.van.leaves_ms, row.unsorted, -row.missing))
        detail = f"{row.missing - row.unsealed} 筐封好在等"
        self.next_card.show_next("先装这辆", row.van.dock, f"线路 {row.van.route}", detail)

    def _show_crates(self, van: Van) -> None:
        now, day = self._now_ms(), self._day()
        self._cold = queries.cold_order(self._reader, van, day=day)
        self._crates = queries.crates_on(self._reader, van.run, day=day)
        self.crates.replace(crate_listing(van.run, self._crates, self._cold, just=self._just))
        own = [crate for crate in self._crates if crate.home == van.run]
        aboard = sum(crate.run == van.run for crate in own)
        unsorted = queries.unsorted_for(self._reader, van.run, day=day)
        left, tone = words.countdown(van.leaves_ms, now_ms=now)
        if van.closed_ms:
            left, tone = ("已交接" if van.handed_ms else f"{words.hour(van.closed_ms)} 已关门"), Tone.OK
        remark = "，".join(
            part for part in (van.driver, van.plate, f"{moment(van.leaves_ms):%H:%M} 发车") if part
        )
        warning = f"没分 {unsorted} 件" if unsorted and not van.closed_ms else ""
        head = Head(van.dock, f"线路 {van.route}", remark, aboard, len(own), "筐", left, tone, warning)
        self.van_card.show_head(head)
        self._show_next(van, own, unsorted)

    def _show_next(self, van: Van, own: list[Crate], unsorted: int) -> None:
        following = rules.next_in(own, self._cold)
        found = rules.gate(van.run, self._crates)
        if van.closed_ms:
            word = "已经交给司机" if van.handed_ms else "等司机签字"
            self.next_card.show_next("车门已关", "", word, f"{len(found.aboard)} 筐", tone=Tone.OK)
        elif found.strangers:
            self.next_card.show_next(
                "装错了", f"{len(found.strangers)} 筐", "不是这车的", "按 F10 卸下", tone=Tone.WRONG
            )
        elif following is not None:
            what = (
                f"{words.ZONES[following.zone]} {following.pieces} 件"
                if following.sealed
                else "还没封，先封筐"
            )
            stop, shop = f"第 {following.stop} 站", words.shop(following.name)
            tone = Tone.INFO if following.sealed else Tone.LOOK
            self.next_card.show_next(f"下一筐：{what}", following.slot, stop, shop, tone=tone)
        elif unsorted:
            self.next_card.show_next("再等等", "", "封好的都装了", f"还有 {unsorted} 件没分", tone=Tone.LOOK)
        elif own:
            self.next_card.show_next("装齐了", "F9", "关车门", f"{len(own)} 筐都在车上", tone=Tone.OK)
        else:
            self.next_card.show_next("现在", "", "还没有筐", "封好的筐会排到这里")

    def _show_buttons(self, van: Van | None) -> None:
        hint = "扫筐码、车位码；或按 ↓ 选车，回车进去" if van is None else "扫筐码、车位码"
        self.box.field.setPlaceholderText(hint)
        crowded = bool(self._offer) and self.width() < sized(self, NARROW)  # Esc leads back too
        self.other.setVisible(van is not None and not crowded)
        self.off.setVisible(van is not None and not van.closed_ms)
        self.shut.setVisible(van is not None and not van.closed_ms)
        reopens = van is not None and bool(van.closed_ms) and not van.handed_ms
        self.more.setVisible(reopens or bool(self._offer))
        self.more.set_text("照样装" if self._offer else "重开车门")

    def _alarm(self) -> None:
        """What another PC had done first is told once, loudly, and again until somebody has confirmed it."""
        found = self._clashes.look(day=self._day())
        if not found or found[-1].row <= self._told or not self.isVisible() or sheet_over(self.window()):
            return
        self._told = found[-1].row
        known = queries.vans(self._reader, day=self._day())
        said = [words.clash(clash, known, on=self._where(clash)) for clash in found]
        self.desk.answer(Answer(Tone.WRONG, "两台电脑撞上了", said[-1], spoken="两台电脑撞上了"))
        self._open(ClashSheet(said), lambda _: self.desk.do(ConfirmClashes(ROOM, self._told), lambda _: None))

    def _where(self, clash: Clash) -> str:
        return queries.run_of(self._reader, str(clash.body.get("crate", "")))

    # --- vans ---

    def _plan(self) -> None:
        """Runs that tonight's routes lack are made by themselves: nobody has to think of it."""
        day = self._day()
        if queries.unplanned(self._reader, day=day) or queries.abandoned(self._reader, day=day):
            first = not queries.vans(self._reader, day=day)
            self.desk.do(PlanRuns(), partial(self._planned, first=first))

    def _planned(self, result: Planned, *, first: bool) -> None:
        if first and result.runs:
            self.desk.answer(words.answer(result))
        self._look()

    def choose(self, run: str) -> None:
        """Show the crates of a van, or with "" the list of all."""
        self._make_offer("")
        self._run, self._just = run, ""
        self._look()
        self._view.scrollToTop()
        (self.primary() if run else self.van_view).setFocus()
        van = self._van
        self.desk.answer(words.INVITATION if van is None else words.chosen(van, self.next_card.said()))

    # --- scans and typed lines ---

    def _entered(self, text: str) -> None:
        self.box.clear()
        self.desk.attempt(partial(self._take, text))

    def _take(self, text: str) -> None:
        self._make_offer("")
        code = read_code(text)
        if isinstance(code, Refused):
            self.desk.answer(words.answer(code))
            return
        van = queries.find_van(queries.vans(self._reader, day=self._day()), code)
        if van is None:
            self._do(Load(code, self._run))
            return
        self.choose(van.run)

    # --- doing ---

    def _do(self, command: Any) -> None:
        self.desk.do(command, self._done)

    def _done(self, result: Done | Refused) -> None:
        self.desk.answer(words.answer(result))
        if isinstance(result, Shown):
            self._run, self._just = result.van.run, ""
        elif isinstance(result, Loaded):
            self._last, self._just = result.facts[0], result.crate.crate
            self.crate_view.touch(self._just)
        self._make_offer(result.crate.crate if isinstance(result, Strayed) else "")
        self._look()

    def _make_offer(self, crate: str) -> None:
        """F12 takes a crate of another van along, after its refusal and until the next scan."""
        self._offer = crate
        self.more.weight = Weight.PRIMARY if crate else Weight.PLAIN
        self.shut.weight = Weight.PLAIN if crate else Weight.PRIMARY
        for button in (self.more, self.shut):
            button.update()
        self._show_buttons(self._van)

    def _more(self) -> None:
        if self._offer:
            self._ask_take_along(self._offer)
        else:
            self._ask_reopen()

    def _ask_take_along(self, crate: str) -> None:
        run = self._run
        sheet = OverrideSheet(
            "别车的筐，照样装上？",
            sentence=f"{crate} 不是这辆车的。写明谁同意、为什么，会记进交接单。",
            reasons=words.TAKEN_ALONG,
            names=queries.operators(self._reader, day=self._day()),
            yes="照样装上",
        )
        self._open(sheet, lambda override: self._do(Load(crate, run, override)))

    def _ask_take_off(self) -> None:
        row = self.crate_view.current_row()
        chosen = row.crate if isinstance(row, CrateShown) and row.crate.run == self._run else None
        sentence = "扫一下要卸的筐。"
        if chosen is not None:
            sentence = f"选中的是第 {chosen.stop} 站 {chosen.name}，按回车卸下；卸别的请扫那一筐。"
        sheet = TakeOffSheet(chosen.crate if chosen else "", sentence=sentence)
        self._open(sheet, lambda code: self._do(TakeOff(code, self._run)))

    def _ask_close(self) -> None:
        van = self._van
        if van is None or van.closed_ms:
            return
        found = rules.gate(van.run, self._crates)
        unsorted = queries.unsorted_for(self._reader, van.run, day=self._day())
        if unsorted and found.aboard and found.is_open:
            sentence = f"台面上还有它的 {unsorted} 件没分。现在关门，这些货就不上车了。"
            confirm(
                self, title="还有货没分", sentence=sentence, then=lambda: self._do(CloseVan(van.run)),
                yes="照样关门", weight=Weight.DANGER,
            )  # fmt: skip
            return
        self.desk.do(CloseVan(van.run), partial(self._shut_or_ask, van))

    def _shut_or_ask(self, van: Van, result: Done | Refused) -> None:
        self._done(result)
        if not isinstance(result, Refused) or result.reason is not Reason.INCOMPLETE:
            return
        self._ask_answerable(van)

    def _ask_answerable(self, van: Van) -> None:
        found = rules.gate(van.run, self._crates)
        reasons = (
            *(words.LEFT_BEHIND if found.missing else ()),
            *(words.TAKEN_ALONG if found.strangers else ()),
        )
        sheet = OverrideSheet(
            f"{van.dock} 还不齐，一定要走？",
            sentence=words.what_is_wrong(found, self._crates),
            reasons=tuple(dict.fromkeys(reasons)),
            names=queries.operators(self._reader, day=self._day()),
            yes="照样关门",
        )
        self._open(sheet, lambda override: self._do(CloseVan(van.run, override)))

    def _ask_reopen(self) -> None:
        van = self._van
        if van is not None and van.closed_ms and not van.handed_ms:
            ask_reason(
                self,
                title=f"为什么重开 {van.dock}？",
                reasons=words.REOPENED,
                then=lambda why: self._do(ReopenVan(van.run, f"{why.reason} {why.note}".strip())),
                yes="重开车门",
            )

    def _open(self, sheet: Sheet, then: Callable[[Any], None]) -> None:
        sheet.done.connect(lambda result: self.desk.attempt(lambda: then(result)))
        sheet.open_over(self)
