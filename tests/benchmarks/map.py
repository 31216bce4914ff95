"""Pan and zoom the map of a night with 600 stops and 40 routes, offscreen, at 1366 × 768.

A frame is one step of panning and the painting of the view. The control paints the same map anew at each step, as a
view without a kept picture would.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.routing.map_data import Label, MapData, MapRoute, MapStop, Mark
from app.routing.map_view import MapView
from app.ui import tokens
from app.ui.fonts import apply_theme
from tests.benchmarks.measure import close_with, percentile

WIDTH, HEIGHT = 1366, 768


def a_night(*, stops: int, routes: int, seed: int = 1) -> MapData:
    """Stops of a county of 50 km, cut into routes like a cake, each driven outwards and back."""
    dice = random.Random(seed)
    places = [(dice.gauss(0, 14), dice.gauss(0, 14)) for _ in range(stops)]
    around = sorted(places, key=lambda place: math.atan2(place[1], place[0]))
    made: list[MapStop] = []
    ways: list[MapRoute] = []
    for number in range(routes):
        mine = around[stops * number // routes : stops * (number + 1) // routes]
        mine = sorted(mine, key=lambda place: math.hypot(*place))
        mine = [*mine[::2], *reversed(mine[1::2])]
        first = len(made)
        for order, (x, y) in enumerate(mine, 1):
            late = int(order == len(mine))
            made.append(
                MapStop(f"P{len(made)}", x, y, "小卖部", number, order, 25_200 + order * 500, late, 0)
            )
        mark = Mark(number % len(tokens.ROUTES), number // 8 % 4, f"{number + 1}")
        ways.append(MapRoute(f"V{number}", mark, tuple(range(first, len(made))), *mine[0]))
    labels = [Label(f"{town}镇", dice.gauss(0, 12), dice.gauss(0, 12), 1) for town in "一二三四五六七八九十"]
    return MapData(tuple(made), tuple(ways), tuple(labels))


def main(argv: list[str]) -> int:
    """Pan in circles and zoom in and out; print the percentiles."""
    parser = argparse.ArgumentParser(prog="bench map", description=__doc__)
    parser.add_argument("--stops", type=int, default=600)
    parser.add_argument("--routes", type=int, default=40)
    parser.add_argument("--frames", type=int, default=600)
    options = parser.parse_args(argv)
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    apply_theme(application)
    view = MapView()
    view.resize(WIDTH, HEIGHT)
    view.show_map(a_night(stops=options.stops, routes=options.routes))
    view.show()
    QTest.qWaitForWindowExposed(view)
    figures: dict[str, float] = {}
    for name, nearer in (("whole", 1.0), ("near", 3.0)):
        view.fit()
        view.zoom(nearer)
        QTest.qWait(200)
        panned = _frames(view, options.frames, lambda: None)
        control = _frames(view, options.frames // 10, view._sharpen)
        figures[f"map_p95_ms_{name}"] = percentile(panned, 95)
        figures[f"map_max_ms_{name}"] = max(panned)
        figures[f"map_control_p95_ms_{name}"] = percentile(control, 95)
        print(f"{name}: pan p50 {percentile(panned, 50):.2f} p95 {percentile(panned, 95):.2f} ms")
        print(f"{name}: painted anew each time p95 {percentile(control, 95):.1f} ms")
    zoomed = _zooming(view, options.frames)
    figures["map_zoom_p95_ms"] = percentile(zoomed, 95)
    view.close()
    return close_with(
        stops=options.stops, routes=options.routes, **figures,
        map_p95_ms=max(figures["map_p95_ms_whole"], figures["map_p95_ms_near"]),
    )  # fmt: skip


def _frames(view: MapView, count: int, before: Callable[[], None]) -> list[float]:
    """Milliseconds of each frame of a walk in circles, some pixels a step as a hand drags."""
    taken = []
    for step in range(count):
        angle = step / 60
        began = time.perf_counter()
        before()
        view.pan(right=14 * math.cos(angle), down=14 * math.sin(angle))
        view.repaint()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def _zooming(view: MapView, count: int) -> list[float]:
    """Milliseconds of each turn of the wheel, while it turns."""
    taken = []
    for step in range(count):
        began = time.perf_counter()
        view.zoom(1.05 if step // 20 % 2 else 1 / 1.05)
        view.repaint()
        taken.append((time.perf_counter() - began) * 1000)
    return taken
