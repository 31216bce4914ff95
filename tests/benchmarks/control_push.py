"""The control of `push`: what a careful programmer writes first. `requests`, Starlette, SQLite, JSON rows, UUID ids.

Both ends use the same engine as ours (sqlcipher3's SQLite) in WAL mode with full syncs; 500 facts a batch, gzip,
one kept connection; the client marks in its own database what was acknowledged.
"""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Iterable
from pathlib import Path

import requests
import sqlcipher3
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.domain.codec import Recorded

BATCH = 500
_COLUMNS = "id, device, at_ms, day, operator, kind, body"


def _open(path: Path) -> sqlcipher3.Connection:
    connection = sqlcipher3.connect(str(path), isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS facts (id TEXT PRIMARY KEY, device TEXT, at_ms INTEGER, day TEXT,"
        " operator TEXT, kind TEXT, body TEXT, sent INTEGER DEFAULT 0)"
    )
    return connection


def make_control(path: Path) -> Starlette:
    """The service: insert what is new, say which ids it has."""
    connection = _open(path)

    def keep(rows: list[dict[str, object]]) -> bytes:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            f"INSERT INTO facts ({_COLUMNS}) VALUES (:id, :device, :at_ms, :day, :operator, :kind, :body)"
            " ON CONFLICT (id) DO NOTHING",
            [row | {"body": json.dumps(row["body"], ensure_ascii=False)} for row in rows],
        )
        connection.execute("COMMIT")
        return json.dumps({"ok": True, "received": len(rows)}).encode()

    async def push(request: Request) -> Response:
        rows = json.loads(gzip.decompress(await request.body()))
        return Response(await run_in_threadpool(keep, rows), media_type="application/json")

    return Starlette(routes=[Route("/facts", push, methods=["POST"])])


class ControlClient:
    """The client: reads what is unsent, posts it, marks it sent."""

    def __init__(self, path: Path, url: str) -> None:
        self._connection = _open(path)
        self._session = requests.Session()
        self._session.headers["Authorization"] = "Bearer 2f1c9a7e.aP3rW8bqT5mX1cVn7LkE9sYd"
        self._url = url + "/facts"

    def fill(self, facts: Iterable[Recorded]) -> None:
        """Put the facts into the client's own database."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(
            f"INSERT INTO facts ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (str(uuid.uuid4()), fact.id.device, fact.at_ms, fact.day, fact.operator, fact.kind, fact.body)
                for fact in facts
            ],
        )
        self._connection.execute("COMMIT")

    def push_all(self) -> None:
        """Send everything."""
        while rows := self._unsent():
            content = gzip.compress(json.dumps(rows, ensure_ascii=False).encode())
            headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
            answer = self._session.post(self._url, data=content, headers=headers, timeout=30)
            answer.raise_for_status()
            if answer.json()["received"] != len(rows):
                raise ValueError("not all was received")
            self._connection.execute("BEGIN IMMEDIATE")
            marks = [(row["id"],) for row in rows]
            self._connection.executemany("UPDATE facts SET sent = 1 WHERE id = ?", marks)
            self._connection.execute("COMMIT")

    def _unsent(self) -> list[dict[str, object]]:
        names = _COLUMNS.split(", ")
        found = self._connection.execute(
            f"SELECT {_COLUMNS} FROM facts WHERE sent = 0 ORDER BY rowid LIMIT {BATCH}"
        ).fetchall()
        return [dict(zip(names, row, strict=True)) | {"body": json.loads(row[-1])} for row in found]

    def close(self) -> None:
        """Let go of both ends."""
        self._session.close()
        self._connection.close()
