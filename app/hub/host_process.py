"""A station's host in a process of its own: the hub on the LAN, answers to who looks for it, and the uplink."""

from __future__ import annotations

import logging
import os
import sys
import threading
from logging.handlers import RotatingFileHandler
from pathlib import Path

from sqlalchemy import select

from app.domain.clock import Clock
from app.hub.host_folder import ADDRESS, LAST_PORT, LEAVE, SERVER, hub_of, port_of, write_whole
from app.hub.hub import Hub
from app.hub.running import Running, serve
from app.hub.service import make_app
from app.hub.tables import devices
from app.hub.upbook import UpStore
from app.hub.uplink import Uplink
from app.sync import finder
from app.sync.finder import Answerer
from app.sync.http import HttpPlatform
from app.sync.loop import SyncLoop
from app.sync.protocol import Platform

log = logging.getLogger(__name__)
LOOK_SECONDS = 0.3
MOST_LOG = 1_000_000


class HostService:
    """All that a host runs; ``stop`` it before the program ends. Raises ``StoreFault`` where another one runs.

    It listens on ``port``, or on the one of last time: the others need not look for it after each start.
    Who may look for it is who may reach it: questions are heard at the same ``address``.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        address: str,
        port: int = 0,
        finder_port: int = finder.PORT,
    ) -> None:
        """``folder`` is the host's own, made by :func:`app.hub.host_folder.make`."""
        self.store = UpStore(folder, clock)
        self.hub = hub_of(folder, clock, self.store.key)
        reader = self.store.reader()
        self.station, self.name = str(reader.get("point", "")), str(reader.get("point_name", ""))
        self._server, self._device = str(reader.get(SERVER, "")), str(reader.get("device", ""))
        self._secret = str(reader.get("secret", ""))
        reader.close()
        self.running = _serve(self.hub, address, port or port_of(folder))
        self._answerer = self._answer((address, finder_port))
        self._uplink = SyncLoop(self._make_uplink)
        if self._server and self._secret:
            self._uplink.start()
        (folder / LEAVE).unlink(missing_ok=True)
        write_whole(folder / LAST_PORT, str(self.running.port))
        write_whole(folder / ADDRESS, str(self.running.port))

    def _answer(self, at: tuple[str, int]) -> Answerer | None:
        try:
            return Answerer(
                station=self.station,
                name=self.name,
                port=self.running.port,
                secret_of=lambda device: _secret_of(self.hub, device),
                at=at,
            )
        except OSError as error:  # the others can still be told the address
            log.warning("nobody can look for this host: %s", error)
            return None

    def _make_uplink(self) -> Uplink:
        platform: Platform = HttpPlatform(self._server, device=self._device, secret=self._secret)
        return Uplink(self.hub, self.station, self.store, platform)

    def stop(self) -> None:
        """Finish what is being answered, and close."""
        if self._answerer is not None:
            self._answerer.stop()
        self.running.stop()
        self._uplink.stop()
        self.hub.close()
        self.store.close()


def _serve(hub: Hub, address: str, port: int) -> Running:
    try:
        return serve(make_app(hub), host=address, port=port)
    except OSError as error:
        log.warning("port %d is taken (%s); another one will do", port, error)
        return serve(make_app(hub), host=address)


def _secret_of(hub: Hub, device: str) -> bytes | None:
    with hub.engine.begin() as connection:
        wanted = select(devices.c.secret_hash).where(devices.c.device == device)
        found = connection.execute(wanted).scalar()
    return bytes(found) if found else None


def run(folder: Path, clock: Clock, *, parent: int, address: str) -> int:
    """Be the host until asked to leave, or until the program whose process is ``parent`` is gone; the exit code."""
    log_file = RotatingFileHandler(
        folder / "host.log", maxBytes=MOST_LOG, backupCount=1, encoding="utf-8", delay=True
    )
    log_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[log_file])
    service = HostService(folder, clock, address=address)
    ended = threading.Event()
    while not ended.wait(LOOK_SECONDS):
        if (folder / LEAVE).exists() or not is_running(parent):
            break
    service.stop()
    return 0


if sys.platform == "win32":
    import ctypes

    _SYNCHRONIZE, _TIMED_OUT = 0x100000, 0x102

    def is_running(process: int) -> bool:
        """Whether a process is still there."""
        handle = ctypes.windll.kernel32.OpenProcess(_SYNCHRONIZE, 0, process)
        if not handle:
            return False
        try:
            return bool(ctypes.windll.kernel32.WaitForSingleObject(handle, 0) == _TIMED_OUT)
        finally:
            ctypes.windll.kernel32.CloseHandle(handle)

else:

    def is_running(process: int) -> bool:
        """Whether a process is still there."""
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
