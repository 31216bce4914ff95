"""The board as a table: every number of every route, for whoever wants to read more than a cell tells."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.ui.rows import Column
from app.waveboard import words
from app.waveboard.pieces import Cell

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def columns() -> tuple[Column[Cell], ...]:
    """A route's pieces, then its crates, then how it stands."""
    return (
        Column("车位", lambda cell: cell[0].dock, width=76, strong=1),
        Column("线路", lambda cell: cell[0].route),
        Column("分好", lambda cell: str(cell[0].done), width=78, align=_RIGHT),
        Column("还剩", lambda cell: str(cell[0].left or ""), width=78, align=_RIGHT, strong=1),
        Column("短少", lambda cell: str(cell[0].short or ""), width=78, align=_RIGHT),
        Column("筐", lambda cell: str(cell[0].crates or ""), width=64, align=_RIGHT, gives_way=1),
        Column("已封", lambda cell: str(cell[0].sealed or ""), width=78, align=_RIGHT, gives_way=2),
        Column("已装", lambda cell: str(cell[0].aboard or ""), width=78, align=_RIGHT, gives_way=3),
        Column(
            "状态", lambda cell: words.state(*cell)[0], width=140, tone=lambda cell: words.state(*cell)[1]
        ),
    )
