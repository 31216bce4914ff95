"""A relay on loopback that does to HTTP exchanges what village networks do, on demand."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

_PAGE = b"<html><body>Please sign in</body></html>"
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(_PAGE), _PAGE)
_MOST_HEAD = 65_536


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong. The first four are chances from 0 to 1 for each exchange; ``half`` too; the rest is for all.

    ``latency`` is seconds added each way, ``bandwidth`` bytes a second (0: no bound). ``black_hole`` takes requests
    and never answers; ``down`` refuses connections; ``html`` answers as a hotel's sign-in page does.
    """

    lose_request: float = 0.0
    lose_answer: float = 0.0
    duplicate: float = 0.0
    half: float = 0.0
    html: bool = False
    black_hole: bool = False
    down: bool = False
    latency: float = 0.0
    bandwidth: float = 0.0


FAIR = Fault()


@dataclass(slots=True)
class Counters:
    """What passed: bytes from and to the client, exchanges, and what was done to them."""

    up: int = 0
    down: int = 0
    exchanges: int = 0
    done: dict[str, int] = field(default_factory=dict)

    def note(self, what: str) -> None:
        self.done[what] = self.done.get(what, 0) + 1


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Relay:
    """Listens on a free port of loopback and passes whole HTTP/1.1 exchanges on to a service."""

    def __init__(self, *, port: int, seed: int = 0) -> None:
        """``port`` is the service's, on loopback."""
        self.counters = Counters()
        self._target = port
        self._random = Random(seed)
        self._fault = FAIR
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="geyi-relay", daemon=True)
        self._thread.start()
        self.port = 0
        self._do(self._listen())
        self.url = f"http://127.0.0.1:{self.port}"

    def set(self, fault: Fault = FAIR) -> None:
        """From now on this goes wrong; without an argument nothing does."""
        self._do(self._set(fault))

    def aim(self, *, port: int) -> None:
        """Pass on to another port: the service has come back elsewhere."""
        self._target = port

    def stop(self) -> None:
        """Cut all connections and end the thread."""
        self._do(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # --- on the relay's thread ---

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=_MOST_HEAD)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _set(self, fault: Fault) -> None:
        self._fault = fault
        if fault.down and self._server is not None:
            await self._cut()
        elif not fault.down and self._server is None:
            await self._listen()

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()

    async def _shut(self) -> None:
        await self._cut()
        mine = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not mine]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        upstream: list[Streams] = []
        try:
            while await self._exchange(reader, writer, upstream):
                pass
        except (
            OSError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
            ValueError,
            asyncio.CancelledError,
        ):
            pass  # the exchange ends here, whoever ended it; a cancelled one must not be reported as a bug
        finally:
            self._open.discard(writer)
            for _, up in upstream:
                up.transport.abort()
            writer.transport.abort() if self._fault.down else writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upstream: list[Streams]
    ) -> bool:
        """One request and what becomes of it; whether the connection lives on."""
        request = await _message(reader)
        fault, self.counters.exchanges = self._fault, self.counters.exchanges + 1
        self.counters.up += len(request)
        if fault.black_hole:
            self.counters.note("black_hole")
            await reader.read()
            return False
        if self._strikes("lose_request", fault.lose_request):
            return False
        if fault.html:
            self.counters.note("html")
            await self._answer(writer, HTML, fault)
            return False
        await self._take_time(len(request), fault)
        answer = await self._forward(request, upstream)
        if self._strikes("duplicate", fault.duplicate):
            answer = await self._forward(request, upstream)
        if self._strikes("lose_answer", fault.lose_answer):
            return False
        if self._strikes("half", fault.half):
            await self._answer(writer, answer[: len(answer) - 1 - len(answer) // 10], fault)
            return False
        await self._answer(writer, answer, fault)
        return True

    def _strikes(self, what: str, chance: float) -> bool:
        struck = chance > 0 and self._random.random() < chance
        if struck:
            self.counters.note(what)
        return struck

    async def _forward(self, request: bytes, upstream: list[Streams]) -> bytes:
        if not upstream:
            upstream.append(await asyncio.open_connection("127.0.0.1", self._target, limit=_MOST_HEAD))
        reader, writer = upstream[0]
        writer.write(request)
        await writer.drain()
        return await _message(reader)

    async def _answer(self, writer: asyncio.StreamWriter, answer: bytes, fault: Fault) -> None:
        await self._take_time(len(answer), fault)
        self.counters.down += len(answer)
        writer.write(answer)
        await writer.drain()

    async def _take_time(self, size: int, fault: Fault) -> None:
        seconds = fault.latency + (size / fault.bandwidth if fault.bandwidth else 0.0)
        if seconds:
            await asyncio.sleep(seconds)


async def _message(reader: asyncio.StreamReader) -> bytes:
    """A whole request or answer that says its length."""
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return head + await reader.readexactly(int(value))
    return head
