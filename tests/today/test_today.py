"""The first page says how the day stands and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.domain import events as e
from app.domain.answers import Answer, Tone
from app.domain.clock import StoryClock, at
from app.domain.goods import Count, Zone
from app.domain.perish import Grade
from app.pickup.queries import shelf
from app.store.connection import Reader
from app.store.opening import Store
from app.today.page import TodayPage
from app.today.queries import page_for, standing
from app.today.rules import Day, next_steps
from app.ui.desk import Desk
from app.ui.step_card import StepCard
from tests.samples import DAY, TRIP, Record, line, manifest, policy

QUIET = Day(9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "", 0)


@pytest.fixture
def clock() -> StoryClock:
    return StoryClock(at(DAY, "09:00"))


@pytest.fixture
def store(tmp_path: Path, clock: StoryClock) -> Iterator[Store]:
    opened = Store(tmp_path, clock)
    goods = [line("1"), line("2", crate="ABC124", zone=Zone.FROZEN), line("3", buyer="b2")]
    opened.writer.do(Record((policy(), manifest(goods))))
    yield opened
    opened.close()


def _words(day: Day) -> list[str]:
    return [step.word for step in next_steps(day)]


def test_a_day_with_nothing_to_do_asks_for_nothing() -> None:
    assert _words(QUIET) == []


def test_goods_in_the_van_come_before_goods_on_the_shelf() -> None:
    assert _words(replace(QUIET, in_van=5, crates_left=2, waiting=3, waiting_buyers=1)) == [
        "收货",
        "等人来取",
    ]


def test_frozen_goods_are_first_in_the_evening_and_loud() -> None:
    steps = next_steps(replace(QUIET, hour=19, frozen_waiting=2, waiting=2, in_van=1))
    assert (steps[0].word, steps[0].tone) == ("冷冻催取", Tone.WRONG)
    assert steps[-1].word == "日结"


def test_a_closed_day_is_not_to_be_closed_again() -> None:
    assert "日结" not in _words(replace(QUIET, hour=20, closed=1))


def test_the_numbers_follow_the_book(store: Store, clock: StoryClock) -> None:
    reader = store.reader()
    before = standing(reader, day=DAY, now_ms=clock.now_ms())
    assert (before.expected, before.received, before.waiting) == (6, 0, 0)
    assert (before.trips[0].crates, before.trips[0].crates_left, before.trips[0].platform) == (
        2,
        2,
        "邻里优选",
    )
    here = Count("1", 2, "A-01")
    store.writer.do(Record((e.GoodsReceived(TRIP, (here, Count("3", 1, "A-02"))), e.PickedUp("b1", (here,)))))
    after = standing(reader, day=DAY, now_ms=clock.now_ms())
    assert (after.received, after.waiting, after.waiting_buyers, after.handed_out) == (3, 1, 1, 2)
    assert after.commission_fen == 99
    reader.close()


def test_goods_kept_past_their_hour_count_as_overdue_as_on_the_shelf_list(store: Store) -> None:
    store.writer.do(Record((e.GoodsReceived(TRIP, (Count("1", 2, "A-01"), Count("2", 2, "D-01"))),)))
    reader = store.reader()
    overdue = [standing(reader, day=DAY, now_ms=at(day, clock)).overdue for day, clock in _EVENINGS]
    assert overdue == [0, 2, 2, 4]
    assert overdue == [_overdue_on_shelf_list(reader, at(day, clock)) for day, clock in _EVENINGS]
    reader.close()


_EVENINGS = ((DAY, "19:59"), (DAY, "20:01"), ("2026-11-25", "22:59"), ("2026-11-25", "23:01"))


def _overdue_on_shelf_list(reader: Reader, now_ms: int) -> int:
    return sum(row.pieces for row in shelf(reader, now_ms=now_ms) if row.grade is Grade.OVERDUE)


def test_enter_on_the_first_step_asks_for_its_page(qtbot: QtBot, store: Store, clock: StoryClock) -> None:
    page = TodayPage(Desk(store.writer.submit), store.reader(), clock)
    qtbot.addWidget(page)
    page.refresh(page.topics)
    first = page.primary()
    assert isinstance(first, StepCard)
    with qtbot.waitSignal(page.wanted) as wanted:
        first.click()
    assert wanted.args == ["F2"]


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("ABC123", "F2"),
        ("6901234567892", "F2"),
        ("37-1-0001", "F3"),
        ("TH-4K7P2Q-X", "F5"),
        ("什么", ""),
        ("", ""),
    ],
)
def test_a_scan_finds_the_page_that_can_do_something_with_it(store: Store, code: str, key: str) -> None:
    assert page_for(store.reader(), code) == key


def test_a_scan_on_the_first_page_is_passed_on(qtbot: QtBot, store: Store, clock: StoryClock) -> None:
    page = TodayPage(Desk(store.writer.submit), store.reader(), clock)
    qtbot.addWidget(page)
    with qtbot.waitSignal(page.passed_on) as passed:
        page.on_scan("ABC123")
    assert passed.args == ["F2", "ABC123"]


def test_a_pickup_that_the_platform_took_back_is_said_first() -> None:
    assert _words(replace(QUIET, voided=1, in_van=3, crates_left=1)) == ["两台电脑重了", "收货"]


def test_the_recovery_code_is_asked_for_until_it_is_written_down() -> None:
    assert _words(replace(QUIET, code_unseen=1)) == ["抄下恢复码"]


@pytest.mark.parametrize(
    ("code", "word"),
    [("A" * 65, "码太长"), ("ABC\x07123", "码不干净"), ("NOBODYS", "不认识这个码")],
)
def test_a_code_that_no_page_takes_is_told_with_its_true_reason(
    qtbot: QtBot, store: Store, clock: StoryClock, code: str, word: str
) -> None:
    desk = Desk(store.writer.submit)
    answers: list[Answer] = []
    desk.answered.connect(answers.append)
    page = TodayPage(desk, store.reader(), clock)
    qtbot.addWidget(page)
    page.on_scan(code)
    assert [answer.word for answer in answers] == [word]
