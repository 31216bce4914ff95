"""What a planner can do: keep master data and rules, adopt a plan, note arrivals. These run on the writer's thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from app.domain import events as e
from app.domain.events import Fact
from app.domain.refusals import Refused, refused
from app.routing import queries
from app.routing.queries import KEY, Settings
from app.routing.rules import Known, Reason, wrong
from app.store.book import Book


@dataclass(frozen=True, slots=True)
class Kept:
    """Master data was written down: how much of it is new, was changed, stood there already or is gone.

    `back` are the facts that make it as it was before.
    """

    what: str
    new: int = 0
    changed: int = 0
    same: int = 0
    gone: int = 0
    name: str = ""
    back: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Adopted:
    """A plan holds for a day from now on."""

    day: str
    vans: int
    stops: int
    metres: int
    left_out: int
    back: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingsKept:
    """The station's settings were written down."""

    settings: Settings


Done = Kept | Adopted | SettingsKept


def code_of(fact: Known | e.RideRuleSet) -> str:
    """By what a thing is told from its like."""
    if isinstance(fact, e.VanSet):
        return fact.van
    if isinstance(fact, e.DriverSet):
        return fact.driver
    return fact.point if isinstance(fact, e.StopSet) else fact.rule


def _name_of(fact: Known | e.RideRuleSet) -> str:
    return "" if isinstance(fact, e.RideRuleSet) else fact.name


def _retired(fact: Known | e.RideRuleSet) -> Fact:
    if isinstance(fact, e.VanSet):
        return e.VanRetired(fact.van)
    if isinstance(fact, e.DriverSet):
        return e.DriverRetired(fact.driver)
    return e.StopRetired(fact.point) if isinstance(fact, e.StopSet) else e.RideRuleDropped(fact.rule)


def _standing(book: Book, like: Known | e.RideRuleSet) -> Mapping[str, Known | e.RideRuleSet]:
    """All of a kind as it stands in the book."""
    if isinstance(like, e.VanSet):
        return {van.van: van for van in queries.vans(book)}
    if isinstance(like, e.DriverSet):
        return {driver.driver: driver for driver in queries.drivers(book)}
    if isinstance(like, e.StopSet):
        return {stop.point: stop for stop in queries.stops(book)}
    return {rule.rule: rule for rule in queries.rules(book)}


@dataclass(frozen=True, slots=True)
class Keep:
    """Write down vans, drivers, points or rules, one or a whole table; what stands there already is left alone."""

    facts: tuple[Known | e.RideRuleSet, ...]

    def perform(self, book: Book) -> Kept | Refused:
        for fact in self.facts:
            trouble = wrong(fact)
            if trouble is not None:
                return trouble
        if not self.facts:
            return refused(Reason.NOTHING_NEW)
        kind = type(self.facts[0]).__name__
        standing = _standing(book, self.facts[0])
        news = [fact for fact in self.facts if standing.get(code_of(fact)) != fact]
        for fact in news:
            book.record(fact)
        before = [standing.get(code_of(fact)) for fact in news]
        return Kept(
            kind,
            new=before.count(None),
            changed=len(news) - before.count(None),
            same=len(self.facts) - len(news),
            name=_name_of(self.facts[0]) if len(self.facts) == 1 else "",
            back=tuple(old or _retired(fact) for fact, old in zip(news, before, strict=True)),
        )


@dataclass(frozen=True, slots=True)
class Retire:
    """A van, driver, point or rule is used no more."""

    fact: Known | e.RideRuleSet

    def perform(self, book: Book) -> Kept | Refused:
        kind = type(self.fact).__name__
        old = _standing(book, self.fact).get(code_of(self.fact))
        if old is None:
            return refused(Reason.UNKNOWN, code=code_of(self.fact))
        book.record(_retired(old))
        return Kept(kind, gone=1, name=_name_of(old), back=(old,))


@dataclass(frozen=True, slots=True)
class SetTable:
    """The station's fixed table of points and routes holds from now on; an empty one: none does."""

    rows: tuple[e.FixedStop, ...]

    def perform(self, book: Book) -> Kept | Refused:
        before = tuple(queries.fixed_table(book))
        if set(before) == set(self.rows):
            return refused(Reason.NOTHING_NEW)
        book.record(e.RouteTableSet(self.rows))
        back = (e.RouteTableSet(before),)
        return Kept("RouteTableSet", new=len(self.rows), gone=0 if self.rows else len(before), back=back)


@dataclass(frozen=True, slots=True)
class PutBack:
    """Make master data or a plan as it was before the last step."""

    facts: tuple[Fact, ...]

    def perform(self, book: Book) -> Kept:
        for fact in self.facts:
            book.record(fact)
        return Kept("back", changed=len(self.facts))


@dataclass(frozen=True, slots=True)
class KeepSettings:
    """The station plans like this from now on."""

    settings: Settings

    def perform(self, book: Book) -> SettingsKept:
        book.put(KEY, asdict(self.settings))
        book.changed.add("routing")
        return SettingsKept(self.settings)


@dataclass(frozen=True, slots=True)
class Adopt:
    """A plan holds for its day; the one before goes."""

    plan: e.PlanAdopted

    def perform(self, book: Book) -> Adopted | Refused:
        if not any(route.stops for route in self.plan.routes):
            return refused(Reason.NO_ROUTES)
        if self.plan.day < book.day:
            return refused(Reason.OLD_DAY, day=self.plan.day)
        before = standing_plan(book, self.plan.day)
        book.record(self.plan)
        return Adopted(
            self.plan.day,
            vans=len(self.plan.routes),
            stops=sum(len(route.stops) for route in self.plan.routes),
            metres=sum(route.metres for route in self.plan.routes),
            left_out=len(self.plan.left_out),
            back=(before,),
        )


def standing_plan(book: Book, day: str) -> e.PlanAdopted:
    """The plan of a day as a fact, empty where there is none: what an undo records."""
    rows = queries.plan_stops(book, day=day)
    roads, engine = queries.plan_source(book, day=day)
    planned = {
        row.route: e.PlannedRoute(
            row.route,
            row.van,
            row.driver,
            row.driver_name,
            row.dock,
            row.leaves_s,
            row.back_s,
            row.metres,
            (),
        )
        for row in queries.plan_of(book, day=day)
    }
    for row in rows:
        stop = e.PlannedStop(row.point, row.arrival_s, row.pieces, row.crates, row.late_s)
        old = planned[row.route]
        planned[row.route] = replace(old, stops=(*old.stops, stop))
    return e.PlanAdopted(day, tuple(planned.values()), roads=roads, engine=engine)


@dataclass(frozen=True, slots=True)
class NoteArrival:
    """A van was at a point, or left the station (no point), at a second of the day."""

    day: str
    route: str
    point: str
    at_s: int

    def perform(self, book: Book) -> None:
        if 0 <= self.at_s <= 86_400:
            book.record(e.ArrivalNoted(self.day, self.route, self.point, self.at_s))
