"""Dice that fall the same way on every machine and in every process."""

from __future__ import annotations

from hashlib import blake2b
from random import Random


def dice(*about: object) -> Random:
    """A random source that depends on the texts of ``about`` and on nothing else (``hash()`` differs by process)."""
    return Random(number(*about))


def number(*about: object) -> int:
    """A 64-bit number made of the texts of ``about``."""
    text = "\x1f".join(map(str, about))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())


def opaque(*about: object) -> str:
    """Twelve hexadecimal digits made of the texts of ``about``, as platforms hand them out for keys."""
    return f"{number(*about):016x}"[:12]


LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Capitals without I and O, which read like digits."""


def filled(form: str, rng: Random) -> str:
    """A code in the shape of ``form``: ``#`` a digit, ``%`` a digit from 1, ``@`` a letter, the rest as it is."""
    return "".join(_symbol(place, rng) for place in form)


def _symbol(place: str, rng: Random) -> str:
    if place == "#":
        return str(rng.randrange(10))
    if place == "%":
        return str(rng.randrange(1, 10))
    return LETTERS[rng.randrange(len(LETTERS))] if place == "@" else place


def chance(rng: Random, *, of: float) -> bool:
    """Whether something with probability ``of`` (0–1) happens."""
    return rng.random() < of


def about(rng: Random, mean: float, *, at_least: int = 0) -> int:
    """A whole number whose mean is ``mean`` where that is not below ``at_least``."""
    whole = int(mean)
    return max(at_least, whole + chance(rng, of=mean - whole))
