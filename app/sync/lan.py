"""The station's host as a desk's `Platform`: where it does not answer any more, it is looked for and followed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from app.sync.finder import Found
from app.sync.http import HttpPlatform
from app.sync.protocol import Answer, Batch, Enrolled, Lied, SignedOut, Unreachable

log = logging.getLogger(__name__)
LOOK_AGAIN_SECONDS = 10.0


class LanPlatform:
    """A host at ``url``; ``look()`` finds hosts of the station, ``moved(url)`` is told the new address."""

    def __init__(
        self,
        url: str,
        *,
        device: str,
        secret: str,
        look: Callable[[], Sequence[Found]],
        moved: Callable[[str], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url, self._device, self._secret = url, device, secret
        self._look, self._moved, self._monotonic = look, moved, monotonic
        self._looked: float | None = None
        self._door = HttpPlatform(url, device=device, secret=secret)

    def enrol(self, *, code: str, device_name: str, attempt: str) -> Enrolled:
        """See :class:`~app.sync.protocol.Platform`."""
        return self._door.enrol(code=code, device_name=device_name, attempt=attempt)

    def push(self, batch: Batch) -> Answer:
        """See :class:`~app.sync.protocol.Platform`; after a failure once more at the place where the host is now."""
        try:
            return self._door.push(batch)
        except (Unreachable, Lied, SignedOut) as error:  # another machine may have got the old address
            if not self._follow():
                raise
            log.info("%s; the host is now at %s", error, self._url)
        return self._door.push(batch)

    def keep_photo(self, *, sha: str, jpeg: bytes) -> None:
        """See :class:`~app.sync.protocol.Platform`."""
        self._door.keep_photo(sha=sha, jpeg=jpeg)

    def close(self) -> None:
        """See :class:`~app.sync.protocol.Platform`."""
        self._door.close()

    def _follow(self) -> bool:
        """Whether the host was found at another address; only one that proves itself is believed."""
        now = self._monotonic()
        if self._looked is not None and now - self._looked < LOOK_AGAIN_SECONDS:
            return False
        self._looked = now
        url = next((host.url for host in self._look() if host.proven and host.url != self._url), "")
        if not url:
            return False
        self._door.close()
        self._url, self._door = url, HttpPlatform(url, device=self._device, secret=self._secret)
        self._moved(url)
        return True
