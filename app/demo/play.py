"""Play a story's day: every event at its time, through the window where a clerk would use it, by command otherwise."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from app.demo.hands import Hands
from app.demo.report import Report, report, write
from app.demo.scenes import Scene
from app.demo.stage import DayStage, exchange, receive_earlier_days
from app.domain import clock
from app.sandbox.pointday import PointDay
from app.sandbox.story import point_day
from app.start import application


class Play:
    """One headless day: call ``run`` once."""

    def __init__(self, story: PointDay, folder: Path) -> None:
        self.story = story
        self.stage = DayStage(story, folder)
        self.hands = Hands(self.stage.counter, folder)
        self.engine = self.stage.engine()
        self._folder = folder

    def run(self, say: Callable[[str], None]) -> Report:
        """Play all scenes, then count; closes the stage."""
        window = self.stage.counter.window
        window.resize(1366, 768)
        window.show()
        try:
            receive_earlier_days(self.stage, self.engine)
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

    # --- the day ---

    def _scenes(self) -> list[Scene]:
        from app.demo.counterwork import counter_scenes
        from app.demo.vanwork import van_scenes

        story = self.story
        heard = [Scene(item.at_ms, "清单到了", self._nothing) for item in (*story.announced, *story.sent)]
        weather = [Scene(episode.to_ms, f"{episode.kind} 过去", self._nothing) for episode in story.network]
        opening = Scene(clock.at(story.day, "07:05"), "开门", self._open)
        vans = [scene for van in story.vans for scene in van_scenes(self, van)]
        return [opening, *heard, *weather, *vans, *counter_scenes(self)]

    def _nothing(self) -> None:
        """Only time passes; the exchange around it is the scene."""

    def _open(self) -> None:
        self.hands.page(1)
        self.hands.picture("今日-开门")
        self.hands.page(2)
        self.hands.picture("到货-等车")


def play_day(*, seed: int, county: str, day: str, out: Path, say: Callable[[str], None] = print) -> Report:
    """Play one day without a screen into ``out``, which is emptied of an earlier day first; its report."""
    clean(out)
    application()
    return Play(point_day(seed=seed, county=county, day=day), out).run(say)


def clean(out: Path) -> None:
    """Make the folder, and empty it of an earlier story."""
    for old in (out / "data", out / "hub.db", out / "hub.db-wal", out / "hub.db-shm"):
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)
    for picture in out.glob("[0-9][0-9]-*.png"):
        picture.unlink()
    out.mkdir(parents=True, exist_ok=True)


def demo(options: argparse.Namespace) -> int:
    """`demo`: the window with the story beside it, or the whole day without a screen; the exit code."""
    if not (options.headless or _has_no_screen()):
        from app.demo.practice import show_night, show_story

        show = show_night if options.station else show_story
        return show(seed=options.seed, county=options.county, day=options.date)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    out: Path = options.out or Path(tempfile.mkdtemp(prefix="geyi-day-"))
    found = _play(options, out)
    if sys.stdout is not None:  # the windowed program has none
        sys.stdout.write(f"{len(found.pictures)} 张图片和 report.json 在 {out}\n")
    return 0 if holds(found) else 1


def _play(options: argparse.Namespace, out: Path) -> Report:
    words = {"seed": options.seed, "county": options.county, "day": options.date, "out": out}
    if not options.station:
        return play_day(**words)
    from app.demo.nightplay import play_night

    return play_night(**words, points=options.points, pieces=options.pieces)


def holds(found: Report) -> bool:
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
