"""A host in a process of its own on a story's clock, to be killed: `python -m tests.hub.story_host DIR PORT`."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from app.hub.host import LOOPBACK
from app.hub.host_process import HostService
from tests.station import midnight

if __name__ == "__main__":
    HostService(Path(sys.argv[1]), midnight(), address=LOOPBACK, port=int(sys.argv[2]), finder_port=0)
    parent, ended = os.getppid(), threading.Event()
    while not ended.wait(1.0) and os.getppid() == parent:
        pass  # a test that fails leaves nobody behind
