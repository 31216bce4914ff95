"""Whose goods stand in which slot: read from the book once, then kept in mind from one scan to the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from app.domain.goods import Zone
from app.domain.places import SURPLUS_SLOT
from app.domain.slots import Slots, all_slots
from app.receiving.rules import Taken
from app.receiving.slots import Need, assign
from app.store.book import Book


class Here(NamedTuple):
    """This point and its business day."""

    point: str
    day: str


@dataclass(slots=True)
class _Standing:
    """Which slot each person has in each zone, and how many lots stand in each slot, as of `mark`."""

    mark: tuple[int, int]
    kept: dict[Need, str] = field(default_factory=dict)
    loads: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))


PERSON = "CASE WHEN p.tail <> '' AND p.name <> '' THEN p.tail || ' ' || p.name ELSE l.buyer END"
"""Who a line is for, over all platforms: the same name and phone tail is the same person (`lines l`, `people p`)."""
_SHELVES = (
    f"SELECT s.place, l.zone, {PERSON} FROM stock s CROSS JOIN lines l ON l.lot = s.lot"
    " LEFT JOIN people p ON p.buyer = l.buyer WHERE s.place > 'shelf:' AND s.place < 'shelf;' AND s.pieces > 0"
)


def here(book: Book) -> Here:
    """Where and when this is."""
    return Here(str(book.get("point", "")), book.day)


def slots_of(book: Book) -> Slots:
    """This point's slots by zone, as they are set."""
    setting = book.get("slots")
    known: tuple[object, Slots] | None = book.in_mind.get(all_slots)
    if known is None or known[0] is not setting:
        known = book.in_mind[all_slots] = (setting, all_slots(setting))
    return known[1]


def give_slots(book: Book, taken: Sequence[Taken]) -> list[str]:
    """A slot for each taking, one person together in each zone over all platforms; `settled` has to follow."""
    known = _standing(book)
    needs = [Need(line.person, line.zone) for line, _, _ in taken]
    return assign(needs, kept=known.kept, loads=known.loads, slots=slots_of(book))


def settled(book: Book) -> None:
    """The command has recorded all it does: what is in mind holds until something else is written."""
    known: _Standing | None = book.in_mind.get(_Standing)
    if known is not None:
        known.mark = book.mark


def _standing(book: Book) -> _Standing:
    known: _Standing | None = book.in_mind.get(_Standing)
    if known is None or known.mark != book.mark:
        known = book.in_mind[_Standing] = _read(book)
    known.mark = (-1, -1)  # until `settled`: a command that fails half way leaves nothing in mind
    return known


def _read(book: Book) -> _Standing:
    known = _Standing(book.mark)
    for place, zone, person in book.rows(_SHELVES):
        slot = place.removeprefix("shelf:")
        need = Need(person, Zone(zone))
        known.loads[slot] += 1
        if slot != SURPLUS_SLOT:
            known.kept[need] = min(slot, known.kept.get(need, slot))
    return known
