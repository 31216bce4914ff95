"""The platform's voice to a grid station: routes and stops, trucks and pallets, points' lists, and their receipts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy import select

from app.domain import clock, codec
from app.domain import events as e
from app.domain import night as n
from app.domain.goods import Count, CrateNote, Line
from app.hub import platform
from app.hub.hub import Hub
from app.hub.tables import devices, facts
from app.sandbox.dice import chance, dice
from app.sandbox.people import driver
from app.sandbox.station_story import StationLine, StationNight, Truck

TOLD_BEFORE_MS = 3 * 3_600_000
"""A truck's sheets are heard so long before it comes."""
FIRST_DROP, LAST_DROP = "07:40", "10:55"
HOUR_S = 3_600
POINTS_A_VAN = 12
VAN_HOLDS, VAN_CRATES = 500, 120
"""Ours: room to spare, for a plan that is full to the brim breaks the next morning."""
POINT_SHORT = 0.02
"""Of the points' receipts so many name a piece that was not in its crate (ours)."""


def standing(night: StationNight) -> Iterator[e.Fact]:
    """What holds for every night: terms, the table of routes, where the points are."""
    yield night.platform.policy
    names = {shop.code: shop for shop in night.points}
    yield n.RoutesListed(
        night.station,
        night.name,
        tuple(
            n.RouteRow(
                route.code,
                route.dock,
                route.driver.name,
                tuple(n.StopName(point, names[point].name, names[point].village) for point in route.points),
                route.driver.plate,
            )
            for route in night.routes
        ),
    )
    yield from _fleet(night)
    for shop in night.points:
        yield e.StopSet(
            shop.code,
            shop.name,
            shop.village,
            shop.town,
            round(shop.position.latitude * 1e6),
            round(shop.position.longitude * 1e6),
            guessed=shop.position.guessed,
        )


def _fleet(night: StationNight) -> Iterator[e.Fact]:
    """The usual vans and their drivers, and some that stand by: a county is wide even for few pieces."""
    spare = max(2, len(night.routes) // 8, len(night.points) // POINTS_A_VAN - len(night.routes))
    rng = dice("spare", night.seed, night.county)
    drivers = [route.driver for route in night.routes] + [driver(rng) for _ in range(spare)]
    for nth, each in enumerate(drivers):
        name = "" if nth < len(night.routes) else "备用"
        yield e.VanSet(each.plate, name, VAN_HOLDS, VAN_CRATES, cold=True, fen_per_km=120, fen_per_day=15_000)
        yield e.DriverSet(f"S{nth + 1:02d}", each.name, each.plate, 5 * HOUR_S, 12 * HOUR_S)


def truck_facts(night: StationNight, truck: Truck) -> Iterator[e.Fact]:
    """A trunk truck's sheets."""
    yield n.TruckAnnounced(
        truck.trip,
        night.station,
        night.day,
        truck.driver.plate,
        truck.driver.name,
        expected_ms=truck.arrives_ms,
        platform=night.platform.key,
    )
    by_container = {
        label: tuple(lines) for label, lines in groupby(night.lines, key=lambda line: line.container)
    }
    for pallet in truck.pallets:
        lines = [line for box in pallet.containers for line in by_container[box.label]]
        yield n.PalletAnnounced(
            truck.trip, night.day, pallet.label, pallet.number, tuple(map(_load_line, lines))
        )


def _load_line(line: StationLine) -> n.LoadLine:
    return n.LoadLine(
        line.lot,
        line.point,
        line.container,
        line.product,
        line.barcode,
        line.category,
        line.zone,
        line.pieces,
        line.grams,
    )


def told(night: StationNight) -> tuple[e.Fact, ...]:
    """All that a station hears before its night, in order: for tests that need no hub."""
    trucks = [fact for truck in night.trucks for fact in truck_facts(night, truck)]
    return (*standing(night), *trucks)


def manifest_of(night: StationNight, point: str) -> e.GoodsAnnounced:
    """A point's own list of the same lots: each line is one buyer's."""
    lines = [line for line in night.lines if line.point == point]
    trip = f"{night.platform.letter}{night.day[2:].replace('-', '')}-{night.route_of()[point]}"
    rng = dice("manifest", night.seed, night.day, point)
    return e.GoodsAnnounced(
        night.platform.key,
        trip,
        point,
        night.day,
        tuple(CrateNote(label, zone) for label, zone in sorted({(x.container, x.zone) for x in lines})),
        tuple(
            Line(
                line.lot,
                f"D{line.lot[-8:]}",
                line.container,
                line.product,
                line.barcode,
                line.category,
                line.zone,
                line.pieces,
                rng.randrange(300, 1500) * line.pieces,
                f"u{rng.randrange(16**12):012x}",
                night.platform.pickup_code(rng),
                line.grams,
            )
            for line in lines
        ),
    )


@dataclass(slots=True)
class NightTeller:
    """Speaks for the platform of one station's night; call ``tell_until`` as the story's clock goes on."""

    hub: Hub
    night: StationNight
    manifests: tuple[str, ...] = ()
    """Points whose own lists are forwarded, for the drivers' sheets."""
    _truck: int = 0
    _answered: set[str] = field(default_factory=set)
    _receipts: list[tuple[int, n.PointReceipt]] = field(default_factory=list)

    def begin(self) -> None:
        """Before the night."""
        for fact in standing(self.night):
            platform.say(self.hub, self.night.station, fact)
        for point in self.manifests:
            listed = manifest_of(self.night, point)
            at_ms = clock.at(self.night.day, "00:30")
            said = n.ManifestForwarded(point, 1, at_ms, self.night.day, codec.encode(listed))
            platform.say(self.hub, self.night.station, said)

    def tell_until(self, now_ms: int) -> None:
        """Say all that is due by ``now_ms``: sheets of trucks on their way, receipts of points that were reached."""
        trucks = sorted(self.night.trucks, key=lambda truck: truck.arrives_ms)
        while self._truck < len(trucks) and trucks[self._truck].arrives_ms - TOLD_BEFORE_MS <= now_ms:
            for fact in truck_facts(self.night, trucks[self._truck]):
                platform.say(self.hub, self.night.station, fact)
            self._truck += 1
        self._listen()
        ready = [receipt for at_ms, receipt in self._receipts if at_ms <= now_ms]
        self._receipts = [(at_ms, receipt) for at_ms, receipt in self._receipts if at_ms > now_ms]
        for receipt in ready:
            platform.say(self.hub, self.night.station, receipt)

    # --- the points' answers ---

    def _listen(self) -> None:
        """Each van that was handed over is answered by receipts of its points, spread over the morning."""
        for run in self._bodies("HandedOver"):
            if run["run"] not in self._answered:
                self._answered.add(run["run"])
                self._receipts += self._receipts_of(run["run"])

    def _receipts_of(self, run: str) -> Iterator[tuple[int, n.PointReceipt]]:
        opened = {body["crate"]: body for body in self._bodies("CrateOpened")}
        loaded = [body["crate"] for body in self._bodies("CrateLoaded") if body["run"] == run]
        inside: dict[str, list[Count]] = {}
        for (lot, place), pieces in platform.stock_of(self.hub, self.night.station).items():
            kind, _, crate = place.partition(":")
            if kind == "crate" and crate in loaded:
                inside.setdefault(opened[crate]["point"], []).append(Count(lot, pieces, crate))
        first, last = clock.at(self.night.day, FIRST_DROP), clock.at(self.night.day, LAST_DROP)
        for nth, (point, goods) in enumerate(sorted(inside.items())):
            at_ms = first + (last - first) * nth // max(1, len(inside))
            yield at_ms, self._receipt(run, point, sorted(goods, key=lambda count: count.lot), at_ms)

    def _receipt(self, run: str, point: str, goods: list[Count], at_ms: int) -> n.PointReceipt:
        rng = dice("receipt", self.night.seed, self.night.day, point)
        short: tuple[Count, ...] = ()
        if chance(rng, of=POINT_SHORT):
            unlucky = goods.pop(rng.randrange(len(goods)))
            short = (Count(unlucky.lot, 1, unlucky.slot),)
            if unlucky.pieces > 1:
                goods.append(Count(unlucky.lot, unlucky.pieces - 1, unlucky.slot))
        return n.PointReceipt(run, point, tuple(goods), short, at_ms=at_ms)

    def _bodies(self, kind: str) -> list[dict[str, str]]:
        mine = select(devices.c.device).where(devices.c.point == self.night.station)
        wanted = select(facts.c.body).where(facts.c.kind == kind, facts.c.device.in_(mine))
        with self.hub.engine.begin() as connection:
            return [json.loads(body) for body in connection.execute(wanted).scalars()]
