"""The list of receiving: what just came and where it goes, what is missing by zone, differences, and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.answers import Tone
from app.domain.goods import Zone
from app.receiving import words
from app.receiving.queries import DifferenceRow, LastStep, LineRow
from app.ui.rows import Section

LOOSE = "散件"


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of the list; `line` or `difference` is what it stands for."""

    key: str
    product: str
    crate: str
    count: str
    slot: str
    state: str
    tone: Tone
    line: LineRow | None = None
    difference: DifferenceRow | None = None


Listing = list[Shown | Section]


def listing(
    lines: Sequence[LineRow],
    differences: Sequence[DifferenceRow],
    last: LastStep | None,
    *,
    now_ms: int,
    find: str = "",
) -> Listing:
    """All sections in order; with `find` only the rows that contain it."""
    lines = [line for line in lines if _matches(line, find)]
    just = _just_in(lines, last) if not find else []
    shown = {row.line.lot for row in just if isinstance(row, Shown) and row.line}
    rest = [line for line in lines if line.lot not in shown and not line.van]
    found = [row for row in differences if find in row.product or find == row.crate] if find else differences
    return [*just, *_missing(lines), *_differences(found, now_ms=now_ms), *_here(rest)]


def _matches(line: LineRow, find: str) -> bool:
    wanted = find.upper()
    return any(wanted in text for text in (line.product.upper(), line.crate.upper()))


def _just_in(lines: Iterable[LineRow], last: LastStep | None) -> Listing:
    """The last scan on top, each piece with the slot it goes to."""
    if last is None:
        return []
    rows = [_placed(line, *last.placed[line.lot]) for line in lines if line.lot in last.placed]
    if not rows:
        return []
    rows.sort(key=lambda row: row.slot)
    pieces = sum(number for number, _ in last.placed.values())
    return [Section(f"刚签收 {last.crate or LOOSE}", f"{pieces} 件，照货位放好"), *rows]


def _placed(line: LineRow, pieces: int, slot: str) -> Shown:
    state, tone = words.line_state(line)
    count = f"{pieces}" if pieces == line.announced else f"{pieces}/{line.announced}"
    crate = line.crate or LOOSE
    return Shown(f"last:{line.lot}", line.product, crate, count, line.slot or slot, state, tone, line)


def _missing(lines: Iterable[LineRow]) -> Listing:
    """What is still to come, frozen first; the zones stay apart."""
    waiting = [line for line in lines if line.van]
    rows: Listing = []
    for zone in Zone:
        here = [line for line in waiting if line.zone is zone]
        if here:
            rows.append(Section(f"{words.ZONES[zone]} · 还没到", _owed(here)))
            rows += [_waiting(line) for line in here]
    return rows


def _owed(lines: Sequence[LineRow]) -> str:
    crates = len({line.crate for line in lines if line.crate})
    pieces = sum(line.van for line in lines)
    return f"{crates} 筐 {pieces} 件" if crates else f"{pieces} 件"


def _waiting(line: LineRow) -> Shown:
    state, tone = words.line_state(line)
    count = f"{line.announced}" if not line.came else f"{line.came}/{line.announced}"
    return Shown(f"wait:{line.lot}", line.product, line.crate or LOOSE, count, line.slot, state, tone, line)


def _differences(rows: Sequence[DifferenceRow], *, now_ms: int) -> Listing:
    """Open differences with the time in which they can still be claimed."""
    if not rows:
        return []
    listed: Listing = [Section("差异", "期限前到平台申报")]
    for row in rows:
        state, tone = words.countdown(row, now_ms=now_ms)
        count = f"{words.DIFFERENCES[row.about][0]} {row.pieces}"
        mark = "有照片" if row.photos else ""
        listed.append(
            Shown(
                f"diff:{row.difference}", row.product, row.crate or LOOSE, count, mark, state, tone, None, row
            )
        )
    return listed


def _here(lines: Sequence[LineRow]) -> Listing:
    if not lines:
        return []
    rows: Listing = [Section("已经到的", f"{sum(line.came for line in lines)} 件")]
    for line in lines:
        state, tone = words.line_state(line)
        crate = line.crate or LOOSE
        rows.append(
            Shown(f"done:{line.lot}", line.product, crate, f"{line.announced}", line.slot, state, tone, line)
        )
    return rows
