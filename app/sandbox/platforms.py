"""The three fictional platforms of the story: their terms, and codes in their own shapes, all read as plain facts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from app.domain.events import CodePattern, PolicySet, Rate, Window
from app.domain.resources import resource_path
from app.sandbox.dice import filled


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform; ``letter`` begins its lots and trips, ``share`` is its part of a shop's orders in per cent."""

    key: str
    letter: str
    name: str
    share: int
    policy: PolicySet
    crate_forms: tuple[str, ...]
    pickup_forms: tuple[str, ...]
    pallet_forms: tuple[str, ...]

    def crate_label(self, rng: Random) -> str:
        """A crate label as this platform prints it."""
        return filled(rng.choice(self.crate_forms), rng)

    def pickup_code(self, rng: Random) -> str:
        """A pickup code as this platform's app shows it."""
        return filled(rng.choice(self.pickup_forms), rng)

    def pallet_label(self, rng: Random) -> str:
        """The 14 digits of a pallet label."""
        return filled(rng.choice(self.pallet_forms), rng)

    def basis_points(self, category: str) -> int:
        """Commission for a category in basis points of what was paid."""
        rates = {rate.category: rate.basis_points for rate in self.policy.rates}
        return rates.get(category, rates["*"])

    def window(self, category: str) -> Window:
        """The claim window for a category."""
        windows = {window.category: window for window in self.policy.windows}
        return windows.get(category, windows["*"])


@cache
def platforms() -> tuple[Platform, ...]:
    """All platforms, the largest first."""
    read = json.loads(resource_path("platforms.json").read_text(encoding="utf-8"))
    return tuple(_platform(entry) for entry in read)


def platform_of(key: str) -> Platform:
    """The platform with this key; raises ``KeyError``."""
    return {platform.key: platform for platform in platforms()}[key]


def _platform(entry: dict[str, Any]) -> Platform:
    forms = entry["forms"]
    return Platform(
        key=entry["key"],
        letter=entry["letter"],
        name=entry["name"],
        share=entry["share"],
        policy=_policy(entry),
        crate_forms=tuple(forms["crate"]),
        pickup_forms=tuple(forms["pickup"]),
        pallet_forms=tuple(forms["pallet"]),
    )


def _policy(entry: dict[str, Any]) -> PolicySet:
    return PolicySet(
        platform=entry["key"],
        name=entry["name"],
        from_day=entry["from_day"],
        windows=tuple(Window(**window) for window in entry["windows"]),
        rates=tuple(Rate(**rate) for rate in entry["rates"]),
        patterns=tuple(CodePattern(**pattern) for pattern in entry["patterns"]),
        shortage_hours=entry["shortage_hours"],
        final_days=entry["final_days"],
    )
