"""The columns of the hand-over page's four lists."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.handover import words
from app.handover.queries import HolderRow, RunRow, ShortRow
from app.ui.rows import Column, RowsModel
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
HIDDEN = "—"
"""A van's number is not shown before its driver has counted."""


class Timed:
    """The time at which a list was read; its columns need it to say how long something is out."""

    def __init__(self) -> None:
        self.now_ms = 0


def runs_model() -> RowsModel[RunRow]:
    """Vans to hand over."""
    return RowsModel(
        (
            Column("道口", lambda row: row.dock, width=84, strong=1),
            Column("线路", lambda row: row.route, width=90, strong=1),
            Column("司机", lambda row: f"{row.driver}　{row.plate}"),
            Column("出车", lambda row: words.hour_text(row.leaves_ms), width=84, gives_way=3),
            Column("签收", lambda row: words.load_text(row.load) if row.handed_ms else HIDDEN, width=190),
            Column("回执", _answered, width=100, align=RIGHT, gives_way=2),
            Column(
                "状态",
                lambda row: words.run_state(row)[0],
                width=158,
                tone=lambda row: words.run_state(row)[1],
            ),
        ),
        key=lambda row: row.run,
    )


def _answered(row: RunRow) -> str:
    return f"{row.answered}/{row.points} 站" if row.handed_ms else ""


def backs_model() -> RowsModel[RunRow]:
    """Drivers on their way, and those who are back."""
    return RowsModel(
        (
            Column("司机", lambda row: row.driver, strong=1),
            Column("线路", lambda row: f"{row.dock}　{row.route}", width=140),
            Column("交车", lambda row: words.clock_text(row.handed_ms), width=170, gives_way=2),
            Column("带出去", lambda row: words.load_text(row.load), width=200, gives_way=1),
            Column(
                "回站",
                lambda row: words.back_state(row)[0],
                width=150,
                tone=lambda row: words.back_state(row)[1],
            ),
        ),
        key=lambda row: row.run,
    )


def holders_model(time: Timed) -> RowsModel[HolderRow]:
    """Who has returnable things."""
    return RowsModel(
        (
            Column("在谁那里", lambda row: row.name, strong=1),
            Column("", _kind, width=100, gives_way=2),
            Column("周转筐", lambda row: str(row.crates), width=100, align=RIGHT),
            Column("冷藏箱", lambda row: str(row.boxes), width=100, align=RIGHT),
            Column("托盘", lambda row: str(row.pallets), width=84, align=RIGHT, gives_way=1),
            Column(
                "最久",
                lambda row: words.age_state(row, now_ms=time.now_ms)[0],
                width=130,
                tone=lambda row: words.age_state(row, now_ms=time.now_ms)[1],
            ),
        ),
        key=lambda row: row.holder,
    )


def _kind(row: HolderRow) -> str:
    return "自提点" if row.holder.startswith("point:") else "司机"


def shorts_model() -> RowsModel[ShortRow]:
    """Shortages with the counts of all links."""
    return RowsModel(
        (
            Column("商品", lambda row: row.product, strong=1),
            Column("自提点", lambda row: row.name, width=230, gives_way=1),
            Column("少", lambda row: f"{row.pieces} 件", width=84, align=RIGHT),
            Column("报→卸→装→签→收", lambda row: words.chain_text(row.chain), width=190),
            Column(
                "责任",
                lambda row: words.blame_state(row)[0],
                width=170,
                tone=lambda row: words.blame_state(row)[1],
            ),
        ),
        key=lambda row: row.lot,
    )


def views(
    runs: RowsModel[RunRow],
    backs: RowsModel[RunRow],
    holders: RowsModel[HolderRow],
    shorts: RowsModel[ShortRow],
) -> tuple[RowsView, RowsView, RowsView, RowsView]:
    """The four lists, each with what it says while it is empty."""
    made = (
        RowsView("要交接的车", runs),
        RowsView("回站的司机", backs),
        RowsView("周转物台账", holders),
        RowsView("短少", shorts),
    )
    empty = (
        ("今晚还没有车", "装车页排好车次、关好车门，车就到这里来。", Glyph.TRUCK),
        ("没有在路上的车", "交接过的车在这里等司机回来。", Glyph.BACK),
        ("没有欠着的筐", "交车时记到司机名下，回站时还回来。", Glyph.BOX),
        ("没有短少", "卸车、分拣、自提点回执里少的货，会列在这里。", Glyph.CHECK),
    )
    for view, (sentence, advice, glyph) in zip(made, empty, strict=True):
        view.say_when_empty(sentence, advice, glyph=glyph)
    return made
