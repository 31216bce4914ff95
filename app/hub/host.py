"""A station's host as the program at its desk runs it: a process beside the window, its codes, and who is there.

The hub folds, syncs to disk and answers several PCs: in the window's process it would take turns with the painting, and
a crash of one would end the other. The process ends with the program that started it.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from app.domain.clock import Clock
from app.hub.host_folder import ADDRESS, LEAVE, hub_of
from app.hub.hub import Hub
from app.hub.tables import devices, points
from app.store import keys
from app.store.connection import Reader, connect
from app.sync.outbox import Outbox

EVERYWHERE, LOOPBACK = "0.0.0.0", "127.0.0.1"  # noqa: S104 - a host is there for its whole LAN
START_SECONDS, STOP_SECONDS = 30.0, 10.0
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Member:
    """A PC of the station: when the host heard of it last (ms, 0: never), and what it then had to send."""

    device: str
    name: str
    seen_ms: int
    unsent: int


class Host:
    """The host on one PC; ``folder`` is the host's own and made already."""

    def __init__(self, folder: Path, clock: Clock, *, address: str = "") -> None:
        self._folder, self._clock, self._address = folder, clock, address or EVERYWHERE
        self._process: subprocess.Popen[bytes] | None = None
        self._hub: Hub | None = None

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> int:
        """Start the process where it is not running, and wait until it listens; its port. Raises ``OSError``."""
        address = self._folder / ADDRESS
        if not self.is_running:
            address.unlink(missing_ok=True)
            self._process = _spawn(self._folder, self._address)
        end = time.monotonic() + START_SECONDS
        while self.is_running and time.monotonic() < end:
            with contextlib.suppress(OSError, ValueError):
                return int(address.read_text("ascii"))
            time.sleep(_LOOK_SECONDS)  # another process: there is nothing else to wait on
        raise OSError("the station's host did not start")

    def stop(self) -> None:
        """Ask the process to end, and end it where it does not; twice is once."""
        if self._hub is not None:
            self._hub.close()
            self._hub = None
        process, self._process = self._process, None
        if process is None:
            return
        (self._folder / LEAVE).touch()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def new_code(self) -> str:
        """A one-time code with which one more PC may join."""
        hub = self._opened()
        return hub.make_enrolment(self._station(hub))

    def members(self) -> tuple[Member, ...]:
        """The PCs that have joined, by name."""
        wanted = select(devices.c.device, devices.c.name, devices.c.seen_ms, devices.c.unsent)
        with self._opened().engine.begin() as connection:
            rows = connection.execute(wanted.where(devices.c.name != "").order_by(devices.c.name)).all()
        return tuple(Member(*row) for row in rows)

    def unsent(self) -> int:
        """Facts of the uplink that the platform has not acknowledged yet."""
        reader = Reader(connect(self._folder / "book.db", self._key(), read_only=True))
        try:
            return Outbox(reader).standing().unsent
        finally:
            reader.close()

    def _station(self, hub: Hub) -> str:
        with hub.engine.begin() as connection:
            return str(connection.execute(select(points.c.point)).scalars().first())

    def _opened(self) -> Hub:
        if self._hub is None:
            self._hub = hub_of(self._folder, self._clock, self._key())
        return self._hub

    def _key(self) -> bytes:
        key, _ = keys.load_or_make(self._folder, book_exists=True)
        return key


def _spawn(folder: Path, address: str) -> subprocess.Popen[bytes]:
    words = [] if getattr(sys, "frozen", False) else ["-m", "app"]
    asked = ["--data", str(folder), "host", "--address", address, "--parent", str(os.getpid())]
    command = [sys.executable, *words, *asked]
    nothing = subprocess.DEVNULL
    return subprocess.Popen(
        command,
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
        cwd=None if not words else Path(__file__).parents[2],
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def lan_address() -> str:
    """This PC's address on the LAN, as the others see it; its own loopback where there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("10.255.255.255", 1))  # nothing is sent: the system only picks the way
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
