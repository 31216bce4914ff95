"""One business day's goods as they really came to a shop, and when whom they will be handed to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from app.domain import clock
from app.domain.events import GoodsAnnounced, StationSent
from app.domain.goods import Count, CrateNote, Line, Zone
from app.sandbox.dice import about, chance, dice
from app.sandbox.orders import announcement, neighbours_of, orders_of
from app.sandbox.people import Villager, driver
from app.sandbox.platforms import Platform, platform_of, platforms
from app.sandbox.pointday import CrateTruth, LotTruth, Reading, Stray, StrayCrate, Surplus, Van
from app.sandbox.points import Point, neighbours
from app.sandbox.products import bought

# Ours, for no rates are public. A shop with many lines sees each of these nearly every day: the story shall show them.
SHORT, DAMAGED, SURPLUS, STRAY, SCANNED_TWICE = 0.012, 0.014, 0.010, 0.010, 0.010
BUSY = 30
"""From so many lots on, each mishap happens at least once a day."""
CRATE_LOST, LATE_VAN, WARM_VAN, STATION_OWNS_UP = 0.25, 0.2, 0.08, 0.5
NEVER_COMES, COMES_NEXT_DAY, COMES_IN_TWO_DAYS, COMES_TWICE = 0.025, 0.06, 0.025, 0.08
MINUTE = 60_000
FRAGILE = frozenset({"蛋", "水果", "蔬菜", "豆制品"})
COLD = {Zone.FROZEN: -182, Zone.CHILLED: 31}


@dataclass(frozen=True, slots=True)
class Take:
    """So many pieces of a lot are fetched ``delay`` days after they came, on the person's ``leg``-th way (0 or 1)."""

    villager: Villager
    lot: str
    pieces: int
    delay: int
    leg: int
    ready_ms: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One platform's manifest, the station's word for it, and the van that came."""

    platform: Platform
    announced_ms: int
    announced: GoodsAnnounced
    sent_ms: int
    sent: StationSent
    van: Van


@dataclass(frozen=True, slots=True)
class Deliveries:
    """All of one business day, with everybody's intention to fetch it."""

    day: str
    parts: tuple[Delivery, ...]
    lines: dict[str, Line]
    came: dict[str, int]
    takes: tuple[Take, ...]

    def trip_of(self, lot: str) -> Delivery:
        """The delivery that a lot belongs to."""
        return next(part for part in self.parts if any(line.lot == lot for line in part.announced.lines))


@dataclass(frozen=True, slots=True)
class _Mishaps:
    """Which lots and crates of a day meet with what."""

    short: frozenset[str]
    damaged: frozenset[str]
    surplus: frozenset[str]
    twice: frozenset[str]
    lost: str
    found_again: bool
    strays: tuple[tuple[str, StrayCrate], ...]


@lru_cache(maxsize=128)
def deliveries_of(*, seed: int, point: Point, day: str, scale: float) -> Deliveries:
    """What came for ``day``; the same whether it is told as today or remembered as yesterday."""
    rng = dice("deliveries", seed, point.code, day)
    orders = orders_of(seed=seed, point=point, day=day, scale=scale)
    manifests = [
        announcement(seed=seed, point=point, day=day, platform=platform, orders=mine)
        for platform in platforms()
        if (mine := [order for order in orders if order.platform is platform])
    ]
    mishaps = _mishaps(rng, manifests, seed=seed, point=point)
    parts = tuple(_delivery(rng, manifest, mishaps, day) for manifest in manifests)
    lines = {line.lot: line for manifest in manifests for line in manifest.lines}
    lots = {truth.lot: truth for part in parts for crate in part.van.crates for truth in crate.lots}
    people = neighbours_of(seed=seed, point=point, scale=scale)
    return Deliveries(
        day=day,
        parts=parts,
        lines=lines,
        came={lot: truth.came for lot, truth in lots.items()},
        takes=_takes(rng, parts, lines, people),
    )


# --- mishaps -----------------------------------------------------------------------------------------------


def _mishaps(rng: Random, manifests: list[GoodsAnnounced], *, seed: int, point: Point) -> _Mishaps:
    crates = [note.crate for manifest in manifests for note in manifest.crates]
    lost = rng.choice(crates) if len(crates) >= 6 and chance(rng, of=CRATE_LOST) else ""
    lines = [line for manifest in manifests for line in manifest.lines if line.crate != lost]
    lots = [line.lot for line in lines]
    loaded = [crate for crate in crates if crate != lost]
    busy = len(lots) >= BUSY

    def some(among: list[str], rate: float) -> frozenset[str]:
        count = about(rng, rate * len(lots), at_least=1 if busy else 0)
        return frozenset(rng.sample(among, min(count, len(among))))

    short = some(lots, SHORT)
    whole = [line for line in lines if line.lot not in short]
    fragile = [line.lot for line in whole if line.category in FRAGILE] or [line.lot for line in whole]
    return _Mishaps(
        short=short,
        damaged=some(fragile, DAMAGED),
        surplus=some(loaded, SURPLUS),
        twice=some(loaded, SCANNED_TWICE),
        lost=lost,
        found_again=chance(rng, of=0.7),
        strays=_strays(rng, manifests, len(some(lots, STRAY)), seed=seed, point=point),
    )


def _strays(
    rng: Random, manifests: list[GoodsAnnounced], count: int, *, seed: int, point: Point
) -> tuple[tuple[str, StrayCrate], ...]:
    """Crates of somebody else, each with the platform whose van brings it."""
    if not manifests:
        return ()
    manifest = rng.choice(manifests)
    platform = platform_of(manifest.platform)
    kinds = (
        StrayCrate(
            platform.crate_label(rng), Stray.OTHER_POINT, rng.choice(neighbours(point, seed=seed)).code
        ),
        StrayCrate(platform.crate_label(rng), Stray.OTHER_DAY, clock.day_after(manifest.day, 1)),
        StrayCrate(f"XL{rng.randrange(10_000_000):07d}", Stray.OTHER_PLATFORM, "乡里团"),
    )
    return tuple((platform.key, stray) for stray in rng.sample(kinds, min(count, len(kinds))))


# --- the van and what is in it -----------------------------------------------------------------------------


def _delivery(rng: Random, manifest: GoodsAnnounced, mishaps: _Mishaps, day: str) -> Delivery:
    platform = platform_of(manifest.platform)
    late = chance(rng, of=LATE_VAN)
    opens, closes = ("11:10", 80) if late else ("07:50", 150)
    arrives = clock.at(day, opens) + rng.randrange(closes * 60) * 1000
    later = clock.at(day, "15:20") + rng.randrange(40) * MINUTE
    crates = tuple(_crate(rng, manifest, note, mishaps, later) for note in manifest.crates)
    van = Van(
        trip=manifest.trip,
        platform=manifest.platform,
        driver=driver(dice("driver", manifest.trip.partition("-")[2], manifest.platform)),
        seal=f"F{rng.randrange(1_000_000):06d}",
        arrives_ms=arrives,
        late=late,
        readings=_readings(rng, manifest.crates),
        crates=crates,
        strays=tuple(stray for rides_with, stray in mishaps.strays if rides_with == platform.key),
    )
    announced_ms = clock.at(day, "04:40") + rng.randrange(80) * MINUTE
    sent_ms = clock.at(day, "06:30") + rng.randrange(35) * MINUTE
    return Delivery(platform, announced_ms, manifest, sent_ms, _sent(rng, manifest, crates), van)


def _readings(rng: Random, notes: tuple[CrateNote, ...]) -> tuple[Reading, ...]:
    zones = {note.zone for note in notes}
    warm = 90 if chance(rng, of=WARM_VAN) else 0
    return tuple(
        Reading(zone, usual + rng.randrange(-15, 16) + warm) for zone, usual in COLD.items() if zone in zones
    )


def _crate(
    rng: Random, manifest: GoodsAnnounced, note: CrateNote, mishaps: _Mishaps, later_ms: int
) -> CrateTruth:
    lost = note.crate == mishaps.lost
    lines = [line for line in manifest.lines if line.crate == note.crate]
    back = lost and mishaps.found_again
    lots = tuple(_lost(line, back) if lost else _lot(rng, line, mishaps) for line in lines)
    return CrateTruth(
        crate=note.crate,
        zone=note.zone,
        lots=lots,
        surplus=_surplus(rng, lines) if note.crate in mishaps.surplus else (),
        here=not lost,
        later_ms=later_ms if back else 0,
        scans=2 if note.crate in mishaps.twice else 1,
    )


def _lost(line: Line, found_again: bool) -> LotTruth:  # noqa: FBT001
    return LotTruth(line.lot, ok=0, missing=line.pieces, later=line.pieces if found_again else 0)


def _lot(rng: Random, line: Line, mishaps: _Mishaps) -> LotTruth:
    missing = rng.randint(1, line.pieces) if line.lot in mishaps.short else 0
    damaged = rng.randint(1, line.pieces) if line.lot in mishaps.damaged else 0
    photos = (f"{line.lot}-van",) if damaged else ()
    return LotTruth(
        line.lot, ok=line.pieces - missing - damaged, damaged=damaged, missing=missing, photos=photos
    )


def _surplus(rng: Random, lines: list[Line]) -> tuple[Surplus, ...]:
    if lines and chance(rng, of=0.6):
        line = rng.choice(lines)
        return (Surplus(line.barcode, line.product, 1),)
    product = bought(rng, 1)[0]
    return (Surplus(product.barcode, product.name, rng.choice((1, 1, 2))),)


def _sent(rng: Random, manifest: GoodsAnnounced, crates: tuple[CrateTruth, ...]) -> StationSent:
    """The station's own count: it owns up to half of the shorts, and swears that lost crates were loaded."""
    counts = []
    for crate in crates:
        for truth in crate.lots:
            knows = crate.here and truth.missing and chance(rng, of=STATION_OWNS_UP)
            counts.append(Count(truth.lot, truth.announced - (truth.missing if knows else 0)))
    return StationSent(manifest.platform, manifest.trip, manifest.day, tuple(counts))


# --- who fetches what --------------------------------------------------------------------------------------


def _takes(
    rng: Random, parts: Iterable[Delivery], lines: dict[str, Line], people: tuple[Villager, ...]
) -> tuple[Take, ...]:
    owner = {key: villager for villager in people for _, key in villager.keys}
    wanted: dict[Villager, list[Take]] = {}
    for part in parts:
        for crate in part.van.crates:
            for take in _ready(crate, part.van, lines, owner):
                wanted.setdefault(take.villager, []).append(take)
    return tuple(take for takes in wanted.values() for take in _planned(rng, takes, lines))


def _ready(crate: CrateTruth, van: Van, lines: dict[str, Line], owner: dict[str, Villager]) -> Iterable[Take]:
    ready = crate.later_ms + 10 * MINUTE if crate.later_ms else van.arrives_ms + 25 * MINUTE
    for truth in crate.lots:
        if truth.came:
            yield Take(owner[lines[truth.lot].buyer], truth.lot, truth.came, 0, 0, ready)


def _planned(rng: Random, takes: list[Take], lines: dict[str, Line]) -> list[Take]:
    """One person's takes with days and ways; () for somebody who never comes."""
    fate = rng.random()
    for share, delay in ((COMES_IN_TWO_DAYS, 2), (COMES_NEXT_DAY, 1), (NEVER_COMES, -1)):
        if fate < share:
            return [] if delay < 0 else [_delayed(take, delay, lines) for take in takes]
        fate -= share
    return _in_two_ways(rng, takes) if chance(rng, of=COMES_TWICE) else takes


def _delayed(take: Take, delay: int, lines: dict[str, Line]) -> Take:
    """Only ambient goods may wait two days."""
    return replace(take, delay=delay if lines[take.lot].zone is Zone.AMBIENT else 1)


def _in_two_ways(rng: Random, takes: list[Take]) -> list[Take]:
    if len(takes) > 1:
        cut = rng.randrange(1, len(takes))
        return takes[:cut] + [replace(take, leg=1) for take in takes[cut:]]
    only = takes[0]
    if only.pieces == 1:
        return takes
    now = rng.randrange(1, only.pieces)
    return [replace(only, pieces=now), replace(only, pieces=only.pieces - now, leg=1)]


# --- what stands on the shelves ----------------------------------------------------------------------------


def standing(deliveries: Deliveries, *, age: int) -> dict[str, int]:
    """Pieces per lot that stand here at the end of the day ``age`` days (0–2) after they came; lots with 0 left out."""
    here = fetched_off(deliveries, through=age)
    return {lot: pieces for lot, pieces in here.items() if pieces and age < _patience(deliveries.lines[lot])}


def overdue(deliveries: Deliveries, *, age: int) -> dict[str, int]:
    """Pieces per lot that are sent back on the day ``age`` days after they came."""
    here = fetched_off(deliveries, through=age)
    return {lot: pieces for lot, pieces in here.items() if pieces and age == _patience(deliveries.lines[lot])}


def _patience(line: Line) -> int:
    """Days after which goods that nobody fetched are sent back."""
    return 2 if line.zone is Zone.AMBIENT else 1


def fetched_off(deliveries: Deliveries, *, through: int) -> dict[str, int]:
    """Pieces per lot that came and were not fetched through the day ``through`` days after."""
    here = dict(deliveries.came)
    for take in deliveries.takes:
        if take.delay <= through:
            here[take.lot] -= take.pieces
    return here
