"""A point's feed: one numbered row of news for all its devices, written in runs and read from a cursor."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from enum import Enum
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, func, insert, select, update

from app.domain.codec import GENESIS, Recorded, dumps
from app.domain.goods import Person
from app.domain.ids import FactId
from app.hub.database import locked, put_fresh
from app.hub.tables import facts, feed, points, quarantine
from app.sync.protocol import PLATFORM_DEVICE, Elsewhere, Told

FACTS, PEOPLE, ELSEWHERE = "facts", "people", "elsewhere"
_MOST_ITEMS = 2_000
_MOST_CHARACTERS = 2_000_000
_MOST_RUNS = 500


def stored_device(point: str, device: str) -> str:
    """The name under which a device's facts stand in the hub: the platform speaks to each point apart."""
    return f"{PLATFORM_DEVICE}{point}" if device == PLATFORM_DEVICE else device


def spoken_device(device: str) -> str:
    """The name that devices know."""
    return PLATFORM_DEVICE if device.startswith(PLATFORM_DEVICE) else device


# --- writing -----------------------------------------------------------------------------------------------


def lock_point(connection: Connection, point: str) -> int:
    """Hold the point's row to the end of the transaction; the last number of its feed."""
    found = connection.execute(locked(select(points.c.feed_n).where(points.c.point == point))).scalar_one()
    return int(found)


def add_run(
    connection: Connection, point: str, *, device: str, epoch: int, first_seq: int, count: int
) -> None:
    """Put ``count`` facts of a device on the feed; the point is locked."""
    first_n = lock_point(connection, point) + 1
    _add(connection, point, first_n, count, FACTS, device=device, epoch=epoch, first_seq=first_seq)


def tell(connection: Connection, point: str, said: Sequence[Recorded]) -> None:
    """Put the hub's own facts on the feed; their seq is made equal to their feed number."""
    if not said:
        return
    first_n = lock_point(connection, point) + 1
    voice = connection.execute(select(points.c.voice).where(points.c.point == point)).scalar_one()
    device = stored_device(point, PLATFORM_DEVICE)
    put_fresh(
        connection,
        facts,
        [fact_row(fact, FactId(device, voice, n), GENESIS) for n, fact in enumerate(said, first_n)],
    )
    _add(connection, point, first_n, len(said), FACTS, device=device, epoch=voice, first_seq=first_n)


def pass_on(connection: Connection, point: str, heard: Recorded) -> bool:
    """Put a fact on the feed under the name that it has elsewhere already; false where it is known."""
    device, epoch, seq = stored_device(point, heard.id.device), heard.id.epoch, heard.id.seq
    known = (facts.c.device == device) & (facts.c.epoch == epoch) & (facts.c.seq == seq)
    if connection.execute(select(facts.c.seq).where(known)).first() is not None:
        return False
    put_fresh(connection, facts, [fact_row(heard, FactId(device, epoch, seq), GENESIS)])
    add_run(connection, point, device=device, epoch=epoch, first_seq=seq, count=1)
    return True


def tell_people(connection: Connection, point: str, people: Iterable[Person]) -> None:
    """Put names and phone tails on the feed, apart from facts: this row can be emptied later."""
    _tell_rows(connection, point, PEOPLE, people)


def tell_elsewhere(connection: Connection, point: str, entries: Iterable[Elsewhere]) -> None:
    """Put entries for "not here" on the feed."""
    _tell_rows(connection, point, ELSEWHERE, entries)


def forget_people(connection: Connection, point: str, *, through: int) -> None:
    """Empty the people of the feed up to number ``through``: their purpose has ended; the numbers stay."""
    old = and_(feed.c.point == point, feed.c.what == PEOPLE, feed.c.last_n <= through)
    connection.execute(update(feed).where(old).values(body="[]"))


def _tell_rows(connection: Connection, point: str, what: str, things: Iterable[Any]) -> None:
    rows = [astuple(thing) for thing in things]
    if rows:
        _add(connection, point, lock_point(connection, point) + 1, 1, what, body=dumps(rows))


def _add(connection: Connection, point: str, first_n: int, count: int, what: str, **more: Any) -> None:
    last_n = first_n + count - 1
    usual = {"device": "", "epoch": 0, "first_seq": 0, "body": ""}
    connection.execute(
        insert(feed), {"point": point, "first_n": first_n, "last_n": last_n, "what": what} | usual | more
    )
    connection.execute(update(points).where(points.c.point == point).values(feed_n=last_n))


def fact_row(fact: Recorded, known: FactId, digest: bytes) -> dict[str, Any]:
    """A row of table ``facts``."""
    return {
        "device": known.device,
        "epoch": known.epoch,
        "seq": known.seq,
        "at_ms": fact.at_ms,
        "skew_ms": fact.skew_ms,
        "day": fact.day,
        "operator": fact.operator,
        "kind": fact.kind,
        "body": fact.body,
        "digest": digest,
    }


# --- reading -----------------------------------------------------------------------------------------------


class Unread(Enum):
    """What becomes of facts in quarantine when a feed is read."""

    STAYS = 0
    GOES_ALONG = 1  # to a hub further up, which may be newer and read them


@dataclass(slots=True)
class Part:
    """What was read of a feed: items, the number read up to, and whether there is more."""

    items: list[Told]
    cursor: int
    more: bool


def read(
    connection: Connection,
    point: str,
    *,
    device: str,
    cursor: int,
    have: Mapping[int, int],
    unread: Unread = Unread.STAYS,
) -> Part:
    """The news after ``cursor`` for ``device``, without those facts of its own that it holds (``have``)."""
    last = connection.execute(select(points.c.feed_n).where(points.c.point == point)).scalar_one()
    part = Part([], min(cursor, last), more=False)
    if cursor >= last:
        return part
    runs = connection.execute(
        select(feed)
        .where(feed.c.point == point, feed.c.last_n > cursor)
        .order_by(feed.c.last_n)
        .limit(_MOST_RUNS)
    ).mappings()
    room = _Room()
    for run in runs.all():
        held = have if run["device"] == device else {}
        _read_run(connection, run, part, room, have=held, unread=unread)
        if room.full:
            break
    part.more = part.cursor < last
    return part


class _Room:
    """How much more fits into one answer."""

    def __init__(self) -> None:
        self.items = _MOST_ITEMS
        self.characters = _MOST_CHARACTERS

    @property
    def full(self) -> bool:
        return self.items <= 0 or self.characters <= 0

    def take(self, characters: int) -> None:
        self.items -= 1
        self.characters -= characters


def _read_run(
    connection: Connection,
    run: RowMapping,
    part: Part,
    room: _Room,
    *,
    have: Mapping[int, int],
    unread: Unread,
) -> None:
    if run["what"] != FACTS:
        part.items.append(_told(run))
        part.cursor = run["last_n"]
        room.take(len(run["body"]))
        return
    offset = run["first_n"] - run["first_seq"]
    first = max(part.cursor + 1 - offset, run["first_seq"], have.get(run["epoch"], 0) + 1)
    last = run["last_n"] - offset
    end = min(last, first + room.items - 1)
    for fact in _facts_of(connection, run, first, end, unread):
        part.items.append(Told(fact.id.seq + offset, fact))
        part.cursor = fact.id.seq + offset
        room.take(len(fact.body) + 80)
        if room.full:
            return
    part.cursor = end + offset
    if end < last:
        room.items = 0


_QUARANTINED = and_(
    quarantine.c.device == facts.c.device,
    quarantine.c.epoch == facts.c.epoch,
    quarantine.c.seq == facts.c.seq,
)


def _told(run: RowMapping) -> Told:
    rows = json.loads(run["body"])
    if run["what"] == PEOPLE:
        return Told(run["last_n"], people=tuple(Person(*row) for row in rows))
    return Told(run["last_n"], elsewhere=tuple(Elsewhere(*row) for row in rows))


_ENVELOPE = (
    facts.c.device,
    facts.c.epoch,
    facts.c.seq,
    facts.c.at_ms,
    facts.c.skew_ms,
    facts.c.day,
    facts.c.operator,
    facts.c.kind,
    facts.c.body,
)


def _facts_of(
    connection: Connection, run: RowMapping, first: int, last: int, unread: Unread
) -> list[Recorded]:
    """The facts of a run; what is in quarantine is left out, or goes along."""
    if first > last:
        return []
    wanted = select(*_ENVELOPE).where(
        facts.c.device == run["device"], facts.c.epoch == run["epoch"], facts.c.seq.between(first, last)
    )
    if unread is Unread.STAYS:
        wanted = wanted.where(~select(quarantine.c.seq).where(_QUARANTINED).exists())
    rows = connection.execute(wanted.order_by(facts.c.seq))
    spoken = spoken_device(run["device"])
    return [Recorded(FactId(spoken, *row[1:3]), *row[3:]) for row in rows]


def start_of(connection: Connection, point: str, *, device: str, epoch: int, after: int) -> int | None:
    """The feed number before the first fact of an epoch of a device with a seq beyond ``after``."""
    beyond = feed.c.first_seq + feed.c.last_n - feed.c.first_n > after
    found = connection.execute(
        select(func.min(feed.c.first_n)).where(
            feed.c.point == point, feed.c.device == device, feed.c.epoch == epoch, beyond
        )
    ).scalar_one()
    return None if found is None else found - 1
