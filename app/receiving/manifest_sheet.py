"""Asks how a file's columns are to be read, shows at once what comes of it, and yields the list to announce."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.domain.refusals import Refused
from app.receiving import manifest_file, words
from app.receiving.actions import Announce
from app.receiving.manifest_file import TITLES, Field, Manifest, Wanted, guess_columns, named, read_manifest
from app.ui import tokens
from app.ui.buttons import Choice
from app.ui.panels import label
from app.ui.rows import Column, RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import sized
from app.ui.sheet import Sheet

NOT_USED = "（不用）"
OTHER = "其他平台"
OTHER_KEY = "file"


@dataclass(frozen=True, slots=True)
class _Row:
    """One thing that a column may hold, and which column does."""

    field: Field
    column: str
    example: str


class _Columns(RowsView):
    """The mapping as a list; left and right change a row's column, Enter goes on to the sheet."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() in keys:
            event.ignore()
            return
        super().keyPressEvent(event)


class ManifestSheet(Sheet):
    """`done(Announce)`; nothing is announced while a row of the file is wrong."""

    def __init__(
        self,
        sheet: manifest_file.Sheet,
        *,
        name: str,
        platforms: Mapping[str, str],
        remembered: Mapping[str, str],
        day: str,
        point: str,
    ) -> None:
        super().__init__(
            "导入到货清单",
            sentence=f"{name}，{len(sheet.rows)} 行。每一列对吗？用 ↑ ↓ 选，← → 改。",
            yes="导入",
            width=720,
        )
        self._sheet, self._day, self._point = sheet, day, point
        self._columns = guess_columns(sheet.headers, remembered)
        self._keys, self._names = [*platforms, OTHER_KEY], [*platforms.values(), OTHER]
        self._platform = Choice("哪个平台", self._names)
        self._model = RowsModel(_shown_columns(), key=lambda row: row.field)
        self._view = _Columns("文件的列", self._model)
        self._view.setFixedHeight(sized(self, tokens.ROW * 4 + 46))
        self._summary = label("", "strong", wraps=1)
        for widget in (self._platform, self._view, self._summary):
            self.body.addWidget(widget)
        self._platform.chosen.connect(lambda _: self._show())
        self._view.chosen.connect(lambda _: self.accept())
        self._show()

    def primary(self) -> QWidget:
        return self._view

    def result(self) -> Announce | None:
        found = self._manifest()
        if isinstance(found, Refused):
            return None
        columns = named(self._columns, self._sheet.headers)
        return Announce(
            self._key(), self._trip(), self._day, found.crates, found.lines, found.people, columns
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left.value: -1, Qt.Key.Key_Right.value: 1}.get(event.key())
        digit = event.text()
        if step is not None:
            self._turn(step)
        elif digit.isascii() and digit.isdigit():
            self._platform.choose(int(digit) - 1)
        else:
            super().keyPressEvent(event)

    def _turn(self, step: int) -> None:
        """Give the chosen row the next column that nothing else uses."""
        row = self._view.current_row()
        if not isinstance(row, _Row):
            return
        used = {at for field, at in self._columns.items() if field is not row.field}
        free = [-1, *(at for at, name in enumerate(self._sheet.headers) if name and at not in used)]
        at = free[(free.index(self._columns.get(row.field, -1)) + step) % len(free)]
        if at < 0:
            self._columns.pop(row.field, None)
        else:
            self._columns[row.field] = at
        self._show()

    def _key(self) -> str:
        return self._keys[max(0, self._platform.index)]

    def _trip(self) -> str:
        return f"{self._key()}-{self._day.replace('-', '')[2:]}-F{self._sheet.digest}"

    def _manifest(self) -> Manifest | Refused:
        name = self._names[max(0, self._platform.index)]
        wanted = Wanted(platform=self._key(), name=name, trip=self._trip(), day=self._day, point=self._point)
        return read_manifest(self._sheet, self._columns, wanted)

    def _show(self) -> None:
        self._model.replace([self._row(field) for field in Field])
        found = self._manifest()
        if isinstance(found, Refused):
            self._summary.setText("")
            self.say(words.trouble(found))
        else:
            crates = f"{len(found.crates)} 筐，" if found.crates else ""
            self._summary.setText(f"{crates}{len(found.lines)} 行，共 {found.pieces} 件。")
            self.say("")
        self.refresh()

    def _row(self, field: Field) -> _Row:
        at = self._columns.get(field)
        if at is None:
            return _Row(field, NOT_USED, "")
        first = self._sheet.rows[0][1] if self._sheet.rows else ()
        return _Row(field, self._sheet.headers[at], first[at] if at < len(first) else "")


def _shown_columns() -> tuple[Column[_Row], ...]:
    return (
        Column("要什么", lambda row: TITLES[row.field], width=150, strong=1),
        Column("文件里的列", lambda row: row.column, width=220),
        Column("第一行是", lambda row: row.example),
    )
