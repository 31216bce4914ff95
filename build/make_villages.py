"""Take the story's counties out of Guangxi's list of villages into resources/."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

RESOURCES = Path(__file__).resolve().parents[1] / "resources"

# Square kilometres are rounded from general knowledge; the detour (road over straight line) is ours:
# about 1.4 where it is flat, 1.6 in mountain valleys.
CHOSEN = {
    "宾阳县": ("BY", 2300, "plain", "1.40"),
    "马山县": ("MS", 2340, "hills", "1.60"),
    "西乡塘区": ("XX", 1100, "city", "1.35"),
}


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a header line; raises ``OSError``."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    """Write rows that share their keys, as UTF-8 with LF line ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def county_row(row: dict[str, str]) -> dict[str, str]:
    """A county's row of the source with what we add to it."""
    short, area, terrain, detour = CHOSEN[row["county"]]
    return row | {"short": short, "area_km2": str(area), "terrain": terrain, "detour": detour}


def main() -> None:
    """Read the two source files named on the command line and write the two resources."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("villages", type=Path, help="CSV: village_code, village, town, county")
    parser.add_argument("counties", type=Path, help="CSV with county, longitude, latitude")
    given = parser.parse_args()
    chosen = [
        row for row in rows_of(given.villages) if row["county"] in CHOSEN and "虚拟" not in row["village"]
    ]
    write(RESOURCES / "villages.csv", chosen)
    counties = [county_row(row) for row in rows_of(given.counties) if row["county"] in CHOSEN]
    write(RESOURCES / "counties.csv", counties)
    print(f"{len(chosen)} villages in {len(counties)} counties")


if __name__ == "__main__":
    main()
