"""What each fact changes in the tables that pages read; a replay of all facts gives the same tables again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import singledispatch
from typing import TYPE_CHECKING, Any, NamedTuple

from app.domain import events as e
from app.domain.codec import Recorded, dumps
from app.domain.goods import Count
from app.domain.money import commission_fen

if TYPE_CHECKING:
    from app.store.book import Book

HOUR_MS = 3_600_000


class Entry(NamedTuple):
    """A fact's place in the book: its row number and its envelope."""

    row: int
    recorded: Recorded


@singledispatch
def project(fact: e.Fact, book: Book, entry: Entry) -> None:
    """Change the tables for one fact; most kinds of facts only move goods, and moves are not made here."""


@project.register(e.PolicySet)
def _(fact: e.PolicySet, book: Book, entry: Entry) -> None:
    book.run(
        "INSERT INTO policies (platform, from_day, name, body) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (platform, from_day) DO UPDATE SET name = excluded.name, body = excluded.body",
        (fact.platform, fact.from_day, fact.name, entry.recorded.body),
    )


# --- receiving ---------------------------------------------------------------------------------------------


@project.register(e.GoodsAnnounced)
def _(fact: e.GoodsAnnounced, book: Book, entry: Entry) -> None:
    rates = _rates(book, fact.platform, fact.day)
    book.run(
        "INSERT INTO trips (trip, platform, point, day) VALUES (?, ?, ?, ?) ON CONFLICT (trip) DO NOTHING",
        (fact.trip, fact.platform, fact.point, fact.day),
    )
    book.run_many(
        "INSERT OR REPLACE INTO crates (crate, trip, zone) VALUES (?, ?, ?)",
        [(note.crate, fact.trip, note.zone) for note in fact.crates],
    )
    book.run_many(
        _INSERT_LINE,
        [
            (x.lot, fact.platform, fact.trip, fact.day, x.order, x.crate, x.product, x.barcode, x.category, x.zone,
             x.pieces, x.paid_fen, x.buyer, x.code, x.grams, rates.get(x.category, rates.get("*", 0)))
            for x in fact.lines
        ],
    )  # fmt: skip


_INSERT_LINE = (
    "INSERT OR REPLACE INTO lines (lot, platform, trip, day, order_no, crate, product, barcode, category, zone,"
    " pieces, paid_fen, buyer, code, grams, basis_points) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def _rates(book: Book, platform: str, day: str) -> dict[str, int]:
    """Commission in basis points by category, by the platform's terms that hold on ``day``."""
    body = book.value(
        "SELECT body FROM policies WHERE platform = ? AND from_day <= ? ORDER BY from_day DESC LIMIT 1",
        (platform, day),
    )
    if body is None:
        return {}
    return dict(json.loads(body)["rates"])


@project.register(e.StationSent)
def _(fact: e.StationSent, book: Book, entry: Entry) -> None:
    book.run_many(
        "INSERT OR REPLACE INTO sent (trip, lot, pieces) VALUES (?, ?, ?)",
        [(fact.trip, count.lot, count.pieces) for count in fact.goods],
    )


@project.register(e.VanArrived)
def _(fact: e.VanArrived, book: Book, entry: Entry) -> None:
    """The first word of an arrival gives its time; a later one adds what it knows and takes nothing away."""
    book.run(
        "UPDATE trips SET plate = CASE :plate WHEN '' THEN plate ELSE :plate END,"
        " seal = CASE :seal WHEN '' THEN seal ELSE :seal END, tenths = coalesce(:tenths, tenths),"
        " arrived_ms = CASE arrived_ms WHEN 0 THEN :at ELSE arrived_ms END WHERE trip = :trip",
        {
            "plate": fact.plate,
            "seal": fact.seal,
            "tenths": fact.tenths,
            "at": entry.recorded.true_ms,
            "trip": fact.trip,
        },
    )


@project.register(e.ReceivingEnded)
def _(fact: e.ReceivingEnded, book: Book, entry: Entry) -> None:
    book.run("UPDATE trips SET ended_ms = ? WHERE trip = ?", (entry.recorded.true_ms, fact.trip))


@project.register(e.ShortFound)
def _(fact: e.ShortFound, book: Book, entry: Entry) -> None:
    for lot, pieces in per_lot(fact.goods):
        open_difference(book, entry, about="short", lot=lot, pieces=pieces, note=fact.note)


@project.register(e.DamageFound)
def _(fact: e.DamageFound, book: Book, entry: Entry) -> None:
    for lot, pieces in per_lot(fact.goods):
        open_difference(book, entry, about="damaged", lot=lot, pieces=pieces, note=fact.note)


def per_lot(goods: Iterable[Count]) -> list[tuple[str, int]]:
    """Pieces of each lot, wherever they stood: one fact makes one difference of a lot."""
    pieces: dict[str, int] = {}
    for count in goods:
        pieces[count.lot] = pieces.get(count.lot, 0) + count.pieces
    return list(pieces.items())


@project.register(e.OverFound)
def _(fact: e.OverFound, book: Book, entry: Entry) -> None:
    open_difference(book, entry, about="over", lot=fact.lot, pieces=fact.pieces, note=fact.note)


@project.register(e.ShortArrived)
def _(fact: e.ShortArrived, book: Book, entry: Entry) -> None:
    settle_shortages(book, entry, fact.goods)


def settle_shortages(book: Book, entry: Entry, goods: Iterable[Count]) -> None:
    """What came late closes the open shortages of its lot, oldest first; a rest stays open."""
    for count in goods:
        left = count.pieces
        for difference, pieces in book.rows(
            "SELECT difference, pieces FROM differences WHERE lot = ? AND about = 'short' AND closed_ms = 0"
            " ORDER BY opened_ms, difference",
            (count.lot,),
        ):
            came = min(left, pieces)
            left -= came
            if came == pieces:
                _close_difference(book, entry, difference, how="arrived")
            elif came:
                book.run(
                    "UPDATE differences SET pieces = pieces - ? WHERE difference = ?", (came, difference)
                )


_PLATFORM = (
    "SELECT platform FROM lines WHERE lot = :lot UNION ALL"
    " SELECT t.platform FROM load_lines l JOIN trucks t ON t.trip = l.trip WHERE l.lot = :lot LIMIT 1"
)
"""Whose goods a lot is: at a point its own list says so, at a station the truck on which it came."""


def open_difference(book: Book, entry: Entry, *, about: str, lot: str, pieces: int, note: str) -> None:
    """Open a difference of a lot with its claim deadline, by the platform's terms or a day."""
    platform = book.value(_PLATFORM, {"lot": lot}) or ""
    hours = book.value(
        "SELECT json_extract(body, '$.shortage_hours') FROM policies WHERE platform = ? AND from_day <= ?"
        " ORDER BY from_day DESC LIMIT 1",
        (platform, entry.recorded.day),
    )
    at = entry.recorded.true_ms
    book.run(
        "INSERT OR REPLACE INTO differences (difference, fact, day, about, lot, pieces, fen, note, opened_ms,"
        " deadline_ms, closed_ms, how) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, 0, '')",
        (f"{entry.recorded.id}/{lot}", entry.row, entry.recorded.day, about, lot, pieces, note, at,
         at + (hours or 24) * HOUR_MS),
    )  # fmt: skip


def _close_difference(book: Book, entry: Entry, difference: str, *, how: str) -> None:
    book.run(
        "UPDATE differences SET closed_ms = ?, how = ? WHERE difference = ? AND closed_ms = 0",
        (entry.recorded.true_ms, how, difference),
    )


# --- pickup ------------------------------------------------------------------------------------------------


@project.register(e.PickedUp)
def _(fact: e.PickedUp, book: Book, entry: Entry) -> None:
    pieces: dict[str, int] = {}
    for count in fact.goods:
        pieces[count.lot] = pieces.get(count.lot, 0) + count.pieces
    known = entry.recorded
    for lot, number in pieces.items():
        book.run(
            "INSERT INTO handed (fact, lot, pieces, buyer, proxy, at_ms, device, operator, undone)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
            (entry.row, lot, number, fact.buyer, fact.proxy, known.true_ms, known.id.device, known.operator),
        )
        settle_commission(book, entry, lot)


def settle_commission(book: Book, entry: Entry, lot: str) -> None:
    """Bring the booked commission of a lot to what its totals now earn; writes two rows that sum to zero."""
    line = book.one("SELECT platform, paid_fen, pieces, basis_points FROM lines WHERE lot = ?", (lot,))
    if line is None:
        return
    platform, paid_fen, pieces, basis_points = line
    handed_out = book.value("SELECT sum(pieces) FROM handed WHERE lot = ? AND undone = 0", (lot,)) or 0
    refunded = book.value("SELECT sum(refund_fen) FROM claims WHERE lot = ?", (lot,)) or 0
    earned = commission_fen(
        paid_fen, pieces=pieces, handed_out=handed_out, refunded_fen=refunded, basis_points=basis_points
    )
    booked = book.value("SELECT sum(fen) FROM money WHERE lot = ? AND account = 'receivable'", (lot,)) or 0
    book_money(
        book, entry, platform=platform, lot=lot, debit="receivable", credit="commission", fen=earned - booked
    )


def book_money(
    book: Book, entry: Entry, *, platform: str, lot: str, debit: str, credit: str, fen: int
) -> None:
    """Double entry for money: ``fen`` onto ``debit`` and off ``credit``; nothing for zero."""
    if fen:
        book.run_many(
            "INSERT INTO money (fact, day, platform, account, lot, fen) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (entry.row, entry.recorded.day, platform, debit, lot, fen),
                (entry.row, entry.recorded.day, platform, credit, lot, -fen),
            ],
        )


@project.register(e.ProxyOrdered)
def _(fact: e.ProxyOrdered, book: Book, entry: Entry) -> None:
    book.run(
        "INSERT OR REPLACE INTO orders (order_no, platform, day, product, pieces, price_fen, cash_fen, buyer)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (fact.order, fact.platform, entry.recorded.day, fact.product, fact.pieces, fact.price_fen, fact.cash_fen,
         fact.buyer),
    )  # fmt: skip
    book_money(
        book, entry, platform=fact.platform, lot="", debit="drawer", credit="proxy_orders", fen=fact.cash_fen
    )


# --- after-sales -------------------------------------------------------------------------------------------


@project.register(e.ClaimOpened)
def _(fact: e.ClaimOpened, book: Book, entry: Entry) -> None:
    book.run(
        "INSERT OR IGNORE INTO claims (claim, day, lot, pieces, why, remedy, asked_fen, deadline_ms, note, photos,"
        " opened_ms, bag, outcome, refund_fen, ruling, ruled_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', 0, '', 0)",
        (fact.claim, entry.recorded.day, fact.lot, fact.pieces, fact.why, fact.remedy, fact.asked_fen,
         fact.deadline_ms, fact.note, json.dumps(fact.photos), entry.recorded.true_ms),
    )  # fmt: skip


@project.register(e.RulingGiven)
def _(fact: e.RulingGiven, book: Book, entry: Entry) -> None:
    lot = book.value("SELECT lot FROM claims WHERE claim = ?", (fact.claim,))
    if lot is None:
        return
    book.run(
        "UPDATE claims SET outcome = ?, refund_fen = ?, ruling = ?, ruled_ms = ? WHERE claim = ?",
        (fact.outcome, fact.refund_fen, fact.note, entry.recorded.true_ms, fact.claim),
    )
    settle_commission(book, entry, lot)


@project.register(e.GoodsBagged)
def _(fact: e.GoodsBagged, book: Book, entry: Entry) -> None:
    book.run("INSERT OR IGNORE INTO bags (bag, opened_ms) VALUES (?, ?)", (fact.bag, entry.recorded.true_ms))
    if fact.claim:
        book.run("UPDATE claims SET bag = ? WHERE claim = ?", (fact.bag, fact.claim))


@project.register(e.BagSealed)
def _(fact: e.BagSealed, book: Book, entry: Entry) -> None:
    book.run("UPDATE bags SET sealed_ms = ? WHERE bag = ?", (entry.recorded.true_ms, fact.bag))


@project.register(e.BagTaken)
def _(fact: e.BagTaken, book: Book, entry: Entry) -> None:
    book.run(
        "UPDATE bags SET taken_ms = ?, driver = ?, signature = ?, pieces = ? WHERE bag = ?",
        (
            entry.recorded.true_ms,
            fact.driver,
            fact.signature,
            sum(count.pieces for count in fact.goods),
            fact.bag,
        ),
    )


@project.register(e.ReturnsAcknowledged)
def _(fact: e.ReturnsAcknowledged, book: Book, entry: Entry) -> None:
    book.run(
        "UPDATE bags SET acknowledged_ms = ?, acknowledged_pieces = ? WHERE bag = ?",
        (entry.recorded.true_ms, fact.pieces, fact.bag),
    )


# --- money -------------------------------------------------------------------------------------------------


@project.register(e.BillIssued)
def _(fact: e.BillIssued, book: Book, entry: Entry) -> None:
    book.run("DELETE FROM bills WHERE platform = ? AND day = ?", (fact.platform, fact.day))
    book.run_many(
        "INSERT OR REPLACE INTO bills (platform, day, lot, pieces, paid_fen, commission_fen) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (fact.platform, fact.day, row.lot, row.pieces, row.paid_fen, row.commission_fen)
            for row in fact.rows
        ],
    )


@project.register(e.Deducted)
def _(fact: e.Deducted, book: Book, entry: Entry) -> None:
    book.run(
        "INSERT OR IGNORE INTO deductions (deduction, platform, day, fen, why, lot, state, note, returned_fen)"
        " VALUES (?, ?, ?, ?, ?, ?, 'taken', '', 0)",
        (fact.deduction, fact.platform, fact.day, fact.fen, fact.why, fact.lot),
    )
    book_money(
        book, entry, platform=fact.platform, lot="", debit="deduction", credit="deducted", fen=fact.fen
    )


@project.register(e.DeductionAppealed)
def _(fact: e.DeductionAppealed, book: Book, entry: Entry) -> None:
    book.run(
        "UPDATE deductions SET state = 'appealed', note = ? WHERE deduction = ?", (fact.note, fact.deduction)
    )


@project.register(e.AppealDecided)
def _(fact: e.AppealDecided, book: Book, entry: Entry) -> None:
    platform = book.value("SELECT platform FROM deductions WHERE deduction = ?", (fact.deduction,)) or ""
    state = "returned" if fact.returned_fen else "kept"
    book.run(
        "UPDATE deductions SET state = ?, returned_fen = ? WHERE deduction = ?",
        (state, fact.returned_fen, fact.deduction),
    )
    book_money(
        book, entry, platform=platform, lot="", debit="deducted", credit="deduction", fen=fact.returned_fen
    )


@project.register(e.CashMoved)
def _(fact: e.CashMoved, book: Book, entry: Entry) -> None:
    book_money(book, entry, platform="", lot="", debit="drawer", credit="owner", fen=fact.fen)


@project.register(e.CashCounted)
def _(fact: e.CashCounted, book: Book, entry: Entry) -> None:
    _count(book, entry, fact.day, "cash", fact.fen)


@project.register(e.ShelfCounted)
def _(fact: e.ShelfCounted, book: Book, entry: Entry) -> None:
    for count in fact.slots:
        _count(book, entry, fact.day, f"shelf:{count.slot}", count.pieces)


def _count(book: Book, entry: Entry, day: str, what: str, amount: int) -> None:
    book.run(
        "INSERT OR REPLACE INTO counts (day, what, amount, at_ms) VALUES (?, ?, ?, ?)",
        (day, what, amount, entry.recorded.true_ms),
    )


@project.register(e.DifferenceNamed)
def _(fact: e.DifferenceNamed, book: Book, entry: Entry) -> None:
    """A difference named again, by another desk too, counts once: only what is new of it is booked."""
    before = book.value("SELECT fen FROM differences WHERE difference = ?", (fact.difference,)) or 0
    book.run(
        "INSERT OR REPLACE INTO differences (difference, fact, day, about, lot, pieces, fen, note, opened_ms,"
        " deadline_ms, closed_ms, how) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, '')",
        (fact.difference, entry.row, fact.day, fact.about, fact.lot, fact.pieces, fact.fen, fact.reason,
         entry.recorded.true_ms),
    )  # fmt: skip
    if fact.about == "cash":
        book_money(
            book, entry, platform="", lot="", debit="drawer", credit="cash_difference", fen=fact.fen - before
        )


@project.register(e.DifferenceClosed)
def _(fact: e.DifferenceClosed, book: Book, entry: Entry) -> None:
    _close_difference(book, entry, fact.difference, how=fact.how)


@project.register(e.DayClosed)
def _(fact: e.DayClosed, book: Book, entry: Entry) -> None:
    book.run(
        "INSERT OR REPLACE INTO days (day, closed_ms, body) VALUES (?, ?, ?)",
        (fact.day, entry.recorded.true_ms, entry.recorded.body),
    )


# --- routing -----------------------------------------------------------------------------------------------


@project.register(e.VanSet)
def _(fact: e.VanSet, book: Book, entry: Entry) -> None:
    book.run(
        "INSERT OR REPLACE INTO vans (van, name, pieces, crates, cold, fen_per_km, fen_per_day)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (fact.van, fact.name, fact.pieces, fact.crates, int(fact.cold), fact.fen_per_km, fact.fen_per_day),
    )


@project.register(e.VanRetired)
def _(fact: e.VanRetired, book: Book, entry: Entry) -> None:
    book.run("DELETE FROM vans WHERE van = ?", (fact.van,))


@project.register(e.DriverSet)
def _(fact: e.DriverSet, book: Book, entry: Entry) -> None:
    book.run(
        "INSERT OR REPLACE INTO drivers (driver, name, van, starts_s, ends_s, villages) VALUES (?, ?, ?, ?, ?, ?)",
        (fact.driver, fact.name, fact.van, fact.starts_s, fact.ends_s, dumps(fact.villages)),
    )


@project.register(e.DriverRetired)
def _(fact: e.DriverRetired, book: Book, entry: Entry) -> None:
    book.run("DELETE FROM drivers WHERE driver = ?", (fact.driver,))


@project.register(e.StopSet)
def _(fact: e.StopSet, book: Book, entry: Entry) -> None:
    """What the station itself said of a point stands: the platform then changes its name and village only."""
    from app.store.book import PLATFORM_DEVICE

    own = int(entry.recorded.id.device != PLATFORM_DEVICE)
    if not own and book.value("SELECT own FROM stops WHERE point = ?", (fact.point,)):
        book.run(
            "UPDATE stops SET name = ?, village = ?, town = ? WHERE point = ?",
            (fact.name, fact.village, fact.town, fact.point),
        )
        return
    book.run(
        "INSERT OR REPLACE INTO stops (point, name, village, town, latitude, longitude, guessed, area, opens_s,"
        " closes_s, unloading_s, forbidden, own) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (fact.point, fact.name, fact.village, fact.town, fact.latitude, fact.longitude, int(fact.guessed),
         fact.area, fact.opens_s, fact.closes_s, fact.unloading_s, dumps(fact.forbidden), own),
    )  # fmt: skip


@project.register(e.StopRetired)
def _(fact: e.StopRetired, book: Book, entry: Entry) -> None:
    book.run("DELETE FROM stops WHERE point = ?", (fact.point,))


@project.register(e.RouteTableSet)
def _(fact: e.RouteTableSet, book: Book, entry: Entry) -> None:
    book.run("DELETE FROM fixed_routes")
    book.run_many(
        "INSERT OR REPLACE INTO fixed_routes (point, route) VALUES (?, ?)",
        [(row.point, row.route) for row in fact.rows],
    )


@project.register(e.RideRuleSet)
def _(fact: e.RideRuleSet, book: Book, entry: Entry) -> None:
    book.run(
        "INSERT OR REPLACE INTO ride_rules (rule, kind, points, van) VALUES (?, ?, ?, ?)",
        (fact.rule, fact.kind, dumps(fact.points), fact.van),
    )


@project.register(e.RideRuleDropped)
def _(fact: e.RideRuleDropped, book: Book, entry: Entry) -> None:
    book.run("DELETE FROM ride_rules WHERE rule = ?", (fact.rule,))


@project.register(e.PlanAdopted)
def _(fact: e.PlanAdopted, book: Book, entry: Entry) -> None:
    """A day has one plan: the one adopted last."""
    for table in ("plan_routes", "plan_stops"):
        book.run(f"DELETE FROM {table} WHERE day = ?", (fact.day,))
    book.run_many(
        "INSERT OR REPLACE INTO plan_routes (day, route, van, driver, driver_name, dock, leaves_s, back_s, metres,"
        " stops, pieces, crates, roads, engine) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (fact.day, x.route, x.van, x.driver, x.driver_name, x.dock, x.leaves_s, x.back_s, x.metres,
             len(x.stops), sum(stop.pieces for stop in x.stops), sum(stop.crates for stop in x.stops),
             fact.roads, fact.engine)
            for x in fact.routes
        ],
    )  # fmt: skip
    book.run_many(
        "INSERT OR REPLACE INTO plan_stops (day, point, route, seq, van, driver, dock, arrival_s, late_s, pieces,"
        " crates) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (fact.day, stop.point, x.route, at, x.van, x.driver, x.dock, stop.arrival_s, stop.late_s,
             stop.pieces, stop.crates)
            for x in fact.routes
            for at, stop in enumerate(x.stops, 1)
        ],
    )  # fmt: skip


@project.register(e.ArrivalNoted)
def _(fact: e.ArrivalNoted, book: Book, entry: Entry) -> None:
    book.run(
        "INSERT OR REPLACE INTO arrivals (day, route, point, at_s) VALUES (?, ?, ?, ?)",
        (fact.day, fact.route, fact.point, fact.at_s),
    )


# --- taking back -------------------------------------------------------------------------------------------


def take_back(book: Book, entry: Entry, row: int, kind: str) -> None:
    """Change the tables for the fact at ``row`` being taken back; its moves are reversed elsewhere."""
    if kind == "PickedUp":
        book.run("UPDATE handed SET undone = ? WHERE fact = ?", (entry.row, row))
        for (lot,) in book.rows("SELECT lot FROM handed WHERE fact = ?", (row,)):
            settle_commission(book, entry, lot)
    elif kind in _NAMING_A_DIFFERENCE:
        book.run(
            "UPDATE differences SET closed_ms = ?, how = 'undone' WHERE fact = ? AND closed_ms = 0",
            (entry.recorded.true_ms, row),
        )
    elif kind == "CashMoved":
        for account, fen in book.rows("SELECT account, fen FROM money WHERE fact = ? AND fen > 0", (row,)):
            other = "owner" if account == "drawer" else "drawer"
            book_money(book, entry, platform="", lot="", debit=other, credit=account, fen=fen)
    elif kind == "ClaimOpened":
        book.run(
            "UPDATE claims SET outcome = 'withdrawn', ruled_ms = ?"
            " WHERE claim = (SELECT json_extract(body, '$.claim') FROM facts WHERE id = ?) AND outcome = ''",
            (entry.recorded.true_ms, row),
        )
    elif kind in _RECEIVING_TAKEN_BACK:
        _RECEIVING_TAKEN_BACK[kind](book, row)
    elif kind in _BAG_TAKEN_BACK:
        statement = _BAG_TAKEN_BACK[kind]
        body = json.loads(book.value("SELECT body FROM facts WHERE id = ?", (row,)))
        book.run(statement, {"bag": body["bag"], "claim": body.get("claim", "")})


_NAMING_A_DIFFERENCE = frozenset(
    {
        "ShortFound", "DamageFound", "OverFound", "DifferenceNamed",
        "PiecesMissed", "PiecesDamaged", "SurplusFound",
    }
)  # fmt: skip


def bring_back(book: Book, original: Entry, fact: e.Fact) -> None:
    """Change the tables for a fact whose undoing was itself taken back: it counts again."""
    row = original.row
    if isinstance(fact, e.PickedUp):
        book.run("UPDATE handed SET undone = 0 WHERE fact = ?", (row,))
        for (lot,) in book.rows("SELECT lot FROM handed WHERE fact = ?", (row,)):
            settle_commission(book, original, lot)
    elif isinstance(fact, e.ClaimOpened):
        book.run(
            "UPDATE claims SET outcome = '', ruled_ms = 0 WHERE claim = ? AND outcome = 'withdrawn'",
            (fact.claim,),
        )
    else:
        project(fact, book, original)


def miss_again(book: Book, row: int) -> None:
    """Late pieces did not come after all: the shortages that they had ended are open again, the newest first."""
    at_ms = book.value("SELECT at_ms - skew_ms FROM facts WHERE id = ?", (row,))
    for lot, pieces in book.rows("SELECT lot, sum(pieces) FROM moves WHERE fact = ? GROUP BY lot", (row,)):
        left = pieces
        for difference, short in book.rows(_ENDED_BY_ARRIVAL, (lot, at_ms)):
            if short <= left:
                left -= short
                book.run("UPDATE differences SET closed_ms = 0, how = '' WHERE difference = ?", (difference,))
        if left and not book.run(_WIDEN_SHORTAGE, (left, lot)):
            book.run(_REOPEN_SHORTAGE, (left, lot))


_ENDED_BY_ARRIVAL = (
    "SELECT difference, pieces FROM differences WHERE lot = ? AND about = 'short' AND how = 'arrived'"
    " AND closed_ms = ? ORDER BY opened_ms DESC, difference DESC"
)
_WIDEN_SHORTAGE = (
    "UPDATE differences SET pieces = pieces + ? WHERE difference = (SELECT difference FROM differences"
    " WHERE lot = ? AND about = 'short' AND closed_ms = 0 ORDER BY opened_ms DESC, difference DESC LIMIT 1)"
)
_REOPEN_SHORTAGE = (
    "UPDATE differences SET pieces = ?, closed_ms = 0, how = '' WHERE difference = (SELECT difference"
    " FROM differences WHERE lot = ? AND about = 'short' AND how = 'arrived' ORDER BY closed_ms DESC LIMIT 1)"
)


def _wait_for_more(book: Book, row: int) -> None:
    book.run(
        "UPDATE trips SET ended_ms = 0 WHERE trip = (SELECT json_extract(body, '$.trip') FROM facts WHERE id = ?)",
        (row,),
    )


def _forget_manifest(book: Book, row: int) -> None:
    """A manifest taken back leaves nothing to wait for."""
    trip = book.value("SELECT json_extract(body, '$.trip') FROM facts WHERE id = ?", (row,))
    book.run(
        "DELETE FROM lines WHERE trip = ? AND lot IN (SELECT lot FROM moves WHERE fact = ?)", (trip, row)
    )
    if not book.value("SELECT count(*) FROM lines WHERE trip = ?", (trip,)):
        book.run("DELETE FROM crates WHERE trip = ?", (trip,))
        book.run("DELETE FROM trips WHERE trip = ?", (trip,))


_RECEIVING_TAKEN_BACK: dict[str, Callable[[Any, int], None]] = {
    "ShortArrived": miss_again,
    "ReceivingEnded": _wait_for_more,
    "GoodsAnnounced": _forget_manifest,
}

_BAG_TAKEN_BACK = {
    "GoodsBagged": "UPDATE claims SET bag = '' WHERE claim = :claim AND bag = :bag",
    "BagSealed": "UPDATE bags SET sealed_ms = 0 WHERE bag = :bag",
    "BagTaken": "UPDATE bags SET taken_ms = 0, driver = '', signature = '', pieces = 0 WHERE bag = :bag",
}
