"""Drivers' papers: order, times, counts, the loading list last stop first, and enough pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.routing.driver_sheets import DriverSheet, rows_of, sheets_of, write_sheets
from app.routing.queries import RouteRow, StopRow
from app.ui.paper import paginate


def a_sheet(stops: int, *, late: int = 0) -> DriverSheet:
    """A van's paper with so many stops."""
    rows = tuple(
        StopRow(
            "1", at, f"BY-{at:04d}", f"村口 {at} 号店", "民范村", "新桥镇", 25_200 + at * 600, late, 17, 2
        )
        for at in range(1, stops + 1)
    )
    route = RouteRow(
        "2026-11-22",
        "1",
        "桂A12345",
        "d1",
        "韦师傅",
        "1-2",
        25_200,
        40_000,
        72_345,
        stops,
        17 * stops,
        2 * stops,
    )
    return DriverSheet(route, rows)


def cells(sheet: DriverSheet, title: str) -> list[tuple[str, ...]]:
    """The rows of one table of the paper."""
    rows = rows_of(sheet)
    start = next(at for at, row in enumerate(rows) if row.look == "title" and row.cells[0] == title)
    found = []
    for row in rows[start + 1 :]:
        if row.look == "title":
            break
        if row.look == "row":
            found.append(row.cells)
    return found


def test_the_order_has_times_and_counts_and_the_loading_list_runs_backwards() -> None:
    sheet = a_sheet(3)
    order = cells(sheet, "送货顺序")
    assert [row[0] for row in order] == ["1", "2", "3"]
    assert [row[1] for row in order] == ["07:10", "07:20", "07:30"]
    assert order[0][2:5] == ("BY-0001　村口 1 号店", "17", "2")
    loading = cells(sheet, "装车顺序")
    assert [(row[0], row[1]) for row in loading] == [("1", "3"), ("2", "2"), ("3", "1")]


def test_the_head_says_when_and_where_and_how_much() -> None:
    strong = next(row for row in rows_of(a_sheet(3)) if row.look == "strong")
    assert strong.cells == ("07:00 出发　1-2 车位", "3 站　51 件　6 筐")


def test_a_late_stop_says_by_how_much() -> None:
    assert cells(a_sheet(1, late=900), "送货顺序")[0][5] == "晚 15 分"


def test_a_short_round_is_one_page_and_of_a_long_one_the_loading_list_is_the_back() -> None:
    assert len(paginate(rows_of(a_sheet(10)))) == 1
    front, back = paginate(rows_of(a_sheet(25)))
    assert not any(row.cells == ("装车顺序",) for row in front)
    assert back[0].cells == ("装车顺序",)


def test_a_van_without_stops_has_a_paper_too() -> None:
    assert any(row.cells == ("没有站点",) for row in rows_of(a_sheet(0)))


@pytest.mark.usefixtures("qtbot")
def test_each_van_begins_on_its_own_page_and_chinese_is_embedded(tmp_path: Path) -> None:
    sheets = [a_sheet(45), a_sheet(4)]
    raw = write_sheets(sheets, tmp_path / "司机单.pdf", station="宾阳站", now_ms=0).read_bytes()
    pages = sum(len(paginate(rows_of(sheet))) for sheet in sheets)
    assert pages >= 4
    assert len(re.findall(rb"/Type /Page\b", raw)) == pages
    assert b"NotoSansSC" in raw
    assert not list(tmp_path.glob(".*.part"))


@pytest.mark.usefixtures("qtbot")
def test_a_place_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(OSError, match=r".+"):
        write_sheets([a_sheet(1)], blocked / "x.pdf", station="站", now_ms=0)


def test_stops_go_to_the_paper_of_their_route() -> None:
    one = a_sheet(2)
    other = RouteRow("2026-11-22", "2", "桂A2", "", "", "", 0, 0, 0, 0, 0, 0)
    made = sheets_of([one.route, other], one.stops)
    assert [len(sheet.stops) for sheet in made] == [2, 0]
