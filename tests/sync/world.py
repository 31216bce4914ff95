"""A whole small world: a hub over real HTTP behind a relay, and shops with real books that sync with it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from random import Random

from app.domain import events as e
from app.domain.clock import StoryClock
from app.domain.codec import GENESIS, Recorded, chained, decode
from app.domain.goods import Count
from app.domain.ids import FactId
from app.hub import platform
from app.hub.hub import Hub
from app.hub.running import serve
from app.hub.service import make_app
from app.sandbox.faults import FAIR, Fault, Relay
from app.store.opening import Store
from app.sync.engine import Engine
from app.sync.http import HttpPlatform
from app.sync.inbox import TakePlace
from app.sync.protocol import Platform
from app.sync.pulse import Pulse, Trouble
from tests.samples import POINT, TRIP, Record, line, manifest, morning, policy

SLOT = "A-01"


class World:
    """A hub that listens, a relay before it, and a clock that all share."""

    def __init__(self, folder: Path, *, seed: int = 0) -> None:
        self.folder = folder
        self.clock = morning()
        self.hub = Hub(f"sqlite:///{folder / 'hub.db'}", self.clock)
        self.hub.add_point(POINT, "村口小店")
        self.running = serve(make_app(self.hub))
        self.relay = Relay(port=self.running.port, seed=seed)
        self.shops: list[Shop] = []

    def shop(self, name: str) -> Shop:
        """A PC that joins the point."""
        found = Shop(self, self.folder / name)
        self.shops.append(found)
        return found

    def announce(self, lots: Sequence[str], *, pieces: int = 2, trip: str = TRIP) -> None:
        """Terms and a manifest from the platform."""
        platform.set_policy(self.hub, POINT, policy())
        platform.announce(self.hub, manifest((line(lot, pieces=pieces) for lot in lots), trip=trip))

    def restart_hub(self) -> None:
        """The service stops and comes back on another port, with its database."""
        self.running.stop()
        self.running = serve(make_app(self.hub))
        self.relay.aim(port=self.running.port)

    def held(self) -> list[FactId]:
        """Every fact of a device that the hub holds, in order."""
        with self.hub.engine.begin() as connection:
            rows = connection.exec_driver_sql(
                "SELECT device, epoch, seq FROM facts WHERE substr(device, 1, 1) != '@' ORDER BY 1, 2, 3"
            )
            return [FactId(*row) for row in rows]

    def settle(self) -> None:
        """With a fair network, all shops sync until nobody has anything to say or to hear."""
        self.relay.set(FAIR)
        for _ in range(3):
            for shop in self.shops:
                shop.sync()

    def agree(self) -> None:
        """Hub and books hold the same facts, once each, with equal digests and equal stock."""
        held = self.held()
        assert len(held) == len(set(held))
        for shop in self.shops:
            assert shop.facts() == held
            epoch, digest = shop.digest()
            assert platform.digest_of(self.hub, shop.device, epoch=epoch) == digest
            assert shop.stock() == platform.stock_of(self.hub, POINT)

    def close(self) -> None:
        """Everything ends."""
        for shop in self.shops:
            shop.close()
        self.relay.stop()
        self.running.stop()
        self.hub.close()


class Shop:
    """One PC: a book in a folder, and an engine that talks to the world's relay."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder
        self.monotonic = 0.0
        self._open()
        self.door = HttpPlatform(world.running.url)
        self.join(folder.name)

    def join(self, name: str) -> None:
        """Take a place at the point."""
        code = self.world.hub.make_enrolment(POINT)
        place = self.door.enrol(code=code, device_name=name, attempt=f"try-{name}")
        self.door.close()
        self.store.writer.do(TakePlace(place))
        self._connect()

    def _open(self) -> None:
        self.store = Store(self.folder, self.world.clock)
        self.reader = self.store.reader()

    def _connect(self, platform: Platform | None = None) -> None:
        get = self.reader.get
        self.door = HttpPlatform(
            self.world.relay.url, device=get("device"), secret=get("secret"), whole_seconds=5
        )
        self.pulse = Pulse()
        self.engine = Engine(
            writer=self.store.writer,
            reader=self.reader,
            platform=platform or self.door,
            clock=self.world.clock,
            pulse=self.pulse,
            random=Random(1),
            monotonic=lambda: self.monotonic,
        )

    def talk_to(self, platform: Platform) -> None:
        """Another platform answers from now on."""
        self.door.close()
        self._connect(platform)

    def record(self, *facts: e.Fact) -> list[FactId]:
        """Record facts as they are."""
        return self.store.writer.do(Record(facts))

    def hand_out(self, lot: str, pieces: int = 1, *, slot: str = SLOT) -> FactId:
        """Hand pieces out without asking whether they are there."""
        return self.record(e.PickedUp("b1", (Count(lot, pieces, slot),)))[0]

    def receive(self, *lots: str, pieces: int = 2) -> FactId:
        """Take pieces off the van onto the first slot."""
        return self.record(e.GoodsReceived(TRIP, tuple(Count(lot, pieces, SLOT) for lot in lots)))[0]

    def step(self) -> float:
        """One exchange."""
        return self.engine.step()

    def sync(self, *, most: int = 60) -> None:
        """Exchange until the engine would wait for the next poll."""
        for _ in range(most):
            wait = self.step()
            if wait and self.pulse.reading.trouble in (Trouble.NONE, Trouble.FORKED) and not self.unsent:
                return
        raise AssertionError(f"still not in step: {self.pulse.reading}")

    @property
    def unsent(self) -> int:
        """Own facts that nobody has acknowledged."""
        return self.pulse.reading.unsent

    def restart(self) -> None:
        """The program ends and begins again."""
        self.close()
        self._open()
        self._connect()

    def back_up(self, aside: Path) -> None:
        """Copy the closed book aside, as a cloned disk does."""
        self.close()
        shutil.copytree(self.folder, aside)
        self._open()
        self._connect()

    def restore(self, aside: Path) -> None:
        """Put an older copy in the book's place."""
        self.close()
        shutil.rmtree(self.folder)
        shutil.copytree(aside, self.folder)
        self._open()
        self._connect()

    def close(self) -> None:
        """The program ends."""
        self.door.close()
        self.reader.close()
        self.store.close()

    # --- looking into the book ---

    @property
    def device(self) -> str:
        """This PC's name in facts."""
        return str(self.reader.get("device"))

    def facts(self) -> list[FactId]:
        """All facts in the book but the platform's, in the order of their ids."""
        rows = self.reader.rows("SELECT device, epoch, seq FROM facts WHERE device != '@' ORDER BY 1, 2, 3")
        return [FactId(*row) for row in rows]

    def bodies(self) -> list[tuple[str, str]]:
        """Kind and body of all facts but the platform's, sorted."""
        rows = self.reader.rows("SELECT kind, body FROM facts WHERE device != '@' ORDER BY 1, 2")
        return [(row[0], row[1]) for row in rows]

    def voided(self) -> list[e.Voided]:
        """What the platform has taken back."""
        rows = self.reader.rows("SELECT kind, body FROM facts WHERE kind = 'Voided' ORDER BY id")
        found = [decode(*row) for row in rows]
        return [fact for fact in found if isinstance(fact, e.Voided)]

    def stock(self) -> dict[tuple[str, str], int]:
        """Pieces by lot and place."""
        return {(row[0], row[1]): row[2] for row in self.reader.rows("SELECT * FROM stock WHERE pieces != 0")}

    def digest(self) -> tuple[int, bytes]:
        """The running epoch and the digest at its end, computed anew from the facts."""
        epoch, digest = self.reader.get("epoch"), GENESIS
        for row in self.reader.rows(
            "SELECT seq, at_ms, skew_ms, day, operator, kind, body FROM facts"
            " WHERE device = ? AND epoch = ? ORDER BY seq",
            (self.device, epoch),
        ):
            digest = chained(digest, Recorded(FactId(self.device, epoch, row[0]), *row[1:]))
        return epoch, digest


__all__ = ["FAIR", "POINT", "SLOT", "TRIP", "Fault", "Shop", "StoryClock", "World"]
