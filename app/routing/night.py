"""The words between desk and route engine: a night's vans, stops and roads, and the plan that comes of them.

Units everywhere: seconds after midnight for times of day (``_s``), seconds for spans, metres, pieces, integer fen.
Points and vans are named by their codes. Nothing here knows Qt, numpy or the engine.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

LEAVES_S, DEADLINE_S = 7 * 3600, 11 * 3600
DAY_S = 24 * 3600
NO_ROAD = -1
"""In ``Roads``: nobody drives from here to there."""


@dataclass(frozen=True, slots=True)
class Van:
    """A van for tonight. It leaves at the station's hour or when its shift begins, and is back by ``shift_to_s``."""

    name: str
    driver: str = ""
    pieces: int = 350
    crates: int = 60
    cold: bool = False
    fixed_fen: int = 15_000
    """The price of using it today at all."""
    per_km_fen: int = 100
    shift_from_s: int = 0
    shift_to_s: int = DAY_S

    @property
    def known_as(self) -> str:
        """Who knows villages: the driver, or the van where no driver is named."""
        return self.driver or self.name


@dataclass(frozen=True, slots=True)
class Stop:
    """A point with goods tonight. Service may **start** from ``opens_s`` to ``closes_s``, and takes ``service_s``."""

    point: str
    latitude: float | None
    longitude: float | None
    guessed: bool = False
    pieces: int = 0
    crates: int = 0
    cold: bool = False
    """Has goods that need a van with a cold box."""
    opens_s: int = 0
    closes_s: int = DAY_S
    service_s: int = 0
    forbidden: frozenset[str] = frozenset()
    """Vans that may not come here."""
    until_s: int = 0
    """Somebody waits here until then tonight, whatever the hours and the deadline say; 0: nobody said so."""


@dataclass(frozen=True, slots=True)
class Roads:
    """Metres and driving seconds from each place to each, row by row, (stops + 1)² each.

    Index 0 is the station and ``n + 1`` the n-th stop; ``NO_ROAD`` where there is no way (or no place).
    """

    metres: array[int]
    seconds: array[int]
    source: str = ""
    """Which guess or network was used, in words for the user."""


@dataclass(frozen=True)
class Night:
    """All that a plan is made from."""

    latitude: float
    longitude: float
    vans: tuple[Van, ...]
    stops: tuple[Stop, ...]
    roads: Roads
    leaves_s: int = LEAVES_S
    deadline_s: int = DEADLINE_S
    """Every drop is finished by then."""
    together: tuple[frozenset[str], ...] = ()
    """Groups of points that ride in one van."""
    apart: tuple[frozenset[str], ...] = ()
    """Groups of points of which no two ride in one van."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """The station's own table, point → van: only the order is ours."""
    locked: Mapping[str, str] = field(default_factory=dict)
    """Point → van, locked by hand."""
    yesterday: Mapping[str, str] = field(default_factory=dict)
    """Point → van of the last plan."""
    visits: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(``Van.known_as``, point) → visits of the last 20 days."""
    strange_fen: int = 0
    """What sending a driver to a wholly strange village must save; 0: never mind."""

    @cached_property
    def index(self) -> dict[str, int]:
        """Each point's index in ``roads``: 1 for the first stop."""
        return {stop.point: at for at, stop in enumerate(self.stops, 1)}

    @cached_property
    def van_named(self) -> dict[str, Van]:
        """Tonight's vans by name."""
        return {van.name: van for van in self.vans}

    @cached_property
    def stop_at(self) -> dict[str, Stop]:
        """Tonight's stops by point."""
        return {stop.point: stop for stop in self.stops}

    @cached_property
    def pinned(self) -> dict[str, str]:
        """Point → van where the engine has no choice."""
        return {**self.fixed, **self.locked}

    @cached_property
    def best_known(self) -> dict[str, int]:
        """Point → the most visits that one of tonight's drivers made there."""
        here = {van.known_as for van in self.vans}
        best: dict[str, int] = {}
        for (who, point), count in self.visits.items():
            if who in here:
                best[point] = max(best.get(point, 0), count)
        return best

    @property
    def width(self) -> int:
        """Places in ``roads``: the station and all stops."""
        return len(self.stops) + 1

    def metres(self, start: int, end: int) -> int:
        """Metres between two indices."""
        return self.roads.metres[start * self.width + end]

    def seconds(self, start: int, end: int) -> int:
        """Driving seconds between two indices."""
        return self.roads.seconds[start * self.width + end]

    def latest_s(self, stop: Stop) -> int:
        """The latest start of service: before it closes and in time to end by the deadline, or as was agreed."""
        return max(min(stop.closes_s, self.deadline_s - stop.service_s), stop.until_s)

    def starts_s(self, van: Van) -> int:
        """When a van drives off."""
        return max(self.leaves_s, van.shift_from_s)


# --- what comes of it --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Route:
    """A van's way: points in order, with the start of service at each."""

    van: str
    points: tuple[str, ...]
    arrivals_s: tuple[int, ...]
    """When service starts at each point (after waiting for it to open)."""
    leaves_s: int
    back_s: int
    metres: int
    """With the way back to the station."""
    pieces: int
    crates: int
    late_s: int
    """Seconds of lateness, summed over the points, and of coming back after the shift."""
    late_points: tuple[str, ...]
    cost_fen: int
    """The day's price and the kilometres; without the charge for strange villages."""
    strange_fen: int
    """The charge for strange villages, kept apart from the cost."""

    @property
    def seconds(self) -> int:
        """From leaving to coming back."""
        return self.back_s - self.leaves_s


class Why(StrEnum):
    """Why a point stands in no route."""

    NO_VANS = "no_vans"
    NO_PLACE = "no_place"
    NO_ROAD = "no_road"
    BAD_WINDOW = "bad_window"
    """It closes before it opens, or before a drop could end by the deadline."""
    TOO_BIG = "too_big"
    """More than any van that may come here can carry."""
    NO_COLD_VAN = "no_cold_van"
    ALL_FORBIDDEN = "all_forbidden"
    TOO_FAR = "too_far"
    """Even driven to first, it is reached too late, or the van is back too late."""
    VAN_AWAY = "van_away"
    """The van that it is fixed or locked to is not here tonight."""
    VAN_UNFIT = "van_unfit"
    """The van that it is fixed or locked to may not or cannot serve it."""
    VANS_FULL = "vans_full"
    NO_TIME = "no_time"
    """There is room, but no van with room comes in time."""
    COMPANY = "company"
    """Its together or apart group cannot be kept."""


class Out(StrEnum):
    """The kinds of ways out."""

    ANOTHER_VAN = "another_van"
    LATER_WINDOW = "later_window"
    SPLIT = "split"
    OTHER_VAN = "other_van"
    """Let go of the table or the lock: another van has room."""
    SET_PLACE = "set_place"
    MIND_WINDOW = "mind_window"
    """Correct the opening hours."""
    COLD_BOX = "cold_box"
    ALLOW_VAN = "allow_van"
    LET_GO = "let_go"
    """Give up the together or apart rule."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """The cheapest thing that would bring a point into the plan."""

    kind: Out
    van: str = ""
    until_s: int = 0
    """For a later window: start of service must be allowed until then."""
    parts: int = 0
    """For a split: in how many parts."""
    fen: int = 0
    """What it would cost more, where that is known."""


@dataclass(frozen=True, slots=True)
class Unserved:
    """A point in no route, why, and the cheapest way out."""

    point: str
    why: Why
    way_out: WayOut | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Routes of all used vans; vans without a route stay at home."""

    routes: tuple[Route, ...]
    unserved: tuple[Unserved, ...] = ()
    cost_fen: int = 0
    """Without the charge for strange villages."""
    strange_fen: int = 0
    metres: int = 0
    late_s: int = 0
    kept_share: float = 1.0
    """Of the points that had a van yesterday and are served tonight: the share that keeps it."""
    seed: int = 0
    source: str = ""
    """Which roads were used (``Roads.source``)."""
    engine: str = ""
    """Who made it: ``sweep``, ``pyvrp``, ``hand``, ``repair``."""
    iterations: int = 0

    @property
    def van_of(self) -> dict[str, str]:
        """Point → van."""
        return {point: route.van for route in self.routes for point in route.points}

    def points_of(self) -> dict[str, tuple[str, ...]]:
        """Van → points in order: what ``evaluate`` takes."""
        return {route.van: route.points for route in self.routes}


@dataclass(frozen=True, slots=True)
class Progress:
    """How a running search stands."""

    plan: Plan
    """The best so far; always a whole plan."""
    elapsed_s: float
    seconds: float
    """The limit."""
    iterations: int
    workers: int
    """Processes still at work."""
    done: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does: later minus earlier."""

    metres: int
    seconds: int
    late_s: int
    cost_fen: int
