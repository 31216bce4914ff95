"""What may be said about vans, drivers, stops and rides, and how a hand's writing of it is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain import events as e
from app.domain.refusals import Refused, refused

MOST_PIECES, MOST_CRATES = 20_000, 2_000
MOST_FEN = 1_000_000
LONGEST_STOP_S = 7_200
DAY_S = 86_400
LONGEST_CODE, LONGEST_NAME = 32, 60


class Reason(StrEnum):
    """Why something about routes was not written down."""

    NO_CODE = "no_code"
    BAD_CODE = "bad_code"
    NO_NAME = "no_name"
    LONG_NAME = "long_name"
    BAD_PIECES = "bad_pieces"
    BAD_CRATES = "bad_crates"
    BAD_MONEY = "bad_money"
    BAD_TIME = "bad_time"
    BAD_WINDOW = "bad_window"
    BAD_PLACE = "bad_place"
    BAD_UNLOADING = "bad_unloading"
    BAD_AREA = "bad_area"
    TOO_FEW = "too_few"
    NO_VAN = "no_van"
    BAD_NUMBER = "bad_number"
    BAD_KIND = "bad_kind"
    UNKNOWN = "unknown"
    NOTHING_NEW = "nothing_new"
    NO_ROUTES = "no_routes"
    OLD_DAY = "old_day"


AREAS = ("town", "plain", "hill")
KINDS = ("together", "apart", "locked")

Known = e.VanSet | e.DriverSet | e.StopSet


# --- is it right? ------------------------------------------------------------------------------------------


def wrong(fact: Known | e.RideRuleSet) -> Refused | None:
    """What is wrong with something that a hand or a file says, the first thing only; None where nothing is."""
    if isinstance(fact, e.VanSet):
        return _wrong_van(fact)
    if isinstance(fact, e.DriverSet):
        return _wrong_driver(fact)
    return _wrong_stop(fact) if isinstance(fact, e.StopSet) else _wrong_rule(fact)


def _wrong_code(code: str, name: str) -> Refused | None:
    if not code:
        return refused(Reason.NO_CODE)
    if len(code) > LONGEST_CODE or not code.isprintable() or code != code.strip():
        return refused(Reason.BAD_CODE, code=code[:LONGEST_CODE])
    if not name:
        return refused(Reason.NO_NAME, code=code)
    return refused(Reason.LONG_NAME, code=code, most=LONGEST_NAME) if len(name) > LONGEST_NAME else None


def _wrong_van(van: e.VanSet) -> Refused | None:
    trouble = _wrong_code(van.van, van.name)
    if trouble is not None:
        return trouble
    if not 0 < van.pieces <= MOST_PIECES:
        return refused(Reason.BAD_PIECES, code=van.van, most=MOST_PIECES)
    if not 0 < van.crates <= MOST_CRATES:
        return refused(Reason.BAD_CRATES, code=van.van, most=MOST_CRATES)
    if not (0 <= van.fen_per_km <= MOST_FEN and 0 <= van.fen_per_day <= MOST_FEN):
        return refused(Reason.BAD_MONEY, code=van.van)
    return None


def _wrong_driver(driver: e.DriverSet) -> Refused | None:
    trouble = _wrong_code(driver.driver, driver.name)
    if trouble is not None:
        return trouble
    if not (0 <= driver.starts_s < driver.ends_s <= DAY_S):
        return refused(Reason.BAD_WINDOW, code=driver.driver)
    return None


def _wrong_stop(stop: e.StopSet) -> Refused | None:
    trouble = _wrong_code(stop.point, stop.name)
    if trouble is not None:
        return trouble
    if not is_place(stop.latitude, stop.longitude) and (stop.latitude or stop.longitude):
        return refused(Reason.BAD_PLACE, code=stop.point)
    if stop.area not in AREAS:
        return refused(Reason.BAD_AREA, code=stop.point)
    if not 0 <= stop.unloading_s <= LONGEST_STOP_S:
        return refused(Reason.BAD_UNLOADING, code=stop.point, most=LONGEST_STOP_S // 60)
    if stop.closes_s and not 0 <= stop.opens_s < stop.closes_s <= DAY_S:
        return refused(Reason.BAD_WINDOW, code=stop.point)
    return refused(Reason.BAD_TIME, code=stop.point) if not 0 <= stop.opens_s < DAY_S else None


def _wrong_rule(rule: e.RideRuleSet) -> Refused | None:
    if rule.kind not in KINDS:
        return refused(Reason.BAD_KIND)
    if rule.kind == "locked":
        return None if rule.points and rule.van else refused(Reason.NO_VAN)
    return None if len(set(rule.points)) > 1 else refused(Reason.TOO_FEW)


def is_place(latitude: int, longitude: int) -> bool:
    """Whether these millionths of a degree are a position; 0, 0 is none."""
    return abs(latitude) <= 90_000_000 and abs(longitude) <= 180_000_000 and bool(latitude or longitude)


# --- reading a hand's writing ------------------------------------------------------------------------------


def read_whole(text: str, *, most: int) -> int | None:
    """A count: `350`, `350件`, `350.0`; None for anything else or more than `most`."""
    plain = re.sub(r"[,，\s]|[件筐分钟]+$", "", text)
    if not re.fullmatch(r"\d{1,9}(\.0+)?", plain):
        return None
    number = int(plain.partition(".")[0])
    return number if number <= most else None


def read_fen(text: str) -> int | None:
    """Fen from yuan: `1.2`, `¥150`, `150元`; nothing written is nothing to pay."""
    plain = re.sub(r"^[¥￥]|[,，\s]|元.*$", "", text.strip())
    if not plain:
        return 0
    if not re.fullmatch(r"\d{1,6}(\.\d{1,2}0*)?", plain):
        return None
    yuan, _, rest = plain.partition(".")
    fen = int(yuan) * 100 + int(rest[:2].ljust(2, "0") or 0)
    return fen if fen <= MOST_FEN else None


def read_clock(text: str) -> int | None:
    """Seconds of the day from `7:30`, `07：30`, `7点半`, `7点`, `0730`; None where it is no time."""
    plain = re.sub(r"\s", "", text).replace("：", ":").replace("点半", ":30").replace("点", ":")
    plain = plain.removesuffix("分")
    found = re.fullmatch(r"(\d{1,2}):?(\d{2})?(?::\d{2})?", plain)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    seconds = hour * 3600 + minute * 60
    return seconds if minute < 60 and seconds <= DAY_S else None


def read_degrees(text: str, *, most: int) -> int | None:
    """Millionths of a degree from `23.217786` (also with °, N or E); None where it is no position up to `most`."""
    plain = re.sub(r"[\s°NESWnesw北纬东经]", "", text)
    if not re.fullmatch(r"[+-]?\d{1,3}(\.\d{1,12})?", plain):
        return None
    found = round(float(plain) * 1_000_000)
    return found if abs(found) <= most * 1_000_000 else None


def read_place(text: str) -> tuple[int, int] | None:
    """Latitude and longitude from `23.2178, 108.8103` in either order: in China the larger one is the longitude."""
    parts = [part for part in re.split(r"[,，;；\s]+", text.strip()) if part]
    degrees = [found for part in parts if (found := read_degrees(part, most=180)) is not None]
    if len(parts) != 2 or len(degrees) != 2:
        return None
    latitude, longitude = sorted(degrees)
    return (latitude, longitude) if is_place(latitude, longitude) else None


def clock_text(seconds: int) -> str:
    """`07:30`; "" for no time."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def words_in(text: str) -> tuple[str, ...]:
    """The names in a list that a hand wrote: `民范村、新桥村`."""
    return tuple(dict.fromkeys(part for part in re.split(r"[,，、;；/\s]+", text.strip()) if part))


def guess_area(village: str, town: str, *, terrain: str = "") -> str:
    """What the roads around a village are like, by its name and its county's land."""
    if "街道" in town or village.endswith(("社区", "居委会")) or terrain == "city":
        return "town"
    return "hill" if terrain in ("hills", "hill", "mountains") else "plain"


# --- the fixed table ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Crew:
    """A van by all the names under which a table may call it, and the route that it drove last."""

    van: str
    name: str = ""
    driver: str = ""
    route: str = ""


def vans_of_table(rows: Sequence[e.FixedStop], crews: Sequence[Crew]) -> dict[str, str]:
    """Point → van of a fixed table.

    A route is called after its van, its driver or the route driven last; routes called otherwise get the vans that
    are left, in order, always the same way.
    """
    routes = list(dict.fromkeys(row.route for row in rows))
    van_of: dict[str, str] = {}
    for names in ("van", "name", "driver", "route"):
        for crew in crews:
            called = str(getattr(crew, names))
            if called in routes and called not in van_of and crew.van not in van_of.values():
                van_of[called] = crew.van
    free = [crew.van for crew in crews if crew.van not in van_of.values()]
    van_of |= dict(zip((route for route in routes if route not in van_of), free, strict=False))
    return {row.point: van_of[row.route] for row in rows if row.route in van_of}


def unknown_vans(stops: Sequence[e.StopSet], vans: Collection[str]) -> tuple[str, ...]:
    """Vans that stops forbid but nobody knows: most likely a slip of the pen."""
    named = dict.fromkeys(van for stop in stops for van in stop.forbidden)
    return tuple(van for van in named if van not in vans)
