"""Who gets which shelf slot, so that one buyer's goods stand together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from app.domain.goods import Zone
from app.domain.slots import Slots


class Need(NamedTuple):
    """A buyer (one person over all platforms) who needs a slot in a zone."""

    person: str
    zone: Zone


def assign(
    needs: Iterable[Need], *, kept: Mapping[Need, str], loads: Mapping[str, int], slots: Slots
) -> dict[Need, str]:
    """A slot for every need: the one the buyer has already, else the least loaded of the zone, first names first.

    `loads` are lots that stand in each slot; what is assigned here counts as one more.
    """
    load = dict(loads)
    given: dict[Need, str] = {}
    for need in needs:
        if need in given:
            continue
        slot = kept.get(need) or min(slots[need.zone], key=lambda name: load.get(name, 0))
        load[slot] = load.get(slot, 0) + 1
        given[need] = slot
    return given
