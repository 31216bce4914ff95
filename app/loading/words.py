"""What the counter says at loading: an answer for everything done or refused, and the words of its lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from app.domain.answers import Answer, Tone
from app.domain.clock import moment
from app.domain.goods import Zone
from app.domain.refusals import Refused
from app.loading.actions import (
    Closed,
    Done,
    Loaded,
    Planned,
    Reopened,
    Shown,
    Strayed,
    TakenOff,
    Undone,
)
from app.loading.queries import Van, VanRow
from app.loading.rules import Crate, Gate, Reason
from app.store.clashes import Clash

ZONES = {Zone.FROZEN: "冷冻", Zone.CHILLED: "冷藏", Zone.FRESH: "生鲜", Zone.AMBIENT: "常温"}
HURRY_MS, LATE_SOON_MS = 30 * 60_000, 10 * 60_000
LEFT_BEHIND = ("筐找不到", "货没分完，先发车", "车装不下", "改由别的车送", "自提点不收")
"""Why a van leaves without one of its crates, or with another's."""
TAKEN_ALONG = ("原来的车坏了", "原来的车已发车", "顺路带过去", "站长安排")
REOPENED = ("漏装了筐", "装错了筐", "司机点数不对", "换车")

INVITATION = Answer(Tone.INFO, "先选车", "扫车位码、线路码，或者扫一个筐，会告诉您它上哪辆车。")
NO_VANS = Answer(Tone.INFO, "还没有线路", "今晚的线路还没有来。联网后会自动收到，也可以在“线路”页排好。")


def choose_crate(van: Van) -> Answer:
    """The invitation while a van stands open."""
    return Answer(Tone.INFO, f"{van.dock} {van.route}", "扫筐码装车：先装最后一站，清单第一行就是下一筐。")


def chosen(van: Van, following: tuple[str, str, str, str]) -> Answer:
    """A van was chosen; what its card says comes next."""
    caption, big, line, detail = following
    said = f"{caption}，在 {big}：{line} {detail}。" if "-" in big else f"{line}，{detail}。"
    return Answer(Tone.INFO, f"线路 {van.route}", said, number=van.dock, spoken=spoken(van.dock))


def what_is_wrong(found: Gate, crates: Iterable[Crate], *, most: int = 3) -> str:
    """Which crates a van lacks and which are not its own, by point and slot."""
    known = {crate.crate: crate for crate in crates}
    parts = []
    for word, labels in (("没装", found.missing), ("不是这车的", found.strangers)):
        named = [f"{known[label].name}（{known[label].slot}）" for label in labels[:most]]
        rest = f"等 {len(labels)} 筐" if len(labels) > most else ""
        if named:
            parts.append(f"{word}：{'、'.join(named)}{rest}。")
    return "".join(parts)


def shop(name: str) -> str:
    """The shop of a point's name, without its village: `宾州镇国太村 · 阿林杂货店` is 阿林杂货店."""
    return name.rpartition("·")[2].strip() or name


def place(van: Van) -> str:
    """A van as people on the floor call it: `2-3 线路 R14`."""
    return f"{van.dock} 线路 {van.route}"


def spoken(dock: str) -> str:
    """`二杠三` would be misheard: digits with a pause between."""
    return dock.replace("-", " ")


# --- done --------------------------------------------------------------------------------------------------


def answer(result: Done | Refused) -> Answer:
    """What to say about a result."""
    return refusal(result) if isinstance(result, Refused) else _DONE[type(result)](result)


def _planned(result: Planned) -> Answer:
    return Answer(Tone.INFO, "车都排好了", f"今晚 {result.runs} 条线路，扫车位码或筐码开始装车。")


def _shown(result: Shown) -> Answer:
    sentence = f"{result.crate.name} 的筐上 {place(result.van)}。已选这辆车，搬到了再扫一次就装上。"
    word = f"上 {result.van.dock}"
    return Answer(Tone.INFO, word, sentence, number=result.van.dock, spoken=f"上 {spoken(result.van.dock)}")


def _loaded(result: Loaded) -> Answer:
    if result.van.run != result.home.run:
        sentence = f"{result.crate.crate} 是 {place(result.home)} 的，已照吩咐装上 {place(result.van)}。"
        return Answer(Tone.LOOK, "装了别车的筐", sentence, spoken="装了别车的筐")
    count = f"已装 {result.aboard}/{result.own}"
    if result.next is None:
        return Answer(Tone.OK, "装齐了", f"{place(result.van)} 的 {result.own} 筐都在车上，按 F9 关车门。",
                      number=f"{result.aboard}/{result.own}", spoken="装齐了")  # fmt: skip
    after = _next(result.next)
    if result.out_of_order:
        sentence = f"第 {result.crate.stop} 站先装了，里面的还没装。{after}"
        return Answer(Tone.LOOK, "顺序反了", sentence, number=result.next.slot, spoken="顺序反了")
    return Answer(Tone.OK, count, after, number=result.next.slot, spoken=f"下一筐 {result.next.slot}")


def _next(crate: Crate) -> str:
    seal = "" if crate.sealed else "还没封筐，先封。"
    return f"下一筐在格口 {crate.slot}：第 {crate.stop} 站 {shop(crate.name)}，{ZONES[crate.zone]}。{seal}"


def _strayed(result: Strayed) -> Answer:
    shut = "那辆车已经关门，请告诉站长。" if result.home.closed_ms else ""
    sentence = f"送去 {place(result.home)}。{result.crate.crate} 不是这辆车的，没有装。{shut}"
    number, said = result.home.dock, f"装错车，送去 {spoken(result.home.dock)}"
    return Answer(Tone.WRONG, "不是这车的", sentence, number=number, spoken=said)


def _taken_off(result: TakenOff) -> Answer:
    crate = result.crate
    if result.home is None or result.home.run == result.van.run:
        sentence = f"{crate.crate} 从 {place(result.van)} 卸下来了，放回格口 {crate.slot}。"
        return Answer(Tone.INFO, "已卸下", sentence, spoken="已卸下")
    sentence = f"{crate.crate} 卸下来了，送去 {place(result.home)}。"
    return Answer(Tone.OK, "已卸下", sentence, number=result.home.dock, spoken="已卸下")


def _closed(result: Closed) -> Answer:
    left = f"台面上还有它的 {result.unsorted} 件没分。" if result.unsorted else ""
    aside = "、".join(
        said
        for said in (
            f"少 {result.missing} 筐" if result.missing else "",
            f"多带别车 {result.strangers} 筐" if result.strangers else "",
        )
        if said
    )
    count = f"{place(result.van)}：{result.crates} 筐 {result.pieces} 件"
    if aside or left:
        return Answer(
            Tone.LOOK,
            "关门了",
            f"{count}。{aside + '，已记下。' if aside else ''}{left}",
            number=f"{result.crates} 筐",
        )
    return Answer(Tone.OK, "关门了", f"{count}，一筐不少。去交接页让司机签字。", number=f"{result.crates} 筐")


def _reopened(result: Reopened) -> Answer:
    return Answer(Tone.INFO, "车门又开了", f"{place(result.van)} 可以继续装卸，装好了再按 F9 关门。")


def _undone(result: Undone) -> Answer:
    return Answer(Tone.INFO, "已撤销", f"{result.crate} 没有装车，请放回去。", spoken="已撤销")


_DONE: dict[type, Callable[[Any], Answer]] = {
    Planned: _planned,
    Shown: _shown,
    Loaded: _loaded,
    Strayed: _strayed,
    TakenOff: _taken_off,
    Closed: _closed,
    Reopened: _reopened,
    Undone: _undone,
}


# --- refused -----------------------------------------------------------------------------------------------

About = dict[str, str | int]


def refusal(refused: Refused) -> Answer:
    """What to say about a refusal: what happened, and what to do."""
    tone, word, sentence = _REFUSALS[Reason(refused.reason)]
    said = sentence.format_map(refused.about) if isinstance(sentence, str) else sentence(refused.about)
    number = str(refused.about.get("dock", "")) if refused.reason in _SAYING_A_DOCK else ""
    return Answer(tone, word, said, number=number, spoken=word)


_SAYING_A_DOCK = (Reason.ALREADY, Reason.ON_ANOTHER)


def hour(at_ms: str | int) -> str:
    """A moment of tonight: 05:40."""
    return f"{moment(int(at_ms)):%H:%M}"


def _already(about: About) -> str:
    who = str(about["who"]) or ("本机" if about["here"] else "另一台电脑")
    return f"这筐 {hour(about['at_ms'])} 由 {who} 装上 {about['dock']} 线路 {about['route']}，不用再扫。这次没有记。"


def _closed_before(about: About) -> str:
    who = f"（{about['who']}）" if about["who"] else ""
    return f"{about['dock']} 线路 {about['route']} {hour(about['at_ms'])} 已关门{who}，没有记。要改动请按 F12 重开。"


def _handed_over(about: About) -> str:
    return f"{about['dock']} 线路 {about['route']} 已交给司机，不能再动。有差错请到交接页登记。"


def _incomplete(about: About) -> str:
    parts = [
        f"还有 {about['missing']} 筐没装" if about["missing"] else "",
        f"装着别车的 {about['strangers']} 筐" if about["strangers"] else "",
    ]
    return "，".join(part for part in parts if part) + "。不能关门；一定要走，请写明谁同意、为什么。"


_REFUSALS: dict[Reason, tuple[Tone, str, str | Callable[[About], str]]] = {
    Reason.EMPTY: (Tone.INFO, "没有码", "没有扫到内容，请再扫一次。"),
    Reason.TOO_LONG: (
        Tone.WRONG,
        "码太长",
        "这个码有 {length} 个字，像是几个码连在一起了。请对准一个码再扫。",
    ),
    Reason.CONTROL: (Tone.WRONG, "码不干净", "码里混进了看不见的字符，没有记。请再扫一次。"),
    Reason.NOT_A_CODE: (Tone.INFO, "这不是码", "“{text}”不是码。装车请扫筐码，选车请扫车位码。"),
    Reason.MISREAD: (Tone.WRONG, "筐码读错", "{code} 的校验位不对，没有记。请擦净标签再扫一次。"),
    Reason.PIECE: (Tone.LOOK, "这是件码", "装车只扫筐码。散件请先放进筐里，封好再来。"),
    Reason.SLOT: (Tone.LOOK, "这是格口码", "装车请扫筐上的码；选车请扫车位码。"),
    Reason.UNKNOWN: (Tone.WRONG, "不认识", "{code} 不是本站今晚的筐，没有记。请看清标签再扫一次。"),
    Reason.NO_SUCH_VAN: (Tone.WRONG, "没有这辆车", "今晚没有车位或线路 {code}。请看清单里的车位再扫。"),
    Reason.NO_VANS: (Tone.INFO, "还没有线路", "今晚的线路还没有来，联网后会自动收到。"),
    Reason.CHOOSE_FIRST: (Tone.INFO, "先选车", "请先扫车位码，或在清单里选一辆车。"),
    Reason.RELABELLED: (Tone.LOOK, "换过标签", "这个筐已经换成 {into}，请扫新标签。"),
    Reason.OTHER_DAY: (
        Tone.WRONG,
        "不是今晚的",
        "{crate} 是 {day} 的筐，没有记。请到分拣墙（F4）扫它，把货取出来。",
    ),
    Reason.HOMELESS: (Tone.WRONG, "没有车要它", "{point} 今晚不在任何线路上，{crate} 先放一边，请告诉站长。"),
    Reason.UNSEALED: (
        Tone.WRONG,
        "还没封筐",
        "{crate}（格口 {slot}，{point}）还没封，不能装车。请先封筐再扫。",
    ),
    Reason.ALREADY: (Tone.LOOK, "装过了", _already),
    Reason.NOT_LOADED: (Tone.LOOK, "不在车上", "{crate} 还没装车，应在格口 {slot}。"),
    Reason.ON_ANOTHER: (Tone.LOOK, "在别的车上", "{crate} 在 {dock} 线路 {route} 上，请到那辆车卸。"),
    Reason.CLOSED: (Tone.WRONG, "车门已关", _closed_before),
    Reason.HANDED: (Tone.WRONG, "已经交接", _handed_over),
    Reason.NOT_CLOSED: (Tone.INFO, "车门开着", "{dock} 线路 {route} 还没关门，直接装就行。"),
    Reason.NOTHING_ON: (Tone.LOOK, "车是空的", "车上一筐都没有，不用关门。"),
    Reason.INCOMPLETE: (Tone.WRONG, "还不能关门", _incomplete),
    Reason.UNNAMED: (Tone.LOOK, "写上名字", "请写明是谁同意的（最多 20 个字）。"),
    Reason.NO_REASON: (Tone.LOOK, "选个原因", "请选一个原因再确定。"),
    Reason.NOTHING_TO_UNDO: (Tone.INFO, "没有可撤销的", "刚才没有装过筐，或者后来又动过。卸车请按 F10。"),
}


# --- lists -------------------------------------------------------------------------------------------------


def van_state(row: VanRow, *, now_ms: int) -> tuple[str, Tone]:
    """The state of a van as a chip."""
    if row.van.handed_ms:
        return "已交接", Tone.OK
    if row.van.closed_ms:
        return "已关门", Tone.OK
    if row.strangers:
        return f"错装 {row.strangers}", Tone.WRONG
    if row.van.leaves_ms < now_ms:
        return "晚了", Tone.WRONG
    if row.crates and not row.missing:
        return ("等分完", Tone.INFO) if row.unsorted else ("可关门", Tone.LOOK)
    return ("装车中", Tone.INFO) if row.aboard else ("没开始", Tone.INFO)


def crate_state(crate: Crate, *, run: str) -> tuple[str, Tone]:
    """The state of a crate as a chip, seen from one van."""
    if crate.run == run and crate.home != run:
        return "不是这车的", Tone.WRONG
    if crate.run == run:
        return f"{hour(crate.loaded_ms)} 已装", Tone.OK
    if crate.run:
        return "在别的车上", Tone.WRONG
    return ("待装", Tone.INFO) if crate.sealed else ("没封筐", Tone.LOOK)


def countdown(leaves_ms: int, *, now_ms: int) -> tuple[str, Tone]:
    """How long until the van leaves: calm, amber in the last half hour, red in the last ten minutes and after."""
    left = leaves_ms - now_ms
    if left <= 0:
        return f"晚了 {span(-left)}", Tone.WRONG
    tone = Tone.WRONG if left < LATE_SOON_MS else Tone.LOOK if left < HURRY_MS else Tone.INFO
    return f"还有 {span(left)}", tone


def span(ms: int) -> str:
    """A stretch of time: 2时14分, 8分."""
    minutes = max(0, ms) // 60_000
    return f"{minutes // 60}时{minutes % 60:02}分" if minutes >= 60 else f"{minutes}分"


def clash(found: Clash, vans: Iterable[Van], *, on: str) -> str:
    """One sentence for something of this desk that another desk had done before; ``on`` is the crate's run now."""
    docks = {van.run: place(van) for van in vans}
    who = (
        f"{found.winner_operator or '另一台电脑'} {hour(found.winner_ms)}"
        if found.winner_ms
        else "另一台电脑"
    )
    mine = docks.get(str(found.body.get("run", "")), "那辆车")
    crate = found.body.get("crate", "")
    if found.kind != "CrateLoaded":
        return f"{mine}：{who} 先动过了，本机刚才这一步不算。请到车边核对一遍。"
    if on in docks:
        return f"筐 {crate}：{who} 已把它装上 {docks[on]}，本机装 {mine} 的不算。请去找到这筐，看它到底在哪辆车上。"
    return f"筐 {crate}：{mine} 已经关门（{who}），本机装上去的不算。请看这筐在不在车上，不在就放回格口。"
