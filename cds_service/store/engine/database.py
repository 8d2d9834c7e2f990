"""One engine and its two kinds of transaction, for SQLite and PostgreSQL alike.

Whatever shows that the database does not answer (locked for longer than our patience, file gone, disk full, connection
cut) comes out as StoreUnavailable. A broken constraint or statement is our own mistake and passes through unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Table, exc, text
from sqlalchemy.dialects import postgresql, sqlite

from cds_service.errors import StoreUnavailable
from cds_service.store.engine.engines import PATIENCE_MS, UNLIMITED, parse, postgresql_engine, sqlite_engine
from cds_service.store.engine.watchdog import Watchdog

__all__ = ["UNLIMITED", "Database", "insert_once", "insert_or_replace", "is_missing", "open_database"]

_DIALECTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}
GRACE_MS = 1000  # between the server's own limit and the cut of the line
HEALTH_MS = 500
_OUR_MISTAKES = (exc.IntegrityError, exc.ProgrammingError, exc.DataError, exc.NotSupportedError)


class Database:
    """Thread-safe; `close()` gives every connection back. Connections are opened when first needed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._watchdog = Watchdog()

    @property
    def dialect(self) -> str:
        """sqlite or postgresql."""
        return self._engine.dialect.name

    @contextmanager
    def reading(self, longest_ms: int = PATIENCE_MS, grace_ms: int = GRACE_MS) -> Iterator[Connection]:
        """A transaction that sees one state of the database, for at most `longest_ms` a statement (PostgreSQL).

        `grace_ms` later the line is cut. UNLIMITED is for commands that go through whole tables.
        """
        with _outage_as_unavailable(), self._engine.connect() as connection:
            connection.execution_options(longest_ms=longest_ms)
            with self._watched(connection, longest_ms and longest_ms + grace_ms), connection.begin():
                yield connection

    @contextmanager
    def writing(self, patience_ms: int = PATIENCE_MS, longest_ms: int = PATIENCE_MS) -> Iterator[Connection]:
        """A transaction that holds SQLite's write lock from its start; commits when the block ends without error."""
        cut_ms = longest_ms and (longest_ms + GRACE_MS if patience_ms >= PATIENCE_MS else 2 * patience_ms + 200)
        with _outage_as_unavailable(), self._engine.connect() as connection:
            connection.execution_options(patience_ms=patience_ms, longest_ms=longest_ms)
            with self._watched(connection, cut_ms), connection.begin():
                yield connection

    def _watched(self, connection: Connection, cut_ms: int) -> AbstractContextManager[None]:
        if connection.dialect.name != "postgresql" or not cut_ms:
            return nullcontext()
        return self._watchdog.over(connection.connection.driver_connection.fileno(), cut_ms / 1000)  # type: ignore[union-attr]

    def answers(self) -> bool:
        try:
            with self.reading(HEALTH_MS) as connection:
                connection.execute(text("SELECT 1"))
        except StoreUnavailable:
            return False
        return True

    def close(self) -> None:
        self._watchdog.close()
        self._engine.dispose()


def open_database(url: str, create: bool = False) -> Database:
    """A Database for `url`. A missing SQLite file is made only with `create`: a lost one must not come back empty.

    SettingsError: the URL is not one of SQLite or PostgreSQL, or the driver is not installed.
    """
    parsed = parse(url)
    if parsed.get_backend_name() == "sqlite":
        return Database(sqlite_engine(parsed, create))
    return Database(postgresql_engine(parsed))


def is_missing(url: str) -> bool:
    """True for an SQLite URL whose file is not there."""
    parsed = parse(url)
    return parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).exists()


def insert_once(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert `row` unless it is there already; True when it was inserted."""
    return connection.execute(_insert_once(table, connection.dialect.name), row).rowcount == 1


def insert_or_replace(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """Insert `row`, or overwrite the one with the same primary key."""
    insert_or_replace_all(connection, table, [row])


def insert_or_replace_all(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """The same for many rows of the same columns, as one statement."""
    if not rows:
        return
    statement = _DIALECTS[connection.dialect.name].insert(table)
    keys = {column.name for column in table.primary_key}
    replaced = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=replaced), rows)


@cache
def _insert_once(table: Table, dialect: str) -> Executable:
    """Built once: on the hot path the building would cost more than the statement.

    No conflict target: on PostgreSQL the unique index of a partitioned table names its month too.
    `preserve_rowcount`, because SQLAlchemy promises the row count of an INSERT on no driver without it.
    """
    insert = _DIALECTS[dialect].insert(table)
    statement: Executable = insert.on_conflict_do_nothing()
    return statement.execution_options(preserve_rowcount=True)


@contextmanager
def _outage_as_unavailable() -> Iterator[None]:
    try:
        yield
    except _OUR_MISTAKES:
        raise
    except (exc.DBAPIError, exc.TimeoutError) as error:
        raise StoreUnavailable("the database does not answer") from error
