"""The facts of routing: what they leave in the tables, and that a replay leaves the same again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from app.domain import events as e
from app.domain.codec import Recorded, encode
from app.domain.ids import FactId
from app.store import upgrade
from app.store.book import PLATFORM_DEVICE, Book
from app.store.connection import connect
from app.store.opening import Store
from tests.samples import DAY, Record, morning

TABLES = (
    "vans", "drivers", "stops", "fixed_routes", "ride_rules", "plan_routes", "plan_stops", "arrivals",
)  # fmt: skip


def route(name: str, van: str, *points: str) -> e.PlannedRoute:
    """A route that leaves at seven and is at a point each ten minutes."""
    stops = tuple(e.PlannedStop(point, 25_200 + at * 600, 10 + at, 2) for at, point in enumerate(points, 1))
    return e.PlannedRoute(name, van, "d1", "韦师傅", "1-2", 25_200, 30_000, 42_000, stops)


FACTS: tuple[e.Fact, ...] = (
    e.VanSet("桂A1", "1号车", 350, 60, cold=True, fen_per_km=120, fen_per_day=15_000),
    e.VanSet("桂A2", "2号车", 350, 60),
    e.VanSet("桂A1", "大车", 400, 60),
    e.VanRetired("桂A2"),
    e.DriverSet("d1", "韦师傅", "桂A1", 21_600, 43_200, ("民范村",)),
    e.DriverSet("d2", "黄师傅", "", 21_600, 43_200),
    e.DriverRetired("d2"),
    e.StopSet(
        "BY-1", "小卖部", "民范村", "新桥镇", 23_200_000, 108_800_000, guessed=True, forbidden=("桂A1",)
    ),
    e.StopSet("BY-2", "粮油店", "", "", 0, 0, guessed=False),
    e.StopRetired("BY-2"),
    e.RouteTableSet((e.FixedStop("BY-1", "桂A1"), e.FixedStop("BY-2", "桂A1"))),
    e.RouteTableSet((e.FixedStop("BY-1", "桂A1"),)),
    e.RideRuleSet("r1", "together", ("BY-1", "BY-2")),
    e.RideRuleSet("r2", "locked", ("BY-1",), "桂A1"),
    e.RideRuleDropped("r2"),
    e.PlanAdopted(DAY, (route("1", "桂A1", "BY-9"),)),
    e.PlanAdopted(DAY, (route("1", "桂A1", "BY-1", "BY-2"), route("2", "桂A2", "BY-1")), roads="learned"),
    e.ArrivalNoted(DAY, "1", "", 25_260),
    e.ArrivalNoted(DAY, "1", "BY-1", 25_900),
    e.ArrivalNoted(DAY, "1", "BY-1", 25_950),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An open book that has heard all of it."""
    opened = Store(tmp_path, morning())
    opened.writer.do(Record(FACTS))
    yield opened
    opened.close()


def rows(store: Store, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query."""
    reader = store.reader()
    found = reader.rows(sql)
    reader.close()
    return found


def test_the_last_word_on_a_van_counts_and_a_retired_one_is_gone(store: Store) -> None:
    assert rows(store, "SELECT van, name, pieces, cold FROM vans") == [("桂A1", "大车", 400, 0)]
    assert rows(store, "SELECT driver, villages FROM drivers") == [("d1", '["民范村"]')]
    assert rows(store, "SELECT point, guessed, forbidden, unloading_s FROM stops") == [
        ("BY-1", 1, '["桂A1"]', 120)
    ]
    assert rows(store, "SELECT point, route FROM fixed_routes") == [("BY-1", "桂A1")]
    assert rows(store, "SELECT rule, kind, points FROM ride_rules") == [("r1", "together", '["BY-1","BY-2"]')]


def test_the_plan_adopted_last_is_the_plan_of_the_day_with_a_split_point_twice(store: Store) -> None:
    assert rows(store, "SELECT route, stops, pieces, crates, roads FROM plan_routes ORDER BY route") == [
        ("1", 2, 23, 4, "learned"),
        ("2", 1, 11, 2, "learned"),
    ]
    assert rows(store, "SELECT point, route, seq, van, arrival_s FROM plan_stops ORDER BY route, seq") == [
        ("BY-1", "1", 1, "桂A1", 25_800),
        ("BY-2", "1", 2, "桂A1", 26_400),
        ("BY-1", "2", 1, "桂A2", 25_800),
    ]


def test_an_arrival_noted_again_is_corrected(store: Store) -> None:
    found = rows(store, "SELECT point, at_s FROM arrivals ORDER BY point")
    assert found == [("", 25_260), ("BY-1", 25_950)]


@dataclass(frozen=True)
class Hear:
    """A fact of the platform."""

    fact: e.Fact
    seq: int

    def perform(self, book: Book) -> None:
        """Enter it as the feed would."""
        known = FactId(PLATFORM_DEVICE, 1, self.seq)
        book.hear(
            Recorded(known, book.clock.now_ms(), 0, DAY, "", type(self.fact).__name__, encode(self.fact))
        )


def test_what_the_station_said_of_a_point_is_not_overwritten_by_the_platform(store: Store) -> None:
    told = e.StopSet("BY-7", "平台叫法", "村", "镇", 23_000_000, 108_000_000, guessed=True)
    store.writer.do(Hear(told, 1))
    assert rows(store, "SELECT name, latitude, own FROM stops WHERE point = 'BY-7'") == [
        ("平台叫法", 23_000_000, 0)
    ]
    mine = replace(told, name="我们叫法", latitude=23_111_111, guessed=False, closes_s=36_000)
    store.writer.do(Record((mine,)))
    store.writer.do(Hear(replace(told, name="新名字", latitude=22_000_000), 2))
    found = rows(store, "SELECT name, latitude, guessed, closes_s, own FROM stops WHERE point = 'BY-7'")
    assert found == [("新名字", 23_111_111, 0, 36_000, 1)]
    before, after = store.writer.do(Replay())
    assert before == after


class Replay:
    """Replay all facts and report the tables before and after."""

    def perform(self, book: Book) -> tuple[dict[str, Any], dict[str, Any]]:
        """Both dumps."""
        before = {table: sorted(book.rows(f"SELECT * FROM {table}")) for table in TABLES}
        book.replay()
        return before, {table: sorted(book.rows(f"SELECT * FROM {table}")) for table in TABLES}


def test_a_replay_leaves_the_same_tables(store: Store) -> None:
    before, after = store.writer.do(Replay())
    assert before == after
    assert all(before.values())


def test_a_book_of_the_first_version_is_brought_up_with_its_facts(tmp_path: Path) -> None:
    key, book = os.urandom(32), tmp_path / "book.db"
    upgrade.migrate(book, key, "0001")
    connection = connect(book, key)
    connection.execute("INSERT INTO state (key, value) VALUES ('point', '\"BY-1\"')")
    connection.close()
    upgrade.bring_up(book, key, backups=tmp_path / "backups", now_ms=0)
    connection = connect(book, key)
    assert connection.execute("SELECT value FROM state").fetchall() == [('"BY-1"',)]
    assert [connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in TABLES] == [(0,)] * 8
    connection.close()
    assert upgrade.version_of(book, key) == upgrade.HEAD
