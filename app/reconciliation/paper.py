"""A day's sheet as a PDF: A4, the bundled print, a head and page numbers on every page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.domain.clock import moment
from app.domain.money import yuan
from app.reconciliation import words
from app.reconciliation.daybook import DayBook
from app.reconciliation.excel import state_line, summary_rows
from app.reconciliation.queries import DifferenceRow
from app.ui.paper import Paper, Row, write_papers


def write_day(book: DayBook, path: Path) -> Path:
    """Write the sheet whole or not at all; raises ``OSError``. Returns where it is."""
    made = f"格驿 · {moment(book.made_ms):%Y-%m-%d %H:%M} 生成"
    paper = Paper(book.shop, "日结单", f"业务日 {book.day}", tuple(rows_of(book)))
    return write_papers([paper], path, title=f"{book.shop} 日结单 {book.day}", made=made)


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
