"""The practice window in a program of its own: nothing else has made it an application before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OPENED = 7
PROGRAM = """
import sys
from PySide6.QtWidgets import QApplication
from app.demo import practice
QApplication.exec = staticmethod(lambda: {opened})
sys.exit(practice.{show}(seed=7, county="宾阳县", day="2026-11-22"))
"""


@pytest.mark.parametrize("show", ["show_story", "show_night"])
def test_the_practice_window_opens(show: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(opened=OPENED, show=show)],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        check=False,
    )
    assert found.returncode == OPENED, found.stderr.decode("utf-8", "replace")
