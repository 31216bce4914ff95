"""Pictures of widgets, as files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget


def grab(widget: QWidget, path: Path) -> None:
    """Save a picture of a widget as PNG, in device pixels; OSError where the file cannot be written."""
    widget.ensurePolished()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
    QCoreApplication.processEvents()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not widget.grab().save(str(path), "PNG"):
        raise OSError(f"cannot write {path}")
