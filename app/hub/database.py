"""The hub's database by URL: SQLite (an engine without the WAL-reset bug) or PostgreSQL, written to in one way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import sqlcipher3
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Insert,
    Select,
    String,
    Table,
    bindparam,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler as Compiled

from app.domain.codec import dumps
from app.hub.tables import metadata

Values = Mapping[str, Any]


def open_database(url: str, *, key: bytes = b"") -> Engine:
    """An engine on ``url`` with all tables made; ``sqlite:///path`` is opened in WAL mode with full syncs.

    With a 32-byte ``key`` the SQLite file is encrypted.
    """
    engine = _sqlite(url, key) if make_url(url).get_backend_name() == "sqlite" else create_engine(url)
    metadata.create_all(engine)
    _add_columns(engine)
    return engine


_ADDED = (
    ("points", "kind", "VARCHAR NOT NULL DEFAULT 'point'"),
    ("points", "voice", "BIGINT NOT NULL DEFAULT 1"),
    ("devices", "unsent", "BIGINT NOT NULL DEFAULT 0"),
)


def _add_columns(engine: Engine) -> None:
    """A hub made before there were stations and hosts lacks some columns."""
    for table, name, form in _ADDED:
        if name not in {column["name"] for column in inspect(engine).get_columns(table)}:
            with engine.begin() as connection:
                connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {name} {form}")


def _sqlite(url: str, key: bytes) -> Engine:
    path = make_url(url).database or ""

    def connect() -> sqlcipher3.Connection:
        connection = sqlcipher3.connect(path, isolation_level=None, check_same_thread=False, timeout=20)
        if key:
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -32000")  # kB: a large batch stays in memory until its commit
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
    _run_many(connection, _upsert(connection.dialect, table, frozenset(add)), rows)


def put_new(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows; those whose key is there are left as they are."""
    _run_many(connection, _insert_new(connection.dialect, table), rows)


def put_fresh(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows; a key that is there is an error."""
    _run_many(connection, _insert_fresh(connection.dialect, table), rows)


def _run_many(connection: Connection, compiled: Compiled, rows: Sequence[Values]) -> None:
    """Run a compiled statement with the driver's own `executemany`: a fifth of the way through the dialect's time."""
    if not rows:
        return
    if compiled.positional:
        names = compiled.positiontup or []
        pick = itemgetter(*names)
        connection.exec_driver_sql(str(compiled), [pick(row) for row in rows])
    else:
        connection.exec_driver_sql(str(compiled), [dict(row) for row in rows])


@cache
def _upsert(dialect: Dialect, table: Table, summed: frozenset[str]) -> Compiled:
    insert = _insert(dialect, table)
    changes = {
        column.name: table.c[column.name] + insert.excluded[column.name]
        if column.name in summed
        else insert.excluded[column.name]
        for column in table.columns
        if not column.primary_key
    }
    keys = [column.name for column in table.primary_key]
    return _compiled(insert.on_conflict_do_update(index_elements=keys, set_=changes), dialect)


@cache
def _insert_new(dialect: Dialect, table: Table) -> Compiled:
    return _compiled(_insert(dialect, table).on_conflict_do_nothing(), dialect)


@cache
def _insert_fresh(dialect: Dialect, table: Table) -> Compiled:
    return _compiled(_insert(dialect, table), dialect)


def _compiled(statement: Insert, dialect: Dialect) -> Compiled:
    return statement.compile(dialect=dialect)


def _insert(dialect: Dialect, table: Table) -> Any:
    kind = postgresql if dialect.name == "postgresql" else sqlite
    return kind.insert(table)


def among(connection: Connection, column: Column[str], values: Sequence[str]) -> ColumnElement[bool]:
    """``column`` is one of ``values``, however many: they go as one parameter."""
    if connection.dialect.name == "postgresql":
        return column == func.any(bindparam(None, list(values), type_=postgresql.ARRAY(String)))
    each = func.json_each(dumps(values)).table_valued("value")
    return column.in_(select(each.c.value))


def locked(statement: Select[Any]) -> Select[Any]:
    """Hold the rows until the transaction ends; SQLite holds the whole file anyway and leaves the words out."""
    return statement.with_for_update()
