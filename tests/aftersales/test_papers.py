"""Photos, bag labels and evidence packs as files that others can read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import zxingcpp
from PySide6.QtGui import QColor, QImage, QPainter

from app.aftersales import evidence
from app.aftersales.labels import BagLabel, LabelFiles, draw_label
from app.domain import events as e
from app.domain.clock import at
from app.domain.goods import Count
from app.domain.ids import new_code
from app.ui.signature import image_bytes
from tests.aftersales.shop import DAY, EGGS, TRIP, Shop, claim

pytestmark = pytest.mark.usefixtures("qapp")


def noise(width: int, height: int) -> QImage:
    """A picture that compresses badly."""
    small = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(small)
    for number in range(0, width * height, 97):
        colour = QColor.fromHsv(number * 37 % 360, 200 + number % 55, number * 13 % 256)
        painter.fillRect(number % width, number // width, 9, 3, colour)
    painter.end()
    return small


def test_both_codes_of_a_label_can_be_read_by_a_scanner() -> None:
    code = new_code("TH")
    label = draw_label(BagLabel(code, "宾阳县某某村小卖部", at(DAY, "09:00"), 12))
    assert (label.width(), label.height()) == (480, 320)
    grey = label.convertToFormat(QImage.Format.Format_Grayscale8)
    found = {(read.format, read.text) for read in zxingcpp.read_barcodes(grey)}
    assert found == {(zxingcpp.BarcodeFormat.Code128, code), (zxingcpp.BarcodeFormat.QRCode, code)}


def test_a_label_is_saved_where_it_can_be_printed(tmp_path: Path) -> None:
    said = LabelFiles(tmp_path / "labels").put_out(BagLabel("TH-4K7P2Q-X", "小卖部", at(DAY, "09:00")))
    assert Path(said).read_bytes().startswith(b"%PDF")


def test_a_label_that_cannot_be_saved_says_so(tmp_path: Path) -> None:
    (tmp_path / "labels").write_text("a file stands where the folder should be")
    with pytest.raises(OSError, match=r".+"):
        LabelFiles(tmp_path / "labels").put_out(BagLabel("TH-4K7P2Q-X", "小卖部", at(DAY, "09:00")))


def story(shop: Shop, picture: bytes) -> None:
    """A claim that has gone its whole way, next to another buyer's goods."""
    shop.hear(e.StationSent("LLYX", TRIP, DAY, (Count(EGGS, 3), Count("other", 9))))
    shop.hand_out(EGGS, 3)
    made = shop.do(claim(EGGS, 1, fen=667, pictures=(picture,)))
    shop.hear(e.RulingGiven(made.claim, "refused", 0, 0, "照片看不清"))


def test_an_evidence_pack_tells_the_whole_way(shop: Shop, tmp_path: Path) -> None:
    picture = image_bytes(noise(300, 200), "JPEG")
    story(shop, picture)
    reader = shop.store.reader()
    pack = evidence.gather(reader, EGGS, now_ms=shop.now_ms)
    reader.close()
    assert pack is not None
    paper, data = evidence.export(pack, tmp_path)
    assert paper.read_bytes().startswith(b"%PDF")
    found = json.loads(data.read_text(encoding="utf-8"))
    kinds = [fact["kind"] for fact in found["facts"]]
    assert kinds == [
        "GoodsAnnounced", "GoodsReceived", "ReceivingEnded", "StationSent", "PickedUp", "ClaimOpened", "RulingGiven",
    ]  # fmt: skip
    assert all(fact["digest"] for fact in found["facts"] if not fact["id"].startswith("@"))
    assert found["proposed_liability"] == ["buyer"]
    assert len(found["pictures"]) == 1


def test_an_evidence_pack_names_no_person_and_no_other_buyers_goods(shop: Shop) -> None:
    story(shop, image_bytes(noise(30, 20), "JPEG"))
    reader = shop.store.reader()
    pack = evidence.gather(reader, EGGS, now_ms=shop.now_ms)
    reader.close()
    assert pack is not None
    text = json.dumps(evidence.as_json(pack), ensure_ascii=False)
    for private in ("韦小妹", "6312", "13800006312", "LLYX-2", "LLYX-3", '"other"', '"b1"'):
        assert private not in text


def test_a_long_history_runs_over_several_pages(shop: Shop, tmp_path: Path) -> None:
    for _ in range(60):
        shop.record(e.Shelved((Count(EGGS, 1, "3-1"),), "3-1"))
    reader = shop.store.reader()
    pack = evidence.gather(reader, EGGS, now_ms=shop.now_ms)
    reader.close()
    assert pack is not None
    paper, _ = evidence.export(pack, tmp_path)
    assert paper.read_bytes().count(b"/Type /Page\n") > 1


def test_an_unknown_lot_has_no_evidence(shop: Shop) -> None:
    reader = shop.store.reader()
    assert evidence.gather(reader, "none", now_ms=shop.now_ms) is None
    reader.close()
