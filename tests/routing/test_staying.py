"""The same driver tomorrow: like vans keep their points, and each change says what it saves."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from app.routing.first import first_plan
from app.routing.reckon import evaluate
from app.routing.staying import Change, assigned, changes, named_alike, pairs_kept
from tests.routing.nights import night, stop, van

SQUARES = st.integers(1, 5).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(-50, 50), min_size=size, max_size=size), min_size=size, max_size=size
    )
)


@given(prices=SQUARES)
def test_the_assignment_is_the_cheapest(prices: list[list[int]]) -> None:
    found = assigned(prices)
    size = range(len(prices))
    best = min(sum(prices[row][way[row]] for row in size) for way in permutations(size))
    assert sorted(found) == list(size)
    assert sum(prices[row][found[row]] for row in size) == best


def test_like_vans_change_names_until_most_points_keep_theirs() -> None:
    tonight = night([stop(p) for p in "abcde"], [van("V1"), van("V2"), van("V3", pieces=60)])
    yesterday = dict.fromkeys("abc", "V2") | {"d": "V1", "e": "V1"}
    named = named_alike(tonight, {"V1": ["a", "b"], "V2": ["d"], "V3": ["c", "e"]}, yesterday)
    assert named == {"V1": ["d"], "V2": ["a", "b"], "V3": ["c", "e"]}


@given(
    before=st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["V1", "V2", "V3", "V4", "V5"])),
    routes=st.permutations([["a", "b"], ["c", "d", "e"], ["f"], [], []]),
)
def test_no_naming_of_like_vans_keeps_more_points(before: dict[str, str], routes: list[list[str]]) -> None:
    vans = [van(f"V{n}") for n in range(1, 6)]
    tonight = night([stop(p) for p in "abcdef"], vans)
    named = named_alike(tonight, dict(zip((each.name for each in vans), routes, strict=True)), before)
    kept = [sum(before.get(p) == each for p in route) for each, route in named.items()]
    best = max(
        sum(before.get(p) == each.name for each, route in zip(vans, way, strict=True) for p in route)
        for way in permutations(routes)
    )
    assert sorted(map(list, named.values())) == sorted(routes)
    assert sum(kept) == best


def test_vans_that_somebody_asked_for_keep_their_name() -> None:
    tonight = night([stop("a"), stop("b")], [van("V1"), van("V2")], locked={"a": "V1"})
    named = named_alike(tonight, {"V1": ["a"], "V2": ["b"]}, {"a": "V2", "b": "V1"})
    assert named == {"V1": ["a"], "V2": ["b"]}


def test_yesterday_draws_points_to_their_van() -> None:
    stops = [stop("a", east=4, north=1, pieces=20), stop("b", east=4, north=-1, pieces=20),
             stop("c", east=-4, pieces=20), stop("d", east=-5, pieces=20)]  # fmt: skip
    yesterday = {"a": "V2", "b": "V2", "c": "V1", "d": "V1"}
    plan = first_plan(night(stops, [van("V1"), van("V2")], yesterday=yesterday, strange_fen=200))
    assert plan.van_of == yesterday
    assert plan.kept_share == 1.0


def test_a_change_says_what_it_saves() -> None:
    stops = [stop("a", east=5), stop("b", east=-5), stop("c", east=-6)]
    tonight = night(stops, [van("V1"), van("V2", pieces=20)], yesterday={"a": "V1", "b": "V2", "c": "V1"})
    plan = evaluate(tonight, {"V1": ["a"], "V2": ["b", "c"]})
    assert changes(tonight, plan) == [Change("c", before="V1", now="V2", saves_fen=1000)]


def test_a_change_without_a_way_back_says_so() -> None:
    tonight = night([stop("a", pieces=50), stop("b")], [van("V1"), van("V2")], yesterday={"b": "V1"})
    plan = evaluate(tonight, {"V1": ["a"], "V2": ["b"]})
    assert [change.saves_fen for change in changes(tonight, plan)] == [None]


def test_pairs_count_who_rode_together() -> None:
    yesterday = dict.fromkeys("abc", "V1") | {"d": "V2"}
    assert pairs_kept(yesterday, {"a": "V3", "b": "V3", "c": "V1", "d": "V1"}) == 1 / 3
