"""Photos for a claim: really a picture, upright, without where it was taken, and small enough to keep and send."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter

from app.aftersales.rules import Reason
from app.domain.refusals import Refused, refused

LONGEST_SIDE = 1600
LARGEST_BYTES = 300_000
LARGEST_FILE = 40_000_000
KINDS = frozenset({b"jpeg", b"jpg", b"png", b"webp"})
QUALITIES = (85, 75, 65, 50)


def fit_photo(raw: bytes) -> bytes | Refused:
    """JPEG bytes of a JPEG, PNG or WebP file: at most 1600 pixels a side and 300 kB, no metadata."""
    image = _read(raw)
    if image is None:
        return refused(Reason.NOT_A_PICTURE, bytes=len(raw))
    side = LONGEST_SIDE
    while True:
        small = _on_white(_within(image, side))
        for quality in QUALITIES:
            jpeg = image_file(small, "JPEG", quality)
            if len(jpeg) <= LARGEST_BYTES:
                return jpeg
        side = side * 3 // 4


def _read(raw: bytes) -> QImage | None:
    if not 0 < len(raw) <= LARGEST_FILE:
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(raw))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    if bytes(reader.format().data()) not in KINDS:
        return None
    reader.setAutoTransform(True)
    wanted = reader.size()
    if max(wanted.width(), wanted.height()) > 2 * LONGEST_SIDE:
        # Decoding straight to a smaller size keeps a phone's 50 megapixels out of memory.
        reader.setScaledSize(wanted.scaled(_DECODED, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return None if image.isNull() else image


_DECODED = QSize(2 * LONGEST_SIDE, 2 * LONGEST_SIDE)


def _within(image: QImage, side: int) -> QImage:
    if max(image.width(), image.height()) <= side:
        return image
    return image.scaled(
        side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


def _on_white(image: QImage) -> QImage:
    plain = QImage(image.size(), QImage.Format.Format_RGB32)
    plain.fill(QColor(Qt.GlobalColor.white))
    painter = QPainter(plain)
    painter.drawImage(0, 0, image)
    painter.end()
    return plain


def image_file(image: QImage, form: str, quality: int = -1) -> bytes:
    """An image as the bytes of a file, ``JPEG`` or ``PNG``; quality 0–100, -1 is the format's own."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, form, quality)  # type: ignore[call-overload]
    return bytes(buffer.data().data())
