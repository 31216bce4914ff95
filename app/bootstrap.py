"""The one place that wires things: book, desk, window, rooms, sync and backups become a running counter."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QProcess, QTimer

from app.domain.answers import Answer, Tone
from app.domain.clock import Clock, SystemClock, business_day, moment
from app.domain.roles import POINT, STATION
from app.roles import Surroundings, point_pages, station_pages
from app.settings import preferences as choices
from app.settings.preferences import Preferences
from app.store.faults import StoreFault
from app.store.opening import Store
from app.store.words import explain, fault_answer
from app.sync.pulse import Mood, Pulse, Reading
from app.ui.desk import Desk
from app.ui.sounds import Sounds
from app.ui.status import Network, Standing
from app.ui.window import CounterWindow, Heading
from app.upkeep.actions import NoteSkew
from app.upkeep.clockwatch import ClockWatch
from app.upkeep.hosting import Hosting
from app.upkeep.ports import StationPCs, Then, Upkeep

if TYPE_CHECKING:
    from app.store.book import Book
    from app.sync.engine import Engine
    from app.sync.loop import SyncLoop

log = logging.getLogger(__name__)
BACKUP_EVERY_MS = 3_600_000
FIRST_BACKUP_MS = 600_000
"""A shop that is open for less than an hour has its backup too."""
LOOK_EVERY_MS, HOST_EVERY_MS = 1_000, 5_000


@dataclass(frozen=True, slots=True)
class KeepRecoveryCode:
    """Keep the code inside the encrypted book, so that it can be shown again."""

    code: str

    def perform(self, book: Book) -> None:
        """Put it into the state table; the first page asks for it to be written down."""
        book.put("recovery_code", self.code)
        book.changed.add("preferences")


class Counter:
    """A running counter on one data folder: build it, ``start`` what runs beside the window, ``close`` it."""

    def __init__(self, folder: Path, clock: Clock, *, note: str = "", server: str = "") -> None:
        """Open the book and build the window; raises :class:`StoreFault`. ``server`` overrides the preference."""
        self.clock = clock
        chosen = choices.load(folder)
        self.preferences = replace(chosen, server=server) if server else chosen
        self.pulse = Pulse()
        self._note = note
        self._loop: SyncLoop | None = None
        self._loading: threading.Thread | None = None
        self._clock_watch = ClockWatch()
        self.store = Store(folder, clock, changed=self._recorded)
        self.desk = Desk(self.store.writer.submit, explain=explain)
        self._hosting = Hosting(self.store, post=self.desk.post, hang_up=self._hang_up)
        self.reader = self.store.reader()
        if self.store.recovery_code:
            self.store.writer.submit(KeepRecoveryCode(self.store.recovery_code))
        self._sounds = Sounds()
        self._sounds.muted = not self.preferences.sounds
        self.window = CounterWindow(self.desk, heading=self._heading(), clock=self._now, sounds=self._sounds)
        self._role = ""
        self.take_role()
        self.desk.changed.connect(lambda _: self._count_behind_other_pages())
        self.look()

    # --- the window ---

    def take_role(self) -> None:
        """The pages of this PC's role; asked again, they are made anew where the role has changed."""
        role = str(self.reader.get("role", POINT))
        if role == self._role:
            return
        self._role = role
        self.window.clear_pages()
        around = Surroundings(
            self.desk,
            self.reader,
            self.clock,
            preferences=lambda: self.preferences,
            upkeep=self._upkeep,
            pulse=lambda: self.pulse.reading,
        )
        pages = station_pages(around) if role == STATION else point_pages(around)
        self._home = pages.home
        self._home.wanted.connect(self._turn_to)
        self._home.passed_on.connect(self._pass_on)
        for page in (self._home, *pages.others):
            self.window.add_page(page)
        self._home.counted.connect(self._show_badges)
        self._show_badges()

    def _turn_to(self, key: str) -> None:
        self.window.show_page(int(key[1:]) - 1)

    def _pass_on(self, key: str, code: str) -> None:
        self._turn_to(key)
        if self.window.page is not None:
            self.window.page.on_scan(code)

    def _upkeep(self) -> Upkeep:
        return Upkeep(
            folder=self.store.path,
            save=self._save,
            back_up=self.back_up,
            enrol=self.enrol,
            try_now=self._try_now,
            practise=lambda: _practise(self._role),
            station=self._station_pcs()
            if self._role == STATION or not self.reader.get("secret", "")
            else None,
        )

    def _station_pcs(self) -> StationPCs:
        hosting = self._hosting
        return StationPCs(
            look=hosting.look,
            become_host=lambda then: hosting.become_host(lambda answer: self._said(answer, then)),
            join=lambda address, code, then: hosting.join(
                address, code, lambda answer: self._said(answer, then)
            ),
            new_code=hosting.new_code,
            find=hosting.find,
        )

    def _heading(self) -> Heading:
        shop = self.reader.get("point_name", "") or "还没有登记的自提点"
        return Heading(shop, date.fromisoformat(business_day(self._true_ms())), self._note)

    def _true_ms(self) -> int:
        skew: int = self.reader.get("skew_ms", 0)
        return self.clock.now_ms() - skew

    def _now(self) -> datetime:
        return moment(self.clock.now_ms())

    def look(self) -> None:
        """Once a second: the status bar, and the heading when the business day has changed."""
        self._count_unsent()
        self.window.show_standing(_as_standing(self.pulse.reading, self.clock.now_ms()))
        self.window.show_heading(self._heading())
        self.window.tick()

    def _count_behind_other_pages(self) -> None:
        if self.window.page is not self._home:
            self._home.recount()

    def _count_unsent(self) -> None:
        """What is unsent is counted from the book itself: it is right before, between and without exchanges."""
        get = self.reader.get
        if not get("secret", ""):
            return
        own = (get("device", ""), get("epoch", 1), get("acknowledged", [0, ""])[0])
        found = self.reader.one(
            "SELECT count(*), min(at_ms) FROM facts WHERE device = ? AND epoch = ? AND seq > ?", own
        )
        reading = self.pulse.reading
        if found is not None and found[0] != reading.unsent:
            self.pulse.take(unsent=found[0], oldest_ms=found[1] or 0, now_ms=self.clock.now_ms())

    def _watch_clock(self) -> None:
        """Somebody has set the PC's clock: what is known of its error goes with it, contact or not."""
        jumped = self._clock_watch.jumped_ms(self.clock.now_ms())
        if jumped:
            skew = self.reader.get("skew_ms", 0) + jumped
            log.warning("the PC's clock was set by %d ms; its known error is now %d ms", jumped, skew)
            self.store.writer.submit(NoteSkew(skew))
            self.pulse.take(skew_ms=skew)

    def _show_badges(self) -> None:
        for index, count in self._home.badges().items():
            self.window.show_count(index, count)

    # --- beside the window ---

    def start(self) -> None:
        """Begin what runs beside the window: sync, the status bar, the hourly backup; heavy parts load meanwhile."""
        self.desk.changed.connect(lambda _: self.look())
        self.pulse.listen(lambda _: self.desk.announce(("pulse",)))
        self._sounds.load()
        if isinstance(self.clock, SystemClock):  # a story's clock goes in steps
            self._every(LOOK_EVERY_MS, self._watch_clock)
        self._every(LOOK_EVERY_MS, self.look)
        self._every(BACKUP_EVERY_MS, lambda: self.back_up(_only_log))
        QTimer.singleShot(FIRST_BACKUP_MS, self.window, lambda: self.back_up(_only_log))
        self._loading = threading.Thread(target=_load_the_rest, name="geyi-load", daemon=True)
        self._loading.start()
        self._keep_host()
        self._every(HOST_EVERY_MS, self._keep_host)
        self.connect()

    def _every(self, milliseconds: int, work: Callable[[], None]) -> None:
        timer = QTimer(self.window)
        timer.timeout.connect(work)
        timer.start(milliseconds)

    def connect(self) -> None:
        """Start the sync loop where this PC has a place at a platform."""
        if self._loop is None and self._server and self.reader.get("secret", ""):
            from app.sync.loop import SyncLoop

            self._loop = SyncLoop(self.make_engine)
            self._loop.start()

    def _keep_host(self) -> None:
        self._hosting.keep_running(self.reader)

    def _hang_up(self) -> None:
        """Before this PC takes another place: the exchange with the one it had comes to its end."""
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.stop()

    @property
    def _server(self) -> str:
        return self.preferences.server or str(self.reader.get("server", ""))

    def make_engine(self) -> Engine:
        """An engine of this book, for the thread that calls."""
        from app.sync.engine import Engine
        from app.sync.http import HttpPlatform

        reader = self.store.reader()
        place = self._hosting.platform(reader) or HttpPlatform(
            self._server, device=reader.get("device", ""), secret=reader.get("secret", "")
        )
        return Engine(
            writer=self.store.writer, reader=reader, platform=place, clock=self.clock, pulse=self.pulse
        )

    def enrol(self, server: str, code: str, then: Then) -> None:
        """Take a place at the platform with a one-time code; ``then(answer)`` runs on the Qt thread."""
        self._aside(lambda: self._enrol(server, code), then)

    def _enrol(self, server: str, code: str) -> Answer:
        import platform as machine
        import secrets

        from app.sync.http import HttpPlatform
        from app.sync.inbox import TakePlace
        from app.sync.protocol import EnrolmentRefused, SyncError
        from app.upkeep.actions import KeepServer

        renewed = self._hosting.renew(server, code)
        if renewed is not None:
            return renewed
        try:
            place = HttpPlatform(server).enrol(
                code=code, device_name=machine.node(), attempt=secrets.token_hex(8)
            )
        except EnrolmentRefused:
            return Answer(
                Tone.WRONG, "登记码不对", "这个登记码不能用：可能输错了，或者用过了。请向平台客服再要一个。"
            )
        except SyncError:
            return Answer(Tone.WRONG, "连不上", "连不上这个平台地址。请检查网络和地址，再试一次。")
        self._hang_up()
        self.store.writer.do(TakePlace(place))
        self.store.writer.do(KeepServer(server))
        self.preferences = replace(self.preferences, server=server)
        choices.save(self.store.path, self.preferences)
        return Answer(Tone.OK, "登记好了", f"这台电脑现在是“{place.point_name}”的，记录会自动上传。")

    def back_up(self, then: Then) -> None:
        """Write a backup beside the work; ``then(answer)`` runs on the Qt thread."""
        self._aside(self._back_up, then)

    def _back_up(self) -> Answer:
        made = self.store.back_up()
        other = self.preferences.backup_to
        if other:
            try:
                self.store.back_up(Path(other))
            except StoreFault as fault:
                log.warning("backup to %s failed: %s", other, fault)
                return Answer(Tone.LOOK, "只备份了一份", f"本机备份好了，但 {other} 写不进去。请检查 U 盘。")
        return Answer(Tone.OK, "备份好了", f"备份文件 {made.name} 已存好。")

    def _aside(self, work: Callable[[], Answer], then: Then) -> None:
        """Do something slow on a thread of its own and say how it went at the counter."""

        def run() -> None:
            try:
                answer = work()
            except StoreFault as fault:
                answer = fault_answer(fault)
            except OSError:
                log.exception("aside")
                answer = Answer(Tone.WRONG, "没做成", "文件写不进去。请检查磁盘空间，再试一次。")
            self.desk.post(lambda: self._said(answer, then))

        threading.Thread(target=run, name="geyi-aside", daemon=True).start()

    def _said(self, answer: Answer, then: Then) -> None:
        then(answer)
        self.take_role()
        self.connect()
        self.look()

    def _save(self, preferences: Preferences) -> Answer:
        self.preferences = preferences
        self._sounds.muted = not preferences.sounds
        try:
            choices.save(self.store.path, preferences)
        except OSError:
            return Answer(Tone.WRONG, "没记住", "设置没能存下来。请检查磁盘空间，再改一次。")
        return Answer(Tone.OK, "改好了", "新的设置已经记住。")

    def _try_now(self) -> None:
        self.connect()
        if self._loop is not None:
            self._loop.network_returned()

    def _recorded(self, topics: frozenset[str]) -> None:
        """On the writer thread: pages look again, and the sync loop hears that there is something to send."""
        self.desk.announce(topics)
        if self._loop is not None:
            self._loop.fact_recorded()

    def close(self) -> None:
        """Stop the loop, finish what is queued, let go of the folder."""
        for timer in self.window.findChildren(QTimer):
            timer.stop()
        self._hang_up()
        self._hosting.stop()
        if self._loading is not None:
            self._loading.join()
        self.reader.close()
        self.store.close()
        self.window.close()
        self.window.deleteLater()


def _as_standing(reading: Reading, now_ms: int) -> Standing:
    from app.upkeep.words import clock_sentence

    oldest = timedelta(milliseconds=max(0, now_ms - reading.oldest_ms)) if reading.unsent else None
    return Standing(_NETWORKS[reading.mood], reading.unsent, oldest, clock_sentence(reading))


_NETWORKS = {
    Mood.ONLINE: Network.ONLINE,
    Mood.BEHIND: Network.BEHIND,
    Mood.OFFLINE: Network.OFFLINE,
    Mood.SIGNED_OUT: Network.OFFLINE,
    Mood.ALARM: Network.BEHIND,
}


def _practise(role: str) -> None:
    """The practice window is a program of its own, so that nothing in it can reach this book."""
    words = [] if getattr(sys, "frozen", False) else ["-m", "app"]
    QProcess.startDetached(sys.executable, [*words, "practice", *(["--station"] if role == STATION else [])])


def _only_log(answer: Answer) -> None:
    log.info("hourly backup: %s", answer.sentence)


def _load_the_rest() -> None:
    """Load what the other pages and the sync loop will want, while the first page is already in use."""
    import importlib

    for name in ("sqlalchemy", "requests", "app.receiving.page", "app.pickup.page", "app.pickup.shelf_page"):
        importlib.import_module(name)
