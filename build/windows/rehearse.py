"""Live through a program's life: installed, used, updated, repaired, removed; on a Windows nobody has used before."""

from __future__ import annotations

import contextlib
import filecmp
import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from build.windows.closure import closure
from build.windows.native import Native
from build.windows.places import say
from build.windows.wine import Ran, Wine

UNINSTALL_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Geyi"
OWN_KEY = r"HKCU\Software\Geyi"
OPENS_S, SETUP_S, DAY_S = 90, 240, 900
SHOWN_S = 6
NEWER_INSTALLED, HAS_LEFT, IN_TROUBLE = 3, 10, 3
KEPT = ("point", "facts", "told", "pieces", "fen")
"""What no update may change."""
SHORTCUTS = ("格驿.lnk", "Geyi.lnk")
LEFT_BY_SETUPS = re.compile(r"/Temp/(~nsu|nsu|Un_)", re.IGNORECASE)
"""A removed program's uninstaller takes itself away at the next restart of Windows."""


class Failed(Exception):
    """Something was not as it must be; the text says what."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version to install: its number, its folder as made, and its setup."""

    number: str
    bundle: Path
    setup: Path


@dataclass(slots=True)
class Stage:
    """Where it all happens. ``papers`` is a folder for pictures and reports."""

    machine: Wine | Native
    now: Version
    next: Version
    papers: Path
    alone: bool = False
    """Whether nothing else listens in this network space, so that an open port can only be ours."""
    before: set[str] = field(default_factory=set)
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        """Where the program is installed."""
        return self.machine.local / "Programs" / "Geyi"

    @property
    def program(self) -> Path:
        """The installed program."""
        return self.home / "Geyi.exe"

    @property
    def data(self) -> Path:
        """The books."""
        return self.machine.local / "Geyi"


def rehearse(stage: Stage) -> dict[str, float]:
    """Every step in order; what each was (1 or 0) and its seconds. A step after a failed one is still tried."""
    stage.papers.mkdir(parents=True, exist_ok=True)
    stage.before = files_of(stage)
    found: dict[str, float] = {}
    for step in STEPS:
        name = step.__name__
        started = time.monotonic()
        try:
            step(stage)
            found[name] = 1
        except Failed as failed:
            say(f"FAILED {name}: {failed}")
            found[name] = 0
        found[f"{name}_s"] = round(time.monotonic() - started, 1)
        say(f"{name}: {'ok' if found[name] else 'FAILED'}, {found[f'{name}_s']} s")
    return found


def must(holds: object, otherwise: str) -> None:
    """Raise :class:`Failed` unless ``holds``."""
    if not holds:
        raise Failed(otherwise)


# --- the steps ---------------------------------------------------------------------------------------------


def installed(stage: Stage) -> None:
    """A silent install puts the bundle there, file for file, and says so to Windows."""
    ran = stage.machine.run(stage.now.setup, "/S", "/DESKTOP=1", seconds=SETUP_S)
    must(ran.code == 0, f"the setup ended with {ran.code}: {ran.text[-300:]}")
    _must_be(stage, stage.now)
    must(_shortcut(stage.machine.start_menu), "no shortcut in the Start menu")
    must(_shortcut(stage.machine.desktop), "no shortcut on the desktop")
    whole = closure(stage.home)
    must(whole.is_closed, f"libraries are missing {whole.missing} or strange {whole.strange}")


def started(stage: Stage) -> None:
    """The shortcut opens the window; a second start raises it and goes; nothing listens to the world."""
    shortcut = _shortcut(stage.machine.start_menu)
    if shortcut is None:
        raise Failed("no shortcut")
    with _started(stage, "start", "", shortcut):
        picture(stage, "installed-window")
        must((stage.data / "book.db").exists(), f"no book in {stage.data}")
        must(not (stage.alone and open_doors()), f"the program listens on {open_doors()}")
        again = stage.machine.run(stage.program, seconds=60)
        must(again.code == 0, f"a second start ended with {again.code}")
        must(_is_open(stage.data), "the first window went away")


def day_played(stage: Stage) -> None:
    """The installed program plays a whole day and solves a route, and its books are right."""
    out = stage.papers / "day"
    shutil.rmtree(out, ignore_errors=True)
    ran = stage.machine.run(stage.program, "--self-test", out, seconds=DAY_S)
    report = _report(out)
    stage.report = report
    must(ran.code == 0, f"the day ended with {ran.code}: {report or _log(out)}")
    must(report.get("frozen") and report.get("platform") == "windows", f"not the real thing: {report}")
    must(list(out.glob("*.png")), "no pictures of the day")


def upgraded(stage: Stage) -> None:
    """An update while the program runs: it closes, the books are backed up and migrated, nothing is lost."""
    shutil.rmtree(stage.data, ignore_errors=True)
    shutil.copytree(stage.papers / "day" / "data", stage.data)
    before = _look(stage, stage.data, "before-update")
    with _started(stage, stage.program):
        ran = stage.machine.run(stage.next.setup, "/S", seconds=SETUP_S)
        must(ran.code == 0, f"the update ended with {ran.code}: {ran.text[-300:]}")
        _wait_until(lambda: _is_open(stage.data), "the program did not come back after the update")
    _must_be(stage, stage.next)
    after = _look(stage, stage.data, "after-update")
    lost = {name: (before[name], after[name]) for name in KEPT if before[name] != after[name]}
    must(not lost, f"the update changed {lost}")
    must(before["facts"], "there was nothing to lose")
    must(after["migration"] == "9999", f"the book stands at {after['migration']}")
    must(len(after["backups"]) > len(before["backups"]), "no backup was made before the migration")


def downgrade_refused(stage: Stage) -> None:
    """An older setup changes nothing and says why."""
    ran = stage.machine.run(stage.now.setup, "/S", seconds=SETUP_S)
    must(ran.code == NEWER_INSTALLED, f"the older setup ended with {ran.code}")
    _must_be(stage, stage.next)
    if isinstance(stage.machine, Wine):
        _hear_the_refusal(stage, stage.machine)


def repaired(stage: Stage) -> None:
    """The same setup again puts right what was lost or damaged, and leaves the books alone."""
    before = _look(stage, stage.data, "before-repair")
    (stage.home / "_internal" / "python311.dll").write_bytes(b"damaged")
    shutil.rmtree(stage.home / "_internal" / "resources")
    ran = stage.machine.run(stage.next.setup, "/S", seconds=SETUP_S)
    must(ran.code == 0, f"the repair ended with {ran.code}")
    _must_be(stage, stage.next)
    after = _look(stage, stage.data, "after-repair")
    must(before == after, f"the repair changed {before} to {after}")


def trouble_told(stage: Stage) -> None:
    """On a full and on a read-only disk the program shows one sentence and nothing is damaged."""
    if not isinstance(stage.machine, Wine):
        return
    for name, options in (("full", "size=64k"), ("read-only", "size=64k,ro")):
        folder = stage.papers / f"disk-{name}"
        with _disk(folder, options) as has_disk:
            if not has_disk:
                say(f"  {name} disk: not tried, this user may not mount one")
                continue
            out = stage.papers / f"trouble-{name}"
            ran = stage.machine.run(stage.program, "--data", folder, "--self-test", out, seconds=OPENS_S)
            sentence = _report(out).get("sentence", "")
            must(
                ran.code == IN_TROUBLE and sentence,
                f"on a {name} disk: {ran.code} {_report(out) or _log(out)}",
            )
            say(f"  {name} disk: {sentence}")


def data_kept(stage: Stage) -> None:
    """Removing the program while its window is open closes it, and keeps the books."""
    books = {path.name for path in stage.data.rglob("*") if path.is_file()}
    with stage.machine.start(stage.program):
        _wait_until(lambda: _is_open(stage.data), "the window did not open")
        ran = stage.machine.run(stage.home / "uninstall.exe", "/S", seconds=SETUP_S)
        must(ran.code == 0, f"the uninstaller ended with {ran.code}")
        _wait_until(lambda: not stage.home.exists(), "the program's folder is still there")
    must(not _is_open(stage.data), "the program did not close tidily")
    left = {path.name for path in stage.data.rglob("*") if path.is_file()}
    must({"book.db", "book.key"} <= left and books <= left, f"gone: {books - left}")


def removed(stage: Stage) -> None:
    """Removing the program leaves nothing of it: no file, no shortcut, no key, nothing written elsewhere."""
    for key in (UNINSTALL_KEY, OWN_KEY):
        must(not registry(stage, key), f"{key} is still there")
    left = {name for name in files_of(stage) - stage.before if not LEFT_BY_SETUPS.search(name)}
    books = str(stage.data)
    left = {name for name in left if not name.startswith((books, str(stage.papers)))}
    must(not left, f"left behind: {sorted(left)[:8]}")


def elsewhere(stage: Stage) -> None:
    """Put into a folder with spaces and Chinese characters it finds the old books, and deletes them when asked to."""
    home = stage.machine.local.parents[1] / "我的 程序" / "格驿 柜台"
    folder = f"/D={stage.machine.says(home)}".split(
        " "
    )  # the setup wants its last word without quotation marks
    ran = stage.machine.run(stage.next.setup, "/S", "/LANG=1033", *folder, seconds=SETUP_S)
    must(ran.code == 0 and (home / "Geyi.exe").exists(), f"the setup ended with {ran.code}")
    found = _look(stage, stage.data, "elsewhere", program=home / "Geyi.exe")
    known = _report(stage.papers / "after-repair")
    must(all(found[name] == known[name] for name in KEPT), f"{known} has become {found}")
    stage.machine.run(home / "uninstall.exe", "/S", "/DATA=delete", seconds=SETUP_S)
    _wait_until(lambda: not home.exists() and not stage.data.exists(), "program or books are still there")
    shutil.rmtree(home.parent)


STEPS: tuple[Callable[[Stage], None], ...] = (
    installed,
    started,
    day_played,
    upgraded,
    downgrade_refused,
    repaired,
    trouble_told,
    data_kept,
    removed,
    elsewhere,
)


# --- looking -----------------------------------------------------------------------------------------------


def files_of(stage: Stage) -> set[str]:
    """All files of the user, and of the whole drive where it is Wine's."""
    machine = stage.machine
    top = machine.drive if isinstance(machine, Wine) else machine.local / "Programs"
    return {str(path) for path in top.rglob("*") if path.is_file()}


def differences(bundle: Path, home: Path) -> list[str]:
    """Names of files that are not the same in both folders; the uninstaller is the setup's own."""
    names = {path.relative_to(top) for top in (bundle, home) for path in top.rglob("*") if path.is_file()}
    names.discard(Path("uninstall.exe"))
    return sorted(str(name) for name in names if not _same(bundle / name, home / name))


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)


def registry(stage: Stage, key: str) -> dict[str, str]:
    """The values of a key; empty where there is none."""
    said = stage.machine.run("reg", "query", key, seconds=60).text
    return {
        name: value.strip() for name, value in re.findall(r"^ +(\w+) +REG_\w+ +(.*)$", said, re.MULTILINE)
    }


def open_doors() -> list[str]:
    """Addresses beyond this machine that anybody in this network space listens on."""
    doors = []
    for table, home in (("tcp", "0100007F"), ("tcp6", "00000000000000000000000001000000")):
        file = Path("/proc/thread-self/net", table)
        rows = [line.split() for line in file.read_text("ascii").splitlines()[1:]] if file.exists() else []
        doors += [row[1] for row in rows if row[3] == "0A" and not row[1].startswith(home)]
    return doors


def picture(stage: Stage, name: str) -> None:
    """A picture of the whole screen, where the screen is ours."""
    if isinstance(stage.machine, Wine):
        time.sleep(SHOWN_S)
        _x(stage.machine, "import", "-window", "root", str(stage.papers / f"{name}.png"))


def _must_be(stage: Stage, version: Version) -> None:
    other = differences(version.bundle, stage.home)
    must(not other, f"{len(other)} files are not the bundle's: {other[:5]}")
    values = registry(stage, UNINSTALL_KEY)
    must(values.get("DisplayVersion") == version.number, f"Windows was told {values}")
    for name in ("QuietUninstallString", "UninstallString", "EstimatedSize", "DisplayIcon", "Publisher"):
        must(values.get(name), f"Windows was not told {name}")


def _shortcut(folder: Path) -> Path | None:
    return next((folder / name for name in SHORTCUTS if (folder / name).exists()), None)


def _report(out: Path) -> dict[str, Any]:
    file = out / "report.json"
    found: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return found


def _log(out: Path) -> str:
    file = out / "logs" / "geyi.log"
    return file.read_text("utf-8")[-1500:] if file.exists() else "no log"


def _look(stage: Stage, folder: Path, name: str, *, program: Path | None = None) -> dict[str, Any]:
    """Have the installed program open the books and count."""
    out = stage.papers / name
    ran = stage.machine.run(program or stage.program, "--data", folder, "--self-test", out, seconds=OPENS_S)
    found = _report(out)
    must(ran.code == 0 and found.get("opened"), f"{name}: {ran.code} {found.get('sentence') or _log(out)}")
    return found


# --- doing -------------------------------------------------------------------------------------------------


def _is_open(data: Path) -> bool:
    return (data / "running.mark").exists()


def _wait_until(holds: Callable[[], object], otherwise: str, seconds: float = OPENS_S) -> None:
    until = time.monotonic() + seconds
    while not holds():
        must(time.monotonic() < until, otherwise)
        time.sleep(0.5)


@contextlib.contextmanager
def _started(stage: Stage, *words: str | Path) -> Iterator[None]:
    """The window is open in this block; at its end it is asked to close and must leave everything tidy."""
    via_shell = ("cmd", "/c", *words) if words[0] == "start" else words
    with stage.machine.start(*via_shell) as _:
        _wait_until(lambda: _is_open(stage.data), "the window did not open")
        time.sleep(SHOWN_S)
        try:
            yield
        finally:
            quit_ = stage.machine.run(stage.program, "--quit", seconds=OPENS_S)
        must(quit_.code == HAS_LEFT, f"asked to close, the program said {quit_.code}")
        must(not _is_open(stage.data), "the program did not close tidily")


@contextlib.contextmanager
def _disk(folder: Path, options: str) -> Iterator[bool]:
    """A small disk of its own in ``folder``; gives whether this user may have one."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "geyi-rehearsal", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=False)  # noqa: S607


def _hear_the_refusal(stage: Stage, machine: Wine) -> None:
    with machine.start(stage.now.setup, "/LANG=2052") as setup:
        picture(stage, "downgrade-refused")
        _x(machine, "xdotool", "key", "Return")
        try:
            code = setup.wait(timeout=30)
        except subprocess.TimeoutExpired:
            machine.end()
            raise Failed("the older setup did not close after its sentence") from None
    must(code == NEWER_INSTALLED, f"the older setup ended with {code}")


def _x(machine: Wine, *words: str) -> Ran:
    done = subprocess.run(
        words, env=machine.surroundings(), capture_output=True, text=True, check=False, timeout=60
    )
    return Ran(done.returncode, done.stdout + done.stderr)
