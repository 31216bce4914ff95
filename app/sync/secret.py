"""What stands for a device's secret: the hub keeps its hash only, and a station's host proves itself by it."""

from __future__ import annotations

from hashlib import blake2b


def hashed(secret: str) -> bytes:
    """Secrets are 144 random bits, so one plain hash is enough."""
    return blake2b(secret.encode(), digest_size=32, person=b"geyi-device").digest()
