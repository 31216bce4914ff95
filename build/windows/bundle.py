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
    "PySide6.QtMultimedia",  # asked for by name, so that a PC without sound starts too
    # found by name from a database address or from settings
    "alembic.ddl.sqlite",
    "sqlalchemy.dialects.sqlite",
    "uvicorn.lifespan.off",
    "uvicorn.loops.asyncio",
    "uvicorn.protocols.http.h11_impl",
)
_NOT_NEEDED = """
Python's tools:         distutils ensurepip idlelib lib2to3 pip pydoc pydoc_data setuptools tkinter turtle turtledemo
                        unittest venv
PyVRP's drawing:        contourpy cycler dateutil fontTools kiwisolver matplotlib PIL pyparsing tqdm
                        pyvrp.cli pyvrp.plotting
numpy beyond arrays:    numpy.conftest numpy.distutils numpy.f2py numpy.fft numpy.polynomial numpy.random numpy.testing
other houses' books:    MySQLdb pysqlite2 sqlalchemy.dialects.mssql sqlalchemy.dialects.mysql
                        sqlalchemy.dialects.oracle sqlalchemy.testing
other web servers:      dotenv gunicorn httptools trio uvloop watchfiles websockets wsproto yaml
zones with summer time: tzdata
"""
EXCLUDED = frozenset(word for line in _NOT_NEEDED.splitlines() for word in line[24:].split())

QT_PARTS = frozenset({"Core", "Gui", "Widgets", "Network", "Multimedia", "PrintSupport"})
"""A test holds them equal to what the program imports."""
QT_PLUGINS = frozenset(
    {
        "platforms/qwindows.dll", "imageformats/qjpeg.dll", "imageformats/qico.dll",
        "printsupport/windowsprintersupport.dll",
    }
)  # fmt: skip
"""No multimedia plugin: sound effects and audio devices do without one, and ffmpeg alone would be 20 MB."""
_QT_PART = re.compile(r"^PySide6/Qt6?(\w+)\.(dll|pyd)$", re.IGNORECASE)
_QT_REST = re.compile(
    r"^PySide6/(opengl32sw|d3dcompiler|avcodec|avformat|avutil|sw[a-z]+)[^/]*\.dll$", re.IGNORECASE
)


_PAPERS = re.compile(r"^(matplotlib|tqdm|tzdata)[^/]*/", re.IGNORECASE)
"""What is left of packages that stay out."""


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
    part = _QT_PART.match(path)
    return part[1] in QT_PARTS if part else not (_QT_REST.match(path) or _PAPERS.match(path))


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
