"""A page that is made when it is first wanted, so that the first page is there at once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from app.domain.answers import Answer
from app.ui.desk import Desk
from app.ui.page import Page
from app.ui.shapes import Glyph


class LaterPage(Page):
    """Stands in the window for the page that `make()` gives, and hands everything on to it."""

    def __init__(self, desk: Desk, *, title: str, glyph: Glyph, make: Callable[[], Page]) -> None:
        super().__init__(desk)
        self.title, self.glyph = title, glyph
        self._make = make
        self._real: Page | None = None

    @property
    def real(self) -> Page:
        """The page itself; made now where it is not there yet."""
        if self._real is None:
            self._real = self._make()
            self.topics = self._real.topics
            self.column.addWidget(self._real)
        return self._real

    @property
    def invitation(self) -> Answer:  # type: ignore[override]
        return self.real.invitation

    @property
    def invitation_glyph(self) -> Glyph:  # type: ignore[override]
        return self.real.invitation_glyph

    def on_scan(self, code: str) -> None:
        self.real.on_scan(code)

    def refresh(self, topics: frozenset[str]) -> None:
        self.real.refresh(topics or self.real.topics)

    def activated(self) -> None:
        self.real.activated()

    def primary(self) -> QWidget | None:
        return self.real.primary()

    def undo(self) -> None:
        self.real.undo()

    def cancel(self) -> bool:
        return self.real.cancel()
