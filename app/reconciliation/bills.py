"""A platform's bill from a file: CSV or Excel, whatever its encoding, with its columns found or remembered."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from app.domain.events import BillRow
from app.domain.refusals import Refused, refused
from app.reconciliation.rules import MOST_PIECES, Reason, amount_fen

LARGEST_FILE = 20_000_000
LARGEST_SHEET = 120_000_000
MOST_LINES = 50_000
HEAD_ROWS = 12
"""A platform's own title and remarks may stand above the names of the columns."""


class Field(StrEnum):
    """What a bill must say of each line; the values are the words on the screen."""

    LOT = "单号"
    PIECES = "件数"
    PAID = "实付"
    COMMISSION = "佣金"


ALIASES: dict[Field, tuple[str, ...]] = {
    Field.LOT: ("单号", "明细号", "明细单号", "子订单号", "子订单编号", "订单号", "订单编号", "行号", "lot"),
    Field.PIECES: ("件数", "数量", "结算数量", "商品数量", "pieces"),
    Field.PAID: ("实付", "实付金额", "成交金额", "结算金额", "支付金额", "paid"),
    Field.COMMISSION: ("佣金", "佣金金额", "结算佣金", "团长佣金", "服务费", "commission"),
}
Columns = dict[Field, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet as text: the names of its columns, and its rows with their numbers in the file."""

    headers: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


# --- reading -----------------------------------------------------------------------------------------------


def read_table(path: Path, remembered: Mapping[Field, str] | None = None) -> Table | Refused:
    """The table in a file, whatever wrote it; says in one reason why there is none."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            return refused(Reason.BILL_TOO_BIG)
        raw = path.read_bytes()
    except OSError:
        return refused(Reason.BILL_UNREADABLE)
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        return refused(Reason.BILL_OLD_EXCEL)
    rows = _excel_rows(path) if raw.startswith(b"PK") else _text_rows(raw)
    return rows if isinstance(rows, Refused) else _table(rows, set((remembered or {}).values()))


def _excel_rows(path: Path) -> list[tuple[str, ...]] | Refused:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST_SHEET:
                return refused(Reason.BILL_TOO_BIG)
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            return [
                tuple(map(_cell, row)) for row in sheet.iter_rows(max_row=MOST_LINES + 2, values_only=True)
            ]
        finally:
            book.close()
    except zipfile.BadZipFile:
        return refused(Reason.BILL_BROKEN)
    except (InvalidFileException, KeyError, ValueError, IndexError, OSError, SyntaxError, EOFError):
        return refused(Reason.BILL_NO_TABLE)  # SyntaxError is what a damaged XML part raises


def _cell(value: Any) -> str:
    """A cell as it is read: whole floats lose their .0, longer ones stay as Excel shows them."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()


def _text_rows(raw: bytes) -> list[tuple[str, ...]] | Refused:
    text = _decoded(raw)
    if text is None or "\0" in text:
        return refused(Reason.BILL_NO_TABLE)
    head = text[:4000]
    delimiter = max(",\t;", key=head.count)
    try:
        found = list(csv.reader(text.splitlines(), delimiter=delimiter))
    except csv.Error:
        return refused(Reason.BILL_NO_TABLE)
    return [tuple(cell.strip().strip("\t'") for cell in row) for row in found]


def _decoded(raw: bytes) -> str | None:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _table(rows: Sequence[tuple[str, ...]], known: set[str]) -> Table | Refused:
    filled = [(number, row) for number, row in enumerate(rows, 1) if any(row)]
    if len(filled) > MOST_LINES:
        return refused(Reason.BILL_TOO_BIG)
    if not filled:
        return refused(Reason.BILL_EMPTY)
    at = max(range(min(HEAD_ROWS, len(filled))), key=lambda at: (_likeness(filled[at][1], known), -at))
    headers = filled[at][1]
    if sum(map(bool, headers)) < 2:
        return refused(Reason.BILL_NO_TABLE)
    return Table(headers, tuple(filled[at + 1 :]))


def _likeness(row: tuple[str, ...], known: set[str]) -> int:
    """How many cells look like names of columns that a bill has."""
    names = {_plain(cell) for cell in row}
    return sum(bool(names & set(map(_plain, aliases))) for aliases in ALIASES.values()) + len(
        known & set(row)
    )


def _plain(name: str) -> str:
    return re.sub(r"[\s（(].*$", "", name.strip().lower())


# --- columns -----------------------------------------------------------------------------------------------


def columns_of(headers: Sequence[str], remembered: Mapping[Field, str] | None = None) -> Columns:
    """Which column holds what: as remembered where that name is still there, else by its usual names."""
    found: Columns = {}
    for field in Field:
        kept = (remembered or {}).get(field)
        name = kept if kept in headers else _usual(headers, field)
        if name:
            found[field] = name
    return found


def _usual(headers: Sequence[str], field: Field) -> str:
    plain = {_plain(header): header for header in reversed(headers)}
    return next((plain[alias] for alias in ALIASES[field] if alias in plain), "")


def as_columns(found: object) -> Columns:
    """What was remembered, as far as it still makes sense."""
    pairs = found.items() if isinstance(found, dict) else ()
    return {Field(field): name for field, name in pairs if field in set(Field) and isinstance(name, str)}


def missing(columns: Columns) -> list[Field]:
    """What no column is known for."""
    return [field for field in Field if field not in columns]


# --- lines -------------------------------------------------------------------------------------------------


def bill_rows(table: Table, columns: Columns) -> tuple[BillRow, ...] | Refused:
    """The lines of a bill; one wrong line refuses the whole file, named by its row number."""
    lacking = missing(columns)
    if lacking:
        return refused(Reason.BILL_COLUMNS, columns="、".join(lacking))
    places = {field: table.headers.index(name) for field, name in columns.items()}
    found: dict[str, BillRow] = {}
    for number, cells in table.rows:
        if _is_sum(cells, places):
            continue
        row = _bill_row(number, cells, places)
        if isinstance(row, Refused):
            return row
        if row.lot in found:
            return refused(Reason.BILL_TWICE, row=number, lot=row.lot)
        found[row.lot] = row
    return tuple(found.values()) or refused(Reason.BILL_EMPTY)


def _is_sum(cells: tuple[str, ...], places: Mapping[Field, int]) -> bool:
    """A closing line of sums, or one without a number of its own."""
    at = places[Field.LOT]
    lot = cells[at] if at < len(cells) else ""
    return any(cell[:2] in ("合计", "总计", "小计") for cell in (cells[0], lot)) or not any(cells)


def _bill_row(number: int, cells: tuple[str, ...], places: Mapping[Field, int]) -> BillRow | Refused:
    if max(places.values()) >= len(cells):
        return refused(Reason.BILL_CUT, row=number)
    lot = cells[places[Field.LOT]]
    if not lot:
        return refused(Reason.BILL_NUMBER, row=number, column=Field.LOT, value="")
    if re.fullmatch(r"\d+(\.\d+)?[eE]\+?\d+", lot):
        return refused(Reason.BILL_CODE, row=number, value=lot)
    return _with_numbers(number, lot, cells, places)


def _with_numbers(
    number: int, lot: str, cells: tuple[str, ...], places: Mapping[Field, int]
) -> BillRow | Refused:
    pieces = _whole(cells[places[Field.PIECES]])
    paid = _fen(cells[places[Field.PAID]])
    commission = _fen(cells[places[Field.COMMISSION]])
    checks = (
        (Field.PIECES, pieces if pieces is not None and 0 <= pieces <= MOST_PIECES else None),
        (Field.PAID, paid if paid is not None and paid >= 0 else None),
        (Field.COMMISSION, commission),
    )
    for field, value in checks:
        if value is None:
            return refused(Reason.BILL_NUMBER, row=number, column=field, value=cells[places[field]][:20])
    assert pieces is not None  # noqa: S101 - for the type checker: checked above
    assert paid is not None  # noqa: S101
    assert commission is not None  # noqa: S101
    return BillRow(lot, pieces, paid, commission)


def as_lots(rows: Sequence[BillRow], lots_of: Mapping[str, str]) -> tuple[BillRow, ...]:
    """The same lines under our lots: some platforms bill by the order's number, which ``lots_of`` translates."""
    return tuple(replace(row, lot=lots_of.get(row.lot, row.lot)) for row in rows)


def _whole(text: str) -> int | None:
    plain = re.sub(r"\.0+$", "", text.replace(",", ""))
    return int(plain) if re.fullmatch(r"-?[0-9]{1,9}", plain) else None


def _fen(text: str) -> int | None:
    """Yuan as people and programs write them; a third decimal that is not zero is no money."""
    plain = re.sub(r"(\.\d\d)0+$", r"\1", text.strip().removesuffix("元").strip())
    return amount_fen(plain.replace("￥", "").replace("¥", ""))
