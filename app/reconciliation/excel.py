"""A day as an Excel file: summary, lines, differences, commission, drawer and the audit trail; codes stay text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.clock import moment
from app.reconciliation import trail, words
from app.reconciliation.daybook import DayBook
from app.reconciliation.queries import DifferenceRow

PLAIN = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
"""What a cell says is what it is: no code becomes 1.23E+15, no buyer's note a formula or a link."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its title, its width in characters, and how its cells are written (text, number, money)."""

    title: str
    width: int
    style: str = "text"


def write_day(book: DayBook, path: Path) -> Path:
    """Write the file whole or not at all; raises ``OSError``. Returns where it is."""
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        made = xlsxwriter.Workbook(str(part), PLAIN)
        sheets = _Sheets(made)
        _summary(sheets, book)
        for write in (_lines, _differences, _commission, _drawer, _trail):
            write(sheets, book)
        made.close()
        part.replace(path)
    except XlsxWriterException as error:
        part.unlink(missing_ok=True)
        raise OSError(str(error)) from error
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return path


class _Sheets:
    """The workbook's formats, and one way to write a table."""

    def __init__(self, made: Any) -> None:
        self._made = made
        made.set_properties({"title": "日结", "author": "格驿"})
        font = {"font_name": "Microsoft YaHei", "font_size": 11, "valign": "vcenter"}
        self.styles: dict[str, Any] = {
            "text": made.add_format({**font, "num_format": "@"}),
            "number": made.add_format({**font, "num_format": "#,##0"}),
            "money": made.add_format({**font, "num_format": "#,##0.00"}),
            "title": made.add_format({**font, "bold": True, "font_size": 16}),
            "head": made.add_format({**font, "bold": True, "bottom": 1, "text_wrap": True}),
            "muted": made.add_format({**font, "italic": True}),
        }

    def sheet(self, name: str) -> Any:
        """A new sheet, set to print on A4 across, one page wide, with page numbers."""
        sheet = self._made.add_worksheet(name)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R第 &P 页，共 &N 页")
        return sheet

    def table(self, name: str, columns: Sequence[_Column], rows: Iterable[Sequence[object]]) -> None:
        """A sheet with one table, its head frozen and filterable."""
        sheet = self.sheet(name)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(0, at, column.title, self.styles["head"])
        count = 0
        for count, row in enumerate(rows, 1):
            for at, (column, value) in enumerate(zip(columns, row, strict=True)):
                self.cell(sheet, count, at, value, column.style)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        if count:
            sheet.autofilter(0, 0, count, len(columns) - 1)
        else:
            sheet.write_string(1, 0, "没有", self.styles["muted"])

    def cell(self, sheet: Any, row: int, at: int, value: object, style: str) -> None:
        """One cell: text as text, fen as yuan, nothing as an empty cell."""
        if value is None or value == "":
            sheet.write_blank(row, at, None, self.styles[style])
        elif style == "text":
            sheet.write_string(row, at, str(value), self.styles[style])
        else:
            number = int(str(value))
            sheet.write_number(row, at, number / 100 if style == "money" else number, self.styles[style])


# --- the sheets --------------------------------------------------------------------------------------------


def summary_rows(book: DayBook) -> list[tuple[str, int, str]]:
    """What the first page says: name, number, and whether it is pieces or fen."""
    flows = book.totals.flows
    cash = book.closed.totals.cash_fen if book.closed else book.cash_fen
    return [
        ("日初在店", book.totals.here_before, "number"),
        ("签收", flows.received, "number"),
        ("多发收下", flows.surplus, "number"),
        ("顾客退回", flows.given_back, "number"),
        ("取走", -flows.handed_out, "number"),
        ("退回站点", -flows.returned, "number"),
        ("日终在店", book.totals.here, "number"),
        ("佣金", book.totals.commission_fen, "money"),
        ("钱箱", cash, "money"),
        ("当日差异（笔）", len(book.differences), "number"),
        ("未了结差异（笔）", book.totals.open_differences, "number"),
    ]


def state_line(book: DayBook) -> str:
    """Whether and when the day was closed, and whether the ledgers balance."""
    closed = f"{moment(book.closed.closed_ms):%Y-%m-%d %H:%M} 日结" if book.closed else "还没有日结"
    return f"{closed} · {'账目平衡' if book.balance.holds else '账目不平，请联系客服'}"


def _summary(sheets: _Sheets, book: DayBook) -> None:
    sheet = sheets.sheet("汇总")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 8, 14)
    sheet.write_string(0, 0, f"{book.shop} 日结单 {book.day}", sheets.styles["title"])
    sheet.write_string(1, 0, state_line(book), sheets.styles["muted"])
    row = 3
    for name, value, style in summary_rows(book):
        sheets.cell(sheet, row, 0, name, "text")
        sheets.cell(sheet, row, 1, value, style)
        row += 1
    head = ("平台", "取走件数", "销售额", "佣金", "账单佣金", "扣款", "扣款退回", "净收入")
    row = _block(sheets, sheet, row + 1, head,
                 [(p.name, p.handed_out, p.sales_fen, p.commission_fen, p.billed_fen, p.deducted_fen, p.returned_fen,
                   p.net_fen) for p in book.platforms],
                 ("text", "number", *["money"] * 6))  # fmt: skip
    if book.corrections:
        changes = [
            (words.CORRECTION_WORDS[c.what], _unit(c.what, c.written), _unit(c.what, c.now))
            for c in book.corrections
        ]
        _block(sheets, sheet, row + 1, ("日结后的更正", "日结时", "现在"), changes, ("text",) * 3)


def _unit(what: str, value: int) -> str:
    return f"{value / 100:.2f}" if what.endswith("_fen") else str(value)


def _block(
    sheets: _Sheets,
    sheet: Any,
    row: int,
    head: Sequence[str],
    rows: Sequence[Sequence[object]],
    styles: Sequence[str],
) -> int:
    for at, title in enumerate(head):
        sheet.write_string(row, at, title, sheets.styles["head"])
    for values in rows:
        row += 1
        for at, (value, style) in enumerate(zip(values, styles, strict=True)):
            sheets.cell(sheet, row, at, value, style)
    return row + 1


def _lines(sheets: _Sheets, book: DayBook) -> None:
    number = "number"
    columns = (
        _Column("平台", 12), _Column("单号", 24), _Column("商品", 30), _Column("应到", 8, number),
        _Column("站点发出", 10, number), _Column("车上未收", 10, number), _Column("签收", 8, number),
        _Column("取走", 8, number), _Column("退回", 8, number), _Column("在店", 8, number),
        _Column("账单件数", 10, number), _Column("账单佣金", 10, "money"), _Column("本店佣金", 10, "money"),
        _Column("结论", 14),
    )  # fmt: skip
    sheets.table(
        "三方核对",
        columns,
        (
            (book.name_of(x.platform), x.lot, x.product, x.announced, x.sent, x.in_van, x.received, x.handed_out,
             x.returned, x.here, x.billed, x.billed_fen if x.billed is not None else None, x.earned_fen,
             words.verdict(x))
            for x in book.match
        ),
    )  # fmt: skip


def _differences(sheets: _Sheets, book: DayBook) -> None:
    columns = (
        _Column("业务日", 12), _Column("差异", 20), _Column("平台", 12), _Column("单号", 24), _Column("商品", 30),
        _Column("件数", 8, "number"), _Column("金额", 12, "money"), _Column("状态", 12), _Column("编号", 28),
    )  # fmt: skip
    sheets.table("差异", columns, (_difference(book, row) for row in (*book.differences, *book.carried)))


def _difference(book: DayBook, row: DifferenceRow) -> tuple[object, ...]:
    what = words.about_word(row.about, note=row.note, pieces=row.pieces, fen=row.fen)
    state = words.HOW_WORDS.get(row.how, row.how) if row.closed_ms else "未了结"
    return (
        row.day,
        what,
        book.name_of(row.platform),
        row.lot,
        words.goods_word(row.product, row.note),
        row.pieces,
        row.fen,
        state,
        row.difference,
    )


def _commission(sheets: _Sheets, book: DayBook) -> None:
    columns = (
        _Column("平台", 12), _Column("单号", 24), _Column("订单号", 24), _Column("商品", 30), _Column("类别", 10),
        _Column("件数", 8, "number"), _Column("取走", 8, "number"), _Column("实付", 10, "money"),
        _Column("退款", 10, "money"), _Column("比例", 8), _Column("应得佣金", 10, "money"),
        _Column("退款冲回", 10, "money"), _Column("佣金", 10, "money"), _Column("账单佣金", 10, "money"),
    )  # fmt: skip
    sheets.table(
        "佣金",
        columns,
        (
            (book.name_of(x.platform), x.lot, x.order, x.product, x.category, x.pieces, x.handed_out, x.paid_fen,
             x.refunded_fen, words.rate_word(x.basis_points), x.commission.gross, x.commission.reversed,
             x.commission.net, x.billed_fen)
            for x in book.commissions
        ),
    )  # fmt: skip


def _drawer(sheets: _Sheets, book: DayBook) -> None:
    columns = (_Column("时间", 12), _Column("事项", 14), _Column("说明", 40), _Column("金额", 12, "money"))
    sheets.table(
        "钱箱",
        columns,
        (
            (words.clock_word(x.at_ms), trail.kind_word(x.kind), trail.told(x.kind, x.body), x.fen)
            for x in book.cash
        ),
    )


def _trail(sheets: _Sheets, book: DayBook) -> None:
    columns = (
        _Column("时间", 20), _Column("操作人", 12), _Column("电脑", 14), _Column("事项", 14), _Column("内容", 60),
        _Column("已撤销", 8), _Column("记录号", 24),
    )  # fmt: skip
    sheets.table(
        "操作留痕",
        columns,
        (
            (f"{moment(x.at_ms):%Y-%m-%d %H:%M:%S}", x.operator, x.device, trail.kind_word(x.kind),
             trail.told(x.kind, x.body), "是" if x.taken_back else "", x.fact)
            for x in reversed(book.trail)
        ),
    )  # fmt: skip


Write = Callable[[DayBook, Path], Path]
"""What writes a day into a file: this, or the PDF."""
