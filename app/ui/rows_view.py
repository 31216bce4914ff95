"""The table of the counter: tall rows, hairlines, sections, chips, and the last scanned row always in sight."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from app.domain.answers import Tone
from app.ui import tokens
from app.ui.panels import chip_padding, paint_chip, paint_state
from app.ui.rows import TONE_ROLE, RowsModel, Section
from app.ui.shapes import Glyph, font_of, sized

_TOUCHED_MS: Final = 8000
_READABLE: Final = 200


class _Cells(QStyledItemDelegate):
    """Paints cells of one view; it keeps no state of its own."""

    def __init__(self, view: RowsView) -> None:
        super().__init__(view)
        self._view = view

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        rect: QRect = option.rect
        row = self._view.rows_model.at(index.row())
        if isinstance(row, Section):
            self._paint_section(painter, rect, row)
        else:
            self._paint_ground(painter, rect, index)
            self._paint_content(painter, rect, index)
        painter.restore()

    def _paint_section(self, painter: QPainter, rect: QRect, section: Section) -> None:
        view = self._view
        painter.fillRect(rect, QColor(tokens.SUNKEN))
        inner = self.inner(rect)
        painter.setFont(font_of(view, "body", bold=True))
        painter.setPen(QColor(tokens.INK))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, section.title)
        painter.setFont(font_of(view, "small"))
        painter.setPen(QColor(tokens.MUTED))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, section.remark)

    def _paint_ground(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        view = self._view
        if index.row() == view.touched_row:
            painter.fillRect(rect, QColor(tokens.ROW_TOUCHED))
        elif view.selectionModel().isRowSelected(index.row(), QModelIndex()):
            painter.fillRect(rect, QColor(tokens.ROW_CHOSEN))
        marked = index.row() == view.touched_row or index.row() == view.currentIndex().row()
        if index.column() == 0 and marked and (view.hasFocus() or index.row() == view.touched_row):
            painter.fillRect(
                QRect(rect.left(), rect.top(), sized(view, 5), rect.height()), QColor(tokens.BLUE)
            )
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(tokens.LINE))

    def _paint_content(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        text = str(index.data() or "")
        tone = index.data(TONE_ROLE)
        if tone is not None and text:
            self._paint_chip(painter, rect, text, Tone(tone))  # Qt hands a StrEnum back as str
            return
        column = self._view.rows_model.columns[index.column()]
        if column.paint is not None:
            column.paint(painter, self.inner(rect), self._view.rows_model.at(index.row()), self._view)
            return
        painter.setFont(font_of(self._view, "body", bold=bool(column.strong)))
        painter.setPen(QColor(tokens.INK))
        inner = self.inner(rect)
        words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, column.align | Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_chip(self, painter: QPainter, rect: QRect, text: str, tone: Tone) -> None:
        view = self._view
        inner = self.inner(rect)
        painter.setFont(font_of(view, "small"))
        wanted = painter.fontMetrics().horizontalAdvance(text) + chip_padding(view, tone)
        height = sized(view, 32)
        top = rect.top() + (rect.height() - height) / 2
        paint_chip(painter, QRectF(inner.left(), top, min(wanted, inner.width()), height), text, tone, view)

    def inner(self, rect: QRect) -> QRect:
        """Where the words of a cell may stand."""
        pad = sized(self._view, 14)
        return rect.adjusted(pad, 0, -pad, 0)

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """Show the whole text of a cell that is cut."""
        text = str(index.data() or "")
        rect: QRect = option.rect
        if self._view.fontMetrics().horizontalAdvance(text) > self.inner(rect).width():
            QToolTip.showText(event.globalPos(), text, view)
            return True
        QToolTip.hideText()
        return False


class _Edge(QWidget):
    """Rounds the table's corners and draws its border: a scroll area cannot clip its own content."""

    def __init__(self, view: RowsView) -> None:
        super().__init__(view)
        self._view = view
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect, radius = QRectF(self.rect()), tokens.RADIUS_LARGE
        corners, inside = QPainterPath(), QPainterPath()
        corners.addRect(rect)
        inside.addRoundedRect(rect, radius, radius)
        painter.fillPath(corners.subtracted(inside), QColor(self._outside()))
        focused = self._view.hasFocus()
        width = 3 if focused else 1
        painter.setPen(QPen(QColor(tokens.BLUE if focused else tokens.LINE), width))
        painter.drawRoundedRect(rect.adjusted(width / 2, width / 2, -width / 2, -width / 2), radius, radius)

    def _outside(self) -> str:
        parent = self._view.parentWidget()
        while parent is not None and not parent.property("card") and not parent.property("sheet"):
            parent = parent.parentWidget()
        return tokens.PAPER if parent is None else tokens.SURFACE


class RowsView(QTableView):
    """Shows a `RowsModel`: `chosen(row)` on Enter or double click, `toggled(row)` on space, `pointed(row)` on move."""

    chosen = Signal(object)
    toggled = Signal(object)
    pointed = Signal(object)

    def __init__(self, name: str, model: RowsModel[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows_model = model
        self.touched_row = -1
        self._touched_key: Hashable | None = None
        self._empty = (Glyph.BOX, "这里还没有东西", "")
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.timeout.connect(self.forget_touch)
        self.setAccessibleName(name)
        self.setModel(model)
        self.setItemDelegate(_Cells(self))
        self._edge = _Edge(self)
        self._tune()
        self._size_columns()
        model.replaced.connect(self._rows_changed)
        self.doubleClicked.connect(lambda _: self._emit(self.chosen))
        self._rows_changed()

    def _tune(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(sized(self, tokens.ROW))
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        head.setFixedHeight(sized(self, 44))
        head.setTextElideMode(Qt.TextElideMode.ElideRight)

    def _size_columns(self) -> None:
        head = self.horizontalHeader()
        for at, column in enumerate(self.rows_model.columns):
            if column.width:
                head.setSectionResizeMode(at, QHeaderView.ResizeMode.Fixed)
                head.resizeSection(at, sized(self, column.width))
            else:
                head.setSectionResizeMode(at, QHeaderView.ResizeMode.Stretch)

    def _make_room(self) -> None:
        """Leave out columns that give way until the stretching one can be read."""
        columns = self.rows_model.columns
        shown = set(range(len(columns)))
        room = self.viewport().width() - sized(self, _READABLE)
        for at in sorted(shown, key=lambda at: -columns[at].gives_way):
            if columns[at].gives_way and sum(sized(self, columns[it].width) for it in shown) > room:
                shown.discard(at)
        for at in range(len(columns)):
            self.setColumnHidden(at, at not in shown)

    def say_when_empty(self, sentence: str, advice: str = "", *, glyph: Glyph = Glyph.BOX) -> None:
        """What the view draws while it has no rows: a sentence, and what to do."""
        self._empty = (glyph, sentence, advice)
        self.viewport().update()

    def touch(self, key: Hashable) -> None:
        """Bring the row of the last scan into sight and light it softly for a while."""
        self._touched_key = key
        self._find_touched()
        self._show_touched()
        self._calm.start(_TOUCHED_MS)
        self.viewport().update()

    def _show_touched(self) -> None:
        if self.touched_row < 0:
            return
        self.scrollTo(self.rows_model.index(self.touched_row, 0), QAbstractItemView.ScrollHint.EnsureVisible)
        self.setCurrentIndex(self.rows_model.index(self.touched_row, 0))
        self._keep_section_in_sight()

    def forget_touch(self) -> None:
        """Let the last scan's row go dark."""
        self._touched_key = None
        self.touched_row = -1
        self.viewport().update()

    def current_row(self) -> Any:
        """The row under the keyboard, None for none."""
        row = self.rows_model.at(self.currentIndex().row()) if self.currentIndex().isValid() else None
        return None if isinstance(row, Section) else row

    def inputMethodQuery(self, query: Qt.InputMethodQuery) -> Any:
        if query == Qt.InputMethodQuery.ImEnabled:
            return False
        return super().inputMethodQuery(query)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._emit(self.chosen)
        elif event.key() == Qt.Key.Key_Space:
            self._emit(self.toggled)
        elif event.text().isprintable() and event.text():
            event.ignore()  # a letter belongs to the page's search box, not to Qt's jump-to-row
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Qt's own jump-to-row is off: it would answer stray keys."""

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().currentChanged(current, previous)
        self.viewport().update()
        row = self.rows_model.at(current.row()) if current.isValid() else None
        if row is not None and not isinstance(row, Section):
            self.pointed.emit(row)

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        self._edge.update()
        if not self.currentIndex().isValid():
            self._point_at_first()

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        self._edge.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.rows_model.rowCount() == 0:
            glyph, sentence, advice = self._empty
            painter = QPainter(self.viewport())
            area = QRectF(self.viewport().rect())
            paint_state(painter, area, self, glyph=glyph, sentence=sentence, advice=advice)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()
        self._edge.setGeometry(self.rect())
        self._edge.raise_()
        if self.touched_row >= 0:
            self.scrollTo(self.rows_model.index(self.touched_row, 0))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            QToolTip.hideText()
        return super().viewportEvent(event)

    def _point_at_first(self) -> None:
        for at, row in enumerate(self.rows_model.rows):
            if not isinstance(row, Section):
                self.setCurrentIndex(self.rows_model.index(at, 0))
                return

    def _keep_section_in_sight(self) -> None:
        above = self.touched_row - 1
        if isinstance(self.rows_model.at(above), Section):
            self.scrollTo(self.rows_model.index(above, 0), QAbstractItemView.ScrollHint.EnsureVisible)

    def _rows_changed(self) -> None:
        self.clearSpans()
        wide = len(self.rows_model.columns)
        for at, row in enumerate(self.rows_model.rows):
            if isinstance(row, Section) and wide > 1:
                self.setSpan(at, 0, 1, wide)
        self._size_rows()
        before = self.touched_row
        self._find_touched()
        if before < 0:  # it was touched before its row was there
            self._show_touched()
        if self.hasFocus() and self.current_row() is None:
            self._point_at_first()

    def _size_rows(self) -> None:
        head = self.verticalHeader()
        section, plain = sized(self, tokens.ROW_SECTION), sized(self, tokens.ROW)
        for at, row in enumerate(self.rows_model.rows):
            wanted = section if isinstance(row, Section) else plain
            if head.sectionSize(at) != wanted:
                head.resizeSection(at, wanted)

    def _find_touched(self) -> None:
        self.touched_row = -1 if self._touched_key is None else self.rows_model.row_of(self._touched_key)

    def _emit(self, signal: Any) -> None:
        row = self.current_row()
        if row is not None:
            signal.emit(row)
