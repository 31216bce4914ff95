"""The scenes at the counter: who comes for goods, who complains, what goes back, and how the day is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.demo.play import Play, Scene


def counter_scenes(play: Play) -> list[Scene]:
    """All scenes after receiving."""
    return []
