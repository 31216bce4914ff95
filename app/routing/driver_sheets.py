"""Drivers' sheets as a PDF: the stops in order with times and counts, and how the van is loaded, last stop first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.domain.clock import moment
from app.routing.queries import RouteRow, StopRow
from app.routing.rules import clock_text
from app.routing.words import kilometres, minutes
from app.ui.paper import Paper, Row, write_papers

ORDER = (0.07, 0.11, 0.44, 0.12, 0.12, 0.14)
LOADING = (0.1, 0.14, 0.48, 0.14, 0.14)
MOST_ON_ONE_PAGE = 10
"""With more stops the loading list begins on the back."""


@dataclass(frozen=True, slots=True)
class DriverSheet:
    """One van's paper."""

    route: RouteRow
    stops: tuple[StopRow, ...]


def sheets_of(routes: Sequence[RouteRow], stops: Sequence[StopRow]) -> list[DriverSheet]:
    """A paper for each route of a day's plan."""
    by_route: dict[str, list[StopRow]] = {}
    for stop in stops:
        by_route.setdefault(stop.route, []).append(stop)
    return [DriverSheet(route, tuple(by_route.get(route.route, ()))) for route in routes]


def write_sheets(sheets: Sequence[DriverSheet], path: Path, *, station: str, now_ms: int) -> Path:
    """Write them into one file, one van after another, whole or not at all; raises ``OSError``."""
    made = f"格驿 · {moment(now_ms):%Y-%m-%d %H:%M} 生成"
    papers = [_paper(sheet, station) for sheet in sheets]
    return write_papers(papers, path, title=f"{station} 司机单", made=made)


def _paper(sheet: DriverSheet, station: str) -> Paper:
    route = sheet.route
    who = route.driver_name or "司机未定"
    name = f"线路 {route.route}　{who}　{route.van}"
    line = f"{station} · 业务日 {route.day}"
    return Paper(name, "司机单", line, tuple(rows_of(sheet)))


def rows_of(sheet: DriverSheet) -> list[Row]:
    """The sheet from top to bottom."""
    turn = [Row((), "page")] if len(sheet.stops) > MOST_ON_ONE_PAGE else []
    return [*_summary(sheet), *_order(sheet), *turn, *_loading(sheet), *_sign()]


def _summary(sheet: DriverSheet) -> list[Row]:
    route = sheet.route
    dock = f"　{route.dock} 车位" if route.dock else ""
    leaves = f"{clock_text(route.leaves_s)} 出发{dock}"
    pieces = f"{route.stops} 站　{route.pieces} 件　{route.crates} 筐"
    way = f"{kilometres(route.metres)}，{minutes(route.back_s - route.leaves_s)}，{clock_text(route.back_s)} 回到站"
    return [
        Row((leaves, pieces), "strong", (0.5, 0.5), "lr"),
        Row((way,), "note"),
        Row((), "gap"),
    ]


def _order(sheet: DriverSheet) -> list[Row]:
    head = Row(("站", "到达", "自提点", "件数", "筐数", "签收"), "head", ORDER, "rllrrl")
    rows = [
        Row(
            (f"{at}", clock_text(stop.arrival_s), _place(stop), f"{stop.pieces}", f"{stop.crates}", _late(stop)),
            "row", ORDER, "rllrrl",
        )
        for at, stop in enumerate(sheet.stops, 1)
    ]  # fmt: skip
    total = (f"{len(sheet.stops)}", "", "合计", _sum(sheet, "pieces"), _sum(sheet, "crates"), "")
    return [
        Row(("送货顺序",), "title"),
        head,
        *(rows or [Row(("没有站点",), "note")]),
        Row(total, "total", ORDER, "rllrrl"),
        Row((), "gap"),
    ]


def _loading(sheet: DriverSheet) -> list[Row]:
    head = Row(("装车", "第几站", "自提点", "件数", "筐数"), "head", LOADING, "rrlrr")
    rows = [
        Row(
            (f"{at}", f"{stop.seq}", _place(stop), f"{stop.pieces}", f"{stop.crates}"),
            "row",
            LOADING,
            "rrlrr",
        )
        for at, stop in enumerate(reversed(sheet.stops), 1)
    ]
    note = Row(("最后一站的货最先装，放最里面；第一站的货最后装，放车门口。",), "note")
    return [Row(("装车顺序",), "title"), note, head, *rows, Row((), "gap")]


def _sign() -> list[Row]:
    return [Row((), "gap"), Row(("司机签字：", "回站时间："), "sign", (0.6, 0.4), "ll")]


def _place(stop: StopRow) -> str:
    name = stop.name or stop.point
    return f"{stop.point}　{name}" if stop.name else name


def _late(stop: StopRow) -> str:
    return f"晚 {minutes(stop.late_s)}" if stop.late_s else ""


def _sum(sheet: DriverSheet, what: str) -> str:
    return f"{sum(getattr(stop, what) for stop in sheet.stops):,}"
