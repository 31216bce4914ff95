"""Every piece of the counter with sample text, as pictures: `python -m app.ui.gallery OUTDIR`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final, cast

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QWidget

from app.domain.answers import Answer, Tone
from app.ui.buttons import ActionButton, Choice, Stepper, Weight
from app.ui.desk import Desk
from app.ui.dialogs import ask_number, ask_reason, confirm
from app.ui.fields import NoteBox, SearchBox
from app.ui.fonts import apply_theme
from app.ui.page import Page
from app.ui.panels import Beside, Card, Chip, SectionTitle, StatePanel, StatTile, label
from app.ui.photo import ask_photo
from app.ui.pictures import grab
from app.ui.rows import Column, RowsModel, Section
from app.ui.rows_view import RowsView
from app.ui.shapes import Glyph
from app.ui.signature import ask_signature
from app.ui.status import Network, Standing
from app.ui.tokens import SPACE_M, SPACE_S, TextSize
from app.ui.window import CounterWindow, Heading

SIZES: Final = ((1024, 768), (1366, 768), (1920, 1080))
HEADING: Final = Heading("宾阳县新桥镇民生百货店", date(2026, 11, 22), "练习")
ROUND: Final = Answer(
    Tone.OK, "已签收", "整箱 12 件都到了，放到货架 A-03。还差 5 箱。", number="A-03", spoken="A 零三"
)
ANSWERS: Final = (
    ROUND,
    Answer(Tone.LOOK, "重复了", "这一箱 08:41 已经签收过，不用再扫。", number="×1"),
    Answer(Tone.WRONG, "不是本店的", "这一箱是古辣镇第二自提点的。请放回车上，交给司机。"),
    Answer(Tone.INFO, "还差 5 箱", "冷冻 1 箱，生鲜 2 箱，常温 2 箱。"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A sample row of the receiving list."""

    code: str
    goods: str
    count: str
    slot: str
    state: str
    tone: Tone


_GOODS: Final = (
    ("冷冻", (("TP00933-01", "速冻水饺 猪肉白菜 1kg", "6", "冰-01", "已签收", Tone.OK),)),
    (
        "冷藏",
        (
            ("TP00933-02", "鲜牛奶 950ml", "12", "冷-02", "已签收", Tone.OK),
            ("TP00933-03", "嫩豆腐 400g", "8", "冷-03", "短少 2", Tone.WRONG),
        ),
    ),
    (
        "生鲜",
        (
            ("TP00933-04", "沃柑 5斤装", "24", "A-03", "待签收", Tone.INFO),
            ("TP00933-05", "宾阳本地小番茄 礼盒装 精选大果 2.5斤", "10", "A-04", "多发 1", Tone.LOOK),
            ("TP00933-06", "鲜鸡蛋 30枚", "15", "A-05", "待签收", Tone.INFO),
        ),
    ),
    (
        "常温",
        (
            ("TP00933-07", "大米 10kg", "20", "B-01", "已签收", Tone.OK),
            ("TP00933-08", "压榨花生油 5L", "9", "B-02", "待签收", Tone.INFO),
        ),
    ),
)

Stretch = Callable[[str], str]


def as_is(text: str) -> str:
    """Sample text unchanged."""
    return text


def doubled(text: str) -> str:
    """Sample text at twice its length, to see whether a layout holds."""
    return text + text


def lines(stretch: Stretch) -> list[Line | Section]:
    """Sample rows in sections."""
    rows: list[Line | Section] = []
    for zone, goods in _GOODS:
        rows.append(Section(stretch(zone), f"{len(goods)} 种"))
        rows += [
            Line(code, stretch(name), count, slot, stretch(state), tone)
            for code, name, count, slot, state, tone in goods
        ]
    return rows


def columns() -> tuple[Column[Line], ...]:
    """Sample columns."""
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    return (
        Column("商品", lambda line: line.goods, strong=1),
        Column("箱码", lambda line: line.code, width=146, gives_way=1),
        Column("件数", lambda line: line.count, width=76, align=right),
        Column("货位", lambda line: line.slot, width=92),
        Column("状态", lambda line: line.state, width=132, tone=lambda line: line.tone),
    )


class ReceivingSample(Page):
    """A page with tiles, a table and one next step."""

    glyph = Glyph.TRUCK
    topics = frozenset({"sample"})

    def __init__(self, desk: Desk, stretch: Stretch, *, empty: int = 0) -> None:
        self.title = stretch("到货签收")
        self.invitation = Answer(
            Tone.INFO, stretch("请扫箱码"), stretch("一扫就是整箱；单件可以扫商品条码。")
        )
        super().__init__(desk)
        tiles = QHBoxLayout()
        tiles.setSpacing(SPACE_M)
        for name, number, unit, tone in (
            ("应到", "104", "件", Tone.INFO),
            ("已签收", "46", "件", Tone.INFO),
            ("还没到", "56", "件", Tone.LOOK),
            ("短少", "2", "件", Tone.WRONG),
        ):
            tiles.addWidget(StatTile(stretch(name), number, unit=unit, tone=tone))
        self.column.addLayout(tiles)
        model = RowsModel(columns(), key=lambda line: line.code)
        model.replace([] if empty else lines(stretch))
        self.view = RowsView("到货清单", model)
        self.view.say_when_empty(
            stretch("今天还没有到货"), stretch("车到了以后，扫任意一个箱码就能开始。"), glyph=Glyph.TRUCK
        )
        self.column.addWidget(self.view, 1)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_M)
        foot.addWidget(ActionButton(stretch("记破损"), key="F9"))
        foot.addWidget(ActionButton(stretch("记短少"), key="F10"))
        foot.addStretch(1)
        foot.addWidget(ActionButton(stretch("收货完成"), key="F12", weight=Weight.PRIMARY))
        self.column.addLayout(foot)


class PickupSample(Page):
    """A page with the one box, a buyer and states."""

    glyph = Glyph.BAG

    def __init__(self, desk: Desk, stretch: Stretch) -> None:
        self.title = stretch("取货")
        self.invitation = Answer(
            Tone.INFO, stretch("找买家"), stretch("扫取件码，或输入手机尾号、姓名、拼音首字母。")
        )
        super().__init__(desk)
        self.search = SearchBox("找买家", hint=stretch("取件码 / 手机尾号 / 姓名 / 拼音首字母"))
        self.column.addWidget(self.search)
        self.column.addWidget(Beside(self._buyer(stretch), self._choices(stretch), shares=(3, 2)), 1)

    def _buyer(self, stretch: Stretch) -> Card:
        card = Card()
        card.body.addWidget(SectionTitle(stretch("韦** 尾号 6312"), remark=stretch("3 个平台 · 5 件")))
        chips = QHBoxLayout()
        chips.setSpacing(SPACE_S)
        for word, tone in (
            ("可取 5 件", Tone.OK),
            ("滞留 1 天", Tone.LOOK),
            ("少 1 件", Tone.WRONG),
            ("代取", Tone.INFO),
        ):
            chips.addWidget(Chip(word, tone))
        chips.addStretch(1)
        card.body.addLayout(chips)
        card.body.addWidget(label(stretch("先拿冷冻和冷藏的，再拿货架上的。"), "muted", wraps=1))
        card.body.addStretch(1)
        card.body.addWidget(ActionButton(stretch("全部取走"), key="Enter", weight=Weight.PRIMARY))
        return card

    def _choices(self, stretch: Stretch) -> Card:
        card = Card(stretch("售后"))
        card.body.addWidget(label(stretch("数量"), "muted"))
        card.body.addWidget(Stepper("数量", lowest=1, highest=12, value=3))
        card.body.addWidget(label(stretch("怎么处理"), "muted"))
        card.body.addWidget(Choice("怎么处理", [stretch("仅退款"), stretch("退货退款")]))
        card.body.addWidget(NoteBox("备注", hint=stretch("备注（可以不填）")))
        card.body.addStretch(1)
        return card

    def primary(self) -> QWidget:
        return self.search


class StatesSample(Page):
    """A page with the three states side by side, and every weight of button."""

    glyph = Glyph.BOOK
    invitation_glyph = Glyph.BOOK

    def __init__(self, desk: Desk, stretch: Stretch) -> None:
        self.title = stretch("日结")
        self.invitation = Answer(Tone.INFO, stretch("先点货"), stretch("点完货架再点钱，数不一样也能日结。"))
        super().__init__(desk)
        grid = QGridLayout()
        grid.setSpacing(SPACE_M)
        for at, panel in enumerate(self._panels(stretch)):
            card = Card()
            card.body.addWidget(panel)
            grid.addWidget(card, 0, at)
            grid.setColumnStretch(at, 1)
        self.column.addLayout(grid, 1)
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        for weight, word in zip(Weight, ("确认日结", "以后再说", "看明细", "撤销取货"), strict=True):
            row.addWidget(ActionButton(stretch(word), weight=weight))
        off = ActionButton(stretch("还不能按"))
        off.setEnabled(False)
        row.addWidget(off)
        row.addStretch(1)
        self.column.addLayout(row)

    def _panels(self, stretch: Stretch) -> tuple[StatePanel, ...]:
        empty, busy, error = StatePanel(), StatePanel(), StatePanel()
        empty.show_empty(stretch("没有未决差异"), stretch("今天的数都对上了。"), glyph=Glyph.CHECK)
        busy.show_busy(stretch("正在核对 3,214 条"), stretch("请稍等，不用重复操作。"))
        error.show_error(
            stretch("账单打不开"), stretch("这个文件不是表格。请换成平台导出的 xlsx。"), way_on="换个文件"
        )
        return empty, busy, error


class PlainSample(Page):
    """A page that only has a name."""

    def __init__(self, desk: Desk, *, title: str, glyph: Glyph) -> None:
        self.title, self.glyph = title, glyph
        super().__init__(desk)
        panel = StatePanel()
        panel.show_empty(f"“{title}”是样张", "这里由各房间的页面填上。", glyph=glyph)
        self.column.addWidget(panel)


def done_at_once(command: object) -> Future[Any]:
    """A writer for samples: it answers with the command itself."""
    future: Future[Any] = Future()
    future.set_result(command)
    return future


def sample_time() -> datetime:
    """The samples' clock stands still."""
    return datetime(2026, 11, 22, 0, 42, tzinfo=UTC).astimezone(timezone(timedelta(hours=8)))


def sample_window(stretch: Stretch = as_is) -> CounterWindow:
    """The counter with sample pages."""
    desk = Desk(done_at_once)
    heading = Heading(stretch(HEADING.shop), HEADING.day, HEADING.note)
    window = CounterWindow(desk, heading=heading, clock=sample_time)
    desk.setParent(window)
    window.add_page(ReceivingSample(desk, stretch))
    window.add_page(PickupSample(desk, stretch))
    for title, glyph in (("货架", Glyph.SHELF), ("售后", Glyph.BACK)):
        window.add_page(PlainSample(desk, title=stretch(title), glyph=glyph))
    window.add_page(StatesSample(desk, stretch))
    for title, glyph in (("对账", Glyph.CHECK), ("网络", Glyph.CLOUD), ("设置", Glyph.GEAR)):
        window.add_page(PlainSample(desk, title=stretch(title), glyph=glyph))
    window.show_count(0, 5)
    window.show_count(1, 38)
    window.show_standing(Standing(Network.ONLINE))
    return window


def _keep(answer: object) -> None:
    """Samples keep no answers."""


class _NoCamera:
    """The samples take no photos."""

    def photograph(self, over: QWidget, then: Callable[[bytes], None]) -> None:
        """Nothing is taken."""


def show_pages(window: CounterWindow, out: Path, name: str) -> None:
    """Pictures of the pages in their states."""
    for number, answer in enumerate(ANSWERS):
        window.show_page(0)
        receiving = cast(ReceivingSample, window.pages[0])
        window.desk.answer(answer)
        receiving.view.touch(f"TP00933-0{number + 3}")
        window.show_standing(_STANDINGS[number])
        grab(window, out / f"{name}-receiving-{answer.kind}.png")
    window.band.rest()
    for at, page in ((0, "rest"), (1, "pickup"), (2, "plain"), (4, "states")):
        if at:
            window.show_page(at)
        grab(window, out / f"{name}-{page}.png")


_STANDINGS: Final = (
    Standing(Network.ONLINE),
    Standing(Network.BEHIND, 12, timedelta(minutes=4)),
    Standing(Network.OFFLINE, 346, timedelta(hours=31)),
    Standing(Network.ONLINE, 2, timedelta(seconds=8), "电脑时间快 5 分钟，请校准"),
)


def show_sheets(window: CounterWindow, out: Path, name: str) -> None:
    """Pictures of the sheets."""
    reasons = ("点错了", "买家没拿走", "拿错商品", "数量不对", "代取的人弄错", "其他")
    window.show_page(1)
    sign = ask_signature(window, title="司机签字", sentence="退货袋 2 个，共 7 件，已交给司机。", then=_keep)
    sheets = [
        ("signature", sign),
        (
            "reason",
            ask_reason(window, title="为什么撤销？", sentence="会留下记录。", reasons=reasons, then=_keep),
        ),
        (
            "number",
            ask_number(window, title="到了几件？", sentence="沃柑 5斤装，应到 24 件。", value=24, then=_keep),
        ),
        (
            "confirm",
            confirm(
                window,
                title="现在日结吗？",
                sentence="还有 2 件短少没有处理。日结后会留到明天继续跟。",
                yes="日结",
                then=lambda: None,
            ),
        ),
        ("photo", ask_photo(window, title="拍下破损", camera=_NoCamera(), then=_keep)),
    ]
    for _, sheet in sheets:
        sheet.hide()
    for word, sheet in sheets:
        sheet.show()
        sheet.raise_()
        sheet.setFocus()
        if word == "number":
            sheet.say("")
        grab(window, out / f"{name}-sheet-{word}.png")
        sheet.cancel()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def main(arguments: list[str]) -> int:
    """Write all pictures into the folder named."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m app.ui.gallery OUTDIR\n")
        return 2
    out = Path(arguments[0])
    application = cast(QApplication, QApplication.instance() or QApplication(sys.argv[:1]))
    for size in TextSize:
        apply_theme(application, size)
        for width, height in SIZES:
            _show_size(out, f"{size}-{width}x{height}", width, height)
    apply_theme(application)
    sys.stdout.write(f"pictures in {out}\n")
    return 0


def _show_size(out: Path, name: str, width: int, height: int) -> None:
    for stretch, mark in ((as_is, ""), (doubled, "-doubled")):
        window = sample_window(stretch)
        window.resize(width, height)
        window.show()
        show_pages(window, out, name + mark)
        if not mark:
            show_sheets(window, out, name)
        window.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
