"""The questions of the wall's page: what is in a crate, how labels are printed, and what else can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from app.sorting import words
from app.sorting.labels import CrateLabel, Paper, draw_label
from app.sorting.queries import Content, CrateCard
from app.ui import tokens
from app.ui.buttons import Choice
from app.ui.panels import label
from app.ui.rows import Column, RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized
from app.ui.sheet import Sheet

MOST_PRINTERS = 5


def _content_columns() -> tuple[Column[Content], ...]:
    return (
        Column("商品", lambda row: row.product, strong=1),
        Column("件数", lambda row: str(row.pieces), width=90),
    )


class ContentSheet(Sheet):
    """Shows what is in a crate; Enter takes the chosen line out, where the crate is open."""

    def __init__(self, card: CrateCard) -> None:
        crate = card.crate
        self._open = crate.takes_goods
        state, _ = words.state_of(crate)
        super().__init__(
            f"{crate.slot}　{card.name}",
            sentence=f"{crate.crate} · {words.ZONES_BY_TEXT[crate.zone]} · {card.pieces} 件 · {state}",
            yes="取出这一行",
            no="关闭",
            width=640,
        )
        self.model = RowsModel(_content_columns(), key=lambda row: row.lot)
        self.view = RowsView("筐里的货", self.model)
        self.view.setMinimumHeight(sized(self, 300))
        self.view.say_when_empty("筐是空的", "还没有货放进来。", glyph=Glyph.BOX)
        self.model.replace(list(card.contents))
        self.body.addWidget(self.view)
        self.view.pointed.connect(lambda _: self.refresh())
        self.view.chosen.connect(lambda _: self.accept())

    def primary(self) -> QWidget:
        return self.view

    def result(self) -> Content | None:
        row = self.view.current_row()
        return row if self._open and isinstance(row, Content) else None


@dataclass(frozen=True, slots=True)
class Printing:
    """On what labels go: a printer, or none for a PDF, and which paper."""

    printer: str
    paper: Paper


class PrintSheet(Sheet):
    """Asks where labels are printed, and on what."""

    def __init__(self, labels: Sequence[CrateLabel], printers: Sequence[str], before: Printing) -> None:
        super().__init__(
            f"打印 {len(labels)} 张筐标签", sentence="← → 选，Enter 打印。", yes="打印", width=640
        )
        self._printers = [*printers[:MOST_PRINTERS], ""]
        named = [name or "存成 PDF" for name in self._printers]
        start = self._printers.index(before.printer) if before.printer in self._printers else 0
        self._where = Choice("打印机", named, columns=2, start=start)
        papers = ("标签纸 70×42 毫米", "A4 纸，一张 21 个")
        self._paper = Choice("纸", papers, start=list(Paper).index(before.paper))
        shown = label("", "muted")
        shown.setPixmap(_preview(labels[0], sized(self, 168)))
        for widget in (shown, label("打印机", "strong"), self._where, label("纸", "strong"), self._paper):
            self.body.addWidget(widget)

    def primary(self) -> QWidget:
        return self._where

    def result(self) -> Printing:
        return Printing(self._printers[max(0, self._where.index)], list(Paper)[self._paper.index])


def _preview(first: CrateLabel, height: int) -> QPixmap:
    """The first label as it will look, with the edge of its paper."""
    whole = QPixmap.fromImage(draw_label(first))
    picture = whole.scaledToHeight(height, Qt.TransformationMode.SmoothTransformation)
    painter = QPainter(picture)
    painter.setPen(QPen(QColor(tokens.LINE_STRONG), 1))
    painter.drawRect(picture.rect().adjusted(0, 0, -1, -1))
    painter.end()
    return picture
