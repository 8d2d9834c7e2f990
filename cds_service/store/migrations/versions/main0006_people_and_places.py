"""Roles of people in the app, answers to what clinicians said, and where a call came from: unit, user's kind, orders.

Only adds, so that code of main0005 goes on working. Going down takes grants and answers away.
"""

import sqlalchemy as sa
from alembic import op

revision = "main0006"
down_revision = "main0005"
branch_labels = None
depends_on = None

BEFORE = "main0005"


def upgrade() -> None:
    op.execute(f"INSERT INTO compatible_code (revision) VALUES ('{BEFORE}')")  # noqa: S608  a constant of this file
    op.add_column("invocation", sa.Column("orders", sa.Integer(), nullable=True))
    op.add_column("invocation", sa.Column("unit", sa.String(length=64), nullable=True))
    op.add_column("invocation", sa.Column("user_kind", sa.String(length=32), nullable=True))
    op.create_table(
        "known_unit",
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", name=op.f("pk_known_unit")),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("person_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_table(
        "feedback_reply",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("feedback", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_reply")),
    )
    op.create_index(op.f("ix_feedback_reply_feedback"), "feedback_reply", ["feedback"])


def downgrade() -> None:
    for table in ("feedback_reply", "role_grant", "known_unit"):
        op.drop_table(table)
    for column in ("user_kind", "unit", "orders"):
        op.drop_column("invocation", column)
    op.execute(f"DELETE FROM compatible_code WHERE revision = '{BEFORE}'")  # noqa: S608
