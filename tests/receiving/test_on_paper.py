"""A shop without network receives against the driver's paper, and the feed changes nothing afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.domain import codec
from app.domain import events as e
from app.domain.clock import at
from app.domain.codec import Recorded
from app.domain.goods import CrateNote, Zone
from app.domain.ids import FactId
from app.domain.night import StationKeyTold
from app.domain.paper_manifest import Carried, Signed, message_of, pack
from app.domain.paper_manifest import Reason as Damage
from app.domain.refusals import Refused
from app.receiving.actions import CrateIn, Receive
from app.receiving.on_paper import HearPaper, NewStation, Paper, PaperHeard
from app.store.book import Book
from app.store.opening import Store
from app.store.station_key import fingerprint, public_key, sign
from app.sync.inbox import KeepAnswer
from app.sync.protocol import Answer, Told, Verdict
from tests.receiving.goods import CLOCK, EGGS, YESTERDAY, facts_in, goods, where
from tests.samples import DAY, POINT

PRIVATE = bytes(range(32))
STATION = "BY-W1"
LINES = (
    goods("p1", "土鸡蛋 10枚", EGGS, "PAP001", Zone.AMBIENT, pieces=3, buyer="b1"),
    goods("p2", "土鸡蛋 10枚", EGGS, "PAP001", Zone.AMBIENT, pieces=2, buyer="b2"),
)
LIST = e.GoodsAnnounced("linli", "L-9", POINT, DAY, (CrateNote("PAP001", Zone.AMBIENT),), LINES)
CARRIED = Carried(STATION, POINT, 17, at(DAY, "00:30"), DAY, codec.encode(LIST))
MORE = tuple(
    goods(
        f"q{n}",
        f"第 {n} 种货 {n * 37} 克",
        f"69{n * 7919:011d}",
        "PAP001",
        Zone.AMBIENT,
        pieces=1,
        buyer=f"u{n**5:x}",
    )
    for n in range(30)
)
MANY = CARRIED._replace(body=codec.encode(replace(LIST, lines=MORE)))
"""A list of 30 pieces, too long for one code."""


def on_paper(carried: Carried = CARRIED, private: bytes = PRIVATE) -> Signed:
    """A list as a station signs it."""
    packed = pack(carried)
    return Signed(public_key(private), sign(private, message_of(packed)), packed)


@dataclass(frozen=True)
class KnowStation:
    """What the feed tells of a station's key; without one the point knows nothing."""

    private: bytes = b""
    seq: int = 3

    def perform(self, book: Book) -> None:
        book.put("point", POINT)
        if self.private:
            told = StationKeyTold(STATION, "宾阳网格站", public_key(self.private).hex())
            body = codec.encode(told)
            book.hear(Recorded(FactId("@", 1, self.seq), CARRIED.at_ms, 0, DAY, "", "StationKeyTold", body))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Store]:
    """A shop without any list that knows its station."""
    opened = Store(tmp_path / "shop", CLOCK())
    opened.writer.do(KnowStation(PRIVATE))
    yield opened
    opened.close()


def test_the_goods_on_the_paper_are_received_like_any_other(shop: Store) -> None:
    heard = shop.writer.do(HearPaper(on_paper()))
    assert heard == PaperHeard(DAY, crates=1, lines=2, pieces=5, known=False)
    received = shop.writer.do(Receive("PAP001"))
    assert isinstance(received, CrateIn)
    assert received.pieces == 5
    assert where(shop, "p1").shelf == 3


def test_the_feed_tells_the_same_fact_later_and_changes_nothing(shop: Store) -> None:
    shop.writer.do(HearPaper(on_paper()))
    shop.writer.do(Receive("PAP001"))
    before = facts_in(shop), where(shop, "p1"), where(shop, "p2")
    told = Recorded(FactId("@", 1, 17), CARRIED.at_ms, 0, DAY, "", "GoodsAnnounced", CARRIED.body)
    answer = Answer(Verdict.KEPT, 0, codec.GENESIS, 17, CARRIED.at_ms, feed=(Told(17, told),))
    shop.writer.do(KeepAnswer(answer, ("local", 1), None))
    assert (facts_in(shop), where(shop, "p1"), where(shop, "p2")) == before


def test_a_second_scan_of_the_whole_list_changes_nothing(shop: Store) -> None:
    shop.writer.do(HearPaper(on_paper()))
    before = facts_in(shop)
    again = shop.writer.do(HearPaper(on_paper()))
    assert isinstance(again, PaperHeard)
    assert again.known
    assert facts_in(shop) == before


@pytest.mark.parametrize(
    ("carried", "reason"),
    [
        (CARRIED._replace(point="BY-0003"), Damage.DAMAGED),
        (
            CARRIED._replace(point="BY-0003", body=codec.encode(replace(LIST, point="BY-0003"))),
            Paper.OTHER_POINT,
        ),
        (CARRIED._replace(day=YESTERDAY), Paper.OLD),
        (CARRIED._replace(day="2026-11-29"), Paper.EARLY),
        (CARRIED._replace(body="{}"), Damage.DAMAGED),
        (CARRIED._replace(body="?"), Damage.DAMAGED),
        (CARRIED._replace(seq=0), Damage.DAMAGED),
        (CARRIED._replace(seq=10**30), Damage.DAMAGED),
        (
            CARRIED._replace(body=codec.encode(replace(LIST, lines=(replace(LINES[0], paid_fen=10**25),)))),
            Damage.DAMAGED,
        ),
        (
            CARRIED._replace(body=codec.encode(replace(LIST, lines=(replace(LINES[0], pieces=0),)))),
            Damage.DAMAGED,
        ),
    ],
)
def test_a_list_that_is_not_for_here_and_now_is_refused(
    shop: Store, carried: Carried, reason: Paper | Damage
) -> None:
    before = facts_in(shop)
    found = shop.writer.do(HearPaper(on_paper(carried)))
    assert isinstance(found, Refused)
    assert found.reason is reason
    assert facts_in(shop) == before


def test_a_changed_list_is_refused(shop: Store) -> None:
    real = on_paper()
    changed = pack(CARRIED._replace(body=codec.encode(replace(LIST, lines=LINES[:1]))))
    forged = shop.writer.do(HearPaper(real._replace(packed=changed)))
    assert isinstance(forged, Refused)
    assert forged.reason is Damage.FORGED
    assert facts_in(shop) == 1


def test_one_changed_byte_anywhere_is_noticed(shop: Store) -> None:
    real = on_paper()
    for field in ("public_key", "signature", "packed"):
        whole = getattr(real, field)
        for at_byte in range(0, len(whole), 7):
            spoiled = bytes([*whole[:at_byte], whole[at_byte] ^ 1, *whole[at_byte + 1 :]])
            found = shop.writer.do(HearPaper(real._replace(**{field: spoiled})))
            assert isinstance(found, Refused), (field, at_byte)
    assert facts_in(shop) == 1


def test_a_list_that_differs_from_what_the_platform_told_under_its_name_is_refused(shop: Store) -> None:
    other = on_paper(CARRIED._replace(body=codec.encode(replace(LIST, lines=LINES[:1]))))
    shop.writer.do(HearPaper(on_paper()))
    found = shop.writer.do(HearPaper(other))
    assert isinstance(found, Refused)
    assert found.reason is Paper.DIFFERS


def test_a_new_key_is_asked_about_once_and_remembered_only_when_agreed(tmp_path: Path) -> None:
    store = Store(tmp_path / "new", CLOCK())
    store.writer.do(KnowStation())
    said = fingerprint(public_key(PRIVATE))
    assert store.writer.do(HearPaper(on_paper())) == NewStation(STATION, said)
    assert isinstance(store.writer.do(HearPaper(on_paper(), agreed="0000-0000-0000")), NewStation)
    assert facts_in(store) == 0
    assert isinstance(store.writer.do(HearPaper(on_paper(), agreed=said)), PaperHeard)
    tomorrow = CARRIED._replace(seq=18, body=codec.encode(replace(LIST, trip="L-10", lines=())))
    assert isinstance(store.writer.do(HearPaper(on_paper(tomorrow))), PaperHeard)
    other = on_paper(tomorrow, private=bytes(32))
    another_pc = NewStation(STATION, fingerprint(other.public_key), known=1)
    assert store.writer.do(HearPaper(other)) == another_pc
    assert isinstance(store.writer.do(HearPaper(other, agreed=another_pc.fingerprint)), PaperHeard)
    assert isinstance(store.writer.do(HearPaper(on_paper(tomorrow))), PaperHeard)
    store.writer.do(KnowStation(PRIVATE))
    assert isinstance(store.writer.do(HearPaper(other)), PaperHeard)
    store.close()


def test_every_key_that_the_platform_told_counts_and_any_other_is_asked_about(shop: Store) -> None:
    foreign = on_paper(private=bytes(32))
    asked = NewStation(STATION, fingerprint(foreign.public_key), known=1)
    assert shop.writer.do(HearPaper(foreign)) == asked
    assert facts_in(shop) == 1
    shop.writer.do(KnowStation(bytes(32), seq=4))
    assert isinstance(shop.writer.do(HearPaper(foreign)), PaperHeard)
    assert isinstance(shop.writer.do(HearPaper(on_paper())), PaperHeard)
    third = on_paper(private=bytes(range(1, 33)))
    assert shop.writer.do(HearPaper(third)) == NewStation(STATION, fingerprint(third.public_key), known=2)


def test_a_list_refused_leaves_no_trust_behind(tmp_path: Path) -> None:
    """An old paper does not make its key known."""
    store = Store(tmp_path / "new", CLOCK())
    store.writer.do(KnowStation())
    old = on_paper(CARRIED._replace(day=YESTERDAY))
    assert isinstance(store.writer.do(HearPaper(old, agreed=fingerprint(old.public_key))), Refused)
    assert isinstance(store.writer.do(HearPaper(on_paper())), NewStation)
    store.close()
