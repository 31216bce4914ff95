"""The page 售后: find the goods, see what may be promised, ask for it, and send returns back with the van."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QStandardPaths, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.aftersales import queries, rules, words
from app.aftersales.actions import (
    BagClaim,
    Bagged,
    ClaimMade,
    SealBag,
    TakeOut,
    WithdrawClaim,
)
from app.aftersales.bag_sheets import DriverSheet, GoodsSheet, Load
from app.aftersales.claim_sheet import ClaimSheet
from app.aftersales.labels import BagLabel, LabelFiles, LabelOutput
from app.aftersales.panes import BagsPane, ClaimsPane, LinesPane, quality
from app.aftersales.queries import BagItem, BagRow, ClaimRow, FoundLine
from app.aftersales.rules import Reason
from app.domain import events
from app.domain.answers import Answer, Tone
from app.domain.clock import Clock
from app.domain.ids import has_valid_check
from app.domain.places import Place
from app.domain.refusals import Refused, refused
from app.store.connection import Reader
from app.ui import dialogs
from app.ui.buttons import Choice
from app.ui.desk import Desk
from app.ui.fields import SearchBox
from app.ui.page import Page
from app.ui.panels import Beside
from app.ui.photo import Camera, FileCamera
from app.ui.shapes import Glyph
from app.ui.sheet import Sheet, sheet_over
from app.ui.unreadable import unreadable

LINES, CLAIMS, BAGS = range(3)
LOOK_AGAIN_MS = 30_000
KEPT_DAYS = 30
TOPICS = frozenset(
    {
        "PolicySet", "PickedUp", "Undone", "Voided", "people", "CrateReceived", "GoodsReceived", "ShortFound",
        "DamageFound", "OverFound", "ShortArrived", "Shelved", "ClaimOpened", "RulingGiven", "GoodsBagged", "BagSealed",
        "BagTaken", "ReturnsAcknowledged",
    }
)  # fmt: skip
NOT_FOUND = Answer(
    Tone.WRONG, "没找到", "近 45 天没有这样的货。请换手机尾号、姓名或取件码再找。", spoken="没找到"
)
MISREAD = Answer(
    Tone.LOOK, "码没读对", "这个码的校验不对，可能没扫全。请把标签摊平再扫一次。", spoken="请再扫一次"
)


class AftersalesPage(Page):
    """One screen in three parts; whatever is scanned finds its part by itself."""

    title = "售后"
    glyph = Glyph.BACK
    topics = TOPICS
    invitation = words.INVITATION

    def __init__(
        self,
        desk: Desk,
        reader: Reader,
        clock: Clock,
        *,
        camera: Camera | None = None,
        labels: LabelOutput | None = None,
        papers: Path | None = None,
    ) -> None:
        """``camera`` gives photos, ``labels`` takes bag labels, ``papers`` is the folder for evidence packs."""
        super().__init__(desk)
        self._reader, self._clock = reader, clock
        self._camera = camera or FileCamera()
        self._papers = papers or _documents()
        self._labels = labels or LabelFiles(self._papers / "标签")
        self._take_back: object | None = None
        self.search = SearchBox("找货", hint="取件码、尾号、姓名、首字母、条码")
        self.parts = Choice("售后的三部分", ("申请", "进度", "退货袋"))
        self.lines, self.claims, self.bags = LinesPane(), ClaimsPane(), BagsPane()
        self._stack = QStackedWidget()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_AGAIN_MS)
        self._arrange()
        self._connect()
        self._bind_keys()

    def _arrange(self) -> None:
        for pane in (self.lines, self.claims, self.bags):
            self._stack.addWidget(pane)
        self.column.addWidget(Beside(self.search, self.parts, shares=(4, 3)))
        self.column.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.search.changed.connect(self._typed)
        self.search.entered.connect(lambda _: self._entered())
        self.parts.chosen.connect(self._show_part)
        self.lines.wanted.connect(self._ask_claim)
        self.claims.pointed.connect(self._show_chain)
        self.claims.bring.clicked.connect(self._bring)
        self.claims.withdraw.clicked.connect(self._ask_withdraw)
        self.claims.evidence.clicked.connect(self._export)
        self.bags.pointed.connect(self._show_items)
        self.bags.item_rows.chosen.connect(self._ask_take_out)
        self.bags.fill.clicked.connect(self._ask_goods)
        self.bags.seal.clicked.connect(self._ask_seal)
        self.bags.print_label.clicked.connect(self._print_label)
        self.bags.hand_over.clicked.connect(self._ask_driver)
        self._timer.timeout.connect(lambda: self.desk.attempt(self._look_again))

    def _bind_keys(self) -> None:
        for part in (LINES, CLAIMS, BAGS):
            key = QShortcut(QKeySequence(f"Ctrl+{part + 1}"), self)
            key.activated.connect(lambda at=part: self._turn_to(at))

    # --- what the window asks of a page ---

    def primary(self) -> QWidget | None:
        return self.search

    def activated(self) -> None:
        self._timer.start()

    def hideEvent(self, event: Any) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def refresh(self, topics: frozenset[str]) -> None:
        self._look_again()

    def cancel(self) -> bool:
        if self.parts.index != LINES:
            self._turn_to(LINES)
            return True
        if self.search.text():
            self.search.clear()
            return True
        return False

    def undo(self) -> None:
        command, self._take_back = self._take_back, None
        if command is None:
            super().undo()
        else:
            self._do(command)

    def on_scan(self, code: str) -> None:
        known = queries.plain(code)
        trouble = unreadable(code)
        if trouble is not None:
            self.desk.answer(trouble)
        elif known.startswith("TH-"):
            self._scanned_own(
                known, part=BAGS, point=self.bags.point_at, reason=Reason.BAG_UNKNOWN, name="bag"
            )
        elif known.startswith("SH-"):
            self._scanned_own(
                known, part=CLAIMS, point=self.claims.point_at, reason=Reason.CLAIM_UNKNOWN, name="claim"
            )
        else:
            self._scanned_goods(known)

    # --- finding ---

    def _scanned_own(
        self, code: str, *, part: int, point: Callable[[str], bool], reason: Reason, name: str
    ) -> None:
        if not has_valid_check(code):
            self.desk.answer(MISREAD)
            return
        self._turn_to(part)
        if point(code):
            self.desk.answer(self._standing(code, part))
        else:
            self.desk.answer(self._words(refused(reason, **{name: code})))

    def _standing(self, code: str, part: int) -> Answer:
        claim, bag = self.claims.current(), self.bags.current()
        if part == CLAIMS and claim:
            return Answer(
                words.claim_tone(claim), words.claim_state(claim), f"“{claim.product}”的申请 {code}。"
            )
        if bag:
            state = words.bag_state(bag, now_ms=self._clock.now_ms())
            return Answer(Tone.INFO, state, f"袋 {code}，共 {bag.pieces} 件。", number=f"{bag.pieces}件")
        return MISREAD

    def _scanned_goods(self, code: str) -> None:
        self._turn_to(LINES)
        self.search.field.setText(code)
        found = self._found()
        if found:
            self.lines.point_at_first()
            self.desk.answer(self._say_found(found))
        else:
            self.desk.answer(NOT_FOUND)

    def _say_found(self, found: list[FoundLine]) -> Answer:
        now_ms = self._now_ms()
        first = quality(found[0], now_ms)
        if len(found) > 1:
            sentence = f"找到 {len(found)} 件，时限写在每一行后面。选一件，按 Enter 申请。"
            return Answer(Tone.INFO, f"找到 {len(found)} 件", sentence, number=f"{len(found)}")
        if isinstance(first, Refused):
            return words.say(first, now_ms=now_ms)
        left = "时限还没开始" if first.from_shelf else words.time_left(first.until_ms, now_ms=now_ms)
        sentence = f"“{found[0].lot.product}”最多可申请 {first.pieces} 件。按 Enter 申请。"
        return Answer(Tone.INFO, left, sentence, number=f"{first.pieces}件")

    def _typed(self, text: str) -> None:
        if text and self.parts.index != LINES:
            self._turn_to(LINES, keep_focus=True)
        self.desk.attempt(self._look_again)

    def _entered(self) -> None:
        if self._found():
            self.lines.point_at_first()
        elif self.search.text():
            self.desk.answer(NOT_FOUND)

    def _found(self) -> list[FoundLine]:
        return [row for row in self.lines.model.rows if isinstance(row, FoundLine)]

    # --- showing ---

    def _turn_to(self, part: int, *, keep_focus: bool = False) -> None:
        if sheet_over(self.window()) is not None:
            return
        self.parts.choose(part)
        if not keep_focus:
            (self.search, self.claims.rows, self.bags.bag_rows)[part].setFocus()

    def _show_part(self, part: int) -> None:
        if part != LINES:
            self.search.field.clear()
        self._stack.setCurrentIndex(part)
        self.desk.attempt(self._look_again)

    def _look_again(self) -> None:
        part = self.parts.index
        if part == LINES:
            self._show_lines()
        elif part == CLAIMS:
            since = self._clock.now_ms() - KEPT_DAYS * rules.DAY_MS
            self.claims.show_claims(queries.claim_rows(self._reader, since_ms=since), now_ms=self._now_ms())
        else:
            since = self._clock.now_ms() - KEPT_DAYS * rules.DAY_MS
            self.bags.show_bags(queries.bag_rows(self._reader, since_ms=since), now_ms=self._clock.now_ms())

    def _show_lines(self) -> None:
        now_ms, text = self._now_ms(), self.search.text()
        if text:
            found = queries.find(self._reader, text, now_ms=now_ms)
            self.lines.rows.say_when_empty(
                "没找到这样的货", "换一个试试：取件码、手机尾号、姓名或首字母。", glyph=Glyph.SEARCH
            )
            title = f"找到 {len(found)} 件"
        else:
            found = queries.recent(self._reader, now_ms=now_ms)
            self.lines.rows.say_when_empty(
                "这几天还没有人取货", "买家来说货有问题时，扫取件码或商品条码就能找到。", glyph=Glyph.SEARCH
            )
            title = "最近取走的"
        self.lines.show_lines(found, title=title, remark="选一件，按 Enter 申请", now_ms=now_ms)

    def _show_chain(self, row: ClaimRow) -> None:
        self.claims.show_chain(row, queries.chain(self._reader, row.lot))

    def _show_items(self, row: BagRow) -> None:
        self.bags.show_items(row, queries.bag_items(self._reader, row.bag))

    def _now_ms(self) -> int:
        """The time by the platform's clock, which windows are measured by."""
        skew: int = self._reader.get("skew_ms", 0)
        return self._clock.now_ms() - skew

    # --- doing ---

    def _do(self, command: object) -> None:
        self.desk.do(command, self._done)

    def _done(self, result: Any) -> None:
        """Say what happened, and remember how the last step is taken back."""
        self._take_back = None
        if isinstance(result, ClaimMade):
            self._take_back = WithdrawClaim(result.claim, "撤销")
            self.search.clear()
        elif isinstance(result, Bagged):
            self._take_back = TakeOut(result.bag, result.lot)
        self.desk.answer(self._words(result))
        self._look_again()

    def _words(self, result: Any) -> Answer:
        return words.say(result, now_ms=self._now_ms())

    def _open(self, sheet: Sheet) -> None:
        sheet.done.connect(self._do)
        sheet.open_over(self)

    def _ask_claim(self, line: FoundLine) -> None:
        """What can no longer be promised is said at once and opens no form."""
        now_ms = self._now_ms()
        fresh = queries.lot_of(self._reader, line.lot.lot) or line
        if all(isinstance(rules.offer(fresh.lot, why, now_ms=now_ms), Refused) for why in events.Why):
            self.desk.answer(self._words(quality(fresh, now_ms)))
        else:
            self._open(ClaimSheet(fresh, now_ms=now_ms, camera=self._camera))

    def _bring(self) -> None:
        row = self.claims.current()
        if row:
            self._do(BagClaim(row.claim))

    def _ask_withdraw(self) -> None:
        row = self.claims.current()
        if row is None:
            return
        dialogs.ask_reason(
            self,
            title="撤回申请",
            sentence=f"“{row.product}”{row.pieces} 件。撤回后在时限内还可以再申请。",
            reasons=("买家改主意了", "填错了", "已和买家说好", "其他"),
            yes="撤回",
            then=lambda why: self._withdraw(row, why),
        )

    def _withdraw(self, row: ClaimRow, why: dialogs.Reason) -> None:
        self._do(WithdrawClaim(row.claim, "，".join(part for part in (why.reason, why.note) if part)))

    def _ask_goods(self) -> None:
        self._open(GoodsSheet(queries.baggable(self._reader, now_ms=self._now_ms())))

    def _ask_take_out(self, item: BagItem) -> None:
        bag = self.bags.current()
        refusal = rules.may_change(rules.Bag(bag.bag, bag.sealed_ms, bag.taken_ms) if bag else None, item.bag)
        if refusal:
            self.desk.answer(self._words(refusal))
            return
        where = (
            "放回货架" if Place.parse(item.origin).kind is not Place.parse(queries.BUYER).kind else "还给买家"
        )
        dialogs.confirm(
            self,
            title="从袋里拿出来？",
            sentence=f"“{item.product}”{item.pieces} 件从袋 {item.bag} 拿出来，{where}。",
            yes="拿出来",
            then=lambda: self._do(TakeOut(item.bag, item.lot)),
        )

    def _ask_seal(self) -> None:
        bag = self.bags.current()
        if bag is None:
            return
        dialogs.confirm(
            self,
            title=f"封袋 {bag.bag}？",
            sentence=f"袋里共 {bag.pieces} 件。封了就不能再装，也不能再拿。",
            yes="封袋",
            then=lambda: self._do(SealBag(bag.bag)),
        )

    def _ask_driver(self) -> None:
        waiting = tuple(bag for bag in self.bags.rows if bag.sealed_ms and not bag.taken_ms)
        if not waiting:
            self.desk.answer(self._words(refused(Reason.NO_BAGS)))
            return
        taken = sorted((bag for bag in self.bags.rows if bag.driver), key=lambda bag: bag.taken_ms)
        driver = taken[-1].driver if taken else ""
        self._open(DriverSheet(Load(waiting), driver=driver, now_ms=self._now_ms()))

    # --- papers ---

    def _print_label(self) -> None:
        bag = self.bags.current()
        if bag is None:
            return
        shop = str(self._reader.get("point_name", "")) or "本店"
        label = BagLabel(bag.bag, shop, bag.opened_ms, bag.pieces if bag.sealed_ms else 0)
        try:
            said = self._labels.put_out(label)
        except OSError:
            self.desk.answer(_cannot_save(self._papers))
            return
        self.desk.answer(Answer(Tone.OK, "标签好了", f"袋 {bag.bag} 的标签在 {said}，打印后贴在袋口。"))

    def _export(self) -> None:
        from app.aftersales import evidence

        row = self.claims.current()
        pack = evidence.gather(self._reader, row.lot, now_ms=self._now_ms()) if row else None
        if pack is None:
            return
        try:
            paper, _ = evidence.export(pack, self._papers / "举证")
        except OSError:
            self.desk.answer(_cannot_save(self._papers))
            return
        sentence = f"经过、照片和签字都在 {paper}，旁边有同名的 json。申诉时一起交。"
        self.desk.answer(Answer(Tone.OK, "举证包好了", sentence))


def _documents() -> Path:
    where = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(where) / "格驿"


def _cannot_save(folder: Path) -> Answer:
    return Answer(
        Tone.WRONG, "没有存上", f"文件写不进 {folder}。请看看磁盘是不是满了，再试一次。", spoken="没有存上"
    )
