"""One batch of one device in one transaction: keep it, fold it, answer what cannot be, put it on the feed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from app.domain import codec
from app.domain import events as e
from app.domain.clock import business_day
from app.domain.codec import Recorded, canonical
from app.domain.ids import FactId
from app.hub import feed
from app.hub.chain import Held, Judgement, judge, lock_chain, move_chain
from app.hub.database import put_fresh, put_new
from app.hub.ruling import Entry, Ledger
from app.hub.stations import keys_to_tell
from app.hub.tables import alarms, devices, facts, quarantine
from app.sync.protocol import (
    MOST_EVENTS,
    PLATFORM_DEVICE,
    Answer,
    Batch,
    Quarantined,
    Tally,
    Verdict,
    tally_up,
)

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NAME = re.compile(r"[A-Za-z]{1,60}")


@dataclass(frozen=True, slots=True)
class Pace:
    """How the hub steers devices: ask again after so many ms, send at most so many facts at once.

    A device is written down as seen at most once in ``seen_ms``; 0 is never.
    """

    next_ms: int = 30_000
    max_events: int = MOST_EVENTS
    seen_ms: int = 0


def push(connection: Connection, device: RowMapping, batch: Batch, *, now_ms: int, pace: Pace) -> Answer:
    """Take a batch in and answer it; the caller's transaction makes all of it one."""
    if pace.seen_ms and (now_ms - device["seen_ms"] >= pace.seen_ms or batch.unsent != device["unsent"]):
        note_seen(connection, device["device"], now_ms=now_ms, unsent=batch.unsent)
    held = lock_chain(connection, device["device"], batch.epoch)
    found = judge(connection, device["device"], batch, held)
    if found.verdict is not Verdict.KEPT:
        return _turned(connection, device, batch, held, found, now_ms=now_ms, pace=pace)
    refused: list[Quarantined] = []
    if batch.last > held.watermark:
        refused = _keep(connection, device, batch, held.watermark, found.digests, now_ms=now_ms)
    tallies = _compared(connection, device["device"], batch, now_ms=now_ms)
    have = dict(batch.have)
    have[batch.epoch] = max(have.get(batch.epoch, 0), batch.last)
    news = feed.read(
        connection,
        device["point"],
        device=device["device"],
        cursor=batch.cursor,
        have=have,
    )
    return Answer(
        Verdict.KEPT,
        watermark=batch.last,
        digest=batch.after if batch.last >= batch.first else batch.before,
        cursor=news.cursor,
        now_ms=now_ms,
        quarantined=tuple(refused),
        feed=tuple(news.items),
        more=news.more,
        next_ms=pace.next_ms,
        max_events=pace.max_events,
        tallies=tallies,
    )


def _turned(
    connection: Connection,
    device: RowMapping,
    batch: Batch,
    held: Held,
    found: Judgement,
    *,
    now_ms: int,
    pace: Pace,
) -> Answer:
    """The answer where nothing is taken in; a fork is given its new epoch and the place in the feed to read from."""
    epoch, cursor = 0, batch.cursor
    if found.verdict is not Verdict.GAP:
        raise_alarm(connection, device["device"], found.verdict, f"epoch {batch.epoch}", now_ms=now_ms)
    if found.verdict is Verdict.FORK:
        epoch = _next_epoch(connection, device, batch.epoch)
        start = feed.start_of(
            connection, device["point"], device=device["device"], epoch=batch.epoch, after=found.common
        )
        cursor = min(cursor, start) if start is not None else cursor
    return Answer(
        found.verdict,
        watermark=held.watermark,
        digest=held.digest,
        cursor=cursor,
        now_ms=now_ms,
        next_ms=0,
        max_events=pace.max_events,
        common=found.common,
        epoch=epoch,
    )


def note_seen(connection: Connection, device: str, *, now_ms: int, unsent: int) -> None:
    """A device was here, and has so much more to send."""
    mine = devices.c.device == device
    connection.execute(update(devices).where(mine).values(seen_ms=now_ms, unsent=unsent))


def _next_epoch(connection: Connection, device: RowMapping, epoch: int) -> int:
    fresh = int(max(device["last_epoch"], epoch)) + 1
    connection.execute(update(devices).where(devices.c.device == device["device"]).values(last_epoch=fresh))
    return fresh


def raise_alarm(connection: Connection, device: str, what: str, about: str, *, now_ms: int) -> None:
    """Write down that a device and the hub do not agree."""
    put_new(connection, alarms, [{"device": device, "at_ms": now_ms, "what": what, "about": about}])


# --- keeping -----------------------------------------------------------------------------------------------


def _keep(
    connection: Connection,
    device: RowMapping,
    batch: Batch,
    watermark: int,
    digests: Sequence[bytes],
    *,
    now_ms: int,
) -> list[Quarantined]:
    """Keep the facts after the watermark; those that cannot be read are told."""
    name, point = device["device"], device["point"]
    first = watermark + 1
    skip = first - batch.first
    facts_in = [_from_canonical(batch.opaque, name, batch)] if batch.opaque is not None else list(batch.facts)
    entries, unread, rows = [], [], []
    for fact, digest in zip(facts_in[skip:], digests[skip:], strict=True):
        entry, why = (None, "opaque") if batch.opaque is not None else _read(fact)
        rows.append(feed.fact_row(fact, fact.id, digest))
        if entry is None:
            unread.append((fact, why))
        else:
            entries.append(entry)
    put_fresh(connection, facts, rows)
    _quarantine(connection, unread, batch.opaque)
    feed.add_run(connection, point, device=name, epoch=batch.epoch, first_seq=first, count=len(rows))
    feed.tell(
        connection, point, [platform_fact(v, now_ms=now_ms) for v in Ledger(connection, point).take(entries)]
    )
    pass_keys_on(connection, point, entries, now_ms=now_ms)
    move_chain(connection, name, batch.epoch, Held(batch.last, batch.after))
    if batch.epoch > device["last_epoch"]:
        connection.execute(update(devices).where(devices.c.device == name).values(last_epoch=batch.epoch))
    return [Quarantined(fact.id.seq, why) for fact, why in unread]


def _read(recorded: Recorded) -> tuple[Entry | None, str]:
    """The typed fact, or why there is none."""
    if not _DAY.fullmatch(recorded.day) or not _NAME.fullmatch(recorded.kind) or len(recorded.operator) > 200:
        return None, "bad envelope"
    try:
        return Entry(recorded, recorded.fact()), ""
    except codec.UnknownKind:
        return None, "unknown kind"
    except (codec.BadFact, RecursionError, ValueError) as error:
        return None, str(error)[:200]


def _from_canonical(opaque: bytes, device: str, batch: Batch) -> Recorded:
    """An opaque fact's row: its envelope as far as that can be read, without kind and body."""
    known = FactId(device, batch.epoch, batch.first)
    try:
        _, at_ms, skew_ms, day, *_ = opaque.decode().split("\n", 4)
        if _DAY.fullmatch(day):
            return Recorded(known, _small(at_ms), _small(skew_ms), day, "", "", "")
    except ValueError:
        pass
    return Recorded(known, 0, 0, "", "", "", "")


def _small(text: str) -> int:
    number = int(text)
    return number if abs(number) <= 2**53 else 0


def _quarantine(connection: Connection, unread: Sequence[tuple[Recorded, str]], opaque: bytes | None) -> None:
    rows: list[dict[str, Any]] = [
        {
            "device": fact.id.device,
            "epoch": fact.id.epoch,
            "seq": fact.id.seq,
            "canonical": canonical(fact) if opaque is None else opaque,
            "why": why,
        }
        for fact, why in unread
    ]
    put_new(connection, quarantine, rows)


def pass_keys_on(connection: Connection, station: str, entries: Sequence[Entry], *, now_ms: int) -> None:
    """Tell a station's points about its keys, where these facts of the station give cause."""
    for point, told in keys_to_tell(connection, station, entries):
        feed.tell(connection, point, [platform_fact(told, now_ms=now_ms)])


def platform_fact(fact: e.Fact, *, now_ms: int) -> Recorded:
    """A fact of the platform's own; its seq is given by the feed."""
    return Recorded(
        FactId(PLATFORM_DEVICE, 1, 0),
        now_ms,
        0,
        business_day(now_ms),
        "",
        type(fact).__name__,
        codec.encode(fact),
    )


# --- comparing counts --------------------------------------------------------------------------------------


def _compared(connection: Connection, device: str, batch: Batch, *, now_ms: int) -> tuple[Tally, ...]:
    """The hub's own count for the days that the device asked about; a difference is an alarm here too."""
    if not batch.tallies:
        return ()
    rows = connection.execute(
        select(facts.c.day, facts.c.digest).where(
            facts.c.device == device,
            facts.c.epoch == batch.epoch,
            facts.c.seq.between(batch.tallies_from, batch.last),
        )
    )
    ours = {tally.day: tally for tally in tally_up((day, bytes(digest)) for day, digest in rows)}
    for tally in batch.tallies:
        if ours.get(tally.day) != tally:
            raise_alarm(connection, device, "tally", tally.day, now_ms=now_ms)
    return tuple(ours[tally.day] for tally in batch.tallies if tally.day in ours)
