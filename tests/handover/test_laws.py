"""Laws over random mornings: no van leaves on unequal counts, things and pieces are conserved, a replay agrees."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain import night as n
from app.domain.goods import Count
from app.domain.ids import with_check
from app.domain.night import AssetCount, BagBack
from app.domain.refusals import Refused
from app.handover.actions import Adjust, ComeBack, Handed, HandOver, RefuseCount, TakeBack
from app.handover.rules import Asset, Counted, Drop, agree
from app.handover.standing import by_point, chains, crates_on, load_of, stops_of
from app.store.book import Book
from tests.handover.night import DRIVER, Yard, ink
from tests.station import projections

STEPS = ("count", "miscount", "refuse", "close", "reopen", "back", "bag", "adjust", "undo", "receipt", "off")
BAGS = tuple(with_check(f"TH-AAAAA{nth}") for nth in range(4))


class PlayedError(Exception):
    """Carries what a morning led to out of the transaction, which it rolls back."""


class Morning:
    """A clumsy morning at the vans; what cannot be is refused by the rules, not by the test."""

    def __init__(self, yard: Yard, steps: list[tuple[str, int, int]]) -> None:
        self.yard, self.steps = yard, steps
        self.done: list[tuple[Any, ...]] = []

    def perform(self, book: Book) -> None:
        """Play; always ends in `PlayedError`."""
        started = _pieces(book)
        for step, nth, number in self.steps:
            before = book.value("SELECT count(*) FROM facts"), projections(book)
            result = self._step(book, step, self.yard.run(nth), number)
            if isinstance(result, Refused):
                assert (book.value("SELECT count(*) FROM facts"), projections(book)) == before, step
            if isinstance(result, Handed):
                assert book.value("SELECT count(*) FROM guards WHERE key = ?", (f"closed:{result.run}",)) == 1
            facts = getattr(result, "facts", ())
            if facts:
                self.done.append(facts)
            _check(book, started)
        once = projections(book)
        book.replay()
        assert projections(book) == once
        raise PlayedError

    def _step(self, book: Book, step: str, run: str, number: int) -> Any:
        load = load_of(crates_on(book, run))
        if step in ("count", "miscount"):
            off = number if step == "miscount" else 0
            counted = Counted(load.crates + off, load.boxes, load.pieces if number % 2 else None)
            result = HandOver(run, DRIVER, counted, ink(), ink(1)).perform(book)
            assert not (isinstance(result, Handed) and not agree(load, counted))
            return result
        if step == "refuse":
            return RefuseCount(run, DRIVER, Counted(load.crates - number, load.boxes), "筐数不对").perform(
                book
            )
        if step in ("back", "bag"):
            return self._back(book, run, number, bag=step == "bag")
        if step == "adjust":
            return Adjust(f"driver:{DRIVER}", "crate", number - 2, "清点不符").perform(book)
        if step == "undo":
            return TakeBack(self.done.pop()).perform(book) if self.done else None
        return self._others(book, step, run)

    def _back(self, book: Book, run: str, number: int, *, bag: bool) -> Any:
        crates = by_point(crates_on(book, run))
        drops = []
        for seq, point in stops_of(book, run):
            on = load_of(crates.get(point, ()))
            brought = tuple(
                AssetCount(kind, count)
                for kind, count in ((Asset.CRATE, on.crates), (Asset.ICE_BOX, on.boxes))
                if count
            )
            drops.append(Drop(point, brought, (AssetCount("crate", number),) if seq == 1 and number else ()))
        bags = (BagBack(BAGS[number % len(BAGS)], drops[0].point, 2),) if bag else ()
        return ComeBack(
            run, tuple(drops), (AssetCount("crate", number),) if number else (), bags, ink()
        ).perform(book)

    def _others(self, book: Book, step: str, run: str) -> Any:
        """What other rooms and the points do; here only what their own rules allow."""
        closed = book.value("SELECT closed_ms FROM runs WHERE run = ?", (run,))
        handed = book.value("SELECT handed_ms FROM runs WHERE run = ?", (run,))
        if step == "close" and not closed:
            book.record(n.VanClosed(run, 0, 0))
        elif step == "reopen" and closed and not handed:
            book.record(n.VanReopened(run, "x"))
        elif step == "off" and not closed:
            crates = crates_on(book, run)
            if crates:
                book.record(n.CrateTakenOff(run, crates[0].crate))
        elif step == "receipt" and handed:
            _answer(book, run)
        return None


def _answer(book: Book, run: str) -> None:
    """The first point that has not answered receives all but one piece."""
    for _, point in stops_of(book, run):
        if book.value("SELECT 1 FROM receipts WHERE run = ? AND point = ?", (run, point)):
            continue
        rows = book.rows(
            "SELECT s.lot, s.pieces, w.crate FROM wall_crates w JOIN stock s ON s.place = 'crate:' || w.crate"
            " WHERE w.run = ? AND w.point = ? AND s.pieces > 0",
            (run, point),
        )
        goods = [Count(*row) for row in rows]
        short = tuple(Count(x.lot, 1, x.slot) for x in goods[:1])
        kept = [Count(x.lot, x.pieces - (x in goods[:1]), x.slot) for x in goods]
        book.record(n.PointReceipt(run, point, tuple(x for x in kept if x.pieces), short))
        return


def _pieces(book: Book) -> int:
    return int(book.value("SELECT sum(pieces) FROM stock WHERE place <> 'platform:' AND place <> 'over:'"))


def _check(book: Book, started: int) -> None:
    bags = int(book.value("SELECT coalesce(sum(pieces), 0) FROM stock WHERE place = 'aside:returns'"))
    assert _pieces(book) == started + bags
    assert book.value("SELECT coalesce(sum(pieces), 0) FROM assets") == 0
    assert not book.rows("SELECT run FROM handovers WHERE agreed = 1 GROUP BY run HAVING count(*) > 1")
    assert not book.rows("SELECT 1 FROM stock WHERE pieces < 0 AND place NOT IN ('platform:', 'over:')")
    lots = [lot for (lot,) in book.rows("SELECT lot FROM differences WHERE about = 'short' LIMIT 20")]
    for chain in chains(book, lots).values():
        known = [one.pieces for one in chain if one.pieces is not None]
        assert known == sorted(known, reverse=True)


def test_whatever_happens_at_the_vans_counts_agree_and_nothing_is_lost(yard: Yard) -> None:
    steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 1), st.integers(0, 3)), max_size=10)

    @given(steps)
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def holds(some: list[tuple[str, int, int]]) -> None:
        try:
            yard.do(Morning(yard, some))
        except PlayedError:
            return
        raise AssertionError("the morning was not played")

    holds()
