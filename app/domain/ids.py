"""Names of things that are recorded: facts, claims, return bags, and their check characters."""

from __future__ import annotations

from typing import NamedTuple

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class FactId(NamedTuple):
    """Where a fact stands: the ``seq``-th fact of one ``epoch`` of one device; never reused."""

    device: str
    epoch: int
    seq: int

    def __str__(self) -> str:
        return f"{self.device}.{self.epoch}.{self.seq}"

    @classmethod
    def parse(cls, text: str) -> FactId:
        """Read ``device.epoch.seq``; raises ``ValueError`` on anything else."""
        device, epoch, seq = text.rsplit(".", 2)
        return cls(device, int(epoch), int(seq))


def check_character(text: str) -> str:
    """The ISO/IEC 7064 MOD 37,36 check character of ``text`` (letters A–Z and digits; hyphens are skipped)."""
    rest = 36
    for symbol in text.replace("-", ""):
        rest = (rest + ALPHABET.index(symbol)) % 36 or 36
        rest = rest * 2 % 37
    return ALPHABET[(37 - rest) % 36]


def with_check(text: str) -> str:
    """``text`` followed by a hyphen and its check character."""
    return f"{text}-{check_character(text)}"


def has_valid_check(code: str) -> bool:
    """Whether the last character of one of our own codes is the check character of the rest."""
    body, _, check = code.rpartition("-")
    try:
        return bool(body) and check_character(body) == check
    except ValueError:
        return False


def new_code(prefix: str, *, length: int = 6) -> str:
    """A fresh code of ours, such as ``TH-4K7P2Q-X``: prefix for the kind, random body, check character."""
    import secrets

    body = "".join(secrets.choice(ALPHABET) for _ in range(length))
    return with_check(f"{prefix}-{body}")


def ean13_is_valid(code: str) -> bool:
    """Whether 13 digits carry a right EAN-13 check digit (GS1 General Specifications, section 7.9)."""
    if len(code) != 13 or not (code.isascii() and code.isdigit()):
        return False
    weighted = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(code[:12]))
    return (10 - weighted % 10) % 10 == int(code[12])
