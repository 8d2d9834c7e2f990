"""A database as another program sees it: read past the store, locked by somebody else, out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

ON_SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"])
ON_POSTGRESQL = pytest.mark.parametrize("engine_name", ["postgresql"])


@dataclass(frozen=True)
class Beside:
    """`url` names an SQLite file or a database of a PostgreSQL server."""

    url: str

    @property
    def on_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return Path(self.url.removeprefix("sqlite:///"))

    @contextmanager
    def line(self) -> Iterator[Connection]:
        """A connection of its own, in a transaction that commits."""
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.begin() as connection:
            yield connection
        engine.dispose()

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        with self.line() as connection:
            found = connection.execute(text(statement))
            return [tuple(row) for row in found] if found.returns_rows else []

    def tables(self) -> set[str]:
        catalogue = (
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            if self.on_sqlite
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        return {str(name) for (name,) in self.run(catalogue)}

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Another process keeps all writers out for as long as the block lasts."""
        with self.line() as connection:
            if self.on_sqlite:
                connection.execute(text("BEGIN IMMEDIATE"))
            else:
                connection.execute(text("LOCK TABLE invocation, card, feedback, audit, session IN EXCLUSIVE MODE"))
            yield

    @contextmanager
    def gone(self) -> Iterator[None]:
        """Out of reach for as long as the block lasts: an outage that shows at once."""
        if self.on_sqlite:
            away = self.file.rename(self.file.with_name("away"))
            yield
            away.rename(self.file)
            return
        url = make_url(self.url)
        server = Beside(url.set(database="postgres").render_as_string(hide_password=False))
        server.run(f"ALTER DATABASE {url.database} WITH ALLOW_CONNECTIONS false")
        ours = f"datname = '{url.database}'"
        server.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}")  # noqa: S608
        yield
        server.run(f"ALTER DATABASE {url.database} WITH ALLOW_CONNECTIONS true")
