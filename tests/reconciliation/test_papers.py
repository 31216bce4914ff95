"""The day on paper: Excel cells that stay what they are, a PDF with pages, and names for every kind of fact."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from app.domain import codec
from app.domain import events as e
from app.domain.clock import StoryClock
from app.domain.goods import Count
from app.domain.refusals import refused
from app.reconciliation import excel, paper, queries, trail, words
from app.reconciliation.actions import CloseDay, CountDrawer, CountSlot, MoveCash
from app.reconciliation.daybook import DayBook, gather
from app.reconciliation.rules import How, Liable, Reason, Stage, Still
from app.store.connection import Reader
from app.store.opening import Store
from app.ui.paper import Row, paginate
from tests.handover.night import list_of, open_yard
from tests.samples import DAY, Record, line, manifest

LONG = "1234567890123456789"


@pytest.fixture
def book(store: Store, reader: Reader, clock: StoryClock) -> DayBook:
    """A closed day with a long lot, a shelf and a cash difference, and a pickup after the close."""
    goods = manifest([line(LONG, pieces=2, crate="X")], trip="T5")
    store.writer.do(Record((goods, e.GoodsReceived("T5", (Count(LONG, 2, "A-09"),)))))
    store.writer.do(Record((e.PickedUp("b1", (Count(LONG, 2, "A-09"),)),)))
    store.writer.do(MoveCash(20_000, "=1+1"))
    store.writer.do(CountSlot(DAY, "A-01", 6))
    store.writer.do(CountDrawer(DAY, 19_990))
    store.writer.do(CloseDay(DAY))
    store.writer.do(Record((e.PickedUp("b3", (Count("3", 1, "A-02"),)),)))
    return gather(reader, DAY, made_ms=clock.now_ms())


def test_long_codes_and_chinese_stay_text_in_excel(book: DayBook, tmp_path: Path) -> None:
    path = excel.write_day(book, tmp_path / "出来" / "日结.xlsx")
    made = load_workbook(path)
    assert made.sheetnames == ["汇总", "三方核对", "差异", "佣金", "钱箱", "操作留痕"]
    cells = {cell.value: cell for row in made["三方核对"] for cell in row}
    assert LONG in cells
    assert (cells[LONG].data_type, cells[LONG].number_format) == ("s", "@")
    assert "土鸡蛋" in cells
    text = {cell.value: cell for row in made["钱箱"] for cell in row}
    assert text["放进 ¥200.00，=1+1"].data_type == "s"
    assert not list(path.parent.glob(".*"))


def test_the_summary_adds_up(book: DayBook) -> None:
    rows = {name: value for name, value, _ in excel.summary_rows(book)}
    came = (
        rows["日初在店"]
        + rows["签收"]
        + rows["多发收下"]
        + rows["顾客退回"]
        + rows["取走"]
        + rows["退回站点"]
    )
    assert came == rows["日终在店"]
    assert (rows["钱箱"], rows["未了结差异（笔）"]) == (19_990, 2)
    assert [c.what for c in book.corrections] == ["handed_out", "here", "commission_fen"]
    assert "账目平衡" in excel.state_line(book)


def test_money_is_a_number_in_yuan_in_excel(book: DayBook, tmp_path: Path) -> None:
    made = load_workbook(excel.write_day(book, tmp_path / "day.xlsx"))
    money = {row[0].value: row[1] for row in made["汇总"].iter_rows(min_row=4, max_row=14)}
    assert money["钱箱"].value == pytest.approx(199.90)
    assert money["钱箱"].number_format == "#,##0.00"


@pytest.mark.usefixtures("qtbot")
def test_a_day_without_anything_is_a_file_too(empty_store: Store, tmp_path: Path) -> None:
    reader = empty_store.reader()
    book = gather(reader, DAY, made_ms=0)
    reader.close()
    assert load_workbook(excel.write_day(book, tmp_path / "x.xlsx"))["差异"]["A2"].value == "没有"
    assert paper.write_day(book, tmp_path / "x.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.usefixtures("qtbot")
def test_the_pdf_has_as_many_pages_as_it_needs_and_embeds_its_print(book: DayBook, tmp_path: Path) -> None:
    raw = paper.write_day(book, tmp_path / "日结.pdf").read_bytes()
    assert raw.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", raw)) == len(paginate(paper.rows_of(book)))
    assert b"NotoSansSC" in raw


def test_a_table_that_runs_over_a_page_repeats_its_head() -> None:
    head = Row(("单号",), "head")
    pages = paginate([Row(("佣金",), "title"), head, *[Row((str(n),)) for n in range(90)]])
    assert len(pages) == 3
    assert all(head in page for page in pages)
    assert sum(row.look == "row" for page in pages for row in page) == 90


def test_a_title_does_not_stand_alone_at_the_foot() -> None:
    fill = [Row((str(n),)) for n in range(34)]
    pages = paginate([*fill, Row(("差异",), "title"), Row(("a",), "head"), Row(("b",))])
    assert [row.look for row in pages[1]] == ["title", "head", "row"]


@pytest.mark.usefixtures("qtbot")
@pytest.mark.parametrize("write", [excel.write_day, paper.write_day])
def test_a_place_that_cannot_be_written_is_an_os_error(
    write: excel.Write, book: DayBook, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(OSError, match=r".+"):
        write(book, blocked / "day.out")


def test_every_kind_of_fact_has_a_name_and_a_line() -> None:
    assert set(words.KIND_WORDS) == set(codec.KINDS)
    assert set(codec.KINDS) - set(trail._TELL) == set()


def test_every_fact_of_a_real_night_is_told_in_a_line(tmp_path: Path) -> None:
    """Bodies as a station writes them: none is unreadable, none says nothing."""
    yard = open_yard(tmp_path / "yard", points=6, pieces=60)
    yard.hand_over()
    yard.hear(yard.receipt(yard.lines()[0]), list_of(yard, yard.night.points[0].code))
    rows = dict(yard.rows("SELECT kind, body FROM facts"))
    yard.close()
    told = {kind: trail.told(kind, body) for kind, body in rows.items()}
    assert len(told) > 12
    assert [kind for kind, line in told.items() if line in ("", "内容读不出来")] == []


def test_the_trail_tells_what_happened(book: DayBook) -> None:
    told = [(trail.kind_word(row.kind), trail.told(row.kind, row.body)) for row in book.trail]
    assert ("取货", "2 件，1 种") in told
    assert ("点货架", "A-01 6 件") in told
    assert ("记差异", "货位 A-01 少了（-1 件）") in told
    assert ("钱箱进出", "放进 ¥200.00，=1+1") in told
    assert all("读不出来" not in line for _, line in told)


def test_a_fact_of_a_later_version_is_said_to_be_one() -> None:
    assert trail.kind_word("Teleported") == "新版本的记录"
    assert trail.told("PickedUp", "{}") == "内容读不出来"
    assert trail.told("PickedUp", "half") == "内容读不出来"


@pytest.mark.parametrize("reason", list(Reason))
def test_every_refusal_is_a_sentence_with_an_advice(reason: Reason) -> None:
    about = {"row": 3, "lot": "1", "column": "件数", "columns": "佣金", "value": "x", "most": 5, "day": DAY}
    said = words.answer(refused(reason, **about))  # type: ignore[arg-type]
    assert "{" not in said.sentence
    assert said.sentence.endswith(("。", "！"))
    assert 2 <= len(said.word) <= 6


def test_every_word_is_there() -> None:
    assert set(How) <= set(words.HOW_WORDS)
    assert set(words.STILL_WORDS) == set(Still)
    assert set(words.STAGE_WORDS) == set(Stage)
    assert set(words.LIABLE_WORDS) == set(Liable)


def test_taken_back_facts_stay_in_the_trail(store: Store, reader: Reader) -> None:
    done = store.writer.do(Record((e.PickedUp("b3", (Count("3", 1, "A-02"),)),)))
    store.writer.do(Record((e.Undone(str(done[0]), "点错了"),)))
    newest, before, *_ = queries.trail(reader, DAY)
    assert (newest.kind, before.kind, before.taken_back > 0) == ("Undone", "PickedUp", True)
