"""Network and settings: what they say, what their keys do, and that a choice is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import Counter
from app.domain import events as e
from app.domain.answers import Answer, Tone
from app.hub.hub import Hub
from app.hub.running import Running, serve
from app.hub.service import make_app
from app.settings import preferences
from app.settings.preferences import Preferences
from app.sync.pulse import Reading, Trouble
from app.ui.sheet import sheet_over
from app.upkeep.queries import backups
from app.upkeep.words import age, clock_sentence, mood_answer
from tests.samples import POINT, Record, morning


@pytest.fixture
def counter(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Counter]:
    qapp.setQuitOnLastWindowClosed(False)
    made = Counter(tmp_path / "data", morning())
    made.window.show()
    made.window.activateWindow()
    qtbot.waitUntil(lambda: qapp.activeWindow() is made.window)
    yield made
    made.close()


@pytest.fixture
def answers(counter: Counter) -> list[Answer]:
    heard: list[Answer] = []
    counter.desk.answered.connect(heard.append)
    return heard


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[tuple[Hub, Running]]:
    made = Hub(f"sqlite:///{(tmp_path / 'hub.db').as_posix()}", morning())
    made.add_point(POINT, "新桥镇民生店")
    running = serve(make_app(made))
    yield made, running
    running.stop()
    made.close()


def _settings(counter: Counter) -> None:
    """Go to the settings; a page's keys are bound once it has been shown."""
    counter.window.show_page(7)
    QApplication.processEvents()


def test_a_pc_enrols_with_a_one_time_code_and_sends_what_it_had(
    qtbot: QtBot, counter: Counter, answers: list[Answer], hub: tuple[Hub, Running]
) -> None:
    counter.store.writer.do(Record((e.CashMoved(500, "零钱"),)))
    counter.enrol(hub[1].url, hub[0].make_enrolment(POINT), answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert (answers[0].kind, answers[0].word) == (Tone.OK, "登记好了")
    qtbot.waitUntil(lambda: counter.reader.get("acknowledged", [0])[0] == 1, timeout=10_000)
    assert "新桥镇民生店" in counter.window.windowTitle()


def test_a_wrong_code_and_a_wrong_address_get_their_own_sentence(
    qtbot: QtBot, counter: Counter, hub: tuple[Hub, Running]
) -> None:
    said: list[Answer] = []
    counter.enrol(hub[1].url, "DJ-000000-0", said.append)
    qtbot.waitUntil(lambda: len(said) == 1)
    counter.enrol("http://127.0.0.1:9", "DJ-000000-0", said.append)
    qtbot.waitUntil(lambda: len(said) == 2, timeout=10_000)
    assert [answer.word for answer in said] == ["登记码不对", "连不上"]


def test_a_backup_is_made_with_a_key(qtbot: QtBot, counter: Counter, answers: list[Answer]) -> None:
    _settings(counter)
    QTest.keyClick(counter.window, Qt.Key.Key_F10)
    qtbot.waitUntil(lambda: any(answer.word == "备份好了" for answer in answers), timeout=10_000)
    assert len(backups(counter.store.folder.backups)) == 1


def test_choices_are_kept(counter: Counter, tmp_path: Path, qtbot: QtBot) -> None:
    counter.window.show_page(7)
    page = counter.window.pages[7].real  # type: ignore[attr-defined]
    page._size.choose(1)
    page._sounds.choose(1)
    qtbot.waitUntil(lambda: preferences.load(tmp_path / "data") == Preferences(large_text=True, sounds=False))


def test_the_recovery_code_is_shown_and_noted(qtbot: QtBot, counter: Counter) -> None:
    home = counter.window.pages[0]
    qtbot.waitUntil(lambda: home.last.code_unseen == 1)  # type: ignore[attr-defined]
    _settings(counter)
    QTest.keyClick(counter.window, Qt.Key.Key_F11)
    qtbot.waitUntil(lambda: sheet_over(counter.window) is not None)
    sheet = sheet_over(counter.window)
    assert sheet is not None
    sheet.accept()
    qtbot.waitUntil(lambda: counter.reader.get("recovery_seen") == 1)


def test_a_damaged_preferences_file_costs_the_choices_and_not_the_start(tmp_path: Path) -> None:
    (tmp_path / preferences.FILE).write_bytes(b"\xff{")
    assert preferences.load(tmp_path) == Preferences()
    (tmp_path / preferences.FILE).write_text('{"large_text": "yes", "sounds": false, "new": 1}', "utf-8")
    assert preferences.load(tmp_path) == Preferences(sounds=False)


def test_every_trouble_of_the_network_has_its_sentence() -> None:
    for trouble in Trouble:
        answer = mood_answer(Reading(trouble=trouble, last_contact_ms=1))
        assert len(answer.sentence) > 8


@pytest.mark.parametrize(
    ("skew_ms", "said"),
    [
        (0, ""),
        (119_000, ""),
        (300_000, "快了约 5 分钟"),
        (-300_000, "慢了约 5 分钟"),
        (7_200_000 * 3, "快了约 6 小时"),
    ],
)
def test_a_wrong_clock_is_said(skew_ms: int, said: str) -> None:
    sentence = clock_sentence(Reading(skew_ms=skew_ms))
    assert said in sentence
    assert bool(sentence) == bool(said)


@pytest.mark.parametrize(("minutes", "said"), [(0, "刚刚"), (12, "12 分钟"), (200, "3 小时"), (5000, "3 天")])
def test_ages_are_told_in_words(minutes: int, said: str) -> None:
    assert age(minutes * 60_000) == said


def test_the_network_page_shows_what_waits(counter: Counter) -> None:
    counter.window.show_page(6)
    page = counter.window.pages[6].real  # type: ignore[attr-defined]
    assert page._chip.accessibleName() == "没有登记"
