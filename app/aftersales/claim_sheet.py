"""The sheet on which a claim is made: what may be promised stands on top, and what is still missing at the foot."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDoubleValidator,
    QImage,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QApplication, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.aftersales import rules, words
from app.aftersales.actions import Goods, OpenClaim
from app.aftersales.promise import PromiseStrip, overview, promise
from app.aftersales.queries import FoundLine
from app.aftersales.rules import MOST_PHOTOS, Reason, Wish
from app.domain.events import ClaimOpened, Remedy, Why
from app.domain.money import half_up
from app.domain.refusals import Refused
from app.ui import tokens
from app.ui.buttons import ActionButton, Choice, Stepper
from app.ui.fields import Field
from app.ui.ime import Writing
from app.ui.panels import label
from app.ui.photo import Camera, small_photo
from app.ui.shapes import Glyph, sized
from app.ui.sheet import Sheet

WHYS = (Why.SPOILED, Why.MISSING, Why.WRONG, Why.UNWANTED)
REMEDIES = (
    (Remedy.REFUND_ONLY, Goods.WITH_BUYER, "仅退款"),
    (Remedy.RETURN, Goods.AT_COUNTER, "退货，货已拿来"),
    (Remedy.RETURN, Goods.WITH_BUYER, "退货，改天拿来"),
)


class Question(Choice):
    """A choice that says when a digit has answered it, so that the next digit goes to the next question."""

    answered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.text().isdecimal() and self.index >= 0:
            self.answered.emit()


class Thumbnails(QWidget):
    """The photos of a claim, small, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self._images: list[QImage] = []
        self.setAccessibleName("照片 0 张")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_photos(self, photos: list[bytes]) -> None:
        """Show other photos."""
        self._images = [QImage.fromData(QByteArray(photo)) for photo in photos]
        self.setAccessibleName(f"照片 {len(photos)} 张")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 200), sized(self, tokens.TARGET_BIG))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        high, gap = self.height(), sized(self, tokens.SPACE_S)
        wide = high * 4 / 3
        for number, image in enumerate(self._images):
            self._paint_photo(painter, QRectF(number * (wide + gap), 0, wide, high), image)

    def _paint_photo(self, painter: QPainter, frame: QRectF, image: QImage) -> None:
        clip = QPainterPath()
        clip.addRoundedRect(frame, tokens.RADIUS_SMALL, tokens.RADIUS_SMALL)
        painter.save()
        painter.setClipPath(clip)
        size = image.size().scaled(frame.size().toSize(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        place = QRectF(0, 0, size.width(), size.height())
        place.moveCenter(frame.center())
        painter.drawImage(place, image)
        painter.restore()
        painter.setPen(QPen(QColor(tokens.LINE_STRONG), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(
            frame.adjusted(0.5, 0.5, -0.5, -0.5), tokens.RADIUS_SMALL, tokens.RADIUS_SMALL
        )


class Form(QScrollArea):
    """Holds the form whole where there is room, and scrolls to the field in use where there is not."""

    def __init__(self) -> None:
        super().__init__()
        self._inside = QWidget()
        self._inside.setObjectName("scrolled")
        self.column = QVBoxLayout(self._inside)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(sized(self, tokens.SPACE_M))
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    def sizeHint(self) -> QSize:
        return self._inside.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._inside.minimumSizeHint().width(), sized(self, 160))

    def _follow(self, _: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self._inside.isAncestorOf(now):
            self.ensureWidgetVisible(now, 0, sized(self, tokens.SPACE_M))


class ClaimSheet(Sheet):
    """Yields an `OpenClaim`; `now_ms` is the platform's time."""

    def __init__(self, line: FoundLine, *, now_ms: int, camera: Camera) -> None:
        self._line, self._now_ms, self._camera = line, now_ms, camera
        self._photos: list[bytes] = []
        self._own_amount = False
        super().__init__(
            f"申请售后：{line.lot.product}", sentence=_about(line, now_ms), yes="提交申请", width=760
        )
        self._strip = PromiseStrip()
        self._why = Question("哪里不对", [words.WHY[why] for why in WHYS], start=-1)
        self._pieces = Stepper("件数", lowest=1, highest=max(1, _most(line, now_ms)), value=1)
        self._amount = Field("退款金额")
        self._remedy = Question("怎么处理", [word for _, _, word in REMEDIES], start=-1)
        self._add = ActionButton("加照片", key="F9", glyph=Glyph.CAMERA)
        self._thumbnails = Thumbnails()
        self._note = Field("补充说明", hint="补充说明（可以不填）", writing=Writing.CHINESE)
        self._missing = label("", "muted", wraps=1)
        self._fill()
        self._connect()
        self._show()

    def _fill(self) -> None:
        form = Form()
        form.column.addWidget(self._why)
        form.column.addWidget(self._remedy)
        form.column.addLayout(self._numbers())
        form.column.addLayout(self._extras())
        self.body.addWidget(self._strip)
        self.body.addWidget(form, 1)
        self.body.addWidget(self._missing)

    def _numbers(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(sized(self, tokens.SPACE_M))
        self._amount.setFixedWidth(sized(self, 150))
        self._amount.setAlignment(Qt.AlignmentFlag.AlignRight)
        cents = QDoubleValidator(0.0, 1_000_000.0, 2, self._amount)
        cents.setNotation(QDoubleValidator.Notation.StandardNotation)
        self._amount.setValidator(cents)
        self._most = label("", "small")
        for piece in (label("件数"), self._pieces, label("退款 ¥"), self._amount, self._most):
            row.addWidget(piece)
        row.addStretch(1)
        return row

    def _extras(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(sized(self, tokens.SPACE_M))
        self._note.setMinimumHeight(sized(self, tokens.TARGET_BIG))
        row.addWidget(self._add)
        row.addWidget(self._thumbnails, 1)
        row.addWidget(self._note, 1)
        self._thumbnails.hide()
        return row

    def _connect(self) -> None:
        self._why.chosen.connect(lambda _: self._show())
        self._why.answered.connect(self._after_why)
        self._remedy.answered.connect(self._pieces.setFocus)
        self._remedy.chosen.connect(lambda _: self._show())
        self._pieces.changed.connect(lambda _: self._show())
        self._amount.textEdited.connect(self._amount_edited)
        self._add.clicked.connect(lambda: self._camera.photograph(self, self._look_at))

    # --- what is chosen ---

    @property
    def why(self) -> Why | None:
        """The chosen reason, none yet at first."""
        return WHYS[self._why.index] if self._why.index >= 0 else None

    def _wish(self) -> Wish | None:
        if self.why is None or self._remedy.index < 0:
            return None
        names = tuple(str(number) for number in range(len(self._photos)))
        remedy = REMEDIES[self._remedy.index][0]
        return Wish(self._pieces.value, self.why, remedy, self._fen(), self._note.text(), names)

    def _fen(self) -> int:
        return _fen_of(self._amount.text())

    def result(self) -> OpenClaim | None:
        """The command, once the rules have nothing against it."""
        wish = self._wish()
        if wish is None or isinstance(self._judged(wish), Refused):
            return None
        goods = REMEDIES[self._remedy.index][1]
        lot = self._line.lot.lot
        return OpenClaim(
            lot, wish.pieces, wish.why, wish.remedy, wish.asked_fen, goods, wish.note, tuple(self._photos)
        )

    def _judged(self, wish: Wish) -> ClaimOpened | Refused:
        return rules.open_claim(self._line.lot, wish, claim="", now_ms=self._now_ms)

    def primary(self) -> QWidget | None:
        self._why.focus_first()
        return self.focusWidget()

    def _after_why(self) -> None:
        """Go on to the remedy, or past it where the reason leaves no choice."""
        if self.why is Why.MISSING:
            self._pieces.setFocus()
        else:
            self._remedy.focus_first()

    # --- what is shown ---

    def _show(self) -> None:
        self._settle_remedy()
        lot = self._line.lot
        if self.why is None:
            self._strip.show_promise(*overview(lot, now_ms=self._now_ms))
        else:
            self._strip.show_promise(
                *promise(rules.offer(lot, self.why, now_ms=self._now_ms), now_ms=self._now_ms)
            )
        most = rules.most_fen(lot, self._pieces.value)
        if not self._own_amount:
            self._amount.setText(_yuan_text(most))
        self._most.setText(f"最多 {_yuan_text(most)}")
        self._say_missing()
        self.refresh()

    def _settle_remedy(self) -> None:
        """Choose the one remedy that a reason allows, so that nobody has to know the rule."""
        if self.why is Why.MISSING:
            self._remedy.choose(0)
        elif self.why is Why.UNWANTED and self._remedy.index == 0:
            self._remedy.choose(1)

    def _say_missing(self) -> None:
        wish = self._wish()
        if self.why is None:
            text = "先选哪里不对，再选怎么处理。"
        elif isinstance(rules.offer(self._line.lot, self.why, now_ms=self._now_ms), Refused):
            text = "这一项不能申请。请换一个原因，或按 Esc 返回。"
        elif wish is None:
            text = "再选怎么处理。"
        else:
            judged = self._judged(wish)
            text = "可以提交了。"
            if isinstance(judged, Refused):
                text = words.say(judged, now_ms=self._now_ms).sentence
        self._missing.setText(text)

    def _amount_edited(self) -> None:
        self._own_amount = True
        self._show()

    def _look_at(self, raw: bytes) -> None:
        if len(self._photos) >= MOST_PHOTOS:
            self.say(
                words.say(
                    Refused(Reason.TOO_MANY_PHOTOS, {"most": MOST_PHOTOS}), now_ms=self._now_ms
                ).sentence
            )
            return
        jpeg = small_photo(raw)
        if not jpeg:
            about = Refused(Reason.NOT_A_PICTURE, {"bytes": len(raw)})
            self.say(words.say(about, now_ms=self._now_ms).sentence)
            return
        self.say("")
        self._photos.append(jpeg)
        self._thumbnails.show_photos(self._photos)
        self._thumbnails.show()
        self._add.set_text(f"照片 {len(self._photos)} 张")
        self._show()


def _about(line: FoundLine, now_ms: int) -> str:
    out = sum(handing.pieces for handing in line.lot.handings)
    where = f"{words.clock(line.last_ms, now_ms=now_ms)} 取走 {out} 件" if out else "还没取走"
    return f"{line.who} · {where} · {line.platform_name}"


def _most(line: FoundLine, now_ms: int) -> int:
    """The most pieces that any reason allows now."""
    offers = [rules.offer(line.lot, why, now_ms=now_ms) for why in WHYS]
    return max((offer.pieces for offer in offers if not isinstance(offer, Refused)), default=1)


def _yuan_text(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _fen_of(text: str) -> int:
    """Yuan as typed, in fen; what is no amount is nothing."""
    whole, _, part = text.replace("。", ".").replace(",", ".").strip().partition(".")
    if not (whole + part).isdecimal() or len(whole) > 7:
        return 0
    return int(whole or 0) * 100 + half_up(int((part + "000")[:3]), 10)
