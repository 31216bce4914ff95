"""The strip of vans: which stand in it, and that no number in it is cut."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.receiving.queries import TripRow
from app.receiving.strip import MOST_CARDS, TripStrip
from app.ui.fonts import apply_theme
from app.ui.shapes import font_of
from tests.receiving.goods import YESTERDAY
from tests.samples import DAY

pytestmark = [pytest.mark.qt_log_ignore(r"propagateSizeHints\(\)")]


def a_van(trip: str, *, day: str = DAY, left: int = 0, short: int = 0, pieces: int = 200) -> TripRow:
    """A van of which some pieces are waited for."""
    return TripRow(
        trip=trip,
        platform="linli",
        name=trip,
        day=day,
        crates=0,
        crates_in=0,
        pieces=pieces,
        came=pieces - left - short,
        left=left,
        short=short,
        arrived_ms=0,
        ended_ms=0,
        plate="",
        seal="",
    )


@pytest.fixture
def strip(qtbot: QtBot, qapp: QApplication) -> TripStrip:
    """A wide strip."""
    apply_theme(qapp)
    made = TripStrip()
    qtbot.addWidget(made)
    made.resize(1000, made.sizeHint().height())
    return made


@pytest.mark.parametrize("left", [7, 133, 1333, 28888])
def test_the_sum_has_room_for_all_its_words(strip: TripStrip, left: int) -> None:
    strip.show_trips([a_van("甲", left=left, pieces=left)], day=DAY)
    number = QFontMetricsF(font_of(strip, "word", bold=True)).horizontalAdvance(str(left))
    around = QFontMetricsF(font_of(strip, "small")).horizontalAdvance("还差件")
    assert strip._sum_width() > number + around + 20


def test_vans_of_today_come_before_those_of_older_days_and_waiting_ones_first(strip: TripStrip) -> None:
    old = [a_van(f"旧{at}", day=YESTERDAY, left=1) for at in range(MOST_CARDS)]
    strip.show_trips([*old, a_van("完"), a_van("等", left=5)], day=DAY)
    shown = [trip.trip for trip in strip._shown()]
    assert len(shown) == MOST_CARDS
    assert shown[:2] == ["等", "旧0"]
    assert strip.words()[1].startswith("等")
