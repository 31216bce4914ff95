"""The lists beside the map: routes, the stops of one, what is not in the plan, and what is otherwise than yesterday."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from app.domain.answers import Tone
from app.routing import words
from app.routing.board import Board, Moved, loose
from app.routing.map_data import Mark, marks_of
from app.routing.night import Route, Unserved
from app.routing.rules import clock_text
from app.routing.tonight import Tonight, point_of
from app.ui import tokens
from app.ui.rows import Column, Section
from app.ui.shapes import font_of, sized

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class RouteLine:
    """A van of the list; one that stays at home has no stops."""

    van: str
    mark: Mark | None
    who: str
    stops: int
    fill: str
    done_s: int
    late: int


@dataclass(frozen=True, slots=True)
class StopLine:
    """A stop of the route that is looked at."""

    point: str
    mark: Mark | None
    order: int
    name: str
    arrival_s: int
    late: int
    pieces: int
    locked: int


def route_lines(board: Board) -> list[RouteLine | Section]:
    """The vans that drive, by the names of their routes, then those that stay at home."""
    tonight, plan = board.tonight, board.plan
    marks = marks_of(tonight, plan)
    driving: list[RouteLine | Section] = [
        _route_line(tonight, route, marks[route.van]) for route in tonight.in_order(plan)
    ]
    busy = {route.van for route in plan.routes}
    home = [van.name for van in tonight.night.vans if van.name not in busy]
    if home and driving:
        driving.append(Section("今晚不出车", f"{len(home)} 台"))
    return [*driving, *(RouteLine(van, None, _who(tonight, van), 0, "", 0, 0) for van in home)]


def _route_line(tonight: Tonight, route: Route, mark: Mark) -> RouteLine:
    night = tonight.night
    van = night.van_named[route.van]
    done_s = route.arrivals_s[-1] + night.stop_at[route.points[-1]].service_s
    fill = f"{round(100 * route.pieces / van.pieces)}%" if van.pieces else ""
    return RouteLine(
        route.van, mark, _who(tonight, route.van), len(route.points), fill, done_s, len(route.late_points)
    )


def _who(tonight: Tonight, van: str) -> str:
    return tonight.driver_name(van) or tonight.names.get(van, van)


def route_columns() -> tuple[Column[RouteLine], ...]:
    """The columns of the list of vans."""
    return (
        Column("线路", lambda row: row.mark.number if row.mark else "", width=74, paint=_paint_mark),
        Column("司机", lambda row: row.who),
        Column("站", lambda row: f"{row.stops} 站" if row.stops else "", width=76, align=_RIGHT),
        Column("卸完", _done, width=92, tone=lambda row: Tone.WRONG if row.late else None, align=_RIGHT),
    )


def _done(row: RouteLine) -> str:
    return f"晚 {row.late}" if row.late else clock_text(row.done_s) if row.stops else ""


def stop_lines(board: Board, van: str) -> list[StopLine | Section]:
    """The stops of one van in order, under its name."""
    tonight = board.tonight
    route = next((each for each in board.plan.routes if each.van == van), None)
    if route is None:
        return []
    mark = marks_of(tonight, board.plan)[van]
    late = set(route.late_points)
    title = f"{mark.number} {_who(tonight, van)}"
    remark = f"{len(route.points)} 站 · {words.kilometres(route.metres)}"
    lines: list[StopLine | Section] = [Section(title, remark)]
    for order, (point, at_s) in enumerate(zip(route.points, route.arrivals_s, strict=True), 1):
        pieces = tonight.night.stop_at[point].pieces
        locked = int(point in tonight.night.pinned)
        name = tonight.stop_name(point)
        lines.append(StopLine(point, mark, order, name, at_s, int(point in late), pieces, locked))
    return lines


def found_lines(board: Board, find: str) -> list[StopLine | Section]:
    """All stops that are called somewhat like this, by code, name, village or town."""
    tonight, wanted = board.tonight, find.casefold()
    marks = marks_of(tonight, board.plan)
    times = {
        point: (route.van, order, at_s, int(point in route.late_points))
        for route in board.plan.routes
        for order, (point, at_s) in enumerate(zip(route.points, route.arrivals_s, strict=True), 1)
    }
    lines: list[StopLine | Section] = []
    for stop in tonight.night.stops:
        row = tonight.stops.get(point_of(stop.point))
        called = f"{stop.point} {row.name} {row.village} {row.town}" if row else stop.point
        if wanted in called.casefold():
            van, order, at_s, late = times.get(stop.point, ("", 0, 0, 0))
            mark, locked = marks.get(van), int(stop.point in tonight.night.pinned)
            name = tonight.stop_name(stop.point)
            lines.append(StopLine(stop.point, mark, order, name, at_s, late, stop.pieces, locked))
    return lines


def stop_columns() -> tuple[Column[StopLine], ...]:
    """The columns of a list of stops."""
    return (
        Column("站", lambda row: str(row.order), width=62, paint=_paint_order),
        Column("自提点", lambda row: f"{row.name}{'　已锁' if row.locked else ''}"),
        Column("件", lambda row: f"{row.pieces} 件", width=82, align=_RIGHT, gives_way=1),
        Column("到达", _arrival, width=96, tone=lambda row: Tone.WRONG if row.late or not row.order else None,
               align=_RIGHT),
    )  # fmt: skip


def _arrival(row: StopLine) -> str:
    return clock_text(row.arrival_s) if row.order else "没排"


def _paint_mark(painter: QPainter, rect: QRect, row: RouteLine, view: QWidget) -> None:
    _paint_badge(painter, rect, row.mark, row.mark.number if row.mark else "", view)


def _paint_order(painter: QPainter, rect: QRect, row: StopLine, view: QWidget) -> None:
    _paint_badge(painter, rect, row.mark, str(row.order) if row.order else "×", view)


def _paint_badge(painter: QPainter, rect: QRect, mark: Mark | None, text: str, view: QWidget) -> None:
    """A number in the colour that its route has on the map."""
    if not text:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font_of(view, "small", bold=True))
    height = sized(view, 26)
    width = max(painter.fontMetrics().horizontalAdvance(text) + sized(view, 16), sized(view, 34))
    box = QRectF(rect.left(), rect.center().y() - height / 2 + 1, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.ROUTES[mark.hue] if mark else tokens.GREY))
    painter.drawRoundedRect(box, height / 2, height / 2)
    painter.setPen(QColor(tokens.WHITE))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


# --- what needs a look -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Concern:
    """Something to look at: a point that is left out, late, or brought by another van than yesterday."""

    point: str
    name: str
    what: str
    advice: str
    tone: Tone
    left: Unserved | None = None
    moved: Moved | None = None


def concerns(board: Board, moved: Sequence[Moved]) -> list[Concern | Section]:
    """What had to be guessed; what is left out and the way out; who waits; what is otherwise than yesterday."""
    tonight = board.tonight
    left = loose(tonight.night, board.plan)
    rows: list[Concern | Section] = [Section(said) for said in words.lacks(tonight.lacks)]
    if left:
        rows.append(Section("没排进去", f"{len(left)} 个点"))
    for each in left:
        name, why = tonight.stop_name(each.point), words.WHY[each.why]
        rows.append(Concern(each.point, name, why, words.way_out(each), Tone.WRONG, left=each))
    late = [point for route in board.plan.routes for point in route.late_points]
    if late:
        rows.append(Section("会晚到", f"{len(late)} 站"))
    rows += [_late(board, point) for point in late]
    if moved:
        saved = sum(-each.back.effect.cost_fen for each in moved if each.back)
        rows.append(Section("和昨天不同", f"{len(moved)} 个点，共{words.saving(-saved)}"))
    for other in moved:
        name = tonight.stop_name(other.point)
        what = f"{_route_or_van(tonight, other.before)} → {_route_or_van(tonight, other.van)}"
        rows.append(Concern(other.point, name, what, _gain(other), Tone.INFO, moved=other))
    return rows


def _late(board: Board, point: str) -> Concern:
    night, route = board.night, board.route_of(point)
    behind = 0
    if route is not None:
        behind = route.arrivals_s[route.points.index(point)] - night.latest_s(night.stop_at[point])
    name, what = board.tonight.stop_name(point), f"晚 {words.minutes(behind)}"
    return Concern(point, name, what, "换一台车，或往前排", Tone.WRONG)


def _route_or_van(tonight: Tonight, van: str) -> str:
    return tonight.route_name(van)


def _gain(moved: Moved) -> str:
    if moved.back is None:
        return "原来的车今晚不在"
    if moved.back.strains:
        return words.strains(moved.back.strains)
    return words.saving(-moved.back.effect.cost_fen)


def concern_columns() -> tuple[Column[Concern], ...]:
    """The columns of that list."""
    return (
        Column("自提点", lambda row: row.name, strong=1),
        Column("怎么了", lambda row: row.what, width=230, tone=lambda row: row.tone),
        Column("最省的办法", lambda row: row.advice, width=250, gives_way=1),
    )
