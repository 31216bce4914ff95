"""Where the files that travel with the program lie, from source and from the installed program alike."""

from __future__ import annotations

import sys
from pathlib import Path


def resource_root() -> Path:
    """The folder of all resources; PyInstaller unpacks it beside its own parts and names the place."""
    unpacked: str | None = getattr(sys, "_MEIPASS", None)
    home = Path(unpacked) if unpacked else Path(__file__).resolve().parents[2]
    return home / "resources"


def resource_path(name: str) -> Path:
    """Path of one resource, e.g. `resource_path("fonts/NotoSansSC-Regular.otf")`; it need not exist."""
    return resource_root() / name
