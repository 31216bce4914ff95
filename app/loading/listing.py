"""The lists of loading: all vans of tonight, and the crates of one van in the order in which they go in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt

from app.domain.answers import Tone
from app.domain.clock import moment
from app.loading import words
from app.loading.queries import VanRow
from app.loading.rules import ColdOrder, Crate, loading_order
from app.ui.rows import Column, Section

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class VanShown:
    """One van as its line shows it."""

    row: VanRow
    count: str
    unsorted: str
    unsealed: str
    leaves: str
    state: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class CrateShown:
    """One crate as its line shows it."""

    crate: Crate
    stop: str
    state: str
    tone: Tone


def van_columns() -> tuple[Column[VanShown], ...]:
    """The columns of the list of vans."""
    return (
        Column("车位", lambda shown: shown.row.van.dock, width=88, strong=1),
        Column("线路", lambda shown: shown.row.van.route, width=92),
        Column("司机", lambda shown: shown.row.van.driver),
        Column("已装", lambda shown: shown.count, width=104, align=_RIGHT),
        Column("没分", lambda shown: shown.unsorted, width=104, align=_RIGHT, gives_way=2),
        Column("没封", lambda shown: shown.unsealed, width=84, align=_RIGHT, gives_way=3),
        Column("发车", lambda shown: shown.leaves, width=88, gives_way=1),
        Column("状态", lambda shown: shown.state, width=140, tone=lambda shown: shown.tone),
    )


def crate_columns() -> tuple[Column[CrateShown], ...]:
    """The columns of a van's crates."""
    return (
        Column("站", lambda shown: shown.stop, width=64, align=_RIGHT),
        Column("自提点", lambda shown: shown.crate.name, strong=1),
        Column("格口", lambda shown: shown.crate.slot, width=98, strong=1),
        Column("温层", lambda shown: words.ZONES[shown.crate.zone], width=78, gives_way=1),
        Column("件数", lambda shown: str(shown.crate.pieces), width=78, align=_RIGHT, gives_way=2),
        Column("筐号", lambda shown: shown.crate.crate, width=210, gives_way=3),
        Column("状态", lambda shown: shown.state, width=158, tone=lambda shown: shown.tone),
    )


def van_listing(rows: Iterable[VanRow], *, now_ms: int) -> list[VanShown]:
    """Every van of tonight by dock."""
    return [_van_shown(row, now_ms=now_ms) for row in rows]


def _van_shown(row: VanRow, *, now_ms: int) -> VanShown:
    state, tone = words.van_state(row, now_ms=now_ms)
    return VanShown(
        row=row,
        count=f"{row.aboard}/{row.crates}",
        unsorted=f"{row.unsorted} 件" if row.unsorted else "",
        unsealed=f"{row.unsealed} 筐" if row.unsealed else "",
        leaves=f"{moment(row.van.leaves_ms):%H:%M}",
        state=state,
        tone=tone,
    )


def crate_listing(
    run: str, crates: Sequence[Crate], cold: ColdOrder, *, just: str = ""
) -> list[CrateShown | Section]:
    """What is wrong first, the next crate, the one ``just`` loaded, those that follow, and what else is aboard."""
    strangers = [crate for crate in crates if crate.run == run and crate.home != run]
    elsewhere = [crate for crate in crates if crate.home == run and crate.run not in ("", run)]
    waiting = loading_order((crate for crate in crates if crate.home == run and not crate.run), cold)
    aboard = [crate for crate in crates if crate.run == run == crate.home]
    aboard.sort(key=lambda crate: (-crate.loaded_ms, crate.stop))
    last = [crate for crate in aboard if crate.crate == just]
    how = "冷的最后装，靠车门" if cold is ColdOrder.LAST_IN else "车有冷柜，冷的跟站走"
    return [
        *_part("装错的，请卸下", strangers, run=run),
        *_part("在别的车上", elsewhere, run=run),
        *_part("下一筐", waiting[:1], run=run, remark=f"先装最后一站；{how}"),
        *_part("刚装上", last, run=run, remark=f"车上共 {len(aboard)} 筐"),
        *_part(f"后面还有 {len(waiting) - 1} 筐", waiting[1:], run=run),
        *_part("已在车上", [crate for crate in aboard if crate.crate != just], run=run),
    ]


def _part(title: str, crates: Iterable[Crate], *, run: str, remark: str = "") -> list[CrateShown | Section]:
    shown: list[CrateShown | Section] = [_crate_shown(crate, run=run) for crate in crates]
    return [Section(title, remark), *shown] if shown else []


def _crate_shown(crate: Crate, *, run: str) -> CrateShown:
    state, tone = words.crate_state(crate, run=run)
    return CrateShown(crate, str(crate.stop) if crate.home == run else "", state, tone)
