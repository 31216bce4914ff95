"""What the counter says at receiving: an answer for everything done or refused, and the words of its lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from app.domain import places
from app.domain.answers import Answer, Tone
from app.domain.clock import moment
from app.domain.goods import Shortfall, Zone
from app.domain.paper_manifest import Part
from app.domain.paper_manifest import Reason as Damage
from app.domain.refusals import Refused
from app.domain.slots import spoken
from app.receiving.actions import (
    Announced,
    Arrived,
    CrateIn,
    DifferenceNoted,
    Done,
    Ended,
    GoodsIn,
    Placed,
    Rehoused,
    TakenBack,
    WhichProduct,
)
from app.receiving.manifest_file import Trouble
from app.receiving.on_paper import Paper, PaperHeard
from app.receiving.queries import DifferenceRow, LineRow, TripRow
from app.receiving.rules import Reading, Reason

About = dict[str, str | int]
ZONES = {Zone.FROZEN: "冷冻", Zone.CHILLED: "冷藏", Zone.FRESH: "生鲜", Zone.AMBIENT: "常温"}
DIFFERENCES = {Shortfall.SHORT: "短少", Shortfall.DAMAGED: "破损", Shortfall.OVER: "多发"}
PICKUP_PAGE = "F3 取货"
AFTERSALES_PAGE = "F5 售后"
BACK_TO_DRIVER = "请退给司机。"
HOUR_MS, MINUTE_MS = 3_600_000, 60_000
HURRY_MS = 6 * HOUR_MS
"""A deadline nearer than this is drawn in amber (ours)."""

INVITATION = Answer(Tone.INFO, "请扫筐码", "一扫就是整筐。拆开点数就扫商品条码，几件就按 ×几。")
NOTHING_YET = Answer(
    Tone.INFO, "等到货清单", "联网后平台会自动发来。没有网，就扫司机单上的二维码，或按 F11 导入表格。"
)
ALL_IN = Answer(Tone.OK, "全部到齐", "今天的货都签收了。按 F12 收货完成。")
ALL_ENDED = Answer(Tone.OK, "收货完成", "今天的货都收完了。后来到的照样扫，会自动补签收。")


# --- done --------------------------------------------------------------------------------------------------


def answer(result: Done | PaperHeard | Refused, trips: Iterable[TripRow] = ()) -> Answer:
    """What to say about a result; `trips` are the vans as they stand now, for what is still missing."""
    if isinstance(result, Refused):
        return refusal(result)
    if type(result) in _TELLING_WHAT_IS_LEFT:
        return _TELLING_WHAT_IS_LEFT[type(result)](result, still_missing(trips))
    return _DONE[type(result)](result)


def still_missing(trips: Iterable[TripRow]) -> str:
    """`还差 2 筐 9 件。`, or that everything is here; "" where nothing was announced."""
    known = list(trips)
    crates = sum(trip.crates - trip.crates_in for trip in known if not trip.ended_ms)
    pieces = sum(trip.left for trip in known)
    if not known:
        return ""
    if not pieces:
        return f"{_all_done(known)}，按 F12 收货完成。" if _are_open(known) else f"{_all_done(known)}。"
    return f"还差 {crates} 筐 {pieces} 件。" if crates else f"还差 {pieces} 件。"


def _all_done(trips: Iterable[TripRow]) -> str:
    short = sum(trip.short for trip in trips)
    return f"都处理完了，短少 {short} 件已记" if short else "货都齐了"


def _are_open(trips: Iterable[TripRow]) -> bool:
    """Whether there is a van left for F12 to end."""
    return any(not trip.ended_ms for trip in trips)


def finished(trips: Iterable[TripRow]) -> Answer:
    """What to do when nothing is waited for: never that all is here while pieces are short, nor a key that rests."""
    known = list(trips)
    came, short = sum(trip.came for trip in known), sum(trip.short for trip in known)
    if short:
        then = "按 F12 收货完成。" if _are_open(known) else "后来到的照样扫，会自动补签收。"
        return Answer(Tone.OK, "都处理完了", f"签收 {came} 件，短少 {short} 件已记。{then}")
    return ALL_IN if _are_open(known) else ALL_ENDED


def _crate_in(result: CrateIn, missing: str) -> Answer:
    slots = _slots(result.placed)
    part = "剩下的" if result.rest else "整筐"
    zone = "、".join(ZONES[zone] for zone in result.zones)
    where = f"放到 {slots[0]}。" if len(slots) == 1 else f"分放 {len(slots)} 个货位，看下面清单。"
    word = "补到了" if result.late else "已签收"
    return Answer(
        Tone.OK,
        word,
        f"{result.crate} {part} {result.pieces} 件（{zone}），{where}{missing}",
        number=slots[0] if len(slots) == 1 else f"{result.pieces} 件",
        spoken=spoken(slots[0]) if len(slots) == 1 else f"{result.pieces} 件",
    )


def _goods_in(result: GoodsIn, missing: str) -> Answer:
    slots = _slots(result.placed)
    where = "、".join(f"{slot} 放 {_in_slot(result.placed, slot)} 件" for slot in slots[:3])
    if len(slots) == 1:
        where = f"放到 {slots[0]}"
    number = slots[0] if len(slots) == 1 else f"×{result.pieces}"
    said = spoken(slots[0]) if len(slots) == 1 else f"{result.pieces} 件"
    if result.beyond:
        return Answer(
            Tone.LOOK,
            f"多出 {result.beyond} 件",
            f"{result.product}：{result.pieces} 件已签收，{where}；多出的还没记，按 F9 记成多发。",
            number=number,
            spoken=f"多出 {result.beyond} 件",
        )
    word = "补到了" if result.late == result.pieces else "已签收"
    left = f"这种还差 {result.left} 件。" if result.left else missing
    return Answer(
        Tone.OK, word, f"{result.product} {result.pieces} 件，{where}。{left}", number=number, spoken=said
    )


def _slots(placed: Iterable[Placed]) -> list[str]:
    return list(dict.fromkeys(one.slot for one in placed))


def _in_slot(placed: Iterable[Placed], slot: str) -> int:
    return sum(one.pieces for one in placed if one.slot == slot)


def _which(result: WhichProduct) -> Answer:
    return Answer(
        Tone.LOOK,
        "是哪一种？",
        f"有 {len(result.products)} 种商品共用这个条码，请按数字键选。",
        spoken="是哪一种",
    )


def _noted(result: DifferenceNoted) -> Answer:
    word = f"已记{DIFFERENCES[result.about]}"
    until = f"请在 {clock_text(result.deadline_ms)} 前申报。" if result.deadline_ms else ""
    where = f"多出的放到“{places.SURPLUS_SLOT}”货位。" if result.about is Shortfall.OVER else ""
    return Answer(
        Tone.OK,
        word,
        f"{result.product} {result.pieces} 件。{where}{until}",
        number=f"{result.pieces} 件",
        spoken=word,
    )


def _rehoused(result: Rehoused) -> Answer:
    if result.too_warm:
        sentence = f"{result.pieces} 件已挪到 {result.slot}，但那里不够冷。请尽快放回冷柜的货位。"
        return Answer(Tone.LOOK, "不够冷", sentence, number=result.slot, spoken="不够冷")
    sentence = f"这位买家的 {result.pieces} 件都改到 {result.slot}。"
    return Answer(Tone.OK, "已换货位", sentence, number=result.slot, spoken=spoken(result.slot))


def _arrived(result: Arrived) -> Answer:
    if not result.alarms:
        degrees = "，".join(f"{ZONES[x.zone]} {degrees_text(x)}" for x in result.readings)
        return Answer(Tone.OK, "已记到车", f"{result.platform} 的车到了{'，' + degrees if degrees else ''}。")
    worst = "、".join(f"{ZONES[x.zone]} {degrees_text(x)}" for x in result.alarms)
    sentence = f"{worst}，太热了。请当着司机的面检查，化了、坏了的按 F9 记破损并拍照。"
    return Answer(Tone.WRONG, "温度太高", sentence, number=degrees_text(result.alarms[0]), spoken="温度太高")


def degrees_text(reading: Reading) -> str:
    """`-18.0℃` without a needless zero."""
    return f"{reading.tenths / 10:g}℃"


def _ended(result: Ended) -> Answer:
    if not result.short and result.known_short:
        sentence = (
            f"{result.platform} 都处理完了，短少 {result.known_short} 件已记。后来到了照样扫，会自动补签收。"
        )
        return Answer(Tone.OK, "收货完成", sentence, spoken="收货完成")
    if not result.short:
        return Answer(Tone.OK, "收货完成", f"{result.platform} 的货全部到齐。", spoken="收货完成")
    sentence = f"{result.platform} 有 {result.short} 件没到，已记短少。后来到了照样扫，会自动补签收。"
    return Answer(
        Tone.LOOK, "收货完成", sentence, number=f"短 {result.short}", spoken=f"短少 {result.short} 件"
    )


_UNDONE = {
    "CrateReceived": "整筐签收", "GoodsReceived": "签收", "ShortFound": "短少", "ShortArrived": "补签收",
    "OverFound": "多发", "DamageFound": "破损", "Shelved": "换货位", "ReceivingEnded": "收货完成",
    "GoodsAnnounced": "导入清单",
}  # fmt: skip


def _taken_back(result: TakenBack, missing: str) -> Answer:
    what = _UNDONE.get(result.kind, "上一步")
    pieces = f"，{result.pieces} 件回到原来的地方" if result.pieces else ""
    return Answer(Tone.INFO, "已撤销", f"刚才的“{what}”撤销了{pieces}。{missing}", spoken="已撤销")


def _announced(result: Announced) -> Answer:
    crates = f"{result.crates} 筐 " if result.crates else ""
    sentence = f"{crates}{result.lines} 行，共 {result.pieces} 件。货到了直接扫筐码或条码。"
    return Answer(Tone.OK, "清单已导入", sentence, number=f"{result.pieces} 件", spoken="清单已导入")


# --- a list on paper ---------------------------------------------------------------------------------------

FORGED = "签名对不上，可能被改过，没有收。请打电话问网格站。"
NOT_THE_SAME = Answer(
    Tone.WRONG, "没有收下", "站码不一样的纸单不能收。请打电话问网格站，或者等联网。", spoken="没有收下"
)
_PAPERS: dict[Damage | Paper, tuple[str, str]] = {
    Damage.HALF: ("没扫全", "这张二维码没扫全，没有记。请把纸放平，再扫一次。"),
    Damage.NEWER: ("太新了", "这张二维码要新版程序才认得。请先更新程序，或者等联网。"),
    Damage.DAMAGED: ("拼不起来", "这几张二维码拼不成一张清单。请按 Esc，再从第 1 张扫起。"),
    Damage.FORGED: ("不是真的", FORGED),
    Paper.OTHER_POINT: ("不是本店的", "这是自提点 {point} 的清单，不是本店的。请看交接单上本店那一块。"),
    Paper.OLD: ("旧的清单", "这是 {day} 的清单，已经过了。请扫今天的交接单。"),
    Paper.EARLY: ("日子不对", "这是 {day} 的清单，还没到日子。请看电脑的日期对不对。"),
    Paper.DIFFERS: ("对不上", "这张清单和平台发来的不一样，没有收。请以已有的清单为准，问问网格站。"),
}


def _bad_paper(reason: Damage | Paper, about: About) -> Answer:
    word, sentence = _PAPERS[reason]
    return Answer(Tone.WRONG, word, sentence.format_map(about), spoken=word)


def part_scanned(part: Part, missing: Sequence[int]) -> Answer:
    """One QR code of several is in; which ones are still to be scanned."""
    left = "、".join(str(nth) for nth in missing[:8]) + ("……" if len(missing) > 8 else "")
    sentence = f"一共 {part.of} 张，还差第 {left} 张，顺序随意，请接着扫。"
    done = part.of - len(missing)
    return Answer(
        Tone.OK,
        f"第 {part.nth} 张好了",
        sentence,
        number=f"{done}/{part.of}",
        spoken=f"还差 {len(missing)} 张",
    )


def _paper(result: PaperHeard) -> Answer:
    crates = f"{result.crates} 筐 " if result.crates else ""
    if result.known:
        sentence = f"这张清单（{crates}{result.pieces} 件）已经有了，没有重复记。货到了直接扫筐码。"
        return Answer(Tone.LOOK, "清单有了", sentence, spoken="清单有了")
    sentence = f"{crates}{result.lines} 行，共 {result.pieces} 件。货到了直接扫筐码或条码。"
    return Answer(Tone.OK, "清单收下了", sentence, number=f"{result.pieces} 件", spoken="清单收下了")


_TELLING_WHAT_IS_LEFT: dict[type, Callable[[Any, str], Answer]] = {
    CrateIn: _crate_in,
    GoodsIn: _goods_in,
    TakenBack: _taken_back,
}
_DONE: dict[type, Callable[[Any], Answer]] = {
    WhichProduct: _which,
    DifferenceNoted: _noted,
    Rehoused: _rehoused,
    Arrived: _arrived,
    Ended: _ended,
    Announced: _announced,
    PaperHeard: _paper,
}


# --- refused -----------------------------------------------------------------------------------------------


def refusal(refused: Refused) -> Answer:
    """What to say about a refusal: what happened, and what to do."""
    if isinstance(refused.reason, Trouble):
        return Answer(Tone.WRONG, "没有导入", trouble(refused), spoken="没有导入")
    if isinstance(refused.reason, Damage | Paper):
        return _bad_paper(refused.reason, refused.about)
    reason = Reason(refused.reason)
    tone, word, sentence = _REFUSALS[reason]
    about = refused.about
    said = sentence.format_map(about) if isinstance(sentence, str) else sentence(about)
    return Answer(tone, word, said, number=_number(reason, about), spoken=word)


def _number(reason: Reason, about: About) -> str:
    if reason is Reason.ALREADY and about["at_ms"]:
        return f"{moment(int(about['at_ms'])):%H:%M}"
    if reason is Reason.ALL_HERE:
        return f"多 {about['pieces']}"
    return f"最多 {about['have']}" if reason is Reason.MORE_THAN_HERE else ""


def day_text(day: str | int) -> str:
    """`2026-11-22` as people say it: 11月22日."""
    _, month, date = str(day).split("-")
    return f"{int(month)}月{int(date)}日"


def clock_text(at_ms: int) -> str:
    """A moment with its day: 11月23日 09:30."""
    at = moment(at_ms)
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def _other_point(about: About) -> str:
    when = f"（{day_text(about['day'])}）" if about["day"] else ""
    return f"{about['code']} 是{about['platform']}给 {about['point']} 的{when}，不是本店的。{BACK_TO_DRIVER}"


def _other_day(about: About) -> str:
    day = day_text(about["day"]) if about["day"] else "别的日子"
    if about.get("missing"):
        return f"{about['code']} 是{about['platform']} {day}没到的货。确认收下请按 F9，不收请退给司机。"
    return f"{about['code']} 是{about['platform']} {day}的货，不是今天的。{BACK_TO_DRIVER}"


def _already(about: About) -> str:
    at_ms = int(about["at_ms"])
    when = clock_text(at_ms) if at_ms else ""
    if about["short"]:
        return f"这筐 {when} 已签收，短少 {about['short']} 件。短少的到了请扫商品条码。"
    return f"这筐 {when} 已签收，不用再扫。这次没有记。"


def _all_here(about: About) -> str:
    return f"{about['product']} 应到的都签收了，这 {about['pieces']} 件是多出来的，还没记。按 F9 记成多发。"


def _not_ordered(about: About) -> str:
    name = about["product"] or about["barcode"]
    return f"{name} 今天没有人订，还没记。是多发的请按 F9，不是请退给司机。"


def _moved_on(about: About) -> str:
    place = places.Place.parse(str(about["to"])) if about["to"] else places.PLATFORM
    if place.kind is places.Kind.BUYER:
        return f"{about['product']} 已经交给买家，撤销不了。请先到 {PICKUP_PAGE} 撤销取货。"
    if place.kind is places.Kind.SHELF:
        return f"{about['product']} 已经挪到 {place.name}，撤销不了。请先挪回原来的货位。"
    return f"{about['product']} 后来又动过，撤销不了。请先撤销后面那一步。"


def _cut_short(about: About) -> str:
    like = f"，像是 {about['whole']} 的前半截" if about.get("whole") else ""
    return f"{about['code']} 没扫全{like}，没有记。请再扫一次。"


def _too_many(about: About) -> str:
    if about["have"]:
        return f"最多只能记 {about['have']} 件，{about['asked']} 件太多。请改小件数。"
    return "这一行已经没有可以记的件数：都交给了买家，或者都记过差异。"


def _ended_before(about: About) -> str:
    return f"这趟车 {clock_text(int(about['at_ms']))} 已经收货完成。"


_REFUSALS: dict[Reason, tuple[Tone, str, str | Callable[[About], str]]] = {
    Reason.EMPTY: (Tone.INFO, "没有码", "没有扫到内容，请再扫一次。"),
    Reason.TOO_LONG: (
        Tone.WRONG,
        "码太长",
        "这个码有 {length} 个字，像是几个码连在一起了。请对准一个码再扫。",
    ),
    Reason.CONTROL: (
        Tone.WRONG,
        "码不干净",
        "码里混进了看不见的字符，没有记。请再扫一次；还不行就手工输入。",
    ),
    Reason.NOT_A_CODE: (Tone.INFO, "这不是码", "清单里没有“{text}”。请扫筐码、商品条码，或换个商品名再找。"),
    Reason.BAD_COUNT: (Tone.WRONG, "件数不对", "件数要在 1 到 {most} 之间，{count} 不行。请重新输入。"),
    Reason.CUT_SHORT: (Tone.WRONG, "码不全", _cut_short),
    Reason.MISREAD: (Tone.WRONG, "条码读错", "{code} 的校验位不对，没有记。请擦净条码再扫一次。"),
    Reason.UNKNOWN: (
        Tone.WRONG,
        "不认识",
        "清单里没有 {code}，没有记。请看是不是扫错了；不是本店的请退给司机。",
    ),
    Reason.SLOT_LABEL: (Tone.LOOK, "这是货位码", "要换货位：先在清单里选中那一行，再按 F10 扫货位。"),
    Reason.RETURN_BAG: (Tone.LOOK, "这是退货袋", f"退货袋不在这里签收，请按 {AFTERSALES_PAGE}。"),
    Reason.OWN_CODE: (Tone.LOOK, "这不是货", "这是本店自己的码，不是到货。请扫筐码或商品条码。"),
    Reason.PICKUP_CODE: (Tone.LOOK, "这是取件码", f"买家来取货，请按 {PICKUP_PAGE} 再扫。"),
    Reason.PALLET: (Tone.LOOK, "这是托盘码", "托盘不能整托签收，请一筐一筐地扫筐码。"),
    Reason.OTHER_POINT: (Tone.WRONG, "不是本店的", _other_point),
    Reason.OTHER_DAY: (Tone.WRONG, "不是今天的", _other_day),
    Reason.OTHER_PLATFORM: (
        Tone.WRONG,
        "别的平台",
        "{code} 像是{platform}的筐，今天没有它家的货到本店。" + BACK_TO_DRIVER,
    ),
    Reason.NOT_ON_LIST: (
        Tone.WRONG,
        "不在清单",
        "{code} 像是{platform}的筐，但本店清单里没有。" + BACK_TO_DRIVER,
    ),
    Reason.NO_MANIFEST: (
        Tone.WRONG,
        "没有清单",
        "今天还没有清单，{code} 先不要收。没有网，请先扫司机单上本店的二维码，或按 F11 导入清单。",
    ),
    Reason.ALREADY: (Tone.LOOK, "扫过了", _already),
    Reason.EMPTY_CRATE: (Tone.LOOK, "空筐", "清单上 {code} 里没有货，不用签收。"),
    Reason.CRATE_COUNTED: (Tone.LOOK, "筐不用数", "{code} 是筐码，一扫就是整筐，不用加件数。请直接扫。"),
    Reason.ALL_HERE: (Tone.LOOK, "多出来的", _all_here),
    Reason.NOT_ORDERED: (Tone.LOOK, "没有人订", _not_ordered),
    Reason.NOTHING_COUNTED: (Tone.LOOK, "先扫商品", "“×几”是给刚扫的商品补件数。请先扫商品条码。"),
    Reason.COUNTED_MORE: (
        Tone.LOOK,
        "已经更多",
        "刚才已经点了 {already} 件，比 {total} 多。点错了请按 Ctrl+Z 撤销。",
    ),
    Reason.NO_LINE: (Tone.WRONG, "没有这一行", "清单里没有这一行，可能刚更新过。请重新选一行。"),
    Reason.MORE_THAN_HERE: (Tone.WRONG, "超过应到", _too_many),
    Reason.NO_PICTURE: (Tone.WRONG, "不是照片", "这个文件不是照片，差异还没记。请换一张，或者不带照片。"),
    Reason.NO_SUCH_SLOT: (Tone.WRONG, "没有这个货位", "本店没有货位“{slot}”。请看货位标签，例如 A-01。"),
    Reason.NOT_ON_SHELF: (Tone.LOOK, "还没上架", "这一行还没有签收，没有货可以挪。请先签收。"),
    Reason.SAME_SLOT: (Tone.INFO, "就在这里", "已经在 {slot}，不用换。"),
    Reason.NO_TRIP: (Tone.WRONG, "没有这趟车", "清单里没有这趟车，可能刚更新过。请重新选择。"),
    Reason.ENDED: (Tone.INFO, "已经收完", _ended_before),
    Reason.NO_DEGREES: (Tone.WRONG, "温度不对", "请输入 -60 到 60 之间的温度，例如 -18。"),
    Reason.NOTHING_TO_UNDO: (Tone.INFO, "没有可撤销的", "今天在这里还没有做过可以撤销的事。"),
    Reason.MOVED_ON: (Tone.WRONG, "撤销不了", _moved_on),
    Reason.UNDONE: (Tone.INFO, "已经撤销过", "这一步已经撤销过，不用再撤。"),
    Reason.IMPORTED: (Tone.LOOK, "导入过了", "这张清单已经导入过，没有再记。要换一张请重新选文件。"),
    Reason.LISTED: (
        Tone.LOOK,
        "清单里有了",
        "这些订单已经在清单里了（平台已发来，或已导入过），没有重复导入。货到了直接扫就行。",
    ),
}


def trouble(refused: Refused) -> str:
    """One sentence about what is wrong with a file, with the row where there is one; nothing was recorded."""
    return _TROUBLES[Trouble(refused.reason)].format_map(refused.about)


_TROUBLES: dict[Trouble, str] = {
    Trouble.EMPTY: "文件是空的。请重新导出清单再选。",
    Trouble.TOO_LARGE: "文件太大（最多 {most} MB、两万行）。请只导出今天本店的清单。",
    Trouble.HTML: "这是网页，不是表格，多半是登录过期了。请重新登录平台再导出 xlsx。",
    Trouble.OLD_EXCEL: "这是旧版 xls。请用 WPS 或 Excel 打开，另存为 xlsx 再选。",
    Trouble.BROKEN: "文件不完整，打不开，可能没下载完。请重新导出再选。",
    Trouble.NO_TABLE: "这个文件里没有表格。请选平台导出的 xlsx 或 csv。",
    Trouble.ENCODING: "文件里的字认不出来。请用 WPS 或 Excel 打开，另存为 xlsx 再选。",
    Trouble.MISSING_COLUMNS: "缺少这几列：{columns}。请选对每一列，或重新导出清单。",
    Trouble.NO_ROWS: "表头下面没有货。请重新导出清单再选。",
    Trouble.NO_PRODUCT: "第 {row} 行没有商品名称。请补上，或删掉这一行。",
    Trouble.BAD_COUNT: "第 {row} 行的件数是“{text}”，要在 1 到 9999 之间。请改好再选。",
    Trouble.BAD_MONEY: "第 {row} 行的金额“{text}”看不懂。请改成数字，或清空这一格。",
    Trouble.LOST_DIGITS: "第 {row} 行的{column}变成了 {text}，数字已经丢了。请把那一列设成文本，重新导出。",
    Trouble.DUPLICATE: "第 {row} 行和第 {before} 行重复（{product}）。请删掉一行再选。",
    Trouble.WRONG_DAY: "第 {row} 行是 {day} 的货，今天是 {today}。请导出今天的清单。",
    Trouble.WRONG_POINT: "第 {row} 行是自提点 {point} 的，不是本店的。什么都没有导入，请导出本店的清单。",
    Trouble.WRONG_PLATFORM: "第 {row} 行的平台是“{platform}”，不是选中的{chosen}。请选对平台，或重新导出清单。",
    Trouble.BAD_ZONE: "第 {row} 行的温层“{text}”不认识。请填冷冻、冷藏、生鲜或常温。",
    Trouble.BAD_CODE: "第 {row} 行的{column}“{text}”不像码。请改好，或清空这一格。",
    Trouble.NO_BUYER: "第 {row} 行不知道是谁的货。请补上收货人、手机尾号或取件码。",
}


# --- lists -------------------------------------------------------------------------------------------------


def line_state(row: LineRow) -> tuple[str, Tone]:
    """The state of a line as a chip: its differences first, then whether it came."""
    marks = [("短", row.short), ("破", row.damaged), ("多", row.over)]
    said = " ".join(f"{word} {pieces}" for word, pieces in marks if pieces)
    if said:
        return said, Tone.WRONG if row.short or row.damaged else Tone.LOOK
    if not row.van:
        return "已签收", Tone.OK
    return ("还没到", Tone.INFO) if row.van == row.announced else (f"还差 {row.van}", Tone.LOOK)


def countdown(row: DifferenceRow, *, now_ms: int) -> tuple[str, Tone]:
    """How long a difference can still be claimed: calm, amber in the last hours, red when it is over."""
    left = row.deadline_ms - now_ms
    if left <= 0:
        return f"已过期 {span(-left)}", Tone.WRONG
    return f"剩 {span(left)}", Tone.LOOK if left < HURRY_MS else Tone.INFO


def trip_name(trip: TripRow, trips: Iterable[TripRow], *, day: str) -> str:
    """A van by its platform; with the date of an older one, with its number where two are alike."""
    if trip.day != day:
        return f"{trip.name} {int(trip.day[-2:])}日"
    alike = [other for other in trips if other.name == trip.name and other.day == trip.day]
    return f"{trip.name} {trip.trip.rpartition('-')[2][-4:]}" if len(alike) > 1 else trip.name


def span(ms: int) -> str:
    """A stretch of time in its two largest units: 2天3时, 5时20分, 8分."""
    minutes = max(0, ms) // MINUTE_MS
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days}天{hours}时"
    return f"{hours}时{rest}分" if hours else f"{rest}分"


def missing_lines(rows: Iterable[LineRow], *, most: int = 6) -> str:
    """What a van still owes, a line each; a rest is counted."""
    owed = [row for row in rows if row.van]
    said = [f"{row.product}　{row.crate or '散件'}　{row.van} 件" for row in owed[:most]]
    if len(owed) > most:
        rest = sum(row.van for row in owed[most:])
        said.append(f"……还有 {len(owed) - most} 行 {rest} 件")
    return "\n".join(said)
