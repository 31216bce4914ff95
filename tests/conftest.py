"""Ground for every test: no screen, no leaked threads, no word of complaint from Qt."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from hypothesis import HealthCheck, settings
from pytestqt.logging import Record

OURS = "geyi-"
ENDING = 5.0  # seconds that a thread asked to stop may take

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile(
    "ci", max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def is_leak(thread: threading.Thread) -> bool:
    """Whether a thread that outlives its test keeps the program alive or is one of the program's own."""
    return not thread.daemon or thread.name.startswith(OURS)


def still_running(before: set[threading.Thread]) -> list[str]:
    """Names of threads begun since `before` that do not end."""
    leaks = [thread for thread in threading.enumerate() if thread not in before and is_leak(thread)]
    for thread in leaks:
        thread.join(ENDING)
    return [thread.name for thread in leaks if thread.is_alive()]


def is_complaint(record: Record) -> bool:
    """Whether Qt warned or worse, and not about something we expect."""
    return not record.ignored and record.log_type_name in ("WARNING", "CRITICAL", "FATAL")


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """What a test starts, it ends."""
    before = set(threading.enumerate())
    yield
    leaked = still_running(before)
    assert not leaked, f"threads outlived the test: {', '.join(leaked)}"


@pytest.fixture(autouse=True)
def quiet_qt(qtlog: object) -> Iterator[None]:
    """Warnings and errors from Qt fail the test; `qt_log_ignore` in pyproject.toml names the few exceptions."""
    yield
    said = [record.message for record in getattr(qtlog, "records", []) if is_complaint(record)]
    assert not said, "Qt complained:\n" + "\n".join(said)
