"""From a station's feed up to the platform and back: two steps and the usual exchange, each with its cursor beside it.

Up: facts of the station's feed become own facts of the uplink's book, with the feed number in that book. Then the
usual engine keeps that book in step with the platform. Down: what the platform said is put on the station's feed, with
the row of the book in the hub's database. A kill between any two of these repeats nothing and leaves nothing out.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable

from sqlalchemy import Connection, delete, select

from app.domain import codec
from app.domain import events as e
from app.domain.codec import Recorded
from app.domain.ids import FactId
from app.hub import feed
from app.hub.database import put, put_new
from app.hub.hub import Hub
from app.hub.intake import platform_fact
from app.hub.ruling import Entry, Ledger
from app.hub.tables import devices, photos, put_off, relayed
from app.hub.upbook import TAKEN_UP, TakePhoto, TakeUp, UpStore, heard_after, missing_photos
from app.sync.engine import Engine
from app.sync.protocol import PLATFORM_DEVICE, Platform

log = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
"""How often the station's feed is looked at; facts that came at once go up at once together."""
MOST_DOWN = 500


class Uplink:
    """One station's way to the platform; ``step`` it from one thread, as an engine is."""

    def __init__(
        self,
        hub: Hub,
        point: str,
        store: UpStore,
        platform: Platform,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hub, self._point, self._store = hub, point, store
        self._monotonic = monotonic
        store.make_origins()
        self._reader = store.reader()
        self.engine = Engine(
            writer=store.writer,
            reader=store.reader(),
            platform=platform,
            clock=hub.clock,
            monotonic=monotonic,
        )
        self._photos: set[str] = set()
        self._due = monotonic()

    @property
    def failing(self) -> bool:
        """Whether the platform could not be reached last."""
        return self.engine.failing

    def network_returned(self) -> None:
        """Try at once."""
        self.engine.network_returned()
        self._due = self._monotonic()

    def step(self) -> float:
        """Up, across and down; the seconds until there may be something to do again."""
        moved = self.take_up() + self.take_photos()
        now = self._monotonic()
        if now >= self._due or (moved and not self.failing):
            self._due = self._monotonic() + self.engine.step()
        self.pass_down()
        return max(0.0, min(LOOK_SECONDS, self._due - self._monotonic()))

    def close(self) -> None:
        """Let go of readers and connection; the store belongs to who made it."""
        self._reader.close()
        self.engine.close()

    # --- up ---

    def take_up(self) -> int:
        """New facts of the station's feed, with their pictures, into the uplink's book; how many facts."""
        cursor = self._reader.get(TAKEN_UP, 0)
        with self._hub.engine.begin() as connection:
            part = feed.read(
                connection, self._point, device="", cursor=cursor, have={}, unread=feed.Unread.GOES_ALONG
            )
        if part.cursor == cursor:
            return 0
        facts = tuple(told.fact for told in part.items if told.fact is not None)
        return self._store.writer.do(TakeUp(facts, part.cursor))

    def take_photos(self) -> int:
        """New pictures of the station into the uplink's book; how many."""
        with self._hub.engine.begin() as connection:
            names = set(connection.execute(select(photos.c.sha)).scalars())
        missing = missing_photos(self._reader, names - self._photos)
        for name in missing:
            with self._hub.engine.begin() as connection:
                jpeg = connection.execute(select(photos.c.jpeg).where(photos.c.sha == name)).scalar_one()
            self._store.writer.do(TakePhoto(bytes(jpeg)))
        self._photos = names
        return len(missing)

    # --- down ---

    def pass_down(self) -> int:
        """What the platform said since the last time goes on the station's feed; how many facts were looked at."""
        with self._hub.engine.begin() as connection:
            row = connection.execute(select(relayed.c.row).where(relayed.c.point == self._point)).scalar()
        heard = heard_after(self._reader, row or 0, most=MOST_DOWN)
        if not heard:
            return 0
        with self._hub.engine.begin() as connection:
            for _, fact in heard:
                self._say(connection, fact)
            self._try_again(connection)
            put(connection, relayed, [{"point": self._point, "row": heard[-1][0]}])
        return len(heard)

    def _say(self, connection: Connection, heard: Recorded) -> None:
        if heard.id.device != PLATFORM_DEVICE:
            self._introduce(connection, heard.id.device)
        trial = connection.begin_nested()
        fact = _readable(heard) if feed.pass_on(connection, self._point, heard) else None
        voided = Ledger(connection, self._point).take([Entry(heard, fact)]) if fact else []
        if voided and isinstance(fact, e.Voided):
            trial.rollback()
            self._put_off(connection, heard)
            return
        trial.commit()
        now_ms = self._hub.clock.now_ms()
        feed.tell(connection, self._point, [platform_fact(item, now_ms=now_ms) for item in voided])

    def _introduce(self, connection: Connection, device: str) -> None:
        """A PC of this station that talks to the platform itself, or did so before: it may be named, not sign in."""
        usual = {"point": self._point, "name": "", "last_epoch": 1, "seen_ms": 0, "unsent": 0}
        row = {"device": device, "secret_hash": secrets.token_bytes(32)}
        put_new(connection, devices, [usual | row])

    def _put_off(self, connection: Connection, heard: Recorded) -> None:
        """Later facts here still stand on what the platform takes back: it is said when they are gone too."""
        log.warning("%s cannot be taken back yet", heard.body)
        row = {"seq": heard.id.seq, "at_ms": heard.at_ms, "day": heard.day, "body": heard.body}
        put(connection, put_off, [row | {"point": self._point, "of": str(heard.id)}])

    def _try_again(self, connection: Connection) -> None:
        """What was put off is said once what stood on it was taken back; each success may allow the next."""
        mine = put_off.c.point == self._point
        waiting = connection.execute(select(put_off).where(mine).order_by(put_off.c.seq)).mappings().all()
        connection.execute(delete(put_off).where(mine))
        for row in waiting:
            known = FactId(PLATFORM_DEVICE, 1, row["seq"])
            fact = Recorded(known, row["at_ms"], 0, row["day"], "", e.Voided.__name__, row["body"])
            self._say(connection, fact)


def _readable(recorded: Recorded) -> e.Fact | None:
    try:
        return recorded.fact()
    except codec.BadFact:
        return None
