"""A station's key for signing papers: made once, kept in the encrypted book; its public half is compared by people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.domain.night import StationKeyMade

if TYPE_CHECKING:
    from app.store.book import Book

STATE: Final = "station_key"
SAID_FOR: Final = "station_key_said"
TRUSTED: Final = "trusted_stations"
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: nothing to misread


def private_key(book: Book) -> bytes:
    """This book's 32 private bytes; made at the first call, and said once for the station that it stands at."""
    import secrets

    held = book.get(STATE)
    if held is None:
        held = secrets.token_bytes(32).hex()
        book.put(STATE, held)
    private, station = bytes.fromhex(held), str(book.get("point", ""))
    if station and book.get(SAID_FOR) != station:
        book.record(StationKeyMade(station, public_key(private).hex()))
        book.put(SAID_FOR, station)
    return private


def public_key(private: bytes) -> bytes:
    """The public half (Ed25519, 32 bytes)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def sign(private: bytes, message: bytes) -> bytes:
    """64 bytes that only the holder of the key can make for this message."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(private).sign(message)


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the holder of the key signed exactly this message."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(public: bytes) -> str:
    """Twelve letters that tell one station's key from another's, for people to compare: ``7K2M-9QXD-4TRE``."""
    from hashlib import blake2b

    number = int.from_bytes(blake2b(public, digest_size=8, person=b"geyi-station").digest(), "big")
    letters = "".join(_LETTERS[number >> shift & 31] for shift in range(0, 60, 5))
    return "-".join(letters[at : at + 4] for at in (0, 4, 8))
