"""Papers: pages as they must be cut, texts that fit, and codes that a scanner reads off the printed page."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PySide6.QtGui import QColor, QImage

from app.devices.qr import modules
from app.ui.paper import (
    Codes,
    Paper,
    Picture,
    Piece,
    Row,
    Signatures,
    paginate,
    table,
    wrapped,
    write_papers,
)
from app.ui.signature import signature_of

MADE = "格驿 · 07:01 生成"


def write(path: Path, pieces: list[Piece]) -> Path:
    """Write pieces as one paper."""
    return write_papers([Paper("宾阳网格站", "交接单", "2026-11-22", pieces)], path, title="x", made=MADE)


def test_a_break_begins_a_page_and_repeats_no_head() -> None:
    pages = paginate(
        [*table("甲", ("a",), (1.0,), "l", [Row(("1",))]), Row((), "page"), Row(("2",), "title")]
    )
    assert [[row.look for row in page] for page in pages] == [["title", "head", "row", "gap"], ["title"]]
    assert paginate([Row((), "page"), Row(("1",))]) == [[Row(("1",))]]


@pytest.mark.usefixtures("qtbot")
def test_a_long_text_is_wrapped_and_nothing_of_it_is_lost() -> None:
    text = "司机签收 10 件，自提点实收 8 件，少在路上。" * 9
    rows = wrapped(text, indent=0.2)
    assert len(rows) > 3
    assert "".join(row.cells[-1] for row in rows) == text
    assert all(row.cells[-1][0] not in "，。" for row in rows)


@pytest.mark.usefixtures("qtbot")
def test_a_paper_with_everything_on_it_is_written_whole(tmp_path: Path) -> None:
    photo = QImage(400, 300, QImage.Format.Format_RGB32)
    photo.fill(QColor("white"))
    signed = QImage.fromData(signature_of((((0.1, 0.2), (0.8, 0.7)),)).png)
    pieces: list[Piece] = [
        *table("货", ("店", "件"), (0.7, 0.3), "lr", [Row(("村口店", "3"), "row", (0.7, 0.3), "lr")]),
        Picture(photo, "照片"),
        Signatures((("网格站", signed), ("司机", None))),
        *[Codes((("1/1", modules("GYM1:ABCD")),))] * 9,
    ]
    raw = write(tmp_path / "单" / "a.pdf", pieces).read_bytes()
    assert len(re.findall(rb"/Type /Page\b", raw)) == len(paginate(pieces)) > 1
    assert b"NotoSansSC" in raw
    assert list((tmp_path / "单").glob(".*")) == []


@pytest.mark.usefixtures("qtbot")
@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="this machine cannot draw a PDF")
def test_printed_codes_are_read_by_a_scanner_at_a_cheap_printer_s_resolution(tmp_path: Path) -> None:
    texts = [f"GYM1:T{n}:" + "0A9Z-./+$" * 54 for n in range(6)]
    codes = Codes(tuple((str(n), modules(text)) for n, text in enumerate(texts)))
    path = write(tmp_path / "codes.pdf", [codes])
    tool = shutil.which("pdftoppm") or ""
    subprocess.run([tool, "-r", "203", "-png", str(path), str(tmp_path / "page")], check=True)
    image = QImage(str(next(tmp_path.glob("page*.png")))).convertToFormat(QImage.Format.Format_Grayscale8)
    plain: Any = memoryview(image.constBits()).cast("B", (image.height(), image.bytesPerLine()))
    assert {
        found.text
        for found in zxingcpp.read_barcodes(
            plain, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        )
    } == set(texts)


@pytest.mark.usefixtures("qtbot")
def test_a_place_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(OSError, match=r".+"):
        write(blocked / "a.pdf", [])
