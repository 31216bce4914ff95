"""See that every locked package still has a wheel for Windows, without fetching any."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile

from build.windows.places import LOCK, ROOT, Stopped

PLATFORM = ("--python-platform", "x86_64-pc-windows-msvc", "--python-version", "3.11")


def check() -> int:
    """How many packages have one; raises :class:`Stopped` naming those that have not."""
    with tempfile.TemporaryDirectory() as nowhere:
        command = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "install",
            "--dry-run",
            "--no-deps",
            "--target",
            nowhere,
        ]
        command += ["--only-binary", ":all:", "--require-hashes", *PLATFORM, "-r", str(LOCK)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Stopped(f"{done.stderr}\nNot every locked package has a wheel for Windows.")
    return len(re.findall(r"^ *\+ ", done.stderr, re.MULTILINE))
