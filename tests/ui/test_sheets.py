"""Signing and photos: real strokes, real image bytes, and what is no picture is said to be none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.ui.buttons import Choice
from app.ui.photo import Photo, ask_photo, photo_of, read_file
from app.ui.sheet import Sheet, sheet_over
from app.ui.signature import Signature, SignaturePad, ask_signature, image_bytes, signature_of
from app.ui.window import CounterWindow


def picture(width: int, height: int) -> bytes:
    """The bytes of a grey PNG."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.gray)
    return image_bytes(image, "PNG")


class PaperCamera:
    """Hands out the photos it was loaded with."""

    def __init__(self, *photos: bytes) -> None:
        self._photos = list(photos)

    def photograph(self, over: QWidget, then: Callable[[bytes], None]) -> None:
        assert over.isVisible()
        then(self._photos.pop(0))


def test_a_signature_is_drawn_and_accepted(window: CounterWindow) -> None:
    signed: list[Signature] = []
    sheet = ask_signature(window, title="司机签字", then=signed.append)
    sheet.accept()
    assert signed == []
    pad = sheet.findChild(SignaturePad)
    assert isinstance(pad, SignaturePad)
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    QTest.mouseMove(pad, QPoint(120, 80))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(120, 80))
    sheet.accept()
    assert len(signed) == 1
    image = QImage.fromData(QByteArray(signed[0].png))
    assert (image.width(), image.height()) == (800, 320)
    assert all(0 <= share <= 1 for stroke in signed[0].strokes for point in stroke for share in point)


def test_a_choice_that_is_a_sheets_first_thing_answers_to_arrows(window: CounterWindow) -> None:
    choice = Choice("什么时候算放好", ("扫了件码就算", "还要扫筐才算"))
    sheet = Sheet("怎么分")
    sheet.body.addWidget(choice)
    sheet.open_over(window)
    choice.setFocus()
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Right)
    assert choice.text() == "还要扫筐才算"


def test_a_signatures_picture_shows_its_strokes() -> None:
    image = QImage.fromData(QByteArray(signature_of((((0.1, 0.5), (0.9, 0.5)),)).png))
    assert image.pixelColor(400, 160).lightness() < 60
    assert image.pixelColor(400, 20).lightness() == 255


def test_a_photo_is_looked_at_before_it_is_kept(window: CounterWindow) -> None:
    kept: list[Photo] = []
    sheet = ask_photo(window, title="拍下破损", camera=PaperCamera(picture(400, 300)), then=kept.append)
    sheet.accept()
    assert kept == []
    sheet.take()
    sheet.accept()
    assert [(photo.width, photo.height) for photo in kept] == [(400, 300)]
    assert kept[0].jpeg.startswith(b"\xff\xd8")


def test_what_is_no_picture_is_said_and_the_sheet_stays(window: CounterWindow) -> None:
    kept: list[Photo] = []
    sheet = ask_photo(
        window, title="拍下破损", camera=PaperCamera(b"MZ\x90 not a photo", b""), then=kept.append
    )
    for _ in range(2):
        sheet.take()
        sheet.accept()
    assert kept == []
    assert sheet_over(window) is sheet


def test_a_large_photo_is_made_small() -> None:
    photo = photo_of(picture(4000, 1000))
    assert photo is not None
    assert (photo.width, photo.height) == (1600, 400)


@pytest.mark.parametrize("raw", [b"", b"\x89PNG\r\n\x1a\n broken", b"<html>"])
def test_broken_bytes_are_no_photo(raw: bytes) -> None:
    assert photo_of(raw) is None


def test_a_file_that_cannot_be_read_is_no_photo(tmp_path: Path) -> None:
    assert read_file(tmp_path / "none.jpg") == b""
    assert read_file(tmp_path) == b""
