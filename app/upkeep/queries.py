"""What the upkeep pages show of the book: what is unsent, what was said, and which backups there are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.store.connection import Reader


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup file: its name, when it was made (local time text) and its size."""

    name: str
    made: str
    megabytes: float


@dataclass(frozen=True, slots=True)
class Unsent:
    """Facts that wait for the network: how many of a kind, since when (ms)."""

    kind: str
    facts: int
    since_ms: int


def unsent(reader: Reader, *, device: str, epoch: int, acknowledged: int) -> tuple[Unsent, ...]:
    """What this PC still has to send, by kind, most first."""
    rows = reader.rows(
        "SELECT kind, count(*), min(at_ms) FROM facts WHERE device = ? AND epoch = ? AND seq > ?"
        " GROUP BY kind ORDER BY 2 DESC, 1",
        (device, epoch, acknowledged),
    )
    return tuple(Unsent(*row) for row in rows)


def backups(folder: Path) -> tuple[Backup, ...]:
    """The backups in a folder, newest first."""
    found = sorted(folder.glob("book-*.db"), reverse=True)
    return tuple(Backup(path.name, _made(path.name), path.stat().st_size / 1e6) for path in found)


def _made(name: str) -> str:
    from datetime import UTC, datetime

    from app.domain.clock import CHINA

    try:
        at = datetime.strptime(name[5:20], "%Y%m%d-%H%M%S").replace(tzinfo=UTC).astimezone(CHINA)
    except ValueError:
        return name
    return f"{at.month}月{at.day}日 {at:%H:%M}"
