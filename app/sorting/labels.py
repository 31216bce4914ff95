"""Labels of crates: the slot very large, the route, the point and the code; on any printer, or as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import zxingcpp
from PySide6.QtCore import QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFont, QGuiApplication, QImage, QPagedPaintDevice, QPageSize, QPainter, QPdfWriter

DOTS_PER_MM = 8
LABEL_MM = (70, 42)
ACROSS, DOWN = 3, 7
"""So many labels on a sheet of A4, without margins: 70 × 42.4 mm each."""
A4_MM = (210, 297)


class Paper(StrEnum):
    """On what labels are printed."""

    LABELS = "labels"
    A4 = "a4"


@dataclass(frozen=True, slots=True)
class CrateLabel:
    """What a crate's label says; an empty slot is a fresh label for any crate."""

    crate: str
    slot: str = ""
    route: str = ""
    name: str = ""
    zone: str = ""
    day: str = ""


class LabelOutput(Protocol):
    """Where labels go."""

    def printers(self) -> list[str]:
        """The printers of this machine, the usual one first."""
        ...

    def put_out(self, labels: Sequence[CrateLabel], *, printer: str, paper: Paper) -> str:
        """Print, or with no printer save; returns what to tell, raises `OSError` where it cannot."""
        ...


class QtLabels:
    """Prints through Qt on any printer of the machine, or saves a PDF of the true size into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def printers(self) -> list[str]:
        """The printers that the system knows, the usual one first."""
        from PySide6.QtPrintSupport import QPrinterInfo

        usual = QPrinterInfo.defaultPrinterName()
        names = [name for name in QPrinterInfo.availablePrinterNames() if name != usual]
        return [usual, *names] if usual else names

    def put_out(self, labels: Sequence[CrateLabel], *, printer: str, paper: Paper) -> str:
        """Print on the named printer, or save as PDF where none is named; raises `OSError`."""
        if printer:
            return self._print(labels, printer, paper)
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "筐标签.pdf"
        page = QPdfWriter(str(path))
        page.setTitle("筐标签")
        paint_labels(page, labels, paper)
        return f"存在 {path}，打开就能打印"

    def _print(self, labels: Sequence[CrateLabel], printer: str, paper: Paper) -> str:
        from PySide6.QtPrintSupport import QPrinter

        device = QPrinter(QPrinter.PrinterMode.HighResolution)
        device.setPrinterName(printer)
        device.setDocName("筐标签")
        device.setFullPage(True)
        paint_labels(device, labels, paper)
        return f"已送到打印机 {printer}"


def paint_labels(device: QPagedPaintDevice, labels: Sequence[CrateLabel], paper: Paper) -> None:
    """Paint labels on the pages of a printer or a PDF; raises `OSError` where it takes none."""
    size = A4_MM if paper is Paper.A4 else LABEL_MM
    device.setPageSize(QPageSize(QSizeF(*size), QPageSize.Unit.Millimeter))
    device.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter()
    if not painter.begin(device):
        raise OSError("the printer takes nothing")
    dots = device.width() / size[0]
    for at, label in enumerate(labels):
        on_page = at % (ACROSS * DOWN) if paper is Paper.A4 else 0
        if at and not on_page:
            device.newPage()
        painter.drawImage(_place(on_page, paper, dots), draw_label(label))
    if not painter.end():
        raise OSError("the labels were not written")


def _place(at: int, paper: Paper, dots: float) -> QRectF:
    """Where a label lies on its page, in the device's dots."""
    if paper is Paper.LABELS:
        return QRectF(0, 0, LABEL_MM[0] * dots, LABEL_MM[1] * dots)
    wide, high = A4_MM[0] / ACROSS, A4_MM[1] / DOWN
    down, across = divmod(at, ACROSS)
    return QRectF(across * wide * dots, down * high * dots, LABEL_MM[0] * dots, LABEL_MM[1] * dots)


def draw_label(label: CrateLabel) -> QImage:
    """The label as a 1-bit picture of 560 × 336 dots, for a printer of 203 dpi."""
    image = QImage(LABEL_MM[0] * DOTS_PER_MM, LABEL_MM[1] * DOTS_PER_MM, QImage.Format.Format_Grayscale8)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setPen(Qt.GlobalColor.black)
    _paint_head(painter, label)
    painter.setFont(_font(30))
    name = painter.fontMetrics().elidedText(label.name, Qt.TextElideMode.ElideRight, 520)
    painter.drawText(QRectF(20, 140, 520, 40), Qt.AlignmentFlag.AlignVCenter, name)
    _paint_code(painter, QRectF(20, 188, 520, 96), label.crate)
    painter.setFont(_font(30))
    painter.drawText(QRectF(20, 288, 520, 40), Qt.AlignmentFlag.AlignCenter, label.crate)
    painter.end()
    return image.convertToFormat(QImage.Format.Format_Mono, Qt.ImageConversionFlag.ThresholdDither)


def _paint_head(painter: QPainter, label: CrateLabel) -> None:
    """The slot, and at the right the route over zone and day; a fresh label says that it is one."""
    painter.setFont(_font(116))
    middle = Qt.AlignmentFlag.AlignVCenter
    if not label.slot:
        painter.setFont(_font(64))
        painter.drawText(QRectF(20, 12, 520, 120), middle, "空白筐标签")
        return
    painter.drawText(QRectF(16, 4, 380, 132), middle, label.slot)
    right = Qt.AlignmentFlag.AlignRight | middle
    painter.setFont(_font(58))
    painter.drawText(QRectF(340, 8, 200, 66), right, label.route)
    painter.setFont(_font(34))
    painter.drawText(QRectF(340, 78, 200, 48), right, f"{label.zone} {label.day}".strip())


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
