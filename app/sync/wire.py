"""Batches and answers as bytes: JSON in columns, read strictly and within bounds."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import astuple, fields
from enum import Enum
from itertools import pairwise, repeat
from typing import Any, NoReturn, TypeVar

from app.domain.codec import DIGEST_SIZE, Recorded, dumps
from app.domain.goods import Person
from app.domain.ids import FactId
from app.sync.columns import Budget, fold, numbers, texts, unfold, unfold_json
from app.sync.protocol import (
    MOST_BODY,
    MOST_EVENTS,
    MOST_PLAIN,
    Answer,
    Batch,
    Elsewhere,
    Quarantined,
    Tally,
    Told,
    Verdict,
)

T = TypeVar("T")
_MOST_EPOCHS = 10_000
_MOST_DAYS = 400


class BadMessage(ValueError):
    """Bytes that are no message of this protocol; says where they go wrong."""


# --- facts -------------------------------------------------------------------------------------------------


class Care(Enum):
    """How sure to be, before sending, that a body comes back from its columns byte by byte."""

    HOPEFUL = 0  # the digest at the batch's end will tell, and the next try is plain
    CHECKED = 1
    PLAIN = 2  # bodies go as they are


def fold_facts(facts: Sequence[Recorded], care: Care = Care.CHECKED) -> dict[str, Any]:
    """Facts as columns: envelopes side by side, bodies grouped by kind and keys, a body out of form as it is."""
    groups: dict[tuple[str, tuple[str, ...] | None], int] = {}
    bodies: list[list[tuple[Any, ...]]] = []
    order = []
    for fact, (keys, cells) in zip(facts, _opened([fact.body for fact in facts], care), strict=True):
        group = groups.setdefault((fact.kind, keys), len(groups))
        if group == len(bodies):
            bodies.append([])
        bodies[group].append(cells)
        order.append(group)
    return {
        "o": fold(order),
        "t": fold([fact.at_ms for fact in facts]),
        "w": fold([fact.skew_ms for fact in facts]),
        "y": fold([fact.day for fact in facts]),
        "p": fold([fact.operator for fact in facts]),
        "g": [
            [kind, keys, [fold(column) for column in zip(*rows, strict=True)]]
            for ((kind, keys), rows) in zip(groups, bodies, strict=True)
        ],
    }


_Opened = tuple[tuple[str, ...] | None, tuple[Any, ...]]


def _opened(bodies: Sequence[str], care: Care) -> list[_Opened]:
    """The keys and values of each body; all are read at once, and one by one only where some are out of form."""
    if care is Care.PLAIN:
        return [(None, (body,)) for body in bodies]
    joined = f"[{','.join(bodies)}]"
    try:
        found = json.loads(joined)
        objects = len(found) == len(bodies) and all(type(one) is dict for one in found)
        if objects and (care is Care.HOPEFUL or dumps(found) == joined):
            return [(tuple(one), tuple(one.values())) for one in found]
    except (ValueError, RecursionError):
        pass
    return [_opened_alone(body) for body in bodies]


def _opened_alone(body: str) -> _Opened:
    """The keys and values of a body that comes back the same from its columns; else no keys and the text itself."""
    try:
        found = json.loads(body)
        if type(found) is dict and dumps(found) == body:
            return tuple(found), tuple(found.values())
    except (ValueError, RecursionError):
        pass
    return None, (body,)


def unfold_facts(found: Any, ids: Sequence[FactId], budget: Budget) -> tuple[Recorded, ...]:
    """The facts of :func:`fold_facts`, with ``ids`` given from outside; raises ``ValueError``."""
    count, found = len(ids), _object(found)
    order = numbers(found.get("o"), count, budget)
    groups = _array(found.get("g"))
    if order and not 0 <= min(order) <= max(order) < len(groups):
        raise BadMessage("a fact of no group")
    bodies = [_bodies(group, order.count(index), budget) for index, group in enumerate(groups)]
    taken = [iter(texts) for _, texts in bodies]
    rows = zip(
        ids,
        numbers(found.get("t"), count, budget),
        numbers(found.get("w"), count, budget),
        texts(found.get("y"), count, budget),
        texts(found.get("p"), count, budget),
        order,
        strict=True,
    )
    return tuple(
        Recorded(id_, at_ms, skew_ms, day, operator, bodies[group][0], next(taken[group]))
        for id_, at_ms, skew_ms, day, operator, group in rows
    )


def _bodies(group: Any, count: int, budget: Budget) -> tuple[str, list[str]]:
    kind, keys, columns = _triple(group)
    if type(kind) is not str:
        raise BadMessage("a kind is a text")
    if keys is None:
        return kind, [_bounded(body, budget) for body in texts(_array(columns)[0], count, budget)]
    keys = texts(_array(keys), len(keys), budget)
    cells = [unfold_json(column, count, budget) for column in _array(columns)]
    if len(set(keys)) != len(keys) or len(cells) != len(keys):
        raise BadMessage(f"{kind:.40}: keys and columns differ")
    form = "{" + ",".join(f"{dumps(key)}:".replace("%", "%%") + "%s" for key in keys) + "}"
    rows = zip(*cells, strict=True) if cells else repeat((), count)
    return kind, [_bounded(form % row, budget) for row in rows]


def _bounded(body: str, budget: Budget) -> str:
    if len(body) > MOST_BODY:
        raise BadMessage("a body too large")
    budget.spend(len(body))
    return body


# --- batches -----------------------------------------------------------------------------------------------


def batch_to_bytes(batch: Batch) -> bytes:
    """The plain bytes of a batch; the device's name goes in the request's head."""
    try:
        return _batch_to_bytes(batch, Care.PLAIN if batch.plain else Care.HOPEFUL)
    except ValueError:  # a body holds what JSON cannot say again, such as an endless number
        return _batch_to_bytes(batch, Care.PLAIN)


def _batch_to_bytes(batch: Batch, care: Care) -> bytes:
    said: dict[str, Any] = {
        "e": batch.epoch,
        "f": batch.first,
        "c": batch.cursor,
        "h": batch.have,
        "d": _text_of(batch.before),
    }
    if batch.opaque is not None:
        said |= {"o": _text_of(batch.opaque), "a": _text_of(batch.after)}
    elif batch.facts:
        said |= {"n": len(batch.facts), "x": fold_facts(batch.facts, care), "a": _text_of(batch.after)}
    if batch.tallies:
        said |= {"k": _tallies_out(batch.tallies), "s": batch.tallies_from}
    if batch.unsent:
        said["u"] = batch.unsent
    return dumps(said).encode()


def batch_from_bytes(plain: bytes, *, device: str) -> Batch:
    """Read a batch of ``device``; raises :class:`BadMessage`."""
    return _strictly(lambda: _batch(_json(plain), device))


def _batch(said: dict[str, Any], device: str) -> Batch:
    budget = Budget(MOST_PLAIN)
    epoch, first = _number(said, "e", least=1), _number(said, "f", least=1)
    count = _number(said, "n", default=0)
    if count > MOST_EVENTS:
        raise BadMessage(f"more than {MOST_EVENTS} facts")
    ids = [FactId(device, epoch, first + index) for index in range(count)]
    before = _digest(said.get("d"))
    return Batch(
        epoch=epoch,
        first=first,
        facts=unfold_facts(said.get("x"), ids, budget) if count else (),
        before=before,
        after=_digest(said["a"]) if "a" in said else before,
        cursor=_number(said, "c"),
        have=_have(_array(said.get("h"))),
        opaque=_bytes_of(said["o"]) if "o" in said else None,
        tallies=_tallies_in(said.get("k", [])),
        tallies_from=_number(said, "s", default=0),
        unsent=_number(said, "u", default=0),
    )


def _have(rows: list[Any]) -> tuple[tuple[int, int], ...]:
    if len(rows) > _MOST_EPOCHS:
        raise BadMessage("too many epochs")
    pairs = [numbers(_array(row), 2, Budget(10)) for row in rows]
    return tuple((epoch, last) for epoch, last in pairs)


# --- answers -----------------------------------------------------------------------------------------------


def answer_to_bytes(answer: Answer) -> bytes:
    """The plain bytes of an answer; what is as usual is left out."""
    said: dict[str, Any] = {
        "v": answer.verdict,
        "w": answer.watermark,
        "d": _text_of(answer.digest),
        "c": answer.cursor,
        "t": answer.now_ms,
        "n": answer.next_ms,
        "x": answer.max_events,
    }
    if answer.verdict is Verdict.FORK:
        said |= {"o": answer.common, "e": answer.epoch}
    if answer.quarantined:
        said["q"] = [[item.seq, item.why] for item in answer.quarantined]
    if answer.feed:
        said["f"] = _feed_out(answer.feed)
    if answer.more:
        said["m"] = True
    if answer.tallies:
        said["k"] = _tallies_out(answer.tallies)
    return dumps(said).encode()


def answer_from_bytes(plain: bytes) -> Answer:
    """Read an answer; raises :class:`BadMessage`."""
    return _strictly(lambda: _answer(_json(plain)))


def _answer(said: dict[str, Any]) -> Answer:
    budget = Budget(MOST_PLAIN)
    cursor = _number(said, "c")
    return Answer(
        verdict=Verdict(said["v"]),
        watermark=_number(said, "w"),
        digest=_digest(said.get("d")),
        cursor=cursor,
        now_ms=_number(said, "t"),
        quarantined=_quarantined(_array(said.get("q", []))),
        feed=_feed_in(_object(said.get("f", {})), cursor, budget),
        more=said.get("m") is True,
        next_ms=_number(said, "n"),
        max_events=_number(said, "x", least=1),
        tallies=_tallies_in(said.get("k", [])),
        common=_number(said, "o", default=0),
        epoch=_number(said, "e", default=0),
    )


def _quarantined(rows: list[Any]) -> tuple[Quarantined, ...]:
    if len(rows) > MOST_EVENTS:
        raise BadMessage("too many quarantined")
    pairs = [_array(row) for row in rows]
    if any(len(pair) != 2 or type(pair[0]) is not int or type(pair[1]) is not str for pair in pairs):
        raise BadMessage("a seq and a reason were expected")
    return tuple(Quarantined(seq, why) for seq, why in pairs)


# --- the feed ----------------------------------------------------------------------------------------------


def _feed_out(feed: Sequence[Told]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    told = [(item.n, item.fact) for item in feed if item.fact is not None]
    if told:
        facts = [fact for _, fact in told]
        said["n"] = fold([n for n, _ in told])
        said["k"] = len(told)
        said["i"] = [fold(list(column)) for column in zip(*(fact.id for fact in facts), strict=True)]
        said["x"] = fold_facts(facts)
    for key, rows in (
        ("p", [(item.n, item.people) for item in feed if item.people]),
        ("l", [(item.n, item.elsewhere) for item in feed if item.elsewhere]),
    ):
        if rows:
            said[key] = [
                len(rows),
                fold([n for n, _ in rows]),
                fold([[list(astuple(thing)) for thing in things] for _, things in rows]),
            ]
    return said


def _feed_in(said: dict[str, Any], cursor: int, budget: Budget) -> tuple[Told, ...]:
    told = [
        *_told_facts(said, budget),
        *(Told(n, people=people) for n, people in _told_rows(said.get("p"), Person, budget)),
        *(Told(n, elsewhere=entries) for n, entries in _told_rows(said.get("l"), Elsewhere, budget)),
    ]
    told.sort(key=lambda item: item.n)
    if any(a.n == b.n for a, b in pairwise(told)):
        raise BadMessage("two items of one number")
    if told and not 0 < told[0].n <= told[-1].n <= cursor:
        raise BadMessage("items beyond the cursor")
    return tuple(told)


def _told_facts(said: dict[str, Any], budget: Budget) -> list[Told]:
    count = _number(said, "k", default=0)
    if not count:
        return []
    devices, epochs, seqs = _triple(said.get("i"))
    ids = [
        FactId(*row)
        for row in zip(
            texts(devices, count, budget),
            numbers(epochs, count, budget),
            numbers(seqs, count, budget),
            strict=True,
        )
    ]
    if any(not id_.device or id_.epoch < 1 or id_.seq < 1 for id_ in ids):
        raise BadMessage("no id of a fact")
    facts = unfold_facts(said.get("x"), ids, budget)
    return [Told(n, fact) for n, fact in zip(numbers(said.get("n"), count, budget), facts, strict=True)]


def _told_rows(said: Any, cls: type[T], budget: Budget) -> list[tuple[int, tuple[T, ...]]]:
    if said is None:
        return []
    count, ns, rows = _triple(said)
    if type(count) is not int or count < 0:
        raise BadMessage("a count was expected")
    width = len(fields(cls))  # type: ignore[arg-type]
    told = [
        tuple(cls(*texts(_array(row), width, budget)) for row in _array(things))
        for things in unfold(rows, count, budget)
    ]
    return list(zip(numbers(ns, count, budget), told, strict=True))


# --- small parts -------------------------------------------------------------------------------------------


def _tallies_out(tallies: Sequence[Tally]) -> list[list[Any]]:
    return [[tally.day, tally.count, _text_of(tally.digest)] for tally in tallies]


def _tallies_in(said: Any) -> tuple[Tally, ...]:
    rows = [_triple(row) for row in _array(said)]
    if len(rows) > _MOST_DAYS:
        raise BadMessage("too many days")
    if any(type(day) is not str or type(count) is not int for day, count, _ in rows):
        raise BadMessage("a day and a count were expected")
    return tuple(Tally(day, count, _digest(digest)) for day, count, digest in rows)


def _strictly(read: Callable[[], T]) -> T:
    try:
        return read()
    except BadMessage:
        raise
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
        raise BadMessage(f"{type(error).__name__}: {error}"[:200]) from error


def _json(plain: bytes) -> dict[str, Any]:
    return _object(json.loads(plain.decode(), parse_constant=_no_constant))


def _no_constant(name: str) -> NoReturn:
    raise BadMessage(f"{name} is no JSON")


def _object(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise BadMessage("an object was expected")
    return found


def _array(found: Any) -> list[Any]:
    if not isinstance(found, list):
        raise BadMessage("a list was expected")
    return found


def _triple(found: Any) -> tuple[Any, Any, Any]:
    first, second, third = _array(found)
    return first, second, third


def _number(said: dict[str, Any], key: str, *, least: int = 0, default: int | None = None) -> int:
    found = said.get(key, default)
    if type(found) is not int or not least <= found <= 2**53:
        raise BadMessage(f"{key}: a number was expected")
    return found


def _text_of(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes_of(found: Any) -> bytes:
    if type(found) is not str or len(found) > MOST_BODY * 2:
        raise BadMessage("base64 was expected")
    return base64.b64decode(found, validate=True)


def _digest(found: Any) -> bytes:
    digest = _bytes_of(found)
    if len(digest) != DIGEST_SIZE:
        raise BadMessage("no digest")
    return digest
