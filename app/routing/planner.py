"""Plans beside the window: puts the night together, lets the engine search, and tells the page of what gets better."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from app.routing.board import Board, Moved
from app.routing.engine import Limits, Search
from app.routing.night import Plan, Progress
from app.routing.repair import repair
from app.routing.tonight import Known, Network, Tonight, Wish, tonight
from app.routing.valhalla import network_of
from app.ui.desk import Desk

log = logging.getLogger(__name__)
MOST_MOVED = 120
LEAST_S = 1.0
"""A search is as long as was promised from the key on, but never shorter."""

Told = Callable[[Tonight, Progress], None]
Ready = Callable[[Tonight, Plan], None]


class Planner:
    """One search at a time; everything it says comes on the Qt thread, and nothing after it was told to stop."""

    def __init__(self, desk: Desk, limits: Limits, *, failed: Callable[[], None]) -> None:
        """`failed` is called where a plan that was asked for could not be made."""
        self._desk, self._limits, self._failed = desk, limits, failed
        self._search: Search | None = None
        self._turn = 0
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._networks: dict[str, Network | None] = {}
        self._making = threading.Lock()
        self._made: tuple[Known, Wish, Tonight] | None = None

    @property
    def busy(self) -> bool:
        """Whether something is being worked out."""
        return any(thread.is_alive() for thread in self._threads) or self._search is not None

    def plan(self, known: Known, wish: Wish, told: Told, *, start: Plan | None = None) -> None:
        """Search for a plan; `told` hears of the first, of each better one, and of the end."""
        asked = time.monotonic()
        self._aside(lambda turn: self._begin(turn, asked, known, wish, told, start))

    def prepare(self, known: Known) -> None:
        """Put the night together while nobody has asked yet, so that the first plan comes sooner."""

        def run() -> None:
            self._night(known, Wish())

        if not self._making.locked():
            self._start(run)

    def mend(self, known: Known, wish: Wish, plan: Plan, then: Ready) -> None:
        """Fit a plan to a night that has changed: only what the change touches is moved."""
        self._aside(lambda turn: self._mend(turn, known, wish, plan, then))

    def weigh(self, board: Board, then: Callable[[Sequence[Moved]], None]) -> None:
        """What is otherwise than yesterday; nothing is told once the board has another plan."""
        seen = Board(board.tonight, board.plan)

        def run() -> None:
            moved = seen.moved(most=MOST_MOVED)
            self._desk.post(lambda: then(moved) if board.plan is seen.plan else None)

        self._start(run)

    def stop(self) -> None:
        """End the search at once."""
        with self._lock:
            self._turn += 1
            search, self._search = self._search, None
        if search is not None:
            search.cancel()

    def close(self) -> None:
        """End the search and wait for what is on its way."""
        with self._lock:
            search = self._search
        self.stop()
        if search is not None:
            search.wait()
        for thread in self._threads:
            thread.join()

    # --- beside the window ---

    def _aside(self, work: Callable[[int], None]) -> None:
        self.stop()
        turn = self._turn

        def run() -> None:
            try:
                work(turn)
            except Exception:
                self._post(turn, self._failed)
                raise

        self._start(run)

    def _start(self, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            except Exception:
                log.exception("planning failed")

        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=run, name="geyi-night", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _night(self, known: Known, wish: Wish) -> Tonight:
        with self._making:
            made = self._made
            if made is not None and made[0] is known and made[1] == wish:
                return made[2]
            extract = known.settings.extract
            if extract not in self._networks:
                self._networks[extract] = network_of(extract)
            night = tonight(known, wish, network=self._networks[extract])
            self._made = (known, wish, night)
            return night

    def _begin(
        self, turn: int, asked: float, known: Known, wish: Wish, told: Told, start: Plan | None
    ) -> None:
        night = self._night(known, wish)

        def listen(progress: Progress) -> None:
            self._post(turn, lambda: self._hear(night, progress, told))

        fitted = repair(night.night, start) if start is not None and start.routes else None
        limits = self._limits
        rest = replace(limits, seconds=max(LEAST_S, limits.seconds - (time.monotonic() - asked)))
        with self._lock:
            if turn == self._turn:
                self._search = Search(night.night, rest, start=fitted, listener=listen)

    def _hear(self, night: Tonight, progress: Progress, told: Told) -> None:
        if progress.done:
            with self._lock:
                self._search = None
        told(night, progress)

    def _mend(self, turn: int, known: Known, wish: Wish, plan: Plan, then: Ready) -> None:
        night = self._night(known, wish)
        mended = repair(night.night, plan)
        self._post(turn, lambda: then(night, mended))

    def _post(self, turn: int, work: Callable[[], None]) -> None:
        def on_time() -> None:
            if turn == self._turn:
                work()

        self._desk.post(on_time)
