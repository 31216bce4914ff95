"""A station's night for `bench routes`: first plan, 30 seconds against ten minutes, the next day, a van lost at 06:50.

The night is the sandbox's: its points in their villages, demand by the points' usual sizes, 120 s and 3 s a piece at a
stop, 35 km/h, roads 1.35 times the straight line, 07:00 to 11:00, vans of 350 pieces.
"""

from __future__ import annotations

import argparse
import math
import time
from array import array
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from app.domain.villages import Position, county_named, kilometres
from app.routing.engine import Limits, Search, plan_now
from app.routing.first import first_plan
from app.routing.night import Night, Plan, Roads, Stop, Van
from app.routing.reckon import check
from app.routing.repair import repair
from app.routing.staying import named_alike, pairs_kept
from app.sandbox.points import points_of

COUNTY = "宾阳县"
PIECES, VAN_PIECES, SPARE_VANS = 9_349, 350, 3
DETOUR, METRES_A_SECOND = 1.35, 35 / 3.6
STRANGE_FEN = 100
"""A kilometre."""
REDRAWN, ABSENT = 0.10, 0.02
NEXT_DAY_S, COLD_S = 10.0, 30.0


def station_night(*, points: int, seed: int = 7) -> Night:
    """The night of a station with so many points, each with some pieces."""
    shops = points_of(seed=seed, county=COUNTY, count=points)
    home = county_named(COUNTY).centre
    stops = tuple(
        _stop(shop.code, shop.position, pieces)
        for shop, pieces in zip(shops, _shares([shop.size for shop in shops], seed, points), strict=True)
    )
    vans = math.ceil(sum(stop.pieces for stop in stops) / VAN_PIECES) + SPARE_VANS
    return Night(
        latitude=home.latitude,
        longitude=home.longitude,
        vans=tuple(Van(f"V{n:02d}", f"d{n:02d}", VAN_PIECES, crates=60) for n in range(1, vans + 1)),
        stops=stops,
        roads=_roads([home, *(shop.position for shop in shops)]),
    )


def _shares(sizes: Sequence[float], seed: int, points: int) -> list[int]:
    """Pieces for each point: at least one, the rest drawn by size."""
    rest = max(0, PIECES * points // 550 - points)
    pieces = [1] * points
    for at in Random(seed).choices(range(points), sizes, k=rest):
        pieces[at] += 1
    return pieces


def _stop(point: str, position: Position, pieces: int) -> Stop:
    return Stop(
        point,
        position.latitude,
        position.longitude,
        guessed=True,
        pieces=pieces,
        crates=math.ceil(pieces / 25),
        service_s=120 + 3 * pieces,
    )


def _roads(places: Sequence[Position]) -> Roads:
    metres = array("i", (round(1000 * DETOUR * kilometres(a, b)) for a in places for b in places))
    return Roads(
        metres, array("i", (round(m / METRES_A_SECOND) for m in metres)), source="1.35 × straight line"
    )


def next_day(night: Night, yesterday: Plan, *, seed: int) -> Night:
    """The next night: a tenth of the demands drawn anew from all, and some points without goods."""
    chance = Random(seed)
    pool = [stop.pieces for stop in night.stops]
    kept = [at for at in range(len(night.stops)) if chance.random() >= ABSENT]
    stops = []
    for at in kept:
        stop = night.stops[at]
        pieces = chance.choice(pool) if chance.random() < REDRAWN else stop.pieces
        stops.append(replace(stop, pieces=pieces, crates=math.ceil(pieces / 25), service_s=120 + 3 * pieces))
    rows = [0, *(at + 1 for at in kept)]
    metres = array("i", (night.metres(a, b) for a in rows for b in rows))
    seconds = array("i", (night.seconds(a, b) for a in rows for b in rows))
    roads = Roads(metres, seconds, night.roads.source)
    return replace(night, stops=tuple(stops), roads=roads, yesterday=yesterday.van_of)


# --- the rows ----------------------------------------------------------------------------------------------


def measure_night(options: argparse.Namespace) -> dict[str, Any]:
    """What was asked for of the night."""
    night = station_night(points=options.points)
    figures: dict[str, Any] = {
        "night_points": len(night.stops),
        "night_pieces": sum(s.pieces for s in night.stops),
    }
    figures |= first_row(night)
    best = _held(night, plan_now(night, _limits(options, options.best_seconds)))
    if "night" in options.only:
        plan = _held(night, plan_now(night, _limits(options, options.night_seconds)))
        figures |= _against_best(plan, best, options)
    if "next_day" in options.only:
        figures |= next_day_rows(night, best, options)
    if "van_lost" in options.only:
        figures |= van_lost_row(night, best)
    return figures


def _limits(options: argparse.Namespace, seconds: float) -> Limits:
    if options.iterations:
        return Limits(seconds=3600.0, iterations=options.iterations, seed=options.seed)
    return Limits(seconds=seconds, seed=options.seed)


def _held(night: Night, plan: Plan) -> Plan:
    """A plan counts only when the independent checker finds nothing, and every point is served."""
    wrong = check(night, plan)
    if wrong or plan.unserved:
        raise ValueError(f"the plan does not hold: {wrong[:3]} {plan.unserved[:3]}")
    return plan


def first_row(night: Night) -> dict[str, Any]:
    """The first complete plan, alone and as a window sees it: with the processes being started beside it."""
    started = time.monotonic()
    plan = _held(night, first_plan(night))
    alone = time.monotonic() - started
    started = time.monotonic()
    search = Search(night, Limits(seconds=20.0))
    _held(night, search.plan)
    seen = time.monotonic() - started
    search.cancel()
    search.wait()
    print(f"first plan: {alone:.2f} s, beside starting workers {seen:.2f} s, {plan.metres / 1000:.0f} km")
    return {"first_plan_s": seen, "first_plan_km": plan.metres / 1000}


def _against_best(plan: Plan, best: Plan, options: argparse.Namespace) -> dict[str, Any]:
    over = 100 * (plan.cost_fen / best.cost_fen - 1)
    over_km = 100 * (plan.metres / best.metres - 1)
    print(
        f"night: {plan.metres / 1000:.0f} km and {len(plan.routes)} vans after {options.night_seconds:.0f} s,"
        f" {best.metres / 1000:.0f} km and {len(best.routes)} vans after {options.best_seconds:.0f} s"
    )
    return {
        "night_30s_over_best_percent": over,
        "night_30s_over_best_km_percent": over_km,
        "night_vans": len(plan.routes),
        "night_km": plan.metres / 1000,
    }


def next_day_rows(night: Night, yesterday: Plan, options: argparse.Namespace) -> dict[str, Any]:
    """From yesterday's plan in ten seconds, without and with the charge, against a cold run of thirty."""
    morrow = next_day(night, yesterday, seed=options.seed)
    forgetful = replace(morrow, yesterday={})
    cold = _held(morrow, plan_now(forgetful, _limits(options, COLD_S)))
    warm = _held(morrow, plan_now(morrow, _limits(options, NEXT_DAY_S), start=yesterday))
    minded = replace(morrow, strange_fen=STRANGE_FEN)
    kept = _held(minded, plan_now(minded, _limits(options, NEXT_DAY_S), start=yesterday))
    cold_named = _relabelled(morrow, cold)
    print(
        f"next day: cold {cold.metres / 1000:.0f} km, {len(cold.routes)} vans, keeps {_share(morrow, cold_named):.3f};"
        f" from yesterday {warm.metres / 1000:.0f} km, {len(warm.routes)} vans, keeps {warm.kept_share:.3f};"
        f" with the charge {kept.metres / 1000:.0f} km, {len(kept.routes)} vans, keeps {kept.kept_share:.3f}"
    )
    return {
        "next_day_cost_ratio": warm.cost_fen / cold.cost_fen,
        "next_day_warm_kept_share": warm.kept_share,
        "next_day_kept_share": kept.kept_share,
        "next_day_pairs_kept_share": pairs_kept(morrow.yesterday, kept.van_of),
        "next_day_km_ratio": kept.metres / cold.metres,
        "next_day_charged_cost_ratio": kept.cost_fen / cold.cost_fen,
        "next_day_cold_kept_share": _share(morrow, cold_named),
    }


def _relabelled(night: Night, plan: Plan) -> dict[str, Sequence[str]]:
    return named_alike(night, plan.points_of(), night.yesterday)


def _share(night: Night, order: dict[str, Sequence[str]]) -> float:
    pairs = [(point, van) for van, points in order.items() for point in points if point in night.yesterday]
    return sum(night.yesterday[point] == van for point, van in pairs) / len(pairs)


def van_lost_row(night: Night, plan: Plan) -> dict[str, Any]:
    """Each used van is lost once; the slowest repair, and the others' stops that stayed with their van."""
    slowest, stayed, others, more = 0.0, 0, 0, []
    for lost in plan.routes:
        rest = replace(night, vans=tuple(van for van in night.vans if van.name != lost.van))
        started = time.monotonic()
        mended = repair(rest, plan)
        slowest = max(slowest, time.monotonic() - started)
        _held(rest, mended)
        theirs = [(point, route.van) for route in plan.routes if route is not lost for point in route.points]
        stayed += sum(mended.van_of[point] == van for point, van in theirs)
        others += len(theirs)
        more.append(mended.metres - plan.metres)
    print(
        f"a van lost: {slowest:.2f} s at most, {stayed / others:.4f} of the others' stops unchanged,"
        f" {sum(more) / len(more) / 1000:+.1f} km"
    )
    return {"van_lost_s": slowest, "van_lost_others_unchanged": stayed / others}
