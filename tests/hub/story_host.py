"""A host in a process of its own on a story's clock, to be killed: `python -m tests.hub.story_host DIR PORT`."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from app.hub.host import LOOPBACK
from app.hub.host_process import HostService
from tests.station import midnight

if __name__ == "__main__":
    HostService(Path(sys.argv[1]), midnight(), address=LOOPBACK, port=int(sys.argv[2]), finder_port=0)
    threading.Event().wait()
