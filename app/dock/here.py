"""What every command at the dock reads first: this station, tonight, the shapes of codes, and where pieces are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from app.dock import rules
from app.domain.codes import Pattern
from app.domain.goods import Count
from app.domain.places import DOCK, SHORT, Place, trunk
from app.store.book import Book

LARGEST_PHOTO = 300_000


class Here(NamedTuple):
    """This station and the night that runs."""

    station: str
    day: str


def here(book: Book) -> Here:
    """Where and when a command is done."""
    return Here(str(book.get("point", "")), rules.tonight(book.clock.now_ms() - book.skew))


def patterns(book: Book) -> list[Pattern]:
    """The shapes of all platforms' codes, by their newest terms."""
    rows = book.rows("SELECT platform, body FROM policies ORDER BY from_day")
    newest = {platform: json.loads(body)["patterns"] for platform, body in rows}
    return [Pattern(platform, kind, shape) for platform, shapes in newest.items() for kind, shape in shapes]


def on_truck(book: Book, trip: str, containers: Iterable[str]) -> dict[str, tuple[Count, ...]]:
    """What is still on a truck of each of these containers."""
    return _at(book, trip, containers, trunk(trip))


def missed(book: Book, trip: str, containers: Iterable[str]) -> dict[str, tuple[Count, ...]]:
    """What was missed of each of these containers."""
    return _at(book, trip, containers, SHORT)


def _at(book: Book, trip: str, containers: Iterable[str], place: Place) -> dict[str, tuple[Count, ...]]:
    found: dict[str, list[Count]] = {container: [] for container in containers}
    rows = book.rows(_IN_BOXES, {"place": str(place), "trip": trip, "boxes": json.dumps(list(found))})
    for container, lot, pieces in rows:
        found[container].append(Count(lot, pieces))
    return {container: tuple(goods) for container, goods in found.items()}


# In this order, and by the container's index: a truck may carry thousands of lots.
_IN_BOXES = (
    "SELECT l.container, l.lot, s.pieces FROM json_each(:boxes) b CROSS JOIN load_lines l ON l.container = b.value"
    " AND +l.trip = :trip CROSS JOIN stock s ON s.lot = l.lot AND s.place = :place WHERE s.pieces > 0 ORDER BY l.lot"
)


def dock_pieces(book: Book) -> int:
    """Announced pieces that lie on the dock."""
    found = book.value(
        "SELECT coalesce(sum(pieces), 0) FROM stock WHERE place = ? AND pieces > 0", (str(DOCK),)
    )
    return int(found)


def is_photo(photo: bytes) -> bool:
    """Whether these bytes may be kept with a difference: none, or a JPEG that is not too large."""
    return not photo or (photo.startswith(b"\xff\xd8\xff") and len(photo) <= LARGEST_PHOTO)


def keep(book: Book, photo: bytes) -> tuple[str, ...]:
    """Keep a picture; its name, or none."""
    return (book.keep_photo(photo),) if photo else ()
