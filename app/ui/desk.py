"""The desk: the only bridge between the Qt thread and the writer's, and the one place where answers are spoken."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.domain.answers import Answer, Tone

log = logging.getLogger(__name__)

_PACE_MS: Final = 50
BROKEN: Final = Answer(
    Tone.WRONG, "没有记上", "程序出了点问题，这一步没有记上。请再试一次；还不行，请重启程序后联系客服。"
)


class Desk(QObject):
    """`submit(command)` is the store's; it returns at once with a future that another thread completes.

    Signals, all on the Qt thread: `changed(frozenset[str])` topics to re-read, at most every 50 ms;
    `answered(Answer)` for the answer band, the sounds and the voice.
    """

    changed = Signal(object)
    answered = Signal(object)
    _landed = Signal(object)
    _heard = Signal(object)

    def __init__(
        self,
        submit: Callable[[Any], Future[Any]],
        parent: QObject | None = None,
        *,
        explain: Callable[[BaseException], Answer | None] = lambda error: None,
    ) -> None:
        """`explain(error)` gives the sentence for a known trouble (a full disk), None for what nobody foresaw."""
        super().__init__(parent)
        self._submit = submit
        self._explain = explain
        self._topics: set[str] = set()
        self._told = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tell_changes)
        self._landed.connect(self._run, Qt.ConnectionType.QueuedConnection)
        self._heard.connect(self._gather, Qt.ConnectionType.QueuedConnection)

    def do(
        self,
        command: object,
        then: Callable[[Any], None],
        *,
        otherwise: Callable[[], None] | None = None,
    ) -> None:
        """Have a command done; `then(result)` runs on the Qt thread once it is durable.

        A refusal is a result. An exception is not expected: it is logged, answered with one calm sentence, and
        `otherwise()` runs so that the page can let go of what it was waiting for.
        """
        try:
            future = self._submit(command)
        except Exception as error:  # noqa: BLE001 - here the unforeseen becomes a sentence
            self._broke(command, error, otherwise)
            return
        future.add_done_callback(partial(self._land, command, then, otherwise))

    def announce(self, topics: Iterable[str]) -> None:
        """Say, from any thread, that what these topics name has changed."""
        self._post(self._heard, frozenset(topics))

    def post(self, work: Callable[[], None]) -> None:
        """Have `work()` run on the Qt thread, from any thread."""
        self._post(self._landed, work)

    def answer(self, answer: Answer) -> None:
        """Show and sound an answer (Qt thread)."""
        self.answered.emit(answer)

    def attempt(self, work: Callable[[], None]) -> None:
        """Run a page's own work; what it did not foresee becomes the calm sentence and a log entry."""
        try:
            work()
        except Exception:
            log.exception("a page failed")
            self.answer(BROKEN)

    def _land(
        self,
        command: object,
        then: Callable[[Any], None],
        otherwise: Callable[[], None] | None,
        future: Future[Any],
    ) -> None:
        """Runs on the thread that finished the command."""
        if not future.cancelled():
            self._post(self._landed, partial(self._finish, command, then, otherwise, future))

    def _post(self, signal: Any, payload: object) -> None:
        try:
            signal.emit(payload)
        except RuntimeError:
            log.info("the counter is closed; nobody is left to hear")

    def _run(self, finish: Callable[[], None]) -> None:
        finish()

    def _finish(
        self,
        command: object,
        then: Callable[[Any], None],
        otherwise: Callable[[], None] | None,
        future: Future[Any],
    ) -> None:
        try:
            then(future.result())
        except Exception as error:  # noqa: BLE001 - here the unforeseen becomes a sentence
            self._broke(command, error, otherwise)

    def _broke(self, command: object, error: Exception, otherwise: Callable[[], None] | None) -> None:
        # The command's kind only: its content may hold a buyer's data.
        log.error("%s failed", type(command).__name__, exc_info=error)
        if otherwise is not None:
            otherwise()
        self.answer(self._explain(error) or BROKEN)

    def _gather(self, topics: frozenset[str]) -> None:
        self._topics |= topics
        if self._timer.isActive():
            return
        since = (time.monotonic() - self._told) * 1000
        self._timer.start(max(0, round(_PACE_MS - since)))

    def _tell_changes(self) -> None:
        topics, self._topics = frozenset(self._topics), set()
        self._told = time.monotonic()
        self.changed.emit(topics)
