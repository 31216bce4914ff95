"""A station on its LAN: the platform behind a relay, a host with its uplink, and desks with real books."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from app.domain.roles import STATION
from app.hub import platform
from app.hub.host_folder import PlaceAbove, hub_of, make
from app.hub.hub import Hub
from app.hub.running import serve
from app.hub.service import make_app
from app.hub.upbook import UpStore
from app.hub.uplink import Uplink
from app.sandbox.faults import FAIR, Relay
from app.sandbox.station_story import StationNight
from app.store.opening import Store
from app.sync.engine import Engine
from app.sync.http import HttpPlatform
from app.sync.inbox import TakePlace
from app.sync.pulse import Pulse, Trouble
from tests.samples import Record
from tests.station import midnight, small_night

Stock = dict[tuple[str, str], int]


class Lan:
    """A platform that has told a night, and a host at the station; ``desk`` adds PCs."""

    def __init__(self, folder: Path, *, night: StationNight | None = None, seed: int = 0) -> None:
        self.folder = folder
        self.clock = midnight()
        self.night = night or small_night()
        self.station = self.night.station
        self.above = Hub(f"sqlite:///{folder / 'platform.db'}", self.clock)
        self.above.add_point(self.station, self.night.name, kind=STATION)
        self._listening_above = serve(make_app(self.above))
        self.internet = Relay(port=self._listening_above.port, seed=seed)
        self.desks: list[PC] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._make_host()
        self._open_host()
        self.wire = Relay(port=self.running.port, seed=seed)

    # --- the host ---

    def _make_host(self, attempt: str = "host") -> None:
        code = self.above.make_enrolment(self.station)
        door = HttpPlatform(self._listening_above.url)
        place = door.enrol(code=code, device_name="主机", attempt=attempt)
        door.close()
        above = PlaceAbove(
            self.internet.url, place.device, place.secret, place.epoch, place.point, place.point_name
        )
        make(self.folder / "host", self.clock, above)
        self.device_above, self._secret_above = place.device, place.secret

    def _open_host(self) -> None:
        self.store = UpStore(self.folder / "host", self.clock)
        self.hub = hub_of(self.folder / "host", self.clock, self.store.key)
        self.running = serve(make_app(self.hub))
        door = HttpPlatform(
            self.internet.url, device=self.device_above, secret=self._secret_above, whole_seconds=5
        )
        self.uplink = Uplink(self.hub, self.station, self.store, door)

    def _close_host(self) -> None:
        self.running.stop()
        self.uplink.close()
        self.hub.close()
        self.store.close()

    def _make_anew(self) -> None:
        """The host's disk is gone: another one takes its place, with a code of its own."""
        self._make_host("host-2")
        self._open_host()
        self.wire.aim(port=self.running.port)

    def restart_host(self) -> None:
        """The host's program ends and begins again, on another port."""
        self._close_host()
        self._open_host()
        self.wire.aim(port=self.running.port)

    # --- the host as a process, to be killed ---

    def let_go(self) -> None:
        """The host goes on in a process of its own."""
        self._close_host()
        self.start_process()

    def start_process(self) -> None:
        """Start the host's process, on another port each time."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        command = [sys.executable, "-m", "tests.hub.story_host", str(self.folder / "host"), str(port)]
        self._process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
        end = time.monotonic() + 60
        while not (self.folder / "host" / "address").exists() and time.monotonic() < end:
            time.sleep(0.05)  # until another process listens there is nothing else to wait on
        self.wire.aim(port=port)

    def kill(self) -> None:
        """`kill -9`: nothing is finished."""
        if self._process is None:
            return
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None
        (self.folder / "host" / "address").unlink()

    def take_back(self) -> None:
        """The process is killed, and the host goes on here."""
        self.kill()
        self._open_host()
        self.wire.aim(port=self.running.port)

    def lift(self, *, most: int = 40) -> None:
        """The uplink works until it has nothing more to say or to hear."""
        for _ in range(most):
            self.uplink.network_returned()
            self.uplink.step()
            reading = self.uplink.engine.pulse.reading
            well = reading.trouble in (Trouble.NONE, Trouble.FORKED) and not reading.unsent
            if well and not self._moved():
                return
        raise AssertionError(f"the uplink does not come to rest: {self.uplink.engine.pulse.reading}")

    def _moved(self) -> int:
        """Whether one of the uplink's other steps still finds something."""
        return self.uplink.take_up() + self.uplink.take_photos() + self.uplink.pass_down()

    # --- PCs ---

    def desk(self, name: str) -> PC:
        """One more PC that joins the station's host."""
        found = PC(self, self.folder / name)
        self.desks.append(found)
        return found

    def settle(self) -> None:
        """With fair networks, all sync until nobody has anything to say or to hear."""
        self.internet.set(FAIR)
        self.wire.set(FAIR)
        for _ in range(3):
            for desk in self.desks:
                desk.sync()
            self.lift()

    def agree(self) -> None:
        """The platform, the host and all desks hold the same pieces in the same places."""
        here = platform.stock_of(self.hub, self.station)
        assert platform.stock_of(self.above, self.station) == here
        for desk in self.desks:
            assert desk.stock() == here
            epoch = desk.reader.get("epoch")
            acknowledged = desk.reader.get("acknowledged")[1]
            assert platform.digest_of(self.hub, desk.device, epoch=epoch).hex() == acknowledged

    def close(self) -> None:
        """Everything ends."""
        for desk in self.desks:
            desk.close()
        self.wire.stop()
        if self._process is not None:
            self.kill()
        else:
            self._close_host()
        self.internet.stop()
        self._listening_above.stop()
        self.above.close()


class PC:
    """A PC of the station: a book in a folder and an engine that talks to the host over the LAN."""

    def __init__(self, lan: Lan, folder: Path) -> None:
        """A folder that holds a book already (a cloned disk) keeps its place."""
        self.lan, self.folder = lan, folder
        self._open()
        self.door = HttpPlatform(lan.wire.url)
        if self.reader.get("secret"):
            self._connect()
        else:
            self.join()

    def join(self) -> None:
        """Take a place at the host with a code that it shows."""
        code = self.lan.hub.make_enrolment(self.lan.station)
        door = HttpPlatform(self.lan.running.url)
        place = door.enrol(code=code, device_name=self.folder.name, attempt=f"try-{self.folder.name}")
        door.close()
        self.store.writer.do(TakePlace(place, at_host=1))
        self._connect()

    def _open(self) -> None:
        self.store = Store(self.folder, self.lan.clock)
        self.reader = self.store.reader()

    def _connect(self) -> None:
        get = self.reader.get
        self.door.close()
        self.door = HttpPlatform(
            self.lan.wire.url, device=get("device"), secret=get("secret"), whole_seconds=5
        )
        self.pulse = Pulse()
        self.engine = Engine(
            writer=self.store.writer,
            reader=self.reader,
            platform=self.door,
            clock=self.lan.clock,
            pulse=self.pulse,
            random=Random(1),
        )

    def record(self, *facts: object) -> list[str]:
        """Record facts as they are; their names."""
        return [str(known) for known in self.store.writer.do(Record(facts))]  # type: ignore[arg-type]

    def step(self) -> float:
        """One exchange."""
        return self.engine.step()

    def sync(self, *, most: int = 80) -> None:
        """Exchange until there is nothing more to send and to hear for now."""
        for _ in range(most):
            wait = self.step()
            reading = self.pulse.reading
            if wait and reading.trouble in (Trouble.NONE, Trouble.FORKED) and not reading.unsent:
                return
        raise AssertionError(f"still not in step: {self.pulse.reading}")

    def restart(self) -> None:
        """The program ends and begins again."""
        self.close()
        self._open()
        self._connect()

    def clone(self, name: str) -> PC:
        """Another PC with a copy of this one's disk."""
        self.close()
        shutil.copytree(self.folder, self.lan.folder / name)
        self._open()
        self._connect()
        return self.lan.desk(name)

    def close(self) -> None:
        """The program ends."""
        self.door.close()
        self.reader.close()
        self.store.close()

    @property
    def device(self) -> str:
        """This PC's name in facts."""
        return str(self.reader.get("device"))

    def stock(self) -> Stock:
        """Pieces by lot and place."""
        return {(row[0], row[1]): row[2] for row in self.reader.rows("SELECT * FROM stock WHERE pieces != 0")}

    def facts(self, *, where: str = "1") -> list[tuple[str, int, int, str, str]]:
        """Names, kinds and bodies of all facts, in the order of their names."""
        rows = self.reader.rows(
            f"SELECT device, epoch, seq, kind, body FROM facts WHERE {where} ORDER BY 1, 2, 3"
        )
        return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


__all__ = ["FAIR", "PC", "Lan", "Stock"]
