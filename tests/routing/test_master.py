"""Vans, drivers, points and rules: by hand and from tables, and everything that can be wrong with them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import events as e
from app.domain.refusals import Refused
from app.routing import queries, words
from app.routing.actions import Keep, KeepSettings, Kept, PutBack, Retire, SetTable
from app.routing.master_file import Kind, Master, Trouble, kind_of, read_master
from app.routing.queries import Settings
from app.routing.rules import (
    Crew,
    Reason,
    clock_text,
    read_clock,
    read_degrees,
    read_fen,
    read_place,
    read_whole,
    vans_of_table,
    words_in,
    wrong,
)
from app.store.connection import Reader
from app.store.opening import Store
from tests.samples import morning

VAN = e.VanSet("桂A1", "1号车", 350, 60)
DRIVER = e.DriverSet("d1", "韦师傅", "桂A1", 21_600, 43_200, ("民范村",))
STOP = e.StopSet("BY-1", "小卖部", "民范村", "新桥镇", 23_147_130, 108_599_180, guessed=True)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty book."""
    opened = Store(tmp_path, morning())
    yield opened
    opened.close()


@pytest.fixture
def reader(store: Store) -> Iterator[Reader]:
    """Reads of it."""
    made = store.reader()
    yield made
    made.close()


def csv_of(headers: Sequence[str], *rows: Sequence[str], encoding: str = "utf-8") -> bytes:
    """A table as a spreadsheet exports it."""
    return "\n".join(",".join(row) for row in (headers, *rows)).encode(encoding)


def xlsx_of(headers: Sequence[str], *rows: Sequence[Any]) -> bytes:
    """A table as Excel keeps it."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (headers, *rows):
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def entries(raw: bytes) -> Master:
    """What a good table says."""
    found = read_master(raw)
    assert isinstance(found, Master), words.refusal(found)
    return found


def refusal(raw: bytes) -> Refused:
    """Why a table is refused; its sentence says something and names its row."""
    found = read_master(raw)
    assert isinstance(found, Refused), found
    said = words.refusal(found).sentence
    assert said.endswith("。")
    assert "{" not in said
    if "row" in found.about:
        assert f"第 {found.about['row']} 行" in said
    return found


# --- by hand -----------------------------------------------------------------------------------------------


def test_a_van_is_kept_changed_and_retired_and_each_step_can_be_taken_back(
    store: Store, reader: Reader
) -> None:
    kept = store.writer.do(Keep((VAN,)))
    assert isinstance(kept, Kept)
    assert words.answer(kept).word == "已添加"
    bigger = e.VanSet("桂A1", "1号车", 500, 80, cold=True, fen_per_km=150)
    changed = store.writer.do(Keep((bigger,)))
    assert isinstance(changed, Kept)
    assert queries.vans(reader) == [bigger]
    store.writer.do(PutBack(changed.back))
    assert queries.vans(reader) == [VAN]
    gone = store.writer.do(Retire(VAN))
    assert isinstance(gone, Kept)
    assert queries.vans(reader) == []
    store.writer.do(PutBack(gone.back))
    store.writer.do(PutBack(kept.back))
    assert queries.vans(reader) == []


def test_what_stands_there_already_is_not_written_again(store: Store, reader: Reader) -> None:
    store.writer.do(Keep((STOP,)))
    again = store.writer.do(Keep((STOP,)))
    assert isinstance(again, Kept)
    assert (again.new, again.changed, again.same, again.back) == (0, 0, 1, ())
    assert reader.value("SELECT count(*) FROM facts") == 1


def test_everything_written_down_is_read_back_as_it_was(store: Store, reader: Reader) -> None:
    shop = e.StopSet("BY-2", "粮油店", "", "", 0, 0, False, "hill", 27_000, 36_000, 300, ("桂A1", "桂A2"))
    together = e.RideRuleSet("r1", "together", ("BY-1", "BY-2"))
    for facts in ((VAN,), (DRIVER,), (STOP, shop), (together,)):
        store.writer.do(Keep(facts))
    assert queries.drivers(reader) == [DRIVER]
    assert queries.stops(reader) == [STOP, shop]
    assert queries.rules(reader) == [together]
    store.writer.do(Retire(together))
    assert queries.rules(reader) == []


def test_a_table_with_one_wrong_row_writes_nothing(store: Store, reader: Reader) -> None:
    found = store.writer.do(Keep((VAN, e.VanSet("桂A2", "2号车", -5, 60))))
    assert isinstance(found, Refused)
    assert queries.vans(reader) == []


@pytest.mark.parametrize(
    ("fact", "why"),
    [
        (e.VanSet("", "x", 1, 1), Reason.NO_CODE),
        (e.VanSet("a\x01", "x", 1, 1), Reason.BAD_CODE),
        (e.VanSet("a" * 33, "x", 1, 1), Reason.BAD_CODE),
        (e.VanSet("a", "", 1, 1), Reason.NO_NAME),
        (e.VanSet("a", "名" * 61, 1, 1), Reason.LONG_NAME),
        (e.VanSet("a", "x", 0, 1), Reason.BAD_PIECES),
        (e.VanSet("a", "x", 1, -1), Reason.BAD_CRATES),
        (e.VanSet("a", "x", 1, 1, fen_per_km=-1), Reason.BAD_MONEY),
        (e.DriverSet("d", "x", "", 40_000, 30_000), Reason.BAD_WINDOW),
        (e.DriverSet("d", "x", "", 0, 90_000), Reason.BAD_WINDOW),
        (e.StopSet("p", "x", "", "", 91_000_000, 0, guessed=False), Reason.BAD_PLACE),
        (e.StopSet("p", "x", "", "", 0, 0, guessed=False, area="moon"), Reason.BAD_AREA),
        (e.StopSet("p", "x", "", "", 0, 0, guessed=False, unloading_s=-60), Reason.BAD_UNLOADING),
        (
            e.StopSet("p", "x", "", "", 0, 0, guessed=False, opens_s=30_000, closes_s=20_000),
            Reason.BAD_WINDOW,
        ),
        (e.StopSet("p", "x", "", "", 0, 0, guessed=False, opens_s=-1), Reason.BAD_TIME),
        (e.RideRuleSet("r", "together", ("a", "a")), Reason.TOO_FEW),
        (e.RideRuleSet("r", "locked", ("a",)), Reason.NO_VAN),
        (e.RideRuleSet("r", "above", ("a", "b")), Reason.BAD_KIND),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    store: Store, fact: e.VanSet | e.DriverSet | e.StopSet | e.RideRuleSet, why: Reason
) -> None:
    found = store.writer.do(Keep((fact,)))
    assert isinstance(found, Refused)
    assert found.reason is why
    said = words.answer(found).sentence
    assert said.endswith("。")
    assert "{" not in said


def test_retiring_what_is_gone_says_so(store: Store) -> None:
    found = store.writer.do(Retire(VAN))
    assert isinstance(found, Refused)
    assert "桂A1" in words.answer(found).sentence


def test_settings_are_kept_and_what_is_strange_among_them_is_passed_over(
    store: Store, reader: Reader
) -> None:
    assert queries.settings(reader) == Settings()
    store.writer.do(KeepSettings(Settings(latitude=23_000_000, longitude=108_000_000, strange_fen=500)))
    assert queries.settings(reader).strange_fen == 500


def test_a_fixed_table_is_set_once_and_taken_back(store: Store, reader: Reader) -> None:
    rows = (e.FixedStop("BY-1", "桂A1"),)
    kept = store.writer.do(SetTable(rows))
    assert isinstance(kept, Kept)
    assert queries.fixed_table(reader) == list(rows)
    assert isinstance(store.writer.do(SetTable(rows)), Refused)
    store.writer.do(PutBack(kept.back))
    assert queries.fixed_table(reader) == []


def test_routes_of_a_table_find_their_vans_by_plate_name_driver_last_route_and_then_in_order() -> None:
    rows = [
        e.FixedStop(f"p{at}", route)
        for at, route in enumerate(("桂A1", "二号", "韦师傅", "R7", "东线", "西线"))
    ]
    crews = [
        Crew("桂A6"), Crew("桂A5"), Crew("桂A4", route="R7"), Crew("桂A3", driver="韦师傅"), Crew("桂A2", "二号"),
        Crew("桂A1"),
    ]  # fmt: skip
    assert vans_of_table(rows, crews) == {
        "p0": "桂A1", "p1": "桂A2", "p2": "桂A3", "p3": "桂A4", "p4": "桂A6", "p5": "桂A5",
    }  # fmt: skip
    assert "p5" not in vans_of_table(rows, crews[1:])


# --- a hand's writing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7:30", 27_000), ("07：30", 27_000), ("0730", 27_000), ("7点半", 27_000), ("7点", 25_200), ("7", 25_200),
        ("11:00:00", 39_600), ("24:00", 86_400), ("24:01", None), ("7:60", None), ("早上", None), ("", None),
        ("-7", None),
    ],
)  # fmt: skip
def test_times_are_read_as_people_write_them(text: str, seconds: int | None) -> None:
    assert read_clock(text) == seconds


@pytest.mark.parametrize(
    "text", ["23.2178, 108.8103", "108.8103 23.2178", "108.8103，23.2178", "23.2178N;108.8103E"]
)
def test_a_place_is_read_in_either_order(text: str) -> None:
    assert read_place(text) == (23_217_800, 108_810_300)


@pytest.mark.parametrize("text", ["", "23.2178", "23.2178, x", "0, 0", "23.2, 108.8, 4", "200, 300"])
def test_what_is_no_place_is_none(text: str) -> None:
    assert read_place(text) is None


def test_counts_money_and_lists_are_read_as_people_write_them() -> None:
    assert [read_whole(text, most=1000) for text in ("350件", "1,000", "350.0", "-3", "1001", "三")] == [
        350, 1000, 350, None, None, None,
    ]  # fmt: skip
    assert [read_fen(text) for text in ("1.2", "¥150", "150元", "", "-1", "1.234", "9999999")] == [
        120, 15_000, 15_000, 0, None, None, None,
    ]  # fmt: skip
    assert words_in("民范村、新桥村，民范村 黎塘") == ("民范村", "新桥村", "黎塘")
    assert read_degrees("北纬23.5°", most=90) == 23_500_000


@given(st.integers(0, 86_399))
def test_a_time_written_out_is_read_again(seconds: int) -> None:
    assert read_clock(clock_text(seconds)) == seconds // 60 * 60


@given(st.text(max_size=30))
def test_no_writing_breaks_the_reading(text: str) -> None:
    for read in (read_clock, read_fen, read_place, words_in):
        read(text)
    read_whole(text, most=10)
    read_degrees(text, most=90)


# --- from tables -------------------------------------------------------------------------------------------


def test_each_table_is_known_by_its_headers() -> None:
    assert kind_of(("车牌", "件数", "筐数", "冷藏箱")) is Kind.VANS
    assert kind_of(("司机", "车牌", "上班", "下班")) is Kind.DRIVERS
    assert kind_of(("自提点编号", "名称", "村", "乡镇", "经度", "纬度")) is Kind.STOPS
    assert kind_of(("自提点编号", "名称", "线路")) is Kind.ROUTES


def test_vans_come_from_a_table() -> None:
    raw = csv_of(
        ("车牌", "车名", "最多件数", "筐数", "冷箱", "公里费", "日租"),
        ("桂a1", "大车", "350", "", "有", "1.5", "150"),
    )
    assert entries(raw).entries == (e.VanSet("桂A1", "大车", 350, 60, True, 150, 15_000),)


def test_drivers_come_from_a_table_with_usual_hours_where_none_are_said() -> None:
    raw = csv_of(
        ("姓名", "车牌", "上班时间", "熟悉的村"),
        ("韦师傅", "桂A1", "5:30", "民范村、新桥村"),
        ("黄师傅", "", "", ""),
    )
    assert entries(raw).entries == (
        e.DriverSet("韦师傅", "韦师傅", "桂A1", 19_800, 46_800, ("民范村", "新桥村")),
        e.DriverSet("黄师傅", "黄师傅", "", 21_600, 46_800),
    )


STOP_HEADERS = (
    "自提点编号",
    "名称",
    "村",
    "乡镇",
    "经度",
    "纬度",
    "开门",
    "关门",
    "卸货分钟",
    "不能去的车",
    "路况",
)


def stop_row(**cells: str) -> tuple[str, ...]:
    """A good row of a table of points, with some cells otherwise."""
    usual = {
        "自提点编号": "BY-1", "名称": "小卖部", "村": "民范村", "乡镇": "新桥镇", "经度": "108.6", "纬度": "23.1",
        "开门": "7:30", "关门": "10:30", "卸货分钟": "5", "不能去的车": "桂A1、桂A2", "路况": "山区",
    }  # fmt: skip
    return tuple((usual | cells)[header] for header in STOP_HEADERS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_points_come_from_a_table_in_any_encoding(encoding: str) -> None:
    found = entries(csv_of(STOP_HEADERS, stop_row(), encoding=encoding))
    assert found.entries == (
        e.StopSet(
            "BY-1", "小卖部", "民范村", "新桥镇", 23_100_000, 108_600_000, False, "hill", 27_000, 37_800, 300,
            ("桂A1", "桂A2"),
        ),
    )  # fmt: skip
    assert (found.guessed, found.lost) == (0, 0)


def test_a_point_without_a_position_is_placed_in_its_village_or_town_and_marked_as_guessed() -> None:
    rows = (
        stop_row(经度="", 纬度=""),
        stop_row(自提点编号="BY-2", 经度="", 纬度="", 村="没有这个村", 乡镇="黎塘镇"),
        stop_row(自提点编号="BY-3", 经度="", 纬度="", 村="没有这个村", 乡镇=""),
    )
    found = entries(csv_of(STOP_HEADERS, *rows))
    assert (found.guessed, found.lost) == (2, 1)
    village, town, nowhere = (entry for entry in found.entries if isinstance(entry, e.StopSet))
    assert village.guessed
    assert 23_000_000 < village.latitude < 23_500_000
    assert town.guessed
    assert 108_400_000 < town.longitude < 109_200_000
    assert (nowhere.latitude, nowhere.longitude, nowhere.guessed) == (0, 0, True)


def test_an_excel_table_with_a_title_numbers_and_a_total_is_read() -> None:
    raw = xlsx_of(("宾阳站车辆表",), ("车牌", "件数", "筐数"), ("桂A1", 350, 60.0), ("合计", 350, 60))
    assert entries(raw).entries == (e.VanSet("桂A1", "桂A1", 350, 60),)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("经度", "东边"), ("纬度", "91"), ("经度", ""), ("纬度", ""), ("开门", "早上"), ("关门", "25:00"),
        ("卸货分钟", "-5"), ("卸货分钟", "500"), ("路况", "海上"), ("自提点编号", ""), ("名称", ""), ("关门", "7:00"),
    ],
)  # fmt: skip
def test_a_wrong_cell_of_a_point_is_told_with_its_row(column: str, text: str) -> None:
    rows = (stop_row(), stop_row(**{"自提点编号": "BY-2", column: text}))
    found = refusal(csv_of(STOP_HEADERS, *rows))
    assert found.about["row"] == 3


@pytest.mark.parametrize("text", ["-350", "0", "三百", "", "1e9", "99999999"])
def test_a_van_that_holds_nonsense_is_told_with_its_row(text: str) -> None:
    assert refusal(csv_of(("车牌", "最多件数", "筐数"), ("桂A1", text, "60"))).about["row"] == 2


def test_one_code_twice_is_told_with_both_rows() -> None:
    found = refusal(csv_of(STOP_HEADERS, stop_row(), stop_row(名称="另一家")))
    assert (found.reason, found.about["row"], found.about["before"]) == (Trouble.DUPLICATE, 3, 2)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", Trouble.EMPTY),
        (b"<html><table><tr><td>x</td></tr></table></html>", Trouble.HTML),
        (b"\xd0\xcf\x11\xe0 old", Trouble.OLD_EXCEL),
        (b"PK\x03\x04 broken", Trouble.BROKEN),
        (bytes(range(256)), Trouble.ENCODING),
        (csv_of(("甲", "乙"), ("1", "2")), Trouble.MISSING_COLUMNS),
        (csv_of(("车牌", "最多件数")), Trouble.NO_ROWS),
        (csv_of(("只有一列",), ("1",)), Trouble.MISSING_COLUMNS),
    ],
    ids=lambda value: str(value) if isinstance(value, Trouble) else "",
)
def test_a_file_that_is_no_table_is_refused_with_one_sentence(raw: bytes, why: Trouble) -> None:
    assert refusal(raw).reason is why


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading_of_a_table(raw: bytes) -> None:
    found = read_master(raw)
    assert isinstance(found, Master) or words.refusal(found).sentence


@given(st.lists(st.tuples(*[st.text(max_size=12) for _ in STOP_HEADERS]), max_size=4))
def test_no_cells_break_the_reading_of_points(rows: list[tuple[str, ...]]) -> None:
    plain = [tuple(cell.replace(",", "").replace('"', "") for cell in row) for row in rows]
    found = read_master(csv_of(STOP_HEADERS, *plain, encoding="utf-16"))
    if isinstance(found, Refused):
        assert words.refusal(found).sentence.endswith("。")
    else:
        assert all(wrong(entry) is None for entry in found.entries if isinstance(entry, e.StopSet))


def test_a_whole_county_is_kept_in_one_step(store: Store, reader: Reader) -> None:
    rows = [stop_row(自提点编号=f"BY-{at:04d}", 名称=f"{at} 号店") for at in range(550)]
    kept = store.writer.do(
        Keep(tuple(x for x in entries(csv_of(STOP_HEADERS, *rows)).entries if isinstance(x, e.StopSet)))
    )
    assert isinstance(kept, Kept)
    assert words.answer(kept).sentence == "点位：550 个新的。"
    assert len(queries.stops(reader)) == 550


def test_the_words_of_the_forms_are_understood_as_headers() -> None:
    found = read_master("车牌,平时怎么叫,最多装多少件,最多装多少筐\n桂A1,1号车,300,50\n".encode())
    assert isinstance(found, Master)
    assert [(van.van, van.name, van.pieces, van.crates) for van in found.entries] == [  # type: ignore[union-attr]
        ("桂A1", "1号车", 300, 50)
    ]
    found = read_master("姓名,常开哪台车,几点上班,几点下班\n韦师傅,桂A1,6:00,12:00\n".encode())
    assert isinstance(found, Master)
    assert found.kind is Kind.DRIVERS


def test_a_code_that_a_spreadsheet_has_shortened_is_told() -> None:
    found = read_master("编号,名称,村,乡镇\n1.23E+15,小卖部,民范村,新桥镇\n".encode())
    assert isinstance(found, Refused)
    assert "科学计数" in words.refusal(found).sentence
