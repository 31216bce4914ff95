"""Key event of a scan's last character → answer painted, on the real receiving page, against a bare label.

The control is a `QLabel` whose text changes on a key event and is painted: the least that Qt itself needs. Both run
offscreen in this process, the control first.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel

from app.bootstrap import Counter
from app.domain.goods import Zone
from app.domain.places import Kind
from app.start import application
from app.ui.keystrokes import scan_code, strike, window_of
from tests.benchmarks.measure import close_with, percentile
from tests.samples import DAY, POINT, Record, line, manifest, morning, policy


class Label(QLabel):
    """The control: a key sets the text."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.setText(f"{time.perf_counter()}")


class Painted(QObject):
    """Notes when a widget was painted and ends the loop that waits for it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.at = 0.0
        self.wanted = False
        self._loop = QEventLoop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.at = time.perf_counter()
            if self.wanted:
                QTimer.singleShot(0, self._loop.quit)
        return False

    def want(self) -> None:
        """From now on a painting is the one that is waited for."""
        self.wanted = True

    def wait(self) -> float:
        """Until it is painted; the moment."""
        watchdog = QTimer()
        watchdog.setSingleShot(True)
        watchdog.timeout.connect(self._loop.quit)
        watchdog.start(5_000)
        self._loop.exec()
        if not watchdog.isActive():
            raise TimeoutError("nothing was painted")
        self.wanted = False
        return self.at


def main(argv: list[str]) -> int:
    """Scan crates one after the other and print the figures."""
    parser = argparse.ArgumentParser(prog="bench answer", description=__doc__)
    parser.add_argument("--scans", type=int, default=300)
    options = parser.parse_args(argv)
    app = application()
    folder = Path(tempfile.mkdtemp(prefix="geyi-bench-"))
    control = _control(app, options.scans)
    counter = _counter(folder, options.scans)
    try:
        ours = _measure(app, counter, options.scans)
        here = counter.reader.value("SELECT sum(pieces) FROM stock WHERE place GLOB ?", (f"{Kind.SHELF}:*",))
    finally:
        counter.close()
        shutil.rmtree(folder, ignore_errors=True)
    if here != 2 * options.scans:
        raise SystemExit(f"{here} pieces were received, not {2 * options.scans}")
    print(f"answer p50 {percentile(ours, 50):.2f} ms p95 {percentile(ours, 95):.2f} ms,"
          f" bare label p50 {percentile(control, 50):.2f} ms p95 {percentile(control, 95):.2f} ms")  # fmt: skip
    return close_with(
        p95_ms=percentile(ours, 95),
        control_p95_ms=percentile(control, 95),
        p50_ms=percentile(ours, 50),
        control_p50_ms=percentile(control, 50),
        scans=len(ours),
    )


def _control(app: QApplication, keys: int) -> list[float]:
    """A bare label before there is a counter, whose scan capture would look at its keys too."""
    label = Label()
    label.resize(400, 80)
    label.show()
    app.processEvents()
    bare = Painted(label)
    label.installEventFilter(bare)
    found = []
    for number in range(keys):
        bare.want()
        begin = time.perf_counter()
        strike(window_of(label), "x", at=1_000 + number * 500)
        found.append((bare.wait() - begin) * 1000)
    label.close()
    return found


def _measure(app: QApplication, counter: Counter, scans: int) -> list[float]:
    counter.window.resize(1366, 768)
    counter.window.show()
    counter.window.show_page(1)
    app.processEvents()
    band = Painted(counter.window)
    counter.window.band.installEventFilter(band)
    counter.window.capture.scanned.connect(lambda _: band.want())  # the band is painted next when it answers
    window = window_of(counter.window)
    found, at = [], 1_000
    for number in range(scans):
        at = scan_code(window, _crate(number), at=at, suffix="") + 8
        begin = time.perf_counter()
        strike(window, "\r", at=at)
        found.append((band.wait() - begin) * 1000)
        at += 500
        pause = QEventLoop()
        QTimer.singleShot(80, pause.quit)
        pause.exec()
    return found


def _crate(number: int) -> str:
    return f"ABC{number:04d}"


class _Own:
    def perform(self, book: object) -> None:
        book.put("point", POINT)  # type: ignore[attr-defined]


def _counter(folder: Path, scans: int) -> Counter:
    """A counter whose van brings a crate for each scan, over three months of handed-out goods."""
    clock = morning()
    counter = Counter(folder, clock)
    goods = [line(str(n), crate=_crate(n), zone=Zone.AMBIENT, buyer=f"b{n}") for n in range(scans)]
    counter.store.writer.do(_Own())
    counter.store.writer.do(Record((policy(), manifest(goods, day=DAY))))
    return counter
