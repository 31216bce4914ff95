"""The host as a process beside the window: it starts, gives codes, knows who is there, and ends with its program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.clock import SystemClock
from app.domain.roles import STATION
from app.hub.host import LOOPBACK, Host
from app.hub.host_folder import PlaceAbove, is_made, make
from app.hub.host_process import is_running
from app.store.faults import StoreFault
from app.sync.http import HttpPlatform
from app.sync.protocol import Batch

PLACE = PlaceAbove("", "up1", "secret", 3, "BY-W1", "宾阳网格站")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "host"
    make(found, SystemClock(), PLACE)
    return found


@pytest.fixture
def host(folder: Path) -> Iterator[Host]:
    made = Host(folder, SystemClock(), address=LOOPBACK)
    yield made
    made.stop()


def test_a_host_is_made_once(folder: Path) -> None:
    assert is_made(folder)
    make(folder, SystemClock(), PlaceAbove("", "up2", "other", 1, "BY-W1", "宾阳网格站"))
    from app.hub.upbook import UpStore

    store = UpStore(folder, SystemClock())
    reader = store.reader()
    assert (reader.get("device"), reader.get("epoch")) == ("up1", 4)
    reader.close()
    store.close()


def test_a_pc_joins_with_a_code_and_is_seen(host: Host) -> None:
    port = host.start()
    door = HttpPlatform(f"http://127.0.0.1:{port}")
    place = door.enrol(code=host.new_code(), device_name="2号台", attempt="x")
    assert (place.point, place.point_name, place.kind) == ("BY-W1", "宾阳网格站", STATION)
    assert [(one.name, one.seen_ms, one.unsent) for one in host.members()] == [("2号台", 0, 0)]
    door.push(Batch(1, 1, unsent=7))
    door.close()
    (member,) = host.members()
    assert member.seen_ms > 0
    assert member.unsent == 7
    assert host.unsent() == 0


def test_a_host_ends_when_asked_and_begins_again_on_its_database(host: Host, folder: Path) -> None:
    port = host.start()
    code = host.new_code()
    host.stop()
    assert not host.is_running
    assert not (folder / "running.mark").exists()  # it ended well
    assert host.start() == port
    door = HttpPlatform(f"http://127.0.0.1:{port}")
    assert door.enrol(code=code, device_name="a", attempt="x").point == "BY-W1"
    door.close()


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_a_host_that_was_killed_is_started_again(host: Host) -> None:
    host.start()
    assert host._process is not None
    os.kill(host._process.pid, signal.SIGKILL)
    host._process.wait()
    assert not host.is_running
    assert host.start() > 0


def test_one_folder_has_one_host(host: Host, folder: Path) -> None:
    host.start()
    with pytest.raises(StoreFault):
        make(folder, SystemClock(), PLACE)


def test_a_host_ends_with_the_program_that_started_it(folder: Path) -> None:
    script = f"""
from pathlib import Path
from app.domain.clock import SystemClock
from app.domain.roles import STATION
from app.hub.host import Host
host = Host(Path({str(folder)!r}), SystemClock(), address="127.0.0.1")
host.start()
print(host._process.pid, flush=True)
import os
os._exit(1)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=False, timeout=60
    )
    end = time.monotonic() + 20
    while is_running(int(done.stdout)) and time.monotonic() < end:
        time.sleep(0.05)  # another process: there is nothing else to wait on
    assert not is_running(int(done.stdout))
