"""Facts to JSON bodies and back, and the canonical bytes over which digests are made."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from enum import StrEnum
from hashlib import blake2b
from operator import attrgetter
from typing import Any, NamedTuple

from app.domain import events, night
from app.domain.events import Fact
from app.domain.ids import FactId

DIGEST_SIZE = 16
GENESIS = bytes(DIGEST_SIZE)
"""The digest before the first fact of an epoch."""


class BadFact(ValueError):
    """A body that does not fit the kind it claims; says which field."""


class UnknownKind(BadFact):
    """A kind of fact that this version of the program does not know."""


class Recorded(NamedTuple):
    """A fact with its envelope: who recorded it, as which, when (device time and its known skew, ms), for which day."""

    id: FactId
    at_ms: int
    skew_ms: int
    day: str
    operator: str
    kind: str
    body: str

    @property
    def true_ms(self) -> int:
        """When it happened, with the known error of the device's clock taken off."""
        return self.at_ms - self.skew_ms

    def fact(self) -> Fact:
        """The typed fact; raises :class:`BadFact`."""
        return decode(self.kind, self.body)


KINDS: dict[str, type[Fact]] = {
    name: thing
    for module in (events, night)
    for name, thing in vars(module).items()
    if isinstance(thing, type) and issubclass(thing, Fact) and thing is not Fact
}


LONGEST_NOTE = 1_000
"""What people write freely is cut after so many characters; every page asks for far less."""
_WRITTEN_FREELY = frozenset({"note", "reason", "why", "how"})


def fits(fact: Fact, body: str) -> bool:
    """Whether a fact can be stored as it is: its body can be written in UTF-8, and it holds no endless note."""
    try:
        body.encode()
    except UnicodeEncodeError:
        return False
    if len(body) <= LONGEST_NOTE:
        return True
    return all(len(getattr(fact, name, "")) <= LONGEST_NOTE for name in _WRITTEN_FREELY)


def cleaned(fact: Fact) -> Fact:
    """The fact with half characters (lone surrogates) made question marks and free text of a bearable length."""
    return typing.cast(Fact, _cleaned(fact))


def _cleaned(value: Any, most: int | None = None) -> Any:
    if type(value) is tuple:
        return tuple(_cleaned(item, most) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value,
            **{
                field.name: _cleaned(
                    getattr(value, field.name), LONGEST_NOTE if field.name in _WRITTEN_FREELY else None
                )
                for field in fields(value)
            },
        )
    if type(value) is str:
        return value.encode(errors="replace").decode()[:most]
    return value


class _Fields(dict[type, tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]]):
    """The field names of each kind of record, and how to read them all at once."""

    def __missing__(self, kind: type) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
        names = tuple(field.name for field in fields(kind))
        read = attrgetter(*names)
        found = self[kind] = names, read if len(names) > 1 else lambda record: (read(record),)
        return found


_fields = _Fields()


def _row(record: Any) -> tuple[Any, ...]:
    """A record inside a body is written as a row: its fields in order."""
    return _fields[type(record)][1](record)


def encode(fact: Fact) -> str:
    """The JSON body of a fact: compact, keys in field order, text as it is (UTF-8 when encoded)."""
    names, values = _fields[type(fact)]
    return _body(dict(zip(names, values(fact), strict=True)))


_COMPACT: dict[str, Any] = {
    "ensure_ascii": False,
    "separators": (",", ":"),
    "allow_nan": False,
    "check_circular": False,
}
_body = json.JSONEncoder(default=_row, **_COMPACT).encode
dumps = json.JSONEncoder(**_COMPACT).encode
"""Compact JSON with text left as it is."""


def decode(kind: str, body: str) -> Fact:
    """Read a fact; raises :class:`UnknownKind` or :class:`BadFact`."""
    cls = KINDS.get(kind)
    if cls is None:
        raise UnknownKind(kind)
    try:
        found, end = _scan(body)
        if end != len(body):
            found = json.loads(body)  # blanks around it are well, anything else raises
    except ValueError as error:
        raise BadFact(f"{kind}: not JSON") from error
    if not isinstance(found, dict):
        raise BadFact(f"{kind}: not an object")
    return typing.cast(Fact, _reader(cls)(found))


_scan = json.JSONDecoder().raw_decode
_readers: dict[type, Callable[[Any], Any]] = {}


def _reader(wanted: Any) -> Callable[[Any], Any]:
    found = _readers.get(wanted)
    if found is None:
        found = _readers[wanted] = _make_reader(wanted)
    return found


def _make_reader(wanted: Any) -> Callable[[Any], Any]:
    origin = typing.get_origin(wanted)
    if origin is tuple:
        return _tuple_reader(_reader(typing.get_args(wanted)[0]))
    if origin in (types.UnionType, typing.Union):
        inner = next(arg for arg in typing.get_args(wanted) if arg is not type(None))
        return _optional_reader(_reader(inner))
    if is_dataclass(wanted):
        return _dataclass_reader(typing.cast(type, wanted))
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return _enum_reader(wanted)
    return _plain_reader(wanted)


def _tuple_reader(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def read_tuple(value: Any) -> Any:
        if not isinstance(value, list):
            raise BadFact(f"a list was expected, not {value!r:.40}")
        return tuple(read(item) for item in value)

    return read_tuple


def _optional_reader(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _enum_reader(wanted: type[StrEnum]) -> Callable[[Any], Any]:
    def read_enum(value: Any) -> Any:
        try:
            return wanted(value)
        except ValueError as error:
            raise BadFact(f"{value!r:.40} is no {wanted.__name__}") from error

    return read_enum


def _plain_reader(wanted: type) -> Callable[[Any], Any]:
    def read_plain(value: Any) -> Any:
        if type(value) is not wanted:
            raise BadFact(f"{wanted.__name__} was expected, not {value!r:.40}")
        return value

    return read_plain


def _dataclass_reader(cls: type) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(cls)
    named: list[tuple[Field[Any], Callable[[Any], Any]]] = [
        (field, _reader(hints[field.name])) for field in fields(cls)
    ]
    readers = [read for _, read in named]
    pairs = [(field.name, read) for field, read in named]

    def read_object(value: Any) -> Any:
        """Whole rows and objects take the short way; what lacks a field, or has one too many, the careful one."""
        if isinstance(value, list | dict) and len(value) == len(readers):
            if isinstance(value, list):
                return cls(*[read(item) for read, item in zip(readers, value, strict=True)])
            try:
                return cls(*[read(value[name]) for name, read in pairs])
            except KeyError:
                pass
        return cls(**_arguments(cls, named, value))

    return read_object


def _arguments(cls: type, named: list[tuple[Field[Any], Callable[[Any], Any]]], value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        value = {field.name: item for (field, _), item in zip(named, value, strict=False)}
    elif not isinstance(value, dict):
        raise BadFact(f"{cls.__name__}: {value!r:.40} is no row")
    arguments = {}
    for field, read in named:
        if field.name in value:
            arguments[field.name] = read(value[field.name])
        elif field.default is MISSING:
            raise BadFact(f"{cls.__name__}: {field.name} is missing")
    return arguments


def canonical(recorded: Recorded) -> bytes:
    """The bytes a digest covers: all of a fact but the device and epoch it is chained in."""
    (_, _, seq), at_ms, skew_ms, day, operator, kind, body = recorded
    return f"{seq}\n{at_ms}\n{skew_ms}\n{day}\n{operator}\n{kind}\n{body}".encode()


def chained(previous: bytes, recorded: Recorded) -> bytes:
    """The digest after ``recorded``: BLAKE2b-128 of the one before and the canonical fact."""
    return blake2b(previous + canonical(recorded), digest_size=DIGEST_SIZE).digest()
