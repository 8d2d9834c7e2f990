"""The first shape of the main database. Feedback and audit rows are only ever added: triggers refuse to change one."""

import sqlalchemy as sa
from alembic import op

revision = "main0001"
down_revision = None
branch_labels = ("main",)
depends_on = None

APPEND_ONLY = ("feedback", "audit")


def upgrade() -> None:
    _invocations()
    _cards()
    _suggestions()
    _feedback()
    _audit()
    _registrations()
    _sessions()
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    _refuse_changes_in_postgresql() if on_postgresql else _refuse_changes_in_sqlite()


def downgrade() -> None:
    """Takes away everything, also what later revisions leave standing when they go down."""
    for table in ("outbox", "write_back", "fhir_client", "compatible_code", "legal_hold", "audit_end", "known_patient"):
        op.execute(f"DROP TABLE IF EXISTS {table}")
    for table in ("session", "smart_client", "cds_client", "audit", "feedback", "suggestion", "card", "invocation"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for function in ("append_only", "audit_keep_head", "audit_head"):
            op.execute(f"DROP FUNCTION IF EXISTS countersign_{function}()")


def _invocations() -> None:
    op.create_table(
        "invocation",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("hook", sa.Text(), nullable=False),
        sa.Column("hook_instance", sa.String(length=64), nullable=False),
        sa.Column("body_digest", sa.String(length=128), nullable=False),
        sa.Column("patient", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_ms", sa.Double(), nullable=False),
        sa.Column("knowledge", sa.Text(), nullable=False),
        sa.Column("models", sa.Text(), nullable=False),
        sa.Column("context_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invocation")),
    )
    op.create_index(op.f("ix_invocation_patient"), "invocation", ["patient"], unique=False)
    op.create_index(op.f("ix_invocation_tenant_at"), "invocation", ["tenant", "at"], unique=False)


def _cards() -> None:
    op.create_table(
        "card",
        sa.Column("uuid", sa.String(length=64), nullable=False),
        sa.Column("invocation", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("concern", sa.String(length=64), nullable=False),
        sa.Column("check_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("harm", sa.Text(), nullable=True),
        sa.Column("handle_digest", sa.String(length=64), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("evidence_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["invocation"], ["invocation.id"], name=op.f("fk_card_invocation")),
        sa.PrimaryKeyConstraint("uuid", name=op.f("pk_card")),
        sa.UniqueConstraint("handle_digest", name=op.f("uq_card_handle_digest")),
        sa.UniqueConstraint("invocation", "position", name=op.f("uq_card_invocation_position")),
    )


def _suggestions() -> None:
    op.create_table(
        "suggestion",
        sa.Column("uuid", sa.String(length=64), nullable=False),
        sa.Column("card", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("recommended", sa.Boolean(), nullable=False),
        sa.Column("label_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["card"], ["card.uuid"], name=op.f("fk_suggestion_card")),
        sa.PrimaryKeyConstraint("uuid", name=op.f("pk_suggestion")),
    )
    op.create_index(op.f("ix_suggestion_card"), "suggestion", ["card"], unique=False)


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("natural_key", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("card", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("suggestions", sa.JSON(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("client_added", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("channel IN ('cds-hooks', 'smart-app')", name=op.f("ck_feedback_channel")),
        sa.ForeignKeyConstraint(["card"], ["card.uuid"], name=op.f("fk_feedback_card")),
        sa.PrimaryKeyConstraint("natural_key", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_card"), "feedback", ["card"], unique=False)
    op.create_index(op.f("ix_feedback_tenant_received_at"), "feedback", ["tenant", "received_at"], unique=False)


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("patient", sa.String(length=64), nullable=True),
        sa.Column("patient_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("this", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
        sa.UniqueConstraint("id", name=op.f("uq_audit_id")),
    )
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"], unique=False)


def _registrations() -> None:
    op.create_table(
        "cds_client",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("jwks", sa.JSON(), nullable=True),
        sa.Column("jwks_url", sa.Text(), nullable=True),
        sa.Column("algorithms", sa.JSON(), nullable=False),
        sa.Column("dialect", sa.Text(), nullable=False),
        sa.Column("fhir_bases", sa.JSON(), nullable=False),
        sa.Column("max_lifetime", sa.Integer(), nullable=False),
        sa.Column("service_client_id", sa.Text(), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cds_client")),
    )
    op.create_table(
        "smart_client",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("private_jwk_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_smart_client")),
    )


def _sessions() -> None:
    op.create_table(
        "session",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("id_digest", sa.String(length=64), nullable=False),
        sa.Column("payload_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id_digest", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_expires_at"), "session", ["expires_at"], unique=False)


def _refuse_changes_in_sqlite() -> None:
    for table in APPEND_ONLY:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _refuse_changes_in_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION countersign_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only()"
        )
