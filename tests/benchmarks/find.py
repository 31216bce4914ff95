"""Find a buyer by code, QR content, tail, name and initials over 100,000 order lines of an encrypted book.

A search is what the page does: read the box, look the person up over all platforms, and read all that waits for them.
Each search is for somebody else, so that no answer is remembered.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import sqlcipher3

from app.domain import events as e
from app.domain.clock import StoryClock, day_after
from app.domain.clock import at as at_clock
from app.domain.goods import Count, CrateNote, Line, Person, Zone
from app.domain.pinyin import initials
from app.pickup import queries
from app.pickup.queries import Found
from app.sandbox.people import villagers
from app.store.book import Book
from app.store.connection import Reader
from app.store.opening import Store
from tests.benchmarks.measure import close_with, percentile
from tests.samples import DAY, POINT, Keep, Record, morning, policy

ZONES = (Zone.AMBIENT, Zone.AMBIENT, Zone.FRESH, Zone.CHILLED, Zone.FROZEN)
LINES_A_BUYER, LINES_A_VISIT = 25, 5
HERE = 1_500
"""Lines that stand on the shelves: three busy days of a large shop."""
DAYS = 90


def main(argv: list[str]) -> int:
    """Run the rounds and print the percentiles."""
    parser = argparse.ArgumentParser(prog="bench find", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--searches", type=int, default=60, help="searches of each kind in each round")
    parser.add_argument("--lines", type=int, default=100_000)
    options = parser.parse_args(argv)
    folder = Path(tempfile.mkdtemp(prefix="geyi-bench-"))
    try:
        return _measure(folder, rounds=options.rounds, searches=options.searches, lines=options.lines)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(folder: Path, *, rounds: int, searches: int, lines: int) -> int:
    clock = morning()
    store = _book(folder / "book", lines, clock)
    reader = store.reader()
    people = _people(lines)
    kinds = _asked(lines)
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    rng = Random(7)
    for at in range(rounds):
        for kind, ask in kinds.items():
            asked = [ask(rng.randrange(len(people)), people) for _ in range(searches)]
            times[kind] += [_timed(reader, text, clock.now_ms()) for text in asked]
        p95s = ", ".join(f"{kind} {percentile(found[-searches:], 95):.2f}" for kind, found in times.items())
        print(f"round {at + 1}: p95 in ms: {p95s}")
    matched = reader.value("SELECT count(*) FROM lines"), reader.value("SELECT count(*) FROM people")
    reader.close()
    store.close()
    together = [ms for found in times.values() for ms in found]
    return close_with(
        p95_ms=percentile(together, 95),
        worst_kind_p95_ms=max(percentile(found, 95) for found in times.values()),
        **{f"{kind}_p95_ms": percentile(found, 95) for kind, found in times.items()},
        p50_ms=percentile(together, 50),
        searches=len(together),
        lines=matched[0],
        people=matched[1],
        engine=sqlcipher3.sqlite_version,
    )


def _timed(reader: Reader, text: str, now_ms: int) -> float:
    """From the text in the box to all that the page shows, in ms."""
    begin = time.perf_counter()
    found = queries.find(reader, text, now_ms=now_ms)
    if isinstance(found, Found) and len(found.neighbours) == 1:
        queries.visit(reader, found.neighbours[0], now_ms=now_ms)
    return (time.perf_counter() - begin) * 1000


def _asked(lines: int) -> dict[str, Callable[[int, list[Person]], str]]:
    """What is typed or scanned for the n-th person, by kind of search."""
    return {
        "code": lambda n, people: _code(_first_line_of(n, lines)),
        "qr": lambda n, people: f"https://take.example/p?t=9&code={_code(_first_line_of(n, lines) + 3)}",
        "tail": lambda n, people: people[n].tail,
        "name": lambda n, people: people[n].name,
        "part_of_name": lambda n, people: people[n].name[1:],
        "initials": lambda n, people: initials(people[n].name),
        "two_initials": lambda n, people: initials(people[n].name)[:2],
        "unknown_code": lambda n, people: f"{n:04}-{n:04}-{n:04}",
        "unknown_name": lambda n, people: f"欧阳{chr(0x4E00 + n)}",
    }


def _people(lines: int) -> list[Person]:
    count = lines // LINES_A_BUYER
    names = villagers(seed=5, point=POINT, count=count)
    return [
        Person(f"b{n}", "linli", one.name, one.tail, one.nickname if n % 2 else "")
        for n, one in enumerate(names)
    ]


def _code(number: int) -> str:
    return f"{number // 10_000 % 90 + 10}-{number % 9 + 1}-{number % 10_000:04}"


def _first_line_of(person: int, lines: int) -> int:
    """The first line of a person's last visit."""
    buyers = lines // LINES_A_BUYER
    return ((LINES_A_BUYER // LINES_A_VISIT - 1) * buyers + person) * LINES_A_VISIT


def _book(folder: Path, lines: int, clock: StoryClock) -> Store:
    """A shop's book over three months: most was fetched, the last days' goods stand on the shelves."""
    store = Store(folder, clock)
    store.writer.do(_Own())
    store.writer.do(Record((policy(),)))
    now_ms = clock.now_ms()
    for at in range(0, lines, 1000):
        store.writer.do(_Van(at, min(1000, lines - at), lines, clock))
    clock.move_to(now_ms)
    store.writer.do(Keep(tuple(_people(lines))))
    return store


@dataclass(frozen=True)
class _Van:
    """One van's worth of lines, announced, received, and fetched by each buyer at a moment of their own."""

    at: int
    count: int
    lines: int
    clock: StoryClock

    def perform(self, book: Book) -> None:
        goods = [_line(n, self.lines) for n in range(self.at, self.at + self.count)]
        day = day_after(DAY, -((self.lines - self.at - 1) * DAYS // self.lines))
        trip = f"T{self.at}"
        self.clock.move_to(at_clock(day, "08:00"))
        crates = (CrateNote(f"C{self.at}", Zone.AMBIENT),)
        book.record(e.GoodsAnnounced("linli", trip, POINT, day, crates, tuple(goods)))
        here = [Count(line.lot, line.pieces, f"A-{n % 30 + 1:02}") for n, line in enumerate(goods)]
        book.record(e.GoodsReceived(trip, tuple(here)))
        for first in range(0, min(self.count, self.lines - HERE - self.at), LINES_A_VISIT):
            self.clock.advance(seconds=40)
            book.record(e.PickedUp(goods[first].buyer, tuple(here[first : first + LINES_A_VISIT])))


def _line(number: int, lines: int) -> Line:
    """Everybody comes once a cycle and takes some lines of it."""
    return Line(
        lot=f"L{number}",
        order=f"D{number // LINES_A_VISIT}",
        crate=f"C{number // 20}",
        product=f"商品 {number % 800}",
        barcode=f"69{number % 800:011}",
        category="日用",
        zone=ZONES[number % len(ZONES)],
        pieces=number % 3 + 1,
        paid_fen=495,
        buyer=f"b{number // LINES_A_VISIT % (lines // LINES_A_BUYER)}",
        code=_code(number),
    )


class _Own:
    def perform(self, book: Book) -> None:
        book.put("point", POINT)


if __name__ == "__main__":
    raise SystemExit(main([]))
