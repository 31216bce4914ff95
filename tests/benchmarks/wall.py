"""The wall's plan for a station's night of 550 points, against fixed labels in the order of the points' codes.

Metres are walked from a sorter's table to the slot and back with every piece. The first night is planned from nothing;
the next one starts from it, and has to stay near to it.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from app.domain.clock import day_after
from app.sandbox.station_story import station_night
from app.sorting.wallplan import Stop, fixed_labels, plan_wall
from tests.benchmarks.measure import close_with
from tests.samples import DAY

COUNTY = "宾阳县"


def main(argv: list[str]) -> int:
    """Plan two nights and print the figures."""
    parser = argparse.ArgumentParser(prog="bench wall", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--points", type=int, default=550)
    parser.add_argument("--pieces", type=int, default=9_400)
    parser.add_argument("--sorters", type=int, default=4)
    options = parser.parse_args(argv)
    found = figures(seed=options.seed, points=options.points, pieces=options.pieces, sorters=options.sorters)
    print(f"wall {found['metres_piece']:.2f} m a piece, fixed labels {found['control_metres_piece']:.2f} m;"
          f" the next night {found['next_metres_ratio']:.2f} of fixed labels, {found['changed_slots_share']:.0%}"
          f" of points changed their slot; planned in {found['cpu_seconds']:.2f} s of the processor")  # fmt: skip
    return close_with(**found)


def figures(*, seed: int = 1, points: int = 550, pieces: int = 9_400, sorters: int = 4) -> dict[str, Any]:
    """All figures of the wall, for this benchmark and for that of routes."""
    tonight, next_night = (
        _stops(seed=seed, day=day, points=points, pieces=pieces) for day in (DAY, day_after(DAY, 1))
    )
    begun = time.process_time()
    plan = plan_wall(tonight, sorters=sorters)
    seconds = time.process_time() - begun
    begun = time.process_time()
    following = plan_wall(next_night, sorters=sorters, before={x.point: x.slot for x in plan.places})
    seconds = max(seconds, time.process_time() - begun)
    control, next_control = (fixed_labels(stops, sorters=sorters) for stops in (tonight, next_night))
    return {
        "metres_ratio": plan.metres_a_piece / control.metres_a_piece,
        "imbalance_percent": 100 * max(plan.imbalance, following.imbalance),
        "metres_piece": plan.metres_a_piece,
        "control_metres_piece": control.metres_a_piece,
        "control_imbalance_percent": 100 * control.imbalance,
        "next_metres_ratio": following.metres_a_piece / next_control.metres_a_piece,
        "changed_slots_share": following.changed / max(1, following.known),
        "van_span_m": plan.span_metres,
        "control_van_span_m": control.span_metres,
        "alike_side_by_side": plan.alike_pairs,
        "control_alike_side_by_side": control.alike_pairs,
        "cpu_seconds": seconds,
        "points": points,
        "pieces": plan.pieces,
    }


def _stops(*, seed: int, day: str, points: int, pieces: int) -> list[Stop]:
    """The points of a night with their routes and what is announced for each."""
    night = station_night(seed=seed, county=COUNTY, day=day, points=points, pieces=pieces)
    wanted: dict[str, int] = {}
    for line in night.lines:
        wanted[line.point] = wanted.get(line.point, 0) + line.pieces
    names = {point.code: point.name for point in night.points}
    return [
        Stop(point, names[point], route.code, wanted.get(point, 0))
        for route in night.routes
        for point in route.points
    ]
