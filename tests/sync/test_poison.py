"""One bad fact, on either side, never stops the queue and is never lost."""

from __future__ import annotations

import pytest

from app.domain import events as e
from app.domain.codec import Recorded
from app.hub import intake, platform
from app.hub.ruling import Entry
from app.sync.pulse import Mood, Trouble
from app.sync.suspicion import Suspicion
from tests.sync.world import POINT, World
from tests.sync.writes import Damage, RecordBare, Tear


def notes(count: int, word: str = "x") -> list[e.ReminderCopied]:
    return [e.ReminderCopied((f"{word}{n}",)) for n in range(count)]


def test_a_fact_of_an_unknown_kind_is_quarantined_and_the_queue_goes_on(world: World) -> None:
    shop = world.shop("a")
    shop.record(*notes(2))
    shop.store.writer.do(RecordBare("FromTheFuture", '{"glow":true}'))
    shop.store.writer.do(RecordBare("PickedUp", '{"buyer":7, "spaced": "out"}'))
    shop.record(*notes(2))
    shop.sync()
    assert shop.reader.get("quarantined").keys() == {"1.3", "1.4"}
    assert shop.pulse.reading.quarantined == 2
    assert platform.quarantined_count(world.hub, POINT) == 2
    assert world.held() == shop.facts()
    assert platform.digest_of(world.hub, shop.device) == shop.digest()[1]


def test_a_fact_on_which_the_platform_chokes_is_found_and_sent_as_bare_bytes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = world.shop("a")
    shop.record(*notes(40), *notes(1, "poison"), *notes(20))
    read = intake._read

    def bug(recorded: Recorded) -> tuple[Entry | None, str]:
        if "poison" in recorded.body:
            raise RuntimeError("a bug of the platform's")
        return read(recorded)

    monkeypatch.setattr(intake, "_read", bug)
    shop.sync()
    assert world.held() == shop.facts()
    assert shop.reader.get("quarantined") == {"1.41": "opaque"}
    assert platform.digest_of(world.hub, shop.device) == shop.digest()[1]
    with world.hub.engine.begin() as connection:
        kept = connection.exec_driver_sql("SELECT canonical FROM quarantine").scalar_one()
    assert b'{"lots":["poison0"]}' in bytes(kept)


def test_a_platform_that_chokes_on_everything_gets_no_fact_as_bare_bytes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = world.shop("a")
    shop.record(*notes(3))
    with monkeypatch.context() as patched:
        patched.setattr(intake, "lock_chain", None)
        for _ in range(30):
            assert shop.step() > 0
        assert shop.pulse.reading.trouble is Trouble.CHOKED
        assert shop.unsent == 3
    shop.sync()
    assert shop.reader.get("quarantined") is None


def test_a_damaged_fact_of_our_own_goes_on_in_a_new_epoch_with_an_alarm(world: World) -> None:
    shop = world.shop("a")
    shop.record(*notes(2))
    shop.sync()
    shop.record(*notes(4, "x-later"))
    shop.store.writer.do(Damage(4))
    shop.restart()
    shop.step()
    shop.step()
    assert shop.pulse.reading.mood is Mood.ALARM
    shop.sync()
    assert world.held() == shop.facts()
    assert shop.reader.get("epoch") == 2
    assert len(shop.facts()) == 6


def test_a_missing_fact_of_our_own_does_not_stop_those_after_it(world: World) -> None:
    shop = world.shop("a")
    shop.record(*notes(5))
    shop.store.writer.do(Tear(1))
    shop.restart()
    shop.sync()
    assert world.held() == shop.facts()
    assert len(shop.facts()) == 4


def test_a_heard_fact_that_the_tables_will_not_take_is_kept_bare(world: World) -> None:
    shop = world.shop("a")
    platform.say(world.hub, POINT, e.StationSent("linli", "T1", "2026-11-22", ()))
    absurd = e.Deducted("KK-1", "linli", "2026-11-22", 10**30, "x")
    platform.say(world.hub, POINT, absurd)
    platform.say(world.hub, POINT, e.Deducted("KK-2", "linli", "2026-11-22", 100, "x"))
    shop.sync()
    assert shop.reader.rows("SELECT deduction FROM deductions") == [("KK-2",)]
    assert shop.reader.value("SELECT count(*) FROM facts WHERE device = '@'") == 3


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 500])
@pytest.mark.parametrize("part", [0.0, 0.4, 0.99])
def test_suspicion_finds_the_one_fact(size: int, part: float) -> None:
    poison, done, suspicion, steps = int(size * part), 0, Suspicion(), 0
    opaque: list[int] = []
    while done < size:
        steps += 1
        assert steps < 60
        limit = suspicion.limit
        count = min(size - done, 500 if limit is None else limit)
        if suspicion.found:
            opaque.append(done)
        elif done <= poison < done + count:
            suspicion.choked(count)
            continue
        suspicion.passed(count)
        done += count
    assert opaque == [poison]
