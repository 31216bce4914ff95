"""the station's night."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assets",
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("asset", sa.String(), nullable=False),
        sa.Column("pieces", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("holder", "asset"),
    )
    op.create_table(
        "checks",
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("crate", sa.String(), server_default="", nullable=False),
        sa.Column("booked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("counted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("operator", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("fact"),
    )
    op.create_table(
        "containers",
        sa.Column("trip", sa.String(), nullable=False),
        sa.Column("container", sa.String(), nullable=False),
        sa.Column("pallet", sa.String(), server_default="", nullable=False),
        sa.Column("number", sa.String(), server_default="", nullable=False),
        sa.Column("zone", sa.String(), server_default="", nullable=False),
        sa.Column("day", sa.String(), server_default="", nullable=False),
        sa.Column("pieces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unloaded_ms", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("trip", "container"),
    )
    with op.batch_alter_table("containers", schema=None) as batch_op:
        batch_op.create_index("containers_day", ["day"], unique=False)
        batch_op.create_index("containers_label", ["container"], unique=False)
        batch_op.create_index("containers_pallet", ["pallet"], unique=False)

    op.create_table(
        "forwarded",
        sa.Column("point", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("day", sa.String(), server_default="", nullable=False),
        sa.Column("body", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("point", "seq"),
    )
    with op.batch_alter_table("forwarded", schema=None) as batch_op:
        batch_op.create_index("forwarded_day", ["day"], unique=False)

    op.create_table(
        "guards",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "fact"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("guards", schema=None) as batch_op:
        batch_op.create_index("guards_fact", ["fact"], unique=False)

    op.create_table(
        "handovers",
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("run", sa.String(), server_default="", nullable=False),
        sa.Column("driver", sa.String(), server_default="", nullable=False),
        sa.Column("at_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("agreed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("crates", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pieces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("counted_crates", sa.Integer(), server_default="0", nullable=False),
        sa.Column("counted_pieces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("body", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("fact"),
    )
    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.create_index("handovers_run", ["run"], unique=False)

    op.create_table(
        "liabilities",
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("pieces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("link", sa.String(), server_default="", nullable=False),
        sa.Column("why", sa.String(), server_default="", nullable=False),
        sa.Column("evidence", sa.String(), server_default="", nullable=False),
        sa.Column("at_ms", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("lot"),
    )
    op.create_table(
        "load_lines",
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("trip", sa.String(), server_default="", nullable=False),
        sa.Column("container", sa.String(), server_default="", nullable=False),
        sa.Column("point", sa.String(), server_default="", nullable=False),
        sa.Column("day", sa.String(), server_default="", nullable=False),
        sa.Column("product", sa.String(), server_default="", nullable=False),
        sa.Column("barcode", sa.String(), server_default="", nullable=False),
        sa.Column("category", sa.String(), server_default="", nullable=False),
        sa.Column("zone", sa.String(), server_default="", nullable=False),
        sa.Column("pieces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("grams", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("lot"),
    )
    with op.batch_alter_table("load_lines", schema=None) as batch_op:
        batch_op.create_index("load_lines_barcode", ["barcode", "day"], unique=False)
        batch_op.create_index("load_lines_container", ["container", "trip"], unique=False)
        batch_op.create_index("load_lines_point", ["day", "point"], unique=False)

    op.create_table(
        "paces",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("bin_ms", sa.Integer(), nullable=False),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("side", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("puts", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("day", "bin_ms", "operator", "side"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "puts",
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("day", sa.String(), server_default="", nullable=False),
        sa.Column("operator", sa.String(), server_default="", nullable=False),
        sa.Column("device", sa.String(), server_default="", nullable=False),
        sa.Column("crate", sa.String(), server_default="", nullable=False),
        sa.Column("pieces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("labels", sa.Integer(), server_default="0", nullable=False),
        sa.Column("side", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("fact"),
    )
    with op.batch_alter_table("puts", schema=None) as batch_op:
        batch_op.create_index("puts_day", ["day", "at_ms"], unique=False)

    op.create_table(
        "receipts",
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("point", sa.String(), nullable=False),
        sa.Column("at_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pieces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("short", sa.Integer(), server_default="0", nullable=False),
        sa.Column("damaged", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("run", "point"),
    )
    op.create_table(
        "returns",
        sa.Column("bag", sa.String(), nullable=False),
        sa.Column("point", sa.String(), server_default="", nullable=False),
        sa.Column("run", sa.String(), server_default="", nullable=False),
        sa.Column("driver", sa.String(), server_default="", nullable=False),
        sa.Column("pieces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at_ms", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("bag"),
    )
    op.create_table(
        "route_points",
        sa.Column("point", sa.String(), nullable=False),
        sa.Column("route", sa.String(), server_default="", nullable=False),
        sa.Column("seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("village", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("point"),
    )
    with op.batch_alter_table("route_points", schema=None) as batch_op:
        batch_op.create_index("route_points_route", ["route", "seq"], unique=False)

    op.create_table(
        "routes",
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("dock", sa.String(), server_default="", nullable=False),
        sa.Column("driver", sa.String(), server_default="", nullable=False),
        sa.Column("plate", sa.String(), server_default="", nullable=False),
        sa.Column("rank", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("route"),
    )
    op.create_table(
        "run_points",
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("point", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("run", "seq"),
    )
    with op.batch_alter_table("run_points", schema=None) as batch_op:
        batch_op.create_index("run_points_point", ["point"], unique=False)

    op.create_table(
        "runs",
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("route", sa.String(), server_default="", nullable=False),
        sa.Column("day", sa.String(), server_default="", nullable=False),
        sa.Column("dock", sa.String(), server_default="", nullable=False),
        sa.Column("driver", sa.String(), server_default="", nullable=False),
        sa.Column("plate", sa.String(), server_default="", nullable=False),
        sa.Column("leaves_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closed_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("crates", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pieces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closed_by", sa.String(), server_default="", nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("handed_ms", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("run"),
    )
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.create_index("runs_day", ["day"], unique=False)

    op.create_table(
        "shifts",
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(), server_default="", nullable=False),
        sa.Column("sorter", sa.String(), server_default="", nullable=False),
        sa.Column("device", sa.String(), server_default="", nullable=False),
        sa.Column("joined_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("left_ms", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("fact"),
    )
    with op.batch_alter_table("shifts", schema=None) as batch_op:
        batch_op.create_index("shifts_day", ["day"], unique=False)

    op.create_table(
        "slips",
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("day", sa.String(), server_default="", nullable=False),
        sa.Column("operator", sa.String(), server_default="", nullable=False),
        sa.Column("device", sa.String(), server_default="", nullable=False),
        sa.Column("kind", sa.String(), server_default="", nullable=False),
        sa.Column("label", sa.String(), server_default="", nullable=False),
        sa.Column("meant", sa.String(), server_default="", nullable=False),
        sa.Column("found", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("fact"),
    )
    with op.batch_alter_table("slips", schema=None) as batch_op:
        batch_op.create_index("slips_day", ["day"], unique=False)

    op.create_table(
        "station_keys",
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("station", "public_key"),
    )
    op.create_table(
        "tallies",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("point", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("trunk", sa.Integer(), server_default="0", nullable=False),
        sa.Column("dock", sa.Integer(), server_default="0", nullable=False),
        sa.Column("crate", sa.Integer(), server_default="0", nullable=False),
        sa.Column("short", sa.Integer(), server_default="0", nullable=False),
        sa.Column("aside", sa.Integer(), server_default="0", nullable=False),
        sa.Column("gone", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("day", "point", "zone"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "trucks",
        sa.Column("trip", sa.String(), nullable=False),
        sa.Column("station", sa.String(), server_default="", nullable=False),
        sa.Column("day", sa.String(), server_default="", nullable=False),
        sa.Column("plate", sa.String(), server_default="", nullable=False),
        sa.Column("driver", sa.String(), server_default="", nullable=False),
        sa.Column("seal", sa.String(), server_default="", nullable=False),
        sa.Column("expected_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("platform", sa.String(), server_default="", nullable=False),
        sa.Column("arrived_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seen_plate", sa.String(), server_default="", nullable=False),
        sa.Column("seen_seal", sa.String(), server_default="", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("began_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended_ms", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("trip"),
    )
    with op.batch_alter_table("trucks", schema=None) as batch_op:
        batch_op.create_index("trucks_day", ["day"], unique=False)

    op.create_table(
        "wall",
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("point", sa.String(), server_default="", nullable=False),
        sa.Column("route", sa.String(), server_default="", nullable=False),
        sa.Column("sorter", sa.Integer(), server_default="0", nullable=False),
        sa.Column("decimetres", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rank", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("slot"),
    )
    with op.batch_alter_table("wall", schema=None) as batch_op:
        batch_op.create_index("wall_point", ["point"], unique=False)

    op.create_table(
        "wall_crates",
        sa.Column("crate", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), server_default="", nullable=False),
        sa.Column("point", sa.String(), server_default="", nullable=False),
        sa.Column("route", sa.String(), server_default="", nullable=False),
        sa.Column("day", sa.String(), server_default="", nullable=False),
        sa.Column("zone", sa.String(), server_default="", nullable=False),
        sa.Column("asset", sa.String(), server_default="", nullable=False),
        sa.Column("after", sa.String(), server_default="", nullable=False),
        sa.Column("became", sa.String(), server_default="", nullable=False),
        sa.Column("opened_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sealed_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("run", sa.String(), server_default="", nullable=False),
        sa.Column("loaded_ms", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("crate"),
    )
    with op.batch_alter_table("wall_crates", schema=None) as batch_op:
        batch_op.create_index(
            "wall_crates_board", ["day", "point", "became", "sealed_ms", "run"], unique=False
        )
        batch_op.create_index("wall_crates_day", ["day", "route"], unique=False)
        batch_op.create_index("wall_crates_run", ["run"], unique=False)
        batch_op.create_index("wall_crates_slot", ["slot", "day"], unique=False)

    op.create_table(
        "waves",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("began_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cleared_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("left_pieces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("day", "zone"),
    )


def downgrade() -> None:
    raise NotImplementedError("the book is never taken back: restore a backup")
