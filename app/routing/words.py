"""Routes in the words of the station: what was written down, what is wrong, why a point is left out and the way out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from app.domain.answers import Answer, Tone
from app.domain.money import yuan
from app.domain.refusals import Refused
from app.routing.actions import Adopted, Done, Kept, SettingsKept
from app.routing.board import Strain, Tried
from app.routing.master_file import Kind, Master, Trouble
from app.routing.night import Effect, Out, Plan, Unserved, Why
from app.routing.rules import Reason, clock_text
from app.routing.tonight import Lacks, point_of
from app.routing.valhalla import NetworkState

About = dict[str, str | int]

NOTHING_TO_UNDO = Answer(Tone.INFO, "没有可撤销的", "这里还没有做过可以撤销的事。")
AREAS = {"town": "城镇", "plain": "平地", "hill": "山路"}
ROADS = {"guess": "直线距离估算", "learned": "按本站实际到点时间校准过的估算", "network": "路网"}
RULES = {"together": "必须同车", "apart": "不能同车", "locked": "固定给车"}
TABLES = {Kind.VANS: "车辆", Kind.DRIVERS: "司机", Kind.STOPS: "点位", Kind.ROUTES: "固定线路"}


def answer(result: Done | Refused) -> Answer:
    """What to say about what was done, or was not."""
    if isinstance(result, Refused):
        return refusal(result)
    if isinstance(result, Adopted):
        return _adopted(result)
    if isinstance(result, SettingsKept):
        return Answer(Tone.OK, "改好了", "下次排线路就按新的来。")
    return _kept(result)


_THINGS = {
    "VanSet": ("车辆", "台"), "DriverSet": ("司机", "位"), "StopSet": ("点位", "个"), "RideRuleSet": ("同车规则", "条"),
    "RouteTableSet": ("固定线路", "个点"), "back": ("资料", "项"),
}  # fmt: skip


def _kept(result: Kept) -> Answer:
    thing, unit = _THINGS[result.what]
    if result.what == "back":
        return Answer(Tone.INFO, "已撤销", f"改回去了 {result.changed} 项。", spoken="已撤销")
    if result.gone:
        what = result.name or f"{result.gone} {unit}"
        return Answer(Tone.OK, "不用了", f"{thing}{what} 以后不排了。按错了请按 Ctrl+Z。")
    if result.name:
        word = "已添加" if result.new else "已改好" if result.changed else "没有变化"
        return Answer(Tone.OK, word, f"{thing}“{result.name}”已记下。")
    parts = [(result.new, "新的"), (result.changed, "改过的"), (result.same, "没变的")]
    said = "，".join(f"{count} {unit}{word}" for count, word in parts if count)
    return Answer(Tone.OK, "已记下", f"{thing}：{said}。", number=f"{result.new + result.changed} {unit}")


def _adopted(result: Adopted) -> Answer:
    out = f"{result.left_out} 个点没排进去，请另外安排。" if result.left_out else "所有点都排进去了。"
    sentence = f"{result.vans} 台车，{result.stops} 站，{kilometres(result.metres)}。{out}"
    return Answer(
        Tone.LOOK if result.left_out else Tone.OK,
        "线路定了",
        sentence,
        number=f"{result.vans} 台车",
        spoken="线路定了",
    )


# --- refused -----------------------------------------------------------------------------------------------


def refusal(refused: Refused) -> Answer:
    """What happened, and what to do."""
    if isinstance(refused.reason, Trouble):
        return Answer(Tone.WRONG, "没有导入", trouble(refused), spoken="没有导入")
    return Answer(Tone.WRONG, "没有记下", sentence(refused))


def sentence(refused: Refused) -> str:
    """A refusal as one sentence."""
    return _REFUSALS[Reason(refused.reason)].format_map(_Named(refused.about))


class _Named(dict[str, Any]):
    """What a sentence names; what is not known is left out of it."""

    def __missing__(self, key: str) -> str:
        return ""


_REFUSALS: dict[Reason, str] = {
    Reason.NO_CODE: "还没有填编号或车牌。请补上再记。",
    Reason.BAD_CODE: "“{code}”太长，或者混进了看不见的字符。请重新输入。",
    Reason.NO_NAME: "{code} 还没有名字。请补上，大家才认得出来。",
    Reason.LONG_NAME: "{code} 的名字太长，最多 {most} 个字。请改短一点。",
    Reason.BAD_PIECES: "{code} 最多装多少件？请填 1 到 {most} 之间的数。",
    Reason.BAD_CRATES: "{code} 最多装多少筐？请填 1 到 {most} 之间的数。",
    Reason.BAD_MONEY: "{code} 的费用看不懂。请填 0 到 10000 元之间的数。",
    Reason.BAD_TIME: "{code} 的时间看不懂。请填成 07:30 这样。",
    Reason.BAD_WINDOW: "{code} 的时间前后反了。请把早的填前面，晚的填后面。",
    Reason.BAD_PLACE: "{code} 的坐标不对。请填成 23.2178, 108.8103 这样。",
    Reason.BAD_UNLOADING: "{code} 的卸货时间不对。请填 0 到 {most} 分钟。",
    Reason.BAD_AREA: "{code} 的路况请选城镇、平地或山路。",
    Reason.TOO_FEW: "至少要两个点才有同车不同车。请再加一个点。",
    Reason.NO_VAN: "还没有选车或点。请选好再记。",
    Reason.BAD_NUMBER: "有一个数看不懂。请都填成大于 0 的整数，装车最多填 100。",
    Reason.BAD_KIND: "这种规则不认识。请选同车、不同车或固定给车。",
    Reason.UNKNOWN: "{code} 已经不在了，可能刚删掉。请重新选一行。",
    Reason.NOTHING_NEW: "没有变化，不用再记。",
    Reason.NO_ROUTES: "还没有一台车有站点，不能用。请先排线路。",
    Reason.OLD_DAY: "{day} 已经过去了，不能再改。请排今天的。",
}


def trouble(refused: Refused) -> str:
    """One sentence about what is wrong with a file, with the row where there is one; nothing was written down."""
    about = _Named(refused.about)
    if refused.reason is Trouble.ROW:
        return f"第 {about['row']} 行：{_REFUSALS[Reason(str(about['why']))].format_map(about)}"
    return _TROUBLES[Trouble(refused.reason)].format_map(about)


_TROUBLES: dict[Trouble, str] = {
    Trouble.EMPTY: "文件是空的。请重新导出再选。",
    Trouble.TOO_LARGE: "文件太大（最多 {most} MB、两万行）。请只留要用的那张表。",
    Trouble.HTML: "这是网页，不是表格，多半是登录过期了。请重新登录再导出 xlsx。",
    Trouble.OLD_EXCEL: "这是旧版 xls。请用 WPS 或 Excel 打开，另存为 xlsx 再选。",
    Trouble.BROKEN: "文件不完整，打不开。请重新导出再选。",
    Trouble.NO_TABLE: "这个文件里没有表格。请选 xlsx 或 csv。",
    Trouble.ENCODING: "文件里的字认不出来。请用 WPS 或 Excel 打开，另存为 xlsx 再选。",
    Trouble.MISSING_COLUMNS: "缺少这几列：{columns}。请在表头写上列名再选。",
    Trouble.NO_ROWS: "表头下面没有内容。请填好再选。",
    Trouble.CELL: "第 {row} 行的{column}是“{text}”，看不懂。请改好再选，这次什么都没有导入。",
    Trouble.DUPLICATE: "第 {row} 行和第 {before} 行是同一个（{code}）。请删掉一行再选。",
}


# --- plans -------------------------------------------------------------------------------------------------


def kilometres(metres: int) -> str:
    """`1,961 公里`; below ten with a decimal."""
    return f"{metres / 1000:.1f} 公里" if abs(metres) < 10_000 else f"{round(metres / 1000):,} 公里"


def minutes(seconds: int) -> str:
    """`48 分`, `3 小时 05 分`."""
    whole = round(seconds / 60)
    return f"{whole} 分" if whole < 60 else f"{whole // 60} 小时 {whole % 60:02d} 分"


def effect(change: Effect) -> str:
    """What a change does, in one line: `+2.1 公里，+4 分，晚到 +0 分，+¥2.10`."""
    parts = [f"{change.metres / 1000:+.1f} 公里", f"{round(change.seconds / 60):+d} 分"]
    if change.late_s:
        parts.append(f"晚到{'多' if change.late_s > 0 else '少'} {minutes(abs(change.late_s))}")
    if change.cost_fen:
        parts.append(f"{'多花' if change.cost_fen > 0 else '省'} {yuan(abs(change.cost_fen))}")
    return "，".join(parts)


def effect_tone(change: Effect) -> Tone:
    """Whether a change is a gain, costs something, or makes somebody wait."""
    if change.late_s > 0:
        return Tone.WRONG
    return Tone.OK if change.cost_fen <= 0 and change.metres <= 0 else Tone.INFO


WHY: dict[Why, str] = {
    Why.NO_VANS: "今晚没有车",
    Why.NO_PLACE: "没有位置",
    Why.NO_ROAD: "没有路到那里",
    Why.BAD_WINDOW: "开门时间赶不上",
    Why.TOO_BIG: "一台车装不下",
    Why.NO_COLD_VAN: "没有带冷藏箱的车",
    Why.ALL_FORBIDDEN: "每台车都不能去",
    Why.TOO_FAR: "太远，赶不上",
    Why.VAN_AWAY: "固定的车今晚不在",
    Why.VAN_UNFIT: "固定的车送不了",
    Why.VANS_FULL: "车都装满了",
    Why.NO_TIME: "有空位的车赶不上",
    Why.COMPANY: "同车规则排不开",
}


def way_out(point: Unserved) -> str:
    """The cheapest thing that would bring the point in."""
    way = point.way_out
    if way is None:
        return "请另外想办法送，或今晚不送"
    cost = f"，多花 {yuan(way.fen)}" if way.fen else ""
    return _WAYS[way.kind](way) + cost


_WAYS: dict[Out, Callable[[Any], str]] = {
    Out.ANOTHER_VAN: lambda way: "再加一台车",
    Out.LATER_WINDOW: lambda way: f"请店里等到 {clock_text(way.until_s)}",
    Out.SPLIT: lambda way: f"拆成 {way.parts} 份，分几台车送",
    Out.OTHER_VAN: lambda way: f"改由 {way.van} 送" if way.van else "改由别的车送",
    Out.SET_PLACE: lambda way: "在资料里补上位置",
    Out.MIND_WINDOW: lambda way: "在资料里改开门时间",
    Out.COLD_BOX: lambda way: f"给 {way.van or '一台车'} 配冷藏箱",
    Out.ALLOW_VAN: lambda way: f"允许 {way.van or '一台车'} 去",
    Out.LET_GO: lambda way: "先放开同车规则",
}


def saving(fen: int) -> str:
    """What a change saved (negative) or costs: `省 ¥2.10`, `多花 ¥1.00`, `不多花`."""
    if not fen:
        return "不多花"
    return f"省 {yuan(-fen)}" if fen < 0 else f"多花 {yuan(fen)}"


STRAINS: dict[Strain, str] = {
    Strain.PIECES: "装不下这么多件",
    Strain.CRATES: "装不下这么多筐",
    Strain.COLD: "没有冷藏箱",
    Strain.FORBIDDEN: "这台车不能去",
    Strain.LATE: "会晚到",
    Strain.SHIFT: "下班前回不来",
}


def strains(found: Sequence[Strain]) -> str:
    """What would not hold, in one line."""
    return "，".join(STRAINS[strain] for strain in found)


def tried(change: Tried) -> str:
    """A change before it is made: what it does, and what would not hold."""
    if change.strains:
        return f"{strains(change.strains)}（{effect(change.effect)}）"
    return effect(change.effect)


def lacks(found: Lacks) -> list[str]:
    """What the plan had to guess, a sentence each."""
    said = []
    if found.not_announced:
        said.append("今晚的货还没有报来，先按上次的件数排。")
    if found.no_vans:
        said.append("还没有填车辆，先用站点线路表的车，装载量是估的。")
    if found.no_cold_box:
        said.append(f"没有一台车有冷藏箱，{found.no_cold_box} 个点的冷货先和别的货一起装。")
    if found.no_station:
        said.append("还没有填站点位置，先用各点的中间位置。")
    if found.lost:
        said.append(f"{found.lost} 个点没有位置，排不进去。")
    if found.guessed:
        said.append(f"{found.guessed} 个点的位置是按村名估的。")
    return said


def network(state: NetworkState) -> str:
    """Whether the road network is used, in one sentence."""
    return {
        NetworkState.READY: "路网可以用，排线路时按实际道路算。",
        NetworkState.NOT_NAMED: "没有选路网文件，距离按直线估算，再用实际到点时间校准。",
        NetworkState.NOT_INSTALLED: "这台电脑没有装路网程序（pyvalhalla），距离按直线估算。",
        NetworkState.NO_FILE: "选的路网文件不见了，距离按直线估算。请重新选。",
    }[state]


PICK_A_ROW = Answer(Tone.INFO, "先选一行", "请用 ↑ ↓ 键选中一行，再按一次。")


def import_summary(found: Master) -> str:
    """What a table would bring, before it is written down."""
    said = f"{len(found.entries)} {_UNITS[found.kind]}。"
    if found.guessed:
        said += f"{found.guessed} 个没有坐标，先按村名估位置。"
    if found.lost:
        said += f"{found.lost} 个连村名也认不出，要自己补位置才排得进去。"
    return said + "已经有的会改成表里的。"


_UNITS = {Kind.VANS: "台车", Kind.DRIVERS: "位司机", Kind.STOPS: "个点位", Kind.ROUTES: "个点"}


NOT_SAVED = Answer(
    Tone.WRONG, "没有存上", "司机单存不进文件夹。请看磁盘是不是满了，或者那个 PDF 是不是还开着。"
)


FAILED = Answer(
    Tone.WRONG,
    "没有排成",
    "这次没有排成，原来的线路还在。请按 F11 看看资料，再排一次。",
    spoken="没有排成",
)
FIRST_PLAN = Answer(Tone.INFO, "第一份好了", "正在越排越省，满意了随时按 F12 停下。")


def planned(plan: Plan) -> Answer:
    """A plan stands: how good it is, and what to do next."""
    left = len({point_of(each.point) for each in plan.unserved})
    late = sum(len(route.late_points) for route in plan.routes)
    if not plan.routes and left:
        return Answer(
            Tone.WRONG, "排不进去", f"{left} 个点一个也没排进去，原因和办法在“要看的”里。",
            number=f"{left} 个点", spoken="一个点也没排进去",
        )  # fmt: skip
    said = [f"{kilometres(plan.metres)}。"]
    if left:
        said.append(f"{left} 个点没排进去，请看“要看的”。")
    if late:
        said.append(f"{late} 站会晚到。")
    said.append("满意请按 F12 采用。")
    tone = Tone.LOOK if left or late else Tone.OK
    return Answer(tone, "排好了", "".join(said), number=f"{len(plan.routes)} 台车", spoken="线路排好了")


def fitted(*, left: int, adopted: bool) -> Answer:
    """Goods or master data have changed, and the plan has followed; `left` points stand in no route."""
    out = f"{left} 个点没排进去，办法在“要看的”里。" if left else ""
    again = "看好了请按 F12 重新采用。" if adopted else ""
    said = f"资料或货有变化，线路已跟着调整。{out}{again}"
    return Answer(Tone.LOOK, "线路变了", said, number=f"{left} 个点" if left else "", spoken="线路变了")


OTHER_PLAN = Answer(
    Tone.LOOK,
    "别处定了线路",
    "另一台电脑采用了线路，这里的还没采用。要看那份，请按 F11。",
    spoken="别处定了线路",
)


def changed(word: str, change: Effect, *, left: int, rest: int = 0) -> Answer:
    """A hand has changed the plan; `left` points fell out of it, `rest` are in no route now."""
    undo = "要撤销请按 Ctrl+Z。"
    if left > 0:
        said = f"{left} 个点没有车送了，办法在“要看的”里。{undo}"
        return Answer(Tone.LOOK, word, said, number=f"{left} 个点", spoken=f"{left} 个点没有车送")
    back = f"{-left} 个点排进去了，" if left < 0 else ""
    still = f"还有 {rest} 个点没排进去。" if rest else ""
    if not (change.metres or change.seconds or change.late_s or change.cost_fen):
        tone = Tone.LOOK if rest else Tone.OK
        return Answer(tone, word, f"{back}公里和时间没有变化。{still}{undo}")
    tone = Tone.LOOK if change.late_s > 0 or rest else Tone.OK
    return Answer(tone, word, f"{back}{effect(change)}。{still}{undo}")
