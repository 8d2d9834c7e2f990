"""What the role that the service runs as may do on PostgreSQL: no DDL, and nothing that was put on record is changed.

The owner of the tables runs `migrate`, retention and key rotation; the service connects as another role. Whatever is
not named here (sessions, registrations, work that waits) may be written freely.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from cds_service.errors import SettingsError
from cds_service.store.schema import main, replay

# Added to by the service, changed by nobody but retention and key rotation.
ON_RECORD = frozenset(
    {
        "invocation",
        "card",
        "suggestion",
        "feedback",
        "audit",
        "known_patient",
        "known_unit",
        "feedback_reply",
        "silent_card",
        "ran_version",
    }
)
# Kept by the owner's commands, triggers and functions alone.
OWNED = frozenset({"audit_end", "legal_hold", "compatible_code", "main_revision", "replay_revision"})
KEYS = frozenset({"invocation_key", "feedback_key"})
MAY_ALL = "SELECT, INSERT, UPDATE, DELETE"
COUNTED = frozenset({"countersign_job_task", "countersign_job_schedule"})
METADATA = {"main": main, "replay": replay}


def grant(connection: Connection, branch: str, role: str) -> None:
    """Give `role` exactly what the service needs. SettingsError: not PostgreSQL, or there is no such role."""
    if connection.dialect.name != "postgresql":
        raise SettingsError(f"the {branch} database is SQLite, which has no roles: --app-role is for PostgreSQL")
    if connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}) is None:
        raise SettingsError(f"there is no role {role} on the database server; its administrator makes it")
    for statement in _statements(connection, branch, role):
        connection.execute(text(statement))


def _statements(connection: Connection, branch: str, role: str) -> list[str]:
    quote = connection.dialect.identifier_preparer.quote
    to, schema = quote(role), quote(str(connection.scalar(text("SELECT current_schema()"))))
    granted = [f"GRANT USAGE ON SCHEMA {schema} TO {to}"]
    named = {table.name for table in METADATA[branch].sorted_tables} | {f"{branch}_revision"}
    named |= KEYS if branch == "main" else set()
    for table in sorted(named):
        granted += [f"REVOKE ALL ON {table} FROM {to}", f"GRANT {_rights(table)} ON {table} TO {to}"]
    if branch == "main":
        granted += [f"GRANT {MAY_ALL} ON {table} TO {to}" for table in _jobs(connection)]
        granted += [
            f"GRANT USAGE ON SEQUENCE {table}_id_seq TO {to}" for table in _jobs(connection) if table in COUNTED
        ]
        granted.append(f"GRANT EXECUTE ON FUNCTION countersign_make_month(text, date) TO {to}")
    return granted


def _jobs(connection: Connection) -> list[str]:
    """The tables of the worker's queue, where `migrate` has made them."""
    return sorted(name for name in inspect(connection).get_table_names() if name.startswith("countersign_job_"))


def _rights(table: str) -> str:
    if table in OWNED:
        return "SELECT"
    return "SELECT, INSERT" if table in ON_RECORD | KEYS else MAY_ALL
