"""Sheets of paper as a PDF: A4, the bundled print, a head on every page, tables whose heads are repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QFile, QIODevice, QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from app.ui import tokens
from app.ui.fonts import counter_font, load_bundled_fonts

DPI: Final = 288
"""Four device units a point, so that measures below are in points."""
UNIT: Final = 4
MARGIN_MM: Final = 15
WIDE: Final = 510.0
TALL: Final = 757.0
HEAD: Final = 58.0
FOOT: Final = 34.0
ROW: Final = 19.0
GUTTER: Final = 14.0
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Row:
    """One printed line: cells, and how it looks (title, head, row, strong, total, note, sign, gap, page)."""

    cells: tuple[str, ...]
    look: str = "row"
    widths: tuple[float, ...] = (1.0,)
    aligned: str = "l"

    @property
    def height(self) -> float:
        """In points."""
        return {"title": 30.0, "gap": 10.0, "head": 21.0, "strong": 26.0, "page": 0.0}.get(self.look, ROW)


@dataclass(frozen=True, slots=True)
class Paper:
    """One sheet of as many pages as it needs: head at the left and right, a quiet line below, and its rows."""

    name: str
    kind: str
    line: str
    rows: tuple[Row, ...]


def write_papers(papers: Sequence[Paper], path: Path, *, title: str, made: str) -> Path:
    """Write the sheets into one file, whole or not at all; raises ``OSError``. Returns where it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    out = QFile(str(part))
    if not out.open(QIODevice.OpenModeFlag.WriteOnly):
        raise OSError(out.errorString())
    try:
        _paint(papers, out, title, made)
        failed = not out.flush() or out.error() != QFile.FileError.NoError
    finally:
        out.close()
    if failed:
        part.unlink(missing_ok=True)
        raise OSError(out.errorString())
    part.replace(path)
    return path


def _paint(papers: Sequence[Paper], out: QFile, title: str, made: str) -> None:
    writer = QPdfWriter(out)
    writer.setTitle(title)
    writer.setCreator("格驿")
    writer.setResolution(DPI)
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            margins,
            QPageLayout.Unit.Millimeter,
        )
    )
    painter = QPainter(writer)
    painter.scale(UNIT, UNIT)
    sheet, first = _Sheet(painter, made), 1
    for paper in papers:
        pages = paginate(paper.rows)
        for number, page in enumerate(pages, 1):
            if not first:
                writer.newPage()
            first = 0
            sheet.page(paper, page, number=number, of=len(pages))
    painter.end()


def paginate(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows onto pages: a title or head never stands alone at a page's end, and a table's head is repeated.

    A `page` row begins a new page.
    """
    pages: list[list[Row]] = [[]]
    left, head = TALL - HEAD - FOOT, None
    for at, row in enumerate(rows):
        head = row if row.look == "head" else (None if row.look in ("title", "gap", "page") else head)
        needed = row.height + sum(next_row.height for next_row in _kept_with(rows, at))
        if (needed > left or row.look == "page") and pages[-1]:
            pages.append([])
            left = TALL - HEAD - FOOT
            if head is not None and row is not head:
                pages[-1].append(head)
                left -= head.height
        if row.look != "page":
            pages[-1].append(row)
            left -= row.height
    return pages


def _kept_with(rows: Sequence[Row], at: int) -> Sequence[Row]:
    """What must stand on the same page as a title or a head."""
    keep = {"title": 2, "head": 1}.get(rows[at].look, 0)
    return rows[at + 1 : at + 1 + keep]


class _Sheet:
    """Paints rows in points."""

    def __init__(self, painter: QPainter, made: str) -> None:
        self._painter, self._made = painter, made
        self._families = load_bundled_fonts()

    def page(self, paper: Paper, rows: Sequence[Row], *, number: int, of: int) -> None:
        """One page with its head and foot."""
        self._head(paper)
        top = HEAD
        for row in rows:
            self._row(row, top)
            top += row.height
        self._foot(f"第 {number} 页，共 {of} 页")

    def _head(self, paper: Paper) -> None:
        self._text(QRectF(0, 0, WIDE * 0.72, 26), paper.name, 15, bold=1)
        self._text(QRectF(WIDE * 0.5, 0, WIDE * 0.5, 26), paper.kind, 15, bold=1, align=_RIGHT)
        self._text(QRectF(0, 24, WIDE, 18), paper.line, 10, ink=tokens.MUTED)
        self._rule(46, tokens.INK, 1.0)

    def _foot(self, page: str) -> None:
        top = TALL - 18
        self._rule(top - 3, tokens.LINE, 0.6)
        self._text(QRectF(0, top, WIDE, 16), self._made, 8.5, ink=tokens.MUTED)
        self._text(QRectF(0, top, WIDE, 16), page, 8.5, ink=tokens.MUTED, align=_RIGHT)

    def _row(self, row: Row, top: float) -> None:
        size, bold, ink = {
            "title": (12.5, 1, tokens.INK),
            "head": (9.0, 0, tokens.MUTED),
            "note": (9.5, 0, tokens.MUTED),
            "total": (10.0, 1, tokens.INK),
            "strong": (15.0, 1, tokens.INK),
        }.get(row.look, (10.0, 0, tokens.INK))
        left = 0.0
        for cell, width, side in zip(row.cells, row.widths, row.aligned, strict=False):
            last = left + WIDE * width > WIDE - 1
            place = QRectF(left, top, WIDE * width - (0 if last else GUTTER), row.height)
            self._text(place, cell, size, bold=bold, ink=ink, align=_RIGHT if side == "r" else _LEFT)
            left += WIDE * width
        if row.look in ("head", "row", "total"):
            self._rule(top + row.height, tokens.LINE_STRONG if row.look == "head" else tokens.LINE, 0.5)

    def _text(
        self,
        place: QRectF,
        text: str,
        size: float,
        *,
        bold: int = 0,
        ink: str = tokens.INK,
        align: Qt.AlignmentFlag = _LEFT,
    ) -> None:
        painter = self._painter
        painter.setFont(self._font(size, bold))
        painter.setPen(QColor(ink))
        words_that_fit = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, int(place.width())
        )
        painter.drawText(place, align, words_that_fit)

    def _font(self, size: float, bold: int) -> QFont:
        font = counter_font(1.0, self._families)
        font.setPointSizeF(size * 72 / DPI)  # the painter is scaled by UNIT = DPI / 72
        font.setBold(bool(bold))
        return font

    def _rule(self, top: float, colour: str, width: float) -> None:
        self._painter.setPen(QPen(QColor(colour), width))
        self._painter.drawLine(0, round(top), round(WIDE), round(top))
