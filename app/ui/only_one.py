"""One window for one data folder: a second start raises the first and goes away; a setup may ask it to close."""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from app.store.folder import is_in_use

_PATIENCE_MS = 800
_CLOSING_S = 60
"""A big book on a slow disk may take long to finish what is queued."""
_LOOK_EVERY_S = 0.1
_RAISE = b"raise"
_LEAVE = b"leave"


def _name(folder: Path) -> str:
    return "geyi-" + blake2b(str(folder.resolve()).encode(), digest_size=8).hexdigest()


def raise_first(folder: Path) -> bool:
    """Ask the program that works on ``folder`` to come to the front; says whether there is one that answered."""
    return _ring(folder, _RAISE)


def ask_to_leave(folder: Path, *, seconds: float = _CLOSING_S) -> bool:
    """Ask the program that works on ``folder`` to finish and close; whether nobody works on it any more."""
    asked = 0
    until = time.monotonic() + seconds
    while is_in_use(folder):
        if time.monotonic() > until:
            return False
        asked = asked or _ring(folder, _LEAVE)
        time.sleep(_LOOK_EVERY_S)
    return True


def _ring(folder: Path, word: bytes) -> bool:
    socket = QLocalSocket()
    socket.connectToServer(_name(folder))
    if not socket.waitForConnected(_PATIENCE_MS):
        return False
    socket.write(word)
    done = socket.waitForBytesWritten(_PATIENCE_MS)
    socket.disconnectFromServer()
    return done


class Doorbell(QObject):
    """Listens for later starts: ``rung()`` runs on the Qt thread for each, ``leave()`` when asked to close."""

    def __init__(
        self,
        folder: Path,
        rung: Callable[[], None],
        parent: QObject | None = None,
        *,
        leave: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(parent)
        self._rung, self._leave = rung, leave
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(_name(folder))
        self._server.listen(_name(folder))
        self._server.newConnection.connect(self._answer)

    def _answer(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(lambda ringing=socket: self._hear(ringing))
            self._hear(socket)

    def _hear(self, socket: QLocalSocket) -> None:
        word = bytes(socket.readAll().data())
        if word == _LEAVE:
            self._leave()
        elif word:
            self._rung()

    def close(self) -> None:
        """Stop listening."""
        self._server.close()
