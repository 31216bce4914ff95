"""A table from a CSV or Excel file, whatever its encoding: the headers found by their usual names, and the rows."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from app.domain.refusals import Refused, refused

LARGEST_FILE = 10_000_000
LARGEST_UNPACKED = 200_000_000
MOST_ROWS = 20_000
LOOK_FOR_HEADERS = 12

Named = TypeVar("Named", bound=StrEnum)
"""What a column may hold; each kind of table names its own."""


class FileTrouble(StrEnum):
    """Why no table can be read from a file."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    HTML = "html"
    OLD_EXCEL = "old_excel"
    BROKEN = "broken"
    NO_TABLE = "no_table"
    ENCODING = "encoding"
    MISSING_COLUMNS = "missing_columns"


@dataclass(frozen=True, slots=True)
class Table:
    """The headers, and the rows below with their row numbers as a spreadsheet shows them."""

    headers: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_table(raw: bytes, known_as: Mapping[Named, Sequence[str]]) -> Table | Refused:
    """The table in a file's bytes, whatever the file is called; `known_as` tells headers from titles above them."""
    if not raw.strip():
        return refused(FileTrouble.EMPTY)
    if len(raw) > LARGEST_FILE:
        return refused(FileTrouble.TOO_LARGE, most=LARGEST_FILE // 1_000_000)
    cells = _cells(raw)
    return cells if isinstance(cells, Refused) else _with_headers(cells, known_as)


def guess_columns(
    headers: Sequence[str],
    known_as: Mapping[Named, Sequence[str]],
    remembered: Mapping[Named, str] | None = None,
) -> dict[Named, int]:
    """Which column holds what: as remembered from the last file, else by the headers' usual names."""
    found = {field: headers.index(name) for field, name in (remembered or {}).items() if name in headers}
    for field, names in known_as.items():
        free = [at for at in range(len(headers)) if at not in found.values()]
        at = _best(headers, free, names)
        if field not in found and at is not None:
            found[field] = at
    return found


def _best(headers: Sequence[str], free: Sequence[int], names: Sequence[str]) -> int | None:
    plain = {at: re.sub(r"[\s*（(].*$", "", headers[at]).lower() for at in free}
    for name in names:
        for at, header in plain.items():
            if header == name:
                return at
    return None


# --- the file ----------------------------------------------------------------------------------------------


def _cells(raw: bytes) -> list[tuple[str, ...]] | Refused:
    if raw.startswith(b"PK"):
        return _excel(raw)
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        return refused(FileTrouble.OLD_EXCEL)
    text = _text(raw)
    if text is None:
        return refused(FileTrouble.ENCODING)
    head = text[:2000].lower()
    if re.search(r"<(!doctype|html|table|head|body)\b", head):
        return refused(FileTrouble.HTML)
    return _csv(text)


def _text(raw: bytes) -> str | None:
    """UTF-8, UTF-16 with its mark, or GB18030; None for what is none of them."""
    encodings = ["utf-16"] if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if re.search(r"[\x00-\x08\x0e-\x1f\ufffd]", text) else text
    return None


def _csv(text: str) -> list[tuple[str, ...]] | Refused:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max((",", "\t", ";", "，"), key=first.count)
    try:
        return [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error:
        return refused(FileTrouble.BROKEN)


def _excel(raw: bytes) -> list[tuple[str, ...]] | Refused:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
                return refused(FileTrouble.TOO_LARGE, most=LARGEST_FILE // 1_000_000)
            if "xl/workbook.xml" not in packed.namelist():
                return refused(FileTrouble.NO_TABLE)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl remarks on styles that it does not know
            book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
            rows = [tuple(map(_cell, row)) for row in book.worksheets[0].iter_rows(values_only=True)]
            book.close()
    except Exception:  # noqa: BLE001 - a broken file breaks openpyxl in a dozen ways; they all mean the same here
        return refused(FileTrouble.BROKEN)
    return rows


def _cell(value: Any) -> str:
    """A cell as text; a number that Excel could not hold whole becomes the notation that gives it away."""
    if value is None:
        return ""
    if isinstance(value, int | float) and float(value).is_integer():
        return f"{value:.0f}" if abs(value) < 1e15 else f"{value:.5E}"  # spreadsheets keep fifteen digits
    if hasattr(value, "isoformat"):
        return str(value.isoformat())[:10]
    return str(value)


def _with_headers(
    cells: Sequence[tuple[str, ...]], known_as: Mapping[Named, Sequence[str]]
) -> Table | Refused:
    """The first row in which at least two columns are known by name is the header; what stands above is a title."""
    rows = [(at + 1, tuple(_tidy(cell) for cell in row)) for at, row in enumerate(cells)]
    rows = [(at, row) for at, row in rows if any(row)]
    if not rows:
        return refused(FileTrouble.EMPTY)
    if len(rows) > MOST_ROWS:
        return refused(FileTrouble.TOO_LARGE, most=LARGEST_FILE // 1_000_000)
    scores = [(len(guess_columns(row, known_as)), -at) for at, (_, row) in enumerate(rows[:LOOK_FOR_HEADERS])]
    score, place = max(scores)
    at = -place if score > 1 else 0
    headers = rows[at][1]
    if len([name for name in headers if name]) < 2:
        return refused(FileTrouble.MISSING_COLUMNS)
    return Table(headers, tuple(rows[at + 1 :]))


def _tidy(cell: str) -> str:
    """Outer blanks, tabs and the apostrophe that marks text go."""
    return cell.replace("\ufeff", "").replace("\u3000", " ").strip().lstrip("'`").strip()
