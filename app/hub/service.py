"""The hub over HTTP: four short paths, bounded bodies, and a status that says what to do."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.domain.codec import dumps
from app.hub.hub import Hub
from app.sync.protocol import MOST_PHOTO, MOST_PLAIN, MOST_WIRE, Choked, EnrolmentRefused, SignedOut
from app.sync.squeeze import BadEncoding, TooLarge, squeeze, unsqueeze
from app.sync.wire import BadMessage, answer_to_bytes, batch_from_bytes

log = logging.getLogger(__name__)
Handler = Callable[[Request], Awaitable[Response]]


def make_app(hub: Hub) -> Starlette:
    """The ASGI application of a hub."""

    async def push(request: Request) -> Response:
        device, secret = _credentials(request)
        wire = await _body(request, MOST_WIRE)
        return await run_in_threadpool(_push, hub, device, secret, wire, _encoding(request))

    async def enrol(request: Request) -> Response:
        said = _texts(await _body(request, 10_000), "code", "name", "attempt")
        place = await run_in_threadpool(
            hub.enrol, code=said["code"], device_name=said["name"], attempt=said["attempt"]
        )
        return _json(
            {
                "device": place.device,
                "secret": place.secret,
                "epoch": place.epoch,
                "point": place.point,
                "point_name": place.point_name,
                "kind": place.kind,
            }
        )

    async def photo(request: Request) -> Response:
        device, secret = _credentials(request)
        jpeg = await _body(request, MOST_PHOTO)
        sha = request.path_params["sha"]
        await run_in_threadpool(hub.keep_photo, sha=sha, jpeg=jpeg, device=device, secret=secret)
        return _json({})

    async def health(_: Request) -> Response:
        return _json({"now_ms": hub.clock.now_ms()})

    return Starlette(
        routes=[
            Route("/v1/push", _guarded(push), methods=["POST"]),
            Route("/v1/enrol", _guarded(enrol), methods=["POST"]),
            Route("/v1/photos/{sha}", _guarded(photo), methods=["PUT"]),
            Route("/v1/health", health, methods=["GET"]),
        ]
    )


def _push(hub: Hub, device: str, secret: str, wire: bytes, encoding: str) -> Response:
    batch = batch_from_bytes(unsqueeze(wire, encoding, most=MOST_PLAIN), device=device)
    answer = hub.push(batch, device=device, secret=secret)
    content, encoding = squeeze(answer_to_bytes(answer))
    headers = {"Content-Encoding": encoding} if encoding else None
    return Response(content, media_type="application/json", headers=headers)


def _guarded(handle: Handler) -> Handler:
    """Errors as statuses; what nobody foresaw is logged and is a 500, which the client counts and works around."""

    async def answer(request: Request) -> Response:
        try:
            return await handle(request)
        except Exception as error:  # noqa: BLE001 - every error has its status
            return _status_of(error, request)

    return answer


def _status_of(error: Exception, request: Request) -> Response:
    status = next((status for kinds, status in _STATUSES if isinstance(error, kinds)), 500)
    if status == 500:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    why = error.why if isinstance(error, EnrolmentRefused) else str(error) if status in {400, 413} else ""
    return _json({"why": why}, status, {"Retry-After": "2"} if status == 503 else None)


_STATUSES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], int], ...] = (
    (SignedOut, 401),
    (EnrolmentRefused, 403),
    (TooLarge, 413),
    ((BadMessage, Choked, json.JSONDecodeError, UnicodeError), 400),
    (BadEncoding, 400),
    (OperationalError, 503),
)


def _credentials(request: Request) -> tuple[str, str]:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    device, _, secret = token.partition(".")
    if scheme != "Bearer" or not device or not secret:
        raise SignedOut("no credentials")
    return device, secret


def _encoding(request: Request) -> str:
    return request.headers.get("content-encoding", "")


async def _body(request: Request, most: int) -> bytes:
    """The body as sent; raises :class:`TooLarge` as soon as it is."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise TooLarge(f"more than {most} bytes")
        parts.append(part)
    return b"".join(parts)


def _texts(body: bytes, *names: str) -> dict[str, str]:
    said = json.loads(body)
    if not isinstance(said, dict) or any(type(said.get(name)) is not str for name in names):
        raise BadMessage(f"texts were expected: {', '.join(names)}")
    return {name: said[name][:200] for name in names}


def _json(content: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(dumps(content).encode(), status, headers, "application/json")
