"""The hub's process is killed in the middle of its work, again and again; what it acknowledged is there."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from app.domain import events as e
from app.hub import platform
from tests.sync.world import POINT, World

ROOT = Path(__file__).resolve().parents[2]
FACTS = 3_000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(url: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A hub that listens in a process of its own."""
    started = subprocess.Popen([sys.executable, "-m", "tests.hub.process", url, str(port)], cwd=ROOT)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)  # until another process listens there is nothing else to wait on
        yield started
    finally:
        started.kill()
        started.wait()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_a_hub_killed_again_and_again_loses_and_doubles_nothing(tmp_path: Path) -> None:
    world, random = World(tmp_path), Random(7)
    shop = world.shop("a")
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    shop.record(*(e.ReminderCopied((f"lot-{n}",)) for n in range(FACTS)))
    world.hub.pace = world.hub.pace.__class__(max_events=60)
    shop.step()
    for _ in range(4):
        port = free_port()
        with process(url, port) as running:
            world.relay.aim(port=port)
            for _ in range(random.randint(1, 3)):
                shop.step()
            os.kill(running.pid, signal.SIGKILL)
            shop.step()
    world.relay.aim(port=world.running.port)
    world.settle()
    world.agree()
    assert platform.facts_count(world.hub, POINT) == FACTS
    world.close()
