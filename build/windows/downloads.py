"""Fetch the wheels a Windows build is made from, each checked against its hash, once."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from build.windows.places import CACHE, LOCK, WHEELS, Stopped, say


@dataclass(frozen=True, slots=True)
class Carrier:
    """A wheel that carries Windows' own Python in ``deploy_libs``; we take only that out of it."""

    pin: str
    python: str
    file: str
    sha256: str


PYTHON_CARRIER = Carrier(
    "panda3d==1.10.14", "3.11", "panda3d-1.10.14-cp311-cp311-win_amd64.whl",
    "1ddf01040b9c5497fb8659e3c5ef793a26c869cfdfb1b75e6d04d6fba0c03b73",
)  # fmt: skip
"""Python 3.11.7 as python.org made and signed it."""
LIBRARY_CARRIER = Carrier(
    "panda3d==1.10.16", "3.13", "panda3d-1.10.16-cp313-cp313-win_amd64.whl",
    "0e505261bb58d8402d0099c291f1a3459acfdd38f3e7d666e72aa2e1ea5dc46f",
)  # fmt: skip
"""OpenSSL 3.0.18 and SQLite 3.50.4 from Python 3.13, newer than those of 3.11."""


def carried(carrier: Carrier) -> Path:
    """The folder with ``carrier``'s ``deploy_libs`` unpacked; raises :class:`Stopped`."""
    folder = CACHE / carrier.file.removesuffix(".whl")
    if not (folder / "whole").exists():
        wheel = WHEELS / carrier.file
        if not wheel.exists():
            say(f"fetching {carrier.pin}")
            _pip_download("--python-version", carrier.python, carrier.pin)
        check(wheel, carrier.sha256)
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(folder, [name for name in packed.namelist() if name.startswith("deploy_libs/")])
        (folder / "whole").touch()
    return folder / "deploy_libs"


def locked_wheels() -> Path:
    """The folder with a Windows wheel of everything the lock file names; pip checks their hashes."""
    stamp = WHEELS / "lock.sha256"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text("ascii") != wanted:
        say("fetching what build/windows/requirements.lock names")
        _pip_download("--python-version", "3.11", "--require-hashes", "-r", str(LOCK))
        stamp.write_text(wanted, "ascii")
    return WHEELS


def wheel_of(name: str) -> Path:
    """The one fetched wheel whose file name begins with ``name-``, e.g. ``pip``."""
    found = sorted(WHEELS.glob(f"{name}-*.whl"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise Stopped(f"No wheel of {name} in {WHEELS}.")
    return found[-1]


def _pip_download(*words: str) -> None:
    WHEELS.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--platform", "win_amd64", "--implementation", "cp", "--dest", str(WHEELS), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join(line for line in done.stderr.splitlines() if line.startswith("ERROR"))
        raise Stopped(
            f"{said}\nA package index did not give a Windows wheel. Check the network and try again."
        )


def check(wheel: Path, sha256: str) -> None:
    """Refuse a file whose hash is another one; raises :class:`Stopped`."""
    with wheel.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != sha256:
        raise Stopped(f"{wheel.name} is not the file it should be (sha256 {found}). Delete it and try again.")
