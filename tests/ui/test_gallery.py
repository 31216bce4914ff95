"""The gallery looks as designed: nothing cut, nothing overlapping, everything named and large enough to press."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.ui.buttons import ActionButton, PressButton
from app.ui.fonts import apply_theme
from app.ui.gallery import Stretch, as_is, doubled, main, sample_window, show_sheets
from app.ui.panels import ElidedLabel
from app.ui.pictures import grab
from app.ui.rows_view import RowsView
from app.ui.tokens import TextSize
from app.ui.window import CounterWindow

LEAST = {TextSize.NORMAL: 44, TextSize.LARGE: 60}


def shown(window: QWidget, kind: type[QWidget]) -> Iterator[QWidget]:
    """The visible widgets of a kind."""
    yield from (widget for widget in window.findChildren(kind) if widget.isVisible())


def opened(qtbot: QtBot, size: TextSize, stretch: Stretch, *, width: int = 1024) -> CounterWindow:
    """The sample counter in a print, a length of text and a width."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, size)
    window = sample_window(stretch)
    qtbot.addWidget(window)
    window.resize(width, 768)
    window.show()
    return window


def pages(window: CounterWindow) -> Iterator[int]:
    """Turn over the pages, laid out."""
    for at in range(len(window.pages)):
        window.show_page(at)
        QApplication.processEvents()
        yield at


def place(widget: QWidget, window: QWidget) -> QRect:
    """Where a widget is seen in its window: what is scrolled away is not."""
    seen = widget.visibleRegion().boundingRect()
    return QRect(widget.mapTo(window, seen.topLeft()), seen.size())


def is_cut(label: QLabel) -> bool:
    """Whether a label shows less than its words."""
    if isinstance(label, ElidedLabel):
        return label.text() != label.whole()
    if label.wordWrap():
        return label.height() < label.heightForWidth(label.width())
    return label.width() < label.sizeHint().width() or label.height() < label.fontMetrics().height()


@pytest.mark.usefixtures("dressed")
def test_no_words_are_cut_on_the_smallest_screen(qtbot: QtBot) -> None:
    window = opened(qtbot, TextSize.NORMAL, as_is)
    for _ in pages(window):
        cut = [label.text() for label in shown(window, QLabel) if isinstance(label, QLabel) and is_cut(label)]
        small = [
            button.accessibleName()
            for button in shown(window, ActionButton)
            if button.toolTip() or button.width() < button.sizeHint().width()
        ]
        assert (cut, small) == ([], [])


@pytest.mark.usefixtures("dressed")
@pytest.mark.parametrize("size", TextSize)
@pytest.mark.parametrize("width", [1024, 1366])
def test_layouts_hold_with_words_of_double_length(qtbot: QtBot, size: TextSize, width: int) -> None:
    window = opened(qtbot, size, doubled, width=width)
    for _ in pages(window):
        assert window.width() == width
        presses = [widget for widget in shown(window, PressButton) if widget.parent() is not None]
        for one, other in combinations(presses, 2):
            overlap = place(one, window).intersected(place(other, window))
            assert overlap.isEmpty(), (one.accessibleName(), other.accessibleName())
        for widget in (*presses, *shown(window, RowsView)):
            assert widget.mapTo(window, widget.rect().topRight()).x() <= window.width()


@pytest.mark.usefixtures("dressed")
@pytest.mark.parametrize("size", TextSize)
@pytest.mark.parametrize("stretch", [as_is, doubled])
def test_everything_to_press_is_large_enough(qtbot: QtBot, size: TextSize, stretch: Stretch) -> None:
    window = opened(qtbot, size, stretch)
    for _ in pages(window):
        for button in shown(window, QAbstractButton):
            least = LEAST[size] - 2  # whole pixels
            assert min(button.width(), button.height()) >= least, button.accessibleName()


@pytest.mark.usefixtures("dressed")
def test_everything_to_press_or_write_in_has_a_name(qtbot: QtBot) -> None:
    window = opened(qtbot, TextSize.NORMAL, as_is)
    for _ in pages(window):
        for kind in (QAbstractButton, QLineEdit, QPlainTextEdit, RowsView):
            for widget in shown(window, kind):
                nameless = type(widget).__name__ == "QTableCornerButton"
                assert widget.accessibleName() or nameless, widget


@pytest.mark.usefixtures("dressed")
def test_focus_is_seen(qtbot: QtBot) -> None:
    window = opened(qtbot, TextSize.NORMAL, as_is)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    button = next(iter(shown(window, ActionButton)))
    before = button.grab().toImage()
    button.setFocus()
    assert button.hasFocus()
    assert button.grab().toImage() != before


@pytest.mark.usefixtures("dressed")
def test_a_picture_has_the_size_of_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    window = opened(qtbot, TextSize.NORMAL, as_is)
    grab(window, tmp_path / "deep" / "page.png")
    image = QImage(str(tmp_path / "deep" / "page.png"))
    assert (image.width(), image.height()) == (1024, 768)


@pytest.mark.usefixtures("dressed")
@pytest.mark.parametrize("size", TextSize)
def test_every_sheet_fits_the_smallest_screen(qtbot: QtBot, tmp_path: Path, size: TextSize) -> None:
    window = opened(qtbot, size, as_is)
    show_sheets(window, tmp_path, "sheet")
    assert len(list(tmp_path.glob("*.png"))) == 5


def test_the_gallery_wants_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "OUTDIR" in capsys.readouterr().err
