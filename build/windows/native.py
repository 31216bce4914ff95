"""An ordinary Windows to rehearse on, with the same words as Wine has."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from build.windows.wine import Ran, finish


class Native:
    """The Windows this runs on, as its present user."""

    @property
    def local(self) -> Path:
        """%LOCALAPPDATA%."""
        return Path(os.environ["LOCALAPPDATA"])

    @property
    def start_menu(self) -> Path:
        """Where the Start menu keeps its shortcuts."""
        return Path(os.environ["APPDATA"], "Microsoft", "Windows", "Start Menu", "Programs")

    @property
    def desktop(self) -> Path:
        """The user's desktop."""
        return Path(os.environ["USERPROFILE"], "Desktop")

    def says(self, path: Path) -> str:
        """A path as programs say it."""
        return str(path)

    def start(self, *words: str | Path, cwd: Path | None = None) -> subprocess.Popen[str]:
        """Begin a program."""
        return subprocess.Popen(
            [str(word) for word in words],
            cwd=cwd,
            text=True,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def run(self, *words: str | Path, cwd: Path | None = None, seconds: float = 600) -> Ran:
        """Run a program to its end; ``-1`` where it took longer than ``seconds`` and was ended."""
        return finish(self.start(*words, cwd=cwd), seconds=seconds, end=lambda: None)
