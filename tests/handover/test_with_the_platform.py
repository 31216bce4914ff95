"""The whole loop over a real hub: station PCs hand over, points answer, and a paper says what the feed says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain import clock, codec
from app.domain import night as n
from app.domain.clock import business_day
from app.domain.paper_manifest import Carried, Signed, message_of, pack
from app.domain.roles import STATION
from app.handover import queries, words
from app.handover.actions import Handed, SignPapers
from app.hub import platform
from app.receiving.actions import CrateIn, Receive
from app.receiving.on_paper import HearPaper, NewStation, PaperHeard
from app.sandbox.night_teller import NightTeller, manifest_of, standing
from app.store.station_key import fingerprint, public_key, sign
from app.sync.inbox import TakePlace
from tests.handover.night import Yard, closed_night
from tests.samples import POINT, line, manifest, policy
from tests.station import DAY, small_night
from tests.sync.world import Shop, World

PRIVATE = bytes(range(32))


class StationPc(Shop):
    """A PC of the grid station."""

    at = small_night().station

    def join(self, name: str) -> None:
        """Take a place where this kind of PC stands."""
        code = self.world.hub.make_enrolment(self.at)
        place = self.door.enrol(code=code, device_name=name, attempt=f"try-{name}")
        self.door.close()
        self.store.writer.do(TakePlace(place))
        self._connect()


class StopPc(StationPc):
    """The PC of a shop on the station's first route."""

    at = small_night().routes[0].points[0]

    def keys(self) -> list[str]:
        """The keys of the station that it was told."""
        return [key for (key,) in self.reader.rows("SELECT public_key FROM station_keys ORDER BY public_key")]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A hub and whoever joins it."""
    made = World(tmp_path)
    yield made
    made.close()


def station(world: World, *names: str) -> tuple[NightTeller, list[Yard]]:
    """PCs of one station that have all heard the night; the first has worked, all know it."""
    night = small_night()
    world.clock.move_to(clock.at(DAY, "06:00"))
    world.hub.add_point(night.station, night.name, kind=STATION)
    teller = NightTeller(world.hub, night)
    teller.begin()
    teller.tell_until(world.clock.now_ms())
    pcs = [StationPc(world, world.folder / name) for name in names]
    world.shops += pcs
    world.settle()
    yards = [Yard(pc.store, night, world.clock) for pc in pcs]
    closed_night(yards[0], closed=1)
    world.settle()
    for yard in yards[1:]:
        yard.crates.update(yards[0].crates)
    return teller, yards


def test_the_points_answers_come_back_and_name_who_held_what_is_missing(world: World) -> None:
    teller, (yard,) = station(world, "pc1")
    assert isinstance(yard.hand_over(), Handed)
    world.settle()
    world.clock.move_to(clock.at(DAY, "11:00"))
    teller.tell_until(world.clock.now_ms())
    teller.tell_until(world.clock.now_ms())
    world.settle()
    reader = yard.store.reader()
    row = next(row for row in queries.run_rows(reader, day=DAY) if row.run == yard.run())
    shorts = queries.short_rows(reader, day=DAY)
    reader.close()
    lines = {line.point for line in yard.lines()}
    assert row.answered == len(lines)
    assert row.short == sum(short.pieces for short in shorts)
    assert {words.blame_state(short)[0] for short in shorts} <= {"建议 司机"}
    assert not yard.value("SELECT count(*) FROM facts WHERE kind = 'Voided'")
    assert yard.replayed()


def test_two_pcs_that_hand_over_one_van_agree_on_the_first(world: World) -> None:
    _, (one, other) = station(world, "pc1", "pc2")
    assert isinstance(one.hand_over(driver="韦师傅"), Handed)
    assert isinstance(other.hand_over(driver="覃师傅"), Handed)
    world.settle()
    assert one.held() == other.held()
    assert one.value("SELECT count(*) FROM handovers") == other.value("SELECT count(*) FROM handovers") == 1
    assert (
        one.value("SELECT driver FROM handovers") == other.value("SELECT driver FROM handovers") == "韦师傅"
    )
    assert other.value("SELECT count(*) FROM facts WHERE kind = 'Voided'") == 1
    assert one.replayed()
    assert other.replayed()


def test_the_feed_brings_nothing_new_after_the_paper(world: World) -> None:
    """The same fact, under the same name: once from paper, once from the network."""
    listed = manifest(line(lot, pieces=2) for lot in ("a", "b"))
    platform.set_policy(world.hub, POINT, policy())
    known = platform.announce(world.hub, listed)
    at_ms = world.clock.now_ms()
    shop = world.shop("pc1")
    packed = pack(Carried("BY-W1", POINT, known.seq, at_ms, business_day(at_ms), codec.encode(listed)))
    signed = Signed(public_key(PRIVATE), sign(PRIVATE, message_of(packed)), packed)
    heard = shop.store.writer.do(HearPaper(signed, agreed=fingerprint(public_key(PRIVATE))))
    assert isinstance(heard, PaperHeard)
    assert isinstance(shop.store.writer.do(Receive("ABC123")), CrateIn)
    world.settle()
    world.agree()
    kinds = [kind for (kind,) in shop.reader.rows("SELECT kind FROM facts WHERE device = '@'")]
    assert sorted(kinds) == ["GoodsAnnounced", "PolicySet"]
    assert shop.reader.value("SELECT count(*) FROM lines") == 2


# --- the station's keys ------------------------------------------------------------------------------------


def paper_of(yard: Yard, *, seq: int) -> Signed:
    """The list of the first stop as a PC of the station prints it."""
    listed = manifest_of(yard.night, StopPc.at)
    told_ms = clock.at(DAY, "00:30")
    packed = pack(Carried(yard.night.station, StopPc.at, seq, told_ms, DAY, codec.encode(listed)))
    key, (signature,) = yard.do(SignPapers((message_of(packed),)))
    return Signed(key, signature, packed)


def stop(world: World) -> StopPc:
    """The shop on the route joins."""
    world.hub.add_point(StopPc.at, "路边小店")
    found = StopPc(world, world.folder / "shop")
    world.shops.append(found)
    return found


def test_a_key_that_a_pc_of_the_station_made_is_known_to_its_points_without_a_question(world: World) -> None:
    shop = stop(world)
    _, (one, other) = station(world, "pc1", "pc2")
    papers = [paper_of(one, seq=900), paper_of(other, seq=900)]
    assert isinstance(shop.store.writer.do(HearPaper(papers[0])), NewStation)
    world.settle()
    assert shop.keys() == sorted(paper.public_key.hex() for paper in papers)
    assert isinstance(shop.store.writer.do(HearPaper(papers[0])), PaperHeard)
    assert isinstance(shop.store.writer.do(HearPaper(papers[1])), PaperHeard)
    unknown = papers[0]._replace(
        public_key=public_key(PRIVATE), signature=sign(PRIVATE, message_of(papers[0].packed))
    )
    asked = NewStation(one.night.station, fingerprint(unknown.public_key), known=2)
    assert shop.store.writer.do(HearPaper(unknown)) == asked


def test_a_key_is_told_once_and_only_to_points_of_the_table(world: World) -> None:
    shop = stop(world)
    _, (yard,) = station(world, "pc1")
    for seq in (900, 901):
        paper_of(yard, seq=seq)
        world.settle()
    routes = next(fact for fact in standing(yard.night) if isinstance(fact, n.RoutesListed))
    platform.say(world.hub, yard.night.station, routes)
    world.settle()
    told = "SELECT count(*) FROM facts WHERE kind = 'StationKeyTold' AND device = ?"
    with world.hub.engine.begin() as connection:
        by_shop = [connection.exec_driver_sql(told, (f"@{x}",)).scalar() for x in (StopPc.at, POINT)]
    assert by_shop == [1, 0]
    assert len(shop.keys()) == 1


def test_a_point_that_a_later_table_names_hears_the_keys_that_were_made_before(world: World) -> None:
    _, (yard,) = station(world, "pc1")
    key = paper_of(yard, seq=900).public_key.hex()
    world.settle()
    shop = stop(world)
    world.settle()
    assert shop.keys() == []
    routes = next(fact for fact in standing(yard.night) if isinstance(fact, n.RoutesListed))
    platform.say(world.hub, yard.night.station, routes)
    world.settle()
    assert shop.keys() == [key]


def test_nobody_makes_a_key_for_a_station_but_its_own_pcs(world: World) -> None:
    shop = stop(world)
    _, (yard,) = station(world, "pc1")
    shop.record(n.StationKeyMade(yard.night.station, public_key(PRIVATE).hex()))
    yard.record(
        n.StationKeyMade("BY-W9", public_key(PRIVATE).hex()), n.StationKeyMade(yard.night.station, "?")
    )
    world.settle()
    assert shop.keys() == []
