"""The hub's OpenAPI document, made from the code: `python -m app.hub.openapi` writes docs/openapi.json."""

from __future__ import annotations

import json
import sys
import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from starlette.routing import Route

from app.domain.codec import KINDS
from app.domain.goods import Person
from app.hub.hub import Hub
from app.hub.ruling import Reason
from app.hub.service import make_app
from app.sync.protocol import MOST_BODY, MOST_EVENTS, MOST_PHOTO, MOST_WIRE, Elsewhere, Enrolled, Verdict

PATH = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
Schema = dict[str, Any]

_DIGEST: Schema = {
    "type": "string",
    "contentEncoding": "base64",
    "minLength": 24,
    "maxLength": 24,
    "description": "BLAKE2b-128",
}
_NUMBER: Schema = {"type": "integer", "minimum": 0, "maximum": 2**53}
_COLUMN: Schema = {"$ref": "#/components/schemas/Column"}


def document() -> Schema:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Geyi hub",
            "version": "1",
            "description": "What a desk and the platform say to each other. docs/protocol.md says why.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {route.path: _path(route) for route in _routes()},
        "components": {
            "securitySchemes": {
                "device": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "device name, a full stop, the device's secret",
                }
            },
            "schemas": _schemas(),
        },
    }


def _routes() -> list[Route]:
    """The service's own routes; they ask the hub nothing before a request comes."""
    app = make_app(typing.cast(Hub, None))
    return [route for route in app.routes if isinstance(route, Route)]


# --- paths -------------------------------------------------------------------------------------------------


def _path(route: Route) -> Schema:
    method = next(name for name in ("GET", "POST", "PUT") if name in (route.methods or ()))
    return {method.lower(): _OPERATIONS[route.path]}


def _json(schema: Schema, **more: Any) -> Schema:
    return {"content": {"application/json": {"schema": schema}}} | more


def _object(properties: Schema, *, optional: tuple[str, ...] = (), text: str = "") -> Schema:
    required = [name for name in properties if name not in optional]
    found: Schema = {"type": "object", "required": required, "properties": properties}
    return found | ({"description": text} if text else {})


def _named(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _answers(good: Schema, **others: str) -> Schema:
    usual = {"400": "No message of this protocol", "413": "Too large", "500": "An error on our side"}
    usual |= {"503": "Busy: come again after Retry-After seconds"}
    why = _json(_named("Why"))
    said = usual | {name.removeprefix("s"): text for name, text in others.items()}
    return {"200": good} | {status: {"description": said[status]} | why for status in sorted(said)}


_SIGNED_OUT = "The device or its secret is not known: sign in again, and never throw facts away for it"
_OPERATIONS: dict[str, Schema] = {
    "/v1/push": {
        "operationId": "push",
        "summary": "Send facts, get news",
        "description": f"Bodies may be sent with Content-Encoding gzip; at most {MOST_WIRE} bytes as sent.",
        "security": [{"device": []}],
        "requestBody": _json(_named("Batch"), required=True),
        "responses": _answers(
            _json(_named("Answer"), description="Understood; see the verdict"), s401=_SIGNED_OUT
        ),
    },
    "/v1/enrol": {
        "operationId": "enrol",
        "summary": "Trade a one-time code for a place at a point",
        "requestBody": _json(
            _object(
                {
                    "code": {"type": "string", "examples": ["DJ-4K7P2Q-X"]},
                    "name": {"type": "string", "description": "what people call this PC"},
                    "attempt": {"type": "string", "description": "random; the same one asks the same again"},
                }
            ),
            required=True,
        ),
        "responses": _answers(
            _json(_named("Enrolled"), description="The place; its secret is shown this once"),
            s403="The code is unknown, used or too old",
        ),
    },
    "/v1/photos/{sha}": {
        "operationId": "keepPhoto",
        "summary": "Send a picture; twice is once",
        "security": [{"device": []}],
        "parameters": [
            {
                "name": "sha",
                "in": "path",
                "required": True,
                "description": "BLAKE2b-128 of the bytes",
                "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            }
        ],
        "requestBody": {
            "required": True,
            "description": f"At most {MOST_PHOTO} bytes",
            "content": {"image/jpeg": {}},
        },
        "responses": _answers(_json({"type": "object"}, description="Kept"), s401=_SIGNED_OUT),
    },
    "/v1/health": {
        "operationId": "health",
        "summary": "Whether the service is there",
        "responses": {"200": _json(_object({"now_ms": _NUMBER}), description="It is")},
    },
}


# --- schemas -----------------------------------------------------------------------------------------------


def _said(text: str, schema: Schema) -> Schema:
    return schema | {"description": text}


def _array(items: Schema, text: str = "") -> Schema:
    return {"type": "array", "items": items} | ({"description": text} if text else {})


def _schemas() -> dict[str, Schema]:
    return _messages() | _columns() | {name: _of(cls) for name, cls in sorted(KINDS.items())}


def _messages() -> dict[str, Schema]:
    return {
        "Why": _object({"why": {"type": "string"}}),
        "Enrolled": _of(Enrolled),
        "Tally": _array({}, "day (YYYY-MM-DD), count of facts, XOR of their digests in base64"),
        "Batch": _object(
            {
                "e": _said("epoch", _NUMBER),
                "f": _said("seq of the first fact, or of the next one where there is none", _NUMBER),
                "n": _said("how many facts", _NUMBER | {"maximum": MOST_EVENTS}),
                "c": _said("cursor: the last feed number read", _NUMBER),
                "h": _array(_array(_NUMBER), "own epochs, each with the last seq that the book holds"),
                "d": _said("digest before the first fact", _DIGEST),
                "a": _said("digest after the last fact", _DIGEST),
                "x": _named("Facts"),
                "o": {
                    "type": "string",
                    "contentEncoding": "base64",
                    "description": f"one fact's canonical bytes (at most {MOST_BODY}) in the place of facts",
                },
                "k": _array(_named("Tally"), "counts of days to compare"),
                "s": _said("the seq from which days are counted", _NUMBER),
                "u": _said("how many facts are left for later batches", _NUMBER),
            },
            optional=("n", "a", "x", "o", "k", "s", "u"),
        ),
        "Answer": _object(
            {
                "v": {"enum": [verdict.value for verdict in Verdict]},
                "w": _said("watermark: the last seq of the epoch that is held", _NUMBER),
                "d": _said("digest at the watermark", _DIGEST),
                "c": _said("cursor: the feed is read up to here", _NUMBER),
                "t": _said(
                    "the platform's time, ms since 1970; for the notice of a wrong PC clock only", _NUMBER
                ),
                "n": _said("ms after which to ask again where there is nothing to send", _NUMBER),
                "x": _said("the most facts to send at once", _NUMBER),
                "m": {"type": "boolean", "description": "there are more news"},
                "q": _array(_array({}), "quarantined facts: seq and reason"),
                "k": _array(_named("Tally"), "the platform's own counts of the days asked about"),
                "o": _said("on a fork: the last seq both sides agree on", _NUMBER),
                "e": _said("on a fork: the new epoch", _NUMBER),
                "f": _named("Feed"),
            },
            optional=("m", "q", "k", "o", "e", "f"),
        ),
        "Feed": _object(
            {
                "k": _said("how many facts", _NUMBER),
                "n": _said("their feed numbers", _COLUMN),
                "i": _array(_COLUMN, "their devices, epochs and seqs"),
                "x": _named("Facts"),
                "p": _array({}, "people: count, column of feed numbers, column of lists of Person rows"),
                "l": _array(
                    {}, "elsewhere: count, column of feed numbers, column of lists of Elsewhere rows"
                ),
            },
            optional=("k", "n", "i", "x", "p", "l"),
        ),
        "Person": _of(Person),
        "Elsewhere": _of(Elsewhere),
        "Reason": {"enum": [reason.value for reason in Reason], "description": "Voided.reason"},
    }


def _columns() -> dict[str, Schema]:
    return {
        "Facts": _object(
            {
                "o": _said("the group of each fact", _COLUMN),
                "t": _said("device times, ms", _COLUMN),
                "w": _said("known skews of the device's clock, ms", _COLUMN),
                "y": _said("business days", _COLUMN),
                "p": _said("operators", _COLUMN),
                "g": _array(
                    {}, "groups: kind, keys of the bodies (null: bodies as they are), one column for each key"
                ),
            }
        ),
        "Column": {
            "description": "A list of values, or one of the forms that docs/protocol.md lists",
            "oneOf": [{"type": "array"}, *(_object({key: {}}) for key in ("=", "+", "#", "%", "*", "["))],
        },
    }


def _of(cls: type) -> Schema:
    """The schema of a dataclass: what the codec reads and writes."""
    hints = typing.get_type_hints(cls)
    told = fields(cls)
    optional = tuple(field.name for field in told if field.default is not MISSING)
    lines = (cls.__doc__ or "").strip().splitlines()
    return _object(
        {field.name: _type(hints[field.name]) for field in told},
        optional=optional,
        text=lines[0] if lines else "",
    )


def _type(hint: Any) -> Schema:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return _array(_type(arguments[0]))
    if origin in (types.UnionType, typing.Union):
        return {"oneOf": [_type(one) for one in arguments]}
    if is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        rows = [_type(hints[field.name]) | {"title": field.name} for field in fields(hint)]
        return {"type": "array", "title": getattr(hint, "__name__", ""), "prefixItems": rows}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"enum": [member.value for member in hint]}
    return {"type": {str: "string", int: "integer", bool: "boolean", type(None): "null"}[hint]}


def text() -> str:
    """The file's text."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), "utf-8")
    sys.stdout.write(f"{PATH}\n")
