"""Who is meant by what is typed or scanned, and what is said when it is something else or not here."""

from __future__ import annotations

import json

import pytest

from app.domain import events as e
from app.domain.answers import Tone
from app.domain.clock import at
from app.domain.goods import Count, Person, Zone
from app.domain.ids import with_check
from app.domain.places import Kind
from app.domain.refusals import Refused
from app.pickup import queries, words
from app.pickup.actions import HandOut, HandOutAll, UndoPickup
from app.pickup.queries import Found, Visit
from app.pickup.rules import How, Reason
from tests.pickup import village as v
from tests.pickup.village import Village
from tests.samples import Keep


def found(village: Village, text: str) -> Found:
    result = village.find(text)
    assert isinstance(result, Found), result
    return result


def names(village: Village, text: str) -> list[str]:
    return [one.name for one in found(village, text).neighbours]


def refusal(village: Village, text: str) -> Refused:
    result = village.find(text)
    assert isinstance(result, Refused), result
    return result


def absence(village: Village, text: str) -> Refused:
    result = found(village, text).absence
    assert result is not None
    return result


def open_visit(village: Village, text: str) -> Visit:
    return queries.visit(village.reader, found(village, text).neighbours[0], now_ms=village.clock.now_ms())


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("37-1-6312", How.CODE),
        ("3716312", How.CODE),
        ("37 1 6312", How.CODE),
        (" ３７－１－６３１２ ", How.CODE),
        ("]C137-1-6312", How.CODE),
        ("123456789012", How.CODE),
        ("1234 5678 9012", How.CODE),
        ("1234-5678-9012", How.CODE),
        ("https://llyx.example/p?t=1&code=37-1-6312", How.QR),
        ("https://llyx.example/pickup/37-1-6312", How.QR),
        ("llyx://order#/take?pickup_code=123456789012", How.QR),
        ('{"v":1,"data":{"pickupCode":"1234 5678 9012"}}', How.QR),
        ('{"取件码":"37-1-6312"}', How.QR),
        ("6312", How.TAIL),
        ("13800006312", How.PHONE),
        ("138 0000 6312", How.PHONE),
        ("+86 138-0000-6312", How.PHONE),
        ("韦小妹", How.NAME),
        ("韦小", How.NAME),
        ("小妹", How.NAME),
        ("阿妹", How.NAME),
        ("wxm", How.INITIALS),
        ("WX", How.INITIALS),
    ],
)
def test_one_box_finds_a_buyer_however_she_says_it(village: Village, text: str, how: How) -> None:
    result = found(village, text)
    assert [one.name for one in result.neighbours] == ["韦小妹"]
    assert result.asked.how is how
    one = result.neighbours[0]
    assert one.buyers == tuple(sorted((v.WXM_LINLI, v.WXM_GNT)))
    assert (one.here, one.slots) == (12, ("D-02", "L-05", "X-03", "A-07"))


def test_of_a_whole_phone_only_the_tail_is_looked_for(village: Village) -> None:
    assert found(village, "13912346312").asked.text == "6312"
    assert "1391234" not in repr(village.find("13912340000"))


def test_two_neighbours_with_one_tail_are_both_listed_those_with_goods_first(village: Village) -> None:
    village.do(HandOutAll((v.HUANG,)))
    assert names(village, "7788") == ["黄秀芬", "黄秀芳"]
    assert words.found(found(village, "7788")).word == "是哪一位？"


def test_the_same_name_with_another_tail_is_another_person(village: Village) -> None:
    village.do(Keep((Person("u-other", "GNT", "韦小妹", "9999"),)))
    assert [one.tail for one in found(village, "韦小妹").neighbours] == ["6312", "9999"]


def test_an_exact_name_stands_before_a_longer_one(village: Village) -> None:
    village.do(Keep((Person("u-1", "GNT", "农春", "0001"), Person("u-2", "GNT", "农春花", "0002"))))
    assert names(village, "农春")[0] == "农春"


def test_more_than_nine_hits_are_counted(village: Village) -> None:
    village.do(Keep(tuple(Person(f"u-{n}", "GNT", f"韦小{chr(0x4E00 + n)}", f"{n:04}") for n in range(12))))
    result = found(village, "韦小")
    assert len(result.neighbours) == queries.MOST_SHOWN
    assert result.more == 4
    assert result.neighbours[0].name == "韦小妹"


def test_a_buyer_whose_name_was_erased_is_still_found_by_the_code(village: Village) -> None:
    village.do(Keep((Person(v.QIN, "LLYX", "", ""),)))
    one = found(village, "5-5-2418").neighbours[0]
    assert (one.name, one.here) == ("", 4)
    assert "没有姓名的顾客" in words.waiting(one).sentence


def test_everything_here_is_shown_frozen_first(village: Village) -> None:
    visit = open_visit(village, "6312")
    assert [one.slot for one in visit.goods] == ["D-02", "L-05", "X-03", "X-03", "A-07", "A-07"]
    assert {one.platform for one in visit.goods} == {"邻里优选", "桂农团"}


def test_what_is_not_here_is_told_beside_what_is(village: Village) -> None:
    village.record(e.DamageFound("T-L", (Count(v.EGGS, 1, "X-03"),)))
    village.record(v.manifest("NCL", "T-N2", (v.line("N-9", "砂糖橘", Zone.FRESH, 2, v.WXM_GNT, "A1B9"),)))
    visit = open_visit(village, "6312")
    assert {(one.lot, one.where) for one in visit.absent} == {(v.EGGS, Kind.DAMAGED), ("N-9", Kind.VAN)}
    said = [words.note_of(one, today=v.DAY) for one in visit.absent]
    assert any("还在车上" in line for line in said)


def test_what_a_person_fetched_is_told_as_one_act_over_the_platforms(village: Village) -> None:
    village.do(HandOutAll((v.WXM_LINLI, v.WXM_GNT)))
    acts = open_visit(village, "6312").acts
    assert [(act.pieces, len(act.facts), act.proxied) for act in acts] == [(12, 2, 0)]
    assert "本人" in words.act_text(acts[0], now_ms=village.clock.now_ms())


def test_one_act_over_two_platforms_stays_one_while_the_clock_ticks(village: Village) -> None:
    stands = village.clock.now_ms

    def ticking() -> int:
        village.clock.advance(seconds=0.007)
        return stands()

    village.clock.now_ms = ticking  # type: ignore[method-assign]
    done = village.do(HandOutAll((v.WXM_LINLI, v.WXM_GNT)))
    (act,) = queries.acts_of_day(village.reader, now_ms=stands())
    assert (act.pieces, act.facts) == (12, done.facts)
    assert absence(village, v.CODE_L).about["pieces"] == 12
    assert village.do(UndoPickup(act.facts, "点错人了")).pieces == 12


def test_acts_of_two_people_or_of_two_moments_stay_apart(village: Village) -> None:
    village.do(HandOutAll((v.QIN,)))
    village.do(HandOutAll((v.HUANG,)))
    village.do(HandOut((Count(v.EGGS, 1, "X-03"),)))
    village.do(HandOut((Count(v.EGGS, 1, "X-03"),)))
    acts = queries.acts_of_day(village.reader, now_ms=village.clock.now_ms())
    assert [len(act.facts) for act in acts] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("取件码：37-1-6312", How.QR),
        ("【邻里优选】您的货到了，凭37-1-6312到民范村自提点取货", How.QR),
        ("提货码 1234 5678 9012。", How.QR),
        ("韦小妹6312", How.TAIL),
        ("尾号6312", How.TAIL),
        ("韦小妹 13800006312", How.PHONE),
        ("韦小妹 138 0000 6312", How.PHONE),
    ],
)
def test_a_message_read_aloud_or_scanned_finds_too(village: Village, text: str, how: How) -> None:
    got = found(village, text)
    assert (got.asked.how, got.neighbours[0].name) == (how, "韦小妹")
    assert "13800006312" not in repr(got)


# --- not here --------------------------------------------------------------------------------------------------


def test_fetched_already_is_said_with_when(village: Village) -> None:
    village.do(HandOutAll((v.QIN,)))
    assert absence(village, "5-5-2418").reason is Reason.ALREADY
    assert words.found(found(village, "2418")).number == "10:00"


def test_a_code_whose_goods_are_gone_still_names_what_else_is_here(village: Village) -> None:
    village.do(HandOut((Count(v.PAPER, 2, "A-07"),)))
    said = words.found(found(village, "2-2-0001"))
    assert said.kind is Tone.LOOK
    assert "另有 10 件" in said.sentence


@pytest.mark.parametrize(
    ("text", "reason", "word"),
    [
        ("A1B2345", Reason.IN_VAN, "F2"),
        ("5566", Reason.IN_VAN, "F2"),
        ("33-1-1234", Reason.SHORT, "F5"),
        ("222233334444", Reason.DAMAGED, "F5"),
    ],
)
def test_announced_goods_that_are_not_on_a_shelf_say_where_they_are(
    village: Village, text: str, reason: Reason, word: str
) -> None:
    assert absence(village, text).reason is reason
    assert word in words.found(found(village, text)).sentence


def test_goods_that_went_back_are_said_so(village: Village) -> None:
    village.record(e.GoodsBagged("TH-1", "shelf:A-01", (Count(v.SOAP, 4),)))
    assert absence(village, "5-5-2418").reason is Reason.RETURNED


@pytest.mark.parametrize(
    ("text", "reason", "part"),
    [
        ("34-1-5555", Reason.OTHER_POINT, "450126-002"),
        ("5555", Reason.OTHER_POINT, "450126-002"),
        ("9999 8888 7777", Reason.OTHER_DAY, "明天"),
        ("9753", Reason.OTHER_DAY, "明天"),
        ("36-1-0101", Reason.OTHER_DAY, "昨天"),
        ("35-1-0000", Reason.NOT_ON_LIST, "邻里优选"),
        ("Y12345678", Reason.OTHER_PLATFORM, "云上鲜"),
        ("ABC124", Reason.CRATE_LABEL, "F2"),
        ("ZZZ999", Reason.CRATE_LABEL, "F2"),
        ("6901234567892", Reason.BARCODE, "F2"),
        ("6923450657713", Reason.BARCODE, "F2"),
        ("16901234567892", Reason.PALLET, "F2"),
        ("37-1-63", Reason.CUT_SHORT, "再扫一次"),
        ("12345678", Reason.CUT_SHORT, "再扫一次"),
        (with_check("HW-A-01"), Reason.SLOT_LABEL, "F4"),
        (with_check("TH-4K7P2Q"), Reason.RETURN_BAG, "F5"),
        (with_check("SH-4K7P2Q"), Reason.OWN_CODE, "F5"),
        ("4321", Reason.NO_SUCH_TAIL, "4321"),
        ("13000004321", Reason.NO_SUCH_TAIL, "4321"),
        ("关羽", Reason.NO_SUCH_NAME, "关羽"),
        ("zzz", Reason.NO_SUCH_NAME, "zzz"),
        ("w", Reason.ONE_LETTER, "首字母"),
        ("!!??", Reason.UNKNOWN, "!!??"),
        ("", Reason.EMPTY, "尾号"),
        ("   ", Reason.EMPTY, "尾号"),
        ("37-1\x006312", Reason.CONTROL, "再扫一次"),
        ("37-1\x1b6312", Reason.CONTROL, "再扫一次"),
        ("韦\u202e小妹", Reason.CONTROL, "再扫一次"),
        ("9" * 65, Reason.TOO_LONG, "65"),
        ("https://x.example/" + "a" * 2000, Reason.TOO_LONG, "2018"),
        ("https://pay.example/hello", Reason.NO_CODE_IN_QR, "取货码"),
        ("{broken json", Reason.NO_CODE_IN_QR, "取货码"),
        ("[" * 400, Reason.NO_CODE_IN_QR, "取货码"),
        ("https://x.example/?code=0000-0000-0001", Reason.NOT_ON_LIST, "桂农团"),
    ],
)
def test_what_is_nobodys_code_is_named_and_says_what_to_do(
    village: Village, text: str, reason: Reason, part: str
) -> None:
    result = refusal(village, text)
    assert result.reason is reason
    said = words.refusal(result)
    assert part in said.sentence + said.word
    assert said.sentence.endswith("。")


def test_a_strange_code_that_stops_matching_the_law_of_format_is_no_trap(village: Village) -> None:
    for text in ("{0}", "%s", "'; DROP TABLE lines; --", "a{b}c", "{about}", "_%", "*", "\\"):
        result = village.find(text)
        assert isinstance(result, Refused)
        words.refusal(result)


def test_every_reason_has_its_sentence() -> None:
    assert set(words._REFUSALS) == set(Reason)


def test_a_tail_whose_goods_come_tomorrow_is_told_before_what_was_fetched(village: Village) -> None:
    village.do(HandOutAll((v.QIN,)))
    village.do(v.TellElsewhere((("LLYX", "38-1-2418", "2418", v.POINT, v.TOMORROW),)))
    assert absence(village, "2418").reason is Reason.OTHER_DAY


def test_yesterdays_goods_are_found_today(village: Village) -> None:
    village.clock.move_to(at(v.TOMORROW, "09:00"))
    assert found(village, "37-1-6312").neighbours[0].here == 12


def test_late_goods_have_their_time_from_when_they_came(village: Village) -> None:
    village.clock.move_to(at(v.TOMORROW, "09:00"))
    village.record(
        e.GoodsReceived("T-N", (Count(v.MELON, 2, "X-01"),)),
        e.ShortArrived("T-L", (Count(v.PORK, 2, "L-01"),)),
        e.Shelved((Count(v.GREENS, 2, "X-03"),), "X-02"),
    )
    rows = {row.lot: row for row in queries.shelf(village.reader, now_ms=village.clock.now_ms())}
    assert rows[v.MELON].until_ms == at("2026-11-24", "12:00")
    assert rows[v.PORK].until_ms == at(v.TOMORROW, "20:00")
    assert rows[v.GREENS].until_ms == at(v.TOMORROW, "12:00")  # moving goods makes them no fresher


def test_a_platform_with_a_broken_pattern_does_not_stop_the_others(village: Village) -> None:
    village.record(v.terms("BAD", "坏规则", "([", "(("))
    assert names(village, "37-1-6312") == ["韦小妹"]
    assert refusal(village, "35-1-0000").reason is Reason.NOT_ON_LIST


def test_json_with_a_number_as_code_is_read(village: Village) -> None:
    assert names(village, json.dumps({"code": 123456789012})) == ["韦小妹"]
