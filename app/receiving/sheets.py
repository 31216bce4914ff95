"""The questions that receiving asks: which product, what differs, which slot, how the van came, whether it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QWidget

from app.domain.goods import Shortfall, Zone
from app.domain.refusals import Refused
from app.domain.slots import Slots, read_slot
from app.receiving import words
from app.receiving.actions import NoteArrival
from app.receiving.labels import SlotLabel, draw_label
from app.receiving.on_paper import NewStation
from app.receiving.queries import LineRow, TripRow
from app.receiving.rules import Reading, read_degrees
from app.ui import tokens
from app.ui.buttons import ActionButton, Choice, Stepper, ToggleButton
from app.ui.fields import Field
from app.ui.ime import Writing
from app.ui.panels import label
from app.ui.photo import Camera, small_photo
from app.ui.shapes import Glyph, sized
from app.ui.sheet import Sheet

_STEPS = {Qt.Key.Key_Left.value: -1, Qt.Key.Key_Right.value: 1}


@dataclass(frozen=True, slots=True)
class Noted:
    """What the clerk says about a line; `about` None means that missing pieces came after all."""

    about: Shortfall | None
    pieces: int
    note: str
    photo: bytes


class DifferenceSheet(Sheet):
    """Asks what differs on one line: which difference, how many, and if wanted a note and a photo."""

    def __init__(self, line: LineRow, camera: Camera, *, start: Shortfall = Shortfall.SHORT) -> None:
        self._line, self._camera = line, camera
        self._photo = b""
        came = f"已到 {line.came} 件" if line.came else "还没签收"
        super().__init__(
            line.product,
            sentence=f"{line.crate or '散件'}　应到 {line.announced} 件，{came}。← → 选差异，直接输件数。",
            yes="记下来",
            width=640,
        )
        self._abouts: list[Shortfall | None] = [Shortfall.SHORT, Shortfall.DAMAGED, Shortfall.OVER]
        options = ["短少", "破损", "多发"]
        if line.short:
            self._abouts.append(None)
            options.append("后来到了")
        self._kind = Choice("哪一种差异", options, start=self._abouts.index(start))
        self._pieces = Stepper("件数", lowest=1, highest=9999, value=1)
        self._note = Field("说明", hint="说明（可以不填）", writing=Writing.CHINESE)
        self._shoot = ActionButton("附照片", key="Ctrl+P", glyph=Glyph.CAMERA)
        self._limit = label("", "muted")
        self._fill()
        self._kind.chosen.connect(lambda _: self._explain())
        self._pieces.changed.connect(lambda _: self._explain())
        self._count_field = self._pieces.focusProxy() or self._pieces
        self._count_field.installEventFilter(self)
        self._shoot.clicked.connect(lambda: self._camera.photograph(self, self._look_at))
        self._explain()

    def _fill(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(sized(self, tokens.SPACE_L))
        row.addWidget(self._pieces)
        row.addWidget(self._limit, 1)
        self.body.addWidget(self._kind)
        self.body.addLayout(row)
        self.body.addWidget(self._note)
        self.body.addWidget(self._shoot)

    def open_over(self, widget: QWidget) -> None:
        super().open_over(widget)
        if isinstance(self._count_field, QLineEdit):
            self._count_field.selectAll()  # the first digit replaces the 1

    def primary(self) -> QWidget:
        """The count; where digits choose among four differences, those come first."""
        return _first_button(self._kind) if len(self._abouts) > 3 else self._pieces

    def result(self) -> Noted | None:
        if not 0 < self._pieces.value <= self._most():
            return None
        about = self._abouts[max(0, self._kind.index)]
        return Noted(about, self._pieces.value, self._note.text().strip(), self._photo)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Left and right choose the difference while the count has the focus."""
        if watched is self._count_field and isinstance(event, QKeyEvent):
            step = _STEPS.get(event.key()) if event.type() == QEvent.Type.KeyPress else None
            if step is not None:
                self._kind.choose((self._kind.index + step) % len(self._abouts))
                return True
        return super().eventFilter(watched, event)

    def _most(self) -> int:
        about = self._abouts[max(0, self._kind.index)]
        if about is Shortfall.OVER:
            return 9999
        return self._line.short if about is None else self._line.van + self._line.shelf

    def _explain(self) -> None:
        most = self._most()
        self._limit.setText("多出来的放到“多发”货位" if most == 9999 else f"最多 {most} 件")
        self.say("" if self.result() is not None else f"这一行最多只能记 {most} 件。")
        self.refresh()

    def _look_at(self, raw: bytes) -> None:
        jpeg = small_photo(raw)
        self.say("" if jpeg else "这个文件不是照片，或者打不开。请换一张。")
        if jpeg:
            self._photo = jpeg
            self._shoot.set_text("已附照片，换一张")


class SlotSheet(Sheet):
    """Asks for a slot, scanned from its label or typed: `done(text)`."""

    def __init__(self, line: LineRow, slots: Slots) -> None:
        super().__init__(
            "换到哪个货位？",
            sentence=f"{line.product}，现在在 {line.slot}。同一位买家、同一温层的货一起挪。",
            yes="换过去",
            width=560,
        )
        self._slots = slots
        self._field = Field("货位", hint="扫货位码，或输入 A-05")
        self.body.addWidget(self._field)
        self._field.textChanged.connect(lambda _: self._explain())

    def primary(self) -> QWidget:
        return self._field

    def result(self) -> str | None:
        return read_slot(self._field.text(), self._slots)

    def on_scan(self, code: str) -> bool:
        self._field.setText(code.strip().upper())
        if self.result() is None:
            return True
        self._field.setText(self.result() or "")
        self.accept()
        return True

    def _explain(self) -> None:
        wrong = len(self._field.text().strip()) > 2 and self.result() is None
        self.say("本店没有这个货位。请看货位标签，例如 A-05。" if wrong else "")
        self.refresh()


class LabelSheet(Sheet):
    """Shows what a slot's label looks like and asks for which slots: `done(labels)`."""

    def __init__(self, in_use: Sequence[SlotLabel], every: Sequence[SlotLabel]) -> None:
        super().__init__(
            "货位标签", sentence="标签上只有货位和手机尾号，60 × 40 毫米一张。", yes="存成 PDF", width=560
        )
        self._sets = [labels for labels in (in_use, every) if labels]
        names = [f"在用的 {len(in_use)} 张"] if in_use else []
        self._which = Choice("哪些货位", [*names, f"全部 {len(every)} 张"])
        self._view = QLabel()
        self._view.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.body.addWidget(self._which)
        self.body.addWidget(self._view)
        self._which.chosen.connect(lambda _: self._show())
        self._show()

    def result(self) -> Sequence[SlotLabel] | None:
        return self._sets[max(0, self._which.index)]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(event.key())
        if step is None:
            super().keyPressEvent(event)
            return
        self._which.choose((self._which.index + step) % len(self._sets))

    def _show(self) -> None:
        first = self._sets[max(0, self._which.index)][0]
        self._view.setPixmap(QPixmap.fromImage(draw_label(first).convertToFormat(QImage.Format.Format_RGB32)))
        self._view.setAccessibleName(f"货位标签 {first.slot}")


class ArrivalSheet(Sheet):
    """Asks how a van came: plate, seal, temperatures. Everything may stay empty; `done(NoteArrival)`."""

    def __init__(self, trips: Sequence[TripRow], *, day: str) -> None:
        super().__init__(
            "到车信息", sentence="都可以不填。冷冻、冷藏的温度最好当着司机量。", yes="记下来", width=620
        )
        self._trips = list(trips)
        waiting = [at for at, trip in enumerate(self._trips) if not trip.arrived_ms]
        self._trip = _choice(self._trips, start=waiting[0] if waiting else 0, day=day)
        self._plate = Field("车牌", hint="桂A12345", writing=Writing.CHINESE)
        self._seal = Field("铅封号", hint="铅封号")
        self._degrees = {zone: Field(f"{words.ZONES[zone]}温度", hint=hint) for zone, hint in _HINTS.items()}
        self._fill()

    def _fill(self) -> None:
        if len(self._trips) > 1:
            self.body.addWidget(self._trip)
        grid = QGridLayout()
        grid.setSpacing(sized(self, tokens.SPACE_M))
        fields = [("车牌", self._plate), ("铅封号", self._seal)]
        fields += [(f"{words.ZONES[zone]}温度 ℃", field) for zone, field in self._degrees.items()]
        for at, (name, field) in enumerate(fields):
            grid.addWidget(label(name, "muted"), at // 2 * 2, at % 2)
            grid.addWidget(field, at // 2 * 2 + 1, at % 2)
            field.textChanged.connect(lambda _: self._explain())
        self.body.addLayout(grid)

    def primary(self) -> QWidget:
        return _first_button(self._trip) if len(self._trips) > 1 else self._plate

    def result(self) -> NoteArrival | None:
        readings = [
            (zone, read_degrees(field.text()))
            for zone, field in self._degrees.items()
            if field.text().strip()
        ]
        good = tuple(Reading(zone, tenths) for zone, tenths in readings if not isinstance(tenths, Refused))
        if len(good) < len(readings) or not self._trips:
            return None
        trip = self._trips[max(0, self._trip.index)].trip
        return NoteArrival(trip, self._plate.text().strip().upper(), self._seal.text().strip(), good)

    def _explain(self) -> None:
        self.say("" if self.result() is not None else "温度请填数字，例如 -18 或 4.5。")
        self.refresh()


_HINTS = {Zone.FROZEN: "例如 -18", Zone.CHILLED: "例如 4"}


class EndSheet(Sheet):
    """Shows what a van still owes and asks whether it is done: `done(trip)`."""

    def __init__(
        self, trips: Sequence[TripRow], lines: Sequence[LineRow], *, day: str, start: str = ""
    ) -> None:
        super().__init__("收货完成？", yes="收货完成", width=640)
        self._trips, self._lines = list(trips), list(lines)
        names = [trip.trip for trip in self._trips]
        at = names.index(start) if start in names else _likeliest(self._trips)
        self._trip = _choice(self._trips, start=at, day=day)
        self._sentence = label("", "lead", wraps=1)
        self._owed = label("", "muted", wraps=1)
        if len(self._trips) > 1:
            self.body.addWidget(self._trip)
        self.body.addWidget(self._sentence)
        self.body.addWidget(self._owed)
        self._trip.chosen.connect(lambda _: self._explain())
        self._explain()

    def primary(self) -> QWidget | None:
        return self

    def result(self) -> str | None:
        return self._trips[max(0, self._trip.index)].trip

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step, digit = _STEPS.get(event.key()), event.text()
        if step is not None and len(self._trips) > 1:
            self._trip.choose((self._trip.index + step) % len(self._trips))
        elif digit.isascii() and digit.isdigit():
            self._trip.choose(int(digit) - 1)
        else:
            super().keyPressEvent(event)

    def _explain(self) -> None:
        trip = self._trips[max(0, self._trip.index)]
        mine = [line for line in self._lines if line.trip == trip.trip]
        if trip.left:
            self._sentence.setText(
                f"{trip.name} 还有 {trip.left} 件没到，会记成短少，开始申报倒计时。后来到了照样扫。"
            )
        else:
            self._sentence.setText(f"{trip.name} 的 {trip.pieces} 件都有着落了。")
        self._owed.setText(words.missing_lines(mine))
        self._owed.setVisible(bool(trip.left))
        self.yes.set_text("记短少，收完" if trip.left else "收货完成")


def _choice(trips: Sequence[TripRow], *, start: int, day: str) -> Choice:
    names = [words.trip_name(trip, trips, day=day) for trip in trips]
    return Choice("哪趟车", names, columns=len(names) if len(names) < 4 else 2, start=start)


def _first_button(choice: Choice) -> QWidget:
    """The chosen option, so that digits and arrows work at once."""
    return choice.findChildren(ToggleButton)[max(0, choice.index)]


def _likeliest(trips: Sequence[TripRow]) -> int:
    """The van that is nearest to its end: arrived, and the least left."""
    order = sorted(range(len(trips)), key=lambda at: (not trips[at].arrived_ms, trips[at].left))
    return order[0] if order else 0


class StationSheet(Sheet):
    """Asks to compare a new station's fingerprint with the one on paper; yields it when they are the same."""

    def __init__(self, station: NewStation) -> None:
        super().__init__(
            "网格站换了一台电脑打单" if station.known else "第一次收这个网格站的纸单",
            sentence="请看司机交接单上的“站码”，和下面的一样才收。以后不再问。",
            yes="一样，收下",
            no="不一样",
        )
        self._said = station.fingerprint
        code = label(station.fingerprint, "figure")
        code.setAlignment(Qt.AlignmentFlag.AlignCenter)
        code.setAccessibleName(f"站码 {station.fingerprint}")
        self.body.addWidget(code)
        self.body.addWidget(label(f"网格站 {station.station}", "muted"))

    def result(self) -> str:
        return self._said
