"""A hub in a process of its own, to be killed: `python -m tests.hub.process URL PORT`."""

from __future__ import annotations

import sys

from app.hub.hub import Hub
from app.hub.running import serve
from app.hub.service import make_app
from tests.samples import morning

if __name__ == "__main__":
    serve(make_app(Hub(sys.argv[1], morning())), port=int(sys.argv[2])).wait()
