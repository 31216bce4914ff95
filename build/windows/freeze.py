"""Make the program's folder with PyInstaller: under Wine on Debian, with the ordinary Python on Windows."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from build.windows import cpython, downloads, wine
from build.windows.places import (
    BUNDLE,
    CACHE,
    DIST,
    LOCK,
    NEXT_BUNDLE,
    ON_WINDOWS,
    ROOT,
    SPEC,
    WHEELS,
    WORK,
    Stopped,
    say,
)  # fmt: skip

PIP = (
    "-m",
    "pip",
    "install",
    "--quiet",
    "--no-compile",
    "--no-deps",
    "--require-hashes",
    "--no-warn-script-location",
)


def freeze(*, rehearsal: bool = False) -> Path:
    """Make the bundle from scratch and return its folder; with ``rehearsal`` the next version's beside it."""
    for folder in (BUNDLE, NEXT_BUNDLE):
        shutil.rmtree(folder, ignore_errors=True)
    words = ["-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "--distpath", str(DIST)]
    words += ["--workpath", str(WORK), str(SPEC)]
    surroundings = {"GEYI_MADE_ON": made_on(), "GEYI_REHEARSAL": "1" if rehearsal else ""}
    surroundings["PYINSTALLER_ZLIB_COMPRESSION_LEVEL"] = (
        "0"  # the setup packs what is not packed yet far better
    )
    said = _on_windows(words, surroundings) if ON_WINDOWS else _on_wine(words, surroundings)
    (CACHE / "pyinstaller.log").write_text(said, "utf-8")
    if not (BUNDLE / "Geyi.exe").exists() or (rehearsal and not (NEXT_BUNDLE / "Geyi.exe").exists()):
        tail = "\n".join(said.splitlines()[-25:])
        raise Stopped(
            f"{tail}\nPyInstaller did not make the program; all it said is in {CACHE / 'pyinstaller.log'}."
        )
    return BUNDLE


def made_on() -> str:
    """Which host makes the program, for the file's properties."""
    python = ".".join(map(str, sys.version_info[:3]))
    return (
        f"Made on Windows, Python {python}" if ON_WINDOWS else f"Made on Debian under Wine, Python {python}"
    )


def _lock_is_in(folder: Path) -> bool:
    stamp = folder / "made-from.txt"
    return stamp.exists() and stamp.read_text("ascii") == _lock_hash()


def _lock_hash() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


# --- on Windows --------------------------------------------------------------------------------------------


def _on_windows(words: list[str], surroundings: dict[str, str]) -> str:
    python = CACHE / "venv" / "Scripts" / "python.exe"
    if not _lock_is_in(CACHE / "venv"):
        say("installing what build/windows/requirements.lock names")
        _must([sys.executable, "-m", "venv", "--clear", str(CACHE / "venv")])
        _must([str(python), *PIP, "-r", str(LOCK)])
        (CACHE / "venv" / "made-from.txt").write_text(_lock_hash(), "ascii")
    say("freezing")
    done = subprocess.run(
        [str(python), *words], cwd=ROOT, env=dict(os.environ, PYTHONUTF8="1", **surroundings),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    return done.stdout


def _must(command: list[str]) -> None:
    if subprocess.run(command, check=False).returncode:
        raise Stopped(f"This did not work: {' '.join(command)}")


# --- on Debian ---------------------------------------------------------------------------------------------


def _on_wine(words: list[str], surroundings: dict[str, str]) -> str:
    downloads.locked_wheels()
    python = cpython.assemble()
    with wine.screen() as display:
        inside = wine.Wine(CACHE / "prefix", display, more={"PYTHONUTF8": "1", **surroundings})
        if not (inside.drive / "windows" / "system32").is_dir():
            say("making a Wine prefix")
            wine.fresh(inside.prefix, display)
        try:
            _install(inside, python)
            say("freezing under Wine")
            windows = [wine.windows_path(Path(word)) if word.startswith("/") else word for word in words]
            return inside.run(python, *windows, cwd=ROOT, seconds=1500).text
        finally:
            inside.end()


def _install(inside: wine.Wine, python: Path) -> None:
    if _lock_is_in(cpython.HOME):
        return
    say("installing what build/windows/requirements.lock names, under Wine")
    wheels = ("--no-index", "--find-links", wine.windows_path(WHEELS))
    done = inside.run(python, *PIP, *wheels, "-r", wine.windows_path(LOCK), seconds=900)
    if done.code:
        raise Stopped(f"{done.text}\npip could not install the Windows packages under Wine.")
    (cpython.HOME / "made-from.txt").write_text(_lock_hash(), "ascii")
