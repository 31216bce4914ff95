"""What the night asks for next, how a route stands, and who should help where: no Qt, no SQL."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.answers import Tone

MINUTE_MS = 60_000


class State(StrEnum):
    """How far a route is, in the order of the night."""

    WAITING = "waiting"
    SORTING = "sorting"
    BEHIND = "behind"
    SEALING = "sealing"
    LOADING = "loading"
    READY = "ready"
    CLOSED = "closed"
    GONE = "gone"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class RouteNow:
    """A route in numbers: pieces done (in crates), short, and left; crates that hold something, sealed, aboard."""

    route: str
    dock: str
    leaves_ms: int
    done: int = 0
    short: int = 0
    left: int = 0
    crates: int = 0
    sealed: int = 0
    aboard: int = 0
    closed_ms: int = 0
    handed_ms: int = 0

    @property
    def pieces(self) -> int:
        """All that can come to this route's points."""
        return self.done + self.left

    @property
    def share(self) -> float:
        """Which part of it is done."""
        return self.done / self.pieces if self.pieces else 1.0


BEHIND_BY, BEHIND_FROM = 0.18, 0.3
"""A route is behind when so much less of it is done than of the whole night, once that much of the night is done."""


def state_of(route: RouteNow, *, night_share: float, now_ms: int) -> State:
    """How a route stands; the doors say more than the pieces."""
    if route.closed_ms:
        return State.GONE if route.handed_ms else State.CLOSED
    if route.leaves_ms <= now_ms:
        return State.LATE
    if route.left:
        return _while_sorting(route, night_share)
    if route.sealed < route.crates or not route.crates:
        return State.SEALING if route.crates else State.WAITING
    return State.LOADING if route.aboard < route.crates else State.READY


def _while_sorting(route: RouteNow, night_share: float) -> State:
    if night_share >= BEHIND_FROM and route.share < night_share - BEHIND_BY:
        return State.BEHIND
    return State.SORTING if route.done else State.WAITING


# --- people ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sorter:
    """Somebody who sorts: pieces put, time at it, and the part of the wall of the last puts (0: no one part)."""

    name: str
    pieces: int
    worked_ms: int
    side: int = 0
    present: bool = True

    @property
    def per_hour(self) -> int:
        """Pieces a person-hour; 0 while it is too early to say."""
        return round(self.pieces * 3_600_000 / self.worked_ms) if self.worked_ms >= 5 * MINUTE_MS else 0


@dataclass(frozen=True, slots=True)
class Side:
    """One sorter's part of the wall: pieces that still have to go there."""

    side: int
    left: int


@dataclass(frozen=True, slots=True)
class Help:
    """Somebody should go over: from the part of the wall that is nearly done to the one that is furthest behind."""

    name: str
    source: int
    target: int
    target_minutes: int
    source_minutes: int
    new_minutes: int


MAJORITY = 0.6
"""A sorter belongs to a part of the wall where so much of the last puts went."""
WORTH_MINUTES, GAIN_MINUTES, FEWEST_LEFT = 15, 5, 40


def side_of(puts: dict[int, int]) -> int:
    """The part of the wall to which most of somebody's last pieces went; 0 where there is no such part."""
    known = {side: pieces for side, pieces in puts.items() if side > 0}
    whole = sum(puts.values())
    best = max(known, key=lambda side: (known[side], -side), default=0)
    return best if best and known[best] >= MAJORITY * whole else 0


def suggest(sides: Sequence[Side], sorters: Iterable[Sorter], *, per_head_hour: float) -> Help | None:
    """The one move that brings the latest part of the wall forward most; none where nobody would gain by it."""
    here = [sorter for sorter in sorters if sorter.present and sorter.side]
    left = {side.side: side.left for side in sides}
    if per_head_hour <= 0 or len(left) < 2 or not here:
        return None
    heads = {side: sum(sorter.side == side for sorter in here) for side in left}
    minutes = {side: _minutes(left[side], heads[side], per_head_hour) for side in left}
    slow = max(minutes, key=lambda side: (minutes[side], left[side]))
    if left[slow] < FEWEST_LEFT:
        return None
    moves = [_move(sorter, slow, left, heads, per_head_hour) for sorter in here if sorter.side != slow]
    best = min(moves, key=lambda move: (max(move.new_minutes, move.source_minutes), move.name), default=None)
    if best is None or minutes[slow] - minutes.get(best.source, 0) < WORTH_MINUTES:
        return None
    gain = minutes[slow] - max(best.new_minutes, best.source_minutes)
    return best if gain >= GAIN_MINUTES else None


def _move(
    sorter: Sorter, slow: int, left: dict[int, int], heads: dict[int, int], per_head_hour: float
) -> Help:
    """How it would stand if this one went over to the slow part."""
    return Help(
        name=sorter.name,
        source=sorter.side,
        target=slow,
        target_minutes=_minutes(left[slow], heads[slow], per_head_hour),
        source_minutes=_minutes(left.get(sorter.side, 0), heads.get(sorter.side, 1) - 1, per_head_hour),
        new_minutes=_minutes(left[slow], heads[slow] + 1, per_head_hour),
    )


NOBODY = 9_999
"""Minutes of work where nobody is at it."""


def _minutes(left: int, heads: int, per_head_hour: float) -> int:
    if not left:
        return 0
    return NOBODY if heads <= 0 else min(NOBODY, math.ceil(left * 60 / (heads * per_head_hour)))


# --- what to do next ---------------------------------------------------------------------------------------


class Room(StrEnum):
    """The rooms of a station to which the board sends people."""

    DOCK = "dock"
    SORTING = "sorting"
    WALL = "wall"
    LOADING = "loading"
    HANDOVER = "handover"
    ROUTES = "routes"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class TruckNow:
    """A trunk truck: when it is expected and came, and pieces that are still on it."""

    trip: str
    expected_ms: int
    arrived_ms: int = 0
    ended_ms: int = 0
    pieces: int = 0
    frozen: int = 0
    containers: int = 0


@dataclass(frozen=True, slots=True)
class Night:
    """What the next steps look at."""

    now_ms: int
    trucks: tuple[TruckNow, ...] = ()
    routes: tuple[RouteNow, ...] = ()
    slots: int = 0
    dock: int = 0
    frozen: int = 0
    clashes: tuple[tuple[Room, int], ...] = ()
    cleared: bool = False
    code_unseen: bool = False
    unrouted: int = 0
    """So many points get goods tonight and stand in no route."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: where, what it is, and how pressing."""

    room: Room
    word: str
    sentence: str
    tone: Tone


LATE_TRUCK_MS, LEAVE_SOON_MS = 20 * MINUTE_MS, 30 * MINUTE_MS


def next_steps(night: Night) -> tuple[Step, ...]:
    """What is to be done now, the most pressing first; empty where the night is over."""
    return tuple(step for step in _candidates(night) if step is not None)


def _candidates(night: Night) -> tuple[Step | None, ...]:
    return (
        _clashes(night),
        _leave(night),
        _no_van_comes(night),
        _unload(night),
        _plan_wall(night),
        _sort(night),
        _seal(night),
        _load(night),
        _close(night),
        _hand_over(night),
        _clear(night),
        _wait_for_truck(night),
        _no_routes(night),
        _write_code_down(night),
    )


def _clashes(night: Night) -> Step | None:
    room, count = max(night.clashes, key=lambda pair: pair[1], default=(Room.LOADING, 0))
    if not count:
        return None
    sentence = f"{count} 件事两台电脑都做了，打开看看，照着核对。"
    return Step(room, "两台电脑撞了", sentence, Tone.WRONG)


def _leave(night: Night) -> Step | None:
    """Vans whose time is nearly or already over and whose doors are open."""
    near = [r for r in night.routes if not r.closed_ms and r.leaves_ms - night.now_ms <= LEAVE_SOON_MS]
    waiting = [r for r in near if r.crates and r.sealed > r.aboard]
    if not waiting:
        return None
    first = min(waiting, key=lambda r: (r.leaves_ms, r.dock))
    late = first.leaves_ms <= night.now_ms
    word = "发车晚了" if late else "快到点了"
    sentence = f"先装 {first.dock} 线路 {first.route}，{len(waiting)} 辆车没装好。"
    return Step(Room.LOADING, word, sentence, Tone.WRONG if late else Tone.LOOK)


def _no_van_comes(night: Night) -> Step | None:
    if not night.unrouted:
        return None
    sentence = f"{night.unrouted} 个点有货，线路里没有它们。看一看，重新采用线路。"
    return Step(Room.ROUTES, "有点没车送", sentence, Tone.LOOK)


def _unload(night: Night) -> Step | None:
    here = [t for t in night.trucks if t.arrived_ms and not t.ended_ms and t.containers]
    if not here:
        return None
    left = sum(t.containers for t in here)
    return Step(Room.DOCK, "卸车", f"{here[0].trip} 还有 {left} 箱没卸，扫托盘码或箱码。", Tone.OK)


def _plan_wall(night: Night) -> Step | None:
    if night.slots or not night.routes or not any(r.left for r in night.routes):
        return None
    return Step(Room.WALL, "排格口", "今晚的格口还没排，按一下就排好。", Tone.LOOK)


def _sort(night: Night) -> Step | None:
    if not night.dock:
        return None
    cold = f"，冷冻 {night.frozen} 件最后分" if night.frozen else ""
    return Step(Room.SORTING, "分拣", f"台面上 {night.dock} 件{cold}。", Tone.OK)


def _seal(night: Night) -> Step | None:
    waiting = [r for r in night.routes if r.crates > r.sealed and not r.left]
    if not waiting:
        return None
    crates = sum(r.crates - r.sealed for r in waiting)
    return Step(
        Room.WALL,
        "封筐",
        f"{_some(waiting)}分齐了，{crates} 筐没封。",
        Tone.OK,
    )


def _some(routes: Sequence[RouteNow]) -> str:
    """`1-2 `, or `1-2 等 3 条线路`."""
    return f"{routes[0].dock} 等 {len(routes)} 条线路" if len(routes) > 1 else f"{routes[0].dock} "


def _load(night: Night) -> Step | None:
    waiting = [r for r in night.routes if r.sealed > r.aboard and not r.closed_ms]
    if not waiting:
        return None
    crates = sum(r.sealed - r.aboard for r in waiting)
    first = min(waiting, key=lambda r: (r.left, r.leaves_ms, r.dock))
    sentence = f"先装 {first.dock} 线路 {first.route}，共 {crates} 筐在等。"
    return Step(Room.LOADING, "装车", sentence, Tone.OK)


def _close(night: Night) -> Step | None:
    ready = [r for r in night.routes if r.crates and r.aboard >= r.crates and not r.left and not r.closed_ms]
    if not ready:
        return None
    return Step(Room.LOADING, "关车门", f"{_some(ready)}装齐了，可以关门。", Tone.OK)


def _hand_over(night: Night) -> Step | None:
    waiting = [r for r in night.routes if r.closed_ms and not r.handed_ms]
    if not waiting:
        return None
    return Step(Room.HANDOVER, "交接", f"{len(waiting)} 辆车关好了门，等司机点数签字。", Tone.OK)


def _clear(night: Night) -> Step | None:
    done = any(r.done for r in night.routes) and not any(r.left for r in night.routes)
    on_road = any(t.pieces and not t.ended_ms for t in night.trucks)
    if not done or on_road or night.cleared:
        return None
    return Step(Room.DOCK, "清场", "都分完了，看一遍台面和地上有没有落下的。", Tone.OK)


def _wait_for_truck(night: Night) -> Step | None:
    coming = [t for t in night.trucks if not t.arrived_ms and not t.ended_ms]
    if not coming:
        return None
    first = min(coming, key=lambda t: t.expected_ms)
    late = night.now_ms - first.expected_ms
    if first.expected_ms and late > LATE_TRUCK_MS:
        sentence = f"{first.trip} 晚了 {late // MINUTE_MS} 分，打电话问问到哪了。"
        return Step(Room.DOCK, "车没到", sentence, Tone.LOOK)
    pieces = sum(t.pieces for t in coming)
    return Step(Room.DOCK, "接车", f"{len(coming)} 趟车 {pieces} 件在路上，到了先记到车。", Tone.INFO)


def _no_routes(night: Night) -> Step | None:
    if night.routes:
        return None
    return Step(Room.ROUTES, "等线路", "还没有线路表。联网后会自动收到，也可以自己导入。", Tone.INFO)


def _write_code_down(night: Night) -> Step | None:
    if not night.code_unseen:
        return None
    return Step(Room.SETTINGS, "抄下恢复码", "换电脑时靠它打开账本，到设置里抄在纸上。", Tone.LOOK)
