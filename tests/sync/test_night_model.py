"""Any order of scans, seals, loadings, exchanges, losses and ends at three PCs, their host and the platform."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from app.domain import events as e
from app.hub import platform
from app.loading.actions import CloseVan, Load, PlanRuns, TakeOff
from app.loading.rules import Override
from app.sandbox.faults import FAIR, Fault
from app.sandbox.night_teller import told
from app.sandbox.station_story import piece_labels
from app.sorting.actions import SortPiece
from app.sorting.crates import SealCrate, SetWall, UnsealCrate
from tests.sorting.night import unloaded, wall_of
from tests.station import small_night
from tests.sync.lan import PC, Lan
from tests.sync.test_night import _standing

WHO = st.integers(0, 2)
FAULTS = [
    FAIR,
    Fault(lose_request=0.5),
    Fault(lose_answer=0.5),
    Fault(duplicate=1.0),
    Fault(half=0.5),
    Fault(down=True),
]
SOMEBODY = Override("老韦", "试")
NIGHT = small_night(points=4, pieces=40)
LABELS = [label for line in NIGHT.lines for label in piece_labels(line)]


class Station(RuleBasedStateMachine):
    """Three PCs on one host; after each run all is made fair, and every piece must be in one place everywhere."""

    @initialize(seed=st.integers(0, 9))
    def open(self, seed: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="geyi-station-"))
        self.lan = Lan(self.folder, night=NIGHT, seed=seed)
        for fact in told(NIGHT):
            platform.say(self.lan.above, self.lan.station, fact)
        self.lan.lift()
        self.pcs = [self.lan.desk(name) for name in "abc"]
        self.lan.settle()
        self.pcs[0].record(*unloaded(NIGHT))
        self._do(0, SetWall(wall_of(NIGHT), "table"))
        self._do(0, PlanRuns())
        self.lan.settle()

    def _do(self, who: int, command: Any) -> None:
        self.pcs[who].store.writer.do(command)

    def _crate(self, pc: PC, at: int) -> str:
        rows = pc.reader.rows("SELECT crate FROM wall_crates ORDER BY crate")
        return str(rows[at % len(rows)][0]) if rows else ""

    @rule(who=WHO, labels=st.lists(st.sampled_from(LABELS), min_size=1, max_size=12))
    def sort(self, who: int, labels: list[str]) -> None:
        for label in labels:
            self._do(who, SortPiece(label))

    @rule(who=WHO, at=st.integers(0, 5))
    def seal(self, who: int, at: int) -> None:
        self._do(who, SealCrate(self._crate(self.pcs[who], at)))

    @rule(who=WHO, at=st.integers(0, 5))
    def unseal(self, who: int, at: int) -> None:
        self._do(who, UnsealCrate(self._crate(self.pcs[who], at), "漏了"))

    @rule(who=WHO, at=st.integers(0, 5))
    def load(self, who: int, at: int) -> None:
        run = self.pcs[who].reader.value("SELECT run FROM runs LIMIT 1")
        self._do(who, Load(self._crate(self.pcs[who], at), str(run), SOMEBODY))

    @rule(who=WHO, at=st.integers(0, 5))
    def take_off(self, who: int, at: int) -> None:
        self._do(who, TakeOff(self._crate(self.pcs[who], at)))

    @rule(who=WHO)
    def close_van(self, who: int) -> None:
        self._do(who, CloseVan(str(self.pcs[who].reader.value("SELECT run FROM runs LIMIT 1")), SOMEBODY))

    @rule(who=WHO, kind=st.sampled_from(["Sorted", "CrateSealed", "CrateLoaded", "CrateOpened", "VanClosed"]))
    def undo(self, who: int, kind: str) -> None:
        """Somebody takes back the newest of a kind that this PC knows of, whoever did it."""
        row = self.pcs[who].reader.one(
            "SELECT device, epoch, seq FROM facts WHERE kind = ? AND reversed_by IS NULL ORDER BY id DESC",
            (kind,),
        )
        if row is not None and not (kind == "CrateOpened" and self._is_filled(self.pcs[who], row)):
            self.pcs[who].record(e.Undone(f"{row[0]}.{row[1]}.{row[2]}", "试"))

    def _is_filled(self, pc: PC, row: tuple[Any, ...]) -> bool:
        return bool(
            pc.reader.value(
                "SELECT 1 FROM facts f JOIN stock s ON s.place = 'crate:' || json_extract(f.body, '$.crate')"
                " WHERE f.device = ? AND f.epoch = ? AND f.seq = ? AND s.pieces != 0",
                row,
            )
        )

    @rule(who=WHO, times=st.integers(1, 3))
    def exchange(self, who: int, times: int) -> None:
        for _ in range(times):
            self.pcs[who].step()

    @rule()
    def lift(self) -> None:
        self.lan.uplink.network_returned()
        self.lan.uplink.step()

    @rule(fault=st.sampled_from(FAULTS), which=st.sampled_from(["wire", "internet"]))
    def break_network(self, fault: Fault, which: str) -> None:
        getattr(self.lan, which).set(fault)

    @rule(who=WHO)
    def restart(self, who: int) -> None:
        self.pcs[who].restart()

    @rule()
    def restart_host(self) -> None:
        self.lan.restart_host()

    @rule(who=WHO)
    def go_back_to_a_copy(self, who: int) -> None:
        """A PC's disk is copied, work goes on and is sent, and the copy is put in its place."""
        pc = self.pcs[who]
        pc.close()
        aside = self.folder / f"copy-{who}"
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(pc.folder, aside)
        pc._open()
        pc._connect()
        pc.record(e.ReminderCopied(("x",)))
        pc.step()
        pc.close()
        shutil.rmtree(pc.folder)
        shutil.copytree(aside, pc.folder)
        pc._open()
        pc._connect()

    def teardown(self) -> None:
        if not hasattr(self, "pcs"):
            return
        try:
            self.lan.settle()
            self.lan.agree()
            self._check()
        finally:
            self.lan.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _check(self) -> None:
        standing = [_standing(pc) for pc in self.pcs]
        assert standing[1] == standing[0]
        assert standing[2] == standing[0]
        announced, here = dict.fromkeys((line.lot for line in NIGHT.lines), 0), dict[str, int]()
        for line in NIGHT.lines:
            announced[line.lot] += line.pieces
        for (lot, place), pieces in self.pcs[0].stock().items():
            if place != "platform:":
                assert pieces > 0, (lot, place, pieces)
                here[lot] = here.get(lot, 0) + pieces
        assert here == announced


Station.TestCase.settings = settings(
    max_examples=10,
    stateful_step_count=25,
    deadline=None,
    phases=(Phase.reuse, Phase.generate),  # a run takes seconds: shrinking one would take the afternoon
)
TestStation = pytest.mark.timeout(900)(pytest.mark.slow(Station.TestCase))
