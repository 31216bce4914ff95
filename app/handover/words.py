"""What the counter says at the hand-over: answers, states of vans, balances, and the reason of a proposal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from app.domain import events as e
from app.domain import night as n
from app.domain.answers import Answer, Tone
from app.domain.clock import moment
from app.domain.codec import BadFact
from app.domain.goods import Zone
from app.domain.night import AssetCount, Link
from app.domain.refusals import Refused
from app.handover.actions import Adjusted, CameBack, CountRefused, Done, Handed, Sealed, TakenBack
from app.handover.queries import Happening, HolderRow, RunRow, ShortRow
from app.handover.rules import (
    DAY_MS,
    Age,
    Asset,
    Compared,
    Confirmed,
    Load,
    Proposal,
    Reason,
    Share,
    age_of,
    propose,
    shares,
)
from app.handover.ways import StepRow
from app.store.clashes import Clash

INVITATION = Answer(
    Tone.INFO, "交接", "选一辆关好门的车，请司机点数，按 F9 交接。扫车上任何一个筐也能找到车。"
)
ASSETS = {Asset.CRATE: "周转筐", Asset.ICE_BOX: "冷藏箱", Asset.PALLET: "托盘"}
ZONES = {Zone.FROZEN: "冷冻", Zone.CHILLED: "冷藏", Zone.FRESH: "生鲜", Zone.AMBIENT: "常温"}
LINKS = {
    Link.CENTRE: "中心仓",
    Link.TRUNK: "干线车",
    Link.STATION: "网格站",
    Link.DRIVER: "司机",
    Link.POINT: "自提点",
}
CONFIRMED = {
    Link.CENTRE: "中心仓预报",
    Link.TRUNK: "卸车",
    Link.STATION: "装筐",
    Link.DRIVER: "司机签收",
    Link.POINT: "自提点实收",
}
WHAT = {"crates": "周转筐", "boxes": "冷藏箱", "pieces": "件数"}
REFUSING = ("筐数不对", "箱数不对", "件数不对", "有筐破损", "封签断了", "其他")
ADJUSTING = ("清点不符", "丢失", "破损报废", "以前没记", "其他")


def clock_text(at_ms: int) -> str:
    """A moment with its day: 11月23日 09:30."""
    at = moment(at_ms)
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def hour_text(at_ms: int) -> str:
    """A time of day, "" for none."""
    return f"{moment(at_ms):%H:%M}" if at_ms else ""


def day_clock(seconds: int) -> str:
    """Seconds of a day as a time, "" for none."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}" if seconds else ""


def load_text(load: Load) -> str:
    """`12 筐 3 箱 186 件`, without what there is none of."""
    boxes = f"{load.boxes} 箱 " if load.boxes else ""
    return f"{load.crates} 筐 {boxes}{load.pieces} 件"


def assets_text(assets: Iterable[AssetCount]) -> str:
    """`周转筐 12、冷藏箱 3`."""
    return "、".join(f"{asset_name(one.asset)} {one.pieces}" for one in assets) or "没有"


def asset_name(asset: str) -> str:
    """A kind of returnable thing as people say it."""
    return ASSETS.get(Asset(asset), asset) if asset in set(Asset) else asset


# --- done --------------------------------------------------------------------------------------------------


def say(result: Done | Refused) -> Answer:
    """What to say about a result."""
    return refusal(result) if isinstance(result, Refused) else _DONE[type(result)](result)


def _handed(result: Handed) -> Answer:
    bags = f"，收到退货 {result.bags} 袋" if result.bags else ""
    sentence = f"{result.driver} 签收 {result.crates} 筐 {result.pieces} 件{bags}。交接单已存好，可以出车。"
    return Answer(Tone.OK, "交接好了", sentence, number=result.route, spoken="交接好了")


def _count_refused(result: CountRefused) -> Answer:
    sentence = f"{result.driver} 没有签，数不对已记下。找到原因后可以再点一次。"
    return Answer(Tone.LOOK, "没有交接", sentence, spoken="没有交接")


def _came_back(result: CameBack) -> Answer:
    what = f"收回 {result.things} 个" + (f"，退货 {result.bags} 袋" if result.bags else "")
    if result.owed:
        how = "少" if result.owed > 0 else "多"
        sentence = f"{result.driver} {what}；比各站收回的{how} {abs(result.owed)} 个，记在司机名下。"
        return Answer(Tone.LOOK, f"{how} {abs(result.owed)} 个", sentence, number=f"{result.things} 个")
    return Answer(Tone.OK, "收回来了", f"{result.driver} {what}，都记好了。", number=f"{result.things} 个")


def _adjusted(result: Adjusted) -> Answer:
    way = "加" if result.pieces > 0 else "减"
    sentence = f"{asset_name(result.asset)} {way} {abs(result.pieces)} 个，原因已记。错了按 Ctrl+Z 撤销。"
    return Answer(Tone.OK, "已调整", sentence, number=f"{result.pieces:+d}")


def _sealed(result: Sealed) -> Answer:
    if result.link is None:
        return Answer(Tone.LOOK, "还不能定", f"{result.why}证据先存好了，数齐了再定。")
    word = LINKS[result.link]
    return Answer(Tone.OK, f"建议{word}", f"{result.why}证据已签名存好。", number=f"{result.pieces} 件")


_UNDONE = {
    "HandedOver": "交接",
    "HandOverRefused": "拒签",
    "ReturnsReceived": "回站清点",
    "AssetsMoved": "调整",
}


def _taken_back(result: TakenBack) -> Answer:
    what = _UNDONE.get(result.kind, "上一步")
    return Answer(Tone.INFO, "已撤销", f"刚才的“{what}”撤销了，数都回到原来。", spoken="已撤销")


_DONE: dict[type, Callable[[Any], Answer]] = {
    Handed: _handed,
    CountRefused: _count_refused,
    CameBack: _came_back,
    Adjusted: _adjusted,
    Sealed: _sealed,
    TakenBack: _taken_back,
}


# --- refused -----------------------------------------------------------------------------------------------


def refusal(refused: Refused) -> Answer:
    """What to say about a refusal: what happened, and what to do."""
    tone, word, sentence = _REFUSALS[Reason(refused.reason)]
    about = dict(refused.about)
    if "at_ms" in about:
        about["at"] = clock_text(int(about["at_ms"]))
    if about.get("missing"):
        about["missing"] = CONFIRMED[Link(str(about["missing"]))]
    return Answer(tone, word, sentence.format_map(about), spoken=word)


_REFUSALS: dict[Reason, tuple[Tone, str, str]] = {
    Reason.NO_RUN: (Tone.WRONG, "没有这趟车", "这趟车不在今晚的车次里。请看装车页。"),
    Reason.OPEN: (Tone.LOOK, "还没关门", "{route} 还没有关门。请先到装车页关好车门，再来交接。"),
    Reason.HANDED: (Tone.INFO, "交接过了", "{route} 已在 {at} 交接。要重印交接单请按 F10。"),
    Reason.NOT_HANDED: (Tone.LOOK, "还没交接", "这趟车还没有交接，谈不上回站。请先在“交车”里交接。"),
    Reason.NO_DRIVER: (Tone.LOOK, "谁来签", "请填上司机的称呼，再签字。"),
    Reason.NO_SIGNATURE: (Tone.LOOK, "还没签字", "两边都签了才算交接。请签在框里。"),
    Reason.NO_COUNT: (Tone.LOOK, "还没点数", "请司机先点筐数，再填进来。"),
    Reason.DIFFERS: (
        Tone.WRONG,
        "数不一样",
        "司机点的和本站的不一样，不能签。请再点一次，或按 F12 记下拒签。",
    ),
    Reason.SAME: (Tone.INFO, "数是一样的", "两边的数一样，不用拒签。请按 Enter 去签字。"),
    Reason.CHANGED: (Tone.LOOK, "数变了", "刚才又有新的记录，数变了。请再看一眼，再按一次。"),
    Reason.NO_WHY: (Tone.LOOK, "为什么", "请选一个原因，以后才说得清。"),
    Reason.NOTHING_BACK: (Tone.INFO, "没有东西", "没有要收的筐和退货袋。"),
    Reason.NO_STOP: (Tone.LOOK, "先选站", "请先用 ↑ ↓ 选中退货袋是哪一站的，再扫袋。"),
    Reason.BAG_MISREAD: (Tone.WRONG, "袋码读错", "{bag} 没读对，没有记。请把标签摊平再扫一次。"),
    Reason.BAG_HERE: (Tone.LOOK, "袋收过了", "退货袋 {bag} 已在 {at} 收过，没有重复记。"),
    Reason.BAG_EMPTY: (Tone.LOOK, "袋里几件", "退货袋 {bag} 里有几件？请点清再填。"),
    Reason.NOT_A_BAG: (Tone.LOOK, "不是退货袋", "{bag} 不是退货袋的码。退货袋的码以 TH- 开头。"),
    Reason.BAD_COUNT: (Tone.WRONG, "数太大", "个数要在 1 到 {most} 之间。请重新填。"),
    Reason.SAME_HOLDER: (Tone.INFO, "不用调", "本站的数由别人的增减带出来，不用调。请选司机或自提点。"),
    Reason.NOT_ON_VAN: (Tone.WRONG, "不在这车", "{crate} 不在这辆车上。请放到它自己的车：{route}。"),
    Reason.NOT_A_CRATE: (Tone.WRONG, "不认识", "今晚没有 {crate} 这个筐。请看是不是扫错了。"),
    Reason.ALL_HERE: (Tone.OK, "筐都在", "这车的筐都扫到了。请司机再点一次。"),
    Reason.UNDECIDED: (Tone.LOOK, "还不能定", "少了“{missing}”这个数，分不清在谁手里少的。等数齐了再定。"),
    Reason.NO_LOT: (Tone.WRONG, "没有这批货", "今晚的清单里没有这批货，可能刚更新过。请重新选一行。"),
    Reason.NOTHING_TO_UNDO: (Tone.INFO, "没有可撤销的", "这一页没有刚做完、可以撤销的事。"),
    Reason.RECEIVED: (Tone.WRONG, "撤销不了", "已经有自提点签收，或司机已经回站，这次交接撤销不了。"),
}

CANNOT_SAVE = Answer(
    Tone.WRONG,
    "没有存上",
    "文件写不进文件夹。请看磁盘是不是满了，或那个 PDF 是不是还开着。",
    spoken="没有存上",
)
BAD_EVIDENCE = Answer(
    Tone.WRONG, "对不上", "这个文件和签名对不上，可能被改过或没传完，不能作证。请让对方重发原件。"
)
PICK_A_ROW = Answer(Tone.INFO, "先选一行", "请用 ↑ ↓ 选中一行，再按一次。")


def clash(found: Clash, *, route: str) -> str:
    """One sentence for something of this desk that another desk had done before."""
    who = found.winner_operator or "另一台电脑"
    when = f" {hour_text(found.winner_ms)}" if found.winner_ms else ""
    if found.kind == "HandedOver":
        return f"{route}：{who}{when} 已经交接过，本机这次不算。请核对是谁开走的、签的是哪一张。"
    return f"{route}：{who}{when} 已经收过回站的东西，本机这次不算。请核对袋子在哪里。"


# --- states ------------------------------------------------------------------------------------------------


def run_state(row: RunRow) -> tuple[str, Tone]:
    """A van's state as a chip."""
    if row.handed_ms:
        if row.short:
            return f"短少 {row.short} 件", Tone.WRONG
        return ("都签收了", Tone.OK) if row.done else ("在路上", Tone.INFO)
    if not row.closed_ms:
        return "没关门", Tone.INFO
    return (f"拒签 {row.refused} 次", Tone.WRONG) if row.refused else ("等交接", Tone.LOOK)


def about_run(row: RunRow, silent: Sequence[str]) -> str:
    """What is to be known about a van below the list; ``silent`` are its points without a receipt."""
    if row.handed_ms and not silent:
        return "各站都回执了。"
    if row.handed_ms:
        more = f"等 {len(silent)} 站" if len(silent) > MOST_NAMES else ""
        return f"还没有回执：{'、'.join(silent[:MOST_NAMES])}{more}。"
    if row.refused:
        return f"司机点过 {row.refused} 次没有签。可以再点。"
    return "先请司机点数，点完才看得到本站的数。" if row.closed_ms else "装车页关好门就能交接。"


MOST_NAMES = 3


def back_state(row: RunRow) -> tuple[str, Tone]:
    """Whether a driver has come back."""
    return (f"{hour_text(row.back_ms)} 已回", Tone.OK) if row.back_ms else ("没回站", Tone.LOOK)


def age_state(row: HolderRow, *, now_ms: int) -> tuple[str, Tone]:
    """How long the oldest thing is out."""
    if not row.oldest_ms:
        return "多还了", Tone.LOOK
    if row.oldest_ms < 0:
        return "很久了", Tone.WRONG
    days = max(0, now_ms - row.oldest_ms) // DAY_MS
    tones = {Age.FRESH: Tone.INFO, Age.OLD: Tone.LOOK, Age.TOO_OLD: Tone.WRONG}
    word = "今天" if days == 0 else f"{days} 天"
    return word, tones[age_of(row.oldest_ms, now_ms=now_ms)]


def step_text(step: StepRow, holder: str, name: str) -> str:
    """One line of a holder's history; ``name`` is the other end's."""
    came = step.target == holder
    what = assets_text(step.assets)
    note = f"（{step.note}）" if step.note else ""
    return f"{'从' if came else '还给'}{name}{'拿来' if came else ''}　{what}{note}"


def difference_text(lines: Sequence[Compared]) -> str:
    """What differs between two counts, in one sentence."""
    said = [
        f"{WHAT[line.what]}{'少' if (line.counted or 0) < line.booked else '多'}"
        f" {abs((line.counted or 0) - line.booked)}"
        for line in lines
        if not line.agrees
    ]
    return f"司机点的{'，'.join(said)}。" if said else "两边的数一样。"


def agreed_text(lines: Sequence[Compared]) -> str:
    """Two equal counts, in one sentence."""
    counted = [f"{WHAT[line.what]} {line.booked}" for line in lines if line.counted is not None]
    rest = [f"{WHAT[line.what]}没点，账上 {line.booked}" for line in lines if line.counted is None]
    return f"两边都是：{'、'.join(counted)}。" + "".join(f"{one}。" for one in rest)


# --- blame -------------------------------------------------------------------------------------------------


def chain_text(chain: Iterable[Confirmed]) -> str:
    """The counts from the centre to the point: 10→10→8→8→？."""
    return "→".join("？" if one.pieces is None else str(one.pieces) for one in chain)


def chain_sentence(chain: Iterable[Confirmed]) -> str:
    """The counts with their names."""
    said = [f"{CONFIRMED[one.link]} {'？' if one.pieces is None else one.pieces}" for one in chain]
    return " → ".join(said)


def blame_state(row: ShortRow) -> tuple[str, Tone]:
    """Who is proposed for a shortage, as a chip; what has been recorded is calm."""
    found = propose(row.chain)
    if isinstance(found, Refused):
        return "还不能定", Tone.LOOK
    word = LINKS[found.link]
    return (f"已定 {word}", Tone.OK) if row.proposed == found.link else (f"建议 {word}", Tone.WRONG)


_WHERE = {
    Link.TRUNK: "货在干线车上时少的",
    Link.STATION: "货进筐以前、在本站时少的",
    Link.DRIVER: "货还在本站、没有交给司机",
    Link.POINT: "货在司机车上时少的",
}


def reason(chain: Sequence[Confirmed]) -> str:
    """Why a link is proposed (or none can be), in one sentence."""
    found = propose(chain)
    falls = shares(chain)
    if isinstance(found, Proposal):
        return f"{_fall(falls[0])}：{_WHERE[found.share.at.link]}。{_further(falls[1:])}"
    if falls:
        missing = "、".join(CONFIRMED[link] for link in falls[0].silent)
        return f"{_fall(falls[0])}，中间缺“{missing}”的数，分不清在谁手里少的。"
    waiting = next((one.link for one in chain if one.pieces is None), None)
    if waiting is None:
        return "各环节的数都对得上，看不出少在哪里。"
    return f"到现在各环节的数都一样，还缺“{CONFIRMED[waiting]}”的数。"


def _fall(share: Share) -> str:
    before, at = share.before, share.at
    return f"{CONFIRMED[before.link]} {before.pieces} 件，{CONFIRMED[at.link]} {at.pieces} 件，少 {share.pieces} 件"


def _further(falls: Sequence[Share]) -> str:
    rest = sum(share.pieces for share in falls)
    return f"后面还少 {rest} 件，另外再看。" if rest else ""


def verified(fingerprint: str, *, lot: str, facts: int, chained: int) -> Answer:
    """A signed file was checked and is whole."""
    sentence = f"货号 {lot} 的 {facts} 条记录一字没改，{chained} 条在签名方的链上。站码 {fingerprint}，请和对方核对。"
    return Answer(Tone.OK, "没有改过", sentence)


# --- a lot's history ---------------------------------------------------------------------------------------


def happened(happening: Happening) -> str:
    """One line of a lot's history, as a reader who knows no program would put it."""
    try:
        fact = happening.recorded.fact()
    except BadFact:
        return "（这个版本看不懂的记录）"
    sentence = _SENTENCES.get(type(fact))
    said = sentence(fact, happening.pieces) if sentence else type(fact).__name__
    return f"{said}（后来撤回）" if happening.taken_back else said


def _noted(note: str) -> str:
    return f"，备注：{note}" if note else ""


def _place(text: str) -> str:
    kind, _, name = text.partition(":")
    return {"dock": "站台", "trunk": "干线车", "crate": "筐"}.get(kind, kind) + (f" {name}" if name else "")


_SENTENCES: dict[type, Callable[[Any, int], str]] = {
    n.TruckAnnounced: lambda f, _: (
        f"平台预告干线车 {f.trip}，车牌 {f.plate or '没说'}，铅封 {f.seal or '没说'}"
    ),
    n.PalletAnnounced: lambda f, p: f"平台预报托盘 {f.number}（{f.pallet}），这批货 {p} 件",
    n.TruckArrived: lambda f, _: (
        f"干线车 {f.trip} 到站，车牌 {f.plate or '没记'}，铅封 {f.seal or '没记'}{_noted(f.note)}"
    ),
    n.UnloadingBegan: lambda f, _: f"开始卸车 {f.trip}",
    n.UnloadingEnded: lambda f, _: f"卸车完成 {f.trip}",
    n.ContainersUnloaded: lambda f, p: f"扫 {f.label} 卸下，这批货 {p} 件",
    n.PiecesMissed: lambda f, p: f"发现短少 {p} 件（{_place(f.origin)}）{_noted(f.note)}",
    n.PiecesFound: lambda f, p: f"找到 {p} 件，放回站台",
    n.PiecesDamaged: lambda f, p: f"破损 {p} 件（{_place(f.origin)}）{_noted(f.note)}",
    n.Sorted: lambda f, p: f"分拣 {p} 件进筐 {f.crate}",
    n.Resorted: lambda f, p: f"从筐 {f.origin} 拿出 {p} 件，{f'放进 {f.crate}' if f.crate else '放回站台'}",
    n.CrateOpened: lambda f, _: f"筐 {f.crate} 放到格口 {f.slot}",
    n.CrateSealed: lambda f, _: f"筐 {f.crate} 封筐，全筐 {f.pieces} 件",
    n.CrateUnsealed: lambda f, _: f"筐 {f.crate} 拆封：{f.reason}",
    n.CrateRelabelled: lambda f, p: f"筐 {f.crate} 换成 {f.into}，带过去 {p} 件",
    n.CrateChecked: lambda f, _: f"复核筐 {f.crate}：账上 {f.booked} 件，点得 {f.counted} 件",
    n.CrateLoaded: lambda f, _: f"筐 {f.crate} 装上 {f.run}{_noted(f.reason)}",
    n.CrateTakenOff: lambda f, _: f"筐 {f.crate} 从 {f.run} 拿下{_noted(f.reason)}",
    n.VanClosed: lambda f, _: f"{f.run} 关门：{f.crates} 筐 {f.pieces} 件{_noted(f.reason)}",
    n.VanReopened: lambda f, _: f"{f.run} 重新开门：{f.reason}",
    n.HandedOver: lambda f, _: f"{f.run} 交给 {f.driver}，双方签字：{f.crates} 筐 {f.pieces} 件",
    n.HandOverRefused: lambda f, _: (
        f"{f.driver} 没有签：本站 {f.crates} 筐 {f.pieces} 件，"
        f"司机点 {f.counted_crates} 筐 {f.counted_pieces} 件，{f.why}"
    ),
    n.PointReceipt: lambda f, p: f"自提点 {f.point} 回执，这批货 {p} 件{_short_in(f)}",
    n.LiabilityProposed: lambda f, _: f"责任建议：{LINKS[f.link]}，{f.pieces} 件。{f.why}",
    e.Undone: lambda f, _: f"撤销记录 {f.of}：{f.reason}",
    e.Voided: lambda f, _: f"平台作废记录 {f.of}：{f.reason}",
}


def _short_in(fact: n.PointReceipt) -> str:
    short = sum(count.pieces for count in fact.short)
    return f"（这次回执共短少 {short} 件）" if short else ""
