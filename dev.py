"""Make everything ready on a fresh machine and run one of the project's tasks: `python3 dev.py demo`."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent
OLDEST_PYTHON = (3, 11)
ON_WINDOWS = os.name == "nt"
TASKS = """\
demo              a day's story at a shop, --station: a station's night (--headless --out DIR: pictures, report)
run               open the program on this machine's own book
test              everything that must hold: lint, types, contracts, tests
bench NAME        measure; the last line is one JSON object
installer         the Windows setup, on Windows or here under Wine, in out/installer
pictures          the whole day without a screen, pictures in out/pictures
unit, lint, types, contracts, format, lock, resources   the parts, one by one"""
NEED_QT = {"demo", "run", "test", "unit", "bench", "pictures"}
NEED_SCREEN = {"demo", "run"}

# What Qt's wheels take from the system, and the Debian 12 package it comes in.
SYSTEM_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libpulse.so.0": "libpulse0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
SCREEN_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
QT_PROBE = "import PySide6.QtMultimedia, PySide6.QtWidgets as w; w.QApplication([])"


class Stopped(Exception):
    """Getting ready cannot go on; the text says why and what to type."""


def say(line: str) -> None:
    """One plain line of progress."""
    print(f"dev: {line}", flush=True)


def apt_line(packages: Sequence[str]) -> str:
    """The exact line that installs Debian packages for this user."""
    become = "" if hasattr(os, "geteuid") and os.geteuid() == 0 else "sudo "
    return f"{become}apt-get update && {become}apt-get install -y {' '.join(packages)}"


def check_python(version: tuple[int, ...], *, has_ensurepip: bool = True) -> None:
    """Refuse a Python that is too old or cannot make virtual environments."""
    if version[:2] < OLDEST_PYTHON:
        raise Stopped(f"Python 3.11 or newer is needed, this is {version[0]}.{version[1]}.")
    if not has_ensurepip:
        raise Stopped(f"Python's venv module is missing. Type: {apt_line(['python3-venv'])}")


# --- the virtual environment -------------------------------------------------------------------------------


def venv_python(venv: Path) -> Path:
    """The environment's own interpreter."""
    return venv / ("Scripts/python.exe" if ON_WINDOWS else "bin/python")


def wanted_stamp(root: Path) -> str:
    """What the environment is made from: the lock file and the interpreter."""
    lock = (root / "requirements.lock").read_bytes()
    return hashlib.sha256(lock + sys.version.encode()).hexdigest()


def stamp_file(venv: Path) -> Path:
    """Written last, when the environment is whole."""
    return venv / "geyi-made-from"


def unfinished_mark(venv: Path) -> Path:
    """Stands while the environment is being changed; found later, it tells of an interruption."""
    return venv / "geyi-unfinished"


def is_ready(root: Path) -> bool:
    """Whether the environment is whole and made from the present lock file."""
    venv = root / ".venv"
    if unfinished_mark(venv).exists() or not stamp_file(venv).is_file():
        return False
    return stamp_file(venv).read_text(encoding="utf-8") == wanted_stamp(root)


def can_be_kept(venv: Path) -> bool:
    """Whether an environment is there, was never interrupted, and its pip answers."""
    if unfinished_mark(venv).exists() or not venv_python(venv).is_file():
        return False
    answer = [str(venv_python(venv)), "-m", "pip", "--version"]
    return subprocess.run(answer, capture_output=True, check=False).returncode == 0


def remove(venv: Path) -> None:
    """Take an unusable environment away."""
    try:
        shutil.rmtree(venv)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Stopped(
            f"{venv} is in use and could not be remade ({error}). Close its programs first."
        ) from error


def make_venv(venv: Path) -> None:
    """An empty environment with pip, marked as unfinished from its first moment."""
    remove(venv)
    venv.mkdir(parents=True)
    unfinished_mark(venv).touch()
    base = str(getattr(sys, "_base_executable", None) or sys.executable)
    made = subprocess.run([base, "-m", "venv", str(venv)], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        tail = (made.stdout + made.stderr).strip()
        raise Stopped(f"{tail}\nThe virtual environment could not be made in {venv}.")


def install(root: Path, venv: Path) -> None:
    """Bring exactly the locked packages into the environment, each checked against its hash."""
    command = [str(venv_python(venv)), "-m", "pip", "install", "--require-hashes", "--no-input"]
    command += ["--progress-bar", "off", "--disable-pip-version-check", "-r", str(root / "requirements.lock")]
    settings = {name: value for name, value in os.environ.items() if name not in ("PIP_USER", "PIP_TARGET")}
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=settings,
    ) as pip:
        heard = follow(pip.stdout) if pip.stdout else []
    if pip.returncode != 0:
        errors = [line for line in heard if line.startswith("ERROR")] or heard[-8:]
        raise Stopped(
            "\n".join(errors)
            + "\nThe packages could not be installed: see that the network is there and pip "
            "may use it (python3 -m pip config list), then type the same line again."
        )


def follow(lines: IO[str]) -> list[str]:
    """Tell pip's progress in short lines and return all it said."""
    heard = []
    for line in lines:
        heard.append(line.rstrip())
        if line.startswith("Collecting "):
            say(f"  {line.split()[1]}")
        elif line.startswith("Installing collected packages"):
            say("  unpacking")
    return heard


@contextlib.contextmanager
def alone(root: Path) -> Iterator[None]:
    """Hold the project's lock, so that two at once do not spoil each other; it falls with the process."""
    folder = root / ".cache"
    folder.mkdir(exist_ok=True)
    with (folder / "dev.lock").open("a+b") as held:
        if not grab(held):
            say("another dev.py is making the environment ready, waiting for it")
            while not grab(held):
                time.sleep(0.5)
        yield


def grab(held: IO[bytes]) -> bool:
    """Take the lock if it is free."""
    try:
        if sys.platform == "win32":
            import msvcrt

            held.seek(0)
            msvcrt.locking(held.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def make_ready(root: Path) -> Path:
    """The environment's interpreter, after making, repairing or refreshing it where that was needed."""
    venv = root / ".venv"
    if not is_ready(root):
        with alone(root):
            if not is_ready(root):
                refresh(root, venv)
    return venv_python(venv)


def refresh(root: Path, venv: Path) -> None:
    """Make the environment, or bring it to a changed lock file."""
    started = time.monotonic()
    if not can_be_kept(venv):
        say(f"making {venv.name} with Python {sys.version.split()[0]}")
        make_venv(venv)
    say("installing what requirements.lock names")
    unfinished_mark(venv).touch()
    install(root, venv)
    stamp_file(venv).write_text(wanted_stamp(root), encoding="utf-8")
    unfinished_mark(venv).unlink()
    say(f"ready after {time.monotonic() - started:.0f} s")


# --- the system below it -----------------------------------------------------------------------------------


def is_loadable(library: str) -> bool:
    """Whether the system has this shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_packages(libraries: Mapping[str, str]) -> list[str]:
    """Debian packages of those libraries that the system lacks."""
    return [package for library, package in libraries.items() if not is_loadable(library)]


def wants_screen(task: str, arguments: Sequence[str], surroundings: Mapping[str, str]) -> bool:
    """Whether a window will be opened: there is a screen and nobody asked to do without."""
    has_screen = ON_WINDOWS or sys.platform == "darwin"
    has_screen = has_screen or bool(surroundings.get("DISPLAY") or surroundings.get("WAYLAND_DISPLAY"))
    return task in NEED_SCREEN and has_screen and "--headless" not in arguments


def surroundings_for(task: str, arguments: Sequence[str]) -> dict[str, str]:
    """Environment variables for a task; without a screen Qt draws into memory."""
    surroundings = dict(os.environ, PYTHONUTF8="1")
    if not wants_screen(task, arguments, surroundings):
        surroundings.setdefault("QT_QPA_PLATFORM", "offscreen")
    return surroundings


def check_qt(python: Path, surroundings: Mapping[str, str]) -> None:
    """See that Qt starts here, and name the exact line to type where a system library is missing."""
    probe = subprocess.run(
        [str(python), "-c", QT_PROBE], capture_output=True, text=True, check=False, env=surroundings
    )
    if probe.returncode == 0:
        return
    offscreen = surroundings.get("QT_QPA_PLATFORM") == "offscreen"
    missing = missing_packages(SYSTEM_LIBRARIES if offscreen else SYSTEM_LIBRARIES | SCREEN_LIBRARIES)
    if missing:
        raise Stopped(f"Qt needs system libraries that are missing here. Type: {apt_line(missing)}")
    raise Stopped(f"{probe.stderr.strip()}\nQt does not start on this machine; its own words stand above.")


def hand_over(python: Path, task: str, arguments: Sequence[str], surroundings: Mapping[str, str]) -> int:
    """Let the task runner do the work and return its exit code."""
    command = [str(python), "-m", "poethepoet", "-C", str(ROOT), task, *arguments]
    return subprocess.run(command, check=False, env=surroundings).returncode


def main(words: Sequence[str]) -> int:
    """Run `TASK ARGS`; 0 when all went well, 2 when the machine is not ready for it."""
    if not words or words[0] in ("-h", "--help", "help"):
        print(f"python3 dev.py TASK [ARGS]\n\n{TASKS}")
        return 0
    task, arguments = words[0], words[1:]
    try:
        check_python(sys.version_info[:3], has_ensurepip=importlib.util.find_spec("ensurepip") is not None)
        python = make_ready(ROOT)
        surroundings = surroundings_for(task, arguments)
        if task in NEED_QT and sys.platform.startswith("linux"):
            check_qt(python, surroundings)
    except Stopped as stop:
        print(stop, file=sys.stderr)
        return 2
    return hand_over(python, task, arguments, surroundings)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
