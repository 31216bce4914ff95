"""The list on a driver's sheet: checked against the station's key, then heard as the platform itself would tell it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from app.domain import codec
from app.domain.clock import day_after
from app.domain.codec import Recorded
from app.domain.events import GoodsAnnounced
from app.domain.ids import FactId
from app.domain.paper_manifest import Carried, Signed, unpack
from app.domain.paper_manifest import Reason as Damage
from app.domain.refusals import Refused, refused
from app.receiving.rules import MOST_PIECES
from app.store.book import PLATFORM_DEVICE, Book
from app.store.station_key import TRUSTED, fingerprint, is_signed

_LARGEST = 2**53


class Paper(StrEnum):
    """Why a whole list from paper is not taken."""

    OTHER_POINT = "paper_other_point"
    OLD = "paper_old"
    EARLY = "paper_early"
    DIFFERS = "paper_differs"


@dataclass(frozen=True, slots=True)
class PaperHeard:
    """A list from paper is expected from now on; ``known`` where it had been told before."""

    day: str
    crates: int
    lines: int
    pieces: int
    known: bool
    facts: tuple[FactId, ...] = ()


@dataclass(frozen=True, slots=True)
class NewStation:
    """This key is not known here: somebody has to compare the fingerprint. Nothing was recorded.

    ``known`` counts the keys of this station that are known: a station prints on several PCs.
    """

    station: str
    fingerprint: str
    known: int = 0


@dataclass(frozen=True, slots=True)
class HearPaper:
    """Expect what a signed paper lists; ``agreed`` is the fingerprint that somebody has compared."""

    signed: Signed
    agreed: str = ""

    def perform(self, book: Book) -> PaperHeard | NewStation | Refused:
        if not is_signed(self.signed.public_key, self.signed.signature, self.signed.message):
            return refused(Damage.FORGED)
        carried = unpack(self.signed.packed)
        fact = carried if isinstance(carried, Refused) else _fact_of(carried)
        if isinstance(carried, Refused) or isinstance(fact, Refused):
            return refused(Damage.DAMAGED)
        stop = _of_another(book, carried) or self._new_key(book, carried.station)
        return _hear(book, carried, fact) if stop is None else stop

    def _new_key(self, book: Book, station: str) -> NewStation | None:
        """What has to be asked about a key that neither the platform told nor anybody has agreed to; now agreed to?"""
        key, trusted = self.signed.public_key.hex(), book.get(TRUSTED, {})
        agreed = trusted.get(station, [])
        told = book.rows("SELECT public_key FROM station_keys WHERE station = ?", (station,))
        known = {*agreed, *(str(one) for (one,) in told)}
        if key in known:
            return None
        said = fingerprint(self.signed.public_key)
        if self.agreed != said:
            return NewStation(station, said, len(known))
        book.put(TRUSTED, trusted | {station: [*agreed, key]})
        return None


def _fact_of(carried: Carried) -> GoodsAnnounced | Refused:
    """The list itself, where it is one that the tables can take."""
    try:
        fact = cast(GoodsAnnounced, codec.decode(GoodsAnnounced.__name__, carried.body))
    except codec.BadFact:
        return refused(Damage.DAMAGED)
    numbers = [(line.pieces, line.paid_fen, line.grams) for line in fact.lines]
    sane = all(0 < pieces <= MOST_PIECES and max(fen, grams) < _LARGEST for pieces, fen, grams in numbers)
    whole = sane and 0 < carried.seq < _LARGEST and 0 < carried.at_ms < _LARGEST
    return fact if whole and fact.point == carried.point else refused(Damage.DAMAGED)


def _of_another(book: Book, carried: Carried) -> Refused | None:
    if carried.point != str(book.get("point", "")):
        return refused(Paper.OTHER_POINT, point=carried.point)
    if carried.day < book.day:
        return refused(Paper.OLD, day=carried.day)
    return refused(Paper.EARLY, day=carried.day) if carried.day > day_after(book.day, 1) else None


def _hear(book: Book, carried: Carried, fact: GoodsAnnounced) -> PaperHeard | Refused:
    """Record it under the name that it has on the feed, so that the feed changes nothing later."""
    known = FactId(PLATFORM_DEVICE, 1, carried.seq)
    body = book.value("SELECT body FROM facts WHERE device = ? AND epoch = ? AND seq = ?", known)
    if body is not None and body != carried.body:
        return refused(Paper.DIFFERS)
    new = book.hear(Recorded(known, carried.at_ms, 0, carried.day, "", GoodsAnnounced.__name__, carried.body))
    crates = {line.crate for line in fact.lines if line.crate}
    pieces = sum(line.pieces for line in fact.lines)
    return PaperHeard(fact.day, len(crates), len(fact.lines), pieces, known=not new)
