"""The preferences of one PC, read once and written whole; a damaged file costs the choices, never the start."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

FILE: Final = "preferences.json"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Preferences:
    """``server`` is the platform API's address; ``backup_to`` a folder on another disk, empty for none."""

    large_text: bool = False
    sounds: bool = True
    server: str = ""
    backup_to: str = ""
    keep_people_days: int = 30


def load(folder: Path) -> Preferences:
    """The preferences of a data folder; what is missing or of a wrong type takes its default."""
    try:
        found = json.loads((folder / FILE).read_text("utf-8"))
    except FileNotFoundError:
        return Preferences()
    except (OSError, ValueError) as error:
        log.warning("preferences cannot be read: %s", error)
        return Preferences()
    return Preferences(**_fitting(found)) if isinstance(found, dict) else Preferences()


def save(folder: Path, preferences: Preferences) -> None:
    """Write them whole or not at all; raises ``OSError``."""
    part = folder / f"{FILE}.part"
    part.write_text(json.dumps(asdict(preferences), ensure_ascii=False, indent=1), "utf-8")
    part.replace(folder / FILE)


def _fitting(found: dict[str, Any]) -> dict[str, Any]:
    defaults = Preferences()
    return {
        field.name: found[field.name]
        for field in fields(Preferences)
        if type(found.get(field.name)) is type(getattr(defaults, field.name))
    }
