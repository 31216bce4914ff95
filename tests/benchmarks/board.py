"""A refresh of the wave board on a night of 9,400 pieces and 550 points, against the same numbers without tallies.

The night is played into an encrypted book some facts at a time; after each the board on the first page is refreshed as
when another PC's facts arrive: read, projected, handed to the widgets and painted (offscreen, 1366 × 768). The control
reads done, left, short and the pace from stock and puts as they are, without projecting or painting anything.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import sqlcipher3

from app.domain import night as n
from app.domain.clock import StoryClock
from app.store.connection import Reader
from tests.benchmarks.measure import close_with, percentile
from tests.station import DAY, station_store
from tests.waveboard.play import Tell, full_night, play

FACTS, CONTROL_EVERY, THOUSAND = 10, 20, 1_000


@dataclass
class Times:
    """Milliseconds of each refresh: by the clock and of CPU, and how many pieces were sorted by then."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    read: list[float] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    control: list[float] = field(default_factory=list)


def main(argv: list[str]) -> int:
    """Play the night and print the figures."""
    parser = argparse.ArgumentParser(prog="bench board", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    folder = Path(tempfile.mkdtemp(prefix="geyi-bench-"))
    try:
        return _measure(folder, seed=options.seed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(folder: Path, *, seed: int) -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication, QScrollArea

    from app.ui.desk import Desk
    from app.ui.fonts import apply_theme
    from app.waveboard.page import BoardPage
    from app.waveboard.queries import Lookout

    application = QApplication.instance() or QApplication([])
    if isinstance(application, QApplication):
        apply_theme(application)
    night = full_night(seed)
    store = station_store(folder, night)
    reader = store.reader()
    page = BoardPage(Desk(store.writer.submit), reader, store.clock)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(page)
    area.resize(1120, 502)
    area.show()
    page.refresh(page.topics)
    application.processEvents()
    lookout, times, told = Lookout(reader), Times(), list(play(night))
    pieces = 0
    for first in range(0, len(told), FACTS):
        some = told[first : first + FACTS]
        store.writer.do(Tell(tuple(some), first + 1))
        pieces += sum(sum(c.pieces for c in x.fact.goods) for x in some if isinstance(x.fact, n.Sorted))
        if isinstance(store.clock, StoryClock):
            store.clock.move_to(max(store.clock.now_ms(), some[-1].at_ms))
        if not pieces:
            continue
        topics = frozenset(type(x.fact).__name__ for x in some)
        begin, cpu = time.perf_counter(), time.thread_time()
        page.refresh(topics)
        application.processEvents()
        times.wall.append((time.perf_counter() - begin) * 1000)
        times.cpu.append((time.thread_time() - cpu) * 1000)
        times.done.append(pieces)
        if len(times.wall) % CONTROL_EVERY == 0:
            times.read.append(_timed(lambda: lookout.look(day=DAY, now_ms=store.clock.now_ms())))
            times.control.append(_timed(lambda: _control(reader)))
    figures = _figures(times, pieces)
    area.close()
    reader.close()
    store.close()
    return close_with(
        **figures, pieces=night.pieces, points=len(night.points), engine=sqlcipher3.sqlite_version
    )


def _timed(work: object) -> float:
    begin = time.perf_counter()
    if callable(work):
        work()
    return (time.perf_counter() - begin) * 1000


def _figures(times: Times, pieces: int) -> dict[str, float | int]:
    first = [ms for ms, done in zip(times.cpu, times.done, strict=True) if done <= THOUSAND]
    last = [ms for ms, done in zip(times.cpu, times.done, strict=True) if done > pieces - THOUSAND]
    return {
        "refresh_p95_ms": percentile(times.wall, 95),
        "refresh_p50_ms": percentile(times.wall, 50),
        "refresh_cpu_p95_ms": percentile(times.cpu, 95),
        "refresh_cpu_p50_ms": percentile(times.cpu, 50),
        "growth_ratio": statistics.median(last) / statistics.median(first),
        "read_p50_ms": percentile(times.read, 50),
        "control_read_p50_ms": percentile(times.control, 50),
        "control_read_last_ms": percentile(times.control[-10:], 50),
        "refreshes": len(times.wall),
    }


def _control(reader: Reader) -> None:
    """Done, left and short by route, and pieces by sorter and five minutes, from the plain tables."""
    reader.rows(_BY_ROUTE, (DAY,))
    reader.rows(_BY_SORTER, (DAY,))


_BY_ROUTE = (
    "SELECT p.route, sum(CASE WHEN s.place GLOB 'crate:*' THEN s.pieces END),"
    " sum(CASE WHEN s.place GLOB 'dock:*' OR s.place GLOB 'trunk:*' THEN s.pieces END),"
    " sum(CASE WHEN s.place GLOB 'short:*' THEN s.pieces END) FROM load_lines l JOIN stock s ON s.lot = l.lot"
    " JOIN route_points p ON p.point = l.point WHERE l.day = ? GROUP BY p.route"
)
_BY_SORTER = "SELECT operator, at_ms / 300000, sum(pieces) FROM puts WHERE day = ? GROUP BY 1, 2"


if __name__ == "__main__":
    raise SystemExit(main([]))
