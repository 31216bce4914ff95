"""The sync loop on a thread of its own: wakes on new facts and when the network returns."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from app.sync.pace import USUAL

log = logging.getLogger(__name__)
IDLE_SECONDS = 0.3
"""After the last scan of a run the loop waits this long for one more."""
LONGEST_GATHERING = 5.0
_AFTER_A_BUG = 60.0


class Steps(Protocol):
    """What the loop runs: an engine, or a station's uplink."""

    @property
    def failing(self) -> bool:
        """Whether new facts wait for the next try."""
        ...

    def step(self) -> float:
        """Do what is to be done; the seconds until the next time."""
        ...

    def network_returned(self) -> None:
        """The next failure counts as the first."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


class Bell:
    """Rings for new facts, for a returned network, and for the end; what rang is kept until it is heard."""

    def __init__(self) -> None:
        self._rung = threading.Condition()
        self._facts = 0
        self._at_once = False
        self.ended = False

    def fact_recorded(self) -> None:
        """A fact was recorded here."""
        with self._rung:
            self._facts += 1
            self._rung.notify_all()

    def at_once(self) -> None:
        """Something happened that is worth an exchange now."""
        with self._rung:
            self._at_once = True
            self._rung.notify_all()

    def end(self) -> None:
        """The loop is to end."""
        with self._rung:
            self.ended = True
            self._rung.notify_all()

    def wait(self, seconds: float, *, for_facts: bool) -> None:
        """Until something rings that is worth it, or ``seconds`` have passed; then gather what follows closely."""
        with self._rung:
            self._rung.wait_for(lambda: self._is_urgent() or (for_facts and self._facts > 0), timeout=seconds)
            if for_facts and self._facts and not self._is_urgent():
                self._gather()
            self._facts, self._at_once = 0, False

    def _is_urgent(self) -> bool:
        return self._at_once or self.ended

    def _gather(self) -> None:
        end = time.monotonic() + LONGEST_GATHERING
        while self._facts < USUAL and time.monotonic() < end and not self._is_urgent():
            if not self._more_than(self._facts):
                return

    def _more_than(self, seen: int) -> bool:
        """Whether more rings before the line has been idle for a moment."""
        return self._rung.wait_for(lambda: self._facts > seen or self._is_urgent(), timeout=IDLE_SECONDS)


class SyncLoop:
    """Runs an engine until it is stopped; the engine is made on the loop's thread, where its reader belongs."""

    def __init__(self, make_engine: Callable[[], Steps]) -> None:
        self._make_engine = make_engine
        self._bell = Bell()
        self._engine: Steps | None = None
        self._thread = threading.Thread(target=self._run, name="geyi-sync", daemon=True)

    def start(self) -> None:
        """Begin; the first exchange is made at once."""
        self._thread.start()

    def stop(self, *, seconds: float = 10.0) -> None:
        """End after the running exchange; what is unsent stays in the book."""
        self._bell.end()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def fact_recorded(self) -> None:
        """New facts wait to be sent; call it from any thread."""
        self._bell.fact_recorded()

    def network_returned(self) -> None:
        """The system says that the network is back, or the user asks for an exchange now."""
        if self._engine is not None:
            self._engine.network_returned()
        self._bell.at_once()

    def _run(self) -> None:
        engine = self._engine = self._make_engine()
        try:
            while not self._bell.ended:
                seconds = self._step(engine)
                if seconds > 0:  # more news or facts are waiting already: nothing is gathered first
                    self._bell.wait(seconds, for_facts=not engine.failing)
        finally:
            engine.close()

    def _step(self, engine: Steps) -> float:
        try:
            return engine.step()
        except Exception:
            log.exception("the sync loop found a bug; it goes on")
            return _AFTER_A_BUG
