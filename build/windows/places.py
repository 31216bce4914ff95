"""Where the Windows build keeps its things, and what they are called."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "build" / "windows"
LOCK = HERE / "requirements.lock"
SPEC = ROOT / "installer.spec"
SCRIPT = HERE / "installer.nsi"

CACHE = Path(os.environ.get("GEYI_BUILD_CACHE") or ROOT / ".cache" / "windows")
WHEELS = CACHE / "wheels"
DIST = CACHE / "dist"
WORK = CACHE / "work"
OUT = ROOT / "out" / "installer"

NAME = "Geyi"
BUNDLE = DIST / NAME
NEXT_BUNDLE = DIST / "Geyi-next"
"""The same program one version up with one migration more, to rehearse an upgrade with; never given away."""

ON_WINDOWS = sys.platform == "win32"


class Stopped(Exception):
    """The build cannot go on; the text says why and what to do."""


def version() -> str:
    """This program's version, e.g. ``0.1.0``."""
    from app import __version__

    return __version__


def next_version(now: str) -> str:
    """The version after ``now``: the last number one higher."""
    head, _, last = now.rpartition(".")
    return f"{head}.{int(last) + 1}"


def setup_file(number: str, folder: Path = OUT) -> Path:
    """The setup of version ``number``."""
    return folder / f"Geyi-{number}-x64-setup.exe"


def say(line: str) -> None:
    """One plain line of progress."""
    print(f"installer: {line}", flush=True)
