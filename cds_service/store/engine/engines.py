"""How a connection is opened: SQLite in WAL mode with synchronous=FULL, PostgreSQL with its waits bounded.

Every connection is looked at before it is used again, without asking the database: a line that the server has closed,
or a file that was moved, is dropped then and not in the middle of a transaction.
"""

from __future__ import annotations

import select
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import URL, make_url

from cds_service.errors import SettingsError
from cds_service.store.engine.statements import say

PATIENCE_MS = 5000
# A hook has two seconds in all. A record that cannot get its lock in this time goes to the journal instead.
RECORD_PATIENCE_MS = 400
UNLIMITED = 0  # as PostgreSQL understands statement_timeout
BACKENDS = ("sqlite", "postgresql")
_POOL = {"pool_size": 16, "max_overflow": 0, "pool_timeout": 2}


def parse(url: str) -> URL:
    """The URL may hold a password, so no message repeats it."""
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise SettingsError("COUNTERSIGN_DATABASE_URL or COUNTERSIGN_REPLAY_DATABASE_URL is not a URL") from None
    if parsed.get_backend_name() not in BACKENDS:
        raise SettingsError(f"{parsed.get_backend_name()} is not a database that the store can use")
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise SettingsError("an SQLite database needs a file: sqlite:////path/file.db")
    return parsed


def sqlite_engine(url: URL, create: bool) -> Engine:
    target = Path(str(url.database))
    if create:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.touch(mode=0o600)
    uri = f"file:{quote(str(target.absolute()))}?mode=rw"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, timeout=PATIENCE_MS / 1000, isolation_level=None, check_same_thread=False)

    engine = create_engine(url, creator=connect, hide_parameters=True, **_POOL)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_sqlite)
    _notice_lost_file(engine, target)
    return engine


def postgresql_engine(url: URL) -> Engine:
    """Sessions wait as long as a record may; whatever may wait longer says so for its transaction."""
    waits = f"-c lock_timeout={RECORD_PATIENCE_MS} -c statement_timeout={PATIENCE_MS}"
    line = {"connect_timeout": 2, "options": waits, "application_name": "countersign"}
    try:
        engine = create_engine(url, hide_parameters=True, connect_args=line, **_POOL)
    except ModuleNotFoundError as error:
        raise SettingsError("the PostgreSQL driver is missing: install the extra `postgres`") from error
    event.listen(engine, "begin", _begin_postgresql)
    event.listen(engine, "checkout", _notice_closed_line)
    return engine


def _set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """The driver's own transaction control is off: it would begin too late for a read followed by a write."""
    patience = connection.get_execution_options().get("patience_ms")
    if patience is None:
        say(connection, "BEGIN")
        return
    if connection.info.get("patience_ms", PATIENCE_MS) != patience:
        say(connection, f"PRAGMA busy_timeout={int(patience)}")
        connection.info["patience_ms"] = patience
    say(connection, "BEGIN IMMEDIATE")


def _notice_lost_file(engine: Engine, path: Path) -> None:
    """In WAL mode SQLite goes on writing into a file that was moved or deleted: acknowledged, and never found."""

    def inode() -> tuple[int, int] | None:
        try:
            status = path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def remember(_connection: Any, record: Any) -> None:
        record.info["inode"] = inode()

    def compare(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["inode"] is None or record.info["inode"] != inode():
            raise exc.DisconnectionError("the database file is not the one that was opened")

    event.listen(engine, "connect", remember)
    event.listen(engine, "checkout", compare)


def _begin_postgresql(connection: Connection) -> None:
    options = connection.get_execution_options()
    patience, longest = options.get("patience_ms", RECORD_PATIENCE_MS), options.get("longest_ms", PATIENCE_MS)
    if (patience, longest) != (RECORD_PATIENCE_MS, PATIENCE_MS):
        waits = f"SET LOCAL lock_timeout = {int(patience)}; SET LOCAL statement_timeout = {int(longest)}"
        connection.exec_driver_sql(waits)


def _notice_closed_line(connection: Any, _record: Any, _proxy: Any) -> None:
    """An idle line with something to read is one that the server has closed. Costs no round trip."""
    idle = select.poll()
    idle.register(connection.fileno(), select.POLLIN)
    if connection.closed or idle.poll(0):
        raise exc.DisconnectionError("the server has closed the connection")
