"""What can be asked on the command line: open the window, play a day, serve the sandbox's hub."""

from __future__ import annotations

import argparse
import gc
from datetime import date
from pathlib import Path

from app import __version__

EVERYWHERE = "0.0.0.0"  # noqa: S104 - a station's host is there for its whole LAN


def main(argv: list[str] | None = None) -> int:
    """Do what the words ask; the exit code."""
    options = _parser().parse_args(argv)
    if options.route_worker:
        from app.routing.worker import main as work

        return work()
    if options.self_test or options.worker_check or options.quit:
        return _serve_the_setup(options)
    verb: str = options.verb or "open"
    if verb == "demo":
        from app.demo.play import demo

        return demo(options)
    if verb == "hub":
        return _serve(options)
    if verb == "host":
        return _host(options)
    return _open(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="geyi", description="格驿：自提点和网格站的柜台程序")
    parser.add_argument("--version", action="version", version=f"格驿 {__version__}")
    parser.add_argument("--data", type=Path, help="data folder; the user's own where not given")
    parser.add_argument("--quit", action="store_true", help="ask the open window to finish and close")
    parser.add_argument(
        "--self-test", type=Path, metavar="DIR", help="play a day, leave pictures and report.json"
    )
    parser.add_argument("--worker-check", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    parser.add_argument("--route-worker", action="store_true", help=argparse.SUPPRESS)
    verbs = parser.add_subparsers(dest="verb")
    demo = verbs.add_parser("demo", help="a day's story at a shop on the embedded sandbox platform")
    demo.add_argument("--headless", action="store_true", help="no window: play the whole day, leave pictures")
    demo.add_argument("--station", action="store_true", help="a grid station's night instead of a shop's day")
    demo.add_argument("--points", type=_some, default=550, help="with --station: pickup points")
    demo.add_argument("--pieces", type=_some, default=9_400, help="with --station: pieces of the night")
    demo.add_argument("--out", type=Path, help="folder for pictures and report.json")
    demo.add_argument("--seed", type=int, default=7)
    demo.add_argument("--county", default="宾阳县")
    demo.add_argument("--date", type=_day, default="2026-11-22", help="the business day, YYYY-MM-DD")
    hub = verbs.add_parser("hub", help="the platform API as a service")
    hub.add_argument("--host", default="127.0.0.1")
    hub.add_argument("--port", type=int, default=8600)
    hub.add_argument("--db", default="sqlite:///hub.db", help="database URL")
    host = verbs.add_parser(
        "host", help="a station's host on the host folder --data; the window starts it by itself"
    )
    host.add_argument("--address", default=EVERYWHERE)
    host.add_argument("--parent", type=int, default=0, help="end with this process")
    practice = verbs.add_parser("practice", help="the window on practice goods; the real book is not touched")
    practice.add_argument("--station", action="store_true", help="a grid station's night")
    return parser


def _some(text: str) -> int:
    """A number from 1 on; argparse says of others that they are not."""
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return int(text)


def _day(text: str) -> str:
    """A day as YYYY-MM-DD; argparse says of others that they are none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is no day (YYYY-MM-DD)") from error


def _open(options: argparse.Namespace) -> int:
    gc.disable()  # looking for garbage among fresh modules costs a tenth of the start; see start.Opening
    from app.domain.clock import SystemClock
    from app.start import run
    from app.store.folder import default_folder

    if options.verb == "practice":
        from app.demo.practice import practice

        return practice(options)
    return run(options.data or default_folder(), SystemClock())


def _serve_the_setup(options: argparse.Namespace) -> int:
    """What the setup and those who test it ask of the installed program."""
    from app import selftest

    if options.worker_check:
        return selftest.quietly(lambda: selftest.check_worker(options.worker_check))
    if options.quit:
        return selftest.leave(options.data)
    if options.data:
        return selftest.quietly(lambda: selftest.look(options.data, options.self_test))
    return selftest.quietly(lambda: selftest.play(options.self_test))


def _host(options: argparse.Namespace) -> int:
    import os

    from app.domain.clock import SystemClock
    from app.hub.host_process import run

    parent = options.parent or os.getppid()
    return run(options.data, SystemClock(), parent=parent, address=options.address)


def _serve(options: argparse.Namespace) -> int:
    from app.domain.clock import SystemClock
    from app.hub.hub import Hub
    from app.hub.running import serve
    from app.hub.service import make_app

    hub = Hub(options.db, SystemClock())
    running = serve(make_app(hub), host=options.host, port=options.port)
    print(f"hub at {running.url}, Ctrl+C ends it", flush=True)
    try:
        running.wait()
    except KeyboardInterrupt:
        running.stop()
    hub.close()
    return 0
