"""Scan command → committed, against a raw transaction of the same rows on the same engine, WAL and FULL.

Both books are encrypted and hold the same 10,000 lines. Ours goes through the room's command, the rules, the writer
thread and the future; the control writes the very rows that ours wrote, with the bare engine, in its own thread.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import sqlcipher3

from app.domain.clock import StoryClock
from app.domain.goods import Zone
from app.receiving.actions import CrateIn, Receive
from app.store.connection import Reader, connect
from app.store.opening import Store
from tests.benchmarks.measure import close_with, percentile, spread
from tests.samples import DAY, POINT, Record, line, manifest, morning, policy

PAUSE_SECONDS = 0.01
"""Before each measurement of either side, as between two scans: neither finds the processor warmed by the other."""
ZONES = (Zone.AMBIENT, Zone.FRESH, Zone.CHILLED, Zone.FROZEN)


def main(argv: list[str]) -> int:
    """Run the rounds and print the ratios."""
    parser = argparse.ArgumentParser(prog="bench scan", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scans", type=int, default=400, help="scans in each round")
    parser.add_argument("--lines", type=int, default=10_000)
    options = parser.parse_args(argv)
    folder = Path(tempfile.mkdtemp(prefix="geyi-bench-"))
    try:
        return _measure(folder, rounds=options.rounds, scans=options.scans, lines=options.lines)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(folder: Path, *, rounds: int, scans: int, lines: int) -> int:
    clock = morning()
    store = _book(folder / "ours", lines, clock)
    control = _Control(_book(folder / "control", lines, clock), folder / "control")
    ratios: dict[int, list[float]] = {50: [], 99: []}
    ours_all: list[float] = []
    raw_all: list[float] = []
    for at in range(rounds):
        codes = [_crate(n) for n in range(at * scans, (at + 1) * scans)]
        ours, raw = _one_round(store, control, codes)
        ours_all += ours
        raw_all += raw
        for percent, values in ratios.items():
            values.append(percentile(ours, percent) / percentile(raw, percent))
        print(f"round {at + 1}: ours p50 {percentile(ours, 50):.3f} ms p99 {percentile(ours, 99):.3f} ms,"
              f" raw p50 {percentile(raw, 50):.3f} ms p99 {percentile(raw, 99):.3f} ms")  # fmt: skip
    store.close()
    control.close()
    ratio_p99 = percentile(ours_all, 99) / percentile(raw_all, 99)
    print(f"ratio at p50 {spread(ratios[50])}, at p99 of all scans {ratio_p99:.3f}")
    return close_with(
        ratio_p50=sorted(ratios[50])[rounds // 2],
        ratio_p99=ratio_p99,
        p50_ms=percentile(ours_all, 50),
        p99_ms=percentile(ours_all, 99),
        control_p50_ms=percentile(raw_all, 50),
        control_p99_ms=percentile(raw_all, 99),
        scans=len(ours_all),
        lines=lines,
        engine=sqlcipher3.sqlite_version,
    )


def _one_round(store: Store, control: _Control, codes: list[str]) -> tuple[list[float], list[float]]:
    """Ours and the control take turns, scan by scan, so that the machine's moods meet both."""
    ours, raw = [], []
    for code in codes:
        time.sleep(PAUSE_SECONDS)
        ours.append(_until_committed(store, Receive(code)))
        rows = control.rows_of_last(store)
        time.sleep(PAUSE_SECONDS)
        raw.append(_timed(lambda rows=rows: control.write(rows)))  # type: ignore[misc]
    return ours, raw


def _until_committed(store: Store, command: Receive) -> float:
    """From the command's submission to its commit, in ms; as at a desk, the future's callback tells of the commit."""
    done: SimpleQueue[float] = SimpleQueue()
    begin = time.perf_counter()
    future = store.writer.submit(command)
    future.add_done_callback(lambda _: done.put(time.perf_counter()))
    end = done.get()
    result = future.result()
    if not isinstance(result, CrateIn):
        raise TypeError(f"the scan was not received: {result}")
    return (end - begin) * 1000


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1000


def _crate(number: int) -> str:
    return f"ABC{number:04d}"


def _book(folder: Path, lines: int, clock: StoryClock) -> Store:
    """A point's book with ``lines`` order lines, two to a crate."""
    store = Store(folder, clock)
    store.writer.do(_Own())
    goods = [
        line(str(n), crate=_crate(n // 2), zone=ZONES[n // 2 % len(ZONES)], buyer=f"b{n // 3}")
        for n in range(lines)
    ]
    manifests = (manifest(goods[at : at + 1000], trip=f"T{at}", day=DAY) for at in range(0, lines, 1000))
    store.writer.do(Record((policy(), *manifests)))
    return store


class _Own:
    def perform(self, book: object) -> None:
        book.put("point", POINT)  # type: ignore[attr-defined]


class _Control:
    """The bare engine on a book of the same content: one transaction with the same rows as the last scan of ours."""

    def __init__(self, store: Store, folder: Path) -> None:
        store.close()
        self._connection = connect(folder / "book.db", store.key)
        self._reader: Reader | None = None
        self._last = 0

    def rows_of_last(self, store: Store) -> list[tuple[str, tuple[object, ...]]]:
        """The statements that write what ours just wrote: the fact, its moves, both sides of the stock."""
        if self._reader is None:
            self._reader = store.reader()
        reader = self._reader
        fact = reader.one("SELECT * FROM facts ORDER BY id DESC LIMIT 1")
        assert fact is not None
        assert fact[0] != self._last, "the scan recorded nothing"
        self._last = fact[0]
        marks = ", ".join("?" * len(fact))
        found: list[tuple[str, tuple[object, ...]]] = [(f"INSERT INTO facts VALUES ({marks})", fact)]
        for move in reader.rows("SELECT * FROM moves WHERE fact = ? ORDER BY id", (fact[0],)):
            found.append(("INSERT INTO moves VALUES (?, ?, ?, ?, ?, ?)", move))
            _, _, lot, pieces, source, target = move
            found.append((_ADD, (lot, source, -pieces)))
            found.append((_ADD, (lot, target, pieces)))
        return found

    def write(self, rows: list[tuple[str, tuple[object, ...]]]) -> None:
        """Look the lot up and write the rows, as a careful hand-written program would."""
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        lot = rows[1][1][2] if len(rows) > 1 else ""
        execute("SELECT * FROM lines WHERE lot = ?", (lot,)).fetchone()
        for sql, params in rows:
            execute(sql, params)
        execute("COMMIT")

    def close(self) -> None:
        """Close both connections."""
        if self._reader is not None:
            self._reader.close()
        self._connection.close()


_ADD = (
    "INSERT INTO stock (lot, place, pieces) VALUES (?, ?, ?)"
    " ON CONFLICT (lot, place) DO UPDATE SET pieces = pieces + excluded.pieces"
)
