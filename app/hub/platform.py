"""What the platform itself says to a point: goods on their way, terms, rulings, bills, deductions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection, func, select

from app.domain import events as e
from app.domain.goods import Person
from app.domain.ids import FactId
from app.domain.money import commission_fen, share_fen
from app.hub import feed
from app.hub.hub import Hub
from app.hub.intake import pass_keys_on, platform_fact
from app.hub.ruling import Entry, Ledger
from app.hub.tables import chains, devices, facts, lots, points, quarantine, settled, stock
from app.sync.protocol import PLATFORM_DEVICE, Elsewhere


def say(hub: Hub, point: str, fact: e.Fact) -> FactId:
    """Put a fact of the platform on a point's feed and into the books; the id under which devices hear it."""
    with hub.engine.begin() as connection:
        return _say(connection, point, fact, now_ms=hub.clock.now_ms())


def _say(connection: Connection, point: str, fact: e.Fact, *, now_ms: int) -> FactId:
    known = FactId(PLATFORM_DEVICE, 1, feed.lock_point(connection, point) + 1)
    recorded = platform_fact(fact, now_ms=now_ms)
    feed.tell(connection, point, [recorded])
    entry = Entry(recorded._replace(id=known), fact)
    voided = Ledger(connection, point).take([entry])
    feed.tell(connection, point, [platform_fact(item, now_ms=now_ms) for item in voided])
    pass_keys_on(connection, point, [entry], now_ms=now_ms)
    return known


def announce(hub: Hub, fact: e.GoodsAnnounced, people: Iterable[Person] = ()) -> FactId:
    """Tell a point what is on its way; the buyers' names travel first and apart."""
    with hub.engine.begin() as connection:
        feed.tell_people(connection, fact.point, people)
        return _say(connection, fact.point, fact, now_ms=hub.clock.now_ms())


def tell_people(hub: Hub, point: str, people: Iterable[Person]) -> None:
    """Tell a point its buyers' names and phone tails."""
    with hub.engine.begin() as connection:
        feed.tell_people(connection, point, people)


def tell_elsewhere(hub: Hub, point: str, entries: Iterable[Elsewhere]) -> None:
    """Tell a point about goods that its neighbours may ask for and that wait elsewhere."""
    with hub.engine.begin() as connection:
        feed.tell_elsewhere(connection, point, entries)


def set_policy(hub: Hub, point: str, policy: e.PolicySet) -> FactId:
    """Tell a point a platform's terms; lots announced after this get their commission from it."""
    return say(hub, point, policy)


def give_ruling(
    hub: Hub, point: str, claim: str, *, outcome: str, pieces: int, refund_fen: int, note: str = ""
) -> FactId:
    """Decide a claim: ``approved``, ``partly`` or ``refused``."""
    return say(hub, point, e.RulingGiven(claim, outcome, pieces, refund_fen, note))


def deduct(hub: Hub, point: str, deduction: e.Deducted) -> FactId:
    """Take a penalty off the point's money."""
    return say(hub, point, deduction)


def decide_appeal(hub: Hub, point: str, deduction: str, *, returned_fen: int, note: str = "") -> FactId:
    """Answer an appeal against a deduction."""
    return say(hub, point, e.AppealDecided(deduction, returned_fen, note))


def acknowledge_returns(hub: Hub, point: str, bag: str, *, pieces: int) -> FactId:
    """Confirm that a return bag's goods arrived."""
    return say(hub, point, e.ReturnsAcknowledged(bag, pieces))


def issue_bill(
    hub: Hub,
    point: str,
    *,
    platform: str,
    day: str,
    change: Callable[[tuple[e.BillRow, ...]], tuple[e.BillRow, ...]] | None = None,
) -> FactId:
    """Settle a business day of a platform from the hub's own books and put the bill on the feed.

    ``change`` is for stories in which the platform's bill is wrong: it gets the right rows and gives the billed ones.
    """
    with hub.engine.begin() as connection:
        rows = tuple(_bill_rows(connection, point, platform, day))
        rows = change(rows) if change else rows
        return _say(connection, point, e.BillIssued(platform, day, rows), now_ms=hub.clock.now_ms())


def _bill_rows(connection: Connection, point: str, platform: str, day: str) -> Iterable[e.BillRow]:
    """For each lot that changed on ``day``: its totals with that day, less its totals before."""
    today = select(settled.c.lot).where(settled.c.point == point, settled.c.day == day)
    rows = connection.execute(
        select(
            lots, settled.c.day.label("settled_day"), settled.c.pieces.label("handed"), settled.c.refunded_fen
        )
        .join(settled, (settled.c.point == lots.c.point) & (settled.c.lot == lots.c.lot))
        .where(
            lots.c.point == point, lots.c.platform == platform, settled.c.day <= day, lots.c.lot.in_(today)
        )
        .order_by(lots.c.lot, settled.c.day)
    ).mappings()
    by_lot: dict[str, list[Any]] = {}
    for row in rows:
        by_lot.setdefault(row["lot"], []).append(row)
    bill = (_bill_row(changes, day) for changes in by_lot.values())
    return [row for row in bill if row.pieces or row.paid_fen or row.commission_fen]


def _bill_row(changes: list[Any], day: str) -> e.BillRow:
    line = changes[0]
    earlier = [row for row in changes if row["settled_day"] < day]
    pieces = sum(row["handed"] for row in changes if row["settled_day"] == day)
    paid_after, commission_after = _totals(line, changes)
    paid_before, commission_before = _totals(line, earlier)
    return e.BillRow(line["lot"], pieces, paid_after - paid_before, commission_after - commission_before)


def _totals(line: Any, changes: list[Any]) -> tuple[int, int]:
    """What was paid for the handed-out pieces less refunds, and the commission on it, in fen."""
    handed = sum(row["handed"] for row in changes)
    refunded = sum(row["refunded_fen"] for row in changes)
    paid = share_fen(line["paid_fen"], part=handed, whole=line["pieces"]) - refunded
    commission = commission_fen(
        line["paid_fen"],
        pieces=line["pieces"],
        handed_out=handed,
        refunded_fen=refunded,
        basis_points=line["basis_points"],
    )
    return paid, commission


# --- what the hub can be asked to show ---------------------------------------------------------------------


def facts_count(hub: Hub, point: str) -> int:
    """Facts of the point's devices that the hub holds, quarantined ones too."""
    ours = select(devices.c.device).where(devices.c.point == point)
    return int(_scalar(hub, select(func.count()).select_from(facts).where(facts.c.device.in_(ours))))


def quarantined_count(hub: Hub, point: str) -> int:
    """Facts of the point's devices that wait in quarantine."""
    ours = select(devices.c.device).where(devices.c.point == point)
    return int(
        _scalar(hub, select(func.count()).select_from(quarantine).where(quarantine.c.device.in_(ours)))
    )


def digest_of(hub: Hub, device: str, *, epoch: int = 1) -> bytes:
    """The digest at the end of what the hub holds of an epoch of a device."""
    mine = (chains.c.device == device) & (chains.c.epoch == epoch)
    with hub.engine.begin() as connection:
        found = connection.execute(select(chains.c.digest).where(mine)).scalar()
    return bytes(found or bytes(16))


def stock_of(hub: Hub, point: str) -> dict[tuple[str, str], int]:
    """Pieces by (lot, place) where there are any."""
    with hub.engine.begin() as connection:
        rows = connection.execute(select(stock.c.lot, stock.c.places).where(stock.c.point == point))
        return {
            (lot, place): pieces
            for lot, places in rows
            for place, (pieces, _) in json.loads(places).items()
            if pieces
        }


def feed_length(hub: Hub, point: str) -> int:
    """The last number of a point's feed."""
    return int(_scalar(hub, select(points.c.feed_n).where(points.c.point == point)))


def forget_people(hub: Hub, point: str) -> None:
    """Empty the buyers' names that stand on a point's feed so far: their purpose has ended."""
    with hub.engine.begin() as connection:
        feed.forget_people(connection, point, through=feed.lock_point(connection, point))


def _scalar(hub: Hub, wanted: Any) -> Any:
    with hub.engine.begin() as connection:
        return connection.execute(wanted).scalar_one()
