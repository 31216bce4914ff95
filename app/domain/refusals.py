"""A refusal: a rule's answer that something cannot be done, with the reason; rooms put it into words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was recorded, because of ``reason``; ``about`` holds what the sentence needs to name."""

    reason: StrEnum
    about: dict[str, str | int]


def refused(reason: StrEnum, **about: str | int) -> Refused:
    """A refusal for ``reason`` with what it is about."""
    return Refused(reason, about)
