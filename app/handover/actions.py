"""What can be done at the hand-over: commands that read the open book, record facts in it, or refuse."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

from app.domain import events as e
from app.domain import night as n
from app.domain.guards import closed_key, handed_key
from app.domain.ids import FactId, has_valid_check
from app.domain.night import AssetCount, BagBack, Link
from app.domain.refusals import Refused, refused
from app.handover import rules
from app.handover.rules import Counted, Drop, Proposal, Reason
from app.handover.standing import assets_of, bags_of_driver, chains, crates_on, load_of
from app.store.book import Book
from app.store.station_key import private_key, public_key, sign


@dataclass(frozen=True, slots=True)
class Handed:
    """A van was handed over."""

    run: str
    route: str
    driver: str
    crates: int
    pieces: int
    bags: int
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class CountRefused:
    """A driver counted otherwise and did not sign; the van can be counted again."""

    run: str
    driver: str
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class CameBack:
    """A driver's empties and return bags were received."""

    run: str
    driver: str
    things: int
    bags: int
    owed: int
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A balance was put right."""

    holder: str
    asset: str
    pieces: int
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    """Evidence was signed; ``link`` is who is proposed, ``None`` where nobody can be (``waiting``: for which count)."""

    lot: str
    link: Link | None
    pieces: int
    why: str
    waiting: str
    public_key: bytes
    signature: bytes
    digest: str
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The last step was undone; ``kind`` is the kind of its first fact."""

    kind: str
    facts: tuple[FactId, ...]


Done = Handed | CountRefused | CameBack | Adjusted | Sealed | TakenBack


# --- handing over ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HandOver:
    """Hand a closed van to its driver: both counts are equal and both have signed (PNG pictures)."""

    run: str
    driver: str
    counted: Counted
    station_signed: bytes
    driver_signed: bytes
    note: str = ""

    def perform(self, book: Book) -> Handed | Refused:
        refusal = _not_to_be_handed(book, self.run)
        if refusal is not None:
            return refusal
        crates = crates_on(book, self.run)
        load = load_of(crates)
        refusal = rules.check_signing(
            load,
            self.counted,
            driver=self.driver,
            station_signed=self.station_signed,
            driver_signed=self.driver_signed,
        )
        if refusal is not None:
            return refusal
        driver = rules.plain(self.driver)
        bags = bags_of_driver(book, driver, day=book.day)
        fact = n.HandedOver(
            run=self.run,
            driver=driver,
            crates=load.crates + load.boxes,
            pieces=load.pieces,
            assets=assets_of(crates),
            returns=bags,
            station_signature=book.keep_photo(self.station_signed),
            driver_signature=book.keep_photo(self.driver_signed),
            note=rules.plain(self.note),
        )
        route = str(book.value("SELECT route FROM runs WHERE run = ?", (self.run,)))
        known = book.record(fact)
        return Handed(self.run, route, driver, fact.crates, fact.pieces, len(bags), (known,))


def _not_to_be_handed(book: Book, run: str) -> Refused | None:
    """Why a van cannot be handed over as it stands."""
    row = book.one("SELECT route FROM runs WHERE run = ?", (run,))
    if row is None:
        return refused(Reason.NO_RUN, run=run)
    handed = book.holder(handed_key(run))
    if handed is not None:
        return refused(Reason.HANDED, route=row[0], at_ms=handed[3])
    if book.holder(closed_key(run)) is None:
        return refused(Reason.OPEN, route=row[0])
    return None


@dataclass(frozen=True, slots=True)
class RefuseCount:
    """The driver counts otherwise and does not sign; ``why`` is what was said about it."""

    run: str
    driver: str
    counted: Counted
    why: str

    def perform(self, book: Book) -> CountRefused | Refused:
        refusal = _not_to_be_handed(book, self.run)
        if refusal is not None:
            return refusal
        load = load_of(crates_on(book, self.run))
        driver, why = rules.plain(self.driver), rules.plain(self.why)
        if not driver:
            return refused(Reason.NO_DRIVER)
        if self.counted.crates is None:
            return refused(Reason.NO_COUNT)
        if rules.agree(load, self.counted):
            return refused(Reason.SAME)
        if not why:
            return refused(Reason.NO_WHY)
        counted = self.counted
        fact = n.HandOverRefused(
            run=self.run,
            driver=driver,
            crates=load.crates + load.boxes,
            counted_crates=(counted.crates or 0) + (load.boxes if counted.boxes is None else counted.boxes),
            pieces=load.pieces,
            counted_pieces=load.pieces if counted.pieces is None else counted.pieces,
            why=why,
        )
        return CountRefused(self.run, driver, (book.record(fact),))


# --- coming back -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ComeBack:
    """Receive what a driver brings back from a run: empties as counted (``back``), and return bags; signed."""

    run: str
    drops: tuple[Drop, ...]
    back: tuple[AssetCount, ...]
    bags: tuple[BagBack, ...]
    signed: bytes

    def perform(self, book: Book) -> CameBack | Refused:
        handed = book.one(
            "SELECT driver FROM handovers WHERE run = ? AND agreed = 1 ORDER BY at_ms DESC LIMIT 1",
            (self.run,),
        )
        refusal = self._refusal(book, str(handed[0]) if handed else "")
        if refusal is not None:
            return refusal
        driver = str(handed[0]) if handed else ""
        drops = self.drops if not _was_back(book, self.run) else _without_brought(self.drops)
        facts = [
            book.record(n.AssetsMoved(way.source, way.target, way.assets, self.run))
            for way in rules.ways_back(driver, drops, self.back)
        ]
        signature = book.keep_photo(self.signed)
        facts.append(book.record(n.ReturnsReceived(self.run, driver, self.bags, signature)))
        things = sum(asset.pieces for asset in self.back)
        owed = sum(asset.pieces for drop in self.drops for asset in drop.taken) - things
        return CameBack(self.run, driver, things, len(self.bags), owed, tuple(facts))

    def _refusal(self, book: Book, driver: str) -> Refused | None:
        if not driver:
            return refused(Reason.NOT_HANDED)
        counts = [asset.pieces for drop in self.drops for asset in (*drop.brought, *drop.taken)]
        if any(not 0 <= number <= rules.MOST_CRATES for number in (*counts, *(x.pieces for x in self.back))):
            return refused(Reason.BAD_COUNT, most=rules.MOST_CRATES)
        for bag in self.bags:
            refusal = check_bag(book, bag)
            if refusal is not None:
                return refusal
        return None if self.signed else refused(Reason.NO_SIGNATURE)


def check_bag(book: Book, bag: BagBack) -> Refused | None:
    """Whether a return bag can be received: a bag of ours, not here yet, something in it."""
    if not bag.bag.startswith("TH-"):
        return refused(Reason.NOT_A_BAG, bag=bag.bag)
    if not has_valid_check(bag.bag):
        return refused(Reason.BAG_MISREAD, bag=bag.bag)
    if not 0 < bag.pieces <= rules.MOST_PIECES:
        return refused(Reason.BAG_EMPTY, bag=bag.bag)
    here = book.one("SELECT at_ms FROM returns WHERE bag = ?", (bag.bag,))
    return refused(Reason.BAG_HERE, bag=bag.bag, at_ms=here[0]) if here else None


def _was_back(book: Book, run: str) -> bool:
    """Whether the run's stops have been written down before: a driver may come back twice."""
    return bool(
        book.value(
            "SELECT 1 FROM facts f JOIN runs r ON r.run = ? WHERE f.day >= r.day AND f.kind = 'ReturnsReceived'"
            " AND f.reversed_by IS NULL AND json_extract(f.body, '$.run') = r.run LIMIT 1",
            (run,),
        )
    )


def _without_brought(drops: tuple[Drop, ...]) -> tuple[Drop, ...]:
    return tuple(Drop(drop.point, (), drop.taken) for drop in drops)


@dataclass(frozen=True, slots=True)
class Adjust:
    """Put a balance right by ``pieces`` (below zero: fewer), against the station, for a reason."""

    holder: str
    asset: str
    pieces: int
    why: str

    def perform(self, book: Book) -> Adjusted | Refused:
        why = rules.plain(self.why)
        if self.holder == "station":
            return refused(Reason.SAME_HOLDER)
        if not 0 < abs(self.pieces) <= rules.MOST_CRATES:
            return refused(Reason.BAD_COUNT, most=rules.MOST_CRATES)
        if not why:
            return refused(Reason.NO_WHY)
        ends = ("station", self.holder) if self.pieces > 0 else (self.holder, "station")
        fact = book.record(n.AssetsMoved(*ends, (AssetCount(self.asset, abs(self.pieces)),), note=why))
        return Adjusted(self.holder, self.asset, self.pieces, (fact,))


# --- blame -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SealEvidence:
    """Sign the evidence about a lot, and propose who answers for the shortage where the counts say so.

    ``why`` is the sentence for the proposal that ``expected`` names; it is recorded only if that still holds.
    """

    lot: str
    content: bytes
    expected: Link | None
    why: str

    def perform(self, book: Book) -> Sealed | Refused:
        chain = chains(book, [self.lot]).get(self.lot)
        if chain is None:
            return refused(Reason.NO_LOT)
        proposal = rules.propose(chain)
        link = proposal.link if isinstance(proposal, Proposal) else None
        if link is not self.expected:
            return refused(Reason.CHANGED)
        private, digest = private_key(book), sha256(self.content).hexdigest()
        facts: tuple[FactId, ...] = ()
        if isinstance(proposal, Proposal):
            said = n.LiabilityProposed(self.lot, proposal.pieces, proposal.link, self.why, digest)
            facts = (book.record(said),)
        return Sealed(
            lot=self.lot,
            link=link,
            pieces=proposal.pieces if isinstance(proposal, Proposal) else int(proposal.about["pieces"]),
            why=self.why,
            waiting="" if isinstance(proposal, Proposal) else str(proposal.about["missing"]),
            public_key=public_key(private),
            signature=sign(private, self.content),
            digest=digest,
            facts=facts,
        )


@dataclass(frozen=True, slots=True)
class SignPapers:
    """Sign messages with this station's key, which is made now where there is none."""

    messages: tuple[bytes, ...]

    def perform(self, book: Book) -> tuple[bytes, tuple[bytes, ...]]:
        """The public key, and a signature for each message."""
        private = private_key(book)
        return public_key(private), tuple(sign(private, message) for message in self.messages)


# --- taking back -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Undo one step of this page: the facts that it recorded."""

    facts: tuple[FactId, ...]

    def perform(self, book: Book) -> TakenBack | Refused:
        rows = [row for fact in self.facts if (row := book.one(_STEP, fact))]
        if not rows or any(reversed_by is not None for _, _, reversed_by in rows):
            return refused(Reason.NOTHING_TO_UNDO)
        if any(kind == "HandedOver" and _is_answered(book, body) for kind, body, _ in rows):
            return refused(Reason.RECEIVED)
        undone = tuple(book.record(e.Undone(str(fact), "撤销上一步")) for fact in reversed(self.facts))
        return TakenBack(str(rows[-1][0]), undone)


_STEP = "SELECT kind, body, reversed_by FROM facts WHERE device = ? AND epoch = ? AND seq = ?"


def _is_answered(book: Book, body: str) -> bool:
    """Whether a point has received something off the van, or its driver has come back."""
    run = str(json.loads(body)["run"])
    receipt = book.value("SELECT 1 FROM receipts WHERE run = ? LIMIT 1", (run,))
    return bool(receipt) or _was_back(book, run)
