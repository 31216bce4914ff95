"""Vans, drivers, points or the fixed routes from a CSV or Excel table: the kind is seen by its headers."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain import events as e
from app.domain.refusals import Refused, refused
from app.domain.villages import place_of, terrain_of
from app.routing import rules
from app.routing.rules import (
    MOST_CRATES,
    MOST_PIECES,
    guess_area,
    read_clock,
    read_degrees,
    read_fen,
    read_place,
    read_whole,
    words_in,
)
from app.store import table_file
from app.store.table_file import Table


class Kind(StrEnum):
    """The tables that a station keeps."""

    VANS = "vans"
    DRIVERS = "drivers"
    STOPS = "stops"
    ROUTES = "routes"


class Field(StrEnum):
    """What a column may hold."""

    VAN = "van"
    DRIVER = "driver"
    POINT = "point"
    NAME = "name"
    PIECES = "pieces"
    CRATES = "crates"
    COLD = "cold"
    PER_KM = "per_km"
    PER_DAY = "per_day"
    USUAL_VAN = "usual_van"
    STARTS = "starts"
    ENDS = "ends"
    VILLAGES = "villages"
    VILLAGE = "village"
    TOWN = "town"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    PLACE = "place"
    AREA = "area"
    OPENS = "opens"
    CLOSES = "closes"
    UNLOADING = "unloading"
    FORBIDDEN = "forbidden"
    ROUTE = "route"


KNOWN_AS: Mapping[Kind, Mapping[Field, tuple[str, ...]]] = {
    Kind.VANS: {
        Field.VAN: ("车牌", "车牌号", "车牌号码", "车辆", "车号", "车辆编号", "编号"),
        Field.NAME: ("车名", "叫法", "车辆名称", "平时怎么叫", "名称"),
        Field.PIECES: ("最多件数", "最多装多少件", "载件数", "装载件数", "容量", "件数"),
        Field.CRATES: ("最多筐数", "最多装多少筐", "载筐数", "装载筐数", "筐数", "周转筐"),
        Field.COLD: ("冷藏箱", "冷箱", "冷藏", "冷链"),
        Field.PER_KM: ("每公里费用", "公里费", "每公里", "元/公里"),
        Field.PER_DAY: ("每天费用", "每日费用", "日租", "包车费", "每天", "元/天"),
    },
    Kind.DRIVERS: {
        Field.DRIVER: ("工号", "司机工号", "司机编号", "编号"),
        Field.NAME: ("司机", "司机姓名", "姓名", "名字"),
        Field.USUAL_VAN: ("常开车辆", "常开的车", "常开哪台车", "车牌", "车牌号", "车辆"),
        Field.STARTS: ("上班", "上班时间", "几点上班", "开始时间", "班次开始"),
        Field.ENDS: ("下班", "下班时间", "几点下班", "结束时间", "班次结束"),
        Field.VILLAGES: ("熟悉的村", "熟悉哪些村", "熟悉村庄", "熟悉的村庄", "熟路", "负责村"),
    },
    Kind.STOPS: {
        Field.POINT: ("自提点编号", "自提点编码", "自提点号", "点位编号", "点位编码", "自提点", "点位", "编号"),
        Field.NAME: ("自提点名称", "点位名称", "店名", "名称", "门店"),
        Field.VILLAGE: ("村", "村庄", "行政村", "村名", "村委会", "社区"),
        Field.TOWN: ("乡镇", "镇", "所属乡镇", "街道"),
        Field.LATITUDE: ("纬度", "lat", "latitude"),
        Field.LONGITUDE: ("经度", "lng", "lon", "longitude"),
        Field.PLACE: ("坐标", "经纬度", "位置", "定位"),
        Field.AREA: ("路况", "地形", "区域"),
        Field.OPENS: ("开门", "开门时间", "几点开门", "最早送达", "最早"),
        Field.CLOSES: ("关门", "关门时间", "最晚几点送到", "最晚送达", "最晚"),
        Field.UNLOADING: ("卸货分钟", "卸货几分钟", "卸货时间", "卸货"),
        Field.FORBIDDEN: ("不能去的车", "哪些车不能去", "禁行车辆", "禁止车辆"),
    },
    Kind.ROUTES: {
        Field.POINT: ("自提点编号", "自提点编码", "自提点号", "点位编号", "点位编码", "自提点", "点位", "编号"),
        Field.ROUTE: ("线路", "路线", "线路号", "线路编号", "固定线路", "车次"),
    },
}  # fmt: skip
NEEDED: Mapping[Kind, tuple[Field, ...]] = {
    Kind.VANS: (Field.VAN, Field.PIECES),
    Kind.DRIVERS: (Field.NAME,),
    Kind.STOPS: (Field.POINT, Field.NAME),
    Kind.ROUTES: (Field.POINT, Field.ROUTE),
}
TELLING: Mapping[Kind, tuple[Field, ...]] = {
    Kind.VANS: (Field.PIECES, Field.CRATES, Field.PER_KM, Field.PER_DAY, Field.COLD),
    Kind.DRIVERS: (Field.USUAL_VAN, Field.STARTS, Field.ENDS, Field.VILLAGES, Field.NAME),
    Kind.STOPS: (
        Field.VILLAGE,
        Field.TOWN,
        Field.LATITUDE,
        Field.PLACE,
        Field.AREA,
        Field.UNLOADING,
        Field.CLOSES,
    ),
    Kind.ROUTES: (Field.ROUTE,),
}
"""Columns by which one kind of table is told from another."""
AREA_WORDS = {
    "城区": "town", "城镇": "town", "街道": "town", "town": "town", "平原": "plain", "平地": "plain", "平": "plain",
    "plain": "plain", "山区": "hill", "山": "hill", "丘陵": "hill", "山路": "hill", "hill": "hill",
}  # fmt: skip
YES = frozenset({"有", "是", "y", "yes", "1", "√", "true", "带"})
NO = frozenset({"", "无", "否", "没有", "n", "no", "0", "×", "false", "不带"})
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[Ee]\+?[0-9]+")
"""What a spreadsheet makes of a long code: its last figures are lost."""
STARTS_S, ENDS_S = 6 * 3600, 13 * 3600


class Trouble(StrEnum):
    """What can be wrong with a table, beside what rules say of a single van, driver or point."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    HTML = "html"
    OLD_EXCEL = "old_excel"
    BROKEN = "broken"
    NO_TABLE = "no_table"
    ENCODING = "encoding"
    MISSING_COLUMNS = "missing_columns"
    NO_ROWS = "no_rows"
    CELL = "cell"
    DUPLICATE = "duplicate"
    ROW = "row"


Entry = e.VanSet | e.DriverSet | e.StopSet | e.FixedStop
Entries = tuple[e.VanSet, ...] | tuple[e.DriverSet, ...] | tuple[e.StopSet, ...] | tuple[e.FixedStop, ...]


@dataclass(frozen=True, slots=True)
class Master:
    """What a table says, ready to be written down; `guessed` and `lost` are points placed by village, and nowhere."""

    kind: Kind
    entries: Entries
    guessed: int = 0
    lost: int = 0


def read_master(raw: bytes) -> Master | Refused:
    """The entries of a file, whichever of the four tables it holds, or the first mistake with its row."""
    every: dict[Field, tuple[str, ...]] = {}
    for names in KNOWN_AS.values():
        for field, words in names.items():
            every[field] = (*every.get(field, ()), *words)
    table = table_file.read_table(raw, every)
    if isinstance(table, Refused):
        about = {"columns": "车牌、司机、自提点编号或线路"} | table.about
        return refused(Trouble(table.reason), **about)
    return _entries(table, kind_of(table.headers))


def kind_of(headers: Sequence[str]) -> Kind:
    """Which table it is: the one of whose own columns it has most, and all that it needs."""

    def likeness(kind: Kind) -> tuple[int, int, int]:
        found = table_file.guess_columns(headers, KNOWN_AS[kind])
        needed = all(field in found for field in NEEDED[kind])
        return int(needed), sum(field in found for field in TELLING[kind]), len(found)

    return max(Kind, key=likeness)


def _entries(table: Table, kind: Kind) -> Master | Refused:
    columns = table_file.guess_columns(table.headers, KNOWN_AS[kind])
    lacking = [KNOWN_AS[kind][field][0] for field in NEEDED[kind] if field not in columns]
    if lacking:
        return refused(Trouble.MISSING_COLUMNS, columns="、".join(lacking))
    made: list[Any] = []
    rows: dict[str, int] = {}
    for number, row in table.rows:
        cells = {field: row[at].strip() if at < len(row) else "" for field, at in columns.items()}
        if _is_empty(cells) or _is_total(row):
            continue
        entry = _Row(number, cells).entry(kind)
        if isinstance(entry, Refused):
            return entry
        code = _code(entry)
        if _SCIENTIFIC.fullmatch(code):
            return refused(Trouble.CELL, row=number, column="编号（被表格改成了科学计数）", text=code)
        if code in rows:
            return refused(Trouble.DUPLICATE, row=number, before=rows[code], code=code)
        rows[code] = number
        made.append(entry)
    if not made:
        return refused(Trouble.NO_ROWS)
    return Master(kind, tuple(made), guessed=_count(made, _is_guessed), lost=_count(made, _is_lost))


def _count(entries: Sequence[Any], wanted: Callable[[Any], bool]) -> int:
    return sum(isinstance(entry, e.StopSet) and wanted(entry) for entry in entries)


def _is_guessed(stop: e.StopSet) -> bool:
    return stop.guessed and bool(stop.latitude or stop.longitude)


def _is_lost(stop: e.StopSet) -> bool:
    return not (stop.latitude or stop.longitude)


def _code(entry: Entry) -> str:
    if isinstance(entry, e.VanSet):
        return entry.van
    return entry.driver if isinstance(entry, e.DriverSet) else entry.point


def _is_empty(cells: Mapping[Field, str]) -> bool:
    return not any(cells.values())


def _is_total(row: Sequence[str]) -> bool:
    first = next((cell for cell in row if cell), "")
    return first.strip(":： ") in ("合计", "总计", "小计")


class _Bad(Exception):
    """A cell that cannot be read; carries the refusal."""

    def __init__(self, trouble: Refused) -> None:
        super().__init__(trouble.reason)
        self.trouble = trouble


class _Row:
    """One row of a table, with its number in the file."""

    def __init__(self, number: int, cells: Mapping[Field, str]) -> None:
        self._number, self._cells = number, cells

    def entry(self, kind: Kind) -> Entry | Refused:
        """What the row says, or what is wrong with it."""
        makers: dict[Kind, Callable[[], Entry]] = {
            Kind.VANS: self._van,
            Kind.DRIVERS: self._driver,
            Kind.STOPS: self._stop,
            Kind.ROUTES: self._fixed,
        }
        try:
            made = makers[kind]()
        except _Bad as bad:
            return bad.trouble
        trouble = None if isinstance(made, e.FixedStop) else rules.wrong(made)
        if trouble is None:
            return made
        return refused(Trouble.ROW, row=self._number, why=str(trouble.reason), **_told(trouble))

    def _text(self, field: Field) -> str:
        return self._cells.get(field, "")

    def _read(self, field: Field, read: Callable[[str], int | None], usual: int) -> int:
        """A cell by its reader; an empty one is as usual."""
        text = self._text(field)
        found = read(text) if text else usual
        if found is None:
            raise _Bad(refused(Trouble.CELL, row=self._number, column=_TITLES[field], text=text[:20]))
        return found

    def _needed(self, field: Field) -> str:
        text = self._text(field)
        if not text:
            raise _Bad(refused(Trouble.CELL, row=self._number, column=_TITLES[field], text="空"))
        return text

    def _van(self) -> e.VanSet:
        van = self._needed(Field.VAN).upper()
        pieces = self._read(Field.PIECES, lambda text: read_whole(text, most=MOST_PIECES), 0)
        crates = self._read(Field.CRATES, lambda text: read_whole(text, most=MOST_CRATES), 60)
        per_km, per_day = (self._read(field, read_fen, 0) for field in (Field.PER_KM, Field.PER_DAY))
        return e.VanSet(
            van, self._text(Field.NAME) or van, pieces, crates, self._says_yes(Field.COLD), per_km, per_day
        )

    def _says_yes(self, field: Field) -> bool:
        text = self._text(field).lower()
        if text not in YES and text not in NO:
            raise _Bad(refused(Trouble.CELL, row=self._number, column=_TITLES[field], text=text[:20]))
        return text in YES

    def _driver(self) -> e.DriverSet:
        name = self._needed(Field.NAME)
        return e.DriverSet(
            self._text(Field.DRIVER) or name,
            name,
            self._text(Field.USUAL_VAN).upper(),
            self._read(Field.STARTS, read_clock, STARTS_S),
            self._read(Field.ENDS, read_clock, ENDS_S),
            words_in(self._text(Field.VILLAGES)),
        )

    def _fixed(self) -> e.FixedStop:
        return e.FixedStop(self._needed(Field.POINT), self._needed(Field.ROUTE))

    def _stop(self) -> e.StopSet:
        village, town = self._text(Field.VILLAGE), self._text(Field.TOWN)
        latitude, longitude, guessed = self._position(village, town)
        return e.StopSet(
            self._needed(Field.POINT),
            self._text(Field.NAME),
            village,
            town,
            latitude,
            longitude,
            guessed,
            self._area(village, town),
            self._read(Field.OPENS, read_clock, 0),
            self._read(Field.CLOSES, read_clock, 0),
            self._read(Field.UNLOADING, lambda text: read_whole(text, most=120), 2) * 60,
            words_in(self._text(Field.FORBIDDEN).upper()),
        )

    def _area(self, village: str, town: str) -> str:
        said = self._text(Field.AREA)
        if said and said not in AREA_WORDS:
            raise _Bad(refused(Trouble.CELL, row=self._number, column=_TITLES[Field.AREA], text=said[:20]))
        return AREA_WORDS[said] if said else guess_area(village, town, terrain=terrain_of(town))

    def _position(self, village: str, town: str) -> tuple[int, int, bool]:
        """Millionths of a degree, as said or by the village; 0, 0 where nobody knows."""
        if self._text(Field.PLACE):
            found = read_place(self._text(Field.PLACE))
            if found is None:
                raise _Bad(self._bad(Field.PLACE))
            return *found, False
        latitude = self._read(Field.LATITUDE, lambda text: read_degrees(text, most=90), 0)
        longitude = self._read(Field.LONGITUDE, lambda text: read_degrees(text, most=180), 0)
        if bool(self._text(Field.LATITUDE)) != bool(self._text(Field.LONGITUDE)):
            raise _Bad(self._bad(Field.LATITUDE if not self._text(Field.LATITUDE) else Field.LONGITUDE))
        return (latitude, longitude, False) if latitude or longitude else placed(village, town)

    def _bad(self, field: Field) -> Refused:
        text = self._text(field)[:20] or "空"
        return refused(Trouble.CELL, row=self._number, column=_TITLES[field], text=text)


def placed(village: str, town: str) -> tuple[int, int, bool]:
    """Where a point without a position most likely lies: in its village, else in its town; 0, 0: nobody knows."""
    found = place_of(village, town)
    if found is None:
        return 0, 0, True
    return round(found.latitude * 1_000_000), round(found.longitude * 1_000_000), True


def _told(trouble: Refused) -> dict[str, str | int]:
    return {name: value for name, value in trouble.about.items() if name != "row"}


_TITLES = {field: names[0] for kind in KNOWN_AS.values() for field, names in kind.items()}


def not_on_list(rows: Sequence[e.FixedStop], points: Collection[str]) -> int:
    """How many points of a fixed table nobody knows."""
    return sum(row.point not in points for row in rows)
