"""A page with one line for scans and typing: letters find it from anywhere, and a key leads on from it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.ui.fields import SearchBox
from app.ui.page import Page

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class LinePage(Page):
    """Make `self.box` and let its field's events be filtered by the page; `below()` is what Down (`leads`) goes to."""

    box: SearchBox
    leads: Qt.Key = Qt.Key.Key_Down

    def below(self) -> QWidget:
        """Where the key leads."""
        raise NotImplementedError

    def primary(self) -> QWidget:
        return self.box

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A letter typed anywhere on the page belongs to the one line."""
        if event.text().isprintable() and event.text().strip():
            self.box.field.setFocus()
            self.box.field.insert(event.text())
            return
        super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """An Enter still held from a sheet enters nothing; the key leads on."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        if event.key() in _ENTER and event.isAutoRepeat():
            return True
        if event.key() == self.leads:
            self.below().setFocus()
            return True
        return super().eventFilter(watched, event)
