"""The inserts of a hook call, compiled once and handed straight to the driver: one call has some twenty rows to write.

They are SQLAlchemy Core statements on SQLAlchemy's connection; what is left out is what Core does anew for each
execution, which costs more than SQLite itself. Values are put into the driver's own types here, so a time is written as
`UtcDateTime` writes it, and the driver's errors come out as SQLAlchemy's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, exc
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from cds_service.store.schema.metadata import UtcDateTime

_DIALECTS = {"sqlite": sqlite.dialect(), "postgresql": PGDialect_psycopg()}
_INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
Row = Mapping[str, Any]


def add_once(connection: Connection, table: Table, row: Row) -> bool:
    """Insert `row` unless it is there already; True when it was inserted. `row` names every column, in any order."""
    sql, shape = _insert(table, connection.dialect.name, True, tuple(row))
    with _cursor(connection, sql) as cursor:
        cursor.execute(sql, shape(row))
        return bool(cursor.rowcount == 1)


def add_all(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that name the same columns in the same order."""
    if not rows:
        return
    sql, shape = _insert(table, connection.dialect.name, False, tuple(rows[0]))
    with _cursor(connection, sql) as cursor:
        cursor.executemany(sql, [shape(row) for row in rows])


def add(connection: Connection, table: Table, row: Row) -> None:
    sql, shape = _insert(table, connection.dialect.name, False, tuple(row))
    with _cursor(connection, sql) as cursor:
        cursor.execute(sql, shape(row))


def first(connection: Connection, sql: str) -> tuple[Any, ...]:
    """The one row of a query without parameters."""
    with _cursor(connection, sql) as cursor:
        cursor.execute(sql)
        found: tuple[Any, ...] = cursor.fetchone()
        return found


def say(connection: Connection, sql: str) -> None:
    """A statement without parameters whose answer nobody needs."""
    with _cursor(connection, sql) as cursor:
        cursor.execute(sql)


@contextmanager
def _cursor(connection: Connection, sql: str) -> Iterator[Any]:
    cursor = connection.connection.cursor()
    driver = connection.dialect.loaded_dbapi
    try:
        yield cursor
    except driver.Error as error:
        if connection.dialect.name == "postgresql" and _is_cut(error):
            connection.invalidate(error)
        wrapped = exc.DBAPIError.instance(
            sql, None, error, driver.Error, hide_parameters=True, dialect=connection.dialect
        )
        raise wrapped from error
    finally:
        cursor.close()


def _is_cut(error: Exception) -> bool:
    """Whether PostgreSQL's line is gone, or stuck between statements: nothing more can be said over it, no rollback."""
    state = getattr(error, "sqlstate", None)
    return state is None or state.startswith(("08", "57P"))


@cache
def _insert(table: Table, dialect: str, once: bool, names: tuple[str, ...]) -> tuple[str, Callable[[Row], Any]]:
    """The statement as text, and what makes the driver's parameters of a row."""
    statement = _INSERTS[dialect](table)
    if once:
        # No conflict target: on PostgreSQL the unique index of a partitioned table names its month too.
        statement = statement.on_conflict_do_nothing()
    compiled = statement.compile(dialect=_DIALECTS[dialect], column_keys=list(names))
    if dialect == "postgresql":
        return str(compiled), dict
    in_order = itemgetter(*(compiled.positiontup or ()))
    times = [name for name in names if isinstance(table.c[name].type, UtcDateTime)]
    return str(compiled), lambda row: in_order({**row, **{name: _for_sqlite(row[name]) for name in times}})


def _for_sqlite(time: datetime | None) -> str | None:
    return time and time.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
