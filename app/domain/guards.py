"""What can happen but once: a label sorted, a crate sealed or loaded, a van closed; what a fact takes and what bars it.

A key is held by the fact that took it. A fact whose key is held, or that is barred by a held key, cannot have
happened: the desk refuses it, and the hub answers it with :class:`~app.domain.events.Voided`, so that two desks which
did not see each other are told as soon as they do. Taking a fact back lets its keys go and takes again what it freed.
"""

from __future__ import annotations

from functools import singledispatch
from typing import NamedTuple

from app.domain import night as n
from app.domain.events import Fact


class Guard(NamedTuple):
    """Keys that a fact takes for itself, keys that must be free for it, and keys that are free after it."""

    takes: tuple[str, ...] = ()
    barred_by: tuple[str, ...] = ()
    frees: tuple[str, ...] = ()


NOTHING = Guard()


@singledispatch
def guard_of(fact: Fact) -> Guard:
    """The keys of a fact; most have none."""
    return NOTHING


def container_key(trip: str, label: str) -> str:
    """Held once a container of a trip is unloaded; labels come back on other nights."""
    return f"container:{trip}:{label}"


def piece_key(label: str) -> str:
    """Held while a labelled piece is sorted."""
    return f"piece:{label}"


def open_key(crate: str) -> str:
    """Held from a crate's opening on: a label is used once."""
    return f"crate:{crate}"


def seal_key(crate: str) -> str:
    """Held while a crate is sealed (or its label replaced)."""
    return f"sealed:{crate}"


def load_key(crate: str) -> str:
    """Held while a crate is on a van."""
    return f"loaded:{crate}"


def closed_key(run: str) -> str:
    """Held while a van is closed."""
    return f"closed:{run}"


def handed_key(run: str) -> str:
    """Held once a van was handed over."""
    return f"handed:{run}"


@guard_of.register(n.ContainersUnloaded)
def _(fact: n.ContainersUnloaded) -> Guard:
    return Guard(takes=tuple(container_key(fact.trip, label) for label in fact.containers))


@guard_of.register(n.Sorted)
def _(fact: n.Sorted) -> Guard:
    return Guard(takes=tuple(map(piece_key, fact.labels)), barred_by=(seal_key(fact.crate),))


@guard_of.register(n.Resorted)
def _(fact: n.Resorted) -> Guard:
    crates = (fact.origin, fact.crate) if fact.crate else (fact.origin,)
    return Guard(barred_by=tuple(map(seal_key, crates)))


@guard_of.register(n.CrateOpened)
def _(fact: n.CrateOpened) -> Guard:
    return Guard(takes=(open_key(fact.crate),))


@guard_of.register(n.CrateSealed)
def _(fact: n.CrateSealed) -> Guard:
    return Guard(takes=(seal_key(fact.crate),))


@guard_of.register(n.CrateUnsealed)
def _(fact: n.CrateUnsealed) -> Guard:
    return Guard(barred_by=(load_key(fact.crate),), frees=(seal_key(fact.crate),))


@guard_of.register(n.CrateRelabelled)
def _(fact: n.CrateRelabelled) -> Guard:
    """The old label is sealed for good; a sealed crate cannot be relabelled."""
    return Guard(takes=(seal_key(fact.crate),), barred_by=(seal_key(fact.into),))


@guard_of.register(n.CrateLoaded)
def _(fact: n.CrateLoaded) -> Guard:
    return Guard(takes=(load_key(fact.crate),), barred_by=(closed_key(fact.run),))


@guard_of.register(n.CrateTakenOff)
def _(fact: n.CrateTakenOff) -> Guard:
    return Guard(barred_by=(closed_key(fact.run),), frees=(load_key(fact.crate),))


@guard_of.register(n.VanClosed)
def _(fact: n.VanClosed) -> Guard:
    return Guard(takes=(closed_key(fact.run),))


@guard_of.register(n.VanReopened)
def _(fact: n.VanReopened) -> Guard:
    return Guard(barred_by=(handed_key(fact.run),), frees=(closed_key(fact.run),))


@guard_of.register(n.HandedOver)
def _(fact: n.HandedOver) -> Guard:
    return Guard(takes=(handed_key(fact.run),))


GUARDED: frozenset[str] = frozenset(kind.__name__ for kind in guard_of.registry if kind is not object)
"""Kinds of facts that have keys."""
