"""Routes: vans, drivers, stops, rules, the plan of a day and real arrivals."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vans",
        sa.Column("van", sa.String(), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("pieces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("crates", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cold", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fen_per_km", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fen_per_day", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("van"),
    )
    op.create_table(
        "drivers",
        sa.Column("driver", sa.String(), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("van", sa.String(), server_default="", nullable=False),
        sa.Column("starts_s", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ends_s", sa.Integer(), server_default="0", nullable=False),
        sa.Column("villages", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("driver"),
    )
    op.create_table(
        "stops",
        sa.Column("point", sa.String(), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("village", sa.String(), server_default="", nullable=False),
        sa.Column("town", sa.String(), server_default="", nullable=False),
        sa.Column("latitude", sa.Integer(), server_default="0", nullable=False),
        sa.Column("longitude", sa.Integer(), server_default="0", nullable=False),
        sa.Column("guessed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("area", sa.String(), server_default="", nullable=False),
        sa.Column("opens_s", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closes_s", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unloading_s", sa.Integer(), server_default="0", nullable=False),
        sa.Column("forbidden", sa.String(), server_default="", nullable=False),
        sa.Column("own", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("point"),
    )
    op.create_table(
        "fixed_routes",
        sa.Column("point", sa.String(), nullable=False),
        sa.Column("route", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("point"),
    )
    op.create_table(
        "ride_rules",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), server_default="", nullable=False),
        sa.Column("points", sa.String(), server_default="", nullable=False),
        sa.Column("van", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("rule"),
    )
    op.create_table(
        "plan_routes",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("van", sa.String(), server_default="", nullable=False),
        sa.Column("driver", sa.String(), server_default="", nullable=False),
        sa.Column("driver_name", sa.String(), server_default="", nullable=False),
        sa.Column("dock", sa.String(), server_default="", nullable=False),
        sa.Column("leaves_s", sa.Integer(), server_default="0", nullable=False),
        sa.Column("back_s", sa.Integer(), server_default="0", nullable=False),
        sa.Column("metres", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stops", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pieces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("crates", sa.Integer(), server_default="0", nullable=False),
        sa.Column("roads", sa.String(), server_default="", nullable=False),
        sa.Column("engine", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("day", "route"),
    )
    op.create_table(
        "plan_stops",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("point", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("van", sa.String(), server_default="", nullable=False),
        sa.Column("driver", sa.String(), server_default="", nullable=False),
        sa.Column("dock", sa.String(), server_default="", nullable=False),
        sa.Column("arrival_s", sa.Integer(), server_default="0", nullable=False),
        sa.Column("late_s", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pieces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("crates", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("day", "point", "route"),
    )
    with op.batch_alter_table("plan_stops", schema=None) as batch_op:
        batch_op.create_index("plan_stops_route", ["day", "route", "seq"], unique=False)
    op.create_table(
        "arrivals",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("point", sa.String(), nullable=False),
        sa.Column("at_s", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("day", "route", "point"),
    )


def downgrade() -> None:
    raise NotImplementedError("the book is never taken back: restore a backup")
