"""A setup asks the open window to close: it finishes and goes, and whoever is not there need not be asked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.selftest import HAS_LEFT, NOBODY_THERE
from app.store.folder import is_in_use
from build.windows.places import ROOT

STARTS_MS = 60_000


def program(folder: Path, *words: str) -> list[str]:
    """The command line of the program on a data folder."""
    return [sys.executable, "-m", "app", "--data", str(folder), *words]


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[subprocess.Popen[bytes]]:
    """The program, open on a folder of its own."""
    with subprocess.Popen(program(tmp_path / "data"), cwd=ROOT) as opened:
        try:
            qtbot.waitUntil(lambda: is_in_use(tmp_path / "data"), timeout=STARTS_MS)
            yield opened
        finally:
            opened.kill()


def test_an_open_window_finishes_and_closes_when_asked(
    window: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    asked = subprocess.run(program(tmp_path / "data", "--quit"), cwd=ROOT, check=False)
    assert asked.returncode == HAS_LEFT
    assert window.wait(timeout=30) == 0
    assert not is_in_use(tmp_path / "data")
    assert not (tmp_path / "data" / "running.mark").exists()


def test_where_nobody_works_nobody_is_asked(tmp_path: Path) -> None:
    asked = subprocess.run(program(tmp_path / "data", "--quit"), cwd=ROOT, check=False)
    assert asked.returncode == NOBODY_THERE


def test_a_look_at_a_folder_counts_what_it_holds(tmp_path: Path) -> None:
    looked = subprocess.run(
        program(tmp_path / "data", "--self-test", str(tmp_path / "out")), cwd=ROOT, check=False
    )
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert looked.returncode == 0
    assert (report["opened"], report["facts"], report["sentence"]) == (True, 0, "")
    assert (tmp_path / "out" / "window.png").exists()
