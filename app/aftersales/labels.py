"""The label of a return bag, drawn whole as a black-and-white picture of 60 × 40 mm at 203 dpi."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import zxingcpp
from PySide6.QtCore import QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFont, QGuiApplication, QImage, QPageSize, QPainter, QPdfWriter

from app.domain.clock import moment

DOTS_PER_MM = 8
WIDTH_MM, HEIGHT_MM = 60, 40


@dataclass(frozen=True, slots=True)
class BagLabel:
    """What a bag's label says; ``opened_ms`` in ms, ``pieces`` 0 while the bag is still filled."""

    bag: str
    shop: str
    opened_ms: int
    pieces: int = 0


class LabelOutput(Protocol):
    """Where labels go: a file today, a label printer where one is connected."""

    def put_out(self, label: BagLabel) -> str:
        """Print or save a label; returns what to tell the clerk, raises ``OSError`` where it cannot."""


class LabelFiles:
    """Saves labels as PDF files of their true size, to be printed from any viewer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put_out(self, label: BagLabel) -> str:
        """Save the label; returns the path of its file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{label.bag}.pdf"
        save_label(label, path)
        return str(path)


def save_label(label: BagLabel, path: Path) -> None:
    """Write a label as a one-page PDF of 60 × 40 mm; raises ``OSError``."""
    page = QPdfWriter(str(path))
    page.setPageSize(QPageSize(QSizeF(WIDTH_MM, HEIGHT_MM), QPageSize.Unit.Millimeter))
    page.setPageMargins(QMarginsF(0, 0, 0, 0))
    page.setTitle(label.bag)
    painter = QPainter()
    if not painter.begin(page):
        raise OSError(f"cannot write {path}")
    painter.drawImage(QRectF(0, 0, page.width(), page.height()), draw_label(label))
    painter.end()


def draw_label(label: BagLabel) -> QImage:
    """The label as a 1-bit picture, 480 × 320 dots: both codes, the bag's code in large letters, shop and date."""
    image = QImage(WIDTH_MM * DOTS_PER_MM, HEIGHT_MM * DOTS_PER_MM, QImage.Format.Format_Grayscale8)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setPen(Qt.GlobalColor.black)
    _words(painter, QRectF(24, 14, 300, 40), label.shop, size=26)
    _words(painter, QRectF(24, 56, 300, 36), "退货袋", size=28, bold=True)
    _words(painter, QRectF(24, 96, 300, 30), _when(label), size=22)
    _paint_code(painter, QRectF(336, 14, 120, 120), code_picture(label.bag, zxingcpp.BarcodeFormat.QRCode))
    _paint_code(painter, QRectF(24, 146, 432, 96), code_picture(label.bag, zxingcpp.BarcodeFormat.Code128))
    painter.setFont(_font(46, bold=True))
    painter.drawText(QRectF(12, 250, 456, 60), Qt.AlignmentFlag.AlignCenter, label.bag)
    painter.end()
    return image.convertToFormat(QImage.Format.Format_Mono, Qt.ImageConversionFlag.ThresholdDither)


def _when(label: BagLabel) -> str:
    opened = f"{moment(label.opened_ms):%Y-%m-%d %H:%M}"
    return f"{opened} · {label.pieces} 件" if label.pieces else opened


def _words(painter: QPainter, box: QRectF, text: str, *, size: int, bold: bool = False) -> None:
    painter.setFont(_font(size, bold=bold))
    words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, round(box.width()))
    painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)


def _font(size: int, *, bold: bool = False) -> QFont:
    font = QFont(QGuiApplication.font())
    font.setPixelSize(size)
    font.setBold(bold)
    return font


def code_picture(text: str, kind: zxingcpp.BarcodeFormat) -> QImage:
    """A code without its margin, one dot a module; the label leaves the quiet zone around it white."""
    made: Any = zxingcpp.create_barcode(text, kind).to_image(scale=1, add_quiet_zones=False)
    rows, columns = made.shape
    return QImage(bytes(memoryview(made)), columns, rows, columns, QImage.Format.Format_Grayscale8).copy()


def _paint_code(painter: QPainter, box: QRectF, code: QImage) -> None:
    """Draw a code in whole dots a module, centred, so that a printer keeps every bar as wide as it should be."""
    across = max(1, int(box.width()) // code.width())
    square = code.height() > 1 and code.width() == code.height()
    height = code.height() * across if square else int(box.height())
    left = box.left() + (int(box.width()) - code.width() * across) // 2
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
    painter.drawImage(QRectF(left, box.top(), code.width() * across, height), code)
