"""The board on a second screen, read from five metres: everything is drawn in proportion to the window's height."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QCloseEvent, QColor, QFont, QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.domain.answers import Tone
from app.ui import tokens
from app.ui.shapes import draw_tone
from app.waveboard import words
from app.waveboard.pieces import LEFT, RIGHT, Cell, FinishLine, draw_bar, write
from app.waveboard.queries import Board
from app.waveboard.rules import next_steps

LINES = 1080
"""All measures are in lines of a screen of this height."""
CENTRE = Qt.AlignmentFlag.AlignCenter


class BigBoard(QWidget):
    """A window of its own; Esc or a click of the button again closes it. `closed()` comes when it has gone."""

    closed = Signal()

    def __init__(self, station: str) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setWindowTitle(f"看板 · {station}")
        self._station = station
        self._board: Board | None = None
        self.resize(1280, 720)

    def open_beside(self, window: QWidget) -> None:
        """Fill the screen on which the counter is not; on the only screen be an ordinary window."""
        others = [screen for screen in QGuiApplication.screens() if screen is not window.screen()]
        if others:
            self.setGeometry(others[0].geometry())
            self.showFullScreen()
        else:
            self.show()

    def show_board(self, board: Board) -> None:
        """Show another look."""
        self._board = board
        caption, at, band = words.finish_words(board)
        self.setAccessibleName(f"{caption} {at} {band}，还剩 {board.left} 件，{words.margin(board)}")
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(tokens.PAPER))
        unit = self.height() / LINES
        painter.scale(unit, unit)
        width = self.width() / unit
        if self._board is not None:
            _Drawing(self, painter, self._board, width).draw(self._station)


class _Drawing:
    """One painting of the board, in lines of 1080."""

    def __init__(self, of: QWidget, painter: QPainter, board: Board, width: float) -> None:
        self._painter, self._board, self._width = painter, board, width
        self._family = QFont(of.font())

    def draw(self, station: str) -> None:
        """All of it, from top to bottom."""
        pad = 32.0
        self._head(QRectF(pad, 16, self._width - 2 * pad, 96), station)
        self._numbers(QRectF(pad, 124, self._width - 2 * pad, 250))
        self._routes(QRectF(pad, 390, self._width - 2 * pad, 574))
        self._foot(QRectF(pad, 976, self._width - 2 * pad, 92))

    def _font(self, pixels: int, *, bold: bool = True) -> QFont:
        font = QFont(self._family)
        font.setPixelSize(pixels)
        font.setBold(bold)
        return font

    def _text(
        self, rect: QRectF, text: str, pixels: int, colour: str, flags: Qt.AlignmentFlag = LEFT
    ) -> float:
        """Text in bold; shrinks where it does not fit. How wide it became."""
        font = self._font(pixels)
        self._painter.setFont(font)
        while self._painter.fontMetrics().horizontalAdvance(text) > rect.width() and font.pixelSize() > 24:
            font.setPixelSize(font.pixelSize() - 4)
            self._painter.setFont(font)
        self._painter.setPen(QColor(colour))
        write(self._painter, rect, text, flags)
        return self._painter.fontMetrics().horizontalAdvance(text)

    def _card(self, rect: QRectF, tone: Tone) -> tuple[str, str]:
        """A card in a tone; its inks for loud and quiet words."""
        paint = tokens.TONES[tone]
        calm = tone is Tone.INFO
        self._painter.setPen(QPen(QColor(tokens.LINE if calm else paint.line), 2))
        self._painter.setBrush(QColor(tokens.SURFACE if calm else paint.tint))
        self._painter.drawRoundedRect(rect, 20, 20)
        return (tokens.INK, tokens.MUTED) if calm else (paint.tint_ink, paint.tint_ink)

    def _head(self, rect: QRectF, station: str) -> None:
        self._text(rect.adjusted(0, 0, -320, 0), station, 56, tokens.INK)
        self._text(rect, words.hour(self._board.now_ms), 96, tokens.INK, RIGHT)

    # --- the three numbers ---

    def _numbers(self, rect: QRectF) -> None:
        gap = 20.0
        wide = (rect.width() - 2 * gap) / 10
        finish = QRectF(rect.left(), rect.top(), wide * 5, rect.height())
        left = QRectF(finish.right() + gap, rect.top(), wide * 3, rect.height())
        sure = QRectF(left.right() + gap, rect.top(), wide * 2, rect.height())
        self._finish(finish)
        self._left(left)
        self._sure(sure)

    def _finish(self, rect: QRectF) -> None:
        board = self._board
        tone = words.finish_tone(board)
        ink, quiet = self._card(rect, tone)
        caption, at, band = words.finish_words(board)
        inner = rect.adjusted(32, 16, -32, -16)
        top = QRectF(inner.left(), inner.top(), inner.width(), 48)
        shape = 0.0
        if tone is not Tone.INFO:
            paint = tokens.TONES[tone]
            place = QRectF(top.left(), top.top() + 2, 44, 44)
            draw_tone(self._painter, place, tone, body=paint.fill, mark=paint.ink)
            shape = 58
        said = self._text(top.adjusted(shape, 0, 0, 0), caption, 40, quiet)
        self._text(top.adjusted(shape + said + 24, 0, 0, 0), words.margin(board), 40, ink, RIGHT)
        wide = self._text(QRectF(inner.left(), inner.top() + 48, inner.width() * 0.52, 170), at, 150, ink)
        right = inner.adjusted(wide + 36, 66, 0, 0)
        self._text(QRectF(right.left(), right.top(), right.width(), 56), band, 52, quiet)
        if board.projection is not None:
            line = QRectF(right.left(), right.top() + 70, right.width(), 84)
            FinishLine(board).draw(self._painter, line, self._font(30))

    def _left(self, rect: QRectF) -> None:
        board = self._board
        ink, quiet = self._card(rect, Tone.INFO)
        inner = rect.adjusted(32, 16, -32, -16)
        top = QRectF(inner.left(), inner.top(), inner.width(), 48)
        said = self._text(top, "还没分", 40, quiet)
        self._text(top.adjusted(said + 16, 0, 0, 0), words.pace(board), 40, quiet, RIGHT)
        self._text(QRectF(inner.left(), inner.top() + 48, inner.width(), 140), str(board.left), 130, ink)
        bar = QRectF(inner.left(), inner.bottom() - 24, inner.width(), 22)
        whole = board.done + board.left
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(QColor(tokens.SUNKEN))
        self._painter.drawRoundedRect(bar, 11, 11)
        if whole and board.done:
            self._painter.setBrush(QColor(tokens.BLUE))
            self._painter.drawRoundedRect(
                QRectF(bar.left(), bar.top(), max(22.0, bar.width() * board.done / whole), 22), 11, 11
            )

    def _sure(self, rect: QRectF) -> None:
        board = self._board
        tone = words.finish_tone(board) if board.left else Tone.INFO
        ink, quiet = self._card(rect, tone)
        inner = rect.adjusted(28, 16, -28, -16)
        self._text(QRectF(inner.left(), inner.top(), inner.width(), 48), "准点把握", 40, quiet)
        self._text(QRectF(inner.left(), inner.top() + 60, inner.width(), 140), words.chance(board), 110, ink)

    # --- routes ---

    def _routes(self, rect: QRectF) -> None:
        cells: list[Cell] = list(zip(self._board.routes, self._board.states, strict=True))
        if not cells:
            self._text(rect, "还没有线路", 64, tokens.MUTED, CENTRE)
            return
        columns = _columns(len(cells), rect.width(), rect.height())
        rows = math.ceil(len(cells) / columns)
        gap = 12.0
        wide = (rect.width() - gap * (columns - 1)) / columns
        tall = min(150.0, (rect.height() - gap * (rows - 1)) / rows)
        for at, cell in enumerate(cells):
            row, column = divmod(at, columns)
            place = QRectF(rect.left() + column * (wide + gap), rect.top() + row * (tall + gap), wide, tall)
            self._route(place, cell)

    def _route(self, rect: QRectF, cell: Cell) -> None:
        route, found = cell
        word, tone = words.state(route, found)
        ink, quiet = self._card(rect, tone)
        inner = rect.adjusted(16, 6, -16, -10)
        big = min(68, round(rect.height() * 0.5))
        top = QRectF(inner.left(), inner.top(), inner.width(), rect.height() * 0.52)
        wide = self._text(top.adjusted(0, 0, -inner.width() * 0.4, 0), route.dock or route.route, big, ink)
        if route.left:
            self._text(top.adjusted(wide + 10, 0, 0, 0), str(route.left), big, ink, RIGHT)
        small = min(32, round(rect.height() * 0.24))
        below = QRectF(inner.left(), top.bottom(), inner.width(), rect.height() * 0.28)
        shape = 0.0
        if tone is not Tone.INFO:
            paint = tokens.TONES[tone]
            place = QRectF(below.left(), below.center().y() - small / 2, small, small)
            draw_tone(self._painter, place, tone, body=paint.fill, mark=paint.ink)
            shape = small + 10
        said = self._text(below.adjusted(shape, 0, 0, 0), word, small, quiet)
        if route.short:
            room = below.adjusted(shape + said + 8, 0, 0, 0)
            self._text(room, f"短 {route.short}", small, tokens.TONES[Tone.LOOK].tint_ink, RIGHT)
        draw_bar(self._painter, QRectF(inner.left(), rect.bottom() - 16, inner.width(), 9), route)

    # --- the foot ---

    def _foot(self, rect: QRectF) -> None:
        """Who should help where, else the next step; short pieces and slips at the right."""
        board = self._board
        counts = f"短少 {board.short}　差错 {words.slip_rate(board.slips)}/万件"
        self._painter.setFont(self._font(40))
        room = self._painter.fontMetrics().horizontalAdvance(counts) + 40
        self._text(rect, counts, 40, tokens.INK, RIGHT)
        word, sentence, tone = self._advice()
        paint = tokens.TONES[tone]
        pill = QRectF(rect.left(), rect.top() + 6, rect.width() - room, rect.height() - 12)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(QColor(paint.fill if tone is not Tone.INFO else tokens.SUNKEN))
        self._painter.drawRoundedRect(pill, 20, 20)
        inner = pill.adjusted(28, 0, -28, 0)
        ink = paint.ink if tone is not Tone.INFO else tokens.INK
        wide = self._text(inner.adjusted(0, 0, -inner.width() * 0.3, 0), word, 48, ink)
        self._painter.setFont(self._font(34, bold=False))
        self._painter.setPen(QColor(ink))
        write(self._painter, inner.adjusted(wide + 28, 0, 0, 0), sentence, LEFT)

    def _advice(self) -> tuple[str, str, Tone]:
        board = self._board
        steps = next_steps(board.night)
        if board.help is not None and not any(step.tone is Tone.WRONG for step in steps):
            return (*words.suggestion(board.help), Tone.LOOK)
        if not steps:
            return "都做完了", "车都交给司机了，可以歇一歇。", Tone.OK
        return steps[0].word, steps[0].sentence, steps[0].tone


def _columns(cells: int, width: float, height: float) -> int:
    """Columns at which cells come nearest to twice as wide as tall, and none is lost below the edge."""

    def badness(columns: int) -> tuple[float, int]:
        rows = math.ceil(cells / columns)
        return abs(math.log((width / columns) / (height / rows) / 1.75)), columns

    return min(range(1, cells + 1), key=badness)
