"""A station's whole night: four PCs sort 9,400 pieces for 550 points through one host, against one PC without a hub.

Each PC is a process with the whole counter, its window offscreen, its book and its sync loop; the host is the real one,
a process with its encrypted hub, on loopback. A scan is timed on the Qt thread: label → command → commit on disk →
answer back on the Qt thread. In the middle of the night the last PC is cut off while the others scan 2,000 pieces;
the time until it has heard them all is its catch-up. At the end every book must hold the same pieces in the same
places. The night runs some eighty times faster than a real one.
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
from app.domain.goods import Count, Zone
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
    parser.add_argument("--rate", type=float, default=12.0, help="scans a second at each PC")
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
    host, feed_n = _host(folder, night)
    desks = [Desk(folder / f"pc{at}") for at in range(PCS)]
    try:
        return _play(desks, host, night, labels, options, control=control, feed_n=feed_n)
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
    return [ms for _, ms in scans]


def _host(folder: Path, night: StationNight) -> tuple[Host, int]:
    """The station's host, with all that the platform has announced on its feed."""
    clock, home = SystemClock(), folder / "host"
    make(home, clock, PlaceAbove("", "up", "-", 1, night.station, night.name))
    hub = hub_of(home, clock, load_or_make(home, book_exists=True)[0])
    for fact in told(night):
        platform.say(hub, night.station, fact)
    feed_n = platform.feed_length(hub, night.station)
    hub.close()
    return Host(home, clock, address=LOOPBACK), feed_n


def _play(
    desks: list[Desk],
    host: Host,
    night: StationNight,
    labels: list[str],
    options: Options,
    *,
    control: list[float],
    feed_n: int,
) -> int:
    url = f"http://{LOOPBACK}:{host.start()}"
    all_at_once = ThreadPoolExecutor(len(desks))
    for desk in desks:
        desk.ask("join", url, host.new_code())
    wall = _rows(_wall(night))
    desks[0].ask("hear", desks[0].file(wall))
    feed_n += len(wall)
    _each(all_at_once, desks, "wait_for", feed_n)
    assert host._process is not None
    process = psutil.Process(host._process.pid)
    idle = _idle(all_at_once, desks, process)

    half = (len(labels) - options.outage) // 2
    parts = (labels[:half], labels[half : half + options.outage], labels[half + options.outage :])
    begin, cpu = time.perf_counter(), _cpu(process)
    scans = _scan(all_at_once, desks, parts[0], options.rate)
    feed_n += len(parts[0])
    _each(all_at_once, desks, "wait_for", feed_n)
    desks[-1].ask("go_offline")
    scans += _scan(all_at_once, desks[:-1], parts[1], options.rate)
    feed_n += len(parts[1])
    _each(all_at_once, desks[:-1], "wait_for", feed_n)
    last = list(parts[2])
    back = desks[-1].ask("come_back", feed_n, desks[-1].file(last[:200]), options.rate)
    last = back["left"] + last[200:]
    scans += _scan(all_at_once, desks, last, options.rate)
    feed_n += len(parts[2])
    _each(all_at_once, desks, "wait_for", feed_n)
    cpu, seconds = _cpu(process) - cpu, time.perf_counter() - begin

    _check(all_at_once, desks, night)
    memory = _each(all_at_once, desks, "memory")
    all_at_once.shutdown()
    scans.sort()
    times = [ms for _, ms in scans]
    edge = min(EDGE, len(times) // 3)
    meanwhile = [ms for _, ms in back["scans"]]
    print(
        f"{len(times)} scans in {seconds:.0f} s: p50 {percentile(times, 50):.1f} ms,"
        f" p95 {percentile(times, 95):.1f} ms, p99 {percentile(times, 99):.1f} ms;"
        f" alone p50 {percentile(control, 50):.1f} ms, p95 {percentile(control, 95):.1f} ms"
    )
    print(
        f"{options.outage} facts caught up in {back['seconds']:.2f} s, {len(meanwhile)} scans meanwhile with p95"
        f" {percentile(meanwhile, 95):.1f} ms"
    )
    return close_with(
        p95_ms=percentile(times, 95),
        growth_ratio=statistics.median(times[-edge:]) / statistics.median(times[:edge]),
        rss_mb=max(memory),
        host_cpu_ms_per_1000=cpu * 1e6 / (len(times) + len(meanwhile)),
        catch_up_s=back["seconds"],
        catch_up_facts=options.outage,
        catch_up_scan_p95_ms=percentile(meanwhile, 95),
        control_p95_ms=percentile(control, 95),
        p95_ratio=percentile(times, 95) / percentile(control, 95),
        p50_ms=percentile(times, 50),
        control_p50_ms=percentile(control, 50),
        host_idle_percent=idle,
        host_rss_mb=process.memory_info().rss / 1e6,
        scans=len(times),
        pcs=len(desks),
        points=len(night.points),
    )


def _each(pool: ThreadPoolExecutor, desks: list[Desk], word: str, *more: Any) -> list[Any]:
    return list(pool.map(lambda desk: desk.ask(word, *more), desks))


def _scan(pool: ThreadPoolExecutor, desks: list[Desk], labels: list[str], rate: float) -> list[list[float]]:
    """Deal the labels out and have all desks scan at once."""
    shares = [labels[at :: len(desks)] for at in range(len(desks))]
    found = pool.map(
        lambda pair: pair[0].ask("scan", pair[0].file(pair[1]), rate), zip(desks, shares, strict=True)
    )
    return [scan for scans in found for scan in scans]


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _idle(pool: ThreadPoolExecutor, desks: list[Desk], process: psutil.Process) -> float:
    """The host's CPU in percent of one core while all PCs only ask for news."""
    before = _cpu(process)
    _each(pool, desks, "idle", IDLE_SECONDS)
    return (_cpu(process) - before) / IDLE_SECONDS * 100


def _check(pool: ThreadPoolExecutor, desks: list[Desk], night: StationNight) -> None:
    """Every piece is in a crate, in the same one in every book."""
    found = _each(pool, desks, "stock")
    if len({json.dumps(one) for one in found}) != 1:
        raise SystemExit(f"the books differ: {found}")
    if found[0]["crates"] != night.pieces or found[0]["dock"]:
        raise SystemExit(f"{found[0]} of {night.pieces} pieces")


def _rows(facts: tuple[e.Fact, ...]) -> list[tuple[str, str]]:
    return [(type(fact).__name__, encode(fact)) for fact in facts]


def _wall(night: StationNight) -> tuple[e.Fact, ...]:
    """A wall with a slot and an open crate for each point, and all containers on the dock."""
    routes = night.route_of()
    slots = tuple(
        n.SlotRow(f"{at // 50 + 1}-{at % 50 + 1:02d}", shop.code, routes[shop.code], at // 138)
        for at, shop in enumerate(night.points)
    )
    opened = tuple(
        n.CrateOpened(f"ZK-{row.slot}", row.slot, row.point, row.route, night.day, Zone.AMBIENT)
        for row in slots
    )
    return (n.WallPlanned(night.day, slots), *opened, *_unloaded(night))


def _unloaded(night: StationNight) -> Iterator[e.Fact]:
    goods: dict[str, list[Count]] = {}
    for line in night.lines:
        goods.setdefault(line.container, []).append(Count(line.lot, line.pieces))
    for truck in night.trucks:
        for box in (box for pallet in truck.pallets for box in pallet.containers):
            yield n.ContainersUnloaded(truck.trip, box.label, (box.label,), tuple(goods.get(box.label, ())))
