"""What the frozen entry point imports: what is locked for Windows, only Qt parts that are shipped, numpy in workers."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from build.windows import bundle
from build.windows.places import LOCK, ROOT

APP = ROOT / "app"
MODULES = sorted(APP.rglob("*.py"))
WORKER_ONLY = {"numpy", "pyvrp", "vrplib"}
MAY_START_A_WORKER = {"app/selftest.py"}


def imports(module: Path) -> Iterator[str]:
    """Every module that a file imports, at its top or late, by statement or by name."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Constant) and re.fullmatch(r"PySide6\.Qt\w+", str(node.value)):
            yield str(node.value)


def used() -> dict[str, set[str]]:
    """Imported module, and the files that import it."""
    found: dict[str, set[str]] = {}
    for module in MODULES:
        for name in imports(module):
            found.setdefault(name, set()).add(module.relative_to(ROOT).as_posix())
    return found


def plain(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> set[str]:
    """Names in the lock file of the Windows program."""
    return {plain(name) for name in re.findall(r"^([\w.-]+)==", LOCK.read_text("utf-8"), re.MULTILINE)}


def test_everything_imported_is_locked_for_windows() -> None:
    owners = metadata.packages_distributions()
    tops = {name.split(".")[0] for name in used()} - set(sys.stdlib_module_names) - {"app"}
    unlocked = {top for top in tops if not {plain(owner) for owner in owners.get(top, ())} & locked()}
    assert unlocked == set()


def test_nothing_imported_is_left_out_of_the_bundle() -> None:
    names = used()
    left_out = {
        name: where
        for name, where in names.items()
        if any(name == gone or name.startswith(f"{gone}.") for gone in bundle.EXCLUDED)
    }
    assert left_out == {}


def test_qt_s_parts_in_the_bundle_are_those_that_are_imported() -> None:
    parts = {name.split(".")[1].removeprefix("Qt") for name in used() if name.startswith("PySide6.Qt")}
    assert parts == bundle.QT_PARTS


def test_a_module_asked_for_by_name_is_told_to_pyinstaller() -> None:
    assert "PySide6.QtMultimedia" in bundle.HIDDEN


def test_numpy_is_imported_by_workers_only() -> None:
    where = {
        file for name, files in used().items() if name.split(".")[0] in WORKER_ONLY for file in files
    } - MAY_START_A_WORKER
    assert {file for file in where if "worker" not in Path(file).stem} == set()


@pytest.mark.parametrize("words", [["--version"], ["--help"]])
def test_the_entry_point_starts_without_loading_anything_heavy(words: list[str]) -> None:
    probe = (
        "import sys; from app.cli import main\n"
        f"try:\n    main({words!r})\nexcept SystemExit:\n    pass\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'PySide6', 'numpy', 'sqlalchemy', 'requests'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_program_sets_no_hook_on_the_keyboard() -> None:
    hooked = [path for path in MODULES if "SetWindowsHook" in path.read_text("utf-8")]
    assert hooked == []


def test_the_worker_needs_nothing_that_is_left_out() -> None:
    probe = (
        "import sys\n"
        "from build.windows.bundle import EXCLUDED\n"
        "class LeftOut:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if any(f'{name}.'.startswith(f'{gone}.') for gone in EXCLUDED):\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, LeftOut())\n"
        "from app.selftest import STOPS, small_route\n"
        "print(small_route()['stops'] == STOPS)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "True", done.stderr
