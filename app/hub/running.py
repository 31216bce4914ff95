"""A hub that listens: uvicorn on a thread of its own, quiet, without signal handlers."""

from __future__ import annotations

import socket
import threading
from typing import Any

import uvicorn


class Running:
    """A listening service; ``stop`` it before the program ends."""

    def __init__(self, server: uvicorn.Server, listener: socket.socket) -> None:
        self._server = server
        self._listener = listener
        host, self.port = listener.getsockname()[:2]
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(target=server.run, args=([listener],), name="geyi-hub", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being answered and close; twice is once."""
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()

    def wait(self) -> None:
        """Until the service ends."""
        self._thread.join()


def serve(app: Any, *, host: str = "127.0.0.1", port: int = 0) -> Running:
    """Listen on ``host:port`` (0: a free one). Connections are taken from the moment this returns."""
    listener = socket.create_server((host, port), backlog=128)
    config = uvicorn.Config(
        app,
        access_log=False,
        date_header=False,
        http="h11",
        lifespan="off",
        log_config=None,
        loop="asyncio",
        server_header=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=75,
        ws="none",
    )
    return Running(uvicorn.Server(config), listener)
