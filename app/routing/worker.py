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
    from pyvrp import Solution

    from app.routing.worker_model import Model
    from app.routing.worker_search import Found, Memory

TELL_EVERY_S = 0.4
"""What is new is told at most so often, and the end always."""

Say = Callable[[Message], None]


class Inbox:
    """What the parent has said: jobs in their order, and the last thing that others found."""

    def __init__(self) -> None:
        self.jobs: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self.hint: Message = {}

    def take(self, message: Message) -> None:
        """Keep a message where it is looked for."""
        if "hint" in message:
            self.hint = message
        else:
            self.jobs.put(message)


def main() -> int:
    """Serve until the parent closes the pipe."""
    came_in, goes_out = pipes()
    inbox = Inbox()
    threading.Thread(target=_listen, args=(came_in, inbox), daemon=True).start()
    _warm_up()

    def say(message: Message) -> None:
        goes_out.write(line(message))
        goes_out.flush()

    return serve(inbox, say)


def serve(inbox: Inbox, say: Say) -> int:
    """Answer message after message, until one says that there is none."""
    from app.routing.worker_search import Memory

    night: Night | None = None
    while (message := inbox.jobs.get()) is not None:
        if "night" in message:
            night, memory = night_of(message["night"]), Memory()
            say({"ready": os.getpid()})
        elif "job" in message and night is not None:
            _do(night, message, memory, inbox, say)
    return 0


def _warm_up() -> None:
    """Load the engine while the desk makes its first plan."""
    import app.routing.worker_model
    import app.routing.worker_search  # noqa: F401


def _do(night: Night, job: Message, memory: Memory, inbox: Inbox, say: Say) -> None:
    from app.routing.worker_model import build
    from app.routing.worker_search import Effort, improve, usual_neighbours

    begun = time.monotonic()
    order = order_of(job) or {}
    some = replace(night, vans=tuple(van for van in night.vans if van.name in order))
    model = build(some, order, job["loose"])
    talk = _Talk(job["job"], model, inbox, say)
    effort = Effort(
        seed=job["seed"],
        seconds=max(0.01, job["seconds"] - (time.monotonic() - begun)),
        iterations=job["iterations"],
        neighbours=job["neighbours"] or usual_neighbours(model.data),
        begins=job["begins"],
        ends=job["ends"],
    )
    found = improve(model.data, model.solution(order), effort, memory, talk.tell, talk.ask)
    talk.end(found)


class _Talk:
    """What is said and asked during one job."""

    def __init__(self, job: int, model: Model, inbox: Inbox, say: Say) -> None:
        self._job, self._model, self._inbox, self._say = job, model, inbox, say
        self._told_at = time.monotonic()
        self._told: Solution | None = None

    def tell(self, found: Found) -> None:
        """News, but not too often."""
        if time.monotonic() - self._told_at >= TELL_EVERY_S:
            self._say(self._answer(found))

    def end(self, found: Found) -> None:
        """The last word."""
        self._told = None
        self._say(self._answer(found) | {"done": True})

    def ask(self) -> Solution | None:
        """The best that others found, where the parent has passed it on."""
        order = order_of(self._inbox.hint)
        return self._model.solution(order) if order and self._inbox.hint["hint"] == self._job else None

    def _answer(self, found: Found) -> Message:
        self._told_at = time.monotonic()
        message: Message = {"job": self._job, "iterations": found.iterations}
        if found.best is not self._told and found.best.is_feasible():
            message["order"] = self._model.order(found.best)
            self._told = found.best
        return message


def _listen(pipe: IO[bytes], inbox: Inbox) -> None:
    """Lines into the inbox; when the parent is gone nothing is worth finishing."""
    for raw in pipe:
        message = read(raw)
        if message is not None:
            inbox.take(message)
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
