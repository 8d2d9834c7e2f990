"""What the background worker needs: our own keys and registrations for Backend Services, note bodies, kept overrides.

Only adds tables, so that code of main0003 goes on working. Going down takes them away: what they hold can be had again
(a note is read again, a key made again), but for overrides, which are then asked once more.
"""

import sqlalchemy as sa
from alembic import op

revision = "main0004"
down_revision = "main0003"
branch_labels = None
depends_on = None

TABLES = ("own_key", "backend_client", "note_body", "kept_override")


def upgrade() -> None:
    op.execute("INSERT INTO compatible_code (revision) VALUES ('main0003')")
    _keys_and_clients()
    op.create_table(
        "note_body",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("patient", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_body")),
    )
    op.create_index(op.f("ix_note_body_state_wanted_at"), "note_body", ["state", "wanted_at"])
    op.create_index(op.f("ix_note_body_patient"), "note_body", ["patient"])
    op.create_table(
        "kept_override",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_override")),
    )
    op.create_index(op.f("ix_kept_override_at"), "kept_override", ["at"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.execute("DELETE FROM compatible_code WHERE revision = 'main0003'")


def _keys_and_clients() -> None:
    op.create_table(
        "own_key",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("algorithm", sa.String(length=8), nullable=False),
        sa.Column("public", sa.JSON(), nullable=False),
        sa.Column("private_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("signs_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_own_key")),
    )
    op.create_table(
        "backend_client",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("fhir_base", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("token_url", sa.Text(), nullable=False),
        sa.Column("algorithm", sa.String(length=8), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backend_client")),
    )
