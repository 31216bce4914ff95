"""A day's sheet as a PDF: A4, the bundled print, a head and page numbers on every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QFile, QIODevice, QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from app.domain.clock import moment
from app.domain.money import yuan
from app.reconciliation import words
from app.reconciliation.daybook import DayBook
from app.reconciliation.excel import state_line, summary_rows
from app.reconciliation.queries import DifferenceRow
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
    """One printed line: cells, and how it looks (title, head, row, total, note, gap)."""

    cells: tuple[str, ...]
    look: str = "row"
    widths: tuple[float, ...] = (1.0,)
    aligned: str = "l"

    @property
    def height(self) -> float:
        """In points."""
        return {"title": 30.0, "gap": 10.0, "head": 21.0}.get(self.look, ROW)


def write_day(book: DayBook, path: Path) -> Path:
    """Write the sheet whole or not at all; raises ``OSError``. Returns where it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    out = QFile(str(part))
    if not out.open(QIODevice.OpenModeFlag.WriteOnly):
        raise OSError(out.errorString())
    try:
        _paint(book, out)
        failed = not out.flush() or out.error() != QFile.FileError.NoError
    finally:
        out.close()
    if failed:
        part.unlink(missing_ok=True)
        raise OSError(out.errorString())
    part.replace(path)
    return path


def _paint(book: DayBook, out: QFile) -> None:
    writer = QPdfWriter(out)
    writer.setTitle(f"{book.shop} 日结单 {book.day}")
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
    pages = paginate(rows_of(book))
    for number, page in enumerate(pages, 1):
        if number > 1:
            writer.newPage()
        _Sheet(painter).page(book, page, number=number, of=len(pages))
    painter.end()


def paginate(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows onto pages: a title or head never stands alone at a page's end, and a table's head is repeated."""
    pages: list[list[Row]] = [[]]
    left, head = TALL - HEAD - FOOT, None
    for at, row in enumerate(rows):
        head = row if row.look == "head" else (None if row.look in ("title", "gap") else head)
        needed = row.height + sum(next_row.height for next_row in _kept_with(rows, at))
        if needed > left and pages[-1]:
            pages.append([])
            left = TALL - HEAD - FOOT
            if head is not None and row is not head:
                pages[-1].append(head)
                left -= head.height
        pages[-1].append(row)
        left -= row.height
    return pages


def _kept_with(rows: Sequence[Row], at: int) -> Sequence[Row]:
    """What must stand on the same page as a title or a head."""
    keep = {"title": 2, "head": 1}.get(rows[at].look, 0)
    return rows[at + 1 : at + 1 + keep]


# --- what is printed ---------------------------------------------------------------------------------------


def rows_of(book: DayBook) -> list[Row]:
    """The day's sheet from top to bottom."""
    parts = (
        _summary(book),
        _platforms(book),
        _corrections(book),
        _differences(book),
        _commission(book),
        _sign(),
    )
    return [row for part in parts for row in part]


def _table(
    title: str, head: Sequence[str], widths: tuple[float, ...], aligned: str, rows: list[Row]
) -> list[Row]:
    body = rows or [Row(("没有",), "note")]
    return [Row((title,), "title"), Row(tuple(head), "head", widths, aligned), *body, Row((), "gap")]


def _summary(book: DayBook) -> list[Row]:
    widths, aligned = (0.34, 0.16, 0.34, 0.16), "lrlr"
    shown = [
        (name, yuan(value) if style == "money" else f"{value:,}") for name, value, style in summary_rows(book)
    ]
    half = (len(shown) + 1) // 2
    right = [*shown[half:], ("", "")][:half]
    rows = [
        Row((*one, *other), "row", widths, aligned) for one, other in zip(shown[:half], right, strict=True)
    ]
    return [Row((state_line(book),), "note"), Row(("汇总",), "title"), *rows, Row((), "gap")]


def _platforms(book: DayBook) -> list[Row]:
    widths, aligned = (0.24, 0.12, 0.16, 0.16, 0.16, 0.16), "lrrrrr"
    rows = [
        Row(
            (p.name, f"{p.handed_out}", yuan(p.sales_fen), yuan(p.commission_fen),
             yuan(p.returned_fen - p.deducted_fen), yuan(p.net_fen)),
            "row", widths, aligned,
        )
        for p in book.platforms
    ]  # fmt: skip
    return _table("各平台", ("平台", "取走", "销售额", "佣金", "扣款", "净收入"), widths, aligned, rows)


def _corrections(book: DayBook) -> list[Row]:
    if not book.corrections:
        return []
    widths, aligned = (0.5, 0.25, 0.25), "lrr"
    rows = [
        Row(
            (words.CORRECTION_WORDS[c.what], _number(c.what, c.written), _number(c.what, c.now)),
            "row",
            widths,
            aligned,
        )
        for c in book.corrections
    ]
    return _table("日结后的更正", ("项目", "日结时", "现在"), widths, aligned, rows)


def _number(what: str, value: int) -> str:
    return yuan(value) if what.endswith("_fen") else f"{value:,}"


def _differences(book: DayBook) -> list[Row]:
    widths, aligned = (0.14, 0.24, 0.3, 0.16, 0.16), "lllrl"
    rows = [_difference(row, widths, aligned) for row in (*book.differences, *book.carried)]
    return _table("差异", ("业务日", "差异", "商品", "数量", "状态"), widths, aligned, rows)


def _difference(row: DifferenceRow, widths: tuple[float, ...], aligned: str) -> Row:
    what = words.about_word(row.about, note=row.note, pieces=row.pieces, fen=row.fen)
    state = words.HOW_WORDS.get(row.how, row.how) if row.closed_ms else "未了结"
    cells = (
        words.day_word(row.day),
        what,
        words.goods_word(row.product, row.note),
        words.size_word(row.about, row.pieces, row.fen),
        state,
    )
    return Row(cells, "row", widths, aligned)


def _commission(book: DayBook) -> list[Row]:
    widths, aligned = (0.27, 0.24, 0.09, 0.16, 0.1, 0.14), "llrrrr"
    rows = [
        Row(
            (x.lot, x.product, f"{x.handed_out}/{x.pieces}", yuan(x.paid_fen - x.refunded_fen),
             words.rate_word(x.basis_points), yuan(x.commission.net)),
            "row", widths, aligned,
        )
        for x in book.commissions
    ]  # fmt: skip
    if rows:
        total = sum(x.commission.net for x in book.commissions)
        rows.append(Row(("合计", "", "", "", "", yuan(total)), "total", widths, aligned))
    return _table("佣金明细", ("单号", "商品", "取走", "实付减退款", "比例", "佣金"), widths, aligned, rows)


def _sign() -> list[Row]:
    return [Row((), "gap"), Row(("店主签字：", "日期："), "sign", (0.6, 0.4), "ll")]


# --- painting ----------------------------------------------------------------------------------------------


class _Sheet:
    """Paints rows in points."""

    def __init__(self, painter: QPainter) -> None:
        self._painter = painter
        self._families = load_bundled_fonts()

    def page(self, book: DayBook, rows: Sequence[Row], *, number: int, of: int) -> None:
        """One page with its head and foot."""
        self._head(book)
        top = HEAD
        for row in rows:
            self._row(row, top)
            top += row.height
        self._foot(book, f"第 {number} 页，共 {of} 页")

    def _head(self, book: DayBook) -> None:
        self._text(QRectF(0, 0, WIDE * 0.72, 26), book.shop, 15, bold=1)
        self._text(QRectF(WIDE * 0.5, 0, WIDE * 0.5, 26), "日结单", 15, bold=1, align=_RIGHT)
        self._text(QRectF(0, 24, WIDE, 18), f"业务日 {book.day}", 10, ink=tokens.MUTED)
        self._rule(46, tokens.INK, 1.0)

    def _foot(self, book: DayBook, page: str) -> None:
        top = TALL - 18
        self._rule(top - 3, tokens.LINE, 0.6)
        made = f"格驿 · {moment(book.made_ms):%Y-%m-%d %H:%M} 生成"
        self._text(QRectF(0, top, WIDE, 16), made, 8.5, ink=tokens.MUTED)
        self._text(QRectF(0, top, WIDE, 16), page, 8.5, ink=tokens.MUTED, align=_RIGHT)

    def _row(self, row: Row, top: float) -> None:
        size, bold, ink = {
            "title": (12.5, 1, tokens.INK),
            "head": (9.0, 0, tokens.MUTED),
            "note": (9.5, 0, tokens.MUTED),
            "total": (10.0, 1, tokens.INK),
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
