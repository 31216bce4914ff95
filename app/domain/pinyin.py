"""Turn a name into the first letters of its pinyin, so that 韦小妹 is found by typing `wxm`."""

from __future__ import annotations

import unicodedata
import zlib
from functools import cache
from typing import NamedTuple

from app.domain.resources import resource_path

FIRST = 0x4E00
UNREAD = "."


class Readings(NamedTuple):
    """The table made by build/make_pinyin.py."""

    letters: str
    surnames: dict[str, str]
    compound: dict[str, str]


def initials(text: str) -> str:
    """Lower-case ASCII letters and digits of a name; what has no reading is left out.

    The first character is read as a surname (单 `s`, 覃 `q`); Latin letters and digits stay as they are.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    head = _surname(plain)
    return head + "".join(map(_letter, plain[len(head) :]))


def _surname(name: str) -> str:
    """Letters of a surname that is read in its own way, else nothing."""
    readings = _readings()
    return readings.compound.get(name[:2]) or readings.surnames.get(name[:1], "")


def _letter(char: str) -> str:
    if char.isascii():
        return char.lower() if char.isalnum() else ""
    at = ord(char) - FIRST
    letters = _readings().letters
    letter = letters[at] if 0 <= at < len(letters) else UNREAD
    return "" if letter == UNREAD else letter


@cache
def _readings() -> Readings:
    lines = zlib.decompress(resource_path("pinyin.bin").read_bytes()).decode("utf-8").split("\n")
    letters, singles, pairs = lines
    surnames = {singles[at]: singles[at + 1] for at in range(0, len(singles), 2)}
    compound = {pairs[at : at + 2]: pairs[at + 2 : at + 4] for at in range(0, len(pairs), 4)}
    return Readings(letters, surnames, compound)
