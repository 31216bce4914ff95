"""A plain TCP relay on loopback that counts the bytes in both directions and does nothing else."""

from __future__ import annotations

import socket
import threading


class ByteCount:
    """Listens on a free port and passes every byte on to ``port``."""

    def __init__(self, port: int) -> None:
        self.total = 0
        self._target = port
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def stop(self) -> None:
        """Close the door; connections end with their ends."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            for connection in (near, far):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while part := source.recv(65_536):
                with self._lock:
                    self.total += len(part)
                target.sendall(part)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            target.close()
