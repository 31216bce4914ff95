"""The platform over HTTP: one kept connection, bounded times and sizes, and no trust in what answers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from app.domain.codec import dumps
from app.domain.roles import POINT
from app.sync.protocol import (
    MOST_PLAIN,
    MOST_WIRE,
    Answer,
    Batch,
    Busy,
    Choked,
    Enrolled,
    EnrolmentRefused,
    Lied,
    SignedOut,
    TimedOut,
    Unreachable,
)
from app.sync.squeeze import squeeze, unsqueeze
from app.sync.wire import BadMessage, answer_from_bytes, batch_to_bytes

if TYPE_CHECKING:
    import requests

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
WHOLE_SECONDS = 60.0
"""However slowly it drips, an answer that takes longer is given up."""
_BUSY_SECONDS = 30.0
_MOST_BUSY_SECONDS = 3_600.0


class HttpPlatform:
    """The protocol's `Platform` behind a URL. For one thread; ``requests`` is loaded at the first call."""

    def __init__(
        self, url: str, *, device: str = "", secret: str = "", whole_seconds: float = WHOLE_SECONDS
    ) -> None:
        """``url`` is the service's root, such as ``https://hub.example``."""
        self._url = url.rstrip("/")
        self._whole_seconds = whole_seconds
        self._session: requests.Session | None = None
        self.sign_in(device=device, secret=secret)

    def sign_in(self, *, device: str, secret: str) -> None:
        """Use these credentials from now on."""
        self._token = f"Bearer {device}.{secret}"

    def enrol(self, *, code: str, device_name: str, attempt: str) -> Enrolled:
        """See :class:`~app.sync.protocol.Platform`; the place is taken at once."""
        asked = {"code": code, "name": device_name, "attempt": attempt}
        said = self._call("POST", "/v1/enrol", dumps(asked).encode(), {"Content-Type": "application/json"})
        place = _enrolled(said)
        self.sign_in(device=place.device, secret=place.secret)
        return place

    def push(self, batch: Batch) -> Answer:
        """See :class:`~app.sync.protocol.Platform`."""
        content, encoding = squeeze(batch_to_bytes(batch))
        headers = {"Authorization": self._token, "Content-Type": "application/json"}
        if encoding:
            headers["Content-Encoding"] = encoding
        said = self._call("POST", "/v1/push", content, headers)
        try:
            return answer_from_bytes(said)
        except BadMessage as error:
            raise Lied(str(error)) from error

    def keep_photo(self, *, sha: str, jpeg: bytes) -> None:
        """See :class:`~app.sync.protocol.Platform`."""
        headers = {"Authorization": self._token, "Content-Type": "image/jpeg"}
        self._call("PUT", f"/v1/photos/{sha}", jpeg, headers)

    def close(self) -> None:
        """Drop the connection; the next call makes a new one and looks up the system's proxies again."""
        if self._session is not None:
            self._session.close()
            self._session = None

    # --- one exchange ---

    def _call(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> bytes:
        """The plain bytes of a good answer; raises the typed error of any other."""
        with self._typed_errors():
            response = self._opened().request(
                method,
                self._url + path,
                data=content,
                headers=headers,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            )
            with response:
                return _checked(response, _read(response, time.monotonic() + self._whole_seconds))

    @contextmanager
    def _typed_errors(self) -> Iterator[None]:
        """What ``requests`` and ``urllib3`` raise, in the protocol's words; a failed connection is not kept."""
        import requests
        import urllib3.exceptions as below

        try:
            yield
        except (requests.ReadTimeout, below.ReadTimeoutError) as error:
            self.close()
            raise TimedOut(str(error)) from error
        except requests.exceptions.InvalidHeader as error:
            self.close()
            raise Lied(str(error)) from error
        except below.ProtocolError as error:
            self.close()
            cut_short = any(isinstance(cause, below.IncompleteRead) for cause in error.args)
            raise (Lied if cut_short else Unreachable)(str(error)) from error
        except (requests.RequestException, below.HTTPError, OSError) as error:
            self.close()
            raise Unreachable(str(error)) from error
        except TimedOut:
            self.close()
            raise

    def _opened(self) -> requests.Session:
        if self._session is None:
            import requests
            from requests.utils import get_environ_proxies

            session = requests.Session()
            session.proxies.update(get_environ_proxies(self._url))
            session.trust_env = (
                False  # else .netrc could replace our credentials, and each call looks proxies up
            )
            session.headers.clear()
            session.headers.update({"User-Agent": "geyi", "Accept-Encoding": "gzip"})
            self._session = session
        return self._session


def _read(response: requests.Response, deadline: float) -> bytes:
    """The body as sent, bounded in size and time; raises :class:`Lied` where it is cut short."""
    parts, size = [], 0
    while part := response.raw.read1(65_536, decode_content=False):
        size += len(part)
        if size > MOST_WIRE:
            raise Lied("an endless answer")
        if time.monotonic() > deadline:
            raise TimedOut("an answer that drips")
        parts.append(part)
    announced = response.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced) != size:
        raise Lied(f"half an answer: {size} of {announced} bytes")
    return b"".join(parts)


def _checked(response: requests.Response, content: bytes) -> bytes:
    """The plain bytes of a 200 in JSON; raises the error that the status or the content stands for."""
    status = response.status_code
    is_json = response.headers.get("Content-Type", "").split(";")[0].strip() == "application/json"
    if status in (429, 503):
        raise Busy(_retry_after(response.headers.get("Retry-After", "")))
    if status in (407, 502, 504):
        raise Unreachable(f"status {status}")
    if status == 413:
        raise Choked("too large")
    if not is_json:
        raise Lied(f"status {status}, {response.headers.get('Content-Type', 'no type')!r:.60}")
    try:
        plain = unsqueeze(content, response.headers.get("Content-Encoding", ""), most=MOST_PLAIN)
    except ValueError as error:
        raise Lied(str(error)) from error
    if status == 200:
        return plain
    raise _error_of(status, plain)


def _error_of(status: int, plain: bytes) -> Exception:
    if status == 401:
        return SignedOut("the platform does not know this device")
    if status == 403:
        return EnrolmentRefused(_why(plain))
    if status in {400, 422} or status >= 500:
        return Choked(f"status {status}: {_why(plain)}")
    return Lied(f"status {status}")


def _why(plain: bytes) -> str:
    try:
        return str(json.loads(plain)["why"])[:200]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "no reason"


def _retry_after(text: str) -> float:
    seconds = float(text) if text.isascii() and text.isdigit() and len(text) < 9 else _BUSY_SECONDS
    return min(seconds, _MOST_BUSY_SECONDS)


def _enrolled(plain: bytes) -> Enrolled:
    try:
        said: Any = json.loads(plain)
        place = Enrolled(
            device=said["device"],
            secret=said["secret"],
            epoch=said["epoch"],
            point=said["point"],
            point_name=said["point_name"],
            kind=said.get("kind", POINT),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Lied("no place at a point") from error
    words = (place.device, place.secret, place.point, place.point_name, place.kind)
    if any(type(word) is not str or not word for word in words) or type(place.epoch) is not int:
        raise Lied("no place at a point")
    return place
