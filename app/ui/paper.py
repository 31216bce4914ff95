"""Sheets of paper as a PDF: A4, a head on every page, tables whose heads are repeated, pictures, signatures, codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol, TypeVar

from PySide6.QtCore import QFile, QIODevice, QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPen,
)

from app.ui import tokens
from app.ui.fonts import counter_font, load_bundled_fonts

DPI: Final = 288
"""Four device units a point, so that measures below are in points."""
UNIT: Final = 4
MARGIN_MM: Final = 15
WIDE: Final = 510.0
TALL: Final = 757.0
HEAD: Final = 58.0
FOOT: Final = 34.0
ROW: Final = 19.0
GUTTER: Final = 14.0
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_ALIGNED: Final = {"l": _LEFT, "r": _RIGHT, "c": Qt.AlignmentFlag.AlignCenter}


class Piece(Protocol):
    """Something printed: its height in points, how it looks, and how it is painted at ``top``."""

    @property
    def look(self) -> str: ...

    @property
    def height(self) -> float: ...

    def paint(self, brush: Brush, top: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Row:
    """One printed line: cells, and how it looks.

    The looks are title, head, row, strong, bold, total, note, small, stop, sign, gap, and page, which begins a new one.
    """

    cells: tuple[str, ...]
    look: str = "row"
    widths: tuple[float, ...] = (1.0,)
    aligned: str = "l"

    @property
    def height(self) -> float:
        """In points."""
        return _HEIGHTS.get(self.look, ROW)

    def paint(self, brush: Brush, top: float) -> None:
        """Cells from left to right, and a rule below where the look has one."""
        size, bold, ink = _LOOKS.get(self.look, (10.0, 0, tokens.INK))
        if self.look == "stop":
            brush.fill(QRectF(0, top + 3, WIDE, self.height - 4), tokens.SUNKEN)
        left = 0.0
        for cell, width, side in zip(self.cells, self.widths, self.aligned, strict=False):
            last = left + WIDE * width > WIDE - 1
            pad = 6.0 if self.look == "stop" else 0.0
            place = QRectF(
                left + pad, top, WIDE * width - (pad if last else GUTTER), self.height + (2 if pad else 0)
            )
            brush.text(place, cell, size, bold=bold, ink=ink, align=_ALIGNED[side])
            left += WIDE * width
        if self.look in ("head", "row", "total"):
            brush.rule(
                top + self.height, tokens.LINE_STRONG if self.look == "head" else tokens.LINE, width=0.5
            )


_HEIGHTS: Final = {
    "title": 30.0,
    "gap": 10.0,
    "head": 21.0,
    "strong": 26.0,
    "small": 13.0,
    "stop": 26.0,
    "page": 0.0,
}
_LOOKS: Final = {
    "title": (12.5, 1, tokens.INK),
    "stop": (10.5, 1, tokens.INK),
    "strong": (15.0, 1, tokens.INK),
    "bold": (10.5, 1, tokens.INK),
    "head": (9.0, 0, tokens.MUTED),
    "note": (9.5, 0, tokens.MUTED),
    "small": (8.0, 0, tokens.MUTED),
    "total": (10.0, 1, tokens.INK),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo in a frame with a line below."""

    image: QImage = field(repr=False)
    caption: str
    wide: float = 300.0
    tall: float = 220.0
    look: str = "picture"

    @property
    def height(self) -> float:
        """As tall as the picture is in its room, and the caption."""
        return self._size().height() + 22

    def _size(self) -> QSizeF:
        return QSizeF(self.image.size()).scaled(self.wide, self.tall, Qt.AspectRatioMode.KeepAspectRatio)

    def paint(self, brush: Brush, top: float) -> None:
        """The picture at the left, framed."""
        size = self._size()
        place = QRectF(0, top + 2, size.width(), size.height())
        brush.image(place, self.image)
        brush.frame(place)
        brush.text(QRectF(0, place.bottom() + 2, WIDE, 14), self.caption, 8.0, ink=tokens.MUTED)


@dataclass(frozen=True, slots=True)
class Signatures:
    """Boxes side by side, each with a name and what was signed on the screen; empty ones are signed by hand."""

    boxes: tuple[tuple[str, QImage | None], ...] = field(repr=False)
    look: str = "signatures"
    height: float = 108.0

    def paint(self, brush: Brush, top: float) -> None:
        """Every box as wide as the others."""
        gap = 16.0
        width = (WIDE - gap * (len(self.boxes) - 1)) / len(self.boxes)
        for at, (name, image) in enumerate(self.boxes):
            left = at * (width + gap)
            brush.text(QRectF(left, top, width, 18), name, 9.5, ink=tokens.MUTED)
            box = QRectF(left, top + 20, width, 80)
            brush.frame(box)
            if image is not None and not image.isNull():
                inside = QSizeF(image.size()).scaled(
                    box.size() - QSizeF(8, 8), Qt.AspectRatioMode.KeepAspectRatio
                )
                place = QRectF(QPointF(0, 0), inside)
                place.moveCenter(box.center())
                brush.image(place, image)


Modules = tuple[tuple[bool, ...], ...]


@dataclass(frozen=True, slots=True)
class Codes:
    """QR codes side by side, four to a row, each with a caption; all modules are of one size."""

    codes: tuple[tuple[str, Modules], ...] = field(repr=False)
    look: str = "codes"
    side: float = 113.0
    quiet: int = 4

    @property
    def height(self) -> float:
        """As many rows as are needed."""
        return -(-len(self.codes) // 4) * (self.side + 20.0)

    def paint(self, brush: Brush, top: float) -> None:
        """Dark modules as black squares: sharp at any printer's resolution."""
        step = (WIDE - self.side) / 3
        for at, (caption, modules) in enumerate(self.codes):
            left, above = at % 4 * step, top + at // 4 * (self.side + 20.0)
            brush.modules(QRectF(left, above, self.side, self.side), modules, quiet=self.quiet)
            below = QRectF(left, above + self.side - 2, self.side, 14)
            brush.text(below, caption, 8.0, align=Qt.AlignmentFlag.AlignCenter, ink=tokens.MUTED)


@dataclass(frozen=True, slots=True)
class Paper:
    """One sheet of as many pages as it needs: head at the left and right, a quiet line below, and what is on it."""

    name: str
    kind: str
    line: str
    rows: Sequence[Piece]


def table(
    title: str, head: Sequence[str], widths: tuple[float, ...], aligned: str, rows: Sequence[Row]
) -> list[Piece]:
    """A titled table; without rows it says so."""
    body = rows or [Row(("没有",), "note")]
    return [Row((title,), "title"), Row(tuple(head), "head", widths, aligned), *body, Row((), "gap")]


def wrapped(text: str, *, look: str = "row", indent: float = 0.0) -> list[Row]:
    """A text of any length as rows that fit the page."""
    size, bold, _ = _LOOKS.get(look, (10.0, 0, tokens.INK))
    font = counter_font(1.0, load_bundled_fonts())
    font.setPixelSize(round(size * 10))
    font.setBold(bool(bold))
    metrics, room = QFontMetricsF(font), (WIDE - indent * WIDE) * 10
    lines, line = [], ""
    for letter in text:
        if line and metrics.horizontalAdvance(line + letter) > room and letter not in "，。；：！？、）”":
            lines.append(line)
            line = ""
        line += letter
    lines.append(line)
    widths = (indent, 1.0 - indent) if indent else (1.0,)
    return [Row(("", said) if indent else (said,), look, widths, "ll") for said in lines]


P = TypeVar("P", bound=Piece)


def paginate(rows: Sequence[P]) -> list[list[P]]:
    """Rows onto pages: a title or head never stands alone at a page's end, and a table's head is repeated.

    A `page` row begins a new page.
    """
    pages: list[list[P]] = [[]]
    left = TALL - HEAD - FOOT
    head: P | None = None
    for at, row in enumerate(rows):
        head = row if row.look == "head" else (None if row.look in _ENDING_A_TABLE else head)
        needed = row.height + sum(next_row.height for next_row in _kept_with(rows, at))
        if (needed > left or row.look == "page") and pages[-1]:
            pages.append([])
            left = TALL - HEAD - FOOT
            if head is not None and row is not head:
                pages[-1].append(head)
                left -= head.height
        if row.look != "page":
            pages[-1].append(row)
            left -= row.height
    return pages


_ENDING_A_TABLE: Final = frozenset({"title", "gap", "page", "picture", "signatures", "codes"})


def _kept_with(rows: Sequence[P], at: int) -> Sequence[P]:
    """What must stand on the same page as a title, a head or a stop's name."""
    keep = {"title": 2, "head": 1, "stop": 2}.get(rows[at].look, 0)
    return rows[at + 1 : at + 1 + keep]


def write_papers(papers: Sequence[Paper], path: Path, *, title: str, made: str) -> Path:
    """Write the sheets into one file, whole or not at all; raises ``OSError``. Returns where it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    out = QFile(str(part))
    if not out.open(QIODevice.OpenModeFlag.WriteOnly):
        raise OSError(out.errorString())
    try:
        _paint(papers, out, title, made)
        failed = not out.flush() or out.error() != QFile.FileError.NoError
    finally:
        out.close()
    if failed:
        part.unlink(missing_ok=True)
        raise OSError(out.errorString())
    part.replace(path)
    return path


def _paint(papers: Sequence[Paper], out: QFile, title: str, made: str) -> None:
    writer = QPdfWriter(out)
    writer.setTitle(title)
    writer.setCreator("格驿")
    writer.setResolution(DPI)
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            margins,
            QPageLayout.Unit.Millimeter,
        )
    )
    painter = QPainter(writer)
    painter.scale(UNIT, UNIT)
    brush, first = Brush(painter, made), 1
    for paper in papers:
        pages = paginate(paper.rows)
        for number, page in enumerate(pages, 1):
            if not first:
                writer.newPage()
            first = 0
            brush.page(paper, page, number=f"第 {number} 页，共 {len(pages)} 页")
    painter.end()


class Brush:
    """Paints pieces onto one page, in points."""

    def __init__(self, painter: QPainter, made: str) -> None:
        self._painter, self._made = painter, made
        self._families = load_bundled_fonts()

    def page(self, paper: Paper, rows: Sequence[Piece], *, number: str) -> None:
        """One page with its head and foot."""
        self._head(paper)
        top = HEAD
        for row in rows:
            row.paint(self, top)
            top += row.height
        self._foot(number)

    def _head(self, paper: Paper) -> None:
        self.text(QRectF(0, 0, WIDE * 0.72, 26), paper.name, 15, bold=1)
        self.text(QRectF(WIDE * 0.5, 0, WIDE * 0.5, 26), paper.kind, 15, bold=1, align=_RIGHT)
        self.text(QRectF(0, 24, WIDE, 18), paper.line, 10, ink=tokens.MUTED)
        self.rule(46, tokens.INK, width=1.0)

    def _foot(self, number: str) -> None:
        top = TALL - 18
        self.rule(top - 3, tokens.LINE, width=0.6)
        self.text(QRectF(0, top, WIDE, 16), self._made, 8.5, ink=tokens.MUTED)
        self.text(QRectF(0, top, WIDE, 16), number, 8.5, ink=tokens.MUTED, align=_RIGHT)

    def text(
        self,
        place: QRectF,
        text: str,
        size: float,
        *,
        bold: int = 0,
        ink: str = tokens.INK,
        align: Qt.AlignmentFlag = _LEFT,
    ) -> None:
        """One line, ending in … where there is no room."""
        painter = self._painter
        painter.setFont(self._font(size, bold))
        painter.setPen(QColor(ink))
        words_that_fit = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, int(place.width())
        )
        painter.drawText(place, align, words_that_fit)

    def rule(self, top: float, colour: str, *, width: float) -> None:
        """A line across the page."""
        self._painter.setPen(QPen(QColor(colour), width))
        self._painter.drawLine(0, round(top), round(WIDE), round(top))

    def fill(self, place: QRectF, colour: str) -> None:
        """A quiet ground."""
        self._painter.fillRect(place, QColor(colour))

    def frame(self, place: QRectF) -> None:
        """A thin frame."""
        self._painter.setPen(QPen(QColor(tokens.LINE_STRONG), 0.6))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawRect(place)

    def image(self, place: QRectF, image: QImage) -> None:
        """A picture into its place."""
        self._painter.drawImage(place, image)

    def modules(self, place: QRectF, modules: Modules, *, quiet: int) -> None:
        """A code with its quiet zone, as a picture of one dot a module that stays sharp at any size."""
        side = place.width() / (len(modules) + 2 * quiet)
        inner = place.adjusted(quiet * side, quiet * side, -quiet * side, -quiet * side)
        self._painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        self._painter.drawImage(inner, _dots(modules))

    def _font(self, size: float, bold: int) -> QFont:
        font = counter_font(1.0, self._families)
        font.setPointSizeF(size * 72 / DPI)  # the painter is scaled by UNIT = DPI / 72
        font.setBold(bool(bold))
        return font


def _dots(modules: Modules) -> QImage:
    """Dark modules as black dots."""
    image = QImage(len(modules), len(modules), QImage.Format.Format_Grayscale8)
    for down, row in enumerate(modules):
        for across, dark in enumerate(row):
            image.setPixel(across, down, 0xFF000000 if dark else 0xFFFFFFFF)
    return image.convertToFormat(QImage.Format.Format_Mono, Qt.ImageConversionFlag.ThresholdDither)
