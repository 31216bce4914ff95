"""The desk's side of a worker process: start it, send it lines, hear its lines, kill it at once."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.routing.wire import Message, line, read

WORKER_FLAG = "--route-worker"
_NO_WINDOW = 0x08000000


def worker_command() -> list[str]:
    """How a worker is started, from source and from the installed program."""
    if getattr(sys, "frozen", False):
        return [sys.executable, WORKER_FLAG]
    return [sys.executable, "-m", "app", WORKER_FLAG]


@dataclass(frozen=True, slots=True)
class Heard:
    """A worker's line; no message: it has ended."""

    worker: Worker
    message: Message | None


Inbox = queue.SimpleQueue[Heard | None]


class Worker:
    """One child process, with a thread for each direction, so that a stuck child never holds up the desk."""

    def __init__(self, number: int, inbox: Inbox, command: Sequence[str]) -> None:
        self.number = number
        self.alive = True
        self._inbox = inbox
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._process = _started(command)
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._hear, self._speak)]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def send(self, message: Message) -> None:
        """Tell it something; never waits."""
        self._outbox.put(line(message))

    def kill(self) -> None:
        """End it at once."""
        self.alive = False
        self._outbox.put(None)
        self._process.kill()

    def close(self) -> None:
        """End it and wait until its threads are gone."""
        self.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join()
        for pipe in (self._process.stdin, self._process.stdout):
            _shut(pipe)

    def _hear(self) -> None:
        pipe = self._process.stdout
        for raw in pipe or ():
            message = read(raw)
            if message is not None:
                self._inbox.put(Heard(self, message))
        self.alive = False
        self._outbox.put(None)
        self._inbox.put(Heard(self, None))

    def _speak(self) -> None:
        pipe = self._process.stdin
        while pipe is not None and (raw := self._outbox.get()) is not None:
            try:
                pipe.write(raw)
                pipe.flush()
            except (OSError, ValueError):
                return


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=None if getattr(sys, "frozen", False) else Path(__file__).resolve().parents[2],
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        creationflags=_NO_WINDOW if sys.platform == "win32" else 0,
    )


def _shut(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        try:
            pipe.close()
        except OSError:
            return
