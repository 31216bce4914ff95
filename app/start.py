"""Open the window on a data folder, and stay kind when that cannot be done."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QWidget

from app.bootstrap import Counter
from app.domain.clock import Clock
from app.domain.resources import resource_path
from app.settings import preferences
from app.store.faults import Fault, StoreFault
from app.store.words import fault_answer
from app.ui.fonts import apply_theme
from app.ui.tokens import TextSize

if TYPE_CHECKING:
    from app.ui.only_one import Doorbell
    from app.ui.trouble import TroubleWindow

log = logging.getLogger(__name__)
MOST_LOG = 1_000_000
FIRST_PAGE_ALONE_MS = 250
"""The first page is painted and can be used before anything heavy is loaded beside it."""


def keep_log(folder: Path) -> None:
    """Write warnings and bugs to ``logs/geyi.log`` of the data folder; one that has grown is put aside at a start."""
    path = folder / "logs" / "geyi.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > MOST_LOG:
            path.replace(path.with_name("geyi-old.log"))
        handler: logging.Handler = logging.FileHandler(path, encoding="utf-8", delay=True)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    sys.excepthook = _log_bug
    threading.excepthook = lambda bug: log.critical(
        "a bug on thread %s", bug.thread and bug.thread.name, exc_info=bug.exc_value
    )


def _log_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("a bug", exc_info=(kind, error, trace))


def application(*, large_text: int = 0) -> QApplication:
    """The one dressed QApplication."""
    found = QApplication.instance()
    made = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    made.setApplicationName("Geyi")
    made.setApplicationDisplayName("格驿")
    made.setWindowIcon(QIcon(str(resource_path("icon/geyi.png"))))
    apply_theme(made, TextSize.LARGE if large_text else TextSize.NORMAL)
    return made


class Opening:
    """Tries to open the counter; shows what is wrong and a way on until it is open."""

    def __init__(self, folder: Path, clock: Clock, *, note: str, server: str) -> None:
        self._folder, self._clock, self._note, self._server = folder, clock, note, server
        self.counter: Counter | None = None
        self.trouble: TroubleWindow | None = None
        self._doorbell: Doorbell | None = None
        self.leave = False

    def attempt(self) -> None:
        """Open the counter, or show why not."""
        try:
            counter = Counter(self._folder, self._clock, note=self._note, server=self._server)
        except StoreFault as fault:
            self.leave = fault.fault is Fault.IN_USE and self._raise_first()
            if not self.leave:
                self._show(fault)
            return
        if self.trouble is not None:
            self.trouble.close()
            self.trouble = None
        self.counter = counter
        counter.window.showMaximized()
        QTimer.singleShot(FIRST_PAGE_ALONE_MS, self._go_on)

    def _raise_first(self) -> bool:
        from app.ui.only_one import raise_first

        return raise_first(self._folder)

    def _go_on(self) -> None:
        """What can wait until the first page is there."""
        gc.freeze()
        gc.enable()
        from app.ui.only_one import Doorbell

        _speak_chinese()
        if self.counter is not None:
            window = self.counter.window
            self._doorbell = Doorbell(
                self._folder, lambda: _to_front(window), window, leave=QApplication.quit
            )
            self.counter.start()

    def _show(self, fault: StoreFault) -> None:
        log.error("the book cannot be opened: %s", fault)
        from app.ui.trouble import TroubleWindow

        word, asks, go = self._ways_on().get(fault.fault, ("再试一次", "", lambda _: None))
        if self.trouble is not None:
            self.trouble.close()

        def on(typed: str) -> None:
            try:
                go(typed)
            except StoreFault as again:
                if self.trouble is not None:
                    self.trouble.say(fault_answer(again), way_on=word)
                return
            self.attempt()

        self.trouble = TroubleWindow(fault_answer(fault), way_on=word, asks=asks, go=on)
        self.trouble.show()

    def _ways_on(self) -> dict[Fault, tuple[str, str, Callable[[str], None]]]:
        from app.store.keys import recover
        from app.store.opening import restore_newest

        def restore(_: str) -> None:
            restore_newest(self._folder)

        def with_code(typed: str) -> None:
            recover(self._folder, typed)

        return {
            Fault.CORRUPT: ("用最近的备份恢复", "", restore),
            Fault.MISSING: ("用最近的备份恢复", "", restore),
            Fault.OTHER_KEY: ("打开账本", "恢复码，例如 7K2QX-…", with_code),
            Fault.KEY_LOST: ("打开账本", "恢复码，例如 7K2QX-…", with_code),
        }

    def close(self) -> None:
        """Close what is open."""
        if self._doorbell is not None:
            self._doorbell.close()
        if self.counter is not None:
            self.counter.close()
            self.counter = None


def _speak_chinese() -> None:
    """Qt's own words, such as the menu of a field, in the user's language too."""
    from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator

    app = QApplication.instance()
    words = QTranslator(app)
    where = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if app is not None and words.load(QLocale("zh_CN"), "qtbase", "_", where):
        app.installTranslator(words)


def _to_front(window: QWidget) -> None:
    window.setWindowState(window.windowState() & ~window.windowState().WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()


def run(folder: Path, clock: Clock, *, note: str = "", server: str = "") -> int:
    """Open the window on ``folder`` and stay until it is closed; the exit code."""
    keep_log(folder)
    app = application(large_text=int(preferences.load(folder).large_text))
    opening = Opening(folder, clock, note=note, server=server)
    opening.attempt()
    if opening.leave:
        return 0
    code = app.exec()
    opening.close()
    return code
