"""The station's host from this PC's side: becoming it, joining it, following it, and who is there."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from app.domain.answers import Answer
from app.domain.roles import STATION
from app.store.connection import Reader
from app.store.faults import StoreFault
from app.store.opening import Store
from app.store.words import fault_answer
from app.upkeep import words
from app.upkeep.ports import OtherPC, StationView, Then

if TYPE_CHECKING:
    from pathlib import Path

    from app.hub.host import Host
    from app.hub.host_folder import PlaceAbove
    from app.store.book import Book
    from app.sync.protocol import Enrolled, Platform

T = TypeVar("T")
log = logging.getLogger(__name__)
HOSTS = "hosts"
"""State key: this PC runs the station's host."""


@dataclass(frozen=True, slots=True)
class _Join:
    """The book's place is at the station's host from now on."""

    place: Enrolled
    url: str
    hosts: int

    def perform(self, book: Book) -> None:
        from app.sync.inbox import TakePlace

        TakePlace(self.place, at_host=1).perform(book)
        book.put("server", self.url)
        book.put(HOSTS, self.hosts)
        book.changed.add("preferences")


class Hosting:
    """For one counter. ``post`` runs work on the Qt thread, ``hang_up`` ends the exchange with the place before."""

    def __init__(
        self,
        store: Store,
        *,
        post: Callable[[Callable[[], None]], None],
        hang_up: Callable[[], None],
    ) -> None:
        self._store, self._post, self._hang_up = store, post, hang_up
        self._host: Host | None = None
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    # --- what the panel asks ---

    def look(self, then: Callable[[StationView], None]) -> None:
        """How the station's PCs stand."""
        self._aside(self._look, then, StationView())

    def become_host(self, then: Then) -> None:
        """This PC is the host from now on."""
        self._aside(lambda: self._safely(self._become_host), then, words.HOST_FAILED)

    def join(self, address: str, code: str, then: Then) -> None:
        """This PC joins the host at ``address`` with a code that it shows."""
        self._aside(lambda: self._safely(lambda: self._join(address, code)), then, words.HOST_FAILED)

    def new_code(self, then: Callable[[str], None]) -> None:
        """A code for one more PC; empty where there is none."""
        self._aside(lambda: self._opened().new_code(), then, "")

    def find(self, then: Callable[[tuple[str, ...]], None]) -> None:
        """Addresses at which a host of this station answers."""
        nowhere: tuple[str, ...] = ()
        self._aside(self._find, then, nowhere)

    # --- what the counter asks ---

    def keep_running(self, reader: Reader) -> None:
        """Start the host where this PC is it and it does not run; at once, and again and again."""
        if reader.get(HOSTS, 0) and not self._opened().is_running:
            self._aside(self._start, lambda _: None, 0)

    def renew(self, server: str, code: str) -> Answer | None:
        """A PC of a station with a host has no place of its own at the platform: the host's is taken anew.

        None where this PC stands alone and takes a place for itself.
        """
        from app.sync.outbox import AT_HOST

        hosts, at_host = self._with_reader(lambda reader: (reader.get(HOSTS, 0), reader.get(AT_HOST, 0)))
        if not at_host:
            return None
        return self._renew(server, code) if hosts else words.HOST_SENDS

    def platform(self, reader: Reader) -> Platform | None:
        """The station's host as the place to sync with; none where this PC has its place elsewhere."""
        from app.sync.lan import LanPlatform
        from app.sync.outbox import AT_HOST

        get = reader.get
        if not get(AT_HOST, 0):
            return None
        station, device, secret = str(get("point", "")), str(get("device", "")), str(get("secret", ""))
        from app.sync.finder import find

        return LanPlatform(
            str(get("server", "")),
            device=device,
            secret=secret,
            look=lambda: find(station=station, device=device, secret=secret),
            moved=self._follow,
        )

    def stop(self) -> None:
        """End what was begun."""
        for thread in self._threads:
            thread.join()
        if self._host is not None:
            self._host.stop()

    # --- inside, on threads of their own ---

    def _look(self) -> StationView:
        from app.sync.outbox import AT_HOST

        hosts, at_host, server, device, secret = self._with_reader(
            lambda r: (
                r.get(HOSTS, 0),
                r.get(AT_HOST, 0),
                r.get("server", ""),
                r.get("device", ""),
                r.get("secret", ""),
            )
        )
        if not hosts:
            return StationView(is_placed=bool(secret), address=_without_scheme(server) if at_host else "")
        from app.hub.host import lan_address

        host = self._opened()
        pcs = tuple(OtherPC(x.name, x.seen_ms, x.unsent, x.device == device) for x in host.members())
        port = server.rpartition(":")[2]
        return StationView(
            is_host=True,
            is_running=host.is_running,
            address=f"{lan_address()}:{port}",
            pcs=pcs,
            unsent_above=host.unsent(),
        )

    def _become_host(self) -> Answer:
        from app.hub.host_folder import make
        from app.sync.outbox import AT_HOST

        hosts, at_host, role = self._with_reader(
            lambda reader: (reader.get(HOSTS, 0), reader.get(AT_HOST, 0), reader.get("role", ""))
        )
        if hosts:
            return words.IS_HOST
        place = self._with_reader(_place_above)
        if at_host or not place.secret or role != STATION:
            return words.FIRST_THE_PLATFORM
        host = self._opened()
        if not host.is_running:
            make(self._folder, self._store.clock, place)
        url = f"http://127.0.0.1:{self._start()}"
        return self._take_place(url, host.new_code(), hosts=1) or words.IS_HOST

    def _renew(self, server: str, code: str) -> Answer:
        from app.hub.host_folder import renew

        place = _asked(server, code)
        if isinstance(place, Answer):
            return place
        station = self._with_reader(lambda reader: str(reader.get("point", "")))
        if place.point != station:
            return words.OTHER_STATION
        with self._lock:
            self._opened().stop()
            renew(self._folder, self._store.clock, server, place)
        self._start()
        return words.IS_HOST

    def _join(self, address: str, code: str) -> Answer:
        bare = _without_scheme(address.strip().rstrip("/"))
        url = f"http://{bare}" if ":" in bare else f"http://{bare}:{_usual_port()}"
        return self._take_place(url, code, hosts=0) or words.JOINED

    def _take_place(self, url: str, code: str, *, hosts: int) -> Answer | None:
        """None where it went well."""
        place = _asked(url, code)
        if isinstance(place, Answer):
            return place
        station = self._with_reader(lambda reader: str(reader.get("point", "")))
        if place.kind != STATION or station not in ("", place.point):
            return words.OTHER_STATION
        self._hang_up()
        self._store.writer.do(_Join(place, url, hosts))
        return None

    def _find(self) -> tuple[str, ...]:
        from app.sync.finder import find

        station = self._with_reader(lambda reader: str(reader.get("point", "")))
        return tuple(
            _without_scheme(host.url) for host in find(station=station) if "127.0.0.1" not in host.url
        )

    def _start(self) -> int:
        """Start the host; this PC follows it to the port on which it now listens."""
        with self._lock:
            port = self._opened().start()
        if self._with_reader(lambda reader: bool(reader.get(HOSTS, 0))):
            self._follow(f"http://127.0.0.1:{port}")
        return port

    def _follow(self, url: str) -> None:
        from app.upkeep.actions import KeepServer

        self._store.writer.submit(KeepServer(url))

    @property
    def _folder(self) -> Path:
        from app.hub.host_folder import NAME

        return self._store.path / NAME

    def _opened(self) -> Host:
        from app.hub.host import Host

        if self._host is None:
            self._host = Host(self._folder, self._store.clock)
        return self._host

    def _with_reader(self, read: Callable[[Reader], T]) -> T:
        reader = self._store.reader()
        try:
            return read(reader)
        finally:
            reader.close()

    def _safely(self, work: Callable[[], Answer]) -> Answer:
        try:
            return work()
        except StoreFault as fault:
            return fault_answer(fault)

    def _aside(self, work: Callable[[], T], then: Callable[[T], None], otherwise: T) -> None:
        def run() -> None:
            try:
                found = work()
            except Exception:
                log.exception("the station's PCs")
                found = otherwise
            self._post(lambda: then(found))

        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=run, name="geyi-hosting", daemon=True)
        self._threads.append(thread)
        thread.start()


def _asked(url: str, code: str) -> Enrolled | Answer:
    """The place that a code gives at an address, or why there is none."""
    import platform as machine

    from app.sync.http import HttpPlatform
    from app.sync.protocol import EnrolmentRefused, SyncError

    door = HttpPlatform(url)
    try:
        return door.enrol(code=code, device_name=machine.node(), attempt=secrets.token_hex(8))
    except EnrolmentRefused:
        return words.CODE_REFUSED
    except SyncError as error:
        log.info("nobody at %s: %s", url, error)
        return words.NO_HOST_THERE
    finally:
        door.close()


def _place_above(reader: Reader) -> PlaceAbove:
    from app.hub.host_folder import PlaceAbove

    get = reader.get
    return PlaceAbove(
        str(get("server", "")),
        str(get("device", "")),
        str(get("secret", "")),
        int(get("epoch", 1)),
        str(get("point", "")),
        str(get("point_name", "")),
    )


def _without_scheme(url: str) -> str:
    return url.removeprefix("http://").removeprefix("https://")


def _usual_port() -> int:
    from app.hub.host_folder import PORT

    return PORT
