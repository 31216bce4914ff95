"""What the counter says at the wall: an answer for everything done, caught or refused, and the words of its lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.domain.answers import Answer, Tone
from app.domain.clock import moment
from app.domain.goods import Zone
from app.domain.refusals import Refused
from app.sorting.actions import (
    Caught,
    Chosen,
    Done,
    NowSorting,
    Put,
    PutAll,
    PutHere,
    ShortTold,
    TakenBack,
)
from app.sorting.crates import (
    Changed,
    Closed,
    Confirmed,
    Counted,
    CrateDone,
    Opened,
    Relabelled,
    Reserved,
    TakenOut,
    Unsealed,
    WallSet,
)
from app.sorting.queries import CrateRow, SlotView, Standing
from app.sorting.rules import Confirm, Crate, Reason
from app.sorting.wallplan import WallPlan
from app.sorting.way import Way
from app.store.clashes import Clash

ZONES = {Zone.FROZEN: "冷冻", Zone.CHILLED: "冷藏", Zone.FRESH: "生鲜", Zone.AMBIENT: "常温"}
ZONES_BY_TEXT = {str(zone): said for zone, said in ZONES.items()}
FAIR_SENTENCE = "每个点先按同样的比例分（去掉零头）；剩下的先给上次没分到的，再给订得最少的，一样的每晚轮换。"
UNSEALED = ("少装了货", "放错了货", "数错了", "抽检", "筐坏了")
AREA = "请放到一边，等装车前再看。"

INVITATION = Answer(Tone.INFO, "请扫件码", "扫一件，屏幕大字显示放哪一格。也可以扫商品条码，按商品一路放。")
WHO_SORTS = Answer(Tone.INFO, "谁在分拣？", "请按 F9，扫工牌或输入工号，这样每个人分了多少都有数。")
NO_WALL = Answer(Tone.LOOK, "墙还没排", "今晚的格口还没有排好。请到“分拣墙”按 F12 排墙。")
ALL_SORTED = Answer(Tone.OK, "都分完了", "卸下来的货都放好了。新的货卸下来，会出现在这里。")
ONLY_A_CRATE = Answer(Tone.INFO, "这是筐码", "先扫件码或商品条码，再扫筐。要看这个筐，请到“分拣墙”。")
ALREADY_IN_HAND = Answer(Tone.LOOK, "正在放这个", "已经在放这个商品，没有多记。放好一格按一次 Enter。")
WHICH = Answer(Tone.LOOK, "是哪一种？", "几种商品共用这个条码，请按数字键选。", spoken="是哪一种")
SKIPPED = Answer(Tone.INFO, "先跳过", "这一格放到最后，没有记。")


def begun(way: Way, *, standing: Standing) -> Answer:
    """A product is in the hands."""
    step = way.current
    slot = step.slot if step else ""
    sentence = f"{way.product}，{len(way.ahead)} 格 {way.pieces} 件。沿着墙走，一格一格放。"
    early = step is not None and step.zone is Zone.FROZEN and standing.zone is not Zone.FROZEN
    if early:
        sentence = f"{way.product} 是冷冻的，最后再分才不化。要现在分，放进冰盒，放好按 Enter。"
        return Answer(Tone.LOOK, "冷冻最后分", sentence, spoken="冷冻最后分")
    return Answer(Tone.INFO, "一路放", sentence, spoken=_aloud(slot, step.pieces if step else 1))


def nothing_to_put(way: Way, *, elsewhere: int) -> Answer:
    """A product was scanned that has nothing to be put here."""
    if way.without_slot:
        sentence = f"{way.product} 有 {way.without_slot} 件还没有格口。请到“分拣墙”按 F12 排墙。"
        return Answer(Tone.LOOK, "没有格口", sentence, spoken="没有格口")
    if elsewhere:
        return Answer(
            Tone.LOOK, "传给别段", f"{way.product} 的 {elsewhere} 件都在别的段，请传过去。", spoken="传给别段"
        )
    sentence = f"{way.product} 待分区里没有要放的了。手里要是还有，就是多出来的，请交给卸货的人。"
    return Answer(Tone.LOOK, "没有要放的", sentence, spoken="没有要放的")


def product_done(way: Way, *, elsewhere: int) -> Answer:
    """The last piece of a product is in its crate."""
    if way.without_slot:
        return nothing_to_put(way, elsewhere=elsewhere)
    if elsewhere:
        sentence = f"{way.product} 这一段放完了，还有 {elsewhere} 件请传给别的段。"
        return Answer(Tone.OK, "这段放完了", sentence, number=f"传 {elsewhere}", spoken="这段放完了")
    return Answer(Tone.OK, "这个放完了", f"{way.product} 都放好了。请扫下一个商品。", spoken="放完了")


# --- done --------------------------------------------------------------------------------------------------


def answer(result: Done | CrateDone | Confirmed | Refused) -> Answer:
    """What to say about a result."""
    if isinstance(result, Refused):
        return refusal(result)
    return _DONE[type(result)](result)


def _put(result: Put) -> Answer:
    whose = f"{result.product}，{result.name}"
    said = _aloud(result.slot, result.pieces)
    if result.full:
        sentence = f"{whose}。前一筐封了，请换一个空筐，新筐码 {result.crate}。"
        return Answer(Tone.LOOK, "换新筐", sentence, spoken=f"{said} 换新筐")
    if result.found:
        sentence = f"{whose}。这件原来记了短少，现在找到了，短少已勾掉。"
        return Answer(Tone.LOOK, "找到了", sentence, spoken=said)
    more = f"已开新筐 {result.crate}。" if result.fresh else ""
    word = f"放了 {result.pieces} 件"
    return Answer(Tone.OK, word, f"{result.slot}，{whose}。{more}", spoken=said)


def _put_all(result: PutAll) -> Answer:
    sentence = f"{result.product} {result.points} 个点 {result.pieces} 件都放好了。"
    if result.no_slot:
        sentence += f"还有 {result.no_slot} 件没有格口，请到“分拣墙”排墙。"
    tone = Tone.LOOK if result.no_slot else Tone.OK
    return Answer(
        tone, "全部放好", sentence, number=f"{result.pieces} 件", spoken=f"全部放好 {result.pieces} 件"
    )


def _put_here(result: PutHere) -> Answer:
    sentence = f"放到 {result.slot}，再扫那个筐。{result.product}，{result.name}。"
    return Answer(Tone.INFO, "放好后扫筐", sentence, spoken=spoken_slot(result.slot))


def _caught(result: Caught) -> Answer:
    return refusal(result.why)


def _short_told(result: ShortTold) -> Answer:
    slots = "、".join(f"{slot} 少 {pieces}" for slot, pieces in result.without[:4])
    more = f" 等 {len(result.without)} 个点" if len(result.without) > 4 else ""
    sentence = f"{result.product} 少 {result.pieces} 件：{slots}{more}。已记短少，其余的接着放。"
    return Answer(
        Tone.LOOK, "已记短少", sentence, number=f"少 {result.pieces}", spoken=f"短少 {result.pieces} 件"
    )


def _now_sorting(result: NowSorting) -> Answer:
    if not result.sorter:
        return Answer(Tone.INFO, "已离开", f"工号 {result.before} 休息了。下一位请按 F9。", spoken="已离开")
    before = f"，{result.before} 已离开" if result.before and result.before != result.sorter else ""
    sentence = f"从现在起这台电脑由工号 {result.sorter} 分拣{before}。"
    return Answer(Tone.OK, "开始分拣", sentence, number=result.sorter, spoken="开始分拣")


def _taken_back(result: TakenBack) -> Answer:
    slots = "、".join(result.slots[:4])
    if not result.pieces:
        return Answer(Tone.INFO, "已撤销", "刚才那一步撤销了。", spoken="已撤销")
    sentence = f"刚才放的 {result.pieces} 件撤销了。请从 {slots} 拿出来，重新扫。"
    return Answer(
        Tone.INFO, "已撤销", sentence, number=slots if len(result.slots) == 1 else "", spoken="已撤销"
    )


def _chosen(result: Chosen) -> Answer:
    how = "扫完件码，还要扫筐才算" if result.confirm is Confirm.BY_CRATE else "扫了件码就算放好"
    where = f"，只看第 {result.stretch} 段墙" if result.stretch else ""
    return Answer(Tone.OK, "改好了", f"这台电脑：{how}{where}。")


def _opened(result: Opened) -> Answer:
    if not result.crates:
        return Answer(Tone.INFO, "筐都开好了", "有货的格口都已经有筐，不用再开。")
    sentence = f"给有货的格口开了 {len(result.crates)} 个筐。请打印标签，贴好放到格口里。"
    return Answer(Tone.OK, "筐开好了", sentence, number=f"{len(result.crates)} 筐", spoken="筐开好了")


def _changed(result: Changed) -> Answer:
    sentence = (
        f"{result.full} 装了 {result.pieces} 件，已封。新筐 {result.crate} 放到 {result.slot}，接着放。"
    )
    return Answer(Tone.OK, "换好新筐", sentence, number=result.slot, spoken="换好新筐")


def _confirmed(result: Confirmed) -> Answer:
    if result.facts:
        return Answer(Tone.OK, "对了", f"{result.slot} 有两个筐，这件记到 {result.crate}。", spoken="对了")
    return Answer(Tone.OK, "对了", f"就是 {result.slot} 的筐 {result.crate}。请扫下一件。", spoken="对了")


def _relabelled(result: Relabelled) -> Answer:
    sentence = f"{result.slot} 的筐改用新码 {result.crate}，里面 {result.pieces} 件跟着走。旧标签请撕掉。"
    return Answer(Tone.OK, "换好标签", sentence, number=result.slot, spoken="换好标签")


def _closed(result: Closed) -> Answer:
    sentence = f"{result.slot} 的筐 {result.crate} 封好了，{result.pieces} 件。再扫货进来会报警。"
    return Answer(Tone.OK, "已封筐", sentence, number=f"{result.pieces} 件", spoken="已封筐")


def _unsealed(result: Unsealed) -> Answer:
    sentence = f"{result.slot} 的筐 {result.crate} 又能放货了。放完请记得再封。"
    return Answer(Tone.LOOK, "已拆封", sentence, number=result.slot, spoken="已拆封")


def _counted(result: Counted) -> Answer:
    if result.booked == result.counted:
        sentence = f"{result.slot} 的筐 {result.counted} 件，和记录一样。"
        return Answer(Tone.OK, "抽检相符", sentence, number=f"{result.counted} 件", spoken="抽检相符")
    less = result.counted < result.booked
    gap = abs(result.booked - result.counted)
    sentence = f"{result.slot} 的筐记了 {result.booked} 件，数出 {result.counted} 件。请拆封，一件一件核对。"
    word = f"少 {gap} 件" if less else f"多 {gap} 件"
    return Answer(Tone.WRONG, "抽检不符", sentence, number=word, spoken=f"抽检不符 {word}")


def _taken_out(result: TakenOut) -> Answer:
    where = f"放进了 {result.into}" if result.into else "回到待分区，可以重新扫"
    sentence = f"{result.product} {result.pieces} 件从 {result.slot} 取出，{where}。"
    return Answer(Tone.OK, "已取出", sentence, number=f"{result.pieces} 件", spoken="已取出")


def _reserved(result: Reserved) -> Answer:
    count = len(result.labels)
    sentence = f"{count} 张空白筐标签好了。贴在空筐上，放到哪一格，扫一下就认那一格。"
    return Answer(Tone.OK, "标签好了", sentence, number=f"{count} 张")


def _wall_set(result: WallSet) -> Answer:
    sentence = f"{result.points} 个点都有格口了，分成 {result.sorters} 段，每段一个人。"
    return Answer(Tone.OK, "墙排好了", sentence, number=f"{result.points} 格", spoken="墙排好了")


_DONE: dict[type, Callable[[Any], Answer]] = {
    Put: _put,
    PutAll: _put_all,
    PutHere: _put_here,
    Caught: _caught,
    ShortTold: _short_told,
    NowSorting: _now_sorting,
    TakenBack: _taken_back,
    Chosen: _chosen,
    Opened: _opened,
    Changed: _changed,
    Confirmed: _confirmed,
    Relabelled: _relabelled,
    Closed: _closed,
    Unsealed: _unsealed,
    Counted: _counted,
    TakenOut: _taken_out,
    Reserved: _reserved,
    WallSet: _wall_set,
}


# --- refused -----------------------------------------------------------------------------------------------

About = dict[str, str | int]


def refusal(refused: Refused) -> Answer:
    """What to say about a refusal: what happened, and what to do."""
    reason = Reason(refused.reason)
    tone, word, sentence = _REFUSALS[reason]
    about = refused.about
    said = sentence.format_map(about) if isinstance(sentence, str) else sentence(about)
    number = _number(reason, about)
    spoken = f"{word} {spoken_slot(number)}" if "-" in number else word
    return Answer(tone, word, said, number=number, spoken=spoken)


_SHOWING_SLOT = (Reason.WRONG_CRATE, Reason.WRONG_ZONE, Reason.SEALED, Reason.REPEAT)


def _number(reason: Reason, about: About) -> str:
    if reason in _SHOWING_SLOT:
        return str(about.get("slot", ""))
    if reason in (Reason.MORE_THAN_HERE, Reason.MORE_THAN_NEEDED):
        return f"最多 {about['have']}"
    return ""


def hour(at_ms: int | str) -> str:
    """A moment of this night: 02:17."""
    return f"{moment(int(at_ms)):%H:%M}"


def _repeat(about: About) -> str:
    who = f"工号 {about['by']}" if about["by"] else "有人"
    where = "" if about["here"] else "在另一台电脑"
    put = f"{hour(about['at_ms'])} {who}{where}已放进 {about['slot']}"
    return f"这件 {put}，没有再记。手里要是还有一件，看看是不是重码。"


def _wrong_crate(about: About) -> str:
    if not about["found"]:
        return f"这件该放 {about['slot']}，没有记。请放到 {about['slot']} 再扫那里的筐。"
    return f"这件该放 {about['slot']}，不是 {about['found']}。请拿出来，放到 {about['slot']}，再扫那里的筐。"


def _wrong_zone(about: About) -> str:
    box = "冰盒" if about["zone"] == Zone.FROZEN else "筐"
    zone, found = ZONES[Zone(str(about["zone"]))], ZONES[Zone(str(about["found"]))]
    return f"{zone}的货不能放进{found}的筐，没有记。请放到 {about['slot']} 的{zone}{box}。"


def _sealed(about: About) -> str:
    return f"{about['slot']} 的这一筐 {hour(about['at_ms'])} 已封，不能再放。请另拿一个空筐，直接再扫。"


def _other_night(about: About) -> str:
    _, month, day = str(about["day"]).split("-")
    return f"{about['product']} 是 {int(month)}月{int(day)}日的货，不是今晚的。{AREA}"


def _coming_night(about: About) -> str:
    _, month, day = str(about["day"]).split("-")
    _, this_month, today = str(about["today"]).split("-")
    return (
        f"{about['product']} 是 {int(month)}月{int(day)}日的货，现在还是 {int(this_month)}月{int(today)}日。"
        "过了 23:00 再分；要是电脑日期不对，请先调好。"
    )


def _more_than_needed(about: About) -> str:
    if about["have"]:
        return f"这个点最多还要 {about['have']} 件，{about['asked']} 件太多。请改件数。"
    return "这个点的这种商品已经放够了，没有再记。"


def _none_left(about: About) -> str:
    return f"{about['product']} 给 {about['slot']} 的都放够了，这件多出来，没有记。请交给卸货的人看。"


_REFUSALS: dict[Reason, tuple[Tone, str, str | Callable[[About], str]]] = {
    Reason.EMPTY: (Tone.INFO, "没有码", "没有扫到内容，请再扫一次。"),
    Reason.TOO_LONG: (
        Tone.WRONG,
        "码太长",
        "这个码有 {length} 个字，像是几个码连在一起了。请对准一个码再扫。",
    ),
    Reason.CONTROL: (Tone.WRONG, "码不干净", "码里混进了看不见的字符，没有记。请再扫一次。"),
    Reason.NOT_A_CODE: (Tone.INFO, "这不是码", "“{text}”不是码。请扫件码、商品条码或筐码。"),
    Reason.MISREAD: (Tone.WRONG, "没扫全", "这个码没扫全，或者读错了，没有记。请擦净标签再扫一次。"),
    Reason.UNKNOWN: (Tone.WRONG, "不认识", f"今晚的清单里没有 {{code}}。不是件码，也不是商品条码。{AREA}"),
    Reason.NOT_OURS: (Tone.WRONG, "不是本站的", f"今晚的清单里没有这件，可能是别的站的货。{AREA}"),
    Reason.OTHER_NIGHT: (Tone.WRONG, "不是今晚的", _other_night),
    Reason.COMING_NIGHT: (Tone.LOOK, "还早", _coming_night),
    Reason.WHOLE_BOX: (
        Tone.LOOK,
        "这是整箱",
        "{code} 是托盘码或箱码，没有记。卸车请按 F2 再扫；分货请扫件码或商品条码。",
    ),
    Reason.BEYOND: (Tone.WRONG, "码不对", "{product} 这一批只有 {pieces} 件，没有这个号。请交给卸货的人看。"),
    Reason.NOT_UNLOADED: (
        Tone.LOOK,
        "还没卸车",
        "{product} 在箱 {container} 里，这一箱还没扫卸车。请先到卸车页扫一下箱码，再扫这件。",
    ),
    Reason.NONE_LEFT: (Tone.LOOK, "多出来的", _none_left),
    Reason.REPEAT: (Tone.LOOK, "扫过了", _repeat),
    Reason.NO_SLOT: (Tone.LOOK, "没有格口", "{name} 在墙上还没有格口。请到“分拣墙”按 F12 排墙。"),
    Reason.WRONG_CRATE: (Tone.WRONG, "放错筐了", _wrong_crate),
    Reason.WRONG_ZONE: (Tone.WRONG, "温层不对", _wrong_zone),
    Reason.SEALED: (Tone.WRONG, "这筐封了", _sealed),
    Reason.OLD_LABEL: (Tone.WRONG, "不是今晚的筐码", "{crate} 不是今晚的筐标签。请撕掉，换一张新的。"),
    Reason.USED_LABEL: (Tone.WRONG, "筐码用过了", "{crate} 已经用过，一个码只能用一次。请换一张新标签。"),
    Reason.SLOT_HAS_CRATE: (
        Tone.LOOK,
        "这格已有筐",
        "{slot} 已经有筐 {standing}，请扫那个筐。装满了，请到“分拣墙”按 F9 换筐。",
    ),
    Reason.REPLACED: (Tone.WRONG, "旧标签", "这个筐已经换成 {became}。请撕掉旧标签，扫新的。"),
    Reason.ON_VAN: (Tone.WRONG, "已经装车", "{crate} 已经在车上，不能再动。要动请先在装车页卸下来。"),
    Reason.NO_PRODUCT: (Tone.WRONG, "不认识", f"今晚没有条码 {{code}} 的商品，没有记。{AREA}"),
    Reason.PRODUCT_DONE: (Tone.OK, "放完了", "{product} 都放好了，没有要放的了。"),
    Reason.MORE_THAN_NEEDED: (Tone.WRONG, "太多了", _more_than_needed),
    Reason.BAD_COUNT: (Tone.WRONG, "件数不对", "要在 1 到 {most} 之间，{count} 不行。请重新输入。"),
    Reason.NOTHING_SHORT: (Tone.INFO, "够分", "{product} 够分，不用记短少。"),
    Reason.SHARES_DO_NOT_ADD_UP: (
        Tone.WRONG,
        "加起来不对",
        "手里有 {have} 件，分出去 {given} 件，对不上。请再改一改。",
    ),
    Reason.BAD_BADGE: (Tone.WRONG, "工号不对", "工号是字母和数字，最多 12 位，不要写名字。请再输一次。"),
    Reason.NOBODY_HERE: (Tone.INFO, "没有人", "这台电脑现在没有人在分拣。"),
    Reason.NO_CRATE: (Tone.WRONG, "不是筐码", "{code} 不是本站的筐。请扫格口里那个筐的标签。"),
    Reason.EMPTY_CRATE: (Tone.LOOK, "筐是空的", "{slot} 的筐里还没有货，不用封。"),
    Reason.NOT_SEALED: (Tone.INFO, "没有封", "{slot} 的筐本来就没有封。"),
    Reason.NO_REASON: (Tone.LOOK, "要写原因", "拆封要选一个原因。"),
    Reason.MORE_THAN_HERE: (Tone.WRONG, "没有这么多", "筐里只有 {have} 件，取不出 {asked} 件。"),
    Reason.NO_ROUTES: (Tone.LOOK, "还没有线路", "今晚的线路还没有来，排不了墙。联网后会自动收到。"),
    Reason.WALL_IN_USE: (
        Tone.LOOK,
        "墙在用",
        "格口里已经有 {crates} 个筐，现在不能整面重排。新来的点可以加在后面。",
    ),
    Reason.NOTHING_TO_UNDO: (Tone.INFO, "没有可撤销的", "刚才没有放过可以撤销的。"),
    Reason.UNDONE: (Tone.INFO, "已经撤销过", "这一步已经撤销过，不用再撤。"),
    Reason.MOVED_ON: (Tone.WRONG, "撤销不了", "{slot} 的货后来又动过，撤销不了。请到“分拣墙”取出来。"),
}


# --- clashes -----------------------------------------------------------------------------------------------


def clash(found: Clash, *, slot: str, product: str) -> str:
    """One sentence for something of this PC that another had done before."""
    who = f"工号 {found.winner_operator}" if found.winner_operator else "另一台电脑"
    when = f" {hour(found.winner_ms)}" if found.winner_ms else ""
    where = slot or "那一格"
    if found.kind == "Sorted":
        again = f"这台电脑 {hour(found.at_ms)} 又放了一次"
        return f"{product or '一件货'}：{who}{when} 先放了，{again}。请看 {where} 是不是多一件。"
    return f"{where} 的筐：{who}{when} 先动过了，这台电脑刚才那一步不算。请到 {where} 看一眼。"


# --- small words -------------------------------------------------------------------------------------------

_DIGITS = "零一二三四五六七八九"


def spoken_slot(slot: str) -> str:
    """A slot as it is said aloud: `12-07` is 十二 零七."""
    bay, dash, number = slot.partition("-")
    if not (dash and bay.isdecimal() and number.isdecimal()):
        return slot
    return f"{_number_aloud(int(bay))} {''.join(_DIGITS[int(digit)] for digit in number)}"


def _number_aloud(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not tens or number > 99:
        return "".join(_DIGITS[int(digit)] for digit in str(number))
    return f"{_DIGITS[tens] if tens > 1 else ''}十{_DIGITS[ones] if ones else ''}"


def _aloud(slot: str, pieces: int) -> str:
    return spoken_slot(slot) if pieces == 1 else f"{spoken_slot(slot)} 放 {pieces} 件"


def wave(standing: Standing) -> str:
    """Which zone is sorted now and how much is left: `现在分 常温 · 还有 812 件`."""
    if standing.zone is None:
        return "卸下来的货都分完了"
    left = dict(standing.left)[standing.zone]
    return f"现在分{ZONES[standing.zone]} · 还有 {left} 件"


def crate_state(row: CrateRow) -> tuple[str, Tone]:
    """The state of a crate as a chip."""
    if row.run:
        return "已装车", Tone.OK
    if row.sealed_ms:
        return f"{hour(row.sealed_ms)} 封", Tone.OK
    return ("空的", Tone.INFO) if not row.pieces else ("在装", Tone.INFO)


def state_of(crate: Crate) -> tuple[str, Tone]:
    """The same for a crate alone."""
    return crate_state(CrateRow(crate.crate, Zone(crate.zone), 1, crate.sealed_ms, crate.run, crate.became))


def slot_state(slot: SlotView) -> tuple[str, Tone]:
    """How far a slot is, as a chip."""
    if slot.waiting:
        return f"已放 {slot.pieces}，还差 {slot.waiting} 件", Tone.LOOK
    if slot.is_done:
        return f"{slot.pieces} 件，都封好了", Tone.OK
    return (f"{slot.pieces} 件，可以封了", Tone.INFO) if slot.pieces else ("还没有货", Tone.INFO)


PICK_A_CRATE = Answer(Tone.INFO, "先选一个筐", "请扫筐码，或者用方向键选一格，再按一次。")
WALL_INVITATION = Answer(Tone.INFO, "扫筐或选格口", "扫筐码看里面有什么。满了按 F9 换筐，好了按 F10 封筐。")
WALL_IS_OLD = Answer(
    Tone.LOOK, "线路变了", "今晚有的点换了线路，墙还是旧的。请按 F12 重排墙，一辆车的筐才在一起。"
)
PLANNING = Answer(Tone.INFO, "正在排墙", "马上就好，不用等着，可以接着分拣。")
NO_CHANGE = Answer(Tone.INFO, "不用重排", "每个点都已经有格口，墙没有变。")
PRINT_FAILED = Answer(Tone.WRONG, "没有打印", "打印机没有收。请看打印机开没开、纸够不够，或者存成 PDF 再打。")
NOTHING_TO_CHECK = Answer(Tone.INFO, "暂时不用抽检", "封好的筐里，抽到的都数过了。")
NOT_BY_UNDO = Answer(
    Tone.INFO,
    "这里不撤销",
    "没有撤销。封错了：选那一筐，按 F10 拆封；放错了：按 Enter 看里面，再取出来。",
)
NO_LABELS = Answer(Tone.INFO, "没有标签要打", "还没有开筐。先按 F11 给格口开筐。")


def not_at_wall(code: str) -> Answer:
    """A code that no slot or crate has."""
    return Answer(Tone.WRONG, "墙上没有", f"{code} 不是墙上的筐，也不是格口。请扫筐上的标签。")


def old_crate(crate: str, *, day: str, pieces: int) -> Answer:
    """A crate of another night with goods in it was scanned."""
    _, month, date = day.split("-")
    sentence = f"{crate} 是 {int(month)}月{int(date)}日的筐，还有 {pieces} 件。取出来，重新扫到今晚的筐里。"
    return Answer(Tone.LOOK, "不是今晚的筐", sentence, number=f"{pieces} 件")


def shown(slot: SlotView, crate: str) -> Answer:
    """A crate or slot was scanned and is shown."""
    said, tone = slot_state(slot)
    what = f"{crate}。" if crate else ""
    kind = Tone.LOOK if tone is Tone.LOOK else Tone.INFO
    return Answer(
        kind,
        slot.name.partition(" · ")[0],
        f"{what}{said}。按 Enter 看里面。",
        number=slot.slot,
        spoken=spoken_slot(slot.slot),
    )


def sorters_chosen(sorters: int) -> Answer:
    """Into how many stretches the wall will be cut."""
    return Answer(Tone.OK, f"{sorters} 个人分", f"下次排墙分成 {sorters} 段。要现在重排，按 F12。")


def piece_is(slot: str, *, put: str) -> Answer:
    """Where a scanned piece is, or belongs."""
    if put:
        return Answer(
            Tone.OK, "在这一格", f"这件在 {slot} 的筐 {put}。", number=slot, spoken=spoken_slot(slot)
        )
    return Answer(
        Tone.INFO,
        "还没放",
        f"这件该放 {slot}，还没放。请到“分拣”扫它。",
        number=slot,
        spoken=spoken_slot(slot),
    )


def printed(count: int, where: str) -> Answer:
    """Labels are on their way."""
    return Answer(Tone.OK, "标签好了", f"{count} 张标签{where}。", number=f"{count} 张")


def plan_is(plan: WallPlan) -> str:
    """What a plan is worth, in one sentence for the question whether to take it."""
    moved = f"，{plan.changed} 个点换格口" if plan.known else ""
    return (
        f"{len(plan.places)} 个点分成 {plan.sorters} 段，最忙的比平均多 {plan.imbalance * 100:.0f}%，"
        f"放一件平均走 {plan.metres_a_piece:.1f} 米{moved}。一辆车的格口都在一起。"
    )
