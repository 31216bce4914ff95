"""Routes: gaps to best known values beside plain PyVRP in the same run, and a station's night from end to end.

Instances: `.vrp` (CVRPLIB, integer distances) and `.txt` (Solomon, Gehring–Homberger; distances truncated to 0.1), with
`best-known.csv`. Each solution is written as a CVRPLIB `.sol` and checked from the file before its gap counts.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from app.routing.engine import Limits, plan_now
from tests.benchmarks.measure import close_with
from tests.benchmarks.vrp_files import (
    Instance,
    as_night,
    best_known,
    checked_cost,
    instances,
    write_solution,
)

HERE = Path(__file__).parent
ROWS = ("instances", "night", "next_day", "van_lost", "wall", "map")
BESIDE = ("wall", "map")
"""Rows that are benchmarks of their own: their figures come along under the row's name."""

Figures = dict[str, Any]


def main(argv: list[str]) -> int:
    """Measure what is asked for and close with one JSON object."""
    options = _parser().parse_args(argv)
    options.folder = options.folder.resolve()
    out = options.out or Path(tempfile.mkdtemp(prefix="geyi-routes-"))
    out.mkdir(parents=True, exist_ok=True)
    figures: Figures = {"seconds": options.seconds}
    if "instances" in options.only:
        figures |= measure_instances(options, out)
    if {"night", "next_day", "van_lost"} & set(options.only):
        from tests.benchmarks.night_rows import measure_night

        figures |= measure_night(options)
    for row in BESIDE:
        if row in options.only and importlib.util.find_spec(f"tests.benchmarks.{row}") is not None:
            figures |= measure_beside(row)
    print(f"solutions in {out}")
    return close_with(**figures)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bench routes", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=HERE / "vrp", help="instances and best-known.csv")
    parser.add_argument("--seconds", type=float, default=60.0, help="wall-clock limit for each instance")
    parser.add_argument(
        "--iterations", type=int, default=0, help="limit by iterations instead: the same answer every time"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="folder for the .sol files")
    parser.add_argument("--only", nargs="+", choices=ROWS, default=list(ROWS), help="some rows only")
    parser.add_argument(
        "--peers", action="store_true", help="VROOM and OR-Tools too, where they are installed"
    )
    parser.add_argument("--points", type=int, default=550, help="points of the station's night")
    parser.add_argument("--night-seconds", type=float, default=30.0, help="a plan is looked at after so long")
    parser.add_argument(
        "--best-seconds", type=float, default=600.0, help="the long run it is measured against"
    )
    return parser


def measure_beside(row: str) -> Figures:
    """The last line of another benchmark, run in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks", row]
    done = subprocess.run(
        command, check=True, cwd=HERE.parents[1], capture_output=True, text=True, encoding="utf-8"
    )
    *said, last = done.stdout.splitlines()
    print("\n".join(said), flush=True)
    return {f"{row}_{name.removeprefix(f'{row}_')}": value for name, value in json.loads(last).items()}


# --- public instances --------------------------------------------------------------------------------------


def measure_instances(options: argparse.Namespace, out: Path) -> Figures:
    """Ours and the control on every instance; the means of the gaps and their ratio."""
    best = best_known(options.folder)
    gaps: dict[str, dict[str, list[float]]] = {"cvrp": {}, "vrptw": {}}
    for instance in instances(options.folder):
        costs = {"ours": _ours(instance, options, out), "pyvrp": _control(instance, options, out)}
        if options.peers:
            costs |= _peers(instance, options, out)
        known = best.get(instance.name.upper())
        print(_row(instance, costs, known), flush=True)
        if known:
            kind = gaps["vrptw" if instance.windows else "cvrp"]
            for who, cost in costs.items():
                kind.setdefault(who, []).append(100 * (cost / known - 1))
    return _means(gaps)


def _means(gaps: dict[str, dict[str, list[float]]]) -> Figures:
    figures: Figures = {}
    for kind, ratio in (("cvrp", "ratio_to_pyvrp"), ("vrptw", "vrptw_ratio_to_pyvrp")):
        means = {who: statistics.fmean(values) for who, values in gaps[kind].items()}
        for who, mean in means.items():
            figures[f"{kind}_mean_gap_percent" if who == "ours" else f"{kind}_{who}_mean_gap_percent"] = mean
        if means.get("pyvrp"):
            figures[ratio] = means["ours"] / means["pyvrp"]
        figures[f"{kind}_instances"] = len(gaps[kind].get("ours", ()))
    return figures


def _row(instance: Instance, costs: dict[str, float], known: float | None) -> str:
    said = ", ".join(
        f"{who} {cost:.1f} ({100 * (cost / known - 1):+.2f} %)" if known else f"{who} {cost:.1f}"
        for who, cost in costs.items()
    )
    return f"{instance.name}: {said}, best known {known or '–'}"


def _ours(instance: Instance, options: argparse.Namespace, out: Path) -> float:
    """Two worker processes, as at the desk."""
    night = as_night(instance)
    plan = plan_now(night, Limits(seconds=_limit(options), iterations=options.iterations, seed=options.seed))
    path = out / f"{instance.name}.sol"
    write_solution(path, instance, [[int(point) for point in route.points] for route in plan.routes])
    return checked_cost(path, instance)


def _control(instance: Instance, options: argparse.Namespace, out: Path) -> float:
    path = out / f"{instance.name}.pyvrp.sol"
    kind = ".txt" if instance.windows else ".vrp"
    words = [options.folder / f"{instance.name}{kind}", options.seconds, options.seed, path]
    words += [options.iterations] if options.iterations else []
    command = [sys.executable, "-m", "tests.benchmarks.control_routes", *map(str, words)]
    subprocess.run(command, check=True, cwd=HERE.parents[1])
    return checked_cost(path, instance)


def _peers(instance: Instance, options: argparse.Namespace, out: Path) -> dict[str, float]:
    from tests.benchmarks.control_peers import PEERS

    costs = {}
    for name, solve in PEERS.items():
        routes = solve(instance, options.seconds)
        if routes is not None:
            path = out / f"{instance.name}.{name}.sol"
            write_solution(path, instance, routes)
            costs[name] = checked_cost(path, instance)
    return costs


def _limit(options: argparse.Namespace) -> float:
    return 3600.0 if options.iterations else float(options.seconds)
