"""Wine as this project uses it: a fresh prefix, a screen nobody sees, and programs run in both."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from build.windows.places import CACHE, HERE, Stopped

OVERRIDES = "winedbg.exe=d;winemenubuilder.exe=d;mscoree=d;mshtml=d"
"""No debugger that waits after a crash, no entries in this machine's own menus, neither .NET nor a browser."""
SHIMS = {"icuuc": (), "bcryptprimitives": ("-ladvapi32",)}
"""Windows 10 has these libraries and Wine 8 lacks them; ours go into the prefix and never into the bundle."""
CHINESE = "zh_CN.UTF-8"
LOCALES = CACHE / "locale"
SCREEN = "1366x768x24"
LAST_WORDS_S = 3


@dataclass(frozen=True, slots=True)
class Ran:
    """What a finished program left: its exit code and all it said."""

    code: int
    text: str


def finish(program: subprocess.Popen[str], *, seconds: float, end: Callable[[], None]) -> Ran:
    """Wait for a program; after ``seconds`` everything is ended by ``end`` and the code is ``-1``.

    What it leaves running (a setup opens the program again) may keep its output open; that is not waited for.
    """
    heard: list[str] = []
    listening = threading.Thread(target=_listen, args=(program, heard), daemon=True)
    listening.start()
    try:
        code = program.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        end()
        program.kill()
        program.wait()
        code = -1
    listening.join(LAST_WORDS_S)
    return Ran(code, "".join(heard))


def _listen(program: subprocess.Popen[str], heard: list[str]) -> None:
    if program.stdout is not None:
        with program.stdout:
            heard.extend(program.stdout)


@dataclass(frozen=True, slots=True)
class Wine:
    """A Windows to run things in: a prefix, the name of its user, and a screen (``:7``)."""

    prefix: Path
    display: str
    user: str = "geyi"
    locale: str = "C.UTF-8"
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def drive(self) -> Path:
        """Drive C."""
        return self.prefix / "drive_c"

    @property
    def home(self) -> Path:
        """The user's own folder."""
        return self.drive / "users" / self.user

    @property
    def local(self) -> Path:
        """%LOCALAPPDATA%."""
        return self.home / "AppData" / "Local"

    @property
    def start_menu(self) -> Path:
        """Where the Start menu keeps its shortcuts."""
        return self.home / "AppData" / "Roaming" / "Microsoft" / "Windows" / "Start Menu" / "Programs"

    @property
    def desktop(self) -> Path:
        """The user's desktop."""
        return self.home / "Desktop"

    def says(self, path: Path) -> str:
        """A path as programs in here say it."""
        if path.is_relative_to(self.drive):
            return "C:\\" + str(path.relative_to(self.drive)).replace("/", "\\")
        return windows_path(path)

    def surroundings(self) -> dict[str, str]:
        """Environment variables of everything that runs here."""
        names: dict[str, str] = dict(os.environ, WINEPREFIX=str(self.prefix), DISPLAY=self.display)
        names |= {"LC_ALL": self.locale, "LOCPATH": str(LOCALES)}
        names |= {"WINEDEBUG": "-all", "WINEDLLOVERRIDES": OVERRIDES, "USER": self.user, "LOGNAME": self.user}
        # Wine leads Desktop and Documents to the home folder: it gets one that does not matter.
        return names | {"WINEARCH": "win64", "HOME": str(self.prefix / "home")} | dict(self.more)

    def start(self, *words: str | Path, cwd: Path | None = None) -> subprocess.Popen[str]:
        """Begin a program. A Windows Python cannot write into a file here, so what it says goes through a pipe."""
        command = ["wine", *(self.says(word) if isinstance(word, Path) else word for word in words)]
        return subprocess.Popen(
            command, env=self.surroundings(), cwd=cwd, text=True, encoding="utf-8", errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, *words: str | Path, cwd: Path | None = None, seconds: float = 600) -> Ran:
        """Run a program to its end; ``-1`` where it took longer than ``seconds`` and was ended."""
        return finish(self.start(*words, cwd=cwd), seconds=seconds, end=self.end)

    def end(self) -> None:
        """End everything that runs in this prefix, and nothing else."""
        for word in ("-k", "-w"):
            subprocess.run(["wineserver", word], env=self.surroundings(), check=False, timeout=60)  # noqa: S607

    def wait(self) -> None:
        """Until everything in this prefix has ended by itself."""
        subprocess.run(["wineserver", "-w"], env=self.surroundings(), check=False, timeout=120)  # noqa: S607


def windows_path(path: Path) -> str:
    """A path of this machine as Wine's programs see it (drive Z is the root)."""
    return "Z:" + str(path).replace("/", "\\")


def fresh(prefix: Path, display: str, *, user: str = "geyi", locale: str = "C.UTF-8") -> Wine:
    """A Windows 10 that nobody has used yet, with the libraries Wine lacks; whatever was in ``prefix`` is gone."""
    made = Wine(prefix, display, user, locale)
    if prefix.exists():
        made.end()
        shutil.rmtree(prefix)
    (prefix / "home").mkdir(parents=True)
    booted = made.run("wineboot", "-i", seconds=180)
    _own_folders(made.home)
    if not (made.drive / "windows" / "system32").is_dir():
        raise Stopped(f"{booted.text}\nWine could not make a prefix in {prefix}.")
    for name in SHIMS:
        shutil.copy(shim(name), made.drive / "windows" / "system32")
    made.run("winecfg", "-v", "win10", seconds=60)
    return made


def bring_chinese() -> str:
    """The name of a locale that makes Wine a Chinese Windows with code page 936; made where the machine lacks it."""
    made = LOCALES / CHINESE
    if not made.is_dir():
        LOCALES.mkdir(parents=True, exist_ok=True)
        words = ["localedef", "-i", "zh_CN", "-f", "UTF-8", "--no-archive", str(made)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if not made.is_dir():
            raise Stopped(f"{done.stderr}\nThe Chinese locale could not be made.")
    return CHINESE


def _own_folders(home: Path) -> None:
    """Real folders in the place of links that lead out of the prefix."""
    for link in home.iterdir():
        if link.is_symlink():
            link.unlink()
            link.mkdir()


def shim(name: str) -> Path:
    """One of Wine's missing libraries, compiled."""
    source = HERE / "shims" / f"{name}.c"
    made = CACHE / "shims" / f"{name}.dll"
    if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
        made.parent.mkdir(parents=True, exist_ok=True)
        compile_c(made, str(source), "-shared", "-nostdlib", "-Wl,-e,DllMainCRTStartup", *SHIMS[name])
    return made


def compile_c(made: Path, *words: str) -> None:
    """Compile for 64-bit Windows into ``made``; raises :class:`Stopped` with the compiler's words."""
    command = ["x86_64-w64-mingw32-gcc", "-O2", "-s", "-o", str(made), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Stopped(f"{done.stderr}\n{made.name} could not be compiled.")


@contextlib.contextmanager
def screen() -> Iterator[str]:
    """A screen in memory, with a window manager, as long as the block runs; gives its name."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        try:
            with os.fdopen(reading) as told:
                number = told.readline().strip()
            if not number:
                raise Stopped("Xvfb gave no screen.")
            with _windows_managed(f":{number}"):
                yield f":{number}"
        finally:
            server.terminate()


@contextlib.contextmanager
def _windows_managed(display: str) -> Iterator[None]:
    surroundings = dict(os.environ, DISPLAY=display, HOME=str(CACHE), XDG_CACHE_HOME=str(CACHE))
    command, quiet = ["openbox"], subprocess.DEVNULL
    with subprocess.Popen(command, env=surroundings, stdout=quiet, stderr=quiet) as manager:
        try:
            yield
        finally:
            manager.terminate()
