"""What follows the counter: claims and rulings, bills with their errors, penalties, cash and the weather of the net."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from app.domain import clock
from app.domain.events import BillIssued, BillRow, Deducted, Remedy, Why
from app.domain.goods import Count, Line, Zone
from app.domain.money import commission_fen, share_fen
from app.sandbox.deliveries import MINUTE
from app.sandbox.dice import about, chance
from app.sandbox.platforms import Platform, platforms
from app.sandbox.pointday import (
    AfterSale,
    Bill,
    Cash,
    CashMove,
    Deduction,
    Episode,
    Outcome,
    ProxyOrder,
    Ruling,
    Visit,
    Weather,
)
from app.sandbox.points import Point

CLAIMS, REFUSED, PARTLY = 0.03, 0.15, 0.15
BILL_WRONG, DEDUCTED, DRAWER_OFF, MISCOUNTED = 0.4, 0.3, 0.3, 0.2
PERISHABLE = frozenset({Zone.FROZEN, Zone.CHILLED, Zone.FRESH})
NOTES = {
    Why.MISSING: ("回家点了，少一件", "袋子里没有这件"),
    Why.SPOILED: ("打开就坏了", "发霉了，不能吃", "压烂了一半", "化冻了，有味道"),
    Why.WRONG: ("拿到的不是下单的规格", "口味发错了"),
    Why.UNWANTED: ("买多了，不想要", "家里已经有了", "看着跟图片不一样"),
}
RULING_NOTES = {"approved": "同意", "partly": "按比例赔付", "refused": "凭证不足，驳回"}


# --- after-sales -------------------------------------------------------------------------------------------


def after_sales_of(
    rng: Random, *, day: str, visits: tuple[Visit, ...], lines: dict[str, Line]
) -> tuple[AfterSale, ...]:
    """Claims about goods handed out today; a busy shop sees a spoiled one, a returned one and a forbidden one."""
    by_lot = {
        count.lot: (visit.at_ms, count.lot, count.pieces) for visit in visits for count in kept_goods(visit)
    }
    taken = [entry for entry in by_lot.values() if entry[1] in lines]
    rng.shuffle(taken)
    perishable = [entry for entry in taken if lines[entry[1]].zone in PERISHABLE]
    standard = [
        entry for entry in taken if lines[entry[1]].zone is Zone.AMBIENT and _may_return(lines[entry[1]])
    ]
    busy = len(taken) >= 30
    wanted = about(rng, CLAIMS * len(taken), at_least=2 if busy else 0)
    sales = [_spoiled(rng, entry, lines) for entry in perishable[: (wanted + 1) // 2]]
    sales += [_standard(rng, entry, lines, index) for index, entry in enumerate(standard[: wanted // 2])]
    excluded = [entry for entry in perishable[wanted:] if not _may_return(lines[entry[1]])]
    if busy and excluded:
        sales.append(_forbidden(rng, excluded[-1], lines))
    closing = clock.at(day, "20:50")
    return tuple(
        sorted((replace(s, at_ms=min(s.at_ms, closing)) for s in sales), key=lambda sale: sale.at_ms)
    )


def kept_goods(visit: Visit) -> tuple[Count, ...]:
    """What really left with a visitor; nothing where it was undone."""
    return visit.goods if visit.outcome is Outcome.TAKES else ()


def _may_return(line: Line) -> bool:
    return _platform(line).window(line.category).unwanted_hours > 0


def _platform(line: Line) -> Platform:
    letter = line.order[0]
    return next(platform for platform in platforms() if platform.letter == letter)


def _spoiled(rng: Random, entry: tuple[int, str, int], lines: dict[str, Line]) -> AfterSale:
    why = rng.choices((Why.SPOILED, Why.MISSING), (4, 1))[0]
    return _ruled(rng, _sale(rng, entry, lines[entry[1]], why, Remedy.REFUND_ONLY))


def _standard(rng: Random, entry: tuple[int, str, int], lines: dict[str, Line], index: int) -> AfterSale:
    why = Why.UNWANTED if index == 0 else rng.choice((Why.UNWANTED, Why.WRONG, Why.MISSING))
    remedy = Remedy.REFUND_ONLY if why is Why.MISSING else Remedy.RETURN
    return _ruled(rng, _sale(rng, entry, lines[entry[1]], why, remedy))


def _forbidden(rng: Random, entry: tuple[int, str, int], lines: dict[str, Line]) -> AfterSale:
    return replace(_sale(rng, entry, lines[entry[1]], Why.UNWANTED, Remedy.RETURN), allowed=False)


def _sale(rng: Random, entry: tuple[int, str, int], line: Line, why: Why, remedy: Remedy) -> AfterSale:
    taken_ms, lot, taken = entry
    pieces = rng.randint(1, taken)
    needs_photo = _platform(line).window(line.category).photo_needed and why is not Why.UNWANTED
    return AfterSale(
        at_ms=taken_ms + rng.randrange(8, 150) * MINUTE,
        lot=lot,
        buyer=line.buyer,
        pieces=pieces,
        asked_fen=share_fen(line.paid_fen, part=pieces, whole=line.pieces),
        why=why,
        remedy=remedy,
        note=rng.choice(NOTES[why]),
        photos=(f"{lot}-claim",) if needs_photo or why is Why.WRONG else (),
    )


def _ruled(rng: Random, sale: AfterSale) -> AfterSale:
    outcome = rng.choices(("refused", "partly", "approved"), (REFUSED, PARTLY, 1 - REFUSED - PARTLY))[0]
    refund = {"approved": sale.asked_fen, "partly": sale.asked_fen // 2, "refused": 0}[outcome]
    pieces = 0 if outcome == "refused" else sale.pieces
    delay = rng.randrange(20, 11 * 60) * MINUTE
    return replace(sale, ruling=Ruling(delay, outcome, pieces, refund, RULING_NOTES[outcome]))


# --- bills and penalties -----------------------------------------------------------------------------------


def bills_of(
    rng: Random, *, day: str, visits: tuple[Visit, ...], sales: tuple[AfterSale, ...], lines: dict[str, Line]
) -> tuple[Bill, ...]:
    """Each platform's bill for what was handed out on ``day``, net of refunds; now and then one line is wrong."""
    rows: dict[str, list[BillRow]] = {}
    refunds = {sale.lot: sale.ruling.refund_fen for sale in sales if sale.ruling}
    for lot, pieces in _handed_out(visits).items():
        platform = _platform(lines[lot])
        rows.setdefault(platform.key, []).append(_row(lines[lot], pieces, refunds.get(lot, 0), platform))
    wrong = rng.choice(sorted(rows)) if rows and chance(rng, of=BILL_WRONG) else ""
    issued = clock.at(clock.day_after(day, 1), "10:30")
    return tuple(_bill(rng, key, day, tuple(rows[key]), issued, spoil=key == wrong) for key in sorted(rows))


def _handed_out(visits: tuple[Visit, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for visit in visits:
        for count in kept_goods(visit):
            found[count.lot] = found.get(count.lot, 0) + count.pieces
    return found


def _row(line: Line, pieces: int, refunded_fen: int, platform: Platform) -> BillRow:
    paid = share_fen(line.paid_fen, part=pieces, whole=line.pieces) - refunded_fen
    commission = commission_fen(
        line.paid_fen,
        pieces=line.pieces,
        handed_out=pieces,
        refunded_fen=refunded_fen,
        basis_points=platform.basis_points(line.category),
    )
    return BillRow(line.lot, pieces, paid, commission)


def _bill(
    rng: Random, platform: str, day: str, rows: tuple[BillRow, ...], at_ms: int, *, spoil: bool
) -> Bill:
    if not spoil:
        return Bill(at_ms, BillIssued(platform, day, rows))
    victim = rng.randrange(len(rows))
    row = rows[victim]
    if row.pieces > 1:
        kept = row.pieces - 1
        less = BillRow(
            row.lot, kept, row.paid_fen * kept // row.pieces, row.commission_fen * kept // row.pieces
        )
        changed, wrong = (*rows[:victim], less, *rows[victim + 1 :]), "one piece short"
    else:
        changed, wrong = (*rows[:victim], *rows[victim + 1 :]), "line left out"
    return Bill(at_ms, BillIssued(platform, day, changed), wrong_lot=row.lot, wrong=wrong)


def deductions_of(rng: Random, *, day: str, point: Point, lines: dict[str, Line]) -> tuple[Deduction, ...]:
    """A penalty on some days; half of them come back after an appeal."""
    if not lines or not chance(rng, of=DEDUCTED):
        return ()
    lot = rng.choice(sorted(lines))
    platform = _platform(lines[lot])
    fen, why = rng.choice(
        ((500, "签收超时"), (300, "滞留未处理"), (1000, "少件未在时限内申报"), (200, "未按时日结"))
    )
    name = f"KK-{point.code}-{day.replace('-', '')}"
    fact = Deducted(name, platform.key, day, fen, why, lot)
    returned = fen if chance(rng, of=0.5) else 0
    at_ms = clock.at(clock.day_after(day, 1), "09:10")
    return (Deduction(at_ms, fact, returned, decided_after_ms=rng.randrange(8, 40) * 60 * MINUTE),)


# --- cash and network --------------------------------------------------------------------------------------


def cash_of(rng: Random, *, day: str, orders: tuple[ProxyOrder, ...]) -> Cash:
    """The drawer: a float in round notes, proxy orders' cash, sometimes an errand, some days a small difference."""
    start = rng.randrange(4, 11) * 5000
    moves = (
        (CashMove(clock.at(day, "15:05"), -rng.choice((2000, 3500, 5000)), "取出买菜"),)
        if chance(rng, of=0.4)
        else ()
    )
    expected = start + sum(order.cash_fen for order in orders) + sum(move.fen for move in moves)
    off = rng.choice((-500, -100, -50, 100, 200)) if chance(rng, of=DRAWER_OFF) else 0
    return Cash(start, moves, expected, expected + off)


def network_of(rng: Random, *, day: str) -> tuple[Episode, ...]:
    """A line that goes away around noon, lost and doubled messages, a slow spell, some days a wrong clock."""
    gone = clock.at(day, "10:20") + rng.randrange(100) * MINUTE
    back = gone + rng.randrange(50, 240) * MINUTE
    evening = clock.at(day, "17:30")
    episodes = [
        _few(rng, Weather.REQUEST_LOST, clock.at(day, "08:30"), gone),
        Episode(Weather.OFFLINE, gone, back),
        _few(rng, Weather.ANSWER_LOST, back, clock.at(day, "18:00")),
        _few(rng, Weather.DUPLICATE, evening, evening + 60 * MINUTE),
        Episode(Weather.DELAY, evening, evening + 20 * MINUTE, rng.randrange(400, 6000)),
    ]
    if chance(rng, of=0.4):
        wrong = rng.choice((-1, 1)) * rng.choice((47 * MINUTE, 25 * 60 * MINUTE, 365 * 24 * 60 * MINUTE))
        episodes.append(Episode(Weather.WRONG_CLOCK, clock.at(day, "13:00"), clock.at(day, "14:10"), wrong))
    return tuple(sorted(episodes, key=lambda episode: episode.from_ms))


def _few(rng: Random, kind: Weather, from_ms: int, to_ms: int) -> Episode:
    return Episode(kind, from_ms, to_ms, rng.randrange(1, 4))
