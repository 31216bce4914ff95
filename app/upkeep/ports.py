"""What the upkeep pages may ask of the running program; the bootstrap gives the real ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.domain.answers import Answer
from app.settings.preferences import Preferences

Then = Callable[[Answer], None]


@dataclass(frozen=True, slots=True)
class Upkeep:
    """``save`` keeps preferences; ``enrol`` takes server and one-time code; both long ones answer on the Qt thread.

    ``practise`` opens the practice window beside this one.
    """

    folder: Path
    save: Callable[[Preferences], Answer]
    back_up: Callable[[Then], None]
    enrol: Callable[[str, str, Then], None]
    try_now: Callable[[], None]
    practise: Callable[[], None]
