"""Where else an EHR's authorization server may stand, and which versions of knowledge, checks and models have run.

Only adds. Going down takes both away: launches whose server stands elsewhere are refused again, and the history of
versions begins anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "main0010"
down_revision = "main0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("smart_client", sa.Column("auth_origins", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "ran_version",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ran_version")),
    )
    # Code of the version before knows neither and does without.
    op.execute("INSERT INTO compatible_code (revision) VALUES ('main0009')")


def downgrade() -> None:
    op.drop_table("ran_version")
    op.drop_column("smart_client", "auth_origins")
    op.execute("DELETE FROM compatible_code WHERE revision = 'main0009'")
