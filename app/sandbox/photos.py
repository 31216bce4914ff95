"""Photos of the story: small PNG pictures of broken eggs and spoiled greens, drawn from a name."""

from __future__ import annotations

import math
import struct
import zlib
from random import Random

from app.sandbox.dice import dice

WIDTH, HEIGHT = 96, 72
SIGNATURE = b"\x89PNG\r\n\x1a\n"
Colour = tuple[int, int, int]
Blot = tuple[float, float, float, float, Colour]

TABLES: tuple[Colour, ...] = ((196, 170, 132), (150, 156, 160), (214, 208, 196), (120, 98, 76))
YOLK, WHITE, SHELL, GREEN, ROT = (240, 176, 40), (246, 240, 214), (204, 160, 120), (96, 140, 60), (92, 74, 40)


def photo(name: str) -> bytes:
    """The PNG that belongs to ``name``: the same name gives the same bytes; about 1–3 kB."""
    rng = dice("photo", name)
    blots = _egg(rng) if rng.random() < 0.5 else _greens(rng)
    return png(_rows(rng.choice(TABLES), blots, rng), width=WIDTH, height=HEIGHT)


def _egg(rng: Random) -> list[Blot]:
    x, y = rng.uniform(36, 60), rng.uniform(28, 44)
    shells = [_spot(rng, 9, SHELL) for _ in range(rng.randrange(3, 7))]
    return [(x, y, 26, 0.25, WHITE), (x + rng.uniform(-5, 5), y, 11, 0.06, YOLK), *shells]


def _greens(rng: Random) -> list[Blot]:
    leaves = [_spot(rng, 18, GREEN) for _ in range(rng.randrange(5, 9))]
    return leaves + [_spot(rng, 8, ROT) for _ in range(rng.randrange(3, 8))]


def _spot(rng: Random, radius: float, colour: Colour) -> Blot:
    return (rng.uniform(12, 84), rng.uniform(10, 62), rng.uniform(0.5, 1) * radius, 0.3, colour)


def _rows(table: Colour, blots: list[Blot], rng: Random) -> bytes:
    phases = [rng.uniform(0, math.tau) for _ in blots]
    rows = bytearray()
    for y in range(HEIGHT):
        rows.append(0)
        for x in range(WIDTH):
            rows += bytes(_shaded(_colour_at(x, y, table, blots, phases), x * y % 7 - 3))
    return bytes(rows)


def _colour_at(x: int, y: int, table: Colour, blots: list[Blot], phases: list[float]) -> Colour:
    found = table
    for (left, top, radius, ragged, colour), phase in zip(blots, phases, strict=True):
        dx, dy = x - left, y - top
        if abs(dx) > 2 * radius or abs(dy) > 2 * radius:
            continue
        edge = radius * (1 + ragged * math.sin(5 * math.atan2(dy, dx) + phase))
        if dx * dx + dy * dy < edge * edge:
            found = colour
    return found


def _shaded(colour: Colour, by: int) -> Colour:
    red, green, blue = (max(0, min(255, part + by)) for part in colour)
    return red, green, blue


def png(rows: bytes, *, width: int, height: int) -> bytes:
    """An 8-bit RGB PNG of filter-0 scan lines (one filter byte and ``3 * width`` bytes for each row)."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")
    return SIGNATURE + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
