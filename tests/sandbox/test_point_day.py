"""Laws of a shop's day that hold for any seed, county, day and size."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import clock
from app.domain.codec import decode, encode
from app.domain.events import Fact, GoodsAnnounced, Remedy, StationSent, Why
from app.domain.goods import Line, Zone
from app.domain.ids import ean13_is_valid
from app.domain.villages import UnknownCountyError, counties
from app.sandbox.photos import photo
from app.sandbox.platforms import platform_of
from app.sandbox.pointday import LotTruth, Outcome, PointDay, Stray
from app.sandbox.story import GOOD_SHOP, history, point_day

DAY = "2026-11-22"
COUNTIES = [county.name for county in counties()]

days = st.dates(date(2023, 1, 1), date(2030, 12, 31)).map(date.isoformat)
sizes = st.one_of(st.just(GOOD_SHOP), st.floats(0.05, 12.0))
stories = st.builds(
    lambda seed, county, day, scale: point_day(seed=seed, county=county, day=day, scale=scale),
    st.integers(0, 10**9),
    st.sampled_from(COUNTIES),
    days,
    sizes,
)
many = settings(max_examples=15, deadline=None)


def manifests(story: PointDay) -> list[GoodsAnnounced]:
    return [heard.fact for heard in story.announced if isinstance(heard.fact, GoodsAnnounced)]


def lines(story: PointDay) -> dict[str, Line]:
    announced = [*(left.announced for left in story.leftovers), *manifests(story)]
    return {line.lot: line for manifest in announced for line in manifest.lines}


def truths(story: PointDay) -> dict[str, LotTruth]:
    return {truth.lot: truth for van in story.vans for crate in van.crates for truth in crate.lots}


def fetched(story: PointDay) -> Counter[str]:
    taken: Counter[str] = Counter()
    for visit in story.visits:
        if visit.undo is None:
            taken.update({count.lot: count.pieces for count in visit.goods})
    return taken


@given(stories)
@many
def test_every_announced_piece_came_whole_or_damaged_or_is_missing(story: PointDay) -> None:
    announced = {line.lot: line.pieces for manifest in manifests(story) for line in manifest.lines}
    assert {
        lot: truth.ok + truth.damaged + truth.missing for lot, truth in truths(story).items()
    } == announced
    assert all(
        min(t.ok, t.damaged, t.missing, t.later) >= 0 and t.later <= t.missing for t in truths(story).values()
    )


@given(stories)
@many
def test_nobody_takes_more_than_came(story: PointDay) -> None:
    here = Counter({count.lot: count.pieces for count in story.shelf_start})
    here.update({lot: truth.came for lot, truth in truths(story).items()})
    taken = fetched(story)
    assert all(pieces <= here[lot] for lot, pieces in taken.items())


@given(stories)
@many
def test_nobody_takes_goods_before_they_are_here(story: PointDay) -> None:
    ready: dict[str, int] = {}
    for van in story.vans:
        for crate in van.crates:
            ready |= {truth.lot: crate.later_ms or van.arrives_ms for truth in crate.lots}
    for visit in story.visits:
        assert all(visit.at_ms > ready.get(count.lot, 0) for count in visit.goods)


@given(stories)
@many
def test_what_came_less_what_went_stands_on_the_shelf(story: PointDay) -> None:
    shelf = Counter({count.lot: count.pieces for count in story.shelf_start})
    shelf.update({lot: truth.came for lot, truth in truths(story).items()})
    shelf.subtract(fetched(story))
    shelf.subtract({gone.lot: gone.pieces for gone in story.sent_back})
    assert {lot: pieces for lot, pieces in shelf.items() if pieces} == {
        count.lot: count.pieces for count in story.shelf_end
    }


@given(stories)
@many
def test_lots_codes_and_people_fit_together(story: PointDay) -> None:
    known = lines(story)
    people = {person.buyer for person in story.people}
    assert len(known) == sum(len(manifest.lines) for manifest in manifests(story)) + sum(
        len(left.announced.lines) for left in story.leftovers
    )
    for line in known.values():
        assert line.buyer in people
        assert line.pieces > 0
        assert line.paid_fen > 0
        assert ean13_is_valid(line.barcode)
    assert all(len(person.tail) == 4 and person.tail.isdigit() for person in story.people)


@given(stories)
@many
def test_a_crate_keeps_to_one_zone_and_is_announced(story: PointDay) -> None:
    for manifest in manifests(story):
        zones = {note.crate: note.zone for note in manifest.crates}
        assert len(zones) == len(manifest.crates)
        assert all(line.zone is zones[line.crate] for line in manifest.lines)


@given(stories)
@many
def test_facts_survive_the_codec_and_the_station_sends_no_more_than_announced(story: PointDay) -> None:
    known = lines(story)
    told: list[Fact] = [*story.policies, *(item.fact for item in (*story.announced, *story.sent))]
    told += [bill.fact for bill in story.bills]
    told += [deduction.fact for deduction in story.deductions]
    for fact in told:
        assert decode(type(fact).__name__, encode(fact)) == fact
        if isinstance(fact, StationSent):
            assert all(0 <= count.pieces <= known[count.lot].pieces for count in fact.goods)


@given(stories)
@many
def test_everything_happens_on_its_business_day_and_in_order(story: PointDay) -> None:
    times = [visit.at_ms for visit in story.visits]
    times += [sale.at_ms for sale in story.after_sales] + [order.at_ms for order in story.proxy_orders]
    assert all(clock.business_day(at_ms) == story.day and at_ms < story.closes_ms for at_ms in times)
    assert [visit.at_ms for visit in story.visits] == sorted(visit.at_ms for visit in story.visits)
    assert all(visit.undo is None or visit.undo.at_ms > visit.at_ms for visit in story.visits)


@given(stories)
@many
def test_claims_keep_to_the_platform_s_terms(story: PointDay) -> None:
    known, taken = lines(story), fetched(story)
    for sale in story.after_sales:
        line = known[sale.lot]
        window = platform_of(next(p.key for p in story.platforms if p.letter == line.order[0])).window(
            line.category
        )
        assert 0 < sale.pieces <= taken[sale.lot]
        assert 0 <= sale.asked_fen <= line.paid_fen
        assert sale.allowed is (sale.why is not Why.UNWANTED or window.unwanted_hours > 0)
        assert (sale.ruling is not None) is sale.allowed
        if window.photo_needed and sale.allowed and sale.why is not Why.UNWANTED:
            assert sale.photos
        if sale.ruling:
            assert 0 <= sale.ruling.refund_fen <= sale.asked_fen
        if sale.remedy is Remedy.RETURN and sale.allowed:
            assert line.zone is Zone.AMBIENT


@given(stories)
@many
def test_a_right_bill_has_each_lot_that_was_fetched_and_a_wrong_one_differs_in_one(story: PointDay) -> None:
    taken = fetched(story)
    billed = {row.lot: row for bill in story.bills for row in bill.fact.rows}
    wrong = {bill.wrong_lot for bill in story.bills} - {""}
    assert len(wrong) <= 1
    differing = {lot for lot, pieces in taken.items() if lot not in billed or billed[lot].pieces != pieces}
    assert differing == wrong
    assert set(billed) <= set(taken)
    assert all(row.paid_fen >= 0 and row.commission_fen >= 0 for row in billed.values())


@given(stories)
@many
def test_the_drawer_adds_up(story: PointDay) -> None:
    cash = story.cash
    moved = sum(order.cash_fen for order in story.proxy_orders) + sum(move.fen for move in cash.moves)
    assert cash.expected_fen == cash.float_fen + moved
    assert all(order.given_fen >= order.cash_fen for order in story.proxy_orders)


@given(st.integers(0, 10**9), st.sampled_from(COUNTIES), days)
@settings(max_examples=10, deadline=None)
def test_a_good_shop_has_a_full_day_with_everything_that_goes_wrong(seed: int, county: str, day: str) -> None:
    story = point_day(seed=seed, county=county, day=day)
    mine = [line for manifest in manifests(story) for line in manifest.lines]
    outcomes = {visit.outcome for visit in story.visits}
    assert 35 <= len({line.order for line in mine}) <= 70
    assert 80 <= sum(line.pieces for line in mine) <= 215
    assert {Outcome.TAKES, Outcome.NOT_HERE} <= outcomes
    assert any(truth.damaged for truth in truths(story).values())
    assert any(truth.missing for truth in truths(story).values())
    assert any(van.strays for van in story.vans)
    assert any(sale.remedy is Remedy.RETURN for sale in story.after_sales)


def test_weeks_show_every_kind_of_mishap() -> None:
    told = [*history(seed=1, county="宾阳县", day=DAY, days=40)]
    assert {visit.outcome for story in told for visit in story.visits} == set(Outcome)
    assert {stray.why for story in told for van in story.vans for stray in van.strays} == set(Stray)
    crates = [crate for story in told for van in story.vans for crate in van.crates]
    assert any(not crate.here and crate.later_ms for crate in crates)
    assert any(not crate.here and not crate.later_ms for crate in crates)
    assert any(crate.scans == 2 for crate in crates)
    assert any(crate.surplus for crate in crates)
    assert any(van.late for story in told for van in story.vans)
    assert any(bill.wrong_lot for story in told for bill in story.bills)
    assert any(story.deductions for story in told)
    assert any(story.no_shows and story.sent_back for story in told)
    assert any(story.cash.found_fen != story.cash.expected_fen for story in told)
    assert any(story.shelf_found != story.shelf_end for story in told)
    assert any(visit.proxy for story in told for visit in story.visits)


def test_each_day_goes_on_where_the_last_one_ended() -> None:
    told = [*history(seed=3, county="马山县", day=DAY, days=6), point_day(seed=3, county="马山县", day=DAY)]
    assert [story.day for story in told] == [clock.day_after(DAY, ago) for ago in range(-6, 1)]
    for before, after in pairwise(told):
        assert before.shelf_end == after.shelf_start


def test_leftovers_are_what_stands_on_the_shelf_in_the_morning() -> None:
    story = point_day(seed=2, county="宾阳县", day=DAY)
    left = {line.lot: line.pieces for left in story.leftovers for line in left.announced.lines}
    assert left == {count.lot: count.pieces for count in story.shelf_start}


def test_what_the_owner_orders_for_a_neighbour_comes_the_next_day() -> None:
    before = point_day(seed=5, county="宾阳县", day=clock.day_after(DAY, -1))
    ordered = {order.order: order.pieces for order in before.proxy_orders}
    came = point_day(seed=5, county="宾阳县", day=DAY)
    found = {line.order: line.pieces for manifest in manifests(came) for line in manifest.lines}
    assert ordered
    assert {order: found[order] for order in ordered} == ordered


def test_orders_known_for_tomorrow_come_tomorrow() -> None:
    today, next_day = DAY, clock.day_after(DAY, 1)
    told = point_day(seed=4, county="宾阳县", day=today)
    known = {entry.code for entry in told.elsewhere if entry.day == next_day and entry.tail}
    came = point_day(seed=4, county="宾阳县", day=next_day)
    assert known
    assert known <= {line.code for manifest in manifests(came) for line in manifest.lines}


def test_stray_crates_are_known_elsewhere_unless_the_platform_is_foreign() -> None:
    for story in history(seed=1, county="宾阳县", day=DAY, days=12):
        known = {entry.code for entry in story.elsewhere}
        own = {note.crate for manifest in manifests(story) for note in manifest.crates}
        for stray in (stray for van in story.vans for stray in van.strays):
            assert (stray.crate in known) is (stray.why is not Stray.OTHER_PLATFORM)
            assert stray.crate not in own


def test_the_same_seed_tells_the_same_story_in_another_process() -> None:
    program = (
        "from app.sandbox.story import point_day; import hashlib;"
        f"print(hashlib.md5(repr(point_day(seed=9, county='西乡塘区', day='{DAY}')).encode()).hexdigest())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            text=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ".", "PYTHONUTF8": "1"},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_another_seed_tells_another_story() -> None:
    assert point_day(seed=1, county="宾阳县", day=DAY) != point_day(seed=2, county="宾阳县", day=DAY)


def test_a_point_without_orders_has_a_quiet_day() -> None:
    story = point_day(seed=1, county="马山县", day=DAY, scale=0.0)
    assert len(manifests(story)) == 0
    assert story.closes_ms == clock.at(DAY, "21:00")


def test_an_unknown_county_is_said() -> None:
    with pytest.raises(UnknownCountyError):
        point_day(seed=1, county="不存在县", day=DAY)


def test_photos_differ_by_name_and_are_whole_pictures() -> None:
    assert photo("a") == photo("a")
    assert photo("a") != photo("b")
    assert photo("a").startswith(b"\x89PNG\r\n\x1a\n")
    assert photo("a").endswith(b"IEND\xaeB`\x82")
    assert 500 < len(photo("a")) < 8_000
