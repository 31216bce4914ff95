"""The evidence about a shortage: a lot's way through all hands, as a PDF to read and a signed file to check."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage

from app.domain import codec
from app.domain.clock import moment
from app.domain.codec import Recorded
from app.domain.ids import FactId
from app.domain.refusals import Refused
from app.handover import queries, rules, words
from app.handover.actions import Sealed
from app.handover.queries import Happening, ShortRow
from app.store.connection import Reader
from app.store.station_key import fingerprint, is_signed
from app.ui.paper import Paper, Picture, Piece, Row, table, wrapped, write_papers

FORMAT = "geyi-evidence-2"
_PICTURES = ("photos", "signature", "station_signature", "driver_signature")


@dataclass(frozen=True, slots=True)
class Pack:
    """All evidence about one shortage; pictures are bytes by name."""

    station: str
    station_name: str
    short: ShortRow
    happenings: tuple[Happening, ...]
    pictures: dict[str, bytes]
    made_ms: int


def gather(reader: Reader, short: ShortRow, *, now_ms: int) -> Pack:
    """Read the evidence about a lot from the book."""
    happenings = tuple(queries.timeline(reader, short.lot))
    names = [name for happening in happenings for name in _pictures_in(happening.recorded)]
    return Pack(
        station=str(reader.get("point", "")),
        station_name=str(reader.get("point_name", "")),
        short=short,
        happenings=happenings,
        pictures=queries.pictures_named(reader, names),
        made_ms=now_ms,
    )


def _pictures_in(recorded: Recorded) -> list[str]:
    body = json.loads(recorded.body)
    found = [body.get(field, "") for field in _PICTURES]
    return [name for one in found for name in (one if isinstance(one, list) else [one]) if name]


# --- for machines ------------------------------------------------------------------------------------------


def content_of(pack: Pack) -> bytes:
    """The pack as one line of JSON, which is what is signed: facts as they are chained, counts, shares, pictures."""
    short = pack.short
    found = rules.propose(short.chain)
    return codec.dumps(
        {
            "format": FORMAT,
            "station": pack.station,
            "made_at": moment(pack.made_ms).isoformat(),
            "lot": short.lot,
            "product": short.product,
            "point": short.point,
            "day": short.day,
            "short": short.pieces,
            "counts": [[one.link, one.pieces] for one in short.chain],
            "shares": [[one.holder, one.pieces] for one in rules.shares(short.chain)],
            "proposed": None if isinstance(found, Refused) else found.link,
            "why": words.reason(short.chain),
            "facts": [_fact(happening) for happening in pack.happenings],
            "pictures": {name: base64.b64encode(raw).decode() for name, raw in sorted(pack.pictures.items())},
        }
    ).encode()


def _fact(happening: Happening) -> dict[str, Any]:
    """A fact with the digests before and after it; without them where it was heard and stands in another's chain."""
    known = happening.recorded
    return {
        "id": list(known.id),
        "at_ms": known.at_ms,
        "skew_ms": known.skew_ms,
        "day": known.day,
        "operator": known.operator,
        "kind": known.kind,
        "body": known.body,
        "before": happening.before or (codec.GENESIS.hex() if happening.digest and known.id.seq == 1 else ""),
        "digest": happening.digest,
        "taken_back": happening.taken_back,
        "pieces": happening.pieces,
        "text": words.happened(happening),
    }


def signed_file(content: bytes, sealed: Sealed) -> bytes:
    """The signed file: a line that says who signed, then the line that was signed."""
    return _head(sealed.public_key.hex(), sealed.signature.hex()) + content + b"\n"


def _head(public_key: str, signature: str) -> bytes:
    return codec.dumps({"format": FORMAT, "public_key": public_key, "signature": signature}).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a signed file proves: whose key signed it, about which lot, and how many of its facts are chained."""

    fingerprint: str
    station: str
    lot: str
    facts: int
    chained: int


class BadEvidence(ValueError):
    """The file is not what a station signed; says where it fails."""


def verify(raw: bytes) -> Verified:
    """Check a signed file to the last byte: signature, digests of facts, names of pictures; raises `BadEvidence`."""
    head, _, rest = raw.partition(b"\n")
    try:
        said = json.loads(head)
        public_key, signature = bytes.fromhex(said["public_key"]), bytes.fromhex(said["signature"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadEvidence("head") from error
    if head + b"\n" != _head(public_key.hex(), signature.hex()) or not rest.endswith(b"\n"):
        raise BadEvidence("head")
    content = rest[:-1]
    if not is_signed(public_key, signature, content):
        raise BadEvidence("signature")
    try:
        return _checked(json.loads(content), public_key)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise error if isinstance(error, BadEvidence) else BadEvidence("content") from error


def _checked(found: dict[str, Any], public_key: bytes) -> Verified:
    for name, picture in found["pictures"].items():
        if blake2b(base64.b64decode(picture), digest_size=16).hexdigest() != name:
            raise BadEvidence(f"picture {name}")
    chained = [fact for fact in found["facts"] if fact["digest"]]
    for fact in chained:
        if codec.chained(bytes.fromhex(fact["before"]), _recorded(fact)).hex() != fact["digest"]:
            raise BadEvidence(f"fact {fact['id']}")
    return Verified(
        fingerprint(public_key), found["station"], found["lot"], len(found["facts"]), len(chained)
    )


def _recorded(fact: dict[str, Any]) -> Recorded:
    envelope = [fact[name] for name in ("at_ms", "skew_ms", "day", "operator", "kind", "body")]
    return Recorded(FactId(*fact["id"]), *envelope)


# --- for people --------------------------------------------------------------------------------------------


def export(pack: Pack, content: bytes, sealed: Sealed, folder: Path) -> tuple[Path, Path]:
    """Write the PDF and the signed file into ``folder``; returns both paths, raises ``OSError``."""
    folder.mkdir(parents=True, exist_ok=True)
    safe = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in pack.short.lot)[:60]
    stem = f"追责-{safe}-{moment(pack.made_ms):%Y%m%d-%H%M%S}"
    data = folder / f"{stem}.jsonl"
    data.write_bytes(signed_file(content, sealed))
    line = f"业务日 {pack.short.day}　{pack.short.name}　货号 {pack.short.lot}"
    sheet = Paper(pack.station_name or pack.station, "短少追责材料", line, pieces_of(pack, sealed))
    paper = write_papers(
        [sheet],
        folder / f"{stem}.pdf",
        title=f"短少追责 {pack.short.lot}",
        made=f"格驿 · {moment(pack.made_ms):%Y-%m-%d %H:%M} 生成",
    )
    return paper, data


def pieces_of(pack: Pack, sealed: Sealed) -> list[Piece]:
    """The paper from top to bottom."""
    parts = (_claim(pack), _counts(pack), _history(pack), _photos(pack), _proof(sealed))
    return [piece for part in parts for piece in part]


def _claim(pack: Pack) -> list[Piece]:
    found = rules.propose(pack.short.chain)
    short = pack.short
    said = (
        "还不能定" if isinstance(found, Refused) else f"建议 {words.LINKS[found.link]} 承担 {found.pieces} 件"
    )
    return [
        Row((f"{short.product}　短少 {short.pieces} 件", f"责任建议：{said}"), "title", (0.56, 0.44), "lr"),
        *wrapped(words.reason(short.chain)),
        Row((), "gap"),
    ]


def _counts(pack: Pack) -> list[Piece]:
    widths = (0.3, 0.2, 0.5)
    shares = {share.at.link: share for share in rules.shares(pack.short.chain)}
    rows = []
    for one in pack.short.chain:
        share = shares.get(one.link)
        held = words.LINKS[share.holder] if share and share.holder else "分不清"
        said = f"比上一环少 {share.pieces} 件，货当时在{held}手里" if share else ""
        number = "还没有" if one.pieces is None else f"{one.pieces} 件"
        rows.append(Row((words.CONFIRMED[one.link], number, said), "row", widths, "lrl"))
    return table("各环节确认的数", ("环节", "确认", "说明"), widths, "lrl", rows)


def _history(pack: Pack) -> list[Piece]:
    pieces: list[Piece] = [Row(("经过",), "title")]
    for happening in pack.happenings:
        known = happening.recorded
        who = known.operator or ("平台" if not happening.digest and known.id.device == "@" else "没登记")
        when = f"{moment(known.true_ms):%m-%d %H:%M:%S}"
        first, *more = wrapped(words.happened(happening), look="bold", indent=0.2)
        pieces += [Row((when, first.cells[-1]), "bold", (0.2, 0.8), "ll"), *more]
        where = f"经手 {who}　设备 {known.id.device}　记录 {known.id}"
        proof = f"　校验 {happening.digest}" if happening.digest else "　在别的设备的链上"
        pieces.append(Row(("", where + proof), "small", (0.2, 0.8), "ll"))
    return [*pieces, Row((), "gap")]


def _photos(pack: Pack) -> list[Piece]:
    if not pack.pictures:
        return []
    pieces: list[Piece] = [Row(("照片和签字",), "title")]
    what = _what_pictures_are(pack)
    for name, raw in sorted(pack.pictures.items(), key=lambda item: list(what).index(item[0])):
        image = QImage.fromData(QByteArray(raw))
        if image.isNull():
            pieces.append(Row((f"图片 {name} 打不开，原件在签名文件里",), "note"))
        else:
            pieces.append(Picture(image, f"{what[name]}　图片校验 {name}"))
    return [*pieces, Row((), "gap")]


_CALLED = {
    "photos": "照片",
    "signature": "签字",
    "station_signature": "网格站签字",
    "driver_signature": "司机签字",
}


def _what_pictures_are(pack: Pack) -> dict[str, str]:
    """What each picture shows, in the order in which they were taken."""
    found: dict[str, str] = {}
    for happening in pack.happenings:
        body = json.loads(happening.recorded.body)
        for field, word in _CALLED.items():
            names = body.get(field, [])
            for name in [names] if isinstance(names, str) else names:
                found.setdefault(name, f"{word}（{words.clock_text(happening.recorded.true_ms)}）")
    return found


def _proof(sealed: Sealed) -> list[Piece]:
    return [
        Row(("怎样核对",), "title"),
        *wrapped(
            "同名的 jsonl 文件里是上面全部记录的原文，由网格站签名：改动任何一个字节都会对不上。", look="note"
        ),
        Row((f"站码 {fingerprint(sealed.public_key)}",), "bold"),
        Row((f"签名内容的 SHA-256　{sealed.digest}",), "small"),
        Row((f"签名（Ed25519）　{sealed.signature.hex()[:64]}",), "small"),
        Row((f"　　　　　　　　　{sealed.signature.hex()[64:]}",), "small"),
    ]
