"""What every desk makes of a scan before it looks the code up: dirt wiped off, and what can be no code refused."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from app.domain.refusals import Refused, refused

LONGEST_CODE = 64


class Unreadable(StrEnum):
    """Why a scan or a typed line can be no code; a room's own reasons may carry the same values."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    CONTROL = "control"
    NOT_A_CODE = "not_a_code"


def read_code(text: str) -> str | Refused:
    """The code in a scan or typed line, in capitals; refuses what can be no code (:class:`Unreadable`)."""
    plain = tidy(text)
    trouble = trouble_with(plain)
    if trouble is None and not plain.isascii():
        trouble = refused(Unreadable.NOT_A_CODE, text=plain)
    return trouble or plain.upper()


def tidy(text: str) -> str:
    """Outer blanks, group separators and the symbology mark of some scanners go; full-width becomes plain."""
    plain = "".join(map(_narrow, text.replace("\x1d", ""))).strip()
    return _AIM.sub("", plain, count=1).strip() if plain.startswith("]") else plain


def trouble_with(plain: str) -> Refused | None:
    """What speaks against a tidied scan whatever codes look like: nothing in it, unseen characters, far too long."""
    if not plain:
        return refused(Unreadable.EMPTY)
    if any(unicodedata.category(symbol) in _UNSEEN for symbol in plain):
        return refused(Unreadable.CONTROL)
    if len(plain) > LONGEST_CODE:
        return refused(Unreadable.TOO_LONG, length=len(plain), most=LONGEST_CODE)
    return None


_AIM = re.compile(r"\](C[0-4]|E[0-4]|Q[0-6]|d[0-6]|e[0-3])")
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cn", "Cs"})


def _narrow(symbol: str) -> str:
    if "！" <= symbol <= "～":
        return chr(ord(symbol) - 0xFEE0)
    return " " if symbol == "\u3000" else symbol
