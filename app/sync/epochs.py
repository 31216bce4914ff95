"""New numbers for own facts: after a fork, or when a book gets its place, with all that names them."""

from __future__ import annotations

import json
from typing import Any

from app.domain.codec import GENESIS, Recorded, chained, dumps
from app.domain.ids import FactId
from app.store.book import Book

Chain = tuple[str, int]
"""A device and one of its epochs."""


def renumber(book: Book, old: Chain, new: Chain, *, after: int) -> int:
    """Move the facts of ``old`` after seq ``after`` into ``new`` from seq 1 on; how many there were.

    What names them in other facts' bodies is changed with them, their digests are chained anew, and the tables
    are rebuilt, because some rows carry the names.
    """
    rows = book.rows(
        "SELECT id, seq, at_ms, skew_ms, day, operator, kind, body FROM facts"
        " WHERE device = ? AND epoch = ? AND seq > ? ORDER BY seq",
        (*old, after),
    )
    names = {str(FactId(*old, row[1])): str(FactId(*new, seq)) for seq, row in enumerate(rows, 1)}
    digest = GENESIS
    for seq, row in enumerate(rows, 1):
        known = FactId(*new, seq)
        fact = Recorded(known, *(*row[2:7], _renamed(row[7], old, names)))
        digest = chained(digest, fact)
        book.run(
            "UPDATE facts SET device = ?, epoch = ?, seq = ?, body = ?, digest = ? WHERE id = ?",
            (*known, fact.body, digest, row[0]),
        )
    if rows:
        book.replay()
        book.changed.update(row[6] for row in rows)
    return len(rows)


def _renamed(body: str, old: Chain, names: dict[str, str]) -> str:
    """The body with the new names of facts; one that names none is returned as it is."""
    if f"{old[0]}.{old[1]}." not in body:
        return body
    return dumps(_walk(json.loads(body), names))


def _walk(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, str):
        name, slash, rest = value.partition("/")
        return names.get(name, name) + slash + rest
    if isinstance(value, list):
        return [_walk(item, names) for item in value]
    if isinstance(value, dict):
        return {key: _walk(item, names) for key, item in value.items()}
    return value
