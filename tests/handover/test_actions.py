"""Vans are handed over once, with equal counts and two signatures; what comes back is received; balances add up."""

from __future__ import annotations

import pytest

from app.domain import night as n
from app.domain.goods import Count
from app.domain.guards import handed_key
from app.domain.ids import new_code, with_check
from app.domain.night import AssetCount, BagBack, Link
from app.domain.refusals import Refused
from app.handover import queries, words
from app.handover.actions import (
    Adjust,
    Adjusted,
    CameBack,
    ComeBack,
    CountRefused,
    Handed,
    HandOver,
    RefuseCount,
    Sealed,
    SealEvidence,
    SignPapers,
    TakeBack,
    TakenBack,
)
from app.handover.rules import Counted, Drop, Reason
from app.handover.ways import Ways
from app.store.station_key import is_signed
from tests.handover.night import DRIVER, Yard, drops_of, ink
from tests.station import DAY

HOLDER = f"driver:{DRIVER}"


def reason(result: object) -> str:
    """The reason of a refusal; "" for what was done."""
    return str(result.reason) if isinstance(result, Refused) else ""


# --- handing over ------------------------------------------------------------------------------------------


def test_a_van_is_handed_over_with_what_is_on_it(yard: Yard) -> None:
    load = yard.load()
    done = yard.hand_over()
    assert isinstance(done, Handed)
    assert (done.crates, done.pieces) == (load.crates + load.boxes, load.pieces)
    assert yard.value("SELECT handed_ms FROM runs WHERE run = ?", yard.run()) == yard.clock.now_ms()
    assert yard.held()[HOLDER, "crate"] == load.crates
    assert yard.held()[HOLDER, "ice_box"] == load.boxes
    assert yard.value("SELECT count(*) FROM photos") == 2
    assert yard.replayed()


def test_a_second_hand_over_is_refused_and_changes_nothing(yard: Yard) -> None:
    yard.hand_over()
    before = yard.value("SELECT count(*) FROM facts")
    again = yard.hand_over()
    assert reason(again) == Reason.HANDED
    assert "06:00" in words.say(again).sentence
    assert yard.value("SELECT count(*) FROM facts") == before


def test_an_open_van_and_an_unknown_one_are_refused(yard: Yard) -> None:
    assert reason(yard.hand_over(1)) == Reason.OPEN
    unknown = HandOver("BY-X", DRIVER, Counted(1, 0), ink(), ink(1))
    assert reason(yard.do(unknown)) == Reason.NO_RUN


@pytest.mark.parametrize("wrong", ["crates", "boxes", "pieces"])
def test_a_count_that_differs_cannot_be_signed(yard: Yard, wrong: str) -> None:
    counted = yard.counted()._replace(**{wrong: getattr(yard.counted(), wrong) - 1})
    done = yard.do(HandOver(yard.run(), DRIVER, counted, ink(), ink(1)))
    assert reason(done) == Reason.DIFFERS
    assert not yard.value("SELECT count(*) FROM handovers")


def test_without_both_signatures_nothing_is_handed_over(yard: Yard) -> None:
    for signed in ((b"", ink()), (ink(), b"")):
        assert reason(yard.do(HandOver(yard.run(), DRIVER, yard.counted(), *signed))) == Reason.NO_SIGNATURE
    assert reason(yard.hand_over(driver=" ")) == Reason.NO_DRIVER


def test_a_driver_may_refuse_and_the_van_is_counted_again(yard: Yard) -> None:
    counted = yard.counted()._replace(crates=yard.load().crates - 1)
    refused = yard.do(RefuseCount(yard.run(), DRIVER, counted, "筐数不对"))
    assert isinstance(refused, CountRefused)
    row = yard.rows("SELECT agreed, crates, counted_crates FROM handovers")[0]
    assert row == (0, yard.load().crates + yard.load().boxes, yard.load().crates + yard.load().boxes - 1)
    assert isinstance(yard.hand_over(), Handed)
    assert yard.value("SELECT count(*) FROM handovers") == 2
    assert yard.replayed()


def test_a_refusal_needs_a_difference_and_a_reason(yard: Yard) -> None:
    less = yard.counted()._replace(crates=0)
    assert reason(yard.do(RefuseCount(yard.run(), DRIVER, yard.counted(), "x"))) == Reason.SAME
    assert reason(yard.do(RefuseCount(yard.run(), DRIVER, less, " "))) == Reason.NO_WHY
    assert reason(yard.do(RefuseCount(yard.run(), "", less, "x"))) == Reason.NO_DRIVER
    assert reason(yard.do(RefuseCount(yard.run(), DRIVER, Counted(None, None), "x"))) == Reason.NO_COUNT
    yard.hand_over()
    assert reason(yard.do(RefuseCount(yard.run(), DRIVER, less, "x"))) == Reason.HANDED


def test_a_hand_over_is_undone_until_a_point_has_answered(yard: Yard) -> None:
    done = yard.hand_over()
    undone = yard.do(TakeBack(done.facts))
    assert isinstance(undone, TakenBack)
    assert yard.held() == {}
    assert yard.value("SELECT handed_ms FROM runs WHERE run = ?", yard.run()) == 0
    assert reason(yard.do(TakeBack(done.facts))) == Reason.NOTHING_TO_UNDO
    again = yard.hand_over()
    yard.hear(yard.receipt(yard.lines()[0]))
    assert reason(yard.do(TakeBack(again.facts))) == Reason.RECEIVED
    assert yard.replayed()


def test_a_handed_van_cannot_be_opened_again(yard: Yard) -> None:
    """The hub voids it by the key that the hand-over holds."""
    yard.hand_over()
    assert yard.value("SELECT count(*) FROM guards WHERE key = ?", handed_key(yard.run())) == 1


# --- coming back -------------------------------------------------------------------------------------------


def come_back(yard: Yard, *, taken: int = 0, back: int = 0, bags: tuple[BagBack, ...] = ()) -> ComeBack:
    """A driver's return: one point gave ``taken`` empty crates, ``back`` were counted at the station."""
    drops = [Drop(point, brought, ()) for point, brought in drops_of(yard)]
    drops[0] = Drop(drops[0].point, drops[0].brought, (AssetCount("crate", taken),) if taken else ())
    counted = (AssetCount("crate", back),) if back else ()
    return ComeBack(yard.run(), tuple(drops), counted, bags, ink())


def test_crates_stay_at_the_points_and_empties_come_home(yard: Yard) -> None:
    yard.hand_over()
    done = yard.do(come_back(yard, taken=1, back=1))
    assert isinstance(done, CameBack)
    assert done.owed == 0
    held = yard.held()
    assert (HOLDER, "crate") not in held
    first = yard.night.routes[0].points[0]
    crates = dict(drops_of(yard))[first]
    brought = sum(x.pieces for x in crates if x.asset == "crate")
    assert held.get((f"point:{first}", "crate"), 0) == brought - 1
    assert sum(held.values()) == 0
    assert yard.replayed()


def test_what_was_not_brought_home_stays_with_the_driver(yard: Yard) -> None:
    yard.hand_over()
    done = yard.do(come_back(yard, taken=5, back=3))
    assert done.owed == 2
    assert yard.held()[HOLDER, "crate"] == 2
    assert "司机名下" in words.say(done).sentence


def test_a_driver_may_come_back_twice_and_the_stops_count_once(yard: Yard) -> None:
    yard.hand_over()
    yard.do(come_back(yard, taken=1, back=1))
    before = yard.held()
    yard.do(come_back(yard, taken=2, back=2))
    first = f"point:{yard.night.routes[0].points[0]}"
    assert yard.held()[first, "crate"] == before.get((first, "crate"), 0) - 2
    assert sum(yard.held().values()) == 0


def test_return_bags_are_received_once_with_a_signature(yard: Yard) -> None:
    yard.hand_over()
    bag = BagBack(new_code("TH"), yard.night.routes[0].points[0], 3)
    assert yard.do(come_back(yard, bags=(bag,))).bags == 1
    assert yard.rows("SELECT bag, driver, pieces FROM returns") == [(bag.bag, DRIVER, 3)]
    assert yard.value("SELECT pieces FROM stock WHERE lot = ? AND place = 'aside:returns'", bag.bag) == 3
    assert reason(yard.do(come_back(yard, bags=(bag,)))) == Reason.BAG_HERE
    assert yard.replayed()


@pytest.mark.parametrize(
    ("bag", "why"),
    [
        (BagBack("ABC123", "P", 1), Reason.NOT_A_BAG),
        (BagBack(with_check("TH-AAAAAA")[:-1] + "?", "P", 1), Reason.BAG_MISREAD),
        (BagBack(with_check("TH-AAAAAA"), "P", 0), Reason.BAG_EMPTY),
    ],
)
def test_a_bag_that_is_none_is_refused(yard: Yard, bag: BagBack, why: Reason) -> None:
    yard.hand_over()
    assert reason(yard.do(come_back(yard, bags=(bag,)))) == why


def test_what_never_left_does_not_come_back(yard: Yard) -> None:
    assert reason(yard.do(come_back(yard))) == Reason.NOT_HANDED
    yard.hand_over()
    unsigned = ComeBack(yard.run(), (), (), (), b"")
    assert reason(yard.do(unsigned)) == Reason.NO_SIGNATURE
    many = ComeBack(yard.run(), (), (AssetCount("crate", 5000),), (), ink())
    assert reason(yard.do(many)) == Reason.BAD_COUNT


def test_the_bags_that_a_driver_brought_are_signed_for_at_the_next_hand_over(yard: Yard) -> None:
    yard.hand_over()
    bag = BagBack(new_code("TH"), yard.night.routes[0].points[0], 3)
    yard.clock.advance(seconds=3600)
    yard.do(come_back(yard, bags=(bag,)))
    load = yard.load(1)
    yard.record(n.VanClosed(yard.run(1), load.crates + load.boxes, load.pieces))
    assert yard.hand_over(1).bags == 1
    body = yard.value("SELECT body FROM handovers WHERE run = ?", yard.run(1))
    assert bag.bag in body


# --- balances ----------------------------------------------------------------------------------------------


def test_a_balance_is_put_right_with_a_reason_and_can_be_undone(yard: Yard) -> None:
    done = yard.do(Adjust("point:BY-1", "crate", -2, "丢失"))
    assert isinstance(done, Adjusted)
    assert yard.held() == {("point:BY-1", "crate"): -2, ("station", "crate"): 2}
    yard.do(TakeBack(done.facts))
    assert yard.held() == {}
    assert reason(yard.do(Adjust("point:BY-1", "crate", 0, "x"))) == Reason.BAD_COUNT
    assert reason(yard.do(Adjust("point:BY-1", "crate", 1, ""))) == Reason.NO_WHY
    assert reason(yard.do(Adjust("station", "crate", 1, "x"))) == Reason.SAME_HOLDER


def test_the_oldest_balance_stands_first(yard: Yard) -> None:
    yard.do(Adjust("point:BY-1", "crate", 3, "以前没记"))
    yard.clock.advance(seconds=9 * 86400)
    yard.do(Adjust("driver:覃师傅", "ice_box", 1, "以前没记"))
    reader = yard.store.reader()
    rows = queries.holder_rows(reader)
    steps = queries.step_rows("point:BY-1", ways=Ways(reader))
    reader.close()
    assert [(row.holder, row.crates, row.boxes) for row in rows] == [
        ("point:BY-1", 3, 0),
        ("driver:覃师傅", 0, 1),
    ]
    assert words.age_state(rows[0], now_ms=yard.clock.now_ms())[0] == "9 天"
    assert words.step_text(steps[0], "point:BY-1", "本站") == "从本站拿来　周转筐 3（以前没记）"


# --- the loop is closed ------------------------------------------------------------------------------------


def test_the_points_receipts_close_the_loop(yard: Yard) -> None:
    yard.hand_over()
    reader = yard.store.reader()
    said = [words.run_state(queries.run_rows(reader, day=DAY)[0])[0]]
    lines = {line.point: line for line in yard.lines()}
    *most, last = lines
    for point in most:
        yard.hear(yard.receipt(lines[point]))
    row = next(row for row in queries.run_rows(reader, day=DAY) if row.run == yard.run())
    assert (row.answered, row.points, row.done) == (len(most), len(lines), False)
    names = {shop.code: shop.name for shop in yard.night.points}
    assert queries.silent_points(reader, yard.run()) == [names[last]]
    yard.hear(yard.receipt(lines[last]))
    row = next(row for row in queries.run_rows(reader, day=DAY) if row.run == yard.run())
    said.append(words.run_state(row)[0])
    assert said == ["在路上", "都签收了"]
    assert (row.answered, row.points) == (len(lines), len(lines))
    assert queries.silent_points(reader, yard.run()) == []
    reader.close()


def test_a_point_without_a_crate_on_the_van_is_not_waited_for(yard: Yard) -> None:
    run, gone = yard.run(), yard.night.routes[0].points[-1]
    reader = yard.store.reader()
    before = next(row for row in queries.run_rows(reader, day=DAY) if row.run == run)
    yard.record(n.VanReopened(run, "拿下来"))
    yard.record(*(n.CrateTakenOff(run, crate) for crate in yard.crates[gone]))
    yard.record(n.VanClosed(run, yard.load().crates, yard.load().pieces))
    yard.hand_over()
    lines = {line.point: line for line in yard.lines() if line.point != gone}
    for line in lines.values():
        yard.hear(yard.receipt(line))
    row = next(row for row in queries.run_rows(reader, day=DAY) if row.run == run)
    silent = queries.silent_points(reader, run)
    reader.close()
    assert len(yard.night.routes[0].points) > row.points == before.points - 1
    assert (row.answered, row.done, silent) == (len(lines), True, [])


def test_a_sheet_shows_what_left_even_after_the_points_took_it_out(yard: Yard) -> None:
    reader = yard.store.reader()
    before = queries.stop_rows(reader, yard.run())
    yard.hand_over()
    yard.hear(yard.receipt(yard.lines()[0]))
    after = queries.stop_rows(reader, yard.run())
    reader.close()
    assert after == before
    assert sum(stop.load.pieces for stop in after) == sum(line.pieces for line in yard.lines())


def test_vans_that_can_be_handed_over_stand_first(yard: Yard) -> None:
    reader = yard.store.reader()
    rows = queries.run_rows(reader, day=DAY)
    reader.close()
    assert rows[0].run == yard.run()
    assert [words.run_state(row)[0] for row in rows] == ["等交接", *["没关门"] * (len(rows) - 1)]


# --- papers ------------------------------------------------------------------------------------------------


def test_the_station_s_key_is_made_once_and_signs(yard: Yard) -> None:
    key, (one, other) = yard.do(SignPapers((b"a", b"b")))
    again, _ = yard.do(SignPapers(()))
    assert key == again
    assert is_signed(key, one, b"a")
    assert not is_signed(key, other, b"a")


# --- blame -------------------------------------------------------------------------------------------------


def shortage(yard: Yard) -> queries.ShortRow:
    reader = yard.store.reader()
    rows = queries.short_rows(reader, day=DAY)
    reader.close()
    assert len(rows) == 1
    return rows[0]


def counts(row: queries.ShortRow) -> list[int | None]:
    return [one.pieces for one in row.chain]


def test_what_a_point_misses_was_lost_on_the_driver_s_van(yard: Yard) -> None:
    line = max(yard.lines(), key=lambda line: line.pieces)
    yard.hand_over()
    yard.hear(yard.receipt(line, short=1))
    row = shortage(yard)
    assert counts(row) == [line.pieces] * 4 + [line.pieces - 1]
    assert words.blame_state(row)[0] == "建议 司机"
    assert "司机车上" in words.reason(row.chain)
    done = yard.do(SealEvidence(row.lot, b"{}", Link.DRIVER, words.reason(row.chain)))
    assert isinstance(done, Sealed)
    assert yard.rows("SELECT lot, pieces, link, evidence FROM liabilities") == [
        (line.lot, 1, "driver", done.digest)
    ]
    assert words.blame_state(shortage(yard))[0] == "已定 司机"
    assert yard.replayed()


def test_what_is_missing_on_the_trunk_truck_is_the_trunk_s(yard: Yard) -> None:
    lot = "X1"
    sheet = n.LoadLine(
        lot, yard.night.points[0].code, "CCC999", "土鸡蛋", "690", "蛋", yard.night.lines[0].zone, 5
    )
    trip = yard.night.trucks[0].trip
    yard.hear(n.PalletAnnounced(trip, DAY, "14", "TP9", (sheet,)))
    yard.record(n.PiecesMissed(f"trunk:{trip}", (Count(lot, 5),)))
    row = shortage(yard)
    assert counts(row)[:3] == [5, 0, 0]
    assert words.blame_state(row)[0] == "建议 干线车"


def test_what_is_missing_on_the_dock_is_the_station_s(yard: Yard) -> None:
    lot, trip = "X1", yard.night.trucks[0].trip
    sheet = n.LoadLine(
        lot, yard.night.points[0].code, "CCC999", "土鸡蛋", "690", "蛋", yard.night.lines[0].zone, 5
    )
    yard.hear(n.PalletAnnounced(trip, DAY, "14", "TP9", (sheet,)))
    yard.record(n.ContainersUnloaded(trip, "CCC999", ("CCC999",), (Count(lot, 5),)))
    yard.record(n.PiecesMissed("dock:", (Count(lot, 2),)), n.PiecesDamaged("dock:", (Count(lot, 1),)))
    row = shortage(yard)
    assert counts(row)[:3] == [5, 5, None]
    crate = yard.crates[sheet.point][0]
    yard.record(n.CrateUnsealed(crate, "x"))
    yard.record(n.Sorted(crate, (Count(lot, 2),)))
    row = shortage(yard)
    assert counts(row)[:3] == [5, 5, 3]
    assert words.blame_state(row)[0] == "建议 网格站"
    found = yard.record(n.PiecesFound((Count(lot, 2),)))
    reader = yard.store.reader()
    assert queries.short_rows(reader, day=DAY) == []
    reader.close()
    assert found


def test_nobody_is_blamed_before_the_driver_has_signed(yard: Yard) -> None:
    lot, place, pieces = yard.rows(
        "SELECT lot, place, pieces FROM stock WHERE place LIKE 'crate:%' AND pieces > 1 ORDER BY lot"
    )[0]
    yard.record(n.PiecesMissed(place, (Count(lot, 1),)))
    row = shortage(yard)
    assert counts(row) == [pieces, pieces, pieces - 1, None, None]
    assert words.blame_state(row)[0] == "建议 网格站"


def test_a_proposal_that_no_longer_holds_is_not_recorded(yard: Yard) -> None:
    line = max(yard.lines(), key=lambda line: line.pieces)
    yard.hand_over()
    yard.hear(yard.receipt(line, short=1))
    assert reason(yard.do(SealEvidence(line.lot, b"{}", Link.TRUNK, "x"))) == Reason.CHANGED
    assert reason(yard.do(SealEvidence("nothing", b"{}", None, "x"))) == Reason.NO_LOT
    assert not yard.value("SELECT count(*) FROM liabilities")
