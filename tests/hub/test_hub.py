"""The hub by itself: enrolment, intake, fold, feed, bills."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import pytest

from app.domain import events as e
from app.domain.clock import StoryClock, at
from app.domain.codec import GENESIS, Recorded, chained, encode
from app.domain.goods import Count
from app.domain.ids import FactId
from app.hub import platform
from app.hub.hub import Hub, Seat
from app.sync.protocol import Answer, Batch, Choked, EnrolmentRefused, SignedOut, Verdict
from tests.samples import DAY, POINT, TRIP, line, manifest, morning, policy

SLOT = "A-01"


class Device:
    """A device that talks to the hub by hand."""

    def __init__(self, hub: Hub, name: str = "PC") -> None:
        self.seat = Seat(hub)
        self.place = self.seat.enrol(code=hub.make_enrolment(POINT), device_name=name, attempt=name)
        self.clock = hub.clock
        self.chain: list[Recorded] = []
        self.digests = [GENESIS]
        self.cursor = 0

    def make(self, *facts: e.Fact, day: str = DAY) -> list[Recorded]:
        """Chain facts without sending them."""
        made = []
        for fact in facts:
            known = FactId(self.place.device, 1, len(self.chain) + 1)
            recorded = Recorded(known, self.clock.now_ms(), 0, day, "", type(fact).__name__, encode(fact))
            self.chain.append(recorded)
            self.digests.append(chained(self.digests[-1], recorded))
            made.append(recorded)
        return made

    def batch(self, first: int, last: int) -> Batch:
        """A part of the chain."""
        return Batch(
            epoch=1,
            first=first,
            facts=tuple(self.chain[first - 1 : last]),
            before=self.digests[first - 1],
            after=self.digests[last],
            cursor=self.cursor,
            have=((1, len(self.chain)),),
        )

    def send(self, *facts: e.Fact, day: str = DAY) -> Answer:
        """Chain and send."""
        made = self.make(*facts, day=day)
        first = made[0].id.seq if made else len(self.chain) + 1
        answer = self.seat.push(self.batch(first, len(self.chain)))
        self.cursor = answer.cursor
        return answer


@pytest.fixture
def clock() -> StoryClock:
    return morning()


@pytest.fixture
def hub(tmp_path: Path, clock: StoryClock) -> Iterator[Hub]:
    made = Hub(f"sqlite:///{tmp_path / 'hub.db'}", clock)
    made.add_point(POINT, "村口小店")
    platform.set_policy(made, POINT, policy())
    yield made
    made.close()


def notes(count: int) -> list[e.ReminderCopied]:
    return [e.ReminderCopied((f"x{n}",)) for n in range(count)]


# --- joining -----------------------------------------------------------------------------------------------


def test_a_code_joins_one_device_and_asking_again_after_a_lost_answer_is_the_same_joining(hub: Hub) -> None:
    code = hub.make_enrolment(POINT)
    first = hub.enrol(code=code, device_name="PC", attempt="a1")
    again = hub.enrol(code=code, device_name="PC", attempt="a1")
    assert again.device == first.device
    assert again.secret != first.secret
    with pytest.raises(EnrolmentRefused, match="used"):
        hub.enrol(code=code, device_name="PC", attempt="a2")


def test_an_unknown_code_and_an_old_one_are_refused(hub: Hub, clock: StoryClock) -> None:
    with pytest.raises(EnrolmentRefused, match="unknown"):
        hub.enrol(code="DJ-000000-0", device_name="PC", attempt="a")
    code = hub.make_enrolment(POINT)
    clock.advance(seconds=8 * 86_400)
    with pytest.raises(EnrolmentRefused, match="too old"):
        hub.enrol(code=code, device_name="PC", attempt="a")


def test_a_wrong_secret_is_signed_out(hub: Hub) -> None:
    device = Device(hub)
    with pytest.raises(SignedOut):
        hub.push(Batch(epoch=1, first=1), device=device.place.device, secret="wrong")


def test_the_hub_keeps_no_secret_that_could_be_read(hub: Hub) -> None:
    device = Device(hub)
    with hub.engine.begin() as connection:
        kept = connection.exec_driver_sql("SELECT secret_hash FROM devices").scalar_one()
    assert device.place.secret.encode() not in bytes(kept)


# --- the chain ---------------------------------------------------------------------------------------------


def test_a_resend_gets_the_same_answer_and_an_overlap_adds_only_what_is_new(hub: Hub) -> None:
    device = Device(hub)
    device.send(*notes(5))
    again = device.seat.push(device.batch(1, 5))
    assert (again.verdict, again.watermark) == (Verdict.KEPT, 5)
    device.make(*notes(3))
    longer = device.seat.push(device.batch(3, 8))
    assert (longer.verdict, longer.watermark) == (Verdict.KEPT, 8)
    assert platform.facts_count(hub, POINT) == 8


def test_a_gap_is_told_with_the_place_to_go_on_from(hub: Hub) -> None:
    device = Device(hub)
    device.send(*notes(2))
    device.make(*notes(4))
    answer = device.seat.push(device.batch(5, 6))
    assert (answer.verdict, answer.watermark, answer.digest) == (Verdict.GAP, 2, device.digests[2])
    assert platform.facts_count(hub, POINT) == 2


def test_facts_that_do_not_fit_their_digest_are_not_kept(hub: Hub) -> None:
    device = Device(hub)
    device.make(*notes(3))
    device.digests[3] = b"x" * 16
    assert device.seat.push(device.batch(1, 3)).verdict is Verdict.GARBLED
    assert platform.facts_count(hub, POINT) == 0


def test_a_fork_names_the_last_common_fact_and_a_fresh_epoch(hub: Hub) -> None:
    device = Device(hub)
    device.send(*notes(4))
    device.chain, device.digests = device.chain[:2], device.digests[:3]
    device.make(e.ReminderCopied(("another",)), e.ReminderCopied(("life",)))
    answer = device.seat.push(device.batch(1, 4))
    assert (answer.verdict, answer.common, answer.epoch) == (Verdict.FORK, 2, 2)
    assert device.seat.push(device.batch(1, 4)).epoch == 3


def test_a_past_that_differs_before_the_batch_is_a_mismatch(hub: Hub) -> None:
    device = Device(hub)
    device.send(*notes(4))
    device.digests[4] = b"x" * 16
    device.make(*notes(1))
    assert device.seat.push(device.batch(5, 5)).verdict is Verdict.MISMATCH
    with hub.engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT what FROM alarms").scalars().all() == ["mismatch"]


# --- the fold ----------------------------------------------------------------------------------------------


def test_the_fold_follows_the_goods_and_pieces_are_conserved(hub: Hub) -> None:
    platform.announce(hub, manifest([line("1", pieces=3), line("2", pieces=2)]))
    device = Device(hub)
    device.send(
        e.GoodsReceived(TRIP, (Count("1", 3, SLOT),)),
        e.ShortFound(TRIP, (Count("2", 2),)),
        e.PickedUp("b1", (Count("1", 2, SLOT),)),
    )
    stock = platform.stock_of(hub, POINT)
    assert stock["1", "buyer:"] == 2
    assert stock["1", f"shelf:{SLOT}"] == 1
    assert stock["2", "short:"] == 2
    assert sum(stock.values()) == 0


def test_a_fact_whose_second_half_cannot_be_moves_nothing_at_all(hub: Hub) -> None:
    platform.announce(hub, manifest([line("1"), line("2")]))
    device = Device(hub)
    device.send(e.GoodsReceived(TRIP, (Count("1", 2, SLOT),)))
    before = platform.stock_of(hub, POINT)
    device.send(e.PickedUp("b1", (Count("1", 1, SLOT), Count("2", 1, SLOT))))
    assert platform.stock_of(hub, POINT) == before


@pytest.mark.parametrize("pieces", [0, -1, 10**7, 10**30])
def test_an_absurd_count_is_voided(hub: Hub, pieces: int) -> None:
    platform.announce(hub, manifest([line("1")]))
    device = Device(hub)
    answer = device.send(e.GoodsReceived(TRIP, (Count("1", pieces, SLOT),)))
    voided = answer.feed[-1].fact
    assert voided is not None
    assert '"reason":"bad_count"' in voided.body


def test_an_undo_that_comes_too_late_is_voided_with_the_fact_that_was_first(hub: Hub) -> None:
    platform.announce(hub, manifest([line("1")]))
    device = Device(hub)
    device.send(e.GoodsReceived(TRIP, (Count("1", 2, SLOT),)), e.PickedUp("b1", (Count("1", 2, SLOT),)))
    answer = device.send(e.Undone(str(device.chain[0].id), "试"))
    voided = answer.feed[-1].fact
    assert voided is not None
    assert voided.fact() == e.Voided(str(device.chain[2].id), "not_there", str(device.chain[1].id))


def test_an_announcement_made_twice_counts_once(hub: Hub) -> None:
    platform.announce(hub, manifest([line("1")]))
    device = Device(hub)
    device.send(manifest([line("1")]))
    assert platform.stock_of(hub, POINT)["1", f"van:{TRIP}"] == 2


def test_nobody_takes_back_what_another_point_did(hub: Hub) -> None:
    hub.add_point("450126-002", "新桥店")
    platform.announce(hub, manifest([line("1")]))
    stranger = Seat(hub)
    place = stranger.enrol(code=hub.make_enrolment("450126-002"), device_name="PC", attempt="z")
    undo = e.Undone("@.1.2", "试")
    known = FactId(place.device, 1, 1)
    recorded = Recorded(known, 0, 0, DAY, "", "Undone", encode(undo))
    stranger.push(Batch(epoch=1, first=1, facts=(recorded,), after=chained(GENESIS, recorded)))
    assert platform.stock_of(hub, POINT)["1", f"van:{TRIP}"] == 2


# --- the feed ----------------------------------------------------------------------------------------------


def test_a_device_hears_the_others_and_not_itself(hub: Hub) -> None:
    here, there = Device(hub, "a"), Device(hub, "b")
    here.send(*notes(3))
    answer = there.send(*notes(2))
    assert [told.fact.id.device for told in answer.feed if told.fact][-3:] == [here.place.device] * 3
    assert here.send().cursor == platform.feed_length(hub, POINT)


def test_a_long_feed_comes_in_parts_without_a_hole(hub: Hub) -> None:
    here, there = Device(hub, "a"), Device(hub, "b")
    for _ in range(3):
        here.send(*notes(1_500))
    heard: list[int] = []
    while True:
        answer = there.send()
        heard += [told.fact.id.seq for told in answer.feed if told.fact and told.fact.id.device != "@"]
        if not answer.more:
            break
    assert heard == list(range(1, 4_501))


# --- money -------------------------------------------------------------------------------------------------


def bill(hub: Hub, device: Device, day: str) -> list[e.BillRow]:
    platform.issue_bill(hub, POINT, platform="linli", day=day)
    told = device.send().feed[-1].fact
    assert told is not None
    fact = told.fact()
    assert isinstance(fact, e.BillIssued)
    return list(fact.rows)


def test_a_bill_settles_what_was_handed_out_and_refunds_reverse_it(hub: Hub, clock: StoryClock) -> None:
    platform.announce(hub, manifest([line("1", pieces=3)]))
    device = Device(hub)
    device.send(
        e.GoodsReceived(TRIP, (Count("1", 3, SLOT),)),
        e.PickedUp("b1", (Count("1", 2, SLOT),)),
        e.PickedUp("b1", (Count("1", 1, SLOT),)),
        e.Undone(f"{device.place.device}.1.3", "试"),
        e.ClaimOpened("SH-1", "1", 1, e.Why.SPOILED, e.Remedy.REFUND_ONLY, 495, 0),
    )
    assert bill(hub, device, DAY) == [e.BillRow("1", 2, 990, 99)]
    clock.move_to(at("2026-11-23", "09:00"))
    platform.give_ruling(hub, POINT, "SH-1", outcome="approved", pieces=1, refund_fen=495)
    assert bill(hub, device, "2026-11-23") == [e.BillRow("1", 0, -495, -49)]


def test_a_day_without_goods_has_an_empty_bill(hub: Hub) -> None:
    assert bill(hub, Device(hub), DAY) == []


# --- pictures ----------------------------------------------------------------------------------------------


def test_a_picture_under_a_wrong_name_is_not_kept(hub: Hub) -> None:
    device = Device(hub)
    with pytest.raises(Choked):
        device.seat.keep_photo(sha="0" * 32, jpeg=b"x")
    name = blake2b(b"x", digest_size=16).hexdigest()
    device.seat.keep_photo(sha=name, jpeg=b"x")
    device.seat.keep_photo(sha=name, jpeg=b"x")
