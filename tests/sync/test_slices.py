"""News of hours are recorded in short slices, each with its cursor; clashes that they bring are told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Event
from typing import Any

from app.domain import events as e
from app.store.book import Book
from app.store.clashes import Clash, Clashes
from app.sync.inbox import KeepAnswer
from app.sync.outbox import Outbox
from app.sync.protocol import Answer
from tests.samples import DAY, Record
from tests.sync.world import FAIR, Fault, Shop, World

LOTS = [f"DD-{n:04d}" for n in range(30)]


def news_for(shop: Shop) -> KeepAnswer:
    """What the hub has to say to a shop, to be recorded one item at a time."""
    outbox = Outbox(shop.reader)
    standing = outbox.standing()
    answer: Answer = shop.door.push(outbox.batch(standing, most=500))
    return KeepAnswer(answer, (standing.device, standing.epoch), None, seconds=0.0, least=1)


def test_each_slice_moves_the_cursor_with_what_it_recorded(world: World) -> None:
    world.announce(LOTS)
    here, there = world.shop("a"), world.shop("b")
    here.sync()
    there.sync()
    here.record(*(e.ReminderCopied((lot,)) for lot in LOTS))
    here.sync()
    before, keep = there.reader.get("cursor"), news_for(there)
    for done in range(1, len(LOTS)):
        came_to = there.store.writer.do(KeepAnswer(keep.answer, keep.place, None, before + done - 1, 0.0, 1))
        assert came_to == there.reader.get("cursor") == before + done
        assert len(there.facts()) == done
    there.restart()  # in the middle of it: the rest comes with the next exchange
    world.settle()
    world.agree()


def test_an_answer_to_another_place_is_not_recorded(world: World) -> None:
    world.announce(LOTS[:2])
    shop = world.shop("a")
    keep = news_for(shop)
    old = shop.device
    shop.join("again")
    assert shop.device != old
    assert shop.store.writer.do(keep) == keep.answer.cursor
    assert shop.reader.get("cursor") == 0
    shop.sync()
    world.agree()


def test_the_engine_asks_until_all_slices_are_recorded(world: World) -> None:
    world.announce(LOTS)
    here, there = world.shop("a"), world.shop("b")
    here.record(*(e.ReminderCopied((lot,)) for lot in LOTS))
    here.sync()
    there.sync()
    slices: list[KeepAnswer] = []
    here.record(*(e.ReminderCopied((lot,)) for lot in LOTS))
    here.sync()
    writer: Any = there.engine._writer
    do = writer.do
    writer.do = lambda command: do(_thin(command, slices))
    there.sync()
    assert len(slices) >= len(LOTS)
    world.agree()


@dataclass(frozen=True)
class Hold:
    """Keep the writer until others are in its queue."""

    until: Event

    def perform(self, book: Book) -> None:
        self.until.wait()


def test_a_slice_ends_as_soon_as_a_scan_waits(world: World) -> None:
    here, there = world.shop("a"), world.shop("b")
    here.record(*(e.ReminderCopied((f"lot-{n}",)) for n in range(60)))
    here.sync()
    keep, queued = news_for(there), Event()
    news = KeepAnswer(keep.answer, keep.place, None, seconds=60.0, least=5)
    writer = there.store.writer
    writer.submit(Hold(queued))
    first = writer.submit(news)
    scan = writer.submit(Record((e.ReminderCopied(("scan",)),)))
    queued.set()
    assert first.result() == keep.answer.feed[4].n
    assert len(scan.result()) == 1
    assert writer.do(replace(news, after=first.result())) == keep.answer.cursor
    there.sync()
    world.settle()
    world.agree()


def _thin(command: Any, seen: list[KeepAnswer]) -> Any:
    if not isinstance(command, KeepAnswer):
        return command
    seen.append(command)
    return KeepAnswer(command.answer, command.place, command.skew_ms, command.after, 0.0, 1)


def told(shop: Shop) -> list[Clash]:
    """What a page of this shop would say to the people before it."""
    return Clashes(shop.reader, room="test", kinds=("PickedUp",)).look(day=DAY)


def test_only_the_desk_that_lost_is_told(world: World) -> None:
    world.announce(LOTS[:1], pieces=1)
    here, there = world.shop("a"), world.shop("b")
    here.sync()
    here.receive(LOTS[0], pieces=1)
    world.settle()
    world.relay.set(Fault(down=True))
    first, second = here.hand_out(LOTS[0]), there.hand_out(LOTS[0])
    world.relay.set(FAIR)
    world.settle()
    assert told(here) == []
    (clash,) = told(there)
    assert (clash.of, clash.reason, clash.winner) == (second, "not_there", str(first))
    there.restart()
    assert told(there) == [clash]


def test_what_the_desk_has_taken_back_itself_is_no_clash(world: World) -> None:
    world.announce(LOTS[:1], pieces=1)
    here, there = world.shop("a"), world.shop("b")
    here.sync()
    here.receive(LOTS[0], pieces=1)
    world.settle()
    world.relay.set(Fault(down=True))
    here.hand_out(LOTS[0])
    second = there.hand_out(LOTS[0])
    there.record(e.Undone(str(second), "错了"))
    world.relay.set(FAIR)
    world.settle()
    assert len(there.voided()) == 1
    assert told(there) == []
    world.agree()
