"""Small real goods for tests: a policy, a manifest, and a way to record facts through the writer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain import events as e
from app.domain.clock import StoryClock, at
from app.domain.goods import CrateNote, Line, Person, Zone
from app.domain.ids import FactId
from app.store.book import Book

DAY = "2026-11-22"
POINT = "450126-001"
TRIP = "T1"


def morning() -> StoryClock:
    """A clock at nine in the morning of the tests' day."""
    return StoryClock(at(DAY, "09:00"))


@dataclass(frozen=True)
class Record:
    """Record facts as they are; tests of rooms use the rooms' own commands."""

    facts: tuple[e.Fact, ...]

    def perform(self, book: Book) -> list[FactId]:
        return [book.record(fact) for fact in self.facts]


@dataclass(frozen=True)
class Keep:
    """Keep people as the feed would."""

    people: tuple[Person, ...]

    def perform(self, book: Book) -> None:
        book.keep_people(self.people)


def policy(platform: str = "linli") -> e.PolicySet:
    """Terms with a tenth of commission, a day for fresh goods and a week for the rest."""
    return e.PolicySet(
        platform,
        "邻里优选",
        "2026-01-01",
        (e.Window("fresh", 24, 0, photo_needed=True), e.Window("*", 168, 168, photo_needed=False)),
        (e.Rate("*", 1000),),
        (e.CodePattern("crate", r"[A-Z]{3}\d{3}"), e.CodePattern("pickup", r"\d{1,3}-\d-\d{4}")),
        24,
    )


def line(
    lot: str, *, pieces: int = 2, crate: str = "ABC123", zone: Zone = Zone.AMBIENT, buyer: str = "b1"
) -> Line:
    """One order line at 4.95 yuan a piece."""
    return Line(
        lot,
        f"o-{lot}",
        crate,
        "土鸡蛋",
        "6901234567892",
        "fresh",
        zone,
        pieces,
        495 * pieces,
        buyer,
        f"37-1-{lot:0>4}",
    )


def manifest(lines: Iterable[Line], *, trip: str = TRIP, day: str = DAY) -> e.GoodsAnnounced:
    """A manifest of the tests' point that names a crate for each crate of its lines."""
    lines = tuple(lines)
    crates = {x.crate: CrateNote(x.crate, x.zone) for x in lines}
    return e.GoodsAnnounced("linli", trip, POINT, day, tuple(crates.values()), lines)
