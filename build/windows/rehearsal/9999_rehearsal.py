"""A migration that only the rehearsal of an upgrade knows: one table more, with every fact counted in it."""

from pathlib import Path

from alembic import op

revision = "9999"
down_revision = max(path.name[:4] for path in Path(__file__).parent.glob("0*.py"))
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and count."""
    op.execute("CREATE TABLE rehearsal (facts INTEGER NOT NULL) STRICT")
    op.execute("INSERT INTO rehearsal SELECT count(*) FROM facts")
