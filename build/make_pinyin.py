"""Make the table of pinyin initials for every Chinese character of GBK: `python build/make_pinyin.py`."""

from __future__ import annotations

import sys
import zlib
from pathlib import Path

from pypinyin import Style, pinyin

OUT = Path(__file__).resolve().parents[1] / "resources" / "pinyin.bin"
FIRST, LAST = 0x4E00, 0x9FFF
UNREAD = "."

# Where a family name is read unlike the word; Guangxi's 覃 is Qin.
SURNAMES = {
    "单": "s", "解": "x", "曾": "z", "仇": "q", "查": "z", "覃": "q", "区": "o", "盖": "g",
    "朴": "p", "尉": "w", "翟": "z", "乐": "y", "种": "c", "召": "s", "繁": "p", "秘": "b",
    "折": "s", "重": "c", "隗": "w", "句": "g", "祭": "z", "佴": "n",
}  # fmt: skip
COMPOUND = {"尉迟": "yc", "万俟": "mq", "单于": "cy", "长孙": "zs", "澹台": "tt", "令狐": "lh"}


def initial(char: str) -> str:
    """First Latin letter of the commonest reading, or `.` where there is none."""
    readings = pinyin(char, style=Style.NORMAL, errors="ignore")
    letter = str(readings[0][0])[:1].replace("ü", "v") if readings else ""
    return letter if letter.isascii() and letter.isalpha() else UNREAD


def table() -> bytes:
    """Three lines: letters in code point order; surname, letter where it differs; two-character surnames."""
    letters = "".join(initial(chr(code)) for code in range(FIRST, LAST + 1))
    unlike = {name: read for name, read in SURNAMES.items() if letters[ord(name) - FIRST] != read}
    lines = (letters, pairs(unlike), pairs(COMPOUND))
    return "\n".join(lines).encode()


def pairs(readings: dict[str, str]) -> str:
    """Names and their letters in one string."""
    return "".join(name + read for name, read in readings.items())


def main() -> int:
    """Write the table, compressed, and say its size."""
    OUT.write_bytes(zlib.compress(table(), 9))
    print(f"{OUT.name}: {OUT.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
