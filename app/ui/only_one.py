"""One window for one data folder: a second start raises the first and goes away."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_PATIENCE_MS = 800


def _name(folder: Path) -> str:
    return "geyi-" + blake2b(str(folder.resolve()).encode(), digest_size=8).hexdigest()


def raise_first(folder: Path) -> bool:
    """Ask the program that works on ``folder`` to come to the front; says whether there is one that answered."""
    socket = QLocalSocket()
    socket.connectToServer(_name(folder))
    if not socket.waitForConnected(_PATIENCE_MS):
        return False
    socket.write(b"raise")
    done = socket.waitForBytesWritten(_PATIENCE_MS)
    socket.disconnectFromServer()
    return done


class Doorbell(QObject):
    """Listens for later starts; ``rung()`` runs on the Qt thread for each."""

    def __init__(self, folder: Path, rung: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(_name(folder))
        self._server.listen(_name(folder))
        self._server.newConnection.connect(self._answer)
        self._rung = rung

    def _answer(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            self._rung()

    def close(self) -> None:
        """Stop listening."""
        self._server.close()
