"""The book's tables, for migrations and for the pages' queries; the write path uses the same names in plain SQL."""

from __future__ import annotations

from sqlalchemy import BLOB, Column, Index, Integer, MetaData, String, Table, UniqueConstraint

metadata = MetaData()


def _text(name: str, *, key: str = "") -> Column[str]:
    return Column(name, String, primary_key=bool(key), nullable=False, server_default=None if key else "")


def _number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


facts = Table(
    "facts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("device", String, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at_ms", Integer, nullable=False),
    Column("skew_ms", Integer, nullable=False),
    Column("day", String, nullable=False),
    Column("operator", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("body", String, nullable=False),
    Column("digest", BLOB),
    Column("reversed_by", Integer),
    UniqueConstraint("device", "epoch", "seq", name="facts_key"),
    Index("facts_day", "day"),
)

moves = Table(
    "moves",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fact", Integer, nullable=False),
    Column("lot", String, nullable=False),
    Column("pieces", Integer, nullable=False),
    Column("source", String, nullable=False),
    Column("target", String, nullable=False),
    Index("moves_fact", "fact"),
    Index("moves_lot", "lot"),
)

stock = Table(
    "stock",
    metadata,
    Column("lot", String, primary_key=True),
    Column("place", String, primary_key=True),
    Column("pieces", Integer, nullable=False),
    Index("stock_place", "place", "pieces"),
    sqlite_with_rowid=False,
)

lines = Table(
    "lines",
    metadata,
    _text("lot", key="pk"),
    _text("platform"),
    _text("trip"),
    _text("day"),
    _text("order_no"),
    _text("crate"),
    _text("product"),
    _text("barcode"),
    _text("category"),
    _text("zone"),
    _number("pieces"),
    _number("paid_fen"),
    _text("buyer"),
    _text("code"),
    _number("grams"),
    _number("basis_points"),
    Index("lines_code", "code"),
    Index("lines_crate", "crate"),
    Index("lines_barcode", "barcode", "day"),
    Index("lines_buyer", "buyer"),
    Index("lines_trip", "trip"),
    Index("lines_day", "day"),
)

crates = Table(
    "crates",
    metadata,
    _text("crate", key="pk"),
    _text("trip", key="pk"),
    _text("zone"),
    sqlite_with_rowid=False,
)

trips = Table(
    "trips",
    metadata,
    _text("trip", key="pk"),
    _text("platform"),
    _text("point"),
    _text("day"),
    _text("plate"),
    _text("seal"),
    Column("tenths", Integer),
    _number("arrived_ms"),
    _number("ended_ms"),
)

sent = Table("sent", metadata, _text("trip", key="pk"), _text("lot", key="pk"), _number("pieces"))

people = Table(
    "people",
    metadata,
    _text("buyer", key="pk"),
    _text("platform"),
    _text("name"),
    _text("nickname"),
    _text("tail"),
    _text("phone"),
    _text("initials"),
    _text("seen_day"),
    Index("people_tail", "tail"),
    Index("people_initials", "initials"),
)

elsewhere = Table(
    "elsewhere",
    metadata,
    _text("platform", key="pk"),
    _text("code", key="pk"),
    _text("tail"),
    _text("point"),
    _text("day"),
    Index("elsewhere_code", "code"),
    Index("elsewhere_tail", "tail"),
)

policies = Table(
    "policies",
    metadata,
    _text("platform", key="pk"),
    _text("from_day", key="pk"),
    _text("name"),
    _text("body"),
)

handed = Table(
    "handed",
    metadata,
    Column("fact", Integer, primary_key=True),
    Column("lot", String, primary_key=True),
    _number("pieces"),
    _text("buyer"),
    _text("proxy"),
    _number("at_ms"),
    _text("device"),
    _text("operator"),
    _number("undone"),
    Index("handed_lot", "lot"),
    Index("handed_at", "at_ms"),
)

differences = Table(
    "differences",
    metadata,
    _text("difference", key="pk"),
    _number("fact"),
    _text("day"),
    _text("about"),
    _text("lot"),
    _number("pieces"),
    _number("fen"),
    _text("note"),
    _number("opened_ms"),
    _number("deadline_ms"),
    _number("closed_ms"),
    _text("how"),
    Index("differences_open", "closed_ms"),
    Index("differences_lot", "lot"),
)

claims = Table(
    "claims",
    metadata,
    _text("claim", key="pk"),
    _text("day"),
    _text("lot"),
    _number("pieces"),
    _text("why"),
    _text("remedy"),
    _number("asked_fen"),
    _number("deadline_ms"),
    _text("note"),
    _text("photos"),
    _number("opened_ms"),
    _text("bag"),
    _text("outcome"),
    _number("refund_fen"),
    _text("ruling"),
    _number("ruled_ms"),
    Index("claims_lot", "lot"),
)

bags = Table(
    "bags",
    metadata,
    _text("bag", key="pk"),
    _number("opened_ms"),
    _number("sealed_ms"),
    _number("taken_ms"),
    _text("driver"),
    _text("signature"),
    _number("pieces"),
    _number("acknowledged_ms"),
    _number("acknowledged_pieces"),
)

money = Table(
    "money",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fact", Integer, nullable=False),
    _text("day"),
    _text("platform"),
    _text("account"),
    _text("lot"),
    _number("fen"),
    Index("money_day", "day"),
    Index("money_lot", "lot"),
)

bills = Table(
    "bills",
    metadata,
    _text("platform", key="pk"),
    _text("day", key="pk"),
    _text("lot", key="pk"),
    _number("pieces"),
    _number("paid_fen"),
    _number("commission_fen"),
    Index("bills_lot", "lot"),
)

deductions = Table(
    "deductions",
    metadata,
    _text("deduction", key="pk"),
    _text("platform"),
    _text("day"),
    _number("fen"),
    _text("why"),
    _text("lot"),
    _text("state"),
    _text("note"),
    _number("returned_fen"),
)

counts = Table(
    "counts",
    metadata,
    _text("day", key="pk"),
    _text("what", key="pk"),
    _number("amount"),
    _number("at_ms"),
)

days = Table("days", metadata, _text("day", key="pk"), _number("closed_ms"), _text("body"))

orders = Table(
    "orders",
    metadata,
    _text("order_no", key="pk"),
    _text("platform"),
    _text("day"),
    _text("product"),
    _number("pieces"),
    _number("price_fen"),
    _number("cash_fen"),
    _text("buyer"),
)

photos = Table(
    "photos", metadata, _text("sha", key="pk"), Column("jpeg", BLOB, nullable=False), _number("sent_ms")
)

state = Table("state", metadata, _text("key", key="pk"), _text("value"))

# --- routing: master data as the station keeps it, and the plan that holds for a day ---

vans = Table(
    "vans",
    metadata,
    _text("van", key="pk"),  # the plate, or what the station calls it
    _text("name"),
    _number("pieces"),  # what it holds
    _number("crates"),
    _number("cold"),  # 1: has a cold box
    _number("fen_per_km"),
    _number("fen_per_day"),
)

drivers = Table(
    "drivers",
    metadata,
    _text("driver", key="pk"),
    _text("name"),
    _text("van"),  # the one usually driven
    _number("starts_s"),  # shift, seconds of the day
    _number("ends_s"),
    _text("villages"),  # known ones, a JSON array
)

stops = Table(
    "stops",
    metadata,
    _text("point", key="pk"),
    _text("name"),
    _text("village"),
    _text("town"),
    _number("latitude"),  # millionths of a degree; 0, 0: not known
    _number("longitude"),
    _number("guessed"),  # 1: placed from the village, nobody surveyed it
    _text("area"),  # town, plain or hill
    _number("opens_s"),  # seconds of the day; 0, 0: the station's own hours hold
    _number("closes_s"),
    _number("unloading_s"),  # for a stop, besides the time of each piece
    _text("forbidden"),  # vans that cannot go there, a JSON array
    _number("own"),  # 1: said at the station; the platform then changes its name and village only
)

fixed_routes = Table("fixed_routes", metadata, _text("point", key="pk"), _text("route"))

ride_rules = Table(
    "ride_rules",
    metadata,
    _text("rule", key="pk"),
    _text("kind"),  # together, apart or locked
    _text("points"),  # a JSON array
    _text("van"),  # of a lock
)

# The adopted plan of a day, for every room: one row a van's route, one row a stop of it.
plan_routes = Table(
    "plan_routes",
    metadata,
    _text("day", key="pk"),  # business day
    _text("route", key="pk"),  # short name, unique in the day: what is written on the dock and on labels
    _text("van"),
    _text("driver"),
    _text("driver_name"),  # as it was when the plan was adopted
    _text("dock"),
    _number("leaves_s"),  # seconds of the day
    _number("back_s"),
    _number("metres"),
    _number("stops"),
    _number("pieces"),
    _number("crates"),
    _text("roads"),  # guess, learned or network
    _text("engine"),
)

plan_stops = Table(
    "plan_stops",
    metadata,
    _text("day", key="pk"),
    _text("point", key="pk"),  # a point that is split stands here once for each route
    _text("route", key="pk"),
    _number("seq"),  # 1 is the first stop; the van is loaded the other way round
    _text("van"),
    _text("driver"),
    _text("dock"),
    _number("arrival_s"),  # planned, seconds of the day
    _number("late_s"),  # by how much it is planned after the point closes
    _number("pieces"),
    _number("crates"),
    Index("plan_stops_route", "day", "route", "seq"),
)

arrivals = Table(
    "arrivals",
    metadata,
    _text("day", key="pk"),
    _text("route", key="pk"),
    _text("point", key="pk"),  # empty: left the station
    _number("at_s"),  # seconds of the day
)

# --- the station's night -----------------------------------------------------------------------------------

guards = Table(
    "guards",
    metadata,
    Column("key", String, primary_key=True),
    Column("fact", Integer, primary_key=True),
    Index("guards_fact", "fact"),
    sqlite_with_rowid=False,
)
"""Keys held by facts (see app.domain.guards); two facts at one key are a clash that the hub has yet to decide."""

routes = Table(
    "routes",
    metadata,
    _text("route", key="pk"),
    _text("dock"),
    _text("driver"),
    _text("plate"),
    _number("rank"),
)

route_points = Table(
    "route_points",
    metadata,
    _text("point", key="pk"),
    _text("route"),
    _number("seq"),
    _text("name"),
    _text("village"),
    Index("route_points_route", "route", "seq"),
)

trucks = Table(
    "trucks",
    metadata,
    _text("trip", key="pk"),
    _text("station"),
    _text("day"),
    _text("plate"),
    _text("driver"),
    _text("seal"),
    _number("expected_ms"),
    _text("platform"),
    _number("arrived_ms"),
    _text("seen_plate"),
    _text("seen_seal"),
    _text("note"),
    _number("began_ms"),
    _number("ended_ms"),
    Index("trucks_day", "day"),
)

containers = Table(
    "containers",
    metadata,
    _text("trip", key="pk"),
    _text("container", key="pk"),
    _text("pallet"),
    _text("number"),
    _text("zone"),
    _text("day"),
    _number("pieces"),
    _number("unloaded_ms"),
    Index("containers_label", "container"),
    Index("containers_pallet", "pallet"),
    Index("containers_day", "day"),
)

load_lines = Table(
    "load_lines",
    metadata,
    _text("lot", key="pk"),
    _text("trip"),
    _text("container"),
    _text("point"),
    _text("day"),
    _text("product"),
    _text("barcode"),
    _text("category"),
    _text("zone"),
    _number("pieces"),
    _number("grams"),
    Index("load_lines_barcode", "barcode", "day"),
    Index("load_lines_container", "container", "trip"),
    Index("load_lines_point", "day", "point"),
)

forwarded = Table(
    "forwarded",
    metadata,
    _text("point", key="pk"),
    Column("seq", Integer, primary_key=True),
    _number("at_ms"),
    _text("day"),
    _text("body"),
    Index("forwarded_day", "day"),
)

wall = Table(
    "wall",
    metadata,
    _text("slot", key="pk"),
    _text("point"),
    _text("route"),
    _number("sorter"),
    _number("decimetres"),
    _number("rank"),
    Index("wall_point", "point"),
)
"""``rank`` is the walking order along the wall."""

wall_crates = Table(
    "wall_crates",
    metadata,
    _text("crate", key="pk"),
    _text("slot"),
    _text("point"),
    _text("route"),
    _text("day"),
    _text("zone"),
    _text("asset"),
    _text("after"),
    _text("became"),
    _number("opened_ms"),
    _number("sealed_ms"),
    _text("run"),
    _number("loaded_ms"),
    Index("wall_crates_day", "day", "route"),
    Index("wall_crates_slot", "slot", "day"),
    Index("wall_crates_run", "run"),
    Index("wall_crates_board", "day", "point", "became", "sealed_ms", "run"),
)
"""``run`` is the van's run that the crate is on; ``became`` the label that replaced this one."""

puts = Table(
    "puts",
    metadata,
    Column("fact", Integer, primary_key=True),
    _number("at_ms"),
    _text("day"),
    _text("operator"),
    _text("device"),
    _text("crate"),
    _number("pieces"),
    _number("labels"),
    _number("side"),
    Index("puts_day", "day", "at_ms"),
)
"""``side`` is the sorter's part of the wall (`wall.sorter`) that the pieces went to; -1 where no wall says it."""

paces = Table(
    "paces",
    metadata,
    _text("day", key="pk"),
    Column("bin_ms", Integer, primary_key=True),
    _text("operator", key="pk"),
    Column("side", Integer, primary_key=True),
    _number("pieces"),
    _number("puts"),
    sqlite_with_rowid=False,
)
"""The puts added up by five minutes, sorter and part of the wall: a board costs the same at the end of the night."""

tallies = Table(
    "tallies",
    metadata,
    _text("day", key="pk"),
    _text("point", key="pk"),
    _text("zone", key="pk"),
    _number("trunk"),
    _number("dock"),
    _number("crate"),
    _number("short"),
    _number("aside"),
    _number("gone"),
    sqlite_with_rowid=False,
)
"""Where the announced pieces of each point are, by kind of place; always equal to `load_lines` joined to `stock`."""

slips = Table(
    "slips",
    metadata,
    Column("fact", Integer, primary_key=True),
    _number("at_ms"),
    _text("day"),
    _text("operator"),
    _text("device"),
    _text("kind"),
    _text("label"),
    _text("meant"),
    _text("found"),
    Index("slips_day", "day"),
)

shifts = Table(
    "shifts",
    metadata,
    Column("fact", Integer, primary_key=True),
    _text("day"),
    _text("sorter"),
    _text("device"),
    _number("joined_ms"),
    _number("left_ms"),
    Index("shifts_day", "day"),
)

waves = Table(
    "waves",
    metadata,
    _text("day", key="pk"),
    _text("zone", key="pk"),
    _number("began_ms"),
    _number("cleared_ms"),
    _number("left_pieces"),
    _text("note"),
)

checks = Table(
    "checks",
    metadata,
    Column("fact", Integer, primary_key=True),
    _text("crate"),
    _number("booked"),
    _number("counted"),
    _number("at_ms"),
    _text("operator"),
)

runs = Table(
    "runs",
    metadata,
    _text("run", key="pk"),
    _text("route"),
    _text("day"),
    _text("dock"),
    _text("driver"),
    _text("plate"),
    _number("leaves_ms"),
    _number("closed_ms"),
    _number("crates"),
    _number("pieces"),
    _text("closed_by"),
    _text("reason"),
    _number("handed_ms"),
    Index("runs_day", "day"),
)

run_points = Table(
    "run_points",
    metadata,
    _text("run", key="pk"),
    Column("seq", Integer, primary_key=True),
    _text("point"),
    Index("run_points_point", "point"),
)

handovers = Table(
    "handovers",
    metadata,
    Column("fact", Integer, primary_key=True),
    _text("run"),
    _text("driver"),
    _number("at_ms"),
    _number("agreed"),
    _number("crates"),
    _number("pieces"),
    _number("counted_crates"),
    _number("counted_pieces"),
    _text("body"),
    Index("handovers_run", "run"),
)

assets = Table("assets", metadata, _text("holder", key="pk"), _text("asset", key="pk"), _number("pieces"))
"""Returnable things by holder: ``station``, ``driver:NAME``, ``point:CODE``; the station's may fall below zero."""

receipts = Table(
    "receipts",
    metadata,
    _text("run", key="pk"),
    _text("point", key="pk"),
    _number("at_ms"),
    _number("pieces"),
    _number("short"),
    _number("damaged"),
)

returns = Table(
    "returns",
    metadata,
    _text("bag", key="pk"),
    _text("point"),
    _text("run"),
    _text("driver"),
    _number("pieces"),
    _number("at_ms"),
)

station_keys = Table(
    "station_keys", metadata, _text("station", key="pk"), _text("public_key", key="pk"), _text("name")
)
"""The keys that the platform has told; a station has one for each PC that prints."""

liabilities = Table(
    "liabilities",
    metadata,
    _text("lot", key="pk"),
    _number("pieces"),
    _text("link"),
    _text("why"),
    _text("evidence"),
    _number("at_ms"),
)

PROJECTIONS = (
    moves, stock, lines, crates, trips, sent, policies, handed, differences, claims, bags, money, bills,
    deductions, counts, days, orders,
    vans, drivers, stops, fixed_routes, ride_rules, plan_routes, plan_stops, arrivals,
    guards, routes, route_points, trucks, containers, load_lines, forwarded, wall, wall_crates, puts, paces, tallies,
    slips, shifts,
    waves, checks, runs, run_points, handovers, assets, receipts, returns, station_keys, liabilities,
)  # fmt: skip
"""Tables that a replay of the facts rebuilds exactly; the rest is kept as it is."""
