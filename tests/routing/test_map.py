"""The map and the clock: what is drawn where, what a hand does to it, and that neighbours stay apart for every eye."""

from __future__ import annotations

import itertools
import math

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.answers import Tone
from app.routing.gantt import Bar, GanttView
from app.routing.map_data import SHAPES, Label, MapData, MapRoute, MapStop, Mark
from app.routing.map_view import MapView
from app.ui import tokens
from app.ui.fonts import apply_theme
from app.ui.tokens import TextSize, stylesheet
from tests.benchmarks.map import a_night

pytestmark = [pytest.mark.qt_log_ignore(r"propagateSizeHints\(\)", extend=True)]


def two_routes() -> MapData:
    """A route 10 km to the east, one to the west, and a stop in the north that is in none."""
    stops = (
        MapStop("e1", 5, 0, "东一", 0, 1, 26_000, 0, 0),
        MapStop("e2", 10, 0, "东二", 0, 2, 27_000, 1, 1),
        MapStop("w1", -5, 0, "西一", 1, 1, 26_500, 0, 0),
        MapStop("n", 0, 8, "北", -1, 0, 0, 0, 0),
    )
    routes = (
        MapRoute("V1", Mark(0, 0, "R1"), (0, 1), 10, 0),
        MapRoute("V2", Mark(3, 1, "R2"), (2,), -5, 0),
    )
    return MapData(stops, routes, (Label("东镇", 7, 1, 2),))


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> MapView:
    """The map of the two routes, shown."""
    if qapp.styleSheet() != stylesheet(TextSize.NORMAL.scale):
        apply_theme(qapp)
    made = MapView()
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show_map(two_routes())
    made.show()
    qtbot.waitExposed(made)
    return made


def place(view: MapView, point: str) -> QPoint:
    """Where a stop is."""
    found = view.place_of(point)
    assert found is not None
    return found.toPoint()


def colour_at(view: MapView, where: QPoint) -> QColor:
    """What is painted there."""
    return view.grab().toImage().pixelColor(where)


def looks_like(found: QColor, wanted: str) -> bool:
    """Whether a colour is nearly another."""
    other = QColor(wanted)
    return (
        max(
            abs(found.red() - other.red()),
            abs(found.green() - other.green()),
            abs(found.blue() - other.blue()),
        )
        < 40
    )


# --- what is drawn -----------------------------------------------------------------------------------------


def test_everything_is_in_sight_at_first_and_north_is_up(view: MapView) -> None:
    for point in ("e1", "e2", "w1", "n"):
        assert view.rect().adjusted(20, 20, -20, -20).contains(place(view, point))
    assert place(view, "n").y() < place(view, "e1").y()
    assert place(view, "e1").x() > place(view, "w1").x()


def test_a_stop_wears_the_colour_of_its_route_and_a_late_one_is_red(view: MapView) -> None:
    view.show_route("V1")
    assert looks_like(colour_at(view, place(view, "e1") + QPoint(-8, 0)), tokens.ROUTES[0])
    assert looks_like(colour_at(view, place(view, "e2") + QPoint(-9, 0)), tokens.RED)


def test_a_stop_in_no_route_is_an_empty_ring_with_a_cross(view: MapView) -> None:
    where = place(view, "n")
    assert looks_like(colour_at(view, where), tokens.RED)
    assert looks_like(colour_at(view, where + QPoint(0, 5)), tokens.WHITE)


def test_the_route_that_is_forward_is_coloured_and_the_others_are_quiet(view: MapView) -> None:
    view.show_route("V1")
    view.zoom(0.5)
    view._sharpen()
    assert looks_like(colour_at(view, place(view, "w1")), tokens.LINE_STRONG)
    view.show_route("")
    assert not looks_like(colour_at(view, place(view, "w1") + QPoint(-3, 0)), tokens.LINE_STRONG)


def test_panning_shows_what_a_fresh_painting_would_show(view: MapView) -> None:
    view.show_route("V1")
    view.grab()
    before = view.repainted
    for _ in range(12):
        view.pan(right=5, down=-3)
        panned = view.grab().toImage()
    assert view.repainted == before  # the kept picture was laid elsewhere
    view._sharpen()
    fresh = view.grab().toImage()
    assert view.repainted == before + 1
    assert _difference(panned, fresh) < 0.01


def test_far_panning_paints_anew_and_never_shows_an_empty_edge(view: MapView) -> None:
    before = view.repainted
    for _ in range(40):
        view.pan(right=-30, down=0)
        view.grab()
    assert view.repainted > before
    assert view._covers()


def _difference(one: QImage, other: QImage) -> float:
    """Share of pixels that differ clearly."""
    spots = list(itertools.product(range(0, one.width(), 7), range(0, one.height(), 7)))
    differ = sum(
        abs(one.pixelColor(x, y).lightness() - other.pixelColor(x, y).lightness()) > 60 for x, y in spots
    )
    return differ / len(spots)


def test_an_empty_map_and_one_place_for_all_are_drawn(qtbot: QtBot) -> None:
    view = MapView()
    qtbot.addWidget(view)
    view.show_map(MapData())
    view.grab()
    stops = tuple(MapStop(f"s{at}", 0, 0, "同", 0, at + 1, 0, 0, 0) for at in range(3))
    view.show_map(MapData(stops, (MapRoute("V", Mark(0, 0, "1"), (0, 1, 2), 0, 0),)))
    assert not view.grab().isNull()
    assert view.stop_at(QPointF(view.rect().center())) is not None


def test_forty_routes_are_drawn_whole(view: MapView) -> None:
    view.show_map(a_night(stops=600, routes=40))
    view.fit()
    image = view.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(0, 600, 3) for y in range(0, 400, 3)}
    assert sum(any(looks_like(QColor(c), route) for c in colours) for route in tokens.ROUTES) == len(
        tokens.ROUTES
    )


# --- the hand ----------------------------------------------------------------------------------------------


def test_the_wheel_zooms_around_the_cursor(view: MapView) -> None:
    where = QPointF(place(view, "e1"))
    view.zoom(2.0, where)
    assert math.hypot(*(QPointF(place(view, "e1")) - where).toTuple()) < 2


def test_zooming_ends_at_sensible_ends(view: MapView) -> None:
    for factor in (1000.0, 1e-6):
        for _ in range(5):
            view.zoom(factor)
        view.grab()
        assert view.place_of("e1") is not None


def test_a_click_picks_a_stop_or_a_route_and_a_double_click_opens(view: MapView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.picked, check_params_cb=lambda point: point == "e1"):
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place(view, "e1"))
    between = (place(view, "e1") + place(view, "e2")) / 2
    with qtbot.waitSignal(view.picked_route, check_params_cb=lambda van: van == "V1"):
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=between)
    with qtbot.waitSignal(view.picked_route, check_params_cb=lambda van: van == ""):
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(30, 380))
    with qtbot.waitSignal(view.opened, check_params_cb=lambda point: point == "w1"):
        QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=place(view, "w1"))


def test_a_stop_dragged_onto_another_route_is_dropped_there(view: MapView, qtbot: QtBot) -> None:
    heard: list[tuple[str, str]] = []
    view.dragged.connect(lambda point, van: heard.append((point, van)))
    start, end = place(view, "w1"), place(view, "e1")
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 11):
        QTest.mouseMove(view, start + (end - start) * step / 10)
    assert heard[-1] == ("w1", "V1")
    view.show_hint("R1：+2.0 公里", Tone.OK)
    view.grab()
    with qtbot.waitSignal(view.dropped, check_params_cb=lambda point, van: (point, van) == ("w1", "V1")):
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def test_a_stop_let_go_on_its_own_route_or_nowhere_stays(view: MapView, qtbot: QtBot) -> None:
    for end in (place(view, "e2"), QPoint(300, 30)):
        with qtbot.assertNotEmitted(view.dropped):
            QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=place(view, "e1"))
            QTest.mouseMove(view, end)
            QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def test_escape_lets_go_of_a_dragged_stop(view: MapView, qtbot: QtBot) -> None:
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=place(view, "w1"))
    QTest.mouseMove(view, place(view, "e1"))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    with qtbot.assertNotEmitted(view.dropped):
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=place(view, "e1"))


def test_the_keyboard_pans_zooms_walks_the_stops_and_opens_one(view: MapView, qtbot: QtBot) -> None:
    before = place(view, "e1")
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert place(view, "e1").x() < before.x()
    QTest.keyClick(view, Qt.Key.Key_0)
    assert place(view, "e1") == before
    QTest.keyClick(view, Qt.Key.Key_Plus)
    assert place(view, "e2").x() - place(view, "e1").x() > 0
    view.show_route("V1")
    with qtbot.waitSignals([view.picked, view.picked]):
        QTest.keyClick(view, Qt.Key.Key_PageDown)
        QTest.keyClick(view, Qt.Key.Key_PageDown)
    with qtbot.waitSignal(view.opened, check_params_cb=lambda point: point == "e2"):
        QTest.keyClick(view, Qt.Key.Key_Return)


# --- colours -----------------------------------------------------------------------------------------------

DICHROMATS = {
    "nobody": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}
"""Machado, Oliveira and Fernandes 2009, severity 1, on linear light."""


def seen(colour: str, eye: str) -> tuple[float, float, float]:
    """CIE L*a*b* of a colour as an eye sees it."""
    rgb = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    light = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in rgb]
    r, g, b = (
        max(0.0, min(1.0, sum(m * x for m, x in zip(row, light, strict=True)))) for row in DICHROMATS[eye]
    )
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in xyz)
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("eye", DICHROMATS)
@pytest.mark.parametrize("apart", [1, 2])
def test_routes_side_by_side_look_different_to_every_eye(eye: str, apart: int) -> None:
    hues = len(tokens.ROUTES)
    for at in range(hues):
        one = tokens.ROUTES[at % hues]
        other = tokens.ROUTES[(at + apart) % hues]
        assert math.dist(seen(one, eye), seen(other, eye)) > 25, (one, other)


def test_every_route_is_dark_enough_for_paper_and_for_white_numbers() -> None:
    assert [c for c in tokens.ROUTES if tokens.contrast(c, tokens.SURFACE) < 4.0] == []


def test_the_next_route_has_another_colour_and_forty_have_forty_looks_with_their_numbers() -> None:
    looks = {(at % len(tokens.ROUTES), (at + at // len(tokens.ROUTES)) % SHAPES) for at in range(32)}
    assert len(looks) == 32


# --- the clock ---------------------------------------------------------------------------------------------


def bars() -> list[Bar]:
    """One van in time and one that is late."""
    good = Bar(
        "V1", "韦师傅", Mark(0, 0, "R1"), 25_200, ((26_000, 26_300), (30_000, 30_600)), (), 30_600, 32_000
    )
    late = Bar("V2", "黄师傅", Mark(3, 1, "R2"), 25_200, ((39_000, 40_200),), (0,), 40_200, 42_000)
    return [good, late]


def test_the_clock_shows_each_van_against_the_deadline(qtbot: QtBot) -> None:
    view = GanttView()
    qtbot.addWidget(view)
    view.resize(700, 300)
    view.show_bars(bars(), deadline_s=39_600)
    view.show()
    rows = view.rows
    first, last = rows.span
    assert first <= 25_200
    assert last >= 42_000
    assert rows.x_of(39_600) < rows.x_of(40_200)
    image = rows.grab().toImage()
    top = 30 + 34 + 17
    assert looks_like(image.pixelColor(int(rows.x_of(39_300)), top), tokens.RED)
    assert looks_like(image.pixelColor(int(rows.x_of(26_150)), 30 + 17), tokens.ROUTES[0])


def test_a_van_of_the_clock_is_picked_by_mouse_and_keys(qtbot: QtBot) -> None:
    view = GanttView()
    qtbot.addWidget(view)
    view.resize(700, 300)
    view.show_bars(bars(), deadline_s=39_600)
    view.show()
    with qtbot.waitSignal(view.picked, check_params_cb=lambda van: van == "V2"):
        QTest.mouseClick(view.rows, Qt.MouseButton.LeftButton, pos=QPoint(300, 30 + 34 + 10))
    view.show_route("V2")
    with qtbot.waitSignal(view.picked, check_params_cb=lambda van: van == "V1"):
        QTest.keyClick(view.rows, Qt.Key.Key_Up)


def test_a_clock_without_vans_is_drawn(qtbot: QtBot) -> None:
    view = GanttView()
    qtbot.addWidget(view)
    view.show_bars([], deadline_s=39_600)
    view.show()
    assert not view.grab().isNull()
