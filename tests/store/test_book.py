"""The open book: facts once, undo once, heard facts twice, people apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.domain import codec
from app.domain import events as e
from app.domain.codec import Recorded
from app.domain.goods import Count, Person
from app.domain.ids import FactId
from app.domain.places import BUYER
from app.store import writer
from app.store.book import Book
from app.store.connection import Reader
from app.store.opening import Store
from tests.samples import DAY, TRIP, Keep, Record, line, manifest, morning, policy


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path, morning())
    opened.writer.do(Record((policy(), manifest([line("1"), line("2")]))))
    yield opened
    opened.close()


@dataclass(frozen=True)
class Hear:
    recorded: Recorded

    def perform(self, book: Book) -> bool:
        return book.hear(self.recorded)


def _heard(fact: e.Fact, seq: int = 1) -> Recorded:
    return Recorded(FactId("@", 1, seq), 0, 0, DAY, "", type(fact).__name__, codec.encode(fact))


def _receive_and_hand_out(store: Store) -> FactId:
    count = Count("1", 2, "A-01")
    return store.writer.do(Record((e.GoodsReceived(TRIP, (count,)), e.PickedUp("b1", (count,)))))[-1]


def test_each_fact_carries_the_digest_of_all_before(store: Store) -> None:
    _receive_and_hand_out(store)
    digest = codec.GENESIS
    for row in store.reader().rows(
        "SELECT device, epoch, seq, at_ms, skew_ms, day, operator, kind, body, digest FROM facts ORDER BY seq"
    ):
        digest = codec.chained(digest, Recorded(FactId(*row[:3]), *row[3:9]))
        assert digest == row[9]


def test_a_pickup_earns_commission_and_its_undo_takes_it_back(store: Store) -> None:
    handed = _receive_and_hand_out(store)
    reader = store.reader()
    earned = "SELECT sum(fen) FROM money WHERE account = 'receivable'"
    assert reader.value(earned) == 99
    store.writer.do(Record((e.Undone(str(handed), "拿错了"),)))
    assert reader.value(earned) == 0
    reader.close()


def test_a_second_undo_moves_nothing(store: Store) -> None:
    handed = _receive_and_hand_out(store)
    store.writer.do(Record((e.Undone(str(handed), "拿错了"), e.Undone(str(handed), "再撤一次"))))
    assert store.reader().value("SELECT pieces FROM stock WHERE lot = '1' AND place = ?", (str(BUYER),)) == 0


def test_a_fact_heard_twice_counts_once(store: Store) -> None:
    ruling = _heard(e.StationSent("linli", TRIP, DAY, (Count("1", 2),)))
    assert store.writer.do(Hear(ruling)) is True
    assert store.writer.do(Hear(ruling)) is False


def test_a_fact_of_a_later_version_is_kept_for_later(store: Store) -> None:
    strange = Recorded(FactId("@", 1, 9), 0, 0, DAY, "", "SomethingNew", '{"a":1}')
    assert store.writer.do(Hear(strange)) is True
    assert store.reader().value("SELECT body FROM facts WHERE kind = 'SomethingNew'") == '{"a":1}'


def test_names_stay_out_of_the_facts_and_are_found_by_initials(store: Store) -> None:
    store.writer.do(Keep((Person("b1", "linli", "韦小妹", "6312"),)))
    reader = store.reader()
    assert reader.value("SELECT initials FROM people WHERE tail = '6312'") == "wxm"
    assert reader.value("SELECT count(*) FROM facts WHERE body LIKE '%韦小妹%'") == 0


def test_the_file_tells_nothing_without_the_key(store: Store) -> None:
    store.writer.do(Keep((Person("b1", "linli", "韦小妹", "6312"),)))
    files = [path.read_bytes() for path in store.path.iterdir() if path.name.startswith("book.db")]
    assert files
    for content in files:
        assert "韦小妹".encode() not in content
        assert not content.startswith(b"SQLite format 3")


def test_a_failing_command_leaves_no_trace_and_the_next_one_works(store: Store) -> None:
    class Stumble:
        def perform(self, book: Book) -> None:
            book.record(e.CashMoved(100, "x"))
            raise RuntimeError("stumbled")

    with pytest.raises(RuntimeError):
        store.writer.do(Stumble())
    ids = store.writer.do(Record((e.CashMoved(1, "y"),)))
    assert ids[0].seq == 3
    assert store.reader().value("SELECT count(*) FROM facts WHERE kind = 'CashMoved'") == 1


def test_commands_that_arrive_together_fail_one_by_one(store: Store) -> None:
    class Stumble:
        def perform(self, book: Book) -> None:
            book.record(e.CashMoved(100, "x"))
            raise RuntimeError("stumbled")

    futures = [
        store.writer.submit(Record((e.CashMoved(n + 1, "y"),)) if n % 3 else Stumble()) for n in range(30)
    ]
    errors = sum(future.exception() is not None for future in futures)
    assert errors == 10
    reader = store.reader()
    assert reader.value("SELECT count(*) FROM facts WHERE kind = 'CashMoved'") == 20
    seqs = [seq for (seq,) in reader.rows("SELECT seq FROM facts ORDER BY seq")]
    assert seqs == list(range(1, 23))


@dataclass(frozen=True)
class Replay:
    def perform(self, book: Book) -> tuple[object, object]:
        before = [
            book.rows("SELECT * FROM handed"),
            book.rows("SELECT lot, place, pieces FROM stock ORDER BY 1, 2"),
        ]
        book.replay()
        after = [
            book.rows("SELECT * FROM handed"),
            book.rows("SELECT lot, place, pieces FROM stock ORDER BY 1, 2"),
        ]
        return before, after


def test_an_undoing_that_is_voided_lets_the_pickup_count_again(store: Store) -> None:
    handed = _receive_and_hand_out(store)
    undoing = store.writer.do(Record((e.Undone(str(handed), "拿错了"),)))[0]
    store.writer.do(Hear(_heard(e.Voided(str(undoing), "not_there"), seq=5)))
    reader = store.reader()
    assert reader.value("SELECT pieces FROM stock WHERE lot = '1' AND place = ?", (str(BUYER),)) == 2
    assert reader.value("SELECT undone FROM handed") == 0
    assert reader.value("SELECT sum(fen) FROM money WHERE account = 'receivable'") == 99
    again = store.writer.do(Record((e.Undone(str(handed), "真的拿错了"),)))
    assert again
    assert reader.value("SELECT undone FROM handed") > 0
    before, after = store.writer.do(Replay())
    assert before == after
    reader.close()


def test_a_fact_that_no_table_takes_does_not_stop_a_replay(store: Store) -> None:
    absurd = Recorded(
        FactId("@", 1, 7), 0, 0, DAY, "", "Deducted", codec.encode(e.Deducted("k", "p", DAY, 10**30, "x"))
    )

    class Bare:
        def perform(self, book: Book) -> None:
            book.run(
                "INSERT INTO facts (device, epoch, seq, at_ms, skew_ms, day, operator, kind, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*absurd.id, 0, 0, DAY, "", absurd.kind, absurd.body),
            )

    store.writer.do(Bare())
    before, after = store.writer.do(Replay())
    assert before == after


def test_a_cash_difference_named_twice_is_booked_once(store: Store) -> None:
    named = e.DifferenceNamed("cash/x", DAY, "cash", 0, -300, "count")
    store.writer.do(Record((named, named)))
    assert store.reader().value("SELECT sum(fen) FROM money WHERE account = 'drawer'") == -300


def test_what_is_committed_is_carried_into_the_book_in_a_quiet_moment(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "QUIET_SECONDS", 0)
    store.writer.do(Record((manifest([line(f"x{n}") for n in range(writer.CARRY_AFTER)], trip="T2"),)))
    with closing(store.reader()) as reader:
        assert any(_all_is_carried(store, reader) for _ in range(50))


def _all_is_carried(store: Store, reader: Reader) -> bool:
    """Looks at the log after one more command, so that the quiet moment of the one before is surely over."""
    store.writer.do(Record(()))
    found = reader.one("PRAGMA wal_checkpoint(NOOP)")
    assert found is not None
    _, in_log, carried = found
    return bool(0 < in_log == carried)


@pytest.mark.parametrize(
    ("written", "kept"),
    [("烂了\ud83d两个", "烂了?两个"), ("长" * 1_000_000, "长" * codec.LONGEST_NOTE), ("正好", "正好")],
)
def test_a_note_is_kept_readable_and_of_a_bearable_length(store: Store, written: str, kept: str) -> None:
    store.writer.do(Record((e.DamageFound(TRIP, (Count("1", 1),), written, ("sha",)),)))
    reader = store.reader()
    assert reader.value("SELECT note FROM differences") == kept
    body = reader.value("SELECT body FROM facts WHERE kind = 'DamageFound'")
    assert codec.decode("DamageFound", body) == e.DamageFound(TRIP, (Count("1", 1),), kept, ("sha",))
    reader.close()


def test_half_characters_deep_inside_a_list_do_not_stop_it(store: Store) -> None:
    strange = replace(line("x"), product="蛋\udcff")
    store.writer.do(Record((manifest([strange], trip="T2"),)))
    with closing(store.reader()) as reader:
        assert reader.value("SELECT product FROM lines WHERE lot = 'x'") == "蛋?"
