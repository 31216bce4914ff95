"""What Windows shows in the program file's properties."""

from __future__ import annotations

import importlib
from typing import Any

COMPANY = "Geyi"
CHINESE, UNICODE = 0x0804, 1200


def four(version: str) -> tuple[int, int, int, int]:
    """A version as Windows counts it: ``0.1.0`` is (0, 1, 0, 0)."""
    numbers = [int(part) for part in version.split(".")][:4]
    return tuple(numbers + [0] * (4 - len(numbers)))  # type: ignore[return-value]


def words(version: str, made_on: str) -> dict[str, str]:
    """The texts of the version resource."""
    return {
        "CompanyName": COMPANY,
        "FileDescription": "格驿",
        "FileVersion": version,
        "InternalName": "Geyi",
        "LegalCopyright": "Copyright the Geyi authors. Apache License 2.0",
        "OriginalFilename": "Geyi.exe",
        "ProductName": "格驿 Geyi",
        "ProductVersion": version,
        "Comments": made_on,
    }


def resource(version: str, made_on: str) -> Any:
    """The version resource for PyInstaller; can only be made where PyInstaller runs on Windows or Wine."""
    v: Any = importlib.import_module("PyInstaller.utils.win32.versioninfo")
    numbers = four(version)
    texts = [v.StringStruct(name, text) for name, text in words(version, made_on).items()]
    table = v.StringTable(f"{CHINESE:04X}{UNICODE:04X}", texts)
    languages = v.VarFileInfo([v.VarStruct("Translation", [CHINESE, UNICODE])])
    fixed = v.FixedFileInfo(filevers=numbers, prodvers=numbers, mask=0x3F, flags=0, OS=0x40004, fileType=1)
    return v.VSVersionInfo(ffi=fixed, kids=[v.StringFileInfo([table]), languages])
