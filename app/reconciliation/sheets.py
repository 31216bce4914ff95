"""The questions of the close: how a difference ended, cash in or out, an appeal, and whose bill a file is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.reconciliation import words
from app.reconciliation.actions import (
    LONGEST_NOTE,
    AppealDeduction,
    MoveCash,
    NoteDifference,
    SettleDifference,
)
from app.reconciliation.pieces import empty
from app.reconciliation.queries import DeductionRow, DifferenceRow, ShelfLot
from app.reconciliation.rules import amount_fen, may_note, needs_lot, ways
from app.ui.buttons import ActionButton, Choice, Stepper
from app.ui.fields import Field, NoteBox
from app.ui.ime import Writing
from app.ui.panels import label
from app.ui.photo import Camera, Photo, ask_photo
from app.ui.shapes import Glyph
from app.ui.sheet import Sheet

MOST_LOTS: Final = 8
LEAVE: Final = "先留着"
HINTS: Final = {
    "found": "货或钱找到了，账不用改。",
    "handed_out": "邻居取走时忘了点，现在补记一笔取货。",
    "came_short": "到货时就少了，转成到货短少，可以向站点申报。",
    "damaged": "坏在架上了，转到破损。",
    "misplaced": "货其实该在别的货位，账跟着改到这里。",
    "surplus": "谁都没订，请放到“多发”货位，等站点来问。",
    "paid": "平台或站点已经补上。",
    "returned": "已经交还给站点。",
    "borne": "算本店的损失，不再追。",
    "kept": "先收着，等有人来问。",
}


class SettleSheet(Sheet):
    """How did a difference end? Digits choose; some ends ask for the goods and how many. Yields the command."""

    def __init__(
        self, row: DifferenceRow, *, here: Sequence[ShelfLot], elsewhere: Sequence[ShelfLot]
    ) -> None:
        title = words.about_word(row.about, note=row.note, pieces=row.pieces, fen=row.fen)
        about = "，".join(
            part
            for part in (
                words.day_word(row.day),
                row.product,
                words.size_word(row.about, row.pieces, row.fen),
            )
            if part
        )
        super().__init__(title, sentence=f"{about}。怎么了结？", yes="了结", width=680)
        self._row, self._here, self._elsewhere = row, here, elsewhere
        self._ways = ways(row.about, pieces=row.pieces, fen=row.fen)
        names = [words.HOW_WORDS[way] for way in self._ways]
        self._way = Choice("怎么了结", [*names, LEAVE] if may_note(row.about) else names, columns=3, start=-1)
        self._hint = label("", "muted", wraps=1)
        self._more = QVBoxLayout()
        self._lots: list[ShelfLot] = []
        self._lot: Choice | None = None
        self._pieces: Stepper | None = None
        self._note: Field | None = None
        self.body.addWidget(self._way)
        self.body.addWidget(self._hint)
        self.body.addLayout(self._more)
        self._way.chosen.connect(self._chose_way)

    def result(self) -> SettleDifference | NoteDifference | None:
        if self._way.index < 0:
            return None
        if self._note is not None:
            note = self._note.text().strip()
            return NoteDifference(self._row.difference, note) if note else None
        how = self._ways[self._way.index]
        if not needs_lot(self._row.about, how, pieces=self._row.pieces):
            return SettleDifference(self._row.difference, how)
        if self._lot is None or self._lot.index < 0:
            return None
        lot = self._lots[self._lot.index]
        pieces = self._pieces.value if self._pieces else 1
        return SettleDifference(self._row.difference, how, lot.lot, pieces)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().isdecimal() and event.text() != "0":
            self._way.keyPressEvent(event)
            return
        super().keyPressEvent(event)

    def _chose_way(self, at: int) -> None:
        empty(self._more)
        self._lot, self._pieces, self._note, self._lots = None, None, None, []
        if at == len(self._ways):
            self._ask_note()
            return
        how = self._ways[at]
        self._hint.setText(HINTS.get(how, ""))
        if needs_lot(self._row.about, how, pieces=self._row.pieces):
            self._ask_lot(list(self._elsewhere if how == "misplaced" else self._here)[:MOST_LOTS])
        self.refresh()

    def _ask_note(self) -> None:
        self._hint.setText("不了结，写一句现在知道的，以后接着查。")
        self._note = Field("原因", hint="例如：可能和隔壁货位放混了", writing=Writing.CHINESE)
        self._note.textChanged.connect(self.refresh)
        self._more.addWidget(self._note)
        QTimer.singleShot(0, self, self._note.setFocus)
        self.refresh()

    def _ask_lot(self, lots: list[ShelfLot]) -> None:
        self._lots = lots
        if not lots:
            self._more.addWidget(label("账上这里没有别的商品可以选，请换一个办法。", "error", wraps=1))
            return
        self._more.addWidget(label("是哪一件？", "strong"))
        names = [f"{lot.product} ×{lot.pieces}  {lot.code}".strip() for lot in lots]
        self._lot = Choice(
            "是哪一件", names, columns=1 if len(lots) < 4 else 2, start=0 if len(lots) == 1 else -1
        )
        self._lot.chosen.connect(lambda _: self._chose_lot())
        self._more.addWidget(self._lot)
        QTimer.singleShot(0, self, self._lot.focus_first)  # digits choose the goods from now on
        if abs(self._row.pieces) > 1:
            self._pieces = Stepper(
                "几件", lowest=1, highest=abs(self._row.pieces), value=abs(self._row.pieces)
            )
            self._more.addWidget(self._pieces)
            self._chose_lot()

    def _chose_lot(self) -> None:
        if self._pieces and self._lot and self._lot.index >= 0:
            self._pieces.set_value(min(abs(self._row.pieces), self._lots[self._lot.index].pieces))
        self.refresh()


class CashSheet(Sheet):
    """Cash into or out of the drawer, with why. Yields the command."""

    WHY: Final = (("备用金", "换零钱", "其他"), ("取走货款", "换零钱", "其他"))

    def __init__(self) -> None:
        super().__init__(
            "钱箱进出", sentence="放零钱、取货款都记一笔，点钱时才对得上。", yes="记下", width=600
        )
        self._way = Choice("放进还是拿出", ("放进", "拿出"))
        self._amount = Field("金额")
        self._amount.setProperty("figure", "true")
        self._amount.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._why = QVBoxLayout()
        self._reason = Choice("为什么", self.WHY[0])
        self._note = Field("说明", hint="说明（可以不填）", writing=Writing.CHINESE)
        for widget in (self._way, label("多少钱（元）", "muted"), self._amount):
            self.body.addWidget(widget)
        self.body.addLayout(self._why)
        self._why.addWidget(self._reason)
        self.body.addWidget(self._note)
        self._way.chosen.connect(self._turn)
        self._amount.textChanged.connect(self._check)

    def primary(self) -> QWidget:
        return self._amount

    def result(self) -> MoveCash | None:
        fen = amount_fen(self._amount.text())
        if not fen or fen < 0:
            return None
        note = self._note.text().strip()
        why = "，".join(part for part in (self._reason.text(), note) if part)[:LONGEST_NOTE]
        return MoveCash(fen if self._way.index == 0 else -fen, why)

    def _turn(self, at: int) -> None:
        empty(self._why)
        self._reason = Choice("为什么", self.WHY[at])
        self._why.addWidget(self._reason)

    def _check(self, text: str) -> None:
        wrong = bool(text.strip()) and self.result() is None
        self.say("请写成 200 或 35.50 这样的金额，最多 10 万元。" if wrong else "")
        self.refresh()


class AppealSheet(Sheet):
    """An objection to a deduction: a note, and photos if there are any. Yields the command."""

    def __init__(self, row: DeductionRow, camera: Camera) -> None:
        about = f"{words.day_word(row.day)}，{row.why}，{row.product}".rstrip("，")
        super().__init__("扣款申诉", sentence=f"{about}。写清楚为什么不该扣。", yes="提出申诉", width=640)
        self._row, self._camera = row, camera
        self._photos: list[Photo] = []
        self._note = NoteBox("申诉理由", hint="例如：货当天 9 点已签收，照片在后面。")
        self._add = ActionButton("加照片", glyph=Glyph.CAMERA)
        self._note.textChanged.connect(self.refresh)
        self._add.clicked.connect(self._ask_photo)
        self.body.addWidget(self._note)
        self.body.addWidget(self._add)

    def primary(self) -> QWidget:
        return self._note

    def result(self) -> AppealDeduction | None:
        note = self._note.toPlainText().strip()
        if not note:
            return None
        return AppealDeduction(self._row.deduction, note, tuple(photo.jpeg for photo in self._photos))

    def _ask_photo(self) -> None:
        ask_photo(self, title="申诉照片", camera=self._camera, then=self._took)

    def _took(self, photo: Photo) -> None:
        self._photos.append(photo)
        self._add.set_text(f"已加 {len(self._photos)} 张，再加一张")


class PickSheet(Sheet):
    """One of a list of words; digits choose. Yields the position."""

    def __init__(self, title: str, options: Sequence[str], *, sentence: str = "", start: int = -1) -> None:
        super().__init__(title, sentence=sentence, yes="下一步", width=640)
        self._options = Choice(title, options, columns=2 if len(options) > 3 else 1, start=start)
        self._options.chosen.connect(lambda _: self.refresh())
        self.body.addWidget(self._options)

    def result(self) -> int | None:
        return self._options.index if self._options.index >= 0 else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().isdecimal() and event.text() != "0":
            self._options.keyPressEvent(event)
            return
        super().keyPressEvent(event)
