"""What the counter says when goods are handed out: an answer for everything done or refused, lists and reminders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from app.domain.answers import Answer, Tone
from app.domain.clock import day_after, moment
from app.domain.goods import URGENCY, Zone
from app.domain.money import yuan
from app.domain.perish import Grade
from app.domain.places import Kind
from app.domain.refusals import Refused
from app.domain.slots import is_frozen, spoken
from app.pickup.actions import Done, HandedOut, Moved, Ordered, PhoneShown, PickupUndone, Reminded
from app.pickup.queries import Absent, Act, Found, Neighbour, ShelfRow, Visit
from app.pickup.rules import Reason, masked_name

ZONES = {Zone.FROZEN: "冷冻", Zone.CHILLED: "冷藏", Zone.FRESH: "生鲜", Zone.AMBIENT: "常温"}
GRADES = {Grade.TIME: "还早", Grade.SOON: "快到", Grade.OVERDUE: "滞留"}
GRADE_TONES = {Grade.TIME: Tone.OK, Grade.SOON: Tone.LOOK, Grade.OVERDUE: Tone.WRONG}
ABSENT = {
    Kind.VAN: "还在车上",
    Kind.CRATE: "还在路上",
    Kind.DOCK: "还在路上",
    Kind.TRUNK: "还在路上",
    Kind.SHORT: "短少没到",
    Kind.DAMAGED: "破损拣出",
    Kind.BAG: "已装退货袋",
    Kind.STATION: "已退回",
}
RECEIVING_PAGE, SHELF_PAGE, AFTERSALES_PAGE = "F2 到货签收", "F4 货架", "F5 售后"
UNDO_REASONS = ("点错人了", "件数点多了", "顾客没拿走", "拿错货位", "其他")
REVEAL_REASONS = ("打电话催取", "核对是不是本人", "货有问题要联系", "其他")
INVITATION = Answer(Tone.INFO, "请报取件码或尾号", "扫手机上的码；也可以输入尾号、姓名、首字母。")


# --- time --------------------------------------------------------------------------------------------------


def day_text(day: str | int, today: str | int = "") -> str:
    """`2026-11-22` as people say it: 今天, 明天, 昨天, else 11月22日."""
    if today and day:
        for away, word in ((0, "今天"), (1, "明天"), (-1, "昨天"), (2, "后天")):
            if str(day) == day_after(str(today), away):
                return word
    _, month, date = str(day).split("-")
    return f"{int(month)}月{int(date)}日"


def clock_text(at_ms: int, *, now_ms: int = 0) -> str:
    """A moment as people say it: 今天 09:30, 昨天 18:05, 11月3日 09:30."""
    then = moment(at_ms)
    day = f"{then:%Y-%m-%d}"
    return f"{day_text(day, f'{moment(now_ms):%Y-%m-%d}' if now_ms else '')} {then:%H:%M}"


def span(ms: int) -> str:
    """A stretch of time in its largest unit or two: 2天3时, 17时, 5时20分, 8分."""
    minutes = max(0, ms) // 60_000
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days}天{hours}时" if hours else f"{days}天"
    if hours >= 10:
        return f"{hours}时"
    if hours:
        return f"{hours}时{rest}分" if rest else f"{hours}时"
    return f"{rest}分"


# --- done --------------------------------------------------------------------------------------------------


def answer(result: Done | Refused) -> Answer:
    """What to say about a result."""
    return refusal(result) if isinstance(result, Refused) else _DONE[type(result)](result)


def _handed_out(result: HandedOut) -> Answer:
    whose = result.name or "这位顾客"
    by = f"由{result.proxy}代取" if result.proxy else "已交给本人"
    rest = f"货架上还留着 {result.left} 件。" if result.left else "这里没有这位顾客的货了。"
    return Answer(
        Tone.OK,
        "已取货",
        f"{whose}的 {result.pieces} 件{by}。{rest}",
        number=f"{result.pieces} 件",
        spoken=f"已取 {result.pieces} 件",
    )


def _undone(result: PickupUndone) -> Answer:
    back = "、".join(result.slots[:4])
    sentence = f"{result.name or '这位顾客'}的 {result.pieces} 件又在货架上了。请放回 {back}。"
    number = result.slots[0] if len(result.slots) == 1 else f"{result.pieces} 件"
    return Answer(Tone.INFO, "已撤销取货", sentence, number=number, spoken="已撤销")


def _moved(result: Moved) -> Answer:
    if result.too_warm:
        sentence = f"{result.pieces} 件已记到 {result.slot}，但那里不够冷。请尽快放回冷柜的货位。"
        return Answer(Tone.LOOK, "不够冷", sentence, number=result.slot, spoken="不够冷")
    return Answer(
        Tone.OK, "已换货位", f"{result.pieces} 件记到 {result.slot} 了，请把货放过去。", number=result.slot,
        spoken=spoken(result.slot),
    )  # fmt: skip


def _reminded(result: Reminded) -> Answer:
    return Answer(Tone.OK, "已复制", f"{result.lots} 种货的提醒在剪贴板里了，到微信里粘贴就行。")


def _phone(result: PhoneShown) -> Answer:
    sentence = f"{result.name or '这位顾客'}的电话在右边，这次查看已记下。按 Esc 收起。"
    return Answer(Tone.INFO, "电话", sentence, number=result.phone)


def _ordered(result: Ordered) -> Answer:
    owed = result.price_fen - result.cash_fen
    money = f"收了 {yuan(result.cash_fen + result.change_fen)}"
    if owed > 0:
        money += f"，还欠 {yuan(owed)}"
    elif result.change_fen > 0:
        money += f"，请找零 {yuan(result.change_fen)}"
    sentence = (
        f"{result.name or '这位顾客'}：{result.product} {result.pieces} 件，{money}。单号 {result.order}。"
    )
    return Answer(Tone.OK, "已代下单", sentence, number=yuan(result.cash_fen), spoken="已代下单")


_DONE: dict[type, Callable[[Any], Answer]] = {
    HandedOut: _handed_out,
    PickupUndone: _undone,
    Moved: _moved,
    Reminded: _reminded,
    PhoneShown: _phone,
    Ordered: _ordered,
}


# --- found -------------------------------------------------------------------------------------------------


def who(name: str, tail: str) -> str:
    """A person as the counter says it."""
    return " ".join(part for part in (name, f"尾号 {tail}" if tail else "") if part) or "没有姓名的顾客"


def found(result: Found) -> Answer:
    """What to say about who was found."""
    total = len(result.neighbours) + result.more
    if total > 1:
        more = f"还有 {result.more} 位没列出，请多输一点。" if result.more else "按数字键选是哪一位。"
        return Answer(
            Tone.LOOK, "是哪一位？", f"有 {total} 位对得上。{more}", number=f"{total} 位", spoken="是哪一位"
        )
    one = result.neighbours[0]
    if result.absence is not None:
        return _absent_but(refusal(result.absence), one)
    return waiting(one)


def waiting(one: Neighbour) -> Answer:
    """What is here for one person."""
    if not one.here:
        return Answer(Tone.LOOK, "没有货", f"{who(one.name, one.tail)} 的货都不在货架上，看下面的说明。")
    at = "、".join(one.slots[:4])
    frozen = "冷冻的最后拿。" if any(is_frozen(slot) for slot in one.slots) else ""
    sentence = f"{who(one.name, one.tail)} 共 {one.here} 件，在 {at}。{frozen}按 Enter 交出。"
    number = one.slots[0] if len(one.slots) == 1 else f"{one.here} 件"
    said = spoken(one.slots[0]) if len(one.slots) == 1 else f"{one.here} 件"
    return Answer(Tone.OK, "有货", sentence, number=number, spoken=said)


def _absent_but(said: Answer, one: Neighbour) -> Answer:
    """The code's own goods are not here, but others of the same person may be."""
    if not one.here:
        return said
    sentence = f"{said.sentence}不过他另有 {one.here} 件在 {'、'.join(one.slots[:3])}。"
    return Answer(Tone.LOOK, said.word, sentence, number=f"{one.here} 件", spoken=said.word)


# --- refused -----------------------------------------------------------------------------------------------


About = dict[str, str | int]


def refusal(refused: Refused) -> Answer:
    """What to say about a refusal: what happened, and what to do."""
    reason = Reason(refused.reason)
    tone, word, sentence = _REFUSALS[reason]
    about = refused.about
    said = sentence.format_map(about) if isinstance(sentence, str) else sentence(about)
    return Answer(tone, word, said, number=_number(reason, about), spoken=word)


def _number(reason: Reason, about: About) -> str:
    if reason is Reason.ALREADY:
        return f"{moment(int(about['at_ms'])):%H:%M}"
    if reason is Reason.MORE_THAN_HERE:
        return f"只有 {about['have']}"
    return ""


def _already(about: About) -> str:
    where = f"另一台电脑 {about['other']} " if about["other"] else "这台电脑"
    by = f"（{about['operator']}）" if about["operator"] else ""
    taker = f"{about['proxy'] or '别人'}代取走" if about["proxied"] else "本人取走"
    when = clock_text(int(about["at_ms"]), now_ms=int(about["now_ms"]))
    return f"{when} 在{where}{by}由{taker} {about['pieces']} 件，不能再取。有疑问请查 {AFTERSALES_PAGE}。"


def _whose(about: About) -> str:
    return f"取件码 {about['code']}" if about["code"] else f"尾号 {about['tail']}"


def _other_point(about: About) -> str:
    when = f"，{day_text(about['day'], about['today'])}" if about["day"] else ""
    what = f"{_whose(about)} 的货在自提点 {about['point']}"
    return f"{what}（{about['platform']}{when}），不在本店。请顾客去那里取。"


def _other_day(about: About) -> str:
    day = day_text(about["day"], about["today"])
    if str(about["day"]) > str(about["today"]):
        return f"{_whose(about)} 是{about['platform']}{day}的货，还没到。请顾客{day}再来。"
    return f"{_whose(about)} 是{about['platform']}{day}的货，现在不在货架上。请到 {AFTERSALES_PAGE} 查。"


def _not_on_list(about: About) -> str:
    return f"{_whose(about)} 像是{about['platform']}的，但本店的清单里没有。请顾客看手机上写的是哪个自提点、哪一天。"


def _in_van(about: About) -> str:
    day = day_text(about["day"], about["today"])
    return f"{about['platform']}{day}的 {about['pieces']} 件还没签收。车到了请先按 {RECEIVING_PAGE}，再来取。"


def _short(about: About) -> str:
    what = f"{about['product']} 等 {about['pieces']} 件"
    return f"{what}短少，没有到店，已记差异。请按 {AFTERSALES_PAGE} 给顾客申请退款。"


def _damaged(about: About) -> str:
    return f"{about['product']} 等 {about['pieces']} 件到店时就坏了，已拣出。请按 {AFTERSALES_PAGE} 给顾客申请退款。"


def _more_than_here(about: About) -> str:
    if about["have"]:
        most = f"只有 {about['have']} 件，要不了 {about['asked']} 件。请改小件数。"
        return f"{about['product']} 在 {about['slot']} {most}"
    return f"{about['product']} 不在 {about['slot']} 了，没有记。请看最新的货位再取。"


def _long_gone(about: About) -> str:
    return f"那是 {day_text(about['day'])}的取货，过了当天不能撤销。请按 {AFTERSALES_PAGE} 办理。"


def _reminded_before(about: About) -> str:
    before, again = (
        clock_text(int(about[key]), now_ms=int(about["now_ms"])) for key in ("at_ms", "again_ms")
    )
    return f"{before} 已经催过，这次没有复制，免得打扰邻居。{again} 以后可以再催。"


def _barcode(about: About) -> str:
    name = f"（{about['product']}）" if about["product"] else ""
    return f"{about['code']}{name}是商品条码，不是取件码。收货点数请按 {RECEIVING_PAGE}；取货请扫顾客手机上的码。"


_REFUSALS: dict[Reason, tuple[Tone, str, str | Callable[[About], str]]] = {
    Reason.EMPTY: (Tone.INFO, "还没输入", "请扫顾客手机上的码，或输入尾号、姓名、首字母。"),
    Reason.TOO_LONG: (
        Tone.WRONG,
        "码太长",
        "这个码有 {length} 个字，像是几个码连在一起了。请对准一个码再扫。",
    ),
    Reason.CONTROL: (Tone.WRONG, "码不干净", "里面混进了看不见的字符，没有查。请再扫一次；还不行就问尾号。"),
    Reason.NO_CODE_IN_QR: (
        Tone.WRONG,
        "不是取货码",
        "这个二维码里没有取件码。请顾客打开订单里的取货码，或问尾号。",
    ),
    Reason.ONE_LETTER: (Tone.INFO, "再打一个", "一个字母人太多，请再打一个首字母，例如 wxm。"),
    Reason.CUT_SHORT: (
        Tone.WRONG,
        "码不全",
        "{code} 没有扫全，前面对得上，后面少了。请再扫一次，或问手机尾号。",
    ),
    Reason.UNKNOWN: (
        Tone.WRONG,
        "不认识",
        "没有 {code} 这个码。请看是不是扫错了，或改用手机尾号、姓名来找。",
    ),
    Reason.NO_SUCH_TAIL: (
        Tone.WRONG,
        "没找到",
        "没有尾号 {tail} 的货。请再问一遍尾号，或改用姓名、取件码来找。",
    ),
    Reason.NO_SUCH_NAME: (Tone.WRONG, "没找到", "没有叫“{text}”的顾客。请换一个字试试，或问手机尾号。"),
    Reason.CRATE_LABEL: (
        Tone.LOOK,
        "这是筐码",
        "{code} 是整筐的标签，不是取件码。收货请按 " + RECEIVING_PAGE + " 再扫。",
    ),
    Reason.BARCODE: (Tone.LOOK, "这是商品码", _barcode),
    Reason.PALLET: (
        Tone.LOOK,
        "这是托盘码",
        "{code} 是托盘标签，不是取件码。收货请按 " + RECEIVING_PAGE + "，一筐一筐地扫。",
    ),
    Reason.SLOT_LABEL: (Tone.LOOK, "这是货位码", "看这个货位放了谁的货，请按 " + SHELF_PAGE + " 再扫。"),
    Reason.RETURN_BAG: (Tone.LOOK, "这是退货袋", "退货袋请按 " + AFTERSALES_PAGE + " 再扫。"),
    Reason.OWN_CODE: (
        Tone.LOOK,
        "这是售后单",
        "这是本店自己的单号，不是取件码。请按 " + AFTERSALES_PAGE + " 再扫。",
    ),
    Reason.OTHER_POINT: (Tone.LOOK, "不在本店", _other_point),
    Reason.OTHER_DAY: (Tone.LOOK, "不是今天的", _other_day),
    Reason.OTHER_PLATFORM: (
        Tone.LOOK,
        "别的平台",
        "{code} 像是{platform}的取件码，这几天没有它家的货到本店。请顾客看手机上写的自提点。",
    ),
    Reason.NOT_ON_LIST: (Tone.LOOK, "不在清单", _not_on_list),
    Reason.IN_VAN: (Tone.LOOK, "还没签收", _in_van),
    Reason.SHORT: (Tone.WRONG, "短少没到", _short),
    Reason.DAMAGED: (Tone.WRONG, "到时就坏了", _damaged),
    Reason.RETURNED: (
        Tone.LOOK,
        "已经退回",
        "{product} 等 {pieces} 件已经退回，不在货架上了。请按 " + AFTERSALES_PAGE + " 查退款。",
    ),
    Reason.ALREADY: (Tone.WRONG, "已经取走", _already),
    Reason.NOTHING: (Tone.LOOK, "没有货", "货架上没有可以交出的货。请核对是不是这位顾客。"),
    Reason.NO_LINE: (Tone.WRONG, "没有这一行", "清单里没有这一行，可能刚更新过。请重新找这位顾客。"),
    Reason.MORE_THAN_HERE: (Tone.WRONG, "没有这么多", _more_than_here),
    Reason.BAD_COUNT: (Tone.WRONG, "件数不对", "件数要在 1 到 {most} 之间，{count} 不行。请重新输入。"),
    Reason.SURPLUS: (
        Tone.LOOK,
        "这是多发的",
        "“多发”货位的货没有人订，不能交给顾客。请按 " + AFTERSALES_PAGE + " 退回。",
    ),
    Reason.LONG_TEXT: (Tone.WRONG, "写得太长", "写了 {length} 个字，最多 {most} 个。请写短一点。"),
    Reason.NOTHING_TO_UNDO: (Tone.INFO, "没有可撤销的", "今天在这里还没有可以撤销的取货。"),
    Reason.NO_REASON: (Tone.INFO, "还没选原因", "请选一个原因，以后好查。"),
    Reason.UNDONE: (Tone.INFO, "已经撤销过", "这次取货已经撤销过了，货都在货架上。"),
    Reason.VOIDED: (Tone.LOOK, "平台已作废", "平台查到另一台电脑先交出了，这次取货已作废，不用再撤销。"),
    Reason.OTHER_BUSINESS_DAY: (Tone.WRONG, "过了当天", _long_gone),
    Reason.MOVED_ON: (
        Tone.WRONG,
        "撤销不了",
        "{product} 取走后已经退回来一部分了。请按 " + AFTERSALES_PAGE + " 接着办。",
    ),
    Reason.CLAIMED: (
        Tone.WRONG,
        "撤销不了",
        "{product} 取走后已经申请了售后（{claim}）。请先按 " + AFTERSALES_PAGE + " 撤回申请。",
    ),
    Reason.NO_SUCH_SLOT: (Tone.WRONG, "没有这个货位", "本店没有货位“{slot}”。请看货位标签，例如 A-01。"),
    Reason.SAME_SLOT: (Tone.INFO, "就在这里", "已经在 {slot}，不用换。"),
    Reason.NOBODY_TO_REMIND: (Tone.INFO, "不用催", "货架上没有要催的货。"),
    Reason.REMINDED: (Tone.LOOK, "刚催过", _reminded_before),
    Reason.NO_PERSON: (Tone.WRONG, "没有这个人", "这位顾客的资料已经清除了。请问顾客本人。"),
    Reason.NO_PHONE: (Tone.INFO, "没有电话", "平台只给了尾号，没有整个号码。请在平台的应用里联系顾客。"),
    Reason.NO_PLATFORM: (Tone.WRONG, "选个平台", "还没有选在哪个平台下单。请选一个。"),
    Reason.NO_PRODUCT: (Tone.WRONG, "买什么", "还没有写买什么。请写上商品名。"),
    Reason.BAD_MONEY: (Tone.WRONG, "金额不对", "金额要在 0 到 10 万元之间。请重新输入。"),
    Reason.NO_NAME: (Tone.WRONG, "给谁买", "还没有写是给谁买的。请写上名字。"),
}


# --- lists -------------------------------------------------------------------------------------------------


def note_of(absent: Absent, *, today: str) -> str:
    """One line on goods that are not here: 明天 桂农团 土鸡蛋 2 件，还在车上."""
    day = day_text(absent.day, today)
    return f"{absent.product}　{absent.pieces} 件　{absent.platform} {day}　{ABSENT.get(absent.where, '不在店里')}"


def act_text(act: Act, *, now_ms: int) -> str:
    """One line on goods that were handed out."""
    taker = f"{act.proxy or '别人'}代取" if act.proxied else "本人"
    where = "　另一台电脑" if act.other_pc else ""
    how = "取走又撤销" if act.undone else "取走"
    return f"{clock_text(act.at_ms, now_ms=now_ms)} {how} {act.pieces} 件　{taker}{where}"


def act_tone(act: Act) -> Tone | None:
    """An act that was taken back is marked."""
    return Tone.INFO if act.undone else None


def hit_name(one: Neighbour) -> str:
    """A person in a list: name and nickname."""
    return f"{one.name}（{one.nickname}）" if one.nickname else one.name or "没有姓名"


def hit_tone(hit: tuple[int, Neighbour]) -> Tone | None:
    """Who has goods here is marked."""
    return Tone.OK if hit[1].here else None


def visit_heading(visit: Visit) -> str:
    """The person as a heading: name, tail, nickname."""
    one = visit.neighbour
    nick = f"（{one.nickname}）" if one.nickname else ""
    return f"{one.name or '没有姓名'}{nick}　尾号 {one.tail or '无'}"


def due(row: ShelfRow, *, now_ms: int) -> str:
    """How long goods may still wait: 剩 5时20分, or 过 1天2时."""
    left = row.until_ms - now_ms
    return f"剩 {span(left)}" if left >= 0 else f"过 {span(-left)}"


def short_who(row: ShelfRow) -> str:
    """A person in a narrow column: 韦小妹 6312."""
    return f"{row.name} {row.tail}".strip() or "没有姓名"


def reminded(row: ShelfRow, *, now_ms: int) -> str:
    """When a reminder was copied last: the time today, else the day; "" for never."""
    if not row.reminded_ms:
        return ""
    then, now = moment(row.reminded_ms), moment(now_ms)
    if then.date() == now.date():
        return f"{then:%H:%M}"
    return "昨天" if (now.date() - then.date()).days == 1 else f"{then.month}/{then.day}"


def copied(rows: Sequence[ShelfRow]) -> Answer:
    """A reminder is on the clipboard."""
    people = len({row.key for row in rows})
    pieces = sum(row.pieces for row in rows)
    whose = f"{people} 位顾客" if people > 1 else who(rows[0].name, rows[0].tail) + " "
    return Answer(
        Tone.OK, "已复制", f"{whose}的提醒已复制（{pieces} 件），到微信里粘贴就行。", number=f"{people} 位"
    )


def on_shelf(rows: Sequence[ShelfRow]) -> Answer:
    """What was found on the shelf by a scan."""
    pieces = sum(row.pieces for row in rows)
    places = list(dict.fromkeys(row.slot for row in rows))
    whose = "、".join(dict.fromkeys(row.name or "没有姓名" for row in rows))
    number = places[0] if len(places) == 1 else f"{pieces} 件"
    return Answer(Tone.OK, "在货架上", f"{whose}：{pieces} 件，在 {'、'.join(places[:4])}。", number=number)


def empty_slot(slot: str) -> Answer:
    """Nothing stands at a slot."""
    return Answer(Tone.INFO, "空货位", f"{slot} 现在没有货，可以放。", number=slot)


# --- reminders ---------------------------------------------------------------------------------------------


def group_text(rows: Iterable[ShelfRow], *, shop: str, now_ms: int) -> str:
    """The village chat's text: by zone, frozen first; of each person the name's first character, tail and slots."""
    waiting_rows = list(rows)
    today = moment(now_ms)
    said = [f"【{shop}】{today.month}月{today.day}日 请来取货"]
    for zone in sorted({row.zone for row in waiting_rows}, key=URGENCY.__getitem__):
        mine = [row for row in waiting_rows if row.zone is zone]
        said.append("")
        for part in (rows_in_time(mine, now_ms), rows_too_late(mine, now_ms)):
            if part:
                said.append(f"{_ZONE_MARKS[zone]} {ZONES[zone]}　{_until(part, now_ms)}")
                said += _people_lines(part)
    return "\n".join([*said, "", "来时报手机尾号就行，谢谢！"])


def rows_in_time(rows: Sequence[ShelfRow], now_ms: int) -> list[ShelfRow]:
    """What may still wait."""
    return [row for row in rows if row.until_ms >= now_ms]


def rows_too_late(rows: Sequence[ShelfRow], now_ms: int) -> list[ShelfRow]:
    """What should have been fetched already."""
    return [row for row in rows if row.until_ms < now_ms]


_ZONE_MARKS = {Zone.FROZEN: "❄", Zone.CHILLED: "◆", Zone.FRESH: "●", Zone.AMBIENT: "■"}


def _until(rows: Sequence[ShelfRow], now_ms: int) -> str:
    first = min(row.until_ms for row in rows)
    if first < now_ms:
        return "已经超时，请尽快来"
    return f"请在{_near(first, now_ms)} 前来取"


def _near(at_ms: int, now_ms: int) -> str:
    return clock_text(at_ms, now_ms=now_ms)


def _people_lines(rows: Sequence[ShelfRow]) -> list[str]:
    together: dict[str, list[ShelfRow]] = {}
    for row in sorted(rows, key=lambda row: (row.slot, row.key)):
        together.setdefault(row.key, []).append(row)
    return [
        f"{_masked(mine[0])}　{'、'.join(dict.fromkeys(row.slot for row in mine))}"
        for mine in together.values()
    ]


def _masked(row: ShelfRow) -> str:
    name = masked_name(row.name) or "顾客"
    return f"{name} 尾号{row.tail}" if row.tail else name


def buyer_text(rows: Sequence[ShelfRow], *, shop: str, now_ms: int) -> str:
    """The text for one person; `rows` are theirs."""
    first = rows[0]
    said = [f"{_masked(first)} 您好，您有 {sum(row.pieces for row in rows)} 件货在【{shop}】等您来取："]
    for zone in sorted({row.zone for row in rows}, key=URGENCY.__getitem__):
        mine = [row for row in rows if row.zone is zone]
        slots = "、".join(dict.fromkeys(row.slot for row in mine))
        said.append(
            f"· {ZONES[zone]} {sum(row.pieces for row in mine)} 件，货位 {slots}，{_until(mine, now_ms)}"
        )
    return "\n".join([*said, "来时报手机尾号就行，谢谢！"])
