"""Who gets which shelf slot, so that one buyer's goods stand together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from app.domain.goods import Zone
from app.domain.slots import Slots


class Need(NamedTuple):
    """A buyer (one person over all platforms) who needs a slot in a zone."""

    person: str
    zone: Zone


def assign(
    needs: Iterable[Need], *, kept: dict[Need, str], loads: defaultdict[str, int], slots: Slots
) -> list[str]:
    """A slot for every need: the one the buyer has already, else the least loaded of the zone, first names first.

    `loads` are lots that stand in each slot. Both they and `kept` are brought up to date.
    """
    given = []
    for need in needs:
        slot = kept.get(need)
        if slot is None:
            slot = kept[need] = min(slots[need.zone], key=loads.__getitem__)
        loads[slot] += 1
        given.append(slot)
    return given
