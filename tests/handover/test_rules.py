"""Counts that agree, balances that age, and a proposal that is fair whatever is missing where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.night import AssetCount, Link
from app.domain.refusals import Refused
from app.handover.rules import (
    CHAIN,
    DAY_MS,
    Age,
    Came,
    Confirmed,
    Counted,
    Drop,
    Load,
    Proposal,
    Reason,
    age_of,
    agree,
    check_signing,
    compare,
    counts_of,
    oldest_ms,
    plain,
    propose,
    settled,
    shares,
    ways_back,
)

LOAD = Load(crates=12, boxes=3, pieces=186)
pieces = st.integers(0, 30)
maybe = st.one_of(st.none(), pieces)


def chain(*counts: int | None) -> tuple[Confirmed, ...]:
    """Counts from the centre on."""
    return tuple(Confirmed(link, count) for link, count in zip(CHAIN, counts, strict=True))


chains = st.tuples(pieces, maybe, maybe, maybe, maybe).map(lambda counts: chain(*counts))


# --- counting ----------------------------------------------------------------------------------------------


def test_equal_counts_can_be_signed() -> None:
    assert agree(LOAD, Counted(12, 3, 186))
    assert agree(LOAD, Counted(12, 3))
    assert agree(Load(12, 0, 186), Counted(12, None))
    said = check_signing(LOAD, Counted(12, 3), driver="韦师傅", station_signed=b"x", driver_signed=b"y")
    assert said is None


@pytest.mark.parametrize(
    ("counted", "driver", "signed", "reason"),
    [
        (Counted(11, 3), "韦师傅", b"x", Reason.DIFFERS),
        (Counted(12, 2), "韦师傅", b"x", Reason.DIFFERS),
        (Counted(12, None), "韦师傅", b"x", Reason.DIFFERS),
        (Counted(12, 3, 185), "韦师傅", b"x", Reason.DIFFERS),
        (Counted(None, 3), "韦师傅", b"x", Reason.NO_COUNT),
        (Counted(12, 3), " ", b"x", Reason.NO_DRIVER),
        (Counted(12, 3), "韦师傅", b"", Reason.NO_SIGNATURE),
    ],
)
def test_a_hand_over_that_is_not_complete_is_refused(
    counted: Counted, driver: str, signed: bytes, reason: Reason
) -> None:
    found = check_signing(LOAD, counted, driver=driver, station_signed=b"s", driver_signed=signed)
    assert found is not None
    assert found.reason is reason


@given(st.builds(Load, pieces, pieces, pieces), st.builds(Counted, maybe, maybe, maybe))
def test_what_can_be_signed_differs_nowhere(load: Load, counted: Counted) -> None:
    if agree(load, counted):
        assert counted.crates == load.crates
        assert all(line.counted in (None, line.booked) for line in compare(load, counted))


def test_a_note_is_one_short_line() -> None:
    assert plain(" 少\n一筐\x00 ") == "少 一筐"
    assert len(plain("多" * 900)) == 200


# --- returnable things -------------------------------------------------------------------------------------


def test_what_came_first_leaves_first() -> None:
    came = [Came(3, 2), Came(2, 4), Came(1, 5)]
    assert [oldest_ms(balance, came) for balance in (0, -3, 1, 2, 3, 6, 7, 11, 12)] == [
        0,
        0,
        3,
        3,
        2,
        2,
        1,
        1,
        0,
    ]


@given(st.lists(st.tuples(st.integers(-9, 9)), max_size=20))
def test_the_oldest_thing_is_the_one_that_a_queue_would_hold(moved: list[tuple[int]]) -> None:
    """Against the plain model: a queue to which things come at the end, and from whose head they leave."""
    queue: list[int] = []
    came: list[Came] = []
    for at_ms, (number,) in enumerate(moved, 1):
        if number > 0:
            queue += [at_ms] * number
            came.insert(0, Came(at_ms, number))
        elif -number <= len(queue):
            del queue[:-number]
    assert oldest_ms(len(queue), came) == (queue[0] if queue else 0)


def test_ages_have_three_grades() -> None:
    now = 100 * DAY_MS
    ages = [age_of(now - days * DAY_MS, now_ms=now) for days in (1, 7, 8, 14, 15)]
    assert ages == [Age.FRESH, Age.FRESH, Age.OLD, Age.OLD, Age.TOO_OLD]
    assert age_of(0, now_ms=now) is Age.FRESH


@given(st.lists(st.tuples(st.sampled_from("ABC"), pieces, pieces), max_size=6), pieces)
def test_a_run_s_returnable_things_are_conserved(stops: list[tuple[str, int, int]], back: int) -> None:
    drops = [Drop(point, counts_of([("crate", n)]), counts_of([("crate", m)])) for point, n, m in stops]
    ways = ways_back("韦师傅", drops, counts_of([("crate", back)]))
    held: dict[str, int] = {}
    for source, target, assets in ways:
        for asset in assets:
            held[source] = held.get(source, 0) - asset.pieces
            held[target] = held.get(target, 0) + asset.pieces
    assert sum(held.values()) == 0
    assert held.get("station", 0) == back
    assert held.get("driver:韦师傅", 0) == sum(m - n for _, n, m in stops) - back


def test_none_of_a_kind_is_not_said() -> None:
    assert counts_of([("crate", 0), ("ice_box", 2)]) == (AssetCount("ice_box", 2),)


# --- blame -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "link", "missing"),
    [
        ((10, 8, 8, 8, 8), Link.TRUNK, 2),
        ((10, 10, 9, 9, 9), Link.STATION, 1),
        ((10, 10, 10, 7, 7), Link.STATION, 3),
        ((10, 10, 10, 10, 6), Link.DRIVER, 4),
        ((10, 9, 8, 7, 6), Link.TRUNK, 1),
        ((10, 10, None, 8, 8), Link.STATION, 2),
        ((10, 8, None, None, None), Link.TRUNK, 2),
        ((10, 9, 10, 10, 8), Link.DRIVER, 2),
        ((10, 10, 10, None, None), None, 0),
        ((10, 10, 10, None, 8), None, 2),
        ((10, None, 8, 8, 8), None, 2),
        ((10, 10, 10, 10, 10), None, 0),
        ((10, None, None, None, None), None, 0),
    ],
)
def test_who_held_the_goods_at_the_first_fall_is_proposed(
    counts: tuple[int | None, ...], link: Link | None, missing: int
) -> None:
    found = propose(chain(*counts))
    if link is None:
        assert isinstance(found, Refused)
        assert found.about["pieces"] == missing
    else:
        assert isinstance(found, Proposal)
        assert (found.link, found.pieces) == (link, missing)


@given(chains)
def test_the_shares_are_all_that_is_missing(counts: tuple[Confirmed, ...]) -> None:
    known = [one.pieces for one in settled(counts) if one.pieces is not None]
    assert sum(share.pieces for share in shares(counts)) == known[0] - known[-1]
    assert all(share.pieces > 0 for share in shares(counts))


@given(chains)
def test_sound_counts_never_rise_and_say_nothing_that_was_not_said(counts: tuple[Confirmed, ...]) -> None:
    sound = settled(counts)
    known = [one.pieces for one in sound if one.pieces is not None]
    assert known == sorted(known, reverse=True)
    assert [one.pieces is None for one in sound] == [one.pieces is None for one in counts]


@given(chains)
def test_one_link_or_none_is_proposed_and_never_one_that_lost_nothing(counts: tuple[Confirmed, ...]) -> None:
    found = propose(counts)
    falls = shares(counts)
    if isinstance(found, Proposal):
        assert found.share == falls[0]
        assert found.link in (Link.TRUNK, Link.STATION, Link.DRIVER)
        assert found.share.before.pieces is not None
        assert found.share.at.pieces is not None
        assert found.pieces == found.share.before.pieces - found.share.at.pieces
    else:
        assert not falls or falls[0].holder is None


@given(chains, st.integers(1, 4), st.integers(1, 9))
def test_a_loss_further_down_never_moves_the_blame_up(
    counts: tuple[Confirmed, ...], at: int, lost: int
) -> None:
    """Whoever handed on what it got is not blamed for what others lose afterwards."""
    sound = settled(counts)
    fewer = tuple(
        Confirmed(one.link, one.pieces if one.pieces is None or nth < at else max(0, one.pieces - lost))
        for nth, one in enumerate(sound)
    )
    before, after = propose(sound), propose(fewer)
    if isinstance(before, Proposal) and CHAIN.index(before.share.at.link) < at:
        assert after == before
    if isinstance(after, Proposal) and not isinstance(before, Proposal) and not shares(sound):
        assert CHAIN.index(after.share.at.link) >= at


@given(chains)
def test_a_missing_count_is_never_blamed_over_a_guess(counts: tuple[Confirmed, ...]) -> None:
    for share in shares(counts):
        if share.silent and share.holder is not None:
            assert share.holder is Link.STATION
