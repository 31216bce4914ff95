"""What the after-sales page can see: lines to claim about, claims, bags and their goods, and a lot's history."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from app.aftersales import rules
from app.aftersales.rules import Confirmed, Earlier, Handing, Link, Lot, Stay
from app.domain import codec, places
from app.domain.clock import business_day, day_after
from app.domain.codec import Recorded
from app.domain.events import GoodsBagged, PolicySet, Why
from app.domain.goods import Zone
from app.domain.ids import FactId
from app.domain.pinyin import initials
from app.domain.places import Kind, Place
from app.store.connection import Reader
from app.store.tables import (
    bags,
    claims,
    facts,
    handed,
    lines,
    moves,
    people,
    photos,
    policies,
    sent,
    stock,
    trips,
)

LOOK_BACK_DAYS = 45
"""So far back lines are found; longer than any window, so that a late one gets its reason and not a shrug."""
RECENT_DAYS = 3
MOST_FOUND = 60
BUYER = str(places.BUYER)
SURPLUS = str(places.shelf(places.SURPLUS_SLOT))


# --- lines -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FoundLine:
    """An order line that a claim may be about; ``last_ms`` is its last hand-out, 0 for none."""

    lot: Lot
    order_no: str
    code: str
    barcode: str
    platform_name: str
    name: str
    tail: str
    last_ms: int

    @property
    def who(self) -> str:
        """The buyer as the counter says it."""
        return " ".join(part for part in (self.name, self.tail) if part) or "买家信息已清除"


def find(reader: Reader, text: str, *, now_ms: int) -> list[FoundLine]:
    """Lines by pickup code, order number, phone tail, name, initials, product or barcode; the newest hand-out first."""
    wanted = plain(text)
    if not wanted:
        return []
    since = day_after(business_day(now_ms), -LOOK_BACK_DAYS)
    return _lines(reader, and_(lines.c.day >= since, _matches(wanted)))


def recent(reader: Reader, *, now_ms: int) -> list[FoundLine]:
    """Lines handed out in the last days, the newest first."""
    since_ms = now_ms - RECENT_DAYS * rules.DAY_MS
    out = select(handed.c.lot).where(handed.c.at_ms >= since_ms, handed.c.undone == 0)
    return [line for line in _lines(reader, lines.c.lot.in_(out)) if line.last_ms]


def plain(text: str) -> str:
    """What was typed or scanned, as it is compared: narrow letters, no control characters, at most 64 characters."""
    narrow = unicodedata.normalize("NFKC", text)
    return " ".join("".join(letter if letter.isprintable() else " " for letter in narrow).split())[:64]


def _matches(wanted: str) -> ColumnElement[bool]:
    tight = wanted.upper().replace("-", "").replace(" ", "")
    exact = [lines.c.code == wanted.upper(), lines.c.order_no == wanted, lines.c.lot == wanted]
    exact += [people.c.name == wanted, people.c.nickname == wanted]
    if len(tight) >= 4:
        exact.append(func.replace(func.replace(lines.c.code, "-", ""), " ", "") == tight)
        exact.append(lines.c.barcode == tight)
    if re.fullmatch(r"\d{4}", tight):
        exact.append(people.c.tail == tight)
    if re.fullmatch(r"[A-Za-z]{2,12}", wanted):
        exact.append(people.c.initials.startswith(wanted.lower(), autoescape=True))
    if len(wanted) > 1 and initials(wanted) and not wanted.isascii():
        exact.append(people.c.name.contains(wanted, autoescape=True))
        exact.append(lines.c.product.contains(wanted, autoescape=True))
    return or_(*exact)


def _lines(reader: Reader, where: ColumnElement[bool]) -> list[FoundLine]:
    last = select(handed.c.lot, func.max(handed.c.at_ms).label("at_ms")).where(handed.c.undone == 0)
    last_out = last.group_by(handed.c.lot).subquery()
    last_ms = func.coalesce(last_out.c.at_ms, 0)
    statement = (
        select(lines, people.c.name, people.c.tail, last_ms.label("last_ms"))
        .outerjoin(people, people.c.buyer == lines.c.buyer)
        .outerjoin(last_out, last_out.c.lot == lines.c.lot)
        .where(where)
        .order_by(last_ms.desc(), lines.c.day.desc(), lines.c.lot)
        .limit(MOST_FOUND)
    )
    found = reader.select(statement)
    terms = _terms(reader)
    lots = _lots(reader, found, terms)
    return [_found_line(row, lots[row.lot], terms) for row in found]


def _found_line(row: Any, lot: Lot, terms: Mapping[str, tuple[PolicySet, ...]]) -> FoundLine:
    return FoundLine(
        lot=lot,
        order_no=row.order_no,
        code=row.code,
        barcode=row.barcode,
        platform_name=_platform_name(row.platform, terms),
        name=row.name or "",
        tail=row.tail or "",
        last_ms=row.last_ms,
    )


def platform_names(reader: Reader) -> dict[str, str]:
    """The name that each platform goes by."""
    return {platform: _platform_name(platform, terms) for terms in [_terms(reader)] for platform in terms}


def _platform_name(platform: str, terms: Mapping[str, tuple[PolicySet, ...]]) -> str:
    known = terms.get(platform)
    return max(known, key=lambda policy: policy.from_day).name if known else platform


def lot_of(reader: Reader, lot: str) -> FoundLine | None:
    """One line by its lot."""
    found = _lines(reader, lines.c.lot == lot)
    return found[0] if found else None


def _terms(reader: Reader) -> dict[str, tuple[PolicySet, ...]]:
    by_platform: dict[str, list[PolicySet]] = defaultdict(list)
    for row in reader.select(select(policies.c.platform, policies.c.body)):
        by_platform[row.platform].append(cast(PolicySet, codec.decode("PolicySet", row.body)))
    return {platform: tuple(known) for platform, known in by_platform.items()}


def _lots(reader: Reader, rows: Sequence[Any], terms: Mapping[str, tuple[PolicySet, ...]]) -> dict[str, Lot]:
    """The lots of some lines, each with its hand-outs, claims and places, in four queries for all."""
    names = [row.lot for row in rows]
    handings = _handings(reader, names)
    earlier = _earlier(reader, names)
    stays = _stays(reader, names)
    return {
        row.lot: Lot(
            lot=row.lot,
            product=row.product,
            platform=row.platform,
            category=row.category,
            pieces=row.pieces,
            paid_fen=row.paid_fen,
            handings=tuple(handings[row.lot]),
            earlier=tuple(earlier[row.lot]),
            here=tuple(stay for stay in stays[row.lot] if _is_shelf(stay)),
            lost=sum(stay.pieces for stay in stays[row.lot] if Place.parse(stay.place).kind in _LOST),
            policies=terms.get(row.platform, ()),
        )
        for row in rows
    }


_LOST = (Kind.SHORT, Kind.DAMAGED)


def _is_shelf(stay: Stay) -> bool:
    return Place.parse(stay.place).kind is Kind.SHELF and stay.place != SURPLUS


def _handings(reader: Reader, names: Sequence[str]) -> dict[str, list[Handing]]:
    at_ms = (handed.c.at_ms - facts.c.skew_ms).label("at_ms")
    statement = (
        select(handed.c.lot, at_ms, facts.c.day, handed.c.pieces)
        .join(facts, facts.c.id == handed.c.fact)
        .where(handed.c.lot.in_(names), handed.c.undone == 0)
        .order_by(at_ms)
    )
    found: dict[str, list[Handing]] = defaultdict(list)
    for row in reader.select(statement):
        found[row.lot].append(Handing(row.at_ms, row.day, row.pieces))
    return found


def _earlier(reader: Reader, names: Sequence[str]) -> dict[str, list[Earlier]]:
    from_shelf = _from_shelf(reader, names)
    statement = select(claims).where(claims.c.lot.in_(names)).order_by(claims.c.opened_ms, claims.c.claim)
    found: dict[str, list[Earlier]] = defaultdict(list)
    for row in reader.select(statement):
        found[row.lot].append(
            Earlier(
                claim=row.claim,
                pieces=row.pieces,
                why=Why(row.why),
                asked_fen=row.asked_fen,
                deadline_ms=row.deadline_ms,
                outcome=row.outcome,
                refund_fen=row.refund_fen,
                from_shelf=row.claim in from_shelf,
            )
        )
    return found


def _from_shelf(reader: Reader, names: Sequence[str]) -> set[str]:
    statement = _baggings().where(moves.c.lot.in_(names), moves.c.source != BUYER)
    return {_bagging(row.body).claim for row in reader.select(statement)}


def _baggings() -> Select[Any]:
    """Baggings that stand, one row for each move."""
    return (
        select(moves.c.lot, moves.c.source, moves.c.target, moves.c.pieces, facts.c.body, facts.c.at_ms)
        .join(facts, facts.c.id == moves.c.fact)
        .where(facts.c.kind == "GoodsBagged", facts.c.reversed_by.is_(None))
    )


def _bagging(body: str) -> GoodsBagged:
    return cast(GoodsBagged, codec.decode("GoodsBagged", body))


def _stays(reader: Reader, names: Sequence[str]) -> dict[str, list[Stay]]:
    statement = select(stock).where(stock.c.lot.in_(names), stock.c.pieces > 0).order_by(stock.c.place)
    found: dict[str, list[Stay]] = defaultdict(list)
    for row in reader.select(statement):
        found[row.lot].append(Stay(row.place, row.pieces))
    return found


# --- claims ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim with its line and buyer; times in ms, ``sealed`` says that its goods are in a sealed bag."""

    claim: str
    lot: str
    product: str
    who: str
    pieces: int
    why: Why
    remedy: str
    asked_fen: int
    deadline_ms: int
    opened_ms: int
    outcome: str
    refund_fen: int
    ruling: str
    ruled_ms: int
    bag: str
    photos: tuple[str, ...]

    @property
    def waits_for_goods(self) -> bool:
        """Whether the buyer has still to bring the goods."""
        return self.remedy == "return" and not self.bag and self.outcome not in rules.FREE_AGAIN


def claim_rows(reader: Reader, *, since_ms: int) -> list[ClaimRow]:
    """Open claims by deadline, then those ruled or withdrawn since ``since_ms``, the newest first."""
    statement = (
        select(claims, lines.c.product, people.c.name, people.c.tail)
        .outerjoin(lines, lines.c.lot == claims.c.lot)
        .outerjoin(people, people.c.buyer == lines.c.buyer)
        .where(or_(claims.c.outcome == "", claims.c.ruled_ms >= since_ms))
        .order_by(claims.c.outcome != "", claims.c.ruled_ms.desc(), claims.c.deadline_ms, claims.c.claim)
        .limit(500)
    )
    return [_claim_row(row) for row in reader.select(statement)]


def _claim_row(row: Any) -> ClaimRow:
    return ClaimRow(
        claim=row.claim,
        lot=row.lot,
        product=row.product or row.lot,
        who=" ".join(part for part in (row.name, row.tail) if part),
        pieces=row.pieces,
        why=Why(row.why),
        remedy=row.remedy,
        asked_fen=row.asked_fen,
        deadline_ms=row.deadline_ms,
        opened_ms=row.opened_ms,
        outcome=row.outcome,
        refund_fen=row.refund_fen,
        ruling=row.ruling,
        ruled_ms=row.ruled_ms,
        bag=row.bag,
        photos=tuple(json.loads(row.photos or "[]")),
    )


# --- bags --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BagRow:
    """A return bag: times in ms (0 for not yet), ``pieces`` inside or taken, as many acknowledged."""

    bag: str
    opened_ms: int
    sealed_ms: int
    taken_ms: int
    driver: str
    pieces: int
    acknowledged_ms: int
    acknowledged_pieces: int


@dataclass(frozen=True, slots=True)
class BagItem:
    """Pieces of one lot that were put into a bag together."""

    bag: str
    lot: str
    product: str
    who: str
    pieces: int
    claim: str
    why: str
    origin: str


def bag_rows(reader: Reader, *, since_ms: int) -> list[BagRow]:
    """Bags that are not finished, and those acknowledged since ``since_ms``; the open one first, then the oldest."""
    inside = select(stock.c.place, func.sum(stock.c.pieces).label("pieces")).where(
        stock.c.place.startswith("bag:")
    )
    content = inside.group_by(stock.c.place).subquery()
    statement = (
        select(bags, func.coalesce(content.c.pieces, 0).label("inside"))
        .outerjoin(content, content.c.place == "bag:" + bags.c.bag)
        .where(or_(bags.c.acknowledged_ms == 0, bags.c.acknowledged_ms >= since_ms))
        .order_by(bags.c.acknowledged_ms != 0, bags.c.taken_ms != 0, bags.c.sealed_ms != 0, bags.c.opened_ms)
        .limit(200)
    )
    return [
        BagRow(
            bag=row.bag,
            opened_ms=row.opened_ms,
            sealed_ms=row.sealed_ms,
            taken_ms=row.taken_ms,
            driver=row.driver,
            pieces=row.pieces if row.taken_ms else row.inside,
            acknowledged_ms=row.acknowledged_ms,
            acknowledged_pieces=row.acknowledged_pieces,
        )
        for row in reader.select(statement)
    ]


def bag_items(reader: Reader, bag: str) -> list[BagItem]:
    """What was put into a bag, in the order in which it was."""
    lots = select(moves.c.lot).where(moves.c.target == str(places.bag(bag)))
    statement = (
        _baggings()
        .add_columns(lines.c.product, people.c.name, people.c.tail)
        .outerjoin(lines, lines.c.lot == moves.c.lot)
        .outerjoin(people, people.c.buyer == lines.c.buyer)
        .where(moves.c.lot.in_(lots), moves.c.target == str(places.bag(bag)))
        .order_by(moves.c.id)
    )
    rows = reader.select(statement)
    surplus = surplus_products(reader, [row.lot for row in rows if row.product is None])
    return [_bag_item(bag, row, surplus) for row in rows]


def _bag_item(bag: str, row: Any, surplus: Mapping[str, str]) -> BagItem:
    fact = _bagging(row.body)
    return BagItem(
        bag=bag,
        lot=row.lot,
        product=row.product or surplus.get(row.lot, row.lot),
        who=" ".join(part for part in (row.name, row.tail) if part),
        pieces=row.pieces,
        claim=fact.claim,
        why=fact.why,
        origin=fact.origin,
    )


def surplus_products(reader: Reader, lots: Sequence[str]) -> dict[str, str]:
    """Product names of pieces that nobody announced, by lot."""
    statement = (
        select(moves.c.lot, func.json_extract(facts.c.body, "$.product").label("product"))
        .join(facts, facts.c.id == moves.c.fact)
        .where(moves.c.lot.in_(lots), facts.c.kind == "OverFound")
    )
    return {row.lot: row.product for row in reader.select(statement)} if lots else {}


@dataclass(frozen=True, slots=True)
class Baggable:
    """Goods of the point that can go back: ``why`` is ``damaged``, ``surplus`` or ``overdue``."""

    lot: str
    product: str
    who: str
    place: str
    pieces: int
    why: str
    since: str


def baggable(reader: Reader, *, now_ms: int) -> list[Baggable]:
    """Broken and surplus goods, then overdue ones, those waiting longest first."""
    shelf_or_broken = or_(stock.c.place.startswith("shelf:"), stock.c.place == str(places.DAMAGED))
    statement = (
        select(stock, lines.c.product, lines.c.day, lines.c.zone, people.c.name, people.c.tail)
        .outerjoin(lines, lines.c.lot == stock.c.lot)
        .outerjoin(people, people.c.buyer == lines.c.buyer)
        .where(shelf_or_broken, stock.c.pieces > 0)
        .order_by(lines.c.day, stock.c.lot)
    )
    rows = reader.select(statement)
    surplus = surplus_products(reader, [row.lot for row in rows if row.product is None])
    found = [_baggable(row, surplus, now_ms) for row in rows]
    return sorted((row for row in found if row.why), key=lambda row: _WHY_ORDER[row.why])


_WHY_ORDER = {"damaged": 0, "surplus": 1, "overdue": 2}


def _baggable(row: Any, surplus: Mapping[str, str], now_ms: int) -> Baggable:
    if row.place == str(places.DAMAGED):
        why = "damaged"
    elif row.place == SURPLUS or row.product is None:
        why = "surplus"
    else:
        why = "overdue" if rules.is_overdue(Zone(row.zone), row.day, now_ms=now_ms) else ""
    return Baggable(
        lot=row.lot,
        product=row.product or surplus.get(row.lot, row.lot),
        who=" ".join(part for part in (row.name, row.tail) if part),
        place=row.place,
        pieces=row.pieces,
        why=why,
        since=row.day or "",
    )


# --- history -----------------------------------------------------------------------------------------------


def chain(reader: Reader, lot: str) -> tuple[Confirmed, ...]:
    """How many good pieces of a lot each link confirmed, from the announcement to the buyer."""
    announced = reader.select(select(lines.c.pieces, lines.c.trip).where(lines.c.lot == lot))
    if not announced:
        return ()
    pieces, trip = announced[0]
    loaded = reader.select(select(sent.c.pieces).where(sent.c.lot == lot, sent.c.trip == trip))
    came = _net(reader, lot, arrived=("van:", "short:"), at=("shelf:",))
    spoiled_here = _net(reader, lot, arrived=("shelf:",), at=("damaged:",))
    claimed = reader.select(
        select(func.coalesce(func.sum(claims.c.pieces), 0)).where(
            claims.c.lot == lot, claims.c.outcome != "withdrawn"
        )
    )[0][0]
    received = came if _is_received(reader, trip, came) else None
    kept = None if received is None else received - spoiled_here
    return (
        Confirmed(Link.PLATFORM, pieces),
        Confirmed(Link.STATION, loaded[0].pieces if loaded else None),
        Confirmed(Link.DRIVER, received),
        Confirmed(Link.POINT, kept),
        Confirmed(Link.BUYER, None if kept is None else kept - claimed),
    )


def _is_received(reader: Reader, trip: str, came: int) -> bool:
    ended = reader.select(select(trips.c.ended_ms).where(trips.c.trip == trip))
    return bool(came or (ended and ended[0].ended_ms))


def _net(reader: Reader, lot: str, *, arrived: Iterable[str], at: Iterable[str]) -> int:
    """Pieces that went from one kind of place to another, less those that were taken back."""
    forth, back = _between(arrived, at), _between(at, arrived)
    statement = select(moves.c.pieces, forth.label("forth")).where(moves.c.lot == lot, or_(forth, back))
    return sum(row.pieces if row.forth else -row.pieces for row in reader.select(statement))


def _between(sources: Iterable[str], targets: Iterable[str]) -> ColumnElement[bool]:
    out = or_(*(moves.c.source.startswith(kind) for kind in sources))
    into = or_(*(moves.c.target.startswith(kind) for kind in targets))
    return and_(out, into)


@dataclass(frozen=True, slots=True)
class Happening:
    """A fact in a lot's history, with its chain digest ("" for what was heard) and whether it was taken back."""

    recorded: Recorded
    digest: str
    taken_back: bool
    pieces: int


def timeline(reader: Reader, lot: str) -> list[Happening]:
    """Every fact that moved or was about a lot, in the order in which this book learned them."""
    codes = [row.claim for row in reader.select(select(claims.c.claim).where(claims.c.lot == lot))]
    held = [row.target[4:] for row in reader.select(_baggings().where(moves.c.lot == lot))]
    about = func.coalesce(
        func.json_extract(facts.c.body, "$.claim"), func.json_extract(facts.c.body, "$.bag"), ""
    ).in_([*codes, *held])
    moved = select(moves.c.fact).where(moves.c.lot == lot)
    known = reader.select(select(lines.c.trip, lines.c.day).where(lines.c.lot == lot))
    first_day = known[0].day if known else ""
    trip = func.json_extract(facts.c.body, "$.trip") == (known[0].trip if known else None)
    statement = (
        select(facts)
        .where(
            or_(
                facts.c.id.in_(moved),
                and_(facts.c.day >= day_after(first_day, -1), facts.c.kind.in_(_BY_CLAIM), about),
                and_(facts.c.day >= day_after(first_day, -1), facts.c.kind.in_(_BY_TRIP), trip),
            )
            if known
            else facts.c.id.in_(moved)
        )
        .order_by(facts.c.id)
    )
    return [_happening(row, _moved(reader, row.id, lot)) for row in reader.select(statement)]


_BY_CLAIM = ("ClaimOpened", "RulingGiven", "BagSealed", "ReturnsAcknowledged")
_BY_TRIP = ("VanArrived", "StationSent", "ReceivingEnded")


def _moved(reader: Reader, fact: int, lot: str) -> int:
    statement = select(func.coalesce(func.sum(moves.c.pieces), 0)).where(
        moves.c.fact == fact, moves.c.lot == lot
    )
    return int(reader.select(statement)[0][0])


def _happening(row: Any, pieces: int) -> Happening:
    known = FactId(row.device, row.epoch, row.seq)
    recorded = Recorded(known, row.at_ms, row.skew_ms, row.day, row.operator, row.kind, row.body)
    return Happening(recorded, row.digest.hex() if row.digest else "", row.reversed_by is not None, pieces)


def pictures(reader: Reader, names: Iterable[str]) -> dict[str, bytes]:
    """Kept pictures by name; one that is not on this machine is left out."""
    wanted = list(dict.fromkeys(names))
    rows = (
        reader.select(select(photos.c.sha, photos.c.jpeg).where(photos.c.sha.in_(wanted))) if wanted else []
    )
    found = {row.sha: bytes(row.jpeg) for row in rows}
    return {name: found[name] for name in wanted if name in found}
