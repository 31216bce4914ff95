"""Lists from files: every format that people send, and every mistake in them with its row."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from app.domain import events as e
from app.domain.goods import CrateNote, Line, Zone
from app.domain.refusals import Refused
from app.receiving.actions import Announce, Announced, CrateIn, Receive, TakeBack
from app.receiving.manifest_file import (
    Field,
    Manifest,
    Trouble,
    Wanted,
    guess_columns,
    named,
    read_manifest,
    read_sheet,
)
from app.receiving.rules import Reason
from app.receiving.words import answer, trouble
from app.sandbox.manifests import bad_manifests, good_manifest
from app.store.opening import Store
from tests.receiving.goods import facts_in
from tests.samples import DAY, POINT, Record

HEADERS = (
    "订单编号",
    "商品名称",
    "商品条码",
    "数量",
    "周转筐号",
    "温层",
    "收货人",
    "手机尾号",
    "取件码",
    "配送日期",
)
WEI = ("韦小妹", "6312", "37-1-6312")
GOOD = (
    ("D261122000000001", "土鸡蛋 10枚", "6901234567892", "2", "QQQ111", "生鲜", *WEI, "2026-11-22"),
    ("D261122000000002", "速冻水饺", "6909804000015", "1", "QQQ112", "冷冻", *WEI, "2026/11/22"),
    ("D261122000000003", "大米 10kg", "6909804000022", "3", "QQQ111", "生鲜", "覃大勇", "7", "", "11月22日"),
)


def csv_of(*rows: Sequence[str], headers: Sequence[str] = HEADERS, encoding: str = "utf-8") -> bytes:
    """Rows as a CSV file."""
    return "\r\n".join(",".join(row) for row in (headers, *rows)).encode(encoding)


def xlsx_of(*rows: Sequence[object]) -> bytes:
    """Rows as an Excel file."""
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def with_cell(column: str, text: str, *, row: int = 1) -> bytes:
    """The good list with one cell changed."""
    rows = [list(each) for each in GOOD]
    rows[row][HEADERS.index(column)] = text
    return csv_of(*rows)


def read(raw: bytes, *, platform: str = "linli") -> Manifest | Refused:
    """A file read with the columns as guessed."""
    sheet = read_sheet(raw)
    if isinstance(sheet, Refused):
        return sheet
    wanted = Wanted(platform=platform, name="邻里优选", trip="F1", day=DAY, point="BY-0001")
    return read_manifest(sheet, guess_columns(sheet.headers), wanted)


def refused_for(raw: bytes, *, platform: str = "linli") -> Refused:
    """Why a file is refused; its sentence must be whole."""
    found = read(raw, platform=platform)
    assert isinstance(found, Refused), found
    said = trouble(found)
    assert said.endswith("。")
    assert "{" not in said
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_file_is_read_in_every_usual_encoding(encoding: str) -> None:
    found = read(csv_of(*GOOD, encoding=encoding))
    assert isinstance(found, Manifest)
    assert found.pieces == 6
    assert [line.zone for line in found.lines] == [Zone.FRESH, Zone.FROZEN, Zone.FRESH]
    assert [note.crate for note in found.crates] == ["QQQ111", "QQQ112"]


def test_an_excel_file_with_a_title_and_a_total_is_read_and_long_codes_stay_whole() -> None:
    tissues = ("9", "抽纸", 6909804000022, 3, "", "", "覃大勇", 7)
    found = read(xlsx_of(("今日到货清单",), (), HEADERS, *GOOD[:2], tissues, ("合计", "合计", "", 6)))
    assert isinstance(found, Manifest)
    assert found.lines[2].barcode == "6909804000022"
    assert found.lines[2].pieces == 3
    assert found.lines[2].zone is Zone.AMBIENT
    assert [person.tail for person in found.people] == ["6312", "0007"]


def test_one_person_is_one_buyer_and_names_stay_out_of_the_lines() -> None:
    found = read(csv_of(*GOOD))
    assert isinstance(found, Manifest)
    assert found.lines[0].buyer == found.lines[1].buyer != found.lines[2].buyer
    assert "韦小妹" not in repr(found.lines)


def test_a_whole_phone_number_is_kept_apart_and_its_tail_shown() -> None:
    found = read(with_cell("手机尾号", "13877716312", row=0))
    assert isinstance(found, Manifest)
    assert (found.people[0].tail, found.people[0].phone) == ("6312", "13877716312")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", Trouble.EMPTY),
        (b"\r\n , \r\n", Trouble.EMPTY),
        (b"<!DOCTYPE html><html><body><table><tr><td>x</td></tr></table>", Trouble.HTML),
        ("<table><tr><td>商品</td></tr></table>".encode("gb18030"), Trouble.HTML),
        (b"\xd0\xcf\x11\xe0" + bytes(600), Trouble.OLD_EXCEL),
        (xlsx_of(HEADERS, *GOOD)[:900], Trouble.BROKEN),
        (b"PK\x03\x04nothing", Trouble.BROKEN),
        (bytes(range(256)) * 8, Trouble.ENCODING),
        (b"\xff\xff\xff\xff\x80\x80,\x81\xff", Trouble.ENCODING),
        (csv_of(*GOOD, headers=("甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸")), Trouble.MISSING_COLUMNS),
        (csv_of(("大米", "2"), headers=("商品名称", "数量")), Trouble.MISSING_COLUMNS),
        (csv_of(), Trouble.NO_ROWS),
        (csv_of(*GOOD, GOOD[0]), Trouble.DUPLICATE),
        (b"x" * 10_000_001, Trouble.TOO_LARGE),
    ],
    ids=lambda value: str(value) if isinstance(value, Trouble) else "",
)  # fmt: skip
def test_a_file_that_is_no_list_is_refused_with_one_sentence(raw: bytes, why: Trouble) -> None:
    assert refused_for(raw).reason is why


@pytest.mark.parametrize(
    ("column", "text", "why"),
    [
        ("数量", "-3", Trouble.BAD_COUNT),
        ("数量", "0", Trouble.BAD_COUNT),
        ("数量", "10000", Trouble.BAD_COUNT),
        ("数量", "99999999999999999999", Trouble.BAD_COUNT),
        ("数量", "", Trouble.BAD_COUNT),
        ("数量", "2.5", Trouble.BAD_COUNT),
        ("数量", "两", Trouble.BAD_COUNT),
        ("商品名称", "", Trouble.NO_PRODUCT),
        ("商品条码", "6.90123E+12", Trouble.LOST_DIGITS),
        ("订单编号", "1.23E+15", Trouble.LOST_DIGITS),
        ("周转筐号", "筐１", Trouble.BAD_CODE),
        ("温层", "火热", Trouble.BAD_ZONE),
        ("配送日期", "2026-11-21", Trouble.WRONG_DAY),
        ("配送日期", "someday", Trouble.WRONG_DAY),
    ],
)
def test_a_wrong_cell_is_named_with_its_row(column: str, text: str, why: Trouble) -> None:
    found = refused_for(with_cell(column, text))
    assert found.reason is why
    assert found.about["row"] == 3


def test_a_number_that_excel_has_already_cut_is_noticed() -> None:
    row = list(GOOD[0])
    found = refused_for(xlsx_of(HEADERS, (1.23e15, *row[1:])))
    assert found.reason is Trouble.LOST_DIGITS


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("other-point.csv", Trouble.WRONG_POINT),
        ("other-day.csv", Trouble.WRONG_DAY),
        ("mixed-days.csv", Trouble.WRONG_DAY),
        ("unknown-platform.csv", Trouble.WRONG_PLATFORM),
    ],
)
def test_a_list_for_another_point_day_or_platform_is_refused_with_its_row(file: str, why: Trouble) -> None:
    found = refused_for(bad_manifests(point="BY-0001", day=DAY)[file], platform="LLYX")
    assert found.reason is why
    assert found.about["row"] == 2
    assert trouble(found).startswith("第 2 行")


@pytest.mark.parametrize("header", ["业务日", "到货日", "日期"])
def test_the_day_is_known_by_each_of_its_headers(header: str) -> None:
    headers = (*HEADERS[:-1], header)
    assert guess_columns(headers)[Field.DAY] == len(headers) - 1
    found = refused_for(csv_of((*GOOD[0][:-1], "2026-11-20"), headers=headers))
    assert (found.reason, found.about["row"]) == (Trouble.WRONG_DAY, 2)


def test_another_point_is_named_and_this_shop_goes_by_key_or_name_of_the_platform() -> None:
    headers = (*HEADERS, "点位", "平台")
    found = refused_for(
        csv_of((*GOOD[0], "BY-0001", "linli"), (*GOOD[1], "BY-0002", "linli"), headers=headers)
    )
    assert trouble(found).startswith("第 3 行是自提点 BY-0002 的，不是本店的")
    rows = ((*GOOD[0], "BY-0001", "LINLI"), (*GOOD[1], "", "邻里优选"), (*GOOD[2], "by-0001", ""))
    assert isinstance(read(csv_of(*rows, headers=headers)), Manifest)


def test_the_name_of_a_person_goes_before_the_key_of_a_buyer() -> None:
    headers = ("商品", "件数", "买家", "姓名")
    assert headers[guess_columns(headers)[Field.NAME]] == "姓名"
    assert guess_columns(headers[:3])[Field.NAME] == 2


def test_a_line_without_any_buyer_is_refused() -> None:
    rows = [[*row[:6], "", "", "", row[9]] for row in GOOD]
    assert refused_for(csv_of(*rows)).reason is Trouble.NO_BUYER


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reading(raw: bytes) -> None:
    found = read(raw)
    assert isinstance(found, Manifest) or trouble(found)


def test_no_damage_to_an_excel_file_breaks_the_reading() -> None:
    whole = xlsx_of(HEADERS, *GOOD)
    dice = random.Random(7)
    for _ in range(60):
        raw = bytearray(whole[: dice.randrange(len(whole))] if dice.random() < 0.5 else whole)
        for _ in range(dice.randrange(12)):
            raw[dice.randrange(len(raw))] = dice.randrange(256) if raw else 0
        found = read(bytes(raw))
        assert isinstance(found, Manifest) or trouble(found)


def test_columns_that_were_chosen_once_are_remembered() -> None:
    headers = ("甲", "品名", "数量", "买家")
    assert guess_columns(headers, {"product": "甲"})[Field.PRODUCT] == 0
    guessed = guess_columns(headers)
    assert guess_columns(headers, named(guessed, headers)) == guessed
    assert guess_columns(headers, {"nonsense": "甲", "product": "不在"})[Field.PRODUCT] == 1


def _announce(store: Store, raw: bytes) -> Announced | Refused:
    found = read(raw)
    assert isinstance(found, Manifest)
    return store.writer.do(
        Announce(
            "linli", f"F{found.digest}", DAY, found.crates, found.lines, found.people, {"product": "商品名称"}
        )
    )


def test_an_imported_list_is_expected_and_received_like_any_other(store: Store) -> None:
    announced = _announce(store, csv_of(*GOOD))
    assert isinstance(announced, Announced)
    assert (announced.crates, announced.lines, announced.pieces) == (2, 3, 6)
    received = store.writer.do(Receive("QQQ111"))
    assert isinstance(received, CrateIn)
    assert received.pieces == 5
    reader = store.reader()
    assert reader.get("manifest.columns") == {"product": "商品名称"}
    assert reader.value("SELECT count(*) FROM facts WHERE body LIKE '%韦小妹%'") == 0
    assert reader.value("SELECT count(*) FROM people WHERE name = '覃大勇' AND tail = '0007'") == 2
    reader.close()


def test_the_same_file_twice_is_refused_and_a_wrong_one_can_be_taken_back(store: Store) -> None:
    _announce(store, csv_of(*GOOD))
    again = _announce(store, csv_of(*GOOD))
    assert isinstance(again, Refused)
    assert again.reason is Reason.IMPORTED
    assert answer(store.writer.do(TakeBack())).word == "已撤销"
    reader = store.reader()
    assert reader.value("SELECT count(*) FROM lines WHERE crate = 'QQQ111'") == 0
    reader.close()
    assert isinstance(_announce(store, csv_of(*GOOD)), Announced)


TRUCK = e.GoodsAnnounced(
    "linli",
    "V7",
    POINT,
    DAY,
    (CrateNote("VVV001", Zone.FRESH),),
    (
        Line(
            "V7/1",
            "o-V1",
            "VVV001",
            "土鸡蛋 10枚",
            "6901234567892",
            "x",
            Zone.FRESH,
            2,
            990,
            "b1",
            "37-1-6312",
        ),
        Line("V7/2", "o-V2", "", "散装沙糖桔", "", "x", Zone.FRESH, 1, 800, "b2", "37-1-0007"),
    ),
)


def _import(store: Store, raw: bytes) -> Announced | Refused:
    sheet = read_sheet(raw)
    assert not isinstance(sheet, Refused)
    wanted = Wanted(platform="linli", trip=f"F{sheet.digest}", day=DAY, point=POINT)
    found = read_manifest(sheet, guess_columns(sheet.headers), wanted)
    assert isinstance(found, Manifest), found
    return store.writer.do(
        Announce("linli", wanted.trip, DAY, found.crates, found.lines, found.people, columns={})
    )


@pytest.mark.parametrize("file", ["good.csv", "good.xlsx"])
def test_a_file_of_a_van_that_the_feed_announced_is_not_announced_again(store: Store, file: str) -> None:
    store.writer.do(Record((TRUCK,)))
    before = facts_in(store)
    again = _import(store, good_manifest(TRUCK)[file])
    assert isinstance(again, Refused)
    assert again.reason is Reason.LISTED
    assert "没有重复导入" in answer(again).sentence
    assert facts_in(store) == before


def test_the_same_list_as_csv_and_then_as_xlsx_is_expected_once(store: Store) -> None:
    files = good_manifest(TRUCK)
    assert isinstance(_import(store, files["good.csv"]), Announced)
    again = _import(store, files["good.xlsx"])
    assert isinstance(again, Refused)
    assert again.reason is Reason.LISTED


def _without_orders(column: str, *buyers: str) -> bytes:
    rows = "".join(f"散装沙糖桔,2,常温,{buyer}\n" for buyer in buyers)
    return f"商品名称,数量,温层,{column}\n{rows}".encode()


@pytest.mark.parametrize(
    ("column", "a", "b", "c"), [("取件码", "37-1-1", "37-1-2", "37-1-3"), ("姓名", "韦", "黄", "蒙")]
)
def test_a_list_without_orders_and_crates_is_expected_once(
    store: Store, column: str, a: str, b: str, c: str
) -> None:
    assert isinstance(_import(store, _without_orders(column, a, b)), Announced)
    again = _import(store, _without_orders(column, b, a))
    assert isinstance(again, Refused)
    assert again.reason is Reason.LISTED
    assert isinstance(_import(store, _without_orders(column, c, a)), Announced)


def test_one_known_loose_line_among_new_ones_is_enough_to_refuse_a_list(store: Store) -> None:
    store.writer.do(Record((replace(TRUCK, crates=(), lines=TRUCK.lines[1:]),)))
    again = _import(store, good_manifest(TRUCK)["good.csv"])
    assert isinstance(again, Refused)
    assert again.reason is Reason.LISTED


def test_the_next_list_of_the_same_day_with_other_orders_is_taken(store: Store) -> None:
    store.writer.do(Record((TRUCK,)))
    more = replace(TRUCK.lines[1], order="o-V3")
    assert isinstance(_import(store, good_manifest(replace(TRUCK, lines=(more,)))["good.csv"]), Announced)
