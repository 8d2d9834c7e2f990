"""One sealed value for each call, the ends of the audit chain, patients by pseudonym, legal holds.

Only adds, so that code written for main0001 goes on working: what it must fill stays, what is new may be empty. Going
down leaves what was added where it is, for the same reason: nothing that the newer code wrote is lost.
"""

import sqlalchemy as sa
from alembic import op

# ruff: noqa: S608  the only parts put into statements are constants of this file

revision = "main0002"
down_revision = "main0001"
branch_labels = None
depends_on = None

GENESIS = "0" * 64
CHAIN_LOCK = 0x436F756E  # the one that code of main0001 takes
COLUMNS = (
    ("invocation", "content_sealed", sa.LargeBinary()),
    ("card", "at", sa.DateTime(timezone=True)),
    ("card", "offered", sa.Text()),
)


def upgrade() -> None:
    bind = op.get_bind()
    inspector = sa.inspect(bind)
    for table, column, kind in COLUMNS:
        if column not in {found["name"] for found in inspector.get_columns(table)}:
            op.add_column(table, sa.Column(column, kind, nullable=True))
    op.execute(
        "UPDATE card SET at = (SELECT at FROM invocation WHERE invocation.id = card.invocation) WHERE at IS NULL"
    )
    if "audit_end" not in inspector.get_table_names():
        _tables()
        _keep_head_in_postgresql() if bind.dialect.name == "postgresql" else _keep_head_in_sqlite()


def downgrade() -> None:
    """Nothing is taken away: see above."""


def _tables() -> None:
    op.create_table(
        "known_patient",
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("id_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", name=op.f("pk_known_patient")),
    )
    op.create_table(
        "audit_end",
        sa.Column("name", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("proof", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_audit_end")),
    )
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("patient", sa.String(length=64), nullable=True),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_table(
        "compatible_code",
        sa.Column("revision", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_compatible_code")),
    )
    last = f"coalesce((SELECT this FROM audit ORDER BY seq DESC LIMIT 1), '{GENESIS}')"
    op.execute(f"INSERT INTO audit_end (name, seq, link) SELECT 'head', coalesce(max(seq), 0), {last} FROM audit")


def _keep_head_in_sqlite() -> None:
    op.execute(
        "CREATE TRIGGER audit_keeps_head AFTER INSERT ON audit BEGIN "
        "SELECT RAISE(ABORT, 'this audit row does not continue the chain') WHERE NOT EXISTS "
        "(SELECT 1 FROM audit_end WHERE name = 'head' AND seq = NEW.seq - 1 AND link = NEW.prev); "
        "UPDATE audit_end SET seq = NEW.seq, link = NEW.this WHERE name = 'head'; END"
    )


def _keep_head_in_postgresql() -> None:
    """Functions of the owner, so that a role without the right to change anything can still add a row."""
    owned = "SECURITY DEFINER SET search_path FROM CURRENT"
    op.execute(
        "CREATE FUNCTION countersign_audit_head(OUT seq bigint, OUT link varchar) LANGUAGE plpgsql VOLATILE "
        f"{owned} AS $$ BEGIN PERFORM pg_advisory_xact_lock({CHAIN_LOCK}); "
        "SELECT e.seq, e.link INTO seq, link FROM audit_end e WHERE e.name = 'head'; END $$"
    )
    op.execute(
        f"CREATE FUNCTION countersign_audit_keep_head() RETURNS trigger LANGUAGE plpgsql {owned} AS "
        "$$ BEGIN UPDATE audit_end SET seq = NEW.seq, link = NEW.this "
        "WHERE name = 'head' AND seq = NEW.seq - 1 AND link = NEW.prev; "
        "IF NOT FOUND THEN RAISE EXCEPTION 'this audit row does not continue the chain' "
        "USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_keeps_head AFTER INSERT ON audit "
        "FOR EACH ROW EXECUTE FUNCTION countersign_audit_keep_head()"
    )
