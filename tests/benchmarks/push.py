"""Facts through a real HTTP hub on loopback, both ends power-safe, against a plain service; bytes on the wire per fact.

Each round pushes the same facts through both, one after the other, in changing order, on fresh databases. A relay
counts what passes the socket in both directions, heads included. Ours does its whole work: the book is encrypted, the
hub checks digests, folds the moves, looks for impossible facts and puts the facts on the feed.
"""

from __future__ import annotations

import argparse
import gc
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import sqlcipher3

from app.domain import events as e
from app.domain.clock import StoryClock
from app.domain.codec import GENESIS, Recorded, chained, encode
from app.domain.goods import Count, CrateNote, Line, Zone
from app.domain.ids import FactId
from app.hub import platform
from app.hub.hub import Hub
from app.hub.running import serve
from app.hub.service import make_app
from app.store.book import Book
from app.store.opening import Store
from app.sync.engine import Engine
from app.sync.http import HttpPlatform
from app.sync.inbox import TakePlace
from tests.benchmarks.bytecount import ByteCount
from tests.benchmarks.control_push import ControlClient, make_control
from tests.benchmarks.measure import close_with, spread
from tests.samples import DAY, POINT, TRIP, morning

PREFIXES = ("DD", "MT", "TC")


@dataclass(frozen=True)
class Score:
    """One side of one round."""

    seconds: float
    cpu_seconds: float
    sent: int


def main(argv: list[str]) -> int:
    """Run the rounds and print the ratios."""
    parser = argparse.ArgumentParser(prog="bench push", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--facts", type=int, default=10_000)
    options = parser.parse_args(argv)
    announced, facts = make_day(options.facts)
    ours: list[Score] = []
    control: list[Score] = []
    for at in range(options.rounds):
        for side in (0, 1) if at % 2 else (1, 0):
            folder = Path(tempfile.mkdtemp(prefix="geyi-bench-"))
            try:
                (ours if side else control).append(
                    _ours(folder, announced, facts) if side else _control(folder, facts)
                )
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        print(f"round {at + 1}: ours {_said(ours[-1], facts)}, control {_said(control[-1], facts)}")
    return _report(ours, control, len(facts))


def _said(score: Score, facts: list[tuple[int, e.Fact]]) -> str:
    return (
        f"{score.seconds:.3f} s (cpu {score.cpu_seconds:.3f} s), {score.sent / len(facts):.2f} bytes a fact"
    )


def _report(ours: list[Score], control: list[Score], count: int) -> int:
    ratios = [a.seconds / b.seconds for a, b in zip(ours, control, strict=True)]
    ours_bytes = statistics.median(score.sent for score in ours)
    control_bytes = statistics.median(score.sent for score in control)
    print(f"time ours / control {spread(ratios)}")
    return close_with(
        ratio=statistics.median(ratios),
        ratio_least=min(ratios),
        ratio_most=max(ratios),
        bytes_ratio=ours_bytes / control_bytes,
        bytes_per_fact=ours_bytes / count,
        control_bytes_per_fact=control_bytes / count,
        seconds=statistics.median(score.seconds for score in ours),
        control_seconds=statistics.median(score.seconds for score in control),
        cpu_ratio=statistics.median(
            a.cpu_seconds / b.cpu_seconds for a, b in zip(ours, control, strict=True)
        ),
        facts=count,
        rounds=len(ours),
        engine=sqlcipher3.sqlite_version,
    )


# --- the two sides -----------------------------------------------------------------------------------------


def _ours(folder: Path, announced: list[e.GoodsAnnounced], facts: list[tuple[int, e.Fact]]) -> Score:
    clock = morning()
    hub = Hub(f"sqlite:///{folder / 'hub.db'}", clock)
    hub.add_point(POINT, "村口小店")
    for manifest in announced:
        platform.announce(hub, manifest)
    running = serve(make_app(hub))
    relay = ByteCount(running.port)
    store = Store(folder / "book", clock)
    door = HttpPlatform(relay.url)
    store.writer.do(TakePlace(door.enrol(code=hub.make_enrolment(POINT), device_name="PC", attempt="bench")))
    reader = store.reader()
    engine = Engine(writer=store.writer, reader=reader, platform=door, clock=clock)
    while engine.step() == 0.0:
        pass  # the morning's manifests are heard before the day's facts are made
    store.writer.do(Fill(facts, clock))
    _settle_memory()
    before, begin, cpu = relay.total, time.perf_counter(), time.process_time()
    while engine.step() == 0.0:
        pass
    seconds, cpu_seconds, sent = time.perf_counter() - begin, time.process_time() - cpu, relay.total - before
    count, reading = platform.facts_count(hub, POINT), engine.pulse.reading
    voided = reader.value("SELECT count(*) FROM facts WHERE kind = 'Voided'")
    reader.close()
    store.close()
    door.close()
    relay.stop()
    running.stop()
    hub.close()
    if count != len(facts) or reading.unsent or voided:
        raise SystemExit(f"{count} of {len(facts)} facts arrived, {voided} voided: {reading}")
    return Score(seconds, cpu_seconds, sent)


def _control(folder: Path, facts: list[tuple[int, e.Fact]]) -> Score:
    running = serve(make_control(folder / "service.db"))
    relay = ByteCount(running.port)
    client = ControlClient(folder / "client.db", relay.url)
    client.fill(_recorded(facts))
    _settle_memory()
    begin, cpu = time.perf_counter(), time.process_time()
    client.push_all()
    score = Score(time.perf_counter() - begin, time.process_time() - cpu, relay.total)
    client.close()
    relay.stop()
    running.stop()
    return score


def _settle_memory() -> None:
    """What the benchmark itself holds (a day's facts, many times over) is not what either side collects again."""
    gc.collect()
    gc.freeze()


@dataclass(frozen=True)
class Fill:
    """Record the facts at their times."""

    facts: list[tuple[int, e.Fact]]
    clock: StoryClock

    def perform(self, book: Book) -> None:
        """Put the facts into the outbox as a day at the desk would, without the projections' time."""
        device, epoch, digest = book.get("device"), book.get("epoch"), GENESIS
        rows = []
        for fact in _recorded(self.facts, device):
            digest = chained(digest, fact)
            rows.append(
                (device, epoch, fact.id.seq, fact.at_ms, 0, fact.day, "", fact.kind, fact.body, digest)
            )
        book.run_many(
            "INSERT INTO facts (device, epoch, seq, at_ms, skew_ms, day, operator, kind, body, digest)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        book.put("epoch", epoch)


def _recorded(facts: list[tuple[int, e.Fact]], device: str = "2f1c9a7e") -> Iterator[Recorded]:
    for seq, (at_ms, fact) in enumerate(facts, 1):
        yield Recorded(FactId(device, 1, seq), at_ms, 0, DAY, "", type(fact).__name__, encode(fact))


# --- a busy day --------------------------------------------------------------------------------------------


def make_day(count: int) -> tuple[list[e.GoodsAnnounced], list[tuple[int, e.Fact]]]:
    """Manifests and about a real mix of facts: crates and goods come, some are moved, most are handed out."""
    random = Random(20261122)
    lots = [f"{PREFIXES[n % 3]}-261122-{n:05d}" for n in range(count * 2)]
    lines = [
        Line(lot, f"o{n}", f"ABC{n // 8:03d}", "土鸡蛋 30 枚", "6901234567892", "fresh", Zone.FRESH, 4, 1980,
             f"b{random.getrandbits(28):07x}", f"37-1-{n % 10_000:04d}")
        for n, lot in enumerate(lots)
    ]  # fmt: skip
    crates = tuple(CrateNote(f"ABC{n:03d}", Zone.FRESH) for n in range(len(lots) // 8))
    announced = [e.GoodsAnnounced("linli", TRIP, POINT, DAY, crates[:1], tuple(lines[at : at + 5_000]))
                 for at in range(0, len(lines), 5_000)]  # fmt: skip
    return announced, list(_facts(random, lines, count))


def _facts(random: Random, lines: list[Line], count: int) -> Iterator[tuple[int, e.Fact]]:
    at_ms, made, to_come = morning().now_ms(), 0, iter(lines)
    waiting: list[tuple[Line, str, int]] = []
    while made < count:
        at_ms += int(random.expovariate(1 / 20_000)) + 700
        made += 1
        if made % 4 == 1 or len(waiting) < 30:
            yield at_ms, _receipt(random, to_come, waiting)
        elif random.random() < 0.12:
            yield at_ms, _shelved(random, waiting)
        else:
            yield at_ms, _picked(random, waiting)


def _slot(random: Random) -> str:
    return f"{random.choice('ABCDEF')}-{random.randint(1, 24):02d}"


def _receipt(random: Random, to_come: Iterator[Line], waiting: list[tuple[Line, str, int]]) -> e.Fact:
    lines = [line for _, line in zip(range(random.choice((1, 3, 4, 6))), to_come, strict=False)]
    goods = [(line, _slot(random), line.pieces) for line in lines]
    waiting += goods
    counts = tuple(Count(line.lot, pieces, slot) for line, slot, pieces in goods)
    if len(lines) == 1:
        return e.GoodsReceived(TRIP, counts)
    return e.CrateReceived(TRIP, lines[0].crate, counts)


def _shelved(random: Random, waiting: list[tuple[Line, str, int]]) -> e.Fact:
    at = random.randrange(len(waiting))
    line, slot, pieces = waiting[at]
    to = _slot(random)
    waiting[at] = (line, to, pieces)
    return e.Shelved((Count(line.lot, pieces, slot),), to)


def _picked(random: Random, waiting: list[tuple[Line, str, int]]) -> e.Fact:
    taken = [waiting.pop(random.randrange(len(waiting))) for _ in range(random.choice((1, 1, 1, 2, 3)))]
    goods = tuple(Count(line.lot, pieces, slot) for line, slot, pieces in taken)
    return e.PickedUp(taken[0][0].buyer, goods, found_by=random.choice(("tail", "code", "tail", "name")))
