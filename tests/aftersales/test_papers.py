"""Photos, bag labels and evidence packs as files that others can read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import zxingcpp
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColor, QImage, QPainter

from app.aftersales import evidence
from app.aftersales.labels import BagLabel, LabelFiles, draw_label
from app.aftersales.photos import LARGEST_BYTES, LONGEST_SIDE, fit_photo, image_file
from app.aftersales.rules import Reason
from app.domain import events as e
from app.domain.clock import at
from app.domain.goods import Count
from app.domain.ids import new_code
from app.domain.refusals import Refused
from tests.aftersales.shop import DAY, EGGS, TRIP, Shop, claim, reason

pytestmark = [pytest.mark.usefixtures("qapp"), pytest.mark.qt_log_ignore("JPEG data")]


def noise(width: int, height: int) -> QImage:
    """A picture that compresses badly."""
    small = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(small)
    for number in range(0, width * height, 97):
        colour = QColor.fromHsv(number * 37 % 360, 200 + number % 55, number * 13 % 256)
        painter.fillRect(number % width, number // width, 9, 3, colour)
    painter.end()
    return small


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_large_photo_becomes_small(form: str) -> None:
    found = fit_photo(image_file(noise(2400, 1800), form))
    assert isinstance(found, bytes)
    assert len(found) <= LARGEST_BYTES
    assert found.startswith(b"\xff\xd8")
    picture = QImage.fromData(QByteArray(found))
    assert max(picture.width(), picture.height()) <= LONGEST_SIDE
    assert abs(picture.width() / picture.height() - 4 / 3) < 0.01


def test_a_small_photo_keeps_its_size() -> None:
    found = fit_photo(image_file(noise(96, 72), "PNG"))
    assert isinstance(found, bytes)
    assert QImage.fromData(QByteArray(found)).width() == 96


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"\xff\xd8\xff\xe0" + b"\0" * 50,
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a\x01\x00\x01\x00",
        b"<svg/>" * 20,
    ],
    ids=["empty", "text", "broken jpeg", "broken png", "gif", "svg"],
)
def test_a_photo_that_is_no_picture_is_refused(raw: bytes) -> None:
    found = fit_photo(raw)
    assert isinstance(found, Refused)
    assert reason(found) == Reason.NOT_A_PICTURE


def test_a_half_photo_is_refused() -> None:
    whole = image_file(noise(400, 300), "PNG")
    assert isinstance(fit_photo(whole[: len(whole) // 3]), Refused)


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
    picture = image_file(noise(300, 200), "JPEG")
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
    story(shop, image_file(noise(30, 20), "JPEG"))
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
