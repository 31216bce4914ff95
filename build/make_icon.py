"""Draw the program's icon, a roof over the cells (格) of a shelf: `python build/make_icon.py`."""

from __future__ import annotations

import os
import struct
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

OUT = Path(__file__).resolve().parents[1] / "resources" / "icon"
SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)

SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 256 256">
  <title>格驿</title>
  <rect x="8" y="8" width="240" height="240" rx="52" fill="#0B4F7A"/>
  <path d="M60 92 L128 48 L196 92" fill="none" stroke="#FFFFFF" stroke-width="20"
        stroke-linecap="round" stroke-linejoin="round"/>
  <rect x="52" y="112" width="152" height="96" rx="14" fill="#FFFFFF"/>
  <rect x="68" y="128" width="52" height="64" rx="6" fill="#0072B2"/>
  <rect x="136" y="128" width="52" height="24" rx="6" fill="#0072B2"/>
  <rect x="136" y="168" width="52" height="24" rx="6" fill="#E69F00"/>
</svg>
"""


def picture(size: int) -> QImage:
    """The icon as a square picture of `size` pixels."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(SVG.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image


def png(size: int) -> bytes:
    """The same as PNG bytes."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture(size).save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """A Windows icon file that holds these PNGs by their size."""
    offset = 6 + 16 * len(pictures)
    entries = b""
    for size, data in pictures.items():
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(data), offset)
        offset += len(data)
    return struct.pack("<HHH", 0, 1, len(pictures)) + entries + b"".join(pictures.values())


def main() -> None:
    """Write the drawing, a large PNG and the Windows icon."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication([])
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "geyi.svg").write_text(SVG, encoding="utf-8", newline="\n")
    (OUT / "geyi.png").write_bytes(png(512))
    (OUT / "geyi.ico").write_bytes(ico({size: png(size) for size in SIZES}))
    print(f"geyi.svg, geyi.png, geyi.ico in {OUT.name}/")
    application.quit()


if __name__ == "__main__":
    main()
