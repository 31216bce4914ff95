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
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from app.bootstrap import Counter
from app.domain import events as e
from app.domain import night as n
from app.domain import places as p
from app.domain.clock import SystemClock
from app.domain.goods import Count
from app.domain.guards import piece_key
from app.domain.labels import lot_of_label
from app.domain.refusals import Refused
from app.hub.host_folder import SERVER
from app.start import application
from app.store.book import Book
from app.sync.inbox import TakePlace
from app.sync.protocol import Enrolled


@dataclass(frozen=True)
class RecordMany:
    """Record facts as they are, in slices of the writer."""

    facts: tuple[e.Fact, ...]

    def perform(self, book: Book) -> None:
        for fact in self.facts:
            book.record(fact)


@dataclass(frozen=True)
class PutPiece:
    """A piece label was scanned: where it goes, whether it may, and the fact."""

    label: str

    def perform(self, book: Book) -> str | Refused:
        lot, _ = lot_of_label(self.label)
        row = book.one(
            "SELECT w.slot, c.crate FROM load_lines l JOIN wall w ON w.point = l.point"
            " LEFT JOIN wall_crates c ON c.slot = w.slot AND c.sealed_ms = 0 WHERE l.lot = ?",
            (lot,),
        )
        if row is None or row[1] is None or book.holder(piece_key(self.label)):
            raise ValueError(f"{self.label}: {row}")
        if book.balance(lot, p.DOCK) < 1:
            raise ValueError(f"{self.label}: not on the dock")
        book.record(n.Sorted(row[1], (Count(lot, 1),), (self.label,)))
        return str(row[0])


class DeskPC:
    """The counter and what can be asked of it."""

    def __init__(self, app: QApplication, folder: Path) -> None:
        self._app = app
        self.counter = Counter(folder, SystemClock())
        self.counter.window.resize(1366, 768)
        self.counter.window.show()

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

    def hear(self, path: str) -> Any:
        """Record facts that this PC heard or did itself before the night."""
        from app.domain import codec

        rows = json.loads(Path(path).read_text("utf-8"))
        facts = [codec.decode(kind, body) for kind, body in rows]
        for at in range(0, len(facts), 50):
            self.counter.store.writer.do(RecordMany(tuple(facts[at : at + 50])))
        return len(facts)

    def scan(self, path: str, a_second: float) -> Any:
        """Scan labels at a pace; for each when it began (s) and how long until it was answered (ms)."""
        return self._scan(json.loads(Path(path).read_text("utf-8")), a_second, lambda: False)

    def _scan(self, labels: list[str], a_second: float, enough: Callable[[], bool]) -> list[list[float]]:
        found: list[list[float]] = []
        due = time.perf_counter()
        for label in labels:
            due = max(due + 1 / a_second, time.perf_counter() - 1)
            self._pause(due - time.perf_counter())
            begin = time.perf_counter()
            self._put(label)
            found.append([time.time(), (time.perf_counter() - begin) * 1000])
            if enough():
                break
        return found

    def _put(self, label: str) -> None:
        """Through the desk, as a page does it; until the answer is there on this thread."""
        loop = QEventLoop()
        answers: list[object] = []

        def answered(result: object) -> None:
            answers.append(result)
            loop.quit()

        self.counter.desk.do(PutPiece(label), answered, otherwise=loop.quit)
        if not answers:
            loop.exec()
        if not answers or isinstance(answers[0], Refused):
            raise SystemExit(f"{label} was not sorted")

    def go_offline(self) -> Any:
        """The cable is out."""
        loop, self.counter._loop = self.counter._loop, None
        if loop is not None:
            loop.stop()
        return True

    def come_back(self, cursor: int, path: str, a_second: float) -> Any:
        """The cable is in again: seconds until feed number ``cursor`` is in the book, and scans meanwhile."""
        labels = json.loads(Path(path).read_text("utf-8"))
        begin = time.perf_counter()
        self.counter.connect()
        scans = self._scan(labels, a_second, lambda: self._cursor() >= cursor)
        while self._cursor() < cursor:
            self._pause(0.02)
        return {"seconds": time.perf_counter() - begin, "scans": scans, "left": labels[len(scans) :]}

    def wait_for(self, cursor: int) -> Any:
        """Until all is sent and feed number ``cursor`` is in the book."""
        end = time.monotonic() + 120
        while self._cursor() < cursor or self._unsent():
            self._pause(0.05)
            if time.monotonic() > end:
                raise SystemExit(f"still {self._cursor()} of {cursor}, {self._unsent()} unsent")
        return self._cursor()

    def unsent(self) -> Any:
        """Facts that the host does not have."""
        return self._unsent()

    def stock(self) -> Any:
        """A digest of all pieces in all places, and how many are on the dock and in crates."""
        rows = self.counter.reader.rows(
            "SELECT lot, place, pieces FROM stock WHERE pieces != 0 ORDER BY lot, place"
        )
        digest = blake2b(json.dumps(rows).encode(), digest_size=8).hexdigest()
        dock = sum(row[2] for row in rows if row[1] == str(p.DOCK))
        crates = sum(row[2] for row in rows if row[1].startswith("crate:"))
        return {"digest": digest, "dock": dock, "crates": crates}

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
