"""An expected list from a CSV or Excel file: read whole, columns guessed, the first mistake told with its row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from secrets import token_hex

from app.domain.goods import CrateNote, Line, Person, Zone
from app.domain.refusals import Refused, refused
from app.receiving.rules import MOST_PIECES
from app.store import table_file


class Trouble(StrEnum):
    """What can be wrong with a list."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    HTML = "html"
    OLD_EXCEL = "old_excel"
    BROKEN = "broken"
    NO_TABLE = "no_table"
    ENCODING = "encoding"
    MISSING_COLUMNS = "missing_columns"
    NO_ROWS = "no_rows"
    NO_PRODUCT = "no_product"
    BAD_COUNT = "bad_count"
    BAD_MONEY = "bad_money"
    LOST_DIGITS = "lost_digits"
    DUPLICATE = "duplicate"
    WRONG_DAY = "wrong_day"
    WRONG_POINT = "wrong_point"
    WRONG_PLATFORM = "wrong_platform"
    BAD_ZONE = "bad_zone"
    BAD_CODE = "bad_code"
    NO_BUYER = "no_buyer"


class Field(StrEnum):
    """What a column may hold."""

    PRODUCT = "product"
    PIECES = "pieces"
    BARCODE = "barcode"
    CRATE = "crate"
    ORDER = "order"
    NAME = "name"
    TAIL = "tail"
    CODE = "code"
    ZONE = "zone"
    CATEGORY = "category"
    PAID = "paid"
    DAY = "day"
    POINT = "point"
    PLATFORM = "platform"


NEEDED = (Field.PRODUCT, Field.PIECES)
BUYER = (Field.NAME, Field.TAIL, Field.CODE)
"""One of these at least tells whose a line is."""
KNOWN_AS: dict[Field, tuple[str, ...]] = {
    Field.PRODUCT: ("商品名称", "商品名", "商品", "品名", "货品名称", "货品", "名称", "规格商品"),
    Field.PIECES: ("件数", "数量", "商品数量", "应到数量", "应到", "份数", "购买数量", "发货数量"),
    Field.BARCODE: ("商品条码", "条形码", "条码", "69码", "国条码", "upc", "barcode"),
    Field.CRATE: ("周转筐号", "周转筐", "筐号", "筐码", "箱号", "箱码", "容器号", "容器码", "框号"),
    Field.ORDER: ("订单编号", "订单号", "订单", "单号", "子订单号"),
    Field.NAME: ("收货人姓名", "收货人", "买家姓名", "客户姓名", "姓名", "买家", "顾客", "团员"),
    Field.TAIL: ("手机尾号", "手机号码", "手机号", "手机", "电话尾号", "联系电话", "电话", "尾号"),
    Field.CODE: ("取件码", "提货码", "取货码", "自提码", "核销码"),
    Field.ZONE: ("温层", "温区", "存储条件", "储存条件", "温度"),
    Field.CATEGORY: ("商品类目", "品类", "类目", "类别", "分类"),
    Field.PAID: ("实付金额", "实付", "支付金额", "金额", "总价"),
    Field.DAY: ("到货日期", "到货日", "业务日期", "业务日", "配送日期", "提货日期", "自提日期", "日期"),
    Field.POINT: ("自提点", "自提点编号", "自提点编码", "自提点号", "点位", "点位编号"),
    Field.PLATFORM: ("平台", "平台名称", "所属平台"),
}
TITLES = {field: names[0] for field, names in KNOWN_AS.items()}
ZONES = {
    "冷冻": Zone.FROZEN, "冻品": Zone.FROZEN, "冷藏": Zone.CHILLED, "生鲜": Zone.FRESH, "常温": Zone.AMBIENT,
    "标品": Zone.AMBIENT, "": Zone.AMBIENT,
}  # fmt: skip

Columns = Mapping[Field, int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table from a file: the headers, and the rows below with their row numbers as a spreadsheet shows them."""

    digest: str
    headers: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a file lists, ready to be announced."""

    digest: str
    crates: tuple[CrateNote, ...]
    lines: tuple[Line, ...]
    people: tuple[Person, ...]

    @property
    def pieces(self) -> int:
        """All pieces."""
        return sum(line.pieces for line in self.lines)


# --- the file ----------------------------------------------------------------------------------------------


def read_sheet(raw: bytes) -> Sheet | Refused:
    """The table in a file's bytes, whatever the file is called."""
    found = table_file.read_table(raw, KNOWN_AS)
    if isinstance(found, Refused):
        return refused(Trouble(found.reason), **({"columns": _needed()} | found.about))
    return Sheet(blake2b(raw, digest_size=4).hexdigest(), found.headers, found.rows)


def _needed() -> str:
    return "、".join(TITLES[field] for field in NEEDED)


# --- the columns -------------------------------------------------------------------------------------------


def guess_columns(headers: Sequence[str], remembered: Mapping[str, str] | None = None) -> dict[Field, int]:
    """Which column holds what: as remembered from the last file, else by the headers' usual names."""
    known = {Field(field): name for field, name in (remembered or {}).items() if field in set(Field)}
    return table_file.guess_columns(headers, KNOWN_AS, known)


def missing_columns(columns: Columns) -> list[str]:
    """The titles of what the mapping still lacks."""
    lacking = [TITLES[field] for field in NEEDED if field not in columns]
    if not any(field in columns for field in BUYER):
        lacking.append("收货人、手机尾号或取件码")
    return lacking


def named(columns: Columns, headers: Sequence[str]) -> dict[str, str]:
    """A mapping by header names, to be remembered for the next file."""
    return {str(field): headers[at] for field, at in columns.items()}


# --- the rows ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whose list is asked for: a platform by key and by name, one business day, one point ("": not known yet)."""

    platform: str
    name: str = ""
    trip: str
    day: str
    point: str = ""


def read_manifest(sheet: Sheet, columns: Columns, wanted: Wanted) -> Manifest | Refused:
    """The goods of a table as they are wanted, or the first mistake with its row."""
    lacking = missing_columns(columns)
    if lacking:
        return refused(Trouble.MISSING_COLUMNS, columns="、".join(lacking))
    reading = _Reading(columns, wanted)
    for number, row in sheet.rows:
        trouble = reading.take(number, row)
        if trouble is not None:
            return trouble
    if not reading.lines:
        return refused(Trouble.NO_ROWS)
    zones = {line.crate: line.zone for line in reading.lines if line.crate}
    crates = tuple(CrateNote(crate, zone) for crate, zone in zones.items())
    return Manifest(sheet.digest, crates, tuple(reading.lines), tuple(reading.people.values()))


class _Reading:
    """Rows read so far, with what must not come twice."""

    def __init__(self, columns: Columns, wanted: Wanted) -> None:
        self._columns, self._wanted = columns, wanted
        self._seen: dict[tuple[str, ...], int] = {}
        self.lines: list[Line] = []
        self.people: dict[tuple[str, str], Person] = {}
        self._by_code: dict[str, str] = {}

    def take(self, number: int, row: Sequence[str]) -> Refused | None:
        """Read one row, or say what is wrong with it."""
        cell = {field: row[at] if at < len(row) else "" for field, at in self._columns.items()}
        if _is_total(cell):
            return None
        trouble = self._trouble(number, cell)
        if trouble is not None:
            return trouble
        zone = ZONES[cell.get(Field.ZONE, "")]
        self.lines.append(
            Line(
                lot=f"{self._wanted.trip}/{number}",
                order=cell.get(Field.ORDER) or f"{self._wanted.trip}-{number}",
                crate=cell.get(Field.CRATE, "").upper(),
                product=cell[Field.PRODUCT],
                barcode=cell.get(Field.BARCODE, ""),
                category=cell.get(Field.CATEGORY, ""),
                zone=zone,
                pieces=_whole(cell[Field.PIECES]) or 0,
                paid_fen=_fen(cell.get(Field.PAID, "")) or 0,
                buyer=self._buyer(cell),
                code=cell.get(Field.CODE, "").upper(),
            )
        )
        return None

    def _trouble(self, number: int, cell: Mapping[Field, str]) -> Refused | None:
        for check in (_lost_digits, self._not_asked_for, _bad_code, _bad_row, self._twice):
            trouble = check(number, cell)
            if trouble is not None:
                return trouble
        return None

    def _not_asked_for(self, number: int, cell: Mapping[Field, str]) -> Refused | None:
        """A row of another platform, point or day; a column that is left empty says nothing."""
        wanted = self._wanted
        platform, point, day = (cell.get(x, "")[:20] for x in (Field.PLATFORM, Field.POINT, Field.DAY))
        called = {wanted.platform.casefold(), wanted.name.casefold()}
        if platform and platform.casefold() not in called:
            chosen = wanted.name or wanted.platform
            return refused(Trouble.WRONG_PLATFORM, row=number, platform=platform, chosen=chosen)
        if point and wanted.point and point.casefold() != wanted.point.casefold():
            return refused(Trouble.WRONG_POINT, row=number, point=point)
        if day and _day(day, wanted.day) != wanted.day:
            return refused(Trouble.WRONG_DAY, row=number, day=day, today=wanted.day)
        return None

    def _twice(self, number: int, cell: Mapping[Field, str]) -> Refused | None:
        key = tuple(cell.get(field, "") for field in _SAME)
        before = self._seen.setdefault(key, number)
        if before == number:
            return None
        return refused(Trouble.DUPLICATE, row=number, before=before, product=cell[Field.PRODUCT][:30])

    def _buyer(self, cell: Mapping[Field, str]) -> str:
        """An opaque key: the name stays out of the facts. Who has only a pickup code is known by that."""
        name, phone = cell.get(Field.NAME, ""), re.sub(r"\D", "", cell.get(Field.TAIL, ""))
        if not name and not phone:
            return self._by_code.setdefault(cell[Field.CODE], f"f{token_hex(6)}")
        person = self.people.get((name, phone))
        if person is None:
            tail = phone[-4:].zfill(4) if phone else ""  # a spreadsheet drops the zeros in front
            whole = phone if len(phone) == 11 else ""
            person = Person(f"f{token_hex(6)}", self._wanted.platform, name, tail, phone=whole)
            self.people[name, phone] = person
        return person.buyer


_SAME = (
    Field.ORDER, Field.PRODUCT, Field.BARCODE, Field.CRATE, Field.NAME, Field.TAIL, Field.CODE,
)  # fmt: skip
_CODES = (Field.BARCODE, Field.CRATE, Field.ORDER, Field.CODE, Field.TAIL)
_SCIENTIFIC = re.compile(r"[+-]?\d(\.\d+)?[eE]\+?\d{1,3}")


def _is_total(cell: Mapping[Field, str]) -> bool:
    """The line of sums at the foot of a table."""
    first = cell.get(Field.PRODUCT, "") or cell.get(Field.ORDER, "")
    return first.strip(":： ") in ("合计", "总计", "小计", "总数")


def _lost_digits(number: int, cell: Mapping[Field, str]) -> Refused | None:
    for field in _CODES:
        text = cell.get(field, "")
        if _SCIENTIFIC.fullmatch(text):
            return refused(Trouble.LOST_DIGITS, row=number, column=TITLES[field], text=text)
    return None


def _bad_code(number: int, cell: Mapping[Field, str]) -> Refused | None:
    for field in (Field.BARCODE, Field.CRATE, Field.CODE):
        text = cell.get(field, "")
        if text and not re.fullmatch(r"[0-9A-Za-z -]{1,64}", text):
            return refused(Trouble.BAD_CODE, row=number, column=TITLES[field], text=text[:20])
    return None


def _bad_row(number: int, cell: Mapping[Field, str]) -> Refused | None:
    if not cell[Field.PRODUCT]:
        return refused(Trouble.NO_PRODUCT, row=number)
    if not 0 < (_whole(cell[Field.PIECES]) or 0) <= MOST_PIECES:
        return refused(Trouble.BAD_COUNT, row=number, text=cell[Field.PIECES][:20] or "空")
    if cell.get(Field.ZONE, "") not in ZONES:
        return refused(Trouble.BAD_ZONE, row=number, text=cell[Field.ZONE][:20])
    if _fen(cell.get(Field.PAID, "")) is None:
        return refused(Trouble.BAD_MONEY, row=number, text=cell[Field.PAID][:20])
    if not any(cell.get(field) for field in BUYER):
        return refused(Trouble.NO_BUYER, row=number)
    return None


def _whole(text: str) -> int | None:
    plain = text.replace(",", "").removesuffix("件").removesuffix("份").strip()
    return int(plain.partition(".")[0]) if re.fullmatch(r"-?\d{1,9}(\.0+)?", plain) else None


def _fen(text: str) -> int | None:
    """Fen from yuan; nothing said is nothing paid."""
    plain = text.replace(",", "").lstrip("¥￥").removesuffix("元").strip()
    if not plain:
        return 0
    if not re.fullmatch(r"\d{1,7}(\.\d{1,2}0*)?", plain):
        return None
    yuan, _, rest = plain.partition(".")
    return int(yuan) * 100 + int(rest[:2].ljust(2, "0") or 0)


def _day(text: str, today: str) -> str:
    """`2026/11/22`, `2026年11月22日`, `11-22` and `20261122` as `2026-11-22`; "" where it is no date."""
    numbers = re.findall(r"\d+", text.partition(" ")[0].partition("T")[0])
    if len(numbers) == 1 and len(numbers[0]) == 8:
        numbers = [numbers[0][:4], numbers[0][4:6], numbers[0][6:]]
    if len(numbers) == 2:
        numbers = [today[:4], *numbers]
    if len(numbers) != 3:
        return ""
    year, month, day = numbers
    return f"{int(year) + (2000 if len(year) == 2 else 0):04d}-{int(month):02d}-{int(day):02d}"
