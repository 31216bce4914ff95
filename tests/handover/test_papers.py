"""The driver's sheet and the evidence as files that others can read and check to the last byte."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PySide6.QtGui import QImage

from app.domain.clock import StoryClock
from app.domain.night import Link
from app.domain.paper_manifest import Gathering, Part, Signed, read_part
from app.handover import evidence, queries, words
from app.handover.actions import SealEvidence, SignPapers
from app.handover.evidence import BadEvidence, content_of, export, gather, signed_file, verify
from app.handover.papers import DriverSheet, pieces_of, point_lists, write_sheet
from app.receiving.on_paper import HearPaper, NewStation, PaperHeard
from app.sandbox.night_teller import manifest_of
from app.store.book import Book
from app.store.opening import Store
from app.store.station_key import fingerprint
from app.ui.paper import Codes, paginate
from tests.handover.night import Yard, list_of
from tests.station import DAY

pytestmark = [pytest.mark.usefixtures("qapp")]
PDFTOPPM = shutil.which("pdftoppm")


def sheet_of(yard: Yard, nth: int = 0) -> DriverSheet:
    """The driver's sheet of a van, as the page makes it."""
    reader = yard.store.reader()
    run = next(row for row in queries.run_rows(reader, day=DAY) if row.run == yard.run(nth))
    stops = queries.stop_rows(reader, run.run)
    lists = point_lists(reader, run.run, stops)
    signed = queries.signed_row(reader, run.run)
    reader.close()
    key, signatures = yard.do(SignPapers(tuple(one.message for one in lists)))
    name = yard.night.name
    return DriverSheet(name, run, stops, signed, lists, key, signatures, yard.clock.now_ms())


def pages(path: Path, folder: Path, *, dpi: int = 203) -> list[QImage]:
    """A PDF's pages as a cheap printer would draw them."""
    subprocess.run([PDFTOPPM or "", "-r", str(dpi), "-png", str(path), str(folder / "page")], check=True)
    return [QImage(str(page)) for page in sorted(folder.glob("page*.png"))]


def codes_on(image: QImage) -> list[str]:
    """The texts of all QR codes on a page."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    plain: Any = memoryview(grey.constBits()).cast("B", (grey.height(), grey.bytesPerLine()))
    return [
        found.text
        for found in zxingcpp.read_barcodes(
            plain, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        )
    ]


class BePoint:
    """The book of a shop."""

    def __init__(self, point: str) -> None:
        self.point = point

    def perform(self, book: Book) -> None:
        book.put("point", self.point)


def test_the_sheet_has_every_crate_of_every_stop_and_both_signatures(yard: Yard, tmp_path: Path) -> None:
    yard.hand_over()
    sheet = sheet_of(yard)
    said = "".join(str(piece) for piece in pieces_of(sheet))
    for point in yard.night.routes[0].points:
        for crate in yard.crates[point]:
            assert said.count(crate) == 2  # at its stop, and in the loading list
    raw = write_sheet(sheet, tmp_path / "a.pdf").read_bytes()
    assert len(re.findall(rb"/Type /Page\b", raw)) == len(paginate(pieces_of(sheet)))
    assert sheet.signed is not None
    assert sheet.signed.station_png != sheet.signed.driver_png


def test_a_sheet_before_the_hand_over_is_to_be_signed_by_hand(yard: Yard) -> None:
    said = "".join(str(piece) for piece in pieces_of(sheet_of(yard)))
    assert "还没有交接" in said
    assert "＿＿＿＿" in said


@pytest.mark.skipif(PDFTOPPM is None, reason="this machine cannot draw a PDF")
def test_a_shop_without_network_receives_against_the_printed_sheet(yard: Yard, tmp_path: Path) -> None:
    """From the platform's list at the station, over paper and a scanner, to the point's own book."""
    points = yard.night.routes[0].points[:3]
    yard.hear(*(list_of(yard, point, 7 + at) for at, point in enumerate(points)))
    yard.hand_over()
    sheet = sheet_of(yard)
    (tmp_path / "out").mkdir()
    texts = [
        text
        for page in pages(write_sheet(sheet, tmp_path / "a.pdf"), tmp_path / "out")
        for text in codes_on(page)
    ]
    gathering, shops = Gathering(), []
    for text in texts:
        part = read_part(text)
        assert isinstance(part, Part)
        if not gathering.add(part):
            shops.append(gathering.take(part.tag))
    assert len(shops) == 3
    signed = shops[0]
    assert isinstance(signed, Signed)
    shop = Store(tmp_path / "shop", StoryClock(yard.clock.now_ms()))
    shop.writer.do(BePoint(points[0]))
    asked = shop.writer.do(HearPaper(signed))
    assert asked == NewStation(yard.night.station, fingerprint(sheet.public_key))
    heard = shop.writer.do(HearPaper(signed, agreed=asked.fingerprint))
    assert isinstance(heard, PaperHeard)
    assert heard.pieces == sum(line.pieces for line in manifest_of(yard.night, points[0]).lines)
    shop.close()


def test_a_long_list_is_spread_over_pages_four_codes_in_a_row(yard: Yard) -> None:
    yard.hear(*(list_of(yard, point) for point in yard.night.routes[0].points))
    codes = [piece for piece in pieces_of(sheet_of(yard)) if isinstance(piece, Codes)]
    assert len(codes) >= len(yard.night.routes[0].points)
    assert max(len(piece.codes) for piece in codes) == 4


# --- evidence ----------------------------------------------------------------------------------------------


def a_shortage(yard: Yard) -> queries.ShortRow:
    line = max(yard.lines(), key=lambda line: line.pieces)
    yard.hand_over()
    yard.hear(yard.receipt(line, short=1))
    reader = yard.store.reader()
    row = queries.short_rows(reader, day=DAY)[0]
    reader.close()
    return row


def sealed(yard: Yard) -> tuple[evidence.Pack, bytes, Any]:
    """A shortage's evidence, signed."""
    row = a_shortage(yard)
    reader = yard.store.reader()
    pack = gather(reader, row, now_ms=yard.clock.now_ms())
    reader.close()
    content = content_of(pack)
    return pack, content, yard.do(SealEvidence(row.lot, content, Link.DRIVER, words.reason(row.chain)))


def test_the_evidence_tells_the_lot_s_whole_way_with_its_signatures(yard: Yard) -> None:
    pack, content, _ = sealed(yard)
    kinds = [happening.recorded.kind for happening in pack.happenings]
    wanted = [
        "PalletAnnounced", "TruckArrived", "ContainersUnloaded", "CrateOpened", "Sorted", "CrateSealed", "CrateLoaded",
        "VanClosed", "HandedOver", "PointReceipt",
    ]  # fmt: skip
    assert [kind for kind in wanted if kind not in kinds] == []
    assert len(pack.pictures) == 2
    found = json.loads(content)
    assert found["proposed"] == "driver"
    assert sum(share[1] for share in found["shares"]) == 1
    assert all("？" not in words.happened(happening) for happening in pack.happenings)
    assert {type(happening.recorded.fact()) for happening in pack.happenings} <= set(words._SENTENCES)


def test_a_signed_file_is_verified_and_its_facts_are_in_the_chain(yard: Yard) -> None:
    pack, content, seal = sealed(yard)
    found = verify(signed_file(content, seal))
    assert (found.lot, found.station) == (pack.short.lot, yard.night.station)
    assert found.facts == len(pack.happenings)
    heard = sum(not happening.digest for happening in pack.happenings)
    assert found.chained == found.facts - heard > 5
    assert found.fingerprint == fingerprint(seal.public_key)


def test_one_changed_byte_anywhere_fails(yard: Yard) -> None:
    _, content, seal = sealed(yard)
    raw = signed_file(content, seal)
    places = {*range(300), *range(300, len(raw), max(1, len(raw) // 400)), len(raw) - 1}
    for at in places:
        spoiled = bytearray(raw)
        spoiled[at] ^= 1
        with pytest.raises(BadEvidence):
            verify(bytes(spoiled))
    for cut in (raw[:-1], raw + b"\n", raw[:200], b""):
        with pytest.raises(BadEvidence):
            verify(cut)


def test_a_station_cannot_sign_a_changed_history(yard: Yard) -> None:
    """A fact that was altered before signing is out of its own chain."""
    row = a_shortage(yard)
    reader = yard.store.reader()
    pack = gather(reader, row, now_ms=yard.clock.now_ms())
    reader.close()
    found = json.loads(content_of(pack))
    fact = next(fact for fact in found["facts"] if fact["kind"] == "HandedOver")
    fact["body"] = fact["body"].replace('"pieces":', '"pieces":1')
    content = json.dumps(found).encode()
    seal = yard.do(SealEvidence(row.lot, content, Link.DRIVER, "x"))
    with pytest.raises(BadEvidence, match="fact"):
        verify(signed_file(content, seal))


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"pictures": {}, "facts": [1]}', b"\xff"])
def test_a_signed_file_of_another_kind_is_no_evidence(yard: Yard, content: bytes) -> None:
    row = a_shortage(yard)
    seal = yard.do(SealEvidence(row.lot, content, Link.DRIVER, "x"))
    with pytest.raises(BadEvidence, match="content"):
        verify(signed_file(content, seal))


def test_paper_and_file_are_written_side_by_side(yard: Yard, tmp_path: Path) -> None:
    pack, content, seal = sealed(yard)
    paper, data = export(pack, content, seal, tmp_path / "证据")
    assert paper.stem == data.stem
    assert paper.read_bytes().startswith(b"%PDF")
    assert verify(data.read_bytes()).lot == pack.short.lot
    assert yard.value("SELECT evidence FROM liabilities") == seal.digest
