"""Calls, feedback and audit by month on PostgreSQL; what retention and key rotation may touch; holds on one card.

A unique index of a partitioned table names its month too, so what must be unique for ever (a call's id, the natural key
of feedback) stands in a small table of its own. A trigger asks it before each row and passes over a row that is there:
`ON CONFLICT DO NOTHING` over all months, for code of main0002 as well. Rows without a month of their own go to `*_rest`
and move when their month is made, so no row is ever refused. SQLite keeps its tables whole.

Both ways copy the three tables inside the migration's transaction.
"""

import sqlalchemy as sa
from alembic import op

# ruff: noqa: S608  the only parts put into statements are constants of this file and the name of the schema

revision = "main0003"
down_revision = "main0002"
branch_labels = None
depends_on = None

MONTH_OF = {"invocation": "at", "feedback": "received_at", "audit": "at"}
KEY_OF = {"invocation": "id", "feedback": "natural_key"}
AHEAD = 3  # months made beyond the present one
INDEXES = {
    "invocation": (("patient",), ("tenant", "at")),
    "feedback": (("card",), ("tenant", "received_at")),
    "audit": (("subject",),),
}
FIXED = {  # columns that no UPDATE may name; `words_sealed` is erased by retention and sealed anew by key rotation
    "audit": "seq, id, at, action, outcome, tenant, issuer, subject, patient, patient_sealed, detail, prev, this",
    "feedback": "natural_key, channel, tenant, issuer, service, card, outcome, suggestions, reason_code, client_added, "
    "at, received_at",
}
CUT_OFF = "EXISTS (SELECT 1 FROM audit_end WHERE name = 'start' AND seq >= OLD.seq)"


def upgrade() -> None:
    bind = op.get_bind()
    if "card" not in {column["name"] for column in sa.inspect(bind).get_columns("legal_hold")}:
        op.add_column("legal_hold", sa.Column("card", sa.String(length=64), nullable=True))
    op.execute("INSERT INTO compatible_code (revision) VALUES ('main0002')")
    if bind.dialect.name == "sqlite":
        _guard_in_sqlite()
        return
    _functions(str(bind.scalar(sa.text("SELECT quote_ident(current_schema())"))))
    for table in KEY_OF:
        _key_table(table)
    op.execute("ALTER TABLE card DROP CONSTRAINT fk_card_invocation")
    for table in MONTH_OF:
        _into_months(table)
    op.execute("ALTER TABLE card ADD CONSTRAINT fk_card_invocation FOREIGN KEY (invocation) REFERENCES invocation_key")
    _guard_in_postgresql()


def downgrade() -> None:
    """Everything is kept; `legal_hold.card` stays where it is, for whoever goes up again."""
    op.execute("DELETE FROM compatible_code WHERE revision = 'main0002'")
    if op.get_bind().dialect.name == "sqlite":
        _guard_in_sqlite_as_before()
        return
    op.execute("ALTER TABLE card DROP CONSTRAINT fk_card_invocation")
    for table in MONTH_OF:
        _into_one(table)
    op.execute("ALTER TABLE card ADD CONSTRAINT fk_card_invocation FOREIGN KEY (invocation) REFERENCES invocation")
    for table in KEY_OF:
        op.execute(f"DROP TABLE {table}_key")
    for function in ("make_month(text, date)", "once()", "kept()"):
        op.execute(f"DROP FUNCTION countersign_{function}")
    _guard_in_postgresql_as_before()


def _key_table(table: str) -> None:
    key = KEY_OF[table]
    op.execute(f"CREATE TABLE {table}_key AS SELECT {key} FROM {table}")
    op.execute(f"ALTER TABLE {table}_key ADD CONSTRAINT pk_{table}_key PRIMARY KEY ({key})")


def _into_months(table: str) -> None:
    at = MONTH_OF[table]
    op.execute(f"ALTER TABLE {table} RENAME TO {table}_whole")
    op.execute(f"CREATE TABLE {table} (LIKE {table}_whole INCLUDING DEFAULTS) PARTITION BY RANGE ({at})")
    op.execute(f"CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT")
    op.execute(
        f"SELECT countersign_make_month('{table}', month::date) FROM (SELECT date_trunc('month', {at} AT TIME ZONE "
        f"'UTC') AS month FROM {table}_whole UNION SELECT date_trunc('month', now() AT TIME ZONE 'UTC') "
        f"+ make_interval(months => n) FROM generate_series(0, {AHEAD}) AS n) AS months GROUP BY month"
    )
    op.execute(f"INSERT INTO {table} SELECT * FROM {table}_whole")
    op.execute(f"DROP TABLE {table}_whole")
    _constrain(table, f", {at}")
    if table == "audit":
        op.execute(f"ALTER TABLE audit ADD CONSTRAINT uq_audit_id UNIQUE (id, {at})")


def _into_one(table: str) -> None:
    op.execute(f"ALTER TABLE {table} RENAME TO {table}_months")
    op.execute(f"CREATE TABLE {table} (LIKE {table}_months INCLUDING DEFAULTS)")
    op.execute(f"INSERT INTO {table} SELECT * FROM {table}_months")
    op.execute(f"DROP TABLE {table}_months")
    _constrain(table, "")
    if table == "audit":
        op.execute("ALTER TABLE audit ADD CONSTRAINT uq_audit_id UNIQUE (id)")


def _constrain(table: str, month: str) -> None:
    key = KEY_OF.get(table, "seq")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY ({key}{month})")
    for columns in INDEXES[table]:
        op.execute(f"CREATE INDEX ix_{table}_{'_'.join(columns)} ON {table} ({', '.join(columns)})")
    if table == "feedback":
        op.execute("ALTER TABLE feedback ADD CONSTRAINT fk_feedback_card FOREIGN KEY (card) REFERENCES card")
        op.execute(
            "ALTER TABLE feedback ADD CONSTRAINT ck_feedback_channel CHECK (channel IN ('cds-hooks', 'smart-app'))"
        )


def _functions(schema: str) -> None:
    """`make_month` belongs to the owner, so that a role without DDL may call it. The temporary schema comes last in
    the path of every function of the owner: a caller's own table must not stand in for one of ours.
    """
    path = f"SET search_path = {schema}, pg_temp"
    for function in ("audit_head()", "audit_keep_head()"):
        op.execute(f"ALTER FUNCTION countersign_{function} {path}")
    op.execute(
        f"CREATE FUNCTION countersign_make_month(parent text, month date) RETURNS boolean LANGUAGE plpgsql "
        f"SECURITY DEFINER {path} AS $$ DECLARE "
        "at text := CASE parent WHEN 'feedback' THEN 'received_at' ELSE 'at' END; "
        "child text := parent || to_char(month, '_YYYY_MM'); rest text := parent || '_rest'; "
        "since timestamptz := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC'; "
        "upto timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC'; "
        "BEGIN IF parent NOT IN ('invocation', 'feedback', 'audit') THEN RAISE 'not a table by month'; END IF; "
        "PERFORM pg_advisory_xact_lock(hashtext('countersign_make_month')); "
        "IF to_regclass(child) IS NOT NULL THEN RETURN false; END IF; "
        "EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child, parent); "
        "EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', rest); "
        "EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', rest); "
        "EXECUTE format('WITH moved AS (DELETE FROM %1$I WHERE %2$I >= $1 AND %2$I < $2 RETURNING *) "
        "INSERT INTO %3$I SELECT * FROM moved', rest, at, child) USING since, upto; "
        "EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', rest); "
        "EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child, since, upto);"
        " RETURN true; END $$"
    )
    op.execute("REVOKE ALL ON FUNCTION countersign_make_month(text, date) FROM PUBLIC")
    op.execute(
        "CREATE FUNCTION countersign_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_ARGV[0] = 'invocation' THEN INSERT INTO invocation_key VALUES (NEW.id) ON CONFLICT DO NOTHING; "
        "ELSE INSERT INTO feedback_key VALUES (NEW.natural_key) ON CONFLICT DO NOTHING; END IF; "
        "IF NOT FOUND THEN RETURN NULL; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE FUNCTION countersign_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' AND TG_ARGV[0] = 'audit' THEN IF {CUT_OFF} THEN RETURN OLD; END IF; END IF; "
        "RAISE EXCEPTION '% is append-only', TG_ARGV[0] USING ERRCODE = 'restrict_violation'; END $$"
    )


def _guard_in_postgresql() -> None:
    """Row triggers are copied to every month, so a month cannot be changed by its own name either."""
    for table in KEY_OF:
        op.execute(
            f"CREATE TRIGGER {table}_once BEFORE INSERT ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION countersign_once('{table}')"
        )
    for table, columns in FIXED.items():
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OF {columns} OR DELETE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION countersign_kept('{table}')"
        )
        op.execute(
            f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION countersign_kept('{table}')"
        )
    _keep_head()


def _guard_in_postgresql_as_before() -> None:
    for table in FIXED:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION countersign_append_only()"
        )
    _keep_head()


def _keep_head() -> None:
    op.execute(
        "CREATE TRIGGER audit_keeps_head AFTER INSERT ON audit "
        "FOR EACH ROW EXECUTE FUNCTION countersign_audit_keep_head()"
    )


def _guard_in_sqlite() -> None:
    for table, columns in FIXED.items():
        _replace_in_sqlite(table, "update", f"UPDATE OF {columns}")
    _replace_in_sqlite("audit", "delete", "DELETE", f"WHEN NOT {CUT_OFF}")


def _guard_in_sqlite_as_before() -> None:
    for table in FIXED:
        _replace_in_sqlite(table, "update", "UPDATE")
    _replace_in_sqlite("audit", "delete", "DELETE")


def _replace_in_sqlite(table: str, name: str, change: str, when: str = "") -> None:
    op.execute(f"DROP TRIGGER {table}_refuses_{name}")
    op.execute(
        f"CREATE TRIGGER {table}_refuses_{name} BEFORE {change} ON {table} {when} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )
