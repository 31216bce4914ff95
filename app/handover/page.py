"""The page 交接: vans to their drivers, drivers coming back, who has the crates, and who lost the goods."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QStandardPaths, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QWidget

from app.domain.answers import Answer, Tone
from app.domain.clock import Clock, business_day
from app.domain.ids import FactId
from app.domain.night import AssetCount
from app.domain.refusals import Refused, refused
from app.domain.scans import tidy
from app.handover import panes, queries, rules, words
from app.handover.actions import (
    Adjust,
    ComeBack,
    Handed,
    HandOver,
    RefuseCount,
    Sealed,
    SealEvidence,
    SignPapers,
    TakeBack,
    TakenBack,
)
from app.handover.queries import HolderRow, RunRow, ShortRow
from app.handover.rules import Load, Reason, agree
from app.handover.sheets import (
    AdjustSaid,
    AdjustSheet,
    BackSaid,
    BackSheet,
    BothSigned,
    CountSaid,
    CountSheet,
    DifferSheet,
    HistorySheet,
    SignSheet,
)
from app.handover.ways import Ways
from app.store.clashes import ROOMS, Clash, Clashes, ConfirmClashes
from app.store.connection import Reader
from app.store.tonight import point_names
from app.ui import tokens
from app.ui.buttons import ActionButton, Choice, Weight
from app.ui.desk import Desk
from app.ui.dialogs import ask_reason, confirm
from app.ui.page import Page
from app.ui.panels import label
from app.ui.photo import read_file
from app.ui.shapes import Glyph, sized
from app.ui.sheet import Sheet, sheet_over
from app.ui.signature import Signature, ask_signature

RUNS, BACKS, HOLDERS, SHORTS = range(4)
PARTS = ("交车", "回站", "周转", "追责")
DOING = (
    ("点数交接", "交接单"),
    ("回站清点", "交接单"),
    ("调整", "流水"),
    ("定责出证据", "核对文件"),
)
LOOK_AGAIN_MS = 30_000
ROOM = "handover"
TOPICS = frozenset(
    {
        "RunPlanned", "VanClosed", "VanReopened", "HandedOver", "HandOverRefused", "AssetsMoved", "ReturnsReceived",
        "PointReceipt", "LiabilityProposed", "PiecesMissed", "PiecesFound", "UnloadingEnded", "RoutesListed", "Undone",
        "Voided",
    }
)  # fmt: skip


class HandoverPage(Page):
    """One screen in four parts; a scanned crate finds its van, a return bag its part."""

    title = "交接"
    glyph = Glyph.PEN
    topics = TOPICS

    def __init__(
        self,
        desk: Desk,
        reader: Reader,
        clock: Clock,
        *,
        papers: Path | None = None,
        choose_file: Callable[[QWidget], str] | None = None,
    ) -> None:
        """``papers`` is the folder for sheets, ``choose_file(over)`` names evidence to check ("": none)."""
        super().__init__(desk)
        self._reader, self._clock = reader, clock
        self._papers = papers or _documents()
        self._choose_file = choose_file or _ask_file
        self._step: tuple[FactId, ...] = ()
        self._ways = Ways(reader)
        self._clashes, self._told = Clashes(reader, room=ROOM, kinds=ROOMS[ROOM]), 0
        self._time = panes.Timed()
        self.parts = Choice("交接的四部分", PARTS)
        self.runs, self.backs = panes.runs_model(), panes.backs_model()
        self.holders, self.shorts = panes.holders_model(self._time), panes.shorts_model()
        self.views = panes.views(self.runs, self.backs, self.holders, self.shorts)
        self.remark = label("", "muted", wraps=1)
        self.first = ActionButton("", key="F9", weight=Weight.PRIMARY)
        self.second = ActionButton("", key="F10")
        self._stack = QStackedWidget()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_AGAIN_MS)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        for view in self.views:
            self._stack.addWidget(view)
        foot = QHBoxLayout()
        foot.setSpacing(sized(self, tokens.SPACE_M))
        foot.addWidget(self.remark, 1)
        foot.addWidget(self.second)
        foot.addWidget(self.first)
        self.column.setSpacing(sized(self, tokens.SPACE_M))
        self.column.addWidget(self.parts)
        self.column.addWidget(self._stack, 1)
        self.column.addLayout(foot)
        self.remark.setMinimumHeight(sized(self, 2 * tokens.BASE_PX + tokens.SPACE_M))

    def _connect(self) -> None:
        self.parts.chosen.connect(self._show_part)
        for view in self.views:
            view.pointed.connect(lambda _: self._remark())
            view.chosen.connect(lambda _: self.desk.attempt(self._do_first))
        self.first.clicked.connect(lambda: self.desk.attempt(self._do_first))
        self.second.clicked.connect(lambda: self.desk.attempt(self._do_second))
        self._timer.timeout.connect(lambda: self.desk.attempt(self._look))
        for part in range(len(PARTS)):
            key = QShortcut(QKeySequence(f"Ctrl+{part + 1}"), self)
            key.activated.connect(lambda at=part: self._turn_to(at))
        self._name_buttons(RUNS)

    # --- what the window asks of a page ---

    @property
    def invitation(self) -> Answer:  # type: ignore[override]
        """How many vans wait for their drivers."""
        rows = self._runs()
        waiting = sum(row.waits for row in rows)
        if waiting:
            return Answer(Tone.INFO, f"{waiting} 辆等交接", words.INVITATION.sentence)
        if any(not row.handed_ms for row in rows):
            return Answer(Tone.INFO, "还没关门", "车门关好以后就能交接。请先到装车页关门。")
        return words.INVITATION if not rows else Answer(Tone.OK, "都交接了", "司机回来，请按 Ctrl+2 清点。")

    def primary(self) -> QWidget:
        return self.views[self.parts.index]

    def activated(self) -> None:
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def refresh(self, topics: frozenset[str]) -> None:
        self._look()
        self._alarm()

    def on_scan(self, code: str) -> None:
        known = tidy(code).upper()
        if known.startswith("TH-"):
            self._turn_to(BACKS)
            said = Answer(Tone.LOOK, "这是退货袋", "请先选司机，按 F9 回站清点，再选站扫袋。")
            self.desk.answer(said)
            return
        run = queries.run_of_crate(self._reader, known)
        self._turn_to(RUNS)
        if self._point_at(self.views[RUNS], run):
            self.desk.answer(self._where(known, run))
        else:
            self.desk.answer(words.refusal(refused(Reason.NOT_A_CRATE, crate=known[:24])))

    def undo(self) -> None:
        step, self._step = self._step, ()
        if step:
            self.desk.do(TakeBack(step), self._done)
        else:
            super().undo()

    def cancel(self) -> bool:
        if self.parts.index != RUNS:
            self._turn_to(RUNS)
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A letter typed on the page belongs to nobody."""
        if not event.text().isprintable() or not event.text():
            super().keyPressEvent(event)

    # --- showing ---

    def _now_ms(self) -> int:
        skew: int = self._reader.get("skew_ms", 0)
        return self._clock.now_ms() - skew

    def _day(self) -> str:
        return business_day(self._now_ms())

    def _runs(self) -> list[RunRow]:
        return queries.run_rows(self._reader, day=self._day(), ways=self._ways)

    def _turn_to(self, part: int) -> None:
        if sheet_over(self.window()) is not None:
            return
        self.parts.choose(part)
        self.views[part].setFocus()

    def _show_part(self, part: int) -> None:
        self._stack.setCurrentIndex(part)
        self._name_buttons(part)
        self.desk.attempt(self._look)

    def _name_buttons(self, part: int) -> None:
        first, second = DOING[part]
        self.first.set_text(first)
        self.second.set_text(second)

    def _look(self) -> None:
        part, day = self.parts.index, self._day()
        self._time.now_ms = self._now_ms()
        if part == RUNS:
            self.runs.replace(self._runs())
        elif part == BACKS:
            self.backs.replace(_on_their_way(self._runs()))
        elif part == HOLDERS:
            self.holders.replace(queries.holder_rows(self._reader, ways=self._ways))
        else:
            self.shorts.replace(queries.short_rows(self._reader, day=day))
        self._remark()

    def _remark(self) -> None:
        row = self.views[self.parts.index].current_row()
        said = ""
        if isinstance(row, ShortRow):
            said = f"{row.name}：{words.chain_sentence(row.chain)}。{words.reason(row.chain)}"
        elif isinstance(row, RunRow) and self.parts.index == RUNS:
            silent = queries.silent_points(self._reader, row.run) if row.handed_ms else []
            said = words.about_run(row, silent)
        self.remark.setText(said)
        self.first.setEnabled(row is not None)
        self.second.setEnabled(row is not None or self.parts.index == SHORTS)

    def _point_at(self, view: Any, key: str) -> bool:
        self._look()
        at = view.rows_model.row_of(key) if key else -1
        if at < 0:
            return False
        view.setCurrentIndex(view.rows_model.index(at, 0))
        view.touch(key)
        return True

    def _where(self, crate: str, run: str) -> Answer:
        row = next(row for row in self.runs.rows if isinstance(row, RunRow) and row.run == run)
        return Answer(
            Tone.INFO,
            f"{row.dock} 道口",
            f"筐 {crate} 在 {row.route}，{row.driver} 的车上。",
            number=row.route,
        )

    def _alarm(self) -> None:
        """What another PC had done first is told once, loudly, and again until somebody has confirmed it."""
        found = self._clashes.look(day=self._day())
        if not found or found[-1].row <= self._told or not self.isVisible() or sheet_over(self.window()):
            return
        self._told = found[-1].row
        said = [self._said(clash) for clash in found[-4:]]
        self.desk.answer(Answer(Tone.WRONG, "两台电脑撞上了", said[-1], spoken="两台电脑撞上了"))
        confirm(
            self,
            title="两台电脑撞上了",
            sentence="\n".join(said),
            yes="知道了，去核对",
            no="等会儿再看",
            then=lambda: self.desk.do(ConfirmClashes(ROOM, self._told), lambda _: None),
        )

    def _said(self, clash: Clash) -> str:
        run = str(clash.body.get("run", ""))
        route = self._reader.value("SELECT route FROM runs WHERE run = ?", (run,))
        return words.clash(clash, route=str(route or run))

    # --- doing ---

    def _current(self) -> Any:
        row = self.views[self.parts.index].current_row()
        if row is None:
            self.desk.answer(words.PICK_A_ROW)
        return row

    def _do_first(self) -> None:
        row = self._current()
        if isinstance(row, ShortRow):
            self._seal(row)
        elif isinstance(row, HolderRow):
            self._open(AdjustSheet(row), partial(self._adjust, row))
        elif isinstance(row, RunRow):
            (self._ask_count if self.parts.index == RUNS else self._ask_back)(row)

    def _do_second(self) -> None:
        if self.parts.index == SHORTS:
            self._check_file()
            return
        row = self._current()
        if isinstance(row, HolderRow):
            self._show_history(row)
        elif isinstance(row, RunRow):
            self._print(row, lambda where: self.desk.answer(_printed(where)))

    def _done(self, result: Any) -> None:
        """Say what happened, remember how the last step is taken back, and look again."""
        if not isinstance(result, Refused):
            undoable = not isinstance(result, TakenBack | Sealed)
            self._step = result.facts if undoable else ()
        self.desk.answer(words.say(result))
        self._look()

    def _open(self, sheet: Sheet, then: Callable[[Any], None]) -> None:
        sheet.done.connect(lambda result: self.desk.attempt(lambda: then(result)))
        sheet.open_over(self)

    # --- handing over ---

    def _ask_count(self, row: RunRow) -> None:
        """What cannot be handed over is said at once and opens no form."""
        if row.handed_ms:
            self.desk.answer(words.refusal(refused(Reason.HANDED, route=row.route, at_ms=row.handed_ms)))
        elif not row.closed_ms:
            self.desk.answer(words.refusal(refused(Reason.OPEN, route=row.route)))
        else:
            self._open(CountSheet(row), partial(self._counted, row))

    def _counted(self, row: RunRow, said: CountSaid) -> None:
        stops = queries.stop_rows(self._reader, row.run)
        load = _whole(stops)
        if agree(load, said.counted):
            self._open(SignSheet(row, load, said), partial(self._signed, row, said))
            return
        sheet = DifferSheet(row, load, said, stops)
        sheet.refusing.connect(lambda lost: self._ask_why(row, said, lost))
        again = CountSheet(row, driver=said.driver)
        sheet.done.connect(lambda _: self._open(again, partial(self._counted, row)))
        sheet.open_over(self)

    def _signed(self, row: RunRow, said: CountSaid, signed: BothSigned) -> None:
        command = HandOver(row.run, said.driver, said.counted, signed.station, signed.driver)
        self.desk.do(command, partial(self._handed, row))

    def _handed(self, row: RunRow, result: Handed | Refused) -> None:
        """The sheet is written before it is said to be there."""
        if isinstance(result, Refused):
            self._done(result)
            return
        fresh = next((one for one in self._runs() if one.run == row.run), row)
        self._print(fresh, lambda _: self._done(result), otherwise=lambda: self._done_without_paper(result))

    def _done_without_paper(self, result: Handed) -> None:
        self._step = result.facts
        self._look()
        self.desk.answer(
            Answer(
                Tone.LOOK, "交接好了", f"{result.driver} 已签收，但交接单没有存上。请看磁盘，再按 F10 补存。"
            )
        )

    def _ask_why(self, row: RunRow, said: CountSaid, lost: str) -> None:
        ask_reason(
            self,
            title=f"{said.driver} 为什么不签",
            sentence=f"没扫到的筐：{lost}" if lost else "选一个原因；找到原因后可以再点一次。",
            reasons=words.REFUSING,
            yes="记下拒签",
            then=lambda why: self._refuse(
                row, said, [why.reason, why.note, f"没扫到 {lost}" if lost else ""]
            ),
        )

    def _refuse(self, row: RunRow, said: CountSaid, why: list[str]) -> None:
        text = "，".join(part for part in why if part)
        self.desk.do(RefuseCount(row.run, said.driver, said.counted, text), self._done)

    # --- papers ---

    def _print(
        self, row: RunRow, then: Callable[[Path], None], *, otherwise: Callable[[], None] | None = None
    ) -> None:
        """Have the points' lists signed, then write the driver's sheet."""
        from app.handover.papers import point_lists

        stops = queries.stop_rows(self._reader, row.run)
        lists = point_lists(self._reader, row.run, stops)
        self.desk.do(
            SignPapers(tuple(one.message for one in lists)),
            lambda signed: self._write_sheet(row, stops, lists, signed, then, otherwise),
        )

    def _write_sheet(
        self,
        row: RunRow,
        stops: Any,
        lists: Any,
        signed: tuple[bytes, tuple[bytes, ...]],
        then: Callable[[Path], None],
        otherwise: Callable[[], None] | None,
    ) -> None:
        from app.handover.papers import DriverSheet, write_sheet

        key, signatures = signed
        station = str(self._reader.get("point_name", "")) or "网格站"
        of = queries.signed_row(self._reader, row.run)
        sheet = DriverSheet(station, row, stops, of, lists, key, signatures, self._now_ms())
        try:
            where = write_sheet(sheet, self._papers / "交接单" / f"交接单-{row.run}.pdf")
        except OSError:
            if otherwise is not None:
                otherwise()
            else:
                self.desk.answer(words.CANNOT_SAVE)
            return
        then(where)

    # --- coming back ---

    def _ask_back(self, row: RunRow) -> None:
        stops = queries.stop_rows(self._reader, row.run)
        of = queries.signed_row(self._reader, row.run)
        driver = of.driver if of else row.driver
        sheet = BackSheet(row, stops, driver=driver, known_bag=self._knows_bag)
        self._open(sheet, lambda said: self._ask_driver(row, driver, said))

    def _knows_bag(self, bag: str) -> bool:
        return bool(self._reader.value("SELECT 1 FROM returns WHERE bag = ?", (bag,)))

    def _ask_driver(self, row: RunRow, driver: str, said: BackSaid) -> None:
        things = sum(number for _, number in said.counted)
        ask_signature(
            self,
            title=f"{driver} 签字",
            sentence=f"交回周转筐、冷藏箱、托盘共 {things} 个，退货 {len(said.bags)} 袋。",
            then=lambda signed: self._came_back(row, said, signed),
        )

    def _came_back(self, row: RunRow, said: BackSaid, signed: Signature) -> None:
        back = tuple(AssetCount(asset, number) for asset, number in said.counted if number)
        self.desk.do(ComeBack(row.run, said.drops, back, said.bags, signed.png), self._done)

    # --- balances ---

    def _adjust(self, row: HolderRow, said: AdjustSaid) -> None:
        self.desk.do(Adjust(row.holder, said.asset, said.pieces, said.why), self._done)

    def _show_history(self, row: HolderRow) -> None:
        names = point_names(self._reader)
        steps = queries.step_rows(row.holder, ways=self._ways)
        sheet = HistorySheet(row, steps, lambda holder: queries.holder_name(holder, names))
        sheet.open_over(self)

    # --- blame ---

    def _seal(self, row: ShortRow) -> None:
        from app.handover import evidence

        found = rules.propose(row.chain)
        pack = evidence.gather(self._reader, row, now_ms=self._now_ms())
        content = evidence.content_of(pack)
        link = None if isinstance(found, Refused) else found.link
        command = SealEvidence(row.lot, content, link, words.reason(row.chain))
        self.desk.do(command, partial(self._sealed, pack, content))

    def _check_file(self) -> None:
        """Somebody else's evidence: whether it is what its station signed."""
        from app.handover import evidence

        name = self._choose_file(self)
        if not name:
            return
        try:
            found = evidence.verify(read_file(Path(name)))
        except evidence.BadEvidence:
            self.desk.answer(words.BAD_EVIDENCE)
            return
        self.desk.answer(
            words.verified(found.fingerprint, lot=found.lot, facts=found.facts, chained=found.chained)
        )

    def _sealed(self, pack: Any, content: bytes, result: Sealed | Refused) -> None:
        from app.handover import evidence

        if not isinstance(result, Refused):
            try:
                evidence.export(pack, content, result, self._papers / "追责")
            except OSError:
                self._look()
                self.desk.answer(words.CANNOT_SAVE)
                return
        self._done(result)


def _on_their_way(rows: list[RunRow]) -> list[RunRow]:
    """Vans that were handed over; those whose drivers are still out come first."""
    out = [row for row in rows if row.handed_ms]
    return sorted(out, key=lambda row: (bool(row.back_ms), row.handed_ms))


def _whole(stops: Any) -> Load:
    """All that a van carries."""
    loads = [stop.load for stop in stops]
    return Load(*(sum(part) for part in zip(*loads, strict=True))) if loads else Load(0, 0, 0)


def _printed(where: Path) -> Answer:
    return Answer(Tone.OK, "交接单好了", f"存在 {where}，打开就能打印。")


def _ask_file(over: QWidget) -> str:
    name, _ = QFileDialog.getOpenFileName(over, "选择追责文件", "", "追责文件 (*.jsonl);;所有文件 (*)")
    return name


def _documents() -> Path:
    where = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(where) / "格驿"
