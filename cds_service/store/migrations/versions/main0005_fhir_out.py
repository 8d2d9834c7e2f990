"""What goes out as FHIR: who may read it, where it is written back to, and what waits to be written.

Only adds tables and an index, so that code of the revision before goes on working; its calls are written back too, as
what waits is found beside the cards and not put there by whoever wrote them. Going down leaves the tables where they
are: what has been written back must not be written twice after going up again.
"""

import sqlalchemy as sa
from alembic import op

revision = "main0005"
down_revision = "main0004"
branch_labels = None
depends_on = None

BEFORE = "main0004"


def upgrade() -> None:
    op.execute(f"INSERT INTO compatible_code (revision) VALUES ('{BEFORE}')")  # noqa: S608  a constant of this file
    op.create_index(op.f("ix_audit_patient"), "audit", ["patient"])
    if "outbox" not in sa.inspect(op.get_bind()).get_table_names():
        _tables()


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_patient"), "audit")
    op.execute(f"DELETE FROM compatible_code WHERE revision = '{BEFORE}'")  # noqa: S608


def _tables() -> None:
    op.create_table(
        "fhir_client",
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("jwks", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("jwks_url", sa.Text(), nullable=True),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_fhir_client")),
    )
    op.create_table(
        "write_back",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("fhir_base", sa.Text(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_write_back")),
    )
    op.create_table(
        "outbox",
        sa.Column("card", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("card", "kind", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_state_due_at"), "outbox", ["state", "due_at"])
