"""The page 货架: what still waits on the shelves, what spoils soonest first, and texts that call people to fetch it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.domain import slots
from app.domain.answers import Answer, Tone
from app.domain.clock import Clock
from app.domain.goods import Count, Zone
from app.domain.refusals import Refused, refused
from app.pickup import queries, words
from app.pickup.actions import CopyReminder, Moved, MoveGoods, PhoneShown, RevealPhone
from app.pickup.queries import ShelfRow
from app.pickup.rules import Reason
from app.pickup.sheets import SlotSheet
from app.store.connection import Reader
from app.ui import dialogs, tokens
from app.ui.buttons import ActionButton, Choice, Weight
from app.ui.desk import Desk
from app.ui.page import Page
from app.ui.rows import Column, RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized

ZONES: tuple[Zone | None, ...] = (None, *Zone)
ALL_PLATFORMS = "全部平台"
LOOK_AGAIN_MS = 30_000
TOPICS = frozenset(
    {
        "PickedUp", "Undone", "Voided", "Shelved", "people", "CrateReceived", "GoodsReceived", "ShortArrived",
        "DamageFound", "ShortFound", "GoodsBagged", "ReminderCopied", "GoodsAnnounced", "PolicySet",
    }
)  # fmt: skip


class _Time:
    """The time at which the list was read; its columns need it to say how long is left."""

    now_ms = 0


class ShelfPage(Page):
    """One list by zone; F9 and F10 copy masked texts, F11 moves goods, F12 shows a phone for a reason."""

    title = "货架"
    glyph = Glyph.SHELF
    topics = TOPICS
    invitation = Answer(Tone.INFO, "货架上的货", "快坏的排在最前。扫货位或取件码能找到那一行。")
    invitation_glyph = Glyph.SHELF

    def __init__(self, desk: Desk, reader: Reader, clock: Clock) -> None:
        super().__init__(desk)
        self._reader, self._clock = reader, clock
        self._time = _Time()
        self._all: list[ShelfRow] = []
        self._undo: MoveGoods | None = None
        self._phone_shown = False
        self.zones = Choice("温区", ["全部", *(words.ZONES[zone] for zone in Zone)])
        self.rows = RowsModel[ShelfRow](self._columns(), key=lambda row: (row.lot, row.slot))
        self.view = RowsView("货架上的货", self.rows)
        self._platform = ""
        self.platform = ActionButton(ALL_PLATFORMS, key="6")
        self.group = ActionButton("群文案", key="F9", weight=Weight.PRIMARY)
        self.remind = ActionButton("催这位", key="F10")
        self.move_goods = ActionButton("只挪这一样", key="F11")
        self.phone = ActionButton("电话", key="F12")
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_AGAIN_MS)
        self._arrange()
        self._connect()

    def _columns(self) -> tuple[Column[ShelfRow], ...]:
        time = self._time
        return (
            Column(
                "状态",
                lambda row: words.GRADES[row.grade],
                width=112,
                tone=lambda row: words.GRADE_TONES[row.grade],
            ),
            Column("货位", lambda row: row.slot, width=76, strong=1),
            Column("顾客", words.short_who, width=132),
            Column("商品", lambda row: f"{row.pieces} × {row.product}"),
            Column("时限", lambda row: words.due(row, now_ms=time.now_ms), width=136),
            Column("催过", lambda row: words.reminded(row, now_ms=time.now_ms), width=84, gives_way=1),
            Column("温区", lambda row: words.ZONES[row.zone], width=76, gives_way=2),
            Column("平台", lambda row: row.platform, width=110, gives_way=3),
        )

    def _arrange(self) -> None:
        self.view.say_when_empty("货架是空的", "签收的货上架后，会按快坏的先后排在这里。", glyph=Glyph.SHELF)
        self.column.setSpacing(sized(self, tokens.SPACE_M))
        self.column.addWidget(self.zones)
        self.column.addWidget(self.view, 1)
        row = QHBoxLayout()
        row.setSpacing(sized(self, tokens.SPACE_S))
        for button, share in (
            (self.group, 6), (self.remind, 6), (self.move_goods, 8), (self.phone, 5), (self.platform, 6)
        ):  # fmt: skip
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            row.addWidget(button, share)
        self.column.addLayout(row)

    def _connect(self) -> None:
        self.zones.chosen.connect(lambda _: self.desk.attempt(self._filter))
        self.platform.clicked.connect(lambda: self.desk.attempt(self._next_platform))
        self.view.chosen.connect(lambda _: self._copy_one())
        self.group.clicked.connect(self._copy_group)
        self.remind.clicked.connect(self._copy_one)
        self.move_goods.clicked.connect(self._ask_slot)
        self.phone.clicked.connect(self._ask_phone)
        self._timer.timeout.connect(lambda: self.desk.attempt(self._look_again))

    # --- what the window asks of a page ---

    def primary(self) -> QWidget | None:
        return self.view

    def activated(self) -> None:
        self._timer.start()

    def hideEvent(self, event: Any) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def refresh(self, topics: frozenset[str]) -> None:
        self._look_again()

    def cancel(self) -> bool:
        if self._phone_shown:
            self._phone_shown = False
            self.desk.answer(self.invitation)
            return True
        if self.zones.index > 0 or self._platform:
            self._show_everything()
            return True
        return False

    def undo(self) -> None:
        """Ctrl+Z: the goods go back to the slot from which they were moved."""
        command, self._undo = self._undo, None
        if command is None:
            super().undo()
        else:
            self.desk.do(command, self._say)

    def on_scan(self, code: str) -> None:
        """A slot's label or a pickup code finds its row."""
        self._show_everything()
        slot = slots.read_slot(code, slots.all_slots(self._reader.get("slots")))
        if slot is not None:
            self._point_at([row for row in self._all if row.slot == slot], nothing=words.empty_slot(slot))
            return
        found = queries.find(self._reader, code, now_ms=self._now_ms())
        if isinstance(found, Refused):
            self.desk.answer(words.refusal(found))
            return
        buyers = {buyer for one in found.neighbours for buyer in one.buyers}
        mine = [row for row in self._all if buyers & set(row.buyers)]
        self._point_at(mine, nothing=words.found(found))

    def _point_at(self, found: Sequence[ShelfRow], *, nothing: Answer) -> None:
        if not found:
            self.desk.answer(nothing)
            return
        self.view.touch((found[0].lot, found[0].slot))
        self.view.setFocus()
        self.desk.answer(words.on_shelf(found))

    # --- showing ---

    def _look_again(self) -> None:
        self._time.now_ms = self._now_ms()
        self._all = queries.shelf(self._reader, now_ms=self._time.now_ms)
        self._filter()

    def _filter(self) -> None:
        shown = self._shown()
        self.platform.set_text(self._platform or ALL_PLATFORMS)
        self.platform.setVisible(bool(self._platform) or len({row.platform for row in self._all}) > 1)
        self.rows.replace(shown)
        self.view.viewport().update()
        if self.view.current_row() is None and shown:
            self.view.setCurrentIndex(self.rows.index(0, 0))
            self.view.selectRow(0)
        for button in (self.group, self.remind, self.move_goods, self.phone):
            button.setEnabled(bool(shown))

    def _shown(self) -> list[ShelfRow]:
        zone = ZONES[max(0, self.zones.index)]
        return [row for row in self._all if zone in (None, row.zone) and self._platform in ("", row.platform)]

    def _show_everything(self) -> None:
        self._platform = ""
        self.zones.choose(0)
        self._filter()

    def _next_platform(self) -> None:
        """Show one platform's goods after the other, then all again."""
        names = ["", *sorted({row.platform for row in self._all})]
        at = names.index(self._platform) if self._platform in names else -1
        self._platform = names[(at + 1) % len(names)]
        self._filter()

    def _now_ms(self) -> int:
        """The time by the platform's clock."""
        skew: int = self._reader.get("skew_ms", 0)
        return self._clock.now_ms() - skew

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits choose a zone, 6 the next platform."""
        digit = event.text()
        if digit == "6" and self.platform.isVisible():
            self.desk.attempt(self._next_platform)
        elif digit in tuple("12345") and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zones.choose(int(digit) - 1)
        else:
            super().keyPressEvent(event)

    # --- doing ---

    def _copy_group(self) -> None:
        """The text for the village's chat: of the chosen zone, or of all."""
        rows = self._shown()
        self._copy(rows, words.group_text(rows, shop=self._shop(), now_ms=self._now_ms()))

    def _copy_one(self) -> None:
        row = self._current()
        if row is not None:
            rows = [one for one in self._all if one.key == row.key]
            self._copy(rows, words.buyer_text(rows, shop=self._shop(), now_ms=self._now_ms()))

    def _copy(self, rows: Sequence[ShelfRow], text: str) -> None:
        lots = tuple(row.lot for row in rows)
        self.desk.do(CopyReminder(lots), lambda result: self._copied(rows, text, result))

    def _copied(self, rows: Sequence[ShelfRow], text: str, result: Any) -> None:
        self._look_again()
        if isinstance(result, Refused):
            self.desk.answer(words.refusal(result))
            return
        QGuiApplication.clipboard().setText(text)
        self.desk.answer(words.copied(rows))

    def _ask_slot(self) -> None:
        row = self._current()
        if row is not None:
            sheet = SlotSheet(f"{words.short_who(row)} 的 {row.product} {row.pieces} 件，现在在 {row.slot}。")
            sheet.done.connect(lambda slot: self._move(row, slot))
            sheet.open_over(self)

    def _move(self, row: ShelfRow, slot: str) -> None:
        self._undo = None
        goods = (Count(row.lot, row.pieces, row.slot),)
        self.desk.do(MoveGoods(goods, slot), lambda result: self._moved(row, result))

    def _moved(self, row: ShelfRow, result: Any) -> None:
        if isinstance(result, Moved):
            self._undo = MoveGoods((Count(row.lot, row.pieces, result.slot),), row.slot)
        self._say(result)

    def _ask_phone(self) -> None:
        row = self._current()
        if row is None:
            return
        if not row.phone_of:
            self.desk.answer(words.refusal(refused(Reason.NO_PHONE)))
            return
        dialogs.ask_reason(
            self,
            title="为什么看整个号码？",
            sentence=f"{words.who(row.name, row.tail)}。看过会留下记录。",
            reasons=words.REVEAL_REASONS,
            yes="看号码",
            then=lambda why: self._reveal(row, "，".join(part for part in (why.reason, why.note) if part)),
        )

    def _reveal(self, row: ShelfRow, why: str) -> None:
        self.desk.do(RevealPhone(row.phone_of, why), self._say)

    def _say(self, result: Any) -> None:
        self._look_again()
        self._phone_shown = isinstance(result, PhoneShown)
        self.desk.answer(words.answer(result))

    def _current(self) -> ShelfRow | None:
        row: ShelfRow | None = self.view.current_row()
        return row

    def _shop(self) -> str:
        return str(self._reader.get("point_name", "")) or "自提点"
