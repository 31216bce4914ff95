"""What the upkeep pages may ask of the running program; the bootstrap gives the real ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.domain.answers import Answer
from app.settings.preferences import Preferences

Then = Callable[[Answer], None]


@dataclass(frozen=True, slots=True)
class OtherPC:
    """A PC of the station as its host knows it; ``seen_ms`` 0: never yet."""

    name: str
    seen_ms: int
    unsent: int
    is_this: bool


@dataclass(frozen=True, slots=True)
class StationView:
    """How this PC stands with the station's other PCs: it is the host, or has joined one (``address``), or neither.

    ``is_placed`` is false while the PC belongs to nobody yet: it may join a station's host, and nothing else.
    """

    is_placed: bool = True
    is_host: bool = False
    is_running: bool = False
    address: str = ""
    pcs: tuple[OtherPC, ...] = ()
    unsent_above: int = 0


@dataclass(frozen=True, slots=True)
class StationPCs:
    """What can be asked about the station's other PCs; all of it is slow, and answers on the Qt thread."""

    look: Callable[[Callable[[StationView], None]], None]
    become_host: Callable[[Then], None]
    join: Callable[[str, str, Then], None]
    new_code: Callable[[Callable[[str], None]], None]
    find: Callable[[Callable[[tuple[str, ...]], None]], None]


@dataclass(frozen=True, slots=True)
class Upkeep:
    """``save`` keeps preferences; ``enrol`` takes server and one-time code; both long ones answer on the Qt thread.

    ``practise`` opens the practice window beside this one. ``station`` is there at a grid station only.
    """

    folder: Path
    save: Callable[[Preferences], Answer]
    back_up: Callable[[Then], None]
    enrol: Callable[[str, str, Then], None]
    try_now: Callable[[], None]
    practise: Callable[[], None]
    station: StationPCs | None = None
