"""A point's list as QR codes on paper: packed small, cut into parts that a scanner types, put together again.

The format is described in docs/protocol.md ("The list on paper"). Signing and verifying stand elsewhere: here a
signature is 64 bytes that travel along.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from app.domain.codec import dumps
from app.domain.labels import PAPER_PREFIX, is_paper_part
from app.domain.refusals import Refused, refused

PREFIX: Final = f"{PAPER_PREFIX}1"
LONGEST_PART: Final = 500
"""A part is no longer, so that a scanner that types like a keyboard brings it across whole."""
MOST_PARTS: Final = 99
KEY_SIZE, SIGNATURE_SIZE = 32, 64
_DOMAIN: Final = b"geyi paper manifest 1\n"
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-./+$"
_VALUE: Final = {symbol: value for value, symbol in enumerate(_ALPHABET)}
_HEAD: Final = len(f"{PREFIX}:TTTT:0101:CCCCCC:")
_ROOM: Final = (LONGEST_PART - _HEAD) // 3 * 2
_MOST_TEXT: Final = 2_000_000
_KNOWN_WORDS: Final = "platform\nfrozen\nfresh\nchilled\nambient\n 1kg 2kg 500ml 250g 500g".encode("gb18030")


class Reason(StrEnum):
    """Why a scanned part, or all parts together, cannot be taken."""

    HALF = "half"
    NEWER = "newer"
    DAMAGED = "damaged"
    FORGED = "forged"


class Carried(NamedTuple):
    """What the paper carries: a fact of the platform as it stands on the point's feed, and whose paper it is."""

    station: str
    point: str
    seq: int
    at_ms: int
    day: str
    body: str


class Signed(NamedTuple):
    """A packed list with the key that signed it; ``message`` is what the signature is of."""

    public_key: bytes
    signature: bytes
    packed: bytes

    @property
    def message(self) -> bytes:
        """The bytes under the signature."""
        return message_of(self.packed)


def message_of(packed: bytes) -> bytes:
    """What a station signs: the packed list behind a word that no other signature of ours begins with."""
    return _DOMAIN + packed


# --- packing -----------------------------------------------------------------------------------------------


def pack(carried: Carried) -> bytes:
    """The list in few bytes; :func:`unpack` gives the body back to the letter."""
    head = [carried.station, carried.point, str(carried.seq), str(carried.at_ms), carried.day]
    text = "\n".join([*head, _folded(carried.body)])
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, _KNOWN_WORDS)
    return squeeze.compress(text.encode("gb18030")) + squeeze.flush()


def unpack(packed: bytes) -> Carried | Refused:
    """The list; refused where the bytes are no list of this format."""
    try:
        open_up = zlib.decompressobj(-15, _KNOWN_WORDS)
        plain = open_up.decompress(packed, _MOST_TEXT)
        if not open_up.eof or open_up.unused_data:
            return refused(Reason.DAMAGED)
        station, point, seq, at_ms, day, body = plain.decode("gb18030").split("\n", 5)
        return Carried(station, point, int(seq), int(at_ms), day, _unfolded(body))
    except (zlib.error, ValueError, IndexError, KeyError, TypeError):
        return refused(Reason.DAMAGED)


def _folded(body: str) -> str:
    """The body in columns where it comes back exactly, else as it is (behind a blank)."""
    try:
        folded = _fold(json.loads(body))
        exact = _unfolded(folded) == body
    except (ValueError, TypeError, AttributeError, IndexError, KeyError):
        exact = False
    return folded if exact else f" {body}"


def _unfolded(text: str) -> str:
    return text[1:] if text.startswith(" ") else dumps(_unfold(text))


def _fold(fields: dict[str, Any]) -> str:
    """One line for each field: its name and a value, or ``*`` with a line for each column of its rows."""
    said: list[str] = []
    for name, value in fields.items():
        if isinstance(value, list):
            columns = list(zip(*value, strict=True))
            said.append(f"{name}*{len(value)},{len(columns)}")
            said += [_column(column) for column in columns]
        else:
            said.append(f"{name}={dumps(value)}")
    return "\n".join(said)


def _unfold(text: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    said = iter(text.split("\n"))
    for line in said:
        name, equals, value = line.partition("=")
        if equals and "*" not in name:
            fields[name] = json.loads(value)
            continue
        name, _, shape = line.partition("*")
        rows, columns = map(int, shape.split(","))
        across = [_cells(next(said)) for _ in range(columns)]
        fields[name] = [list(row) for row in zip(*across, strict=True)] if columns else [[]] * rows
    return fields


def _column(cells: Sequence[Any]) -> str:
    """Numbers as they are; of a text only what differs from the one before, behind the length of what does not."""
    if all(type(cell) is int for cell in cells):
        return "#" + "\t".join(map(str, cells))
    before, said = "", []
    for cell in cells:
        same = _same(before, cell)
        said.append(chr(ord("0") + same) + cell[same:])
        before = cell
    return "$" + "\t".join(said)


def _same(before: str, cell: str) -> int:
    same = 0
    for one, other in zip(before[:60], cell, strict=False):
        if one != other:
            break
        same += 1
    return same


def _cells(line: str) -> list[Any]:
    kind, cells = line[0], line[1:].split("\t")
    if kind == "#":
        return [int(cell) for cell in cells]
    before, found = "", []
    for cell in cells:
        before = before[: ord(cell[0]) - ord("0")] + cell[1:]
        found.append(before)
    return found


# --- parts -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """One QR code's share: the ``nth`` of ``of`` parts of the list that ``tag`` names."""

    tag: str
    nth: int
    of: int
    content: bytes = field(repr=False)


def cut(signed: Signed) -> tuple[str, ...]:
    """The texts of a signed list's QR codes; raises ``ValueError`` for a list that is too long for paper."""
    whole = signed.public_key + signed.signature + signed.packed
    of = -(-len(whole) // _ROOM)
    if of > MOST_PARTS:
        raise ValueError(f"{of} parts")
    share = -(-len(whole) // of)
    shares = [whole[at : at + share] for at in range(0, len(whole), share)]
    tag = _tag(whole)
    return tuple(_text(Part(tag, nth, len(shares), content)) for nth, content in enumerate(shares, 1))


def _tag(whole: bytes) -> str:
    return _letters(blake2b(whole, digest_size=4).digest())[:4]


def _text(part: Part) -> str:
    data = f"{part.tag}:{part.nth:02d}{part.of:02d}:{_letters(part.content)}"
    return f"{PREFIX}:{data[:9]}:{_check(data)}:{data[10:]}"


def _check(data: str) -> str:
    return _letters(zlib.crc32(data.encode("ascii", "replace")).to_bytes(4, "big"))


def read_part(text: str) -> Part | Refused:
    """A part from what a scanner typed; refused where something of it is missing or wrong."""
    tidy = text.strip().upper()
    if not tidy.startswith(f"{PREFIX}:"):
        return refused(Reason.NEWER if is_paper_part(tidy) else Reason.HALF)
    try:
        tag, count, check, data = tidy[len(PREFIX) + 1 :].split(":")
        nth, of = int(count[:2]), int(count[2:])
        content = _bytes(data)
    except (ValueError, KeyError, OverflowError):
        return refused(Reason.HALF)
    if check != _check(f"{tag}:{count}:{data}") or not 0 < nth <= of:
        return refused(Reason.HALF)
    return Part(tag, nth, of, content)


def join(parts: Iterable[Part]) -> Signed | Refused:
    """All parts of one list, in any order, as one; refused where they do not belong together."""
    whole = b"".join(part.content for part in sorted(parts, key=lambda part: part.nth))
    tags = {part.tag for part in parts}
    if tags != {_tag(whole)} or len(whole) <= KEY_SIZE + SIGNATURE_SIZE:
        return refused(Reason.DAMAGED)
    return Signed(
        whole[:KEY_SIZE], whole[KEY_SIZE : KEY_SIZE + SIGNATURE_SIZE], whole[KEY_SIZE + SIGNATURE_SIZE :]
    )


class Gathering:
    """Parts of lists as they are scanned, in any order and as often as one likes."""

    def __init__(self) -> None:
        self._parts: dict[str, dict[int, Part]] = {}

    def add(self, part: Part) -> tuple[int, ...]:
        """Take a part; which ones of its list are still missing."""
        known = self._parts.setdefault(part.tag, {})
        if any(other.of != part.of for other in known.values()):
            known.clear()
        known[part.nth] = part
        return tuple(nth for nth in range(1, part.of + 1) if nth not in known)

    def take(self, tag: str) -> Signed | Refused:
        """A list whose parts are all here; it is not kept any longer."""
        return join(self._parts.pop(tag, {}).values())

    @property
    def begun(self) -> bool:
        """Whether parts of a list were scanned that are not all of it."""
        return bool(self._parts)

    def forget(self) -> None:
        """Begin anew."""
        self._parts.clear()


# --- letters -----------------------------------------------------------------------------------------------


def _letters(content: bytes) -> str:
    """Two bytes as three of 41 letters that a QR code packs well and that no keyboard or trimming loses."""
    said = []
    for at in range(0, len(content) - 1, 2):
        high, rest = divmod(content[at] * 256 + content[at + 1], 41 * 41)
        said += [high, *divmod(rest, 41)]
    if len(content) % 2:
        said += divmod(content[-1], 41)
    return "".join(_ALPHABET[value] for value in said)


def _bytes(text: str) -> bytes:
    """The bytes of such letters; raises ``ValueError``, ``KeyError`` or ``OverflowError`` on anything else."""
    values = [_VALUE[symbol] for symbol in text]
    found = bytearray()
    for at in range(0, len(values) - 2, 3):
        found += ((values[at] * 41 + values[at + 1]) * 41 + values[at + 2]).to_bytes(2, "big")
    rest = values[len(values) - len(values) % 3 :]
    if len(rest) == 1:
        raise ValueError("a letter is missing")
    return bytes(found) + (bytes([rest[0] * 41 + rest[1]]) if rest else b"")
