"""The scanner in the keyboard: catch its bursts whatever has the focus, and give a hand's keys back untouched."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow

from app.ui.burst import FAST_MS, STALL_MS, Press, Release, Sort, Sorter, Typed

_SUFFIXES: Final = frozenset(key.value for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab))
_EDITING: Final = frozenset(
    key.value for key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Escape, Qt.Key.Key_Backtab)
)
_MODIFIERS: Final = frozenset(
    key.value
    for key in (
        Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta,
        Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock,
    )
)  # fmt: skip
_HOLD_MS: Final = FAST_MS + 15
_LATE_MS: Final = 12
_SECOND_LOOK_MS: Final = 20
_COMMANDS: Final = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class ScanCapture(QObject):
    """Filters the key events of every window, before any widget sees them.

    `scanned(code)` carries one scan, control characters kept, at most 512 characters of it.
    Keys typed by hand reach the focus widget in order, at most 50 ms later.
    """

    scanned = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sorter = Sorter()
        self._windows: list[QWindow] = []
        self._giving_back = False
        self._due = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._nothing_followed)
        self._target: QWindow | None = None

    def watch_every_window(self) -> None:
        """Follow the focus to every window of the application, dialogs and popups too."""
        application = QCoreApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self.watch)
            self.watch(QGuiApplication.focusWindow())

    def watch(self, window: QWindow | None) -> None:
        """Filter one window's keys; watching it twice is watching it once."""
        if window is None or window in self._windows:
            return
        self._windows.append(window)
        window.installEventFilter(self)
        window.destroyed.connect(self._forget_windows_that_are_gone)

    def settle(self) -> None:
        """Decide now about keys that are held (a timer calls this when nothing follows)."""
        self._timer.stop()
        self._deliver(self._sorter.settle())
        self._tell()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take key events of windows; everything else passes."""
        kind = event.type()
        if kind is not QEvent.Type.KeyPress and kind is not QEvent.Type.KeyRelease:
            return False
        if self._giving_back or not isinstance(event, QKeyEvent) or not isinstance(watched, QWindow):
            return False
        if event.key() in _MODIFIERS:
            return False
        self._target = watched
        if kind is QEvent.Type.KeyPress:
            return self._pressed(event)
        return self._released(event)

    def _pressed(self, event: QKeyEvent) -> bool:
        sort = _sort(event)
        if sort is Sort.OTHER and not self._sorter.holding:
            return False
        copy = _copy(event)
        typed = self._sorter.press(
            Press(event.timestamp(), sort, event.text(), _physical(event), event.isAutoRepeat(), copy)
        )
        return self._after(typed, copy)

    def _released(self, event: QKeyEvent) -> bool:
        copy = _copy(event)
        if event.isAutoRepeat() and self._sorter.holding:
            return True
        return self._after(self._sorter.release(Release(_physical(event), copy)), copy)

    def _after(self, typed: Typed, copy: QKeyEvent) -> bool:
        """Deliver what was decided; the event itself goes on its natural way when it comes last."""
        passes = bool(typed) and typed[-1] is copy
        self._deliver(typed[:-1] if passes else typed)
        self._arm()
        self._tell()
        return not passes

    def _deliver(self, typed: Typed) -> None:
        if not typed or self._target is None:
            return
        self._giving_back = True
        try:
            for event in typed:
                if isinstance(event, QKeyEvent):
                    QCoreApplication.sendEvent(self._target, event)
        finally:
            self._giving_back = False

    def _tell(self) -> None:
        while self._sorter.codes:
            self.scanned.emit(self._sorter.codes.pop(0).text)

    def _arm(self) -> None:
        if not self._sorter.holding:
            self._timer.stop()
            return
        wait = STALL_MS if self._sorter.sure else _HOLD_MS
        self._due = time.monotonic() + wait / 1000
        self._timer.start(wait)

    def _nothing_followed(self) -> None:
        """A timer that comes late means a blocked loop: let the keys that queued up meanwhile be seen first."""
        late = (time.monotonic() - self._due) * 1000
        if late > _LATE_MS:
            self._due = time.monotonic() + _SECOND_LOOK_MS / 1000
            self._timer.start(_SECOND_LOOK_MS)
            return
        self.settle()

    def _forget_windows_that_are_gone(self, gone: QObject) -> None:
        self._windows = [window for window in self._windows if window is not gone]
        if self._target is gone:
            self._target = None


def _sort(event: QKeyEvent) -> Sort:
    key = event.key()
    if key in _SUFFIXES:
        return Sort.SUFFIX if not event.modifiers() & _COMMANDS else Sort.OTHER
    if key in _EDITING or len(event.text()) != 1 or event.modifiers() & Qt.KeyboardModifier.MetaModifier:
        return Sort.OTHER
    # Alt alone is a menu key; Ctrl+Alt is AltGr, which types.
    alone = event.modifiers() & _COMMANDS and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
    return Sort.OTHER if alone else Sort.CHARACTER


def _physical(event: QKeyEvent) -> tuple[int, int]:
    return event.nativeScanCode(), 0 if event.nativeScanCode() else event.key()


def _copy(event: QKeyEvent) -> QKeyEvent:
    copy = QKeyEvent(
        event.type(),
        event.key(),
        event.modifiers(),
        event.nativeScanCode(),
        event.nativeVirtualKey(),
        event.nativeModifiers(),
        event.text(),
        event.isAutoRepeat(),
        event.count(),
    )
    copy.setTimestamp(event.timestamp())
    return copy
