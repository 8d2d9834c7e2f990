"""Brings the main and the replay database to the revision that this code was written for; start-up checks it.

Both histories live in `migrations/versions` as two branches, `main` and `replay`, each with a version table of its own,
so that the two URLs may even name one database. A migration runs whole or not at all, and one process at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import ProgrammingError

from cds_service.errors import SettingsError
from cds_service.settings import Settings
from cds_service.store.engine.database import UNLIMITED, is_missing, open_database
from cds_service.store.engine.engines import PATIENCE_MS
from cds_service.store.records import AuditEvent
from cds_service.store.schema import main, replay
from cds_service.store.schema.calls import compatible_code
from cds_service.store.sealing.keyring import Keyring
from cds_service.store.trail import audit
from cds_service.store.upkeep.months import make_months
from cds_service.store.upkeep.roles import grant

BRANCHES = {"main": main, "replay": replay}
TURN_MS = 600_000  # how long one migration waits for another
COMMAND = "python -m cds_service migrate"
_MIGRATION_LOCK = 0x6D696772  # PostgreSQL advisory lock; SQLite's write lock does the same


def migrate(settings: Settings, keyring: Keyring | None = None) -> None:
    """Upgrade both databases, making SQLite files (mode 0600) that are not there yet. StoreUnavailable: no answer.

    With a keyring the changes are put on record: that of the main database in its own transaction, that of the replay
    database right after it, as it keeps no trail.
    """
    record = None if keyring is None else audit.recorder(keyring, _now)
    move(settings.database_url, "main", "main@head", record)
    changed = move(settings.replay_database_url, "replay", "replay@head")
    with closing(open_database(settings.database_url)) as database:
        if changed is not None and record is not None:
            with database.writing() as connection:
                record(connection, changed)
        make_months(database, _now())


def grant_app_role(settings: Settings, keyring: Keyring, role: str) -> None:
    """Let `role` run the service on its PostgreSQL databases; it cannot change what is on record. Is itself on it."""
    record = audit.recorder(keyring, _now)
    if not settings.replay_database_url.startswith("sqlite"):  # a file of this host belongs to whoever runs here
        with closing(open_database(settings.replay_database_url)) as database, database.writing() as connection:
            grant(connection, "replay", role)
    with closing(open_database(settings.database_url)) as database, database.writing() as connection:
        grant(connection, "main", role)
        record(connection, AuditEvent("grant-app-role", "done", detail={"role": role}))


def move(
    url: str, branch: str, target: str, record: Callable[[Connection, AuditEvent], None] | None = None
) -> AuditEvent | None:
    """Take one database to `target` ("main@head", "main0001", "main@base") in one transaction.

    Gives what to put on record, and does so with `record`; None when the database was there already.
    """
    database = open_database(url, create=True)
    try:
        with database.writing(longest_ms=UNLIMITED) as connection:
            if connection.dialect.name == "postgresql":
                _wait_for_turn(connection)
            found = _revisions(connection, branch)
            _refuse_unknown(branch, found)
            going_down = _lies_behind(target, found)
            config = _config()
            config.attributes.update(
                connection=connection, metadata=BRANCHES[branch], version_table=_version_table(branch)
            )
            (command.downgrade if going_down else command.upgrade)(config, target)
            changed = _change(found, _revisions(connection, branch))
            if changed is not None and record is not None:
                record(connection, changed)
            return changed
    finally:
        database.close()


def check_revision(settings: Settings) -> None:
    """SettingsError, with the command to type, when a database is not at the revision that this code was written for.

    A newer revision is accepted when its migration left on record that this code may run on it.
    StoreUnavailable: a database that should be there does not answer.
    """
    for branch, url in (("main", settings.database_url), ("replay", settings.replay_database_url)):
        head = _head(branch)
        found, compatible = (frozenset(), frozenset()) if is_missing(url) else _found(url, branch)
        if head in compatible:
            continue
        _refuse_unknown(branch, found)
        if found != {head}:
            raise SettingsError(f"the {branch} database is behind this version of Countersign; type: {COMMAND}")


def _found(url: str, branch: str) -> tuple[frozenset[str], frozenset[str]]:
    """The revision that a database is at, and the older code that its migrations left on record as able to run."""
    database = open_database(url)
    try:
        with database.reading() as connection, _told_when_not_allowed(branch):
            knows = branch == "main" and inspect(connection).has_table(compatible_code.name)
            compatible = connection.scalars(select(compatible_code.c.revision)) if knows else ()
            return _revisions(connection, branch), frozenset(compatible)
    finally:
        database.close()


@contextmanager
def _told_when_not_allowed(branch: str) -> Iterator[None]:
    """A role that was given nothing learns what its owner has to type, not which statement failed."""
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") != "42501":
            raise
        advice = f"type, as the owner of its tables: {COMMAND} --app-role ROLE"
        raise SettingsError(f"the {branch} database does not let this role read it; {advice}") from error


def _change(before: frozenset[str], after: frozenset[str]) -> AuditEvent | None:
    if before == after:
        return None
    steps = " to ".join(", ".join(sorted(one)) or "nothing" for one in (before, after))
    return AuditEvent("migrate", "done", detail={"version": steps})


def _now() -> datetime:
    return datetime.now(UTC)


def _wait_for_turn(connection: Connection) -> None:
    """Of several migrations at once one does the work; a statement may take long, waiting for a table may not."""
    connection.execute(text(f"SET LOCAL lock_timeout = {TURN_MS}"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    connection.execute(text(f"SET LOCAL lock_timeout = {PATIENCE_MS}"))


def _lies_behind(target: str, found: frozenset[str]) -> bool:
    past = {script.revision for current in found for script in _script().iterate_revisions(current, "base")}
    return target.endswith("base") or target in past - found


def _head(branch: str) -> str:
    return str(_script().get_revision(f"{branch}@head").revision)


def _revisions(connection: Connection, branch: str) -> frozenset[str]:
    """The revision that a database says it is at; empty before the first migration."""
    context = MigrationContext.configure(connection, opts={"version_table": _version_table(branch)})
    return frozenset(context.get_current_heads())


def _refuse_unknown(branch: str, found: frozenset[str]) -> None:
    known = {script.revision for script in _script().walk_revisions()}
    if unknown := found - known:
        raise SettingsError(
            f"the {branch} database is at revision {', '.join(sorted(unknown))}, which this version of Countersign "
            "does not know: a newer one migrated it, so start that one"
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "cds_service.store:migrations")
    return config


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _version_table(branch: str) -> str:
    return f"{branch}_revision"
