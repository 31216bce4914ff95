"""Whether what makes the Windows program has changed since the whole of it was last lived through."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from build.windows.places import ROOT

VERIFIED = ROOT / "build" / "windows" / "verified.json"
INPUTS = ("build", "migrations", "installer.spec", "requirements.lock")


def packaging_hash(root: Path = ROOT) -> str:
    """One hash over the spec, `build/`, the lock files and the migrations, the same on every system."""
    found = hashlib.sha256()
    for path in _inputs(root):
        name = path.relative_to(root).as_posix()
        content = path.read_bytes().replace(b"\r\n", b"\n")
        found.update(f"{name}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


def _inputs(root: Path) -> Iterator[Path]:
    for name in INPUTS:
        top = root / name
        paths = [top] if top.is_file() else top.rglob("*")
        kept = (path for path in paths if path.is_file() and "__pycache__" not in path.parts)
        yield from sorted(path for path in kept if path.name != VERIFIED.name)


def is_verified() -> bool:
    """Whether the last whole rehearsal was of exactly this packaging."""
    return VERIFIED.exists() and json.loads(VERIFIED.read_text("utf-8"))["packaging"] == packaging_hash()


def record(packaging: str, figures: dict[str, Any]) -> None:
    """Write down that this packaging was lived through, with its figures; the file belongs into the repository."""
    text = json.dumps({"packaging": packaging, **figures}, ensure_ascii=False, indent=1)
    VERIFIED.write_text(text + "\n", "utf-8")
