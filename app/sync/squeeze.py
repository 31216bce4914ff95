"""Bytes made smaller for the wire and bounded when they come back."""

from __future__ import annotations

import zlib

GZIP = 31  # zlib's window bits for the gzip form
SMALL = 200
"""Below this many bytes the gzip header costs more than it saves."""


class BadEncoding(ValueError):
    """Bytes that are not what their ``Content-Encoding`` says, or only half of it."""


class TooLarge(ValueError):
    """More bytes than a message may have."""


def squeeze(plain: bytes) -> tuple[bytes, str]:
    """The bytes to send and their ``Content-Encoding`` (empty for none)."""
    if len(plain) < SMALL:
        return plain, ""
    packer = zlib.compressobj(6, zlib.DEFLATED, GZIP, 9)
    return packer.compress(plain) + packer.flush(), "gzip"


def unsqueeze(wire: bytes, encoding: str, *, most: int) -> bytes:
    """The plain bytes; raises :class:`BadEncoding`, or :class:`TooLarge` for more than ``most``."""
    if encoding in ("", "identity"):
        plain = wire
    elif encoding == "gzip":
        plain = _inflate(wire, most)
    else:
        raise BadEncoding(f"unknown encoding {encoding!r:.40}")
    if len(plain) > most:
        raise TooLarge(f"more than {most} bytes")
    return plain


def _inflate(wire: bytes, most: int) -> bytes:
    unpacker = zlib.decompressobj(GZIP)
    try:
        plain = unpacker.decompress(wire, most + 1)
    except zlib.error as error:
        raise BadEncoding(f"broken gzip: {error}") from error
    if len(plain) <= most and not unpacker.eof:
        raise BadEncoding("half a gzip")
    return plain
