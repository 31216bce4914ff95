"""A station's host and its way to the platform: everything once, under the right names, in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain import events as e
from app.domain import night as n
from app.domain.goods import Count, Zone
from app.hub import platform
from app.hub.hub import Seat
from app.sandbox.faults import Fault
from app.sandbox.night_teller import told
from app.store.opening import Store
from app.sync.engine import Engine
from app.sync.inbox import TakePlace
from app.sync.protocol import PLATFORM_DEVICE, Enrolled
from app.sync.pulse import Trouble
from tests.samples import Record
from tests.station import DAY
from tests.sync.lan import FAIR, PC, Lan
from tests.sync.writes import KeepPhotos, RecordBare

DOWN = Fault(down=True)


@pytest.fixture
def lan(tmp_path: Path) -> Iterator[Lan]:
    made = Lan(tmp_path)
    for fact in told(made.night):
        platform.say(made.above, made.station, fact)
    made.lift()
    yield made
    made.close()


def unload(pc: PC) -> None:
    """Everything that was announced stands on the dock."""
    for truck in pc.lan.night.trucks:
        for container in (box for pallet in truck.pallets for box in pallet.containers):
            goods = tuple(
                Count(line.lot, line.pieces)
                for line in pc.lan.night.lines
                if line.container == container.label
            )
            pc.record(n.ContainersUnloaded(truck.trip, container.label, (container.label,), goods))


def crate(name: str = "K1") -> n.CrateOpened:
    return n.CrateOpened(name, "1-01", "P1", "R01", DAY, Zone.AMBIENT)


def put(lot: str, *, nth: int = 1, into: str = "K1") -> n.Sorted:
    return n.Sorted(into, (Count(lot, 1),), (f"{lot}-{nth}",))


def test_what_the_platform_announced_is_heard_at_every_desk_under_its_own_numbers(lan: Lan) -> None:
    here, there = lan.desk("a"), lan.desk("b")
    lan.settle()
    for desk in (here, there):
        heard = desk.facts(where="device = '@'")
        assert [row[:3] for row in heard] == [("@", 1, seq) for seq in range(1, len(told(lan.night)) + 1)]
        assert desk.pulse.reading.trouble is Trouble.NONE
    lan.agree()


def test_a_desks_work_is_at_the_other_desk_with_no_network_and_later_at_the_platform(lan: Lan) -> None:
    here, there = lan.desk("a"), lan.desk("b")
    lan.settle()
    lan.internet.set(DOWN)
    unload(here)
    here.sync()
    there.sync()
    assert there.stock() == here.stock()
    assert there.stock()[lan.night.lines[0].lot, "dock:"] == lan.night.lines[0].pieces
    lan.uplink.step()
    assert platform.facts_count(lan.above, lan.station) == 0
    lan.settle()
    lan.agree()
    assert platform.facts_count(lan.above, lan.station) == len(here.facts(where="device != '@'"))


def test_names_inside_facts_are_changed_on_the_way_up(lan: Lan) -> None:
    here, there = lan.desk("a"), lan.desk("b")
    lan.settle()
    unload(here)
    lot = lan.night.lines[0].lot
    here.record(crate())
    (name,) = here.record(put(lot))
    lan.settle()
    there.record(e.Undone(name, "错了"))
    lan.settle()
    lan.agree()
    assert platform.stock_of(lan.above, lan.station)[lot, "dock:"] == lan.night.lines[0].pieces
    assert not [fact for fact in here.facts() if fact[3] == "Voided"]


def test_one_label_sorted_at_two_desks_is_taken_back_once_everywhere(lan: Lan) -> None:
    here, there = lan.desk("a"), lan.desk("b")
    lan.settle()
    unload(here)
    here.record(crate())
    lan.settle()
    lot = lan.night.lines[0].lot
    lan.wire.set(DOWN)
    (first,), (second,) = here.record(put(lot)), there.record(put(lot))
    lan.wire.set(FAIR)
    lan.internet.set(DOWN)
    here.sync()
    there.sync()
    here.sync()
    for desk in (here, there):
        (found,) = desk.facts(where="kind = 'Voided'")
        assert (found[0], found[1]) == (PLATFORM_DEVICE, 2)
        assert second in found[4]
        assert first in found[4]
    lan.settle()
    lan.agree()
    assert here.stock()[lot, "crate:K1"] == 1


def test_what_the_platform_takes_back_is_named_by_its_first_name_at_the_station(lan: Lan) -> None:
    """Another PC of the station that talks to the platform itself sorted the piece before."""
    here, there = lan.desk("a"), lan.desk("b")
    lan.settle()
    unload(here)
    here.record(crate())
    lan.settle()
    lot = lan.night.lines[0].lot
    lan.internet.set(DOWN)
    (name,) = there.record(put(lot))
    there.sync()
    outside = Outsider(lan)
    (won,) = outside.record(put(lot, into="K1"))
    lan.settle()
    found = here.facts(where="kind = 'Voided' AND epoch = 1")
    assert [name in fact[4] for fact in found] == [True]
    assert won in [".".join(map(str, fact[:3])) for fact in here.facts()]
    lan.agree()
    outside.close()


class Outsider:
    """A PC of the station that never joined the host: it records straight at the platform."""

    def __init__(self, lan: Lan) -> None:
        code = lan.above.make_enrolment(lan.station)
        place: Enrolled = lan.above.enrol(code=code, device_name="旧电脑", attempt="old")
        self._lan, self._place = lan, place
        self._store = Store(lan.folder / "outside", lan.clock)
        self._store.writer.do(TakePlace(place))
        self._reader = self._store.reader()
        seat = Seat(lan.above, device=place.device, secret=place.secret)
        self._engine = Engine(writer=self._store.writer, reader=self._reader, platform=seat, clock=lan.clock)

    def record(self, *facts: e.Fact) -> list[str]:
        names = [str(known) for known in self._store.writer.do(Record(facts))]
        while self._engine.step() == 0.0:
            pass
        return names

    def close(self) -> None:
        self._engine.close()
        self._store.close()


@pytest.mark.parametrize("cut", ["take_up", "push", "pass_down"])
def test_a_host_that_ends_between_two_steps_repeats_nothing(lan: Lan, cut: str) -> None:
    here = lan.desk("a")
    lan.settle()
    unload(here)
    here.sync()
    platform.say(lan.above, lan.station, n.StationKeyTold("S", "站", "00"))
    lan.uplink.take_up()
    if cut != "take_up":
        while lan.uplink.engine.step() == 0.0:
            pass
    if cut == "pass_down":
        lan.uplink.pass_down()
    lan.restart_host()
    lan.settle()
    lan.agree()
    own = here.facts(where="device != '@'")
    assert platform.facts_count(lan.above, lan.station) == len(own)
    assert len(here.facts(where="device = '@'")) == len(told(lan.night)) + 1


def test_a_lost_answer_of_the_platform_doubles_nothing(lan: Lan) -> None:
    here = lan.desk("a")
    lan.settle()
    unload(here)
    here.sync()
    lan.internet.set(Fault(lose_answer=1.0))
    for _ in range(3):
        lan.uplink.network_returned()
        lan.uplink.step()
    lan.settle()
    lan.agree()
    assert platform.facts_count(lan.above, lan.station) == len(here.facts(where="device != '@'"))


def test_pictures_of_the_station_go_up_once(lan: Lan) -> None:
    here = lan.desk("a")
    here.store.writer.do(KeepPhotos((b"one", b"two")))
    lan.settle()
    with lan.above.engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM photos").scalar() == 2


def test_a_fact_that_the_host_cannot_read_goes_on_to_the_platform(lan: Lan) -> None:
    here, there = lan.desk("a"), lan.desk("b")
    here.store.writer.do(RecordBare("FromTheFuture", '{"what":"x"}'))
    lan.settle()
    assert not there.facts(where="kind = 'FromTheFuture'")
    assert platform.quarantined_count(lan.above, lan.station) == 1


def test_a_pc_that_was_at_the_platform_itself_keeps_its_book_when_it_joins(lan: Lan) -> None:
    outside = Outsider(lan)
    outside.record(n.WaveBegan(DAY))
    lan.settle()
    before = lan.folder / "outside"
    outside.close()
    lan.folder.joinpath("joined").symlink_to(before)
    pc = lan.desk("joined")
    pc.join()
    pc.record(n.SorterJoined("A07"))
    lan.settle()
    lan.agree()
    assert len(pc.facts(where="kind = 'WaveBegan'")) == 1
    assert len(pc.facts(where="device = '@'")) == len(told(lan.night))


def test_a_host_made_anew_gets_the_station_back_under_its_first_names(lan: Lan) -> None:
    here = lan.desk("a")
    lan.settle()
    unload(here)
    here.record(crate())
    (name,) = here.record(put(lan.night.lines[0].lot))
    here.record(e.Undone(name, "错了"))
    lan.settle()
    before = here.facts(where="device != '@'")
    lan._close_host()
    lan.folder.joinpath("host").rename(lan.folder / "burnt")
    lan._make_anew()
    lan.lift()
    here.join()
    lan.settle()
    lan.agree()
    assert here.facts(where="device != '@'") == before
