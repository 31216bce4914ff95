"""The evidence pack for an appeal: a lot's whole way with photos and signatures, a PDF to read, a JSON to check."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QPageSize, QPainter, QPdfWriter

from app.aftersales import queries, words
from app.aftersales.queries import FoundLine, Happening
from app.aftersales.rules import Confirmed, Earlier, liable
from app.domain.clock import moment
from app.domain.money import yuan
from app.store.connection import Reader

DPI = 150
MARGIN_MM = 15


@dataclass(frozen=True, slots=True)
class Pack:
    """All evidence about one lot; ``pictures`` are JPEG or PNG bytes by name, ``loaded`` what the station says."""

    line: FoundLine
    chain: tuple[Confirmed, ...]
    happenings: tuple[Happening, ...]
    pictures: dict[str, bytes]
    device: str
    made_ms: int


def gather(reader: Reader, lot: str, *, now_ms: int) -> Pack | None:
    """Read the evidence about a lot from the book; none where the lot is unknown."""
    line = queries.lot_of(reader, lot)
    if line is None:
        return None
    happenings = tuple(sorted(queries.timeline(reader, lot), key=_when))
    names = [name for happening in happenings for name in _pictures_named(happening)]
    return Pack(
        line=line,
        chain=queries.chain(reader, lot),
        happenings=happenings,
        pictures=queries.pictures(reader, names),
        device=reader.get("device", "local"),
        made_ms=now_ms,
    )


def _when(happening: Happening) -> int:
    return happening.recorded.at_ms - happening.recorded.skew_ms


def _pictures_named(happening: Happening) -> list[str]:
    body = json.loads(happening.recorded.body)
    signature = body.get("signature", "")
    return [*body.get("photos", []), *([signature] if signature else [])]


def export(pack: Pack, folder: Path) -> tuple[Path, Path]:
    """Write the pack's PDF and JSON into ``folder``; returns both paths, raises ``OSError``."""
    folder.mkdir(parents=True, exist_ok=True)
    safe = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in pack.line.lot.lot)[:60]
    stem = f"举证-{safe}-{moment(pack.made_ms):%Y%m%d-%H%M%S}"
    paper, data = folder / f"{stem}.pdf", folder / f"{stem}.json"
    data.write_text(json.dumps(as_json(pack), ensure_ascii=False, indent=1), encoding="utf-8")
    _Paper(pack).write(paper)
    return paper, data


# --- for machines ------------------------------------------------------------------------------------------


def as_json(pack: Pack) -> dict[str, Any]:
    """The pack as JSON values: facts as they are chained, with digests; persons are left out, pictures are base64."""
    lot = pack.line.lot
    return {
        "format": "geyi-evidence-1",
        "made_at": moment(pack.made_ms).isoformat(),
        "device": pack.device,
        "lot": lot.lot,
        "order": pack.line.order_no,
        "platform": lot.platform,
        "product": lot.product,
        "category": lot.category,
        "pieces": lot.pieces,
        "paid_fen": lot.paid_fen,
        "claims": [_claim_json(claim) for claim in lot.earlier],
        "counts": [{"link": str(one.link), "pieces": one.pieces} for one in pack.chain],
        "proposed_liability": [str(link) for link in liable(pack.chain)],
        "facts": [_fact_json(happening, lot.lot) for happening in pack.happenings],
        "pictures": {
            name: base64.b64encode(picture).decode("ascii") for name, picture in pack.pictures.items()
        },
    }


def _claim_json(claim: Earlier) -> dict[str, Any]:
    return {
        "claim": claim.claim,
        "pieces": claim.pieces,
        "why": str(claim.why),
        "asked_fen": claim.asked_fen,
        "deadline": moment(claim.deadline_ms).isoformat(),
        "outcome": claim.outcome,
        "refund_fen": claim.refund_fen,
    }


def _fact_json(happening: Happening, lot: str) -> dict[str, Any]:
    recorded = happening.recorded
    return {
        "id": str(recorded.id),
        "at_ms": recorded.at_ms,
        "skew_ms": recorded.skew_ms,
        "day": recorded.day,
        "operator": recorded.operator,
        "kind": recorded.kind,
        "body": _only_about(json.loads(recorded.body), lot),
        "digest": happening.digest,
        "taken_back": happening.taken_back,
        "pieces": happening.pieces,
        "text": words.happened(happening),
    }


def _only_about(body: dict[str, Any], lot: str) -> dict[str, Any]:
    """A fact's body without the rows of other buyers' lots."""
    kept = {name: value for name, value in body.items() if name not in ("buyer", "proxy", "lines", "crates")}
    for name in ("goods", "lines"):
        if isinstance(body.get(name), list):
            kept[name] = [
                _unnamed(name, row) for row in body[name] if isinstance(row, list) and row[:1] == [lot]
            ]
    return kept


def _unnamed(name: str, row: list[Any]) -> list[Any]:
    """An announced line up to what was paid: after that stand the buyer's key and code."""
    return row[:9] if name == "lines" else row


# --- for people --------------------------------------------------------------------------------------------


class _Paper:
    """Writes a pack onto A4 pages, from top to bottom."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._painter = QPainter()
        self._page: QPdfWriter | None = None
        self._top = 0.0
        self._number = 1

    def write(self, path: Path) -> None:
        """Write the PDF; raises ``OSError``."""
        page = QPdfWriter(str(path))
        page.setResolution(DPI)
        page.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        page.setPageMargins(QMarginsF(0, 0, 0, 0))
        page.setTitle(f"举证 {self._pack.line.lot.lot}")
        if not self._painter.begin(page):
            raise OSError(f"cannot write {path}")
        self._page, self._top = page, self._mm(MARGIN_MM)
        self._head()
        self._counts()
        self._history()
        self._photos()
        self._foot()
        self._painter.end()

    def _mm(self, millimetres: float) -> float:
        return millimetres * DPI / 25.4

    @property
    def _width(self) -> float:
        return self._mm(210 - 2 * MARGIN_MM)

    def _head(self) -> None:
        lot = self._pack.line.lot
        self._text("售后举证材料", size=20, bold=True)
        self._text(f"{lot.product}　共 {lot.pieces} 件，实付 {yuan(lot.paid_fen)}", size=13, bold=True)
        self._text(
            f"平台：{self._pack.line.platform_name}　订单：{self._pack.line.order_no}　货号：{lot.lot}"
        )
        for claim in lot.earlier:
            self._text(
                f"申请 {claim.claim}：{words.WHY_LONG[claim.why]}，{claim.pieces} 件，要求 {yuan(claim.asked_fen)}"
            )
        self._gap(3)

    def _counts(self) -> None:
        self._title("各环节确认的数量")
        self._text(words.counts_line(self._pack.chain) or "没有预报")
        claims = self._pack.line.lot.earlier
        if claims and self._pack.chain:
            self._text(words.liability(self._pack.chain, claims[-1].why), bold=True)
        self._gap(3)

    def _history(self) -> None:
        self._title("经过")
        for happening in self._pack.happenings:
            recorded = happening.recorded
            loaded = words.loaded_pieces(happening, self._pack.line.lot.lot)
            more = "" if loaded is None else f" {loaded} 件"
            when = f"{moment(recorded.at_ms - recorded.skew_ms):%Y-%m-%d %H:%M:%S}"
            self._text(f"{when}　{words.happened(happening)}{more}")
            proof = f"记录 {recorded.id}" + (
                f"　校验 {happening.digest}" if happening.digest else "　平台发来"
            )
            self._text(proof, size=7.5, indent=self._mm(38))
        self._gap(3)

    def _photos(self) -> None:
        if not self._pack.pictures:
            return
        self._title("照片和签字")
        for name, picture in self._pack.pictures.items():
            image = QImage.fromData(QByteArray(picture))
            if image.isNull():
                self._text(f"（图片 {name} 打不开，原件在 json 里）")
                continue
            size = QSizeF(image.size()).scaled(
                self._mm(110), self._mm(80), Qt.AspectRatioMode.KeepAspectRatio
            )
            self._room(size.height() + self._mm(8))
            place = QRectF(self._mm(MARGIN_MM), self._top, size.width(), size.height())
            self._painter.drawImage(place, image)
            self._painter.drawRect(place)
            self._top += size.height() + self._mm(1)
            self._text(f"图片校验 {name}", size=7.5)
            self._gap(2)

    def _title(self, text: str) -> None:
        self._room(self._mm(20))
        self._text(text, size=13, bold=True)

    def _text(self, text: str, *, size: float = 10, bold: bool = False, indent: float = 0) -> None:
        font = QFont(QGuiApplication.font())
        font.setPixelSize(round(size * DPI / 72))
        font.setBold(bold)
        self._painter.setFont(font)
        self._painter.setPen(QColor(Qt.GlobalColor.black))
        wraps = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere
        area = QRectF(self._mm(MARGIN_MM) + indent, self._top, self._width - indent, self._mm(250))
        height = self._painter.boundingRect(area, wraps, text).height()
        self._room(height)
        area.moveTop(self._top)
        self._painter.drawText(area, wraps, text)
        self._top += height + self._mm(1.2)

    def _gap(self, millimetres: float) -> None:
        self._top += self._mm(millimetres)

    def _room(self, height: float) -> None:
        """Begin a new page where ``height`` does not fit on this one."""
        if self._top + height <= self._mm(297 - MARGIN_MM - 8) or self._page is None:
            return
        self._foot()
        self._page.newPage()
        self._number += 1
        self._top = self._mm(MARGIN_MM)

    def _foot(self) -> None:
        self._top = self._mm(297 - MARGIN_MM - 5)
        made = f"{moment(self._pack.made_ms):%Y-%m-%d %H:%M}"
        font = QFont(QGuiApplication.font())
        font.setPixelSize(round(8 * DPI / 72))
        self._painter.setFont(font)
        area = QRectF(self._mm(MARGIN_MM), self._top, self._width, self._mm(6))
        text = f"格驿 · 设备 {self._pack.device} · {made} 导出 · 第 {self._number} 页"
        self._painter.drawText(area, Qt.AlignmentFlag.AlignRight, text)
