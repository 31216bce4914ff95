"""What a point's facts hold for themselves: a label sorted, a crate loaded, a van closed; who came first has it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, select

from app.domain.guards import Guard
from app.hub.database import among, put
from app.hub.tables import guards


class Keys:
    """One point's keys as far as a transaction touches them; read once, changed in memory, written once."""

    def __init__(self, connection: Connection, point: str) -> None:
        self._connection = connection
        self._point = point
        self._held: dict[str, str] = {}
        self._changed: set[str] = set()

    def fetch(self, wanted: Iterable[Guard]) -> None:
        """Read who holds the keys of these guards, where that is not in memory yet."""
        keys = {key for guard in wanted for part in guard for key in part} - self._held.keys()
        if not keys:
            return
        self._held.update((key, "") for key in keys)
        rows = self._connection.execute(
            select(guards.c.key, guards.c.by).where(
                guards.c.point == self._point, among(self._connection, guards.c.key, list(keys))
            )
        )
        self._held.update((key, by) for key, by in rows)

    def in_the_way(self, guard: Guard, *, by: str = "") -> str:
        """The fact that holds a key which this guard needs free, other than ``by`` itself; or none."""
        for key in (*guard.takes, *guard.barred_by):
            if self._held[key] not in ("", by):
                return self._held[key]
        return ""

    def apply(self, guard: Guard, *, by: str) -> None:
        """Let go of what the guard frees and take what it takes."""
        self._set(guard.frees, "")
        self._set(guard.takes, by)

    def release(self, guard: Guard, *, of: str, by: str) -> None:
        """The fact ``of`` is taken back by ``by``: its own keys are free, what it had freed is held again."""
        self._set([key for key in guard.takes if self._held[key] == of], "")
        self._set([key for key in guard.frees if not self._held[key]], by)

    def _set(self, keys: Iterable[str], by: str) -> None:
        for key in keys:
            self._held[key] = by
            self._changed.add(key)

    def save(self) -> None:
        """Write what changed."""
        held = [key for key in sorted(self._changed) if self._held[key]]
        put(
            self._connection,
            guards,
            [{"point": self._point, "key": key, "by": self._held[key]} for key in held],
        )
        gone = self._changed.difference(held)
        if gone:
            mine = among(self._connection, guards.c.key, sorted(gone))
            self._connection.execute(delete(guards).where(guards.c.point == self._point, mine))
        self._changed.clear()
