"""See that a bundle can live by itself: every library it imports is in it or part of Windows 10, none is Wine's."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_WINDOWS_10 = """
advapi32 authz avrt bcrypt bcryptprimitives cfgmgr32 comctl32 comdlg32 crypt32 d2d1 d3d11 d3d12 d3d9 dcomp dnsapi
dwmapi dwrite dxgi gdi32 icuuc imm32 iphlpapi kernel32 kernelbase mf mfplat mfreadwrite mpr mscms msvcrt ncrypt
netapi32 ntdll ole32 oleaut32 powrprof propsys psapi rpcrt4 runtimeobject secur32 setupapi shcore shell32 shlwapi
ucrtbase uiautomationcore user32 userenv uxtheme version winhttp winmm winspool wintrust ws2_32 wtsapi32
"""
SYSTEM = frozenset(_WINDOWS_10.split())
"""Libraries that Windows 10 1809 has, as far as we meet them."""
CONTRACTS = ("api-ms-win-", "ext-ms-")
PROGRAMS = {".dll", ".pyd", ".exe", ".drv"}
AMD64 = 0x8664
FOREIGN = (b"Wine builtin DLL", b"Wine placeholder DLL")


@dataclass(slots=True)
class Closure:
    """What was found: how many files, what is missing and by whom it is wanted, and files that must not be there."""

    files: int = 0
    missing: dict[str, list[str]] = field(default_factory=dict)
    strange: list[str] = field(default_factory=list)
    from_windows: set[str] = field(default_factory=set)

    @property
    def is_closed(self) -> bool:
        """Whether the bundle needs nothing but Windows."""
        return self.files > 0 and not self.missing and not self.strange


def closure(bundle: Path) -> Closure:
    """Read the import tables of all programs and libraries in ``bundle``."""
    found = Closure()
    programs = [path for path in sorted(bundle.rglob("*")) if path.suffix.lower() in PROGRAMS]
    present = {path.name.lower() for path in programs}
    for path in programs:
        _look_at(path, path.relative_to(bundle).as_posix(), present, found)
    return found


def _look_at(path: Path, name: str, present: set[str], found: Closure) -> None:
    found.files += 1
    with path.open("rb") as file:
        head = file.read(0x80)
    pefile: Any = importlib.import_module("pefile")
    image = pefile.PE(str(path), fast_load=True)
    if image.FILE_HEADER.Machine != AMD64 or head[0x40:].startswith(FOREIGN):
        found.strange.append(name)
    for library in _imports(pefile, image):
        stem = library.removesuffix(".dll").removesuffix(".drv")
        if library in present:
            continue
        if stem in SYSTEM or library.startswith(CONTRACTS):
            found.from_windows.add(stem)
        else:
            found.missing.setdefault(library, []).append(name)


def _imports(pefile: Any, image: Any) -> set[str]:
    kinds = ("IMPORT", "DELAY_IMPORT")
    image.parse_data_directories([pefile.DIRECTORY_ENTRY[f"IMAGE_DIRECTORY_ENTRY_{kind}"] for kind in kinds])
    tables = [getattr(image, f"DIRECTORY_ENTRY_{kind}", []) for kind in kinds]
    return {entry.dll.decode("ascii").lower() for table in tables for entry in table}
