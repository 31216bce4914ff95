"""The one writer thread: commands in, one transaction for all that arrived together, answers out after the commit."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import sqlcipher3

from app.domain.refusals import Refused
from app.store.faults import Fault, StoreFault, fault_of

if TYPE_CHECKING:
    from app.store.book import Book

GROUP_SECONDS = 0.003
"""How long a busy writer waits for companions of a command: several guns share one sync to disk."""
GROUP_MOST = 64
QUIET_SECONDS = 0.25
"""So long nobody has to come before the log is carried into the book: no scan waits for that.

A writer that never has a quiet moment carries it over within a commit every 1,000 pages, as SQLite does by itself.
"""
CARRY_AFTER = 600
"""Fewer changed rows than this stay in the log, about a hundred scans."""

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")
log = logging.getLogger(__name__)


class Command(Protocol[T_co]):
    """Something a clerk or the sync loop wants done: it reads the book and records facts in it, or refuses."""

    def perform(self, book: Book) -> T_co: ...


_Job = tuple[Command[Any], "Future[Any]"]


class Writer:
    """Owns the writing connection; ``submit`` from any thread, the future is done when the commit is on disk."""

    def __init__(
        self,
        connection: sqlcipher3.Connection,
        open_book: Callable[[], Book],
        *,
        changed: Callable[[frozenset[str]], None] = lambda topics: None,
        make_room: Callable[[], bool] = lambda: False,
    ) -> None:
        """``open_book`` is called on the writer's thread at the first command: a start need not load the ledger."""
        self._connection = connection
        self._open_book = open_book
        self._changed = changed
        self._make_room = make_room
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._closing = False
        self._blank: deque[Future[Any]] = deque()  # the next command's, made in the quiet after the last one
        self._last_group = 1
        self._behind = 0
        self._carried = 0
        self._thread = threading.Thread(target=self._work, name="geyi-writer", daemon=True)
        self._thread.start()

    def submit(self, command: Command[T]) -> Future[T]:
        """Queue a command; its future gives the answer, or raises :class:`StoreFault` with nothing recorded."""
        try:
            future: Future[T] = self._blank.pop()
        except IndexError:
            future = Future()
        if self._closing:
            future.set_exception(StoreFault(Fault.CLOSED))
        else:
            self._jobs.put((command, future))
        return future

    def do(self, command: Command[T]) -> T:
        """Submit and wait."""
        return self.submit(command).result()

    def close(self) -> None:
        """Finish what is queued, then close the connection."""
        if not self._closing:
            self._closing = True
            self._jobs.put(None)
            self._thread.join()

    # --- on the writer thread ---

    def _work(self) -> None:
        first = self._jobs.get()
        if first is not None:
            self._book = self._open_book()
            self._book.someone_waits = lambda: self._behind > 0 or not self._jobs.empty()
        while first is not None:
            self._run(self._gather(first))
            first = self._next()
        self._connection.close()

    def _next(self) -> _Job | None:
        if self._connection.total_changes - self._carried >= CARRY_AFTER:
            try:
                return self._jobs.get(timeout=QUIET_SECONDS)
            except Empty:
                self._carry_over()
        return self._jobs.get()

    def _carry_over(self) -> None:
        """Copy what is committed from the log into the book; where that fails, nothing is lost and the log stays."""
        self._carried = self._connection.total_changes
        try:
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except sqlcipher3.Error as error:
            log.warning("the log was not carried over: %s", error)

    def _gather(self, first: _Job) -> list[_Job]:
        """What is queued already; after a group of several, wait some milliseconds for as many again."""
        group = [first]
        if self._last_group == 1 and self._jobs.empty():
            return group
        patience = GROUP_SECONDS if self._last_group > 1 else 0.0
        end = time.monotonic() + patience
        while len(group) < GROUP_MOST:
            try:
                wait = end - time.monotonic() if len(group) < self._last_group else 0.0
                job = self._jobs.get(timeout=wait) if wait > 0 else self._jobs.get_nowait()
            except Empty:
                break
            if job is None:
                self._jobs.put(None)
                break
            group.append(job)
        self._last_group = len(group)
        return group

    def _run(self, group: list[_Job]) -> None:
        try:
            answers = self._commit(group)
        except StoreFault as fault:
            self._run_after(fault, group)
            return
        for (_, future), (answer, error) in zip(group, answers, strict=True):
            if error is None:
                future.set_result(answer)
            else:
                future.set_exception(error)
        if not self._blank:
            self._blank.append(Future())
        topics = frozenset(self._book.changed)
        self._book.changed.clear()
        if topics:
            self._changed(topics)

    def _run_after(self, fault: StoreFault, group: list[_Job]) -> None:
        """A full disk gets the ballast and one more try; any other fault is each command's answer."""
        if fault.fault is Fault.DISK_FULL and self._make_room():
            self._run(group)
            return
        log.error("commit failed: %s", fault)
        for _, future in group:
            future.set_exception(StoreFault(fault.fault, fault.detail))

    def _commit(self, group: list[_Job]) -> list[tuple[Any, BaseException | None]]:
        """One transaction for the group, each command on its own savepoint; raises :class:`StoreFault`."""
        execute = self._connection.execute
        try:
            execute("BEGIN IMMEDIATE")
            answers = []
            for at, (command, _) in enumerate(group, 1):
                self._behind = len(group) - at
                answers.append(self._perform(command, alone=len(group) == 1))
            execute("COMMIT")
        except sqlcipher3.Error as error:
            self._roll_back("ROLLBACK")
            raise fault_of(error) from error
        return answers

    def _perform(self, command: Command[Any], *, alone: bool) -> tuple[Any, BaseException | None]:
        if alone:
            before, undo = "", "ROLLBACK; BEGIN IMMEDIATE"
        else:
            before, undo = "SAVEPOINT command", "ROLLBACK TO command"
        kept = set(self._book.changed)
        try:
            if before:
                self._connection.execute(before)
            answer = command.perform(self._book)
        except sqlcipher3.OperationalError:
            raise
        except Exception as error:  # it becomes this command's answer, the others go on
            log.warning("command %s failed", type(command).__name__, exc_info=error)
            for statement in undo.split("; "):
                self._roll_back(statement)
            self._book.changed |= kept
            return None, fault_of(error) if isinstance(error, sqlcipher3.Error) else error
        if isinstance(answer, Refused):
            self._book.changed = kept
        return answer, None

    def _roll_back(self, statement: str) -> None:
        try:
            self._connection.execute(statement)
        except sqlcipher3.Error as error:
            log.debug("roll-back: %s", error)
        self._book.forget_after_rollback()
