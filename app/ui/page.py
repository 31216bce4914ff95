"""What a room's page is to the window: a title, a place for scans, and when to look again."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.answers import Answer, Tone
from app.ui import tokens
from app.ui.answer import WAITING
from app.ui.desk import Desk
from app.ui.shapes import Glyph, sized

EVERYTHING: frozenset[str] = frozenset({"*"})
"""The topics of a page that looks again whatever has changed."""


class Page(QWidget):
    """Base of every page. Set `title`, `glyph` and the `topics` that make it look again; override what it needs.

    Put widgets into `self.column`; margins and gaps are set, so that pages align with each other.
    `invitation` is what the answer band says while nothing has been scanned here yet.
    """

    title: str = ""
    glyph: Glyph = Glyph.BOX
    topics: frozenset[str] = frozenset()
    invitation: Answer = WAITING
    invitation_glyph: Glyph = Glyph.SCAN

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(sized(self, tokens.SPACE_L))

    def on_scan(self, code: str) -> None:
        """A code arrived while this page is shown; it may hold anything."""
        self.desk.answer(Answer(Tone.LOOK, "不用扫码", f"“{self.title}”这一页不用扫码，请先按 F1–F8 换页。"))

    def refresh(self, topics: frozenset[str]) -> None:
        """Re-read what these topics name; called only while the page is shown, and with all topics on coming back."""

    def activated(self) -> None:
        """The page has come to the front."""

    def primary(self) -> QWidget | None:
        """The widget that gets the focus when the page comes to the front."""
        return None

    def undo(self) -> None:
        """Ctrl+Z: take back the last thing done here."""
        self.desk.answer(Answer(Tone.INFO, "没有可撤销的", "这一页没有刚做完、可以撤销的事。"))

    def cancel(self) -> bool:
        """Esc: leave what is half done; False where nothing was, and the window goes to the first page."""
        return False


class HomePage(Page):
    """The first page of a counter: it sends people and scans on to the others, and counts what waits there.

    `wanted(key)` asks for the page behind an F-key, `passed_on(key, code)` hands a scan to it, `counted()` follows
    each new count.
    """

    wanted = Signal(str)
    passed_on = Signal(str, str)
    counted = Signal()

    def recount(self) -> None:
        """Count anew while another page is in front."""

    def badges(self) -> dict[int, int]:
        """What waits behind each page's button, by the page's index, as last counted."""
        return {}
