"""The whole service on a real port: in this process, or under gunicorn as it is deployed."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import create_engine, text
from werkzeug.serving import make_server

from cds_service import create_app
from cds_service.rooms import Rooms
from cds_service.settings import PREFIX, Settings
from cds_service.store import CdsClient as Registration
from cds_service.store import Keyring, open_store
from tests.cds_client import CdsClient
from tests.ready_databases import stand_ready

ROOT = Path(__file__).parents[1]
SECONDS_TO_START = 90
UNHURRIED_MS = "30000"  # of a call: on a busy machine a test shall not see what the deadline leaves out


@dataclass
class RunningService(CdsClient):
    """A client of a running service that also looks into its database, and into its rooms if it is in this process."""

    settings: Settings
    rooms: Rooms | None = None
    pid: int = 0  # of gunicorn, where it runs under it

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Every row of a table, as it lies there."""
        engine = create_engine(self.settings.database_url)
        with engine.connect() as connection:
            found = [dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]  # noqa: S608
        engine.dispose()
        return found

    def counts(self) -> dict[str, int]:
        """How many rows the tables of an answer have."""
        return {table: len(self.rows(table)) for table in ("invocation", "card", "audit")}

    def refused_claims(self) -> dict[str, float]:
        """How many claims were refused, by the labels of the figure."""
        shown = requests.get(self.url + "/metrics", timeout=60).text
        return {labels: float(n) for labels, n in re.findall(r"countersign_claims_refused_total\{(.*)\} (\S+)", shown)}


def migrated(folder: Path, *clients: Registration, **variables: str) -> Settings:
    """Settings of a migrated run folder of its own, on a free port, with these EHRs registered, in no hurry."""
    given = {"RUN_DIR": str(folder), "BIND": f"127.0.0.1:{free_port()}", "DEADLINE_MS": UNHURRIED_MS, **variables}
    settings = Settings.from_env({PREFIX + name: value for name, value in given.items()})
    stand_ready(settings)
    with closing(open_store(settings, Keyring.load(settings))) as store:
        for client in clients:
            store.registrations.add_cds_client(client)
    return settings


@contextmanager
def in_this_process(settings: Settings) -> Iterator[RunningService]:
    """On a thread, so that a test can register a check of its own."""
    app = create_app(settings)
    host, _, port = settings.bind.rpartition(":")
    server = make_server(host, int(port), app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield RunningService(settings.public_url, settings, app.extensions["countersign"])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["countersign"].store.close()


@contextmanager
def under_gunicorn(settings: Settings, search_first: Path | None = None, workers: int = 1) -> Iterator[RunningService]:
    """As `python -m cds_service serve` starts it. Python looks for modules in `search_first` first."""
    log = settings.run_dir / "log"
    search = os.pathsep.join(str(folder) for folder in (search_first, ROOT) if folder)
    environ = {**os.environ, "WEB_CONCURRENCY": str(workers), "PYTHONPATH": search, **_variables(settings)}
    command = [sys.executable, "-m", "cds_service", "serve"]
    with log.open("ab") as out:
        process = subprocess.Popen(command, env=environ, stdout=out, stderr=out, cwd=settings.run_dir)
    try:
        service = RunningService(settings.public_url, settings, pid=process.pid)
        _wait(service, process, log)
        yield service
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _variables(settings: Settings) -> dict[str, str]:
    names = ("run_dir", "bind", "client_auth", "database_url", "replay_database_url", "models_dir", "deadline_ms")
    return {PREFIX + name.upper(): str(getattr(settings, name) or "") for name in names}


def _wait(service: RunningService, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < give_up:
        assert process.poll() is None, f"the service ended while starting: {log.read_text()}"
        try:
            if service.get("/healthz").status == 200:
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.05)
    raise AssertionError(f"the service did not start: {log.read_text()}")


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
