"""The installed program proves itself: shows its window, plays a day, solves a route, and writes what came of it."""

from __future__ import annotations

import json
import logging
import math
import platform as machine
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer, qVersion
from PySide6.QtGui import QGuiApplication

from app import __version__
from app.domain.clock import SystemClock
from app.start import Opening, application, keep_log
from app.ui.pictures import grab

if TYPE_CHECKING:
    from app.bootstrap import Counter
    from app.store.connection import Reader

log = logging.getLogger(__name__)

SEED, COUNTY, DAY = 7, "宾阳县", "2026-11-22"
STOPS = 20
WORKER_S, SEARCH_S = 120, 60
SHOWN_MS = 1_500
"""Long enough for the first page and what is loaded behind it."""
NOBODY_THERE, HAS_LEFT, STILL_THERE = 0, 10, 1
"""Exit codes of ``--quit``."""


def quietly(test: Callable[[], int]) -> int:
    """Run a test to its exit code; a bug is 1 and in the log, for nobody would close a message about it."""
    try:
        return test()
    except Exception:
        log.exception("the self-test failed")
        return 1


def play(out: Path) -> int:
    """`--self-test DIR`: the day with the window shown, and the worker; 0 when all of it holds."""
    from app.demo.play import holds, play_day

    out.mkdir(parents=True, exist_ok=True)
    keep_log(out)
    started = time.monotonic()
    application()
    found = play_day(seed=SEED, county=COUNTY, day=DAY, out=out, say=log.info)
    played = time.monotonic()
    worker = ask_worker(out / "worker.json")
    routes = search_routes()
    report = json.loads((out / "report.json").read_text("utf-8"))
    report |= surroundings() | {
        "worker": worker,
        "routes": routes,
        "day_seconds": round(played - started, 1),
        "day_holds": holds(found),
    }
    _write(out / "report.json", report)
    searched = routes["stops"] == STOPS and routes["engine"] == "pyvrp"
    return 0 if holds(found) and worker.get("stops") == STOPS and searched else 1


def look(folder: Path, out: Path) -> int:
    """`--data FOLDER --self-test DIR`: open the window on a folder and count; 0 open, 3 a sentence was shown."""
    out.mkdir(parents=True, exist_ok=True)
    keep_log(out)
    application()
    opening = Opening(folder, SystemClock(), note="", server="")
    opening.attempt()
    wait(SHOWN_MS)
    found: dict[str, Any] = surroundings() | {"opened": opening.counter is not None, "sentence": ""}
    if opening.counter is not None:
        found |= counted(opening.counter)
        grab(opening.counter.window, out / "window.png")
    elif opening.trouble is not None:
        found["sentence"] = opening.trouble.panel.accessibleName()
        grab(opening.trouble, out / "window.png")
    found["backups"] = sorted(path.name for path in (folder / "backups").glob("*"))
    opening.close()
    _write(out / "report.json", found)
    return 0 if found["opened"] else 3


def leave(folder: Path | None) -> int:
    """`--quit`: ask the window on this folder to finish and close, and wait for it."""
    from app.store.folder import default_folder, is_in_use
    from app.ui.only_one import ask_to_leave

    there = folder or default_folder()
    if not is_in_use(there):
        return NOBODY_THERE
    asking = QCoreApplication.instance() or QCoreApplication(sys.argv[:1])
    has_left = ask_to_leave(there)
    asking.quit()
    return HAS_LEFT if has_left else STILL_THERE


def check_worker(file: Path) -> int:
    """`--worker-check FILE`: in a process of its own, solve a small round of stops and write what came of it."""
    _write(file, small_route())
    return 0


def small_route() -> dict[str, Any]:
    """A round of twenty stops, solved by the route engine, which only workers import."""
    import numpy as np
    from pyvrp import Model
    from pyvrp.stop import MaxIterations

    model = Model()
    places = [model.add_location(x=97 * n % 101, y=61 * n % 103) for n in range(STOPS + 1)]
    depot = model.add_depot(places[0])
    for place in places[1:]:
        model.add_client(place, delivery=1)
    model.add_vehicle_type(num_available=3, capacity=10, start_depot=depot, end_depot=depot)
    for start in places:
        for end in places:
            metres = round(((start.x - end.x) ** 2 + (start.y - end.y) ** 2) ** 0.5 * 100)
            model.add_edge(start, end, distance=metres, duration=metres)
    result = model.solve(MaxIterations(200), seed=1, display=False)
    visited = sum(route.num_clients() for route in result.best.routes())
    return {
        "stops": visited if result.is_feasible() else 0,
        "metres": int(result.cost()),
        "numpy": np.__version__,
    }


def search_routes() -> dict[str, Any]:
    """The same round as the routes page has it searched: worker processes, fed and heard through pipes."""
    from array import array

    from app.routing.engine import Limits, plan_now
    from app.routing.night import Night, Roads, Stop, Van
    from app.routing.reckon import check

    places = [(97 * n % 101, 61 * n % 103) for n in range(STOPS + 1)]
    metres = array("i", (round(100 * math.dist(one, other)) for one in places for other in places))
    stops = tuple(
        Stop(f"p{n}", north / 1000, east / 1000, pieces=1) for n, (east, north) in enumerate(places) if n
    )
    vans = tuple(Van(name, pieces=10) for name in ("V1", "V2", "V3"))
    night = Night(0.0, 0.0, vans, stops, Roads(metres, array("i", (m // 10 for m in metres))))
    plan = plan_now(night, Limits(seconds=SEARCH_S, iterations=200))
    held = sum(len(route.points) for route in plan.routes) if not check(night, plan) else 0
    return {"stops": held, "metres": plan.metres, "engine": plan.engine, "iterations": plan.iterations}


def ask_worker(file: Path) -> dict[str, Any]:
    """Start the program once more as a worker and read what it wrote; empty where it failed."""
    itself = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app"]
    try:
        done = subprocess.run(
            [*itself, "--worker-check", str(file)],
            timeout=WORKER_S,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        found: dict[str, Any] = json.loads(file.read_text("utf-8")) if done.returncode == 0 else {}
    except (OSError, ValueError, subprocess.TimeoutExpired):
        log.exception("the worker failed")
        return {}
    return found


def counted(counter: Counter) -> dict[str, Any]:
    """What the open book holds, so that an update can be seen to lose nothing."""
    reader: Reader = counter.reader
    told = blake2b(digest_size=16)
    for fact in reader.rows("SELECT device, epoch, seq, at_ms, day, kind, body FROM facts ORDER BY id"):
        told.update(repr(tuple(fact)).encode())
    return {
        "migration": reader.value("SELECT version_num FROM alembic_version"),
        "point": reader.get("point_name", ""),
        "facts": reader.value("SELECT count(*) FROM facts"),
        "told": told.hexdigest(),
        "pieces": reader.value("SELECT coalesce(sum(abs(pieces)), 0) FROM stock"),
        "fen": reader.value("SELECT coalesce(sum(abs(fen)), 0) FROM money"),
    }


def surroundings() -> dict[str, Any]:
    """What the program runs on."""
    screens = QGuiApplication.screens()
    return {
        "version": __version__,
        "frozen": bool(getattr(sys, "frozen", False)),
        "python": sys.version.split()[0],
        "qt": qVersion(),
        "platform": QGuiApplication.platformName(),
        "system": machine.platform(),
        "screens": [[s.size().width(), s.size().height(), s.devicePixelRatio()] for s in screens],
    }


def wait(milliseconds: int, then: Callable[[], None] = lambda: None) -> None:
    """Let the window live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
    then()


def _write(path: Path, found: dict[str, Any]) -> None:
    path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
