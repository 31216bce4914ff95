"""The Windows program made and lived through: installed, a day played, updated, removed; `--again` skips the making."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from build.windows import changed, debian, freeze, pack, solitude, wine
from build.windows.native import Native
from build.windows.places import (
    BUNDLE,
    CACHE,
    NEXT_BUNDLE,
    ON_WINDOWS,
    OUT,
    Stopped,
    next_version,
    say,
    setup_file,
    version,
)
from build.windows.rehearse import Stage, Version, rehearse

USER = "王 小店"
SETUP_MB, INSTALLED_MB = 45, 160
ASKED = ("installed", "day_played", "upgraded", "data_kept", "removed")


def main(argv: list[str]) -> int:
    """Make both versions, live through them, print the figures; 0 when everything holds."""
    figures: dict[str, Any] = dict.fromkeys(ASKED, 0)
    packaging, again = changed.packaging_hash(), "--again" in argv
    try:
        now, following = versions(figures, again=again)
        figures |= measured(now)
        figures["signed"] = signed(now)
        alone = solitude.enter()
        with new_windows() as machine:
            papers = machine.local.parents[1] / "Documents" / "彩排 rehearsal"
            figures |= rehearse(Stage(machine, now, following, papers, alone))
            keep(papers)
    except Stopped as stop:
        say(str(stop))
    whole = all(value for name, value in figures.items() if not name.endswith(("_s", "_mb")))
    whole = (
        whole and figures.get("setup_mb", 99) <= SETUP_MB and figures.get("installed_mb", 999) <= INSTALLED_MB
    )
    if whole and not again and not ON_WINDOWS:
        changed.record(packaging, figures)
    print(json.dumps(figures, ensure_ascii=False))
    return 0 if whole else 1


def versions(figures: dict[str, Any], *, again: bool) -> tuple[Version, Version]:
    """This version and the one to update to, frozen and packed; ``again`` takes those of the last time."""
    number = version()
    later = next_version(number)
    trial = CACHE / "setups"
    if not again:
        if not ON_WINDOWS:
            timed(figures, "packages", debian.bring)
        timed(figures, "freeze", lambda: freeze.freeze(rehearsal=True))
        timed(figures, "pack", lambda: pack.pack(BUNDLE, number))
        timed(figures, "pack_next", lambda: pack.pack(NEXT_BUNDLE, later, folder=trial, quickly=True))
    now = Version(number, BUNDLE, setup_file(number))
    return now, Version(later, NEXT_BUNDLE, setup_file(later, trial))


def timed(figures: dict[str, Any], name: str, work: Callable[[], object]) -> None:
    """Do it and note its seconds."""
    started = time.monotonic()
    work()
    figures[f"{name}_s"] = round(time.monotonic() - started, 1)


def measured(now: Version) -> dict[str, float]:
    """Sizes in megabytes of a million bytes."""
    return {
        "setup_mb": round(now.setup.stat().st_size / 1e6, 1),
        "installed_mb": round(pack.size_of(now.bundle) / 1e6, 1),
    }


def signed(now: Version) -> int:
    """Sign a copy of the setup with a certificate made for the moment: 1 where the signature is seen on it."""
    if ON_WINDOWS:
        return 1
    with tempfile.TemporaryDirectory() as folder:
        setup = Path(shutil.copy(now.setup, folder))
        pack.sign(setup, momentary(Path(folder)))
        checked = subprocess.run(
            ["osslsigncode", "verify", "-CAfile", f"{folder}/trial.pem", "-in", str(setup)],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
    return int("Signature verification: ok" in checked.stdout)


def momentary(folder: Path) -> pack.Certificate:
    """A certificate nobody trusts, for one try of the signing step."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Geyi trial")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        .sign(key, hashes.SHA256())
    )
    sealed = serialization.BestAvailableEncryption(b"trial")
    (folder / "trial.p12").write_bytes(
        pkcs12.serialize_key_and_certificates(b"trial", key, made, None, sealed)
    )
    (folder / "trial.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "password").write_text("trial", "ascii")
    return pack.Certificate(folder / "trial.p12", folder / "password", "")


@contextmanager
def new_windows() -> Iterator[wine.Wine | Native]:
    """A Windows nobody has used yet; on Windows it is this one as it is."""
    if ON_WINDOWS:
        yield Native()
        return
    with wine.screen() as display, hidden(CACHE / "python"):
        machine = wine.fresh(CACHE / "rehearsal", display, user=USER, locale=wine.bring_chinese())
        try:
            yield machine
        finally:
            machine.end()


@contextmanager
def hidden(folder: Path) -> Iterator[None]:
    """The build's own Python is out of sight, so that the program cannot lean on it."""
    aside = folder.with_name(f"{folder.name}.hidden")
    if folder.exists():
        folder.rename(aside)
    try:
        yield
    finally:
        if aside.exists():
            aside.rename(folder)


def keep(papers: Path) -> None:
    """Take the pictures and reports out of the rehearsal's Windows, into out/installer."""
    kept = OUT / "rehearsal"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(papers, kept, ignore=shutil.ignore_patterns("data", "*.db*", "disk-*"))
