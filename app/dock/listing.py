"""The list of the dock: what clashed, what just came off, differences, what is still on the trucks, and the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from app.dock import words
from app.dock.queries import BoxRow, DifferenceRow, TruckRow
from app.domain.answers import Tone
from app.domain.goods import Zone
from app.store.clashes import Clash
from app.ui.rows import Section


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of the list; `box`, `difference` or `clash` is what it stands for."""

    key: str
    name: str
    pallet: str
    plate: str
    count: str
    state: str
    tone: Tone
    box: BoxRow | None = None
    difference: DifferenceRow | None = None
    clash: Clash | None = None


Listing = list[Shown | Section]


@dataclass(frozen=True, slots=True)
class Night:
    """What the list is made from."""

    trucks: Sequence[TruckRow]
    boxes: Sequence[BoxRow]
    differences: Sequence[DifferenceRow]
    clashes: Sequence[Clash]
    device: str
    now_ms: int


def listing(night: Night, *, just: Collection[str] = (), find: str = "") -> Listing:
    """All sections in order; `just` are the containers of the last scan; with `find` only rows that contain it."""
    made = _Lists(night, find.upper())
    just_in = [] if find else made.just_in(just)
    shown = {row.key for row in just_in if isinstance(row, Shown)}
    return [
        *made.clashes(),
        *just_in,
        *made.differences(),
        *made.waiting(),
        *made.coming(),
        *made.unloaded(shown),
    ]


class _Lists:
    """The sections of one night."""

    def __init__(self, night: Night, find: str) -> None:
        self._night, self._find = night, find
        self._plates = {truck.trip: truck.plate or truck.trip for truck in night.trucks}
        self._here = {truck.trip for truck in night.trucks if truck.arrived_ms}
        self._boxes = [box for box in night.boxes if self._matches(box)]

    def _matches(self, box: BoxRow) -> bool:
        return any(self._find in text for text in (box.container, box.number, box.pallet))

    def _row(self, box: BoxRow) -> Shown:
        state, tone = words.box_state(box, device=self._night.device)
        plate = self._plates.get(box.trip, "")
        return Shown(
            box_key(box.trip, box.container),
            box.container,
            box.number,
            plate,
            f"{box.pieces} 件",
            state,
            tone,
            box=box,
        )

    def clashes(self) -> Listing:
        """On top until somebody has read them."""
        found = [] if self._find else list(self._night.clashes)
        rows = [
            Shown(f"clash:{x.row}", words.clash_name(x), "", "", "", "按 F9 看", Tone.WRONG, clash=x)
            for x in found
        ]
        return _section("和别的电脑撞了", f"{len(rows)} 条，看过就收起", rows)

    def just_in(self, just: Collection[str]) -> Listing:
        """What the last scan brought down."""
        rows = [
            self._row(box)
            for box in self._boxes
            if box_key(box.trip, box.container) in just and box.unloaded_ms
        ]
        return _section("刚卸下", f"{len(rows)} 箱", rows)

    def differences(self) -> Listing:
        """Open differences with the time that is left to claim them."""
        rows = [self._difference(x) for x in self._night.differences if self._is_wanted(x)]
        pieces = sum(row.difference.pieces for row in rows if row.difference)
        return _section("差异 · 要申报", f"{pieces} 件", rows)

    def _is_wanted(self, row: DifferenceRow) -> bool:
        return self._find in row.container or self._find in row.product.upper() or self._find in row.barcode

    def _difference(self, row: DifferenceRow) -> Shown:
        left, tone = words.countdown(row.deadline_ms, now_ms=self._night.now_ms)
        about = words.DIFFERENCES[row.about]
        photo = " · 有照片" if row.photos else ""
        return Shown(
            key=row.key,
            name=words.difference_name(row),
            pallet=row.container,
            plate=self._plates.get(row.trip, ""),
            count=f"{about} {row.pieces}{photo}",
            state=left,
            tone=tone,
            difference=row,
        )

    def waiting(self) -> Listing:
        """What is still on the trucks that are here, by zone, frozen first."""
        return [
            row
            for zone in Zone
            for row in _boxes_section(
                f"{words.ZONES[zone]} · 还没卸",
                [self._row(x) for x in self._boxes if x.zone is zone and x.waiting and x.trip in self._here],
            )
        ]

    def coming(self) -> Listing:
        """What trucks bring that are still on their way."""
        found: Listing = []
        for truck in self._night.trucks:
            if not truck.arrived_ms:
                rows = [self._row(box) for box in self._boxes if box.trip == truck.trip]
                found += _boxes_section(f"{truck.plate or truck.trip} · {words.truck_times(truck)}", rows)
        return found

    def unloaded(self, shown: Collection[str]) -> Listing:
        """Containers that are down, the latest first; and those that were told missing."""
        down = sorted((box for box in self._boxes if box.unloaded_ms), key=lambda box: -box.unloaded_ms)
        rows = [self._row(box) for box in down]
        lost = [self._row(box) for box in self._boxes if box.missing and box.trip in self._here]
        return [
            *_boxes_section("没来 · 后来到了照样扫", lost),
            *_boxes_section("已经卸下", [row for row in rows if row.key not in shown]),
        ]


def box_key(trip: str, container: str) -> str:
    """A container's key in the list."""
    return f"box:{trip}:{container}"


def _boxes_section(title: str, rows: Iterable[Shown]) -> Listing:
    rows = list(rows)
    pieces = sum(row.box.pieces for row in rows if row.box)
    return _section(title, f"{len(rows)} 箱 {pieces} 件", rows)


def _section(title: str, remark: str, rows: Sequence[Shown]) -> Listing:
    return [Section(title, remark), *rows] if rows else []
