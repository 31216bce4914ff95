"""Laws over random afternoons: nobody gets more than is here, an undo restores exactly, a replay gives the same."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain import codec, perish
from app.domain.codes import is_cut_short
from app.domain.goods import Count, Zone
from app.domain.ids import FactId
from app.domain.refusals import Refused
from app.pickup import rules
from app.pickup.actions import HandedOut, HandOut, HandOutAll, MoveGoods, UndoPickup
from app.store.book import Book
from tests.pickup import village as v
from tests.pickup.village import Village, open_village

LOTS = sorted(v.SLOTS)
PLACES = sorted({*v.SLOTS.values(), "A-20", "D-01"})
COUNTS = st.builds(Count, st.sampled_from(LOTS), st.integers(-1, 5), st.sampled_from(PLACES))
STEPS = st.one_of(
    st.builds(HandOut, st.lists(COUNTS, max_size=3).map(tuple)),
    st.builds(HandOutAll, st.sampled_from([(v.WXM_LINLI, v.WXM_GNT), (v.QIN,), (v.HUANG,), ()])),
    st.builds(MoveGoods, st.lists(COUNTS, min_size=1, max_size=2).map(tuple), st.sampled_from(PLACES)),
    st.integers(0, 8),  # take back this pickup
)


@contextmanager
def a_village() -> Iterator[Village]:
    """A village of its own for one example."""
    with tempfile.TemporaryDirectory() as folder:
        opened = open_village(Path(folder) / "book")
        try:
            yield opened
        finally:
            opened.reader.close()
            opened.store.close()


def stock(village: Village) -> list[tuple[Any, ...]]:
    return village.reader.rows("SELECT lot, place, pieces FROM stock WHERE pieces <> 0 ORDER BY lot, place")


class Replay:
    """Rebuild the projections and give the tables before and after."""

    def perform(self, book: Book) -> tuple[object, object]:
        before = tables(book)
        book.replay()
        return before, tables(book)


def tables(book: Book) -> list[object]:
    return [
        book.rows(query)
        for query in (
            "SELECT lot, place, pieces FROM stock ORDER BY lot, place",
            "SELECT fact, lot, pieces, buyer, proxy, undone FROM handed ORDER BY fact, lot",
            "SELECT fact, account, lot, fen FROM money ORDER BY fact, account, lot, fen",
            "SELECT id, reversed_by FROM facts ORDER BY id",
        )
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=14))
def test_nobody_gets_more_than_is_here_whatever_is_done(steps: list[Any]) -> None:
    with a_village() as village:
        done: list[tuple[FactId, ...]] = []
        for step in steps:
            if isinstance(step, int):
                if step < len(done):
                    village.do(UndoPickup(done[step], "点错人了"))
                continue
            before = stock(village)
            result = village.do(step)
            if isinstance(result, HandedOut):
                done.append(result.facts)
            elif isinstance(result, Refused):
                assert stock(village) == before
        for lot in LOTS:
            announced = village.reader.value("SELECT pieces FROM lines WHERE lot = ?", (lot,))
            handed = (
                village.reader.value("SELECT sum(pieces) FROM handed WHERE lot = ? AND undone = 0", (lot,))
                or 0
            )
            assert 0 <= handed == village.at(lot, "buyer:")
            assert handed + village.here(lot) == announced
        places = "SELECT count(*) FROM stock WHERE pieces < 0 AND place <> 'platform:'"
        assert village.reader.value(places) == 0
        before_replay, after_replay = village.do(Replay())
        assert before_replay == after_replay


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(COUNTS, min_size=1, max_size=4).map(tuple))
def test_an_undo_restores_exactly(goods: tuple[Count, ...]) -> None:
    with a_village() as village:
        before = stock(village)
        money = village.reader.value("SELECT coalesce(sum(fen), 0) FROM money WHERE account = 'receivable'")
        result = village.do(HandOut(goods))
        if isinstance(result, HandedOut):
            village.do(UndoPickup(result.facts, "点错人了"))
        assert stock(village) == before
        assert (
            village.reader.value("SELECT coalesce(sum(fen), 0) FROM money WHERE account = 'receivable'")
            == money
        )


# --- pure rules ------------------------------------------------------------------------------------------------


@given(st.text(max_size=1200))
def test_any_text_is_read_or_refused_and_never_fails(text: str) -> None:
    asked = rules.read_asked(text)
    if isinstance(asked, Refused):
        assert asked.reason in set(rules.Reason)
    else:
        assert asked.text


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_no_whole_phone_number_gets_past_the_box(phone: str) -> None:
    assert phone not in repr(rules.read_asked(phone))


@given(
    st.lists(st.tuples(st.sampled_from(["A-01", "A-02", "X-01"]), st.integers(0, 9)), max_size=3),
    st.integers(0, 30),
)
def test_what_is_taken_is_what_is_asked_or_all_there_is(slots: list[tuple[str, int]], pieces: int) -> None:
    taken = rules.take_from("L", slots, pieces)
    assert sum(count.pieces for count in taken) == min(pieces, sum(number for _, number in slots))


@given(st.from_regex(r"[0-9]{1,2}-[0-9]-[0-9]{4}", fullmatch=True), st.integers(3, 9))
def test_the_beginning_of_a_code_is_called_cut_short(code: str, length: int) -> None:
    pattern = r"\d{1,2}-\d-\d{4}"
    cut = code[:length]
    assert is_cut_short(cut, pattern) == (len(cut) >= 3 and len(cut) < len(code))


@given(st.sampled_from(list(Zone)), st.integers(0, 10**8), st.integers(0, 10**8))
def test_goods_only_grow_older(zone: Zone, first: int, later: int) -> None:
    order = [perish.Grade.TIME, perish.Grade.SOON, perish.Grade.OVERDUE]
    until = perish.deadline_ms(zone, v.DAY)
    early, late = sorted((first, later))
    at = until - 5 * 10**7
    assert order.index(perish.grade(zone, until, now_ms=at + early)) <= order.index(
        perish.grade(zone, until, now_ms=at + late)
    )


@given(
    st.dictionaries(st.sampled_from([*Zone, "x"]), st.one_of(st.none(), st.integers(), st.lists(st.text())))
)
def test_a_wrong_setting_of_cut_offs_counts_as_usual(setting: dict[str, object]) -> None:
    assert perish.cut_offs(setting) == dict(perish.USUAL)


def test_a_shop_may_set_its_own_cut_offs() -> None:
    cuts = perish.cut_offs({"frozen": [1, "09:30"]})
    assert cuts[Zone.FROZEN] == perish.CutOff(1, "09:30")
    assert cuts[Zone.CHILLED] == perish.USUAL[Zone.CHILLED]


def test_masks_show_no_more_than_they_should() -> None:
    assert rules.masked_name("韦小妹") == "韦**"
    assert rules.masked_name("韦妹") == "韦*"
    assert rules.masked_name("") == ""
    assert rules.masked_phone("13800006312") == "138****6312"
    assert rules.masked_phone("6312") == "****6312"


def test_the_digest_is_made_over_what_was_recorded() -> None:
    with a_village() as village:
        fact = village.do(HandOutAll((v.QIN,))).facts[0]
        body = village.reader.value("SELECT body FROM facts WHERE device = ? AND epoch = ? AND seq = ?", fact)
        assert codec.decode("PickedUp", body) == codec.decode(
            "PickedUp", codec.encode(codec.decode("PickedUp", body))
        )
