"""Imported drug names, and rows drafted from labels that wait for a review.

Only adds. Going down takes both tables away: names and labels can be imported again.
"""

import sqlalchemy as sa
from alembic import op

revision = "main0008"
down_revision = "main0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imported_name",
        sa.Column("rxcui", sa.String(length=16), nullable=False),
        sa.Column("tty", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("synonyms", sa.JSON(), nullable=False),
        sa.Column("ingredients", sa.JSON(), nullable=False),
        sa.Column("strength", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("everyday", sa.String(length=1), nullable=False),
        sa.Column("release", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("rxcui", name=op.f("pk_imported_name")),
    )
    op.create_table(
        "candidate_row",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("table_name", sa.String(length=32), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("drugs", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("passage", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_row")),
    )
    # Code of the version before does not know these tables and loses nothing by them.
    op.execute("INSERT INTO compatible_code (revision) VALUES ('main0007')")


def downgrade() -> None:
    op.drop_table("candidate_row")
    op.drop_table("imported_name")
    op.execute("DELETE FROM compatible_code WHERE revision = 'main0007'")
