"""The Windows program made and lived through: installed, a day played, updated, removed; `--again` skips the making."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from build.windows import changed, debian, freeze, pack, solitude, wine
from build.windows.native import Native
from build.windows.places import (
    BUNDLE,
    CACHE,
    NEXT_BUNDLE,
    ON_WINDOWS,
    OUT,
    Stopped,
    next_version,
    say,
    setup_file,
    version,
)
from build.windows.rehearse import Stage, Version, rehearse

USER = "王 小店"
SETUP_MB, INSTALLED_MB = 45, 160
ASKED = ("installed", "day_played", "upgraded", "data_kept", "removed")


def main(argv: list[str]) -> int:
    """Make both versions, live through them, print the figures; 0 when everything holds."""
    figures: dict[str, Any] = dict.fromkeys(ASKED, 0)
    try:
        now, following = versions(figures, again="--again" in argv)
        figures |= measured(now)
        with new_windows() as machine:
            papers = machine.local.parents[1] / "Documents" / "彩排 rehearsal"
            figures |= rehearse(Stage(machine, now, following, papers))
            keep(papers)
    except Stopped as stop:
        say(str(stop))
    whole = all(value for name, value in figures.items() if not name.endswith(("_s", "_mb")))
    whole = (
        whole and figures.get("setup_mb", 99) <= SETUP_MB and figures.get("installed_mb", 999) <= INSTALLED_MB
    )
    if whole and not ON_WINDOWS:
        changed.record(figures)
    print(json.dumps(figures, ensure_ascii=False))
    return 0 if whole else 1


def versions(figures: dict[str, Any], *, again: bool) -> tuple[Version, Version]:
    """This version and the one to update to, frozen and packed; ``again`` takes those of the last time."""
    number = version()
    later = next_version(number)
    trial = CACHE / "setups"
    if not again:
        if not ON_WINDOWS:
            timed(figures, "packages", debian.bring)
        timed(figures, "freeze", lambda: freeze.freeze(rehearsal=True))
        timed(figures, "pack", lambda: pack.pack(BUNDLE, number))
        timed(figures, "pack_next", lambda: pack.pack(NEXT_BUNDLE, later, folder=trial, quickly=True))
    now = Version(number, BUNDLE, setup_file(number))
    return now, Version(later, NEXT_BUNDLE, setup_file(later, trial))


def timed(figures: dict[str, Any], name: str, work: Callable[[], object]) -> None:
    """Do it and note its seconds."""
    started = time.monotonic()
    work()
    figures[f"{name}_s"] = round(time.monotonic() - started, 1)


def measured(now: Version) -> dict[str, float]:
    """Sizes in megabytes of a million bytes."""
    return {
        "setup_mb": round(now.setup.stat().st_size / 1e6, 1),
        "installed_mb": round(pack.size_of(now.bundle) / 1e6, 1),
    }


@contextmanager
def new_windows() -> Iterator[wine.Wine | Native]:
    """A Windows nobody has used yet, without any network; on Windows it is this one as it is."""
    if ON_WINDOWS:
        yield Native()
        return
    solitude.enter()
    with wine.screen() as display, hidden(CACHE / "python"):
        machine = wine.fresh(CACHE / "rehearsal", display, user=USER)
        try:
            yield machine
        finally:
            machine.end()


@contextmanager
def hidden(folder: Path) -> Iterator[None]:
    """The build's own Python is out of sight, so that the program cannot lean on it."""
    aside = folder.with_name(f"{folder.name}.hidden")
    if folder.exists():
        folder.rename(aside)
    try:
        yield
    finally:
        if aside.exists():
            aside.rename(folder)


def keep(papers: Path) -> None:
    """Take the pictures and reports out of the rehearsal's Windows, into out/installer."""
    kept = OUT / "rehearsal"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(papers, kept, ignore=shutil.ignore_patterns("data", "*.db*", "disk-*"))
