"""The list under the board: the next stops of a way, or the products that wait on the dock; and what is left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.answers import Tone
from app.sorting import words
from app.sorting.queries import ProductRow, Standing
from app.sorting.way import Way
from app.ui import tokens
from app.ui.panels import chip_padding, paint_chip
from app.ui.rows import Column, Section
from app.ui.shapes import font_of, sized

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Shown:
    """One row: a stop of the way, or a product to fetch."""

    key: str
    place: str
    what: str
    count: str
    state: str
    tone: Tone
    product: ProductRow | None = None


def columns() -> tuple[Column[Shown], ...]:
    """The columns of the list."""
    return (
        Column("格口", lambda row: row.place, width=124, strong=1),
        Column("放什么、给谁", lambda row: row.what),
        Column("件数", lambda row: row.count, width=90, align=_RIGHT, strong=1),
        Column("", lambda row: row.state, width=150, tone=lambda row: row.tone, gives_way=1),
    )


def step_listing(way: Way) -> list[Shown | Section]:
    """The stops behind the one on the board."""
    rest = way.ahead[1:]
    left = sum(step.pieces for step in rest)
    title = Section("接下来", f"还有 {len(rest)} 格 {left} 件" if rest else "这是最后一格")
    return [
        title,
        *(
            Shown(
                key=step.point,
                place=step.slot,
                what=step.name,
                count=str(step.pieces),
                state="跳过的" if step.point in way.skipped else f"线路 {step.route}",
                tone=Tone.LOOK if step.point in way.skipped else Tone.INFO,
            )
            for step in rest
        ),
    ]


def product_listing(rows: Iterable[ProductRow]) -> list[Shown | Section]:
    """What to fetch next, a section for each wave."""
    shown: list[Shown | Section] = []
    zone = None
    known = list(rows)
    for row in known:
        if row.zone is not zone:
            zone = row.zone
            pieces = sum(other.pieces for other in known if other.zone is zone)
            last = "，最后再拿出来" if zone == "frozen" else ""
            shown.append(Section(f"{words.ZONES[zone]}{last}", f"待分 {pieces} 件"))
        shown.append(
            Shown(
                key=f"{row.barcode}/{row.product}",
                place=f"{row.points} 格",
                what=row.product,
                count=str(row.pieces),
                state=words.ZONES[row.zone],
                tone=Tone.INFO,
                product=row,
            )
        )
    return shown


class LeftStrip(QWidget):
    """One line over the board: which wave runs, what is left of each zone, and who sorts here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wave = self._who = ""
        self._left: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_standing(self, standing: Standing, *, stretch: int) -> None:
        """Show how far the sorting is."""
        self._wave = words.wave(standing)
        self._left = tuple(
            f"{words.ZONES[zone]} {pieces}"
            for zone, pieces in standing.left
            if pieces and zone is not standing.zone
        )
        where = f"第 {stretch} 段墙　" if stretch else ""
        self._who = f"{where}工号 {standing.sorter} 今晚 {standing.mine} 件" if standing.sorter else where
        self.setAccessibleName("；".join(self.words()))
        self.update()

    def words(self) -> list[str]:
        """What is drawn, as text."""
        return [part for part in (self._wave, *self._left, self._who) if part]

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 640), sized(self, 34))

    def minimumSizeHint(self) -> QSize:
        return QSize(sized(self, 320), sized(self, 34))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(font_of(self, "section", bold=True))
        painter.setPen(QColor(tokens.INK))
        area = QRectF(self.rect())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self._wave)
        left = painter.fontMetrics().horizontalAdvance(self._wave) + sized(self, 16)
        painter.setFont(font_of(self, "body"))
        painter.setPen(QColor(tokens.MUTED))
        who = painter.fontMetrics().horizontalAdvance(self._who)
        painter.drawText(area, _RIGHT, self._who)
        for part in self._left:
            painter.setFont(font_of(self, "small"))
            width = painter.fontMetrics().horizontalAdvance(part) + chip_padding(self, Tone.INFO)
            if left + width > area.right() - who - sized(self, 16):
                break
            paint_chip(painter, QRectF(left, area.top() + 1, width, area.height() - 2), part, Tone.INFO, self)
            left += width + sized(self, 8)
