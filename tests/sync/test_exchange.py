"""Shops and the hub over real HTTP: what is recorded here arrives there, once, whatever the network does."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain import events as e
from app.domain.clock import StoryClock
from app.domain.goods import Person
from app.hub import platform
from app.hub.hub import Hub
from app.hub.intake import Pace
from app.hub.running import serve
from app.hub.service import make_app
from app.sync.protocol import Elsewhere
from app.sync.pulse import Mood, Trouble
from tests.samples import line, manifest
from tests.sync.world import FAIR, POINT, SLOT, Fault, World
from tests.sync.writes import KeepPhotos, Unjoin

LOTS = [f"DD-{n:04d}" for n in range(40)]


def test_what_one_desk_records_the_other_hears(world: World) -> None:
    world.announce(LOTS)
    here, there = world.shop("a"), world.shop("b")
    here.sync()
    here.receive(*LOTS[:10])
    here.hand_out(LOTS[0])
    world.settle()
    world.agree()
    assert there.stock()[LOTS[0], "buyer:"] == 1
    assert here.pulse.reading.mood is Mood.ONLINE


def test_names_and_entries_elsewhere_travel_apart_from_facts(world: World) -> None:
    shop = world.shop("a")
    people = (Person("b1", "linli", "黄秀英", "3387", "秀英嫂", "13800003387"),)
    platform.announce(world.hub, manifest([line(LOTS[0])]), people)
    platform.tell_elsewhere(
        world.hub, POINT, [Elsewhere("linli", "37-1-9999", "0001", "新桥店", "2026-11-22")]
    )
    shop.sync()
    assert shop.reader.rows("SELECT name, tail FROM people") == [("黄秀英", "3387")]
    assert shop.reader.rows("SELECT code, point FROM elsewhere") == [("37-1-9999", "新桥店")]
    assert not shop.reader.rows("SELECT 1 FROM facts WHERE body LIKE '%黄秀英%'")


def test_people_emptied_on_the_feed_are_not_told_to_a_new_desk(world: World) -> None:
    platform.announce(world.hub, manifest([line(LOTS[0])]), (Person("b1", "linli", "黄秀英", "3387"),))
    platform.forget_people(world.hub, POINT)
    shop = world.shop("a")
    shop.sync()
    assert shop.reader.rows("SELECT * FROM people") == []
    assert shop.reader.get("cursor") == platform.feed_length(world.hub, POINT)


def test_a_piece_handed_out_at_two_desks_is_voided_once_on_both(world: World) -> None:
    world.announce(LOTS[:1], pieces=1)
    here, there = world.shop("a"), world.shop("b")
    here.sync()
    here.receive(LOTS[0], pieces=1)
    world.settle()
    world.relay.set(Fault(down=True))
    first, second = here.hand_out(LOTS[0]), there.hand_out(LOTS[0])
    world.relay.set(FAIR)
    world.settle()
    for shop in (here, there):
        assert shop.voided() == [e.Voided(str(second), "not_there", str(first))]
    world.agree()
    assert here.stock()[LOTS[0], "buyer:"] == 1


def test_an_undo_at_one_desk_shows_at_the_other_and_two_undos_are_one(world: World) -> None:
    world.announce(LOTS[:2])
    here, there = world.shop("a"), world.shop("b")
    here.sync()
    here.receive(*LOTS[:2])
    taken = here.hand_out(LOTS[0])
    world.settle()
    here.record(e.Undone(str(taken), "拿错了"))
    there.record(e.Undone(str(taken), "拿错了"))
    world.settle()
    world.agree()
    assert here.stock()[LOTS[0], f"shelf:{SLOT}"] == 2
    assert here.voided() == []


def test_only_the_platform_says_what_the_platform_says(world: World) -> None:
    world.announce(LOTS[:1])
    here = world.shop("a")
    ruled = here.record(e.RulingGiven("SH-1", "approved", 1, 100_000))[0]
    world.settle()
    assert here.voided() == [e.Voided(str(ruled), "not_yours")]


def test_a_lost_answer_is_asked_again_and_nothing_is_doubled(world: World) -> None:
    world.announce(LOTS)
    here, _ = world.shop("a"), world.shop("b")
    here.sync()
    here.receive(*LOTS)
    world.relay.set(Fault(lose_answer=1.0))
    assert here.step() > 0
    assert here.unsent == 1
    assert here.pulse.reading.mood is Mood.OFFLINE
    world.settle()
    world.agree()


@pytest.mark.parametrize("seed", [1, 2])
def test_thousands_of_facts_through_a_network_that_loses_requests_and_answers(
    world: World, seed: int
) -> None:
    world.announce(LOTS, pieces=100)
    here, _ = world.shop("a"), world.shop("b")
    world.settle()
    world.relay.set(Fault(lose_request=0.08, lose_answer=0.15, duplicate=0.05))
    here.receive(*LOTS, pieces=100)
    for at in range(seed, seed + 30):
        here.record(*(e.ReminderCopied((LOTS[(at + n) % 40],)) for n in range(100)))
        for shop in world.shops:
            shop.step()
    world.settle()
    world.agree()
    assert len(world.held()) == 3001
    done = world.relay.counters.done
    assert done.get("lose_request", 0) + done.get("lose_answer", 0) > 3


def test_a_cloned_book_goes_on_in_its_own_epoch_and_both_tails_arrive(world: World, tmp_path: Path) -> None:
    world.announce(LOTS)
    here = world.shop("a")
    here.sync()
    here.receive(*LOTS[:10])
    here.sync()
    aside = tmp_path / "clone"
    here.back_up(aside)
    for lot in LOTS[:4]:
        here.hand_out(lot)
    here.sync()
    sent = here.bodies()
    here.restore(aside)
    first = here.hand_out(LOTS[5])
    here.record(e.Undone(str(first), "拿错了"))
    here.hand_out(LOTS[6])
    here.sync()
    world.agree()
    assert here.reader.get("epoch") == 2
    assert len(here.bodies()) == len(sent) + 3
    assert here.stock()[LOTS[6], "buyer:"] == 1
    assert (LOTS[5], "buyer:") not in here.stock()


def test_a_restored_backup_gets_its_own_lost_facts_back_from_the_feed(world: World, tmp_path: Path) -> None:
    world.announce(LOTS)
    here = world.shop("a")
    here.receive(*LOTS[:10])
    here.sync()
    aside = tmp_path / "backup"
    here.back_up(aside)
    here.hand_out(LOTS[1])
    here.sync()
    whole = here.bodies()
    here.restore(aside)
    here.sync()
    assert here.bodies() == whole
    world.agree()


def test_facts_recorded_before_joining_go_along(world: World) -> None:
    shop = world.shop("a")
    shop.store.writer.do(Unjoin())
    receipt = shop.receive(LOTS[0])
    shop.record(e.Undone(str(receipt), "试"))
    assert receipt.device == "local"
    shop.join("again")
    shop.sync()
    assert shop.reader.value("SELECT body FROM facts WHERE kind = 'Undone'") == (
        f'{{"of":"{shop.device}.1.1","reason":"试"}}'
    )
    world.agree()


def test_pictures_go_up_once(world: World) -> None:
    shop = world.shop("a")
    shop.store.writer.do(KeepPhotos((b"\xff\xd8one", b"\xff\xd8two")))
    shop.sync()
    assert shop.reader.value("SELECT count(*) FROM photos WHERE sent_ms = 0") == 0
    with world.hub.engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM photos").scalar() == 2


def test_a_hub_restored_from_an_old_backup_is_filled_again(world: World) -> None:
    world.announce(LOTS)
    here = world.shop("a")
    here.receive(*LOTS[:10])
    here.sync()
    copy = world.folder / "hub-old.db"
    with world.hub.engine.connect() as connection:
        connection.connection.driver_connection.execute(f"VACUUM INTO '{copy}'")  # type: ignore[union-attr]
    here.hand_out(LOTS[1])
    here.hand_out(LOTS[2])
    here.sync()
    world.running.stop()
    world.hub.close()
    world.hub = Hub(f"sqlite:///{copy}", world.clock)
    world.running = serve(make_app(world.hub))
    world.relay.aim(port=world.running.port)
    here.monotonic += 1000
    here.hand_out(LOTS[3])
    here.sync()
    world.agree()


def test_a_signed_out_device_keeps_its_facts_and_says_so(world: World) -> None:
    shop = world.shop("a")
    world.hub.sign_out(shop.device)
    shop.record(e.ReminderCopied(("x",)))
    assert shop.step() == 300
    assert shop.pulse.reading.mood is Mood.SIGNED_OUT
    assert shop.unsent == 1


def test_a_wrong_clock_is_noticed_and_its_facts_keep_the_right_day(world: World) -> None:
    shop = world.shop("a")
    fair = world.clock.now_ms()
    ahead = StoryClock(fair + 86_400_000)
    shop.engine._clock = ahead
    shop.step()
    assert shop.pulse.reading.clock_is_wrong
    assert shop.reader.get("skew_ms") == 86_400_000


def test_the_platform_steers_how_much_is_sent(world: World) -> None:
    shop = world.shop("a")
    world.hub.pace = Pace(next_ms=7_000, max_events=10)
    assert shop.step() == 7.0
    shop.record(*(e.ReminderCopied((lot,)) for lot in LOTS))
    assert shop.step() == 0.0
    assert shop.unsent == 30
    assert shop.pulse.reading.trouble is Trouble.NONE
