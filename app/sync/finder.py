"""Finding the station's host on the LAN: a question to everybody, and an answer that proves who gives it.

Question and answer are one small UDP packet each. A PC that has a place at the host names itself; the host's answer
then carries a keyed hash over question, station and port that only who keeps this PC's secret can make.
"""

from __future__ import annotations

import hmac
import json
import logging
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import blake2b
from select import select
from typing import Any

from app.domain.codec import dumps
from app.sync.secret import hashed

log = logging.getLogger(__name__)
PORT = 8611
EVERYBODY = ("255.255.255.255", "127.0.0.1")
"""All PCs of the LAN, and this one, which does not hear its own broadcast everywhere."""
_VERSION = 1
_MOST = 1_024
_LISTEN_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Found:
    """A host that answered; ``proven`` where it knows this PC's secret."""

    station: str
    name: str
    url: str
    proven: bool


class Answerer:
    """Answers questions for one station on a thread of its own; without a free port there are no answers."""

    def __init__(
        self,
        *,
        station: str,
        name: str,
        port: int,
        secret_of: Callable[[str], bytes | None],
        at: tuple[str, int] = ("", PORT),
    ) -> None:
        """``port`` is the host's HTTP port; ``secret_of(device)`` the hash of a device's secret, or none."""
        self._station, self._name, self._port = station, name, port
        self._secret_of = secret_of
        self._ended = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(at)
        self._socket.settimeout(_LISTEN_SECONDS)
        self.at: tuple[str, int] = self._socket.getsockname()[:2]
        self._thread = threading.Thread(target=self._run, name="geyi-finder", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; twice is once."""
        self._ended.set()
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                packet, who = self._socket.recvfrom(_MOST)
                answer = self.answer_to(packet)
                if answer:
                    self._socket.sendto(answer, who)
            except TimeoutError:
                continue
            except OSError as error:  # Windows says so when an earlier answer found nobody
                log.debug("finder: %s", error)

    def answer_to(self, packet: bytes) -> bytes:
        """The answer to a packet; empty where it is no question to this station."""
        asked = _read(packet)
        nonce, device = asked.get("ask"), asked.get("device")
        if type(nonce) is not str or len(nonce) != 32 or asked.get("station") not in ("", self._station):
            return b""
        secret = self._secret_of(device) if type(device) is str and device else None
        proof = proof_of(secret, nonce, self._station, self._port) if secret else ""
        said = {
            "geyi": _VERSION,
            "to": nonce,
            "station": self._station,
            "name": self._name,
            "port": self._port,
        }
        return dumps(said | {"proof": proof}).encode()


def find(
    *,
    station: str = "",
    device: str = "",
    secret: str = "",
    targets: Sequence[str] = (),
    port: int = PORT,
    seconds: float = 1.2,
) -> tuple[Found, ...]:
    """Hosts that answer within ``seconds``: of one ``station``, or all.

    A ``device`` with its ``secret`` asks for proof, and one that proves itself is waited for no longer.
    """
    nonce = secrets.token_hex(16)
    question = dumps({"geyi": _VERSION, "ask": nonce, "station": station, "device": device}).encode()
    found: dict[str, Found] = {}
    with ExitStack() as open_sockets:
        asking = [open_sockets.enter_context(each) for each in _sockets()]
        for each in asking:
            for target in targets or EVERYBODY:
                _ask(each, question, (target, port))
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            for host in (_checked(heard, nonce, secret) for heard in _hear(asking, left)):
                if host and station in ("", host.station):
                    found[host.url] = host
            if any(host.proven for host in found.values()):
                break
    return tuple(sorted(found.values(), key=lambda host: (not host.proven, host.station, host.url)))


def proof_of(secret_hash: bytes, nonce: str, station: str, port: int) -> str:
    """What only somebody with the device's secret, or its hash, can say to this question."""
    said = f"{nonce}\n{station}\n{port}".encode()
    return blake2b(said, key=secret_hash, digest_size=16, person=b"geyi-finder").hexdigest()


def _ask(asking: socket.socket, question: bytes, target: tuple[str, int]) -> None:
    try:
        asking.sendto(question, target)
    except OSError as error:
        log.debug("no way to %s: %s", target, error)


def _sockets() -> list[socket.socket]:
    """One for the system's own choice of the way, and one for each network that this PC is in: cable, Wi-Fi, others."""
    try:
        addresses = {"", *socket.gethostbyname_ex(socket.gethostname())[2]}
    except OSError:
        addresses = {""}
    found = []
    for address in sorted(addresses):
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        made.setblocking(False)
        try:
            made.bind((address, 0))
        except OSError:
            made.close()
            continue
        found.append(made)
    return found


def _hear(asking: Sequence[socket.socket], seconds: float) -> Iterator[tuple[bytes, str]]:
    """What comes first within ``seconds``, at whichever socket."""
    ready, _, _ = select(asking, [], [], seconds)
    for each in ready:
        try:
            packet, who = each.recvfrom(_MOST)
        except OSError:  # Windows' word that nobody listens at one of the targets
            continue
        yield packet, str(who[0])


def _checked(heard: tuple[bytes, str], nonce: str, secret: str) -> Found | None:
    said, address = _read(heard[0]), heard[1]
    station, name, port, proof = (said.get(key) for key in ("station", "name", "port", "proof"))
    if said.get("to") != nonce or type(port) is not int or not 0 < port < 65_536:
        return None
    if not (type(station) is str and type(name) is str and type(proof) is str and station):
        return None
    proven = bool(secret) and hmac.compare_digest(proof, proof_of(hashed(secret), nonce, station, port))
    return Found(station, name[:100], f"http://{address}:{port}", proven)


def _read(packet: bytes) -> dict[str, Any]:
    """A packet's object; empty where it is none of ours."""
    try:
        said = json.loads(packet)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) and said.get("geyi") == _VERSION else {}
