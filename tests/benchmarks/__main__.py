"""`python -m tests.benchmarks NAME ARGS`: run one benchmark; without a name, say which there are."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

NOT_BENCHMARKS = {"__init__", "__main__", "bytecount", "measure", "night_desk", "night_rows", "vrp_files"}


def names() -> list[str]:
    """The benchmarks: modules of this folder with a ``main``; controls are part of theirs."""
    found = {path.stem for path in Path(__file__).parent.glob("*.py")}
    return sorted(name for name in found - NOT_BENCHMARKS if not name.startswith("control_"))


def main(argv: list[str]) -> int:
    """Run the named one; its exit code."""
    if not argv or argv[0] not in names():
        print("python3 dev.py bench NAME, where NAME is one of: " + ", ".join(names()))
        return 2
    module = importlib.import_module(f"tests.benchmarks.{argv[0]}")
    return int(module.main(argv[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
