"""The folder of a station's host: the uplink's book, the hub's database under the same key, and two small files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.domain.clock import Clock
from app.domain.roles import STATION
from app.hub.hub import Hub
from app.hub.intake import Pace
from app.hub.upbook import UpStore
from app.store.book import Book
from app.sync.inbox import TakePlace
from app.sync.protocol import HOST_VOICE, Enrolled

NAME = "host"
"""The folder's name in the data folder of the PC that is the host."""
PORT = 8610
ADDRESS, LAST_PORT, LEAVE = "address", "port", "leave"
"""Files: the port that the running host listens on, the one of last time, and the word that it should end."""
SERVER = "server"
"""State key: the platform's address."""
NEXT_MS, SEEN_MS = 1_000, 10_000
"""On a LAN it costs little to ask often, and clashes are told the sooner."""


@dataclass(frozen=True, slots=True)
class PlaceAbove:
    """The place at the platform that the uplink takes over, from the epoch after the last one used."""

    server: str
    device: str
    secret: str
    epoch: int
    point: str
    point_name: str

    def perform(self, book: Book) -> None:
        """Keep it, the first time."""
        if book.get("device"):
            return
        for key, value in (
            (SERVER, self.server),
            ("device", self.device),
            ("secret", self.secret),
            ("epoch", self.epoch + 1),
            ("point", self.point),
            ("point_name", self.point_name),
        ):
            book.put(key, value)


def make(folder: Path, clock: Clock, place: PlaceAbove) -> None:
    """Make the host's folder; twice is once. Raises ``StoreFault`` where a host runs on it."""
    store = UpStore(folder, clock)
    try:
        store.writer.do(place)
        hub = hub_of(folder, clock, store.key)
        hub.add_point(place.point, place.point_name, kind=STATION, voice=HOST_VOICE)
        hub.close()
    finally:
        store.close()


def renew(folder: Path, clock: Clock, server: str, place: Enrolled) -> None:
    """The uplink has another place at the platform; what nobody there has acknowledged goes along."""
    store = UpStore(folder, clock)
    try:
        store.writer.do(_Renew(server, place))
    finally:
        store.close()


@dataclass(frozen=True, slots=True)
class _Renew:
    server: str
    place: Enrolled

    def perform(self, book: Book) -> None:
        TakePlace(self.place).perform(book)
        book.put(SERVER, self.server)


def is_made(folder: Path) -> bool:
    """Whether this PC is, or was, the host."""
    return (folder / "hub.db").exists()


def hub_of(folder: Path, clock: Clock, key: bytes) -> Hub:
    """The hub on the folder's database."""
    return Hub(f"sqlite:///{folder / 'hub.db'}", clock, key=key, pace=Pace(next_ms=NEXT_MS, seen_ms=SEEN_MS))


def port_of(folder: Path) -> int:
    """The port of last time, or the usual one."""
    try:
        return int((folder / LAST_PORT).read_text("ascii"))
    except (OSError, ValueError):
        return PORT


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that it is read whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, "ascii")
    part.replace(path)
