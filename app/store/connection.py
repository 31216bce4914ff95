"""Connections to the encrypted file, with the settings that make a commit survive a power cut."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlcipher3

from app.store.faults import Fault, StoreFault, fault_of

OLDEST_ENGINE = (3, 51, 3)
"""Older SQLite versions can lose WAL commits with two connections (sqlite.org, the WAL-reset bug)."""

Row = tuple[Any, ...]
Params = Sequence[Any] | dict[str, Any]


def check_engine(version: tuple[int, ...] | None = None) -> None:
    """Refuse to run on an SQLite with the WAL-reset bug; raises ``OLD_ENGINE``."""
    found = version or tuple(int(part) for part in sqlcipher3.sqlite_version.split("."))
    if found < OLDEST_ENGINE:
        raise StoreFault(Fault.OLD_ENGINE, ".".join(map(str, found)))


def connect(path: Path, key: bytes, *, read_only: bool = False) -> sqlcipher3.Connection:
    """Open ``path`` with the raw 32-byte ``key``; raises :class:`StoreFault`."""
    check_engine()
    try:
        connection = sqlcipher3.connect(str(path), isolation_level=None, check_same_thread=False, timeout=5)
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
    except sqlcipher3.Error as error:
        raise fault_of(error) from error
    return connection


class Reader:
    """Reads of the committed book on a connection of its own; use it from one thread."""

    def __init__(self, connection: sqlcipher3.Connection) -> None:
        self._connection = connection
        self._core: Any = None

    def rows(self, sql: str, params: Params = ()) -> list[Row]:
        """All rows of a plain-SQL query."""
        try:
            found: list[Row] = self._connection.execute(sql, params).fetchall()
        except sqlcipher3.Error as error:
            raise fault_of(error) from error
        return found

    def one(self, sql: str, params: Params = ()) -> Row | None:
        """The first row of a plain-SQL query, or none."""
        try:
            found: Row | None = self._connection.execute(sql, params).fetchone()
        except sqlcipher3.Error as error:
            raise fault_of(error) from error
        return found

    def value(self, sql: str, params: Params = ()) -> Any:
        """The first column of the first row; ``None`` where there is none."""
        row = self.one(sql, params)
        return row[0] if row else None

    def select(self, statement: Any) -> list[Any]:
        """All rows of an SQLAlchemy Core statement; the library is loaded at the first such query."""
        from sqlalchemy.exc import DBAPIError

        if self._core is None:
            self._core = _core_connection(self._connection)
        try:
            return list(self._core.execute(statement).fetchall())
        except DBAPIError as error:
            raise fault_of(error.orig) from error

    def get(self, key: str, default: Any = None) -> Any:
        """A value of the small state table."""
        return read_state(self, key, default)

    def close(self) -> None:
        """Close the connection."""
        if self._core is not None:
            self._core.close()
        self._connection.close()


def read_state(source: Any, key: str, default: Any = None) -> Any:
    """A JSON value of the state table, or ``default``."""
    import json

    text = source.value("SELECT value FROM state WHERE key = ?", (key,))
    return default if text is None else json.loads(text)


def _core_connection(connection: sqlcipher3.Connection) -> Any:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    engine = create_engine(
        "sqlite://", module=sqlcipher3, creator=lambda: connection, poolclass=StaticPool
    ).execution_options(isolation_level="AUTOCOMMIT")
    return engine.connect()
