"""Process start → first usable page with 30 days of history, against a bare `QMainWindow` in a process of its own.

Both are fresh processes of the same Python, alternating; each ends itself as soon as its window has been painted once
and the event loop has come round again.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.domain import events as e
from app.domain.clock import StoryClock, at, day_after
from app.domain.goods import Count
from app.store.opening import Store
from tests.benchmarks.measure import close_with, spread
from tests.samples import DAY, Record, line, manifest, policy

BARE = """
import os
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class Painted(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, lambda: os._exit(0))
        return False
app = QApplication([])
window = QMainWindow()
watch = Painted()
window.installEventFilter(watch)
window.show()
app.exec()
"""
OURS = """
import gc, os, sys
gc.disable()  # as app.cli does until the first page is there
from pathlib import Path
from app.start import Opening, application
from app.domain.clock import SystemClock
from PySide6.QtCore import QEvent, QObject, QTimer
class Painted(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, lambda: os._exit(0))
        return False
app = application()
watch = Painted()
opening = Opening(Path(sys.argv[1]), SystemClock(), note="", server="")
opening.attempt()
opening.counter.window.pages[0].installEventFilter(watch)
app.exec()
"""


def main(argv: list[str]) -> int:
    """Alternate the two and print the ratio of medians."""
    parser = argparse.ArgumentParser(prog="bench start", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--orders", type=int, default=54, help="orders a day")
    options = parser.parse_args(argv)
    folder = Path(tempfile.mkdtemp(prefix="geyi-bench-"))
    try:
        facts = _history(folder, days=options.days, orders=options.orders)
        bare, ours = [], []
        for _ in range(options.rounds + 1):  # the first of each warms the disk cache and does not count
            bare.append(_seconds([BARE]))
            ours.append(_seconds([OURS, str(folder)]))
            # The child ends itself at its first painting; without this the next start would check the whole file, as
            # it does after a power cut.
            (folder / "running.mark").unlink(missing_ok=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    bare, ours = bare[1:], ours[1:]
    print(
        f"bare window {spread(bare)} s, first page {spread(ours)} s over {facts} facts of {options.days} days"
    )
    return close_with(
        ratio=statistics.median(ours) / statistics.median(bare),
        first_page_s=statistics.median(ours),
        control_s=statistics.median(bare),
        rounds=options.rounds,
        facts=facts,
    )


def _seconds(script: list[str]) -> float:
    environment = os.environ | {"QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", *script], check=True, env=environment, timeout=60)
    return time.perf_counter() - begin


def _history(folder: Path, *, days: int, orders: int) -> int:
    """A book with so many days behind it: goods announced, received, handed out, a few still here."""
    clock = StoryClock(0)
    store = Store(folder, clock)
    store.writer.do(Record((policy(),)))
    for back in range(days, -1, -1):
        day = day_after(DAY, -back)
        clock.move_to(at(day, "09:00"))
        lots = [f"{day}-{n}" for n in range(orders)]
        goods = [line(lot, crate=f"C{day}-{n // 8}", buyer=f"b{n}") for n, lot in enumerate(lots)]
        trip = f"T{day}"
        counts = [Count(lot, 2, f"A-{n % 30:02d}") for n, lot in enumerate(lots)]
        facts: list[e.Fact] = [manifest(goods, trip=trip, day=day)]
        facts += [e.GoodsReceived(trip, (count,)) for count in counts]
        facts += [e.PickedUp(f"b{n}", (count,)) for n, count in enumerate(counts[: orders if back else 10])]
        store.writer.do(Record(tuple(facts)))
    found = int(store.reader().value("SELECT count(*) FROM facts"))
    store.close()
    return found
