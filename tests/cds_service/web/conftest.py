"""Real servers on loopback: the edge under gunicorn with two workers, migrated SQLite files, keys made for the run."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from cds_service.settings import Settings
from cds_service.store import Keyring, open_store
from tests.cds_service.web.ehr_tokens import Ehr
from tests.ready_databases import stand_ready

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
INVOKE = "/cds-services/medication-safety"


Headers = dict[str, str] | Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]  # names in lower case
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True)
class Edge:
    """A running service. `errors` is what it wrote to stderr: its log."""

    url: str
    settings: Settings
    process: subprocess.Popen[bytes]
    errors: Path

    def get(self, path: str, headers: Headers = ()) -> Reply:
        return request(self.settings.bind, "GET", path, None, headers)

    def post(self, path: str, body: object, headers: Headers = ()) -> Reply:
        """Bytes go as they are; anything else as JSON. A Content-Type among `headers` replaces ours."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.lower() for name, _ in pairs(headers)}
        kind = [] if "content-type" in named else [("Content-Type", "application/json")]
        return request(self.settings.bind, "POST", path, raw, [*kind, *pairs(headers)])

    def rows(self, table: str) -> list[dict[str, Any]]:
        engine = create_engine(self.settings.database_url)
        with engine.connect() as connection:
            found = [dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]  # noqa: S608
        engine.dispose()
        return found


def pairs(headers: Headers) -> list[tuple[str, str]]:
    return list(headers.items()) if isinstance(headers, dict) else list(headers)


def request(bind: str, method: str, path: str, body: bytes | None, headers: Headers) -> Reply:
    """One call on a line of its own, header for header as given: a test may send what a good client never would."""
    with closing(http.client.HTTPConnection(bind, timeout=60)) as line:
        given = pairs(headers)
        names = {name.lower() for name, _ in given}
        line.putrequest(method, path, skip_host="host" in names, skip_accept_encoding=True)
        for name, value in given:
            line.putheader(name, value)
        if body is not None and not names & {"content-length", "transfer-encoding"}:
            line.putheader("Content-Length", str(len(body)))
        line.endheaders(body)
        response = line.getresponse()
        return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings_for(folder: Path, **variables: str) -> Settings:
    return Settings.from_env(
        {
            "COUNTERSIGN_RUN_DIR": str(folder),
            "COUNTERSIGN_BIND": f"127.0.0.1:{free_port()}",
            **{f"COUNTERSIGN_{name.upper()}": value for name, value in variables.items()},
        }
    )


def prepared(settings: Settings, *ehrs: Ehr) -> Settings:
    """Migrated, with these EHRs registered."""
    stand_ready(settings)
    with closing(open_store(settings, Keyring.load(settings))) as store:
        for ehr in ehrs:
            store.registrations.add_cds_client(ehr.registration())
    return settings


def environment(settings: Settings) -> dict[str, str]:
    given = {
        "COUNTERSIGN_RUN_DIR": str(settings.run_dir),
        "COUNTERSIGN_BIND": settings.bind,
        "COUNTERSIGN_PUBLIC_URL": settings.public_url,
        "COUNTERSIGN_CLIENT_AUTH": settings.client_auth,
        "COUNTERSIGN_CORS_ORIGINS": " ".join(settings.cors_origins),
        "COUNTERSIGN_DATABASE_URL": settings.database_url,
        "COUNTERSIGN_REPLAY_DATABASE_URL": settings.replay_database_url,
        "PROMETHEUS_MULTIPROC_DIR": str(settings.run_dir / "metrics"),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{HERE}",
    }
    return {**os.environ, **given}


@contextmanager
def running(settings: Settings, workers: int = 1, config: Path | None = None) -> Iterator[Edge]:
    """`config`: a file in place of our own settings of gunicorn."""
    (settings.run_dir / "metrics").mkdir(exist_ok=True)
    errors = settings.run_dir / "stderr.log"
    command = [sys.executable, "-m", "gunicorn", "--config", str(config or "python:cds_service.gunicorn_config")]
    command += ["--bind", settings.bind, "--workers", str(workers), "edge_app:create()"]
    with errors.open("ab") as log:
        process = subprocess.Popen(command, env=environment(settings), stdout=log, stderr=log)
    try:
        wait_until_alive(settings.bind, process)
        yield Edge(f"http://{settings.bind}", settings, process, errors)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def wait_until_alive(bind: str, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + 90  # two cores may be busy with other tests
    while time.monotonic() < give_up:
        assert process.poll() is None, "the server ended while starting"
        try:
            if request(bind, "GET", "/healthz", None, ()).status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server did not start")


@pytest.fixture(scope="session")
def guarded_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_for(tmp_path_factory.mktemp("guarded"), cors_origins="https://ehr.example.org")
    return replace(settings, public_url="http://localhost:" + settings.bind.rpartition(":")[2])


@pytest.fixture(scope="session")
def ehr(guarded_settings: Settings) -> Ehr:
    return Ehr("https://ehr.example.org/fhir", "north", guarded_settings.public_url)


@pytest.fixture(scope="session")
def other_ehr(guarded_settings: Settings) -> Ehr:
    return Ehr("https://other.example.org/fhir", "south", guarded_settings.public_url)


@pytest.fixture(scope="session")
def guarded(guarded_settings: Settings, ehr: Ehr, other_ehr: Ehr) -> Iterator[Edge]:
    """Client authentication on, two EHRs registered, two workers."""
    with running(prepared(guarded_settings, ehr, other_ehr), workers=2) as edge:
        yield edge


@pytest.fixture(scope="session")
def open_edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """COUNTERSIGN_CLIENT_AUTH=off: every caller is tenant `local`."""
    with running(prepared(settings_for(tmp_path_factory.mktemp("open"), client_auth="off")), workers=2) as edge:
        yield edge


@pytest.fixture
def order_sign() -> dict[str, Any]:
    return order_sign_body()


def order_sign_body(**context: Any) -> dict[str, Any]:
    draft = {"resourceType": "MedicationRequest", "id": "d1", "status": "draft", "intent": "order"}
    return {
        "hook": "order-sign",
        "hookInstance": "7a2f0b52-5f5d-4a53-9d5a-6a4c6f1f3b11",
        "context": {
            "userId": "Practitioner/u1",
            "patientId": "p1",
            "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": draft}]},
            **context,
        },
    }
