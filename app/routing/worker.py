"""The route engine's child process: jobs come in as JSON lines, better orders go out; it ends with its parent.

A job is an order of some vans to be improved; the night comes first, once. Only this side imports numpy and PyVRP.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import IO, TYPE_CHECKING

from app.routing.night import Night
from app.routing.wire import Message, line, night_of, order_of, read

if TYPE_CHECKING:
    from app.routing.search import Found

TELL_EVERY_S = 0.25
"""Better orders are told at most so often, and the last one always."""


def main() -> int:
    """Serve until the parent closes the pipe."""
    came_in, goes_out = pipes()
    inbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(came_in, inbox), daemon=True).start()

    def say(message: Message) -> None:
        goes_out.write(line(message))
        goes_out.flush()

    return serve(inbox, say)


def serve(inbox: queue.SimpleQueue[Message | None], say: Callable[[Message], None]) -> int:
    """Answer message after message; a night that cannot be worked on is said and not died of."""
    night: Night | None = None
    while (message := inbox.get()) is not None:
        if "night" in message:
            night = night_of(message["night"])
            _warm_up()
            say({"ready": os.getpid()})
        elif "job" in message and night is not None:
            _do(night, message, say)
    return 0


def _warm_up() -> None:
    """Load the engine before the first job is timed."""
    import app.routing.model
    import app.routing.search  # noqa: F401


def _do(night: Night, job: Message, say: Callable[[Message], None]) -> None:
    from app.routing.model import build
    from app.routing.search import Effort, improve

    begun = time.monotonic()
    order, loose = order_of(job) or {}, job.get("loose", [])
    some = replace(night, vans=tuple(van for van in night.vans if van.name in order))
    model = build(some, order, loose)
    told = begun

    def tell(found: Found) -> None:
        nonlocal told
        if time.monotonic() - told >= TELL_EVERY_S:
            told = time.monotonic()
            say(answer(found))

    def answer(found: Found) -> Message:
        whole = found.best.is_feasible()
        return {
            "job": job["job"],
            "iterations": found.iterations,
            "order": model.order(found.best) if whole else None,
        }

    effort = Effort(
        seed=job["seed"],
        seconds=max(0.01, job["seconds"] - (time.monotonic() - begun)),
        iterations=job["iterations"],
        neighbours=job["neighbours"],
        hot=job["hot"],
        cold=job["cold"],
    )
    found = improve(model.data, model.solution(order), effort, tell)
    say(answer(found) | {"done": True})


def _listen(pipe: IO[bytes], inbox: queue.SimpleQueue[Message | None]) -> None:
    """Lines into the inbox; when the parent is gone nothing is worth finishing."""
    for raw in pipe:
        message = read(raw)
        if message is not None:
            inbox.put(message)
    os._exit(0)


def pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Standard input and output, also in a program without a console, where Python has none."""
    if sys.platform == "win32":
        return _windows_pipes()
    return sys.stdin.buffer, sys.stdout.buffer


if sys.platform == "win32":

    def _windows_pipes() -> tuple[IO[bytes], IO[bytes]]:
        import ctypes
        import msvcrt

        get = ctypes.windll.kernel32.GetStdHandle
        get.restype = ctypes.c_void_p
        came_in = msvcrt.open_osfhandle(get(-10) or 0, os.O_RDONLY)
        goes_out = msvcrt.open_osfhandle(get(-11) or 0, 0)
        return os.fdopen(came_in, "rb"), os.fdopen(goes_out, "wb")
