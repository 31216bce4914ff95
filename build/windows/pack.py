"""Pack the program's folder into one setup file with NSIS, and sign it where there is a certificate."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from build.windows.freeze import made_on
from build.windows.places import ON_WINDOWS, OUT, ROOT, SCRIPT, Stopped, say, setup_file
from build.windows.properties import four

NSIS_FOLDERS = (Path("C:/Program Files (x86)/NSIS"), Path("C:/Program Files/NSIS"))
STAMP = "http://timestamp.digicert.com"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What signs: a PKCS#12 file with its password file, and the address of a time stamp or ``""``."""

    file: Path
    password_file: Path
    stamp: str


def pack(bundle: Path, number: str, *, folder: Path = OUT, quickly: bool = False) -> Path:
    """The setup of version ``number`` made from ``bundle``; raises :class:`Stopped` with makensis' words.

    ``quickly`` packs in seconds what is only tried out; the setup is half as large again.
    """
    made = setup_file(number, folder)
    made.parent.mkdir(parents=True, exist_ok=True)
    made.unlink(missing_ok=True)
    say(f"packing {made.name}")
    words = {
        "VERSION": number,
        "NUMBERS": ".".join(map(str, four(number))),
        "BUNDLE": str(bundle),
        "OUT": str(made),
        "ICON": str(ROOT / "resources" / "icon" / "geyi.ico"),
        "MADE_ON": made_on(),
        "KB": str(-(-size_of(bundle) // 1024)),
    }
    # -WX: a warning is an error
    command = [
        makensis(),
        "-V2",
        "-WX",
        "-INPUTCHARSET",
        "UTF8",
        *(f"-D{n}={word}" for n, word in words.items()),
    ]
    command += ["-DQUICKLY"] if quickly else []
    done = subprocess.run(
        [*command, str(SCRIPT)], capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode or not made.exists():
        raise Stopped(f"{done.stdout[-2000:]}{done.stderr}\nNSIS did not pack the setup.")
    return made


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def makensis() -> str:
    """Where NSIS is; raises :class:`Stopped` where it is not."""
    found = shutil.which("makensis")
    if found is None and ON_WINDOWS:
        found = next((str(folder / "makensis.exe") for folder in NSIS_FOLDERS if folder.exists()), None)
    if found is None:
        raise Stopped(
            "NSIS is missing. On Windows: winget install NSIS.NSIS; on Debian: apt-get install nsis."
        )
    return found


# --- signing -----------------------------------------------------------------------------------------------


def certificate() -> Certificate | None:
    """The certificate that ``GEYI_SIGN_P12`` and ``GEYI_SIGN_PASSWORD_FILE`` name; none where they are not set."""
    file, password = os.environ.get("GEYI_SIGN_P12"), os.environ.get("GEYI_SIGN_PASSWORD_FILE")
    if not (file and password):
        return None
    return Certificate(Path(file), Path(password), os.environ.get("GEYI_SIGN_STAMP", STAMP))


def sign(program: Path, by: Certificate) -> None:
    """Sign an .exe in place; raises :class:`Stopped`."""
    signed = program.with_suffix(".signed")
    command = [
        "osslsigncode",
        "sign",
        "-pkcs12",
        str(by.file),
        "-readpass",
        str(by.password_file),
        "-h",
        "sha256",
    ]
    command += ["-n", "Geyi", "-in", str(program), "-out", str(signed)]
    command += ["-ts", by.stamp] if by.stamp else []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        signed.unlink(missing_ok=True)
        raise Stopped(f"{done.stdout}{done.stderr}\n{program.name} could not be signed.")
    signed.replace(program)
