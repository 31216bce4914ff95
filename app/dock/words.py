"""What the counter says at the dock: an answer for everything done or refused, what is next, and the lists' words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from app.dock.actions import Arrived, Ended, TakenBack, TurnedAway, Unloaded
from app.dock.differences import Cleared, DifferenceNoted
from app.dock.queries import BoxRow, ClearRow, DifferenceRow, TruckRow
from app.dock.rules import Next, Reason, Seal
from app.domain import places
from app.domain.answers import Answer, Tone
from app.domain.clock import moment
from app.domain.goods import URGENCY, Shortfall, Zone
from app.domain.ids import FactId
from app.domain.refusals import Refused
from app.store.clashes import Clash

ZONES = {Zone.FROZEN: "冷冻", Zone.CHILLED: "冷藏", Zone.FRESH: "生鲜", Zone.AMBIENT: "常温"}
DIFFERENCES = {Shortfall.SHORT: "短少", Shortfall.DAMAGED: "破损", Shortfall.OVER: "多发"}
SORTING_PAGE = "分拣"
LEAVE_ON = "别卸，留在车上还给司机。"
HOUR_MS, MINUTE_MS = 3_600_000, 60_000
HURRY_MS = 6 * HOUR_MS
"""A deadline nearer than this is drawn in amber (ours)."""
LATE_MS = 10 * MINUTE_MS
"""A truck is called late this long after it was expected (ours)."""
FAIR = "每个点按同样的比例少，零头先照顾上次没分到的。"

Done = Unloaded | TurnedAway | Arrived | Ended | TakenBack | DifferenceNoted | Cleared
About = dict[str, str | int]


# --- done --------------------------------------------------------------------------------------------------


def answer(result: Done | Refused, trucks: Iterable[TruckRow] = ()) -> Answer:
    """What to say about a result; `trucks` as they stand now, for what is still to come."""
    if isinstance(result, Refused):
        return refusal(result)
    if isinstance(result, Unloaded):
        return _unloaded(result, truck_left(trucks, result.trip))
    return _DONE[type(result)](result)


def undoable(result: Done) -> tuple[FactId, ...]:
    """The facts of a result that one step back may undo: that somebody came or was turned away stays said."""
    return () if isinstance(result, TurnedAway | Arrived | TakenBack) else result.facts


def truck_left(trucks: Iterable[TruckRow], trip: str) -> str:
    """`这车还差 12 箱。`, or that it is empty; "" where the truck is not known or done."""
    truck = next((truck for truck in trucks if truck.trip == trip), None)
    if truck is None or truck.ended_ms:
        return ""
    return f"这车还差 {truck.boxes_waiting} 箱。" if truck.boxes_waiting else "这车卸空了，按 F12 卸完。"


def _unloaded(result: Unloaded, left: str) -> Answer:
    zones = sorted({box.zone for box in result.boxes}, key=URGENCY.__getitem__)
    zone = "、".join(ZONES[zone] for zone in zones)
    cold = "冷的先分。" if zones[0] in (Zone.FROZEN, Zone.CHILLED) else ""
    what = f"{result.products} 种 {result.pieces} 件（{zone}）"
    if result.whole_pallet:
        boxes = f"{'其余' if result.before else ''} {len(result.boxes)} 箱 ".lstrip()
        sentence, number = f"{boxes}{what}。{cold}{left}", result.number
        spoken = f"{len(result.boxes)} 箱，{result.pieces} 件"
    else:
        more = f"{result.number} 还差 {result.waiting} 箱。" if result.waiting else ""
        sentence, number = f"{result.label} {what}。{cold}{more or left}", f"{result.pieces} 件"
        spoken = f"{result.pieces} 件"
    if result.late:
        return Answer(Tone.OK, "补到了", f"{sentence}短少已销。", number=number, spoken=f"补到，{spoken}")
    return Answer(Tone.OK, "已卸车", sentence, number=number, spoken=spoken)


def _turned_away(result: TurnedAway) -> Answer:
    if result.reason is Reason.OTHER_STATION:
        return Answer(
            Tone.WRONG,
            "不是本站的",
            f"{result.code} 是 {result.belongs} 的。{LEAVE_ON}已记下。",
            spoken="不是本站的，别卸",
        )
    if result.reason is Reason.OTHER_NIGHT:
        sentence = f"{result.code} 是 {day_text(result.belongs)}的，不是今晚的。{LEAVE_ON}已记下。"
        return Answer(Tone.WRONG, "不是今晚的", sentence, spoken="不是今晚的，别卸")
    sentence = f"{result.code} 不在今晚本站的清单里。{LEAVE_ON}已记下。"
    return Answer(Tone.WRONG, "不在清单", sentence, spoken="不在清单，别卸")


def _arrived(result: Arrived) -> Answer:
    plate = result.plate or result.trip
    photo = "" if result.photos else "还没有照片，最好补拍一张。"
    if result.seal is Seal.BROKEN:
        return Answer(
            Tone.WRONG,
            "铅封破了",
            f"{plate} 到了，铅封破损已记。{photo}请当着司机的面清点。",
            spoken="铅封破了",
        )
    if result.seal is Seal.OTHER:
        sentence = (
            f"清单上是 {result.announced_seal}，车上是 {result.seen_seal}，已记。{photo}请当着司机的面清点。"
        )
        return Answer(Tone.WRONG, "铅封不对", sentence, spoken="铅封不对")
    if result.other_plate:
        sentence = f"清单上是 {result.announced_plate}，来的是 {plate}，已记。请问清是不是本站的车。"
        return Answer(Tone.LOOK, "车牌不同", sentence, spoken="车牌不同")
    seal = "铅封对得上。" if result.seal is Seal.SAME else ""
    return Answer(Tone.OK, "已记到车", f"{plate} 到了。{seal}开门后扫托盘码，冷冻的先卸。", spoken="已记到车")


def _ended(result: Ended) -> Answer:
    name = result.plate or result.trip
    if not result.pieces:
        short = f"短少 {result.known_short} 件先前已记。" if result.known_short else "全部卸完，一件不缺。"
        return Answer(Tone.OK, "卸完了", f"{name} {short}", spoken="卸完了")
    boxes = "、".join(box for box, _ in result.missed[:3]) + ("等" if len(result.missed) > 3 else "")
    sentence = f"{name} 有 {len(result.missed)} 箱没来（{boxes}），已记短少。后来到了照样扫，会自动补上。"
    return Answer(
        Tone.LOOK, "卸完了", sentence, number=f"短 {result.pieces}", spoken=f"卸完，短少 {result.pieces} 件"
    )


_UNDONE = {
    "ContainersUnloaded": "卸车", "PiecesMissed": "短少", "PiecesFound": "后来到了", "PiecesDamaged": "破损",
    "SurplusFound": "多发", "UnloadingEnded": "卸完", "AreaCleared": "清场",
}  # fmt: skip


def _taken_back(result: TakenBack) -> Answer:
    what = f"{result.label} " if result.label else ""
    pieces = f"{result.pieces} 件回到原来的地方。" if result.pieces else ""
    sentence = f"{what}的“{_UNDONE[result.kind]}”撤销了。{pieces}".removeprefix("的")
    return Answer(Tone.INFO, "已撤销", sentence, spoken="已撤销")


def _noted(result: DifferenceNoted) -> Answer:
    name = result.product or result.container
    if result.about is None:
        who = _losers(result.losers)
        return Answer(
            Tone.OK,
            "补到了",
            f"{name} {result.pieces} 件回到月台，给{who}。",
            number=f"{result.pieces} 件",
            spoken="补到了",
        )
    word = f"已记{DIFFERENCES[result.about]}"
    until = f"{clock_text(result.deadline_ms)} 前申报。" if result.deadline_ms else ""
    aside = "放到一边，不要分。" if result.about is not Shortfall.SHORT else ""
    who = f"少给{_losers(result.losers)}。" if result.losers and result.product else ""
    sentence = f"{name}。{who}{aside}{until}"
    return Answer(Tone.OK, word, sentence, number=f"{result.pieces} 件", spoken=word)


def _losers(losers: Sequence[tuple[str, int]]) -> str:
    said = "、".join(f"{name} {pieces} 件" for name, pieces in losers[:2])
    return f"{said} 等 {len(losers)} 个点" if len(losers) > 2 else said


def _cleared(result: Cleared) -> Answer:
    if result.left:
        sentence = f"月台上留下 {result.left} 件，已记。分完了再清一次。"
        return Answer(
            Tone.LOOK, "留了货", sentence, number=f"留 {result.left}", spoken=f"留下 {result.left} 件"
        )
    if result.missed:
        sentence = f"月台空了。没找到的 {result.missed} 件已记短少，找到了，在差异里选它再按 F9。"
        return Answer(Tone.LOOK, "清场完成", sentence, number=f"短 {result.missed}", spoken="清场完成")
    return Answer(Tone.OK, "清场完成", "月台上一件不剩。", spoken="清场完成")


_DONE: dict[type, Callable[[Any], Answer]] = {
    TurnedAway: _turned_away,
    Arrived: _arrived,
    Ended: _ended,
    TakenBack: _taken_back,
    DifferenceNoted: _noted,
    Cleared: _cleared,
}


# --- another PC was first ----------------------------------------------------------------------------------


def clash_answer(clashes: Sequence[Clash]) -> Answer:
    """The alarm for what another PC's facts took back here."""
    first = clash_text(clashes[0])
    more = f"一共 {len(clashes)} 条，见下面红色的。" if len(clashes) > 1 else ""
    return Answer(
        Tone.WRONG, "两台撞了", f"{first}{more}", number=clash_name(clashes[0]), spoken="和别的电脑撞了"
    )


def clash_name(clash: Clash) -> str:
    """What a clash is about: the container, or what kind of step."""
    boxes = clash.body.get("containers") or ()
    return str(boxes[0]) if boxes else _UNDONE.get(clash.kind, "上一步")


def clash_text(clash: Clash) -> str:
    """What happened and what to do, in one or two sentences."""
    who = _who(clash.winner_operator, clash.winner_device, here=0)
    when = f" {moment(clash.winner_ms):%H:%M}" if clash.winner_ms else ""
    name = clash_name(clash)
    if clash.kind == "ContainersUnloaded" and clash.reason == "taken":
        return f"{name} {who}{when} 先卸了，这里的不算。货不用再搬。"
    if clash.kind == "ContainersUnloaded":
        return f"{name} {who}{when} 先记了没来，这里的不算。箱子在的话请再扫一次。"
    return f"这里记的“{name}”和{who}{when} 记的对不上，已撤回。请再看一遍货，还不对就重新记。"


def _who(operator: str, device: str, *, here: int) -> str:
    pc = "这台电脑" if here else f"另一台电脑{f' {device[:6]}' if device else ''}"
    return f"{pc} {operator} 号" if operator else pc


# --- refused -----------------------------------------------------------------------------------------------


def refusal(refused: Refused) -> Answer:
    """What to say about a refusal: what happened, and what to do."""
    reason = Reason(refused.reason)
    tone, word, sentence = _REFUSALS[reason]
    about = refused.about
    said = sentence.format_map(about) if isinstance(sentence, str) else sentence(about)
    number = f"{moment(int(about['at_ms'])):%H:%M}" if reason is Reason.ALREADY else ""
    return Answer(tone, word, said, number=number, spoken=word)


def _already(about: About) -> str:
    who = _who(str(about["operator"]), str(about["device"]), here=int(about["here"]))
    what = f"{about['number']} 的 {about['boxes']} 箱都" if int(about["boxes"]) > 1 else f"{about['code']} "
    return f"{what}卸过了：{clock_text(int(about['at_ms']))}，{who}。这次没有记。"


def _cut_short(about: About) -> str:
    like = f"，像是 {about['whole']} 的前半截" if about["whole"] else ""
    return f"{about['code']} 没扫全{like}，没有记。请再扫一次。"


def _product(about: About) -> str:
    where = f"月台上有 {about['dock']} 件" if about["dock"] else "还没有卸下来"
    return f"{about['product']}：{where}。卸车请扫托盘码、箱码；要记短少、破损、多发请按 F9。"


def _other_night(about: About) -> str:
    return f"{about['code']} 是 {day_text(about['day'])}没到的 {about['missing']} 件。确认收下请按 F9，不收就留在车上。"


def _moved_on(about: About) -> str:
    place = places.Place.parse(str(about["to"])) if about["to"] else places.PLATFORM
    if place.kind is places.Kind.CRATE:
        return f"{about['product']} 已经分进筐里，撤销不了。请先在“{SORTING_PAGE}”撤销分拣。"
    return f"{about['product']} 后来又动过，撤销不了。请先撤销后面那一步。"


def _too_many(about: About) -> str:
    if about["have"]:
        return f"这里只有 {about['have']} 件，{about['asked']} 件太多。请改小件数。"
    return "这里已经没有可以记的件数：都分走了，或者都记过差异。"


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
    Reason.NOT_A_CODE: (Tone.INFO, "这不是码", "“{text}”不是码。请扫托盘码或箱码。"),
    Reason.CUT_SHORT: (Tone.WRONG, "码不全", _cut_short),
    Reason.DOUBLED: (
        Tone.WRONG,
        "两个码连了",
        "{code} 前面是 {part}，后面多出来了，像是连扫了两次。没有记，请再扫一次。",
    ),
    Reason.MISREAD: (Tone.WRONG, "条码读错", "{code} 的校验位不对，没有记。请擦净条码再扫一次。"),
    Reason.UNKNOWN: (
        Tone.WRONG,
        "不认识",
        "{code} 不是托盘码，也不是箱码，没有记。请扫 14 位的托盘码或箱码。",
    ),
    Reason.CRATE: (Tone.LOOK, "这是周转筐", "周转筐不在这里扫。卸车请扫托盘码或箱码。"),
    Reason.PIECE: (
        Tone.LOOK,
        "这是商品标签",
        f"一件一件的标签请到“{SORTING_PAGE}”扫。卸车请扫托盘码或箱码。",
    ),
    Reason.OWN_CODE: (Tone.LOOK, "这不是货", "这是站里自己的码，不是到货。请扫托盘码或箱码。"),
    Reason.PRODUCT: (Tone.LOOK, "商品条码", _product),
    Reason.NOT_ORDERED: (Tone.LOOK, "没有人订", "{code} 今晚没有人订，还没记。是多发的请按 F9。"),
    Reason.NO_LIST: (
        Tone.WRONG,
        "清单没到",
        "清单还没到齐，{code} 先放一放，别急着卸。联网后会自动到，再扫一次。",
    ),
    Reason.OTHER_STATION: (Tone.WRONG, "不是本站的", "{code} 不是本站的。" + LEAVE_ON),
    Reason.OTHER_NIGHT: (Tone.LOOK, "不是今晚的", _other_night),
    Reason.NOT_ON_LIST: (Tone.WRONG, "不在清单", "{code} 不在清单里。" + LEAVE_ON),
    Reason.ALREADY: (Tone.LOOK, "卸过了", _already),
    Reason.NO_TRUCK: (Tone.WRONG, "没有这趟车", "今晚没有这趟车，可能清单刚更新过。请重新选。"),
    Reason.NOT_ARRIVED: (Tone.LOOK, "车还没到", "{plate} 还没记到车，不能卸完。车到了先按 F10。"),
    Reason.ENDED: (Tone.INFO, "已经卸完", "这趟车已经卸完了，不用再按。"),
    Reason.CHANGED: (
        Tone.LOOK,
        "刚又变了",
        "刚才看到 {seen} 件，现在是 {now} 件：别的电脑刚扫过。没有记，请再看一遍。",
    ),
    Reason.NO_BOX: (Tone.WRONG, "没有这一箱", "今晚没有 {box} 这一箱，可能清单刚更新过。请重新选。"),
    Reason.BOX_IN: (Tone.LOOK, "已经卸下", "{box} 已经卸到月台，不能记整箱没来。请按商品记短少。"),
    Reason.BAD_COUNT: (Tone.WRONG, "件数不对", "件数要在 1 到 {most} 之间，{count} 不行。请重新输入。"),
    Reason.MORE_THAN_HERE: (Tone.WRONG, "没有那么多", _too_many),
    Reason.NO_PICTURE: (Tone.WRONG, "不是照片", "这个文件不是照片，还没有记。请换一张，或者不带照片。"),
    Reason.NOTHING_TO_UNDO: (Tone.INFO, "没有可撤销的", "今晚在这里还没有做过可以撤销的事。"),
    Reason.MOVED_ON: (Tone.WRONG, "撤销不了", _moved_on),
    Reason.UNDONE: (Tone.INFO, "已经撤销过", "这一步已经撤销过，不用再撤。"),
    Reason.VOIDED: (Tone.INFO, "已经撤回", "这一步和别的电脑撞了，已经撤回，不用再撤。"),
}


# --- what is next ------------------------------------------------------------------------------------------

NEXT: dict[Next, tuple[str, str]] = {
    Next.LIST: ("等清单", "联网后，今晚的车和托盘会自动出现在这里。"),
    Next.CONFIRM: ("按 F9", "和别的电脑撞了 {clashes} 条，按 F9 看怎么办。"),
    Next.ARRIVAL: ("等车", "{coming}到了按 F10。"),
    Next.COLD: ("卸车", "先卸冷的，还有 {cold} 箱：扫托盘码。"),
    Next.UNLOAD: ("卸车", "还差 {boxes} 箱：扫托盘码，一扫就是整托。"),
    Next.END: ("按 F12", "{empty}卸空了，按 F12 卸完。"),
    Next.SORT: ("去分拣", "车都卸完了，月台还有 {dock} 件等分拣；分完按 F11 清场。"),
    Next.CLEAR: ("按 F11", "月台空了，按 F11 清场。"),
    Next.DONE: ("好了", "{cleared}清场完成，今晚的卸车都做完了。"),
}
"""What to do next: a word, and a sentence with what it names."""


def clearing_next(dock: int, clear: ClearRow) -> tuple[str, str]:
    """What to do next where the dock is looked over."""
    if not dock and clear.cleared_ms and not clear.left:
        return "好了", f"{cleared_text(clear)}清过场了，按 Esc 回到卸车。"
    if not dock:
        return "按 F12", "月台空了，按 F12 清场完成。"
    return "清场", f"还有 {dock} 件没分，分完再清。"


def coming_text(trucks: Iterable[TruckRow], *, now_ms: int) -> str:
    """`桂A12345 预计 02:40，`, and how late it is."""
    truck = next((truck for truck in trucks if not truck.arrived_ms), None)
    if truck is None:
        return ""
    late = now_ms - truck.expected_ms
    if not truck.expected_ms:
        return f"{truck.plate or truck.trip} "
    said = f"，晚了 {span(late)}" if late > LATE_MS else ""
    return f"{truck.plate or truck.trip} 预计 {moment(truck.expected_ms):%H:%M}{said}，"


def cleared_text(clear: ClearRow) -> str:
    """`06:12 `, or nothing."""
    return f"{moment(clear.cleared_ms):%H:%M} " if clear.cleared_ms else ""


# --- lists -------------------------------------------------------------------------------------------------


def truck_state(truck: TruckRow, *, now_ms: int) -> tuple[str, Tone]:
    """The state of a truck as a chip."""
    if truck.ended_ms:
        return ("卸完", Tone.OK) if not truck.boxes_missing else (f"缺 {truck.boxes_missing} 箱", Tone.WRONG)
    if truck.arrived_ms:
        if truck.seal_state in (Seal.BROKEN, Seal.OTHER):
            return "铅封不对", Tone.WRONG
        return ("卸货中", Tone.INFO) if truck.began_ms else ("到了", Tone.LOOK)
    if truck.expected_ms and now_ms - truck.expected_ms > LATE_MS:
        return f"晚 {span(now_ms - truck.expected_ms)}", Tone.LOOK
    return "没到", Tone.INFO


def truck_times(truck: TruckRow) -> str:
    """When it came and when its unloading began and ended, or when it is expected."""
    if not truck.arrived_ms:
        return f"预计 {moment(truck.expected_ms):%H:%M}" if truck.expected_ms else "没有预计时间"
    arrived = f"{moment(truck.arrived_ms):%H:%M} 到"
    if truck.ended_ms:
        return f"{arrived} · {moment(truck.ended_ms):%H:%M} 卸完"
    return f"{arrived} · {moment(truck.began_ms):%H:%M} 开卸" if truck.began_ms else arrived


def box_state(box: BoxRow, *, device: str) -> tuple[str, Tone]:
    """The state of a container as a chip."""
    if box.unloaded_ms:
        who = "" if box.device == device else " 别台"
        return f"{moment(box.unloaded_ms):%H:%M} 已卸{who}", Tone.OK
    return ("没来", Tone.WRONG) if box.missing else ("还没卸", Tone.INFO)


def difference_name(row: DifferenceRow) -> str:
    """What a difference is about: a product, or a container with many."""
    return row.product if row.products == 1 else f"{row.container} 里 {row.products} 种商品"


def countdown(deadline_ms: int, *, now_ms: int) -> tuple[str, Tone]:
    """How long a difference can still be claimed: calm, amber in the last hours, red when it is over."""
    left = deadline_ms - now_ms
    if left <= 0:
        return f"已过期 {span(-left)}", Tone.WRONG
    return f"剩 {span(left)}", Tone.LOOK if left < HURRY_MS else Tone.INFO


def day_text(day: str | int) -> str:
    """`2026-11-22` as people say it: 11月22日."""
    parts = str(day).split("-")
    return f"{int(parts[1])}月{int(parts[2])}日" if len(parts) == 3 else str(day)


def clock_text(at_ms: int) -> str:
    """A moment with its day: 11月23日 09:30."""
    at = moment(at_ms)
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def span(ms: int) -> str:
    """A stretch of time in its two largest units: 2天3时, 5时20分, 8分."""
    minutes = max(0, ms) // MINUTE_MS
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days}天{hours}时"
    return f"{hours}时{rest}分" if hours else f"{rest}分"
