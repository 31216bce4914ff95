"""Take the station's manual's pictures from a real night's story: `python -m build.make_station_pictures`.

It works as the shop's does. Only the routes' search, which several workers run against the clock, may end a little
otherwise from one time to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app.demo.nightplay import NightPlay
from app.demo.nightwork import BOARD, DOCK, HAND, LOAD, ROUTES, SETTINGS, SORT, WALL, NightWork
from app.demo.scenes import MINUTE
from app.domain import clock
from app.domain.labels import piece_label
from app.handover.sheets import CountSheet, SignSheet
from app.handover.standing import crates_on, load_of
from app.loading.actions import CloseVan, Load, PlanRuns
from app.routing.page import Stage
from app.sandbox.night_teller import TOLD_BEFORE_MS
from app.sandbox.station_story import StationNight, Truck, station_night
from app.sorting.crates import OpenAll
from app.ui.buttons import Stepper
from app.ui.step_card import StepCard
from build.make_manual_pictures import (
    COUNTY,
    DAY,
    OUT,
    ROOT,
    SEED,
    Camera,
    Key,
    key,
    named,
    of_kind,
    picture,
    row,
    save,
    sign,
    studio,
)

FRONT = ROOT / "docs" / "pictures" / "station.png"
POINTS, PIECES = 150, 2_600
SORTED_BY = "06:10"


class Station(Camera):
    """A grid station on the stage, its crew, and the camera."""

    def __init__(self, folder: Path, night: StationNight) -> None:
        self.night = night
        self.play = NightPlay(night, folder)
        self.work = NightWork(self.play)
        super().__init__(self.play.stage.counter, folder, night.name)

    def at(self, time: str) -> None:
        """Let it be that time."""
        self.go_to(clock.at(DAY, time))

    def go_to(self, at_ms: int) -> None:
        """Let it be that moment, and all PCs know of each other."""
        self.play.stage.move_to(at_ms)
        self.play.exchange()
        self.hands.settle()

    def rows(self, sql: str, *params: Any) -> list[Any]:
        """Rows of the book."""
        return list(self.counter.reader.rows(sql, params))

    def shoot(self, name: str, *places: Any) -> None:
        """Take a picture of the station's manual."""
        self.picture(f"station-{name}", *places)

    def close(self) -> None:
        """All PCs go home."""
        self.play.engine.close()
        self.play.stage.close()


# --- before the trucks -------------------------------------------------------------------------------------


def first_time(station: Station) -> None:
    """The station's PCs on the settings page, and who sorts."""
    station.at("00:30")
    page = station.page(SETTINGS)
    page.choice.choose(1)
    station.hands.settle()
    window = station.window
    _name_the_platform(window)
    keys = tuple(key(window, name) for name in ("F9", "Ctrl+H", "Ctrl+J"))
    station.shoot("host", page.choice, *keys)
    page.choice.choose(0)
    station.page(SORT)
    station.hands.press_button("F9")
    station.type("07")
    station.shoot("badge", named(window, "工号"), station.sheet.yes)
    station.answer_sheet()
    station.at("00:35")
    station.work.begin()


def _name_the_platform(window: QWidget) -> None:
    """The embedded platform's address is another one each time."""
    for text in window.findChildren(QLabel):
        if "127.0.0.1" in text.text():
            text.setText("已登记为 58662792，平台地址 https://pingtai.example")


def routes(station: Station) -> None:
    """All sheets are here: routes are planned and stopped after a while; the night goes on by the platform's own."""
    last = max(truck.arrives_ms for truck in station.night.trucks)
    station.go_to(last - TOLD_BEFORE_MS + MINUTE)
    page = station.page(ROUTES)
    station.hands.press_button("F12")
    station.hands.wait_for(lambda: page.board is not None, most=600)
    station.hands.settle(8_000)
    station.hands.press_button("F12")
    station.hands.wait_for(lambda: page.stage is Stage.READY)
    station.hands.settle(2_000)
    page.routes.setFocus()
    page.routes.setCurrentIndex(page.routes_model.index(1, 0))
    station.hands.settle()
    station.shoot("routes", page.strip, row(page.routes, 1), page.map, page.main, page.more)


def wall(station: Station) -> None:
    """The wall is planned, and the vans' runs."""
    station.hands.do(PlanRuns())
    page = station.page(WALL)
    station.hands.press_button("F12")
    station.hands.wait_for(lambda: bool(station.rows("SELECT 1 FROM wall LIMIT 1")))
    station.hands.settle(1_000)
    station.shoot("wall", page.picture, page.card, page.plan)


# --- the dock ----------------------------------------------------------------------------------------------


def unload_first(station: Station) -> None:
    """The first truck: its arrival, its pallets, a broken piece, and a stranger."""
    truck = min(station.night.trucks, key=lambda each: each.arrives_ms)
    station.go_to(truck.arrives_ms + MINUTE)
    page = station.page(DOCK)
    window = station.window
    station.hands.press_button("F10")
    station.shoot(
        "arrive", named(window, "车牌"), named(window, "铅封"), key(window, "Ctrl+P"), station.sheet.yes
    )
    station.answer_sheet()
    for pallet in truck.pallets[:2]:
        station.hands.scan(pallet.label)
    station.shoot("dock", window.band, page.next, page.cards, page.view)
    _differs(station, page)
    station.hands.scan(station.night.wrong_containers[0].label)
    station.shoot("not-ours", window.band)
    station.work.unload(truck)
    station.hands.do(OpenAll())


def _differs(station: Station, page: Any) -> None:
    """A product of a container is broken."""
    station.key(Key.Key_Down)
    page.view.setCurrentIndex(page.model.index(1, 0))
    station.hands.press_button("F9")
    station.key(Key.Key_Down)
    station.answer_sheet()
    station.key(Key.Key_Right)
    station.key(Key.Key_P, control=True)
    window = station.window
    places = (named(window, "哪一种差异"), named(window, "件数"), key(window, "Ctrl+P"), station.sheet.yes)
    station.shoot("difference", *places)
    station.close_sheet()


# --- the wall ----------------------------------------------------------------------------------------------


def sort_until(station: Station, time: str) -> None:
    """The crew sorts in slices of five minutes; trucks come and are unloaded meanwhile."""
    end, last = clock.at(DAY, time), clock.at(DAY, SORTED_BY)
    at = station.play.stage.true.now_ms()
    while at < end:
        at += 5 * MINUTE
        for truck in _due(station, at):
            station.go_to(truck.arrives_ms)
            station.work.arrive(truck)
            station.work.unload(truck)
            station.hands.do(OpenAll())
        station.go_to(at)
        station.work.sort(left=max(1, (last - at) // (5 * MINUTE)), pictured=False)
    station.play.exchange()


def _due(station: Station, at_ms: int) -> list[Truck]:
    ended = {trip for (trip,) in station.rows("SELECT trip FROM trucks WHERE ended_ms > 0")}
    return [truck for truck in station.night.trucks if truck.arrives_ms <= at_ms and truck.trip not in ended]


def sorting(station: Station) -> None:
    """A piece, the wrong crate, a product, and who goes without."""
    sort_until(station, "03:00")
    page = station.page(SORT)
    window = station.window
    station.hands.scan(_piece(station))
    station.shoot("sort", page.board, page.box, page.who, page.mode)
    station.hands.scan(_other_crate(station, page.board.face.slot))
    station.shoot("wrong", window.band, page.board)
    station.hands.press("\x1b")
    station.hands.scan(_product(station))
    station.shoot("product", page.board, key(window, "F11"), key(window, "F12"), key(window, "F10"))
    station.hands.press_button("F10")
    station.type(str(page._way.pieces - 2))  # noqa: SLF001 - two fewer than there should be
    station.answer_sheet()
    station.shoot("short", named(window, "谁分到几件"), key(window, "＋"), station.sheet.yes)
    station.close_sheet()
    station.hands.press("\x1b")


def _piece(station: Station) -> str:
    """A label of which nobody has sorted any piece yet."""
    lots = station.rows(
        "SELECT l.lot FROM load_lines l JOIN stock s ON s.lot = l.lot AND s.place = 'dock:'"
        " WHERE l.zone = 'ambient' AND s.pieces = l.pieces ORDER BY l.lot"
    )
    return piece_label(str(lots[0][0]), nth=1)


def _other_crate(station: Station, slot: str) -> str:
    found = station.rows(
        "SELECT crate FROM wall_crates WHERE slot <> ? AND sealed_ms = 0 AND became = '' ORDER BY slot", slot
    )
    return str(found[0][0])


def _product(station: Station) -> str:
    """The bar code that most points wait for."""
    found = station.rows(
        "SELECT l.barcode FROM load_lines l JOIN stock s ON s.lot = l.lot AND s.place = 'dock:' AND s.pieces > 0"
        " WHERE l.zone = 'ambient' GROUP BY l.barcode HAVING count(DISTINCT l.product) = 1"
        " ORDER BY count(DISTINCT l.point) DESC, l.barcode"
    )
    return str(found[0][0])


def board(station: Station) -> None:
    """The board in the middle of the night, in the window and on the second screen."""
    sort_until(station, "05:30")
    page = station.page(BOARD)
    station.hands.settle(2_000)
    station.picture("", path=FRONT)
    step = of_kind(station.window, StepCard)
    station.shoot("board", page.finish, page.routes, step, page.to_big)
    station.hands.press_button("F9")
    page.big.resize(1366, 768)
    QApplication.processEvents()
    save(picture(page.big, ()), OUT / "station-big.png")
    station.hands.press_button("F9")
    station.window.activateWindow()


def crates(station: Station) -> None:
    """A full crate, and its new label."""
    page = station.page(WALL)
    crate = station.rows(
        "SELECT c.crate FROM wall_crates c JOIN stock s ON s.place = 'crate:' || c.crate WHERE c.sealed_ms = 0"
        " GROUP BY c.crate ORDER BY sum(s.pieces) DESC, c.crate LIMIT 1"
    )
    station.hands.scan(str(crate[0][0]))
    station.shoot("crate", page.picture, page.view, page.change, page.seal, page.more)
    station.hands.press_button("F9")
    station.shoot("labels", named(station.window, "打印机"), named(station.window, "纸"), station.sheet.yes)
    station.close_sheet()


def clearing(station: Station) -> None:
    """What still lies on the dock, and then nothing."""
    sort_until(station, "06:00")
    page = station.page(DOCK)
    station.hands.press_button("F11")
    station.shoot("clear", page.clear_pane.on_dock, page.clear_pane.view, key(station.window, "F9"), page.end)
    station.hands.press("\x1b")
    sort_until(station, "06:15")
    station.work.clear()
    station.work.seal()


# --- vans --------------------------------------------------------------------------------------------------


def loading(station: Station) -> None:
    """A van: the last stop first, a stranger, and a van that is to go all the same."""
    station.at("06:25")
    runs = station.rows("SELECT run, route, dock FROM runs WHERE day = ? ORDER BY dock = '', route", DAY)
    page = station.page(LOAD)
    station.hands.scan(str(runs[0][2]))
    for _ in range(3):
        station.hands.scan(_next_crate(page))
    station.shoot("load", page.van_card, page.next_card, page.crate_view, page.shut)
    station.hands.scan(_crates(station, runs[1][1])[0])
    station.shoot("wrong-van", station.window.band, page.more)
    station.hands.press("\x1b")
    station.hands.press_button("F9")
    window = station.window
    station.shoot("override", named(window, "原因"), named(window, "谁同意"), station.sheet.yes)
    station.close_sheet()
    for run, route, _ in runs:
        station.play.do_all(Load(crate, str(run)) for crate in _crates(station, route))
    station.play.do_all(CloseVan(str(run)) for run, _, _ in runs)


def _next_crate(page: Any) -> str:
    shown = (each for each in page.crates.rows if hasattr(each, "crate"))
    return str(next(each.crate.crate for each in shown if not each.crate.run))


def _crates(station: Station, route: str) -> list[str]:
    found = station.rows(
        "SELECT c.crate FROM wall_crates c WHERE c.became = '' AND c.day = ? AND c.route = ? AND c.run = ''"
        " AND EXISTS (SELECT 1 FROM stock s WHERE s.place = 'crate:' || c.crate AND s.pieces > 0)",
        DAY,
        route,
    )
    return [str(crate) for (crate,) in found]


def hand_over(station: Station) -> None:
    """The list of vans, a blind count, two signatures."""
    station.at("06:45")
    page = station.page(HAND)
    view = page.views[0]
    view.setCurrentIndex(view.rows_model.index(0, 0))
    station.hands.settle()
    station.shoot("hand", page.parts, row(view, 0), page.first)
    station.hands.press_button("F9")
    _count(station, page)
    sheet = station.sheet
    if not isinstance(sheet, SignSheet):
        raise TypeError(f"not signed but {sheet}")
    for pad in (sheet.station, sheet.driver):
        sign(pad)
    station.hands.settle()
    station.shoot("sign", sheet.station, sheet.driver, sheet.yes)
    station.close_sheet()
    station.work.hand_over()


def _count(station: Station, page: Any) -> None:
    sheet = station.sheet
    if not isinstance(sheet, CountSheet):
        raise TypeError(f"not counted but {sheet}")
    run = page.runs.rows[0].run
    load = load_of(crates_on(station.counter.reader, run))
    sheet.crates.set_value(load.crates)
    sheet.boxes.set_value(load.boxes)
    station.hands.settle()
    driver = named(station.window, "司机")
    station.shoot("count", driver, sheet.crates, sheet.boxes, sheet.yes)
    station.answer_sheet()


# --- the morning -------------------------------------------------------------------------------------------


def coming_back(station: Station) -> None:
    """A driver comes back with empty crates; who answers for what is short."""
    station.at("11:05")
    page = station.page(HAND)
    page.parts.choose(1)
    station.hands.settle()
    view = page.views[1]
    view.setFocus()
    view.setCurrentIndex(view.rows_model.index(0, 0))
    station.hands.press_button("F9")
    station.type("2")
    window = station.window
    station.shoot(
        "back",
        named(window, "各站收回"),
        of_kind(window, Stepper, 0),
        station.sheet.yes,
    )
    station.close_sheet()
    page.parts.choose(3)
    station.hands.settle()
    view = page.views[3]
    view.setFocus()
    view.setCurrentIndex(view.rows_model.index(0, 0))
    station.hands.settle()
    station.shoot("blame", row(view, 0), page.first)


def parts() -> Iterator[Callable[[Station], None]]:
    """What is played on the stage, in the night's order."""
    yield from (first_time, routes, wall, unload_first, sorting, board, crates, clearing, loading, hand_over)
    yield coming_back


def main() -> None:
    """Play it all and write the pictures."""
    with studio() as folder:
        night = station_night(seed=SEED, county=COUNTY, day=DAY, points=POINTS, pieces=PIECES)
        station = Station(folder / "station", night)
        for part in parts():
            part(station)
        station.close()


if __name__ == "__main__":
    main()
