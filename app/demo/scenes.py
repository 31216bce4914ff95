"""What a played day is made of: scenes at their times, and the photos that the story names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from app.sandbox.photos import photo
from app.store.writer import Writer
from app.ui.photo import photo_of

MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that happens at a time, and a word for the log."""

    at_ms: int
    word: str
    act: Callable[[], object]


def jpeg_of(name: str) -> bytes:
    """A story's photo as JPEG bytes."""
    made = photo_of(photo(name))
    return made.jpeg if made else b""


def do_all(writer: Writer, commands: Iterable[Any]) -> None:
    """Submit all, then wait for all."""
    for future in [writer.submit(command) for command in commands]:
        future.result()
