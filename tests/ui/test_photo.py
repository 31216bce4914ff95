"""A photo of any usual kind becomes a small JPEG; what is no picture is no photo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColor, QImage, QPainter

from app.ui.photo import LARGEST_PHOTO, photo_of, small_photo
from app.ui.signature import image_bytes

pytestmark = [pytest.mark.usefixtures("qapp"), pytest.mark.qt_log_ignore("JPEG data")]


def noise(width: int, height: int) -> QImage:
    """A picture that compresses badly."""
    small = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(small)
    for number in range(0, width * height, 97):
        colour = QColor.fromHsv(number * 37 % 360, 200 + number % 55, number * 13 % 256)
        painter.fillRect(number % width, number // width, 9, 3, colour)
    painter.end()
    return small


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_large_photo_becomes_small(form: str) -> None:
    found = small_photo(image_bytes(noise(2400, 1800), form))
    assert 0 < len(found) <= LARGEST_PHOTO
    assert found.startswith(b"\xff\xd8")
    picture = QImage.fromData(QByteArray(found))
    assert max(picture.width(), picture.height()) <= 1600
    assert abs(picture.width() / picture.height() - 4 / 3) < 0.01


def test_a_small_photo_keeps_its_size() -> None:
    found = photo_of(image_bytes(noise(96, 72), "PNG"))
    assert found is not None
    assert QImage.fromData(QByteArray(found.jpeg)).width() == found.width == 96


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"\xff\xd8\xff\xe0" + b"\0" * 50,
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a\x01\x00\x01\x00",
        b"<svg/>" * 20,
    ],
    ids=["empty", "text", "broken jpeg", "broken png", "gif", "svg"],
)
def test_bytes_that_are_no_picture_are_no_photo(raw: bytes) -> None:
    assert photo_of(raw) is None
    assert small_photo(raw) == b""


def test_half_a_picture_is_no_photo() -> None:
    whole = image_bytes(noise(400, 300), "PNG")
    assert photo_of(whole[: len(whole) // 3]) is None
