"""The host is found by a question to everybody, proves itself, and is followed to another address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.sync import finder
from app.sync.finder import Answerer, find
from app.sync.lan import LanPlatform
from app.sync.protocol import Batch, Unreachable
from app.sync.secret import hashed
from tests.sync.lan import Lan
from tests.sync.world import Fault

HERE = ("127.0.0.1",)
SECRETS = {"pc1": hashed("s3cret")}


@pytest.fixture
def answerer() -> Iterator[Answerer]:
    made = Answerer(station="BY-W1", name="宾阳网格站", port=8610, secret_of=SECRETS.get, at=("127.0.0.1", 0))
    yield made
    made.stop()


def test_a_pc_without_a_place_finds_the_host_by_name(answerer: Answerer) -> None:
    (host,) = find(targets=HERE, port=answerer.at[1], seconds=0.5)
    assert (host.station, host.name, host.url) == ("BY-W1", "宾阳网格站", "http://127.0.0.1:8610")
    assert not host.proven


def test_a_pc_with_a_place_gets_a_proof(answerer: Answerer) -> None:
    (host,) = find(station="BY-W1", device="pc1", secret="s3cret", targets=HERE, port=answerer.at[1])
    assert host.proven


@pytest.mark.parametrize(("device", "secret"), [("pc1", "other"), ("pc9", "s3cret"), ("", "")])
def test_who_does_not_know_the_secret_proves_nothing(answerer: Answerer, device: str, secret: str) -> None:
    (host,) = find(device=device, secret=secret, targets=HERE, port=answerer.at[1], seconds=0.5)
    assert not host.proven


def test_another_station_does_not_answer(answerer: Answerer) -> None:
    assert find(station="BY-W2", targets=HERE, port=answerer.at[1], seconds=0.3) == ()


def test_nobody_there_is_an_answer_too() -> None:
    assert find(targets=HERE, port=9, seconds=0.2) == ()


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"geyi":2,"ask":"' + b"0" * 32 + b'","station":"","device":""}',
        b'{"geyi":1,"ask":"short","station":"","device":""}',
        b'{"geyi":1,"ask":7,"station":"","device":""}',
        b"[" * 1_000,
    ],
)
def test_what_is_no_question_is_not_answered(answerer: Answerer, packet: bytes) -> None:
    assert answerer.answer_to(packet) == b""


def test_a_question_with_odd_parts_is_answered_without_proof(answerer: Answerer) -> None:
    asked = {"geyi": 1, "ask": "0" * 32, "station": "", "device": ["pc1"]}
    assert json.loads(answerer.answer_to(json.dumps(asked).encode()))["proof"] == ""


@pytest.mark.parametrize(
    "change", [{"to": "1" * 32}, {"port": 0}, {"port": "8610"}, {"station": ""}, {"name": None}, {"geyi": 3}]
)
def test_an_answer_that_is_none_is_not_used(change: dict[str, object]) -> None:
    nonce = "0" * 32
    said = {"geyi": 1, "to": nonce, "station": "BY-W1", "name": "站", "port": 8610, "proof": ""} | change
    assert finder._checked((json.dumps(said).encode(), "10.0.0.9"), nonce, "s3cret") is None


def test_a_desk_follows_its_host_to_another_address(tmp_path: Path) -> None:
    lan = Lan(tmp_path)
    desk = lan.desk("a")
    get = desk.reader.get
    moved: list[str] = []
    device, secret = get("device"), get("secret")
    secret_hash = hashed(secret)

    def answering() -> Answerer:
        return Answerer(
            station=lan.station,
            name="站",
            port=lan.running.port,
            secret_of=lambda name: secret_hash if name == device else None,
            at=("127.0.0.1", 0),
        )

    host = answering()
    platform = LanPlatform(
        lan.running.url,
        device=device,
        secret=secret,
        look=lambda: find(station=lan.station, device=device, secret=secret, targets=HERE, port=host.at[1]),
        moved=moved.append,
        monotonic=lambda: 100.0 * len(moved),
    )
    assert platform.push(Batch(1, 1)).watermark == 0
    old = lan.running.url
    lan.restart_host()
    host.stop()
    host = answering()
    assert lan.running.url != old
    assert platform.push(Batch(1, 1)).watermark == 0
    assert moved == [lan.running.url]
    platform.close()
    host.stop()
    lan.close()


def test_a_host_that_proves_nothing_is_not_followed(tmp_path: Path) -> None:
    lan = Lan(tmp_path)
    lan.wire.set(Fault(down=True))
    looked: list[int] = []

    def look() -> list[finder.Found]:
        looked.append(1)
        return [finder.Found(lan.station, "站", lan.running.url, proven=False)]

    platform = LanPlatform(lan.wire.url, device="x", secret="y", look=look, moved=lambda url: None)
    for _ in range(3):
        with pytest.raises(Unreachable):
            platform.push(Batch(1, 1))
    assert len(looked) == 1  # and it is not looked for at every failure
    platform.close()
    lan.close()
