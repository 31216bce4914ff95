"""Attach a photo: from whatever takes photos here, checked, made small and stripped of where it was taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFileDialog, QSizePolicy, QWidget

from app.domain.answers import Tone
from app.ui import tokens
from app.ui.buttons import ActionButton, Weight
from app.ui.panels import paint_state
from app.ui.shapes import Glyph, sized
from app.ui.sheet import Sheet
from app.ui.signature import image_bytes

_LONGEST_SIDE: Final = 1600
_DECODED: Final = QSize(2 * _LONGEST_SIDE, 2 * _LONGEST_SIDE)
_LARGEST_FILE: Final = 40_000_000
_KINDS: Final = frozenset({b"jpeg", b"jpg", b"png", b"webp", b"bmp"})
_QUALITIES: Final = (85, 75, 65, 50)
LARGEST_PHOTO: Final = 300_000
"""No picture that is kept has more bytes than this."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo ready to keep: JPEG bytes without metadata, at most 1600 pixels a side and 300 kB."""

    jpeg: bytes
    width: int
    height: int


class Camera(Protocol):
    """Whatever yields the bytes of an image file: a file picker, a webcam, a paper fake."""

    def photograph(self, over: QWidget, then: Callable[[bytes], None]) -> None:
        """Have a photo taken; `then(bytes)` if there is one, nothing where the user gave up."""


class FileCamera:
    """Takes photos from files: a phone's, copied to the PC."""

    def photograph(self, over: QWidget, then: Callable[[bytes], None]) -> None:
        """Let the user pick a file; an unreadable one arrives as b""."""
        name, _ = QFileDialog.getOpenFileName(over, "选择照片", "", "照片 (*.jpg *.jpeg *.png *.bmp *.webp)")
        if name:
            then(read_file(Path(name)))


def read_file(path: Path) -> bytes:
    """The bytes of a photo's file, b"" where it cannot be read or is far too large to be a photo."""
    try:
        return path.read_bytes() if path.stat().st_size <= _LARGEST_FILE else b""
    except OSError:
        return b""


def photo_of(raw: bytes) -> Photo | None:
    """A photo from the bytes of an image file, upright and small; None where they are no picture."""
    image = _read(raw)
    if image is None:
        return None
    side = _LONGEST_SIDE
    while True:
        small = _on_white(_within(image, side))
        for quality in _QUALITIES:
            jpeg = image_bytes(small, "JPEG", quality)
            if len(jpeg) <= LARGEST_PHOTO:
                return Photo(jpeg, small.width(), small.height())
        side = side * 3 // 4


def small_photo(raw: bytes) -> bytes:
    """The JPEG of a photo, b"" where the bytes are no picture."""
    photo = photo_of(raw)
    return photo.jpeg if photo else b""


def _read(raw: bytes) -> QImage | None:
    if not 0 < len(raw) <= _LARGEST_FILE:
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(raw))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    if bytes(reader.format().data()) not in _KINDS:
        return None
    reader.setAutoTransform(True)
    wanted = reader.size()
    if max(wanted.width(), wanted.height()) > 2 * _LONGEST_SIDE:
        # Decoding straight to a smaller size keeps a phone's 50 megapixels out of memory.
        reader.setScaledSize(wanted.scaled(_DECODED, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return None if image.isNull() else image


def _within(image: QImage, side: int) -> QImage:
    if max(image.width(), image.height()) <= side:
        return image
    return image.scaled(
        side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


def _on_white(image: QImage) -> QImage:
    plain = QImage(image.size(), QImage.Format.Format_RGB32)
    plain.fill(QColor(tokens.WHITE))
    painter = QPainter(plain)
    painter.drawImage(0, 0, image)
    painter.end()
    return plain


class PhotoView(QWidget):
    """Shows a photo whole, or says that there is none yet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("照片预览")

    def show_photo(self, photo: Photo | None) -> None:
        """Show another photo."""
        self._image = QImage() if photo is None else QImage.fromData(QByteArray(photo.jpeg))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sized(self, 560), sized(self, 300))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(tokens.LINE), 1))
        painter.setBrush(QColor(tokens.PAPER))
        painter.drawRoundedRect(frame, 12, 12)
        if self._image.isNull():
            advice = "拍清楚商品和标签，一张就够。"
            paint_state(
                painter, frame, self, glyph=Glyph.CAMERA, sentence="还没有照片", advice=advice, tone=Tone.INFO
            )
            return
        clip = QPainterPath()
        clip.addRoundedRect(frame, 12, 12)
        painter.setClipPath(clip)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self._image.size().scaled(frame.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        painter.drawImage(QRectF(left, top, size.width(), size.height()), self._image)


class PhotoSheet(Sheet):
    """Asks for a photo and shows it before it is kept."""

    def __init__(self, title: str, camera: Camera, *, sentence: str = "") -> None:
        super().__init__(title, sentence=sentence, yes="用这张", width=680)
        self._photo: Photo | None = None
        self._camera = camera
        self._view = PhotoView()
        self._take = ActionButton("选择照片", glyph=Glyph.CAMERA, weight=Weight.PLAIN)
        self._take.clicked.connect(self.take)
        self.body.addWidget(self._view, 1)
        self.body.addWidget(self._take)

    def take(self) -> None:
        """Have a photo taken."""
        self._camera.photograph(self, self._look_at)

    def primary(self) -> QWidget:
        return self._take

    def result(self) -> Photo | None:
        return self._photo

    def _look_at(self, raw: bytes) -> None:
        photo = photo_of(raw)
        self.say("" if photo else "这个文件不是照片，或者打不开。请换一张。")
        if photo is not None:
            self._photo = photo
            self._view.show_photo(photo)
            self._take.set_text("换一张")
            self.yes.setEnabled(True)
            self.yes.setFocus()


def ask_photo(
    over: QWidget, *, title: str, camera: Camera, then: Callable[[Photo], None], sentence: str = ""
) -> PhotoSheet:
    """Ask for a photo; `then(Photo)`."""
    sheet = PhotoSheet(title, camera, sentence=sentence)
    sheet.done.connect(then)
    sheet.open_over(over)
    return sheet
