"""What the pickup desk can see: who is meant, what waits for them and where, and why something is not here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, or_, select

from app.domain import perish, places
from app.domain.clock import business_day, day_after
from app.domain.codes import SHORTEST_CUT, Pattern
from app.domain.goods import URGENCY, Zone
from app.domain.ids import FactId
from app.domain.perish import Grade
from app.domain.pinyin import initials
from app.domain.places import Kind
from app.domain.refusals import Refused, refused
from app.pickup import rules
from app.pickup.actions import LAST_HANDED, ONE_ACT_MS, already
from app.pickup.rules import Asked, How, Look, Reason
from app.store.connection import Reader, Row
from app.store.tables import facts, lines, moves, people, stock

MOST_MATCHES = 300
MOST_SHOWN = 9
"""As many as there are number keys."""
LATELY_DAYS = 3
SURPLUS = str(places.shelf(places.SURPLUS_SLOT))
_ON_SHELF = f"s.place > 'shelf:' AND s.place < 'shelf;' AND s.place <> '{SURPLUS}' AND s.pieces > 0"


# --- who -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A person who buys here, over all platforms: the same name and phone tail is the same person.

    `here` are pieces on the shelves, at `slots`, frozen first; `phone_of` is a key whose whole phone is known, or "".
    """

    key: str
    buyers: tuple[str, ...]
    name: str
    tail: str
    nickname: str
    phone_of: str
    here: int
    slots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Who is meant by what was asked: those with goods here first; `more` have no number key.

    `absence` says for a single person why nothing, or nothing of the code that was asked for, is here.
    """

    asked: Asked
    neighbours: tuple[Neighbour, ...]
    more: int = 0
    absence: Refused | None = None


def find(reader: Reader, text: str, *, now_ms: int) -> Found | Refused:
    """Who is asked for by a code, QR content, phone tail, name, nickname or initials; a refusal says what else it is.

    `now_ms` is the time by the platform's clock.
    """
    asked = rules.read_asked(text)
    if isinstance(asked, Refused):
        return asked
    patterns = _patterns(reader)
    codes = _spelled(asked, patterns)
    rows = _by_code(reader, codes) if codes else []
    lots = [lot for lot, _ in rows]
    matched = _people(reader, {buyer for _, buyer in rows}) if rows else _by_person(reader, asked)
    if not matched:
        return _not_known(reader, asked, codes, patterns, now_ms=now_ms)
    neighbours = _gather(reader, matched, asked)
    absence = _absence(reader, neighbours[0], lots, now_ms=now_ms) if len(neighbours) == 1 else None
    return Found(asked, tuple(neighbours[:MOST_SHOWN]), max(0, len(neighbours) - MOST_SHOWN), absence)


def _spelled(asked: Asked, patterns: Sequence[Pattern]) -> list[str]:
    """All spellings of the codes that may be meant; four digits may be a short code too."""
    if asked.how in (How.NAME, How.PHONE):
        return []
    wanted = asked.codes or (asked.text.upper(),)
    return [form for code in wanted for form in rules.spellings(code, patterns)]


def _by_code(reader: Reader, codes: Sequence[str]) -> list[Row]:
    return reader.rows(_LOTS_BY_CODE, (json.dumps(codes),))


_LOTS_BY_CODE = "SELECT l.lot, l.buyer FROM json_each(?) c CROSS JOIN lines l ON l.code = c.value"
_PERSON = "p.buyer, p.name, p.tail, p.nickname, p.phone <> '', p.initials"


def _people(reader: Reader, buyers: Iterable[str]) -> list[Row]:
    """What is known of these keys; a key whose person was erased stands for itself."""
    wanted = list(buyers)
    known = {row[0]: row for row in reader.rows(_PEOPLE_OF, (json.dumps(wanted),))}
    return [known.get(buyer, (buyer, "", "", "", 0, "")) for buyer in wanted]


_PEOPLE_OF = f"SELECT {_PERSON} FROM json_each(?) b CROSS JOIN people p ON p.buyer = b.value"


def _by_person(reader: Reader, asked: Asked) -> list[Row]:
    if asked.how in (How.TAIL, How.PHONE):
        return reader.rows(_BY_TAIL, (asked.text,))
    if asked.how is How.INITIALS:
        return reader.rows(_BY_INITIALS, (asked.text, _after(asked.text), MOST_MATCHES))
    return _by_name(reader, asked.text) if asked.how is How.NAME else []


_BY_TAIL = f"SELECT {_PERSON} FROM people p WHERE p.tail = ? AND p.platform <> ''"
_BY_INITIALS = (
    f"SELECT {_PERSON} FROM people p WHERE p.initials >= ? AND p.initials < ? AND p.platform <> ''"
    " ORDER BY p.initials LIMIT ?"
)


def _after(text: str) -> str:
    """The first text that no longer begins with `text`."""
    return text[:-1] + chr(ord(text[-1]) + 1)


def _by_name(reader: Reader, name: str) -> list[Row]:
    """By the name or its beginning, through the initials' index; a nickname or a part of a name by reading all."""
    first = initials(name)
    begun = []
    if first:
        begun = [
            row
            for row in reader.rows(_BY_INITIALS, (first, _after(first), MOST_MATCHES))
            if row[1].startswith(name)
        ]
    return begun or reader.rows(_BY_PART, (name, name, MOST_MATCHES))


_BY_PART = f"SELECT {_PERSON} FROM people p WHERE (p.nickname = ? OR instr(p.name, ?) > 0) AND p.platform <> '' LIMIT ?"


def _gather(reader: Reader, matched: Sequence[Row], asked: Asked) -> list[Neighbour]:
    """The persons behind these keys, each with all their keys; those with goods here first, then the best match."""
    rows = {row[0]: row for row in matched}
    wanted = json.dumps([buyer for buyer, name, tail, *_ in matched if name and tail])
    rows |= {row[0]: row for row in reader.rows(_SAME_PERSON, (wanted,)) if row[0] not in rows}
    together: dict[str, list[Row]] = {}
    for row in rows.values():
        together.setdefault(person_key(row[0], row[1], row[2]), []).append(row)
    here = _here(reader, list(rows))
    found = [_neighbour(key, mine, here) for key, mine in together.items()]
    exact = {
        key for key, mine in together.items() if any(asked.text in (row[1], row[3], row[5]) for row in mine)
    }
    return sorted(found, key=lambda one: (not one.here, one.key not in exact, one.name, one.tail, one.key))


_SAME_PERSON = (
    f"SELECT {_PERSON} FROM json_each(?) b CROSS JOIN people q ON q.buyer = b.value"
    " CROSS JOIN people p ON p.tail = q.tail AND p.name = q.name"
)


def person_key(buyer: str, name: str, tail: str) -> str:
    """What one person is known by here: tail and name, or the platform's key where these are not both known."""
    return f"{tail} {name}" if tail and name else buyer


def _here(reader: Reader, buyers: Sequence[str]) -> dict[str, list[tuple[int, str, int]]]:
    """Per key: urgency, slot and pieces of what is on the shelves."""
    few = len(buyers) <= FEW_KEYS
    rows = reader.rows(_HERE, (json.dumps(buyers),)) if few else reader.rows(_HERE_OF_ALL)
    wanted, found = set(buyers), dict[str, list[tuple[int, str, int]]]()
    for buyer, zone, place, pieces in rows:
        if buyer in wanted:
            found.setdefault(buyer, []).append((URGENCY[Zone(zone)], place.removeprefix("shelf:"), pieces))
    return found


FEW_KEYS = 25
"""For more keys than this it is quicker to look at the shelves than at everything these people ever bought."""
_HERE = (
    "SELECT l.buyer, l.zone, s.place, s.pieces FROM json_each(?) b CROSS JOIN lines l ON l.buyer = b.value"
    f" CROSS JOIN stock s ON s.lot = l.lot WHERE {_ON_SHELF}"
)
# The index of places also holds all that ever stood there; going from slot to slot passes that over.
_SLOTS = (
    "WITH RECURSIVE slot(place) AS (SELECT (SELECT min(place) FROM stock WHERE place > 'shelf:' AND place < 'shelf;')"
    " UNION ALL SELECT (SELECT min(n.place) FROM stock n WHERE n.place > slot.place AND n.place < 'shelf;')"
    " FROM slot WHERE slot.place IS NOT NULL) "
)
_HERE_OF_ALL = (
    f"{_SLOTS}SELECT l.buyer, l.zone, s.place, s.pieces FROM slot CROSS JOIN stock s ON s.place = slot.place"
    f" CROSS JOIN lines l ON l.lot = s.lot WHERE s.pieces > 0 AND s.place <> '{SURPLUS}'"
)


def _neighbour(key: str, rows: Sequence[Row], here: Mapping[str, list[tuple[int, str, int]]]) -> Neighbour:
    buyers = tuple(sorted(row[0] for row in rows))
    stands = sorted(stand for buyer in buyers for stand in here.get(buyer, ()))
    return Neighbour(
        key=key,
        buyers=buyers,
        name=rows[0][1],
        tail=rows[0][2],
        nickname=next((row[3] for row in rows if row[3]), ""),
        phone_of=next((row[0] for row in rows if row[4]), ""),
        here=sum(pieces for _, _, pieces in stands),
        slots=tuple(dict.fromkeys(slot for _, slot, _ in stands)),
    )


def neighbour_of(reader: Reader, buyer: str) -> Neighbour:
    """The person behind one key."""
    rows = _people(reader, [buyer])
    return _gather(reader, rows, Asked(How.CODE, buyer))[0]


# --- what ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """Pieces of one order line of a person that stand at a slot."""

    lot: str
    product: str
    zone: Zone
    slot: str
    pieces: int
    platform: str
    day: str
    code: str


@dataclass(frozen=True, slots=True)
class Absent:
    """Pieces of one order line of a person that are not on the shelves: where they are instead."""

    lot: str
    product: str
    pieces: int
    where: Kind
    platform: str
    day: str


@dataclass(frozen=True, slots=True)
class Act:
    """One act of handing out: all its facts, when (ms), whose, and how many pieces; `proxy` is who took them."""

    facts: tuple[FactId, ...]
    buyer: str
    name: str
    tail: str
    at_ms: int
    pieces: int
    proxied: int
    proxy: str
    other_pc: int
    operator: str
    undone: int


@dataclass(frozen=True, slots=True)
class Visit:
    """All that the counter shows for one person."""

    neighbour: Neighbour
    goods: tuple[Waiting, ...]
    absent: tuple[Absent, ...]
    acts: tuple[Act, ...]


def visit(reader: Reader, neighbour: Neighbour, *, now_ms: int) -> Visit:
    """What waits for a person, frozen first; what of the last days is not here; what they fetched lately."""
    rows = reader.rows(_ALL_OF, (json.dumps(neighbour.buyers),))
    names = platform_names(reader)
    today = business_day(now_ms)
    goods = [_waiting(row, names) for row in rows if _is_shelf(row[5])]
    goods.sort(key=lambda one: (URGENCY[one.zone], one.slot, one.day, one.lot))
    absent = [_absent(row, names) for row in rows if not _is_shelf(row[5])]
    lately = day_after(today, -LATELY_DAYS)
    shown = tuple(one for one in absent if one.where is not Kind.BUYER and one.day >= lately)
    acts = _acts(reader, "h.lot IN (SELECT value FROM json_each(?))", json.dumps([row[0] for row in rows]), 3)
    slots = tuple(dict.fromkeys(one.slot for one in goods))
    here = sum(one.pieces for one in goods)
    fresh = Neighbour(
        neighbour.key, neighbour.buyers, neighbour.name, neighbour.tail, neighbour.nickname, neighbour.phone_of,
        here, slots,
    )  # fmt: skip
    return Visit(fresh, tuple(goods), shown, acts)


_ALL_OF = (
    "SELECT l.lot, l.product, l.zone, l.platform, l.day, s.place, s.pieces, l.code FROM json_each(?) b"
    " CROSS JOIN lines l ON l.buyer = b.value CROSS JOIN stock s ON s.lot = l.lot"
    f" WHERE s.pieces > 0 AND s.place <> '{SURPLUS}'"
)


def _is_shelf(place: str) -> bool:
    return place.startswith("shelf:")


def _waiting(row: Row, names: Mapping[str, str]) -> Waiting:
    lot, product, zone, platform, day, place, pieces, code = row
    slot = place.removeprefix("shelf:")
    return Waiting(lot, product, Zone(zone), slot, pieces, names.get(platform, platform), day, code)


def _absent(row: Row, names: Mapping[str, str]) -> Absent:
    lot, product, _, platform, day, place, pieces, _ = row
    return Absent(lot, product, pieces, places.Place.parse(place).kind, names.get(platform, platform), day)


def platform_names(reader: Reader) -> dict[str, str]:
    """The name that each platform goes by, by its newest terms."""
    return dict(reader.rows("SELECT platform, name FROM policies ORDER BY from_day"))


def acts_of_day(reader: Reader, *, now_ms: int) -> tuple[Act, ...]:
    """The last acts of handing out on the running business day, the newest first."""
    return _acts(reader, "f.day = ? AND f.kind = 'PickedUp'", business_day(now_ms), 30)


def _acts(reader: Reader, where: str, what: str, most: int) -> tuple[Act, ...]:
    """Acts by the facts in them, the newest first; one act has at most one fact for each of a person's keys."""
    device = reader.get("device", "local")
    acts: list[Act] = []
    keys: set[str] = set()
    for row in reader.rows(_ACTS.format(where=where), (what,)):
        own, epoch, seq, at_ms, operator, buyer, name, tail, pieces, proxy, proxy_name, undone = row
        act = Act(
            (FactId(own, epoch, seq),), buyer, name, tail, at_ms, pieces, int(bool(proxy)), proxy_name,
            int(own != device), operator, int(undone > 0),
        )  # fmt: skip
        if acts and buyer not in keys and _is_one_act(act, acts[-1]):
            later = acts.pop()
            act = replace(later, facts=(*act.facts, *later.facts), pieces=pieces + later.pieces)
        else:
            keys = set()
        keys.add(buyer)
        acts.append(act)
    return tuple(sorted(acts, key=lambda act: -act.at_ms)[:most])


def _is_one_act(earlier: Act, later: Act) -> bool:
    """Whether two facts, recorded one after the other, are one act over several of a person's keys."""
    one, other = earlier.facts[-1], later.facts[0]
    following = (one.device, one.epoch, one.seq + 1) == (other.device, other.epoch, other.seq)
    keys = {person_key(act.buyer, act.name, act.tail) for act in (earlier, later)}
    near = abs(later.at_ms - earlier.at_ms) <= ONE_ACT_MS
    return following and near and len(keys) == 1 and earlier.undone == later.undone


_ACTS = (
    "SELECT f.device, f.epoch, f.seq, h.at_ms, h.operator, h.buyer, coalesce(p.name, ''), coalesce(p.tail, ''),"
    " sum(h.pieces), h.proxy, coalesce(nullif(x.name, ''), x.nickname, ''), max(h.undone) FROM handed h"
    " JOIN facts f ON f.id = h.fact LEFT JOIN people p ON p.buyer = h.buyer"
    " LEFT JOIN people x ON x.buyer = h.proxy AND h.proxy <> '' WHERE {where}"
    " GROUP BY h.fact ORDER BY f.id DESC LIMIT 90"
)


# --- not here ------------------------------------------------------------------------------------------------


def _absence(reader: Reader, who: Neighbour, lots: Sequence[str], *, now_ms: int) -> Refused | None:
    """Why nothing is here for a person, or nothing of the code that was asked for; none where all is well."""
    rows = reader.rows(_ALL_OF, (json.dumps(who.buyers),))
    mine = [row for row in rows if not lots or row[0] in lots]
    if any(_is_shelf(row[5]) for row in mine):
        return None
    today = business_day(now_ms)
    said = _first_absent(mine, today=today, names=platform_names(reader))
    said = said or (_elsewhere(reader, "tail", [who.tail], today=today) if who.tail and not lots else None)
    return said or _gone(reader, mine, now_ms=now_ms) or refused(Reason.NOTHING)


_ABSENT_REASONS = ((Kind.VAN, Reason.IN_VAN), (Kind.SHORT, Reason.SHORT), (Kind.DAMAGED, Reason.DAMAGED))


def _first_absent(rows: Sequence[Row], *, today: str, names: Mapping[str, str]) -> Refused | None:
    """Goods of the last days that were announced and did not reach a shelf."""
    lately = day_after(today, -LATELY_DAYS)
    recent = [_absent(row, names) for row in rows if row[4] >= lately]
    for kind, reason in _ABSENT_REASONS:
        there = [one for one in recent if one.where is kind]
        if there:
            first = min(there, key=lambda one: one.day)
            pieces = sum(one.pieces for one in there)
            return refused(
                reason,
                product=first.product,
                pieces=pieces,
                platform=first.platform,
                day=first.day,
                today=today,
            )
    return None


def _gone(reader: Reader, rows: Sequence[Row], *, now_ms: int) -> Refused | None:
    """Goods that were handed out, or went back."""
    lots = [row[0] for row in rows]
    handed = reader.one(LAST_HANDED, (json.dumps(lots),))
    if handed is not None:
        return already(handed, device=str(reader.get("device", "local")), now_ms=now_ms)
    returned = [row for row in rows if row[5].startswith(("bag:", "station:"))]
    if not returned:
        return None
    return refused(Reason.RETURNED, product=returned[0][1], pieces=sum(row[6] for row in returned))


def _elsewhere(reader: Reader, column: str, values: Sequence[str], *, today: str) -> Refused | None:
    """What the platforms told about goods that wait at another point or come another day."""
    row = reader.one(_ELSEWHERE[column], {"values": json.dumps(values), "today": today})
    if row is None:
        return None
    platform, code, tail, point, day = row
    name = platform_names(reader).get(platform) or str(platform)
    if point and point != reader.get("point", ""):
        reason = Reason.OTHER_POINT
    elif day and day != today:
        reason = Reason.OTHER_DAY
    else:
        reason = Reason.NOT_ON_LIST
    return refused(reason, code=code if column == "code" else "", tail=tail, platform=name, point=point, day=day,
                   today=today)  # fmt: skip


_ELSEWHERE = {
    column: (
        f"SELECT e.platform, e.code, e.tail, e.point, e.day FROM json_each(:values) x CROSS JOIN elsewhere e"
        f" ON e.{column} = x.value WHERE {limit} ORDER BY e.day < :today, abs(julianday(e.day) - julianday(:today))"
        " LIMIT 1"
    )
    for column, limit in (("code", "1"), ("tail", "e.day >= :today"))
}


def _not_known(
    reader: Reader, asked: Asked, codes: Sequence[str], patterns: Sequence[Pattern], *, now_ms: int
) -> Refused:
    """Say what something is that no order line and no person here answers to, as far as anything knows it."""
    today = business_day(now_ms)
    by_tail = asked.how in (How.TAIL, How.PHONE)
    known = _elsewhere(reader, "code", codes, today=today) if codes else None
    if known is None and by_tail:
        known = _elsewhere(reader, "tail", [asked.text], today=today)
    if known is not None:
        return known
    if by_tail:
        return refused(Reason.NO_SUCH_TAIL, tail=asked.text)
    if asked.how in (How.NAME, How.INITIALS) and not _is_crate(reader, asked.text):
        return refused(Reason.NO_SUCH_NAME, text=asked.text)
    return _strange_code(reader, asked, patterns, now_ms=now_ms)


def _is_crate(reader: Reader, text: str) -> bool:
    return bool(reader.value("SELECT 1 FROM lines WHERE crate = ? LIMIT 1", (text.upper(),)))


def _strange_code(reader: Reader, asked: Asked, patterns: Sequence[Pattern], *, now_ms: int) -> Refused:
    code = asked.text.upper()
    look, platform = rules.look_of(code, patterns)
    if look not in (Look.SLOT, Look.BAG, Look.OWN):
        goods = reader.one(_GOODS, {"code": code.replace(" ", "")})
        if goods is not None:
            return refused(Reason.CRATE_LABEL if goods[0] else Reason.BARCODE, code=code, product=goods[1])
    name = platform_names(reader).get(platform, platform)
    if look is Look.PICKUP:
        lately = day_after(business_day(now_ms), -LATELY_DAYS)
        ours = reader.value("SELECT 1 FROM trips WHERE platform = ? AND day >= ? LIMIT 1", (platform, lately))
        return refused(
            Reason.NOT_ON_LIST if ours else Reason.OTHER_PLATFORM, code=code, tail="", platform=name
        )
    if look in (Look.NOTHING, Look.CUT_SHORT):
        begun = reader.value(_BEGUN, (code, code + "~")) if len(code) >= SHORTEST_CUT else None
        if begun or look is Look.CUT_SHORT:
            return refused(Reason.CUT_SHORT, code=code, platform=name)
    return refused(_BY_LOOK[look], code=code, platform=name, product="")


_GOODS = (
    "SELECT * FROM (SELECT 1, '' FROM crates WHERE crate = :code LIMIT 1) UNION ALL"
    " SELECT * FROM (SELECT 1, '' FROM lines WHERE crate = :code LIMIT 1) UNION ALL"
    " SELECT * FROM (SELECT 0, product FROM lines WHERE barcode = :code LIMIT 1)"
)
_BEGUN = "SELECT code FROM lines WHERE code > ? AND code < ? LIMIT 1"
_BY_LOOK = {
    Look.SLOT: Reason.SLOT_LABEL,
    Look.BAG: Reason.RETURN_BAG,
    Look.OWN: Reason.OWN_CODE,
    Look.CRATE: Reason.CRATE_LABEL,
    Look.PALLET: Reason.PALLET,
    Look.BARCODE: Reason.BARCODE,
    Look.NOTHING: Reason.UNKNOWN,
}


def _patterns(reader: Reader) -> list[Pattern]:
    """The shapes of all platforms' codes, by their newest terms."""
    newest: dict[str, str] = dict(
        reader.rows("SELECT platform, json_extract(body, '$.patterns') FROM policies ORDER BY from_day")
    )
    return [
        Pattern(platform, kind, shape)
        for platform, said in newest.items()
        for kind, shape in json.loads(said)
    ]


# --- the shelf -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShelfRow:
    """Pieces of one order line at one slot, with when they should be gone and when a reminder was copied last (ms)."""

    lot: str
    slot: str
    product: str
    zone: Zone
    pieces: int
    platform: str
    day: str
    code: str
    key: str
    buyers: tuple[str, ...]
    name: str
    tail: str
    phone_of: str
    until_ms: int
    grade: Grade
    reminded_ms: int


def shelf(reader: Reader, *, now_ms: int) -> list[ShelfRow]:
    """All that waits on the shelves, what spoils soonest first."""
    statement = (
        select(
            stock.c.lot, stock.c.place, stock.c.pieces, lines.c.product, lines.c.zone, lines.c.platform,
            lines.c.day, lines.c.code, lines.c.buyer, people.c.name, people.c.tail, people.c.phone,
        )
        .join(lines, lines.c.lot == stock.c.lot)
        .outerjoin(people, people.c.buyer == lines.c.buyer)
        .where(stock.c.place > "shelf:", stock.c.place < "shelf;", stock.c.place != SURPLUS, stock.c.pieces > 0)
    )  # fmt: skip
    cuts = perish.cut_offs(reader.get("overdue"))
    found = reader.select(statement)
    names, reminded = platform_names(reader), _reminded(reader, found, now_ms=now_ms)
    buyers: dict[str, set[str]] = {}
    for row in found:
        buyers.setdefault(person_key(row.buyer, row.name or "", row.tail or ""), set()).add(row.buyer)
    came = _came(reader)
    rows = [_shelf_row(row, names, reminded, buyers, came, cuts, now_ms) for row in found]
    return sorted(rows, key=lambda row: (row.until_ms, URGENCY[row.zone], row.slot, row.key, row.lot))


def _shelf_row(
    row: Any,
    names: Mapping[str, str],
    reminded: Mapping[str, int],
    buyers: Mapping[str, set[str]],
    came: Mapping[str, str],
    cuts: Mapping[Zone, perish.CutOff],
    now_ms: int,
) -> ShelfRow:
    zone = Zone(row.zone)
    until_ms = perish.deadline_ms(zone, max(row.day, came.get(row.lot, "")), cuts)
    key = person_key(row.buyer, row.name or "", row.tail or "")
    return ShelfRow(
        lot=row.lot,
        slot=row.place.removeprefix("shelf:"),
        product=row.product,
        zone=zone,
        pieces=row.pieces,
        platform=names.get(row.platform, row.platform),
        day=row.day,
        code=row.code,
        key=key,
        buyers=tuple(sorted(buyers[key])),
        name=row.name or "",
        tail=row.tail or "",
        phone_of=row.buyer if row.phone else "",
        until_ms=until_ms,
        grade=perish.grade(zone, until_ms, now_ms=now_ms),
        reminded_ms=reminded.get(row.lot, 0),
    )


def _came(reader: Reader) -> dict[str, str]:
    """The business day on which goods now on the shelf came off a van, which a late one makes later than announced."""
    statement = (
        select(moves.c.lot, func.max(facts.c.day))
        .join(facts, facts.c.id == moves.c.fact)
        .where(moves.c.lot.in_(_STANDING), moves.c.target > "shelf:", moves.c.target < "shelf;")
        .where(or_(moves.c.source.startswith("van:"), moves.c.source == str(places.SHORT)))
        .group_by(moves.c.lot)
    )
    return dict(tuple(row) for row in reader.select(statement))


_STANDING = select(stock.c.lot).where(
    stock.c.place > "shelf:", stock.c.place < "shelf;", stock.c.place != SURPLUS, stock.c.pieces > 0
)


def _reminded(reader: Reader, found: Sequence[Any], *, now_ms: int) -> dict[str, int]:
    """When a reminder was last copied for each lot, of the days from which goods still stand here."""
    if not found:
        return {}
    since = min(*(row.day for row in found), business_day(now_ms))
    statement = (
        select(facts.c.at_ms, facts.c.body)
        .where(facts.c.kind == "ReminderCopied", facts.c.day >= since)
        .order_by(facts.c.at_ms)
    )
    return {lot: row.at_ms for row in reader.select(statement) for lot in json.loads(row.body)["lots"]}
