"""One PC of `bench night` in a process of its own: the whole counter, offscreen, driven by lines on its standard input.

Each line is a JSON list of a word and what it needs; each is answered by one JSON line.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from app.bootstrap import Counter
from app.domain import events as e
from app.domain import places as p
from app.domain.answers import Answer, Tone
from app.domain.clock import SystemClock
from app.hub.host_folder import SERVER
from app.sorting.page import SortingPage
from app.start import application
from app.store.book import Book
from app.sync.inbox import TakePlace
from app.sync.protocol import Enrolled
from app.ui.later import LaterPage
from app.waveboard.page import BoardPage


@dataclass(frozen=True)
class RecordMany:
    """Record facts as they are, in slices of the writer."""

    facts: tuple[e.Fact, ...]

    def perform(self, book: Book) -> None:
        for fact in self.facts:
            book.record(fact)


class DeskPC:
    """The counter and what can be asked of it."""

    def __init__(self, app: QApplication, folder: Path) -> None:
        self._app = app
        self.counter = Counter(folder, SystemClock())
        self.counter.window.resize(1366, 768)
        self.counter.window.show()
        self.page: Any = None
        self._random = Random(str(folder))

    # --- what is asked ---

    def join(self, server: str, code: str) -> Any:
        """Take a place at the host and begin to sync."""
        from app.sync.http import HttpPlatform

        door = HttpPlatform(server)
        place = door.enrol(code=code, device_name=f"PC {os.getpid()}", attempt=code)
        door.close()
        self._belong(TakePlace(place, at_host=1), server)
        self.counter.start()
        return place.device

    def alone(self, station: str) -> Any:
        """Be a station's only PC, without a hub."""
        self._belong(TakePlace(Enrolled("alone", "", 1, station, "站", "station")), "")
        return "alone"

    def _belong(self, place: TakePlace, server: str) -> None:
        self.counter.store.writer.do(place)
        self.counter.store.writer.do(_Keep(SERVER, server))
        self.counter.take_role()
        self._show_sorting()

    def _show_sorting(self) -> None:
        """The page 分拣 comes to the front."""
        window = self.counter.window
        titles = [page.title for page in window.pages]
        window.show_page(titles.index(SortingPage.title))
        self._pause(0.2)
        found = window.page
        self.page = found.real if isinstance(found, LaterPage) else found

    def hear(self, path: str) -> Any:
        """Record facts that this PC heard or did itself before the night."""
        from app.domain import codec

        rows = json.loads(Path(path).read_text("utf-8"))
        facts = [codec.decode(kind, body) for kind, body in rows]
        for at in range(0, len(facts), 50):
            self.counter.store.writer.do(RecordMany(tuple(facts[at : at + 50])))
        return len(facts)

    def scan(self, path: str, a_second: float) -> Any:
        """Scan labels at a pace, as people do: not in step with the other PCs.

        For each: when it ended (s), how long it took, and this process's CPU (ms).
        """
        return self._scan(json.loads(Path(path).read_text("utf-8")), a_second, lambda: False)

    def _scan(self, labels: list[str], a_second: float, enough: Callable[[], bool]) -> list[list[float]]:
        found: list[list[float]] = []
        due = time.perf_counter()
        for label in labels:
            due = max(due + self._random.uniform(0.4, 1.6) / a_second, time.perf_counter() - 1)
            self._pause(due - time.perf_counter())
            begin, cpu = time.perf_counter(), time.process_time()
            self._put(label)
            spent = (time.perf_counter() - begin) * 1000, (time.process_time() - cpu) * 1000
            found.append([time.time(), *spent])
            if enough():
                break
        return found

    def _put(self, label: str) -> None:
        """Into the page 分拣, as a gun does it; until the page has answered."""
        loop = QEventLoop()
        answers: list[Answer] = []

        def answered(answer: Answer) -> None:
            answers.append(answer)
            loop.quit()

        self.counter.desk.answered.connect(answered)
        self.page.on_scan(label)
        if not answers:
            loop.exec()
        self.counter.desk.answered.disconnect(answered)
        if answers[0].kind is not Tone.OK:
            raise SystemExit(f"{label}: {answers[0]}")

    def go_offline(self) -> Any:
        """The cable is out."""
        loop, self.counter._loop = self.counter._loop, None
        if loop is not None:
            loop.stop()
        return True

    def come_back(self, cursor: int, path: str, a_second: float) -> Any:
        """The cable is in again: seconds until feed number ``cursor`` is in the book, and scans meanwhile."""
        labels = json.loads(Path(path).read_text("utf-8"))
        begin, cpu = time.perf_counter(), time.process_time()
        self.counter.connect()
        scans = self._scan(labels, a_second, lambda: self._cursor() >= cursor)
        while self._cursor() < cursor:
            self._pause(0.02)
        spent = {"seconds": time.perf_counter() - begin, "cpu": time.process_time() - cpu}
        return spent | {"scans": scans, "left": labels[len(scans) :]}

    def send_all(self) -> Any:
        """Until the host has all that was recorded here."""
        return self._until(lambda: not self._unsent())

    def wait_for(self, cursor: int) -> Any:
        """Until feed number ``cursor`` is in the book."""
        return self._until(lambda: self._cursor() >= cursor)

    def _until(self, done: Callable[[], bool]) -> bool:
        end = time.monotonic() + 120
        while not done():
            self._pause(0.05)
            if time.monotonic() > end:
                raise SystemExit(f"still at {self._cursor()}, {self._unsent()} unsent")
        return True

    def stock(self) -> Any:
        """A digest of all pieces in all places, and how many are on the dock and in crates."""
        rows = self.counter.reader.rows(
            "SELECT lot, place, pieces FROM stock WHERE pieces != 0 ORDER BY lot, place"
        )
        digest = blake2b(json.dumps(rows).encode(), digest_size=8).hexdigest()
        dock = sum(row[2] for row in rows if row[1] == str(p.DOCK))
        crates = sum(row[2] for row in rows if row[1].startswith("crate:"))
        return {"digest": digest, "dock": dock, "crates": crates}

    def board(self, times: int) -> Any:
        """The board of the whole night, as it is read and shown again after a put; milliseconds each."""
        window = self.counter.window
        page = window.pages[0]
        assert isinstance(page, BoardPage)
        window.show_page(0)
        self._pause(0.3)
        found = []
        for _ in range(times):
            begin = time.perf_counter()
            page.refresh(frozenset({"Sorted"}))
            page.repaint()
            found.append((time.perf_counter() - begin) * 1000)
            self._pause(0.02)
        self._show_sorting()
        return found

    def memory(self) -> Any:
        """Resident megabytes of this process."""
        return psutil.Process().memory_info().rss / 1e6

    def idle(self, seconds: float) -> Any:
        """Nothing to do, as between two trucks; CPU of this process in percent of one core."""
        begin = time.process_time()
        self._pause(seconds)
        return (time.process_time() - begin) / seconds * 100

    # --- inside ---

    def _cursor(self) -> int:
        return int(self.counter.reader.get("cursor", 0))

    def _unsent(self) -> int:
        get = self.counter.reader.get
        found = self.counter.reader.value(
            "SELECT max(seq) FROM facts WHERE device = ? AND epoch = ?", (get("device"), get("epoch"))
        )
        return int(found or 0) - int(get("acknowledged", [0])[0])

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            loop = QEventLoop()
            QTimer.singleShot(round(seconds * 1000), loop.quit)
            loop.exec()


@dataclass(frozen=True)
class _Keep:
    key: str
    value: str

    def perform(self, book: Book) -> None:
        book.put(self.key, self.value)


def main(folder: Path) -> None:
    """Answer lines until there are no more."""
    app = application()
    pc = DeskPC(app, folder)
    asked: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(asked,), daemon=True).start()
    while True:
        try:
            line = asked.get_nowait()
        except queue.Empty:
            pc._pause(0.01)
            continue
        if not line:
            break
        word, *more = json.loads(line)
        sys.stdout.write(json.dumps(getattr(pc, word)(*more)) + "\n")
        sys.stdout.flush()
    pc.counter.close()


def _read(asked: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        asked.put(line)
    asked.put("")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
