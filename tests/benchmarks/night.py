"""A station's whole night: four PCs sort 9,400 pieces for 550 points through one host, against one PC without a hub.

Each PC is a process with the whole counter, its window offscreen, its book and its sync loop; the host is the real one,
a process with its encrypted hub, on loopback. A scan is timed on the Qt thread: label → command → commit on disk →
answer of the page 分拣. In the middle of the night the last PC is cut off while the others scan 2,000 pieces;
the time until it has heard them all is its catch-up. At the end every book must hold the same pieces in the same
places. The night runs some sixty times faster than a real one.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import psutil

from app.domain import events as e
from app.domain import night as n
from app.domain.clock import SystemClock, business_day
from app.domain.codec import encode
from app.domain.goods import Count
from app.hub import platform
from app.hub.host import LOOPBACK, Host
from app.hub.host_folder import PlaceAbove, hub_of, make
from app.sandbox.night_teller import told
from app.sandbox.station_story import StationNight, piece_labels, station_night
from app.store.keys import load_or_make
from tests.benchmarks.measure import close_with, percentile

PCS = 4
EDGE = 1_000
"""The first and the last so many scans of the night are compared."""
CONTROL = 500
IDLE_SECONDS = 8.0
BOARDS = 40
"""The board is refreshed so often in the middle of the night and at its end."""


@dataclass(frozen=True)
class Options:
    """What can be chosen."""

    pieces: int
    points: int
    outage: int
    rate: float


def main(argv: list[str]) -> int:
    """Play the night and print the figures."""
    parser = argparse.ArgumentParser(prog="bench night", description=__doc__)
    parser.add_argument("--pieces", type=int, default=9_400)
    parser.add_argument("--points", type=int, default=550)
    parser.add_argument("--outage", type=int, default=2_000, help="facts that one PC misses")
    parser.add_argument("--rate", type=float, default=10.0, help="scans a second at each PC")
    found = parser.parse_args(argv)
    options = Options(found.pieces, found.points, min(found.outage, found.pieces // 3), found.rate)
    folder = Path(tempfile.mkdtemp(prefix="geyi-bench-"))
    try:
        return _measure(folder, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Desk:
    """A PC in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.night_desk", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._files = 0

    def ask(self, word: str, *more: Any) -> Any:
        """Ask and wait for the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([word, *more]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"a PC has ended while it was asked to {word}")
        return json.loads(line)

    def file(self, content: Any) -> str:
        """A file for what is too long for a line."""
        self._files += 1
        path = self._folder.with_suffix(f".{self._files}.json")
        path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        return str(path)

    def end(self) -> None:
        """Close the program."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)


def _measure(folder: Path, options: Options) -> int:
    day = business_day(SystemClock().now_ms())
    night = station_night(seed=1, county="宾阳县", day=day, points=options.points, pieces=options.pieces)
    labels = [label for line in night.lines for label in piece_labels(line)]
    Random(7).shuffle(labels)
    control = _control(folder, night, labels[: min(CONTROL, len(labels))], options)
    host = _host(folder, night)
    desks = [Desk(folder / f"pc{at}") for at in range(PCS)]
    try:
        with ThreadPoolExecutor(PCS) as pool:
            return _play(Play(pool, desks, host, night.station), night, labels, options, control)
    finally:
        for desk in desks:
            desk.end()
        host.stop()


def _control(folder: Path, night: StationNight, labels: list[str], options: Options) -> list[float]:
    """The same scans at one PC that has no hub and no companions."""
    desk = Desk(folder / "alone")
    desk.ask("alone", night.station)
    desk.ask("hear", desk.file(_rows((*told(night), *_wall(night)))))
    scans = desk.ask("scan", desk.file(labels), options.rate)
    desk.end()
    return [ms for _, ms, _ in scans]


def _host(folder: Path, night: StationNight) -> Host:
    """The station's host, with all that the platform has announced on its feed."""
    clock, home = SystemClock(), folder / "host"
    make(home, clock, PlaceAbove("", "up", "-", 1, night.station, night.name))
    hub = hub_of(home, clock, load_or_make(home, book_exists=True)[0])
    for fact in told(night):
        platform.say(hub, night.station, fact)
    hub.close()
    return Host(home, clock, address=LOOPBACK)


@dataclass(frozen=True)
class Play:
    """The PCs, their host, and a pool from which all are asked at once."""

    pool: ThreadPoolExecutor
    desks: list[Desk]
    host: Host
    station: str

    def each(self, desks: list[Desk], word: str, *more: Any) -> list[Any]:
        """Ask desks the same at once."""
        return list(self.pool.map(lambda desk: desk.ask(word, *more), desks))

    def scan(self, desks: list[Desk], labels: list[str], rate: float) -> list[list[float]]:
        """Deal the labels out and have the desks scan at once."""
        shares = [labels[at :: len(desks)] for at in range(len(desks))]
        pairs = zip(desks, shares, strict=True)
        found = self.pool.map(lambda pair: pair[0].ask("scan", pair[0].file(pair[1]), rate), pairs)
        return [scan for scans in found for scan in scans]

    def settle(self, desks: list[Desk]) -> int:
        """Until the desks have sent all and heard all; the feed's last number."""
        self.each(desks, "send_all")
        feed_n = platform.feed_length(self.host._opened(), self.station)
        self.each(desks, "wait_for", feed_n)
        return feed_n

    @property
    def process(self) -> psutil.Process:
        """The host's process."""
        assert self.host._process is not None
        return psutil.Process(self.host._process.pid)


def _play(play: Play, night: StationNight, labels: list[str], options: Options, control: list[float]) -> int:
    desks, rate = play.desks, options.rate
    url = f"http://{LOOPBACK}:{play.host.start()}"
    for desk in desks:
        desk.ask("join", url, play.host.new_code())
    desks[0].ask("hear", desks[0].file(_rows(_wall(night))))
    play.settle(desks)
    idle = _idle(play)
    half = (len(labels) - options.outage) // 2
    missed = half + options.outage
    begin, cpu = time.perf_counter(), _cpu(play.process)
    scans = play.scan(desks, labels[:half], rate)
    before = play.settle(desks)
    board = desks[0].ask("board", BOARDS)
    desks[-1].ask("go_offline")
    scans += play.scan(desks[:-1], labels[half:missed], rate)
    feed_n = play.settle(desks[:-1])
    last = labels[missed:]
    back = desks[-1].ask("come_back", feed_n, desks[-1].file(last[:200]), rate)
    scans += play.scan(desks, back["left"] + last[200:], rate)
    play.settle(desks)
    cpu, seconds = _cpu(play.process) - cpu, time.perf_counter() - begin
    _check(play, night)
    board += desks[0].ask("board", BOARDS)
    return _report(
        Seen(
            scans=scans,
            control=control,
            back=back,
            board=board,
            missed=feed_n - before,
            seconds=seconds,
            host_cpu=cpu,
            host_idle=idle,
            memory=play.each(desks, "memory"),
            host_memory=play.process.memory_info().rss / 1e6,
        ),
        night,
    )


@dataclass(frozen=True)
class Seen:
    """What was measured."""

    scans: list[list[float]]
    control: list[float]
    back: dict[str, Any]
    board: list[float]
    missed: int
    seconds: float
    host_cpu: float
    host_idle: float
    memory: list[float]
    host_memory: float


def _report(seen: Seen, night: StationNight) -> int:
    times = [ms for _, ms, _ in sorted(seen.scans)]
    cpu = [ms for _, _, ms in sorted(seen.scans)]
    meanwhile = [ms for _, ms, _ in seen.back["scans"]]
    edge = min(EDGE, len(times) // 3)
    control, back_s = seen.control, seen.back["seconds"]
    print(
        f"{len(times)} scans in {seen.seconds:.0f} s: p50 {percentile(times, 50):.1f} ms,"
        f" p95 {percentile(times, 95):.1f} ms, p99 {percentile(times, 99):.1f} ms;"
        f" alone p50 {percentile(control, 50):.1f} ms, p95 {percentile(control, 95):.1f} ms"
    )
    print(
        f"{seen.missed} facts caught up in {back_s:.2f} s, {len(meanwhile)} scans meanwhile with p95"
        f" {percentile(meanwhile, 95):.1f} ms"
    )
    return close_with(
        p95_ms=percentile(times, 95),
        growth_ratio=_growth(times, edge),
        growth_cpu_ratio=_growth(cpu, edge),
        rss_mb=max(seen.memory),
        host_cpu_ms_per_1000=seen.host_cpu * 1e6 / (len(times) + len(meanwhile)),
        catch_up_s=back_s,
        catch_up_cpu_s=seen.back["cpu"],
        catch_up_facts=seen.missed,
        catch_up_scan_p95_ms=percentile(meanwhile, 95),
        board_refresh_p95_ms=percentile(seen.board, 95),
        board_refresh_p50_ms=percentile(seen.board, 50),
        control_p95_ms=percentile(control, 95),
        p95_ratio=percentile(times, 95) / percentile(control, 95),
        p50_ms=percentile(times, 50),
        control_p50_ms=percentile(control, 50),
        host_idle_percent=seen.host_idle,
        host_rss_mb=seen.host_memory,
        scans=len(times),
        pcs=len(seen.memory),
        points=len(night.points),
    )


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _growth(values: list[float], edge: int) -> float:
    """The median of the last scans against that of the first; on a busy machine the CPU says more than the clock."""
    return statistics.median(values[-edge:]) / statistics.median(values[:edge])


def _idle(play: Play) -> float:
    """The host's CPU in percent of one core while all PCs only ask for news."""
    before = _cpu(play.process)
    play.each(play.desks, "idle", IDLE_SECONDS)
    return (_cpu(play.process) - before) / IDLE_SECONDS * 100


def _check(play: Play, night: StationNight) -> None:
    """Every piece is in a crate, in the same one in every book."""
    found = play.each(play.desks, "stock")
    if len({json.dumps(one) for one in found}) != 1:
        raise SystemExit(f"the books differ: {found}")
    if found[0]["crates"] != night.pieces or found[0]["dock"]:
        raise SystemExit(f"{found[0]} of {night.pieces} pieces")


def _rows(facts: tuple[e.Fact, ...]) -> list[tuple[str, str]]:
    return [(type(fact).__name__, encode(fact)) for fact in facts]


def _wall(night: StationNight) -> tuple[e.Fact, ...]:
    """A wall with a slot for each point, and all containers on the dock."""
    routes = night.route_of()
    slots = tuple(
        n.SlotRow(f"{at // 50 + 1}-{at % 50 + 1:02d}", shop.code, routes[shop.code], at // 138)
        for at, shop in enumerate(night.points)
    )
    return (n.WallPlanned(night.day, slots), *_unloaded(night))


def _unloaded(night: StationNight) -> Iterator[e.Fact]:
    goods: dict[str, list[Count]] = {}
    for line in night.lines:
        goods.setdefault(line.container, []).append(Count(line.lot, line.pieces))
    for truck in night.trucks:
        for box in (box for pallet in truck.pallets for box in pallet.containers):
            yield n.ContainersUnloaded(truck.trip, box.label, (box.label,), tuple(goods.get(box.label, ())))
