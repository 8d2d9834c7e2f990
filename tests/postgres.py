"""A PostgreSQL server of the tests' own: made in a temporary folder, reached by its socket, gone afterwards.

It refuses to run as root, so root starts it as the user `postgres` that the Debian package makes.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

VERSION = "15"
_HOMES = ("/usr/lib/postgresql", "/usr/pgsql-15")
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
SECONDS = 30.0


@dataclass
class PostgresServer:
    """`folder` holds data, socket and log."""

    folder: Path
    options: Mapping[str, str]
    file_limit: int | None = None  # bytes; PostgreSQL ignores the signal and takes the refusal for a full disk
    _numbers: Iterator[int] = field(default_factory=count)
    _process: subprocess.Popen[bytes] | None = None

    def make_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"t{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)

    def url(self, database: str, role: str = "countersign") -> str:
        return f"postgresql+psycopg://{role}@/{database}?host={self.folder}"

    def run(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """One statement as superuser, outside any transaction; the rows that it gives."""
        with psycopg.connect(host=str(self.folder), user="countersign", dbname=database, autocommit=True) as line:
            cursor = line.execute(statement)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        settings = [part for name, value in self.options.items() for part in ("-c", f"{name}={value}")]
        limited = [] if self.file_limit is None else ["prlimit", f"--fsize={self.file_limit}"]
        command = [*limited, program("postgres"), "-D", f"{self.folder}/data", *settings]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **_as_postgres())
        self.wait()

    def wait(self) -> None:
        """Until it takes connections."""
        give_up = time.monotonic() + SECONDS
        while True:
            try:
                self.run("SELECT 1")
                return
            except psycopg.OperationalError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.02)

    def pids(self) -> list[int]:
        """The server and every process of it."""
        assert self._process is not None
        return [self._process.pid, *_children(self._process.pid)]

    def stop(self) -> None:
        """At once and without a checkpoint; committed transactions are in the log already."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=SECONDS)

    def kill(self) -> None:
        """SIGKILL to the server and to every process of it, as when all are lost at once."""
        assert self._process is not None
        family = _children(self._process.pid)
        self._process.kill()
        self._process.wait(timeout=SECONDS)
        for pid in family:
            with _unless_gone():
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def _adopt_orphans() -> None:
    """The children of a killed server become ours, so that `kill` can wait until they are gone."""
    pr_set_child_subreaper = 36
    ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)


@contextmanager
def postgres_server(durable: bool = False, file_limit: int | None = None, **options: str) -> Iterator[PostgresServer]:
    """A running server; `durable` keeps every promise to the disk, without it tests are quicker."""
    folder = Path(tempfile.mkdtemp(prefix="countersign-pg-"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    made = ["-D", f"{folder}/data", "-U", "countersign", "--auth=trust", "-E", "UTF8", "--locale=C", "-N"]
    subprocess.run([program("initdb"), *made], check=True, capture_output=True, cwd="/", **_as_postgres())
    chosen = {"listen_addresses": "", "unix_socket_directories": str(folder), **(_DURABLE if durable else _QUICK)}
    _adopt_orphans()
    server = PostgresServer(folder, {**chosen, **options}, file_limit)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def program(name: str) -> str:
    """The path of one of PostgreSQL's programs; Debian keeps the server's outside PATH."""
    for home in _HOMES:
        for path in (Path(home) / VERSION / "bin" / name, Path(home) / "bin" / name):
            if path.exists():
                return str(path)
    found = shutil.which(name)
    assert found, f"{name} is missing: type tests/prepare, which installs PostgreSQL"
    return found


def _as_postgres() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    owner = pwd.getpwnam("postgres")
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with _unless_gone():
            match = re.search(r"\) \S (\d+)", status.read_text())
            if match and int(match[1]) == parent:
                found.append(int(status.parent.name))
    return found


@contextmanager
def _unless_gone() -> Iterator[None]:
    try:
        yield
    except (ProcessLookupError, ChildProcessError, FileNotFoundError):
        return
