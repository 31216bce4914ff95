"""The benchmark of routes: its files, its checker that trusts nobody, and the whole command on a tiny instance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks.night_rows import next_day, station_night, van_lost_row
from tests.benchmarks.routes import main
from tests.benchmarks.vrp_files import (
    WrongSolutionError,
    checked_cost,
    instances,
    read_instance,
    write_solution,
)

FOLDER = Path(__file__).parents[1] / "benchmarks" / "vrp"
CVRP = """NAME : tiny
TYPE : CVRP
DIMENSION : 5
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 10
NODE_COORD_SECTION
1 0 0
2 0 3
3 4 3
4 4 0
5 -3 0
DEMAND_SECTION
1 0
2 4
3 4
4 2
5 6
DEPOT_SECTION
1
-1
EOF
"""
WINDOWS = """tiny_w

VEHICLE
NUMBER     CAPACITY
  3          10

CUSTOMER
CUST NO.  XCOORD.    YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE TIME

    0      0          0          0          0        100          0
    1      1          1          4          0         10          5
    2      2          2          4         20         40          5
    3     -1          1          4          0         99          5
"""
BEST = "name,bks_distance_dimacs,proven_optimal\ntiny,20,True\nTINY_W,8.3,True\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tiny.vrp").write_text(CVRP, "utf-8")
    (tmp_path / "tiny_w.txt").write_text(WINDOWS, "utf-8")
    (tmp_path / "best-known.csv").write_text(BEST, "utf-8")
    return tmp_path


def test_both_kinds_are_read_with_their_rounding(folder: Path) -> None:
    plain, windows = instances(folder)
    assert (plain.capacity, plain.demand, plain.distance(0, 2)) == (10, (0, 4, 4, 2, 6), 5)
    assert (windows.vans, windows.capacity, windows.distance(0, 1)) == (3, 10, 14)
    assert (windows.ready[2], windows.due[2], windows.service[2]) == (200, 400, 50)


def test_a_solution_is_reckoned_from_its_file(folder: Path) -> None:
    plain, windows = instances(folder)
    out = folder / "tiny.sol"
    write_solution(out, plain, [[1, 2, 3], [4]])
    assert out.read_text("utf-8") == "Route #1: 1 2 3\nRoute #2: 4\nCost 20\n"
    assert checked_cost(out, plain) == 20
    write_solution(out, windows, [[1, 2], [3]])
    assert checked_cost(out, windows) == pytest.approx(8.4)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Route #1: 1 2 3\nCost 14\n", "not each customer once"),
        ("Route #1: 1 2 3 3\nRoute #2: 4\nCost 20\n", "not each customer once"),
        ("Route #1: 1 2 4\nRoute #2: 3\nCost 20\n", "over capacity"),
        ("Route #1: 1 2 3\nRoute #2: 4\nCost 19\n", "says 19.0"),
    ],
)
def test_a_wrong_solution_never_counts(folder: Path, text: str, why: str) -> None:
    out = folder / "wrong.sol"
    out.write_text(text, "utf-8")
    with pytest.raises(WrongSolutionError, match=why):
        checked_cost(out, instances(folder)[0])


def test_a_late_solution_never_counts(folder: Path) -> None:
    windows = instances(folder)[1]
    out = folder / "late.sol"
    write_solution(out, windows, [[2, 1], [3]])
    with pytest.raises(WrongSolutionError, match="too late at 1"):
        checked_cost(out, windows)


def test_the_instances_of_the_house_are_whole() -> None:
    found = instances(FOLDER)
    assert len(found) >= 9
    assert all(400 <= len(instance.places) - 1 <= 700 for instance in found)
    assert read_instance(FOLDER / "X-n401-k29.vrp").demand[0] == 0


def test_the_command_measures_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "--folder",
        str(folder),
        "--iterations",
        "30",
        "--only",
        "instances",
        "--out",
        str(folder / "out"),
    ]
    assert main(words) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures["cvrp_mean_gap_percent"] == 0
    assert figures["vrptw_instances"] == 1
    assert sorted(path.name for path in (folder / "out").glob("*.sol")) == [
        "tiny.pyvrp.sol", "tiny.sol", "tiny_w.pyvrp.sol", "tiny_w.sol",
    ]  # fmt: skip


def test_the_command_says_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "--folder" in capsys.readouterr().out


def test_the_nights_rows_hold_on_a_small_night() -> None:
    from app.routing.first import first_plan

    tonight = station_night(points=30)
    plan = first_plan(tonight)
    morrow = next_day(tonight, plan, seed=1)
    assert len(morrow.stops) <= len(tonight.stops)
    assert morrow.yesterday == plan.van_of
    assert van_lost_row(tonight, plan)["van_lost_others_unchanged"] == 1.0
