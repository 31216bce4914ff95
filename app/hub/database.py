"""The hub's database by URL: SQLite (an engine without the WAL-reset bug) or PostgreSQL, written to in one way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlcipher3
from sqlalchemy import Connection, Engine, Select, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite

from app.hub.tables import metadata

Values = Mapping[str, Any]


def open_database(url: str) -> Engine:
    """An engine on ``url`` with all tables made; ``sqlite:///path`` is opened in WAL mode with full syncs."""
    engine = _sqlite(url) if make_url(url).get_backend_name() == "sqlite" else create_engine(url)
    metadata.create_all(engine)
    return engine


def _sqlite(url: str) -> Engine:
    path = make_url(url).database or ""

    def connect() -> sqlcipher3.Connection:
        connection = sqlcipher3.connect(path, isolation_level=None, check_same_thread=False, timeout=20)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    engine = create_engine("sqlite://", module=sqlcipher3, creator=connect, poolclass=_pool())
    event.listen(engine, "begin", _begin)
    return engine


def _pool() -> type[Any]:
    from sqlalchemy.pool import QueuePool

    return QueuePool


def _begin(connection: Connection) -> None:
    """Every transaction may write: taking the lock at once is what keeps two of them from failing late."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def put(connection: Connection, table: Table, rows: Sequence[Values], *, add: Iterable[str] = ()) -> None:
    """Insert rows; where the key is there, replace the other columns, or add to those in ``add``."""
    if not rows:
        return
    insert = _insert(connection, table)
    summed = set(add)
    changes = {
        column.name: table.c[column.name] + insert.excluded[column.name]
        if column.name in summed
        else insert.excluded[column.name]
        for column in table.columns
        if not column.primary_key
    }
    keys = [column.name for column in table.primary_key]
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=changes), list(rows))


def put_new(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows; those whose key is there are left as they are."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), list(rows))


def _insert(connection: Connection, table: Table) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def locked(statement: Select[Any]) -> Select[Any]:
    """Hold the rows until the transaction ends; SQLite holds the whole file anyway and leaves the words out."""
    return statement.with_for_update()
