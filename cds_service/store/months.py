"""Months of the tables that PostgreSQL keeps by month: made ahead by a command, and by the workers' upkeep.

A month that nobody made costs nothing but order: its rows wait in `*_rest` and move when it is made. The function that
makes one belongs to the owner of the tables, so the service's own role needs no right to change the schema.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select

from cds_service.store.database import Database

BY_MONTH = ("invocation", "feedback", "audit")
AHEAD = 3  # beyond the present month


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
