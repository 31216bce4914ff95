"""The sync loop: push the outbox, pull the feed, record what was heard, compare counts; one exchange at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from app.domain.clock import Clock
from app.domain.codec import GENESIS, canonical
from app.store.connection import Reader
from app.store.faults import StoreFault
from app.store.writer import Writer
from app.sync.checks import Checked, check
from app.sync.inbox import KeepAnswer, PhotoNotTaken, PhotoSent, Rewind, StartEpoch
from app.sync.outbox import Outbox, Standing
from app.sync.pace import Pace
from app.sync.protocol import (
    Answer,
    Batch,
    Busy,
    Choked,
    Lied,
    Platform,
    SignedOut,
    SyncError,
    TimedOut,
    Verdict,
)
from app.sync.pulse import Pulse, Trouble
from app.sync.suspicion import Suspicion

log = logging.getLogger(__name__)
SIGNED_OUT_SECONDS = 300.0
TALLY_SECONDS = 300.0
SOON = 0.0
_LONGEST_POLL = 600.0


class Engine:
    """Keeps a book and the platform in step. ``step`` makes one exchange; the reader belongs to its thread."""

    def __init__(
        self,
        *,
        writer: Writer,
        reader: Reader,
        platform: Platform,
        clock: Clock,
        pulse: Pulse | None = None,
        random: Random | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.pulse = pulse or Pulse()
        self._writer = writer
        self._reader = reader
        self._outbox = Outbox(reader)
        self._platform = platform
        self._clock = clock
        self._monotonic = monotonic
        self._pace = Pace(random or Random())
        self._suspicion = Suspicion()
        self._tallied_at: float | None = None
        self._garbled = 0

    @property
    def failing(self) -> bool:
        """Whether the last exchange failed, so that new facts wait for the next try."""
        return self._pace.failing

    def network_returned(self) -> None:
        """The next failure counts as the first."""
        self._pace.network_returned()

    def step(self) -> float:
        """One exchange with all that follows from it; the seconds until the next one is due."""
        try:
            wait = self._exchange()
        except StoreFault as fault:
            log.warning("the book cannot be read or written: %s", fault)
            self.pulse.take(trouble=Trouble.STORE)
            return self._pace.wait_after_failure()
        self.take_pulse()
        return wait

    def close(self) -> None:
        """Let go of the reader and the connection."""
        self._reader.close()
        self._platform.close()

    def take_pulse(self) -> None:
        """Count what is unsent."""
        standing = self._outbox.standing()
        self.pulse.take(
            now_ms=self._clock.now_ms(),
            unsent=standing.unsent,
            oldest_ms=standing.oldest_ms,
            quarantined=len(self._reader.get("quarantined", {})),
        )

    # --- one exchange ---

    def _exchange(self) -> float:
        standing = self._outbox.standing()
        batch = self._next_batch(standing)
        if standing.unsent and not batch.facts and batch.opaque is None and self._suspicion.limit != 0:
            return self._mend(standing, after=standing.acknowledged)
        before = self._clock.now_ms()
        try:
            answer = self._platform.push(batch)
            checked = check(answer, batch, standing, before_ms=before, after_ms=self._clock.now_ms())
        except SyncError as error:
            return self._failed(error, batch)
        return self._turns[answer.verdict](self, standing, batch, checked)

    def _next_batch(self, standing: Standing) -> Batch:
        limit = self._suspicion.limit
        batch = self._outbox.batch(standing, most=self._pace.size if limit is None else limit)
        if self._suspicion.found and batch.facts:
            return replace(batch, facts=(), opaque=canonical(batch.facts[0]))
        if batch.last == standing.last and self._tally_is_due():
            first, tallies = self._outbox.tallies(standing, last=batch.last)
            batch = replace(batch, tallies_from=first, tallies=tallies)
        return replace(batch, plain=True) if self._garbled else batch

    def _tally_is_due(self) -> bool:
        return self._tallied_at is None or self._monotonic() - self._tallied_at >= TALLY_SECONDS

    # --- what the answer asks for ---

    def _kept(self, standing: Standing, batch: Batch, checked: Checked) -> float:
        answer = checked.answer
        sent = batch.last - batch.first + 1
        self._keep(standing, checked)
        self._suspicion.passed(sent)
        self._pace.succeeded(sent, most=answer.max_events)
        self._garbled = 0
        self._contact(checked)
        if answer.cursor < batch.cursor:
            self._alarm(Trouble.FEED_SHORTER)
        elif batch.tallies:
            self._compare(batch, answer)
        if self._send_photo() or answer.more or batch.last < self._outbox.standing().last:
            return SOON
        return min(answer.next_ms / 1000, _LONGEST_POLL)

    def _keep(self, standing: Standing, checked: Checked) -> None:
        """Record what was heard, in short transactions between which scans have their turn."""
        keep = KeepAnswer(checked.answer, (standing.device, standing.epoch), checked.skew_ms)
        while (came_to := self._writer.do(keep)) < checked.answer.cursor:
            keep = replace(keep, after=came_to)

    def _compare(self, batch: Batch, answer: Answer) -> None:
        """Counts of both sides agree, which ends an alarm; or they do not, which begins one."""
        self._tallied_at = self._monotonic()
        if answer.tallies == batch.tallies:
            self.pulse.take(alarm=Trouble.NONE)
        else:
            log.error("counts differ: ours %s, theirs %s", batch.tallies, answer.tallies)
            self._alarm(Trouble.MISMATCH)

    def _gap(self, standing: Standing, batch: Batch, checked: Checked) -> float:
        """The platform holds less than we thought (it came back from a backup): send again from there."""
        answer = checked.answer
        self._contact(checked)
        if self._outbox.digest_at(standing, answer.watermark) == answer.digest:
            self._writer.do(Rewind(answer.watermark, answer.digest))
            return SOON
        return self._mismatch(standing, batch, checked)

    def _mismatch(self, standing: Standing, batch: Batch, checked: Checked) -> float:
        """The past differs: go half-way back and send from there, until both sides agree on a beginning."""
        self._contact(checked)
        self._alarm(Trouble.MISMATCH)
        self._tallied_at = None
        back = min(batch.first - 1, standing.acknowledged) // 2
        digest = self._outbox.digest_at(standing, back)
        if digest is None:
            back, digest = 0, GENESIS
        if batch.first == 1:
            return self._failed(Lied("no common beginning"), batch)
        self._writer.do(Rewind(back, digest))
        return SOON

    def _not_adding_up(self, standing: Standing, batch: Batch, checked: Checked) -> float:
        """Our facts do not fit our digest: once it may be their folding or the wire, twice it is the book."""
        self._contact(checked)
        self._garbled += 1
        if self._garbled < 2:
            return SOON
        self._garbled = 0
        return self._mend(standing, after=max(standing.acknowledged, checked.answer.watermark))

    def _fork(self, standing: Standing, batch: Batch, checked: Checked) -> float:
        """Another book wrote the same numbers (a cloned disk, a restored backup): ours go on in a new epoch."""
        answer = checked.answer
        log.warning("fork after %d of epoch %d: on to epoch %d", answer.common, standing.epoch, answer.epoch)
        self._writer.do(StartEpoch(answer.common, answer.epoch, answer.cursor))
        self._pace.succeeded(0, most=answer.max_events)
        self._contact(checked)
        self.pulse.take(trouble=Trouble.FORKED)
        self._tallied_at = None
        return SOON

    def _mend(self, standing: Standing, *, after: int) -> float:
        """A fact in our own book is missing or changed: what is unsent goes on in a new epoch, as it now stands."""
        log.error("own facts after %d of epoch %d are damaged", after, standing.epoch)
        self._alarm(Trouble.MISMATCH)
        self._writer.do(StartEpoch(after, standing.epoch + 1, standing.cursor))
        return SOON

    _turns: dict[Verdict, Callable[[Engine, Standing, Batch, Checked], float]] = {  # noqa: RUF012 - a table, not state
        Verdict.KEPT: _kept,
        Verdict.GAP: _gap,
        Verdict.MISMATCH: _mismatch,
        Verdict.GARBLED: _not_adding_up,
        Verdict.FORK: _fork,
    }

    # --- the rest ---

    def _failed(self, error: SyncError, batch: Batch) -> float:
        """What went wrong is shown; nothing is lost, and the next try comes by itself."""
        trouble, wait = Trouble.UNREACHABLE, self._pace.wait_after_failure()
        match error:
            case TimedOut():
                trouble = Trouble.SLOW
                self._pace.timed_out()
            case Busy():
                trouble, wait = Trouble.BUSY, max(wait, error.retry_after)
            case SignedOut():
                trouble, wait = Trouble.SIGNED_OUT, SIGNED_OUT_SECONDS
            case Lied():
                trouble = Trouble.LIED
            case Choked():
                trouble = Trouble.CHOKED
                self._suspicion.choked(batch.last - batch.first + 1)
                if self._suspicion.awake:
                    self._pace.network_returned()  # it answers: looking for the fact need not wait long
            case _:
                pass
        log.info("exchange failed: %s: %s", type(error).__name__, error)
        self.pulse.take(trouble=trouble)
        return wait

    def _contact(self, checked: Checked) -> None:
        changes: dict[str, Any] = {"last_contact_ms": self._clock.now_ms(), "trouble": Trouble.NONE}
        if checked.skew_ms is not None:
            changes["skew_ms"] = checked.skew_ms
        self.pulse.take(**changes)

    def _alarm(self, trouble: Trouble) -> None:
        self.pulse.take(alarm=trouble)

    def _send_photo(self) -> bool:
        """One picture with each good exchange; whether it went. One that cannot be taken makes way for the others."""
        found = self._outbox.unsent_photo()
        if found is None:
            return False
        sha, jpeg = found
        try:
            self._platform.keep_photo(sha=sha, jpeg=jpeg)
        except Choked as error:
            log.warning("picture %s is not taken: %s", sha, error)
            self._writer.do(PhotoNotTaken(sha))
            return True
        except SyncError as error:
            log.info("picture %s stays: %s", sha, error)
            return False
        self._writer.do(PhotoSent(sha))
        return True
