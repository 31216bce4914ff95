"""A shop's business day told from a seed: what is announced, what comes, who fetches it and what goes wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

from app.domain import clock
from app.domain.goods import Count, Line, Person, Zone
from app.domain.money import share_fen
from app.sandbox import aftermath, visits
from app.sandbox.deliveries import MINUTE, Deliveries, Delivery, deliveries_of, overdue, standing
from app.sandbox.dice import chance, dice
from app.sandbox.manifests import bad_manifests, good_manifest
from app.sandbox.orders import neighbours_of, orders_of, proxy_orders
from app.sandbox.people import driver
from app.sandbox.platforms import platforms
from app.sandbox.pointday import Collection, Heard, Leftover, NoShow, PointDay, SentBack, Stray
from app.sandbox.points import Point, neighbours, shop_of_the_story
from app.sandbox.station_story import StationNight, station_night
from app.sync.protocol import Elsewhere

GOOD_SHOP = 8.5
"""Times the average point's 17 pieces a day: about 54 orders and 145 pieces."""
PLACED_SO_FAR = 6
"""So many of tomorrow's orders are known before today's goods are fetched."""

__all__ = [
    "GOOD_SHOP",
    "PointDay",
    "StationNight",
    "bad_manifests",
    "good_manifest",
    "history",
    "point_day",
    "station_night",
]


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where and when a day is told, with its goods and those of one and two days before."""

    seed: int
    day: str
    scale: float
    point: Point
    today: Deliveries
    before: tuple[Deliveries, ...]

    def rng(self, about: str) -> Random:
        return dice(about, self.seed, self.point.code, self.day)

    def lines(self) -> dict[str, Line]:
        found = dict(self.today.lines)
        for deliveries in self.before:
            found |= deliveries.lines
        return found

    def persons(self) -> tuple[Person, ...]:
        people = neighbours_of(seed=self.seed, point=self.point, scale=self.scale)
        return tuple(person for villager in people for person in villager.persons())


def point_day(
    *, seed: int, county: str, day: str, scale: float = GOOD_SHOP, point: Point | None = None
) -> PointDay:
    """The story of one business day (``YYYY-MM-DD``) at the county's shop, or at ``point``.

    ``scale`` is the shop's size as a multiple of the average point's 17 pieces a day. The same arguments give the
    same story on every machine. Raises ``UnknownCountyError``, and ``ValueError`` on a day that is none.
    """
    shop = point or shop_of_the_story(seed=seed, county=county)
    today, *before = (
        deliveries_of(seed=seed, point=shop, day=clock.day_after(day, -age), scale=scale) for age in range(3)
    )
    return _told(_Frame(seed, day, scale, shop, today, tuple(before)))


def history(*, seed: int, county: str, day: str, days: int, scale: float = GOOD_SHOP) -> tuple[PointDay, ...]:
    """The ``days`` business days before ``day`` at the same shop, oldest first; each goes on where the last ended."""
    return tuple(
        point_day(seed=seed, county=county, day=clock.day_after(day, -ago), scale=scale)
        for ago in range(days, 0, -1)
    )


def _told(frame: _Frame) -> PointDay:
    near = neighbours(frame.point, seed=frame.seed)
    lines = frame.lines()
    elsewhere = _elsewhere(frame, near)
    takes = visits.fetched_today(frame.today, frame.before)
    came = visits.visits_of(frame.rng("visits"), day=frame.day, takes=takes, lines=lines, elsewhere=elsewhere)
    sales = aftermath.after_sales_of(frame.rng("claims"), day=frame.day, visits=came, lines=frame.today.lines)
    orders = proxy_orders(seed=frame.seed, point=frame.point, day=frame.day, scale=frame.scale)
    end = _shelf_end(frame)
    return PointDay(
        seed=frame.seed,
        day=frame.day,
        scale=frame.scale,
        point=frame.point,
        near=near,
        platforms=platforms(),
        policies=tuple(platform.policy for platform in platforms()),
        people=frame.persons(),
        elsewhere=elsewhere,
        leftovers=_leftovers(frame),
        announced=_in_order(Heard(part.announced_ms, part.announced) for part in frame.today.parts),
        sent=_in_order(Heard(part.sent_ms, part.sent) for part in frame.today.parts),
        vans=tuple(sorted((part.van for part in frame.today.parts), key=lambda van: van.arrives_ms)),
        visits=came,
        no_shows=_no_shows(frame),
        after_sales=sales,
        sent_back=_sent_back(frame),
        collection=_collection(frame),
        proxy_orders=tuple(sorted(orders, key=lambda order: order.at_ms)),
        cash=aftermath.cash_of(frame.rng("cash"), day=frame.day, orders=orders),
        shelf_start=_counts(_shelf_start(frame)),
        shelf_end=_counts(end),
        shelf_found=_counts(_miscounted(frame.rng("count"), end)),
        network=aftermath.network_of(frame.rng("network"), day=frame.day),
        bills=aftermath.bills_of(frame.rng("bills"), day=frame.day, visits=came, sales=sales, lines=lines),
        deductions=aftermath.deductions_of(
            frame.rng("deductions"), day=frame.day, point=frame.point, lines=frame.today.lines
        ),
        closes_ms=clock.at(frame.day, "21:00"),
    )


def _in_order(heard: Iterable[Heard]) -> tuple[Heard, ...]:
    return tuple(sorted(heard, key=lambda item: item.at_ms))


def _elsewhere(frame: _Frame, near: tuple[Point, ...]) -> tuple[Elsewhere, ...]:
    crates = tuple(
        (part.platform.key, stray.crate, stray.belongs)
        for part in frame.today.parts
        for stray in part.van.strays
        if stray.why is not Stray.OTHER_PLATFORM
    )
    next_day = clock.day_after(frame.day, 1)
    tomorrow = orders_of(seed=frame.seed, point=frame.point, day=next_day, scale=frame.scale)
    return visits.elsewhere_of(
        frame.rng("elsewhere"),
        day=frame.day,
        point=frame.point,
        near=near,
        tomorrow=tomorrow[:PLACED_SO_FAR],
        crates=crates,
    )


# --- what stands on the shelves ----------------------------------------------------------------------------


def _counts(pieces: dict[str, int]) -> tuple[Count, ...]:
    return tuple(Count(lot, found) for lot, found in sorted(pieces.items()) if found)


def _shelf_start(frame: _Frame) -> dict[str, int]:
    yesterday, day_before = frame.before
    return standing(yesterday, age=0) | standing(day_before, age=1)


def _shelf_end(frame: _Frame) -> dict[str, int]:
    return standing(frame.today, age=0) | standing(frame.before[0], age=1)


def _miscounted(rng: Random, pieces: dict[str, int]) -> dict[str, int]:
    """What a tired owner counts: on some days one piece fewer than there is."""
    if not pieces or not chance(rng, of=aftermath.MISCOUNTED):
        return pieces
    lot = rng.choice(sorted(pieces))
    return pieces | {lot: pieces[lot] - 1}


def _leftovers(frame: _Frame) -> tuple[Leftover, ...]:
    oldest_first = ((frame.before[1], 1), (frame.before[0], 0))
    return tuple(
        _leftover(part, here)
        for deliveries, age in oldest_first
        for here in (standing(deliveries, age=age),)
        for part in deliveries.parts
        if any(line.lot in here for line in part.announced.lines)
    )


def _leftover(part: Delivery, here: dict[str, int]) -> Leftover:
    lines = tuple(_shrunk(line, here[line.lot]) for line in part.announced.lines if line.lot in here)
    crates = {line.crate for line in lines}
    notes = tuple(note for note in part.announced.crates if note.crate in crates)
    return Leftover(part.van.arrives_ms + 25 * MINUTE, replace(part.announced, crates=notes, lines=lines))


def _shrunk(line: Line, pieces: int) -> Line:
    return replace(
        line,
        pieces=pieces,
        paid_fen=share_fen(line.paid_fen, part=pieces, whole=line.pieces),
        grams=line.grams * pieces // line.pieces,
    )


def _no_shows(frame: _Frame) -> tuple[NoShow, ...]:
    names = {person.buyer: person.name for person in frame.persons()}
    waiting: dict[str, list[Count]] = {}
    for lot, pieces in standing(frame.today, age=0).items():
        waiting.setdefault(frame.today.lines[lot].buyer, []).append(Count(lot, pieces))
    return tuple(NoShow(names[buyer], tuple(goods)) for buyer, goods in waiting.items())


def _sent_back(frame: _Frame) -> tuple[SentBack, ...]:
    at_ms = clock.at(frame.day, "16:05")
    found = []
    for deliveries, age in ((frame.before[0], 1), (frame.before[1], 2)):
        for lot, pieces in overdue(deliveries, age=age).items():
            cold = deliveries.lines[lot].zone is not Zone.AMBIENT
            found.append(SentBack(at_ms, lot, pieces, "生鲜冷冻过时未取" if cold else "超过三天未取"))
    return tuple(found)


def _collection(frame: _Frame) -> Collection:
    rng = frame.rng("collection")
    vans = [part.van for part in frame.today.parts]
    who = rng.choice(vans).driver if vans else driver(rng)
    at_ms = clock.at(frame.day, "16:40") + rng.randrange(45) * MINUTE
    trip = f"H{frame.day[2:].replace('-', '')}-R{rng.randrange(1, 28):02d}"
    return Collection(at_ms, who, trip, acknowledged_after_ms=rng.randrange(3, 40) * 60 * MINUTE)
