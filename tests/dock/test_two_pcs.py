"""Two PCs at the dock that do not see each other for a while: every piece is in one place, and the loser is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.dock.actions import EndUnloading, Unload, Unloaded
from app.dock.page import ROOM
from app.domain.refusals import Refused
from app.sandbox.night_teller import NightTeller
from app.store.clashes import ROOMS, Clash, Clashes
from tests.station import DAY, small_night
from tests.sync.lan import PC, Lan


@pytest.fixture
def lan(tmp_path: Path) -> Iterator[Lan]:
    """A station whose host has heard the night, with two PCs in step."""
    made = Lan(tmp_path, night=small_night(pieces=600))
    teller = NightTeller(made.above, made.night)
    teller.begin()
    made.clock.advance(seconds=5 * 3600)
    teller.tell_until(made.clock.now_ms())
    for name in ("pc1", "pc2"):
        made.desk(name)
    made.settle()
    yield made
    made.close()


def do(pc: PC, command: Any) -> Any:
    """A worker at one PC."""
    return pc.store.writer.do(command)


def clashes(pc: PC) -> list[Clash]:
    """What this PC's dock has to tell."""
    reader = pc.store.reader()
    found = Clashes(reader, room=ROOM, kinds=ROOMS[ROOM]).look(day=DAY)
    reader.close()
    return found


def places(pc: PC, containers: list[str]) -> dict[str, int]:
    """Pieces by place of what came in these containers."""
    marks = ", ".join("?" * len(containers))
    found = pc.reader.rows(
        "SELECT s.place, sum(s.pieces) FROM load_lines l JOIN stock s ON s.lot = l.lot"
        f" WHERE l.container IN ({marks}) AND s.place <> 'platform:' AND s.pieces <> 0 GROUP BY s.place",
        containers,
    )
    return dict(found)


def test_a_pallet_here_and_one_of_its_containers_there_cost_one_container(lan: Lan) -> None:
    one, two = lan.desks
    pallet = max((p for truck in lan.night.trucks for p in truck.pallets), key=lambda p: len(p.containers))
    boxes = [box.label for box in pallet.containers]
    assert len(boxes) > 1
    assert isinstance(do(two, Unload(boxes[0])), Unloaded)
    assert isinstance(do(one, Unload(pallet.label)), Unloaded)
    two.sync()
    lan.settle()
    lan.agree()
    assert places(one, boxes) == places(two, boxes) == {"dock:": pallet.pieces}
    assert [clash.body["containers"] for clash in clashes(one)] == [[boxes[0]]]
    assert clashes(one)[0].winner_device == two.device
    assert clashes(two) == []
    assert isinstance(do(one, Unload(pallet.label)), Refused)


def test_a_container_missed_here_and_unloaded_there_is_told_and_scanned_again(lan: Lan) -> None:
    one, two = lan.desks
    truck = lan.night.trucks[0]
    boxes = [box.label for pallet in truck.pallets for box in pallet.containers]
    last = boxes[-1]
    for box in boxes[:-1]:
        do(one, Unload(box))
    left = sum(line.pieces for line in lan.night.lines if line.container == last)
    do(one, EndUnloading(truck.trip, seen=left))
    do(two, Unload(last))
    one.sync()
    lan.settle()
    lan.agree()
    assert places(two, [last]) == {"short:": left}
    (clash,) = clashes(two)
    assert (clash.reason, clash.body["label"]) == ("not_there", last)
    again = do(two, Unload(last))
    assert isinstance(again, Unloaded)
    assert again.late
    lan.settle()
    lan.agree()
    assert places(one, [last]) == {"dock:": left}
    assert clashes(one) == []


def test_the_same_night_scanned_at_both_pcs_comes_down_once(lan: Lan) -> None:
    one, two = lan.desks
    labels = [pallet.label for truck in lan.night.trucks for pallet in truck.pallets]
    for label in labels:
        do(one, Unload(label))
    for label in reversed(labels):
        do(two, Unload(label))
    lan.settle()
    lan.agree()
    boxes = [b.label for truck in lan.night.trucks for pallet in truck.pallets for b in pallet.containers]
    assert places(one, boxes) == places(two, boxes) == {"dock:": lan.night.pieces}
    assert len(clashes(one)) + len(clashes(two)) == len(boxes)
