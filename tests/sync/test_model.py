"""Any order of work, losses, repeats, restarts, clones and poison: nothing lost, nothing doubled, digests equal."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule

from app.domain import events as e
from app.domain.goods import Count
from app.domain.ids import FactId
from app.hub import platform
from tests.sync.world import POINT, SLOT, TRIP, Fault, Shop, World
from tests.sync.writes import RecordBare

LOTS = [f"DD-{n:04d}" for n in range(4)]
WHO = st.sampled_from([0, 1])


class Village(RuleBasedStateMachine):
    """Two PCs and a hub; after each run all is made fair and must agree."""

    picked: Bundle[str] = Bundle("picked")

    @initialize(seed=st.integers(0, 9))
    def open(self, seed: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="geyi-village-"))
        self.world = World(self.folder, seed=seed)
        self.world.announce(LOTS, pieces=3)
        self.shops = [self.world.shop("a"), self.world.shop("b")]
        self.shops[0].sync()
        self.shops[0].receive(*LOTS, pieces=3)
        self.world.settle()
        self.recorded = 1
        self.copies = 0

    def _shop(self, who: int) -> Shop:
        return self.shops[who]

    @rule(who=WHO, lot=st.sampled_from(LOTS), target=picked)
    def hand_out(self, who: int, lot: str) -> str:
        self.recorded += 1
        return str(self._shop(who).hand_out(lot))

    @rule(who=WHO, of=picked)
    def undo(self, who: int, of: str) -> None:
        """A desk can take back only what it knows of."""
        if FactId.parse(of) in self._shop(who).facts():
            self.recorded += 1
            self._shop(who).record(e.Undone(of, "试"))

    @rule(who=WHO, many=st.integers(1, 40))
    def shelve(self, who: int, many: int) -> None:
        self.recorded += many
        facts = (e.Shelved((Count(LOTS[n % 4], 1, SLOT),), SLOT) for n in range(many))
        self._shop(who).record(*facts)

    @rule(who=WHO)
    def record_what_nobody_can_read(self, who: int) -> None:
        self.recorded += 1
        self._shop(who).store.writer.do(RecordBare("FromTheFuture", "{}"))

    @rule(who=WHO, times=st.integers(1, 3))
    def step(self, who: int, times: int) -> None:
        for _ in range(times):
            self._shop(who).step()

    @rule(
        fault=st.sampled_from(
            [
                Fault(),
                Fault(lose_request=0.5),
                Fault(lose_answer=0.5),
                Fault(duplicate=1.0),
                Fault(half=0.5),
                Fault(html=True),
                Fault(down=True),
            ]
        )
    )
    def break_network(self, fault: Fault) -> None:
        self.world.relay.set(fault)

    @rule(who=WHO)
    def restart(self, who: int) -> None:
        self._shop(who).restart()

    @rule()
    def restart_hub(self) -> None:
        self.world.restart_hub()

    @rule(who=WHO)
    def go_back_to_a_backup_made_before_unsent_work(self, who: int) -> None:
        """Sync, copy, sync more, put the copy back: what only the copy lacks comes from the feed."""
        shop = self._shop(who)
        self.world.settle()
        self.copies += 1
        aside = self.folder / f"copy-{self.copies}"
        shop.back_up(aside)
        shop.record(e.ReminderCopied(("before",)))
        shop.sync()
        shop.restore(aside)
        shop.record(e.ReminderCopied(("after",)))
        self.recorded += 2

    @rule(what=st.sampled_from(["say", "policy"]))
    def platform_speaks(self, what: str) -> None:
        if what == "say":
            platform.say(self.world.hub, POINT, e.StationSent("linli", TRIP, "2026-11-22", ()))
        else:
            platform.acknowledge_returns(self.world.hub, POINT, "TH-1", pieces=1)

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.world.settle()
            self._agree()
        finally:
            self.world.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _agree(self) -> None:
        held = self.world.held()
        assert len(held) == len(set(held)) == self.recorded
        for shop in self.shops:
            epoch, digest = shop.digest()
            assert platform.digest_of(self.world.hub, shop.device, epoch=epoch) == digest
            assert shop.stock() == platform.stock_of(self.world.hub, POINT)
            own = [fact for fact in held if fact.device == shop.device]
            assert [fact for fact in shop.facts() if fact.device == shop.device] == own


Village.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=14,
    deadline=None,
    phases=(Phase.reuse, Phase.generate),  # a run takes seconds: shrinking one would take the afternoon
)
TestVillage = pytest.mark.slow(Village.TestCase)
