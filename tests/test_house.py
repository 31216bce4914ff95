"""The house is built as it was planned: layers, docstrings, colours, and what lies at the top."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "app"
TOP = {
    ".ci", ".gitattributes", ".github", ".gitignore", "CHANGELOG.md", "LICENSE", "NOTICE", "README.md",
    "app", "build", "dev.py", "docs", "installer.spec", "migrations", "pyproject.toml", "requirements.lock",
    "resources", "tests",
}  # fmt: skip
COLOUR = re.compile(r"""["'\s:]#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b""")
VAGUE = re.compile(r"(^|_)(utils?|helpers?|misc|common|managers?|processors?)(_|$)")
MODULES = sorted(APP.rglob("*.py"))
TOKENS = APP / "ui" / "tokens.py"


def shown(path: Path) -> str:
    """A path as the project says it."""
    return path.relative_to(ROOT).as_posix()


def texts(module: Path) -> Iterator[tuple[int, str]]:
    """Line number and text of every string in a module."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def colours(module: Path) -> list[str]:
    """Colour literals of a module, with the place of each."""
    return [f"{shown(module)}:{line}" for line, text in texts(module) if COLOUR.search(f" {text}")]


def tracked() -> set[str]:
    """Names at the top of what is committed."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"],  # noqa: S607
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if listed.returncode != 0:
        pytest.skip("this copy is no git clone")
    return {name.split("/")[0] for name in listed.stdout.split("\0") if name}


def test_imports_point_down() -> None:
    """In a process of its own: the checker silences the loggers that it finds, and later tests listen to them."""
    check = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", check], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True,
        text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("module", MODULES, ids=shown)
def test_a_file_opens_with_one_sentence_that_says_its_job(module: Path) -> None:
    docstring = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    first = docstring.partition("\n")[0]
    assert len(first) > 15
    assert first.endswith((".", "?"))


@pytest.mark.parametrize("module", [path for path in MODULES if path != TOKENS], ids=shown)
def test_colours_stand_in_the_tokens_only(module: Path) -> None:
    assert colours(module) == []


def test_every_folder_of_the_program_is_a_package() -> None:
    folders = {module.parent for module in MODULES}
    assert [shown(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_no_file_is_called_after_nothing_in_the_trade() -> None:
    assert [shown(module) for module in MODULES if VAGUE.search(module.stem)] == []


def test_nothing_unexpected_lies_at_the_top() -> None:
    assert tracked() - TOP == set()


LOCKS = ("requirements.lock", "build/windows/requirements.lock")
"""What every machine installs, and what the Windows program is made from."""


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host(lock: str) -> None:
    assert "://" not in (ROOT / lock).read_text(encoding="utf-8")


def test_the_locks_hold_every_pin_of_the_project() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lock = "".join((ROOT / name).read_text(encoding="utf-8").lower() for name in LOCKS)
    pins = re.findall(r'^\s+"([A-Za-z0-9-]+==[^"]+)"', project, flags=re.MULTILINE)
    assert len(pins) > 20
    assert [pin for pin in pins if f"{pin.lower()} " not in lock] == []
