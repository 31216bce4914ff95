"""Bills from files: every encoding and shape that platforms send, and one sentence for every file that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from app.domain.events import BillRow
from app.domain.refusals import Refused
from app.reconciliation import queries, words
from app.reconciliation.actions import COLUMNS_KEY, RememberColumns
from app.reconciliation.bills import Field, Table, as_columns, as_lots, bill_rows, columns_of, read_table
from app.reconciliation.rules import Reason
from app.store.connection import Reader
from app.store.opening import Store

HEAD = "子订单号,商品名称,数量,实付金额(元),佣金"
GOOD = f"{HEAD}\n202611220000000001,土鸡蛋,2,9.90,0.99\n202611220000000002,沃柑,1,¥12.5,1.25\n合计,,3,22.40,2.24\n"
ROWS = (BillRow("202611220000000001", 2, 990, 99), BillRow("202611220000000002", 1, 1250, 125))


def _file(folder: Path, content: str | bytes, name: str = "bill.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def _read(path: Path) -> tuple[BillRow, ...] | Refused:
    table = read_table(path)
    return table if isinstance(table, Refused) else bill_rows(table, columns_of(table.headers))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_bill_is_read_in_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    assert _read(_file(tmp_path, GOOD, encoding=encoding)) == ROWS


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_bill_with_other_separators_and_a_title_above_is_read(tmp_path: Path, delimiter: str) -> None:
    text = "邻里优选 结算单\n\n" + GOOD.replace(",", delimiter)
    assert _read(_file(tmp_path, text)) == ROWS


def test_an_excel_bill_is_read_and_long_codes_stay_whole(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["明细单号", "件数", "实付", "团长佣金"])
    sheet.append(["202611220000000001", 2, 9.9, 0.99])
    sheet.append(["202611220000000002", 1.0, "12.50", 1.25])
    path = tmp_path / "bill.xlsx"
    book.save(path)
    assert _read(path) == ROWS


def test_columns_are_remembered_by_their_names(tmp_path: Path) -> None:
    text = "A,B,C,D\n1,2,9.90,0.99\n"
    kept = {Field.LOT: "A", Field.PIECES: "B", Field.PAID: "C", Field.COMMISSION: "D"}
    table = read_table(_file(tmp_path, text), kept)
    assert isinstance(table, Table)
    assert columns_of(table.headers) == {}
    assert bill_rows(table, columns_of(table.headers, kept)) == (BillRow("1", 2, 990, 99),)


def test_remembered_columns_survive_the_book(store: Store, reader: Reader) -> None:
    kept = {Field.LOT: "A", Field.PIECES: "B"}
    store.writer.do(RememberColumns("linli", tuple((str(k), v) for k, v in kept.items())))
    assert as_columns(reader.get(COLUMNS_KEY + "linli")) == kept
    assert as_columns(reader.get(COLUMNS_KEY + "other")) == {}
    assert as_columns({"车牌": "A", "单号": 7}) == {}


def test_a_bill_by_order_number_finds_its_line(reader: Reader) -> None:
    rows = (BillRow("o-1", 4, 1980, 198), BillRow("2", 1, 1, 1), BillRow("x", 1, 1, 1))
    lots = queries.lots_of_orders(reader, [row.lot for row in rows])
    assert [row.lot for row in as_lots(rows, lots)] == ["1", "2", "x"]


LINE = "202611220000000001,土鸡蛋,2,9.90,0.99"
BAD = {
    "a picture": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", Reason.BILL_NO_TABLE),
    "nothing": (b"", Reason.BILL_EMPTY),
    "blank lines": (b"\n\n,,\n", Reason.BILL_EMPTY),
    "a page of the web": (b"<html><body>404</body></html>", Reason.BILL_NO_TABLE),
    "an old or locked Excel file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), Reason.BILL_OLD_EXCEL),
    "half an Excel file": (b"PK\x03\x04" + bytes(200), Reason.BILL_BROKEN),
    "names of columns only": (f"{HEAD}\n".encode(), Reason.BILL_EMPTY),
    "no commission": (b"\xe5\x8d\x95\xe5\x8f\xb7,\xe4\xbb\xb6\xe6\x95\xb0\n1,2\n", Reason.BILL_COLUMNS),
    "a line twice": (f"{HEAD}\n{LINE}\n{LINE}\n".encode(), Reason.BILL_TWICE),
    "a negative count": (f"{HEAD}\n1,x,-2,9.90,0.99\n".encode(), Reason.BILL_NUMBER),
    "an absurd count": (f"{HEAD}\n1,x,10000,9.90,0.99\n".encode(), Reason.BILL_NUMBER),
    "half a piece": (f"{HEAD}\n1,x,1.5,9.90,0.99\n".encode(), Reason.BILL_NUMBER),
    "negative money": (f"{HEAD}\n1,x,2,-9.90,0.99\n".encode(), Reason.BILL_NUMBER),
    "words for money": (f"{HEAD}\n1,x,2,免费,0.99\n".encode(), Reason.BILL_NUMBER),
    "absurd money": (f"{HEAD}\n1,x,2,9.90,99999999\n".encode(), Reason.BILL_NUMBER),
    "a code that Excel broke": (f"{HEAD}\n2.02611E+17,x,2,9.90,0.99\n".encode(), Reason.BILL_CODE),
    "no code": (f"{HEAD}\n,x,2,9.90,0.99\n".encode(), Reason.BILL_NUMBER),
    "a cut line": (f"{HEAD}\n{LINE}\n202611220000000002,沃".encode(), Reason.BILL_CUT),
    "a cut character": (f"{HEAD}\n{LINE}\n".encode()[:-3] + b"\xe6\x80\x00", Reason.BILL_NO_TABLE),
}


@pytest.mark.parametrize(("content", "reason"), BAD.values(), ids=BAD.keys())
def test_a_wrong_file_is_one_sentence(tmp_path: Path, content: bytes, reason: Reason) -> None:
    found = _read(_file(tmp_path, content))
    assert isinstance(found, Refused), found
    assert found.reason is reason
    said = words.answer(found)
    assert said.sentence.endswith(("。", "！"))
    assert "{" not in said.sentence


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    found = read_table(tmp_path / "gone.csv")
    assert isinstance(found, Refused)
    assert found.reason is Reason.BILL_UNREADABLE


def test_a_truncated_excel_file_is_told_from_no_table(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["单号", "件数", "实付", "佣金"])
    whole = tmp_path / "whole.xlsx"
    book.save(whole)
    found = read_table(_file(tmp_path, whole.read_bytes()[:-40], "cut.xlsx"))
    assert isinstance(found, Refused)
    assert found.reason is Reason.BILL_BROKEN


def test_a_zip_that_is_no_excel_file_is_no_table(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    found = read_table(path)
    assert isinstance(found, Refused)
    assert found.reason is Reason.BILL_NO_TABLE


def test_a_sheet_of_enormous_size_is_not_opened(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(130_000_000))
    found = read_table(path)
    assert isinstance(found, Refused)
    assert found.reason is Reason.BILL_TOO_BIG


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    found = _read(_file(tmp_path_factory.getbasetemp(), content, "any.bin"))
    assert isinstance(found, (Refused, tuple))


@given(st.binary(max_size=300))
def test_no_tail_of_a_bill_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, tail: bytes) -> None:
    found = _read(_file(tmp_path_factory.getbasetemp(), GOOD.encode() + tail, "tail.csv"))
    assert isinstance(found, (Refused, tuple))
