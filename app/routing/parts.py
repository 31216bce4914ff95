"""A night cut into parts for several workers: along a line or around the station, another way each time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random

from app.routing.night import Night, Plan

Part = dict[str, list[str]]
"""Van → points; vans that stand at home have none."""


def in_parts(night: Night, plan: Plan, count: int, chance: Random, *, is_cut: bool) -> list[Part]:
    """As many parts as asked for, with about as many stops each; or the whole as often, where it is not cut."""
    order = {van: list(points) for van, points in plan.points_of().items()}
    idle = [van.name for van in night.vans if van.name not in order]
    if not is_cut:
        return [order | {van: [] for van in idle} for _ in range(count)]
    parts: list[Part] = [{} for _ in range(count)]
    stops, passed = sum(len(points) for points in order.values()), 0
    for van in _along(night, order, chance):
        parts[min(count - 1, passed * count // stops)][van] = order[van]
        passed += len(order[van])
    for at, van in enumerate(idle):
        parts[at % count][van] = []
    return parts


def _along(night: Night, order: Mapping[str, Sequence[str]], chance: Random) -> list[str]:
    """Routes by where their middle lies along a direction, or around the station from there."""
    turn, around = chance.random() * 2 * math.pi, chance.random() < 0.5
    shrink = math.cos(math.radians(night.latitude))

    def rank(van: str) -> float:
        stops = [night.stop_at[point] for point in order[van]]
        north = sum(stop.latitude or 0.0 for stop in stops) / len(stops) - night.latitude
        east = (sum(stop.longitude or 0.0 for stop in stops) / len(stops) - night.longitude) * shrink
        if around:
            return (math.atan2(north, east) + turn) % (2 * math.pi)
        return east * math.cos(turn) + north * math.sin(turn)

    return sorted(order, key=rank)
