"""Labels of shelf slots: the slot in very large letters, its code, and whose goods stand there by phone tails only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import zxingcpp
from PySide6.QtCore import QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFont, QGuiApplication, QImage, QPageSize, QPainter, QPdfWriter

from app.domain.slots import label_code

DOTS_PER_MM = 8
WIDTH_MM, HEIGHT_MM = 60, 40
MOST_TAILS = 6


@dataclass(frozen=True, slots=True)
class SlotLabel:
    """What a slot's label says; `tails` are phone tails, nothing else of a person is printed."""

    slot: str
    tails: tuple[str, ...] = ()


class LabelOutput(Protocol):
    """Where labels go: a file today, a label printer where one is connected."""

    def put_out(self, labels: Sequence[SlotLabel]) -> str:
        """Print or save labels; returns what to tell the clerk, raises `OSError` where it cannot."""


class LabelFile:
    """Saves labels as one PDF of their true size, to be printed from any viewer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put_out(self, labels: Sequence[SlotLabel]) -> str:
        """Save the labels, a page each; returns the path of the file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "货位标签.pdf"
        save_labels(labels, path)
        return str(path)


def save_labels(labels: Sequence[SlotLabel], path: Path) -> None:
    """Write labels as a PDF with pages of 60 × 40 mm; raises `OSError`."""
    page = QPdfWriter(str(path))
    page.setPageSize(QPageSize(QSizeF(WIDTH_MM, HEIGHT_MM), QPageSize.Unit.Millimeter))
    page.setPageMargins(QMarginsF(0, 0, 0, 0))
    page.setTitle("货位标签")
    painter = QPainter()
    if not painter.begin(page):
        raise OSError(f"cannot write {path}")
    for at, label in enumerate(labels):
        if at:
            page.newPage()
        painter.drawImage(QRectF(0, 0, page.width(), page.height()), draw_label(label))
    painter.end()


def draw_label(label: SlotLabel) -> QImage:
    """The label as a 1-bit picture of 480 × 320 dots, for a printer of 203 dpi."""
    image = QImage(WIDTH_MM * DOTS_PER_MM, HEIGHT_MM * DOTS_PER_MM, QImage.Format.Format_Grayscale8)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setPen(Qt.GlobalColor.black)
    painter.setFont(_font(112))
    painter.drawText(QRectF(12, 4, 456, 124), Qt.AlignmentFlag.AlignCenter, label.slot)
    _paint_code(painter, QRectF(24, 136, 432, 92), label_code(label.slot))
    painter.setFont(_font(34))
    painter.drawText(QRectF(16, 240, 448, 72), Qt.AlignmentFlag.AlignCenter, _tails(label.tails))
    painter.end()
    return image.convertToFormat(QImage.Format.Format_Mono, Qt.ImageConversionFlag.ThresholdDither)


def _tails(tails: Sequence[str]) -> str:
    shown = list(tails[:MOST_TAILS])
    more = "…" if len(tails) > MOST_TAILS else ""
    return "\n".join(" ".join(shown[at : at + 3]) for at in range(0, len(shown), 3)) + more


def _font(size: int) -> QFont:
    font = QFont(QGuiApplication.font())
    font.setPixelSize(size)
    font.setBold(True)
    return font


def _paint_code(painter: QPainter, box: QRectF, text: str) -> None:
    """Code 128 in whole dots a module, so that a printer keeps every bar as wide as it should be."""
    made: Any = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128).to_image(
        scale=1, add_quiet_zones=False
    )
    rows, columns = made.shape
    code = QImage(bytes(memoryview(made)), columns, rows, columns, QImage.Format.Format_Grayscale8).copy()
    across = max(1, int(box.width()) // code.width())
    left = box.left() + (int(box.width()) - code.width() * across) // 2
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
    painter.drawImage(QRectF(left, box.top(), code.width() * across, box.height()), code)
