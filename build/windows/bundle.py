"""What goes into the program's folder and what stays out; installer.spec asks here, on Wine and Windows alike."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path, PurePosixPath

from build.windows.places import HERE, ROOT

Entry = tuple[str, str, str]
"""PyInstaller's word for a file: where it goes, where it comes from, what it is."""

HIDDEN = (
    "PySide6.QtMultimedia",                             # asked for by name, so that a PC without sound starts too
    "alembic.ddl.sqlite", "sqlalchemy.dialects.sqlite", # found by name from a database address
    "uvicorn.lifespan.off", "uvicorn.loops.asyncio", "uvicorn.protocols.http.h11_impl",
)  # fmt: skip
EXCLUDED = (
    # Python's tools
    "distutils", "ensurepip", "idlelib", "lib2to3", "pip", "pydoc", "pydoc_data", "setuptools", "tkinter",
    "turtle", "turtledemo", "unittest", "venv",
    # what PyVRP only needs to draw and to be a command
    "contourpy", "cycler", "dateutil", "fontTools", "kiwisolver", "matplotlib", "PIL", "pyparsing",
    "pyvrp.cli", "pyvrp.plotting", "pyvrp.show_versions",
    # numpy's own tests and compilers
    "numpy.distutils", "numpy.f2py", "numpy.testing", "numpy.conftest",
    # databases of other houses
    "sqlalchemy.dialects.mssql", "sqlalchemy.dialects.mysql", "sqlalchemy.dialects.oracle", "sqlalchemy.testing",
    # what web servers may use and ours does not
    "httptools", "uvloop", "websockets", "watchfiles", "wsproto", "trio", "yaml", "dotenv",
)  # fmt: skip

QT_PLUGINS = {
    "platforms/qwindows.dll",
    "imageformats/qjpeg.dll",   # photos of damaged goods
    "imageformats/qico.dll",
    "multimedia/windowsmediaplugin.dll",
}  # fmt: skip
QT_MODULE = re.compile(r"^PySide6/(Qt\w+)\.pyd$", re.IGNORECASE)
QT_LIBRARY = re.compile(r"^PySide6/Qt6(\w+)\.dll$", re.IGNORECASE)
QT_TOOL = re.compile(
    r"^PySide6/(opengl32sw|d3dcompiler_\d+|avcodec-\d+|avformat-\d+|avutil-\d+|sw\w+-\d+)\.dll$",
    re.IGNORECASE,
)
NEVER = {"Qml", "QmlModels", "QmlMeta", "QmlWorkerScript", "Quick", "OpenGL", "Pdf", "VirtualKeyboard"}


def slashes(name: str) -> str:
    """A bundle path with forward slashes."""
    return name.replace("\\", "/")


def belongs(name: str) -> bool:
    """Whether a file that PyInstaller found is one the program uses."""
    path = slashes(name)
    if path.startswith("PySide6/translations/"):
        return path.endswith("/qtbase_zh_CN.qm")
    if path.startswith("PySide6/plugins/"):
        return path.removeprefix("PySide6/plugins/") in QT_PLUGINS
    library = QT_LIBRARY.match(path)
    return not QT_TOOL.match(path) and not (library and library[1] in NEVER)


def kept(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that belong into the bundle."""
    return [entry for entry in entries if belongs(entry[0])]


def data() -> list[tuple[str, str]]:
    """Folders and files of ours that are not code: from where, to where."""
    return [
        *_files(ROOT / "migrations", "migrations"),
        *_files(ROOT / "resources", "resources"),
        (str(ROOT / "LICENSE"), "."),
        (str(ROOT / "NOTICE"), "."),
    ]


def _files(folder: Path, target: str) -> list[tuple[str, str]]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    return [(str(path), str(PurePosixPath(target, *path.relative_to(folder).parent.parts))) for path in found]


# --- licences ----------------------------------------------------------------------------------------------

_LICENCE = re.compile(r"(^|/)(licen[cs]e|copying|notice|authors)[^/]*$", re.IGNORECASE)
_COMMERCIAL = re.compile("Qt-Commercial", re.IGNORECASE)


def distributions(names: Iterable[str]) -> list[str]:
    """The installed distributions that these modules and libraries come from."""
    known = metadata.packages_distributions()
    tops = {slashes(name).split("/")[0].split(".")[0] for name in names}
    return sorted({owner for top in tops for owner in known.get(top, ())}, key=str.lower)


def licences(owners: Iterable[str]) -> list[tuple[str, str]]:
    """Licence files of everything shipped: from where, to where. A part without one is an error."""
    found = [(str(path), "licences") for path in sorted((HERE / "licences").iterdir())]
    for owner in owners:
        own = _licences_of(owner)
        if not own and not owner.lower().startswith(("pyside6", "shiboken6")):
            raise LookupError(f"{owner} brings no licence file; add one to build/windows/licences")
        found += [(path, f"licences/{owner}") for path in own]
    return found


def _licences_of(owner: str) -> list[str]:
    files = metadata.files(owner) or []
    wanted = [file for file in files if ".dist-info/" in file.as_posix() and _LICENCE.search(file.as_posix())]
    return [str(file.locate()) for file in wanted if not _COMMERCIAL.search(file.name)]


def python_licence() -> Path:
    """Python's own licence, from wherever this Python keeps it."""
    for folder in (Path(sys.base_prefix), Path(sys.base_prefix, "Lib")):
        if (folder / "LICENSE.txt").exists():
            return folder / "LICENSE.txt"
    raise LookupError("Python's LICENSE.txt was not found")
