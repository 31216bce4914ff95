"""Tables change only where rows changed, keep the last scan in sight, and obey the keyboard."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.answers import Tone
from app.ui.rows import Column, RowsModel, Section
from app.ui.rows_view import RowsView


@dataclass(frozen=True)
class Piece:
    """A row."""

    code: str
    count: int


COLUMNS = (
    Column[Piece]("箱码", lambda piece: piece.code),
    Column[Piece]("件数", lambda piece: str(piece.count), width=80),
    Column[Piece]("状态", lambda _: "到", width=110, tone=lambda _: Tone.OK, gives_way=1),
)
PIECES = st.builds(Piece, st.sampled_from("ABCDEF"), st.integers(0, 3))
ROWS = st.lists(PIECES | st.builds(Section, st.sampled_from(("冷冻", "常温"))), max_size=12)


def model_of(*rows: Piece | Section) -> RowsModel[Piece]:
    """A model with rows."""
    model = RowsModel(COLUMNS, key=lambda piece: piece.code)
    model.replace(rows)
    return model


class Watch:
    """Counts a model's changes."""

    def __init__(self, model: QAbstractItemModel) -> None:
        self.changed: list[int] = []
        self.inserted: list[tuple[int, int]] = []
        self.removed: list[tuple[int, int]] = []
        self.resets = 0
        model.dataChanged.connect(lambda top, *_: self.changed.append(top.row()))
        model.rowsInserted.connect(lambda _, first, last: self.inserted.append((first, last)))
        model.rowsRemoved.connect(lambda _, first, last: self.removed.append((first, last)))
        model.modelReset.connect(self._reset)

    def _reset(self) -> None:
        self.resets += 1


@pytest.mark.usefixtures("qapp")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=ROWS, after=ROWS)
def test_replacing_rows_ends_with_the_new_ones(
    before: list[Piece | Section], after: list[Piece | Section]
) -> None:
    model = model_of(*before)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    model.replace(after)
    assert list(model.rows) == after
    tester.deleteLater()


@pytest.mark.usefixtures("qapp")
def test_one_changed_row_is_one_change() -> None:
    rows = [Piece(f"B{at}", 1) for at in range(1000)]
    model = model_of(*rows)
    watch = Watch(model)
    rows[500] = replace(rows[500], count=2)
    model.replace(rows)
    assert (watch.changed, watch.inserted, watch.removed, watch.resets) == ([500], [], [], 0)


@pytest.mark.usefixtures("qapp")
def test_a_row_in_the_middle_comes_and_goes_alone() -> None:
    model = model_of(Piece("A", 1), Piece("C", 1))
    watch = Watch(model)
    model.replace([Piece("A", 1), Piece("B", 1), Piece("C", 1)])
    model.replace([Piece("A", 1), Piece("C", 1)])
    assert (watch.changed, watch.inserted, watch.removed) == ([], [(1, 1)], [(1, 1)])


@pytest.fixture
def view(dressed: QApplication, qtbot: QtBot) -> RowsView:
    rows: list[Piece | Section] = [Section("冷冻"), Piece("A", 1), Section("常温")]
    rows += [Piece(f"B{at}", at) for at in range(200)]
    made = RowsView("清单", model_of(*rows))
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.setFont(dressed.font())
    made.show()
    return made


def test_the_row_of_the_last_scan_is_in_sight_and_lit(view: RowsView) -> None:
    view.touch("B150")
    rect = view.visualRect(view.rows_model.index(view.touched_row, 0))
    assert view.viewport().rect().contains(rect.center())
    assert view.touched_row == 153


def test_the_lit_row_stays_lit_when_rows_come_above_it(view: RowsView) -> None:
    view.touch("B150")
    view.rows_model.replace([Piece("new", 1), *view.rows_model.rows])
    assert view.touched_row == 154


def test_a_scan_of_a_row_that_is_not_here_lights_nothing(view: RowsView) -> None:
    view.touch("nowhere")
    assert view.touched_row == -1


def test_arrows_step_over_sections_and_enter_and_space_speak(view: RowsView, qtbot: QtBot) -> None:
    view.setFocus()
    view.setCurrentIndex(view.rows_model.index(1, 0))
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.current_row() == Piece("B0", 0)
    with qtbot.waitSignal(view.chosen) as chosen:
        QTest.keyClick(view, Qt.Key.Key_Return)
    with qtbot.waitSignal(view.toggled) as toggled:
        QTest.keyClick(view, Qt.Key.Key_Space)
    assert chosen.args == [Piece("B0", 0)]
    assert toggled.args == [Piece("B0", 0)]


def test_rows_are_tall_enough_for_gloves(view: RowsView) -> None:
    assert view.rowHeight(1) >= 44


def test_columns_that_may_give_way_do_so_on_a_narrow_screen(view: RowsView) -> None:
    assert not view.isColumnHidden(2)
    view.resize(330, 400)
    assert view.isColumnHidden(2)
    assert not view.isColumnHidden(1)
