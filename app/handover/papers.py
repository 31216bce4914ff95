"""The driver's sheet as a PDF: what was signed, what is for each stop, how to load, and the points' lists as codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage

from app.devices.qr import modules
from app.domain.clock import moment
from app.domain.goods import Zone
from app.domain.paper_manifest import Carried, Signed, cut, message_of, pack
from app.handover import queries, words
from app.handover.queries import ListRow, RunRow, SignedRow, StopRow
from app.handover.rules import Asset
from app.store.connection import Reader
from app.store.station_key import fingerprint
from app.ui.paper import Codes, Paper, Piece, Row, Signatures, table, write_papers

COLD = frozenset({Zone.FROZEN, Zone.CHILLED})
_STOP = (0.5, 0.18, 0.32)
_CRATE = (0.05, 0.36, 0.13, 0.12, 0.34)
_TOTAL = (0.4, 0.3, 0.3)


@dataclass(frozen=True, slots=True)
class PointList:
    """A point's list, ready to be signed: who it is for, and the packed bytes."""

    name: str
    packed: bytes = field(repr=False)

    @property
    def message(self) -> bytes:
        """What the station signs."""
        return message_of(self.packed)


@dataclass(frozen=True, slots=True)
class DriverSheet:
    """All that stands on a driver's sheet; ``public_key`` and ``signatures`` are those of the points' ``lists``."""

    station: str
    run: RunRow
    stops: tuple[StopRow, ...]
    signed: SignedRow | None
    lists: tuple[PointList, ...]
    public_key: bytes
    signatures: tuple[bytes, ...]
    made_ms: int


def point_lists(reader: Reader, run: str, stops: Sequence[StopRow]) -> tuple[PointList, ...]:
    """The lists of a van's points, packed."""
    names = {stop.point: f"{stop.seq}. {stop.name}" for stop in stops}
    station = str(reader.get("point", ""))
    return tuple(
        PointList(names.get(row.point, row.point), pack(_carried(station, row)))
        for row in queries.forwarded_rows(reader, run)
    )


def _carried(station: str, row: ListRow) -> Carried:
    return Carried(station, row.point, row.seq, row.at_ms, row.day, row.body)


def write_sheet(sheet: DriverSheet, path: Path) -> Path:
    """Write the sheet whole or not at all; raises ``OSError``. Returns where it is."""
    run = sheet.run
    leaves = f"　{words.hour_text(run.leaves_ms)} 出车" if run.leaves_ms else ""
    driver = sheet.signed.driver if sheet.signed else run.driver
    below = f"业务日 {run.day}　线路 {run.route}　道口 {run.dock}　司机 {driver}　{run.plate}{leaves}"
    made = f"格驿 · {moment(sheet.made_ms):%Y-%m-%d %H:%M} 生成 · {run.run}"
    paper = Paper(sheet.station, "司机交接单", below, pieces_of(sheet))
    return write_papers([paper], path, title=f"司机交接单 {run.run}", made=made)


def pieces_of(sheet: DriverSheet) -> list[Piece]:
    """The sheet from top to bottom."""
    parts = (_totals(sheet), _signatures(sheet), _stops(sheet), _loading(sheet), _codes(sheet))
    return [piece for part in parts for piece in part]


def _totals(sheet: DriverSheet) -> list[Piece]:
    load, signed = sheet.run.load, sheet.signed
    numbers = [("周转筐", f"{load.crates}"), ("冷藏箱", f"{load.boxes}"), ("件数", f"{load.pieces}")]
    if signed is not None:
        numbers.append(("收到退货袋", f"{len(signed.returns)}"))
    rows = [
        Row((what, number, number if signed else "＿＿＿＿"), "row", _TOTAL, "lrr")
        for what, number in numbers
    ]
    said = (
        f"双方于 {words.clock_text(signed.at_ms)} 点数一致并签字。"
        if signed
        else "还没有交接：请司机点数，两边一样再签字。"
    )
    return [
        Row((said,), "note"),
        *table("交接合计", ("项目", "网格站", "司机"), _TOTAL, "lrr", rows),
    ]


def _signatures(sheet: DriverSheet) -> list[Piece]:
    signed = sheet.signed
    station = _image(signed.station_png) if signed else None
    driver = _image(signed.driver_png) if signed else None
    who = signed.driver if signed else sheet.run.driver
    return [Signatures((("网格站签字", station), (f"司机签字　{who}", driver)))]


def _image(png: bytes) -> QImage | None:
    image = QImage.fromData(QByteArray(png))
    return None if image.isNull() else image


def _stops(sheet: DriverSheet) -> list[Piece]:
    pieces: list[Piece] = [Row(("各站清单",), "title")]
    for stop in sheet.stops:
        pieces += _stop(stop)
    if len(pieces) == 1:
        pieces.append(Row(("没有",), "note"))
    return [*pieces, Row((), "gap")]


def _stop(stop: StopRow) -> list[Piece]:
    seq = f"{stop.seq}　" if stop.seq else "不在本线　"
    when = words.day_clock(stop.arrival_s)
    planned = f"预计 {when}" if when else ""
    head = Row((f"{seq}{stop.name}", planned, words.load_text(stop.load)), "stop", _STOP, "lcr")
    crates = sorted(stop.crates, key=lambda crate: (list(Zone).index(Zone(crate.zone)), crate.crate))
    rows = [
        Row(
            (
                "□",
                crate.crate,
                ("冷链 " if Zone(crate.zone) in COLD else "") + words.ZONES[Zone(crate.zone)],
                f"{crate.pieces} 件",
                "冷藏箱" if crate.asset == Asset.ICE_BOX else "",
            ),
            "row",
            _CRATE,
            "lllrl",
        )
        for crate in crates
    ]
    foot = Row(
        ("", "收回空筐 ＿＿＿　冷藏箱 ＿＿＿", "收货签名 ＿＿＿＿＿＿＿＿＿"),
        "note",
        (0.05, 0.4, 0.55),
        "llr",
    )
    return [head, *(rows or [Row(("这一站没有货",), "note")]), foot]


def _loading(sheet: DriverSheet) -> list[Piece]:
    """The van is loaded the other way round: what comes off last goes on first."""
    widths = (0.12, 0.1, 0.3, 0.48)
    rows: list[Row] = []
    for nth, stop in enumerate([stop for stop in reversed(sheet.stops) if stop.crates], 1):
        labels = [crate.crate for crate in stop.crates]
        for at in range(0, len(labels), 3):
            first = (f"{nth}", f"{stop.seq or '—'}", stop.name) if at == 0 else ("", "", "")
            rows.append(Row((*first, "　".join(labels[at : at + 3])), "row", widths, "llll"))
    return table("装车顺序（后送的先装）", ("先后", "站", "自提点", "筐号"), widths, "llll", rows)


def _codes(sheet: DriverSheet) -> list[Piece]:
    """Each point's list as codes, four side by side; the name stands with the first of them."""
    if not sheet.lists:
        return []
    code = fingerprint(sheet.public_key)
    pieces: list[Piece] = [
        Row((), "page"),
        Row(("没有网络时：用扫码枪扫本店的二维码，就能照单收货",), "title"),
        Row((f"第一次收时，请和电脑上显示的站码对一下。站码 {code}",), "bold"),
        Row((), "gap"),
    ]
    for one, signature in zip(sheet.lists, sheet.signatures, strict=True):
        pieces += _list_codes(one, Signed(sheet.public_key, signature, one.packed))
    return pieces


def _list_codes(one: PointList, signed: Signed) -> list[Piece]:
    try:
        texts = cut(signed)
    except ValueError:
        return [Row((f"{one.name}　清单太长，印不下，请等联网",), "stop")]
    said = [(f"{nth}/{len(texts)}", modules(text)) for nth, text in enumerate(texts, 1)]
    head = Row((one.name, "", f"共 {len(texts)} 张，顺序随意"), "stop", _STOP, "lcr")
    return [head, *[Codes(tuple(said[at : at + 4])) for at in range(0, len(said), 4)], Row((), "gap")]
