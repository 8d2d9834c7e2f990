"""Databases that stand migrated, given to one test after the other: making two anew takes half a second of CPU.

An SQLite file is copied from one that was migrated once. Of PostgreSQL a pair is emptied after each test: rows go,
those of the migrations come back, sequences begin anew. Where a test changed anything else than rows the pair is
dropped. How a database is migrated has tests of its own, which start from empty ones.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from cds_service.settings import PREFIX, Settings
from cds_service.store import migrate
from tests.postgres import PostgresServer

NAMES = ("DATABASE_URL", "REPLAY_DATABASE_URL")
_CATALOGUES = ("class", "attribute", "constraint", "trigger", "proc", "type", "namespace", "extension", "index")
_SHAPE = " UNION ALL ".join(f"SELECT count(*), max(xmin::text::bigint) FROM pg_{one}" for one in _CATALOGUES)  # noqa: S608
_OWN = """SELECT count(*), max(datconnlimit) + sum(hashtext(datacl::text)) FROM pg_database
WHERE datname = current_database() AND datallowconn"""
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
_SEQUENCES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'"

Line = psycopg.Connection[Any]


class EmptiedDatabase:
    """One migrated database of a server that goes from test to test."""

    def __init__(self, server: PostgresServer, url: str) -> None:
        self.url = url
        self._server, self._name = server, str(make_url(url).database)
        with self._line() as line:
            self._shape = _shape(line)
            self._tables = [name for (name,) in line.execute(_TABLES)]
            self._kept = {name: rows for name in self._tables if (rows := _copied(line, name))}

    def emptied(self) -> bool:
        """Whether its rows are as after the migration again; not where more was changed, or somebody still holds it."""
        try:
            with self._line() as line:
                if _shape(line) == self._shape:
                    self._empty(line)
                    return True
        except psycopg.Error:
            return False
        return False

    def drop(self) -> None:
        self._server.run(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")

    def _empty(self, line: Line) -> None:
        line.execute("SET LOCAL lock_timeout = '2s'")
        line.execute("SET LOCAL session_replication_role = replica")  # without the triggers that keep what is on record
        for name in self._tables:
            line.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
        for name, rows in self._kept.items():
            with line.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy:
                copy.write(rows)
        for (name,) in line.execute(_SEQUENCES).fetchall():
            line.execute("SELECT setval(%s, 1, false)", (f'public."{name}"',))

    def _line(self) -> Line:
        return psycopg.connect(host=str(self._server.folder), user="countersign", dbname=self._name)


class ReadyDatabases:
    """Pairs of migrated databases of one server; `urls` are the settings that name one."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._free: list[tuple[EmptiedDatabase, EmptiedDatabase]] = []

    @contextmanager
    def urls(self) -> Iterator[dict[str, str]]:
        pair = self._free.pop() if self._free else self._made()
        try:
            yield dict(zip(NAMES, (one.url for one in pair), strict=True))
        finally:
            if all(one.emptied() for one in pair):
                self._free.append(pair)
            else:
                for one in pair:
                    one.drop()

    def _made(self) -> tuple[EmptiedDatabase, EmptiedDatabase]:
        urls = {name: self._server.make_database() for name in NAMES}
        migrate(Settings.from_env({PREFIX + name: url for name, url in urls.items()}))
        main, replay = (EmptiedDatabase(self._server, url) for url in urls.values())
        return main, replay


def stand_ready(settings: Settings) -> Settings:
    """These settings, whose databases are as `migrate` leaves new ones."""
    files = [Path(url.removeprefix("sqlite:///")) for url in (settings.database_url, settings.replay_database_url)]
    if settings.database_url.startswith("sqlite") and not any(file.exists() for file in files):
        for file, content in zip(files, _sqlite_files(), strict=True):
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.touch(mode=0o600)
            file.write_bytes(content)
    else:
        migrate(settings)
    return settings


@cache
def _sqlite_files() -> tuple[bytes, ...]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_env({PREFIX + "RUN_DIR": folder})
        migrate(settings)
        urls = (settings.database_url, settings.replay_database_url)
        assert not list(Path(folder).rglob("*-wal")), "what is in the log is not in the file"
        return tuple(Path(url.removeprefix("sqlite:///")).read_bytes() for url in urls)


def _shape(line: Line) -> list[tuple[Any, ...]]:
    return line.execute(f"{_SHAPE} UNION ALL {_OWN}").fetchall()  # type: ignore[arg-type]


def _copied(line: Line, table: str) -> bytes:
    with line.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        return b"".join(bytes(part) for part in copy)
