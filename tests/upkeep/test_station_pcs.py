"""The panel 本站电脑: one PC becomes the host, another joins it, both work on and see each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import Counter
from app.domain import night as n
from app.domain.answers import Answer, Tone
from app.domain.clock import SystemClock
from app.domain.roles import STATION
from app.hub import host, platform
from app.hub.hub import Hub
from app.hub.running import Running, serve
from app.hub.service import make_app
from app.store.book import Book
from app.sync import finder
from app.sync.pulse import Reading, Trouble
from app.ui.pair import PairPage
from app.ui.sheet import sheet_over
from app.upkeep.ports import OtherPC, StationView
from app.upkeep.settings_page import SettingsPage
from app.upkeep.station_panel import JoinSheet, StationPanel
from app.upkeep.words import about_the_host, mood_answer, pc_state, station_sentence
from tests.samples import Record

STATION_CODE = "BY-W1"
LONG = 30_000


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here speaks to the network."""
    monkeypatch.setattr(host, "EVERYWHERE", host.LOOPBACK)
    monkeypatch.setattr(host, "lan_address", lambda: host.LOOPBACK)
    monkeypatch.setattr(finder, "EVERYBODY", (host.LOOPBACK,))


@pytest.fixture
def above(tmp_path: Path) -> Iterator[tuple[Hub, Running]]:
    made = Hub(f"sqlite:///{(tmp_path / 'platform.db').as_posix()}", SystemClock())
    made.add_point(STATION_CODE, "宾阳网格站", kind=STATION)
    running = serve(make_app(made))
    yield made, running
    running.stop()
    made.close()


@pytest.fixture
def counters(qapp: QApplication, tmp_path: Path) -> Iterator[list[Counter]]:
    qapp.setQuitOnLastWindowClosed(False)
    made = [Counter(tmp_path / name, SystemClock()) for name in ("a", "b")]
    yield made
    for counter in made:
        counter.close()


def settings_of(counter: Counter) -> SettingsPage:
    """The settings page, in front."""
    counter.window.show()
    at = next(at for at, page in enumerate(counter.window.pages) if page.title == "设置")
    counter.window.show_page(at)
    QApplication.processEvents()
    page = counter.window.pages[at].real  # type: ignore[attr-defined]
    if isinstance(page, PairPage):
        page.choice.choose(1)
        page = page.front
    assert isinstance(page, SettingsPage)
    return page


def panel_of(counter: Counter) -> StationPanel:
    """The panel on the settings page."""
    panel = settings_of(counter)._station
    assert panel is not None
    return panel


def test_two_pcs_of_a_station_work_through_one_host(
    qtbot: QtBot, counters: list[Counter], above: tuple[Hub, Running]
) -> None:
    here, there = counters
    hub, running = above
    said: list[Answer] = []
    here.enrol(running.url, hub.make_enrolment(STATION_CODE), said.append)
    qtbot.waitUntil(lambda: len(said) == 1, timeout=LONG)
    here.store.writer.do(Record((n.WaveBegan("2026-11-26"),)))
    qtbot.waitUntil(lambda: platform.facts_count(hub, STATION_CODE) == 1, timeout=LONG)

    panel_of(here)._host.click()
    qtbot.waitUntil(lambda: bool(here.reader.get("hosts", 0)), timeout=LONG)
    panel = panel_of(here)
    qtbot.waitUntil(lambda: panel._code.isVisible() and panel._code.isEnabled(), timeout=LONG)

    codes: list[str] = []
    here._hosting.new_code(codes.append)
    qtbot.waitUntil(lambda: bool(codes), timeout=LONG)
    port = str(here.reader.get("server")).rpartition(":")[2]
    there._hosting.join(f"127.0.0.1:{port}", codes[0], lambda answer: there._said(answer, said.append))
    qtbot.waitUntil(lambda: len(said) == 2, timeout=LONG)
    assert said[-1].kind is Tone.OK
    there.store.writer.do(Record((n.SorterJoined("A07"),)))
    qtbot.waitUntil(
        lambda: here.reader.value("SELECT count(*) FROM facts WHERE kind = 'SorterJoined'") == 1, timeout=LONG
    )
    assert there.reader.value("SELECT count(*) FROM facts WHERE kind = 'WaveBegan'") == 1
    qtbot.waitUntil(lambda: platform.facts_count(hub, STATION_CODE) == 2, timeout=LONG)
    views: list[StationView] = []
    here._hosting.look(views.append)
    qtbot.waitUntil(lambda: bool(views), timeout=LONG)
    assert sorted(pc.is_this for pc in views[0].pcs) == [False, True]

    there.enrol(running.url, hub.make_enrolment(STATION_CODE), said.append)
    qtbot.waitUntil(lambda: len(said) == 3, timeout=LONG)
    assert said[-1].word == "不用登记"
    here.enrol(running.url, hub.make_enrolment(STATION_CODE), said.append)
    qtbot.waitUntil(lambda: len(said) == 4, timeout=LONG)
    assert said[-1].kind is Tone.OK
    there.store.writer.do(Record((n.SorterJoined("A08"),)))
    qtbot.waitUntil(lambda: platform.facts_count(hub, STATION_CODE) == 3, timeout=LONG)


def test_a_pc_without_a_place_at_the_platform_cannot_be_the_host(
    qtbot: QtBot, counters: list[Counter]
) -> None:
    said: list[Answer] = []
    counters[0]._hosting.become_host(said.append)
    counters[0]._hosting.join("127.0.0.1:9", "DJ-000000-0", said.append)
    qtbot.waitUntil(lambda: len(said) == 2, timeout=LONG)
    assert {answer.word for answer in said} == {"先连接平台", "连不上主机"}


def test_a_shop_has_no_panel(counters: list[Counter]) -> None:
    counters[0].store.writer.do(BeAShop())
    assert settings_of(counters[0])._station is None


def test_a_pc_that_belongs_to_nobody_may_join_a_host_and_cannot_be_one(
    qtbot: QtBot, counters: list[Counter]
) -> None:
    panel = panel_of(counters[0])
    qtbot.waitUntil(lambda: "又一台电脑" in panel._sentence.text(), timeout=LONG)
    assert panel._join.isVisible()
    assert not panel._host.isVisible()


def test_the_sheet_offers_what_was_found_and_keeps_what_was_typed(counters: list[Counter]) -> None:
    counters[0].window.show()
    sheet = JoinSheet()
    sheet.open_over(counters[0].window)
    sheet.offer(("10.0.0.7:8610",))
    assert sheet.result() is None
    sheet.on_scan("DJ-ABCDEF-G")
    sheet.offer(("10.0.0.9:8610",))
    assert sheet.result() == ("10.0.0.7:8610", "DJ-ABCDEF-G")
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert sheet_over(counters[0].window) is None


@pytest.mark.parametrize(
    ("pc", "said"),
    [
        (OtherPC("a", 0, 0, is_this=False), "还没来过"),
        (OtherPC("a", 990_000, 0, is_this=False), "在线，都传了"),
        (OtherPC("a", 990_000, 3, is_this=False), "在线，还有 3 笔没传"),
        (OtherPC("a", 400_000, 3, is_this=False), "10 分钟没来，还有 3 笔没传"),
    ],
)
def test_a_pcs_state_is_one_short_word(pc: OtherPC, said: str) -> None:
    assert pc_state(pc, 1_000_000)[0] == said


@pytest.mark.parametrize("trouble", list(Trouble))
def test_a_pc_at_a_host_hears_of_the_host_and_not_of_the_platform(trouble: Trouble) -> None:
    said = about_the_host(mood_answer(Reading(trouble=trouble)))
    assert "平台" not in said.sentence


def test_what_the_panel_says_of_this_pc() -> None:
    assert "主机" in station_sentence(StationView())
    assert "加入主机" in station_sentence(StationView(is_placed=False))
    assert "10.0.0.7" in station_sentence(StationView(address="10.0.0.7:8610"))
    running = StationView(is_host=True, is_running=True, address="10.0.0.7:8610", unsent_above=4)
    assert "4 笔" in station_sentence(running)
    assert "正在启动" in station_sentence(StationView(is_host=True))


@dataclass(frozen=True, slots=True)
class BeAShop:
    """The book as it is after a shop's enrolment."""

    def perform(self, book: Book) -> None:
        book.put("secret", "geheim")


@dataclass(frozen=True, slots=True)
class BeAStation:
    """The book as it is after a station's enrolment."""

    def perform(self, book: Book) -> None:
        book.put("role", STATION)


def test_who_practises_at_a_station_practises_a_night(
    counters: list[Counter], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[list[str]] = []
    monkeypatch.setattr(
        "app.bootstrap.QProcess.startDetached", lambda _program, words: begun.append(words), raising=True
    )
    here = counters[0]
    settings_of(here)._upkeep.practise()
    here.store.writer.do(BeAStation())
    here.take_role()
    settings_of(here)._upkeep.practise()
    assert begun == [["-m", "app", "practice"], ["-m", "app", "practice", "--station"]]
