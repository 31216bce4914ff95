"""What still lies on the dock before a wave is done: announced goods by product, damaged and surplus pieces aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.dock import words
from app.dock.queries import AsideRow, ClearRow, DockRow
from app.domain.answers import Tone
from app.domain.goods import Shortfall, Zone
from app.ui import tokens
from app.ui.panels import StatTile
from app.ui.rows import Column, RowsModel, Section
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Lying:
    """One row: a product on the dock (`dock`), or pieces set aside."""

    key: str
    product: str
    boxes: str
    count: str
    state: str
    tone: Tone
    dock: DockRow | None = None


def columns() -> tuple[Column[Lying], ...]:
    """The columns of the list."""
    return (
        Column("商品", lambda row: row.product, strong=1),
        Column("来自", lambda row: row.boxes, width=190, gives_way=1),
        Column("件数", lambda row: row.count, width=110, align=_RIGHT, strong=1),
        Column("状态", lambda row: row.state, width=150, tone=lambda row: row.tone),
    )


class ClearPane(QWidget):
    """Three numbers, and the list of what lies where."""

    def __init__(self) -> None:
        super().__init__()
        self.on_dock = StatTile("月台上还有")
        self.damaged = StatTile("破损放一边")
        self.surplus = StatTile("多发放一边")
        self.model = RowsModel(columns(), key=lambda row: row.key)
        self.view = RowsView("月台上的货", self.model)
        self.view.say_when_empty("月台空了", "一件不剩。按 F12 记下清场。", glyph=Glyph.CHECK)
        self.rows: list[DockRow] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(sized(self, tokens.SPACE_M))
        self._tiles = QWidget()
        tiles = QHBoxLayout(self._tiles)
        tiles.setContentsMargins(0, 0, 0, 0)
        tiles.setSpacing(sized(self, tokens.SPACE_M))
        for tile in (self.on_dock, self.damaged, self.surplus):
            tiles.addWidget(tile, 1)
        column.addWidget(self._tiles)
        column.addWidget(self.view, 1)

    def slim(self, *, on: bool) -> None:
        """Without the three numbers, where the screen is low: the sections say them too."""
        self._tiles.setHidden(on)

    @property
    def pieces(self) -> int:
        """Announced pieces on the dock, as shown."""
        return sum(row.pieces for row in self.rows)

    def show_goods(self, rows: Sequence[DockRow], aside: Sequence[AsideRow], clear: ClearRow) -> None:
        """Show what lies on the dock and beside it."""
        self.rows = list(rows)
        sums = {about: sum(row.pieces for row in aside if row.about is about) for about in Shortfall}
        self.on_dock.show_number(str(self.pieces), tone=Tone.LOOK if self.pieces else Tone.OK)
        self.damaged.show_number(str(sums[Shortfall.DAMAGED]))
        self.surplus.show_number(str(sums[Shortfall.OVER]))
        said = "按 F12 记下清场。" if not clear.cleared_ms else f"{words.cleared_text(clear)}清过场了。"
        self.view.say_when_empty("月台空了", said, glyph=Glyph.CHECK)
        self.model.replace([*self._lying(), *_aside(aside)])

    def point_at(self, barcode: str) -> DockRow | None:
        """The product on the dock with this bar code, brought into sight; none where it does not lie here."""
        found = next((row for row in self.rows if row.barcode == barcode), None)
        if found is not None:
            self.view.touch(_key(found))
        return found

    def _lying(self) -> list[Lying | Section]:
        made: list[Lying | Section] = []
        for zone in Zone:
            rows = [row for row in self.rows if row.zone is zone]
            if rows:
                pieces = sum(row.pieces for row in rows)
                made.append(Section(f"{words.ZONES[zone]} · 还在月台上", f"{len(rows)} 种 {pieces} 件"))
                made += [_lies(row) for row in rows]
        return made


def _lies(row: DockRow) -> Lying:
    more = f" 等 {len(row.boxes)} 箱" if len(row.boxes) > 1 else ""
    boxes = f"{row.boxes[0]}{more}" if row.boxes else ""
    return Lying(_key(row), row.product, boxes, f"{row.pieces} 件", "等分拣", Tone.LOOK, row)


def _key(row: DockRow) -> str:
    return f"dock:{row.barcode}:{row.product}"


def _aside(rows: Sequence[AsideRow]) -> list[Lying | Section]:
    made: list[Lying | Section] = []
    for about in (Shortfall.DAMAGED, Shortfall.OVER):
        mine = [row for row in rows if row.about is about]
        if mine:
            name = words.DIFFERENCES[about]
            made.append(Section(f"{name} · 放一边", f"{sum(row.pieces for row in mine)} 件"))
            made += [
                Lying(
                    f"{about}:{row.barcode}:{row.product}",
                    row.product,
                    row.barcode,
                    f"{row.pieces} 件",
                    name,
                    Tone.INFO,
                )
                for row in mine
            ]
    return made
