"""Bring a book to this version's tables with Alembic: a backup before, and the backup back where it fails."""

from __future__ import annotations

import logging
from pathlib import Path

import sqlcipher3

from app.domain.resources import resource_path
from app.store.connection import connect
from app.store.faults import Fault, StoreFault, fault_of

HEAD = "0003"
"""The newest migration; a test holds it equal to the scripts', so that a start need not load Alembic to know."""
log = logging.getLogger(__name__)


def bring_up(book: Path, key: bytes, *, backups: Path, now_ms: int) -> None:
    """Create or upgrade the book; raises :class:`StoreFault` ``NEWER`` or ``UPGRADE_FAILED`` with nothing changed."""
    found = version_of(book, key)
    if found == HEAD:
        return
    if found and found not in known_versions():
        raise StoreFault(Fault.NEWER, found)
    from app.store import backup

    saved = backup.back_up(book, key, backups, now_ms=now_ms, label=f"before-{HEAD}") if found else None
    try:
        migrate(book, key)
    except Exception as error:
        log.exception("upgrade from %s failed", found)
        if saved:
            backup.put_back(saved, book)
        cause = getattr(error, "orig", error)  # SQLAlchemy wraps the engine's own errors
        if isinstance(cause, sqlcipher3.Error):
            raise fault_of(cause) from error
        raise StoreFault(Fault.UPGRADE_FAILED, str(error)) from error


def version_of(book: Path, key: bytes) -> str:
    """The migration a book stands at, empty for a new one; raises :class:`StoreFault` ``CORRUPT`` or others."""
    connection = connect(book, key)
    try:
        has = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if has else None
    except sqlcipher3.Error as error:
        raise fault_of(error) from error
    finally:
        connection.close()
    return str(row[0]) if row else ""


def known_versions() -> set[str]:
    """All migrations that this program knows."""
    return {path.name[:4] for path in resource_path("../migrations/versions").resolve().glob("[0-9]*.py")}


def migrate(book: Path, key: bytes, target: str = "head") -> None:
    """Run the migrations up to ``target`` on one connection; raises what Alembic or the engine raise."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    raw = connect(book, key)
    engine = create_engine("sqlite://", module=sqlcipher3, creator=lambda: raw, poolclass=StaticPool)
    config = Config()
    config.set_main_option("script_location", str(resource_path("../migrations").resolve()))
    try:
        with engine.connect() as connection:
            raw.execute("BEGIN IMMEDIATE")
            config.attributes["connection"] = connection
            command.upgrade(config, target)
            if raw.in_transaction:
                raw.execute("COMMIT")
    finally:
        raw.close()
        engine.dispose()
