"""`python3 dev.py installer`: make the setup; with `check`: the rehearsal where it is due, else quick checks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from build.windows import changed, debian, freeze, pack, wheels
from build.windows.places import ON_WINDOWS, OUT, ROOT, Stopped, say, version

USAGE = "python3 dev.py installer [check]"


def main(words: list[str]) -> int:
    """The exit code: 0 done, 1 something is wrong, 2 this was not understood."""
    if words not in ([], ["check"]):
        print(USAGE)
        return 2
    try:
        return check() if words else make()
    except Stopped as stop:
        print(stop, file=sys.stderr)
        return 1


def make() -> int:
    """The setup of this version in out/installer."""
    if not ON_WINDOWS:
        debian.bring()
    made = pack.pack(signed(freeze.freeze()), version(), folder=OUT)
    by = pack.certificate()
    if by is not None:
        pack.sign(made, by)
    say(f"{made} is {made.stat().st_size / 1e6:.1f} MB, {'signed' if by else 'not signed'}")
    return 0


def signed(bundle: Path) -> Path:
    """The bundle, its program signed where there is a certificate."""
    by = pack.certificate()
    if by is not None:
        pack.sign(bundle / "Geyi.exe", by)
    return bundle


def check() -> int:
    """What continuous integration asks: everything where packaging may have changed, else what is quick."""
    if changed.is_verified():
        say("packaging is as it was when last rehearsed: quick checks")
        say(f"{wheels.check()} locked packages have their Windows wheel")
        return python("-m", "pytest", "-q", "tests/installer")
    say("packaging has changed since it was last rehearsed: the whole rehearsal")
    return python("-m", "tests.benchmarks", "installer")


def python(*words: str) -> int:
    """Run this same Python on something and give its exit code."""
    return subprocess.run([sys.executable, *words], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
