"""Bring the Debian packages that a Windows build needs on a Debian machine."""

from __future__ import annotations

import os
import shutil
import subprocess

from build.windows.places import Stopped, say

PACKAGES = (
    "wine", "wine64",                               # runs the Windows Python and the made program
    "xvfb", "xauth", "openbox", "xdotool", "imagemagick",  # a screen nobody sees, hands for it, and its pictures
    "locales",                                      # makes Wine a Chinese Windows
    "nsis",                                         # packs the setup
    "gcc-mingw-w64-x86-64", "mingw-w64-tools",      # python.exe, python3.dll and Wine's missing pieces
    "osslsigncode",                                 # signs the setup where there is a certificate
)  # fmt: skip


def bring() -> None:
    """Install what is missing; raises :class:`Stopped` with a clear word where that fails."""
    missing = [package for package in PACKAGES if not _is_installed(package)]
    if not missing:
        return
    line = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(missing)}"
    if os.geteuid() != 0 and not shutil.which("sudo"):
        raise Stopped(f"Debian packages are missing. Type as root: {line}")
    say(f"installing {' '.join(missing)}")
    _apt("update", "-qq", line=line)
    _apt("install", "-y", "-qq", "--no-install-recommends", *missing, line=line)


def _is_installed(package: str) -> bool:
    try:
        asked = subprocess.run(
            ["dpkg-query", "-W", "-f", "${db:Status-Status}", package],  # noqa: S607
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise Stopped(
            "This is neither Windows nor Debian: the Windows program is made on those two."
        ) from error
    return asked.stdout == "installed"


def _apt(*words: str, line: str) -> None:
    surroundings = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    become = [] if os.geteuid() == 0 else ["sudo", "-n", "-E"]
    command = [*become, "apt-get", "-o", "Acquire::Retries=3", *words]
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-6:])
        raise Stopped(
            f"{said}\nA Debian mirror did not give what is needed (apt-get {words[0]}). "
            f"See that the network and /etc/apt/sources.list are right, then type: {line}"
        )
