"""The hub: database, clock and pace; what a device may ask of it."""

from __future__ import annotations

import hmac
import secrets
from hashlib import blake2b

from sqlalchemy import Connection, RowMapping, insert, select, update

from app.domain.clock import Clock
from app.domain.ids import new_code
from app.domain.roles import POINT
from app.hub import intake
from app.hub.database import locked, open_database, put_new
from app.hub.intake import Pace
from app.hub.tables import devices, enrolments, photos, points
from app.sync.protocol import MOST_PHOTO, Answer, Batch, Choked, Enrolled, EnrolmentRefused, SignedOut
from app.sync.secret import hashed

ENROLMENT_DAYS = 7
_DAY_MS = 86_400_000


class Hub:
    """The platform's side of the protocol on one database."""

    def __init__(self, url: str, clock: Clock, *, pace: Pace | None = None, key: bytes = b"") -> None:
        """Open (and make) the database at ``url``, such as ``sqlite:////tmp/hub.db``; encrypted with a ``key``."""
        self.engine = open_database(url, key=key)
        self.clock = clock
        self.pace = pace or Pace()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    # --- what a device asks ---

    def enrol(self, *, code: str, device_name: str, attempt: str) -> Enrolled:
        """Trade a code for a place at a point; raises :class:`EnrolmentRefused`."""
        with self.engine.begin() as connection:
            row = (
                connection.execute(locked(select(enrolments).where(enrolments.c.code == code)))
                .mappings()
                .first()
            )
            if row is None:
                raise EnrolmentRefused("unknown")
            if row["device"] and not (attempt and hmac.compare_digest(row["attempt"], _digest_text(attempt))):
                raise EnrolmentRefused("used")
            if row["until_ms"] < self.clock.now_ms():
                raise EnrolmentRefused("too old")
            return self._give_place(connection, row, device_name, attempt)

    def _give_place(self, connection: Connection, row: RowMapping, name: str, attempt: str) -> Enrolled:
        """A new device, or after a lost answer the same one again; the secret is new each time."""
        device, secret = row["device"] or secrets.token_hex(4), secrets.token_urlsafe(18)
        if row["device"]:
            mine = devices.c.device == device
            connection.execute(update(devices).where(mine).values(secret_hash=hashed(secret)))
        else:
            new = {
                "device": device,
                "point": row["point"],
                "name": name[:100],
                "secret_hash": hashed(secret),
            }
            connection.execute(insert(devices), new | {"last_epoch": 1, "seen_ms": 0, "unsent": 0})
            used = {"device": device, "attempt": _digest_text(attempt)}
            connection.execute(update(enrolments).where(enrolments.c.code == row["code"]).values(**used))
        wanted = select(points.c.name, points.c.kind).where(points.c.point == row["point"])
        title, kind = connection.execute(wanted).one()
        return Enrolled(
            device=device, secret=secret, epoch=1, point=row["point"], point_name=title, kind=kind
        )

    def push(self, batch: Batch, *, device: str, secret: str) -> Answer:
        """Take facts in and tell the news; raises :class:`SignedOut`."""
        now_ms = self.clock.now_ms()
        with self.engine.begin() as connection:
            row = self._known(connection, device, secret)
            return intake.push(connection, row, batch, now_ms=now_ms, pace=self.pace)

    def keep_photo(self, *, sha: str, jpeg: bytes, device: str, secret: str) -> None:
        """Keep a picture once; raises :class:`SignedOut`, or :class:`Choked` where the name is not its digest."""
        if len(jpeg) > MOST_PHOTO or blake2b(jpeg, digest_size=16).hexdigest() != sha:
            raise Choked("the name of a picture is the digest of its bytes")
        with self.engine.begin() as connection:
            point = self._known(connection, device, secret)["point"]
            row = {"sha": sha, "point": point, "jpeg": jpeg, "at_ms": self.clock.now_ms()}
            put_new(connection, photos, [row])

    def _known(self, connection: Connection, device: str, secret: str) -> RowMapping:
        """The device's row, held to the end of the transaction."""
        row = connection.execute(locked(select(devices).where(devices.c.device == device))).mappings().first()
        if row is None or not hmac.compare_digest(bytes(row["secret_hash"]), hashed(secret)):
            raise SignedOut("unknown device or secret")
        return row

    # --- what the operator does ---

    def add_point(self, point: str, name: str, *, kind: str = POINT, voice: int = 1) -> None:
        """Open a point or a station; twice is once. ``voice`` is the epoch of the hub's own facts."""
        row = {"point": point, "name": name, "feed_n": 0, "kind": kind, "voice": voice}
        with self.engine.begin() as connection:
            put_new(connection, points, [row])

    def make_enrolment(self, point: str) -> str:
        """A one-time code with which one device may join ``point`` within a week."""
        code = new_code("DJ")
        row = {"code": code, "point": point, "attempt": "", "device": ""}
        until_ms = self.clock.now_ms() + ENROLMENT_DAYS * _DAY_MS
        with self.engine.begin() as connection:
            connection.execute(insert(enrolments), row | {"until_ms": until_ms})
        return code

    def sign_out(self, device: str) -> None:
        """Make a device's secret worthless, for a lost PC."""
        with self.engine.begin() as connection:
            mine = devices.c.device == device
            connection.execute(update(devices).where(mine).values(secret_hash=secrets.token_bytes(32)))


class Seat:
    """A device's place at a hub in the same process: the protocol's `Platform` without a wire."""

    def __init__(self, hub: Hub, *, device: str = "", secret: str = "") -> None:
        self._hub = hub
        self._device = device
        self._secret = secret

    def enrol(self, *, code: str, device_name: str, attempt: str) -> Enrolled:
        """See :meth:`Hub.enrol`; the seat takes the place itself."""
        place = self._hub.enrol(code=code, device_name=device_name, attempt=attempt)
        self._device, self._secret = place.device, place.secret
        return place

    def push(self, batch: Batch) -> Answer:
        """See :meth:`Hub.push`."""
        return self._hub.push(batch, device=self._device, secret=self._secret)

    def keep_photo(self, *, sha: str, jpeg: bytes) -> None:
        """See :meth:`Hub.keep_photo`."""
        self._hub.keep_photo(sha=sha, jpeg=jpeg, device=self._device, secret=self._secret)

    def close(self) -> None:
        """Nothing is kept open: the hub belongs to who made it."""


def _digest_text(attempt: str) -> str:
    return blake2b(attempt.encode(), digest_size=16).hexdigest()
