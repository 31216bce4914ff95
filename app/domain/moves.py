"""Double entry for goods: which pieces each fact moves, and from which place to which."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import NamedTuple

from app.domain import events as e
from app.domain import night as n
from app.domain import places as p
from app.domain.goods import Count


class Move(NamedTuple):
    """``pieces`` (> 0) of ``lot`` go from ``source`` to ``target``; both sides of the book are in the one row."""

    lot: str
    pieces: int
    source: p.Place
    target: p.Place


@singledispatch
def moves_of(fact: e.Fact) -> tuple[Move, ...]:
    """The moves of a fact by itself; most move nothing. `Undone` and `Voided` need `reversed_moves`."""
    return ()


def reversed_moves(moves: Iterable[Move]) -> tuple[Move, ...]:
    """The moves that take ``moves`` back."""
    return tuple(Move(move.lot, move.pieces, move.target, move.source) for move in moves)


def _each(goods: Iterable[Count], source: p.Place, target: p.Place) -> tuple[Move, ...]:
    return tuple(Move(count.lot, count.pieces, source, target) for count in goods)


def _to_slots(goods: Iterable[Count], source: p.Place) -> tuple[Move, ...]:
    return tuple([Move(count.lot, count.pieces, source, p.shelf(count.slot)) for count in goods])


def _from_slots(goods: Iterable[Count], target: p.Place) -> tuple[Move, ...]:
    return tuple(Move(count.lot, count.pieces, p.shelf(count.slot), target) for count in goods)


def _off_van_or_shelf(goods: Iterable[Count], trip: str, target: p.Place) -> tuple[Move, ...]:
    van = p.van(trip)
    return tuple(
        Move(count.lot, count.pieces, p.shelf(count.slot) if count.slot else van, target) for count in goods
    )


@moves_of.register(e.GoodsAnnounced)
def _(fact: e.GoodsAnnounced) -> tuple[Move, ...]:
    return tuple(Move(line.lot, line.pieces, p.PLATFORM, p.van(fact.trip)) for line in fact.lines)


@moves_of.register(e.CrateReceived)
def _(fact: e.CrateReceived) -> tuple[Move, ...]:
    return _to_slots(fact.goods, p.van(fact.trip))


@moves_of.register(e.GoodsReceived)
def _(fact: e.GoodsReceived) -> tuple[Move, ...]:
    return _to_slots(fact.goods, p.van(fact.trip))


@moves_of.register(e.ShortFound)
def _(fact: e.ShortFound) -> tuple[Move, ...]:
    return _off_van_or_shelf(fact.goods, fact.trip, p.SHORT)


@moves_of.register(e.ShortArrived)
def _(fact: e.ShortArrived) -> tuple[Move, ...]:
    return _to_slots(fact.goods, p.SHORT)


@moves_of.register(e.OverFound)
def _(fact: e.OverFound) -> tuple[Move, ...]:
    return (Move(fact.lot, fact.pieces, p.OVER, p.shelf(p.SURPLUS_SLOT)),)


@moves_of.register(e.DamageFound)
def _(fact: e.DamageFound) -> tuple[Move, ...]:
    return _off_van_or_shelf(fact.goods, fact.trip, p.DAMAGED)


@moves_of.register(e.Shelved)
def _(fact: e.Shelved) -> tuple[Move, ...]:
    return _from_slots(fact.goods, p.shelf(fact.to))


@moves_of.register(e.PickedUp)
def _(fact: e.PickedUp) -> tuple[Move, ...]:
    return _from_slots(fact.goods, p.BUYER)


@moves_of.register(e.GoodsBagged)
def _(fact: e.GoodsBagged) -> tuple[Move, ...]:
    return _each(fact.goods, p.Place.parse(fact.origin), p.bag(fact.bag))


@moves_of.register(e.BagTaken)
def _(fact: e.BagTaken) -> tuple[Move, ...]:
    return _each(fact.goods, p.bag(fact.bag), p.STATION)


# --- the station's night -----------------------------------------------------------------------------------


@moves_of.register(n.PalletAnnounced)
def _(fact: n.PalletAnnounced) -> tuple[Move, ...]:
    return tuple(Move(line.lot, line.pieces, p.PLATFORM, p.trunk(fact.trip)) for line in fact.lines)


@moves_of.register(n.ContainersUnloaded)
def _(fact: n.ContainersUnloaded) -> tuple[Move, ...]:
    return _each(fact.goods, p.trunk(fact.trip), p.DOCK)


@moves_of.register(n.PiecesMissed)
def _(fact: n.PiecesMissed) -> tuple[Move, ...]:
    return _each(fact.goods, p.Place.parse(fact.origin), p.SHORT)


@moves_of.register(n.PiecesFound)
def _(fact: n.PiecesFound) -> tuple[Move, ...]:
    return _each(fact.goods, p.SHORT, p.DOCK)


@moves_of.register(n.PiecesDamaged)
def _(fact: n.PiecesDamaged) -> tuple[Move, ...]:
    return _each(fact.goods, p.Place.parse(fact.origin), p.ASIDE_DAMAGED)


@moves_of.register(n.SurplusFound)
def _(fact: n.SurplusFound) -> tuple[Move, ...]:
    return (Move(fact.lot, fact.pieces, p.OVER, p.ASIDE_SURPLUS),)


@moves_of.register(n.Sorted)
def _(fact: n.Sorted) -> tuple[Move, ...]:
    return _each(fact.goods, p.DOCK, p.crate(fact.crate))


@moves_of.register(n.Resorted)
def _(fact: n.Resorted) -> tuple[Move, ...]:
    target = p.crate(fact.crate) if fact.crate else p.DOCK
    return _each(fact.goods, p.crate(fact.origin), target)


@moves_of.register(n.CrateRelabelled)
def _(fact: n.CrateRelabelled) -> tuple[Move, ...]:
    return _each(fact.goods, p.crate(fact.crate), p.crate(fact.into))


@moves_of.register(n.ReturnsReceived)
def _(fact: n.ReturnsReceived) -> tuple[Move, ...]:
    return tuple(Move(bag.bag, bag.pieces, p.OVER, p.ASIDE_RETURNS) for bag in fact.bags)


@moves_of.register(n.PointReceipt)
def _(fact: n.PointReceipt) -> tuple[Move, ...]:
    """Each count's slot names the crate that it came out of."""
    here = p.point(fact.point)
    ends = ((fact.goods, here), (fact.short, p.SHORT), (fact.damaged, p.ASIDE_DAMAGED))
    return tuple(
        Move(count.lot, count.pieces, p.crate(count.slot), end) for goods, end in ends for count in goods
    )
