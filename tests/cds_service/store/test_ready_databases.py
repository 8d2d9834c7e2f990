"""The databases that tests hand on: a test finds no row of the one before, nor what that did to their shape."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.databases import Beside
from tests.postgres import PostgresServer
from tests.ready_databases import ReadyDatabases


def rows_and_columns(past: Beside) -> dict[str, object]:
    return {name: past.run(f"SELECT * FROM {name}") for name in sorted(past.tables())}  # noqa: S608


@pytest.mark.parametrize(
    ("change", "handed_on"),
    [
        (lambda past: past.run("INSERT INTO known_patient VALUES ('p', 'north', 'x')"), True),
        (lambda past: past.run("UPDATE main_revision SET version_num = 'main0001'"), True),
        (lambda past: past.run("ALTER TABLE card ADD COLUMN more text"), False),
        (lambda past: past.run("ALTER TABLE audit DISABLE TRIGGER ALL"), False),
        (lambda past: past.run("DROP TABLE feedback CASCADE"), False),
        (lambda past: past.run("GRANT SELECT ON card TO PUBLIC"), False),
    ],
    ids=["rows", "the revision", "a column", "triggers", "a table", "a right"],
)
def test_a_database_is_handed_on_as_the_migration_leaves_it(
    postgres: PostgresServer, change: Callable[[Beside], object], handed_on: bool
) -> None:
    ready = ReadyDatabases(postgres)
    with ready.urls() as urls:
        first = urls["DATABASE_URL"]
        new = rows_and_columns(Beside(first))
        change(Beside(first))
    with ready.urls() as urls:
        assert (urls["DATABASE_URL"] == first) == handed_on
        assert rows_and_columns(Beside(urls["DATABASE_URL"])) == new
