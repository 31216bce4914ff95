"""Take the shop's manual's pictures from the real program on a day's story: `python -m build.make_manual_pictures`.

The story is the demo's, and chance is replaced by a fixed row of numbers, so that the same program gives the same
pictures. Red discs with numbers are drawn over what the text speaks of.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
import tempfile
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from app.aftersales.actions import BagGoods, Goods, OpenClaim, SealBag
from app.aftersales.promise import PromiseStrip
from app.bootstrap import Counter
from app.demo.hands import Hands
from app.demo.scenes import jpeg_of
from app.demo.stage import DayStage, exchange
from app.domain import clock
from app.domain.clock import StoryClock
from app.domain.goods import Count, Shortfall
from app.pickup.actions import HandOut
from app.receiving.actions import EndReceiving, NoteDifference, Receive
from app.reconciliation.actions import CountDrawer, CountSlot, MoveCash
from app.sandbox.photos import photo
from app.sandbox.pointday import PointDay, Visit
from app.sandbox.story import point_day
from app.start import Opening, application
from app.store.keys import SLOT
from app.ui import tokens
from app.ui.buttons import ActionButton
from app.ui.navigation import RailButton
from app.ui.panels import StatTile
from app.ui.sheet import Sheet, sheet_over
from app.ui.signature import SignaturePad
from app.ui.step_card import StepCard
from app.ui.window import Heading

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "manual" / "pictures"
TODAY = ROOT / "docs" / "pictures" / "today.png"
SEED, COUNTY, DAY = 7, "宾阳县", "2026-11-22"
WIDE, HIGH = 1366, 768
COLOURS = 256
Key = Qt.Key
SIGNATURE = (
    ((0.2, 0.6), (0.3, 0.3), (0.36, 0.7), (0.44, 0.4)),
    ((0.5, 0.3), (0.56, 0.7), (0.7, 0.35), (0.8, 0.6)),
)
Place = QWidget | tuple[QWidget, QRect]


# --- pictures ----------------------------------------------------------------------------------------------


def small(image: QImage) -> QImage:
    """The same picture in its 256 most used colours: a third of the size, and no eye sees it."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    used = Tally(memoryview(plain.constBits()).cast("I"))
    table = [colour for colour, _ in used.most_common(COLOURS)]
    flags = Qt.ImageConversionFlag.ThresholdDither | Qt.ImageConversionFlag.AvoidDither
    return plain.convertToFormat(QImage.Format.Format_Indexed8, table, flags)


def save(image: QImage, path: Path) -> None:
    """Write a PNG, as small as it goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not small(image).save(str(path), "PNG", 0):  # type: ignore[call-overload]
        raise OSError(f"cannot write {path}")
    print(f"{path.name}  {path.stat().st_size // 1024} kB")


def place_of(window: QWidget, place: Place) -> QRect:
    """Where something is in the window's picture."""
    widget, inner = place if isinstance(place, tuple) else (place, place.rect())
    return QRect(widget.mapTo(window, inner.topLeft()), inner.size())


def number(painter: QPainter, at: QPointF, text: str) -> None:
    """A red disc with a number."""
    painter.setPen(QPen(QColor(tokens.WHITE), 3))
    painter.setBrush(QColor(tokens.RED))
    painter.drawEllipse(at, 18, 18)
    font = QFont(QApplication.font())
    font.setPixelSize(23)
    font.setBold(True)
    painter.setFont(font)
    painter.drawText(QRectF(at.x() - 18, at.y() - 19, 36, 36), Qt.AlignmentFlag.AlignCenter, text)


def picture(window: QWidget, places: tuple[Place, ...]) -> QImage:
    """A window's picture with a numbered disc at the upper left corner of each place."""
    QApplication.processEvents()
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for at, place in enumerate(places, 1):
        corner = place_of(window, place).topLeft()
        number(painter, QPointF(max(20, corner.x() + 3), max(20, corner.y() + 3)), str(at))
    painter.end()
    return image


# --- the shop ----------------------------------------------------------------------------------------------


class Camera:
    """A counter with hands that work it, and a camera of pictures."""

    def __init__(self, counter: Counter, folder: Path, name: str) -> None:
        """``name`` stands at the top of the pictures."""
        self.counter, self._name = counter, name
        self.hands = Hands(counter, folder)
        self.window = counter.window
        self.window.resize(WIDE, HIGH)
        self.window.show()
        self.window.activateWindow()

    def page(self, number: int) -> Any:
        """The real page behind F1–F8."""
        page = self.hands.page(number)
        return getattr(page, "real", page)

    def key(self, key: Key, *, times: int = 1, control: bool = False) -> None:
        """Press a key where the focus is."""
        held = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
        for _ in range(times):
            QTest.keyClick(QApplication.focusWidget() or self.window, key, held)
        self.hands.settle()

    def type(self, text: str) -> None:
        """Write a text where the focus is."""
        QTest.keyClicks(QApplication.focusWidget() or self.window, text)
        self.hands.settle()

    @property
    def sheet(self) -> Sheet:
        """The sheet that lies open."""
        found = sheet_over(self.window)
        if found is None:
            raise LookupError("no sheet is open")
        return found

    def close_sheet(self) -> None:
        """Leave the open sheet without doing anything."""
        self.sheet.cancel()
        self.hands.settle()

    def answer_sheet(self) -> None:
        """Say yes to the open sheet."""
        self.sheet.accept()
        self.hands.settle()

    def picture(self, name: str, *places: Place, path: Path | None = None) -> None:
        """Take a picture; the word that marks practice is left out."""
        self.counter.look()
        self.window.show_heading(Heading(self._name, date.fromisoformat(DAY)))
        save(picture(self.window, places), path or OUT / f"{name}.png")


class Shop(Camera):
    """A village shop on the stage."""

    def __init__(self, folder: Path, story: PointDay) -> None:
        self.story = story
        self.stage = DayStage(story, folder)
        super().__init__(self.stage.counter, folder, story.point.name)
        self.engine = self.stage.engine()
        exchange(self.engine)
        self._write_code_down()

    def _write_code_down(self) -> None:
        """The owner has done so long ago, and is not reminded of it."""
        self.page(8)
        self.hands.press_button("F11")
        self.hands.press("\r")

    def at(self, time: str, day: str = DAY) -> None:
        """Let it be that time."""
        self.stage.move_to(clock.at(day, time))
        exchange(self.engine)
        self.hands.settle()

    def lot(self, lot: str) -> Any:
        """An order line as the book has it: product, barcode, crate, pickup code."""
        return self.counter.reader.one(
            "SELECT product, barcode, crate, code FROM lines WHERE lot = ?", (lot,)
        )


def key(window: QWidget, name: str) -> ActionButton:
    """The button in front that shows this key."""
    return [b for b in window.findChildren(ActionButton) if b.key == name and b.isVisible()][-1]


def rail(shop: Shop, number: int) -> Any:
    """A button of the rail."""
    return of_kind(shop.window, RailButton, number - 1)


def named(window: QWidget, name: str) -> Any:
    """What a screen reader would call so, the last made first."""
    found = [w for w in window.findChildren(QWidget) if w.accessibleName() == name and w.isVisible()]
    return found[-1]


def of_kind(window: QWidget, kind: type[Any], at: int = 0) -> Any:
    """A visible widget of this kind."""
    return [w for w in window.findChildren(kind) if w.isVisible()][at]


def row(view: Any, at: int) -> Place:
    """A row of a list."""
    return (view.viewport(), view.visualRect(view.model().index(at, 0)))


# --- the first day -----------------------------------------------------------------------------------------


def first_time(folder: Path) -> None:
    """A fresh PC: the settings, and the sheets of enrolment and recovery code."""
    counter = Counter(folder, StoryClock(clock.at(DAY, "06:30")))
    window, hands = counter.window, Hands(counter, folder)
    window.resize(WIDE, HIGH)
    window.show()
    window.activateWindow()
    hands.page(8)
    save(picture(window, tuple(key(window, k) for k in ("F9", "F12", "F11"))), OUT / "settings.png")
    hands.press_button("F9")
    address, code = named(window, "平台地址"), named(window, "登记码")
    address.setText("https://pingtai.example")
    code.setText("DJ-7K2QX4-M")
    hands.settle()
    save(picture(window, (address, code, key(window, "Enter"))), OUT / "enrol.png")
    window.back()
    hands.press_button("F11")
    save(picture(window, ()), OUT / "recovery-code.png")
    window.back()
    counter.close()


def trouble(folder: Path) -> None:
    """A book whose key is gone: the window that asks for the recovery code."""
    at = StoryClock(clock.at(DAY, "06:30"))
    Counter(folder, at).close()
    (folder / SLOT).unlink()
    opening = Opening(folder, at, note="", server="")
    opening.attempt()
    window = opening.trouble
    if window is None:
        raise LookupError("nothing is wrong")
    save(picture(window, (window.field, window.panel.way_on)), OUT / "trouble.png")
    window.close()
    opening.close()


# --- receiving ---------------------------------------------------------------------------------------------


def earlier_days(shop: Shop) -> None:
    """What stands on the shelves from the days before was received then."""
    for leftover in sorted(shop.story.leftovers, key=lambda item: item.received_ms):
        shop.stage.move_to(leftover.received_ms)
        exchange(shop.engine)
        for note in leftover.announced.crates:
            shop.hands.do(Receive(note.crate))
        shop.hands.do(EndReceiving(leftover.announced.trip))


def receiving(shop: Shop) -> None:
    """The morning: a van, crates, goods by count, what differs, what is not ours, and the end."""
    shop.at("07:05")
    shop.page(1)
    shop.picture("today", path=TODAY)
    shop.picture("today", rail(shop, 2), of_kind(shop.window, StepCard), shop.window.status)
    shop.at("08:13")
    page = shop.page(2)
    for crate in ("QLC706", "PRS630", "MKY250"):
        shop.hands.scan(crate)
    shop.hands.scan("KVQ091")
    shop.picture("crate", shop.window.band, page.box, page.strip, row(page.view, 1))
    _goods(shop, page)
    _differs(shop)
    shop.hands.scan("EML869")
    shop.hands.scan("6929808212047")
    shop.hands.press_button("F9")
    shop.at("08:30")
    shop.page(2)
    shop.hands.scan("E4046Q")
    shop.picture("not-ours", shop.window.band)
    shop.at("08:32")
    shop.page(2)
    shop.hands.press_button("F12")
    shop.picture("end", named(shop.window, "哪趟车"), shop.sheet.yes)
    shop.close_sheet()


def _goods(shop: Shop, page: Any) -> None:
    """A barcode, then how many."""
    _, barcode, _, _ = shop.lot("LBY0521261122047")
    shop.hands.scan(barcode)
    shop.hands.type("×2")
    shop.hands.press("\r")
    shop.picture("counted", shop.window.band, row(page.view, 1))


def _differs(shop: Shop) -> None:
    """One of a crate is broken: the sheet with count and photo."""
    shop.hands.scan("NBU855")
    shop.key(Key.Key_Down)
    shop.hands.press_button("F9")
    shop.key(Key.Key_Right)
    shop.key(Key.Key_P, control=True)
    window = shop.window
    places = (named(window, "哪一种差异"), named(window, "件数"), key(window, "Ctrl+P"), shop.sheet.yes)
    shop.picture("difference", *places)
    shop.sheet.accept()
    shop.hands.settle()


# --- what is handed out --------------------------------------------------------------------------------------


def take(shop: Shop, visit: Visit) -> Any:
    """Hand out what a visitor of the story takes."""
    goods = tuple(on_shelf(shop, visit.goods))
    return shop.hands.do(HandOut(goods, visit.proxy, visit.note, visit.asks.value)) if goods else None


def on_shelf(shop: Shop, wanted: tuple[Count, ...]) -> Iterator[Count]:
    """Counts with the slots at which they stand."""
    for count in wanted:
        left = count.pieces
        rows = shop.counter.reader.rows(
            "SELECT place, pieces FROM stock WHERE lot = ? AND place GLOB 'shelf:*' AND pieces > 0",
            (count.lot,),
        )
        for place, pieces in rows:
            if min(left, pieces):
                yield Count(count.lot, min(left, pieces), place.removeprefix("shelf:"))
            left -= min(left, pieces)


def visits(shop: Shop, *, since: str, until: str) -> None:
    """All who come in this stretch of the day and take their goods."""
    begin, end = clock.at(DAY, since), clock.at(DAY, until)
    for visit in shop.story.visits:
        if begin <= visit.at_ms < end and visit.outcome.value == "takes":
            shop.stage.move_to(visit.at_ms)
            take(shop, visit)
    shop.at(until)


def forenoon(shop: Shop) -> None:
    """The first van is done, the first neighbours come, the network goes."""
    shop.hands.do(EndReceiving(shop.story.vans[0].trip))
    visits(shop, since="10:00", until="12:26")


def late_vans(shop: Shop) -> None:
    """The two late vans, received by command."""
    shop.at("12:40")
    for van in shop.story.vans[1:]:
        for crate in van.crates:
            shop.hands.do(Receive(crate.crate))
            for lot in crate.lots:
                if lot.damaged:
                    shop.hands.do(NoteDifference(Shortfall.DAMAGED, lot.lot, lot.damaged, "外包装破了"))
                if lot.missing:
                    shop.hands.do(NoteDifference(Shortfall.SHORT, lot.lot, lot.missing))
        shop.hands.do(EndReceiving(van.trip))


def network(shop: Shop) -> None:
    """Noon: no network since half past eleven."""
    shop.at("12:58")
    page = shop.page(7)
    shop.picture("offline", shop.window.status, of_kind(page, StatTile), named(page, "等着上传的记录"))


# --- pickup and shelf ----------------------------------------------------------------------------------


def pickup(shop: Shop) -> None:
    """One person found among two, all handed out, a part only, a neighbour who takes it, an undo, and twice."""
    visits(shop, since="12:26", until="15:08")
    shop.at("15:41")
    page = shop.page(3)
    shop.hands.find("4536", scanned=0)
    shop.picture("pickup-who", page.search, row(page.hit_rows, 0))
    shop.hands.press("\x1b")
    shop.hands.find("7364", scanned=0)
    shop.picture("pickup-all", page.search, page.goods, page.hand_over)
    shop.key(Key.Key_Down)
    shop.key(Key.Key_Space)
    shop.key(Key.Key_Down, times=2)
    shop.key(Key.Key_Space)
    shop.picture("pickup-some", page.goods, page.hand_over)
    shop.key(Key.Key_Return)
    shop.hands.scan("34-1-1713")
    shop.hands.press_button("F9")
    named(shop.window, "代取人").setText("黄老师")
    shop.hands.settle()
    shop.picture("pickup-proxy", named(shop.window, "代取人"), shop.sheet.yes)
    shop.sheet.accept()
    shop.hands.settle()
    shop.picture("pickup-done", shop.window.band, page.act_rows, page.take_back)
    shop.hands.scan("3049 5530 4813")
    shop.picture("pickup-twice", shop.window.band)


def shelf(shop: Shop) -> None:
    """What waits, the soonest first; the text for the village's chat."""
    shop.at("15:44")
    page = shop.page(4)
    shop.picture("shelf", page.zones, row(page.view, 0), page.group, page.remind, page.move_goods)


# --- after-sales -------------------------------------------------------------------------------------------


def aftersales(shop: Shop) -> None:
    """A claim with its window and photo, how claims stand, bags, and the driver's signature."""
    shop.at("15:45")
    page = shop.page(5)
    shop.hands.scan(shop.lot("LBY0521261122020")[3])
    shop.picture("aftersales", page.search, page.parts, row(page.lines.rows, 1))
    shop.key(Key.Key_Return)
    shop.type("1")
    shop.type("1")
    key(shop.window, "F9").click()
    shop.hands.settle()
    window = shop.window
    questions = (named(window, "哪里不对"), named(window, "怎么处理"), key(window, "F9"), shop.sheet.yes)
    shop.picture("claim", of_kind(window, PromiseStrip), *questions)
    shop.sheet.accept()
    shop.hands.settle()
    _more_claims(shop)
    shop.at("17:27")
    page = shop.page(5)
    page.parts.choose(2)
    shop.hands.settle()
    shop.picture("bags", page.bags.bag_rows, page.bags.fill, page.bags.seal, page.bags.hand_over)
    _driver(shop, page)


def _more_claims(shop: Shop) -> None:
    visits(shop, since="15:08", until="15:41")
    for sale in shop.story.after_sales:
        if sale.at_ms < clock.at(DAY, "18:00") and sale.lot != "LBY0521261122020":
            goods = Goods.AT_COUNTER if sale.remedy.value == "return" else Goods.WITH_BUYER
            shop.stage.move_to(sale.at_ms)
            jpegs = tuple(jpeg_of(name) for name in sale.photos)
            shop.hands.do(
                OpenClaim(
                    sale.lot, sale.pieces, sale.why, sale.remedy, sale.asked_fen, goods, sale.note, jpegs
                )
            )
    for back in shop.story.sent_back:
        for count in on_shelf(shop, (Count(back.lot, back.pieces),)):
            shop.hands.do(BagGoods(back.lot, f"shelf:{count.slot}", count.pieces, "overdue"))


def _driver(shop: Shop, page: Any) -> None:
    shop.hands.do(SealBag(page.bags.current().bag))
    shop.hands.press_button("F12")
    driver, counted, pad = (
        named(shop.window, "司机"),
        named(shop.window, "点了几件"),
        of_kind(shop.window, SignaturePad),
    )
    driver.setText("韦光明")
    counted.setFocus()
    counted.selectAll()
    shop.type(str(page.bags.current().pieces))
    sign(pad)
    shop.hands.settle()
    shop.picture("driver", driver, counted, pad, shop.sheet.yes)
    shop.sheet.accept()
    shop.hands.settle()


def sign(pad: QWidget) -> None:
    """A name with the mouse."""
    wide, high = pad.width(), pad.height()
    for stroke in SIGNATURE:
        points = [QPoint(round(x * wide), round(y * high)) for x, y in stroke]
        QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=points[0])
        for point in points[1:]:
            QTest.mouseMove(pad, point)
        QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=points[-1])


# --- the close -----------------------------------------------------------------------------------------------


def close(shop: Shop) -> None:
    """Shelf, drawer, differences, the close, and the days that are not final yet."""
    shop.stage.move_to(clock.at(DAY, "17:30"))
    shop.hands.do(MoveCash(shop.story.cash.float_fen, "零钱"))
    visits(shop, since="16:04", until="21:00")
    flow = shop.page(6).flow
    shop.key(Key.Key_Up, times=2)
    shop.picture("close-shelf", flow.line, flow.shelf.number, flow.shelf.note)
    _count(shop, flow)
    match = flow.match
    shop.picture("close-differences", match.tiles[0], match.rows, match.on)
    shop.hands.press_button("F12")
    shop.hands.press_button("F12")
    shop.picture("closed", flow.line, flow.done.excel, flow.done.pdf)
    page = shop.page(6)
    page.parts.choose(2)
    shop.hands.settle()
    shop.picture("days", page.parts, row(page.days.rows, 0), page.days.bill)


def _count(shop: Shop, flow: Any) -> None:
    """All slots as they are but for one piece, and the drawer as it should be."""
    rows = shop.counter.reader.rows(_STANDING)
    for at, (place, pieces) in enumerate(rows):
        shop.hands.do(CountSlot(DAY, place.removeprefix("shelf:"), pieces - (at == 1)))
    flow.show_day(DAY)
    shop.hands.settle()
    for fen, count in ((10_000, "2"), (2_000, "4"), (1_000, "5"), (500, "3"), (100, "5")):
        flow.drawer.notes[fen].setText(count)
    shop.hands.settle()
    shop.picture(
        "close-drawer", flow.drawer.way, flow.drawer.notes[10_000], flow.drawer.cash, flow.drawer.note
    )
    shop.hands.do(CountDrawer(DAY, shop.story.cash.float_fen))
    flow.show_day(DAY)
    shop.hands.settle()


_STANDING = (
    "SELECT place, sum(pieces) FROM stock WHERE place GLOB 'shelf:*' AND pieces > 0"
    " GROUP BY place ORDER BY place"
)


def parts() -> Iterator[Callable[[Shop], None]]:
    """What is played on the stage, in the day's order."""
    yield from (earlier_days, receiving, forenoon, late_vans, network, pickup, shelf, aftersales, close)


@contextmanager
def studio() -> Iterator[Path]:
    """A screenless program with chance made fixed, and a folder that goes with it."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    fixed = random.Random(SEED)
    secrets.choice = fixed.choice
    secrets.token_hex = lambda nbytes=16: fixed.randbytes(nbytes or 16).hex()
    application()
    QApplication.setCursorFlashTime(0)
    folder = Path(tempfile.mkdtemp(prefix="geyi-manual-"))
    broken = folder / "photo.png"
    broken.write_bytes(photo("GBY0521261122008-van"))
    QFileDialog.getOpenFileName = lambda *_: (str(broken), "")  # type: ignore[method-assign]
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Play it all and write the pictures."""
    with studio() as folder:
        first_time(folder / "first")
        trouble(folder / "trouble")
        shop = Shop(folder / "shop", point_day(seed=SEED, county=COUNTY, day=DAY))
        for part in parts():
            part(shop)
        shop.stage.close()


if __name__ == "__main__":
    main()
