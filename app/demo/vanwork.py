"""The scenes at the door: vans arrive, crates are scanned, and what is missing, broken or too much is noted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from app.demo.scenes import MINUTE, Scene, jpeg_of
from app.domain.goods import Shortfall
from app.domain.refusals import Refused
from app.receiving.actions import (
    EndReceiving,
    FindAfterAll,
    NoteArrival,
    NoteDifference,
    NoteSurplus,
    Receive,
    ReceiveLate,
    surplus_of,
)
from app.receiving.rules import Reading
from app.sandbox.pointday import CrateTruth, LotTruth, Van

if TYPE_CHECKING:
    from app.demo.play import Play


def van_scenes(play: Play, van: Van) -> Iterator[Scene]:
    """All scenes of one van, and of what comes after it."""
    yield Scene(van.arrives_ms, f"到车 {van.trip}", partial(_arrive, play, van))
    here = [crate for crate in van.crates if crate.here]
    for number, crate in enumerate(here):
        at_ms = van.arrives_ms + (number + 1) * MINUTE
        yield Scene(
            at_ms, f"扫筐 {crate.crate}", partial(_unpack, play, crate, pictured=number == len(here) // 2)
        )
    for crate in van.crates:
        if not crate.here and crate.later_ms:
            yield Scene(crate.later_ms, f"补到 {crate.crate}", partial(_come_late, play, crate))
    end = van.arrives_ms + (len(here) + 3) * MINUTE
    yield Scene(end, f"收完 {van.trip}", partial(_end, play, van))
    for lot in (lot for crate in here for lot in crate.lots if lot.later):
        yield Scene(
            end + 90 * MINUTE, f"找到 {lot.lot}", partial(play.hands.do, FindAfterAll(lot.lot, lot.later))
        )


def _arrive(play: Play, van: Van) -> None:
    play.hands.page(2)
    readings = tuple(Reading(reading.zone, reading.tenths) for reading in van.readings)
    play.hands.do(NoteArrival(van.trip, plate=van.driver.plate, seal=van.seal, readings=readings))
    for stray in van.strays:
        play.hands.scan(stray.crate)
        play.hands.picture(f"到货-不是本店的-{stray.why.value}")


def _unpack(play: Play, crate: CrateTruth, *, pictured: int) -> None:
    """Scan the label as often as the story does, then note what is missing, broken or too much."""
    play.hands.page(2)
    for time in range(crate.scans):
        play.hands.scan(crate.crate)
        if time:
            play.hands.picture("到货-重复扫码")
    for lot in crate.lots:
        _note(play, lot)
    for surplus in crate.surplus:
        answer = play.hands.do(Receive(surplus.barcode, surplus.pieces))
        offered = surplus_of(answer) if isinstance(answer, Refused) else getattr(answer, "surplus", None)
        if offered is not None:
            play.hands.do(NoteSurplus(offered))
    if pictured:
        play.hands.picture("到货-正在收")


def _note(play: Play, lot: LotTruth) -> None:
    if lot.missing:
        play.hands.do(NoteDifference(Shortfall.SHORT, lot.lot, lot.missing))
    if lot.damaged:
        jpeg = jpeg_of(lot.photos[0]) if lot.photos else b""
        play.hands.do(NoteDifference(Shortfall.DAMAGED, lot.lot, lot.damaged, "外包装破了", jpeg))


def _come_late(play: Play, crate: CrateTruth) -> None:
    play.hands.page(2)
    play.hands.do(ReceiveLate(crate.crate))
    for lot in crate.lots:
        _note(play, lot)


def _end(play: Play, van: Van) -> None:
    play.hands.page(2)
    play.hands.do(EndReceiving(van.trip))
    play.hands.picture(f"到货-收完-{van.platform}")
