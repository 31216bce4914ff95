"""The desk brings what other threads did to the Qt thread, and never a traceback to the user."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.answers import Answer, Tone
from app.ui.desk import BROKEN, Desk


@pytest.fixture
def writer() -> Iterator[ThreadPoolExecutor]:
    """A real other thread."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture
def answers(desk: Desk) -> list[Answer]:
    """Everything the desk answers."""
    heard: list[Answer] = []
    desk.answered.connect(heard.append)
    return heard


def carry_out(command: object) -> object:
    """What the writer does with a command here: numbers are doubled, all else fails."""
    if isinstance(command, int):
        return command * 2
    raise RuntimeError("the disk is full of 13800138000")


@pytest.fixture
def desk(qapp: QApplication, writer: ThreadPoolExecutor) -> Desk:
    made = Desk(lambda command: writer.submit(carry_out, command))
    made.moveToThread(qapp.thread())
    return made


def test_a_result_arrives_on_the_qt_thread(desk: Desk, qtbot: QtBot) -> None:
    landed: list[tuple[object, threading.Thread]] = []
    desk.do(21, lambda result: landed.append((result, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(landed))
    assert landed == [(42, threading.main_thread())]


def test_results_arrive_in_the_order_of_the_commands(desk: Desk, qtbot: QtBot) -> None:
    landed: list[int] = []
    for number in range(100):
        desk.do(number, landed.append)
    qtbot.waitUntil(lambda: len(landed) == 100)
    assert landed == [number * 2 for number in range(100)]


def test_a_failure_becomes_one_calm_sentence_and_a_log_entry(
    desk: Desk, qtbot: QtBot, answers: list[Answer], caplog: pytest.LogCaptureFixture
) -> None:
    let_go: list[str] = []
    with caplog.at_level(logging.ERROR):
        desk.do("nonsense", lambda _: None, otherwise=lambda: let_go.append("yes"))
        qtbot.waitUntil(lambda: bool(answers))
    assert answers == [BROKEN]
    assert let_go == ["yes"]
    assert caplog.records[0].exc_info is not None
    assert "Traceback" not in BROKEN.sentence


def test_a_writer_that_refuses_commands_is_answered_too(qtbot: QtBot) -> None:
    def closed(_: Any) -> Future[Any]:
        raise RuntimeError("closed")

    desk = Desk(closed)
    with qtbot.waitSignal(desk.answered) as heard:
        desk.do(1, lambda _: None)
    assert heard.args == [BROKEN]


def test_a_page_that_stumbles_over_a_result_is_answered_too(
    desk: Desk, qtbot: QtBot, answers: list[Answer]
) -> None:
    desk.do(1, lambda result: result["no such thing"])
    qtbot.waitUntil(lambda: bool(answers))
    assert answers[0].kind is Tone.WRONG


def test_many_changes_become_few_refreshes(desk: Desk, qtbot: QtBot) -> None:
    told: list[frozenset[str]] = []
    desk.changed.connect(told.append)
    for number in range(200):
        desk.announce({f"topic {number % 3}"})
    qtbot.waitUntil(lambda: bool(told))
    assert frozenset().union(*told) == {"topic 0", "topic 1", "topic 2"}
    assert len(told) <= 2


def test_changes_may_be_announced_from_any_thread(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.changed) as heard:
        thread = threading.Thread(target=desk.announce, args=({"shelf"},))
        thread.start()
        thread.join()
    assert heard.args == [frozenset({"shelf"})]


@pytest.mark.usefixtures("qapp")
def test_a_result_for_a_closed_counter_is_let_go() -> None:
    future: Future[int] = Future()
    desk = Desk(lambda _: future)
    desk.do(1, lambda _: None)
    desk.deleteLater()
    QCoreApplication.sendPostedEvents(desk, 52)
    future.set_result(1)
