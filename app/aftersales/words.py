"""What the counter says after a sale: an answer for everything done or refused, and the words of lists and papers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.aftersales.actions import Bagged, ClaimMade, ClaimWithdrawn, Done, Sealed, Taken, TakenOut
from app.aftersales.queries import BagRow, ClaimRow, Happening
from app.aftersales.rules import Age, Confirmed, Link, Reason, age_of, liable
from app.domain import events as e
from app.domain.answers import Answer, Tone
from app.domain.clock import day_after, moment
from app.domain.codec import BadFact
from app.domain.events import Remedy, Why
from app.domain.goods import Count
from app.domain.money import yuan
from app.domain.places import Kind, Place
from app.domain.refusals import Refused

WHY = {Why.MISSING: "少了", Why.SPOILED: "坏了", Why.WRONG: "发错", Why.UNWANTED: "不想要"}
WHY_LONG = {
    Why.MISSING: "少了没拿到",
    Why.SPOILED: "坏了或变质",
    Why.WRONG: "发错了货",
    Why.UNWANTED: "不想要了",
}
REMEDY = {Remedy.REFUND_ONLY: "仅退款", Remedy.RETURN: "退货退款"}
GOODS_WHY = {
    "damaged": "破损",
    "surplus": "多发",
    "overdue": "滞留",
    **{str(why): word for why, word in WHY.items()},
}
LINK = {
    Link.PLATFORM: "平台/中心仓",
    Link.STATION: "网格站",
    Link.DRIVER: "司机在途",
    Link.POINT: "本店",
    Link.BUYER: "取货之后",
}
COUNTED = {
    Link.PLATFORM: "平台报",
    Link.STATION: "网格站发",
    Link.DRIVER: "到店好货",
    Link.POINT: "本店交出",
    Link.BUYER: "买家认可",
}
INVITATION = Answer(Tone.INFO, "找到那一件", "扫取件码或商品条码，也可以输入尾号、姓名、首字母。")


# --- time --------------------------------------------------------------------------------------------------


def span(ms: int) -> str:
    """A stretch of time in its two largest units: ``2天3小时``, ``5小时20分``, ``8分钟``."""
    minutes = max(0, ms) // 60_000
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days}天{hours}小时" if hours else f"{days}天"
    if hours:
        return f"{hours}小时{rest}分" if rest else f"{hours}小时"
    return f"{rest}分钟" if rest else "不到1分钟"


def hours_span(hours: int) -> str:
    """A window's length as people say it: ``24小时``, ``7天``."""
    return f"{hours // 24}天" if hours % 24 == 0 and hours > 48 else f"{hours}小时"


def time_left(until_ms: int, *, now_ms: int) -> str:
    """``还剩 5小时20分``, or ``已过 2小时`` once it is over."""
    return f"还剩 {span(until_ms - now_ms)}" if until_ms >= now_ms else f"已过 {span(now_ms - until_ms)}"


def clock(at_ms: int, *, now_ms: int) -> str:
    """A moment as people say it: ``今天 18:30``, ``昨天 09:05``, ``11月3日 18:30``."""
    then = moment(at_ms)
    return f"{_near_day(at_ms, now_ms) or f'{then.month}月{then.day}日'} {then:%H:%M}"


def short_clock(at_ms: int, *, now_ms: int) -> str:
    """The same for a narrow column: ``今天 18:30``, ``11-03 18:30``."""
    then = moment(at_ms)
    return f"{_near_day(at_ms, now_ms) or f'{then:%m-%d}'} {then:%H:%M}"


def short_left(until_ms: int, *, now_ms: int) -> str:
    """What is left in one unit, for a narrow column: ``剩 6天``, ``剩 20小时``, ``已过时限``."""
    left = until_ms - now_ms
    if left < 0:
        return "已过时限"
    hours = left // 3_600_000
    return (
        f"剩 {hours // 24}天" if hours >= 48 else f"剩 {hours}小时" if hours else f"剩 {left // 60_000}分钟"
    )


def _near_day(at_ms: int, now_ms: int) -> str:
    today = moment(now_ms).date().isoformat()
    names = {today: "今天", day_after(today, 1): "明天", day_after(today, -1): "昨天"}
    return names.get(moment(at_ms).date().isoformat(), "")


# --- answers -----------------------------------------------------------------------------------------------


def say(result: Done | Refused, *, now_ms: int) -> Answer:
    """The answer to whatever a command of this room led to."""
    if isinstance(result, Refused):
        return _say_refused(result, now_ms=now_ms)
    return _say_done(result, now_ms=now_ms)


def _say_done(done: Done, *, now_ms: int) -> Answer:
    match done:
        case ClaimMade():
            return _say_claim(done, now_ms=now_ms)
        case ClaimWithdrawn(claim=claim, product=product, bag=bag, from_shelf=from_shelf):
            back = "放回货架" if from_shelf else "还给买家"
            goods = f"货从袋 {bag} 拿出来，{back}。" if bag else ""
            return Answer(
                Tone.OK, "已撤回", f"“{product}”的申请 {claim} 撤回了。{goods}", spoken="申请已撤回"
            )
        case Bagged(bag=bag, product=product, pieces=pieces, in_bag=in_bag):
            sentence = f"“{product}”{pieces} 件装进袋 {bag}，共 {in_bag} 件。"
            return Answer(Tone.OK, "已装袋", sentence, number=f"{in_bag}件", spoken=f"已装袋，共{in_bag}件")
        case TakenOut(bag=bag, product=product, pieces=pieces, in_bag=in_bag):
            return Answer(
                Tone.OK,
                "已取出",
                _taken_out(done, f"“{product}”{pieces} 件从袋 {bag} 拿出来了"),
                f"{in_bag}件",
            )
        case Sealed(bag=bag, pieces=pieces):
            sentence = f"袋 {bag} 封好了，共 {pieces} 件，不能再装。等司机来取，当面签字。"
            return Answer(Tone.OK, "已封袋", sentence, number=f"{pieces}件", spoken=f"已封袋，共{pieces}件")
        case Taken(bags=bags, pieces=pieces, driver=driver):
            sentence = f"{driver}取走 {len(bags)} 袋共 {pieces} 件，签字已存，等平台回执。"
            return Answer(Tone.OK, "司机已取", sentence, number=f"{pieces}件", spoken=f"司机取走{pieces}件")


def _taken_out(done: TakenOut, head: str) -> str:
    if done.claim_withdrawn:
        return f"{head}，放回货架；申请 {done.claim_withdrawn} 也一起撤回了。"
    return f"{head}，请{_put_back(done.origin)}。"


def _put_back(origin: str) -> str:
    place = Place.parse(origin)
    if place.kind is Kind.SHELF:
        return f"放回货位 {place.name}"
    return "还给买家，或等会儿再装" if place.kind is Kind.BUYER else "放回破损区"


def _say_claim(made: ClaimMade, *, now_ms: int) -> Answer:
    head = f"“{made.product}”{made.pieces} 件申请{REMEDY[made.remedy]}，"
    if made.bag:
        new = made.in_bag == made.pieces
        tail = f"货放进{'新' if new else ''}退货袋 {made.bag}{'，请打标签贴上' if new else ''}。"
    elif made.remedy is Remedy.RETURN:
        tail = f"请买家 {clock(made.deadline_ms, now_ms=now_ms)} 前把货拿来。"
    else:
        tail = "等平台裁定，不用退货。"
    return Answer(Tone.OK, "已申请", head + tail, number=yuan(made.asked_fen), spoken="售后已申请")


def _say_refused(refusal: Refused, *, now_ms: int) -> Answer:
    if refusal.reason is Reason.LATE:
        return _say_late(refusal, now_ms=now_ms)
    tone, word, sentence = _REFUSALS[Reason(refusal.reason)]
    about = {
        name: yuan(int(value)) if name.endswith("fen") else value for name, value in refusal.about.items()
    }
    if "hours" in about:
        about["hours"] = hours_span(int(refusal.about["hours"]))
    return Answer(tone, word, sentence.format(**about), spoken=word)


def _say_late(refusal: Refused, *, now_ms: int) -> Answer:
    until = int(refusal.about["until_ms"])
    sentence = (
        f"“{refusal.about['product']}”的时限是取货后 {hours_span(int(refusal.about['hours']))}，"
        f"{clock(until, now_ms=now_ms)} 已经截止，不能再申请。买家可在自己的手机上找平台客服说明。"
    )
    return Answer(Tone.WRONG, "超过时限", sentence, spoken="超过售后时限")


_REFUSALS: dict[Reason, tuple[Tone, str, str]] = {
    Reason.UNKNOWN_LOT: (Tone.WRONG, "没找到", "这件货不在本店的单子里。请扫取件码，或换尾号、姓名再找。"),
    Reason.NOT_HERE_YET: (
        Tone.LOOK,
        "还没到店",
        "“{product}”还没到店，没有可申请的。请先按 F2 到“到货签收”里签收。",
    ),
    Reason.REPORTED: (
        Tone.LOOK,
        "到货时已报",
        "“{product}”有 {pieces} 件到货时已报短少或破损，平台会按到货差异处理，不用再申请。",
    ),
    Reason.ALL_CLAIMED: (
        Tone.LOOK,
        "都申请过了",
        "“{product}”可申请的 {pieces} 件都申请过了（{claim}），请在“进度”里看结果。",
    ),
    Reason.STILL_HERE: (
        Tone.LOOK,
        "货还在店里",
        "“{product}”还有 {pieces} 件在货位 {slot}，先去那里找；真的没有，请按 F2 到“到货签收”里改成短少。",
    ),
    Reason.NO_TERMS: (
        Tone.LOOK,
        "还没有规则",
        "还没收到平台（{platform}）的售后规则，先别答应买家。联网同步后再申请。",
    ),
    Reason.EXCLUDED: (
        Tone.WRONG,
        "不能无理由退",
        "“{product}”（{category}）是生鲜，依法不支持无理由退货。坏了、少了、发错可在 {hours}内申请。",
    ),
    Reason.NO_PIECES: (Tone.LOOK, "请填件数", "请填要申请几件“{product}”，至少 1 件。"),
    Reason.TOO_MANY: (
        Tone.WRONG,
        "件数超了",
        "“{product}”最多还能申请 {most} 件，填的是 {pieces} 件。请改少一些。",
    ),
    Reason.NOTHING_ASKED: (Tone.LOOK, "请填金额", "请填要退多少钱，最多 {most_fen}。"),
    Reason.TOO_MUCH: (
        Tone.WRONG,
        "金额超了",
        "这几件“{product}”最多退 {most_fen}，填的是 {fen}。请改少一些。",
    ),
    Reason.NOTHING_TO_RETURN: (Tone.LOOK, "没有货可退", "“{product}”是少了，没有货可退，请选“仅退款”。"),
    Reason.RETURN_NEEDED: (Tone.LOOK, "要退货", "“{product}”这样只能退货退款，请选“退货”并把货装进退货袋。"),
    Reason.PHOTO_NEEDED: (
        Tone.LOOK,
        "还差照片",
        "平台要求“{product}”附照片。请拍清楚商品和标签，加上照片再提交。",
    ),
    Reason.TOO_MANY_PHOTOS: (Tone.LOOK, "照片太多", "最多放 {most} 张照片，请去掉几张。"),
    Reason.NOT_A_PICTURE: (
        Tone.WRONG,
        "不是照片",
        "这个文件不是照片，或者打不开。请换一张 JPG、PNG 或 WebP 照片。",
    ),
    Reason.CLAIM_UNKNOWN: (Tone.WRONG, "没有这个申请", "没找到申请 {claim}，请在“进度”里重新选一条。"),
    Reason.WITHDRAWN: (Tone.LOOK, "已经撤回", "申请 {claim} 已经撤回过了，不用再操作。"),
    Reason.RULED: (
        Tone.WRONG,
        "已经裁定",
        "平台已对 {claim} 作出裁定，不能再撤回或取出。有异议请导出举证包申诉。",
    ),
    Reason.CLAIM_REFUSED: (
        Tone.LOOK,
        "已被驳回",
        "申请 {claim} 已被平台驳回，货不用退，请还给买家。",
    ),
    Reason.REFUND_ONLY: (Tone.LOOK, "不用退货", "申请 {claim} 是仅退款，货不用装袋。"),
    Reason.IN_SEALED_BAG: (
        Tone.WRONG,
        "货已封袋",
        "这件货在已封的袋 {bag} 里，不能再撤回。请等平台裁定。",
    ),
    Reason.ALREADY_BAGGED: (Tone.LOOK, "已经装袋", "申请 {claim} 的货已在袋 {bag} 里，不用再装。"),
    Reason.NOT_THERE: (
        Tone.WRONG,
        "数目不对",
        "“{product}”在那里只剩 {pieces} 件，装不了这么多。请数一数再装。",
    ),
    Reason.BAG_UNKNOWN: (Tone.WRONG, "没有这个袋", "袋码 {bag} 不是本店的退货袋。请再扫一次袋上的标签。"),
    Reason.BAG_EMPTY: (Tone.LOOK, "袋是空的", "袋 {bag} 里没有货，不用封。先装货再封袋。"),
    Reason.BAG_SEALED: (
        Tone.WRONG,
        "袋已封",
        "袋 {bag} 已经封了，不能再装、也不能再拿。新的货会装进下一个袋。",
    ),
    Reason.BAG_OPEN: (Tone.LOOK, "袋还没封", "袋 {bag} 还没封。请先按 F10 封袋，再交给司机。"),
    Reason.BAG_TAKEN: (Tone.WRONG, "司机已取走", "袋 {bag} 司机已经取走了，不用再操作。"),
    Reason.NOT_IN_BAG: (Tone.LOOK, "袋里没有", "袋 {bag} 里没有“{product}”，不用再拿。"),
    Reason.NO_BAGS: (Tone.LOOK, "没有封好的袋", "还没有封好的退货袋。先封袋，再请司机签字。"),
    Reason.NO_DRIVER: (Tone.LOOK, "请填司机", "请填司机的姓名或车牌，再签字。"),
    Reason.NO_SIGNATURE: (Tone.LOOK, "还没签字", "司机还没签字。请司机在签名处签一下。"),
    Reason.COUNT_DIFFERS: (
        Tone.WRONG,
        "件数不一致",
        "袋里应有 {inside} 件，司机点了 {counted} 件。请一起重新数一遍，一致了再签字。",
    ),
}


# --- lists -------------------------------------------------------------------------------------------------


def claim_state(row: ClaimRow) -> str:
    """One word for how a claim stands."""
    if row.outcome in ("approved", "partly"):
        return f"{'已同意' if row.outcome == 'approved' else '部分同意'} {yuan(row.refund_fen)}"
    named = {"refused": "已驳回", "withdrawn": "已撤回", "": "等货拿来" if row.waits_for_goods else "等裁定"}
    return named.get(row.outcome, row.outcome)


def claim_tone(row: ClaimRow) -> Tone:
    """The tone of a claim's state."""
    tones = {"approved": Tone.OK, "partly": Tone.LOOK, "refused": Tone.WRONG}
    return tones.get(row.outcome, Tone.LOOK if row.outcome == "" and row.waits_for_goods else Tone.INFO)


def bag_state(row: BagRow, *, now_ms: int) -> str:
    """One word for how a bag stands, with its age once it has left."""
    if row.acknowledged_ms:
        short = row.pieces - row.acknowledged_pieces
        return f"平台只收到 {row.acknowledged_pieces} 件" if short > 0 else "平台已收"
    if row.taken_ms:
        days = (now_ms - row.taken_ms) // (24 * 3_600_000)
        return f"未回执 {days} 天" if days else "未回执 不到1天"
    return "已封，等司机" if row.sealed_ms else "正在装"


def bag_tone(row: BagRow, *, now_ms: int) -> Tone:
    """The tone of a bag's state: amber after a day without acknowledgement, red after three."""
    if row.acknowledged_ms:
        return Tone.OK if row.acknowledged_pieces >= row.pieces else Tone.WRONG
    if row.taken_ms:
        return {Age.FRESH: Tone.INFO, Age.OLD: Tone.LOOK, Age.TOO_OLD: Tone.WRONG}[
            age_of(row.taken_ms, now_ms=now_ms)
        ]
    return Tone.INFO


def counts_line(chain: tuple[Confirmed, ...]) -> str:
    """The confirmed counts in one line: ``平台报 3 → 网格站发 3 → …``."""
    return " → ".join(
        f"{COUNTED[confirmed.link]} {'未知' if confirmed.pieces is None else confirmed.pieces}"
        for confirmed in chain
    )


def liability(chain: tuple[Confirmed, ...], why: Why) -> str:
    """Who is proposed to answer for a claim, in one sentence; the platform decides."""
    links = liable(chain)
    if not links:
        return "责任建议：各环节数量都对得上，看不出少在哪里，请平台裁定。"
    if links[-1] is not Link.BUYER:
        return f"责任建议：{'或'.join(LINK[link] for link in links)}——从这里开始数量变少。"
    if why in (Why.SPOILED, Why.WRONG):
        return "责任建议：交出时数量都对，是品质或错发，建议平台和供应商承担。"
    if why is Why.UNWANTED:
        return "责任建议：买家不想要，各环节都没有责任。"
    return "责任建议：本店交出时数量都对，少在取货之后，请平台裁定。"


# --- papers ------------------------------------------------------------------------------------------------


def happened(happening: Happening) -> str:
    """One line of a lot's history, as a reader who knows no program would put it."""
    try:
        fact = happening.recorded.fact()
    except BadFact:
        return "（这个版本看不懂的记录）"
    text = _happened(fact, happening.pieces)
    return f"{text}（后来撤回）" if happening.taken_back else text


def _happened(fact: Any, pieces: int) -> str:
    sentence = _SENTENCES.get(type(fact))
    return sentence(fact, pieces) if sentence else f"{type(fact).__name__} {pieces} 件"


def _claimed(fact: e.ClaimOpened) -> str:
    what = f"{WHY_LONG[fact.why]}，{REMEDY[fact.remedy]} {yuan(fact.asked_fen)}"
    return f"申请售后 {fact.claim}：{fact.pieces} 件，{what}，照片 {len(fact.photos)} 张{_noted(fact.note)}"


def _ruled(fact: e.RulingGiven) -> str:
    word = {"approved": "同意", "partly": "部分同意", "refused": "驳回"}.get(fact.outcome, fact.outcome)
    return f"平台裁定 {fact.claim}：{word}，退 {yuan(fact.refund_fen)}{_noted(fact.note)}"


def _arrival(plate: str, seal: str, tenths: int | None) -> str:
    parts = ["车到店"]
    parts += [f"车牌 {plate}"] if plate else []
    parts += [f"铅封 {seal}"] if seal else []
    parts += [f"冷箱 {tenths / 10:.1f}℃"] if tenths is not None else []
    return "，".join(parts)


def _noted(note: str) -> str:
    return f"（{note}）" if note else ""


def loaded_pieces(happening: Happening, lot: str) -> int | None:
    """How many pieces of a lot the station says it loaded; ``None`` for any other fact."""
    try:
        fact = happening.recorded.fact()
    except BadFact:
        return None
    if not isinstance(fact, e.StationSent):
        return None
    goods: tuple[Count, ...] = fact.goods
    return sum(count.pieces for count in goods if count.lot == lot)


_SENTENCES: dict[type, Callable[[Any, int], str]] = {
    e.GoodsAnnounced: lambda fact, pieces: f"平台预报：班次 {fact.trip} 发 {pieces} 件",
    e.StationSent: lambda fact, _: f"网格站报：班次 {fact.trip} 已装车",
    e.VanArrived: lambda fact, _: _arrival(fact.plate, fact.seal, fact.tenths),
    e.CrateReceived: lambda fact, pieces: f"扫周转筐 {fact.crate} 签收 {pieces} 件",
    e.GoodsReceived: lambda _, pieces: f"逐件签收 {pieces} 件",
    e.ShortFound: lambda fact, pieces: f"登记短少 {pieces} 件{_noted(fact.note)}",
    e.ShortArrived: lambda _, pieces: f"短少的后来到了 {pieces} 件",
    e.DamageFound: lambda fact, pieces: f"登记破损 {pieces} 件{_noted(fact.note)}",
    e.OverFound: lambda fact, pieces: f"登记多发 {pieces} 件{_noted(fact.note)}",
    e.Shelved: lambda fact, pieces: f"移到货位 {fact.to}，{pieces} 件",
    e.ReceivingEnded: lambda fact, _: f"班次 {fact.trip} 收货完毕",
    e.PickedUp: lambda fact, pieces: f"{'邻居代取' if fact.proxy else '买家取走'} {pieces} 件",
    e.Undone: lambda fact, pieces: f"撤回前面一步，{pieces} 件退回原处{_noted(fact.reason)}",
    e.Voided: lambda fact, pieces: f"平台作废前面一步，{pieces} 件退回原处{_noted(fact.reason)}",
    e.ClaimOpened: lambda fact, _: _claimed(fact),
    e.RulingGiven: lambda fact, _: _ruled(fact),
    e.GoodsBagged: lambda fact, pieces: f"装进退货袋 {fact.bag}，{pieces} 件",
    e.BagSealed: lambda fact, _: f"退货袋 {fact.bag} 封袋",
    e.BagTaken: lambda fact, pieces: f"退货袋 {fact.bag} 由 {fact.driver} 签字取走，{pieces} 件",
    e.ReturnsAcknowledged: lambda fact, _: f"平台回执：退货袋 {fact.bag} 收到 {fact.pieces} 件",
}
