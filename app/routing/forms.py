"""Sheets that ask for a van, a driver, a point, a rule or how the station plans, and say at once what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain import events as e
from app.domain.ids import new_code
from app.domain.refusals import Refused, refused
from app.routing import words
from app.routing.master_file import ENDS_S, STARTS_S, placed
from app.routing.queries import Settings
from app.routing.rules import (
    AREAS,
    MOST_CRATES,
    MOST_FEN,
    MOST_PIECES,
    Reason,
    clock_text,
    read_clock,
    read_fen,
    read_place,
    read_whole,
    words_in,
    wrong,
)
from app.routing.valhalla import state
from app.ui import tokens
from app.ui.buttons import Choice
from app.ui.fields import Field
from app.ui.ime import Writing
from app.ui.panels import label
from app.ui.shapes import sized
from app.ui.sheet import Sheet

FRAME = 260
"""Base pixels of a sheet beside its fields: title, sentence, what is wrong, buttons."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One field of a form: its name, what stands in it, and how it is written."""

    key: str
    name: str
    text: str = ""
    hint: str = ""
    writing: Writing = Writing.PLAIN
    options: tuple[str, ...] = ()
    """With options it is a choice, and `text` is the one that is chosen."""
    wide: int = 0


class FormSheet(Sheet):
    """Asks for several things at once; `done(result)` of `read(texts)`, whose refusal is said while writing."""

    def __init__(
        self,
        title: str,
        asks: Sequence[Ask],
        read: Callable[[Mapping[str, str]], Any],
        *,
        sentence: str = "",
        yes: str = "记下来",
    ) -> None:
        super().__init__(title, sentence=sentence, yes=yes, width=760)
        self._read = read
        self._asks = tuple(asks)
        self._fields = {ask.key: self._field(ask) for ask in asks}
        self._area, self._inner = QScrollArea(), QWidget()
        self._fill()

    def _field(self, ask: Ask) -> Field | Choice:
        if ask.options:
            start = ask.options.index(ask.text) if ask.text in ask.options else 0
            choice = Choice(ask.name, ask.options, start=start)
            choice.chosen.connect(lambda _: self._explain())
            return choice
        field = Field(ask.name, hint=ask.hint, writing=ask.writing)
        field.setText(ask.text)
        field.textChanged.connect(lambda _: self._explain())
        field.installEventFilter(self)
        return field

    def _fill(self) -> None:
        grid = QGridLayout(self._inner)
        grid.setContentsMargins(0, 0, sized(self, tokens.SPACE_M), 0)
        grid.setHorizontalSpacing(sized(self, tokens.SPACE_L))
        grid.setVerticalSpacing(sized(self, tokens.SPACE_S))
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        at = 0
        for ask in self._asks:
            at += at % 2 if ask.wide else 0
            grid.addLayout(self._named(ask), at // 2, at % 2, 1, 2 if ask.wide else 1)
            at += 2 if ask.wide else 1
        self._inner.setObjectName("scrolled")
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(self._inner)
        self.body.addWidget(self._area)

    def open_over(self, widget: QWidget) -> None:
        """What does not fit on the screen is scrolled; the buttons stay in sight."""
        room = widget.window().height() - sized(self, FRAME)
        self._area.setFixedHeight(max(sized(self, 120), min(self._inner.sizeHint().height(), room)))
        super().open_over(widget)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A field that is gone to comes into sight."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self._area.ensureWidgetVisible(watched, 0, sized(self, 40))
        return super().eventFilter(watched, event)

    def _named(self, ask: Ask) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(tokens.SPACE_XS)
        column.addWidget(label(ask.name, "small"))
        column.addWidget(self._fields[ask.key])
        return column

    def primary(self) -> QWidget | None:
        """The first field that is empty, else the first."""
        fields = [field for field in self._fields.values() if isinstance(field, Field)]
        return next((field for field in fields if not field.text()), fields[0])

    def texts(self) -> dict[str, str]:
        """What stands in the fields, without outer blanks."""
        return {key: field.text().strip() for key, field in self._fields.items()}

    def result(self) -> Any:
        found = self._read(self.texts())
        return None if isinstance(found, Refused) else found

    def _explain(self) -> None:
        found = self._read(self.texts())
        self.say(words.sentence(found) if isinstance(found, Refused) else "")
        self.refresh()


# --- vans and drivers --------------------------------------------------------------------------------------

COLD = ("没有", "有")


def van_sheet(van: e.VanSet | None) -> FormSheet:
    """A van's sheet; its plate cannot be changed once it is known."""
    old = van or e.VanSet("", "", 350, 60, cold=False, fen_per_km=100, fen_per_day=15_000)
    asks = [
        Ask("van", "车牌", old.van, "桂A12345", Writing.CHINESE),
        Ask("name", "平时怎么叫", old.name, "例如 1号车", Writing.CHINESE),
        Ask("pieces", "最多装多少件", str(old.pieces)),
        Ask("crates", "最多装多少筐", str(old.crates)),
        Ask("per_km", "每公里费用（元）", _yuan(old.fen_per_km)),
        Ask("per_day", "每天费用（元）", _yuan(old.fen_per_day)),
        Ask("cold", "冷藏箱", COLD[old.cold], options=COLD, wide=1),
    ]
    return FormSheet(
        f"车辆 {old.name}" if van else "新的车辆", asks[1:] if van else asks, lambda said: _van(said, van)
    )


def _yuan(fen: int) -> str:
    return f"{fen / 100:g}"


def _van(said: Mapping[str, str], old: e.VanSet | None) -> e.VanSet | Refused:
    code = old.van if old else said["van"].upper()
    numbers = [
        read_whole(said["pieces"], most=MOST_PIECES),
        read_whole(said["crates"], most=MOST_CRATES),
        read_fen(said["per_km"]),
        read_fen(said["per_day"]),
    ]
    for number, reason in zip(
        numbers, (Reason.BAD_PIECES, Reason.BAD_CRATES, *[Reason.BAD_MONEY] * 2), strict=True
    ):
        if number is None:
            return refused(
                reason, code=code, most=MOST_PIECES if reason is Reason.BAD_PIECES else MOST_CRATES
            )
    pieces, crates, per_km, per_day = (number or 0 for number in numbers)
    van = e.VanSet(code, said["name"] or code, pieces, crates, said["cold"] == COLD[1], per_km, per_day)
    return wrong(van) or van


def driver_sheet(driver: e.DriverSet | None, vans: Sequence[e.VanSet]) -> FormSheet:
    """A driver's sheet."""
    old = driver or e.DriverSet("", "", "", STARTS_S, ENDS_S)
    known = "、".join(van.van for van in vans[:4]) or "车牌"
    asks = [
        Ask("name", "姓名", old.name, "例如 韦师傅", Writing.CHINESE),
        Ask("van", "常开哪台车（可以不填）", old.van, known, Writing.CHINESE),
        Ask("starts", "几点上班", clock_text(old.starts_s)),
        Ask("ends", "几点下班", clock_text(old.ends_s)),
        Ask("villages", "熟悉哪些村（用顿号隔开，可以不填）", "、".join(old.villages), "民范村、新桥村",
            Writing.CHINESE, wide=1),
    ]  # fmt: skip
    title = f"司机 {old.name}" if driver else "新的司机"
    return FormSheet(title, asks, lambda said: _driver(said, driver))


def _driver(said: Mapping[str, str], old: e.DriverSet | None) -> e.DriverSet | Refused:
    starts, ends = read_clock(said["starts"]), read_clock(said["ends"])
    if starts is None or ends is None:
        return refused(Reason.BAD_TIME, code=said["name"])
    code = old.driver if old else said["name"]
    driver = e.DriverSet(code, said["name"], said["van"].upper(), starts, ends, words_in(said["villages"]))
    return wrong(driver) or driver


# --- points ------------------------------------------------------------------------------------------------


def stop_sheet(stop: e.StopSet | None) -> FormSheet:
    """A point's sheet; without a position it is placed in its village."""
    old = stop or e.StopSet("", "", "", "", 0, 0, guessed=True)
    areas = tuple(words.AREAS.values())
    asks = [
        Ask("point", "编号", old.point, "BY-0001"),
        Ask("name", "名称", old.name, "例如 民范村小卖部", Writing.CHINESE),
        Ask("village", "村", old.village, "民范村", Writing.CHINESE),
        Ask("town", "乡镇", old.town, "新桥镇", Writing.CHINESE),
        Ask("place", "坐标（不填就按村名估）", _place_text(old), "23.2178, 108.8103"),
        Ask("unloading", "卸货几分钟（不算点件）", str(old.unloading_s // 60)),
        Ask("opens", "几点开门（可以不填）", clock_text(old.opens_s) if old.opens_s else "", "07:30"),
        Ask("closes", "最晚几点送到（可以不填）", clock_text(old.closes_s) if old.closes_s else "", "10:30"),
        Ask("forbidden", "哪些车不能去（车牌，可以不填）", "、".join(old.forbidden), writing=Writing.CHINESE),
        Ask("area", "路况", words.AREAS.get(old.area, ""), options=areas),
    ]
    title = old.name if stop else "新的点位"
    guessed = "位置是按村名估的，知道坐标请填上。" if stop and stop.guessed else ""
    return FormSheet(title, asks[1:] if stop else asks, lambda said: _stop(said, stop), sentence=guessed)


def _place_text(stop: e.StopSet) -> str:
    if stop.guessed or not (stop.latitude or stop.longitude):
        return ""
    return f"{stop.latitude / 1e6:.5f}, {stop.longitude / 1e6:.5f}"


def _stop(said: Mapping[str, str], old: e.StopSet | None) -> e.StopSet | Refused:
    code = old.point if old else said["point"]
    position = _position(said, old)
    opens, closes = read_clock(said["opens"] or "0"), read_clock(said["closes"] or "0")
    unloading = read_whole(said["unloading"] or "0", most=120)
    if position is None:
        return refused(Reason.BAD_PLACE, code=code)
    if opens is None or closes is None:
        return refused(Reason.BAD_TIME, code=code)
    if unloading is None:
        return refused(Reason.BAD_UNLOADING, code=code, most=120)
    area = AREAS[list(words.AREAS.values()).index(said["area"])]
    stop = e.StopSet(
        code, said["name"], said["village"], said["town"], *position, area, opens, closes, unloading * 60,
        words_in(said["forbidden"].upper()),
    )  # fmt: skip
    return wrong(stop) or stop


def _position(said: Mapping[str, str], old: e.StopSet | None) -> tuple[int, int, bool] | None:
    """As written; what is left empty stays where it was guessed, or is guessed by the village."""
    if said["place"]:
        found = read_place(said["place"])
        return None if found is None else (*found, False)
    same_village = old is not None and (old.village, old.town) == (said["village"], said["town"])
    if old is not None and old.guessed and same_village and (old.latitude or old.longitude):
        return old.latitude, old.longitude, True
    return placed(said["village"], said["town"])


# --- rules and settings ------------------------------------------------------------------------------------


def rule_sheet(rule: e.RideRuleSet | None) -> FormSheet:
    """A rule's sheet."""
    old = rule or e.RideRuleSet(new_code("TC"), "together", ())
    kinds = tuple(words.RULES.values())
    asks = [
        Ask("kind", "规则", words.RULES[old.kind], options=kinds, wide=1),
        Ask("points", "哪些点（编号，用顿号隔开）", "、".join(old.points), "BY-0001、BY-0002", wide=1),
        Ask("van", "固定给哪台车（车牌）", old.van, "只有“固定给车”要填", Writing.CHINESE, wide=1),
    ]

    def read(said: Mapping[str, str]) -> e.RideRuleSet | Refused:
        kind = list(words.RULES)[kinds.index(said["kind"])]
        van = said["van"].upper() if kind == "locked" else ""
        made = e.RideRuleSet(old.rule, kind, words_in(said["points"]), van)
        return wrong(made) or made

    return FormSheet("同车规则", asks, read)


def settings_sheet(old: Settings) -> FormSheet:
    """How the station plans."""
    place = f"{old.latitude / 1e6:.5f}, {old.longitude / 1e6:.5f}" if old.latitude or old.longitude else ""
    asks = [
        Ask("place", "站点坐标", place, "23.2178, 108.8103"),
        Ask("fill", "车最多装到几成（%）", str(old.fill_percent)),
        Ask("leaves", "几点发车", clock_text(old.leaves_s)),
        Ask("deadline", "几点前全部卸完", clock_text(old.deadline_s)),
        Ask("piece", "每件点货几秒", str(old.piece_s)),
        Ask("crate", "一筐大约装几件", str(old.crate_pieces)),
        Ask("strange", "换司机至少要省多少元", _yuan(old.strange_fen)),
        Ask("extract", "路网文件（可以不填）", old.extract, "county.tar", Writing.CHINESE),
    ]
    return FormSheet(
        "怎么排线路", asks, lambda said: _settings(said, old), sentence=words.network(state(old.extract))
    )


def _settings(said: Mapping[str, str], old: Settings) -> Settings | Refused:
    place = read_place(said["place"]) if said["place"] else (0, 0)
    leaves, deadline = read_clock(said["leaves"]), read_clock(said["deadline"])
    if place is None:
        return refused(Reason.BAD_PLACE, code="站点")
    if leaves is None or deadline is None:
        return refused(Reason.BAD_TIME, code="站点")
    if leaves >= deadline:
        return refused(Reason.BAD_WINDOW, code="站点")
    fill, piece, crate = (read_whole(said[key], most=most) for key, most in _MOST.items())
    strange = read_fen(said["strange"])
    if not fill or piece is None or not crate or strange is None or strange > MOST_FEN:
        return refused(Reason.BAD_NUMBER)
    return replace(
        old, latitude=place[0], longitude=place[1], leaves_s=leaves, deadline_s=deadline, fill_percent=fill,
        piece_s=piece, crate_pieces=crate, strange_fen=strange, extract=said["extract"],
    )  # fmt: skip


_MOST = {"fill": 100, "piece": 600, "crate": 1000}
