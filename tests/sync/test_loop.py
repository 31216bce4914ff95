"""The loop's thread: it sends soon after a scan, at once when the network returns, and ends when told."""

from __future__ import annotations

import threading
from random import Random

import pytest

from app.domain import events as e
from app.sync import loop as loop_module
from app.sync.engine import Engine
from app.sync.http import HttpPlatform
from app.sync.loop import Bell, SyncLoop
from app.sync.pulse import Mood, Pulse, Reading, Trouble
from tests.sync.world import FAIR, Fault, Shop, World


class Watch:
    """A pulse that a test can wait on."""

    def __init__(self) -> None:
        self.pulse = Pulse()
        self._changed = threading.Condition()
        self.pulse.listen(self._tell)

    def _tell(self, _: Reading) -> None:
        with self._changed:
            self._changed.notify_all()

    def until(self, mood: Mood, *, unsent: int) -> None:
        """Wait for a reading; fails after a while without it."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._is(mood, unsent), timeout=30)

    def _is(self, mood: Mood, unsent: int) -> bool:
        reading = self.pulse.reading
        return reading.mood is mood and reading.unsent == unsent and bool(reading.now_ms)


def loop_of(shop: Shop, watch: Watch) -> SyncLoop:
    """The shop's loop on its own thread, with a reader of its own there."""

    def make() -> Engine:
        get = shop.reader.get
        door = HttpPlatform(shop.world.relay.url, device=get("device"), secret=get("secret"))
        return Engine(
            writer=shop.store.writer,
            reader=shop.store.reader(),
            platform=door,
            clock=shop.world.clock,
            pulse=watch.pulse,
            random=Random(1),
        )

    return SyncLoop(make)


def test_a_scan_is_sent_soon_and_a_returned_network_at_once(world: World) -> None:
    shop, watch = world.shop("a"), Watch()
    loop = loop_of(shop, watch)
    loop.start()
    watch.until(Mood.ONLINE, unsent=0)
    world.relay.set(Fault(down=True))
    shop.record(e.ReminderCopied(("x",)))
    loop.fact_recorded()
    watch.until(Mood.OFFLINE, unsent=1)
    world.relay.set(FAIR)
    loop.network_returned()
    watch.until(Mood.ONLINE, unsent=0)
    loop.stop()
    assert world.held() == shop.facts()


def test_a_bug_in_an_exchange_does_not_end_the_loop(world: World) -> None:
    shop, watch = world.shop("a"), Watch()
    failed = threading.Event()

    class Buggy(Engine):
        def step(self) -> float:
            if not failed.is_set():
                failed.set()
                raise RuntimeError("a bug")
            return super().step()

    def make() -> Engine:
        get = shop.reader.get
        door = HttpPlatform(world.relay.url, device=get("device"), secret=get("secret"))
        return Buggy(
            writer=shop.store.writer,
            reader=shop.store.reader(),
            platform=door,
            clock=world.clock,
            pulse=watch.pulse,
        )

    loop = SyncLoop(make)
    loop.start()
    assert failed.wait(30)
    loop.network_returned()
    watch.until(Mood.ONLINE, unsent=0)
    loop.stop()


def test_what_rang_before_the_wait_is_heard() -> None:
    bell = Bell()
    bell.at_once()
    bell.wait(3_600, for_facts=True)
    bell.end()
    bell.wait(3_600, for_facts=False)


def test_a_reading_has_one_mood() -> None:
    fair = Reading(now_ms=100_000, last_contact_ms=1)
    assert fair.mood is Mood.ONLINE
    assert Reading().mood is Mood.OFFLINE
    assert Reading(now_ms=100_000, last_contact_ms=1, unsent=1, oldest_ms=1).mood is Mood.BEHIND
    assert Reading(last_contact_ms=1, trouble=Trouble.SIGNED_OUT).mood is Mood.SIGNED_OUT
    assert Reading(last_contact_ms=1, alarm=Trouble.MISMATCH, trouble=Trouble.BUSY).mood is Mood.ALARM


def test_scans_do_not_keep_waiting_news_from_being_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody scans on and on while more of a long feed waits: each part is fetched at once."""
    monkeypatch.setattr(loop_module, "IDLE_SECONDS", 60.0)
    monkeypatch.setattr(loop_module, "LONGEST_GATHERING", 60.0)
    fetched: list[int] = []
    done = threading.Event()

    class LongFeed:
        failing = False

        def step(self) -> float:
            fetched.append(1)
            if len(fetched) < 4:
                loop.fact_recorded()
                return 0.0
            done.set()
            return 60.0

        def network_returned(self) -> None:
            """Nothing is asked of it here."""

        def close(self) -> None:
            """Nothing is kept open."""

    loop = SyncLoop(LongFeed)
    loop.start()
    assert done.wait(20)
    loop.stop()
