"""Who comes to the counter during one day, in the order of time, and how it goes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

from app.domain import clock
from app.domain.goods import Count, Line
from app.sandbox.deliveries import MINUTE, Deliveries, Take
from app.sandbox.dice import about, chance, filled
from app.sandbox.orders import Order
from app.sandbox.people import Villager
from app.sandbox.platforms import platforms
from app.sandbox.pointday import Asks, Outcome, Undo, Visit
from app.sandbox.points import Point
from app.sync.protocol import Elsewhere

BY_PROXY, MISTAKES, ASKS_AGAIN, NOT_HERE = 0.11, 0.03, 0.025, 0.05
UNKNOWN = 0.02
NEVER_BEFORE, NEVER_AFTER = "08:10", "20:40"
WAYS = (Asks.CODE, Asks.QR, Asks.TAIL, Asks.NAME, Asks.INITIALS, Asks.NICKNAME)
WAY_WEIGHTS = (32, 20, 26, 11, 6, 5)
PROXIES = (
    ("隔壁韦嫂", "邻居顺路代取"),
    ("儿媳妇", "儿媳妇来拿"),
    ("黄老师", "家里老人走不动，代取"),
    ("对面老李", "帮忙带回"),
    ("阿梅", "打过电话，同意代取"),
    ("小儿子", "放学顺路来拿"),
)
UNDO_REASONS = ("点错人了，同名", "多点了一件", "顾客忘带钱包先走了", "拿错货位，放回")


def fetched_today(today: Deliveries, earlier: tuple[Deliveries, ...]) -> list[Take]:
    """What people mean to fetch today, of today's goods and of those that came one and two days before."""
    takes = [take for take in today.takes if take.delay == 0]
    for age, deliveries in enumerate(earlier, 1):
        takes += [replace(take, leg=0, ready_ms=0) for take in deliveries.takes if take.delay == age]
    return takes


def visits_of(
    rng: Random, *, day: str, takes: list[Take], lines: dict[str, Line], elsewhere: tuple[Elsewhere, ...]
) -> tuple[Visit, ...]:
    """All visits of a day by time; goods of several platforms and days are fetched together."""
    fetching: list[Visit] = []
    for villager, mine in _by_villager(takes).items():
        fetching += _ways(rng, day, villager, mine, lines)
    visits = [step for visit in _apart(fetching) for step in _with_mishaps(rng, visit)]
    visits += _asking_again(rng, day, [visit for visit in visits if visit.outcome is Outcome.TAKES])
    visits += _not_here(rng, day, elsewhere, len(fetching))
    return tuple(sorted(visits, key=lambda visit: visit.at_ms))


def _by_villager(takes: list[Take]) -> dict[Villager, list[Take]]:
    found: dict[Villager, list[Take]] = {}
    for take in takes:
        found.setdefault(take.villager, []).append(take)
    return found


def _ways(
    rng: Random, day: str, villager: Villager, takes: list[Take], lines: dict[str, Line]
) -> list[Visit]:
    """One visit, or two where somebody takes a part first or some goods come late."""
    first = max(_some_time(rng, day), min(take.ready_ms for take in takes) + rng.randrange(2, 60) * MINUTE)
    now = [take for take in takes if take.leg == 0 and take.ready_ms <= first]
    rest = [take for take in takes if not (take.leg == 0 and take.ready_ms <= first)]
    visits = [_visit(rng, first, villager, now, lines)] if now else []
    if rest:
        evening = clock.at(day, "17:30") + rng.randrange(170) * MINUTE
        ready = max(first, *(take.ready_ms for take in rest)) + 3 * MINUTE
        visits.append(_visit(rng, max(evening, ready), villager, rest, lines))
    return visits


def _some_time(rng: Random, day: str) -> int:
    """Before lunch and after work, as neighbours come; milliseconds."""
    peak, spread = rng.choices((("11:45", 35), ("18:15", 45), ("14:30", 120)), (45, 45, 10))[0]
    wanted = clock.at(day, peak) + round(rng.gauss(0, spread * MINUTE))
    return min(max(wanted, clock.at(day, NEVER_BEFORE)), clock.at(day, NEVER_AFTER))


def _visit(rng: Random, at_ms: int, villager: Villager, takes: list[Take], lines: dict[str, Line]) -> Visit:
    asks, text = _asked(rng, villager, [lines[take.lot] for take in takes])
    proxy, note = rng.choice(PROXIES) if chance(rng, of=BY_PROXY) else ("", "")
    return Visit(
        at_ms=at_ms,
        name=villager.name,
        asks=asks,
        text=text,
        outcome=Outcome.TAKES,
        buyers=tuple(dict.fromkeys(lines[take.lot].buyer for take in takes)),
        goods=tuple(Count(take.lot, take.pieces) for take in takes),
        proxy=proxy,
        note=note,
    )


def _asked(rng: Random, villager: Villager, lines: list[Line]) -> tuple[Asks, str]:
    asks = rng.choices(WAYS, WAY_WEIGHTS)[0]
    code = rng.choice(lines).code
    texts = {
        Asks.CODE: _as_shown(code),
        Asks.QR: code,
        Asks.TAIL: villager.tail,
        Asks.NAME: villager.name,
        Asks.INITIALS: villager.initials.lower(),
        Asks.NICKNAME: villager.nickname,
    }
    return (asks, texts[asks]) if texts[asks] else (Asks.TAIL, villager.tail)


def _as_shown(code: str) -> str:
    """A twelve-digit group code as its app shows it, 4-4-4; others as they are."""
    return f"{code[:4]} {code[4:8]} {code[8:]}" if len(code) == 12 and code.isdigit() else code


def _apart(visits: list[Visit]) -> list[Visit]:
    """Nobody is served in the same ten seconds as somebody else."""
    apart: list[Visit] = []
    last = 0
    for visit in sorted(visits, key=lambda visit: visit.at_ms):
        last = max(visit.at_ms, last + 40_000)
        apart.append(replace(visit, at_ms=last))
    return apart


def _with_mishaps(rng: Random, visit: Visit) -> list[Visit]:
    """The visit; before it, now and then, the same goods handed out by mistake and taken back."""
    if not chance(rng, of=MISTAKES):
        return [visit]
    undo = Undo(visit.at_ms + 15_000, rng.choice(UNDO_REASONS))
    return [replace(visit, outcome=Outcome.MISTAKE, undo=undo), replace(visit, at_ms=visit.at_ms + 30_000)]


def _asking_again(rng: Random, day: str, fetching: list[Visit]) -> list[Visit]:
    """Somebody's family comes with the same code, later, after all that was here for them has gone."""
    ways = Counter(buyer for visit in fetching for buyer in visit.buyers)
    last_ms = clock.at(day, "20:58")
    with_codes = [
        visit
        for visit in fetching
        if visit.asks in (Asks.CODE, Asks.QR) and all(ways[buyer] == 1 for buyer in visit.buyers)
    ]
    count = about(rng, ASKS_AGAIN * len(fetching), at_least=1 if len(with_codes) > 3 else 0)
    return [
        replace(
            visit,
            at_ms=min(visit.at_ms + rng.randrange(5, 120) * MINUTE, last_ms),
            outcome=Outcome.AGAIN,
            goods=(),
            proxy="",
            note="",
        )
        for visit in rng.sample(with_codes, min(count, len(with_codes)))
    ]


def _not_here(rng: Random, day: str, elsewhere: tuple[Elsewhere, ...], visits: int) -> list[Visit]:
    count = about(rng, NOT_HERE * visits, at_least=1 if visits > 20 else 0)
    known = [entry for entry in elsewhere if entry.tail]
    asked = [
        Visit(_some_time(rng, day), "", Asks.CODE, _as_shown(entry.code), Outcome.NOT_HERE, elsewhere=entry)
        for entry in rng.sample(known, min(count, len(known)))
    ]
    if chance(rng, of=UNKNOWN * visits):
        asked.append(Visit(_some_time(rng, day), "", Asks.TAIL, filled("####", rng), Outcome.UNKNOWN))
    return asked


def elsewhere_of(
    rng: Random,
    *,
    day: str,
    point: Point,
    near: tuple[Point, ...],
    tomorrow: list[Order],
    crates: tuple[tuple[str, str, str], ...],
) -> tuple[Elsewhere, ...]:
    """What the platforms tell for "not here": orders at other points, orders of tomorrow, and stray ``crates``.

    A crate is given as (platform, label, the point or day it belongs to) and told with an empty tail.
    """
    entries = [_entry(rng, point=other, day=day) for other in near for _ in range(3)]
    next_day = clock.day_after(day, 1)
    entries += [
        Elsewhere(order.platform.key, order.code, order.villager.tail, point.code, next_day)
        for order in tomorrow
    ]
    for platform, label, belongs in crates:
        is_day = belongs[:2].isdigit()
        where, when = (point.code, belongs) if is_day else (belongs, day)
        entries.append(Elsewhere(platform, label, "", where, when))
    return tuple(entries)


def _entry(rng: Random, *, point: Point, day: str) -> Elsewhere:
    platform = rng.choices(platforms(), [each.share for each in platforms()])[0]
    return Elsewhere(platform.key, platform.pickup_code(rng), filled("####", rng), point.code, day)
