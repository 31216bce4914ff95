"""Play a story's day: every event at its time, through the window where a clerk would use it, by command otherwise."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.demo.hands import Hands
from app.demo.report import Report, report, write
from app.demo.stage import Stage, exchange
from app.domain import clock
from app.domain.goods import Shortfall
from app.sandbox.photos import photo
from app.sandbox.pointday import CrateTruth, PointDay, Van
from app.sandbox.story import point_day
from app.start import application
from app.ui.photo import photo_of

MINUTE = 60_000
MORNING_AFTER = "10:45"
"""The next morning the platforms' bills are there: the last pictures are of the three-way match."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that happens at a time, and a word for the log."""

    at_ms: int
    word: str
    act: Callable[[], object]


class Play:
    """One headless day: call ``run`` once."""

    def __init__(self, story: PointDay, folder: Path) -> None:
        self.story = story
        self.stage = Stage(story, folder, begins_ms=_begin_of(story))
        self.hands = Hands(self.stage.counter, folder)
        self.engine = self.stage.engine()
        self._folder = folder

    def run(self, say: Callable[[str], None]) -> Report:
        """Play all scenes, then count; closes the stage."""
        window = self.stage.counter.window
        window.resize(1366, 768)
        window.show()
        try:
            self._earlier_days()
            for scene in sorted(self._scenes(), key=lambda scene: scene.at_ms):
                self._go_to(scene.at_ms)
                scene.act()
                self._sync()
                say(f"{clock.moment(scene.at_ms):%m-%d %H:%M} {scene.word}")
            self.stage.relay.set()
            exchange(self.engine)
            return self._counted()
        finally:
            self.stage.close()

    def _counted(self) -> Report:
        found = report(
            self.stage.counter.reader,
            self.stage.hub,
            self.story.point.code,
            pictures=self.hands.pictures,
            seed=self.story.seed,
            county=self.story.point.county,
            day=self.story.day,
        )
        write(found, self._folder)
        return found

    def _go_to(self, at_ms: int) -> None:
        self.stage.move_to(at_ms)
        self._sync()

    def _sync(self) -> None:
        """Exchange as the loop would: until all is sent, or once where the network fails."""
        exchange(self.engine)

    # --- before the day ---

    def _earlier_days(self) -> None:
        """What still stands on the shelves from the days before was received then."""
        from app.receiving.actions import EndReceiving, Receive

        self._sync()
        for leftover in sorted(self.story.leftovers, key=lambda item: item.received_ms):
            self.stage.move_to(leftover.received_ms)
            for note in leftover.announced.crates:
                self.hands.do(Receive(note.crate))
            self.hands.do(EndReceiving(leftover.announced.trip))
        self._sync()

    # --- the day ---

    def _scenes(self) -> list[Scene]:
        from app.demo.counterwork import counter_scenes

        story = self.story
        scenes = [Scene(heard.at_ms, "清单到了", self._nothing) for heard in (*story.announced, *story.sent)]
        scenes.append(Scene(clock.at(story.day, "07:05"), "开门", self._open))
        for van in story.vans:
            scenes += self._van_scenes(van)
        scenes += [
            Scene(episode.to_ms, f"{episode.kind} 过去", self._nothing)
            for episode in story.network
            if episode.to_ms
        ]
        return scenes + counter_scenes(self)

    def _nothing(self) -> None:
        """Only time passes; the exchange around it is the scene."""

    def _open(self) -> None:
        self.hands.page(1)
        self.hands.picture("今日-开门")
        self.hands.page(2)
        self.hands.picture("到货-等车")

    # --- receiving ---

    def _van_scenes(self, van: Van) -> list[Scene]:
        scenes = [Scene(van.arrives_ms, f"到车 {van.trip}", lambda: self._arrive(van))]
        here = [crate for crate in van.crates if crate.here]
        for number, crate in enumerate(here):
            scenes.append(
                Scene(
                    van.arrives_ms + (number + 1) * MINUTE,
                    f"扫筐 {crate.crate}",
                    lambda c=crate: self._unpack(van, c),
                )  # type: ignore[misc]
            )
        for crate in van.crates:
            if not crate.here and crate.later_ms:
                scenes.append(
                    Scene(crate.later_ms, f"补到 {crate.crate}", lambda c=crate: self._late(van, c))
                )  # type: ignore[misc]
        end = van.arrives_ms + (len(here) + 3) * MINUTE
        scenes.append(Scene(end, f"收完 {van.trip}", lambda: self._end(van)))
        later = [lot for crate in here for lot in crate.lots if lot.later]
        for lot in later:
            scenes.append(
                Scene(end + 90 * MINUTE, f"找到 {lot.lot}", lambda x=lot: self._found(x.lot, x.later))
            )  # type: ignore[misc]
        return scenes

    def _arrive(self, van: Van) -> None:
        from app.receiving.actions import NoteArrival
        from app.receiving.rules import Reading

        self.hands.page(2)
        readings = tuple(Reading(reading.zone, reading.tenths) for reading in van.readings)
        self.hands.do(NoteArrival(van.trip, plate=van.driver.plate, seal=van.seal, readings=readings))
        for stray in van.strays:
            self.hands.scan(stray.crate)
            self.hands.picture(f"到货-不是本店的-{stray.why.value}")

    def _unpack(self, van: Van, crate: CrateTruth) -> None:
        """Scan the label as often as the story does, then note what is missing, broken or too much."""
        from app.receiving.actions import NoteDifference, NoteSurplus, Receive, surplus_of
        from app.domain.refusals import Refused

        self.hands.page(2)
        for time in range(crate.scans):
            self.hands.scan(crate.crate)
            if time:
                self.hands.picture("到货-重复扫码")
        for lot in crate.lots:
            if lot.missing:
                self.hands.do(NoteDifference(Shortfall.SHORT, lot.lot, lot.missing))
            if lot.damaged:
                jpeg = _jpeg(lot.photos[0]) if lot.photos else b""
                self.hands.do(NoteDifference(Shortfall.DAMAGED, lot.lot, lot.damaged, "外包装破了", jpeg))
        for surplus in crate.surplus:
            answer = self.hands.do(Receive(surplus.barcode, surplus.pieces))
            offered = surplus_of(answer) if isinstance(answer, Refused) else getattr(answer, "surplus", None)
            if offered is not None:
                self.hands.do(NoteSurplus(offered))
        if crate is van.crates[len(van.crates) // 2]:
            self.hands.picture("到货-正在收")

    def _late(self, van: Van, crate: CrateTruth) -> None:
        from app.receiving.actions import ReceiveLate

        self.hands.page(2)
        self.hands.do(ReceiveLate(crate.crate))
        for lot in crate.lots:
            if lot.missing or lot.damaged:
                self._note(lot.lot, missing=lot.missing, damaged=lot.damaged)

    def _note(self, lot: str, *, missing: int, damaged: int) -> None:
        from app.receiving.actions import NoteDifference

        if missing:
            self.hands.do(NoteDifference(Shortfall.SHORT, lot, missing))
        if damaged:
            self.hands.do(NoteDifference(Shortfall.DAMAGED, lot, damaged))

    def _found(self, lot: str, pieces: int) -> None:
        from app.receiving.actions import FindAfterAll

        self.hands.do(FindAfterAll(lot, pieces))

    def _end(self, van: Van) -> None:
        from app.receiving.actions import EndReceiving

        self.hands.page(2)
        self.hands.do(EndReceiving(van.trip))
        self.hands.picture(f"到货-收完-{van.platform}")


def _jpeg(name: str) -> bytes:
    made = photo_of(photo(name))
    return made.jpeg if made else b""


def _begin_of(story: PointDay) -> int:
    first = min((item.received_ms for item in story.leftovers), default=clock.at(story.day, "05:00"))
    return first - 60 * MINUTE


def play_day(*, seed: int, county: str, day: str, out: Path, say: Callable[[str], None] = print) -> Report:
    """Play one day without a screen into ``out``, which is emptied of an earlier day first; its report."""
    for old in (out / "data", out / "hub.db", out / "hub.db-wal", out / "hub.db-shm"):
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)
    for picture in out.glob("[0-9][0-9]-*.png"):
        picture.unlink()
    out.mkdir(parents=True, exist_ok=True)
    application()
    return Play(point_day(seed=seed, county=county, day=day), out).run(say)


def demo(options: argparse.Namespace) -> int:
    """`demo`: the window with the story beside it, or the whole day without a screen; the exit code."""
    if not (options.headless or _has_no_screen()):
        from app.demo.practice import show_story

        return show_story(seed=options.seed, county=options.county, day=options.date)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    out: Path = options.out or Path(tempfile.mkdtemp(prefix="geyi-day-"))
    found = play_day(seed=options.seed, county=options.county, day=options.date, out=out)
    sys.stdout.write(f"{len(found.pictures)} 张图片和 report.json 在 {out}\n")
    return 0 if _holds(found) else 1


def _holds(found: Report) -> bool:
    """Whether the day's books are right."""
    return (
        found.pieces_in == found.pieces_out + found.pieces_here
        and found.fen_difference == 0
        and found.facts_local == found.facts_hub
        and found.digests_equal
        and found.stock_equal
    )


def _has_no_screen() -> bool:
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return True
    return sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
