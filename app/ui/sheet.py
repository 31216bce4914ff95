"""A sheet: a calm question laid over the counter, answered with the keyboard alone, closed by Enter or Esc."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.ui import tokens
from app.ui.buttons import SHEET, ActionButton, Weight
from app.ui.panels import label
from app.ui.shapes import sized


class Sheet(QWidget):
    """Base of every sheet: `done(result)` once when accepted, `cancelled()` once when not.

    Put widgets into `self.body`; say with `result()` what it yields, None while it may not be accepted yet.
    """

    done = Signal(object)
    cancelled = Signal()

    def __init__(
        self,
        title: str,
        *,
        sentence: str = "",
        yes: str = "确定",
        no: str = "取消",
        weight: Weight = Weight.PRIMARY,
        width: int = 560,
    ) -> None:
        super().__init__()
        self.setObjectName(SHEET)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._before: QWidget | None = None
        self._width = width
        self._card = QFrame()
        self._card.setProperty("sheet", "true")
        self.body = QVBoxLayout()
        self._notice = label("", "error", wraps=1)
        self._notice.hide()
        self.yes = ActionButton(yes, key="Enter", weight=weight)
        self.no = ActionButton(no, key="Esc")
        self._arrange(title, sentence)
        self.yes.clicked.connect(self.accept)
        self.no.clicked.connect(self.cancel)

    def _arrange(self, title: str, sentence: str) -> None:
        column = QVBoxLayout(self._card)
        pad = sized(self, 28)
        column.setContentsMargins(pad, sized(self, 24), pad, pad)
        column.setSpacing(sized(self, tokens.SPACE_M))
        column.addWidget(label(title, "title", wraps=1))
        if sentence:
            column.addWidget(label(sentence, "muted", wraps=1))
        self.body.setSpacing(sized(self, tokens.SPACE_M))
        column.addLayout(self.body, 1)
        column.addWidget(self._notice)
        column.addSpacing(sized(self, tokens.SPACE_S))
        column.addLayout(self._foot())
        grid = QGridLayout(self)
        grid.setContentsMargins(tokens.SPACE_L, tokens.SPACE_L, tokens.SPACE_L, tokens.SPACE_L)
        grid.addWidget(self._card, 0, 0, Qt.AlignmentFlag.AlignCenter)

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(sized(self, tokens.SPACE_M))
        row.addWidget(self.no, 1)
        row.addWidget(self.yes, 2)
        return row

    def open_over(self, widget: QWidget) -> None:
        """Lay the sheet over the window in which `widget` lives and take the focus."""
        window = widget.window()
        self._before = QApplication.focusWidget()
        self.setParent(window)
        window.installEventFilter(self)
        self._fit()
        self.show()
        self.raise_()
        self.refresh()
        (self.primary() or self).setFocus(Qt.FocusReason.PopupFocusReason)

    def result(self) -> Any:
        """What accepting yields; None refuses to accept."""
        return True

    def primary(self) -> QWidget | None:
        """Which widget has the focus first."""
        return None

    def refresh(self) -> None:
        """Enable the accepting button when there is a result."""
        self.yes.setEnabled(self.result() is not None)

    def on_scan(self, code: str) -> bool:
        """A scan arrived while the sheet is open; False says that it is not for the sheet."""
        return False

    def say(self, sentence: str) -> None:
        """Show a sentence inside the sheet; "" takes it away."""
        self._notice.setText(sentence)
        self._notice.setVisible(bool(sentence))

    def accept(self) -> None:
        """Close with the result, if there is one."""
        result = self.result()
        if result is None:
            return
        self._leave()
        self.done.emit(result)

    def cancel(self) -> None:
        """Close without a result."""
        self._leave()
        self.cancelled.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
        elif event.key() == Qt.Key.Key_Escape:
            self.cancel()
        # Nothing else may fall through to the page below.

    def focusNextPrevChild(self, next_: bool) -> bool:  # noqa: FBT001
        """Tab goes round inside the sheet."""
        stops = [child for child in self._chain() if self._is_stop(child)]
        if not stops:
            return True
        focus = QApplication.focusWidget()
        at = stops.index(focus) if focus in stops else (-1 if next_ else 0)
        stops[(at + (1 if next_ else -1)) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _chain(self) -> list[QWidget]:
        chain: list[QWidget] = []
        child = self.nextInFocusChain()
        while child is not self and child is not None and len(chain) < 500:
            if self.isAncestorOf(child):
                chain.append(child)
            child = child.nextInFocusChain()
        return chain

    def _is_stop(self, child: QWidget) -> bool:
        takes_tab = bool(child.focusPolicy() & Qt.FocusPolicy.TabFocus)
        return takes_tab and child.isVisible() and child.isEnabled() and child.focusProxy() is None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shade = QColor(tokens.SCRIM)
        shade.setAlphaF(tokens.SCRIM_OPACITY)
        painter.fillRect(self.rect(), shade)

    def _fit(self) -> None:
        window = self.parentWidget()
        if window is None:
            return
        self.setGeometry(window.rect())
        self._card.setFixedWidth(min(sized(self, self._width), window.width() - 2 * tokens.SPACE_XL))

    def _leave(self) -> None:
        self.setObjectName("")
        self.window().removeEventFilter(self)
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None
        self.deleteLater()


def sheet_over(window: QWidget) -> Sheet | None:
    """The sheet that lies on top of a window, None when the counter is free."""
    sheets = [child for child in window.findChildren(Sheet) if child.objectName() == SHEET]
    return sheets[-1] if sheets else None
