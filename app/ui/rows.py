"""Rows for tables: frozen dataclasses in, as few model changes as possible out."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from app.domain.answers import Tone

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex

ROW_ROLE: Final = Qt.ItemDataRole.UserRole
TONE_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: `text` of a row, `width` in base pixels (0 stretches), a `tone` that draws it as a chip.

    `strong` of 1 draws it bold; where the table is narrow, columns with the highest `gives_way` are left out first.
    With `paint` the cell draws itself into the rectangle, in the sizes of the view.
    """

    title: str
    text: Callable[[Row], str]
    width: int = 0
    align: Qt.AlignmentFlag = _LEFT
    tone: Callable[[Row], Tone | None] | None = None
    strong: int = 0
    gives_way: int = 0
    paint: Callable[[QPainter, QRect, Row, QWidget], None] | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A line that heads the rows below it, e.g. a temperature zone; it cannot be chosen."""

    title: str
    remark: str = ""


class RowsModel(QAbstractTableModel, Generic[Row]):
    """A table of rows and sections; `key` tells one row from another for highlighting.

    `replaced()` comes once after all changes of a `replace`.
    """

    replaced = Signal()

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        *,
        key: Callable[[Row], Hashable],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._key = key
        self._rows: list[Row | Section] = []

    @property
    def rows(self) -> Sequence[Row | Section]:
        """What is shown, in order."""
        return self._rows

    def replace(self, rows: Sequence[Row | Section]) -> None:
        """Show these rows instead: equal ends stay, the middle is changed, inserted or removed."""
        old, new = self._rows, list(rows)
        head = _equal_head(old, new)
        tail = _equal_tail(old, new, head)
        gone, come = len(old) - head - tail, len(new) - head - tail
        same = min(gone, come)
        if same:
            self._change(head, new[head : head + same])
        at = head + same
        if gone > same:
            self._remove(at, gone - same)
        if come > same:
            self._insert(at, new[at : at + come - same])
        if gone or come:
            self.replaced.emit()

    def row_of(self, key: Hashable) -> int:
        """Where the row with this key stands, -1 where it does not."""
        for at, row in enumerate(self._rows):
            if not isinstance(row, Section) and self._key(row) == key:
                return at
        return -1

    def at(self, number: int) -> Row | Section | None:
        """The row or section at a position, None outside."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if isinstance(row, Section):
            return row.title if role == Qt.ItemDataRole.DisplayRole and index.column() == 0 else None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == TONE_ROLE:
            return column.tone(row) if column.tone else None
        return column.align if role == Qt.ItemDataRole.TextAlignmentRole else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        return self.columns[section].align if role == Qt.ItemDataRole.TextAlignmentRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or isinstance(self._rows[index.row()], Section):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled

    def _change(self, at: int, rows: list[Row | Section]) -> None:
        for offset, row in enumerate(rows):
            if self._rows[at + offset] != row:
                self._rows[at + offset] = row
                last = self.index(at + offset, len(self.columns) - 1)
                self.dataChanged.emit(self.index(at + offset, 0), last)

    def _remove(self, at: int, count: int) -> None:
        self.beginRemoveRows(QModelIndex(), at, at + count - 1)
        del self._rows[at : at + count]
        self.endRemoveRows()

    def _insert(self, at: int, rows: list[Row | Section]) -> None:
        self.beginInsertRows(QModelIndex(), at, at + len(rows) - 1)
        self._rows[at:at] = rows
        self.endInsertRows()


def _equal_head(old: Sequence[object], new: Sequence[object]) -> int:
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def _equal_tail(old: Sequence[object], new: Sequence[object], head: int) -> int:
    room = min(len(old), len(new)) - head
    count = 0
    while count < room and old[-1 - count] == new[-1 - count]:
        count += 1
    return count
