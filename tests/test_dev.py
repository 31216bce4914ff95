"""Getting ready on a fresh machine: what is refused, what is repaired, and what the user is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import dev


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project folder with an empty lock file and no environment."""
    (tmp_path / "requirements.lock").write_text("", encoding="utf-8")
    return tmp_path


def finish(root: Path) -> Path:
    """Put a whole environment's marks in place and return its folder."""
    venv = root / ".venv"
    venv.mkdir()
    dev.stamp_file(venv).write_text(dev.wanted_stamp(root), encoding="utf-8")
    return venv


def test_an_old_python_is_refused_in_one_sentence() -> None:
    with pytest.raises(dev.Stopped, match=r"^Python 3\.11 or newer is needed, this is 3\.9\.$"):
        dev.check_python((3, 9, 18))


def test_a_missing_venv_module_names_the_line_to_type() -> None:
    with pytest.raises(dev.Stopped, match=r"apt-get install -y python3-venv$"):
        dev.check_python((3, 11, 2), has_ensurepip=False)


def test_nothing_is_ready_before_the_environment_is_made(root: Path) -> None:
    assert not dev.is_ready(root)


def test_a_whole_environment_is_ready(root: Path) -> None:
    finish(root)
    assert dev.is_ready(root)


def test_a_changed_lock_asks_for_a_refresh(root: Path) -> None:
    finish(root)
    (root / "requirements.lock").write_text("# changed\n", encoding="utf-8")
    assert not dev.is_ready(root)


def test_an_interrupted_environment_is_neither_ready_nor_kept(root: Path) -> None:
    venv = finish(root)
    dev.unfinished_mark(venv).touch()
    assert not dev.is_ready(root)
    assert not dev.can_be_kept(venv)


def test_an_environment_without_an_interpreter_is_not_kept(root: Path) -> None:
    assert not dev.can_be_kept(finish(root))


def test_the_lock_is_held_by_one_at_a_time(root: Path) -> None:
    with dev.alone(root), (root / ".cache" / "dev.lock").open("a+b") as second:
        assert not dev.grab(second)
    with (root / ".cache" / "dev.lock").open("a+b") as later:
        assert dev.grab(later)


def test_missing_libraries_are_named_as_their_packages() -> None:
    libraries = {"libno-such-thing.so.9": "libnosuchthing9"}
    assert dev.missing_packages(libraries) == ["libnosuchthing9"]


@pytest.mark.parametrize(
    ("task", "arguments", "display", "wanted"),
    [
        ("demo", [], ":0", sys.platform == "linux"),
        ("demo", ["--headless"], ":0", False),
        ("test", [], ":0", False),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
def test_a_window_is_wanted_only_where_there_is_a_screen(
    task: str, arguments: list[str], display: str, wanted: bool
) -> None:
    assert dev.wants_screen(task, arguments, {"DISPLAY": display}) is wanted
    assert not dev.wants_screen(task, arguments, {})


def test_without_a_task_the_tasks_are_listed() -> None:
    told = subprocess.run(
        [sys.executable, str(dev.ROOT / "dev.py")], capture_output=True, text=True, check=True
    )
    assert "demo" in told.stdout
    assert "bench NAME" in told.stdout


@pytest.mark.slow
def test_what_pip_could_not_fetch_is_told_and_the_half_made_environment_is_not_taken_for_whole(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    pin = "no-such-package-of-geyi==1.0 --hash=sha256:" + "0" * 64
    (root / "requirements.lock").write_text(pin + "\n", encoding="utf-8")
    with pytest.raises(
        dev.Stopped, match=r"(?s)no-such-package-of-geyi.*The packages could not be installed"
    ):
        dev.make_ready(root)
    assert not dev.is_ready(root)
    assert not dev.can_be_kept(root / ".venv")
    (root / "requirements.lock").write_text("", encoding="utf-8")
    assert dev.make_ready(root).is_file()
    assert dev.is_ready(root)
