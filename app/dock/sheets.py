"""The questions of the dock: how a truck came, which product, what differs, whether truck or dock are done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QWidget

from app.dock import words
from app.dock.actions import NoteArrival
from app.dock.queries import BoxRow, ProductRow, TruckRow
from app.dock.rules import BROKEN_SEAL, CLEAR_NOTE, is_pallet_label, plain_mark
from app.domain.goods import Shortfall
from app.domain.scans import tidy
from app.store.clashes import Clash
from app.ui import tokens
from app.ui.buttons import ActionButton, Choice, Stepper, ToggleButton, Weight
from app.ui.fields import Field
from app.ui.ime import Writing
from app.ui.panels import label
from app.ui.photo import Camera, small_photo
from app.ui.rows import Column, RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph, sized
from app.ui.sheet import Sheet

_STEPS = {Qt.Key.Key_Left.value: -1, Qt.Key.Key_Right.value: 1}
LONGEST_MARK, LONGEST_NOTE = 24, 200
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class _WithPhoto(Sheet):
    """A sheet with a note and a photo at its foot."""

    def __init__(self, title: str, camera: Camera, *, sentence: str, width: int = 640) -> None:
        super().__init__(title, sentence=sentence, yes="记下来", width=width)
        self._camera = camera
        self.photo = b""
        self.note = Field("说明", hint="说明（可以不填）", writing=Writing.CHINESE)
        self.note.setMaxLength(LONGEST_NOTE)
        self.shoot = ActionButton("附照片", key="Ctrl+P", glyph=Glyph.CAMERA)
        self.shoot.clicked.connect(lambda: self._camera.photograph(self, self._look_at))

    def add_foot(self) -> None:
        """Put note and photo under what the sheet asks."""
        row = QHBoxLayout()
        row.setSpacing(sized(self, tokens.SPACE_M))
        row.addWidget(self.note, 1)
        row.addWidget(self.shoot)
        self.body.addLayout(row)

    def explain(self) -> None:
        """Say what is wrong or lacking; sheets have their own words."""

    def _look_at(self, raw: bytes) -> None:
        jpeg = small_photo(raw)
        if not jpeg:
            self.say("这个文件不是照片，或者打不开。请换一张。")
            return
        self.photo = jpeg
        self.shoot.set_text("已附照片，换一张")
        self.explain()


# --- how a truck came --------------------------------------------------------------------------------------


class ArrivalSheet(_WithPhoto):
    """Asks how a truck came: plate and seal. Everything may stay empty; `done(NoteArrival)`."""

    def __init__(self, trucks: Sequence[TruckRow], camera: Camera) -> None:
        super().__init__(
            "哪辆车到了？", camera, sentence="车牌和清单一样就不用填。铅封请当着司机的面看。", width=660
        )
        self._trucks = list(trucks)
        waiting = [at for at, truck in enumerate(self._trucks) if not truck.arrived_ms]
        self._truck = Choice(
            "哪辆车",
            [_name(truck) for truck in trucks],
            columns=min(3, len(trucks)),
            start=(waiting or [0])[0],
        )
        self._plate = Field("车牌", writing=Writing.CHINESE)
        self._seal = Field("铅封号")
        self._state = Choice("铅封", ["铅封完好", "铅封破了", "没有铅封"])
        self._fill()
        self._truck.chosen.connect(lambda _: self.explain())
        self._state.chosen.connect(lambda _: self.explain())
        self.explain()

    def _fill(self) -> None:
        self.body.addWidget(self._truck)
        grid = QGridLayout()
        grid.setSpacing(sized(self, tokens.SPACE_M))
        for at, (name, field) in enumerate((("车牌", self._plate), ("铅封号", self._seal))):
            grid.addWidget(label(name, "muted"), 0, at)
            grid.addWidget(field, 1, at)
            field.setMaxLength(LONGEST_MARK)
            field.textChanged.connect(lambda _: self.explain())
        self.body.addLayout(grid)
        self.body.addWidget(self._state)
        self.add_foot()

    def primary(self) -> QWidget:
        return _first_button(self._truck) if len(self._trucks) > 1 else self._seal

    def result(self) -> NoteArrival | None:
        note = self.note.text().strip()
        if self._state.index:
            note = f"{BROKEN_SEAL if self._state.index == 1 else '没有铅封'}{'，' if note else ''}{note}"
        return NoteArrival(
            self._chosen.trip,
            self._plate.text().strip().upper(),
            tidy(self._seal.text()).upper(),
            note,
            self.photo,
        )

    def on_scan(self, code: str) -> bool:
        """A seal's bar code goes into its field; whoever scans a pallet already is told to note the truck first."""
        plain = tidy(code)
        if is_pallet_label(plain) and plain != self._chosen.seal:
            self.say(f"{plain} 是托盘码，不是铅封号。请先记下到车，再扫托盘。")
        else:
            self._seal.setText(plain)
        return True

    @property
    def _chosen(self) -> TruckRow:
        return self._trucks[max(0, self._truck.index)]

    def explain(self) -> None:
        truck, seal = self._chosen, self._seal.text().strip()
        self._plate.setPlaceholderText(truck.announced_plate or "车牌")
        self._seal.setPlaceholderText(f"清单上 {truck.seal}" if truck.seal else "铅封号，扫码也行")
        other = bool(seal and truck.seal and plain_mark(seal) != plain_mark(truck.seal))
        lacking = "" if self.photo else "请按 Ctrl+P 拍一张照片。"
        if self._state.index == 1:
            self.say(f"铅封破了。{lacking}")
        else:
            self.say(f"铅封和清单上的 {truck.seal} 不一样。{lacking}" if other else "")
        self.refresh()


# --- which product -----------------------------------------------------------------------------------------


class WholeBox(StrEnum):
    """Stands for a container with everything in it."""

    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class _Listed:
    """One line of the products' list."""

    name: str
    count: str
    pick: ProductRow | WholeBox


class ProductSheet(Sheet):
    """Asks which product of a container, by bar code, name or arrow keys: `done(ProductRow | WholeBox)`."""

    def __init__(self, box: BoxRow, products: Sequence[ProductRow]) -> None:
        super().__init__(
            f"{box.container} 里哪一种？",
            sentence="扫商品条码，或输入商品名，↑ ↓ 选中后按 Enter。",
            yes="就是这种",
            width=680,
        )
        inside = [_Listed(row.product, f"{row.announced} 件", row) for row in products]
        if box.unloaded_ms:  # last, so that a hasty Enter does not write off a whole container
            self._rows = [*inside, _Listed("整箱坏了", f"{box.pieces} 件", WholeBox.WHOLE)]
        else:
            self._rows = [_Listed("整箱：没来，或者坏了", f"{box.pieces} 件", WholeBox.WHOLE), *inside]
        self._field = Field("商品", hint="商品条码或商品名", writing=Writing.CHINESE)
        columns = (
            Column[_Listed]("商品", lambda row: row.name, strong=1),
            Column[_Listed]("应到", lambda row: row.count, width=110, align=_RIGHT),
        )
        self._model: RowsModel[_Listed] = RowsModel(columns, key=lambda row: row.name)
        self._view = RowsView("这一箱的商品", self._model)
        self._view.say_when_empty("没有找到", "换个名字再试，或者扫商品条码。", glyph=Glyph.SEARCH)
        self.body.addWidget(self._field)
        self.body.addWidget(self._view, 1)
        self._field.textChanged.connect(lambda _: self._show())
        self._field.installEventFilter(self)
        self._view.chosen.connect(lambda _: self.accept())
        self._view.pointed.connect(lambda _: self.refresh())
        self._show()

    def open_over(self, widget: QWidget) -> None:
        """The list takes what height the window leaves it."""
        room = widget.window().height() - sized(self, 400)
        self._view.setFixedHeight(max(sized(self, 150), min(sized(self, 360), room)))
        super().open_over(widget)

    def primary(self) -> QWidget:
        return self._field

    def result(self) -> ProductRow | WholeBox | None:
        row = self._view.current_row()
        return row.pick if isinstance(row, _Listed) else None

    def on_scan(self, code: str) -> bool:
        """A product's bar code picks it."""
        plain = tidy(code)
        known = [row.pick for row in self._rows if isinstance(row.pick, ProductRow)]
        if not any(plain == row.barcode for row in known):
            self.say("这一箱的清单里没有这种商品。多出来的请先选一种相近的，记多发。")
            return True
        self._field.setText(plain)
        if self._model.rowCount() == 1:
            self.accept()
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down move in the list while the field has the focus."""
        if watched is self._field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Up.value: -1, Qt.Key.Key_Down.value: 1}.get(event.key())
            if step is not None:
                at = max(0, min(self._model.rowCount() - 1, self._view.currentIndex().row() + step))
                self._view.setCurrentIndex(self._model.index(at, 0))
                return True
        return super().eventFilter(watched, event)

    def _show(self) -> None:
        find = self._field.text().strip()
        self._model.replace([row for row in self._rows if not find or _is_found(row, find)])
        self._view.setCurrentIndex(self._model.index(0, 0))
        self.say("")
        self.refresh()


def _is_found(row: _Listed, find: str) -> bool:
    return find in row.name or (isinstance(row.pick, ProductRow) and find in row.pick.barcode)


# --- what differs ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Noted:
    """What the worker says; `about` None means that missing pieces came after all."""

    about: Shortfall | None
    pieces: int
    note: str
    photo: bytes


class DifferenceSheet(_WithPhoto):
    """Asks what differs about a product: which difference, how many, and if wanted a note and a photo."""

    def __init__(
        self, product: ProductRow, camera: Camera, *, start: Shortfall | None = Shortfall.SHORT
    ) -> None:
        self._product = product
        where = (
            f"月台上 {product.dock} 件" if product.dock or not product.trunk else f"车上 {product.trunk} 件"
        )
        box = product.container or "今晚一共"
        super().__init__(
            product.product or product.barcode,
            camera,
            sentence=f"{box}　应到 {product.announced} 件，{where}。← → 选差异，直接输件数。",
        )
        self._abouts: list[Shortfall | None] = [Shortfall.SHORT, Shortfall.DAMAGED, Shortfall.OVER]
        options = ["短少", "破损", "多发"]
        if product.short:
            self._abouts.append(None)
            options.append("后来到了")
        if not product.announced:
            self._abouts, options = [Shortfall.OVER], ["多发"]
        self._kind = Choice(
            "哪一种差异", options, start=self._abouts.index(start) if start in self._abouts else 0
        )
        self._pieces = Stepper("件数", lowest=1, highest=9999, value=1)
        self._limit = label("", "muted", wraps=1)
        row = QHBoxLayout()
        row.setSpacing(sized(self, tokens.SPACE_L))
        row.addWidget(self._pieces)
        row.addWidget(self._limit, 1)
        self.body.addWidget(self._kind)
        self.body.addLayout(row)
        self.add_foot()
        self._kind.chosen.connect(lambda _: self.explain())
        self._pieces.changed.connect(lambda _: self.explain())
        self._count_field = self._pieces.focusProxy() or self._pieces
        self._count_field.installEventFilter(self)
        self.explain()

    def open_over(self, widget: QWidget) -> None:
        super().open_over(widget)
        if isinstance(self._count_field, QLineEdit):
            self._count_field.selectAll()  # the first digit replaces the 1

    def primary(self) -> QWidget:
        return self._pieces

    def result(self) -> Noted | None:
        if not 0 < self._pieces.value <= self._most():
            return None
        return Noted(self._about, self._pieces.value, self.note.text().strip(), self.photo)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Left and right choose the difference while the count has the focus."""
        if watched is self._count_field and isinstance(event, QKeyEvent):
            step = _STEPS.get(event.key()) if event.type() == QEvent.Type.KeyPress else None
            if step is not None:
                self._kind.choose((self._kind.index + step) % len(self._abouts))
                return True
        return super().eventFilter(watched, event)

    @property
    def _about(self) -> Shortfall | None:
        return self._abouts[max(0, self._kind.index)]

    def _most(self) -> int:
        if self._about is Shortfall.OVER:
            return 9999
        if self._about is None:
            return self._product.short
        return self._product.dock or (self._product.trunk if self._product.container else 0)

    def explain(self) -> None:
        most = self._most()
        if self._about is Shortfall.OVER:
            self._limit.setText("多出来的放到一边，不要分。")
        elif self._about is Shortfall.SHORT:
            self._limit.setText(f"最多 {most} 件。{words.FAIR}")
        else:
            self._limit.setText(f"最多 {most} 件。")
        self.say("" if self.result() is not None else self._why_not(most))
        self.refresh()

    def _why_not(self, most: int) -> str:
        return f"这里最多只能记 {most} 件。" if most else "这种在月台上没有了：都分走了，或者都记过差异。"


class BoxSheet(_WithPhoto):
    """Asks what is wrong with a whole container: `done(Noted)`."""

    def __init__(self, box: BoxRow, camera: Camera) -> None:
        super().__init__(
            f"{box.container} 整箱",
            camera,
            sentence=f"{box.number}　{words.ZONES[box.zone]} {box.pieces} 件。",
            width=620,
        )
        self._pieces = box.pieces
        self._abouts = [Shortfall.DAMAGED] if box.unloaded_ms else [Shortfall.SHORT, Shortfall.DAMAGED]
        names = {Shortfall.SHORT: "整箱没来", Shortfall.DAMAGED: "整箱坏了"}
        self._kind = Choice("怎么了", [names[about] for about in self._abouts])
        self.body.addWidget(self._kind)
        self.add_foot()

    def primary(self) -> QWidget:
        return _first_button(self._kind)

    def result(self) -> Noted | None:
        about = self._abouts[max(0, self._kind.index)]
        return Noted(about, self._pieces, self.note.text().strip(), self.photo)


# --- done? -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LeftOn:
    """What a truck still owes: its containers, and how many pieces in all."""

    truck: TruckRow
    boxes: tuple[tuple[str, str, int, int], ...]

    @property
    def pieces(self) -> int:
        """Pieces still on its sheets."""
        return sum(pieces for *_, pieces in self.boxes)


class EndSheet(Sheet):
    """Names what a truck still owes and asks whether it is done: `done(LeftOn)`."""

    def __init__(self, left: Sequence[LeftOn]) -> None:
        super().__init__("卸完了？", yes="卸完了", width=660)
        self._left = sorted(left, key=lambda one: one.pieces)
        self._truck = Choice("哪辆车", [_name(one.truck) for one in self._left], columns=min(3, len(left)))
        self._sentence = label("", "lead", wraps=1)
        self._owed = label("", "muted", wraps=1)
        if len(left) > 1:
            self.body.addWidget(self._truck)
        self.body.addWidget(self._sentence)
        self.body.addWidget(self._owed)
        self._truck.chosen.connect(lambda _: self._explain())
        self._explain()

    def primary(self) -> QWidget | None:
        return self

    def result(self) -> LeftOn | None:
        return self._left[max(0, self._truck.index)]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step, digit = _STEPS.get(event.key()), event.text()
        if step is not None and len(self._left) > 1:
            self._truck.choose((self._truck.index + step) % len(self._left))
        elif digit.isascii() and digit.isdigit():
            self._truck.choose(int(digit) - 1)
        else:
            super().keyPressEvent(event)

    def _explain(self) -> None:
        one = self._left[max(0, self._truck.index)]
        name = _name(one.truck)
        if one.pieces:
            self._sentence.setText(
                f"{name} 还有 {len(one.boxes)} 箱 {one.pieces} 件没扫到，会记成短少，开始申报倒计时。后来到了照样扫。"
            )
        else:
            self._sentence.setText(f"{name} 的 {one.truck.boxes} 箱都有着落了。")
        self._owed.setText(_owed(one.boxes))
        self._owed.setVisible(bool(one.pieces))
        self.yes.set_text("记短少，卸完" if one.pieces else "卸完了")
        self.yes.weight = Weight.DANGER if one.pieces else Weight.PRIMARY
        self.yes.update()


def _owed(boxes: Sequence[tuple[str, str, int, int]], *, most: int = 7) -> str:
    said = [f"{number}　{box}　{products} 种　{pieces} 件" for box, number, products, pieces in boxes[:most]]
    if len(boxes) > most:
        rest = sum(pieces for *_, pieces in boxes[most:])
        said.append(f"……还有 {len(boxes) - most} 箱 {rest} 件")
    return "\n".join(said)


@dataclass(frozen=True, slots=True)
class Looked:
    """How the dock was found: empty with pieces missing, or with goods left on it for a reason."""

    missing: int
    left: int
    note: str


class ClearSheet(Sheet):
    """Asks whether what should lie on the dock lies there: `done(Looked)`."""

    def __init__(self, pieces: int, products: int) -> None:
        super().__init__(
            "月台看过了？",
            sentence=f"账上月台还有 {products} 种 {pieces} 件。按 ← 或 → 选一样。",
            yes="请先选",
            width=680,
        )
        self._pieces = pieces
        self._how = Choice("月台上", ["货还在这里，先留着", "空了，这些都没找到"], start=-1)
        self._note = Field("为什么留下", hint="为什么留下，例如：等冷藏车", writing=Writing.CHINESE)
        self._note.setMaxLength(LONGEST_NOTE)
        self._note.hide()
        self.body.addWidget(self._how)
        self.body.addWidget(self._note)
        self._how.chosen.connect(lambda _: self._explain())
        self._note.textChanged.connect(lambda _: self.refresh())

    def primary(self) -> QWidget:
        """Neither is chosen at first: a hasty Enter decides nothing."""
        return self

    def result(self) -> Looked | None:
        note = self._note.text().strip()
        if self._how.index < 0:
            return None
        if self._how.index == 1:
            return Looked(self._pieces, 0, CLEAR_NOTE)
        return Looked(0, self._pieces, note) if note else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        at = {Qt.Key.Key_Left.value: 0, Qt.Key.Key_Right.value: 1, ord("1"): 0, ord("2"): 1}.get(event.key())
        if at is None:
            super().keyPressEvent(event)
            return
        self._how.choose(at)

    def _explain(self) -> None:
        stays = self._how.index == 0
        self._note.setVisible(stays)
        if stays:
            self._note.setFocus()
        self.say("请写一句为什么留下，交班的人要看。" if stays and not self._note.text().strip() else "")
        self.yes.set_text("留下，记好" if stays else "记短少，清场")
        self.yes.weight = Weight.PRIMARY if stays else Weight.DANGER
        self.yes.update()
        self.refresh()

    def refresh(self) -> None:
        super().refresh()
        if self.result() is not None:
            self.say("")


class ClashSheet(Sheet):
    """Tells what another PC's facts took back here, and what to do: `done(row)` of the last one."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        super().__init__(
            "和别的电脑撞了",
            sentence="两台电脑没连上时各记了一次，先记的算数。",
            yes="知道了",
            no="等会儿再看",
            width=680,
        )
        self._last = clashes[-1].row
        for clash in clashes[:6]:
            self.body.addWidget(label(words.clash_text(clash), "lead", wraps=1))
        if len(clashes) > 6:
            self.body.addWidget(label(f"……还有 {len(clashes) - 6} 条", "muted"))

    def primary(self) -> QWidget:
        return self

    def result(self) -> int:
        return self._last


def _name(truck: TruckRow) -> str:
    return truck.plate or truck.trip


def _first_button(choice: Choice) -> QWidget:
    """The chosen option, so that digits and arrows work at once."""
    return choice.findChildren(ToggleButton)[max(0, choice.index)]
