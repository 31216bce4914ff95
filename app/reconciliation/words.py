"""The close in the user's words: what was done or refused, what differs, how it ended, and what a day waits for."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from app.domain.answers import Answer, Tone
from app.domain.clock import days_between, moment
from app.domain.money import yuan
from app.domain.refusals import Refused
from app.reconciliation.actions import (
    Appealed,
    BillsMatched,
    BillTaken,
    CashNoted,
    Closed,
    DrawerCounted,
    Noted,
    PeoplePurged,
    Settled,
    SlotCounted,
)
from app.reconciliation.night_trail import NIGHT_WORDS
from app.reconciliation.rules import (
    BILL,
    CASH,
    SHELF,
    TRANSIT,
    How,
    Liable,
    MatchLine,
    Reason,
    Stage,
    Still,
    bill_gap,
)

HOW_WORDS: dict[str, str] = {
    How.FOUND: "找到了",
    How.HANDED: "取走了没点",
    How.SHORT: "来货就少",
    How.DAMAGED: "坏了",
    How.MISPLACED: "放错货位",
    How.SURPLUS: "多出来的",
    How.PAID: "平台补了",
    How.RETURNED: "退回站点",
    How.BORNE: "本店承担",
    How.KEPT: "先收着",
    How.MATCHED: "自动对上",
    How.RECOUNTED: "重点对上",
    "arrived": "后来到了",
    "undone": "已撤销",
}
STILL_WORDS = {
    Still.CLOSE: "还没日结",
    Still.TIME: "未满账期",
    Still.BILL: "等账单",
    Still.DIFFERENCES: "有差异",
    Still.VAN: "车上没收完",
}
STAGE_WORDS = {
    Stage.OPEN: ("未日结", Tone.LOOK),
    Stage.CLOSED: ("已日结", Tone.INFO),
    Stage.FINAL: ("已确定", Tone.OK),
}
LIABLE_WORDS = {
    Liable.NOBODY: "对得上",
    Liable.STATION: "站点少装",
    Liable.CARRIER: "路上少了",
    Liable.POINT: "本店少了",
}
DEDUCTION_WORDS = {
    "taken": ("可申诉", Tone.LOOK),
    "appealed": ("申诉中", Tone.INFO),
    "returned": ("已退回", Tone.OK),
    "kept": ("没退", Tone.INFO),
}
CORRECTION_WORDS = {
    "received": "签收",
    "handed_out": "取走",
    "returned": "退回",
    "here": "还在店里",
    "commission_fen": "佣金",
}
KIND_WORDS = NIGHT_WORDS | {
    "PolicySet": "平台规则",
    "GoodsAnnounced": "到货清单",
    "StationSent": "站点发货",
    "RulingGiven": "售后裁定",
    "BillIssued": "平台账单",
    "Deducted": "平台扣款",
    "AppealDecided": "申诉结果",
    "ReturnsAcknowledged": "退货回执",
    "Voided": "平台撤回",
    "VanArrived": "到车",
    "CrateReceived": "整筐签收",
    "GoodsReceived": "逐件签收",
    "ShortFound": "记短少",
    "ShortArrived": "短少补到",
    "OverFound": "记多发",
    "DamageFound": "记破损",
    "Shelved": "换货位",
    "ReceivingEnded": "收货完成",
    "PickedUp": "取货",
    "Undone": "撤销",
    "ReminderCopied": "复制提醒",
    "PhoneRevealed": "查看手机号",
    "PeopleErased": "清除买家信息",
    "ProxyOrdered": "代下单",
    "ClaimOpened": "售后申请",
    "GoodsBagged": "装退货袋",
    "BagSealed": "封退货袋",
    "BagTaken": "退货交接",
    "CashMoved": "钱箱进出",
    "ShelfCounted": "点货架",
    "CashCounted": "点钱箱",
    "DifferenceNamed": "记差异",
    "DifferenceClosed": "差异了结",
    "DayClosed": "日结",
    "DeductionAppealed": "扣款申诉",
    "VanSet": "车辆资料",
    "VanRetired": "停用车辆",
    "DriverSet": "司机资料",
    "DriverRetired": "停用司机",
    "StopSet": "点位资料",
    "StopRetired": "停用点位",
    "RouteTableSet": "固定线路表",
    "RideRuleSet": "同车规则",
    "RideRuleDropped": "取消同车规则",
    "PlanAdopted": "采用线路",
    "ArrivalNoted": "到点时间",
}
"""What each kind of fact is called in the audit trail."""

_BILL_NOTES = {"missing": "账单漏了", "pieces": "账单件数不对", "amount": "账单佣金不对", "stray": "账单多了"}


# --- naming things -----------------------------------------------------------------------------------------


def day_word(day: str) -> str:
    """``2026-11-22`` → ``11月22日``."""
    return f"{int(day[5:7])}月{int(day[8:10])}日"


def about_word(about: str, *, note: str = "", pieces: int = 0, fen: int = 0) -> str:
    """What a difference is about, in a few characters."""
    if about.startswith(SHELF):
        return f"货位 {about.removeprefix(SHELF)} {'少' if pieces < 0 else '多'}了"
    if about.startswith(BILL):
        return _BILL_NOTES.get(note, "账单不符")
    if about == CASH:
        return "钱箱短款" if fen < 0 else "钱箱长款"
    return {TRANSIT: "车上没收完", "short": "到货短少", "over": "到货多发", "damaged": "到货破损"}.get(
        about, about
    )


def amount_word(pieces: int, fen: int) -> str:
    """Pieces and fen with their signs, whichever there are."""
    parts = [f"{pieces:+d} 件"] if pieces else []
    if fen:
        parts.append(("+" if fen > 0 else "") + yuan(fen))
    return " · ".join(parts) or "0"


def size_word(about: str, pieces: int, fen: int) -> str:
    """How large a difference is; what its name says to be short or over needs no sign."""
    return f"{pieces} 件" if about in ("short", "over", "damaged") else amount_word(pieces, fen)


def goods_word(product: str, note: str) -> str:
    """What a difference's goods are, and what somebody noted; marks of our own are not shown."""
    told = "" if note in _OWN_NOTES else note
    return f"{product}（{told}）" if product and told else product or told or "—"


_OWN_NOTES = frozenset({"count", "in_van", "日结发现", *_BILL_NOTES})


def gap_word(found: int, expected: int, unit: str = "件") -> str:
    """How a count compares: 一样, 少 2 件, 多 1 件."""
    off = found - expected
    return "一样" if not off else f"{'少' if off < 0 else '多'} {abs(off)} {unit}"


def money_gap_word(found_fen: int, expected_fen: int) -> str:
    """How counted cash compares: 一样, 少 ¥5.00."""
    off = found_fen - expected_fen
    return "一样" if not off else f"{'少' if off < 0 else '多'} {yuan(abs(off))}"


def rate_word(basis_points: int) -> str:
    """``1000`` → ``10%``, ``850`` → ``8.5%``."""
    return f"{basis_points / 100:g}%"


def deadline_word(deadline_ms: int, now_ms: int) -> tuple[str, Tone]:
    """How long a difference may still be claimed."""
    if not deadline_ms:
        return "", Tone.INFO
    left = deadline_ms - now_ms
    if left <= 0:
        return "已过申报期", Tone.WRONG
    hours, minutes = left // 3_600_000, left // 60_000 % 60
    text = f"剩 {hours // 24} 天" if hours >= 48 else f"剩 {hours} 时 {minutes} 分"
    return text, Tone.LOOK if hours < 4 else Tone.INFO


def age_word(day: str, today: str) -> str:
    """How long something has been open."""
    days = days_between(day, today)
    return "今天" if days <= 0 else f"{days} 天了"


def verdict(line: MatchLine) -> str:
    """What the three books say of a line together."""
    gap = bill_gap(line)
    if line.in_van and line.liable is Liable.NOBODY:
        return "还没收"
    return about_word(BILL, note=gap.about) if gap else LIABLE_WORDS[line.liable]


def verdict_tone(line: MatchLine) -> Tone:
    """The chip's tone for it."""
    return Tone.OK if line.agrees and not line.in_van else Tone.INFO if line.agrees else Tone.LOOK


# --- what was done -----------------------------------------------------------------------------------------


@singledispatch
def answer(done: Any) -> Answer:
    """What the counter says after a command."""
    raise TypeError(f"no words for {type(done).__name__}")


@answer.register
def _(done: SlotCounted) -> Answer:
    if done.counted == done.expected:
        return Answer(
            Tone.OK, "对上了", f"货位 {done.slot} 有 {done.counted} 件，和账上一样。", str(done.counted)
        )
    off = gap_word(done.counted, done.expected)
    sentence = f"货位 {done.slot} 点到 {done.counted} 件，账上 {done.expected} 件。再数一遍，或者往下点，差异会记着。"
    return Answer(Tone.LOOK, off, sentence, str(done.counted))


@answer.register
def _(done: DrawerCounted) -> Answer:
    if done.counted_fen == done.expected_fen:
        return Answer(Tone.OK, "对上了", f"钱箱里 {yuan(done.counted_fen)}，和账上一样。")
    off = money_gap_word(done.counted_fen, done.expected_fen)
    sentence = (
        f"点到 {yuan(done.counted_fen)}，账上 {yuan(done.expected_fen)}。可以再点一遍；日结时会记成差异。"
    )
    return Answer(Tone.LOOK, off, sentence)


@answer.register
def _(done: CashNoted) -> Answer:
    verb = "放进" if done.fen > 0 else "拿出"
    sentence = f"钱箱{verb} {yuan(abs(done.fen))}（{done.why}），已记下。"
    return Answer(Tone.OK, f"已{verb}", sentence)


@answer.register
def _(done: Settled) -> Answer:
    left = f"还剩 {done.left} 件没有着落。" if done.left else "这笔差异了结了。"
    return Answer(Tone.OK, HOW_WORDS[done.how], f"已记下：{HOW_WORDS[done.how]}。{left}")


@answer.register
def _(done: Noted) -> Answer:
    return Answer(Tone.INFO, "先留着", f"已写上“{done.note}”。这笔差异会留到了结为止。")


@answer.register
def _(done: BillsMatched) -> Answer:
    if done.named:
        return Answer(
            Tone.LOOK, "账单有出入", f"账单和本店的账有 {done.named} 行不一样，已列进差异，可以找平台补。"
        )
    ended = f"，{done.ended} 笔旧差异对上了" if done.ended else ""
    return Answer(Tone.OK, "账单对上了", f"平台账单和本店的账一样{ended}。")


@answer.register
def _(done: BillTaken) -> Answer:
    rest = (
        f"有 {done.matched.named} 行和本店的账不一样，已列进差异。"
        if done.matched.named
        else "和本店的账一样。"
    )
    sentence = f"{day_word(done.day)}的账单收好了，{done.lines} 行，佣金 {yuan(done.commission_fen)}，{rest}"
    return Answer(Tone.LOOK if done.matched.named else Tone.OK, "账单已导入", sentence)


@answer.register
def _(done: Appealed) -> Answer:
    sentence = f"{yuan(done.fen)} 的扣款已提出申诉，联网后发给平台；结果会显示在这里。"
    return Answer(Tone.OK, "已申诉", sentence)


@answer.register
def _(done: PeoplePurged) -> Answer:
    if not done.people:
        return Answer(Tone.INFO, "不用清除", "没有到期的买家信息。")
    return Answer(Tone.OK, "已清除", f"{done.people} 位买家的姓名和手机号到期了，已从这台电脑清除。")


@answer.register
def _(done: Closed) -> Answer:
    day = day_word(done.fact.day)
    notes = [
        f"{done.fact.open_differences} 笔差异会留着跟到了结" if done.fact.open_differences else "账都对上了",
        f"{done.uncounted_slots} 个货位没点" if done.uncounted_slots else "",
        "钱箱没点" if done.cash_counted is None else "",
        f"清除了 {done.purged} 位到期的买家信息" if done.purged else "",
    ]
    return Answer(Tone.OK, "日结好了", f"{day}结好了：{'，'.join(note for note in notes if note)}。辛苦了！")


# --- what was refused --------------------------------------------------------------------------------------


@answer.register
def _(done: Refused) -> Answer:
    about = done.about
    word, sentence, tone = _REFUSALS[Reason(done.reason)]
    filled = sentence.format_map({"most": "", **about, "day": day_word(str(about.get("day", "2000-01-01")))})
    return Answer(tone, word, filled)


_REFUSALS: dict[Reason, tuple[str, str, Tone]] = {
    Reason.ALREADY_CLOSED: ("已经日结", "{day}已经结过了，不用再结。之后的变动会自动记成更正。", Tone.LOOK),
    Reason.NOT_YET: ("还没到", "{day}还没到，不能先结。请核对电脑的日期。", Tone.WRONG),
    Reason.BAD_COUNT: ("数不对", "件数要在 0 到 {most} 之间，没有记上。请重新输入。", Tone.WRONG),
    Reason.BAD_AMOUNT: ("金额不对", "金额要大于 0、不超过 10 万元，没有记上。请重新输入。", Tone.WRONG),
    Reason.NO_SLOT: ("没有货位", "没有说是哪个货位。请先选货位，或扫货位标签。", Tone.LOOK),
    Reason.DIFFERENCE_UNKNOWN: ("找不到", "这笔差异不在账上了，请看最新的列表。", Tone.LOOK),
    Reason.DIFFERENCE_CLOSED: ("已了结", "这笔差异已经了结，不用再处理。", Tone.LOOK),
    Reason.WRONG_WAY: ("不合适", "这笔差异不能这样了结，请换一个办法。", Tone.WRONG),
    Reason.LOT_NEEDED: ("是哪件？", "请先选是哪一件商品。", Tone.LOOK),
    Reason.NOT_THAT_MANY: (
        "没那么多",
        "账上最多只有 {most} 件可以这样记，没有记上。请改件数或换商品。",
        Tone.WRONG,
    ),
    Reason.DEDUCTION_UNKNOWN: ("找不到", "这笔扣款不在账上了，请看最新的列表。", Tone.LOOK),
    Reason.APPEALED: ("申诉过了", "这笔扣款已经在申诉，请等平台的结果。", Tone.LOOK),
    Reason.DECIDED: ("有结果了", "平台已经给了结果，不能再申诉。", Tone.LOOK),
    Reason.NO_NOTE: ("写一句", "请写一句说明，再确定。", Tone.LOOK),
    Reason.BILL_EMPTY: ("账单是空的", "这个账单里没有一行，没有导入。请换一个文件。", Tone.WRONG),
    Reason.BILL_UNREADABLE: (
        "打不开",
        "这个文件打不开，或者正被别的程序占着，没有导入。请关掉表格软件再试。",
        Tone.WRONG,
    ),
    Reason.BILL_NO_TABLE: (
        "不是表格",
        "这个文件不是表格，没有导入。请选平台导出的 xlsx 或 csv 文件。",
        Tone.WRONG,
    ),
    Reason.BILL_OLD_EXCEL: (
        "格式太旧",
        "这是旧的 xls 或加了密码的表格，没有导入。请另存为 xlsx 再来。",
        Tone.WRONG,
    ),
    Reason.BILL_BROKEN: ("文件不完整", "这个文件没有下载完整，没有导入。请重新下载账单。", Tone.WRONG),
    Reason.BILL_CUT: (
        "缺了一截",
        "第 {row} 行缺了后面的格子，文件可能没下完，没有导入。请重新下载。",
        Tone.WRONG,
    ),
    Reason.BILL_TOO_BIG: ("文件太大", "这个文件太大，不像一天的账单，没有导入。请按天导出再来。", Tone.WRONG),
    Reason.BILL_COLUMNS: (
        "缺列",
        "表里找不到“{columns}”这几列，没有导入。请选对列，或换一个文件。",
        Tone.WRONG,
    ),
    Reason.BILL_TWICE: (
        "有重复",
        "第 {row} 行的“{lot}”前面已经有了，整份都没有导入。请删掉重复的再来。",
        Tone.WRONG,
    ),
    Reason.BILL_NUMBER: (
        "数不对",
        "第 {row} 行的{column}“{value}”不对，整份都没有导入。请改好再来。",
        Tone.WRONG,
    ),
    Reason.BILL_CODE: (
        "单号变形",
        "第 {row} 行的单号被表格软件改成了“{value}”，没有导入。请把那一列设成文本，再导出一次。",
        Tone.WRONG,
    ),
    Reason.BILL_LINE: ("账单有错", "账单里“{lot}”这一行的数不对，整份都没有导入。请改好再来。", Tone.WRONG),
}


NO_PLATFORMS = Answer(Tone.LOOK, "还没有平台", "还没收到平台的规则，不知道账单是谁的。请先联网登记。")


def no_appeal(state: str, note: str) -> Answer:
    """A deduction that cannot be appealed any more."""
    told = f"（{note}）" if note else ""
    return Answer(Tone.INFO, state, f"这笔扣款{state}{told}，不用再申诉。")


def saved(path: str) -> Answer:
    """Where a paper lies."""
    return Answer(Tone.OK, "存好了", f"已存到 {path}")


def not_saved(name: str) -> Answer:
    """A paper that could not be written."""
    return Answer(Tone.WRONG, "没存上", f"“{name}”写不进去：可能正开着，或者磁盘满了。请关掉它再存一次。")


def bill_sentence(lines: int, fen: int) -> str:
    """What a bill's file holds."""
    return f"读到 {lines} 行，佣金 {yuan(fen)}。"


def device_word(device: str) -> str:
    """Who recorded a fact where no operator is known."""
    return "平台" if device.startswith("@") else "本店"


def clock_word(at_ms: int) -> str:
    """The time of day of a millisecond count, ``08:05``."""
    return f"{moment(at_ms):%H:%M}"
