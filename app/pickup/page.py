"""The page 取货: one box that finds a neighbour, their goods slot by slot, and one Enter that hands them out."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from app.domain.answers import Answer
from app.domain.clock import Clock, business_day
from app.domain.refusals import Refused, refused
from app.pickup import queries, words
from app.pickup.actions import HandedOut, HandOut, PhoneShown, PickupUndone, RevealPhone, UndoPickup
from app.pickup.goods_view import GoodsView
from app.pickup.queries import Act, Found, Neighbour, Visit
from app.pickup.rules import How, Reason
from app.pickup.sheets import OrderSheet, ProxySheet, Taker
from app.store.connection import Reader
from app.ui import dialogs, tokens
from app.ui.buttons import ActionButton, Weight
from app.ui.desk import Desk
from app.ui.fields import SearchBox
from app.ui.page import Page
from app.ui.panels import ElidedLabel, label
from app.ui.rows import Column, RowsModel, Section
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized

REST, HITS, VISIT = range(3)
TOPICS = frozenset(
    {
        "PickedUp", "Undone", "Voided", "Shelved", "people", "elsewhere", "CrateReceived", "GoodsReceived",
        "ShortFound", "ShortArrived", "DamageFound", "OverFound", "GoodsBagged", "BagTaken", "GoodsAnnounced",
        "PolicySet", "ClaimOpened",
    }
)  # fmt: skip
LONGEST_SHOWN = 40
HASTE_MS = 400
"""Nobody reads what waits for a person faster than this."""
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ASK_OTHERWISE = "可以换尾号、姓名或首字母再找，直接输入就行。"
_GO_ON = ("接着输入", "尾号 4 位、取件码、姓名或首字母都行，按 Enter 查找。")


class PickupPage(Page):
    """Rests with what was handed out today; shows who may be meant; then one person's goods."""

    title = "取货"
    glyph = Glyph.BAG
    topics = TOPICS
    invitation = words.INVITATION
    invitation_glyph = Glyph.SCAN

    def __init__(self, desk: Desk, reader: Reader, clock: Clock) -> None:
        super().__init__(desk)
        self._reader, self._clock = reader, clock
        self._visit: Visit | None = None
        self._found_by = ""
        self._busy = self._phone_shown = self._quiet = False
        self._opened_at = -HASTE_MS
        self.search = SearchBox("找顾客", hint="取件码、手机尾号、姓名、首字母")
        self.acts = RowsModel[Act](self._act_columns(), key=lambda act: act.facts)
        self.act_rows = RowsView("今天交出的", self.acts)
        self.hits = RowsModel[tuple[int, Neighbour]](_HIT_COLUMNS, key=lambda hit: hit[1].key)
        self.hit_rows = RowsView("对得上的顾客", self.hits)
        self.goods = GoodsView()
        self.name, self.total = ElidedLabel("", "title"), label("", "title")
        self.hand_over = ActionButton("全部交出", key="Enter", weight=Weight.PRIMARY)
        self.proxy = ActionButton("代取", key="F9")
        self.order = ActionButton("代下单", key="F10")
        self.take_back = ActionButton("撤销", key="F11")
        self.phone = ActionButton("电话", key="F12")
        self._stack = QStackedWidget()
        self._arrange()
        self._connect()
        self._rest()

    def _act_columns(self) -> tuple[Column[Act], ...]:
        return (
            Column("时间", lambda act: words.clock_text(act.at_ms)[-5:], width=80, strong=1),
            Column("顾客", lambda act: words.who(act.name, act.tail)),
            Column("件数", lambda act: f"{act.pieces} 件", width=90, align=RIGHT, strong=1),
            Column("谁取的", _taker, width=150, gives_way=1),
            Column(
                "", lambda act: "已撤销" if act.undone else "", width=120, tone=words.act_tone, gives_way=2
            ),
        )

    def _arrange(self) -> None:
        self.act_rows.say_when_empty("等第一位顾客", words.INVITATION.sentence, glyph=Glyph.BAG)
        visit = QWidget()
        down = QVBoxLayout(visit)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(sized(self, tokens.SPACE_XS))
        heading = QHBoxLayout()
        heading.setContentsMargins(sized(self, tokens.SPACE_XS), 0, sized(self, tokens.SPACE_S), 0)
        heading.addWidget(self.name, 1)
        heading.addWidget(self.total)
        down.addLayout(heading)
        down.addWidget(self.goods, 1)
        for pane in (self.act_rows, self.hit_rows, visit):
            self._stack.addWidget(pane)
        self.column.setSpacing(sized(self, tokens.SPACE_M))
        self.column.addWidget(self.search)
        self.column.addWidget(self._stack, 1)
        self.column.addLayout(self._foot())

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(sized(self, tokens.SPACE_S))
        for button, share in (
            (self.hand_over, 5), (self.proxy, 2), (self.order, 2), (self.take_back, 2), (self.phone, 2)
        ):  # fmt: skip
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            row.addWidget(button, share)
        return row

    def _connect(self) -> None:
        self.search.changed.connect(lambda text: self.desk.attempt(lambda: self._typed(text)))
        self.search.entered.connect(lambda text: self.desk.attempt(lambda: self._entered(text)))
        self.hit_rows.chosen.connect(lambda hit: self.desk.attempt(lambda: self._open(hit[1])))
        self.act_rows.chosen.connect(lambda act: self.desk.attempt(lambda: self._open_act(act)))
        for part in (self.search.field, self.hit_rows, self.act_rows, self.goods):
            part.installEventFilter(self)
        self.goods.chosen.connect(self._hand_out)
        self.goods.changed.connect(self._show_taking)
        self.hand_over.clicked.connect(self._hand_out)
        self.proxy.clicked.connect(self._ask_proxy)
        self.order.clicked.connect(self._ask_order)
        self.take_back.clicked.connect(self.undo)
        self.phone.clicked.connect(self._ask_phone)

    # --- what the window asks of a page ---

    def primary(self) -> QWidget | None:
        return self.goods if self._stack.currentIndex() == VISIT else self.search

    def refresh(self, topics: frozenset[str]) -> None:
        """Look again without a word; what was chosen stays chosen."""
        if self._visit is not None:
            self._show_visit(
                queries.visit(self._reader, self._visit.neighbour, now_ms=self._now_ms()), fresh=0
            )
        elif self._stack.currentIndex() == HITS:
            self._typed(self.search.text())
        else:
            self._show_acts()

    def cancel(self) -> bool:
        if self._phone_shown:
            self._phone_shown = False
            self.desk.answer(words.INVITATION)
            return True
        if self._stack.currentIndex() == REST and not self.search.text():
            return False
        self._rest()
        return True

    def undo(self) -> None:
        """Ctrl+Z and F11: the pickup of whoever is shown, else the chosen one, else the last at this desk."""
        act = self._undoable()
        if act is None:
            self.desk.answer(words.refusal(refused(Reason.NOTHING_TO_UNDO)))
            return
        taker = f"由{act.proxy or '别人'}代取" if act.proxied else ""
        dialogs.ask_reason(
            self,
            title="撤销这次取货？",
            sentence=f"{words.who(act.name, act.tail)}，{words.clock_text(act.at_ms, now_ms=self._now_ms())} {taker}"
            f"取走的 {act.pieces} 件会回到货架上。",
            reasons=words.UNDO_REASONS,
            yes="撤销取货",
            then=lambda why: self._do(UndoPickup(act.facts, _reason(why))),
        )

    def on_scan(self, code: str) -> None:
        """Find whose code it is.

        The second scan of the same code finds the same person again and hands nothing out: guns read twice, and
        a phone that is still held up must not give goods away. Handing out takes a key that no gun presses.
        """
        self._write(_printable(code))
        self._tell(self._find(code))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let an Enter that opened somebody open no more than that.

        A key held down repeats, and a hasty hand strikes twice: neither has looked at what it hands out.
        """
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return False
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return False
        if watched is not self.goods:
            self._opened_at = event.timestamp()
            return False
        return event.isAutoRepeat() or 0 < event.timestamp() - self._opened_at < HASTE_MS

    # --- finding ---

    def _find(self, text: str) -> Found | Refused:
        return queries.find(self._reader, text, now_ms=self._now_ms())

    def _typed(self, text: str) -> None:
        """While something is being typed, show who it may be, and say nothing."""
        if self._quiet:
            return
        self._visit = None
        if not text.strip():
            self._turn_to(REST)
            self._show_acts()
            return
        result = self._find(text)
        if isinstance(result, Found):
            self._show_hits(result)
        else:
            self._show_no_hits(*_GO_ON)

    def _entered(self, text: str) -> None:
        if text:
            self._tell(self._find(text))

    def _tell(self, result: Found | Refused) -> None:
        """Show and say what was found; one person is opened, several wait for a number key."""
        self._visit, self._phone_shown = None, False
        if isinstance(result, Refused):
            said = words.refusal(result)
            self._show_no_hits(said.word, _ASK_OTHERWISE)
            self.search.field.setFocus()
            self.search.field.selectAll()
            self.desk.answer(said)
            return
        if result.asked.how is How.PHONE:
            self._write(result.asked.text)  # nobody in the queue needs to read the whole number
        self._found_by = result.asked.how
        said = words.found(result)
        if len(result.neighbours) == 1:
            self._open(result.neighbours[0], said)
        else:
            self._show_hits(result)
            self.hit_rows.setFocus()
            self.desk.answer(said)

    def _write(self, text: str) -> None:
        """Put a text into the box without looking for it."""
        self._quiet = True
        self.search.field.setText(text)
        self._quiet = False

    # --- showing ---

    def _turn_to(self, part: int) -> None:
        self._stack.setCurrentIndex(part)
        for button in (self.hand_over, self.proxy, self.phone):
            button.setVisible(part == VISIT)
        self.order.setVisible(part != VISIT)

    def _rest(self) -> None:
        """Back to the empty box."""
        self._visit, self._found_by, self._phone_shown = None, "", False
        self._write("")
        self._turn_to(REST)
        self._show_acts()
        self.search.clear()

    def _show_acts(self) -> None:
        acts = list(queries.acts_of_day(self._reader, now_ms=self._now_ms()))
        pieces = sum(act.pieces for act in acts if not act.undone)
        heading = Section(f"今天交出 {pieces} 件", "↓ 选一条，Enter 打开，F11 撤销")
        self.acts.replace([heading, *acts] if acts else [])

    def _show_hits(self, result: Found) -> None:
        self._visit = None
        self.hits.replace(list(enumerate(result.neighbours, 1)))
        self.hit_rows.setCurrentIndex(self.hits.index(0, 0))
        self.hit_rows.selectRow(0)
        self._turn_to(HITS)

    def _show_no_hits(self, sentence: str, advice: str) -> None:
        self._visit = None
        self.hit_rows.say_when_empty(sentence, advice, glyph=Glyph.SEARCH)
        self.hits.replace([])
        self._turn_to(HITS)

    def _open(self, neighbour: Neighbour, said: Answer | None = None) -> None:
        """Show one person's goods, all to be taken; Enter hands them out."""
        visit = queries.visit(self._reader, neighbour, now_ms=self._now_ms())
        answer = said or words.waiting(visit.neighbour)
        self._show_visit(visit, fresh=1)
        self.goods.setFocus()
        self.desk.answer(answer)

    def _open_act(self, act: Act) -> None:
        one = queries.neighbour_of(self._reader, act.buyer)
        self._write(one.tail or one.name)
        self._open(one)

    def _show_visit(self, visit: Visit, *, fresh: int) -> None:
        self._visit = visit
        now_ms = self._now_ms()
        today = business_day(now_ms)
        if fresh:
            self.goods.show_visit(visit, today=today, now_ms=now_ms)
        else:
            self.goods.update_visit(visit, today=today, now_ms=now_ms)
        self.name.set_text(words.visit_heading(visit))
        slots = len(visit.neighbour.slots)
        self.total.setText(f"{visit.neighbour.here} 件 · {slots} 处" if slots else "")
        self._turn_to(VISIT)
        self._show_taking()

    def _show_taking(self) -> None:
        """The button says how many pieces go over the counter."""
        taken, total = self.goods.taken, self.goods.total
        said = f"全部交出 {total} 件" if taken == total else f"交出 {taken} 件"
        self.hand_over.set_text(said if total else "没有货可交")
        self.hand_over.setEnabled(self._visit is not None and taken > 0 and not self._busy)
        self.proxy.setEnabled(self.hand_over.isEnabled())

    def _now_ms(self) -> int:
        """The time by the platform's clock."""
        skew: int = self._reader.get("skew_ms", 0)
        return self._clock.now_ms() - skew

    # --- keys ---

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What the part in front leaves over: digits choose a person, letters and digits go on searching."""
        part, text = self._stack.currentIndex(), event.text()
        in_box = self.search.field.hasFocus()
        if in_box and event.key() == Qt.Key.Key_Down:
            (self.hit_rows if part == HITS else self.act_rows).setFocus()
        elif in_box or self._is_command(event):
            super().keyPressEvent(event)
        elif part == HITS and text in tuple("123456789"):
            self._choose(int(text))
        elif event.key() == Qt.Key.Key_Backspace:
            self._go_on_typing(self.search.field.text()[:-1] if part == HITS else "")
        elif text.isprintable() and text:
            self._go_on_typing(self.search.field.text() + text if part == HITS else text)
        else:
            super().keyPressEvent(event)

    def _is_command(self, event: QKeyEvent) -> bool:
        held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        return held != Qt.KeyboardModifier.NoModifier

    def _choose(self, number: int) -> None:
        row = self.hits.at(number - 1)
        if row is not None and not isinstance(row, Section):
            self.desk.attempt(lambda: self._open(row[1]))

    def _go_on_typing(self, text: str) -> None:
        self.search.field.setFocus()
        self.search.field.setText(text)

    # --- doing ---

    def _hand_out(self) -> None:
        """Enter: everything that is ticked goes over the counter; where nothing is here, say once more why."""
        if self._visit is None or self._busy:
            return
        if not self.goods.total:
            result = self._find(self.search.text())
            absence = result.absence if isinstance(result, Found) else None
            self.desk.answer(words.refusal(absence or refused(Reason.NOTHING)))
            return
        self._do(HandOut(self.goods.taking(), found_by=self._found_by))

    def _ask_proxy(self) -> None:
        if self._visit is None or not self.goods.taken:
            return
        one = self._visit.neighbour
        sheet = ProxySheet(words.who(one.name, one.tail), self.goods.taken)
        sheet.done.connect(self._hand_to)
        sheet.open_over(self)

    def _hand_to(self, taker: Taker) -> None:
        self._do(HandOut(self.goods.taking(), taker.name, taker.note, self._found_by))

    def _ask_order(self) -> None:
        one = self._visit.neighbour if self._visit is not None else None
        names = queries.platform_names(self._reader)
        sheet = (
            OrderSheet(names, name=one.name, buyer=one.buyers[0]) if one and one.name else OrderSheet(names)
        )
        sheet.done.connect(self._do)
        sheet.open_over(self)

    def _ask_phone(self) -> None:
        if self._visit is None:
            return
        one = self._visit.neighbour
        if not one.phone_of:
            self.desk.answer(words.refusal(refused(Reason.NO_PHONE)))
            return
        dialogs.ask_reason(
            self,
            title="为什么看整个号码？",
            sentence=f"{words.who(one.name, one.tail)}。看过会留下记录。",
            reasons=words.REVEAL_REASONS,
            yes="看号码",
            then=lambda why: self._do(RevealPhone(one.phone_of, _reason(why))),
        )

    def _undoable(self) -> Act | None:
        if self._visit is not None:
            return next((act for act in self._visit.acts if not act.undone), None)
        chosen = self.act_rows.current_row() if self.act_rows.hasFocus() else None
        if chosen is not None:
            return None if chosen.undone else chosen
        acts = queries.acts_of_day(self._reader, now_ms=self._now_ms())
        return next((act for act in acts if not act.undone and not act.other_pc), None)

    def _do(self, command: object) -> None:
        """One command at a time: a second Enter while the first is being written is no second wish."""
        if not self._busy:
            self._busy = True
            self.desk.do(command, self._done, otherwise=self._let_go)

    def _let_go(self) -> None:
        self._busy = False
        self._show_taking()

    def _done(self, result: Any) -> None:
        self._busy = False
        if isinstance(result, HandedOut | PickupUndone):
            self._rest()
            if isinstance(result, HandedOut):
                self.act_rows.touch(result.facts)
        else:
            self.refresh(self.topics)
        self._phone_shown = isinstance(result, PhoneShown)
        self.desk.answer(words.answer(result))


def _reason(why: dialogs.Reason) -> str:
    return "，".join(part for part in (why.reason, why.note) if part)


def _printable(code: str) -> str:
    """A scan as the box can show it."""
    shown = "".join(letter if letter.isprintable() else "·" for letter in code.strip())
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}…"


def _taker(act: Act) -> str:
    taker = f"{act.proxy or '别人'}代取" if act.proxied else "本人"
    return f"{taker} · 另一台" if act.other_pc else taker


_HIT_COLUMNS = (
    Column[tuple[int, Neighbour]]("", lambda hit: str(hit[0]), width=46, strong=1),
    Column[tuple[int, Neighbour]]("顾客", lambda hit: words.hit_name(hit[1]), strong=1),
    Column[tuple[int, Neighbour]]("尾号", lambda hit: hit[1].tail or "无", width=90),
    Column[tuple[int, Neighbour]](
        "货", lambda hit: f"{hit[1].here} 件" if hit[1].here else "没有货", width=130, tone=words.hit_tone
    ),
    Column[tuple[int, Neighbour]]("货位", lambda hit: "、".join(hit[1].slots), width=230, gives_way=1),
)
