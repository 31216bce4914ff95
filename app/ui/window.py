"""The counter's window: rail, header, answer band, pages, status bar; scans and keys find their page here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.answers import Answer, Tone
from app.ui import tokens
from app.ui.answer import AnswerBand
from app.ui.desk import Desk
from app.ui.ime import ScanEaten
from app.ui.navigation import Rail
from app.ui.page import EVERYTHING, Page
from app.ui.panels import Chip, ElidedLabel, label
from app.ui.scan import ScanCapture
from app.ui.shapes import sized
from app.ui.sheet import sheet_over
from app.ui.sounds import Sounds
from app.ui.status import Standing, StatusBar

_WEEKDAYS: Final = "一二三四五六日"
MOST_PAGES: Final = 8
BUSY_WITH_SHEET: Final = Answer(
    Tone.LOOK, "先做完这一步", "刚才扫的码没有记。请先确定或按 Esc 取消，再扫一次。"
)
EATEN: Final = Answer(Tone.LOOK, "请再扫一次", "刚才的码被输入法截住了，没有记上。输入法已关掉，请再扫一次。")


@dataclass(frozen=True, slots=True)
class Heading:
    """Whose counter it is and which business day; `note` is a word like 练习, "" for none."""

    shop: str
    day: date
    note: str = ""


class Header(QFrame):
    """The page's title at the left; shop, business day and clock at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self.title = ElidedLabel("", "title")
        self._note = Chip("", Tone.LOOK)
        self._shop = ElidedLabel("", "strong")
        self._day = ElidedLabel("", "small")
        self._clock = label("", "clock")
        self._clock.setAccessibleName("时间")
        self._arrange()

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(sized(self, 24), 0, sized(self, 24), 0)
        row.setSpacing(sized(self, tokens.SPACE_L))
        right = QVBoxLayout()
        right.setSpacing(0)
        for line in (self._shop, self._day):
            line.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        right.addStretch(1)
        right.addWidget(self._shop)
        right.addWidget(self._day)
        right.addStretch(1)
        rule = QFrame()
        rule.setObjectName("rule")
        rule.setFixedSize(1, sized(self, 36))
        self.title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        row.addWidget(self.title)
        row.addWidget(self._note)
        row.addLayout(right, 1)
        row.addWidget(rule)
        row.addWidget(self._clock)
        self.setFixedHeight(sized(self, 64))

    def show_heading(self, heading: Heading) -> None:
        """Show whose counter it is."""
        self._shop.set_text(heading.shop)
        day = heading.day
        self._day.set_text(f"业务日 {day.month}月{day.day}日 周{_WEEKDAYS[day.weekday()]}")
        self._note.show_word(heading.note, Tone.LOOK)
        self._note.setVisible(bool(heading.note))

    def show_time(self, now: datetime) -> None:
        """Show the time of day."""
        self._clock.setText(f"{now:%H:%M}")


def _scrolling(page: Page) -> QScrollArea:
    """A page that needs more height than the screen has can be scrolled; its pieces never overlap."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    page.setObjectName("scrolled")
    area.setWidget(page)
    return area


class CounterWindow(QMainWindow):
    """The one window. `clock()` gives the aware local time; the desk's answers and changes are shown here."""

    def __init__(
        self,
        desk: Desk,
        *,
        heading: Heading,
        clock: Callable[[], datetime],
        sounds: Sounds | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.desk = desk
        self._clock = clock
        self._sounds = sounds or Sounds()
        self.pages: list[Page] = []
        self.header, self.rail, self.band = Header(), Rail(), AnswerBand()
        self.status = StatusBar()
        self._stack = QStackedWidget()
        self.capture = ScanCapture(self)
        self._ticker = QTimer(self)
        self._arrange()
        self._connect()
        self._bind_keys()
        self.show_heading(heading)
        self.tick()

    def _arrange(self) -> None:
        counter = QWidget()
        counter.setObjectName("counter")
        self.setCentralWidget(counter)
        across = QHBoxLayout(counter)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        down = QVBoxLayout()
        down.setSpacing(0)
        down.addWidget(self.header)
        down.addLayout(self._middle(), 1)
        down.addWidget(self.status)
        across.addWidget(self.rail)
        across.addLayout(down, 1)
        self.setMinimumSize(960, 640)

    def _middle(self) -> QVBoxLayout:
        middle = QVBoxLayout()
        pad = sized(self, 16)
        middle.setContentsMargins(sized(self, 24), pad, sized(self, 24), pad)
        middle.setSpacing(sized(self, tokens.SPACE_L))
        middle.addWidget(self.band)
        middle.addWidget(self._stack, 1)
        return middle

    def _connect(self) -> None:
        self.capture.scanned.connect(self._scanned)
        self.desk.answered.connect(self._answered)
        self.desk.changed.connect(self._changed)
        self.rail.picked.connect(self.show_page)
        self.status.undo.connect(self.undo)
        self.status.back.connect(self.back)
        self._ticker.timeout.connect(self.tick)
        self._ticker.start(1000)

    def _bind_keys(self) -> None:
        for number in range(MOST_PAGES):
            key = QShortcut(QKeySequence(f"F{number + 1}"), self)
            key.activated.connect(lambda at=number: self.show_page(at))
        undo = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self)
        undo.activated.connect(self.undo)

    @property
    def page(self) -> Page | None:
        """The page in front, None before the first is added."""
        at = self._stack.currentIndex()
        return self.pages[at] if at >= 0 else None

    def add_page(self, page: Page) -> int:
        """Add the next page (at most eight); the first comes to the front. Returns its index."""
        if len(self.pages) >= MOST_PAGES:
            raise ValueError("the rail has eight keys")
        self.pages.append(page)
        self._stack.addWidget(QWidget())  # its place; the page is put there when it is first shown
        self.rail.add(page.title, glyph=page.glyph)
        if len(self.pages) == 1:
            self.show_page(0)
        return len(self.pages) - 1

    def clear_pages(self) -> None:
        """Take all pages out: another kind of counter begins."""
        while self._stack.count():
            widget = self._stack.widget(0)
            if widget is not None:
                self._stack.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        for page in self.pages:
            if page.parentWidget() is None:
                page.deleteLater()
        self.pages.clear()
        self.rail.clear()

    def show_page(self, index: int) -> None:
        """Bring a page to the front, fresh; a sheet has to be answered first."""
        if index >= len(self.pages):
            return
        sheet = sheet_over(self)
        if sheet is not None:
            sheet.say("请先做完这一步，或按 Esc 取消。")
            self.rail.mark(self._stack.currentIndex())
            return
        page = self.pages[index]
        if page.parentWidget() is None:
            self._give_its_place(page, index)
        self._stack.setCurrentIndex(index)
        self.rail.mark(index)
        self.header.title.set_text(page.title)
        self.band.wait(page.invitation, glyph=page.invitation_glyph)
        self.desk.attempt(lambda: self._wake(page))

    def show_heading(self, heading: Heading) -> None:
        """Show shop and business day."""
        self.header.show_heading(heading)
        self.setWindowTitle(f"{heading.shop} · 格驿")

    def _give_its_place(self, page: Page, index: int) -> None:
        self._stack.insertWidget(index, _scrolling(page))
        empty = self._stack.widget(index + 1)
        if empty is not None:
            self._stack.removeWidget(empty)
            empty.deleteLater()

    def show_standing(self, standing: Standing) -> None:
        """Show network, unsent facts and the clock's state."""
        self.status.show_standing(standing)

    def show_count(self, index: int, count: int) -> None:
        """Set the badge of a page."""
        self.rail.show_count(index, count)

    def undo(self) -> None:
        """Take back the last thing on this page, unless a sheet is open."""
        if self.page is not None and sheet_over(self) is None:
            self.desk.attempt(self.page.undo)

    def back(self) -> None:
        """Esc: the sheet, then what is half done on the page, then the first page."""
        sheet = sheet_over(self)
        if sheet is not None:
            sheet.cancel()
        elif self.page is not None:
            self.desk.attempt(self._cancel_or_go_home)

    def _cancel_or_go_home(self) -> None:
        if self.page is not None and not self.page.cancel() and self._stack.currentIndex() != 0:
            self.show_page(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back()
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """A command key that is held down works once: Ctrl+Z held for a second would take back half a night."""
        if event.type() == QEvent.Type.ShortcutOverride and _is_held_command(event):
            event.accept()  # so it is no shortcut; the key itself falls through, for no widget wants it
            return True
        if event.type() == ScanEaten.KIND:
            self.desk.answer(EATEN)
            return True
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.capture.watch_every_window()
        self.capture.watch(self.windowHandle())
        self._focus_page()

    def _wake(self, page: Page) -> None:
        page.refresh(page.topics)
        page.activated()
        self._focus_page()

    def _focus_page(self) -> None:
        page = self.page
        if page is not None and sheet_over(self) is None:
            (page.primary() or page).setFocus(Qt.FocusReason.OtherFocusReason)

    def _scanned(self, code: str) -> None:
        sheet = sheet_over(self)
        page = self.page
        if sheet is not None:
            if not sheet.on_scan(code):
                sheet.say(BUSY_WITH_SHEET.sentence)
                self.desk.answer(BUSY_WITH_SHEET)
        elif page is not None:
            self.desk.attempt(lambda: page.on_scan(code))

    def _answered(self, answer: Answer) -> None:
        self.band.show_answer(answer)
        self.band.repaint()  # now, before the page draws its list again
        self._sounds.play(answer.kind)

    def _changed(self, topics: frozenset[str]) -> None:
        page = self.page
        if page is None:
            return
        wanted = topics if page.topics is EVERYTHING else topics & page.topics
        if wanted:
            self.desk.attempt(lambda: page.refresh(wanted))

    def tick(self) -> None:
        """Show the time as it is now."""
        self.header.show_time(self._clock())


def _is_held_command(event: QEvent) -> bool:
    """Whether this repeats F1–F12 or Ctrl+Z because the key is held down."""
    if not isinstance(event, QKeyEvent) or not event.isAutoRepeat():
        return False
    return Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F12 or event.matches(QKeySequence.StandardKey.Undo)
