"""What answers in the platform's place may say anything: it gets a word of its own, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from app.domain import events as e
from app.domain.codec import GENESIS, Recorded, dumps
from app.domain.ids import FactId
from app.hub.running import serve
from app.sync import protocol
from app.sync.http import HttpPlatform
from app.sync.protocol import Answer, Batch, Enrolled, Platform, Told, Verdict
from app.sync.pulse import Mood, Trouble
from app.sync.squeeze import squeeze
from app.sync.wire import answer_to_bytes
from tests.sync.world import FAIR, Fault, Shop, World


def shop_with_facts(world: World) -> Shop:
    shop = world.shop("a")
    shop.record(*(e.ReminderCopied((f"lot{n}",)) for n in range(5)))
    shop.engine.take_pulse()
    return shop


def state(shop: Shop) -> tuple[Any, ...]:
    """All that an exchange may change."""
    return shop.reader.get("acknowledged"), shop.reader.get("cursor"), shop.bodies(), shop.reader.get("epoch")


def nothing_is_lost(shop: Shop, before: tuple[Any, ...]) -> None:
    assert state(shop) == before
    assert shop.unsent == 5
    shop.talk_to(shop.door)
    shop.world.settle()
    shop.world.agree()


# --- answers that are none ---------------------------------------------------------------------------------


def answering(
    *, content: bytes, media: str = "application/json", status: int = 200, **headers: str
) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(content, status, named, media)


GOOD = Answer(Verdict.KEPT, 5, GENESIS, 0, 1_795_000_000_000)
BOMB = squeeze(b'{"v":"' + b" " * 200_000_000)[0]

ANSWERS: dict[str, tuple[Callable[[], Response], Trouble]] = {
    "a web page": (lambda: answering(content=b"<html>hi</html>", media="text/html"), Trouble.LIED),
    "a sign-in page for 401": (
        lambda: answering(content=b"<html/>", media="text/html", status=401),
        Trouble.LIED,
    ),
    "a redirect": (lambda: answering(content=b"", status=302, Location="http://127.0.0.1:9/"), Trouble.LIED),
    "nothing": (lambda: answering(content=b""), Trouble.LIED),
    "half JSON": (lambda: answering(content=answer_to_bytes(GOOD)[:-9]), Trouble.LIED),
    "a list": (lambda: answering(content=b"[1,2]"), Trouble.LIED),
    "wrong types": (lambda: answering(content=b'{"v":"kept","w":"5","d":7}'), Trouble.LIED),
    "deep nesting": (lambda: answering(content=b"[" * 100_000), Trouble.LIED),
    "not a number": (lambda: answering(content=b'{"v":"kept","w":NaN}'), Trouble.LIED),
    "no UTF-8": (lambda: answering(content=b'{"v":"\xff"}'), Trouble.LIED),
    "gzip that is none": (lambda: answering(content=b"{}", Content_Encoding="gzip"), Trouble.LIED),
    "half a gzip": (
        lambda: answering(content=squeeze(b"{" + b" " * 999)[0][:-5], Content_Encoding="gzip"),
        Trouble.LIED,
    ),
    "an unknown encoding": (lambda: answering(content=b"{}", Content_Encoding="br"), Trouble.LIED),
    "a bomb": (lambda: answering(content=BOMB, Content_Encoding="gzip"), Trouble.LIED),
    "an endless answer": (
        lambda: StreamingResponse((b" " * 65_536 for _ in range(1_000)), media_type="application/json"),
        Trouble.LIED,
    ),
    "a bad gateway": (lambda: PlainTextResponse("no", 502), Trouble.UNREACHABLE),
    "a wish to be left alone": (
        lambda: answering(content=b"{}", status=503, Retry_After="77"),
        Trouble.BUSY,
    ),
    "an error": (lambda: answering(content=b'{"why":"error"}', status=500), Trouble.CHOKED),
    "an unknown error": (lambda: answering(content=b"[]", status=418), Trouble.LIED),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_an_answer_that_is_none_gets_its_word_and_loses_nothing(world: World, what: str) -> None:
    make, trouble = ANSWERS[what]

    async def lie(_: Request) -> Response:
        return make()

    liar = serve(Starlette(routes=[Route("/v1/push", lie, methods=["POST"])]))
    shop = shop_with_facts(world)
    before = state(shop)
    door = HttpPlatform(liar.url, device="x", secret="y")
    shop.talk_to(door)
    wait = shop.step()
    assert shop.pulse.reading.trouble is trouble
    assert wait >= 77 if trouble is Trouble.BUSY else wait >= 0.5
    door.close()
    liar.stop()
    nothing_is_lost(shop, before)


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        (Fault(html=True), Trouble.LIED),
        (Fault(half=1.0), Trouble.LIED),
        (Fault(down=True), Trouble.UNREACHABLE),
        (Fault(lose_request=1.0), Trouble.UNREACHABLE),
    ],
)
def test_a_broken_network_is_told_from_a_lying_one(world: World, fault: Fault, trouble: Trouble) -> None:
    shop = shop_with_facts(world)
    before = state(shop)
    world.relay.set(fault)
    shop.step()
    assert shop.pulse.reading.trouble is trouble
    assert shop.pulse.reading.mood is Mood.OFFLINE
    nothing_is_lost(shop, before)


def test_a_silent_platform_is_given_up_and_the_next_batch_is_smaller(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.sync.http.READ_SECONDS", 0.05)
    shop = shop_with_facts(world)
    before = state(shop)
    world.relay.set(Fault(black_hole=True))
    shop.step()
    assert shop.pulse.reading.trouble is Trouble.SLOW
    assert shop.engine._pace.size == 250
    monkeypatch.undo()
    nothing_is_lost(shop, before)


# --- answers in good form that cannot be true --------------------------------------------------------------


class Liar:
    """Asks the true platform for nothing and makes its own answer from the batch."""

    def __init__(self, lie: Callable[[Batch, Answer], Answer], now_ms: int) -> None:
        self._lie = lie
        self._now_ms = now_ms

    def enrol(self, *, code: str, device_name: str, attempt: str) -> Enrolled:
        raise protocol.Unreachable(f"{code} {device_name} {attempt}")

    def push(self, batch: Batch) -> Answer:
        return self._lie(batch, Answer(Verdict.KEPT, batch.last, batch.after, batch.cursor, self._now_ms))

    def keep_photo(self, *, sha: str, jpeg: bytes) -> None:
        raise protocol.Unreachable(f"{sha} {len(jpeg)}")

    def close(self) -> None:
        """A liar keeps nothing."""


def heard(device: str, epoch: int, seq: int) -> Recorded:
    return Recorded(FactId(device, epoch, seq), 0, 0, "2026-11-22", "", "VanArrived", dumps({"trip": "T"}))


LIES: dict[str, Callable[[Batch, Answer], Answer]] = {
    "a watermark ahead of ours": lambda b, a: replace(a, watermark=b.last + 100),
    "a watermark behind": lambda b, a: replace(a, watermark=b.last - 1),
    "another digest": lambda b, a: replace(a, digest=b"x" * 16),
    "quarantine of what was not sent": lambda b, a: replace(a, quarantined=(protocol.Quarantined(99, ""),)),
    "a time before the platform": lambda b, a: replace(a, now_ms=0),
    "news beyond the cursor": lambda b, a: replace(a, feed=(Told(7, heard("d", 1, 1)),)),
    "our next fact as news": lambda b, a: replace(a, cursor=1, feed=(Told(1, _next_of(b)),)),
    "the platform's fact misnumbered": lambda b, a: replace(a, cursor=9, feed=(Told(9, heard("@", 1, 8)),)),
    "a gap ahead of us": lambda b, a: replace(a, verdict=Verdict.GAP, watermark=b.last),
    "a fork into the same epoch": lambda b, a: replace(a, verdict=Verdict.FORK, common=1, epoch=b.epoch),
    "a fork beyond us": lambda b, a: replace(a, verdict=Verdict.FORK, common=b.last + 5, epoch=9),
    "no common beginning": lambda b, a: replace(a, verdict=Verdict.MISMATCH),
}


def _next_of(batch: Batch) -> Recorded:
    return heard(batch.facts[0].id.device, batch.epoch, batch.last + 1)


@pytest.mark.parametrize("what", LIES)
def test_an_answer_that_cannot_be_true_is_not_used(world: World, what: str) -> None:
    shop = shop_with_facts(world)
    before = state(shop)
    liar: Platform = Liar(LIES[what], world.clock.now_ms())
    shop.talk_to(liar)
    assert shop.step() >= 0.5
    assert shop.pulse.reading.trouble is Trouble.LIED
    shop.record()
    assert state(shop) == before
    shop._connect()
    shop.world.settle()
    shop.world.agree()


def test_a_platform_that_refuses_our_past_is_asked_from_an_earlier_point(world: World) -> None:
    shop = shop_with_facts(world)
    shop.sync()
    shop.record(e.ReminderCopied(("more",)))
    shop.talk_to(Liar(lambda b, a: replace(a, verdict=Verdict.MISMATCH), world.clock.now_ms()))
    for _ in range(6):
        shop.step()
    assert shop.pulse.reading.mood is Mood.ALARM
    assert shop.reader.get("acknowledged")[0] == 0
    shop._connect()
    world.settle()
    world.agree()


def test_counts_that_differ_raise_an_alarm_that_ends_when_they_agree(world: World) -> None:
    shop = shop_with_facts(world)

    def lie(_: Batch, answer: Answer) -> Answer:
        return replace(answer, tallies=())

    true = shop.door

    class Bent(Liar):
        def push(self, batch: Batch) -> Answer:
            return lie(batch, true.push(batch))

    moods = []
    for platform in (Bent(lie, 0), true):
        shop.engine._platform = platform
        shop.monotonic += 1_000
        shop.sync()
        moods.append(shop.pulse.reading.mood)
    assert moods == [Mood.ALARM, Mood.ONLINE]


def test_the_relay_is_fair_by_itself(world: World) -> None:
    world.relay.set(FAIR)
    assert world.shop("a").step() == 30.0
