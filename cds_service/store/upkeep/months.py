"""Months of the tables that PostgreSQL keeps by month: made ahead by a command, and by the workers' upkeep.

A month that nobody made costs nothing but order: its rows wait in `*_rest` and move when it is made. The function that
makes one belongs to the owner of the tables, so the service's own role needs no right to change the schema.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from sqlalchemy import Connection, func, select, text

from cds_service.store.engine.database import Database

BY_MONTH = ("invocation", "feedback", "audit")
AHEAD = 3  # beyond the present month
_CHILDREN = text(
    "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid "
    "WHERE inhparent = to_regclass(:parent)"
)


def make_months(database: Database, now: datetime, ahead: int = AHEAD) -> int:
    """Make what is missing of this month and the next ones; how many were made, none on SQLite.

    StoreUnavailable: the database does not answer, or a table is busy; the next look tries again.
    """
    made = 0
    for month in _months(now, ahead):
        with database.writing() as connection:
            if connection.dialect.name != "postgresql":
                return 0
            calls = [func.countersign_make_month(table, month) for table in BY_MONTH]
            made += sum(connection.execute(select(*calls)).one())
    return made


def _months(now: datetime, ahead: int) -> list[date]:
    first = now.year * 12 + now.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, first + ahead + 1)]


def drop_empty_months(connection: Connection, table: str, before: datetime) -> int:
    """Drop the months of `table` that end before `before` and hold nothing; how many. Needs the owner's rights."""
    if connection.dialect.name != "postgresql":
        return 0
    quote = connection.dialect.identifier_preparer.quote
    dropped = 0
    for name in connection.scalars(_CHILDREN, {"parent": table}):
        ends = _end_of(table, name)
        if ends is None or ends > before:
            continue
        if connection.execute(text(f"SELECT 1 FROM {quote(name)} LIMIT 1")).first() is None:  # noqa: S608  quoted
            connection.execute(text(f"DROP TABLE {quote(name)}"))
            dropped += 1
    return dropped


def _end_of(table: str, name: str) -> datetime | None:
    """When the month of this partition ends; None for the one that holds the rest."""
    matched = re.fullmatch(rf"{table}_(\d{{4}})_(\d\d)", name)
    if matched is None:
        return None
    year, month = int(matched[1]), int(matched[2])
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
