"""What can go wrong with the file: each trouble has its own name, and nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlcipher3

from app.domain import events as e
from app.store import keys, upgrade
from app.store.book import Book
from app.store.connection import check_engine, connect
from app.store.faults import Fault, StoreFault
from app.store.opening import Store, restore_newest
from tests.samples import Record, morning


def _opened_once(folder: Path) -> Store:
    store = Store(folder, morning())
    store.writer.do(Record((e.CashMoved(500, "零钱"),)))
    return store


class KeepPhoto:
    """Fill the disk by nearly a megabyte."""

    def perform(self, book: Book) -> str:
        return book.keep_photo(os.urandom(900_000))


def _count(store: Store) -> int:
    return int(store.reader().value("SELECT count(*) FROM facts"))


def test_an_engine_with_the_wal_reset_bug_is_refused() -> None:
    with pytest.raises(StoreFault) as refused:
        check_engine((3, 51, 2))
    assert refused.value.fault is Fault.OLD_ENGINE
    check_engine((3, 51, 3))


def test_a_second_program_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    store = _opened_once(tmp_path)
    with pytest.raises(StoreFault) as refused:
        Store(tmp_path, morning())
    assert refused.value.fault is Fault.IN_USE
    store.close()


def test_the_recovery_code_opens_a_book_whose_key_is_gone(tmp_path: Path) -> None:
    store = _opened_once(tmp_path)
    code = store.recovery_code
    store.close()
    (tmp_path / keys.SLOT).unlink()
    with pytest.raises(StoreFault) as refused:
        Store(tmp_path, morning())
    assert refused.value.fault is Fault.KEY_LOST
    with pytest.raises(StoreFault) as wrong:
        keys.recover(tmp_path, "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA")
    assert wrong.value.fault is Fault.WRONG_KEY
    keys.recover(tmp_path, code.lower().replace("-", " ").replace("0", "o"))
    again = Store(tmp_path, morning())
    assert _count(again) == 1
    again.close()


def test_the_wrong_key_does_not_open_the_book(tmp_path: Path) -> None:
    store = _opened_once(tmp_path)
    store.close()
    with pytest.raises(StoreFault) as refused:
        connect(tmp_path / "book.db", bytes(32))
    assert refused.value.fault is Fault.CORRUPT


def test_a_damaged_book_is_set_aside_and_the_backup_put_in_its_place(tmp_path: Path) -> None:
    store = _opened_once(tmp_path)
    store.back_up()
    store.close()
    book = tmp_path / "book.db"
    book.write_bytes(os.urandom(book.stat().st_size))
    with pytest.raises(StoreFault) as refused:
        Store(tmp_path, morning())
    assert refused.value.fault is Fault.CORRUPT
    aside = restore_newest(tmp_path)
    assert aside.exists()
    again = Store(tmp_path, morning())
    assert _count(again) == 1
    again.close()


def test_without_a_good_backup_nothing_is_touched(tmp_path: Path) -> None:
    store = _opened_once(tmp_path)
    store.close()
    (tmp_path / "book.db").write_bytes(b"no database at all" * 300)
    with pytest.raises(StoreFault) as refused:
        restore_newest(tmp_path)
    assert refused.value.fault is Fault.CORRUPT
    assert (tmp_path / "book.db").read_bytes().startswith(b"no database")


def test_a_book_of_a_newer_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    store = _opened_once(tmp_path)
    key = store.key
    store.close()
    connection = connect(tmp_path / "book.db", key)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreFault) as refused:
        Store(tmp_path, morning())
    assert refused.value.fault is Fault.NEWER


def test_a_failed_upgrade_leaves_the_book_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = _opened_once(tmp_path)
    store.close()
    monkeypatch.setattr(upgrade, "HEAD", "9998")

    def break_half_way(book: Path, key: bytes, target: str = "head") -> None:
        connection = connect(book, key)
        connection.execute("DROP TABLE facts")
        connection.close()
        raise RuntimeError(target)

    monkeypatch.setattr(upgrade, "migrate", break_half_way)
    with pytest.raises(StoreFault) as refused:
        Store(tmp_path, morning())
    assert refused.value.fault is Fault.UPGRADE_FAILED
    monkeypatch.undo()
    again = Store(tmp_path, morning())
    assert _count(again) == 1
    again.close()


def test_a_locked_book_says_so(tmp_path: Path) -> None:
    store = _opened_once(tmp_path)
    other = sqlcipher3.connect(str(tmp_path / "book.db"), isolation_level=None)
    other.execute(f"PRAGMA key = \"x'{store.key.hex()}'\"")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreFault) as refused:
        store.writer.do(Record((e.CashMoved(1, "x"),)))
    assert refused.value.fault is Fault.LOCKED
    other.execute("ROLLBACK")
    other.close()
    store.writer.do(Record((e.CashMoved(1, "x"),)))
    assert _count(store) == 2
    store.close()


def test_a_full_disk_gives_up_the_ballast_then_says_so_and_loses_nothing(small_disk: Path) -> None:
    """On a file system of 24 MB: photos fill it, the ballast buys room once, then each commit is refused whole."""
    store = Store(small_disk / "data", morning())
    answers = [store.writer.submit(KeepPhoto()).exception() for _ in range(60)]
    kept = answers.count(None)
    refusals = [error for error in answers if error is not None]
    assert refusals
    assert all(isinstance(error, StoreFault) and error.fault is Fault.DISK_FULL for error in refusals)
    assert not (small_disk / "data" / "ballast.bin").exists()
    assert store.reader().value("SELECT count(*) FROM photos") == kept
    store.close()
    again = Store(small_disk / "data", morning())
    assert again.reader().value("PRAGMA quick_check") == "ok"
    again.close()


def test_a_killed_program_keeps_every_acknowledged_fact(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from app.store.opening import Store\n"
        "from tests.samples import Record, morning; from app.domain import events as e\n"
        "store = Store(Path(sys.argv[1]), morning())\n"
        "for n in range(10_000):\n"
        "    store.writer.do(Record((e.CashMoved(n + 1, 'x'),)))\n"
        "    print(n + 1, flush=True)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    acknowledged = 0
    for printed in child.stdout:
        acknowledged = int(printed)
        if acknowledged >= 200:
            child.kill()
            break
    rest = child.stdout.read().split()
    child.stdout.close()
    child.wait()
    acknowledged = int(rest[-1]) if rest else acknowledged
    store = Store(tmp_path, morning())
    assert store.folder.stopped_uncleanly
    assert _count(store) >= acknowledged >= 200
    store.close()


def test_the_newest_migration_is_known_and_equals_the_tables(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    from app.store.tables import metadata

    store = Store(tmp_path, morning())
    raw = connect(tmp_path / "book.db", store.key)
    engine = create_engine("sqlite://", module=sqlcipher3, creator=lambda: raw, poolclass=StaticPool)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    raw.close()
    store.close()
    assert max(upgrade.known_versions()) == upgrade.HEAD
