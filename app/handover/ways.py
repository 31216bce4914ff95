"""Hand-overs and the ways of returnable things as facts, read once: the new ones at each look, older ones on demand.

A station's book holds some fifteen thousand facts a night, and these kinds have no index of their own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.domain.night import AssetCount
from app.store.connection import Reader

STRIDE = 20_000
FARTHEST = 30 * STRIDE
"""So many facts back at most."""


@dataclass(frozen=True, slots=True)
class StepRow:
    """One way of returnable things, from a holder to another; ``back`` names the run whose driver came back."""

    fact: int
    at_ms: int
    source: str
    target: str
    assets: tuple[AssetCount, ...]
    note: str
    operator: str
    back: str = ""


class Ways:
    """What this page has read of hand-overs, moves of things and returns."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[int, StepRow] = {}
        self._low = self._high = -1

    def look(self) -> None:
        """Read what is new."""
        newest = int(self._reader.value("SELECT max(id) FROM facts") or 0)
        if self._high < 0:
            self._low = self._high = newest
        self._read(self._high, newest)
        self._high = newest

    def since(self, day: str) -> list[StepRow]:
        """All of a day and later ones, the newest first."""
        self.look()
        self.reach(lambda: self._day_below() < day)
        return self.standing()

    def reach(self, enough: Callable[[], bool]) -> None:
        """Read older ones, a stride at a time, until it is enough or too far back."""
        while self._low > 0 and self._high - self._low < FARTHEST and not enough():
            low = max(0, self._low - STRIDE)
            self._read(low, self._low)
            self._low = low

    def standing(self) -> list[StepRow]:
        """What is known and was not taken back, the newest first."""
        gone = {
            int(row)
            for (row,) in self._reader.rows(
                "SELECT f.id FROM json_each(?) x JOIN facts f ON f.id = x.value WHERE f.reversed_by IS NOT NULL",
                (json.dumps(list(self._known)),),
            )
        }
        return [self._known[row] for row in sorted(self._known, reverse=True) if row not in gone]

    def _day_below(self) -> str:
        found = self._reader.value(
            "SELECT day FROM facts WHERE id <= ? ORDER BY id DESC LIMIT 1", (self._low,)
        )
        return str(found or "")

    def _read(self, after: int, to: int) -> None:
        for row, kind, body, at_ms, operator in self._reader.rows(_STEPS, (after, to)):
            self._known[row] = _step(row, kind, json.loads(body), at_ms, operator)


_STEPS = (
    "SELECT id, kind, body, at_ms - skew_ms, operator FROM facts WHERE id > ? AND id <= ?"
    " AND kind IN ('AssetsMoved', 'HandedOver', 'ReturnsReceived')"
)


def _step(row: int, kind: str, body: dict[str, Any], at_ms: int, operator: str) -> StepRow:
    if kind == "ReturnsReceived":
        return StepRow(row, at_ms, "", "", (), "", operator, back=body["run"])
    assets = tuple(AssetCount(*asset) for asset in body["assets"])
    if kind == "HandedOver":
        return StepRow(row, at_ms, "station", f"driver:{body['driver']}", assets, "交车", operator)
    return StepRow(row, at_ms, body["source"], body["target"], assets, body.get("note", ""), operator)
