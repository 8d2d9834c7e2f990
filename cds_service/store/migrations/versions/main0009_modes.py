"""How a tenant uses a service (live, silent, off), and what a call in silent mode would have shown.

Only adds. Going down takes modes away, so that every service is live again, and the record of what was not shown.
"""

import sqlalchemy as sa
from alembic import op

revision = "main0009"
down_revision = "main0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_mode",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "service", name=op.f("pk_service_mode")),
    )
    op.create_table(
        "silent_card",
        sa.Column("invocation", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("concern", sa.String(length=64), nullable=False),
        sa.Column("check_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("harm", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("invocation", "position", name=op.f("pk_silent_card")),
    )
    # Code of the version before knows no modes and answers live, as it did.
    op.execute("INSERT INTO compatible_code (revision) VALUES ('main0008')")


def downgrade() -> None:
    op.drop_table("silent_card")
    op.drop_table("service_mode")
    op.execute("DELETE FROM compatible_code WHERE revision = 'main0008'")
