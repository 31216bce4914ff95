"""What people at the dock can do: load, take off, close and reopen vans. These run on the writer's thread."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain import events as e
from app.domain import guards
from app.domain import night as n
from app.domain.ids import FactId
from app.domain.refusals import Refused, refused
from app.loading import queries, rules
from app.loading.queries import Van
from app.loading.rules import Crate, Override, Reason
from app.store.book import Book


@dataclass(frozen=True, slots=True)
class Planned:
    """Tonight's vans stand ready; how many runs were made or changed."""

    runs: int
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """No van was chosen: a crate only says which van is its own, and where that stands. Nothing was recorded."""

    crate: Crate
    van: Van


@dataclass(frozen=True, slots=True)
class Loaded:
    """A crate is on its van (or, with a named override, on another); ``next`` is what to fetch now."""

    crate: Crate
    van: Van
    home: Van
    aboard: int
    own: int
    next: Crate | None
    waits_for_seal: int
    out_of_order: bool
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Strayed:
    """A crate was scanned at a van that is not its own: it is not loaded, the slip is recorded."""

    crate: Crate
    van: Van
    home: Van
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class TakenOff:
    """A crate came off a van; ``home`` is where it belongs, if anywhere."""

    crate: Crate
    van: Van
    home: Van | None
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Closed:
    """A van's doors are shut; what was left behind or taken along stands in the fact."""

    van: Van
    crates: int
    pieces: int
    missing: int
    strangers: int
    unsorted: int
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Reopened:
    """A van is open again."""

    van: Van
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True)
class Undone:
    """A loading was taken back."""

    crate: str
    facts: tuple[FactId, ...]


Done = Planned | Shown | Loaded | Strayed | TakenOff | Closed | Reopened | Undone


@dataclass(frozen=True, slots=True)
class PlanRuns:
    """Make tonight's runs from the adopted plan or the station's table; what stands already is left alone."""

    def perform(self, book: Book) -> Planned:
        day = book.day
        facts = [
            book.record(
                n.RunPlanned(
                    run=route.run,
                    route=route.route,
                    day=day,
                    dock=route.dock,
                    driver=route.driver,
                    plate=route.plate,
                    leaves_ms=route.leaves_ms,
                    points=tuple(stop.point for stop in route.stops),
                )
            )
            for route in queries.unplanned(book, day=day)
        ]
        for van in queries.abandoned(book, day=day):
            empty = (van.run, van.route, day, van.dock, van.driver, van.plate, van.leaves_ms, ())
            facts.append(book.record(n.RunPlanned(*empty)))
        return Planned(len(facts), tuple(facts))


@dataclass(frozen=True, slots=True)
class Load:
    """Put a crate on the van of ``run``; without a run it is only told which van is its own."""

    crate: str
    run: str = ""
    override: Override | None = None

    def perform(self, book: Book) -> Shown | Loaded | Strayed | Refused:
        found = _crate(book, self.crate)
        if isinstance(found, Refused):
            return found
        home = queries.van_of(book, found.home) if found.home else None
        if home is None:
            return refused(Reason.HOMELESS, crate=found.crate, point=found.name, route=found.route)
        if found.run:
            return _already(book, found)
        if not found.sealed:
            return refused(Reason.UNSEALED, crate=found.crate, slot=found.slot, point=found.name)
        van = queries.van_of(book, self.run) if self.run else None
        return Shown(found, home) if van is None else self._onto(book, found, van, home)

    def _onto(self, book: Book, found: Crate, van: Van, home: Van) -> Loaded | Strayed | Refused:
        shut = _shut(book, van)
        if shut is not None:
            return shut
        if van.run != home.run and self.override is None:
            slip = n.SlipCaught("wrong_van", found.crate, meant=home.run, found=van.run)
            return Strayed(found, van, home, (book.record(slip),))
        wrong = None if self.override is None else rules.check_override(self.override)
        if wrong is not None:
            return wrong
        return self._load(book, found, van, home)

    def _load(self, book: Book, found: Crate, van: Van, home: Van) -> Loaded:
        cold = queries.cold_order(book, van, day=book.day)
        before = queries.crates_on(book, van.run, day=book.day)
        reason = self.override.text() if self.override and van.run != home.run else ""
        fact = book.record(n.CrateLoaded(van.run, found.crate, reason))
        rest = [crate for crate in before if crate.crate != found.crate]
        own = [crate for crate in rest if crate.home == van.run]
        here = van.run == home.run
        return Loaded(
            crate=found,
            van=van,
            home=home,
            aboard=sum(crate.run == van.run for crate in own) + here,
            own=len(own) + here,
            next=rules.next_in(own, cold),
            waits_for_seal=sum(not crate.sealed for crate in own if crate.run != van.run),
            out_of_order=here and rules.is_out_of_order(found, own, cold),
            facts=(fact,),
        )


@dataclass(frozen=True, slots=True)
class TakeOff:
    """Take a crate off the van that it is on; with a run it has to be that one."""

    crate: str
    run: str = ""
    reason: str = ""

    def perform(self, book: Book) -> TakenOff | Refused:
        found = _crate(book, self.crate)
        if isinstance(found, Refused):
            return found
        van = queries.van_of(book, found.run) if found.run else None
        if van is None:
            return refused(Reason.NOT_LOADED, crate=found.crate, slot=found.slot)
        if self.run and self.run != van.run:
            return refused(Reason.ON_ANOTHER, crate=found.crate, dock=van.dock, route=van.route)
        shut = _shut(book, van)
        if shut is not None:
            return shut
        home = queries.van_of(book, found.home) if found.home else None
        fact = book.record(n.CrateTakenOff(van.run, found.crate, self.reason))
        return TakenOff(found, van, home, (fact,))


@dataclass(frozen=True, slots=True)
class CloseVan:
    """Shut a van's doors: all of its own crates are on it and nothing else, or somebody answers for it by name."""

    run: str
    override: Override | None = None

    def perform(self, book: Book) -> Closed | Refused:
        van = queries.van_of(book, self.run)
        if van is None:
            return refused(Reason.CHOOSE_FIRST)
        shut = _shut(book, van)
        if shut is not None:
            return shut
        crates = queries.crates_on(book, van.run, day=book.day)
        found = rules.gate(van.run, crates)
        wrong = rules.may_close(found, self.override)
        if wrong is not None:
            return wrong
        named = self.override if not found.is_open else None
        pieces = sum(crate.pieces for crate in crates if crate.run == van.run)
        fact = n.VanClosed(
            van.run,
            len(found.aboard),
            pieces,
            found.missing,
            found.strangers,
            named.by if named else "",
            named.why if named else "",
        )
        return Closed(
            van,
            len(found.aboard),
            pieces,
            len(found.missing),
            len(found.strangers),
            queries.unsorted_for(book, van.run, day=book.day),
            (book.record(fact),),
        )


@dataclass(frozen=True, slots=True)
class ReopenVan:
    """Open a van again before it is handed over, and say why."""

    run: str
    reason: str

    def perform(self, book: Book) -> Reopened | Refused:
        van = queries.van_of(book, self.run)
        if van is None:
            return refused(Reason.CHOOSE_FIRST)
        if book.holder(guards.handed_key(van.run)) is not None:
            return refused(Reason.HANDED, dock=van.dock, route=van.route, at_ms=van.handed_ms)
        if book.holder(guards.closed_key(van.run)) is None:
            return refused(Reason.NOT_CLOSED, dock=van.dock, route=van.route)
        if not self.reason.strip():
            return refused(Reason.NO_REASON)
        return Reopened(van, (book.record(n.VanReopened(van.run, self.reason.strip())),))


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Undo a loading of this desk that was just done, while the van is open and the crate still on it."""

    fact: FactId | None

    def perform(self, book: Book) -> Undone | Refused:
        row = book.one(_LOADING, self.fact) if self.fact else None
        if row is None:
            return refused(Reason.NOTHING_TO_UNDO)
        held = book.one("SELECT 1 FROM guards WHERE key = ? AND fact = ?", (guards.load_key(row[1]), row[0]))
        if held is None:
            return refused(Reason.NOTHING_TO_UNDO)
        van = queries.van_of(book, row[2])
        shut = _shut(book, van) if van else None
        if shut is not None:
            return shut
        return Undone(row[1], (book.record(e.Undone(str(self.fact), "撤销装车")),))


_LOADING = (
    "SELECT id, json_extract(body, '$.crate'), json_extract(body, '$.run') FROM facts WHERE device = ? AND epoch = ?"
    " AND seq = ? AND kind = 'CrateLoaded' AND reversed_by IS NULL"
)


def _crate(book: Book, code: str) -> Crate | Refused:
    """The crate of tonight that a label names."""
    row = book.one("SELECT day, became FROM wall_crates WHERE crate = ?", (code,))
    if row is None:
        return rules.stranger(code)
    if row[1]:
        return refused(Reason.RELABELLED, crate=code, into=row[1])
    if row[0] != book.day:
        return refused(Reason.OTHER_DAY, crate=code, day=row[0])
    found = queries.crate_of(book, code, day=book.day)
    return rules.stranger(code) if found is None else found


def _already(book: Book, found: Crate) -> Refused:
    """When the crate was loaded, by whom, and on which van it is."""
    van = queries.van_of(book, found.run)
    held = book.holder(guards.load_key(found.crate))
    return refused(
        Reason.ALREADY,
        crate=found.crate,
        dock=van.dock if van else "",
        route=van.route if van else "",
        at_ms=found.loaded_ms,
        who=held[2] if held else "",
        here=int(held is not None and held[1] == book.device),
    )


def _shut(book: Book, van: Van) -> Refused | None:
    """A refusal where a van's doors are shut."""
    if book.holder(guards.handed_key(van.run)) is not None:
        return refused(Reason.HANDED, dock=van.dock, route=van.route, at_ms=van.handed_ms)
    held = book.holder(guards.closed_key(van.run))
    if held is None:
        return None
    return refused(Reason.CLOSED, dock=van.dock, route=van.route, at_ms=held[3], who=held[2])
