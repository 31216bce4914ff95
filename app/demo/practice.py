"""The window with a story beside it: practice, with a list of what happens and a scanner to click."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.demo.scenes import MINUTE
from app.demo.stage import DayStage, Stage, receive_earlier_days
from app.domain import clock
from app.domain.labels import piece_label
from app.sandbox.pointday import Asks, Outcome, PointDay, Van, Visit
from app.sandbox.station_story import StationLine, StationNight, Truck
from app.sandbox.story import point_day
from app.start import application
from app.ui import tokens
from app.ui.buttons import ActionButton
from app.ui.keystrokes import scan_code, window_of
from app.ui.panels import label
from app.ui.shapes import sized

_TICK_MS = 1_000
_MOST_SHOWN = 6
_ASKS = {
    Asks.CODE: "报取件码",
    Asks.QR: "亮出二维码",
    Asks.TAIL: "报手机尾号",
    Asks.NAME: "报姓名",
    Asks.INITIALS: "报姓名，可打拼音首字母",
    Asks.NICKNAME: "报小名",
}


@dataclass(frozen=True, slots=True)
class Cue:
    """Something that happens: when, what is seen, what to do, and a code to scan where there is one."""

    at_ms: int
    sight: str
    hint: str
    code: str = ""


def cues_of(story: PointDay) -> list[Cue]:
    """The story as somebody at the counter would see it, in order."""
    found = [cue for van in story.vans for cue in _van_cues(van)]
    found += [_visit_cue(visit) for visit in story.visits]
    found.append(
        Cue(
            story.collection.at_ms, f"司机{story.collection.driver.name}来收退货", "按 F5，让他签字带走退货袋"
        )
    )
    found.append(Cue(story.closes_ms, "天黑了，收摊", "按 F6，点货点钱，日结"))
    return sorted(found, key=lambda cue: cue.at_ms)


def _van_cues(van: Van) -> Iterator[Cue]:
    yield Cue(van.arrives_ms, f"{van.driver.plate} 的车到了", "按 F2，扫每个筐的标签")
    for number, crate in enumerate(van.crates):
        if crate.here:
            yield Cue(van.arrives_ms + number + 1, f"一个筐：{crate.crate}", "扫筐上的标签", crate.crate)
    for stray in van.strays:
        yield Cue(van.arrives_ms + 500, f"一个筐：{stray.crate}", "也在车上，扫一下看看", stray.crate)


def _visit_cue(visit: Visit) -> Cue:
    who = visit.name or "一位邻居"
    come = f"{visit.proxy}替{who}来取" if visit.proxy else f"{who}来取货"
    if visit.outcome is Outcome.AGAIN:
        come = f"{who}又来问"
    scanned = visit.text if visit.asks in (Asks.CODE, Asks.QR) else ""
    return Cue(visit.at_ms, come, f"按 F3，{_ASKS[visit.asks]}：{visit.text}", scanned)


def night_cues(night: StationNight) -> list[Cue]:
    """A station's night as its crew would see it, in order; of each container a piece or two stand for all."""
    found = [cue for truck in night.trucks for cue in _truck_cues(night, truck)]
    last = max(cue.at_ms for cue in found)
    for nth, (sight, hint) in enumerate(_AFTER_SORTING, 1):
        found.append(Cue(last + nth * MINUTE, sight, hint))
    return sorted(found, key=lambda cue: cue.at_ms)


_AFTER_SORTING = (
    ("货台上空了吗", "按 F2 清场，没有落下的再往下"),
    ("筐都满了", "按 F4，把筐封好，贴上标签"),
    ("车倒到门口", "按 F5，一筐一筐扫上车，后送的先装"),
    ("司机来点数", "按 F6，让他先报数，对上了两边签字"),
)


def _truck_cues(night: StationNight, truck: Truck) -> Iterator[Cue]:
    begins = truck.arrives_ms
    yield Cue(begins, f"{truck.driver.plate} 的大车到了", "按 F2，记车牌和铅封")
    for number, pallet in enumerate(truck.pallets, 1):
        whole = all(box.here for box in pallet.containers)
        code = pallet.label if whole else next((box.label for box in pallet.containers if box.here), "")
        yield Cue(begins + number, f"一板货：{pallet.number}", "扫托盘或容器的标签", code)
    for wrong in night.wrong_containers:
        if wrong.trip == truck.trip:
            yield Cue(begins + 90, f"一个容器：{wrong.label}", "也在车上，扫一下看看", wrong.label)
    boxes = [box.label for pallet in truck.pallets for box in pallet.containers if box.here]
    for nth, line in enumerate(_one_of_each(night, boxes)):
        at_ms = begins + MINUTE + nth
        yield Cue(at_ms, f"拿起一件：{line.product}", "按 F3，扫它的标签", piece_label(line.lot, nth=1))


def _one_of_each(night: StationNight, boxes: list[str]) -> Iterator[StationLine]:
    firsts = {line.container: line for line in night.lines if night.truth_of(line).ok == line.pieces}
    return (firsts[box] for box in boxes if box in firsts)


class StoryPanel(QFrame):
    """The list of what happens now and next; each code has a key that scans it."""

    def __init__(self, stage: Stage, cues: list[Cue]) -> None:
        super().__init__()
        self.setObjectName("counter")
        self.setWindowTitle("格驿 · 练习的故事")
        self._stage = stage
        self._cues = cues
        self._at = 0
        self._now = label("", "strong")
        self._list = QVBoxLayout()
        self._list.setSpacing(sized(self, tokens.SPACE_M))
        self._arrange()
        self.show_from(0)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        pad = sized(self, 16)
        column.setContentsMargins(pad, pad, pad, pad)
        column.setSpacing(sized(self, tokens.SPACE_M))
        column.addWidget(label("练习的故事", "section"))
        column.addWidget(label("这里是练习，真账本不会动。", "muted", wraps=1))
        column.addWidget(self._now)
        inner = QWidget()
        inner.setLayout(self._list)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        column.addWidget(area, 1)
        onward = ActionButton("接着往下")
        onward.clicked.connect(self.go_on)
        column.addWidget(onward)
        self.setMinimumWidth(sized(self, 330))

    def go_on(self) -> None:
        """Let time pass until the next thing happens."""
        if self._at + 1 < len(self._cues):
            self.show_from(self._at + 1)

    def show_from(self, at: int) -> None:
        """Show this cue and what follows; the story's clock goes to it."""
        self._at = at
        cue = self._cues[at]
        self._stage.move_to(max(cue.at_ms, self._stage.true.now_ms()))
        self._now.setText(f"{clock.moment(cue.at_ms):%H:%M}　{cue.sight}")
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for number, coming in enumerate(self._cues[at : at + _MOST_SHOWN]):
            self._list.addWidget(self._card(coming, first=number == 0))
        self._list.addStretch(1)

    def _card(self, cue: Cue, *, first: bool) -> QWidget:
        card = QFrame()
        card.setProperty("card", "true")
        column = QVBoxLayout(card)
        column.addWidget(
            label(f"{clock.moment(cue.at_ms):%H:%M} {cue.sight}", "strong" if first else "muted", wraps=1)
        )
        column.addWidget(label(cue.hint, "small", wraps=1))
        if cue.code and first:
            scan = ActionButton("替我扫")
            scan.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            scan.clicked.connect(lambda: self._scan(cue.code))
            column.addWidget(scan)
        return card

    def _scan(self, code: str) -> None:
        window = self._stage.counter.window
        window.activateWindow()
        scan_code(window_of(window), code, at=int(time.monotonic() * 1000))


def show_story(*, seed: int, county: str, day: str) -> int:
    """Open the practice window with a shop's day beside it; the exit code."""
    application()
    story = point_day(seed=seed, county=county, day=day)
    with _folder() as folder:
        stage = DayStage(story, folder)
        engine = stage.engine()
        receive_earlier_days(stage, engine)
        engine.close()
        return _show(stage, cues_of(story), story.point.name)


def show_night(*, seed: int, county: str, day: str) -> int:
    """Open the practice window with a station's night beside it; the exit code."""
    from app.demo.nightplay import NightStage
    from app.sandbox.station_story import station_night

    application()
    night = station_night(seed=seed, county=county, day=day)
    with _folder() as folder:
        return _show(NightStage(night, folder), night_cues(night), night.name)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A folder that is thrown away afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="geyi-practice-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _show(stage: Stage, cues: list[Cue], name: str) -> int:
    panel = StoryPanel(stage, cues)
    both = QWidget()
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    row.addWidget(stage.counter.window, 1)
    row.addWidget(panel)
    both.setWindowTitle(f"{name} · 格驿练习")
    both.showMaximized()
    stage.counter.start()
    ticking = QTimer()
    ticking.timeout.connect(lambda: stage.move_to(stage.true.now_ms() + _TICK_MS))
    ticking.start(_TICK_MS)
    try:
        return QApplication.exec()
    finally:
        ticking.stop()
        stage.close()


def practice(options: argparse.Namespace) -> int:
    """`practice`: today's story at a shop of Binyang county, or at its grid station."""
    show = show_night if options.station else show_story
    return show(seed=7, county="宾阳县", day=clock.business_day(clock.SystemClock().now_ms()))
