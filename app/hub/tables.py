"""The hub's tables; plain enough for SQLite and PostgreSQL alike."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, String, Table

metadata = MetaData()


def _text(name: str) -> Column[str]:
    return Column(name, String, nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _key(name: str) -> Column[str]:
    return Column(name, String, primary_key=True)


def _number_key(name: str) -> Column[int]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


points = Table(
    "points",
    metadata,
    _key("point"),
    _text("name"),
    _number("feed_n"),
    Column("kind", String, nullable=False, server_default="point"),
    Column("voice", BigInteger, nullable=False, server_default="1"),
)
"""Pickup points and stations (``kind``); the hub's own facts have ``voice`` for their epoch (2: a station's host).

``feed_n`` is the last number of the feed; it is raised under this row's lock, so numbers are in commit order.
"""

enrolments = Table(
    "enrolments",
    metadata,
    _key("code"),
    _text("point"),
    _number("until_ms"),
    _text("attempt"),
    _text("device"),
)

devices = Table(
    "devices",
    metadata,
    _key("device"),
    _text("point"),
    _text("name"),
    Column("secret_hash", LargeBinary, nullable=False),
    _number("last_epoch"),
    _number("seen_ms"),
    Column("unsent", BigInteger, nullable=False, server_default="0"),
)
"""``last_epoch`` is the highest epoch that a device has used or was given.

``seen_ms`` and ``unsent`` are kept by a station's host only: when a PC was there last, and what it then had to send.
"""

chains = Table(
    "chains",
    metadata,
    _key("device"),
    _number_key("epoch"),
    _number("watermark"),
    Column("digest", LargeBinary, nullable=False),
)
"""One row for each epoch of a device: how far it is held, and the digest there."""

facts = Table(
    "facts",
    metadata,
    _key("device"),
    _number_key("epoch"),
    _number_key("seq"),
    _number("at_ms"),
    _number("skew_ms"),
    _text("day"),
    _text("operator"),
    _text("kind"),
    _text("body"),
    Column("digest", LargeBinary, nullable=False),
)
"""The platform's own facts stand here too, under the device ``@`` and the point's name."""

taken_back = Table(
    "taken_back", metadata, _key("device"), _number_key("epoch"), _number_key("seq"), _text("by")
)
"""Facts whose moves do not count (any more): undone, or found impossible."""

quarantine = Table(
    "quarantine",
    metadata,
    _key("device"),
    _number_key("epoch"),
    _number_key("seq"),
    Column("canonical", LargeBinary, nullable=False),
    _text("why"),
)

feed = Table(
    "feed",
    metadata,
    _key("point"),
    _number_key("first_n"),
    _number("last_n"),
    _text("what"),
    _text("device"),
    _number("epoch"),
    _number("first_seq"),
    _text("body"),
    Index("feed_last", "point", "last_n", unique=True),
)
"""A run of feed numbers: contiguous facts of one device (they are in ``facts``), or people, or entries elsewhere."""

stock = Table("stock", metadata, _key("point"), _key("lot"), _text("places"), sqlite_with_rowid=False)
"""The fold of all moves, one row for each lot: JSON of place → [pieces, the last fact that took some away]."""

guards = Table("guards", metadata, _key("point"), _key("key"), _text("by"), sqlite_with_rowid=False)
"""Keys that a point's facts hold (see app.domain.guards), and the fact that came first."""

lots = Table(
    "lots",
    metadata,
    _key("point"),
    _key("lot"),
    _text("platform"),
    _text("trip"),
    _text("day"),
    _text("category"),
    _number("pieces"),
    _number("paid_fen"),
    _number("basis_points"),
)

settled = Table(
    "settled",
    metadata,
    _key("point"),
    _key("lot"),
    _key("day"),
    _number("pieces"),
    _number("refunded_fen"),
    Index("settled_day", "day"),
)
"""What each business day changed for a lot's bill: pieces handed out (less taken back), fen refunded."""

claims = Table(
    "claims",
    metadata,
    _key("point"),
    _key("claim"),
    _text("lot"),
    _number("pieces"),
    _number("asked_fen"),
    _number("refund_fen"),
    _text("outcome"),
)

policies = Table("policies", metadata, _key("point"), _key("platform"), _key("from_day"), _text("body"))

photos = Table(
    "photos",
    metadata,
    _key("sha"),
    _text("point"),
    Column("jpeg", LargeBinary, nullable=False),
    _number("at_ms"),
)

alarms = Table("alarms", metadata, _key("device"), _number_key("at_ms"), _key("what"), _text("about"))
"""Where digests or counts of a device and the hub did not agree."""

station_points = Table("station_points", metadata, _key("station"), _key("point"))
"""The points of each station's newest table of routes, at this hub or not."""

station_keys = Table("station_keys", metadata, _key("station"), _key("public_key"))
"""The keys that a station's PCs said they made."""

key_tellings = Table("key_tellings", metadata, _key("point"), _key("station"), _key("public_key"))
"""Which point has heard of which key."""

relayed = Table("relayed", metadata, _key("point"), _number("row"))
"""At a station's host: how far the uplink's book has been told on the feed (a row number of that book)."""

put_off = Table(
    "put_off",
    metadata,
    _key("point"),
    _key("of"),
    _number("seq"),
    _number("at_ms"),
    _text("day"),
    _text("body"),
)
"""At a station's host: what the platform takes back while later facts here still stand on it; tried again and again."""
