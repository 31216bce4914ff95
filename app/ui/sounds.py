"""The counter's four sounds, loaded before they are needed; a machine without sound is simply silent."""

from __future__ import annotations

import importlib
import logging
import os
from typing import Any, Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication

from app.domain.answers import Tone
from app.domain.resources import resource_path

log = logging.getLogger(__name__)

_FILES: Final = {Tone.OK: "ok", Tone.LOOK: "repeat", Tone.WRONG: "wrong"}
_DONE: Final = "done"


class Sounds:
    """Plays one sound per tone; INFO has none."""

    def __init__(self) -> None:
        self.muted = False
        self._effects: dict[str, Any] = {}

    def load(self) -> None:
        """Load the sounds, once the counter is in use: what is played before that is silent."""
        if not self._effects and not _must_be_silent():
            self._load()

    @property
    def audible(self) -> bool:
        """Whether anything can be heard at all."""
        return bool(self._effects)

    def play(self, tone: Tone) -> None:
        """Sound a tone, at once and without waiting."""
        self._play(_FILES.get(tone, ""))

    def play_done(self) -> None:
        """Sound the end of a piece of work: a wave, a day."""
        self._play(_DONE)

    def _play(self, name: str) -> None:
        effect = self._effects.get(name)
        if effect is not None and not self.muted:
            effect.play()

    def _load(self) -> None:
        try:
            multimedia = importlib.import_module("PySide6.QtMultimedia")
        except ImportError:
            log.info("no QtMultimedia: the counter is silent")
            return
        if not multimedia.QMediaDevices.audioOutputs():
            log.info("no audio device: the counter is silent")
            return
        for name in (*_FILES.values(), _DONE):
            self._load_one(multimedia, name)

    def _load_one(self, multimedia: Any, name: str) -> None:
        path = resource_path(f"sounds/{name}.wav")
        if not path.is_file():
            return
        effect = multimedia.QSoundEffect()
        effect.setSource(QUrl.fromLocalFile(str(path)))
        self._effects[name] = effect


def _must_be_silent() -> bool:
    return bool(os.environ.get("CI")) or QGuiApplication.platformName() in ("offscreen", "minimal")
