"""Opening the counter: it opens, or one sentence says what is wrong and a key leads on; nothing is lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import Counter
from app.domain import events as e
from app.domain.clock import StoryClock
from app.start import Opening, keep_log
from app.store import keys
from app.store.connection import connect
from app.store.opening import Store
from app.store.words import explain, fault_answer
from app.ui.only_one import Doorbell, raise_first
from tests.samples import Record, morning


@pytest.fixture
def opening(qapp: QApplication, tmp_path: Path) -> Iterator[Opening]:
    qapp.setQuitOnLastWindowClosed(False)
    made = Opening(tmp_path / "data", morning(), note="", server="")
    yield made
    made.close()
    if made.trouble is not None:
        made.trouble.close()


def _folder_with_a_book(folder: Path) -> Store:
    store = Store(folder, morning())
    store.writer.do(Record((e.CashMoved(500, "零钱"),)))
    store.back_up()
    store.close()
    return store


def _opened(opening: Opening) -> Counter:
    assert opening.counter is not None
    return opening.counter


def test_an_empty_folder_becomes_a_counter(opening: Opening) -> None:
    opening.attempt()
    assert opening.counter is not None
    assert opening.counter.window.isVisible()
    assert len(opening.counter.window.pages) == 8


def test_the_recovery_code_can_be_shown_later(opening: Opening) -> None:
    opening.attempt()
    counter = opening.counter
    assert counter is not None
    counter.store.writer.do(Record((e.CashMoved(1, "x"),)))
    assert counter.reader.get("recovery_code") == counter.store.recovery_code


def test_a_damaged_book_is_restored_with_one_key(tmp_path: Path, opening: Opening) -> None:
    _folder_with_a_book(tmp_path / "data")
    book = tmp_path / "data" / "book.db"
    book.write_bytes(os.urandom(book.stat().st_size))
    opening.attempt()
    assert opening.counter is None
    trouble = opening.trouble
    assert trouble is not None
    assert trouble.panel.way_on.text() == "用最近的备份恢复"
    trouble.panel.way_on.click()
    assert _opened(opening).reader.value("SELECT count(*) FROM facts") == 1
    assert list((tmp_path / "data").glob("book-damaged-*.db"))


def test_a_lost_key_is_replaced_by_the_printed_code(tmp_path: Path, opening: Opening) -> None:
    code = _folder_with_a_book(tmp_path / "data").recovery_code
    (tmp_path / "data" / keys.SLOT).unlink()
    opening.attempt()
    trouble = opening.trouble
    assert trouble is not None
    trouble.field.setText("错的")
    trouble.panel.way_on.click()
    assert not opening.counter
    trouble.field.setText(code.lower())
    trouble.panel.way_on.click()
    assert _opened(opening).window.isVisible()


def test_an_empty_or_missing_book_beside_its_backup_is_no_new_shop(tmp_path: Path, opening: Opening) -> None:
    _folder_with_a_book(tmp_path / "data")
    (tmp_path / "data" / "book.db").write_bytes(b"")
    opening.attempt()
    assert opening.counter is None
    assert opening.trouble is not None
    opening.trouble.panel.way_on.click()
    assert _opened(opening).reader.value("SELECT count(*) FROM facts") == 1


def test_a_newer_book_is_left_alone(tmp_path: Path, opening: Opening) -> None:
    key = _folder_with_a_book(tmp_path / "data").key
    connection = connect(tmp_path / "data" / "book.db", key)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    opening.attempt()
    assert opening.trouble is not None
    opening.trouble.panel.way_on.click()  # trying again changes nothing
    assert opening.counter is None


def test_a_second_start_raises_the_first_window(qtbot: QtBot, tmp_path: Path) -> None:
    rung: list[int] = []
    bell = Doorbell(tmp_path, lambda: rung.append(1))
    assert raise_first(tmp_path)
    qtbot.waitUntil(lambda: rung == [1])
    bell.close()
    assert not raise_first(tmp_path)


@pytest.mark.usefixtures("qtbot")
def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    opening = Opening(tmp_path / "file", StoryClock(0), note="", server="")
    opening.attempt()
    assert opening.counter is None
    assert opening.trouble is not None
    opening.trouble.close()


def test_every_trouble_has_a_sentence_that_says_what_to_do() -> None:
    from app.store.faults import Fault, StoreFault

    for fault in Fault:
        answer = fault_answer(StoreFault(fault))
        assert len(answer.sentence) > 12
        assert explain(StoreFault(fault)) == answer
    assert explain(ValueError()) is None


def test_a_log_that_has_grown_is_put_aside(tmp_path: Path) -> None:
    import logging

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        (tmp_path / "logs").mkdir()
        (tmp_path / "logs" / "geyi.log").write_bytes(b"x" * 1_100_000)
        keep_log(tmp_path)
        assert (tmp_path / "logs" / "geyi-old.log").exists()
    finally:
        for handler in root.handlers[:]:
            handler.close()
        root.handlers, root.level = handlers, level
