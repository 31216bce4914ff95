"""The board's words: states, the finish and its doubt, people, and the one suggestion."""

from __future__ import annotations

from app.domain.answers import Answer, Tone
from app.domain.clock import moment
from app.waveboard.projection import Projection
from app.waveboard.queries import Board, Slips
from app.waveboard.rules import NOBODY, Help, RouteNow, Sorter, State

INVITATION = Answer(Tone.INFO, "今晚", "按 F1–F8 换页，F9 开大屏；扫到什么都行，会带您去那一页。")
UNKNOWN_CODE = Answer(Tone.LOOK, "不认识这个码", "今晚的单子里没有这个码。请擦净标签再扫一次，或拿给站长看。")

STATES: dict[State, tuple[str, Tone]] = {
    State.WAITING: ("没开始", Tone.INFO),
    State.SORTING: ("分拣中", Tone.INFO),
    State.BEHIND: ("落后", Tone.LOOK),
    State.SEALING: ("待封筐", Tone.INFO),
    State.LOADING: ("待装车", Tone.INFO),
    State.READY: ("可关门", Tone.LOOK),
    State.CLOSED: ("已关门", Tone.OK),
    State.GONE: ("已交接", Tone.OK),
    State.LATE: ("晚了", Tone.WRONG),
}
SLIPS = {
    "wrong_crate": "放错筐",
    "repeat": "重复扫",
    "sealed": "扫了封好的筐",
    "unknown": "不认识的码",
    "wrong_van": "装错车",
}
COMFORTABLE, DOUBTFUL = 80, 50
"""Chances in per cent: from the first on it is well, under the second it is bad."""


def hour(at_ms: int) -> str:
    """A moment of tonight: 05:40."""
    return f"{moment(at_ms):%H:%M}"


def minutes(ms: int) -> str:
    """A stretch of time: 2时14分, 8分."""
    whole = abs(ms) // 60_000
    return f"{whole // 60}时{whole % 60:02}分" if whole >= 60 else f"{whole}分"


def state(route: RouteNow, found: State) -> tuple[str, Tone]:
    """A route's state, with what waits where that is a number."""
    word, tone = STATES[found]
    if found is State.SEALING:
        return f"封 {route.crates - route.sealed} 筐", tone
    if found is State.LOADING:
        return f"装 {route.crates - route.aboard} 筐", tone
    return word, tone


def route_aloud(route: RouteNow, found: State) -> str:
    """A route in one sentence, for a tooltip and a screen reader."""
    word, _ = state(route, found)
    short = f"，短少 {route.short} 件" if route.short else ""
    return (
        f"{route.dock} 线路 {route.route}：{word}；分好 {route.done} 件，还剩 {route.left} 件{short}；"
        f"{route.crates} 筐，封 {route.sealed}，装 {route.aboard}"
    )


def finish_tone(board: Board) -> Tone:
    """How the finish looks against the hour at which vans leave."""
    found = board.projection
    if found is None:
        return Tone.INFO
    if not board.left and board.announced:
        return Tone.OK
    if found.chance >= COMFORTABLE:
        return Tone.OK
    return Tone.LOOK if found.chance >= DOUBTFUL else Tone.WRONG


def finish_words(board: Board) -> tuple[str, str, str]:
    """Caption, the hour in giant print, and the band."""
    found = board.projection
    if not board.announced:
        return "今晚", "--:--", "还没有货单"
    if not board.left:
        return "分完了", hour(board.last_put_ms or board.now_ms), "都进筐了"
    if found is None:
        return "预计分完", "--:--", "分够 15 分钟就能估"
    return "预计分完", hour(found.middle_ms), band(found)


def band(found: Projection) -> str:
    """`06:21–06:55`: eight nights of ten end inside."""
    return f"{hour(found.soon_ms)}–{hour(found.late_ms)}"


def margin(board: Board) -> str:
    """How the finish stands to the hour of leaving, and how sure that is."""
    found = board.projection
    if found is None or not board.left:
        return f"{hour(board.deadline_ms)} 发车"
    ahead = board.deadline_ms - found.middle_ms
    if abs(ahead) < 60_000:
        return f"正好 {hour(board.deadline_ms)}"
    word = "早" if ahead >= 0 else "晚"
    return f"比 {hour(board.deadline_ms)} {word} {minutes(ahead)}"


def chance(board: Board) -> str:
    """`83%`, or a dash where nothing is known."""
    if not board.left or board.projection is None:
        return "—"
    return f"{board.projection.chance}%"


def pace(board: Board) -> str:
    """The pace of now: 2100 件/时."""
    return f"{board.projection.per_hour} 件/时" if board.projection and board.projection.per_hour else ""


def suggestion(found: Help) -> tuple[str, str]:
    """Who goes where, and why."""
    now = "没有人分" if found.target_minutes >= NOBODY else f"还要 {found.target_minutes} 分"
    own = "已经分完" if not found.source_minutes else f"不急（{min(found.source_minutes, 999)} 分）"
    if found.source_minutes >= NOBODY:
        own = "先放一放"
    return (
        f"请 {found.name} 去 {found.target} 区帮忙",
        f"{found.target} 区{now}，{found.source} 区{own}；过去后 {found.target} 区 {found.new_minutes} 分。",
    )


def sorter_line(sorter: Sorter) -> tuple[str, str]:
    """Where somebody works and how fast: (`2 区`, `520 件/时`)."""
    where = f"{sorter.side} 区" if sorter.side else ""
    if not sorter.present:
        where = "休息"
    return where, f"{sorter.per_hour} 件/时" if sorter.per_hour else "刚开始"


def slip_rate(found: Slips) -> str:
    """Slips per 10,000 pieces, as a number or a dash."""
    rate = found.per_ten_thousand
    return "—" if rate is None else f"{rate:.0f}"


def slips(found: Slips) -> str:
    """`每万件 16，放错筐 3`: the rate, and the commonest kind."""
    if not found.count:
        return "没有差错"
    kind, count = found.kinds[0]
    return f"{SLIPS.get(kind, '其他')} {count} 次最多"
